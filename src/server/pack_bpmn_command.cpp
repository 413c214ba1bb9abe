// fenshen pack bpmn export, fenshen pack bpmn import.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bpmn/bpmn.h"
#include "content/load.h"
#include "core/json_writer.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/packs.h"

namespace fenshen::server {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::fail;
using core::Result;

const Command kExport{"pack bpmn export",
                      "[DIR…]",
                      "Writes flows as BPMN 2.0 documents with a diagram. Default: packs/finance-cn and packs/yunjiang.",
                      {{"--flow", "ID", "this flow; may be given again (default: all)"}, {"--out", "PATH", "a file for one flow, a folder for several, - for stdout"}},
                      true};
const Command kImport{"pack bpmn import",
                      "FILE",
                      "Reads a BPMN 2.0 document and writes its flows as YAML. What does not map is named by element and line.",
                      {{"--out", "DIR", "where the YAML files go, ID.yaml each (default: stdout)"}},
                      true};

core::Status write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.flush();
  if (!out) return fail(Code::unavailable, "cannot be written", path.string());
  return {};
}

Result<std::vector<const content::ItemText*>> chosen(const content::LoadOutcome& loaded, const std::vector<std::string>& ids) {
  std::vector<const content::ItemText*> flows;
  for (const content::ItemText& item : loaded.items)
    if (item.kind == "flow" && (ids.empty() || std::ranges::find(ids, item.id) != ids.end())) flows.push_back(&item);
  for (const std::string& id : ids)
    if (std::ranges::none_of(flows, [&](const content::ItemText* item) { return item->id == id; })) return fail(Code::not_found, "no such flow", id);
  return flows;
}

Result<int> export_flows(const Arguments& args) {
  TRY_ASSIGN(const content::PackSources sources, content::read_packs(packs_or_default(args.operands())));
  const content::LoadOutcome loaded = content::load(sources);
  TRY_ASSIGN(const std::vector<const content::ItemText*> flows, chosen(loaded, args.values("--flow")));
  const std::string out = args.value("--out").value_or("-");
  if (flows.size() != 1 && out == "-") return fail(Code::invalid, "several flows need a folder", "--out");
  if (flows.size() != 1) fs::create_directories(out);
  for (const content::ItemText* flow : flows) {
    auto xml = bpmn::export_flow(flow->text);
    if (!xml) return fail(xml.error().code, xml.error().message, fmt::format("{}:{}: {}", flow->file, flow->line, xml.error().where));
    if (out == "-") print(*xml);
    else TRY(write_file(flows.size() == 1 ? fs::path(out) : fs::path(out) / (flow->id + ".bpmn"), *xml));
  }
  if (out != "-") print(fmt::format("{{\"flows\":{}}}\n", flows.size()));
  return 0;
}

bool is_file_name(const std::string& id) {
  return !id.empty() && id.front() != '.' && std::ranges::none_of(id, [](char c) { return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
}

Result<int> import_flows(const Arguments& args) {
  if (args.operands().size() != 1) return fail(Code::invalid, "takes one file", "usage");
  std::ifstream in(args.operands()[0], std::ios::binary);
  if (!in) return fail(Code::not_found, "cannot be read", args.operands()[0]);
  const std::string xml{std::istreambuf_iterator<char>(in), {}};
  const bpmn::ImportOutcome outcome = bpmn::import_flows(xml);
  for (const core::Error& error : outcome.errors) print(fmt::format("{}: {}\n", args.operands()[0], core::describe(error)));
  if (!outcome.errors.empty()) return 1;
  const auto out = args.value("--out");
  if (out) fs::create_directories(*out);
  std::size_t mistakes = 0;
  for (const bpmn::ImportedFlow& flow : outcome.flows) {
    if (!out) print(flow.yaml);
    else if (!is_file_name(flow.id)) return fail(Code::invalid, "the id of the process makes no file name", flow.id);
    else TRY(write_file(fs::path(*out) / (flow.id + ".yaml"), flow.yaml));
    // What the document could not say, evidence mostly, is still to be written.
    for (const core::Error& error : content::check_item("flow", flow.yaml).errors) {
      print(fmt::format("{}: {}\n", flow.id, core::describe(error)));
      ++mistakes;
    }
  }
  if (out) print(fmt::format("{{\"flows\":{},\"errors\":{}}}\n", outcome.flows.size(), mistakes));
  return 0;
}

}  // namespace

int pack_bpmn_export_command(CommandArgs args) { return run(kExport, args, export_flows); }
int pack_bpmn_import_command(CommandArgs args) { return run(kImport, args, import_flows); }

}  // namespace fenshen::server
