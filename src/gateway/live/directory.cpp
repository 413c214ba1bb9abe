#include "gateway/live/directory.h"

#include <algorithm>

namespace fenshen::gateway {
namespace {

constexpr std::size_t kRememberedMost = 20'000;  // summaries of ended conversations
constexpr std::size_t kListShown = 500;

bool is_over(const Summary& summary) { return summary.state == Summary::State::ended || summary.state == Summary::State::closed; }

}  // namespace

bool Directory::reserve(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = known_.try_emplace(id);
  if (!fresh) return false;
  entry->second.position = ++last_position_;
  by_position_.emplace(entry->second.position, id);
  open_.insert(entry->second.position);
  return true;
}

void Directory::release(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  by_position_.erase(found->second.position);
  open_.erase(found->second.position);
  waiting_.erase(found->second.position);
  known_.erase(found);
}

void Directory::add_stored(const std::string& id, bool ended) {
  const std::lock_guard lock(mutex_);
  const auto [entry, fresh] = known_.try_emplace(id);
  if (!fresh) return;
  entry->second.position = ++last_position_;
  entry->second.ended = ended;
  by_position_.emplace(entry->second.position, id);
  if (!ended) open_.insert(entry->second.position);
}

void Directory::update(SummaryPtr summary) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(summary->id);
  if (found == known_.end()) return;
  Known& known = found->second;
  if (!known.ended && is_over(*summary)) {
    known.ended = true;
    open_.erase(known.position);
    ++remembered_;
  }
  if (summary->state == Summary::State::waiting) waiting_.insert(known.position);
  else waiting_.erase(known.position);
  dirty_.insert(summary->id);
  known.summary = std::move(summary);
  trim();
}

void Directory::remember(SummaryPtr summary) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(summary->id);
  if (found == known_.end() || found->second.summary) return;
  if (found->second.ended) ++remembered_;
  found->second.summary = std::move(summary);
  trim();
}

// The oldest ended ones are forgotten; they are folded again when somebody asks.
void Directory::trim() {
  if (remembered_ <= kRememberedMost) return;
  for (const auto& [position, id] : by_position_) {
    Known& known = known_[id];
    if (!known.ended || !known.summary || dirty_.contains(id)) continue;
    known.summary.reset();
    if (--remembered_ <= kRememberedMost * 3 / 4) return;
  }
}

std::optional<Directory::Known> Directory::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  if (found == known_.end()) return std::nullopt;
  return found->second;
}

std::vector<Directory::Candidate> Directory::page(std::uint64_t before, std::optional<bool> ended, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<Candidate> out;
  if (ended == false) {  // few among many
    auto at = before == 0 ? open_.end() : open_.lower_bound(before);
    while (at != open_.begin() && out.size() < limit) {
      const std::string& id = by_position_.at(*--at);
      out.push_back({id, known_.at(id)});
    }
    return out;
  }
  auto it = before == 0 ? by_position_.end() : by_position_.lower_bound(before);
  while (it != by_position_.begin() && out.size() < limit) {
    --it;
    const Known& known = known_.at(it->second);
    if (!ended || known.ended == *ended) out.push_back({it->second, known});
  }
  return out;
}

std::size_t Directory::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

int Directory::waiting_before(std::uint64_t position) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::distance(waiting_.begin(), waiting_.lower_bound(position)));
}

void Directory::subscribe(Live::Socket socket, std::function<bool(const Summary&)> visible, Live::Render render) {
  Follower follower{std::move(socket), std::move(visible), std::move(render), {}};
  const std::lock_guard followers(followers_mutex_);
  std::erase_if(followers_, [&](const Follower& other) { return other.socket == follower.socket; });
  std::string text = R"({"op":"list","items":[)";
  bool first = true;
  for (const Candidate& candidate : page(0, false, kListShown)) {
    if (!candidate.known.summary || !follower.visible(*candidate.known.summary)) continue;
    if (!first) text += ',';
    first = false;
    text += follower.render(*candidate.known.summary);
    follower.shown.insert(candidate.id);
  }
  follower.socket->send(text + "]}");
  followers_.push_back(std::move(follower));
}

void Directory::unsubscribe(const Live::Socket& socket) {
  const std::lock_guard followers(followers_mutex_);
  std::erase_if(followers_, [&](const Follower& follower) { return follower.socket == socket; });
}

void Directory::flush() {
  const std::lock_guard followers(followers_mutex_);
  std::vector<SummaryPtr> changed;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : dirty_)
      if (const auto found = known_.find(id); found != known_.end() && found->second.summary) changed.push_back(found->second.summary);
    dirty_.clear();
  }
  for (Follower& follower : followers_)
    for (const SummaryPtr& summary : changed) {
      // What another rep has taken leaves this list: its last state is sent once more, so that the desk can drop it.
      const bool visible = follower.visible(*summary);
      if (!visible && !follower.shown.contains(summary->id)) continue;
      if (visible) follower.shown.insert(summary->id);
      else follower.shown.erase(summary->id);
      follower.socket->send(R"({"op":"summary","item":)" + follower.render(*summary) + "}");
    }
}

}  // namespace fenshen::gateway
