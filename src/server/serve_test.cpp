// The whole server over its own doors: sign-in, conversations, frames, acts, chat, samples, studio, restart.
#include "server/serve.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/time.h"
#include "server/lines.h"
#include "server/serve_fixture.h"
#include "server/stored_replay.h"

namespace fenshen::server {
namespace {

std::string start_call(Caller& api, const std::string& id) {
  const Reply made = api.post("/api/v1/conversations", json::serialize(json::object{{"id", id}, {"channel", "voice"}, {"lang", "zh"}, {"customer", {{"id", "c-" + id}, {"name", "刘先生"}, {"tier", "T2"}}}}));
  EXPECT_EQ(made.status, 201) << made.text;
  return "/api/v1/conversations/" + id;
}

std::vector<json::object> cards_in(const json::value& items) {
  std::vector<json::object> cards;
  for (const json::value& frame : items.as_array())
    if (frame.at("kind").as_string() == "card") cards.push_back(frame.at("card").as_object());
  return cards;
}

bool has_card(const std::vector<json::object>& cards, std::string_view kind, std::string_view item = {}) {
  return std::ranges::any_of(cards, [&](const json::object& card) {
    return card.at("kind").as_string() == kind && (item.empty() || card.at("item").as_string() == item);
  });
}

TEST_F(ServerTest, SignInAndOut) {
  Caller caller = stranger();
  EXPECT_EQ(caller.get("/api/v1/session").status, 401);
  const Reply wrong = caller.sign_in("xiaowang", "not the password");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.code(), "unauthorized");
  const Reply right = caller.sign_in("xiaowang", passwords_["xiaowang"]);
  ASSERT_EQ(right.status, 200) << right.text;
  const std::string cookie(net::find_header(right.headers, "Set-Cookie").value_or(""));
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_EQ(caller.get("/api/v1/session")["user"].at("username").as_string(), "xiaowang");
  const std::string csrf = caller.csrf;
  caller.csrf = "wrong";
  EXPECT_EQ(caller.send("DELETE", "/api/v1/session").code(), "csrf");
  caller.csrf = csrf;
  EXPECT_EQ(caller.send("DELETE", "/api/v1/session", {}, {{"Origin", "http://evil.example"}}).code(), "csrf");
  EXPECT_EQ(caller.send("DELETE", "/api/v1/session").status, 204);
  EXPECT_EQ(caller.get("/api/v1/session").status, 401);
}

TEST_F(ServerTest, EveryAnswerCarriesTheSecurityHeaders) {
  Caller caller = stranger();
  for (const char* target : {"/healthz", "/api/v1/session", "/api/v1/none", "/", "/%zz"}) {
    const Reply reply = caller.get(target);
    EXPECT_EQ(net::find_header(reply.headers, "X-Content-Type-Options"), "nosniff") << target;
    const auto policy = net::find_header(reply.headers, "Content-Security-Policy");
    ASSERT_TRUE(policy) << target;
    EXPECT_EQ(policy->find("script-src 'self';") == std::string_view::npos, false) << target;
    EXPECT_TRUE(net::find_header(reply.headers, "X-Request-Id")) << target;
  }
}

TEST_F(ServerTest, AnUtteranceGivesFramesOnTheSocketAndTheSameOverRest) {
  const auto client = api();
  const std::string path = start_call(*client, "call-1");
  Inbox inbox;
  const auto socket = client->socket(inbox);
  socket->send(R"({"op":"watch","conversation":"call-1","after":0})");
  ASSERT_TRUE(inbox.wait_op("panels"));
  const Reply said = client->post(path + "/events", say("u1", "customer", "我的银行卡丢了，怎么挂失"));
  ASSERT_EQ(said.status, 201) << said.text;
  EXPECT_FALSE(said["items"].at(0).at("duplicate").as_bool());
  const auto knowledge = inbox.wait([](const json::object& message) {
    return message.at("op").as_string() == "frames" && has_card(cards_in(message.at("items")), "knowledge");
  });
  ASSERT_TRUE(knowledge);
  // All frames that came, in order and without gap, equal the REST answer.
  json::array came;
  for (const json::object& message : inbox.all())
    if (message.at("op").as_string() == "frames")
      for (const json::value& frame : message.at("items").as_array()) came.push_back(frame);
  for (std::size_t i = 0; i < came.size(); ++i) EXPECT_EQ(came[i].at("n").to_number<std::size_t>(), i + 1);
  const Reply frames = client->get(path + "/frames");
  EXPECT_EQ(frames["items"].as_array(), came);
  EXPECT_EQ(frames["next_n"].to_number<std::size_t>(), came.size());
  // A client that comes back says where it was.
  Inbox again;
  const auto second = client->socket(again);
  second->send(R"({"op":"watch","conversation":"call-1","after":2})");
  const auto rest = again.wait_op("frames");
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->at("items").at(0).at("n").as_int64(), 3);
}

