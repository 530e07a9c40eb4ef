package coverage_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// room is a practice with two patients, a prescription and two payers.
type room struct {
	*dbtest.Env
	t         *testing.T
	patients  *patient.Service
	referrals *referral.Service
	svc       *coverage.Service
	dana, lee id.Patient
	neck      id.Referral // of Dana
	lake      id.Payer    // commercial
	auto      id.Payer
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newRoom(t, e)) })
}

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	know, blobs := knowledge.Must(), blob.New(e.DB, e.Key)
	r := &room{Env: e, t: t, patients: patient.New(e.DB, e.Log)}
	r.referrals = referral.New(e.DB, e.Log, r.patients, blobs, know.ICD10())
	r.svc = coverage.New(e.DB, e.Log, r.patients, r.referrals, blobs, know)
	r.dana, r.lee = r.patientNamed("Dana", "Okafor", "312-555-0111"), r.patientNamed("Lee", "Park", "312-555-0199")
	r.neck = must(r.referrals.Register(e.Actor(), r.dana, referral.Input{NewPrescriber: &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"},
		Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: civil.Of(2026, 3, 2), SignatureSeen: true}))(t)
	r.lake = must(r.svc.SavePayer(e.Actor(), coverage.Payer{Name: "Lake Health", Profile: "commercial", Code: "lk001"}))(t)
	r.auto = must(r.svc.SavePayer(e.Actor(), coverage.Payer{Name: "Harbor Auto", Profile: "auto"}))(t)
	return r
}

// must fails the test on an error and gives the value.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (r *room) patientNamed(first, last, phone string) id.Patient {
	r.t.Helper()
	return must(r.patients.Register(r.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last,
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female, Phone: phone, AddressLine: "5 Elm St", City: "Chicago", State: "IL", PostalCode: "60601"}}))(r.t)
}

func (r *room) plan() coverage.Input {
	in := plan()
	in.Payer = r.lake
	return in
}

func (r *room) injury() coverage.Input {
	return coverage.Input{Payer: r.auto, Priority: 1, Referral: r.neck, Relation: coverage.Self, CaseNumber: "AU-77", FromOn: civil.Of(2026, 2, 20), Share: coverage.Nothing}
}

func (r *room) forVisit(p id.Patient, ref id.Referral, on civil.Date) (c coverage.Coverage, found bool) {
	r.t.Helper()
	err := r.DB.Read(r.Actor(), r.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		c, found, err = r.svc.ForVisitTx(ctx, tx, p, ref, on)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return c, found
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("error %v is %v, want %v", err, errs.KindOf(err), k)
	}
}

func wantFields(t *testing.T, err error, want string) {
	t.Helper()
	if got := names(errs.FieldsOf(err)); got != want {
		t.Errorf("complaints about %q, want %q (%v)", got, want, err)
	}
}

func TestInsuranceOfAPatient(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor(authz.FrontDesk)
		c := must(r.svc.Add(ctx, r.dana, r.plan()))(t)
		all := must(r.svc.List(ctx, r.dana))(t)
		if len(all) != 1 || all[0].ID != c || all[0].Payer.Name != "Lake Health" || all[0].MemberID != "W123456789" || all[0].Copay != 25_00 {
			t.Fatalf("%+v", all)
		}
		want := coverage.Subscriber{LastName: "Okafor", FirstName: "Dana", BirthDate: civil.Of(1984, 3, 2), Sex: "female", Phone: "3125550111",
			Address: practice.Address{Line1: "5 Elm St", City: "Chicago", State: "IL", PostalCode: "60601"}}
		if diff := cmp.Diff(want, all[0].Subscriber); diff != "" {
			t.Error("the patient as subscriber", diff)
		}

		in := r.plan()
		in.Relation, in.Subscriber = coverage.Spouse, coverage.Subscriber{LastName: "Okafor", FirstName: "Ike", Sex: "male", BirthDate: civil.Of(1980, 5, 5)}
		if err := r.svc.Amend(ctx, r.dana, c, 1, in); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.svc.Amend(ctx, r.dana, c, 1, in), errs.Stale)
		got, stored, err := r.svc.View(ctx, r.dana, c)
		if err != nil || got.Subscriber.FirstName != "Ike" || got.Subscriber.Address != want.Address || !stored.Subscriber.Address.IsZero() || got.Version != 2 {
			t.Errorf("%+v %+v %v", got, stored, err)
		}

		wantFields(t, r.svc.End(ctx, r.dana, c, 2, civil.Of(2025, 1, 1), ""), "to_on")
		if err := r.svc.End(ctx, r.dana, c, 2, civil.Of(2026, 3, 5), "changed jobs"); err != nil {
			t.Fatal(err)
		}
		if _, found := r.forVisit(r.dana, id.Referral{}, civil.Of(2026, 3, 6)); found {
			t.Error("counts after its last day")
		}
		if x, found := r.forVisit(r.dana, id.Referral{}, civil.Of(2026, 3, 5)); !found || x.ID != c {
			t.Error("does not count on its last day")
		}
		next := r.plan()
		next.MemberID, next.FromOn = "N-2", civil.Of(2026, 3, 6)
		must(r.svc.Add(ctx, r.dana, next))(t)
		// What ended cannot grow over what came after.
		wantFields(t, r.svc.End(ctx, r.dana, c, 3, civil.Of(2026, 3, 31), ""), "to_on")
		wantFields(t, r.svc.MarkMistaken(ctx, r.dana, c, 3, " "), "note")
		if err := r.svc.MarkMistaken(ctx, r.dana, c, 3, "It is the brother’s."); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.svc.Amend(ctx, r.dana, c, 4, in), errs.Conflict)
		all = must(r.svc.List(ctx, r.dana))(t)
		if len(all) != 2 || all[0].MemberID != "N-2" || all[1].StandingOn(today) != coverage.Mistaken {
			t.Errorf("%+v", all)
		}
	})
}

