// A year in small: what is written, imported, folded again and held against another version of the content.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

#include "assist/verdict_fold.h"
#include "conversation/dialogue.h"
#include "server/commands.h"
#include "server/dialogue_replay.h"
#include "server/packs.h"
#include "service/history_run.h"
#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::server {
namespace {

namespace fs = std::filesystem;
using service::Difference;
using service::HistoryCounts;

std::vector<fs::path> folders() { return {FENSHEN_SOURCE_DIR "/packs/finance-cn", FENSHEN_SOURCE_DIR "/packs/yunjiang"}; }

int call(int (*command)(CommandArgs), const std::vector<std::string>& args) {
  const std::vector<std::string_view> views(args.begin(), args.end());
  return command(views);
}

std::vector<std::string> lines_of(const fs::path& file, std::size_t most = ~std::size_t{0}) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; lines.size() < most && std::getline(in, line);) lines.push_back(line);
  return lines;
}

void write(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file);
  for (const std::string& line : lines) out << line << "\n";
}

class HistoryTest : public ::testing::Test {
 protected:
  fs::path path(const char* name) const { return fs::path(folder_.path()) / name; }
  std::string data() const { return path("data").string(); }
  std::vector<std::string> written(const char* name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"--utterances", "3000", "--out", path(name).string()};
    args.insert(args.end(), more.begin(), more.end());
    EXPECT_EQ(call(history_command, args), 0);
    return lines_of(path(name));
  }
  int import(const char* name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"--in", path(name).string(), "--data", data()};
    args.insert(args.end(), more.begin(), more.end());
    return call(import_command, args);
  }
  std::unique_ptr<storage::sqlite::Store> store() const {
    auto opened = storage::sqlite::Store::open({.folder = data(), .read_only = true});
    EXPECT_TRUE(opened.has_value());
    return opened ? std::move(*opened) : nullptr;
  }
  std::size_t stored() const {
    const auto held = store();
    return held->log().streams("default", storage::StreamKind::conversation, 0, 100'000)->size();
  }

  const storage::sqlite::TempFolder folder_;
};

TEST_F(HistoryTest, TheSameSeedGivesTheSameBytes) {
  const auto first = written("a.jsonl"), second = written("b.jsonl"), other = written("c.jsonl", {"--seed", "2"});
  ASSERT_GT(first.size(), 100u);
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
  core::Millis before = 0;
  std::set<std::string> ids;
  for (const std::string& line : first) {
    const auto dialogue = conversation::parse_dialogue(line);
    ASSERT_TRUE(dialogue.has_value()) << core::describe(dialogue.error());
    EXPECT_LE(core::day_of(before, 480), core::day_of(dialogue->started_at, 480));
    before = dialogue->started_at;
    EXPECT_TRUE(ids.insert(dialogue->id).second);
    EXPECT_EQ(line.find('{', 1) == std::string::npos, false);
    for (const conversation::DialogueTurn& turn : dialogue->turns) EXPECT_EQ(turn.text.find_first_of("[]{}|"), std::string::npos) << turn.text;
  }
}

// --- the quick fold gives the verdicts that the fold shows ---

using Shown = std::tuple<std::string, std::string, std::uint64_t, std::int32_t, core::Millis>;  // kind, item, seq, turn, time

void expect_same_verdicts(const std::vector<std::string>& lines, const std::shared_ptr<const assist::CompiledPack>& pack, std::size_t& verdicts) {
  assist::FoldScratch scratch;
  assist::VerdictFold fold(pack);
  const content::Library& library = assist::library_of(*pack);
  for (const std::string& line : lines) {
    const auto dialogue = conversation::parse_dialogue(line);
    if (!dialogue) continue;
    std::multiset<Shown> cards, found;
    for (const assist::Card& card : replay_dialogue(*dialogue, pack, scratch).cards) {
      const bool rule = card.kind == assist::CardKind::violation || card.kind == assist::CardKind::fraud || card.kind == assist::CardKind::prompt;
      const bool step = card.kind == assist::CardKind::step && (card.json.find(R"("state":"done")") != std::string::npos || card.json.find(R"("state":"undone")") != std::string::npos);
      if (rule || step) cards.emplace(assist::to_string(card.kind), card.item, card.seq, card.turn, card.at);
    }
    fold.reset();
    std::vector<assist::FoldVerdict> out;
    for (const conversation::DialogueEvent& item : conversation::events_of(*dialogue, assist::hash_of(*pack), assist::kEngineVersion)) {
      if (item.turn >= 0) fold.next_turn(item.turn);
      fold.fold(item.event, scratch, out);
    }
    for (const assist::FoldVerdict& one : out) {
      if (one.kind == assist::FoldVerdict::Kind::met) continue;  // nothing is shown of it
      const std::string item = one.card == assist::CardKind::step ? library.flows[one.item].id + "." + library.flows[one.item].steps[one.step].id : library.rules[one.item].id;
      found.emplace(assist::to_string(one.card), item, one.seq, one.turn, one.at);
    }
    ASSERT_EQ(cards, found) << line.substr(0, 60);
    verdicts += found.size();
  }
}

