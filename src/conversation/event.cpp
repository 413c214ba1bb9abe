#include "conversation/event.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "core/json_writer.h"
#include "conversation/json_fields.h"
#include "core/utf8.h"

namespace fenshen::conversation {
namespace {

namespace json = boost::json;
using core::Code;
using core::fail;
using core::JsonWriter;
using core::Result;

constexpr std::string_view kNames[] = {
    "conversation.started", "participant.joined", "participant.left", "utterance",   "business",  "customer.snapshot",
    "pack.bound",           "tick",               "act.proposed",     "act.decided", "act.done",  "act.failed",
    "card.action",          "flow.action",        "wrapup.saved",     "typing",      "conversation.ended",
    "act.confirmed",        "history.snapshot",   "limit.reserved",   "limit.committed", "limit.released", "contact.recorded"};
static_assert(std::size(kNames) == std::variant_size_v<EventBody>);

// --- writing ---

void write(JsonWriter& out, std::string_view name, const Fields& fields) {
  if (!fields.empty()) out.key(name).raw(json::serialize(fields_to_json(fields)));
}

void write_body(JsonWriter& out, const ConversationStarted& body) {
  out.field("channel", body.channel).field("lang", body.lang);
  write(out, "customer", body.customer);
  write(out, "meta", body.meta);
}
void write_body(JsonWriter& out, const ParticipantJoined& body) {
  out.field("participant", body.participant).field("speaker", to_string(body.speaker));
}
void write_body(JsonWriter& out, const ParticipantLeft& body) {
  out.field("participant", body.participant).field("speaker", to_string(body.speaker));
}
void write_body(JsonWriter& out, const Utterance& body) {
  out.field("speaker", to_string(body.speaker)).field("text", body.text);
  if (!body.utterance_id.empty()) out.field("utterance_id", body.utterance_id);
  if (body.revision != 0) out.field("revision", body.revision);
  if (body.track != 0) out.field("track", body.track);
  if (body.start_ms >= 0) out.field("start_ms", body.start_ms);
  if (body.end_ms >= 0) out.field("end_ms", body.end_ms);
}
void write_body(JsonWriter& out, const BusinessEvent& body) {
  out.field("name", body.name);
  write(out, "data", body.data);
}
void write_body(JsonWriter& out, const CustomerSnapshot& body) { write(out, "customer", body.customer); }
void write_body(JsonWriter& out, const PackBound& body) {
  out.field("pack_hash", body.pack_hash).field("engine", body.engine);
}
void write_body(JsonWriter&, const Tick&) {}
void write_body(JsonWriter& out, const ActProposed& body) {
  out.field("act", body.act).field("kind", body.kind).field("text", body.text);
  if (!body.card.empty()) out.field("card", body.card);
  write(out, "data", body.data);
}
void write_body(JsonWriter& out, const ActDecided& body) {
  out.field("act", body.act).field("allowed", body.allowed());
  if (body.decision == Decision::confirm) out.field("decision", to_string(body.decision));
  out.key("rules").begin_array();
  for (const std::string& rule : body.rules) out.value(rule);
  out.end_array();
}
void write_body(JsonWriter& out, const ActConfirmed& body) { out.field("act", body.act); }
void write_body(JsonWriter& out, const ActDone& body) {
  out.field("act", body.act);
  write(out, "data", body.data);
}
void write_body(JsonWriter& out, const ActFailed& body) { out.field("act", body.act).field("reason", body.reason); }
void write_body(JsonWriter& out, const CardAction& body) {
  out.field("card", body.card).field("action", body.action);
  if (!body.reason.empty()) out.field("reason", body.reason);
  if (!body.text.empty()) out.field("text", body.text);
}
void write_body(JsonWriter& out, const FlowAction& body) {
  out.field("action", body.action);
  if (!body.flow.empty()) out.field("flow", body.flow);
  if (!body.step.empty()) out.field("step", body.step);
  if (!body.reason.empty()) out.field("reason", body.reason);
}
void write_body(JsonWriter& out, const WrapupSaved& body) { out.key("wrapup").raw(body.json.empty() ? "{}" : body.json); }
void write_body(JsonWriter& out, const Typing& body) { out.field("speaker", to_string(body.speaker)).field("on", body.on); }
void write_body(JsonWriter& out, const ConversationEnded& body) { out.field("by", body.by).field("reason", body.reason); }
void write_body(JsonWriter& out, const HistorySnapshot& body) { write(out, "history", body.history); }
void write_body(JsonWriter& out, const LimitReserved& body) {
  out.field("reservation", body.reservation);
  write(out, "data", body.data);
}
void write_body(JsonWriter& out, const LimitCommitted& body) {
  out.field("reservation", body.reservation);
  write(out, "data", body.data);
}
void write_body(JsonWriter& out, const LimitReleased& body) { out.field("reservation", body.reservation).field("reason", body.reason); }
void write_body(JsonWriter& out, const ContactRecorded& body) {
  out.field("conversation", body.conversation);
  write(out, "data", body.data);
}

// --- reading ---

// Reads members of one object; the first wrong one is kept as the error.
class ObjectReader {
 public:
  explicit ObjectReader(const json::object& object) : object_(object) {}

