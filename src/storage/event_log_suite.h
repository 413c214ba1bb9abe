// What every event log must do, whatever lies below it. A new implementation writes a harness and inherits the cases:
//   struct Harness {
//     EventLog& log();
//     void reopen();                       // close and open the same store
//     void set_clock(core::Millis now);    // the log's clock stands still at this
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, EventLogSuite, Harness);
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "storage/event_log.h"

namespace fenshen::storage {

inline conversation::Event say(std::string id, std::string text, core::Millis occurred_at = 0) {
  return {.id = std::move(id),
          .occurred_at = occurred_at,
          .actor = "customer-1",
          .body = conversation::Utterance{.speaker = conversation::Speaker::customer, .text = std::move(text), .utterance_id = {}}};
}

inline std::string text_of(const conversation::Event& event) { return std::get<conversation::Utterance>(event.body).text; }

template <typename Harness>
class EventLogSuite : public ::testing::Test {
 protected:
  EventLog& log() { return harness_.log(); }

  core::Result<std::vector<Appended>> append(const StreamId& stream, std::vector<conversation::Event> events,
                                             std::string subject = {}) {
    return log().append_and_wait({.stream = stream, .events = std::move(events), .imported = false, .subject = std::move(subject)});
  }
  // The events of a stream; fails the test if they cannot be read or have gaps.
  std::vector<conversation::Event> all(const StreamId& stream) {
    auto events = log().read(stream, 0, 1'000'000);
    EXPECT_TRUE(events.has_value()) << (events ? "" : core::describe(events.error()));
    if (!events) return {};
    for (std::size_t i = 0; i < events->size(); ++i) {
      EXPECT_EQ((*events)[i].seq, i + 1);
      if (i > 0) { EXPECT_LE((*events)[i - 1].recorded_at, (*events)[i].recorded_at); }
    }
    return std::move(*events);
  }
  static core::Code code_of(const core::Result<std::vector<Appended>>& result) {
    return result ? core::Code::internal : result.error().code;
  }

  Harness harness_;
  const StreamId stream_{.id = "c-1"};
};

TYPED_TEST_SUITE_P(EventLogSuite);

TYPED_TEST_P(EventLogSuite, EventsComeBackAsTheyWere) {
  this->harness_.set_clock(5'000);
  const auto appended = this->append(this->stream_, {say("e1", "我的卡丢了", 4'990), say("e2", "尾号1234 \"x\"\n\t\\", 4'991)});
  ASSERT_TRUE(appended.has_value()) << core::describe(appended.error());
  ASSERT_EQ(appended->size(), 2u);
  EXPECT_EQ((*appended)[0].seq, 1u);
  EXPECT_EQ((*appended)[1].seq, 2u);
  EXPECT_EQ((*appended)[1].recorded_at, 5'000);
  const auto events = this->all(this->stream_);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].id, "e1");
  EXPECT_EQ(events[0].actor, "customer-1");
  EXPECT_EQ(events[0].occurred_at, 4'990);
  EXPECT_EQ(events[0].recorded_at, 5'000);
  EXPECT_EQ(text_of(events[0]), "我的卡丢了");
  EXPECT_EQ(text_of(events[1]), "尾号1234 \"x\"\n\t\\");
  EXPECT_FALSE(events[0].erased);
}

TYPED_TEST_P(EventLogSuite, AllThereAfterReopening) {
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "a"), say("e2", "b")}).has_value());
  this->harness_.reopen();
  ASSERT_TRUE(this->append(this->stream_, {say("e3", "c")}).has_value());
  const auto events = this->all(this->stream_);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(text_of(events[2]), "c");
}

