package claim

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
)

// gatherer collects the facts of claims inside one transaction. What several
// claims share, the practice, its people and places, a patient's prescriptions
// and insurance, a payer's rules and prices, is read once.
type gatherer struct {
	s        *Service
	tx       *db.Tx
	queries  *q.Queries
	practice *practice.Practice
	places   map[id.Location]practice.Location
	members  map[id.User]practice.Member
	patients map[id.Patient]patient.Patient
	orders   map[id.Patient][]referral.Referral
	held     map[id.Referral][]q.VisitsOfReferralRow
	terms    map[termsKey]coverage.Terms
	enrolled map[enrolledKey]bool
	prices   map[priceKey]price
	visits   map[id.Visit]q.VisitFactsRow
	insured  map[id.Patient][]coverage.Coverage
	measures map[dayKey]Measured
	found    map[dayKey][]Mark
	reported map[reportKey]civil.Date
	days     map[civil.Date]daysCodes
}

// dayKey is a patient's record as of a day.
type dayKey struct {
	patient id.Patient
	on      civil.Date
}

type reportKey struct {
	order id.Referral
	on    civil.Date
}

// daysCodes are what every claim of a day knows of codes. They are looked at,
// never changed.
type daysCodes struct {
	procedures map[string]knowledge.Procedure
	pairs      []knowledge.ProcedurePair
	modifiers  map[string]knowledge.Modifier
}

type termsKey struct {
	payer id.Payer
	on    civil.Date
}

type enrolledKey struct {
	termsKey
	user id.User
}

type priceKey struct {
	termsKey
	code string
}

type price struct {
	cents money.Cents
	found bool
}

func (s *Service) gatherer(tx *db.Tx) *gatherer {
	return &gatherer{s: s, tx: tx, queries: q.New(tx),
		places: map[id.Location]practice.Location{}, members: map[id.User]practice.Member{}, patients: map[id.Patient]patient.Patient{},
		orders: map[id.Patient][]referral.Referral{}, held: map[id.Referral][]q.VisitsOfReferralRow{},
		terms: map[termsKey]coverage.Terms{}, enrolled: map[enrolledKey]bool{}, prices: map[priceKey]price{},
		visits: map[id.Visit]q.VisitFactsRow{}, insured: map[id.Patient][]coverage.Coverage{},
		measures: map[dayKey]Measured{}, found: map[dayKey][]Mark{}, reported: map[reportKey]civil.Date{}, days: map[civil.Date]daysCodes{}}
}

// once reads what is not known yet.
func once[K comparable, V any](known map[K]V, k K, read func() (V, error)) (V, error) {
	if v, ok := known[k]; ok {
		return v, nil
	}
	v, err := read()
	if err == nil {
		known[k] = v
	}
	return v, err
}

// facts are what a claim of a visit and note is worked out from. c may be a
// claim that is not stored yet.
func (g *gatherer) facts(ctx context.Context, c stored) (Facts, error) {
	return g.gather(ctx, c, g.visit, g.money, g.note, g.people, g.prescription, g.coverage, g.codes, g.day, g.decided, g.earlier)
}

// payer are the facts that decide whether a visit makes a claim at all: the
// visit, and the insurance that it falls under.
func (g *gatherer) payer(ctx context.Context, c stored) (Facts, error) {
	f, err := g.gather(ctx, c, g.visit, g.prescription, g.coverage)
	f.Note.Document = c.DocumentID
	return f, err
}

func (g *gatherer) gather(ctx context.Context, c stored, steps ...func(context.Context, *Facts, stored) error) (Facts, error) {
	// A biller sees the outcome of a check and the minutes, not the note they stand in.
	ctx = authz.Reading(ctx)
	f := Facts{Claim: c.ClaimID, Number: c.Number, Frequency: Frequency(c.Frequency), PayerNumber: c.PayerNumber, Replaces: c.ReplacesClaimID}
	for _, step := range steps {
		if err := step(ctx, &f, c); err != nil {
			return Facts{}, err
		}
	}
	return f, nil
}

