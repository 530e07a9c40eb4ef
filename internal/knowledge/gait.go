package knowledge

import (
	"errors"
	"fmt"
	"slices"
)

// GaitFinding is a pattern seen while a person walks, in one phase of the step.
type GaitFinding struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Phase  string `json:"phase"`
	BySide bool   `json:"sides,omitempty"`
}

// Sides lists the sides on which it may be seen.
func (x GaitFinding) Sides() []Side {
	if x.BySide {
		return []Side{SideLeft, SideRight}
	}
	return []Side{Midline}
}

// Gait is the file of gait findings.
type Gait struct {
	Meta
	Phases   []Tag         `json:"phases"`
	Findings []GaitFinding `json:"findings"`
	Devices  []Tag         `json:"devices"` // walking aids
}

// ParseGait reads the file of gait findings.
func ParseGait(file string, b []byte) (Gait, error) {
	var g Gait
	if err := decode(file, b, &g); err != nil {
		return Gait{}, err
	}
	if err := g.finish(file, "soapstone/gait/1", b); err != nil {
		return Gait{}, failure(file, "", err)
	}
	if err := labelled(file, "phase", g.Phases); err != nil {
		return Gait{}, err
	}
	if err := labelled(file, "device", g.Devices); err != nil {
		return Gait{}, err
	}
	if err := unique(file, "finding", g.Findings, func(x GaitFinding) string { return x.ID }); err != nil {
		return Gait{}, err
	}
	if len(g.Findings) == 0 {
		return Gait{}, failure(file, "", errors.New("no findings"))
	}
	for _, x := range g.Findings {
		if x.Label == "" {
			return Gait{}, failure(file, "finding "+x.ID, errors.New("label is missing"))
		}
		if !hasTag(g.Phases, x.Phase) {
			return Gait{}, failure(file, "finding "+x.ID, fmt.Errorf("phase %q does not exist", x.Phase))
		}
	}
	return g, nil
}

// Finding finds a gait finding by id.
func (g Gait) Finding(id string) (GaitFinding, bool) {
	i := slices.IndexFunc(g.Findings, func(x GaitFinding) bool { return x.ID == id })
	if i < 0 {
		return GaitFinding{}, false
	}
	return g.Findings[i], true
}

// In lists the findings of a phase.
func (g Gait) In(phase string) []GaitFinding {
	var out []GaitFinding
	for _, x := range g.Findings {
		if x.Phase == phase {
			out = append(out, x)
		}
	}
	return out
}

// Gait is the list of gait findings.
func (s *Set) Gait() Gait { return s.gait }