TEST_F(ServerTest, EventsAreTakenOnceAndMistakesAreAllNamed) {
  const auto client = api();
  const std::string path = start_call(*client, "call-2");
  const Reply first = client->post(path + "/events", say("u1", "customer", "你好"));
  const Reply second = client->post(path + "/events", say("u1", "customer", "你好"));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(first["items"].at(0).at("seq"), second["items"].at(0).at("seq"));
  EXPECT_TRUE(second["items"].at(0).at("duplicate").as_bool());
  const Reply wrong = client->post(path + "/events", R"({"events":[{"id":"a","type":"utterance","speaker":"customer"},{"type":"business","name":"x"},
      {"id":"c","type":"pack.bound","pack_hash":"x","engine":"1"},{"id":"d","type":"nonsense"},{"id":"e","type":"utterance","speaker":"nobody","text":"x"}]})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong["errors"].as_array().size(), 5u) << wrong.text;
  EXPECT_EQ(client->post(path + "/events", R"({"events":[]})").status, 422);
  EXPECT_EQ(client->post(path + "/events", "{").status, 422);
  EXPECT_EQ(client->post(path + "/events", R"({"id":"n","type":"utterance","speaker":"customer","text":"a\u0000b"})").status, 422);
  EXPECT_EQ(client->post(path + "/events", "{\"id\":\"n\",\"type\":\"utterance\",\"speaker\":\"customer\",\"text\":\"\xff\xfe\"}").status, 422);
  EXPECT_EQ(client->post("/api/v1/conversations/nobody/events", say("u", "customer", "x")).status, 404);
  EXPECT_EQ(client->post(path + "/events", std::string(10 * 1024 * 1024, ' ')).status, 413);
  // Nothing of it was written.
  std::size_t utterances = 0;
  const Reply log = client->get(path + "/events");
  for (const json::value& event : log["items"].as_array()) utterances += event.at("type").as_string() == "utterance";
  EXPECT_EQ(utterances, 1u);
}

TEST_F(ServerTest, AConversationOfAnIdExistsOnce) {
  const auto client = api();
  start_call(*client, "same");
  const Reply again = client->post("/api/v1/conversations", R"({"id":"same","channel":"voice"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "conflict");
}

TEST_F(ServerTest, AnActIsProposedDecidedDoneAndRepeatsAsItWas) {
  const auto client = api();
  const std::string path = start_call(*client, "call-3");
  const std::string act = R"({"act":"a1","kind":"message","text":"您别着急，我马上帮您办理"})";
  const Reply first = client->post(path + "/acts", act);
  ASSERT_EQ(first.status, 200) << first.text;
  EXPECT_EQ(first["decision"].as_string(), "allowed");
  EXPECT_EQ(client->post(path + "/acts", act).text, first.text);
  std::vector<std::string> types;
  const Reply log = client->get(path + "/events?after=2");
  for (const json::value& event : log["items"].as_array()) types.emplace_back(event.at("type").as_string());
  EXPECT_EQ(types, (std::vector<std::string>{"act.proposed", "act.decided", "act.done"}));
  // A second message is one of its own, not a repeat.
  const Reply next = client->post(path + "/acts", R"({"act":"a2","kind":"message","text":"请稍等"})");
  ASSERT_EQ(next.status, 200) << next.text;
  EXPECT_GT(next["seq"].to_number<int>(), first["seq"].to_number<int>());
  // The server's events have ids of their own: what a client calls its events cannot come in the way of a decision.
  ASSERT_EQ(client->post(path + "/events", R"({"id":"act-a3-decided","type":"business","name":"x","data":{}})").status, 201);
  EXPECT_EQ(client->post(path + "/events", R"({"id":"~act-a3-decided","type":"business","name":"x","data":{}})").status, 422);
  EXPECT_EQ(client->post(path + "/acts", R"({"act":"a3","kind":"message","text":"好的"})")["decision"].as_string(), "allowed");
}

TEST_F(ServerTest, NobodyRewritesWhatACustomerWrote) {
  const auto rep = as("xiaowang");
  const auto client = api();
  const std::string correction = R"({"id":"r1","type":"utterance","speaker":"customer","text":"我同意","utterance_id":"u1","revision":2})";
  for (const auto& [channel, status] : {std::pair{"chat", 422}, std::pair{"voice", 201}}) {
    const Reply made = rep->post("/api/v1/conversations", R"({"lang":"zh","channel":")" + std::string(channel) + "\"}");
    ASSERT_EQ(made.status, 201) << made.text;
    const std::string path = "/api/v1/conversations/" + std::string(made["id"].as_string()) + "/events";
    ASSERT_EQ(client->post(path, say("u1", "customer", "我不同意")).status, 201);
    EXPECT_EQ(rep->post(path, correction).status, status) << channel;
  }
}

