// The schema of records.db and what its parts share.
#pragma once

#include "storage/sqlite/connection.h"

namespace fenshen::storage::sqlite {

core::Status set_up_records(Connection& connection);

// All rows of a query, each made by `make`.
template <typename T, typename Make>
core::Result<std::vector<T>> collect(Rows rows, const Make& make) {
  std::vector<T> items;
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return items;
    items.push_back(make(rows));
  }
}

// The only row. not_found if there is none.
template <typename T, typename Make>
core::Result<T> single(Rows rows, const Make& make, const char* what) {
  TRY_ASSIGN(const bool found, rows.next());
  if (!found) return core::fail(core::Code::not_found, std::string("no such ") + what);
  return make(rows);
}

}  // namespace fenshen::storage::sqlite
