// For tests: the examples of a page of docs/, so that the page cannot promise what the engine does not do. An example is a
// fenced YAML block that begins with «# example: NAME».
#pragma once

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace fenshen::content {

struct DocExample {
  std::string name, text;
  int line = 0;  // of its name, from 1
};

inline std::vector<DocExample> doc_examples(const std::string& path) {
  std::ifstream in(path);
  std::vector<DocExample> examples;
  bool inside = false, wanted = false;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    constexpr std::string_view kMark = "# example: ";
    if (line.starts_with("```")) {
      inside = !inside && line == "```yaml";
      wanted = false;
    } else if (inside && !wanted && line.starts_with(kMark)) {
      examples.push_back({line.substr(kMark.size()), "", number});
      wanted = true;
    } else if (inside && wanted) {
      examples.back().text += line + "\n";
    }
  }
  return examples;
}

inline std::string yaml_text(const YAML::Node& node) {
  YAML::Emitter out;
  out << node;
  return out.c_str();
}

}  // namespace fenshen::content
