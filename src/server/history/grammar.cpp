#include "server/history/grammar.h"

#include <algorithm>

namespace fenshen::server::history {
namespace {
constexpr std::string_view kSlotNames[kSlots] = {"tail", "tail2", "name", "title", "name_en", "id4", "phone4", "staff", "amount", "days", "day", "figure", "product"};
}

ListId Grammar::list(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  const auto id = static_cast<ListId>(lists_.size());
  lists_.emplace_back();
  names_.emplace_back(name);
  by_name_.emplace(name, id);
  return id;
}

void Grammar::add(ListId list, std::string_view text) {
  const LineId id = line(text);
  lists_[list].push_back(id);
}

LineId Grammar::line(std::string_view text) {
  std::size_t at = 0;
  Sequence sequence = parse(text, at, false);
  lines_.push_back(std::move(sequence));
  return static_cast<LineId>(lines_.size() - 1);
}

Grammar::Piece Grammar::reference(std::string_view name) {
  const auto* slot = std::ranges::find(kSlotNames, name);
  if (slot != std::end(kSlotNames)) return {Piece::Kind::slot, static_cast<std::uint32_t>(slot - std::begin(kSlotNames)), {}};
  return {Piece::Kind::list, list(name), {}};
}

Grammar::Sequence Grammar::parse(std::string_view text, std::size_t& at, bool inside) {
  Sequence sequence;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) sequence.push_back({Piece::Kind::text, 0, std::move(literal)});
    literal.clear();
  };
  while (at < text.size()) {
    const char c = text[at];
    if (inside && (c == '|' || c == ']')) break;
    ++at;
    if (c == '{') {
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) mistake_ = "{ without }: " + std::string(text);
      flush();
      sequence.push_back(reference(text.substr(at, end - at)));
      at = std::min(end, text.size() - 1) + 1;
    } else if (c == '[') {
      flush();
      std::vector<Sequence> alternatives;
      do alternatives.push_back(parse(text, at, true));
      while (at < text.size() && text[at++] == '|');
      if (text[at - 1] != ']') mistake_ = "[ without ]: " + std::string(text);
      sequence.push_back({Piece::Kind::choice, static_cast<std::uint32_t>(choices_.size()), {}});
      choices_.push_back(std::move(alternatives));
    } else {
      literal += c;
    }
  }
  flush();
  return sequence;
}

core::Status Grammar::check() const {
  if (!mistake_.empty()) return core::fail(core::Code::invalid, mistake_, "history");
  for (ListId id = 0; id < lists_.size(); ++id)
    if (lists_[id].empty()) return core::fail(core::Code::invalid, "no list or value of this name: " + names_[id], "history");
  return {};
}

void Grammar::expand(LineId line, Random& random, const Values& values, std::string& out) const { expand(lines_[line], random, values, out); }

void Grammar::expand_list(ListId list, Random& random, const Values& values, std::string& out) const {
  if (empty(list)) return;
  const auto& lines = lists_[list];
  expand(lines_[lines[random.below(static_cast<std::uint32_t>(lines.size()))]], random, values, out);
}

void Grammar::expand(const Sequence& sequence, Random& random, const Values& values, std::string& out) const {
  for (const Piece& piece : sequence) switch (piece.kind) {
      case Piece::Kind::text: out += piece.text; break;
      case Piece::Kind::slot: out += values[piece.index]; break;
      case Piece::Kind::list: expand_list(piece.index, random, values, out); break;
      case Piece::Kind::choice: {
        const auto& alternatives = choices_[piece.index];
        expand(alternatives[random.below(static_cast<std::uint32_t>(alternatives.size()))], random, values, out);
      }
    }
}

}  // namespace fenshen::server::history
