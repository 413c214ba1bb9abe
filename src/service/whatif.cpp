#include "service/whatif.h"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>

#include "core/hash.h"
#include "core/json_writer.h"
#include "core/log.h"

namespace fenshen::service {

namespace json = boost::json;
using core::Code;
using core::Result;
using core::Status;

namespace {

constexpr std::string_view kKind = "whatif";
constexpr core::Millis kDay = 24 * 3600 * core::Millis{1000};
constexpr int kNice = 15;  // live conversations come first
constexpr std::size_t kRowsPerWrite = 500;
constexpr auto kSaveEvery = std::chrono::milliseconds(500);

std::string_view name(content::Severity severity) {
  return severity == content::Severity::major ? "major" : severity == content::Severity::normal ? "normal" : "hint";
}
bool is_over(std::string_view state) { return state != "queued" && state != "running"; }

void write_instant(core::JsonWriter& out, std::string_view member, core::Millis at) {
  out.key(member);
  if (at == 0) out.null();
  else out.value(core::format_instant(at));
}

void write_text(core::JsonWriter& out, std::string_view member, const std::string& text) {
  out.key(member);
  if (text.empty()) out.null();
  else out.value(text);
}

}  // namespace

struct WhatIfJobs::Job {
  WhatIfRequest request;
  std::string id;
  core::Millis created = 0;
  std::atomic<bool> cancelled = false;

  std::mutex mutex;  // guards what follows
  std::string state = "queued", error;
  core::Millis started = 0, finished = 0;
  std::chrono::steady_clock::time_point begun{}, saved{};
  double seconds = 0;
  std::uint64_t total = 0, kept = 0;
  HistoryCounts counts;
  std::vector<Label> labels;
  std::vector<storage::JobRow> unsaved;

  std::string to_json() const {
    std::string text;
    core::JsonWriter out(text);
    out.begin_object().field("id", id).field("state", state).key("items").begin_array();
    for (const auto& [kind, item] : request.items) out.begin_object().field("kind", kind).field("id", item).end_object();
    out.end_array().field("from", core::format_date(request.from)).field("to", core::format_date(request.to));
    write_text(out, "team", request.team);
    out.field("baseline", request.baseline ? "current" : "bound").field("comment", request.comment);
    out.key("author").begin_object().field("id", request.author).field("name", request.author_name).end_object();
    write_instant(out, "created_at", created);
    write_instant(out, "started_at", started);
    write_instant(out, "finished_at", finished);
    out.key("progress").begin_object().field("done", counts.done).field("total", total).end_object();
    out.field("conversations", counts.conversations).field("utterances", counts.utterances);
    out.field("seconds", static_cast<double>(static_cast<long>(seconds * 1000)) / 1000);
    out.field("utterances_per_s", static_cast<std::uint64_t>(static_cast<double>(counts.utterances) / std::max(seconds, 0.001)));
    out.field("verdicts_changed", counts.added + counts.removed).field("added", counts.added).field("removed", counts.removed).field("kept", kept);
    write_text(out, "error", error);
    out.key("counts").begin_object().key("rules").begin_array();
    write_rules(out);
    out.end_array();
    write_sides(out, "teams", "team", counts.teams);
    write_sides(out, "months", "month", counts.months);
    out.end_object().end_object();
    return text;
  }

 private:
  void write_rules(core::JsonWriter& out) const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < std::min(counts.labels.size(), labels.size()); ++i)
      if (counts.labels[i].added + counts.labels[i].removed > 0) shown.push_back(i);
    std::ranges::sort(shown, {}, [&](std::size_t i) { return std::string_view(labels[i].id); });
    for (const std::size_t i : shown) {
      const SideCounts& one = counts.labels[i];
      out.begin_object().field("rule", labels[i].id).field("name", labels[i].name).field("severity", name(labels[i].severity))
          .field("added", one.added).field("removed", one.removed).field("before", one.before).field("after", one.after).end_object();
    }
  }
  static void write_sides(core::JsonWriter& out, std::string_view list, std::string_view member, const std::map<std::string, SideCounts>& sides) {
    out.key(list).begin_array();
    for (const auto& [key, one] : sides) out.begin_object().field(member, key).field("added", one.added).field("removed", one.removed).end_object();
    out.end_array();
  }
};

