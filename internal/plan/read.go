package plan

import (
	"context"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
)

// Active gives the plan in force with the newest value of each goal; found is
// false without one. The caller records its own view.
func (s *Service) Active(ctx context.Context, tx *db.Tx, p id.Patient) (pl Plan, found bool, err error) {
	if _, err := authz.Require(ctx, authz.PlanRead); err != nil {
		return Plan{}, false, err
	}
	list, err := all(ctx, tx, p)
	if err != nil {
		return Plan{}, false, err
	}
	active := find(list, Active)
	if active == nil {
		return Plan{}, false, nil
	}
	return *active, true, s.measure(ctx, tx, p, active.Goals)
}

// measure puts the newest value beside each goal.
func (s *Service) measure(ctx context.Context, tx *db.Tx, p id.Patient, goals []Goal) error {
	var names []string
	for _, g := range goals {
		names = append(names, g.Measure)
	}
	last, err := s.lastValues(ctx, tx, p, names)
	for i, g := range goals {
		if v, ok := last[g.Measure]; ok && !v.On.Before(g.BaselineOn) {
			goals[i].Now = &v
		}
	}
	return err
}

// lastValues gives the newest value of each measure that has one.
func (s *Service) lastValues(ctx context.Context, tx *db.Tx, p id.Patient, measures []string) (map[string]Latest, error) {
	out := map[string]Latest{}
	newest := func(name string, v Latest) {
		if was, ok := out[name]; !ok || v.On.After(was.On) {
			out[name] = v
		}
	}
	for _, name := range measures {
		m, err := ParseMeasure(name)
		if _, done := out[name]; err != nil || done {
			continue
		}
		switch m.Kind {
		case MeasureMotion:
			all, err := s.Assessments.ROMSeries(ctx, tx, p, m.Motion, m.Side)
			if err != nil {
				return nil, err
			}
			if n := len(all); n > 0 {
				out[name] = Latest{all[n-1].Degrees, all[n-1].On}
			}
			continue
		case MeasurePain:
			all, err := s.Assessments.PainSeries(ctx, tx, p)
			if err != nil {
				return nil, err
			}
			for _, r := range all {
				if r.Now != nil {
					out[name] = Latest{float64(*r.Now), r.On}
				}
			}
		}
		if s.Measures != nil && m.Kind != MeasureOther {
			v, on, ok, err := s.Measures.Latest(ctx, tx, p, name)
			if err != nil {
				return nil, err
			}
			if ok {
				newest(name, Latest{v, on})
			}
		}
	}
	return out, nil
}

// gentle lists the conditions for which the patient is treated gently: by
// every diagnosis a prescriber ever wrote, since a condition outlives its
// prescription.
func (s *Service) gentle(ctx context.Context, tx *db.Tx, p id.Patient) ([]knowledge.GentleMatch, error) {
	codes, err := s.Referrals.DiagnosisCodes(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	var failed error
	found := s.Knowledge.Gentle().For(codes, func(question string) (yes, known bool) {
		if s.Severity == nil {
			return false, false
		}
		yes, known, err := s.Severity.Yes(ctx, tx, p, question)
		if err != nil {
			failed = err
		}
		return yes, known
	})
	return found, failed
}

// View is what the page of a patient's plan shows, and what a form starts from.
type View struct {
	Active    *Plan
	Draft     *Plan
	Past      []Plan            // the newest first
	Order     referral.Referral // that care today belongs to; zero: self-pay
	Orders    []referral.Referral
	Diagnoses []referral.Diagnosis // the prescriber's; empty for self-pay care
	Gentle    []knowledge.GentleMatch
	Limits    Limits
	Found     assessment.Assessment // the newest completed
	HasFound  bool
	Last      map[string]Latest // newest value of each measure offered
	Today     civil.Date
}

// View gives a patient's plan of care with all that it rests on. The view is recorded.
func (s *Service) View(ctx context.Context, p id.Patient) (View, error) {
	a, err := authz.Require(ctx, authz.PlanRead)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		v = View{Today: a.Today(tx.Now.Time)}
		if err := s.plans(ctx, tx, p, &v); err != nil {
			return err
		}
		return s.grounds(ctx, tx, p, &v)
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return v, s.log.Viewed(ctx, db.Event{Action: "plan.view", Patient: p, Kind: "patient", Subject: p.String()})
}

func (s *Service) plans(ctx context.Context, tx *db.Tx, p id.Patient, v *View) error {
	list, err := all(ctx, tx, p)
	if err != nil {
		return err
	}
	v.Active, v.Draft = find(list, Active), find(list, Draft)
	for _, x := range list {
		if x.State == Revised || x.State == Closed {
			v.Past = append(v.Past, x)
		}
	}
	for _, pl := range []*Plan{v.Active, v.Draft} {
		if pl != nil {
			if err := s.measure(ctx, tx, p, pl.Goals); err != nil {
				return err
			}
		}
	}
	return nil
}

// grounds adds what a plan rests on: prescription, findings, values.
func (s *Service) grounds(ctx context.Context, tx *db.Tx, p id.Patient, v *View) error {
	var err error
	if v.Orders, err = s.Referrals.ForPatient(ctx, tx, p); err != nil {
		return err
	}
	if v.Order, _, err = s.Referrals.ForVisit(ctx, tx, p, v.Today); err != nil {
		return err
	}
	if v.Diagnoses, err = s.Referrals.Diagnoses(ctx, tx, p, v.Today); err != nil {
		return err
	}
	if v.Gentle, err = s.gentle(ctx, tx, p); err != nil {
		return err
	}
	if v.Limits, err = s.limits(ctx, tx, p); err != nil {
		return err
	}
	h, err := s.Assessments.History(ctx, tx, p)
	if err != nil {
		return err
	}
	v.Found, v.HasFound = h.Latest()
	// Motions come from the history that is at hand; the rest is asked for.
	if v.Last, err = s.lastValues(ctx, tx, p, []string{string(MeasurePain), string(MeasureActivities)}); err != nil {
		return err
	}
	for _, m := range Offered(s.cat) {
		if m.Kind != MeasureMotion {
			continue
		}
		if r, ok := h.LastReading(m.Motion, m.Side); ok {
			v.Last[m.String()] = Latest{r.Degrees, r.On}
		}
	}
	return nil
}
