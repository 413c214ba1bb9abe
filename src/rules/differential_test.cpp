// The engine against the reference (internal/reference.h): random rules over random dialogues, compared at every prefix. A
// pair that fails is made as small as it goes and printed. FENSHEN_SEED=N runs one pair alone, FENSHEN_LONG=1 the full number.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rules/internal/reference.h"
#include "rules/internal/testing.h"

namespace fenshen::rules {
namespace {

using namespace testing;

constexpr std::uint64_t kPairs = 10'000, kPairsLong = 120'000;
constexpr core::Millis kDay = 24 * 3'600'000;
// Some minutes before midnight at +08:00, so that days change within a dialogue.
constexpr core::Millis kStart = 20'780 * kDay + 16 * 3'600'000 - 90'000;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int below(int limit) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(limit)); }
  bool one_in(int limit) { return below(limit) == 0; }
  template <typename T>
  const T& pick(const std::vector<T>& list) { return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))]; }

 private:
  std::mt19937_64 engine_;
};

// A condition that can happen.
content::Condition random_trigger(Random& random) {
  static const std::vector<std::string> kAtoms = {
      R"(rep says "a")", R"(rep says "b")", R"(rep|bot says "c")", R"(customer says "a")", R"(customer says "d")", R"(anyone says "b")",
      "event e1", "event e2 where n >= 2", "event e1 where n == 1", "rep speaks", "customer speaks",
      R"(rep matches "甲[ab]")", "customer gives amount", "rep gives amount >= 2",
  };
  static const std::vector<std::string> kGuards = {
      R"(not rep says "c")", "product.x == 1", "customer.y >= 2", "flow == P14", "not flow == P01", "event.n < 3", "customer.y is missing",
      R"((customer.y is present or rep says "a"))",
  };
  std::string text = random.pick(kAtoms);
  if (random.one_in(4)) text += " or " + random.pick(kAtoms);
  if (random.one_in(3)) text = "(" + text + ") and " + random.pick(kGuards);
  if (random.one_in(40)) text = "start";
  if (random.one_in(40)) text = "end";
  return condition(text);
}

content::Condition random_fact(Random& random) {
  static const std::vector<std::string> kFacts = {
      "product.x == 1", "customer.y >= 2", "flow == P14", "not flow == P14", "customer.y is missing", "event.n == 2", R"(customer says "d")",
      R"(product.x == 1 and not customer says "d")", "product.x == 1 or flow == P01", "product.x != 0 and customer.y is present", "not (product.x == 1)",
  };
  return condition(random.pick(kFacts));
}

void random_each(Random& random, content::Rule& rule) {
  using Of = content::Each::Of;
  static const std::vector<content::Each> kEach = {{Of::entity, "amount"}, {Of::path, "product.x"}, {Of::event_field, "n"}, {Of::occurrence, ""}};
  if (!random.one_in(3)) return;
  const content::Each each = random.pick(kEach);
  if (rule.when && each.of == Of::occurrence) return;
  if (!rule.when && !rule.after) return;
  rule.each = each;
}

void random_effects(Random& random, content::Rule& rule) {
  rule.effects.alert = random.one_in(5);
  if (!random.one_in(3)) return;
  rule.effects.escalate.after = 2 + static_cast<std::uint32_t>(random.below(2));
  if (random.one_in(2)) rule.effects.escalate.severity = content::Severity::major;
  rule.effects.escalate.alert = random.one_in(2);
}

void random_dates(Random& random, content::Rule& rule) {
  const core::Day day = core::day_of(kStart, 480);
  if (random.one_in(4)) rule.in_force.from = day + random.below(2);
  if (random.one_in(6)) rule.in_force.to = day + 1 + random.below(2);
}

