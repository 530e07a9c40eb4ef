package report_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/coverage"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/internal/report"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
)

func TestADischargeSummaryNamesWhyAndWhatRemains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		w.svc.Picture = func(marks []note.Mark) ([]byte, error) { return visitui.Picture(marks, knowledge.Must()) }
		first := finished(7, 50)
		first.Marks = append(first.Marks, note.Mark{Site: "trap-upper-l", Type: note.Tight, Severity: 1, Provenance: note.New})
		w.session(w.dana, w.ref, today.AddDays(-20), first)
		last := finished(2, 75)
		last.Plan.Next, last.Plan.HomeCare = note.NextDischarge, []note.HomeCare{{Text: "Chin tucks, ten a day", Provenance: note.New}}
		w.session(w.dana, w.ref, today.AddDays(-3), last)

		rid, err := w.svc.Begin(e.Actor(), w.dana, w.ref, report.Content{Recommendation: report.Discharge})
		w.must(err)
		v := w.get(rid)
		if _, err := w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen); !errs.Is(err, errs.Invalid) {
			t.Fatalf("signed without a reason: %v", err)
		}
		w.must(w.svc.Save(e.Actor(), w.dana, rid, v.Report.Version, report.Content{Recommendation: report.Discharge, Reason: report.GoalsMet, Visits: 4}))
		v = w.get(rid)
		b := v.Body
		if len(b.Places) != 1 || b.Places[0].Words() != "Upper trapezius, right: trigger point, moderate" {
			t.Errorf("places %+v", b.Places)
		}
		if want := []string{"Upper trapezius, left: tight, mild"}; !slices.Equal(b.Gone, want) {
			t.Error(cmp.Diff(want, b.Gone))
		}
		if !strings.Contains(b.Ask, "has ended: the goals are met") || b.Content.Visits != 0 {
			t.Errorf("asks %q, %d visits", b.Ask, b.Content.Visits)
		}
		var labels []string
		for _, f := range b.Facts() {
			labels = append(labels, f[0])
		}
		if !slices.Contains(labels, "Goes on at home") || !slices.Contains(labels, "No longer found") {
			t.Errorf("facts %q", labels)
		}
		doc, err := w.svc.Sign(e.Actor(), w.dana, rid, v.Report.Version, v.Seen)
		w.must(err)
		if doc.Title != "Discharge summary" {
			t.Errorf("titled %q", doc.Title)
		}
		w.must(e.Log.Seal(e.Actor(), e.Practice))
		paper, err := w.svc.PDF(e.Actor(), w.dana, rid)
		w.must(err)
		if dir := os.Getenv("SOAPSTONE_SHOTS"); dir != "" {
			w.must(os.WriteFile(filepath.Join(dir, "discharge.pdf"), paper, 0o600))
		}
		if pages(paper) != 1 || !bytes.Contains(paper, []byte("/Subtype /Image")) {
			t.Errorf("%d pages, or no body chart", pages(paper))
		}
	})
}

// A mark on the right lies right of the middle of the back, as the patient's
// own right does from behind, and left of it from the front.
func TestThePictureOfAReportKeepsTheSide(t *testing.T) {
	for _, c := range []struct{ left, right string }{{"trap-upper-l", "trap-upper-r"}, {"pec-major-l", "pec-major-r"}} {
		k := knowledge.Must()
		l, okL := k.Site(c.left)
		r, okR := k.Site(c.right)
		if !okL || !okR {
			t.Fatalf("no site %s or %s", c.left, c.right)
		}
		if (l.X < r.X) != (l.View == knowledge.ViewBack) {
			t.Errorf("%s at %d, %s at %d", c.left, l.X, c.right, r.X)
		}
		one, err := visitui.Picture([]note.Mark{{Site: c.left, Type: note.Pain}}, k)
		if err != nil {
			t.Fatal(err)
		}
		other, err := visitui.Picture([]note.Mark{{Site: c.right, Type: note.Pain}}, k)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(one, other) {
			t.Errorf("%s and %s give one picture", c.left, c.right)
		}
		if _, err := png.Decode(bytes.NewReader(one)); err != nil {
			t.Error(err)
		}
	}
	if none, err := visitui.Picture([]note.Mark{{Site: "nowhere", Type: note.Pain}}, knowledge.Must()); err != nil || none != nil {
		t.Errorf("%d bytes of nothing, %v", len(none), err)
	}
}

func TestARuleOfThePayerComesBeforeTheGeneralOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		insured := coverage.New(e.DB, e.Log, w.patients, w.refs, blob.New(e.DB, e.Key), knowledge.Must())
		ctx := authz.With(t.Context(), authz.Actor{User: w.User, Practice: e.Practice, Name: "Maya Brandt", Roles: authz.Roles(), StepUpAt: e.Clock.Now()})
		three, none := int64(3), int64(0)
		payer, err := insured.SavePayer(ctx, coverage.Payer{Name: "Lake Health", Profile: "commercial", Overrides: coverage.Overrides{
			ReportEveryVisits: &three, ReportEveryDays: &none, Source: "provider manual", CheckedOn: today}})
		w.must(err)
		_, err = insured.Add(ctx, w.dana, coverage.Input{Payer: payer, Priority: 1, MemberID: "W1", Relation: coverage.Self, Share: coverage.Copay, Copay: 2500, FromOn: today.AddDays(-60)})
		w.must(err)
		for i := range 3 {
			due, err := w.due(ctx)
			w.must(err)
			if len(due) != 0 {
				t.Fatalf("due after %d visits: %+v", i, due)
			}
			w.session(w.dana, w.ref, today.AddDays(i*3-20), finished(6, 50))
		}
		due, err := w.due(ctx)
		w.must(err)
		if len(due) != 1 || !strings.HasPrefix(due[0].Why, "3 visits since ") || !strings.HasSuffix(due[0].Why, ", rule of Lake Health") {
			t.Fatalf("due %+v", due)
		}
	})
}
