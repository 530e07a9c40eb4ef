package knowledge

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Release says who may lower a fired rule, and how.
type Release struct {
	// By is the kind of clinician; RuleSet.MayClear says which kinds suffice.
	By Clinician `json:"by"`
	// After is the level that stays once cleared; empty means info.
	After Level `json:"after,omitzero"`
	// Answer is true when only a changed answer lifts the rule and no
	// clearance does: a missing answer cannot be signed away.
	Answer bool `json:"answer,omitempty"`
	// SameScreening allows an emergency to be cleared within the screening
	// that found it. Without it the clearance needs a later screening.
	SameScreening bool `json:"same_screening,omitempty"`
}

// Rule is one contraindication or red flag.
type Rule struct {
	ID      string  `json:"id"`      // stable: "AB01"
	Version int     `json:"version"` // of this rule, from 1
	Level   Level   `json:"level"`
	Title   string  `json:"title"`
	When    []Group `json:"when"` // any group suffices
	Why     string  `json:"why"`
	Do      string  `json:"do"`
	Clear   Release `json:"clear"`
	// Regions are ids of body regions the rule marks; AskSite means that the
	// place is known only to the patient and must be asked.
	Regions []string `json:"regions,omitempty"`
	AskSite bool     `json:"ask_site,omitempty"`
	// Avoid holds technique tags to leave out; MaxPressure (1 to 5, 0 for no
	// limit) caps the pressure while the rule holds.
	Avoid       []string `json:"avoid,omitempty"`
	MaxPressure int      `json:"max_pressure,omitempty"`
	// AvoidPositions are positions of the note to leave out: "prone".
	AvoidPositions []string `json:"avoid_positions,omitempty"`
	// LevelReason says why the rule has its level and no other.
	LevelReason string `json:"level_reason"`
	Source      string `json:"source"`
	Notes       string `json:"notes,omitempty"`
	// Review is the rule's own when given, else that of the file.
	Review Review `json:"review,omitzero"`
}

// SeventhDefinition describes injury codes by category and 7th character.
type SeventhDefinition struct {
	Label      string   `json:"label"`
	Categories []string `json:"categories"` // prefixes whose 7th character decides
	Seventh    []string `json:"seventh"`
	Always     []string `json:"always,omitempty"` // prefixes that match whatever follows
	// Incomplete is true when a code of a category without its 7th character
	// counts as matching, marked as incomplete.
	Incomplete bool   `json:"incomplete,omitempty"`
	Source     string `json:"source"`
}

// RuleSet is the file of contraindication rules.
type RuleSet struct {
	Meta
	Definitions map[string]SeventhDefinition `json:"definitions"`
	// Clinicians lists, per kind named in a rule, the kinds that suffice.
	Clinicians map[Clinician][]Clinician `json:"clinicians"`
	Rules      []Rule                    `json:"rules"`
}

// bodyPositions are how a patient may lie or sit, in the words of the note.
var bodyPositions = []string{"prone", "supine", "side-left", "side-right", "seated"}

var ruleShape = regexp.MustCompile(`^(EM|AB|LO|PR|IN)[0-9]{2}$`)

// ParseRules reads a file of rules. It is also used for archived versions.
func ParseRules(file string, b []byte) (RuleSet, error) {
	var rs RuleSet
	if err := decode(file, b, &rs); err != nil {
		return RuleSet{}, err
	}
	if err := rs.finish(file, "soapstone/rules/1", b); err != nil {
		return RuleSet{}, failure(file, "", err)
	}
	for name, d := range rs.Definitions {
		if err := d.check(name); err != nil {
			return RuleSet{}, failure(file, "definition "+name, err)
		}
	}
	for _, c := range clinicianOrder {
		if !slices.Contains(rs.Clinicians[c], c) {
			return RuleSet{}, failure(file, "clinicians", fmt.Errorf("%s must at least suffice for itself", c))
		}
	}
	for by, who := range rs.Clinicians {
		for _, c := range append([]Clinician{by}, who...) {
			if err := c.check(); err != nil {
				return RuleSet{}, failure(file, "clinicians", err)
			}
		}
	}
	if len(rs.Rules) == 0 {
		return RuleSet{}, failure(file, "", errors.New("no rules"))
	}
	seen := map[string]bool{}
	for i := range rs.Rules {
		r := &rs.Rules[i]
		if r.Review == (Review{}) {
			r.Review = rs.Review
		}
		if seen[r.ID] {
			return RuleSet{}, failure(file, "rule "+r.ID, errors.New("id appears twice"))
		}
		seen[r.ID] = true
		if err := r.check(rs.Definitions); err != nil {
			return RuleSet{}, failure(file, "rule "+r.ID, err)
		}
	}
	return rs, nil
}

