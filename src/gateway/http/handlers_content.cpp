// Samples, knowledge search, and the studio.
#include <boost/json.hpp>

#include <charconv>

#include <algorithm>
#include <map>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "gateway/gateway.h"
#include "gateway/http/content_errors.h"
#include "gateway/live/approval.h"
#include "gateway/live/frame_json.h"
#include "gateway/live/try_content.h"
#include "storage/crypto/digest.h"
#include "text/fold.h"

namespace fenshen::gateway {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;
using core::JsonWriter;
using core::Result;

namespace {

void write_localized(JsonWriter& out, std::string_view name, const content::Localized& text) {
  out.key(name).begin_object().field("zh", text.zh).field("en", text.in(true)).end_object();
}

void write_date(JsonWriter& out, std::string_view name, const std::optional<core::Day>& day) {
  out.key(name);
  if (day) out.value(core::format_date(*day));
  else out.null();
}

// The sample's dialogue with the newcomer's turns in place of its own.
Result<cv::Dialogue> edited(const content::Sample& sample, const json::value* turns) {
  if (turns == nullptr || turns->is_null()) return sample.dialogue;
  if (!turns->is_array() || turns->get_array().size() > 500) return core::fail(Code::invalid, "must be a list of at most 500 turns", "turns");
  TRY_ASSIGN(json::value whole, cv::parse_json(dialogue_json(sample.dialogue), "sample"));
  whole.get_object()["turns"] = *turns;
  return cv::parse_dialogue(json::serialize(whole));
}

json::value parsed_item(const content::ItemText& item) {
  return json::object{{"id", item.id}, {"title", json::object{{"zh", item.title.zh}, {"en", item.title.in(true)}}}};
}

}  // namespace

std::string errors_json(const std::vector<core::Error>& errors) {
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  for (const core::Error& error : errors) {
    // "file:12" and "line 12" name the line; other places stay words.
    int line = 0;
    if (const std::size_t at = error.where.find_last_of(": "); at != std::string::npos) line = std::atoi(error.where.c_str() + at + 1);
    out.begin_object().field("line", line).field("message", error.message).field("where", error.where).end_object();
  }
  out.end_array();
  return text;
}

net::Response mistakes_problem(const std::vector<core::Error>& mistakes) {
  net::Response response = problem(422, "invalid", count_of_mistakes(mistakes.size()));
  response.body.pop_back();
  response.body += R"(,"errors":)" + errors_json(mistakes) + "}";
  return response;
}

void Gateway::list_samples(const CallPtr& call) {
  const ContentPtr content = parts_.shelf.current();
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  for (const content::Sample& sample : content->samples) {
    out.begin_object().field("id", sample.id);
    write_localized(out, "title", sample.title);
    write_localized(out, "scenario", sample.scenario);
    out.field("channel", sample.dialogue.channel).field("lang", sample.dialogue.lang).field("turns", sample.dialogue.turns.size()).end_object();
  }
  out.end_array().end_object();
  call->json(200, std::move(text));
}

void Gateway::get_sample(const CallPtr& call) {
  const ContentPtr content = parts_.shelf.current();
  const content::Sample* sample = content->sample(call->parameters.front());
  if (sample == nullptr) return call->fail(404, "not_found", "no such sample");
  std::string text = dialogue_json(sample->dialogue);
  text.pop_back();
  text += ',';
  std::string more;
  JsonWriter out(more);
  out.begin_object();
  write_localized(out, "title", sample->title);
  write_localized(out, "scenario", sample->scenario);
  out.end_object();
  call->json(200, text + more.substr(1));
}

void Gateway::start_sample(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const ContentPtr content = parts_.shelf.current();
  const content::Sample* sample = content->sample(call->parameters.front());
  if (sample == nullptr) return call->fail(404, "not_found", "no such sample");
  const auto speed = optional_integer(*body, "speed");
  if (!speed) return call->fail(speed.error());
  if (const auto value = speed->value_or(1); value != 1 && value != 2 && value != 8) return call->fail(422, "invalid", "must be 1, 2 or 8", "speed");
  auto dialogue = edited(*sample, body->if_contains("turns"));
  if (!dialogue) return call->fail(dialogue.error());
  NewConversation request;
  request.id = fresh_id("sample-", *call);
  request.started = {dialogue->channel, dialogue->lang, dialogue->customer, dialogue->meta};
  request.started.meta.push_back({"sample", sample->id, cv::FieldKind::text});
  request.actor = call->who().account;
  request.rep = call->who().account;
  request.speed = static_cast<int>(speed->value_or(1));
  request.sample = std::move(*dialogue);
  in_pool(call, [this, call, request = std::move(request)]() mutable {
    // Kept beside the log, so that the recorded customer survives a restart.
    if (const auto kept = parts_.records.put_setting("sample." + request.id, dialogue_json(*request.sample)); !kept) return call->fail(kept.error());
    create_once(call, std::move(request), [this, call](SummaryPtr summary) { call->json(201, summary_json(*summary, call->who())); });
  });
}

void Gateway::sample_action(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  SampleAction action;
  const auto name = string_member(*body, "action", 20);
  const auto speed = optional_integer(*body, "speed");
  const auto automatic = optional_bool(*body, "auto", true);
  if (const auto* error = first_error(name, speed, automatic)) return call->fail(*error);
  action.action = *name;
  if (*name == "speed") {
    const auto value = speed->value_or(0);
    if (value != 1 && value != 2 && value != 8) return call->fail(422, "invalid", "must be 1, 2 or 8", "speed");
    action.speed = static_cast<int>(value);
  } else if (*name == "auto") {
    action.automatic = *automatic;
  } else if (*name != "rep_turn" && *name != "pause" && *name != "resume") {
    return call->fail(422, "invalid", "must be rep_turn, pause, resume, speed or auto", "action");
  }
  with_conversation(call, access::Permission::conversation_work, [this, call, action](SummaryPtr summary) {
    parts_.live.sample_action(summary->id, action, [call](Result<std::string> state) {
      if (!state) return call->fail(state.error());
      call->json(200, *state);
    });
  });
}

namespace {

constexpr int kCertaintyFloor = 100;  // of 1,000: what the desk shows; below, words merely resemble

// min_certainty, 0 to 1; in thousandths.
Result<int> certainty_parameter(const net::Target& target) {
  const auto text = target.parameter("min_certainty");
  if (!text || text->empty()) return kCertaintyFloor;
  double value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || !(value >= 0 && value <= 1))
    return core::fail(Code::invalid, "must be a number from 0 to 1", "min_certainty");
  return static_cast<int>(value * 1000 + 0.5);
}

}  // namespace