  void text(std::string_view name, std::string& out, bool required = false) {
    const json::value* value = member(name, required);
    if (value == nullptr) return;
    if (const auto* text = value->if_string()) out.assign(text->data(), text->size());
    else wrong(name, "must be a string");
  }
  void flag(std::string_view name, bool& out) {
    const json::value* value = member(name, false);
    if (value == nullptr) return;
    if (value->is_bool()) out = value->get_bool();
    else wrong(name, "must be true or false");
  }
  template <typename T>
  void integer(std::string_view name, T& out) {
    const json::value* value = member(name, false);
    if (value == nullptr) return;
    boost::system::error_code error;
    const auto number = value->to_number<T>(error);
    if (error) wrong(name, "must be a whole number in range");
    else out = number;
  }
  void speaker(std::string_view name, Speaker& out) {
    std::string word;
    text(name, word, true);
    if (error_) return;
    if (auto parsed = parse_speaker(word)) out = *parsed;
    else wrong(name, parsed.error().message);
  }
  void fields(std::string_view name, Fields& out) {
    const json::value* value = member(name, false);
    if (value == nullptr) return;
    if (auto parsed = fields_from_json(*value, name)) out = std::move(*parsed);
    else if (!error_) error_ = parsed.error();
  }
  void texts(std::string_view name, std::vector<std::string>& out) {
    const json::value* value = member(name, false);
    if (value == nullptr) return;
    if (!value->is_array()) return wrong(name, "must be a list");
    for (const json::value& item : value->get_array()) {
      if (!item.is_string()) return wrong(name, "must be a list of strings");
      out.emplace_back(item.get_string());
    }
  }
  const json::value* member(std::string_view name, bool required) {
    const auto found = object_.find(name);
    if (found != object_.end() && !found->value().is_null()) return &found->value();
    if (required) wrong(name, "is missing");
    return nullptr;
  }
  void wrong(std::string_view name, std::string_view what) {
    if (!error_) error_ = core::Error{Code::invalid, std::string(name) + " " + std::string(what), std::string(name)};
  }
  const std::optional<core::Error>& error() const { return error_; }