TEST_F(ServerTest, AfterTheEndOnlyTheWrapUpGoes) {
  const auto client = api();
  const std::string path = start_call(*client, "call-4");
  client->post(path + "/events", say("u1", "customer", "我的卡丢了，要挂失"));
  EXPECT_EQ(client->post(path + "/wrapup", R"({"id":"w","wrapup":{"types":[]}})").status, 409);
  const auto before = std::chrono::steady_clock::now();
  const Reply ended = client->post(path + "/end", R"({"id":"end"})");
  ASSERT_EQ(ended.status, 200) << ended.text;
  EXPECT_EQ(ended["state"].as_string(), "ended");
  EXPECT_TRUE(has_card(cards_in(client->get(path + "/frames")["items"]), "wrapup"));
  RecordProperty("wrapup_ready_ms", static_cast<int>((std::chrono::steady_clock::now() - before) / 1ms));
  EXPECT_EQ(client->post(path + "/events", say("u2", "customer", "喂？")).status, 409);
  const Reply saved = client->post(path + "/wrapup", R"({"id":"w","wrapup":{"types":["01.01.1"],"summary":[{"text":"挂失","turns":[0]}],"fields":[{"name":"note","value":"x"}],"outcome":"resolved_fcr"}})");
  ASSERT_EQ(saved.status, 201) << saved.text;
  EXPECT_TRUE(std::ranges::any_of(saved["changed"].as_array(), [](const json::value& name) { return name.as_string() == "fields.note"; }));
  EXPECT_EQ(client->get(path)["state"].as_string(), "closed");
}

TEST_F(ServerTest, ARepSeesOnlyWhatIsHisAndASupervisorHisTeam) {
  const auto rep = as("xiaowang");
  const auto supervisor = as("xu");
  const auto editor = as("editor");
  const Reply samples = rep->get("/api/v1/samples");
  ASSERT_FALSE(samples["items"].as_array().empty());
  const std::string sample(samples["items"].at(0).at("id").as_string());
  const Reply started = rep->post("/api/v1/samples/" + sample + "/start", R"({"speed":8})");
  ASSERT_EQ(started.status, 201) << started.text;
  const std::string path = "/api/v1/conversations/" + std::string(started["id"].as_string());
  EXPECT_EQ(rep->get(path).status, 200);
  EXPECT_EQ(supervisor->get(path).status, 200);
  EXPECT_EQ(editor->get(path).status, 200) << "who writes rules reads what they speak about, masked";
  EXPECT_EQ(editor->post(path + "/acts", R"({"act":"x","kind":"message","text":"y"})").code(), "forbidden");
  EXPECT_EQ(supervisor->post(path + "/acts", R"({"act":"x","kind":"message","text":"y"})").code(), "forbidden");
  EXPECT_EQ(supervisor->get("/api/v1/console/conversations?state=open")["items"].as_array().size(), 1u);
  EXPECT_EQ(rep->get("/api/v1/console/conversations").code(), "forbidden");
  EXPECT_EQ(rep->get("/api/v1/conversations?scope=mine&state=open")["items"].as_array().size(), 1u);
  // A call of another team's rep is not his.
  const auto client = api();
  client->post("/api/v1/conversations", R"({"id":"other","channel":"voice","meta":{"team":"another team"}})");
  EXPECT_EQ(rep->get("/api/v1/conversations/other").code(), "forbidden");
  EXPECT_EQ(supervisor->get("/api/v1/conversations/other").code(), "forbidden");
}

