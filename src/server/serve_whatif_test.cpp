// Trial runs over history, as the studio asks for them: on a server with a small year in its store.
#include <fstream>

#include "server/commands.h"
#include "server/serve_fixture.h"

namespace fenshen::server {
namespace {

class WhatIfTest : public ServerTest {
 protected:
  void SetUp() override {
    data_ = std::filesystem::temp_directory_path() / ("fenshen-whatif-" + std::to_string(::getpid()) + "-" + std::to_string(++number_));
    std::filesystem::create_directories(data_);
    const std::string file = (data_ / "year.jsonl").string(), data = data_.string();
    const std::string_view write[] = {"--utterances", "4000", "--out", file}, import[] = {"--in", file, "--data", data};
    ASSERT_EQ(history_command(write), 0);
    ASSERT_EQ(import_command(import), 0);
    start();
  }
  static std::string draft(std::string_view pattern, std::string_view more = "") {
    const std::string text = "id: T-09\nname: {zh: 问还有, en: x}\nseverity: normal\nwhen: 'rep says \"" + std::string(pattern) + "\"'\nwording: {zh: 好, en: ok}\nsource: {title: t, clause: c}\n";
    json::object body{{"kind", "rule"}, {"id", "T-09"}, {"text", text}, {"from", "2025-11-01"}, {"to", "2026-12-01"}};
    std::string out = json::serialize(body);
    out.pop_back();
    return out + std::string(more) + "}";
  }
  static json::object done(Caller& who, const std::string& path) {
    for (int i = 0; i < 1200; ++i) {
      const Reply reply = who.get(path);
      if (reply.status != 200) break;
      const std::string state(reply["state"].as_string());
      if (state != "queued" && state != "running") return reply.body.as_object();
      std::this_thread::sleep_for(50ms);
    }
    ADD_FAILURE() << path << " does not end";
    return {};
  }
  static std::string path_of(const Reply& started) { return "/api/v1/content/whatif/" + std::string(started["id"].as_string()); }
};

TEST_F(WhatIfTest, ADraftIsTriedOnHistoryAndItsDifferencesArePaged) {
  auto editor = as("editor");
  const Reply started = editor->post("/api/v1/content/whatif", draft("还有", R"(,"comment":"just to see")"));
  ASSERT_EQ(started.status, 202) << started.text;
  const json::object job = done(*editor, path_of(started));
  EXPECT_EQ(job.at("state").as_string(), "done") << json::serialize(job);
  EXPECT_EQ(job.at("baseline").as_string(), "current");
  EXPECT_EQ(job.at("comment").as_string(), "just to see");
  EXPECT_EQ(job.at("progress").at("done"), job.at("progress").at("total"));
  const auto added = job.at("added").to_number<std::size_t>();
  ASSERT_GT(added, 100u);
  EXPECT_EQ(job.at("removed").to_number<int>(), 0);
  ASSERT_EQ(job.at("counts").at("rules").as_array().size(), 1u);
  EXPECT_EQ(job.at("counts").at("rules").at(0).at("rule").as_string(), "T-09");
  std::size_t by_team = 0, by_month = 0;
  for (const json::value& team : job.at("counts").at("teams").as_array()) by_team += team.at("added").to_number<std::size_t>();
  for (const json::value& month : job.at("counts").at("months").as_array()) by_month += month.at("added").to_number<std::size_t>();
  EXPECT_EQ(by_team, added);
  EXPECT_EQ(by_month, added);

  // Page by page: all of them, once each.
  std::size_t seen = 0;
  std::string cursor;
  do {
    const Reply page = editor->get(path_of(started) + "/changes?limit=60" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.text;
    for (const json::value& change : page["items"].as_array()) {
      EXPECT_EQ(change.at("n").to_number<std::size_t>(), ++seen);
      EXPECT_EQ(change.at("rule").as_string(), "T-09");
      EXPECT_NE(change.at("words").as_string().find("还有"), std::string::npos);
    }
    cursor = page["next"].is_null() ? std::string() : std::string(page["next"].as_string());
  } while (!cursor.empty());
  EXPECT_EQ(seen, added);
  const Reply filtered = editor->get(path_of(started) + "/changes?month=2026-03&rule=T-09&change=added&limit=5");
  ASSERT_EQ(filtered.status, 200);
  ASSERT_FALSE(filtered["items"].as_array().empty());
  for (const json::value& change : filtered["items"].as_array()) EXPECT_EQ(change.at("month").as_string(), "2026-03");
  EXPECT_TRUE(editor->get(path_of(started) + "/changes?change=removed")["items"].as_array().empty());

  // Kept over a restart, and listed.
  editor.reset();
  stop();
  start();
  const auto again = as("editor");
  EXPECT_EQ(again->get(path_of(started)).body.as_object(), job);
  EXPECT_EQ(again->get("/api/v1/content/whatif")["items"].as_array().size(), 1u);
}

TEST_F(WhatIfTest, MistakesCancelAndInterruption) {
  auto editor = as("editor");
  const Reply broken = editor->post("/api/v1/content/whatif", draft("{no_such_class}"));
  EXPECT_EQ(broken.status, 422) << broken.text;
  EXPECT_FALSE(broken["errors"].as_array().empty());
  std::string backwards = draft("还有");
  backwards.replace(backwards.find("2026-12-01"), 10, "2025-01-01");
  EXPECT_EQ(editor->post("/api/v1/content/whatif", backwards).status, 422);
  EXPECT_EQ(editor->get("/api/v1/content/whatif/nothing").status, 404);
  EXPECT_EQ(as("xiaowang")->get("/api/v1/content/whatif").status, 403);
  const Reply bound = editor->post("/api/v1/content/whatif", draft("还有", R"(,"baseline":"bound","team":"综合一组")"));
  ASSERT_EQ(bound.status, 202) << bound.text;
  const json::object job = done(*editor, path_of(bound));
  EXPECT_EQ(job.at("state").as_string(), "done") << json::serialize(job);
  ASSERT_EQ(job.at("counts").at("teams").as_array().size(), 1u);
  EXPECT_EQ(job.at("team").as_string(), "综合一组");
  // One that waits is gone at once; what the server leaves behind when it stops says so.
  const Reply first = editor->post("/api/v1/content/whatif", draft("还有")), second = editor->post("/api/v1/content/whatif", draft("还有"));
  ASSERT_EQ(second.status, 202);
  const Reply cancelled = editor->post(path_of(second) + "/cancel", "{}");
  ASSERT_EQ(cancelled.status, 200) << cancelled.text;
  EXPECT_TRUE(cancelled["state"].as_string() == "cancelled" || cancelled["state"].as_string() == "done") << cancelled.text;
  const Reply third = editor->post("/api/v1/content/whatif", draft("还有")), fourth = editor->post("/api/v1/content/whatif", draft("还有"));
  editor.reset();
  stop();
  start();
  const auto again = as("editor");
  for (const Reply* one : {&first, &third, &fourth}) {
    const std::string state(again->get(path_of(*one))["state"].as_string());
    EXPECT_TRUE(state == "done" || state == "interrupted") << state;
  }
}

}  // namespace
}  // namespace fenshen::server
