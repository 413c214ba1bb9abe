// Conversations: lists, events in, acts, what reps do.
#include <boost/json.hpp>

#include <charconv>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "gateway/gateway.h"
#include "gateway/live/frame_json.h"
#include "storage/crypto/digest.h"

namespace fenshen::gateway {

namespace cv = conversation;
namespace json = boost::json;
using access::Permission;
using core::Code;
using core::Result;

namespace {

constexpr std::size_t kEventsMost = 500;
constexpr std::size_t kPageMost = 200;

void write_time(core::JsonWriter& out, std::string_view name, core::Millis at) {
  out.key(name);
  if (at == 0) out.null();
  else out.value(core::format_instant(at));
}

Result<cv::Fields> fields_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return cv::Fields{};
  return cv::fields_from_json(*value, name);
}

bool from_channels(const cv::EventBody& body) {
  return std::holds_alternative<cv::Utterance>(body) || std::holds_alternative<cv::BusinessEvent>(body) ||
         std::holds_alternative<cv::CustomerSnapshot>(body) || std::holds_alternative<cv::ParticipantJoined>(body) ||
         std::holds_alternative<cv::ParticipantLeft>(body) || std::holds_alternative<cv::ConversationEnded>(body);
}

// What a rep's desk may report: business events, what is known of the customer, corrections of what was heard. What a
// rep says goes through the gate (acts).
bool from_desk(const cv::EventBody& body) {
  if (const auto* utterance = std::get_if<cv::Utterance>(&body)) return utterance->revision > 0;
  return std::holds_alternative<cv::BusinessEvent>(body) || std::holds_alternative<cv::CustomerSnapshot>(body);
}

core::Status check_event(const cv::Event& event, const access::Principal& who) {
  TRY(check_event_id(event.id, "id"));
  if (const auto* utterance = std::get_if<cv::Utterance>(&event.body)) TRY(check_text(utterance->text, "text"));
  const bool known = who.has(access::Role::api) ? from_channels(event.body) : from_desk(event.body);
  if (!known) return core::fail(Code::invalid, "events of this type are not taken here", "type");
  return {};
}

struct ParsedEvents {
  std::vector<cv::Event> events;
  std::vector<std::size_t> places;  // of each, in the caller's list (partial text is no event)
  std::vector<core::Error> errors;  // of all events, where = "events[3].text"
  std::vector<std::pair<cv::Speaker, std::string>> partials;
};

void parse_event(const json::value& value, std::size_t index, const access::Principal& who, ParsedEvents& out) {
  const std::string place = "events[" + std::to_string(index) + "]";
  const auto refuse = [&](core::Error error) {
    error.where = error.where.empty() ? place : place + "." + error.where;
    out.errors.push_back(std::move(error));
  };
  if (!value.is_object()) return refuse({Code::invalid, "must be an object", {}});
  const json::object& object = value.get_object();
  cv::Event event;
  const auto id = string_member(object, "id", 200);
  if (!id) return refuse(id.error());
  const auto type = string_member(object, "type", 100);
  if (!type) return refuse(type.error());
  event.id = *id;
  event.actor = who.account;
  event.occurred_at = core::wall_clock_now();
  if (const auto occurred = optional_string(object, "occurred_at", 64); !occurred) return refuse(occurred.error());
  else if (!occurred->empty()) {
    const auto at = core::parse_instant(*occurred);
    if (!at) return refuse({Code::invalid, "must be an RFC 3339 time", "occurred_at"});
    event.occurred_at = *at;
  }
  const bool partial = *type == "utterance.partial";
  auto body = cv::body_from_json(partial ? "utterance" : *type, json::serialize(object));
  if (!body) return refuse(body.error());
  event.body = std::move(*body);
  if (const auto status = check_event(event, who); !status) return refuse(status.error());
  if (partial) {
    const auto& utterance = std::get<cv::Utterance>(event.body);
    out.partials.emplace_back(utterance.speaker, utterance.text);
    return;
  }
  out.events.push_back(std::move(event));
  out.places.push_back(index);
}

// What the shard says of "events[n]", n counting what it was given, in the caller's counting.
core::Error in_callers_list(core::Error error, const std::vector<std::size_t>& places) {
  constexpr std::string_view kList = "events[";
  if (!error.where.starts_with(kList)) return error;
  std::size_t at = 0;
  const char* begin = error.where.data() + kList.size();
  const auto [end, problem] = std::from_chars(begin, error.where.data() + error.where.size(), at);
  if (problem == std::errc() && at < places.size())
    error.where = std::string(kList) + std::to_string(places[at]) + error.where.substr(static_cast<std::size_t>(end - error.where.data()));
  return error;
}

net::Response all_errors(const std::vector<core::Error>& errors) {
  net::Response response = problem(422, "invalid", count_of_mistakes(errors.size()), errors.front().where);
  response.body.pop_back();
  core::JsonWriter out(response.body);
  response.body += R"(,"errors":)";
  out.begin_array();
  for (const core::Error& error : errors) out.begin_object().field("where", error.where).field("message", error.message).end_object();
  out.end_array();
  response.body += "}";
  return response;
}

}  // namespace

