#include "content/load.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include "content/internal/item_text.h"
#include "content/internal/items.h"
#include "content/internal/references.h"
#include "conversation/json_fields.h"
#include "core/hash.h"
#include "core/json_writer.h"
#include "core/utf8.h"

namespace fenshen::content {
namespace {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using core::fail;
using core::Result;

constexpr std::uintmax_t kFileBytesMax = 4 << 20;

// --- reading folders ---

Result<std::string> read_file(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return fail(Code::not_found, "cannot be read: " + error.message(), path.string());
  if (size > kFileBytesMax) return fail(Code::too_large, "larger than 4 MiB", path.string());
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return fail(Code::unavailable, "cannot be read", path.string());
  if (const auto at = core::find_invalid_utf8(text)) {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n');
    return fail(Code::invalid, "invalid UTF-8 or NUL character", fmt::format("{}:{}", path.string(), line));
  }
  return text;
}

std::string pack_id(const fs::path& folder) {
  auto text = read_file(folder / "pack.yaml");
  if (text) try {
      const YAML::Node node = YAML::Load(*text);
      if (node.IsMap() && node["id"].IsDefined() && node["id"].IsScalar()) return node["id"].Scalar();
    } catch (const YAML::Exception&) {  // reported when the file is parsed
    }
  return folder.filename().string();
}

bool is_test_or_sample(std::string_view path) {
  return path.starts_with("samples/") || path.starts_with("tests/") || path.starts_with("measure/") || path.starts_with("history/");
}

// --- parsing ---

// The kind of item that a file of this path holds; empty: none of ours.
std::string_view kind_of(std::string_view path) {
  if (path == "products.yaml") return "product";
  if (path == "not-yet.yaml") return "not_yet";
  if (path == "calendar.yaml") return "calendar";
  const std::pair<std::string_view, std::string_view> folders[] = {
      {"classes/", "class"}, {"articles/", "article"},        {"rules/", "rule"},    {"flows/", "flow"},
      {"taxonomy/", "leaf"}, {"lexicon/", "emotion"}, {"announcements/", "announcement"}, {"scoresheets/", "sheet"}};
  if (path == "flows/common.yaml") return "step";
  for (const auto& [folder, kind] : folders)
    if (path.starts_with(folder)) return kind;
  return {};
}

class Loader {
 public:
  explicit Loader(const PackSources& sources) : sources_(sources), library_(std::make_shared<Library>()) {}

  LoadOutcome run() {
    for (const SourceFile& file : sources_.files)
      if (file.path == "pack.yaml") read_pack(file);
    // Common steps first: flows refer to them.
    for (const SourceFile& file : sources_.files)
      if (kind_of(file.path) == "step") read_items(file, "step");
    for (const SourceFile& file : sources_.files) {
      const std::string_view kind = kind_of(file.path);
      if (!kind.empty() && kind != "step") read_items(file, kind);
      else if (kind.empty() && file.path != "pack.yaml" && !is_test_or_sample(file.path))
        add_error(file.label, 1, "does not belong here (docs/formats/pack.md names the folders)");
    }
    for (const Overlay& overlay : sources_.overlays) apply(overlay);
    check_references(*library_, outcome_.errors);
    library_->hash = core::to_hex(core::hash_mix(core::hash_bytes(to_snapshot(sources_))));
    outcome_.library = library_;
    return std::move(outcome_);
  }

 private:
  void add_error(const std::string& label, int line, std::string message) {
    outcome_.errors.push_back({Code::invalid, std::move(message), fmt::format("{}:{}", label, line)});
  }

  std::optional<YAML::Node> parse(const std::string& text, const std::string& label) {
    try {
      return YAML::Load(text);
    } catch (const YAML::Exception& error) {
      add_error(label, error.mark.line + 1, "not valid YAML: " + error.msg);
      return std::nullopt;
    }
  }

  FileContext context(const std::string& label, const std::string& pack) {
    FileContext file{label, pack, {}, 0, &outcome_.errors};
    for (const PackInfo& info : library_->packs)
      if (info.id == pack) file.version = info.version;
    return file;
  }

  void read_pack(const SourceFile& source) {
    const auto node = parse(source.text, source.label);
    if (!node) return;
    const FileContext file = context(source.label, source.pack);
    ItemReader in(*node, file);
    PackInfo info;
    info.id = in.text("id", true);
    info.version = in.text("version", true);
    info.name = in.localized("name", true);
    info.folder = source.label;
    const std::string zone = in.text("time_zone");
    if (const auto offset = core::parse_offset(zone); offset) info.offset_minutes = *offset;
    else if (!zone.empty()) in.mistake("time_zone", "must be like +08:00");
    in.text("note");
    in.finish();
    if (std::ranges::any_of(library_->packs, [&](const PackInfo& other) { return other.id == info.id; }))
      add_error(source.label, 1, fmt::format("pack {} is loaded twice", info.id));
    library_->packs.push_back(std::move(info));
  }

