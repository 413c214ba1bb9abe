#include "storage/sqlite/event_writer.h"

#include <algorithm>
#include <cstring>

#include "storage/crypto/digest.h"
#include "storage/envelope.h"
#include "storage/sqlite/migrations.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;
using crypto::KeyOwner;

// Events lie in the order of their commit, whatever stream they belong to: a group commit touches few pages. Repeats
// are found by a 64-bit hash of the event id; the envelope says whether it is the same id.
constexpr const char* kSteps[] = {
    "CREATE TABLE streams(position INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL,"
    " last_seq INTEGER NOT NULL, last_at INTEGER NOT NULL, ended INTEGER NOT NULL, subject TEXT NOT NULL);"
    "CREATE UNIQUE INDEX streams_id ON streams(tenant, kind, id);"
    "CREATE INDEX streams_kind ON streams(tenant, kind, position);"
    "CREATE TABLE events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL, id_hash INTEGER NOT NULL,"
    " envelope BLOB NOT NULL);"
    "CREATE UNIQUE INDEX events_seq ON events(stream, seq);"
    "CREATE INDEX events_id ON events(stream, id_hash)"};

// Of SHA-256, since ids come from strangers: with a weaker hash somebody could make many that collide.
std::int64_t id_hash(std::string_view id) {
  const crypto::Sha256 digest = crypto::sha256(id);
  std::int64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

KeyOwner owner_of(const StreamId& stream, const std::string& subject) {
  if (!subject.empty()) return {stream.tenant, crypto::OwnerKind::person, subject};
  switch (stream.kind) {
    case StreamKind::subject: return {stream.tenant, crypto::OwnerKind::person, stream.id};
    case StreamKind::document: return {stream.tenant, crypto::OwnerKind::document, stream.id};
    case StreamKind::conversation: break;
  }
  return {stream.tenant, crypto::OwnerKind::conversation, stream.id};
}

std::vector<std::string> subjects_of(const StreamId& stream, const std::string& subject) {
  if (!subject.empty()) return {subject};
  if (stream.kind == StreamKind::subject) return {stream.id};
  return {};
}

}  // namespace

core::Status EventWriter::set_up(Connection& connection) { return migrate(connection, kSteps); }

core::Result<std::vector<std::vector<Appended>>> EventWriter::commit(std::span<const PreparedRequest* const> requests) {
  if (streams_.size() > kStreamsHeldMax) streams_.clear();
  auto results = commit_all(requests);
  if (!results)  // rolled back: what we remembered of these streams may not be so
    for (const PreparedRequest* request : requests) streams_.erase(request->stream);
  return results;
}

core::Result<std::vector<std::vector<Appended>>> EventWriter::commit_all(std::span<const PreparedRequest* const> requests) {
  // Keys first, durable: no event may ever lie under a key that is not kept.
  TRY_ASSIGN(const std::vector<Seal> seals, seals_for(requests));
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  std::vector<std::vector<Appended>> results;
  results.reserve(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    TRY_ASSIGN(std::vector<Appended> appended, write(*requests[i], seals[i]));
    results.push_back(std::move(appended));
  }
  TRY(save_changed(requests));
  TRY(tx.commit());
  return results;
}

core::Result<std::vector<EventWriter::Seal>> EventWriter::seals_for(std::span<const PreparedRequest* const> requests) {
  std::vector<KeyOwner> owners;
  std::vector<Seal> seals;
  std::vector<const PreparedRequest*> binding;
  for (const PreparedRequest* request : requests) {
    TRY_ASSIGN(Stream* const known, stream(request->stream));
    if (!request->subject.empty() && known->subject != request->subject) {
      known->subject = request->subject;
      known->changed = true;
      if (request->stream.kind == StreamKind::conversation) binding.push_back(request);
    }
    owners.push_back(owner_of(request->stream, known->subject));
    seals.push_back({known->subject, {}});
  }
  TRY_ASSIGN(const std::vector<crypto::DataKey> keys, keys_.current(owners));
  for (std::size_t i = 0; i < seals.size(); ++i) seals[i].key = keys[i];
  // After the keys are made: an earlier request of the same batch may have given the conversation its own.
  for (const PreparedRequest* request : binding)
    TRY(keys_.bind(owner_of(request->stream, {}), owner_of(request->stream, request->subject), request->move_key));
  return seals;
}

