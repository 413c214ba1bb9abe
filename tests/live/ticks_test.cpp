// Ticks carry only time: a log with more of them, or with none, gives the same cards. Deadlines of the packs count turns;
// here they are turned into seconds, so that time has something to decide.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <regex>

#include "assist/replayer.h"
#include "content/examples.h"
#include "content/load.h"

namespace fenshen {
namespace {

namespace cv = conversation;

struct Packs {
  std::shared_ptr<const assist::CompiledPack> pack;
  std::vector<cv::Dialogue> samples;
};

Packs packs_with_time() {
  const std::filesystem::path folders[] = {FENSHEN_SOURCE_DIR "/packs/finance-cn", FENSHEN_SOURCE_DIR "/packs/yunjiang"};
  auto sources = content::read_packs(folders);
  EXPECT_TRUE(sources) << core::describe(sources.error());
  std::vector<core::Error> errors;
  Packs packs;
  for (content::Sample& sample : content::load_samples(*sources, errors)) packs.samples.push_back(std::move(sample.dialogue));
  static const std::regex turns("by: ([0-9]+) turns");
  for (content::SourceFile& file : sources->files)
    if (file.path.starts_with("rules/")) file.text = std::regex_replace(file.text, turns, "by: $015 s");  // 1 turn: 15 s, 3 turns: 35 s
  // Whatever the packs say: an answer that never comes falls due after each of the customer's turns.
  content::SourceFile waiting = sources->files.front();
  waiting.path = "rules/waiting.yaml";
  waiting.text = R"(
- id: TICK-01
  name: 等一句话
  severity: hint
  after: customer speaks
  require: rep says "从来没有人说的话"
  by: 3 s
  once: false
  wording: 请说这句话。
  source: {title: 试验}
  from: 2020-01-01
  to: null
)";
  sources->files.push_back(std::move(waiting));
  const auto loaded = content::load(*sources);
  EXPECT_TRUE(loaded.errors.empty()) << core::describe(loaded.errors.front());
  const auto compiled = assist::compile(loaded.library);
  EXPECT_TRUE(compiled.pack);
  packs.pack = compiled.pack;
  return packs;
}

using Events = std::vector<cv::Event>;

Events number(Events events) {
  for (std::size_t i = 0; i < events.size(); ++i) events[i].seq = i + 1;
  return events;
}

cv::Event tick_at(core::Millis at, int n) {
  cv::Event tick;
  tick.id = "tick-" + std::to_string(n);
  tick.recorded_at = tick.occurred_at = at;
  tick.actor = "system";
  tick.body = cv::Tick{};
  return tick;
}

// Ticks between the events, at random times, `many` on the average per gap.
Events with_ticks(const Events& events, double many, std::mt19937& random) {
  Events out;
  int n = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    out.push_back(events[i]);
    if (i + 1 == events.size()) break;
    const core::Millis from = events[i].recorded_at, to = events[i + 1].recorded_at;
    std::vector<core::Millis> times(std::poisson_distribution<std::size_t>(many)(random));
    for (core::Millis& at : times) at = std::uniform_int_distribution<core::Millis>(from, to)(random);
    std::ranges::sort(times);
    for (const core::Millis at : times) out.push_back(tick_at(at, n++));
  }
  return number(std::move(out));
}

// What differs by necessity is taken out: numbers of events, and ids made from them.
struct Shown {
  std::vector<std::string> cards;
  std::size_t by_tick = 0;  // that came with a tick
};

Shown cards_of(const cv::Dialogue& dialogue, const Events& events, const std::shared_ptr<const assist::CompiledPack>& pack, assist::FoldScratch& scratch) {
  static const std::regex numbers(R"re("(seq|card)":("[0-9a-f]{16}"|[0-9]+))re");
  assist::Replayer replayer(dialogue.id, [&](std::string_view) { return core::Result<std::shared_ptr<const assist::CompiledPack>>(pack); });
  Shown shown;
  std::vector<assist::Frame> frames;
  for (const cv::Event& event : events) {
    frames.clear();
    const auto status = replayer.feed(event, scratch, frames);
    EXPECT_TRUE(status) << core::describe(status.error());
    for (const assist::Frame& frame : frames) {
      if (frame.kind != assist::Frame::Kind::card) continue;
      shown.cards.push_back(std::regex_replace(frame.card.json, numbers, ""));
      shown.by_tick += std::holds_alternative<cv::Tick>(event.body);
    }
  }
  return shown;
}

TEST(Ticks, MoreOrFewerChangeNothing) {
  const Packs packs = packs_with_time();
  ASSERT_TRUE(packs.pack);
  ASSERT_GE(packs.samples.size(), 6u);
  assist::FoldScratch scratch;
  std::mt19937 random(7);
  std::size_t by_tick = 0, cards = 0;
  for (const cv::Dialogue& dialogue : packs.samples) {
    Events plain;
    for (auto& item : cv::events_of(dialogue, assist::hash_of(*packs.pack), assist::kEngineVersion)) plain.push_back(std::move(item.event));
    const Shown expected = cards_of(dialogue, number(plain), packs.pack, scratch);
    cards += expected.cards.size();
    for (const double many : {0.3, 1.0, 4.0, 20.0}) {
      const Shown shown = cards_of(dialogue, with_ticks(plain, many, random), packs.pack, scratch);
      EXPECT_EQ(shown.cards, expected.cards) << dialogue.id << " with " << many << " ticks a gap";
      by_tick += shown.by_tick;
    }
  }
  EXPECT_GT(cards, 100u);
  EXPECT_GT(by_tick, 0u) << "no deadline fell due by a tick: the test shows nothing";
}

}  // namespace
}  // namespace fenshen
