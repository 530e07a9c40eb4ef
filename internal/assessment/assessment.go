// Package assessment keeps what a therapist measures and finds when care
// begins and again along its way: pain, range of motion, palpation, posture,
// gait, strength and special tests. It decides how a value stands to the
// published norm, to the other side, to the last value and to the first,
// whether a change is larger than the error of measuring, and how far a test
// or a group of tests shifts the judgement.
//
// It holds findings and never a diagnosis. It refuses values that no body
// gives (Content.Check), motions, tests and body sites that the catalogue does
// not know, and every change to a completed assessment: what was wrong is
// measured anew, or marked as entered in error with a reason.
package assessment

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Kind says at which point of the course it was made.
type Kind string

// The kinds. An evaluation begins a course: what it measures is the baseline.
const (
	Evaluation   Kind = "evaluation"
	Reevaluation Kind = "reevaluation"
)

// Kinds in the order shown.
func Kinds() []Kind { return []Kind{Evaluation, Reevaluation} }

// Label is the kind in words.
func (k Kind) Label() string {
	switch k {
	case Evaluation:
		return "Evaluation"
	case Reevaluation:
		return "Re-evaluation"
	}
	return string(k)
}

// State is how far it has come.
type State string

// The states.
const (
	Draft     State = "draft"
	Completed State = "completed"
	InError   State = "error" // kept, shown as wrong, counted nowhere
)

// Label is the state in words.
func (s State) Label() string {
	switch s {
	case Draft:
		return "Draft"
	case Completed:
		return "Completed"
	case InError:
		return "Entered in error"
	}
	return string(s)
}

// Region is a part of the body assessed together.
type Region string

// The regions.
const (
	Neck     Region = "neck"
	Back     Region = "back"
	Shoulder Region = "shoulder"
	Pelvis   Region = "pelvis"
	Wrist    Region = "wrist"
)

// Regions in the order shown.
func Regions() []Region { return []Region{Neck, Back, Shoulder, Pelvis, Wrist} }

// Label is the region in words.
func (r Region) Label() string {
	switch r {
	case Neck:
		return "Neck"
	case Back:
		return "Back"
	case Shoulder:
		return "Shoulder"
	case Pelvis:
		return "Pelvis and hip"
	case Wrist:
		return "Wrist and hand"
	}
	return string(r)
}

// Joints are the ids of the catalogue's joints whose motions belong to the region.
func (r Region) Joints() []string {
	switch r {
	case Neck:
		return []string{"cervical"}
	case Back:
		return []string{"thoracolumbar", "lumbar"}
	case Shoulder:
		return []string{"shoulder"}
	case Pelvis:
		return []string{"hip"}
	case Wrist:
		return []string{"forearm", "wrist"}
	}
	return nil
}

// RegionOfJoint is the region a joint of the catalogue belongs to; "" when
// this room does not assess it.
func RegionOfJoint(joint string) Region {
	for _, r := range Regions() {
		if slices.Contains(r.Joints(), joint) {
			return r
		}
	}
	return ""
}

// Pain is how strong pain is, from 0 (none) to 10 (worst), in one place. Best
// and Worst are those of the last seven days. nil: not asked.
type Pain struct {
	Site             string // body site id; "" for pain that has no one place
	Now, Best, Worst *int64
}

// Motion is one movement as measured. Side is the patient's own.
type Motion struct {
	Motion    string // norm id, "cervical.rotation"
	Side      knowledge.Side
	Degrees   float64
	PainAtEnd bool
	PainEnd   *int64 // how strong at the end, 0 to 10; nil when not asked
	// WithinLimits: the therapist judged it usual and took the norm's figure.
	WithinLimits bool
	Device       string  // device id; "" when not noted
	Rater        id.User // who measured, where it was not the therapist of the assessment
	Position     string  // position id, where it was not the norm's own
	EndFeel      EndFeel
}

// Palpation is how tissue felt at a body site. nil: not graded.
type Palpation struct {
	Site        string
	Tone        *int64   // 0 to 4
	Tenderness  *int64   // 0 to 4
	Texture     []string // texture ids
	Trigger     string   // kind of trigger point; "" for none noted
	Refers      *bool    // whether it sends pain elsewhere; nil when not asked
	Oedema      *int64   // pitting, 0 to 4
	Temperature string
	Text        string
}

// Content is everything a therapist enters.
type Content struct {
	On          civil.Date
	Referral    id.Referral // zero without a prescription
	Regions     []Region
	Pain        []Pain
	Motions     []Motion // active
	Passive     []Motion
	Palpation   []Palpation
	Posture     []string // ids of posture findings
	ForwardHead *float64 // centimetres; nil when not measured
	PostureText string
	Gait        Gait
	Strength    []Strength
	Tests       []TestResult
	Note        string
}

// Empty reports that nothing was found or measured yet.
func (c Content) Empty() bool {
	return len(c.Pain) == 0 && len(c.Motions) == 0 && len(c.Passive) == 0 && len(c.Palpation) == 0 && len(c.Posture) == 0 &&
		c.ForwardHead == nil && c.Gait.Empty() && len(c.Strength) == 0 && len(c.Tests) == 0 &&
		strings.TrimSpace(c.PostureText) == "" && strings.TrimSpace(c.Note) == ""
}

// Assessment is one evaluation or re-evaluation.
type Assessment struct {
	ID            id.Assessment
	Patient       id.Patient // whom it was recorded for; of a merged record, the old one
	Therapist     id.User
	TherapistName string
	Kind          Kind
	State         State
	Content
	NormsVersion string // of the norms it was read against
	CompletedAt  db.Time
	ErrorReason  string
	ErrorAt      db.Time
	CreatedAt    db.Time
	Version      int64
}

// Motion finds the active reading of one motion on one side.
func (a Assessment) Motion(motion string, side knowledge.Side) (Motion, bool) {
	return motionIn(a.Motions, motion, side)
}

// Reading is a motion of this assessment with what its error depends on.
func (a Assessment) Reading(m Motion) Reading {
	r := Reading{On: a.On, Degrees: m.Degrees, Device: m.Device, Position: m.Position, Rater: m.Rater, Assessment: a.ID, PainAtEnd: m.PainAtEnd}
	if r.Rater.IsZero() {
		r.Rater = a.Therapist
	}
	return r
}

func motionIn(list []Motion, motion string, side knowledge.Side) (Motion, bool) {
	i := slices.IndexFunc(list, func(m Motion) bool { return m.Motion == motion && m.Side == side })
	if i < 0 {
		return Motion{}, false
	}
	return list[i], true
}

// PainAt finds the pain recorded for a site.
func (a Assessment) PainAt(site string) (Pain, bool) {
	i := slices.IndexFunc(a.Pain, func(p Pain) bool { return p.Site == site })
	if i < 0 {
		return Pain{}, false
	}
	return a.Pain[i], true
}

// PainNow is the strongest pain now, of all places; nil when not asked.
func (c Content) PainNow() *int64 {
	var top *int64
	for _, p := range c.Pain {
		if p.Now != nil && (top == nil || *p.Now > *top) {
			top = p.Now
		}
	}
	return top
}

// PalpationAt finds what was felt at a site.
func (c Content) PalpationAt(site string) (Palpation, bool) {
	i := slices.IndexFunc(c.Palpation, func(p Palpation) bool { return p.Site == site })
	if i < 0 {
		return Palpation{}, false
	}
	return c.Palpation[i], true
}

// Has reports whether the region is among those assessed.
func (c Content) Has(r Region) bool { return slices.Contains(c.Regions, r) }
