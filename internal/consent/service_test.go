package consent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
)

type rig struct {
	*dbtest.Env
	t        *testing.T
	s        *consent.Service
	patients *patient.Service
	docs     *document.Store
	ctx      context.Context
	p        id.Patient
}

func newRig(t *testing.T, e *dbtest.Env) rig {
	t.Helper()
	r := rig{Env: e, t: t, patients: patient.New(e.DB, e.Log), docs: document.New(e.DB, e.Key), ctx: e.Actor()}
	r.s = consent.New(e.DB, e.Log, r.patients, r.docs, knowledge.Must())
	r.patients.AddAlertSource(r.s)
	r.p = r.register("Dana", civil.Of(1984, 3, 2))
	return r
}

func (r rig) register(first string, born civil.Date) id.Patient {
	r.t.Helper()
	p, err := r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: "Okafor", BirthDate: born, Sex: patient.Female}})
	if err != nil {
		r.t.Fatal(err)
	}
	return p
}

// input agrees to a text as it stands, signed by hand by the patient.
func (r rig) input(key string) consent.SignInput {
	r.t.Helper()
	text, ok := knowledge.Must().Consent(key, "en")
	if !ok {
		r.t.Fatalf("no text %s", key)
	}
	return consent.SignInput{Patient: r.p, Key: key, Lang: "en", Version: text.Version, Hash: text.SHA256,
		Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}, Strokes: drawn}
}

func (r rig) sign(key string) id.Consent {
	r.t.Helper()
	c, err := r.s.Sign(r.ctx, r.input(key))
	if err != nil {
		r.t.Fatalf("Sign(%s): %v", key, err)
	}
	return c
}

func (r rig) state(key string) consent.State {
	r.t.Helper()
	o, err := r.s.Overview(r.ctx, r.p)
	if err != nil {
		r.t.Fatal(err)
	}
	st, ok := consent.Find(o.States, key)
	if !ok {
		r.t.Fatalf("no state of %s", key)
	}
	return st
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("got error %v, want one of kind %q", err, k)
	}
}

func TestSign(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		if st := r.state("treatment"); st.Standing != consent.Unasked || !st.Required || st.Settled() {
			t.Errorf("before: %+v", st)
		}
		c := r.sign("treatment")
		st := r.state("treatment")
		if st.Standing != consent.Given || st.Outdated || !st.Settled() || st.Latest.ID != c || st.Latest.On != civil.Of(2026, 3, 10) || st.Latest.Witness != "Terry Tester" {
			t.Errorf("after: %+v", st)
		}
		got, err := r.s.Paper(r.ctx, r.p, c)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := knowledge.Must().Consent("treatment", "en")
		if got.Text.SHA256 != text.SHA256 || got.Text.Version != text.Version || strings.Join(got.Text.Paragraphs, "\n") != strings.Join(text.Paragraphs, "\n") || got.Text.Statement != text.Statement {
			t.Errorf("the paper holds %+v, want the words of the text", got.Text)
		}
		if got.Signature != (consent.Signature{Method: consent.Drawn, Path: drawn, Width: 1000, Height: 450}) || got.Patient.Name != "Dana Okafor" ||
			got.Patient.Number != "1001-N" || got.SignedAt != "2026-03-10T15:00:00Z" || got.Zone != "America/Chicago" || got.Witness != "Terry Tester" {
			t.Errorf("the paper is %+v", got.Paper)
		}
		if got.Document.Kind != "consent" || got.Document.SignerName != "Terry Tester" || got.Document.ServiceDate != civil.Of(2026, 3, 10) || !json.Valid(got.Document.Body) {
			t.Errorf("the document is %+v", got.Document.Draft)
		}
		report, err := r.docs.Verify(r.ctx, e.Practice)
		if err != nil || len(report.Faults) != 0 {
			t.Errorf("the chain: %+v, %v", report, err)
		}
	})
}

func TestSignRefuses(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	for _, c := range []struct {
		name, field string
		kind        errs.Kind
		change      func(in *consent.SignInput)
	}{
		{"no name", "signer", errs.Invalid, func(in *consent.SignInput) { in.Signer.Name = " " }},
		{"a name of 5,000 characters", "signer", errs.Invalid, func(in *consent.SignInput) { in.Signer.Name = strings.Repeat("x", 5000) }},
		{"nobody in particular", "relation", errs.Invalid, func(in *consent.SignInput) { in.Signer.Relation = "neighbor" }},
		{"no signature", "strokes", errs.Invalid, func(in *consent.SignInput) { in.Strokes = "" }},
		{"a dot", "strokes", errs.Invalid, func(in *consent.SignInput) { in.Strokes = "M1 1L2 2" }},
		{"markup for a signature", "strokes", errs.Invalid, func(in *consent.SignInput) { in.Strokes = `M1 1L900 9"><script>` }},
		{"another version of the text", "", errs.Stale, func(in *consent.SignInput) { in.Version = "0" }},
		{"other words", "", errs.Stale, func(in *consent.SignInput) { in.Hash = "abc" }},
		{"an unknown text", "", errs.NotFound, func(in *consent.SignInput) { in.Key = "area-51" }},
		{"an unknown patient", "", errs.NotFound, func(in *consent.SignInput) { in.Patient = id.New[id.Patient]() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := r.input("treatment")
			c.change(&in)
			_, err := r.s.Sign(r.ctx, in)
			wantKind(t, err, c.kind)
			if f := errs.FieldsOf(err); c.field != "" && (len(f) != 1 || f[0].Name != c.field) {
				t.Errorf("complaints are %v, want one about %s", f, c.field)
			}
		})
	}
	if st := r.state("treatment"); st.Standing != consent.Unasked {
		t.Errorf("a refused signature was kept: %+v", st)
	}
}

