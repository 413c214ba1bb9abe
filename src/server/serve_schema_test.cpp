// What the server really answers, held against the schemas of its own description.
#include <set>

#include "server/serve_fixture.h"

namespace fenshen::server {
namespace {

// The part of JSON Schema that api/openapi.yaml uses.
class Schemas {
 public:
  explicit Schemas(json::value document) : document_(std::move(document)) {}

  // The schema of an operation's answer; null if it has none.
  const json::value* answer(std::string_view operation, int status) const {
    for (const auto& path : document_.at("paths").as_object())
      for (const auto& method : path.value().as_object()) {
        const json::object* described = method.value().if_object();
        if (described == nullptr || !described->contains("operationId") || described->at("operationId").as_string() != operation) continue;
        const json::value* response = described->at("responses").as_object().if_contains(std::to_string(status));
        if (response == nullptr) return nullptr;
        response = &resolve(*response);
        for (const auto& content : response->at("content").as_object()) return &content.value().at("schema");
      }
    return nullptr;
  }

  void check(const json::value& schema_or_reference, const json::value& value, const std::string& where, std::vector<std::string>& out) const {
    const json::object& schema = resolve(schema_or_reference).as_object();
    if (const json::value* any = schema.if_contains("anyOf")) {
      for (const json::value& option : any->as_array()) {
        std::vector<std::string> errors;
        check(option, value, where, errors);
        if (errors.empty()) return;
      }
      return out.push_back(where + ": fits none of anyOf");
    }
    if (const json::value* all = schema.if_contains("allOf"))
      for (const json::value& part : all->as_array()) check(part, value, where, out);
    if (const json::value* type = schema.if_contains("type"); type != nullptr && !is(*type, value)) return out.push_back(where + ": wrong type");
    if (const json::value* list = schema.if_contains("enum"))
      if (std::ranges::find(list->as_array(), value) == list->as_array().end()) out.push_back(where + ": not in enum");
    if (const json::object* object = value.if_object()) {
      if (const json::value* required = schema.if_contains("required"))
        for (const json::value& name : required->as_array())
          if (!object->contains(name.as_string())) out.push_back(where + ": misses " + std::string(name.as_string()));
      if (const json::value* properties = schema.if_contains("properties"))
        for (const auto& property : properties->as_object())
          if (const json::value* member = object->if_contains(property.key())) check(property.value(), *member, where + "." + std::string(property.key()), out);
    }
    if (const json::array* array = value.if_array())
      if (const json::value* items = schema.if_contains("items"))
        for (std::size_t i = 0; i < array->size(); ++i) check(*items, (*array)[i], where + "[" + std::to_string(i) + "]", out);
  }

 private:
  const json::value& resolve(const json::value& value) const {
    const json::object* object = value.if_object();
    if (object == nullptr || !object->contains("$ref")) return value;
    boost::system::error_code error;
    return *document_.find_pointer(std::string(object->at("$ref").as_string()).substr(1), error);
  }
  static bool is(const json::value& type, const json::value& value) {
    if (type.is_array()) return std::ranges::any_of(type.as_array(), [&](const json::value& one) { return is(one, value); });
    const std::string_view name = type.as_string();
    if (name == "object") return value.is_object();
    if (name == "array") return value.is_array();
    if (name == "string") return value.is_string();
    if (name == "integer") return value.is_int64() || value.is_uint64();
    if (name == "number") return value.is_number();
    if (name == "boolean") return value.is_bool();
    return name == "null" && value.is_null();
  }
  json::value document_;
};

class SchemaTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    schemas_ = std::make_unique<Schemas>(stranger().get("/api/v1/openapi.json").body);
  }
  // The answer fits its schema.
  Reply fits(std::string_view operation, int status, Reply reply) {
    EXPECT_EQ(reply.status, status) << operation << ": " << reply.text;
    const json::value* schema = schemas_->answer(operation, reply.status);
    EXPECT_NE(schema, nullptr) << operation << " describes no " << reply.status;
    std::vector<std::string> errors;
    if (schema != nullptr) schemas_->check(*schema, reply.body, std::string(operation), errors);
    EXPECT_TRUE(errors.empty()) << errors.front() << "\n" << reply.text.substr(0, 500);
    return reply;
  }
  std::unique_ptr<Schemas> schemas_;
};

