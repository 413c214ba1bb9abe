// Writes JSON in one pass into a string that the caller may reuse. Keys come out in the order written, without blanks,
// so equal values give equal bytes (cards are compared byte for byte). Invalid UTF-8 is the caller's bug: text is
// checked where it enters the house.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace fenshen::core {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  JsonWriter& value(double number);  // shortest form that reads back the same; outside the fold only
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  JsonWriter& value(T number) {
    if constexpr (std::is_signed_v<T>) return integer(number);
    else return natural(number);
  }
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // already valid JSON

  template <typename T>
  JsonWriter& field(std::string_view name, const T& item) {
    key(name);
    return value(item);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& integer(std::int64_t number);
  JsonWriter& natural(std::uint64_t number);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

void append_json_string(std::string& out, std::string_view text);  // with quotes and escapes

}  // namespace fenshen::core
