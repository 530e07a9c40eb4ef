package consent_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
)

func (r rig) areaAt(key string, at time.Time) consent.Area {
	r.t.Helper()
	var all []consent.Area
	err := r.DB.Read(r.ctx, r.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = r.s.Areas(ctx, tx, r.p, at)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(a consent.Area) bool { return a.Key == key })
	if i < 0 {
		r.t.Fatalf("no area %s in %+v", key, all)
	}
	return all[i]
}

func TestAnAreaIsClosedUntilThePatientAgrees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		now := func() consent.Area { return r.areaAt("area-gluteal", e.Clock.Now()) }
		if a := now(); a.Open() || !slices.Contains(a.Sites, "piriformis-r") || !strings.Contains(a.Words(), "No consent is on file for work: buttocks") {
			t.Errorf("before: %+v, %q", a, a.Words())
		}
		r.sign("area-gluteal")
		if a := now(); !a.Open() || a.Words() != "" {
			t.Errorf("given: %+v", a)
		}
		if a := r.areaAt("area-abdomen", e.Clock.Now()); a.Open() {
			t.Error("consent for one area opens another")
		}
		given := e.Clock.Now()
		e.Clock.Advance(time.Minute)
		if _, err := r.s.Withdraw(r.ctx, consent.SpokenInput{Patient: r.p, Key: "area-gluteal", Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}}); err != nil {
			t.Fatal(err)
		}
		if a := now(); a.Open() || !strings.Contains(a.Words(), "withdrawn") {
			t.Errorf("withdrawn: %+v", a)
		}
		if a := r.areaAt("area-gluteal", given); !a.Open() {
			t.Error("a withdrawal reaches back")
		}
	})
}

func TestAConsentCoversSitesAndTechniques(t *testing.T) {
	r := newRig(t, dbtest.NewSQLite(t))
	k := knowledge.Must()
	mouth, swedish := r.areaAt("area-intra-oral", r.Clock.Now()), r.areaAt("area-gluteal", r.Clock.Now())
	inside, _ := k.Technique("intra-oral")
	plain, _ := k.Technique("swedish")
	for name, c := range map[string]struct {
		area      consent.Area
		site      string
		technique knowledge.Technique
		want      bool
	}{
		"inside the mouth":  {mouth, "masseter-r", inside, true},
		"on the cheek":      {mouth, "masseter-r", plain, false},
		"on the buttock":    {swedish, "glute-max-l", plain, true},
		"on the upper back": {swedish, "trap-upper-l", plain, false},
	} {
		if got := c.area.Covers(c.site, c.technique); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestWhoWishesAChaperoneWaitsForOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.sign("area-chest")
		say := func(a consent.ChaperoneAnswer, name string) {
			t.Helper()
			e.Clock.Advance(time.Minute)
			if err := r.s.RecordChaperone(r.ctx, r.p, a, name); err != nil {
				t.Fatal(err)
			}
		}
		now := func() consent.Area { return r.areaAt("area-chest", e.Clock.Now()) }
		say(consent.ChaperoneDeclined, "")
		if a := now(); !a.Open() {
			t.Errorf("declined: %+v", a)
		}
		say(consent.ChaperoneWished, "")
		if a := now(); a.Open() || !strings.Contains(a.Words(), "Name who is in the room") {
			t.Errorf("wished: %+v", a)
		}
		say(consent.ChaperonePresent, "Grace Obi")
		if a := now(); !a.Open() {
			t.Errorf("present: %+v", a)
		}
		o, err := r.s.Overview(r.ctx, r.p)
		if err != nil || len(o.Chaperones) != 3 || o.Chaperones[0].Name != "Grace Obi" || o.Chaperones[0].By != "Terry Tester" || o.Chaperones[0].On != o.Today {
			t.Errorf("%+v, %v", o.Chaperones, err)
		}
		say(consent.ChaperoneWished, "")
		e.Clock.Advance(24 * time.Hour)
		if a := now(); !a.Open() {
			t.Error("a wish of yesterday holds today")
		}
		for field, c := range map[string]struct {
			answer consent.ChaperoneAnswer
			name   string
		}{"chaperone": {"maybe", ""}, "chaperone_name": {consent.ChaperonePresent, " "}} {
			if f := errs.FieldsOf(r.s.RecordChaperone(r.ctx, r.p, c.answer, c.name)); len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v", field, f)
			}
		}
		wantKind(t, r.s.RecordChaperone(e.Actor(authz.Auditor), r.p, consent.ChaperoneWished, ""), errs.Denied)
		wantKind(t, r.s.RecordChaperone(e.Other().Actor(), r.p, consent.ChaperoneWished, ""), errs.NotFound)
	})
}

func TestAGuardiansSignatureEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		today := civil.Of(2026, 3, 10)
		r.p = r.register("Kid", civil.Of(2008, 3, 20)) // 18 in ten days
		sign := func(s consent.Signer) error {
			in := r.input("treatment")
			in.Signer = s
			_, err := r.s.Sign(r.ctx, in)
			return err
		}
		if f := errs.FieldsOf(sign(consent.Signer{Name: "Ada Okafor", Relation: consent.Guardian})); len(f) != 1 || f[0].Name != "identity" {
			t.Errorf("without identity: %v", f)
		}
		if f := errs.FieldsOf(sign(consent.Signer{Name: "Ada Okafor", Relation: consent.Guardian, Identity: "Court order", Until: today.AddDays(-1)})); len(f) != 1 || f[0].Name != "until" {
			t.Errorf("with an authority that is over: %v", f)
		}
		if err := sign(consent.Signer{Name: "Ada Okafor", Relation: consent.Guardian, Identity: "Court order of 2020", Until: today.AddDays(400)}); err != nil {
			t.Fatal(err)
		}
		st := r.state("treatment")
		if st.Ended || st.Latest.EndsOn != civil.Of(2026, 3, 19) || st.Latest.Signer.Identity != "Court order of 2020" {
			t.Errorf("%+v", st)
		}
		e.Clock.Advance(9 * 24 * time.Hour)
		if st := r.state("treatment"); st.Ended {
			t.Error("it ended a day early")
		}
		e.Clock.Advance(24 * time.Hour)
		if st := r.state("treatment"); !st.Ended || st.Settled() || !strings.Contains(st.Again(), "Ada Okafor signed (legal guardian) ended on 19 Mar 2026") {
			t.Errorf("of age: %+v, %q", st, st.Again())
		}
		if f := errs.FieldsOf(sign(consent.Signer{Name: "Ada Okafor", Relation: consent.Parent, Identity: "ID"})); len(f) != 1 || f[0].Name != "relation" {
			t.Errorf("a parent signs for an adult: %v", f)
		}
		if err := sign(consent.Signer{Name: "Kid Okafor", Relation: consent.Self}); err != nil {
			t.Fatal(err)
		}
		if st := r.state("treatment"); st.Ended || !st.Settled() || !st.Latest.EndsOn.IsZero() {
			t.Errorf("signed by the patient: %+v", st)
		}
	})
}

func TestMajorityOfWhoWasBornOnALeapDay(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := newRig(t, e)
	r.p = r.register("Leap", civil.Of(2012, 2, 29))
	o, err := r.s.Offer(r.ctx, r.p, "treatment")
	if err != nil || o.Ends != civil.Of(2030, 2, 28) {
		t.Errorf("ends on %v, %v", o.Ends, err)
	}
}
