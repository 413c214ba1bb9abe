// Flows driven event by event the way the fold drives them, with readings made by hand.
#include "flow/flow_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "flow/internal/program.h"

namespace fenshen::flow {
namespace {

using conversation::Speaker;
using signals::EntityType;

constexpr core::Millis kStart = 1'795'000'000'000;

content::Condition condition(const std::string& text) {
  auto parsed = content::parse_condition(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << (parsed ? "" : core::describe(parsed.error()));
  return parsed ? std::move(*parsed) : content::Condition{};
}

content::FlowStep step(const std::string& id, std::vector<std::vector<std::string>> any) {
  content::FlowStep made;
  made.id = id;
  for (const auto& parts : any) {
    auto& alternative = made.done.any.emplace_back();
    for (const std::string& part : parts) alternative.push_back(condition(part));
  }
  return made;
}
content::FlowStep must(content::FlowStep made, const std::string& owed_after = "") {
  made.must = true;
  made.owed_after = owed_after;
  return made;
}
content::FlowStep gate(content::FlowStep made) {
  made.gate = true;
  return made;
}
content::FlowStep optional(content::FlowStep made) {
  made.optional = true;
  return made;
}
content::FlowStep only_if(content::FlowStep made, const std::string& text) {
  made.only_if = condition(text);
  return made;
}

content::FlowField entity_field(const std::string& name, const std::string& type) {
  content::FlowField field;
  field.name = name;
  field.extractions.push_back({content::FlowField::From::entity, type, "", "", std::nullopt, ""});
  return field;
}
content::FlowField event_field(const std::string& name, const std::string& event, const std::string& source) {
  content::FlowField field;
  field.name = name;
  field.extractions.push_back({content::FlowField::From::event_field, "", event, source, std::nullopt, ""});
  return field;
}
void add_value(content::FlowField& field, const std::string& value, const std::string& when) {
  field.extractions.push_back({content::FlowField::From::constant, "", "", "", condition(when), value});
}

content::Flow flow(const std::string& id, const std::string& start, std::vector<content::FlowStep> steps, std::vector<content::FlowField> fields = {}) {
  content::Flow made;
  made.id = id;
  if (!start.empty()) made.start = condition(start);
  made.steps = std::move(steps);
  made.fields = std::move(fields);
  return made;
}

// A conversation with the engine; every call returns what the event changed, as text.
class Talk {
 public:
  explicit Talk(content::Library library) : library_(std::move(library)), lexicon_(library_) {
    signals::ConditionSetBuilder builder(library_, lexicon_);
    flows_ = FlowSet::compile(library_, builder, errors);
    conditions_ = builder.build();
    context_ = std::make_unique<signals::Context>(*conditions_);
    state_ = flows_->make_state();
  }
  explicit Talk(std::vector<content::Flow> flows) : Talk(library_of(std::move(flows))) {
    for (const core::Error& error : errors) ADD_FAILURE() << core::describe(error);
  }

  std::vector<core::Error> errors;

  // Patterns hit, and entities as {type, value}; an entity written "!5" was preceded by 不是.
  struct Words {
    std::set<std::string> patterns;
    std::vector<std::pair<EntityType, std::string>> entities;
  };
  std::string rep(Words words = {}) { return says(Speaker::rep, words); }
  std::string customer(Words words = {}) { return says(Speaker::customer, words); }
  std::string event(const std::string& name, conversation::Fields data = {}) { return fold(conversation::BusinessEvent{name, std::move(data)}, nullptr, Speaker::system); }
  std::string start(conversation::Fields meta = {}) { return fold(conversation::ConversationStarted{"voice", "zh", {}, std::move(meta)}, nullptr, Speaker::system); }
  std::string end() { return fold(conversation::ConversationEnded{}, nullptr, Speaker::system); }
  std::string hand(const std::string& action, const std::string& code, const std::string& step_id = "", const std::string& reason = "") {
    return fold(conversation::FlowAction{action, code, step_id, reason}, nullptr, Speaker::rep);
  }
  std::vector<Candidate> candidates() const { return flows_->candidates(*state_); }
  Talk& topic(const std::string& name) {
    topics_.push_back(name);
    return *this;
  }
  signals::Context& context() { return *context_; }

  std::string stack() const {
    std::string text;
    for (const std::string_view code : flows_->active_flows(*state_)) text += (text.empty() ? "" : " ") + std::string(code);
    return text;
  }
  // "P01* S1:done S2:next card_tail=3306" per flow, * = active, ! = gate broken, + = owed beside the state.
  std::string view() const {
    std::string text;
    for (const FlowView& one : flows_->view(*state_)) {
      const content::Flow& source = library_.flows[one.flow];
      text += (text.empty() ? "" : "; ") + source.id + (one.active ? "*" : one.finished ? "." : "");
      for (const StepView& item : one.steps)
        text += " " + source.steps[item.step].id + ":" + std::string(to_string(item.state)) + (item.gate_broken ? "!" : "") +
                (item.owed && item.state != StepState::owed ? "+" : "");
      for (const FieldView& item : one.fields) {
        text += " " + source.fields[item.field].name + "=" + item.value;
        for (const std::string& earlier : item.earlier) text += "<" + earlier;
      }
    }
    return text;
  }
  std::vector<FlowView> views() const { return flows_->view(*state_); }

 private:
  static content::Library library_of(std::vector<content::Flow> flows) {
    content::Library library;
    library.flows = std::move(flows);
    library.classes.push_back({"flow_correction", "", {"fix"}, {}});
    library.classes.push_back({"flow_denial", "", {"不是|isn't", "not"}, {}});
    return library;
  }

  std::string says(Speaker speaker, const Words& words) {
    signals::Reading reading;
    for (const std::string& text : words.patterns) reading.hits.push_back({pattern(text), {0, 1}});
    std::ranges::sort(reading.hits, {}, &signals::Hit::pattern);
    for (const auto& [type, value] : words.entities) add_entity(reading, type, value);
    reading.offset.push_back(static_cast<std::uint32_t>(reading.folded.size()));
    conversation::Utterance said;
    said.speaker = speaker;
    return fold(std::move(said), &reading, speaker);
  }

  // "fix": words of the pack's class of corrections.
  signals::PatternId pattern(const std::string& text) { return lexicon_.add(text == "fix" ? "{flow_correction}" : text).value(); }

  static void add_entity(signals::Reading& reading, EntityType type, const std::string& value) {
    const bool denied = value.starts_with('!');
    const std::u32string before = denied ? U"不是" : U"是";
    for (const char32_t c : before + std::u32string(value.size() - (denied ? 1 : 0), U'8')) {
      reading.offset.push_back(static_cast<std::uint32_t>(reading.folded.size()));
      reading.folded.push_back(c);
    }
    const auto end = static_cast<std::uint32_t>(reading.folded.size());
    const std::string plain = denied ? value.substr(1) : value;
    reading.entities.push_back({type, {end - static_cast<std::uint32_t>(plain.size()), end}, plain, 0xFFFF, 100});
  }

  std::string fold(conversation::EventBody body, const signals::Reading* reading, Speaker speaker) {
    conversation::Event event;
    event.body = std::move(body);
    event.seq = ++seq_;
    event.recorded_at = kStart;
    std::vector<FlowChange> changes;
    std::vector<signals::Happening> happenings;
    for (const std::string& name : topics_) happenings.push_back({signals::Happening::Kind::intent, name});
    signals::Facts facts{&event, reading, speaker, context_.get(), flows_->active_flows(*state_), happenings};
    std::vector<signals::Truth> fresh;
    conditions_->happened(facts, false, scratch_, fresh);
    std::size_t known = happenings.size();
    for (int pass = 0; pass < 5; ++pass) {
      const std::size_t before = changes.size();
      facts.happenings = happenings;
      flows_->step(*state_, facts, fresh, changes, happenings);
      for (std::size_t i = before; i < changes.size(); ++i)
        if (changes[i].kind == FlowChange::Kind::field)
          context_->set("fields." + library_.flows[changes[i].flow].fields[changes[i].field].name, changes[i].value);
      if (happenings.size() == known) break;
      known = happenings.size();
      facts.happenings = happenings;
      facts.active_flows = flows_->active_flows(*state_);
      fresh.clear();
      conditions_->happened(facts, true, scratch_, fresh);
    }
    topics_.clear();
    return show(changes);
  }

  std::string show(const std::vector<FlowChange>& changes) const {
    std::string text;
    for (const FlowChange& change : changes) {
      const content::Flow& source = library_.flows[change.flow];
      std::string one;
      switch (change.kind) {
        case FlowChange::Kind::entered: one = "enter " + source.id; break;
        case FlowChange::Kind::finished: one = "finish " + source.id; break;
        case FlowChange::Kind::field: one = source.fields[change.field].name + "=" + change.value; break;
        case FlowChange::Kind::gate_broken:
          one = "broken " + source.id + "." + source.steps[change.step].id + " by " + source.steps[change.by].id;
          break;
        case FlowChange::Kind::step:
          if (change.state == StepState::open) continue;
          one = std::string(to_string(change.state)) + " " + source.id + "." + source.steps[change.step].id;
          break;
      }
      text += (text.empty() ? "" : "; ") + one;
    }
    return text;
  }

  content::Library library_;
  signals::LexiconBuilder lexicon_;
  std::shared_ptr<const FlowSet> flows_;
  std::shared_ptr<const signals::ConditionSet> conditions_;
  std::unique_ptr<signals::Context> context_;
  std::unique_ptr<FlowState> state_;
  signals::ConditionSet::Scratch scratch_;
  std::vector<std::string> topics_;
  std::uint64_t seq_ = 0;
};

content::Flow card_loss() {
  return flow("P01", R"(customer says "丢了")",
              {step("S1", {{R"(rep says "calm")"}}),
               gate(step("S2", {{"event idv.passed where level >= 3"}})),
               step("S3", {{R"(customer says "对" and fields.card_tail is present)"}, {"event card.seen"}}),
               step("S5", {{"event card.loss_temp"}}),
               must(step("S6", {{R"(rep says "五天")"}}), "S5"),
               must(step("S7", {{R"(rep says "解挂")"}}), "S5"),
               optional(step("S8", {{R"(rep says "代扣")"}})),
               step("S9", {{R"(rep says "还有")"}})},
              {entity_field("card_tail", "card_tail"), event_field("days", "card.loss_temp", "days")});
}

TEST(Flow, HappyPath) {
  Talk talk({card_loss()});
  EXPECT_EQ(talk.rep(), "");
  EXPECT_EQ(talk.customer({{"丢了"}, {}}), "enter P01; next P01.S1");
  EXPECT_EQ(talk.stack(), "P01");
  EXPECT_EQ(talk.rep({{"calm"}, {}}), "done P01.S1; next P01.S2");
  EXPECT_EQ(talk.event("idv.passed", {{"level", "2"}}), "");
  EXPECT_EQ(talk.event("idv.passed", {{"level", "3"}}), "done P01.S2; next P01.S3");
  EXPECT_EQ(talk.customer({{}, {{EntityType::card_tail, "3306"}}}), "card_tail=3306");
  EXPECT_EQ(talk.customer({{"对"}, {}}), "done P01.S3; next P01.S5");
  EXPECT_EQ(talk.event("card.loss_temp", {{"days", "5"}}), "days=5; done P01.S5; owed P01.S7; next P01.S6");
  EXPECT_EQ(talk.view(), "P01* S1:done S2:done S3:done S5:done S6:next+ S7:owed S8:open S9:open card_tail=3306 days=5");
  EXPECT_EQ(talk.rep({{"五天", "解挂"}, {}}), "done P01.S6; done P01.S7; next P01.S9");
  EXPECT_EQ(talk.rep({{"还有"}, {}}), "done P01.S9; finish P01");
  EXPECT_EQ(talk.stack(), "");
  EXPECT_EQ(talk.view(), "P01. S1:done S2:done S3:done S5:done S6:done S7:done S8:open S9:done card_tail=3306 days=5");
}

TEST(Flow, OutOfOrderCompletesAndTheGateShowsIt) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  EXPECT_EQ(talk.event("card.loss_temp"), "done P01.S5; broken P01.S2 by S5; owed P01.S6; owed P01.S7");
  EXPECT_EQ(talk.view(), "P01* S1:next S2:open! S3:open S5:done S6:owed S7:owed S8:open S9:open");
  EXPECT_EQ(talk.rep({{"calm"}, {}}), "done P01.S1; next P01.S2");
}

TEST(Flow, FieldGivenWithItsConfirmationInOneUtterance) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  EXPECT_EQ(talk.customer({{"对"}, {{EntityType::card_tail, "3306"}}}), "card_tail=3306; done P01.S3; broken P01.S2 by S3");
}

TEST(Flow, EvidenceOfTheEnteringEventCounts) {
  Talk talk({flow("P01", "event card.loss_temp", {step("S1", {{"event card.loss_temp"}}), step("S2", {{"rep speaks"}})},
                  {event_field("days", "card.loss_temp", "days")})});
  EXPECT_EQ(talk.event("card.loss_temp", {{"days", "5"}}), "enter P01; days=5; done P01.S1; next P01.S2");
}

TEST(Flow, EarlierEvidenceDoesNotCountUnlessItBelongsToTheContact) {
  content::Library library;
  library.common_steps.push_back(step("OPEN", {{R"(rep says "工号")", R"(event ivr.recording_notice or rep says "录音")"}}));
  library.flows.push_back(flow("P01", R"(customer says "丢了")", {library.common_steps[0], step("S2", {{R"(rep says "early")"}}), step("S3", {{"end"}})}));
  library.flows.back().steps[0].id = "S1";
  Talk talk(std::move(library));
  talk.event("ivr.recording_notice");
  talk.rep({{"工号", "early"}, {}});
  EXPECT_EQ(talk.customer({{"丢了"}, {}}), "enter P01; done P01.S1; next P01.S2");
  EXPECT_EQ(talk.views()[0].steps[0].seq, 2U);
}

TEST(Flow, PartsOfAllMayComeAtDifferentEvents) {
  Talk talk({flow("P01", "start", {step("S1", {{R"(rep says "a")", R"(customer says "b")", "event c"}, {R"(rep says "x")"}}), step("S2", {{"end"}})})});
  EXPECT_EQ(talk.start(), "enter P01; next P01.S1");
  EXPECT_EQ(talk.event("c"), "");
  EXPECT_EQ(talk.rep({{"a"}, {}}), "");
  EXPECT_EQ(talk.customer({{"b"}, {}}), "done P01.S1; next P01.S2");
  Talk other({flow("P01", "start", {step("S1", {{R"(rep says "a")", "event c"}, {R"(rep says "x")"}}), step("S2", {{"end"}})})});
  other.start();
  EXPECT_EQ(other.rep({{"x"}, {}}), "done P01.S1; next P01.S2");
}

TEST(Flow, EnteredByMetadataByHandAndByTwoSignals) {
  const auto flows = [] { return std::vector{card_loss(), flow("P03", "", {step("S1", {{"rep speaks"}}), step("S2", {{"end"}})})}; };
  Talk meta(flows());
  EXPECT_EQ(meta.start({{"process", "P03"}}), "enter P03; next P03.S1");
  Talk hand(flows());
  EXPECT_EQ(hand.hand("switch", "P03"), "enter P03; next P03.S1");
  EXPECT_EQ(hand.hand("switch", "P99"), "");

  content::Library library;
  library.flows = flows();
  for (const char* topic : {"F01", "F02"}) {
    content::Article article;
    article.topics = {topic};
    article.flow = "P03";
    library.articles.push_back(article);
  }
  Talk signals(library);
  EXPECT_EQ(signals.topic("F01").topic("F02").customer(), "");  // one turn is one signal
  EXPECT_EQ(signals.topic("F77").customer(), "");
  EXPECT_EQ(signals.topic("F02").customer(), "enter P03; next P03.S1");
  EXPECT_EQ(signals.topic("F01").customer(), "");
}

TEST(Flow, StacksAndReturnsToTheParent) {
  Talk talk({flow("P01", R"(customer says "a")", {step("S1", {{R"(rep says "1")"}}), step("S2", {{R"(rep says "2")"}})}),
             flow("P03", R"(customer says "b")", {step("S1", {{R"(rep says "3")"}}), step("S2", {{R"(rep says "4")"}})})});
  EXPECT_EQ(talk.customer({{"a"}, {}}), "enter P01; next P01.S1");
  EXPECT_EQ(talk.customer({{"b"}, {}}), "enter P03; next P03.S1");
  EXPECT_EQ(talk.stack(), "P01 P03");
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P01.S1; next P01.S2");  // evidence of the flow below, none of the one on top: back there
  EXPECT_EQ(talk.stack(), "P03 P01");
  EXPECT_EQ(talk.rep({{"3"}, {}}), "done P03.S1; next P03.S2");
  EXPECT_EQ(talk.stack(), "P01 P03");
  EXPECT_EQ(talk.rep({{"4"}, {}}), "done P03.S2; finish P03; next P01.S2");
  EXPECT_EQ(talk.view(), "P01* S1:done S2:next; P03. S1:done S2:done");
  EXPECT_EQ(talk.customer({{"b"}, {}}), "");  // finished: again by hand only
  EXPECT_EQ(talk.hand("switch", "P03"), "enter P03; next P03.S1");
  EXPECT_EQ(talk.view(), "P03* S1:next S2:open; P01 S1:done S2:open; P03. S1:done S2:done");
}

TEST(Flow, NamedFirstIsOnTopAndAStartBringsBack) {
  Talk talk({flow("P01", R"(customer says "a")", {step("S1", {{"end"}})}), flow("P03", R"(customer says "b")", {step("S1", {{"end"}})})});
  EXPECT_EQ(talk.customer({{"a", "b"}, {}}), "enter P03; enter P01; next P01.S1");
  EXPECT_EQ(talk.stack(), "P03 P01");
  EXPECT_EQ(talk.customer({{"b"}, {}}), "next P03.S1");
  EXPECT_EQ(talk.stack(), "P01 P03");
}

TEST(Flow, StepsWithIfExistWhileTrue) {
  Talk talk({flow("P01", "start", {only_if(step("S1", {{R"(rep says "1")"}}), "customer.age >= 65"), only_if(step("S2", {{R"(rep says "2")"}}), R"(customer says "三方")"),
                                   step("S3", {{R"(rep says "3")"}})})});
  talk.start();
  EXPECT_EQ(talk.view(), "P01* S3:next");
  talk.context().set("customer.age", "70");
  EXPECT_EQ(talk.rep(), "next P01.S1");
  talk.context().set("customer.age", "");
  EXPECT_EQ(talk.rep(), "next P01.S3");
  EXPECT_EQ(talk.customer({{"三方"}, {}}), "next P01.S2");
  EXPECT_EQ(talk.rep(), "");
  EXPECT_EQ(talk.view(), "P01* S2:next S3:open");
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P01.S1");  // done although it does not exist: shown
  EXPECT_EQ(talk.rep({{"2", "3"}, {}}), "done P01.S2; done P01.S3; finish P01");
}

TEST(Flow, MustIsOwedAfterTheStepBeforeOrInTheSecondHalf) {
  Talk talk({flow("P01", "start", {step("S1", {{R"(rep says "1")"}}), step("S2", {{R"(rep says "2")"}}), must(step("S3", {{R"(rep says "3")"}})),
                                   step("S4", {{R"(rep says "4")"}}), must(step("S5", {{R"(rep says "5")"}})), step("S6", {{R"(rep says "6")"}})})});
  talk.start();
  EXPECT_EQ(talk.rep({{"2"}, {}}), "done P01.S2; owed P01.S3");
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P01.S1; next P01.S3");
  Talk late({flow("P01", "start", {step("S1", {{R"(rep says "1")"}}), must(step("S2", {{R"(rep says "2")"}})), step("S3", {{R"(rep says "3")"}}),
                                   step("S4", {{R"(rep says "4")"}})})});
  late.start();
  EXPECT_EQ(late.rep({{"3"}, {}}), "done P01.S3; owed P01.S2");
}

TEST(Flow, FinishesWhenTheLastStepIsDoneAndKeepsWhatIsOpen) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  talk.event("idv.passed", {{"level", "3"}});
  talk.event("card.loss_temp");
  EXPECT_EQ(talk.rep({{"还有"}, {}}), "done P01.S9; finish P01");
  EXPECT_EQ(talk.view(), "P01. S1:open S2:done S3:open S5:done S6:owed S7:owed S8:open S9:done");  // owed until it is said
  EXPECT_EQ(talk.rep({{"五天"}, {}}), "done P01.S6");
  EXPECT_EQ(talk.view(), "P01. S1:open S2:done S3:open S5:done S6:done S7:owed S8:open S9:done");
  EXPECT_EQ(talk.end(), "");
}

