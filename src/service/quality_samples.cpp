// Random samples for inspection. Which conversations a seed draws depends on the seed and their ids alone, not on their
// order: each gets a number from both, and the smallest are drawn.
#include <algorithm>
#include <charconv>
#include <random>

#include "core/hash.h"
#include "core/time.h"
#include "service/quality_internal.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;
using storage::QualityRow;

constexpr std::size_t kChunkBytes = 3'500;  // of a field that holds ids
const storage::StreamId kStream{"default", storage::StreamKind::document, "quality-samples"};

cv::Event to_event(const QualitySampleRequest& request, std::uint64_t seed, std::uint64_t matched, const std::vector<std::string>& items) {
  cv::BusinessEvent body;
  body.name = "quality.sampled";
  const auto put = [&](std::string name, std::string value) { body.data.push_back({std::move(name), std::move(value), cv::FieldKind::text}); };
  put("name", request.name.empty() ? request.id : request.name);
  put("filter", request.filter_json);
  put("seed", std::to_string(seed));
  put("matched", std::to_string(matched));
  std::string chunk;
  std::size_t chunks = 0;
  const auto flush = [&] {
    if (!chunk.empty()) put("items." + std::to_string(chunks++), std::exchange(chunk, {}));
  };
  for (const std::string& item : items) {
    if (chunk.size() + item.size() > kChunkBytes) flush();
    chunk += item + "\n";
  }
  flush();
  cv::Event event;
  event.id = request.id;
  event.actor = request.by;
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}

std::uint64_t number(const cv::Fields& fields, const char* name) {
  const std::string* text = cv::find(fields, name);
  std::uint64_t value = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

}  // namespace

core::Status Quality::load_samples() {
  auto all = events(kStream);
  if (!all && all.error().code == Code::not_found) return {};
  if (!all) return std::unexpected(all.error());
  std::vector<Drawn> drawn;
  for (const cv::Event& event : *all) {
    const auto* body = std::get_if<cv::BusinessEvent>(&event.body);
    if (body == nullptr || body->name != "quality.sampled") continue;
    Drawn one;
    one.id = event.id;
    one.by = event.actor;
    one.at = event.recorded_at;
    one.seq = event.seq;
    one.seed = number(body->data, "seed");
    one.matched = number(body->data, "matched");
    if (const std::string* name = cv::find(body->data, "name")) one.name = *name;
    if (const std::string* filter = cv::find(body->data, "filter")) one.filter_json = *filter;
    for (std::size_t i = 0;; ++i) {
      const std::string* chunk = cv::find(body->data, "items." + std::to_string(i));
      if (chunk == nullptr) break;
      for (std::size_t at = 0, end; (end = chunk->find('\n', at)) != std::string::npos; at = end + 1) one.items.push_back(chunk->substr(at, end - at));
    }
    drawn.push_back(std::move(one));
  }
  const std::lock_guard lock(mutex_);
  drawn_ = std::move(drawn);
  return {};
}

Result<std::string> Quality::draw(const QualitySampleRequest& request) {
  const std::lock_guard one(steps_mutex_);
  if (const auto known = find_sample(request.id)) {
    if (known->by != request.by) return fail(Code::conflict, "a sample of this id exists", "id");
    return sample_json(*known);
  }
  const std::uint64_t seed = request.seed ? *request.seed : std::random_device{}();
  storage::QualityFilter filter = request.filter;
  if (filter.state.empty()) filter.state = "scored";  // what was inspected needs no second draw
  std::vector<std::pair<std::uint64_t, QualityRow>> found;
  TRY(parts_.index.each(filter, [&](const QualityRow& row) {
    found.emplace_back(core::hash_mix(core::hash_bytes(row.conversation) ^ core::hash_mix(seed)), row);
  }));
  const std::size_t count = std::min<std::size_t>(request.count, found.size());
  std::ranges::sort(found, [](const auto& a, const auto& b) { return std::tie(a.first, a.second.conversation) < std::tie(b.first, b.second.conversation); });
  std::vector<std::string> items;
  std::vector<QualityRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    items.push_back(found[i].second.conversation);
    rows.push_back(std::move(found[i].second));
    rows.back().samples += (rows.back().samples.empty() ? " " : "") + request.id + " ";
  }
  storage::AppendRequest append;
  append.stream = kStream;
  append.events.push_back(to_event(request, seed, found.size(), items));
  TRY_ASSIGN(const auto appended, parts_.log.append_and_wait(std::move(append)));
  TRY(parts_.index.put(rows));
  Drawn drawn{request.id, request.name.empty() ? request.id : request.name, request.by, request.filter_json, seed, found.size(),
              appended.front().seq, appended.front().recorded_at, std::move(items)};
  {
    const std::lock_guard lock(mutex_);
    drawn_.push_back(drawn);
  }
  return sample_json(drawn);
}

// A copy: what is read of the index must not hold up those who tell that a conversation has ended.
std::optional<Quality::Drawn> Quality::find_sample(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(drawn_, id, &Drawn::id);
  if (found == drawn_.end()) return std::nullopt;
  return *found;
}

Result<std::string> Quality::sample_json(const Drawn& drawn) const {
  storage::QualityFilter filter;
  filter.sample = drawn.id;
  std::uint64_t inspected = 0;
  TRY(parts_.index.each(filter, [&](const QualityRow& row) { inspected += row.state != "scored"; }));
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("id", drawn.id).field("name", drawn.name).field("at", core::format_instant(drawn.at)).key("by").raw(person_json(drawn.by));
  out.field("seed", drawn.seed).field("count", drawn.items.size()).field("matched", drawn.matched).field("inspected", inspected);
  out.key("filter").raw(drawn.filter_json.empty() ? "{}" : drawn.filter_json).key("items").begin_array();
  for (const std::string& item : drawn.items) out.value(item);
  out.end_array().end_object();
  return text;
}

Result<std::string> Quality::samples(std::uint64_t before, std::size_t limit) const {
  std::vector<Drawn> page;
  std::size_t at = 0;
  {
    const std::lock_guard lock(mutex_);
    at = before == 0 ? drawn_.size() : std::min<std::size_t>(before - 1, drawn_.size());
    while (page.size() < limit && at > 0) page.push_back(drawn_[--at]);
  }
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  for (const Drawn& drawn : page) {
    TRY_ASSIGN(const std::string one, sample_json(drawn));
    out.raw(one);
  }
  out.end_array().key("next");
  if (at == 0) out.null();
  else out.value(std::to_string(at + 1));
  out.end_object();
  return text;
}

Result<std::string> Quality::sample(std::string_view id) const {
  const auto found = find_sample(id);
  if (!found) return fail(Code::not_found, "no such sample", "id");
  return sample_json(*found);
}

}  // namespace fenshen::service
