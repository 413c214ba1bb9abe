// Flows as BPMN documents: out for other editors, in as drafts.
#include <boost/json.hpp>

#include <algorithm>

#include "bpmn/bpmn.h"
#include "core/json_writer.h"
#include "gateway/gateway.h"
#include "gateway/http/content_errors.h"
#include "gateway/live/approval.h"

namespace fenshen::gateway {

using core::JsonWriter;
using storage::ContentDraft;

namespace {

constexpr std::size_t kXmlMax = 3 * 1024 * 1024;

net::Response xml_response(std::string body, const std::string& name) {
  net::Response response;
  response.headers.push_back({"Content-Type", "application/xml; charset=utf-8"});
  std::string safe;
  for (const char c : name) safe += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '_';
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"" + safe + ".bpmn\""});
  response.body = std::move(body);
  return response;
}

}  // namespace

void Gateway::export_bpmn(const CallPtr& call) {
  in_pool(call, [this, call] {
    const std::string id = call->parameters[0];
    const ContentPtr content = parts_.shelf.current();
    std::string text;
    if (const content::ItemText* item = content->find("flow", id); item != nullptr) text = item->text;
    if (call->target.parameter("draft").value_or("") == "true") {
      const auto drafts = parts_.records.content_drafts_of("flow", id);
      if (!drafts) return call->fail(drafts.error());
      const auto open = std::ranges::find_if(*drafts, is_open);
      if (open == drafts->end()) return call->fail(404, "not_found", "this flow has no open draft");
      text = open->text;
    }
    if (text.empty()) return call->fail(404, "not_found", "no such flow");
    auto xml = bpmn::export_flow(text);
    if (!xml) return call->respond(mistakes_problem({xml.error()}));
    call->respond(xml_response(std::move(*xml), id));
  });
}

void Gateway::import_bpmn(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto xml = string_member(*body, "xml", kXmlMax);
  const auto keep = optional_bool(*body, "draft", false);
  const auto comment = optional_string(*body, "comment", 2'000);
  if (const auto* error = first_error(xml, keep, comment)) return call->fail(*error);
  in_studio(call, [this, call, xml = *xml, keep = *keep, comment = *comment] {
    const bpmn::ImportOutcome outcome = bpmn::import_flows(xml);
    if (!outcome.errors.empty()) return call->respond(mistakes_problem(outcome.errors));
    std::vector<std::optional<ContentDraft>> drafts(outcome.flows.size());
    for (std::size_t i = 0; keep && i < outcome.flows.size(); ++i) {
      auto draft = draft_of_flow(outcome.flows[i].id, outcome.flows[i].yaml, call->who().account, comment);
      if (!draft) return call->fail(draft.error());
      drafts[i] = std::move(*draft);
    }
    // Only now: either all are kept, or none because one of them is being written by somebody.
    for (auto& draft : drafts) {
      if (!draft) continue;
      auto stored = parts_.records.put_content_draft(std::move(*draft));
      if (!stored) return call->fail(stored.error());
      draft = std::move(*stored);
    }
    std::string answer;
    JsonWriter out(answer);
    out.begin_object().key("items").begin_array();
    for (std::size_t i = 0; i < outcome.flows.size(); ++i) {
      const bpmn::ImportedFlow& flow = outcome.flows[i];
      out.begin_object().field("id", flow.id).field("text", flow.yaml).key("errors").raw(errors_json(parts_.shelf.check("flow", flow.id, flow.yaml))).key("draft");
      if (drafts[i]) write_draft(out, *drafts[i], false);
      else out.null();
      out.end_object();
    }
    out.end_array().end_object();
    call->json(200, std::move(answer));
  });
}

core::Result<ContentDraft> Gateway::draft_of_flow(const std::string& id, const std::string& yaml, const std::string& account, const std::string& comment) {
  TRY(check_id(id, "id"));
  TRY_ASSIGN(const auto drafts, parts_.records.content_drafts_of("flow", id));
  if (std::ranges::any_of(drafts, is_open)) return core::fail(core::Code::conflict, "flow " + id + " has an open draft: give it up first", id);
  TRY_ASSIGN(const auto history, parts_.records.content_history("flow", id));
  ContentDraft draft;
  draft.kind = "flow";
  draft.item = id;
  draft.pack = parts_.shelf.pack_of(draft.kind, draft.item);
  draft.text = yaml;
  for (const auto& entry : history) draft.base_version = std::max(draft.base_version, entry.version);
  return step(std::move(draft), DraftStep::save, account, comment, core::wall_clock_now());
}

}  // namespace fenshen::gateway
