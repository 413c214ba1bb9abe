// The stages of entity reading share the numbers of the utterance: a number that one stage has taken is gone for the
// later ones, so the order of the stages is the order of precedence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "signals/internal/entities.h"

namespace fenshen::signals::internal {

class EntityReader {
 public:
  EntityReader(const Utterance& u, const Lexicon& lexicon, EntityScratch& scratch, Reading& out)
      : u_(u), lexicon_(lexicon), s_(scratch), out_(out) {}
  void run();

 private:
  using Number = text::Number;
  static constexpr std::size_t kNoNumber = ~std::size_t{0};

  // entities.cpp
  void reset();
  void add_english_numbers();
  std::size_t add_english_number(std::size_t cue);
  void read_percents();
  void read_durations();
  void read_half(std::size_t at);
  void read_products();
  void read_numbers();
  bool denied(const Match& place) const;
  void finish();

  // entity_dates.cpp
  void read_dates();
  bool read_numeric_date(std::size_t i);
  bool read_year(std::size_t i);
  bool read_month(std::size_t i, std::optional<int> year);
  bool read_day_of_month(std::size_t i);
  bool read_ordinal_day(std::size_t i);
  void read_english_date(const Cue& month);
  void read_date_cues();
  std::size_t day_mark(std::size_t end) const;
  bool is_due(std::uint32_t end) const;
  bool refers_back(std::uint32_t begin, std::uint32_t end) const;
  void add_date(std::uint32_t begin, std::uint32_t end, core::Day day, int confidence);
  bool add_civil(std::uint32_t begin, std::uint32_t end, int year, int month, int day);
  int nearest_year(int month, int day) const;

  // entity_ids.cpp
  void read_identifiers();
  std::size_t read_identifier(std::size_t i);
  bool take_identifier(std::size_t first, std::size_t last);
  void read_tails();
  void read_bare_tail();
  bool add_tail(std::size_t i, int confidence);
  bool tail_is_of_card(const Cue& cue) const;
  bool asks_card_tail() const;
  void collect_digits(std::size_t first, std::size_t last);

  // entity_private.cpp
  void read_secrets();
  void read_names();
  void mask_han_name(std::uint32_t begin);
  void mask_english_name(std::uint32_t begin);
  void read_emails();

  // entity_money.cpp
  void read_money();
  bool read_with_unit(std::size_t i);
  bool read_with_currency(std::size_t i);
  bool read_by_context(std::size_t i);
  bool measured(std::size_t i) const;
  bool is_hotline(std::size_t i, const Cue& verb) const;
  std::uint32_t read_small_change(std::uint32_t at, std::int64_t& micros);
  void add_amount(std::uint32_t begin, std::uint32_t end, std::int64_t micros, int confidence);
  void read_currencies();

  // shared
  Entity& add(EntityType type, std::uint32_t begin, std::uint32_t end, int confidence);
  void mask(std::uint32_t begin, std::uint32_t end);
  bool taken(std::uint32_t begin, std::uint32_t end) const;  // by an entity
  const Number& number(std::size_t i) const { return s_.numbers[i]; }
  std::size_t count() const { return s_.numbers.size(); }
  bool free(std::size_t i) const { return i < count() && s_.used[i] == 0; }
  void use(std::size_t i);
  void use_within(std::uint32_t begin, std::uint32_t end);
  std::size_t first_from(std::uint32_t begin) const;   // number that begins at or behind
  std::span<const Cue> cues_around(std::uint32_t begin, std::uint32_t end, std::uint32_t reach) const;
  std::size_t number_at(std::uint32_t begin) const;    // that begins there and is free
  std::size_t number_from(std::uint32_t begin) const;  // first free one that begins at or not far behind
  std::optional<int> small(std::size_t i, int low, int high) const;  // whole value within bounds
  // The last cue of the kind that ends within `reach` before `at`, in the same clause.
  const Cue* cue_before(CueKind kind, std::uint32_t at, std::uint32_t reach) const;
  const Cue* cue_after(CueKind kind, std::uint32_t at, std::uint32_t reach) const;
  const Cue* cue_ending(CueKind kind, std::uint32_t at) const;

  const Utterance& u_;
  const Lexicon& lexicon_;
  EntityScratch& s_;
  Reading& out_;
  char digits_[40];
  std::size_t digit_count_ = 0;
};

}  // namespace fenshen::signals::internal
