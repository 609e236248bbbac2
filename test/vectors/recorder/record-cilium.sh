#!/bin/sh
# Records what Cilium decides, and which documents it takes. Needs Go; nothing else does.
#   test/vectors/recorder/record-cilium.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors=$(cd "$here/../../.." && pwd)/testdata/vectors
date=${1:-$(date +%F)}
mkdir -p "$vectors/cilium" "$vectors/validation"
cd "$here/cilium"
go run -p 2 . record -date "$date" -out "$vectors/cilium"
go run -p 2 . validate -date "$date" -out "$vectors/validation/cilium.json"