TEST_F(SchemaTest, AnswersAreAsDescribed) {
  const auto rep = as("xiaowang");
  const auto editor = as("editor");
  const auto supervisor = as("xu");
  const auto client = api();
  fits("health", 200, rep->get("/healthz"));
  fits("ready", 200, rep->get("/readyz"));
  fits("getSession", 200, rep->get("/api/v1/session"));
  fits("getSession", 401, stranger().get("/api/v1/session"));
  const Reply samples = fits("listSamples", 200, rep->get("/api/v1/samples"));
  for (const json::value& sample : samples["items"].as_array())
    fits("getSample", 200, rep->get("/api/v1/samples/" + std::string(sample.at("id").as_string())));
  const std::string sample(samples["items"].at(0).at("id").as_string());
  const Reply started = fits("startSample", 201, rep->post("/api/v1/samples/" + sample + "/start", R"({"speed":8})"));
  fits("startSample", 422, rep->post("/api/v1/samples/" + sample + "/start", R"({"speed":3})"));
  fits("startSample", 404, rep->post("/api/v1/samples/none/start", R"({"speed":1})"));
  const std::string path = "/api/v1/conversations/" + std::string(started["id"].as_string());
  fits("sampleAction", 200, rep->post(path + "/sample", R"({"action":"auto","auto":true})"));
  fits("sampleAction", 422, rep->post(path + "/sample", R"({"action":"fly"})"));
  std::this_thread::sleep_for(1500ms);
  const Reply made = fits("createConversation", 201, client->post("/api/v1/conversations", R"({"id":"s1","channel":"voice","lang":"zh"})"));
  fits("createConversation", 409, client->post("/api/v1/conversations", R"({"id":"s1","channel":"voice"})"));
  fits("createConversation", 422, client->post("/api/v1/conversations", R"({"id":"s2"})"));
  fits("createConversation", 403, editor->post("/api/v1/conversations", R"({"channel":"voice"})"));
  fits("appendEvents", 201, client->post("/api/v1/conversations/s1/events", say("u", "customer", "我的卡丢了，要挂失")));
  fits("appendEvents", 422, client->post("/api/v1/conversations/s1/events", say("u2", "nobody", "x")));
  fits("appendEvents", 404, client->post("/api/v1/conversations/none/events", say("u", "customer", "x")));
  fits("proposeAct", 200, client->post("/api/v1/conversations/s1/acts", R"({"act":"a","kind":"message","text":"好的"})"));
  const Reply frames = fits("getFrames", 200, rep->get(path + "/frames"));
  EXPECT_GT(frames["items"].as_array().size(), 3u);
  fits("getFrames", 200, client->get("/api/v1/conversations/s1/frames"));
  fits("getEvents", 200, client->get("/api/v1/conversations/s1/events"));
  fits("cardAction", 201, client->post("/api/v1/conversations/s1/cards/0123456789abcdef/actions", R"({"id":"k1","action":"used"})"));
  fits("flowAction", 201, client->post("/api/v1/conversations/s1/flow", R"({"id":"f1","action":"switch","flow":"P01"})"));
  fits("endConversation", 200, client->post("/api/v1/conversations/s1/end", R"({"id":"end"})"));
  fits("saveWrapup", 201, client->post("/api/v1/conversations/s1/wrapup", R"({"id":"w","wrapup":{"types":["01.01.1"]}})"));
  fits("getConversation", 200, client->get("/api/v1/conversations/s1"));
  fits("listConversations", 200, client->get("/api/v1/conversations"));
  fits("listConversations", 200, client->get("/api/v1/conversations?state=ended&limit=1"));
  fits("listConversations", 422, client->get("/api/v1/conversations?state=sideways"));
  fits("listConsole", 200, supervisor->get("/api/v1/console/conversations?state=open"));
  fits("searchKnowledge", 200, rep->get("/api/v1/knowledge/search?q=" + net::percent_encode("卡丢了怎么挂失")));
  fits("searchKnowledge", 422, rep->get("/api/v1/knowledge/search"));
  fits("contentStatus", 200, rep->get("/api/v1/content/status"));
  for (const char* kind : {"article", "rule", "flow", "announcement", "product", "class", "leaf"}) {
    const Reply page = fits("listContent", 200, editor->get("/api/v1/content?limit=2&kind=" + std::string(kind)));
    for (const json::value& item : page["items"].as_array())
      fits("getContent", 200, editor->get("/api/v1/content/" + std::string(kind) + "/" + net::percent_encode(std::string(item.at("id").as_string()))));
  }
  fits("getContent", 404, editor->get("/api/v1/content/rule/none"));
  const Reply rule = editor->get("/api/v1/content/rule/SAL-01");
  ASSERT_EQ(rule.status, 200);
  const std::string text(rule["text"].as_string());
  fits("checkContent", 200, editor->post("/api/v1/content/check", json::serialize(json::object{{"kind", "rule"}, {"id", "SAL-01"}, {"text", "id: SAL-01\nnmae: x\n"}})));
  fits("tryContent", 200, editor->post("/api/v1/content/try", json::serialize(json::object{{"kind", "rule"}, {"id", "SAL-01"}, {"text", text}, {"sample", sample}})));
  fits("publishContent", 422, editor->send("PUT", "/api/v1/content/rule/SAL-01", R"({"text":"nonsense","expected_version":0})"));
  fits("publishContent", 200, editor->send("PUT", "/api/v1/content/rule/SAL-01", json::serialize(json::object{{"text", text + "\n# again"}, {"expected_version", 0}})));
  fits("publishContent", 409, editor->send("PUT", "/api/v1/content/rule/SAL-01", json::serialize(json::object{{"text", text}, {"expected_version", 0}})));
  fits("openChat", 201, stranger().post("/api/v1/chat/sessions", "{}"));
}

