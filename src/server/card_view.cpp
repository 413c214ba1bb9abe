#include "server/card_view.h"

#include <boost/json.hpp>

namespace fenshen::server {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->value().is_string() ? std::string(found->value().get_string()) : std::string();
}

const json::array* list_of(const json::object& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() ? found->value().if_array() : nullptr;
}

}  // namespace

CardView view_of(const assist::Card& card) {
  const json::value value = json::parse(card.json);
  const json::object& object = value.as_object();
  CardView view;
  view.kind = card.kind;
  view.item = card.item;
  view.turn = card.turn;
  view.state = text_of(object, "state");
  view.gate_broken = object.contains("gate_broken");
  view.text = text_of(object, "text");
  view.outcome = text_of(object, "outcome");
  if (const auto rank = object.find("rank"); rank != object.end()) view.rank = static_cast<int>(rank->value().as_int64());
  if (const auto* topics = list_of(object, "topics"))
    for (const auto& topic : *topics) view.topics.emplace_back(topic.as_string());
  if (const auto* missing = list_of(object, "missing"))
    for (const auto& part : *missing) view.missing.emplace_back(part.as_string());
  if (const auto* types = list_of(object, "types"))
    for (const auto& type : *types) view.types.push_back(text_of(type.as_object(), "code"));
  if (const auto* fields = list_of(object, "fields"))
    for (const auto& field : *fields) view.fields.emplace_back(text_of(field.as_object(), "name"), text_of(field.as_object(), "value"));
  return view;
}

SignalsView signals_view(const std::string& line) {
  const json::value value = json::parse(line);
  const json::object& object = value.as_object();
  SignalsView view;
  view.turn = static_cast<std::int32_t>(object.at("turn").as_int64());
  view.emotion = text_of(object, "emotion");
  view.masked = text_of(object, "masked");
  for (const auto& entity : *list_of(object, "entities"))
    view.entities.emplace_back(text_of(entity.as_object(), "type"), text_of(entity.as_object(), "value"));
  return view;
}

}  // namespace fenshen::server
