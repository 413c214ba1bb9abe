// Approval by a second person: drafts, and what becomes of them. The steps themselves are live/approval.h; here they are
// stored, written into the audit and, once approved, published.
#include <boost/json.hpp>

#include <algorithm>

#include "core/json_writer.h"
#include "gateway/gateway.h"
#include "gateway/http/content_errors.h"
#include "gateway/live/approval.h"

namespace fenshen::gateway {

using core::Code;
using core::JsonWriter;
using storage::ContentDraft;

namespace {

constexpr std::size_t kDraftsListed = 500;

void write_time(JsonWriter& out, std::string_view name, core::Millis at) {
  out.key(name);
  if (at == 0) out.null();
  else out.value(core::format_instant(at));
}

std::string audit_detail(const ContentDraft& draft) {
  std::string text;
  JsonWriter(text).begin_object().field("draft", draft.number).field("base_version", draft.base_version).end_object();
  return text;
}

}  // namespace

bool Gateway::publishing_alone_allowed() const {
  const auto setting = parts_.records.setting(kAloneSetting);
  return setting && *setting && **setting == "yes";
}

void Gateway::write_draft(JsonWriter& out, const ContentDraft& draft, bool with_text) {
  const auto person = [&](const std::string& account) {
    const std::string name = rep(account).name;
    out.begin_object().field("id", account).field("name", name.empty() ? account : name).end_object();
  };
  out.begin_object().field("kind", draft.kind).field("item", draft.item).field("pack", draft.pack).field("number", draft.number).field("revision", draft.revision);
  out.field("state", draft.state).field("base_version", draft.base_version).key("editors").begin_array();
  for (const std::string& editor : draft.editors) person(editor);
  out.end_array().field("comment", draft.comment).key("reviewer");
  if (draft.reviewer.empty()) out.null();
  else person(draft.reviewer);
  out.field("review", draft.review).key("trial");
  if (draft.trial.empty()) out.null();
  else out.value(draft.trial);
  out.key("version");
  if (draft.version == 0) out.null();
  else out.value(draft.version);
  write_time(out, "at", draft.at);
  write_time(out, "submitted_at", draft.submitted_at);
  write_time(out, "decided_at", draft.decided_at);
  if (with_text) out.field("text", draft.text);
  out.end_object();
}

core::Result<ContentDraft> Gateway::open_draft(const Call& call) const {
  TRY_ASSIGN(const auto drafts, parts_.records.content_drafts_of(call.parameters[0], call.parameters[1]));
  const auto open = std::ranges::find_if(drafts, is_open);
  if (open == drafts.end()) return core::fail(Code::not_found, "this item has no open draft", call.parameters[1]);
  return *open;
}

void Gateway::list_drafts(const CallPtr& call) {
  const auto state = call->target.parameter("state").value_or("open");
  if (state != "open" && state != "all") return call->fail(422, "invalid", "must be open or all", "state");
  in_pool(call, [this, call, open_only = state == "open"] {
    const auto drafts = parts_.records.content_drafts(open_only, kDraftsListed);
    if (!drafts) return call->fail(drafts.error());
    const ContentPtr content = parts_.shelf.current();
    std::string text;
    JsonWriter out(text);
    out.begin_object().key("items").begin_array();
    for (const ContentDraft& draft : *drafts) {
      out.begin_object().key("title");
      if (const auto* item = content->find(draft.kind, draft.item)) out.begin_object().field("zh", item->title.zh).field("en", item->title.in(true)).end_object();
      else out.null();
      out.key("draft");
      write_draft(out, draft, false);
      out.end_object();
    }
    out.end_array().key("next").null().field("alone", publishing_alone_allowed()).end_object();
    call->json(200, std::move(text));
  });
}

void Gateway::save_draft(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto text = string_member(*body, "text", 1'000'000);
  const auto comment = optional_string(*body, "comment", 2'000);
  const auto trial = optional_string(*body, "trial", 200);
  const auto base = optional_integer(*body, "base_version");
  const auto revision = optional_integer(*body, "revision");
  if (const auto* error = first_error(text, comment, trial, base, revision)) return call->fail(*error);
  if (const auto status = check_id(call->parameters[1], "id"); !status) return call->fail(status.error());
  in_pool(call, [this, call, text = *text, comment = *comment, trial = *trial, base = *base, revision = *revision] {
    ContentDraft draft;
    const auto open = open_draft(*call);
    if (!open && open.error().code != Code::not_found) return call->fail(open.error());
    if (open) {
      draft = *open;
      draft.revision = revision.value_or(0);  // what was read; the store compares
    } else {
      if (revision.value_or(0) != 0) return call->fail(409, "conflict", "the draft is no longer open", "revision");
      draft.kind = call->parameters[0];
      draft.item = call->parameters[1];
      draft.pack = parts_.shelf.pack_of(draft.kind, draft.item);
    }
    draft.text = text;
    if (base) draft.base_version = *base;
    if (!trial.empty()) draft.trial = trial;
    auto saved = step(std::move(draft), DraftStep::save, call->who().account, comment, core::wall_clock_now());
    if (saved) saved = parts_.records.put_content_draft(std::move(*saved));
    if (!saved) return call->fail(saved.error());
    std::string answer;
    JsonWriter out(answer);
    write_draft(out, *saved, true);
    call->json(200, std::move(answer));
  });
}

// Everything but saving: one step of the open draft, audited before it is stored.
void Gateway::move_draft(const CallPtr& call, DraftStep which) {
  boost::json::object body;
  if (which != DraftStep::drop) {
    auto read = call->body();
    if (!read) return call->fail(read.error());
    body = std::move(*read);
  }
  const auto comment = optional_string(body, "comment", 2'000);
  const auto revision = optional_integer(body, "revision");
  if (const auto* error = first_error(comment, revision)) return call->fail(*error);
  in_studio(call, [this, call, which, comment = *comment, revision = *revision] {
    const auto open = open_draft(*call);
    if (!open) return call->fail(open.error());
    if (revision && *revision != open->revision) return call->fail(409, "conflict", "the draft was changed meanwhile", "revision");
    auto next = step(*open, which, call->who().account, comment, core::wall_clock_now());
    if (!next) return call->fail(next.error());
    // Nobody is asked to look at what cannot be published.
    if (which == DraftStep::submit)
      if (const auto mistakes = parts_.shelf.check(next->kind, next->item, next->text); !mistakes.empty()) return call->respond(mistakes_problem(mistakes));
    const std::string object = next->kind + "/" + next->item;
    const auto audit = [&](std::string_view action, std::string detail) -> core::Status {
      storage::AuditEntry entry;
      entry.actor = call->who().account;
      entry.action = action;
      entry.object = object;
      entry.detail = std::move(detail);
      TRY_ASSIGN(const auto added, parts_.records.add_audit(entry));
      (void)added;
      return {};
    };
    if (which == DraftStep::approve) {
      Edit edit{next->kind, next->item, next->text, next->editors.back(), next->comment, next->base_version};
      std::vector<core::Error> mistakes;
      std::string detail;
      JsonWriter(detail).begin_object().field("alone", false).field("author", edit.author).field("draft", next->number).end_object();
      const auto published = parts_.shelf.publish(edit, mistakes, [&] { return audit("content.publish", detail); });
      if (!published) return mistakes.empty() ? call->fail(published.error()) : call->respond(mistakes_problem(mistakes));
      next->version = published->version;
    }
    if (const auto status = audit(audit_name(which), audit_detail(*next)); !status) return call->fail(status.error());
    const auto stored = parts_.records.put_content_draft(std::move(*next));
    if (!stored) return call->fail(stored.error());
    std::string answer;
    JsonWriter out(answer);
    write_draft(out, *stored, true);
    call->json(200, std::move(answer));
  });
}

void Gateway::drop_draft(const CallPtr& call) { move_draft(call, DraftStep::drop); }
void Gateway::submit_draft(const CallPtr& call) { move_draft(call, DraftStep::submit); }
void Gateway::withdraw_draft(const CallPtr& call) { move_draft(call, DraftStep::withdraw); }
void Gateway::approve_draft(const CallPtr& call) { move_draft(call, DraftStep::approve); }
void Gateway::reject_draft(const CallPtr& call) { move_draft(call, DraftStep::reject); }

}  // namespace fenshen::gateway
