// What the parts of Quality share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/quality.h"

namespace fenshen::service {

struct Quality::Drawn {
  std::string id, name, by, filter_json;
  std::uint64_t seed = 0, matched = 0, seq = 0;
  core::Millis at = 0;
  std::vector<std::string> items;
};

std::uint64_t steps_in(const storage::QualityRow& row);  // last step of people that the row knows
void put_case(storage::QualityRow& row, const QualityCase& steps);
std::vector<std::string> ids_of(std::string_view joined);  // " A B " -> A, B
void write_ids(core::JsonWriter& out, std::string_view name, std::string_view joined);

inline std::string_view severity_name(content::Severity severity) {
  return severity == content::Severity::major ? "major" : severity == content::Severity::normal ? "normal" : "hint";
}

}  // namespace fenshen::service
