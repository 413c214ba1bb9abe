// fenshen play: dialogues through the live API, as a channel would bring them, and the cards as a desk receives them.
#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <map>
#include <thread>

#include "conversation/dialogue.h"
#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "server/api_client.h"
#include "server/cli.h"
#include "server/commands.h"
#include "server/lines.h"

namespace fenshen::server {
namespace {

namespace cv = conversation;
namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kConnections = 32;
constexpr std::size_t kSockets = 4;
constexpr auto kRetryEvery = std::chrono::milliseconds(200);
constexpr auto kPatience = std::chrono::seconds(60);  // without any progress

core::Result<std::vector<cv::Dialogue>> read_dialogues(const std::string& path) {
  TRY_ASSIGN(LineReader reader, LineReader::open(path));
  std::vector<cv::Dialogue> dialogues;
  std::string line;
  while (true) {
    TRY_ASSIGN(const bool more, reader.next(line));
    if (!more) return dialogues;
    if (line.empty()) continue;
    auto dialogue = cv::parse_dialogue(line);
    if (!dialogue) return core::fail(dialogue.error().code, dialogue.error().message, fmt::format("{} line {} {}", path, reader.number(), dialogue.error().where));
    dialogues.push_back(std::move(*dialogue));
  }
}

std::string creation(const cv::Dialogue& dialogue) {
  json::object body{{"id", dialogue.id}, {"channel", dialogue.channel}, {"lang", dialogue.lang}, {"started_at", core::format_instant(dialogue.started_at)}};
  if (!dialogue.customer.empty()) body["customer"] = cv::fields_to_json(dialogue.customer);
  if (!dialogue.meta.empty()) body["meta"] = cv::fields_to_json(dialogue.meta);
  return json::serialize(body);
}

// A turn's events: what was said, what happened. Ids from the index, so that a repeated turn is the same.
std::string events_of(const cv::Dialogue& dialogue, std::size_t index) {
  const cv::DialogueTurn& turn = dialogue.turns[index];
  const std::string at = core::format_instant(dialogue.started_at + turn.ts);
  json::array events;
  if (!turn.text.empty())
    events.push_back(json::object{{"id", fmt::format("t{}", index)}, {"type", "utterance"}, {"speaker", cv::to_string(turn.speaker)}, {"text", turn.text}, {"occurred_at", at}});
  if (turn.event)
    events.push_back(json::object{{"id", fmt::format("t{}e", index)}, {"type", "business"}, {"name", turn.event->name}, {"data", cv::fields_to_json(turn.event->data)}, {"occurred_at", at}});
  return json::serialize(json::object{{"events", std::move(events)}});
}

class Play {
 public:
  Play(ApiClient& client, std::vector<cv::Dialogue> dialogues, double speed)
      : client_(client), dialogues_(std::move(dialogues)), speed_(speed), state_(dialogues_.size()) {}

  Status run() {
    TRY(create_all());
    std::vector<std::string> ids;
    for (const cv::Dialogue& dialogue : dialogues_) ids.push_back(dialogue.id);
    sockets_ = std::make_unique<DeskSockets>(client_, std::move(ids), kSockets, false,
                                             [this](std::size_t index, const std::vector<ReceivedFrame>& frames) { take(index, frames); });
    TRY(sockets_->open());
    begin_ = Clock::now();
    if (speed_ > 0) {
      TRY(play_timed());
    } else {
      for (std::size_t i = 0; i < dialogues_.size(); ++i) allow(i, dialogues_[i].turns.size() + 1);
    }
    return wait_for_all();
  }

  Status write(const std::string& path) {
    TRY_ASSIGN(LineWriter out, LineWriter::open(path));
    for (const State& state : state_)
      for (const std::string& card : state.cards) out.write(card);
    return out.close();
  }

  std::size_t cards() const {
    std::size_t count = 0;
    for (const State& state : state_) count += state.cards.size();
    return count;
  }
  std::size_t turns() const { return turns_; }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  struct State {
    std::size_t next = 0;               // turn to send; the number of turns = the end
    std::size_t allowed = 0;            // turns before this one are due
    bool busy = false;                  // one is on its way
    std::vector<std::string> cards;     // by the socket's thread
    std::uint64_t frames_in_all = 0;    // known after the end; 0: not yet
  };

