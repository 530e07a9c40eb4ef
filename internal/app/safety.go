package app

import (
	"context"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/knowledge"
	"soapstone/internal/plan"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

// This file puts together what three rooms say about where and how a patient may
// be treated: the safety screening, the consents for areas, and the patient's own
// wishes. The visit and the plan ask it.

// gate tells visits and plans what limits treatment.
type gate struct {
	screening *screening.Service
	consents  *consent.Service
	intakes   *intake.Service
	know      *knowledge.Set
}

// Gate implements visit.SafetyGate.
func (g gate) Gate(ctx context.Context, tx *db.Tx, p id.Patient, _ id.Visit, on civil.Date) (visit.GateResult, error) {
	r, err := g.screening.GateTx(ctx, tx, p, on)
	if err != nil {
		return visit.GateResult{}, err
	}
	out := visit.GateResult{Blocked: r.Blocked, Reason: r.Reason, Unanswered: r.Unanswered, AskedOn: r.Late.On, AskedWhy: r.Late.Reason, Bars: r.Bars,
		Precautions: r.Precautions, LocalSites: r.Sites, LocalWords: map[string]string{}, MaxPressure: r.MaxPressure, AvoidPositions: r.Positions, Rules: r.Rules}
	for _, l := range r.Local {
		out.LocalWords[l.Site] = l.Words
	}
	bar := func(site, words string) {
		if _, ok := out.LocalWords[site]; !ok {
			out.LocalSites, out.LocalWords[site] = append(out.LocalSites, site), words
		}
	}
	areas, err := g.closed(ctx, tx, p, on, bar)
	for _, a := range areas {
		if len(a.Techniques) > 0 { // no site tells the technique
			out.Precautions = append(out.Precautions, a.Words())
		}
	}
	return out, err
}

// closed bars the sites of areas without consent and of those that the patient
// does not want touched, and gives those areas.
func (g gate) closed(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date, bar func(site, words string)) ([]consent.Area, error) {
	a, err := authz.Require(ctx, authz.ConsentRead)
	if err != nil {
		return nil, err
	}
	at := tx.Now.Time
	if today := a.Today(at); on.Before(today) && a.Zone != nil {
		at = on.AddDays(1).At(0, 0, a.Zone)
	}
	areas, err := g.consents.Areas(ctx, tx, p, at)
	if err != nil {
		return nil, err
	}
	var closed []consent.Area
	for _, area := range areas {
		if area.Open() {
			continue
		}
		closed = append(closed, area)
		for _, x := range area.Sites {
			bar(x, area.Words())
		}
	}
	wishes, err := g.intakes.Wishes(ctx, tx, p)
	for _, w := range wishes {
		for _, x := range w.Sites {
			bar(x, "The patient does not want to be touched here: "+w.Area+".")
		}
	}
	return closed, err
}

// Limits implements plan.Safety.
func (g gate) Limits(ctx context.Context, tx *db.Tx, p id.Patient) (plan.Limits, error) {
	a, err := authz.Require(ctx, authz.PlanRead)
	if err != nil {
		return plan.Limits{}, err
	}
	today := a.Today(tx.Now.Time)
	r, err := g.screening.GateTx(ctx, tx, p, today)
	if err != nil {
		return plan.Limits{}, err
	}
	out := plan.Limits{MaxPressure: int64(r.MaxPressure), Positions: r.Positions, Sites: map[string]string{}, Techniques: map[string]string{}}
	for _, l := range r.Local {
		out.Sites[l.Site] = l.Words
	}
	for _, tag := range r.Avoid {
		if t, ok := g.know.TechniqueTag(tag); ok {
			out.Techniques[tag] = "The safety screening leaves out: " + t.Label + "."
		}
	}
	areas, err := g.closed(ctx, tx, p, today, func(site, words string) {
		if _, ok := out.Sites[site]; !ok {
			out.Sites[site] = words
		}
	})
	for _, area := range areas {
		for _, tag := range area.Techniques {
			out.Techniques[tag] = area.Words()
		}
	}
	return out, err
}

// strength tells the safety screening what an examination of strength found.
type strength struct{ s *assessment.Service }

// Findings implements screening.Findings.
func (f strength) Findings(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (map[string]screening.Answer, error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil || !a.Can(authz.AssessmentRead) {
		return nil, err
	}
	weak, err := f.s.NewWeakness(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	out := map[string]screening.Answer{}
	for _, w := range weak {
		if w.On.After(on) {
			continue
		}
		grade := screening.Measured(float64(w.Grade.N))
		if was, ok := out["exam.mmt_new"]; !ok || grade.Number < was.Number {
			out["exam.mmt_new"] = grade
		}
	}
	return out, nil
}
