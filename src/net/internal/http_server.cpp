// The server's one unit that instantiates Boost.Beast. Per connection one coroutine reads, asks the handler and writes;
// a socket's writes are chained callbacks, because messages come from other threads at any time.
#include "net/http_server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>
#include <variant>

#include "core/log.h"

namespace fenshen::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kLingerTime = std::chrono::seconds(2);
constexpr std::size_t kLingerBytes = 64 * 1024 * 1024;

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

template <class Stream>
constexpr bool kIsTls = !std::is_same_v<Stream, beast::tcp_stream>;

template <class Stream>
class SocketConnection final : public WsSession, public std::enable_shared_from_this<SocketConnection<Stream>> {
 public:
  SocketConnection(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, Stream stream)
      : shared_(std::move(shared)), loop_(std::move(loop)), ws_(std::move(stream)), grace_(loop_->io) {}

  using WsSession::send;
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
    loop_->post([self = this->shared_from_this(), code, reason = std::move(reason)]() mutable {
      self->drain();  // what was sent before the close goes out before it
      self->close_when_written(code, std::move(reason));
    });
  }

  void cut() {
    error_code ignored;
    beast::get_lowest_layer(ws_).socket().close(ignored);
  }

  asio::awaitable<void> run(http::request<http::string_body> request, SocketAccept accept) {
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
  websocket::stream<Stream> ws_;
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

}  // namespace

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

Exchange::Exchange(std::shared_ptr<State> state) : state_(std::move(state)) {}
Exchange::Exchange(Exchange&&) noexcept = default;
Exchange& Exchange::operator=(Exchange&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}
Exchange::~Exchange() {
  if (state_ && !state_->answered.load()) {
    Response response;
    response.status = 500;
    state_->set(std::move(response));
  }
}
void Exchange::respond(Response response) { state_->set(std::move(response)); }
void Exchange::accept_socket(WsHandler handler, Headers headers) {
  state_->set(SocketAccept{std::move(handler), std::move(headers)});
}

namespace {

Request to_request(http::request<http::string_body>& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message)
    request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  request.body = std::move(message.body());
  request.received = std::chrono::steady_clock::now();
  return request;
}

// 0 = nothing to answer: the peer is gone.
int status_of(const error_code& error) {
  if (error == http::error::end_of_stream || error == asio::error::eof || error == http::error::partial_message) return 0;
  if (error == beast::error::timeout) return 408;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error.category() == make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

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
    const bool upgrade = websocket::is_upgrade(message);
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
    auto socket = std::make_shared<SocketConnection<Stream>>(shared_, loop_, std::move(stream_));
    socket_ = socket;
    co_await socket->run(std::move(message), std::move(accept));
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
  std::shared_ptr<SocketConnection<Stream>> socket_;
};

core::Status load_tls(const ServerOptions& options, std::optional<asio::ssl::context>& out) {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return core::fail(core::Code::invalid, "TLS needs both a certificate and its key", "tls");
  if (options.tls_certificate.empty()) return {};
  out.emplace(asio::ssl::context::tls_server);
  error_code error;
  out->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, error);
  if (!error) out->use_certificate_chain_file(options.tls_certificate, error);
  if (error) return core::fail(core::Code::invalid, "cannot use the TLS certificate: " + error.message(), options.tls_certificate);
  out->use_private_key_file(options.tls_key, asio::ssl::context::pem, error);
  if (error) return core::fail(core::Code::invalid, "cannot use the TLS key: " + error.message(), options.tls_key);
  return {};
}

}  // namespace

struct HttpServer::Impl {
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::vector<std::shared_ptr<Loop>> loops;
  std::optional<tcp::acceptor> acceptor;
  std::uint16_t port = 0;
  bool stopped = false;

  core::Status listen() {
    error_code error;
    const auto address = asio::ip::make_address(shared->options.address, error);
    if (error) return core::fail(core::Code::invalid, "not an IP address: " + shared->options.address, "listen");
    const tcp::endpoint endpoint(address, shared->options.port);
    acceptor.emplace(loops.front()->io);
    acceptor->open(endpoint.protocol(), error);
    if (!error) acceptor->set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor->bind(endpoint, error);
    if (!error) acceptor->listen(1024, error);
    if (error) {
      const bool used = error == asio::error::address_in_use;
      return core::fail(core::Code::unavailable,
                        "cannot listen on " + shared->options.address + " port " + std::to_string(shared->options.port) + ": " +
                            (used ? "the port is in use" : error.message()),
                        "port");
    }
    port = acceptor->local_endpoint().port();
    return {};
  }

