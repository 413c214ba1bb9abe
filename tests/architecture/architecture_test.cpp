// House checks: the module map of ARCHITECTURE.md is what the code does. The map is the fenced block «room: rooms it may
// include»; both the #include lines and the link lines of src/CMakeLists.txt are held against it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
using Rooms = std::map<std::string, std::set<std::string>>;

const fs::path kRoot = FENSHEN_SOURCE_DIR;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::set<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

Rooms module_map() {
  const std::string text = read(kRoot / "ARCHITECTURE.md");
  const std::string fence = "```rooms\n";
  const auto begin = text.find(fence);
  if (begin == std::string::npos) return {};
  std::istringstream lines(text.substr(begin + fence.size(), text.find("```", begin + fence.size()) - begin - fence.size()));
  Rooms rooms;
  for (std::string line; std::getline(lines, line);)
    if (const auto colon = line.find(':'); colon != std::string::npos) rooms[line.substr(0, colon)] = words(line.substr(colon + 1));
  return rooms;
}

template <typename Visit>
void each_source(Visit visit) {
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src")) {
    const auto extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".h" || extension == ".cpp")) {
      const fs::path relative = fs::relative(entry.path(), kRoot / "src");
      visit(relative, relative.begin()->string(), read(entry.path()));
    }
  }
}

bool is_test(const fs::path& path) {
  static const std::regex kTest("_(test|bench|fuzz)\\.cpp$|testing/|_suite\\.h$");
  return std::regex_search(path.generic_string(), kTest);
}

TEST(Architecture, IncludesFollowTheModuleMap) {
  const Rooms rooms = module_map();
  ASSERT_GE(rooms.size(), 10u) << "ARCHITECTURE.md has no ```rooms block";
  static const std::regex kInclude("#include \"([a-z_]+)/([^\"]+)\"");
  each_source([&](const fs::path& path, const std::string& room, const std::string& text) {
    ASSERT_TRUE(rooms.contains(room)) << room << " is not in the module map";
    for (std::sregex_iterator match(text.begin(), text.end(), kInclude), end; match != end; ++match) {
      const std::string other = (*match)[1];
      if (other == room) continue;
      EXPECT_TRUE(rooms.at(room).contains(other) || (is_test(path) && rooms.contains(other))) << path << " includes " << other;
      EXPECT_TRUE(std::string((*match)[2]).find("internal/") == std::string::npos || is_test(path)) << path << " reaches into " << match->str();
    }
  });
}

TEST(Architecture, LinksFollowTheModuleMap) {
  const Rooms rooms = module_map();
  const std::string cmake = read(kRoot / "src/CMakeLists.txt");
  static const std::regex kModule("fenshen_module\\(([a-z]+)([^)]*)\\)");
  std::size_t found = 0;
  for (std::sregex_iterator match(cmake.begin(), cmake.end(), kModule), end; match != end; ++match, ++found) {
    const std::string room = (*match)[1];
    std::string rest = (*match)[2];
    rest = rest.substr(0, rest.find("LIBS"));
    rest = rest.substr(0, rest.find("TEST_DEPS"));
    std::set<std::string> deps = words(rest);
    deps.erase("DEPS");
    ASSERT_TRUE(rooms.contains(room)) << room;
    EXPECT_EQ(deps, rooms.at(room)) << room;
  }
  EXPECT_EQ(found, rooms.size());
}

// The fold must give the same bytes anywhere: no clock, random numbers, threads or locale in the heart.
TEST(Architecture, TheHeartIsPure) {
  static const std::set<std::string> kHeart = {"conversation", "text", "content", "signals", "rules", "flow", "knowledge", "assist"};
  static const std::regex kImpure(
      "#include <(chrono|thread|random|mutex|atomic|locale|ctime|future)>|wall_clock_now|std::rand|getenv|system_clock|steady_clock");
  each_source([&](const fs::path& path, const std::string& room, const std::string& text) {
    if (!kHeart.contains(room) || is_test(path)) return;
    std::smatch match;
    EXPECT_FALSE(std::regex_search(text, match, kImpure)) << path << " uses " << match.str();
  });
}

TEST(Architecture, OnlyNetKnowsBeast) {
  each_source([&](const fs::path& path, const std::string& room, const std::string& text) {
    if (room != "net") {
      EXPECT_EQ(text.find("boost/beast"), std::string::npos) << path;
    }
  });
}

TEST(Architecture, HeadersSayWhatTheyAreFor) {
  each_source([&](const fs::path& path, const std::string&, const std::string& text) {
    if (path.extension() == ".h") {
      EXPECT_TRUE(text.starts_with("//")) << path << " opens without a word on its purpose";
    }
  });
}

}  // namespace
