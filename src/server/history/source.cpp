#include "server/history/source.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "core/check.h"
#include "core/json_writer.h"

namespace fenshen::server::history {
namespace {

using content::ConditionNode;
using content::Library;

// The lists that a dialogue is built with.
constexpr const char* kNeeded[] = {"greet", "greet_chat", "greet_out", "greet_counter", "greet_en", "opening", "opening_en", "understand", "understand_en", "after", "ack", "ack_en",
                                   "more", "more_answer", "chat", "chat_answer", "idv_ask2", "idv_ask2_en", "idv_ask3", "idv_ask3_en", "idv_ask4", "idv_ask4_en", "idv_give", "idv_give_en",
                                   "idv_ok", "idv_ok_en", "idv_doing", "idv_doing_en", "hold", "angry", "anxious_line", "calm_down", "outbound_yes", "anti_fraud_answer", "anti_fraud_answer_en",
                                   "fraud_warning", "fraud_answer", "fraud_advice", "introduce", "close", "close_en", "bye_customer", "bye_customer_en", "bye_rep", "bye_rep_en"};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

// The pack's wording as a template: its blanks become values.
std::string template_of(std::string text) {
  for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"工号××××", "工号{staff}"}, {"××××", "{tail}"}, {"……", "{figure}"}, {"…", "{figure}"}, {"×", "3"}})
    text = replaced(std::move(text), from, to);
  return text;
}

void collect_events(const ConditionNode& node, std::vector<const ConditionNode*>& out) {
  if (node.kind == ConditionNode::Kind::negate) return;
  if (node.kind == ConditionNode::Kind::event) out.push_back(&node);
  for (const ConditionNode& child : node.children) collect_events(child, out);
}

std::vector<const ConditionNode*> events_of(const content::FlowStep& step) {
  for (const auto& alternative : step.done.any) {
    std::vector<const ConditionNode*> found;
    for (const auto& part : alternative) collect_events(part.when.root, found);
    if (!found.empty()) return found;
  }
  return {};
}

std::string first_text(const content::FlowStep& step) {
  return step.done.any.empty() || step.done.any.front().empty() ? std::string() : step.done.any.front().front().when.text;
}

class Reader {
 public:
  Reader(const content::PackSources& sources, const Library& library) : library_(library) {
    for (const content::SourceFile& file : sources.files)
      if (file.path.starts_with("history/")) files_.emplace_back(file.label, YAML::Load(file.text));
  }

  core::Result<HistorySource> run() {
    if (files_.empty()) return core::fail(core::Code::not_found, "no pack has a folder history/", "--pack");
    read_frame();
    read_people();
    read_flows();
    read_enquiries();
    read_slips();
    read_season();
    for (const char* name : kNeeded)
      if (!source_.lists.contains(name)) return core::fail(core::Code::invalid, fmt::format("the list «{}» is missing", name), "history/");
    TRY(source_.grammar.check());
    return std::move(source_);
  }

 private:
  // A member of whichever file has it.
  YAML::Node top(const char* name) const {
    for (const auto& [label, node] : files_)
      if (node[name].IsDefined()) return node[name];
    throw YAML::RepresentationException(YAML::Mark::null_mark(), fmt::format("«{}» is missing", name));
  }

  void read_frame() {
    for (const auto& entry : top("lists")) {
      const auto name = entry.first.as<std::string>();
      source_.lists[name] = read_list(name, entry.second);
    }
    for (const auto& entry : top("misheard")) source_.misheard.emplace_back(entry.first.as<std::string>(), entry.second.as<std::string>());
    source_.fillers = top("fillers").as<std::vector<std::string>>();
    source_.offset_minutes = library_.offset_minutes();
  }

  ListId read_list(const std::string& name, const YAML::Node& lines) {
    const ListId id = source_.grammar.list(name);
    for (const auto& line : lines) source_.grammar.add(id, line.as<std::string>());
    return id;
  }

