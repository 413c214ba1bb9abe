// Lines with alternatives: [a|b|c] is one of them, {name} a value of the conversation or a line of another list
// (docs/formats/history.md). Compiled once; expanding copies pieces. All chance comes from a Random that is given.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/hash.h"
#include "core/result.h"

namespace fenshen::server::history {

// SplitMix64: the same numbers for the same seed everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15ULL;
    return core::hash_mix(state_);
  }
  std::uint32_t below(std::uint32_t bound) { return bound == 0 ? 0 : static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }
  bool per_cent(std::uint32_t chance) { return below(100) < chance; }
  bool per_100k(std::uint32_t chance) { return below(100'000) < chance; }

 private:
  std::uint64_t state_;
};

// What a conversation fills in.
enum class Slot : std::uint8_t { tail, tail2, name, title, name_en, id4, phone4, staff, amount, days, day, figure, product };
constexpr std::size_t kSlots = 13;
using Values = std::array<std::string, kSlots>;

using LineId = std::uint32_t;
using ListId = std::uint32_t;
constexpr ListId kNoList = ~ListId{0};

class Grammar {
 public:
  // A list that may be referred to; lines may refer to lists that come later.
  ListId list(std::string_view name);
  void add(ListId list, std::string_view line);
  LineId line(std::string_view text);     // one line alone
  core::Status check() const;             // every {name} is known; unclosed brackets
  bool empty(ListId list) const { return list == kNoList || lists_[list].empty(); }

  void expand(LineId line, Random& random, const Values& values, std::string& out) const;
  void expand_list(ListId list, Random& random, const Values& values, std::string& out) const;

 private:
  struct Piece {
    enum class Kind : std::uint8_t { text, slot, list, choice } kind = Kind::text;
    std::uint32_t index = 0;  // slot, list, or into choices_
    std::string text;
  };
  using Sequence = std::vector<Piece>;
  Sequence parse(std::string_view text, std::size_t& at, bool inside);
  Piece reference(std::string_view name);
  void expand(const Sequence& sequence, Random& random, const Values& values, std::string& out) const;

  std::vector<Sequence> lines_;
  std::vector<std::vector<Sequence>> choices_;
  std::vector<std::vector<LineId>> lists_;
  std::vector<std::string> names_;
  std::map<std::string, ListId, std::less<>> by_name_;
  std::string mistake_;
};

}  // namespace fenshen::server::history
