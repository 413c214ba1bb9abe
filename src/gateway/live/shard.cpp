#include "gateway/live/shard.h"

#include <algorithm>

#include "core/json_writer.h"
#include "core/log.h"
#include "gateway/live/own_ids.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadAtOnce = 1'000;
constexpr std::size_t kFramesAMessage = 200;
constexpr auto kTickEvery = std::chrono::milliseconds(50);
constexpr auto kEvictEvery = std::chrono::seconds(2);
constexpr auto kTypingAgain = std::chrono::seconds(15);

storage::StreamId stream_of(const std::string& id) { return {"default", storage::StreamKind::conversation, id}; }

cv::Event make_event(std::string id, std::string actor, cv::EventBody body) {
  cv::Event event;
  event.id = std::move(id);
  event.actor = std::move(actor);
  event.occurred_at = core::wall_clock_now();
  event.body = std::move(body);
  return event;
}

const std::string& id_of(const cv::Event& event, const cv::Utterance& utterance) {
  return utterance.utterance_id.empty() ? event.id : utterance.utterance_id;
}

bool is_late(const cv::EventBody& body) {  // may come after the end
  return std::holds_alternative<cv::CardAction>(body) || std::holds_alternative<cv::WrapupSaved>(body) ||
         std::holds_alternative<cv::CustomerSnapshot>(body) || std::holds_alternative<cv::ConversationEnded>(body) ||
         std::holds_alternative<cv::ActDone>(body) || std::holds_alternative<cv::ActFailed>(body);
}

}  // namespace

void Shard::start() {
  worker_.post_at(Clock::now() + kTickEvery, [this] { tick_due(); });
  worker_.post_at(Clock::now() + kEvictEvery, [this] { evict(); });
}

// --- life of a conversation ---

void Shard::create(NewConversation request, Done<SummaryPtr> done) {
  if (!request.history) return record_contact(std::move(request), std::move(done));
  if (house_.directory.open() >= house_.options.open_most) return done(fail(Code::limited, "too many open conversations"));
  if (!house_.directory.reserve(request.id)) return done(fail(Code::conflict, "a conversation of this id exists", "id"));
  auto made = std::make_unique<Open>(request.id, [this](std::string_view hash) { return house_.shelf.by_hash(hash); });
  Open& open = *made;
  const auto known = house_.directory.find(request.id);
  if (known) open.tracker.set_position(known->position);
  if (request.sample) {
    open.sample = std::make_unique<SamplePlay>(std::move(*request.sample), request.speed);
    open.tracker.set_sample(open.sample->state_json());
  }
  Events events;
  events.push_back(make_event(own_id("start"), request.actor, request.started));
  if (request.occurred_at != 0) events.back().occurred_at = request.occurred_at;
  const ContentPtr content = house_.shelf.current();
  events.push_back(make_event(own_id("pack-" + content->hash), "system", cv::PackBound{content->hash, std::string(assist::kEngineVersion)}));
  open.bound = content->hash;
  if (!request.rep.empty()) events.push_back(make_event(own_id("accept"), request.rep, cv::ParticipantJoined{request.rep, cv::Speaker::rep}));
  if (!request.history->empty()) events.push_back(make_event(own_id("history"), "system", cv::HistorySnapshot{*request.history}));
  const std::string id = request.id;
  open_.emplace(id, std::move(made));
  append(open, std::move(events), Clock::now(), [this, id, done](Result<std::vector<storage::Appended>> result) {
    const auto found = open_.find(id);
    if (!result || result->front().duplicate || found == open_.end()) {
      if (found != open_.end()) open_.erase(found);
      if (!result) {
        house_.directory.release(id);
        return done(std::unexpected(result.error()));
      }
      return done(fail(Code::conflict, "a conversation of this id exists", "id"));
    }
    done(summarize(*found->second));
    plan_sample(*found->second);
  });
}

Result<Open*> Shard::find(const std::string& id) {
  if (const auto found = open_.find(id); found != open_.end()) {
    found->second->used = Clock::now();
    return found->second.get();
  }
  if (!house_.directory.find(id)) return fail(Code::not_found, "no such conversation", "conversation");
  TRY_ASSIGN(auto loaded, load(id));
  Open* open = loaded.get();
  open_.emplace(id, std::move(loaded));
  const auto known = house_.directory.find(id);
  if (known) open->tracker.set_position(known->position);
  if (!open->over()) restore_sample(*open);
  finish_acts(*open);
  house_.directory.remember(summarize(*open));
  plan_tick(*open);
  if (open->over()) open->alerts.clear();  // told in its time
  else tell(*open, false);
  return open;
}

