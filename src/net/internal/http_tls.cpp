#include "net/internal/http_connection.h"

namespace fenshen::net {

void serve_connection(NewConnection connection, TlsStream stream) { HttpConnection<TlsStream>::start(std::move(connection), std::move(stream)); }

}  // namespace fenshen::net
