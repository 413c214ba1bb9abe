// The client's one unit that instantiates Boost.Beast.
#include "net/http_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

namespace fenshen::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

core::Error to_error(const error_code& error) {
  if (error == beast::error::timeout) return {core::Code::limited, "the server did not answer in time", {}};
  if (error.category() == make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream &&
      error != http::error::partial_message)
    return {core::Code::corrupt, "the answer is not HTTP: " + error.message(), {}};
  return {core::Code::unavailable, error.message(), {}};
}

std::string host_header(const Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  return (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
}

void make_tls(std::optional<asio::ssl::context>& context, const ClientOptions& options) {
  if (context) return;
  context.emplace(asio::ssl::context::tls_client);
  error_code ignored;
  if (options.tls_ca.empty()) context->set_default_verify_paths(ignored);
  else context->load_verify_file(options.tls_ca, ignored);
  context->set_verify_mode(asio::ssl::verify_peer, ignored);
}

asio::awaitable<error_code> connect(PlainStream& stream, const Url& url, std::chrono::milliseconds timeout) {
  tcp::resolver resolver(stream.get_executor());
  const auto [resolve_error, found] = co_await resolver.async_resolve(url.host, std::to_string(url.port), kAwait);
  if (resolve_error) co_return resolve_error;
  stream.expires_after(timeout);
  const auto [error, endpoint] = co_await stream.async_connect(found, kAwait);
  (void)endpoint;
  if (error) co_return error;
  error_code ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return error_code();
}

asio::awaitable<error_code> connect(TlsStream& stream, const Url& url, std::chrono::milliseconds timeout) {
  if (const error_code error = co_await connect(stream.next_layer(), url, timeout); error) co_return error;
  SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
  error_code failed;
  stream.set_verify_callback(asio::ssl::host_name_verification(url.host), failed);
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwait);
  co_return error;
}

struct Job {
  Request request;
  std::function<void(core::Result<Response>)> done;
};

}  // namespace

struct ClientLoop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  std::thread thread{[this] { io.run(); }};
};

ClientLoop::ClientLoop() : impl_(std::make_unique<Impl>()) {}
ClientLoop::~ClientLoop() {
  impl_->guard.reset();
  impl_->io.stop();
  impl_->thread.join();
}

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
  Impl(asio::io_context& context, Url target_url, ClientOptions client_options)
      : io(context), url(std::move(target_url)), options(std::move(client_options)) {}

  asio::io_context& io;
  Url url;
  ClientOptions options;
  std::optional<asio::ssl::context> tls;
  std::variant<std::monostate, PlainStream, TlsStream> stream;
  beast::flat_buffer buffer;
  std::deque<Job> jobs;
  bool running = false;

  void enqueue(Job job) {
    jobs.push_back(std::move(job));
    if (running) return;
    running = true;
    asio::co_spawn(io, [self = shared_from_this()] { return self->work(); }, asio::detached);
  }

  asio::awaitable<void> work() {
    while (!jobs.empty()) {
      Job job = std::move(jobs.front());
      jobs.pop_front();
      auto result = co_await perform(job.request);
      job.done(std::move(result));
    }
    running = false;
  }

  asio::awaitable<core::Result<Response>> perform(const Request& request) {
    const bool reused = stream.index() != 0;
    auto result = co_await attempt(request);
    // A kept connection may have been closed by the server meanwhile.
    if (!result && reused && result.error().code == core::Code::unavailable) result = co_await attempt(request);
    co_return result;
  }

  asio::awaitable<core::Result<Response>> attempt(const Request& request) {
    if (stream.index() == 0)
      if (const error_code error = co_await open(); error) {
        stream.emplace<std::monostate>();
        co_return std::unexpected(to_error(error));
      }
    core::Result<Response> result;
    if (auto* plain = std::get_if<PlainStream>(&stream)) result = co_await exchange(*plain, request);
    else result = co_await exchange(std::get<TlsStream>(stream), request);
    if (!result || result->close) stream.emplace<std::monostate>();
    co_return result;
  }

  asio::awaitable<error_code> open() {
    buffer.clear();
    if (!url.tls) co_return co_await connect(stream.emplace<PlainStream>(io), url, options.timeout);
    make_tls(tls, options);
    co_return co_await connect(stream.emplace<TlsStream>(PlainStream(io), *tls), url, options.timeout);
  }

  template <class Stream>
  asio::awaitable<core::Result<Response>> exchange(Stream& to, const Request& request) {
    http::request<http::string_body> message(http::verb::get, url.base + request.target, 11);
    message.method_string(request.method);
    message.set(http::field::host, host_header(url));
    for (const Header& header : request.headers) message.insert(header.name, header.value);
    message.body() = request.body;
    if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) message.content_length(request.body.size());
    beast::get_lowest_layer(to).expires_after(options.timeout);
    const auto [write_error, written] = co_await http::async_write(to, message, kAwait);
    (void)written;
    if (write_error) co_return std::unexpected(to_error(write_error));
    http::response_parser<http::string_body> parser;
    parser.body_limit(options.response_bytes);
    parser.skip(request.method == "HEAD");
    const auto [read_error, size] = co_await http::async_read(to, buffer, parser, kAwait);
    (void)size;
    if (read_error) co_return std::unexpected(to_error(read_error));
    auto answer = parser.release();
    Response response;
    response.status = static_cast<int>(answer.result_int());
    for (const auto& field : answer) response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    response.body = std::move(answer.body());
    response.close = !answer.keep_alive();
    co_return response;
  }
};

