package inbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

type room struct {
	*dbtest.Env
	t         *testing.T
	svc       *inbox.Service
	patients  *patient.Service
	referrals *referral.Service
	dana      id.Patient
}

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	blobs := blob.New(e.DB, e.Key)
	r := &room{Env: e, t: t, patients: patient.New(e.DB, e.Log)}
	r.referrals = referral.New(e.DB, e.Log, r.patients, blobs, knowledge.Must().ICD10())
	r.svc = inbox.New(e.DB, e.Log, r.patients, blobs, r.referrals)
	r.dana = r.register("Dana", "Okafor", civil.Of(1984, time.March, 2))
	return r
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newRoom(t, e)) })
}

func (r *room) register(first, last string, born civil.Date) id.Patient {
	r.t.Helper()
	p, err := r.patients.Register(r.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last, BirthDate: born, Sex: patient.Female}})
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// receive takes in one paper of that name and content.
func (r *room) receive(name, data string) id.Paper {
	r.t.Helper()
	out, err := r.svc.Receive(r.Actor(), inbox.Incoming{Name: name, Data: []byte(data), Source: inbox.Uploaded})
	if err != nil || len(out) != 1 || out[0].Refused != "" || out[0].Again {
		r.t.Fatalf("%+v, %v", out, err)
	}
	return out[0].Paper
}

func (r *room) paper(p id.Paper) inbox.Paper {
	r.t.Helper()
	one, _, err := r.svc.Paper(r.Actor(), p)
	if err != nil {
		r.t.Fatal(err)
	}
	return one
}

func (r *room) count() (n int64) {
	r.t.Helper()
	err := r.DB.Read(r.Actor(), r.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		n, _, err = r.svc.CountWaiting(ctx, tx)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestPapersComeInOnceAndOldestFirst(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		first := r.receive("a.pdf", pdf)
		second := r.receive("b.png", "\x89PNG\r\n\x1a\n")
		w, err := r.svc.Worklist(r.Actor(), id.Paper{})
		if err != nil || w.Count != 2 || w.Papers[0].ID != first || w.Papers[1].ID != second || w.Papers[1].ContentType != "image/png" {
			t.Fatalf("%+v, %v", w, err)
		}
		out, err := r.svc.Receive(r.Actor(), inbox.Incoming{Name: "other name.pdf", Data: []byte(pdf), Source: inbox.Folder})
		if err != nil || len(out) != 1 || !out[0].Again || out[0].Paper != first {
			t.Errorf("the same bytes again: %+v, %v", out, err)
		}
		for name, data := range map[string]string{"empty.pdf": "", "a.docx": "PK\x03\x04", "fax.tif": "II*\x00", "huge.pdf": "%PDF-" + strings.Repeat("x", inbox.MaxFile)} {
			out, err := r.svc.Receive(r.Actor(), inbox.Incoming{Name: name, Data: []byte(data), Source: inbox.Uploaded})
			if err != nil || len(out) != 1 || out[0].Refused == "" || !out[0].Paper.IsZero() {
				t.Errorf("%s: %+v, %v", name, out, err)
			}
		}
		if n := r.count(); n != 2 {
			t.Errorf("%d wait", n)
		}
		if f, err := r.svc.Content(r.Actor(), first); err != nil || string(f.Bytes) != pdf {
			t.Errorf("%v", err)
		}
	})
}