content::FlowStep call(const std::string& id, const std::string& code) {
  content::FlowStep made;
  made.id = id;
  made.call = code;
  return made;
}
content::FlowStep next(content::FlowStep made, const std::vector<std::pair<std::string, std::string>>& options) {
  for (const auto& [to, when] : options) {
    content::FlowBranch& branch = made.next.emplace_back();
    branch.to = to;
    if (!when.empty()) branch.only_if = condition(when);
  }
  return made;
}
content::FlowStep together(content::FlowStep made, const std::string& name) {
  made.together = name;
  return made;
}
content::FlowStep with_field(const std::string& id, const std::string& field) {
  content::FlowStep made;
  made.id = id;
  made.done.any.emplace_back().emplace_back().field = field;
  return made;
}
content::Flow said(const std::string& id, const std::string& start, const std::vector<std::string>& words) {
  std::vector<content::FlowStep> steps;
  for (const std::string& word : words) steps.push_back(step("S" + word, {{"rep says \"" + word + "\""}}));
  return flow(id, start, std::move(steps));
}

TEST(Flow, SubFlowRunsAsAStepAndReturns) {
  content::Flow replace = flow("P03", R"(customer says "补卡")", {step("S1", {{R"(rep says "好")"}}), call("S2", "P01"), step("S3", {{R"(rep says "三")"}})});
  Talk talk({said("P01", "", {"a", "b"}), replace});
  EXPECT_EQ(talk.customer({{"补卡"}, {}}), "enter P03; next P03.S1");
  EXPECT_EQ(talk.rep({{"好"}, {}}), "done P03.S1; enter P01; next P01.Sa");
  EXPECT_EQ(talk.stack(), "P03 P01");
  EXPECT_EQ(talk.rep({{"a"}, {}}), "done P01.Sa; next P01.Sb");
  EXPECT_EQ(talk.rep({{"b"}, {}}), "done P01.Sb; finish P01; done P03.S2; next P03.S3");
  EXPECT_EQ(talk.rep({{"三"}, {}}), "done P03.S3; finish P03");
}

