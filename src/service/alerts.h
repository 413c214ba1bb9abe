// Alerts of rules with `alert: supervisor`: raised when the rule fires in a live conversation, acknowledged once for all.
// Both are events on the document stream alert/<conversation>; the list is derived from them (storage/quality_index.h).
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"
#include "service/quality.h"
#include "storage/event_log.h"
#include "storage/quality_index.h"

namespace fenshen::service {

struct AlertRaised {
  std::string id;  // the card's
  std::string conversation, rule, severity, team, rep;
  std::uint64_t seq = 0;   // event that caused it
  std::int32_t turn = -1;
  core::Millis at = 0;
};

class Alerts {
 public:
  struct Parts {  // all outlive this
    storage::EventLog& log;
    storage::QualityIndex& index;
    std::function<std::shared_ptr<const assist::CompiledPack>()> current;
    std::function<Person(std::string_view account)> person;
    std::function<std::string(std::string_view words)> mask;
  };
  explicit Alerts(Parts parts) : parts_(std::move(parts)) {}

  // Called with the row each time an alert was raised or acknowledged, on the thread that did it. Set before use.
  void on_change(std::function<void(const storage::AlertRow&)> listener) { changed_ = std::move(listener); }
  // After the index was made anew: fills it from the log.
  core::Status recover();

  // Waits for the disk. The same alert again (a conversation folded anew) changes nothing.
  core::Status raise(const AlertRaised& alert);
  core::Result<storage::AlertRow> get(std::string_view id) const;
  // The first one counts; a later one gets the row as it is.
  core::Result<storage::AlertRow> acknowledge(std::string_view id, std::string_view account, std::string_view note);
  core::Result<std::string> list(const storage::AlertFilter& filter, std::uint64_t before, std::size_t limit, bool english) const;
  std::string json(const storage::AlertRow& row, bool english) const;

 private:
  core::Result<storage::AlertRow> fold(std::string_view conversation, std::string_view id) const;

  Parts parts_;
  std::function<void(const storage::AlertRow&)> changed_;
  std::mutex mutex_;  // one change at a time
};

}  // namespace fenshen::service