  std::uint32_t flow_index(const std::string& id) {
    const auto found = std::ranges::find(library_.flows, id, &content::Flow::id);
    if (found == library_.flows.end()) throw YAML::RepresentationException(YAML::Mark::null_mark(), "no flow " + id);
    return static_cast<std::uint32_t>(found - library_.flows.begin());
  }

  std::optional<core::Day> day(const YAML::Node& node) {
    if (!node.IsDefined()) return std::nullopt;
    const auto parsed = core::parse_date(node.as<std::string>());
    if (!parsed) throw YAML::RepresentationException(node.Mark(), "not a date");
    return parsed;
  }

  void read_people() {
    for (const auto& item : top("reps")) {
      RepSource rep{.id = item["id"].as<std::string>(), .name = item["name"].as<std::string>(), .forgets = {}, .slips = {}, .better = day(item["better"])};
      if (item["forgets"].IsDefined()) rep.forgets = item["forgets"].as<std::map<std::string, std::uint32_t>>();
      if (item["slips"].IsDefined()) rep.slips = item["slips"].as<std::map<std::string, std::uint32_t>>();
      source_.reps.push_back(std::move(rep));
    }
    team_flows_.clear();
    for (const auto& item : top("teams")) {
      TeamSource team{.name = item["name"].as<std::string>(), .channels = item["channels"].as<std::vector<std::string>>(), .reps = {}};
      for (const auto& rep : item["reps"]) {
        const auto found = std::ranges::find(source_.reps, rep.as<std::string>(), &RepSource::id);
        if (found == source_.reps.end()) throw YAML::RepresentationException(rep.Mark(), "no such rep");
        team.reps.push_back(static_cast<std::uint32_t>(found - source_.reps.begin()));
      }
      std::set<std::uint32_t> flows;
      for (const auto& flow : item["flows"]) flows.insert(flow_index(flow.as<std::string>()));
      team_flows_.push_back(std::move(flows));
      source_.teams.push_back(std::move(team));
    }
    const YAML::Node always = top("always"), customers = top("customers");
    source_.always_forgets = always["forgets"].as<std::uint32_t>();
    source_.always_slips_100k = static_cast<std::uint32_t>(always["slips"].as<double>() * 100);
    for (const auto& duty : top("new_duties"))
      source_.new_duties.push_back({duty["step"].as<std::string>(), *day(duty["from"]), duty["before"].as<std::uint32_t>(), duty["after"].as<std::uint32_t>()});
    source_.customers = customers["count"].as<std::uint32_t>();
    source_.again = customers["again"].as<std::uint32_t>();
    source_.english = customers["english"].as<std::uint32_t>();
    source_.families = customers["families"].as<std::vector<std::string>>();
    source_.given = customers["given"].as<std::vector<std::string>>();
    source_.names_en = customers["names_en"].as<std::vector<std::string>>();
    source_.tiers = weighted(customers["tiers"]);
    source_.risks = weighted(customers["risks"]);
    source_.ages = weighted(customers["ages"]);
  }

  static std::vector<Weighted> weighted(const YAML::Node& node) {
    std::vector<Weighted> list;
    for (const auto& entry : node) {
      Weighted one{0, entry.first.as<std::string>(), entry.second.as<std::uint32_t>()};
      one.value = std::atoi(one.name.c_str());
      list.push_back(std::move(one));
    }
    return list;
  }

