// An HTTP/1.1 and WebSocket client for commands, connectors and tests. One ClientLoop = one thread that many clients share.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "net/http.h"

namespace fenshen::net {

class ClientLoop {
 public:
  ClientLoop();
  ~ClientLoop();  // ends the thread; clients of it must be gone
  struct Impl;
  Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct ClientOptions {
  std::chrono::milliseconds timeout{30'000};       // for one request, connecting included
  std::size_t response_bytes = 256 * 1024 * 1024;
  std::string tls_ca;                              // PEM file that signs the server; empty: the system's
  std::size_t message_bytes = 64 * 1024 * 1024;    // sockets: largest message read
};

// One kept connection; requests are sent one after the other in the order of the calls. A connection that the server
// closed while idle is opened again once. Thread-safe.
class HttpClient {
 public:
  HttpClient(ClientLoop& loop, Url url, ClientOptions options = {});
  ~HttpClient();
  // `done` runs on the loop's thread. Errors: unavailable (cannot connect, cut), limited (timeout), corrupt (not HTTP).
  void send(Request request, std::function<void(core::Result<Response>)> done);
  core::Result<Response> send(Request request);  // waits; never call it on the loop's thread

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

class WsClient {
 public:
  struct Events {
    std::function<void(std::string_view)> on_message;              // on the loop's thread
    std::function<void(std::uint16_t code, std::string_view reason)> on_close;  // once, also after a failed read
  };
  // Waits until the socket is open. Errors: unavailable; unauthorized, forbidden … if the server answered so.
  static core::Result<std::unique_ptr<WsClient>> connect(ClientLoop& loop, const Url& url, std::string target,
                                                        Headers headers, Events events, ClientOptions options = {});
  ~WsClient();  // closes without waiting
  void send(std::string text);
  void close(std::uint16_t code = 1000);
  // Stops and resumes reading: to play a slow reader in tests.
  void pause(bool paused);

  struct Impl;

 private:
  explicit WsClient(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace fenshen::net
