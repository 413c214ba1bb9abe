// Articles, products, classes, emotions, announcements, leaves.
#include "content/internal/items.h"
#include "core/utf8.h"

namespace fenshen::content {
namespace {

constexpr std::size_t kAnswerMax = 120, kSayMax = 60, kAnswerMaxEn = 400, kSayMaxEn = 200;
constexpr std::size_t kVariantsLeast = 5, kFactsMax = 3;

void check_length(ItemReader& in, std::string_view key, const Localized& text, std::size_t most_zh, std::size_t most_en) {
  if (core::count_code_points(text.zh) > most_zh && text.zh != text.en)
    in.mistake(key, "longer than " + std::to_string(most_zh) + " characters");
  if (core::count_code_points(text.en) > most_en) in.mistake(key, "English text longer than " + std::to_string(most_en) + " characters");
}

void read_variants(ItemReader& in, Article& article) {
  const YAML::Node node = in.child("variants");
  if (node.IsDefined() && node.IsMap()) {
    ItemReader languages(node, in.file());
    article.variants_zh = languages.texts("zh");
    article.variants_en = languages.texts("en");
    languages.finish();
  } else {
    article.variants_zh = in.texts("variants");
  }
  if (article.variants_zh.size() + article.variants_en.size() < kVariantsLeast)
    in.mistake("variants", "needs at least 5 ways to ask");
}

void read_facts(ItemReader& in, Article& article) {
  const YAML::Node node = in.child("facts");
  if (!in.has("facts")) return;
  if (!node.IsSequence() || node.size() > kFactsMax) return in.mistake("facts", "must be a list of at most three");
  for (const auto& entry : node) {
    ItemReader fact(entry, in.file());
    if (!fact.valid()) continue;
    article.facts.push_back({fact.localized("label", true), fact.localized("value", true)});
    fact.finish();
  }
}

}  // namespace

PhraseClass read_class(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  PhraseClass item;
  item.origin = in.origin();
  item.id = in.text("id", true);
  item.note = in.text("note");
  item.phrases = in.texts("phrases");
  if (in.valid() && item.phrases.empty()) in.mistake("phrases", "needs at least one phrase");
  for (const std::string& phrase : item.phrases)
    if (auto parsed = parse_pattern(phrase); !parsed)
      in.mistake("phrases", "«" + phrase + "», " + core::describe(parsed.error()));
  in.finish();
  return item;
}

Product read_product(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Product item;
  item.origin = in.origin();
  item.code = in.text("code", true);
  item.name = in.localized("name", true);
  item.aliases = in.texts("aliases");
  item.product_class = in.word<std::string>("class",
                                            {{"deposit", "deposit"}, {"wealth", "wealth"}, {"fund", "fund"}, {"insurance", "insurance"},
                                             {"loan", "loan"}, {"card", "card"}, {"securities", "securities"}, {"trust", "trust"}, {"fx", "fx"}},
                                            "");
  item.risk = in.word<std::string>("risk", {{"R1", "R1"}, {"R2", "R2"}, {"R3", "R3"}, {"R4", "R4"}, {"R5", "R5"}}, "");
  item.issuer = in.text("issuer");
  item.own = in.flag("own", true);
  const YAML::Node more = in.child("more");
  if (in.has("more") && more.IsMap())
    for (const auto& member : more) item.more.push_back({member.first.Scalar(), member.second.Scalar()});
  in.finish();
  return item;
}

Article read_article(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Article item;
  item.origin = in.origin();
  item.pack = file.pack;
  item.version = file.version;
  item.id = in.text("id", true);
  item.topics = in.texts("topics");
  item.title = in.localized("title", true);
  read_variants(in, item);
  item.cues = in.condition("cues");
  item.answer = in.localized("answer", true);
  item.say = in.localized("say", true);
  check_length(in, "answer", item.answer, kAnswerMax, kAnswerMaxEn);
  check_length(in, "say", item.say, kSayMax, kSayMaxEn);
  read_facts(in, item);
  item.flow = in.text("flow");
  item.audience = in.word<Audience>("audience", {{"customer", Audience::customer}, {"internal", Audience::internal}}, Audience::customer);
  item.channels = in.texts("channels");
  item.source = in.source();
  if (in.valid() && item.source.title.empty()) in.mistake("source", "is missing: every card names its source");
  item.in_force = in.in_force();
  if (in.valid() && !item.in_force.from) in.mistake("from", "is missing");
  in.finish();
  return item;
}

Leaf read_leaf(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Leaf item;
  item.origin = in.origin();
  item.code = in.text("code", true);
  item.name = {in.text("zh", true), in.text("en")};
  item.act = in.text("act");
  item.process = in.text("process");
  item.cues = in.condition("cues");
  item.topics = in.texts("topics");
  item.synonyms = in.texts("synonyms");
  in.text("skill");
  in.text("template");
  in.text("retention");
  in.finish();
  return item;
}

EmotionEntry read_emotion(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  EmotionEntry item;
  item.origin = in.origin();
  item.emotion = in.word<std::string>(
      "emotion", {{"calm", "calm"}, {"dissatisfied", "dissatisfied"}, {"angry", "angry"}, {"anxious", "anxious"}, {"sad", "sad"}}, "");
  item.phrases = in.texts("phrases");
  for (const std::string& phrase : item.phrases)
    if (auto parsed = parse_pattern(phrase); !parsed)
      in.mistake("phrases", "«" + phrase + "», " + core::describe(parsed.error()));
  in.finish();
  return item;
}

CalendarSpan read_calendar_span(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  CalendarSpan span;
  span.origin = in.origin();
  span.id = in.text("id", true);
  span.name = in.localized("name", true);
  span.work = in.word<bool>("kind", {{"holiday", false}, {"work", true}}, false);
  span.days = in.in_force();
  if (in.valid() && (!span.days.from || !span.days.to)) in.mistake("from", "from and to are needed: the first day, and the first one after");
  span.source = in.source();
  in.text("note");
  in.finish();
  return span;
}

NotYet read_not_yet(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  NotYet item;
  item.origin = in.origin();
  item.id = in.text("id", true);
  item.missing = in.localized("missing", true);
  in.text("note");
  in.finish();
  return item;
}

Announcement read_announcement(const YAML::Node& node, const FileContext& file) {
  ItemReader in(node, file);
  Announcement item;
  item.origin = in.origin();
  item.pack = file.pack;
  item.version = file.version;
  item.id = in.text("id", true);
  item.title = in.localized("title", true);
  item.text = in.localized("text", true);
  in.text("audience");
  item.when = in.condition("when");
  item.source = in.source();
  item.in_force = in.in_force();
  in.finish();
  return item;
}

}  // namespace fenshen::content
