// The order of the engines for one event. Pure: everything read is the event, the state or the compiled pack.
#include <algorithm>
#include <charconv>

#include "assist/internal/state.h"
#include "core/check.h"
#include "core/json_writer.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;
using signals::Facts;
using signals::Happening;

constexpr std::size_t kTurnsExpected = 64, kWordsExpected = 16384, kMarksExpected = 256, kLeavesExpected = 32;
constexpr std::size_t kActsKept = 32;  // those that are over; the others are few
constexpr std::size_t kHandoversMax = 32;
constexpr int kFlowPassesMax = 4;  // flows that wait for steps of flows; more is a cycle

bool is_speaker_of_turns(Speaker speaker) {
  return speaker == Speaker::customer || speaker == Speaker::rep || speaker == Speaker::bot;
}

void set_fields(signals::Context& context, std::string_view prefix, const cv::Fields& fields) {
  std::string path;
  for (const cv::Field& field : fields) {
    if (field.kind == cv::FieldKind::null) continue;
    path.assign(prefix).append(field.name);
    context.set(path, field.value);
  }
}

class Fold {
 public:
  explicit Fold(Moment& moment)
      : m_(moment), state_(moment.state), scratch_(moment.scratch), pack_(*moment.state.pack) {
    scratch_.truths.clear();
    scratch_.happenings.clear();
    scratch_.changes.clear();
    scratch_.verdicts.clear();
    scratch_.matches.clear();
  }

  // The event is an act; what it does happens now.
  void act(std::span<const rules::RuleIndex> excused) {
    excused_ = excused;
    const auto& body = std::get<cv::ActProposed>(m_.event.body);
    if (const std::string* code = cv::find(body.data, "product"); code != nullptr && body.kind == "product") set_product_by_code(*code);
    if (body.text.empty()) return engines(Speaker::rep, false, false);
    const std::string* speaker = cv::find(body.data, "speaker");
    speak(speaker != nullptr && *speaker == "bot" ? Speaker::bot : Speaker::rep, body.text);
  }

  void run() {
    fire_deadlines();
    set_time();
    std::visit([this](const auto& body) { on(body); }, m_.event.body);
    scratch_.passed(Stage::assist);
  }

 private:
  // --- events ---

  void on(const cv::ConversationStarted& body) {
    state_.started = true;
    state_.channel = body.channel;
    state_.lang = body.lang;
    state_.english = body.lang == "en";
    state_.context.set("channel", body.channel);
    state_.context.set("lang", body.lang);
    state_.customer = body.customer;
    set_fields(state_.context, "customer.", body.customer);
    set_fields(state_.context, "meta.", body.meta);
    for (const cv::Field& field : body.meta)  // {"document": {"kind": …}} is document.kind
      if (field.name.starts_with("document.") && field.kind != cv::FieldKind::null) state_.context.set(field.name, field.value);
    engines(Speaker::system, false, false);
    if (m_.verdicts != nullptr) return;
    for (std::uint32_t i = 0; i < pack_.library->announcements.size(); ++i)
      if (!pack_.library->announcements[i].when) announce(i);
  }

  void on(const cv::CustomerSnapshot& body) {
    state_.customer = body.customer;
    state_.context.clear_prefix("customer.");
    set_fields(state_.context, "customer.", body.customer);
    engines(Speaker::system, false, false);
  }

  void on(const cv::Utterance& body) {
    if (body.revision == 0) speak(body.speaker, body.text, body);
  }

  void on(const cv::BusinessEvent& body) {
    begin_turn(Speaker::system);
    state_.business.emplace_back(state_.turn, body.name);
    read_business(body);
    engines(Speaker::system, false, false);
    Circumstances::remember(state_.context, pack_.circumstances, body);
  }

  // --- acts: what is proposed changes nothing here; only what is done was said ---

  void on(const cv::ActProposed& body) {
    if (find_act(body.act) != nullptr) return;
    if (state_.acts.size() >= kActsKept) {
      const auto over = std::ranges::find(state_.acts, Act::State::over, &Act::state);
      if (over != state_.acts.end()) state_.acts.erase(over);
    }
    cv::Event event = m_.event;
    event.body = completed(state_, body, m_.at);
    GateDecision decision = decide(state_, event, {}, scratch_);
    state_.acts.push_back({std::get<cv::ActProposed>(std::move(event.body)), m_.event.seq, std::move(decision), {}});
  }

