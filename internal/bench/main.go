// Command bench measures the main pages of the running program at a stated
// rate, over a practice of a stated size, and prints a table. It decides what
// a realistic large practice looks like: copies of the demonstration practice,
// six of the present and the rest of the past, with identifiers, names and
// days of their own, 60 visits a day. Hashes and seals of the copies are not
// valid, so `soapstone verify` must not be asked about them.
//
// It never loads into a database that holds a practice: it measures that one.
//
//	go run ./internal/bench --visits 12500
//	go run ./internal/bench --visits 250000 --database postgres://…
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"soapstone/internal/app"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/demo"
)

type options struct {
	visits   int
	database string
	dir      string
	rate     int
	length   time.Duration
	plans    bool
	slow     time.Duration
}

// now is the day on which every measurement takes place: a Tuesday, 12:30 in
// Chicago.
var now = time.Date(2026, 3, 10, 17, 30, 0, 0, time.UTC)

func main() {
	var o options
	flag.IntVar(&o.visits, "visits", 12500, "how many visits the practice has")
	flag.StringVar(&o.database, "database", "", "address of an empty PostgreSQL database; SQLite when empty")
	flag.StringVar(&o.dir, "dir", "", "folder for the data, kept; what stands there is measured without loading; a temporary one when empty")
	flag.IntVar(&o.rate, "rate", 20, "requests a second, whether or not the answers have come")
	flag.DurationVar(&o.length, "length", 15*time.Second, "how long each page is requested")
	flag.BoolVar(&o.plans, "statements", true, "count the statements of each page (SQLite)")
	flag.DurationVar(&o.slow, "slow", 0, "print the statements that take longer in each request (SQLite)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	dir := o.dir
	if dir == "" {
		tmp, err := os.MkdirTemp("", "soapstone-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	place, err := config.At(filepath.Join(dir, "data"), filepath.Join(dir, "bench.key"))
	if err != nil {
		return err
	}
	if o.plans && o.database == "" {
		countStatements()
	}
	c := clock.NewManual(now)
	a, err := app.Open(ctx, app.Config{Place: place, Database: o.database, Addr: "127.0.0.1:0", Demo: buttons(), Clock: c,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Out: io.Discard})
	if err != nil {
		return err
	}
	l := &loader{db: a.DB(), out: os.Stderr}
	if err := l.load(ctx, a, c, o); err != nil {
		return err
	}
	conditions(out, a.DB(), l, o)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var measured error
	served := a.Serve(ctx, func(url string) {
		go func() {
			defer cancel()
			measured = measure(ctx, url, a.DB(), l.practice, place.Dir, o, out)
		}()
	})
	if measured != nil {
		return measured
	}
	return served
}

// load builds the practice, unless one stands in the folder already: then that
// is measured as it is.
func (l *loader) load(ctx context.Context, a *app.App, c *clock.Manual, o options) error {
	empty, err := a.DemoRooms().Authn.NeedsSetup(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return l.standing(ctx)
	}
	wall := clock.System()
	began := wall.Now()
	sum, err := demo.Build(ctx, a.DemoRooms(), c, demo.Options{Seed: 1, Patients: 68, Now: now})
	if err != nil {
		return err
	}
	if err := a.Audit().SealAll(ctx); err != nil {
		return err
	}
	l.practice = sum.Practice
	if err := l.fill(ctx, o.visits); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "loaded in %.0f s\n", wall.Now().Sub(began).Seconds())
	return nil
}

func buttons() []authnui.DemoAccount {
	var out []authnui.DemoAccount
	for _, a := range demo.Accounts() {
		out = append(out, authnui.DemoAccount{Email: a.Email, Label: a.Name, Note: a.Role})
	}
	return out
}
