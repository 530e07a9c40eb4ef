package app_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"soapstone/internal/app"
	"soapstone/internal/config"
	"soapstone/internal/seal"
)

// cli runs one command and gives what it printed.
func cli(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if got := app.Main(t.Context(), args, &out, &errOut); got != want {
		t.Fatalf("soapstone %s: status %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &errOut)
	}
	return out.String() + errOut.String()
}

// installation is a small practice on disk, closed, with its flags.
func installation(t *testing.T) (config.Place, []string) {
	t.Helper()
	h := open(t, 3)
	if err := h.app.Close(); err != nil {
		t.Fatal(err)
	}
	return h.place, []string{"--data", h.place.Dir, "--key", h.place.KeyPath}
}

func TestEveryVerbExplainsItself(t *testing.T) {
	all := cli(t, 0, "--help")
	for _, verb := range []string{"demo", "serve", "backup", "restore", "restore-key", "verify", "doctor"} {
		if !strings.Contains(all, verb) {
			t.Errorf("--help does not name %s", verb)
		}
		if text := cli(t, 0, verb, "--help"); !strings.Contains(text, "Example") {
			t.Errorf("%s --help has no example", verb)
		}
	}
	if text := cli(t, 2, "frobnicate"); !strings.Contains(text, "--help") {
		t.Errorf("an unknown verb says %q", text)
	}
	if text := cli(t, 0, "version"); !strings.HasPrefix(text, "soapstone ") {
		t.Errorf("version says %q", text)
	}
}

func TestBackupRestoreVerifyGoRound(t *testing.T) {
	place, flags := installation(t)
	if text := cli(t, 0, append([]string{"verify"}, flags...)...); !strings.Contains(text, "Everything proves itself") {
		t.Fatalf("verify says %q", text)
	}
	file := filepath.Join(t.TempDir(), "clinic.soapstone")
	cli(t, 0, append([]string{"backup", file}, flags...)...)
	cli(t, 1, append([]string{"backup", file}, flags...)...) // never over an existing file

	// Onto another computer: the key comes from the printed sheet.
	key, err := seal.LoadKeyFile(place.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	sheet := filepath.Join(t.TempDir(), "sheet.txt")
	if err := os.WriteFile(sheet, []byte(key.Recovery()), 0o600); err != nil {
		t.Fatal(err)
	}
	dest, destKey := filepath.Join(t.TempDir(), "new"), filepath.Join(t.TempDir(), "new.key")
	cli(t, 1, "restore", "--data", dest, "--key", destKey, file) // without key or sheet
	cli(t, 0, "restore", "--data", dest, "--key", destKey, "--sheet", sheet, file)
	if text := cli(t, 0, "verify", "--data", dest, "--key", destKey); !strings.Contains(text, "Everything proves itself") {
		t.Errorf("the restored practice says %q", text)
	}
	cli(t, 1, "restore", "--data", dest, "--key", destKey, file) // never over a practice
}

func TestVerifyFindsAFlippedByteInTheFile(t *testing.T) {
	place, flags := installation(t)
	b, err := os.ReadFile(place.Database())
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 0x10
	if err := os.WriteFile(place.Database(), b, 0o600); err != nil {
		t.Fatal(err)
	}
	cli(t, 1, append([]string{"verify", "--json"}, flags...)...)
	if text := cli(t, 1, append([]string{"doctor"}, flags...)...); !strings.Contains(text, "bad") {
		t.Errorf("doctor says %q", text)
	}
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	place, flags := installation(t)
	text := cli(t, 0, append([]string{"doctor"}, flags...)...)
	for _, want := range []string{"encrypted at rest", "a tablet cannot", "There is no snapshot", "Every page of the database can be read"} {
		if !strings.Contains(text, want) {
			t.Errorf("doctor does not say %q:\n%s", want, text)
		}
	}
	if err := os.Rename(place.KeyPath, place.KeyPath+".away"); err != nil {
		t.Fatal(err)
	}
	if text := cli(t, 1, append([]string{"doctor"}, flags...)...); !strings.Contains(text, "restore-key") {
		t.Errorf("without the key doctor says %q", text)
	}
	// A database without its key is never given a new one.
	cli(t, 1, append([]string{"verify"}, flags...)...)
	if _, err := os.Stat(place.KeyPath); err == nil {
		t.Error("a new key was made for an old database")
	}
}

func TestRestoredKeyOpensThePractice(t *testing.T) {
	place, flags := installation(t)
	key, err := seal.LoadKeyFile(place.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	sheet := filepath.Join(t.TempDir(), "sheet.txt")
	if err := os.WriteFile(sheet, []byte(key.Recovery()), 0o600); err != nil {
		t.Fatal(err)
	}
	cli(t, 1, append([]string{"restore-key", sheet}, flags...)...) // there is one already
	if err := os.Remove(place.KeyPath); err != nil {
		t.Fatal(err)
	}
	cli(t, 0, append([]string{"restore-key", sheet}, flags...)...)
	cli(t, 0, append([]string{"verify"}, flags...)...)
}

func TestPlainHTTPIsForThisComputerOnly(t *testing.T) {
	_, flags := installation(t)
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.7:8080", "nonsense"} {
		text := cli(t, 1, append([]string{"serve", "--addr", addr}, flags...)...)
		if !strings.Contains(text, "127.0.0.1") {
			t.Errorf("%s: says %q", addr, text)
		}
	}
}

// watched is a writer that tells when a line has been written.
type watched struct {
	mu    sync.Mutex
	b     bytes.Buffer
	found chan string
	re    *regexp.Regexp
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b.Write(p)
	if m := w.re.FindStringSubmatch(w.b.String()); m != nil {
		select {
		case w.found <- m[1]:
		default:
		}
	}
	return len(p), nil
}

// serveIn runs serve until the returned function is called, which gives its status.
func serveIn(t *testing.T, args ...string) (out *watched, url string, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = &watched{found: make(chan string, 1), re: regexp.MustCompile(`Serving (http://\S+)`)}
	done := make(chan int, 1)
	go func() { done <- app.Main(ctx, args, out, out) }()
	select {
	case url = <-out.found:
	case code := <-done:
		cancel()
		t.Fatalf("serve ended with status %d\n%s", code, out.b.String())
	}
	return out, url, func() int { cancel(); return <-done }
}

func TestFirstStartAsksForItsCodeAndSecondDoesNot(t *testing.T) {
	dir, key := t.TempDir(), filepath.Join(t.TempDir(), "k.key")
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--key", key}
	out, url, stop := serveIn(t, args...)
	res, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := res.Request.URL.Path; got != "/setup" {
		t.Errorf("the first visitor is led to %s", got)
	}
	if res, err := http.Get(url + "/healthz"); err != nil || res.StatusCode != 200 {
		t.Errorf("health: %v %v", res, err)
	}
	if !strings.Contains(out.b.String(), "enter the code") {
		t.Errorf("printed %q", out.b.String())
	}
	if code := stop(); code != 0 {
		t.Errorf("status %d after being asked to stop", code)
	}
	// Nothing listens any more.
	if c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://")); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}
