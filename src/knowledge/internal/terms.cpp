#include "knowledge/internal/terms.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/hash.h"
#include "text/fold.h"

namespace fenshen::knowledge::internal {
namespace {

// What spoken Chinese is full of and what tells no question from another.
constexpr std::u32string_view kWeakHan =
    U"的了是我你您们这那个就在有也都不啊呢吗嘛吧哦噢嗯呃哎唉诶喂哈呀哟咯啦么什怎样还说要会能可以把被给让跟和与及或但而所因为如果然后"
    U"一下些点儿子人他她它咱来去上到又再很太真好得地着过想请问谢麻烦帮先呐嘞唔咁嘅喇喔呗哇嘿对行算只多少几";
constexpr std::u32string_view kWeakPairs[] = {
    U"那个", U"这个", U"就是", U"你们", U"我们", U"然后", U"什么", U"怎么", U"的话", U"一下", U"可以", U"现在", U"知道", U"没有", U"还有", U"这样",
    U"那样", U"不是", U"是不", U"有没", U"能不", U"我想", U"想问", U"问一", U"请问", U"你好", U"您好", U"是吧", U"对吧", U"好的", U"谢谢", U"麻烦",
    U"我的", U"了吗", U"了呢", U"的吗", U"是吗", U"这边", U"那边", U"一个", U"反正", U"觉得", U"应该", U"比如", U"时候", U"今天", U"给我", U"帮我"};
constexpr std::u32string_view kWeakWords[] = {
    U"a",    U"an",   U"the",  U"is",   U"are",  U"am",   U"was",  U"were", U"be",    U"been", U"i",     U"me",    U"my",   U"you",  U"your",
    U"we",   U"our",  U"us",   U"it",   U"its",  U"this", U"that", U"to",   U"of",    U"in",   U"on",    U"for",   U"and",  U"or",   U"but",
    U"so",   U"do",   U"does", U"did",  U"have", U"has",  U"had",  U"can",  U"could", U"will", U"would", U"should", U"what", U"how",  U"why",
    U"when", U"with", U"at",   U"from", U"by",   U"as",   U"if",   U"not",  U"no",    U"yes",  U"please", U"just", U"there", U"they", U"them",
    U"he",   U"she",  U"hi",   U"hello", U"ok",  U"okay", U"thanks", U"thank", U"s",  U"t",    U"m",     U"ve",    U"ll",   U"re",   U"d",
    U"get",  U"want", U"need", U"know", U"like", U"any",  U"some", U"then", U"now",   U"well", U"um",    U"uh",    U"oh",   U"about"};

std::uint64_t key_of(TermKind kind, std::span<const char32_t> text) noexcept {
  std::uint64_t key = core::hash_combine(core::kHashSeed, static_cast<std::uint64_t>(kind));
  for (const char32_t c : text) key = (key ^ c) * 0x9e3779b97f4a7c15ULL;
  return core::hash_mix(key) | 1;
}

// One bit per character of the basic plane.
struct WeakSet {
  std::array<std::uint64_t, 1024> bits{};
  WeakSet() {
    for (const char32_t c : kWeakHan) bits[(c & 0xFFFF) >> 6] |= std::uint64_t{1} << (c & 63);
  }
  bool has(char32_t c) const { return c < 0x10000 && (bits[c >> 6] >> (c & 63) & 1) != 0; }
};

// Sorted keys of the weak pairs and words.
struct WeakKeys {
  std::vector<std::uint64_t> keys;
  WeakKeys() {
    for (const auto& pair : kWeakPairs) keys.push_back(key_of(TermKind::pair, pair));
    for (const auto& word : kWeakWords) keys.push_back(key_of(TermKind::word, word));
    std::ranges::sort(keys);
    for (const std::uint64_t key : keys) bits[key >> 58] |= std::uint64_t{1} << (key >> 52 & 63);
  }
  bool has(std::uint64_t key) const {
    return (bits[key >> 58] >> (key >> 52 & 63) & 1) != 0 && std::ranges::binary_search(keys, key);
  }
  std::array<std::uint64_t, 64> bits{};  // of the first 12 bits of the keys: most questions end here
};

const WeakSet& weak_set() {
  static const WeakSet set;
  return set;
}
const WeakKeys& weak_keys() {
  static const WeakKeys keys;
  return keys;
}

class Extractor {
 public:
  Extractor(std::span<const char32_t> text, std::vector<Term>& out) : text_(text), out_(out) {}

  void run() {
    for (std::size_t i = 0; i < text_.size();) {
      const text::CharClass kind = class_at(i);
      if (kind & text::kHan) {
        han(i);
        ++i;
      } else if (kind & (text::kLetter | text::kDigit)) {
        i = latin(i, kind & (text::kLetter | text::kDigit));
      } else {
        ++i;
      }
    }
  }

 private:
  text::CharClass class_at(std::size_t i) const { return text::class_of(table_, text_[i]); }
  bool is(std::size_t i, text::CharClass bits) const { return i < text_.size() && (class_at(i) & bits) != 0; }
  void add(TermKind kind, std::size_t at, std::size_t size, bool weak) {
    out_.push_back({key_of(kind, text_.subspan(at, size)), static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(size), kind, weak});
  }

  void han(std::size_t i) {
    const bool weak = weak_set_.has(text_[i]);
    add(TermKind::character, i, 1, weak);
    if (!is(i + 1, text::kHan)) return;
    const bool both = weak && weak_set_.has(text_[i + 1]);
    add(TermKind::pair, i, 2, both);
    out_.back().weak = both || weak_keys_.has(out_.back().key);
  }

  std::size_t latin(std::size_t begin, text::CharClass bits) {
    std::size_t end = begin;
    while (is(end, bits)) ++end;
    if (bits & text::kDigit) {
      add(TermKind::figure, begin, end - begin, false);
      return end;
    }
    add(TermKind::word, begin, end - begin, false);
    const bool weak = weak_keys_.has(out_.back().key);
    out_.back().weak = weak;
    if (weak) return end;
    for (std::size_t i = begin; i + 3 <= end; ++i) add(TermKind::gram3, i, 3, false);
    for (std::size_t i = begin; i + 4 <= end; ++i) add(TermKind::gram4, i, 4, false);
    return end;
  }

  std::span<const char32_t> text_;
  std::vector<Term>& out_;
  const text::ClassTable table_ = text::class_table();
  const WeakSet& weak_set_ = weak_set();
  const WeakKeys& weak_keys_ = weak_keys();
};

}  // namespace

void extract_terms(std::span<const char32_t> folded, std::vector<Term>& out) { Extractor(folded, out).run(); }

}  // namespace fenshen::knowledge::internal
