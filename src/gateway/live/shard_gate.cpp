// Acts: proposed, decided, done, each durable before the next. The decision is the fold's (assist/gate.cpp); here it is
// written down and followed. What limits across conversations count goes over the customer's stream: a lease lets one act
// of a customer be decided at a time, a snapshot tells the fold what came before, a reservation is durable before the
// decision. After a crash what was decided is finished, and what was not is decided or refused.
#include <algorithm>

#include "gateway/live/own_ids.h"
#include "gateway/live/shard.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;
using Clock = std::chrono::steady_clock;
using Act = ActRecord::State;

cv::Event make_event(std::string id, std::string actor, cv::EventBody body) {
  cv::Event event;
  event.id = std::move(id);
  event.actor = std::move(actor);
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}

std::string event_id(const std::string& act, std::string_view what, int number = 0) {
  std::string id = own_id("act-" + act);
  if (!what.empty()) id.append("-").append(what);
  return number == 0 ? id : id + "-" + std::to_string(number + 1);
}

// Done by somebody outside, who tells how it went; counted on the customer's stream.
bool is_counted(std::string_view kind) { return kind == "contact" || kind == "connector"; }

std::string text_of(const cv::Fields& fields, std::string_view name) {
  const std::string* value = cv::find(fields, name);
  return value == nullptr ? std::string() : *value;
}

constexpr std::string_view kSubject = "subject";  // whom the act concerns, in its data

cv::Fields reservation_data(const std::string& conversation, const std::string& act, const ActRecord& record) {
  cv::Fields data{{"conversation", conversation, cv::FieldKind::text}, {"act", act, cv::FieldKind::text}, {"kind", record.kind, cv::FieldKind::text}};
  for (const std::string_view name : {"name", "purpose", "issue", "to", "amount"})
    if (const std::string* value = cv::find(record.data, name)) data.push_back({std::string(name), *value, cv::FieldKind::text});
  return data;
}

core::Error interrupted() { return {Code::conflict, "the act was interrupted before it was decided: propose it anew", "act"}; }

}  // namespace

ActOutcome Shard::outcome_of(const Open& open, const std::string& act) const {
  ActOutcome outcome;
  const ActRecord* record = open.tracker.act(act);
  if (record == nullptr) return outcome;
  outcome.seq = record->seq;
  if (const assist::GateDecision* decision = open.replayer.assist() == nullptr ? nullptr : open.replayer.assist()->decision(act)) outcome.decision = *decision;
  // What was decided stands, whatever today's content would say.
  outcome.decision.decision = record->state == Act::blocked ? cv::Decision::blocked : record->state == Act::waits ? cv::Decision::confirm : cv::Decision::allowed;
  outcome.decision.rules = record->rules;
  return outcome;
}

void Shard::act(Open& open, ActRequest request, Received received, Done<ActOutcome> done) {
  if (open.tracker.act(request.act) != nullptr) return go_on(open.id, request.act, received, std::move(done));
  if (open.over()) return done(fail(Code::conflict, "the conversation has ended", "conversation"));
  cv::ActProposed body{request.act, request.kind, request.text, request.card, std::move(request.data)};
  std::erase_if(body.data, [](const cv::Field& field) { return field.name == kSubject; });
  if (is_counted(body.kind)) {
    if (std::string customer = text_of(open.tracker.summary().customer, "id"); !customer.empty())
      body.data.push_back({std::string(kSubject), std::move(customer), cv::FieldKind::text});
    return decide_counted(open, std::move(body), request.act, request.actor, received, std::move(done));
  }
  append(open, {make_event(event_id(request.act, ""), request.actor, std::move(body))}, received,
         [this, id = open.id, act = request.act, received, done](Result<std::vector<storage::Appended>> result) {
           if (!result) return done(std::unexpected(result.error()));
           go_on(id, act, received, done);
         });
}

