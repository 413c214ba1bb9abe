#include "assist/internal/circumstances.h"

#include <string>

namespace fenshen::assist {
namespace {

signals::Value number(std::int64_t value) { return signals::number_value(value); }

}  // namespace

CircumstancesRead::CircumstancesRead(const content::Library& library, const signals::ConditionSet& conditions)
    : calendar(library.calendar), offset_minutes(library.offset_minutes()), speech(conditions) {
  for (const std::string& path : conditions.paths()) {
    last = last || path.starts_with("last.");
    minute = minute || path == "minute";
  }
}

void Circumstances::set_time(signals::Context& context, const CircumstancesRead& read, core::Millis at, core::Day day) {
  context.set("hour", number(core::hour_of(at, read.offset_minutes)));
  if (read.minute) context.set("minute", number((at / 60'000 + read.offset_minutes) % 60));
  if (day == day_) return;
  day_ = day;
  context.set("today", signals::date_value(day));
  context.set("weekday", number(content::weekday_of(day)));
  context.set("workday", read.calendar.works(day) ? "true" : "false");
  const content::Localized* holiday = read.calendar.holiday(day);
  context.set("holiday", holiday != nullptr ? std::string_view(holiday->zh) : std::string_view{});
}

void Circumstances::hear(signals::Context& context, const CircumstancesRead& read, const conversation::Utterance& utterance,
                         const signals::Reading& reading) {
  if (read.speech.any()) read.speech.set(context, speech_.hear(utterance, reading, read.speech.repeats()));
}

void Circumstances::remember(signals::Context& context, const CircumstancesRead& read, conversation::Speaker speaker, const signals::Reading& reading) {
  if (!read.last) return;
  std::string path;
  for (const signals::Entity& entity : reading.entities) {
    path.assign("last.").append(conversation::to_string(speaker)).append(".").append(signals::to_string(entity.type));
    context.set(path, entity.value);
  }
}

void Circumstances::remember(signals::Context& context, const CircumstancesRead& read, const conversation::BusinessEvent& event) {
  if (!read.last) return;
  std::string path;
  for (const conversation::Field& field : event.data) {
    if (field.kind == conversation::FieldKind::null) continue;
    path.assign("last.event.").append(event.name).append(".").append(field.name);
    context.set(path, field.value);
  }
}

}  // namespace fenshen::assist