Result<std::unique_ptr<Open>> Shard::load(const std::string& id) {
  auto open = std::make_unique<Open>(id, [this](std::string_view hash) { return house_.shelf.by_hash(hash); });
  open->used = Clock::now();
  for (std::uint64_t after = 0;;) {
    TRY_ASSIGN(const Events events, house_.log.read(stream_of(id), after, kReadAtOnce));
    for (const cv::Event& event : events) {
      TRY(fold(*open, event, std::nullopt));
      after = event.seq;
    }
    if (events.size() < kReadAtOnce) break;
  }
  open->bound = open->replayer.pack_hash();
  return open;
}

// The log knows more than we folded (another writer, an earlier failure): fold again and send what is new.
void Shard::reload(Open& open) {
  auto fresh = load(open.id);
  if (!fresh) {
    open.broken = true;
    ++house_.stats.fold_errors;
    FENSHEN_LOG(error, "gateway", "cannot fold a conversation again", {"error", fresh.error().message});
    return;
  }
  const std::size_t before = open.frames.size();
  const auto position = open.tracker.summary().position;
  open.replayer = std::move((*fresh)->replayer);
  open.tracker = std::move((*fresh)->tracker);
  open.tracker.set_position(position);
  open.frames = std::move((*fresh)->frames);
  open.alerts = std::move((*fresh)->alerts);
  open.broken = false;
  publish(open, std::min(before, open.frames.size()), true);
}

core::Status Shard::fold(Open& open, const cv::Event& event, std::optional<Received> received) {
  frames_.clear();
  const std::int64_t begin = core::thread_cpu_ns();
  TRY(open.replayer.feed(event, scratch_, frames_));
  house_.stats.fold_ns += core::thread_cpu_ns() - begin;
  ++house_.stats.events;
  if (std::holds_alternative<cv::Utterance>(event.body)) ++house_.stats.utterances;
  std::optional<double> ms;
  if (received) ms = std::chrono::duration<double, std::milli>(Clock::now() - *received).count();
  for (const assist::Frame& frame : frames_) {
    open.tracker.take(frame);
    open.frames.push_back(std::make_shared<const std::string>(frame_json(frame, ms)));
    if (frame.kind == assist::Frame::Kind::card && received) ++house_.stats.cards;
    if (frame.kind == assist::Frame::Kind::card) note_alert(open, frame.card);
  }
  return {};
}

// A card of a rule with `alert: supervisor`.
void Shard::note_alert(Open& open, const assist::Card& card) {
  if (card.json.find(R"("alert":"supervisor")") == std::string::npos) return;
  Live::AlertCard alert{card.id, open.id, card.item, {}, {}, {}, card.seq, card.turn, card.at};
  for (const char* severity : {"major", "normal", "hint"})
    if (card.json.find(R"("severity":")" + std::string(severity) + "\"") != std::string::npos) alert.severity = severity;
  open.alerts.push_back(std::move(alert));
}

void Shard::tell(Open& open, bool ended) {
  const std::lock_guard lock(house_.names_mutex);
  if (ended && house_.ended) house_.ended(open.id);
  if (!house_.alert) return;  // they wait for who listens
  for (Live::AlertCard& alert : open.alerts) {
    alert.rep = open.tracker.summary().rep;
    alert.team = open.tracker.summary().team;
    house_.alert(alert);
  }
  open.alerts.clear();
}

void Shard::tell_alerts() {
  for (auto& [id, open] : open_)
    if (!open->over()) tell(*open, false);
}

// --- appending ---

