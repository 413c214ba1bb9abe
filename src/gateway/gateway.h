// The API: finds the route, asks who is there and whether they may, hands over to a handler, presents the answer with the
// headers that every answer carries. Knows no concrete store: log and records come through their interfaces.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/access.h"
#include "core/json_writer.h"
#include "gateway/http/call.h"
#include "gateway/http/metrics.h"
#include "gateway/http/rate_limit.h"
#include "gateway/http/routes.h"
#include "gateway/http/static_files.h"
#include "gateway/live/approval.h"
#include "gateway/live/live.h"
#include "gateway/live/worker.h"
#include "net/http_server.h"
#include "service/alerts.h"
#include "service/quality.h"
#include "service/whatif.h"
#include "storage/event_log.h"
#include "storage/records.h"

namespace fenshen::gateway {

// The host part of an Origin, where there is one, is the Host that was asked for.
bool same_site(const net::Request& request);

class Gateway {
 public:
  struct Options {
    std::filesystem::path web;          // built front end; may be missing: the API still works
    std::string openapi_json;           // the document, already as JSON
    bool tls = false;                   // cookies are Secure, HSTS
    // Requests at once and a second after that: of an account, of strangers from one address, chats opened from one.
    struct Rate {
      double burst, per_second;
    };
    Rate account_rate{400, 100}, stranger_rate{120, 5}, chat_rate{60, 1};
    std::chrono::milliseconds session_check{15'000};  // between looks at the sessions of open sockets
  };
  struct Parts {  // all outlive the gateway
    access::Access& access;
    storage::EventLog& log;
    storage::Records& records;
    PackShelf& shelf;
    Live& live;
    storage::QualityIndex& quality_index;
  };
  static core::Result<std::unique_ptr<Gateway>> create(Parts parts, Options options);

  // For net::HttpServer.
  void handle(net::Request request, net::Exchange exchange);
  std::size_t body_limit(std::string_view method, std::string_view target) const;
  net::Response error_response(int status, std::string_view what) const;
  void count_connections(const net::ServerStats& stats) { metrics_.watch(stats); }
  void stopping() {
    ready_ = false;
    whatif_->stop();
    quality_->stop();
    studio_.stop();  // finishes what is queued, while all it needs is there
  }

  // Handlers, one an operation (routes.cpp).
  void health(const CallPtr& call);
  void ready(const CallPtr& call);
  void metrics(const CallPtr& call);
  void openapi(const CallPtr& call);
  void sign_in(const CallPtr& call);
  void get_session(const CallPtr& call);
  void sign_out(const CallPtr& call);
  void desk_socket(const CallPtr& call);
  void list_conversations(const CallPtr& call);
  void create_conversation(const CallPtr& call);
  void get_conversation(const CallPtr& call);
  void get_events(const CallPtr& call);
  void append_events(const CallPtr& call);
  void get_frames(const CallPtr& call);
  void propose_act(const CallPtr& call);
  void confirm_act(const CallPtr& call);
  void act_result(const CallPtr& call);
  void card_action(const CallPtr& call);
  void flow_action(const CallPtr& call);
  void accept_conversation(const CallPtr& call);
  void end_conversation(const CallPtr& call);
  void save_wrapup(const CallPtr& call);
  void sample_action(const CallPtr& call);
  void list_samples(const CallPtr& call);
  void get_sample(const CallPtr& call);
  void start_sample(const CallPtr& call);
  void search_knowledge(const CallPtr& call);
  void list_content(const CallPtr& call);
  void content_status(const CallPtr& call);
  void check_content(const CallPtr& call);
  void try_content(const CallPtr& call);
  void get_content(const CallPtr& call);
  void list_names(const CallPtr& call);
  void export_bpmn(const CallPtr& call);
  void import_bpmn(const CallPtr& call);
  void publish_content(const CallPtr& call);
  void revert_content(const CallPtr& call);
  void list_drafts(const CallPtr& call);
  void save_draft(const CallPtr& call);
  void drop_draft(const CallPtr& call);
  void submit_draft(const CallPtr& call);
  void withdraw_draft(const CallPtr& call);
  void approve_draft(const CallPtr& call);
  void reject_draft(const CallPtr& call);
  void list_what_if(const CallPtr& call);
  void start_what_if(const CallPtr& call);
  void get_what_if(const CallPtr& call);
  void cancel_what_if(const CallPtr& call);
  void list_what_if_changes(const CallPtr& call);
  void list_console(const CallPtr& call);
  void console_attention(const CallPtr& call);
  void list_quality(const CallPtr& call);
  void get_quality(const CallPtr& call);
  void inspect_quality(const CallPtr& call);
  void appeal_quality(const CallPtr& call);
  void recheck_quality(const CallPtr& call);
  void decide_quality(const CallPtr& call);
  void list_quality_samples(const CallPtr& call);
  void draw_quality_sample(const CallPtr& call);
  void get_quality_sample(const CallPtr& call);
  void quality_agreement(const CallPtr& call);
  void quality_advice(const CallPtr& call);
  void list_score_sheets(const CallPtr& call);
  void list_alerts(const CallPtr& call);
  void acknowledge_alert(const CallPtr& call);
  void open_chat(const CallPtr& call);
  void chat_socket(const CallPtr& call);

