// What triggers nothing allocates nothing, and what triggers costs no more memory the tenth time than the second.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "rules/internal/testing.h"

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

namespace fenshen::rules {
namespace {

using testing::condition;

std::vector<content::Rule> many_rules() {
  std::vector<content::Rule> rules;
  for (int i = 0; i < 200; ++i) {
    content::Rule& rule = rules.emplace_back();
    rule.id = "R" + std::to_string(i);
    rule.applies = condition(i % 2 == 0 ? "product.class == wealth" : "flow == P14");
    if (i % 3 == 0) {
      rule.when = condition("rep says \"bad" + std::to_string(i) + "\" or event bad");
      rule.after = condition("event before");
    } else {
      rule.require.push_back({{}, condition("rep says \"good" + std::to_string(i) + "\"")});
      rule.by = content::Deadline{2, 60'000, true, condition("customer says \"deadline\""), ""};
      if (i % 3 == 1) rule.after = condition("event after");
    }
  }
  return rules;
}

TEST(Allocation, NothingOnEventsThatTriggerNothing) {
  const testing::Machine machine(many_rules());
  ASSERT_TRUE(machine.errors().empty());
  signals::Context context(machine.conditions());
  const auto state = machine.rules().make_state();
  signals::ConditionSet::Scratch scratch;
  std::vector<signals::Truth> truths;
  std::vector<Verdict> verdicts;
  signals::Reading reading;
  reading.hits.push_back({1'000'000, {0, 1}});  // somebody else's pattern
  conversation::Event event;
  const std::vector<std::string_view> flows = {"P01"};

  const auto fold = [&](conversation::EventBody body, bool speaks, std::uint32_t turn) {
    event.body = std::move(body);
    ++event.seq;
    event.recorded_at += 1000;
    const std::size_t before = allocations;
    context.set("hour", signals::number_value(static_cast<std::int64_t>(event.seq % 24)));
    if (event.seq < 30) context.set("product.class", event.seq % 2 == 0 ? "deposit" : "fund");  // changes what is watched, not what holds
    const signals::Facts facts{&event, speaks ? &reading : nullptr, conversation::Speaker::rep, &context, flows, {}};
    machine.rules().advance(*state, event.recorded_at, facts, verdicts);
    truths.clear();
    machine.conditions().happened(facts, false, scratch, truths);
    machine.rules().step(*state, {&facts, truths, turn, speaks, false}, verdicts);
    return allocations - before;
  };

  fold(conversation::ConversationStarted{}, false, 0);
  fold(conversation::Utterance{}, true, 1);
  for (std::uint32_t turn = 2; turn < 12; ++turn) {
    EXPECT_EQ(fold(conversation::Utterance{}, true, turn), 0U);
    EXPECT_EQ(fold(conversation::BusinessEvent{"unknown", {}}, false, turn), 0U);
  }
  fold(conversation::BusinessEvent{"before", {}}, false, 12);
  fold(conversation::BusinessEvent{"bad", {}}, false, 12);
  EXPECT_EQ(fold(conversation::BusinessEvent{"before", {}}, false, 12), 0U);  // touches rules, tells nothing
  EXPECT_EQ(fold(conversation::BusinessEvent{"bad", {}}, false, 12), 0U);     // would fire, but does not apply
  EXPECT_TRUE(verdicts.empty());
  context.set("product.class", "wealth");
  EXPECT_GT(fold(conversation::BusinessEvent{"after", {}}, false, 12), 0U);  // the counter counts
}

}  // namespace
}  // namespace fenshen::rules

#endif
