// The fold over the shipped packs: the promises of ARCHITECTURE.md («What makes the fold exact») held on the samples.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "assist/assist.h"
#include "assist/replayer.h"
#include "content/examples.h"
#include "content/load.h"

namespace fenshen::assist {
namespace {

namespace cv = conversation;
using Lines = std::vector<std::string>;

struct House {
  content::PackSources sources;
  std::shared_ptr<const CompiledPack> pack;
  std::vector<content::Sample> samples;
};

std::shared_ptr<const CompiledPack> compile_or_fail(const content::PackSources& sources) {
  const content::LoadOutcome loaded = content::load(sources);
  for (const core::Error& error : loaded.errors) ADD_FAILURE() << core::describe(error);
  CompileOutcome compiled = compile(loaded.library);
  for (const core::Error& error : compiled.errors) ADD_FAILURE() << core::describe(error);
  return compiled.pack;
}

const House& house() {
  static const House instance = [] {
    const std::filesystem::path root = FENSHEN_SOURCE_DIR;
    const std::vector<std::filesystem::path> folders = {root / "packs/finance-cn", root / "packs/yunjiang"};
    House made;
    made.sources = content::read_packs(folders).value();
    made.pack = compile_or_fail(made.sources);
    std::vector<core::Error> errors;
    made.samples = content::load_samples(made.sources, errors);
    EXPECT_TRUE(errors.empty());
    return made;
  }();
  return instance;
}

// A second pack that differs from the shipped ones in one wording.
std::shared_ptr<const CompiledPack> changed_pack() {
  static const auto instance = [] {
    content::PackSources sources = house().sources;
    const content::LoadOutcome loaded = content::load(sources);
    const auto item = std::ranges::find(loaded.items, "yj-f01", &content::ItemText::id);
    std::string text = item->text;
    const std::string before = library_of(*house().pack).articles[0].say.zh;
    const auto at = text.find(before);
    EXPECT_NE(at, std::string::npos);
    text.replace(at, before.size(), "改过的说法。");
    sources.overlays.push_back({item->pack, "article", "yj-f01", "2", text});
    return compile_or_fail(sources);
  }();
  return instance;
}

std::vector<cv::Event> events_of(const content::Sample& sample, const CompiledPack& pack) {
  std::vector<cv::Event> events;
  for (auto& item : cv::events_of(sample.dialogue, hash_of(pack), kEngineVersion)) events.push_back(std::move(item.event));
  return events;
}

void number(std::vector<cv::Event>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) events[i].seq = i + 1;
}

Lines cards_of(const std::string& id, const std::vector<cv::Event>& events) {
  Replayer replayer(id, [](std::string_view hash) -> core::Result<std::shared_ptr<const CompiledPack>> {
    for (const auto& pack : {house().pack, changed_pack()})
      if (hash_of(*pack) == hash) return pack;
    return core::fail(core::Code::not_found, "no such pack", std::string(hash));
  });
  FoldScratch scratch;
  std::vector<Frame> frames;
  for (const cv::Event& event : events) EXPECT_TRUE(replayer.feed(event, scratch, frames).has_value());
  Lines lines;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].n, i + 1);
    if (frames[i].kind == Frame::Kind::card) lines.push_back(frames[i].card.json);
  }
  return lines;
}

TEST(Fold, EverySampleGivesCardsOfManyKindsAndAWrapup) {
  std::map<CardKind, int> kinds;
  for (const content::Sample& sample : house().samples) {
    Assist assist(sample.id, house().pack);
    FoldScratch scratch;
    FoldResult out;
    int wrapups = 0;
    for (const cv::Event& event : events_of(sample, *house().pack)) {
      assist.fold(event, scratch, out);
      for (const Card& card : out.cards) {
        ++kinds[card.kind];
        wrapups += card.kind == CardKind::wrapup;
      }
    }
    EXPECT_EQ(wrapups, 1) << sample.id;
    EXPECT_TRUE(assist.ended());
  }
  for (const CardKind kind : {CardKind::knowledge, CardKind::reply, CardKind::step, CardKind::prompt, CardKind::violation, CardKind::fraud,
                              CardKind::announcement, CardKind::wrapup})
    EXPECT_GT(kinds[kind], 0) << to_string(kind);
}

