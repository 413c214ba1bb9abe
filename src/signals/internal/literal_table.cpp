#include "signals/internal/literal_table.h"

#include <algorithm>
#include <bit>

#include "core/check.h"
#include "text/fold.h"

namespace fenshen::signals::internal {

bool is_word_edge(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i) noexcept {
  if (i == 0 || i >= text.size()) return true;
  const text::CharClass before = classes[i - 1], after = classes[i];
  if ((before & after & (text::kLetter | text::kDigit)) != 0) return false;
  const auto part = [](char32_t c) { return c == U'.' || c == U','; };
  const auto digit = [&](std::size_t k) { return k < text.size() && (classes[k] & text::kDigit) != 0; };
  if (digit(i) && i >= 2 && part(text[i - 1]) && digit(i - 2)) return false;   // 3.|5
  if (digit(i - 1) && part(text[i]) && digit(i + 1)) return false;             // 3|.5
  const bool negated = text[i] == U'\'' && (before & text::kLetter) != 0 && i + 1 < text.size() && text[i + 1] == U't' &&
                       (i + 2 >= text.size() || (classes[i + 2] & text::kLetter) == 0);
  return !negated;  // "can" is no word of "can't"
}

LiteralTable::LiteralTable(std::span<const Literal> literals) {
  single_.assign(0x10000 / 64, 0);
  pairs_.assign((std::size_t{1} << kPairBits) / 64, 0);
  deep_.assign((std::size_t{1} << kDeepBits) / 64, 0);
  // Every prefix that the walk asks for, with the literals that end their walk there.
  struct Prefix {
    std::uint64_t key;
    LiteralId literal;
    std::uint8_t depth;
    bool last;
  };
  std::vector<Prefix> prefixes;
  prefixes.reserve(literals.size() * 3);
  for (LiteralId id = 0; id < literals.size(); ++id) {
    const std::u32string& text = literals[id].text;
    FENSHEN_CHECK(!text.empty() && text.size() < 0xFFFF);
    const std::size_t depth = std::min(kDepth, text.size());
    std::uint64_t key = 0;
    for (std::size_t d = 0; d < depth; ++d) {
      key = add_to_key(key, d, text[d]);
      if (d == 0) {
        if (depth == 1) set(single_, key);
        continue;  // the walk asks for one character only where it is a literal
      }
      if (d == 1) set(pairs_, pair_bit(key));
      else set(deep_, mix(key) >> (64 - kDeepBits));
      prefixes.push_back({key, id, static_cast<std::uint8_t>(d + 1), d + 1 == depth});
    }
    if (depth == 1) prefixes.push_back({key, id, 1, true});
  }
  std::ranges::sort(prefixes, [&](const Prefix& a, const Prefix& b) {
    if (a.key != b.key) return a.key < b.key;
    if (a.last != b.last) return b.last;
    const Literal &x = literals[a.literal], &y = literals[b.literal];
    return a.last && x.text.size() != y.text.size() ? x.text.size() < y.text.size() : a.literal < b.literal;
  });
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < prefixes.size(); ++i) distinct += i == 0 || prefixes[i].key != prefixes[i - 1].key;
  // Up to 0.7 full: the bitmaps answer most questions, so that room in the cache counts for more than short probes.
  const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, distinct + distinct / 2 - distinct / 16));
  shift_ = static_cast<unsigned>(64 - std::countr_zero(slots));
  mask_ = slots - 1;
  nodes_.resize(slots);
  for (std::size_t i = 0; i < prefixes.size();) {
    std::size_t slot = mix(prefixes[i].key) >> shift_;
    while (nodes_[slot].key != 0) slot = (slot + 1) & mask_;
    Node& node = nodes_[slot];
    node = {prefixes[i].key, static_cast<std::uint32_t>(entries_.size()), 0, 0, prefixes[i].last ? 0U : 1U};
    for (; i < prefixes.size() && prefixes[i].key == node.key; ++i)
      if (prefixes[i].last) add_entry(node, prefixes[i].literal, literals[prefixes[i].literal], prefixes[i].depth);
    const Entry* only = node.count == 1 ? &entries_.back() : nullptr;
    if (only == nullptr || only->rest_size > 0 || only->word_begin || only->word_end || only->prefix) continue;
    node.first = only->literal;
    node.plain = 1;
    entries_.pop_back();
  }
}

void LiteralTable::add_entry(Node& node, LiteralId id, const Literal& literal, std::size_t depth) {
  const auto wordy = [](char32_t c) { return (text::class_of(c) & (text::kLetter | text::kDigit)) != 0; };
  const bool exact = std::ranges::none_of(literal.text, is_shared);
  const std::u32string rest = exact ? literal.text.substr(depth) : literal.text;
  entries_.push_back({id, static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint16_t>(literal.text.size()),
                      static_cast<std::uint16_t>(rest.size()), wordy(literal.text.front()), wordy(literal.text.back()), literal.prefix});
  characters_ += rest;
  node.count = node.count + 1;
}

}  // namespace fenshen::signals::internal
