#include "service/quality_score.h"

#include <algorithm>
#include <map>
#include <set>

namespace fenshen::service {
namespace {

namespace cv = conversation;
using assist::FoldVerdict;
using content::Severity;

bool fits(const std::vector<std::string>& wanted, const std::string& value) { return wanted.empty() || std::ranges::find(wanted, value) != wanted.end(); }

}  // namespace

// The one that names it, else the first whose prefix fits.
const content::ScoreItem* item_for(const content::ScoreSheet& sheet, const std::string& rule) {
  for (const content::ScoreItem& item : sheet.items)
    if (std::ranges::find(item.rules, rule) != item.rules.end()) return &item;
  for (const content::ScoreItem& item : sheet.items)
    for (const std::string& name : item.rules)
      if (name.ends_with('*') && rule.starts_with(std::string_view(name).substr(0, name.size() - 1))) return &item;
  return nullptr;
}

namespace {

struct Folded {
  std::vector<Finding> broken;                // in order
  std::set<std::string> flows, steps_done;    // steps: "P01.S5"
  std::vector<std::pair<std::string, std::uint64_t>> met;
};

Folded fold(std::span<const cv::Event> events, const std::shared_ptr<const assist::CompiledPack>& pack, assist::FoldScratch& scratch) {
  Folded out;
  const content::Library& library = assist::library_of(*pack);
  assist::VerdictFold fold(pack);
  std::vector<FoldVerdict> verdicts;
  for (const cv::Event& event : events) {
    verdicts.clear();
    fold.fold(event, scratch, verdicts);
    for (const FoldVerdict& verdict : verdicts) {
      if (verdict.kind == FoldVerdict::Kind::broken) {
        const content::Rule& rule = library.rules[verdict.item];
        out.broken.push_back({false, rule.id, rule.name, rule.severity, verdict.turn, verdict.seq, rule.card == content::RuleCard::fraud});
      } else if (verdict.kind == FoldVerdict::Kind::met) {
        out.met.emplace_back(library.rules[verdict.item].id, verdict.seq);
      } else if (verdict.kind != FoldVerdict::Kind::warned) {
        const content::Flow& flow = library.flows[verdict.item];
        const std::string step = flow.id + "." + flow.steps[verdict.step].id;
        out.flows.insert(flow.id);
        if (verdict.kind == FoldVerdict::Kind::step_done) out.steps_done.insert(step);
        else out.steps_done.erase(step);
      }
    }
  }
  return out;
}

bool named(const content::ScoreSheet* sheet, const std::string& rule) {
  return sheet != nullptr && std::ranges::any_of(sheet->items, [&](const content::ScoreItem& item) { return std::ranges::find(item.rules, rule) != item.rules.end(); });
}

Finding missing_step(const content::Library& library, const std::string& name) {
  Finding finding{true, name, {}, Severity::normal, -1, 0, false};
  const std::size_t dot = name.find('.');
  for (const content::Flow& flow : library.flows)
    for (const content::FlowStep& step : flow.steps)
      if (flow.id == name.substr(0, dot) && dot != std::string::npos && step.id == name.substr(dot + 1)) finding.name = step.name;
  return finding;
}

void fill_lines(MachineScore& score, const Folded& folded, const content::Library& library) {
  std::map<const content::ScoreItem*, ScoredLine*> by_item;
  for (const content::ScoreItem& item : score.sheet->items) score.lines.push_back({&item, 0, {}});
  for (ScoredLine& line : score.lines) by_item[line.item] = &line;
  for (const Finding& finding : folded.broken) {
    const content::ScoreItem* item = item_for(*score.sheet, finding.id);
    if (item == nullptr) score.others.push_back(finding);
    else by_item[item]->evidence.push_back(finding);
  }
  for (ScoredLine& line : score.lines) {
    for (const std::string& step : line.item->steps)
      if (folded.flows.contains(step.substr(0, step.find('.'))) && !folded.steps_done.contains(step)) line.evidence.push_back(missing_step(library, step));
    const int hits = static_cast<int>(std::min<std::size_t>(line.evidence.size(), 1'000));
    line.lost = line.item->veto ? std::min(hits, 1) : std::min(line.item->weight, hits * line.item->per_hit);
  }
}

}  // namespace

std::vector<Finding> MachineScore::broken() const {
  std::vector<Finding> out;
  const auto add = [&](const Finding& finding) {
    if (!finding.step && std::ranges::find(out, finding.id, &Finding::id) == out.end()) out.push_back(finding);
  };
  for (const ScoredLine& line : lines)
    for (const Finding& finding : line.evidence) add(finding);
  for (const Finding& finding : others) add(finding);
  return out;
}

ConversationFacts facts_of(std::span<const cv::Event> events) {
  ConversationFacts facts;
  for (const cv::Event& event : events) {
    if (const auto* started = std::get_if<cv::ConversationStarted>(&event.body)) {
      facts.channel = started->channel;
      facts.started_at = event.recorded_at;
      if (const auto* team = cv::find(started->meta, "team")) facts.team = *team;
      if (const auto* rep = cv::find(started->meta, "rep")) facts.rep = *rep;
    } else if (const auto* joined = std::get_if<cv::ParticipantJoined>(&event.body)) {
      if (joined->speaker == cv::Speaker::rep) facts.rep = joined->participant;
    } else if (const auto* bound = std::get_if<cv::PackBound>(&event.body)) {
      facts.pack_hash = bound->pack_hash;
    } else if (std::holds_alternative<cv::ConversationEnded>(event.body) && facts.ended_at == 0) {
      facts.ended_at = event.recorded_at;
    }
  }
  return facts;
}

std::vector<cv::Event> with_corrections(std::vector<cv::Event> events) {
  std::map<std::size_t, std::uint32_t> held;  // index of an utterance -> revision of its text
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* found = std::get_if<cv::Utterance>(&events[i].body);
    if (found == nullptr || found->revision == 0 || found->utterance_id.empty()) continue;
    const cv::Utterance newer = *found;
    for (std::size_t before = 0; before < i; ++before) {
      auto* utterance = std::get_if<cv::Utterance>(&events[before].body);
      if (utterance == nullptr || utterance->revision != 0) continue;
      if (utterance->utterance_id != newer.utterance_id && events[before].id != newer.utterance_id) continue;
      std::uint32_t& revision = held[before];
      if (newer.revision <= revision) continue;
      revision = newer.revision;
      utterance->text = newer.text;
    }
  }
  return events;
}

const content::ScoreSheet* choose_sheet(const content::Library& library, const ConversationFacts& facts, const std::vector<std::string>& processes, core::Day day) {
  const content::ScoreSheet* best = nullptr;
  int best_rank = -1;
  for (const content::ScoreSheet& sheet : library.sheets) {
    const bool process = sheet.process.empty() || std::ranges::any_of(processes, [&](const std::string& id) { return fits(sheet.process, id); });
    if (!sheet.in_force.covers(day) || !process || !fits(sheet.team, facts.team) || !fits(sheet.channel, facts.channel)) continue;
    const int rank = (sheet.process.empty() ? 0 : 4) + (sheet.team.empty() ? 0 : 2) + (sheet.channel.empty() ? 0 : 1);
    if (rank < best_rank || (rank == best_rank && best->id <= sheet.id)) continue;
    best = &sheet;
    best_rank = rank;
  }
  return best;
}

Points points_of(const content::ScoreSheet& sheet, std::span<const int> lost, int majors) {
  Points points;
  int sum = 0;
  for (std::size_t i = 0; i < sheet.items.size(); ++i) {
    if (sheet.items[i].veto) points.vetoed = points.vetoed || lost[i] > 0;
    else sum += lost[i];
  }
  points.vetoed = points.vetoed || (sheet.major_vetoes && majors > 0);
  points.score = std::max(0, 100 - sum);
  if (points.vetoed) points.score = std::min(points.score, sheet.veto_score);
  points.passed = !points.vetoed && points.score >= sheet.pass;
  return points;
}

MachineScore score_conversation(std::span<const cv::Event> events, const ConversationFacts& facts, const std::shared_ptr<const assist::CompiledPack>& pack,
                                assist::FoldScratch& scratch) {
  MachineScore score;
  score.pack = pack;
  const content::Library& library = assist::library_of(*pack);
  Folded folded = fold(events, pack, scratch);
  score.processes.assign(folded.flows.begin(), folded.flows.end());
  score.met = std::move(folded.met);
  score.sheet = choose_sheet(library, facts, score.processes, core::day_of(facts.started_at, library.offset_minutes()));
  std::erase_if(folded.broken, [&](const Finding& finding) { return finding.fraud && !named(score.sheet, finding.id); });
  if (score.sheet == nullptr) {
    score.others = folded.broken;
    return score;
  }
  fill_lines(score, folded, library);
  std::vector<int> lost;
  for (const ScoredLine& line : score.lines) lost.push_back(line.lost);
  const auto majors = std::ranges::count(folded.broken, Severity::major, &Finding::severity);
  const Points points = points_of(*score.sheet, lost, static_cast<int>(majors));
  score.score = points.score;
  score.vetoed = points.vetoed;
  score.passed = points.passed;
  return score;
}

}  // namespace fenshen::service
