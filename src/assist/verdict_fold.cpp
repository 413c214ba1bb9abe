#include "assist/verdict_fold.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "assist/internal/state.h"

namespace fenshen::assist {

struct VerdictFold::Impl {
  std::shared_ptr<const CompiledPack> pack;
  State state;
  FoldResult ignored;
};

VerdictFold::VerdictFold(std::shared_ptr<const CompiledPack> pack) : impl_(std::make_unique<Impl>(Impl{pack, State({}, pack), {}})) {}
VerdictFold::~VerdictFold() = default;
VerdictFold::VerdictFold(VerdictFold&&) noexcept = default;
VerdictFold& VerdictFold::operator=(VerdictFold&&) noexcept = default;

void VerdictFold::fold(const conversation::Event& event, FoldScratch& scratch, std::vector<FoldVerdict>& out) {
  fold_verdicts(impl_->state, event, *scratch.impl, impl_->ignored, out);
}

void VerdictFold::next_turn(std::int32_t index) { impl_->state.next_turn = index; }
void VerdictFold::reset() { impl_->state = State({}, impl_->pack); }

namespace {

using content::ItemText;
using content::PackSources;

bool decides(std::string_view path) {  // what a fold may read, besides rules
  for (const std::string_view other : {"rules/", "tests/", "samples/", "measure/", "history/"})
    if (path.starts_with(other)) return false;
  return path != "pack.yaml" && path != "not-yet.yaml";
}

// All that is written outside the rules, in order.
std::vector<std::tuple<std::string_view, std::string_view, std::string_view>> outside_rules(const PackSources& sources) {
  std::vector<std::tuple<std::string_view, std::string_view, std::string_view>> texts;
  for (const content::SourceFile& file : sources.files)
    if (decides(file.path)) texts.emplace_back(file.pack, file.path, file.text);
  for (const content::Overlay& overlay : sources.overlays)
    if (overlay.kind != "rule") texts.emplace_back(overlay.kind, overlay.id, overlay.text);
  return texts;
}

bool differ_in_rules_alone(const PackSide& before, const PackSide& after) {
  return before.loaded.library->offset_minutes() == after.loaded.library->offset_minutes() && outside_rules(before.sources) == outside_rules(after.sources);
}

std::map<std::string_view, std::string_view> rule_texts(const PackSide& side) {
  std::map<std::string_view, std::string_view> texts;
  for (const ItemText& item : side.loaded.items)
    if (item.kind == "rule") texts.emplace(item.id, item.text);
  return texts;
}

core::Result<std::shared_ptr<const CompiledPack>> compiled(std::shared_ptr<const content::Library> library) {
  CompileOutcome outcome = compile(std::move(library));
  if (!outcome.pack) return std::unexpected(outcome.errors.front());
  return outcome.pack;
}

// What only cards and wrap-up read is left out: its phrases need not be looked for.
void drop_what_cards_need(content::Library& library) {
  library.announcements.clear();
  for (content::Leaf& leaf : library.leaves) leaf.cues.reset();
}

// A rule that closes steps moves the flows, and with them what other rules see: it is not independent of them.
bool moves_flows(const content::Rule& rule) { return !rule.effects.closes.empty(); }

bool are_independent(const PackSide& before, const PackSide& after) {
  const auto old_texts = rule_texts(before), new_texts = rule_texts(after);
  if (old_texts == new_texts) return true;
  const auto independent = [](const PackSide& side, const auto& texts, const auto& others) {
    return std::ranges::all_of(side.loaded.library->rules, [&](const content::Rule& rule) {
      if (!moves_flows(rule)) return true;
      const auto mine = texts.find(rule.id), other = others.find(rule.id);
      return mine != texts.end() && other != others.end() && mine->second == other->second;
    });
  };
  return independent(before, old_texts, new_texts) && independent(after, new_texts, old_texts);
}

core::Result<PackPair> joint_pair(const PackSide& before, const PackSide& after, bool only_changed) {
  const auto old_texts = rule_texts(before), new_texts = rule_texts(after);
  const auto same = [](const auto& texts, const content::Rule& rule, const auto& others) {
    const auto mine = texts.find(rule.id), other = others.find(rule.id);
    return mine != texts.end() && other != others.end() && mine->second == other->second;
  };
  auto library = std::make_shared<content::Library>(*after.loaded.library);
  drop_what_cards_need(*library);
  library->rules.clear();
  PackPair pair;
  for (const content::Rule& rule : after.loaded.library->rules) {
    const bool both = same(new_texts, rule, old_texts);
    if (both && only_changed && !moves_flows(rule)) continue;
    library->rules.push_back(rule);
    pair.sides.push_back(both ? 3 : 2);
  }
  for (const content::Rule& rule : before.loaded.library->rules) {
    if (same(old_texts, rule, new_texts)) continue;
    library->rules.push_back(rule);
    pair.sides.push_back(1);
  }
  TRY_ASSIGN(pair.joint, compiled(std::move(library)));
  return pair;
}

}  // namespace

core::Result<PackSide> load_side(PackSources sources) {
  PackSide side;
  side.loaded = content::load(sources);
  side.sources = std::move(sources);
  if (!side.loaded.errors.empty()) return std::unexpected(side.loaded.errors.front());
  return side;
}

core::Result<PackPair> compile_pair(const PackSide& before, const PackSide& after, bool only_changed) {
  if (differ_in_rules_alone(before, after) && are_independent(before, after)) return joint_pair(before, after, only_changed);
  PackPair pair;
  const auto without_cards = [](const PackSide& side) {
    auto library = std::make_shared<content::Library>(*side.loaded.library);
    drop_what_cards_need(*library);
    return library;
  };
  TRY_ASSIGN(pair.before, compiled(without_cards(before)));
  TRY_ASSIGN(pair.after, compiled(without_cards(after)));
  return pair;
}

}  // namespace fenshen::assist