TYPED_TEST_P(EventLogSuite, RepeatedEventAnswersItsFirstSeq) {
  this->harness_.set_clock(1'000);
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "first"), say("e2", "second")}).has_value());
  this->harness_.set_clock(2'000);
  for (int round = 0; round < 2; ++round) {
    const auto again = this->append(this->stream_, {say("e2", "other words"), say("e3", "third"), say("e3", "again")});
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ((*again)[0].seq, 2u);
    EXPECT_EQ((*again)[0].recorded_at, 1'000);
    EXPECT_TRUE((*again)[0].duplicate);
    EXPECT_EQ((*again)[1].seq, 3u);
    EXPECT_EQ((*again)[1].duplicate, round == 1);
    EXPECT_EQ((*again)[2].seq, 3u);
    EXPECT_TRUE((*again)[2].duplicate);
    this->harness_.reopen();
  }
  const auto events = this->all(this->stream_);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(text_of(events[1]), "second");
}

TYPED_TEST_P(EventLogSuite, SameEventIdInAnotherStreamIsAnother) {
  const StreamId other{.id = "c-2"}, subject{.kind = StreamKind::subject, .id = "c-1"}, tenant{.tenant = "t2", .id = "c-1"};
  for (const StreamId& stream : {this->stream_, other, subject, tenant}) {
    const auto appended = this->append(stream, {say("e1", stream.id)});
    ASSERT_TRUE(appended.has_value());
    EXPECT_EQ((*appended)[0].seq, 1u);
    EXPECT_FALSE((*appended)[0].duplicate);
  }
}

TYPED_TEST_P(EventLogSuite, ReadsFromAPositionUpToALimit) {
  std::vector<conversation::Event> events;
  for (int i = 1; i <= 10; ++i) events.push_back(say("e" + std::to_string(i), std::to_string(i)));
  ASSERT_TRUE(this->append(this->stream_, events).has_value());
  const auto middle = this->log().read(this->stream_, 3, 4);
  ASSERT_TRUE(middle.has_value());
  ASSERT_EQ(middle->size(), 4u);
  EXPECT_EQ(middle->front().seq, 4u);
  EXPECT_EQ(middle->back().seq, 7u);
  EXPECT_TRUE(this->log().read(this->stream_, 10, 4)->empty());
  EXPECT_TRUE(this->log().read(this->stream_, ~std::uint64_t{0}, ~std::size_t{0})->empty());
  EXPECT_EQ(this->log().read(StreamId{.id = "none"}, 0, 1).error().code, core::Code::not_found);
  EXPECT_EQ(this->log().info(StreamId{.id = "none"}).error().code, core::Code::not_found);
}

TYPED_TEST_P(EventLogSuite, TimeNeverRunsBackInAStream) {
  this->harness_.set_clock(10'000);
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "a")}).has_value());
  this->harness_.set_clock(3'000);  // set back by hand or by a time server
  EXPECT_EQ((*this->append(this->stream_, {say("e2", "b")}))[0].recorded_at, 10'000);
  this->harness_.reopen();
  this->harness_.set_clock(4'000);
  EXPECT_EQ((*this->append(this->stream_, {say("e3", "c")}))[0].recorded_at, 10'000);
  EXPECT_EQ((*this->append(StreamId{.id = "c-2"}, {say("e1", "d")}))[0].recorded_at, 4'000);
  this->harness_.set_clock(11'000);
  EXPECT_EQ((*this->append(this->stream_, {say("e4", "e")}))[0].recorded_at, 11'000);
}

TYPED_TEST_P(EventLogSuite, ImportTakesTheSendersTimeButNeverBackwards) {
  this->harness_.set_clock(1'000'000);
  const auto imported = this->log().append_and_wait({.stream = this->stream_,
                                                     .events = {say("e1", "a", 500), say("e2", "b", 700), say("e3", "c", 600)},
                                                     .imported = true,
                                                     .subject = {}});
  ASSERT_TRUE(imported.has_value());
  EXPECT_EQ((*imported)[0].recorded_at, 500);
  EXPECT_EQ((*imported)[1].recorded_at, 700);
  EXPECT_EQ((*imported)[2].recorded_at, 700);
  EXPECT_EQ(this->all(this->stream_)[2].occurred_at, 600);
}

TYPED_TEST_P(EventLogSuite, StreamsAreListedInOrderOfCreation) {
  for (const char* id : {"zulu", "alpha", "mike", "bravo"}) ASSERT_TRUE(this->append(StreamId{.id = id}, {say("e1", id)}).has_value());
  ASSERT_TRUE(this->append(StreamId{.kind = StreamKind::subject, .id = "person"}, {say("e1", "s")}).has_value());
  ASSERT_TRUE(this->append(StreamId{.tenant = "t2", .id = "foreign"}, {say("e1", "t")}).has_value());
  ASSERT_TRUE(this->append(StreamId{.id = "alpha"}, {say("e2", "later")}).has_value());
  ASSERT_TRUE(this->append(StreamId{.id = "mike"}, {{.id = "end", .actor = "rep", .body = conversation::ConversationEnded{"rep", ""}}}).has_value());
  this->harness_.reopen();
  const auto first = this->log().streams("default", StreamKind::conversation, 0, 3);
  ASSERT_TRUE(first.has_value());
  ASSERT_EQ(first->size(), 3u);
  EXPECT_EQ((*first)[0].stream.id, "zulu");
  EXPECT_EQ((*first)[1].stream.id, "alpha");
  EXPECT_EQ((*first)[1].last_seq, 2u);
  EXPECT_FALSE((*first)[1].ended);
  EXPECT_EQ((*first)[2].stream.id, "mike");
  EXPECT_TRUE((*first)[2].ended);
  const auto rest = this->log().streams("default", StreamKind::conversation, (*first)[2].position, 10);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].stream.id, "bravo");
  EXPECT_EQ(this->log().info(StreamId{.id = "alpha"})->last_seq, 2u);
}

TYPED_TEST_P(EventLogSuite, AScanReadsWholeStreamsByTheTimeTheyBegan) {
  const auto import = [this](const std::string& id, core::Millis from, std::size_t count, const std::string& person = {}) {
    AppendRequest request{.stream = {.id = id}, .events = {}, .imported = true, .subject = person};
    for (std::size_t i = 0; i < count; ++i) request.events.push_back(say("e" + std::to_string(i), id + "\\\"\n" + std::to_string(i), from + static_cast<core::Millis>(i)));
    ASSERT_TRUE(this->log().append_and_wait(std::move(request)).has_value());
  };
  import("before", 100, 3);
  import("long", 150, 200);  // begins before the range and ends in it
  import("first", 200, 2, "p1");
  import("second", 250, 40, "p2");
  import("after", 300, 1);
  ASSERT_TRUE(this->log().append_and_wait({.stream = {.kind = StreamKind::subject, .id = "p1"}, .events = {say("s", "no conversation", 220)}, .imported = true, .subject = {}}).has_value());
  ASSERT_TRUE(this->log().erase_person("default", "p2").has_value());
  const auto last = this->log().last_position("default", StreamKind::conversation);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(*last, 5u);
  auto scan = this->log().scan({.from = 200, .to = 300});
  ASSERT_TRUE(scan.has_value());
  ScannedStream stream;
  std::string ids;
  while (true) {
    const auto more = (*scan)->next(stream);
    ASSERT_TRUE(more.has_value()) << core::describe(more.error());
    if (!*more) break;
    ids += std::string(stream.id) + " ";
    const auto read = this->all({.id = std::string(stream.id)});
    ASSERT_EQ(stream.events.size(), read.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
      EXPECT_EQ(stream.events[i].id, read[i].id);
      EXPECT_EQ(stream.events[i].seq, read[i].seq);
      EXPECT_EQ(stream.events[i].recorded_at, read[i].recorded_at);
      EXPECT_EQ(stream.events[i].actor, read[i].actor);
      EXPECT_EQ(stream.events[i].erased, read[i].erased);
      EXPECT_EQ(stream.events[i].erased, stream.id == "second");
      EXPECT_EQ(conversation::body_to_json(stream.events[i].body), conversation::body_to_json(read[i].body));
    }
  }
  EXPECT_EQ(ids, "first second ");
  auto part = this->log().scan({.after = 1, .until = 2});
  ASSERT_TRUE(part.has_value());
  ASSERT_TRUE(*(*part)->next(stream));
  EXPECT_EQ(stream.id, "long");
  EXPECT_EQ(stream.position, 2u);
  EXPECT_FALSE(*(*part)->next(stream));
}

TYPED_TEST_P(EventLogSuite, RefusesWhatCannotBeStoredAndWritesNothingOfTheRequest) {
  using namespace std::string_literals;
  const auto refused = [&](conversation::Event bad, core::Code code, const char* what) {
    const auto result = this->append(this->stream_, {say("good", "good"), std::move(bad), say("good2", "good")});
    EXPECT_EQ(this->code_of(result), code) << what;
    EXPECT_FALSE(this->log().info(this->stream_).has_value()) << what;
  };
  refused(say("e1", "nul\0 inside"s), core::Code::invalid, "NUL");
  refused(say("e1", "\xff\xfe"), core::Code::invalid, "not UTF-8");
  refused(say("e1", "cut \xe4\xb8"), core::Code::invalid, "cut UTF-8");
  refused(say("", "no id"), core::Code::invalid, "no id");
  refused(say("e\0"s, "NUL in the id"), core::Code::invalid, "NUL in the id");
  refused(say(std::string(300, 'x'), "long id"), core::Code::invalid, "long id");
  refused(say("e1", std::string((1u << 20) + 1, 'x')), core::Code::too_large, "over 1 MiB");
  refused({.id = "e1", .actor = "rep", .body = conversation::WrapupSaved{"{not json"}}, core::Code::invalid, "broken JSON");
  refused({.id = "e1", .actor = "rep", .body = conversation::BusinessEvent{"x", {{"key", "v\xff"}}}}, core::Code::invalid, "field");
  EXPECT_EQ(this->code_of(this->append(StreamId{.id = ""}, {say("e1", "x")})), core::Code::invalid);
  EXPECT_EQ(this->code_of(this->append(this->stream_, {})), core::Code::invalid);
  ASSERT_TRUE(this->append(this->stream_, {say("e1", std::string(1'000'000, 'x'))}).has_value());
  EXPECT_EQ(text_of(this->all(this->stream_)[0]).size(), 1'000'000u);
}

TYPED_TEST_P(EventLogSuite, ConcurrentWritersOnOneStreamLeaveNoGapAndKeepTheirOrder) {
  constexpr int kWriters = 8, kEach = 200;
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int writer = 0; writer < kWriters; ++writer)
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kEach; i += 2) {
        const std::string id = std::to_string(writer) + "-";
        if (!this->append(this->stream_, {say(id + std::to_string(i), "x"), say(id + std::to_string(i + 1), "y")})) ++failed;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const auto events = this->all(this->stream_);
  ASSERT_EQ(events.size(), std::size_t{kWriters * kEach});
  std::vector<int> next(kWriters, 0);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const int writer = events[i].id[0] - '0';
    EXPECT_EQ(events[i].id, std::to_string(writer) + "-" + std::to_string(next[static_cast<std::size_t>(writer)]++));
    if (i % 2 == 1) { EXPECT_EQ(events[i].id[0], events[i - 1].id[0]) << "a request was torn apart"; }
  }
}

TYPED_TEST_P(EventLogSuite, CallbacksComeInTheOrderOfTheCalls) {
  constexpr int kCalls = 500;
  std::vector<int> order;
  std::promise<void> finished;
  for (int i = 0; i < kCalls; ++i) {
    AppendRequest request{.stream = {.id = "c-" + std::to_string(i % 7)}, .events = {say("e" + std::to_string(i), i % 50 == 3 ? "\xff" : "x")},
                          .imported = false, .subject = {}};
    this->log().append(std::move(request), [&, i](core::Result<std::vector<Appended>> result) {
      EXPECT_EQ(result.has_value(), i % 50 != 3);
      order.push_back(i);
      if (i == kCalls - 1) finished.set_value();
    });
  }
  finished.get_future().wait();
  ASSERT_EQ(order.size(), std::size_t{kCalls});
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TYPED_TEST_P(EventLogSuite, ReadersSeeWholeRequestsWhileWriting) {
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!stop) {
      const auto events = this->log().read(this->stream_, 0, 1'000'000);
      if (!events) continue;
      EXPECT_EQ(events->size() % 5, 0u) << "half a request was visible";
      for (std::size_t i = 0; i < events->size(); ++i) EXPECT_EQ((*events)[i].seq, i + 1);
      ++reads;
    }
  });
  int number = 0;
  for (int i = 0; i < 60 || (reads < 3 && i < 5'000); ++i) {
    std::vector<conversation::Event> events;
    for (int k = 0; k < 5; ++k) events.push_back(say("e" + std::to_string(number++), "text"));
    ASSERT_TRUE(this->append(this->stream_, std::move(events)).has_value());
  }
  stop = true;
  reader.join();
  EXPECT_GT(reads, 0);
}

TYPED_TEST_P(EventLogSuite, WhatIsAcknowledgedCanBeReadAtOnce) {
  for (int i = 1; i <= 50; ++i) {
    ASSERT_TRUE(this->append(this->stream_, {say("e" + std::to_string(i), "x")}).has_value());
    ASSERT_EQ(this->all(this->stream_).size(), static_cast<std::size_t>(i));
  }
}

TYPED_TEST_P(EventLogSuite, TakesBigBatches) {
  std::vector<conversation::Event> events;
  for (int i = 0; i < 12'000; ++i) events.push_back(say("e" + std::to_string(i), "第" + std::to_string(i) + "句"));
  const auto appended = this->append(this->stream_, events);
  ASSERT_TRUE(appended.has_value()) << core::describe(appended.error());
  EXPECT_EQ(appended->back().seq, 12'000u);
  const auto back = this->all(this->stream_);
  ASSERT_EQ(back.size(), 12'000u);
  EXPECT_EQ(text_of(back[11'999]), "第11999句");
  events.resize(20'001, say("x", "y"));
  EXPECT_EQ(this->code_of(this->append(this->stream_, events)), core::Code::too_large);
}

TYPED_TEST_P(EventLogSuite, ErasedPersonLeavesMarkersInPlace) {
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "我叫张三"), {.id = "e2", .actor = "rep", .body = conversation::PackBound{"h", "1"}}},
                           "person-1").has_value());
  ASSERT_TRUE(this->append(StreamId{.id = "c-2"}, {say("e1", "别人的话")}, "person-2").has_value());
  this->harness_.reopen();
  ASSERT_TRUE(this->log().erase_person("default", "person-1").has_value());
  for (int round = 0; round < 2; ++round) {
    const auto events = this->all(this->stream_);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(events[0].erased);
    EXPECT_EQ(text_of(events[0]), "");
    EXPECT_EQ(std::get<conversation::Utterance>(events[0].body).speaker, conversation::Speaker::customer);
    EXPECT_EQ(std::get<conversation::PackBound>(events[1].body).pack_hash, "h");
    EXPECT_EQ(text_of(this->all(StreamId{.id = "c-2"})[0]), "别人的话");
    this->harness_.reopen();
  }
  // Life goes on: a repeat finds its seq, new events of the person get a new key.
  EXPECT_TRUE((*this->append(this->stream_, {say("e1", "我叫张三")}, "person-1"))[0].duplicate);
  ASSERT_TRUE(this->append(this->stream_, {say("e3", "又来了")}, "person-1").has_value());
  const auto events = this->all(this->stream_);
  EXPECT_TRUE(events[0].erased);
  EXPECT_EQ(text_of(events[2]), "又来了");
  EXPECT_TRUE(this->log().erase_person("default", "nobody").has_value());
}

TYPED_TEST_P(EventLogSuite, ConversationFollowsItsCustomerOnceKnown) {
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "还不知道是谁")}).has_value());
  EXPECT_EQ(this->log().info(this->stream_)->subject, "");
  ASSERT_TRUE(this->append(this->stream_, {say("e2", "我是李四")}, "person-4").has_value());
  ASSERT_TRUE(this->append(this->stream_, {say("e3", "后来的话")}).has_value());  // the stream remembers
  EXPECT_EQ(this->log().info(this->stream_)->subject, "person-4");
  this->harness_.reopen();
  EXPECT_EQ(text_of(this->all(this->stream_)[0]), "还不知道是谁");
  ASSERT_TRUE(this->log().erase_person("default", "person-4").has_value());
  for (const conversation::Event& event : this->all(this->stream_)) EXPECT_TRUE(event.erased) << event.id;
}

