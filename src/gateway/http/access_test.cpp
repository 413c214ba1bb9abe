// Every route × every role, over real HTTP: what the table of permissions denies is denied, what it allows gets past the
// door. A route or role added later is in it without a word here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "access/access.h"
#include "gateway/gateway.h"
#include "net/http_client.h"
#include "storage/sqlite/quality_index.h"
#include "storage/sqlite/store.h"

namespace fenshen::gateway {
namespace {

namespace fs = std::filesystem;

class AccessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fenshen-access-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "pack");
    std::ofstream(folder_ / "pack/pack.yaml") << "id: tiny\nversion: 1\nname: {zh: 小, en: tiny}\ntime_zone: \"+08:00\"\n";
    storage::sqlite::StoreOptions store_options;
    store_options.folder = folder_ / "data";
    store_ = std::move(*storage::sqlite::Store::open(std::move(store_options)));
    quality_index_ = std::move(*storage::sqlite::SqliteQualityIndex::open((folder_ / "data/quality.db").string()));
    auto shelf = PackShelf::open(store_->records(), {folder_ / "pack"});
    ASSERT_TRUE(shelf) << core::describe(shelf.error());
    shelf_ = std::move(*shelf);
    access::AccessOptions access_options;
    access_options.api_token = "token";
    access_options.cost = {64, 1, 1};
    access_ = std::make_unique<access::Access>(store_->records(), std::move(access_options));
    live_ = std::move(*Live::start(store_->log(), store_->records(), *shelf_, {}));
    Gateway::Options options;
    options.stranger_rate = {500, 1};
    options.session_check = std::chrono::milliseconds(100);
    gateway_ = std::move(*Gateway::create({*access_, store_->log(), store_->records(), *shelf_, *live_, *quality_index_}, std::move(options)));
    net::ServerOptions server_options;
    server_options.port = 0;
    server_ = std::move(*net::HttpServer::start(std::move(server_options), [this](net::Request request, net::Exchange exchange) {
      gateway_->handle(std::move(request), std::move(exchange));
    }));
    loop_ = std::make_unique<net::ClientLoop>();
    client_ = std::make_unique<net::HttpClient>(*loop_, *net::parse_url("http://127.0.0.1:" + std::to_string(server_->port())));
  }
  void TearDown() override {
    client_.reset();
    loop_.reset();
    server_->stop(std::chrono::seconds(1));
    live_.reset();
    server_.reset();
    gateway_.reset();
    access_.reset();
    shelf_.reset();
    quality_index_.reset();
    store_.reset();
    fs::remove_all(folder_);
  }

  struct Who {
    net::Headers headers;
    std::uint8_t roles = 0;
  };
  Who account(access::Role role) {
    const std::string name = "user-" + std::string(access::to_string(role));
    const auto made = access_->create_account({name, name, "1", "team", {role}}, "test");
    EXPECT_TRUE(made) << core::describe(made.error());
    const auto login = access_->login(name, made->password, "127.0.0.1");
    EXPECT_TRUE(login);
    return {{{"Cookie", "fenshen_session=" + login->token}, {"X-CSRF-Token", login->principal.csrf}}, access::bit(role)};
  }

  net::Response call(const Route& route, const net::Headers& headers) {
    net::Request request;
    request.method = std::string(route.method);
    for (const char c : route.pattern) {
      if (c == '{') request.target += "nobody";
      static bool inside = false;
      if (c == '{') inside = true;
      if (!inside) request.target.push_back(c);
      if (c == '}') inside = false;
    }
    request.headers = headers;
    if (request.method == "POST" || request.method == "PUT") {
      request.body = "{}";
      request.headers.push_back({"Content-Type", "application/json"});
    }
    auto response = client_->send(std::move(request));
    EXPECT_TRUE(response) << route.pattern;
    return response ? *response : net::Response{};
  }
  static bool says(const net::Response& response, std::string_view code) {
    return response.body.find("\"code\":\"" + std::string(code) + "\"") != std::string::npos;
  }

  fs::path folder_;
  std::unique_ptr<storage::sqlite::Store> store_;
  std::unique_ptr<storage::sqlite::SqliteQualityIndex> quality_index_;
  std::unique_ptr<PackShelf> shelf_;
  std::unique_ptr<access::Access> access_;
  std::unique_ptr<Live> live_;
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::ClientLoop> loop_;
  std::unique_ptr<net::HttpClient> client_;
};