  void on(const cv::ActConfirmed& body) {
    Act* act = find_act(body.act);
    if (act == nullptr || act->state != Act::State::waits) return;
    cv::Event event = m_.event;
    event.body = act->proposed;
    act->confirmed = rules_of(state_, act->decision);
    act->decision = decide(state_, event, act->confirmed, scratch_);
    act->state = Act::State::proposed;
  }

  void on(const cv::ActDecided& body) {
    Act* act = find_act(body.act);
    if (act == nullptr || act->state != Act::State::proposed) return;
    if (!body.allowed()) show_block(m_, *act);
    if (body.decision == cv::Decision::blocked) end_act(*act);
    else act->state = body.allowed() ? Act::State::allowed : Act::State::waits;
  }

  void on(const cv::ActDone& body) {
    Act* act = find_act(body.act);
    if (act == nullptr || act->state != Act::State::allowed) return;
    cv::Event event = m_.event;
    event.body = std::move(act->proposed);
    // What a person was asked about and took upon himself is in the log; it is no violation that nobody saw.
    const auto& proposed = std::get<cv::ActProposed>(event.body);
    const std::vector<rules::RuleIndex> excused = proposed.text.empty() ? gate_rules(state_) : act->confirmed;
    act->proposed.act = body.act;
    end_act(*act);
    Moment moment{state_, m_.scratch, m_.out, event, m_.at, m_.day, m_.silent, m_.ordinal, m_.verdicts};
    fold_act(moment, excused);
    m_.ordinal = moment.ordinal;
  }

  void on(const cv::ActFailed& body) {
    if (Act* act = find_act(body.act)) end_act(*act);
  }

  void on(const cv::HistorySnapshot& body) {
    state_.context.clear_prefix("history.");
    set_fields(state_.context, "history.", body.history);
    engines(Speaker::system, false, false);
  }

  // Typing stands for speaking too, where a channel tells it.
  void on(const cv::Typing& body) {
    if (body.speaker != Speaker::rep) return;
    if (body.on) state_.attention.typing_at = m_.at;
    else state_.attention.typing_at.reset();
  }
  void on(const cv::CardAction& body) {
    take_action(state_, body);
    m_.out.panels_changed = true;
  }
  void on(const cv::FlowAction&) { engines(Speaker::rep, false, false); }
  // The state stays; the one who takes over is told where it stands.
  void on(const cv::ParticipantJoined& body) {
    if (body.speaker != Speaker::rep || body.participant == state_.rep) return;
    const std::string before = std::exchange(state_.rep, body.participant);
    if (before.empty()) return;
    if (state_.handovers.size() < kHandoversMax) state_.handovers.push_back({state_.turn, before, body.participant});
    m_.out.panels_changed = true;
    show_standing(m_, {state_.turn, before, body.participant});
  }

  void on(const cv::WrapupSaved&) {
    state_.saved = true;
    m_.out.panels_changed = true;
  }

  void on(const cv::ConversationEnded&) {
    if (state_.ended) return;
    state_.ended = true;
    engines(Speaker::system, false, true);
    if (m_.verdicts != nullptr) return;
    show_wrapup(m_);
    m_.out.panels_changed = true;
  }

  template <typename Body>
  void on(const Body&) {}  // left, pack.bound, tick: nothing follows from them

  // --- parts ---

  Act* find_act(std::string_view id) {
    const auto act = std::ranges::find(state_.acts, id, [](const Act& one) -> const std::string& { return one.proposed.act; });
    return act == state_.acts.end() ? nullptr : &*act;
  }

  static void end_act(Act& act) {
    act.state = Act::State::over;
    act.proposed.text = {};
    act.proposed.data = {};
  }

  void fire_deadlines() {
    const Facts facts = this->facts(Speaker::system, false);
    pack_.rules->advance(*state_.rules, m_.at, facts, scratch_.verdicts);
    for (const rules::Verdict& verdict : scratch_.verdicts) show(verdict);
    scratch_.verdicts.clear();
  }

  void set_time() { state_.circumstances.set_time(state_.context, pack_.circumstances, m_.at, m_.day); }

  Turn& begin_turn(Speaker speaker) {
    state_.turn = state_.next_turn++;
    state_.context.set("turn", signals::Value{signals::Value::Kind::number, state_.turn * std::int64_t{1'000'000}, {}});
    Turn turn;
    turn.index = state_.turn;
    turn.seq = m_.event.seq;
    turn.speaker = speaker;
    turn.words_begin = turn.words_end = static_cast<std::uint32_t>(state_.words.size());
    return state_.turns.emplace_back(turn);
  }

