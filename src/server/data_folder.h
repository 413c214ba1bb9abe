// The data folder that a command works on: --data, else FENSHEN_DATA, else .fenshen, as `fenshen serve` has it.
#pragma once

#include <cstdlib>
#include <string>

#include "server/cli.h"

namespace fenshen::server {

inline std::string data_folder(const Arguments& args) {
  if (const auto given = args.value("--data")) return *given;
  const char* value = std::getenv("FENSHEN_DATA");
  return value != nullptr && *value != '\0' ? value : ".fenshen";
}

}  // namespace fenshen::server