content::Rule random_forbidden(Random& random) {
  content::Rule rule;
  rule.when = random_trigger(random);
  if (random.one_in(2)) rule.after = random_trigger(random);
  if (random.one_in(3)) rule.count = 2 + static_cast<std::uint32_t>(random.below(2));
  if ((rule.after || rule.count > 1) && random.one_in(3)) rule.until = random_trigger(random);
  if ((rule.after || rule.count > 1) && random.one_in(3)) rule.within_turns = 1 + static_cast<std::uint32_t>(random.below(4));
  if ((rule.after || rule.count > 1) && random.one_in(4)) rule.within_millis = 1000 * (1 + random.below(40));
  rule.same = random.one_in(2);
  random_each(random, rule);
  return rule;
}

content::Rule random_obliged(Random& random) {
  content::Rule rule;
  for (int parts = 1 + random.below(2); parts > 0; --parts) rule.require.push_back({{}, random_trigger(random)});
  content::Deadline by;
  while (by.turns == 0 && by.millis == 0 && by.days == 0 && by.workdays == 0 && !by.end && !by.at) {
    if (random.one_in(5)) by.days = 1 + static_cast<std::uint32_t>(random.below(2));
    if (random.one_in(5)) by.workdays = 1 + static_cast<std::uint32_t>(random.below(3));
    if (random.one_in(2)) by.turns = 1 + static_cast<std::uint32_t>(random.below(3));
    if (random.one_in(3)) by.millis = 1000 * (1 + random.below(40));
    if (random.one_in(3)) by.end = true;
    if (random.one_in(3)) by.at = random_trigger(random);
  }
  rule.by = std::move(by);
  if (!random.one_in(3)) {
    rule.after = random_trigger(random);
    rule.since_after = random.one_in(2);
    if (random.one_in(4)) rule.until = random_trigger(random);
  }
  rule.once = random.one_in(2);
  random_each(random, rule);
  rule.restart = rule.after && rule.each.of != content::Each::Of::occurrence && random.one_in(3);
  rule.same = random.one_in(3);
  if (random.one_in(3)) rule.warn = random_trigger(random);
  else rule.warn_never = random.one_in(4);
  return rule;
}

content::Rule random_rule(Random& random) {
  content::Rule rule = random.one_in(2) ? random_forbidden(random) : random_obliged(random);
  if (random.one_in(2)) rule.applies = random_fact(random);
  random_dates(random, rule);
  random_effects(random, rule);
  rule.cooldown_turns = static_cast<std::uint32_t>(random.below(4));
  if (random.one_in(4)) rule.cooldown_millis = 1000 * random.below(20);
  return rule;
}

std::vector<content::Rule> random_rules(Random& random) {
  std::vector<content::Rule> rules;
  for (int i = 1 + random.below(4); i > 0; --i) {
    rules.push_back(random_rule(random));
    rules.back().id = std::string(1, static_cast<char>('A' + i)) + std::to_string(random.below(3));
  }
  return rules;
}

conversation::EventBody random_body(Random& random, Moment& moment) {
  switch (random.below(12)) {
    case 0: return conversation::Tick{};
    case 1:
    case 2:
    case 3: {
      conversation::Fields data;
      if (random.one_in(2)) data.push_back({"n", std::to_string(random.below(4)), conversation::FieldKind::number});
      return conversation::BusinessEvent{random.one_in(2) ? "e1" : "e2", std::move(data)};
    }
    default: break;
  }
  moment.speaks = true;
  moment.speaker = random.pick(std::vector{Speaker::rep, Speaker::rep, Speaker::customer, Speaker::customer, Speaker::bot});
  for (const char* pattern : {"a", "b", "c", "d", "甲[ab]"})
    if (random.one_in(4)) moment.patterns.insert(pattern);
  for (int amounts = random.one_in(3) ? 1 + random.below(3) : 0; amounts > 0; --amounts) moment.amounts.push_back(std::to_string(1 + random.below(3)));
  conversation::Utterance said;
  said.speaker = moment.speaker;
  return said;
}

