#include "server/api_client.h"

#include <simdjson.h>

#include <cstdlib>

#include "core/json_writer.h"

namespace fenshen::server {
namespace {

namespace json = boost::json;
using core::Code;
using core::Result;

core::Error refused(const net::Response& response) {
  boost::system::error_code ignored;
  const json::value body = json::parse(response.body, ignored);
  std::string detail = "the server answered " + std::to_string(response.status);
  if (const json::object* problem = body.if_object())
    if (const json::value* text = problem->if_contains("detail"); text != nullptr && text->is_string()) detail += ": " + std::string(text->get_string());
  const Code code = response.status == 401   ? Code::unauthorized
                    : response.status == 403 ? Code::forbidden
                    : response.status == 404 ? Code::not_found
                    : response.status == 409 ? Code::conflict
                    : response.status == 429 ? Code::limited
                    : response.status >= 500 ? Code::unavailable
                                             : Code::invalid;
  return {code, std::move(detail), {}};
}

}  // namespace

bool read_frames(std::string_view message, const std::function<void(std::string_view, const std::vector<ReceivedFrame>&)>& take) {
  thread_local simdjson::ondemand::parser parser;
  thread_local std::vector<ReceivedFrame> frames;
  frames.clear();
  const simdjson::padded_string padded(message);
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document)) return false;
  std::string_view op, conversation;
  if (document["op"].get_string().get(op)) return false;
  if (op != "frames") return true;
  if (document["conversation"].get_string().get(conversation)) return false;
  simdjson::ondemand::array items;
  if (document["items"].get_array().get(items)) return false;
  for (auto item : items) {
    ReceivedFrame frame;
    simdjson::ondemand::object object;
    std::string_view kind;
    if (item.get_object().get(object) || object["n"].get_uint64().get(frame.n) || object["kind"].get_string().get(kind)) return false;
    if (kind == "card") {
      simdjson::ondemand::object card;
      if (object["card"].get_object().get(card) || card.raw_json().get(frame.card)) return false;
    } else if (kind == "event") {
      if (object["event"]["seq"].get_uint64().get(frame.seq)) return false;
    }
    frames.push_back(frame);
  }
  take(conversation, frames);
  return true;
}

Result<std::unique_ptr<ApiClient>> ApiClient::connect(const std::string& text, std::size_t connections) {
  TRY_ASSIGN(net::Url url, net::parse_url(text));
  const char* token = std::getenv("FENSHEN_TOKEN");
  std::unique_ptr<ApiClient> client(new ApiClient(std::move(url), token != nullptr ? token : ""));
  for (std::size_t i = 0; i < connections; ++i) client->clients_.push_back(std::make_unique<net::HttpClient>(client->loop_, client->url_));
  TRY_ASSIGN(const auto session, client->call("GET", "/api/v1/session"));
  (void)session;
  return client;
}

ApiClient::~ApiClient() { clients_.clear(); }

void ApiClient::send(std::size_t lane, std::string method, std::string target, std::string body, Answer done) {
  net::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = headers();
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  clients_[lane % clients_.size()]->send(std::move(request), [done = std::move(done)](Result<net::Response> response) {
    if (!response) return done(std::unexpected(response.error()));
    if (response->status >= 400) return done(std::unexpected(refused(*response)));
    if (response->body.empty()) return done(json::object());
    boost::system::error_code error;
    json::value value = json::parse(response->body, error);
    if (error || !value.is_object()) return done(core::fail(Code::corrupt, "the answer is not a JSON object"));
    done(std::move(value.get_object()));
  });
}

Result<json::object> ApiClient::call(std::string method, std::string target, std::string body) {
  auto promise = std::make_shared<std::promise<Result<json::object>>>();
  auto future = promise->get_future();
  send(0, std::move(method), std::move(target), std::move(body), [promise](Result<json::object> result) { promise->set_value(std::move(result)); });
  return future.get();
}

Result<std::string> ApiClient::text(std::string target) {
  net::Request request;
  request.method = "GET";
  request.target = std::move(target);
  request.headers = headers();
  TRY_ASSIGN(const net::Response response, clients_.front()->send(std::move(request)));
  if (response.status >= 400) return std::unexpected(refused(response));
  return response.body;
}

DeskSockets::DeskSockets(ApiClient& client, std::vector<std::string> conversations, std::size_t sockets, bool panels, Take take)
    : client_(client), conversations_(std::move(conversations)), panels_(panels), take_(std::move(take)), last_(conversations_.size(), 0) {
  sockets_.resize(std::max<std::size_t>(sockets, conversations_.size() / 2'000 + 1));
  for (std::size_t i = 0; i < conversations_.size(); ++i) index_.emplace(conversations_[i], i);
}

DeskSockets::~DeskSockets() {
  std::vector<Socket> closing;
  {
    const std::lock_guard lock(mutex_);
    closing.swap(sockets_);
  }
  closing.clear();
  // What the client's thread still runs for these sockets is over once it has run something posted after.
  (void)client_.text("/healthz");
}

core::Status DeskSockets::open() {
  for (std::size_t i = 0; i < sockets_.size(); ++i) TRY(open(i));
  return {};
}

core::Status DeskSockets::open(std::size_t socket) {
  net::WsClient::Events events;
  events.on_message = [this](std::string_view text) { message(text); };
  events.on_close = [this, socket](std::uint16_t, std::string_view) {
    const std::lock_guard lock(mutex_);
    if (socket < sockets_.size()) sockets_[socket].closed = true;
  };
  TRY_ASSIGN(auto made, net::WsClient::connect(client_.loop(), client_.url(), "/api/v1/ws", client_.headers(), std::move(events)));
  const std::lock_guard lock(mutex_);
  sockets_[socket].client = std::move(made);
  sockets_[socket].closed = false;
  for (std::size_t i = socket; i < conversations_.size(); i += sockets_.size()) {
    std::string text;
    core::JsonWriter(text).begin_object().field("op", "watch").field("conversation", conversations_[i]).field("after", last_[i])
        .field("panels", panels_).end_object();
    sockets_[socket].client->send(std::move(text));
  }
  return {};
}

core::Status DeskSockets::mend() {
  std::vector<std::size_t> closed;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < sockets_.size(); ++i)
      if (sockets_[i].closed) closed.push_back(i);
  }
  for (const std::size_t i : closed) TRY(open(i));
  return {};
}

std::uint64_t DeskSockets::last_n(std::size_t conversation) const {
  const std::lock_guard lock(mutex_);
  return last_[conversation];
}

void DeskSockets::message(std::string_view text) {
  read_frames(text, [this](std::string_view id, const std::vector<ReceivedFrame>& frames) {
    std::size_t index = 0;
    std::vector<ReceivedFrame> fresh;
    {
      const std::lock_guard lock(mutex_);
      const auto found = index_.find(id);
      if (found == index_.end()) return;
      index = found->second;
      for (const ReceivedFrame& frame : frames)
        if (frame.n == last_[index] + 1) {
          fresh.push_back(frame);
          last_[index] = frame.n;
        }
    }
    take_(index, fresh);
  });
}

}  // namespace fenshen::server
