// The customer's chat window: its socket, and the tokens that let a browser come back to its conversation.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "gateway/gateway.h"
#include "gateway/http/socket_messages.h"
#include "gateway/live/own_ids.h"
#include "storage/crypto/digest.h"

namespace fenshen::gateway {

namespace cv = conversation;
namespace json = boost::json;
using core::Code;
using core::Result;

namespace {

constexpr std::size_t kChatSocketsMost = 4;

// One customer's chat window.
class ChatSocket {
 public:
  ChatSocket(Gateway& gateway, std::string conversation, std::uint64_t after)
      : gateway_(gateway), live_(gateway.live()), conversation_(std::move(conversation)), after_(after) {}

  void opened(Live::Socket socket) {
    socket_ = std::move(socket);
    gateway_.add_chat(conversation_, socket_);
    live_.chat_open(conversation_, socket_, after_);
  }
  void closed() {
    gateway_.remove_chat(conversation_, socket_);
    live_.unwatch(conversation_, socket_);
    if (typing_) live_.typing(conversation_, cv::Speaker::customer, false);
    socket_.reset();
  }

  void message(std::string_view text) {
    const auto parsed = parse_message(text);
    if (!parsed) return socket_->send(error_message("bad_request", parsed.error().message));
    const std::string op = text_member(*parsed, "op");
    if (op == "ping") return socket_->send(std::string(R"({"op":"pong"})"));
    if (limit_.take("") > 0) return refuse("rate_limited", "slower, please", text_member(*parsed, "id"));
    if (op == "say") return say(text_member(*parsed, "id"), text_member(*parsed, "text"));
    if (op == "typing") return typing(flag_member(*parsed, "on", false));
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
    event.id = own_id("chat-" + id);  // sent again after a lost acknowledgement, it is the same event
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

  void typing(bool on) {
    typing_ = on;
    live_.typing(conversation_, cv::Speaker::customer, on);
  }

  void end() {
    cv::Event event;
    event.id = own_id("end-of-chat");
    event.actor = "customer";
    event.occurred_at = core::wall_clock_now();
    event.body = cv::ConversationEnded{"customer", "closed"};
    std::vector<cv::Event> events;
    events.push_back(std::move(event));
    live_.append(conversation_, std::move(events), std::chrono::steady_clock::now(), [](auto&&) {});
  }

  Gateway& gateway_;
  Live& live_;
  std::string conversation_;
  std::uint64_t after_;
  bool typing_ = false;
  Live::Socket socket_;
  RateLimit limit_{30, 5};
};

}  // namespace

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

// A customer has a few windows at most; one more takes the place of the oldest, which may be a dead one that nobody has
// noticed yet.
void Gateway::add_chat(const std::string& conversation, const Live::Socket& socket) {
  Live::Socket oldest;
  {
    const std::lock_guard lock(desks_mutex_);
    auto& windows = chats_[conversation];
    windows.push_back(socket);
    if (windows.size() > kChatSocketsMost) {
      oldest = windows.front();
      windows.erase(windows.begin());
    }
  }
  if (oldest) oldest->close(net::kCloseTooMany, "opened in too many windows");
}

void Gateway::remove_chat(const std::string& conversation, const Live::Socket& socket) {
  const std::lock_guard lock(desks_mutex_);
  const auto found = chats_.find(conversation);
  if (found == chats_.end()) return;
  std::erase(found->second, socket);
  if (found->second.empty()) chats_.erase(found);
}

void Gateway::chat_socket(const CallPtr& call) {
  const auto id = conversation_of_token(call->target.parameter("token").value_or(""));
  if (!id) return call->fail(401, "unauthorized", "the token is not ours");
  const auto after = number_parameter(call->target, "after", 0, ~std::uint64_t{0} >> 1);
  if (!after) return call->fail(after.error());
  call->accept_socket(handler_of(std::make_shared<ChatSocket>(*this, *id, *after)));
}

}  // namespace fenshen::gateway
