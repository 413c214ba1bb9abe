// What people do in a conversation: taking a chat, the wrap-up, the recorded customer. Acts: shard_gate.cpp.
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

#include "core/json_writer.h"
#include "core/utf8.h"
#include "gateway/live/own_ids.h"
#include "gateway/live/shard.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;
using core::fail;
using core::Result;
using Clock = std::chrono::steady_clock;

cv::Event make_event(std::string id, std::string actor, cv::EventBody body) {
  cv::Event event;
  event.id = std::move(id);
  event.actor = std::move(actor);
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}


}  // namespace

// --- who takes it ---

void Shard::accept(Open& open, const std::string& account, Done<SummaryPtr> done) {
  const Summary& summary = open.tracker.summary();
  if (open.over()) return done(fail(Code::conflict, "the conversation has ended", "conversation"));
  if (summary.rep == account) return done(summarize(open));
  if (!summary.rep.empty()) return done(fail(Code::conflict, "another rep has taken it", "rep"));
  append(open, {make_event(own_id("accept"), account, cv::ParticipantJoined{account, cv::Speaker::rep})}, Clock::now(),
         [this, id = open.id, account, done](Result<std::vector<storage::Appended>> result) {
           if (!result) return done(std::unexpected(result.error()));
           const auto found = find(id);
           if (!found) return done(std::unexpected(found.error()));
           if ((*found)->tracker.summary().rep != account) return done(fail(Code::conflict, "another rep has taken it", "rep"));
           done(summarize(**found));
         });
}

// --- wrap-up ---

