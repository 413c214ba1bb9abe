// What each key of a rule means, one small conversation each.
#include "rules/rule_set.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/internal/testing.h"

namespace fenshen::rules {
namespace {

using testing::condition;
using testing::Machine;
using testing::Moment;
using testing::Run;
using conversation::Speaker;

constexpr core::Millis kStart = 1'795'000'000'000;  // a day in November 2026

content::Rule forbidden(const std::string& id, const std::string& when) {
  content::Rule rule;
  rule.id = id;
  rule.when = condition(when);
  return rule;
}

content::Rule obliged(const std::string& id, const std::vector<std::string>& parts, content::Deadline by) {
  content::Rule rule;
  rule.id = id;
  for (const std::string& part : parts) rule.require.push_back({{part, ""}, condition(part)});
  rule.by = std::move(by);
  return rule;
}

content::Deadline by_turns(std::uint32_t turns) { return {turns, 0, false, std::nullopt, ""}; }
content::Deadline by_millis(core::Millis millis) { return {0, millis, false, std::nullopt, ""}; }
content::Deadline by_end() { return {0, 0, true, std::nullopt, ""}; }
content::Deadline by_condition(const std::string& text) { return {0, 0, false, condition(text), ""}; }

// A conversation written line by line; every call returns what the event gave, as text.
class Talk {
 public:
  explicit Talk(std::vector<content::Rule> rules) : machine_(std::move(rules)), run_(machine_) {
    for (const core::Error& error : machine_.errors()) ADD_FAILURE() << core::describe(error);
    next_.flows = {};
  }

  Talk& set(const std::string& path, const std::string& value) {
    next_.context.emplace_back(path, value);
    return *this;
  }
  Talk& flows(std::vector<std::string> codes) {
    next_.flows = std::move(codes);
    return *this;
  }
  Talk& wait(core::Millis millis) {
    now_ += millis;
    return *this;
  }
  std::string rep(std::set<std::string> patterns = {}) { return says(Speaker::rep, std::move(patterns)); }
  std::string customer(std::set<std::string> patterns = {}) { return says(Speaker::customer, std::move(patterns)); }
  std::string event(const std::string& name, conversation::Fields data = {}) { return step(conversation::BusinessEvent{name, std::move(data)}); }
  std::string start() { return step(conversation::ConversationStarted{}); }
  std::string end() { return step(conversation::ConversationEnded{}); }
  std::string tick() { return step(conversation::Tick{}); }
  std::string advance(core::Millis millis) {
    const std::size_t before = run_.verdicts.size();
    run_.advance(kStart + millis);
    return since(before);
  }
  Run& run() { return run_; }

 private:
  std::string says(Speaker speaker, std::set<std::string> patterns) {
    if (speaker != last_) ++turn_;
    last_ = speaker;
    next_.patterns = std::move(patterns);
    next_.speaks = true;
    next_.speaker = speaker;
    conversation::Utterance said;
    said.speaker = speaker;
    return step(std::move(said));
  }
  std::string step(conversation::EventBody body) {
    next_.body = std::move(body);
    next_.at = kStart + now_;
    next_.seq = ++seq_;
    next_.turn = turn_;
    const std::size_t before = run_.verdicts.size();
    run_.step(next_);
    const std::vector<std::string> stack = next_.flows;
    next_ = {};
    next_.flows = stack;
    return since(before);
  }
  std::string since(std::size_t before) const {
    std::string text;
    for (std::size_t i = before; i < run_.verdicts.size(); ++i) text += (text.empty() ? "" : "; ") + testing::show(run_.verdicts[i], machine_.library());
    return text;
  }

