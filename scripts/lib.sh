# Shared by run, test and bench: what a fresh Debian 12 machine lacks is installed here, and nowhere by hand.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'fenshen: %s\n' "$*" >&2; exit 1; }

# Needed to build and to serve. docs/dependencies.md gives the reason for each.
build_packages=(g++ cmake ninja-build ccache mold pkg-config git
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsimdjson-dev libsqlite3-dev libhwy-dev libyaml-cpp-dev libpugixml-dev
  libicu-dev libspdlog-dev libfmt-dev prometheus-cpp-dev libssl-dev libargon2-dev)
# Needed by the tests only.
test_packages=(libvectorscan-dev libgtest-dev libgmock-dev chromium fonts-noto-cjk)
# Needed by ./test --long and ./bench only.
peer_packages=(libre2-dev libpcre2-dev)
long_packages=(clang-19 libclang-rt-19-dev libbenchmark-dev)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "needs root to install packages: run «apt-get install ${*:3}» as root, then start again"
  fi
}

install_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  say "Installing ${missing[*]}"
  as_root apt-get update -qq || die "apt-get update failed: is the Debian mirror reachable?"
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "could not install ${missing[*]}: see the message above"
}

# Vite needs Node ≥ 20.19; Debian's own is older. The npm package of Node itself holds a binary and no install script.
node_is_recent() { command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'; }
ensure_node() {
  local private="$root/build/node"
  if [ -x "$private/node_modules/.bin-node/node" ]; then PATH="$private/node_modules/.bin-node:$PATH"; return; fi
  if node_is_recent && command -v npm >/dev/null; then return; fi
  install_packages nodejs npm
  if node_is_recent; then return; fi
  say "Installing a private Node 22 (this machine's is too old for the front end)"
  local arch=x64; [ "$(uname -m)" = aarch64 ] && arch=arm64
  mkdir -p "$private"
  (cd "$private" && npm install --no-save --no-audit --no-fund --silent "node-linux-$arch@22") || die "could not install Node from npm"
  mkdir -p "$private/node_modules/.bin-node"
  ln -sf "../node-linux-$arch/bin/node" "$private/node_modules/.bin-node/node"
  PATH="$private/node_modules/.bin-node:$PATH"
}

# Runs a command again only when something it reads is newer than its stamp.
newer_than() { [ ! -e "$1" ] || [ -n "$(find "${@:2}" -newer "$1" -print -quit 2>/dev/null)" ]; }

web_modules() {
  ensure_node
  newer_than "$root/web/node_modules/.stamp" "$root/web/package-lock.json" "$root/web/package.json" || return 0
  say "Installing the front end's packages (npm)"
  (cd "$root/web" && npm ci --no-audit --no-fund --silent) || die "npm ci failed: is the npm registry reachable?"
  touch "$root/web/node_modules/.stamp"
}

# Other people's programs that read what we write (tests/interop).
interop_modules() {
  ensure_node
  local folder="$root/tests/interop"
  newer_than "$folder/node_modules/.stamp" "$folder/package-lock.json" "$folder/package.json" || return 0
  say "Installing the packages of tests/interop (npm)"
  (cd "$folder" && npm ci --no-audit --no-fund --silent) || die "npm ci failed: is the npm registry reachable?"
  touch "$folder/node_modules/.stamp"
}

web_build() {
  newer_than "$root/web/dist/.stamp" "$root"/web/src "$root"/web/*.json "$root"/web/*.ts "$root"/web/*.html "$root/web/public" || return 0
  web_modules
  say "Building the front end"
  (cd "$root/web" && npm run --silent build >/dev/null) || die "the front end does not build: cd web && npm run build"
  touch "$root/web/dist/.stamp"
}

# cpp_build PRESET [target…]
cpp_build() {
  local preset="$1"; shift
  [ -f "$root/build/$preset/build.ninja" ] || (cd "$root" && cmake --preset "$preset" >/dev/null) || die "cmake failed: cmake --preset $preset"
  local targets=(); [ $# -gt 0 ] && targets=(--target "$@")
  local log; log="$(mktemp)"
  (cd "$root" && cmake --build --preset "$preset" -j "${FENSHEN_JOBS:-2}" "${targets[@]}") >"$log" 2>&1 ||
    { tail -n 60 "$log" >&2; rm -f "$log"; die "the build failed (cmake --build --preset $preset)"; }
  rm -f "$log"
}
