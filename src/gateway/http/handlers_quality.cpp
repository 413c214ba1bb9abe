// Quality inspection: who may, and what is asked; service/quality.h does the rest.
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

#include "core/json_writer.h"
#include "gateway/gateway.h"

namespace fenshen::gateway {

namespace json = boost::json;
using access::Permission;
using access::Scope;
using core::Code;
using core::Result;

namespace {

constexpr std::size_t kPageMost = 200, kSampleMost = 1'000, kGapsMost = 50;
constexpr std::size_t kNoteBytes = 2'000;
constexpr core::Millis kDayMs = 86'400'000;
constexpr std::string_view kStates[] = {"scored", "inspected", "appealed", "rechecked", "decided"};

Result<std::vector<service::LineJudged>> lines_member(const json::object& body) {
  std::vector<service::LineJudged> lines;
  const json::value* list = body.if_contains("lines");
  if (list == nullptr || !list->is_array()) return core::fail(Code::invalid, "must be a list", "lines");
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const std::string place = "lines[" + std::to_string(i) + "]";
    if (!list->get_array()[i].is_object()) return core::fail(Code::invalid, "must be an object", place);
    const json::object& item = list->get_array()[i].get_object();
    service::LineJudged line;
    TRY_ASSIGN(line.item, string_member(item, "item", 100));
    TRY_ASSIGN(line.note, optional_string(item, "note", kNoteBytes));
    TRY_ASSIGN(const auto lost, optional_integer(item, "lost"));
    if (!lost || *lost < 0 || *lost > 100) return core::fail(Code::invalid, "must be a number of points", place + ".lost");
    line.lost = static_cast<int>(*lost);
    if (std::ranges::find(lines, line.item, &service::LineJudged::item) != lines.end()) return core::fail(Code::invalid, "is judged twice", place + ".item");
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::vector<service::RuleJudged>> verdicts_member(const json::object& body) {
  std::vector<service::RuleJudged> verdicts;
  const json::value* list = body.if_contains("verdicts");
  if (list == nullptr || list->is_null()) return verdicts;
  if (!list->is_array()) return core::fail(Code::invalid, "must be a list", "verdicts");
  for (const json::value& value : list->get_array()) {
    if (!value.is_object()) return core::fail(Code::invalid, "must be objects", "verdicts");
    service::RuleJudged judged;
    TRY_ASSIGN(judged.rule, string_member(value.get_object(), "rule", 100));
    TRY_ASSIGN(judged.verdict, string_member(value.get_object(), "verdict", 20));
    if (std::ranges::find(verdicts, judged.rule, &service::RuleJudged::rule) != verdicts.end()) return core::fail(Code::invalid, "a rule is judged twice", "verdicts");
    verdicts.push_back(std::move(judged));
  }
  return verdicts;
}

Result<service::Judgement> judgement_of(const Call& call) {
  TRY_ASSIGN(const json::object body, call.body());
  service::Judgement judgement;
  TRY_ASSIGN(judgement.id, string_member(body, "id", 200));
  TRY(check_event_id(judgement.id, "id"));
  TRY_ASSIGN(judgement.note, optional_string(body, "note", kNoteBytes));
  TRY_ASSIGN(judgement.lines, lines_member(body));
  TRY_ASSIGN(judgement.verdicts, verdicts_member(body));
  return judgement;
}

// Where filters stand: the query of a GET, or the filter object of a sample.
using Words = std::function<std::string(std::string_view name)>;

Result<int> score_of(const Words& words, std::string_view name, int otherwise) {
  const std::string text = words(name);
  if (text.empty()) return otherwise;
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 100) return core::fail(Code::invalid, "must be from 0 to 100", std::string(name));
  return value;
}

// Midnight that begins the day, in the pack's zone. 0: not asked for.
Result<core::Millis> day_of(const Words& words, std::string_view name, int offset_minutes, int days_later) {
  const std::string text = words(name);
  if (text.empty()) return core::Millis{0};
  const auto day = core::parse_date(text);
  if (!day) return core::fail(Code::invalid, "must be a date, YYYY-MM-DD", std::string(name));
  return (core::Millis{*day} + days_later) * kDayMs - core::Millis{offset_minutes} * 60'000;
}

Result<storage::QualityFilter> filter_of(const Words& words, int offset_minutes) {
  storage::QualityFilter filter;
  filter.team = words("team");
  filter.rep = words("rep");
  filter.rule = words("rule");
  filter.process = words("process");
  filter.channel = words("channel");
  filter.state = words("state");
  filter.sheet = words("sheet");
  filter.sample = words("sample");
  if (!filter.state.empty() && std::ranges::find(kStates, filter.state) == std::end(kStates))
    return core::fail(Code::invalid, "must be scored, inspected, appealed, rechecked or decided", "state");
  const std::string passed = words("passed");
  if (!passed.empty() && passed != "true" && passed != "false") return core::fail(Code::invalid, "must be true or false", "passed");
  if (!passed.empty()) filter.passed = passed == "true";
  TRY_ASSIGN(filter.score_min, score_of(words, "score_min", 0));
  TRY_ASSIGN(filter.score_max, score_of(words, "score_max", 100));
  TRY_ASSIGN(filter.from, day_of(words, "from", offset_minutes, 0));
  TRY_ASSIGN(filter.to, day_of(words, "to", offset_minutes, 1));
  return filter;
}

}  // namespace

service::QualityViewer Gateway::viewer_of(const Call& call) const {
  const access::Principal& who = call.who();
  return {who.account, access::allowed(who, Permission::quality_inspect), access::allowed(who, Permission::quality_appeal), call.english()};
}

// What is asked for, narrowed to what the caller may see.
Result<storage::QualityFilter> Gateway::quality_filter(const Call& call) const {
  TRY_ASSIGN(storage::QualityFilter filter, filter_of([&](std::string_view name) { return std::string(call.target.parameter(name).value_or("")); },
                                                      parts_.shelf.current()->library().offset_minutes()));
  const access::Principal& who = call.who();
  const Scope scope = access::scope(who, Permission::quality_view);
  if (scope == Scope::own) {
    if (!filter.rep.empty() && filter.rep != who.account) return core::fail(Code::forbidden, "you see your own conversations only", "rep");
    filter.rep = who.account;
  } else if (scope == Scope::team) {
    if (who.team.empty() || (!filter.team.empty() && filter.team != who.team)) return core::fail(Code::forbidden, "you see your own team only", "team");
    filter.team = who.team;
  }
  return filter;
}

void Gateway::with_scored(const CallPtr& call, Permission permission, int status, QualityAnswer answer) {
  in_pool(call, [this, call, permission, status, answer = std::move(answer)] {
    const auto row = quality_->row(call->parameters.front());
    if (!row) return call->fail(row.error());
    if (!access::allowed(call->who(), permission, access::Resource{row->rep, row->team})) return call->fail(403, "forbidden", "this conversation is not yours");
    auto text = answer(viewer_of(*call));
    if (!text) return call->fail(text.error());
    call->json(status, std::move(*text));
  });
}

// --- quality ---

void Gateway::list_quality(const CallPtr& call) {
  const auto filter = quality_filter(*call);
  if (!filter) return call->fail(filter.error());
  const auto limit = number_parameter(call->target, "limit", 50, kPageMost);
  const auto cursor = number_parameter(call->target, "cursor", 0, ~std::uint64_t{0} >> 1);
  if (const auto* error = first_error(limit, cursor)) return call->fail(*error);
  in_pool(call, [this, call, filter = *filter, limit = std::max<std::uint64_t>(1, *limit), cursor = *cursor] {
    auto text = quality_->list(filter, cursor, limit);
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::get_quality(const CallPtr& call) {
  with_scored(call, Permission::quality_view, 200, [this, call](const service::QualityViewer& viewer) { return quality_->detail(call->parameters.front(), viewer); });
}

void Gateway::inspect_quality(const CallPtr& call) {
  auto judgement = judgement_of(*call);
  if (!judgement) return call->fail(judgement.error());
  with_scored(call, Permission::quality_inspect, 201, [this, call, judgement = std::move(*judgement)](const service::QualityViewer& viewer) {
    return quality_->inspect(call->parameters.front(), judgement, viewer);
  });
}

void Gateway::recheck_quality(const CallPtr& call) {
  auto judgement = judgement_of(*call);
  if (!judgement) return call->fail(judgement.error());
  with_scored(call, Permission::quality_inspect, 201, [this, call, judgement = std::move(*judgement)](const service::QualityViewer& viewer) {
    return quality_->recheck(call->parameters.front(), judgement, viewer);
  });
}

void Gateway::appeal_quality(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  const auto note = string_member(*body, "note", kNoteBytes);
  if (const auto* error = first_error(id, note)) return call->fail(*error);
  if (const auto status = check_event_id(*id, "id"); !status) return call->fail(status.error());
  std::vector<std::string> items;
  if (const json::value* list = body->if_contains("items"); list != nullptr && list->is_array())
    for (const json::value& item : list->get_array()) {
      if (!item.is_string() || item.get_string().size() > 100 || items.size() >= 40) return call->fail(422, "invalid", "must be ids of items", "items");
      items.emplace_back(item.get_string());
    }
  with_scored(call, Permission::quality_appeal, 201, [this, call, id = *id, note = *note, items](const service::QualityViewer& viewer) {
    return quality_->appeal(call->parameters.front(), id, items, note, viewer);
  });
}

void Gateway::decide_quality(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 200);
  const auto outcome = string_member(*body, "outcome", 20);
  const auto note = string_member(*body, "note", kNoteBytes);
  if (const auto* error = first_error(id, outcome, note)) return call->fail(*error);
  if (const auto status = check_event_id(*id, "id"); !status) return call->fail(status.error());
  if (*outcome != "upheld" && *outcome != "changed") return call->fail(422, "invalid", "must be upheld or changed", "outcome");
  with_scored(call, Permission::quality_inspect, 201, [this, call, id = *id, outcome = *outcome, note = *note](const service::QualityViewer& viewer) {
    return quality_->decide(call->parameters.front(), id, outcome, note, viewer);
  });
}

void Gateway::draw_quality_sample(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto id = string_member(*body, "id", 100);
  const auto name = optional_string(*body, "name", 200);
  const auto count = optional_integer(*body, "count");
  const auto seed = optional_integer(*body, "seed");
  if (const auto* error = first_error(id, name, count, seed)) return call->fail(*error);
  if (const auto status = check_event_id(*id, "id"); !status) return call->fail(status.error());
  if (id->find(' ') != std::string::npos) return call->fail(422, "invalid", "must not hold blanks", "id");
  if (!*count || **count < 1 || **count > static_cast<std::int64_t>(kSampleMost)) return call->fail(422, "invalid", "must be from 1 to 1000", "count");
  if (*seed && **seed < 0) return call->fail(422, "invalid", "must not be negative", "seed");
  const json::value* wanted = body->if_contains("filter");
  if (wanted == nullptr || !wanted->is_object()) return call->fail(422, "invalid", "must be an object", "filter");
  const auto words = [&](std::string_view key) {
    const json::value* value = wanted->get_object().if_contains(key);
    if (value == nullptr || value->is_null()) return std::string();
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
  };
  const auto filter = filter_of(words, parts_.shelf.current()->library().offset_minutes());
  if (!filter) return call->fail(filter.error());
  service::QualitySampleRequest request{*id, *name, call->who().account, static_cast<std::uint32_t>(**count), {}, *filter, json::serialize(*wanted)};
  if (request.filter_json.size() > 2'000) return call->fail(422, "invalid", "is too long", "filter");
  if (*seed) request.seed = static_cast<std::uint64_t>(**seed);
  in_pool(call, [this, call, request = std::move(request)] {
    auto text = quality_->draw(request);
    if (!text) return call->fail(text.error());
    call->json(201, std::move(*text));
  });
}

void Gateway::list_quality_samples(const CallPtr& call) {
  const auto limit = number_parameter(call->target, "limit", 20, kPageMost);
  const auto cursor = number_parameter(call->target, "cursor", 0, ~std::uint64_t{0} >> 1);
  if (const auto* error = first_error(limit, cursor)) return call->fail(*error);
  in_pool(call, [this, call, limit = std::max<std::uint64_t>(1, *limit), cursor = *cursor] {
    auto text = quality_->samples(cursor, limit);
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::get_quality_sample(const CallPtr& call) {
  in_pool(call, [this, call] {
    auto text = quality_->sample(call->parameters.front());
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::quality_agreement(const CallPtr& call) {
  const auto filter = quality_filter(*call);
  if (!filter) return call->fail(filter.error());
  in_pool(call, [this, call, filter = *filter] {
    auto text = quality_->agreement(filter, call->english());
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::quality_advice(const CallPtr& call) {
  const auto filter = quality_filter(*call);
  if (!filter) return call->fail(filter.error());
  const auto limit = number_parameter(call->target, "limit", 5, kGapsMost);
  if (!limit) return call->fail(limit.error());
  in_pool(call, [this, call, filter = *filter, limit = std::max<std::uint64_t>(1, *limit)] {
    auto text = quality_->advice(filter, limit, call->english());
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::list_score_sheets(const CallPtr& call) { call->json(200, quality_->sheets(call->english())); }

}  // namespace fenshen::gateway
