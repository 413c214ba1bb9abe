#include "server/packs.h"

#include <fmt/format.h>

namespace fenshen::server {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMistakesShown = 20;

std::string list(const std::vector<core::Error>& errors) {
  std::string text = fmt::format("{} mistakes in the packs (fenshen pack check shows all)", errors.size());
  for (std::size_t i = 0; i < errors.size() && i < kMistakesShown; ++i) text += "\n  " + core::describe(errors[i]);
  return text;
}

}  // namespace

std::vector<fs::path> default_packs() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  std::vector<fs::path> roots = {fs::current_path()};
  if (!error) {
    fs::path folder = program.parent_path();
    for (int up = 0; up < 4 && folder.has_parent_path(); ++up, folder = folder.parent_path()) roots.insert(roots.begin() + up, folder);
    // Packs installed beside the program.
    roots.push_back(program.parent_path() / "../share/fenshen");
  }
  for (const fs::path& root : roots)
    if (fs::is_directory(root / "packs/finance-cn")) return {root / "packs/finance-cn", root / "packs/yunjiang"};
  return {"packs/finance-cn", "packs/yunjiang"};
}

std::vector<fs::path> packs_or_default(const std::vector<std::string>& given) {
  if (given.empty()) return default_packs();
  return {given.begin(), given.end()};
}

core::Result<std::shared_ptr<const assist::CompiledPack>> compile_packs(const std::vector<fs::path>& folders) {
  TRY_ASSIGN(const content::PackSources sources, content::read_packs(folders));
  const content::LoadOutcome loaded = content::load(sources);
  if (!loaded.errors.empty()) return core::fail(core::Code::invalid, list(loaded.errors));
  assist::CompileOutcome compiled = assist::compile(loaded.library);
  if (!compiled.errors.empty()) return core::fail(core::Code::invalid, list(compiled.errors));
  return compiled.pack;
}

}  // namespace fenshen::server
