package consent

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
)

// Alerts implements patient.AlertSource: consent to treatment that is missing,
// refused or withdrawn, and areas that must not be worked on.
func (s *Service) Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]patient.Alert, error) {
	if _, err := authz.Require(ctx, authz.ConsentRead); err != nil {
		return nil, err
	}
	states, err := s.Status(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	var out []patient.Alert
	say := func(tone, text string) { out = append(out, patient.Alert{Tone: tone, Text: text}) }
	for _, st := range states {
		no := st.Standing == Declined || st.Standing == Withdrawn
		switch {
		case st.Kind == knowledge.ConsentTreatment && no:
			say(patient.ToneDanger, "Consent to treatment was "+string(st.Standing)+" on "+st.Latest.On.Human()+".")
		case st.Kind == knowledge.ConsentTreatment && st.Standing == Unasked:
			say(patient.ToneWarn, "No consent to treatment is on file.")
		case st.Kind == knowledge.ConsentTreatment && st.Ended:
			say(patient.ToneWarn, "Consent to treatment ended on "+st.Latest.EndsOn.Human()+": ask anew.")
		case st.Kind == knowledge.ConsentTreatment && st.Outdated:
			say(patient.ToneWarn, "Consent to treatment: ask again, the wording changed.")
		case st.Kind == knowledge.ConsentArea && no:
			say(patient.ToneDanger, "No work on this area, consent "+string(st.Standing)+": "+area(st.Title)+".")
		}
	}
	return out, nil
}

// Refusal says why treatment of a patient may not begin, or might not have begun,
// at an instant: consent to treatment had been declined or withdrawn by then, and
// not been given again. What was said later plays no part. "" when nothing stood
// against it. It implements visit.Consent.
func (s *Service) Refusal(ctx context.Context, tx *db.Tx, p id.Patient, at time.Time) (string, error) {
	if _, err := authz.Require(ctx, authz.ConsentRead); err != nil {
		return "", err
	}
	entries, err := s.entries(ctx, tx, p)
	if err != nil {
		return "", err
	}
	for _, t := range s.keys() {
		i := slices.IndexFunc(entries, func(e Entry) bool { return e.Key == t.ID && !e.At.Time.After(at) })
		if t.Kind != knowledge.ConsentTreatment || i < 0 {
			continue
		}
		if e := entries[i]; e.Action == Declined || e.Action == Withdrawn {
			return "Consent to treatment was " + string(e.Action) + " on " + e.On.Human() + ". Treat only once it is given again.", nil
		}
	}
	return "", nil
}