std::string Gateway::summary_json(const Summary& summary, const access::Principal& who) {
  return summary_json(summary, !(is_own(who, summary) && unmasked(who, summary)));
}

std::string Gateway::summary_json(const Summary& summary, bool masked) {
  if (masked) {
    const Masker& masker = parts_.live.masker();
    Summary copy = summary;
    const std::string* name = cv::find(summary.customer, "name");
    const bool by_name = name != nullptr && *name == summary.title;
    copy.customer = masker.fields(summary.customer);
    copy.title = by_name ? *cv::find(copy.customer, "name") : masker.text(summary.title);
    copy.last_text = masker.text(summary.last_text);
    return summary_json(copy, false);
  }
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("id", summary.id).field("channel", summary.channel).field("lang", summary.lang).field("state", to_string(summary.state));
  out.field("title", summary.title.empty() ? summary.id : summary.title).key("customer").raw(json::serialize(cv::fields_to_json(summary.customer)));
  out.key("rep");
  if (summary.rep.empty()) out.null();
  else out.begin_object().field("id", summary.rep).field("name", rep(summary.rep).name).end_object();
  write_time(out, "started_at", summary.started_at);
  write_time(out, "ended_at", summary.ended_at);
  out.key("last");
  if (summary.last_at == 0) out.null();
  else out.begin_object().field("speaker", summary.last_speaker).field("text", summary.last_text).field("at", core::format_instant(summary.last_at)).end_object();
  write_time(out, "waiting_since", summary.waiting_since);
  out.field("unread", summary.unread).field("owed", summary.owed).key("violations").begin_object().field("major", summary.major)
      .field("normal", summary.normal).end_object();
  out.field("emotion", summary.emotion).key("flow");
  if (summary.flow.empty()) out.null();
  else out.value(summary.flow);
  out.key("sample");
  if (summary.sample.empty()) out.null();
  else out.raw(summary.sample);
  out.field("seq", summary.seq).end_object();
  return text;
}

void Gateway::list(const CallPtr& call, Permission permission, bool only_mine) {
  ListFilter filter;
  const auto state = call->target.parameter("state");
  if (state && *state != "open" && *state != "ended" && !state->empty()) return call->fail(422, "invalid", "must be open or ended", "state");
  if (state && !state->empty()) filter.open = *state == "open";
  const auto limit = number_parameter(call->target, "limit", 50, kPageMost);
  if (!limit) return call->fail(limit.error());
  const auto cursor = number_parameter(call->target, "cursor", 0, ~std::uint64_t{0} >> 1);
  if (!cursor) return call->fail(cursor.error());
  filter.limit = std::max<std::size_t>(1, *limit);
  filter.before = *cursor;
  const std::string words(call->target.parameter("q").value_or(""));
  const access::Principal who = call->who();
  filter.visible = [this, who, permission, only_mine, words](const Summary& summary) {
    if (only_mine && summary.rep != who.account && summary.state != Summary::State::waiting) return false;
    if (!may(who, permission, summary)) return false;
    if (words.empty()) return true;
    // What he does not see he cannot search for either.
    const bool raw = is_own(who, summary) && unmasked(who, summary);
    const auto holds = [&](const std::string& text) { return (raw ? text : parts_.live.masker().text(text)).find(words) != std::string::npos; };
    return summary.id.find(words) != std::string::npos || holds(summary.title) || holds(summary.last_text);
  };
  in_pool(call, [this, call, filter, permission] {
    const ListPage page = parts_.live.list(filter);
    std::string text = R"({"items":[)";
    for (std::size_t i = 0; i < page.items.size(); ++i) {
      if (i > 0) text += ',';
      text += summary_json(*page.items[i], call->who());
      if (permission == Permission::console_view) {  // what a supervisor should look at first
        const Summary& summary = *page.items[i];
        const int risk = summary.major * 10 + summary.normal * 3 + summary.owed + (summary.emotion == "angry" ? 5 : 0);
        text.pop_back();
        text += R"(,"risk":)" + std::to_string(risk) + "}";
      }
    }
    text += R"(],"next":)" + (page.next == 0 ? std::string("null") : "\"" + std::to_string(page.next) + "\"") + "}";
    call->json(200, std::move(text));
  });
}

