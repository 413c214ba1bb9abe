// The derived index of quality inspection and alerts on SQLite, in a file of its own (quality.db) that may be deleted.
#pragma once

#include <memory>
#include <mutex>

#include "storage/quality_index.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/reader_pool.h"

namespace fenshen::storage::sqlite {

class SqliteQualityIndex final : public QualityIndex {
 public:
  // A file of another version of the schema is thrown away: all of it can be derived again.
  static core::Result<std::unique_ptr<SqliteQualityIndex>> open(const std::string& file);

  core::Status put(const std::vector<QualityRow>& rows) override;
  core::Result<QualityRow> get(std::string_view conversation) const override;
  core::Result<QualityRows> page(const QualityFilter& filter, std::uint64_t before, std::size_t limit) const override;
  core::Status each(const QualityFilter& filter, const std::function<void(const QualityRow&)>& take) const override;
  core::Result<std::vector<std::string>> conversations() const override;
  core::Status put_alert(const AlertRow& alert) override;
  core::Result<AlertRow> alert(std::string_view id) const override;
  core::Result<AlertRows> alerts(const AlertFilter& filter, std::uint64_t before, std::size_t limit) const override;
  core::Result<bool> fresh() const override;
  core::Status filled() override;

 private:
  SqliteQualityIndex(Connection writer, const std::string& file) : writer_(std::move(writer)), readers_({.path = file, .vfs = {}}, 4) {}

  std::mutex mutex_;  // of the writer
  Connection writer_;
  mutable ReaderPool readers_;
};

}  // namespace fenshen::storage::sqlite
