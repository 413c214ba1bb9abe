#include "net/internal/http_connection.h"

namespace fenshen::net {

void serve_connection(NewConnection connection, PlainStream stream) { HttpConnection<PlainStream>::start(std::move(connection), std::move(stream)); }

}  // namespace fenshen::net
