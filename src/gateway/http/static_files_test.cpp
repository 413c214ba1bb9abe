#include "gateway/http/static_files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace fenshen::gateway {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fenshen-static-" + std::to_string(::getpid()));
    fs::create_directories(folder_ / "dist/assets");
    std::ofstream(folder_ / "secret.txt") << "secret";
    fs::create_directories(folder_ / "dist/.vite");
    std::ofstream(folder_ / "dist/.vite/manifest.json") << "{}";
    std::ofstream(folder_ / "dist/index.html") << "<html>desk</html>";
    std::ofstream(folder_ / "dist/chat.html") << "<html>chat</html>";
    std::ofstream(folder_ / "dist/widget.js") << "widget";
    std::ofstream(folder_ / "dist/assets/main-abc123.js") << "main";
    files_ = StaticFiles(folder_ / "dist");
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
  StaticFiles files_;
  net::Request request_;
};

TEST_F(StaticFilesTest, PagesOfTheFrontEndGetItsIndex) {
  for (const char* path : {"/", "/console", "/studio/rules/SAL-01", "/desk/c-1"}) {
    const auto response = files_.serve(request_, path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "<html>desk</html>") << path;
    EXPECT_EQ(response.header("Cache-Control"), "no-cache");
  }
  EXPECT_EQ(files_.serve(request_, "/chat").body, "<html>chat</html>");
}

TEST_F(StaticFilesTest, NamedAssetsAreImmutableAndOthersRevalidate) {
  const auto asset = files_.serve(request_, "/assets/main-abc123.js");
  EXPECT_EQ(asset.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(asset.header("Cache-Control")->find("immutable"), std::string_view::npos);
  const auto widget = files_.serve(request_, "/widget.js");
  net::Request again;
  again.headers.push_back({"If-None-Match", std::string(*widget.header("ETag"))});
  const auto unchanged = files_.serve(again, "/widget.js");
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_TRUE(unchanged.body.empty());
}

TEST_F(StaticFilesTest, NothingOutsideTheFolderIsReached) {
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/secret.txt", "/missing.js", "/assets/none.css", "/.vite/manifest.json"})
    EXPECT_EQ(files_.serve(request_, path).status, 404) << path;
}

TEST(StaticFiles, WithoutAFrontEndThereAreNoPages) {
  const StaticFiles none(fs::path("no/such/folder"));
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.serve({}, "/").status, 404);
}

}  // namespace
}  // namespace fenshen::gateway