std::vector<Moment> random_dialogue(Random& random) {
  std::vector<Moment> moments;
  core::Millis now = kStart;
  std::uint32_t turn = 0;
  Speaker last = Speaker::system;
  std::vector<std::string> flows;
  const int length = 4 + random.below(11);
  const int end = random.one_in(4) ? length + 1 : length - 1 - random.below(3);
  for (int i = 0; i < length; ++i) {
    Moment& moment = moments.emplace_back();
    now += random.one_in(4) ? 0 : random.below(15) * 1000 + (random.one_in(3) ? 1 : 0);
    if (random.one_in(10)) now += random.below(3) * kDay / 2;
    if (random.one_in(3)) moment.context.emplace_back(random.one_in(2) ? "product.x" : "customer.y", random.one_in(4) ? "" : std::to_string(random.below(4)));
    if (random.one_in(5)) flows = random.pick(std::vector<std::vector<std::string>>{{}, {"P01"}, {"P14"}, {"P01", "P14"}});
    if (i == 0 && !random.one_in(4)) moment.body = conversation::ConversationStarted{};
    else if (i == end) moment.body = conversation::ConversationEnded{};
    else moment.body = random_body(random, moment);
    if (moment.speaks && moment.speaker != last) {
      ++turn;
      last = moment.speaker;
    }
    moment.flows = flows;
    moment.at = now;
    moment.seq = static_cast<std::uint64_t>(i) + 1;
    moment.turn = turn;
  }
  return moments;
}

bool is_tick(const Moment& moment) { return std::holds_alternative<conversation::Tick>(moment.body); }

std::string show_all(const std::vector<Verdict>& verdicts, const content::Library& library) {
  std::string text;
  for (const Verdict& verdict : verdicts) text += show(verdict, library) + " due " + std::to_string(verdict.due - kStart) + " x" + std::to_string(verdict.times) + "\n";
  return text;
}

std::string show_owed(const std::vector<Owed>& owed, const content::Library& library) {
  std::string text;
  for (const Owed& one : owed) {
    text += library.rules[one.rule].id + " @" + std::to_string(one.armed_seq) + " turns " + std::to_string(one.turns_left) + " due " + std::to_string(one.due == 0 ? -1 : one.due - kStart) +
            (one.by_end ? " end" : "") + (one.instance.empty() ? "" : " [" + one.instance + "]");
    for (const std::uint16_t part : one.missing) text += " -" + std::to_string(part);
    text += "\n";
  }
  return text;
}

std::string describe(const content::Rule& rule) {
  std::string text = rule.id;
  const auto add = [&](const char* key, const std::optional<content::Condition>& one) {
    if (one) text += std::string("\n    ") + key + ": " + one->text;
  };
  add("applies", rule.applies);
  add("when", rule.when);
  add("after", rule.after);
  add("until", rule.until);
  for (const content::RequirePart& part : rule.require) text += "\n    require: " + part.when.text;
  if (rule.by) add("by", rule.by->at);
  if (rule.by)
    text += "\n    by turns " + std::to_string(rule.by->turns) + " ms " + std::to_string(rule.by->millis) + " days " + std::to_string(rule.by->days) + " workdays " +
            std::to_string(rule.by->workdays) + (rule.by->end ? " end" : "");
  static const char* const kEach[] = {"", "occurrence", "entity ", "", "event."};
  if (rule.each.of != content::Each::Of::none) text += std::string("\n    each: ") + kEach[static_cast<int>(rule.each.of)] + rule.each.name;
  if (rule.effects.escalate.after != 0) text += "\n    escalate after " + std::to_string(rule.effects.escalate.after);
  add("warn", rule.warn);
  text += "\n    within " + std::to_string(rule.within_turns) + "/" + std::to_string(rule.within_millis) + " count " + std::to_string(rule.count) + " cooldown " +
          std::to_string(rule.cooldown_turns) + "/" + std::to_string(rule.cooldown_millis) + (rule.same ? " same" : "") + (rule.since_after ? " since:after" : "") +
          (rule.once ? "" : " once:false") + (rule.restart ? " restart" : "") + (rule.warn_never ? " warn:never" : "");
  if (rule.in_force.from || rule.in_force.to) text += " dated";
  return text;
}

