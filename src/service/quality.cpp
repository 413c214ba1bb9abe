// Scoring what has ended, and the list.
#include "service/quality.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "core/log.h"
#include "core/time.h"
#include "service/quality_internal.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
using core::Code;
using core::Result;
using core::Status;
using storage::QualityRow;
using storage::StreamId;
using storage::StreamKind;

constexpr std::size_t kReadAtOnce = 1'000;
constexpr std::size_t kRowsAtOnce = 64;
constexpr int kNice = 10;

StreamId conversation_stream(std::string_view id) { return {"default", StreamKind::conversation, std::string(id)}; }

std::string join(const auto& list, auto name) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? " " : "") + std::string(name(item)) + " ";
  return text;
}

std::string row_text(const MachineScore& machine, std::size_t steps) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("steps", steps).key("found").begin_array();
  for (const Finding& finding : machine.broken()) out.begin_array().value(finding.id).value(finding.turn).value(finding.seq).end_array();
  out.end_array().key("met").begin_array();
  for (const auto& [rule, seq] : machine.met) out.begin_array().value(rule).value(seq).end_array();
  out.end_array().end_object();
  return text;
}

}  // namespace

Quality::Quality(Parts parts) : parts_(std::move(parts)) {}
Quality::~Quality() { stop(); }

void Quality::start() {
  thread_ = std::thread([this] { work(); });
}

void Quality::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Quality::ended(std::string conversation) {
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(waiting_, conversation) == waiting_.end()) waiting_.push_back(std::move(conversation));
  }
  changed_.notify_all();
}

void Quality::work() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);  // reps come first
  if (const Status status = load_samples(); !status) FENSHEN_LOG(error, "quality", "samples cannot be read", {"error", status.error().message});
  if (const Status status = catch_up(); !status) FENSHEN_LOG(error, "quality", "history cannot be scored", {"error", status.error().message});
  std::unique_lock lock(mutex_);
  unscored_ = 0;
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const std::string conversation = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    {
      const std::lock_guard one(steps_mutex_);  // a person's step on the same row would be lost
      std::vector<QualityRow> rows;
      Status status;
      if (const auto info = parts_.log.info(conversation_stream(conversation)); info) status = score(conversation, info->position, rows);
      if (status && !rows.empty()) status = parts_.index.put(rows);
      if (!status) FENSHEN_LOG(error, "quality", "a conversation cannot be scored", {"conversation", conversation}, {"error", status.error().message});
    }
    lock.lock();
  }
}

// What has ended without a row (history that was imported, an index that was made anew), and rows that miss a step of
// people (the machine stopped between the two).
Status Quality::catch_up() {
  std::map<std::string, std::uint64_t> steps;  // by conversation
  for (std::uint64_t after = 0;;) {
    TRY_ASSIGN(const auto streams, parts_.log.streams("default", StreamKind::document, after, kReadAtOnce));
    for (const storage::StreamInfo& info : streams) {
      after = info.position;
      if (info.stream.id.starts_with("quality/")) steps[info.stream.id.substr(8)] = info.last_seq;
    }
    if (streams.size() < kReadAtOnce) break;
  }
  std::set<std::string> known;
  TRY_ASSIGN(auto conversations, parts_.index.conversations());
  known.insert(std::make_move_iterator(conversations.begin()), std::make_move_iterator(conversations.end()));
  std::vector<std::pair<std::string, std::uint64_t>> missing;
  for (std::uint64_t after = 0;;) {
    TRY_ASSIGN(const auto streams, parts_.log.streams("default", StreamKind::conversation, after, kReadAtOnce));
    for (const storage::StreamInfo& info : streams) {
      after = info.position;
      if (!info.ended) continue;
      const auto taken = steps.find(info.stream.id);
      bool up_to_date = known.contains(info.stream.id);
      if (up_to_date && taken != steps.end()) {
        TRY_ASSIGN(const QualityRow row, parts_.index.get(info.stream.id));
        up_to_date = steps_in(row) == taken->second;
      }
      if (!up_to_date) missing.emplace_back(info.stream.id, info.position);
    }
    if (streams.size() < kReadAtOnce) break;
  }
  std::vector<QualityRow> rows;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return {};
      unscored_ = missing.size() - i;
    }
    const std::lock_guard one(steps_mutex_);
    if (const Status status = score(missing[i].first, missing[i].second, rows); !status)
      FENSHEN_LOG(warn, "quality", "a conversation cannot be scored", {"conversation", missing[i].first}, {"error", status.error().message});
    if (rows.size() < kRowsAtOnce && i + 1 < missing.size()) continue;
    TRY(parts_.index.put(rows));
    rows.clear();
  }
  return parts_.index.filled();
}

Result<std::vector<cv::Event>> Quality::events(const StreamId& stream) const {
  std::vector<cv::Event> all;
  for (;;) {
    TRY_ASSIGN(auto some, parts_.log.read(stream, all.empty() ? 0 : all.back().seq, kReadAtOnce));
    const bool last = some.size() < kReadAtOnce;
    std::ranges::move(some, std::back_inserter(all));
    if (last) return all;
  }
}

Result<MachineScore> Quality::machine(const std::vector<cv::Event>& events, const ConversationFacts& facts) const {
  std::shared_ptr<const assist::CompiledPack> pack;
  if (facts.pack_hash.empty()) {
    pack = parts_.current();
  } else {
    TRY_ASSIGN(pack, parts_.packs(facts.pack_hash));
  }
  thread_local assist::FoldScratch scratch;
  return score_conversation(events, facts, pack, scratch);
}

