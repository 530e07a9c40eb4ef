package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const keyFileHeader = "soapstone key file 1"

const keyFileNote = `# This file opens the encrypted records of one practice.
# Whoever has it and the data can read everything; whoever loses it can read
# nothing. Keep a copy in another place than the data and its backups.
`

// CreateKeyFile makes a new key and writes it to path, which must not exist.
// Missing directories are made for the owner alone (0700), the file likewise
// (0600); when it returns without error the key is on the disk. The error of
// an existing file satisfies errors.Is(err, fs.ErrExist), and that file is
// left untouched.
func CreateKeyFile(path string) (Key, error) {
	k := NewKey()
	if err := SaveKeyFile(path, k); err != nil {
		return Key{}, err
	}
	return k, nil
}

// SaveKeyFile writes an existing key to a new file, for a key typed in from
// its recovery sheet. It promises what CreateKeyFile promises.
func SaveKeyFile(path string, k Key) error {
	text := keyFileHeader + "\n" + keyFileNote + "# fingerprint " + k.ID() + "\n" + k.Recovery() + "\n"
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("seal: key file: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal: there is a key file at %s already and it stays; "+
			"move it away first if it is truly not needed: %w", path, err)
	}
	if err != nil {
		return fmt.Errorf("seal: key file: %w", err)
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		// Nothing is encrypted with this key yet; half a file would only confuse.
		return fmt.Errorf("seal: key file: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}

// syncDir makes the new name durable; Windows has no such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// LoadKeyFile reads a key file. It returns an error that says what to do when
// the file is missing (errors.Is(err, fs.ErrNotExist)), when it is damaged,
// and, except on Windows, when its group or others may read or write it
// (errors.Is(err, fs.ErrPermission)).
func LoadKeyFile(path string) (Key, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("seal: there is no key file at %s; put it back from your copy, "+
			"or make it again from the recovery sheet with soapstone restore-key "+
			"(without one of them the data cannot be read): %w", path, err)
	}
	if err != nil {
		return Key{}, fmt.Errorf("seal: key file: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	info, err := f.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("seal: key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Key{}, fmt.Errorf("seal: %s is not a file; name the key file itself", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("seal: other people on this machine can read or change the key file (mode %04o); "+
			"run: chmod 600 %q: %w", info.Mode().Perm(), path, fs.ErrPermission)
	}
	const most = 1 << 16
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return Key{}, fmt.Errorf("seal: key file: %w", err)
	}
	k, err := parseKeyFile(string(b))
	if err != nil {
		return Key{}, fmt.Errorf("seal: the key file %s is damaged; put it back from your copy "+
			"or move it away and make it again from the recovery sheet with soapstone restore-key: %w", path, err)
	}
	return k, nil
}

func parseKeyFile(s string) (Key, error) {
	head, rest, _ := strings.Cut(s, "\n")
	if strings.TrimSpace(head) != keyFileHeader {
		return Key{}, fmt.Errorf("its first line is not %q", keyFileHeader)
	}
	var text strings.Builder
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "#") {
			text.WriteString(line)
		}
	}
	return ParseRecovery(text.String())
}

// DefaultKeyPath is where the key of a data directory lies unless the person
// says otherwise: in the user's configuration directory, named by a hash of
// the data directory's absolute path with links resolved. It returns an error
// when that place would lie inside the data directory, since a key beside the
// data protects nothing, and when the system names no configuration directory.
func DefaultKeyPath(dataDir string) (string, error) {
	if dataDir == "" {
		return "", errors.New("seal: no data directory named")
	}
	data, err := filepath.Abs(dataDir)
	if err != nil {
		return "", fmt.Errorf("seal: data directory: %w", err)
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("seal: no place for the key; set HOME, or name a key file yourself: %w", err)
	}
	data = resolve(data)
	sum := sha256.Sum256([]byte(data))
	dir := filepath.Join(config, "soapstone", "keys")
	if real := resolve(dir); real == data || strings.HasPrefix(real, strings.TrimSuffix(data, string(filepath.Separator))+string(filepath.Separator)) {
		return "", fmt.Errorf("seal: the key would lie inside the data directory %s; "+
			"use a directory of its own for the data, or name a key file elsewhere", data)
	}
	return filepath.Join(dir, hex.EncodeToString(sum[:8])+".key"), nil
}

// resolve follows links as far as the path exists, so that a directory has one
// name before and after it is made.
func resolve(path string) string {
	path = filepath.Clean(path)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolve(parent), filepath.Base(path))
}
