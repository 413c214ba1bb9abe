#include <algorithm>

#include "core/utf8.h"
#include "signals/lexicon.h"
#include "text/chars.h"
#include "text/fold.h"

namespace fenshen::signals {
namespace {

constexpr std::uint32_t kKept = 4;  // last digits of cards and identity cards
constexpr char32_t kDot = U'•';

bool keeps_tail(const Entity& entity) { return entity.type == EntityType::card || entity.type == EntityType::id_number; }

}  // namespace

void append_masked(std::string& out, std::string_view text, const Reading& reading, std::u32string& all) {
  if (reading.mask.empty()) {
    out.append(text);
    return;
  }
  all.clear();
  for (std::size_t at = 0; at < text.size();) all.push_back(core::decode_utf8(text, at));
  for (const Span& span : reading.mask) {
    // Which of its characters stay: the last four digits of what is a card or an identity card.
    std::uint32_t keep_from = span.end, keep_to = span.end;
    for (const Entity& entity : reading.entities) {
      if (!keeps_tail(entity) || entity.span.begin < span.begin || entity.span.end > span.end) continue;
      keep_from = keep_to = entity.span.end;
      for (std::uint32_t digits = 0; keep_from > entity.span.begin && digits < kKept; --keep_from) {
        const char32_t c = text::fold_char(all[keep_from - 1]);
        digits += text::digit_value(c) >= 0 || c == U'x';
      }
    }
    for (std::uint32_t i = span.begin; i < std::min<std::uint32_t>(span.end, static_cast<std::uint32_t>(all.size())); ++i)
      if (i < keep_from || i >= keep_to) all[i] = kDot;
  }
  for (const char32_t c : all) core::append_utf8(out, c);
}

std::string masked(std::string_view text, const Reading& reading) {
  std::string out;
  std::u32string scratch;
  append_masked(out, text, reading, scratch);
  return out;
}

}  // namespace fenshen::signals
