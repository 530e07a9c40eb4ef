package report

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report/q"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visitledger"
)

// Deps are the rooms whose facts a report states.
type Deps struct {
	Patients    *patient.Service
	Referrals   *referral.Service
	Assessments *assessment.Service
	Plans       *plan.Service
	Visits      *visit.Service
	Outcomes    *outcome.Service
	Ledger      *visitledger.Service
	Documents   *document.Store
	Knowledge   *knowledge.Set
	// Picture draws marks on the outline of a body, as a PNG.
	Picture func([]note.Mark) ([]byte, error)
}

// Service writes reports.
type Service struct {
	Deps
	db  *db.DB
	log *audit.Log
}

// New makes the service.
func New(d *db.DB, log *audit.Log, deps Deps) *Service {
	return &Service{Deps: deps, db: d, log: log}
}

const stale = "Someone else changed this meanwhile. Reload and look before you save again."

// Choice is a prescription that a report can be written on.
type Choice struct {
	ID    id.Referral
	Title string
	Draft id.Report // begun already; zero otherwise
	Why   string    // why a report is due; "" when none is
}

// Listing is what the page of a patient's reports shows.
type Listing struct {
	Reports []Report // newest first
	Choices []Choice
	Titles  map[id.Referral]string
}

// List gives a patient's reports and the prescriptions to report on, and
// records the view. ReportRead; NotFound.
func (s *Service) List(ctx context.Context, p id.Patient) (Listing, error) {
	a, err := authz.Require(ctx, authz.ReportRead)
	if err != nil {
		return Listing{}, err
	}
	var l Listing
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		l = Listing{Titles: map[id.Referral]string{}}
		if _, err := s.Patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		if l.Reports, err = list(ctx, tx, p); err != nil {
			return err
		}
		return s.choices(ctx, tx, a, p, &l)
	})
	if err != nil {
		return Listing{}, db.Classify(err)
	}
	return l, s.log.Viewed(ctx, db.Event{Action: "report.list", Patient: p, Kind: "patient", Subject: p.String()})
}

func (s *Service) choices(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, l *Listing) error {
	refs, err := s.Referrals.ForPatient(ctx, tx, p)
	if err != nil {
		return err
	}
	waiting, err := s.due(ctx, tx, a, q.DueParams{PatientID: p})
	if err != nil {
		return err
	}
	for _, r := range refs {
		l.Titles[r.ID] = r.Title()
		if !reportable(r) {
			continue
		}
		c := Choice{ID: r.ID, Title: r.Title()}
		for _, d := range waiting {
			if d.Referral == r.ID {
				c.Why = d.Why
			}
		}
		for _, x := range l.Reports {
			if x.Referral == r.ID && x.State == Draft {
				c.Draft = x.ID
			}
		}
		l.Choices = append(l.Choices, c)
	}
	return nil
}

// View is a report with everything it says.
type View struct {
	Report Report
	Body   Body
	Seen   string // of a draft: what Sign must be given, so that only what was read is signed
	Doc    document.Signed
}

// Preview shows what a report on a referral would say today, before one is
// begun, and records the view. ReportWrite.
func (s *Service) Preview(ctx context.Context, p id.Patient, ref id.Referral) (View, error) {
	a, err := authz.Require(ctx, authz.ReportWrite)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		v = View{Report: Report{Patient: p, Referral: ref, State: Draft}}
		v.Body, err = s.facts(ctx, tx, a, p, ref)
		return err
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return v, s.log.Viewed(ctx, db.Event{Action: "report.preview", Patient: p, Kind: "referral", Subject: ref.String()})
}

// Get gives a report: of a draft the facts as they are now, of a signed one
// what was signed. It records the view. ReportRead; NotFound.
func (s *Service) Get(ctx context.Context, p id.Patient, rid id.Report) (View, error) {
	a, err := authz.Require(ctx, authz.ReportRead)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.view(ctx, tx, a, p, rid)
		return err
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return v, s.log.Viewed(ctx, db.Event{Action: "report.view", Patient: p, Kind: "report", Subject: rid.String()})
}

