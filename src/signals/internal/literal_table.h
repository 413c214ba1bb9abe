// The dictionary of all literals of all patterns. From each position of the text a walk over hashed prefixes (up to four
// characters) finds the literals that begin there; a bitmap of the pairs that begin any literal ends most walks after one
// load. Every candidate is compared in full: a hash never decides.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "signals/internal/expand.h"
#include "text/chars.h"

namespace fenshen::signals::internal {

using LiteralId = std::uint32_t;

// Whether a word may begin or end between text[i-1] and text[i]: not inside a run of letters or of one number.
bool is_word_edge(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i) noexcept;

class LiteralTable {
 public:
  LiteralTable() = default;
  // Ids are positions in `literals`, which are folded, not empty and unique.
  explicit LiteralTable(std::span<const Literal> literals);

  // Calls found(literal, begin, end) for every occurrence, by begin, shorter first.
  template <typename Found>
  void scan(std::span<const char32_t> text, std::span<const text::CharClass> classes, Found&& found) const;

 private:
  static constexpr std::size_t kDepth = 4;
  static constexpr std::size_t kPairBits = 17;

  struct Node {
    std::uint64_t key = 0;  // 0 = free
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    bool deeper = false;
  };
  struct Entry {
    LiteralId literal;
    std::uint32_t at;    // in characters_
    std::uint16_t size;
    bool word_begin;     // begins with a letter or digit: needs an edge before it
    bool word_end;
    bool prefix;
  };

  static std::uint64_t step(std::uint64_t key, char32_t c) noexcept {
    key = (key ^ c) * 0x9e3779b97f4a7c15ULL;
    return (key ^ key >> 32) | 1;
  }
  static std::size_t pair_bit(char32_t a, char32_t b) noexcept {
    return ((a * 0x9e3779b1u) ^ (b * 0x85ebca77u)) >> (32 - kPairBits);
  }
  const Node* find(std::uint64_t key) const noexcept {
    for (std::size_t slot = key >> shift_;; slot = (slot + 1) & mask_) {
      if (nodes_[slot].key == key) return &nodes_[slot];
      if (nodes_[slot].key == 0) return nullptr;
    }
  }
  std::size_t word_stop(std::span<const text::CharClass> classes, std::size_t i) const noexcept {
    while (i < classes.size() && (classes[i] & text::kLetter) != 0) ++i;
    return i;
  }

  void add_entry(LiteralId id, const Literal& literal);
  template <typename Found>
  void walk(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i, Found& found) const;
  template <typename Found>
  void report(const Node& node, std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i,
              Found& found) const;

  std::vector<std::uint64_t> single_;  // bit per code point of the basic plane that is a literal by itself
  std::vector<std::uint64_t> pairs_;   // bit per hashed pair that begins a literal
  std::vector<Node> nodes_;
  std::vector<Entry> entries_;         // of one node: by text
  std::u32string characters_;
  unsigned shift_ = 63;
  std::size_t mask_ = 0;
};

template <typename Found>
void LiteralTable::scan(std::span<const char32_t> text, std::span<const text::CharClass> classes, Found&& found) const {
  if (entries_.empty()) return;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const std::size_t single = c & 0xFFFF;
    const std::size_t pair = pair_bit(c, i + 1 < text.size() ? text[i + 1] : U'\0');
    const bool alone = (single_[single >> 6] >> (single & 63) & 1) != 0;
    const bool begins = (pairs_[pair >> 6] >> (pair & 63) & 1) != 0;
    if (!alone && !begins) continue;
    walk(text, classes, i, found);
  }
}

template <typename Found>
void LiteralTable::walk(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i,
                        Found& found) const {
  std::uint64_t key = 1;
  const std::size_t depth = std::min(kDepth, text.size() - i);
  for (std::size_t d = 0; d < depth; ++d) {
    key = step(key, text[i + d]);
    const Node* node = find(key);
    if (node == nullptr) return;
    if (node->count > 0) report(*node, text, classes, i, found);
    if (!node->deeper) return;
  }
}

template <typename Found>
void LiteralTable::report(const Node& node, std::span<const char32_t> text, std::span<const text::CharClass> classes,
                          std::size_t i, Found& found) const {
  for (std::uint32_t n = 0; n < node.count; ++n) {
    const Entry& entry = entries_[node.first + n];
    if (entry.size > text.size() - i) continue;
    std::size_t k = 0;
    while (k < entry.size && characters_[entry.at + k] == text[i + k]) ++k;
    if (k < entry.size) continue;
    if (entry.word_begin && !is_word_edge(text, classes, i)) continue;
    std::size_t end = i + entry.size;
    if (entry.prefix) end = word_stop(classes, end);
    else if (entry.word_end && !is_word_edge(text, classes, end)) continue;
    found(entry.literal, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end));
  }
}

}  // namespace fenshen::signals::internal
