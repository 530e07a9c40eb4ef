package e2e

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"soapstone/internal/app"
	"soapstone/internal/clock"
	"soapstone/internal/config"
	"soapstone/internal/id"
)

// house is the program over a copy of the demonstration practice, served from
// this process, with a clock that the test moves.
type house struct {
	app      *app.App
	clock    *clock.Manual
	place    config.Place
	practice id.Practice
	log      *lockedBuffer
	url      string
}

func openHouse(t *testing.T) *house {
	t.Helper()
	place, practice := demoPlace(t)
	h := serveHouse(t, place)
	h.practice = practice
	return h
}

// serveHouse serves a data folder, which may be empty.
func serveHouse(t *testing.T, place config.Place) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(now), log: &lockedBuffer{}, place: place}
	var err error
	h.app, err = app.Open(t.Context(), app.Config{Place: h.place, Demo: buttons(), Clock: h.clock,
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(h.app.Server().Handler())
	h.url = ts.URL
	t.Cleanup(func() {
		ts.Close()
		if err := h.app.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return h
}

// process is the program as a process of its own, which may be killed.
type process struct {
	cmd  *exec.Cmd
	addr string
	said *lockedBuffer
}

// startServer starts the program on addr, or on a free port when it is empty,
// and returns once it answers.
func startServer(t *testing.T, place config.Place, addr string) *process {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	p := &process{cmd: exec.CommandContext(t.Context(), os.Args[0]), said: &lockedBuffer{}}
	p.cmd.Env = append(os.Environ(), childEnv+"=serve", "SOAPSTONE_E2E_DIR="+place.Dir, "SOAPSTONE_E2E_KEY="+place.KeyPath, "SOAPSTONE_E2E_ADDR="+addr)
	p.cmd.Stderr = p.said
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	limit := time.AfterFunc(30*time.Second, p.kill)
	defer limit.Stop()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not come up: %v\n%s", err, p.said)
	}
	p.addr = strings.TrimPrefix(strings.TrimSpace(line), "http://")
	return p
}

// kill is SIGKILL: the process gets no chance to put anything in order.
func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// serveChild is the program that startServer starts.
func serveChild() error {
	place, err := config.At(os.Getenv("SOAPSTONE_E2E_DIR"), os.Getenv("SOAPSTONE_E2E_KEY"))
	if err != nil {
		return err
	}
	ctx := context.Background()
	a, err := app.Open(ctx, app.Config{Place: place, Addr: os.Getenv("SOAPSTONE_E2E_ADDR"), Demo: buttons(), Clock: clock.NewManual(now),
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)), Out: io.Discard})
	if err != nil {
		return err
	}
	return a.Serve(ctx, func(url string) { fmt.Println(url) })
}

func TestServerAnswersAgainAfterKill(t *testing.T) {
	place, _ := demoPlace(t)
	p := startServer(t, place, "")
	p.kill()
	p = startServer(t, place, p.addr)
	resp, err := http.Get("http://" + p.addr + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
}

// containsFold reports whether text holds part, whatever the case.
func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}
