// While a flow is open, what does not concern it allocates nothing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "flow/flow_set.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {
thread_local std::size_t allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace fenshen::flow {
namespace {

content::Condition condition(const std::string& text) { return content::parse_condition(text).value(); }

TEST(Allocation, NothingOnEventsThatConcernNoFlow) {
  content::Library library;
  content::Flow& flow = library.flows.emplace_back();
  flow.id = "P01";
  flow.start = condition("start");
  for (int i = 1; i < 10; ++i) {
    content::FlowStep& step = flow.steps.emplace_back();
    step.id = "S" + std::to_string(i);
    step.must = i % 2 == 0;
    if (i % 3 == 0) step.only_if = condition("customer.age >= 65");
    step.done.any.push_back({condition("rep says \"s" + std::to_string(i) + "\"")});
  }
  signals::LexiconBuilder lexicon(library);
  signals::ConditionSetBuilder builder(library, lexicon);
  std::vector<core::Error> errors;
  const auto flows = FlowSet::compile(library, builder, errors);
  ASSERT_TRUE(errors.empty());
  const auto conditions = builder.build();
  signals::Context context(*conditions);
  const auto state = flows->make_state();
  signals::ConditionSet::Scratch scratch;
  std::vector<signals::Truth> truths;
  std::vector<FlowChange> changes;
  std::vector<signals::Happening> happenings;
  const signals::Reading reading;
  conversation::Event event;

  const auto fold = [&](conversation::EventBody body, bool speaks) {
    event.body = std::move(body);
    ++event.seq;
    const std::size_t before = allocations;
    context.set("customer.age", event.seq % 2 == 0 ? "30" : "31");
    const signals::Facts facts{&event, speaks ? &reading : nullptr, conversation::Speaker::rep, &context, flows->active_flows(*state), {}};
    truths.clear();
    conditions->happened(facts, false, scratch, truths);
    flows->step(*state, facts, truths, changes, happenings);
    return allocations - before;
  };

  EXPECT_GT(fold(conversation::ConversationStarted{}, false), 0U);
  ASSERT_EQ(flows->active_flows(*state).size(), 1U);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(fold(conversation::Utterance{}, true), 0U);
    EXPECT_EQ(fold(conversation::BusinessEvent{"unknown", {}}, false), 0U);
  }
}

}  // namespace
}  // namespace fenshen::flow

#endif