void Shard::confirm(Open& open, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done) {
  const ActRecord* record = open.tracker.act(act);
  if (record == nullptr) return done(fail(Code::not_found, "no such act", "act"));
  if (record->state == Act::blocked) return done(fail(Code::conflict, "the act was refused: there is nothing to confirm", "act"));
  if (record->state != Act::waits) return go_on(open.id, act, received, std::move(done));
  if (open.over()) return done(fail(Code::conflict, "the conversation has ended", "conversation"));
  if (is_counted(record->kind)) return decide_counted(open, cv::ActConfirmed{act}, act, actor, received, std::move(done));
  append(open, {make_event(event_id(act, "confirmed", record->decisions - 1), actor, cv::ActConfirmed{act})}, received,
         [this, id = open.id, act, received, done](Result<std::vector<storage::Appended>> result) {
           if (!result) return done(std::unexpected(result.error()));
           go_on(id, act, received, done);
         });
}

// From where the log says the act is.
void Shard::go_on(const std::string& id, const std::string& act, Received received, Done<ActOutcome> done) {
  const auto found = find(id);
  if (!found) return done(std::unexpected(found.error()));
  Open& open = **found;
  const ActRecord* record = open.tracker.act(act);
  if (record == nullptr) return done(fail(Code::unavailable, "the conversation cannot be folded now"));
  const bool counted = is_counted(record->kind);
  switch (record->state) {
    case Act::failed: return done(fail(Code::conflict, "the act failed: " + record->reason, "act"));
    case Act::waits:
    case Act::blocked:
    case Act::done: return done(outcome_of(open, act));
    case Act::undecided:
    case Act::confirmed:
      if (!counted) return write_decision(open, act, received, {}, std::move(done));
      if (open.acting.contains(act)) return done(fail(Code::conflict, "the act is being decided", "act"));
      return fail_act(open, act, "interrupted", [done] { done(std::unexpected(interrupted())); });
    case Act::allowed: break;
  }
  if (counted) return done(outcome_of(open, act));
  append(open, {make_event(event_id(act, "done"), record->actor, cv::ActDone{act, {}})}, received,
         [this, id, act, done](Result<std::vector<storage::Appended>> result) {
           if (!result) return done(std::unexpected(result.error()));
           const auto held = open_.find(id);
           if (held == open_.end()) return done(fail(Code::unavailable, "the conversation cannot be folded now"));
           done(outcome_of(*held->second, act));
           const ActRecord* finished = held->second->tracker.act(act);
           if (!held->second->sample || result->front().duplicate || finished == nullptr || finished->kind != "message") return;
           held->second->sample->rep_spoke();
           plan_sample(*held->second);
         });
}

// The fold has decided: written down before anything follows from it.
void Shard::write_decision(Open& open, const std::string& act, Received received, Subjects::Lease lease, Done<ActOutcome> done) {
  const ActRecord* record = open.tracker.act(act);
  const assist::GateDecision* decision = open.replayer.assist() == nullptr ? nullptr : open.replayer.assist()->decision(act);
  if (record == nullptr || decision == nullptr) return done(fail(Code::unavailable, "the conversation cannot be folded now"));
  append(open, {make_event(event_id(act, "decided", record->decisions), "system", cv::ActDecided{act, decision->decision, decision->rules})}, received,
         [this, id = open.id, act, received, lease = std::move(lease), done](Result<std::vector<storage::Appended>> result) mutable {
           if (!result) return done(std::unexpected(result.error()));
           if (const auto held = open_.find(id); held != open_.end()) plan_timeout(*held->second, act);
           lease.reset();
           go_on(id, act, received, done);
         });
}

// --- limits that span conversations ---