TYPED_TEST_P(EventLogSuite, CustomerIsAlsoFoundInTheEventThatNamesThem) {
  conversation::Event named{.id = "e2", .actor = "crm", .body = conversation::CustomerSnapshot{{{"id", "person-5"}, {"name", "王五"}}}};
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "喂")}).has_value());
  ASSERT_TRUE(this->append(this->stream_, {std::move(named)}).has_value());
  EXPECT_EQ(this->log().info(this->stream_)->subject, "person-5");
  ASSERT_TRUE(this->log().erase_person("default", "person-5").has_value());
  for (const conversation::Event& event : this->all(this->stream_)) EXPECT_TRUE(event.erased) << event.id;
}

TYPED_TEST_P(EventLogSuite, WrongIdentificationCanBeCorrected) {
  ASSERT_TRUE(this->append(this->stream_, {say("e1", "喂")}).has_value());
  ASSERT_TRUE(this->log().bind_subject(this->stream_, "wrong").has_value());
  ASSERT_TRUE(this->log().bind_subject(this->stream_, "right").has_value());
  EXPECT_EQ(this->log().info(this->stream_)->subject, "right");
  ASSERT_TRUE(this->log().erase_person("default", "wrong").has_value());
  EXPECT_EQ(text_of(this->all(this->stream_)[0]), "喂");
  ASSERT_TRUE(this->log().erase_person("default", "right").has_value());
  EXPECT_TRUE(this->all(this->stream_)[0].erased);
  EXPECT_EQ(this->log().bind_subject(StreamId{.id = "none"}, "x").error().code, core::Code::not_found);
}

REGISTER_TYPED_TEST_SUITE_P(EventLogSuite, AScanReadsWholeStreamsByTheTimeTheyBegan, EventsComeBackAsTheyWere, AllThereAfterReopening, RepeatedEventAnswersItsFirstSeq,
                            SameEventIdInAnotherStreamIsAnother, ReadsFromAPositionUpToALimit, TimeNeverRunsBackInAStream,
                            ImportTakesTheSendersTimeButNeverBackwards, StreamsAreListedInOrderOfCreation,
                            RefusesWhatCannotBeStoredAndWritesNothingOfTheRequest,
                            ConcurrentWritersOnOneStreamLeaveNoGapAndKeepTheirOrder, CallbacksComeInTheOrderOfTheCalls,
                            ReadersSeeWholeRequestsWhileWriting, WhatIsAcknowledgedCanBeReadAtOnce, TakesBigBatches,
                            ErasedPersonLeavesMarkersInPlace, ConversationFollowsItsCustomerOnceKnown,
                            CustomerIsAlsoFoundInTheEventThatNamesThem, WrongIdentificationCanBeCorrected);

}  // namespace fenshen::storage
