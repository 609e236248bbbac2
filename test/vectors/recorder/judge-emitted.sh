#!/bin/sh
# Has the output of the converter judged by an engine that shares nothing with us, flow by flow, and compares that with
# what Calico or Cilium said of the source: their verdicts are the recorded ones, the output is written for each recorded world.
# Needs Go; nothing else does.
#   test/vectors/recorder/judge-emitted.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/emitted" "$work/judged"
compare() { (cd "$root" && npx vitest run --config test/vitest.config.ts test/vectors/emitted.test.ts); }
NETPOL_MIGRATE_EMITTED="$work/emitted" compare
(cd "$here/kubernetes" && go build -p 2 -o "$work/judge" .)
for file in "$work"/emitted/*.json.gz; do
  "$work/judge" -judge "$file" -out "$work/judged/$(basename "$file")"
done
NETPOL_MIGRATE_JUDGED="$work/judged" compare
