// fenshen cases DIR: replays labelled dialogues (contracts.md §4), prints what was missed and one line of figures.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "core/json_writer.h"
#include "server/card_view.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/dialogue_replay.h"
#include "server/lines.h"
#include "server/packs.h"

namespace fenshen::server {
namespace {

namespace json = boost::json;
using assist::CardKind;
using core::Result;

const Command kCases{"cases",
                     "DIR",
                     "Replays the labelled dialogues (*.jsonl) of a folder, prints misses and, last, one line of figures.",
                     {{"--pack", "DIR", "pack folder, may be repeated"},
                      {"--quiet", "", "no list of misses"},
                      {"--shipped", "", "count only topics, rules and steps that the packs hold"}},
                     true};

struct Ratio {
  std::size_t good = 0, all = 0;
  std::optional<double> value() const { return all == 0 ? std::nullopt : std::optional(static_cast<double>(good) / static_cast<double>(all)); }
};

struct PrecisionRecall {
  std::size_t right = 0, given = 0, wanted = 0;
  std::optional<double> f1() const {
    if (wanted + given == 0) return std::nullopt;
    return 2.0 * static_cast<double>(right) / static_cast<double>(given + wanted);
  }
};

struct Figures {
  Ratio first_right, rules, false_alarms, steps, fraud, top1, top3;
  std::size_t useless = 0, customer_turns = 0, other_violations = 0, rep_turns = 0;
  PrecisionRecall fields, entities;
  std::map<std::string, PrecisionRecall> emotions;
};

std::vector<std::string> texts(const json::object& object, std::string_view name) {
  std::vector<std::string> values;
  const auto found = object.find(name);
  if (found == object.end() || !found->value().is_array()) return values;
  for (const auto& item : found->value().get_array())
    if (item.is_string()) values.emplace_back(item.get_string());
  return values;
}

std::string text(const json::object& object, std::string_view name) {
  const auto found = object.find(name);
  return found != object.end() && found->value().is_string() ? std::string(found->value().get_string()) : std::string();
}

// One labelled dialogue against what the fold gave.
class Judge {
 public:
  Judge(const conversation::Dialogue& dialogue, const json::object& labelled, const DialogueCards& result, const content::Library& library,
        bool shipped_only, bool quiet, Figures& figures)
      : dialogue_(dialogue), labelled_(labelled), library_(library), shipped_only_(shipped_only), quiet_(quiet), figures_(figures) {
    for (const assist::Card& card : result.cards) cards_.push_back(view_of(card));
    for (const std::string& line : result.signals) signals_.push_back(signals_view(line));
    for (const auto& turn : labelled.at("turns").as_array()) {
      const auto found = turn.as_object().find("expect");
      expects_.push_back(found != turn.as_object().end() && found->value().is_object() ? found->value().get_object() : json::object());
    }
  }

  void run() {
    for (std::size_t i = 0; i < expects_.size(); ++i) judge_turn(expects_[i], static_cast<std::int32_t>(i));
    judge_useless();
    judge_other_violations();
    judge_labels();
  }

 private:
  void miss(std::int32_t turn, std::string_view what, std::string_view item) const {
    if (quiet_) return;
    const std::string& words = turn >= 0 && turn < static_cast<std::int32_t>(dialogue_.turns.size()) ? dialogue_.turns[static_cast<std::size_t>(turn)].text : std::string();
    print(fmt::format("{} turn {}: {} {}  «{}»\n", dialogue_.id, turn, what, item, words));
  }

  bool within(const CardView& card, std::int32_t first, std::int32_t last) const { return card.turn >= first && card.turn <= last; }
  static bool overlaps(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::any_of(a, [&](const std::string& item) { return std::ranges::find(b, item) != b.end(); });
  }

