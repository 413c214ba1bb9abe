#include "signals/condition_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace fenshen::signals {
namespace {

using conversation::Event;
using conversation::Speaker;

content::Condition parsed(const std::string& text) {
  auto condition = content::parse_condition(text);
  EXPECT_TRUE(condition.has_value()) << text << ": " << (condition ? "" : core::describe(condition.error()));
  return condition ? std::move(*condition) : content::Condition{};
}

Event event_of(conversation::EventBody body) {
  Event event;
  event.body = std::move(body);
  return event;
}

conversation::Utterance utterance(Speaker speaker = Speaker::customer) {
  conversation::Utterance said;
  said.speaker = speaker;
  return said;
}

content::Library small_library() {
  content::Library library;
  library.classes.push_back({"promise", "", {"保本"}, {}});
  content::Flow flow;
  flow.id = "P01";
  flow.steps.resize(1);
  flow.steps[0].id = "S5";
  library.flows.push_back(flow);
  flow.id = "P14";
  library.flows.push_back(flow);
  content::Article article;
  article.topics = {"F01"};
  library.articles.push_back(article);
  return library;
}

// One set of conditions and one event at a time, with readings made by hand: what is scanned is tested elsewhere.
class Bench {
 public:
  explicit Bench(const std::vector<std::string>& conditions) : library_(small_library()), lexicon_(library_) {
    ConditionSetBuilder builder(library_, lexicon_);
    for (const std::string& text : conditions) {
      const auto id = builder.add(parsed(text));
      EXPECT_TRUE(id.has_value()) << text << ": " << (id ? "" : core::describe(id.error()));
      ids_.push_back(id.value_or(kNoCondition));
    }
    set_ = builder.build();
    context_ = std::make_unique<Context>(*set_);
  }

  Context& context() { return *context_; }
  const ConditionSet& set() const { return *set_; }
  ConditionId id(std::size_t i) const { return ids_[i]; }
  PatternId pattern(const std::string& text) { return lexicon_.add(text).value(); }
  std::vector<std::string_view> flows;
  std::vector<Happening> happenings;

  Facts facts(const Event* event = nullptr, const Reading* reading = nullptr, Speaker speaker = Speaker::system) {
    return {event, reading, speaker, context_.get(), flows, happenings};
  }
  // Indexes of the conditions that happened.
  std::vector<std::size_t> happened(const Facts& facts, bool only_happenings = false) {
    truths_.clear();
    set_->happened(facts, only_happenings, scratch_, truths_);
    EXPECT_TRUE(std::ranges::is_sorted(truths_, {}, &Truth::condition));
    std::vector<std::size_t> found;
    for (const Truth& truth : truths_) found.push_back(std::ranges::find(ids_, truth.condition) - ids_.begin());
    return found;
  }
  std::vector<std::size_t> says(Speaker speaker, const std::vector<std::string>& patterns) {
    Reading reading;
    for (const std::string& text : patterns) reading.hits.push_back({pattern(text), {3, 5}});
    std::ranges::sort(reading.hits, {}, &Hit::pattern);
    const Event event = event_of(utterance(speaker));
    return happened(facts(&event, &reading, speaker));
  }
  std::vector<std::size_t> business(const std::string& name, conversation::Fields data = {}) {
    const Event event = event_of(conversation::BusinessEvent{name, std::move(data)});
    return happened(facts(&event));
  }
  const std::vector<Truth>& truths() const { return truths_; }
  ConditionSet::Scratch& scratch() { return scratch_; }

