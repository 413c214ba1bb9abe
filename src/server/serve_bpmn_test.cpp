// Flows as BPMN over HTTP: out, in as drafts, and what does not map.
#include "server/serve_fixture.h"

namespace fenshen::server {
namespace {

class BpmnTest : public ServerTest {
 protected:
  static std::string body(json::object object) { return json::serialize(object); }
  static constexpr const char* kImport = "/api/v1/content/bpmn";
};

TEST_F(BpmnTest, OutAndInAsADraft) {
  const auto editor = as("editor");
  const Reply out = editor->get("/api/v1/content/flow/P01/bpmn");
  ASSERT_EQ(out.status, 200) << out.text;
  EXPECT_EQ(net::find_header(out.headers, "Content-Type").value_or(""), "application/xml; charset=utf-8");
  EXPECT_NE(out.text.find("<bpmn:userTask id=\"Step_S6\""), std::string::npos);
  EXPECT_EQ(editor->get("/api/v1/content/flow/P99/bpmn").status, 404);
  EXPECT_EQ(editor->get("/api/v1/content/flow/P01/bpmn?draft=true").status, 404) << "no draft yet";

  const Reply looked = editor->post(kImport, body({{"xml", out.text}}));
  ASSERT_EQ(looked.status, 200) << looked.text;
  const json::value& item = looked["items"].at(0);
  EXPECT_EQ(item.at("id").as_string(), "P01");
  EXPECT_TRUE(item.at("draft").is_null()) << "not asked for";
  EXPECT_TRUE(item.at("errors").as_array().empty()) << json::serialize(item.at("errors"));

  std::string edited = out.text;
  const std::string name = "name=\"办理临时挂失\"";
  ASSERT_NE(edited.find(name), std::string::npos);
  edited.replace(edited.find(name), name.size(), "name=\"办理口头挂失\"");
  const Reply kept = editor->post(kImport, body({{"xml", edited}, {"draft", true}, {"comment", "from another editor"}}));
  ASSERT_EQ(kept.status, 200) << kept.text;
  EXPECT_EQ(kept["items"].at(0).at("draft").at("state").as_string(), "draft");
  const Reply stored = editor->get("/api/v1/content/flow/P01");
  EXPECT_NE(std::string(stored["draft"].at("text").as_string()).find("办理口头挂失"), std::string::npos);
  EXPECT_EQ(std::string(stored["text"].as_string()).find("办理口头挂失"), std::string::npos) << "a draft is not in force";
  EXPECT_NE(editor->get("/api/v1/content/flow/P01/bpmn?draft=true").text.find("办理口头挂失"), std::string::npos);
  EXPECT_EQ(editor->post(kImport, body({{"xml", edited}, {"draft", true}})).status, 409) << "an open draft is not overwritten";
}

TEST_F(BpmnTest, WhatDoesNotMapIsNamed) {
  const auto editor = as("editor");
  const Reply refused = editor->post(
      kImport, body({{"xml", "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">\n<process id=\"P\">\n<startEvent id=\"s\"/>\n<task id=\"A\"/>\n<eventBasedGateway id=\"g\"/>\n"
                             "<sequenceFlow id=\"f\" sourceRef=\"s\" targetRef=\"A\"/>\n</process>\n</definitions>"}, {"draft", true}}));
  ASSERT_EQ(refused.status, 422) << refused.text;
  const json::value& error = refused["errors"].at(0);
  EXPECT_EQ(error.at("where").as_string(), "line 5, eventBasedGateway g");
  EXPECT_EQ(editor->post(kImport, body({{"xml", "no"}})).status, 422);
  EXPECT_EQ(editor->post(kImport, "{}").status, 422);
  EXPECT_EQ(as("xiaowang")->post(kImport, body({{"xml", "no"}})).status, 403);
}

}  // namespace
}  // namespace fenshen::server