void Shard::decide_counted(Open& open, cv::EventBody step, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done) {
  if (!open.acting.insert(act).second) return done(fail(Code::conflict, "the act is being decided", "act"));
  const std::string id = open.id;
  Done<ActOutcome> finished = [this, id, act, done = std::move(done)](Result<ActOutcome> outcome) {
    if (const auto held = open_.find(id); held != open_.end()) held->second->acting.erase(act);
    done(std::move(outcome));
  };
  const auto* proposed = std::get_if<cv::ActProposed>(&step);
  const ActRecord* record = open.tracker.act(act);
  const cv::Fields& data = proposed != nullptr ? proposed->data : record->data;
  const std::string subject = text_of(data, kSubject);
  if (subject.empty()) return count_and_decide(id, std::move(step), act, actor, {}, {}, received, std::move(finished));
  SubjectHistory::Question question;
  question.conversation = id;
  question.kind = proposed != nullptr ? proposed->kind : record->kind;
  question.name = text_of(data, "name");
  question.issue = text_of(data, "issue");
  question.to = text_of(data, "to");
  question.offset_minutes = house_.shelf.current()->library().offset_minutes();
  Shard& owner = house_.shard_of(subject);
  owner.worker().post([this, &owner, subject, question, id, step = std::move(step), act, actor, received, finished]() mutable {
    owner.subjects().lease(subject, [this, &owner, subject, question, id, step = std::move(step), act, actor, received,
                                     finished](Result<Subjects::Lease> lease) mutable {
      const auto history = owner.subjects().history(subject);
      if (!lease || !history) {
        core::Error error = lease ? history.error() : lease.error();
        return worker_.post([finished, error = std::move(error)] { finished(std::unexpected(error)); });
      }
      question.at = core::wall_clock_now();
      worker_.post([this, id, step = std::move(step), act, actor, counts = (*history)->counts(question), lease = std::move(*lease), received, finished] {
        count_and_decide(id, step, act, actor, counts, lease, received, finished);
      });
    });
  });
}

// The snapshot and the proposal go to the log together: the decision reads no other counts.
void Shard::count_and_decide(const std::string& id, cv::EventBody step, const std::string& act, const std::string& actor, cv::Fields history,
                             Subjects::Lease lease, Received received, Done<ActOutcome> done) {
  const auto found = find(id);
  if (!found) return done(std::unexpected(found.error()));
  Open& open = **found;
  const ActRecord* record = open.tracker.act(act);
  const int decisions = record == nullptr ? 0 : record->decisions;
  Events events;
  if (lease) events.push_back(make_event(event_id(act, "history", decisions), "system", cv::HistorySnapshot{std::move(history)}));
  const bool confirms = std::holds_alternative<cv::ActConfirmed>(step);
  events.push_back(make_event(confirms ? event_id(act, "confirmed", decisions - 1) : event_id(act, ""), actor, std::move(step)));
  append(open, std::move(events), received, [this, id, act, received, lease, done](Result<std::vector<storage::Appended>> result) {
    if (!result) return done(std::unexpected(result.error()));
    const auto again = find(id);
    if (!again) return done(std::unexpected(again.error()));
    const assist::GateDecision* decision = (*again)->replayer.assist() == nullptr ? nullptr : (*again)->replayer.assist()->decision(act);
    if (decision == nullptr) return done(fail(Code::unavailable, "the conversation cannot be folded now"));
    if (lease && decision->decision == cv::Decision::allowed) return reserve(**again, act, received, lease, done);
    write_decision(**again, act, received, lease, done);
  });
}

void Shard::reserve(Open& open, const std::string& act, Received received, Subjects::Lease lease, Done<ActOutcome> done) {
  const ActRecord& record = *open.tracker.act(act);
  const std::string reservation = SubjectHistory::reservation_of(open.id, act);
  const std::string subject = text_of(record.data, kSubject);
  Shard& owner = house_.shard_of(subject);
  owner.worker().post([this, &owner, subject, id = open.id, act, received, lease, done,
                       event = make_event(own_id("reserve-" + reservation), "system", cv::LimitReserved{reservation, reservation_data(open.id, act, record)})] {
    owner.subjects().append(subject, event, [this, id, act, received, lease, done](Result<storage::Appended> result) {
      worker_.post([this, id, act, received, lease, done, result = std::move(result)] {
        const auto found = find(id);
        if (!found) return done(std::unexpected(found.error()));
        if (!result) return fail_act(**found, act, "unavailable", [done, error = result.error()] { done(std::unexpected(error)); });
        write_decision(**found, act, received, lease, done);
      });
    });
  });
}