void Gateway::search_knowledge(const CallPtr& call) {
  const auto limit = number_parameter(call->target, "limit", 10, 50);
  if (!limit) return call->fail(limit.error());
  const std::string question(call->target.parameter("q").value_or(""));
  if (const auto status = check_text(question, "q"); !status || question.size() > 2'000) return call->fail(422, "invalid", "must be some words", "q");
  const ContentPtr content = parts_.shelf.current();
  const content::Library& library = content->library();
  core::Day day = core::day_of(core::wall_clock_now(), library.offset_minutes());
  if (const auto asked = call->target.parameter("day"); asked && !asked->empty()) {
    const auto parsed = core::parse_date(*asked);
    if (!parsed) return call->fail(422, "invalid", "must be a date, YYYY-MM-DD", "day");
    day = *parsed;
  }
  const auto floor = certainty_parameter(call->target);
  if (!floor) return call->fail(floor.error());
  in_pool(call, [call, content, question, day, limit = *limit, floor = *floor] {
    const auto begin = std::chrono::steady_clock::now();
    static thread_local knowledge::Index::Scratch scratch;
    std::vector<char32_t> folded;
    std::vector<std::uint32_t> offsets;
    std::vector<text::CharClass> classes;
    text::fold(question, folded, offsets, classes);
    std::vector<knowledge::Match> matches;
    knowledge::Query query;
    query.folded = folded;
    query.day = day;
    query.limit = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, limit));
    content->index->search(query, scratch, matches);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin).count();
    const bool english = call->english();
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("items").begin_array();
    for (const knowledge::Match& found : matches) {
      if (static_cast<int>(found.certainty) < floor) continue;
      const content::Article& article = content->library().articles[found.article];
      out.begin_object().field("id", article.id).field("title", article.title.in(english)).field("answer", article.answer.in(english));
      out.field("say", article.say.in(english)).key("facts").begin_array();
      for (const content::Fact& fact : article.facts) out.begin_object().field("label", fact.label.in(english)).field("value", fact.value.in(english)).end_object();
      out.end_array().key("source").begin_object().field("title", article.source.title).field("clause", article.source.clause).end_object();
      write_date(out, "from", article.in_force.from);
      write_date(out, "to", article.in_force.to);
      out.key("topics").begin_array();
      for (const std::string& topic : article.topics) out.value(topic);
      out.end_array().key("flow");
      if (article.flow.empty()) out.null();
      else out.value(article.flow);
      out.field("audience", article.audience == content::Audience::internal ? "internal" : "customer");
      out.field("certainty", static_cast<double>(found.certainty) / 1000).field("version", article.version).end_object();
    }
    out.end_array().field("took_us", took).end_object();
    call->json(200, std::move(text));
  });
}

