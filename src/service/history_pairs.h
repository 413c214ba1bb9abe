// Which two pack versions a stored conversation is folded with: the new one, and what it is held against. Sides are
// loaded and pairs compiled once each, and shared by the threads of a run.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "assist/verdict_fold.h"
#include "content/load.h"
#include "core/result.h"
#include "storage/records.h"

namespace fenshen::service {

// What a verdict is of: a rule ("SAL-06") or the step of a flow ("P01.S6").
using LabelId = std::uint32_t;
struct Label {
  std::string id;
  std::string name;  // Chinese; of the newest version seen
  content::Severity severity = content::Severity::hint;
  bool step = false;
};

// The labels of all packs of a run. Thread-safe.
class LabelBook {
 public:
  LabelId add(Label label);  // the same id gives the same number
  std::vector<Label> labels() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Label> labels_;
  std::map<std::string, LabelId, std::less<>> by_id_;
};

// A compiled pack with the labels of its verdicts.
struct LabelledPack {
  std::shared_ptr<const assist::CompiledPack> pack;
  std::vector<LabelId> rules;               // by rule
  std::vector<content::Severity> severity;  // by rule: two versions of one may differ in it
  std::vector<std::uint8_t> sides;          // by rule: 1 before, 2 after, 3 both; of a joint pack
  std::vector<std::vector<LabelId>> steps;  // by flow, step
};
LabelledPack label(std::shared_ptr<const assist::CompiledPack> pack, std::vector<std::uint8_t> sides, LabelBook& book);

struct HistoryPair {
  bool joint = false;
  LabelledPack before, after;  // joint: only `after`, which holds both sides
};
using HistoryPairPtr = std::shared_ptr<const HistoryPair>;

class HistoryPairs {
 public:
  // `baseline` unset: each conversation is held against the packs it was bound to, by their snapshots in `records`.
  HistoryPairs(content::PackSources after, std::optional<content::PackSources> baseline, bool only_changed, const storage::Records* records)
      : after_sources_(std::move(after)), baseline_sources_(std::move(baseline)), only_changed_(only_changed), records_(records) {}
  core::Status load();

  bool against_bound() const { return !baseline_sources_; }
  // The pair for conversations bound to `hash` (ignored where there is a baseline).
  core::Result<HistoryPairPtr> pair(std::string_view hash);
  // One version alone, for conversations that were bound to several.
  core::Result<std::shared_ptr<const LabelledPack>> alone(std::string_view hash);
  core::Result<std::shared_ptr<const LabelledPack>> after_alone();
  LabelBook& book() { return book_; }
  int offset_minutes() const { return after_.loaded.library->offset_minutes(); }

 private:
  core::Result<HistoryPairPtr> make_pair(const assist::PackSide& before);
  core::Result<assist::PackSide> bound_side(std::string_view hash) const;
  core::Result<std::shared_ptr<const LabelledPack>> compile_alone(const assist::PackSide& side);

  content::PackSources after_sources_;
  std::optional<content::PackSources> baseline_sources_;
  const bool only_changed_;
  const storage::Records* records_;
  assist::PackSide after_;
  HistoryPairPtr fixed_;
  LabelBook book_;
  std::mutex mutex_;  // guards what follows; held while a pack compiles, once per version
  std::map<std::string, HistoryPairPtr, std::less<>> pairs_;
  std::map<std::string, std::shared_ptr<const LabelledPack>, std::less<>> alone_;
  std::shared_ptr<const LabelledPack> after_alone_;
};

}  // namespace fenshen::service
