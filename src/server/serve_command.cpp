// fenshen serve: configuration, each value declared once with its flag, environment variable, default and bounds.
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "server/cli.h"
#include "server/commands.h"
#include "server/serve.h"

namespace fenshen::server {
namespace {

struct Setting {
  std::string_view flag, value, environment, otherwise, help;
  long least = 0, most = 0;  // numbers only
};

constexpr Setting kPort{"--port", "N", "FENSHEN_PORT", "8080", "port to listen on; 0 takes a free one", 0, 65535};
constexpr Setting kData{"--data", "DIR", "FENSHEN_DATA", ".fenshen", "where everything durable is kept"};
constexpr Setting kListen{"--listen", "ADDRESS", "FENSHEN_LISTEN", "127.0.0.1", "address to listen on; beyond this machine needs TLS"};
constexpr Setting kCertificate{"--tls-cert", "FILE", "FENSHEN_TLS_CERT", "", "certificate chain, PEM"};
constexpr Setting kKey{"--tls-key", "FILE", "FENSHEN_TLS_KEY", "", "its private key, PEM"};
constexpr Setting kWeb{"--web", "DIR", "FENSHEN_WEB", "", "built front end (default: web/dist beside the program)"};
constexpr Setting kThreads{"--threads", "N", "FENSHEN_THREADS", "1", "threads that serve connections", 1, 64};
constexpr Setting kShards{"--shards", "N", "FENSHEN_SHARDS", "1", "threads that fold conversations", 1, 64};
constexpr Setting kActTimeout{"--act-timeout", "SECONDS", "FENSHEN_ACT_TIMEOUT", "600", "an allowed call or connector act of which nobody tells how it went has failed after", 1, 86'400};
constexpr Setting kConnections{"--connections", "N", "FENSHEN_CONNECTIONS", "4096", "connections at most", 16, 100'000};
constexpr const Setting* kSettings[] = {&kPort, &kData, &kListen, &kCertificate, &kKey, &kWeb, &kThreads, &kShards, &kConnections, &kActTimeout};

std::string help_of(const Setting& setting) {
  std::string text = fmt::format("{} ({}", setting.help, setting.environment);
  if (!setting.otherwise.empty()) text += fmt::format(", default {}", setting.otherwise);
  return text + ")";
}

std::string text_of(const Setting& setting, const Arguments& args) {
  if (const auto given = args.value(setting.flag)) return *given;
  if (const char* value = std::getenv(std::string(setting.environment).c_str()); value != nullptr && *value != '\0') return value;
  return std::string(setting.otherwise);
}

core::Result<unsigned> number_of(const Setting& setting, const Arguments& args) {
  const std::string text = text_of(setting, args);
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < setting.least || number > setting.most)
    return core::fail(core::Code::invalid, fmt::format("must be a number from {} to {}, is «{}»", setting.least, setting.most, text),
                      fmt::format("{} or {}", setting.flag, setting.environment));
  return static_cast<unsigned>(number);
}

core::Result<int> start(const Arguments& args) {
  ServeOptions options;
  TRY_ASSIGN(const unsigned port, number_of(kPort, args));
  options.port = static_cast<std::uint16_t>(port);
  options.data = text_of(kData, args);
  options.listen = text_of(kListen, args);
  options.tls_certificate = text_of(kCertificate, args);
  options.tls_key = text_of(kKey, args);
  options.web = text_of(kWeb, args);
  TRY_ASSIGN(options.threads, number_of(kThreads, args));
  TRY_ASSIGN(options.shards, number_of(kShards, args));
  TRY_ASSIGN(options.act_timeout_s, number_of(kActTimeout, args));
  TRY_ASSIGN(options.connections, number_of(kConnections, args));
  for (const std::string& pack : args.values("--pack")) options.packs.emplace_back(pack);
  if (const char* token = std::getenv("FENSHEN_TOKEN")) options.token = token;
  return serve(options);
}

}  // namespace

int serve_command(CommandArgs args) {
  std::vector<std::string> helps;  // live as long as the command
  Command command{"serve", "", "Runs the server: desk, console, studio, chat and API. FENSHEN_TOKEN lets API clients of this machine in.", {}, false};
  helps.reserve(std::size(kSettings));
  for (const Setting* setting : kSettings) {
    helps.push_back(help_of(*setting));
    command.options.push_back({setting->flag, setting->value, helps.back()});
  }
  command.options.push_back({"--pack", "DIR", "a pack; may be repeated (default: finance-cn and yunjiang)"});
  return run(command, args, start);
}

}  // namespace fenshen::server
