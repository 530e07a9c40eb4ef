package plan

import (
	"context"
	"strings"

	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/plan/q"
)

// all loads every plan of a patient, those of records merged into theirs
// included, the newest first.
func all(ctx context.Context, tx *db.Tx, p id.Patient) ([]Plan, error) {
	queries := q.New(tx)
	rows, err := queries.PlansOf(ctx, q.PlansOfParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	out, at := make([]Plan, len(rows)), map[id.Plan]*Plan{}
	for i, r := range rows {
		out[i] = Plan{ID: r.PlanID, Course: r.CoursePlanID, Revision: r.Revision, Patient: r.PatientID, Referral: r.ReferralID,
			Therapist: r.UserID, TherapistName: r.StaffName, State: State(r.State), StartsOn: r.StartsOn, PerWeek: r.PerWeek, Weeks: r.Weeks,
			Visits: r.Visits, ReassessOn: r.ReassessOn, Problem: r.Problem, RevisionReason: r.RevisionReason, Gentle: strings.Fields(r.Gentle),
			ActivatedAt: r.ActivatedAt, EndedAt: r.EndedAt, CloseReason: CloseReason(r.CloseReason), CloseNote: r.CloseNote,
			CreatedAt: r.CreatedAt, Version: r.Version}
		at[r.PlanID] = &out[i]
	}
	return out, parts(ctx, tx, p, queries, at)
}

// parts adds goals, interventions and home care.
func parts(ctx context.Context, tx *db.Tx, p id.Patient, queries *q.Queries, at map[id.Plan]*Plan) error {
	goals, err := queries.GoalsOf(ctx, q.GoalsOfParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return err
	}
	for _, g := range goals {
		if pl := at[g.PlanID]; pl != nil {
			pl.Goals = append(pl.Goals, Goal{ID: g.GoalID, Origin: g.OriginGoalID, Statement: g.Statement, Text: g.Text, Measure: g.Measure,
				Unit: g.Unit, Baseline: g.Baseline, BaselineOn: g.BaselineOn, Target: g.Target, DueOn: g.DueOn, State: GoalState(g.State),
				StateReason: g.StateReason, StateAt: g.StateAt, Version: g.Version})
		}
	}
	does, err := queries.InterventionsOf(ctx, q.InterventionsOfParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return err
	}
	for _, d := range does {
		if pl := at[d.PlanID]; pl != nil {
			pl.Interventions = append(pl.Interventions, Intervention{Technique: d.Technique, Regions: strings.Fields(d.Regions),
				MinutesLow: d.MinutesLow, MinutesHigh: d.MinutesHigh, Pressure: d.Pressure, Frequency: d.Frequency, Position: Position(d.BodyPosition), Reason: d.Reason})
		}
	}
	home, err := queries.HomeCareOf(ctx, q.HomeCareOfParams{PracticeID: tx.Practice, PatientID: p})
	for _, h := range home {
		if pl := at[h.PlanID]; pl != nil {
			pl.HomeCare = append(pl.HomeCare, HomeCare{What: h.What, HowOften: h.HowOften})
		}
	}
	return err
}

// find gives the newest plan in a state, or nil.
func find(list []Plan, st State) *Plan {
	for i := range list {
		if list[i].State == st {
			return &list[i]
		}
	}
	return nil
}

func byID(list []Plan, pl id.Plan) *Plan {
	for i := range list {
		if list[i].ID == pl {
			return &list[i]
		}
	}
	return nil
}

// keepParts replaces what hangs on a draft.
func keepParts(ctx context.Context, tx *db.Tx, p Plan) error {
	queries := q.New(tx)
	if err := queries.DeleteGoals(ctx, q.DeleteGoalsParams{PracticeID: tx.Practice, PlanID: p.ID}); err != nil {
		return err
	}
	if err := queries.DeleteInterventions(ctx, q.DeleteInterventionsParams{PracticeID: tx.Practice, PlanID: p.ID}); err != nil {
		return err
	}
	if err := queries.DeleteHomeCare(ctx, q.DeleteHomeCareParams{PracticeID: tx.Practice, PlanID: p.ID}); err != nil {
		return err
	}
	for i, g := range p.Goals {
		gid := id.New[id.Goal]()
		if g.Origin.IsZero() {
			g.Origin = gid
		}
		err := queries.InsertGoal(ctx, q.InsertGoalParams{PracticeID: tx.Practice, GoalID: gid, OriginGoalID: g.Origin, PlanID: p.ID, Position: int64(i),
			Statement: g.Statement, Text: g.Text, Measure: g.Measure, Unit: g.Unit, Baseline: g.Baseline, BaselineOn: g.BaselineOn,
			Target: g.Target, DueOn: g.DueOn})
		if err != nil {
			return err
		}
	}
	for i, d := range p.Interventions {
		err := queries.InsertIntervention(ctx, q.InsertInterventionParams{PracticeID: tx.Practice, PlanID: p.ID, Position: int64(i), Technique: d.Technique,
			Regions: strings.Join(d.Regions, " "), MinutesLow: d.MinutesLow, MinutesHigh: d.MinutesHigh, Pressure: d.Pressure,
			Frequency: strings.TrimSpace(d.Frequency), BodyPosition: string(d.Position), Reason: strings.TrimSpace(d.Reason)})
		if err != nil {
			return err
		}
	}
	for i, h := range p.HomeCare {
		err := queries.InsertHomeCare(ctx, q.InsertHomeCareParams{PracticeID: tx.Practice, PlanID: p.ID, Position: int64(i),
			What: strings.TrimSpace(h.What), HowOften: strings.TrimSpace(h.HowOften)})
		if err != nil {
			return err
		}
	}
	return nil
}