func TestWhoMaySeeAndChangeInsurance(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		c := must(r.svc.Add(r.Actor(), r.dana, r.plan()))(t)
		_, err := r.svc.Add(r.Actor(authz.Auditor), r.dana, r.plan())
		wantKind(t, err, errs.Denied)
		_, err = r.svc.List(context.Background(), r.dana)
		wantKind(t, err, errs.Unauthenticated)
		_, err = r.svc.SavePayer(r.Actor(authz.FrontDesk, authz.Therapist), coverage.Payer{Name: "X", Profile: "commercial"})
		wantKind(t, err, errs.Denied)
		_, err = r.svc.SaveEnrolment(r.Actor(authz.Therapist), coverage.Enrolment{Payer: r.lake, User: r.User, FromOn: today})
		wantKind(t, err, errs.Denied)

		other := r.Other()
		_, _, err = r.svc.View(other.Actor(), r.dana, c)
		wantKind(t, err, errs.NotFound)
		_, err = r.svc.Add(other.Actor(), r.dana, r.plan())
		wantKind(t, err, errs.NotFound)
		wantKind(t, r.svc.End(other.Actor(), r.dana, c, 1, today, ""), errs.NotFound)
		_, _, _, err = r.svc.Payer(other.Actor(), r.lake)
		wantKind(t, err, errs.NotFound)
		_, err = r.svc.SavePayer(other.Actor(), coverage.Payer{ID: r.lake, Name: "Stolen", Profile: "commercial", Version: 1})
		wantKind(t, err, errs.NotFound)
		_, err = r.svc.SaveEnrolment(other.Actor(), coverage.Enrolment{Payer: r.lake, User: other.User, FromOn: today})
		wantKind(t, err, errs.NotFound)
		// Nor through another patient's address.
		_, _, err = r.svc.View(r.Actor(), r.lee, c)
		wantKind(t, err, errs.NotFound)
		wantKind(t, r.svc.Amend(r.Actor(), r.lee, c, 1, r.plan()), errs.NotFound)
	})
}

func TestTwoOfTheSameAreRefused(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		must(r.svc.Add(ctx, r.dana, r.plan()))(t)
		again := r.plan()
		again.Priority = 2
		_, err := r.svc.Add(ctx, r.dana, again)
		wantFields(t, err, "member_id")
		again.MemberID = "OTHER"
		must(r.svc.Add(ctx, r.dana, again))(t)
		again.MemberID = "THIRD"
		_, err = r.svc.Add(ctx, r.dana, again)
		wantFields(t, err, "priority")
		must(r.svc.Add(ctx, r.lee, r.plan()))(t) // another patient's is another matter
	})
}

func TestInjuryInsurance(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		health := must(r.svc.Add(ctx, r.dana, r.plan()))(t)
		loose := r.injury()
		loose.Referral = id.Referral{}
		_, err := r.svc.Add(ctx, r.dana, loose)
		wantFields(t, err, "referral")
		_, err = r.svc.Add(ctx, r.lee, r.injury()) // Dana's prescription
		wantFields(t, err, "referral")
		injury := must(r.svc.Add(ctx, r.dana, r.injury()))(t)
		if c, _ := r.forVisit(r.dana, r.neck, today); c.ID != injury {
			t.Errorf("care of the injury falls under %+v", c)
		}
		if c, _ := r.forVisit(r.dana, id.Referral{}, today); c.ID != health {
			t.Errorf("other care falls under %+v", c)
		}
	})
}

