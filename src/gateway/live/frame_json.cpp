#include "gateway/live/frame_json.h"

#include <boost/json.hpp>

#include <cmath>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "core/time.h"
#include "gateway/live/masking.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using core::JsonWriter;

}  // namespace

std::string event_json(const cv::Event& event) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("seq", event.seq).field("id", event.id).field("type", cv::type_name(event.body));
  out.field("recorded_at", core::format_instant(event.recorded_at)).field("occurred_at", core::format_instant(event.occurred_at));
  out.field("actor", event.actor);
  if (event.erased) out.field("erased", true);
  out.end_object();
  // The body's members follow in the same object.
  const std::string body = cv::body_to_json(event.body);
  if (body.size() > 2) {
    text.back() = ',';
    text.append(body, 1);
  }
  return text;
}

std::string frame_json(const assist::Frame& frame, std::optional<double> ms) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("n", frame.n);
  switch (frame.kind) {
    case assist::Frame::Kind::event:
      out.field("kind", "event").key("event").raw(event_json(*frame.event)).key("turn");
      if (frame.turn >= 0) out.value(frame.turn);
      else out.null();
      out.key("marks").raw(frame.marks);
      break;
    case assist::Frame::Kind::card:
      out.field("kind", "card").key("card").raw(frame.card.json).key("ms");
      if (ms) out.value(std::round(*ms * 100) / 100);
      else out.null();
      break;
    case assist::Frame::Kind::superseded:
      out.field("kind", "superseded").key("cards").begin_array();
      for (const std::string& id : frame.cards) out.value(id);
      out.end_array();
      break;
  }
  out.end_object();
  return text;
}

std::string frames_message(std::string_view conversation, std::span<const FrameText> frames, const Masker* masker, bool again) {
  std::size_t size = 64 + conversation.size();
  for (const FrameText& frame : frames) size += frame->size() + 1;
  std::string text;
  text.reserve(size);
  JsonWriter out(text);
  out.begin_object().field("op", "frames").field("conversation", conversation);
  if (again) out.field("again", true);
  out.key("items").begin_array();
  for (const FrameText& frame : frames) out.raw(masker != nullptr ? masker->json(*frame) : *frame);
  out.end_array().end_object();
  return text;
}

std::string dialogue_json(const cv::Dialogue& dialogue) {
  namespace json = boost::json;
  json::object root{{"id", dialogue.id}, {"channel", dialogue.channel}, {"lang", dialogue.lang}};
  root["customer"] = cv::fields_to_json(dialogue.customer);
  root["meta"] = cv::fields_to_json(dialogue.meta);
  json::array turns;
  for (const cv::DialogueTurn& turn : dialogue.turns) {
    json::object item{{"speaker", turn.speaker == cv::Speaker::rep ? std::string_view("agent") : cv::to_string(turn.speaker)}};
    if (!turn.text.empty()) item["text"] = turn.text;
    if (turn.event) item["event"] = json::object{{"name", turn.event->name}, {"data", cv::fields_to_json(turn.event->data)}};
    item["ts"] = static_cast<double>(turn.ts) / 1000.0;
    turns.push_back(std::move(item));
  }
  root["turns"] = std::move(turns);
  return json::serialize(root);
}

}  // namespace fenshen::gateway
