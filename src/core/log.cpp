#include "core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstring>

#include "core/json_writer.h"
#include "core/time.h"

namespace fenshen::core {
namespace {

std::atomic<LogLevel> threshold{LogLevel::info};

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return "info";
}

// spdlog gives the lock and the buffered sink; the line itself is ours, because its patterns do not escape JSON.
spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = spdlog::stderr_logger_mt("fenshen");
    made->set_pattern("%v");
    return made;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) noexcept { threshold = level; }
bool log_enabled(LogLevel level) noexcept { return level >= threshold.load(std::memory_order_relaxed); }

void log(LogLevel level, std::string_view module, std::string_view message, const char* file, int line,
         std::initializer_list<LogField> fields) {
  std::string text;
  JsonWriter json(text);
  const char* slash = std::strrchr(file, '/');
  json.begin_object().field("at", format_instant(wall_clock_now())).field("level", name_of(level)).field("module", module);
  json.field("message", message);
  for (const LogField& field : fields) {
    json.key(field.name);
    if (field.quoted) json.value(field.value);
    else json.raw(field.value);
  }
  json.field("place", std::string(slash ? slash + 1 : file) + ":" + std::to_string(line)).end_object();
  logger().info(text);
}

}  // namespace fenshen::core
