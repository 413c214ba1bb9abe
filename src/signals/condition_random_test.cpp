// Random condition trees over random events, against their plain meaning: a condition happened if it is true and an atom
// under an even number of `not` is true. The indexes must never lose one and never add one.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "signals/condition_set.h"

namespace fenshen::signals {
namespace {

using conversation::Speaker;

// What is the case at one event, in the plainest form.
struct World {
  conversation::Event event;
  bool speaks = false;
  Speaker speaker = Speaker::system;
  std::set<std::string> patterns;
  std::set<std::string> derived;  // "step P01.S5", "enters P14", "intent F01"
  bool on_p14 = false;
  bool angry = false;
  int amount = 0;
  int risk = 0;

  bool says(Speaker who, const char* pattern) const { return speaks && speaker == who && patterns.contains(pattern); }
  const conversation::BusinessEvent* business() const { return std::get_if<conversation::BusinessEvent>(&event.body); }
  std::string act() const {
    const auto* proposed = std::get_if<conversation::ActProposed>(&event.body);
    return proposed == nullptr ? "" : proposed->kind;
  }
  int n() const { return business() == nullptr || business()->data.empty() ? -1 : std::stoi(business()->data[0].value); }
};

struct Atom {
  const char* text;
  bool trigger;
  bool (*is_true)(const World&);
};

const Atom kAtoms[] = {
    {R"(rep says "a")", true, [](const World& w) { return w.says(Speaker::rep, "a"); }},
    {R"(customer says "a")", true, [](const World& w) { return w.says(Speaker::customer, "a"); }},
    {R"(rep|bot says "b")", true, [](const World& w) { return w.says(Speaker::rep, "b") || w.says(Speaker::bot, "b"); }},
    {"rep speaks", true, [](const World& w) { return w.speaks && w.speaker == Speaker::rep; }},
    {"anyone speaks", true, [](const World& w) { return w.speaks && w.speaker != Speaker::supervisor; }},
    {"event e", true, [](const World& w) { return w.business() != nullptr && w.business()->name == "e"; }},
    {"event e where n >= 2", true, [](const World& w) { return w.business() != nullptr && w.business()->name == "e" && w.n() >= 2; }},
    {"step P01.S5", true, [](const World& w) { return w.derived.contains("step P01.S5"); }},
    {"enters P14", true, [](const World& w) { return w.derived.contains("enters P14"); }},
    {"intent F01", true, [](const World& w) { return w.derived.contains("intent F01"); }},
    {"emotion in [angry, sad]", true, [](const World& w) { return w.speaks && w.speaker == Speaker::customer && w.angry; }},
    {"customer gives amount >= 100", true, [](const World& w) { return w.speaks && w.speaker == Speaker::customer && w.amount >= 100; }},
    {"act message", true, [](const World& w) { return w.act() == "message"; }},
    {"start", true, [](const World& w) { return std::holds_alternative<conversation::ConversationStarted>(w.event.body); }},
    {"end", true, [](const World& w) { return std::holds_alternative<conversation::ConversationEnded>(w.event.body); }},
    {"product.risk >= R3", false, [](const World& w) { return w.risk >= 3; }},
    {"product.risk is missing", false, [](const World& w) { return w.risk == 0; }},
    {"flow == P14", false, [](const World& w) { return w.on_p14; }},
    {"event.n == 1", false, [](const World& w) { return w.n() == 1; }},
};

struct Tree {
  char kind = 'a';  // atom, & | !
  const Atom* atom = nullptr;
  std::vector<Tree> children;