  std::string path(std::size_t index, std::string_view rest) const {
    return "/api/v1/conversations/" + net::percent_encode(dialogues_[index].id) + std::string(rest);
  }

  // In file order: the order of creation is the order of the cards. One lane keeps it.
  Status create_all() {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = dialogues_.size();
    Status failed;
    for (const cv::Dialogue& dialogue : dialogues_)
      client_.send(0, "POST", "/api/v1/conversations", creation(dialogue), [&, id = dialogue.id](Result<json::object> answer) {
        const std::lock_guard lock(mutex);
        if (!answer && failed) failed = core::fail(answer.error().code, answer.error().message, "conversation " + id);
        --left;
        changed.notify_one();
      });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return left == 0; });
    return failed;
  }

  // Turns before `upto` are due (the end counts as one more). Each is sent when the one before was acknowledged.
  void allow(std::size_t index, std::size_t upto) {
    {
      const std::lock_guard lock(mutex_);
      State& state = state_[index];
      state.allowed = upto;
      if (state.busy) return;
      state.busy = true;
    }
    go_on(index);
  }

  void go_on(std::size_t index) {
    const cv::Dialogue& dialogue = dialogues_[index];
    std::size_t turn = 0;
    {
      const std::lock_guard lock(mutex_);
      State& state = state_[index];
      while (state.next < dialogue.turns.size() && dialogue.turns[state.next].empty()) ++state.next;
      if (failed_ || state.next >= state.allowed) {
        state.busy = false;
        return;
      }
      turn = state.next++;
    }
    if (turn == dialogue.turns.size()) return end(index);
    ++turns_;
    post(index, "/events", events_of(dialogue, turn), [this, index] { go_on(index); });
  }

  // Sends until it is acknowledged: a server that restarts meanwhile takes the same event only once.
  void post(std::size_t index, std::string_view rest, std::string body, std::function<void()> done) {
    client_.send(index, "POST", path(index, rest), body, [this, index, rest = std::string(rest), body, done](Result<json::object> answer) {
      if (answer) {
        ++progress_;
        return done();
      }
      if (answer.error().code != Code::unavailable && answer.error().code != Code::limited) return fail(answer.error(), index);
      const std::lock_guard lock(mutex_);
      retries_.push_back([this, index, rest, body, done] { post(index, rest, body, done); });
    });
  }

  void retry() {
    std::vector<std::function<void()>> again;
    {
      const std::lock_guard lock(mutex_);
      if (Clock::now() - retried_ < kRetryEvery) return;
      retried_ = Clock::now();
      again.swap(retries_);
    }
    for (const auto& send : again) send();
  }