func TestMergedRecordsAreFollowed(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		c := must(r.svc.Add(ctx, r.lee, r.plan()))(t)
		card := must(r.svc.Upload(ctx, r.lee, coverage.Front, "card.png", "image/png", []byte("\x89PNG\r\n\x1a\n")))(t)
		r.merge(r.lee, r.dana)
		got, found := r.forVisit(r.dana, id.Referral{}, today)
		if !found || got.ID != c || got.Subscriber.FirstName != "Dana" {
			t.Errorf("%+v %v", got, found)
		}
		again := r.plan()
		again.Priority = 2
		_, err := r.svc.Add(ctx, r.dana, again)
		wantFields(t, err, "member_id")
		in := r.plan()
		in.Cards = []id.Blob{card.ID}
		if err := r.svc.Amend(ctx, r.dana, c, 1, in); err != nil {
			t.Error(err)
		}
		_, err = r.svc.Add(ctx, r.lee, again)
		wantKind(t, err, errs.Conflict)
	})
}

func TestCardPhotos(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor(authz.FrontDesk)
		front := must(r.svc.Upload(ctx, r.dana, coverage.Front, "front.jpg", "image/jpeg", []byte("\xff\xd8\xff one")))(t)
		waiting := must(r.svc.Waiting(ctx, r.dana, []id.Blob{front.ID, id.New[id.Blob]()}))(t)
		if len(waiting) != 1 || waiting[0].ID != front.ID {
			t.Fatalf("%+v", waiting)
		}
		in := r.plan()
		in.Cards = []id.Blob{front.ID}
		c := must(r.svc.Add(ctx, r.dana, in))(t)
		got, _, err := r.svc.View(ctx, r.dana, c)
		if k, ok := got.Card(coverage.Front); err != nil || !ok || k.ID != front.ID {
			t.Errorf("%+v %v", got.Cards, err)
		}
		if _, ok := got.Card(coverage.Back); ok {
			t.Error("a back that nobody took")
		}
		name, kind, data, err := r.svc.CardFile(ctx, r.dana, front.ID)
		if err != nil || name != "front.jpg" || kind != "image/jpeg" || string(data) != "\xff\xd8\xff one" {
			t.Errorf("%s %s %q %v", name, kind, data, err)
		}
		newer := must(r.svc.Upload(ctx, r.dana, coverage.Front, "front2.jpg", "image/jpeg", []byte("\xff\xd8\xff two")))(t)
		in.Cards = []id.Blob{newer.ID}
		if err := r.svc.Amend(ctx, r.dana, c, 1, in); err != nil {
			t.Fatal(err)
		}
		got, _, _ = r.svc.View(ctx, r.dana, c)
		if k, _ := got.Card(coverage.Front); k.ID != newer.ID || len(got.Cards) != 2 {
			t.Errorf("%+v", got.Cards)
		}
		second := r.plan()
		second.MemberID, second.Priority, second.Cards = "Z9", 2, []id.Blob{front.ID}
		_, err = r.svc.Add(ctx, r.dana, second)
		wantFields(t, err, "front")

		_, err = r.svc.Upload(ctx, r.dana, coverage.Front, "x.exe", "application/octet-stream", []byte("MZ"))
		wantFields(t, err, "front")
		_, err = r.svc.Upload(ctx, r.dana, "edge", "x.png", "image/png", []byte("x"))
		wantKind(t, err, errs.Invalid)
		_, err = r.svc.Upload(ctx, r.dana, coverage.Back, "x.png", "image/png", make([]byte, coverage.MaxCard+1))
		wantKind(t, err, errs.TooLarge)
		_, _, _, err = r.svc.CardFile(ctx, r.lee, front.ID)
		wantKind(t, err, errs.NotFound)
		_, _, _, err = r.svc.CardFile(r.Other().Actor(), r.dana, front.ID)
		wantKind(t, err, errs.NotFound)
	})
}

// merge makes the record from part of into.
func (r *room) merge(from, into id.Patient) {
	r.t.Helper()
	if err := r.patients.Merge(r.Actor(), patient.MergeInput{Survivor: into, Duplicate: from, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "the same person"}); err != nil {
		r.t.Fatal(err)
	}
}
