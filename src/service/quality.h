// Quality inspection: ended conversations scored by the machine and listed, people's steps, samples, agreement, advice.
// Scores are derived: they are computed from the log on a thread of low priority and kept in an index (storage/
// quality_index.h); what people do is in the log. Answers are JSON (docs/formats/api.md, "Quality inspection").
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "assist/replayer.h"
#include "core/json_writer.h"
#include "core/result.h"
#include "service/quality_people.h"
#include "service/quality_score.h"
#include "storage/event_log.h"
#include "storage/quality_index.h"

namespace fenshen::service {

struct Person {
  std::string name, team;
};

// Who asks: what may be done is decided by the caller's permissions and told here only for `may`.
struct QualityViewer {
  std::string account;
  bool inspects = false, appeals = false;
  bool english = false;
};

struct Judgement {
  std::string id, note;
  std::vector<LineJudged> lines;
  std::vector<RuleJudged> verdicts;
};

struct QualitySampleRequest {
  std::string id, name, by;
  std::uint32_t count = 0;
  std::optional<std::uint64_t> seed;
  storage::QualityFilter filter;
  std::string filter_json;  // as it was asked for
};

class Quality {
 public:
  struct Parts {  // all outlive this; the functions may be called from any thread
    storage::EventLog& log;
    storage::QualityIndex& index;
    assist::PackSource packs;
    std::function<std::shared_ptr<const assist::CompiledPack>()> current;    // for what was never bound
    std::function<Person(std::string_view account)> person;                  // name empty: not an account
    std::function<std::string(std::string_view words)> mask;
  };
  explicit Quality(Parts parts);
  ~Quality();
  void start();  // scores what has ended and is not scored yet, now and whenever told
  void stop();
  // It has ended, or more came after the end.
  void ended(std::string conversation);

  core::Result<std::string> list(const storage::QualityFilter& filter, std::uint64_t before, std::size_t limit) const;
  core::Result<storage::QualityRow> row(std::string_view conversation) const;
  core::Result<std::string> detail(std::string_view conversation, const QualityViewer& viewer) const;
  // Each waits for the disk. conflict: out of order; forbidden: four eyes; invalid: names the place.
  core::Result<std::string> inspect(std::string_view conversation, const Judgement& judgement, const QualityViewer& viewer);
  core::Result<std::string> recheck(std::string_view conversation, const Judgement& judgement, const QualityViewer& viewer);
  core::Result<std::string> appeal(std::string_view conversation, std::string id, std::vector<std::string> items, std::string note, const QualityViewer& viewer);
  core::Result<std::string> decide(std::string_view conversation, std::string id, std::string outcome, std::string note, const QualityViewer& viewer);

  core::Result<std::string> draw(const QualitySampleRequest& request);
  core::Result<std::string> samples(std::uint64_t before, std::size_t limit) const;
  core::Result<std::string> sample(std::string_view id) const;

  core::Result<std::string> agreement(const storage::QualityFilter& filter, bool english) const;
  core::Result<std::string> advice(const storage::QualityFilter& filter, std::size_t gaps, bool english) const;
  std::string sheets(bool english) const;

 private:
  struct Drawn;
  struct Gap;
  void work();
  core::Status catch_up();  // finds what has ended and has no row
  core::Status score(const std::string& conversation, std::uint64_t position, std::vector<storage::QualityRow>& rows);
  core::Result<std::vector<conversation::Event>> events(const storage::StreamId& stream) const;
  core::Result<MachineScore> machine(const std::vector<conversation::Event>& events, const ConversationFacts& facts) const;
  core::Result<QualityCase> people(std::string_view conversation) const;
  core::Result<std::string> judge(std::string_view conversation, std::string_view kind, const Judgement& judgement, const QualityViewer& viewer);
  core::Result<std::string> take(std::string_view conversation, QualityStep step, const QualityViewer& viewer);
  core::Status load_samples();
  std::optional<Drawn> find_sample(std::string_view id) const;
  core::Result<std::string> sample_json(const Drawn& drawn) const;
  std::string person_json(std::string_view account) const;
  std::string words_at(std::string_view conversation, std::uint64_t seq) const;
  std::string row_json(const storage::QualityRow& row) const;
  void write_gap(core::JsonWriter& out, const Gap& gap, bool english) const;

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::uint64_t unscored_ = 0;  // found by catch_up and not done yet
  bool stopping_ = false;
  std::vector<Drawn> drawn_;    // all samples, oldest first
  std::mutex steps_mutex_;      // one step of people at a time: read the case, append, write the row
  std::thread thread_;
};

}  // namespace fenshen::service
