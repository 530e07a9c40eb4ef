package home

import (
	"context"

	"soapstone/internal/authz"
)

// safetyTasks puts the open safety tasks above everything else, for everybody
// who may read health data: whose patient it is and which day is looked at
// make no difference.
func (d *day) safetyTasks(ctx context.Context) error {
	if !d.actor.Can(authz.HealthRead) || onlyAudits(d.actor) {
		return nil
	}
	open, err := d.Outcomes.OpenTx(ctx, d.tx)
	if err != nil {
		return err
	}
	var first []Need
	for _, t := range open {
		n := Need{Kind: "Safety", Tone: "danger", Title: t.PatientName, Text: t.Text, Since: t.Since, Patient: t.Patient}
		if t.Readable {
			n.Verb, n.URL = "Review", "/patients/"+t.Patient.String()+"/outcomes/safety"
		}
		first = append(first, n)
	}
	d.board.Needs = append(first, d.board.Needs...)
	return nil
}
