package home

import (
	"context"
	"slices"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

// safety is how a patient of the day stands.
type safety struct {
	kept      screening.Kept
	allergies []q.DayAllergiesRow
	alert     patient.Alert
	asked     bool // the safety questions were asked today
	blocked   bool
	undecided []string // titles of rules that wait for a decision
}

// of gives the entry of a patient of the day.
func (d *day) of(p id.Patient) *safety {
	s := d.safety[p]
	if s == nil {
		s = &safety{}
		d.safety[p] = s
	}
	return s
}

// readSafety reads what the safety screening judges by for all patients of the
// day, one statement for each kind, and judges each in memory.
func (d *day) readSafety(ctx context.Context) error {
	d.safety = map[id.Patient]*safety{}
	for _, r := range d.rows {
		if visit.State(r.State).Writable() {
			d.of(r.PatientID).kept.Born = r.BirthDate
		}
	}
	for _, read := range []func(context.Context, q.DayParams) error{d.screenings, d.clearances, d.decisions, d.diagnoses, d.medicines, d.answers, d.allergies} {
		if err := read(ctx, d.params()); err != nil {
			return err
		}
	}
	for _, s := range d.safety {
		if err := d.judge(s); err != nil {
			return err
		}
	}
	return nil
}

func (d *day) judge(s *safety) error {
	if s.kept.Born.IsZero() {
		return nil // whose visit is over, or not on this page
	}
	j, gate, err := d.Screening.Standing(s.kept, d.board.Today)
	if err != nil {
		return err
	}
	s.asked, s.blocked = j.Found && j.Record.On == d.board.Today, gate.Blocked
	for _, f := range j.Undecided {
		s.undecided = append(s.undecided, f.Rule.Title)
	}
	for _, f := range j.Result.Fired {
		switch {
		case !j.Found, f.Level.Stops() && f.Rule.Clear.Answer:
			// Open questions are today's work: the row's verb leads there.
		case f.Level.Stops():
			s.alert = worse(s.alert, patient.Alert{Tone: patient.ToneDanger, Text: patient.Shorten(f.Level.Label()+": "+f.Rule.Title, patient.MaxAlert)})
		case f.Level >= knowledge.LevelPrecaution:
			s.alert = worse(s.alert, patient.Alert{Tone: patient.ToneWarn, Text: patient.Shorten(f.Level.Label()+": "+f.Rule.Title, patient.MaxAlert)})
		}
	}
	s.alert = worse(s.alert, allergyAlert(s.allergies))
	return nil
}

func allergyAlert(as []q.DayAllergiesRow) patient.Alert {
	var severe, other []string
	for _, a := range as {
		if a.Severe {
			severe = append(severe, a.Name)
		} else {
			other = append(other, a.Name)
		}
	}
	switch {
	case len(severe) > 0:
		return patient.Alert{Tone: patient.ToneDanger, Text: patient.Shorten("Severe allergy: "+strings.Join(severe, ", "), patient.MaxAlert)}
	case len(other) > 0:
		return patient.Alert{Tone: patient.ToneWarn, Text: patient.Shorten("Allergy: "+strings.Join(other, ", "), patient.MaxAlert)}
	}
	return patient.Alert{}
}

func (d *day) screenings(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayScreenings(ctx, q.DayScreeningsParams(p))
	for _, r := range rows {
		k := &d.of(r.PatientID).kept
		k.Screening, k.On, k.Answers = r.ScreeningID, r.OnDate, r.Answers
	}
	return err
}

// clearances follows screenings: whether a release is older than the newest
// screening counts.
func (d *day) clearances(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayClearances(ctx, q.DayClearancesParams(p))
	for _, r := range rows {
		k := &d.of(r.PatientID).kept
		if slices.ContainsFunc(k.Clearances, func(c screening.Clearance) bool { return c.ID == r.ClearanceID.String() }) {
			continue
		}
		c := screening.Clearance{ID: r.ClearanceID.String(), Rule: r.Rule, Kind: knowledge.Clinician(r.Kind), Name: r.Name, Credential: r.Credential,
			From: r.FromOn, Until: r.UntilOn, Scope: r.Scope, Reason: r.Reason, Document: r.Evidence, EarlierScreening: r.ScreeningID != k.Screening}
		if r.FoundGroups != "" {
			c.Groups = strings.Split(r.FoundGroups, "\n")
		}
		k.Clearances = append(k.Clearances, c)
	}
	return err
}

func (d *day) decisions(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayDecisions(ctx, q.DayDecisionsParams(p))
	for _, r := range rows {
		k := &d.of(r.PatientID).kept
		k.Decisions = append(k.Decisions, screening.Decision{Rule: r.Rule, Groups: r.FoundGroups, Version: r.RuleVersion, Text: r.Decision, At: db.Time(r.DecidedAt)})
	}
	return err
}

func (d *day) diagnoses(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayDiagnoses(ctx, q.DayDiagnosesParams(p))
	for _, r := range rows {
		k := &d.of(r.PatientID).kept
		k.Diagnoses = append(k.Diagnoses, r.Code)
	}
	return err
}

func (d *day) medicines(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayMedicines(ctx, q.DayMedicinesParams(p))
	for _, r := range rows {
		k := &d.of(r.PatientID).kept
		k.Medicines, k.MedicinesAsked = append(k.Medicines, r.Name), true
	}
	return err
}

func (d *day) answers(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayAnswers(ctx, q.DayAnswersParams(p))
	for _, r := range rows {
		if r.Kind == "medicines" {
			d.of(r.PatientID).kept.MedicinesAsked = true
		}
	}
	return err
}

func (d *day) allergies(ctx context.Context, p q.DayParams) error {
	rows, err := d.q.DayAllergies(ctx, q.DayAllergiesParams(p))
	for _, r := range rows {
		if s := d.of(r.PatientID); !slices.Contains(s.allergies, r) {
			s.allergies = append(s.allergies, r)
		}
	}
	return err
}
