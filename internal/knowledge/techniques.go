package knowledge

import (
	"errors"
	"fmt"
	"slices"
)

// PressureRange is the pressure from 1 (light touch) to 5 (deep).
type PressureRange struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

func (p PressureRange) check() error {
	if p.Low < 1 || p.High > 5 || p.Low > p.High {
		return fmt.Errorf("pressure %d to %d is not within 1 to 5", p.Low, p.High)
	}
	return nil
}

// Tag is a property of techniques that rules may ask to avoid.
type Tag struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Technique is something done to tissue for minutes.
type Technique struct {
	ID       string        `json:"id"`
	Label    string        `json:"label"`
	Family   string        `json:"family"`
	Pressure PressureRange `json:"pressure"` // proposed, never recorded by itself
	Tags     []string      `json:"tags,omitempty"`
	// Procedure is what it is normally documented under; without a code the
	// therapist chooses, because no number is settled or none is payable.
	Procedure TechniqueProcedure `json:"procedure"`
	Source    string             `json:"source"`
	Notes     string             `json:"notes,omitempty"`
}

// TechniqueProcedure proposes a procedure code for a technique. The purpose of
// the treatment decides in the end, and the therapist says it.
type TechniqueProcedure struct {
	Code string `json:"code,omitempty"`
	// Unverified is true when no source was read that names the technique.
	Unverified bool   `json:"unverified,omitempty"`
	Source     string `json:"source"` // or, without a code, why there is none
}

// Techniques is the file of techniques.
type Techniques struct {
	Meta
	Families   []Tag       `json:"families"`
	Tags       []Tag       `json:"tags"`
	Techniques []Technique `json:"techniques"`
}

// ParseTechniques reads the file of techniques.
func ParseTechniques(file string, b []byte) (Techniques, error) {
	var t Techniques
	if err := decode(file, b, &t); err != nil {
		return Techniques{}, err
	}
	if err := t.finish(file, "soapstone/techniques/1", b); err != nil {
		return Techniques{}, failure(file, "", err)
	}
	tagID := func(x Tag) string { return x.ID }
	if err := unique(file, "family", t.Families, tagID); err != nil {
		return Techniques{}, err
	}
	if err := unique(file, "tag", t.Tags, tagID); err != nil {
		return Techniques{}, err
	}
	if err := unique(file, "technique", t.Techniques, func(x Technique) string { return x.ID }); err != nil {
		return Techniques{}, err
	}
	if len(t.Techniques) == 0 {
		return Techniques{}, failure(file, "", errors.New("no techniques"))
	}
	for _, x := range t.Techniques {
		if err := x.check(t); err != nil {
			return Techniques{}, failure(file, "technique "+x.ID, err)
		}
	}
	return t, nil
}

func (x Technique) check(t Techniques) error {
	if err := required("label", x.Label, "source", x.Source, "procedure source", x.Procedure.Source); err != nil {
		return err
	}
	if !hasTag(t.Families, x.Family) {
		return fmt.Errorf("family %q does not exist", x.Family)
	}
	for _, id := range x.Tags {
		if !hasTag(t.Tags, id) {
			return fmt.Errorf("tag %q does not exist", id)
		}
	}
	return x.Pressure.check()
}

func hasTag(tags []Tag, id string) bool {
	return slices.ContainsFunc(tags, func(t Tag) bool { return t.ID == id })
}

// Techniques lists every technique, in the order of the file.
func (s *Set) Techniques() []Technique { return slices.Clone(s.techniques.Techniques) }

// Technique finds a technique by id.
func (s *Set) Technique(id string) (Technique, bool) {
	i := slices.IndexFunc(s.techniques.Techniques, func(t Technique) bool { return t.ID == id })
	if i < 0 {
		return Technique{}, false
	}
	return s.techniques.Techniques[i], true
}

// TechniqueFamilies lists the families, the headings of a choice.
func (s *Set) TechniqueFamilies() []Tag { return slices.Clone(s.techniques.Families) }

// TechniqueTag finds the words for a tag that rules ask to avoid.
func (s *Set) TechniqueTag(id string) (Tag, bool) {
	i := slices.IndexFunc(s.techniques.Tags, func(t Tag) bool { return t.ID == id })
	if i < 0 {
		return Tag{}, false
	}
	return s.techniques.Tags[i], true
}