TEST_F(HistoryTest, TheQuickFoldGivesTheVerdictsOfTheFold) {
  const auto pack = compile_packs(folders());
  ASSERT_TRUE(pack.has_value());
  std::size_t verdicts = 0;
  expect_same_verdicts(written("year.jsonl"), *pack, verdicts);
  EXPECT_GT(verdicts, 500u);
  if (const char* corpora = std::getenv("FENSHEN_CORPORA"))
    for (const char* name : {"csds/dev.jsonl", "stc3_helpdesk/dev.jsonl", "teleantifraud/dev.jsonl"})
      if (fs::exists(fs::path(corpora) / name)) expect_same_verdicts(lines_of(fs::path(corpora) / name, 150), *pack, verdicts);
}

// Where a condition asks for the topic of a turn, the quick fold has to search too.
TEST_F(HistoryTest, TopicsThatRulesAskForAreLookedUp) {
  auto sources = content::read_packs(folders());
  ASSERT_TRUE(sources.has_value());
  sources->overlays.push_back({"yunjiang", "rule", "T-01", "1", "id: T-01\nname: {zh: 问了挂失, en: x}\nseverity: normal\nwhen: 'intent F01'\nwording: {zh: 好, en: ok}\nsource: {title: t, clause: c}\n"});
  const auto loaded = content::load(*sources);
  ASSERT_TRUE(loaded.errors.empty()) << core::describe(loaded.errors.front());
  const auto compiled = assist::compile(loaded.library);
  ASSERT_NE(compiled.pack, nullptr);
  std::size_t verdicts = 0;
  expect_same_verdicts(written("year.jsonl"), compiled.pack, verdicts);
}

// --- import ---

TEST_F(HistoryTest, ImportIsCompleteAfterAKillAndDoublesNothing) {
  const auto all = written("all.jsonl");
  write(path("half.jsonl"), {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2)});
  EXPECT_EQ(import("half.jsonl", {"--dry-run"}), 0);
  EXPECT_FALSE(fs::exists(data()));
  EXPECT_EQ(import("half.jsonl"), 0);  // as far as it came before it was killed
  EXPECT_EQ(stored(), all.size() / 2);
  EXPECT_EQ(import("all.jsonl"), 0);
  EXPECT_EQ(import("all.jsonl"), 0);
  ASSERT_EQ(stored(), all.size());
  const auto held = store();
  for (const std::size_t i : {std::size_t{0}, all.size() / 2, all.size() - 1}) {
    const auto dialogue = conversation::parse_dialogue(all[i]);
    const auto events = held->log().read({.id = dialogue->id}, 0, 10'000);
    ASSERT_TRUE(events.has_value());
    const auto expected = conversation::events_of(*dialogue, "x", assist::kEngineVersion);
    ASSERT_EQ(events->size(), expected.size());
    for (std::size_t n = 0; n < expected.size(); ++n) {
      EXPECT_EQ((*events)[n].recorded_at, expected[n].event.recorded_at);
      if (!std::holds_alternative<conversation::PackBound>((*events)[n].body))
        EXPECT_EQ(conversation::body_to_json((*events)[n].body), conversation::body_to_json(expected[n].event.body));
    }
  }
}

TEST_F(HistoryTest, MistakesAreNamedAndTheRestIsImported) {
  auto lines = written("good.jsonl");
  lines.resize(4);
  lines[1] = "{not json";
  lines[2].replace(lines[2].find("\"turns\":["), 9, "\"turns\":7,\"x\":[");
  lines.push_back(lines[0].substr(0, lines[0].size() - 2) + R"(,{"speaker":"agent","text":"longer"}]})");  // another of the same id
  lines.push_back(R"({"turns":[{"speaker":"customer","text":"no id"}]})");
  lines.push_back(lines.back());
  write(path("bad.jsonl"), lines);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(import("bad.jsonl"), 1);
  const std::string told = ::testing::internal::GetCapturedStderr();
  for (const char* part : {"bad.jsonl:2 ", "bad.jsonl:3 turns", "bad.jsonl:5 id"}) EXPECT_NE(told.find(part), std::string::npos) << told;
  EXPECT_EQ(stored(), 3u);  // two good ones, and once the one without an id
}

