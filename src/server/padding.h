// Grows a library to a given size for benchmarks: further rules, phrases and articles in the manner of the shipped ones,
// from a fixed seed, so that two runs measure the same.
#pragma once

#include <cstddef>
#include <memory>

#include "content/library.h"

namespace fenshen::server {

// 0 = as shipped. Generated phrases are walks over the character pairs of the articles' own questions: they share the
// shipped packs' characters, and so their cost, without being their words.
std::shared_ptr<const content::Library> pad(const content::Library& library, std::size_t rules, std::size_t patterns, std::size_t entries);

}  // namespace fenshen::server
