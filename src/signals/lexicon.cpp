#include "signals/lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "signals/internal/cues.h"
#include "signals/internal/expand.h"
#include "signals/internal/lexicon_data.h"
#include "text/fold.h"

namespace fenshen::signals {
namespace {

using namespace internal;

constexpr std::string_view kEmotionNegation = "不|没|没有|别|不用|不要|不必|甭|勿|不太|not|no|don't|never";
constexpr std::uint32_t kEmotionNegationReach = 2;
constexpr std::size_t kMostAsked = 16;  // members of a set that is asked instead of told
constexpr std::u32string_view kCommonHan = U"的一是不了在有我他这个们来上大为和地要以时您你好那就说吗呢吧啊嗯可能没给到都会还也把行卡钱";

struct LiteralHash {
  std::size_t operator()(const Literal& literal) const noexcept {
    std::uint64_t hash = literal.prefix;
    for (const char32_t c : literal.text) hash = (hash ^ c) * 0x100000001b3ULL;
    return hash ^ hash >> 29;
  }
};

struct IdsHash {
  std::size_t operator()(const std::vector<LiteralId>& ids) const noexcept {
    std::uint64_t hash = 0;
    for (const LiteralId id : ids) hash = (hash ^ id) * 0x9e3779b97f4a7c15ULL;
    return hash ^ hash >> 29;
  }
};

// How often a literal is expected, relatively: 2^40 for "always".
std::uint64_t expected(const Literal& literal) {
  unsigned bits = 0;
  for (const char32_t c : literal.text)
    bits += (text::class_of(c) & text::kHan) == 0 ? 3 : kCommonHan.find(c) != std::u32string_view::npos ? 5 : 9;
  return std::uint64_t{1} << (40 - std::min(bits, 40u));
}

bool parse_emotion(std::string_view name, Emotion& out) {
  for (const Emotion one : {Emotion::calm, Emotion::dissatisfied, Emotion::angry, Emotion::anxious, Emotion::sad})
    if (to_string(one) == name) {
      out = one;
      return true;
    }
  return false;
}

}  // namespace

struct LexiconBuilder::Impl {
  explicit Impl(const content::Library& source) : library(source), expander(source.classes) {}

  const content::Library& library;
  Expander expander;
  std::unordered_map<Literal, LiteralId, LiteralHash> literal_ids;
  std::vector<Literal> literals;
  std::vector<std::vector<SetId>> literal_sets;
  std::vector<std::vector<CueRef>> literal_cues;
  std::unordered_map<std::vector<LiteralId>, SetId, IdsHash> set_ids;
  std::map<std::pair<std::uint32_t, std::uint32_t>, SetId> digits_ids;
  std::vector<std::uint64_t> set_weight{std::uint64_t{1} << 42, std::uint64_t{1} << 43, std::uint64_t{1} << 43, std::uint64_t{1} << 42, std::uint64_t{1} << 42};
  std::vector<std::vector<std::uint32_t>> anchored{kFirstSet};
  std::vector<CompiledSlot> slots;
  std::vector<CompiledChain> chains;
  std::vector<Program> programs;
  std::vector<RegexProgram> regexes;
  std::vector<std::vector<Use>> uses;
  std::unordered_map<std::string, ProgramId> program_ids;
  std::unordered_map<std::string, ProgramId> regex_ids;
  std::map<std::tuple<ProgramId, ProgramId, ProgramId, std::uint8_t>, PatternId> pattern_ids;
  std::uint32_t pattern_count = 0;

  LiteralId intern(const Literal& literal) {
    const auto [at, added] = literal_ids.try_emplace(literal, static_cast<LiteralId>(literals.size()));
    if (added) {
      literals.push_back(literal);
      literal_sets.emplace_back();
      literal_cues.emplace_back();
    }
    return at->second;
  }

  SetId new_set(std::uint64_t weight) {
    set_weight.push_back(weight);
    anchored.emplace_back();
    return static_cast<SetId>(set_weight.size() - 1);
  }

  SetId literal_set(const std::vector<Literal>& members) {
    std::vector<LiteralId> ids;
    ids.reserve(members.size());
    std::uint64_t weight = 0;
    for (const Literal& literal : members) {
      ids.push_back(intern(literal));
      weight += expected(literal);
    }
    std::ranges::sort(ids);
    if (const auto known = set_ids.find(ids); known != set_ids.end()) return known->second;
    const SetId set = new_set(weight);
    for (const LiteralId id : ids) literal_sets[id].push_back(set);
    set_ids.emplace(std::move(ids), set);
    return set;
  }

  SetId set_of(const Slot& slot) {
    switch (slot.kind) {
      case Slot::Kind::number: return kNumberSet;
      case Slot::Kind::begin: return kBeginSet;
      case Slot::Kind::end: return kEndSet;
      case Slot::Kind::digits: {
        const auto [at, added] = digits_ids.try_emplace({slot.min, slot.max}, 0);
        if (added) at->second = new_set(std::uint64_t{1} << 39);
        return at->second;
      }
      case Slot::Kind::literals: break;
    }
    return literal_set(slot.literals);
  }

