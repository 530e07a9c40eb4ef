package claim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
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
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// files writes documents as JSON, so that a test can read what left.
type files struct {
	refuse error
	forms  []claim.PaperOptions
}

type sentFile struct {
	Envelope claim.Envelope
	Docs     []claim.Document
}

func (x *files) Write(w io.Writer, e claim.Envelope, docs []claim.Document) error {
	if x.refuse != nil {
		return x.refuse
	}
	return json.NewEncoder(w).Encode(sentFile{e, docs})
}

func (x *files) Form(docs []claim.Document, o claim.PaperOptions) ([]byte, error) {
	x.forms = append(x.forms, o)
	return json.Marshal(docs)
}

func (x *files) Superbill(s claim.Superbill) ([]byte, error) { return json.Marshal(s) }

// till remembers what a visit's claim asked for last.
type till struct {
	asked map[id.Visit]money.Cents
	fail  error
}

func (m *till) ClaimChangedTx(_ context.Context, _ *db.Tx, v id.Visit, total money.Cents, _ id.Payer) error {
	if m.fail != nil {
		return m.fail
	}
	m.asked[v] = total
	return nil
}

// room is a practice in which a claim lacks nothing.
type room struct {
	*claim.Service
	t         *testing.T
	e         *dbtest.Env
	ctx       context.Context // everybody's roles
	visits    *visit.Service
	patients  *patient.Service
	referrals *referral.Service
	coverages *coverage.Service
	files     *files
	till      *till
	payer     id.Payer
	patient   id.Patient
	referral  id.Referral
	coverage  id.Coverage
	people    int // registered so far; each is born on another day
	at        int // minutes after midnight of the next session
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newRoom(t, e)) })
}

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	know := knowledge.Must()
	r := &room{t: t, e: e, ctx: e.Actor(), patients: patient.New(e.DB, e.Log), files: &files{}, till: &till{asked: map[id.Visit]money.Cents{}}, at: 8 * 60}
	docs, blobs := document.New(e.DB, e.Key), blob.New(e.DB, e.Key)
	r.referrals = referral.New(e.DB, e.Log, r.patients, blobs, know.ICD10())
	r.coverages = coverage.New(e.DB, e.Log, r.patients, r.referrals, blobs, know)
	fees := fee.New(e.DB, e.Log, r.coverages)
	r.visits = visit.New(e.DB, e.Log, visit.Deps{Patients: r.patients, Documents: docs, Knowledge: know})
	r.Service = claim.New(e.DB, e.Log, claim.Deps{Documents: docs, Patients: r.patients, Referrals: r.referrals, Coverages: r.coverages, Fees: fees,
		Practices: practice.New(e.DB, e.Log, nil), Knowledge: know, Blobs: blobs, X12: r.files, Paper: r.files, Money: r.till})
	r.visits.Observe(r.Service)
	r.identity()
	r.payer = ok(r.coverages.SavePayer(r.ctx, coverage.Payer{Name: "Example Health", Profile: "commercial", Code: "EX001",
		Overrides: coverage.Overrides{TherapistPayable: coverage.Yes, PrescriptionRequired: coverage.Yes, Modifiers: "GP", Source: "provider manual", CheckedOn: today}}))(t)
	ok(r.coverages.SaveEnrolment(r.ctx, coverage.Enrolment{Payer: r.payer, User: e.User, FromOn: day("2025-01-01")}))(t)
	ok(fees.Save(r.ctx, fee.Schedule{Name: "2026", Kind: fee.Standard, FromOn: day("2026-01-01"),
		Lines: []fee.Line{{Code: "97124", Price: 3500}, {Code: "97140", Price: 4000}, {Code: "97010", Price: 1000}}}))(t)
	r.patient, r.referral, r.coverage = r.person("Dana", "Okafor")
	if err := r.SaveSettings(r.ctx, claim.Settings{SubmitterName: "Test Practice", SubmitterID: "TP01", Contact: "Terry", Phone: "312-555-0100",
		ReceiverName: "Clearing House", ReceiverID: "CH01", Usage: "P"}); err != nil {
		t.Fatal(err)
	}
	return r
}

// ok fails the test on an error.
func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%v %v", err, errs.FieldsOf(err))
		}
		return v
	}
}

func (r *room) exec(statement string, args ...any) {
	r.t.Helper()
	err := r.e.DB.Write(r.ctx, r.e.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, statement, append([]any{tx.Practice}, args...)...); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "test.change"})
	})
	if err != nil {
		r.t.Fatalf("%s: %v", statement, err)
	}
}

