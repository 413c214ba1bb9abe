// Supervisor alerts, and how quality inspection and alerts hear of what happens.
#include <boost/json.hpp>

#include <algorithm>

#include "core/json_writer.h"
#include "core/log.h"
#include "gateway/gateway.h"

namespace fenshen::gateway {

using access::Permission;
using access::Scope;

namespace {

constexpr std::size_t kPageMost = 200, kOpenAlertsMost = 200;
constexpr std::size_t kNoteBytes = 2'000;

}  // namespace

void Gateway::start_quality() {
  const auto person = [this](std::string_view account) {
    if (account.empty()) return service::Person{};
    const Rep found = rep(account);
    return service::Person{found.name, found.team};
  };
  const auto mask = [this](std::string_view words) { return parts_.live.masker().text(words); };
  const auto current = [this] { return parts_.shelf.current()->pack; };
  alerts_ = std::make_unique<service::Alerts>(service::Alerts::Parts{parts_.log, parts_.quality_index, current, person, mask});
  quality_ = std::make_unique<service::Quality>(service::Quality::Parts{
      parts_.log, parts_.quality_index, [this](std::string_view hash) { return parts_.shelf.by_hash(hash); }, current, person, mask});
  if (const auto status = alerts_->recover(); !status) FENSHEN_LOG(error, "gateway", "alerts cannot be read", {"error", status.error().message});
  alerts_->on_change([this](const storage::AlertRow& row) { alert_changed(row); });
  parts_.live.on_ended([this](const std::string& id) { quality_->ended(id); });
  parts_.live.on_alert([this](const Live::AlertCard& card) {
    parts_.live.pool().post([this, card] {
      service::AlertRaised alert{card.id, card.conversation, card.rule, card.severity, card.team, card.rep, card.seq, card.turn, card.at};
      if (std::string team = rep(card.rep).team; !card.rep.empty() && !team.empty()) alert.team = std::move(team);
      if (const auto status = alerts_->raise(alert); !status) FENSHEN_LOG(error, "gateway", "an alert is not stored", {"error", status.error().message});
    });
  });
  quality_->start();
}

void Gateway::list_alerts(const CallPtr& call) {
  const auto state = call->target.parameter("state").value_or("");
  if (!state.empty() && state != "open" && state != "acknowledged") return call->fail(422, "invalid", "must be open or acknowledged", "state");
  const auto limit = number_parameter(call->target, "limit", 50, kPageMost);
  const auto cursor = number_parameter(call->target, "cursor", 0, ~std::uint64_t{0} >> 1);
  if (const auto* error = first_error(limit, cursor)) return call->fail(*error);
  const access::Principal& who = call->who();
  storage::AlertFilter filter;
  if (access::scope(who, Permission::alert_view) != Scope::all) filter.team = who.team.empty() ? "\n" : who.team;  // no team: none
  if (!state.empty()) filter.acknowledged = state == "acknowledged";
  in_pool(call, [this, call, filter, limit = std::max<std::uint64_t>(1, *limit), cursor = *cursor] {
    auto text = alerts_->list(filter, cursor, limit, call->english());
    if (!text) return call->fail(text.error());
    call->json(200, std::move(*text));
  });
}

void Gateway::acknowledge_alert(const CallPtr& call) {
  const auto body = call->body();
  if (!body) return call->fail(body.error());
  const auto note = optional_string(*body, "note", kNoteBytes);
  if (!note) return call->fail(note.error());
  in_pool(call, [this, call, note = *note] {
    const auto row = alerts_->get(call->parameters.front());
    if (!row) return call->fail(row.error());
    if (!access::allowed(call->who(), Permission::alert_acknowledge, access::Resource{row->rep, row->team})) return call->fail(403, "forbidden", "this alert is not your team's");
    const auto taken = alerts_->acknowledge(row->id, call->who().account, note);
    if (!taken) return call->fail(taken.error());
    call->json(200, alerts_->json(*taken, call->english()));
  });
}

void Gateway::subscribe_alerts(const Live::Socket& socket, const access::Principal& who, bool english) {
  {
    const std::lock_guard lock(desks_mutex_);
    const auto desk = desks_.find(socket);
    if (desk == desks_.end()) return;
    desk->second.alerts = who;
    desk->second.english = english;
  }
  parts_.live.pool().post([this, socket, who, english] {
    storage::AlertFilter filter;
    if (access::scope(who, Permission::alert_view) != Scope::all) filter.team = who.team.empty() ? "\n" : who.team;
    filter.acknowledged = false;
    const auto open = parts_.quality_index.alerts(filter, 0, kOpenAlertsMost);
    if (!open) return;
    std::string text;
    core::JsonWriter out(text);
    out.begin_object().field("op", "alerts").key("items").begin_array();
    for (const storage::AlertRow& row : open->items) out.raw(alerts_->json(row, english));
    out.end_array().end_object();
    socket->send(std::move(text));
  });
}

void Gateway::alert_changed(const storage::AlertRow& row) {
  std::vector<Live::Socket> sockets[2];  // by language
  {
    const std::lock_guard lock(desks_mutex_);
    for (const auto& [socket, desk] : desks_)
      if (desk.alerts && access::allowed(*desk.alerts, Permission::alert_view, access::Resource{row.rep, row.team})) sockets[desk.english].push_back(socket);
  }
  for (const bool english : {false, true}) {
    if (sockets[english].empty()) continue;
    const auto message = std::make_shared<const std::string>(R"({"op":"alert","item":)" + alerts_->json(row, english) + "}");
    for (const auto& socket : sockets[english]) socket->send(message);
  }
}

}  // namespace fenshen::gateway
