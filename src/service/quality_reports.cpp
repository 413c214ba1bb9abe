// Counts over scored conversations: how far machine and inspectors agree, and what to work on.
#include <boost/json.hpp>

#include <algorithm>
#include <map>

#include "core/time.h"
#include "service/quality_internal.h"
#include "service/wilson.h"

namespace fenshen::service {
namespace {

namespace json = boost::json;
using core::Result;
using storage::QualityRow;

constexpr std::size_t kExamples = 3, kReps = 5;

struct Counts {
  std::uint64_t right = 0, wrong = 0, missed = 0;
};

void write_share(core::JsonWriter& out, std::string_view name, std::uint64_t n, std::uint64_t of) {
  out.key(name).begin_object().field("of", of).field("n", n);
  if (of == 0) {
    out.key("share").null().key("low").null().key("high").null().end_object();
    return;
  }
  const Interval interval = wilson(n, of);
  out.field("share", interval.share).field("low", interval.low).field("high", interval.high).end_object();
}

void write_counts(core::JsonWriter& out, std::string_view rule, std::string_view name, const Counts& counts) {
  out.begin_object().field("rule", rule).field("name", name).field("right", counts.right).field("wrong", counts.wrong).field("missed", counts.missed);
  write_share(out, "agreement", counts.right, counts.right + counts.wrong + counts.missed);
  write_share(out, "precision", counts.right, counts.right + counts.wrong);
  write_share(out, "recall", counts.right, counts.right + counts.missed);
  out.end_object();
}

const content::Rule* find_rule(const content::Library& library, std::string_view id) {
  const auto found = std::ranges::find(library.rules, id, &content::Rule::id);
  return found != library.rules.end() ? &*found : nullptr;
}

bool holds(std::string_view joined, std::string_view id) {
  const std::string word = " " + std::string(id) + " ";
  return joined.find(word) != std::string_view::npos;
}

struct Example {
  std::string conversation, rep;
  std::int64_t turn = -1;
  std::uint64_t seq = 0;
  core::Millis at = 0;
};

// The newest few; rows come oldest first.
void keep(std::vector<Example>& list, Example example) {
  list.push_back(std::move(example));
  if (list.size() > 4 * kExamples) list.erase(list.begin(), list.end() - static_cast<std::ptrdiff_t>(2 * kExamples));
}

// What the row's text says of a rule: [rule, (turn,) seq].
std::optional<Example> example_of(const QualityRow& row, std::string_view list, std::string_view rule) {
  boost::system::error_code error;
  const json::value value = json::parse(row.text, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::value* entries = value.get_object().if_contains(list);
  if (entries == nullptr || !entries->is_array()) return std::nullopt;
  for (const json::value& entry : entries->get_array()) {
    const json::array& parts = entry.get_array();
    if (parts.size() < 2 || parts[0].as_string() != rule) continue;
    Example example{row.conversation, row.rep, -1, parts.back().to_number<std::uint64_t>(), row.started_at};
    if (parts.size() == 3) example.turn = parts[1].to_number<std::int64_t>();
    return example;
  }
  return std::nullopt;
}

}  // namespace

struct Quality::Gap {
  std::string rule;
  std::uint64_t conversations = 0, of = 0;
  std::map<std::string, std::uint64_t> months, reps;
  std::vector<Example> examples, worked;
  const std::map<std::string, std::uint64_t>* month_totals = nullptr;
  const std::map<std::string, std::uint64_t>* rep_totals = nullptr;
};

Result<std::string> Quality::agreement(const storage::QualityFilter& asked, bool english) const {
  storage::QualityFilter filter = asked;
  filter.rule.clear();
  std::map<std::string, Counts> rules;
  Counts all;
  std::uint64_t inspected = 0;
  const auto add = [&](const std::string& rule, std::uint64_t Counts::*what) {
    if (!asked.rule.empty() && rule != asked.rule) return;
    ++(rules[rule].*what);
    ++(all.*what);
  };
  TRY(parts_.index.each(filter, [&](const QualityRow& row) {
    if (row.human < 0) return;
    ++inspected;
    for (const std::string& rule : ids_of(row.rules)) add(rule, holds(row.wrong, rule) ? &Counts::wrong : &Counts::right);
    for (const std::string& rule : ids_of(row.missed)) add(rule, &Counts::missed);
  }));
  const auto pack = parts_.current();
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("inspected", inspected).key("all");
  write_counts(out, "", english ? "All rules" : "全部规则", all);
  out.key("items").begin_array();
  for (const auto& [id, counts] : rules) {
    const content::Rule* rule = find_rule(assist::library_of(*pack), id);
    write_counts(out, id, rule != nullptr ? rule->name.in(english) : id, counts);
  }
  out.end_array().end_object();
  return text;
}

Result<std::string> Quality::advice(const storage::QualityFilter& asked, std::size_t gaps, bool english) const {
  storage::QualityFilter filter = asked;
  filter.rule.clear();
  const auto pack = parts_.current();
  const content::Library& library = assist::library_of(*pack);
  std::map<std::string, Gap> by_rule;
  std::map<std::string, std::uint64_t> months, reps;
  std::uint64_t conversations = 0;
  TRY(parts_.index.each(filter, [&](const QualityRow& row) {
    const std::string month = core::format_date(core::day_of(row.started_at, library.offset_minutes())).substr(0, 7);
    ++conversations;
    ++months[month];
    ++reps[row.rep];
    for (const std::string& rule : ids_of(row.rules + row.missed)) {
      if (holds(row.wrong, rule) || (!asked.rule.empty() && rule != asked.rule)) continue;
      Gap& gap = by_rule[rule];
      ++gap.conversations;
      ++gap.months[month];
      ++gap.reps[row.rep];
    }
  }));
  std::vector<Gap> list;
  for (auto& [rule, gap] : by_rule) {
    gap.rule = rule;
    gap.of = conversations;
    gap.month_totals = &months;
    gap.rep_totals = &reps;
    list.push_back(std::move(gap));
  }
  std::ranges::stable_sort(list, [](const Gap& a, const Gap& b) { return a.conversations > b.conversations; });  // ties: by rule
  if (list.size() > gaps) list.resize(gaps);
  // Examples of these, and what others said: of a rep's gaps the words of everybody else.
  storage::QualityFilter others = filter;
  others.rep.clear();
  TRY(parts_.index.each(others, [&](const QualityRow& row) {
    for (Gap& gap : list) {
      const bool broken = holds(row.rules, gap.rule) && !holds(row.wrong, gap.rule);
      if (broken && (filter.rep.empty() || row.rep == filter.rep)) {
        if (auto example = example_of(row, "found", gap.rule)) keep(gap.examples, std::move(*example));
      } else if (!broken && row.passed && (filter.rep.empty() || row.rep != filter.rep)) {
        if (auto example = example_of(row, "met", gap.rule)) keep(gap.worked, std::move(*example));
      }
    }
  }));
  std::string text;
  core::JsonWriter out(text);
  out.begin_object().field("conversations", conversations).key("items").begin_array();
  for (const Gap& gap : list) write_gap(out, gap, english);
  out.end_array().end_object();
  return text;
}

void Quality::write_gap(core::JsonWriter& out, const Gap& gap, bool english) const {
  const auto pack = parts_.current();
  const content::Rule* rule = find_rule(assist::library_of(*pack), gap.rule);
  out.begin_object().field("kind", "rule").field("id", gap.rule).field("name", rule != nullptr ? rule->name.in(english) : gap.rule);
  out.field("severity", rule != nullptr ? severity_name(rule->severity) : "normal").field("wording", rule != nullptr ? rule->wording.in(english) : std::string());
  out.field("conversations", gap.conversations).field("of", gap.of).key("trend").begin_array();
  for (const auto& [month, of] : *gap.month_totals) {
    const auto found = gap.months.find(month);
    out.begin_object().field("month", month).field("conversations", found != gap.months.end() ? found->second : 0).field("of", of).end_object();
  }
  out.end_array().key("reps").begin_array();
  std::vector<std::pair<std::string, std::uint64_t>> reps(gap.reps.begin(), gap.reps.end());
  std::erase_if(reps, [](const auto& one) { return one.first.empty(); });
  std::ranges::stable_sort(reps, [](const auto& a, const auto& b) { return a.second > b.second; });
  if (reps.size() > kReps) reps.resize(kReps);
  for (const auto& [rep, count] : reps)
    out.begin_object().key("rep").raw(person_json(rep)).field("conversations", count).field("of", gap.rep_totals->at(rep)).end_object();
  out.end_array();
  const auto write = [&](std::string_view name, const std::vector<Example>& examples, bool needs_words) {
    out.key(name).begin_array();
    std::size_t written = 0;
    for (auto example = examples.rbegin(); example != examples.rend() && written < kExamples; ++example) {
      const std::string words = words_at(example->conversation, example->seq);
      if (words.empty() && needs_words) continue;
      ++written;
      out.begin_object().field("conversation", example->conversation).field("seq", example->seq).key("turn");
      if (example->turn >= 0) out.value(example->turn);
      else out.null();
      out.field("words", words).field("at", core::format_instant(example->at)).key("rep").raw(person_json(example->rep)).end_object();
    }
    out.end_array();
  };
  write("examples", gap.examples, false);
  write("worked", gap.worked, true);
  out.end_object();
}

}  // namespace fenshen::service
