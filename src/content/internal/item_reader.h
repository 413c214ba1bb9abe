// Reads one YAML mapping of a pack with every mistake collected under its file and line; keys that nobody asked for are
// mistakes too.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "core/result.h"

namespace fenshen::content {

// The file being read, and where its mistakes go.
struct FileContext {
  std::string label;  // for messages
  std::string pack;
  std::string version;
  int line_offset = 0;
  std::vector<core::Error>* errors = nullptr;

  void add(int line, std::string message) const;
};

class ItemReader {
 public:
  ItemReader(YAML::Node node, const FileContext& file);

  bool valid() const { return valid_; }  // false: not a mapping (already reported)
  Origin origin() const { return {file_.label, line()}; }
  int line() const;
  int line(std::string_view key) const;
  const FileContext& file() const { return file_; }

  bool has(std::string_view key) const;
  YAML::Node child(std::string_view key);  // marks the key as known; undefined if absent

  std::string text(std::string_view key, bool required = false);
  std::vector<std::string> texts(std::string_view key);  // a list, or one string
  Localized localized(std::string_view key, bool required = false);
  bool flag(std::string_view key, bool otherwise);
  int integer(std::string_view key, int otherwise, int least, int most);
  std::optional<Condition> condition(std::string_view key);
  std::optional<Condition> parse(std::string_view text, int at_line) const;
  InForce in_force();
  Source source();
  // One of the words given; the first is the default.
  template <typename T>
  T word(std::string_view key, std::initializer_list<std::pair<std::string_view, T>> words, T otherwise) {
    const std::string value = text(key);
    if (value.empty()) return otherwise;
    std::string known;
    for (const auto& [name, item] : words) {
      if (name == value) return item;
      known += known.empty() ? "" : ", ";
      known += name;
    }
    mistake(key, "must be one of " + known);
    return otherwise;
  }

  void mistake(std::string_view key, std::string message) const;
  void finish();  // reports unknown keys

 private:
  std::optional<core::Day> date(std::string_view key);

  YAML::Node node_;
  const FileContext& file_;
  std::set<std::string, std::less<>> asked_;
  bool valid_ = false;
};

// Text of a scalar, or of a {zh, en} mapping.
Localized read_localized(const YAML::Node& node, const FileContext& file, std::string_view key);
int line_of(const YAML::Node& node, const FileContext& file);

}  // namespace fenshen::content