  void speak(Speaker speaker, std::string_view text) {
    cv::Utterance typed;  // without times
    typed.speaker = speaker;
    speak(speaker, text, typed);
  }

  void speak(Speaker speaker, std::string_view text, const cv::Utterance& utterance) {
    Turn& turn = begin_turn(speaker);
    // «7702» is a card's tail if the other side has just asked for it.
    const bool customer = speaker == Speaker::customer;
    scratch_.reader.read(*pack_.lexicon, text, m_.day, scratch_.reading, customer ? state_.rep_asks_tail : state_.customer_asks_tail);
    (customer ? state_.customer_asks_tail : state_.rep_asks_tail) = scratch_.reading.asks_card_tail;
    if (m_.verdicts == nullptr) keep_words(turn, text);
    if (!is_speaker_of_turns(speaker)) return engines(speaker, true, false);
    if (state_.last_speaker != speaker) ++state_.speech_turns;
    state_.last_speaker = speaker;
    turn.spoken = true;
    state_.circumstances.hear(state_.context, pack_.circumstances, utterance, scratch_.reading);
    name_product();
    if (m_.verdicts == nullptr) mark_signals(turn);
    if (state_.keep_signals) write_signals(text);
    Facts facts = this->facts(speaker, true);
    pack_.conditions->happened(facts, false, scratch_.conditions, scratch_.truths);
    scratch_.passed(Stage::signals);
    if (m_.verdicts == nullptr || pack_.reads_intents) choose_knowledge(m_, speaker);
    scratch_.passed(Stage::knowledge);
    if (!scratch_.matches.empty()) {
      for (const std::string_view topic : pack_.topics[scratch_.matches.front().article]) scratch_.happenings.push_back({Happening::Kind::intent, topic});
      facts.happenings = scratch_.happenings;
      pack_.conditions->happened(facts, true, scratch_.conditions, scratch_.truths);
    }
    move(facts, true, false);
    Circumstances::remember(state_.context, pack_.circumstances, speaker, scratch_.reading);
    if (m_.verdicts == nullptr) show_knowledge(m_, scratch_.matches, !regulatory_shown_);
  }

  // An event that nobody spoke.
  void engines(Speaker speaker, bool reads, bool ends) {
    Facts facts = this->facts(speaker, reads);
    pack_.conditions->happened(facts, false, scratch_.conditions, scratch_.truths);
    scratch_.passed(Stage::signals);
    move(facts, reads, ends);
  }

  // With what is true at this event: flows, then rules, then what else waits for conditions.
  void move(Facts& facts, bool reads, bool ends) {
    move_flows(facts);
    scratch_.passed(Stage::flow);
    sort_truths(scratch_.truths);
    rules::StepInput input;
    input.facts = &facts;
    input.truths = scratch_.truths;
    input.turn = state_.speech_turns;
    input.speaks = reads && is_speaker_of_turns(facts.speaker);
    input.ends = ends;
    pack_.rules->step(*state_.rules, input, scratch_.verdicts);
    scratch_.passed(Stage::rules);
    for (const rules::Verdict& verdict : scratch_.verdicts) show(verdict);
    close_steps(facts);
    for (const flow::FlowChange& change : scratch_.changes) show_step(m_, change);
    if (m_.verdicts != nullptr) return;
    follow_cues(facts.speaker);
    if (!scratch_.verdicts.empty() || !scratch_.changes.empty()) m_.out.panels_changed = true;
  }

  // Steps that a verdict closes: told to the flows as if by hand, with the rule as the reason. Flows go on from there; rules
  // and other conditions do not wait for such a step, so that nothing runs in a circle.
  void close_steps(Facts& facts) {
    for (const rules::Verdict& verdict : scratch_.verdicts) {
      const content::Rule& rule = pack_.library->rules[verdict.rule];
      const rules::Verdict::Kind wanted = rule.require.empty() ? rules::Verdict::Kind::broken : rules::Verdict::Kind::met;
      if (verdict.kind != wanted) continue;
      for (const std::string& step : rule.effects.closes) {
        cv::Event by_rule = m_.event;
        by_rule.body = cv::FlowAction{"done", {}, step, rule.id};
        facts.event = &by_rule;
        pack_.flows->step(*state_.flows, facts, {}, scratch_.changes, scratch_.happenings);
      }
      facts.event = &m_.event;
    }
    facts.active_flows = pack_.flows->active_flows(*state_.flows);
    facts.happenings = scratch_.happenings;
  }

