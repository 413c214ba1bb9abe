// Corrections in real words, through the real scan.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "flow/flow_set.h"

namespace fenshen::flow {
namespace {

content::Condition condition(const std::string& text) { return content::parse_condition(text).value(); }

// A promise to pay: a date and an amount, confirmed by the customer.
content::Library promise() {
  content::Library library;
  library.classes.push_back({"flow_correction", "", {"不对|说错|错了|应该是|改成", "不是..是|(，|,)(而)?不是"}, {}});
  library.classes.push_back({"flow_denial", "", {"不是"}, {}});
  content::Flow& flow = library.flows.emplace_back();
  flow.id = "P21";
  flow.start = condition("start");
  for (const char* type : {"date", "amount"}) {
    content::FlowField& field = flow.fields.emplace_back();
    field.name = type;
    field.extractions.push_back({content::FlowField::From::entity, type, "", "", std::nullopt, ""});
  }
  content::FlowStep& confirm = flow.steps.emplace_back();
  confirm.id = "S1";
  confirm.done.any.push_back({condition(R"(customer says "确认|yes" and fields.date is present)")});
  content::FlowStep& last = flow.steps.emplace_back();
  last.id = "S2";
  last.done.any.push_back({condition("end")});
  return library;
}

class Call {
 public:
  Call() : library_(promise()), lexicon_builder_(library_) {
    signals::ConditionSetBuilder builder(library_, lexicon_builder_);
    flows_ = FlowSet::compile(library_, builder, errors_);
    conditions_ = builder.build();
    lexicon_ = lexicon_builder_.build().value();
    context_ = std::make_unique<signals::Context>(*conditions_);
    state_ = flows_->make_state();
    fold(conversation::ConversationStarted{}, false);
  }
  void customer(const std::string& text) {
    reader_.read(*lexicon_, text, core::to_day({2026, 11, 2}), reading_);
    fold(conversation::Utterance{}, true);
  }
  std::string field(std::size_t index) const {
    const std::vector<FlowView> views = flows_->view(*state_);
    for (const FieldView& view : views[0].fields)
      if (view.field == index) return view.value + (view.earlier.empty() ? "" : " was " + view.earlier.back());
    return "";
  }
  StepState confirmed() const { return flows_->view(*state_)[0].steps[0].state; }

 private:
  void fold(conversation::EventBody body, bool speaks) {
    conversation::Event event;
    event.body = std::move(body);
    event.seq = ++seq_;
    std::vector<FlowChange> changes;
    std::vector<signals::Happening> happenings;
    const signals::Facts facts{&event, speaks ? &reading_ : nullptr, conversation::Speaker::customer, context_.get(), flows_->active_flows(*state_), {}};
    std::vector<signals::Truth> truths;
    conditions_->happened(facts, false, scratch_, truths);
    flows_->step(*state_, facts, truths, changes, happenings);
    for (const FlowChange& change : changes)
      if (change.kind == FlowChange::Kind::field) context_->set("fields." + library_.flows[0].fields[change.field].name, change.value);
  }

  content::Library library_;
  signals::LexiconBuilder lexicon_builder_;
  std::vector<core::Error> errors_;
  std::shared_ptr<const FlowSet> flows_;
  std::shared_ptr<const signals::ConditionSet> conditions_;
  std::shared_ptr<const signals::Lexicon> lexicon_;
  std::unique_ptr<signals::Context> context_;
  std::unique_ptr<FlowState> state_;
  signals::Reader reader_;
  signals::Reading reading_;
  signals::ConditionSet::Scratch scratch_;
  std::uint64_t seq_ = 0;
};

struct Row {
  const char* text;
  const char* date;
  bool undone;
};

TEST(Correction, TakesTheValueThatIsNotDenied) {
  const Row table[] = {
      {"不是8号，是18号", "2026-11-18 was 2026-11-08", true},
      {"是18号，不是8号", "2026-11-18 was 2026-11-08", true},
      {"我说错了，应该是11月20号", "2026-11-20 was 2026-11-08", true},
      {"不对不对，改成21号吧", "2026-11-21 was 2026-11-08", true},
      {"那就22号也行", "2026-11-22 was 2026-11-08", false},  // another value, but nothing was taken back
      {"对，就是8号", "2026-11-08", false},
      {"不是8号吗", "2026-11-08", false},
      {"金额是500块", "2026-11-08", false},
  };
  for (const Row& row : table) {
    Call call;
    call.customer("我8号还");
    ASSERT_EQ(call.field(0), "2026-11-08");
    call.customer("确认");
    ASSERT_EQ(call.confirmed(), StepState::done);
    call.customer(row.text);
    EXPECT_EQ(call.field(0), row.date) << row.text;
    EXPECT_EQ(call.confirmed(), row.undone ? StepState::undone : StepState::done) << row.text;
  }
}

}  // namespace
}  // namespace fenshen::flow
