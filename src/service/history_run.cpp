#include "service/history_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <optional>
#include <thread>
#include <tuple>

namespace fenshen::service {
namespace {

namespace cv = conversation;
using assist::FoldVerdict;
using core::Result;
using core::Status;

constexpr std::uint64_t kChunk = 128;        // streams that a thread takes at once
constexpr std::uint64_t kChunksAhead = 64;   // a thread does not run further ahead of the slowest than this

// A verdict as both sides can be compared.
struct Found {
  LabelId label = 0;
  assist::CardKind kind = assist::CardKind::violation;
  content::Severity severity = content::Severity::hint;
  std::uint64_t seq = 0;
  std::int32_t turn = 0;
  core::Millis at = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};
auto key_of(const Found& found) { return std::tie(found.seq, found.label, found.turn, found.kind, found.severity); }
void sort(std::vector<Found>& list) {
  std::ranges::sort(list, [](const Found& a, const Found& b) { return key_of(a) < key_of(b); });
}

// One thread's tools: folds by pack, kept from conversation to conversation.
class Checker {
 public:
  Checker(HistoryPairs& pairs, const HistoryRunOptions& options) : pairs_(pairs), options_(options), offset_(pairs.offset_minutes()) {}

  Status check(const storage::ScannedStream& stream, HistoryCounts& counts, std::vector<Difference>& out) {
    if (!read_start(stream)) return {};
    ++counts.conversations;
    before_.clear();
    after_.clear();
    const auto events = corrected(stream.events);
    for (const cv::Event& event : events) counts.utterances += is_utterance(event);
    TRY(fold(events));
    compare(stream, counts, out);
    return {};
  }

 private:
  static bool is_utterance(const cv::Event& event) {
    const auto* utterance = std::get_if<cv::Utterance>(&event.body);
    return utterance != nullptr && utterance->revision == 0;
  }

  // Team and rep; false: another team.
  bool read_start(const storage::ScannedStream& stream) {
    team_.clear();
    rep_.clear();
    binds_.clear();
    for (const cv::Event& event : stream.events) {
      if (const auto* started = std::get_if<cv::ConversationStarted>(&event.body)) {
        if (const auto* team = cv::find(started->meta, "team")) team_ = *team;
        if (const auto* rep = cv::find(started->meta, "rep")) rep_ = *rep;
      } else if (const auto* bound = std::get_if<cv::PackBound>(&event.body)) {
        binds_.emplace_back(event.seq, std::string_view(bound->pack_hash));
      } else if (const auto* joined = std::get_if<cv::ParticipantJoined>(&event.body)) {
        if (joined->speaker == cv::Speaker::rep && rep_.empty()) rep_ = joined->participant;
      }
    }
    return options_.team.empty() || options_.team == team_;
  }

  // With the newest text in place of what was revised.
  std::span<const cv::Event> corrected(std::span<const cv::Event> events) {
    const auto is_revision = [](const cv::Event& event) {
      const auto* utterance = std::get_if<cv::Utterance>(&event.body);
      return utterance != nullptr && utterance->revision > 0;
    };
    if (std::ranges::none_of(events, is_revision)) return events;
    corrected_.assign(events.begin(), events.end());
    for (const cv::Event& event : events) {
      if (!is_revision(event)) continue;
      const auto& newer = std::get<cv::Utterance>(event.body);
      for (cv::Event& other : corrected_) {
        auto* utterance = std::get_if<cv::Utterance>(&other.body);
        if (utterance == nullptr || other.seq >= event.seq || is_revision(other) || newer.utterance_id.empty()) continue;
        if (utterance->utterance_id != newer.utterance_id && other.id != newer.utterance_id) continue;
        std::uint32_t& held = revised_[other.seq];
        if (newer.revision <= held) continue;
        held = newer.revision;
        *utterance = newer;
        utterance->revision = 0;
      }
    }
    revised_.clear();
    return corrected_;
  }

  Status fold(std::span<const cv::Event> events) {
    const bool one = !pairs_.against_bound() || (binds_.size() == 1 && !events.empty());
    if (!one) return fold_bound(events);
    TRY_ASSIGN(const HistoryPairPtr pair, pairs_.pair(binds_.empty() ? std::string_view() : binds_.front().second));
    fold_with(pair->after, events, [&](const FoldVerdict& verdict, std::uint64_t) {
      const std::uint8_t side = pair->joint && verdict.kind == FoldVerdict::Kind::broken ? pair->after.sides[verdict.item] : pair->joint ? 3 : 2;
      if ((side & 1) != 0) add(pair->after, verdict, before_);
      if ((side & 2) != 0) add(pair->after, verdict, after_);
    });
    if (!pair->joint) fold_with(pair->before, events, [&](const FoldVerdict& verdict, std::uint64_t) { add(pair->before, verdict, before_); });
    return {};
  }

