// Four eyes over HTTP: a draft, its submission, the decision of a second person, and the trace of it all.
#include "server/serve_fixture.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

class ApprovalTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    editor_ = as("editor");
    approver_ = as("approver");
    text_ = std::string(editor_->get(kItem)["text"].as_string());
  }
  void TearDown() override {
    leave();
    ServerTest::TearDown();
  }
  // Clients go before the loop that they speak over.
  void leave() {
    editor_.reset();
    approver_.reset();
  }
  static std::string body(json::object object) { return json::serialize(object); }
  Reply save(Caller& who, std::string_view text, std::int64_t revision = 0) {
    return who.send("PUT", std::string(kItem) + "/draft", body({{"text", text}, {"revision", revision}}));
  }
  Reply move(Caller& who, std::string_view action, std::string_view comment = "why") {
    return who.post(std::string(kItem) + "/draft/" + std::string(action), body({{"comment", comment}}));
  }
  std::string changed(std::string_view words) const {
    std::string text = text_;
    const std::size_t at = text.find("severity: major");
    EXPECT_NE(at, std::string::npos);
    return text.substr(0, at) + "severity: major  # " + std::string(words) + text.substr(at + 15);
  }
  std::vector<storage::AuditEntry> audit() {
    leave();
    stop();
    storage::sqlite::StoreOptions options;
    options.folder = data_;
    const auto store = std::move(*storage::sqlite::Store::open(std::move(options)));
    return *store->records().audit(0, 1000);
  }
  static constexpr const char* kItem = "/api/v1/content/rule/SAL-01";
  std::unique_ptr<Caller> editor_, approver_;
  std::string text_;
};

TEST_F(ApprovalTest, ASecondPersonPutsItInForce) {
  const std::string hash(editor_->get("/api/v1/content/status")["hash"].as_string());
  const Reply saved = save(*editor_, changed("one"));
  ASSERT_EQ(saved.status, 200) << saved.text;
  EXPECT_EQ(saved["state"].as_string(), "draft");
  EXPECT_EQ(editor_->get("/api/v1/content/status")["hash"].as_string(), hash) << "a draft is not in force";
  EXPECT_EQ(approver_->get(kItem)["draft"].at("text").as_string(), changed("one"));
  EXPECT_EQ(move(*approver_, "approve").status, 409) << "not submitted yet";
  EXPECT_EQ(move(*editor_, "submit", "").status, 422) << "without a word why";
  ASSERT_EQ(move(*editor_, "submit").status, 200);
  EXPECT_EQ(save(*editor_, changed("two"), 2).status, 409) << "what is being looked at does not change";
  EXPECT_EQ(move(*editor_, "approve").code(), "forbidden");
  EXPECT_EQ(approver_->get("/api/v1/content/drafts")["items"].as_array().size(), 1u);
  const Reply approved = move(*approver_, "approve", "good");
  ASSERT_EQ(approved.status, 200) << approved.text;
  EXPECT_EQ(approved["version"].as_int64(), 1);
  EXPECT_NE(editor_->get("/api/v1/content/status")["hash"].as_string(), hash);
  const Reply item = editor_->get(kItem);
  EXPECT_EQ(item["text"].as_string(), changed("one"));
  EXPECT_TRUE(item["draft"].is_null());
  EXPECT_FALSE(item["history"].at(0).at("approved_by").as_string().empty());
  EXPECT_TRUE(approver_->get("/api/v1/content/drafts")["items"].as_array().empty());
  EXPECT_EQ(approver_->get("/api/v1/content/drafts?state=all")["items"].as_array().size(), 1u);

  std::string actions;
  for (const storage::AuditEntry& entry : audit())
    if (entry.action.starts_with("content.")) actions += entry.action + " " + entry.detail + "\n";
  EXPECT_NE(actions.find("content.submit"), std::string::npos) << actions;
  EXPECT_NE(actions.find("content.publish {\"alone\":false,\"author\":\"a-"), std::string::npos) << actions;
  EXPECT_LT(actions.find("content.publish"), actions.find("content.approve"));
}

TEST_F(ApprovalTest, WhoWroteDoesNotDecideWhateverTheRole) {
  const std::int64_t revision = save(*editor_, changed("one"))["revision"].as_int64();
  ASSERT_EQ(save(*approver_, changed("two"), revision).status, 200) << "an approver may lend a hand";
  ASSERT_EQ(move(*editor_, "submit").status, 200);
  const Reply refused = move(*approver_, "approve");
  EXPECT_EQ(refused.code(), "forbidden") << refused.text;
  EXPECT_NE(refused.text.find("second person"), std::string::npos);
  EXPECT_EQ(editor_->get(kItem)["version"].as_int64(), 0);
  // An approver has no right to publish past the draft.
  EXPECT_EQ(approver_->send("PUT", kItem, body({{"text", changed("x")}, {"expected_version", 0}})).code(), "forbidden");
}

