package report_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/report"
	"soapstone/internal/visit/note"
)

func TestDueAfterVisitsOrDays(t *testing.T) {
	start := civil.Of(2026, 2, 1)
	for _, c := range []struct {
		name   string
		visits int64
		after  int
		want   bool
	}{
		{"no visit is nothing to report", 0, 90, false},
		{"five visits in two weeks", 5, 14, false},
		{"the sixth visit", 6, 14, true},
		{"a month with one visit", 1, 30, true},
		{"a day short of a month", 5, 29, false},
	} {
		why, due := report.Rule().Due(c.visits, start, start.AddDays(c.after))
		if due != c.want || due != (why != "") {
			t.Errorf("%s: due %v (%q), want %v", c.name, due, why, c.want)
		}
	}
	if r := report.Rule(); r.Source == "" || !strings.Contains(r.Note, "unverified for other payers") || r.Review.State != "unreviewed" {
		t.Errorf("the rule does not say where it comes from: %+v", r)
	}
}

func TestAReportStatesWhatWasSignedAndMeasured(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.score(w.dana, today.AddDays(-24), 7)
		w.session(w.dana, w.ref, today.AddDays(-20), finished(7, 50))
		adverse := finished(6, 55)
		adverse.Response = note.Response{Level: note.ResponseAdverse, Adverse: &note.AdverseEvent{When: "09:30", What: "Dizzy on sitting up", Severity: 1, Action: "Rested, water", Told: "nobody"}}
		w.session(w.dana, w.ref, today.AddDays(-10), adverse)
		carried := finished(4, 62)
		carried.Marks = append(carried.Marks, note.Mark{Site: "trap-upper-l", Type: note.Pain, Severity: 3, Provenance: note.Carried})
		carried.Interventions = append(carried.Interventions, note.Intervention{Technique: "effleurage", Sites: []string{"trap-upper-l"}, Provenance: note.Carried})
		w.session(w.dana, w.ref, today.AddDays(-3), carried)
		w.score(w.dana, today, 3)

		v, err := w.svc.Preview(e.Actor(), w.dana, w.ref)
		w.must(err)
		b := v.Body
		if b.Visits.Used != 3 || b.Visits.Ordered != 12 || b.Visits.First != today.AddDays(-20) {
			t.Errorf("visits %+v", b.Visits)
		}
		if b.Referral.Prescriber != "Wei Chen, MD" || b.Referral.Diagnoses[0].Code != "M54.2" || b.Patient.Name != "Dana Okafor" {
			t.Errorf("referral %+v patient %+v", b.Referral, b.Patient)
		}
		if len(b.Measures) != 2 {
			t.Fatalf("measures %+v", b.Measures)
		}
		pain, rotation := b.Measures[0], b.Measures[1]
		if pain.Was != "7" || pain.Now != "3" || !pain.Better || !pain.Clear || !strings.Contains(pain.Citation, "MDC") {
			t.Errorf("pain %+v", pain)
		}
		if rotation.Was != "50°" || rotation.Now != "62°" || rotation.Clear || rotation.Verdict != "measurement error not known" {
			t.Errorf("rotation %+v", rotation)
		}
		if b.Response.Better != 2 || len(b.Response.Adverse) != 1 || b.Response.Adverse[0].Severity != "mild" {
			t.Errorf("response %+v", b.Response)
		}
		if strings.Contains(b.Treatment, ",") || !strings.Contains(b.Treatment, "90 min") {
			t.Errorf("what was only carried is stated: %q", b.Treatment)
		}
		if len(b.Trends) != 1 || len(b.Trends[0].Points) != 2 {
			t.Errorf("trends %+v", b.Trends)
		}
	})
}

func TestPainOfNotesStandsInWhereNobodyScored(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.session(w.dana, w.ref, today.AddDays(-20), finished(7, 50))
		w.session(w.dana, w.ref, today.AddDays(-2), finished(4, 50))
		v, err := w.svc.Preview(e.Actor(), w.dana, w.ref)
		w.must(err)
		if m := v.Body.Measures[0]; m.Label != "Pain at the sessions, 0 to 10" || m.Was != "7" || m.Now != "4" || !m.Clear {
			t.Errorf("%+v", m)
		}
	})
}

func TestSignedIsWhatWasRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.session(w.dana, w.ref, today.AddDays(-20), finished(7, 50))
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, report.Content{})
		w.must(err)
		if _, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready); !errs.Is(err, errs.Conflict) {
			t.Errorf("a second draft: %v", err)
		}
		v := w.get(rid)
		if _, err := w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen); !errs.Is(err, errs.Invalid) || errs.FieldsOf(err)[0].Name != "recommendation" {
			t.Errorf("signed without a recommendation: %v", err)
		}
		w.must(w.svc.Save(e.Actor(), w.dana, rid, v.Report.Version, ready))
		if err := w.svc.Save(e.Actor(), w.dana, rid, v.Report.Version, ready); !errs.Is(err, errs.Stale) {
			t.Errorf("saved over a newer version: %v", err)
		}
		v = w.get(rid)
		w.session(w.dana, w.ref, today.AddDays(-2), finished(4, 58)) // a fact nobody has read
		if _, err := w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen); !errs.Is(err, errs.Stale) {
			t.Errorf("signed what was not read: %v", err)
		}
		v = w.get(rid)
		doc, err := w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		if doc.Kind != report.Kind || doc.SignerLicense == "" {
			t.Errorf("document %+v", doc)
		}
		w.score(w.dana, today, 1)
		signed := w.get(rid)
		if diff := cmp.Diff(v.Body, signed.Body); diff != "" {
			t.Errorf("the signed report is not what was read (-read +signed):\n%s", diff)
		}
		if signed.Body.Ask != "We ask for 8 more visits, 2 a week for 4 weeks." || len(signed.Body.Reply) != 4 {
			t.Errorf("ask %q reply %v", signed.Body.Ask, signed.Body.Reply)
		}
		if err := w.svc.Save(e.Actor(), w.dana, rid, signed.Report.Version, ready); !errs.Is(err, errs.Conflict) {
			t.Errorf("changed after signing: %v", err)
		}
		if err := w.svc.Discard(e.Actor(), w.dana, rid, signed.Report.Version); !errs.Is(err, errs.Conflict) {
			t.Errorf("discarded after signing: %v", err)
		}
	})
}

func (w *world) get(rid id.Report) report.View {
	w.t.Helper()
	v, err := w.svc.Get(w.Actor(), w.dana, rid)
	w.must(err)
	return v
}

func TestPaperIsOnePageAndTheSameTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.score(w.dana, today.AddDays(-24), 7)
		for i := range 5 {
			w.session(w.dana, w.ref, today.AddDays(i*4-20), finished(7-i/2, 50+2*i))
			w.score(w.dana, today.AddDays(i*4-20), float64(7-i/2))
		}
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		draft, err := w.svc.PDF(e.Actor(), w.dana, rid)
		w.must(err)
		if pages(draft) != 1 {
			t.Errorf("the draft has %d pages", pages(draft))
		}
		v := w.get(rid)
		_, err = w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		w.must(e.Log.Seal(e.Actor(), e.Practice))
		paper, err := w.svc.PDF(e.Actor(), w.dana, rid)
		w.must(err)
		if dir := os.Getenv("SOAPSTONE_SHOTS"); dir != "" {
			w.must(os.WriteFile(filepath.Join(dir, "report.pdf"), paper, 0o600))
		}
		if !bytes.HasPrefix(paper, []byte("%PDF-")) || pages(paper) != 1 {
			t.Errorf("the report has %d pages", pages(paper))
		}
	})
}

// A full report: every kind of row, and as many words as may be written.
func TestAFullReportStaysOnOnePage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.score(w.dana, today.AddDays(-24), 7)
		for i := range 6 {
			d := finished(7-i/2, 50+2*i)
			d.Objective.ROM = append(d.Objective.ROM, note.Measure{Motion: "cervical.rotation", Side: "L", Value: 60 + i}, note.Measure{Motion: "cervical.flexion", Value: 40 + i})
			if i == 2 {
				d.Response = note.Response{Level: note.ResponseAdverse, Adverse: &note.AdverseEvent{When: "09:30", What: "Sore for two days", Severity: 1, Action: "Pressure reduced", Told: "nobody"}}
			}
			w.session(w.dana, w.ref, today.AddDays(i*4-22), d)
			w.score(w.dana, today.AddDays(i*4-22), float64(7-i/2))
		}
		w.plan()
		full := ready
		full.Recommendation = report.Modify
		full.Summary = strings.Repeat("Turns the head further when driving. ", 10)
		full.Request = strings.Repeat("Add work on the shoulder. ", 9)
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, full)
		w.must(err)
		v := w.get(rid)
		if len(v.Body.Goals) != 2 || v.Body.Goals[0].Now != "5/10" || !strings.HasPrefix(v.Body.Goals[0].State, "Not met yet") {
			t.Errorf("goals %+v", v.Body.Goals)
		}
		_, err = w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		w.must(e.Log.Seal(e.Actor(), e.Practice))
		paper, err := w.svc.PDF(e.Actor(), w.dana, rid)
		w.must(err)
		if dir := os.Getenv("SOAPSTONE_SHOTS"); dir != "" {
			w.must(os.WriteFile(filepath.Join(dir, "full.pdf"), paper, 0o600))
		}
		if pages(paper) != 1 {
			t.Errorf("%d pages", pages(paper))
		}
	})
}

