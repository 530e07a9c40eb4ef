package visit

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// Safety is what the gate says about a visit, and what follows for its note.
type Safety struct {
	GateResult
	// Refused is why a note that says something was treated cannot be signed now;
	// "" when it can.
	Refused string
	// Ask: answering the safety questions is the way on; Late: afterwards, because
	// the day of the visit is over.
	Ask, Late bool
	// Stopped is why a visit that was under way is blocked, Barred why treatment
	// that nobody began on screen was not allowed: both need words.
	Stopped, Barred string
	// Begun is when treatment was begun on screen; zero when nobody did.
	Begun db.Time
}

// safety asks the gate and works out what that means for the note.
func (s *Service) safety(ctx context.Context, tx *db.Tx, it Item) (Safety, error) {
	g, err := s.gate(ctx, tx, it.asked())
	if err != nil {
		return Safety{}, err
	}
	begun, err := s.begun(ctx, tx, it.Visit)
	if err != nil {
		return Safety{}, err
	}
	return weigh(g, begun, it.Date, it.Today(tx.Now.Time)), nil
}

// weigh is the rule of the package about the note of a visit on a day.
func weigh(g GateResult, begun db.Time, day, today civil.Date) Safety {
	out := Safety{GateResult: g, Begun: begun}
	past := day.Before(today)
	switch {
	case !g.Blocked:
	case !begun.IsZero():
		out.Stopped = g.why()
	case g.Unanswered:
		out.Ask, out.Late, out.Refused = true, past, g.why()
		if past {
			out.Refused = "Not all safety questions of " + day.Human() + " have an answer. Answer them now, as things were on that day, and say why only now."
		}
	case !past:
		out.Refused = g.why()
	case g.AskedOn.IsZero():
		out.Barred = g.why()
	default:
		out.Barred = g.Bars
	}
	return out
}

// kept is what a note says about it.
func (s Safety) kept(d note.Draft, k *knowledge.Set) note.Safety {
	out := note.Safety{Precautions: s.Precautions, LocalSites: s.LocalSites, MaxPressure: s.MaxPressure, AvoidPositions: s.AvoidPositions,
		Stopped: s.Stopped, Barred: s.Barred}.Of(d, k)
	if d.Untreated != nil && s.Refused != "" && !s.Unanswered {
		out.Barred = s.Refused // which is why nothing was treated
	}
	if !s.AskedOn.IsZero() {
		out.Afterwards = &note.Afterwards{On: s.AskedOn, Reason: s.AskedWhy}
	}
	return out
}

// begun is when treatment was begun on screen; zero for a visit that is not
// under way, or is so only because its note was taken back.
func (s *Service) begun(ctx context.Context, tx *db.Tx, v Visit) (db.Time, error) {
	if v.State != StateInProgress {
		return db.Time{}, nil
	}
	at, err := q.New(tx).StartedAt(ctx, q.StartedAtParams{PracticeID: tx.Practice, VisitID: v.ID})
	if errors.Is(err, sql.ErrNoRows) {
		return db.Time{}, nil
	}
	return at, err
}

// gate asks the safety gate; a missing one blocks nothing.
func (s *Service) gate(ctx context.Context, tx *db.Tx, c VisitCheck) (GateResult, error) {
	if s.Safety == nil {
		return GateResult{}, nil
	}
	return s.Safety.Gate(ctx, tx, c.Patient, c.Visit, c.On)
}

func (g GateResult) why() string {
	if g.Reason == "" {
		return "The safety screening does not allow treatment now."
	}
	return g.Reason
}

func gateRefuses(reason string) error {
	return errs.Wrap(errs.Conflict, refused("safety gate"), reason)
}

// maySignFor refuses to sign that something was treated where that may not be
// signed now.
func (s *Service) maySignFor(ctx context.Context, tx *db.Tx, it Item, d note.Draft, safe Safety) error {
	switch {
	case d.Untreated != nil:
		return nil
	case safe.Refused != "":
		return gateRefuses(safe.Refused)
	case !safe.Begun.IsZero():
		return nil
	}
	return s.agreed(ctx, tx, it.Chart, it.startedBy(d))
}

// startedBy is the last instant of the minute that a note names as the start:
// who signs the consent and lies down in the same minute has consented.
func (i Item) startedBy(d note.Draft) time.Time {
	start := i.StartsAt.Time
	if m, ok := d.Start.Minutes(); ok {
		start = i.Date.At(m/60, m%60, i.Zone)
	}
	return start.Add(time.Minute - time.Nanosecond)
}

// agreed refuses to treat a patient who at an instant has said no.
func (s *Service) agreed(ctx context.Context, tx *db.Tx, p id.Patient, at time.Time) error {
	if s.Consent == nil {
		return nil
	}
	reason, err := s.Consent.Refusal(ctx, tx, p, at)
	if err == nil && reason != "" {
		err = errs.Wrap(errs.Conflict, refused("consent"), reason)
	}
	return err
}
