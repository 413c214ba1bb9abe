// Quality inspection and alerts over the real doors: score, inspect, appeal, check again, decide; samples, agreement,
// advice; an alert that fires, is acknowledged for all, and is still there after a restart.
#include <set>

#include "server/serve_fixture.h"

namespace fenshen::server {
namespace {

class QualityServerTest : public ServerTest {
 protected:
  // A call of the rep's in which he promised the principal (or not), ended.
  std::string call(Caller& rep, Caller& api, std::string_view said) {
    const Reply made = rep.post("/api/v1/conversations", R"({"channel":"voice","lang":"zh"})");
    EXPECT_EQ(made.status, 201) << made.text;
    const std::string id(made["id"].as_string());
    EXPECT_EQ(api.post("/api/v1/conversations/" + id + "/events", say("u1", "customer", "我想了解一下理财，卡号6222021234567894321")).status, 201);
    EXPECT_EQ(rep.post("/api/v1/conversations/" + id + "/events", R"({"id":"p","type":"business","name":"product.selected","data":{"code":"YJ-W3","class":"wealth","risk":"R3"}})").status, 201);
    EXPECT_EQ(api.post("/api/v1/conversations/" + id + "/events", say("u2", "rep", said)).status, 201);
    EXPECT_EQ(rep.post("/api/v1/conversations/" + id + "/end", R"({"id":"end"})").status, 200);
    return id;
  }
  Reply scored(Caller& who, const std::string& id) {
    for (int i = 0; i < 200; ++i) {
      Reply reply = who.get("/api/v1/quality/conversations/" + id);
      if (reply.status != 404) return reply;
      std::this_thread::sleep_for(50ms);
    }
    return who.get("/api/v1/quality/conversations/" + id);
  }
  static std::set<std::string> may(const Reply& detail) {
    std::set<std::string> out;
    for (const json::value& one : detail["may"].as_array()) out.emplace(one.as_string());
    return out;
  }
  static bool has(const json::value& alerts, const std::string& id) {
    return std::ranges::any_of(alerts.as_array(), [&](const json::value& one) { return one.at("id").as_string() == id; });
  }
  static std::set<std::string> ids(const Reply& page) {
    std::set<std::string> out;
    for (const json::value& one : page["items"].as_array()) out.emplace(one.at("conversation").as_string());
    return out;
  }
};

constexpr const char* kPromise = "这款理财保本保收益，您放心买";
constexpr const char* kPlain = "这款理财有风险，不保证本金";

TEST_F(QualityServerTest, FromTheScoreToTheDecision) {
  const auto rep = as("xiaowang"), first = as("inspector"), second = as("inspector2"), supervisor = as("xu"), editor = as("editor");
  const auto client = api();
  const std::string id = call(*rep, *client, kPromise), path = "/api/v1/quality/conversations/" + id;
  const Reply machine = scored(*first, id);
  ASSERT_EQ(machine.status, 200) << machine.text;
  const json::value& item = machine["item"];
  EXPECT_EQ(item.at("state").as_string(), "scored");
  EXPECT_TRUE(item.at("vetoed").as_bool()) << machine.text;
  EXPECT_EQ(item.at("score").as_int64(), 0);
  EXPECT_GE(item.at("major").as_int64(), 1);
  std::string rule, words;
  for (const json::value& line : machine["lines"].as_array())
    for (const json::value& evidence : line.at("evidence").as_array())
      if (evidence.at("severity").as_string() == "major") {
        rule = std::string(evidence.at("id").as_string());
        words = std::string(evidence.at("words").as_string());
        EXPECT_GT(evidence.at("seq").as_int64(), 0);
      }
  ASSERT_FALSE(rule.empty());
  EXPECT_EQ(words, kPromise);
  EXPECT_EQ(machine.text.find("6222021234567894321"), std::string::npos);
  EXPECT_EQ(may(machine), std::set<std::string>{"inspect"});
  EXPECT_TRUE(may(scored(*rep, id)).empty());
  EXPECT_EQ(editor->get(path).status, 403);
  EXPECT_EQ(rep->post(path + "/inspect", R"({"id":"i","lines":[]})").status, 403);
  EXPECT_EQ(rep->post(path + "/appeal", R"({"id":"a","note":"不对"})").status, 409) << "nobody has inspected yet";

  // The inspector finds the machine wrong: nothing is vetoed any more.
  EXPECT_EQ(first->post(path + "/inspect", R"({"id":"i0","lines":[{"item":"none","lost":1}]})")["where"].as_string(), "lines[0].item");
  EXPECT_EQ(first->post(path + "/inspect", R"({"id":"i0","lines":[],"verdicts":[{"rule":"COL-01","verdict":"wrong"}]})").status, 422) << "the machine did not find it";
  json::array verdicts;
  for (const json::value& broken : item.at("rules").as_array()) verdicts.push_back(json::object{{"rule", broken}, {"verdict", broken.as_string() == rule ? "right" : "wrong"}});
  const std::string inspection = json::serialize(json::object{{"id", "i1"}, {"lines", json::array{}}, {"verdicts", verdicts}, {"note", "确有承诺，客户电话13812345678"}});
  const Reply inspected = first->post(path + "/inspect", inspection);
  ASSERT_EQ(inspected.status, 201) << inspected.text;
  EXPECT_EQ(inspected["item"].at("state").as_string(), "inspected");
  EXPECT_EQ(inspected.text.find("13812345678"), std::string::npos) << "notes are masked before they are kept";
  EXPECT_EQ(inspected["item"].at("human_score").as_int64(), 0) << "still vetoed by " << rule;
  EXPECT_EQ(first->post(path + "/inspect", inspection).text, inspected.text) << "sent again";
  EXPECT_EQ(second->post(path + "/inspect", R"({"id":"i2","lines":[]})").status, 409);
  EXPECT_EQ(first->post(path + "/recheck", R"({"id":"r0","lines":[]})").status, 409);

  const Reply appealed = rep->post(path + "/appeal", R"({"id":"a1","note":"我说的是存款","items":["suitability"]})");
  ASSERT_EQ(appealed.status, 201) << appealed.text;
  EXPECT_EQ(first->post(path + "/recheck", R"({"id":"r1","lines":[]})").status, 403) << "four eyes";
  EXPECT_EQ(first->post(path + "/decide", R"({"id":"d1","outcome":"upheld","note":"维持"})").status, 403) << "four eyes";
  EXPECT_EQ(supervisor->post(path + "/decide", R"({"id":"d1","outcome":"upheld","note":"维持"})").status, 403);
  EXPECT_EQ(second->post(path + "/decide", R"({"id":"d2","outcome":"changed","note":"改"})").status, 409) << "nothing was checked again";
  for (json::value& one : verdicts) one.as_object()["verdict"] = "wrong";
  const Reply rechecked = second->post(path + "/recheck", json::serialize(json::object{{"id", "r2"}, {"lines", json::array{}}, {"verdicts", verdicts}}));
  ASSERT_EQ(rechecked.status, 201) << rechecked.text;
  EXPECT_GT(rechecked["item"].at("human_score").as_int64(), 80);
  EXPECT_EQ(rechecked["item"].at("final_score").as_int64(), 0) << "not before it is decided";
  const Reply decided = second->post(path + "/decide", R"({"id":"d3","outcome":"changed","note":"复核通过"})");
  ASSERT_EQ(decided.status, 201) << decided.text;
  EXPECT_EQ(decided["item"].at("final_score"), decided["item"].at("human_score"));
  EXPECT_TRUE(decided["item"].at("passed").as_bool());
  EXPECT_EQ(decided["history"].as_array().size(), 4u);
  EXPECT_TRUE(may(decided).empty());

  const Reply agreement = first->get("/api/v1/quality/agreement?rule=" + rule);
  EXPECT_EQ(agreement["inspected"].as_int64(), 1);
  EXPECT_EQ(agreement["items"].at(0).at("wrong").as_int64(), 1) << agreement.text;
  EXPECT_EQ(agreement["items"].at(0).at("agreement").at("share").to_number<double>(), 0);
  EXPECT_GT(agreement["items"].at(0).at("agreement").at("high").to_number<double>(), 0.5) << "one case proves little";
}

TEST_F(QualityServerTest, ListsFilterPageAndStayWithinTheTeam) {
  const auto rep = as("xiaowang"), inspector = as("inspector"), supervisor = as("xu");
  const auto client = api();
  std::set<std::string> bad, good;
  for (int i = 0; i < 3; ++i) bad.insert(call(*rep, *client, kPromise));
  for (int i = 0; i < 3; ++i) good.insert(call(*rep, *client, kPlain));
  client->post("/api/v1/conversations", R"({"id":"elsewhere","channel":"voice","meta":{"team":"二组"}})");
  client->post("/api/v1/conversations/elsewhere/end", R"({"id":"end"})");
  for (const auto& list : {bad, good})
    for (const std::string& id : list) ASSERT_EQ(scored(*inspector, id).status, 200);
  ASSERT_EQ(scored(*inspector, "elsewhere").status, 200);
  const std::string base = "/api/v1/quality/conversations";
  const Reply all = inspector->get(base);
  EXPECT_EQ(all["total"].as_int64(), 7);
  EXPECT_EQ(supervisor->get(base)["total"].as_int64(), 6);
  EXPECT_EQ(supervisor->get(base + "/elsewhere").status, 403);
  EXPECT_EQ(supervisor->get(base + "?team=%E4%BA%8C%E7%BB%84").status, 403);
  EXPECT_EQ(rep->get(base)["total"].as_int64(), 6);
  EXPECT_EQ(ids(inspector->get(base + "?score_max=0")), bad);
  EXPECT_EQ(ids(inspector->get(base + "?passed=false")), bad);
  EXPECT_EQ(ids(inspector->get(base + "?rule=SAL-01")), bad);
  EXPECT_EQ(inspector->get(base + "?rule=SAL-0")["total"].as_int64(), 0) << "whole ids only";
  EXPECT_EQ(inspector->get(base + "?from=2001-01-01&to=2001-12-31")["total"].as_int64(), 0);
  EXPECT_EQ(inspector->get(base + "?from=nonsense").status, 422);
  EXPECT_EQ(inspector->get(base + "?state=none").status, 422);
  std::set<std::string> paged;
  std::string cursor = "0";
  for (int pages = 0; pages < 10; ++pages) {
    const Reply page = inspector->get(base + "?limit=2&cursor=" + cursor);
    for (const std::string& id : ids(page)) EXPECT_TRUE(paged.insert(id).second) << "twice: " << id;
    if (page["next"].is_null()) break;
    cursor = std::string(page["next"].as_string());
  }
  EXPECT_EQ(paged, ids(all));

  const std::string draw = R"({"id":"s1","name":"周检","count":2,"seed":7,"filter":{"score_max":0}})";
  const Reply sample = inspector->post("/api/v1/quality/samples", draw);
  ASSERT_EQ(sample.status, 201) << sample.text;
  EXPECT_EQ(sample["matched"].as_int64(), 3);
  EXPECT_EQ(sample["items"].as_array().size(), 2u);
  EXPECT_EQ(inspector->post("/api/v1/quality/samples", draw).text, sample.text) << "sent again";
  EXPECT_EQ(inspector->post("/api/v1/quality/samples", R"({"id":"s2","count":2,"seed":7,"filter":{"score_max":0}})")["items"], sample["items"]) << "the same seed";
  EXPECT_EQ(inspector->get(base + "?sample=s1")["total"].as_int64(), 2);
  EXPECT_EQ(supervisor->get("/api/v1/quality/samples").status, 403);

  const Reply advice = supervisor->get("/api/v1/quality/advice");
  ASSERT_EQ(advice.status, 200) << advice.text;
  bool found = false;
  for (const json::value& gap : advice["items"].as_array()) {
    const std::string rule(gap.at("id").as_string());
    EXPECT_EQ(gap.at("conversations").as_int64(), supervisor->get(base + "?rule=" + rule)["total"].as_int64()) << rule << ": the count opens the conversations behind it";
    if (rule != "SAL-01") continue;
    found = true;
    EXPECT_EQ(gap.at("conversations").as_int64(), 3);
    EXPECT_EQ(gap.at("trend").at(0).at("of").as_int64(), 6);
    EXPECT_EQ(gap.at("examples").at(0).at("words").as_string(), kPromise);
    EXPECT_EQ(gap.at("reps").at(0).at("rep").at("name").as_string(), "小王");
  }
  EXPECT_TRUE(found) << advice.text;
  EXPECT_GE(inspector->get("/api/v1/quality/sheets")["items"].as_array().size(), 4u);
}

TEST_F(QualityServerTest, WhatIsDerivedComesBackFromTheLog) {
  std::string id, before, alert;
  {
    const auto rep = as("xiaowang"), inspector = as("inspector"), supervisor = as("xu");
    const auto client = api();
    Inbox inbox, other;
    const auto socket = supervisor->socket(inbox);
    socket->send(R"({"op":"alerts"})");
    ASSERT_TRUE(inbox.wait_op("alerts"));
    const auto refused = rep->socket(other);
    refused->send(R"({"op":"alerts"})");
    EXPECT_EQ(other.wait_op("error")->at("code").as_string(), "forbidden");
    id = call(*rep, *client, kPromise);
    const auto fired = inbox.wait([](const json::object& message) { return message.at("op") == "alert" && message.at("item").at("rule") == "SAL-01"; });
    ASSERT_TRUE(fired);
    alert = std::string(fired->at("item").at("id").as_string());
    EXPECT_EQ(fired->at("item").at("words").as_string(), kPromise);
    EXPECT_TRUE(fired->at("item").at("acknowledged").is_null());
    EXPECT_TRUE(has(supervisor->get("/api/v1/alerts?state=open")["items"], alert));
    EXPECT_FALSE(has(supervisor->get("/api/v1/alerts?state=acknowledged")["items"], alert));
    EXPECT_EQ(rep->get("/api/v1/alerts").status, 403);
    ASSERT_EQ(scored(*inspector, id).status, 200);
    ASSERT_EQ(inspector->post("/api/v1/quality/conversations/" + id + "/inspect", R"({"id":"i1","lines":[],"note":"属实"})").status, 201);
    before = inspector->get("/api/v1/quality/conversations").text;
  }
  for (const bool rebuilt : {false, true}) {
    stop();
    if (rebuilt)
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(data_ / (std::string("quality.db") + suffix));
    start();
    const auto inspector = as("inspector"), supervisor = as("xu");
    ASSERT_EQ(scored(*inspector, id).status, 200);
    for (int i = 0; i < 100 && inspector->get("/api/v1/quality/conversations")["indexing"].as_int64() > 0; ++i) std::this_thread::sleep_for(50ms);
    EXPECT_EQ(inspector->get("/api/v1/quality/conversations").text, before);
    Inbox inbox;
    const auto socket = supervisor->socket(inbox);
    socket->send(R"({"op":"alerts"})");
    const auto open = inbox.wait_op("alerts");
    ASSERT_TRUE(open);
    EXPECT_EQ(has(open->at("items"), alert), !rebuilt);
    if (rebuilt) {
      const Reply taken = supervisor->get("/api/v1/alerts?state=acknowledged");
      ASSERT_TRUE(has(taken["items"], alert));
      for (const json::value& one : taken["items"].as_array()) {
        if (one.at("id").as_string() == alert) {
          EXPECT_EQ(one.at("acknowledged").at("note").as_string(), "已回拨");
        }
      }
      continue;
    }
    const Reply taken = supervisor->post("/api/v1/alerts/" + alert + "/acknowledge", R"({"note":"已回拨"})");
    ASSERT_EQ(taken.status, 200) << taken.text;
    const auto told = inbox.wait_op("alert");
    ASSERT_TRUE(told);
    EXPECT_EQ(told->at("item").at("acknowledged").at("by").at("name").as_string(), "许主管");
    EXPECT_EQ(supervisor->post("/api/v1/alerts/" + alert + "/acknowledge", R"({"note":"又一次"})")["acknowledged"].at("note").as_string(), "已回拨") << "the first one counts";
    EXPECT_FALSE(has(supervisor->get("/api/v1/alerts?state=open")["items"], alert));
  }
}

}  // namespace
}  // namespace fenshen::server
