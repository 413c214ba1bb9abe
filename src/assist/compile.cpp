// From a library to the compiled pack: every mistake of every item is collected.
#include <fmt/format.h>

#include "assist/assist.h"
#include "assist/internal/compiled_pack.h"

namespace fenshen::assist {
namespace {

void add_cue(const content::Condition& condition, const content::Origin& origin, Cue cue, signals::ConditionSetBuilder& conditions,
             std::vector<std::pair<signals::ConditionId, Cue>>& cues, std::vector<core::Error>& errors) {
  auto id = conditions.add(condition);
  if (id) return cues.emplace_back(*id, cue), void();
  core::Error error = id.error();
  error.message = fmt::format("{} ({})", error.message, error.where);
  error.where = fmt::format("{}:{}", origin.file, origin.line);
  errors.push_back(std::move(error));
}

void index_names(CompiledPack& pack) {
  const content::Library& library = *pack.library;
  for (std::uint32_t i = 0; i < library.leaves.size(); ++i) {
    pack.leaf_by_code.emplace(library.leaves[i].code, i);
    for (const std::string& topic : library.leaves[i].topics) pack.leaves_by_topic[topic].push_back(i);
  }
  for (std::uint32_t i = 0; i < library.products.size(); ++i) pack.product_by_code.emplace(library.products[i].code, i);
  for (const content::Article& article : library.articles) pack.topics.emplace_back(article.topics.begin(), article.topics.end());
}

}  // namespace

CompileOutcome compile(std::shared_ptr<const content::Library> library) {
  CompileOutcome outcome;
  auto pack = std::make_shared<CompiledPack>();
  pack->library = library;
  pack->offset_minutes = library->offset_minutes();

  signals::LexiconBuilder lexicon(*library);
  signals::ConditionSetBuilder conditions(*library, lexicon);
  pack->rules = rules::RuleSet::compile(*library, conditions, outcome.errors);
  pack->flows = flow::FlowSet::compile(*library, conditions, outcome.errors);

  std::vector<std::pair<signals::ConditionId, Cue>> cues;
  for (std::uint32_t i = 0; i < library->announcements.size(); ++i)
    if (const auto& item = library->announcements[i]; item.when)
      add_cue(*item.when, item.origin, {Cue::Kind::announcement, i}, conditions, cues, outcome.errors);
  for (std::uint32_t i = 0; i < library->leaves.size(); ++i)
    if (const auto& item = library->leaves[i]; item.cues)
      add_cue(*item.cues, item.origin, {Cue::Kind::leaf, i}, conditions, cues, outcome.errors);
  for (std::uint32_t i = 0; i < library->articles.size(); ++i)
    if (const auto& item = library->articles[i]; item.cues)
      add_cue(*item.cues, item.origin, {Cue::Kind::article, i}, conditions, cues, outcome.errors);

  auto built = lexicon.build();
  if (!built) outcome.errors.push_back(built.error());
  if (!outcome.errors.empty()) return outcome;

  pack->lexicon = std::move(*built);
  pack->conditions = conditions.build();
  pack->cues.resize(pack->conditions->size());
  for (const auto& [condition, cue] : cues) pack->cues[condition].push_back(cue);
  pack->index = knowledge::Index::build(library->articles);
  index_names(*pack);
  pack->internal_words = InternalWords(*library);
  pack->circumstances = CircumstancesRead(*library, *pack->conditions);
  pack->reads_intents = pack->conditions->reads_intents() || pack->flows->reads_topics();
  outcome.pack = std::move(pack);
  return outcome;
}

const content::Library& library_of(const CompiledPack& pack) { return *pack.library; }
const std::string& hash_of(const CompiledPack& pack) { return pack.library->hash; }

}  // namespace fenshen::assist
