// What people without `data.unmask` see in place of personal data: the same JSON with the words masked. Spans stay true,
// because every character that is hidden is replaced by one dot. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "content/library.h"
#include "conversation/event.h"
#include "core/result.h"
#include "signals/lexicon.h"

namespace fenshen::gateway {

class Masker {
 public:
  // Reads cues and shapes of personal data as the fold does; no rule's phrases.
  static core::Result<std::shared_ptr<const Masker>> create(const content::Library& library);

  std::string text(std::string_view words) const;
  // Any JSON of ours (event, frame, card, panels): every string but ids, codes and times is masked, and what stands under
  // a name that says it is personal (name, phone, address …) whatever it looks like.
  std::string json(std::string_view json) const;
  conversation::Fields fields(const conversation::Fields& fields) const;

 private:
  explicit Masker(std::shared_ptr<const signals::Lexicon> lexicon) : lexicon_(std::move(lexicon)) {}
  std::string value(std::string_view key, std::string_view words) const;
  struct Walk;

  std::shared_ptr<const signals::Lexicon> lexicon_;
};

}  // namespace fenshen::gateway
