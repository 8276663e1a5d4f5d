#!/usr/bin/env bash
# Runs every test. Names what is missing; with --install, installs it (Debian packages, cargo, npm).
set -euo pipefail
cd "$(dirname "$0")/.."

install=no
case "${1:-}" in
  --install) install=yes ;;
  "") ;;
  *) echo "usage: tests/run.sh [--install]" >&2; exit 2 ;;
esac

missing=() debian=()
need() { # COMMAND PACKAGE
  command -v "$1" >/dev/null 2>&1 || { missing+=("$1 (Debian: $2)"); debian+=("$2"); }
}
need pdftotext poppler-utils
need qpdf qpdf
need chromium chromium
need node nodejs
need npm npm
command -v cargo-nextest >/dev/null 2>&1 || missing+=("cargo-nextest (cargo install cargo-nextest --locked)")
modules() { [ -d tests/web/node_modules/axe-core ] && [ -d tests/web/node_modules/playwright-core ]; }
modules || missing+=("axe-core and playwright-core (npm install in tests/web)")

if [ ${#missing[@]} -gt 0 ]; then
  if [ "$install" = no ]; then
    echo "The tests need what is not here:" >&2
    printf '  %s\n' "${missing[@]}" >&2
    echo "Install it, or run tests/run.sh --install." >&2
    exit 1
  fi
  printf 'Installing %s\n' "${missing[@]}"
  if [ ${#debian[@]} -gt 0 ]; then
    root=""
    [ "$(id -u)" = 0 ] || root=sudo
    $root apt-get update -qq
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${debian[@]}" >/dev/null
  fi
  command -v cargo-nextest >/dev/null 2>&1 || cargo install cargo-nextest --locked
  modules || (cd tests/web && npm install --silent --no-audit --no-fund)
fi

if [ -z "${MARKBAND_DATA:-}" ]; then
  echo "MARKBAND_DATA is not set: nothing here needs it yet; marking will be measured against the answers in it."
fi

# The same profile as the README's main command, so that nothing is compiled twice.
cargo build --release
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT
for format in ib-history-paper-1 ib-history-paper-2-practice ib-history-paper-3-practice aqa-gcse-russia-practice edexcel-gcse-russia-practice; do
  MARKBAND_HOME="$pages/home" target/release/markband set "$format" --seed 1 --format html --out "$pages/$format" >/dev/null
done
find "$pages" -name '*.html' -print0 | sort -z | xargs -0 node tests/web/axe.mjs
cargo nextest run --release