void Shard::settle(const Open& open, const std::string& act, bool happened, cv::Fields data, std::string reason, std::function<void()> done) {
  const ActRecord* record = open.tracker.act(act);
  const std::string subject = record == nullptr ? std::string() : text_of(record->data, kSubject);
  if (subject.empty()) return done();
  Shard& owner = house_.shard_of(subject);
  owner.worker().post([this, &owner, subject, id = open.id, act, happened, data = std::move(data), reason = std::move(reason), done = std::move(done)] {
    owner.subjects().settle(subject, id, act, happened, data, reason, [this, done](const core::Status&) { worker_.post(done); });
  });
}

// --- how it went ---

void Shard::act_result(Open& open, ActResult result, Received received, Done<std::string> done) {
  const ActRecord* record = open.tracker.act(result.act);
  if (record == nullptr) return done(fail(Code::not_found, "no such act", "act"));
  if (record->state == Act::done || record->state == Act::failed) return done(std::string(record->state == Act::done ? "done" : "failed"));
  if (!is_counted(record->kind) || record->state != Act::allowed) return done(fail(Code::conflict, "the act is not one that was allowed and waits for its result", "act"));
  cv::EventBody body = result.happened ? cv::EventBody(cv::ActDone{result.act, result.data}) : cv::EventBody(cv::ActFailed{result.act, result.reason});
  append(open, {make_event(event_id(result.act, result.happened ? "done" : "failed"), result.actor, std::move(body))}, received,
         [this, id = open.id, result, done](Result<std::vector<storage::Appended>> appended) {
           if (!appended) return done(std::unexpected(appended.error()));
           const auto found = find(id);
           if (!found) return done(std::unexpected(found.error()));
           const ActRecord* now = (*found)->tracker.act(result.act);
           const bool happened = now != nullptr && now->state == Act::done;
           settle(**found, result.act, happened, result.data, result.reason, [done, happened] { done(std::string(happened ? "done" : "failed")); });
         });
}

void Shard::fail_act(Open& open, const std::string& act, std::string reason, std::function<void()> done) {
  append(open, {make_event(event_id(act, "failed"), "system", cv::ActFailed{act, reason})}, Clock::now(),
         [this, id = open.id, act, reason, done](Result<std::vector<storage::Appended>> result) {
           const auto found = find(id);
           if (!result || !found) return done();
           const ActRecord* record = (*found)->tracker.act(act);
           if (record != nullptr && record->state == Act::done) return done();
           settle(**found, act, false, {}, reason, done);
         });
}

void Shard::plan_timeout(const Open& open, const std::string& act) {
  const ActRecord* record = open.tracker.act(act);
  if (record == nullptr || record->state != Act::allowed || !is_counted(record->kind)) return;
  act_timeouts_.emplace(record->decided_at + house_.options.act_timeout.count(), std::pair{open.id, act});
}

void Shard::time_out_acts() {
  const core::Millis now = core::wall_clock_now();
  std::vector<std::pair<std::string, std::string>> due;
  while (!act_timeouts_.empty() && act_timeouts_.begin()->first <= now) {
    due.push_back(std::move(act_timeouts_.begin()->second));
    act_timeouts_.erase(act_timeouts_.begin());
  }
  for (const auto& [id, act] : due) {
    const auto found = find(id);
    if (!found) continue;
    const ActRecord* record = (*found)->tracker.act(act);
    if (record != nullptr && record->state == Act::allowed) fail_act(**found, act, "timeout", [] {});
  }
}

// --- after a crash ---

