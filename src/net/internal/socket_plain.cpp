#include "net/internal/socket_connection.h"

namespace fenshen::net {

std::shared_ptr<SocketBase> make_socket(std::shared_ptr<Shared> shared, std::shared_ptr<Loop> loop, PlainStream stream) {
  return std::make_shared<SocketConnection<PlainStream>>(std::move(shared), std::move(loop), std::move(stream));
}

}  // namespace fenshen::net
