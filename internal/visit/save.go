package visit

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

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
	Prior    *note.Prior    // the note before
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
	var now today
	// Asked before the write, which is to be short: the answer only says what is
	// missing and earned, and Sign asks again.
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		it, err := s.item(ctx, tx, v)
		if err != nil {
			return err
		}
		if now.safe, err = s.safety(ctx, tx, it); err != nil {
			return err
		}
		now.on = it.Date
		now.rule, err = s.unitRule(ctx, tx, it)
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	var out Saved
	save := func(ctx context.Context, tx *db.Tx) error {
		out = Saved{}
		return s.save(ctx, tx, a, v, in, now, &out)
	}
	err = s.db.Write(ctx, a.Practice, save)
	if db.IsUnique(err) {
		// Two pages saved the first version at once; asked again, this one is
		// shown what the other wrote.
		err = s.db.Write(ctx, a.Practice, save)
	}
	return out, err
}

func (s *Service) save(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit, in Save, now today, out *Saved) error {
	it, err := s.item(ctx, tx, v)
	if err != nil {
		return err
	}
	if !it.State.Writable() {
		return refusal(it.State, ActSign)
	}
	prior, _, err := s.prior(ctx, tx, it)
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
		return s.replay(ctx, tx, it, row, prior, now, out)
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
	out.At, out.Draft, out.Status, out.Prior, out.Zone = tx.Now, d, s.status(d, prior, now), prior, it.Zone
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
func (s *Service) replay(ctx context.Context, tx *db.Tx, it Item, row q.OpenNoteRow, prior *note.Prior, now today, out *Saved) error {
	if err := db.OneRow(q.New(tx).TouchNote(ctx, q.TouchNoteParams{PracticeID: tx.Practice, NoteID: row.NoteID})); err != nil {
		return err
	}
	d, err := note.Decode([]byte(row.Body))
	if err != nil {
		return err
	}
	*out = Saved{Version: row.Version, At: row.UpdatedAt, Replayed: true, Draft: d, Status: s.status(d, prior, now), Prior: prior, Zone: it.Zone}
	return tx.Audit(ctx, event("note.save", it.Visit, fmt.Sprintf("version %d again", row.Version)))
}