func (r Rule) check(defs map[string]SeventhDefinition) error {
	if !ruleShape.MatchString(r.ID) {
		return fmt.Errorf("id %q is not like AB01", r.ID)
	}
	if r.Version < 1 {
		return errors.New("version starts at 1")
	}
	if r.Level == LevelNone {
		return errors.New("level is missing")
	}
	if err := required("title", r.Title, "why", r.Why, "do", r.Do, "level_reason", r.LevelReason, "source", r.Source); err != nil {
		return err
	}
	if r.MaxPressure < 0 || r.MaxPressure > 5 {
		return fmt.Errorf("max_pressure %d is not 1 to 5", r.MaxPressure)
	}
	for _, p := range r.AvoidPositions {
		if !slices.Contains(bodyPositions, p) {
			return fmt.Errorf("position %q is not one of %v", p, bodyPositions)
		}
	}
	if err := r.Clear.By.check(); err != nil {
		return err
	}
	if r.Clear.After >= r.Level {
		return fmt.Errorf("clear.after %s is not below the level %s", r.Clear.After, r.Level)
	}
	if err := r.Review.check(); err != nil {
		return err
	}
	return r.checkGroups(defs)
}

func (r Rule) checkGroups(defs map[string]SeventhDefinition) error {
	if len(r.When) == 0 {
		return errors.New("when is empty: the rule could never fire")
	}
	seen := map[string]bool{}
	for _, g := range r.When {
		if err := g.check(); err != nil {
			return err
		}
		if seen[g.Key()] {
			return fmt.Errorf("group %q appears twice", g.Key())
		}
		seen[g.Key()] = true
		if g.Do != "" && (g.Level == LevelNone || g.Level >= r.Level) {
			return fmt.Errorf("group %q has words of its own and no lower level", g.Key())
		}
		for _, c := range g.All {
			if c.Kind == CondICD7 {
				if _, ok := defs[c.Key]; !ok {
					return fmt.Errorf("condition %q: no such definition", c)
				}
			}
		}
	}
	return nil
}

func (d SeventhDefinition) check(name string) error {
	if !nameShape.MatchString(name) {
		return errors.New("not a name")
	}
	if err := required("label", d.Label, "source", d.Source); err != nil {
		return err
	}
	if len(d.Categories) == 0 || len(d.Seventh) == 0 {
		return errors.New("categories and seventh must not be empty")
	}
	for _, p := range slices.Concat(d.Categories, d.Always) {
		if len(p) < 3 || !prefixShape.MatchString(p) {
			return fmt.Errorf("%q is not a code prefix without dots", p)
		}
	}
	for _, s := range d.Seventh {
		if len(s) != 1 || s[0] < 'A' || s[0] > 'Z' {
			return fmt.Errorf("%q is not a 7th character", s)
		}
	}
	return nil
}

// Match says whether a code fits the definition; incomplete is true when the
// 7th character is missing and the definition counts that as fitting.
func (d SeventhDefinition) Match(code string) (match, incomplete bool) {
	code = DotlessCode(code)
	for _, p := range d.Always {
		if strings.HasPrefix(code, p) {
			return true, false
		}
	}
	for _, p := range d.Categories {
		if !strings.HasPrefix(code, p) {
			continue
		}
		if len(code) < 7 {
			return d.Incomplete, d.Incomplete
		}
		return slices.Contains(d.Seventh, code[6:7]), false
	}
	return false, false
}

// Rule finds a rule by id.
func (rs RuleSet) Rule(id string) (Rule, bool) {
	for _, r := range rs.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// MayClear reports whether a clinician of kind who suffices for a rule that
// names kind by.
func (rs RuleSet) MayClear(by, who Clinician) bool { return slices.Contains(rs.Clinicians[by], who) }

// Sufficient lists the kinds that suffice for a rule that names kind by.
func (rs RuleSet) Sufficient(by Clinician) []Clinician { return slices.Clone(rs.Clinicians[by]) }
