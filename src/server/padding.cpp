#include "server/padding.h"

#include <fmt/format.h>

#include <map>
#include <random>

#include "core/utf8.h"

namespace fenshen::server {
namespace {

class PhraseMaker {
 public:
  explicit PhraseMaker(const content::Library& library) {
    for (const content::Article& article : library.articles)
      for (const std::string& variant : article.variants_zh) learn(variant);
    if (starts_.empty()) learn("怎么办理挂失补卡还款转账");
  }

  std::string phrase(std::size_t least, std::size_t most) {
    const std::size_t length = least + random_() % (most - least + 1);
    std::string text;
    char32_t at = starts_[random_() % starts_.size()];
    for (std::size_t i = 0; i < length; ++i) {
      core::append_utf8(text, at);
      const auto next = pairs_.find(at);
      at = next == pairs_.end() ? starts_[random_() % starts_.size()] : next->second[random_() % next->second.size()];
    }
    return text;
  }

  // Like the shipped ones: one or two literals with a gap, alternatives.
  std::string pattern() {
    std::string text = phrase(2, 4);
    if (random_() % 2 == 0) text += ".." + phrase(1, 3);
    if (random_() % 3 == 0) text += "|" + phrase(3, 5);
    return text;
  }

 private:
  void learn(const std::string& text) {
    char32_t before = 0;
    for (std::size_t at = 0; at < text.size();) {
      const char32_t c = core::decode_utf8(text, at);
      const bool han = c >= 0x4E00 && c <= 0x9FFF;
      if (han && before != 0) pairs_[before].push_back(c);
      if (han) starts_.push_back(c);
      before = han ? c : 0;
    }
  }

  std::mt19937 random_{20261121};
  std::vector<char32_t> starts_;
  std::map<char32_t, std::vector<char32_t>> pairs_;
};

content::Condition condition(const std::string& text) {
  auto parsed = content::parse_condition(text);
  return parsed ? std::move(*parsed) : content::Condition{};
}

std::size_t count_entries(const content::Library& library) {
  std::size_t entries = 0;
  for (const content::Article& article : library.articles) entries += 1 + article.variants_zh.size() + article.variants_en.size();
  return entries;
}

std::size_t count_phrases(const content::Library& library) {
  std::size_t phrases = library.rules.size();
  for (const content::PhraseClass& item : library.classes) phrases += item.phrases.size();
  for (const content::Flow& flow : library.flows) phrases += flow.steps.size();
  return phrases;
}

void add_rule(content::Library& library, PhraseMaker& make, std::size_t number, std::size_t phrases) {
  content::Rule rule;
  rule.id = fmt::format("PAD-{}", number);
  rule.name = rule.wording = {"补足规则", ""};
  rule.source = {"bench", "", ""};
  content::PhraseClass phrase_class;
  phrase_class.id = fmt::format("pad_{}", number);
  for (std::size_t i = 0; i < phrases; ++i) phrase_class.phrases.push_back(make.pattern());
  library.classes.push_back(std::move(phrase_class));
  const std::string says = fmt::format("rep says \"{{pad_{}}}\"", number);
  switch (number % 4) {  // forbidden, ordered, owed within turns, owed before the end
    case 0: rule.when = condition(says); break;
    case 1:
      rule.after = condition(fmt::format("customer says \"{}\"", make.pattern()));
      rule.when = condition(says);
      break;
    default:
      rule.after = condition(fmt::format("customer says \"{}\"", make.pattern()));
      rule.require.push_back({{}, condition(says)});
      rule.by.emplace();
      if (number % 4 == 2) rule.by->turns = 2;
      else rule.by->end = true;
  }
  library.rules.push_back(std::move(rule));
}

void add_article(content::Library& library, PhraseMaker& make, std::size_t number, std::size_t variants) {
  content::Article article;
  article.id = fmt::format("pad-{}", number);
  article.topics = {fmt::format("PAD{}", number)};
  article.title = {make.phrase(5, 12), ""};
  for (std::size_t i = 0; i < variants; ++i) article.variants_zh.push_back(make.phrase(5, 16));
  article.answer = article.say = {"补足条目", ""};
  library.articles.push_back(std::move(article));
}

}  // namespace

std::shared_ptr<const content::Library> pad(const content::Library& library, std::size_t rules, std::size_t patterns, std::size_t entries) {
  auto padded = std::make_shared<content::Library>(library);
  PhraseMaker make(library);
  const std::size_t more_rules = rules > library.rules.size() ? rules - library.rules.size() : 0;
  const std::size_t have = count_phrases(library);
  const std::size_t more_phrases = patterns > have ? patterns - have : 0;
  const std::size_t holders = more_rules > 0 ? more_rules : (more_phrases + 3) / 4;
  for (std::size_t i = 0; i < holders; ++i) add_rule(*padded, make, i, std::max<std::size_t>(1, more_phrases * (i + 1) / holders - more_phrases * i / holders));
  constexpr std::size_t kVariants = 9;
  for (std::size_t have_entries = count_entries(library), number = 0; have_entries < entries; ++number) {
    const std::size_t variants = std::min(kVariants, entries - have_entries - 1);
    add_article(*padded, make, number, variants);
    have_entries += variants + 1;
  }
  return padded;
}

}  // namespace fenshen::server