void Gateway::list_conversations(const CallPtr& call) {
  list(call, Permission::conversation_view, call->target.parameter("scope").value_or("mine") == "mine" && !call->who().has(access::Role::api));
}
void Gateway::list_console(const CallPtr& call) { list(call, Permission::console_view, false); }

void Gateway::create_conversation(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  NewConversation request;
  const auto id = optional_string(*body, "id", 200);
  const auto channel = string_member(*body, "channel", 40);
  const auto lang = optional_string(*body, "lang", 10);
  auto customer = fields_member(*body, "customer");
  auto meta = fields_member(*body, "meta");
  const auto started = optional_string(*body, "started_at", 64);
  if (const auto* error = first_error(id, channel, lang, customer, meta, started)) return call->fail(*error);
  request.id = id->empty() ? fresh_id("c-", *call) : *id;
  if (const auto status = check_id(request.id, "id"); !status) return call->fail(status.error());
  request.started = {*channel, lang->empty() ? "zh" : *lang, std::move(*customer), std::move(*meta)};
  if (!started->empty()) {
    const auto at = core::parse_instant(*started);
    if (!at) return call->fail(422, "invalid", "must be an RFC 3339 time", "started_at");
    request.occurred_at = *at;
  }
  request.actor = call->who().account;
  if (call->who().has(access::Role::rep)) request.rep = call->who().account;
  create_once(call, std::move(request), [this, call](SummaryPtr summary) { call->json(201, summary_json(*summary, call->who())); });
}

// With an Idempotency-Key, what was made before is the answer.
void Gateway::create_once(const CallPtr& call, NewConversation request, std::function<void(SummaryPtr)> use) {
  const std::string id = request.id;
  const bool repeated = has_key(*call) && id == fresh_id(id.substr(0, id.find('-') + 1), *call);
  parts_.live.create(std::move(request), [this, call, id, repeated, use = std::move(use)](Result<SummaryPtr> made) {
    if (made) return use(*made);
    if (!repeated || made.error().code != Code::conflict) return call->fail(made.error());
    parts_.live.summary(id, [call, use](Result<SummaryPtr> before) {
      if (!before) return call->fail(before.error());
      use(*before);
    });
  });
}

bool Gateway::has_key(const Call& call) { return call.request.header("Idempotency-Key").value_or("").size() >= 8; }

// The id of a new conversation: random, or made from the caller and his key, so that a retry names the same one.
std::string Gateway::fresh_id(std::string_view prefix, const Call& call) const {
  if (!has_key(call)) return std::string(prefix) + storage::crypto::random_token(12);
  const std::string who = call.principal ? call.principal->account : call.request.remote_address;
  const std::string seed = chat_secret_ + "|" + who + "|" + std::string(call.route->operation) + "|" + std::string(*call.request.header("Idempotency-Key"));
  return std::string(prefix) + storage::crypto::sha256_hex(seed).substr(0, 24);
}

void Gateway::get_conversation(const CallPtr& call) {
  with_conversation(call, Permission::conversation_view, [this, call](SummaryPtr summary) {
    audit_view(call->who(), *summary);
    call->json(200, summary_json(*summary, !read_unmasked(call->who(), *summary)));
  });
}

