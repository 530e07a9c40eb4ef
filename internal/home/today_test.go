package home_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

func TestEachStateOffersOneThing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		ref := w.refer(p, today.AddDays(-8))
		w.sign(w.plan(p, ref, today, 9), finished(6))
		w.plan(p, ref, today, 10)
		w.act(w.plan(p, ref, today, 11), visit.ActArrive)
		w.act(w.plan(p, ref, today, 12), visit.ActArrive, visit.ActStart)
		w.act(w.plan(p, ref, today, 8), visit.ActNoShow)
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		var got []string
		for _, r := range b.Rows {
			got = append(got, fmt.Sprintf("%s %s %s %v %v", r.Time, r.State, r.Verb.Label, r.Menu, r.Now))
		}
		want := []string{"08:00 no_show Open false false", "09:00 completed Open false false", "10:00 planned Arrived true false", "11:00 arrived Screen true false",
			"12:00 in_progress Note false true"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if b.Done != 1 || b.Left != 3 {
			t.Errorf("done %d, left %d", b.Done, b.Left)
		}
		if r := b.Rows[2]; r.Number != "Visit 2 of 12" || r.Pain != "Pain last 6 of 10" || r.About != "Wei Chen, MD · M54.2 Cervicalgia" || r.Therapist != "" {
			t.Errorf("row %+v", r)
		}
		if r := b.Rows[0]; r.Number != "" {
			t.Errorf("a visit that did not take place has number %q", r.Number)
		}
	})
}

func TestOtherDaysOfferNoArrival(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.plan(p, id.Referral{}, today.AddDays(1), 9)
		w.plan(p, id.Referral{}, today.AddDays(-1), 9)
		for day, want := range map[civil.Date]string{today.AddDays(1): "Open", today.AddDays(-1): "Note"} {
			b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{Day: day})
			w.must(err)
			if len(b.Rows) != 1 || b.Rows[0].Verb.Label != want || b.Rows[0].Verb.Action != "" || b.Rows[0].About != "No prescription" {
				t.Errorf("%s: %+v", day, b.Rows)
			}
		}
	})
}

func TestScreeningLeadsToTheStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.must(w.deps.Patients.RecordNone(e.Actor(), p, patient.Medicines))
		w.act(w.plan(p, id.Referral{}, today, 11), visit.ActArrive)
		answers := map[string]screening.Given{}
		for range 6 { // further questions follow from answers
			qs, err := w.deps.Screening.Questions(e.Actor(), p, today, answers)
			w.must(err)
			for _, question := range qs {
				if _, ok := answers[question.Key]; !ok && question.Required {
					answers[question.Key] = screening.Given{Answer: screening.SaidNo(), How: screening.Asked, On: today}
				}
			}
		}
		delete(answers, "ans.fever")
		_, err := w.deps.Screening.Record(e.Actor(), p, answers)
		w.must(err)
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		if v := b.Rows[0].Verb; v.Label != "Screen" || !strings.Contains(v.URL, "/screening?next=") {
			t.Errorf("with an open question: %+v", v)
		}
		answers["ans.fever"] = screening.Given{Answer: screening.SaidNo(), How: screening.Asked, On: today}
		j, err := w.deps.Screening.Record(e.Actor(), p, answers)
		w.must(err)
		gate, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		want := "Evaluate" // nobody has assessed or treated this patient
		if j.Result.Stops() || len(j.Undecided) > 0 {
			want = "Screen"
		}
		if v := gate.Rows[0].Verb; v.Label != want {
			t.Errorf("all answered (%v): %+v, want %s", j.Result.Fired, v, want)
		}
	})
}

func TestTheBoardAgreesWithTheScreeningRoom(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.refer(p, today.AddDays(-2))
		_, err := w.deps.Patients.AddMedicine(e.Actor(), p, patient.MedicineInput{Name: "apixaban"})
		w.must(err)
		w.act(w.plan(p, id.Referral{}, today, 11), visit.ActArrive)
		_, err = w.deps.Screening.Record(e.Actor(), p, map[string]screening.Given{"ans.fever": {Answer: screening.SaidYes(), How: screening.Asked, On: today}})
		w.must(err)
		h, err := w.deps.Patients.Header(e.Actor(), p)
		w.must(err)
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		if len(h.Alerts) == 0 || b.Rows[0].Alert != h.Alerts[0] {
			t.Errorf("Today says %+v, the banner %+v", b.Rows[0].Alert, h.Alerts)
		}
		if n := len([]rune(b.Rows[0].Alert.Text)); n > patient.MaxAlert {
			t.Errorf("the alert has %d characters", n)
		}
	})
}

func TestWhatNeedsSomebody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		old, new := w.register("Dana", "Okafor"), w.register("Jan", "Pham")
		ref := w.refer(old, today.AddDays(-40)) // ends 42 days after it was written
		for i := range 6 {
			w.sign(w.plan(old, ref, today.AddDays(-35+i), 9), finished(6))
		}
		w.act(w.plan(old, ref, today.AddDays(-1), 10))
		w.plan(new, id.Referral{}, today, 14)
		b, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		var got []string
		for _, n := range b.Needs {
			got = append(got, n.Kind+": "+n.Title+": "+n.Text)
		}
		want := []string{
			"Report: Dana Okafor: Report to Wei Chen, MD is due: 6 visits since 29 Jan 2026.",
			"Prescription: Dana Okafor: Prescription ends in 2 days.",
			"Note: Dana Okafor: Visit of 9 Mar 2026: did it take place?",
			"Papers: Jan Pham: No intake yet. Missing: consent to treatment, privacy notice. Comes at 14:00.",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, n := range b.Needs {
			if n.URL == "" {
				t.Errorf("%s leads nowhere", n.Kind)
			}
		}
	})
}

