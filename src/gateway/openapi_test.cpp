// The description of the API and the route table are the same thing said twice: held against each other both ways.
#include "gateway/openapi.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "gateway/http/routes.h"

namespace fenshen::gateway {
namespace {

namespace json = boost::json;

json::object document() {
  std::ifstream stream(FENSHEN_SOURCE_DIR "/api/openapi.yaml");
  std::ostringstream text;
  text << stream.rdbuf();
  const auto converted = openapi_json(text.str());
  EXPECT_TRUE(converted) << core::describe(converted.error());
  return json::parse(*converted).as_object();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

TEST(OpenApi, EveryRouteIsDescribed) {
  const json::object all = document();
  const json::object& paths = all.at("paths").as_object();
  for (const Route& route : routes()) {
    const json::value* path = paths.if_contains(route.pattern);
    ASSERT_NE(path, nullptr) << route.pattern;
    const json::value* operation = path->as_object().if_contains(lower(route.method));
    ASSERT_NE(operation, nullptr) << route.method << " " << route.pattern;
    const json::object& described = operation->as_object();
    EXPECT_EQ(described.at("operationId").as_string(), route.operation);
    const json::array& security = described.at("security").as_array();
    EXPECT_EQ(security.empty(), route.entry == Entry::open) << route.operation;
    if (route.entry == Entry::permission) EXPECT_EQ(described.at("x-permission").as_string(), access::to_string(route.permission)) << route.operation;
    else EXPECT_FALSE(described.contains("x-permission")) << route.operation;
    if (route.entry != Entry::open && route.method != "GET") {  // cookie writes carry the CSRF token
      EXPECT_TRUE(security.front().as_object().contains("csrf")) << route.operation;
    }
    const json::object& responses = described.at("responses").as_object();
    EXPECT_EQ(responses.contains("101"), route.socket) << route.operation;
    if (route.entry != Entry::open) EXPECT_TRUE(responses.contains("401")) << route.operation;
    if (route.entry == Entry::permission) EXPECT_TRUE(responses.contains("403")) << route.operation;
  }
}

TEST(OpenApi, NothingIsDescribedThatIsNotThere) {
  std::set<std::string> known;
  for (const Route& route : routes()) known.insert(lower(route.method) + " " + std::string(route.pattern));
  const json::object all = document();
  for (const auto& path : all.at("paths").as_object())
    for (const auto& operation : path.value().as_object()) {
      if (operation.key() == "parameters") continue;
      EXPECT_TRUE(known.contains(std::string(operation.key()) + " " + std::string(path.key()))) << path.key();
    }
}

void check_references(const json::value& value, const json::object& all) {
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      if (member.key() == "$ref") {
        const std::string target(member.value().as_string());
        ASSERT_TRUE(target.starts_with("#/"));
        boost::system::error_code error;
        EXPECT_NE(json::value(all).find_pointer(target.substr(1), error), nullptr) << target;
      } else {
        check_references(member.value(), all);
      }
    }
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) check_references(item, all);
  }
}

TEST(OpenApi, ReferencesLeadSomewhere) {
  const json::object all = document();
  check_references(all, all);
}

TEST(OpenApi, PathParametersAreDeclared) {
  const json::object all = document();
  for (const auto& path : all.at("paths").as_object()) {
    std::set<std::string> named, declared;
    for (std::string_view rest = path.key(); rest.find('{') != std::string_view::npos;) {
      rest.remove_prefix(rest.find('{') + 1);
      named.emplace(rest.substr(0, rest.find('}')));
    }
    if (const json::value* list = path.value().as_object().if_contains("parameters"))
      for (const json::value& parameter : list->as_array()) declared.emplace(parameter.as_object().at("name").as_string());
    EXPECT_EQ(named, declared) << path.key();
  }
}

TEST(OpenApi, ScalarsKeepTheirKind) {
  EXPECT_EQ(*openapi_json("{a: 1, b: '1', c: true, d: null, e: 3.1.0, f: \"true\", g: [x, -2], h: 010}"),
            R"({"a":1,"b":"1","c":true,"d":null,"e":"3.1.0","f":"true","g":["x",-2],"h":"010"})");
  EXPECT_FALSE(openapi_json("a: [1"));
}

TEST(Routes, OfOnePathAllMethodsAreAllowed) {
  const auto found = match("PATCH", {"api", "v1", "conversations"});
  EXPECT_EQ(found.route, nullptr);
  EXPECT_EQ(found.allow, "GET, POST");
  EXPECT_EQ(match("GET", {"api", "v1", "none"}).allow, "");
  EXPECT_EQ(match("GET", {"api", "v1", "content", "status"}).route->operation, "contentStatus");
  EXPECT_EQ(match("POST", {"api", "v1", "conversations", "a/b", "cards", "k", "actions"}).parameters, (std::vector<std::string>{"a/b", "k"}));
}

}  // namespace
}  // namespace fenshen::gateway