func TestAMessageGivesItsAttachmentsWithTheirOrigin(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		mail := letter(attached("rx.pdf", "application/pdf", pdf), attached("note.doc", "application/msword", "\xd0\xcf"))
		out, err := r.svc.Receive(r.Actor(), inbox.Incoming{Name: "Fax.EML", Data: []byte(mail), Source: inbox.Uploaded})
		if err != nil || len(out) != 2 || out[0].Refused == "" || out[1].Name != "rx.pdf" {
			t.Fatalf("%+v, %v", out, err)
		}
		p := r.paper(out[1].Paper)
		if p.Source != inbox.Mail || p.Subject != "Fax for Dana Okafor" || p.Sender != "Praxis Müller <fax@praxis.example>" || p.SentAt.IsZero() {
			t.Errorf("%+v", p)
		}
		if out, err := r.svc.Receive(r.Actor(), inbox.Incoming{Name: "x.eml", Data: []byte("nothing"), Source: inbox.Uploaded}); err != nil || out[0].Refused == "" {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

func TestFilingUndoPutBackAndDiscard(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		p := r.receive("letter.pdf", pdf)
		if _, err := r.svc.File(ctx, p, 1, id.Patient{}, "poem"); len(errs.FieldsOf(err)) != 2 {
			t.Errorf("without patient and kind: %v", err)
		}
		if _, err := r.svc.File(ctx, p, 1, id.New[id.Patient](), inbox.Letter); !errs.Is(err, errs.NotFound) {
			t.Errorf("to nobody: %v", err)
		}
		if _, err := r.svc.File(ctx, p, 1, r.dana, inbox.Letter); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.File(ctx, p, 1, r.dana, inbox.Report); !errs.Is(err, errs.Conflict) {
			t.Errorf("filed twice: %v", err)
		}
		papers, err := r.svc.OfPatient(ctx, r.dana)
		if err != nil || len(papers) != 1 || papers[0].Kind != inbox.Letter || papers[0].By != "Terry Tester" {
			t.Fatalf("%+v, %v", papers, err)
		}
		if f, err := r.svc.ContentOf(ctx, r.dana, p); err != nil || string(f.Bytes) != pdf {
			t.Errorf("in the chart: %v", err)
		}
		if err := r.svc.Undo(ctx, p, 2); err != nil {
			t.Fatal(err)
		}
		if papers, _ := r.svc.OfPatient(ctx, r.dana); len(papers) != 0 || r.count() != 1 {
			t.Error("undone, and still in the chart")
		}
		if _, err := r.svc.File(ctx, p, 3, r.dana, inbox.Report); err != nil {
			t.Fatal(err)
		}
		r.Clock.Advance(inbox.UndoFor + time.Second)
		if err := r.svc.Undo(ctx, p, 4); !errs.Is(err, errs.Conflict) {
			t.Errorf("undone too late: %v", err)
		}
		if err := r.svc.PutBack(ctx, p, 4, "  "); errs.FieldsOf(err) == nil {
			t.Errorf("without a reason: %v", err)
		}
		if err := r.svc.PutBack(ctx, p, 4, "It is her sister’s"); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.Discard(ctx, p, 5, "Advertisement"); err != nil {
			t.Fatal(err)
		}
		one, events, err := r.svc.Paper(ctx, p)
		if err != nil || one.State != inbox.Discarded || len(events) != 5 || events[0].Reason != "Advertisement" || events[1].Reason != "It is her sister’s" || events[4].Action != "inbox.file" {
			t.Errorf("%+v, %+v, %v", one, events, err)
		}
		if f, err := r.svc.Content(ctx, p); err != nil || string(f.Bytes) != pdf {
			t.Errorf("discarded papers are kept: %v", err)
		}
	})
}

func TestAPrescriptionWaitsForItsReferral(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		p := r.receive("rx.pdf", pdf)
		scan, err := r.svc.File(ctx, p, 1, r.dana, inbox.Prescription)
		if err != nil || scan.IsZero() {
			t.Fatal(err)
		}
		waiting := func() int {
			l, err := r.referrals.List(ctx, r.dana)
			if err != nil {
				t.Fatal(err)
			}
			return len(l.Waiting)
		}
		if waiting() != 1 {
			t.Error("the chart has no upload that waits")
		}
		if err := r.svc.Undo(ctx, p, 2); err != nil || waiting() != 0 {
			t.Errorf("undo left %d uploads, %v", waiting(), err)
		}
		if scan, err = r.svc.File(ctx, p, 3, r.dana, inbox.Prescription); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.File(ctx, p, 99, r.dana, inbox.Prescription); !errs.Is(err, errs.Conflict) || waiting() != 1 {
			t.Errorf("a second filing: %v, %d uploads", err, waiting())
		}
		if _, err := r.referrals.Register(ctx, r.dana, referral.Input{NewPrescriber: &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", NPI: "1234567893"},
			Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: civil.Of(2026, time.March, 2), SignatureSeen: true, Scans: []id.Blob{scan}}); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.PutBack(ctx, p, 4, "wrong patient"); !errs.Is(err, errs.Conflict) || r.paper(p).State != inbox.Filed {
			t.Errorf("a prescription in use was put back: %v", err)
		}
	})
}

