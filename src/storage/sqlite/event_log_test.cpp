#include "storage/sqlite/event_log.h"

#include <atomic>
#include <filesystem>

#include "storage/event_log_suite.h"
#include "storage/sqlite/store.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::sqlite {
namespace {

class SqliteHarness {
 public:
  SqliteHarness() { open(); }
  EventLog& log() { return store_->log(); }
  void reopen() {
    store_.reset();
    open();
  }
  void set_clock(core::Millis now) { now_ = now; }

 private:
  void open() {
    auto store = Store::open({.folder = folder_.path(), .clock = [this] { return now_.load(); }});
    ASSERT_TRUE(store.has_value()) << core::describe(store.error());
    store_ = std::move(*store);
  }

  TempFolder folder_;
  std::atomic<core::Millis> now_{1'700'000'000'000};
  std::unique_ptr<Store> store_;
};

}  // namespace
}  // namespace fenshen::storage::sqlite

namespace fenshen::storage {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, EventLogSuite, sqlite::SqliteHarness);
}
