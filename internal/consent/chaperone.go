package consent

import (
	"context"
	"slices"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

// ChaperoneAnswer is what was said about a chaperone on a day.
type ChaperoneAnswer string

// The answers.
const (
	ChaperoneWished   ChaperoneAnswer = "wished"
	ChaperoneDeclined ChaperoneAnswer = "declined"
	ChaperonePresent  ChaperoneAnswer = "present" // somebody is in the room, by name
)

// ChaperoneAnswers in the order shown.
func ChaperoneAnswers() []ChaperoneAnswer {
	return []ChaperoneAnswer{ChaperoneDeclined, ChaperoneWished, ChaperonePresent}
}

// Label is the answer in words.
func (c ChaperoneAnswer) Label() string {
	switch c {
	case ChaperoneWished:
		return "Wishes a chaperone"
	case ChaperoneDeclined:
		return "Wants none"
	case ChaperonePresent:
		return "Chaperone is present"
	}
	return string(c)
}

// Chaperone is what was said, or who was there, on a day.
type Chaperone struct {
	On     civil.Date
	At     db.Time
	Answer ChaperoneAnswer
	Name   string // who was in the room
	By     string
}

// RecordChaperone keeps what the patient says today, or who is in the room. It
// replaces nothing: the newest of a day counts. ConsentWrite. Errors: Invalid on
// "chaperone" and "chaperone_name".
func (s *Service) RecordChaperone(ctx context.Context, p id.Patient, answer ChaperoneAnswer, name string) error {
	a, err := authz.Require(ctx, authz.ConsentWrite)
	if err != nil {
		return err
	}
	name = oneLine(name)
	var f []errs.Field
	if !slices.Contains(ChaperoneAnswers(), answer) {
		f = append(f, errs.Field{Name: "chaperone", Message: "Choose what the patient says about a chaperone."})
	}
	if answer == ChaperonePresent && name == "" {
		f = append(f, errs.Field{Name: "chaperone_name", Message: "Name who is in the room."})
	}
	if utf8.RuneCountInString(name) > patient.MaxName || !printable(name) {
		f = append(f, errs.Field{Name: "chaperone_name", Message: "Write the name in at most 100 plain characters."})
	}
	if err := errs.OnFields(f...); err != nil {
		return err
	}
	if answer != ChaperonePresent {
		name = ""
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		err := q.New(tx).InsertChaperone(ctx, q.InsertChaperoneParams{PracticeID: tx.Practice, PatientID: p, OnDate: a.Today(tx.Now.Time),
			SaidAt: tx.Now, Answer: string(answer), Name: name, RecordedBy: a.User})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "consent.chaperone", Patient: p, Kind: "patient", Subject: p.String(), Detail: string(answer)})
	}))
}

// chaperones lists what was said, the newest first.
func (s *Service) chaperones(ctx context.Context, tx *db.Tx, p id.Patient) ([]Chaperone, error) {
	rows, err := q.New(tx).Chaperones(ctx, q.ChaperonesParams{PracticeID: tx.Practice, PatientID: p})
	var out []Chaperone
	for _, r := range rows {
		out = append(out, Chaperone{On: r.OnDate, At: r.SaidAt, Answer: ChaperoneAnswer(r.Answer), Name: r.Name, By: r.StaffName})
	}
	return out, err
}
