// The one loop of the search that touches every article, for whatever vectors the machine has. Integers: the same sums
// on all of them.
#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "knowledge/accumulate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fenshen::knowledge::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void add_row_simd(const std::uint8_t* HWY_RESTRICT row, std::uint16_t* HWY_RESTRICT sums, std::size_t count) {
  const hn::CappedTag<std::uint16_t, 32> wide;
  const hn::Rebind<std::uint8_t, decltype(wide)> narrow;
  const std::size_t lanes = hn::Lanes(wide);
  for (std::size_t i = 0; i < count; i += lanes)
    hn::StoreU(hn::SaturatedAdd(hn::LoadU(wide, sums + i), hn::PromoteTo(wide, hn::LoadU(narrow, row + i))), wide, sums + i);
}

}  // namespace fenshen::knowledge::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "knowledge/internal/index_data.h"

namespace fenshen::knowledge::internal {
HWY_EXPORT(add_row_simd);

void add_row(const std::uint8_t* row, std::uint16_t* sums, std::size_t count) noexcept {
  HWY_DYNAMIC_DISPATCH(add_row_simd)(row, sums, count);
}
}  // namespace fenshen::knowledge::internal
#endif
