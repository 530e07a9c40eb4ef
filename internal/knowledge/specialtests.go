package knowledge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Accuracy is how often a result was right in one study. Sn and Sp are parts
// of 1; both are zero where only a likelihood ratio was published.
type Accuracy struct {
	Sn float64 `json:"sn,omitempty"`
	Sp float64 `json:"sp,omitempty"`
	// LRPositive is the paper's own figure, for groups of tests only: that of a
	// single test is computed.
	LRPositive float64 `json:"lr_positive,omitempty"`
	Verified   bool    `json:"verified"` // read in its source
	Source     string  `json:"source"`
	Notes      string  `json:"notes,omitempty"`
}

func (a Accuracy) check(group bool) error {
	if err := required("source", a.Source); err != nil {
		return err
	}
	given := a.Sn != 0 || a.Sp != 0
	switch {
	case given && (a.Sn <= 0 || a.Sn >= 1 || a.Sp <= 0 || a.Sp >= 1):
		return fmt.Errorf("sn %v and sp %v must both lie between 0 and 1", a.Sn, a.Sp)
	case !group && (!given || a.LRPositive != 0):
		return errors.New("a single test has sn and sp, and no stored lr_positive")
	case group && !given && a.LRPositive <= 1:
		return errors.New("a group without sn and sp needs an lr_positive above 1")
	case a.LRPositive != 0 && (a.LRPositive <= 1 || a.LRPositive > 1000):
		return fmt.Errorf("lr_positive %v is absurd", a.LRPositive)
	}
	return nil
}

// SpecialTest is an orthopaedic test that is offered. What it screens for is
// said in our own words; no result of it is a diagnosis.
type SpecialTest struct {
	ID       string     `json:"id"`
	Region   string     `json:"region"`
	Label    string     `json:"label"`
	Screens  string     `json:"screens"`         // a sentence
	Target   string     `json:"target"`          // what a positive result is consistent with
	BySide   bool       `json:"sides,omitempty"` // done on each side
	Refer    bool       `json:"refer,omitempty"` // a positive result is the prescriber's to judge
	Accuracy []Accuracy `json:"accuracy"`        // the first is the working one; may be empty
	Notes    string     `json:"notes,omitempty"`
}

// Sides lists the sides on which the test is done.
func (t SpecialTest) Sides() []Side {
	if t.BySide {
		return []Side{SideLeft, SideRight}
	}
	return []Side{Midline}
}

// TestMember is one test of a group, on a side where only that one counts.
type TestMember struct {
	Test string `json:"test"`
	Side Side   `json:"side,omitempty"`
}

// TestLevel is how much it means that at least Need tests are positive.
type TestLevel struct {
	Need int `json:"need"`
	Accuracy
}

// TestCluster is a published group of tests, read together: its likelihood
// ratio stands instead of those of its tests multiplied.
type TestCluster struct {
	ID      string       `json:"id"`
	Region  string       `json:"region"`
	Label   string       `json:"label"`
	Target  string       `json:"target"`
	Refer   bool         `json:"refer,omitempty"`
	Members []TestMember `json:"members"`
	Levels  []TestLevel  `json:"levels"` // by rising Need
}

// SpecialTests is the file of tests.
type SpecialTests struct {
	Meta
	Regions  []ROMRegion   `json:"regions"`
	Tests    []SpecialTest `json:"tests"`
	Clusters []TestCluster `json:"clusters"`
}

// notOffered are words of tests that clear nobody or are not a therapist's to do.
var notOffered = []string{"vertebral", "homans", "alar", "sharp-purser", "purser"}

// ParseSpecialTests reads the file of tests.
func ParseSpecialTests(file string, b []byte) (SpecialTests, error) {
	var s SpecialTests
	if err := decode(file, b, &s); err != nil {
		return SpecialTests{}, err
	}
	if err := s.finish(file, "soapstone/tests/1", b); err != nil {
		return SpecialTests{}, failure(file, "", err)
	}
	if err := unique(file, "region", s.Regions, func(x ROMRegion) string { return x.ID }); err != nil {
		return SpecialTests{}, err
	}
	if err := unique(file, "test", s.Tests, func(x SpecialTest) string { return x.ID }); err != nil {
		return SpecialTests{}, err
	}
	if err := unique(file, "cluster", s.Clusters, func(x TestCluster) string { return x.ID }); err != nil {
		return SpecialTests{}, err
	}
	if len(s.Tests) == 0 {
		return SpecialTests{}, failure(file, "", errors.New("no tests"))
	}
	for _, t := range s.Tests {
		if err := t.check(s); err != nil {
			return SpecialTests{}, failure(file, "test "+t.ID, err)
		}
	}
	for _, c := range s.Clusters {
		if err := c.check(s); err != nil {
			return SpecialTests{}, failure(file, "cluster "+c.ID, err)
		}
	}
	return s, nil
}

func (s SpecialTests) hasRegion(id string) bool {
	return slices.ContainsFunc(s.Regions, func(x ROMRegion) bool { return x.ID == id })
}

func (t SpecialTest) check(s SpecialTests) error {
	if err := required("label", t.Label, "screens", t.Screens, "target", t.Target); err != nil {
		return err
	}
	if !s.hasRegion(t.Region) {
		return fmt.Errorf("region %q does not exist", t.Region)
	}
	for _, w := range notOffered {
		if strings.Contains(strings.ToLower(t.ID+" "+t.Label), w) {
			return fmt.Errorf("%q is not offered: it clears nobody", w)
		}
	}
	if len(t.Accuracy) == 0 && t.Notes == "" {
		return errors.New("has no accuracy and does not say why")
	}
	for _, a := range t.Accuracy {
		if err := a.check(false); err != nil {
			return err
		}
	}
	return nil
}

func (c TestCluster) check(s SpecialTests) error {
	if err := required("label", c.Label, "target", c.Target); err != nil {
		return err
	}
	if !s.hasRegion(c.Region) {
		return fmt.Errorf("region %q does not exist", c.Region)
	}
	seen := map[TestMember]bool{}
	for _, m := range c.Members {
		t, ok := s.Test(m.Test)
		switch {
		case !ok:
			return fmt.Errorf("test %q does not exist", m.Test)
		case m.Side != Midline && (!t.BySide || !slices.Contains(t.Sides(), m.Side)):
			return fmt.Errorf("test %q is not done on side %q", m.Test, m.Side)
		case seen[m]:
			return fmt.Errorf("test %q appears twice", m.Test)
		}
		seen[m] = true
	}
	last := 0
	for _, l := range c.Levels {
		if l.Need <= last || l.Need > len(c.Members) {
			return fmt.Errorf("level of %d among %d tests, after %d", l.Need, len(c.Members), last)
		}
		last = l.Need
		if err := l.check(true); err != nil {
			return err
		}
	}
	if last == 0 {
		return errors.New("no levels")
	}
	return nil
}

// Test finds a test by id.
func (s SpecialTests) Test(id string) (SpecialTest, bool) {
	i := slices.IndexFunc(s.Tests, func(t SpecialTest) bool { return t.ID == id })
	if i < 0 {
		return SpecialTest{}, false
	}
	return s.Tests[i], true
}

// In lists the tests of a region, in the order offered.
func (s SpecialTests) In(region string) []SpecialTest {
	var out []SpecialTest
	for _, t := range s.Tests {
		if t.Region == region {
			out = append(out, t)
		}
	}
	return out
}

// SpecialTests are the orthopaedic tests that are offered.
func (s *Set) SpecialTests() SpecialTests { return s.tests }
