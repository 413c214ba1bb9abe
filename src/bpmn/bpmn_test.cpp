#include "bpmn/bpmn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

namespace fenshen::bpmn {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Export, import, and the one canonical form: equal bytes.
void goes_round(const std::string& yaml, const std::string& what) {
  const auto wanted = canonical(yaml);
  ASSERT_TRUE(wanted.has_value()) << what << ": " << core::describe(wanted.error());
  EXPECT_EQ(canonical(*wanted).value(), *wanted) << what;
  const auto xml = export_flow(yaml);
  ASSERT_TRUE(xml.has_value()) << what << ": " << core::describe(xml.error());
  const ImportOutcome back = import_flows(*xml);
  for (const core::Error& error : back.errors) ADD_FAILURE() << what << ": " << core::describe(error);
  ASSERT_EQ(back.flows.size(), 1U) << what << *xml;
  EXPECT_EQ(back.flows[0].yaml, *wanted) << what;
}

TEST(Bpmn, EveryShippedFlowGoesRound) {
  std::size_t flows = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(FENSHEN_SOURCE_DIR) / "packs/finance-cn/flows")) {
    if (entry.path().filename() == "common.yaml") continue;
    goes_round(read(entry.path()), entry.path().filename());
    ++flows;
  }
  EXPECT_GE(flows, 31U);
}

constexpr const char* kEverything = R"(id: P99
name: {zh: 样例, en: "A \"sample\": all"}
level: 3
start: 'customer says "it''s"'
fields:
  - {name: kind, label: {zh: 类型, en: Kind}, from: ['value 甲 when event a.b', 'value 乙 when event c.d'], values: {甲: A, 乙: {zh: 乙种, en: B}}}
steps:
  - {id: S1, use: OPEN}
  - {id: S2, name: 问, if: fields.kind == 甲, done: 'rep says "a"', next: [{to: S6, if: fields.kind == 乙}, {to: S3, if: event x.y where n >= 2}]}
  - {id: S3, name: {zh: 并一, en: One}, together: tell, if: 'customer.age >= 65', must: true, done: {all: ['rep says "b"', {field: kind}]}}
  - {id: S4, name: 并二, together: tell, optional: true, done: {any: ['rep says "c"', 'event c.d']}}
  - {id: S5, name: 调, call: P01, optional: true, if: fields.kind == 甲, next: S2}
  - {id: S6, name: "两行\n文字", together: alone, say: '尾 #号: {x}', done: 'rep says "d"', next: [{to: end, if: lang == en}]}
  - {id: 末-1, name: 末, optional: false, done: end}
ends: [P01]
from: 2026-02-01
to: null
)";

TEST(Bpmn, EveryKeyGoesRound) { goes_round(kEverything, "everything"); }

// Random flows: conditions, options forward and back, groups at any place.
TEST(Bpmn, RandomFlowsGoRound) {
  for (unsigned seed = 1; seed <= 400; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned limit) { return random() % limit; };
    const unsigned count = 1 + below(9);
    std::string yaml = "id: P1\nname: x\nsteps:\n";
    unsigned group_left = 0, group = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (group_left == 0 && below(4) == 0 && count - i >= 2) {
        group_left = 2 + below(2);
        ++group;
      }
      const bool grouped = group_left > 0;
      const bool last = !grouped || group_left == 1 || i + 1 == count;
      if (group_left > 0) --group_left;
      yaml += "  - {id: S" + std::to_string(i) + ", name: n, done: end";
      if (grouped) yaml += ", together: g" + std::to_string(group);
      if (below(4) == 0) yaml += ", if: channel == voice";
      else if (below(5) == 0) yaml += ", optional: true";
      if (last && below(3) == 0) {
        // What stands below is not named: that needs no word.
        const auto target = [&] {
          unsigned to = below(count + 1);
          while (to == i + 1) to = below(count + 1);
          return to == count ? std::string("end") : "S" + std::to_string(to);
        };
        if (below(2) == 0) yaml += ", next: " + target();
        else yaml += ", next: [{to: " + target() + ", if: lang == en}, {to: " + target() + ", if: lang == zh}" + (below(2) == 0 ? ", {to: " + target() + "}]" : "]");
      }
      yaml += "}\n";
    }
    // Members of a group are named by its first step when jumped to, and unreachable steps do not survive: such flows
    // are refused by pack check, so they are left out here.
    const auto xml = export_flow(yaml);
    ASSERT_TRUE(xml.has_value()) << yaml;
    const ImportOutcome back = import_flows(*xml);
    if (!back.errors.empty()) {
      EXPECT_TRUE(std::ranges::any_of(back.errors, [](const core::Error& error) { return error.message.find("nothing leads to it") != std::string::npos; }))
          << core::describe(back.errors[0]) << "\n" << yaml;
      continue;
    }
    ASSERT_EQ(back.flows.size(), 1U);
    const auto again = export_flow(back.flows[0].yaml);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(*again, *xml) << yaml << back.flows[0].yaml;
    if (::testing::Test::HasFailure()) return;
  }
}

