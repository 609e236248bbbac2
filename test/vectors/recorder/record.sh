#!/bin/sh
# Records everything anew, one program an engine. Needs Go; nothing else does.
#   test/vectors/recorder/record.sh [YYYY-MM-DD]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
date=${1:-$(date +%F)}
for script in "$here"/record-*.sh; do
  "$script" "$date"
done
