// fenshen COMMAND …: finds the command and hands it the rest.
#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "assist/assist.h"
#include "server/commands.h"

namespace {

using namespace fenshen::server;

struct Entry {
  std::string_view name;  // one or two words
  std::string_view help;
  int (*run)(CommandArgs);
};

constexpr std::string_view kVersion = FENSHEN_VERSION;

constexpr Entry kCommands[] = {
    {"serve", "run the server: desk, console, studio, chat and API", serve_command},
    {"replay", "fold dialogues or a stored log and write the cards", replay_command},
    {"play", "play dialogues through the live API", play_command},
    {"history", "write a year of the demo bank's dialogues", history_command},
    {"import", "append dialogues to the store as history", import_command},
    {"qa run", "check stored history with another version of the content", qa_run_command},
    {"cases", "measure against labelled dialogues", cases_command},
    {"pack check", "check packs: every mistake with file and line", pack_check_command},
    {"pack test", "run the tests inside packs", pack_test_command},
    {"bench fold", "CPU time of the fold, by stage", bench_fold_command},
    {"bench live", "load on a running server: latency, loss, order", bench_live_command},
};

void help(std::FILE* to) {
  fmt::print(to, "Fenshen (分身), the AI double at the side of every rep.\n\nUsage: fenshen COMMAND [options]; fenshen COMMAND --help\n\n");
  for (const Entry& entry : kCommands) fmt::print(to, "  {:<12} {}\n", entry.name, entry.help);
}

int run(std::span<const std::string_view> args) {
  if (args.empty()) return help(stderr), 2;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") return help(stdout), 0;
  if (args[0] == "--version" || args[0] == "version") return fmt::print("fenshen {} (engine {})\n", kVersion, fenshen::assist::kEngineVersion), 0;
  for (const Entry& entry : kCommands) {
    const auto blank = entry.name.find(' ');
    if (args[0] != entry.name.substr(0, blank)) continue;
    if (blank == std::string_view::npos) return entry.run(args.subspan(1));
    if (args.size() > 1 && args[1] == entry.name.substr(blank + 1)) return entry.run(args.subspan(2));
  }
  std::string second;  // «pack» alone: what may follow
  for (const Entry& entry : kCommands)
    if (entry.name.starts_with(std::string(args[0]) + " ")) second += (second.empty() ? "" : " or ") + std::string(entry.name);
  if (second.empty()) fmt::print(stderr, "fenshen: no command «{}»\n\n", args[0]);
  else fmt::print(stderr, "fenshen: «{}» needs its second word: {}\n\n", args[0], second);
  return help(stderr), 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  try {
    return run(args);
  } catch (const std::exception& error) {
    fmt::print(stderr, "fenshen: {}\n", error.what());
    return 1;
  }
}