core::Result<EventWriter::Stream*> EventWriter::stream(const StreamId& id) {
  auto [found, fresh] = streams_.try_emplace(id);
  Stream& held = found->second;
  if (!fresh) return &held;
  TRY_ASSIGN(Rows rows, query(connection_,
                              "SELECT position, last_seq, last_at, ended, subject FROM streams WHERE tenant = $1 AND kind = $2 AND id = $3",
                              id.tenant, static_cast<int>(id.kind), id.id));
  TRY_ASSIGN(const bool there, rows.next());
  if (there)
    held = {rows.integer(0), static_cast<std::uint64_t>(rows.integer(1)), rows.integer(2), rows.integer(3) != 0, rows.text(4), false};
  return &held;
}

core::Status EventWriter::insert(const StreamId& id, Stream& stream) {
  TRY(run(connection_, "INSERT INTO streams(tenant, kind, id, last_seq, last_at, ended, subject) VALUES($1, $2, $3, 0, 0, 0, '')",
          id.tenant, static_cast<int>(id.kind), id.id));
  stream.row = sqlite3_last_insert_rowid(connection_.handle());
  return {};
}

core::Status EventWriter::save_changed(std::span<const PreparedRequest* const> requests) {
  for (const PreparedRequest* request : requests) {
    TRY_ASSIGN(Stream* const known, stream(request->stream));
    if (!known->changed || known->row == 0) continue;
    TRY(run(connection_, "UPDATE streams SET last_seq = $2, last_at = $3, ended = $4, subject = $5 WHERE position = $1", known->row,
            known->last_seq, known->last_at, known->ended, known->subject));
    known->changed = false;
  }
  return {};
}

core::Result<std::vector<Appended>> EventWriter::write(const PreparedRequest& request, const Seal& seal) {
  TRY_ASSIGN(Stream* const known, stream(request.stream));
  if (known->row == 0 && !request.events.empty()) TRY(insert(request.stream, *known));
  if (known->row == 0) return fail(Code::not_found, "no such stream", request.stream.id);  // bind_subject on nothing
  std::vector<Appended> appended;
  appended.reserve(request.events.size());
  for (const PreparedEvent& event : request.events) {
    TRY_ASSIGN(const Appended one, write_event(request, event, *known, seal));
    appended.push_back(one);
  }
  return appended;
}

core::Result<Appended> EventWriter::write_event(const PreparedRequest& request, const PreparedEvent& event, Stream& stream,
                                                const Seal& seal) {
  if (stream.last_seq > 0) {
    TRY_ASSIGN(const auto before, earlier(stream, event.id));
    if (before) return *before;
  }
  const core::Millis at = std::max(stream.last_at, request.imported ? event.occurred_at : clock_());
  const EnvelopeHeader header{.stream = request.stream,
                              .event_id = event.id,
                              .seq = stream.last_seq + 1,
                              .type = std::string(event.type),
                              .recorded_at = at,
                              .occurred_at = event.occurred_at,
                              .actor = event.actor,
                              .subjects = subjects_of(request.stream, seal.subject),
                              .clear = event.clear};
  TRY_ASSIGN(const std::string bytes,
             seal_envelope(header, event.body, crypto::Algorithm::aes_256_gcm, seal.key, crypto::random_nonce()));
  TRY(run(connection_, "INSERT INTO events(stream, seq, id_hash, envelope) VALUES($1, $2, $3, $4)", stream.row, header.seq,
          id_hash(event.id), Blob{bytes}));
  stream.last_seq = header.seq;
  stream.last_at = at;
  stream.ended = stream.ended || event.ends;
  stream.changed = true;
  return Appended{.seq = header.seq, .recorded_at = at, .duplicate = false};
}

core::Result<std::optional<Appended>> EventWriter::earlier(const Stream& stream, std::string_view event_id) {
  TRY_ASSIGN(Rows rows, query(connection_, "SELECT envelope FROM events INDEXED BY events_id WHERE stream = $1 AND id_hash = $2", stream.row,
                              id_hash(event_id)));
  while (true) {
    TRY_ASSIGN(const bool found, rows.next());
    if (!found) return std::nullopt;
    TRY_ASSIGN(const EnvelopeView envelope, parse_envelope(rows.bytes(0)));
    if (envelope.event_id == event_id)
      return Appended{.seq = envelope.seq, .recorded_at = envelope.recorded_at, .duplicate = true};
  }
}

}  // namespace fenshen::storage::sqlite