func (s *Service) view(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, rid id.Report) (View, error) {
	var v View
	rep, err := get(ctx, tx, p, rid)
	if err != nil {
		return v, err
	}
	v.Report = rep
	switch rep.State {
	case Signed:
		if v.Doc, err = s.Documents.Get(ctx, tx, rep.Document); err != nil {
			return v, err
		}
		if err := json.Unmarshal(v.Doc.Body, &v.Body); err != nil {
			return v, fmt.Errorf("report: stored body: %w", err)
		}
		return v, nil
	case Discarded:
		return v, errs.New(errs.NotFound, "This report was discarded before it was signed.")
	}
	if v.Body, err = s.facts(ctx, tx, a, p, rep.Referral); err != nil {
		return v, err
	}
	v.Body.decide(rep.Content)
	v.Seen, err = v.Body.digest()
	return v, err
}

// decide puts the therapist's part into the body.
func (b *Body) decide(c Content) {
	b.Content = c.tidy()
	b.Ask, b.Reply = b.Content.Ask(), b.Content.Reply()
}

// Begin keeps a first draft on a referral. ReportWrite. Errors: Invalid with
// fields; NotFound; Conflict when there is a draft already, or the record was
// merged away.
func (s *Service) Begin(ctx context.Context, p id.Patient, ref id.Referral, c Content) (id.Report, error) {
	a, err := authz.Require(ctx, authz.ReportWrite)
	if err != nil {
		return id.Report{}, err
	}
	c = c.trimmed()
	if err := c.bounds(); err != nil {
		return id.Report{}, err
	}
	rid := id.New[id.Report]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		if _, err := s.referralOf(ctx, tx, p, ref); err != nil {
			return err
		}
		err := q.New(tx).InsertReport(ctx, q.InsertReportParams{PracticeID: tx.Practice, ReportID: rid, PatientID: p, ReferralID: ref, OnDate: a.Today(tx.Now.Time),
			Recommendation: string(c.Recommendation), Reason: string(c.Reason), Visits: c.Visits, PerWeek: c.PerWeek, Weeks: c.Weeks, Summary: c.Summary, Request: c.Request,
			CreatedAt: tx.Now, CreatedBy: a.User})
		if db.IsUnique(err) {
			return errs.Wrap(errs.Conflict, err, "A report on this prescription has been begun already. Open that one.")
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "report.begin", Patient: p, Kind: "report", Subject: rid.String()})
	})
	return rid, err
}

// Save keeps a draft. ReportWrite. Errors: Invalid, NotFound, Stale, Conflict.
func (s *Service) Save(ctx context.Context, p id.Patient, rid id.Report, version int64, c Content) error {
	a, err := authz.Require(ctx, authz.ReportWrite)
	if err != nil {
		return err
	}
	c = c.trimmed()
	if err := c.bounds(); err != nil {
		return err
	}
	return s.change(ctx, a, p, rid, "report.save", func(ctx context.Context, tx *db.Tx, _ Report) (int64, error) {
		return q.New(tx).UpdateDraft(ctx, q.UpdateDraftParams{PracticeID: tx.Practice, ReportID: rid, Version: version, Recommendation: string(c.Recommendation), Reason: string(c.Reason),
			Visits: c.Visits, PerWeek: c.PerWeek, Weeks: c.Weeks, Summary: c.Summary, Request: c.Request, UpdatedAt: tx.Now})
	})
}

// Discard drops a draft. ReportWrite. Errors: NotFound, Stale, Conflict.
func (s *Service) Discard(ctx context.Context, p id.Patient, rid id.Report, version int64) error {
	a, err := authz.Require(ctx, authz.ReportWrite)
	if err != nil {
		return err
	}
	return s.change(ctx, a, p, rid, "report.discard", func(ctx context.Context, tx *db.Tx, _ Report) (int64, error) {
		return q.New(tx).MarkDiscarded(ctx, q.MarkDiscardedParams{PracticeID: tx.Practice, ReportID: rid, Version: version, UpdatedAt: tx.Now})
	})
}

