// Command soapstone is the whole product: it serves a practice, builds the
// demonstration practice, and keeps, proves and brings back its data. It decides
// nothing itself; internal/app does.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // zones also where the machine has none

	"soapstone/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(app.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
