// The live house: open conversations, each owned by one shard (one thread): appends to the log, folds what is durable,
// sends frames to who watches. Everything here may be called from any thread; callbacks run on a shard (or at once, when
// a thing is refused) and must be quick.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/dialogue.h"
#include "conversation/event.h"
#include "core/result.h"
#include "gateway/live/masking.h"
#include "gateway/live/pack_shelf.h"
#include "gateway/live/summary.h"
#include "gateway/live/worker.h"
#include "net/http_server.h"
#include "storage/event_log.h"
#include "storage/records.h"

namespace fenshen::gateway {

using Received = std::chrono::steady_clock::time_point;
template <typename T>
using Done = std::function<void(core::Result<T>)>;

struct NewConversation {
  std::string id;
  conversation::ConversationStarted started;
  core::Millis occurred_at = 0;  // 0: now
  std::string actor;
  std::string rep;               // joins at once; empty: nobody
  std::optional<conversation::Fields> history;  // of the customer, filled in by create()
  std::optional<conversation::Dialogue> sample;
  int speed = 1;
};

struct ActRequest {
  std::string act, kind, text, card, actor;
  conversation::Fields data;
};
struct ActOutcome {
  assist::GateDecision decision;
  std::uint64_t seq = 0;
};
// How an allowed contact or connector act went.
struct ActResult {
  std::string act, actor;
  bool happened = true;
  std::string reason;
  conversation::Fields data;
};

struct SampleAction {
  std::string action;  // rep_turn pause resume speed auto
  std::optional<int> speed;
  std::optional<bool> automatic;
};

struct FramePage {
  std::vector<std::shared_ptr<const std::string>> items;
  std::uint64_t next_n = 0;
};

struct LiveStats {
  std::atomic<std::int64_t> events{0}, cards{0}, utterances{0}, ticks{0}, fold_errors{0}, append_errors{0}, pack_binds{0};
  std::atomic<std::int64_t> fold_ns{0};  // CPU of folding
};

struct ListFilter {
  std::optional<bool> open;  // waiting and open, or ended and closed
  std::function<bool(const Summary&)> visible;
  std::uint64_t before = 0;  // position; 0: from the newest
  std::size_t limit = 50;
};
struct ListPage {
  std::vector<SummaryPtr> items;
  std::uint64_t next = 0;  // 0: no more
};

class Live {
 public:
  struct Options {
    std::size_t shards = 1;
    std::size_t pool_threads = 2;
    std::size_t open_most = 200'000;
    std::chrono::milliseconds keep_ended{15'000};  // in memory, once nobody watches
    std::chrono::milliseconds act_timeout{10 * 60'000};  // an allowed contact of which nobody tells how it went has failed
  };
  // log, records, shelf outlive this. Folds the open conversations of the log again before it returns.
  static core::Result<std::unique_ptr<Live>> start(storage::EventLog& log, storage::Records& records, PackShelf& shelf, Options options);
  ~Live();

  Worker& pool();
  PackShelf& shelf();
  const LiveStats& stats() const;
  std::size_t open_conversations() const;
  const Masker& masker() const;

  // conflict: the id is taken.
  void create(NewConversation request, Done<SummaryPtr> done);
  // not_found. At once where it is in memory, else from the pool.
  void summary(const std::string& id, Done<SummaryPtr> done);
  // Blocks on the disk where an ended conversation must be folded again: from the pool.
  ListPage list(const ListFilter& filter);

  // Events of others; conflict: it has ended (only card actions, wrap-ups and snapshots still go). An event repeated by id gives
  // what the first gave. The list is in the order of `events`.
  void append(const std::string& id, std::vector<conversation::Event> events, Received received, Done<std::vector<storage::Appended>> done);
  // Through the gate: proposed, decided, done, each durable before the next. Contact and connector acts, if allowed, are
  // done when act_result says so. Repeated, it goes on where it was. conflict: it has ended, or the act failed.
  void act(const std::string& id, ActRequest request, Received received, Done<ActOutcome> done);
  // conflict: nobody was asked.
  void confirm(const std::string& id, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done);
  void act_result(const std::string& id, ActResult result, Received received, Done<std::string> done);  // "done" or "failed"
  // What the gate would say now.
  void draft(const std::string& id, std::string text, Done<assist::GateDecision> done);
  // conflict: another rep was first, or it has ended.
  void accept(const std::string& id, const std::string& account, Done<SummaryPtr> done);
  // The confirmed wrap-up; gives what differs from the draft.
  void save_wrapup(const std::string& id, std::string event_id, std::string wrapup, const std::string& actor, Done<std::vector<std::string>> done);
  void frames(const std::string& id, std::uint64_t after, Done<FramePage> done);
  void sample_action(const std::string& id, SampleAction action, Done<std::string> done);  // SampleState as JSON

  // Sockets. A desk gets frames (all with n > after, then each as it comes), panels, typing and partial text.
  using Socket = std::shared_ptr<net::WsSession>;
  struct WatchOptions {
    std::uint64_t after = 0;
    bool panels = true;
    // Whether this desk may read personal data as it was said; asked whenever something is sent, on the shard. Empty: yes.
    // Once the answer turns to yes, all frames come again from the first ("again": true), unmasked.
    std::function<bool(const Summary&)> unmasked;
  };
  void watch(const std::string& id, Socket desk, WatchOptions options);
  void unwatch(const std::string& id, const Socket& socket);
  void chat_open(const std::string& id, Socket customer, std::uint64_t after);
  void typing(const std::string& id, conversation::Speaker speaker, bool on);
  void chat_read(const std::string& id, std::uint64_t n);
  void partial(const std::string& id, conversation::Speaker speaker, std::string text);
  // Whole list now, then changes, at most four a second; `render` runs on the board's thread.
  using Render = std::function<std::string(const Summary&)>;
  void subscribe_list(Socket desk, std::function<bool(const Summary&)> visible, Render render);
  void unsubscribe_list(const Socket& desk);

  // Told on the shard, quickly: a conversation has ended; a rule with `alert: supervisor` fired in an open one (told again
  // when the conversation is folded again). Set before use.
  struct AlertCard {
    std::string id, conversation, rule, severity, rep, team;
    std::uint64_t seq = 0;
    std::int32_t turn = -1;
    core::Millis at = 0;
  };
  void on_ended(std::function<void(const std::string& id)> listener);
  void on_alert(std::function<void(const AlertCard&)> listener);

  // For how a rep is called on the customer's screen.
  void name_reps(std::function<std::string(std::string_view account)> name);

  struct Impl;

 private:
  explicit Live(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::gateway
