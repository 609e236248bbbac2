#!/bin/sh
# Records what Calico decides, then asks its other implementation for a second
# opinion. Needs Go; nothing else does.
#   test/vectors/recorder/record-calico.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors=$(cd "$here/../../.." && pwd)/testdata/vectors
date=${1:-$(date +%F)}
mkdir -p "$vectors/calico"
cd "$here/calico"
go run -p 2 . record -date "$date" -out "$vectors/calico"
go run -p 2 . check "$vectors/calico"
