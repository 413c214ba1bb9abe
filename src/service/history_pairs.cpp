#include "service/history_pairs.h"

#include <fmt/format.h>

namespace fenshen::service {

using core::Result;

LabelId LabelBook::add(Label label) {
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = by_id_.try_emplace(label.id, static_cast<LabelId>(labels_.size()));
  if (fresh) labels_.push_back(std::move(label));
  return entry->second;
}

std::vector<Label> LabelBook::labels() const {
  const std::lock_guard lock(mutex_);
  return labels_;
}

LabelledPack label(std::shared_ptr<const assist::CompiledPack> pack, std::vector<std::uint8_t> sides, LabelBook& book) {
  LabelledPack labelled;
  const content::Library& library = assist::library_of(*pack);
  for (const content::Rule& rule : library.rules) {
    labelled.rules.push_back(book.add({rule.id, rule.name.zh, rule.severity, false}));
    labelled.severity.push_back(rule.severity);
  }
  for (const content::Flow& flow : library.flows) {
    auto& steps = labelled.steps.emplace_back();
    for (const content::FlowStep& step : flow.steps)
      steps.push_back(book.add({fmt::format("{}.{}", flow.id, step.id), step.name.zh, content::Severity::hint, true}));
  }
  labelled.sides = std::move(sides);
  labelled.pack = std::move(pack);
  return labelled;
}

core::Status HistoryPairs::load() {
  TRY_ASSIGN(after_, assist::load_side(after_sources_));
  if (!baseline_sources_) return {};
  TRY_ASSIGN(const assist::PackSide before, assist::load_side(*baseline_sources_));
  TRY_ASSIGN(fixed_, make_pair(before));
  return {};
}

Result<HistoryPairPtr> HistoryPairs::make_pair(const assist::PackSide& before) {
  TRY_ASSIGN(assist::PackPair compiled, assist::compile_pair(before, after_, only_changed_));
  auto pair = std::make_shared<HistoryPair>();
  pair->joint = compiled.joint != nullptr;
  if (pair->joint) {
    pair->after = label(std::move(compiled.joint), std::move(compiled.sides), book_);
  } else {
    pair->after = label(std::move(compiled.after), {}, book_);
    pair->before = label(std::move(compiled.before), {}, book_);
  }
  return HistoryPairPtr(std::move(pair));
}

Result<assist::PackSide> HistoryPairs::bound_side(std::string_view hash) const {
  if (records_ == nullptr) return core::fail(core::Code::not_found, "no packs are stored here", std::string(hash));
  TRY_ASSIGN(const std::string bytes, records_->pack_snapshot(hash));
  TRY_ASSIGN(content::PackSources sources, content::from_snapshot(bytes));
  return assist::load_side(std::move(sources));
}

Result<HistoryPairPtr> HistoryPairs::pair(std::string_view hash) {
  if (fixed_) return fixed_;
  const std::lock_guard lock(mutex_);
  if (const auto known = pairs_.find(hash); known != pairs_.end()) return known->second;
  TRY_ASSIGN(const assist::PackSide before, bound_side(hash));
  TRY_ASSIGN(HistoryPairPtr made, make_pair(before));
  return pairs_.emplace(hash, std::move(made)).first->second;
}

Result<std::shared_ptr<const LabelledPack>> HistoryPairs::compile_alone(const assist::PackSide& side) {
  assist::CompileOutcome outcome = assist::compile(side.loaded.library);
  if (!outcome.pack) return std::unexpected(outcome.errors.front());
  return std::make_shared<const LabelledPack>(label(std::move(outcome.pack), {}, book_));
}

Result<std::shared_ptr<const LabelledPack>> HistoryPairs::alone(std::string_view hash) {
  const std::lock_guard lock(mutex_);
  if (const auto known = alone_.find(hash); known != alone_.end()) return known->second;
  TRY_ASSIGN(const assist::PackSide side, bound_side(hash));
  TRY_ASSIGN(auto made, compile_alone(side));
  return alone_.emplace(hash, std::move(made)).first->second;
}

Result<std::shared_ptr<const LabelledPack>> HistoryPairs::after_alone() {
  const std::lock_guard lock(mutex_);
  if (after_alone_) return after_alone_;
  TRY_ASSIGN(after_alone_, compile_alone(after_));
  return after_alone_;
}

}  // namespace fenshen::service
