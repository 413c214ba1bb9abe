// fenshen bench live: many conversations at a given rate through the live API. Latency counts from the moment an utterance
// was due (a generator that falls behind must not hide it), to its acknowledgement or, if later, its first card on a
// desk socket. Afterwards the log is read back: nothing may be lost, doubled or out of order.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <unordered_map>

#include "conversation/json_fields.h"
#include "core/json_writer.h"
#include "server/api_client.h"
#include "server/cli.h"
#include "server/commands.h"

namespace fenshen::server {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using core::Code;
using core::Result;
using core::Status;

constexpr std::size_t kConnections = 64;
constexpr std::size_t kSockets = 8;

struct Line {
  std::string speaker, text;
};

// What the server's own samples say: real turns of both sides.
Result<std::vector<Line>> lines_of(ApiClient& client) {
  TRY_ASSIGN(const json::object list, client.call("GET", "/api/v1/samples"));
  std::vector<Line> lines;
  for (const json::value& sample : list.at("items").as_array()) {
    const std::string id(sample.as_object().at("id").as_string());
    TRY_ASSIGN(const json::object whole, client.call("GET", "/api/v1/samples/" + net::percent_encode(id)));
    for (const json::value& turn : whole.at("turns").as_array())
      if (const json::value* text = turn.as_object().if_contains("text"))
        lines.push_back({std::string(turn.as_object().at("speaker").as_string()), std::string(text->as_string())});
  }
  if (lines.empty()) return core::fail(Code::not_found, "the server has no samples to speak");
  return lines;
}

double server_cpu(ApiClient& client) {
  const auto text = client.text("/metrics");
  if (!text) return 0;
  const std::string_view name = "\nprocess_cpu_seconds_total ";
  const std::size_t at = text->find(name);
  return at == std::string::npos ? 0 : std::atof(text->c_str() + at + name.size());
}

class Bench {
 public:
  Bench(ApiClient& client, std::size_t conversations, double rate, double seconds, std::vector<Line> lines)
      : client_(client), rate_(rate), total_(static_cast<std::size_t>(rate * seconds)), lines_(std::move(lines)), utterances_(total_), cards_(conversations) {
    const std::string run = std::to_string(core::wall_clock_now());
    for (std::size_t i = 0; i < conversations; ++i) ids_.push_back("bench-" + run + "-" + std::to_string(i));
  }

  Result<std::string> run(bool panels) {
    TRY(create());
    DeskSockets sockets(client_, ids_, kSockets, panels, [this](std::size_t index, const std::vector<ReceivedFrame>& frames) { take(index, frames); });
    TRY(sockets.open());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const double cpu_before = server_cpu(client_);
    TRY(send_all(sockets));
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // cards of the last
    const double cpu = server_cpu(client_) - cpu_before;
    TRY(read_back());
    finish();
    return report(cpu);
  }

 private:
  struct Utterance {
    Clock::time_point due, acknowledged;
    std::uint64_t seq = 0;
  };

  std::string path(std::size_t index, std::string_view rest) const { return "/api/v1/conversations/" + net::percent_encode(ids_[index]) + std::string(rest); }

