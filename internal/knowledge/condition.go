package knowledge

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// ConditionKind says what a condition looks at.
type ConditionKind int

// The kinds of condition.
const (
	CondYes        ConditionKind = iota + 1 // the answer under Key is yes: "ans.fever"
	CondNumber                              // a number compared: "vital.sbp>=180", "weeks_gestation<14"
	CondDaysSince                           // days since the event's date compared: "days_since.surgery<42"
	CondICD                                 // a diagnosis begins with From: "icd:G834"
	CondICDRange                            // its first three characters lie in From..To: "icd:A00-A09"
	CondICD7                                // a diagnosis fits a definition by its 7th character: "icd7:fracture_active"
	CondMed                                 // a medicine of class Key is taken: "med:anticoagulant"
	CondIncomplete                          // a required safety question is unanswered: "INCOMPLETE"
)

// Op is a comparison of a number.
type Op string

// The comparisons.
const (
	OpLess         Op = "<"
	OpLessEqual    Op = "<="
	OpGreater      Op = ">"
	OpGreaterEqual Op = ">="
)

// Holds applies the comparison to x.
func (o Op) Holds(x, limit float64) bool {
	switch o {
	case OpLess:
		return x < limit
	case OpLessEqual:
		return x <= limit
	case OpGreater:
		return x > limit
	case OpGreaterEqual:
		return x >= limit
	}
	return false
}

// Words puts the comparison into plain English: "180 or more".
func (o Op) Words(limit float64) string {
	n := strconv.FormatFloat(limit, 'f', -1, 64)
	switch o {
	case OpLess:
		return "less than " + n
	case OpLessEqual:
		return n + " or less"
	case OpGreater:
		return "more than " + n
	case OpGreaterEqual:
		return n + " or more"
	}
	return n
}

// Condition is one test of a rule's group. Its text form is what data files
// hold; ParseCondition and String are inverse to each other.
type Condition struct {
	Kind  ConditionKind
	Key   string // question key, medication class, or definition name
	Op    Op     // for CondNumber and CondDaysSince
	Value float64
	From  string // ICD prefix without dots, or the range's first category
	To    string // the range's last category, included
}