func TestSuggestionsNeedANumberOrANameWithItsBirthDate(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		number := patient.FormatNumber(1001)
		pham := r.register("Jan", "Pham", civil.Of(1990, time.May, 5))
		r.register("Mina", "Ferro", civil.Of(1984, time.March, 2))
		for _, c := range []struct {
			name string
			p    inbox.Paper
			want id.Patient
		}{
			{"name and birth date", inbox.Paper{Name: "Okafor_Dana_1984-03-02.pdf"}, r.dana},
			{"in another order", inbox.Paper{Name: "scan.pdf", Subject: "DANA OKAFOR, 03/02/1984"}, r.dana},
			{"the record number", inbox.Paper{Name: "fax " + number + ".pdf"}, r.dana},
			{"a name alone", inbox.Paper{Name: "Dana Okafor.pdf"}, id.Patient{}},
			{"a birth date alone", inbox.Paper{Name: "1984-03-02.pdf"}, id.Patient{}},
			{"half a name", inbox.Paper{Name: "Dana 1984-03-02.pdf"}, id.Patient{}},
			{"a wrong birth date", inbox.Paper{Name: "Dana Okafor 1984-03-03.pdf"}, id.Patient{}},
			{"a wrong check letter", inbox.Paper{Name: "fax 1001-" + "I" + ".pdf"}, id.Patient{}},
			{"two people", inbox.Paper{Name: "Dana Okafor 1984-03-02 and Jan Pham 1990-05-05.pdf"}, id.Patient{}},
			{"the sender", inbox.Paper{Name: "a.pdf", Sender: "Jan Pham 1990-05-05 <x@y.example>"}, pham},
		} {
			s, ok, err := r.svc.Suggest(r.Actor(), c.p)
			if err != nil || ok != !c.want.IsZero() || s.Patient.ID != c.want {
				t.Errorf("%s: %+v %v %v", c.name, s, ok, err)
			}
		}
		if err := r.patients.Merge(r.Actor(), patient.MergeInput{Duplicate: r.dana, Survivor: pham, DuplicateVersion: 1, SurvivorVersion: 1, Reason: "one person"}); err != nil {
			t.Fatal(err)
		}
		if s, ok, err := r.svc.Suggest(r.Actor(), inbox.Paper{Name: "fax " + number}); err != nil || !ok || s.Patient.ID != pham {
			t.Errorf("a merged record: %+v %v %v", s, ok, err)
		}
	})
}

func TestWhoMaySeeTheInbox(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		p := r.receive("a.pdf", pdf)
		if _, err := r.svc.Worklist(r.Actor(authz.Biller), id.Paper{}); err != nil {
			t.Errorf("the biller looks: %v", err)
		}
		if _, err := r.svc.File(r.Actor(authz.Biller), p, 1, r.dana, inbox.Letter); !errs.Is(err, errs.Denied) {
			t.Errorf("the biller files: %v", err)
		}
		if _, err := r.svc.Worklist(r.Actor(authz.Auditor), id.Paper{}); !errs.Is(err, errs.Denied) {
			t.Errorf("the auditor looks: %v", err)
		}
		o := r.Other()
		if _, _, err := r.svc.Paper(o.Actor(), p); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice looks: %v", err)
		}
		if _, err := r.svc.Content(o.Actor(), p); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice opens: %v", err)
		}
		if err := r.svc.Discard(o.Actor(), p, 1, "mine"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice discards: %v", err)
		}
		if _, err := r.svc.ContentOf(r.Actor(), r.dana, p); !errs.Is(err, errs.NotFound) {
			t.Errorf("a waiting paper opened through a chart: %v", err)
		}
	})
}
