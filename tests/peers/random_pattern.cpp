#include "random_pattern.h"

#include <fmt/format.h>

#include "text/fold.h"

namespace fenshen::peers {

PatternMaker::PatternMaker(std::span<const std::u32string> texts, unsigned seed) : texts_(texts), random_(seed) {}

// A run of Han characters found in some text. Texts without any are passed over.
std::u32string PatternMaker::literal(std::size_t least, std::size_t most) {
  const std::size_t length = least + random_() % (most - least + 1);
  for (;;) {
    const std::u32string& text = texts_[random_() % texts_.size()];
    if (text.size() < length) continue;
    const std::size_t at = random_() % (text.size() - length + 1);
    const std::u32string piece = text.substr(at, length);
    bool han = true;
    for (const char32_t c : piece) han = han && c >= 0x4E00 && c <= 0x9FFF;
    if (han) return piece;
  }
}

void PatternMaker::alternatives(PatternPair& out) {
  const std::size_t count = 2 + random_() % 3;
  out.ours += "(";
  out.regex += "(?:";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = text::to_utf8(literal(1, 3));
    out.ours += (i > 0 ? "|" : "") + text;
    out.regex += (i > 0 ? "|" : "") + text;
  }
  out.ours += ")";
  out.regex += ")";
}

PatternPair PatternMaker::next() {
  PatternPair out;
  const std::size_t parts = 1 + random_() % 3;
  for (std::size_t i = 0; i < parts; ++i) {
    if (i > 0 && random_() % 3 != 0) {
      const std::size_t reach = random_() % 2 == 0 ? 12 : 1 + random_() % 20;
      out.ours += reach == 12 ? ".." : fmt::format("..{{{}}}", reach);
      out.regex += fmt::format("[^\\x{{E000}}]{{0,{}}}", reach);
    }
    switch (random_() % 4) {
      case 0: alternatives(out); break;
      case 1: {  // an optional group never stands alone: the pattern would match nothing at all
        alternatives(out);
        out.ours += "?";
        out.regex += "?";
        [[fallthrough]];
      }
      default: {
        const std::string text = text::to_utf8(literal(parts == 1 ? 2 : 1, 4));
        out.ours += text;
        out.regex += text;
      }
    }
  }
  return out;
}

}  // namespace fenshen::peers