TEST_F(ServerTest, TheRecordedCustomerWaitsForTheRep) {
  const auto rep = as("xiaowang");
  const std::string edited = R"({"speed":8,"turns":[{"speaker":"customer","text":"喂你好","ts":0},{"speaker":"agent","text":"您好，请讲","ts":1},
      {"speaker":"customer","text":"我的卡丢了怎么挂失","ts":2},{"speaker":"agent","text":"请报卡号","ts":3},{"speaker":"customer","text":"好的","ts":4}]})";
  const std::string sample(rep->get("/api/v1/samples")["items"].at(0).at("id").as_string());
  const Reply started = rep->post("/api/v1/samples/" + sample + "/start", edited);
  ASSERT_EQ(started.status, 201) << started.text;
  const std::string id(started["id"].as_string()), path = "/api/v1/conversations/" + id;
  const auto waits_for = [&](std::string_view who, std::int64_t turn) {
    for (int i = 0; i < 300; ++i, std::this_thread::sleep_for(20ms)) {
      const Reply now = rep->get(path);
      const json::object& state = now["sample"].as_object();
      if (state.at("waiting_for").as_string() == who && state.at("next_turn").as_int64() == turn) return true;
    }
    return false;
  };
  ASSERT_TRUE(waits_for("rep", 1));
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(waits_for("rep", 1)) << "it must wait";
  EXPECT_EQ(rep->get(path)["sample"].at("rep_text").as_string(), "您好，请讲");
  EXPECT_EQ(rep->post(path + "/acts", R"({"act":"a1","kind":"message","text":"您好，云江银行"})").status, 200);
  ASSERT_TRUE(waits_for("rep", 3));
  EXPECT_TRUE(has_card(cards_in(rep->get(path + "/frames")["items"]), "knowledge"));
  EXPECT_EQ(rep->post(path + "/sample", R"({"action":"rep_turn"})").status, 200);
  ASSERT_TRUE(waits_for("done", 5));
  EXPECT_EQ(rep->post(path + "/sample", R"({"action":"rep_turn"})").status, 409);
}

