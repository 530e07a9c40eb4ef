package intake_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/patient"
)

type rig struct {
	*dbtest.Env
	t        *testing.T
	s        *intake.Service
	patients *patient.Service
	ctx      context.Context
	p        id.Patient
}

func newRig(t *testing.T, e *dbtest.Env) rig {
	t.Helper()
	r := rig{Env: e, t: t, patients: patient.New(e.DB, e.Log), ctx: e.Actor(authz.Therapist)}
	r.s = intake.New(e.DB, e.Log, r.patients)
	r.patients.AddAlertSource(r.s)
	p, err := r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{FirstName: "Dana", LastName: "Okafor",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female}})
	if err != nil {
		t.Fatal(err)
	}
	r.p = p
	return r
}

// start begins a draft and gives a submission of it with the answers it holds.
func (r rig) start() intake.Submission {
	r.t.Helper()
	if _, err := r.s.Start(r.ctx, r.p); err != nil {
		r.t.Fatalf("Start: %v", err)
	}
	d := r.chart().Draft
	return intake.Submission{Patient: r.p, Intake: d.ID, Version: d.Version, Answers: d.Answers, Marks: map[intake.Section]intake.Mark{}}
}

func (r rig) chart() intake.Chart {
	r.t.Helper()
	c, err := r.s.Chart(r.ctx, r.p)
	if err != nil {
		r.t.Fatalf("Chart: %v", err)
	}
	return c
}

// finish completes a first submission with full answers.
func (r rig) finish(a intake.Answers) {
	r.t.Helper()
	in := r.start()
	in.Answers = a
	if err := r.s.Complete(r.ctx, in); err != nil {
		r.t.Fatalf("Complete: %v", err)
	}
	r.Clock.Advance(time.Hour)
}

func yes() *bool { b := true; return &b }

// full has every answer, in the form in which it is kept.
func full() intake.Answers {
	return intake.Answers{
		Reason: "Neck pain after the accident", Since: "three weeks", OnsetDate: civil.Of(2026, 2, 17), Mechanism: "auto",
		MechanismDetail: "Hit from behind.\nHead was turned.", TriedSoFar: "Heat", Goals: "Look over my shoulder when driving",
		History: map[string]intake.Group{"heart": {Has: []string{"high-bp", "clot"}, Note: "2019"}, "skin": {None: true}}, HistoryOther: "Tinnitus",
		Surgeries: []intake.Surgery{{What: "Knee arthroscopy", When: "2018", Note: "left"}, {What: "Appendix"}},
		Avoid:     []string{"face", "feet"}, AvoidOther: "scar on the belly", Pressure: "medium", Positions: []string{"prone"}, PositionsNote: "Dizzy",
		Clothing: "draped", Chaperone: yes(), Comfort: "Explain first", Occupation: "Bus driver", Activity: "Sits nine hours",
		CallName: "Ike Okafor", CallRelation: "Brother", CallPhone: "312-555-0101", CallAbout: "Appointments only",
	}
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("got error %v, want one of kind %q", err, k)
	}
}

func TestFirstIntake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		_, err := r.s.Latest(r.ctx, r.p)
		wantKind(t, err, errs.NotFound)
		in := r.start()
		in.Answers = full()
		if err := r.s.Save(r.ctx, in); err != nil {
			t.Fatal(err)
		}
		if _, err := r.s.Latest(r.ctx, r.p); !errs.Is(err, errs.NotFound) {
			t.Errorf("a draft counts as the latest intake: %v", err)
		}
		in.Version++
		if err := r.s.Complete(r.ctx, in); err != nil {
			t.Fatal(err)
		}
		got, err := r.s.Latest(r.ctx, r.p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(full(), got.Answers); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
		if got.Status != intake.Complete || got.CompletedBy != "Terry Tester" || !got.Previous.IsZero() {
			t.Errorf("got status %q by %q after %v", got.Status, got.CompletedBy, got.Previous)
		}
		for _, s := range intake.Sections() {
			if got.Sections[s] != intake.FirstTime {
				t.Errorf("section %s is %q, want new", s, got.Sections[s])
			}
		}
	})
}

