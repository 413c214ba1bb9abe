// Rules to programs. Every mistake of every rule is reported; a rule with a mistake is left out.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "rules/internal/program.h"

namespace fenshen::rules {
namespace {

using signals::ConditionId;
using signals::kNoCondition;

constexpr std::size_t kMaxParts = 64;
constexpr std::uint32_t kMaxCount = 1000;
constexpr std::uint32_t kMaxWindowedCount = 64;

struct ConditionUse {
  ConditionId condition = 0;
  Use use;
};

class Compiler {
 public:
  Compiler(const content::Library& library, signals::ConditionSetBuilder& conditions, std::vector<core::Error>& errors, RuleSet::Impl& out)
      : library_(library), conditions_(conditions), errors_(errors), out_(out) {}

  void run() {
    out_.offset_minutes = library_.offset_minutes();
    out_.calendar = content::Calendar(library_.calendar);
    std::vector<RuleIndex> order(library_.rules.size());
    std::iota(order.begin(), order.end(), RuleIndex{0});
    std::ranges::stable_sort(order, {}, [&](RuleIndex i) -> const std::string& { return library_.rules[i].id; });
    for (const RuleIndex index : order) compile(index);
    out_.uses.build();
  }

 private:
  void compile(RuleIndex index) {
    rule_ = &library_.rules[index];
    slot_ = static_cast<Slot>(out_.programs.size());
    failed_ = false;
    pending_.clear();
    Program program = settings(index);
    check_form();
    read_each(program);
    check_effects();
    if (program.obliged) compile_obliged(program);
    else add(rule_->when, "when", kWhen);
    add(rule_->after, "after", kAfter);
    add(rule_->until, "until", kUntil);
    if (rule_->applies) program.applies = condition(*rule_->applies, "applies");
    if (failed_) return;
    if (program.obliged && !program.has_after) watch(program);
    for (const auto& [id, use] : pending_) out_.uses.add(id, use);
    out_.programs.push_back(std::move(program));
  }

  Program settings(RuleIndex index) const {
    const content::Rule& rule = *rule_;
    Program program;
    program.index = index;
    program.obliged = !rule.require.empty();
    program.has_after = rule.after.has_value();
    program.same = rule.same;
    program.since_after = rule.since_after;
    program.once = rule.once;
    program.restart = rule.restart;
    program.severity = rule.severity;
    program.alert = rule.effects.alert;
    program.escalate = rule.effects.escalate;
    program.in_force = rule.in_force;
    program.within_turns = rule.within_turns;
    program.within_millis = rule.within_millis;
    program.cooldown_turns = rule.cooldown_turns;
    program.cooldown_millis = rule.cooldown_millis;
    program.count = rule.count;
    program.parts = static_cast<std::uint16_t>(std::min(rule.require.size(), kMaxParts));
    program.warns_at_arming = program.has_after && !rule.warn && !rule.warn_never;
    return program;
  }

  void check_form() {
    const content::Rule& rule = *rule_;
    const bool obliged = !rule.require.empty();
    if (obliged == rule.when.has_value()) fail(obliged ? "has both when and require" : "needs when or require");
    if (rule.count == 0 || rule.count > kMaxCount) fail(fmt::format("count must be from 1 to {}", kMaxCount));
    const bool within = rule.within_turns != 0 || rule.within_millis != 0;
    if (obliged) {
      if (rule.require.size() > kMaxParts) fail(fmt::format("require has more than {} parts", kMaxParts));
      if (!rule.by || (rule.by->turns == 0 && rule.by->millis <= 0 && rule.by->days == 0 && rule.by->workdays == 0 && !rule.by->end && !rule.by->at)) fail("require needs a deadline: by");
      if (rule.count > 1) fail("count goes with when");
      if (within) fail("within goes with when");
      if (rule.until && !rule.after) fail("until ends the effect of after, which is missing");
      if (rule.since_after && !rule.after) fail("since: after needs after");
      if (rule.restart && !rule.after) fail("restart needs after");
      if (rule.each.of != content::Each::Of::none && !rule.after) fail("each needs after: something that begins an instance");
      if (rule.restart && rule.each.of == content::Each::Of::occurrence) fail("each occurrence is an instance of its own: nothing could restart");
    } else {
      if (rule.each.of == content::Each::Of::occurrence) fail("each: occurrence goes with require");
      if (rule.restart) fail("restart goes with require");
      if (rule.by) fail("by goes with require");
      if (rule.warn || rule.warn_never) fail("warn goes with require");
      if (within && !rule.after && rule.count < 2) fail("within needs after or count");
      if (within && !rule.after && rule.count > kMaxWindowedCount) fail(fmt::format("count within a window goes up to {}", kMaxWindowedCount));
      if (rule.until && !rule.after && rule.count < 2) fail("until ends the effect of after, which is missing");
    }
  }