TEST(Flow, SubFlowDoneBeforeNeedsNoSecondRun) {
  Talk talk({said("P01", "start", {"a"}), flow("P03", R"(customer says "补卡")", {call("S2", "P01"), step("S3", {{R"(rep says "三")"}})})});
  talk.start();
  EXPECT_EQ(talk.rep({{"a"}, {}}), "done P01.Sa; finish P01");
  EXPECT_EQ(talk.customer({{"补卡"}, {}}), "enter P03; done P03.S2; next P03.S3");
}

TEST(Flow, SubFlowSkippedOrLeftByHand) {
  content::Flow replace = flow("P03", "start", {call("S2", "P01"), step("S3", {{R"(rep says "三")"}})});
  Talk talk({said("P01", "", {"a"}), replace});
  talk.start();
  EXPECT_EQ(talk.stack(), "P03 P01");
  EXPECT_EQ(talk.hand("switch", "P03"), "next P03.S2");  // stays: it is not called again
  EXPECT_EQ(talk.stack(), "P01 P03");
  EXPECT_EQ(talk.hand("skip", "P03", "S2"), "skipped P03.S2; next P03.S3");
  Talk cycle({flow("P01", "", {call("S1", "P03")}), flow("P03", "start", {call("S1", "P01")})});
  EXPECT_EQ(cycle.start(), "enter P03; enter P01; next P03.S1");  // refused by pack check, harmless here
}

