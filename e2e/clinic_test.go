package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/demo"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// clinicLimit bounds what a test does through the services of a clinic; what it
// does in the browser is bounded step by step.
const clinicLimit = 3 * time.Minute

// clinic is a practice of its own, without anything of the demonstration: one
// person owns it, treats and bills.
type clinic struct {
	*house
	t          *testing.T
	ctx        context.Context // that person, with every role
	owner      id.User
	place      id.Location
	prescriber id.Prescriber
	people     int // registered so far: everybody is born on another day and comes at another time
}

var today = civil.Of(2026, 3, 10)

const (
	ownNPI        = "1730155359"
	billingNPI    = "1558598797"
	prescriberNPI = "1234567893"
)

// ok is the value of a call, which must not fail.
func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v %v", err, errs.FieldsOf(err))
	}
}

// openClinic serves a practice that has staff, an address and a prescriber, and
// whose owner signs in with a button. Nothing of it says how to bill.
func openClinic(t *testing.T) *clinic {
	t.Helper()
	bounded, cancel := context.WithTimeout(t.Context(), clinicLimit)
	t.Cleanup(cancel)
	c := &clinic{house: serveHouse(t, emptyPlace(t)), t: t}
	r := c.app.Rooms()
	itself := authz.Actor{System: true, Name: "test"}
	f := ok(r.Practices.Create(authz.With(bounded, itself), practice.Founding{
		Practice: practice.Practice{Name: "Millpond Bodywork", Phone: "312-555-0100"},
		Location: practice.Location{Name: "Millpond", Zone: demoZone, AddressLine: "1 Main St", City: "Chicago", State: "IL", PostalCode: "60601-1234",
			Phone: "312-555-0100", PlaceOfService: practice.Office},
		Owner: practice.Member{Name: "Maya Brandt", Email: "maya@lakeside.example", Credential: "LMT", LicenseNumber: "227.000001", LicenseState: "IL",
			LicenseExpires: civil.Of(2027, 12, 31), NPI: ownNPI, Roles: []authz.Role{authz.Owner, authz.Therapist}},
	}))(t)
	c.practice, c.owner, c.place = f.Practice.ID, f.Owner.ID, f.Location.ID
	zone := ok(time.LoadLocation(demoZone))(t)
	itself.Practice, itself.Roles, itself.Zone = c.practice, authz.Roles(), zone
	must(t, r.Authn.Seed(authz.With(bounded, itself), c.owner, demo.Password, demo.Secret))
	c.ctx = authz.With(bounded, authz.Actor{User: c.owner, Practice: c.practice, Session: id.New[id.Session](), Name: "Maya Brandt",
		Roles: authz.Roles(), Zone: zone, StepUpAt: now, Address: "192.0.2.1"})
	c.prescriber = ok(r.Referrals.SavePrescriber(c.ctx, referral.Prescriber{GivenName: "Amara", FamilyName: "Obi", Credential: "DO", NPI: prescriberNPI}))(t).ID
	return c
}

// billing enters through the services what the journey enters on screens: who
// bills, what it costs, where files go.
func (c *clinic) billing() {
	c.t.Helper()
	r := c.app.Rooms()
	p := ok(r.Practices.Practice(c.ctx))(c.t)
	must(c.t, r.Practices.UpdateBilling(c.ctx, p.Version, billingNPI, practice.Billing{TaxID: "36-1234567", TaxIDKind: practice.EIN, AcceptAssignment: true,
		Address: practice.Address{Line1: "1 Main St", City: "Chicago", State: "IL", PostalCode: "60601-1234"}}))
	ok(r.Fees.Save(c.ctx, fee.Schedule{Name: "Charges", Kind: fee.Standard, FromOn: today.AddDays(-60), Lines: []fee.Line{{Code: "97140", Price: 4500}, {Code: "97124", Price: 4000}}}))(c.t)
	must(c.t, r.Claims.SaveSettings(c.ctx, claim.Settings{SubmitterName: "Millpond Bodywork", SubmitterID: "MILL01", Contact: "Maya Brandt", Phone: "312-555-0100",
		ReceiverName: "Clearing House", ReceiverID: "CLEAR1", Usage: "P"}))
}

// payer is one that pays massage therapists and knows the owner.
func (c *clinic) payer(name string, change func(*coverage.Payer)) id.Payer {
	c.t.Helper()
	p := coverage.Payer{Name: name, Profile: "commercial", Code: "60054", Overrides: coverage.Overrides{TherapistPayable: coverage.Yes,
		Source: "provider manual", CheckedOn: today}}
	if change != nil {
		change(&p)
	}
	r := c.app.Rooms()
	saved := ok(r.Coverages.SavePayer(c.ctx, p))(c.t)
	ok(r.Coverages.SaveEnrolment(c.ctx, coverage.Enrolment{Payer: saved, User: c.owner, FromOn: today.AddDays(-400)}))(c.t)
	return saved
}