void Shard::finish_acts(Open& open) {
  for (const auto& [act, record] : open.tracker.acts()) {
    if (record.state == Act::waits || record.state == Act::blocked || record.state == Act::done || record.state == Act::failed) continue;
    if (is_counted(record.kind) && record.state == Act::allowed) {
      plan_timeout(open, act);
      continue;
    }
    worker_.post([this, id = open.id, act = act] {
      const auto found = find(id);
      if (!found || (*found)->acting.contains(act)) return;
      const ActRecord* record_now = (*found)->tracker.act(act);
      if (record_now == nullptr || record_now->state == Act::done || record_now->state == Act::failed) return;
      if (is_counted(record_now->kind)) return fail_act(**found, act, "interrupted", [] {});
      if ((*found)->over()) return fail_act(**found, act, "the conversation has ended", [] {});
      go_on(id, act, Clock::now(), [](auto&&) {});
    });
  }
}

// Runs on the customer's shard; the answer comes from the conversation's.
void Shard::ask_fate(const SubjectHistory::Reservation& reservation, std::function<void(ActFate)> answer) {
  Shard& shard = house_.shard_of(reservation.conversation);
  shard.worker().post([&shard, reservation, answer = std::move(answer)] {
    const auto found = shard.find(reservation.conversation);
    const ActRecord* record = found ? (*found)->tracker.act(reservation.act) : nullptr;
    if (!found && found.error().code != Code::not_found) return answer(ActFate::pending);  // unreadable now: it goes on counting
    if (record == nullptr) return answer(ActFate::gone);
    const bool open = record->state == Act::allowed || (*found)->acting.contains(reservation.act);
    answer(record->state == Act::done ? ActFate::done : open ? ActFate::pending : ActFate::gone);
  });
}

// --- what the gate would say, and what a conversation leaves on the customer's stream ---

Result<assist::GateDecision> Shard::draft(Open& open, const std::string& text) {
  if (open.replayer.assist() == nullptr) return fail(Code::unavailable, "the conversation cannot be folded now");
  const core::Millis at = std::max(core::wall_clock_now(), open.tracker.summary().last_at);
  return open.replayer.assist()->check(cv::ActProposed{{}, "message", text, {}, {}}, at, scratch_);
}

void Shard::record_contact(NewConversation request, Done<SummaryPtr> done) {
  const std::string subject = text_of(request.started.customer, "id");
  request.history.emplace();
  // A sample is no contact of anybody's.
  if (subject.empty() || request.sample || house_.directory.find(request.id)) return create(std::move(request), std::move(done));
  SubjectHistory::Question question;
  question.conversation = request.id;
  question.issue = text_of(request.started.meta, "issue");
  question.at = core::wall_clock_now();
  question.offset_minutes = house_.shelf.current()->library().offset_minutes();
  cv::Fields data;
  for (const std::string_view name : {"direction", "issue"})
    if (const std::string* value = cv::find(request.started.meta, name)) data.push_back({std::string(name), *value, cv::FieldKind::text});
  data.push_back({"channel", request.started.channel, cv::FieldKind::text});
  Shard& owner = house_.shard_of(subject);
  owner.worker().post([this, &owner, subject, question, data = std::move(data), request = std::move(request), done = std::move(done)]() mutable {
    if (const auto history = owner.subjects().history(subject)) {
      cv::Fields counts = (*history)->counts(question);
      const bool any = std::ranges::any_of(counts, [](const cv::Field& field) { return field.value != "0"; });
      if (any) request.history = std::move(counts);
      if (!(*history)->knows_contact(request.id))
        owner.subjects().append(subject, make_event(own_id("contact-" + request.id), "system", cv::ContactRecorded{request.id, std::move(data)}), [](auto&&) {});
    }
    worker_.post([this, request = std::move(request), done = std::move(done)]() mutable { create(std::move(request), std::move(done)); });
  });
}

}  // namespace fenshen::gateway
