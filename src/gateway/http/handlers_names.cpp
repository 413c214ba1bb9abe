// What a rep chooses from by name: processes to switch to, business types of a wrap-up. Names only; the texts are the studio's.
#include <algorithm>

#include "core/json_writer.h"
#include "gateway/gateway.h"

namespace fenshen::gateway {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool holds(const content::ItemText& item, const std::string& wanted) {
  return wanted.empty() || lower(item.id).find(wanted) != std::string::npos || item.title.zh.find(wanted) != std::string::npos ||
         lower(item.title.en).find(wanted) != std::string::npos;
}

}  // namespace

void Gateway::list_names(const CallPtr& call) {
  const auto limit = number_parameter(call->target, "limit", 50, 500);
  if (!limit) return call->fail(limit.error());
  const std::string kind(call->target.parameter("kind").value_or(""));
  if (kind != "flow" && kind != "leaf") return call->fail(422, "invalid", "must be flow or leaf", "kind");
  const std::string wanted = lower(call->target.parameter("q").value_or(""));
  const ContentPtr content = parts_.shelf.current();
  const core::Day today = core::day_of(core::wall_clock_now(), content->library().offset_minutes());
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  std::uint64_t shown = 0;
  for (const content::ItemText& item : content->items) {
    if (shown == std::max<std::uint64_t>(1, *limit)) break;
    if (item.kind != kind || !item.in_force.covers(today) || !holds(item, wanted)) continue;
    ++shown;
    out.begin_object().field("id", item.id).key("title").begin_object().field("zh", item.title.zh).field("en", item.title.in(true)).end_object().end_object();
  }
  out.end_array().end_object();
  call->json(200, std::move(text));
}

}  // namespace fenshen::gateway