  // As it was at the time: each pack from its bind to the next; what was never bound showed nothing.
  Status fold_bound(std::span<const cv::Event> events) {
    for (std::size_t i = 0; i < binds_.size(); ++i) {
      TRY_ASSIGN(const auto pack, pairs_.alone(binds_[i].second));
      const std::uint64_t from = i == 0 ? 0 : binds_[i].first, to = i + 1 < binds_.size() ? binds_[i + 1].first : ~std::uint64_t{0};
      fold_with(*pack, events, [&](const FoldVerdict& verdict, std::uint64_t during) {
        if (during > from && during <= to) add(*pack, verdict, before_);
      });
    }
    TRY_ASSIGN(const auto pack, pairs_.after_alone());
    fold_with(*pack, events, [&](const FoldVerdict& verdict, std::uint64_t) { add(*pack, verdict, after_); });
    return {};
  }

  template <typename Take>
  void fold_with(const LabelledPack& labelled, std::span<const cv::Event> events, Take take) {
    auto [entry, fresh] = folds_.try_emplace(labelled.pack.get(), nullptr);
    if (fresh) entry->second = std::make_unique<assist::VerdictFold>(labelled.pack);
    else entry->second->reset();
    for (const cv::Event& event : events) {
      verdicts_.clear();
      entry->second->fold(event, scratch_, verdicts_);
      for (const FoldVerdict& verdict : verdicts_)
        if (verdict.kind != FoldVerdict::Kind::warned && verdict.kind != FoldVerdict::Kind::met) take(verdict, event.seq);
    }
  }

  static void add(const LabelledPack& labelled, const FoldVerdict& verdict, std::vector<Found>& list) {
    const bool rule = verdict.kind == FoldVerdict::Kind::broken;
    const LabelId label = rule ? labelled.rules[verdict.item] : labelled.steps[verdict.item][verdict.step];
    if (verdict.kind == FoldVerdict::Kind::step_undone) {
      std::erase_if(list, [&](const Found& found) { return found.label == label; });
      return;
    }
    list.push_back({label, verdict.card, rule ? labelled.severity[verdict.item] : content::Severity::hint, verdict.seq, verdict.turn, verdict.at});
  }

  void compare(const storage::ScannedStream& stream, HistoryCounts& counts, std::vector<Difference>& out) {
    count(before_, &SideCounts::before, counts);
    count(after_, &SideCounts::after, counts);
    sort(before_);
    sort(after_);
    const auto old_side = std::span(before_), new_side = std::span(after_);
    std::size_t b = 0, a = 0;
    while (b < old_side.size() || a < new_side.size()) {
      if (a == new_side.size() || (b < old_side.size() && key_of(old_side[b]) < key_of(new_side[a]))) differ(stream, old_side[b++], false, counts, out);
      else if (b == old_side.size() || key_of(new_side[a]) < key_of(old_side[b])) differ(stream, new_side[a++], true, counts, out);
      else ++a, ++b;
    }
  }

  static void count(const std::vector<Found>& list, std::uint64_t SideCounts::*side, HistoryCounts& counts) {
    for (const Found& found : list) {
      if (found.label >= counts.labels.size()) counts.labels.resize(found.label + 1);
      ++(counts.labels[found.label].*side);
    }
  }

  void differ(const storage::ScannedStream& stream, const Found& found, bool added, HistoryCounts& counts, std::vector<Difference>& out) {
    Difference difference{added, found.label, found.kind, found.severity, found.seq, found.turn, found.at, std::string(stream.id), team_, rep_,
                          core::format_date(core::day_of(stream.events.front().recorded_at, offset_)).substr(0, 7)};
    const auto side = added ? &SideCounts::added : &SideCounts::removed;
    ++(counts.labels[found.label].*side);
    if (found.kind == assist::CardKind::step) {
      ++(added ? counts.steps_added : counts.steps_removed);
    } else {
      ++(added ? counts.added : counts.removed);
      ++(counts.teams[team_].*side);
      ++(counts.months[difference.month].*side);
    }
    out.push_back(std::move(difference));
  }

