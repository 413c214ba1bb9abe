// What lists of quality inspection and alerts read: derived from the log, one row a conversation, rebuilt whenever it is
// missing. Holds no personal text. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/time.h"

namespace fenshen::storage {

struct QualityRow {
  std::string conversation;
  std::uint64_t position = 0;  // of its stream: order of creation
  std::string channel, team, rep, sheet;
  core::Millis started_at = 0, ended_at = 0;
  int score = 0;
  int human = -1;  // -1: nobody has scored it
  int final_score = 0;
  bool passed = false, vetoed = false;
  int major = 0, normal = 0, hint = 0;
  std::string state;      // scored inspected appealed rechecked decided
  std::string inspector;  // account that scored first
  std::string processes;  // " P01 P14 "
  std::string rules;      // " SAL-01 …": broken, as the machine found
  std::string wrong, missed;  // likewise, as the inspector said
  std::string samples;    // " q-1 …"
  std::string text;       // JSON of whoever writes the row
};

// Empty or unset: any.
struct QualityFilter {
  std::string team, rep, rule, process, channel, state, sheet, sample;
  core::Millis from = 0, to = 0;  // of started_at, from <= at < to; 0: open
  int score_min = 0, score_max = 100;
  std::optional<bool> passed;
};

struct QualityRows {
  std::vector<QualityRow> items;
  std::uint64_t next = 0;   // position to go on before; 0: no more
  std::uint64_t total = 0;
};

struct AlertRow {
  std::string id, conversation, rule, team, rep;
  core::Millis at = 0;
  bool acknowledged = false;
  std::string text;  // JSON of whoever writes the row
};
struct AlertFilter {
  std::string team;
  std::optional<bool> acknowledged;
};
struct AlertRows {
  std::vector<AlertRow> items;
  std::uint64_t next = 0;
  std::uint64_t open = 0;  // of the team
};

class QualityIndex {
 public:
  virtual ~QualityIndex() = default;
  // Replaces the row of the conversation, all or nothing.
  virtual core::Status put(const std::vector<QualityRow>& rows) = 0;
  virtual core::Result<QualityRow> get(std::string_view conversation) const = 0;  // not_found
  // Newest conversations first (by position), position < before (0: from the newest).
  virtual core::Result<QualityRows> page(const QualityFilter& filter, std::uint64_t before, std::size_t limit) const = 0;
  // All that fit, by position; `take` must be quick.
  virtual core::Status each(const QualityFilter& filter, const std::function<void(const QualityRow&)>& take) const = 0;
  virtual core::Result<std::vector<std::string>> conversations() const = 0;  // that have a row

  virtual core::Status put_alert(const AlertRow& alert) = 0;  // insert, or replace by id
  virtual core::Result<AlertRow> alert(std::string_view id) const = 0;
  virtual core::Result<AlertRows> alerts(const AlertFilter& filter, std::uint64_t before, std::size_t limit) const = 0;  // newest first

  // The index was made empty and is to be filled from the log.
  virtual core::Result<bool> fresh() const = 0;
  virtual core::Status filled() = 0;
};

}  // namespace fenshen::storage
