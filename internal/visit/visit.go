// Package visit decides when a session is planned and with whom, which state it
// may go into next, and what becomes of its note: the draft that is saved with
// every tap, the signature that makes it a document, the addendum and the
// retraction that are all that can follow.
//
// It refuses two sessions of one therapist at the same time (the database's
// primary key refuses, not a check before the write), a beginning that the
// safety gate blocks, a note without pain, change, a technique with its place
// and minutes, response and times, a signature by somebody who did not treat,
// and every change to what was signed. What the last note offers is no part of
// this one until the therapist has touched it (package note).
//
// A beginning can be prevented, the past cannot: a signed note is the record of
// what happened, so the truth can always be written down, and the gate decides
// what it takes to sign it.
//
//   - Treatment begun on screen has passed gate and consent. Its note is never
//     refused; where the gate blocks by now, it needs words about what was done.
//   - Treatment that nobody began on screen is refused while a safety question
//     has no answer: nobody takes that for a no. On the day they are asked; later
//     they are answered afterwards, with a reason, and the note says so.
//   - If the answers bar it, its note is refused on the day itself, when the bar
//     can still be lifted as it should be: by a release or a decision. From the
//     next day on it needs words about what was done, and says what barred it.
//   - It is refused, too, when at the start the note names the patient had
//     declined consent or taken it back; what came after that start is no matter.
//   - A visit that ended without treatment needs the reason alone: gate and
//     consent protect from treatment, and there was none. It is completed, has no
//     minutes, and is marked so that nothing counts it as treatment.
//
// Answers given afterwards never open a beginning.
//
// A visit stays with the record it was planned under, also when that was merged
// into another since: its note is signed in that record's chain and counts as the
// survivor's, so that a merge can be undone. What is asked about the patient
// (safety, consent, visits left, the note before) is asked about the survivor.
package visit

import (
	"context"
	"fmt"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/units"
)

// Visit is one session, planned or held.
type Visit struct {
	ID        id.Visit
	Patient   id.Patient
	Referral  id.Referral // zero without a prescription
	Therapist id.User
	Location  id.Location
	StartsAt  db.Time
	Minutes   int        // planned, 15 to 180
	Date      civil.Date // of service, in the location's zone
	State     State
	Reason    string // why it was cancelled or missed
	Untreated bool   // completed, and ended without treatment: it uses up nothing
	CreatedAt db.Time
	Version   int64
}

// EndsAt is when the planned time is over.
func (v Visit) EndsAt() db.Time { return v.StartsAt.Add(time.Duration(v.Minutes) * time.Minute) }

// The limits of a planned session, in minutes.
const (
	MinMinutes  = 15
	MaxMinutes  = 180
	CellMinutes = 5 // the grid on which times are booked
)

// Planned is a session to be put into the calendar.
type Planned struct {
	Patient   id.Patient
	Referral  id.Referral // zero without a prescription
	Therapist id.User
	Location  id.Location
	Date      civil.Date // at the location
	Clock     int        // wall time there, minutes after midnight, a multiple of 5
	Minutes   int        // 15 to 180, a multiple of 5
}

// SafetyGate answers whether a patient may be treated on a day. It is asked
// before a session starts and before its note is signed.
type SafetyGate interface {
	Gate(ctx context.Context, tx *db.Tx, patient id.Patient, visit id.Visit, on civil.Date) (GateResult, error)
}

// GateResult is the answer of a SafetyGate.
type GateResult struct {
	Blocked bool   // treatment may not begin
	Reason  string // why, and what to do about it; for the therapist
	// Unanswered: not every safety question of the day has an answer, be it one
	// given afterwards.
	Unanswered bool
	// AskedOn is when the questions were answered if that was after the day, and
	// AskedWhy why only then; zero otherwise. Such answers block a beginning.
	AskedOn  civil.Date
	AskedWhy string
	// Bars is why the answers themselves do not allow treatment; "" when they do.
	Bars        string
	Precautions []string // sentences, shown while the note is written
	LocalSites  []string // ids of body sites that are to be left alone
	// LocalWords says for a site to be left alone what the rule says about it.
	LocalWords     map[string]string
	MaxPressure    int      // the hardest that is allowed, 1 to 5; 0 without a cap
	AvoidPositions []string // positions of the note in which the patient should not lie or sit
	Rules          []string // what was applied, with versions; kept with the signed note
}