TEST(Flow, BranchesOnFieldsAndEvents) {
  content::FlowField kind = entity_field("kind", "number");
  Talk talk({flow("P11", "start",
                  {next(with_field("S1", "kind"), {{"S3", "fields.kind == 1"}, {"S4", R"(event loan.refused)"}}), step("S2", {{R"(rep says "2")"}}),
                   next(step("S3", {{R"(rep says "3")"}}), {{"end", ""}}), step("S4", {{R"(rep says "4")"}})},
                  {kind})});
  talk.start();
  EXPECT_EQ(talk.customer({{}, {{EntityType::number, "2"}}}), "kind=2; done P11.S1; next P11.S2");
  EXPECT_EQ(talk.event("loan.refused"), "next P11.S4");  // holds from now on
  EXPECT_EQ(talk.view(), "P11* S1:done S4:next kind=2");
  EXPECT_EQ(talk.customer({{"fix"}, {{EntityType::number, "1"}}}), "kind=1; next P11.S3");  // the value decides first
  EXPECT_EQ(talk.rep({{"3"}, {}}), "done P11.S3; finish P11");
  Talk plain({flow("P11", "start", {next(step("S1", {{R"(rep says "1")"}}), {{"S3", ""}}), step("S2", {{R"(rep says "2")"}}), step("S3", {{R"(rep says "3")"}})})});
  plain.start();
  EXPECT_EQ(plain.rep({{"1"}, {}}), "done P11.S1; next P11.S3");
  EXPECT_EQ(plain.rep({{"2"}, {}}), "done P11.S2");  // off the way and done all the same
}