 private:
  content::Library library_;
  LexiconBuilder lexicon_;
  std::vector<ConditionId> ids_;
  std::shared_ptr<const ConditionSet> set_;
  std::unique_ptr<Context> context_;
  ConditionSet::Scratch scratch_;
  std::vector<Truth> truths_;
};

using Found = std::vector<std::size_t>;

TEST(ConditionSet, TriggersByPhraseAndSpeaker) {
  Bench bench({R"(rep says "保本")", R"(customer says "保本")", R"(rep|bot says "保本|稳赚")", R"(rep says "保本" and rep says "稳赚")",
               "rep speaks", "anyone speaks"});
  EXPECT_EQ(bench.says(Speaker::rep, {"保本"}), (Found{0, 4, 5}));
  EXPECT_EQ(bench.says(Speaker::customer, {"保本"}), (Found{1, 5}));
  EXPECT_EQ(bench.says(Speaker::rep, {"保本", "稳赚"}), (Found{0, 3, 4, 5}));
  EXPECT_EQ(bench.says(Speaker::bot, {"保本|稳赚"}), (Found{2, 5}));
  EXPECT_EQ(bench.says(Speaker::supervisor, {"保本"}), (Found{}));
}

TEST(ConditionSet, GivesTheWordsThatMadeItTrue) {
  Bench bench({R"(turn > 0 and (customer says "x" or rep says "保本"))"});
  bench.context().set("turn", "1");
  EXPECT_EQ(bench.says(Speaker::rep, {"保本"}), (Found{0}));
  EXPECT_EQ(bench.truths()[0].span, (Span{3, 5}));
}

TEST(ConditionSet, EqualConditionsAreOne) {
  Bench bench({"rep  speaks", "rep speaks ", "customer speaks"});
  EXPECT_EQ(bench.id(0), bench.id(1));
  EXPECT_EQ(bench.set().size(), 2U);
}

TEST(ConditionSet, GuardsMakeAnotherPattern) {
  Bench bench({R"(rep says "保本")", R"(rep says "保本" unless "不")", R"(rep says "保本" unless_before "不")"});
  EXPECT_EQ(bench.says(Speaker::rep, {"保本"}), (Found{0}));
}

TEST(ConditionSet, TriggersByBusinessEventAndItsFields) {
  Bench bench({"event idv.passed", "event idv.passed where level >= 3", "event idv.passed where level >= 3, way == face",
               "event idv.passed where level > customer.need", "event.level == 3 and event idv.passed", "event other"});
  bench.context().set("customer.need", "2");
  EXPECT_EQ(bench.business("idv.passed"), (Found{0}));
  EXPECT_EQ(bench.business("idv.passed", {{"level", "2", conversation::FieldKind::number}}), (Found{0}));
  EXPECT_EQ(bench.business("idv.passed", {{"level", "3", conversation::FieldKind::number}}), (Found{0, 1, 3, 4}));
  EXPECT_EQ(bench.business("idv.passed", {{"level", "4"}, {"way", "face"}}), (Found{0, 1, 2, 3}));
  EXPECT_EQ(bench.business("unknown"), (Found{}));
}

TEST(ConditionSet, TriggersByEntity) {
  Bench bench({"customer gives amount", "customer gives amount >= 50000", "rep gives amount", "customer gives product in [YJ-W3, YJ-W4]",
               "customer gives card_tail == 0012"});
  Reading reading;
  reading.entities.push_back({EntityType::amount, {0, 3}, "49999.99", 0xFFFF, 100});
  const Event event = event_of(utterance());
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{0}));
  reading.entities.push_back({EntityType::amount, {4, 9}, "50000", 0xFFFF, 100});
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{0, 1}));
  EXPECT_EQ(bench.truths()[1].span, (Span{4, 9}));
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::rep)), (Found{2}));
  reading.entities = {{EntityType::product, {0, 1}, "YJ-W4", 1, 100}, {EntityType::card_tail, {2, 6}, "0012", 0xFFFF, 100}};
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{3, 4}));
  reading.entities = {{EntityType::card_tail, {2, 6}, "12", 0xFFFF, 100}};
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{}));
}

TEST(ConditionSet, TriggersByEmotionOfTheCustomerOnly) {
  Bench bench({"emotion angry", "emotion in [angry, anxious]"});
  Reading reading;
  reading.emotion = Emotion::anxious;
  const Event event = event_of(utterance());
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{1}));
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::rep)), (Found{}));
}

TEST(ConditionSet, TriggersByStartEndAndAct) {
  Bench bench({"start", "end", "act message", "act dial", "act message where hour >= 22, to is present", "not act dial and act message"});
  const Event start = event_of(conversation::ConversationStarted{});
  const Event end = event_of(conversation::ConversationEnded{});
  const Event act = event_of(conversation::ActProposed{"a1", "message", "", "", {}});
  EXPECT_EQ(bench.happened(bench.facts(&start)), (Found{0}));
  EXPECT_EQ(bench.happened(bench.facts(&end)), (Found{1}));
  EXPECT_EQ(bench.happened(bench.facts(&act)), (Found{2, 5}));
  const auto with = [](std::string hour) { return event_of(conversation::ActProposed{"a1", "message", "", "", {{"hour", std::move(hour)}, {"to", "1"}}}); };
  const Event early = with("21"), late = with("22");
  EXPECT_EQ(bench.happened(bench.facts(&early)), (Found{2, 5}));
  EXPECT_EQ(bench.happened(bench.facts(&late)), (Found{2, 4, 5}));
}

