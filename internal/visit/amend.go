package visit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// NewAddendum is what somebody adds to a signed note. Minutes maps the position
// of a technique in the note (from 0) to the corrected minutes, 0 to 180.
type NewAddendum struct {
	Reason, Text string
	Minutes      map[int]int
}

// Addend signs an addendum to a note. Corrected minutes may come only from
// whoever signed the note, and must fit its times. NoteSign. Errors: Invalid
// with fields, NotFound, Denied, Conflict when the note was retracted.
func (s *Service) Addend(ctx context.Context, doc id.Document, in NewAddendum) (document.Signed, error) {
	a, err := authz.Require(ctx, authz.NoteSign)
	if err != nil {
		return document.Signed{}, err
	}
	in.Reason, in.Text = strings.TrimSpace(in.Reason), strings.TrimSpace(in.Text)
	var out document.Signed
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := s.signed(ctx, tx, doc)
		if err != nil {
			return err
		}
		if !n.Valid() {
			return errRetracted
		}
		it, err := s.item(ctx, tx, n.Visit)
		if err != nil {
			return err
		}
		body, err := s.addendum(n, it, in, a, tx.Now)
		if err != nil {
			return err
		}
		text, err := body.Encode()
		if err != nil {
			return err
		}
		out, err = s.Documents.Append(ctx, tx, document.Draft{
			Patient: n.Patient, Kind: document.KindAddendum, Title: "Addendum to the visit note, " + n.Date.Human(), Subject: n.Visit.String(),
			Refers: doc, ServiceDate: n.Date, Format: note.AddendumFormat, Body: text,
		})
		if err != nil {
			return err
		}
		if err := tx.Audit(ctx, db.Event{Action: "note.addendum", Patient: n.Patient, Kind: "document", Subject: doc.String(),
			Detail: fmt.Sprintf("%d minutes corrected", len(body.Minutes))}); err != nil {
			return err
		}
		return s.tell(func(o Observer) error { return o.NoteAmendedTx(ctx, tx, n.Visit, doc) })
	})
	if err != nil {
		return document.Signed{}, err
	}
	return out, s.log.WaitSealed(ctx, a.Practice)
}

func (s *Service) addendum(n SignedNote, it Item, in NewAddendum, a authz.Actor, now db.Time) (note.Addendum, error) {
	body := note.Addendum{Refers: n.Document, Reason: in.Reason, Text: in.Text, Entered: it.Today(now.Time)}
	if f := body.Faults(); len(f) > 0 {
		return note.Addendum{}, errs.OnFields(f...)
	}
	before := n.Current()
	current := map[int]int{}
	for i, v := range n.Body.Note.Interventions {
		current[i] = minutesNow(n, i, v)
	}
	for i := range n.Body.Note.Interventions {
		now, ok := in.Minutes[i]
		if !ok || now == current[i] {
			continue
		}
		if now < 0 || now > note.MaxMinutes {
			return note.Addendum{}, errs.OnField(fmt.Sprintf("minutes.%d", i), "Minutes are a whole number from 0 to 180.")
		}
		body.Minutes = append(body.Minutes, note.Minutes{Index: i, Technique: n.Body.Note.Interventions[i].Technique, Was: current[i], Now: now})
	}
	for i := range in.Minutes {
		if i < 0 || i >= len(n.Body.Note.Interventions) {
			return note.Addendum{}, errs.New(errs.Invalid, "This technique is not in the note.")
		}
	}
	if len(body.Minutes) == 0 {
		return body, nil
	}
	if a.User != n.SignedBy {
		return note.Addendum{}, errs.New(errs.Denied, "Only "+n.SignerName+", who signed the note, can correct its minutes.")
	}
	if length, ok := before.Length(); ok {
		after := before.Minutes()
		for _, m := range body.Minutes {
			after += m.Now - m.Was
		}
		if after > length {
			return note.Addendum{}, errs.OnField(fmt.Sprintf("minutes.%d", body.Minutes[0].Index),
				fmt.Sprintf("%d minutes of treatment do not fit into a visit of %d.", after, length))
		}
	}
	return body, nil
}

// minutesNow is what counts for a technique of the note after its addenda.
func minutesNow(n SignedNote, i int, v note.Intervention) int {
	m := 0
	if v.Minutes != nil {
		m = *v.Minutes
	}
	for _, a := range n.Addenda {
		for _, c := range a.Minutes {
			if c.Index == i {
				m = c.Now
			}
		}
	}
	return m
}

