#include "gateway/live/live.h"

#include "core/hash.h"
#include "core/json_writer.h"
#include "core/log.h"
#include "gateway/live/content_gate.h"
#include "gateway/live/shard.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
using core::Code;
using core::fail;
using core::Result;

constexpr std::size_t kStreamsAtOnce = 1'000;
constexpr std::size_t kReadAtOnce = 1'000;
constexpr auto kListEvery = std::chrono::milliseconds(250);
constexpr std::size_t kPoolQueueMost = 2'000;

}  // namespace

struct Live::Impl {
  Impl(storage::EventLog& log, storage::Records& records, PackShelf& shelf, Options options)
      : house{log, records, shelf, options, {}, {}, {}, {}, {}, {}}, pool(options.pool_threads) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, options.shards); ++i) shards.push_back(std::make_unique<Shard>(house));
    house.shard_of = [this](const std::string& id) -> Shard& { return shard_of(id); };
  }

  Shard& shard_of(const std::string& id) { return *shards[core::hash_bytes(id) % shards.size()]; }

  // The log's callbacks refer to the shards.
  void wait_for_log() const {
    while (house.appending > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  // Runs `use` on the conversation's shard with the conversation in memory.
  template <typename T, typename Use>
  void with(const std::string& id, Done<T> done, Use use) {
    Shard& shard = shard_of(id);
    shard.worker().post([&shard, id, done = std::move(done), use = std::move(use)]() mutable {
      const Result<Open*> open = shard.find(id);
      if (!open) return done(std::unexpected(open.error()));
      use(shard, **open, std::move(done));
    });
  }

  void flush_list() {
    house.directory.flush();
    board.post_at(std::chrono::steady_clock::now() + kListEvery, [this] { flush_list(); });
  }

  // An ended conversation folded again only to be listed.
  Result<SummaryPtr> fold_summary(const std::string& id) {
    const auto known = house.directory.find(id);
    if (!known) return fail(Code::not_found, "no such conversation", "conversation");
    if (known->summary) return known->summary;
    assist::Replayer replayer(id, [this](std::string_view hash) { return house.shelf.by_hash(hash); });
    SummaryTracker tracker(id);
    tracker.set_position(known->position);
    assist::FoldScratch scratch;
    std::vector<assist::Frame> frames;
    for (std::uint64_t after = 0;;) {
      TRY_ASSIGN(const auto events, house.log.read({"default", storage::StreamKind::conversation, id}, after, kReadAtOnce));
      for (const cv::Event& event : events) {
        frames.clear();
        TRY(replayer.feed(event, scratch, frames));
        for (const assist::Frame& frame : frames) tracker.take(frame);
        after = event.seq;
      }
      if (events.size() < kReadAtOnce) break;
    }
    tracker.look(replayer.assist());
    auto summary = std::make_shared<const Summary>(tracker.summary());
    house.directory.remember(summary);
    return SummaryPtr(summary);
  }

  House house;
  std::vector<std::unique_ptr<Shard>> shards;
  Worker board{1};
  Worker pool;
};

Live::Live(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Live::~Live() {
  impl_->board.stop();
  impl_->pool.stop();
  impl_->wait_for_log();
  for (auto& shard : impl_->shards) shard->stop();
  impl_->wait_for_log();
}

Result<std::unique_ptr<Live>> Live::start(storage::EventLog& log, storage::Records& records, PackShelf& shelf, Options options) {
  auto impl = std::make_unique<Impl>(log, records, shelf, options);
  TRY_ASSIGN(impl->house.masker, Masker::create(shelf.current()->library()));
  std::vector<std::string> open;
  for (std::uint64_t position = 0;;) {
    TRY_ASSIGN(const auto streams, log.streams("default", storage::StreamKind::conversation, position, kStreamsAtOnce));
    for (const storage::StreamInfo& info : streams) {
      impl->house.directory.add_stored(info.stream.id, info.ended);
      if (!info.ended) open.push_back(info.stream.id);
      position = info.position;
    }
    if (streams.size() < kStreamsAtOnce) break;
  }
  // Deadlines of open conversations must fire, so they are folded now.
  for (const std::string& id : open) {
    Shard& shard = impl->shard_of(id);
    shard.worker().post([&shard, id] {
      if (const auto found = shard.find(id); !found)
        FENSHEN_LOG(error, "gateway", "cannot fold an open conversation", {"error", found.error().message});
    });
  }
  for (auto& shard : impl->shards) shard->worker().post([&shard = *shard] { shard.start(); });
  impl->board.post([raw = impl.get()] { raw->flush_list(); });
  shelf.guard({[&log](const Edit& edit, const ContentView& now, const ContentView& next, std::vector<core::Error>& mistakes) {
                 return ContentGate(log).ask(edit, now, next, mistakes);
               },
               [&log](const Edit& edit, const std::string& act, bool happened, const std::string& reason) {
                 ContentGate(log).tell(edit, act, happened, reason);
               }});
  shelf.on_change([raw = impl.get()](const ContentPtr&) {
    for (auto& shard : raw->shards) shard->worker().post([&shard = *shard] { shard.bind_watched(); });
  });
  return std::unique_ptr<Live>(new Live(std::move(impl)));
}

Worker& Live::pool() { return impl_->pool; }
PackShelf& Live::shelf() { return impl_->house.shelf; }
const LiveStats& Live::stats() const { return impl_->house.stats; }
const Masker& Live::masker() const { return *impl_->house.masker; }
std::size_t Live::open_conversations() const { return impl_->house.directory.open(); }

void Live::create(NewConversation request, Done<SummaryPtr> done) {
  Shard& shard = impl_->shard_of(request.id);
  shard.worker().post([&shard, request = std::move(request), done = std::move(done)]() mutable {
    shard.create(std::move(request), std::move(done));
  });
}

void Live::summary(const std::string& id, Done<SummaryPtr> done) {
  const auto known = impl_->house.directory.find(id);
  if (!known) return done(fail(Code::not_found, "no such conversation", "conversation"));
  if (known->summary) return done(known->summary);
  auto shared = std::make_shared<Done<SummaryPtr>>(std::move(done));
  if (!impl_->pool.post_bounded([this, id, shared] { (*shared)(impl_->fold_summary(id)); }, kPoolQueueMost))
    (*shared)(fail(Code::limited, "too much is waiting: try again"));
}

ListPage Live::list(const ListFilter& filter) {
  ListPage page;
  std::uint64_t before = filter.before;
  std::optional<bool> ended;
  if (filter.open) ended = !*filter.open;
  constexpr std::size_t kLookedAtMost = 5'000;
  for (std::size_t looked = 0; looked < kLookedAtMost;) {
    const auto candidates = impl_->house.directory.page(before, ended, 200);
    for (const Directory::Candidate& candidate : candidates) {
      before = candidate.known.position;
      ++looked;
      SummaryPtr summary = candidate.known.summary;
      if (!summary) {
        auto folded = impl_->fold_summary(candidate.id);
        if (!folded) continue;
        summary = *folded;
      }
      if (filter.visible && !filter.visible(*summary)) continue;
      page.items.push_back(std::move(summary));
      if (page.items.size() == filter.limit) {
        page.next = before;
        return page;
      }
    }
    if (candidates.size() < 200) return page;
  }
  page.next = before;
  return page;
}

void Live::append(const std::string& id, std::vector<cv::Event> events, Received received, Done<std::vector<storage::Appended>> done) {
  impl_->with<std::vector<storage::Appended>>(id, std::move(done), [events = std::move(events), received](Shard& shard, Open& open, auto finished) mutable {
    shard.append(open, std::move(events), received, std::move(finished));
  });
}

void Live::act(const std::string& id, ActRequest request, Received received, Done<ActOutcome> done) {
  impl_->with<ActOutcome>(id, std::move(done), [request = std::move(request), received](Shard& shard, Open& open, auto finished) mutable {
    shard.act(open, std::move(request), received, std::move(finished));
  });
}

void Live::confirm(const std::string& id, const std::string& act, const std::string& actor, Received received, Done<ActOutcome> done) {
  impl_->with<ActOutcome>(id, std::move(done), [=](Shard& shard, Open& open, auto finished) { shard.confirm(open, act, actor, received, std::move(finished)); });
}

void Live::act_result(const std::string& id, ActResult result, Received received, Done<std::string> done) {
  impl_->with<std::string>(id, std::move(done), [result = std::move(result), received](Shard& shard, Open& open, auto finished) mutable {
    shard.act_result(open, std::move(result), received, std::move(finished));
  });
}

void Live::draft(const std::string& id, std::string text, Done<assist::GateDecision> done) {
  impl_->with<assist::GateDecision>(id, std::move(done), [text = std::move(text)](Shard& shard, Open& open, auto finished) { finished(shard.draft(open, text)); });
}

void Live::accept(const std::string& id, const std::string& account, Done<SummaryPtr> done) {
  impl_->with<SummaryPtr>(id, std::move(done), [account](Shard& shard, Open& open, auto finished) { shard.accept(open, account, std::move(finished)); });
}

void Live::save_wrapup(const std::string& id, std::string event_id, std::string wrapup, const std::string& actor, Done<std::vector<std::string>> done) {
  impl_->with<std::vector<std::string>>(id, std::move(done), [=](Shard& shard, Open& open, auto finished) {
    shard.save_wrapup(open, event_id, wrapup, actor, std::move(finished));
  });
}

void Live::frames(const std::string& id, std::uint64_t after, Done<FramePage> done) {
  impl_->with<FramePage>(id, std::move(done), [after](Shard&, Open& open, auto finished) {
    FramePage page;
    const std::size_t from = std::min<std::size_t>(after, open.frames.size());
    page.items.assign(open.frames.begin() + static_cast<std::ptrdiff_t>(from), open.frames.end());
    page.next_n = open.frames.size();
    finished(std::move(page));
  });
}

void Live::sample_action(const std::string& id, SampleAction action, Done<std::string> done) {
  impl_->with<std::string>(id, std::move(done), [action = std::move(action)](Shard& shard, Open& open, auto finished) {
    finished(shard.sample_action(open, action));
  });
}

void Live::watch(const std::string& id, Socket desk, WatchOptions options) {
  Socket refused = desk;
  Done<bool> done = [refused, id](Result<bool> result) {
    if (result) return;
    std::string text;
    core::JsonWriter(text).begin_object().field("op", "error").field("code", core::to_string(result.error().code))
        .field("detail", result.error().message).field("conversation", id).end_object();
    refused->send(std::move(text));
  };
  impl_->with<bool>(id, std::move(done), [desk = std::move(desk), options](Shard& shard, Open& open, auto) { shard.watch(open, desk, options); });
}

void Live::unwatch(const std::string& id, const Socket& socket) {
  Shard& shard = impl_->shard_of(id);
  shard.worker().post([&shard, id, socket] { shard.unwatch(id, socket); });
}

void Live::chat_open(const std::string& id, Socket customer, std::uint64_t after) {
  impl_->with<bool>(id, [customer](Result<bool> result) {
    if (!result) customer->close(net::kClosePolicy, "no such conversation");
  }, [customer, after](Shard& shard, Open& open, auto) { shard.chat_open(open, customer, after); });
}

void Live::typing(const std::string& id, cv::Speaker speaker, bool on) {
  impl_->with<bool>(id, [](Result<bool>) {}, [speaker, on](Shard& shard, Open& open, auto) { shard.typing(open, speaker, on); });
}

void Live::chat_read(const std::string& id, std::uint64_t n) {
  impl_->with<bool>(id, [](Result<bool>) {}, [n](Shard& shard, Open& open, auto) {
    std::string text;
    core::JsonWriter(text).begin_object().field("op", "read").field("conversation", open.id).field("n", n).end_object();
    shard.send_desks(open, std::move(text));
  });
}

void Live::partial(const std::string& id, cv::Speaker speaker, std::string words) {
  impl_->with<bool>(id, [](Result<bool>) {}, [speaker, words = std::move(words)](Shard& shard, Open& open, auto) {
    shard.send_desks(open, [&](const Masker* masker) {
      std::string text;
      core::JsonWriter(text).begin_object().field("op", "partial").field("conversation", open.id).field("speaker", cv::to_string(speaker))
          .field("text", masker != nullptr ? masker->text(words) : words).end_object();
      return text;
    });
  });
}

void Live::subscribe_list(Socket desk, std::function<bool(const Summary&)> visible, Render render) {
  impl_->board.post([this, desk = std::move(desk), visible = std::move(visible), render = std::move(render)]() mutable {
    impl_->house.directory.subscribe(std::move(desk), std::move(visible), std::move(render));
  });
}

void Live::unsubscribe_list(const Socket& desk) {
  impl_->board.post([this, desk] { impl_->house.directory.unsubscribe(desk); });
}

void Live::on_ended(std::function<void(const std::string&)> listener) {
  const std::lock_guard lock(impl_->house.names_mutex);
  impl_->house.ended = std::move(listener);
}

void Live::on_alert(std::function<void(const AlertCard&)> listener) {
  {
    const std::lock_guard lock(impl_->house.names_mutex);
    impl_->house.alert = std::move(listener);
  }
  // The open conversations may have been folded already.
  for (auto& shard : impl_->shards) shard->worker().post([&shard = *shard] { shard.tell_alerts(); });
}

void Live::name_reps(std::function<std::string(std::string_view)> name) {
  const std::lock_guard lock(impl_->house.names_mutex);
  impl_->house.rep_name = std::move(name);
}

}  // namespace fenshen::gateway
