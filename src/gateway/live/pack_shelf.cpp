#include "gateway/live/pack_shelf.h"

#include <algorithm>
#include <tuple>

namespace fenshen::gateway {
namespace {

constexpr std::size_t kMistakesShown = 20;
constexpr std::size_t kCompiledKept = 16;

core::Error listed(const std::vector<core::Error>& mistakes) {
  std::string text = std::to_string(mistakes.size()) + " mistakes in the content";
  for (std::size_t i = 0; i < mistakes.size() && i < kMistakesShown; ++i) text += "\n  " + core::describe(mistakes[i]);
  return {core::Code::invalid, std::move(text), {}};
}

}  // namespace

const content::ItemText* ContentView::find(std::string_view kind, std::string_view id) const {
  const auto found = std::ranges::find_if(items, [&](const content::ItemText& item) { return item.kind == kind && item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

const content::Sample* ContentView::sample(std::string_view id) const {
  const auto found = std::ranges::find(samples, id, &content::Sample::id);
  return found == samples.end() ? nullptr : &*found;
}

core::Result<std::unique_ptr<PackShelf>> PackShelf::open(storage::Records& records, std::vector<std::filesystem::path> folders) {
  std::unique_ptr<PackShelf> shelf(new PackShelf(records));
  TRY_ASSIGN(shelf->files_, content::read_packs(folders));
  TRY_ASSIGN(content::PackSources sources, shelf->with_edits());
  std::vector<core::Error> mistakes;
  auto content = shelf->build(std::move(sources), mistakes);
  if (!content) return std::unexpected(content.error());
  TRY(shelf->put_in_force(std::move(*content)));
  return shelf;
}

ContentPtr PackShelf::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void PackShelf::on_change(std::function<void(const ContentPtr&)> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

core::Result<PackPtr> PackShelf::by_hash(std::string_view hash) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = compiled_.find(hash); known != compiled_.end()) return known->second;
  }
  TRY_ASSIGN(const std::string bytes, records_.pack_snapshot(hash));
  TRY_ASSIGN(const content::PackSources sources, content::from_snapshot(bytes));
  const content::LoadOutcome loaded = content::load(sources);
  if (!loaded.errors.empty()) return std::unexpected(listed(loaded.errors));
  const assist::CompileOutcome outcome = assist::compile(loaded.library);
  if (!outcome.pack) return std::unexpected(listed(outcome.errors));
  const std::lock_guard lock(mutex_);
  // Bounded: what falls out can be made again.
  for (auto it = compiled_.begin(); compiled_.size() >= kCompiledKept && it != compiled_.end();)
    it = it->second == current_->pack ? std::next(it) : compiled_.erase(it);
  compiled_.emplace(hash, outcome.pack);
  return outcome.pack;
}

core::Result<ContentPtr> PackShelf::build(content::PackSources sources, std::vector<core::Error>& mistakes) const {
  auto view = std::make_shared<ContentView>();
  content::LoadOutcome loaded = content::load(sources);
  mistakes = std::move(loaded.errors);
  if (!mistakes.empty()) return std::unexpected(listed(mistakes));
  assist::CompileOutcome outcome = assist::compile(loaded.library);
  mistakes = std::move(outcome.errors);
  if (!outcome.pack) return std::unexpected(listed(mistakes));
  view->pack = outcome.pack;
  view->hash = assist::hash_of(*view->pack);
  view->since = core::wall_clock_now();
  view->items = std::move(loaded.items);
  std::vector<core::Error> ignored;  // samples are no part of the content's correctness; pack check names their mistakes
  view->samples = content::load_samples(sources, ignored);
  view->index = knowledge::Index::build(view->library().articles);
  view->sources = std::move(sources);
  return ContentPtr(view);
}

core::Result<content::PackSources> PackShelf::with_edits() const {
  content::PackSources sources = files_;
  TRY_ASSIGN(const auto published, records_.published_content());
  for (const storage::ContentVersion& version : published)
    sources.overlays.push_back({version.pack, version.kind, version.item, std::to_string(version.version) + " (studio)", version.text});
  return sources;
}

content::PackSources PackShelf::with_text(std::string_view kind, std::string_view id, std::string_view text, std::string_view version) const {
  content::PackSources sources = current()->sources;
  std::erase_if(sources.overlays, [&](const content::Overlay& overlay) { return overlay.kind == kind && overlay.id == id; });
  sources.overlays.push_back({pack_of(kind, id), std::string(kind), std::string(id), std::string(version), std::string(text)});
  // In the order in which the store gives them, so that a restart makes the same content of them.
  std::ranges::sort(sources.overlays, {}, [](const content::Overlay& overlay) { return std::tie(overlay.pack, overlay.kind, overlay.id); });
  return sources;
}

std::string PackShelf::pack_of(std::string_view kind, std::string_view id) const {
  const ContentPtr content = current();
  if (const auto* item = content->find(kind, id)) return item->pack;
  return content->library().packs.empty() ? std::string() : content->library().packs.back().id;
}

std::vector<core::Error> PackShelf::check_alone(std::string_view kind, std::string_view id, std::string_view text) const {
  content::LoadOutcome item = content::check_item(kind, text, files_.files);
  if (!item.errors.empty()) return std::move(item.errors);
  if (!item.items.empty() && !id.empty() && item.items.front().id != id)
    return {{core::Code::invalid, "the id must stay «" + std::string(id) + "», it is «" + item.items.front().id + "»", "line 1"}};
  return {};
}

std::vector<core::Error> PackShelf::check(std::string_view kind, std::string_view id, std::string_view text) const {
  std::vector<core::Error> mistakes = check_alone(kind, id, text);
  if (!mistakes.empty()) return mistakes;
  const auto content = build(with_text(kind, id, text, "draft"), mistakes);
  (void)content;
  return mistakes;
}

core::Result<ContentPtr> PackShelf::draft(std::string_view kind, std::string_view id, std::string_view text) const {
  std::vector<core::Error> mistakes;
  return build(with_text(kind, id, text, "draft"), mistakes);
}

core::Result<content::PackSources> PackShelf::draft_sources(const std::vector<DraftText>& drafts, std::vector<core::Error>& mistakes) const {
  content::PackSources sources = current()->sources;
  for (const DraftText& draft : drafts) {
    mistakes = check_alone(draft.kind, draft.id, draft.text);
    if (!mistakes.empty()) return std::unexpected(listed(mistakes));
    std::erase_if(sources.overlays, [&](const content::Overlay& overlay) { return overlay.kind == draft.kind && overlay.id == draft.id; });
    sources.overlays.push_back({pack_of(draft.kind, draft.id), draft.kind, draft.id, "draft", draft.text});
  }
  std::ranges::sort(sources.overlays, {}, [](const content::Overlay& overlay) { return std::tie(overlay.pack, overlay.kind, overlay.id); });
  TRY_ASSIGN(const auto content, build(sources, mistakes));
  (void)content;
  return sources;
}

core::Result<storage::ContentVersion> PackShelf::publish(const Edit& edit, std::vector<core::Error>& mistakes,
                                                         const std::function<core::Status()>& before) {
  const std::lock_guard publishing(publishing_);
  mistakes = check_alone(edit.kind, edit.id, edit.text);
  if (!mistakes.empty()) return std::unexpected(listed(mistakes));
  const std::string label = std::to_string(edit.expected_version + 1) + " (studio)";
  TRY_ASSIGN(auto content, build(with_text(edit.kind, edit.id, edit.text, label), mistakes));
  if (!guard_.ask) return store(edit, std::move(content), before);
  TRY_ASSIGN(const std::string act, guard_.ask(edit, *current(), *content, mistakes));
  auto stored = store(edit, std::move(content), before);
  guard_.told(edit, act, stored.has_value(), stored ? std::string() : stored.error().message);
  return stored;
}

core::Result<storage::ContentVersion> PackShelf::store(const Edit& edit, ContentPtr content, const std::function<core::Status()>& before) {
  TRY(before());
  storage::ContentVersion version;
  version.pack = pack_of(edit.kind, edit.id);
  version.kind = edit.kind;
  version.item = edit.id;
  version.text = edit.text;
  version.state = "published";
  version.author = edit.author;
  version.comment = edit.comment;
  version.at = core::wall_clock_now();
  TRY_ASSIGN(auto stored, records_.add_content_version(version, edit.expected_version));
  TRY(put_in_force(std::move(content)));
  return stored;
}

core::Status PackShelf::revert(std::string_view kind, std::string_view id, std::string_view author) {
  const std::lock_guard publishing(publishing_);
  TRY_ASSIGN(const auto history, records_.content_history(kind, id));
  std::int64_t newest = 0;
  for (const auto& version : history) newest = std::max(newest, version.version);
  const auto last = std::ranges::find(history, newest, &storage::ContentVersion::version);
  if (newest == 0 || last->state != "published") return core::fail(core::Code::not_found, "this item was not edited", std::string(id));
  // Other content may lean on the edit: look before.
  content::PackSources sources = current()->sources;
  std::erase_if(sources.overlays, [&](const content::Overlay& overlay) { return overlay.kind == kind && overlay.id == id; });
  std::vector<core::Error> mistakes;
  TRY_ASSIGN(auto content, build(std::move(sources), mistakes));
  storage::ContentVersion version = *last;
  version.state = "retired";
  version.author = std::string(author);
  version.comment = {};
  version.at = core::wall_clock_now();
  TRY_ASSIGN(const auto stored, records_.add_content_version(version, newest));
  (void)stored;
  return put_in_force(std::move(content));
}

core::Status PackShelf::put_in_force(ContentPtr content) {
  TRY(records_.put_pack_snapshot(content->hash, content::to_snapshot(content->sources)));
  std::vector<std::function<void(const ContentPtr&)>> listeners;
  {
    const std::lock_guard lock(mutex_);
    current_ = content;
    compiled_[content->hash] = content->pack;
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener(content);
  return {};
}

}  // namespace fenshen::gateway
