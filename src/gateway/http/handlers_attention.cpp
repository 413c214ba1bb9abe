// What the double asked of the reps' attention, and what they made of it, over the conversations that a supervisor sees.
#include "core/json_writer.h"
#include "gateway/gateway.h"

namespace fenshen::gateway {
namespace {

constexpr std::size_t kConversationsMost = 2'000;  // the newest
constexpr std::size_t kAtOnce = 200;

using Counts = std::array<assist::AttentionCounts, assist::kCardKinds>;

void add(Counts& sum, const Counts& one) {
  for (std::size_t i = 0; i < sum.size(); ++i) {
    sum[i].shown += one[i].shown;
    sum[i].used += one[i].used;
    sum[i].edited += one[i].edited;
    sum[i].dismissed += one[i].dismissed;
    sum[i].rejected += one[i].rejected;
    sum[i].suppressed += one[i].suppressed;
  }
}

std::string counts_json(const Counts& sum, std::size_t conversations, bool more) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("conversations", conversations).field("more", more).key("kinds").begin_array();
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (sum[i].shown + sum[i].suppressed == 0) continue;
    out.begin_object().field("kind", assist::to_string(static_cast<assist::CardKind>(i))).field("shown", sum[i].shown).field("used", sum[i].used);
    out.field("edited", sum[i].edited).field("dismissed", sum[i].dismissed).field("rejected", sum[i].rejected).field("suppressed", sum[i].suppressed).end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace

void Gateway::console_attention(const CallPtr& call) {
  ListFilter filter;
  filter.limit = kAtOnce;
  filter.visible = [this, who = call->who()](const Summary& summary) { return may(who, access::Permission::console_view, summary); };
  in_pool(call, [this, call, filter]() mutable {
    Counts sum{};
    std::size_t conversations = 0;
    for (;;) {
      const ListPage page = parts_.live.list(filter);
      for (const SummaryPtr& summary : page.items) add(sum, summary->attention);
      conversations += page.items.size();
      filter.before = page.next;
      if (page.next == 0 || conversations >= kConversationsMost) break;
    }
    call->json(200, counts_json(sum, conversations, filter.before != 0));
  });
}

}  // namespace fenshen::gateway
