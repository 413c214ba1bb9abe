// All conversations of the house by id, with their newest summary, and who follows the list. The little that shards share:
// one mutex, short sections.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/live/live.h"

namespace fenshen::gateway {

class Directory {
 public:
  struct Known {
    std::uint64_t position = 0;
    bool ended = false;
    SummaryPtr summary;  // null: not folded since the start of the server
  };

  // False: the id is taken.
  bool reserve(const std::string& id);
  void release(const std::string& id);  // a reservation that came to nothing
  void add_stored(const std::string& id, bool ended);
  void update(SummaryPtr summary);
  // An ended one that was folded again to be looked at: nothing changed.
  void remember(SummaryPtr summary);
  std::optional<Known> find(const std::string& id) const;

  struct Candidate {
    std::string id;
    Known known;
  };
  // Newest first, position < before (0: all), at most `limit`.
  std::vector<Candidate> page(std::uint64_t before, std::optional<bool> ended, std::size_t limit) const;
  std::size_t open() const;
  int waiting_before(std::uint64_t position) const;  // chats that wait longer

  void subscribe(Live::Socket socket, std::function<bool(const Summary&)> visible, Live::Render render);
  void unsubscribe(const Live::Socket& socket);
  // Sends what changed since the last time.
  void flush();

 private:
  struct Follower {
    Live::Socket socket;
    std::function<bool(const Summary&)> visible;
    Live::Render render;
    std::set<std::string> shown;  // ids it has seen
  };
  void trim();

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  std::map<std::uint64_t, std::string> by_position_;
  std::uint64_t last_position_ = 0;
  std::set<std::uint64_t> open_, waiting_;  // positions
  std::size_t remembered_ = 0;
  std::set<std::string> dirty_;
  std::mutex followers_mutex_;  // taken before mutex_
  std::vector<Follower> followers_;
};

}  // namespace fenshen::gateway
