package knowledge

import (
	"errors"
	"fmt"
	"slices"
)

// ConsentKind says what a text asks for.
type ConsentKind string

// The kinds of consent text.
const (
	ConsentTreatment ConsentKind = "treatment" // agree to care
	ConsentPrivacy   ConsentKind = "privacy"   // acknowledge the privacy notice
	ConsentArea      ConsentKind = "area"      // agree to work on a sensitive area
)

// ConsentText is one text to be read and signed, in one language and version.
type ConsentText struct {
	Meta
	ID         string      `json:"id"`
	Kind       ConsentKind `json:"kind"`
	Lang       string      `json:"lang"`
	Title      string      `json:"title"`
	Paragraphs []string    `json:"paragraphs"`
	// Statement is the sentence signed under.
	Statement string `json:"statement"`
	// Regions are the body regions, Techniques the technique tags, an area
	// consent covers.
	Regions    []string `json:"regions,omitempty"`
	Techniques []string `json:"techniques,omitempty"`
	// Licence, when set, is what the therapist needs besides consent.
	Licence string `json:"licence,omitempty"`
}

// ParseConsent reads the file of one consent text.
func ParseConsent(file string, b []byte) (ConsentText, error) {
	var c ConsentText
	if err := decode(file, b, &c); err != nil {
		return ConsentText{}, err
	}
	if err := c.finish(file, "soapstone/consent/1", b); err != nil {
		return ConsentText{}, failure(file, "", err)
	}
	if err := c.check(); err != nil {
		return ConsentText{}, failure(file, "consent "+c.ID, err)
	}
	return c, nil
}

func (c ConsentText) check() error {
	if err := required("id", c.ID, "lang", c.Lang, "title", c.Title, "statement", c.Statement); err != nil {
		return err
	}
	switch {
	case !slugShape.MatchString(c.ID):
		return errors.New("id is not a slug")
	case c.Kind != ConsentTreatment && c.Kind != ConsentPrivacy && c.Kind != ConsentArea:
		return fmt.Errorf("kind %q is not known", c.Kind)
	case (c.Kind == ConsentArea) != (len(c.Regions)+len(c.Techniques) > 0):
		return errors.New("an area consent, and only that, names regions or techniques")
	case len(c.Paragraphs) == 0 || slices.Contains(c.Paragraphs, ""):
		return errors.New("paragraphs are missing")
	}
	return nil
}

// Consents lists every consent text.
func (s *Set) Consents() []ConsentText { return slices.Clone(s.consents) }

// Consent finds a text by id and language.
func (s *Set) Consent(id, lang string) (ConsentText, bool) {
	i := slices.IndexFunc(s.consents, func(c ConsentText) bool { return c.ID == id && c.Lang == lang })
	if i < 0 {
		return ConsentText{}, false
	}
	return s.consents[i], true
}

// AreaConsents lists the texts needed before a technique is used on a body
// site, in a language. Either may be empty.
func (s *Set) AreaConsents(site, technique, lang string) []ConsentText {
	t, _ := s.Technique(technique)
	var out []ConsentText
	for _, c := range s.consents {
		if c.Kind != ConsentArea || c.Lang != lang {
			continue
		}
		inRegion := slices.ContainsFunc(c.Regions, func(id string) bool {
			r, ok := s.Region(id)
			return ok && slices.Contains(r.Sites, site)
		})
		byTechnique := slices.ContainsFunc(c.Techniques, func(tag string) bool { return slices.Contains(t.Tags, tag) })
		if inRegion || byTechnique {
			out = append(out, c)
		}
	}
	return out
}
