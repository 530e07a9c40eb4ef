package visit

import (
	"soapstone/internal/civil"
	"soapstone/internal/errs"
)

// State is how far a visit has come.
type State string

// The states. Only a signed note makes a visit completed.
const (
	StatePlanned    State = "planned"
	StateArrived    State = "arrived"
	StateInProgress State = "in_progress"
	StateCompleted  State = "completed"
	StateCancelled  State = "cancelled"
	StateNoShow     State = "no_show"
)

// States lists the states in the order of a day.
func States() []State {
	return []State{StatePlanned, StateArrived, StateInProgress, StateCompleted, StateCancelled, StateNoShow}
}

// Label is the state in words.
func (s State) Label() string {
	switch s {
	case StatePlanned:
		return "Planned"
	case StateArrived:
		return "Arrived"
	case StateInProgress:
		return "In progress"
	case StateCompleted:
		return "Completed"
	case StateCancelled:
		return "Cancelled"
	case StateNoShow:
		return "No-show"
	}
	return string(s)
}

// Takes reports whether a visit in this state takes the therapist's time.
func (s State) Takes() bool { return s != StateCancelled && s != StateNoShow }

// Writable reports whether a note may be written for a visit in this state.
func (s State) Writable() bool {
	return s == StatePlanned || s == StateArrived || s == StateInProgress
}

// Action is what somebody does with a visit.
type Action string

// The actions. ActPlan and ActMove are recorded in the history only; ActSign
// and ActRetract happen with a document.
const (
	ActPlan    Action = "plan"
	ActMove    Action = "move"
	ActArrive  Action = "arrive"
	ActStart   Action = "start"
	ActSign    Action = "sign"
	ActCancel  Action = "cancel"
	ActNoShow  Action = "no_show"
	ActUndo    Action = "undo"
	ActRetract Action = "retract"
	// ActVoid cancels a visit whose note was entered in error because the
	// session did not take place.
	ActVoid Action = "void"
)

// Label is the action as a button says it.
func (a Action) Label() string {
	switch a {
	case ActArrive:
		return "Arrived"
	case ActStart:
		return "Start visit"
	case ActCancel:
		return "Cancel visit"
	case ActNoShow:
		return "No-show"
	case ActUndo:
		return "Undo"
	case ActPlan:
		return "Planned"
	case ActMove:
		return "Moved"
	case ActSign:
		return "Note signed"
	case ActRetract:
		return "Note retracted"
	case ActVoid:
		return "Cancelled with its note"
	}
	return string(a)
}

// transitions is the whole of what may follow what. A solo therapist starts a
// planned session without anybody noting the arrival; a note written up later
// is signed for a session that nobody started on screen.
var transitions = map[State]map[Action]State{
	StatePlanned: {
		ActArrive: StateArrived, ActStart: StateInProgress, ActSign: StateCompleted,
		ActCancel: StateCancelled, ActNoShow: StateNoShow, ActMove: StatePlanned,
	},
	StateArrived:    {ActStart: StateInProgress, ActSign: StateCompleted, ActCancel: StateCancelled, ActMove: StateArrived},
	StateInProgress: {ActSign: StateCompleted},
	StateCompleted:  {ActRetract: StateInProgress, ActVoid: StateCancelled},
	StateCancelled:  {},
	StateNoShow:     {},
}

// Next is the state that follows from doing a in state s; ok is false when it
// may not be done. ActUndo is answered by Undone.
func Next(s State, a Action) (next State, ok bool) {
	next, ok = transitions[s][a]
	return next, ok
}

// Change is one entry of a visit's history.
type Change struct {
	Seq      int64
	Action   Action
	From, To State
	Reason   string
	By       string // name of who did it
	On       civil.Date
	Clock    string // local wall time, HH:MM
}

// Undone is the state before the last change, which may be undone on the day
// it was made, as long as it is not the note that changed the state.
func Undone(now State, last Change, today civil.Date) (State, error) {
	switch last.Action {
	case ActArrive, ActStart, ActCancel, ActNoShow:
	default:
		return "", errs.New(errs.Conflict, "There is nothing to undo here.")
	}
	if last.To != now {
		return "", errs.New(errs.Conflict, "There is nothing to undo here.")
	}
	if last.On != today {
		return "", errs.New(errs.Conflict, "This can be undone only on the same day. Plan a new visit instead.")
	}
	return last.From, nil
}

// refusal says why an action does not fit a state.
func refusal(s State, a Action) error {
	switch {
	case s == StateCompleted:
		return errs.New(errs.Conflict, "This visit is completed and its note is signed. Use an addendum or a retraction.")
	case s == StateCancelled || s == StateNoShow:
		return errs.New(errs.Conflict, "This visit was called off. Undo that first, or plan a new one.")
	case s == StateInProgress && a == ActCancel:
		return errs.New(errs.Conflict, "The visit has begun. Write what happened in its note, also when nothing was treated, or undo the start.")
	case a == ActNoShow:
		return errs.New(errs.Conflict, "The patient is here. Cancel the visit instead.")
	}
	return errs.New(errs.Conflict, "This does not fit a visit that is "+lowerFirst(s.Label())+".")
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	if b[0] >= 'A' && b[0] <= 'Z' {
		b[0] += 'a' - 'A'
	}
	return string(b)
}
