// Package app is the composition root: it opens the installation, wires every
// room to those it may know, serves them, and runs the command line. It decides
// the order in which things start and stop, and nothing about a patient.
//
// It refuses to serve unencrypted to other devices, to start on data whose key
// is missing, and to open an existing practice as a demonstration.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/authn"
	"soapstone/internal/authn/authnui"
	"soapstone/internal/backup"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/inbox"
	"soapstone/internal/jobs"
	"soapstone/internal/seal"
	"soapstone/internal/tlscert"
	"soapstone/internal/web"
)

// Config says what to open and serve.
type Config struct {
	Place    config.Place
	Database string // postgres://…; the place's SQLite file when empty
	Addr     string // plain HTTP, loopback only; "127.0.0.1:8080" when empty
	Dev      bool   // adds /ui
	Inbox    string // folder that scanners put files into; none when empty
	// Bulk opens the data for building a demonstration, not for serving: see db.Options.
	Bulk bool
	// Demo shows the demonstration's sign-in buttons; set by the demo verb.
	Demo  []authnui.DemoAccount
	Clock clock.Clock  // the machine's when nil
	Log   *slog.Logger // required
	Out   io.Writer    // where the address is printed; nothing when nil
}

// App is an opened installation.
type App struct {
	cfg   Config
	key   seal.Key
	db    *db.DB
	log   *audit.Log
	queue *jobs.Queue
	authn *authn.Service
	rooms Rooms
	srv   *web.Server
	doors *doors
	inbox *inbox.Watch // nil when no folder is named
	wg    sync.WaitGroup
	stop  context.CancelFunc
	once  sync.Once
}

// Open opens the data, brings the schema up to date and wires the rooms. It
// does not listen yet.
func Open(ctx context.Context, cfg Config) (*App, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:8080"
	}
	if err := os.MkdirAll(cfg.Place.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	key, made, err := cfg.Place.Key()
	if err != nil {
		return nil, err
	}
	if made {
		cfg.Log.Info("made a new key; print the recovery sheet after set-up", "key", cfg.Place.KeyPath)
	}
	d, err := openData(ctx, cfg, key)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, key: key, db: d}
	if err := a.compose(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := a.openInbox(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
}

func openData(ctx context.Context, cfg Config, key seal.Key) (*db.DB, error) {
	url := cfg.Database
	if url == "" {
		url = cfg.Place.Database()
	}
	return db.Open(ctx, db.Options{URL: url, Key: key, Clock: cfg.Clock, Bulk: cfg.Bulk, BeforeMigrate: backup.Before(key, cfg.Place.Backups())})
}

// Rooms gives the wired services, for the demonstration and for tests.
func (a *App) Rooms() Rooms { return a.rooms }

// Server is the web server, for tests that walk its routes.
func (a *App) Server() *web.Server { return a.srv }

// DB is the open database.
func (a *App) DB() *db.DB { return a.db }

// Key is the installation's master key.
func (a *App) Key() seal.Key { return a.key }

// Audit is the audit log.
func (a *App) Audit() *audit.Log { return a.log }

// start runs what works in the background until ctx ends.
func (a *App) start(ctx context.Context) {
	ctx, a.stop = context.WithCancel(ctx)
	background := func(f func(context.Context)) {
		a.wg.Go(func() { f(ctx) })
	}
	background(func(ctx context.Context) { a.log.Run(ctx, a.cfg.Log) })
	background(func(ctx context.Context) { a.queue.Run(ctx, a.cfg.Log) })
	background(a.sweep)
	if a.inbox != nil {
		background(a.watchInbox)
	}
	if len(a.cfg.Demo) == 0 {
		background(a.snapshots)
	}
}

// sweep forgets sessions and throttles that have ended, once an hour.
func (a *App) sweep(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := a.authn.Sweep(ctx); err != nil {
				a.cfg.Log.Warn("sweeping old sessions failed", "err", err)
			}
		}
	}
}

// Serve listens and answers until ctx ends, then lets requests under way
// finish and closes everything. ready is called with the address once the
// program is up; it may be nil.
func (a *App) Serve(ctx context.Context, ready func(url string)) error {
	l, err := openPlain(a.cfg.Addr)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	// Background work outlives the listener: the last requests still seal and enqueue.
	a.start(context.WithoutCancel(ctx))
	if err := a.openTLS(ctx); err != nil {
		a.cfg.Log.Error("other devices cannot connect", "err", err)
	}
	url := "http://" + l.Addr().String()
	if err := a.announce(ctx, url); err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	if ready != nil {
		ready(url)
	}
	err = a.srv.Serve(ctx, l)
	a.doors.close()
	return errors.Join(err, a.Close())
}

func (a *App) openTLS(ctx context.Context) error {
	s, err := a.cfg.Place.Settings()
	if err != nil {
		return err
	}
	a.doors.mu.Lock()
	defer a.doors.mu.Unlock()
	a.doors.settings = s
	if s.TLS.Mode == tlscert.Off {
		return nil
	}
	return a.doors.reopen(ctx, s)
}

// announce prints where the program is, and on the first start the code that
// guards set-up.
func (a *App) announce(ctx context.Context, url string) error {
	code, err := a.authn.NewSetupCode(ctx)
	if err != nil {
		return err
	}
	if a.cfg.Out == nil {
		return nil
	}
	var b strings.Builder
	if code != "" {
		fmt.Fprintf(&b, "\nThere is no practice here yet. Open %s/setup in a browser on this computer and enter the code\n\n    %s\n\nIt holds until the program ends.\n\n", url, code)
	}
	fmt.Fprintf(&b, "Serving %s\n", url)
	if addr := a.doors.Address(); addr != "" {
		fmt.Fprintf(&b, "Other devices connect with TLS on %s\n", addr)
	}
	_, err = io.WriteString(a.cfg.Out, b.String())
	return err
}

// Close ends background work, seals what is pending and closes the data. To
// call it again does nothing.
func (a *App) Close() error {
	var err error
	a.once.Do(func() { err = a.close() })
	return err
}

func (a *App) close() error {
	if a.stop != nil {
		a.stop()
	}
	a.wg.Wait()
	// The program is going down whatever happens; sealing may take a moment, not forever.
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := a.log.Close(ctx)
	return errors.Join(err, a.db.Close())
}

// ownAddresses are this computer's addresses in private networks.
func ownAddresses() []string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []string
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsPrivate() && n.IP.To4() != nil {
			out = append(out, n.IP.String())
		}
	}
	if h, err := os.Hostname(); err == nil && h != "" && !strings.Contains(h, ".") {
		out = append(out, strings.ToLower(h)+".local")
	}
	return out
}
