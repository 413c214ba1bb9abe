// Lists of values by key, in one block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fenshen::signals::internal {

template <typename T>
class Lists {
 public:
  void build(const std::vector<std::vector<T>>& lists) {
    begins_.assign(1, 0);
    values_.clear();
    for (const auto& list : lists) {
      values_.insert(values_.end(), list.begin(), list.end());
      begins_.push_back(static_cast<std::uint32_t>(values_.size()));
    }
  }
  std::span<const T> operator[](std::size_t key) const {
    return std::span(values_).subspan(begins_[key], begins_[key + 1] - begins_[key]);
  }

 private:
  std::vector<std::uint32_t> begins_{0};
  std::vector<T> values_;
};

}  // namespace fenshen::signals::internal