HttpClient::HttpClient(ClientLoop& loop, Url url, ClientOptions options)
    : impl_(std::make_shared<Impl>(loop.impl().io, std::move(url), std::move(options))) {}

HttpClient::~HttpClient() {
  asio::post(impl_->io, [impl = impl_] {
    if (!impl->running) impl->stream.emplace<std::monostate>();
  });
}

void HttpClient::send(Request request, std::function<void(core::Result<Response>)> done) {
  asio::post(impl_->io, [impl = impl_, job = Job{std::move(request), std::move(done)}]() mutable { impl->enqueue(std::move(job)); });
}

core::Result<Response> HttpClient::send(Request request) {
  auto promise = std::make_shared<std::promise<core::Result<Response>>>();
  auto future = promise->get_future();
  send(std::move(request), [promise](core::Result<Response> result) { promise->set_value(std::move(result)); });
  return future.get();
}

struct WsClient::Impl {
  virtual ~Impl() = default;
  virtual void send(std::string text) = 0;
  virtual void close(std::uint16_t code) = 0;
  virtual void pause(bool paused) = 0;
  virtual void forget() = 0;  // no more events
};

namespace {

template <class Stream>
class ClientSocket final : public WsClient::Impl, public std::enable_shared_from_this<ClientSocket<Stream>> {
 public:
  template <class... Args>
  ClientSocket(asio::io_context& io, WsClient::Events events, ClientOptions options, Args&&... args)
      : io_(io), events_(std::move(events)), options_(std::move(options)), ws_(std::forward<Args>(args)...), wake_(io) {}

