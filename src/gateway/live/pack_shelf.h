// The content in force: packs from their folders with the studio's edits over them, compiled and swapped whole. Earlier
// content stays reachable by hash, because conversations are bound to it: from memory, or again from its snapshot.
// Thread-safe; what compiles takes its time and is called from the pool.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "assist/assist.h"
#include "content/examples.h"
#include "content/load.h"
#include "core/result.h"
#include "knowledge/index.h"
#include "storage/records.h"

namespace fenshen::gateway {

using PackPtr = std::shared_ptr<const assist::CompiledPack>;

struct ContentView {
  PackPtr pack;
  std::string hash;
  core::Millis since = 0;
  content::PackSources sources;
  std::vector<content::ItemText> items;
  std::vector<content::Sample> samples;
  std::shared_ptr<const knowledge::Index> index;  // over library_of(*pack).articles
  const content::Library& library() const { return assist::library_of(*pack); }
  const content::ItemText* find(std::string_view kind, std::string_view id) const;
  const content::Sample* sample(std::string_view id) const;
};
using ContentPtr = std::shared_ptr<const ContentView>;

struct Edit {
  std::string kind, id, text, author, comment;
  std::int64_t expected_version = 0;
};

class PackShelf {
 public:
  // Reads, compiles, keeps the snapshot. Error: the first mistakes of the packs.
  static core::Result<std::unique_ptr<PackShelf>> open(storage::Records& records, std::vector<std::filesystem::path> folders);

  ContentPtr current() const;
  core::Result<PackPtr> by_hash(std::string_view hash);
  // Called after each swap, on the thread that published.
  void on_change(std::function<void(const ContentPtr&)> listener);

  // Asked before anything is published, with the content as it is and as it would be; gives the id under which `told`
  // hears what came of it. A refusal fills in the mistakes. Set once, before the first publishing.
  struct Guard {
    std::function<core::Result<std::string>(const Edit&, const ContentView& now, const ContentView& next, std::vector<core::Error>& mistakes)> ask;
    std::function<void(const Edit&, const std::string& id, bool happened, const std::string& reason)> told;
  };
  void guard(Guard guard) { guard_ = std::move(guard); }

  // The mistakes that the content would have with this text in place of the item's. where = "line N" within the text
  // where it is this item's.
  std::vector<core::Error> check(std::string_view kind, std::string_view id, std::string_view text) const;
  // The content with this text in place, not published.
  core::Result<ContentPtr> draft(std::string_view kind, std::string_view id, std::string_view text) const;
  // Stores and swaps. `before` runs once the text is known to be sound: if it fails, nothing is published (the audit
  // record is written there). Errors: conflict (edited meanwhile), invalid (see `mistakes`).
  core::Result<storage::ContentVersion> publish(const Edit& edit, std::vector<core::Error>& mistakes, const std::function<core::Status()>& before);
  // The pack an item belongs to; of a new one the last: the institution's own.
  std::string pack_of(std::string_view kind, std::string_view id) const;
  // The text of the content with several drafts in place, sound as a whole; else what is wrong with it.
  struct DraftText {
    std::string kind, id, text;
  };
  core::Result<content::PackSources> draft_sources(const std::vector<DraftText>& drafts, std::vector<core::Error>& mistakes) const;
  // Back to the pack's own text.
  core::Status revert(std::string_view kind, std::string_view id, std::string_view author);

 private:
  explicit PackShelf(storage::Records& records) : records_(records) {}
  core::Result<ContentPtr> build(content::PackSources sources, std::vector<core::Error>& mistakes) const;
  core::Result<content::PackSources> with_edits() const;
  std::vector<core::Error> check_alone(std::string_view kind, std::string_view id, std::string_view text) const;
  content::PackSources with_text(std::string_view kind, std::string_view id, std::string_view text, std::string_view version) const;
  core::Status put_in_force(ContentPtr content);
  core::Result<storage::ContentVersion> store(const Edit& edit, ContentPtr content, const std::function<core::Status()>& before);

  storage::Records& records_;
  Guard guard_;
  content::PackSources files_;  // as in the folders, without edits
  std::mutex publishing_;       // one at a time
  mutable std::mutex mutex_;    // guards what follows
  ContentPtr current_;
  std::map<std::string, PackPtr, std::less<>> compiled_;
  std::vector<std::function<void(const ContentPtr&)>> listeners_;
};

}  // namespace fenshen::gateway
