#!/bin/sh
# Records what the API server and Calico accept and refuse. Needs Go; nothing else does.
#   test/vectors/recorder/record-validation.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors=$(cd "$here/../../.." && pwd)/testdata/vectors
date=${1:-$(date +%F)}
mkdir -p "$vectors/validation"
cd "$here/validation/kubernetes"
go run -p 2 . -date "$date" -out "$vectors/validation/kubernetes.json"
cd "$here/validation/calico"
go run -p 2 . -date "$date" -out "$vectors/validation"
