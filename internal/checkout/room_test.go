package checkout_test

import (
	"context"
	"fmt"
	"testing"

	"soapstone/internal/blob"
	"soapstone/internal/checkout"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

var today = civil.Of(2026, 3, 10)

// room is a practice with one insured patient, Dana, and one without, Pham.
type room struct {
	*checkout.Service
	*dbtest.Env
	t          *testing.T
	ctx        context.Context // everybody's roles
	visits     *visit.Service
	patients   *patient.Service
	referrals  *referral.Service
	coverages  *coverage.Service
	claims     *claim.Service
	payer      id.Payer
	dana, pham id.Patient
	ref        id.Referral
	cover      id.Coverage
	at         int // minutes after midnight of the next session
}

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	know := knowledge.Must()
	r := &room{Env: e, t: t, ctx: e.Actor(), patients: patient.New(e.DB, e.Log), at: 0}
	docs, blobs := document.New(e.DB, e.Key), blob.New(e.DB, e.Key)
	r.referrals = referral.New(e.DB, e.Log, r.patients, blobs, know.ICD10())
	r.coverages = coverage.New(e.DB, e.Log, r.patients, r.referrals, blobs, know)
	fees := fee.New(e.DB, e.Log, r.coverages)
	practices := practice.New(e.DB, e.Log, nil)
	r.visits = visit.New(e.DB, e.Log, visit.Deps{Patients: r.patients, Documents: docs, Knowledge: know})
	r.claims = claim.New(e.DB, e.Log, claim.Deps{Documents: docs, Patients: r.patients, Referrals: r.referrals, Coverages: r.coverages, Fees: fees,
		Practices: practices, Knowledge: know, Blobs: blobs})
	r.Service = checkout.New(e.DB, e.Log, checkout.Deps{Patients: r.patients, Practices: practices, Coverages: r.coverages, Fees: fees, Claims: r.claims,
		Ledger: ledger.New(r.patients), Blobs: blobs})
	r.claims.Money, r.claims.Paid = r.Service, r.Service
	r.visits.Observe(r.claims)
	r.payer = ok(r.coverages.SavePayer(r.ctx, coverage.Payer{Name: "Lakeshore Health", Profile: "commercial", Code: "EX001"}))(t)
	ok(fees.Save(r.ctx, fee.Schedule{Name: "2026", Kind: fee.Standard, FromOn: civil.Of(2026, 1, 1),
		Lines: []fee.Line{{Code: "97124", Price: 35_00}, {Code: "97140", Price: 40_00}}}))(t)
	ok(fees.Save(r.ctx, fee.Schedule{Name: "Cash 2026", Kind: fee.Cash, FromOn: civil.Of(2026, 1, 1),
		Cash: []fee.CashPrice{{Minutes: 30, Price: 55_00}, {Minutes: 60, Price: 95_00}, {Minutes: 90, Price: 130_00}}}))(t)
	r.dana, r.pham = r.register("Dana", "Okafor", 1984), r.register("Jin", "Pham", 1990)
	r.ref = ok(r.referrals.Register(r.ctx, r.dana, referral.Input{Codes: []string{"M54.2"}, WrittenOn: civil.Of(2026, 2, 1), SignatureSeen: true,
		NewPrescriber: &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"}, Order: referral.Order{Visits: 12}}))(t)
	r.cover = ok(r.coverages.Add(r.ctx, r.dana, r.plan()))(t)
	return r
}

// plan is Dana's insurance, with a copay of 20 dollars.
func (r *room) plan() coverage.Input {
	return coverage.Input{Payer: r.payer, Priority: 1, MemberID: "M100", Relation: coverage.Self, FromOn: civil.Of(2026, 1, 1),
		Share: coverage.Copay, Copay: 20_00, ReleaseSigned: true, BenefitsAssigned: true}
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%v %v", err, errs.FieldsOf(err))
		}
		return v
	}
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%v %v", err, errs.FieldsOf(err))
	}
}

func (r *room) register(first, last string, year int) id.Patient {
	r.t.Helper()
	return ok(r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last,
		BirthDate: civil.Of(year, 3, 2), Sex: "female", AddressLine: "2 Oak Street", City: "Chicago", State: "IL", PostalCode: "60602"}}))(r.t)
}

// planned is a session of an hour today, before the clock of the tests.
func (r *room) planned(p id.Patient, ref id.Referral) id.Visit {
	r.t.Helper()
	v := ok(r.visits.Plan(r.ctx, visit.Planned{Patient: p, Referral: ref, Therapist: r.User, Location: r.Location, Date: today, Clock: r.at, Minutes: 60}))(r.t)
	r.at += 60
	return v.ID
}

func (r *room) sign(v id.Visit, minutes int) document.Signed {
	r.t.Helper()
	clock := func(m int) note.Clock { return note.Clock(fmt.Sprintf("%02d:%02d", m/60, m%60)) }
	s := ok(r.visits.SaveNote(r.ctx, v, visit.Save{Editor: "editor-one", Revision: 1, Draft: note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(4), SinceLast: note.SinceBetter},
		Marks:      []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Interventions: []note.Intervention{{Technique: "petrissage", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(minutes),
			Pressure: note.Ptr(3), Provenance: note.New}},
		Response: note.Response{Level: note.ResponseBetter}, Start: clock(r.at - 60), Stop: clock(r.at),
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}}))(r.t)
	return ok(r.visits.Sign(r.ctx, v, s.Version))(r.t)
}

// signed is a session whose note is signed.
func (r *room) signed(p id.Patient, ref id.Referral, minutes int) id.Visit {
	r.t.Helper()
	v := r.planned(p, ref)
	r.sign(v, minutes)
	return v
}

func (r *room) view(v id.Visit) checkout.View {
	r.t.Helper()
	return ok(r.View(r.ctx, v))(r.t)
}

func (r *room) account(p id.Patient) checkout.Account {
	r.t.Helper()
	return ok(r.Account(r.ctx, p, ledger.Cursor{}))(r.t)
}

func (r *room) paid(v id.Visit) (paid money.Cents) {
	r.t.Helper()
	r.must(r.DB.Read(r.ctx, r.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		paid, err = r.PaidTx(ctx, tx, v)
		return err
	}))
	return paid
}

// sound fails the test unless the books verify.
func (r *room) sound() {
	r.t.Helper()
	r.must(r.DB.Read(r.ctx, r.Practice, func(ctx context.Context, tx *db.Tx) error {
		v, err := ledger.VerifyTx(ctx, tx)
		if len(v.Faults) > 0 {
			r.t.Errorf("the books: %q", v.Faults)
		}
		return err
	}))
}

// cash is a payment in cash as a form sends it.
func cash(amount money.Cents) checkout.Input {
	return checkout.Input{ID: id.New[id.Payment](), Amount: amount, Way: checkout.Cash}
}
