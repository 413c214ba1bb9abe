#include "gateway/http/routes.h"

#include "gateway/gateway.h"

namespace fenshen::gateway {
namespace {

using access::Permission;
using G = Gateway;

constexpr std::size_t kContentBody = 4 * 1024 * 1024;

constexpr Route open(std::string_view method, std::string_view pattern, std::string_view operation, void (G::*handler)(const CallPtr&), bool socket = false) {
  return {method, pattern, operation, Entry::open, {}, handler, 0, socket};
}
constexpr Route signed_in(std::string_view method, std::string_view pattern, std::string_view operation, void (G::*handler)(const CallPtr&), bool socket = false) {
  return {method, pattern, operation, Entry::session, {}, handler, 0, socket};
}
constexpr Route only(Permission permission, std::string_view method, std::string_view pattern, std::string_view operation,
                     void (G::*handler)(const CallPtr&), std::size_t body = 0) {
  return {method, pattern, operation, Entry::permission, permission, handler, body, false};
}

constexpr Route kRoutes[] = {
    open("GET", "/healthz", "health", &G::health),
    open("GET", "/readyz", "ready", &G::ready),
    open("GET", "/metrics", "metrics", &G::metrics),
    open("GET", "/api/v1/openapi.json", "openapi", &G::openapi),

    open("POST", "/api/v1/session", "signIn", &G::sign_in),
    signed_in("GET", "/api/v1/session", "getSession", &G::get_session),
    signed_in("DELETE", "/api/v1/session", "signOut", &G::sign_out),
    signed_in("GET", "/api/v1/ws", "deskSocket", &G::desk_socket, true),

    only(Permission::conversation_view, "GET", "/api/v1/conversations", "listConversations", &G::list_conversations),
    only(Permission::conversation_create, "POST", "/api/v1/conversations", "createConversation", &G::create_conversation),
    only(Permission::conversation_view, "GET", "/api/v1/conversations/{id}", "getConversation", &G::get_conversation),
    only(Permission::conversation_view, "GET", "/api/v1/conversations/{id}/events", "getEvents", &G::get_events),
    only(Permission::conversation_append, "POST", "/api/v1/conversations/{id}/events", "appendEvents", &G::append_events),
    only(Permission::conversation_view, "GET", "/api/v1/conversations/{id}/frames", "getFrames", &G::get_frames),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/acts", "proposeAct", &G::propose_act),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/acts/{act}/confirm", "confirmAct", &G::confirm_act),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/acts/{act}/result", "actResult", &G::act_result),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/cards/{card}/actions", "cardAction", &G::card_action),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/flow", "flowAction", &G::flow_action),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/accept", "acceptConversation", &G::accept_conversation),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/end", "endConversation", &G::end_conversation),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/wrapup", "saveWrapup", &G::save_wrapup),
    only(Permission::conversation_work, "POST", "/api/v1/conversations/{id}/sample", "sampleAction", &G::sample_action),

    signed_in("GET", "/api/v1/samples", "listSamples", &G::list_samples),
    signed_in("GET", "/api/v1/samples/{id}", "getSample", &G::get_sample),
    only(Permission::conversation_create, "POST", "/api/v1/samples/{id}/start", "startSample", &G::start_sample),

    only(Permission::knowledge_search, "GET", "/api/v1/knowledge/search", "searchKnowledge", &G::search_knowledge),

    only(Permission::content_view, "GET", "/api/v1/content", "listContent", &G::list_content),
    signed_in("GET", "/api/v1/content/status", "contentStatus", &G::content_status),
    only(Permission::content_edit, "POST", "/api/v1/content/check", "checkContent", &G::check_content, kContentBody),
    signed_in("GET", "/api/v1/names", "listNames", &G::list_names),
    only(Permission::content_view, "GET", "/api/v1/content/flow/{id}/bpmn", "exportBpmn", &G::export_bpmn),
    only(Permission::content_edit, "POST", "/api/v1/content/bpmn", "importBpmn", &G::import_bpmn, kContentBody),
    only(Permission::content_edit, "POST", "/api/v1/content/try", "tryContent", &G::try_content, kContentBody),
    only(Permission::content_view, "GET", "/api/v1/content/drafts", "listDrafts", &G::list_drafts),
    only(Permission::content_edit, "PUT", "/api/v1/content/{kind}/{id}/draft", "saveDraft", &G::save_draft, kContentBody),
    only(Permission::content_edit, "DELETE", "/api/v1/content/{kind}/{id}/draft", "dropDraft", &G::drop_draft),
    only(Permission::content_edit, "POST", "/api/v1/content/{kind}/{id}/draft/submit", "submitDraft", &G::submit_draft),
    only(Permission::content_edit, "POST", "/api/v1/content/{kind}/{id}/draft/withdraw", "withdrawDraft", &G::withdraw_draft),
    only(Permission::content_approve, "POST", "/api/v1/content/{kind}/{id}/draft/approve", "approveDraft", &G::approve_draft),
    only(Permission::content_approve, "POST", "/api/v1/content/{kind}/{id}/draft/reject", "rejectDraft", &G::reject_draft),

    only(Permission::content_edit, "GET", "/api/v1/content/whatif", "listWhatIf", &G::list_what_if),
    only(Permission::content_edit, "POST", "/api/v1/content/whatif", "startWhatIf", &G::start_what_if, kContentBody),
    only(Permission::content_edit, "GET", "/api/v1/content/whatif/{job}", "getWhatIf", &G::get_what_if),
    only(Permission::content_edit, "POST", "/api/v1/content/whatif/{job}/cancel", "cancelWhatIf", &G::cancel_what_if),
    only(Permission::content_edit, "GET", "/api/v1/content/whatif/{job}/changes", "listWhatIfChanges", &G::list_what_if_changes),
    only(Permission::content_view, "GET", "/api/v1/content/{kind}/{id}", "getContent", &G::get_content),
    only(Permission::content_publish, "PUT", "/api/v1/content/{kind}/{id}", "publishContent", &G::publish_content, kContentBody),
    only(Permission::content_publish, "DELETE", "/api/v1/content/{kind}/{id}/edit", "revertContent", &G::revert_content),

    only(Permission::console_view, "GET", "/api/v1/console/conversations", "listConsole", &G::list_console),
    only(Permission::console_view, "GET", "/api/v1/console/attention", "consoleAttention", &G::console_attention),

    only(Permission::quality_view, "GET", "/api/v1/quality/conversations", "listQuality", &G::list_quality),
    only(Permission::quality_view, "GET", "/api/v1/quality/conversations/{id}", "getQuality", &G::get_quality),
    only(Permission::quality_inspect, "POST", "/api/v1/quality/conversations/{id}/inspect", "inspectQuality", &G::inspect_quality),
    only(Permission::quality_appeal, "POST", "/api/v1/quality/conversations/{id}/appeal", "appealQuality", &G::appeal_quality),
    only(Permission::quality_inspect, "POST", "/api/v1/quality/conversations/{id}/recheck", "recheckQuality", &G::recheck_quality),
    only(Permission::quality_inspect, "POST", "/api/v1/quality/conversations/{id}/decide", "decideQuality", &G::decide_quality),
    only(Permission::quality_inspect, "GET", "/api/v1/quality/samples", "listQualitySamples", &G::list_quality_samples),
    only(Permission::quality_inspect, "POST", "/api/v1/quality/samples", "drawQualitySample", &G::draw_quality_sample),
    only(Permission::quality_inspect, "GET", "/api/v1/quality/samples/{id}", "getQualitySample", &G::get_quality_sample),
    only(Permission::quality_view, "GET", "/api/v1/quality/agreement", "qualityAgreement", &G::quality_agreement),
    only(Permission::quality_view, "GET", "/api/v1/quality/advice", "qualityAdvice", &G::quality_advice),
    only(Permission::quality_view, "GET", "/api/v1/quality/sheets", "listScoreSheets", &G::list_score_sheets),
    only(Permission::alert_view, "GET", "/api/v1/alerts", "listAlerts", &G::list_alerts),
    only(Permission::alert_acknowledge, "POST", "/api/v1/alerts/{id}/acknowledge", "acknowledgeAlert", &G::acknowledge_alert),

    open("POST", "/api/v1/chat/sessions", "openChat", &G::open_chat),
    open("GET", "/api/v1/chat/ws", "chatSocket", &G::chat_socket, true),
};

// Matches one path; parameters in order. nullopt: another path.
std::optional<std::vector<std::string>> match_path(std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::string> parameters;
  std::size_t index = 0;
  pattern.remove_prefix(1);
  while (true) {
    const std::size_t slash = pattern.find('/');
    const std::string_view part = pattern.substr(0, slash);
    if (index >= segments.size()) return std::nullopt;
    if (part.front() == '{') parameters.push_back(segments[index]);
    else if (part != segments[index]) return std::nullopt;
    ++index;
    if (slash == std::string_view::npos) break;
    pattern.remove_prefix(slash + 1);
  }
  if (index != segments.size()) return std::nullopt;
  return parameters;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

RouteMatch match(std::string_view method, const std::vector<std::string>& segments) {
  RouteMatch result;
  for (const Route& route : kRoutes) {
    auto parameters = match_path(route.pattern, segments);
    if (!parameters) continue;
    if (!result.allow.empty()) result.allow += ", ";
    result.allow += route.method;
    if (result.route == nullptr && route.method == method) {
      result.route = &route;
      result.parameters = std::move(*parameters);
    }
  }
  return result;
}

}  // namespace fenshen::gateway
