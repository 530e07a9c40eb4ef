package outcome

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/outcome/q"
)

// Measured is a score that counts, as the proof that something was measured:
// whatever its direction.
type Measured struct {
	Score      id.Score
	Visit      id.Visit // zero when filled in outside a visit
	Instrument string   // its id
	Short      string   // its name in short
	On         civil.Date
	// Result is nil for whoever may see that something was measured but not what.
	Result *float64
	// Baseline: the first score of this instrument that counts, ever.
	Baseline bool
}

// MeasuredTx lists the scores of a patient that count from one day to another,
// both included, the oldest first, at most 200; those of merged records too.
// Scores entered in error are none. It asks for ClaimRead, which every reader of
// scores has as well; the caller records the view.
func (s *Service) MeasuredTx(ctx context.Context, tx *db.Tx, p id.Patient, from, to civil.Date) ([]Measured, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	queries := q.New(tx)
	rows, err := queries.Measured(ctx, q.MeasuredParams{PracticeID: tx.Practice, PatientID: p, FromDate: from, ToDate: to})
	if err != nil {
		return nil, err
	}
	first := map[string]id.Score{}
	var out []Measured
	for _, r := range rows {
		if _, asked := first[r.Instrument]; !asked {
			one, err := queries.First(ctx, q.FirstParams{PracticeID: tx.Practice, PatientID: p, Instrument: r.Instrument})
			if err != nil {
				return nil, err
			}
			for _, f := range one {
				first[r.Instrument] = f
			}
		}
		m := Measured{Score: r.ScoreID, Visit: r.VisitID, Instrument: r.Instrument, Short: r.Instrument, On: r.OnDate, Baseline: first[r.Instrument] == r.ScoreID}
		if in, ok := s.know.Instrument(r.Instrument); ok {
			m.Short = in.Short
			m.Baseline = m.Baseline && !in.AsIs
		}
		if a.Can(authz.OutcomeRead) {
			m.Result = &r.Result
		}
		out = append(out, m)
	}
	return out, nil
}
