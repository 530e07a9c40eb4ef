package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/assessment"
	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/plan/q"
	"soapstone/internal/referral"
)

// Measures gives the newest value of an outcome measure, "nprs" or "psfs".
type Measures interface {
	Latest(ctx context.Context, tx *db.Tx, p id.Patient, measure string) (value float64, on civil.Date, ok bool, err error)
}

// Severity gives the answer to a safety question, such as whether
// osteoarthritis is severe; known is false when nobody has asked.
type Severity interface {
	Yes(ctx context.Context, tx *db.Tx, p id.Patient, question string) (yes, known bool, err error)
}

// Deps are what the service works with. Measures, Severity and Safety may be nil:
// no outcome measures are kept, no question has been asked, nothing is limited.
type Deps struct {
	Patients    *patient.Service
	Referrals   *referral.Service
	Assessments *assessment.Service
	Knowledge   *knowledge.Set
	Measures    Measures
	Severity    Severity
	Safety      Safety
}

// Service is the use cases of plans of care.
type Service struct {
	db  *db.DB
	log *audit.Log
	cat assessment.Catalogue
	Deps
}

// New makes the service.
func New(d *db.DB, log *audit.Log, deps Deps) *Service {
	return &Service{db: d, log: log, Deps: deps, cat: assessment.CatalogueOf(deps.Knowledge)}
}

const noPlan = "This plan does not exist, or is not this patient's."

// Save keeps a draft and gives its id: a new one when draft is zero (a
// revision when a plan is in force), else the draft of that id and version.
// Errors: Invalid with the form's fields; Stale when somebody else saved, or
// began a draft, meanwhile; NotFound; Conflict for a merged record.
func (s *Service) Save(ctx context.Context, p id.Patient, draft id.Plan, version int64, in Input) (id.Plan, error) {
	a, err := authz.Require(ctx, authz.PlanWrite)
	if err != nil {
		return id.Plan{}, err
	}
	fresh := id.New[id.Plan]()
	saved := draft
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		list, err := all(ctx, tx, p)
		if err != nil {
			return err
		}
		had := find(list, Draft)
		switch {
		case draft.IsZero() && had != nil:
			return errs.New(errs.Stale, "A draft of this plan was begun meanwhile. Open it before you go on.")
		case !draft.IsZero() && byID(list, draft) == nil:
			return errs.New(errs.NotFound, noPlan)
		case !draft.IsZero() && (had == nil || had.ID != draft || had.Version != version):
			return db.OneRow(0, nil)
		}
		pl, err := s.accept(ctx, tx, a, p, in, list)
		if err != nil {
			return err
		}
		saved, err = s.keep(ctx, tx, a, p, pl, had, find(list, Active), fresh)
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "plan.save", Patient: p, Kind: "plan", Subject: saved.String(),
			Detail: fmt.Sprintf("%d goals, %d interventions", len(pl.Goals), len(pl.Interventions))})
	})
	return saved, db.Classify(err)
}

// accept checks the input against what is known of the patient.
func (s *Service) accept(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, in Input, list []Plan) (Plan, error) {
	r := Rules{Catalogue: s.cat, Technique: s.Knowledge.Technique, Place: s.place, Sites: s.Knowledge.Sites, Today: a.Today(tx.Now.Time)}
	var err error
	if r.Limits, err = s.limits(ctx, tx, p); err != nil {
		return Plan{}, err
	}
	if r.Gentle, err = s.gentle(ctx, tx, p); err != nil {
		return Plan{}, err
	}
	if r.LastValues, err = s.lastValues(ctx, tx, p, measuresIn(in)); err != nil {
		return Plan{}, err
	}
	for _, st := range []State{Active, Draft} {
		if pl := find(list, st); pl != nil {
			r.Before = append(r.Before, pl.Goals...)
		}
	}
	pl, wrong := Build(in, r)
	if !in.Referral.IsZero() {
		orders, err := s.Referrals.ForPatient(ctx, tx, p)
		if err != nil {
			return Plan{}, err
		}
		if !slices.ContainsFunc(orders, func(o referral.Referral) bool { return o.ID == in.Referral }) {
			wrong = append(wrong, errs.Field{Name: "referral", Message: "Choose a referral of this patient."})
		}
	}
	return pl, errs.OnFields(wrong...)
}

func measuresIn(in Input) []string {
	var out []string
	for i, g := range in.Goals {
		if i < MaxGoals && !slices.Contains(out, g.Measure) {
			out = append(out, g.Measure)
		}
	}
	return out
}

