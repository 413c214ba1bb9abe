#include "content/internal/item_text.h"

#include <algorithm>
#include <vector>

namespace fenshen::content {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

bool is_blank_or_comment(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t\r");
  return at == std::string_view::npos || line[at] == '#';
}

}  // namespace

std::string cut_item(std::string_view file, int first, int next, bool in_list) {
  if (!in_list) return std::string(file);
  const std::vector<std::string_view> lines = split_lines(file);
  if (first < 1 || static_cast<std::size_t>(first) > lines.size()) return {};
  auto end = next > 0 ? std::min(static_cast<std::size_t>(next) - 1, lines.size()) : lines.size();
  const auto begin = static_cast<std::size_t>(first) - 1;
  // Comments before the next item belong to that one.
  while (end > begin + 1 && is_blank_or_comment(lines[end - 1])) --end;
  const std::size_t dash = lines[begin].find('-');
  const std::size_t text_at = dash == std::string_view::npos ? std::string_view::npos : lines[begin].find_first_not_of(" ", dash + 1);
  if (text_at == std::string_view::npos) return {};
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    std::string_view line = lines[i];
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    line.remove_prefix(i == begin ? text_at : std::min(indent, text_at));
    text.append(line).push_back('\n');
  }
  return text;
}

}  // namespace fenshen::content
