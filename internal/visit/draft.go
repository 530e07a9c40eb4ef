package visit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
	"soapstone/units"
)

// Editing is everything the page that writes a note shows.
type Editing struct {
	Item    Item
	Draft   note.Draft
	Version int64   // of the draft; 0 while nothing has been saved
	SavedAt db.Time // zero while nothing has been saved
	First   bool    // no signed note before this visit
	Prior   *note.Prior
	PriorID id.Document
	Today   bool       // the visit is of today, so that its clock can run
	Started note.Clock // local wall time at which treatment was begun on screen; may be ""
	Zone    string     // zone of the body the chart opens on
	Own     bool       // the actor is the therapist of the visit
	Gate    Safety
	Ledger  LedgerResult
	Status  Status
	Past    []note.Prior // signed notes before this one, newest first, at most pastNotes
	Phrases []Phrase     // what the actor may put in by a dot and a name
}

// pastNotes is how many earlier notes the editor looks back on.
const pastNotes = 6

// Status is what the server works out from a draft.
type Status struct {
	Missing []note.Lack
	Counts  note.Counts
	Share   int // per cent of the note that repeats the last one
	Minutes int // of techniques that belong to the note
	Units   *Accrual
	Text    note.Text
	Beyond  []note.Breach // what goes beyond the day's precautions
}

// OpenNote gives the draft of a visit, or, where there is none yet, what the
// last signed note offers. It stores nothing and records the view. NoteWrite;
// NotFound; Conflict when the visit takes no note (any more).
func (s *Service) OpenNote(ctx context.Context, v id.Visit) (Editing, error) {
	a, err := authz.Require(ctx, authz.NoteWrite)
	if err != nil {
		return Editing{}, err
	}
	var out Editing
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.editing(ctx, tx, a, v)
		return err
	})
	if err != nil {
		return Editing{}, err
	}
	return out, s.viewed(ctx, "note.open", out.Item)
}

func (s *Service) editing(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit) (Editing, error) {
	it, err := s.item(ctx, tx, v)
	if err != nil {
		return Editing{}, err
	}
	if !it.State.Writable() {
		return Editing{}, refusal(it.State, ActSign)
	}
	e := Editing{Item: it, Own: it.Therapist == a.User, Today: it.Today(tx.Now.Time) == it.Date}
	if e.Prior, e.PriorID, err = s.prior(ctx, tx, it); err != nil {
		return Editing{}, err
	}
	e.First = e.Prior == nil
	row, found, err := s.open(ctx, tx, v)
	switch {
	case err != nil:
		return Editing{}, err
	case found:
		if e.Draft, err = note.Decode([]byte(row.Body)); err != nil {
			return Editing{}, fmt.Errorf("visit: draft of %s: %w", v, err)
		}
		e.Version, e.SavedAt = row.Version, row.UpdatedAt
	case e.Prior != nil:
		e.Draft = note.Carry(e.Prior.Note)
	}
	e.Draft = s.settle(e.Draft, e.Prior)
	if e.Gate, err = s.safety(ctx, tx, it); err != nil {
		return Editing{}, err
	}
	if e.Ledger, err = s.ledger(ctx, tx, it.asked()); err != nil {
		return Editing{}, err
	}
	e.Started = local(e.Gate.Begun, it.Zone)
	if e.Zone, err = s.zone(ctx, tx, it.Visit, e.Draft); err != nil {
		return Editing{}, err
	}
	pays, err := s.unitRule(ctx, tx, it)
	if err != nil {
		return Editing{}, err
	}
	e.Status = s.status(e.Draft, e.Prior, today{e.Gate, pays, it.Date})
	if e.Past, err = s.past(ctx, tx, it, e); err != nil {
		return Editing{}, err
	}
	e.Phrases, err = s.phrases(ctx, tx, a.User)
	return e, err
}

// settle sets what is not for the sender to say: where each fact came from,
// and whether there was a visit before.
func (s *Service) settle(d note.Draft, prior *note.Prior) note.Draft {
	if prior == nil {
		d.Subjective.SinceLast = note.SinceFirst
		return note.Judge(d, nil)
	}
	if d.Subjective.SinceLast == note.SinceFirst {
		d.Subjective.SinceLast = ""
	}
	return note.Judge(note.Offer(d, prior.Note), &prior.Note)
}

