#include "signals/internal/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "text/fold.h"

namespace fenshen::signals::internal {
namespace {

using Chains = std::vector<Chain>;

// Han sets are multiplied while the product stays small: longer literals are rarer. Beyond, two slots side by side.
constexpr std::size_t kSmallProduct = 200;

std::size_t cost(const Chains& chains) {
  std::size_t sum = 0;
  for (const Chain& chain : chains) {
    sum += 1;
    for (const Slot& slot : chain) sum += slot.literals.empty() ? 0 : slot.literals.size() - 1;
  }
  return sum;
}

core::Status check_cost(std::size_t literals) {
  if (literals <= kMaxLiterals) return {};
  return core::fail(core::Code::too_large, fmt::format("expands to {} literals, at most {} are allowed", literals, kMaxLiterals));
}

// Gaps: as many in a row as content/pattern.h allows, also where classes bring their own; and not too many in all.
core::Status check_gaps(const Chains& chains) {
  std::size_t all = 0;
  for (const Chain& chain : chains) {
    const auto gaps = static_cast<std::size_t>(std::ranges::count_if(chain, [](const Slot& slot) { return slot.gapped; }));
    if (gaps > content::kMaxGaps)
      return core::fail(core::Code::too_large, fmt::format("has {} gaps in a row, at most {} are allowed", gaps, content::kMaxGaps));
    all += gaps;
  }
  if (all <= kMaxGapsInAll) return {};
  return core::fail(core::Code::too_large, fmt::format("expands to {} gaps, at most {} are allowed", all, kMaxGapsInAll));
}

void normalise(std::vector<Literal>& literals) {
  std::ranges::sort(literals);
  literals.erase(std::ranges::unique(literals).begin(), literals.end());
}

bool is_literals(const Chain& chain) { return chain.size() == 1 && chain[0].kind == Slot::Kind::literals && !chain[0].gapped; }

// Chains that are a bare set of literals (the empty chain is the empty literal) become one set.
void merge_sets(Chains& chains) {
  Slot merged;
  Chains others;
  bool any = false;
  for (Chain& chain : chains) {
    if (chain.empty()) {
      merged.literals.emplace_back();
      any = true;
    } else if (is_literals(chain)) {
      std::ranges::move(chain[0].literals, std::back_inserter(merged.literals));
      any = true;
    } else {
      others.push_back(std::move(chain));
    }
  }
  if (any) {
    normalise(merged.literals);
    others.insert(others.begin(), Chain{std::move(merged)});
  }
  chains = std::move(others);
}

bool han_edge(char32_t c) { return (text::class_of(text::fold_char(c)) & text::kHan) != 0; }

bool must_multiply(const Slot& left, const Slot& right) {
  const auto open_end = [](const Literal& l) { return l.text.empty() || !han_edge(l.text.back()); };
  const auto open_begin = [](const Literal& l) { return l.text.empty() || !han_edge(l.text.front()); };
  return std::ranges::any_of(left.literals, open_end) || std::ranges::any_of(right.literals, open_begin);
}

Slot product(const Slot& left, const Slot& right) {
  Slot out = left;
  out.literals.clear();
  out.literals.reserve(left.literals.size() * right.literals.size());
  for (const Literal& a : left.literals)
    for (const Literal& b : right.literals) out.literals.push_back({a.text + b.text, b.prefix});
  normalise(out.literals);
  return out;
}

Slot part(const Slot& slot, bool prefix) {
  Slot out = slot;
  std::erase_if(out.literals, [&](const Literal& l) { return l.prefix != prefix; });
  return out;
}

Chain concatenated(Chain left, std::span<const Slot> right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// Appends left·right. Two sets that meet are multiplied where their edges must be read as one text.
core::Status join(const Chain& left, const Chain& right, Chains& out) {
  const bool meet = !left.empty() && !right.empty() && left.back().kind == Slot::Kind::literals &&
                    right.front().kind == Slot::Kind::literals && !right.front().gapped;
  if (!meet) {
    out.push_back(concatenated(left, right));
    return {};
  }
  const Slot whole = part(left.back(), false);
  const Slot prefixes = part(left.back(), true);
  if (!prefixes.literals.empty()) {  // the rest of the word lies between: stays a slot of its own
    Chain head(left.begin(), left.end() - 1);
    head.push_back(prefixes);
    out.push_back(concatenated(std::move(head), right));
  }
  if (whole.literals.empty()) return {};
  const std::size_t size = whole.literals.size() * right.front().literals.size();
  const bool multiply = must_multiply(whole, right.front()) || size <= kSmallProduct;
  if (multiply) TRY(check_cost(size));
  Chain head(left.begin(), left.end() - 1);
  head.push_back(multiply ? product(whole, right.front()) : whole);
  out.push_back(concatenated(std::move(head), std::span(right).subspan(multiply ? 1 : 0)));
  return {};
}

core::Result<Chains> join_all(const Chains& left, const Chains& right) {
  Chains out;
  for (const Chain& a : left)
    for (const Chain& b : right) {
      TRY(join(a, b, out));
      TRY(check_cost(out.size()));
    }
  TRY(check_cost(cost(out)));
  return out;
}

// A gap is written into the slot behind it; until that is known it hangs on an empty set.
Chain gap_chain(std::uint32_t max) {
  Slot slot;
  slot.gapped = true;
  slot.gap = max;
  slot.literals.emplace_back();
  return {slot};
}

bool only_empty(const Slot& slot) {
  return slot.kind == Slot::Kind::literals && slot.literals.size() == 1 && slot.literals[0].text.empty();
}

std::u32string trimmed(std::u32string_view raw) {
  std::u32string folded = text::fold(text::to_utf8(raw));
  return folded;
}

// Removes slot `at`; what followed it takes over its gap.
Chain without(const Chain& chain, std::size_t at) {
  Chain out = chain;
  if (at + 1 < out.size()) {
    Slot& next = out[at + 1];
    const Slot& gone = out[at];
    next.gap = (gone.gapped ? gone.gap : 0) + (next.gapped ? next.gap : 0);
    next.gapped = gone.gapped || next.gapped;
  }
  out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
  return out;
}

// Splits chains until no slot may be empty, folds the literals, drops gaps at the edges.
core::Status finish(Chain chain, Chains& out) {
  for (Slot& slot : chain) {
    for (Literal& literal : slot.literals) literal.text = trimmed(literal.text);
    normalise(slot.literals);
  }
  for (std::size_t i = 0; i < chain.size(); ++i) {
    Slot& slot = chain[i];
    if (slot.kind != Slot::Kind::literals || !slot.literals.front().text.empty()) continue;
    TRY(finish(without(chain, i), out));
    if (only_empty(slot)) return {};
    std::erase_if(slot.literals, [](const Literal& l) { return l.text.empty(); });
    if (slot.literals.empty()) return {};
  }
  if (chain.empty()) return core::fail(core::Code::invalid, "matches every utterance");
  chain.front().gapped = false;
  chain.front().gap = 0;
  out.push_back(std::move(chain));
  return check_cost(out.size());
}

bool only_edges(const Chain& chain) {
  return std::ranges::all_of(chain, [](const Slot& s) { return s.kind == Slot::Kind::begin || s.kind == Slot::Kind::end; });
}

std::string origin_text(const content::Origin& origin) { return fmt::format("{}:{}", origin.file, origin.line); }

}  // namespace

Expander::Expander(std::span<const content::PhraseClass> classes) {
  for (const content::PhraseClass& one : classes) classes_.try_emplace(one.id).first->second.source = &one;
}

core::Result<std::vector<Chain>> Expander::expand(std::string_view pattern) {
  TRY_ASSIGN(const content::Pattern tree, content::parse_pattern(pattern));
  auto raw = expand_alternatives(tree.alternatives);
  std::vector<Chain> out;
  core::Status status;
  if (!raw) {
    status = std::unexpected(raw.error());
  } else {
    for (Chain& chain : *raw) {
      status = finish(std::move(chain), out);
      if (!status) break;
    }
    if (status) merge_sets(out);
    if (status) status = check_cost(cost(out));
    if (status) status = check_gaps(out);
    if (status && std::ranges::any_of(out, only_edges)) status = core::fail(core::Code::invalid, "matches every utterance");
  }
  if (!status) {
    core::Error error = std::move(status.error());
    error.message = fmt::format("pattern \"{}\" {}", pattern, error.message);
    return std::unexpected(std::move(error));
  }
  return out;
}

core::Status Expander::check(const content::PhraseClass& phrase_class) {
  auto chains = expand_class(phrase_class.id);
  if (!chains) return std::unexpected(std::move(chains.error()));
  return {};
}

core::Result<const std::vector<Chain>*> Expander::expand_class(const std::string& name) {
  const auto found = classes_.find(name);
  if (found == classes_.end()) return core::fail(core::Code::not_found, fmt::format("names the class {{{}}}, which no pack defines", name));
  ClassState& state = found->second;
  if (state.done) return &state.chains;
  if (state.open) return core::fail(core::Code::invalid, fmt::format("class {{{}}} uses itself", name));
  state.open = true;
  std::vector<Chain> all;
  for (const std::string& phrase : state.source->phrases) {
    const auto fail_in = [&](core::Error error) {
      error.message = fmt::format("class {{{}}}, phrase \"{}\": {}", name, phrase, error.message);
      error.where = origin_text(state.source->origin);
      state.open = false;
      return std::unexpected(std::move(error));
    };
    auto tree = content::parse_pattern(phrase);
    if (!tree) return fail_in(std::move(tree.error()));
    auto chains = expand_alternatives(tree->alternatives);
    if (!chains) return fail_in(std::move(chains.error()));
    std::ranges::move(*chains, std::back_inserter(all));
  }
  merge_sets(all);
  state.open = false;
  if (const auto status = check_cost(cost(all)); !status) {
    core::Error error = status.error();
    error.message = fmt::format("class {{{}}} {}", name, error.message);
    error.where = origin_text(state.source->origin);
    return std::unexpected(std::move(error));
  }
  state.done = true;
  state.chains = std::move(all);
  return &state.chains;
}

core::Result<std::vector<Chain>> Expander::expand_alternatives(const std::vector<content::PatternSequence>& alternatives) {
  std::vector<Chain> out;
  for (const content::PatternSequence& sequence : alternatives) {
    TRY_ASSIGN(std::vector<Chain> chains, expand_sequence(sequence));
    std::ranges::move(chains, std::back_inserter(out));
    TRY(check_cost(out.size()));
  }
  merge_sets(out);
  TRY(check_cost(cost(out)));
  return out;
}

core::Result<std::vector<Chain>> Expander::expand_sequence(const content::PatternSequence& sequence) {
  std::vector<Chain> out{Chain{}};
  for (const content::PatternNode& node : sequence) {
    TRY_ASSIGN(const std::vector<Chain> right, expand_node(node));
    TRY_ASSIGN(out, join_all(out, right));
  }
  return out;
}

core::Result<std::vector<Chain>> Expander::expand_node(const content::PatternNode& node) {
  using Kind = content::PatternNode::Kind;
  Slot slot;
  switch (node.kind) {
    case Kind::gap: return std::vector<Chain>{gap_chain(node.max)};
    case Kind::literal: slot.literals.push_back({node.text, node.prefix}); break;
    case Kind::number: slot.kind = Slot::Kind::number; break;
    case Kind::digits:
      slot.kind = Slot::Kind::digits;
      slot.min = node.min;
      slot.max = node.max;
      break;
    case Kind::begin: slot.kind = Slot::Kind::begin; break;
    case Kind::end: slot.kind = Slot::Kind::end; break;
    case Kind::class_ref: {
      TRY_ASSIGN(const std::vector<Chain>* chains, expand_class(node.name));
      return *chains;
    }
    case Kind::group: {
      TRY_ASSIGN(std::vector<Chain> chains, expand_alternatives(node.alternatives));
      if (node.optional) {
        chains.emplace_back();
        merge_sets(chains);
      }
      return chains;
    }
  }
  return std::vector<Chain>{Chain{std::move(slot)}};
}

}  // namespace fenshen::signals::internal
