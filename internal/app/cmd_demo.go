package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"soapstone/internal/authn/authnui"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/demo"
)

type demoCmd struct {
	Addr     string `help:"Address to serve on; this computer only." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Data     string `help:"Keep the practice in this folder and start from it again next time." type:"path" placeholder:"DIR"`
	Seed     uint64 `help:"Another number gives other people." default:"1"`
	Patients int    `help:"How many patients. 70 are half a year of a practice; 150 are two years of it and take about three times as long to build." default:"70"`
	Dev      bool   `help:"Add /ui, the page that shows every component." hidden:""`
}

// Help is the verb's example.
func (demoCmd) Help() string {
	return "Example:  soapstone demo --addr 127.0.0.1:8080 --data demo\n\nAll people are invented. The line \"Serving http://HOST:PORT\" says that it is up."
}

func (c demoCmd) Run(r *run) error {
	place, clean, err := demoPlace(c.Data)
	if err != nil {
		return err
	}
	defer clean()
	again := place.Exists()
	if again {
		if _, err := os.Stat(demoMark(place)); err != nil {
			return fmt.Errorf("%s holds a practice that is no demonstration. Choose another folder for --data, or serve it with: soapstone serve --data %s", place.Dir, place.Dir)
		}
	}
	if !again {
		if err := c.build(r, place); err != nil {
			return err
		}
		if err := os.WriteFile(demoMark(place), []byte("This folder holds a demonstration: invented people, sign-in without a password.\n"), 0o600); err != nil {
			return err
		}
	}
	a, err := Open(r.ctx, Config{Place: place, Addr: c.Addr, Dev: c.Dev, Demo: demoButtons(), Log: r.logger(false), Out: r.out})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "\nSign in with one tap on the page, or with the password %q:\n\n", demo.Password)
	for _, x := range demo.Accounts() {
		fmt.Fprintf(r.out, "    %-24s %s\n", x.Email, x.Role)
	}
	fmt.Fprintf(r.out, "\nThe second factor of all of them is the authenticator secret %s\n\n", demo.Secret)
	return a.Serve(r.ctx, nil)
}

func demoMark(p config.Place) string { return filepath.Join(p.Dir, "DEMONSTRATION.txt") }

// demoPlace is the named folder, or one that goes away at the end. Its key
// lies in another folder in either case.
func demoPlace(dir string) (config.Place, func(), error) {
	if dir != "" {
		p, err := config.At(dir, "")
		return p, func() {}, err
	}
	data, err := os.MkdirTemp("", "soapstone-demo-")
	if err != nil {
		return config.Place{}, nil, err
	}
	keys, err := os.MkdirTemp("", "soapstone-key-")
	if err != nil {
		return config.Place{}, nil, err
	}
	p, err := config.At(data, filepath.Join(keys, "demo.key"))
	return p, func() { _ = os.RemoveAll(data); _ = os.RemoveAll(keys) }, err
}

func demoButtons() []authnui.DemoAccount {
	var out []authnui.DemoAccount
	for _, a := range demo.Accounts() {
		out = append(out, authnui.DemoAccount{Email: a.Email, Label: a.Name, Note: a.Role})
	}
	return out
}

// build tells the story into an empty folder, with a clock that follows it.
func (c demoCmd) build(r *run, place config.Place) error {
	fmt.Fprintln(r.out, "Building the demonstration practice. All people are invented.")
	now := clock.System().Now()
	story := clock.NewManual(now)
	a, err := Open(r.ctx, Config{Place: place, Demo: demoButtons(), Clock: story, Bulk: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	bar := &bar{out: r.out, tty: isTerminal(r.out)}
	sum, err := demo.Build(r.ctx, a.DemoRooms(), story, demo.Options{Seed: c.Seed, Patients: c.Patients, Now: now, Progress: bar.show})
	bar.end()
	if err == nil {
		// The entries of the story are sealed before anybody can look at them.
		err = a.log.SealAll(context.WithoutCancel(r.ctx))
	}
	if err := errors.Join(err, a.Close()); err != nil {
		return err
	}
	debug.FreeOSMemory() // what was built is on the disk now
	_, err = fmt.Fprintf(r.out, "%d patients, %d visits, %d signed notes, in %.1f s.\n", sum.Patients, sum.Visits, sum.Notes, clock.System().Now().Sub(now).Seconds())
	return err
}

// bar is a line of progress: redrawn on a terminal, a few lines elsewhere.
type bar struct {
	out  io.Writer
	tty  bool
	last int
}

func (b *bar) show(share float64, doing string) {
	percent := int(share * 100)
	if b.tty {
		n := percent * 30 / 100
		fmt.Fprintf(b.out, "\r[%s%s] %3d %%  %-24s", strings.Repeat("#", n), strings.Repeat(".", 30-n), percent, doing)
		return
	}
	if percent/25 > b.last/25 {
		fmt.Fprintf(b.out, "%d %%  %s\n", percent, doing)
		b.last = percent
	}
}

func (b *bar) end() {
	if b.tty {
		fmt.Fprintln(b.out)
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
