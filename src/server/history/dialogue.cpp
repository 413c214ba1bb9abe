#include "server/history/dialogue.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json_writer.h"

namespace fenshen::server::history {
namespace {

constexpr std::size_t kRecentMost = 800;
constexpr core::Millis kDayMillis = 24 * 3600 * core::Millis{1000};

std::uint32_t pick_index(const std::vector<std::uint32_t>& weights, Random& random) {
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : weights) sum += weight;
  std::uint32_t at = random.below(sum);
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    if (at < weights[i]) return i;
    at -= weights[i];
  }
  return 0;
}

const Weighted& pick(const std::vector<Weighted>& list, Random& random) {
  std::uint32_t sum = 0;
  for (const Weighted& one : list) sum += one.weight;
  std::uint32_t at = random.below(sum);
  for (const Weighted& one : list) {
    if (at < one.weight) return one;
    at -= one.weight;
  }
  return list.front();
}

template <typename T>
const T& any(const std::vector<T>& list, Random& random) {
  return list[random.below(static_cast<std::uint32_t>(list.size()))];
}

std::string digits(Random& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>('0' + random.below(10));
  return text;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::uint32_t DialogueMaker::weight_of(core::Day day) const {
  // 1970-01-01 was a Thursday.
  std::uint64_t weight = 100 * source_.weekdays[static_cast<std::size_t>((day + 3) % 7)];
  for (const Season& season : source_.seasons)
    if (season.all != 100 && season.covers(day)) weight = weight * season.all / 100;
  return static_cast<std::uint32_t>(weight);
}

std::uint32_t DialogueMaker::flow_weight(std::uint32_t flow, core::Day day) const {
  std::uint64_t weight = source_.flows[flow].weight * 100;
  for (const Season& season : source_.seasons) {
    const auto found = season.flows.find(flow);
    if (found != season.flows.end() && season.covers(day)) weight = weight * found->second / 100;
  }
  return static_cast<std::uint32_t>(weight);
}

Made DialogueMaker::make(core::Day day, std::uint64_t number, Random& random) {
  turns_.clear();
  omitted_.clear();
  slipped_ = false;
  choose(day, random);
  open(random);
  if (!fraud_opening(random)) {
    if (enquiry_) play_enquiries(random);
    else play_flow(random);
  }
  close(random);
  set_times(random);
  Made made;
  write(number, made);
  return made;
}

void DialogueMaker::choose(core::Day day, Random& random) {
  day_ = day;
  enquiry_ = random.per_cent(source_.enquiries_per_cent);
  choose_person(random);
  if (!enquiry_) choose_flow(day, random);
  const auto& teams = enquiry_ ? std::vector<std::uint32_t>() : source_.flows[flow_].teams;
  team_ = teams.empty() ? random.below(static_cast<std::uint32_t>(source_.teams.size())) : any(teams, random);
  const TeamSource& team = source_.teams[team_];
  std::vector<std::uint32_t> weights;
  for (const Weighted& channel : source_.channels)
    weights.push_back(std::ranges::find(team.channels, channel.name) == team.channels.end() ? 0 : channel.weight);
  channel_ = source_.channels[pick_index(weights, random)].name;
  if (channel_ == "outbound" && (enquiry_ || source_.flows[flow_].id != "P12")) channel_ = team.channels.front();
  rep_ = &source_.reps[any(team.reps, random)];
  const auto curve = source_.hours.find(channel_ == "wechat" ? "chat" : channel_);
  const std::uint32_t hour = curve == source_.hours.end() ? 10 : pick_index(curve->second, random);
  started_ = day * kDayMillis - source_.offset_minutes * core::Millis{60'000} + (hour * 3600 + random.below(3600)) * core::Millis{1000};
  english_ = random.per_cent(source_.english) && channel_ != "outbound" && channel_ != "counter";
  value(Slot::staff) = "1" + rep_->id.substr(1);
  value(Slot::tail) = digits(random, 4);
  value(Slot::tail2) = digits(random, 4);
  value(Slot::phone4) = digits(random, 4);
  value(Slot::amount) = std::to_string((1 + random.below(40)) * (random.per_cent(30) ? 5000 : 500));
  value(Slot::days) = std::to_string(1 + random.below(15));
  value(Slot::day) = std::to_string(1 + random.below(28));
  value(Slot::figure) = std::to_string(2 + random.below(90));
}

// Everything about a customer follows from the number, so that he is the same each time.
void DialogueMaker::choose_person(Random& random) {
  const bool again = !recent_.empty() && random.per_cent(source_.again);
  const Recent before = again ? any(recent_, random) : Recent{};
  customer_ = again ? before.customer : random.below(source_.customers);
  flow_ = again && random.per_cent(60) ? before.flow : ~std::uint32_t{0};
  Random own(core::hash_combine(seed_, customer_));
  tier_ = pick(source_.tiers, own).name;
  risk_ = pick(source_.risks, own).name;
  const Weighted& from = pick(source_.ages, own);
  age_ = from.value + static_cast<int>(own.below(7));
  value(Slot::name) = any(source_.families, own);
  value(Slot::title) = own.per_cent(50) ? "先生" : "女士";
  value(Slot::name) += any(source_.given, own);
  value(Slot::name_en) = any(source_.names_en, own);
  value(Slot::id4) = digits(own, 4);
}

void DialogueMaker::choose_flow(core::Day day, Random& random) {
  if (flow_ < source_.flows.size() && source_.flows[flow_].weight > 0) return;
  std::vector<std::uint32_t> weights;
  for (std::uint32_t i = 0; i < source_.flows.size(); ++i) weights.push_back(flow_weight(i, day));
  flow_ = pick_index(weights, random);
  const Recent now{customer_, flow_};
  if (recent_.size() < kRecentMost) recent_.push_back(now);
  else recent_[next_recent_++ % kRecentMost] = now;
}

// --- turns ---

std::string DialogueMaker::expand(std::string_view list, Random& random) {
  std::string text;
  source_.grammar.expand_list(source_.list(list), random, values_, text);
  return text;
}

void DialogueMaker::say(Who who, std::string_view list, Random& random) { say_text(who, expand(list, random), random); }

void DialogueMaker::say_list(Who who, ListId list, Random& random) {
  std::string text;
  source_.grammar.expand_list(list, random, values_, text);
  say_text(who, std::move(text), random);
}

// Voice goes through a recogniser: a filler here, a word heard wrongly there. What was planted stays clean.
void DialogueMaker::say_text(Who who, std::string text, Random& random, bool clean) {
  if (text.empty()) return;
  const bool spoken = channel_ == "voice" || channel_ == "outbound";
  if (spoken && !clean && !english_) {
    if (who == Who::customer && random.per_cent(7)) text = any(source_.fillers, random) + "，" + text;
    if (random.per_cent(2)) {
      const auto& [written, heard] = any(source_.misheard, random);
      if (const std::size_t at = text.find(written); at != std::string::npos) text.replace(at, written.size(), heard);
    }
  }
  Turn turn;
  turn.who = who;
  turn.text = std::move(text);
  turns_.push_back(std::move(turn));
}

void DialogueMaker::event(std::string_view name, std::string data) {
  Turn turn;
  turn.event = name;
  turn.data = std::move(data);
  turns_.push_back(std::move(turn));
}

void DialogueMaker::open(Random& random) {
  if (channel_ == "voice" || channel_ == "outbound") event("ivr.recording_notice");
  if (english_) return say(Who::rep, "greet_en", random);
  say(Who::rep, channel_ == "outbound" ? "greet_out" : channel_ == "counter" ? "greet_counter" : channel_ == "voice" ? "greet" : "greet_chat", random);
  if (channel_ == "outbound") say(Who::customer, "outbound_yes", random);
}

std::uint32_t DialogueMaker::habit(const std::map<std::string, std::uint32_t>& rates, const std::string& rule, std::uint32_t otherwise, std::uint32_t scale) const {
  const auto found = rates.find(rule);
  std::uint32_t rate = found == rates.end() ? otherwise : found->second * scale;
  if (found != rates.end() && rep_->better && day_ >= *rep_->better) rate /= 5;
  return rate;
}

bool DialogueMaker::forgets(const StepSource& step, Random& random) {
  for (const NewDuty& duty : source_.new_duties)
    if (duty.step == step.id) return random.per_cent(day_ < duty.from ? duty.before : duty.after);
  return !step.rule.empty() && random.per_100k(habit(rep_->forgets, step.rule, source_.always_forgets * 1000, 1000));
}

// Fraud that the customer tells of: the rep warns, and the matter ends there.
bool DialogueMaker::fraud_opening(Random& random) {
  if (enquiry_ || english_ || channel_ == "outbound") return false;
  for (const SlipSource& slip : source_.slips) {
    if (!slip.by_customer || std::ranges::find(slip.flows, flow_) == slip.flows.end() || !random.per_100k(slip.rate * 100)) continue;
    say_list(Who::customer, source_.flows[flow_].open, random);
    say(Who::rep, "understand", random);
    std::string text;
    source_.grammar.expand_list(slip.lines, random, values_, text);
    say_text(Who::customer, std::move(text), random, true);
    turns_.back().expect = slip.rule;
    say(Who::rep, "fraud_warning", random);
    say(Who::customer, "fraud_answer", random);
    say(Who::rep, "fraud_advice", random);
    return true;
  }
  return false;
}

void DialogueMaker::play_flow(Random& random) {
  const FlowSource& flow = source_.flows[flow_];
  if (english_ && std::ranges::none_of(flow.steps, &StepSource::has_english)) english_ = false;
  if (channel_ != "outbound") {
    std::string first = english_ ? std::string() : expand("opening", random);
    if (english_) source_.grammar.expand_list(source_.enquiries[random.below(static_cast<std::uint32_t>(source_.enquiries.size()))].ask_en, random, values_, first);
    else source_.grammar.expand_list(flow.open, random, values_, first);
    say_text(Who::customer, std::move(first), random);
  }
  if (!english_ && random.per_cent(5)) {
    say(Who::customer, random.per_cent(50) ? "angry" : "anxious_line", random);
    say(Who::rep, "calm_down", random);
  }
  const std::uint32_t at = 1 + random.below(static_cast<std::uint32_t>(flow.steps.size()));
  for (std::uint32_t i = 0; i < flow.steps.size(); ++i) {
    const StepSource& step = flow.steps[i];
    if (step.for_seniors && age_ < 65) continue;
    if (step.optional && !random.per_cent(25)) continue;
    if (forgets(step, random)) {
      if (!step.rule.empty() && rep_->forgets.contains(step.rule)) omitted_.push_back(step.rule);
      continue;
    }
    play_step(step, random);
    if (english_) continue;
    if (i >= at && !slipped_) maybe_slip(random, false);
    if (random.per_cent(2)) ask_beside(random);
    if (random.per_cent(2)) small_talk(random);
  }
  if (!english_ && random.per_cent(12)) maybe_slip(random, true);
}

void DialogueMaker::play_step(const StepSource& step, Random& random) {
  if (step.role == StepSource::Role::greeting || step.role == StepSource::Role::closing) return;  // open() and close() do it
  if (step.role == StepSource::Role::identify) return identify(step.level, random);
  if (!step.has_say || (english_ && !step.has_english)) return;
  std::string text = random.per_cent(55) ? expand(key("understand"), random) : std::string();
  source_.grammar.expand(english_ ? step.say_en : step.say, random, values_, text);
  if (!english_) text += expand("after", random);
  say_text(Who::rep, std::move(text), random);
  if (!source_.grammar.empty(step.answers) && !english_) say_list(Who::customer, step.answers, random);
  else if (step.role == StepSource::Role::anti_fraud) say(Who::customer, key("anti_fraud_answer"), random);
  else if (random.per_cent(82)) say(Who::customer, key("ack"), random);
  for (const std::string& name : step.events) {
    const auto data = source_.event_data.find(name);
    event(name, data == source_.event_data.end() ? fmt::format(R"({{"card_tail":"{}"}})", value(Slot::tail)) : data->second);
  }
  if (!english_ && random.per_cent(6)) {
    say(Who::customer, "more", random);
    say(Who::rep, "more_answer", random);
  }
}

void DialogueMaker::identify(int level, Random& random) {
  say(Who::rep, key("idv_ask2"), random);
  say(Who::customer, key("idv_give"), random);
  if (level >= 3) {
    say(Who::rep, key(level == 3 ? "idv_ask3" : "idv_ask4"), random);
    say(Who::customer, key("idv_doing"), random);
  }
  event("idv.passed", fmt::format(R"({{"level":{}}})", level));
  say(Who::rep, key("idv_ok"), random);
}

void DialogueMaker::play_enquiries(Random& random) {
  std::uint32_t questions = 1 + random.below(3);
  for (std::uint32_t i = 0; i < questions; ++i) {
    const EnquirySource& enquiry = any(source_.enquiries, random);
    if (english_ && !enquiry.english) {
      if (i + 1 == questions && turns_.size() < 4) ++questions;
      if (questions > 20) return;
      continue;
    }
    std::string ask = english_ ? expand("opening_en", random) : expand("opening", random);
    source_.grammar.expand_list(english_ ? enquiry.ask_en : enquiry.ask, random, values_, ask);
    say_text(Who::customer, std::move(ask), random);
    if (!english_ && random.per_cent(18)) say(Who::rep, "hold", random);
    std::string answer = expand(key("understand"), random);
    source_.grammar.expand(english_ ? enquiry.say_en : random.per_cent(60) ? enquiry.say : enquiry.answer, random, values_, answer);
    say_text(Who::rep, std::move(answer), random);
    if (random.per_cent(70)) say(Who::customer, key("ack"), random);
    if (!english_ && random.per_cent(22)) {
      say(Who::customer, "more", random);
      say(Who::rep, "more_answer", random);
    }
  }
  if (!english_ && !slipped_) maybe_slip(random, random.per_cent(10));
}

// A question about something else, and back.
void DialogueMaker::ask_beside(Random& random) {
  const EnquirySource& enquiry = any(source_.enquiries, random);
  std::string ask = "对了，";
  source_.grammar.expand_list(enquiry.ask, random, values_, ask);
  say_text(Who::customer, std::move(ask), random);
  std::string answer;
  source_.grammar.expand(enquiry.say, random, values_, answer);
  say_text(Who::rep, answer + "我们接着刚才的办。", random);
}

void DialogueMaker::small_talk(Random& random) {
  say(Who::customer, "chat", random);
  say(Who::rep, "chat_answer", random);
}

// What a rule forbids, by his habits; or words that only look like it.
void DialogueMaker::maybe_slip(Random& random, bool tempting) {
  std::vector<const SlipSource*> fitting;
  for (const SlipSource& slip : source_.slips) {
    const bool fits = slip.flows.empty() || (!enquiry_ && std::ranges::find(slip.flows, flow_) != slip.flows.end());
    if (slip.by_customer || !fits) continue;
    if (tempting ? !source_.grammar.empty(slip.tempting) : random.per_100k(habit(rep_->slips, slip.rule, source_.always_slips_100k, 100))) fitting.push_back(&slip);
  }
  if (!fitting.empty()) slip(*any(fitting, random), tempting, random);
}

void DialogueMaker::slip(const SlipSource& slip, bool tempting, Random& random) {
  if (slip.wealth) {  // about a product that this customer may buy
    std::vector<const HistorySource::Product*> fit;
    for (const auto& product : source_.wealth)
      if (product.risk <= risk_.back() - '0') fit.push_back(&product);
    if (fit.empty()) return;
    value(Slot::product) = any(fit, random)->name;
    say(Who::rep, "introduce", random);
    say(Who::customer, "ack", random);
  }
  std::string text;
  source_.grammar.expand_list(tempting ? slip.tempting : slip.lines, random, values_, text);
  say_text(Who::rep, std::move(text), random, true);
  (tempting ? turns_.back().not_rule : turns_.back().expect) = slip.rule;
  if (!tempting) slipped_ = true;
  if (random.per_cent(60)) say(Who::customer, "ack", random);
}

void DialogueMaker::close(Random& random) {
  say(Who::rep, key("close"), random);
  say(Who::customer, key("bye_customer"), random);
  say(Who::rep, key("bye_rep"), random);
  if (random.per_cent(90)) event("wrapup.saved");
}

// --- writing ---

void DialogueMaker::set_times(Random& random) {
  const bool spoken = channel_ != "chat" && channel_ != "wechat";
  core::Millis at = 0;
  for (Turn& turn : turns_) {
    turn.ts = at;
    const auto length = static_cast<core::Millis>(code_points(turn.text));
    if (!turn.event.empty()) at += 300 + random.below(900);
    else at += spoken ? 900 + length * 190 + random.below(1500) : 3000 + length * 260 + random.below(16'000);
  }
}

void DialogueMaker::write(std::uint64_t number, Made& made) const {
  made.started_at = started_;
  made.line.reserve(turns_.size() * 150 + 500);
  core::JsonWriter out(made.line);
  out.begin_object().field("id", fmt::format("yj-h-{:07}", number)).field("channel", channel_).field("lang", english_ ? "en" : "zh");
  out.field("started_at", core::format_instant(started_, source_.offset_minutes));
  out.key("customer").begin_object().field("id", fmt::format("yj-p-{:05}", customer_)).field("name", english_ ? value(Slot::name_en) : value(Slot::name));
  out.field("tier", tier_).field("risk", risk_).field("risk_valid_to", core::format_date(day_ + 30 + static_cast<core::Day>(core::hash_combine(seed_, customer_) % 300)));
  out.field("age", age_).end_object();
  out.key("meta").begin_object().field("team", source_.teams[team_].name).field("rep", rep_->id).field("rep_name", rep_->name)
      .field("direction", channel_ == "outbound" ? "out" : "in").end_object();
  out.key("labels").begin_object().key("process").begin_array();
  if (!enquiry_) out.value(source_.flows[flow_].id);
  out.end_array().key("rules").begin_array();
  for (const std::string& rule : omitted_) out.value(rule);
  out.end_array().end_object();
  out.key("turns").begin_array();
  for (const Turn& turn : turns_) {
    out.begin_object().field("speaker", turn.who == Who::customer ? "customer" : turn.who == Who::rep ? "agent" : "system");
    if (!turn.text.empty()) out.field("text", turn.text);
    if (!turn.event.empty()) out.key("event").begin_object().field("name", turn.event).key("data").raw(turn.data).end_object();
    out.key("ts").raw(fmt::format("{}.{}", turn.ts / 1000, turn.ts % 1000 / 100));
    if (!turn.expect.empty()) out.key("expect").begin_object().key("rules").begin_array().value(turn.expect).end_array().end_object();
    if (!turn.not_rule.empty()) out.key("expect").begin_object().key("not_rules").begin_array().value(turn.not_rule).end_array().end_object();
    out.end_object();
    made.utterances += !turn.text.empty();
    made.planted += !turn.expect.empty();
  }
  made.planted += static_cast<std::uint32_t>(omitted_.size());
  out.end_array().end_object();
}

}  // namespace fenshen::server::history