  bool ships_topic(const std::vector<std::string>& topics) const {
    return std::ranges::any_of(library_.articles, [&](const content::Article& article) { return overlaps(article.topics, topics); });
  }
  const content::Rule* find_rule(const std::string& id) const {
    const auto found = std::ranges::find(library_.rules, id, &content::Rule::id);
    return found != library_.rules.end() ? &*found : nullptr;
  }
  bool ships_step(const std::string& id) const {
    return std::ranges::any_of(library_.flows, [&](const content::Flow& flow) { return id.starts_with(flow.id + "."); });
  }
  bool is_violation_of(const CardView& card, const std::string& rule) const {
    return card.item == rule && (card.kind == CardKind::violation || card.kind == CardKind::fraud);
  }
  // As a violation; fraud rules as fraud card; hints as prompt.
  bool is_verdict_of(const CardView& card, const std::string& rule) const {
    if (card.item != rule) return false;
    const content::Rule* item = find_rule(rule);
    if (rule.starts_with("FRD-")) return card.kind == CardKind::fraud || (card.kind == CardKind::violation && item != nullptr && item->card == content::RuleCard::violation);
    if (item != nullptr && item->severity == content::Severity::hint) return card.kind == CardKind::prompt;
    return card.kind == CardKind::violation;
  }

  void judge_turn(const json::object& expect, std::int32_t turn) {
    judge_topics(texts(expect, "topics"), turn);
    for (const std::string& rule : texts(expect, "rules")) judge_rule(rule, turn);
    for (const std::string& rule : texts(expect, "not_rules")) {
      ++figures_.false_alarms.all;
      const bool alarm = std::ranges::any_of(cards_, [&](const CardView& card) { return card.turn == turn && is_violation_of(card, rule); });
      figures_.false_alarms.good += alarm;
      if (alarm) miss(turn, "FALSE ALARM", rule);
    }
    for (const std::string& step : texts(expect, "steps_done")) {
      if (shipped_only_ && !ships_step(step)) continue;
      ++figures_.steps.all;
      const bool done = std::ranges::any_of(cards_, [&](const CardView& card) {
        return card.kind == CardKind::step && card.item == step && card.state == "done" && card.turn <= turn + 1;
      });
      figures_.steps.good += done;
      if (!done) miss(turn, "step not done", step);
    }
    if (const auto fraud = expect.find("fraud"); fraud != expect.end() && fraud->value().is_bool() && fraud->value().get_bool()) {
      ++figures_.fraud.all;
      const bool seen = std::ranges::any_of(cards_, [&](const CardView& card) { return card.kind == CardKind::fraud && within(card, turn - 1, turn + 2); });
      figures_.fraud.good += seen;
      if (!seen) miss(turn, "fraud not seen", "");
    }
    judge_signals(expect, turn);
  }

  void judge_topics(const std::vector<std::string>& topics, std::int32_t turn) {
    if (topics.empty() || (shipped_only_ && !ships_topic(topics))) return;
    ++figures_.first_right.all;
    const auto first = std::ranges::find_if(cards_, [&](const CardView& card) {
      return (card.kind == CardKind::knowledge || card.kind == CardKind::reply) && card.rank == 1 && within(card, turn, turn + 2);
    });
    const bool right = first != cards_.end() && overlaps(first->topics, topics);
    figures_.first_right.good += right;
    if (right) return;
    std::string got = "nothing";
    if (first != cards_.end()) got = first->topics.empty() ? first->item : first->topics.front();
    for (const CardView& card : cards_)
      if (card.kind == CardKind::knowledge && card.turn < turn && overlaps(card.topics, topics)) got += " (shown at turn " + std::to_string(card.turn) + ")";
    miss(turn, "wanted topic", topics.front() + ", got " + got);
  }

  void judge_rule(const std::string& rule, std::int32_t turn) {
    if (shipped_only_ && find_rule(rule) == nullptr) return;
    ++figures_.rules.all;
    const bool shown = std::ranges::any_of(cards_, [&](const CardView& card) { return is_verdict_of(card, rule) && within(card, turn - 1, turn + 2); });
    figures_.rules.good += shown;
    if (!shown) miss(turn, find_rule(rule) == nullptr ? "rule not shipped" : "rule missed", rule);
  }

