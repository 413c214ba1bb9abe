// The customers' streams that one shard owns: their histories, read from the log when first needed, and the lease that lets
// acts of one customer be decided one after another. Every method runs on the shard's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "gateway/live/subject_history.h"
#include "gateway/live/worker.h"
#include "storage/event_log.h"

namespace fenshen::gateway {

// How the act that a reservation was made for went.
enum class ActFate : std::uint8_t { pending, done, gone };

class Subjects {
 public:
  // Holds the customer while it lives; may be let go on any thread.
  using Lease = std::shared_ptr<void>;
  using AskFate = std::function<void(const SubjectHistory::Reservation&, std::function<void(ActFate)>)>;

  // `ask_fate` may answer on any thread. `appending` counts the callbacks that the log still owes.
  Subjects(storage::EventLog& log, Worker& worker, std::atomic<int>& appending, AskFate ask_fate)
      : log_(log), worker_(worker), appending_(appending), ask_fate_(std::move(ask_fate)) {}

  // Gives the customer's history; blocks on the disk the first time. The reservations of an earlier run of the server are
  // settled before the first lease is given.
  core::Result<const SubjectHistory*> history(const std::string& id);
  // Calls `use` on this thread once nobody else holds the customer.
  void lease(const std::string& id, std::function<void(core::Result<Lease>)> use);
  // Durable, then folded, then `done`.
  void append(const std::string& id, conversation::Event event, std::function<void(core::Result<storage::Appended>)> done);
  // The act went, or did not: its reservation counts for good, or no more.
  void settle(const std::string& id, const std::string& conversation, const std::string& act, bool happened, conversation::Fields data,
              std::string reason, std::function<void(core::Status)> done);

 private:
  struct Subject {
    SubjectHistory history;
    bool held = false;
    int settling = 0;
    int in_flight = 0;
    std::uint64_t last_seq = 0;
    std::deque<std::function<void(core::Result<Lease>)>> waiting;
    bool idle() const { return !held && settling == 0 && in_flight == 0 && waiting.empty(); }
  };
  core::Result<Subject*> find(const std::string& id);
  void settle_earlier(const std::string& id, Subject& subject);
  void give_next(const std::string& id);

  storage::EventLog& log_;
  Worker& worker_;
  std::atomic<int>& appending_;
  AskFate ask_fate_;
  std::unordered_map<std::string, std::unique_ptr<Subject>> subjects_;
};

}  // namespace fenshen::gateway