void Gateway::get_events(const CallPtr& call) {
  with_conversation(call, Permission::conversation_view, [this, call](SummaryPtr summary) {
    const auto after = number_parameter(call->target, "after", 0, ~std::uint64_t{0} >> 1);
    if (!after) return call->fail(after.error());
    const auto limit = number_parameter(call->target, "limit", 1'000, 5'000);
    if (!limit) return call->fail(limit.error());
    in_pool(call, [this, call, summary, id = summary->id, after = *after, limit = *limit] {
      const bool raw = read_unmasked(call->who(), *summary);
      const auto events = parts_.log.read({"default", storage::StreamKind::conversation, id}, after, limit);
      if (!events) return call->fail(events.error());
      std::string text = R"({"items":[)";
      for (std::size_t i = 0; i < events->size(); ++i) {
        if (i > 0) text += ',';
        text += raw ? event_json((*events)[i]) : parts_.live.masker().json(event_json((*events)[i]));
      }
      call->json(200, text + "]}");
    });
  });
}

void Gateway::append_events(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  ParsedEvents parsed;
  if (const json::value* list = body->if_contains("events")) {
    if (!list->is_array() || list->get_array().empty()) return call->fail(422, "invalid", "must be a list of events", "events");
    if (list->get_array().size() > kEventsMost) return call->fail(422, "invalid", "at most " + std::to_string(kEventsMost) + " events", "events");
    for (std::size_t i = 0; i < list->get_array().size(); ++i) parse_event(list->get_array()[i], i, call->who(), parsed);
  } else {
    parse_event(*body, 0, call->who(), parsed);
  }
  if (!parsed.errors.empty()) return call->respond(all_errors(parsed.errors));
  auto shared = std::make_shared<ParsedEvents>(std::move(parsed));
  with_conversation(call, Permission::conversation_append, [this, call, shared](SummaryPtr summary) {
    // What was heard may have been heard wrongly; what a customer wrote himself nobody rewrites.
    if (summary->channel == "chat" && !call->who().has(access::Role::api))
      for (const cv::Event& event : shared->events)
        if (std::holds_alternative<cv::Utterance>(event.body)) return call->fail(422, "invalid", "what was written in a chat is not corrected", "type");
    for (auto& [speaker, text] : shared->partials) parts_.live.partial(summary->id, speaker, std::move(text));
    if (shared->events.empty()) return call->json(201, R"({"items":[]})");
    std::vector<std::string> ids;
    for (const cv::Event& event : shared->events) ids.push_back(event.id);
    parts_.live.append(summary->id, std::move(shared->events), call->request.received,
                       [call, ids = std::move(ids), places = shared->places](Result<std::vector<storage::Appended>> result) {
      if (!result) return call->fail(in_callers_list(result.error(), places));
      std::string text;
      core::JsonWriter out(text);
      out.begin_object().key("items").begin_array();
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const storage::Appended& appended = (*result)[i];
        out.begin_object().field("id", ids[i]).field("seq", appended.seq).field("recorded_at", core::format_instant(appended.recorded_at))
            .field("duplicate", appended.duplicate).end_object();
      }
      out.end_array().end_object();
      call->json(201, std::move(text));
    });
  });
}

void Gateway::get_frames(const CallPtr& call) {
  with_conversation(call, Permission::conversation_view, [this, call](SummaryPtr summary) {
    const auto after = number_parameter(call->target, "after", 0, ~std::uint64_t{0} >> 1);
    if (!after) return call->fail(after.error());
    parts_.live.frames(summary->id, *after, [this, call, summary](Result<FramePage> page) {
      if (!page) return call->fail(page.error());
      in_pool(call, [this, call, summary, page = std::move(*page)] {
        const bool raw = read_unmasked(call->who(), *summary);
        std::string text;
        core::JsonWriter out(text);
        out.begin_object().key("items").begin_array();
        for (const auto& item : page.items) out.raw(raw ? *item : parts_.live.masker().json(*item));
        out.end_array().field("next_n", page.next_n).end_object();
        call->json(200, std::move(text));
      });
    });
  });
}

