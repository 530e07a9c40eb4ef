package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox/q"
)

// Watch takes in what a scanner, a fax machine or a mail program puts into a
// folder. A file is read once it has rested: it was the same at two looks and
// nothing was written to it for quiet. It is removed once it is kept, since a copy in
// the folder would lie unencrypted; what cannot be taken whole is put aside
// into the folder "refused", with the reason beside it. Folders within, links, devices
// and hidden files are not touched.
type Watch struct {
	svc   *Service
	root  *os.Root
	clock clock.Clock

	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	size int64
	at   time.Time // of the last change
}

const (
	quiet    = 5 * time.Second
	aside    = "refused"
	passing  = "taken" // files on their way out
	perLook  = 50
	reason   = ".reason.txt"
	dirPerm  = 0o700
	filePerm = 0o600
)

// NewWatch opens the folder. Close it after use.
func NewWatch(s *Service, dir string, c clock.Clock) (*Watch, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the inbox folder %s cannot be opened: %w. Make it, or name another with --inbox", dir, err)
	}
	return &Watch{svc: s, root: root, clock: c, seen: map[string]sighting{}}, nil
}

// Close ends the watch.
func (w *Watch) Close() error { return w.root.Close() }

// Look goes through the folder once and says how many files left it. A file
// that cannot be read or kept now stays for the next look.
func (w *Watch) Look(ctx context.Context) (n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ready, err := w.rested()
	if err != nil || len(ready) == 0 {
		return 0, err
	}
	ctx, err = w.as(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range ready {
		if e := w.take(ctx, name); e != nil {
			err = errors.Join(err, fmt.Errorf("inbox folder: %w", e))
			continue
		}
		delete(w.seen, name)
		n++
	}
	return n, err
}

// as is the program acting for the one practice of the installation, with the
// role that takes papers in.
func (w *Watch) as(ctx context.Context) (context.Context, error) {
	var all []id.Practice
	err := w.svc.db.Read(ctx, id.Practice{}, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = q.New(tx).Practices(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("the inbox folder needs an installation with one practice, this has %d or more", len(all))
	}
	return authz.With(ctx, authz.Actor{System: true, Name: "inbox folder", Practice: all[0], Roles: []authz.Role{authz.FrontDesk}, Zone: time.UTC}), nil
}

// rested lists the files that are complete, the oldest first.
func (w *Watch) rested() ([]string, error) {
	dir, err := w.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	now, next := w.clock.Now(), map[string]sighting{}
	var ready []string
	for _, e := range entries {
		info, err := w.root.Lstat(e.Name())
		if err != nil || !info.Mode().IsRegular() || passed(e.Name()) {
			continue
		}
		s := sighting{info.Size(), info.ModTime()}
		next[e.Name()] = s
		if before, ok := w.seen[e.Name()]; ok && before == s && now.Sub(s.at) >= quiet {
			ready = append(ready, e.Name())
		}
	}
	w.seen = next
	slices.SortFunc(ready, func(a, b string) int {
		return cmp.Or(next[a].at.Compare(next[b].at), strings.Compare(a, b))
	})
	return ready[:min(len(ready), perLook)], nil
}

// passed are files that somebody still writes to, by their names.
func passed(name string) bool {
	low := strings.ToLower(name)
	return strings.HasPrefix(low, ".") || strings.HasPrefix(low, "~") || strings.HasSuffix(low, "~") ||
		slices.Contains([]string{".tmp", ".part", ".partial", ".crdownload", ".lock"}, path.Ext(low))
}

// take reads a file, keeps what is in it and lets it leave the folder.
func (w *Watch) take(ctx context.Context, name string) error {
	data, info, why, err := w.read(name)
	if err != nil {
		return err
	}
	if why == "" {
		outcomes, err := w.svc.Receive(ctx, Incoming{Name: name, Data: data, Source: Folder})
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Refused != "" {
				why += o.Name + ": " + o.Refused + "\n"
			}
		}
	}
	if why != "" {
		return w.putAside(name, why)
	}
	return w.remove(name, info)
}

// read gives a file's bytes, or why it is not taken. An error: not now.
func (w *Watch) read(name string) (data []byte, info fs.FileInfo, why string, err error) {
	before, err := w.root.Lstat(name)
	if err != nil {
		return nil, nil, "", err
	}
	f, err := w.root.Open(name)
	if err != nil {
		return nil, nil, "", err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, nil, "", err
	}
	if !info.Mode().IsRegular() || !os.SameFile(before, info) {
		return nil, nil, "", errors.New("a file was exchanged while it was opened")
	}
	if info.Size() > MaxMail {
		return nil, info, name + ": The file is too large.\n", nil
	}
	if data, err = io.ReadAll(io.LimitReader(f, MaxMail+1)); err != nil {
		return nil, nil, "", err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, nil, "", err
	}
	if !same(info, after) || int64(len(data)) != info.Size() {
		return nil, nil, "", errors.New("a file changed while it was read")
	}
	return data, info, "", nil
}

func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// remove deletes the file that was read, and no other that has its name by now.
func (w *Watch) remove(name string, read fs.FileInfo) error {
	if err := w.folder(passing); err != nil {
		return err
	}
	to := path.Join(passing, w.free(passing, name))
	if err := w.root.Rename(name, to); err != nil {
		return err
	}
	now, err := w.root.Lstat(to)
	if err != nil {
		return err
	}
	if !same(read, now) {
		return w.root.Rename(to, w.free(".", name)) // something new: it waits for its turn
	}
	return w.root.Remove(to)
}

// putAside moves a file into the folder of what was refused and writes why.
func (w *Watch) putAside(name, why string) error {
	if err := w.folder(aside); err != nil {
		return err
	}
	to := path.Join(aside, w.free(aside, name))
	if err := w.root.WriteFile(to+reason, []byte(why), filePerm); err != nil {
		return err
	}
	return w.root.Rename(name, to)
}

func (w *Watch) folder(name string) error {
	if err := w.root.Mkdir(name, dirPerm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := w.root.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%q is not a folder", name)
	}
	return err
}

// free is a name that no file in a folder has.
func (w *Watch) free(dir, name string) string {
	out := name
	for i := 2; ; i++ {
		if _, err := w.root.Lstat(path.Join(dir, out)); errors.Is(err, fs.ErrNotExist) {
			return out
		}
		out = fmt.Sprintf("%d-%s", i, name)
	}
}

// Aside is a file that was put aside, with the reason.
type Aside struct{ Name, Why string }

// Aside lists what waits in the folder of refused files.
func (w *Watch) Aside(ctx context.Context) ([]Aside, error) {
	if _, err := authz.Require(ctx, authz.InboxRead); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(w.root.FS(), aside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, err, "The inbox folder cannot be read.")
	}
	var out []Aside
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, reason) || !e.Type().IsRegular() || len(out) == perLook {
			continue
		}
		a := Aside{Name: hint(name)}
		if info, err := w.root.Lstat(path.Join(aside, name+reason)); err == nil && info.Mode().IsRegular() && info.Size() < 1<<16 {
			if why, err := w.root.ReadFile(path.Join(aside, name+reason)); err == nil {
				a.Why = hint(string(why))
			}
		}
		out = append(out, a)
	}
	return out, nil
}