  Machine machine_;
  Run run_;
  Moment next_;
  core::Millis now_ = 0;
  std::uint64_t seq_ = 0;
  std::uint32_t turn_ = 0;
  Speaker last_ = Speaker::system;
};

TEST(Forbidden, FiresWhenItHappensAndCoolsDown) {
  Talk talk({forbidden("R", R"(rep says "bad")")});
  EXPECT_EQ(talk.customer({"bad"}), "");
  EXPECT_EQ(talk.rep({"bad"}), "broken R @2");
  EXPECT_EQ(talk.rep({"bad"}), "");
  talk.customer();
  EXPECT_EQ(talk.rep({"bad"}), "");  // two turns later
  talk.customer();
  EXPECT_EQ(talk.rep({"bad"}), "broken R @7");  // four turns later
}

TEST(Forbidden, CooldownReachesTheThirdTurn) {
  auto rule = forbidden("R", R"(anyone says "bad")");
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"bad"}), "broken R @1");
  talk.customer();
  talk.rep();
  EXPECT_EQ(talk.customer({"bad"}), "");
  EXPECT_EQ(talk.rep({"bad"}), "broken R @5");
  rule.cooldown_turns = 0;
  Talk none({rule});
  EXPECT_EQ(none.rep({"bad"}), "broken R @1");
  EXPECT_EQ(none.rep({"bad"}), "broken R @2");
  rule.cooldown_millis = 1000;
  Talk timed({rule});
  EXPECT_EQ(timed.rep({"bad"}), "broken R @1");
  EXPECT_EQ(timed.wait(1000).rep({"bad"}), "");
  EXPECT_EQ(timed.wait(1).rep({"bad"}), "broken R @3");
}

TEST(Forbidden, AppliesAndDatesAreLookedAtWhenItWouldFire) {
  auto rule = forbidden("R", R"(rep says "bad")");
  rule.applies = condition("product.class != deposit");
  rule.cooldown_turns = 0;
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"bad"}), "");  // missing: no product under discussion
  EXPECT_EQ(talk.set("product.class", "deposit").rep({"bad"}), "");
  EXPECT_EQ(talk.set("product.class", "wealth").rep({"bad"}), "broken R @3");

  const core::Day today = core::day_of(kStart, 480);
  for (const auto& [from, to, fires] : {std::tuple{0, 1, true}, {1, 2, false}, {-1, 0, false}, {-1, 1, true}}) {
    rule = forbidden("R", R"(rep says "bad")");
    rule.in_force = {today + from, today + to};
    EXPECT_EQ(Talk({rule}).rep({"bad"}), fires ? "broken R @1" : "") << from << " " << to;
  }
}

TEST(Forbidden, AfterMustComeBefore) {
  auto rule = forbidden("R", R"(rep says "push")");
  rule.after = condition(R"(customer says "no")");
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"push"}), "");
  talk.customer({"no"});
  EXPECT_EQ(talk.rep({"push"}), "broken R @3");
}

TEST(Forbidden, SameUtteranceCountsOnlyIfSaid) {
  auto rule = forbidden("R", R"(rep says "b")");
  rule.after = condition(R"(rep says "a")");
  Talk apart({rule});
  EXPECT_EQ(apart.rep({"a", "b"}), "");
  EXPECT_EQ(apart.rep({"b"}), "broken R @2");
  rule.same = true;
  EXPECT_EQ(Talk({rule}).rep({"a", "b"}), "broken R @1");
}

TEST(Forbidden, SecondOfAKind) {
  auto rule = forbidden("R", "event risk.level");
  rule.after = condition("event risk.level");
  Talk talk({rule});
  EXPECT_EQ(talk.event("risk.level"), "");
  EXPECT_EQ(talk.event("risk.level"), "broken R @2");
}

TEST(Forbidden, UntilEndsTheEffect) {
  auto rule = forbidden("R", R"(rep says "push")");
  rule.after = condition(R"(customer says "no")");
  rule.until = condition(R"(anyone says "yes")");
  Talk talk({rule});
  talk.customer({"no"});
  talk.customer({"yes"});
  EXPECT_EQ(talk.rep({"push"}), "");
  talk.customer({"no"});
  EXPECT_EQ(talk.rep({"push", "yes"}), "");  // in the same utterance: in favour of the rep
  talk.customer({"no", "yes"});
  EXPECT_EQ(talk.rep({"push"}), "broken R @7");
}

