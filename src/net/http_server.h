// An HTTP/1.1 and WebSocket server. A connection lives on one of the server's threads; handlers are called there and
// must not block: what takes time is answered later, from any thread, through the Exchange.
//
// Bounds: header and body size, connections in all and per address, time for handshake, header, body, idling and
// writing, size of socket messages, bytes that wait for a slow reader. Requests sent in advance (pipelining) are
// answered in order, one at a time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "net/http.h"

namespace fenshen::net {

constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseGoingAway = 1001;
constexpr std::uint16_t kClosePolicy = 1008;
constexpr std::uint16_t kCloseSignedOut = 4401;  // the session that opened the socket has ended
constexpr std::uint16_t kCloseTooSlow = 4008;
constexpr std::uint16_t kCloseTooMany = 4009;    // more sockets of one kind than are allowed: the oldest goes

// One open socket. Thread-safe. After the close, sends are dropped.
class WsSession {
 public:
  virtual ~WsSession() = default;
  // Queued; text must be UTF-8. Beyond Limits::socket_queue_bytes the socket is closed with 4008.
  virtual void send(std::shared_ptr<const std::string> text) = 0;
  void send(std::string text) { send(std::make_shared<const std::string>(std::move(text))); }
  virtual void close(std::uint16_t code, std::string reason) = 0;
};

// All are called on the connection's thread: on_open once, then on_message, then on_close exactly once.
struct WsHandler {
  std::function<void(std::shared_ptr<WsSession>)> on_open;
  std::function<void(std::string_view)> on_message;
  std::function<void()> on_close;
};

// The answer that is owed to one request. Move-only; destroyed unanswered, it answers 500.
class Exchange {
 public:
  struct State;
  explicit Exchange(std::shared_ptr<State> state);
  Exchange(Exchange&&) noexcept;
  Exchange& operator=(Exchange&&) noexcept;
  ~Exchange();
  // Any thread, once.
  void respond(Response response);
  // The request becomes a socket; only if Request::websocket.
  void accept_socket(WsHandler handler, Headers headers = {});

 private:
  std::shared_ptr<State> state_;
};

using RequestHandler = std::function<void(Request, Exchange)>;

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t connections = 4096;
  std::size_t connections_per_address = 1024;  // not counted for loopback
  std::size_t socket_message_bytes = 256 * 1024;
  std::size_t socket_queue_bytes = 4 * 1024 * 1024;
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_time{30'000};
  std::chrono::milliseconds idle_time{75'000};
  std::chrono::milliseconds write_time{30'000};
  std::chrono::milliseconds handler_time{60'000};
  std::chrono::milliseconds slow_reader_grace{5'000};  // for the close frame to get through
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: any free one
  std::string tls_certificate;  // PEM files; both or none
  std::string tls_key;
  unsigned threads = 1;
  Limits limits;
  // A larger (or smaller) body limit for some requests, by method and target; 0 = Limits::body_bytes.
  std::function<std::size_t(std::string_view method, std::string_view target)> body_limit;
  // Error answers of the server itself (400, 408, 413, 431, 503) are made here; without it plain text.
  std::function<Response(int status, std::string_view what)> error_response;
};

struct ServerStats {
  std::atomic<std::int64_t> connections{0};  // open now, sockets included
  std::atomic<std::int64_t> sockets{0};      // open now
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> refused{0};      // over a connection limit
  std::atomic<std::int64_t> malformed{0};    // answered 400, 408, 413, 431 by the server itself
  std::atomic<std::int64_t> slow_readers{0}; // closed with 4008
};

class HttpServer {
 public:
  // Listens when it returns. Errors: unavailable (port in use, address), invalid (certificate, key).
  static core::Result<std::unique_ptr<HttpServer>> start(ServerOptions options, RequestHandler handler);
  ~HttpServer();  // stop() with no grace
  std::uint16_t port() const noexcept;
  const ServerStats& stats() const noexcept;
  // Accepts no more, closes idle connections and sockets (1001), lets running requests end within `grace`, then cuts.
  void stop(std::chrono::milliseconds grace);

  struct Impl;

 private:
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fenshen::net
