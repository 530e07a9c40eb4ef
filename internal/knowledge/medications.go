package knowledge

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// MedicationClass groups medicines that mean the same for massage.
type MedicationClass struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// Generic and Brand are names matched as whole words, without regard to
	// case; a name of several words matches them in sequence. Endings (written
	// without a hyphen) match the end of a word.
	Generic []string `json:"generic,omitempty"`
	Brand   []string `json:"brand,omitempty"`
	Endings []string `json:"endings,omitempty"`
	// Words are plain words people write instead of a name ("blood thinner").
	Words []string `json:"words,omitempty"`
	ATC   []string `json:"atc,omitempty"`
	// From names a class this one narrows: it is present when From is, unless
	// the answer under UnlessNo is no.
	From     string `json:"from,omitempty"`
	UnlessNo string `json:"unless_no,omitempty"`
	Source   string `json:"source"`
	Notes    string `json:"notes,omitempty"`
}

// Medications is the file of medication classes.
type Medications struct {
	Meta
	Classes []MedicationClass `json:"classes"`
}

// ParseMedications reads a file of medication classes.
func ParseMedications(file string, b []byte) (Medications, error) {
	var m Medications
	if err := decode(file, b, &m); err != nil {
		return Medications{}, err
	}
	if err := m.finish(file, "soapstone/medications/1", b); err != nil {
		return Medications{}, failure(file, "", err)
	}
	if len(m.Classes) == 0 {
		return Medications{}, failure(file, "", errors.New("no classes"))
	}
	if err := unique(file, "class", m.Classes, func(c MedicationClass) string { return c.ID }); err != nil {
		return Medications{}, err
	}
	for _, c := range m.Classes {
		if err := c.check(m); err != nil {
			return Medications{}, failure(file, "class "+c.ID, err)
		}
	}
	return m, nil
}

var (
	atcShape    = regexp.MustCompile(`^[A-Z][0-9]{2}[A-Z]?[A-Z]?([0-9]{2})?$`)
	endingShape = regexp.MustCompile(`^[a-z]{3,12}$`)
)

func (c MedicationClass) check(m Medications) error {
	if !nameShape.MatchString(c.ID) {
		return errors.New("id is not a name")
	}
	if err := required("label", c.Label, "source", c.Source); err != nil {
		return err
	}
	if (c.From == "") != (c.UnlessNo == "") {
		return errors.New("from and unless_no go together")
	}
	names := slices.Concat(c.Generic, c.Brand, c.Words)
	if c.From != "" {
		if base, ok := m.Class(c.From); !ok || base.From != "" {
			return fmt.Errorf("from %q is not a class of names", c.From)
		}
		if len(names) > 0 || len(c.Endings) > 0 {
			return errors.New("a derived class has no names of its own")
		}
		return nil
	}
	if len(names) == 0 {
		return errors.New("no names")
	}
	for _, n := range names {
		if len(medicineWords(n)) == 0 || n != strings.ToLower(n) {
			return fmt.Errorf("name %q must be lower case and not empty", n)
		}
	}
	for _, e := range c.Endings {
		if !endingShape.MatchString(e) {
			return fmt.Errorf("ending %q is not 3 to 12 lower-case letters", e)
		}
	}
	for _, a := range c.ATC {
		if !atcShape.MatchString(a) {
			return fmt.Errorf("ATC %q is not a code", a)
		}
	}
	return nil
}

// Class finds a class by id.
func (m Medications) Class(id string) (MedicationClass, bool) {
	for _, c := range m.Classes {
		if c.ID == id {
			return c, true
		}
	}
	return MedicationClass{}, false
}

// ClassesOf lists the ids of classes a medicine, as the patient wrote it,
// belongs to, in the order of the file. Derived classes are not included:
// they depend on an answer.
func (m Medications) ClassesOf(medicine string) []string {
	words := medicineWords(medicine)
	var out []string
	for _, c := range m.Classes {
		if c.matches(words) {
			out = append(out, c.ID)
		}
	}
	return out
}

func (c MedicationClass) matches(words []string) bool {
	for _, names := range [][]string{c.Generic, c.Brand, c.Words} {
		for _, n := range names {
			if containsRun(words, medicineWords(n)) {
				return true
			}
		}
	}
	for _, e := range c.Endings {
		for _, w := range words {
			if len(w) > len(e) && strings.HasSuffix(w, e) {
				return true
			}
		}
	}
	return false
}

func containsRun(words, run []string) bool {
	for i := 0; len(run) > 0 && i+len(run) <= len(words); i++ {
		if slices.Equal(words[i:i+len(run)], run) {
			return true
		}
	}
	return false
}

// medicineWords splits into lower-case words of letters and digits.
func medicineWords(s string) []string { return searchWords(s) }