  void read_items(const SourceFile& source, std::string_view kind) {
    const auto node = parse(source.text, source.label);
    if (!node || node->IsNull()) return;
    const FileContext file = context(source.label, source.pack);
    const std::string path = source.pack + "/" + source.path;
    if (node->IsMap()) return read_item(*node, file, kind, path, source.text, 0, false);
    if (!node->IsSequence()) return add_error(source.label, 1, "must be a list of items");
    for (std::size_t i = 0; i < node->size(); ++i) {
      const int next = i + 1 < node->size() ? line_of((*node)[i + 1], file) : 0;
      read_item((*node)[i], file, kind, path, source.text, next, true);
    }
  }

  void read_item(const YAML::Node& node, const FileContext& file, std::string_view kind, const std::string& path, const std::string& text, int next,
                 bool in_list) {
    ItemText item;
    item.kind = kind;
    item.pack = file.pack;
    item.version = file.version;
    item.file = path;
    item.line = node.IsDefined() ? line_of(node, file) : 1;
    item.text = cut_item(text, item.line, next, in_list);
    take(node, file, kind, item);
    if (kind != "step" && kind != "not_yet" && kind != "calendar") outcome_.items.push_back(std::move(item));
  }

  // Reads the node into the library, replacing an item of the same id if `replace`.
  void take(const YAML::Node& node, const FileContext& file, std::string_view kind, ItemText& item, bool replace = false) {
    const auto put = [&](auto& list, auto value, auto key, const Localized& title, const InForce& span) {
      item.id = std::invoke(key, value);
      item.title = title;
      item.in_force = span;
      const auto same = std::ranges::find_if(list, [&](const auto& other) { return std::invoke(key, other) == item.id; });
      if (same == list.end()) return list.push_back(std::move(value));
      if (replace) *same = std::move(value);
      else if (!item.id.empty())
        add_error(file.label, value.origin.line, fmt::format("{} {} is there already: {}:{}", kind, item.id, same->origin.file, same->origin.line));
    };
    Library& to = *library_;
    if (kind == "calendar") {
      CalendarSpan value = read_calendar_span(node, file);
      const Localized title = value.name;
      const InForce span = value.days;
      return put(to.calendar, std::move(value), &CalendarSpan::id, title, span);
    }
    if (kind == "class") {
      PhraseClass value = read_class(node, file);
      const Localized title{value.note, ""};
      put(to.classes, std::move(value), &PhraseClass::id, title, {});
    } else if (kind == "product") {
      Product value = read_product(node, file);
      const Localized title = value.name;
      put(to.products, std::move(value), &Product::code, title, {});
    } else if (kind == "article") {
      Article value = read_article(node, file);
      const Localized title = value.title;
      const InForce span = value.in_force;
      put(to.articles, std::move(value), &Article::id, title, span);
    } else if (kind == "rule") {
      Rule value = read_rule(node, file);
      const Localized title = value.name;
      const InForce span = value.in_force;
      put(to.rules, std::move(value), &Rule::id, title, span);
    } else if (kind == "step") {
      FlowStep value = read_step(node, file, {});
      const Localized title = value.name;
      put(to.common_steps, std::move(value), &FlowStep::id, title, {});
    } else if (kind == "flow") {
      Flow value = read_flow(node, file, to.common_steps);
      const Localized title = value.name;
      const InForce span = value.in_force;
      put(to.flows, std::move(value), &Flow::id, title, span);
    } else if (kind == "leaf") {
      Leaf value = read_leaf(node, file);
      const Localized title = value.name;
      put(to.leaves, std::move(value), &Leaf::code, title, {});
    } else if (kind == "announcement") {
      Announcement value = read_announcement(node, file);
      const Localized title = value.title;
      const InForce span = value.in_force;
      put(to.announcements, std::move(value), &Announcement::id, title, span);
    } else if (kind == "sheet") {
      ScoreSheet value = read_sheet(node, file);
      const Localized title = value.name;
      const InForce span = value.in_force;
      put(to.sheets, std::move(value), &ScoreSheet::id, title, span);
    } else if (kind == "not_yet") {
      NotYet value = read_not_yet(node, file);
      const Localized title = value.missing;
      put(to.not_yet, std::move(value), &NotYet::id, title, {});
    } else if (kind == "emotion") {
      item.id = fmt::format("{}:{}", file.label, item.line);
      to.emotions.push_back(read_emotion(node, file));
      item.title = {to.emotions.back().emotion, ""};
    }
  }

