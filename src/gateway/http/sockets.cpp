// The desk's socket and the customer's: small machines of JSON messages in and pushes out.
#include <boost/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <set>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "gateway/gateway.h"
#include "storage/crypto/digest.h"

namespace fenshen::gateway {

namespace cv = conversation;
namespace json = boost::json;
using access::Permission;
using core::Code;
using core::Result;

namespace {

std::string error_message(std::string_view code, std::string_view detail, std::string_view conversation = {}) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("op", "error").field("code", code).field("detail", detail);
  if (!conversation.empty()) out.field("conversation", conversation);
  out.end_object();
  return text;
}

std::string text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}
std::uint64_t number_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() && value->get_int64() > 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}
bool flag_member(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

Result<json::object> parse_message(std::string_view text) {
  TRY_ASSIGN(json::value value, cv::parse_json(text, "message"));
  if (!value.is_object()) return core::fail(Code::invalid, "a message is a JSON object");
  return std::move(value.get_object());
}

constexpr std::size_t kWatchedMost = 5'000;
constexpr auto kRecheck = std::chrono::seconds(60);

// One desk or console. Lives on its connection's thread.
class DeskSocket : public std::enable_shared_from_this<DeskSocket> {
 public:
  DeskSocket(Gateway& gateway, access::Principal who, std::string session_token)
      : gateway_(gateway), who_(std::move(who)), session_token_(std::move(session_token)) {}

  void opened(Live::Socket socket) {
    socket_ = std::move(socket);
    gateway_.add_desk(socket_);
  }
  void closed() {
    gateway_.remove_desk(socket_);
    gateway_.live().unsubscribe_list(socket_);
    for (const std::string& id : watched_) gateway_.live().unwatch(id, socket_);
    socket_.reset();
  }

  void message(std::string_view text) {
    if (!who_.unlimited && limit_.take("") > 0) return socket_->send(error_message("rate_limited", "too many messages"));
    if (!still_signed_in()) return socket_->close(net::kClosePolicy, "signed out");
    const auto parsed = parse_message(text);
    if (!parsed) return socket_->send(error_message("bad_request", parsed.error().message));
    const std::string op = text_member(*parsed, "op");
    const std::string id = text_member(*parsed, "conversation");
    if (op == "ping") return socket_->send(std::string(R"({"op":"pong"})"));
    if (op == "watch") return watch(id, number_member(*parsed, "after"), flag_member(*parsed, "panels", true));
    if (op == "unwatch") return unwatch(id);
    if (op == "list") return list(text_member(*parsed, "scope"));
    if (op == "typing") return typing(id, flag_member(*parsed, "on", false));
    socket_->send(error_message("bad_request", "unknown op"));
  }

 private:
  // A session may have ended meanwhile: it is looked at now and then, and at the latest with the next message.
  bool still_signed_in() {
    if (session_token_.empty()) return true;
    const auto now = std::chrono::steady_clock::now();
    if (now - checked_ < kRecheck) return true;
    checked_ = now;
    return gateway_.access().authenticate(session_token_).has_value();
  }

  void with(const std::string& id, Permission permission, std::function<void(DeskSocket&, const Summary&)> use) {
    gateway_.live().summary(id, [self = weak_from_this(), id, permission, use = std::move(use), socket = socket_](Result<SummaryPtr> summary) {
      const auto desk = self.lock();
      if (!desk) return;
      if (!summary) return socket->send(error_message(core::to_string(summary.error().code), summary.error().message, id));
      if (!desk->gateway_.may(desk->who_, permission, **summary)) return socket->send(error_message("forbidden", "this conversation is not yours", id));
      use(*desk, **summary);
    });
  }

  void watch(const std::string& id, std::uint64_t after, bool panels) {
    if (watched_.size() >= kWatchedMost) return socket_->send(error_message("rate_limited", "too many conversations watched", id));
    watched_.insert(id);
    with(id, Permission::conversation_view, [id, after, panels, socket = socket_](DeskSocket& desk, const Summary& summary) {
      desk.gateway_.audit_view(desk.who_, summary);
      desk.gateway_.live().watch(id, socket, {after, panels});
    });
  }
  void unwatch(const std::string& id) {
    watched_.erase(id);
    gateway_.live().unwatch(id, socket_);
  }
  void list(const std::string& scope) {
    const bool team = scope == "team";
    const Permission permission = team && access::allowed(who_, Permission::console_view) ? Permission::console_view : Permission::conversation_view;
    if (!access::allowed(who_, permission)) return socket_->send(error_message("forbidden", "your role sees no conversations"));
    Gateway* gateway = &gateway_;
    gateway_.live().subscribe_list(socket_, [gateway, who = who_, team, permission](const Summary& summary) {
      if (!team && summary.rep != who.account && summary.state != Summary::State::waiting) return false;
      return gateway->may(who, permission, summary);
    }, [gateway](const Summary& summary) { return gateway->summary_json(summary); });
  }
  void typing(const std::string& id, bool on) {
    with(id, Permission::conversation_work, [id, on](DeskSocket& desk, const Summary&) { desk.gateway_.live().typing(id, cv::Speaker::rep, on); });
  }

  Gateway& gateway_;
  access::Principal who_;
  std::string session_token_;
  Live::Socket socket_;
  std::set<std::string> watched_;
  RateLimit limit_{500, 50};
  std::chrono::steady_clock::time_point checked_ = std::chrono::steady_clock::now();
};

// One customer's chat window.
class ChatSocket {
 public:
  ChatSocket(Live& live, std::string conversation, std::uint64_t after) : live_(live), conversation_(std::move(conversation)), after_(after) {}

  void opened(Live::Socket socket) {
    socket_ = std::move(socket);
    live_.chat_open(conversation_, socket_, after_);
  }
  void closed() {
    live_.unwatch(conversation_, socket_);
    socket_.reset();
  }

  void message(std::string_view text) {
    const auto parsed = parse_message(text);
    if (!parsed) return socket_->send(error_message("bad_request", parsed.error().message));
    const std::string op = text_member(*parsed, "op");
    if (op == "ping") return socket_->send(std::string(R"({"op":"pong"})"));
    if (limit_.take("") > 0) return refuse("rate_limited", "slower, please", text_member(*parsed, "id"));
    if (op == "say") return say(text_member(*parsed, "id"), text_member(*parsed, "text"));
    if (op == "typing") return live_.typing(conversation_, cv::Speaker::customer, flag_member(*parsed, "on", false));
    if (op == "read") return live_.chat_read(conversation_, number_member(*parsed, "n"));
    if (op == "end") return end();
    socket_->send(error_message("bad_request", "unknown op"));
  }

 private:
  void refuse(std::string_view code, std::string_view detail, std::string_view id) {
    std::string text;
    core::JsonWriter out(text);
    out.begin_object().field("op", "error").field("code", code).field("detail", detail);
    if (!id.empty()) out.field("id", id);
    out.end_object();
    socket_->send(std::move(text));
  }

  void say(const std::string& id, const std::string& text) {
    if (const auto status = check_id(id, "id"); !status || id.size() > 100) return refuse("invalid", "id must have 1 to 100 bytes", id);
    if (const auto status = check_text(text, "text"); !status) return refuse("invalid", "text " + status.error().message, id);
    if (text.size() > 8'000) return refuse("too_large", "the message is too long", id);
    cv::Event event;
    event.id = "chat-" + id;  // sent again after a lost acknowledgement, it is the same event
    event.actor = "customer";
    event.occurred_at = core::wall_clock_now();
    cv::Utterance utterance;
    utterance.speaker = cv::Speaker::customer;
    utterance.text = text;
    event.body = std::move(utterance);
    std::vector<cv::Event> events;
    events.push_back(std::move(event));
    live_.append(conversation_, std::move(events), std::chrono::steady_clock::now(), [socket = socket_, id](Result<std::vector<storage::Appended>> result) {
      std::string answer;
      core::JsonWriter out(answer);
      if (result) out.begin_object().field("op", "ack").field("id", id).field("n", result->front().seq).end_object();
      else out.begin_object().field("op", "error").field("code", core::to_string(result.error().code)).field("detail", result.error().message).field("id", id).end_object();
      socket->send(std::move(answer));
    });
  }

  void end() {
    cv::Event event;
    event.id = "chat-end";
    event.actor = "customer";
    event.occurred_at = core::wall_clock_now();
    event.body = cv::ConversationEnded{"customer", "closed"};
    std::vector<cv::Event> events;
    events.push_back(std::move(event));
    live_.append(conversation_, std::move(events), std::chrono::steady_clock::now(), [](auto&&) {});
  }

  Live& live_;
  std::string conversation_;
  std::uint64_t after_;
  Live::Socket socket_;
  RateLimit limit_{30, 5};
};

template <typename Machine>
net::WsHandler handler_of(std::shared_ptr<Machine> machine) {
  net::WsHandler handler;
  handler.on_open = [machine](Live::Socket socket) { machine->opened(std::move(socket)); };
  handler.on_message = [machine](std::string_view text) { machine->message(text); };
  handler.on_close = [machine] { machine->closed(); };
  return handler;
}

}  // namespace

void Gateway::desk_socket(const CallPtr& call) {
  call->accept_socket(handler_of(std::make_shared<DeskSocket>(*this, call->who(), call->session_token)));
}

// --- chat ---

std::string Gateway::chat_token(std::string_view conversation) const {
  std::array<std::uint8_t, 32> mac{};
  unsigned size = mac.size();
  HMAC(EVP_sha256(), chat_secret_.data(), static_cast<int>(chat_secret_.size()), reinterpret_cast<const unsigned char*>(conversation.data()),
       conversation.size(), mac.data(), &size);
  return std::string(conversation) + "." + storage::crypto::hex(mac);
}

std::optional<std::string> Gateway::conversation_of_token(std::string_view token) const {
  const std::size_t dot = token.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string conversation(token.substr(0, dot));
  if (!storage::crypto::equal_constant_time(chat_token(conversation), token)) return std::nullopt;
  return conversation;
}

void Gateway::open_chat(const CallPtr& call) {
  const bool unlimited = call->principal && call->principal->unlimited;
  if (!same_site(call->request)) return call->fail(403, "csrf", "the request comes from another site");
  if (const int wait = unlimited ? 0 : chat_limit_.take(call->request.remote_address); wait > 0)
    return call->fail({Code::limited, "too many chats from this address", std::to_string(wait)});
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto lang = optional_string(*body, "lang", 10);
  const auto name = optional_string(*body, "name", 100);
  if (!lang) return call->fail(lang.error());
  if (!name) return call->fail(name.error());
  NewConversation request;
  request.id = fresh_id("chat-", *call);
  request.started.channel = "chat";
  request.started.lang = *lang == "en" ? "en" : "zh";
  if (!name->empty()) request.started.customer.push_back({"name", *name, cv::FieldKind::text});
  request.started.meta.push_back({"direction", "in", cv::FieldKind::text});
  request.started.meta.push_back({"queue", "chat", cv::FieldKind::text});
  request.actor = "customer";
  const std::string id = request.id;
  create_once(call, std::move(request), [this, call, id](SummaryPtr) {
    const std::string token = chat_token(id);
    std::string text;
    core::JsonWriter(text).begin_object().field("conversation", id).field("token", token)
        .field("resume", "/api/v1/chat/ws?token=" + net::percent_encode(token)).end_object();
    call->json(201, std::move(text));
  });
}

void Gateway::chat_socket(const CallPtr& call) {
  const auto id = conversation_of_token(call->target.parameter("token").value_or(""));
  if (!id) return call->fail(401, "unauthorized", "the token is not ours");
  const auto after = number_parameter(call->target, "after", 0, ~std::uint64_t{0} >> 1);
  if (!after) return call->fail(after.error());
  call->accept_socket(handler_of(std::make_shared<ChatSocket>(parts_.live, *id, *after)));
}

}  // namespace fenshen::gateway
