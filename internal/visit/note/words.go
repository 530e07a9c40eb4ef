package note

// Word is one answer of a fixed list with the text that people read.
type Word struct{ Code, Label string }

// MarkTypes lists the kinds of marks in the order offered.
func MarkTypes() []MarkType { return []MarkType{Pain, Trigger, Tight, Numb, Treated} }

// Label is the kind of mark in words.
func (t MarkType) Label() string {
	switch t {
	case Pain:
		return "Pain"
	case Trigger:
		return "Trigger point"
	case Tight:
		return "Tight"
	case Numb:
		return "Numb"
	case Treated:
		return "Treated"
	}
	return string(t)
}

// Short is the kind of mark where there is little room.
func (t MarkType) Short() string {
	if t == Trigger {
		return "TrP"
	}
	return t.Label()
}

// Sign is the shape that stands for the kind: colour never says it alone.
func (t MarkType) Sign() string {
	switch t {
	case Pain:
		return "●"
	case Trigger:
		return "✕"
	case Tight:
		return "▲"
	case Numb:
		return "◌"
	case Treated:
		return "■"
	}
	return "?"
}

// Graded reports whether a severity makes sense for the kind.
func (t MarkType) Graded() bool { return t != Treated }

// SeverityLabel is the severity in words, "" for 0.
func SeverityLabel(n int) string {
	switch n {
	case 1:
		return "mild"
	case 2:
		return "moderate"
	case 3:
		return "severe"
	}
	return ""
}

// Sinces lists the answers to "since the last visit", without First.
func Sinces() []Since { return []Since{SinceBetter, SinceSame, SinceWorse} }

// Label is the answer in words.
func (s Since) Label() string {
	switch s {
	case SinceBetter:
		return "Better"
	case SinceSame:
		return "Same"
	case SinceWorse:
		return "Worse"
	case SinceFirst:
		return "First visit"
	}
	return string(s)
}

var symptoms = []Word{
	{"sleep-better", "Sleeping better"},
	{"sleep-worse", "Sleeping worse"},
	{"headache", "Headache"},
	{"stiff", "Stiffness"},
	{"sore-after", "Sore after last visit"},
	{"tingling", "Tingling"},
	{"numbness", "Numbness"},
	{"weakness", "Weakness"},
	{"dizzy", "Dizziness"},
	{"swelling", "Swelling"},
	{"fatigue", "Fatigue"},
}

// Symptoms lists what a patient may report, in the order offered.
func Symptoms() []Word { return append([]Word(nil), symptoms...) }

// Label is the symptom in words.
func (s Symptom) Label() string { return label(symptoms, string(s)) }

var positions = []Word{
	{"prone", "Prone"},
	{"supine", "Supine"},
	{"side-left", "Side-lying, on the left"},
	{"side-right", "Side-lying, on the right"},
	{"seated", "Seated"},
}

// Positions lists how a patient may lie or sit.
func Positions() []Word { return append([]Word(nil), positions...) }

// Label is the position in words, "" for none.
func (p Position) Label() string { return label(positions, string(p)) }

// Levels lists the responses in the order offered.
func Levels() []Level { return []Level{ResponseBetter, ResponseSame, ResponseWorse, ResponseAdverse} }

// Label is the response in words.
func (l Level) Label() string {
	switch l {
	case ResponseBetter:
		return "Better"
	case ResponseSame:
		return "Same"
	case ResponseWorse:
		return "Worse"
	case ResponseAdverse:
		return "Adverse event"
	}
	return string(l)
}

// Nexts lists the next steps in the order offered.
func Nexts() []Next {
	return []Next{NextContinue, NextReassess, NextChange, NextRefer, NextDischarge}
}

// Label is the next step in words.
func (n Next) Label() string {
	switch n {
	case NextContinue:
		return "Continue plan"
	case NextReassess:
		return "Re-assess next visit"
	case NextChange:
		return "Change plan"
	case NextRefer:
		return "Refer back"
	case NextDischarge:
		return "Discharge"
	}
	return string(n)
}

// Sentence is the next step as it stands in the note.
func (n Next) Sentence() string {
	switch n {
	case NextContinue:
		return "Continue the plan of care."
	case NextReassess:
		return "Re-assess at the next visit."
	case NextChange:
		return "Change the plan of care."
	case NextRefer:
		return "Refer back to the referring clinician."
	case NextDischarge:
		return "Discharge from care."
	}
	return ""
}

// HomeCareIdeas are offered beside what was given last time; any other text
// may be written.
func HomeCareIdeas() []string {
	return []string{"Heat 10 min", "Cold 10 min", "Gentle stretching", "Self-massage", "Posture breaks", "Walking"}
}

func label(list []Word, code string) string {
	for _, w := range list {
		if w.Code == code {
			return w.Label
		}
	}
	return code
}

func known(list []Word, code string) bool {
	for _, w := range list {
		if w.Code == code {
			return true
		}
	}
	return false
}