// --- studio ---

void Gateway::list_content(const CallPtr& call) {
  const ContentPtr content = parts_.shelf.current();
  const auto limit = number_parameter(call->target, "limit", 100, 500);
  const auto cursor = number_parameter(call->target, "cursor", 0, 1'000'000);
  if (!limit) return call->fail(limit.error());
  if (!cursor) return call->fail(cursor.error());
  const auto kind = call->target.parameter("kind");
  const std::string question(call->target.parameter("q").value_or(""));
  const core::Day today = core::day_of(core::wall_clock_now(), content->library().offset_minutes());
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("items").begin_array();
  std::size_t index = 0, shown = 0, next = 0;
  for (const content::ItemText& item : content->items) {
    if (kind && !kind->empty() && item.kind != *kind) continue;
    const bool matches = question.empty() || item.id.find(question) != std::string::npos || item.title.zh.find(question) != std::string::npos ||
                         item.title.en.find(question) != std::string::npos || item.text.find(question) != std::string::npos;
    if (!matches || index++ < *cursor) continue;
    if (shown == std::max<std::uint64_t>(1, *limit)) {
      next = *cursor + shown;
      break;
    }
    ++shown;
    out.begin_object().field("kind", item.kind).field("id", item.id).field("pack", item.pack);
    write_localized(out, "title", item.title);
    out.field("version", item.version).field("state", item.in_force.covers(today) ? "in_force" : "out_of_force");
    write_date(out, "from", item.in_force.from);
    write_date(out, "to", item.in_force.to);
    out.field("file", item.file).field("line", item.line).field("edited", item.edited).end_object();
  }
  out.end_array().key("next");
  if (next == 0) out.null();
  else out.value(std::to_string(next));
  out.end_object();
  call->json(200, std::move(text));
}

void Gateway::content_status(const CallPtr& call) {
  const ContentPtr content = parts_.shelf.current();
  std::map<std::string, int> counts;
  for (const content::ItemText& item : content->items) ++counts[item.kind];
  std::string text;
  JsonWriter out(text);
  out.begin_object().field("hash", content->hash).field("since", core::format_instant(content->since)).key("packs").begin_array();
  for (const content::PackInfo& pack : content->library().packs) out.begin_object().field("id", pack.id).field("version", pack.version).end_object();
  out.end_array().key("counts").begin_object();
  for (const auto& [kind, count] : counts) out.field(kind, count);
  out.end_object().end_object();
  call->json(200, std::move(text));
}

void Gateway::get_content(const CallPtr& call) {
  in_pool(call, [this, call] {
    const ContentPtr content = parts_.shelf.current();
    const content::ItemText* item = content->find(call->parameters[0], call->parameters[1]);
    const auto drafts = parts_.records.content_drafts_of(call->parameters[0], call->parameters[1]);
    if (!drafts) return call->fail(drafts.error());
    const auto open = std::ranges::find_if(*drafts, is_open);
    // An item that so far exists only as a draft is empty.
    content::ItemText none;
    if (item == nullptr) {
      if (open == drafts->end()) return call->fail(404, "not_found", "no such item");
      none.kind = open->kind;
      none.id = open->item;
      none.pack = open->pack;
      item = &none;
    }
    const auto history = parts_.records.content_history(item->kind, item->id);
    if (!history) return call->fail(history.error());
    std::int64_t version = 0;
    for (const auto& entry : *history) version = std::max(version, entry.version);
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("kind", item->kind).field("id", item->id).field("pack", item->pack).field("version", version);
    out.field("text", item->text).field("base_text", item->edited ? item->base_text : item->text).field("edited", item->edited);
    out.field("file", item->file).field("line", item->line).key("item").raw(json::serialize(parsed_item(*item))).key("history").begin_array();
    for (const auto& entry : *history) {
      out.begin_object().field("version", entry.version).field("author", rep(entry.author).name.empty() ? entry.author : rep(entry.author).name)
          .field("at", core::format_instant(entry.at)).field("comment", entry.comment).field("state", entry.state).field("text", entry.text).key("approved_by");
      const auto approved = std::ranges::find(*drafts, entry.version, &storage::ContentDraft::version);
      if (approved == drafts->end()) out.null();
      else out.value(rep(approved->reviewer).name.empty() ? approved->reviewer : rep(approved->reviewer).name);
      out.end_object();
    }
    out.end_array().key("draft");
    if (open == drafts->end()) out.null();
    else write_draft(out, *open, true);
    out.key("decided").begin_array();
    for (const auto& draft : *drafts)
      if (!is_open(draft)) write_draft(out, draft, draft.state == "rejected");  // to go on from
    out.end_array().field("alone", publishing_alone_allowed()).end_object();
    call->json(200, std::move(text));
  });
}

