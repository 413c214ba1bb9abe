// A real server in this process, on a free port and a folder of its own, for tests; and clients of it.
#pragma once

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "net/http_client.h"
#include "server/serve.h"

namespace fenshen::server {

namespace json = boost::json;
using namespace std::chrono_literals;

// Messages of a socket, searched as they come.
class Inbox {
 public:
  net::WsClient::Events events() {
    return {[this](std::string_view text) {
              const std::lock_guard lock(mutex_);
              messages_.push_back(json::parse(text).as_object());
              changed_.notify_all();
            },
            [this](std::uint16_t code, std::string_view) {
              const std::lock_guard lock(mutex_);
              close_code_ = code;
              closed_ = true;
              changed_.notify_all();
            }};
  }
  // The first message that fits, from the beginning; nullopt if none comes in time.
  std::optional<json::object> wait(const std::function<bool(const json::object&)>& fits, std::chrono::milliseconds time = 10s) {
    std::unique_lock lock(mutex_);
    std::optional<json::object> found;
    changed_.wait_for(lock, time, [&] {
      for (const json::object& message : messages_)
        if (fits(message)) {
          found = message;
          return true;
        }
      return false;
    });
    return found;
  }
  std::optional<json::object> wait_op(std::string_view op, std::chrono::milliseconds time = 10s) {
    return wait([&](const json::object& message) { return message.at("op").as_string() == op; }, time);
  }
  std::optional<int> wait_close(std::chrono::milliseconds time = 10s) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, time, [&] { return closed_; })) return std::nullopt;
    return close_code_;
  }
  std::vector<json::object> all() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    messages_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<json::object> messages_;
  int close_code_ = -1;
  bool closed_ = false;
};

struct Reply {
  int status = 0;
  json::value body;
  net::Headers headers;
  std::string text;
  const json::value& operator[](std::string_view name) const { return body.as_object().at(name); }
  std::string code() const {
    const json::object* object = body.if_object();
    const json::value* value = object != nullptr ? object->if_contains("code") : nullptr;
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  }
};

// A browser (cookie and CSRF token), an API client (bearer token), or a stranger.
class Caller {
 public:
  Caller(net::ClientLoop& loop, net::Url url) : loop_(loop), url_(url), client_(loop, url) {}

  Reply send(std::string method, std::string target, std::string body = {}, net::Headers more = {}) {
    net::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers = headers();
    const bool write = request.method != "GET" && request.method != "HEAD";
    if (write && !csrf.empty()) request.headers.push_back({"X-CSRF-Token", csrf});
    if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    for (auto& header : more) request.headers.push_back(header);
    request.body = std::move(body);
    const auto response = client_.send(std::move(request));
    Reply reply;
    if (!response) {
      reply.text = response.error().message;
      return reply;
    }
    reply.status = response->status;
    reply.headers = response->headers;
    reply.text = response->body;
    boost::system::error_code error;
    reply.body = json::parse(response->body, error);
    return reply;
  }
  Reply get(std::string target) { return send("GET", std::move(target)); }
  Reply post(std::string target, std::string body) { return send("POST", std::move(target), std::move(body)); }

  Reply sign_in(const std::string& username, const std::string& password) {
    Reply reply = send("POST", "/api/v1/session", json::serialize(json::object{{"username", username}, {"password", password}}));
    if (reply.status != 200) return reply;
    csrf = std::string(reply["csrf"].as_string());
    const std::string cookie(net::find_header(reply.headers, "Set-Cookie").value_or(""));
    session = cookie.substr(0, cookie.find(';'));
    return reply;
  }
  std::unique_ptr<net::WsClient> socket(Inbox& inbox, std::string target = "/api/v1/ws") {
    auto made = net::WsClient::connect(loop_, url_, std::move(target), headers(), inbox.events());
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? std::move(*made) : nullptr;
  }
  net::Headers headers() const {
    if (!token.empty()) return {{"Authorization", "Bearer " + token}};
    if (!session.empty()) return {{"Cookie", session}};
    return {};
  }

  std::string token, session, csrf;

 private:
  net::ClientLoop& loop_;
  net::Url url_;
  net::HttpClient client_;
};

class ServerTest : public ::testing::Test {
 protected:
  static constexpr const char* kToken = "a-token-for-tests-0123456789";

  void SetUp() override {
    data_ = std::filesystem::temp_directory_path() / ("fenshen-serve-" + std::to_string(::getpid()) + "-" + std::to_string(++number_));
    start();
  }
  void TearDown() override {
    stop();
    std::filesystem::remove_all(data_);
  }

  virtual void configure(ServeOptions&) {}

  void start() {
    ASSERT_EQ(::pipe(pipe_), 0);
    ServeOptions options;
    options.port = 0;
    options.data = data_;
    options.token = kToken;
    options.stop_descriptor = pipe_[0];
    options.packs = {FENSHEN_SOURCE_DIR "/packs/finance-cn", FENSHEN_SOURCE_DIR "/packs/yunjiang"};
    configure(options);
    std::promise<std::uint16_t> started;
    auto port = started.get_future();
    options.started = [&](std::uint16_t number, const ServeOptions::Passwords& made) {
      if (!made.empty()) passwords_ = made;
      started.set_value(number);
    };
    thread_ = std::thread([options] { EXPECT_EQ(serve(options), 0); });
    ASSERT_EQ(port.wait_for(60s), std::future_status::ready);
    url_ = *net::parse_url("http://127.0.0.1:" + std::to_string(port.get()));
    loop_ = std::make_unique<net::ClientLoop>();
  }
  void stop() {
    if (!thread_.joinable()) return;
    ASSERT_EQ(::write(pipe_[1], "x", 1), 1);
    thread_.join();
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    loop_.reset();
  }

  Caller stranger() { return Caller(*loop_, url_); }
  std::unique_ptr<Caller> api() {
    auto caller = std::make_unique<Caller>(*loop_, url_);
    caller->token = kToken;
    return caller;
  }
  std::unique_ptr<Caller> as(const std::string& username) {
    auto caller = std::make_unique<Caller>(*loop_, url_);
    EXPECT_EQ(caller->sign_in(username, passwords_[username]).status, 200) << username;
    return caller;
  }

  static std::string say(std::string_view id, std::string_view speaker, std::string_view text) {
    return json::serialize(json::object{{"id", id}, {"type", "utterance"}, {"speaker", speaker}, {"text", text}});
  }

  static inline int number_ = 0;
  std::filesystem::path data_;
  int pipe_[2] = {-1, -1};
  std::thread thread_;
  net::Url url_;
  std::unique_ptr<net::ClientLoop> loop_;
  ServeOptions::Passwords passwords_;
};

}  // namespace fenshen::server