  void judge_signals(const json::object& expect, std::int32_t turn) {
    const auto read = std::ranges::find(signals_, turn, &SignalsView::turn);
    if (const std::string wanted = text(expect, "emotion"); !wanted.empty()) {
      const std::string got = read != signals_.end() ? read->emotion : "";
      ++figures_.emotions[wanted].wanted;
      if (!got.empty()) ++figures_.emotions[got].given;
      if (got == wanted) ++figures_.emotions[wanted].right;
      else miss(turn, "emotion", wanted + ", got " + (got.empty() ? "none" : got));
    }
    const auto found = expect.find("entities");
    if (found == expect.end() || !found->value().is_array()) return;
    std::vector<std::pair<std::string, std::string>> wanted;
    std::set<std::string> types;
    for (const auto& entity : found->value().get_array()) {
      wanted.emplace_back(text(entity.as_object(), "type"), text(entity.as_object(), "value"));
      types.insert(wanted.back().first);
    }
    auto left = wanted;
    figures_.entities.wanted += wanted.size();
    if (read != signals_.end())
      for (const auto& entity : read->entities) {
        if (!types.contains(entity.first)) continue;
        ++figures_.entities.given;
        const auto match = std::ranges::find(left, entity);
        if (match == left.end()) {
          miss(turn, "entity too many", entity.first + " " + entity.second);
          continue;
        }
        ++figures_.entities.right;
        left.erase(match);
      }
    for (const auto& [type, value] : left) miss(turn, "entity missed", type + " " + value);
  }

  void judge_useless() {
    std::vector<std::string> wanted;
    for (const json::object& expect : expects_)
      for (std::string& topic : texts(expect, "topics")) wanted.push_back(std::move(topic));
    for (const CardView& card : cards_) {
      if (card.kind != CardKind::knowledge || card.rank != 1 || overlaps(card.topics, wanted)) continue;
      ++figures_.useless;
      miss(card.turn, "useless card", card.topics.empty() ? card.item : card.topics.front());
    }
    for (const auto& turn : dialogue_.turns) {
      figures_.customer_turns += turn.speaker == conversation::Speaker::customer && !turn.text.empty();
      figures_.rep_turns += turn.speaker == conversation::Speaker::rep && !turn.text.empty();
    }
  }

  void judge_other_violations() {
    for (const CardView& card : cards_) {
      if (card.kind != CardKind::violation && card.kind != CardKind::fraud) continue;
      bool labelled = false;
      for (std::size_t i = 0; i < expects_.size() && !labelled; ++i) {
        const auto turn = static_cast<std::int32_t>(i);
        const auto rules = texts(expects_[i], "rules"), refused = texts(expects_[i], "not_rules");
        labelled = (within(card, turn - 1, turn + 2) && std::ranges::find(rules, card.item) != rules.end()) ||
                   (card.turn == turn && std::ranges::find(refused, card.item) != refused.end());
      }
      if (labelled) continue;
      ++figures_.other_violations;
      miss(card.turn, "other violation", card.item);
    }
  }

  void judge_labels() {
    const auto found = labelled_.find("labels");
    if (found == labelled_.end() || !found->value().is_object()) return;
    const json::object& labels = found->value().get_object();
    const auto wrapup = std::ranges::find(cards_, CardKind::wrapup, &CardView::kind);
    if (const std::string type = text(labels, "type"); !type.empty()) {
      const std::vector<std::string> types = wrapup != cards_.end() ? wrapup->types : std::vector<std::string>();
      ++figures_.top1.all;
      ++figures_.top3.all;
      figures_.top1.good += !types.empty() && types.front() == type;
      figures_.top3.good += std::ranges::find(types, type) != types.end();
      if (types.empty() || types.front() != type) miss(-1, "type", type + ", got " + fmt::format("{}", fmt::join(types, " ")));
    }
    judge_fields(labels, wrapup != cards_.end() ? &*wrapup : nullptr);
  }