  HistoryPairs& pairs_;
  const HistoryRunOptions& options_;
  const int offset_;
  assist::FoldScratch scratch_;
  std::map<const assist::CompiledPack*, std::unique_ptr<assist::VerdictFold>> folds_;
  std::vector<FoldVerdict> verdicts_;
  std::vector<Found> before_, after_;
  std::vector<cv::Event> corrected_;
  std::map<std::uint64_t, std::uint32_t> revised_;  // seq -> revision of its text
  std::vector<std::pair<std::uint64_t, std::string_view>> binds_;
  std::string team_, rep_;
};

// Parts of history, taken by threads as they come free, handed on in order.
class Run {
 public:
  Run(const storage::EventLog& log, HistoryPairs& pairs, const HistoryRunOptions& options, std::uint64_t last)
      : log_(log), pairs_(pairs), options_(options), last_(last), chunks_((last + kChunk - 1) / kChunk) {}

  Result<HistoryCounts> run() {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, options_.threads); ++i) threads.emplace_back([this] { work(); });
    HistoryCounts total;
    Status status;
    for (std::uint64_t next = 0; next < chunks_ && status; ++next) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return parts_.contains(next) || error_ || stopped(); });
      if (error_ || !parts_.contains(next)) break;
      Part part = std::move(parts_.extract(next).mapped());
      taken_ = next + 1;
      changed_.notify_all();
      lock.unlock();
      total.add(part.counts);
      if (options_.take) status = options_.take(part.found, total, last_);
    }
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      changed_.notify_all();
    }
    threads.clear();
    if (error_) return std::unexpected(*error_);
    if (!status) return std::unexpected(status.error());
    return total;
  }

 private:
  struct Part {
    HistoryCounts counts;
    std::vector<Difference> found;
  };

  bool stopped() const { return options_.cancel != nullptr && options_.cancel->load(std::memory_order_relaxed); }

  void work() {
    if (options_.nice > 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), options_.nice);
    const auto status = work_or_fail();
    const std::lock_guard lock(mutex_);
    if (!status && !error_) error_ = status.error();
    changed_.notify_all();
  }

  Status work_or_fail() {
    TRY_ASSIGN(const auto scan, log_.scan({.from = options_.from, .to = options_.to}));
    Checker checker(pairs_, options_);
    while (const auto chunk = take()) {
      Part part;
      scan->seek(*chunk * kChunk, (*chunk + 1) * kChunk);
      storage::ScannedStream stream;
      while (true) {
        TRY_ASSIGN(const bool more, scan->next(stream));
        if (!more) break;
        TRY(checker.check(stream, part.counts, part.found));
      }
      part.counts.done = std::min((*chunk + 1) * kChunk, last_) - *chunk * kChunk;
      const std::lock_guard lock(mutex_);
      parts_.emplace(*chunk, std::move(part));
      changed_.notify_all();
    }
    return {};
  }

  std::optional<std::uint64_t> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return over_ || error_ || stopped() || next_ < taken_ + kChunksAhead; });
    if (over_ || error_ || stopped() || next_ >= chunks_) return std::nullopt;
    return next_++;
  }

  const storage::EventLog& log_;
  HistoryPairs& pairs_;
  const HistoryRunOptions& options_;
  const std::uint64_t last_, chunks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Part> parts_;
  std::uint64_t next_ = 0, taken_ = 0;
  bool over_ = false;
  std::optional<core::Error> error_;
};

}  // namespace

void HistoryCounts::add(const HistoryCounts& other) {
  conversations += other.conversations;
  utterances += other.utterances;
  done += other.done;
  added += other.added;
  removed += other.removed;
  steps_added += other.steps_added;
  steps_removed += other.steps_removed;
  if (labels.size() < other.labels.size()) labels.resize(other.labels.size());
  for (std::size_t i = 0; i < other.labels.size(); ++i) labels[i].add(other.labels[i]);
  for (const auto& [name, counts] : other.teams) teams[name].add(counts);
  for (const auto& [name, counts] : other.months) months[name].add(counts);
}

Result<HistoryCounts> run_history(const storage::EventLog& log, HistoryPairs& pairs, const HistoryRunOptions& options) {
  TRY_ASSIGN(const std::uint64_t last, log.last_position("default", storage::StreamKind::conversation));
  return Run(log, pairs, options, last).run();
}

}  // namespace fenshen::service
