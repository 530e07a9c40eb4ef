package seal_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"soapstone/internal/seal"
)

func TestAKeyFileIsReadBackAndIsTheOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "practice.key")
	k, err := seal.CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := seal.LoadKeyFile(path)
	if err != nil || got != k {
		t.Fatalf("LoadKeyFile = %v, %v; want %v", got, err, k)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for p, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("mode of %s = %04o, want %04o", filepath.Base(p), info.Mode().Perm(), want)
		}
	}
}

func TestAnExistingKeyFileIsNeverOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "practice.key")
	k, err := seal.CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seal.CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second CreateKeyFile: error %v, want fs.ErrExist", err)
	}
	if err := seal.SaveKeyFile(path, seal.NewKey()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("SaveKeyFile: error %v, want fs.ErrExist", err)
	}
	if got, err := seal.LoadKeyFile(path); err != nil || got != k {
		t.Errorf("LoadKeyFile = %v, %v; want %v", got, err, k)
	}
}

func TestAKeyFileIsMadeAgainFromItsRecoverySheet(t *testing.T) {
	dir := t.TempDir()
	k, err := seal.CreateKeyFile(filepath.Join(dir, "lost.key"))
	if err != nil {
		t.Fatal(err)
	}
	typed, err := seal.ParseRecovery(strings.ToLower(k.Recovery()))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "new.key")
	if err := seal.SaveKeyFile(path, typed); err != nil {
		t.Fatal(err)
	}
	if got, err := seal.LoadKeyFile(path); err != nil || got != k {
		t.Errorf("LoadKeyFile = %v, %v; want %v", got, err, k)
	}
}

func TestLoadKeyFileRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "practice.key")
	k, err := seal.CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	group := strings.Fields(k.Recovery())[3]
	write := func(content string) func(t *testing.T) string {
		return func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "k")
			if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	for _, tc := range []struct {
		name string
		path func(t *testing.T) string
		is   error
		says string
	}{
		{"a missing file", func(*testing.T) string { return filepath.Join(dir, "none") }, fs.ErrNotExist, "recovery sheet"},
		{"a directory", func(*testing.T) string { return dir }, nil, "is not a file"},
		{"an empty file", write(""), nil, "damaged"},
		{"another kind of file", write("hello\n" + k.Recovery()), nil, "first line"},
		{"half a file", write(string(whole[:len(whole)-30])), nil, "damaged"},
		{"a mistyped group", write(strings.Replace(string(whole), group, "ZZZZZ", 1)), nil, "group 4"},
		{"a huge file", write(string(whole) + strings.Repeat("0", 1<<17)), nil, "damaged"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := seal.LoadKeyFile(tc.path(t))
			if err == nil || !strings.Contains(err.Error(), tc.says) || (tc.is != nil && !errors.Is(err, tc.is)) {
				t.Errorf("error %v, want one that says %q", err, tc.says)
			}
			if !got.IsZero() {
				t.Error("gave a key beside an error")
			}
			if err != nil && strings.Contains(err.Error(), group) {
				t.Errorf("the error shows a group of the key: %v", err)
			}
		})
	}
}

func TestLoadKeyFileRefusesOneThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps access rights elsewhere")
	}
	path := filepath.Join(t.TempDir(), "practice.key")
	if _, err := seal.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o660, 0o644, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := seal.LoadKeyFile(path)
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: error %v, want one that says chmod 600", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadKeyFile(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
}

func TestSaveKeyFileLeavesNothingBehindWhereItCannotWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.CreateKeyFile(filepath.Join(file, "practice.key")); err == nil {
		t.Error("made a key file below a file")
	}
}

// configHome points the user's configuration directory at dir on every system.
func configHome(t *testing.T, home string) {
	t.Helper()
	t.Setenv("HOME", home)
	t.Setenv("AppData", filepath.Join(home, "config"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
}

func TestDefaultKeyPathIsOnePlacePerDataDirectory(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	configHome(t, filepath.Join(root, "home"))
	data := filepath.Join(root, "data")
	before, err := seal.DefaultKeyPath(data)
	if err != nil {
		t.Fatal(err)
	}
	if dir := filepath.Base(filepath.Dir(before)); dir != "keys" || filepath.Ext(before) != ".key" {
		t.Errorf("DefaultKeyPath = %s", before)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(data, link); err != nil {
		t.Skip("no links here:", err)
	}
	t.Chdir(root)
	for _, same := range []string{data, data + "/", filepath.Join(data, "..", "data"), "data", link} {
		if got, err := seal.DefaultKeyPath(same); err != nil || got != before {
			t.Errorf("DefaultKeyPath(%s) = %s, %v; want %s", same, got, err, before)
		}
	}
	if other, err := seal.DefaultKeyPath(data + "2"); err != nil || other == before {
		t.Errorf("another directory has the key path %s, %v", other, err)
	}
}

func TestDefaultKeyPathIsNeverInsideTheData(t *testing.T) {
	root := t.TempDir()
	configHome(t, filepath.Join(root, "home"))
	link := filepath.Join(root, "link")
	if err := os.Symlink(root, link); err != nil {
		t.Skip("no links here:", err)
	}
	for _, data := range []string{"/", root, link, filepath.Join(root, "home"), ""} {
		if got, err := seal.DefaultKeyPath(data); err == nil {
			t.Errorf("DefaultKeyPath(%q) = %s, want an error", data, got)
		}
	}
}
