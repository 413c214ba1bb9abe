// The command line: each command declares its options once; parsing, checks and --help come from that.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fenshen::server {

struct Option {
  std::string_view name;   // "--in"
  std::string_view value;  // "FILE"; empty: a switch
  std::string_view help;
};

struct Command {
  std::string_view name;      // "replay", "bench fold"
  std::string_view operands;  // "[DIR…]", for the usage line
  std::string_view summary;
  std::vector<Option> options;
  bool takes_operands = false;
};

class Arguments {
 public:
  bool has(std::string_view option) const;
  std::optional<std::string> value(std::string_view option) const;  // the last one given
  std::vector<std::string> values(std::string_view option) const;
  core::Result<long> number(std::string_view option, long otherwise, long least, long most) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend core::Result<Arguments> parse(const Command& command, std::span<const std::string_view> args);
  std::vector<std::pair<std::string, std::string>> given_;
  std::vector<std::string> operands_;
};

// An option that takes values accepts several in a row only where it is written again, except --in of bench fold, which
// callers declare with value "FILE…".
core::Result<Arguments> parse(const Command& command, std::span<const std::string_view> args);

std::string usage(const Command& command);

// Runs `body` with the parsed arguments; prints help or the error. Exit status: 0 ok, 1 failed, 2 wrong usage.
template <typename Body>
int run(const Command& command, std::span<const std::string_view> args, Body body);

// A mistake in what was typed (where = "--option", or the usage itself), not in what it found.
inline bool is_usage(const core::Error& error) { return error.code == core::Code::invalid && (error.where.starts_with("--") || error.where == "usage"); }
int report(const core::Error& error);  // prints to stderr, returns 1
int wrong_usage(const Command& command, const core::Error& error);
bool wants_help(std::span<const std::string_view> args);
void print(std::string_view text);  // to stdout

template <typename Body>
int run(const Command& command, std::span<const std::string_view> args, Body body) {
  if (wants_help(args)) return print(usage(command)), 0;
  auto parsed = parse(command, args);
  if (!parsed) return wrong_usage(command, parsed.error());
  core::Result<int> status = body(*parsed);
  if (status) return *status;
  return is_usage(status.error()) ? wrong_usage(command, status.error()) : report(status.error());
}

}  // namespace fenshen::server
