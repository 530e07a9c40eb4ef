#!/bin/sh
# Runs every fuzz target of the module in turn, sharing the given seconds:
#   sh scripts/fuzz.sh 600
set -eu
total=${1:-600}
list=$(grep -rl --include='*_test.go' '^func Fuzz' . | while read -r f; do
  grep -o '^func Fuzz[A-Za-z0-9_]*' "$f" | sed "s|^func |$(dirname "$f") |"
done | sort -u)
n=$(printf '%s\n' "$list" | grep -c . || true)
[ "$n" -gt 0 ] || { echo "no fuzz targets"; exit 1; }
each=$((total / n)); [ "$each" -ge 1 ] || each=1
echo "$n fuzz targets, ${each}s each"
printf '%s\n' "$list" | while read -r dir target; do
  echo "== $dir $target"
  go test -run "^$" -fuzz "^$target\$" -fuzztime "${each}s" -fuzzminimizetime 5x "$dir"
done