TEST_F(HistoryTest, ImportIntoTheStoreOfARunningServerIsRefused) {
  written("year.jsonl");
  ASSERT_EQ(import("year.jsonl"), 0);
  const auto server = storage::sqlite::Store::open({.folder = data()});
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(import("year.jsonl"), 1);
}

// --- qa run ---

struct Outcome {
  HistoryCounts counts;
  std::vector<std::string> differences;
};

class QaRunTest : public HistoryTest {
 protected:
  void SetUp() override {
    written("year.jsonl");
    ASSERT_EQ(import("year.jsonl"), 0);
  }
  static content::PackSources sources(const std::vector<content::Overlay>& overlays = {}) {
    auto read = content::read_packs(folders());
    EXPECT_TRUE(read.has_value());
    read->overlays = overlays;
    return std::move(*read);
  }
  Outcome run(content::PackSources after, std::optional<content::PackSources> baseline, service::HistoryRunOptions options = {}, bool only_changed = false) {
    const auto held = store();
    service::HistoryPairs pairs(std::move(after), std::move(baseline), only_changed, &held->records());
    const auto loaded = pairs.load();
    EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : core::describe(loaded.error()));
    Outcome outcome;
    if (!loaded) return outcome;
    options.take = [&](std::vector<Difference>& found, const HistoryCounts&, std::uint64_t) -> core::Status {
      const auto labels = pairs.book().labels();
      for (const Difference& one : found)
        outcome.differences.push_back(fmt::format("{} {} {} seq {} turn {} {} {}", one.conversation, one.added ? "+" : "-", labels[one.label].id, one.seq, one.turn, one.team, one.month));
      return {};
    };
    auto counts = service::run_history(held->log(), pairs, options);
    EXPECT_TRUE(counts.has_value()) << (counts ? "" : core::describe(counts.error()));
    if (counts) outcome.counts = std::move(*counts);
    return outcome;
  }
  // A rule of ours in place of nothing: every closing question is a violation.
  static content::Overlay closing(const char* pattern = "还有") {
    return {"yunjiang", "rule", "T-02", "1", fmt::format("id: T-02\nname: {{zh: 问, en: x}}\nseverity: normal\nwhen: 'rep says \"{}\"'\nwording: {{zh: 好, en: ok}}\nsource: {{title: t, clause: c}}\n", pattern)};
  }
  // Something that is no rule, so that both sides are folded apart.
  static content::Overlay other_class() { return {"finance-cn", "class", "t_other", "1", "id: t_other\nphrases: [无人这样说]\n"}; }
};

