package intake

import (
	"context"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

// Alerts implements patient.AlertSource: areas the patient does not want
// touched, and the wish for a chaperone, from the newest completed submission.
func (s *Service) Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]patient.Alert, error) {
	if _, err := authz.Require(ctx, authz.HealthRead); err != nil {
		return nil, err
	}
	rec, found, err := s.newest(ctx, tx, p, Complete)
	if err != nil || !found {
		return nil, err
	}
	var out []patient.Alert
	for _, line := range patient.AlertLines("Do not touch, patient's wish: ", lower(rec.Answers.avoided())) {
		out = append(out, patient.Alert{Tone: patient.ToneDanger, Text: line})
	}
	if c := rec.Answers.Chaperone; c != nil && *c {
		out = append(out, patient.Alert{Tone: patient.ToneWarn, Text: "Wants a chaperone in the room."})
	}
	return out, nil
}

// Wish is an area that the patient does not want touched.
type Wish struct {
	Area  string // in words
	Sites []string
}

// Wishes lists the areas of the newest completed submission that are not to be
// touched. It is part of the caller's transaction, and the caller records the view.
func (s *Service) Wishes(ctx context.Context, tx *db.Tx, p id.Patient) ([]Wish, error) {
	if _, err := authz.Require(ctx, authz.HealthRead); err != nil {
		return nil, err
	}
	rec, found, err := s.newest(ctx, tx, p, Complete)
	if err != nil || !found {
		return nil, err
	}
	var out []Wish
	for _, k := range rec.Answers.Avoid {
		out = append(out, Wish{Area: LabelOf(Areas(), k), Sites: SitesOf(k)})
	}
	return out, nil
}

func lower(names []string) []string {
	for i, n := range names {
		names[i] = strings.ToLower(n)
	}
	return names
}

// avoided names the areas, also those in the patient's own words.
func (a Answers) avoided() []string {
	var out []string
	for _, k := range a.Avoid {
		out = append(out, LabelOf(Areas(), k))
	}
	if a.AvoidOther != "" {
		out = append(out, a.AvoidOther)
	}
	return out
}