  asio::awaitable<core::Status> open(Url url, std::string target, Headers headers) {
    auto self = this->shared_from_this();
    if (const error_code error = co_await connect(ws_.next_layer(), url, options_.timeout); error)
      co_return std::unexpected(to_error(error));
    beast::get_lowest_layer(ws_).expires_never();
    auto timeouts = websocket::stream_base::timeout::suggested(beast::role_type::client);
    timeouts.handshake_timeout = options_.timeout;
    ws_.set_option(timeouts);
    ws_.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
      for (const Header& header : headers) request.set(header.name, header.value);
    }));
    ws_.read_message_max(options_.message_bytes);
    ws_.text(true);
    websocket::response_type answer;
    const auto [error] = co_await ws_.async_handshake(answer, host_header(url), url.base + target, kAwait);
    if (!error) co_return core::Status();
    const int status = static_cast<int>(answer.result_int());
    if (status == 401) co_return core::fail(core::Code::unauthorized, "the server answered 401");
    if (status == 403) co_return core::fail(core::Code::forbidden, "the server answered 403");
    if (status == 404) co_return core::fail(core::Code::not_found, "the server answered 404");
    if (status == 429 || status == 503) co_return core::fail(core::Code::limited, "the server answered " + std::to_string(status));
    co_return std::unexpected(to_error(error));
  }

  void start() {
    asio::co_spawn(io_, [self = this->shared_from_this()] { return self->read_all(); }, asio::detached);
  }

  void send(std::string text) override {
    asio::post(io_, [self = this->shared_from_this(), text = std::move(text)]() mutable {
      self->outgoing_.push_back(std::move(text));
      self->write_next();
    });
  }
  void close(std::uint16_t code) override {
    asio::post(io_, [self = this->shared_from_this(), code] {
      if (self->closing_) return;
      self->closing_ = true;
      self->ws_.async_close(static_cast<websocket::close_code>(code), [self](error_code) {});
    });
  }
  void pause(bool paused) override {
    asio::post(io_, [self = this->shared_from_this(), paused] {
      self->paused_ = paused;
      self->wake_.cancel();
    });
  }
  void forget() override {
    asio::post(io_, [self = this->shared_from_this()] { self->events_ = {}; });
  }

 private:
  asio::awaitable<void> read_all() {
    beast::flat_buffer buffer;
    while (true) {
      while (paused_) {
        wake_.expires_after(std::chrono::hours(1));
        const auto [ignored] = co_await wake_.async_wait(kAwait);
        (void)ignored;
      }
      const auto [error, size] = co_await ws_.async_read(buffer, kAwait);
      (void)size;
      if (error) break;
      const auto bytes = buffer.cdata();
      if (events_.on_message) events_.on_message(std::string_view(static_cast<const char*>(bytes.data()), bytes.size()));
      buffer.clear();
    }
    closing_ = true;
    const auto reason = ws_.reason();
    const std::string why(reason.reason.data(), reason.reason.size());
    if (events_.on_close) events_.on_close(reason.code, why);
    error_code ignored;
    beast::get_lowest_layer(ws_).socket().close(ignored);
  }

  void write_next() {
    if (writing_ || closing_ || outgoing_.empty()) return;
    writing_ = true;
    ws_.async_write(asio::buffer(outgoing_.front()), [self = this->shared_from_this()](error_code error, std::size_t) {
      self->writing_ = false;
      self->outgoing_.pop_front();
      if (!error) self->write_next();
    });
  }

  asio::io_context& io_;
  WsClient::Events events_;
  ClientOptions options_;
  websocket::stream<Stream> ws_;
  asio::steady_timer wake_;
  std::deque<std::string> outgoing_;
  bool writing_ = false;
  bool closing_ = false;
  bool paused_ = false;
};

// Opens on the loop's thread and waits for it here.
template <class Socket>
core::Status open_and_wait(asio::io_context& io, std::shared_ptr<Socket> socket, Url url, std::string target, Headers headers) {
  auto promise = std::make_shared<std::promise<core::Status>>();
  auto future = promise->get_future();
  asio::co_spawn(
      io,
      [promise, socket, url = std::move(url), target = std::move(target), headers = std::move(headers)]() -> asio::awaitable<void> {
        core::Status status = co_await socket->open(url, target, headers);
        if (status) socket->start();
        promise->set_value(std::move(status));
      },
      asio::detached);
  return future.get();
}

asio::ssl::context& shared_tls(const ClientOptions& options) {
  // One context per CA file for the life of the process: sockets refer to it.
  static std::mutex mutex;
  static std::vector<std::pair<std::string, std::unique_ptr<std::optional<asio::ssl::context>>>> contexts;
  const std::lock_guard lock(mutex);
  for (auto& [ca, context] : contexts)
    if (ca == options.tls_ca) return **context;
  auto made = std::make_unique<std::optional<asio::ssl::context>>();
  make_tls(*made, options);
  contexts.emplace_back(options.tls_ca, std::move(made));
  return **contexts.back().second;
}

}  // namespace

WsClient::WsClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
WsClient::~WsClient() {
  impl_->forget();
  impl_->close(1000);
}
void WsClient::send(std::string text) { impl_->send(std::move(text)); }
void WsClient::close(std::uint16_t code) { impl_->close(code); }
void WsClient::pause(bool paused) { impl_->pause(paused); }

core::Result<std::unique_ptr<WsClient>> WsClient::connect(ClientLoop& loop, const Url& url, std::string target, Headers headers,
                                                         Events events, ClientOptions options) {
  auto& io = loop.impl().io;
  if (url.tls) {
    auto& tls = shared_tls(options);
    auto socket = std::make_shared<ClientSocket<TlsStream>>(io, std::move(events), std::move(options), PlainStream(io), tls);
    TRY(open_and_wait(io, socket, url, std::move(target), std::move(headers)));
    return std::unique_ptr<WsClient>(new WsClient(std::move(socket)));
  }
  auto socket = std::make_shared<ClientSocket<PlainStream>>(io, std::move(events), std::move(options), io);
  TRY(open_and_wait(io, socket, url, std::move(target), std::move(headers)));
  return std::unique_ptr<WsClient>(new WsClient(std::move(socket)));
}

}  // namespace fenshen::net
