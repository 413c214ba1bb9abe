#include "service/quality_people.h"

#include <algorithm>
#include <charconv>

#include "core/time.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;

constexpr std::string_view kPrefix = "quality.";

int number(const cv::Fields& fields, const std::string& name, int otherwise) {
  const std::string* text = cv::find(fields, name);
  int value = otherwise;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}
std::string words(const cv::Fields& fields, const std::string& name) {
  const std::string* text = cv::find(fields, name);
  return text != nullptr ? *text : std::string();
}
void put(cv::Fields& fields, std::string name, std::string value) {
  if (!value.empty()) fields.push_back({std::move(name), std::move(value), cv::FieldKind::text});
}
void put(cv::Fields& fields, std::string name, int value) { fields.push_back({std::move(name), std::to_string(value), cv::FieldKind::number}); }

}  // namespace

storage::StreamId quality_stream(std::string_view conversation) {
  return {"default", storage::StreamKind::document, "quality/" + std::string(conversation)};
}

cv::Event to_event(const QualityStep& step) {
  cv::BusinessEvent body;
  body.name = std::string(kPrefix) + step.kind;
  cv::Fields& data = body.data;
  put(data, "note", step.note);
  put(data, "outcome", step.outcome);
  if (step.score >= 0) {
    put(data, "score", step.score);
    put(data, "passed", step.passed ? 1 : 0);
    put(data, "vetoed", step.vetoed ? 1 : 0);
  }
  for (std::size_t i = 0; i < step.lines.size(); ++i) {
    const std::string place = "lines." + std::to_string(i) + ".";
    put(data, place + "item", step.lines[i].item);
    put(data, place + "lost", step.lines[i].lost);
    put(data, place + "note", step.lines[i].note);
  }
  for (std::size_t i = 0; i < step.verdicts.size(); ++i) {
    const std::string place = "verdicts." + std::to_string(i) + ".";
    put(data, place + "rule", step.verdicts[i].rule);
    put(data, place + "verdict", step.verdicts[i].verdict);
  }
  for (std::size_t i = 0; i < step.items.size(); ++i) put(data, "items." + std::to_string(i), step.items[i]);
  cv::Event event;
  event.id = step.id;
  event.actor = step.by;
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}

std::optional<QualityStep> step_of(const cv::Event& event) {
  const auto* body = std::get_if<cv::BusinessEvent>(&event.body);
  if (body == nullptr || !body->name.starts_with(kPrefix)) return std::nullopt;
  QualityStep step;
  step.id = event.id;
  step.kind = body->name.substr(kPrefix.size());
  step.by = event.actor;
  step.seq = event.seq;
  step.at = event.recorded_at;
  const cv::Fields& data = body->data;
  step.note = words(data, "note");
  step.outcome = words(data, "outcome");
  step.score = number(data, "score", -1);
  step.passed = number(data, "passed", 0) != 0;
  step.vetoed = number(data, "vetoed", 0) != 0;
  for (std::size_t i = 0;; ++i) {
    const std::string place = "lines." + std::to_string(i) + ".";
    if (cv::find(data, place + "item") == nullptr) break;
    step.lines.push_back({words(data, place + "item"), number(data, place + "lost", 0), words(data, place + "note")});
  }
  for (std::size_t i = 0;; ++i) {
    const std::string place = "verdicts." + std::to_string(i) + ".";
    if (cv::find(data, place + "rule") == nullptr) break;
    step.verdicts.push_back({words(data, place + "rule"), words(data, place + "verdict")});
  }
  for (std::size_t i = 0; cv::find(data, "items." + std::to_string(i)) != nullptr; ++i) step.items.push_back(words(data, "items." + std::to_string(i)));
  return step;
}

// A step that is out of order (two inspectors at the same moment) stays in the log and counts for nothing.
QualityCase fold_case(const std::vector<cv::Event>& events) {
  QualityCase out;
  for (const cv::Event& event : events) {
    auto step = step_of(event);
    if (!step || !out.may(step->kind, step->by)) continue;
    if (step->kind == "decided" && step->outcome == "changed" && out.last("rechecked") == nullptr) continue;
    out.state = step->kind;
    out.steps.push_back(std::move(*step));
  }
  return out;
}

const QualityStep* QualityCase::last(std::string_view kind) const {
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    if (step->kind == kind) return &*step;
  return nullptr;
}

const QualityStep* QualityCase::counts() const {
  const QualityStep* decided = last("decided");
  return decided != nullptr && decided->outcome == "changed" ? last("rechecked") : last("inspected");
}

const QualityStep* QualityCase::newest() const {
  const QualityStep* rechecked = last("rechecked");
  return rechecked != nullptr ? rechecked : last("inspected");
}

core::Status QualityCase::may(std::string_view kind, std::string_view account) const {
  const auto out_of_order = [&] { return fail(Code::conflict, "the case is " + state + ": this step is out of order", "state"); };
  const QualityStep* inspected = last("inspected");
  if (kind == "inspected") return state == "scored" ? core::Status() : core::Status(out_of_order());
  if (kind == "appealed") return state == "inspected" ? core::Status() : core::Status(out_of_order());
  const bool open = kind == "rechecked" ? state == "appealed" : kind == "decided" && (state == "appealed" || state == "rechecked");
  if (!open) return out_of_order();
  if (inspected != nullptr && inspected->by == account) return fail(Code::forbidden, "who scored it first neither checks it again nor decides", "by");
  return {};
}

}  // namespace fenshen::service