  Status play_timed() {
    std::multimap<double, std::pair<std::size_t, std::size_t>> plan;
    for (std::size_t i = 0; i < dialogues_.size(); ++i) {
      for (std::size_t turn = 0; turn < dialogues_[i].turns.size(); ++turn)
        plan.emplace(static_cast<double>(dialogues_[i].turns[turn].ts) / 1000 / speed_, std::pair(i, turn + 1));
      const double last = dialogues_[i].turns.empty() ? 0 : static_cast<double>(dialogues_[i].turns.back().ts) / 1000 / speed_;
      plan.emplace(last, std::pair(i, dialogues_[i].turns.size() + 1));
    }
    for (const auto& [at, turn] : plan) {
      const auto due = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(at));
      while (Clock::now() < due) {
        retry();
        std::this_thread::sleep_until(std::min(due, Clock::now() + kRetryEvery));
      }
      if (failed_) break;
      allow(turn.first, turn.second);
      (void)sockets_->mend();  // while the server restarts: the wait at the end tells
    }
    return {};
  }

  void end(std::size_t index) {
    post(index, "/end", R"({"id":"end","reason":"end"})", [this, index] { count_frames(index); });
  }

  // How many frames there are in all: so that we know when the socket has brought the last.
  void count_frames(std::size_t index) {
    client_.send(index, "GET", path(index, "/frames?after=9007199254740991"), {}, [this, index](Result<json::object> page) {
      if (!page) {
        const std::lock_guard lock(mutex_);
        retries_.push_back([this, index] { count_frames(index); });
        return;
      }
      const json::value* count = page->if_contains("next_n");
      const std::lock_guard lock(mutex_);
      state_[index].frames_in_all = count != nullptr && count->is_int64() ? static_cast<std::uint64_t>(count->get_int64()) : 0;
      ++progress_;
      changed_.notify_one();
    });
  }

  void take(std::size_t index, const std::vector<ReceivedFrame>& frames) {
    const std::lock_guard lock(mutex_);
    for (const ReceivedFrame& frame : frames)
      if (!frame.card.empty()) state_[index].cards.emplace_back(frame.card);
    ++progress_;
    changed_.notify_one();
  }

  void fail(const core::Error& error, std::size_t index) {
    const std::lock_guard lock(mutex_);
    if (!failed_) error_ = {error.code, error.message, "conversation " + dialogues_[index].id};
    failed_ = true;
    changed_.notify_one();
  }

  Status wait_for_all() {
    std::size_t finished = 0;
    auto moved = Clock::now();
    std::size_t seen = 0;
    while (finished < dialogues_.size()) {
      (void)sockets_->mend();  // a server that stays away shows as no progress
      retry();
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(100));
      if (failed_) return std::unexpected(error_);
      lock.unlock();
      while (finished < dialogues_.size() && complete(finished)) ++finished;
      if (const std::size_t now = progress_; now != seen) {
        seen = now;
        moved = Clock::now();
      } else if (Clock::now() - moved > kPatience) {
        return core::fail(Code::limited, "nothing came for a minute", "conversation " + dialogues_[finished].id);
      }
    }
    return {};
  }

  bool complete(std::size_t index) {
    const std::uint64_t last = sockets_->last_n(index);
    const std::lock_guard lock(mutex_);
    return state_[index].frames_in_all != 0 && last >= state_[index].frames_in_all;
  }

  ApiClient& client_;
  std::vector<cv::Dialogue> dialogues_;
  double speed_;  // 0: as fast as it goes
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<State> state_;
  std::vector<std::function<void()>> retries_;
  Clock::time_point retried_ = Clock::now();
  std::unique_ptr<DeskSockets> sockets_;
  std::atomic<std::size_t> turns_{0}, progress_{0};
  std::atomic<bool> failed_{false};
  core::Error error_;
  Clock::time_point begin_ = Clock::now();
};

Result<int> play(const Arguments& args) {
  const auto url = args.value("--url"), in = args.value("--in");
  if (!url || !in) return core::fail(Code::invalid, "--url and --in are needed");
  double speed = 1;
  if (const auto text = args.value("--speed"); text && *text != "max") {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), speed);
    if (error != std::errc() || end != text->data() + text->size() || speed <= 0) return core::fail(Code::invalid, "must be a number above 0, or max", "--speed");
  } else if (text) {
    speed = 0;
  }
  TRY_ASSIGN(auto dialogues, read_dialogues(*in));
  const std::size_t conversations = dialogues.size();
  TRY_ASSIGN(const auto client, ApiClient::connect(*url, kConnections));
  Play player(*client, std::move(dialogues), speed);
  TRY(player.run());
  if (const auto out = args.value("--out")) TRY(player.write(*out));
  std::string line;
  core::JsonWriter(line).begin_object().field("conversations", conversations).field("turns", player.turns()).field("cards", player.cards())
      .field("seconds", player.seconds()).end_object();
  print(line + "\n");
  return 0;
}

}  // namespace

int play_command(CommandArgs args) {
  const Command command{"play", "", "Plays dialogues through the live API of a server (FENSHEN_TOKEN) and writes the cards that a desk received.",
                        {{"--url", "URL", "the server, http://127.0.0.1:8080"},
                         {"--in", "FILE", "dialogues, JSON lines; - for standard input"},
                         {"--speed", "X", "times real time (default 1), or max"},
                         {"--out", "CARDS", "cards, JSON lines, in order of the file"}},
                        false};
  return run(command, args, play);
}

}  // namespace fenshen::server