// Whatever vector unit the machine has, the cards are the same bytes.
TEST(Fold, TheSameOnEverySimdTarget) {
  std::map<std::string, Lines> expected;
  for (const content::Sample& sample : house().samples) expected[sample.id] = cards_of(sample.id, events_of(sample, *house().pack));
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const content::Sample& sample : house().samples)
      EXPECT_EQ(cards_of(sample.id, events_of(sample, *house().pack)), expected[sample.id]) << hwy::TargetName(target);
  }
  hwy::SetSupportedTargetsForTest(0);
}

// Ticks only carry time: more of them change no card but its causing seq, so they are numbered past the others.
TEST(Fold, MoreTicksChangeNothing) {
  for (const content::Sample& sample : house().samples) {
    const std::vector<cv::Event> events = events_of(sample, *house().pack);
    Assist plain(sample.id, house().pack), ticked(sample.id, house().pack);
    FoldScratch scratch;
    FoldResult out;
    Lines expected, got;
    core::Millis before = events.front().recorded_at;
    for (const cv::Event& event : events) {
      plain.fold(event, scratch, out);
      for (const Card& card : out.cards) expected.push_back(card.json);
      for (core::Millis at = before + 250; at < event.recorded_at && at < before + 60'000; at += 250) {
        cv::Event tick;
        tick.recorded_at = at;
        tick.body = cv::Tick{};
        ticked.fold(tick, scratch, out);
        for (const Card& card : out.cards) got.push_back(card.json);
      }
      ticked.fold(event, scratch, out);
      for (const Card& card : out.cards) got.push_back(card.json);
      before = event.recorded_at;
    }
    EXPECT_EQ(got, expected) << sample.id;
  }
}

TEST(Replayer, APackChangeShowsOnlyWhatComesAfterIt) {
  const content::Sample& sample = house().samples.front();
  const std::vector<cv::Event> plain = events_of(sample, *house().pack);
  for (std::size_t at = 2; at < plain.size(); at += 3) {
    std::vector<cv::Event> events = plain;
    cv::Event bound = events[at];
    bound.id = "bound-again";
    bound.body = cv::PackBound{hash_of(*changed_pack()), std::string(kEngineVersion)};
    events.insert(events.begin() + static_cast<std::ptrdiff_t>(at), bound);
    number(events);
    const Lines lines = cards_of(sample.id, events);
    EXPECT_EQ(cards_of(sample.id, events), lines);
    // Cards before the change say the old words, cards after it the new ones, and none is shown twice.
    for (const std::string& line : lines) {
      if (line.find("\"item\":\"yj-f01\"") == std::string::npos) continue;
      const auto seq_at = line.find("\"seq\":") + 6;
      const bool after = std::stoul(line.substr(seq_at)) > at + 1;
      EXPECT_EQ(line.find("改过的说法") != std::string::npos, after) << at;
    }
    Lines ids;
    for (const std::string& line : lines) ids.push_back(line.substr(line.find("\"card\":") + 8, 16));
    std::ranges::sort(ids);
    EXPECT_TRUE(std::ranges::adjacent_find(ids) == ids.end()) << at;
  }
}

cv::Event utterance(std::uint64_t seq, std::string id, std::string text, std::uint32_t revision) {
  cv::Event event;
  event.seq = seq;
  event.id = id + "-" + std::to_string(revision);
  event.recorded_at = event.occurred_at = cv::default_start() + static_cast<core::Millis>(seq) * 1000;
  cv::Utterance body;
  body.speaker = cv::Speaker::customer;
  body.text = std::move(text);
  body.utterance_id = std::move(id);
  body.revision = revision;
  event.body = std::move(body);
  return event;
}