  StepSource read_step(const content::Flow& flow, const content::FlowStep& step, const YAML::Node& answers) {
    StepSource out;
    out.id = flow.id + "." + step.id;
    out.rule = step.rule;
    out.optional = step.optional;
    for (const ConditionNode* event : events_of(step)) {
      if (event->name == "idv.passed" || event->name == "ivr.recording_notice" || event->name == "wrapup.saved" || event->name == "intent.confirmed") continue;
      if (out.events.empty()) out.events.push_back(event->name);  // one of them is evidence enough
    }
    const auto like = [&](std::string_view common) {
      const auto found = std::ranges::find(library_.common_steps, common, &content::FlowStep::id);
      return found != library_.common_steps.end() && first_text(*found) == first_text(step);
    };
    if (like("OPEN")) out.role = StepSource::Role::greeting;
    else if (like("FRAUD")) out.role = StepSource::Role::anti_fraud;
    else if (like("CLOSE")) out.role = StepSource::Role::closing;
    for (int level = 2; level <= 4; ++level)
      if (like(fmt::format("IDV-L{}", level))) {
        out.role = StepSource::Role::identify;
        out.level = level;
      }
    out.for_seniors = step.only_if && step.only_if->text.find("customer.age >= 65") != std::string::npos;
    out.has_say = !step.say.zh.empty();
    out.has_english = !step.say.en.empty();
    if (out.has_say) out.say = source_.grammar.line(template_of(step.say.zh));
    if (out.has_english) out.say_en = source_.grammar.line(template_of(step.say.en));
    if (answers.IsDefined() && answers[step.id].IsDefined()) out.answers = read_list("answers " + out.id, answers[step.id]);
    return out;
  }

  void read_flows() {
    const YAML::Node all = top("flows");
    for (std::uint32_t i = 0; i < library_.flows.size(); ++i) {
      const content::Flow& flow = library_.flows[i];
      FlowSource out;
      out.id = flow.id;
      const YAML::Node own = all[flow.id];
      if (own.IsDefined()) {
        out.weight = own["weight"].as<std::uint32_t>();
        if (own["open"].IsDefined()) out.open = read_list("open " + flow.id, own["open"]);
      }
      for (const content::FlowStep& step : flow.steps) {
        // Of what exists on a condition only the ordinary case is played.
        const bool ordinary = !step.only_if || step.only_if->text.find("is missing") != std::string::npos || step.only_if->text.find("customer.age >= 65") != std::string::npos;
        if (!ordinary) continue;
        out.steps.push_back(read_step(flow, step, own.IsDefined() ? own["answers"] : YAML::Node(YAML::NodeType::Undefined)));
        if (own.IsDefined() && own["quiet"].IsDefined())
          for (const auto& quiet : own["quiet"])
            if (quiet.as<std::string>() == step.id) out.steps.back().events.clear();
      }
      for (std::uint32_t team = 0; team < source_.teams.size(); ++team)
        if (team_flows_[team].contains(i)) out.teams.push_back(team);
      if (out.teams.empty() || source_.grammar.empty(out.open)) out.weight = 0;
      source_.flows.push_back(std::move(out));
    }
    for (const auto& entry : top("data")) {
      std::string text;
      core::JsonWriter json(text);
      json.begin_object();
      for (const auto& field : entry.second) json.field(field.first.as<std::string>(), field.second.as<std::string>());
      json.end_object();
      source_.event_data[entry.first.as<std::string>()] = text;
    }
    for (const content::Product& product : library_.products)
      if (product.product_class == "wealth" && product.risk.size() == 2) source_.wealth.push_back({product.name.zh, product.risk[1] - '0'});
  }

  void read_enquiries() {
    for (const content::Article& article : library_.articles) {
      if (article.audience != content::Audience::customer || article.variants_zh.empty()) continue;
      EnquirySource out;
      out.ask = source_.grammar.list("ask " + article.id);
      for (const std::string& variant : article.variants_zh) source_.grammar.add(out.ask, plain(variant));
      out.say = source_.grammar.line(plain(article.say.zh));
      out.answer = source_.grammar.line(plain(article.answer.zh));
      out.english = !article.variants_en.empty() && !article.say.en.empty();
      if (out.english) {
        out.ask_en = source_.grammar.list("ask en " + article.id);
        for (const std::string& variant : article.variants_en) source_.grammar.add(out.ask_en, plain(variant));
        out.say_en = source_.grammar.line(plain(article.say.en));
      }
      for (std::uint32_t team = 0; team < source_.teams.size(); ++team)
        if (article.flow.empty() || team_flows_[team].contains(flow_index(article.flow))) out.teams.push_back(team);
      if (!out.teams.empty()) source_.enquiries.push_back(std::move(out));
    }
  }

