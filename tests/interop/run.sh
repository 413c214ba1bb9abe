#!/usr/bin/env bash
# run.sh SCRIPT ARGS…: skipped (77) where the packages of this folder are not installed; ./test installs them.
cd "$(dirname "${BASH_SOURCE[0]}")"
private=../../build/node/node_modules/.bin-node
[ -x "$private/node" ] && PATH="$PWD/$private:$PATH"
[ -d node_modules/bpmn-engine ] || { echo "SKIPPED: npm ci in tests/interop was not run"; exit 77; }
exec node "$1" "${@:2}"
