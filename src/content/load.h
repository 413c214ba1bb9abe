// Packs: folders of YAML (docs/formats/pack.md) read, parsed and checked into a Library. All mistakes are collected, each
// with file and line; a library with mistakes is not used.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/library.h"
#include "core/result.h"

namespace fenshen::content {

// The text that a library is made from, so that exactly this content can be made again from a snapshot.
struct SourceFile {
  std::string pack;  // id of the pack (from pack.yaml; the folder's name where that is broken)
  std::string path;  // within the pack, '/' separated
  std::string label; // for messages: the path as the user gave it
  std::string text;
};
// An item edited in the studio: it replaces the file's item of the same kind and id, or is added.
struct Overlay {
  std::string pack, kind, id;
  std::string version;  // shown on cards, for example "3 (studio)"
  std::string text;     // YAML of one item
};
struct PackSources {
  std::vector<SourceFile> files;
  std::vector<Overlay> overlays;
};

// Reads the folders. Errors: folder missing, file not UTF-8, too large (4 MiB).
core::Result<PackSources> read_packs(std::span<const std::filesystem::path> folders);

std::string to_snapshot(const PackSources& sources);  // without samples and tests
core::Result<PackSources> from_snapshot(std::string_view bytes);

// Where one item stands in its file: what the studio shows and edits.
struct ItemText {
  std::string kind;  // article rule flow announcement product class leaf emotion
  std::string id;
  std::string pack;
  std::string version;
  Localized title;
  InForce in_force;
  std::string file;      // "PACK/path within it"
  int line = 0;          // first line of the item
  std::string text;      // YAML of this one item
  bool edited = false;   // comes from an overlay
  std::string base_text; // as in the file, where edited
};

struct LoadOutcome {
  std::shared_ptr<const Library> library;  // also set when there are errors, for partial use by checks
  std::vector<ItemText> items;
  std::vector<core::Error> errors;         // where = "file:line"
};
LoadOutcome load(const PackSources& sources);

// Id of the item written in `text` of that kind, and its mistakes; for the studio's live check. where = "line N". `beside` =
// the packs' files, for what an item cannot be read without.
LoadOutcome check_item(std::string_view kind, std::string_view text, std::span<const SourceFile> beside = {});

}  // namespace fenshen::content