void Gateway::check_content(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto kind = string_member(*body, "kind", 40);
  const auto id = optional_string(*body, "id", 200);
  const auto text = string_member(*body, "text", 1'000'000);
  if (const auto* error = first_error(kind, id, text)) return call->fail(*error);
  in_studio(call, [this, call, kind = *kind, id = *id, text = *text] {
    call->json(200, R"({"errors":)" + errors_json(parts_.shelf.check(kind, id, text)) + R"(,"warnings":[]})");
  });
}

void Gateway::publish_content(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  Edit edit;
  const auto text = string_member(*body, "text", 1'000'000);
  const auto version = optional_integer(*body, "expected_version");
  const auto comment = optional_string(*body, "comment", 2'000);
  if (const auto* error = first_error(text, version, comment)) return call->fail(*error);
  edit.kind = call->parameters[0];
  edit.id = call->parameters[1];
  edit.text = *text;
  edit.comment = *comment;
  edit.expected_version = version->value_or(0);
  edit.author = call->who().account;
  in_studio(call, [this, call, edit] {
    if (!publishing_alone_allowed()) return call->fail(403, "needs_approval", "a second person has to approve: submit the draft");
    // The trace first: what cannot be traced is not published. One person alone, and marked so.
    storage::AuditEntry entry;
    entry.actor = edit.author;
    entry.action = "content.publish";
    entry.object = edit.kind + "/" + edit.id;
    entry.detail = R"({"alone":true})";
    std::vector<core::Error> mistakes;
    const auto stored = parts_.shelf.publish(edit, mistakes, [this, &entry]() -> core::Status {
      TRY_ASSIGN(const auto added, parts_.records.add_audit(entry));
      (void)added;
      return {};
    });
    if (stored) {
      std::string answer;
      JsonWriter(answer).begin_object().field("version", stored->version).field("state", stored->state).field("at", core::format_instant(stored->at))
          .field("hash", parts_.shelf.current()->hash).end_object();
      return call->json(200, std::move(answer));
    }
    if (mistakes.empty()) return call->fail(stored.error());
    call->respond(mistakes_problem(mistakes));
  });
}

void Gateway::revert_content(const CallPtr& call) {
  in_studio(call, [this, call] {
    if (!publishing_alone_allowed()) return call->fail(403, "needs_approval", "a second person has to approve: submit the pack's text as a draft");
    storage::AuditEntry entry;
    entry.actor = call->who().account;
    entry.action = "content.revert";
    entry.object = call->parameters[0] + "/" + call->parameters[1];
    entry.detail = R"({"alone":true})";
    if (const auto added = parts_.records.add_audit(entry); !added) return call->fail(added.error());
    if (const auto status = parts_.shelf.revert(call->parameters[0], call->parameters[1], call->who().account); !status) return call->fail(status.error());
    net::Response response;
    response.status = 204;
    call->respond(std::move(response));
  });
}

void Gateway::try_content(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto kind = string_member(*body, "kind", 40);
  const auto id = string_member(*body, "id", 200);
  const auto text = string_member(*body, "text", 1'000'000);
  const auto sample_id = optional_string(*body, "sample", 200);
  if (const auto* error = first_error(kind, id, text, sample_id)) return call->fail(*error);
  const ContentPtr content = parts_.shelf.current();
  Result<cv::Dialogue> dialogue;
  if (const json::value* own = body->if_contains("dialogue"); own != nullptr && !own->is_null()) {
    if (!own->is_object()) return call->fail(422, "invalid", "must be a dialogue", "dialogue");
    json::object whole = own->get_object();
    if (!whole.contains("id")) whole["id"] = "try";
    const json::value* turns = whole.if_contains("turns");
    if (turns == nullptr || !turns->is_array() || turns->get_array().size() > 500)
      return call->fail(422, "invalid", "must be a list of at most 500 turns", "dialogue.turns");
    dialogue = cv::parse_dialogue(json::serialize(whole));
  } else {
    const content::Sample* sample = content->sample(*sample_id);
    if (sample == nullptr) return call->fail(404, "not_found", "no such sample", "sample");
    dialogue = edited(*sample, body->if_contains("turns"));
  }
  if (!dialogue) return call->fail(dialogue.error());
  in_studio(call, [this, call, content, kind = *kind, id = *id, text = *text, dialogue = *dialogue] {
    const auto draft = parts_.shelf.draft(kind, id, text);
    if (!draft) return call->respond(mistakes_problem(parts_.shelf.check(kind, id, text)));
    call->json(200, try_json(dialogue, *content, **draft));
  });
}

}  // namespace fenshen::gateway