  // Text that is not a template.
  static std::string plain(std::string text) {
    for (const auto& [from, to] : {std::pair<std::string_view, std::string_view>{"[", "（"}, {"]", "）"}, {"{", "（"}, {"}", "）"}})
      text = replaced(std::move(text), from, to);
    return text;
  }

  void read_slips() {
    for (const auto& item : top("slips")) {
      SlipSource out;
      out.rule = item["rule"].as<std::string>();
      if (std::ranges::find(library_.rules, out.rule, &content::Rule::id) == library_.rules.end()) continue;  // not in these packs
      out.by_customer = item["by"].IsDefined() && item["by"].as<std::string>() == "customer";
      out.wealth = item["needs"].IsDefined();
      if (item["rate"].IsDefined()) out.rate = item["rate"].as<std::uint32_t>();
      for (const auto& flow : item["in"]) out.flows.push_back(flow_index(flow.as<std::string>()));
      out.lines = read_list("slip " + out.rule, item["lines"]);
      if (item["tempting"].IsDefined()) out.tempting = read_list("tempting " + out.rule, item["tempting"]);
      source_.slips.push_back(std::move(out));
    }
  }

  void read_flow_weights(const YAML::Node& node, Season& season) {
    for (const auto& entry : node) season.flows[flow_index(entry.first.as<std::string>())] = entry.second.as<std::uint32_t>();
  }

  void read_season() {
    const auto days = top("weekdays").as<std::vector<std::uint32_t>>();
    std::copy_n(days.begin(), std::min<std::size_t>(7, days.size()), source_.weekdays.begin());
    source_.hours = top("hours").as<std::map<std::string, std::vector<std::uint32_t>>>();
    for (auto& [channel, curve] : source_.hours) curve.resize(24);
    source_.channels = weighted(top("channels"));
    source_.enquiries_per_cent = top("enquiries").as<std::uint32_t>();
    for (const auto& item : top("month_days")) {
      Season season;
      season.day_from = item["from"].as<int>();
      season.day_to = item["to"].as<int>();
      read_more(item, season);
    }
    for (const auto& entry : top("months")) {
      Season season;
      season.month = entry.first.as<int>();
      read_flow_weights(entry.second, season);
      source_.seasons.push_back(std::move(season));
    }
    for (const auto& item : top("holidays")) {
      Season season;
      season.from = *day(item["from"]);
      season.to = *day(item["to"]);
      read_more(item, season);
    }
    for (const auto& item : top("campaigns")) {
      const auto announcement = std::ranges::find(library_.announcements, item["announcement"].as<std::string>(), &content::Announcement::id);
      if (announcement == library_.announcements.end() || !announcement->in_force.from || !announcement->in_force.to) continue;
      Season season;
      season.from = *announcement->in_force.from;
      season.to = *announcement->in_force.to;
      read_more(item, season);
    }
  }

  void read_more(const YAML::Node& item, Season& season) {
    if (item["all"].IsDefined()) season.all = item["all"].as<std::uint32_t>();
    if (item["flows"].IsDefined()) read_flow_weights(item["flows"], season);
    source_.seasons.push_back(std::move(season));
  }

  const Library& library_;
  std::vector<std::pair<std::string, YAML::Node>> files_;
  std::vector<std::set<std::uint32_t>> team_flows_;
  HistorySource source_;
};

}  // namespace

bool Season::covers(core::Day day) const {
  const core::CivilDate date = core::to_date(day);
  if (to != 0) return from <= day && day < to;
  if (month != 0) return date.month == month;
  return date.day >= day_from && date.day <= day_to;
}

ListId HistorySource::list(std::string_view name) const {
  const auto found = lists.find(name);
  FENSHEN_CHECK(found != lists.end());
  return found->second;
}

core::Result<HistorySource> load_source(const content::PackSources& sources, const content::Library& library) {
  try {
    return Reader(sources, library).run();
  } catch (const YAML::Exception& error) {
    return core::fail(core::Code::invalid, error.what(), "history/");
  }
}

}  // namespace fenshen::server::history