func (r *room) identity() {
	r.exec(`UPDATE practice SET npi = '1558598797', phone = '312-555-0100', tax_id = '123456789', billing_line = '1 Main Street',
		billing_city = 'Chicago', billing_state = 'IL', billing_postal_code = '60601-1234' WHERE practice_id = $1`)
	r.exec(`UPDATE location SET address_line = '1 Main Street', city = 'Chicago', state = 'IL', postal_code = '60601-1234' WHERE practice_id = $1`)
	r.exec(`UPDATE staff SET npi = '1234567893', license_expires = '2027-12-31' WHERE practice_id = $1`)
}

func (r *room) person(first, last string) (id.Patient, id.Referral, id.Coverage) {
	r.t.Helper()
	r.people++
	p := ok(r.patients.Register(r.ctx, patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: last, BirthDate: civil.Of(1984, 3, 2).AddDays(97 * r.people),
		Sex: "female", AddressLine: "2 Oak Street", City: "Chicago", State: "IL", PostalCode: "60602"}}))(r.t)
	ref := ok(r.referrals.Register(r.ctx, p, r.prescribed()))(r.t)
	c := ok(r.coverages.Add(r.ctx, p, coverage.Input{Payer: r.payer, Priority: 1, MemberID: "M100", Relation: coverage.Self, FromOn: day("2026-01-01"),
		Share: coverage.Copay, Copay: 2000, ReleaseSigned: true, BenefitsAssigned: true}))(r.t)
	return p, ref, c
}

func (r *room) prescribed() referral.Input {
	in := referral.Input{Codes: []string{"M54.2", "M54.59"}, WrittenOn: day("2026-02-01"), SignatureSeen: true, Order: referral.Order{PerWeek: 2, Weeks: 8, Visits: 12}}
	found := ok(r.referrals.SearchPrescribers(r.ctx, "Chen"))(r.t)
	if len(found) > 0 {
		in.Prescriber = found[0].ID
	} else {
		in.NewPrescriber = &referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", Credential: "MD", NPI: "1234567893"}
	}
	return in
}

// written is a note that can be signed for a session of an hour.
func (r *room) written(massage, manual int) note.Draft {
	clock := func(m int) note.Clock { return note.Clock(fmt.Sprintf("%02d:%02d", m/60, m%60)) }
	return note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(4), SinceLast: note.SinceBetter},
		Marks:      []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}},
		Objective:  note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}},
		Interventions: []note.Intervention{
			{Technique: "petrissage", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(massage), Pressure: note.Ptr(3), Provenance: note.New},
			{Technique: "myofascial-release", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(manual), Pressure: note.Ptr(3), Provenance: note.New},
		},
		Response: note.Response{Level: note.ResponseBetter}, Start: clock(r.at), Stop: clock(r.at + 60),
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New},
	}
}

// session plans and signs an hour of a patient; each comes an hour earlier than
// the last, before the clock of the tests.
func (r *room) session(p id.Patient, ref id.Referral, on civil.Date, massage, manual int) (id.Visit, document.Signed) {
	r.t.Helper()
	v := ok(r.visits.Plan(r.ctx, visit.Planned{Patient: p, Referral: ref, Therapist: r.e.User, Location: r.e.Location, Date: on, Clock: r.at, Minutes: 60}))(r.t)
	d := r.written(massage, manual)
	r.at += 60
	if r.at > 22*60 {
		r.at = 0
	}
	s := ok(r.visits.SaveNote(r.ctx, v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: d}))(r.t)
	return v.ID, ok(r.visits.Sign(r.ctx, v.ID, s.Version))(r.t)
}

// claimed is a session of yesterday and its claim.
func (r *room) claimed() (id.Visit, document.Signed, claim.View) {
	r.t.Helper()
	v, doc := r.session(r.patient, r.referral, served, 30, 30)
	rows := ok(r.OfVisit(r.ctx, v))(r.t)
	if len(rows) != 1 {
		r.t.Fatalf("%d claims of the visit", len(rows))
	}
	return v, doc, ok(r.Get(r.ctx, rows[0].ID))(r.t)
}

func (r *room) get(c id.Claim) claim.View {
	r.t.Helper()
	return ok(r.Get(r.ctx, c))(r.t)
}

func words(all []claim.Finding) string {
	var out []string
	for _, f := range claim.Open(all) {
		out = append(out, string(f.Level)+" "+f.Check+": "+f.Text)
	}
	return strings.Join(out, "\n")
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Fatalf("got %v, want %v", err, k)
	}
}

func (r *room) as(roles ...authz.Role) context.Context { return r.e.Actor(roles...) }
