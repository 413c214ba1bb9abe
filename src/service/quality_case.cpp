// One conversation: its sheet with the evidence, and the steps of people.
#include <algorithm>
#include <map>

#include "core/time.h"
#include "core/utf8.h"
#include "service/quality_internal.h"

namespace fenshen::service {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;
using storage::QualityRow;

constexpr std::size_t kWordsCodePoints = 160;
constexpr std::size_t kLinesMost = 40, kVerdictsMost = 30;

std::string_view text_of(const std::vector<cv::Event>& events, std::uint64_t seq) {
  if (seq == 0 || seq > events.size() || events[seq - 1].seq != seq) return {};
  const cv::EventBody& body = events[seq - 1].body;
  if (const auto* utterance = std::get_if<cv::Utterance>(&body)) return utterance->text;
  if (const auto* act = std::get_if<cv::ActProposed>(&body)) return act->text;
  if (const auto* done = std::get_if<cv::ActDone>(&body))
    for (const cv::Event& event : events)
      if (const auto* act = std::get_if<cv::ActProposed>(&event.body); act != nullptr && act->act == done->act) return act->text;
  return {};
}

std::string shortened(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < kWordsCodePoints; ++n) core::decode_utf8(text, at);
  return at < text.size() ? std::string(text.substr(0, at)) + "…" : std::string(text);
}

const LineJudged* judged(const QualityStep* step, const std::string& item) {
  if (step == nullptr) return nullptr;
  const auto found = std::ranges::find(step->lines, item, &LineJudged::item);
  return found != step->lines.end() ? &*found : nullptr;
}

bool wrong(const std::vector<RuleJudged>& verdicts, const std::string& rule) {
  return std::ranges::any_of(verdicts, [&](const RuleJudged& one) { return one.rule == rule && one.verdict == "wrong"; });
}

// Points lost of an item that the inspector left to the machine: without what he found wrong, with what it had missed.
int lost_without(const content::ScoreSheet& sheet, const ScoredLine& line, const std::vector<RuleJudged>& verdicts) {
  int hits = static_cast<int>(std::ranges::count_if(line.evidence, [&](const Finding& finding) { return finding.step || !wrong(verdicts, finding.id); }));
  for (const RuleJudged& one : verdicts)
    if (one.verdict == "missed" && item_for(sheet, one.rule) == line.item) ++hits;
  return line.item->veto ? std::min(hits, 1) : std::min(line.item->weight, hits * line.item->per_hit);
}

core::Status check(const Judgement& judgement, const MachineScore& machine) {
  if (machine.sheet == nullptr) return fail(Code::conflict, "no score sheet fits this conversation", "sheet");
  if (judgement.lines.size() > kLinesMost) return fail(Code::invalid, "too many lines", "lines");
  if (judgement.verdicts.size() > kVerdictsMost) return fail(Code::invalid, "too many verdicts", "verdicts");
  for (std::size_t i = 0; i < judgement.lines.size(); ++i) {
    const LineJudged& line = judgement.lines[i];
    const std::string place = "lines[" + std::to_string(i) + "].";
    const auto item = std::ranges::find(machine.sheet->items, line.item, &content::ScoreItem::id);
    if (item == machine.sheet->items.end()) return fail(Code::invalid, "the score sheet has no such item", place + "item");
    const int most = item->veto ? 100 : item->weight;
    if (line.lost < 0 || line.lost > most) return fail(Code::invalid, "must be from 0 to " + std::to_string(most), place + "lost");
  }
  const content::Library& library = assist::library_of(*machine.pack);
  const auto broken = machine.broken();
  for (std::size_t i = 0; i < judgement.verdicts.size(); ++i) {
    const RuleJudged& one = judgement.verdicts[i];
    const std::string place = "verdicts[" + std::to_string(i) + "].";
    if (std::ranges::find(library.rules, one.rule, &content::Rule::id) == library.rules.end()) return fail(Code::invalid, "there is no such rule", place + "rule");
    if (one.verdict != "right" && one.verdict != "wrong" && one.verdict != "missed") return fail(Code::invalid, "must be right, wrong or missed", place + "verdict");
    const bool found = std::ranges::find(broken, one.rule, &Finding::id) != broken.end();
    if (found == (one.verdict == "missed"))
      return fail(Code::invalid, found ? "the machine found it: it is right or wrong" : "the machine did not find it: it can only be missed", place + "verdict");
  }
  return {};
}

