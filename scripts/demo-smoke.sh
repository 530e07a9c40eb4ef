#!/bin/sh
# Starts the demonstration practice as the README says and waits for its line
# "Serving http://…"; fails when the sign-in page does not answer.
set -eu
log=$(mktemp)
go build -o /dev/null ./cmd/soapstone
go run ./cmd/soapstone demo --addr 127.0.0.1:0 >"$log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; pkill -P $pid 2>/dev/null || true; rm -f "$log"' EXIT
i=0
while [ $i -lt 120 ]; do
  url=$(sed -n 's/^Serving \(http[^ ]*\).*/\1/p' "$log" | head -n 1)
  if [ -n "$url" ]; then
    curl -fsS "$url/sign-in" | grep -q '<main' && { echo "up after about ${i}s at $url"; exit 0; }
    echo "the sign-in page did not answer"; cat "$log"; exit 1
  fi
  kill -0 $pid 2>/dev/null || { cat "$log"; exit 1; }
  sleep 1; i=$((i + 1))
done
cat "$log"; exit 1
