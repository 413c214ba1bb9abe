// Content versions: every edit of an item, never overwritten.
#include "storage/sqlite/records.h"
#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

ContentVersion version_of(const Rows& rows) {
  return {.pack = rows.text(0),
          .kind = rows.text(1),
          .item = rows.text(2),
          .version = rows.integer(3),
          .text = rows.text(4),
          .state = rows.text(5),
          .author = rows.text(6),
          .comment = rows.text(7),
          .at = rows.integer(8)};
}

core::Result<std::int64_t> newest(Connection& connection, const ContentVersion& of) {
  TRY_ASSIGN(Rows rows, query(connection, "SELECT coalesce(max(version), 0) FROM content WHERE kind = $1 AND item = $2 AND pack = $3",
                              of.kind, of.item, of.pack));
  return single<std::int64_t>(std::move(rows), [](const Rows& row) { return row.integer(0); }, "version");
}

}  // namespace

core::Result<ContentVersion> SqliteRecords::add_content_version(ContentVersion version, std::int64_t expected_version) {
  if (version.state != "draft" && version.state != "published" && version.state != "retired")
    return fail(Code::invalid, "must be draft, published or retired", "state");
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  TRY_ASSIGN(const std::int64_t last, newest(connection_, version));
  if (last != expected_version)
    return fail(Code::conflict, "edited meanwhile: the newest version is " + std::to_string(last), version.kind + "/" + version.item);
  version.version = last + 1;
  if (version.at == 0) version.at = clock_();
  TRY(run(connection_,
          "INSERT INTO content(pack, kind, item, version, text, state, author, comment, at) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
          version.pack, version.kind, version.item, version.version, version.text, version.state, version.author, version.comment,
          version.at));
  TRY(tx.commit());
  return version;
}

// The newest that is not a draft decides; if that one is retired, the pack's own text holds again.
core::Result<std::vector<ContentVersion>> SqliteRecords::published_content() const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_,
                              "SELECT pack, kind, item, version, text, state, author, comment, at FROM content c WHERE state = 'published'"
                              " AND version = (SELECT max(version) FROM content n WHERE n.kind = c.kind AND n.item = c.item"
                              " AND n.pack = c.pack AND n.state <> 'draft') ORDER BY pack, kind, item"));
  return collect<ContentVersion>(std::move(rows), version_of);
}

core::Result<std::vector<ContentVersion>> SqliteRecords::content_history(std::string_view kind, std::string_view item) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_,
                              "SELECT pack, kind, item, version, text, state, author, comment, at FROM content"
                              " WHERE kind = $1 AND item = $2 ORDER BY pack, version DESC",
                              kind, item));
  return collect<ContentVersion>(std::move(rows), version_of);
}

}  // namespace fenshen::storage::sqlite