// The points of the judgement, as the sheet counts them.
void add_points(QualityStep& step, const MachineScore& machine) {
  std::vector<int> lost;
  for (const ScoredLine& line : machine.lines) {
    const LineJudged* by_hand = judged(&step, line.item->id);
    lost.push_back(by_hand != nullptr ? by_hand->lost : lost_without(*machine.sheet, line, step.verdicts));
  }
  int majors = 0;
  for (const Finding& finding : machine.broken())
    if (finding.severity == content::Severity::major && !wrong(step.verdicts, finding.id)) ++majors;
  for (const content::Rule& rule : assist::library_of(*machine.pack).rules)
    if (rule.severity == content::Severity::major)
      majors += static_cast<int>(std::ranges::count_if(step.verdicts, [&](const RuleJudged& one) { return one.rule == rule.id && one.verdict == "missed"; }));
  const Points points = points_of(*machine.sheet, lost, majors);
  step.score = points.score;
  step.passed = points.passed;
  step.vetoed = points.vetoed;
}

struct Writer {
  core::JsonWriter& out;
  const std::vector<cv::Event>& events;
  const std::function<std::string(std::string_view)>& mask;
  bool english;

  void evidence(const Finding& finding) {
    out.begin_object().field("kind", finding.step ? "step" : "rule").field("id", finding.id).field("name", finding.name.in(english))
        .field("severity", severity_name(finding.severity)).key("turn");
    if (finding.turn >= 0) out.value(finding.turn);
    else out.null();
    out.key("seq");
    if (finding.seq > 0) out.value(finding.seq);
    else out.null();
    out.field("words", shortened(mask(text_of(events, finding.seq)))).key("card").null().end_object();
  }

  void line(const ScoredLine& line, const QualityStep* newest) {
    const content::ScoreItem& item = *line.item;
    out.begin_object().field("item", item.id).field("name", item.name.in(english)).field("weight", item.weight).field("lost", line.lost)
        .field("veto", item.veto).field("manual", item.manual).key("evidence").begin_array();
    for (const Finding& finding : line.evidence) evidence(finding);
    out.end_array().key("human_lost");
    const LineJudged* by_hand = judged(newest, item.id);
    if (by_hand != nullptr) out.value(by_hand->lost);
    else out.null();
    out.field("human_note", by_hand != nullptr ? by_hand->note : std::string()).end_object();
  }

  // What costs nothing (or only vetoes): rules that no item names.
  void others(const std::vector<Finding>& findings) {
    if (findings.empty()) return;
    out.begin_object().field("item", "").field("name", english ? "Found, named by no item" : "其他发现（不计分）").field("weight", 0).field("lost", 0)
        .field("veto", false).field("manual", false).key("evidence").begin_array();
    for (const Finding& finding : findings) evidence(finding);
    out.end_array().key("human_lost").null().field("human_note", "").end_object();
  }
};

}  // namespace

Result<std::string> Quality::detail(std::string_view conversation, const QualityViewer& viewer) const {
  TRY_ASSIGN(const QualityRow row, parts_.index.get(conversation));
  TRY_ASSIGN(auto raw, events({"default", storage::StreamKind::conversation, std::string(conversation)}));
  const auto all = with_corrections(std::move(raw));
  ConversationFacts facts = facts_of(all);
  facts.team = row.team;
  TRY_ASSIGN(const MachineScore machine, this->machine(all, facts));
  TRY_ASSIGN(const QualityCase steps, people(conversation));
  const QualityStep* newest = steps.newest();
  std::string text;
  core::JsonWriter out(text);
  Writer writer{out, all, parts_.mask, viewer.english};
  out.begin_object().key("item").raw(row_json(row)).field("sheet_name", machine.sheet != nullptr ? machine.sheet->name.in(viewer.english) : std::string());
  out.field("pass", machine.sheet != nullptr ? machine.sheet->pass : 0).key("lines").begin_array();
  for (const ScoredLine& line : machine.lines) writer.line(line, newest);
  writer.others(machine.others);
  out.end_array().key("verdicts").begin_array();
  if (newest != nullptr)
    for (const RuleJudged& one : newest->verdicts) out.begin_object().field("rule", one.rule).field("verdict", one.verdict).end_object();
  out.end_array().key("history").begin_array();
  for (const QualityStep& step : steps.steps) {
    out.begin_object().field("seq", step.seq).field("at", core::format_instant(step.at)).field("kind", step.kind).key("by").raw(person_json(step.by))
        .field("note", step.note).key("score");
    if (step.score >= 0) out.value(step.score);
    else out.null();
    out.key("outcome");
    if (step.outcome.empty()) out.null();
    else out.value(step.outcome);
    out.key("items").begin_array();
    for (const std::string& item : step.items) out.value(item);
    out.end_array().end_object();
  }
  out.end_array().key("may").begin_array();
  const auto offer = [&](bool right, std::string_view kind, std::string_view name) {
    if (right && steps.may(kind, viewer.account)) out.value(name);
  };
  const bool scored = machine.sheet != nullptr;
  offer(viewer.inspects && scored, "inspected", "inspect");
  offer(viewer.appeals && row.rep == viewer.account, "appealed", "appeal");
  offer(viewer.inspects && scored, "rechecked", "recheck");
  offer(viewer.inspects, "decided", "decide");
  out.end_array().end_object();
  return text;
}

