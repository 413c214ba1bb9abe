#include "signals/internal/occurrences.h"

namespace fenshen::signals::internal {

void Occurrences::reset(const SetTables& tables) {
  for (const Seen& one : seen_) bits_[one.literal >> 6] = 0;
  tables_ = &tables;
  if (heads_.size() < tables.set_count) heads_.resize(tables.set_count);
  if (latest_.size() < tables.literal_count) {
    latest_.resize(tables.literal_count);
    bits_.resize(tables.literal_count / 64 + 1);
  }
  if (++epoch_ == 0) {
    for (Head& head : heads_) head.epoch = 0;
    epoch_ = 1;
  }
  seen_.clear();
  items_.clear();
  touched_.clear();
}

void Occurrences::add_literal(LiteralId literal, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t before = occurred(literal) ? latest_[literal] : kNone;
  bits_[literal >> 6] |= std::uint64_t{1} << (literal & 63);
  latest_[literal] = static_cast<std::uint32_t>(seen_.size());
  seen_.push_back({literal, begin, end, before});
  for (const SetId set : tables_->entered[literal]) add(set, begin, end);
}

void Occurrences::add(SetId set, std::uint32_t begin, std::uint32_t end) {
  const auto index = static_cast<std::uint32_t>(items_.size());
  items_.push_back({begin, end, kNone});
  Head& head = heads_[set];
  if (head.epoch != epoch_) {
    head = {epoch_, index, index};
    touched_.push_back(set);
  } else {
    items_[head.last].next = index;
    head.last = index;
  }
}

bool Occurrences::ask(SetId set) {
  const bool any = std::ranges::any_of(tables_->members[set], [&](LiteralId literal) { return occurred(literal); });
  heads_[set] = {epoch_, any ? kPending : kNone, kNone};
  return any;
}

// The order of the scan is the order that entered sets have.
void Occurrences::list(SetId set) {
  order_.clear();
  for (const LiteralId literal : tables_->members[set])
    if (occurred(literal))
      for (std::uint32_t at = latest_[literal]; at != kNone; at = seen_[at].before) order_.push_back(at);
  std::ranges::sort(order_);
  const auto first = static_cast<std::uint32_t>(items_.size());
  for (const std::uint32_t at : order_) items_.push_back({seen_[at].begin, seen_[at].end, static_cast<std::uint32_t>(items_.size() + 1)});
  items_.back().next = kNone;
  heads_[set].first = first;
}

}  // namespace fenshen::signals::internal