// A correction is of something that was heard: in the log, on its way there, or earlier in the same list.
core::Status Shard::check_revisions(const Open& open, const Events& events) const {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* utterance = std::get_if<cv::Utterance>(&events[i].body);
    if (utterance == nullptr || utterance->revision == 0) continue;
    const std::string& id = utterance->utterance_id;
    bool known = !id.empty() && (open.tracker.has_utterance(id) || open.heard.contains(id));
    for (std::size_t before = 0; before < i && !known; ++before) {
      const auto* earlier = std::get_if<cv::Utterance>(&events[before].body);
      known = earlier != nullptr && earlier->revision == 0 && id_of(events[before], *earlier) == id;
    }
    if (!known)
      return fail(Code::invalid, "no utterance of this id was heard in this conversation: there is nothing to correct",
                  "events[" + std::to_string(i) + "].utterance_id");
  }
  return {};
}

void Shard::append(Open& open, Events events, Received received, Done<std::vector<storage::Appended>> done) {
  if (open.over())
    for (const cv::Event& event : events)
      if (!is_late(event.body)) return done(fail(Code::conflict, "the conversation has ended", "conversation"));
  if (auto status = check_revisions(open, events); !status) return done(std::unexpected(std::move(status.error())));
  for (const cv::Event& event : events)
    if (const auto* utterance = std::get_if<cv::Utterance>(&event.body); utterance != nullptr && utterance->revision == 0) open.heard.insert(id_of(event, *utterance));
  bool bound = false;
  if (const ContentPtr content = house_.shelf.current(); !open.over() && open.bound != content->hash) {
    cv::Event bind = make_event(own_id("pack-" + content->hash + "-" + std::to_string(open.replayer.last_seq() + static_cast<std::uint64_t>(open.in_flight))),
                                "system", cv::PackBound{content->hash, std::string(assist::kEngineVersion)});
    events.insert(events.begin(), std::move(bind));
    open.bound = content->hash;
    bound = true;
    ++house_.stats.pack_binds;
  }
  if (events.empty()) return done(std::vector<storage::Appended>{});
  ++open.in_flight;
  open.used = Clock::now();
  storage::AppendRequest request;
  request.stream = stream_of(open.id);
  request.events = events;
  ++house_.appending;
  house_.log.append(std::move(request), [this, id = open.id, events = std::move(events), bound, received,
                                         done = std::move(done)](Result<std::vector<storage::Appended>> result) mutable {
    worker_.post([this, id, events = std::move(events), bound, received, result = std::move(result), done = std::move(done)]() mutable {
      durable(id, std::move(events), bound, received, std::move(result), std::move(done));
    });
    --house_.appending;
  });
}

void Shard::durable(const std::string& id, Events events, bool bound, Received received, Result<std::vector<storage::Appended>> result,
                    Done<std::vector<storage::Appended>> done) {
  const auto found = open_.find(id);
  if (found == open_.end()) return done(std::move(result));
  Open& open = *found->second;
  if (--open.in_flight == 0) open.heard.clear();  // the tracker knows them once they are folded
  if (!result) {
    ++house_.stats.append_errors;
    if (bound) open.bound = open.replayer.pack_hash();
    return done(std::unexpected(result.error()));
  }
  const std::size_t first_frame = open.frames.size();
  const bool was_over = open.over();
  bool panels = false, gap = false;
  for (std::size_t i = 0; i < events.size() && !open.broken; ++i) {
    const storage::Appended& appended = (*result)[i];
    if (appended.duplicate) continue;
    events[i].seq = appended.seq;
    events[i].recorded_at = appended.recorded_at;
    if (appended.seq <= open.replayer.last_seq()) continue;  // a reload has folded it already
    if (const core::Status status = fold(open, events[i], received); !status) gap = true;
    panels = panels || open.replayer.panels_changed() || bound;
    if (gap) break;
  }
  if (gap) reload(open);
  else publish(open, first_frame, panels);
  tell(open, open.over() && !was_over);
  if (bound) result->erase(result->begin());
  done(std::move(result));
}

// --- what others see ---

SummaryPtr Shard::summarize(Open& open) {
  open.tracker.look(open.replayer.assist());
  if (open.sample) open.tracker.set_sample(open.sample->state_json());
  return std::make_shared<const Summary>(open.tracker.summary());
}