TEST(Forbidden, WithinLimitsTheDistance) {
  auto rule = forbidden("R", R"(rep says "push")");
  rule.after = condition(R"(rep says "no")");
  rule.within_turns = 2;
  Talk talk({rule});
  talk.rep({"no"});
  talk.customer();
  EXPECT_EQ(talk.rep({"push"}), "broken R @3");
  Talk late({rule});
  late.rep({"no"});
  late.customer();
  late.rep();
  late.customer();
  EXPECT_EQ(late.rep({"push"}), "");
  rule.within_turns = 0;
  rule.within_millis = 60'000;
  Talk timed({rule});
  timed.rep({"no"});
  EXPECT_EQ(timed.wait(60'000).rep({"push"}), "broken R @2");
  Talk overdue({rule});
  overdue.rep({"no"});
  EXPECT_EQ(overdue.wait(60'001).rep({"push"}), "");
}

TEST(Forbidden, CountFiresAtTheNthTimeAndStartsAnew) {
  auto rule = forbidden("R", R"(rep says "x")");
  rule.count = 3;
  rule.cooldown_turns = 0;
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"x"}) + talk.rep({"x"}), "");
  EXPECT_EQ(talk.rep({"x"}), "broken R @3");
  EXPECT_EQ(talk.rep({"x"}) + talk.rep({"x"}), "");
  EXPECT_EQ(talk.rep({"x"}), "broken R @6");
}

TEST(Forbidden, CountWithinAWindow) {
  auto rule = forbidden("R", R"(rep says "x")");
  rule.count = 3;
  rule.within_millis = 10'000;
  rule.cooldown_turns = 0;
  Talk talk({rule});
  talk.rep({"x"});
  talk.wait(6'000).rep({"x"});
  EXPECT_EQ(talk.wait(6'000).rep({"x"}), "");
  EXPECT_EQ(talk.wait(4'000).rep({"x"}), "broken R @4");
}

TEST(Obliged, TurnsAfterArming) {
  auto rule = obliged("R", {R"(rep says "disclose")"}, by_turns(2));
  rule.after = condition(R"(rep says "offer")");
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"offer"}), "warned R @1 -0");
  EXPECT_EQ(talk.run().owed().at(0).turns_left, 2);
  EXPECT_EQ(talk.customer(), "");
  EXPECT_EQ(talk.rep(), "");
  EXPECT_EQ(talk.run().owed().at(0).turns_left, 0);
  EXPECT_EQ(talk.event("any"), "");
  EXPECT_EQ(talk.customer(), "broken R @1 -0");  // the third turn after the offer begins
  EXPECT_TRUE(talk.run().owed().empty());
  EXPECT_EQ(talk.rep({"offer"}), "");  // once

  Talk met({rule});
  met.rep({"offer"});
  met.customer();
  EXPECT_EQ(met.rep({"disclose"}), "met R @3");
  EXPECT_EQ(met.customer() + met.rep() + met.end(), "");
}

TEST(Obliged, TurnDeadlineOrTheEnd) {
  auto rule = obliged("R", {R"(rep says "disclose")"}, by_turns(3));
  rule.after = condition(R"(rep says "offer")");
  rule.warn_never = true;
  Talk talk({rule});
  EXPECT_EQ(talk.rep({"offer"}), "");
  EXPECT_EQ(talk.end(), "broken R @1 -0");
}

TEST(Obliged, DisclosedInTheSameUtteranceOrBefore) {
  auto rule = obliged("R", {R"(rep says "disclose")"}, by_end());
  rule.after = condition(R"(rep says "offer")");
  Talk same({rule});
  EXPECT_EQ(same.rep({"offer", "disclose"}) + same.end(), "");
  Talk before({rule});
  before.rep({"disclose"});
  EXPECT_EQ(before.rep({"offer"}) + before.end(), "");
  rule.since_after = true;
  Talk again({rule});
  again.rep({"disclose"});
  EXPECT_EQ(again.rep({"offer"}), "warned R @2 -0");
  EXPECT_EQ(again.end(), "broken R @2 -0");
  Talk together({rule});
  EXPECT_EQ(together.rep({"offer", "disclose"}) + together.end(), "");
}

TEST(Obliged, TimeFiresInAdvanceAtTheDueTime) {
  auto rule = obliged("R", {R"(rep says "hello")"}, by_millis(30'000));
  Talk talk({rule});
  EXPECT_EQ(talk.start(), "");
  EXPECT_EQ(talk.run().next_due(), kStart + 30'000);
  EXPECT_EQ(talk.advance(29'999), "");
  EXPECT_EQ(talk.advance(90'000), "broken R @1 -0");
  EXPECT_EQ(talk.run().verdicts.back().due, kStart + 30'000);
  EXPECT_FALSE(talk.run().next_due().has_value());

  Talk late({rule});
  late.start();
  EXPECT_EQ(late.wait(30'000).rep({"hello"}), "broken R @1 -0");  // due and said at the same time: too late
  Talk intime({rule});
  intime.start();
  EXPECT_EQ(intime.wait(29'999).rep({"hello"}), "met R @2");
}

TEST(Obliged, DeadlineByCondition) {
  auto rule = obliged("R", {R"(rep says "risk")"}, by_condition(R"(customer says "buy")"));
  rule.applies = condition("product.class == wealth");
  rule.warn = condition(R"(rep says "recommend")");
  Talk talk({rule});
  talk.start();
  EXPECT_EQ(talk.rep({"recommend"}), "");  // not armed yet
  EXPECT_EQ(talk.set("product.class", "wealth").customer(), "");
  EXPECT_EQ(talk.rep({"recommend"}), "warned R @4 -0");
  EXPECT_EQ(talk.rep({"recommend"}), "");
  EXPECT_EQ(talk.customer({"buy"}), "broken R @6 -0");
  EXPECT_EQ(talk.run().verdicts.back().span, (signals::Span{0, 1}));

  Talk met({rule});
  met.set("product.class", "wealth").start();
  met.rep({"risk"});
  EXPECT_EQ(met.customer({"buy"}) + met.end(), "");
  Talk open({rule});
  open.set("product.class", "wealth").start();
  EXPECT_EQ(open.end(), "");  // nobody bought
  EXPECT_EQ(open.customer({"buy"}), "broken R @3 -0");
}

TEST(Obliged, ArmingEventIsNoDeadlineUnlessSame) {
  auto rule = obliged("R", {R"(rep says "risk")"}, by_condition(R"(customer says "buy")"));
  rule.after = condition(R"(customer says "want")");
  rule.warn_never = true;
  Talk apart({rule});
  EXPECT_EQ(apart.customer({"want", "buy"}), "");
  EXPECT_EQ(apart.customer({"buy"}), "broken R @2 -0");
  rule.same = true;
  EXPECT_EQ(Talk({rule}).customer({"want", "buy"}), "broken R @1 -0");
}

TEST(Obliged, PartsInAnyOrderAndTheMissingNamed) {
  auto rule = obliged("R", {R"(rep says "a")", R"(rep says "b")", R"(rep says "c")"}, by_end());
  rule.after = condition("event card.loss_temp");
  Talk talk({rule});
  talk.rep({"b"});
  EXPECT_EQ(talk.event("card.loss_temp"), "warned R @2 -0 -2");
  talk.rep({"c"});
  EXPECT_EQ(talk.run().owed().at(0).missing, (std::vector<std::uint16_t>{0}));
  EXPECT_TRUE(talk.run().owed().at(0).by_end);
  EXPECT_EQ(talk.end(), "broken R @2 -0");
}

TEST(Obliged, OnceFalseArmsAgain) {
  auto rule = obliged("R", {R"(rep says "year")"}, by_turns(1));
  rule.after = condition(R"(rep says "month")");
  rule.since_after = true;
  rule.once = false;
  rule.warn_never = true;
  rule.cooldown_turns = 0;
  Talk talk({rule});
  talk.rep({"month"});
  EXPECT_EQ(talk.rep({"year"}), "met R @2");
  talk.rep({"month"});
  talk.customer();
  EXPECT_EQ(talk.rep({"month"}), "broken R @3 -0");
  EXPECT_EQ(talk.end(), "broken R @5 -0");
}

TEST(Obliged, UntilCancels) {
  auto rule = obliged("R", {R"(rep says "terms")"}, by_end());
  rule.after = condition(R"(customer says "buy")");
  rule.until = condition(R"(customer says "never mind")");
  Talk talk({rule});
  EXPECT_EQ(talk.customer({"buy"}), "warned R @1 -0");
  EXPECT_EQ(talk.customer({"never mind"}), "met R @2");
  EXPECT_EQ(talk.customer({"buy"}), "warned R @3 -0");
  EXPECT_EQ(talk.end(), "broken R @3 -0");
}

TEST(Obliged, ArmsFromTheStartOrWhenAppliesFirstHolds) {
  auto rule = obliged("R", {R"(rep says "hello")"}, by_end());
  Talk always({rule});
  always.customer();
  EXPECT_EQ(always.run().owed().size(), 1U);
  EXPECT_EQ(always.run().owed().at(0).armed_seq, 1U);

  rule.applies = condition("flow == P14");
  Talk flow({rule});
  flow.start();
  flow.customer();
  EXPECT_TRUE(flow.run().owed().empty());
  flow.flows({"P01", "P14"}).customer();
  EXPECT_EQ(flow.run().owed().at(0).armed_seq, 3U);
  flow.flows({}).customer();
  EXPECT_EQ(flow.end(), "broken R @3 -0");

  rule.applies = condition("event.kind == sale or customer says \"buy\"");
  Talk event({rule});
  event.start();
  event.event("x", {{"kind", "sale"}});
  EXPECT_EQ(event.run().owed().at(0).armed_seq, 2U);
  Talk phrase({rule});
  phrase.start();
  phrase.customer({"buy"});
  EXPECT_EQ(phrase.run().owed().at(0).armed_seq, 2U);
}

TEST(Obliged, ComesIntoForceAtMidnight) {
  const core::Day today = core::day_of(kStart, 480);
  auto rule = obliged("R", {R"(rep says "hello")"}, by_end());
  rule.in_force = {today + 1, std::nullopt};
  Talk talk({rule});
  talk.start();
  EXPECT_TRUE(talk.run().owed().empty());
  talk.wait(24 * 3'600'000).tick();
  EXPECT_TRUE(talk.run().owed().empty());
  talk.customer();
  EXPECT_EQ(talk.run().owed().at(0).armed_seq, 3U);
}

TEST(RuleSet, VerdictsComeByRuleIdAndOverdueFirst) {
  auto late = obliged("Z", {R"(rep says "x")"}, by_turns(1));
  late.after = condition(R"(rep says "go")");
  late.warn_never = true;
  auto late2 = late;
  late2.id = "Y";
  late2.by = by_turns(1);
  Talk talk({forbidden("C", R"(rep says "bad")"), late, forbidden("A", R"(rep says "bad")"), late2});
  talk.rep({"go"});
  talk.customer();
  EXPECT_EQ(talk.rep({"bad"}), "broken Y @1 -0; broken Z @1 -0; broken A @3; broken C @3");
}

TEST(RuleSet, NothingArmsAfterTheEnd) {
  auto rule = obliged("R", {R"(rep says "x")"}, by_millis(1000));
  rule.after = condition("event late");
  Talk talk({rule});
  talk.end();
  EXPECT_EQ(talk.event("late"), "");
  EXPECT_FALSE(talk.run().next_due().has_value());
}

TEST(RuleSet, AllMistakesAreReported) {
  std::vector<content::Rule> rules;
  rules.push_back(forbidden("A", R"(rep says "{nobody}")"));
  rules.push_back(forbidden("B", "turn > 3"));
  rules.push_back(obliged("C", {"idv.level >= 2"}, by_end()));
  rules.push_back(obliged("D", {"rep speaks"}, {}));
  rules.push_back(forbidden("E", "rep speaks"));
  rules.back().until = condition("end");
  rules.push_back(forbidden("F", "rep speaks"));
  rules.back().require.push_back({{}, condition("end")});
  rules.emplace_back().id = "G";
  rules.push_back(forbidden("H", "not rep speaks"));
  for (content::Rule& rule : rules) rule.origin = {"rules/x.yaml", 7};
  const Machine machine(rules);
  std::string text;
  for (const core::Error& error : machine.errors()) {
    EXPECT_EQ(error.where, "rules/x.yaml:7");
    text += error.message + "\n";
  }
  for (const char* part : {"rule A: when: column 11: class «nobody»", "rule B: when: holds comparisons only", "rule C: require «idv.level >= 2»: holds",
                           "rule D: require needs a deadline", "rule E: until ends", "rule F: has both", "rule G: needs when or require",
                           "rule H: when: column 1: consists of negations"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

}  // namespace
}  // namespace fenshen::rules