TEST_F(ServerTest, ChatIsTakenByOneRepAndNothingIsLostOrDoubled) {
  Caller visitor = stranger();
  const Reply opened = visitor.post("/api/v1/chat/sessions", R"({"lang":"zh","name":"访客"})");
  ASSERT_EQ(opened.status, 201) << opened.text;
  const std::string id(opened["conversation"].as_string()), token(opened["token"].as_string()), path = "/api/v1/conversations/" + id;
  Inbox customer;
  auto chat = visitor.socket(customer, "/api/v1/chat/ws?token=" + token);
  ASSERT_TRUE(customer.wait_op("hello"));
  chat->send(R"({"op":"say","id":"m1","text":"<script>alert(1)</script>"})");
  ASSERT_TRUE(customer.wait_op("ack"));
  chat->send(R"({"op":"say","id":"m1","text":"<script>alert(1)</script>"})");  // the acknowledgement was lost, say
  chat->send(R"({"op":"say","id":"m2","text":"有人吗"})");
  ASSERT_TRUE(customer.wait([](const json::object& message) { return message.at("op").as_string() == "ack" && message.at("id").as_string() == "m2"; }));

  const auto rep = as("xiaowang");
  Inbox list;
  const auto desk = rep->socket(list);
  desk->send(R"({"op":"list","scope":"mine"})");
  const auto shown = list.wait_op("list");
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->at("items").as_array().size(), 1u);
  EXPECT_EQ(rep->post(path + "/accept", "{}").status, 200);
  ASSERT_TRUE(customer.wait([](const json::object& message) { return message.at("op").as_string() == "state" && message.at("state").as_string() == "open"; }));
  EXPECT_EQ(rep->post(path + "/acts", R"({"act":"r1","kind":"message","text":"您好，我是小王"})").status, 200);
  ASSERT_TRUE(customer.wait([](const json::object& message) { return message.at("op").as_string() == "item" && message.at("item").at("from").as_string() == "rep"; }));
  desk->send(R"({"op":"typing","conversation":")" + id + R"(","on":true})");
  ASSERT_TRUE(customer.wait_op("typing"));

  // A reload: the same items, once each, in order; and only what was said.
  Inbox again;
  auto reloaded = visitor.socket(again, "/api/v1/chat/ws?token=" + token);
  const auto hello = again.wait_op("hello");
  ASSERT_TRUE(hello);
  std::vector<std::string> ids;
  for (const json::value& item : hello->at("items").as_array()) ids.emplace_back(item.at("id").as_string());
  EXPECT_EQ(ids, (std::vector<std::string>{"m1", "m2", "r1"}));
  EXPECT_EQ(visitor.get("/api/v1/conversations/" + id).status, 401);
  net::ClientLoop loop;
  EXPECT_FALSE(net::WsClient::connect(loop, url_, "/api/v1/chat/ws?token=" + id + ".00", {}, {}));
  reloaded->send(R"({"op":"end"})");
  ASSERT_TRUE(again.wait([](const json::object& message) { return message.at("op").as_string() == "state" && message.at("state").as_string() == "ended"; }));
}

TEST_F(ServerTest, AnEditIsInForceOnOpenDesksAtOnce) {
  const auto client = api();
  const auto editor = as("editor");
  const std::string path = start_call(*client, "call-5");
  Inbox inbox;
  const auto socket = client->socket(inbox);
  socket->send(R"({"op":"watch","conversation":"call-5","after":0})");
  ASSERT_TRUE(inbox.wait_op("panels"));
  const Reply found = editor->get("/api/v1/content?kind=article&limit=1");
  const std::string article(found["items"].at(0).at("id").as_string());
  const Reply item = editor->get("/api/v1/content/article/" + article);
  ASSERT_EQ(item.status, 200) << item.text;
  std::string text(item["text"].as_string());
  const std::size_t at = text.find("title:");
  ASSERT_NE(at, std::string::npos);
  const std::string broken = text.substr(0, at) + "titel:" + text.substr(at + 6);
  EXPECT_FALSE(editor->post("/api/v1/content/check", json::serialize(json::object{{"kind", "article"}, {"id", article}, {"text", broken}}))["errors"].as_array().empty());
  const Reply refused = editor->send("PUT", "/api/v1/content/article/" + article, json::serialize(json::object{{"text", broken}, {"expected_version", 0}}));
  EXPECT_EQ(refused.status, 422) << refused.text;
  const std::string changed = text + "\n# checked\n";
  EXPECT_EQ(client->get("/api/v1/content/status")["hash"], editor->get("/api/v1/content/status")["hash"]);
  const std::string hash(editor->get("/api/v1/content/status")["hash"].as_string());
  const auto before = std::chrono::steady_clock::now();
  const Reply published = editor->send("PUT", "/api/v1/content/article/" + article, json::serialize(json::object{{"text", changed}, {"expected_version", 0}, {"comment", "test"}}));
  ASSERT_EQ(published.status, 200) << published.text;
  EXPECT_NE(published["hash"].as_string(), hash);
  ASSERT_TRUE(inbox.wait_op("content"));
  ASSERT_TRUE(inbox.wait([&](const json::object& message) {
    if (message.at("op").as_string() != "frames") return false;
    for (const json::value& frame : message.at("items").as_array())
      if (frame.at("kind").as_string() == "event" && frame.at("event").at("type").as_string() == "pack.bound" && frame.at("event").at("pack_hash") == published["hash"]) return true;
    return false;
  }));
  RecordProperty("edit_on_desk_ms", static_cast<int>((std::chrono::steady_clock::now() - before) / 1ms));
  EXPECT_EQ(editor->send("PUT", "/api/v1/content/article/" + article, json::serialize(json::object{{"text", text}, {"expected_version", 0}})).status, 409);
  EXPECT_EQ(editor->get("/api/v1/content/article/" + article)["history"].as_array().size(), 1u);
  EXPECT_EQ(editor->send("DELETE", "/api/v1/content/article/" + article + "/edit").status, 204);
  EXPECT_EQ(editor->get("/api/v1/content/status")["hash"].as_string(), hash);
}