TEST(ConditionSet, SecondPassAddsWhatTheFlowsGave) {
  Bench bench({"step P01.S5", "enters P14", "intent F01", R"(customer says "要" and flow == P14)",
               R"(customer says "对" and fields.card_tail is present)", R"(customer says "对" and fields.other is present)",
               R"(customer says "对" or step P01.S5)"});
  Reading reading;
  reading.hits = {{bench.pattern("要"), {0, 1}}, {bench.pattern("对"), {1, 2}}};
  std::ranges::sort(reading.hits, {}, &Hit::pattern);
  const Event event = event_of(utterance());
  EXPECT_EQ(bench.happened(bench.facts(&event, &reading, Speaker::customer)), (Found{6}));

  bench.flows = {"P14"};
  bench.happenings = {{Happening::Kind::step_done, "P01.S5"}, {Happening::Kind::flow_entered, "P14"}, {Happening::Kind::field, "card_tail"},
                      {Happening::Kind::intent, "F01"}};
  bench.context().set("fields.card_tail", "3306");
  std::vector<Truth> both = bench.truths();
  bench.set().happened(bench.facts(&event, &reading, Speaker::customer), true, bench.scratch(), both);
  std::vector<ConditionId> order;
  for (const Truth& truth : both) order.push_back(truth.condition);
  EXPECT_EQ(order, (std::vector<ConditionId>{bench.id(6), bench.id(0), bench.id(1), bench.id(2), bench.id(3), bench.id(4)}));
}

TEST(ConditionSet, ComparisonsAloneNeverTrigger) {
  Bench bench({"channel == voice", "channel == voice and not rep speaks"});
  bench.context().set("channel", "voice");
  EXPECT_EQ(bench.says(Speaker::customer, {}), (Found{}));
  EXPECT_TRUE(bench.set().holds(bench.id(0), bench.facts()));
  EXPECT_FALSE(bench.set().traits(bench.id(0)).triggered);
  EXPECT_TRUE(bench.set().traits(bench.id(1)).every_event);
}

TEST(ConditionSet, NegatedTriggersBlockButDoNotTrigger) {
  Bench bench({R"(rep speaks and not rep says "保本")", R"(not (not rep says "保本"))", R"(rep says "甲" or not rep says "保本")"});
  EXPECT_EQ(bench.says(Speaker::rep, {}), (Found{0}));
  EXPECT_EQ(bench.says(Speaker::rep, {"保本"}), (Found{1}));
  EXPECT_EQ(bench.says(Speaker::rep, {"甲"}), (Found{0, 2}));
}

struct Comparison {
  const char* condition;
  const char* path;
  const char* value;
  bool holds;
};

TEST(ConditionSet, ComparesByFigureDayOrText) {
  const Comparison table[] = {
      {"customer.age >= 65", "customer.age", "68", true},
      {"customer.age >= 65", "customer.age", "65", true},
      {"customer.age >= 65", "customer.age", "9", false},
      {"customer.age >= 65", "customer.age", "abc", false},
      {"customer.age != 65", "customer.age", "abc", true},
      {"customer.age == 65", "customer.age", "65.0", true},
      {"customer.age > 65", "customer.age", "65.000001", true},
      {"customer.age < 0", "customer.age", "-1", true},
      {"customer.age > -2.5", "customer.age", "-2.4", true},
      {"customer.risk < C3", "customer.risk", "C2", true},
      {"customer.risk < R3", "customer.risk", "C2", true},
      {"customer.risk == C2", "customer.risk", "C2", true},
      {"customer.risk >= 2", "customer.risk", "C2", true},
      {"customer.day < 2026-12-31", "customer.day", "2026-11-30", true},
      {"customer.day < 2026-12-31", "customer.day", "2026-12-31", false},
      {"customer.day < 2026-12-31", "customer.day", "20", false},
      {"customer.x == 0012", "customer.x", "12", false},
      {"customer.x == 0012", "customer.x", "0012", true},
      {"customer.x == 6222020200112233445", "customer.x", "6222020200112233445", true},
      {"customer.x == 6222020200112233445", "customer.x", "6222020200112233446", false},
      {"customer.x in [a, \"b c\", 3]", "customer.x", "b c", true},
      {"customer.x in [a, \"b c\", 3]", "customer.x", "3.0", true},
      {"customer.x in [a, \"b c\", 3]", "customer.x", "d", false},
      {"customer.x is missing", "customer.x", "", true},
      {"customer.x is present", "customer.x", "", false},
      {"customer.x is present", "customer.x", "0", true},
      {"customer.x == 1", "customer.x", "", false},
      {"customer.x != 1", "customer.x", "", false},
      {"not customer.x == 1", "customer.x", "", true},
      {"customer.x < customer.y", "customer.x", "1", false},
      {"customer.x == 冻结", "customer.x", "冻结", true},
  };
  for (const Comparison& row : table) {
    Bench bench({row.condition});
    bench.context().set(row.path, row.value);
    EXPECT_EQ(bench.set().holds(bench.id(0), bench.facts()), row.holds) << row.condition << " with " << row.value;
  }
}

