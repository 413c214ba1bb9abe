#!/usr/bin/env bash
# run.sh TEST FENSHEN: one of the node scripts of this folder against that program.
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
ensure_node
export FENSHEN_BIN="$2"
exec node "$(dirname "${BASH_SOURCE[0]}")/$1.mjs"
