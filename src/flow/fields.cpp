// Fields: where their values come from, and what happens when one is taken back.
#include <algorithm>
#include <string>
#include <utility>

#include "flow/internal/moment.h"

namespace fenshen::flow {
namespace {

using conversation::Speaker;
using signals::Entity;
using signals::EntityType;

// What names a person or a thing stays true from one matter of a contact to the next; amounts and dates do not.
bool is_identifier(EntityType type) {
  return type == EntityType::card_tail || type == EntityType::card || type == EntityType::phone || type == EntityType::id_number ||
         type == EntityType::product;
}

bool is_latin(char32_t c) { return (c >= U'a' && c <= U'z') || c == U'\''; }

// Whether the words just before the entity deny it: 不是8号, not the 8th.
bool is_denied(const FlowSet::Impl& set, const signals::Reading& reading, const Entity& entity) {
  const auto place = std::ranges::lower_bound(reading.offset, entity.span.begin);
  std::u32string_view before(reading.folded.data(), std::min<std::size_t>(place - reading.offset.begin(), reading.folded.size()));
  while (before.ends_with(U' ')) before.remove_suffix(1);
  return std::ranges::any_of(set.denials, [&](const std::u32string& denial) {
    if (!before.ends_with(denial)) return false;
    const std::size_t rest = before.size() - denial.size();
    return rest == 0 || !is_latin(denial.front()) || !is_latin(before[rest - 1]);
  });
}

// The last one of the type that is not denied.
const Entity* find_entity(const FlowSet::Impl& set, const signals::Reading& reading, EntityType type) {
  const Entity* found = nullptr;
  for (const Entity& entity : reading.entities)
    if (entity.type == type && !is_denied(set, reading, entity)) found = &entity;
  return found;
}

const Given* find_given(const std::vector<Given>& list, std::uint32_t key) {
  const auto found = std::ranges::find(list, key, &Given::key);
  return found == list.end() ? nullptr : &*found;
}

void keep(std::vector<Given>& list, std::uint32_t key, const std::string& value, std::uint64_t seq) {
  auto found = std::ranges::find(list, key, &Given::key);
  if (found == list.end()) found = list.insert(found, {key, 0, {}});
  found->value = value;
  found->seq = seq;
}

// Steps for which the field is evidence.
void give_field(Moment& moment, Run& run, std::uint32_t field, std::uint64_t seq, signals::Span span) {
  for (const FieldPart& part : moment.program(run).field_parts)
    if (part.field == field) give_evidence(moment, run, part.step, part.alternative, part.bit, seq, span);
}

void set_field(Moment& moment, Run& run, std::uint32_t field, const std::string& value, std::uint64_t seq, signals::Span span, bool corrects) {
  FieldStatus& status = run.fields[field];
  if (status.set && status.value == value) return give_field(moment, run, field, seq, span);
  const bool replaces = status.set;
  if (replaces && status.earlier.size() < kMaxEarlier) status.earlier.push_back(std::move(status.value));
  status.set = true;
  status.value = value;
  status.seq = seq;
  FlowChange& change = moment.out.emplace_back();
  change.kind = FlowChange::Kind::field;
  change.flow = run.flow;
  change.field = field;
  change.value = value;
  change.cause_seq = moment.seq;
  change.span = span;
  moment.happenings.push_back({signals::Happening::Kind::field, moment.set.field_names[run.flow][field]});
  moment.captured = true;
  if (replaces && corrects) undo_by_correction(moment, run, field, span);
  give_field(moment, run, field, seq, span);
}

void capture_entity(Moment& moment, Run& run, std::uint32_t field, EntityType type) {
  const bool customer = moment.facts.speaker == Speaker::customer;
  const bool house = moment.facts.speaker == Speaker::rep || moment.facts.speaker == Speaker::bot;
  if (!customer && !house) return;
  if (house && run.fields[field].set && !moment.state.corrects) return;
  if (const Entity* entity = find_entity(moment.set, *moment.facts.reading, type))
    set_field(moment, run, field, entity->value, moment.seq, entity->span, moment.state.corrects);
}

void capture_event(Moment& moment, Run& run, std::uint32_t field, std::uint32_t event_value) {
  const auto& business = std::get<conversation::BusinessEvent>(moment.facts.event->body);
  const EventValue& wanted = moment.set.event_values[event_value];
  if (business.name != wanted.event) return;
  if (const std::string* value = conversation::find(business.data, wanted.field)) set_field(moment, run, field, *value, moment.seq, {}, false);
}

}  // namespace

void remember(Moment& moment) {
  if (moment.facts.reading != nullptr && moment.facts.speaker == Speaker::customer)
    for (const Entity& entity : moment.facts.reading->entities)
      if (is_identifier(entity.type) && !is_denied(moment.set, *moment.facts.reading, entity))
        keep(moment.state.identifiers, static_cast<std::uint32_t>(entity.type), entity.value, moment.seq);
  const auto* business = std::get_if<conversation::BusinessEvent>(&moment.facts.event->body);
  if (business == nullptr) return;
  for (std::uint32_t i = 0; i < moment.set.event_values.size(); ++i) {
    if (moment.set.event_values[i].event != business->name) continue;
    if (const std::string* value = conversation::find(business->data, moment.set.event_values[i].field)) keep(moment.state.event_values, i, *value, moment.seq);
  }
}

void capture(Moment& moment, Run& run, bool top) {
  const bool entities = top && moment.facts.reading != nullptr && !moment.facts.reading->entities.empty();
  const bool business = std::holds_alternative<conversation::BusinessEvent>(moment.facts.event->body);
  if (!entities && !business) return;
  const std::vector<FieldProgram>& fields = moment.program(run).fields;
  for (std::uint32_t field = 0; field < fields.size(); ++field)
    for (const Extraction& extraction : fields[field].extractions) {
      if (entities && extraction.from == content::FlowField::From::entity) capture_entity(moment, run, field, extraction.entity);
      if (business && extraction.event_value != kNone) capture_event(moment, run, field, extraction.event_value);
    }
}

void capture_remembered(Moment& moment, Run& run) {
  const std::vector<FieldProgram>& fields = moment.program(run).fields;
  for (std::uint32_t field = 0; field < fields.size(); ++field) {
    const Given* latest = nullptr;
    for (const Extraction& extraction : fields[field].extractions) {
      const Given* given = nullptr;
      if (extraction.event_value != kNone) given = find_given(moment.state.event_values, extraction.event_value);
      else if (extraction.from == content::FlowField::From::entity) given = find_given(moment.state.identifiers, static_cast<std::uint32_t>(extraction.entity));
      if (given != nullptr && (latest == nullptr || latest->seq <= given->seq)) latest = given;
    }
    if (latest != nullptr && !run.fields[field].set) set_field(moment, run, field, latest->value, latest->seq, {}, false);
  }
}

void capture_constant(Moment& moment, Run& run, std::uint32_t field, std::uint32_t extraction, signals::Span span) {
  set_field(moment, run, field, moment.program(run).fields[field].extractions[extraction].value, moment.seq, span, moment.state.corrects);
}

}  // namespace fenshen::flow
