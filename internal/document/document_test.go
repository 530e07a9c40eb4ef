package document_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

func store(e *dbtest.Env) *document.Store { return document.New(e.DB, e.Key) }

func note(p id.Patient, body string) document.Draft {
	return document.Draft{Patient: p, Kind: "note", Title: "Visit note", Subject: "visit-1",
		ServiceDate: civil.Of(2026, 3, 10), Format: "note/1", Body: []byte(body)}
}

func sign(ctx context.Context, e *dbtest.Env, d document.Draft) (document.Signed, error) {
	var s document.Signed
	err := e.DB.Write(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = store(e).Append(ctx, tx, d)
		return err
	})
	return s, err
}

func mustSign(t *testing.T, e *dbtest.Env, d document.Draft) document.Signed {
	t.Helper()
	s, err := sign(e.Actor(), e, d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, e *dbtest.Env, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := e.DB.Read(context.Background(), e.Practice, fn); err != nil {
		t.Fatal(err)
	}
}

func TestADocumentComesBackAsSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		// Spaces, order of keys and an escape must all stay as they were.
		body := "{ \"b\":1,\n\t\"a\": \"Zo\\u00eb ☕ é\" }\n"
		want := mustSign(t, e, note(p, body))
		if want.Seq != 1 || want.SignerName != "Terry Tester" || want.SignerCredential != "LMT" || want.SignerLicense != "IL MT-1001" ||
			want.SignedBy != e.User || !want.SignedAt.Equal(dbtest.Start) {
			t.Errorf("signed = %+v", want)
		}
		read(t, e, func(ctx context.Context, tx *db.Tx) error {
			got, err := store(e).Get(ctx, tx, want.ID)
			if err != nil {
				return err
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !bytes.Equal(got.Body, []byte(body)) {
				t.Errorf("body = %q", got.Body)
			}
			return nil
		})
	})
}

func TestDocumentsOfAPatientFormAChain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p, other := id.New[id.Patient](), id.New[id.Patient]()
		a := mustSign(t, e, note(p, `{"n":1}`))
		x := mustSign(t, e, note(other, `{"n":1}`))
		e.Clock.Advance(time.Hour)
		b := mustSign(t, e, document.Draft{Patient: p, Kind: document.KindAddendum, Refers: a.ID, Format: "addendum/1", Body: []byte(`{}`)})
		if b.Seq != 2 || b.Previous != a.Hash || x.Seq != 1 || x.Previous == a.Previous {
			t.Errorf("a = %+v\nb = %+v\nx = %+v", a, b, x)
		}
		read(t, e, func(ctx context.Context, tx *db.Tx) error {
			list, err := store(e).ForPatient(ctx, tx, p)
			if err != nil || len(list) != 2 || list[0].ID != b.ID || list[1].ID != a.ID {
				t.Errorf("ForPatient = %v, %v; want the addendum, then the note", list, err)
			}
			list, err = store(e).Referring(ctx, tx, a.ID)
			if err != nil || len(list) != 1 || list[0].ID != b.ID {
				t.Errorf("Referring = %v, %v", list, err)
			}
			list, err = store(e).ForSubject(ctx, tx, "visit-1")
			if err != nil || len(list) != 2 || list[0].ID != a.ID || list[1].ID != x.ID {
				t.Errorf("ForSubject = %v, %v", list, err)
			}
			if list, err := store(e).ForSubject(ctx, tx, ""); err != nil || len(list) != 0 {
				t.Errorf("ForSubject(nothing) = %v, %v", list, err)
			}
			return nil
		})
		o := e.Other()
		read(t, o, func(ctx context.Context, tx *db.Tx) error {
			if _, err := store(o).Get(ctx, tx, a.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("another practice's document: %v", err)
			}
			if list, err := store(o).ForPatient(ctx, tx, p); err != nil || len(list) != 0 {
				t.Errorf("another practice's patient: %v, %v", list, err)
			}
			return nil
		})
	})
}

func TestAppendRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		first := mustSign(t, e, note(p, `{}`))
		with := func(change func(*document.Draft)) document.Draft {
			d := note(p, `{}`)
			change(&d)
			return d
		}
		system := authz.With(context.Background(), authz.Actor{Practice: e.Practice, Name: "Intake on the patient's phone", System: true})
		stranger := authz.With(context.Background(), authz.Actor{Practice: e.Practice, User: id.New[id.User](), Name: "Stranger"})
		for _, c := range []struct {
			name string
			ctx  context.Context
			d    document.Draft
			kind errs.Kind
		}{
			{"nobody's signature", context.Background(), note(p, `{}`), errs.Unauthenticated},
			{"one who is not staff", stranger, note(p, `{}`), errs.Denied},
			{"another practice's staff", e.Other().Actor(), note(p, `{}`), errs.Denied},
			{"a note by the program", system, note(p, `{}`), errs.Denied},
			{"no patient", e.Actor(), note(id.Patient{}, `{}`), errs.Internal},
			{"a body that is not JSON", e.Actor(), note(p, `{"a":`), errs.Internal},
			{"a body that is not UTF-8", e.Actor(), note(p, "\"\xff\""), errs.Internal},
			{"no body", e.Actor(), note(p, ``), errs.Internal},
			{"a huge body", e.Actor(), note(p, `"`+strings.Repeat("x", document.MaxBody)+`"`), errs.TooLarge},
			{"a kind in capitals", e.Actor(), with(func(d *document.Draft) { d.Kind = "Note" }), errs.Internal},
			{"no format", e.Actor(), with(func(d *document.Draft) { d.Format = "" }), errs.Internal},
			{"a control character in the title", e.Actor(), with(func(d *document.Draft) { d.Title = "a\x00b" }), errs.Internal},
			{"an addendum to nothing", e.Actor(), with(func(d *document.Draft) { d.Kind = document.KindAddendum }), errs.Internal},
			{"a retraction of what does not exist", e.Actor(), with(func(d *document.Draft) {
				d.Kind, d.Refers = document.KindRetraction, id.New[id.Document]()
			}), errs.NotFound},
			{"an addendum in another chart", e.Actor(), document.Draft{Patient: id.New[id.Patient](), Kind: document.KindAddendum,
				Refers: first.ID, Format: "addendum/1", Body: []byte(`{}`)}, errs.NotFound},
		} {
			if _, err := sign(c.ctx, e, c.d); err == nil || errs.KindOf(err) != c.kind {
				t.Errorf("%s: err = %v, want kind %v", c.name, err, c.kind)
			}
		}
		got, err := sign(system, e, document.Draft{Patient: p, Kind: document.KindConsent, Format: "consent/1", Body: []byte(`{}`)})
		if err != nil || got.Seq != 2 || !got.SignedBy.IsZero() || got.SignerName != "Intake on the patient's phone" {
			t.Errorf("a consent received by the program: %+v, %v", got, err)
		}
	})
}

func TestSigningAtOnceLeavesNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		const n = 8
		p := id.New[id.Patient]()
		var wg sync.WaitGroup
		fail := make(chan error, n)
		for i := range n {
			wg.Go(func() {
				_, err := sign(e.Actor(), e, note(p, fmt.Sprint(i)))
				fail <- err
			})
		}
		wg.Wait()
		close(fail)
		for err := range fail {
			if err != nil {
				t.Error(err)
			}
		}
		r := verify(t, e)
		if r.Documents() != n || len(r.Faults) != 0 {
			t.Errorf("report = %+v", r)
		}
	})
}