  // Steps that are done may be what other conditions wait for: repeat with what is newly true until nothing is.
  void move_flows(Facts& facts) {
    auto& fresh = scratch_.more_truths;
    fresh.assign(scratch_.truths.begin(), scratch_.truths.end());
    for (int pass = 0; pass < kFlowPassesMax; ++pass) {
      const std::size_t happened = scratch_.happenings.size(), changes = scratch_.changes.size();
      facts.happenings = scratch_.happenings;
      pack_.flows->step(*state_.flows, facts, fresh, scratch_.changes, scratch_.happenings);
      const bool captured = take_fields(changes);
      facts.active_flows = pack_.flows->active_flows(*state_.flows);
      facts.happenings = scratch_.happenings;  // the list has moved
      if (scratch_.happenings.size() == happened) return;
      fresh.clear();
      pack_.conditions->happened(facts, true, scratch_.conditions, fresh);
      std::erase_if(fresh, [&](const signals::Truth& truth) { return is_known(truth); });
      // Also without: what the flows ask of the fields that they have just captured.
      if (fresh.empty() && !captured) return;
      scratch_.truths.insert(scratch_.truths.end(), fresh.begin(), fresh.end());
    }
  }

  bool is_known(const signals::Truth& truth) const {
    return std::ranges::find(scratch_.truths, truth.condition, &signals::Truth::condition) != scratch_.truths.end();
  }

  static void sort_truths(std::vector<signals::Truth>& truths) {
    std::ranges::sort(truths, [](const signals::Truth& a, const signals::Truth& b) {
      return a.condition != b.condition ? a.condition < b.condition : a.span < b.span;
    });
    truths.erase(std::ranges::unique(truths, {}, &signals::Truth::condition).begin(), truths.end());
  }

  bool take_fields(std::size_t from) {
    bool any = false;
    std::string path;
    for (std::size_t i = from; i < scratch_.changes.size(); ++i) {
      const flow::FlowChange& change = scratch_.changes[i];
      if (change.kind != flow::FlowChange::Kind::field) continue;
      path.assign("fields.").append(pack_.library->flows[change.flow].fields[change.field].name);
      state_.context.set(path, change.value);
      any = true;
    }
    return any;
  }

  void follow_cues(Speaker speaker) {
    const bool customer = speaker == Speaker::customer;
    for (const signals::Truth& truth : scratch_.truths)
      for (const Cue& cue : pack_.cues[truth.condition]) {
        if (cue.kind == Cue::Kind::announcement) announce(cue.index);
        else if (cue.kind == Cue::Kind::leaf) add_leaf(cue.index, customer ? 4 : 3);
      }
    if (!scratch_.matches.empty())
      for (const std::string_view topic : pack_.topics[scratch_.matches.front().article])
        if (const auto leaves = pack_.leaves_by_topic.find(topic); leaves != pack_.leaves_by_topic.end())
          for (const std::uint32_t leaf : leaves->second) add_leaf(leaf, 2);
  }

  void add_leaf(std::uint32_t leaf, std::int32_t points) {
    auto entry = std::ranges::find(state_.leaves, leaf, &LeafScore::leaf);
    if (entry == state_.leaves.end()) entry = state_.leaves.insert(entry, {leaf, 0, state_.turn});
    entry->points += points;
  }

  void announce(std::uint32_t index) {
    if (state_.announced[index] || !pack_.library->announcements[index].in_force.covers(m_.day)) return;
    state_.announced[index] = true;
    show_announcement(m_, index);
  }

  void show(const rules::Verdict& verdict) {
    if (std::ranges::find(excused_, verdict.rule) != excused_.end()) return;
    if (verdict.kind != rules::Verdict::Kind::met) regulatory_shown_ = true;
    show_verdict(m_, verdict);
    m_.out.panels_changed = true;
  }

  Facts facts(Speaker speaker, bool reads) {
    Facts facts;
    facts.event = &m_.event;
    facts.reading = reads ? &scratch_.reading : nullptr;
    facts.speaker = speaker;
    facts.context = &state_.context;
    facts.active_flows = pack_.flows->active_flows(*state_.flows);
    return facts;
  }

  void keep_words(Turn& turn, std::string_view text) {
    signals::append_masked(state_.words, text, scratch_.reading, scratch_.code_points);
    turn.words_end = static_cast<std::uint32_t>(state_.words.size());
  }

