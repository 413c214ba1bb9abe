// The content of one or more packs, parsed and checked, with where each item was written. Plain values: the engines
// compile themselves from it. A library is immutable once made; its hash names exactly this content.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "content/condition.h"
#include "content/localized.h"
#include "conversation/event.h"
#include "core/time.h"

namespace fenshen::content {

// In force on `from` ≤ day < `to`; unset = open.
struct InForce {
  std::optional<core::Day> from;
  std::optional<core::Day> to;
  bool covers(core::Day day) const { return (!from || *from <= day) && (!to || day < *to); }
  friend bool operator==(const InForce&, const InForce&) = default;
};

struct PhraseClass {
  std::string id;
  std::string note;
  std::vector<std::string> phrases;
  Origin origin;
};

struct Product {
  std::string code;
  Localized name;
  std::vector<std::string> aliases;
  std::string product_class;  // deposit wealth fund insurance loan card securities trust fx
  std::string risk;           // R1 … R5 or empty
  std::string issuer;
  bool own = true;
  conversation::Fields more;  // further keys, readable as product.KEY
  Origin origin;
};

struct Fact {
  Localized label;
  Localized value;
};

enum class Audience : std::uint8_t { customer, internal };

struct Article {
  std::string id;
  std::string pack;
  std::string version;  // of the item: pack version or the version given by the studio
  std::vector<std::string> topics;
  Localized title;
  std::vector<std::string> variants_zh;
  std::vector<std::string> variants_en;
  std::optional<Condition> cues;  // words that ask for this article for certain, whatever retrieval makes of the rest
  Localized answer;
  Localized say;
  std::vector<Fact> facts;
  std::string flow;
  Audience audience = Audience::customer;
  std::vector<std::string> channels;  // empty = all
  Source source;
  InForce in_force;
  Origin origin;
};

enum class Severity : std::uint8_t { hint, normal, major };
enum class RuleCard : std::uint8_t { prompt, violation, fraud };
// What the gate does with an act that would break the rule: let it pass and tell, ask the person, refuse.
enum class RuleGate : std::uint8_t { none, confirm, block };

// `by`: the first of these that comes. turns/millis/days/workdays 0 = not set. Days end at midnight of the pack's zone and
// outlive the conversation (a ticket's clock runs on).
struct Deadline {
  std::uint32_t turns = 0;
  core::Millis millis = 0;
  bool end = false;
  std::optional<Condition> at;
  std::string text;
  std::uint32_t days = 0, workdays = 0;
};

struct RequirePart {
  Localized name;
  Condition when;
};

// What one instance of a rule is about: `each: occurrence`, `each: entity product`, `each: product.code`, `each: event.no`.
struct Each {
  enum class Of : std::uint8_t { none, occurrence, entity, path, event_field };
  Of of = Of::none;
  std::string name;  // entity type, path, or field of the event
};

// From the `after`-th time on that a rule fires in one conversation.
struct Escalation {
  std::uint32_t after = 0;  // 0: none
  std::optional<Severity> severity;
  bool alert = false;
};

// What follows from a verdict besides its card: told with it, carried out by those who read verdicts and cards.
struct Effects {
  int score = 0;                    // points, negative for deductions
  bool alert = false;               // the supervisor is told
  std::vector<std::string> tags;
  Localized need;                   // a latent need of the customer: the card is a `need` card
  std::vector<std::string> closes;  // flow steps ("P01.S5"): a forbidden rule closes them when it fires, an obligation when met
  Escalation escalate;
};

struct Rule {
  std::string id;
  std::string pack;
  std::string version;
  Localized name;
  Severity severity = Severity::normal;
  RuleCard card = RuleCard::violation;
  std::optional<Condition> applies;
  // forbidden form
  std::optional<Condition> when;
  // both forms
  std::optional<Condition> after;
  std::optional<Condition> until;
  std::uint32_t within_turns = 0;
  core::Millis within_millis = 0;
  bool same = false;
  std::uint32_t count = 1;
  Each each;
  // obliged form
  std::vector<RequirePart> require;
  std::optional<Deadline> by;
  bool since_after = false;
  bool once = true;
  bool restart = false;
  std::optional<Condition> warn;
  bool warn_never = false;
  //
  std::uint32_t cooldown_turns = 3;
  core::Millis cooldown_millis = 0;
  Effects effects;
  Localized wording;
  Localized advice;
  RuleGate gate = RuleGate::none;
  Localized alternative;  // the lawful thing to say instead; empty: wording
  const Localized& lawful() const { return alternative.empty() ? wording : alternative; }
  Source source;
  InForce in_force;
  Origin origin;
};

// One part of the evidence: a condition that has to happen, or a field of the flow that has to be captured.
struct EvidencePart {
  Condition when;
  std::string field;  // then `when` is empty
  EvidencePart() = default;
  EvidencePart(Condition condition) : when(std::move(condition)) {}
};

// Evidence: any of the alternatives; each is a list of parts that must all be met, in any order, at any events.
struct Evidence {
  std::vector<std::vector<EvidencePart>> any;
};

// Where a flow goes on after a step: the first option whose condition holds.
struct FlowBranch {
  std::optional<Condition> only_if;  // unset: always
  std::string to;                    // step id, or "end"
};

struct FlowStep {
  std::string id;  // S1
  Localized name;
  Localized say;
  Localized customer_say;
  bool must = false;
  bool gate = false;
  bool optional = false;
  std::optional<Condition> only_if;
  std::string owed_after;  // step id; empty = default
  std::string rule;
  std::string use;         // common step that it takes from
  std::string call;        // flow that runs as this step
  std::vector<FlowBranch> next;  // empty: the step below
  std::string together;    // consecutive steps of one name have no order among them
  bool ungated = false;    // may be done past an open gate
  Evidence done;           // may be empty where `call` is set
  Origin origin;
};

struct FlowField {
  enum class From : std::uint8_t { entity, event_field, constant, says };
  std::string name;
  Localized label;
  struct Extraction {
    From from = From::entity;
    std::string entity;                 // entity type
    std::string event, event_field;     // event NAME FIELD
    std::optional<Condition> when;      // value X when COND; says "p" as X
    std::string value;
  };
  std::vector<Extraction> extractions;  // the last one that happens wins
  std::vector<std::pair<std::string, Localized>> values;  // how a captured value is shown
  const std::string& shown(const std::string& value, bool english) const {
    for (const auto& [captured, text] : values)
      if (captured == value) return text.in(english);
    return value;
  }
  int line = 0;
};

struct Flow {
  std::string id;  // P01
  std::string pack;
  std::string version;
  Localized name;
  int level = 0;
  std::string leaf;
  std::optional<Condition> start;
  std::vector<FlowField> fields;
  std::vector<FlowStep> steps;
  std::vector<std::string> ends;
  int ends_line = 0, start_line = 0;
  InForce in_force;
  Origin origin;
};

struct Leaf {
  std::string code;  // 01, 01.01, 01.01.1
  Localized name;
  std::string act;
  std::string process;
  std::optional<Condition> cues;
  std::vector<std::string> topics;
  std::vector<std::string> synonyms;
  Origin origin;
};

struct EmotionEntry {
  std::string emotion;  // calm dissatisfied angry anxious sad
  std::vector<std::string> phrases;
  Origin origin;
};

struct Announcement {
  std::string id;
  std::string pack;
  std::string version;
  Localized title;
  Localized text;
  std::optional<Condition> when;  // unset: at the start
  Source source;
  InForce in_force;
  Origin origin;
};

// Days that are not what their weekday says: public holidays, and weekends that are worked instead.
struct CalendarSpan {
  std::string id;
  Localized name;
  bool work = false;
  InForce days;
  Source source;
  Origin origin;
};

// A rule that is known but cannot run, and what it lacks.
struct NotYet {
  std::string id;
  Localized missing;
  Origin origin;
};

// How an ended conversation is scored: items with weights, each lost by rules that were broken or steps left out.
struct ScoreItem {
  std::string id;
  Localized name;
  int weight = 0;       // points that it can cost
  int per_hit = 0;      // points of one hit
  bool veto = false;    // a hit takes the whole score down to ScoreSheet::veto_score
  bool manual = false;  // only people judge it
  std::vector<std::string> rules;  // ids, or "DIS-*": all that begin so and no item names
  std::vector<std::string> steps;  // "P01.S5": a hit where the flow ran and the step was not done
  Origin origin;
};

struct ScoreSheet {
  std::string id;
  std::string pack;
  std::string version;
  Localized name;
  std::vector<std::string> process, team, channel;  // where it applies; empty: everywhere
  int pass = 80;
  int veto_score = 0;        // the most that is left once vetoed
  bool major_vetoes = true;  // any broken rule of severity major vetoes, whether an item names it or not
  std::vector<ScoreItem> items;
  InForce in_force;
  Origin origin;
};

struct PackInfo {
  std::string id;
  std::string version;
  Localized name;
  int offset_minutes = 480;
  std::string folder;
};

struct Library {
  std::vector<PackInfo> packs;
  std::vector<PhraseClass> classes;
  std::vector<Product> products;
  std::vector<Article> articles;
  std::vector<Rule> rules;
  std::vector<FlowStep> common_steps;
  std::vector<Flow> flows;
  std::vector<Leaf> leaves;
  std::vector<EmotionEntry> emotions;
  std::vector<Announcement> announcements;
  std::vector<NotYet> not_yet;
  std::vector<ScoreSheet> sheets;
  std::vector<CalendarSpan> calendar;
  std::string hash;  // 16 hex digits over the canonical text of all files read
  int offset_minutes() const { return packs.empty() ? 480 : packs.front().offset_minutes; }
};

}  // namespace fenshen::content