namespace {

constexpr std::array<std::string_view, 4> kActKinds = {"message", "product", "contact", "connector"};

void answer_decision(const CallPtr& call, const std::string& act, const Result<ActOutcome>& outcome) {
  if (!outcome) return call->fail(outcome.error());
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("act", act).field("decision", cv::to_string(outcome->decision.decision)).key("findings").raw(outcome->decision.findings);
  out.key("rules").begin_array();
  for (const std::string& rule : outcome->decision.rules) out.value(rule);
  out.end_array().field("seq", outcome->seq).end_object();
  call->json(200, std::move(text));
}

// What each kind of act must say of itself.
core::Status check_act(const ActRequest& request) {
  if (std::ranges::find(kActKinds, request.kind) == kActKinds.end())
    return core::fail(Code::invalid, "must be message, product, contact or connector", "kind");
  if (request.kind == "message") return request.text.empty() ? core::fail(Code::invalid, "is missing", "text") : core::Status{};
  const std::string_view needed = request.kind == "product" ? "product" : request.kind == "contact" ? "to" : "name";
  if (const std::string* value = cv::find(request.data, needed); value == nullptr || value->empty())
    return core::fail(Code::invalid, "is missing", "data." + std::string(needed));
  if (const std::string* zone = cv::find(request.data, "phone_zone"); zone != nullptr && !core::parse_offset(*zone))
    return core::fail(Code::invalid, "must be an offset such as +08:00", "data.phone_zone");
  return {};
}

}  // namespace