std::string document(const std::string& process) {
  return "<?xml version=\"1.0\"?>\n<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">\n<process id=\"Refund\" name=\"退款\">\n" + process + "</process>\n</definitions>\n";
}
std::string line(const std::string& id, const std::string& from, const std::string& to, const std::string& condition = "") {
  return "<sequenceFlow id=\"" + id + "\" sourceRef=\"" + from + "\" targetRef=\"" + to + "\"" +
         (condition.empty() ? "/>\n" : "><conditionExpression>" + condition + "</conditionExpression></sequenceFlow>\n");
}

TEST(Bpmn, AForeignDiagramBecomesAFlow) {
  // In no order at all, as editors write it.
  const ImportOutcome out = import_flows(document(
      "<endEvent id=\"e\"/><task id=\"Pay\" name=\"付款\"><documentation>当日到账</documentation></task><exclusiveGateway id=\"g\" default=\"f5\"/>"
      "<task id=\"Ask\" name=\"问原因\"/><task id=\"Refuse\" name=\"婉拒\"/><startEvent id=\"s\"/><subProcess id=\"Check\" name=\"核查\"><startEvent id=\"cs\"/>"
      "<task id=\"Look\" name=\"看\"/><endEvent id=\"ce\"/>" + line("c1", "cs", "Look") + line("c2", "Look", "ce") + "</subProcess>" +
      line("f1", "s", "Ask") + line("f2", "Ask", "g") + line("f3", "g", "Pay", "fields.ok == 是") + line("f4", "Pay", "e") + line("f5", "g", "Refuse") +
      line("f6", "Refuse", "Check") + line("f7", "Check", "e")));
  for (const core::Error& error : out.errors) ADD_FAILURE() << core::describe(error);
  ASSERT_EQ(out.flows.size(), 2U);
  EXPECT_EQ(out.flows[0].yaml,
            "id: Refund\nname: 退款\nsteps:\n  - id: Ask\n    name: 问原因\n  - id: Pay\n    name: 付款\n    if: 'fields.ok == 是'\n    next: end\n    note: 当日到账\n"
            "  - id: Refuse\n    name: 婉拒\n  - id: Check\n    call: Refund-Check\n    name: 核查\n");
  EXPECT_EQ(out.flows[1].id, "Refund-Check");
}

TEST(Bpmn, AParallelForkBecomesStepsDoneTogether) {
  const ImportOutcome out = import_flows(document("<startEvent id=\"s\"/><task id=\"A\"/><parallelGateway id=\"p\" name=\"告知\"/><task id=\"B\"/><task id=\"C\"/><parallelGateway id=\"q\"/><endEvent id=\"e\"/>" +
                                                  line("1", "s", "A") + line("2", "A", "p") + line("3", "p", "B") + line("4", "p", "C") + line("5", "B", "q") + line("6", "C", "q") + line("7", "q", "e")));
  for (const core::Error& error : out.errors) ADD_FAILURE() << core::describe(error);
  ASSERT_EQ(out.flows.size(), 1U);
  EXPECT_NE(out.flows[0].yaml.find("  - id: B\n    name: B\n    together: 告知\n  - id: C\n    name: C\n    together: 告知\n"), std::string::npos) << out.flows[0].yaml;
}

TEST(Bpmn, AnEditedExportKeepsWhatWasNotTouched) {
  std::string xml = export_flow("id: P1\nname: {zh: 甲, en: A}\nsteps:\n  - {id: S1, use: OPEN}\n  - {id: S2, name: {zh: 二, en: Two}, must: true, done: end}\n").value();
  const auto replace = [&](const std::string& from, const std::string& to) {
    const auto at = xml.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    xml.replace(at, from.size(), to);
  };
  replace("name=\"二\"", "name=\"第二步\"");
  // A task put between them in another editor: no attribute of ours.
  replace("sourceRef=\"Step_S1\" targetRef=\"Step_S2\" />", "sourceRef=\"Step_S1\" targetRef=\"Activity_1x\" /><bpmn:task id=\"Activity_1x\" name=\"新\"/><bpmn:sequenceFlow id=\"n\" sourceRef=\"Activity_1x\" targetRef=\"Step_S2\"/>");
  const ImportOutcome out = import_flows(xml);
  for (const core::Error& error : out.errors) ADD_FAILURE() << core::describe(error);
  ASSERT_EQ(out.flows.size(), 1U);
  EXPECT_EQ(out.flows[0].yaml,
            "id: P1\nname: {zh: 甲, en: A}\nsteps:\n  - id: S1\n    use: OPEN\n  - id: Activity_1x\n    name: 新\n  - id: S2\n    name: {zh: 第二步, en: Two}\n    must: true\n    done: end\n");
}