// place reports a zone or a body site.
func (s *Service) place(x string) bool {
	if _, ok := s.Knowledge.Zone(x); ok {
		return true
	}
	_, ok := s.Knowledge.Site(x)
	return ok
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, pl Plan, had, active *Plan, fresh id.Plan) (id.Plan, error) {
	gentle, version := strings.Join(pl.Gentle, " "), s.Knowledge.Gentle().Version
	if had != nil {
		pl.ID = had.ID
		err := db.OneRow(q.New(tx).UpdatePlan(ctx, q.UpdatePlanParams{PracticeID: tx.Practice, PlanID: had.ID, Version: had.Version,
			ReferralID: pl.Referral, UserID: a.User, StartsOn: pl.StartsOn, PerWeek: pl.PerWeek, Weeks: pl.Weeks, Visits: pl.Visits,
			ReassessOn: pl.ReassessOn, Problem: pl.Problem, RevisionReason: pl.RevisionReason, Gentle: gentle, GentleVersion: version, UpdatedAt: tx.Now}))
		if err != nil {
			return id.Plan{}, err
		}
		return pl.ID, keepParts(ctx, tx, pl)
	}
	pl.ID, pl.Course, pl.Revision = fresh, fresh, 1
	if active != nil {
		pl.Course, pl.Revision = active.Course, active.Revision+1
	}
	err := q.New(tx).InsertPlan(ctx, q.InsertPlanParams{PracticeID: tx.Practice, PlanID: pl.ID, CoursePlanID: pl.Course, Revision: pl.Revision,
		PatientID: p, DraftPatientID: p, ReferralID: pl.Referral, UserID: a.User, StartsOn: pl.StartsOn, PerWeek: pl.PerWeek, Weeks: pl.Weeks,
		Visits: pl.Visits, ReassessOn: pl.ReassessOn, Problem: pl.Problem, RevisionReason: pl.RevisionReason, Gentle: gentle,
		GentleVersion: version, CreatedAt: tx.Now, UpdatedAt: tx.Now})
	if err != nil {
		return id.Plan{}, err
	}
	return pl.ID, keepParts(ctx, tx, pl)
}

// Activate puts a draft in force in place of the plan that was. What became of
// a goal meanwhile goes with it.
func (s *Service) Activate(ctx context.Context, p id.Patient, draft id.Plan, version int64) error {
	a, err := authz.Require(ctx, authz.PlanWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		pl, list, err := s.writable(ctx, tx, p, draft, version, Draft)
		if err != nil {
			return err
		}
		if err := errs.OnFields(pl.missing()...); err != nil {
			return err
		}
		if err := s.stillGentle(ctx, tx, p, pl); err != nil {
			return err
		}
		queries := q.New(tx)
		for _, old := range list {
			if old.State != Active {
				continue
			}
			err := db.OneRow(queries.EndPlan(ctx, q.EndPlanParams{PracticeID: tx.Practice, PlanID: old.ID, Version: old.Version,
				State: string(Revised), At: tx.Now, EndedBy: a.User}))
			if err == nil {
				err = inherit(ctx, tx, a, pl, old)
			}
			if err != nil {
				return err
			}
		}
		if err := db.OneRow(queries.ActivatePlan(ctx, q.ActivatePlanParams{PracticeID: tx.Practice, PlanID: draft, Version: version, At: tx.Now})); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "plan.activate", Patient: p, Kind: "plan", Subject: draft.String(), Detail: fmt.Sprintf("revision %d", pl.Revision)})
	}))
}

// stillGentle looks again: a prescriber may have added a diagnosis since, and the
// answers to the safety questions may be others.
func (s *Service) stillGentle(ctx context.Context, tx *db.Tx, p id.Patient, pl Plan) error {
	gentle, err := s.gentle(ctx, tx, p)
	if err != nil {
		return err
	}
	limits, err := s.limits(ctx, tx, p)
	if err != nil {
		return err
	}
	b := builder{Rules: Rules{Technique: s.Knowledge.Technique, Place: s.place, Sites: s.Knowledge.Sites, Gentle: gentle, Limits: limits}}
	for i, x := range pl.Interventions {
		b.intervention(i, x)
	}
	return errs.OnFields(b.bad...)
}