TEST(Flow, AWayBackOpensTheStepsAgain) {
  content::FlowField accepted = entity_field("accepted", "number");
  Talk talk({flow("P13", "start",
                  {step("S1", {{R"(rep says "1")"}}), next(with_field("S2", "accepted"), {{"S1", "fields.accepted == 0"}}), step("S3", {{R"(rep says "3")"}})},
                  {accepted})});
  talk.start();
  talk.rep({{"1"}, {}});
  EXPECT_EQ(talk.customer({{}, {{EntityType::number, "0"}}}), "accepted=0; done P13.S2; undone P13.S1; undone P13.S2; next P13.S1");
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P13.S1; next P13.S2");
  EXPECT_EQ(talk.customer({{}, {{EntityType::number, "5"}}}), "accepted=5; done P13.S2; next P13.S3");
  EXPECT_EQ(talk.hand("undo", "P13", "S2"), "undone P13.S2; next P13.S2");
  EXPECT_EQ(talk.customer({{}, {{EntityType::number, "5"}}}), "done P13.S2; next P13.S3");  // the same value again
}

TEST(Flow, TogetherHasNoOrderAndUngatedBreaksNoGate) {
  content::FlowStep early = step("S4", {{R"(rep says "4")"}});
  early.ungated = true;
  Talk talk({flow("P01", "start",
                  {step("S1", {{R"(rep says "1")"}}), together(must(gate(step("S2", {{R"(rep says "2")"}}))), "tell"), together(must(step("S3", {{R"(rep says "3")"}})), "tell"),
                   early, step("S5", {{R"(rep says "5")"}}), step("S6", {{"end"}}), step("S7", {{"end"}}), step("S8", {{"end"}})})});
  talk.start();
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P01.S1; owed P01.S3; next P01.S2");
  EXPECT_EQ(talk.rep({{"3"}, {}}), "done P01.S3");
  EXPECT_EQ(talk.rep({{"4"}, {}}), "done P01.S4");
  EXPECT_EQ(talk.rep({{"5"}, {}}), "done P01.S5; broken P01.S2 by S5");
  EXPECT_EQ(talk.rep({{"2"}, {}}), "done P01.S2; next P01.S6");
}

