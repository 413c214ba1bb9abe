// Score sheets.
#include <fmt/format.h>

#include <set>

#include "content/internal/items.h"

namespace fenshen::content {
namespace {

constexpr int kPointsInAll = 100;

ScoreItem read_score_item(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  ScoreItem item;
  item.origin = in.origin();
  item.id = in.text("id", true);
  item.name = in.localized("name", true);
  item.veto = in.flag("veto", false);
  item.manual = in.flag("manual", false);
  item.weight = in.integer("weight", 0, 1, kPointsInAll);
  item.per_hit = in.integer("per_hit", item.weight, 1, kPointsInAll);
  item.rules = in.texts("rules");
  item.steps = in.texts("steps");
  in.text("note");
  if (!in.valid()) return item;
  if (item.veto && in.has("weight")) in.mistake("weight", "a veto item has none: it takes the whole score");
  if (!item.veto && !in.has("weight")) in.mistake("id", fmt::format("item «{}» has no weight", item.id));
  if (item.per_hit > item.weight && !item.veto) in.mistake("per_hit", "is more than the weight");
  if (item.manual && !(item.rules.empty() && item.steps.empty())) in.mistake("manual", "what only people judge has no rules and no steps");
  if (!item.manual && item.rules.empty() && item.steps.empty()) in.mistake("id", fmt::format("item «{}» names no rule and no step, and is not manual", item.id));
  in.finish();
  return item;
}

void check_sheet(const ItemReader& in, const ScoreSheet& sheet) {
  int points = 0;
  std::set<std::string> ids, rules;
  for (const ScoreItem& item : sheet.items) {
    points += item.weight;
    if (!ids.insert(item.id).second) in.file().add(item.origin.line, fmt::format("item «{}» is there already", item.id));
    for (const std::string& rule : item.rules)
      if (!rules.insert(rule).second) in.file().add(item.origin.line, fmt::format("rule «{}» costs points in two items", rule));
  }
  if (sheet.items.empty()) in.mistake("items", "a sheet has at least one item");
  else if (points != kPointsInAll) in.mistake("items", fmt::format("the weights make {}, must make {}", points, kPointsInAll));
}

}  // namespace

ScoreSheet read_sheet(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  ScoreSheet sheet;
  sheet.origin = in.origin();
  sheet.pack = file.pack;
  sheet.version = file.version;
  sheet.id = in.text("id", true);
  sheet.name = in.localized("name", true);
  sheet.process = in.texts("process");
  sheet.team = in.texts("team");
  sheet.channel = in.texts("channel");
  sheet.pass = in.integer("pass", 80, 1, kPointsInAll);
  sheet.veto_score = in.integer("veto_score", 0, 0, kPointsInAll - 1);
  sheet.major_vetoes = in.word<bool>("major", {{"veto", true}, {"count", false}}, true);
  const YAML::Node items = in.child("items");
  if (items.IsDefined() && items.IsSequence())
    for (const auto& item : items) sheet.items.push_back(read_score_item(item, file));
  else if (in.valid())
    in.mistake("items", "must be a list");
  sheet.in_force = in.in_force();
  in.text("note");
  if (in.valid()) check_sheet(in, sheet);
  if (in.valid() && sheet.veto_score >= sheet.pass) in.mistake("veto_score", "a vetoed conversation would pass");
  in.finish();
  return sheet;
}

}  // namespace fenshen::content