  // Runs `send(i, done)` for all conversations and waits.
  Status each(const std::function<void(std::size_t, ApiClient::Answer)>& send) {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = ids_.size();
    Status failed;
    for (std::size_t i = 0; i < ids_.size(); ++i)
      send(i, [&](Result<json::object> answer) {
        const std::lock_guard lock(mutex);
        if (!answer && failed) failed = std::unexpected(answer.error());
        --left;
        changed.notify_one();
      });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return left == 0; });
    return failed;
  }

  Status create() {
    return each([this](std::size_t i, ApiClient::Answer done) {
      const json::object body{{"id", ids_[i]}, {"channel", "voice"}, {"lang", "zh"}, {"customer", json::object{{"id", "bench-c" + std::to_string(i)}, {"tier", "T2"}}}};
      client_.send(i, "POST", "/api/v1/conversations", json::serialize(body), std::move(done));
    });
  }

  Status send_all(DeskSockets& sockets) {
    const auto begin = Clock::now();
    for (std::size_t k = 0; k < total_; ++k) {
      const auto due = begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(k) / rate_));
      if (due > Clock::now()) std::this_thread::sleep_until(due);
      utterances_[k].due = due;
      const std::size_t index = k % ids_.size();
      const Line& line = lines_[(k / ids_.size() + index * 7) % lines_.size()];
      std::string body;
      core::JsonWriter(body).begin_object().field("id", "u" + std::to_string(k)).field("type", "utterance").field("speaker", line.speaker)
          .field("text", line.text).end_object();
      client_.send(index, "POST", path(index, "/events"), std::move(body), [this, k](Result<json::object> answer) { acknowledged(k, answer); });
      if (k % 1000 == 0) TRY(sockets.mend());
    }
    const auto until = Clock::now() + std::chrono::seconds(30);
    while (answered_ < total_ && Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return {};
  }

  void acknowledged(std::size_t k, const Result<json::object>& answer) {
    if (answer) {
      utterances_[k].acknowledged = Clock::now();
      utterances_[k].seq = static_cast<std::uint64_t>(answer->at("items").as_array().front().as_object().at("seq").as_int64());
      ++acknowledged_;
    } else {
      ++refused_;
    }
    ++answered_;
  }

  // Cards that came with their event: (a deadline's card names an event long past).
  void take(std::size_t index, const std::vector<ReceivedFrame>& frames) {
    std::uint64_t seq = 0;
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (const ReceivedFrame& frame : frames) {
      if (frame.card.empty()) seq = frame.seq;
      else if (seq != 0) cards_[index].try_emplace(seq, now);
    }
  }

  Status read_back() {
    std::vector<std::vector<std::size_t>> found(ids_.size());
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      for (std::int64_t after = 0;;) {
        TRY_ASSIGN(const json::object page, client_.call("GET", path(i, "/events?limit=1000&after=" + std::to_string(after))));
        const json::array& items = page.at("items").as_array();
        for (const json::value& event : items) {
          after = event.as_object().at("seq").as_int64();
          const std::string_view id = event.as_object().at("id").as_string();
          if (id.starts_with("u")) found[i].push_back(static_cast<std::size_t>(std::atol(std::string(id.substr(1)).c_str())));
        }
        if (items.size() < 1000) break;
      }
    }
    std::vector<int> times(total_, 0);
    for (const auto& order : found)
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (order[i] < total_) ++times[order[i]];
        if (i > 0 && order[i] < order[i - 1]) ++reordered_;
      }
    for (std::size_t k = 0; k < total_; ++k) {
      if (times[k] == 0 && utterances_[k].seq != 0) ++lost_;
      if (times[k] > 1) ++doubled_;
    }
    return {};
  }

  void finish() {
    (void)each([this](std::size_t i, ApiClient::Answer done) { client_.send(i, "POST", path(i, "/end"), R"({"id":"end"})", std::move(done)); });
  }

  std::string report(double cpu) {
    std::vector<double> latencies;
    const std::lock_guard lock(mutex_);
    for (std::size_t k = 0; k < total_; ++k) {
      const Utterance& utterance = utterances_[k];
      if (utterance.seq == 0) continue;
      auto until = utterance.acknowledged;
      const auto& cards = cards_[k % ids_.size()];
      if (const auto card = cards.find(utterance.seq); card != cards.end()) until = std::max(until, card->second);
      latencies.push_back(std::chrono::duration<double, std::milli>(until - utterance.due).count());
    }
    std::ranges::sort(latencies);
    const auto quantile = [&](double q) { return latencies.empty() ? 0.0 : latencies[std::min(latencies.size() - 1, static_cast<std::size_t>(q * static_cast<double>(latencies.size())))]; };
    std::string line;
    core::JsonWriter(line).begin_object().field("sent", total_).field("acknowledged", acknowledged_.load()).field("lost", lost_).field("doubled", doubled_)
        .field("reordered", reordered_).field("p50_ms", quantile(0.5)).field("p99_ms", quantile(0.99)).field("max_ms", latencies.empty() ? 0.0 : latencies.back())
        .field("cpu_s_server", cpu).end_object();
    return line;
  }

  ApiClient& client_;
  double rate_;
  std::size_t total_;
  std::vector<Line> lines_;
  std::vector<std::string> ids_;
  std::vector<Utterance> utterances_;  // written on the client's thread, read when all was answered
  std::mutex mutex_;
  std::vector<std::unordered_map<std::uint64_t, Clock::time_point>> cards_;
  std::atomic<std::size_t> answered_{0}, acknowledged_{0}, refused_{0};
  std::size_t lost_ = 0, doubled_ = 0, reordered_ = 0;
};

Result<int> bench(const Arguments& args) {
  const auto url = args.value("--url");
  if (!url) return core::fail(Code::invalid, "--url is needed");
  TRY_ASSIGN(const long conversations, args.number("--conversations", 100, 1, 100'000));
  TRY_ASSIGN(const long rate, args.number("--rate", 100, 1, 100'000));
  TRY_ASSIGN(const long seconds, args.number("--seconds", 10, 1, 3'600));
  TRY_ASSIGN(const auto client, ApiClient::connect(*url, kConnections));
  TRY_ASSIGN(auto lines, lines_of(*client));
  Bench live(*client, static_cast<std::size_t>(conversations), static_cast<double>(rate), static_cast<double>(seconds), std::move(lines));
  TRY_ASSIGN(const std::string line, live.run(args.has("--panels")));
  print(line + "\n");
  return 0;
}

}  // namespace

int bench_live_command(CommandArgs args) {
  const Command command{"bench live", "", "Load on a running server (FENSHEN_TOKEN): latency, loss, order.",
                        {{"--url", "URL", "the server, http://127.0.0.1:8080"},
                         {"--conversations", "N", "open at once (default 100)"},
                         {"--rate", "R", "utterances a second (default 100)"},
                         {"--seconds", "S", "how long (default 10)"},
                         {"--panels", "", "the desk sockets take the panels too"}},
                        false};
  return run(command, args, bench);
}

}  // namespace fenshen::server