Result<std::unique_ptr<WhatIfJobs>> WhatIfJobs::open(const storage::EventLog& log, storage::Records& records) {
  std::unique_ptr<WhatIfJobs> jobs(new WhatIfJobs(log, records));
  TRY(jobs->interrupt_left_over());
  jobs->thread_ = std::thread([raw = jobs.get()] { raw->work(); });
  return jobs;
}

WhatIfJobs::~WhatIfJobs() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void WhatIfJobs::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (running_) running_->cancelled = true;
  changed_.notify_all();
}

// A server that was killed could not say so.
Status WhatIfJobs::interrupt_left_over() {
  TRY_ASSIGN(const auto stored, records_.jobs(kKind, kKept + kWaitingMost + 1));
  for (storage::StoredJob job : stored) {
    if (is_over(job.state)) continue;
    boost::system::error_code error;
    json::value value = json::parse(job.text, error);
    if (error || !value.is_object()) return core::fail(Code::corrupt, "a stored trial run cannot be read", job.id);
    job.state = "interrupted";
    value.get_object()["state"] = job.state;
    job.text = json::serialize(value);
    TRY(records_.put_job(job, {}));
  }
  return {};
}

Status WhatIfJobs::forget_old() {
  TRY_ASSIGN(const auto stored, records_.jobs(kKind, kKept + kWaitingMost + 100));
  for (std::size_t i = kKept; i < stored.size(); ++i)
    if (is_over(stored[i].state)) TRY(records_.delete_job(stored[i].id));
  return {};
}

Result<std::string> WhatIfJobs::start(WhatIfRequest request) {
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  job->created = core::wall_clock_now();
  TRY_ASSIGN(job->total, log_.last_position("default", storage::StreamKind::conversation));
  const std::lock_guard lock(mutex_);
  if (stopping_) return core::fail(Code::unavailable, "the server is stopping");
  if (waiting_.size() >= kWaitingMost) return core::fail(Code::limited, "too many trial runs wait: try again", "30");
  // Ids order as they were asked for, and no two are the same in one store.
  std::uint64_t number = static_cast<std::uint64_t>(job->created);
  while (records_.job("whatif-" + std::to_string(number))) ++number;
  job->id = "whatif-" + std::to_string(number);
  TRY(save(*job, "queued", {}));
  waiting_.push_back(job);
  changed_.notify_all();
  const std::lock_guard held(job->mutex);
  return job->to_json();
}

std::shared_ptr<WhatIfJobs::Job> WhatIfJobs::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  if (running_ && running_->id == id) return running_;
  const auto waits = std::ranges::find_if(waiting_, [&](const auto& job) { return job->id == id; });
  return waits == waiting_.end() ? nullptr : *waits;
}

Result<std::string> WhatIfJobs::get(std::string_view id) const {
  if (const auto job = find(id)) {
    const std::lock_guard lock(job->mutex);
    return job->to_json();
  }
  TRY_ASSIGN(storage::StoredJob stored, records_.job(id));
  if (stored.kind != kKind) return core::fail(Code::not_found, "no such trial run");
  return std::move(stored.text);
}

Result<std::vector<std::string>> WhatIfJobs::list() const {
  TRY_ASSIGN(const auto stored, records_.jobs(kKind, kKept));
  std::vector<std::string> texts;
  for (const storage::StoredJob& job : stored) {
    auto text = is_over(job.state) ? Result<std::string>(job.text) : get(job.id);
    if (text) texts.push_back(std::move(*text));
  }
  return texts;
}

Result<std::string> WhatIfJobs::cancel(std::string_view id) {
  if (const auto job = find(id)) {
    job->cancelled = true;
    std::unique_lock lock(mutex_);
    if (std::erase(waiting_, job) > 0) {
      lock.unlock();
      TRY(save(*job, "cancelled", {}));
    } else {
      // What runs ends after the part of history it is at.
      changed_.wait_for(lock, std::chrono::seconds(10), [&] { return running_ != job; });
    }
  }
  return get(id);
}

Result<std::vector<storage::JobRow>> WhatIfJobs::changes(std::string_view id, const storage::JobRowFilter& filter) const {
  TRY_ASSIGN(const storage::StoredJob stored, records_.job(id));
  if (stored.kind != kKind) return core::fail(Code::not_found, "no such trial run");
  return records_.job_rows(id, filter);
}