Result<QualityCase> Quality::people(std::string_view conversation) const {
  auto all = events(quality_stream(conversation));
  if (!all && all.error().code == Code::not_found) return QualityCase{};
  if (!all) return std::unexpected(all.error());
  return fold_case(*all);
}

Status Quality::score(const std::string& conversation, std::uint64_t position, std::vector<QualityRow>& rows) {
  TRY_ASSIGN(auto raw, events(conversation_stream(conversation)));
  const std::vector<cv::Event> all = with_corrections(std::move(raw));
  ConversationFacts facts = facts_of(all);
  if (facts.ended_at == 0) return {};
  if (std::string team = parts_.person(facts.rep).team; !team.empty()) facts.team = std::move(team);  // the rep's team, whatever the channel said
  TRY_ASSIGN(const MachineScore machine, this->machine(all, facts));
  TRY_ASSIGN(const QualityCase steps, people(conversation));
  QualityRow row;
  row.conversation = conversation;
  row.position = position;
  row.channel = facts.channel;
  row.team = facts.team;
  row.rep = facts.rep;
  row.sheet = machine.sheet != nullptr ? machine.sheet->id : std::string();
  row.started_at = facts.started_at;
  row.ended_at = facts.ended_at;
  row.score = row.final_score = machine.score;
  row.passed = machine.passed;
  row.vetoed = machine.vetoed;
  const std::vector<Finding> broken = machine.broken();
  for (const Finding& finding : broken)
    ++(finding.severity == content::Severity::major ? row.major : finding.severity == content::Severity::normal ? row.normal : row.hint);
  row.processes = join(machine.processes, [](const std::string& id) { return id; });
  row.rules = join(broken, [](const Finding& finding) { return finding.id; });
  row.text = row_text(machine, steps.steps.empty() ? 0 : steps.steps.back().seq);
  put_case(row, steps);
  {
    const std::lock_guard lock(mutex_);
    for (const Drawn& drawn : drawn_)
      if (std::ranges::find(drawn.items, conversation) != drawn.items.end()) row.samples += (row.samples.empty() ? " " : "") + drawn.id + " ";
  }
  rows.push_back(std::move(row));
  return {};
}

std::uint64_t steps_in(const QualityRow& row) {
  constexpr std::string_view kBegin = R"({"steps":)";
  return row.text.starts_with(kBegin) ? std::strtoull(row.text.c_str() + kBegin.size(), nullptr, 10) : 0;
}

void put_case(QualityRow& row, const QualityCase& steps) {
  row.state = steps.state;
  const QualityStep* first = steps.last("inspected");
  row.inspector = first != nullptr ? first->by : std::string();
  const QualityStep* newest = steps.newest();
  row.human = newest != nullptr ? newest->score : -1;
  const QualityStep* counts = steps.counts();
  if (counts == nullptr) return;
  row.final_score = counts->score;
  row.passed = counts->passed;
  row.vetoed = counts->vetoed;
  row.wrong.clear();
  row.missed.clear();
  for (const RuleJudged& judged : counts->verdicts)
    if (judged.verdict != "right") {
      std::string& list = judged.verdict == "wrong" ? row.wrong : row.missed;
      list += (list.empty() ? " " : "") + judged.rule + " ";
    }
}

// --- the list ---

std::string Quality::person_json(std::string_view account) const {
  if (account.empty()) return "null";
  const Person person = parts_.person(account);
  std::string text;
  core::JsonWriter(text).begin_object().field("id", account).field("name", person.name.empty() ? std::string(account) : person.name).end_object();
  return text;
}

std::vector<std::string> ids_of(std::string_view joined) {
  std::vector<std::string> ids;
  while (!joined.empty()) {
    const std::size_t end = std::min(joined.find(' '), joined.size());
    if (end > 0) ids.emplace_back(joined.substr(0, end));
    joined.remove_prefix(std::min(end + 1, joined.size()));
  }
  return ids;
}

void write_ids(core::JsonWriter& out, std::string_view name, std::string_view joined) {
  out.key(name).begin_array();
  for (const std::string& id : ids_of(joined)) out.value(id);
  out.end_array();
}

std::string Quality::row_json(const QualityRow& row) const {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("conversation", row.conversation).field("channel", row.channel).key("rep").raw(person_json(row.rep)).field("team", row.team);
  write_ids(out, "process", row.processes);
  out.field("started_at", core::format_instant(row.started_at)).field("ended_at", core::format_instant(row.ended_at)).field("sheet", row.sheet);
  out.field("score", row.score).key("human_score");
  if (row.human >= 0) out.value(row.human);
  else out.null();
  out.field("final_score", row.final_score).field("passed", row.passed).field("vetoed", row.vetoed).field("major", row.major).field("normal", row.normal)
      .field("hint", row.hint);
  write_ids(out, "rules", row.rules);
  out.field("state", row.state).key("inspector").raw(person_json(row.inspector)).field("sampled", row.state == "scored" && !row.samples.empty()).end_object();
  return text;
}

Result<std::string> Quality::list(const storage::QualityFilter& filter, std::uint64_t before, std::size_t limit) const {
  TRY_ASSIGN(const storage::QualityRows page, parts_.index.page(filter, before, limit));
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  for (const QualityRow& row : page.items) out.raw(row_json(row));
  out.end_array().key("next");
  if (page.next == 0) out.null();
  else out.value(std::to_string(page.next));
  const std::lock_guard lock(mutex_);
  out.field("total", page.total).field("indexing", unscored_ + waiting_.size()).end_object();
  return text;
}

Result<QualityRow> Quality::row(std::string_view conversation) const { return parts_.index.get(conversation); }

}  // namespace fenshen::service
