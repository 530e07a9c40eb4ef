package knowledge

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// MuscleGroup is a movement whose strength is graded by hand.
type MuscleGroup struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Myotome is the nerve level whose key muscle it is; "" for none.
	Myotome string   `json:"myotome,omitempty"`
	Regions []string `json:"regions"` // of the special tests, where it is offered
}

// Strength is the file of muscle groups and grades 0 to 5.
type Strength struct {
	Meta
	Grades []Tag         `json:"grades"`
	Groups []MuscleGroup `json:"groups"`
}

var myotomeShape = regexp.MustCompile(`^([CS][1-8]|T1|L[1-5])$`)

// ParseStrength reads the file of muscle groups.
func ParseStrength(file string, b []byte) (Strength, error) {
	var s Strength
	if err := decode(file, b, &s); err != nil {
		return Strength{}, err
	}
	if err := s.finish(file, "soapstone/strength/1", b); err != nil {
		return Strength{}, failure(file, "", err)
	}
	if err := labelled(file, "grade", s.Grades); err != nil {
		return Strength{}, err
	}
	if err := gradesFrom0(s.Grades, 5); err != nil {
		return Strength{}, failure(file, "grades", err)
	}
	if err := unique(file, "group", s.Groups, func(x MuscleGroup) string { return x.ID }); err != nil {
		return Strength{}, err
	}
	if len(s.Groups) == 0 {
		return Strength{}, failure(file, "", errors.New("no groups"))
	}
	for _, x := range s.Groups {
		if err := x.check(); err != nil {
			return Strength{}, failure(file, "group "+x.ID, err)
		}
	}
	return s, nil
}

func (x MuscleGroup) check() error {
	switch {
	case x.Label == "":
		return errors.New("label is missing")
	case x.Myotome != "" && !myotomeShape.MatchString(x.Myotome):
		return fmt.Errorf("myotome %q does not exist", x.Myotome)
	case len(x.Regions) == 0:
		return errors.New("is offered in no region")
	}
	return nil
}

// Group finds a muscle group by id.
func (s Strength) Group(id string) (MuscleGroup, bool) {
	i := slices.IndexFunc(s.Groups, func(x MuscleGroup) bool { return x.ID == id })
	if i < 0 {
		return MuscleGroup{}, false
	}
	return s.Groups[i], true
}

// Strength is the list of muscle groups.
func (s *Set) Strength() Strength { return s.strength }

// checkExamination covers what the files of an examination say of each other.
func (s *Set) checkExamination() error {
	for _, r := range s.tests.Regions {
		if _, ok := s.Zone(r.Zone); !ok {
			return failure(s.tests.File, "region "+r.ID, fmt.Errorf("zone %q does not exist", r.Zone))
		}
	}
	for _, g := range s.strength.Groups {
		for _, r := range g.Regions {
			if !s.tests.hasRegion(r) {
				return failure(s.strength.File, "group "+g.ID, fmt.Errorf("region %q has no special tests", r))
			}
		}
	}
	return nil
}
