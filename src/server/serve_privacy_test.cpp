// Who reads what over the real doors: sockets that end with their session, personal data that is masked, ids that only
// the server gives.
#include "server/serve_fixture.h"
#include "storage/sqlite/store.h"

namespace fenshen::server {
namespace {

constexpr const char* kCard = "6222021234567894321";
constexpr const char* kPhone = "13812345678";

class PrivacyTest : public ServerTest {
 protected:
  // A conversation of the rep's, in which the customer gave a card and a phone number.
  std::string talk(Caller& rep, Caller& api) {
    const Reply made = rep.post("/api/v1/conversations", R"({"channel":"voice","lang":"zh","customer":{"name":"陈晓燕","phone":"13912345678"}})");
    EXPECT_EQ(made.status, 201) << made.text;
    const std::string id(made["id"].as_string());
    const std::string words = std::string("我的卡号是") + kCard + "，手机" + kPhone;
    EXPECT_EQ(api.post("/api/v1/conversations/" + id + "/events", say("u1", "customer", words)).status, 201);
    EXPECT_EQ(api.post("/api/v1/conversations/" + id + "/events",
                       std::string(R"({"id":"b1","type":"business","name":"card.queried","data":{"card_no":")") + kCard + R"(","deep":{"mobile":13812345678}}})").status, 201);
    return id;
  }
  static bool shows(const std::string& text) { return text.find(kCard) != std::string::npos || text.find(kPhone) != std::string::npos; }
  static std::string all_text(Inbox& inbox) {
    std::string text;
    for (const json::object& message : inbox.all()) text += json::serialize(message);
    return text;
  }
};

TEST_F(PrivacyTest, SigningOutClosesTheSocketsOfThatSessionAtOnce) {
  const auto rep = as("xiaowang"), elsewhere = as("xiaowang");
  Inbox mine, other;
  const auto socket = rep->socket(mine), second = elsewhere->socket(other);
  socket->send(R"({"op":"list","scope":"mine"})");
  second->send(R"({"op":"list","scope":"mine"})");
  ASSERT_TRUE(mine.wait_op("list"));
  ASSERT_TRUE(other.wait_op("list"));
  ASSERT_EQ(rep->send("DELETE", "/api/v1/session").status, 204);
  EXPECT_EQ(mine.wait_close(), 4401);
  mine.clear();
  ASSERT_EQ(elsewhere->post("/api/v1/conversations", R"({"channel":"voice"})").status, 201);
  EXPECT_TRUE(other.wait_op("summary")) << "the other session goes on";
  EXPECT_TRUE(mine.all().empty());
}

TEST_F(PrivacyTest, ACorrectionIsOfSomethingThatWasHeard) {
  const auto rep = as("xiaowang");
  const auto client = api();
  const std::string id = talk(*rep, *client), path = "/api/v1/conversations/" + id + "/events";
  const auto revise = [](const std::string& event, const std::string& unit) {
    return R"({"id":")" + event + R"(","type":"utterance","speaker":"customer","text":"改过的话","utterance_id":")" + unit + R"(","revision":1})";
  };
  for (Caller* caller : {rep.get(), client.get()}) {
    const Reply refused = caller->post(path, R"({"events":[{"id":"p","type":"utterance.partial","speaker":"customer","text":"改"},)" + revise("r1", "made-up") + "]}");
    EXPECT_EQ(refused.status, 422);
    if (caller == client.get()) EXPECT_EQ(refused["where"].as_string(), "events[1].utterance_id") << refused.text;
  }
  EXPECT_EQ(rep->post(path, revise("r2", "made-up"))["where"].as_string(), "events[0].utterance_id");
  EXPECT_EQ(client->post(path, R"({"id":"r3","type":"utterance","speaker":"customer","text":"x","revision":1})").status, 422) << "of nothing";
  EXPECT_EQ(rep->post(path, revise("r4", "u1")).status, 201) << "an utterance without an id of its own goes by its event's";
  const std::string both = R"({"events":[{"id":"n1","type":"utterance","speaker":"customer","text":"新的","utterance_id":"n"},)" + revise("n2", "n") + "]}";
  EXPECT_EQ(client->post(path, both).status, 201) << "in the same list";
}

TEST_F(PrivacyTest, TheRepReadsTheWordsHeWorksWithUntilTheWrapUpIsSaved) {
  const auto rep = as("xiaowang");
  const auto client = api();
  const std::string id = talk(*rep, *client), path = "/api/v1/conversations/" + id;
  EXPECT_TRUE(shows(rep->get(path + "/events").text));
  EXPECT_TRUE(shows(rep->get(path + "/frames").text));
  EXPECT_TRUE(shows(rep->get("/api/v1/conversations?state=open").text));
  ASSERT_EQ(rep->post(path + "/end", R"({"id":"end"})").status, 200);
  EXPECT_TRUE(shows(rep->get(path + "/frames").text)) << "the wrap-up is still to be written";
  ASSERT_EQ(rep->post(path + "/wrapup", R"({"id":"w","wrapup":{"types":["01.01.1"],"summary":[],"fields":[],"outcome":"resolved_fcr"}})").status, 201);
  for (const char* rest : {"", "/events", "/frames"}) {
    const Reply read = rep->get(path + rest);
    EXPECT_EQ(read.status, 200);
    EXPECT_FALSE(shows(read.text)) << rest << read.text;
  }
  EXPECT_NE(rep->get(path + "/events").text.find("4321"), std::string::npos) << "the tail stays";
}

TEST_F(PrivacyTest, ListsAreMaskedAndOpeningAnothersWordsIsAudited) {
  const auto rep = as("xiaowang"), supervisor = as("xu");
  const auto client = api();
  const std::string id = talk(*rep, *client);
  const Reply list = supervisor->get("/api/v1/console/conversations?state=open");
  EXPECT_FALSE(shows(list.text)) << list.text;
  EXPECT_EQ(list.text.find("13912345678"), std::string::npos);
  EXPECT_EQ(list.text.find("陈晓燕"), std::string::npos);
  EXPECT_TRUE(supervisor->get(std::string("/api/v1/console/conversations?q=") + kPhone)["items"].as_array().empty()) << "what is hidden is not found";
  Inbox inbox;
  const auto socket = supervisor->socket(inbox);
  socket->send(R"({"op":"list","scope":"team"})");
  ASSERT_TRUE(inbox.wait_op("list"));
  EXPECT_FALSE(shows(all_text(inbox)));
  inbox.clear();
  socket->send(R"({"op":"watch","conversation":")" + id + R"("})");
  ASSERT_TRUE(inbox.wait_op("panels"));
  EXPECT_TRUE(shows(all_text(inbox))) << "a supervisor reads the words of his team";
  const auto store = storage::sqlite::Store::open({.folder = data_, .read_only = true});  // beside the server
  ASSERT_TRUE(store);
  const auto entries = (*store)->records().audit(0, 10'000);
  ASSERT_TRUE(entries);
  const auto about = [&](std::string_view action) {
    return std::ranges::count_if(*entries, [&](const storage::AuditEntry& entry) { return entry.action == action && entry.object == id; });
  };
  EXPECT_EQ(about("data.unmask"), 1);
  EXPECT_EQ(about("conversation.view"), 1);
}

TEST_F(PrivacyTest, AWaitingChatIsMaskedUntilItIsTaken) {
  Caller visitor = stranger();
  const Reply opened = visitor.post("/api/v1/chat/sessions", R"({"lang":"zh"})");
  ASSERT_EQ(opened.status, 201);
  const std::string id(opened["conversation"].as_string()), token(opened["token"].as_string());
  Inbox customer, desk;
  const auto chat = visitor.socket(customer, "/api/v1/chat/ws?token=" + token);
  chat->send(json::serialize(json::object{{"op", "say"}, {"id", "m1"}, {"text", std::string("我的卡号是") + kCard}}));
  ASSERT_TRUE(customer.wait_op("ack"));
  EXPECT_TRUE(customer.wait([](const json::object& message) { return message.at("op") == "item" && shows(json::serialize(message)); })) << "his own words";
  const auto rep = as("xiaowang");
  const auto socket = rep->socket(desk);
  socket->send(R"({"op":"watch","conversation":")" + id + R"("})");
  ASSERT_TRUE(desk.wait_op("panels"));
  EXPECT_FALSE(shows(all_text(desk))) << all_text(desk);
  ASSERT_EQ(rep->post("/api/v1/conversations/" + id + "/accept", "{}").status, 200);
  const auto again = desk.wait([](const json::object& message) { return message.at("op") == "frames" && message.contains("again"); });
  ASSERT_TRUE(again);
  EXPECT_EQ(again->at("items").at(0).at("n").as_int64(), 1);
  EXPECT_TRUE(shows(json::serialize(*again)));
}

TEST_F(PrivacyTest, IdsOfTheServerAreItsOwn) {
  const auto rep = as("xiaowang");
  const auto client = api();
  const std::string id = talk(*rep, *client), path = "/api/v1/conversations/" + id;
  for (const char* own : {"~accept", "~act-a1-decided", "~s1"})
    EXPECT_EQ(client->post(path + "/events", say(own, "customer", "你好")).status, 422) << own;
  EXPECT_EQ(rep->post(path + "/end", R"({"id":"~s-end"})").status, 422);
  for (const char* free : {"accept", "act-a1-decided", "tick-1-1", "s1", "s-end"})
    EXPECT_EQ(client->post(path + "/events", say(free, "customer", "你好")).status, 201) << free;
  EXPECT_EQ(rep->post(path + "/acts", R"({"act":"a1","kind":"message","text":"您好"})")["decision"].as_string(), "allowed");
}

TEST_F(PrivacyTest, AFifthChatWindowClosesTheOldest) {
  Caller visitor = stranger();
  const Reply opened = visitor.post("/api/v1/chat/sessions", R"({"lang":"zh"})");
  const std::string target = "/api/v1/chat/ws?token=" + std::string(opened["token"].as_string());
  std::vector<std::unique_ptr<Inbox>> inboxes;
  std::vector<std::unique_ptr<net::WsClient>> windows;
  for (int i = 0; i < 5; ++i) {
    inboxes.push_back(std::make_unique<Inbox>());
    windows.push_back(visitor.socket(*inboxes.back(), target));
    ASSERT_TRUE(inboxes.back()->wait_op("state"));
  }
  EXPECT_EQ(inboxes[0]->wait_close(), 4009);
  for (int i = 1; i < 5; ++i) windows[static_cast<std::size_t>(i)]->send(R"({"op":"ping"})");
  for (int i = 1; i < 5; ++i) EXPECT_TRUE(inboxes[static_cast<std::size_t>(i)]->wait_op("pong")) << i;
}

}  // namespace
}  // namespace fenshen::server
