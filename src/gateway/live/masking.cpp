#include "gateway/live/masking.h"

#include <boost/json.hpp>

#include <algorithm>

#include "core/utf8.h"

namespace fenshen::gateway {
namespace {

namespace cv = conversation;
namespace json = boost::json;

constexpr std::size_t kKept = 4;           // characters of a number that stay
constexpr std::uint64_t kLongNumber = 10'000'000'000;  // written as a figure: 11 digits may be a phone, more a card

// Ours, not people's words: ids, codes, times. Everything else is taken for words.
constexpr std::string_view kOurs[] = {"act",        "action", "actor",   "at",          "card",    "cards",      "channel",  "conversation", "due",
                                      "emotion",    "engine", "from",    "id",          "item",    "items",      "kind",     "lang",         "occurred_at",
                                      "op",         "pack_hash", "participant", "process", "recorded_at", "rep", "rule", "rules", "sample",
                                      "seq",        "severity", "speaker", "state",     "step",    "to",         "topics",   "type",         "types",
                                      "utterance_id", "version"};

bool is_ours(std::string_view key) { return std::ranges::binary_search(kOurs, key); }

std::string last_part(std::string_view key) {
  std::string name(key.substr(key.rfind('.') == std::string_view::npos ? 0 : key.rfind('.') + 1));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

bool is_name(std::string_view key) {
  return key == "customer_name" || key == "full_name" || key == "real_name" || key == "holder" || key == "payee" || key == "contact_name";
}

// Numbers and places: hidden whatever their shape, but for the last characters of a number.
bool is_number(std::string_view key) {
  constexpr std::string_view kParts[] = {"phone", "mobile", "id_number", "id_no", "idcard", "card_no", "card_number", "account_no", "account_number", "passport"};
  return std::ranges::any_of(kParts, [&](std::string_view part) { return key.find(part) != std::string_view::npos; });
}
bool is_place(std::string_view key) { return key.find("address") != std::string_view::npos || key.find("email") != std::string_view::npos; }

std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) out.push_back(core::decode_utf8(text, at));
  return out;
}
std::string encoded(const std::u32string& text) {
  std::string out;
  for (const char32_t c : text) core::append_utf8(out, c);
  return out;
}

// A surname with a title says little; a full name keeps its first character.
std::string masked_name(std::string_view words) {
  std::u32string all = decoded(words);
  const bool titled = all.size() <= 4 && (all.ends_with(U"先生") || all.ends_with(U"女士") || all.ends_with(U"小姐"));
  if (titled) return std::string(words);
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i] != U' ') all[i] = U'•';
  return encoded(all);
}

std::string masked_number(std::string_view words) {
  std::u32string all = decoded(words);
  const std::size_t kept = all.size() > 2 * kKept ? kKept : 0;
  std::fill(all.begin(), all.end() - static_cast<std::ptrdiff_t>(kept), U'•');
  return encoded(all);
}

std::string hidden(std::string_view words) { return encoded(std::u32string(decoded(words).size(), U'•')); }

}  // namespace

core::Result<std::shared_ptr<const Masker>> Masker::create(const content::Library& library) {
  TRY_ASSIGN(auto lexicon, signals::LexiconBuilder(library).build());
  return std::shared_ptr<const Masker>(new Masker(std::move(lexicon)));
}

std::string Masker::text(std::string_view words) const {
  thread_local signals::Reader reader;
  thread_local signals::Reading reading;
  reader.read(*lexicon_, words, {}, reading);
  return signals::masked(words, reading);
}

std::string Masker::value(std::string_view key, std::string_view words) const {
  const std::string name = last_part(key);
  if (is_name(name)) return masked_name(words);
  if (is_number(name)) return masked_number(words);
  if (is_place(name)) return hidden(words);
  return text(words);
}

cv::Fields Masker::fields(const cv::Fields& fields) const {
  cv::Fields out = fields;
  for (cv::Field& field : out)
    if (field.kind == cv::FieldKind::text || field.value.size() >= 11) {
      field.value = field.name == "name" ? masked_name(field.value) : value(field.name, field.value);
      field.kind = cv::FieldKind::text;
    }
  return out;
}

// Walks a JSON value in place. `person`: within what describes a person, where "name" is his.
struct Masker::Walk {
  const Masker& masker;

  void any(json::value& value, std::string_view key, bool person) const {
    if (auto* object = value.if_object()) return members(*object, person || key == "customer");
    if (auto* list = value.if_array()) {
      for (json::value& item : *list) any(item, key, person);
      return;
    }
    if (auto* words = value.if_string()) {
      if (!person && is_ours(key)) return;
      *words = person && key == "name" ? masked_name(*words) : masker.value(key, *words);
    } else if (value.is_number() && !is_ours(key)) {
      number(value);
    }
  }

  void number(json::value& value) const {
    const bool unsigned_long = value.is_uint64() && value.get_uint64() >= kLongNumber;
    const bool signed_long = value.is_int64() && value.get_int64() >= static_cast<std::int64_t>(kLongNumber);
    if (unsigned_long || signed_long) value = masked_number(json::serialize(value));
  }

  void members(json::object& object, bool person) const {
    // {"name":"id_number","value":…}: the value's meaning stands beside it.
    const json::value* name = object.if_contains("name");
    const bool pair = name != nullptr && name->is_string() && object.contains("value");
    const std::string meaning = pair ? std::string(name->get_string()) : std::string();
    // Data of a business event names its fields freely: nothing in it is ours.
    for (auto& member : object) {
      const std::string_view key = member.key();
      if (pair && key == "name") continue;
      if (pair && (key == "value" || key == "earlier")) within(member.value(), meaning);
      else if (key == "data") within(member.value(), key);
      else any(member.value(), key, person);
    }
  }

  void within(json::value& value, std::string_view key) const {
    if (auto* object = value.if_object())
      for (auto& member : *object) within(member.value(), member.key());
    else if (auto* list = value.if_array())
      for (json::value& item : *list) within(item, key);
    else if (auto* words = value.if_string())
      *words = key == "name" ? masked_name(*words) : masker.value(key, *words);
    else if (value.is_number())
      number(value);
  }
};

std::string Masker::json(std::string_view text) const {
  boost::system::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  if (error) return "null";  // never: it is our own writing; what cannot be masked is not shown
  Walk{*this}.any(value, {}, false);
  return json::serialize(value);
}

}  // namespace fenshen::gateway
