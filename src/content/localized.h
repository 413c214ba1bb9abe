// A text in Chinese and English. Chinese is always there; English falls back to it.
#pragma once

#include <string>

namespace fenshen::content {

struct Localized {
  std::string zh;
  std::string en;
  const std::string& in(bool english) const { return english && !en.empty() ? en : zh; }
  bool empty() const { return zh.empty() && en.empty(); }
  friend bool operator==(const Localized&, const Localized&) = default;
};

// Where an item was written; errors and cards point there.
struct Origin {
  std::string file;
  int line = 0;  // 1-based; 0 = unknown
};

struct Source {
  std::string title;
  std::string clause;
  std::string note;
  friend bool operator==(const Source&, const Source&) = default;
};

}  // namespace fenshen::content