// Consent answers whether at an instant the patient had taken back, or declined,
// consent to treatment: why none may begin then, or "". It is asked when
// treatment begins, and for the start that a note names when nobody began it on
// screen.
type Consent interface {
	Refusal(ctx context.Context, tx *db.Tx, patient id.Patient, at time.Time) (string, error)
}

// Ledger counts sessions against the prescription and the payer's authorization.
type Ledger interface {
	CheckVisit(ctx context.Context, tx *db.Tx, c VisitCheck) (LedgerResult, error)
}

// VisitCheck is the session a Ledger is asked about.
type VisitCheck struct {
	Patient  id.Patient
	Referral id.Referral // zero without a prescription
	Visit    id.Visit    // zero while it is being planned
	On       civil.Date
}

// LedgerResult is the answer of a Ledger.
type LedgerResult struct {
	Blocked  bool
	Reason   string   // why, and what to do about it
	Warnings []string // at most 90 characters each
}

// Payer answers how whoever pays for a visit turns minutes into units; "" when
// nobody says, as where the patient pays.
type Payer interface {
	UnitRule(ctx context.Context, tx *db.Tx, c VisitCheck) (units.Rule, error)
}

// Busy says which session is in the way. It is the cause inside a Conflict.
type Busy struct {
	Visit      id.Visit
	Start, End time.Time // in the zone of the session's location
}

// Error implements error, without a name.
func (b *Busy) Error() string { return "the therapist's time is taken by visit " + b.Visit.String() }

func (b *Busy) conflict() error {
	return errs.Wrap(errs.Conflict, b, fmt.Sprintf(
		"The therapist has another visit from %s to %s on that day. Choose another time or therapist.",
		b.Start.Format("15:04"), b.End.Format("15:04")))
}

// check lists what is wrong with a plan, by the names of the form's fields.
func (p Planned) check() []errs.Field {
	var f []errs.Field
	add := func(ok bool, name, message string) {
		if !ok {
			f = append(f, errs.Field{Name: name, Message: message})
		}
	}
	add(!p.Patient.IsZero(), "patient", "Choose the patient.")
	add(!p.Therapist.IsZero(), "therapist", "Choose the therapist.")
	add(!p.Location.IsZero(), "location", "Choose the place.")
	add(p.Date.Valid(), "date", "Enter the day.")
	add(p.Clock >= 0 && p.Clock < 24*60 && p.Clock%CellMinutes == 0, "time", "Enter a time in steps of five minutes, such as 14:35.")
	add(p.Minutes >= MinMinutes && p.Minutes <= MaxMinutes && p.Minutes%CellMinutes == 0, "minutes",
		"Enter 15 to 180 minutes, in steps of five.")
	return f
}

// instant turns the wall time of a plan into an instant. A time that the
// clocks skip on that day is refused: nobody could keep it. One that occurs
// twice is the earlier.
func (p Planned) instant(zone *time.Location) (time.Time, error) {
	t := p.Date.At(p.Clock/60, p.Clock%60, zone)
	if t.Hour()*60+t.Minute() != p.Clock || civil.DateIn(t, zone) != p.Date {
		return time.Time{}, errs.OnField("time", "The clocks are set forward then, so this time does not exist. Choose another.")
	}
	// Of two equal wall times the zone's rule may have picked the later.
	if e := t.Add(-time.Hour); e.Hour()*60+e.Minute() == p.Clock {
		t = e
	}
	return t.UTC(), nil
}

// cells are the five-minute steps since 1970 that a session takes.
func cells(start time.Time, minutes int) (from, to int64) {
	from = start.Unix() / (CellMinutes * 60)
	return from, from + int64((minutes+CellMinutes-1)/CellMinutes)
}
