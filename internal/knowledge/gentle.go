package knowledge

import (
	"errors"
	"fmt"
	"strings"
)

// MinutesRange is a span of minutes.
type MinutesRange struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// GentleEntry is a condition treated gently unless the therapist decides
// otherwise.
type GentleEntry struct {
	ID    string   `json:"id"`
	Label string   `json:"label"`
	Codes []string `json:"codes"` // prefixes without dots
	// Severity is the question that must be answered yes for the entry to
	// hold (severe osteoarthritis); empty means the diagnosis suffices.
	Severity string        `json:"severity,omitempty"`
	Pressure PressureRange `json:"pressure"`
	Minutes  MinutesRange  `json:"minutes"`
	Guidance string        `json:"guidance"`
	Source   string        `json:"source"`
}

// GentleList is the file of conditions treated gently by default.
type GentleList struct {
	Meta
	Entries []GentleEntry `json:"entries"`
}

// GentleMatch is an entry that applies to a patient.
type GentleMatch struct {
	GentleEntry
	Diagnoses []string // the patient's codes that matched, as given
	// Confirm is true when severity decides and has not been answered: treat
	// as gentle and ask.
	Confirm bool
}

// ParseGentle reads the file of gentle conditions.
func ParseGentle(file string, b []byte) (GentleList, error) {
	var g GentleList
	if err := decode(file, b, &g); err != nil {
		return GentleList{}, err
	}
	if err := g.finish(file, "soapstone/gentle/1", b); err != nil {
		return GentleList{}, failure(file, "", err)
	}
	if err := unique(file, "entry", g.Entries, func(e GentleEntry) string { return e.ID }); err != nil {
		return GentleList{}, err
	}
	for _, e := range g.Entries {
		if err := e.check(); err != nil {
			return GentleList{}, failure(file, "entry "+e.ID, err)
		}
	}
	return g, nil
}

func (e GentleEntry) check() error {
	if err := required("label", e.Label, "guidance", e.Guidance, "source", e.Source); err != nil {
		return err
	}
	if len(e.Codes) == 0 {
		return errors.New("codes are missing")
	}
	for _, c := range e.Codes {
		if len(c) < 3 || !prefixShape.MatchString(c) {
			return fmt.Errorf("%q is not a code prefix without dots", c)
		}
	}
	if e.Minutes.Low <= 0 || e.Minutes.High < e.Minutes.Low || e.Minutes.High > 180 {
		return errors.New("minutes are absurd")
	}
	return e.Pressure.check()
}

// For lists the entries that apply. severity tells, for a question key, the
// answer: known is false when it has not been asked.
func (g GentleList) For(diagnoses []string, severity func(key string) (yes, known bool)) []GentleMatch {
	var out []GentleMatch
	for _, e := range g.Entries {
		m := GentleMatch{GentleEntry: e}
		for _, d := range diagnoses {
			for _, p := range e.Codes {
				if strings.HasPrefix(DotlessCode(d), p) {
					m.Diagnoses = append(m.Diagnoses, d)
					break
				}
			}
		}
		if len(m.Diagnoses) == 0 {
			continue
		}
		if e.Severity != "" {
			yes, known := severity(e.Severity)
			if known && !yes {
				continue
			}
			m.Confirm = !known
		}
		out = append(out, m)
	}
	return out
}