void WhatIfJobs::work() {
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (stopping_) break;
      job = running_ = waiting_.front();
      waiting_.pop_front();
    }
    run(*job);
    const std::lock_guard lock(mutex_);
    running_.reset();
    changed_.notify_all();
  }
  // What never began.
  for (const auto& job : waiting_)
    if (const auto status = save(*job, "interrupted", {}); !status) FENSHEN_LOG(warn, "service", "trial run not saved", {"error", core::describe(status.error())});
}

void WhatIfJobs::run(Job& job) {
  {
    const std::lock_guard lock(job.mutex);
    job.started = core::wall_clock_now();
    job.begun = job.saved = std::chrono::steady_clock::now();
  }
  WhatIfRequest& request = job.request;
  HistoryPairs pairs(std::move(request.draft), request.baseline, true, &records_);
  const auto go = [&]() -> Status {
    TRY(save(job, "running", {}));
    TRY(pairs.load());
    HistoryRunOptions options;
    options.from = request.from * kDay - request.offset_minutes * core::Millis{60'000};
    options.to = request.to * kDay - request.offset_minutes * core::Millis{60'000};
    options.team = request.team;
    options.threads = 1;
    options.nice = kNice;
    options.cancel = &job.cancelled;
    options.take = [&](std::vector<Difference>& found, const HistoryCounts& counts, std::uint64_t) {
      {
        const std::lock_guard lock(job.mutex);
        job.labels = pairs.book().labels();
      }
      return keep(job, found, counts);
    };
    TRY_ASSIGN(const HistoryCounts counts, run_history(log_, pairs, options));
    return {};
  };
  const Status status = go();
  bool stopping;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
  }
  std::vector<storage::JobRow> rows;
  {
    const std::lock_guard lock(job.mutex);
    job.finished = core::wall_clock_now();
    job.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - job.begun).count();
    if (!status) job.error = core::describe(status.error());
    rows.swap(job.unsaved);
  }
  const std::string_view state = !status ? "failed" : stopping ? "interrupted" : job.cancelled ? "cancelled" : "done";
  if (const auto saved = save(job, state, rows); !saved) FENSHEN_LOG(error, "service", "trial run not saved", {"error", core::describe(saved.error())});
  if (const auto forgotten = forget_old(); !forgotten) FENSHEN_LOG(warn, "service", "old trial runs not removed", {"error", core::describe(forgotten.error())});
}

Status WhatIfJobs::keep(Job& job, std::vector<Difference>& found, const HistoryCounts& counts) {
  const auto now = std::chrono::steady_clock::now();
  std::vector<storage::JobRow> rows;
  {
    const std::lock_guard lock(job.mutex);
    job.counts = counts;
    job.seconds = std::chrono::duration<double>(now - job.begun).count();
    for (const Difference& one : found) {
      if (job.kept == kDifferencesKept) break;
      const Label& label = job.labels[one.label];
      storage::JobRow row{.n = ++job.kept, .item = label.id, .team = one.team, .month = one.month, .change = one.added ? "added" : "removed", .text = {}};
      core::JsonWriter out(row.text);
      out.begin_object().field("n", row.n).field("change", row.change).field("rule", row.item).field("kind", assist::to_string(one.kind))
          .field("severity", name(one.severity)).field("conversation", one.conversation).field("seq", one.seq).field("turn", one.turn)
          .field("at", core::format_instant(one.at)).field("month", one.month);
      write_text(out, "team", one.team);
      write_text(out, "rep", one.rep);
      out.end_object();
      job.unsaved.push_back(std::move(row));
    }
    if (job.unsaved.size() < kRowsPerWrite && now - job.saved < kSaveEvery) return {};
    job.saved = now;
    rows.swap(job.unsaved);
  }
  return save(job, "running", rows);
}

Status WhatIfJobs::save(Job& job, std::string_view state, std::span<const storage::JobRow> rows) {
  storage::StoredJob stored{.id = job.id, .kind = std::string(kKind), .state = std::string(state), .text = {}, .at = job.created};
  {
    const std::lock_guard lock(job.mutex);
    job.state = state;
    stored.text = job.to_json();
  }
  return records_.put_job(stored, rows);
}

}  // namespace fenshen::service
