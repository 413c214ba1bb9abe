#include "server/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace fenshen::server {

bool Arguments::has(std::string_view option) const {
  return std::ranges::any_of(given_, [&](const auto& pair) { return pair.first == option; });
}

std::optional<std::string> Arguments::value(std::string_view option) const {
  for (auto pair = given_.rbegin(); pair != given_.rend(); ++pair)
    if (pair->first == option) return pair->second;
  return std::nullopt;
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  std::vector<std::string> found;
  for (const auto& [name, text] : given_)
    if (name == option) found.push_back(text);
  return found;
}

core::Result<long> Arguments::number(std::string_view option, long otherwise, long least, long most) const {
  const auto text = value(option);
  if (!text) return otherwise;
  long number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size() || number < least || number > most)
    return core::fail(core::Code::invalid, fmt::format("must be a whole number from {} to {}", least, most), std::string(option));
  return number;
}

core::Result<Arguments> parse(const Command& command, std::span<const std::string_view> args) {
  Arguments parsed;
  for (std::size_t i = 0; i < args.size(); ++i) {
    std::string_view arg = args[i];
    if (!arg.starts_with("--") || arg.size() == 2) {
      if (!command.takes_operands) return core::fail(core::Code::invalid, "not expected", std::string(arg));
      parsed.operands_.emplace_back(arg);
      continue;
    }
    std::optional<std::string_view> attached;
    if (const auto equals = arg.find('='); equals != std::string_view::npos) {
      attached = arg.substr(equals + 1);
      arg = arg.substr(0, equals);
    }
    const auto option = std::ranges::find(command.options, arg, &Option::name);
    if (option == command.options.end()) return core::fail(core::Code::invalid, "unknown option", std::string(arg));
    if (option->value.empty()) {
      parsed.given_.emplace_back(arg, "");
      continue;
    }
    if (!attached && i + 1 == args.size()) return core::fail(core::Code::invalid, fmt::format("needs {}", option->value), std::string(arg));
    parsed.given_.emplace_back(arg, attached ? *attached : args[++i]);
    const bool several = option->value.ends_with("…");
    while (several && !attached && i + 1 < args.size() && !args[i + 1].starts_with("--")) parsed.given_.emplace_back(arg, args[++i]);
  }
  return parsed;
}

std::string usage(const Command& command) {
  std::string text = fmt::format("fenshen {}{}{}\n\n{}\n", command.name, command.options.empty() ? "" : " [options]",
                                 command.operands.empty() ? "" : fmt::format(" {}", command.operands), command.summary);
  if (command.options.empty()) return text;
  text += "\nOptions:\n";
  for (const Option& option : command.options)
    text += fmt::format("  {:<24} {}\n", option.value.empty() ? std::string(option.name) : fmt::format("{} {}", option.name, option.value), option.help);
  return text;
}

bool wants_help(std::span<const std::string_view> args) {
  return std::ranges::find(args, "--help") != args.end() || std::ranges::find(args, "-h") != args.end();
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int report(const core::Error& error) {
  fmt::print(stderr, "fenshen: {}\n", core::describe(error));
  return 1;
}

int wrong_usage(const Command& command, const core::Error& error) {
  fmt::print(stderr, "fenshen {}: {}\n\n{}", command.name, core::describe(error), usage(command));
  return 2;
}

}  // namespace fenshen::server
