// What people did with a score: inspected, appealed, re-checked, decided. Each is a business event on the document stream
// quality/<conversation>; folding that stream gives where the case stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conversation/event.h"
#include "core/result.h"
#include "storage/event_log.h"

namespace fenshen::service {

struct LineJudged {
  std::string item;
  int lost = 0;
  std::string note;
};
struct RuleJudged {
  std::string rule;
  std::string verdict;  // right wrong missed
};
// One step; which members count depends on the kind.
struct QualityStep {
  std::string id;    // of the event, the client's
  std::string kind;  // inspected appealed rechecked decided
  std::string by;    // account
  std::string note;
  std::vector<LineJudged> lines;
  std::vector<RuleJudged> verdicts;
  std::vector<std::string> items;  // appealed against
  std::string outcome;             // upheld changed
  int score = -1;
  bool passed = false, vetoed = false;
  std::uint64_t seq = 0;
  core::Millis at = 0;
};

struct QualityCase {
  std::string state = "scored";
  std::vector<QualityStep> steps;
  const QualityStep* last(std::string_view kind) const;
  // The judgement that counts now: the re-check once the appeal was decided as changed, else the inspection.
  const QualityStep* counts() const;
  // The newest judgement, whether it counts or not.
  const QualityStep* newest() const;
  // Whether `account` may take that step now. conflict: out of order; forbidden: four eyes.
  core::Status may(std::string_view kind, std::string_view account) const;
};

storage::StreamId quality_stream(std::string_view conversation);
conversation::Event to_event(const QualityStep& step);
std::optional<QualityStep> step_of(const conversation::Event& event);
QualityCase fold_case(const std::vector<conversation::Event>& events);

}  // namespace fenshen::service