TEST_F(AccessTest, EveryRouteForEveryRole) {
  int denied = 0, admitted = 0;
  for (std::size_t r = 0; r < access::kRoles; ++r) {
    const auto role = static_cast<access::Role>(r);
    for (const Route& route : routes()) {
      if (route.operation == "signIn" || route.operation == "signOut") continue;
      static std::map<std::size_t, Who> accounts;
      if (!accounts.contains(r)) accounts[r] = account(role);
      const Who& who = accounts[r];
      const net::Response response = call(route, who.headers);
      const bool may = route.entry != Entry::permission || access::scope(who.roles, route.permission) != access::Scope::none;
      const std::string place = std::string(access::to_string(role)) + " " + std::string(route.method) + " " + std::string(route.pattern);
      if (may) {
        EXPECT_FALSE(says(response, "forbidden") || says(response, "csrf")) << place << ": " << response.body;
        if (route.operation != "chatSocket") EXPECT_NE(response.status, 401) << place << ": " << response.body;
        ++admitted;
      } else {
        EXPECT_EQ(response.status, 403) << place << ": " << response.body;
        EXPECT_TRUE(says(response, "forbidden")) << place;
        ++denied;
      }
    }
  }
  EXPECT_GT(denied, 50);
  EXPECT_GT(admitted, 50);
}

TEST_F(AccessTest, StrangersAndForgedWritesAreTurnedAway) {
  Who rep = account(access::Role::rep);
  for (const Route& route : routes()) {
    if (route.entry == Entry::open) continue;
    EXPECT_EQ(call(route, {}).status, 401) << route.pattern;
    EXPECT_EQ(call(route, {{"Cookie", "fenshen_session=made-up"}}).status, 401) << route.pattern;
    EXPECT_EQ(call(route, {{"Authorization", "Bearer wrong"}}).status, 401) << route.pattern;
    if (route.method != "GET") {
      EXPECT_TRUE(says(call(route, {rep.headers.front()}), "csrf")) << route.pattern;
      net::Headers foreign = rep.headers;
      foreign.push_back({"Origin", "https://evil.example"});
      EXPECT_TRUE(says(call(route, foreign), "csrf")) << route.pattern;
    }
  }
}

TEST_F(AccessTest, StrangersAreSlowedDown) {
  Route route;
  route.method = "GET";
  route.pattern = "/api/v1/session";
  int limited = 0;
  for (int i = 0; i < 520; ++i) limited += call(route, {}).status == 429;
  EXPECT_GE(limited, 10);
  EXPECT_EQ(call(Route{"GET", "/healthz", "", {}, {}, nullptr, 0, false}, {}).status, 200);
}

// Every name that dashboards may read: a rename shows as a diff of the file.
TEST_F(AccessTest, MetricsAreTheGoldenOnes) {
  gateway_->count_connections(server_->stats());
  Route route;
  route.method = "GET";
  route.pattern = "/metrics";
  call(route, {});
  const std::string text = call(route, {}).body;
  std::string names;
  for (std::size_t at = text.find("# TYPE "); at != std::string::npos; at = text.find("# TYPE ", at + 1)) names += text.substr(at + 7, text.find('\n', at) - at - 6);
  std::ifstream stream(FENSHEN_SOURCE_DIR "/src/gateway/http/metrics_golden.txt");
  std::string golden((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  EXPECT_EQ(names, golden);
}

// However a session ends, what it opened ends with it.
TEST_F(AccessTest, SocketsEndWithTheirSession) {
  const net::Url url = *net::parse_url("http://127.0.0.1:" + std::to_string(server_->port()));
  struct Window {
    std::promise<int> closed;
    std::unique_ptr<net::WsClient> client;
  };
  const auto open = [&](const Who& who) {
    auto window = std::make_shared<Window>();
    auto made = net::WsClient::connect(*loop_, url, "/api/v1/ws", who.headers,
                                       {[](std::string_view) {}, [raw = window.get()](std::uint16_t code, std::string_view) { raw->closed.set_value(code); }});
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    window->client = std::move(*made);
    return window;
  };
  const auto code = [](const std::shared_ptr<Window>& window) {
    auto closed = window->closed.get_future();
    return closed.wait_for(std::chrono::seconds(10)) == std::future_status::ready ? closed.get() : -1;
  };
  const Who rep = account(access::Role::rep), editor = account(access::Role::editor), supervisor = account(access::Role::supervisor);
  const auto disabled = open(rep), reset = open(editor), elsewhere = open(supervisor);
  ASSERT_TRUE(access_->set_disabled("user-rep", true, "test"));
  EXPECT_EQ(code(disabled), net::kCloseSignedOut);
  ASSERT_TRUE(access_->reset_password("user-editor", "test"));
  EXPECT_EQ(code(reset), net::kCloseSignedOut);
  const auto account_id = store_->records().account_by_username("user-supervisor");
  ASSERT_TRUE(account_id);
  ASSERT_TRUE(store_->records().delete_sessions_of(account_id->id));  // as another process would: the timer finds it
  EXPECT_EQ(code(elsewhere), net::kCloseSignedOut);
}

}  // namespace
}  // namespace fenshen::gateway