// Sign makes the draft a document in the actor's name. seen is View.Seen of
// the page that was read: when a fact has changed since, the answer is Stale.
// ReportWrite. Errors: Invalid with a field for everything missing, NotFound,
// Stale, Conflict.
func (s *Service) Sign(ctx context.Context, p id.Patient, rid id.Report, version int64, seen string) (document.Signed, error) {
	a, err := authz.Require(ctx, authz.ReportWrite)
	if err != nil {
		return document.Signed{}, err
	}
	var doc document.Signed
	err = s.change(ctx, a, p, rid, "report.sign", func(ctx context.Context, tx *db.Tx, r Report) (int64, error) {
		if r.Version != version {
			return 0, nil
		}
		v, err := s.view(ctx, tx, a, p, rid)
		if err != nil {
			return 0, err
		}
		if err := errs.OnFields(r.Content.Missing()...); err != nil {
			return 0, err
		}
		if v.Seen != seen {
			return 0, errs.New(errs.Stale, "Something that the report states has changed since you read it. Read it again, then sign.")
		}
		text, err := json.Marshal(v.Body)
		if err != nil {
			return 0, err
		}
		doc, err = s.Documents.Append(ctx, tx, document.Draft{Patient: p, Kind: Kind, Title: r.Content.Recommendation.Title(), Subject: rid.String(),
			ServiceDate: v.Body.On, Format: Format, Body: text})
		if err != nil {
			return 0, err
		}
		return q.New(tx).MarkSigned(ctx, q.MarkSignedParams{PracticeID: tx.Practice, ReportID: rid, Version: version, OnDate: v.Body.On, DocumentID: doc.ID, SignedAt: tx.Now})
	})
	if err != nil {
		return document.Signed{}, err
	}
	return doc, s.log.WaitSealed(ctx, a.Practice)
}

// change does something to a draft of a patient and records it.
func (s *Service) change(ctx context.Context, a authz.Actor, p id.Patient, rid id.Report, action string,
	do func(ctx context.Context, tx *db.Tx, r Report) (int64, error)) error {
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		r, err := get(ctx, tx, p, rid)
		if err != nil {
			return err
		}
		if r.State == Signed {
			return errs.New(errs.Conflict, "This report is signed and never changes. Write a further one.")
		}
		n, err := do(ctx, tx, r)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Stale, stale)
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: p, Kind: "report", Subject: rid.String()})
	})
}

func (c Content) trimmed() Content {
	c.Summary, c.Request = strings.TrimSpace(c.Summary), strings.TrimSpace(c.Request)
	return c
}

func get(ctx context.Context, tx *db.Tx, p id.Patient, rid id.Report) (Report, error) {
	r, err := q.New(tx).GetReport(ctx, q.GetReportParams{PracticeID: tx.Practice, ReportID: rid, PatientID: p})
	if err != nil {
		return Report{}, db.Found(err, "There is no such report of this patient.")
	}
	return fromRow(q.ListReportsRow(r)), nil
}

func list(ctx context.Context, tx *db.Tx, p id.Patient) ([]Report, error) {
	rows, err := q.New(tx).ListReports(ctx, q.ListReportsParams{PracticeID: tx.Practice, PatientID: p})
	var out []Report
	for _, r := range rows {
		out = append(out, fromRow(r))
	}
	return out, err
}

func fromRow(r q.ListReportsRow) Report {
	return Report{ID: r.ReportID, Patient: r.PatientID, Referral: r.ReferralID, State: State(r.State), On: r.OnDate,
		Content:  Content{Recommendation: Recommendation(r.Recommendation), Reason: Reason(r.Reason), Visits: r.Visits, PerWeek: r.PerWeek, Weeks: r.Weeks, Summary: r.Summary, Request: r.Request},
		Document: r.DocumentID, Author: r.StaffName, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, SignedAt: r.SignedAt, Version: r.Version}
}