TEST(ConditionSet, ComparesPathWithPath) {
  Bench bench({"product.risk > customer.risk", "customer.risk_valid_to < today", "hour >= 21"});
  bench.context().set("product.risk", "R3");
  EXPECT_FALSE(bench.set().holds(bench.id(0), bench.facts()));
  bench.context().set("customer.risk", "C2");
  EXPECT_TRUE(bench.set().holds(bench.id(0), bench.facts()));
  bench.context().set("customer.risk_valid_to", "2026-11-20");
  bench.context().set("today", date_value(core::to_day({2026, 11, 21})));
  EXPECT_TRUE(bench.set().holds(bench.id(1), bench.facts()));
  bench.context().set("hour", number_value(20));
  EXPECT_FALSE(bench.set().holds(bench.id(2), bench.facts()));
  bench.context().set("hour", number_value(21));
  EXPECT_TRUE(bench.set().holds(bench.id(2), bench.facts()));
}

TEST(ConditionSet, FlowIsAnyOnTheStack) {
  Bench bench({"flow == P14", "flow != P14", "flow is present", "flow in [P01, P03]", "not flow == P14"});
  const auto holds = [&] {
    std::string text;
    for (std::size_t i = 0; i < 5; ++i) text += bench.set().holds(bench.id(i), bench.facts()) ? '1' : '0';
    return text;
  };
  EXPECT_EQ(holds(), "00001");
  bench.flows = {"P01"};
  EXPECT_EQ(holds(), "01111");
  bench.flows = {"P14", "P01"};
  EXPECT_EQ(holds(), "10110");
}

TEST(ConditionSet, ContextTellsWhatChanged) {
  Bench bench({"customer.age > 1 and product.risk == R3"});
  Context& context = bench.context();
  PathId age = 0, risk = 0;
  ASSERT_TRUE(bench.set().find_path("customer.age", age));
  ASSERT_TRUE(bench.set().find_path("product.risk", risk));
  EXPECT_FALSE(bench.set().find_path("customer.name", age));
  context.set("customer.name", "x");
  EXPECT_EQ(context.revision(), 0U);
  context.set("customer.age", "60");
  context.set("customer.age", "60");
  EXPECT_EQ(context.revision(), 1U);
  context.set("product.risk", "R3");
  EXPECT_EQ(context.revision(risk), 2U);
  context.clear_prefix("product.");
  context.clear_prefix("product.");
  EXPECT_EQ(context.revision(), 3U);
  EXPECT_EQ(context.get(risk).kind, Value::Kind::missing);
  EXPECT_EQ(context.get(age).number, 60 * kValueScale);
}

struct Refusal {
  const char* condition;
  const char* where;
  const char* says;
};

TEST(ConditionSet, NamesUnknownReferencesWithTheirColumn) {
  const Refusal table[] = {
      {R"(start and rep says "保本{nobody}")", "column 21", "class «nobody»"},
      {R"(start and rep says "保本" unless "{nobody}")", "column 33", "class «nobody»"},
      {R"(start and rep says "保本" unless_before "{nobody}")", "column 40", "class «nobody»"},
      {"start or customer gives colour", "column 10", "entity type «colour»"},
      {"start or step P01.S9", "column 10", "step «P01.S9»"},
      {"start or enters P99", "column 10", "flow «P99»"},
      {"start or intent F99", "column 10", "topic «F99»"},
      {"not rep speaks", "column 1", "negations"},
      {"not start and not end", "column 1", "negations"},
      {"customer.name >= abc", "column 1", "no order"},
      {"meta.process == flow", "column 1", "left"},
  };
  for (const Refusal& row : table) {
    const content::Library library = small_library();
    LexiconBuilder lexicon(library);
    ConditionSetBuilder builder(library, lexicon);
    const auto id = builder.add(parsed(row.condition));
    ASSERT_FALSE(id.has_value()) << row.condition;
    EXPECT_EQ(id.error().where, row.where) << row.condition;
    EXPECT_NE(id.error().message.find(row.says), std::string::npos) << id.error().message;
    // A refused condition leaves nothing behind that could be triggered.
    ASSERT_TRUE(builder.add(parsed("start")).has_value());
    EXPECT_EQ(builder.build()->size(), 1U);
  }
}

TEST(ConditionSet, KnownReferencesAreTaken) {
  Bench bench({"step P01.S5", "enters P14", "intent F01", R"(rep says "{promise}")"});
  EXPECT_EQ(bench.set().size(), 4U);
}

}  // namespace
}  // namespace fenshen::signals
