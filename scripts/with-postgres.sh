#!/bin/sh
# Runs a command with a throw-away PostgreSQL server, reachable through
# SOAPSTONE_TEST_POSTGRES and gone afterwards:
#   sh scripts/with-postgres.sh go test ./...
# The server keeps nothing safe (fsync=off): for tests only.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)") || { echo "PostgreSQL is not installed (Debian: apt-get install postgresql)" >&2; exit 1; }
dir=$(mktemp -d /tmp/soapstone-pg.XXXXXX)
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$dir"
trap 'as "$bin/pg_ctl -D $dir/data -m immediate stop" >/dev/null 2>&1 || true; rm -rf "$dir"' EXIT INT TERM
as "$bin/initdb -D $dir/data -A trust -U postgres -E UTF8 --locale=C --no-sync" >/dev/null
as "$bin/pg_ctl -D $dir/data -w -l $dir/log -o '-c listen_addresses= -c unix_socket_directories=$dir -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400' start" >/dev/null
SOAPSTONE_TEST_POSTGRES="postgres://postgres@/postgres?host=$dir" "$@"