  void judge_fields(const json::object& labels, const CardView* wrapup) {
    static const std::set<std::string, std::less<>> kCore = {"card_tail", "amount",     "currency",    "date",      "phone",
                                                             "terms",     "overdue_days", "risk_level", "loss_type", "ticket_no",
                                                             "complaint_no", "claim_no", "dispute_no"};
    std::set<std::pair<std::string, std::string>> wanted;
    if (const auto fields = labels.find("fields"); fields != labels.end() && fields->value().is_object())
      for (const auto& field : fields->value().get_object())
        if (kCore.contains(std::string_view(field.key())) && field.value().is_string()) wanted.emplace(field.key(), field.value().get_string());
    figures_.fields.wanted += wanted.size();
    if (wrapup != nullptr)
      for (const auto& field : wrapup->fields) {
        if (!kCore.contains(field.first)) continue;
        ++figures_.fields.given;
        if (wanted.erase(field) > 0) ++figures_.fields.right;
        else miss(-1, "field too many", field.first + " = " + field.second);
      }
    for (const auto& [name, value] : wanted) miss(-1, "field missed", name + " = " + value);
  }

  const conversation::Dialogue& dialogue_;
  const json::object& labelled_;
  const content::Library& library_;
  bool shipped_only_, quiet_;
  Figures& figures_;
  std::vector<CardView> cards_;
  std::vector<SignalsView> signals_;
  std::vector<json::object> expects_;
};

std::optional<double> macro_f1(const std::map<std::string, PrecisionRecall>& classes) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& [name, counts] : classes) {
    if (counts.wanted == 0) continue;
    sum += counts.f1().value_or(0);
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

std::string figures_line(const Figures& figures) {
  std::string line;
  core::JsonWriter out(line);
  const auto number = [&](std::string_view name, std::optional<double> value) {
    out.key(name);
    value ? out.raw(fmt::format("{:.4f}", *value)) : out.null();
  };
  const auto per = [](std::size_t count, std::size_t all) { return all == 0 ? std::nullopt : std::optional(static_cast<double>(count) / static_cast<double>(all)); };
  out.begin_object();
  number("first_right", figures.first_right.value());
  number("useless_per_customer_turn", per(figures.useless, figures.customer_turns));
  number("rule_recall", figures.rules.value());
  number("false_alarm_hard", figures.false_alarms.value());
  number("other_violations_per_rep_turn", per(figures.other_violations, figures.rep_turns));
  number("step_recall", figures.steps.value());
  number("fraud_in_time", figures.fraud.value());
  number("type_top1", figures.top1.value());
  number("type_top3", figures.top3.value());
  number("fields_f1", figures.fields.f1());
  number("emotion_macro_f1", macro_f1(figures.emotions));
  number("entities_f1", figures.entities.f1());
  out.end_object();
  return line;
}

Result<int> cases(const Arguments& args) {
  if (args.operands().size() != 1) return core::fail(core::Code::invalid, "needs one folder of labelled dialogues", "usage");
  const std::filesystem::path folder = args.operands().front();
  if (!std::filesystem::is_directory(folder)) return core::fail(core::Code::not_found, "no such folder", folder.string());
  TRY_ASSIGN(const auto pack, compile_packs(packs_or_default(args.values("--pack"))));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  std::ranges::sort(files);
  if (files.empty()) return core::fail(core::Code::not_found, "no *.jsonl files", folder.string());
  Figures figures;
  assist::FoldScratch scratch;
  for (const auto& file : files) {
    TRY_ASSIGN(LineReader reader, LineReader::open(file.string()));
    std::string line;
    for (;;) {
      TRY_ASSIGN(const bool more, reader.next(line));
      if (!more) break;
      if (line.empty()) continue;
      const auto where = fmt::format("{}:{}", file.string(), reader.number());
      const auto dialogue = conversation::parse_dialogue(line);
      if (!dialogue) return core::fail(dialogue.error().code, dialogue.error().message, where + " " + dialogue.error().where);
      const json::value labelled = json::parse(line);
      const DialogueCards result = replay_dialogue(*dialogue, pack, scratch, true);
      Judge(*dialogue, labelled.as_object(), result, assist::library_of(*pack), args.has("--shipped"), args.has("--quiet"), figures).run();
    }
  }
  print(figures_line(figures) + "\n");
  return 0;
}

}  // namespace

int cases_command(CommandArgs args) { return run(kCases, args, cases); }

}  // namespace fenshen::server
