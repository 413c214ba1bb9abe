// Trial runs over history (试运行): a draft of the content is folded over stored conversations beside what it would
// replace (history_run.h). One job after another on a thread of low priority; state, counts and differences are kept in
// the records, so that they survive a restart. Shapes: docs/formats/api.md, "What-if over history".
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "content/load.h"
#include "core/result.h"
#include "service/history_run.h"
#include "storage/event_log.h"
#include "storage/records.h"

namespace fenshen::service {

struct WhatIfRequest {
  std::vector<std::pair<std::string, std::string>> items;  // kind, id: what the draft changes
  content::PackSources draft;
  std::optional<content::PackSources> baseline;  // unset: what each conversation was bound to
  core::Day from = 0, to = 0;
  int offset_minutes = 480;
  std::string team;  // empty: all
  std::string comment, author, author_name;
};

// Thread-safe. Answers are JSON: WhatIf.
class WhatIfJobs {
 public:
  static constexpr std::size_t kWaitingMost = 8, kKept = 50;
  static constexpr std::uint64_t kDifferencesKept = 20'000;

  // Both outlive the jobs. What was under way when the server stopped is marked as interrupted.
  static core::Result<std::unique_ptr<WhatIfJobs>> open(const storage::EventLog& log, storage::Records& records);
  ~WhatIfJobs();

  core::Result<std::string> start(WhatIfRequest request);  // limited: too many wait
  core::Result<std::string> get(std::string_view id) const;
  core::Result<std::vector<std::string>> list() const;     // newest first
  core::Result<std::string> cancel(std::string_view id);   // of what is over: as it is
  // Rows are Change without `words`.
  core::Result<std::vector<storage::JobRow>> changes(std::string_view id, const storage::JobRowFilter& filter) const;
  void stop();  // interrupts what runs; nothing starts any more

 private:
  struct Job;
  WhatIfJobs(const storage::EventLog& log, storage::Records& records) : log_(log), records_(records) {}
  core::Status interrupt_left_over();
  core::Status forget_old();
  void work();
  void run(Job& job);
  core::Status keep(Job& job, std::vector<Difference>& found, const HistoryCounts& counts);
  core::Status save(Job& job, std::string_view state, std::span<const storage::JobRow> rows);
  std::shared_ptr<Job> find(std::string_view id) const;

  const storage::EventLog& log_;
  storage::Records& records_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job>> waiting_;
  std::shared_ptr<Job> running_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace fenshen::service
