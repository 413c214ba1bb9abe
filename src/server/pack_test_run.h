// Runs one test of a pack against the compiled packs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "assist/assist.h"
#include "content/examples.h"

namespace fenshen::server {

// What was expected and did not come, or came and must not; empty = passed.
std::vector<std::string> run_pack_test(const content::PackTest& test, const std::shared_ptr<const assist::CompiledPack>& pack,
                                       assist::FoldScratch& scratch);
// The same for a test that speaks of one rule only: what it expects is judged by `rule` as it should be, whatever the
// pack makes of it.
std::vector<std::string> run_pack_test(const content::PackTest& test, const std::shared_ptr<const assist::CompiledPack>& pack,
                                       assist::FoldScratch& scratch, const content::Rule& rule);

}  // namespace fenshen::server
