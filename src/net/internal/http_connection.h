// One connection: a coroutine that reads a request, asks the handler and writes, until the peer leaves or it becomes a
// socket.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "core/log.h"
#include "net/internal/server_shared.h"

namespace fenshen::net {

constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;

template <class Stream>
constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

Request to_request(http::request<http::string_body>& message);
// 0 = nothing to answer: the peer is gone.
int status_of(const error_code& error);

template <class Stream>
class HttpConnection final : public ConnectionBase, public std::enable_shared_from_this<HttpConnection<Stream>> {
 public:
  HttpConnection(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, Stream stream, std::string address, bool loopback)
      : shared_(std::move(shared)), loop_(std::move(loop)), stream_(std::move(stream)), address_(std::move(address)),
        loopback_(loopback) {}
  ~HttpConnection() override {
    --shared_->stats.connections;
    if (!loopback_) shared_->addresses.leave(address_);
  }

  static void start(NewConnection from, Stream stream) {
    asio::io_context& io = from.loop->io;
    auto connection = std::make_shared<HttpConnection>(std::move(from.shared), std::move(from.loop), std::move(stream), std::move(from.address), from.loopback);
    asio::co_spawn(io, [connection] { return connection->run(); }, asio::detached);
  }

  asio::awaitable<void> run() {
    auto self = this->shared_from_this();
    loop_->connections.insert(this);
    if (co_await handshake()) {
      while (!shared_->stopping && co_await first_byte())
        if (!co_await serve_one()) break;
    }
    if (!socket_) co_await linger();
    loop_->connections.erase(this);
  }

  void shut_down() override {
    if (socket_) socket_->close(kCloseGoingAway, "server is stopping");
    else if (idle_) cut();
  }
  void cut() override {
    if (socket_) return socket_->cut();
    error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 private:
  const Limits& limits() const { return shared_->options.limits; }
  auto& lowest() { return beast::get_lowest_layer(stream_); }

  asio::awaitable<bool> handshake() {
    if constexpr (kIsTls<Stream>) {
      lowest().expires_after(limits().header_time);
      const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kAwait);
      co_return !error;
    }
    co_return true;
  }

  // Waits, for the idle time, until the next request begins.
  asio::awaitable<bool> first_byte() {
    if (buffer_.size() > 0) co_return true;
    idle_ = true;
    lowest().expires_after(limits().idle_time);
    const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(8192), kAwait);
    idle_ = false;
    if (error) co_return false;
    buffer_.commit(size);
    co_return true;
  }