// somebody is a patient of whom everything is known that a claim asks for.
func (c *clinic) somebody(first, last string) patient.Registration {
	c.people++
	reg := person(first, last, 9000+c.people*97)
	reg.AddressLine, reg.City, reg.State, reg.PostalCode, reg.Phone = "5 Elm St", "Chicago", "IL", "60602", fmt.Sprintf("312-555-%04d", 1000+c.people)
	return reg
}

func (c *clinic) register(reg patient.Registration) id.Patient {
	c.t.Helper()
	r := c.app.Rooms()
	p := ok(r.Patients.Register(c.ctx, reg))(c.t)
	for _, kind := range []patient.List{patient.Medicines, patient.Allergies} {
		must(c.t, r.Patients.RecordNone(c.ctx, p, kind))
	}
	must(c.t, clearSafety(c.ctx, r.Screening, p, today))
	return p
}

func (c *clinic) insure(p id.Patient, payer id.Payer) {
	c.t.Helper()
	ok(c.app.Rooms().Coverages.Add(c.ctx, p, coverage.Input{Payer: payer, Priority: 1, MemberID: "W123456", Relation: coverage.Self, FromOn: civil.Of(2026, 1, 1),
		Share: coverage.Copay, Copay: 2500, ReleaseSigned: true, BenefitsAssigned: true}))(c.t)
}

// ordered is a prescription of the day before yesterday's week, for six weeks.
func (c *clinic) ordered() referral.Input {
	return referral.Input{Prescriber: c.prescriber, Codes: []string{"M54.2"}, Order: referral.Order{PerWeek: 2, Weeks: 6}, WrittenOn: today.AddDays(-8), SignatureSeen: true}
}

func (c *clinic) order(p id.Patient, in referral.Input) id.Referral {
	c.t.Helper()
	return ok(c.app.Rooms().Referrals.Register(c.ctx, p, in))(c.t)
}

// planned is a session of this morning, its minutes long.
func (c *clinic) planned(p id.Patient, r id.Referral, at, minutes int) id.Visit {
	c.t.Helper()
	return ok(c.app.Rooms().Visits.Plan(c.ctx, visit.Planned{Patient: p, Referral: r, Therapist: c.owner, Location: c.place, Date: today, Clock: at, Minutes: minutes}))(c.t).ID
}

// treated is a session whose note is signed: that many minutes of manual therapy.
func (c *clinic) treated(p id.Patient, r id.Referral, at, minutes int) id.Visit {
	c.t.Helper()
	v := c.planned(p, r, at, max(15, (minutes+4)/5*5))
	visits := c.app.Rooms().Visits
	d := wholeNote(ok(visits.OpenNote(c.ctx, v))(c.t), wall(at), wall(at+minutes))
	d.Interventions[0].Minutes = note.Ptr(minutes)
	d.Objective = note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}}
	saved := ok(visits.SaveNote(c.ctx, v, visit.Save{Editor: "clinic-editor", Revision: 1, Draft: d}))(c.t)
	ok(visits.Sign(c.ctx, v, saved.Version))(c.t)
	return v
}

func wall(minutes int) note.Clock {
	return note.Clock(fmt.Sprintf("%02d:%02d", minutes/60, minutes%60))
}

// claimOf is the claim of a session.
func (c *clinic) claimOf(v id.Visit) claim.Row {
	c.t.Helper()
	rows := ok(c.app.Rooms().Claims.OfVisit(c.ctx, v))(c.t)
	if len(rows) == 0 {
		c.t.Fatal("no claim was drafted")
	}
	return rows[0]
}

// measured is a pain score of last week: the baseline that a claim needs.
func (c *clinic) measured(p id.Patient) {
	c.t.Helper()
	ok(c.app.Rooms().Outcomes.Record(c.ctx, p, outcome.Input{Instrument: "nprs", On: today.AddDays(-7), Answers: outcome.Answers{"now": 6.0, "best": 3, "worst": 8}}))(c.t)
}

// npi changes the number of the one therapist.
func (c *clinic) npi(to string) {
	c.t.Helper()
	r := c.app.Rooms().Practices
	m := ok(r.Member(c.ctx, c.owner))(c.t)
	m.NPI = to
	must(c.t, r.UpdateMember(c.ctx, m))
}