  void apply(const Overlay& overlay) {
    const std::string label = fmt::format("{} {}", overlay.kind, overlay.id);
    const auto node = parse(overlay.text, label);
    if (!node) return;
    FileContext file = context(label, overlay.pack);
    file.version = overlay.version;
    ItemText item;
    item.kind = overlay.kind;
    item.pack = overlay.pack;
    item.version = overlay.version;
    item.file = label;
    item.line = 1;
    item.text = overlay.text;
    item.edited = true;
    take(*node, file, overlay.kind, item, true);
    const auto old = std::ranges::find_if(outcome_.items, [&](const ItemText& other) { return other.kind == item.kind && other.id == item.id; });
    if (old == outcome_.items.end()) {
      outcome_.items.push_back(std::move(item));
    } else {
      item.base_text = old->edited ? old->base_text : old->text;
      item.file = old->file;
      item.line = old->line;
      *old = std::move(item);
    }
  }

  const PackSources& sources_;
  std::shared_ptr<Library> library_;
  LoadOutcome outcome_;
};

}  // namespace

Result<PackSources> read_packs(std::span<const fs::path> folders) {
  PackSources sources;
  for (const fs::path& folder : folders) {
    if (!fs::is_directory(folder)) return fail(Code::not_found, "no such folder", folder.string());
    if (!fs::exists(folder / "pack.yaml")) return fail(Code::not_found, "no pack.yaml in this folder", folder.string());
    const std::string id = pack_id(folder);
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && entry.path().extension() == ".yaml") paths.push_back(entry.path());
    std::ranges::sort(paths);
    for (const fs::path& path : paths) {
      TRY_ASSIGN(std::string text, read_file(path));
      sources.files.push_back({id, fs::relative(path, folder).generic_string(), path.generic_string(), std::move(text)});
    }
  }
  return sources;
}

std::string to_snapshot(const PackSources& sources) {
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().key("files").begin_array();
  for (const SourceFile& file : sources.files) {
    if (is_test_or_sample(file.path)) continue;
    out.begin_object().field("pack", file.pack).field("path", file.path).field("text", file.text).end_object();
  }
  out.end_array().key("overlays").begin_array();
  for (const Overlay& item : sources.overlays)
    out.begin_object().field("pack", item.pack).field("kind", item.kind).field("id", item.id).field("version", item.version)
        .field("text", item.text).end_object();
  out.end_array().end_object();
  return text;
}

Result<PackSources> from_snapshot(std::string_view bytes) {
  TRY_ASSIGN(const boost::json::value value, conversation::parse_json(bytes, "snapshot"));
  PackSources sources;
  try {
    for (const auto& entry : value.at("files").as_array()) {
      SourceFile file;
      file.pack = entry.at("pack").as_string();
      file.path = entry.at("path").as_string();
      file.text = entry.at("text").as_string();
      file.label = file.pack + "/" + file.path;
      sources.files.push_back(std::move(file));
    }
    for (const auto& entry : value.at("overlays").as_array()) {
      Overlay item;
      item.pack = entry.at("pack").as_string();
      item.kind = entry.at("kind").as_string();
      item.id = entry.at("id").as_string();
      item.version = entry.at("version").as_string();
      item.text = entry.at("text").as_string();
      sources.overlays.push_back(std::move(item));
    }
  } catch (const std::exception& error) {
    return fail(Code::corrupt, std::string("pack snapshot is damaged: ") + error.what(), "snapshot");
  }
  return sources;
}

LoadOutcome load(const PackSources& sources) { return Loader(sources).run(); }

LoadOutcome check_item(std::string_view kind, std::string_view text, std::span<const SourceFile> beside) {
  PackSources sources;
  // A flow is read with the common steps that it takes from.
  for (const SourceFile& file : beside)
    if (kind == "flow" && kind_of(file.path) == "step") sources.files.push_back(file);
  sources.overlays.push_back({"", std::string(kind), "", "", std::string(text)});
  LoadOutcome outcome = load(sources);
  // References cannot be judged without the rest of the pack; what remains is about the item itself.
  std::erase_if(outcome.errors, [](const Error& error) { return error.code == Code::not_found; });
  std::erase_if(outcome.items, [](const ItemText& item) { return !item.edited; });
  for (Error& error : outcome.errors)
    if (const auto colon = error.where.rfind(':'); colon != std::string::npos) error.where = "line " + error.where.substr(colon + 1);
  return outcome;
}

}  // namespace fenshen::content
