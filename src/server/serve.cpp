#include "server/serve.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "access/access.h"
#include "core/log.h"
#include "gateway/gateway.h"
#include "gateway/live/live.h"
#include "gateway/openapi.h"
#include "net/http_server.h"
#include "server/packs.h"
#include "storage/sqlite/quality_index.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kTokenBytesMin = 16;
constexpr auto kGrace = std::chrono::seconds(5);

bool is_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1" || address == "localhost"; }

// A file of the checkout, or of the installation: beside the program, up to four folders above it, or where we stand.
fs::path find_beside(const fs::path& relative) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    fs::path folder = program.parent_path();
    for (int up = 0; up < 4; ++up, folder = folder.parent_path())
      if (fs::exists(folder / relative, error)) return folder / relative;
    if (const fs::path installed = program.parent_path() / "../share/fenshen" / relative; fs::exists(installed, error)) return installed;
  }
  return relative;
}

Status check(const ServeOptions& options) {
  if (!options.token.empty() && options.token.size() < kTokenBytesMin)
    return core::fail(Code::invalid, fmt::format("must have at least {} characters: it opens everything that an API client may do", kTokenBytesMin), "FENSHEN_TOKEN");
  if (!is_loopback(options.listen) && options.tls_certificate.empty())
    return core::fail(Code::invalid, "listening beyond this machine needs a certificate: --tls-cert FILE --tls-key FILE", "--listen");
  return {};
}

Result<std::string> read_openapi() {
  const fs::path file = find_beside("api/openapi.yaml");
  std::ifstream stream(file);
  if (!stream) return core::fail(Code::not_found, "the description of the API is missing", file.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return gateway::openapi_json(text.str());
}

// Shown once, at the first start; only hashes are kept.
void show_accounts(const std::vector<access::MadeAccount>& accounts) {
  if (accounts.empty()) return;
  fmt::print("\nDemo accounts (shown once, keep them):\n");
  for (const access::MadeAccount& made : accounts) {
    std::string roles;
    for (const std::string& role : made.account.roles) roles += (roles.empty() ? "" : ", ") + role;
    fmt::print("  {:<12} {:<18} {} ({})\n", made.account.username, made.password, made.account.name, roles);
  }
  fmt::print("\n");
}

// Blocks SIGINT and SIGTERM for all threads made later, and waits for them here.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
    descriptor_ = signalfd(-1, &set_, SFD_CLOEXEC);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is an error of the write, as on a full disk
  }
  ~Signals() {
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  void wait(int also) const {
    pollfd waits[2] = {{descriptor_, POLLIN, 0}, {also, POLLIN, 0}};
    while (::poll(waits, also >= 0 ? 2 : 1, -1) < 0 && errno == EINTR) {
    }
    signalfd_siginfo taken;  // else it would still be pending, and end us, when the mask is given back
    if ((waits[0].revents & POLLIN) != 0 && ::read(descriptor_, &taken, sizeof taken) < 0) FENSHEN_LOG(warn, "server", "signal not read");
  }

 private:
  sigset_t set_{}, before_{};
  int descriptor_ = -1;
};

Result<int> run(const ServeOptions& options) {
  TRY(check(options));
  ::umask(S_IRWXG | S_IRWXO);  // what we write is nobody else's business, even in a folder that others may enter
  const Signals signals;
  storage::sqlite::StoreOptions store_options;
  store_options.folder = options.data;
  TRY_ASSIGN(const auto store, storage::sqlite::Store::open(std::move(store_options)));
  TRY_ASSIGN(const auto quality_index, storage::sqlite::SqliteQualityIndex::open((options.data / "quality.db").string()));
  TRY_ASSIGN(const auto shelf, gateway::PackShelf::open(store->records(), options.packs.empty() ? default_packs() : options.packs));
  access::AccessOptions access_options;
  access_options.api_token = options.token;
  access::Access access(store->records(), std::move(access_options));
  gateway::Live::Options live_options;
  live_options.shards = options.shards;
  live_options.act_timeout = std::chrono::seconds(options.act_timeout_s);
  TRY_ASSIGN(auto live, gateway::Live::start(store->log(), store->records(), *shelf, live_options));

  gateway::Gateway::Options gateway_options;
  const fs::path web = options.web.empty() ? find_beside("web/dist") : fs::path(options.web);
  gateway_options.web = web;
  gateway_options.tls = !options.tls_certificate.empty();
  TRY_ASSIGN(gateway_options.openapi_json, read_openapi());
  TRY_ASSIGN(const auto gateway, gateway::Gateway::create({access, store->log(), store->records(), *shelf, *live, *quality_index}, std::move(gateway_options)));

  net::ServerOptions server_options;
  server_options.address = options.listen == "localhost" ? "127.0.0.1" : options.listen;
  server_options.port = options.port;
  server_options.tls_certificate = options.tls_certificate;
  server_options.tls_key = options.tls_key;
  server_options.threads = options.threads;
  server_options.limits.connections = options.connections;
  server_options.body_limit = [&gateway](std::string_view method, std::string_view target) { return gateway->body_limit(method, target); };
  server_options.error_response = [&gateway](int status, std::string_view what) { return gateway->error_response(status, what); };
  TRY_ASSIGN(const auto server, net::HttpServer::start(std::move(server_options), [&gateway](net::Request request, net::Exchange exchange) {
    gateway->handle(std::move(request), std::move(exchange));
  }));
  gateway->count_connections(server->stats());
  // Only now: passwords are shown once, so a start that fails (the port is in use) must not use them up.
  TRY_ASSIGN(const auto accounts, access.create_demo_accounts());

  const std::string scheme = options.tls_certificate.empty() ? "http" : "https";
  fmt::print("Fenshen serves {}://{}:{}\n", scheme, is_loopback(options.listen) ? "localhost" : options.listen, server->port());
  if (std::error_code error; !fs::exists(web / "index.html", error))
    fmt::print("There is no front end in {}: only the API is served. ./run --build makes it.\n", web.string());
  show_accounts(accounts);
  std::fflush(stdout);
  if (options.started) {
    ServeOptions::Passwords passwords;
    for (const access::MadeAccount& made : accounts) passwords.emplace(made.account.username, made.password);
    options.started(server->port(), passwords);
  }

  signals.wait(options.stop_descriptor);
  FENSHEN_LOG(info, "server", "stopping");
  gateway->stopping();
  server->stop(kGrace);
  live.reset();  // what is queued goes to the log; the store closes last
  fmt::print("Stopped.\n");
  return 0;
}

}  // namespace

int serve(const ServeOptions& options) {
  const auto status = run(options);
  if (status) return *status;
  fmt::print(stderr, "fenshen serve: {}\n", core::describe(status.error()));
  if (status.error().where == "port") fmt::print(stderr, "Choose another one: FENSHEN_PORT=8081 or --port 8081\n");
  return 1;
}

}  // namespace fenshen::server
