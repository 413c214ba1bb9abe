#include "storage/crypto/key_ring.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "storage/crypto/digest.h"
#include "storage/sqlite/key_table.h"
#include "storage/sqlite/temp_folder.h"

namespace fenshen::storage::crypto {
namespace {

using core::Code;

class KeyRingTest : public ::testing::Test {
 protected:
  KeyRingTest() {
    fill_random(master_.id);
    fill_random(master_.secret);
    reopen();
  }
  void reopen() {
    ring_.reset();
    table_.reset();
    auto table = sqlite::SqliteKeyTable::open({.path = file_.string(), .vfs = {}});
    ASSERT_TRUE(table.has_value());
    table_ = std::move(*table);
    ring_ = std::make_unique<KeyRing>(*table_, master_, [] { return core::Millis{1}; });
  }
  DataKey current(const KeyOwner& owner) { return ring_->current({&owner, 1}).value()[0]; }
  bool in_files(const std::string& bytes) {
    bool found = false;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      found = found || text.find(bytes) != std::string::npos;
    }
    return found;
  }

  sqlite::TempFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "keys.db";
  DataKey master_;
  std::unique_ptr<sqlite::SqliteKeyTable> table_;
  std::unique_ptr<KeyRing> ring_;
  const KeyOwner person_{.kind = OwnerKind::person, .id = "p1"}, conversation_{.kind = OwnerKind::conversation, .id = "c1"};
};

TEST_F(KeyRingTest, OneKeyPerOwnerForGood) {
  const KeyOwner owners[] = {person_, conversation_, person_, {.kind = OwnerKind::person, .id = "c1"}, {.tenant = "t2", .kind = OwnerKind::person, .id = "p1"}};
  const auto keys = ring_->current(owners);
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ((*keys)[0].id, (*keys)[2].id);
  for (const std::size_t other : {1, 3, 4}) EXPECT_NE((*keys)[0].secret, (*keys)[other].secret);
  reopen();
  const auto again = ring_->current(owners);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ((*again)[i].secret, (*keys)[i].secret);
    EXPECT_EQ((*ring_->find((*keys)[i].id))->secret, (*keys)[i].secret);
  }
}

TEST_F(KeyRingTest, SecretsAreNeverStoredInClear) {
  const DataKey key = current(person_);
  EXPECT_FALSE(in_files(std::string(reinterpret_cast<const char*>(key.secret.data()), key.secret.size())));
  EXPECT_TRUE(in_files(std::string(reinterpret_cast<const char*>(key.id.data()), key.id.size())));
}

TEST_F(KeyRingTest, UnknownKeyAndWrongMasterAreNotErasure) {
  const DataKey key = current(person_);
  KeyId other{};
  EXPECT_EQ(ring_->find(other).error().code, Code::corrupt);
  fill_random(master_.secret);
  reopen();
  EXPECT_EQ(ring_->find(key.id).error().code, Code::corrupt);
}

TEST_F(KeyRingTest, WrappedBytesOfOneCannotBePassedOffAsAnothers) {
  const DataKey mine = current(person_);
  const KeyOwner other_owner{.kind = OwnerKind::person, .id = "p2"};
  const DataKey other = current(other_owner);
  const auto record = table_->find(other.id);
  ASSERT_TRUE(table_->rewrap(mine.id, master_.id, (*record)->wrapped).has_value());
  reopen();
  EXPECT_EQ(ring_->find(mine.id).error().code, Code::corrupt);
}

TEST_F(KeyRingTest, ErasureDestroysTheBytesThemselves) {
  const DataKey key = current(person_), own = current(conversation_);
  const DataKey other = current({.kind = OwnerKind::person, .id = "p2"});
  const std::string first_wrapping = (*table_->find(own.id))->wrapped;
  ASSERT_TRUE(ring_->bind(conversation_, person_, false).has_value());
  const std::string of_person = (*table_->find(key.id))->wrapped, of_conversation = (*table_->find(own.id))->wrapped;
  EXPECT_NE(first_wrapping, of_conversation);
  EXPECT_EQ((*ring_->find(own.id))->secret, own.secret);
  EXPECT_TRUE(in_files(of_person));
  ASSERT_TRUE(ring_->erase_person("default", "p1").has_value());
  for (const std::string& bytes : {of_person, of_conversation, first_wrapping}) EXPECT_FALSE(in_files(bytes));
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(ring_->find(key.id)->has_value());
    EXPECT_FALSE(ring_->find(own.id)->has_value());
    EXPECT_EQ((*ring_->find(other.id))->secret, other.secret);
    reopen();
  }
  EXPECT_NE(current(person_).id, key.id);
  EXPECT_TRUE(ring_->erase_person("default", "p1").has_value());
  EXPECT_FALSE(ring_->find(key.id)->has_value());
}

TEST_F(KeyRingTest, BindingMovesToAnotherPersonOnlyWhenAsked) {
  const KeyOwner other{.kind = OwnerKind::person, .id = "p2"};
  const DataKey own = current(conversation_);
  ASSERT_TRUE(ring_->bind(conversation_, person_, false).has_value());
  const KeyId under = (*table_->find(own.id))->parent;
  EXPECT_EQ(under, current(person_).id);
  ASSERT_TRUE(ring_->bind(conversation_, other, false).has_value());
  EXPECT_EQ((*table_->find(own.id))->parent, under);
  ASSERT_TRUE(ring_->bind(conversation_, other, true).has_value());
  EXPECT_EQ((*table_->find(own.id))->parent, current(other).id);
  ASSERT_TRUE(ring_->bind({.kind = OwnerKind::conversation, .id = "keyless"}, person_, false).has_value());
  ASSERT_TRUE(ring_->erase_person("default", "p1").has_value());
  EXPECT_EQ((*ring_->find(own.id))->secret, own.secret);
}

}  // namespace
}  // namespace fenshen::storage::crypto
