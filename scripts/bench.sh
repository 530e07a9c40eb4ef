#!/bin/sh
# Measures the main pages in four cells: a practice of a year and one of eleven
# years, on SQLite and on PostgreSQL, and prints a table for each.
#   sh scripts/bench.sh                 all four; loading takes most of the time
#   sh scripts/bench.sh 12500           one size, both engines
#   ENGINES=sqlite sh scripts/bench.sh  one engine
# PostgreSQL is a throw-away server with its usual durable settings (fsync and
# synchronous_commit on), so that its writes can be compared with SQLite's.
set -eu
cd "$(dirname "$0")/.."
sizes=${*:-"12500 250000"}
engines=${ENGINES:-"sqlite postgres"}
flags=${FLAGS:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/soapstone-bench.XXXXXX")
program=$work/bench
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
stop() {
	[ -d "$work/pg/data" ] && as "$bin/pg_ctl -D $work/pg/data -m immediate stop" >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap stop EXIT INT TERM
go build -o "$program" ./internal/bench
case $engines in *postgres*)
	[ -n "$bin" ] || { echo "PostgreSQL is not installed (Debian: apt-get install postgresql)" >&2; exit 1; }
	chmod 755 "$work"
	mkdir "$work/pg"
	[ "$(id -u)" = 0 ] && chown postgres "$work/pg"
	as "$bin/initdb -D $work/pg/data -A trust -U postgres -E UTF8 --locale=C" >/dev/null
	as "$bin/pg_ctl -D $work/pg/data -w -l $work/pg/log -o '-c listen_addresses= -c unix_socket_directories=$work/pg -c shared_buffers=512MB -c max_wal_size=4GB' start" >/dev/null
	;;
esac
for size in $sizes; do
	for engine in $engines; do
		echo
		echo "== $engine, $size visits =="
		# shellcheck disable=SC2086 # flags are words
		case $engine in
		sqlite) "$program" --visits "$size" $flags ;;
		postgres)
			as "$bin/createdb -h $work/pg -U postgres -T template0 -E UTF8 --locale=C bench_$size"
			"$program" --visits "$size" --database "postgres://postgres@/bench_$size?host=$work/pg" $flags
			;;
		esac
	done
done