std::string describe(const Moment& moment) {
  std::string text = std::to_string(moment.seq) + " " + std::string(conversation::type_name(moment.body)) + " +" + std::to_string(moment.at - kStart) + " turn " +
                     std::to_string(moment.turn);
  if (moment.speaks) text += " " + std::string(conversation::to_string(moment.speaker)) + ":";
  for (const std::string& pattern : moment.patterns) text += " " + pattern;
  for (const std::string& amount : moment.amounts) text += " ¥" + amount;
  if (const auto* business = std::get_if<conversation::BusinessEvent>(&moment.body)) {
    text += " " + business->name;
    for (const conversation::Field& field : business->data) text += " " + field.name + "=" + field.value;
  }
  for (const auto& [path, value] : moment.context) text += " " + path + ":=" + value;
  for (const std::string& flow : moment.flows) text += " " + flow;
  return text;
}

struct Pair {
  std::vector<content::Rule> rules;
  std::vector<Moment> moments;
};

Pair random_pair(std::uint64_t seed) {
  Random random(seed);
  Pair pair{random_rules(random), random_dialogue(random)};
  std::set<std::string> ids;  // ids are unique in a library
  std::erase_if(pair.rules, [&](const content::Rule& rule) { return !ids.insert(rule.id).second; });
  return pair;
}

// Wednesday is a holiday, Saturday is worked.
const std::vector<content::CalendarSpan>& calendar() {
  static const std::vector<content::CalendarSpan> spans = [] {
    const core::Day monday = core::day_of(kStart, 480);
    content::CalendarSpan off, work;
    off.id = "off";
    off.days = {monday + 2, monday + 3};
    work.id = "work";
    work.work = true;
    work.days = {monday + 5, monday + 6};
    return std::vector{off, work};
  }();
  return spans;
}
std::map<core::Day, bool> days_of_calendar() {
  std::map<core::Day, bool> days;
  for (const content::CalendarSpan& span : calendar()) days[*span.days.from] = span.work;
  return days;
}

// What differs between the engine and the reference; empty: nothing. The engine runs plainly, with extra calls of advance
// (as ticks would), and going on from a copy of its state (as a restart would). A pair that does not compile has no difference.
std::string difference(const Pair& pair, std::uint64_t seed, std::size_t& verdicts) {
  static const std::map<core::Day, bool> days = days_of_calendar();
  const Machine machine(pair.rules, calendar());
  if (!machine.errors().empty()) return {};
  Random random(seed ^ 0x5eed);
  Run plain(machine), ticked(machine), copied(machine);
  std::vector<Snapshot> events;
  std::map<std::string, std::string> context;
  for (const Moment& moment : pair.moments) {
    for (const auto& [path, value] : moment.context) context[path] = value;
    if (!is_tick(moment)) events.push_back({moment, context});
    plain.step(moment);
    const core::Millis before = events.size() < 2 ? moment.at : events[events.size() - 2].moment.at;
    for (int i = random.below(3); i > 0; --i) ticked.advance(before + random.below(static_cast<int>(moment.at - before) + 1));
    ticked.step(moment);
    copied.step(moment);
    if (random.one_in(4)) copied = Run(copied);
    std::vector<Owed> owed;
    const std::vector<Verdict> expected = events.empty() ? std::vector<Verdict>{} : evaluate(pair.rules, events, moment.at, owed, days);
    const std::string want = show_all(expected, machine.library());
    std::string found;
    const auto compare = [&](const char* which, const std::string& have, const std::string& wanted) {
      if (have != wanted) found += std::string(which) + " after event " + std::to_string(moment.seq) + ":\n  have\n" + have + "  want\n" + wanted;
    };
    compare("the engine", show_all(plain.verdicts, machine.library()), want);
    compare("with extra ticks", show_all(ticked.verdicts, machine.library()), want);
    compare("a copy of the state", show_all(copied.verdicts, machine.library()), want);
    compare("what is owed", show_owed(plain.owed(), machine.library()), show_owed(owed, machine.library()));
    if (!found.empty()) return found;
    verdicts += expected.size();
  }
  return {};
}

// --- shrinking ---

