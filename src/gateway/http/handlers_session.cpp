// Health, metrics, the API's description, signing in and out.
#include "core/json_writer.h"
#include "gateway/gateway.h"

namespace fenshen::gateway {
namespace {

std::string session_json(const access::Principal& who) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("user").begin_object().field("id", who.account).field("username", who.username).field("name", who.name);
  out.field("number", who.number).field("team", who.team).key("roles").begin_array();
  for (const std::string& role : access::role_names(who)) out.value(role);
  out.end_array().end_object().field("csrf", who.csrf).end_object();
  return text;
}

std::string cookie(std::string_view value, bool secure, long seconds) {
  return "fenshen_session=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds) + (secure ? "; Secure" : "");
}

}  // namespace

void Gateway::health(const CallPtr& call) { call->json(200, R"({"status":"ok"})"); }

void Gateway::ready(const CallPtr& call) {
  if (!ready_) return call->fail(503, "unavailable", "the server is stopping");
  // The store must answer; the content was compiled before we listened.
  in_pool(call, [this, call] {
    const auto setting = parts_.records.setting("chat.secret");
    if (!setting) return call->fail(503, "unavailable", "the store does not answer");
    call->json(200, R"({"status":"ready"})");
  });
}

void Gateway::metrics(const CallPtr& call) {
  // Numbers of the house are for its own machines: loopback, or an account that may see the console.
  const bool may_see = call->request.loopback || (call->principal && access::allowed(*call->principal, access::Permission::console_view));
  if (!may_see) return call->fail(403, "forbidden", "metrics are served to loopback only");
  net::Response response;
  response.headers.push_back({"Content-Type", "text/plain; version=0.0.4; charset=utf-8"});
  response.body = metrics_.text(parts_.live);
  call->respond(std::move(response));
}

void Gateway::openapi(const CallPtr& call) {
  if (options_.openapi_json.empty()) return call->fail(503, "unavailable", "the description of the API is missing");
  call->json(200, options_.openapi_json);
}

void Gateway::sign_in(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto username = string_member(*body, "username", 200);
  if (!username) return call->fail(username.error());
  const auto password = string_member(*body, "password", 1'000);
  if (!password) return call->fail(password.error());
  parts_.access.login(*username, *password, call->request.remote_address, [this, call](core::Result<access::LoginOutcome> outcome) {
    if (!outcome) return call->fail(outcome.error());
    net::Response response = json_response(200, session_json(outcome->principal));
    const long seconds = static_cast<long>((outcome->expires_at - core::wall_clock_now()) / 1000);
    response.headers.push_back({"Set-Cookie", cookie(outcome->token, options_.tls, std::max(60L, seconds))});
    call->respond(std::move(response));
  });
}

void Gateway::get_session(const CallPtr& call) { call->json(200, session_json(call->who())); }

void Gateway::sign_out(const CallPtr& call) {
  if (const auto status = parts_.access.logout(call->session_token); !status && !call->session_token.empty()) return call->fail(status.error());
  net::Response response;
  response.status = 204;
  response.headers.push_back({"Set-Cookie", cookie("", options_.tls, 0)});
  call->respond(std::move(response));
}

}  // namespace fenshen::gateway
