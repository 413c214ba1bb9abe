#include "gateway/live/content_gate.h"

#include <boost/json.hpp>

#include <algorithm>

#include "core/hash.h"
#include "core/log.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;

storage::StreamId stream_of(const Edit& edit) { return {"default", storage::StreamKind::document, "content/" + edit.kind + "/" + edit.id}; }

cv::Event make_event(std::string id, std::string actor, cv::EventBody body) {
  cv::Event event;
  event.id = std::move(id);
  event.actor = std::move(actor);
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}

void add(std::vector<std::string>& out, const content::Localized& text) {
  for (const std::string& one : {text.zh, text.en})
    if (!one.empty() && std::ranges::find(out, one) == out.end()) out.push_back(one);
}

// What a customer may come to read or hear of this item.
std::vector<std::string> wordings(const content::Library& library, const Edit& edit) {
  std::vector<std::string> out;
  if (edit.kind == "article") {
    const auto article = std::ranges::find(library.articles, edit.id, &content::Article::id);
    if (article == library.articles.end()) return out;
    add(out, article->say);
    if (article->audience == content::Audience::customer) add(out, article->answer);
  } else if (edit.kind == "flow") {
    const auto flow = std::ranges::find(library.flows, edit.id, &content::Flow::id);
    if (flow == library.flows.end()) return out;
    for (const content::FlowStep& step : flow->steps) {
      add(out, step.say);
      add(out, step.customer_say);
    }
  }
  return out;
}

std::string text_of(const json::object& object, std::string_view name) { return std::string(object.at(name).as_string()); }

// A decision's findings as mistakes of the text.
void add_mistakes(const std::string& findings, std::vector<core::Error>& mistakes) {
  const json::value list = json::parse(findings);
  for (const json::value& item : list.as_array()) {
    const json::object& finding = item.as_object();
    if (text_of(finding, "decision") != "blocked") continue;
    const std::string words = text_of(finding, "words");
    core::Error error{Code::invalid, text_of(finding, "rule") + " " + text_of(finding, "name") + (words.empty() ? "" : "：「" + words + "」") + "。" + text_of(finding, "wording"), {}};
    const bool known = std::ranges::any_of(mistakes, [&](const core::Error& one) { return one.message == error.message; });
    if (!known) mistakes.push_back(std::move(error));
  }
}

}  // namespace

core::Result<std::string> ContentGate::ask(const Edit& edit, const ContentView& now, const ContentView& next, std::vector<core::Error>& mistakes) const {
  const std::string act = "v" + std::to_string(edit.expected_version + 1) + "-" + core::to_hex(core::hash_bytes(edit.text));
  cv::ActProposed proposal{act, "publish", {}, {}, {}};
  for (const auto& [name, value] : {std::pair{"item_kind", edit.kind}, std::pair{"id", edit.id}}) proposal.data.push_back({name, value, cv::FieldKind::text});
  std::vector<std::string> texts = wordings(next.library(), edit);
  if (texts.empty()) texts.emplace_back();

  assist::Assist assist("content", now.pack);
  assist::FoldScratch scratch;
  assist::FoldResult ignored;
  const core::Millis at = core::wall_clock_now();
  cv::Event started = make_event("start", "system", cv::ConversationStarted{"content", "zh", {}, {}});
  started.seq = 1;
  started.recorded_at = at;
  assist.fold(started, scratch, ignored, true);
  cv::ActDecided decided{act, cv::Decision::allowed, {}};
  for (const std::string& text : texts) {
    cv::ActProposed one = proposal;
    one.text = text;
    const assist::GateDecision decision = assist.check(one, at, scratch);
    if (decision.decision != cv::Decision::blocked) continue;
    decided.decision = cv::Decision::blocked;
    for (const std::string& rule : decision.rules)
      if (std::ranges::find(decided.rules, rule) == decided.rules.end()) decided.rules.push_back(rule);
    add_mistakes(decision.findings, mistakes);
  }
  for (const std::string& text : texts) proposal.text += proposal.text.empty() ? text : "\n" + text;

  storage::AppendRequest request;
  request.stream = stream_of(edit);
  request.events = {make_event("pack-" + now.hash, "system", cv::PackBound{now.hash, std::string(assist::kEngineVersion)}),
                    make_event("act-" + act, edit.author, std::move(proposal)), make_event("act-" + act + "-decided-" + now.hash, "system", decided)};
  if (const auto appended = log_.append_and_wait(std::move(request)); !appended) return std::unexpected(appended.error());
  if (decided.decision == cv::Decision::blocked) return core::fail(Code::invalid, "the gate refuses this content", edit.kind + "/" + edit.id);
  return act;
}

void ContentGate::tell(const Edit& edit, const std::string& act, bool happened, const std::string& reason) const {
  storage::AppendRequest request;
  request.stream = stream_of(edit);
  cv::EventBody body = happened ? cv::EventBody(cv::ActDone{act, {}}) : cv::EventBody(cv::ActFailed{act, reason});
  request.events = {make_event("act-" + act + (happened ? "-done" : "-failed"), edit.author, std::move(body))};
  if (const auto appended = log_.append_and_wait(std::move(request)); !appended)
    FENSHEN_LOG(error, "gateway", "cannot write down what came of publishing", {"error", appended.error().message});
}

}  // namespace fenshen::gateway