func TestTypedSignature(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	in := r.input("treatment")
	in.Strokes, in.TypedName = "", true
	c, err := r.s.Sign(r.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.s.Paper(r.ctx, r.p, c)
	if err != nil || got.Signature.Method != consent.Typed || got.Signature.Path != "" {
		t.Errorf("got %+v, %v", got.Signature, err)
	}
}

func TestMinorsNeedAnAdult(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.p = r.register("Kid", civil.Of(2008, 3, 11)) // 18 tomorrow
		in := r.input("treatment")
		_, err := r.s.Sign(r.ctx, in)
		wantKind(t, err, errs.Invalid)
		if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != "relation" {
			t.Errorf("complaints are %v", f)
		}
		in.Signer = consent.Signer{Name: "Ada Okafor", Relation: consent.Parent, Identity: "Driver license"}
		if _, err := r.s.Sign(r.ctx, in); err != nil {
			t.Errorf("a parent signs: %v", err)
		}
		if _, err := r.s.Withdraw(r.ctx, consent.SpokenInput{Patient: r.p, Key: "treatment", Signer: consent.Signer{Name: "Kid Okafor", Relation: consent.Self}}); err != nil {
			t.Errorf("a minor withdraws: %v", err)
		}
	})
}

func TestWithdraw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		in := consent.SpokenInput{Patient: r.p, Key: "area-abdomen", Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}, Note: "Feels uneasy"}
		_, err := r.s.Withdraw(r.ctx, in)
		wantKind(t, err, errs.Conflict)
		given := r.sign("area-abdomen")
		back, err := r.s.Withdraw(r.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.s.Withdraw(r.ctx, in)
		wantKind(t, err, errs.Conflict)
		st := r.state("area-abdomen")
		if st.Standing != consent.Withdrawn || st.Latest.ID != back || st.Latest.Note != "Feels uneasy" || !st.Settled() {
			t.Errorf("state is %+v", st)
		}
		a, err := r.s.Paper(r.ctx, r.p, given)
		if err != nil {
			t.Fatal(err)
		}
		b, err := r.s.Paper(r.ctx, r.p, back)
		if err != nil || b.Document.Refers != a.Document.ID || b.Action != consent.Withdrawn || a.Action != consent.Given {
			t.Errorf("the withdrawal refers to %v, want %v, %v", b.Document.Refers, a.Document.ID, err)
		}
		e.Clock.Advance(time.Second)
		r.sign("area-abdomen")
		if st := r.state("area-abdomen"); st.Standing != consent.Given {
			t.Errorf("after agreeing again: %q", st.Standing)
		}
	})
}

func TestDecline(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	in := consent.SpokenInput{Patient: r.p, Key: "privacy-notice", Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}}
	_, err := r.s.Decline(r.ctx, in)
	wantKind(t, err, errs.Invalid)
	in.Note = "Prefers not to sign"
	if _, err := r.s.Decline(r.ctx, in); err != nil {
		t.Fatal(err)
	}
	if st := r.state("privacy-notice"); st.Standing != consent.Declined || !st.Settled() {
		t.Errorf("a refused acknowledgment is %+v, want settled", st)
	}
	in.Key = "treatment"
	if _, err := r.s.Decline(r.ctx, in); err != nil {
		t.Fatal(err)
	}
	o, err := r.s.Overview(r.ctx, r.p)
	if err != nil {
		t.Fatal(err)
	}
	if m := consent.Missing(o.States); len(m) != 1 || m[0].Key != "treatment" {
		t.Errorf("missing is %+v, want treatment", m)
	}
	if len(o.History) != 2 || o.History[0].Key != "treatment" {
		t.Errorf("history is %+v", o.History)
	}
}