func verify(t *testing.T, e *dbtest.Env) document.Report {
	t.Helper()
	r, err := store(e).Verify(context.Background(), e.Practice)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tamper changes the database as one would who has it, but not the key.
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
		"document_id": `document_id = '00000000-0000-7000-8000-000000000001'`,
		"patient_id":  `patient_id = '00000000-0000-7000-8000-000000000002'`,
		"seq":         `seq = 9`, "seq below zero": `seq = -1`,
		"kind": `kind = 'noto'`, "title": `title = 'Visit nota'`, "subject": `subject = 'visit-2'`,
		"refers": `refers_document_id = document_id`, "service_date": `service_date = '2026-03-11'`, "service_date removed": `service_date = NULL`,
		"format": `format = 'note/2'`, "body": `body = '{"n":2}'`, "signed_by": `signed_by = NULL`,
		"signer_name": `signer_name = 'Terry Testes'`, "signer_credential": `signer_credential = 'LMP'`, "signer_license": `signer_license = 'IL MT-1002'`,
		"signed_at": `signed_at = '2026-03-10T15:00:00.000001Z'`,
		"previous":  `previous = hash`, "hash": `hash = previous`, "mac": `mac = hash`,
	}
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for name, set := range changes {
			e := e.Other()
			p := id.New[id.Patient]()
			mustSign(t, e, note(p, `{"n":0}`))
			d := mustSign(t, e, note(p, `{"n":1}`))
			mustSign(t, e, note(p, `{"n":3}`))
			if r := verify(t, e); len(r.Faults) != 0 || r.ByKind["note"] != 3 || r.Patients != 1 {
				t.Fatalf("before: %+v", r)
			}
			tamper(t, e, `UPDATE document SET `+set+` WHERE practice_id = $1 AND document_id = $2`, e.Practice, d.ID)
			if r := verify(t, e); len(r.Faults) == 0 {
				t.Errorf("%s: nothing found", name)
			}
		}
	})
}

func TestVerifyFindsMovedPractice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		o := e.Other()
		system := authz.With(context.Background(), authz.Actor{Practice: e.Practice, Name: "Intake", System: true})
		if _, err := sign(system, e, document.Draft{Patient: id.New[id.Patient](), Kind: document.KindConsent, Format: "consent/1", Body: []byte(`{}`)}); err != nil {
			t.Fatal(err)
		}
		tamper(t, e, `UPDATE document SET practice_id = $2 WHERE practice_id = $1`, e.Practice, o.Practice)
		if r := verify(t, e); len(r.Faults) == 0 {
			t.Error("the practice that lost the document is told nothing")
		}
		if r := verify(t, o); len(r.Faults) == 0 {
			t.Error("the practice that got the document is told nothing")
		}
	})
}

func TestVerifyNamesWhatHappened(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		for _, c := range []struct {
			name string
			do   func(e *dbtest.Env, d [4]document.Signed)
			seq  int64
			want string
		}{
			{"a body changed", func(e *dbtest.Env, d [4]document.Signed) {
				tamper(t, e, `UPDATE document SET body = '{"n":7}' WHERE practice_id = $1 AND document_id = $2`, e.Practice, d[1].ID)
			}, 2, "its content does not have its hash"},
			{"one in the middle removed", func(e *dbtest.Env, d [4]document.Signed) {
				tamper(t, e, `DELETE FROM document WHERE practice_id = $1 AND document_id = $2`, e.Practice, d[1].ID)
			}, 2, "was signed by the audit log and is missing"},
			{"the newest removed", func(e *dbtest.Env, d [4]document.Signed) {
				tamper(t, e, `DELETE FROM document WHERE practice_id = $1 AND document_id = $2`, e.Practice, d[3].ID)
			}, 4, "was signed by the audit log and is missing"},
			{"the whole chart removed", func(e *dbtest.Env, d [4]document.Signed) {
				tamper(t, e, `DELETE FROM document WHERE practice_id = $1 AND patient_id = $2`, e.Practice, d[0].Patient)
			}, 1, "was signed by the audit log and is missing"},
			{"two exchanged", func(e *dbtest.Env, d [4]document.Signed) {
				for _, s := range [][2]int64{{2, 99}, {3, 2}, {99, 3}} {
					tamper(t, e, `UPDATE document SET seq = $4 WHERE practice_id = $1 AND patient_id = $2 AND seq = $3`, e.Practice, d[0].Patient, s[0], s[1])
				}
			}, 2, "does not continue the document before it"},
			{"one inserted with a copied MAC", func(e *dbtest.Env, d [4]document.Signed) {
				tamper(t, e, `INSERT INTO document (practice_id, document_id, patient_id, seq, kind, format, body, signer_name, signed_at, previous, hash, mac)
					SELECT practice_id, $3, patient_id, 5, kind, format, body, signer_name, signed_at, hash, previous, mac
					FROM document WHERE practice_id = $1 AND document_id = $2`, e.Practice, d[3].ID, id.New[id.Document]())
			}, 5, "the audit log has no entry of its signing"},
		} {
			e := e.Other()
			p := id.New[id.Patient]()
			var d [4]document.Signed
			for i := range d {
				d[i] = mustSign(t, e, note(p, fmt.Sprintf(`{"n":%d}`, i)))
			}
			c.do(e, d)
			found := false
			r := verify(t, e)
			for _, f := range r.Faults {
				found = found || f.Patient == p && f.Seq == c.seq && f.What == c.want
			}
			if !found {
				t.Errorf("%s: want %q at document %d; got %v", c.name, c.want, c.seq, r.Faults)
			}
		}
	})
}

