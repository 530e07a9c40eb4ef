package claim

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// What is printed across a form that is not fit for submission.
const (
	Preview        = "NOT FOR SUBMISSION"
	Electronically = "SENT ELECTRONICALLY"
)

// PaperForm gives the CMS-1500 form of one claim. A claim that is out on paper
// is printed as it was sent, drawn or as data alone. Any other is drawn with a
// watermark, whatever is asked for: one that was not sent, one that came back or
// is closed, one whose note was retracted since, and one that left as a file, so
// that the payer does not get it twice (see PaperCopy). ClaimRead; NotFound.
func (s *Service) PaperForm(ctx context.Context, c id.Claim, drawn bool) ([]byte, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	if s.Paper == nil {
		return nil, errs.New(errs.Unavailable, "This program cannot make such files.")
	}
	var f paperForm
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		f, err = s.paperForm(ctx, tx, a, c, drawn)
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	if f.electronic && f.options.Watermark == "" {
		f.options.Drawn, f.options.Watermark = true, Electronically
	}
	if err := s.log.Viewed(ctx, db.Event{Action: "claim.form", Patient: f.patient, Kind: "claim", Subject: c.String(), Detail: f.options.Watermark}); err != nil {
		return nil, err
	}
	return s.print(f)
}

// PaperCopy gives the form of a claim that is out as a file without a watermark,
// for a payer that asks for paper all the same. The reason is kept in the
// claim's history. ClaimSend. Invalid without a reason; NotFound; Conflict when
// the claim is not out as a file.
func (s *Service) PaperCopy(ctx context.Context, c id.Claim, reason string) ([]byte, error) {
	a, err := authz.Require(ctx, authz.ClaimSend)
	if err != nil {
		return nil, err
	}
	if s.Paper == nil {
		return nil, errs.New(errs.Unavailable, "This program cannot make such files.")
	}
	if reason, err = reasonOf(reason); err != nil {
		return nil, err
	}
	var f paperForm
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if f, err = s.paperForm(ctx, tx, a, c, false); err != nil {
			return err
		}
		if !f.electronic || f.options.Watermark != "" {
			return errs.New(errs.Conflict, "This claim is not out as a file. Open its form instead.")
		}
		return s.record(ctx, tx, c, "copy", f.state, f.state, reason)
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	if err := s.log.WaitSealed(ctx, a.Practice); err != nil {
		return nil, err
	}
	return s.print(f)
}

// paperForm is what a form is printed from.
type paperForm struct {
	document   Document
	options    PaperOptions
	patient    id.Patient
	state      State
	electronic bool // left as a file
}

func (s *Service) paperForm(ctx context.Context, tx *db.Tx, a authz.Actor, c id.Claim, drawn bool) (f paperForm, err error) {
	row, err := s.load(ctx, tx, c)
	if err != nil {
		return f, err
	}
	set, err := settings(ctx, tx)
	if err != nil {
		return f, err
	}
	f.patient, f.state = row.PatientID, State(row.State)
	f.options = PaperOptions{Drawn: drawn, OffsetX: set.OffsetX, OffsetY: set.OffsetY, At: tx.Now.Time}
	if !left(row) {
		f.options.Drawn, f.options.Watermark = true, Preview
		facts, err := s.gatherer(tx).facts(ctx, row)
		f.document, _ = Draft(facts)
		return f, err
	}
	if f.electronic, err = byFile(ctx, tx, row.BatchID); err != nil {
		return f, err
	}
	f.options.SignedOn = civil.DateIn(row.SentAt.Time, zoneOrUTC(a))
	if stands := row.signed.State == "valid" || Frequency(row.Frequency) == Void; !f.state.Out() || !stands {
		f.options.Drawn, f.options.Watermark = true, Preview
	}
	f.document, err = decode(row.Body)
	return f, err
}

// byFile reports whether a batch left as a file.
func byFile(ctx context.Context, tx *db.Tx, b id.Batch) (bool, error) {
	if b.IsZero() {
		return false, nil
	}
	batch, err := q.New(tx).GetBatch(ctx, q.GetBatchParams{PracticeID: tx.Practice, BatchID: b})
	return Medium(batch.Medium) == Electronic, err
}

func (s *Service) print(f paperForm) ([]byte, error) {
	form, err := s.Paper.Form([]Document{f.document}, f.options)
	if errs.Is(err, errs.Invalid) && f.options.Watermark == "" {
		// It left as a file, which asks for less than the form does.
		f.options.Drawn, f.options.Watermark = true, Preview
		return s.Paper.Form([]Document{f.document}, f.options)
	}
	return form, err
}

// left reports whether what is stored of a claim is what was sent.
func left(c stored) bool {
	state := State(c.State)
	return state != Cancelled && !state.Draft() && !c.SentAt.IsZero()
}
