// Rules and flows over stored history with two versions of the content: every verdict that differs, and counts. What
// `fenshen qa run` and the studio's trial runs share. Quality reads conversations as corrected: a revised utterance
// counts with its newest text.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "assist/assist.h"
#include "core/result.h"
#include "service/history_pairs.h"
#include "storage/event_log.h"

namespace fenshen::service {

// A verdict that one side has and the other has not.
struct Difference {
  bool added = false;  // the new version has it
  LabelId label = 0;
  assist::CardKind kind = assist::CardKind::violation;  // violation, fraud, prompt, step
  content::Severity severity = content::Severity::hint;
  std::uint64_t seq = 0;  // causing event
  std::int32_t turn = 0;
  core::Millis at = 0;
  std::string conversation, team, rep, month;
};

struct SideCounts {
  std::uint64_t before = 0, after = 0, added = 0, removed = 0;
  void add(const SideCounts& other) {
    before += other.before;
    after += other.after;
    added += other.added;
    removed += other.removed;
  }
};

struct HistoryCounts {
  std::uint64_t conversations = 0, utterances = 0;
  std::uint64_t done = 0;  // positions of the log that were looked at
  std::uint64_t added = 0, removed = 0;              // of rules
  std::uint64_t steps_added = 0, steps_removed = 0;  // of flows
  std::vector<SideCounts> labels;                    // by LabelId
  std::map<std::string, SideCounts> teams, months;
  void add(const HistoryCounts& other);
};

struct HistoryRunOptions {
  core::Millis from = std::numeric_limits<core::Millis>::min(), to = std::numeric_limits<core::Millis>::max();
  std::string team;      // empty: all
  unsigned threads = 2;
  int nice = 0;          // of the threads
  const std::atomic<bool>* cancel = nullptr;
  // The differences of the next part of history, in order of the conversations, and the counts up to it; on the thread
  // that runs. `last` = the last position there is.
  std::function<core::Status(std::vector<Difference>& found, const HistoryCounts& so_far, std::uint64_t last)> take;
};

core::Result<HistoryCounts> run_history(const storage::EventLog& log, HistoryPairs& pairs, const HistoryRunOptions& options);

}  // namespace fenshen::service
