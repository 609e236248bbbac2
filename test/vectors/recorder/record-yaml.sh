#!/bin/sh
# Records what kubectl's YAML reader makes of tricky texts. Needs Go; nothing else does.
#   test/vectors/recorder/record-yaml.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors=$(cd "$here/../../.." && pwd)/testdata/vectors
date=${1:-$(date +%F)}
mkdir -p "$vectors/yaml"
cd "$here/yaml"
go run -p 2 . -date "$date" -out "$vectors/yaml/cases.json"
