// Publishing content is an act as well: what customers would read goes through the same gate as what reps write. Each
// item has a stream of its own (kind document, content/KIND/ID) with the proposals, decisions and what came of them.
#pragma once

#include <string>
#include <vector>

#include "gateway/live/pack_shelf.h"
#include "storage/event_log.h"

namespace fenshen::gateway {

class ContentGate {
 public:
  explicit ContentGate(storage::EventLog& log) : log_(log) {}

  // Decides by the rules in force (`now`) on the item's wordings as they would be (`next`); the decision is durable when
  // this returns. Gives the act's id; refused: Code::invalid, with a mistake for each rule that says why and what instead.
  // A rule that asks for a confirmation is content with the approval that publishing needs anyway.
  core::Result<std::string> ask(const Edit& edit, const ContentView& now, const ContentView& next, std::vector<core::Error>& mistakes) const;
  // What came of it.
  void tell(const Edit& edit, const std::string& act, bool happened, const std::string& reason) const;

 private:
  storage::EventLog& log_;
};

}  // namespace fenshen::gateway