TEST(Flow, EvidenceOfGateAndStepAtOneEventBreaksNothing) {
  Talk talk({flow("P01", "start", {gate(step("S1", {{R"(rep says "1")"}})), step("S2", {{R"(rep says "2")"}}), step("S3", {{"end"}})})});
  talk.start();
  EXPECT_EQ(talk.rep({{"1", "2"}, {}}), "done P01.S1; done P01.S2; next P01.S3");
}

TEST(Flow, SaysHowSureItIsAndWhy) {
  content::Library library;
  library.flows.push_back(said("P01", R"(customer says "a")", {"x"}));
  library.flows.push_back(said("P02", "event e", {"y"}));
  library.flows.push_back(said("P03", "", {"z"}));
  for (const char* topic : {"F01", "F02"}) {
    library.articles.emplace_back().topics = {topic};
    library.articles.back().flow = "P03";
  }
  Talk talk(std::move(library));
  talk.topic("F01").customer();
  ASSERT_EQ(talk.candidates().size(), 1U);
  EXPECT_EQ(talk.candidates()[0].flow, 2U);
  talk.topic("F02").customer();
  EXPECT_EQ(talk.views()[0].confidence, 80);
  EXPECT_EQ(talk.views()[0].how, Detected::topics);
  EXPECT_TRUE(talk.candidates().empty());
  talk.customer({{"a"}, {}});
  EXPECT_EQ(talk.views()[0].confidence, 90);
  EXPECT_EQ(talk.views()[0].span, (signals::Span{0, 1}));
  talk.customer({{"a"}, {}});
  EXPECT_EQ(talk.views()[0].confidence, 93);
  talk.event("e");
  EXPECT_EQ(talk.views()[0].confidence, 100);
  EXPECT_EQ(talk.views()[0].how, Detected::event);
}

