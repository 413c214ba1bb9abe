// Packs from folders to the compiled form, for every command.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "assist/assist.h"
#include "content/load.h"
#include "core/result.h"

namespace fenshen::server {

// packs/finance-cn and packs/yunjiang of the checkout that the program was built in, or of the current folder.
std::vector<std::filesystem::path> default_packs();
std::vector<std::filesystem::path> packs_or_default(const std::vector<std::string>& given);

// Error: the first mistakes, one a line.
core::Result<std::shared_ptr<const assist::CompiledPack>> compile_packs(const std::vector<std::filesystem::path>& folders);

}  // namespace fenshen::server
