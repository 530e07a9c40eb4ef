package visit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
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
	Started note.Clock // local wall time at which treatment was begun on screen; may be ""
	Zone    string     // zone of the body the chart opens on
	Own     bool       // the actor is the therapist of the visit
	Gate    Safety
	Ledger  LedgerResult
	Status  Status
}

// Status is what the server works out from a draft.
type Status struct {
	Missing []note.Lack
	Counts  note.Counts
	Share   int // per cent of the note that repeats the last one
	Minutes int // of techniques that belong to the note
	Text    note.Text
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
	e := Editing{Item: it, Own: it.Therapist == a.User}
	if e.Prior, e.PriorID, err = s.prior(ctx, tx, it.Visit); err != nil {
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
	if e.Ledger, err = s.ledger(ctx, tx, VisitCheck{Patient: it.Patient, Referral: it.Referral, Visit: it.ID, On: it.Date}); err != nil {
		return Editing{}, err
	}
	e.Started = local(e.Gate.Begun, it.Zone)
	if e.Zone, err = s.zone(ctx, tx, it.Visit, e.Draft); err != nil {
		return Editing{}, err
	}
	e.Status = s.status(e.Draft, e.Prior, e.Gate)
	return e, nil
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

func (s *Service) status(d note.Draft, prior *note.Prior, safe Safety) Status {
	kept := safe.kept(d)
	return Status{
		Missing: note.Missing(d, kept.Facts(prior == nil), s.Knowledge),
		Counts:  note.Count(d),
		Share:   note.CarriedShare(d),
		Minutes: d.Minutes(),
		Text:    note.Render(d, prior, s.Knowledge).Safety(kept),
	}
}

// prior is the last valid signed note before a visit; nil without one.
func (s *Service) prior(ctx context.Context, tx *db.Tx, v Visit) (*note.Prior, id.Document, error) {
	r, err := q.New(tx).NoteBefore(ctx, q.NoteBeforeParams{PracticeID: tx.Practice, PatientID: v.Patient, VisitID: v.ID, StartsAt: v.StartsAt})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, id.Document{}, nil
	}
	if err != nil {
		return nil, id.Document{}, err
	}
	doc, err := s.Documents.Get(ctx, tx, r.DocumentID)
	if err != nil {
		return nil, id.Document{}, err
	}
	body, err := note.DecodeSigned(doc.Body)
	if err != nil {
		return nil, id.Document{}, fmt.Errorf("visit: note %s: %w", doc.ID, err)
	}
	return &note.Prior{Note: body.Note, Date: r.ServiceDate}, doc.ID, nil
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

// Save is one saving of a draft. Base is the version it builds on, Editor the
// open page (any token of its own), Revision that page's own count of changes,
// from 1: together they tell a repeated request from a new one.
type Save struct {
	Base     int64
	Editor   string
	Revision int64
	Draft    note.Draft
	// Covering says that the actor treats in place of the visit's therapist.
	Covering bool
}

// Saved is the answer to a Save.
type Saved struct {
	Version  int64
	At       db.Time
	Replayed bool // this very save, or a later one of the same page, was stored before
	Draft    note.Draft
	Status   Status
	Zone     *time.Location // of the visit's location
}

// Clash is what somebody else saved meanwhile. It is the cause inside a Stale
// error of SaveNote.
type Clash struct {
	Version int64
	Draft   note.Draft
	At      db.Time
	Prior   *note.Prior
}

// Error implements error.
func (c *Clash) Error() string { return fmt.Sprintf("note: version %d was saved elsewhere", c.Version) }

var editorForm = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// SaveNote stores a draft. A save that builds on a version others have since
// replaced is refused with a *Clash inside a Stale error; a repeated one writes
// again before it is answered, so that the answer means the same as the first.
// NoteWrite. Errors: Invalid with fields, NotFound, Stale, Conflict when the
// visit takes no note.
func (s *Service) SaveNote(ctx context.Context, v id.Visit, in Save) (Saved, error) {
	a, err := authz.Require(ctx, authz.NoteWrite)
	if err != nil {
		return Saved{}, err
	}
	if !editorForm.MatchString(in.Editor) || in.Revision < 1 || in.Base < 0 {
		return Saved{}, errs.New(errs.Invalid, "This was not sent by a note page. Reload it.")
	}
	if err := errs.OnFields(in.Draft.Check(s.Knowledge)...); err != nil {
		return Saved{}, err
	}
	var safe Safety
	// Asked before the write, which is to be short: the answer only says what is
	// missing, and Sign asks again.
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, v)
		if err == nil {
			safe, err = s.safety(ctx, tx, it)
		}
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	var out Saved
	save := func(ctx context.Context, tx *db.Tx) error {
		out = Saved{}
		return s.save(ctx, tx, a, v, in, safe, &out)
	}
	err = s.db.Write(ctx, a.Practice, save)
	if db.IsUnique(err) {
		// Two pages saved the first version at once; asked again, this one is
		// shown what the other wrote.
		err = s.db.Write(ctx, a.Practice, save)
	}
	return out, err
}

func (s *Service) save(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit, in Save, safe Safety, out *Saved) error {
	it, err := s.item(ctx, tx, v)
	if err != nil {
		return err
	}
	if !it.State.Writable() {
		return refusal(it.State, ActSign)
	}
	prior, _, err := s.prior(ctx, tx, it.Visit)
	if err != nil {
		return err
	}
	row, found, err := s.open(ctx, tx, v)
	if err != nil {
		return err
	}
	d := s.settle(in.Draft, prior)
	d.Covering = id.User{}
	if in.Covering && it.Therapist != a.User {
		d.Covering = a.User
	}
	switch {
	case found && row.Editor == in.Editor && in.Revision <= row.EditorRevision:
		return s.replay(ctx, tx, it, row, prior, safe, out)
	case found && !follows(row, in):
		theirs, err := note.Decode([]byte(row.Body))
		if err != nil {
			return err
		}
		return errs.Wrap(errs.Stale, &Clash{Version: row.Version, Draft: theirs, At: row.UpdatedAt, Prior: prior},
			"This note was changed somewhere else. Compare both before you go on.")
	case !found && in.Base != 0:
		return errs.New(errs.Stale, "This draft is closed. Reload the page.")
	}
	body, err := note.Encode(d)
	if err != nil {
		return err
	}
	if found {
		err = s.update(ctx, tx, a, row, in, body, out)
	} else {
		err = s.insert(ctx, tx, a, it, in, body, out)
	}
	if err != nil {
		return err
	}
	out.At, out.Draft, out.Status, out.Zone = tx.Now, d, s.status(d, prior, safe), it.Zone
	return tx.Audit(ctx, event("note.save", it.Visit, fmt.Sprintf("version %d", out.Version)))
}

// follows reports whether a save has seen all that others wrote: it builds on
// the stored version, or everything since the version it builds on came from
// the same page, whose answers got lost.
func follows(row q.OpenNoteRow, in Save) bool {
	return in.Base == row.Version || in.Editor == row.Editor && in.Base >= row.RunBase && in.Base < row.Version
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, a authz.Actor, it Item, in Save, body []byte, out *Saved) error {
	out.Version = 1
	return q.New(tx).InsertNote(ctx, q.InsertNoteParams{
		PracticeID: tx.Practice, NoteID: id.New[id.Note](), VisitID: it.ID, PatientID: it.Patient, UserID: a.User, Body: string(body),
		Editor: in.Editor, EditorRevision: in.Revision, RunBase: 0, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	})
}

func (s *Service) update(ctx context.Context, tx *db.Tx, a authz.Actor, row q.OpenNoteRow, in Save, body []byte, out *Saved) error {
	runBase := row.Version
	if row.Editor == in.Editor {
		runBase = row.RunBase
	}
	out.Version = row.Version + 1
	return db.OneRow(q.New(tx).SaveNote(ctx, q.SaveNoteParams{
		UserID: a.User, Body: string(body), Editor: in.Editor, EditorRevision: in.Revision, RunBase: runBase, UpdatedAt: tx.Now,
		PracticeID: tx.Practice, NoteID: row.NoteID, Version: row.Version,
	}))
}

// replay answers a save that was stored before. It writes first: on a
// replicated database an answer may be given only once a write of its own has
// reached the standby.
func (s *Service) replay(ctx context.Context, tx *db.Tx, it Item, row q.OpenNoteRow, prior *note.Prior, safe Safety, out *Saved) error {
	if err := db.OneRow(q.New(tx).TouchNote(ctx, q.TouchNoteParams{PracticeID: tx.Practice, NoteID: row.NoteID})); err != nil {
		return err
	}
	d, err := note.Decode([]byte(row.Body))
	if err != nil {
		return err
	}
	*out = Saved{Version: row.Version, At: row.UpdatedAt, Replayed: true, Draft: d, Status: s.status(d, prior, safe), Zone: it.Zone}
	return tx.Audit(ctx, event("note.save", it.Visit, fmt.Sprintf("version %d again", row.Version)))
}
