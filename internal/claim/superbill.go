package claim

import (
	"context"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// visitFacts are what a visit is worked out from, whether it has a claim or
// not. The newest claim that counts lends its choices.
func (s *Service) visitFacts(ctx context.Context, tx *db.Tx, v id.Visit) (Facts, stored, error) {
	queries := q.New(tx)
	if _, err := queries.VisitFacts(ctx, q.VisitFactsParams{PracticeID: tx.Practice, VisitID: v}); err != nil {
		return Facts{}, stored{}, db.Found(err, "This session does not exist, or is not in your practice.")
	}
	c := stored{GetClaimRow: q.GetClaimRow{VisitID: v, Frequency: string(Original)}}
	doc, err := queries.ValidNote(ctx, q.ValidNoteParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil && !none(err) {
		return Facts{}, c, err
	}
	if err == nil {
		c.DocumentID = doc
	}
	claims, err := queries.ClaimsOfVisit(ctx, q.ClaimsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return Facts{}, c, err
	}
	for _, r := range claims {
		if state := State(r.State); r.DocumentID == doc && state != Cancelled && Frequency(r.Frequency) != Void {
			c.ClaimID = r.ClaimID
			break
		}
	}
	if c, err = s.withNote(ctx, tx, c); err != nil {
		return Facts{}, c, err
	}
	f, err := s.gatherer(tx).facts(ctx, c)
	return f, c, err
}

// CountingTx is what a visit would be billed as now: its lines, units and
// charges, at the payer's fees or, without insurance, at the practice's own.
// Inside the caller's transaction; the caller records the view. ClaimRead.
func (s *Service) CountingTx(ctx context.Context, tx *db.Tx, v id.Visit) (Document, Counting, error) {
	if _, err := authz.Require(ctx, authz.ClaimRead); err != nil {
		return Document{}, Counting{}, err
	}
	f, _, err := s.visitFacts(ctx, tx, v)
	if err != nil {
		return Document{}, Counting{}, err
	}
	d, n := Draft(f)
	return d, n, nil
}

// superbillTx is what the superbill of a visit says. Conflict when proof of
// the care is missing, or when a claim for the visit asks an insurer already:
// the same service is not asked for twice.
func (s *Service) superbillTx(ctx context.Context, tx *db.Tx, v id.Visit) (Superbill, Facts, error) {
	f, c, err := s.visitFacts(ctx, tx, v)
	if err != nil {
		return Superbill{}, f, err
	}
	if f.Prescription == nil {
		return Superbill{}, f, errs.New(errs.Conflict, "Without a prescription there is no diagnosis and no superbill. Give a receipt instead.")
	}
	rows, err := q.New(tx).RowsOfVisit(ctx, q.RowsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return Superbill{}, f, err
	}
	for _, r := range rows { // also one behind a later draft that corrects it
		if State(r.State).Out() {
			return Superbill{}, f, errs.New(errs.Conflict, "Claim "+r.Number+" asks the insurer for this visit already. A superbill would ask twice.")
		}
	}
	d, n := Draft(selfPaid(f))
	var missing []string
	for _, x := range Open(EvaluateProof(selfPaid(f), d, n)) {
		if x.Blocks() {
			missing = append(missing, x.Text)
		}
	}
	if len(missing) > 0 {
		return Superbill{}, f, errs.New(errs.Conflict, "There is no superbill yet. "+strings.Join(missing[:min(len(missing), 4)], " "))
	}
	return Superbill{
		Number: "SB-" + strings.ReplaceAll(f.Visit.Date.String(), "-", "") + "-" + v.String()[:8], Practice: d.Billing, Therapist: d.Rendering,
		Referring: d.Referring, Patient: d.Patient, PatientNumber: f.Patient.Number, Date: f.Visit.Date, Place: f.Place.PlaceOfService,
		Diagnoses: d.Diagnoses, Lines: d.Lines, Total: d.Total, Paid: f.Paid, Note: f.Note.Document,
		SignedAt: c.signed.SignedAt.Time, MadeAt: tx.Now.Time,
	}, f, nil
}

// selfPaid are the facts of a visit for which no payer is asked: no payer's
// rules, limits or modifiers.
func selfPaid(f Facts) Facts {
	f.Coverage, f.Terms, f.Enrolled, f.Jurisdiction = nil, coverage.Terms{}, false, nil
	f.Number = "SB"
	return f
}

// Superbill gives the superbill of a visit as a PDF file. ClaimRead; NotFound;
// Conflict in words when something is missing. The view is recorded.
func (s *Service) Superbill(ctx context.Context, v id.Visit) ([]byte, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	if s.Paper == nil {
		return nil, errs.New(errs.Unavailable, "This program cannot make such files.")
	}
	var b Superbill
	var who id.Patient
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var f Facts
		b, f, err = s.superbillTx(ctx, tx, v)
		who = f.Patient.ID
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	if err := s.log.Viewed(ctx, db.Event{Action: "claim.superbill", Patient: who, Kind: "visit", Subject: v.String()}); err != nil {
		return nil, err
	}
	return s.Paper.Superbill(b)
}

// batchYears is how far back the list of batches reaches.
const batchYears = 3

func batchOf(r q.GetBatchRow) Batch {
	return Batch{ID: r.BatchID, Medium: Medium(r.Medium), Receiver: r.Receiver, Usage: r.Usage, File: r.BlobID, Interchange: r.Interchange,
		Group: r.FunctionalGroup, First: r.FirstSet, Claims: r.Claims, Total: r.TotalCents, CreatedAt: r.CreatedAt.Time, CreatedBy: r.ByName}
}

// Batches lists what was sent in the last years, newest first, at most 200.
// ClaimRead.
func (s *Service) Batches(ctx context.Context) ([]Batch, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	var out []Batch
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		since := db.Time{Time: tx.Now.AddDate(-batchYears, 0, 0).In(time.UTC)}
		rows, err := q.New(tx).Batches(ctx, q.BatchesParams{PracticeID: tx.Practice, Since: since})
		out = nil
		for _, r := range rows {
			out = append(out, batchOf(q.GetBatchRow(r)))
		}
		return err
	})
	return out, db.Classify(err)
}

// Batch is one batch with its claims as they stand today. ClaimRead; NotFound.
// The view is recorded.
func (s *Service) Batch(ctx context.Context, b id.Batch) (Batch, []Row, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return Batch{}, nil, err
	}
	var out Batch
	var claims []Row
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).GetBatch(ctx, q.GetBatchParams{PracticeID: tx.Practice, BatchID: b})
		if err != nil {
			return db.Found(err, "This batch does not exist, or is not in your practice.")
		}
		out = batchOf(row)
		rows, err := q.New(tx).RowsOfBatch(ctx, q.RowsOfBatchParams{PracticeID: tx.Practice, BatchID: b})
		if err != nil {
			return err
		}
		claims, err = rowsOf(rows, func(r q.RowsOfBatchRow) q.RowsRow { return q.RowsRow(r) })
		return err
	})
	if err != nil {
		return Batch{}, nil, db.Classify(err)
	}
	return out, claims, s.log.Viewed(ctx, db.Event{Action: "claim.view", Kind: "batch", Subject: b.String()})
}
