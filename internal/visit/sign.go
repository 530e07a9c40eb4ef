package visit

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/q"
)

// KindNote is the kind of a signed note among documents.
const KindNote = "note"

// skewMinutes is how far a stop time may lie ahead of the server's clock: the
// clock on the wall and the server's differ a little.
const skewMinutes = 10

// Sign makes the draft of a visit, as it was at version, a document in the
// name of the actor, and completes the visit, in one transaction. NoteSign.
// What the safety gate and consent have to say about it is the rule of the
// package.
// Errors: Denied when the actor neither is the visit's therapist nor is noted
// as having treated in their place; Invalid with a field for everything that is
// missing, words about a place that was to be left alone and about treatment
// that was stopped or barred among it; Stale when the draft has changed;
// Conflict when the day has not come, the stop time lies ahead, or when the
// safety gate or the consent at its start refuses treatment that was never begun
// on screen.
func (s *Service) Sign(ctx context.Context, v id.Visit, version int64) (document.Signed, error) {
	a, err := authz.Require(ctx, authz.NoteSign)
	if err != nil {
		return document.Signed{}, err
	}
	var out document.Signed
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.sign(ctx, tx, a, v, version)
		return err
	})
	if err != nil {
		return document.Signed{}, s.refusing(ctx, a, v, ActSign, err)
	}
	return out, s.log.WaitSealed(ctx, a.Practice)
}

func (s *Service) sign(ctx context.Context, tx *db.Tx, a authz.Actor, v id.Visit, version int64) (document.Signed, error) {
	it, err := s.item(ctx, tx, v)
	if err != nil {
		return document.Signed{}, err
	}
	who, err := s.Patients.GetTx(ctx, tx, it.Patient)
	if err != nil {
		return document.Signed{}, err
	}
	next, ok := Next(it.State, ActSign)
	if !ok {
		return document.Signed{}, refusal(it.State, ActSign)
	}
	row, found, err := s.open(ctx, tx, v)
	if err == nil && (!found || row.Version != version) {
		err = db.OneRow(0, nil)
	}
	if err != nil {
		return document.Signed{}, err
	}
	draft, err := note.Decode([]byte(row.Body))
	if err != nil {
		return document.Signed{}, err
	}
	if err := maySign(draft, it, a); err != nil {
		return document.Signed{}, err
	}
	prior, priorID, err := s.prior(ctx, tx, it)
	if err != nil {
		return document.Signed{}, err
	}
	draft = s.settle(draft, prior)
	safe, err := s.safety(ctx, tx, it)
	if err != nil {
		return document.Signed{}, err
	}
	if err := s.ready(draft, it, prior, safe, tx.Now); err != nil {
		return document.Signed{}, err
	}
	if err := s.maySignFor(ctx, tx, it, draft, safe); err != nil {
		return document.Signed{}, err
	}
	body := s.body(it, a, who, draft, safe, tx.Now)
	if prior != nil {
		body.Prior = &note.Reference{Document: priorID, Date: prior.Date}
	}
	_, text, err := note.Seal(body, prior, s.Knowledge)
	if err != nil {
		return document.Signed{}, err
	}
	doc, err := s.Documents.Append(ctx, tx, document.Draft{Patient: it.Patient, Kind: KindNote, Title: titleOf(draft, it),
		Subject: it.ID.String(), ServiceDate: it.Date, Format: note.Format, Body: text})
	if err != nil {
		return document.Signed{}, err
	}
	it.Untreated = draft.Untreated != nil
	if err := s.close(ctx, tx, a, it, row.NoteID, doc, next); err != nil {
		return document.Signed{}, err
	}
	return doc, s.tell(func(o Observer) error { return o.NoteSignedTx(ctx, tx, v, doc.ID) })
}

func titleOf(d note.Draft, it Item) string {
	title := "Visit note, " + it.Date.Human()
	if d.Untreated != nil {
		title += ", ended without treatment"
	}
	return title
}

const notTheirs = refused("rule that whoever treated signs")

// maySign refuses a signature by somebody who did not treat.
func maySign(d note.Draft, it Item, a authz.Actor) error {
	switch {
	case d.Covering.IsZero() && a.User == it.Therapist, !d.Covering.IsZero() && a.User == d.Covering:
		return nil
	case !d.Covering.IsZero():
		return errs.Wrap(errs.Denied, notTheirs, "Somebody else is noted as having treated. Whoever treated signs.")
	}
	return errs.Wrap(errs.Denied, notTheirs, "This visit is planned with "+it.TherapistName+". If you treated, say so in the note, then sign.")
}

// ready lists what is missing and refuses days and times that have not come.
func (s *Service) ready(d note.Draft, it Item, prior *note.Prior, safe Safety, now db.Time) error {
	var f []errs.Field
	for _, l := range note.Missing(d, safe.kept(d, s.Knowledge).Facts(prior == nil), s.Knowledge) {
		if n := len(f) - 1; n >= 0 && f[n].Name == l.Field { // a field has one complaint
			f[n].Message += " " + l.Text + "."
			continue
		}
		f = append(f, errs.Field{Name: l.Field, Message: l.Text + "."})
	}
	if err := errs.OnFields(f...); err != nil {
		return err
	}
	today := it.Today(now.Time)
	if today.Before(it.Date) {
		return errs.New(errs.Conflict, "This visit is planned for "+it.Date.Human()+". It cannot be signed before.")
	}
	wall := now.In(it.Zone)
	if stop, ok := d.Stop.Minutes(); ok && today == it.Date && stop > wall.Hour()*60+wall.Minute()+skewMinutes {
		return errs.OnField("stop", "The stop time has not come yet.")
	}
	return nil
}

func (s *Service) body(it Item, a authz.Actor, who patient.Patient, d note.Draft, safe Safety, now db.Time) note.Signed {
	b := note.Signed{
		Visit: note.Visit{ID: it.ID, Referral: it.Referral, Date: it.Date, Planned: local(it.StartsAt, it.Zone),
			PlannedMinutes: it.Minutes, Location: it.LocationName, Zone: it.Zone.String()},
		Patient:   note.Patient{ID: it.Patient, Number: who.Number, Name: who.LegalName(), Born: who.BirthDate},
		Therapist: note.Person{ID: it.Therapist, Name: it.TherapistName},
		Entered:   it.Today(now.Time),
		Note:      d,
		Safety:    safe.kept(d, s.Knowledge),
		Rules:     safe.Rules,
	}
	b.Late = b.Entered != it.Date
	if !d.Covering.IsZero() {
		b.CoveredBy = &note.Person{ID: a.User, Name: a.Name}
	}
	return b
}

// close ends the draft and completes the visit.
func (s *Service) close(ctx context.Context, tx *db.Tx, a authz.Actor, it Item, n id.Note, doc document.Signed, next State) error {
	queries := q.New(tx)
	if err := queries.InsertSigned(ctx, q.InsertSignedParams{
		PracticeID: tx.Practice, DocumentID: doc.ID, VisitID: it.ID, PatientID: it.Patient, UserID: a.User,
		ServiceDate: it.Date, SignedAt: doc.SignedAt,
	}); err != nil {
		return err
	}
	if err := db.OneRow(queries.CloseNote(ctx, q.CloseNoteParams{
		DocumentID: doc.ID, UpdatedAt: tx.Now, PracticeID: tx.Practice, NoteID: n,
	})); err != nil {
		return err
	}
	how := ""
	if it.Untreated {
		how = "ended without treatment"
	}
	return s.change(ctx, tx, a, it.Visit, ActSign, next, how)
}