var (
	keyShape    = regexp.MustCompile(`^(ans|vital|lab|exam|phq9|days_since)\.[A-Za-z0-9][A-Za-z0-9_]{0,63}$|^weeks_gestation$`)
	nameShape   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	prefixShape = regexp.MustCompile(`^[A-Z]([0-9][0-9A-Z]{0,5})?$`)
	rangeShape  = regexp.MustCompile(`^([A-Z][0-9][0-9A-Z])-([A-Z][0-9][0-9A-Z])$`)
	numberShape = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})(\.[0-9]{0,2}[1-9])?$`)
)

// daysSince is the prefix of keys that hold the date of an event.
const daysSince = "days_since."

// ParseCondition reads the text form of a condition. Dots in ICD codes are
// dropped and letters raised.
func ParseCondition(text string) (Condition, error) {
	if text == "INCOMPLETE" {
		return Condition{Kind: CondIncomplete}, nil
	}
	if scheme, rest, ok := strings.Cut(text, ":"); ok {
		return parseCoded(scheme, rest)
	}
	i := strings.IndexAny(text, "<>")
	if i < 0 {
		switch {
		case !keyShape.MatchString(text):
			return Condition{}, fmt.Errorf("condition %q: not a known form", text)
		case !strings.HasPrefix(text, "ans.") && !strings.HasPrefix(text, "exam."):
			return Condition{}, fmt.Errorf("condition %q: this key needs a comparison", text)
		}
		return Condition{Kind: CondYes, Key: text}, nil
	}
	return parseCompared(text, i)
}

func parseCompared(text string, i int) (Condition, error) {
	c := Condition{Kind: CondNumber, Key: text[:i], Op: Op(text[i : i+1])}
	rest := text[i+1:]
	if strings.HasPrefix(rest, "=") {
		c.Op, rest = c.Op+"=", rest[1:]
	}
	if !keyShape.MatchString(c.Key) {
		return Condition{}, fmt.Errorf("condition %q: %q is not a key", text, c.Key)
	}
	if !numberShape.MatchString(rest) {
		return Condition{}, fmt.Errorf("condition %q: %q is not a plain number", text, rest)
	}
	v, err := strconv.ParseFloat(rest, 64)
	if err != nil || math.IsInf(v, 0) {
		return Condition{}, fmt.Errorf("condition %q: %q is not a number", text, rest)
	}
	c.Value = v
	if strings.HasPrefix(c.Key, daysSince) {
		c.Kind = CondDaysSince
	}
	return c, nil
}

func parseCoded(scheme, rest string) (Condition, error) {
	switch scheme {
	case "icd":
		code := DotlessCode(rest)
		if m := rangeShape.FindStringSubmatch(code); m != nil {
			if m[1] > m[2] {
				return Condition{}, fmt.Errorf("condition icd:%s: the range runs backward", rest)
			}
			return Condition{Kind: CondICDRange, From: m[1], To: m[2]}, nil
		}
		if !prefixShape.MatchString(code) {
			return Condition{}, fmt.Errorf("condition icd:%s: not a code prefix or range", rest)
		}
		return Condition{Kind: CondICD, From: code}, nil
	case "icd7", "med":
		if !nameShape.MatchString(rest) {
			return Condition{}, fmt.Errorf("condition %s:%s: not a name", scheme, rest)
		}
		if scheme == "icd7" {
			return Condition{Kind: CondICD7, Key: rest}, nil
		}
		return Condition{Kind: CondMed, Key: rest}, nil
	}
	return Condition{}, fmt.Errorf("condition %s:%s: no such scheme", scheme, rest)
}

// String gives the canonical text form.
func (c Condition) String() string {
	switch c.Kind {
	case CondYes:
		return c.Key
	case CondNumber, CondDaysSince:
		return c.Key + string(c.Op) + strconv.FormatFloat(c.Value, 'f', -1, 64)
	case CondICD:
		return "icd:" + c.From
	case CondICDRange:
		return "icd:" + c.From + "-" + c.To
	case CondICD7:
		return "icd7:" + c.Key
	case CondMed:
		return "med:" + c.Key
	case CondIncomplete:
		return "INCOMPLETE"
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Condition) UnmarshalText(b []byte) error {
	p, err := ParseCondition(string(b))
	if err != nil {
		return err
	}
	*c = p
	return nil
}

// MatchesCode reports whether an ICD-10-CM code fits a CondICD or
// CondICDRange condition; dots, case and surrounding space do not matter.
func (c Condition) MatchesCode(code string) bool {
	code = DotlessCode(code)
	switch c.Kind {
	case CondICD:
		return strings.HasPrefix(code, c.From)
	case CondICDRange:
		return len(code) >= 3 && c.From <= code[:3] && code[:3] <= c.To
	}
	return false
}

// Group is a list of conditions that must all hold.
type Group struct {
	All []Condition `json:"all"`
	// Level lowers or raises the rule's level for this group alone; empty
	// means the rule's own.
	Level Level `json:"level,omitzero"`
	// Do replaces what the rule says to do while only such groups hold.
	Do string `json:"do,omitempty"`
}

// Key is the canonical text of the group, by which a clearance names what it
// was given for.
func (g Group) Key() string {
	parts := make([]string, len(g.All))
	for i, c := range g.All {
		parts[i] = c.String()
	}
	return strings.Join(parts, " & ")
}

func (g Group) check() error {
	if len(g.All) == 0 {
		return errors.New("a group is empty: it would always hold")
	}
	seen := map[Condition]bool{}
	for _, c := range g.All {
		if c.Kind == 0 {
			return errors.New("a condition is empty")
		}
		if seen[c] {
			return fmt.Errorf("condition %q appears twice in a group", c)
		}
		seen[c] = true
		if c.Kind == CondIncomplete && len(g.All) > 1 {
			return errors.New("INCOMPLETE must stand alone in its group")
		}
	}
	return nil
}
