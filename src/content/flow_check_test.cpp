// What reads well and cannot work is named with file and line.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "content/load.h"

namespace fenshen::content {
namespace {

std::vector<core::Error> mistakes_of(const std::string& flows) {
  PackSources sources;
  const auto file = [&](std::string path, std::string text) { sources.files.push_back({"p", path, "p/" + path, std::move(text)}); };
  file("pack.yaml", "{id: p, version: '1', name: p, time_zone: '+08:00'}");
  file("flows/P1.yaml", flows);
  return load(sources).errors;
}

struct Row {
  const char* flow;
  const char* where;
  const char* message;
};

TEST(FlowCheck, NamesFileAndLine) {
  const Row table[] = {
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end, next: S3}\n  - {id: S2, name: b, done: end}\n  - {id: S3, name: c, done: end}\n", "p/flows/P1.yaml:5", "unreachable: no way leads to it"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end}\n  - {id: S2, name: b, done: end, next: S1}\n", "p/flows/P1.yaml:4", "no way leads from it to the end"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end, next: S9}\n", "p/flows/P1.yaml:4", "no step «S9»"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end, next: S1}\n", "p/flows/P1.yaml:4", "leads to itself"},
      {"id: P1\nname: x\nsteps:\n  - id: S1\n    name: a\n    done: end\n    next: [{to: S2}, {to: end, if: lang == en}]\n  - {id: S2, name: b, done: end}\n", "p/flows/P1.yaml:7", "after an option without if"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end}\n  - {id: S2, name: b, gate: true, done: 'event idv.passed where level >= 5'}\n", "p/flows/P1.yaml:5", "a gate that nothing can open: no value of event idv.passed level fits"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: 'rep says \"a\" and customer says \"b\"'}\n", "p/flows/P1.yaml:4", "evidence that nothing can give: one utterance has one speaker"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, gate: true, done: {field: kind}}\n", "p/flows/P1.yaml:4", "no field «kind»"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, if: 'fields.kind == 1', done: end}\n", "p/flows/P1.yaml:4", "no flow captures fields.kind"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, call: P9}\n", "p/flows/P1.yaml:4", "flow «P9» does not exist"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, call: P1}\n", "p/flows/P1.yaml:4", "a cycle of sub-flows: P1 → P1"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end}\nends: [P9]\n", "p/flows/P1.yaml:5", "flow «P9» does not exist"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, must: true, owed: after S1, done: end}\n", "p/flows/P1.yaml:4", "owed after itself"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, together: g, done: end}\n  - {id: S2, name: b, done: end}\n  - {id: S3, name: c, together: g, done: end}\n", "p/flows/P1.yaml:6", "must stand one below the other"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a, done: end, next: S3}\n  - {id: S2, name: b, together: g, done: end}\n  - {id: S3, name: c, together: g, done: end}\n", "p/flows/P1.yaml:4", "in the middle of steps done together"},
      {"id: P1\nname: x\nstart: 'event a and event b'\nsteps:\n  - {id: S1, name: a, done: end}\n", "p/flows/P1.yaml:3", "start can never hold: event a and event b are never one event"},
      {"id: P1\nname: x\nsteps:\n  - {id: S1, name: a}\n", "p/flows/P1.yaml:4", "has no evidence"},
  };
  for (const Row& row : table) {
    const std::vector<core::Error> errors = mistakes_of(row.flow);
    const bool named = std::ranges::any_of(errors, [&](const core::Error& error) {
      return error.where == row.where && error.message.find(row.message) != std::string::npos;
    });
    std::string all;
    for (const core::Error& error : errors) all += core::describe(error) + "\n";
    EXPECT_TRUE(named) << row.where << " " << row.message << ", got:\n" << all;
  }
}

TEST(FlowCheck, AcceptsWhatWorks) {
  const std::vector<core::Error> errors = mistakes_of(
      "id: P1\nname: x\nfields:\n  - {name: kind, label: k, from: ['value 甲 when event a.b', entity number]}\nsteps:\n"
      "  - {id: S1, name: a, gate: true, done: {any: ['rep says \"a\" and event a.b', 'rep|customer says \"a\" and customer speaks']}}\n"
      "  - {id: S2, name: b, if: fields.kind == 乙, done: {field: kind}, next: [{to: S1, if: fields.kind == 甲}, {to: end}]}\n"
      "  - {id: S3, name: c, done: 'step P1.S1 or flow == P1 and flow == P2 and rep speaks'}\n");
  std::string all;
  for (const core::Error& error : errors) all += core::describe(error) + "\n";
  EXPECT_TRUE(errors.empty()) << all;
}

}  // namespace
}  // namespace fenshen::content