// today is what holds for the note of a visit apart from its draft.
type today struct {
	safe Safety
	rule units.Rule // of the payer; "" when nobody says
	on   civil.Date
}

func (s *Service) status(d note.Draft, prior *note.Prior, now today) Status {
	kept := now.safe.kept(d, s.Knowledge)
	return Status{
		Missing: note.Missing(d, kept.Facts(prior == nil), s.Knowledge),
		Counts:  note.Count(d),
		Share:   note.CarriedShare(d),
		Minutes: d.Minutes(),
		Units:   accrue(d, now.rule, now.on, s.Knowledge),
		Text:    note.Render(d.Within(kept), prior, s.Knowledge).Safety(kept),
		Beyond:  note.Beyond(d, kept.Limits(), s.Knowledge),
	}
}

// prior is the last valid signed note before a visit; nil without one.
func (s *Service) prior(ctx context.Context, tx *db.Tx, it Item) (*note.Prior, id.Document, error) {
	r, err := q.New(tx).NoteBefore(ctx, q.NoteBeforeParams{PracticeID: tx.Practice, PatientID: it.Chart, VisitID: it.ID, StartsAt: it.StartsAt})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, id.Document{}, nil
	}
	if err != nil {
		return nil, id.Document{}, err
	}
	p, err := s.earlier(ctx, tx, r.DocumentID, r.ServiceDate)
	if err != nil {
		return nil, id.Document{}, err
	}
	return &p, r.DocumentID, nil
}

func (s *Service) earlier(ctx context.Context, tx *db.Tx, doc id.Document, on civil.Date) (note.Prior, error) {
	d, err := s.Documents.Get(ctx, tx, doc)
	if err != nil {
		return note.Prior{}, err
	}
	body, err := note.DecodeSigned(d.Body)
	if err != nil {
		return note.Prior{}, fmt.Errorf("visit: note %s: %w", doc, err)
	}
	return note.Prior{Note: body.Note, Date: on}, nil
}

// past are the signed notes before a visit, newest first.
func (s *Service) past(ctx context.Context, tx *db.Tx, it Item, e Editing) ([]note.Prior, error) {
	if e.Prior == nil {
		return nil, nil
	}
	rows, err := q.New(tx).ListNotesBefore(ctx, q.ListNotesBeforeParams{PracticeID: tx.Practice, PatientID: it.Chart, VisitID: it.ID, StartsAt: it.StartsAt, Most: pastNotes})
	if err != nil {
		return nil, err
	}
	var out []note.Prior
	for _, r := range rows {
		p := *e.Prior
		if r.DocumentID != e.PriorID {
			if p, err = s.earlier(ctx, tx, r.DocumentID, r.ServiceDate); err != nil {
				return nil, err
			}
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Service) open(ctx context.Context, tx *db.Tx, v id.Visit) (q.OpenNoteRow, bool, error) {
	row, err := q.New(tx).OpenNote(ctx, q.OpenNoteParams{PracticeID: tx.Practice, VisitID: v})
	if errors.Is(err, sql.ErrNoRows) {
		return q.OpenNoteRow{}, false, nil
	}
	return row, err == nil, err
}

// zone is where the chart opens: on the diagnoses of the prescription, else
// where most marks are, never on the whole body, where a finger hits a
// neighbour one time in five.
func (s *Service) zone(ctx context.Context, tx *db.Tx, v Visit, d note.Draft) (string, error) {
	if !v.Referral.IsZero() {
		codes, err := q.New(tx).ListDiagnosisCodes(ctx, q.ListDiagnosisCodesParams{PracticeID: tx.Practice, ReferralID: v.Referral})
		if err != nil {
			return "", err
		}
		if z := s.Knowledge.ZoneFor(codes); z.ID != knowledge.WholeBody {
			return z.ID, nil
		}
	}
	count, best := map[string]int{}, "neck-shoulders"
	for _, m := range d.Marks {
		if site, ok := s.Knowledge.Site(m.Site); ok {
			count[site.Zone]++
			if count[site.Zone] > count[best] {
				best = site.Zone
			}
		}
	}
	return best, nil
}
