// Load for the crash tests, and the check of what must hold afterwards. Every event's id says to which request it belongs
// and how many that had, so that a half request shows; its text follows from its id, so that mixed-up bytes show.
#pragma once

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "storage/event_log.h"
#include "storage/records.h"

namespace fenshen::storage::testing {

struct Acknowledged {
  std::uint64_t seq = 0;
  core::Millis recorded_at = 0;
};
using EventKey = std::pair<std::string, std::string>;  // stream, event id

// What was acknowledged so far; filled by the callbacks.
class Ledger {
 public:
  void note(const std::string& stream, const std::string& event, const Appended& appended);
  std::map<EventKey, Acknowledged> all() const;
  std::size_t size() const;
  std::vector<std::string> complaints() const;  // one event acknowledged with two seqs

 private:
  mutable std::mutex mutex_;
  std::map<EventKey, Acknowledged> events_;
  std::vector<std::string> complaints_;
};

std::string stream_name(unsigned number);
std::string text_for(const std::string& event_id);

// A request of 1 to 5 events on one of a few streams; now and then with a person, now and then large.
AppendRequest random_request(std::mt19937_64& random, const std::string& writer, unsigned number);
std::vector<std::string> ids_of(const AppendRequest& request);

// Everything acknowledged is there, at its seq, with its text; no gap, no half request, time in order.
std::vector<std::string> check(const EventLog& log, const std::map<EventKey, Acknowledged>& acknowledged);

}  // namespace fenshen::storage::testing
