// What the parts of the HTTP server share: threads with their connections, counts, the answer under way.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <variant>

#include "net/http_server.h"

namespace fenshen::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

struct ConnectionBase {
  virtual ~ConnectionBase() = default;
  virtual void shut_down() = 0;  // end when what runs is done
  virtual void cut() = 0;        // end now
};

// One thread with its connections; kept alive by everything that may still post to it.
struct Loop {
  asio::io_context io{1};
  std::thread thread;
  std::atomic<bool> stopped{false};
  std::unordered_set<ConnectionBase*> connections;  // only on the loop's thread

  template <typename Work>
  void post(Work work) {
    if (!stopped.load(std::memory_order_relaxed)) asio::post(io, std::move(work));
  }
};

// How many connections each address holds.
class AddressBook {
 public:
  bool enter(const std::string& address, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = counts_[address];
    if (count >= limit) return false;
    ++count;
    return true;
  }
  void leave(const std::string& address) {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(address);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

// What all connections read.
struct Shared {
  ServerOptions options;
  RequestHandler handler;
  ServerStats stats;
  AddressBook addresses;
  std::atomic<bool> stopping{false};
  std::optional<asio::ssl::context> tls;

  Response error(int status, std::string_view what) const {
    Response response;
    if (options.error_response) {
      response = options.error_response(status, what);
    } else {
      response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
      response.body = std::string(what) + "\n";
    }
    response.status = status;
    response.close = true;
    return response;
  }
};

struct SocketAccept {
  WsHandler handler;
  Headers headers;
};
using Reply = std::variant<Response, SocketAccept>;

// What joins the handler, on any thread, with the connection's coroutine, which sleeps on the timer until then.
struct Exchange::State : std::enable_shared_from_this<Exchange::State> {
  explicit State(std::shared_ptr<Loop> owner) : loop(std::move(owner)), timer(loop->io) {}

  void set(Reply value) {
    if (answered.exchange(true)) return;
    loop->post([self = shared_from_this(), value = std::move(value)]() mutable {
      self->reply.emplace(std::move(value));
      self->timer.cancel();
    });
  }

  std::shared_ptr<Loop> loop;
  asio::steady_timer timer;
  std::optional<Reply> reply;
  std::atomic<bool> answered{false};
};

// A connection of the server's, from the accepted stream on, lives on the loop until it ends. Instantiated for both kinds
// of stream, each in a unit of its own (the compiler needs a gigabyte for one).
struct NewConnection {
  std::shared_ptr<Shared> shared;
  std::shared_ptr<Loop> loop;
  std::string address;
  bool loopback = false;
};
void serve_connection(NewConnection connection, PlainStream stream);
void serve_connection(NewConnection connection, TlsStream stream);

// The socket that a connection has become.
struct SocketBase : WsSession {
  virtual void cut() = 0;
  virtual asio::awaitable<void> run(http::request<http::string_body> request, SocketAccept accept) = 0;
};
std::shared_ptr<SocketBase> make_socket(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, PlainStream stream);
std::shared_ptr<SocketBase> make_socket(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, TlsStream stream);

}  // namespace fenshen::net
