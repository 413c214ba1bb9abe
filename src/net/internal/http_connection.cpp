#include "net/internal/http_connection.h"

namespace fenshen::net {

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

int status_of(const error_code& error) {
  if (error == http::error::end_of_stream || error == asio::error::eof || error == http::error::partial_message) return 0;
  if (error == beast::error::timeout) return 408;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error.category() == make_error_code(http::error::bad_method).category()) return 400;
  return 0;
}

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

}  // namespace fenshen::net