func TestOutdatedText(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	r.sign("treatment")
	today := civil.Of(2026, 3, 10)
	r.s.Publish("treatment", "2", today.AddDays(7), "It says how records are kept.")
	if st := r.state("treatment"); st.Outdated || !st.Settled() {
		t.Errorf("before its day the newer text is asked for: %+v", st)
	}
	e.Clock.Advance(7 * 24 * time.Hour)
	if st := r.state("treatment"); st.Standing != consent.Given || !st.Outdated || st.Settled() ||
		st.Again() != "Asked again because the wording changed: It says how records are kept." {
		t.Errorf("with a newer text: %+v", st)
	}
	in := r.input("treatment")
	_, err := r.s.Sign(r.ctx, in)
	wantKind(t, err, errs.Stale)
	in.Version, in.Hash = "2", "hash of version 2"
	c, err := r.s.Sign(r.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if st := r.state("treatment"); st.Outdated || !st.Settled() || st.Again() != "" {
		t.Errorf("after the newer text was signed: %+v", st)
	}
	if p, err := r.s.Paper(r.ctx, r.p, c); err != nil || p.Text.SHA256 != in.Hash || p.Text.Changes == "" || p.Text.Effective != today.AddDays(7) {
		t.Errorf("the paper holds %+v, %v", p.Text, err)
	}
}

func TestStatusIsInOrder(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	o, err := r.s.Overview(r.ctx, r.p)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range o.States {
		keys = append(keys, s.Key)
	}
	if got, want := strings.Join(keys, " "), "treatment privacy-notice area-abdomen area-chest area-gluteal area-intra-oral"; got != want {
		t.Errorf("texts are %s, want %s", got, want)
	}
}

func TestAlerts(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	alerts := func() string {
		h, err := r.patients.Header(r.ctx, r.p)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, a := range h.Alerts {
			if strings.Contains(a.Text, "onsent") {
				all = append(all, a.Tone+": "+a.Text)
			}
		}
		return strings.Join(all, "\n")
	}
	if got, want := alerts(), "warn: No consent to treatment is on file."; got != want {
		t.Errorf("at first %q, want %q", got, want)
	}
	r.sign("treatment")
	if got := alerts(); got != "" {
		t.Errorf("after signing %q, want nothing", got)
	}
	no := consent.SpokenInput{Patient: r.p, Key: "area-abdomen", Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}, Note: "No"}
	if _, err := r.s.Decline(r.ctx, no); err != nil {
		t.Fatal(err)
	}
	e.Clock.Advance(time.Second)
	no.Key = "treatment"
	if _, err := r.s.Withdraw(r.ctx, no); err != nil {
		t.Fatal(err)
	}
	if got, want := alerts(), "danger: Consent to treatment was withdrawn on 10 Mar 2026.\ndanger: No work on this area, consent declined: abdomen."; got != want {
		t.Errorf("after both %q, want %q", got, want)
	}
}

func TestWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		c := r.sign("treatment")
		spoken := consent.SpokenInput{Patient: r.p, Key: "treatment", Signer: consent.Signer{Name: "Dana", Relation: consent.Self}, Note: "x"}
		status := func(ctx context.Context) error {
			a, _ := authz.From(ctx)
			return e.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error { _, err := r.s.Status(ctx, tx, r.p); return err })
		}
		reads := map[string]func(context.Context) error{
			"Overview": func(ctx context.Context) error { _, err := r.s.Overview(ctx, r.p); return err },
			"Paper":    func(ctx context.Context) error { _, err := r.s.Paper(ctx, r.p, c); return err },
			"Offer":    func(ctx context.Context) error { _, err := r.s.Offer(ctx, r.p, "treatment"); return err },
		}
		writes := map[string]func(context.Context) error{
			"Sign":     func(ctx context.Context) error { _, err := r.s.Sign(ctx, r.input("treatment")); return err },
			"Decline":  func(ctx context.Context) error { _, err := r.s.Decline(ctx, spoken); return err },
			"Withdraw": func(ctx context.Context) error { _, err := r.s.Withdraw(ctx, spoken); return err },
		}
		theirs := e.Other().Actor()
		for _, calls := range []map[string]func(context.Context) error{reads, writes, {"Status": status}} {
			for name, call := range calls {
				if err := call(e.Actor(authz.Biller)); !errs.Is(err, errs.Denied) {
					t.Errorf("%s by a biller gives %v, want Denied", name, err)
				}
				if name != "Status" {
					if err := call(theirs); !errs.Is(err, errs.NotFound) {
						t.Errorf("%s from another practice gives %v, want NotFound", name, err)
					}
				}
			}
		}
		for name, call := range reads {
			if err := call(e.Actor(authz.Auditor)); err != nil {
				t.Errorf("%s by an auditor gives %v", name, err)
			}
		}
		for name, call := range writes {
			if err := call(e.Actor(authz.Auditor)); !errs.Is(err, errs.Denied) {
				t.Errorf("%s by an auditor gives %v, want Denied", name, err)
			}
		}
		_, err := r.s.Paper(r.ctx, r.register("Else", civil.Of(1990, 1, 1)), c)
		wantKind(t, err, errs.NotFound)
	})
}

func TestMergedRecordTakesNoConsent(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	keep := r.register("Else", civil.Of(1990, 1, 1))
	if err := r.patients.Merge(r.ctx, patient.MergeInput{Survivor: keep, Duplicate: r.p, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same"}); err != nil {
		t.Fatal(err)
	}
	_, err := r.s.Sign(r.ctx, r.input("treatment"))
	wantKind(t, err, errs.Conflict)
}