void Shard::publish(Open& open, std::size_t first_frame, bool panels) {
  look_at_desks(open);
  if (first_frame < open.frames.size() && !open.desks.empty())
    send_desks(open, [&](const Masker* masker) { return frames_message(open.id, std::span(open.frames).subspan(first_frame), masker); });
  if (panels && open.replayer.assist() != nullptr) send_panels(open);
  const Summary::State before = house_.directory.find(open.id) && house_.directory.find(open.id)->summary
                                    ? house_.directory.find(open.id)->summary->state : open.tracker.summary().state;
  house_.directory.update(summarize(open));
  publish_chat(open);
  if (before == Summary::State::waiting && open.tracker.summary().state != before) send_waiting_places();
  plan_tick(open);
}

void Shard::send_desks(Open& open, std::string message) {
  const auto shared = std::make_shared<const std::string>(std::move(message));
  for (const Open::Desk& desk : open.desks) desk.socket->send(shared);
}

void Shard::send_desks(Open& open, const std::function<std::string(const Masker*)>& write, bool panels) {
  std::shared_ptr<const std::string> raw, masked;
  for (const Open::Desk& desk : open.desks) {
    if (panels && !desk.panels) continue;
    auto& message = desk.raw ? raw : masked;
    if (!message) message = std::make_shared<const std::string>(write(desk.raw ? nullptr : house_.masker.get()));
    desk.socket->send(message);
  }
}

void Shard::send_panels(Open& open) {
  send_desks(open, [&](const Masker* masker) { return panels_message(open, masker); }, true);
}

std::string Shard::panels_message(const Open& open, const Masker* masker) const {
  const std::string panels = open.replayer.assist()->panels_json();
  std::string text;
  core::JsonWriter(text).begin_object().field("op", "panels").field("conversation", open.id).field("seq", open.replayer.last_seq())
      .key("panels").raw(masker != nullptr ? masker->json(panels) : panels).end_object();
  return text;
}

void Shard::send_all(Open& open, Open::Desk& desk, std::size_t after, bool again) {
  const Masker* masker = desk.raw ? nullptr : house_.masker.get();
  for (std::size_t at = std::min(after, open.frames.size()); at < open.frames.size(); at += kFramesAMessage) {
    const auto some = std::span(open.frames).subspan(at, std::min(kFramesAMessage, open.frames.size() - at));
    desk.socket->send(frames_message(open.id, some, masker, again && at == after));
  }
  if (desk.panels && open.replayer.assist() != nullptr) desk.socket->send(panels_message(open, masker));
}

// Who may read more than before (a rep has taken a waiting chat) gets it whole; who may read less, from now on less.
void Shard::look_at_desks(Open& open) {
  for (Open::Desk& desk : open.desks) {
    const bool raw = !desk.unmasked || desk.unmasked(open.tracker.summary());
    const bool more = raw && !desk.raw;
    desk.raw = raw;
    if (more) send_all(open, desk, 0, true);
  }
}

void Shard::publish_chat(Open& open) {
  const auto& items = open.tracker.chat();
  for (; open.chat_sent < items.size(); ++open.chat_sent) {
    const auto message = std::make_shared<const std::string>(R"({"op":"item","item":)" + items[open.chat_sent].json + "}");
    for (const auto& socket : open.chats) socket->send(message);
  }
  if (open.chats.empty()) return;
  std::string state = chat_state(open);
  if (state == open.chat_state) return;
  open.chat_state = state;
  const auto message = std::make_shared<const std::string>(std::move(state));
  for (const auto& socket : open.chats) socket->send(message);
}

std::string Shard::chat_state(const Open& open) const {
  const Summary& summary = open.tracker.summary();
  std::string text;
  core::JsonWriter out(text);
  const bool over = open.over();
  out.begin_object().field("op", "state").field("state", over ? "ended" : to_string(summary.state));
  out.field("place", summary.state == Summary::State::waiting ? house_.directory.waiting_before(summary.position) + 1 : 0);
  std::string name;
  if (!summary.rep.empty()) {
    const std::lock_guard lock(house_.names_mutex);
    if (house_.rep_name) name = house_.rep_name(summary.rep);
  }
  out.field("rep", name).end_object();
  return text;
}

void Shard::send_waiting_places() {
  for (auto& [id, open] : open_)
    if (!open->chats.empty() && open->tracker.summary().state == Summary::State::waiting) publish_chat(*open);
}

