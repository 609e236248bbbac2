#!/bin/sh
# Records verdicts of plain Kubernetes NetworkPolicies. Needs Go; nothing else does.
#   test/vectors/recorder/record-kubernetes.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vectors=$(cd "$here/../../.." && pwd)/testdata/vectors
date=${1:-$(date +%F)}
mkdir -p "$vectors/kubernetes"
cd "$here/kubernetes"
go run -p 2 . -date "$date" -out "$vectors/kubernetes"
