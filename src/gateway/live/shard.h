// One thread that owns its conversations: no locks while folding. Every method runs on the shard's thread, unless said.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "assist/replayer.h"
#include "gateway/live/directory.h"
#include "gateway/live/frame_json.h"
#include "gateway/live/live.h"
#include "gateway/live/sample.h"
#include "gateway/live/subjects.h"
#include "gateway/live/summary.h"
#include "gateway/live/worker.h"

namespace fenshen::gateway {

class Shard;

struct House {  // what all shards share
  storage::EventLog& log;
  storage::Records& records;
  PackShelf& shelf;
  Live::Options options;
  Directory directory;
  LiveStats stats;
  std::shared_ptr<const Masker> masker;
  std::atomic<int> appending{0};  // callbacks that the log still owes us
  std::mutex names_mutex;
  std::function<std::string(std::string_view)> rep_name;
  std::function<void(const std::string&)> ended;
  std::function<void(const Live::AlertCard&)> alert;
  std::function<Shard&(const std::string& id)> shard_of;  // of a conversation or a customer
};

struct Open {
  Open(std::string conversation, assist::PackSource packs)
      : id(conversation), replayer(conversation, std::move(packs)), tracker(std::move(conversation)) {}

  struct Desk {
    Live::Socket socket;
    bool panels = true;
    std::function<bool(const Summary&)> unmasked;  // empty: always
    bool raw = true;                               // what it was sent last
  };
  std::string id;
  assist::Replayer replayer;
  SummaryTracker tracker;
  std::vector<FrameText> frames;  // frames[i] is number i + 1
  std::string bound;              // pack that the last bind on its way to the log names
  std::set<std::string, std::less<>> acting;  // acts that limits count, while they are being decided
  std::set<std::string, std::less<>> heard;  // ids of utterances on their way to the log
  int in_flight = 0;              // appends not yet answered
  bool broken = false;            // could not be folded: it is logged, but shows nothing new
  std::optional<core::Millis> due;
  std::uint64_t tick_seq = 0;     // last seq for which a tick was sent
  std::vector<Desk> desks;
  std::vector<Live::Socket> chats;
  std::vector<Live::AlertCard> alerts;  // not told yet
  std::size_t chat_sent = 0;      // items that open chats have
  std::string chat_state;         // last state message
  bool rep_types = false;         // as the log knows it, or will
  std::chrono::steady_clock::time_point rep_typed;
  std::unique_ptr<SamplePlay> sample;
  std::uint64_t sample_turn = 0;  // a timer of an earlier plan finds another number
  std::chrono::steady_clock::time_point used;

  bool over() const { return tracker.summary().ended_at != 0; }
  bool watched() const { return !desks.empty() || !chats.empty(); }
};

class Shard {
 public:
  explicit Shard(House& house) : house_(house) {}
  void start();                // timers
  Worker& worker() { return worker_; }
  void stop() { worker_.stop(); }

  void create(NewConversation request, Done<SummaryPtr> done);
  // From memory, or folded again from the log (blocks on the disk).
  core::Result<Open*> find(const std::string& id);
  void append(Open& open, std::vector<conversation::Event> events, Received received, Done<std::vector<storage::Appended>> done);
  void act(Open& open, ActRequest request, Received received, Done<ActOutcome> done);
  void confirm(Open& open, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done);
  void act_result(Open& open, ActResult result, Received received, Done<std::string> done);
  core::Result<assist::GateDecision> draft(Open& open, const std::string& text);
  Subjects& subjects() { return subjects_; }
  void accept(Open& open, const std::string& account, Done<SummaryPtr> done);
  void save_wrapup(Open& open, std::string event_id, std::string wrapup, const std::string& actor, Done<std::vector<std::string>> done);
  core::Result<std::string> sample_action(Open& open, const SampleAction& action);

