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
    {"pack bpmn export", "flows as BPMN 2.0 documents with a diagram", pack_bpmn_export_command},
    {"pack bpmn import", "a BPMN 2.0 document as flows", pack_bpmn_import_command},
    {"bench fold", "CPU time of the fold, by stage", bench_fold_command},
    {"bench live", "load on a running server: latency, loss, order", bench_live_command},
};

void help(std::FILE* to) {
  fmt::print(to, "Fenshen (分身), the AI double at the side of every rep.\n\nUsage: fenshen COMMAND [options]; fenshen COMMAND --help\n\n");
  for (const Entry& entry : kCommands) fmt::print(to, "  {:<17} {}\n", entry.name, entry.help);
}

// How many words the name has if the arguments begin with all of them, else 0.
std::size_t words_given(std::string_view name, std::span<const std::string_view> args) {
  for (std::size_t word = 0; word < args.size(); ++word) {
    const auto blank = name.find(' ');
    if (args[word] != name.substr(0, blank)) return 0;
    if (blank == std::string_view::npos) return word + 1;
    name.remove_prefix(blank + 1);
  }
  return 0;
}

int run(std::span<const std::string_view> args) {
  if (args.empty()) return help(stderr), 2;
  if (args[0] == "--help" || args[0] == "-h" || args[0] == "help") return help(stdout), 0;
  if (args[0] == "--version" || args[0] == "version") return fmt::print("fenshen {} (engine {})\n", kVersion, fenshen::assist::kEngineVersion), 0;
  for (const Entry& entry : kCommands) {
    if (const std::size_t words = words_given(entry.name, args); words != 0) return entry.run(args.subspan(words));
  }
  std::string second;  // «pack» alone: what may follow
  for (const Entry& entry : kCommands)
    if (entry.name.starts_with(std::string(args[0]) + " ")) second += (second.empty() ? "" : " or ") + std::string(entry.name);
  if (second.empty()) fmt::print(stderr, "fenshen: no command «{}»\n\n", args[0]);
  else fmt::print(stderr, "fenshen: «{}» needs another word: {}\n\n", args[0], second);
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