TEST_F(ServerTest, AfterARestartFramesAreTheSameAndTheLogReplaysToThem) {
  constexpr int kCalls = 20;
  std::vector<std::string> cards(kCalls);
  std::vector<json::array> frames(kCalls);
  const std::vector<std::pair<const char*, const char*>> turns = {
      {"customer", "你好，我的借记卡丢了，怎么办"}, {"rep", "您别着急，我马上帮您办理临时挂失"}, {"customer", "好的，卡尾号1234"},
      {"rep", "这个理财产品保本保息，绝对安全"}, {"customer", "手续费多少"}};
  const auto speak = [&](Caller& client, int call, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i)
      ASSERT_EQ(client.post("/api/v1/conversations/r" + std::to_string(call) + "/events", say("u" + std::to_string(i), turns[i].first, turns[i].second)).status, 201);
  };
  {
    const auto client = api();
    for (int call = 0; call < kCalls; ++call) start_call(*client, "r" + std::to_string(call));
    for (int call = 0; call < kCalls; ++call) speak(*client, call, 0, 3);
    for (int call = 0; call < kCalls; ++call) frames[static_cast<std::size_t>(call)] = client->get("/api/v1/conversations/r" + std::to_string(call) + "/frames")["items"].as_array();
  }
  stop();
  start();
  {
    const auto client = api();
    for (int call = 0; call < kCalls; ++call) {
      const Reply again = client->get("/api/v1/conversations/r" + std::to_string(call) + "/frames");
      const json::array& after = again["items"].as_array();
      const json::array& before = frames[static_cast<std::size_t>(call)];
      ASSERT_EQ(after.size(), before.size());
      for (std::size_t i = 0; i < after.size(); ++i) {
        if (after[i].at("kind").as_string() == "card") EXPECT_EQ(after[i].at("card"), before[i].at("card"));
        else EXPECT_EQ(after[i], before[i]);
      }
    }
    // The content changes in the middle, too.
    const auto editor = as("editor");
    const std::string article(editor->get("/api/v1/content?kind=article&limit=1")["items"].at(0).at("id").as_string());
    const std::string text(editor->get("/api/v1/content/article/" + article)["text"].as_string());
    ASSERT_EQ(editor->send("PUT", "/api/v1/content/article/" + article, json::serialize(json::object{{"text", text + "\n# changed\n"}, {"expected_version", 0}})).status, 200);
    for (int call = 0; call < kCalls; ++call) speak(*client, call, 3, turns.size());
    for (int call = 0; call < kCalls; ++call) {
      const std::string path = "/api/v1/conversations/r" + std::to_string(call);
      client->post(path + "/end", R"({"id":"end"})");
      frames[static_cast<std::size_t>(call)] = client->get(path + "/frames")["items"].as_array();
    }
  }
  stop();
  const auto file = data_ / "cards.jsonl";
  {
    auto out = LineWriter::open(file.string());
    ASSERT_TRUE(out);
    const auto replayed = replay_store(data_.string(), 4, *out);
    ASSERT_TRUE(replayed) << core::describe(replayed.error());
    ASSERT_TRUE(out->close());
  }
  std::ifstream stream(file);
  std::string line;
  std::size_t binds = 0, compared = 0;
  for (const json::array& all : frames)
    for (const json::value& frame : all) {
      if (frame.at("kind").as_string() == "event") binds += frame.at("event").at("type").as_string() == "pack.bound";
      if (frame.at("kind").as_string() != "card") continue;
      ASSERT_TRUE(std::getline(stream, line));
      EXPECT_EQ(json::parse(line), frame.at("card"));
      ++compared;
    }
  EXPECT_FALSE(std::getline(stream, line));
  EXPECT_EQ(binds, static_cast<std::size_t>(2 * kCalls));
  EXPECT_GT(compared, static_cast<std::size_t>(3 * kCalls));
}