TEST(Flow, WhatIsDoneByHandKeepsItsReason) {
  Talk talk({said("P01", "start", {"1", "2", "3"})});
  talk.start();
  talk.hand("skip", "", "S1", "客户已在柜面核验");
  talk.hand("done", "", "S2");
  EXPECT_EQ(talk.views()[0].steps[0].reason, "客户已在柜面核验");
  EXPECT_TRUE(talk.views()[0].steps[1].by_hand);
  std::string reason(239, 'x');
  talk.hand("done", "", "S3", reason + "说");
  EXPECT_EQ(talk.views()[0].steps[2].reason, reason);  // cut at a character
}

TEST(Flow, UnfinishedAtTheEndStaysVisible) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  talk.end();
  EXPECT_EQ(talk.stack(), "P01");
  EXPECT_FALSE(talk.views()[0].finished);
  EXPECT_EQ(talk.event("idv.passed", {{"level", "3"}}), "done P01.S2");
  Talk late({card_loss()});
  late.end();
  EXPECT_EQ(late.customer({{"丢了"}, {}}), "");  // no flow begins after the end
}

TEST(Flow, ByHand) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  EXPECT_EQ(talk.hand("done", "P01", "S1"), "done P01.S1; next P01.S2");
  EXPECT_EQ(talk.hand("skip", "P01", "S2"), "skipped P01.S2; next P01.S3");
  EXPECT_EQ(talk.hand("undo", "", "P01.S1"), "undone P01.S1; next P01.S1");
  EXPECT_EQ(talk.view(), "P01* S1:undone S2:skipped S3:open S5:open S6:open S7:open S8:open S9:open");
  EXPECT_EQ(talk.rep({{"calm"}, {}}), "done P01.S1; next P01.S3");
  EXPECT_EQ(talk.hand("done", "", "S9x") + talk.hand("dance", "P01", "S5"), "");
}

TEST(Flow, ACorrectionMakesTheConfirmationUndone) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {{EntityType::card_tail, "3306"}}});
  talk.customer({{"对"}, {}});
  EXPECT_EQ(talk.customer({{"fix"}, {{EntityType::card_tail, "!3306"}, {EntityType::card_tail, "3307"}}}), "card_tail=3307; undone P01.S3");
  EXPECT_EQ(talk.view(), "P01* S1:next S2:open! S3:undone S5:open S6:open S7:open S8:open S9:open card_tail=3307<3306");
  EXPECT_EQ(talk.customer({{"对"}, {}}), "done P01.S3");
}

