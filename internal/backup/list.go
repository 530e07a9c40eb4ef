package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Name is what a snapshot taken at an instant is called: names sort by time.
func Name(at time.Time) string { return "soapstone-" + at.UTC().Format("20060102-150405") + Ending }

// Found is a snapshot in a folder.
type Found struct {
	Path string
	At   time.Time // when the file was finished, UTC
	Size int64     // bytes
}

// List gives the snapshots of a folder, newest first; none when there is no
// such folder.
func List(dir string) ([]Found, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	var out []Found
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), Ending) {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, os.ErrNotExist) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("backup: %w", err)
		}
		out = append(out, Found{Path: filepath.Join(dir, e.Name()), At: info.ModTime().UTC(), Size: info.Size()})
	}
	slices.SortFunc(out, func(a, b Found) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(b.Path, a.Path)
	})
	return out, nil
}
