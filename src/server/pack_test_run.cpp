#include "server/pack_test_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/card_view.h"
#include "server/dialogue_replay.h"

namespace fenshen::server {
namespace {

using assist::CardKind;
using content::Expectation;

constexpr std::int32_t kAnyTurn = -1;

CardKind kind_of(content::RuleCard card) {
  switch (card) {
    case content::RuleCard::violation: return CardKind::violation;
    case content::RuleCard::fraud: return CardKind::fraud;
    default: return CardKind::prompt;
  }
}

class TestRun {
 public:
  TestRun(const content::PackTest& test, const std::shared_ptr<const assist::CompiledPack>& pack, assist::FoldScratch& scratch,
          std::span<const content::Rule> rules, bool with_signals)
      : test_(test), rules_(rules) {
    const DialogueCards result = replay_dialogue(test.dialogue, pack, scratch, with_signals, test.ends);
    for (std::size_t i = 0; i < result.cards.size(); ++i) {
      cards_.push_back(view_of(result.cards[i]));
      cards_.back().turn = result.during[i];  // authors count from the turn that makes a deadline overdue
    }
    for (const std::string& line : result.signals) signals_.push_back(signals_view(line));
  }

  std::vector<std::string> run() {
    for (std::size_t i = 0; i < test_.expect.size(); ++i) check_turn(test_.expect[i], test_.refuse[i], static_cast<std::int32_t>(i));
    check_end();
    return std::move(misses_);
  }

 private:
  void miss(std::int32_t turn, std::string_view what, std::string_view item) {
    misses_.push_back(turn == kAnyTurn ? fmt::format("at the end: {} {}", what, item) : fmt::format("turn {}: {} {}", turn, what, item));
  }

  template <typename Predicate>
  bool any(std::int32_t turn, Predicate predicate) const {
    return std::ranges::any_of(cards_, [&](const CardView& card) { return (turn == kAnyTurn || card.turn == turn) && predicate(card); });
  }

  // A verdict: the card of the kind that the rule gives when it is broken.
  bool fired(std::int32_t turn, const std::string& rule) const {
    const auto found = std::ranges::find(rules_, rule, &content::Rule::id);
    const CardKind kind = found != rules_.end() ? kind_of(found->card) : CardKind::violation;
    return any(turn, [&](const CardView& card) { return card.item == rule && card.kind == kind; });
  }
  // The parts that a verdict or prompt of the rule names as missing: exactly these.
  bool lacks(std::int32_t turn, const std::string& rule, const std::vector<std::string>& parts) const {
    return any(turn, [&](const CardView& card) { return card.item == rule && card.missing == parts; });
  }
  void check_missing(const Expectation& expect, std::int32_t turn) {
    for (const auto& [rule, parts] : expect.missing)
      if (!lacks(turn, rule, parts)) miss(turn, "expected other missing parts of", rule);
  }
  bool prompted(std::int32_t turn, const std::string& rule) const {
    return any(turn, [&](const CardView& card) { return card.item == rule && card.kind == CardKind::prompt; });
  }
  bool on_topic(std::int32_t turn, const std::string& topic) const {
    return any(turn, [&](const CardView& card) {
      return card.kind == CardKind::knowledge && card.rank == 1 && std::ranges::find(card.topics, topic) != card.topics.end();
    });
  }
  bool done(std::int32_t turn, const std::string& step) const {
    return any(turn, [&](const CardView& card) { return card.kind == CardKind::step && card.item == step && card.state == "done"; });
  }
  bool told(std::int32_t turn, const std::string& step, std::string_view state) const {
    return any(turn, [&](const CardView& card) { return card.kind == CardKind::step && card.item == step && !card.gate_broken && card.state == state; });
  }
  bool gate_broken(std::int32_t turn, const std::string& step) const {
    return any(turn, [&](const CardView& card) { return card.item == step && card.gate_broken; });
  }
  bool shown(std::int32_t turn, const std::string& kind) const {
    return any(turn, [&](const CardView& card) { return assist::to_string(card.kind) == kind; });
  }
  const SignalsView* read(std::int32_t turn) const {
    const auto found = std::ranges::find(signals_, turn, &SignalsView::turn);
    return found != signals_.end() ? &*found : nullptr;
  }

