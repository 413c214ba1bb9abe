// One function per kind of item: YAML node to value. Mistakes go to the file's context.
#pragma once

#include "content/internal/item_reader.h"

namespace fenshen::content {

PhraseClass read_class(const YAML::Node& node, const FileContext& file);
Product read_product(const YAML::Node& node, const FileContext& file);
Article read_article(const YAML::Node& node, const FileContext& file);
Rule read_rule(const YAML::Node& node, const FileContext& file);
FlowStep read_step(const YAML::Node& node, const FileContext& file, const std::vector<FlowStep>& common);
Flow read_flow(const YAML::Node& node, const FileContext& file, const std::vector<FlowStep>& common);
Leaf read_leaf(const YAML::Node& node, const FileContext& file);
EmotionEntry read_emotion(const YAML::Node& node, const FileContext& file);
Announcement read_announcement(const YAML::Node& node, const FileContext& file);
CalendarSpan read_calendar_span(const YAML::Node& node, const FileContext& file);
ScoreSheet read_sheet(const YAML::Node& node, const FileContext& file);
NotYet read_not_yet(const YAML::Node& node, const FileContext& file);

}  // namespace fenshen::content
