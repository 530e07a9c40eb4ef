package inbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/inbox"
)

// folder is a watched folder of a practice that is alone in its database.
type folder struct {
	*room
	dir   string
	watch *inbox.Watch
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{room: newRoom(t, dbtest.NewSQLite(t)), dir: t.TempDir()}
	var err error
	if f.watch, err = inbox.NewWatch(f.svc, f.dir, f.Clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.watch.Close() })
	return f
}

// put writes a file that was last changed now, on the test's clock.
func (f *folder) put(name, data string) {
	f.t.Helper()
	at := filepath.Join(f.dir, name)
	if err := os.WriteFile(at, []byte(data), 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Chtimes(at, f.Clock.Now(), f.Clock.Now()); err != nil {
		f.t.Fatal(err)
	}
}

func (f *folder) look() int {
	f.t.Helper()
	n, err := f.watch.Look(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	return n
}

// settled looks twice, with time between.
func (f *folder) settled() int {
	f.t.Helper()
	n := f.look()
	f.Clock.Advance(time.Minute)
	return n + f.look()
}

func (f *folder) has(name string) bool {
	_, err := os.Lstat(filepath.Join(f.dir, name))
	return err == nil
}

func TestTheFolderIsTakenInOnceAFileHasRested(t *testing.T) {
	f := newFolder(t)
	f.put("fax.pdf", pdf)
	if first, second := f.look(), f.look(); first != 0 || second != 0 || f.count() != 0 {
		t.Fatal("a file that was written a moment ago was read")
	}
	f.Clock.Advance(10 * time.Second)
	f.put("fax.pdf", pdf+" second page")
	if f.look() != 0 {
		t.Fatal("a file that grows was read")
	}
	f.Clock.Advance(10 * time.Second)
	if f.look() != 1 || f.count() != 1 || f.has("fax.pdf") {
		t.Fatal("a file that rested was not taken")
	}
	w, err := f.svc.Worklist(f.Actor(), inbox.Paper{}.ID)
	if err != nil || w.Papers[0].Name != "fax.pdf" || w.Papers[0].Source != inbox.Folder {
		t.Errorf("%+v, %v", w, err)
	}
	f.put("again.pdf", pdf+" second page")
	if f.settled() != 1 || f.count() != 1 || f.has("again.pdf") || f.has("refused/again.pdf") {
		t.Error("the same fax again")
	}
}

func TestWhatTheFolderRefusesIsPutAsideWithTheReason(t *testing.T) {
	f := newFolder(t)
	f.put("notes.docx", "PK")
	f.put("mail.eml", letter(attached("rx.pdf", "application/pdf", pdf), attached("old.tif", "image/tiff", "II*\x00")))
	if f.settled() != 2 || f.count() != 1 {
		t.Fatalf("%d wait", f.count())
	}
	for _, name := range []string{"notes.docx", "mail.eml"} {
		why, err := os.ReadFile(filepath.Join(f.dir, "refused", name+".reason.txt"))
		if err != nil || f.has(name) || !f.has("refused/"+name) {
			t.Errorf("%s: %q, %v", name, why, err)
		}
	}
	f.put("notes.docx", "PK another")
	if f.settled() != 1 || !f.has("refused/2-notes.docx") || !f.has("refused/notes.docx") {
		t.Error("a second file of that name replaced the first")
	}
	aside, err := f.watch.Aside(f.Actor())
	if err != nil || len(aside) != 3 {
		t.Fatalf("%+v, %v", aside, err)
	}
	for _, a := range aside {
		if !strings.Contains(a.Why, "PDF") {
			t.Errorf("%+v", a)
		}
	}
}

func TestTheFolderIsNeverLeftAndOtherThingsStay(t *testing.T) {
	f := newFolder(t)
	outside := filepath.Join(t.TempDir(), "secret.pdf")
	if err := os.WriteFile(outside, []byte(pdf+" of others"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(f.dir, "link.pdf")); err != nil {
		t.Skip("no links here")
	}
	if err := os.Mkdir(filepath.Join(f.dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"sub/in.pdf", ".hidden.pdf", "fax.pdf.part", "fax.tmp", "~lock.pdf"} {
		f.put(name, pdf)
	}
	if f.settled() != 0 || f.count() != 0 {
		t.Errorf("%d were taken", f.count())
	}
	for _, name := range []string{"link.pdf", "sub/in.pdf", ".hidden.pdf", "fax.pdf.part", "~lock.pdf"} {
		if !f.has(name) {
			t.Errorf("%s is gone", name)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Error(err)
	}
	// A link in place of the folder for refused files leads nowhere.
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(f.dir, "refused")); err != nil {
		t.Fatal(err)
	}
	f.put("bad.docx", "PK")
	f.look()
	f.Clock.Advance(time.Minute)
	if _, err := f.watch.Look(t.Context()); err == nil || !f.has("bad.docx") {
		t.Errorf("moved through a link: %v", err)
	}
}

func TestAFileStaysWhileItCannotBeKept(t *testing.T) {
	f := newFolder(t)
	f.put("fax.pdf", pdf)
	f.look()
	f.Clock.Advance(time.Minute)
	f.Other() // two practices: nobody knows whose the folder is
	if _, err := f.watch.Look(t.Context()); err == nil || !f.has("fax.pdf") {
		t.Errorf("taken for one of two practices: %v", err)
	}
	if _, err := inbox.NewWatch(f.svc, filepath.Join(f.dir, "nowhere"), f.Clock); err == nil {
		t.Error("a folder that is not there was opened")
	}
}
