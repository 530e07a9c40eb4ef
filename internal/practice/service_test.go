package practice_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

func service(e *dbtest.Env) *practice.Service {
	return practice.New(e.DB, e.Log, authn.New(e.DB, e.Key, authn.Options{Params: authn.TestParams}))
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("error %v is %v, want %v", err, errs.KindOf(err), k)
	}
}

func fields(err error) string {
	var s []string
	for _, f := range errs.FieldsOf(err) {
		s = append(s, f.Name)
	}
	return strings.Join(s, " ")
}

// stale is an actor who proved who they are eleven minutes ago.
func stale(e *dbtest.Env) context.Context {
	a, _ := authz.From(e.Actor())
	a.StepUpAt = e.Clock.Now().Add(-11 * time.Minute)
	return authz.With(context.Background(), a)
}

func newMember(e *dbtest.Env) practice.Member {
	return practice.Member{
		Email: " Nia.New" + id.New[id.User]().String() + "@Example.com ", Name: "Nia New", Credential: "LMT", LicenseNumber: "MT-2002", LicenseState: "il",
		LicenseExpires: civil.Of(2027, 1, 31), NPI: "1234567893", Roles: []authz.Role{authz.Therapist, "boss", authz.Therapist}, Location: e.Location,
	}
}

func TestPracticeSettings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		p, err := s.Practice(e.Actor(authz.FrontDesk))
		if err != nil || p.Name != "Test Practice" || p.IdleMinutes != practice.DefaultIdle || p.ID != e.Practice {
			t.Fatalf("%+v %v", p, err)
		}
		wantKind(t, s.UpdatePractice(e.Actor(authz.Therapist), p), errs.Denied)
		wantKind(t, s.UpdatePractice(context.Background(), p), errs.Unauthenticated)
		changed := p
		changed.Name, changed.Phone, changed.Email, changed.NPI, changed.IdleMinutes = " Lakeside Bodywork ", "(312) 555-0100", "hello@lakeside.example", "1234567893", 30
		if err := s.UpdatePractice(e.Actor(), changed); err != nil {
			t.Fatal(err)
		}
		got, err := s.Practice(e.Actor())
		want := changed
		want.Name, want.Version = "Lakeside Bodywork", p.Version+1
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		wantKind(t, s.UpdatePractice(e.Actor(), changed), errs.Stale)
		got.Name, got.Phone, got.Email, got.NPI, got.IdleMinutes = "", "call me", "nobody", "1234567890", 4
		if f := fields(s.UpdatePractice(e.Actor(), got)); f != "name phone email npi idle" {
			t.Errorf("complaints about %q", f)
		}
	})
}

func TestLocations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		in := practice.Location{Name: "West", Zone: "America/Denver", AddressLine: "9 Elm St", City: "Denver", State: "co", PostalCode: "80202", Phone: "303-555-0101"}
		_, err := s.AddLocation(e.Actor(authz.FrontDesk), in)
		wantKind(t, err, errs.Denied)
		loc, err := s.AddLocation(e.Actor(), in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Location(e.Actor(authz.Biller), loc)
		want := in
		want.ID, want.State, want.Active, want.Version, want.PlaceOfService = loc, "CO", true, 1, practice.Office
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		other := e.Other()
		_, err = s.Location(other.Actor(), loc)
		wantKind(t, err, errs.NotFound)
		wantKind(t, s.UpdateLocation(other.Actor(), got), errs.NotFound)
		_, err = s.AddLocation(e.Actor(), practice.Location{Zone: "Mars/Crater", State: "XX", PostalCode: "1", Phone: "x"})
		if f := fields(err); f != "name zone state zip phone" {
			t.Errorf("complaints about %q", f)
		}

		main, err := s.Location(e.Actor(), e.Location)
		if err != nil {
			t.Fatal(err)
		}
		main.Active = false
		wantKind(t, s.UpdateLocation(e.Actor(), main), errs.Conflict) // staff work there
		got.Active = false
		if err := s.UpdateLocation(e.Actor(), got); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.UpdateLocation(e.Actor(), got), errs.Stale)
		all, err := s.Locations(e.Actor())
		if err != nil || len(all) != 2 || all[0].ID != e.Location || all[1].Active {
			t.Errorf("%+v %v", all, err)
		}
		m := newMember(e)
		m.Location = loc
		_, err = s.AddMember(e.Actor(), m)
		if f := fields(err); f != "location" {
			t.Errorf("staff at a closed location: %v", err)
		}
	})
}

func TestLastOpenLocationStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		ctx := authz.With(context.Background(), authz.Actor{System: true, Name: "test"})
		n, err := s.Create(ctx, founding())
		if err != nil {
			t.Fatal(err)
		}
		// The owner alone works there; switch them off by hand to reach the rule.
		actx := authz.With(ctx, authz.Actor{System: true, Name: "test", Practice: n.Practice.ID, Roles: authz.Roles()})
		if err := e.DB.Write(actx, n.Practice.ID, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE staff SET active = false WHERE practice_id = $1`, n.Practice.ID); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test"})
		}); err != nil {
			t.Fatal(err)
		}
		l, err := s.Location(actx, n.Location.ID)
		if err != nil {
			t.Fatal(err)
		}
		l.Active = false
		wantKind(t, s.UpdateLocation(actx, l), errs.Conflict)
	})
}

func founding() practice.Founding {
	return practice.Founding{
		Practice: practice.Practice{Name: "Lakeside Bodywork"},
		Location: practice.Location{Name: "Main office", Zone: "America/Chicago"},
		Owner:    practice.Member{Name: "Dana Okafor", Email: "dana" + id.New[id.User]().String() + "@example.com", Roles: []authz.Role{authz.Therapist}},
	}
}

func TestCreate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		_, err := s.Create(e.Actor(), founding())
		wantKind(t, err, errs.Denied)
		_, err = s.Create(context.Background(), founding())
		wantKind(t, err, errs.Denied)
		ctx := authz.With(context.Background(), authz.Actor{System: true, Name: "test"})
		_, err = s.Create(ctx, practice.Founding{})
		if f := fields(err); f != "practice.name location.name location.zone owner.name owner.email" {
			t.Errorf("complaints about %q", f)
		}
		n, err := s.Create(ctx, founding())
		if err != nil {
			t.Fatal(err)
		}
		actx := authz.With(ctx, authz.Actor{System: true, Practice: n.Practice.ID, Roles: authz.Roles()})
		staff, err := s.Staff(actx)
		if err != nil || len(staff) != 1 || !staff[0].Has(authz.Owner) || !staff[0].Has(authz.Therapist) || staff[0].Location != n.Location.ID {
			t.Errorf("%+v %v", staff, err)
		}
		again := founding()
		again.Owner.Email = n.Owner.Email
		_, err = s.Create(ctx, again)
		wantKind(t, err, errs.Invalid)
	})
}

func TestStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		in := newMember(e)
		_, err := s.AddMember(e.Actor(authz.Therapist, authz.FrontDesk), in)
		wantKind(t, err, errs.Denied)
		_, err = s.AddMember(stale(e), in)
		wantKind(t, err, errs.Unauthenticated)
		u, err := s.AddMember(e.Actor(authz.Owner), in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Member(e.Actor(authz.FrontDesk), u)
		want := in
		want.ID, want.Email, want.LicenseState, want.Roles = u, strings.ToLower(strings.TrimSpace(in.Email)), "IL", []authz.Role{authz.Therapist}
		want.Taxonomy = practice.MassageTherapist
		want.Active, want.Version, want.CreatedAt = true, 1, e.Clock.Now()
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		_, err = s.AddMember(e.Actor(), in)
		if f := fields(err); f != "email" {
			t.Errorf("the same address again: %v", err)
		}
		_, err = s.AddMember(e.Actor(), practice.Member{Email: "x", LicenseNumber: "1", NPI: "12"})
		if f := fields(err); f != "name email license_state npi roles location" {
			t.Errorf("complaints about %q", f)
		}
		other := e.Other()
		_, err = s.Member(other.Actor(), u)
		wantKind(t, err, errs.NotFound)
		wantKind(t, s.UpdateMember(other.Actor(), withLocation(got, other.Location)), errs.NotFound)
		wantKind(t, s.SetActive(other.Actor(), u, 1, false), errs.NotFound)
		foreign := got
		foreign.Location = other.Location
		if f := fields(s.UpdateMember(e.Actor(), foreign)); f != "location" {
			t.Errorf("another practice's location: %q", f)
		}

		got.Name, got.Roles = "Nia Newman", []authz.Role{authz.Therapist, authz.Biller}
		wantKind(t, s.UpdateMember(stale(e), got), errs.Unauthenticated)
		if err := s.UpdateMember(e.Actor(), got); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.UpdateMember(e.Actor(), got), errs.Stale)
		list, err := s.Staff(e.Actor())
		if err != nil || len(list) != 2 || list[0].Name != "Nia Newman" || list[1].Name != "Terry Tester" {
			t.Errorf("%+v %v", list, err)
		}
		if err := s.SetActive(e.Actor(), u, 2, false); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.SetActive(e.Actor(), u, 2, true), errs.Stale)
		if list, err = s.Staff(e.Actor()); err != nil || list[1].Name != "Nia Newman" || list[1].Active {
			t.Errorf("%+v %v", list, err)
		}
		if th, err := s.Therapists(e.Actor()); err != nil || len(th) != 1 || th[0].ID != e.User {
			t.Errorf("%+v %v", th, err)
		}
	})
}

func withLocation(m practice.Member, l id.Location) practice.Member {
	m.Location = l
	return m
}

func TestAnOwnerAlwaysRemains(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := service(e)
		owner, err := s.Member(e.Actor(), e.User)
		if err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.SetActive(e.Actor(), owner.ID, owner.Version, false), errs.Conflict)
		demoted := owner
		demoted.Roles = []authz.Role{authz.Therapist}
		wantKind(t, s.UpdateMember(e.Actor(), demoted), errs.Conflict)
		second := e.Staff("Second Owner", authz.Owner)
		m, err := s.Member(e.Actor(), second)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetActive(e.Actor(), second, m.Version, false); err != nil {
			t.Fatal(err)
		}
		// One who is switched off does not count.
		wantKind(t, s.UpdateMember(e.Actor(), demoted), errs.Conflict)
		if err := s.SetActive(e.Actor(), second, m.Version+1, true); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateMember(e.Actor(), demoted); err != nil {
			t.Error(err)
		}
	})
}

func TestSwitchingOffEndsSessionsAndInvitations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		a := authn.New(e.DB, e.Key, authn.Options{Params: authn.TestParams})
		s := practice.New(e.DB, e.Log, a)
		u := e.Staff("Go Ing", authz.Therapist)
		token, _, err := a.Invite(e.Actor(), u)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetActive(e.Actor(), u, 1, false); err != nil {
			t.Fatal(err)
		}
		if err := s.SetActive(e.Actor(), u, 2, true); err != nil {
			t.Fatal(err)
		}
		_, err = a.Invitation(t.Context(), token)
		wantKind(t, err, errs.NotFound)
	})
}
