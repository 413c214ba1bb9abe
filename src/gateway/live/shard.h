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
#include "gateway/live/summary.h"
#include "gateway/live/worker.h"

namespace fenshen::gateway {

struct House {  // what all shards share
  storage::EventLog& log;
  storage::Records& records;
  PackShelf& shelf;
  Live::Options options;
  Directory directory;
  LiveStats stats;
  std::atomic<int> appending{0};  // callbacks that the log still owes us
  std::mutex names_mutex;
  std::function<std::string(std::string_view)> rep_name;
};

struct Open {
  Open(std::string conversation, assist::PackSource packs)
      : id(conversation), replayer(conversation, std::move(packs)), tracker(std::move(conversation)) {}

  struct Desk {
    Live::Socket socket;
    bool panels = true;
  };
  std::string id;
  assist::Replayer replayer;
  SummaryTracker tracker;
  std::vector<FrameText> frames;  // frames[i] is number i + 1
  std::string bound;              // pack that the last bind on its way to the log names
  int in_flight = 0;              // appends not yet answered
  bool broken = false;            // could not be folded: it is logged, but shows nothing new
  std::optional<core::Millis> due;
  std::uint64_t tick_seq = 0;     // last seq for which a tick was sent
  std::vector<Desk> desks;
  std::vector<Live::Socket> chats;
  std::size_t chat_sent = 0;      // items that open chats have
  std::string chat_state;         // last state message
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
  void accept(Open& open, const std::string& account, Done<SummaryPtr> done);
  void save_wrapup(Open& open, std::string event_id, std::string wrapup, const std::string& actor, Done<std::vector<std::string>> done);
  core::Result<std::string> sample_action(Open& open, const SampleAction& action);

  void watch(Open& open, Live::Socket desk, Live::WatchOptions options);
  void unwatch(const std::string& id, const Live::Socket& socket);
  void chat_open(Open& open, Live::Socket customer, std::uint64_t after);
  void typing(Open& open, conversation::Speaker speaker, bool on);
  void send_desks(Open& open, std::string message);
  void bind_watched();  // the content changed
  void send_waiting_places();

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
  void finish_act(const std::string& id, ActRequest request, Received received, Done<ActOutcome> done);
  void say_act(const std::string& id, ActRequest request, std::uint64_t seq, Received received, Done<ActOutcome> done);

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
  Worker worker_{1};  // last: stops before what its work uses
};

// What differs between the draft in the panels and the confirmed wrap-up: "types", "summary", "outcome", "fields.NAME".
std::vector<std::string> wrapup_changes(std::string_view panels, std::string_view wrapup);

}  // namespace fenshen::gateway