  // The product under discussion is the one named last.
  void name_product() {
    for (auto entity = scratch_.reading.entities.rbegin(); entity != scratch_.reading.entities.rend(); ++entity)
      if (entity->type == signals::EntityType::product && entity->product < pack_.library->products.size())
        return set_product(entity->product);
  }

  void set_product_by_code(std::string_view code) {
    if (const auto product = pack_.product_by_code.find(code); product != pack_.product_by_code.end()) set_product(product->second);
  }

  void set_product(std::uint32_t index) {
    const content::Product& product = pack_.library->products[index];
    signals::Context& context = state_.context;
    context.clear_prefix("product.");
    context.set("product.code", product.code);
    context.set("product.name", product.name.zh);
    context.set("product.class", product.product_class);
    if (!product.risk.empty()) context.set("product.risk", product.risk);
    context.set("product.issuer", product.issuer);
    context.set("product.own", product.own ? "true" : "false");
    set_fields(context, "product.", product.more);
  }

  void mark_signals(Turn& turn) {
    for (const signals::Entity& entity : scratch_.reading.entities)
      state_.marks.push_back({Mark::Kind::entity, turn.index, entity.span, static_cast<std::uint32_t>(entity.type)});
    for (const Span span : scratch_.reading.mask) state_.marks.push_back({Mark::Kind::masked, turn.index, span, 0});
    if (turn.speaker == Speaker::customer && scratch_.reading.emotion != signals::Emotion::none) {
      turn.emotion = scratch_.reading.emotion;
      state_.marks.push_back({Mark::Kind::emotion, turn.index, scratch_.reading.emotion_span, static_cast<std::uint32_t>(turn.emotion)});
      m_.out.panels_changed = true;
    }
  }

  void read_business(const cv::BusinessEvent& body) {
    if (body.name == "idv.passed") {
      const std::string* level = cv::find(body.data, "level");
      int passed = 1;
      if (level != nullptr) std::from_chars(level->data(), level->data() + level->size(), passed);
      state_.idv_level = std::max(state_.idv_level, std::clamp(passed, 0, 4));
      state_.context.set("idv.level", std::to_string(state_.idv_level));
    } else if (body.name == "risk.level") {
      if (const std::string* level = cv::find(body.data, "level")) state_.context.set("customer.risk", *level);
      if (const std::string* until = cv::find(body.data, "valid_to")) state_.context.set("customer.risk_valid_to", *until);
    }
    if (const std::string* code = cv::find(body.data, "product")) set_product_by_code(*code);
    keep_reference(body);
  }

  // Numbers of tickets, complaints, claims, disputes stand in the wrap-up.
  void keep_reference(const cv::BusinessEvent& body) {
    const std::string_view object = std::string_view(body.name).substr(0, body.name.find('.'));
    for (const std::string_view kind : {"ticket", "complaint", "claim", "dispute"}) {
      if (object != kind) continue;
      const std::string* number = cv::find(body.data, "no");
      if (number == nullptr) number = cv::find(body.data, std::string(kind) + "_no");
      if (number != nullptr) state_.references.emplace_back(std::string(kind) + "_no", *number);
    }
  }

  void write_signals(std::string_view text) {
    const signals::Reading& reading = scratch_.reading;
    state_.signals_line.clear();
    core::JsonWriter out(state_.signals_line);
    out.begin_object().field("conversation", state_.conversation).field("turn", state_.turn);
    if (reading.emotion == signals::Emotion::none) out.key("emotion").null();
    else out.field("emotion", signals::to_string(reading.emotion));
    out.key("entities").begin_array();
    for (const signals::Entity& entity : reading.entities) {
      out.begin_object().field("type", signals::to_string(entity.type)).field("value", entity.value).key("span").begin_array();
      out.value(entity.span.begin).value(entity.span.end).end_array().end_object();
    }
    out.end_array().field("masked", signals::masked(text, reading)).end_object();
  }

  Moment& m_;
  State& state_;
  FoldScratch::Impl& scratch_;
  const CompiledPack& pack_;
  bool regulatory_shown_ = false;
  std::span<const rules::RuleIndex> excused_;  // rules whose verdicts somebody has answered for
};

}  // namespace