using Fails = std::function<bool(const Pair&)>;

// Ways to make a rule simpler, one at a time.
std::vector<content::Rule> simpler(const content::Rule& rule) {
  std::vector<content::Rule> list;
  const auto with = [&](auto change) {
    content::Rule made = rule;
    change(made);
    list.push_back(std::move(made));
  };
  using Slot = std::optional<content::Condition> content::Rule::*;
  for (const Slot slot : {&content::Rule::applies, &content::Rule::when, &content::Rule::after, &content::Rule::until, &content::Rule::warn}) {
    const auto& held = rule.*slot;
    if (!held) continue;
    if (slot != &content::Rule::when) with([&](content::Rule& made) { (made.*slot).reset(); });
    for (const content::ConditionNode& child : held->root.children)
      with([&](content::Rule& made) { *(made.*slot) = content::Condition{content::to_text(child), child}; });
  }
  for (std::size_t i = 0; rule.require.size() > 1 && i < rule.require.size(); ++i)
    with([&](content::Rule& made) { made.require.erase(made.require.begin() + static_cast<std::ptrdiff_t>(i)); });
  for (std::size_t i = 0; i < rule.require.size(); ++i)
    for (const content::ConditionNode& child : rule.require[i].when.root.children)
      with([&](content::Rule& made) { made.require[i].when = content::Condition{content::to_text(child), child}; });
  if (rule.by && rule.by->at) with([](content::Rule& made) { made.by->at.reset(); });
  if (rule.by && rule.by->turns != 0) with([](content::Rule& made) { made.by->turns = 0; });
  if (rule.by && rule.by->millis != 0) with([](content::Rule& made) { made.by->millis = 0; });
  if (rule.by && rule.by->days != 0) with([](content::Rule& made) { made.by->days = 0; });
  if (rule.by && rule.by->workdays != 0) with([](content::Rule& made) { made.by->workdays = 0; });
  if (rule.by && rule.by->end) with([](content::Rule& made) { made.by->end = false; });
  if (rule.count > 1) with([](content::Rule& made) { made.count = 1; });
  if (rule.within_turns != 0) with([](content::Rule& made) { made.within_turns = 0; });
  if (rule.within_millis != 0) with([](content::Rule& made) { made.within_millis = 0; });
  if (rule.cooldown_turns != 0) with([](content::Rule& made) { made.cooldown_turns = 0; });
  if (rule.cooldown_millis != 0) with([](content::Rule& made) { made.cooldown_millis = 0; });
  if (rule.same) with([](content::Rule& made) { made.same = false; });
  if (rule.since_after) with([](content::Rule& made) { made.since_after = false; });
  if (!rule.once) with([](content::Rule& made) { made.once = true; });
  if (rule.restart) with([](content::Rule& made) { made.restart = false; });
  if (rule.each.of != content::Each::Of::none) with([](content::Rule& made) { made.each = {}; });
  if (rule.in_force != content::InForce{}) with([](content::Rule& made) { made.in_force = {}; });
  if (rule.effects.escalate.after != 0 || rule.effects.alert) with([](content::Rule& made) { made.effects = {}; });
  return list;
}