TEST(Replayer, ARevisedUtteranceShowsWhatItNowSays) {
  cv::Event started;
  started.seq = 1;
  started.recorded_at = cv::default_start();
  started.body = cv::ConversationStarted{"voice", "zh", {}, {}};
  cv::Event bound = started;
  bound.seq = 2;
  bound.body = cv::PackBound{hash_of(*house().pack), std::string(kEngineVersion)};
  const auto article_cards = [](const Lines& lines, std::string_view id) {
    return std::ranges::count_if(lines, [&](const std::string& line) { return line.find("\"item\":\"" + std::string(id) + "\"") != std::string::npos; });
  };
  const Lines unheard = cards_of("c", {started, bound, utterance(3, "u1", "嗯你好", 0)});
  EXPECT_EQ(article_cards(unheard, "yj-f06"), 0);
  const Lines corrected = cards_of("c", {started, bound, utterance(3, "u1", "嗯你好", 0), utterance(4, "u1", "取款机把我的卡吞了", 1)});
  EXPECT_EQ(article_cards(corrected, "yj-f06"), 1);
  // An older revision that comes late changes nothing.
  const Lines late = cards_of("c", {started, bound, utterance(3, "u1", "嗯你好", 0), utterance(4, "u1", "取款机把我的卡吞了", 2), utterance(5, "u1", "嗯你好", 1)});
  EXPECT_EQ(article_cards(late, "yj-f06"), 1);
}

TEST(Replayer, ACorrectionSupersedesTheCard) {
  cv::Event started;
  started.seq = 1;
  started.recorded_at = cv::default_start();
  started.body = cv::ConversationStarted{"voice", "zh", {}, {}};
  cv::Event bound = started;
  bound.seq = 2;
  bound.body = cv::PackBound{hash_of(*house().pack), std::string(kEngineVersion)};
  Replayer replayer("c", [](std::string_view) -> core::Result<std::shared_ptr<const CompiledPack>> { return house().pack; });
  FoldScratch scratch;
  std::vector<Frame> frames;
  for (const cv::Event& event : {started, bound, utterance(3, "u1", "取款机把我的卡吞了", 0)}) ASSERT_TRUE(replayer.feed(event, scratch, frames).has_value());
  const auto shown = std::ranges::find_if(frames, [](const Frame& frame) { return frame.kind == Frame::Kind::card && frame.card.item == "yj-f06"; });
  ASSERT_NE(shown, frames.end());
  const std::string id = shown->card.id;
  frames.clear();
  ASSERT_TRUE(replayer.feed(utterance(4, "u1", "嗯你好", 1), scratch, frames).has_value());
  const auto superseded = std::ranges::find(frames, Frame::Kind::superseded, &Frame::kind);
  ASSERT_NE(superseded, frames.end());
  EXPECT_NE(std::ranges::find(superseded->cards, id), superseded->cards.end());
}

TEST(Replayer, RefusesAGapAndAnUnknownPack) {
  Replayer replayer("c", [](std::string_view hash) -> core::Result<std::shared_ptr<const CompiledPack>> {
    return core::fail(core::Code::not_found, "no such pack", std::string(hash));
  });
  FoldScratch scratch;
  std::vector<Frame> frames;
  cv::Event event;
  event.seq = 2;
  event.body = cv::Tick{};
  EXPECT_EQ(replayer.feed(event, scratch, frames).error().code, core::Code::corrupt);
  event.seq = 1;
  event.body = cv::PackBound{"ffff", "1"};
  EXPECT_EQ(replayer.feed(event, scratch, frames).error().code, core::Code::not_found);
  EXPECT_EQ(replayer.last_seq(), 0u);
  EXPECT_TRUE(frames.empty());
}

}  // namespace
}  // namespace fenshen::assist
