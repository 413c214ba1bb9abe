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
run "long crash and differential tests" ctest --test-dir "$root/build/dev" --output-on-failure -R 'storage|replay|Differential' --timeout 3600
unset FENSHEN_LONG

run "build fuzz targets" cpp_build fuzz
for target in "$root"/build/fuzz/bin/*_fuzz; do
  name="$(basename "$target")"
  corpus="$root/build/fuzz/corpus/$name"
  mkdir -p "$corpus"
  # Whole items and documents begin from real ones; they are longer than single expressions.
  seeds=() longest=4096
  case "$name" in
    rule_file_fuzz) seeds=("$root/packs/finance-cn/rules"); longest=12000 ;;
    flow_fuzz) seeds=("$root/packs/finance-cn/flows"); longest=12000 ;;
    bpmn_fuzz) seeds=("$root/build/fuzz/seeds-bpmn"); longest=60000; "$root/build/dev/bin/fenshen" pack bpmn export --out "${seeds[0]}" >/dev/null || seeds=() ;;
  esac
  run "fuzz $name" "$target" -max_total_time="${FENSHEN_FUZZ_SECONDS:-600}" -max_len="$longest" -print_final_stats=1 "$corpus" "${seeds[@]}"
done
exit "$status"
