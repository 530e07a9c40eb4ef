package knowledge

import (
	"errors"
	"fmt"
	"slices"

	"soapstone/internal/civil"
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
	// Effective is the first day on which a newer version is asked for, and
	// Changes what is different in it, for the patient; the first version of a
	// text has neither.
	Effective civil.Date `json:"effective,omitzero"`
	Changes   string     `json:"changes,omitempty"`
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
	case c.Effective.IsZero() != (c.Changes == ""):
		return errors.New("effective and changes go together")
	case len(c.Paragraphs) == 0 || slices.Contains(c.Paragraphs, ""):
		return errors.New("paragraphs are missing")
	}
	return nil
}

// Consents lists every consent text, in every version.
func (s *Set) Consents() []ConsentText { return slices.Clone(s.consents) }

// Consent finds the newest version of a text by id and language, whether or not
// its day has come.
func (s *Set) Consent(id, lang string) (ConsentText, bool) {
	return ConsentOn(s.consents, id, lang, civil.Date{})
}

// ConsentOn finds, among versions of texts, the one that is asked for on a day;
// the zero date asks for the newest.
func ConsentOn(texts []ConsentText, id, lang string, on civil.Date) (newest ConsentText, ok bool) {
	for _, c := range texts {
		if c.ID != id || c.Lang != lang || !on.IsZero() && c.Effective.After(on) {
			continue
		}
		if !ok || c.Effective.After(newest.Effective) {
			newest, ok = c, true
		}
	}
	return newest, ok
}

// checkVersions refuses two versions of a text that cannot be told apart, and a
// text that is not asked for from the start.
func checkVersions(texts []ConsentText) error {
	type version struct{ id, lang, version string }
	type day struct {
		id, lang string
		on       civil.Date
	}
	versions, days := map[version]bool{}, map[day]bool{}
	for _, c := range texts {
		v, d := version{c.ID, c.Lang, c.Version}, day{c.ID, c.Lang, c.Effective}
		if versions[v] || days[d] {
			return failure(c.File, "consent "+c.ID, errors.New("another file has the same version or day"))
		}
		versions[v], days[d] = true, true
	}
	for _, c := range texts {
		if !days[day{c.ID, c.Lang, civil.Date{}}] {
			return failure(c.File, "consent "+c.ID, errors.New("no version holds from the start"))
		}
	}
	return nil
}

// AreaConsents lists the texts needed before a technique is used on a body
// site, in a language. Either may be empty.
func (s *Set) AreaConsents(site, technique, lang string) []ConsentText {
	t, _ := s.Technique(technique)
	var out []ConsentText
	for _, c := range s.consents {
		if newest, _ := s.Consent(c.ID, lang); c.Kind != ConsentArea || c.Lang != lang || c.Version != newest.Version {
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