  void read_each(Program& program) {
    const content::Each& each = rule_->each;
    program.each = each.of;
    program.each_field = each.name;
    if (each.of == content::Each::Of::occurrence) program.since_after = true;
    if (each.of == content::Each::Of::entity && !signals::parse_entity_type(each.name, program.each_entity))
      fail(fmt::format("each: entity type «{}» does not exist", each.name), core::Code::not_found);
    if (each.of != content::Each::Of::path) return;
    auto path = conditions_.path(each.name);
    if (path) program.each_path = *path;
    else fail("each: " + path.error().message, path.error().code);
  }

  void check_effects() {
    for (const std::string& step : rule_->effects.closes) {
      const auto dot = step.find('.');
      const auto flow = std::ranges::find(library_.flows, step.substr(0, dot), &content::Flow::id);
      const bool exists = dot != std::string::npos && flow != library_.flows.end() &&
                          std::ranges::find(flow->steps, step.substr(dot + 1), &content::FlowStep::id) != flow->steps.end();
      if (!exists) fail(fmt::format("closes: step «{}» does not exist", step), core::Code::not_found);
    }
  }

  void compile_obliged(Program& program) {
    for (std::uint16_t part = 0; part < program.parts; ++part) {
      const content::RequirePart& source = rule_->require[part];
      const std::string key = source.name.empty() ? "require" : fmt::format("require «{}»", source.name.zh);
      if (const ConditionId id = trigger(source.when, key); id != kNoCondition) pending_.push_back({id, {slot_, kPart, part}});
    }
    add(rule_->warn, "warn", kWarn);
    if (!rule_->by) return;
    program.by_turns = rule_->by->turns;
    program.by_millis = rule_->by->millis;
    program.by_end = rule_->by->end;
    program.by_days = rule_->by->days;
    program.by_workdays = rule_->by->workdays;
    add(rule_->by->at, "by", kBy);
  }

  // When to look again whether `applies` of an obligation without `after` holds.
  void watch(const Program& program) {
    out_.from_start.push_back(slot_);
    if (program.applies == kNoCondition) return;
    const signals::ConditionTraits& traits = conditions_.traits(program.applies);
    if (traits.triggered) pending_.push_back({program.applies, {slot_, kArm, 0}});
    if (traits.reads_flow) out_.watch_flow.push_back(slot_);
    if (traits.every_event) out_.watch_event.push_back(slot_);
    for (const signals::PathId path : traits.paths) {
      auto place = std::ranges::lower_bound(out_.watch_paths, path, {}, &RuleSet::Impl::PathWatch::path);
      if (place == out_.watch_paths.end() || place->path != path) place = out_.watch_paths.insert(place, {path, {}});
      place->slots.push_back(slot_);
    }
  }

  void add(const std::optional<content::Condition>& source, const char* key, Role role) {
    if (!source) return;
    if (const ConditionId id = trigger(*source, key); id != kNoCondition) pending_.push_back({id, {slot_, role, 0}});
  }

  ConditionId condition(const content::Condition& source, const std::string& key) { return taken(signals::add_condition(conditions_, source, key)); }

  // A condition that has to happen, not just to hold.
  ConditionId trigger(const content::Condition& source, const std::string& key) { return taken(signals::add_trigger(conditions_, source, key)); }

  ConditionId taken(core::Result<ConditionId> id) {
    if (id) return *id;
    fail(std::move(id.error().message), id.error().code);
    return kNoCondition;
  }

  void fail(std::string message, core::Code code = core::Code::invalid) {
    failed_ = true;
    errors_.push_back({code, fmt::format("rule {}: {}", rule_->id, message), fmt::format("{}:{}", rule_->origin.file, rule_->origin.line)});
  }

  const content::Library& library_;
  signals::ConditionSetBuilder& conditions_;
  std::vector<core::Error>& errors_;
  RuleSet::Impl& out_;
  std::vector<ConditionUse> pending_;
  const content::Rule* rule_ = nullptr;
  Slot slot_ = 0;
  bool failed_ = false;
};

}  // namespace

std::shared_ptr<const RuleSet> RuleSet::compile(const content::Library& library, signals::ConditionSetBuilder& conditions,
                                                std::vector<core::Error>& errors) {
  auto impl = std::make_unique<Impl>();
  Compiler(library, conditions, errors, *impl).run();
  return std::shared_ptr<const RuleSet>(new RuleSet(std::move(impl)));
}

RuleSet::RuleSet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RuleSet::~RuleSet() = default;

}  // namespace fenshen::rules