  // For the desk's socket.
  Live& live() { return parts_.live; }
  access::Access& access() { return parts_.access; }
  bool may(const access::Principal& who, access::Permission permission, const Summary& summary);
  // As `who` may see it in lists: masked, but for what is his own.
  std::string summary_json(const Summary& summary, const access::Principal& who);
  std::string summary_json(const Summary& summary, bool masked);
  void audit_view(const access::Principal& who, const Summary& summary);
  // Personal data (docs/formats/api.md, "Who reads what"): his own (a rep's conversation; what an API client started) …
  static bool is_own(const access::Principal& who, const Summary& summary);
  // … and whether he may read it as it was said.
  bool unmasked(const access::Principal& who, const Summary& summary);
  // The same for a read that happens now: of another's conversation only if the audit record could be written.
  bool read_unmasked(const access::Principal& who, const Summary& summary);

  struct Desk {
    std::string token, account;   // token empty: an API client
    std::function<void()> ended;  // any thread
    std::optional<access::Principal> alerts;  // set: wants the alerts that this account sees
    bool english = false;                     // in that language
  };
  void add_desk(const Live::Socket& socket, Desk desk);
  void remove_desk(const Live::Socket& socket);
  // Closes what an ended session has open, with 4401.
  void close_desks(const access::Access::Ended& ended);
  // The open alerts that `who` sees, then each as it is raised or acknowledged.
  void subscribe_alerts(const Live::Socket& socket, const access::Principal& who, bool english);
  void add_chat(const std::string& conversation, const Live::Socket& socket);
  void remove_chat(const std::string& conversation, const Live::Socket& socket);

 private:
  Gateway(Parts parts, Options options);
  void decorate(const Call& call, net::Response& response) const;
  void sent(const Call& call, int status, std::size_t bytes);
  void serve_page(const CallPtr& call);
  void enter(const CallPtr& call);
  core::Status authenticate(Call& call);
  bool write_is_ours(const Call& call) const;
  // Calls `use` with the conversation's summary if the caller may; else answers.
  void with_conversation(const CallPtr& call, access::Permission permission, std::function<void(SummaryPtr)> use);
  void in_pool(const CallPtr& call, std::function<void()> work);
  std::string words_of_change(const Call& call, const storage::JobRow& row) const;  // handlers_whatif.cpp
  void in_studio(const CallPtr& call, std::function<void()> work);  // what compiles packs
  void append_one(const CallPtr& call, conversation::Event event, std::function<void(const storage::Appended&)> use);
  void create_once(const CallPtr& call, NewConversation request, std::function<void(SummaryPtr)> use);
  // Whether this institution lets one person publish (setting content.publish_alone = "yes"; the demo bank does).
  bool publishing_alone_allowed() const;
  core::Result<storage::ContentDraft> open_draft(const Call& call) const;
  core::Result<storage::ContentDraft> draft_of_flow(const std::string& id, const std::string& yaml, const std::string& account, const std::string& comment);
  void write_draft(core::JsonWriter& out, const storage::ContentDraft& draft, bool with_text);
  void move_draft(const CallPtr& call, DraftStep step);
  static bool has_key(const Call& call);  // an Idempotency-Key
  std::string fresh_id(std::string_view prefix, const Call& call) const;
  void list(const CallPtr& call, access::Permission permission, bool only_mine);
  void recheck_desks();  // on a timer
  void start_quality();
  void alert_changed(const storage::AlertRow& row);
  using QualityAnswer = std::function<core::Result<std::string>(const service::QualityViewer& viewer)>;
  // In the pool: if the caller may, by that permission, for this conversation.
  void with_scored(const CallPtr& call, access::Permission permission, int status, QualityAnswer answer);
  core::Result<storage::QualityFilter> quality_filter(const Call& call) const;
  service::QualityViewer viewer_of(const Call& call) const;
  bool audit(const access::Principal& who, std::string_view action, std::string_view object);  // false: not written

  struct Rep {
    std::string name, team;
  };
  Rep rep(std::string_view account);
  std::string chat_token(std::string_view conversation) const;
  std::optional<std::string> conversation_of_token(std::string_view token) const;

  Parts parts_;
  Options options_;
  StaticFiles files_;
  Metrics metrics_;
  RateLimit account_limit_, open_limit_, chat_limit_;
  std::atomic<bool> ready_{true};
  std::atomic<std::uint64_t> request_number_{0};
  std::string request_prefix_;
  std::string chat_secret_;
  std::mutex reps_mutex_;
  std::unordered_map<std::string, Rep> reps_;
  std::mutex desks_mutex_;
  std::unordered_map<Live::Socket, Desk> desks_;
  std::unordered_map<std::string, std::vector<Live::Socket>> chats_;  // by conversation, oldest first
  std::unique_ptr<service::WhatIfJobs> whatif_;
  std::unique_ptr<service::Quality> quality_;
  std::unique_ptr<service::Alerts> alerts_;
  Worker studio_;  // compiling takes a second: one after another, beside the pool that the desks wait for; stops first
};

}  // namespace fenshen::gateway