std::vector<Moment> simpler(const Moment& moment) {
  std::vector<Moment> list;
  for (const std::string& pattern : moment.patterns) list.emplace_back(moment).patterns.erase(pattern);
  if (!moment.amounts.empty()) list.emplace_back(moment).amounts.pop_back();
  for (std::size_t i = 0; i < moment.context.size(); ++i) {
    Moment& made = list.emplace_back(moment);
    made.context.erase(made.context.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (!moment.flows.empty()) list.emplace_back(moment).flows.pop_back();
  return list;
}

// The smallest pair that still fails when any one thing is taken off it.
Pair shrink(Pair pair, const Fails& fails) {
  const auto take = [&](Pair smaller) {
    if (!fails(smaller)) return false;
    pair = std::move(smaller);
    return true;
  };
  for (bool better = true; better;) {
    better = false;
    for (std::size_t i = pair.rules.size(); i-- > 0;) {
      Pair smaller = pair;
      smaller.rules.erase(smaller.rules.begin() + static_cast<std::ptrdiff_t>(i));
      better = (!smaller.rules.empty() && take(std::move(smaller))) || better;
    }
    for (std::size_t i = pair.moments.size(); i-- > 0;) {
      Pair smaller = pair;
      smaller.moments.erase(smaller.moments.begin() + static_cast<std::ptrdiff_t>(i));
      better = take(std::move(smaller)) || better;
    }
    for (std::size_t i = 0; i < pair.rules.size(); ++i)
      for (content::Rule& rule : simpler(pair.rules[i])) {
        Pair smaller = pair;
        smaller.rules[i] = std::move(rule);
        if (!take(std::move(smaller))) continue;
        better = true;
        break;
      }
    for (std::size_t i = 0; i < pair.moments.size(); ++i)
      for (Moment& moment : simpler(pair.moments[i])) {
        Pair smaller = pair;
        smaller.moments[i] = std::move(moment);
        if (!take(std::move(smaller))) continue;
        better = true;
        break;
      }
  }
  return pair;
}

std::string describe(const Pair& pair) {
  std::string text;
  for (const content::Rule& rule : pair.rules) text += describe(rule) + "\n";
  for (const Moment& moment : pair.moments) text += describe(moment) + "\n";
  return text;
}

bool agrees(std::uint64_t seed, std::size_t& verdicts) {
  const Pair pair = random_pair(seed);
  if (const Machine machine(pair.rules, calendar()); !machine.errors().empty()) {
    ADD_FAILURE() << "seed " << seed << ": " << core::describe(machine.errors()[0]);
    return false;
  }
  if (difference(pair, seed, verdicts).empty()) return true;
  std::size_t ignored = 0;
  const Pair small = shrink(pair, [&](const Pair& one) { return !difference(one, seed, ignored).empty(); });
  ADD_FAILURE() << "FENSHEN_SEED=" << seed << ", made small:\n" << describe(small) << difference(small, seed, ignored);
  return false;
}

TEST(Differential, EngineEqualsTheReferenceAtEveryPrefix) {
  std::size_t verdicts = 0;
  if (const char* seed = std::getenv("FENSHEN_SEED")) {
    std::cout << describe(random_pair(std::strtoull(seed, nullptr, 10)));
    EXPECT_TRUE(agrees(std::strtoull(seed, nullptr, 10), verdicts));
    return;
  }
  const std::uint64_t pairs = std::getenv("FENSHEN_LONG") != nullptr ? kPairsLong : kPairs;
  for (std::uint64_t seed = 1; seed <= pairs; ++seed)
    if (!agrees(seed, verdicts)) break;
  EXPECT_GT(verdicts, 2 * pairs);  // else the generator tests nothing
  RecordProperty("verdicts", static_cast<int>(verdicts));
}

// The shrinker itself: of a big pair only what the failure needs is left.
TEST(Differential, AFailingPairIsMadeSmall) {
  const auto has_until = [](const content::Rule& rule) { return rule.until.has_value(); };
  const auto says_a = [](const Moment& moment) { return moment.patterns.contains("a"); };
  const Fails fails = [&](const Pair& pair) { return std::ranges::any_of(pair.rules, has_until) && std::ranges::count_if(pair.moments, says_a) >= 2; };
  int shrunk = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Pair pair = random_pair(seed);
    if (!fails(pair)) continue;
    const Pair small = shrink(pair, fails);
    ++shrunk;
    ASSERT_EQ(small.rules.size(), 1U) << seed;
    ASSERT_EQ(small.moments.size(), 2U) << seed;
    ASSERT_TRUE(small.rules[0].until && !small.rules[0].applies && small.rules[0].count == 1) << seed;
    ASSERT_TRUE(small.moments[0].patterns == std::set<std::string>{"a"} && small.moments[1].patterns == std::set<std::string>{"a"}) << seed;
  }
  EXPECT_GT(shrunk, 20);
}

}  // namespace
}  // namespace fenshen::rules
