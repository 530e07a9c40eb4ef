#!/bin/sh
# Generates the typed queries of one room, or of all rooms when none is named:
#   sh scripts/sqlc.sh referral
# The settings are the same for every room, so they are written here once and
# a new room needs no entry anywhere: internal/ROOM/queries.sql is enough.
set -eu
cd "$(dirname "$0")/.."
if command -v sqlc >/dev/null; then SQLC=sqlc; else SQLC="go tool -modfile=tools.mod sqlc"; fi
cfg=.sqlc.$$.yaml
trap 'rm -f "$cfg"' EXIT
rooms=${*:-$(ls internal/*/queries.sql | cut -d/ -f2)}
{
  echo 'version: "2"'
  echo 'sql:'
  for room in $rooms; do
    cat <<Y
  - engine: postgresql
    schema: internal/db/migrations
    queries: internal/$room/queries.sql
    gen:
      go:
        package: q
        out: internal/$room/q
        sql_package: database/sql
        omit_unused_structs: true
        emit_empty_slices: false
Y
  done
  cat <<'Y'
overrides:
  go:
    overrides:
Y
  both() { # pattern-kind pattern import type
    for n in false true; do
      printf '      - %s: "%s"\n        nullable: %s\n        go_type: {import: "%s", type: "%s"}\n' "$1" "$2" "$n" "$3" "$4"
    done
  }
  column() { printf '      - column: "*.%s"\n        go_type: {import: "soapstone/internal/id", type: "%s"}\n' "$1" "$2"; }
  both db_type timestamptz soapstone/internal/db Time
  both db_type date soapstone/internal/civil Date
  for t in bigint pg_catalog.int8; do
    printf '      - db_type: "%s"\n        nullable: true\n        go_type: {type: "int64", pointer: true}\n' "$t"
  done
  for t in boolean bool pg_catalog.bool; do
    printf '      - db_type: "%s"\n        nullable: true\n        go_type: {type: "bool", pointer: true}\n' "$t"
  done
  for t in "double precision" pg_catalog.float8; do
    printf '      - db_type: "%s"\n        nullable: true\n        go_type: {type: "float64", pointer: true}\n' "$t"
  done
  printf '      - column: "*.*_cents"\n        go_type: {import: "soapstone/internal/money", type: "Cents"}\n'
  for k in practice location user session passkey audit seal job blob document patient allergy medication consent intake \
           prescriber referral diagnosis authorisation screening clearance assessment finding plan goal visit note score report activity \
           payer enrolment coverage schedule claim batch waiver entry payment receipt method task paper provider credential requirement training; do
    T=$(echo "$k" | awk '{print toupper(substr($0,1,1)) substr($0,2)}')
    column "${k}_id" "$T"
    column "*_${k}_id" "$T"
  done
  column '*_by' User
} >"$cfg"
$SQLC generate -f "$cfg"