State::State(std::string conversation_id, std::shared_ptr<const CompiledPack> compiled)
    : conversation(std::move(conversation_id)),
      pack(std::move(compiled)),
      context(*pack->conditions),
      rules(pack->rules->make_state()),
      flows(pack->flows->make_state()),
      shown_turn(pack->library->articles.size(), -1),
      announced(pack->library->announcements.size(), false) {
  turns.reserve(kTurnsExpected);
  words.reserve(kWordsExpected);
  marks.reserve(kMarksExpected);
  leaves.reserve(kLeavesExpected);
  attention.given.reserve(kTurnsExpected);
  attention.more.reserve(kLeavesExpected);
  topics.reserve(kLeavesExpected);
  context.set("idv.level", "0");
}

const Turn* State::find_turn(std::int32_t index) const {
  const auto found = std::ranges::lower_bound(turns, index, {}, &Turn::index);
  return found != turns.end() && found->index == index ? &*found : nullptr;
}

const Turn* State::find_seq(std::uint64_t seq) const {
  const auto found = std::ranges::lower_bound(turns, seq, {}, &Turn::seq);
  return found != turns.end() && found->seq == seq ? &*found : nullptr;
}

std::string_view cut(std::string_view text, Span span) {
  std::size_t begin = text.size(), end = text.size();
  std::uint32_t index = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) continue;
    if (index == span.begin) begin = at;
    if (index == span.end) {
      end = at;
      break;
    }
    ++index;
  }
  return begin <= end ? text.substr(begin, end - begin) : std::string_view{};
}

struct Assist::Impl {
  State state;
};

Assist::Assist(std::string conversation, std::shared_ptr<const CompiledPack> pack)
    : impl_(std::make_unique<Impl>(Impl{State(std::move(conversation), std::move(pack))})) {}
Assist::~Assist() = default;
Assist::Assist(Assist&&) noexcept = default;
Assist& Assist::operator=(Assist&&) noexcept = default;

FoldScratch::FoldScratch() : impl(std::make_unique<Impl>()) {}
FoldScratch::~FoldScratch() = default;
void FoldScratch::set_probe(void (*probe)(void*, Stage), void* context) {
  impl->probe = probe;
  impl->probe_context = context;
}

void Assist::fold(const conversation::Event& event, FoldScratch& scratch, FoldResult& out, bool silent) {
  out.cards.clear();
  out.panels_changed = false;
  State& state = impl_->state;
  Moment moment{state, *scratch.impl, out, event, event.recorded_at, core::day_of(event.recorded_at, state.pack->offset_minutes), silent, 0};
  Fold(moment).run();
}

void fold_verdicts(State& state, const conversation::Event& event, FoldScratch::Impl& scratch, FoldResult& out, std::vector<FoldVerdict>& verdicts) {
  Moment moment{state, scratch, out, event, event.recorded_at, core::day_of(event.recorded_at, state.pack->offset_minutes), true, 0, &verdicts};
  Fold(moment).run();
}

void Assist::next_turn(std::int32_t index) { impl_->state.next_turn = index; }
void Assist::keep_signals() { impl_->state.keep_signals = true; }
const std::string& Assist::signals_json() const { return impl_->state.signals_line; }
std::optional<core::Millis> Assist::next_due() const { return impl_->state.pack->rules->next_due(*impl_->state.rules); }
std::int32_t Assist::turn_count() const { return impl_->state.next_turn; }
bool Assist::ended() const { return impl_->state.ended; }

void fold_act(Moment& moment, std::span<const rules::RuleIndex> excused) { Fold(moment).act(excused); }

const GateDecision* Assist::decision(std::string_view act) const {
  const auto found = std::ranges::find(impl_->state.acts, act, [](const Act& one) -> std::string_view { return one.proposed.act; });
  return found == impl_->state.acts.end() ? nullptr : &found->decision;
}

GateDecision Assist::check(const conversation::ActProposed& act, core::Millis at, FoldScratch& scratch) const {
  State copy = impl_->state;
  FoldResult ignored;
  conversation::Event event;
  event.recorded_at = at;
  event.seq = copy.turns.empty() ? 1 : copy.turns.back().seq + 1;
  event.body = conversation::Tick{};  // what falls due until then is due
  Moment moment{copy, *scratch.impl, ignored, event, at, core::day_of(at, copy.pack->offset_minutes), true, 0};
  Fold(moment).run();
  event.body = completed(copy, act, at);
  return decide(copy, event, {}, *scratch.impl);
}

const State& state_of(const Assist::Impl& impl) { return impl.state; }
State& state_of(Assist::Impl& impl) { return impl.state; }

}  // namespace fenshen::assist