  core::Result<ProgramId> program_of(std::string_view pattern) {
    std::string key(pattern);
    if (const auto known = program_ids.find(key); known != program_ids.end()) return known->second;
    TRY_ASSIGN(const std::vector<Chain> expanded, expander.expand(pattern));
    const auto id = static_cast<ProgramId>(programs.size());
    programs.push_back({static_cast<std::uint32_t>(chains.size()), static_cast<std::uint32_t>(expanded.size()), kNone});
    uses.emplace_back();
    for (const Chain& chain : expanded) {
      chains.push_back({id, static_cast<std::uint32_t>(slots.size()), static_cast<std::uint32_t>(chain.size())});
      for (const Slot& slot : chain) slots.push_back({set_of(slot), slot.gapped ? slot.gap : kContiguous});
    }
    program_ids.emplace(std::move(key), id);
    return id;
  }

  // One chain of one slot: what every match needs. The program runs where that occurs.
  core::Result<ProgramId> regex_of(std::string_view regex) {
    std::string key(regex);
    if (const auto known = regex_ids.find(key); known != regex_ids.end()) return known->second;
    TRY_ASSIGN(const content::RegexNode tree, content::parse_regex(regex));
    const std::optional<RegexNeed> need = need_of(tree);
    if (!need)
      return core::fail(core::Code::invalid, fmt::format("this regular expression would run over every utterance ({} states per character): let every match hold a Chinese "
                                                         "character, a digit or a letter",
                                                         content::regex_states(tree)));
    const auto id = static_cast<ProgramId>(programs.size());
    programs.push_back({static_cast<std::uint32_t>(chains.size()), 1, static_cast<std::uint32_t>(regexes.size())});
    regexes.emplace_back(tree);
    uses.emplace_back();
    chains.push_back({id, static_cast<std::uint32_t>(slots.size()), 1});
    slots.push_back({set_of(*need), kContiguous});
    regex_ids.emplace(std::move(key), id);
    return id;
  }

  SetId set_of(const RegexNeed& need) {
    if (need.kind == RegexNeed::Kind::digit) return kDigitSet;
    if (need.kind == RegexNeed::Kind::letter) return kLetterSet;
    std::vector<Literal> members;
    for (const std::u32string& literal : need.literals) members.push_back({literal, false});
    return literal_set(members);
  }

  // The id of a program with its guards.
  core::Result<PatternId> pattern_of(ProgramId program, std::string_view unless, std::string_view unless_before, std::uint8_t guards) {
    Use use{.pattern = pattern_count};
    TRY_ASSIGN(use.unless, guard_of(unless));
    TRY_ASSIGN(use.unless_before, guard_of(unless_before));
    for (std::size_t i = 0; i < content::kGuards.size(); ++i)
      if ((guards >> i) & 1U) {
        TRY_ASSIGN(use.guards[i], guard_of(fmt::format("{{{}}}", content::kGuards[i].phrase_class)));
      }
    const auto [at, added] = pattern_ids.try_emplace({program, use.unless, use.unless_before, guards}, pattern_count);
    if (added) {
      ++pattern_count;
      uses[program].push_back(use);
    }
    return at->second;
  }

  core::Result<ProgramId> guard_of(std::string_view pattern) {
    if (pattern.empty()) return kNone;
    return program_of(pattern);
  }

  core::Status add_emotions() {
    TRY_ASSIGN(const ProgramId negation, program_of(kEmotionNegation));
    for (const content::EmotionEntry& entry : library.emotions) {
      Use use{.unless_before = negation, .before_max = kEmotionNegationReach};
      const std::string where = fmt::format("{}:{}", entry.origin.file, entry.origin.line);
      if (!parse_emotion(entry.emotion, use.emotion))
        return core::fail(core::Code::invalid, fmt::format("unknown emotion \"{}\"", entry.emotion), where);
      for (const std::string& phrase : entry.phrases) {
        auto program = program_of(phrase);
        if (!program) return core::fail(program.error().code, program.error().message, where);
        uses[*program].push_back(use);
      }
    }
    return {};
  }

  void add_cue(std::string_view phrase, CueRef cue) {
    Literal literal{text::fold(phrase), false};
    if (literal.text.empty()) return;
    literal_cues[intern(literal)].push_back(cue);
  }

  void add_products() {
    for (std::size_t i = 0; i < library.products.size() && i < 0xFFFF; ++i) {
      const content::Product& product = library.products[i];
      const CueRef cue{CueKind::product, static_cast<std::uint16_t>(i)};
      add_cue(product.name.zh, cue);
      add_cue(product.name.en, cue);
      add_cue(product.code, cue);
      for (const std::string& alias : product.aliases) add_cue(alias, cue);
    }
  }

  // Anchors are chosen at the end, and only for programs that somebody waits for.
  void anchor_chains() {
    for (std::uint32_t i = 0; i < chains.size(); ++i) {
      const CompiledChain& chain = chains[i];
      if (uses[chain.program].empty()) continue;
      const auto of_chain = std::span(slots).subspan(chain.first, chain.count);
      const auto rarest = std::ranges::min_element(of_chain, {}, [&](const CompiledSlot& slot) { return set_weight[slot.set]; });
      anchored[rarest->set].push_back(i);
    }
  }

