#include <boost/beast/websocket/ssl.hpp>

#include "net/internal/socket_connection.h"

namespace fenshen::net {

std::shared_ptr<SocketBase> make_socket(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, TlsStream stream) {
  return std::make_shared<SocketConnection<TlsStream>>(std::move(shared), std::move(loop), std::move(stream));
}

}  // namespace fenshen::net