Result<std::string> Quality::judge(std::string_view conversation, std::string_view kind, const Judgement& judgement, const QualityViewer& viewer) {
  TRY_ASSIGN(const QualityRow row, parts_.index.get(conversation));
  TRY_ASSIGN(auto raw, events({"default", storage::StreamKind::conversation, std::string(conversation)}));
  const auto all = with_corrections(std::move(raw));
  ConversationFacts facts = facts_of(all);
  facts.team = row.team;
  TRY_ASSIGN(const MachineScore machine, this->machine(all, facts));
  TRY(check(judgement, machine));
  QualityStep step;
  step.id = judgement.id;
  step.kind = std::string(kind);
  step.by = viewer.account;
  step.note = parts_.mask(judgement.note);
  step.lines = judgement.lines;
  for (LineJudged& line : step.lines) line.note = parts_.mask(line.note);
  step.verdicts = judgement.verdicts;
  add_points(step, machine);
  return take(conversation, std::move(step), viewer);
}

Result<std::string> Quality::inspect(std::string_view conversation, const Judgement& judgement, const QualityViewer& viewer) {
  return judge(conversation, "inspected", judgement, viewer);
}
Result<std::string> Quality::recheck(std::string_view conversation, const Judgement& judgement, const QualityViewer& viewer) {
  return judge(conversation, "rechecked", judgement, viewer);
}

Result<std::string> Quality::appeal(std::string_view conversation, std::string id, std::vector<std::string> items, std::string note, const QualityViewer& viewer) {
  QualityStep step;
  step.id = std::move(id);
  step.kind = "appealed";
  step.by = viewer.account;
  step.note = parts_.mask(note);
  step.items = std::move(items);
  return take(conversation, std::move(step), viewer);
}

Result<std::string> Quality::decide(std::string_view conversation, std::string id, std::string outcome, std::string note, const QualityViewer& viewer) {
  QualityStep step;
  step.id = std::move(id);
  step.kind = "decided";
  step.by = viewer.account;
  step.note = parts_.mask(note);
  step.outcome = std::move(outcome);
  return take(conversation, std::move(step), viewer);
}

Result<std::string> Quality::take(std::string_view conversation, QualityStep step, const QualityViewer& viewer) {
  {
    const std::lock_guard lock(steps_mutex_);
    TRY_ASSIGN(QualityRow row, parts_.index.get(conversation));
    TRY_ASSIGN(QualityCase steps, people(conversation));
    if (std::ranges::find(steps.steps, step.id, &QualityStep::id) == steps.steps.end()) {  // else sent again: as it was answered
      TRY(steps.may(step.kind, viewer.account));
      if (step.outcome == "changed" && steps.last("rechecked") == nullptr)
        return fail(Code::conflict, "nothing was scored again: only a re-check can change the score", "outcome");
      storage::AppendRequest request;
      request.stream = quality_stream(conversation);
      request.events.push_back(to_event(step));
      TRY(parts_.log.append_and_wait(std::move(request)));
      std::vector<QualityRow> rows;
      TRY(score(std::string(conversation), row.position, rows));
      TRY(parts_.index.put(rows));
    }
  }
  return detail(conversation, viewer);
}

std::string Quality::words_at(std::string_view conversation, std::uint64_t seq) const {
  if (seq == 0) return {};
  auto all = events({"default", storage::StreamKind::conversation, std::string(conversation)});
  return all ? shortened(parts_.mask(text_of(with_corrections(std::move(*all)), seq))) : std::string();
}

std::string Quality::sheets(bool english) const {
  const auto pack = parts_.current();
  std::string text;
  core::JsonWriter out(text);
  const auto words = [&](std::string_view name, const std::vector<std::string>& list) {
    out.key(name).begin_array();
    for (const std::string& one : list) out.value(one);
    out.end_array();
  };
  out.begin_object().key("items").begin_array();
  for (const content::ScoreSheet& sheet : assist::library_of(*pack).sheets) {
    out.begin_object().field("id", sheet.id).field("name", sheet.name.in(english));
    words("process", sheet.process);
    words("team", sheet.team);
    words("channel", sheet.channel);
    out.field("pass", sheet.pass).field("veto_score", sheet.veto_score).key("items").begin_array();
    for (const content::ScoreItem& item : sheet.items) {
      out.begin_object().field("id", item.id).field("name", item.name.in(english)).field("weight", item.weight).field("per_hit", item.per_hit)
          .field("veto", item.veto).field("manual", item.manual);
      words("rules", item.rules);
      words("steps", item.steps);
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace fenshen::service
