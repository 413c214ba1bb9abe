// Random patterns in our language with the regular expression that means the same on a text of texts.h.
#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

namespace fenshen::peers {

struct PatternPair {
  std::string ours;
  std::string regex;  // UTF-8; RE2, PCRE2 and Vectorscan alike
};

// Literals are pieces of Han characters taken from the texts: one to four characters, alternatives, optional groups,
// gaps with and without a bound.
class PatternMaker {
 public:
  PatternMaker(std::span<const std::u32string> texts, unsigned seed);
  PatternPair next();

 private:
  std::u32string literal(std::size_t least, std::size_t most);
  void alternatives(PatternPair& out);
  std::span<const std::u32string> texts_;
  std::mt19937 random_;
};

}  // namespace fenshen::peers
