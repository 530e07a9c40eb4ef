package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf16"

	"soapstone/internal/app"
	"soapstone/internal/backup"
	"soapstone/internal/config"
	"soapstone/internal/db"
	"soapstone/internal/seal"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// canary is a name that stands nowhere but in the chart of this test.
const canary = "Zzyzx Canary"

// shapes are the ways in which text may lie in a file.
func shapes(words string) map[string][]byte {
	out := map[string][]byte{
		"UTF-8":     []byte(words),
		"hex":       []byte(hex.EncodeToString([]byte(words))),
		"base64":    []byte(base64.RawStdEncoding.EncodeToString([]byte(words[:len(words)/3*3]))),
		"last name": []byte("Canary"),
		"searched":  []byte("zzyzx"),
	}
	for name, order := range map[string]binary.AppendByteOrder{"UTF-16 little": binary.LittleEndian, "UTF-16 big": binary.BigEndian} {
		var b []byte
		for _, u := range utf16.Encode([]rune(words)) {
			b = order.AppendUint16(b, u)
		}
		out[name] = b
	}
	return out
}

// readable names the shapes in which the canary stands in content.
func readable(content []byte) (out []string) {
	for shape, b := range shapes(canary) {
		if i := bytes.Index(content, b); i >= 0 {
			out = append(out, fmt.Sprintf("%s at byte %d", shape, i))
		}
	}
	return out
}

// grep fails the test for every place where the canary can be read.
func grep(t *testing.T, where string, content []byte) {
	t.Helper()
	for _, s := range readable(content) {
		t.Errorf("%s holds the canary as %s", where, s)
	}
}

// TestGrepFindsWhatLiesOpen is the control of the search below.
func TestGrepFindsWhatLiesOpen(t *testing.T) {
	for shape, b := range shapes(canary) {
		if len(readable(append([]byte("before\x00"), b...))) == 0 {
			t.Errorf("%s is not found", shape)
		}
	}
	if found := readable([]byte("nothing of the kind")); len(found) > 0 {
		t.Error(found)
	}
}

func TestNothingOfAPatientCanBeReadWithoutTheKey(t *testing.T) {
	place := emptyPlace(t)
	log := &lockedBuffer{}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx := t.Context()
	task := foundCrash(t, ctx, place, "")
	a, err := app.Open(ctx, app.Config{Place: place, Clock: crashClock(0), Log: logger, Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	writeCanary(t, ctx, a, task, place)
	// As it lies while the program runs, with its write-ahead log …
	copied := filepath.Join(t.TempDir(), "stolen")
	if err := os.CopyFS(copied, os.DirFS(place.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	searched := 0
	// … and as it is left when the program has ended.
	for _, dir := range []string{copied, place.Dir} {
		for _, f := range files(t, dir) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			searched += len(b)
			grep(t, f, b)
		}
	}
	if searched < 1<<20 {
		t.Errorf("only %d bytes were searched", searched)
	}
	openWithAnotherKey(t, ctx, copied, logger)
	grep(t, "the log", []byte(log.String()))
}

// writeCanary puts the name wherever the program keeps things: a chart, its
// search terms, a note, a signed note, a scan, the audit log, a snapshot.
func writeCanary(t *testing.T, ctx context.Context, a *app.App, task crashTask, place config.Place) {
	t.Helper()
	who, r := task.actor(ctx), a.Rooms()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	reg := person("Zzyzx", "Canary", 12345)
	reg.AddressLine, reg.DeskNote = "1 "+canary+" Street", canary+" rings before coming"
	p, err := r.Patients.Register(who, reg)
	check(err)
	check(r.Patients.RecordNone(who, p, "medicines"))
	check(r.Patients.RecordNone(who, p, "allergies"))
	_, err = r.Patients.Search(who, "zzyzx can")
	check(err)
	_, err = r.Referrals.Upload(who, p, canary+".png", "image/png", canaryScan())
	check(err)
	check(clearSafety(who, r.Screening, p, task.today()))
	w := writer{crashTask: task, Rooms: r}
	v, err := w.planned(who, p, 9*60)
	check(err)
	ed, err := r.Visits.OpenNote(who, v.ID)
	check(err)
	d := wholeNote(ed, "09:00", "09:14")
	d.Subjective.Text = canary + " says the neck is better."
	saved, err := r.Visits.SaveNote(who, v.ID, visit.Save{Editor: "canary-editor", Revision: 1, Draft: d})
	check(err)
	_, err = r.Visits.Sign(who, v.ID, saved.Version)
	check(err)
	open, err := w.planned(who, p, 10*60)
	check(err)
	_, err = r.Visits.SaveNote(who, open.ID, visit.Save{Editor: "canary-second", Revision: 1,
		Draft: note.Draft{Format: note.Format, Subjective: note.Subjective{Text: canary + " is still being asked."}}})
	check(err)
	check(a.DB().Write(who, task.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.Audit(ctx, db.Event{Action: "test.canary", Patient: p, Kind: "patient", Subject: p.String(), Detail: canary})
	}))
	check(a.Audit().SealAll(ctx))
	_, err = backup.Snapshot(ctx, a.DB(), a.Key(), filepath.Join(place.Backups(), backup.Name(crashClock(0).Now())))
	check(err)
	// The control: with the key, in the program, the name is there.
	h, err := r.Patients.Header(who, p)
	check(err)
	if h.Name != canary {
		t.Fatalf("the chart says %q", h.Name)
	}
}

// canaryScan is a PNG of one pixel with the name in its text chunk.
func canaryScan() []byte {
	png, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return append(png, []byte(canary)...)
}

// openWithAnotherKey is what a thief tries: the copied folder, a key of their own.
func openWithAnotherKey(t *testing.T, ctx context.Context, dir string, log *slog.Logger) {
	t.Helper()
	other := filepath.Join(t.TempDir(), "other.key")
	if _, err := seal.CreateKeyFile(other); err != nil {
		t.Fatal(err)
	}
	place, err := config.At(dir, other)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(ctx, app.Config{Place: place, Clock: crashClock(0), Log: log, Out: io.Discard})
	if err == nil {
		_ = a.Close()
		t.Fatal("the data opened with another key")
	}
	grep(t, "the error", []byte(err.Error()))
	found, err := backup.List(place.Backups())
	if err != nil || len(found) == 0 {
		t.Fatalf("%d snapshots, %v", len(found), err)
	}
	key, err := seal.LoadKeyFile(other)
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "restored")
	if _, _, err := backup.Restore(ctx, found[0].Path, key, into); err == nil {
		t.Fatal("the snapshot was restored with another key")
	} else {
		grep(t, "the error of restoring", []byte(err.Error()))
	}
	if _, err := os.Stat(into); err == nil {
		for _, f := range files(t, into) {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			grep(t, f, b)
		}
	}
}
