# What each target needs is installed by `make deps` (Debian); Go alone is
# enough for `go run ./cmd/soapstone demo` and `go test ./...`.
GO ?= go
TOOL = $(GO) tool -modfile=tools.mod

.PHONY: build test test-go deps lint gen gen-check race fuzz bench screenshots demo release

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/soapstone ./cmd/soapstone

demo:
	$(GO) run ./cmd/soapstone demo

# Everything, nothing skipped: browser and PostgreSQL included.
test: deps
	SOAPSTONE_REQUIRE_BROWSER=1 SOAPSTONE_REQUIRE_POSTGRES=1 sh scripts/with-postgres.sh $(GO) test -timeout 30m ./...

deps:
	sh scripts/deps.sh

lint:
	$(GO) vet ./...
	$(TOOL) staticcheck ./...

# Writes the typed queries and the views again.
gen:
	sh scripts/sqlc.sh
	$(TOOL) templ generate

# Fails when a generated file differs from what its source gives.
gen-check: gen
	git diff --exit-code -- '*_templ.go' 'internal/*/q/*'

# Packages in which goroutines meet.
RACE = ./internal/db/... ./internal/audit ./internal/jobs/... ./internal/web ./internal/web/form ./internal/visit
race:
	$(GO) test -race -timeout 20m $(RACE)

# All fuzz targets take turns; FUZZ_SECONDS is the time of all together.
FUZZ_SECONDS ?= 600
fuzz:
	sh scripts/fuzz.sh $(FUZZ_SECONDS)

bench:
	$(GO) test -run '^$$' -bench . -benchtime 1s ./...

# Pictures of the main screens, into docs/images.
screenshots:
	SOAPSTONE_SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count=1 -run 'TestScreenshots' ./e2e

release:
	for t in linux/amd64 linux/arm64 darwin/arm64 windows/amd64; do \
	  CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} $(GO) build -trimpath -ldflags='-s -w' -o bin/soapstone-$${t%/*}-$${t#*/} ./cmd/soapstone || exit 1; \
	done