  // Literals tell the anchors and the large sets of themselves; the other sets are asked (occurrences.h).
  void build_sets(SetTables& out) const {
    std::vector<std::vector<LiteralId>> members(set_weight.size());
    for (LiteralId literal = 0; literal < literals.size(); ++literal)
      for (const SetId set : literal_sets[literal]) members[set].push_back(literal);
    for (SetId set = 0; set < members.size(); ++set)
      if (!anchored[set].empty() || members[set].size() > kMostAsked) members[set].clear();
    std::vector<std::vector<SetId>> entered(literals.size());
    for (LiteralId literal = 0; literal < literals.size(); ++literal)
      for (const SetId set : literal_sets[literal])
        if (members[set].empty()) entered[literal].push_back(set);
    out.members.build(members);
    out.entered.build(entered);
    out.literal_count = static_cast<std::uint32_t>(literals.size());
    out.set_count = static_cast<std::uint32_t>(set_weight.size());
  }

  void build_anchors(Lexicon& out) const {
    std::vector<std::vector<AnchoredChain>> lists(anchored.size());
    std::vector<SetId> sets;
    for (SetId anchor = 0; anchor < anchored.size(); ++anchor)
      for (const std::uint32_t index : anchored[anchor]) {
        const CompiledChain& chain = chains[index];
        sets.clear();
        for (const CompiledSlot& slot : std::span(slots).subspan(chain.first, chain.count))
          if (slot.set != anchor) sets.push_back(slot.set);
        std::ranges::stable_sort(sets, {}, [&](SetId set) { return set_weight[set]; });
        lists[anchor].push_back({index, chain.program, static_cast<std::uint32_t>(out.checks.size()), static_cast<std::uint32_t>(sets.size())});
        out.checks.insert(out.checks.end(), sets.begin(), sets.end());
      }
    out.anchored.build(lists);
  }

  std::shared_ptr<const Lexicon> finish() {
    for (const CueEntry& entry : builtin_cues()) add_cue(entry.text, entry.cue);
    add_products();
    anchor_chains();
    auto out = std::make_shared<Lexicon>();
    out->table = LiteralTable(literals);
    build_sets(out->sets);
    out->literal_cues.build(literal_cues);
    build_anchors(*out);
    out->slots = std::move(slots);
    out->chains = std::move(chains);
    out->programs = std::move(programs);
    out->regexes = std::move(regexes);
    out->uses.build(uses);
    for (const auto& [range, set] : digits_ids) out->digits.push_back({set, range.first, range.second});
    for (const content::Product& product : library.products) out->products.push_back({product.code});
    out->pattern_count = pattern_count;
    return out;
  }
};

LexiconBuilder::LexiconBuilder(const content::Library& library) : impl_(std::make_unique<Impl>(library)) {}
LexiconBuilder::~LexiconBuilder() = default;

core::Result<PatternId> LexiconBuilder::add(std::string_view pattern, std::string_view unless, std::string_view unless_before, std::uint8_t guards) {
  TRY_ASSIGN(const ProgramId program, impl_->program_of(pattern));
  return impl_->pattern_of(program, unless, unless_before, guards);
}

core::Result<PatternId> LexiconBuilder::add_regex(std::string_view regex, std::string_view unless, std::string_view unless_before, std::uint8_t guards) {
  TRY_ASSIGN(const ProgramId program, impl_->regex_of(regex));
  return impl_->pattern_of(program, unless, unless_before, guards);
}

std::vector<core::Error> LexiconBuilder::check_classes() {
  std::vector<core::Error> errors;
  for (const content::PhraseClass& one : impl_->library.classes)
    if (auto status = impl_->expander.check(one); !status) errors.push_back(std::move(status.error()));
  return errors;
}

core::Result<std::shared_ptr<const Lexicon>> LexiconBuilder::build() {
  TRY(impl_->add_emotions());
  auto lexicon = impl_->finish();
  impl_ = std::make_unique<Impl>(impl_->library);
  return lexicon;
}

std::size_t pattern_count(const Lexicon& lexicon) noexcept { return lexicon.pattern_count; }

std::string_view to_string(EntityType type) noexcept {
  constexpr std::string_view kNames[] = {"amount", "date",    "card_tail", "card",     "id_number", "phone",
                                         "number", "percent", "duration",  "currency", "product"};
  return kNames[static_cast<std::size_t>(type)];
}

bool parse_entity_type(std::string_view text, EntityType& type) noexcept {
  for (int i = 0; i <= static_cast<int>(EntityType::product); ++i)
    if (to_string(static_cast<EntityType>(i)) == text) {
      type = static_cast<EntityType>(i);
      return true;
    }
  return false;
}

std::string_view to_string(Emotion emotion) noexcept {
  constexpr std::string_view kNames[] = {"none", "calm", "dissatisfied", "angry", "anxious", "sad"};
  return kNames[static_cast<std::size_t>(emotion)];
}

}  // namespace fenshen::signals
