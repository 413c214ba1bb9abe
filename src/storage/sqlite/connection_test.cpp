#include "storage/sqlite/connection.h"

#include <gtest/gtest.h>

#include <fstream>

#include "storage/sqlite/migrations.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;

class ConnectionTest : public ::testing::Test {
 protected:
  Connection open(bool read_only = false) { return Connection::open({.path = file(), .read_only = read_only, .vfs = {}}).value(); }
  std::string file() const { return (folder_.path() / "test.db").string(); }
  TempFolder folder_;
};

TEST_F(ConnectionTest, ValuesComeBackWhole) {
  using namespace std::string_literals;
  Connection db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t(a INTEGER, b TEXT, c BLOB)").has_value());
  const std::string nul = "a\0b"s;
  // $2 before $1 in the text: arguments go by number, as in PostgreSQL.
  ASSERT_TRUE(run(db, "INSERT INTO t(b, a, c) VALUES($2, $1, $3)", std::int64_t{-5}, nul, Blob{nul}).has_value());
  ASSERT_TRUE(run(db, "INSERT INTO t(a, b, c) VALUES($1, $2, $3)", ~std::uint64_t{0} >> 1, "", Blob{""}).has_value());
  auto rows = query(db, "SELECT a, b, c FROM t ORDER BY a").value();
  ASSERT_TRUE(*rows.next());
  EXPECT_EQ(rows.integer(0), -5);
  EXPECT_EQ(rows.text(1), nul);
  EXPECT_EQ(rows.text(2), nul);
  ASSERT_TRUE(*rows.next());
  EXPECT_EQ(rows.integer(0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(rows.text(1), "");
  EXPECT_FALSE(*rows.next());
}

TEST_F(ConnectionTest, IsDurableByDefault) {
  Connection db = open();
  auto mode = query(db, "PRAGMA journal_mode").value();
  ASSERT_TRUE(*mode.next());
  EXPECT_EQ(mode.text(0), "wal");
  auto sync = query(db, "PRAGMA synchronous").value();
  ASSERT_TRUE(*sync.next());
  EXPECT_EQ(sync.integer(0), 2) << "FULL";
}

TEST_F(ConnectionTest, TransactionsRollBackUnlessCommitted) {
  Connection db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY)").has_value());
  {
    auto tx = Tx::begin(db).value();
    ASSERT_TRUE(run(db, "INSERT INTO t VALUES($1)", 1).has_value());
  }
  {
    auto tx = Tx::begin(db).value();
    ASSERT_TRUE(run(db, "INSERT INTO t VALUES($1)", 2).has_value());
    ASSERT_TRUE(tx.commit().has_value());
  }
  auto rows = query(db, "SELECT group_concat(a) FROM t").value();
  ASSERT_TRUE(*rows.next());
  EXPECT_EQ(rows.text(0), "2");
}

TEST_F(ConnectionTest, ErrorsHaveTheirCodes) {
  Connection db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY)").has_value());
  ASSERT_TRUE(run(db, "INSERT INTO t VALUES($1)", 1).has_value());
  EXPECT_EQ(run(db, "INSERT INTO t VALUES($1)", 1).error().code, Code::conflict);
  EXPECT_EQ(db.exec("NO SQL").error().code, Code::internal);
  ASSERT_TRUE(db.exec("PRAGMA max_page_count=4").has_value());
  auto full = run(db, "INSERT INTO t VALUES($1)", 2);
  for (int i = 3; full && i < 100'000; ++i) full = run(db, "INSERT INTO t VALUES($1)", i);
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, Code::unavailable);
  EXPECT_NE(full.error().message.find("disk is full"), std::string::npos);
}

TEST_F(ConnectionTest, ReaderWritesNothingAndMakesNoFile) {
  EXPECT_EQ(Connection::open({.path = file(), .read_only = true, .vfs = {}}).error().code, Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(file()));
  Connection writer = open();
  ASSERT_TRUE(writer.exec("CREATE TABLE t(a)").has_value());
  Connection reader = open(true);
  EXPECT_FALSE(reader.exec("INSERT INTO t VALUES(1)").has_value());
  EXPECT_TRUE(query(reader, "SELECT count(*) FROM t").value().next().value());
}

TEST_F(ConnectionTest, ForeignFileIsRefused) {
  std::ofstream(file()) << std::string(5'000, 'x');
  const auto opened = Connection::open({.path = file(), .vfs = {}});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Code::corrupt);
}

TEST_F(ConnectionTest, MigrationsRunOnceInOrderAndRefuseLaterFiles) {
  const char* const first[] = {"CREATE TABLE a(x)"};
  const char* const both[] = {"CREATE TABLE a(x)", "ALTER TABLE a ADD COLUMN y; CREATE TABLE b(x)"};
  const char* const broken[] = {both[0], both[1], "CREATE TABLE c(x); NONSENSE"};
  Connection db = open();
  ASSERT_TRUE(migrate(db, first).has_value());
  ASSERT_TRUE(migrate(db, first).has_value());
  ASSERT_TRUE(run(db, "INSERT INTO a(x) VALUES($1)", 1).has_value());
  ASSERT_TRUE(migrate(db, both).has_value());
  EXPECT_TRUE(query(db, "SELECT x, y FROM a").value().next().value()) << "what was there stays";
  EXPECT_FALSE(migrate(db, broken).has_value());
  EXPECT_FALSE(query(db, "SELECT * FROM c").has_value()) << "half a step is no step";
  EXPECT_TRUE(migrate(db, both).has_value());
  EXPECT_EQ(migrate(db, first).error().code, Code::invalid);
}

}  // namespace
}  // namespace fenshen::storage::sqlite