  // Reads, answers; false ends the connection.
  asio::awaitable<bool> serve_one() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits().header_bytes));
    parser.body_limit(boost::none);  // known once the target is
    lowest().expires_after(limits().header_time);
    const auto [error, size] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
    (void)size;
    if (error) co_return co_await refuse(error);
    const bool read = co_await read_body(parser);
    if (!read) co_return false;

    auto message = parser.release();
    const bool upgrade = beast::websocket::is_upgrade(message);
    const bool head = message.method() == http::verb::head;
    const bool keep_alive = message.keep_alive();
    Request request = to_request(message);
    request.remote_address = address_;
    request.loopback = loopback_;
    request.tls = kIsTls<Stream>;
    request.websocket = upgrade;
    Reply reply = co_await ask(std::move(request));
    if (auto* accept = std::get_if<SocketAccept>(&reply)) {
      if (!upgrade) co_return co_await refuse(426, "this address is a WebSocket");
      co_await become_socket(std::move(message), std::move(*accept));
      co_return false;
    }
    co_return co_await write(std::move(std::get<Response>(reply)), keep_alive, head);
  }

  asio::awaitable<bool> read_body(http::request_parser<http::string_body>& parser) {
    const auto& head = parser.get();
    if (head.version() >= 11 && head.count(http::field::host) != 1) co_return co_await refuse(400, "exactly one Host header is needed");
    if (head.count(http::field::content_length) > 0 && head.count(http::field::transfer_encoding) > 0)
      co_return co_await refuse(400, "Content-Length and Transfer-Encoding together");
    std::size_t limit = 0;
    if (shared_->options.body_limit) limit = shared_->options.body_limit(head.method_string(), head.target());
    if (limit == 0) limit = limits().body_bytes;
    const auto length = parser.content_length();
    if (length && *length > limit) co_return co_await refuse(413, "the body is too large");
    parser.body_limit(limit);
    if (parser.is_done()) co_return true;
    if (beast::iequals(head[http::field::expect], "100-continue") && !co_await say_continue()) co_return false;
    lowest().expires_after(limits().body_time);
    const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kAwait);
    (void)size;
    if (error) co_return co_await refuse(error);
    co_return true;
  }

  asio::awaitable<bool> say_continue() {
    static constexpr std::string_view kLine = "HTTP/1.1 100 Continue\r\n\r\n";
    lowest().expires_after(limits().write_time);
    const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(kLine), kAwait);
    (void)size;
    co_return !error;
  }

  asio::awaitable<Reply> ask(Request request) {
    auto state = std::make_shared<Exchange::State>(loop_);
    state->timer.expires_after(limits().handler_time);
    call_handler(std::move(request), Exchange(state));
    if (!state->reply) {
      const auto [error] = co_await state->timer.async_wait(kAwait);
      (void)error;
    }
    if (!state->reply) {
      state->answered = true;
      co_return Reply(shared_->error(503, "the answer took too long"));
    }
    Reply reply = std::move(*state->reply);
    if (auto* response = std::get_if<Response>(&reply); response && response->status == 500 && response->body.empty())
      reply = shared_->error(500, "internal error");
    co_return reply;
  }

  void call_handler(Request request, Exchange exchange) {
    try {
      shared_->handler(std::move(request), std::move(exchange));
    } catch (const std::exception& error) {
      FENSHEN_LOG(error, "net", "a handler threw", {"what", error.what()});
    }
  }

  asio::awaitable<bool> write(Response response, bool keep_alive, bool head) {
    keep_alive = keep_alive && !response.close && !shared_->stopping;
    http::response<http::string_body> message(static_cast<http::status>(response.status), 11);
    message.reason(std::string(reason_phrase(response.status)));
    for (Header& header : response.headers) message.insert(header.name, header.value);
    message.keep_alive(keep_alive);
    const bool bodiless = response.status == 204 || response.status == 304;
    if (!bodiless) message.content_length(response.body.size());
    if (!bodiless && !head) message.body() = std::move(response.body);
    lowest().expires_after(limits().write_time);
    http::response_serializer<http::string_body> serializer(message);
    error_code failed;
    if (head || bodiless) {
      const auto [error, size] = co_await http::async_write_header(stream_, serializer, kAwait);
      (void)size;
      failed = error;
    } else {
      const auto [error, size] = co_await http::async_write(stream_, serializer, kAwait);
      (void)size;
      failed = error;
    }
    co_return !failed && keep_alive;
  }

  asio::awaitable<bool> refuse(error_code error) {
    const int status = status_of(error);
    if (status == 0) co_return false;
    if (status == 408) co_return false;  // the stream's timeout has closed it already
    const std::string what = status == 413 ? "the body is too large" : status == 431 ? "the header is too large" : error.message();
    co_return co_await refuse(status, what);
  }

  asio::awaitable<bool> refuse(int status, std::string what) {
    ++shared_->stats.malformed;
    linger_ = true;
    co_await write(shared_->error(status, what), false, false);
    co_return false;
  }

  asio::awaitable<void> become_socket(http::request<http::string_body> message, SocketAccept accept) {
    socket_ = make_socket(shared_, loop_, std::move(stream_));
    co_await socket_->run(std::move(message), std::move(accept));
  }

  // Closing while the peer still sends would reset the connection and lose our answer: read on for a while.
  asio::awaitable<void> linger() {
    error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_send, ignored);
    const auto until = std::chrono::steady_clock::now() + kLingerTime;
    std::size_t total = 0;
    while (linger_ && total < kLingerBytes && std::chrono::steady_clock::now() < until) {
      buffer_.clear();
      lowest().expires_at(until);
      const auto [error, size] = co_await lowest().async_read_some(buffer_.prepare(64 * 1024), kAwait);
      if (error) break;
      total += size;
    }
    lowest().socket().close(ignored);
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Loop> loop_;
  Stream stream_;
  std::string address_;
  bool loopback_;
  bool idle_ = false;
  bool linger_ = false;
  beast::flat_buffer buffer_;
  std::shared_ptr<SocketBase> socket_;
};

}  // namespace fenshen::net