void Gateway::propose_act(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto act = string_member(*body, "act", 200);
  const auto kind = string_member(*body, "kind", 40);
  const auto text = optional_string(*body, "text", 20'000);
  const auto card = optional_string(*body, "card", 64);
  const auto data = fields_member(*body, "data");
  if (const auto* error = first_error(act, kind, text, card, data)) return call->fail(*error);
  if (const auto status = check_id(*act, "act"); !status) return call->fail(status.error());
  ActRequest request{*act, *kind, *text, *card, call->who().account, *data};
  if (const auto status = check_act(request); !status) return call->fail(status.error());
  if (!text->empty())
    if (const auto status = check_text(*text, "text"); !status) return call->fail(status.error());
  with_conversation(call, Permission::conversation_work, [this, call, request](SummaryPtr summary) {
    parts_.live.act(summary->id, request, call->request.received,
                    [call, act = request.act](Result<ActOutcome> outcome) { answer_decision(call, act, outcome); });
  });
}

void Gateway::confirm_act(const CallPtr& call) {
  with_conversation(call, Permission::conversation_work, [this, call](SummaryPtr summary) {
    const std::string& act = call->parameters[1];
    parts_.live.confirm(summary->id, act, call->who().account, call->request.received,
                        [call, act](Result<ActOutcome> outcome) { answer_decision(call, act, outcome); });
  });
}

void Gateway::act_result(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto word = string_member(*body, "result", 20);
  const auto reason = optional_string(*body, "reason", 2'000);
  const auto data = fields_member(*body, "data");
  if (const auto* error = first_error(word, reason, data)) return call->fail(*error);
  if (*word != "done" && *word != "failed") return call->fail(422, "invalid", "must be done or failed", "result");
  ActResult result{call->parameters[1], call->who().account, *word == "done", *reason, *data};
  with_conversation(call, Permission::conversation_work, [this, call, result](SummaryPtr summary) {
    parts_.live.act_result(summary->id, result, call->request.received, [call, act = result.act](Result<std::string> state) {
      if (!state) return call->fail(state.error());
      std::string text;
      core::JsonWriter(text).begin_object().field("act", act).field("state", *state).end_object();
      call->json(200, std::move(text));
    });
  });
}

// One event of the caller's, answered through `use`.
void Gateway::append_one(const CallPtr& call, cv::Event event, std::function<void(const storage::Appended&)> use) {
  if (const auto status = check_event_id(event.id, "id"); !status) return call->fail(status.error());
  event.actor = call->who().account;
  event.occurred_at = core::wall_clock_now();
  auto shared = std::make_shared<cv::Event>(std::move(event));
  with_conversation(call, Permission::conversation_work, [this, call, shared, use = std::move(use)](SummaryPtr summary) {
    std::vector<cv::Event> events;
    events.push_back(std::move(*shared));
    parts_.live.append(summary->id, std::move(events), call->request.received, [call, use](Result<std::vector<storage::Appended>> result) {
      if (!result) return call->fail(result.error());
      use(result->front());
    });
  });
}

namespace {

std::string appended_json(const storage::Appended& appended) {
  std::string text;
  core::JsonWriter(text).begin_object().field("seq", appended.seq).field("recorded_at", core::format_instant(appended.recorded_at))
      .field("duplicate", appended.duplicate).end_object();
  return text;
}

}  // namespace

void Gateway::card_action(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  const auto action = string_member(*body, "action", 20);
  const auto reason = optional_string(*body, "reason", 2'000);
  const auto text = optional_string(*body, "text", 20'000);
  if (const auto* error = first_error(id, action, reason, text)) return call->fail(*error);
  if (*action != "shown" && *action != "used" && *action != "edited" && *action != "dismissed" && *action != "rejected")
    return call->fail(422, "invalid", "must be shown, used, edited, dismissed or rejected", "action");
  cv::Event event;
  event.id = *id;
  event.body = cv::CardAction{call->parameters[1], *action, *reason, *text};
  append_one(call, std::move(event), [call](const storage::Appended& appended) { call->json(201, appended_json(appended)); });
}

void Gateway::flow_action(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  const auto action = string_member(*body, "action", 20);
  const auto flow = optional_string(*body, "flow", 40);
  const auto step = optional_string(*body, "step", 40);
  const auto reason = optional_string(*body, "reason", 2'000);
  if (const auto* error = first_error(id, action, flow, step, reason)) return call->fail(*error);
  if (*action != "switch" && *action != "done" && *action != "skip" && *action != "undo")
    return call->fail(422, "invalid", "must be switch, done, skip or undo", "action");
  if (*action == "switch" && flow->empty()) return call->fail(422, "invalid", "is missing", "flow");
  if (*action != "switch" && step->empty()) return call->fail(422, "invalid", "is missing", "step");
  cv::Event event;
  event.id = *id;
  event.body = cv::FlowAction{*action, *flow, *step, *reason};
  append_one(call, std::move(event), [call](const storage::Appended& appended) { call->json(201, appended_json(appended)); });
}

void Gateway::accept_conversation(const CallPtr& call) {
  with_conversation(call, Permission::conversation_work, [this, call](SummaryPtr summary) {
    parts_.live.accept(summary->id, call->who().account, [this, call](Result<SummaryPtr> taken) {
      if (!taken) return call->fail(taken.error());
      call->json(200, summary_json(**taken, call->who()));
    });
  });
}

void Gateway::end_conversation(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  const auto reason = optional_string(*body, "reason", 200);
  if (!id) return call->fail(id.error());
  if (!reason) return call->fail(reason.error());
  cv::Event event;
  event.id = *id;
  event.body = cv::ConversationEnded{call->who().has(access::Role::api) ? "channel" : "rep", *reason};
  append_one(call, std::move(event), [this, call](const storage::Appended&) {
    parts_.live.summary(call->parameters.front(), [this, call](Result<SummaryPtr> summary) {
      if (!summary) return call->fail(summary.error());
      call->json(200, summary_json(**summary, call->who()));
    });
  });
}

void Gateway::save_wrapup(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  if (!id) return call->fail(id.error());
  if (const auto status = check_event_id(*id, "id"); !status) return call->fail(status.error());
  const json::value* wrapup = body->if_contains("wrapup");
  if (wrapup == nullptr || !wrapup->is_object()) return call->fail(422, "invalid", "must be an object", "wrapup");
  const json::value* types = wrapup->get_object().if_contains("types");
  if (types == nullptr || !types->is_array()) return call->fail(422, "invalid", "must be a list of business types", "wrapup.types");
  std::string text = json::serialize(*wrapup);
  if (text.size() > 100'000) return call->fail(422, "invalid", "is too long", "wrapup");
  with_conversation(call, Permission::conversation_work, [this, call, id = *id, text = std::move(text)](SummaryPtr summary) {
    parts_.live.save_wrapup(summary->id, id, text, call->who().account, [call](Result<std::vector<std::string>> changed) {
      if (!changed) return call->fail(changed.error());
      std::string answer;
      core::JsonWriter out(answer);
      out.begin_object().key("changed").begin_array();
      for (const std::string& name : *changed) out.value(name);
      out.end_array().end_object();
      call->json(201, std::move(answer));
    });
  });
}

}  // namespace fenshen::gateway
