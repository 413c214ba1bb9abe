// One open socket: a coroutine reads; writes are chained callbacks, because messages come from other threads at any time.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <deque>
#include <vector>

#include "net/internal/server_shared.h"

namespace fenshen::net {

namespace websocket = beast::websocket;

template <class Stream>
class SocketConnection final : public SocketBase, public std::enable_shared_from_this<SocketConnection<Stream>> {
 public:
  SocketConnection(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, Stream stream)
      : shared_(std::move(shared)), loop_(std::move(loop)), ws_(std::move(stream)), grace_(loop_->io) {}

  using SocketBase::send;
  void send(std::shared_ptr<const std::string> text) override {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || overflow_) return;
      queued_bytes_ += text->size();
      if (queued_bytes_ > shared_->options.limits.socket_queue_bytes) overflow_ = true;
      else incoming_.push_back(std::move(text));
      if (posted_) return;
      posted_ = true;
    }
    loop_->post([self = this->shared_from_this()] { self->drain(); });
  }

  void close(std::uint16_t code, std::string reason) override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;  // what is sent from now on is dropped, also while the earlier goes out
    }
    loop_->post([self = this->shared_from_this(), code, reason = std::move(reason)]() mutable {
      self->drain();  // what was sent before the close goes out before it
      self->close_when_written(code, std::move(reason));
    });
  }

  void cut() override {
    error_code ignored;
    beast::get_lowest_layer(ws_).socket().close(ignored);
  }

  asio::awaitable<void> run(http::request<http::string_body> request, SocketAccept accept) override {
    auto self = this->shared_from_this();
    if (co_await open(std::move(request), accept.headers)) {
      ++shared_->stats.sockets;
      if (accept.handler.on_open) accept.handler.on_open(self);
      co_await read_all(accept.handler);
      --shared_->stats.sockets;
    }
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      incoming_.clear();
    }
    outgoing_.clear();
    grace_.cancel();
    if (accept.handler.on_close) accept.handler.on_close();
  }

 private:
  asio::awaitable<bool> open(http::request<http::string_body> request, const Headers& headers) {
    beast::get_lowest_layer(ws_).expires_never();
    auto timeouts = websocket::stream_base::timeout::suggested(beast::role_type::server);
    timeouts.handshake_timeout = std::chrono::seconds(10);
    timeouts.idle_timeout = std::chrono::seconds(60);  // pings go out at half of it
    ws_.set_option(timeouts);
    ws_.set_option(websocket::stream_base::decorator([&headers](websocket::response_type& response) {
      for (const Header& header : headers) response.set(header.name, header.value);
    }));
    ws_.read_message_max(shared_->options.limits.socket_message_bytes);
    ws_.text(true);
    const auto [error] = co_await ws_.async_accept(request, kAwait);
    co_return !error;
  }

  asio::awaitable<void> read_all(WsHandler& handler) {
    beast::flat_buffer buffer;
    while (true) {
      const auto [error, size] = co_await ws_.async_read(buffer, kAwait);
      (void)size;
      if (error) co_return;
      if (!ws_.got_text()) {
        start_close(1003, "text only");
      } else if (handler.on_message && !closing_) {
        const auto bytes = buffer.cdata();
        handler.on_message(std::string_view(static_cast<const char*>(bytes.data()), bytes.size()));
      }
      buffer.clear();
      if (buffer.capacity() > 64 * 1024) buffer.shrink_to_fit();
    }
  }

  // Takes over what other threads queued.
  void drain() {
    bool overflow = false;
    {
      const std::lock_guard lock(mutex_);
      posted_ = false;
      overflow = overflow_;
      for (auto& text : incoming_) outgoing_.push_back(std::move(text));
      incoming_.clear();
    }
    // What was taken before the overflow still goes out, within the grace: whoever comes back with the number of the last
    // frame has then got on, however much was missed.
    if (overflow && !closing_ && !pending_close_) {
      ++shared_->stats.slow_readers;
      close_when_written(kCloseTooSlow, "reader too slow");
    }
    write_next();
  }

  void write_next() {
    if (writing_ || closing_ || outgoing_.empty()) return;
    writing_ = true;
    ws_.async_write(asio::buffer(*outgoing_.front()), [self = this->shared_from_this()](error_code error, std::size_t) {
      self->written(error);
    });
  }

  void written(error_code error) {
    writing_ = false;
    if (!outgoing_.empty()) {
      const std::lock_guard lock(mutex_);
      queued_bytes_ -= std::min(queued_bytes_, outgoing_.front()->size());
      outgoing_.pop_front();
    }
    if (error) return;  // the reader sees it too and ends the connection
    write_next();
    if (pending_close_ && !writing_) start_close(pending_close_->first, std::move(pending_close_->second));
  }

  void close_when_written(std::uint16_t code, std::string reason) {
    if (closing_) return;
    if (!writing_ && outgoing_.empty()) start_close(code, std::move(reason));
    else pending_close_.emplace(code, std::move(reason));
    arm_grace();
  }

  void start_close(std::uint16_t code, std::string reason) {
    if (closing_) return;
    closing_ = true;
    // The message being written must stay; the rest is dropped.
    while (outgoing_.size() > (writing_ ? 1u : 0u)) outgoing_.pop_back();
    arm_grace();
    websocket::close_reason why(static_cast<websocket::close_code>(code), reason.substr(0, 120));
    ws_.async_close(why, [self = this->shared_from_this()](error_code) {});
  }

  // A peer that neither reads nor answers the close is cut.
  void arm_grace() {
    grace_.expires_after(shared_->options.limits.slow_reader_grace);
    grace_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->cut();
    });
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Loop> loop_;
  websocket::stream<Stream, false> ws_;  // no compression: less to compile, and nothing that leaks lengths of secrets
  asio::steady_timer grace_;
  std::deque<std::shared_ptr<const std::string>> outgoing_;  // front is being written
  std::optional<std::pair<std::uint16_t, std::string>> pending_close_;
  bool writing_ = false;
  bool closing_ = false;

  std::mutex mutex_;  // guards what follows
  std::vector<std::shared_ptr<const std::string>> incoming_;
  std::size_t queued_bytes_ = 0;
  bool posted_ = false;
  bool overflow_ = false;
  bool closed_ = false;
};

}  // namespace fenshen::net
