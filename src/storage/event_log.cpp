#include "storage/event_log.h"

#include <future>

namespace fenshen::storage {

core::Result<std::vector<Appended>> EventLog::append_and_wait(AppendRequest request) {
  // Shared with the callback: the waiting thread may be gone while set_value is still returning.
  const auto answer = std::make_shared<std::promise<core::Result<std::vector<Appended>>>>();
  auto future = answer->get_future();
  append(std::move(request), [answer](core::Result<std::vector<Appended>> result) { answer->set_value(std::move(result)); });
  return future.get();
}

}  // namespace fenshen::storage