func pages(b []byte) int { return bytes.Count(b, []byte("/Type /Page\n")) }

func TestDueAndDoneAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		for i := range 6 {
			due, err := w.due(e.Actor())
			w.must(err)
			if len(due) != 0 {
				t.Fatalf("due after %d visits: %+v", i, due)
			}
			w.session(w.dana, w.ref, today.AddDays(i*3-20), finished(6, 50))
		}
		due, err := w.due(e.Actor())
		w.must(err)
		if len(due) != 1 || due[0].Patient != w.dana || due[0].Visits != 6 || due[0].Prescriber != "Wei Chen, MD" {
			t.Fatalf("due %+v", due)
		}
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		if due, _ = w.due(e.Actor()); len(due) != 1 || due[0].Draft != rid {
			t.Errorf("the draft is not named: %+v", due)
		}
		v := w.get(rid)
		_, err = w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		if due, _ = w.due(e.Actor()); len(due) != 0 {
			t.Errorf("due after the report: %+v", due)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		rid, err := w.svc.Begin(e.Actor(authz.Therapist), w.dana, w.ref, ready)
		w.must(err)
		for _, role := range []authz.Role{authz.FrontDesk, authz.Biller} {
			ctx := e.Actor(role)
			_, err1 := w.svc.List(ctx, w.dana)
			_, err2 := w.svc.Get(ctx, w.dana, rid)
			_, err3 := w.svc.PDF(ctx, w.dana, rid)
			_, err4 := w.due(ctx)
			for i, err := range []error{err1, err2, err3, err4} {
				if !errs.Is(err, errs.Denied) {
					t.Errorf("%s, call %d: %v", role, i, err)
				}
			}
		}
		for _, role := range []authz.Role{authz.Owner, authz.Auditor} {
			ctx := e.Actor(role)
			if _, err := w.svc.Get(ctx, w.dana, rid); err != nil {
				t.Errorf("%s may read: %v", role, err)
			}
			if _, err := w.svc.Begin(ctx, w.dana, w.ref, ready); !errs.Is(err, errs.Denied) {
				t.Errorf("%s may not write: %v", role, err)
			}
			if _, err := w.svc.Sign(ctx, w.dana, rid, 1, ""); !errs.Is(err, errs.Denied) {
				t.Errorf("%s may not sign: %v", role, err)
			}
		}
	})
}

func TestOtherPatientsAndPracticesAreNotThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		jan := w.register("Jan", "Pham")
		if _, err := w.svc.Get(e.Actor(), jan, rid); !errs.Is(err, errs.NotFound) {
			t.Errorf("a report under another patient: %v", err)
		}
		if _, err := w.svc.Begin(e.Actor(), jan, w.ref, ready); !errs.Is(err, errs.NotFound) {
			t.Errorf("a report on another patient's prescription: %v", err)
		}
		other := e.Other()
		if _, err := w.svc.Get(other.Actor(), w.dana, rid); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice: %v", err)
		}
		if err := w.svc.Save(other.Actor(), w.dana, rid, 1, ready); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice saves: %v", err)
		}
		if due, err := w.due(other.Actor()); err != nil || len(due) != 0 {
			t.Errorf("an empty practice: %v, %v", due, err)
		}
	})
}

func TestMergedRecordIsReadAndNotWritten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.session(w.dana, w.ref, today.AddDays(-20), finished(7, 50))
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		keep := w.register("Ruth", "Abel")
		w.must(w.patients.Merge(e.Actor(), patient.MergeInput{Duplicate: w.dana, Survivor: keep, DuplicateVersion: 1, SurvivorVersion: 1, Reason: "registered twice"}))
		l, err := w.svc.List(e.Actor(), keep)
		w.must(err)
		if len(l.Reports) != 1 || l.Reports[0].ID != rid {
			t.Errorf("the survivor's reports: %+v", l.Reports)
		}
		if err := w.svc.Save(e.Actor(), w.dana, rid, 1, ready); !errs.Is(err, errs.Conflict) {
			t.Errorf("wrote into a merged record: %v", err)
		}
	})
}

func TestAbsurdContentIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		for field, c := range map[string]report.Content{
			"recommendation": {Recommendation: "amputate"},
			"visits":         {Recommendation: report.Continue, Visits: 1000},
			"per_week":       {Recommendation: report.Continue, Visits: 3, PerWeek: -1},
			"summary":        {Summary: strings.Repeat("a", report.MaxSummary+1)},
			"request":        {Request: strings.Repeat("ä", report.MaxRequest+1)},
		} {
			_, err := w.svc.Begin(e.Actor(), w.dana, w.ref, c)
			if !errs.Is(err, errs.Invalid) || errs.FieldsOf(err)[0].Name != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		draft, err := w.refs.Register(e.Actor(), w.dana, draftInput(w))
		w.must(err)
		if _, err := w.svc.Begin(e.Actor(), w.dana, draft, ready); !errs.Is(err, errs.Conflict) {
			t.Errorf("a report on a prescription that is a draft: %v", err)
		}
	})
}

func TestTheRecordSaysWhatWasDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		w.get(rid)
		var n int
		w.must(e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND (action = 'report.begin' OR action = 'report.view')`, e.Practice).Scan(&n)
		}))
		if n != 2 {
			t.Errorf("%d entries, want 2", n)
		}
	})
}

func draftInput(w *world) referral.Input { return referral.Input{Prescriber: w.chen.ID, Draft: true} }

// What was signed is under a seal before anybody is told so.
func TestASignedReportIsSealedWhenSignReturns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, ready)
		w.must(err)
		v := w.get(rid)
		_, err = w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		var waiting int
		w.must(e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_pending WHERE practice_id = $1`, e.Practice).Scan(&waiting)
		}))
		if waiting != 0 {
			t.Errorf("%d entries wait for their seal", waiting)
		}
	})
}

// Rows for which there is no room are not dropped without a word.
func TestAPaperWithFewerRowsSaysSo(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (Debian: poppler-utils) is not installed")
	}
	const line = "More stands in the signed report."
	e := dbtest.NewSQLite(t)
	w := newWorld(t, e)
	printed := func(c report.Content) string {
		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, c)
		w.must(err)
		v := w.get(rid)
		_, err = w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		paper, err := w.svc.PDF(e.Actor(), w.dana, rid)
		w.must(err)
		if pages(paper) != 1 {
			t.Errorf("%d pages", pages(paper))
		}
		in := filepath.Join(t.TempDir(), "report.pdf")
		w.must(os.WriteFile(in, paper, 0o600))
		out, err := exec.Command(tool, "-layout", in, "-").Output()
		w.must(err)
		return string(out)
	}
	if strings.Contains(printed(ready), line) {
		t.Error("a short report says that it was cut")
	}
	for i := range 3 {
		d := finished(7-i, 50+2*i)
		for _, m := range []string{"cervical.flexion", "cervical.extension"} {
			d.Objective.ROM = append(d.Objective.ROM, note.Measure{Motion: m, Value: 40 + i})
		}
		for _, side := range []string{"L", "R"} {
			d.Objective.ROM = append(d.Objective.ROM, note.Measure{Motion: "cervical.lateral-flexion", Side: side, Value: 30 + i})
		}
		d.Objective.ROM = append(d.Objective.ROM, note.Measure{Motion: "cervical.rotation", Side: "L", Value: 60 + i})
		if i == 1 {
			d.Response = note.Response{Level: note.ResponseAdverse, Adverse: &note.AdverseEvent{When: "09:30", What: strings.Repeat("Sore for two days. ", 1), Severity: 1, Action: strings.Repeat("Pressure reduced. ", 1), Told: "nobody"}}
		}
		w.session(w.dana, w.ref, today.AddDays(i*4-22), d)
	}
	w.plan()
	full := ready
	full.Recommendation = report.Modify
	full.Summary = strings.Repeat("Turns the head further when driving. ", 6)
	full.Request = strings.Repeat("Add work on the shoulder. ", 9)
	if words := printed(full); !strings.Contains(words, line) {
		t.Errorf("rows were cut without a word:\n%s", words)
	}
}