// A chain rebuilt with every hash right is still not ours without the key.
func TestVerifyFindsAChainRebuiltWithoutTheKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		p := id.New[id.Patient]()
		forger := document.New(e.DB, seal.NewKey())
		err := e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, err := forger.Append(ctx, tx, note(p, `{}`))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r := verify(t, e)
		if len(r.Faults) != 1 || !strings.Contains(r.Faults[0].What, "key") {
			t.Errorf("faults = %v", r.Faults)
		}
	})
}

func TestVerifyGoesOnBehindAnUnreadableRow(t *testing.T) {
	e := dbtest.NewSQLite(t) // PostgreSQL keeps such a value from being stored
	p, later := id.New[id.Patient](), id.New[id.Patient]()
	mustSign(t, e, note(p, `{}`))
	d := mustSign(t, e, note(p, `{}`))
	mustSign(t, e, note(later, `{}`))
	tamper(t, e, `UPDATE document SET signed_at = '2026-03-10X15:00:00.000000Z' WHERE practice_id = $1 AND document_id = $2`, e.Practice, d.ID)
	r := verify(t, e)
	if r.Documents() != 2 || len(r.Faults) != 1 || r.Faults[0].Seq != 2 || !strings.Contains(r.Faults[0].String(), "cannot be read") {
		t.Errorf("report = %+v", r)
	}
}

func TestVerifyCrossesPages(t *testing.T) {
	e := dbtest.NewSQLite(t)
	p := id.New[id.Patient]()
	for range 401 {
		mustSign(t, e, note(p, `{}`))
	}
	if r := verify(t, e); r.Documents() != 401 || len(r.Faults) != 0 {
		t.Errorf("documents = %d, faults = %v", r.Documents(), r.Faults)
	}
}

func TestHeadsChangeWithEveryDocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		heads := func() (n int64, digest string) {
			read(t, e, func(ctx context.Context, tx *db.Tx) (err error) {
				n, digest, err = store(e).Heads(ctx, tx)
				return err
			})
			return n, digest
		}
		p := id.New[id.Patient]()
		mustSign(t, e, note(p, `{}`))
		n1, d1 := heads()
		n2, d2 := heads()
		if n1 != 1 || n1 != n2 || d1 != d2 {
			t.Errorf("the same database gives %d %s and %d %s", n1, d1, n2, d2)
		}
		mustSign(t, e, note(p, `{}`))
		if n3, d3 := heads(); n3 != 1 || d3 == d1 {
			t.Errorf("a further document leaves %d %s", n3, d3)
		}
	})
}