  void check_turn(const Expectation& expect, const Expectation& refuse, std::int32_t turn) {
    for (const auto& rule : expect.rules) fired(turn, rule) ? void() : miss(turn, "expected rule", rule);
    for (const auto& rule : expect.prompts) prompted(turn, rule) ? void() : miss(turn, "expected prompt", rule);
    check_missing(expect, turn);
    for (const auto& step : expect.steps) done(turn, step) ? void() : miss(turn, "expected step done", step);
    for (const auto& step : expect.next) told(turn, step, "next") ? void() : miss(turn, "expected next", step);
    for (const auto& step : expect.owed) told(turn, step, "owed") ? void() : miss(turn, "expected owed", step);
    for (const auto& step : expect.undone) told(turn, step, "undone") ? void() : miss(turn, "expected undone", step);
    for (const auto& step : expect.gates) gate_broken(turn, step) ? void() : miss(turn, "expected a broken gate", step);
    for (const auto& kind : expect.kinds) shown(turn, kind) ? void() : miss(turn, "expected a card of kind", kind);
    if (!expect.topics.empty() && std::ranges::none_of(expect.topics, [&](const auto& topic) { return on_topic(turn, topic); }))
      miss(turn, "expected knowledge on", fmt::format("{}, got {}", expect.topics.front(), knowledge_at(turn)));
    check_signals(expect, turn);
    for (const auto& rule : refuse.rules)
      if (fired(turn, rule)) miss(turn, "unwanted rule", rule);
    for (const auto& rule : refuse.prompts)
      if (prompted(turn, rule)) miss(turn, "unwanted prompt", rule);
    for (const auto& topic : refuse.topics)
      if (on_topic(turn, topic)) miss(turn, "unwanted knowledge on", topic);
    for (const auto& step : refuse.steps)
      if (done(turn, step)) miss(turn, "unwanted step done", step);
    for (const auto& step : refuse.next)
      if (told(turn, step, "next")) miss(turn, "unwanted next", step);
    for (const auto& step : refuse.undone)
      if (told(turn, step, "undone")) miss(turn, "unwanted undone", step);
    for (const auto& step : refuse.gates)
      if (gate_broken(turn, step)) miss(turn, "unwanted broken gate", step);
    for (const auto& kind : refuse.kinds)
      if (shown(turn, kind)) miss(turn, "unwanted card of kind", kind == "knowledge" ? kind + " " + knowledge_at(turn) : kind);
  }

  void check_signals(const Expectation& expect, std::int32_t turn) {
    if (expect.emotion.empty() && expect.entities.empty()) return;
    const SignalsView* view = read(turn);
    if (!expect.emotion.empty() && (view == nullptr || view->emotion != expect.emotion))
      miss(turn, "expected emotion", fmt::format("{}, got {}", expect.emotion, view != nullptr ? view->emotion : "nothing"));
    for (const content::ExpectedEntity& entity : expect.entities)
      if (view == nullptr || std::ranges::find(view->entities, std::pair(entity.type, entity.value)) == view->entities.end())
        miss(turn, "expected entity", entity.type + " " + entity.value);
  }

  std::string knowledge_at(std::int32_t turn) const {
    std::string text;
    for (const CardView& card : cards_)
      if (card.turn == turn && card.kind == CardKind::knowledge && card.rank == 1)
        for (const std::string& topic : card.topics) text += (text.empty() ? "" : " ") + topic;
    return text.empty() ? "nothing" : text;
  }

  void check_end() {
    for (const auto& rule : test_.at_end.rules) fired(kAnyTurn, rule) ? void() : miss(kAnyTurn, "expected rule", rule);
    for (const auto& rule : test_.at_end.prompts) prompted(kAnyTurn, rule) ? void() : miss(kAnyTurn, "expected prompt", rule);
    check_missing(test_.at_end, kAnyTurn);
    for (const auto& step : test_.at_end.steps) done(kAnyTurn, step) ? void() : miss(kAnyTurn, "expected step done", step);
    for (const auto& rule : test_.never.rules)
      if (fired(kAnyTurn, rule)) miss(kAnyTurn, "unwanted rule", rule);
    for (const auto& rule : test_.never.prompts)
      if (prompted(kAnyTurn, rule)) miss(kAnyTurn, "unwanted prompt", rule);
    for (const auto& step : test_.never.steps)
      if (done(kAnyTurn, step)) miss(kAnyTurn, "unwanted step done", step);
    for (const auto& topic : test_.never.topics)
      if (on_topic(kAnyTurn, topic)) miss(kAnyTurn, "unwanted knowledge on", topic);
    for (const auto& kind : test_.never.kinds)
      if (shown(kAnyTurn, kind)) miss(kAnyTurn, "unwanted card of kind", kind);
    check_wrapup();
  }

  void check_wrapup() {
    if (test_.type.empty() && test_.fields.empty()) return;
    const auto wrapup = std::ranges::find(cards_, CardKind::wrapup, &CardView::kind);
    if (wrapup == cards_.end()) return miss(kAnyTurn, "expected", "a wrap-up");
    const std::string first = wrapup->types.empty() ? "nothing" : wrapup->types.front();
    if (!test_.type.empty() && first != test_.type) miss(kAnyTurn, "expected type", fmt::format("{}, got {}", test_.type, first));
    for (const auto& [name, value] : test_.fields)
      if (std::ranges::find(wrapup->fields, std::pair(name, value)) == wrapup->fields.end()) miss(kAnyTurn, "expected field", name + " = " + value);
  }

  const content::PackTest& test_;
  const std::span<const content::Rule> rules_;
  std::vector<CardView> cards_;
  std::vector<SignalsView> signals_;
  std::vector<std::string> misses_;
};

}  // namespace

std::vector<std::string> run_pack_test(const content::PackTest& test, const std::shared_ptr<const assist::CompiledPack>& pack,
                                       assist::FoldScratch& scratch) {
  return TestRun(test, pack, scratch, assist::library_of(*pack).rules, true).run();
}

std::vector<std::string> run_pack_test(const content::PackTest& test, const std::shared_ptr<const assist::CompiledPack>& pack,
                                       assist::FoldScratch& scratch, const content::Rule& rule) {
  return TestRun(test, pack, scratch, {&rule, 1}, false).run();
}

}  // namespace fenshen::server
