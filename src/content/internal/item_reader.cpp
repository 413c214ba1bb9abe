#include "content/internal/item_reader.h"

#include <fmt/format.h>

#include <charconv>

namespace fenshen::content {

void FileContext::add(int line, std::string message) const {
  errors->push_back({core::Code::invalid, std::move(message), fmt::format("{}:{}", label, line)});
}

int line_of(const YAML::Node& node, const FileContext& file) { return node.Mark().line + 1 + file.line_offset; }

Localized read_localized(const YAML::Node& node, const FileContext& file, std::string_view key) {
  Localized value;
  if (!node.IsDefined() || node.IsNull()) return value;
  if (node.IsScalar()) {
    value.zh = node.Scalar();
    return value;
  }
  if (!node.IsMap()) {
    file.add(line_of(node, file), fmt::format("{}: must be a text or {{zh, en}}", key));
    return value;
  }
  for (const auto& member : node) {
    const std::string name = member.first.Scalar();
    if (!member.second.IsScalar() || (name != "zh" && name != "en")) {
      file.add(line_of(member.second, file), fmt::format("{}: must be a text or {{zh, en}}", key));
      continue;
    }
    (name == "zh" ? value.zh : value.en) = member.second.Scalar();
  }
  if (value.zh.empty() && !value.en.empty()) value.zh = value.en;
  return value;
}

ItemReader::ItemReader(YAML::Node node, const FileContext& file) : node_(std::move(node)), file_(file) {
  valid_ = node_.IsDefined() && node_.IsMap();
  if (!valid_) {
    file_.add(node_.IsDefined() ? line_of(node_, file_) : 1, "must be a mapping of keys");
    return;
  }
  std::set<std::string> seen;
  for (const auto& member : node_)
    if (!seen.insert(member.first.Scalar()).second)
      file_.add(line_of(member.first, file_), fmt::format("{}: given twice", member.first.Scalar()));
}

int ItemReader::line() const { return line_of(node_, file_); }

int ItemReader::line(std::string_view key) const {
  if (!valid_) return line();
  for (const auto& member : node_)
    if (member.first.Scalar() == key) return line_of(member.first, file_);
  return line();
}

bool ItemReader::has(std::string_view key) const {
  if (!valid_) return false;
  for (const auto& member : node_)
    if (member.first.Scalar() == key) return !member.second.IsNull();
  return false;
}

YAML::Node ItemReader::child(std::string_view key) {
  asked_.emplace(key);
  if (valid_)
    for (const auto& member : node_)
      if (member.first.Scalar() == key) return member.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

void ItemReader::mistake(std::string_view key, std::string message) const {
  file_.add(line(key), fmt::format("{}: {}", key, message));
}

std::string ItemReader::text(std::string_view key, bool required) {
  const YAML::Node node = child(key);
  const bool present = has(key);
  if (!present) {
    if (required && valid_) file_.add(line(), fmt::format("{} is missing", key));
    return {};
  }
  if (!node.IsScalar()) {
    mistake(key, "must be a text");
    return {};
  }
  if (required && node.Scalar().empty()) mistake(key, "is empty");
  return node.Scalar();
}

std::vector<std::string> ItemReader::texts(std::string_view key) {
  const YAML::Node node = child(key);
  std::vector<std::string> values;
  if (!has(key)) return values;
  if (node.IsScalar()) return {node.Scalar()};
  if (!node.IsSequence()) {
    mistake(key, "must be a list of texts");
    return values;
  }
  for (const auto& item : node) {
    if (item.IsScalar() && !item.Scalar().empty()) values.push_back(item.Scalar());
    else file_.add(line_of(item, file_), fmt::format("{}: every entry must be a text", key));
  }
  return values;
}

Localized ItemReader::localized(std::string_view key, bool required) {
  const YAML::Node node = child(key);
  if (!has(key)) {
    if (required && valid_) file_.add(line(), fmt::format("{} is missing", key));
    return {};
  }
  Localized value = read_localized(node, file_, key);
  if (required && value.zh.empty()) mistake(key, "is empty");
  return value;
}

bool ItemReader::flag(std::string_view key, bool otherwise) {
  const std::string value = text(key);
  if (value.empty()) return otherwise;
  if (value == "true") return true;
  if (value != "false") mistake(key, "must be true or false");
  return false;
}

int ItemReader::integer(std::string_view key, int otherwise, int least, int most) {
  const std::string value = text(key);
  if (value.empty()) return otherwise;
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < least || number > most) {
    mistake(key, fmt::format("must be a whole number from {} to {}", least, most));
    return otherwise;
  }
  return number;
}

std::optional<Condition> ItemReader::parse(std::string_view text, int at_line) const {
  auto parsed = parse_condition(text);
  if (parsed) return std::move(*parsed);
  file_.add(at_line, fmt::format("condition, {}: {}", parsed.error().where, parsed.error().message));
  return std::nullopt;
}

std::optional<Condition> ItemReader::condition(std::string_view key) {
  const std::string value = text(key);
  if (value.empty()) return std::nullopt;
  return parse(value, line(key));
}

std::optional<core::Day> ItemReader::date(std::string_view key) {
  const std::string value = text(key);
  if (value.empty()) return std::nullopt;
  const auto day = core::parse_date(value);
  if (!day) mistake(key, fmt::format("«{}» is not a date (YYYY-MM-DD)", value));
  return day;
}

InForce ItemReader::in_force() {
  InForce span{date("from"), date("to")};
  if (span.from && span.to && *span.to <= *span.from) mistake("to", "must be after from");
  return span;
}

Source ItemReader::source() {
  const YAML::Node node = child("source");
  Source source;
  if (!has("source")) return source;
  if (node.IsScalar()) {
    source.title = node.Scalar();
    return source;
  }
  ItemReader reader(node, file_);
  if (!reader.valid()) return source;
  source.title = reader.text("title", true);
  source.clause = reader.text("clause");
  source.note = reader.text("note");
  reader.finish();
  return source;
}

void ItemReader::finish() {
  if (!valid_) return;
  for (const auto& member : node_)
    if (!asked_.contains(member.first.Scalar()))
      file_.add(line_of(member.first, file_), fmt::format("{}: unknown key", member.first.Scalar()));
}

}  // namespace fenshen::content
