package blob_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"soapstone/internal/blob"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

func put(e *dbtest.Env, f blob.File) (id.Blob, error) {
	var b id.Blob
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		b, err = blob.New(e.DB, e.Key).Put(ctx, tx, f)
		return err
	})
	return b, err
}

func get(e *dbtest.Env, key seal.Key, b id.Blob) (blob.File, error) {
	var f blob.File
	err := e.DB.Read(context.Background(), e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		f, err = blob.New(e.DB, key).Get(ctx, tx, b)
		return err
	})
	return f, err
}

func TestAFileComesBackAsStored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		data := []byte("%PDF-1.7 Zzyzxopolous\x00\xff")
		b, err := put(e, blob.File{Name: `C:\scans\order.pdf`, ContentType: "Application/PDF; x=y", Bytes: data})
		if err != nil {
			t.Fatal(err)
		}
		f, err := get(e, e.Key, b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.Bytes, data) || f.Name != "order.pdf" || f.ContentType != "application/pdf" || f.CreatedBy != e.User ||
			!f.CreatedAt.Equal(dbtest.Start) || len(f.SHA256) != 64 || f.ID != b {
			t.Errorf("file = %+v", f)
		}
		var sealed []byte
		var info blob.Info
		err = e.DB.Read(context.Background(), e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
			if info, err = blob.New(e.DB, e.Key).Info(ctx, tx, b); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, `SELECT sealed FROM blob WHERE practice_id = $1 AND blob_id = $2`, e.Practice, b).Scan(&sealed)
		})
		if err != nil || bytes.Contains(sealed, []byte("Zzyzx")) {
			t.Errorf("stored in the clear, or: %v", err)
		}
		if info.Size != int64(len(data)) || info.Name != f.Name || info.SHA256 != f.SHA256 {
			t.Errorf("info = %+v", info)
		}
		if _, err := get(e.Other(), e.Key, b); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice's file: %v", err)
		}
		if _, err := get(e, seal.NewKey(), b); err == nil {
			t.Error("opened with another key")
		}
	})
}

func TestPutRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		if _, err := put(e, blob.File{Name: "a", Bytes: make([]byte, blob.MaxSize+1)}); !errs.Is(err, errs.TooLarge) {
			t.Errorf("over the limit: %v", err)
		}
		if _, err := put(e, blob.File{Name: "a"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("empty: %v", err)
		}
	})
}

func TestTheLargestFileFits(t *testing.T) {
	e := dbtest.NewSQLite(t)
	b, err := put(e, blob.File{Name: "a", Bytes: make([]byte, blob.MaxSize)})
	if err != nil {
		t.Fatal(err)
	}
	if f, err := get(e, e.Key, b); err != nil || len(f.Bytes) != blob.MaxSize {
		t.Errorf("%d bytes, %v", len(f.Bytes), err)
	}
}

func verify(t *testing.T, e *dbtest.Env) blob.Report {
	t.Helper()
	r, err := blob.New(e.DB, e.Key).Verify(context.Background(), e.Practice)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func tamper(t *testing.T, e *dbtest.Env, sql string, args ...any) {
	t.Helper()
	err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, sql, args...); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.tamper"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerifyFindsAChangeInEveryColumn(t *testing.T) {
	changes := map[string]string{
		"blob_id": `blob_id = '00000000-0000-7000-8000-000000000001'`,
		"name":    `name = 'b.png'`, "content_type": `content_type = 'text/html'`, "size": `size = size + 1`,
		"sha256":     `sha256 = '0' || substr(sha256, 1, 63)`,
		"created_by": `created_by = NULL`, "created_at": `created_at = '2026-03-10T15:00:00.000001Z'`,
		"removed": "",
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for name, set := range changes {
			e := e.Other()
			b, err := put(e, blob.File{Name: "a.png", ContentType: "image/png", Bytes: []byte("some bytes")})
			if err != nil {
				t.Fatal(err)
			}
			if r := verify(t, e); len(r.Faults) != 0 || r.Files != 1 || r.Bytes != 10 {
				t.Fatalf("before: %+v", r)
			}
			q := `UPDATE blob SET ` + set + ` WHERE practice_id = $1 AND blob_id = $2`
			if set == "" {
				q = `DELETE FROM blob WHERE practice_id = $1 AND blob_id = $2`
			}
			tamper(t, e, q, e.Practice, b)
			if r := verify(t, e); len(r.Faults) == 0 {
				t.Errorf("%s: nothing found", name)
			}
		}
	})
}

func TestVerifyFindsAFlippedBitAnywhereInTheBytes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		b, err := put(e, blob.File{Name: "a.png", ContentType: "image/png", Bytes: []byte("some bytes")})
		if err != nil {
			t.Fatal(err)
		}
		var sealed []byte
		err = e.DB.Read(context.Background(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT sealed FROM blob WHERE practice_id = $1 AND blob_id = $2`, e.Practice, b).Scan(&sealed)
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << (i % 8)
			tamper(t, e, `UPDATE blob SET sealed = $3 WHERE practice_id = $1 AND blob_id = $2`, e.Practice, b, bad)
			if r := verify(t, e); len(r.Faults) != 1 {
				t.Errorf("byte %d: faults = %v", i, r.Faults)
			}
		}
	})
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"order.pdf":                       "order.pdf",
		"../../etc/passwd":                "passwd",
		`C:\x\y.png`:                      "y.png",
		"":                                "file",
		"...":                             "file",
		" a\tb\r\nc .jpg ":                "a b  c .jpg",
		"a\x00b\x7f.pdf":                  "ab.pdf",
		"cv\u202egpj.exe":                 "cvgpj.exe",
		"a\"; filename=evil.exe":          "a filename=evil.exe",
		"\xff\xfe.pdf":                    "pdf",
		"Überweisung Łódź.pdf":            "Überweisung Łódź.pdf",
		strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 116) + ".pdf",
	} {
		if got := blob.CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/b\\c.pdf")
	f.Add(strings.Repeat("a.", 200))
	f.Fuzz(func(t *testing.T, s string) {
		got := blob.CleanName(s)
		if got == "" || !utf8.ValidString(got) || utf8.RuneCountInString(got) > 120 || strings.ContainsAny(got, "/\\\x00\r\n\"") {
			t.Errorf("CleanName(%q) = %q", s, got)
		}
		if again := blob.CleanName(got); again != got {
			t.Errorf("not stable: %q, then %q", got, again)
		}
	})
}
