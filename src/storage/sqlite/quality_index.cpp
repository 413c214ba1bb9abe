#include "storage/sqlite/quality_index.h"

#include <filesystem>

#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Result;
using core::Status;

constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema = R"(
CREATE TABLE quality (conversation TEXT PRIMARY KEY, position INTEGER NOT NULL, channel TEXT NOT NULL, team TEXT NOT NULL, rep TEXT NOT NULL,
  sheet TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, score INTEGER NOT NULL, human INTEGER NOT NULL, final_score INTEGER NOT NULL,
  passed INTEGER NOT NULL, vetoed INTEGER NOT NULL, major INTEGER NOT NULL, normal INTEGER NOT NULL, hint INTEGER NOT NULL, state TEXT NOT NULL,
  inspector TEXT NOT NULL, processes TEXT NOT NULL, rules TEXT NOT NULL, wrong TEXT NOT NULL, missed TEXT NOT NULL, samples TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX quality_by_position ON quality (position);
CREATE INDEX quality_by_team ON quality (team, position);
CREATE INDEX quality_by_rep ON quality (rep, position);
CREATE TABLE alerts (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, conversation TEXT NOT NULL, rule TEXT NOT NULL, team TEXT NOT NULL,
  rep TEXT NOT NULL, at INTEGER NOT NULL, acknowledged INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX alerts_by_state ON alerts (acknowledged, number);
CREATE TABLE progress (filled INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (0);
)";

#define FENSHEN_QUALITY_COLUMNS                                                                                                            \
  "conversation, position, channel, team, rep, sheet, started_at, ended_at, score, human, final_score, passed, vetoed, major, normal, hint, state," \
  " inspector, processes, rules, wrong, missed, samples, text"
// instr() finds the id with the blanks around it: " SAL-01 " is not within " SAL-011 ".
#define FENSHEN_QUALITY_WHERE                                                                                                              \
  " FROM quality WHERE ($1 = '' OR team = $1) AND ($2 = '' OR rep = $2) AND ($3 = '' OR (instr(rules, $3) > 0 AND instr(wrong, $3) = 0) OR instr(missed, $3) > 0)"      \
  " AND ($4 = '' OR instr(processes, $4) > 0) AND ($5 = '' OR channel = $5) AND ($6 = '' OR state = $6) AND ($7 = '' OR sheet = $7)"       \
  " AND ($8 = '' OR instr(samples, $8) > 0) AND ($9 = 0 OR started_at >= $9) AND ($10 = 0 OR started_at < $10)"                            \
  " AND final_score >= $11 AND final_score <= $12 AND ($13 < 0 OR passed = $13)"

std::string word(std::string_view id) { return id.empty() ? std::string() : " " + std::string(id) + " "; }
int flag(const std::optional<bool>& value) { return value ? (*value ? 1 : 0) : -1; }

QualityRow row_of(const Rows& rows) {
  QualityRow row;
  int at = 0;
  const auto text = [&] { return rows.text(at++); };
  const auto integer = [&] { return rows.integer(at++); };
  row.conversation = text();
  row.position = static_cast<std::uint64_t>(integer());
  row.channel = text();
  row.team = text();
  row.rep = text();
  row.sheet = text();
  row.started_at = integer();
  row.ended_at = integer();
  row.score = static_cast<int>(integer());
  row.human = static_cast<int>(integer());
  row.final_score = static_cast<int>(integer());
  row.passed = integer() != 0;
  row.vetoed = integer() != 0;
  row.major = static_cast<int>(integer());
  row.normal = static_cast<int>(integer());
  row.hint = static_cast<int>(integer());
  row.state = text();
  row.inspector = text();
  row.processes = text();
  row.rules = text();
  row.wrong = text();
  row.missed = text();
  row.samples = text();
  row.text = text();
  return row;
}

AlertRow alert_of(const Rows& rows) {
  AlertRow alert;
  alert.id = rows.text(1);
  alert.conversation = rows.text(2);
  alert.rule = rows.text(3);
  alert.team = rows.text(4);
  alert.rep = rows.text(5);
  alert.at = rows.integer(6);
  alert.acknowledged = rows.integer(7) != 0;
  alert.text = rows.text(8);
  return alert;
}

Result<std::int64_t> version_of(Connection& connection) {
  TRY_ASSIGN(Rows rows, query(connection, "PRAGMA user_version"));
  TRY_ASSIGN(const bool any, rows.next());
  return any ? rows.integer(0) : 0;
}

template <typename... More>
Result<Rows> filtered(Connection& connection, const char* sql, const QualityFilter& f, const More&... more) {
  return query(connection, sql, f.team, f.rep, word(f.rule), word(f.process), f.channel, f.state, f.sheet, word(f.sample), f.from, f.to, f.score_min,
               f.score_max, flag(f.passed), more...);
}

}  // namespace

Result<std::unique_ptr<SqliteQualityIndex>> SqliteQualityIndex::open(const std::string& file) {
  const OpenOptions options{.path = file, .vfs = {}};
  TRY_ASSIGN(Connection writer, Connection::open(options));
  TRY_ASSIGN(const std::int64_t version, version_of(writer));
  if (version != 0 && version != kVersion) {
    { const Connection closed = std::move(writer); }
    std::error_code error;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix, error);
    TRY_ASSIGN(writer, Connection::open(options));
  }
  if (version != kVersion) {
    TRY_ASSIGN(Tx tx, Tx::begin(writer));
    TRY(writer.exec(kSchema));
    TRY(writer.exec("PRAGMA user_version = 1"));
    TRY(tx.commit());
  }
  return std::unique_ptr<SqliteQualityIndex>(new SqliteQualityIndex(std::move(writer), file));
}