// NewRetraction says why a note is taken back. TookPlace tells what becomes of
// the visit: it needs a new note, or it is cancelled because there was no
// session. RightChart is the patient whose note it should have been, if any.
type NewRetraction struct {
	Reason     string
	RightChart id.Patient
	TookPlace  bool
}

// Retract signs that a note was entered in error. The note stays legible and
// counts no more. It is for whoever signed the note, and for a colleague only
// once that person does not sign here any more. NoteSign. Errors: Invalid with
// fields, NotFound, Denied, Conflict when it was retracted before.
func (s *Service) Retract(ctx context.Context, doc id.Document, in NewRetraction) (document.Signed, error) {
	a, err := authz.Require(ctx, authz.NoteSign)
	if err != nil {
		return document.Signed{}, err
	}
	body := note.Retraction{Refers: doc, Reason: strings.TrimSpace(in.Reason), RightChart: in.RightChart}
	if err := errs.OnFields(body.Faults()...); err != nil {
		return document.Signed{}, err
	}
	var out document.Signed
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := s.signed(ctx, tx, doc)
		if err != nil {
			return err
		}
		if !n.Valid() {
			return errRetracted
		}
		if err := s.mayRetract(ctx, tx, n, a); err != nil {
			return err
		}
		if body.RightChart == n.Patient {
			return errs.OnField("right_chart", "This is the chart the note is in. Choose the other one, or none.")
		}
		if !body.RightChart.IsZero() {
			if _, err := s.Patients.GetTx(ctx, tx, body.RightChart); err != nil {
				return err
			}
		}
		it, err := s.item(ctx, tx, n.Visit)
		if err != nil {
			return err
		}
		body := body
		body.Entered = it.Today(tx.Now.Time)
		text, err := body.Encode()
		if err != nil {
			return err
		}
		out, err = s.Documents.Append(ctx, tx, document.Draft{
			Patient: n.Patient, Kind: document.KindRetraction, Title: "Visit note of " + n.Date.Human() + " entered in error",
			Subject: n.Visit.String(), Refers: doc, ServiceDate: n.Date, Format: note.RetractionFormat, Body: text,
		})
		if err != nil {
			return err
		}
		if err := s.takeBack(ctx, tx, a, it, doc, out, in.TookPlace); err != nil {
			return err
		}
		return s.tell(func(o Observer) error { return o.NoteRetractedTx(ctx, tx, n.Visit, doc) })
	})
	if err != nil {
		return document.Signed{}, err
	}
	return out, s.log.WaitSealed(ctx, a.Practice)
}

// MayRetract reports whether Retract would let the actor take back a note, so
// that a page offers it to nobody else. NoteRead.
func (s *Service) MayRetract(ctx context.Context, n SignedNote) (bool, error) {
	a, err := authz.Require(ctx, authz.NoteRead)
	if err != nil || !a.Can(authz.NoteSign) || !n.Valid() {
		return false, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error { return s.mayRetract(ctx, tx, n, a) })
	if errs.Is(err, errs.Denied) {
		return false, nil
	}
	return err == nil, err
}

// mayRetract refuses to take back a note that a colleague stands by: it would
// take the session out of that person's record.
func (s *Service) mayRetract(ctx context.Context, tx *db.Tx, n SignedNote, a authz.Actor) error {
	if a.User == n.SignedBy {
		return nil
	}
	who, err := q.New(tx).GetTherapist(ctx, q.GetTherapistParams{PracticeID: tx.Practice, UserID: n.SignedBy})
	if err != nil {
		return err
	}
	if who.Active && slices.Contains(strings.Split(who.Roles, ","), string(authz.Therapist)) {
		return errs.New(errs.Denied, "Only "+n.SignerName+", who signed the note, can say that it was entered in error. You can add to it.")
	}
	return nil
}

// takeBack lets the visit need a note again, or cancels it.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, a authz.Actor, it Item, doc id.Document, by document.Signed, tookPlace bool) error {
	if err := db.OneRow(q.New(tx).RetractSigned(ctx, q.RetractSignedParams{
		RetractionDocumentID: by.ID, PracticeID: tx.Practice, DocumentID: doc,
	})); err != nil {
		return err
	}
	act, reason := ActRetract, ""
	if !tookPlace {
		act, reason = ActVoid, "entered in error"
		if err := s.free(ctx, tx, it.ID); err != nil {
			return err
		}
	}
	next, ok := Next(it.State, act)
	if !ok {
		return refusal(it.State, act)
	}
	return s.change(ctx, tx, a, it.Visit, act, next, reason)
}
