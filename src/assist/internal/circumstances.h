// What conditions read besides the words of the moment: clock and calendar, how it was said, what was said and happened
// before. Each is set before the event is looked at, except `last.*`, which is what earlier events left.
#pragma once

#include <limits>

#include "content/calendar.h"
#include "conversation/event.h"
#include "core/time.h"
#include "signals/condition_set.h"
#include "signals/speech.h"

namespace fenshen::assist {

// Of a compiled pack: which of these anybody reads.
struct CircumstancesRead {
  CircumstancesRead() = default;
  CircumstancesRead(const content::Library& library, const signals::ConditionSet& conditions);
  content::Calendar calendar;
  int offset_minutes = 480;
  signals::MannerPaths speech;
  bool last = false, minute = false;
};

class Circumstances {
 public:
  // hour, minute, today, weekday, workday, holiday.
  void set_time(signals::Context& context, const CircumstancesRead& read, core::Millis at, core::Day day);
  void hear(signals::Context& context, const CircumstancesRead& read, const conversation::Utterance& utterance, const signals::Reading& reading);
  // After the event: last.SPEAKER.ENTITY, last.event.NAME.FIELD.
  static void remember(signals::Context& context, const CircumstancesRead& read, conversation::Speaker speaker, const signals::Reading& reading);
  static void remember(signals::Context& context, const CircumstancesRead& read, const conversation::BusinessEvent& event);

 private:
  signals::Speech speech_;
  core::Day day_ = std::numeric_limits<core::Day>::min();
};

}  // namespace fenshen::assist
