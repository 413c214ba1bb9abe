#!/usr/bin/env bash
# Starts a server on an empty store and puts load on it: bench_live.sh [conversations rate seconds].
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
fenshen="${FENSHEN_BIN:-$root/build/release/bin/fenshen}"
data="$(mktemp -d)"
port="${FENSHEN_PORT:-18099}"
export FENSHEN_TOKEN="${FENSHEN_TOKEN:-bench-token-$RANDOM$RANDOM$RANDOM}"
"$fenshen" serve --port "$port" --data "$data" >"$data/out" 2>"$data/log" &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$data"' EXIT
for _ in $(seq 100); do
  node -e "fetch('http://127.0.0.1:$port/readyz').then(r=>process.exit(r.ok?0:1)).catch(()=>process.exit(1))" 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$data/log" >&2; die "the server did not start"; }
  sleep 0.2
done
"$fenshen" bench live --url "http://127.0.0.1:$port" --conversations "${1:-2000}" --rate "${2:-2000}" --seconds "${3:-60}"