 private:
  const json::object& object_;
  std::optional<core::Error> error_;
};

void read_body(ObjectReader& in, ConversationStarted& body) {
  in.text("channel", body.channel, true);
  in.text("lang", body.lang);
  if (body.lang.empty()) body.lang = "zh";
  in.fields("customer", body.customer);
  in.fields("meta", body.meta);
}
void read_body(ObjectReader& in, ParticipantJoined& body) {
  in.text("participant", body.participant, true);
  in.speaker("speaker", body.speaker);
}
void read_body(ObjectReader& in, ParticipantLeft& body) {
  in.text("participant", body.participant, true);
  in.speaker("speaker", body.speaker);
}
void read_body(ObjectReader& in, Utterance& body) {
  in.speaker("speaker", body.speaker);
  in.text("text", body.text, true);
  in.text("utterance_id", body.utterance_id);
  in.integer("revision", body.revision);
  in.integer("track", body.track);
  in.integer("start_ms", body.start_ms);
  in.integer("end_ms", body.end_ms);
}
void read_body(ObjectReader& in, BusinessEvent& body) {
  in.text("name", body.name, true);
  in.fields("data", body.data);
}
void read_body(ObjectReader& in, CustomerSnapshot& body) { in.fields("customer", body.customer); }
void read_body(ObjectReader& in, PackBound& body) {
  in.text("pack_hash", body.pack_hash, true);
  in.text("engine", body.engine, true);
}
void read_body(ObjectReader&, Tick&) {}
void read_body(ObjectReader& in, ActProposed& body) {
  in.text("act", body.act, true);
  in.text("kind", body.kind, true);
  in.text("text", body.text);
  in.text("card", body.card);
  in.fields("data", body.data);
}
void read_body(ObjectReader& in, ActDecided& body) {
  in.text("act", body.act, true);
  bool allowed = true;
  std::string decision;
  in.flag("allowed", allowed);
  in.text("decision", decision);
  body.decision = allowed ? Decision::allowed : decision == to_string(Decision::confirm) ? Decision::confirm : Decision::blocked;
  in.texts("rules", body.rules);
}
void read_body(ObjectReader& in, ActConfirmed& body) { in.text("act", body.act, true); }
void read_body(ObjectReader& in, ActDone& body) {
  in.text("act", body.act, true);
  in.fields("data", body.data);
}
void read_body(ObjectReader& in, ActFailed& body) {
  in.text("act", body.act, true);
  in.text("reason", body.reason);
}
void read_body(ObjectReader& in, CardAction& body) {
  in.text("card", body.card, true);
  in.text("action", body.action, true);
  in.text("reason", body.reason);
  in.text("text", body.text);
}
void read_body(ObjectReader& in, FlowAction& body) {
  in.text("action", body.action, true);
  in.text("flow", body.flow);
  in.text("step", body.step);
  in.text("reason", body.reason);
}
void read_body(ObjectReader& in, WrapupSaved& body) {
  const json::value* value = in.member("wrapup", true);
  if (value == nullptr) return;
  if (value->is_object()) body.json = json::serialize(*value);
  else in.wrong("wrapup", "must be an object");
}
void read_body(ObjectReader& in, Typing& body) {
  in.speaker("speaker", body.speaker);
  in.flag("on", body.on);
}
void read_body(ObjectReader& in, ConversationEnded& body) {
  in.text("by", body.by);
  in.text("reason", body.reason);
}

void read_body(ObjectReader& in, HistorySnapshot& body) { in.fields("history", body.history); }
void read_body(ObjectReader& in, LimitReserved& body) {
  in.text("reservation", body.reservation, true);
  in.fields("data", body.data);
}
void read_body(ObjectReader& in, LimitCommitted& body) {
  in.text("reservation", body.reservation, true);
  in.fields("data", body.data);
}
void read_body(ObjectReader& in, LimitReleased& body) {
  in.text("reservation", body.reservation, true);
  in.text("reason", body.reason);
}
void read_body(ObjectReader& in, ContactRecorded& body) {
  in.text("conversation", body.conversation, true);
  in.fields("data", body.data);
}

template <std::size_t I = 0>
Result<EventBody> read_as(std::size_t index, ObjectReader& in) {
  if constexpr (I == std::variant_size_v<EventBody>) {
    return fail(Code::invalid, "unknown event type", "type");
  } else {
    if (index != I) return read_as<I + 1>(index, in);
    std::variant_alternative_t<I, EventBody> body;
    read_body(in, body);
    if (in.error()) return std::unexpected(*in.error());
    return EventBody(std::move(body));
  }
}

}  // namespace

std::string_view to_string(Speaker speaker) noexcept {
  switch (speaker) {
    case Speaker::customer: return "customer";
    case Speaker::rep: return "rep";
    case Speaker::bot: return "bot";
    case Speaker::system: return "system";
    case Speaker::supervisor: return "supervisor";
  }
  return "system";
}

std::string_view to_string(Decision decision) noexcept {
  switch (decision) {
    case Decision::allowed: return "allowed";
    case Decision::confirm: return "confirm";
    case Decision::blocked: return "blocked";
  }
  return "blocked";
}

Result<Speaker> parse_speaker(std::string_view text) {
  if (text == "agent") return Speaker::rep;
  for (const Speaker speaker : {Speaker::customer, Speaker::rep, Speaker::bot, Speaker::system, Speaker::supervisor})
    if (text == to_string(speaker)) return speaker;
  return fail(Code::invalid, "must be customer, rep, agent, bot, system or supervisor", "speaker");
}

const std::string* find(const Fields& fields, std::string_view name) noexcept {
  for (const Field& field : fields)
    if (field.name == name) return field.kind == FieldKind::null ? nullptr : &field.value;
  return nullptr;
}

std::string_view type_name(const EventBody& body) noexcept { return kNames[body.index()]; }

std::string body_to_json(const EventBody& body) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  std::visit([&](const auto& alternative) { write_body(out, alternative); }, body);
  out.end_object();
  return text;
}