Status SqliteQualityIndex::put(const std::vector<QualityRow>& rows) {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(writer_));
  for (const QualityRow& r : rows)
    TRY(run(writer_,
            "INSERT OR REPLACE INTO quality (" FENSHEN_QUALITY_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
            " $17, $18, $19, $20, $21, $22, $23, $24)",
            r.conversation, r.position, r.channel, r.team, r.rep, r.sheet, r.started_at, r.ended_at, r.score, r.human, r.final_score, r.passed ? 1 : 0,
            r.vetoed ? 1 : 0, r.major, r.normal, r.hint, r.state, r.inspector, r.processes, r.rules, r.wrong, r.missed, r.samples, r.text));
  return tx.commit();
}

Result<QualityRow> SqliteQualityIndex::get(std::string_view conversation) const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT " FENSHEN_QUALITY_COLUMNS " FROM quality WHERE conversation = $1", conversation));
  return single<QualityRow>(std::move(rows), row_of, "scored conversation");
}

Result<QualityRows> SqliteQualityIndex::page(const QualityFilter& filter, std::uint64_t before, std::size_t limit) const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  QualityRows page;
  {
    TRY_ASSIGN(Rows rows, filtered(*lease, "SELECT count(*)" FENSHEN_QUALITY_WHERE, filter));
    TRY_ASSIGN(const bool any, rows.next());
    if (any) page.total = static_cast<std::uint64_t>(rows.integer(0));
  }
  TRY_ASSIGN(Rows rows, filtered(*lease,
                                 "SELECT " FENSHEN_QUALITY_COLUMNS FENSHEN_QUALITY_WHERE " AND ($14 = 0 OR position < $14) ORDER BY position DESC LIMIT $15",
                                 filter, before, limit + 1));
  TRY_ASSIGN(page.items, collect<QualityRow>(std::move(rows), row_of));
  if (page.items.size() > limit) {
    page.items.pop_back();
    page.next = page.items.back().position;
  }
  return page;
}

Status SqliteQualityIndex::each(const QualityFilter& filter, const std::function<void(const QualityRow&)>& take) const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  TRY_ASSIGN(Rows rows, filtered(*lease, "SELECT " FENSHEN_QUALITY_COLUMNS FENSHEN_QUALITY_WHERE " ORDER BY position", filter));
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return {};
    take(row_of(rows));
  }
}

Result<std::vector<std::string>> SqliteQualityIndex::conversations() const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT conversation FROM quality"));
  return collect<std::string>(std::move(rows), [](const Rows& row) { return row.text(0); });
}

Status SqliteQualityIndex::put_alert(const AlertRow& a) {
  const std::lock_guard lock(mutex_);
  return run(writer_,
             "INSERT INTO alerts (id, conversation, rule, team, rep, at, acknowledged, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
             " ON CONFLICT (id) DO UPDATE SET team = excluded.team, rep = excluded.rep, acknowledged = excluded.acknowledged, text = excluded.text",
             a.id, a.conversation, a.rule, a.team, a.rep, a.at, a.acknowledged ? 1 : 0, a.text);
}

Result<AlertRow> SqliteQualityIndex::alert(std::string_view id) const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT number, id, conversation, rule, team, rep, at, acknowledged, text FROM alerts WHERE id = $1", id));
  return single<AlertRow>(std::move(rows), alert_of, "alert");
}

Result<AlertRows> SqliteQualityIndex::alerts(const AlertFilter& filter, std::uint64_t before, std::size_t limit) const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  AlertRows page;
  {
    TRY_ASSIGN(Rows rows, query(*lease, "SELECT count(*) FROM alerts WHERE acknowledged = 0 AND ($1 = '' OR team = $1)", filter.team));
    TRY_ASSIGN(const bool any, rows.next());
    if (any) page.open = static_cast<std::uint64_t>(rows.integer(0));
  }
  TRY_ASSIGN(Rows rows, query(*lease,
                              "SELECT number, id, conversation, rule, team, rep, at, acknowledged, text FROM alerts WHERE ($1 = '' OR team = $1)"
                              " AND ($2 < 0 OR acknowledged = $2) AND ($3 = 0 OR number < $3) ORDER BY number DESC LIMIT $4",
                              filter.team, flag(filter.acknowledged), before, limit + 1));
  std::uint64_t last = 0;
  for (;;) {
    TRY_ASSIGN(const bool more, rows.next());
    if (!more) return page;
    if (page.items.size() == limit) {
      page.next = last;
      return page;
    }
    last = static_cast<std::uint64_t>(rows.integer(0));
    page.items.push_back(alert_of(rows));
  }
}

Result<bool> SqliteQualityIndex::fresh() const {
  TRY_ASSIGN(const auto lease, readers_.lease());
  TRY_ASSIGN(Rows rows, query(*lease, "SELECT filled FROM progress"));
  TRY_ASSIGN(const bool any, rows.next());
  return !any || rows.integer(0) == 0;
}

Status SqliteQualityIndex::filled() {
  const std::lock_guard lock(mutex_);
  return run(writer_, "UPDATE progress SET filled = 1");
}

}  // namespace fenshen::storage::sqlite