  asio::awaitable<void> accept_all() {
    std::size_t next = 0;
    while (!shared->stopping) {
      const auto loop = loops[next++ % loops.size()];
      auto [error, socket] = co_await acceptor->async_accept(loop->io, kAwait);
      if (shared->stopping || error == asio::error::operation_aborted) co_return;
      if (error) {  // out of descriptors: wait until some are given back
        FENSHEN_LOG(warn, "net", "accept failed", {"error", error.message()});
        asio::steady_timer pause(loops.front()->io, std::chrono::milliseconds(100));
        co_await pause.async_wait(kAwait);
        continue;
      }
      take(loop, std::move(socket));
    }
  }

  void take(const std::shared_ptr<Loop>& loop, tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    socket.set_option(tcp::no_delay(true), error);
    const bool loopback = peer.address().is_loopback() || (peer.address().is_v6() && peer.address().to_v6().is_v4_mapped() &&
                          asio::ip::make_address_v4(asio::ip::v4_mapped, peer.address().to_v6()).is_loopback());
    const std::string address = peer.address().to_string();
    const Limits& limits = shared->options.limits;
    ++shared->stats.accepted;
    if (shared->stats.connections >= static_cast<std::int64_t>(limits.connections) ||
        (!loopback && !shared->addresses.enter(address, limits.connections_per_address))) {
      ++shared->stats.refused;
      static constexpr std::string_view kFull = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n";
      if (!shared->tls) socket.send(asio::buffer(kFull), 0, error);
      return;
    }
    ++shared->stats.connections;
    if (shared->tls)
      spawn(loop, beast::ssl_stream<beast::tcp_stream>(beast::tcp_stream(std::move(socket)), *shared->tls), address, loopback);
    else
      spawn(loop, beast::tcp_stream(std::move(socket)), address, loopback);
  }

  template <class Stream>
  void spawn(const std::shared_ptr<Loop>& loop, Stream stream, const std::string& address, bool loopback) {
    auto connection = std::make_shared<HttpConnection<Stream>>(shared, loop, std::move(stream), address, loopback);
    asio::co_spawn(loop->io, [connection] { return connection->run(); }, asio::detached);
  }

  static void run(Loop& loop) {
    while (true) {
      try {
        loop.io.run();
        return;
      } catch (const std::exception& error) {
        FENSHEN_LOG(error, "net", "a connection threw", {"what", error.what()});
      }
    }
  }

  void each_connection(void (ConnectionBase::*action)()) {
    for (const auto& loop : loops)
      loop->post([loop, action] {
        const std::vector<ConnectionBase*> all(loop->connections.begin(), loop->connections.end());
        for (ConnectionBase* connection : all) (connection->*action)();
      });
  }

  bool wait_until_empty(std::chrono::milliseconds time) const {
    const auto until = std::chrono::steady_clock::now() + time;
    while (shared->stats.connections > 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return shared->stats.connections == 0;
  }

  void stop(std::chrono::milliseconds grace) {
    if (stopped) return;
    stopped = true;
    shared->stopping = true;
    loops.front()->post([this] {
      error_code ignored;
      if (acceptor) acceptor->close(ignored);
    });
    each_connection(&ConnectionBase::shut_down);
    if (!wait_until_empty(grace)) {
      each_connection(&ConnectionBase::cut);
      wait_until_empty(std::chrono::milliseconds(500));
    }
    for (const auto& loop : loops) {
      loop->stopped = true;
      loop->io.stop();
    }
    for (const auto& loop : loops)
      if (loop->thread.joinable()) loop->thread.join();
  }
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }
std::uint16_t HttpServer::port() const noexcept { return impl_->port; }
const ServerStats& HttpServer::stats() const noexcept { return impl_->shared->stats; }
void HttpServer::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

core::Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, RequestHandler handler) {
  auto impl = std::make_unique<Impl>();
  TRY(load_tls(options, impl->shared->tls));
  const unsigned threads = std::max(1u, options.threads);
  impl->shared->options = std::move(options);
  impl->shared->handler = std::move(handler);
  for (unsigned i = 0; i < threads; ++i) impl->loops.push_back(std::make_shared<Loop>());
  TRY(impl->listen());
  asio::co_spawn(impl->loops.front()->io, impl->accept_all(), asio::detached);
  for (const auto& loop : impl->loops)
    loop->thread = std::thread([loop] {
      const auto guard = asio::make_work_guard(loop->io);
      Impl::run(*loop);
    });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

}  // namespace fenshen::net
