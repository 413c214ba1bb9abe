// Scores, sheets and the order of people's steps, without a server.
#include "service/quality_score.h"

#include <gtest/gtest.h>

#include "content/load.h"
#include "service/quality_people.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
using content::Severity;

constexpr const char* kRules = R"(
- {id: R-MAJOR, name: 重大, severity: major, when: 'rep says "保本"', wording: 不保本。, source: {title: 规}}
- {id: R-RUDE-1, name: 禁语, severity: normal, when: 'rep says "烦死了"', wording: 请文明。, source: {title: 规}, cooldown: 0 turns}
- {id: R-RUDE-2, name: 推诿, severity: normal, when: 'rep says "不归我管"', wording: 我来查。, source: {title: 规}, cooldown: 0 turns}
- {id: R-TELL, name: 有效期, severity: normal, after: 'event card.loss_temp', require: 'rep says "五天"', by: end, wording: 五天内有效。, source: {title: 规}}
- {id: R-FRAUD, name: 诈骗, severity: major, card: fraud, when: 'customer says "安全账户"', wording: 别转。, source: {title: 规}}
- {id: R-LOOSE, name: 无项, severity: hint, when: 'rep says "随便"', wording: 好。, source: {title: 规}}
)";
constexpr const char* kFlow = R"(
id: P01
name: 挂失
start: customer says "卡丢了"
steps:
  - {id: S1, name: 问候, done: 'rep says "您好"'}
  - {id: S2, name: 告知, must: true, done: 'rep says "五天"'}
)";
constexpr const char* kSheets = R"(
- id: SS-B
  name: 通用
  items:
    - {id: manner, name: 用语, weight: 30, per_hit: 20, rules: ['R-RUDE-*']}
    - {id: other, name: 推诿, weight: 10, rules: [R-RUDE-2]}
    - {id: told, name: 告知, weight: 40, rules: [R-TELL]}
    - {id: solved, name: 解决, weight: 20, manual: true}
- id: SS-A
  name: 挂失
  process: [P01]
  pass: 60
  veto_score: 10
  major: count
  items:
    - {id: steps, name: 步骤, weight: 50, steps: [P01.S1, P01.S2], per_hit: 25}
    - {id: rest, name: 其他, weight: 50, rules: [R-MAJOR], per_hit: 50}
    - {id: red, name: 红线, veto: true, rules: [R-RUDE-1]}
- id: SS-TEAM
  name: 二组
  team: [二组]
  items: [{id: all, name: 全部, weight: 100, rules: [R-RUDE-1]}]
)";

class QualityTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const assist::CompiledPack> pack() {
    static const auto made = [] {
      content::PackSources sources;
      sources.files.push_back({"p", "pack.yaml", "p/pack.yaml", "id: p\nversion: '1'\nname: 试验\ntime_zone: '+08:00'\n"});
      for (const auto& [path, text] : {std::pair{"rules/r.yaml", kRules}, {"flows/P01.yaml", kFlow}, {"scoresheets/s.yaml", kSheets}})
        sources.files.push_back({"p", path, std::string("p/") + path, text});
      const content::LoadOutcome loaded = content::load(sources);
      for (const core::Error& error : loaded.errors) ADD_FAILURE() << core::describe(error);
      const assist::CompileOutcome compiled = assist::compile(loaded.library);
      for (const core::Error& error : compiled.errors) ADD_FAILURE() << core::describe(error);
      return compiled.pack;
    }();
    return made;
  }

  void add(cv::EventBody body) {
    cv::Event event;
    event.seq = events_.size() + 1;
    event.id = "e" + std::to_string(event.seq);
    event.recorded_at = 1'790'000'000'000 + static_cast<core::Millis>(event.seq) * 1'000;
    event.body = std::move(body);
    events_.push_back(std::move(event));
  }
  void begin(std::string team = "一组") {
    add(cv::ConversationStarted{"voice", "zh", {}, {{"team", std::move(team), cv::FieldKind::text}}});
    add(cv::ParticipantJoined{"rep-1", cv::Speaker::rep});
  }
  void rep(std::string text) { add(cv::Utterance{cv::Speaker::rep, std::move(text), {}, 0, 0, -1, -1}); }
  void customer(std::string text) { add(cv::Utterance{cv::Speaker::customer, std::move(text), {}, 0, 0, -1, -1}); }
  MachineScore score() {
    add(cv::ConversationEnded{"rep", ""});
    assist::FoldScratch scratch;
    return score_conversation(events_, facts_of(events_), pack(), scratch);
  }
  static const ScoredLine& line(const MachineScore& score, std::string_view item) {
    for (const ScoredLine& one : score.lines)
      if (one.item->id == item) return one;
    ADD_FAILURE() << item;
    return score.lines.front();
  }

  std::vector<cv::Event> events_;
};