TEST_F(SchemaTest, AKeyMakesOneOfManyTries) {
  const auto client = api();
  const net::Headers key = {{"Idempotency-Key", "once-and-only-once"}};
  const Reply first = client->send("POST", "/api/v1/conversations", R"({"channel":"voice"})", key);
  const Reply second = client->send("POST", "/api/v1/conversations", R"({"channel":"voice"})", key);
  ASSERT_EQ(first.status, 201) << first.text;
  ASSERT_EQ(second.status, 201) << second.text;
  EXPECT_EQ(first["id"], second["id"]);
  EXPECT_NE(client->post("/api/v1/conversations", R"({"channel":"voice"})")["id"], first["id"]);
}

// Trying a rule without its phrase: the violation goes, nothing else.
TEST_F(SchemaTest, TryShowsTheDifferenceOfCards) {
  const auto editor = as("editor");
  const Reply rule = editor->get("/api/v1/content/rule/SAL-01");
  ASSERT_EQ(rule.status, 200);
  std::string text(rule["text"].as_string());
  const std::size_t at = text.find("severity: major");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 15, "severity: normal");
  const std::string sample(editor->get("/api/v1/samples")["items"].at(0).at("id").as_string());
  const Reply tried = editor->post("/api/v1/content/try", json::serialize(json::object{{"kind", "rule"}, {"id", "SAL-01"}, {"text", text}, {"sample", sample},
      {"turns", json::array{json::object{{"speaker", "customer"}, {"text", "这个理财产品会亏吗"}, {"ts", 0}}, json::object{{"speaker", "agent"}, {"text", "您放心，这款理财保本的，绝对不会亏"}, {"ts", 3}}}}}));
  ASSERT_EQ(tried.status, 200) << tried.text;
  bool changed = false;
  for (const json::value& pair : tried["changed"].as_array()) changed = changed || pair.at(0).at("item").as_string() == "SAL-01";
  EXPECT_TRUE(changed) << tried.text.substr(0, 1500);
  EXPECT_TRUE(tried["added"].as_array().empty());
  EXPECT_TRUE(tried["removed"].as_array().empty());
}

}  // namespace
}  // namespace fenshen::server
