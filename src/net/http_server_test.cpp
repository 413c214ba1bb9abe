// The server against raw bytes: what well-behaved clients never send, and every way in which bytes can arrive.
#include "net/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "net/http_client.h"

namespace fenshen::net {
namespace {

using namespace std::chrono_literals;

// A bare TCP connection.
class Wire {
 public:
  explicit Wire(std::uint16_t port, int receive_buffer = 0) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const int one = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool connected() const { return connected_; }
  // False once the server has cut the connection.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Reads until the server ends the connection or the time is over.
  std::string read_all(std::chrono::milliseconds time = 5s) { return read_until({}, time); }
  std::string read_until(std::string_view mark, std::chrono::milliseconds time = 5s) {
    std::string all;
    const auto until = std::chrono::steady_clock::now() + time;
    while (mark.empty() || all.find(mark) == std::string::npos) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      pollfd poll_fd{fd_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&poll_fd, 1, static_cast<int>(left.count())) <= 0) break;
      char bytes[16384];
      const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
      if (got <= 0) {
        ended_ = true;
        break;
      }
      all.append(bytes, static_cast<std::size_t>(got));
    }
    return all;
  }
  bool ended() const { return ended_; }

 private:
  int fd_ = -1;
  bool connected_ = false;
  bool ended_ = false;
};

// Answers with what it got; /slow answers from another thread; /ws echoes.
class HttpServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    options.port = 0;
    auto started = HttpServer::start(std::move(options), [this](Request request, Exchange exchange) { answer(std::move(request), std::move(exchange)); });
    ASSERT_TRUE(started) << core::describe(started.error());
    server_ = std::move(*started);
  }
  void TearDown() override {
    server_.reset();
    for (auto& thread : threads_) thread.join();
  }

  void answer(Request request, Exchange exchange) {
    if (request.target == "/silent") return;
    if (request.target == "/throws") throw std::runtime_error("on purpose");
    if (request.target == "/ws") return open_socket(std::move(exchange));
    Response response;
    response.headers.push_back({"X-Method", request.method});
    response.body = request.method + " " + request.target + " " + std::to_string(request.body.size()) + " " + request.body;
    if (request.target != "/slow") return exchange.respond(std::move(response));
    threads_.emplace_back([exchange = std::move(exchange), response = std::move(response)]() mutable {
      std::this_thread::sleep_for(30ms);
      exchange.respond(std::move(response));
    });
  }

  void open_socket(Exchange exchange) {
    auto session = std::make_shared<std::shared_ptr<WsSession>>();
    WsHandler handler;
    handler.on_open = [this, session](std::shared_ptr<WsSession> opened) {
      *session = opened;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(std::move(opened));
    };
    handler.on_message = [session](std::string_view text) { (*session)->send(std::string(text)); };
    handler.on_close = [this, session] {
      session->reset();
      ++closed_;
    };
    exchange.accept_socket(std::move(handler));
  }

  std::shared_ptr<WsSession> first_socket() {
    for (int i = 0; i < 500; ++i, std::this_thread::sleep_for(5ms)) {
      const std::lock_guard lock(mutex_);
      if (!sockets_.empty()) return sockets_.front();
    }
    throw std::runtime_error("no socket was opened");
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  Url url() const { return *parse_url(base()); }

  std::unique_ptr<HttpServer> server_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<WsSession>> sockets_;
  std::atomic<int> closed_{0};
};

constexpr std::string_view kPost = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nConnection: close\r\n\r\nhello world";

TEST_F(HttpServerTest, AnySplitOfTheBytesGivesTheSameAnswer) {
  start();
  std::string whole;
  for (std::size_t cut = 0; cut < kPost.size(); ++cut) {
    Wire wire(server_->port());
    wire.send(kPost.substr(0, cut));
    if (cut % 8 == 0) std::this_thread::sleep_for(1ms);
    wire.send(kPost.substr(cut));
    const std::string answer = wire.read_all();
    if (whole.empty()) whole = answer;
    ASSERT_EQ(answer, whole) << cut;
  }
  EXPECT_NE(whole.find("POST /echo 11 hello world"), std::string::npos);
}

