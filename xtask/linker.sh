#!/bin/sh
# The linker cargo calls on Linux (.cargo/config.toml): cc, installed first where the machine has none.
# A bare Debian has Rust but no C compiler, and without one not even `cargo xtask`, which sets everything else up, can be
# linked. Once cc is there this is one `exec`. Why: docs/decisions/0001-linker-shim.md.
set -eu

cannot() {
  echo "A C compiler is missing and could not be installed: run 'apt-get update && apt-get install build-essential' as root (or your system's equivalent), then the same command again." >&2
  exit 1
}

install() {
  command -v apt-get >/dev/null || cannot
  root=
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || cannot
    root=sudo # asks for its password on the terminal, not on cargo's pipes
  fi
  # cargo keeps a linker's output to itself: what takes time is said on the terminal, if there is one.
  { echo "Installing the C compiler (apt-get install build-essential), once for this machine..." >/dev/tty; } 2>/dev/null || true
  $root apt-get -qq -o DPkg::Lock::Timeout=600 update >&2 </dev/null || cannot
  $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
    install --no-install-recommends build-essential >&2 </dev/null || cannot
}

if ! command -v cc >/dev/null; then
  # cargo links several build scripts at once: the first to hold this file installs, the others wait and find cc.
  exec 9<"$0"
  flock 9
  command -v cc >/dev/null || install
  exec 9<&-
fi
exec cc "$@"
