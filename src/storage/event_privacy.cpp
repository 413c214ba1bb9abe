#include "storage/event_privacy.h"

#include "core/utf8.h"

namespace fenshen::storage {
namespace {

using namespace conversation;
using core::Code;
using core::fail;

// --- what is taken out ---

template <typename Body>
Body stripped(const Body& body) {
  return body;  // joined, left, pack.bound, tick, act.decided, act.confirmed, typing: nothing personal
}
ConversationStarted stripped(const ConversationStarted& body) { return {body.channel, body.lang, {}, {}}; }
Utterance stripped(const Utterance& body) {
  Utterance rest = body;
  rest.text.clear();
  return rest;
}
BusinessEvent stripped(const BusinessEvent& body) { return {body.name, {}}; }
CustomerSnapshot stripped(const CustomerSnapshot&) { return {}; }
ActProposed stripped(const ActProposed& body) { return {body.act, body.kind, {}, body.card, {}}; }
ActDone stripped(const ActDone& body) { return {body.act, {}}; }
HistorySnapshot stripped(const HistorySnapshot&) { return {}; }
LimitReserved stripped(const LimitReserved& body) { return {body.reservation, {}}; }
LimitCommitted stripped(const LimitCommitted& body) { return {body.reservation, {}}; }
LimitReleased stripped(const LimitReleased& body) { return {body.reservation, {}}; }
ContactRecorded stripped(const ContactRecorded& body) { return {body.conversation, {}}; }
ActFailed stripped(const ActFailed& body) { return {body.act, {}}; }
CardAction stripped(const CardAction& body) { return {body.card, body.action, {}, {}}; }
FlowAction stripped(const FlowAction& body) { return {body.action, body.flow, body.step, {}}; }
WrapupSaved stripped(const WrapupSaved&) { return {"{}"}; }
ConversationEnded stripped(const ConversationEnded& body) { return {body.by, {}}; }

// --- what is refused ---

// JSON escapes control characters, NUL among them: so every text is looked at before it is written.
class TextCheck {
 public:
  void operator()(const std::string& text) { good_ = good_ && !core::find_invalid_utf8(text); }
  void operator()(const Fields& fields) {
    for (const Field& field : fields) {
      (*this)(field.name);
      (*this)(field.value);
    }
  }
  void operator()(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) (*this)(text);
  }
  template <typename... Parts>
    requires(sizeof...(Parts) > 1)
  void operator()(const Parts&... parts) {
    ((*this)(parts), ...);
  }
  bool good() const { return good_; }

 private:
  bool good_ = true;
};

void visit_texts(TextCheck& check, const ConversationStarted& b) { check(b.channel, b.lang, b.customer, b.meta); }
void visit_texts(TextCheck& check, const ParticipantJoined& b) { check(b.participant); }
void visit_texts(TextCheck& check, const ParticipantLeft& b) { check(b.participant); }
void visit_texts(TextCheck& check, const Utterance& b) { check(b.text, b.utterance_id); }
void visit_texts(TextCheck& check, const BusinessEvent& b) { check(b.name, b.data); }
void visit_texts(TextCheck& check, const CustomerSnapshot& b) { check(b.customer); }
void visit_texts(TextCheck& check, const PackBound& b) { check(b.pack_hash, b.engine); }
void visit_texts(TextCheck&, const Tick&) {}
void visit_texts(TextCheck& check, const ActProposed& b) { check(b.act, b.kind, b.text, b.card, b.data); }
void visit_texts(TextCheck& check, const ActDecided& b) { check(b.act, b.rules); }
void visit_texts(TextCheck& check, const ActDone& b) { check(b.act, b.data); }
void visit_texts(TextCheck& check, const ActConfirmed& b) { check(b.act); }
void visit_texts(TextCheck& check, const HistorySnapshot& b) { check(b.history); }
void visit_texts(TextCheck& check, const LimitReserved& b) { check(b.reservation, b.data); }
void visit_texts(TextCheck& check, const LimitCommitted& b) { check(b.reservation, b.data); }
void visit_texts(TextCheck& check, const LimitReleased& b) { check(b.reservation, b.reason); }
void visit_texts(TextCheck& check, const ContactRecorded& b) { check(b.conversation, b.data); }
void visit_texts(TextCheck& check, const ActFailed& b) { check(b.act, b.reason); }
void visit_texts(TextCheck& check, const CardAction& b) { check(b.card, b.action, b.reason, b.text); }
void visit_texts(TextCheck& check, const FlowAction& b) { check(b.action, b.flow, b.step, b.reason); }
void visit_texts(TextCheck& check, const WrapupSaved& b) { check(b.json); }
void visit_texts(TextCheck&, const Typing&) {}
void visit_texts(TextCheck& check, const ConversationEnded& b) { check(b.by, b.reason); }

// Free-form parts could hold what the reader refuses (too many fields, JSON that is none): then it is refused now, not
// found unreadable in the log later.
bool is_free_form(const EventBody& body) {
  return std::holds_alternative<ConversationStarted>(body) || std::holds_alternative<BusinessEvent>(body) ||
         std::holds_alternative<CustomerSnapshot>(body) || std::holds_alternative<ActProposed>(body) ||
         std::holds_alternative<WrapupSaved>(body) || std::holds_alternative<ActDone>(body) ||
         std::holds_alternative<HistorySnapshot>(body) || std::holds_alternative<LimitReserved>(body) ||
         std::holds_alternative<LimitCommitted>(body) || std::holds_alternative<ContactRecorded>(body);
}

}  // namespace

EventBody without_personal(const EventBody& body) {
  return std::visit([](const auto& alternative) -> EventBody { return stripped(alternative); }, body);
}

core::Status check_id(std::string_view id, std::string_view what) {
  if (id.empty()) return fail(Code::invalid, "must not be empty", std::string(what));
  if (id.size() > kIdBytesMax) return fail(Code::invalid, "is longer than 256 bytes", std::string(what));
  if (core::find_invalid_utf8(id)) return fail(Code::invalid, "holds NUL or is not UTF-8", std::string(what));
  return {};
}

core::Result<std::string> checked_body(const Event& event) {
  TRY(check_id(event.id, "event id"));
  if (!event.actor.empty()) TRY(check_id(event.actor, "actor"));
  TextCheck check;
  std::visit([&](const auto& alternative) { visit_texts(check, alternative); }, event.body);
  if (!check.good()) return fail(Code::invalid, "text holds NUL or is not UTF-8", "event " + event.id);
  std::string json = body_to_json(event.body);
  if (json.size() > kEventBytesMax) return fail(Code::too_large, "event is larger than 1 MiB", "event " + event.id);
  if (is_free_form(event.body)) {
    auto back = body_from_json(type_name(event.body), json);
    if (!back) return fail(back.error().code, back.error().message, "event " + event.id + ": " + back.error().where);
  }
  return json;
}

}  // namespace fenshen::storage
