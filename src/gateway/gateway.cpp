#include "gateway/gateway.h"

#include <algorithm>

#include "core/log.h"
#include "storage/crypto/digest.h"

namespace fenshen::gateway {
namespace {

using core::Code;
using core::fail;
constexpr std::string_view kCookie = "fenshen_session";
constexpr std::size_t kPoolQueueMost = 2'000;
constexpr std::size_t kStudioQueueMost = 8;

// Scripts only from us, never inline. Styles: antd writes its style elements at run time without a nonce, so
// 'unsafe-inline' stays for style-src alone; a style cannot run code, and connect-src, img-src and font-src leave it no
// way to carry text out.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'";

// The customer's page has no such library: its styles come from files and constructed sheets.
constexpr std::string_view kChatPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
bool is_chat_page(const net::Target& target) { return target.path == "/chat" || target.path == "/chat/" || target.path == "/chat.html"; }

bool is_write(std::string_view method) { return method != "GET" && method != "HEAD"; }

}  // namespace

bool same_site(const net::Request& request) {
  const auto origin = request.header("Origin");
  if (!origin) return true;
  const auto host = request.header("Host");
  const std::size_t scheme = origin->find("://");
  return host && scheme != std::string_view::npos && origin->substr(scheme + 3) == *host;
}

core::Result<std::unique_ptr<Gateway>> Gateway::create(Parts parts, Options options) {
  std::unique_ptr<Gateway> gateway(new Gateway(parts, std::move(options)));
  // Chat tokens are signed, not stored; the key outlives restarts, so that a customer may come back.
  TRY_ASSIGN(auto secret, parts.records.setting("chat.secret"));
  if (!secret) {
    secret = storage::crypto::random_token(32);
    TRY(parts.records.put_setting("chat.secret", *secret));
  }
  gateway->chat_secret_ = *secret;
  TRY_ASSIGN(gateway->whatif_, service::WhatIfJobs::open(parts.log, parts.records));
  gateway->request_prefix_ = storage::crypto::random_token(4);
  parts.live.name_reps([raw = gateway.get()](std::string_view account) { return raw->rep(account).name; });
  parts.shelf.on_change([raw = gateway.get()](const ContentPtr& content) {
    const auto message = std::make_shared<const std::string>(R"({"op":"content","hash":")" + content->hash + R"("})");
    const std::lock_guard lock(raw->desks_mutex_);
    for (const auto& [socket, desk] : raw->desks_) socket->send(message);
  });
  gateway->start_quality();
  parts.access.on_session_end([raw = gateway.get()](const access::Access::Ended& ended) { raw->close_desks(ended); });
  gateway->recheck_desks();
  return gateway;
}

Gateway::Gateway(Parts parts, Options options)
    : parts_(parts), options_(std::move(options)), files_(options_.web),
      account_limit_(options_.account_rate.burst, options_.account_rate.per_second),
      open_limit_(options_.stranger_rate.burst, options_.stranger_rate.per_second),
      chat_limit_(options_.chat_rate.burst, options_.chat_rate.per_second) {}

void Gateway::handle(net::Request request, net::Exchange exchange) {
  auto call = std::make_shared<Call>(
      std::move(request), std::move(exchange), [this](const Call& answered, net::Response& response) { decorate(answered, response); },
      [this](const Call& answered, int status, std::size_t bytes) { sent(answered, status, bytes); });
  call->request_id = request_prefix_ + "-" + std::to_string(++request_number_);
  auto target = net::parse_target(call->request.target);
  if (!target) return call->fail(400, "bad_request", "the address cannot be read");
  call->target = std::move(*target);
  call->head = call->request.method == "HEAD";
  RouteMatch found = match(call->head ? "GET" : std::string_view(call->request.method), call->target.segments);
  if (found.route == nullptr) {
    if (found.allow.empty()) return serve_page(call);
    net::Response response = problem(405, "method_not_allowed", "this address does not take that method");
    response.headers.push_back({"Allow", found.allow});
    return call->respond(std::move(response));
  }
  call->route = found.route;
  call->parameters = std::move(found.parameters);
  enter(call);
}

void Gateway::serve_page(const CallPtr& call) {
  const auto& segments = call->target.segments;
  if (!segments.empty() && segments.front() == "api") return call->fail(404, "not_found", "no such address");
  if (is_write(call->request.method)) return call->fail(405, "method_not_allowed", "pages are only read");
  net::Response response = files_.serve(call->request, call->target.path);
  if (response.status == 404)
    return call->fail(404, "not_found", files_.empty() ? "the front end is not built: ./run builds it" : "no such page");
  call->respond(std::move(response));
}

// Default deny: whoever gets past this may at least call the operation.
void Gateway::enter(const CallPtr& call) {
  const Route& route = *call->route;
  const core::Status known = authenticate(*call);
  const bool unlimited = call->principal && call->principal->unlimited;
  if (!unlimited && route.pattern.starts_with("/api/")) {
    const int wait = call->principal ? account_limit_.take(call->principal->account) : open_limit_.take(call->request.remote_address);
    if (wait > 0) return call->fail({Code::limited, "too many requests", std::to_string(wait)});
  }
  if (route.entry != Entry::open) {
    if (!known) return call->fail(known.error());
    if (is_write(call->request.method) && !write_is_ours(*call))
      return call->fail(403, "csrf", "X-CSRF-Token is missing or wrong, or the request comes from another site");
    if (route.entry == Entry::permission && !access::allowed(*call->principal, route.permission))
      return call->fail(403, "forbidden", "your role may not do this");
  }
  if (route.socket && !call->request.websocket) return call->fail(426, "bad_request", "this address is a WebSocket");
  if (route.socket && !same_site(call->request)) return call->fail(403, "forbidden", "the socket was opened from another site");
  (this->*route.handler)(call);
}

core::Status Gateway::authenticate(Call& call) {
  if (const auto bearer = call.request.header("Authorization"); bearer && bearer->starts_with("Bearer ")) {
    auto principal = parts_.access.authenticate_bearer(bearer->substr(7), call.request.remote_address);
    if (!principal) return std::unexpected(principal.error());
    call.principal = std::move(*principal);
    return {};
  }
  const auto cookie = net::find_cookie(call.request, kCookie);
  if (!cookie || cookie->empty()) return fail(Code::unauthorized, "sign in first");
  auto principal = parts_.access.authenticate(*cookie);
  if (!principal) return std::unexpected(principal.error());
  call.session_token = std::string(*cookie);
  call.principal = std::move(*principal);
  return {};
}

bool Gateway::write_is_ours(const Call& call) const {
  if (call.principal->by_token) return true;
  return same_site(call.request) && access::csrf_ok(*call.principal, call.request.header("X-CSRF-Token").value_or(""));
}

void Gateway::decorate(const Call& call, net::Response& response) const {
  auto& headers = response.headers;
  headers.push_back({"X-Request-Id", call.request_id});
  headers.push_back({"X-Content-Type-Options", "nosniff"});
  headers.push_back({"X-Frame-Options", "DENY"});
  headers.push_back({"Referrer-Policy", "no-referrer"});
  headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  headers.push_back({"Permissions-Policy", "camera=(), microphone=(), geolocation=()"});
  headers.push_back({"Content-Security-Policy", std::string(is_chat_page(call.target) ? kChatPolicy : kPolicy)});
  if (options_.tls) headers.push_back({"Strict-Transport-Security", "max-age=31536000"});
  if (!response.header("Cache-Control")) headers.push_back({"Cache-Control", "no-store"});
}

void Gateway::sent(const Call& call, int status, std::size_t bytes) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - call.request.received).count();
  const std::string_view operation = call.route != nullptr ? call.route->operation : std::string_view("page");
  metrics_.request(operation, status, seconds);
  // No path and no query: they may hold words of people.
  FENSHEN_LOG(info, "gateway", "request", {"id", call.request_id}, {"method", call.request.method}, {"operation", operation},
              {"status", status}, {"ms", seconds * 1000}, {"bytes", bytes}, {"account", call.principal ? call.principal->account : std::string()});
}

