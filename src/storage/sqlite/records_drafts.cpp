// Drafts of content on their way to approval.
#include <algorithm>
#include <array>

#include "storage/sqlite/records.h"
#include "storage/sqlite/records_schema.h"

namespace fenshen::storage::sqlite {
namespace {

using core::Code;
using core::fail;

#define FENSHEN_DRAFT_COLUMNS                                                                                                            \
  "SELECT pack, kind, item, number, revision, base_version, text, state, editors, comment, reviewer, review, trial, version, at, submitted_at," \
  " decided_at FROM content_drafts"

constexpr std::array<std::string_view, 5> kStates = {"draft", "submitted", "approved", "rejected", "withdrawn"};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

ContentDraft draft_of(const Rows& rows) {
  ContentDraft draft;
  draft.pack = rows.text(0);
  draft.kind = rows.text(1);
  draft.item = rows.text(2);
  draft.number = rows.integer(3);
  draft.revision = rows.integer(4);
  draft.base_version = rows.integer(5);
  draft.text = rows.text(6);
  draft.state = rows.text(7);
  draft.editors = split(rows.text(8));
  draft.comment = rows.text(9);
  draft.reviewer = rows.text(10);
  draft.review = rows.text(11);
  draft.trial = rows.text(12);
  draft.version = rows.integer(13);
  draft.at = rows.integer(14);
  draft.submitted_at = rows.integer(15);
  draft.decided_at = rows.integer(16);
  return draft;
}

core::Result<std::int64_t> figure(Connection& connection, const char* sql, const ContentDraft& of) {
  TRY_ASSIGN(Rows rows, query(connection, sql, of.kind, of.item, of.number));
  return single<std::int64_t>(std::move(rows), [](const Rows& row) { return row.integer(0); }, "draft");
}

}  // namespace

core::Result<ContentDraft> SqliteRecords::put_content_draft(ContentDraft draft) {
  if (std::ranges::find(kStates, draft.state) == kStates.end()) return fail(Code::invalid, "no such state of a draft", "state");
  const std::string place = draft.kind + "/" + draft.item;
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Tx tx, Tx::begin(connection_));
  if (draft.number == 0) {
    TRY_ASSIGN(const std::int64_t last, figure(connection_, "SELECT coalesce(max(number), 0) FROM content_drafts WHERE kind = $1 AND item = $2 AND number >= $3", draft));
    draft.number = last + 1;
    draft.revision = 0;
  } else {
    TRY_ASSIGN(const std::int64_t stored, figure(connection_, "SELECT revision FROM content_drafts WHERE kind = $1 AND item = $2 AND number = $3", draft));
    if (stored != draft.revision) return fail(Code::conflict, "the draft was changed meanwhile", place);
  }
  draft.revision += 1;
  draft.at = clock_();
  auto status = run(connection_,
                    "INSERT INTO content_drafts(pack, kind, item, number, revision, base_version, text, state, editors, comment, reviewer, review,"
                    " trial, version, at, submitted_at, decided_at) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
                    " ON CONFLICT(kind, item, number) DO UPDATE SET pack = $1, revision = $5, base_version = $6, text = $7, state = $8, editors = $9,"
                    " comment = $10, reviewer = $11, review = $12, trial = $13, version = $14, at = $15, submitted_at = $16, decided_at = $17",
                    draft.pack, draft.kind, draft.item, draft.number, draft.revision, draft.base_version, draft.text, draft.state, joined(draft.editors),
                    draft.comment, draft.reviewer, draft.review, draft.trial, draft.version, draft.at, draft.submitted_at, draft.decided_at);
  if (!status && status.error().code == Code::conflict) return fail(Code::conflict, "this item has an open draft already", place);
  TRY(status);
  TRY(tx.commit());
  return draft;
}

core::Result<std::vector<ContentDraft>> SqliteRecords::content_drafts(bool open_only, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_,
                              FENSHEN_DRAFT_COLUMNS " WHERE $1 = 0 OR state IN ('draft', 'submitted') ORDER BY at DESC, kind, item, number DESC LIMIT $2",
                              static_cast<std::int64_t>(open_only), static_cast<std::int64_t>(limit)));
  return collect<ContentDraft>(std::move(rows), draft_of);
}

core::Result<std::vector<ContentDraft>> SqliteRecords::content_drafts_of(std::string_view kind, std::string_view item) const {
  const std::lock_guard lock(mutex_);
  TRY_ASSIGN(Rows rows, query(connection_, FENSHEN_DRAFT_COLUMNS " WHERE kind = $1 AND item = $2 ORDER BY number DESC", kind, item));
  return collect<ContentDraft>(std::move(rows), draft_of);
}

}  // namespace fenshen::storage::sqlite
