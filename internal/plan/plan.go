// Package plan keeps plans of care: what is to be reached, measured how, by
// when; what will be done for it, how hard and how long; and what the patient
// does at home. It decides how far a goal has come, what a goal reads like in
// words, and how gently a patient is to be treated unless the therapist
// records why not.
//
// It refuses a goal that cannot be measured, whose target is its baseline or
// whose day is past, a technique or a place that the catalogue does not know,
// and, without a reason, pressure beyond what is advised for a condition treated
// gently and whatever safety screening or consent leave no room for. A plan in force is never changed: a revision is a plan of its own
// and the old one stays. It holds no diagnosis; those are the prescriber's.
package plan

import (
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
)

// State is how far a plan has come.
type State string

// The states.
const (
	Draft     State = "draft"
	Active    State = "active"    // in force; at most one of a patient
	Revised   State = "revised"   // another revision took its place
	Closed    State = "closed"    // the course has ended
	Discarded State = "discarded" // a draft that never came into force
)

// Label is the state in words.
func (s State) Label() string {
	switch s {
	case Draft:
		return "Draft"
	case Active:
		return "In force"
	case Revised:
		return "Replaced by a revision"
	case Closed:
		return "Closed"
	case Discarded:
		return "Discarded"
	}
	return string(s)
}

// CloseReason is why a course ended.
type CloseReason string

// The reasons.
const (
	GoalsReached   CloseReason = "reached"
	Plateau        CloseReason = "plateau"
	PatientStopped CloseReason = "stopped"
	ReferredOn     CloseReason = "referred"
	EnteredInError CloseReason = "error"
)

// CloseReasons in the order shown.
func CloseReasons() []CloseReason {
	return []CloseReason{GoalsReached, Plateau, PatientStopped, ReferredOn, EnteredInError}
}

// Label is the reason in words.
func (c CloseReason) Label() string {
	switch c {
	case GoalsReached:
		return "Goals are reached"
	case Plateau:
		return "No further progress"
	case PatientStopped:
		return "Patient stopped coming"
	case ReferredOn:
		return "Referred to someone else"
	case EnteredInError:
		return "Entered in error"
	}
	return string(c)
}

// Plan is one revision of a plan of care.
type Plan struct {
	ID             id.Plan
	Course         id.Plan // the first revision
	Revision       int64   // from 1
	Patient        id.Patient
	Referral       id.Referral // zero: self-pay care
	Therapist      id.User
	TherapistName  string
	State          State
	StartsOn       civil.Date
	PerWeek        int64 // 0 = not said, as are Weeks and Visits
	Weeks          int64
	Visits         int64
	ReassessOn     civil.Date
	Problem        string // findings the plan answers, in words
	Goals          []Goal
	Interventions  []Intervention
	HomeCare       []HomeCare
	Gentle         []string // ids of the conditions treated gently when it was written
	RevisionReason string
	CloseReason    CloseReason
	CloseNote      string
	ActivatedAt    db.Time
	EndedAt        db.Time
	CreatedAt      db.Time
	Version        int64
}

// Goal finds a goal of the plan.
func (p Plan) Goal(g id.Goal) (Goal, bool) {
	i := slices.IndexFunc(p.Goals, func(x Goal) bool { return x.ID == g })
	if i < 0 {
		return Goal{}, false
	}
	return p.Goals[i], true
}

// Minutes is the least and the most that the interventions of one visit take.
func (p Plan) Minutes() (low, high int64) {
	for _, i := range p.Interventions {
		low, high = low+i.MinutesLow, high+i.MinutesHigh
	}
	return low, high
}

// Intervention is a technique planned for places of the body.
type Intervention struct {
	Technique               string   // id of the catalogue
	Regions                 []string // ids of zones or body sites
	MinutesLow, MinutesHigh int64
	Pressure                int64  // 1 (light touch) to 5 (deep)
	Frequency               string // "each visit"
	Position                Position
	Reason                  string // why beyond what is advised, if it is
}

// HomeCare is what the patient does between visits.
type HomeCare struct{ What, HowOften string }

// GoalState is what has become of a goal.
type GoalState string

// The states of a goal.
const (
	GoalOpen    GoalState = "open"
	GoalMet     GoalState = "met"
	GoalPartly  GoalState = "partly"
	GoalDropped GoalState = "dropped"
)

// GoalStates in the order shown.
func GoalStates() []GoalState { return []GoalState{GoalOpen, GoalMet, GoalPartly, GoalDropped} }

// Label is the state in words.
func (s GoalState) Label() string {
	switch s {
	case GoalOpen:
		return "Open"
	case GoalMet:
		return "Met"
	case GoalPartly:
		return "Partly met"
	case GoalDropped:
		return "Dropped"
	}
	return string(s)
}

// Goal is something the patient will be able to do, with the number that shows it.
type Goal struct {
	ID          id.Goal
	Origin      id.Goal // the same goal in the revision that first had it
	Statement   string  // what the patient will do
	Text        string  // the whole sentence
	Measure     string  // see ParseMeasure
	Unit        string  // of an "other" measure
	Baseline    float64
	BaselineOn  civil.Date
	Target      float64
	DueOn       civil.Date
	State       GoalState
	StateReason string
	StateAt     db.Time
	Version     int64
	Now         *Latest // newest value on or after the baseline's day; nil without
}

// Latest is the newest value of a measure.
type Latest struct {
	Value float64
	On    civil.Date
}

// Overdue reports a goal that is still open after its day.
func (g Goal) Overdue(today civil.Date) bool {
	return (g.State == GoalOpen || g.State == GoalPartly) && g.DueOn.Before(today)
}

// Progress is how far the newest value lies on the way from baseline (0) to
// target (1); known is false when nothing was measured since.
func (g Goal) Progress() (share float64, known bool) {
	if g.Now == nil {
		return 0, false
	}
	return Progress(g.Baseline, g.Target, g.Now.Value), true
}

// Progress is how far now lies on the way from baseline to target, whichever
// is larger: 0 at the baseline, 1 at the target, below 0 when it is worse than
// at the start, above 1 beyond the target. 0 when both are the same.
func Progress(baseline, target, now float64) float64 {
	if baseline == target {
		return 0
	}
	return (now - baseline) / (target - baseline)
}