TEST(Flow, ACorrectionLeavesOtherEvidenceAlone) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {{EntityType::card_tail, "3306"}}});
  talk.event("card.seen");
  EXPECT_EQ(talk.customer({{"fix"}, {{EntityType::card_tail, "3307"}}}), "card_tail=3307");  // S3 rests on the event
  Talk same({card_loss()});
  same.customer({{"丢了"}, {{EntityType::card_tail, "3306"}}});
  same.customer({{"对"}, {}});
  EXPECT_EQ(same.customer({{"fix"}, {{EntityType::card_tail, "3306"}}}), "");  // the same value is no correction
  EXPECT_EQ(same.customer({{"fix", "对"}, {{EntityType::card_tail, "3307"}}}), "card_tail=3307");  // confirmed again at once
}

TEST(Flow, TheRepFillsButDoesNotReplaceUnlessHeCorrects) {
  Talk talk({card_loss()});
  talk.customer({{"丢了"}, {}});
  EXPECT_EQ(talk.rep({{}, {{EntityType::card_tail, "1111"}}}), "card_tail=1111");
  EXPECT_EQ(talk.rep({{}, {{EntityType::card_tail, "2222"}}}), "");
  EXPECT_EQ(talk.customer({{}, {{EntityType::card_tail, "3333"}}}), "card_tail=3333");
  EXPECT_EQ(talk.rep({{"fix"}, {{EntityType::card_tail, "4444"}}}), "card_tail=4444");
  EXPECT_EQ(talk.customer({{}, {{EntityType::card_tail, "!5555"}}}), "");
}

TEST(Flow, WhatWasGivenBeforeTheFlowCounts) {
  auto made = card_loss();
  made.fields.push_back(entity_field("amount", "amount"));
  Talk talk({made});
  talk.customer({{}, {{EntityType::card_tail, "3306"}, {EntityType::amount, "500"}}});
  talk.event("card.loss_temp", {{"days", "5"}});
  EXPECT_EQ(talk.customer({{"丢了"}, {}}), "enter P01; card_tail=3306; days=5; next P01.S1");  // the amount belonged to something else
}

TEST(Flow, ConstantsByConditionTheLastWins) {
  content::FlowField kind;
  kind.name = "loss_type";
  add_value(kind, "临时", "event card.loss_temp");
  add_value(kind, "正式", "event card.loss_formal");
  Talk talk({flow("P01", "start", {step("S1", {{"end"}})}, {kind})});
  talk.start();
  EXPECT_EQ(talk.event("card.loss_temp"), "loss_type=临时");
  EXPECT_EQ(talk.event("card.loss_formal"), "loss_type=正式");
}

TEST(Flow, StepsOfOtherFlowsInAnotherPass) {
  Talk talk({flow("P01", R"(customer says "a")", {step("S1", {{R"(rep says "1")"}}), step("S2", {{"end"}})}),
             flow("P03", "step P01.S1", {step("S1", {{"step P01.S1"}}), step("S2", {{"enters P03"}}), step("S3", {{R"(rep says "1" and flow == P03)"}}), step("S4", {{"end"}})})});
  talk.customer({{"a"}, {}});
  EXPECT_EQ(talk.rep({{"1"}, {}}), "done P01.S1; enter P03; done P03.S1; done P03.S2; done P03.S3; next P03.S4");
}

TEST(Flow, NotInForceIsNotEntered) {
  auto made = card_loss();
  made.in_force = {core::day_of(kStart, 480) + 1, std::nullopt};
  Talk talk({made});
  EXPECT_EQ(talk.customer({{"丢了"}, {}}), "");
}

TEST(Flow, AllMistakesAreReported) {
  content::Library library;
  library.flows.push_back(flow("P01", R"(rep says "{nobody}")", {step("S1", {{"channel == voice"}}), only_if(step("S2", {{"enters P99"}}), "customer.name > abc"), step("S3", {{}})},
                               {entity_field("x", "colour")}));
  library.flows.back().steps[0].owed_after = "S8";
  library.flows.back().steps[0].origin = {"flows/P01.yaml", 12};
  Talk talk(std::move(library));
  std::string text;
  for (const core::Error& error : talk.errors) text += core::describe(error) + "\n";
  for (const char* part : {"flow P01: start: column 11: class «nobody»", "flows/P01.yaml:12: flow P01: step S1: done: holds comparisons only", "step S1: owed: no step «S8»",
                           "step S2: done: column 1: flow «P99»", "step S2: if: column 1: «abc» has no order", "step S3: done: from 1 to", "entity type «colour»"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

}  // namespace
}  // namespace fenshen::flow
