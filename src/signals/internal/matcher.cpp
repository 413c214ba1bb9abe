#include "signals/internal/matcher.h"

#include <algorithm>

namespace fenshen::signals::internal {
namespace {

bool reaches(std::uint32_t end, std::uint32_t begin, std::uint32_t gap, const ScannedText& text) {
  if (begin < end) return false;
  if (begin == end) return true;
  if (gap == kContiguous) return begin == end + 1 && (text.classes[end] & text::kBlank) != 0;
  return begin - end <= gap && text.sentence[end] == text.sentence[begin];
}

}  // namespace

void Matcher::add_end(std::vector<std::uint32_t>& ends, std::uint32_t end) {
  const auto at = std::ranges::lower_bound(ends, end);
  if (at == ends.end() || *at != end) ends.insert(at, end);
}

void Matcher::advance(std::size_t slot_index, const CompiledSlot& slot, std::uint32_t begin, Occurrences& found,
                      const ScannedText& text) {
  next_.clear();
  std::uint32_t& cursor = cursors_[slot_index];
  while (cursor != kNone && found[cursor].begin < begin) cursor = found[cursor].next;
  const std::uint32_t reach = slot.gap == kContiguous ? 1 : slot.gap;
  for (std::uint32_t at = cursor; at != kNone && found[at].begin <= ends_.back() + reach; at = found[at].next) {
    const auto& item = found[at];
    const bool reached = std::ranges::any_of(ends_, [&](std::uint32_t end) { return reaches(end, item.begin, slot.gap, text); });
    if (reached) add_end(next_, item.end);
  }
  ends_.swap(next_);
}

}  // namespace fenshen::signals::internal