namespace {

std::string text_of(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : json::serialize(value); }

// Codes, or codes within objects, in order.
std::vector<std::string> codes(const json::value* list) {
  std::vector<std::string> out;
  if (list != nullptr && list->is_array())
    for (const json::value& item : list->get_array()) {
      const json::value* code = item.is_object() ? item.get_object().if_contains("code") : &item;
      if (code != nullptr) out.push_back(text_of(*code));
    }
  return out;
}

std::vector<std::string> texts(const json::value* list) {
  std::vector<std::string> out;
  if (list != nullptr && list->is_array())
    for (const json::value& item : list->get_array())
      if (const json::value* text = item.is_object() ? item.get_object().if_contains("text") : &item) out.push_back(text_of(*text));
  return out;
}

std::map<std::string, std::string> fields(const json::value* list) {
  std::map<std::string, std::string> out;
  if (list != nullptr && list->is_array())
    for (const json::value& item : list->get_array()) {
      if (!item.is_object()) continue;
      const json::value* name = item.get_object().if_contains("name");
      const json::value* value = item.get_object().if_contains("value");
      if (name != nullptr && value != nullptr) out[text_of(*name)] = text_of(*value);
    }
  return out;
}

const json::value* member(const json::value& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

}  // namespace

std::vector<std::string> wrapup_changes(std::string_view panels, std::string_view wrapup) {
  boost::system::error_code error;
  const json::value all = json::parse({panels.data(), panels.size()}, error);
  const json::value saved = json::parse({wrapup.data(), wrapup.size()}, error);
  const json::value none;
  const json::value& draft = member(all, "wrapup") != nullptr ? *member(all, "wrapup") : none;
  std::vector<std::string> changed;
  // The draft proposes up to three types; confirming its first is no change.
  auto proposed = codes(member(draft, "types")), chosen = codes(member(saved, "types"));
  if (chosen.size() < proposed.size() && !chosen.empty()) proposed.resize(chosen.size());
  if (proposed != chosen) changed.push_back("types");
  if (texts(member(draft, "summary")) != texts(member(saved, "summary"))) changed.push_back("summary");
  const auto before = fields(member(draft, "fields")), after = fields(member(saved, "fields"));
  for (const auto& [name, value] : after)
    if (const auto old = before.find(name); old == before.end() || old->second != value) changed.push_back("fields." + name);
  for (const auto& [name, value] : before)
    if (!after.contains(name)) changed.push_back("fields." + name);
  const json::value* old_outcome = member(draft, "outcome");
  const json::value* outcome = member(saved, "outcome");
  if (outcome != nullptr && (old_outcome == nullptr || text_of(*old_outcome) != text_of(*outcome))) changed.push_back("outcome");
  return changed;
}

void Shard::save_wrapup(Open& open, std::string event_id, std::string wrapup, const std::string& actor, Done<std::vector<std::string>> done) {
  if (!open.over()) return done(fail(Code::conflict, "the conversation has not ended yet", "conversation"));
  std::vector<std::string> changed;
  if (open.replayer.assist() != nullptr) changed = wrapup_changes(open.replayer.assist()->panels_json(), wrapup);
  // What was changed is saved with it: the difference is what the draft can be measured by.
  boost::system::error_code error;
  json::value value = json::parse(wrapup, error);
  json::array list;
  for (const std::string& name : changed) list.emplace_back(name);
  value.get_object()["changed"] = std::move(list);
  append(open, {make_event(std::move(event_id), actor, cv::WrapupSaved{json::serialize(value)})}, Clock::now(),
         [changed, done](Result<std::vector<storage::Appended>> result) {
           if (!result) return done(std::unexpected(result.error()));
           done(changed);
         });
}

// --- the recorded customer ---

void Shard::plan_sample(Open& open) {
  if (!open.sample || open.over()) return;
  SamplePlay& sample = *open.sample;
  const std::uint64_t plan = ++open.sample_turn;  // earlier plans are void
  house_.directory.update(summarize(open));
  if (sample.paused() || sample.waits() == SamplePlay::Waits::rep) return;
  if (sample.waits() == SamplePlay::Waits::done && !sample.automatic()) return;
  const auto delay = sample.delay();
  if (sample.waits() == SamplePlay::Waits::customer) send_partials(open, delay);
  worker_.post_at(Clock::now() + delay, [this, id = open.id, plan] { play_sample(id, plan); });
}

// The words as they come, while the customer speaks.
void Shard::send_partials(Open& open, std::chrono::milliseconds delay) {
  const auto* turn = open.sample->turn();
  if (turn == nullptr || turn->text.empty() || open.tracker.summary().channel != "voice" || delay < std::chrono::milliseconds(300)) return;
  const std::size_t length = core::count_code_points(turn->text);
  for (const int percent : {50, 70, 90}) {
    std::size_t at = 0;
    for (std::size_t n = 0; n < length * static_cast<std::size_t>(percent) / 100; ++n) core::decode_utf8(turn->text, at);
    std::string text;
    core::JsonWriter(text).begin_object().field("op", "partial").field("conversation", open.id).field("speaker", cv::to_string(turn->speaker))
        .field("text", std::string_view(turn->text).substr(0, at)).end_object();
    worker_.post_at(Clock::now() + delay * percent / 100, [this, id = open.id, plan = open.sample_turn, text = std::move(text)] {
      const auto found = open_.find(id);
      if (found != open_.end() && found->second->sample_turn == plan) send_desks(*found->second, text);
    });
  }
}

void Shard::play_sample(const std::string& id, std::uint64_t plan) {
  const auto found = open_.find(id);
  if (found == open_.end() || found->second->sample_turn != plan || found->second->over()) return;
  Open& open = *found->second;
  ++open.sample_turn;
  const bool ends = open.sample->waits() == SamplePlay::Waits::done;
  cv::Event event = ends ? make_event(own_id("s-end"), "customer", cv::ConversationEnded{"customer", "hung_up"})
                         : make_event(own_id("s" + std::to_string(open.sample->next())), "sample", open.sample->body());
  if (!ends) open.sample->played();
  append(open, {std::move(event)}, Clock::now(), [this, id](Result<std::vector<storage::Appended>> result) {
    const auto again = open_.find(id);
    if (again == open_.end() || !again->second->sample) return;
    if (!result) again->second->sample->pause(true);  // the disk is full, say: the newcomer may resume
    plan_sample(*again->second);
  });
}

Result<std::string> Shard::sample_action(Open& open, const SampleAction& action) {
  if (!open.sample) return fail(Code::not_found, "this conversation is not a sample", "conversation");
  if (open.over()) return fail(Code::conflict, "the conversation has ended", "conversation");
  SamplePlay& sample = *open.sample;
  if (action.speed) sample.set_speed(*action.speed);
  if (action.automatic) sample.set_automatic(*action.automatic);
  if (action.action == "pause") sample.pause(true);
  if (action.action == "resume") sample.pause(false);
  if (action.action == "rep_turn") {
    if (sample.waits() != SamplePlay::Waits::rep) return fail(Code::conflict, "it is not the rep's turn", "action");
    const std::uint64_t plan = ++open.sample_turn;
    play_sample(open.id, plan);
    return sample.state_json();
  }
  plan_sample(open);
  return sample.state_json();
}

// After a restart: the turns are kept beside the log; which were said, the log knows. It waits until somebody resumes.
void Shard::restore_sample(Open& open) {
  const auto kept = house_.records.setting("sample." + open.id);
  if (!kept || !*kept) return;
  auto dialogue = cv::parse_dialogue(**kept);
  if (!dialogue) return;
  open.sample = std::make_unique<SamplePlay>(std::move(*dialogue), 1);
  const auto events = house_.log.read({"default", storage::StreamKind::conversation, open.id}, 0, 10'000);
  if (!events) return;
  for (const cv::Event& event : *events) {
    std::size_t index = 0;
    if (const std::string_view turn = without_own_sign(event.id); event.actor == "sample" && turn.starts_with("s")) {
      std::from_chars(turn.data() + 1, turn.data() + turn.size(), index);
      open.sample->continue_at(index + 1);
    } else if (const auto* done = std::get_if<cv::ActDone>(&event.body)) {
      const ActRecord* act = open.tracker.act(done->act);
      if (act != nullptr && act->kind == "message") open.sample->rep_spoke();
    }
  }
  open.sample->pause(true);
}

}  // namespace fenshen::gateway