// A new submission begins with the old answers and says of each section
// whether anybody asked again.
func TestSecondIntake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		first := full()
		first.Goals = ""
		r.finish(first)
		in := r.start()
		if diff := cmp.Diff(first, in.Answers); diff != "" {
			t.Errorf("the draft begins with (-want +got):\n%s", diff)
		}
		wantKind(t, r.s.Complete(r.ctx, in), errs.Invalid) // nobody asked about the reason
		in.Answers.Pressure = "light"
		in.Answers.Goals = "Sleep through"
		in.Marks = map[intake.Section]intake.Mark{intake.Reason: intake.MarkSame, intake.Touch: intake.MarkSame, intake.Life: intake.MarkSame}
		if err := r.s.Complete(r.ctx, in); err != nil {
			t.Fatal(err)
		}
		c := r.chart()
		want := map[intake.Section]intake.Provenance{intake.Reason: intake.Confirmed, intake.Goals: intake.FirstTime, intake.History: intake.Carried,
			intake.Surgeries: intake.Carried, intake.Touch: intake.Changed, intake.Life: intake.Confirmed, intake.Contact: intake.Carried}
		if diff := cmp.Diff(want, c.Latest.Sections); diff != "" {
			t.Errorf("sections (-want +got):\n%s", diff)
		}
		if len(c.History) != 2 || c.History[0].ID != c.Latest.ID || !c.Draft.ID.IsZero() {
			t.Errorf("chart is %+v", c)
		}
		var was []string
		for _, l := range c.Latest.Answers.Lines(intake.Touch, c.LatestWas) {
			if l.Was != "" {
				was = append(was, l.Label+": "+l.Value+", was "+l.Was)
			}
		}
		if diff := cmp.Diff([]string{"Pressure: Light, was Medium"}, was); diff != "" {
			t.Errorf("differences (-want +got):\n%s", diff)
		}
		old, before, err := r.s.Get(r.ctx, r.p, c.History[1].ID)
		if err != nil || before != nil || old.Answers.Pressure != "medium" {
			t.Errorf("the first submission now reads %+v, %v", old.Answers, err)
		}
	})
}

func TestMarkedAsChangedButIsNot(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	r.finish(full())
	in := r.start()
	in.Marks = map[intake.Section]intake.Mark{intake.Reason: intake.MarkSame, intake.History: intake.MarkChanged}
	err := r.s.Complete(r.ctx, in)
	wantKind(t, err, errs.Invalid)
	if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != "mark.history" {
		t.Errorf("complaints are %v", f)
	}
	if err := r.s.Save(r.ctx, in); err != nil {
		t.Errorf("as a draft it may be kept: %v", err)
	}
}

func TestDraftsAreOneAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		a, b := r.start(), r.start()
		if a.Intake != b.Intake {
			t.Errorf("a second draft was made")
		}
		a.Answers.Reason, b.Answers.Reason = "Neck", "Knee"
		if err := r.s.Save(r.ctx, a); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.s.Save(r.ctx, b), errs.Stale)
		wantKind(t, r.s.Complete(r.ctx, b), errs.Stale)
		if got := r.chart().Draft.Answers.Reason; got != "Neck" {
			t.Errorf("the draft says %q, want what was saved first", got)
		}
		wantKind(t, r.s.Discard(r.ctx, r.p, a.Intake, 1), errs.Stale)
		if err := r.s.Discard(r.ctx, r.p, a.Intake, 2); err != nil {
			t.Fatal(err)
		}
		a.Version = 3
		wantKind(t, r.s.Save(r.ctx, a), errs.Conflict)
		if c := r.start(); c.Intake == a.Intake || c.Answers.Reason != "" {
			t.Errorf("a discarded draft came back: %+v", c)
		}
	})
}

func TestCompletedIsReadOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		in := r.start()
		in.Answers.Reason = "Neck"
		if err := r.s.Complete(r.ctx, in); err != nil {
			t.Fatal(err)
		}
		in.Answers.Reason = "Knee"
		for v := int64(1); v <= 4; v++ {
			in.Version = v
			wantKind(t, r.s.Save(r.ctx, in), errs.Conflict)
			wantKind(t, r.s.Complete(r.ctx, in), errs.Conflict)
			wantKind(t, r.s.Discard(r.ctx, r.p, in.Intake, v), errs.Conflict)
		}
	})
}