// A pack of one rule whose deadline is a second.
class DeadlineTest : public ServerTest {
 protected:
  void configure(ServeOptions& options) override {
    const auto pack = data_ / "pack";
    std::filesystem::create_directories(pack / "rules");
    std::ofstream(pack / "pack.yaml") << "id: clock\nversion: 1\nname: {zh: 钟, en: clock}\ntime_zone: \"+08:00\"\n";
    std::ofstream(pack / "rules/clock.yaml") << R"(- id: CLK-01
  name: {zh: 及时提示风险, en: Warn in time}
  severity: major
  after: rep says "转账"
  require: rep says "风险"
  by: 1 s
  wording: {zh: 请提示转账风险。, en: Please warn of the risk.}
  source: {title: 测试规程, clause: §1}
  from: 2020-01-01
  to: null
)";
    options.packs = {pack};
  }
};

TEST_F(DeadlineTest, ADeadlineFiresWithoutAnybodySpeaking) {
  const auto client = api();
  const std::string path = start_call(*client, "clock");
  Inbox inbox;
  const auto socket = client->socket(inbox);
  socket->send(R"({"op":"watch","conversation":"clock","after":0})");
  ASSERT_EQ(client->post(path + "/events", say("u1", "rep", "我来帮您转账")).status, 201);
  const auto fired = [&](std::chrono::milliseconds time) {
    return inbox.wait([](const json::object& message) { return message.at("op").as_string() == "frames" && has_card(cards_in(message.at("items")), "violation", "CLK-01"); }, time);
  };
  EXPECT_FALSE(fired(600ms)) << "not before it is due";
  EXPECT_TRUE(fired(5s));
  const Reply log = client->get(path + "/events");
  std::size_t ticks = 0;
  for (const json::value& event : log["items"].as_array()) ticks += event.at("type").as_string() == "tick";
  EXPECT_EQ(ticks, 1u);
}

TEST_F(ServerTest, ASecondServerOnTheSameDataIsRefused) {
  ServeOptions options;
  options.port = 0;
  options.data = data_;
  options.packs = {FENSHEN_SOURCE_DIR "/packs/finance-cn", FENSHEN_SOURCE_DIR "/packs/yunjiang"};
  EXPECT_EQ(serve(options), 1);
}

TEST(Serve, AStartThatFailsUsesUpNoPasswords) {
  const int busy = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(busy, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(busy, 1), 0);
  ASSERT_EQ(::getsockname(busy, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ServeOptions options;
  options.data = std::filesystem::temp_directory_path() / ("fenshen-first-" + std::to_string(::getpid()));
  std::filesystem::create_directories(options.data);  // made by somebody else, who lets others in
  options.packs = {FENSHEN_SOURCE_DIR "/packs/finance-cn", FENSHEN_SOURCE_DIR "/packs/yunjiang"};
  options.port = ntohs(address.sin_port);
  EXPECT_EQ(serve(options), 1);
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  std::size_t shown = 0;
  options.port = 0;
  options.stop_descriptor = pipe[0];
  options.started = [&](std::uint16_t, const ServeOptions::Passwords& passwords) {
    shown = passwords.size();
    EXPECT_EQ(::write(pipe[1], "x", 1), 1);
  };
  EXPECT_EQ(serve(options), 0);
  EXPECT_EQ(shown, 6u) << "one for each demo account";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options.data)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(entry.status().permissions() & (std::filesystem::perms::group_all | std::filesystem::perms::others_all), std::filesystem::perms::none)
        << entry.path();
  }
  for (const int descriptor : {busy, pipe[0], pipe[1]}) ::close(descriptor);
  std::filesystem::remove_all(options.data);
}

TEST(Serve, BeyondLoopbackNeedsACertificate) {
  ServeOptions options;
  options.listen = "0.0.0.0";
  EXPECT_EQ(serve(options), 1);
}

}  // namespace
}  // namespace fenshen::server