TEST_F(QualityTest, HitsCostPointsUpToTheWeightAndANamedRuleIsNotCountedTwice) {
  begin();
  for (int i = 0; i < 2; ++i) rep("真是烦死了");
  rep("这个不归我管");
  rep("随便");
  add(cv::BusinessEvent{"card.loss_temp", {}});
  const MachineScore s = score();
  ASSERT_NE(s.sheet, nullptr);
  EXPECT_EQ(s.sheet->id, "SS-B");
  EXPECT_EQ(line(s, "manner").lost, 30) << "two hits of 20, at most the weight";
  EXPECT_EQ(line(s, "manner").evidence.size(), 2u);
  EXPECT_EQ(line(s, "other").lost, 10) << "an item that names the rule comes before a prefix";
  EXPECT_EQ(line(s, "told").lost, 40);
  EXPECT_EQ(s.score, 20);
  EXPECT_FALSE(s.passed);
  ASSERT_EQ(s.others.size(), 1u);
  EXPECT_EQ(s.others[0].id, "R-LOOSE");
  EXPECT_EQ(line(s, "manner").evidence[0].seq, 3u);
}

TEST_F(QualityTest, AMajorRuleVetoesUnlessTheSheetSaysOtherwise) {
  begin();
  rep("这个保本");
  MachineScore s = score();
  EXPECT_TRUE(s.vetoed);
  EXPECT_EQ(s.score, 0);
  events_.clear();
  begin();
  customer("我的卡丢了");
  rep("您好，五天内有效");
  rep("这个保本");
  s = score();
  EXPECT_EQ(s.sheet->id, "SS-A") << "the sheet of the process";
  EXPECT_FALSE(s.vetoed);
  EXPECT_EQ(s.score, 50);
}

TEST_F(QualityTest, StepsLeftOutAndVetoItems) {
  begin();
  customer("我的卡丢了");
  rep("您好");
  MachineScore s = score();
  EXPECT_EQ(s.processes, std::vector<std::string>{"P01"});
  EXPECT_EQ(line(s, "steps").lost, 25);
  EXPECT_TRUE(line(s, "steps").evidence[0].step);
  EXPECT_EQ(line(s, "steps").evidence[0].id, "P01.S2");
  EXPECT_EQ(s.score, 75);
  EXPECT_TRUE(s.passed);
  events_.pop_back();
  rep("烦死了");
  s = score();
  EXPECT_TRUE(s.vetoed);
  EXPECT_EQ(s.score, 10) << "what the sheet leaves";
}

TEST_F(QualityTest, FraudAgainstTheCustomerIsNotTheRepsFault) {
  begin();
  customer("他们让我转到安全账户");
  const MachineScore s = score();
  EXPECT_EQ(s.score, 100);
  EXPECT_FALSE(s.vetoed);
  EXPECT_TRUE(s.broken().empty());
}

TEST_F(QualityTest, MetObligationsNameTheirWords) {
  begin();
  add(cv::BusinessEvent{"card.loss_temp", {}});
  rep("临时挂失五天内有效");
  const MachineScore s = score();
  ASSERT_EQ(s.met.size(), 1u);
  EXPECT_EQ(s.met[0], (std::pair<std::string, std::uint64_t>{"R-TELL", 4}));
  EXPECT_EQ(s.score, 100);
}

TEST_F(QualityTest, CorrectedWordsCount) {
  begin();
  add(cv::Utterance{cv::Speaker::rep, "这个保本", "u1", 0, 0, -1, -1});
  add(cv::Utterance{cv::Speaker::rep, "这个饱满", "u1", 1, 0, -1, -1});
  events_ = with_corrections(std::move(events_));
  EXPECT_EQ(score().score, 100);
}

TEST_F(QualityTest, TheNarrowestSheetFits) {
  const content::Library& library = assist::library_of(*pack());
  ConversationFacts facts;
  facts.team = "二组";
  EXPECT_EQ(choose_sheet(library, facts, {}, 0)->id, "SS-TEAM");
  EXPECT_EQ(choose_sheet(library, facts, {"P01"}, 0)->id, "SS-A");
  facts.team = "一组";
  EXPECT_EQ(choose_sheet(library, facts, {"P02"}, 0)->id, "SS-B");
}