TEST_F(QaRunTest, TheSamePacksDifferInNothing) {
  const Outcome bound = run(sources(), std::nullopt), same = run(sources(), sources()), apart = run(sources({other_class()}), sources());
  EXPECT_GT(bound.counts.utterances, 2'900u);
  EXPECT_EQ(bound.counts.conversations, lines_of(path("year.jsonl")).size());
  for (const Outcome* one : {&bound, &same, &apart}) {
    EXPECT_EQ(one->differences, std::vector<std::string>());
    EXPECT_EQ(one->counts.utterances, bound.counts.utterances);
  }
  std::uint64_t before = 0, after = 0;
  for (const auto& label : bound.counts.labels) {
    before += label.before;
    after += label.after;
  }
  EXPECT_GT(before, 0u);
  EXPECT_EQ(before, after);
}

TEST_F(QaRunTest, OneFoldOrTwoNameTheSameDifferences) {
  const Outcome joint = run(sources({closing()}), sources());
  ASSERT_GT(joint.differences.size(), 50u);
  for (const std::string& one : joint.differences) EXPECT_NE(one.find("+ T-02"), std::string::npos) << one;
  EXPECT_EQ(joint.counts.added, joint.differences.size());
  EXPECT_EQ(run(sources({other_class(), closing()}), sources()).differences, joint.differences);
  EXPECT_EQ(run(sources({closing()}), std::nullopt).differences, joint.differences);
  EXPECT_EQ(run(sources({closing()}), sources(), {}, true).differences, joint.differences);
  service::HistoryRunOptions one_thread;
  one_thread.threads = 1;
  EXPECT_EQ(run(sources({closing()}), sources(), one_thread).differences, joint.differences);
  // And back: a rule that falls away. One that changes both gains and loses.
  const Outcome back = run(sources(), sources({closing()}));
  EXPECT_EQ(back.counts.removed, joint.counts.added);
  const Outcome changed = run(sources({closing("别的")}), sources({closing()}));
  EXPECT_GT(changed.counts.removed, 0u);
  EXPECT_LT(changed.counts.added, changed.counts.removed);  // some that stood in the other's cool-down
  EXPECT_EQ(run(sources({other_class(), closing("别的")}), sources({closing()})).differences, changed.differences);
}

TEST_F(QaRunTest, DaysAndTeamsNarrowIt) {
  const Outcome all = run(sources({closing()}), sources());
  service::HistoryRunOptions march;
  march.from = *core::parse_instant("2026-03-01T00:00:00+08:00");
  march.to = *core::parse_instant("2026-04-01T00:00:00+08:00");
  const Outcome month = run(sources({closing()}), sources(), march);
  ASSERT_FALSE(month.differences.empty());
  std::vector<std::string> expected;
  for (const std::string& one : all.differences)
    if (one.ends_with("2026-03")) expected.push_back(one);
  EXPECT_EQ(month.differences, expected);
  EXPECT_EQ(month.counts.months.size(), 1u);
  service::HistoryRunOptions team;
  team.team = "综合一组";
  const Outcome one_team = run(sources({closing()}), sources(), team);
  EXPECT_EQ(one_team.counts.added, all.counts.teams.at("综合一组").added);
  EXPECT_EQ(one_team.counts.teams.size(), 1u);
}

// What was live under two packs, one after the other, and a word that the recogniser corrected.
TEST_F(QaRunTest, SwapsAndRevisionsCountAsTheyDidLive) {
  const auto hash_of = [](const content::PackSources& text) { return content::load(text).library->hash; };
  const content::PackSources plain = sources(), with = sources({closing()});
  {
    auto writable = storage::sqlite::Store::open({.folder = data()});
    ASSERT_TRUE(writable.has_value());
    for (const auto* one : {&plain, &with}) ASSERT_TRUE((*writable)->records().put_pack_snapshot(hash_of(*one), content::to_snapshot(*one)).has_value());
    conversation::Dialogue dialogue;
    dialogue.id = "swapped";
    dialogue.started_at = *core::parse_instant("2030-01-01T10:00:00+08:00");
    for (const char* text : {"还有什么", "一", "二", "三", "什么", "没有了"})
      dialogue.turns.push_back({dialogue.turns.size() % 2 == 0 ? conversation::Speaker::rep : conversation::Speaker::customer, text, {}, static_cast<core::Millis>(dialogue.turns.size()) * 1000});
    auto events = conversation::events_of(dialogue, hash_of(plain), assist::kEngineVersion);
    std::vector<conversation::Event> log;
    for (auto& item : events) log.push_back(std::move(item.event));
    conversation::Event bind = log[1];
    bind.id = "bind-2";
    std::get<conversation::PackBound>(bind.body).pack_hash = hash_of(with);
    conversation::Event revised = log.back();
    revised.id = "revised";
    revised.body = conversation::Utterance{conversation::Speaker::rep, "还有什么", log[6].id, 1};
    log.insert(log.end() - 1, revised);
    log.insert(log.begin() + 4, bind);
    ASSERT_TRUE((*writable)->log().append_and_wait({.stream = {.id = "swapped"}, .events = log, .imported = true, .subject = {}}).has_value());
  }
  service::HistoryRunOptions only;
  only.from = *core::parse_instant("2030-01-01T00:00:00+08:00");
  // Under the first pack the first question was none; the second fired live, once it was corrected.
  const Outcome outcome = run(with, std::nullopt, only);
  ASSERT_EQ(outcome.counts.conversations, 1u);
  ASSERT_EQ(outcome.differences.size(), 1u);
  EXPECT_NE(outcome.differences.front().find("swapped + T-02 seq 3"), std::string::npos) << outcome.differences.front();
  const Outcome fell = run(plain, std::nullopt, only);
  ASSERT_EQ(fell.differences.size(), 1u);
  EXPECT_NE(fell.differences.front().find("swapped - T-02 seq 8"), std::string::npos) << fell.differences.front();
}

}  // namespace
}  // namespace fenshen::server