struct Bad {
  std::string xml;
  const char* where;
  const char* message;
};

TEST(Bpmn, WhatDoesNotMapIsNamedByElementAndLine) {
  const std::string start = "<startEvent id=\"s\"/>\n<task id=\"A\"/>\n<endEvent id=\"e\"/>\n";
  const std::string plain = line("1", "s", "A") + line("2", "A", "e");
  const Bad table[] = {
      {"<a", "line 1", "not valid XML"},
      {"<a/>", "line 1", "no BPMN document"},
      {"<definitions/>", "line 1, definitions", "holds no process"},
      {document(""), "line 3, process Refund", "no start event"},
      {document("<startEvent id=\"s\"/><endEvent id=\"e\"/>" + line("1", "s", "e")), "line 3, process Refund", "no task"},
      {document(start + plain + "<inclusiveGateway id=\"g\"/>"), "line 9, inclusiveGateway g", "does not map"},
      {document(start + plain + "<boundaryEvent id=\"b\" attachedToRef=\"A\"/>"), "line 9, boundaryEvent b", "does not map"},
      {document("<startEvent id=\"s\"><timerEventDefinition/></startEvent>\n<task id=\"A\"/><endEvent id=\"e\"/>" + plain), "line 4, startEvent s", "timerEventDefinition does not map"},
      {document("<startEvent id=\"s\"/>\n<task id=\"A\"><multiInstanceLoopCharacteristics/></task><endEvent id=\"e\"/>" + plain), "line 5, task A", "multiInstanceLoopCharacteristics"},
      {document(start + plain + "<task id=\"B\"/>"), "line 9, task B", "nothing leads to it"},
      {document(start + plain + line("3", "A", "nowhere")), "line 9, sequenceFlow 3", "no element «nowhere»"},
      {document(start + plain + line("3", "A", "e")), "line 5, task A", "use a gateway"},
      {document(start + plain + "<startEvent id=\"s2\"/>"), "line 9, startEvent s2", "second start event"},
      {document(start + "<exclusiveGateway id=\"g\"/>" + line("1", "s", "A") + line("2", "A", "g") + line("3", "g", "e") + line("4", "g", "A")), "sequenceFlow 3", "which way?"},
      {document(start + "<exclusiveGateway id=\"g\"/><exclusiveGateway id=\"h\"/>" + line("1", "s", "A") + line("2", "A", "g") + line("3", "g", "h") + line("4", "h", "g")), "task A", "in a circle"},
      {document(start + "<exclusiveGateway id=\"g\" default=\"3\"/><task id=\"B\"/>" + line("1", "s", "g") + line("2", "g", "A", "x") + line("3", "g", "e") + line("4", "A", "B") + line("5", "B", "e")), "startEvent s", "begin with one task"},
      {document(start + "<parallelGateway id=\"p\"/><task id=\"B\"/><task id=\"C\"/><task id=\"D\"/><parallelGateway id=\"q\"/>" + line("1", "s", "A") + line("2", "A", "p") + line("3", "p", "B") + line("4", "p", "C") +
                line("5", "B", "D") + line("6", "D", "q") + line("7", "C", "q") + line("8", "q", "e")),
       "parallelGateway p", "each branch is one task"},
      {document("<startEvent id=\"s\"/><callActivity id=\"A\"/><endEvent id=\"e\"/>" + plain), "callActivity A", "calledElement is missing"},
  };
  for (const Bad& bad : table) {
    const ImportOutcome out = import_flows(bad.xml);
    EXPECT_TRUE(out.flows.empty());
    ASSERT_FALSE(out.errors.empty()) << bad.xml;
    const bool named = std::ranges::any_of(out.errors, [&](const core::Error& error) {
      return error.where.find(bad.where) != std::string::npos && error.message.find(bad.message) != std::string::npos;
    });
    EXPECT_TRUE(named) << bad.where << " " << bad.message << ", got " << core::describe(out.errors[0]);
  }
}

TEST(Bpmn, RefusesWhatIsNoFlow) {
  EXPECT_FALSE(export_flow("").has_value());
  EXPECT_FALSE(export_flow("- 1\n- 2").has_value());
  EXPECT_FALSE(export_flow("id: P1\nsteps: []").has_value());
  EXPECT_FALSE(export_flow("id: P1\nsteps: [{id: S1, next: S9}]").has_value());
  EXPECT_FALSE(export_flow("id: P1\nname: \"\\x01\"\nsteps: [{id: S1}]").has_value());
}

}  // namespace
}  // namespace fenshen::bpmn