  bool holds(const World& world) const {
    const auto one = [&](const Tree& child) { return child.holds(world); };
    switch (kind) {
      case '&': return std::ranges::all_of(children, one);
      case '|': return std::ranges::any_of(children, one);
      case '!': return !children[0].holds(world);
      default: return atom->is_true(world);
    }
  }
  bool triggered(const World& world, bool negated = false) const {
    if (kind == 'a') return !negated && atom->trigger && atom->is_true(world);
    return std::ranges::any_of(children, [&](const Tree& child) { return child.triggered(world, negated != (kind == '!')); });
  }
  std::string text() const {
    if (kind == 'a') return atom->text;
    if (kind == '!') return "not (" + children[0].text() + ")";
    std::string joined;
    for (const Tree& child : children) joined += (joined.empty() ? "(" : kind == '&' ? " and " : " or ") + child.text();
    return joined + ")";
  }
};

using Engine = std::mt19937_64;
std::size_t below(Engine& random, std::size_t limit) { return random() % limit; }

Tree random_tree(Engine& random, int depth) {
  Tree tree;
  const std::size_t choice = depth == 0 ? 0 : below(random, 5);
  if (choice < 2) {
    tree.atom = &kAtoms[below(random, std::size(kAtoms))];
    return tree;
  }
  tree.kind = "&|!"[choice - 2];
  const std::size_t children = tree.kind == '!' ? 1 : 2 + below(random, 2);
  for (std::size_t i = 0; i < children; ++i) tree.children.push_back(random_tree(random, depth - 1));
  return tree;
}

conversation::EventBody random_body(Engine& random, World& world) {
  switch (below(random, 8)) {
    case 0: return conversation::ConversationStarted{};
    case 1: return conversation::ConversationEnded{};
    case 2: return conversation::ActProposed{"1", below(random, 2) == 0 ? "message" : "dial", "", "", {}};
    case 3:
    case 4: {
      conversation::Fields data;
      if (below(random, 3) != 0) data.push_back({"n", std::to_string(below(random, 4)), conversation::FieldKind::number});
      return conversation::BusinessEvent{below(random, 3) == 0 ? "other" : "e", std::move(data)};
    }
    default: break;
  }
  constexpr Speaker kSpeakers[] = {Speaker::rep, Speaker::customer, Speaker::bot, Speaker::supervisor};
  world.speaks = true;
  world.speaker = kSpeakers[below(random, std::size(kSpeakers))];
  for (const char* pattern : {"a", "b"})
    if (below(random, 2) == 0) world.patterns.insert(pattern);
  world.angry = below(random, 3) == 0;
  world.amount = static_cast<int>(below(random, 3)) * 75;
  return conversation::Utterance{};
}

World random_world(Engine& random) {
  World world;
  world.event.body = random_body(random, world);
  for (const char* one : {"step P01.S5", "enters P14", "intent F01"})
    if (below(random, 4) == 0) world.derived.insert(one);
  world.on_p14 = below(random, 2) == 0;
  world.risk = static_cast<int>(below(random, 5));
  return world;
}

content::Library library_of_two_flows() {
  content::Library library;
  for (const char* code : {"P01", "P14"}) {
    content::Flow flow;
    flow.id = code;
    flow.steps.emplace_back().id = "S5";
    library.flows.push_back(std::move(flow));
  }
  library.articles.emplace_back().topics = {"F01"};
  return library;
}

TEST(ConditionRandom, HappensExactlyWhenItsMeaningSaysSo) {
  Engine random(20261120);
  std::size_t checked = 0, true_ones = 0;
  for (int round = 0; round < 300; ++round) {
    const content::Library library = library_of_two_flows();
    LexiconBuilder lexicon(library);
    ConditionSetBuilder builder(library, lexicon);
    std::vector<Tree> trees;
    std::vector<ConditionId> ids;
    while (trees.size() < 20) {
      Tree tree = random_tree(random, 3);
      const auto parsed = content::parse_condition(tree.text());
      ASSERT_TRUE(parsed.has_value()) << tree.text();
      const auto id = builder.add(*parsed);
      EXPECT_EQ(id.has_value(), !content::only_negated_triggers(parsed->root)) << tree.text();
      if (!id) continue;
      ids.push_back(*id);
      trees.push_back(std::move(tree));
    }
    const auto set = builder.build();
    Context context(*set);
    ConditionSet::Scratch scratch;
    const PatternId a = lexicon.add("a").value(), b = lexicon.add("b").value();
    for (int event = 0; event < 40; ++event) {
      const World world = random_world(random);
      Reading reading;
      if (world.patterns.contains("a")) reading.hits.push_back({a, {0, 1}});
      if (world.patterns.contains("b")) reading.hits.push_back({b, {1, 2}});
      std::ranges::sort(reading.hits, {}, &Hit::pattern);
      if (world.angry) reading.emotion = Emotion::angry;
      if (world.amount != 0) reading.entities.push_back({EntityType::amount, {0, 2}, std::to_string(world.amount), 0xFFFF, 100});
      context.set("product.risk", world.risk == 0 ? "" : "R" + std::to_string(world.risk));
      std::vector<Happening> happenings;
      if (world.derived.contains("step P01.S5")) happenings.push_back({Happening::Kind::step_done, "P01.S5"});
      if (world.derived.contains("enters P14")) happenings.push_back({Happening::Kind::flow_entered, "P14"});
      if (world.derived.contains("intent F01")) happenings.push_back({Happening::Kind::intent, "F01"});
      const std::vector<std::string_view> flows = world.on_p14 ? std::vector<std::string_view>{"P01", "P14"} : std::vector<std::string_view>{"P01"};
      const Facts facts{&world.event, world.speaks ? &reading : nullptr, world.speaker, &context, flows, happenings};
      std::vector<Truth> truths;
      set->happened(facts, false, scratch, truths);
      for (std::size_t i = 0; i < trees.size(); ++i) {
        const bool expected = trees[i].holds(world) && trees[i].triggered(world);
        const bool found = std::ranges::find(truths, ids[i], &Truth::condition) != truths.end();
        ASSERT_EQ(found, expected) << trees[i].text() << " in round " << round << ", event " << event;
        ASSERT_EQ(set->holds(ids[i], facts), trees[i].holds(world)) << trees[i].text();
        ++checked;
        true_ones += expected ? 1 : 0;
      }
    }
  }
  EXPECT_GT(true_ones, checked / 20);
}

}  // namespace
}  // namespace fenshen::signals
