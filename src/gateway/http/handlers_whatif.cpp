// Trial runs over history: the studio asks, service/whatif.h runs them.
#include <boost/json.hpp>

#include <algorithm>

#include "core/json_writer.h"
#include "core/utf8.h"
#include "gateway/gateway.h"
#include "gateway/http/content_errors.h"

namespace fenshen::gateway {

namespace json = boost::json;
using core::Code;
using core::JsonWriter;
using core::Result;

namespace {

constexpr std::size_t kItemsMost = 50, kTextMost = 1'000'000;
constexpr std::size_t kWordsCodePoints = 160;
constexpr std::uint64_t kPageMost = 200, kPage = 50;

Result<std::vector<PackShelf::DraftText>> drafts_of(const json::object& body) {
  const auto one = [](const json::object& item) -> Result<PackShelf::DraftText> {
    PackShelf::DraftText draft;
    TRY_ASSIGN(draft.kind, string_member(item, "kind", 40));
    TRY_ASSIGN(draft.id, string_member(item, "id", 200));
    TRY_ASSIGN(draft.text, string_member(item, "text", kTextMost));
    return draft;
  };
  std::vector<PackShelf::DraftText> drafts;
  const json::value* items = body.if_contains("items");
  if (items == nullptr) {
    TRY_ASSIGN(PackShelf::DraftText draft, one(body));
    drafts.push_back(std::move(draft));
    return drafts;
  }
  if (!items->is_array() || items->get_array().empty() || items->get_array().size() > kItemsMost)
    return core::fail(Code::invalid, "must be a list of 1 to 50 drafts", "items");
  for (const json::value& item : items->get_array()) {
    if (!item.is_object()) return core::fail(Code::invalid, "must be objects", "items");
    TRY_ASSIGN(PackShelf::DraftText draft, one(item.get_object()));
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

Result<core::Day> day_member(const json::object& body, std::string_view name) {
  TRY_ASSIGN(const std::string text, string_member(body, name, 10));
  const auto day = core::parse_date(text);
  if (!day) return core::fail(Code::invalid, "must be a date, YYYY-MM-DD", std::string(name));
  return *day;
}

// All but the draft itself, which takes long to look at.
Result<service::WhatIfRequest> request_of(const json::object& body) {
  service::WhatIfRequest request;
  TRY_ASSIGN(request.from, day_member(body, "from"));
  TRY_ASSIGN(request.to, day_member(body, "to"));
  if (request.to <= request.from) return core::fail(Code::invalid, "must be after `from`", "to");
  TRY_ASSIGN(request.comment, optional_string(body, "comment", 2'000));
  if (const json::value* team = body.if_contains("team"); team != nullptr && !team->is_null()) {
    TRY_ASSIGN(request.team, string_member(body, "team", 200));
  }
  return request;
}

std::optional<std::string> filter_of(const Call& call, std::string_view name) {
  const auto found = call.target.parameter(name);
  if (!found) return std::nullopt;
  return std::string(*found);
}

std::string shortened(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < kWordsCodePoints; ++n) core::decode_utf8(text, at);
  return at < text.size() ? std::string(text.substr(0, at)) + "…" : std::string(text);
}

}  // namespace

void Gateway::list_what_if(const CallPtr& call) {
  in_pool(call, [this, call] {
    const auto jobs = whatif_->list();
    if (!jobs) return call->fail(jobs.error());
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("items").begin_array();
    for (const std::string& job : *jobs) out.raw(job);
    out.end_array().key("next").null().end_object();
    call->json(200, std::move(text));
  });
}

void Gateway::start_what_if(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  auto drafts = drafts_of(*body);
  auto request = request_of(*body);
  const auto baseline = optional_string(*body, "baseline", 20);
  if (const auto* error = first_error(drafts, request, baseline)) return call->fail(*error);
  if (!baseline->empty() && *baseline != "current" && *baseline != "bound") return call->fail(422, "invalid", "must be current or bound", "baseline");
  in_studio(call, [this, call, drafts = std::move(*drafts), request = std::move(*request), bound = *baseline == "bound"]() mutable {
    std::vector<core::Error> mistakes;
    const ContentPtr current = parts_.shelf.current();
    auto sources = parts_.shelf.draft_sources(drafts, mistakes);
    if (!sources) return call->respond(mistakes.empty() ? problem(sources.error()) : mistakes_problem(mistakes));
    request.draft = std::move(*sources);
    if (!bound) request.baseline = current->sources;
    request.offset_minutes = current->library().offset_minutes();
    for (const PackShelf::DraftText& draft : drafts) request.items.emplace_back(draft.kind, draft.id);
    request.author = call->who().account;
    request.author_name = rep(request.author).name;
    auto job = whatif_->start(std::move(request));
    if (!job) return call->fail(job.error());
    call->json(202, std::move(*job));
  });
}

void Gateway::get_what_if(const CallPtr& call) {
  in_pool(call, [this, call] {
    auto job = whatif_->get(call->parameters.front());
    if (!job) return call->fail(job.error());
    call->json(200, std::move(*job));
  });
}

void Gateway::cancel_what_if(const CallPtr& call) {
  in_pool(call, [this, call] {
    auto job = whatif_->cancel(call->parameters.front());
    if (!job) return call->fail(job.error());
    call->json(200, std::move(*job));
  });
}

// The rows are stored without words: these are read off the log, masked, by who may see the conversation.
void Gateway::list_what_if_changes(const CallPtr& call) {
  storage::JobRowFilter filter{.after = 0, .limit = 0, .item = filter_of(*call, "rule"), .team = filter_of(*call, "team"), .month = filter_of(*call, "month"), .change = filter_of(*call, "change")};
  const auto limit = number_parameter(call->target, "limit", kPage, kPageMost);
  const auto cursor = number_parameter(call->target, "cursor", 0, std::numeric_limits<std::int64_t>::max());
  if (const auto* error = first_error(limit, cursor)) return call->fail(*error);
  filter.after = *cursor;
  filter.limit = std::max<std::uint64_t>(1, *limit);
  in_pool(call, [this, call, filter] {
    auto rows = whatif_->changes(call->parameters.front(), filter);
    if (!rows) return call->fail(rows.error());
    const bool may_read = access::allowed(call->who(), access::Permission::conversation_view);
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("items").begin_array();
    for (storage::JobRow& row : *rows) {
      std::string words;
      if (may_read) words = words_of_change(*call, row);
      row.text.pop_back();
      row.text += R"(,"words":)";
      if (words.empty()) row.text += "null";
      else core::append_json_string(row.text, words);
      out.raw(row.text + "}");
    }
    out.end_array().key("next");
    if (rows->size() == filter.limit) out.value(std::to_string(rows->back().n));
    else out.null();
    out.end_object();
    call->json(200, std::move(text));
  });
}

std::string Gateway::words_of_change(const Call& call, const storage::JobRow& row) const {
  boost::system::error_code error;
  const json::value value = json::parse(row.text, error);
  if (error || !value.is_object()) return {};
  const json::object& change = value.get_object();
  const std::string conversation(change.at("conversation").as_string());
  const auto seq = change.at("seq").to_number<std::uint64_t>(error);
  if (error || seq == 0) return {};
  if (!access::allowed(call.who(), access::Permission::conversation_view, access::Resource{{}, row.team})) return {};
  const auto events = parts_.log.read({.id = conversation}, seq - 1, 1);
  if (!events || events->empty()) return {};
  const auto* utterance = std::get_if<conversation::Utterance>(&events->front().body);
  return utterance == nullptr ? std::string() : shortened(parts_.live.masker().text(utterance->text));
}

}  // namespace fenshen::gateway
