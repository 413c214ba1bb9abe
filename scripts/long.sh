#!/usr/bin/env bash
# What is too slow for CI: the suite under sanitizers, each fuzz target for a while, the long crash tests.
# FENSHEN_FUZZ_SECONDS (default 600) per target.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
status=0
run() { say "== $1"; shift; "$@" || { status=1; printf 'FAILED: %s\n' "$*"; }; }

for preset in asan-ubsan tsan; do
  run "build $preset" cpp_build "$preset"
  run "suite under $preset" ctest --test-dir "$root/build/$preset" --output-on-failure -j 2
done

export FENSHEN_LONG=1
run "long crash tests" ctest --test-dir "$root/build/dev" --output-on-failure -R 'storage|replay' --timeout 3600
unset FENSHEN_LONG

run "build fuzz targets" cpp_build fuzz
for target in "$root"/build/fuzz/bin/*_fuzz; do
  name="$(basename "$target")"
  corpus="$root/build/fuzz/corpus/$name"
  mkdir -p "$corpus"
  run "fuzz $name" "$target" -max_total_time="${FENSHEN_FUZZ_SECONDS:-600}" -max_len=4096 -print_final_stats=1 "$corpus"
done
exit "$status"