std::size_t Gateway::body_limit(std::string_view method, std::string_view target) const {
  const auto parsed = net::parse_target(target);
  if (!parsed) return 0;
  const RouteMatch found = match(method, parsed->segments);
  return found.route != nullptr ? found.route->body_bytes : 0;
}

net::Response Gateway::error_response(int status, std::string_view what) const {
  const std::string_view code = status == 413 || status == 431 ? "too_large" : status == 503 ? "unavailable" : status >= 500 ? "internal" : "bad_request";
  net::Response response = problem(status, code, what);
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

void Gateway::in_pool(const CallPtr& call, std::function<void()> work) {
  if (!parts_.live.pool().post_bounded(std::move(work), kPoolQueueMost)) call->fail({Code::limited, "too much is waiting: try again", "1"});
}

void Gateway::in_studio(const CallPtr& call, std::function<void()> work) {
  if (!studio_.post_bounded(std::move(work), kStudioQueueMost)) call->fail({Code::limited, "too many drafts are waiting: try again", "5"});
}

bool Gateway::may(const access::Principal& who, access::Permission permission, const Summary& summary) {
  std::string team = summary.team;
  if (!summary.rep.empty())
    if (std::string own = rep(summary.rep).team; !own.empty()) team = std::move(own);  // the rep's team, whatever the channel said
  return access::allowed(who, permission, access::Resource{summary.rep, team});
}

void Gateway::with_conversation(const CallPtr& call, access::Permission permission, std::function<void(SummaryPtr)> use) {
  parts_.live.summary(call->parameters.front(), [this, call, permission, use = std::move(use)](core::Result<SummaryPtr> summary) {
    if (!summary) return call->fail(summary.error());
    if (!may(call->who(), permission, **summary)) return call->fail(403, "forbidden", "this conversation is not yours");
    use(*summary);
  });
}

Gateway::Rep Gateway::rep(std::string_view account) {
  {
    const std::lock_guard lock(reps_mutex_);
    if (const auto found = reps_.find(std::string(account)); found != reps_.end()) return found->second;
  }
  Rep found;
  if (const auto stored = parts_.records.account(account)) found = {stored->name, stored->team};
  const std::lock_guard lock(reps_mutex_);
  return reps_.emplace(account, found).first->second;
}

void Gateway::add_desk(const Live::Socket& socket, Desk desk) {
  const std::lock_guard lock(desks_mutex_);
  desks_.emplace(socket, std::move(desk));
}
void Gateway::remove_desk(const Live::Socket& socket) {
  const std::lock_guard lock(desks_mutex_);
  desks_.erase(socket);
}

void Gateway::close_desks(const access::Access::Ended& ended) {
  std::vector<std::pair<Live::Socket, Desk>> over;
  {
    const std::lock_guard lock(desks_mutex_);
    for (const auto& [socket, desk] : desks_) {
      if (desk.token.empty()) continue;
      if (ended.token.empty() ? desk.account == ended.account : desk.token == ended.token) over.emplace_back(socket, desk);
    }
  }
  for (const auto& [socket, desk] : over) {
    desk.ended();
    parts_.live.unsubscribe_list(socket);
    socket->close(net::kCloseSignedOut, "signed out");  // what is sent from now on is dropped
  }
}

// Sessions that run out, or are ended by another process, are noticed here.
void Gateway::recheck_desks() {
  std::vector<std::pair<std::string, std::string>> sessions;
  {
    const std::lock_guard lock(desks_mutex_);
    for (const auto& [socket, desk] : desks_)
      if (!desk.token.empty()) sessions.emplace_back(desk.token, desk.account);
  }
  std::ranges::sort(sessions);
  sessions.erase(std::ranges::unique(sessions).begin(), sessions.end());
  for (const auto& [token, account] : sessions)
    if (!parts_.access.alive(token)) close_desks({token, account});
  parts_.live.pool().post_at(std::chrono::steady_clock::now() + options_.session_check, [this] { recheck_desks(); });
}

bool Gateway::is_own(const access::Principal& who, const Summary& summary) {
  return summary.rep == who.account || (who.by_token && summary.starter == who.account);
}

bool Gateway::unmasked(const access::Principal& who, const Summary& summary) {
  // A rep needs the words of the customer he serves, until the wrap-up is saved: not of those who wait, nor afterwards.
  if (access::scope(who, access::Permission::data_unmask) == access::Scope::own)
    return summary.rep == who.account && (summary.state == Summary::State::open || summary.state == Summary::State::ended);
  return may(who, access::Permission::data_unmask, summary);
}

bool Gateway::read_unmasked(const access::Principal& who, const Summary& summary) {
  return unmasked(who, summary) && (is_own(who, summary) || audit(who, "data.unmask", summary.id));
}

bool Gateway::audit(const access::Principal& who, std::string_view action, std::string_view object) {
  storage::AuditEntry entry;
  entry.actor = who.account;
  entry.action = std::string(action);
  entry.object = std::string(object);
  entry.detail = "{}";
  const auto added = parts_.records.add_audit(std::move(entry));
  if (!added) FENSHEN_LOG(error, "gateway", "audit record not written", {"error", added.error().message});
  return added.has_value();
}

// Looking into another's conversation leaves a trace.
void Gateway::audit_view(const access::Principal& who, const Summary& summary) {
  if (is_own(who, summary) || who.by_token) return;
  audit(who, "conversation.view", summary.id);
}

}  // namespace fenshen::gateway