func TestRolesSeeWhatIsTheirs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		ref := w.refer(p, today.AddDays(-8))
		w.sign(w.plan(p, ref, today.AddDays(-2), 9), finished(6))
		w.plan(p, ref, today, 10)
		w.plan(p, ref, today.AddDays(-1), 10)
		for _, c := range []struct {
			role         authz.Role
			verb         string
			clinical     bool
			mine, audits bool
			kinds        string
		}{
			{authz.Therapist, "Arrived", true, true, false, "Note Papers"},
			{authz.Owner, "Arrived", true, false, false, "Note Papers"},
			{authz.FrontDesk, "Arrived", false, false, false, "Papers"},
			{authz.Biller, "Open", false, false, false, ""},
			{authz.Auditor, "Open", true, false, true, ""},
		} {
			ctx := e.Actor(c.role)
			b, err := w.svc.Today(ctx, home.Which{})
			w.must(err)
			r := b.Rows[0]
			if r.Verb.Label != c.verb || (r.Pain != "") != c.clinical || strings.Contains(r.About, "M54") != c.clinical || b.Mine != c.mine || b.Audits != c.audits {
				t.Errorf("%s: row %+v mine %v audits %v", c.role, r, b.Mine, b.Audits)
			}
			var kinds []string
			for _, n := range b.Needs {
				kinds = append(kinds, n.Kind)
			}
			if got := strings.Join(kinds, " "); got != c.kinds {
				t.Errorf("%s needs %q, want %q", c.role, got, c.kinds)
			}
			body := w.shows(ctx, "/", "Dana Okafor", "Today")
			if !c.clinical && (strings.Contains(body, "Cervicalgia") || strings.Contains(body, "Pain last")) {
				t.Errorf("%s sees clinical words", c.role)
			}
		}
	})
}

func TestOnesOwnDayAndEverybodys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		other := e.Staff("Alex Other", authz.Therapist)
		p := w.register("Dana", "Okafor")
		_, err := w.deps.Visits.Plan(e.Actor(), visit.Planned{Patient: p, Therapist: other, Location: e.Location, Date: today, Clock: 600, Minutes: 45})
		w.must(err)
		mine := w.shows(e.Actor(authz.Therapist), "/", "No visits today", "Plan visit")
		if strings.Contains(mine, "Dana") {
			t.Error("another therapist's visit is on one's own day")
		}
		w.shows(e.Actor(authz.Therapist), "/?who=all", "Dana Okafor", "Alex Other", "Only mine")
		w.shows(e.Actor(authz.Therapist), "/?who=all&day=2026-03-11", "Tomorrow", "No visits tomorrow")
		if status, _ := w.page(e.Actor(authz.Therapist), "/?day=rubbish"); status != http.StatusNotFound {
			t.Errorf("a day that is none: %d", status)
		}
	})
}

func TestEmptyAndOtherPractices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.plan(p, id.Referral{}, today, 10)
		other := e.Other()
		for _, role := range authz.Roles() {
			want := "No visits today"
			if ctx := other.Actor(role); authz.Granted(role, authz.PatientWrite) {
				want = "Register the first patient"
				w.shows(ctx, "/find/options", "New patient")
			}
			body := w.shows(other.Actor(role), "/", want)
			if strings.Contains(body, "Dana") {
				t.Errorf("%s of another practice sees the day", role)
			}
			w.shows(other.Actor(role), "/help", "Whom to ask")
		}
		if status, _ := w.page(other.Actor(), "/patients/"+p.String()); status != http.StatusNotFound {
			t.Errorf("another practice's chart: %d", status)
		}
		if strings.Contains(w.shows(e.Actor(authz.Biller), "/"), "Plan visit") {
			t.Error("a biller is offered to book")
		}
	})
}

// Whoever looks at a day has looked at everybody named on it.
func TestEachPatientOfTheDayIsRecordedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		dana, jan, absent := w.register("Dana", "Okafor"), w.register("Jan", "Pham"), w.register("Lee", "Wong")
		w.plan(dana, id.Referral{}, today, 9)
		w.plan(dana, id.Referral{}, today, 10)
		w.plan(jan, id.Referral{}, today.AddDays(-1), 9) // a note to write
		_, err := w.svc.Today(e.Actor(authz.Therapist), home.Which{})
		w.must(err)
		for name, c := range map[string]struct {
			patient id.Patient
			want    int
		}{"on the day": {dana, 1}, "on the worklist": {jan, 1}, "not shown": {absent, 0}} {
			list, err := e.Log.Report(e.Actor(authz.Auditor), audit.Filter{Patient: c.patient, Action: "today.view"})
			w.must(err)
			if len(list.Entries) != c.want {
				t.Errorf("%s: %d entries, want %d", name, len(list.Entries), c.want)
			}
		}
	})
}
