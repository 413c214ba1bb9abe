// Any bytes as the YAML of a whole flow: it is refused with a line, or compiles and runs through a short contact without
// ever claiming what cannot be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "content/load.h"
#include "flow/flow_set.h"

namespace {

using namespace fenshen;

constexpr core::Millis kStart = 1'795'000'000'000;

class Contact {
 public:
  Contact(const content::Library& library, const flow::FlowSet& flows, const signals::Lexicon& lexicon, const signals::ConditionSet& conditions)
      : library_(library), flows_(flows), lexicon_(lexicon), conditions_(conditions), context_(conditions), state_(flows.make_state()) {}

  void fold(conversation::EventBody body, conversation::Speaker speaker, std::string_view words) {
    conversation::Event event;
    event.seq = ++seq_;
    event.recorded_at = kStart + static_cast<core::Millis>(seq_) * 1000;
    event.body = std::move(body);
    if (!words.empty()) reader_.read(lexicon_, words, core::day_of(event.recorded_at, 480), reading_);
    std::vector<flow::FlowChange> changes;
    std::vector<signals::Happening> happenings;
    signals::Facts facts{&event, words.empty() ? nullptr : &reading_, speaker, &context_, flows_.active_flows(*state_), {}};
    std::vector<signals::Truth> truths;
    conditions_.happened(facts, false, scratch_, truths);
    for (int pass = 0; pass < 4; ++pass) {
      const std::size_t before = changes.size();
      facts.happenings = happenings;
      flows_.step(*state_, facts, truths, changes, happenings);
      for (std::size_t i = before; i < changes.size(); ++i)
        if (changes[i].kind == flow::FlowChange::Kind::field)
          context_.set("fields." + library_.flows[changes[i].flow].fields[changes[i].field].name, changes[i].value);
      facts.happenings = happenings;
      facts.active_flows = flows_.active_flows(*state_);
      truths.clear();
      conditions_.happened(facts, true, scratch_, truths);
    }
    check();
  }

 private:
  void check() const {
    for (const flow::FlowView& view : flows_.view(*state_)) {
      if (view.flow >= library_.flows.size() || (view.active && view.finished)) std::abort();
      for (const flow::StepView& step : view.steps)
        if (step.step >= library_.flows[view.flow].steps.size() || (step.state == flow::StepState::done && step.owed)) std::abort();
    }
  }

  const content::Library& library_;
  const flow::FlowSet& flows_;
  const signals::Lexicon& lexicon_;
  const signals::ConditionSet& conditions_;
  signals::Context context_;
  std::unique_ptr<flow::FlowState> state_;
  signals::Reader reader_;
  signals::Reading reading_;
  signals::ConditionSet::Scratch scratch_;
  std::uint64_t seq_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const content::LoadOutcome outcome = content::check_item("flow", text);
  if (!outcome.errors.empty() || outcome.library->flows.empty()) return 0;
  signals::LexiconBuilder lexicon(*outcome.library);
  signals::ConditionSetBuilder builder(*outcome.library, lexicon);
  std::vector<core::Error> errors;
  const auto flows = flow::FlowSet::compile(*outcome.library, builder, errors);
  const auto conditions = builder.build();
  const auto built = lexicon.build();
  if (!errors.empty() || !built) return 0;
  Contact contact(*outcome.library, *flows, **built, *conditions);
  contact.fold(conversation::ConversationStarted{"voice", "zh", {}, {{"process", outcome.library->flows[0].id}}}, conversation::Speaker::system, {});
  contact.fold(conversation::Utterance{}, conversation::Speaker::customer, "我的卡丢了，尾号3306，不是，说错了，是3360");
  contact.fold(conversation::BusinessEvent{"card.loss_temp", {{"days", "5"}}}, conversation::Speaker::system, {});
  conversation::Utterance said;
  said.speaker = conversation::Speaker::rep;
  contact.fold(std::move(said), conversation::Speaker::rep, "临时挂失有效期五天，到期自动失效");
  for (const char* action : {"done", "undo", "skip", "switch"})
    contact.fold(conversation::FlowAction{action, outcome.library->flows[0].id, outcome.library->flows[0].steps[0].id, "r"}, conversation::Speaker::rep, {});
  contact.fold(conversation::ConversationEnded{}, conversation::Speaker::system, {});
  return 0;
}