TEST(QualitySheets, EveryMistakeIsNamed) {
  content::PackSources sources;
  sources.files.push_back({"p", "pack.yaml", "p/pack.yaml", "id: p\nversion: '1'\nname: 试验\n"});
  sources.files.push_back({"p", "rules/r.yaml", "p/rules/r.yaml", kRules});
  sources.files.push_back({"p", "flows/P01.yaml", "p/flows/P01.yaml",
                           "id: P01\nname: 挂失\nsteps:\n  - {id: S1, name: 问候, done: 'rep says \"您好\"', if: channel == voice}\n"});
  sources.files.push_back({"p", "scoresheets/s.yaml", "p/scoresheets/s.yaml", R"(
- id: S1
  name: 一
  process: [P99]
  veto_score: 90
  items:
    - {id: a, name: 甲, weight: 60, rules: [R-NONE]}
    - {id: a, name: 乙, weight: 20, rules: ['X-*']}
    - {id: c, name: 丙, weight: 10, steps: [P01.S1, P01.S9]}
    - {id: d, name: 丁, veto: true, weight: 5, rules: [R-MAJOR]}
    - {id: e, name: 戊, weight: 2, per_hit: 3, rules: [R-MAJOR]}
    - {id: f, name: 己, weight: 1}
    - {id: g, name: 庚, weight: 1, manual: true, rules: [R-LOOSE]}
    - {id: h, name: 辛, wieght: 1, manual: true}
)"});
  const auto errors = content::load(sources).errors;
  std::string all;
  for (const core::Error& error : errors) all += core::describe(error) + "\n";
  for (const char* part : {"flow «P99» does not exist", "rule «R-NONE» does not exist", "rule «X-*» does not exist", "step «P01.S9» does not exist",
                           "step «P01.S1» is conditional or optional", "item «a» is there already", "a veto item has none", "is more than the weight",
                           "names no rule and no step", "what only people judge", "wieght", "item «h» has no weight", "rule «R-MAJOR» costs points in two items",
                           "must make 100", "a vetoed conversation would pass"})
    EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
}

QualityStep step(std::string kind, std::string by, int score = -1, std::string outcome = {}) {
  QualityStep made;
  made.id = kind + "-" + by;
  made.kind = std::move(kind);
  made.by = std::move(by);
  made.score = score;
  made.passed = score >= 80;
  made.outcome = std::move(outcome);
  made.lines = {{"a", 10, "因为"}};
  made.verdicts = {{"R-1", "wrong"}};
  made.items = {"a", "b"};
  return made;
}

QualityCase fold_steps(const std::vector<QualityStep>& steps) {
  std::vector<cv::Event> events;
  for (const QualityStep& one : steps) {
    events.push_back(to_event(one));
    events.back().seq = events.size();
  }
  return fold_case(events);
}

TEST(QualityCase, AStepSurvivesTheLog) {
  const QualityStep made = step("inspected", "qa-1", 72);
  const auto back = step_of(to_event(made));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->by, "qa-1");
  EXPECT_EQ(back->score, 72);
  EXPECT_EQ(back->lines.at(0).note, "因为");
  EXPECT_EQ(back->lines.at(0).lost, 10);
  EXPECT_EQ(back->verdicts.at(0).verdict, "wrong");
  EXPECT_EQ(back->items, (std::vector<std::string>{"a", "b"}));
}

TEST(QualityCase, TheOrderIsHeldAndFourEyes) {
  QualityCase none;
  EXPECT_TRUE(none.may("inspected", "qa-1"));
  EXPECT_EQ(none.may("appealed", "rep").error().code, core::Code::conflict);
  const QualityCase inspected = fold_steps({step("inspected", "qa-1", 70)});
  EXPECT_EQ(inspected.state, "inspected");
  EXPECT_EQ(inspected.may("inspected", "qa-2").error().code, core::Code::conflict);
  EXPECT_EQ(inspected.may("rechecked", "qa-2").error().code, core::Code::conflict) << "only after an appeal";
  const QualityCase appealed = fold_steps({step("inspected", "qa-1", 70), step("appealed", "rep")});
  EXPECT_EQ(appealed.may("rechecked", "qa-1").error().code, core::Code::forbidden);
  EXPECT_EQ(appealed.may("decided", "qa-1").error().code, core::Code::forbidden);
  EXPECT_TRUE(appealed.may("rechecked", "qa-2"));
  EXPECT_TRUE(appealed.may("decided", "qa-2"));
  EXPECT_EQ(appealed.may("appealed", "rep").error().code, core::Code::conflict) << "once";
}

TEST(QualityCase, TheRecheckCountsOnlyOnceDecidedSo) {
  const std::vector<QualityStep> begin = {step("inspected", "qa-1", 70), step("appealed", "rep"), step("rechecked", "qa-2", 95)};
  EXPECT_EQ(fold_steps(begin).counts()->score, 70);
  EXPECT_EQ(fold_steps(begin).newest()->score, 95);
  auto upheld = begin, changed = begin;
  upheld.push_back(step("decided", "qa-2", -1, "upheld"));
  changed.push_back(step("decided", "qa-2", -1, "changed"));
  EXPECT_EQ(fold_steps(upheld).counts()->score, 70);
  EXPECT_EQ(fold_steps(changed).counts()->score, 95);
  EXPECT_EQ(fold_steps(changed).state, "decided");
}

TEST(QualityCase, WhatIsOutOfOrderInTheLogCountsForNothing) {
  const QualityCase folded = fold_steps({step("inspected", "qa-1", 70), step("inspected", "qa-2", 10), step("decided", "qa-2", -1, "changed"), step("appealed", "rep"),
                                         step("decided", "qa-2", -1, "changed")});
  EXPECT_EQ(folded.state, "appealed") << "changed needs a re-check";
  EXPECT_EQ(folded.steps.size(), 2u);
  EXPECT_EQ(folded.counts()->score, 70);
}

}  // namespace
}  // namespace fenshen::service