func TestRefusals(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	in := r.start()
	for _, c := range []struct {
		name, field string
		change      func(a *intake.Answers)
	}{
		{"no reason", "reason", func(a *intake.Answers) { a.Reason = " \n" }},
		{"a reason of 50,000 characters", "reason", func(a *intake.Answers) { a.Reason = strings.Repeat("ä", 50_000) }},
		{"a control character", "goals", func(a *intake.Answers) { a.Goals = "a\x00b" }},
		{"began tomorrow", "onset_date", func(a *intake.Answers) { a.OnsetDate = civil.Of(2026, 3, 11) }},
		{"a date that does not exist", "onset_date", func(a *intake.Answers) { a.OnsetDate = civil.Date{Year: 2026, Month: 2, Day: 30} }},
		{"an unknown mechanism", "mechanism", func(a *intake.Answers) { a.Mechanism = "magic" }},
		{"none of these and a condition", "history.heart", func(a *intake.Answers) {
			a.History = map[string]intake.Group{"heart": {None: true, Has: []string{"clot"}}}
		}},
		{"an unknown condition", "history.skin", func(a *intake.Answers) { a.History = map[string]intake.Group{"skin": {Has: []string{"scales"}}} }},
		{"a surgery without a name", "surgery.1.what", func(a *intake.Answers) {
			a.NoSurgeries = false
			a.Surgeries = []intake.Surgery{{What: "Knee"}, {When: "2018"}}
		}},
		{"no surgeries, and one", "no_surgeries", func(a *intake.Answers) { a.NoSurgeries = true }},
		{"an unknown area", "avoid", func(a *intake.Answers) { a.Avoid = []string{"feet", "wings"} }},
		{"an unknown pressure", "pressure", func(a *intake.Answers) { a.Pressure = "crush" }},
		{"a short phone", "call_phone", func(a *intake.Answers) { a.CallPhone = "911" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			sub := in
			sub.Answers = full()
			c.change(&sub.Answers)
			err := r.s.Complete(r.ctx, sub)
			wantKind(t, err, errs.Invalid)
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != c.field {
				t.Errorf("complaints are %v, want one about %s", f, c.field)
			}
		})
	}
	sub := in
	sub.Answers = intake.Answers{Goals: "田中 wants to sleep 😴"}
	if err := r.s.Save(r.ctx, sub); err != nil {
		t.Errorf("a draft needs no reason: %v", err)
	}
}

func TestAlerts(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	a := full()
	a.Avoid = intake.Keys(intake.Areas())
	r.finish(a)
	h, err := r.patients.Header(r.ctx, r.p)
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, x := range h.Alerts {
		all += x.Tone + ": " + x.Text + "\n"
	}
	for _, want := range []string{"danger: Do not touch, patient's wish: scalp and hair, face,", "feet", "scar on the belly", "warn: Wants a chaperone in the room."} {
		if !strings.Contains(all, want) {
			t.Errorf("alerts lack %q:\n%s", want, all)
		}
	}
}

func TestWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.finish(full())
		in := r.start()
		last := r.chart().Latest.ID
		reads := map[string]func(context.Context) error{
			"Latest": func(ctx context.Context) error { _, err := r.s.Latest(ctx, r.p); return err },
			"Chart":  func(ctx context.Context) error { _, err := r.s.Chart(ctx, r.p); return err },
			"Get":    func(ctx context.Context) error { _, _, err := r.s.Get(ctx, r.p, last); return err },
		}
		writes := map[string]func(context.Context) error{
			"Start":    func(ctx context.Context) error { _, err := r.s.Start(ctx, r.p); return err },
			"Save":     func(ctx context.Context) error { return r.s.Save(ctx, in) },
			"Complete": func(ctx context.Context) error { return r.s.Complete(ctx, in) },
			"Discard":  func(ctx context.Context) error { return r.s.Discard(ctx, r.p, in.Intake, in.Version) },
		}
		theirs := e.Other().Actor()
		for _, calls := range []map[string]func(context.Context) error{reads, writes} {
			for name, call := range calls {
				if err := call(e.Actor(authz.Biller)); !errs.Is(err, errs.Denied) {
					t.Errorf("%s by a biller gives %v, want Denied", name, err)
				}
				if err := call(context.Background()); !errs.Is(err, errs.Unauthenticated) {
					t.Errorf("%s by nobody gives %v, want Unauthenticated", name, err)
				}
				if err := call(theirs); !errs.Is(err, errs.NotFound) {
					t.Errorf("%s from another practice gives %v, want NotFound", name, err)
				}
			}
		}
		for name, call := range writes {
			if err := call(e.Actor(authz.Auditor)); !errs.Is(err, errs.Denied) {
				t.Errorf("%s by an auditor gives %v, want Denied", name, err)
			}
		}
		for name, call := range reads {
			if err := call(e.Actor(authz.Auditor)); err != nil {
				t.Errorf("%s by an auditor gives %v", name, err)
			}
		}
	})
}

func TestMergedRecordTakesNoIntake(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	in := r.start()
	keep, err := r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{LastName: "Else", BirthDate: civil.Of(1990, 1, 1), Sex: patient.Male}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.patients.Merge(r.ctx, patient.MergeInput{Survivor: keep, Duplicate: r.p, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.s.Start(r.ctx, r.p)
	wantKind(t, err, errs.Conflict)
	wantKind(t, r.s.Save(r.ctx, in), errs.Conflict)
}

// Every key that is offered can be kept and has words.
func TestChoicesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range intake.Groups() {
		if g.Label == "" || seen[g.Key] {
			t.Errorf("group %q is unnamed or listed twice", g.Key)
		}
		seen[g.Key] = true
		for _, c := range g.Conditions {
			if c.Label == "" || c.Key == intake.None || strings.ContainsAny(c.Key, " .") {
				t.Errorf("condition %q of %s is not usable", c.Key, g.Key)
			}
		}
	}
}
