// The live API as commands use it: a few kept connections, desk sockets that come back, frames taken apart.
#pragma once

#include <boost/json.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/http_client.h"

namespace fenshen::server {

// What one frames message brought of one conversation, in order.
struct ReceivedFrame {
  std::uint64_t n = 0;
  std::uint64_t seq = 0;      // events only
  std::string_view card;      // the card's bytes as received; empty: an event
};
// Calls `take(conversation, frames)` for a frames message, nothing for others. False: not understood.
bool read_frames(std::string_view message, const std::function<void(std::string_view, const std::vector<ReceivedFrame>&)>& take);

class ApiClient {
 public:
  using Answer = std::function<void(core::Result<boost::json::object>)>;
  // Token from FENSHEN_TOKEN.
  static core::Result<std::unique_ptr<ApiClient>> connect(const std::string& url, std::size_t connections);
  ~ApiClient();

  // A status of 400 or more is an error that carries the server's code and detail. `lane` chooses the connection: equal
  // lanes keep their order. `done` runs on the client's thread.
  void send(std::size_t lane, std::string method, std::string target, std::string body, Answer done);
  core::Result<boost::json::object> call(std::string method, std::string target, std::string body = {});
  core::Result<std::string> text(std::string target);  // GET, whatever it is

  net::ClientLoop& loop() { return loop_; }
  const net::Url& url() const { return url_; }
  net::Headers headers() const { return {{"Authorization", "Bearer " + token_}}; }

 private:
  ApiClient(net::Url url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}
  net::Url url_;
  std::string token_;
  net::ClientLoop loop_;
  std::vector<std::unique_ptr<net::HttpClient>> clients_;
};

// Desk sockets that watch many conversations, spread evenly. When one is closed (too slow, a restart) it is opened again
// with the number of the last frame of each conversation: nothing is missed, nothing comes twice.
class DeskSockets {
 public:
  using Take = std::function<void(std::size_t conversation, const std::vector<ReceivedFrame>& frames)>;  // on the client's thread
  DeskSockets(ApiClient& client, std::vector<std::string> conversations, std::size_t sockets, bool panels, Take take);
  ~DeskSockets();
  core::Status open();   // watches all
  core::Status mend();   // opens again what was closed; now and then
  std::uint64_t last_n(std::size_t conversation) const;

 private:
  struct Socket {
    std::unique_ptr<net::WsClient> client;
    bool closed = false;
  };
  core::Status open(std::size_t socket);
  void message(std::string_view text);

  ApiClient& client_;
  std::vector<std::string> conversations_;
  bool panels_;
  Take take_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::uint64_t> last_;
  std::vector<Socket> sockets_;
};

}  // namespace fenshen::server