Result<EventBody> body_from_json(std::string_view type, std::string_view text) {
  const auto* name = std::find(std::begin(kNames), std::end(kNames), type);
  if (name == std::end(kNames)) return fail(Code::invalid, "unknown event type", "type");
  TRY_ASSIGN(const json::value value, parse_json(text, "body"));
  if (!value.is_object()) return fail(Code::invalid, "must be an object", "body");
  ObjectReader in(value.get_object());
  return read_as(static_cast<std::size_t>(name - std::begin(kNames)), in);
}

namespace {

// The text of a JSON string without \u escapes, up to its closing quote; false: let the parser look at it.
bool read_plain_string(std::string_view json, std::size_t& at, std::string& out) {
  out.clear();
  while (true) {
    const std::size_t stop = json.find_first_of("\"\\", at);
    if (stop == std::string_view::npos) return false;
    out.append(json.substr(at, stop - at));
    at = stop + 1;
    if (json[stop] == '"') return true;
    if (at == json.size()) return false;
    switch (json[at++]) {
      case '"': out += '"'; break;
      case '\\': out += '\\'; break;
      case '/': out += '/'; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      default: return false;
    }
  }
}

// The bytes that write_body gives an ordinary utterance: most of what is ever read. False: anything else.
bool read_plain_utterance(std::string_view json, EventBody& body) {
  constexpr std::string_view kBegin = R"({"speaker":")", kMiddle = R"(","text":")";
  if (!json.starts_with(kBegin) || !json.ends_with("\"}")) return false;
  const std::size_t quote = json.find('"', kBegin.size());
  if (!json.substr(quote).starts_with(kMiddle)) return false;
  const auto speaker = parse_speaker(json.substr(kBegin.size(), quote - kBegin.size()));
  if (!speaker || core::find_invalid_utf8(json)) return false;
  for (const char c : json)
    if (static_cast<unsigned char>(c) < 0x20) return false;
  Utterance* utterance = std::get_if<Utterance>(&body);
  if (utterance == nullptr) utterance = &body.emplace<Utterance>();
  std::size_t at = quote + kMiddle.size();
  if (!read_plain_string(json, at, utterance->text) || at + 1 != json.size()) return false;
  utterance->speaker = *speaker;
  utterance->utterance_id.clear();
  utterance->revision = utterance->track = 0;
  utterance->start_ms = utterance->end_ms = -1;
  return true;
}

}  // namespace

core::Status read_body_into(std::string_view type, std::string_view json, EventBody& body) {
  if (type == "utterance" && read_plain_utterance(json, body)) return {};
  TRY_ASSIGN(body, body_from_json(type, json));
  return {};
}

bool is_turn(const EventBody& body) noexcept {
  if (const auto* utterance = std::get_if<Utterance>(&body)) return utterance->revision == 0;
  return std::holds_alternative<BusinessEvent>(body) || std::holds_alternative<ActDone>(body);
}

}  // namespace fenshen::conversation