TEST_F(HttpServerTest, ByteByByte) {
  start();
  Wire wire(server_->port());
  for (const char c : kPost) wire.send(std::string_view(&c, 1));
  EXPECT_NE(wire.read_all().find("hello world"), std::string::npos);
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  Wire wire(server_->port());
  std::string bytes = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < 20; ++i) bytes += "GET /n" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  bytes += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  wire.send(bytes);
  const std::string answers = wire.read_all();
  std::size_t at = answers.find("GET /slow");
  ASSERT_NE(at, std::string::npos);
  for (int i = 0; i < 20; ++i) {
    const std::size_t next = answers.find("GET /n" + std::to_string(i) + " ", at);
    ASSERT_NE(next, std::string::npos) << i;
    at = next;
  }
  EXPECT_NE(answers.find("GET /last", at), std::string::npos);
}

TEST_F(HttpServerTest, MalformedRequestsGetFourHundredAndTheConnectionEnds) {
  start();
  const std::string nul_header("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 36);
  for (const std::string& bytes : {
           std::string("hello\r\n\r\n"), std::string("GET /\r\n\r\n"), std::string("GET / HTTP/9.9\r\nHost: x\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost x\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), nul_header}) {
    Wire wire(server_->port());
    wire.send(bytes);
    const std::string answer = wire.read_all();
    EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 400") << bytes << " -> " << answer;
    EXPECT_TRUE(wire.ended()) << bytes;
  }
  EXPECT_EQ(server_->stats().malformed, 10);
}

TEST_F(HttpServerTest, TooLargeHeaderAndBody) {
  start();
  {
    Wire wire(server_->port());
    wire.send("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n");
    EXPECT_EQ(wire.read_all().substr(0, 12), "HTTP/1.1 431");
  }
  const std::string ten_megabytes(10 * 1024 * 1024, 'a');
  {
    Wire wire(server_->port());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(ten_megabytes.size()) + "\r\n\r\n");
    wire.send(ten_megabytes);  // the answer must survive that we go on sending
    EXPECT_EQ(wire.read_all().substr(0, 12), "HTTP/1.1 413");
  }
  {
    Wire wire(server_->port());
    wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", ten_megabytes.size());
    wire.send(size);
    wire.send(ten_megabytes);
    EXPECT_EQ(wire.read_all().substr(0, 12), "HTTP/1.1 413");
  }
}

TEST_F(HttpServerTest, BodyLimitMayDependOnTheTarget) {
  ServerOptions options;
  options.limits.body_bytes = 10;
  options.body_limit = [](std::string_view, std::string_view target) -> std::size_t { return target == "/big" ? 1000 : 0; };
  start(std::move(options));
  ClientLoop loop;
  HttpClient client(loop, url());
  Request request{.method = "POST", .target = "/big", .headers = {}, .body = std::string(500, 'b'), .remote_address = {}, .received = {}};
  EXPECT_EQ(client.send(request)->status, 200);
  request.target = "/small";
  EXPECT_EQ(client.send(request)->status, 413);
}

TEST_F(HttpServerTest, ExpectContinueIsAnswered) {
  start();
  Wire wire(server_->port());
  wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(wire.read_until("100 Continue\r\n\r\n").substr(0, 12), "HTTP/1.1 100");
  wire.send("ok");
  EXPECT_NE(wire.read_all().find("POST /echo 2 ok"), std::string::npos);
}

TEST_F(HttpServerTest, SlowHeaderIsCut) {
  ServerOptions options;
  options.limits.header_time = 200ms;
  start(std::move(options));
  Wire wire(server_->port());
  bool open = true;
  for (int i = 0; i < 100 && open; ++i) {  // a byte now and then must not extend the time
    open = wire.send("G") && (wire.read_all(20ms), !wire.ended());
  }
  EXPECT_TRUE(wire.ended());
}

TEST_F(HttpServerTest, IdleConnectionIsClosed) {
  ServerOptions options;
  options.limits.idle_time = 100ms;
  start(std::move(options));
  Wire wire(server_->port());
  wire.read_all(2s);
  EXPECT_TRUE(wire.ended());
}

TEST_F(HttpServerTest, ForgottenAndThrowingHandlersAnswerFiveHundred) {
  start();
  for (const char* target : {"/silent", "/throws"}) {
    Wire wire(server_->port());
    wire.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(wire.read_all().substr(0, 12), "HTTP/1.1 500") << target;
  }
}

TEST_F(HttpServerTest, HeadHasLengthButNoBody) {
  start();
  Wire wire(server_->port());
  wire.send("HEAD /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answer = wire.read_all();
  EXPECT_NE(answer.find("Content-Length: 13"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitAreRefused) {
  ServerOptions options;
  options.limits.connections = 5;
  start(std::move(options));
  std::vector<std::unique_ptr<Wire>> wires;
  for (int i = 0; i < 5; ++i) wires.push_back(std::make_unique<Wire>(server_->port()));
  std::this_thread::sleep_for(50ms);
  Wire sixth(server_->port());
  EXPECT_EQ(sixth.read_all(2s).substr(0, 12), "HTTP/1.1 503");
  wires.clear();
  std::this_thread::sleep_for(50ms);
  Wire again(server_->port());
  again.send(kPost);
  EXPECT_EQ(again.read_all().substr(0, 12), "HTTP/1.1 200");
}

TEST_F(HttpServerTest, ManyConnectionsAtOnce) {
  ServerOptions options;
  options.threads = 2;
  start(std::move(options));
  ClientLoop loop;
  std::vector<std::unique_ptr<HttpClient>> clients;
  std::mutex mutex;
  std::condition_variable finished;
  int good = 0, done = 0;
  constexpr int kClients = 300, kEach = 5;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<HttpClient>(loop, url()));
    for (int k = 0; k < kEach; ++k) {
      Request request;
      request.method = "POST";
      request.target = "/c" + std::to_string(i);
      request.body = std::to_string(k);
      const std::string expected = "POST " + request.target + " 1 " + request.body;
      clients.back()->send(std::move(request), [&, expected](core::Result<Response> response) {
        const std::lock_guard lock(mutex);
        good += response && response->body == expected;
        ++done;
        finished.notify_one();
      });
    }
  }
  std::unique_lock lock(mutex);
  EXPECT_TRUE(finished.wait_for(lock, 30s, [&] { return done == kClients * kEach; }));
  EXPECT_EQ(good, kClients * kEach);
}

TEST_F(HttpServerTest, PortInUseIsNamed) {
  start();
  ServerOptions options;
  options.port = server_->port();
  const auto second = HttpServer::start(std::move(options), [](Request, Exchange) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::Code::unavailable);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

// A client socket that collects what came.
struct Collector {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> messages;
  std::size_t bytes = 0;
  int close_code = -1;

  WsClient::Events events() {
    return {[this](std::string_view text) {
              const std::lock_guard lock(mutex);
              messages.emplace_back(text);
              bytes += text.size();
              changed.notify_all();
            },
            [this](std::uint16_t code, std::string_view) {
              const std::lock_guard lock(mutex);
              close_code = code;
              changed.notify_all();
            }};
  }
  bool wait(const std::function<bool()>& condition, std::chrono::milliseconds time = 10s) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, time, condition);
  }
};

TEST_F(HttpServerTest, SocketEchoesInOrder) {
  start();
  ClientLoop loop;
  Collector got;
  auto client = WsClient::connect(loop, url(), "/ws", {}, got.events());
  ASSERT_TRUE(client) << core::describe(client.error());
  for (int i = 0; i < 500; ++i) (*client)->send("消息 " + std::to_string(i));
  ASSERT_TRUE(got.wait([&] { return got.messages.size() == 500; }));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(got.messages[static_cast<std::size_t>(i)], "消息 " + std::to_string(i));
  EXPECT_EQ(server_->stats().sockets, 1);
}

TEST_F(HttpServerTest, SocketMessageOverTheLimitClosesWith1009) {
  start();
  ClientLoop loop;
  Collector got;
  auto client = WsClient::connect(loop, url(), "/ws", {}, got.events());
  ASSERT_TRUE(client);
  (*client)->send(std::string(300 * 1024, 'a'));
  ASSERT_TRUE(got.wait([&] { return got.close_code >= 0; }));
  EXPECT_EQ(got.close_code, 1009);
}

TEST_F(HttpServerTest, InvalidUtf8OnTheSocketClosesWith1007) {
  start();
  ClientLoop loop;
  Collector got;
  auto client = WsClient::connect(loop, url(), "/ws", {}, got.events());
  ASSERT_TRUE(client);
  (*client)->send("bad \xff\xfe");
  ASSERT_TRUE(got.wait([&] { return got.close_code >= 0; }));
  EXPECT_EQ(got.close_code, 1007);
}

TEST_F(HttpServerTest, SlowReaderIsClosedWith4008AndComesBack) {
  ServerOptions options;
  options.limits.socket_queue_bytes = 512 * 1024;
  start(std::move(options));
  ClientLoop loop;
  Collector got;
  auto client = WsClient::connect(loop, url(), "/ws", {}, got.events());
  ASSERT_TRUE(client);
  (*client)->send("hello");
  ASSERT_TRUE(got.wait([&] { return got.messages.size() == 1; }));
  (*client)->pause(true);
  (*client)->send("one more, so that the pending read ends");
  ASSERT_TRUE(got.wait([&] { return got.messages.size() == 2; }));
  const auto socket = first_socket();
  const auto big = std::make_shared<const std::string>(64 * 1024, 'x');
  for (int i = 0; i < 400 && server_->stats().slow_readers == 0; ++i) {
    socket->send(big);
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(server_->stats().slow_readers, 1);
  (*client)->pause(false);
  ASSERT_TRUE(got.wait([&] { return got.close_code >= 0; }));
  EXPECT_EQ(got.close_code, kCloseTooSlow);
  for (int i = 0; i < 100 && closed_ == 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(closed_, 1);
}

TEST_F(HttpServerTest, SlowReaderThatNeverWakesIsCut) {
  ServerOptions options;
  options.limits.socket_queue_bytes = 512 * 1024;
  options.limits.slow_reader_grace = 200ms;
  start(std::move(options));
  Wire wire(server_->port(), 4096);
  wire.send("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_NE(wire.read_until("\r\n\r\n").find(" 101 "), std::string::npos);
  const auto socket = first_socket();
  const auto big = std::make_shared<const std::string>(64 * 1024, 'x');
  for (int i = 0; i < 400 && server_->stats().slow_readers == 0; ++i) {
    socket->send(big);
    std::this_thread::sleep_for(1ms);
  }
  for (int i = 0; i < 200 && closed_ == 0; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(closed_, 1);
}

TEST_F(HttpServerTest, SocketAddressWithoutUpgradeIsRefused) {
  start();
  Wire wire(server_->port());
  wire.send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(wire.read_all().substr(0, 12), "HTTP/1.1 426");
}

TEST_F(HttpServerTest, StopClosesSocketsWith1001AndEndsRunningRequests) {
  start();
  ClientLoop loop;
  Collector got;
  auto client = WsClient::connect(loop, url(), "/ws", {}, got.events());
  ASSERT_TRUE(client);
  HttpClient http(loop, url());
  std::promise<core::Result<Response>> answer;
  Request request;
  request.method = "GET";
  request.target = "/slow";
  http.send(std::move(request), [&](core::Result<Response> result) { answer.set_value(std::move(result)); });
  std::this_thread::sleep_for(10ms);
  server_->stop(2s);
  const auto response = answer.get_future().get();
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_EQ(response->status, 200);
  ASSERT_TRUE(got.wait([&] { return got.close_code >= 0; }));
  EXPECT_EQ(got.close_code, kCloseGoingAway);
  EXPECT_EQ(server_->stats().connections, 0);
}

TEST_F(HttpServerTest, ServesOverTls) {
  const auto folder = std::filesystem::temp_directory_path() / ("fenshen-tls-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string key = (folder / "key.pem").string(), certificate = (folder / "cert.pem").string();
  const std::string command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
                              key + " -out " + certificate + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "no openssl command";
  ServerOptions options;
  options.tls_certificate = certificate;
  options.tls_key = key;
  start(std::move(options));
  ClientLoop loop;
  ClientOptions trusting;
  trusting.tls_ca = certificate;
  const Url secure = *parse_url("https://localhost:" + std::to_string(server_->port()));
  HttpClient client(loop, secure, trusting);
  Request request;
  request.method = "GET";
  request.target = "/tls";
  const auto response = client.send(request);
  ASSERT_TRUE(response) << core::describe(response.error());
  EXPECT_EQ(response->status, 200);
  Collector got;
  auto socket = WsClient::connect(loop, secure, "/ws", {}, got.events(), trusting);
  ASSERT_TRUE(socket) << core::describe(socket.error());
  (*socket)->send("over TLS");
  EXPECT_TRUE(got.wait([&] { return got.messages.size() == 1; }));
  HttpClient distrusting(loop, secure);
  EXPECT_FALSE(distrusting.send(request));
  std::filesystem::remove_all(folder);
}

TEST_F(HttpServerTest, CertificateWithoutKeyIsRefused) {
  ServerOptions options;
  options.port = 0;
  options.tls_certificate = "cert.pem";
  EXPECT_FALSE(HttpServer::start(std::move(options), [](Request, Exchange) {}));
}

}  // namespace
}  // namespace fenshen::net