func (g *gatherer) visit(ctx context.Context, f *Facts, c stored) error {
	v, err := once(g.visits, c.VisitID, func() (q.VisitFactsRow, error) {
		return g.queries.VisitFacts(ctx, q.VisitFactsParams{PracticeID: g.tx.Practice, VisitID: c.VisitID})
	})
	if err != nil {
		return db.Found(err, "This session does not exist, or is not in your practice.")
	}
	f.Visit = VisitFacts{ID: v.VisitID, Patient: v.PatientID, Referral: v.ReferralID, Date: v.ServiceDate,
		Completed: v.State == string(visit.StateCompleted), Untreated: v.Untreated}
	who := v.PatientID
	if !v.MergedIntoPatientID.IsZero() {
		who = v.MergedIntoPatientID
	}
	f.Patient, err = once(g.patients, who, func() (patient.Patient, error) { return g.s.Patients.GetTx(ctx, g.tx, who) })
	if err != nil {
		return err
	}
	f.Place, err = once(g.places, v.LocationID, func() (practice.Location, error) { return g.s.Practices.LocationTx(ctx, g.tx, v.LocationID) })
	if err != nil {
		return err
	}
	f.PlaceCode, _ = g.s.Knowledge.Place(f.Place.PlaceOfService)
	zone, err := time.LoadLocation(f.Place.Zone)
	if err != nil {
		return err
	}
	f.Today = civil.DateIn(g.tx.Now.Time, zone)
	if g.practice == nil {
		p, err := g.s.Practices.PracticeTx(ctx, g.tx)
		if err != nil {
			return err
		}
		g.practice = &p
	}
	f.Practice = *g.practice
	return nil
}

// money is what the patient has paid. It is read for each claim anew: checking
// one claim changes what a visit was charged.
func (g *gatherer) money(ctx context.Context, f *Facts, c stored) (err error) {
	if g.s.Paid != nil {
		f.Paid, err = g.s.Paid.PaidTx(ctx, g.tx, c.VisitID)
	}
	return err
}

// people are who signed and who else treated.
func (g *gatherer) people(ctx context.Context, f *Facts, c stored) error {
	if c.signedBy.IsZero() {
		return nil
	}
	var err error
	f.Therapist, err = once(g.members, c.signedBy, func() (practice.Member, error) { return g.s.Practices.MemberTx(ctx, g.tx, c.signedBy) })
	if err != nil {
		return err
	}
	rows, err := g.queries.ColleaguesOfDay(ctx, q.ColleaguesOfDayParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, ServiceDate: f.Visit.Date})
	for _, r := range rows {
		if r.UserID != c.signedBy {
			f.Colleagues = appendNew(f.Colleagues, r.Name)
		}
	}
	return err
}

func (g *gatherer) coverage(ctx context.Context, f *Facts, c stored) error {
	var order id.Referral
	if f.Prescription != nil {
		order = f.Prescription.ID
	}
	all, err := once(g.insured, f.Patient.ID, func() ([]coverage.Coverage, error) { return g.s.Coverages.ForPatientTx(ctx, g.tx, f.Patient.ID) })
	if err != nil {
		return err
	}
	cov, found := coverage.Choose(all, order, f.Visit.Date)
	if !found {
		return nil
	}
	f.Coverage = &cov
	k := termsKey{cov.Payer.ID, f.Visit.Date}
	f.Terms, err = once(g.terms, k, func() (coverage.Terms, error) { return g.s.Coverages.TermsTx(ctx, g.tx, k.payer, k.on) })
	if err != nil {
		return err
	}
	for _, p := range g.s.Knowledge.PayerProfiles() {
		if p.Kind == f.Terms.Kind && p.State != "" && p.State == f.state() && p.Holds(f.Visit.Date) {
			f.Jurisdiction = append(f.Jurisdiction, p)
		}
	}
	f.Enrolled, err = once(g.enrolled, enrolledKey{k, c.signedBy}, func() (bool, error) {
		if c.signedBy.IsZero() {
			return false, nil
		}
		_, found, err := g.s.Coverages.EnrolledTx(ctx, g.tx, k.payer, c.signedBy, k.on)
		return found, err
	})
	return err
}

