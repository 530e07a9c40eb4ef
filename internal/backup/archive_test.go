package backup_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"soapstone/internal/backup"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

func TestADamagedSnapshotIsRefused(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	path, _ := s.snapshot()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(name string, b []byte) {
		t.Helper()
		bad := filepath.Join(t.TempDir(), "bad")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.ReadManifest(bad, s.key); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
	for i := range 60 {
		b := bytes.Clone(whole)
		at := i * len(b) / 60
		b[at] ^= 1 << (i % 8)
		try("a flipped bit", b)
	}
	try("nothing", nil)
	try("another file", []byte("hello"))
	for _, n := range []int{1, 16, 100, 5000, len(whole) / 2} {
		try("cut short", whole[:len(whole)-n])
	}
	try("bytes added", append(bytes.Clone(whole), 0))
	dir := filepath.Join(t.TempDir(), "x")
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, whole[:len(whole)-5000], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := backup.Restore(context.Background(), bad, s.key, dir); err == nil {
		t.Error("restored")
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a failed restore left its folder")
	}
	m, err := backup.ReadManifest(path, s.key)
	if err != nil || m.Rows() == 0 {
		t.Errorf("the whole one: %v", err)
	}
}

// rewrite decrypts an archive, changes its parts and encrypts it again, as one
// could who knows the public half of the identity.
func rewrite(t *testing.T, path string, key seal.Key, change func(name string, b []byte) (string, []byte)) string {
	t.Helper()
	who, err := age.ParseX25519Identity(backup.IdentityText(key))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := age.Decrypt(f, who)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "forged")
	g, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	sealed, err := age.Encrypt(g, who.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	r, w := tar.NewReader(plain), tar.NewWriter(sealed)
	for {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Name, b = change(h.Name, b); h.Name == "" {
			continue
		}
		h.Size = int64(len(b))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := sealed.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAForgedSnapshotIsRefused(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "source.db")).fill()
	path, _ := s.snapshot()
	same := func(name string, b []byte) (string, []byte) { return name, b }
	if _, err := backup.ReadManifest(rewrite(t, path, s.key, same), s.key); err != nil {
		t.Fatalf("the forger's tool does not work: %v", err)
	}
	for name, change := range map[string]func(string, []byte) (string, []byte){
		"a part changed": func(n string, b []byte) (string, []byte) {
			if strings.HasPrefix(n, "data/staff/") {
				b = append(b, b...)
			}
			return n, b
		},
		"a part removed": func(n string, b []byte) (string, []byte) {
			if strings.HasPrefix(n, "data/staff/") {
				n = ""
			}
			return n, b
		},
		"a part under another name": func(n string, b []byte) (string, []byte) {
			return strings.Replace(n, "data/staff/000001", "data/staff/000002", 1), b
		},
		"the manifest changed": func(n string, b []byte) (string, []byte) {
			if n == "manifest.json" {
				b = bytes.Replace(b, []byte(`"rows": 3`), []byte(`"rows": 2`), 1)
			}
			return n, b
		},
		"the MAC removed": func(n string, b []byte) (string, []byte) { return strings.TrimSuffix(n, "manifest.mac"), b },
		"a path out of the folder": func(n string, b []byte) (string, []byte) {
			return strings.Replace(n, "data/staff/", "../../staff/", 1), b
		},
	} {
		forged := rewrite(t, path, s.key, change)
		if _, err := backup.ReadManifest(forged, s.key); err == nil {
			t.Errorf("%s: was read", name)
		}
		dir := filepath.Join(t.TempDir(), "x")
		if _, _, err := backup.Restore(context.Background(), forged, s.key, dir); err == nil {
			t.Errorf("%s: was restored", name)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a failed restore left its folder", name)
		}
	}
}

func TestIdentityIsAgesOwnAndOfTheKey(t *testing.T) {
	// BIP 173, valid test vectors.
	if got := backup.Bech32("a", nil); got != "a12uel5l" {
		t.Errorf("bech32 = %q", got)
	}
	k := seal.NewKey()
	if _, err := age.ParseX25519Identity(backup.IdentityText(k)); err != nil {
		t.Error(err)
	}
	first, again := backup.IdentityText(k), backup.IdentityText(k)
	if first != again || first == backup.IdentityText(seal.NewKey()) {
		t.Error("the identity is not that of its key")
	}
}

func TestRowsKeepTheirValues(t *testing.T) {
	at := time.Date(2026, 3, 10, 15, 0, 0, 123456000, time.UTC)
	line, err := backup.EncodeRowForTest([]any{
		id.MustParse[id.Blob]("01890a5d-ac96-774b-bcce-b302099a8057").String(), "a\u2028\"<é\\u0000", at, at, int64(1), int64(math.MaxInt64), 0.1, []byte{0, 255},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := backup.DecodeRowForTest(line)
	want := []any{"01890a5d-ac96-774b-bcce-b302099a8057", "a\u2028\"<é\\u0000", "2026-03-10", "2026-03-10T15:00:00.123456Z", true, int64(math.MaxInt64), 0.1, []byte{0, 255}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	for _, bad := range []string{``, `{}`, `[]`, `[1,2,3,4,5,6,7,8]`, `[null,null,null,null,null,null,null]`, `[null,null,null,null,null,1.5,null,null]`,
		`[null,null,null,null,null,null,null,"%"]`, `[null,null,null,null,null,null,null,null] []`, `[null,{"base64":1},null,null,null,null,null,null]`} {
		if _, err := backup.DecodeRowForTest([]byte(bad)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func FuzzDecodeRow(f *testing.F) {
	f.Add([]byte(`["x","y",null,null,true,5,0.5,"AA=="]`))
	f.Add([]byte(`[null,{"base64":"/w=="},null,null,null,null,null,null]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		v, err := backup.DecodeRowForTest(line)
		if err != nil {
			return
		}
		out, err := backup.EncodeRowForTest(v)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		again, err := backup.DecodeRowForTest(out)
		if err != nil || !cmp.Equal(v, again) {
			t.Errorf("%s became %s: %v", line, out, err)
		}
	})
}
