package knowledge

import (
	"errors"
	"fmt"
	"slices"
)

// PostureFinding is how a landmark stands: high, low, turned. Side is the
// patient's own.
type PostureFinding struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	Landmark string `json:"landmark"`
	Side     Side   `json:"side,omitempty"`
}

// Posture is the file of landmarks and findings.
type Posture struct {
	Meta
	Landmarks []Tag            `json:"landmarks"`
	Findings  []PostureFinding `json:"findings"`
}

// ParsePosture reads the file of posture findings.
func ParsePosture(file string, b []byte) (Posture, error) {
	var p Posture
	if err := decode(file, b, &p); err != nil {
		return Posture{}, err
	}
	if err := p.finish(file, "soapstone/posture/1", b); err != nil {
		return Posture{}, failure(file, "", err)
	}
	if err := labelled(file, "landmark", p.Landmarks); err != nil {
		return Posture{}, err
	}
	if err := unique(file, "finding", p.Findings, func(x PostureFinding) string { return x.ID }); err != nil {
		return Posture{}, err
	}
	if len(p.Findings) == 0 {
		return Posture{}, failure(file, "", errors.New("no findings"))
	}
	for _, x := range p.Findings {
		if err := x.check(p); err != nil {
			return Posture{}, failure(file, "finding "+x.ID, err)
		}
	}
	return p, nil
}

func (x PostureFinding) check(p Posture) error {
	switch {
	case x.Label == "":
		return errors.New("label is missing")
	case !hasTag(p.Landmarks, x.Landmark):
		return fmt.Errorf("landmark %q does not exist", x.Landmark)
	case x.Side != Midline && x.Side != SideLeft && x.Side != SideRight:
		return fmt.Errorf("side %q is neither L nor R", x.Side)
	}
	return nil
}

// Finding finds a posture finding by id.
func (p Posture) Finding(id string) (PostureFinding, bool) {
	i := slices.IndexFunc(p.Findings, func(x PostureFinding) bool { return x.ID == id })
	if i < 0 {
		return PostureFinding{}, false
	}
	return p.Findings[i], true
}

// At lists the findings of a landmark.
func (p Posture) At(landmark string) []PostureFinding {
	var out []PostureFinding
	for _, x := range p.Findings {
		if x.Landmark == landmark {
			out = append(out, x)
		}
	}
	return out
}

// Posture is the list of posture findings.
func (s *Set) Posture() Posture { return s.posture }
