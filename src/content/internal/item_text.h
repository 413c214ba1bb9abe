// Cuts one item's own YAML out of its file, as written, comments kept.
#pragma once

#include <string>
#include <string_view>

namespace fenshen::content {

// `first` = line of the item's first key, `next` = line of the next item's first key (0: end of file), both 1-based. For an
// item of a list the dash and its indentation are taken off; a file that is one item comes back whole.
std::string cut_item(std::string_view file, int first, int next, bool in_list);

}  // namespace fenshen::content
