// The desk's and the console's socket: a small machine of JSON messages in and pushes out.
#include <atomic>
#include <set>

#include "gateway/gateway.h"
#include "gateway/http/socket_messages.h"

namespace fenshen::gateway {

namespace cv = conversation;
using access::Permission;
using core::Result;

namespace {

constexpr std::size_t kWatchedMost = 5'000;
constexpr auto kRecheck = std::chrono::seconds(60);

// One desk or console. Lives on its connection's thread.
class DeskSocket : public std::enable_shared_from_this<DeskSocket> {
 public:
  DeskSocket(Gateway& gateway, access::Principal who, std::string session_token)
      : gateway_(gateway), who_(std::move(who)), session_token_(std::move(session_token)) {}

  void opened(Live::Socket socket) {
    socket_ = std::move(socket);
    gateway_.add_desk(socket_, {session_token_, who_.account, [self = weak_from_this()] {
                                  if (const auto desk = self.lock()) desk->ended_ = true;
                                }, {}, false});
    // It may have signed out between the handshake and now.
    if (!session_token_.empty() && !gateway_.access().alive(session_token_)) gateway_.close_desks({session_token_, who_.account});
  }
  void closed() {
    gateway_.remove_desk(socket_);
    gateway_.live().unsubscribe_list(socket_);
    for (const std::string& id : watched_) gateway_.live().unwatch(id, socket_);
    // Who is gone types no more.
    for (const std::string& id : typing_) gateway_.live().typing(id, cv::Speaker::rep, false);
    socket_.reset();
  }

  void message(std::string_view text) {
    if (!who_.unlimited && limit_.take("") > 0) return socket_->send(error_message("rate_limited", "too many messages"));
    if (ended_) return;
    if (!still_signed_in()) return gateway_.close_desks({session_token_, who_.account});
    const auto parsed = parse_message(text);
    if (!parsed) return socket_->send(error_message("bad_request", parsed.error().message));
    const std::string op = text_member(*parsed, "op");
    const std::string id = text_member(*parsed, "conversation");
    if (op == "ping") return socket_->send(std::string(R"({"op":"pong"})"));
    if (op == "watch") return watch(id, number_member(*parsed, "after"), flag_member(*parsed, "panels", true));
    if (op == "unwatch") return unwatch(id);
    if (op == "list") return list(text_member(*parsed, "scope"));
    if (op == "alerts") return alerts(text_member(*parsed, "lang") == "en");
    if (op == "draft") return draft(id, text_member(*parsed, "ref"), text_member(*parsed, "text"));
    if (op == "typing") return typing(id, flag_member(*parsed, "on", false));
    socket_->send(error_message("bad_request", "unknown op"));
  }

 private:
  // What ends a session closes its sockets at once (Gateway::close_desks); this, and the gateway's timer, catch what came
  // about elsewhere, and keep the session of somebody who works alive.
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
      if (!desk || desk->ended_) return;
      if (!summary) return socket->send(error_message(core::to_string(summary.error().code), summary.error().message, id));
      if (!desk->gateway_.may(desk->who_, permission, **summary)) return socket->send(error_message("forbidden", "this conversation is not yours", id));
      use(*desk, **summary);
    });
  }

  void watch(const std::string& id, std::uint64_t after, bool panels) {
    if (watched_.size() >= kWatchedMost) return socket_->send(error_message("rate_limited", "too many conversations watched", id));
    watched_.insert(id);
    with(id, Permission::conversation_view, [id, after, panels, socket = socket_](DeskSocket& desk, const Summary& summary) {
      Gateway& gateway = desk.gateway_;
      gateway.audit_view(desk.who_, summary);
      // Another's personal data only once the look at it is recorded; one's own as long as one works on it.
      const bool others = gateway.read_unmasked(desk.who_, summary);
      gateway.live().watch(id, socket, {after, panels, [&gateway, who = desk.who_, others](const Summary& now) {
                                          return (others || Gateway::is_own(who, now)) && gateway.unmasked(who, now);
                                        }});
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
    }, [gateway, who = who_](const Summary& summary) { return gateway->summary_json(summary, who); });
  }
  void alerts(bool english) {
    if (!access::allowed(who_, Permission::alert_view)) return socket_->send(error_message("forbidden", "your role sees no alerts"));
    gateway_.subscribe_alerts(socket_, who_, english);
  }
  // What the gate would say to these words, for the composer; not binding.
  void draft(const std::string& id, const std::string& ref, const std::string& text) {
    if (ref.size() > 100 || text.size() > 20'000) return socket_->send(error_message("too_large", "the draft is too long", id));
    if (!text.empty())
      if (const auto status = check_text(text, "text"); !status) return socket_->send(error_message("invalid", status.error().message, id));
    with(id, Permission::conversation_work, [id, ref, text, socket = socket_](DeskSocket& desk, const Summary&) {
      desk.gateway_.live().draft(id, text, [socket, id, ref](Result<assist::GateDecision> decision) {
        if (!decision) return socket->send(error_message(core::to_string(decision.error().code), decision.error().message, id));
        std::string answer;
        core::JsonWriter(answer).begin_object().field("op", "draft").field("conversation", id).field("ref", ref)
            .field("decision", cv::to_string(decision->decision)).key("findings").raw(decision->findings).end_object();
        socket->send(std::move(answer));
      });
    });
  }
  void typing(const std::string& id, bool on) {
    if (on && typing_.size() < kWatchedMost) typing_.insert(id);
    else typing_.erase(id);
    with(id, Permission::conversation_work, [id, on](DeskSocket& desk, const Summary&) { desk.gateway_.live().typing(id, cv::Speaker::rep, on); });
  }

  Gateway& gateway_;
  access::Principal who_;
  std::string session_token_;
  Live::Socket socket_;
  std::atomic<bool> ended_{false};  // its session is over: nothing more is done for it
  std::set<std::string> watched_, typing_;
  RateLimit limit_{500, 50};
  std::chrono::steady_clock::time_point checked_ = std::chrono::steady_clock::now();
};

}  // namespace

void Gateway::desk_socket(const CallPtr& call) {
  call->accept_socket(handler_of(std::make_shared<DeskSocket>(*this, call->who(), call->session_token)));
}

}  // namespace fenshen::gateway