  void watch(Open& open, Live::Socket desk, Live::WatchOptions options);
  void unwatch(const std::string& id, const Live::Socket& socket);
  void chat_open(Open& open, Live::Socket customer, std::uint64_t after);
  void typing(Open& open, conversation::Speaker speaker, bool on);
  void send_desks(Open& open, std::string message);
  // The same for all, but masked for those who may not read personal data; written at most once each way.
  void send_desks(Open& open, const std::function<std::string(const Masker* masker)>& write, bool panels = false);
  void send_panels(Open& open);
  void tell(Open& open, bool ended);
  void note_alert(Open& open, const assist::Card& card);
  void bind_watched();  // the content changed
  void send_waiting_places();
  void tell_alerts();  // of all that is open

 private:
  using Events = std::vector<conversation::Event>;
  void durable(const std::string& id, Events events, bool bound, Received received, core::Result<std::vector<storage::Appended>> result,
               Done<std::vector<storage::Appended>> done);
  core::Result<std::unique_ptr<Open>> load(const std::string& id);
  core::Status fold(Open& open, const conversation::Event& event, std::optional<Received> received);
  void reload(Open& open);
  void publish(Open& open, std::size_t first_frame, bool panels);
  void publish_chat(Open& open);
  void plan_tick(Open& open);
  void tick_due();
  void evict();
  SummaryPtr summarize(Open& open);
  core::Status check_revisions(const Open& open, const Events& events) const;
  void send_all(Open& open, Open::Desk& desk, std::size_t after, bool again);
  void look_at_desks(Open& open);
  std::string panels_message(const Open& open, const Masker* masker) const;
  // shard_gate.cpp
  ActOutcome outcome_of(const Open& open, const std::string& act) const;
  void go_on(const std::string& id, const std::string& act, Received received, Done<ActOutcome> done);
  void write_decision(Open& open, const std::string& act, Received received, Subjects::Lease lease, Done<ActOutcome> done);
  void decide_counted(Open& open, conversation::EventBody step, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done);
  void count_and_decide(const std::string& id, conversation::EventBody step, const std::string& act, const std::string& actor, conversation::Fields history,
                        Subjects::Lease lease, Received received, Done<ActOutcome> done);
  void reserve(Open& open, const std::string& act, Received received, Subjects::Lease lease, Done<ActOutcome> done);
  void settle(const Open& open, const std::string& act, bool happened, conversation::Fields data, std::string reason, std::function<void()> done);
  void fail_act(Open& open, const std::string& act, std::string reason, std::function<void()> done);
  void finish_acts(Open& open);   // what a crash left undone
  void plan_timeout(const Open& open, const std::string& act);
  void time_out_acts();
  void ask_fate(const SubjectHistory::Reservation& reservation, std::function<void(ActFate)> answer);
  void record_contact(NewConversation request, Done<SummaryPtr> done);

  void plan_sample(Open& open);
  void play_sample(const std::string& id, std::uint64_t turn);
  void restore_sample(Open& open);
  void send_partials(Open& open, std::chrono::milliseconds delay);
  std::string chat_state(const Open& open) const;

  House& house_;
  std::unordered_map<std::string, std::unique_ptr<Open>> open_;
  std::set<std::pair<core::Millis, std::string>> deadlines_;
  assist::FoldScratch scratch_;
  std::vector<assist::Frame> frames_;
  std::multimap<core::Millis, std::pair<std::string, std::string>> act_timeouts_;  // conversation, act
  Subjects subjects_{house_.log, worker_, house_.appending,
                     [this](const SubjectHistory::Reservation& one, std::function<void(ActFate)> answer) { ask_fate(one, std::move(answer)); }};
  Worker worker_{1};  // last: stops before what its work uses
};

// What differs between the draft in the panels and the confirmed wrap-up: "types", "summary", "outcome", "fields.NAME".
std::vector<std::string> wrapup_changes(std::string_view panels, std::string_view wrapup);

}  // namespace fenshen::gateway
