// The dictionary of all literals of all patterns. From each position of the text a walk over prefixes (up to four
// characters) finds the literals that begin there; bitmaps of the prefixes that begin any literal end most walks after one
// load. Bitmaps and hashes only rule out: characters decide.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "signals/internal/expand.h"
#include "signals/internal/occurrences.h"
#include "text/chars.h"

namespace fenshen::signals::internal {

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
  static constexpr unsigned kPairBits = 18, kDeepBits = 20;

  // A prefix of up to four characters. What ends here, or goes on after the fourth character, are entries; most nodes have
  // at most one that is plain (Han at both ends, no longer than the prefix), and that one is kept in the node itself.
  struct Node {
    std::uint64_t key = 0;  // 0 = free; the characters themselves, 16 bits each: no hash decides
    std::uint32_t first = 0;       // in entries_; or the literal, if plain
    std::uint32_t count : 30 = 0;
    std::uint32_t plain : 1 = 0;
    std::uint32_t deeper : 1 = 0;
  };
  struct Entry {
    LiteralId literal;
    std::uint32_t rest;       // in characters_: what follows the prefix
    std::uint16_t size;       // of the whole literal
    std::uint16_t rest_size;
    bool word_begin;     // begins with a letter or digit: needs an edge before it
    bool word_end;
    bool prefix;
  };

  // Characters beyond the basic plane share the places of 4,096 private ones; literals with either are compared in full.
  static constexpr char32_t kShared = 0xE000;
  static bool is_shared(char32_t c) noexcept { return c > 0xFFFF || (c & 0xF000) == kShared; }
  static std::uint64_t add_to_key(std::uint64_t key, std::size_t depth, char32_t c) noexcept {
    const char32_t part = c > 0xFFFF ? kShared | (c & 0xFFF) : c;
    return key | static_cast<std::uint64_t>(part) << (16 * depth);
  }
  static std::uint64_t mix(std::uint64_t key) noexcept {
    key *= 0x9e3779b97f4a7c15ULL;
    return (key ^ key >> 29) * 0xbf58476d1ce4e5b9ULL;
  }
  static std::size_t pair_bit(std::uint64_t key) noexcept { return static_cast<std::size_t>(mix(key) >> (64 - kPairBits)); }
  static bool test(const std::vector<std::uint64_t>& bits, std::size_t i) noexcept { return (bits[i >> 6] >> (i & 63) & 1) != 0; }
  static void set(std::vector<std::uint64_t>& bits, std::size_t i) noexcept { bits[i >> 6] |= std::uint64_t{1} << (i & 63); }
  const Node* find(std::uint64_t key, std::uint64_t mixed) const noexcept {
    for (std::size_t slot = mixed >> shift_;; slot = (slot + 1) & mask_) {
      if (nodes_[slot].key == key) return &nodes_[slot];
      if (nodes_[slot].key == 0) return nullptr;
    }
  }
  std::size_t word_stop(std::span<const text::CharClass> classes, std::size_t i) const noexcept {
    while (i < classes.size() && (classes[i] & text::kLetter) != 0) ++i;
    return i;
  }

  void add_entry(Node& node, LiteralId id, const Literal& literal, std::size_t depth);
  template <typename Found>
  void walk(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i, bool alone, bool begins,
            Found& found) const;
  template <typename Found>
  void report(const Node& node, std::size_t depth, std::span<const char32_t> text, std::span<const text::CharClass> classes,
              std::size_t i, Found& found) const;

  std::vector<std::uint64_t> single_;  // bit per code point of the basic plane that is a literal by itself
  std::vector<std::uint64_t> pairs_;   // bit per hashed pair that begins a literal
  std::vector<std::uint64_t> deep_;    // bit per hashed prefix of three or four characters
  std::vector<Node> nodes_;
  std::vector<Entry> entries_;         // of one node: shorter first
  std::u32string characters_;
  unsigned shift_ = 63;
  std::size_t mask_ = 0;
};

template <typename Found>
void LiteralTable::scan(std::span<const char32_t> text, std::span<const text::CharClass> classes, Found&& found) const {
  if (nodes_.empty()) return;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint64_t first = add_to_key(0, 0, text[i]);
    const bool alone = test(single_, first);
    const bool begins = i + 1 < text.size() && test(pairs_, pair_bit(add_to_key(first, 1, text[i + 1])));
    if (alone || begins) walk(text, classes, i, alone, begins, found);
  }
}

template <typename Found>
void LiteralTable::walk(std::span<const char32_t> text, std::span<const text::CharClass> classes, std::size_t i, bool alone,
                        bool begins, Found& found) const {
  std::uint64_t key = add_to_key(0, 0, text[i]);
  if (alone)
    if (const Node* node = find(key, mix(key))) report(*node, 1, text, classes, i, found);
  if (!begins) return;
  const std::size_t depth = std::min(kDepth, text.size() - i);
  for (std::size_t d = 1; d < depth; ++d) {
    key = add_to_key(key, d, text[i + d]);
    const std::uint64_t mixed = mix(key);
    if (d > 1 && !test(deep_, mixed >> (64 - kDeepBits))) return;
    const Node* node = find(key, mixed);
    if (node == nullptr) return;
    report(*node, d + 1, text, classes, i, found);
    if (!node->deeper) return;
  }
}

template <typename Found>
void LiteralTable::report(const Node& node, std::size_t depth, std::span<const char32_t> text,
                          std::span<const text::CharClass> classes, std::size_t i, Found& found) const {
  if (node.plain) {
    found(node.first, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + depth));
    return;
  }
  for (std::uint32_t n = 0; n < node.count; ++n) {
    const Entry& entry = entries_[node.first + n];
    if (entry.size > text.size() - i) continue;
    const std::size_t from = i + entry.size - entry.rest_size;
    std::size_t k = 0;
    while (k < entry.rest_size && characters_[entry.rest + k] == text[from + k]) ++k;
    if (k < entry.rest_size) continue;
    if (entry.word_begin && !is_word_edge(text, classes, i)) continue;
    std::size_t end = i + entry.size;
    if (entry.prefix) end = word_stop(classes, end);
    else if (entry.word_end && !is_word_edge(text, classes, end)) continue;
    found(entry.literal, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end));
  }
}

}  // namespace fenshen::signals::internal
