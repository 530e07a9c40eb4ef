package claim

import (
	"context"
	"encoding/json"
	"fmt"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// Deps are what the room needs from others. X12, Paper, Money, Paid and Reports
// may be nil: then nothing leaves that way, nobody is told, nothing was paid,
// and nothing is known of reports.
type Deps struct {
	Documents *document.Store
	Patients  *patient.Service
	Referrals *referral.Service
	Coverages *coverage.Service
	Fees      *fee.Service
	Practices *practice.Service
	Knowledge *knowledge.Set
	Blobs     *blob.Store
	X12       Writer837
	Paper     Paper
	Money     Money
	Paid      Payments
	Reports   ReportDates
	Codes     referral.CodeSource // nil: the shipped list of diagnosis codes
}

// Money is told what a visit's claim asks for, whenever that changes. A total
// of 0 and no payer say that nothing is claimed any more.
type Money interface {
	ClaimChangedTx(ctx context.Context, tx *db.Tx, v id.Visit, total money.Cents, payer id.Payer) error
}

// Payments answers what the patient has paid for a visit.
type Payments interface {
	PaidTx(ctx context.Context, tx *db.Tx, v id.Visit) (money.Cents, error)
}

// ReportDates answers when the prescriber was last reported to, on or before a
// day; the zero date is never.
type ReportDates interface {
	LastReportTx(ctx context.Context, tx *db.Tx, r id.Referral, on civil.Date) (civil.Date, error)
}

// Service holds the use cases of the room.
type Service struct {
	db  *db.DB
	log *audit.Log
	Deps
}

// New makes the service.
func New(d *db.DB, log *audit.Log, deps Deps) *Service {
	return &Service{db: d, log: log, Deps: deps}
}

// stored is a claim as it stands in its table, with the note behind it.
type stored struct {
	q.GetClaimRow
	signed   q.SignedFactsRow
	signedBy id.User
}

const noClaim = "This claim does not exist, or is not in your practice."

func (s *Service) load(ctx context.Context, tx *db.Tx, c id.Claim) (stored, error) {
	row, err := q.New(tx).GetClaim(ctx, q.GetClaimParams{PracticeID: tx.Practice, ClaimID: c})
	if err != nil {
		return stored{}, db.Found(err, noClaim)
	}
	return s.withNote(ctx, tx, stored{GetClaimRow: row})
}

func (s *Service) withNote(ctx context.Context, tx *db.Tx, c stored) (stored, error) {
	if c.DocumentID.IsZero() {
		return c, nil
	}
	signed, err := q.New(tx).SignedFacts(ctx, q.SignedFactsParams{PracticeID: tx.Practice, DocumentID: c.DocumentID})
	c.signed, c.signedBy = signed, signed.UserID
	return c, db.Found(err, "There is no such signed note.")
}

// loadAt is load for somebody who decides about the claim as it was at version.
func (s *Service) loadAt(ctx context.Context, tx *db.Tx, c id.Claim, version int64) (stored, error) {
	row, err := s.load(ctx, tx, c)
	if err == nil && row.Version != version {
		err = db.OneRow(0, nil)
	}
	return row, err
}

// check works a draft out again and stores what came of it. changed says that
// it is another state, another total or other findings than before.
func (s *Service) check(ctx context.Context, g *gatherer, c stored) (j Judgement, f Facts, changed bool, err error) {
	if f, err = g.facts(ctx, c); err != nil {
		return j, f, false, err
	}
	j = Judge(f)
	body, findings, err := j.encode()
	if err != nil {
		return j, f, false, err
	}
	state := j.State()
	if State(c.State) == Held {
		state = Held
	}
	if string(state) == c.State && body == c.Body && findings == c.Findings {
		return j, f, false, nil
	}
	ready := c.ReadyAt
	switch {
	case state == Blocked:
		ready = db.Time{}
	case ready.IsZero():
		ready = g.tx.Now
	}
	var cov id.Coverage
	if f.Coverage != nil {
		cov = f.Coverage.ID
	}
	var order id.Referral
	if f.Prescription != nil {
		order = f.Prescription.ID
	}
	if f.Frequency == Void && f.Before != nil {
		cov, order = c.CoverageID, c.ReferralID
	}
	err = db.OneRow(g.queries.Checked(ctx, q.CheckedParams{
		PatientID: f.Patient.ID, ReferralID: order, CoverageID: cov, PayerID: j.Document.Payer.ID, State: string(state), PayerNumber: c.PayerNumber,
		TotalCents: j.Document.Total, Body: body, Findings: findings, Blocks: j.Blocks(), Warns: j.Warns(),
		CheckedAt: g.tx.Now, ReadyAt: ready, PracticeID: g.tx.Practice, ClaimID: c.ClaimID, Version: c.Version,
	}))
	if err != nil {
		return j, f, false, err
	}
	if string(state) != c.State {
		if err := s.record(ctx, g.tx, c.ClaimID, "check", State(c.State), state, open(j)); err != nil {
			return j, f, true, err
		}
	}
	if c.TotalCents != j.Document.Total || c.PayerID != j.Document.Payer.ID {
		err = s.tell(ctx, g.tx, c.VisitID)
	}
	return j, f, true, err
}

// encode gives the document and the findings as they are stored.
func (j Judgement) encode() (body, findings string, err error) {
	b, err := json.Marshal(j.Document)
	if err != nil {
		return "", "", err
	}
	f, err := json.Marshal(j.Findings)
	return string(b), string(f), err
}

func open(j Judgement) string {
	return fmt.Sprintf("%d block, %d warn", j.Blocks(), j.Warns())
}

// tell lets the money know what is claimed for a visit now: the newest claim
// that counts, or nothing.
func (s *Service) tell(ctx context.Context, tx *db.Tx, v id.Visit) error {
	if s.Money == nil {
		return nil
	}
	rows, err := q.New(tx).RowsOfVisit(ctx, q.RowsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return err
	}
	for _, r := range rows { // newest first
		switch state := State(r.State); {
		case state == Cancelled, state == Closed, state == Denied && Frequency(r.Frequency) == Void:
		case Frequency(r.Frequency) == Void:
			return s.Money.ClaimChangedTx(ctx, tx, v, 0, id.Payer{})
		default:
			return s.Money.ClaimChangedTx(ctx, tx, v, r.TotalCents, r.PayerID)
		}
	}
	return s.Money.ClaimChangedTx(ctx, tx, v, 0, id.Payer{})
}

// record adds to the history of a claim and to the audit log.
func (s *Service) record(ctx context.Context, tx *db.Tx, c id.Claim, kind string, from, to State, detail string) error {
	a, _ := authz.From(ctx)
	queries := q.New(tx)
	last, err := queries.LastEvent(ctx, q.LastEventParams{PracticeID: tx.Practice, ClaimID: c})
	if err != nil && !none(err) {
		return err
	}
	err = queries.InsertEvent(ctx, q.InsertEventParams{PracticeID: tx.Practice, ClaimID: c, Seq: last + 1, Kind: kind,
		FromState: string(from), ToState: string(to), Detail: detail, ChangedBy: a.User, At: tx.Now})
	if err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "claim." + kind, Kind: "claim", Subject: c.String(), Detail: shorten(string(from) + " → " + string(to))})
}

// shorten keeps a detail that says nothing but states.
func shorten(s string) string {
	if s == " → " {
		return ""
	}
	return s
}

// next is the next number of a kind; the numbers of one practice never repeat,
// since a number is given out in the transaction that uses it.
func (s *Service) next(ctx context.Context, tx *db.Tx, kind string, first, step int64) (int64, error) {
	n, err := q.New(tx).NextNumber(ctx, q.NextNumberParams{PracticeID: tx.Practice, Kind: kind, FirstNumber: first + step - 1, Step: step})
	if err != nil {
		return 0, err
	}
	if kind != "claim" && n > 999_999_999 {
		return 0, errs.New(errs.Conflict, "The control numbers of the practice are used up.")
	}
	return n, nil
}
