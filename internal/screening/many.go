package screening

import (
	"soapstone/internal/civil"
	"soapstone/internal/id"
)

// Kept is what the record holds of one patient, read by a caller that needs
// the standing of many at once and reads them together.
type Kept struct {
	Screening      id.Screening // newest; zero when never screened
	On             civil.Date
	Answers        string // as stored
	Born           civil.Date
	Diagnoses      []string
	Medicines      []string
	MedicinesAsked bool
	Clearances     []Clearance // not withdrawn
	Decisions      []Decision
}

// Standing judges what is kept as Judge does for one patient, without reading
// anything. Whether the actor may know is the caller's to decide.
func (s *Service) Standing(k Kept, on civil.Date) (Judgement, Gate, error) {
	j := Judgement{Found: !k.Screening.IsZero(), Decisions: map[string]Decision{}}
	j.Record = Record{ID: k.Screening, On: k.On, Diagnoses: k.Diagnoses, Medicines: k.Medicines, MedicinesAsked: k.MedicinesAsked}
	if j.Found {
		answers, err := decodeAnswers(s.know.Questions(), k.Answers)
		if err != nil {
			return Judgement{}, Gate{}, err
		}
		j.Record.Answers = answers
	}
	facts := Facts{Answers: plain(j.Record.Answers), Diagnoses: k.Diagnoses, Medicines: k.Medicines, Today: on, Born: k.Born}
	j.Result, j.Refused = s.engine.Apply(s.engine.Evaluate(facts), k.Clearances, on)
	j.decide(k.Decisions, on)
	return j, s.gate(j, on), nil
}
