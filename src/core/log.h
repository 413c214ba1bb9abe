// Logging: one line of JSON per entry to stderr, through one macro that adds the place. Customer text and secrets never.
//   FENSHEN_LOG(info, "gateway", "request", {"method", "GET"}, {"ms", 3});
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace fenshen::core {

enum class LogLevel { debug, info, warn, error };

struct LogField {
  LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text), quoted(true) {}
  LogField(std::string_view field_name, const char* text) : LogField(field_name, std::string_view(text)) {}
  LogField(std::string_view field_name, const std::string& text) : LogField(field_name, std::string_view(text)) {}
  template <typename T>
  LogField(std::string_view field_name, T number) : name(field_name), value(std::to_string(number)), quoted(false) {}
  std::string name;
  std::string value;
  bool quoted;
};

void set_log_level(LogLevel level) noexcept;  // default info
bool log_enabled(LogLevel level) noexcept;
void log(LogLevel level, std::string_view module, std::string_view message, const char* file, int line,
         std::initializer_list<LogField> fields);

}  // namespace fenshen::core

#define FENSHEN_LOG(level, module, message, ...)                                                          \
  do {                                                                                                    \
    if (::fenshen::core::log_enabled(::fenshen::core::LogLevel::level))                                   \
      ::fenshen::core::log(::fenshen::core::LogLevel::level, module, message, __FILE__, __LINE__, {__VA_ARGS__}); \
  } while (false)