void Shard::watch(Open& open, Live::Socket desk, Live::WatchOptions options) {
  unwatch(open.id, desk);
  Open::Desk& made = open.desks.emplace_back(Open::Desk{std::move(desk), options.panels, std::move(options.unmasked), true});
  made.raw = !made.unmasked || made.unmasked(open.tracker.summary());
  send_all(open, made, options.after, false);
  if (!open.over()) append(open, {}, Clock::now(), [](auto&&) {});  // content changed while nobody watched
}

void Shard::unwatch(const std::string& id, const Live::Socket& socket) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  std::erase_if(found->second->desks, [&](const Open::Desk& desk) { return desk.socket == socket; });
  std::erase(found->second->chats, socket);
  found->second->used = Clock::now();
}

void Shard::chat_open(Open& open, Live::Socket customer, std::uint64_t after) {
  std::string text;
  core::JsonWriter out(text);
  const Summary& summary = open.tracker.summary();
  out.begin_object().field("op", "hello").field("state", open.over() ? "ended" : to_string(summary.state)).key("items").begin_array();
  for (const ChatItem& item : open.tracker.chat())
    if (item.n > after) out.raw(item.json);
  out.end_array().end_object();
  customer->send(std::move(text));
  customer->send(chat_state(open));
  open.chat_sent = open.tracker.chat().size();
  open.chats.push_back(std::move(customer));
}

void Shard::typing(Open& open, cv::Speaker speaker, bool on) {
  if (speaker == cv::Speaker::customer) {
    std::string text;
    core::JsonWriter(text).begin_object().field("op", "typing").field("conversation", open.id).field("speaker", "customer").field("on", on).end_object();
    return send_desks(open, std::move(text));
  }
  for (const auto& socket : open.chats) socket->send(std::string(on ? R"({"op":"typing","on":true})" : R"({"op":"typing","on":false})"));
  // The governor is quiet meanwhile, so it is an event: when it begins, now and then while it lasts, when it ends.
  const auto now = Clock::now();
  if (open.over() || (on == open.rep_types && (!on || now - open.rep_typed < kTypingAgain))) return;
  open.rep_types = on;
  open.rep_typed = now;
  const std::string number = std::to_string(open.replayer.last_seq()) + "-" + std::to_string(open.in_flight);
  append(open, {make_event(own_id("typing-" + number + (on ? "-on" : "-off")), "system", cv::Typing{speaker, on})}, now, [](auto&&) {});
}

void Shard::bind_watched() {
  for (auto& [id, open] : open_)
    if (open->watched() && !open->over()) append(*open, {}, Clock::now(), [](auto&&) {});
}

// --- time ---

void Shard::plan_tick(Open& open) {
  const auto due = open.over() ? std::nullopt : open.replayer.next_due();
  if (due == open.due) return;
  if (open.due) deadlines_.erase({*open.due, open.id});
  open.due = due;
  if (due) deadlines_.insert({*due, open.id});
}

void Shard::tick_due() {
  const core::Millis now = core::wall_clock_now();
  std::vector<std::string> ids;
  for (const auto& [due, id] : deadlines_) {
    if (due > now) break;
    ids.push_back(id);
  }
  for (const std::string& id : ids) {
    const auto found = open_.find(id);
    if (found == open_.end()) continue;
    Open& open = *found->second;
    const std::uint64_t seq = open.replayer.last_seq();
    if (open.in_flight > 0 || open.tick_seq == seq + 1) continue;  // what is on its way fires it too
    open.tick_seq = seq + 1;
    ++house_.stats.ticks;
    append(open, {make_event(own_id("tick-" + std::to_string(*open.due) + "-" + std::to_string(seq)), "system", cv::Tick{})}, Clock::now(), [](auto&&) {});
  }
  worker_.post_at(Clock::now() + kTickEvery, [this] { tick_due(); });
}

void Shard::evict() {
  const auto before = Clock::now() - house_.options.keep_ended;
  for (auto it = open_.begin(); it != open_.end();) {
    Open& open = *it->second;
    const bool idle = open.over() && !open.watched() && open.in_flight == 0 && open.acting.empty() && open.used < before;
    if (idle && open.due) deadlines_.erase({*open.due, open.id});
    it = idle ? open_.erase(it) : std::next(it);
  }
  time_out_acts();
  worker_.post_at(Clock::now() + kEvictEvery, [this] { evict(); });
}

}  // namespace fenshen::gateway
