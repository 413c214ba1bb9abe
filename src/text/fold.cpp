#include "text/fold.h"

#include <array>
#include <cstddef>
#include <memory>

#include "core/utf8.h"
#include "text/internal/fold_pairs.h"

namespace fenshen::text {
namespace {

constexpr char32_t kTableSize = 0x10000;

// Folded code point in the low 16 bits, class in bits 16-23. Folded 0 = dropped. One load per character.
struct Table {
  std::array<std::uint32_t, kTableSize> entry;
};

bool is_wide(char32_t c) noexcept {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x3040 && c <= 0x30FF) || (c >= 0xF900 && c <= 0xFAFF) || c == 0x3005 ||
         c == 0x3007 || (c >= 0x20000 && c <= 0x3FFFF);
}

bool is_dropped(char32_t c) noexcept {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         c == 0x00AD || c == 0x180E || c == 0x20E3 || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

bool is_blank(char32_t c) noexcept {
  return c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x1680 ||
         (c < 0x20 && c != '\n' && c != '\r');
}

bool is_letter(char32_t c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0x24F && c != 0xF7 && c != 0xD7) || (c >= 0x250 && c <= 0x2AF) ||
         (c >= 0x370 && c <= 0x52F) || (c >= 0x531 && c <= 0x6FF) || (c >= 0x900 && c <= 0x10FF) || (c >= 0x1100 && c <= 0x11FF) ||
         (c >= 0x1E00 && c <= 0x1FFF) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x300 && c <= 0x36F);
}

char32_t fold_punctuation(char32_t c) noexcept {
  switch (c) {
    case 0x2018: case 0x2019: case 0x201B: case 0x2032: return '\'';
    case 0x201C: case 0x201D: case 0x201F: case 0x2033: return '"';
    case 0x2010: case 0x2011: case 0x2012: case 0x2013: case 0x2014: case 0x2015: case 0x2212: return '-';
    case 0x301C: return '~';
    case 0xFF61: return 0x3002;
    case 0xFF64: return 0x3001;
    case '\r': case 0x85: case 0x2028: case 0x2029: return '\n';
    default: return c;
  }
}

CharClass compute_class(char32_t c) noexcept {
  if (is_blank(c)) return kBlank;
  if (c >= '0' && c <= '9') return kDigit;
  if (is_letter(c)) return kLetter;
  if (is_wide(c)) return digit_value(c) >= 0 || unit_value(c) > 0 ? kHan | kNumeral : kHan;
  CharClass bits = kPunctuation;
  if (c == 0x3002 || c == '!' || c == '?' || c == ';' || c == '\n') bits |= kSentenceEnd | kClauseEnd;
  if (c == ',') bits |= kClauseEnd;
  return bits;
}

std::unique_ptr<Table> build_table() {
  auto folded = std::make_unique<std::array<char32_t, kTableSize>>();
  for (char32_t c = 0; c < kTableSize; ++c) (*folded)[c] = c >= 'A' && c <= 'Z' ? c + 32 : c;
  for (std::size_t i = 0; internal::kHanFrom[i] != 0; ++i) (*folded)[internal::kHanFrom[i]] = internal::kHanTo[i];
  for (std::size_t i = 0; i + 1 < std::size(internal::kOtherPairs); i += 2)
    (*folded)[internal::kOtherPairs[i]] = internal::kOtherPairs[i + 1];
  for (char32_t c = 0xFF01; c <= 0xFF5E; ++c) (*folded)[c] = (*folded)[c - 0xFEE0];
  auto table = std::make_unique<Table>();
  for (char32_t c = 0; c < kTableSize; ++c) {
    char32_t to = fold_punctuation((*folded)[fold_punctuation(c)]);
    if (is_blank(to)) to = ' ';
    table->entry[c] = is_dropped(c) ? 0 : to | static_cast<std::uint32_t>(compute_class(to)) << 16;
  }
  return table;
}

const Table& table() {
  static const std::unique_ptr<Table> instance = build_table();
  return *instance;
}

struct Folded {
  char32_t c;
  CharClass bits;
};

Folded fold_astral(char32_t c) noexcept {
  if (is_dropped(c)) return {0, 0};
  return {c, is_wide(c) ? kHan : kPunctuation};
}

Folded fold_one(const Table& table, char32_t c) noexcept {
  if (c >= kTableSize) [[unlikely]]
    return fold_astral(c);
  const std::uint32_t entry = table.entry[c];
  return {entry & 0xFFFF, static_cast<CharClass>(entry >> 16)};
}

// A blank stays only between two characters that need it.
bool eats_blank(CharClass bits) noexcept { return (bits & kHan) != 0; }

}  // namespace

std::uint32_t fold(std::string_view text, std::vector<char32_t>& folded, std::vector<std::uint32_t>& offset,
                   std::vector<CharClass>& classes) {
  const Table& map = table();
  folded.resize(text.size());
  offset.resize(text.size() + 1);
  classes.resize(text.size());
  char32_t* const out = folded.data();
  std::uint32_t* const from = offset.data();
  CharClass* const kinds = classes.data();
  std::size_t size = 0;
  std::uint32_t position = 0;
  std::uint32_t blank_at = 0;
  bool blank = false;
  CharClass before = kHan;  // the beginning eats blanks
  for (std::size_t at = 0; at < text.size(); ++position) {
    const Folded one = fold_one(map, core::decode_utf8(text, at));
    if (one.c == 0) continue;
    if (one.bits & kBlank) {
      if (!blank) blank_at = position;
      blank = true;
      continue;
    }
    const bool line_end = one.c == '\n';
    if (blank && !eats_blank(before) && !eats_blank(one.bits) && !line_end) {
      out[size] = ' ';
      from[size] = blank_at;
      kinds[size++] = kBlank;
    }
    blank = false;
    out[size] = one.c;
    from[size] = position;
    kinds[size++] = one.bits;
    before = line_end ? kHan : one.bits;
  }
  folded.resize(size);
  classes.resize(size);
  offset.resize(size + 1);
  offset[size] = position;
  return position;
}

std::u32string fold(std::string_view text) {
  std::vector<char32_t> folded;
  std::vector<std::uint32_t> offset;
  std::vector<CharClass> classes;
  fold(text, folded, offset, classes);
  return {folded.begin(), folded.end()};
}

std::u32string fold_piece(std::string_view text) {
  std::u32string folded = fold(text);
  if (text.empty()) return folded;
  const std::u32string all = to_utf32(text);
  if (fold_char(all.front()) == ' ') folded.insert(folded.begin(), U' ');
  if (folded != U" " && fold_char(all.back()) == ' ') folded.push_back(U' ');
  return folded;
}

char32_t fold_char(char32_t c) noexcept { return fold_one(table(), c).c; }

CharClass class_of(char32_t c) noexcept {
  return c < kTableSize ? static_cast<CharClass>(table().entry[c] >> 16) : fold_astral(c).bits;
}

ClassTable class_table() noexcept { return table().entry.data(); }

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) core::append_utf8(out, c);
  return out;
}

std::u32string to_utf32(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) out.push_back(core::decode_utf8(text, at));
  return out;
}

}  // namespace fenshen::text
