#!/usr/bin/env bash
# Violation and fraud cards of the general finance pack on real talk: per 1,000 utterances and rule (docs/quality.md).
# What fires there is mostly a false alarm: the corpora were not chosen for breaches of rules.
#   FENSHEN_CORPORA=… scripts/false_alarms.sh [--show RULE]   --show prints where the rule fired, to be read and judged
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
program="${FENSHEN:-$root/build/release/bin/fenshen}"
show=""
[ "${1:-}" = "--show" ] && show="${2:?a rule after --show}"
[ -n "${FENSHEN_CORPORA:-}" ] || die "FENSHEN_CORPORA names no folder: nothing to measure on"
[ -x "$program" ] || die "no $program: ./run --build makes it, or name one in FENSHEN"

sets=(csds/dev.jsonl stc3_helpdesk/dev.jsonl stc3_helpdesk/dev_en.jsonl star_bank/dev.jsonl)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
: > "$work/cards"
utterances=0
for set in "${sets[@]}"; do
  file="$FENSHEN_CORPORA/$set"
  [ -f "$file" ] || die "no $file"
  "$program" replay --in "$file" --pack "$root/packs/finance-cn" --pack "$root/packs/yunjiang" --out "$work/out" --signals "$work/signals" >/dev/null
  count=$(wc -l < "$work/signals")
  alarms=$(grep -cE '"kind":"(violation|fraud)"' "$work/out" || true)
  printf "%-28s %6d utterances %5d cards\n" "$set" "$count" "$alarms" >&2
  grep -E '"kind":"(violation|fraud)"' "$work/out" | sed "s|^|$set |" >> "$work/cards" || true
  utterances=$((utterances + count))
done

if [ -n "$show" ]; then
  grep -E "\"item\":\"$show\"" "$work/cards" | sed -E 's/^([^ ]+) .*"conversation":"([^"]*)","turn":(-?[0-9]+).*"words":"([^"]*)".*/\1 \2 turn \3: \4/' || true
  exit 0
fi
sed -E 's/.*"item":"([^"]*)".*/\1/' "$work/cards" | sort | uniq -c | sort -k1,1nr -k2 |
  awk -v all="$utterances" '{ printf "%-8s %5d  %.2f per 1,000\n", $2, $1, 1000 * $1 / all; sum += $1 }
    END { printf "{\"utterances\":%d,\"cards\":%d,\"per_1000\":%.2f}\n", all, sum, 1000 * sum / all }'