// codes are what is known of procedures, modifiers and prices on the day.
func (g *gatherer) codes(ctx context.Context, f *Facts, c stored) error {
	on, know := f.Visit.Date, g.s.Knowledge
	day, _ := once(g.days, on, func() (daysCodes, error) { return codesOf(know, on), nil })
	f.Proposed, f.Prices = map[string]knowledge.TechniqueProcedure{}, map[string]money.Cents{}
	f.Procedures, f.Pairs, f.Modifiers = day.procedures, day.pairs, day.modifiers
	for _, given := range f.Note.Given {
		if t, ok := know.Technique(given.Technique); ok {
			f.Proposed[given.Technique] = t.Procedure
		}
	}
	choices, err := g.choices(ctx, c.ClaimID)
	if err != nil {
		return err
	}
	f.Choices = settled(choices)
	if len(f.Choices.Procedures) > 0 {
		f.Procedures = maps.Clone(f.Procedures)
	}
	for _, code := range f.Choices.Procedures {
		if found, ok := know.Procedure(code, on); ok {
			f.Procedures[code] = found
		}
	}
	payer := f.payer().ID
	for _, given := range f.Note.Given {
		code, known := procedureOf(*f, given.Technique)
		if !known {
			continue
		}
		k := priceKey{termsKey{payer, on}, code}
		p, err := once(g.prices, k, func() (price, error) {
			cents, found, err := g.s.Fees.PriceTx(ctx, g.tx, payer, code, on)
			return price{cents, found}, err
		})
		if err != nil {
			return err
		}
		if p.found {
			f.Prices[code] = p.cents
		}
	}
	return nil
}

func codesOf(know *knowledge.Set, on civil.Date) daysCodes {
	d := daysCodes{procedures: map[string]knowledge.Procedure{}, modifiers: map[string]knowledge.Modifier{}}
	for _, p := range know.Procedures() {
		if found, ok := know.Procedure(p.Code, on); ok {
			d.procedures[p.Code] = found
		}
	}
	for _, p := range know.ProcedurePairs() {
		if p.Holds(on) {
			d.pairs = append(d.pairs, p)
		}
	}
	for _, m := range know.Modifiers() {
		d.modifiers[m.Code] = m
	}
	return d
}

// day is what else was claimed of the patient for the day.
func (g *gatherer) day(ctx context.Context, f *Facts, c stored) error {
	except := c.ClaimID
	if except.IsZero() {
		except = id.New[id.Claim]()
	}
	rows, err := g.queries.OthersOfDay(ctx, q.OthersOfDayParams{PracticeID: g.tx.Practice, PatientID: f.Patient.ID, ServiceDate: f.Visit.Date, ExceptClaimID: except})
	for _, r := range rows {
		o := OtherClaim{ID: r.ClaimID, Number: r.Number, State: State(r.State), Payer: r.PayerID, Visit: r.VisitID, Replaces: r.ReplacesClaimID}
		d, err := decode(r.Body)
		if err != nil {
			return err
		}
		for _, l := range d.Lines {
			o.Procedures = appendNew(o.Procedures, l.Procedure)
		}
		f.Others = append(f.Others, o)
	}
	return err
}

// decided are the waivers that stand.
func (g *gatherer) decided(ctx context.Context, f *Facts, c stored) error {
	if c.ClaimID.IsZero() {
		return nil
	}
	rows, err := g.queries.Waivers(ctx, q.WaiversParams{PracticeID: g.tx.Practice, ClaimID: c.ClaimID})
	for _, r := range rows {
		f.Waivers = append(f.Waivers, Waiver{ID: r.WaiverID, Check: r.CheckKey, Line: r.Line, About: r.About, Reason: r.Reason, Role: r.Role,
			By: r.ByName, At: r.WaivedAt.Time})
	}
	return err
}

// earlier is the claim that this one replaces or voids, as it was sent.
func (g *gatherer) earlier(ctx context.Context, f *Facts, c stored) error {
	if c.ReplacesClaimID.IsZero() {
		return nil
	}
	before, err := g.queries.GetClaim(ctx, q.GetClaimParams{PracticeID: g.tx.Practice, ClaimID: c.ReplacesClaimID})
	if err != nil {
		return err
	}
	f.PayerNumber = before.PayerNumber
	if before.SentAt.IsZero() {
		return nil
	}
	d, err := decode(before.Body)
	f.Before = &d
	return err
}

// decode reads a stored document; the empty text of a claim that was not
// worked out yet is the zero document.
func decode(body string) (Document, error) {
	var d Document
	if body == "" {
		return d, nil
	}
	return d, json.Unmarshal([]byte(body), &d)
}

func none(err error) bool { return errors.Is(err, sql.ErrNoRows) }
