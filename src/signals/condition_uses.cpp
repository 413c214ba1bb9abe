#include "signals/condition_uses.h"

#include <fmt/format.h>

namespace fenshen::signals {

core::Result<ConditionId> add_condition(ConditionSetBuilder& conditions, const content::Condition& source, std::string_view key) {
  auto id = conditions.add(source);
  if (id) return *id;
  const core::Error& error = id.error();
  return core::fail(error.code, fmt::format("{}: {}{}", key, error.where.empty() ? "" : error.where + ": ", error.message));
}

core::Result<ConditionId> add_trigger(ConditionSetBuilder& conditions, const content::Condition& source, std::string_view key) {
  TRY_ASSIGN(const ConditionId id, add_condition(conditions, source, key));
  if (!conditions.traits(id).triggered)
    return core::fail(core::Code::invalid, fmt::format("{}: holds comparisons only; nothing would make it be looked at", key));
  return id;
}

}  // namespace fenshen::signals