func inherit(ctx context.Context, tx *db.Tx, a authz.Actor, pl, old Plan) error {
	for _, g := range pl.Goals {
		for _, was := range old.Goals {
			if was.Origin != g.Origin || was.State == GoalOpen {
				continue
			}
			err := db.OneRow(q.New(tx).SetGoalState(ctx, q.SetGoalStateParams{PracticeID: tx.Practice, GoalID: g.ID, Version: g.Version,
				State: string(was.State), StateReason: was.StateReason, StateAt: was.StateAt, StateBy: a.User}))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// writable loads a plan that is to be changed, in its version and state.
func (s *Service) writable(ctx context.Context, tx *db.Tx, p id.Patient, plan id.Plan, version int64, st State) (Plan, []Plan, error) {
	if _, err := s.Patients.WritableTx(ctx, tx, p); err != nil {
		return Plan{}, nil, err
	}
	list, err := all(ctx, tx, p)
	if err != nil {
		return Plan{}, nil, err
	}
	pl := byID(list, plan)
	switch {
	case pl == nil:
		return Plan{}, nil, errs.New(errs.NotFound, noPlan)
	case pl.State != st:
		return Plan{}, nil, errs.New(errs.Conflict, "This plan is not "+strings.ToLower(st.Label())+" any more. Reload the page.")
	case pl.Version != version:
		return Plan{}, nil, db.OneRow(0, nil)
	}
	return *pl, list, nil
}

// Discard drops a draft.
func (s *Service) Discard(ctx context.Context, p id.Patient, draft id.Plan, version int64) error {
	a, err := authz.Require(ctx, authz.PlanWrite)
	if err != nil {
		return err
	}
	return s.end(ctx, a, p, draft, version, Draft, q.EndPlanParams{State: string(Discarded)}, "plan.discard", "")
}

// Close ends the course. The reason "entered in error" needs a note.
func (s *Service) Close(ctx context.Context, p id.Patient, plan id.Plan, version int64, why CloseReason, note string) error {
	a, err := authz.Require(ctx, authz.PlanWrite)
	if err != nil {
		return err
	}
	note = strings.TrimSpace(note)
	switch {
	case !slices.Contains(CloseReasons(), why):
		return errs.OnField("why", "Choose why the plan is closed.")
	case why == EnteredInError && note == "":
		return errs.OnField("note", "Say what was wrong.")
	case utf8.RuneCountInString(note) > 1000:
		return errs.OnField("note", "Shorten this to 1000 characters.")
	}
	return s.end(ctx, a, p, plan, version, Active, q.EndPlanParams{State: string(Closed), CloseReason: string(why), CloseNote: note}, "plan.close", string(why))
}

func (s *Service) end(ctx context.Context, a authz.Actor, p id.Patient, plan id.Plan, version int64, from State, to q.EndPlanParams, action, detail string) error {
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, _, err := s.writable(ctx, tx, p, plan, version, from); err != nil {
			return err
		}
		to.PracticeID, to.PlanID, to.Version, to.At, to.EndedBy = tx.Practice, plan, version, tx.Now, a.User
		if err := db.OneRow(q.New(tx).EndPlan(ctx, to)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: p, Kind: "plan", Subject: plan.String(), Detail: detail})
	}))
}

// SaveGoalState records what has become of a goal of the plan in force.
// Dropping one needs a reason.
func (s *Service) SaveGoalState(ctx context.Context, p id.Patient, goal id.Goal, version int64, st GoalState, reason string) error {
	a, err := authz.Require(ctx, authz.PlanWrite)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	switch {
	case !slices.Contains(GoalStates(), st):
		return errs.OnField("state", "Choose what became of the goal.")
	case st == GoalDropped && reason == "":
		return errs.OnField("reason", "Say why the goal is dropped.")
	case utf8.RuneCountInString(reason) > 500:
		return errs.OnField("reason", "Shorten this to 500 characters.")
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		list, err := all(ctx, tx, p)
		if err != nil {
			return err
		}
		active := find(list, Active)
		if active == nil {
			return errs.New(errs.NotFound, "No plan is in force.")
		}
		g, ok := active.Goal(goal)
		if !ok {
			return errs.New(errs.NotFound, "This goal is not in the plan in force.")
		}
		u := q.SetGoalStateParams{PracticeID: tx.Practice, GoalID: g.ID, Version: version, State: string(st), StateReason: reason, StateAt: tx.Now, StateBy: a.User}
		if err := db.OneRow(q.New(tx).SetGoalState(ctx, u)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "plan.goal", Patient: p, Kind: "goal", Subject: goal.String(), Detail: string(st)})
	}))
}