TEST_F(ApprovalTest, RejectedWithdrawnAndOvertaken) {
  ASSERT_EQ(save(*editor_, changed("one")).status, 200);
  EXPECT_EQ(save(*editor_, changed("two"), 0).status, 409) << "the open draft is written with its revision";
  ASSERT_EQ(move(*editor_, "submit").status, 200);
  ASSERT_EQ(move(*editor_, "withdraw").status, 200);
  ASSERT_EQ(move(*editor_, "submit").status, 200);
  EXPECT_EQ(move(*approver_, "reject", "").status, 422);
  ASSERT_EQ(move(*approver_, "reject", "no").status, 200);
  EXPECT_EQ(editor_->get(kItem)["decided"].at(0).at("review").as_string(), "no");
  EXPECT_EQ(editor_->get(kItem)["decided"].at(0).at("text").as_string(), changed("one")) << "the editor's work is not lost";

  // Broken text is not submitted, its mistakes are named.
  const std::int64_t revision = save(*editor_, "id: SAL-01\nnmae: x\n")["revision"].as_int64();
  const Reply broken = move(*editor_, "submit");
  EXPECT_EQ(broken.status, 422);
  EXPECT_FALSE(broken["errors"].as_array().empty());
  ASSERT_EQ(save(*editor_, changed("three"), revision).status, 200);
  ASSERT_EQ(move(*editor_, "submit").status, 200);
  // Somebody published alone meanwhile: what was approved would undo it unseen.
  ASSERT_EQ(editor_->send("PUT", kItem, body({{"text", changed("alone")}, {"expected_version", 0}})).status, 200);
  EXPECT_EQ(move(*approver_, "approve").status, 409);
  EXPECT_EQ(editor_->get(kItem)["text"].as_string(), changed("alone"));
  ASSERT_EQ(move(*editor_, "withdraw").status, 200);
  EXPECT_EQ(editor_->send("DELETE", std::string(kItem) + "/draft").status, 200);
  EXPECT_EQ(editor_->send("DELETE", std::string(kItem) + "/draft").status, 404);
}

TEST_F(ApprovalTest, ANewItemIsADraftFirst) {
  const std::string path = "/api/v1/content/rule/NEW-01";
  std::string text = text_;
  text.replace(text.find("SAL-01"), 6, "NEW-01");
  ASSERT_EQ(editor_->send("PUT", path + "/draft", body({{"text", text}})).status, 200);
  const Reply item = approver_->get(path);
  ASSERT_EQ(item.status, 200) << item.text;
  EXPECT_EQ(item["text"].as_string(), "");
  ASSERT_EQ(editor_->post(path + "/draft/submit", body({{"comment", "new"}})).status, 200);
  ASSERT_EQ(approver_->post(path + "/draft/approve", "{}").status, 200);
  EXPECT_EQ(editor_->get(path)["text"].as_string(), text);
}

TEST_F(ApprovalTest, WithoutLeaveNobodyPublishesAlone) {
  leave();
  stop();
  {
    storage::sqlite::StoreOptions options;
    options.folder = data_;
    const auto store = std::move(*storage::sqlite::Store::open(std::move(options)));
    ASSERT_TRUE(store->records().put_setting("content.publish_alone", "no"));
  }
  start();
  const auto editor = as("editor");
  const Reply refused = editor->send("PUT", kItem, body({{"text", changed("alone")}, {"expected_version", 0}}));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.code(), "needs_approval");
  EXPECT_FALSE(editor->get(kItem)["alone"].as_bool());
  ASSERT_EQ(save(*editor, changed("one")).status, 200);
  ASSERT_EQ(move(*editor, "submit").status, 200);
  const auto approver = as("approver");
  EXPECT_EQ(move(*approver, "approve").status, 200);
}

// A flow is read with the common steps that it takes from.
TEST_F(ApprovalTest, EveryFlowChecksOutAsItIs) {
  const Reply flows = editor_->get("/api/v1/content?kind=flow&limit=5");
  ASSERT_EQ(flows["items"].as_array().size(), 5u);
  for (const json::value& flow : flows["items"].as_array()) {
    const std::string id(flow.at("id").as_string());
    const std::string text(editor_->get("/api/v1/content/flow/" + id)["text"].as_string());
    const Reply checked = editor_->post("/api/v1/content/check", body({{"kind", "flow"}, {"id", id}, {"text", text}}));
    EXPECT_TRUE(checked["errors"].as_array().empty()) << id << ": " << checked.text;
  }
}

TEST_F(ApprovalTest, TriedOnADialogueOfOnesOwn) {
  std::string text = text_;
  const json::object dialogue{{"channel", "voice"}, {"turns", json::array{json::object{{"speaker", "customer"}, {"text", "你好"}},
                                                                          json::object{{"speaker", "agent"}, {"text", "这款理财保本，您放心。"}}}}};
  const Reply tried = editor_->post("/api/v1/content/try", body({{"kind", "rule"}, {"id", "SAL-01"}, {"text", text}, {"dialogue", dialogue}}));
  ASSERT_EQ(tried.status, 200) << tried.text;
  EXPECT_TRUE(std::ranges::any_of(tried["after"].as_array(), [](const json::value& card) { return card.at("item").as_string() == "SAL-01" && card.at("turn").as_int64() == 1; })) << tried.text;
  EXPECT_TRUE(tried["panels"].is_object());
  EXPECT_EQ(editor_->post("/api/v1/content/try", body({{"kind", "rule"}, {"id", "SAL-01"}, {"text", text}, {"dialogue", json::object{{"channel", "voice"}}}})).status, 422);
}

}  // namespace
}  // namespace fenshen::server
