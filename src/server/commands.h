// The commands of the program. Each takes the arguments after its name and returns the exit status.
#pragma once

#include <span>
#include <string_view>

namespace fenshen::server {

using CommandArgs = std::span<const std::string_view>;

int serve_command(CommandArgs args);
int replay_command(CommandArgs args);
int play_command(CommandArgs args);
int history_command(CommandArgs args);
int import_command(CommandArgs args);
int qa_run_command(CommandArgs args);
int cases_command(CommandArgs args);
int pack_check_command(CommandArgs args);
int pack_test_command(CommandArgs args);
int pack_bpmn_export_command(CommandArgs args);
int pack_bpmn_import_command(CommandArgs args);
int bench_fold_command(CommandArgs args);
int bench_live_command(CommandArgs args);

}  // namespace fenshen::server
