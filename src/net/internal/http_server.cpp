// Listening, the threads, and the end. Boost.Beast is instantiated in http_*.cpp and socket_*.cpp beside this.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "core/log.h"
#include "net/internal/server_shared.h"

namespace fenshen::net {
namespace {

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
    NewConnection connection{shared, loop, address, loopback};
    if (shared->tls) serve_connection(std::move(connection), TlsStream(PlainStream(std::move(socket)), *shared->tls));
    else serve_connection(std::move(connection), PlainStream(std::move(socket)));
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
