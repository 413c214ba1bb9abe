// "Try it": a dialogue folded with two versions of the content, and how the cards differ.
#pragma once

#include <string>

#include "conversation/dialogue.h"
#include "gateway/live/pack_shelf.h"

namespace fenshen::gateway {

// {"before":[Card],"after":[Card],"added":[…],"removed":[…],"changed":[[before,after]],"panels":Panels after the last turn}
std::string try_json(const conversation::Dialogue& dialogue, const ContentView& before, const ContentView& after);

}  // namespace fenshen::gateway
