// From the tree of a pattern to chains: sequences of slots with gaps between, each slot a set of literals or a token
// class. Classes are put in, optional parts and groups multiplied out where the text has to be contiguous.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "content/pattern.h"
#include "core/result.h"

namespace fenshen::signals::internal {

constexpr std::size_t kMaxLiterals = 4096;  // of one pattern
constexpr std::size_t kMaxGapsInAll = 2048;  // of one pattern, over all its alternatives

struct Literal {
  std::u32string text;
  bool prefix = false;  // a Latin word that only has to begin so
  friend auto operator<=>(const Literal&, const Literal&) = default;
};

struct Slot {
  enum class Kind : std::uint8_t { literals, number, digits, begin, end };
  Kind kind = Kind::literals;
  std::vector<Literal> literals;  // sorted, unique
  std::uint32_t min = 0, max = 0;  // digits
  bool gapped = false;             // else contiguous with the slot before (one blank may stand between)
  std::uint32_t gap = 0;           // most characters between
};

using Chain = std::vector<Slot>;

class Expander {
 public:
  explicit Expander(std::span<const content::PhraseClass> classes);

  // The pattern holds where any of the chains does. Errors: syntax (where = column), unknown class, cycle, too many literals.
  core::Result<std::vector<Chain>> expand(std::string_view pattern);
  // The chains of a class; checks all its phrases. Error.where = where the class was written.
  core::Status check(const content::PhraseClass& phrase_class);

 private:
  struct ClassState;
  core::Result<const std::vector<Chain>*> expand_class(const std::string& name);
  core::Result<std::vector<Chain>> expand_alternatives(const std::vector<content::PatternSequence>& alternatives);
  core::Result<std::vector<Chain>> expand_sequence(const content::PatternSequence& sequence);
  core::Result<std::vector<Chain>> expand_node(const content::PatternNode& node);

  struct ClassState {
    const content::PhraseClass* source = nullptr;
    bool open = false, done = false;
    std::vector<Chain> chains;
  };
  std::map<std::string, ClassState, std::less<>> classes_;
};

}  // namespace fenshen::signals::internal
