package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/config"
	"soapstone/internal/tlscert"
)

func place(t *testing.T) config.Place {
	t.Helper()
	p, err := config.At(t.TempDir(), filepath.Join(t.TempDir(), "the.key"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKeyInsideTheDataFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	for _, k := range []string{filepath.Join(dir, "x.key"), filepath.Join(dir, "sub", "x.key")} {
		if _, err := config.At(dir, k); err == nil || !strings.Contains(err.Error(), "inside the data folder") {
			t.Errorf("%s: err = %v", k, err)
		}
	}
	if _, err := config.At(dir, dir+"-keys/x.key"); err != nil {
		t.Errorf("a neighbour folder was refused: %v", err)
	}
}

func TestKeyIsMadeOnceAndNeverForAnExistingDatabase(t *testing.T) {
	p := place(t)
	k1, made, err := p.Key()
	if err != nil || !made {
		t.Fatalf("made %v, err %v", made, err)
	}
	k2, made, err := p.Key()
	if err != nil || made || k1 != k2 {
		t.Fatalf("second start: made %v, err %v", made, err)
	}
	if err := os.WriteFile(p.Database(), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(p.KeyPath); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Key(); err == nil || !strings.Contains(err.Error(), "recovery sheet") {
		t.Fatalf("err = %v", err)
	}
	if _, err := os.Stat(p.KeyPath); err == nil {
		t.Fatal("a new key was made for an old database")
	}
}

func TestSettingsComeBackAndStrangersAreRefused(t *testing.T) {
	p := place(t)
	got, err := p.Settings()
	if err != nil {
		t.Fatal(err)
	}
	want := config.Settings{TLS: tlscert.Config{Mode: tlscert.Off}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	want = config.Settings{TLSAddr: ":9443", TLS: tlscert.Config{Mode: tlscert.Local, Hosts: []string{"clinic.local"}}}
	if err := p.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, err = p.Settings(); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if err := os.WriteFile(filepath.Join(p.Dir, "settings.json"), []byte(`{"tls":{"mode":"off"},"surprise":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Settings(); err == nil {
		t.Error("an unknown entry was accepted")
	}
}
