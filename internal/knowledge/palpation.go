package knowledge

import (
	"errors"
	"fmt"
	"strconv"
)

// Palpation is the file of words for what is felt under the hand. Tenderness,
// Tone and Oedema are grades whose ids count from 0.
type Palpation struct {
	Meta
	Tenderness   []Tag `json:"tenderness"`
	Tone         []Tag `json:"tone"`
	Oedema       []Tag `json:"oedema"`
	Textures     []Tag `json:"textures"`
	Triggers     []Tag `json:"triggers"`
	Temperatures []Tag `json:"temperatures"`
}

// ParsePalpation reads the file of palpation words.
func ParsePalpation(file string, b []byte) (Palpation, error) {
	var p Palpation
	if err := decode(file, b, &p); err != nil {
		return Palpation{}, err
	}
	if err := p.finish(file, "soapstone/palpation/1", b); err != nil {
		return Palpation{}, failure(file, "", err)
	}
	for _, g := range []struct {
		kind   string
		tags   []Tag
		graded bool
	}{{"tenderness", p.Tenderness, true}, {"tone", p.Tone, true}, {"oedema", p.Oedema, true},
		{"texture", p.Textures, false}, {"trigger", p.Triggers, false}, {"temperature", p.Temperatures, false}} {
		if err := labelled(file, g.kind, g.tags); err != nil {
			return Palpation{}, err
		}
		if g.graded {
			if err := gradesFrom0(g.tags, 4); err != nil {
				return Palpation{}, failure(file, g.kind, err)
			}
		}
	}
	return p, nil
}

// labelled checks a list of tags: some, with ids and labels, none twice.
func labelled(file, kind string, tags []Tag) error {
	if len(tags) == 0 {
		return failure(file, kind, errors.New("the list is empty"))
	}
	for _, t := range tags {
		if err := required("label", t.Label); err != nil {
			return failure(file, kind+" "+t.ID, err)
		}
	}
	return unique(file, kind, tags, func(t Tag) string { return t.ID })
}

// gradesFrom0 holds grades to the ids 0 to top, in order.
func gradesFrom0(tags []Tag, top int) error {
	if len(tags) != top+1 {
		return fmt.Errorf("has %d grades, want 0 to %d", len(tags), top)
	}
	for i, t := range tags {
		if t.ID != strconv.Itoa(i) {
			return fmt.Errorf("grade %d has the id %q", i, t.ID)
		}
	}
	return nil
}

// TagLabel is the words for an id among tags; the id itself when not known.
func TagLabel(tags []Tag, id string) string {
	for _, t := range tags {
		if t.ID == id {
			return t.Label
		}
	}
	return id
}

// HasTag reports whether an id is among tags.
func HasTag(tags []Tag, id string) bool { return hasTag(tags, id) }

// Palpation is the words for what is felt.
func (s *Set) Palpation() Palpation { return s.palpation }
