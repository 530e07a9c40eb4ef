package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"soapstone/internal/civil"
)

// TaxonomyMassageTherapist is the provider taxonomy code of massage therapists.
const TaxonomyMassageTherapist = "225700000X"

// Category groups procedures for choices.
type Category string

// The categories.
const (
	CategoryMassage    Category = "massage"
	CategoryManual     Category = "manual-therapy"
	CategoryExercise   Category = "exercise"
	CategoryModality   Category = "modality"
	CategoryTraining   Category = "training"
	CategoryEvaluation Category = "evaluation"
	CategoryAdjustment Category = "adjustment"
	CategoryUnlisted   Category = "unlisted"
)

// Use says whether a massage therapist bills a procedure.
type Use string

// The uses.
const (
	UseYes Use = "yes"
	// UseScope depends on the state's scope of practice and on the payer.
	UseScope Use = "scope"
	UseNever Use = "never"
)

// Procedure is how a procedure code behaves. The words are ours; the official
// descriptions are licensed to the practice and are not held.
type Procedure struct {
	// Code is the number; one that ends in xxx stands for every number that
	// begins as it does.
	Code     string   `json:"code"`
	Label    string   `json:"label"`
	Category Category `json:"category"`
	// Timed codes are counted in units of 15 minutes, others are one unit.
	Timed   bool `json:"timed"`
	Massage Use  `json:"massage_therapist"`
	// BlockedFor are provider taxonomies that may never bill it.
	BlockedFor []string `json:"blocked_for,omitempty"`
	// AlwaysTherapy codes are therapy whoever performs them, so that payers who
	// follow Medicare ask for the modifier of the therapy plan.
	AlwaysTherapy bool `json:"always_therapy,omitempty"`
	// NeedsDescription asks for words on the claim that say what was done.
	NeedsDescription bool `json:"needs_description,omitempty"`
	// DailyUnits is the medically unlikely number of units above which a day
	// is denied; 0 is not known. CapSource is where it comes from.
	DailyUnits int    `json:"daily_units,omitempty"`
	CapSource  string `json:"cap_source,omitempty"`
	// AuditUnits and AuditVisits are what payers look at more closely when a
	// visit or a series exceeds it; 0 is not known.
	AuditUnits  int `json:"audit_units,omitempty"`
	AuditVisits int `json:"audit_visits,omitempty"`
	Span
	Source     string     `json:"source"`
	Notes      string     `json:"notes,omitempty"`
	Unverified Unverified `json:"unverified,omitempty"`
}

// Blocked reports whether providers of a taxonomy may never bill it.
func (p Procedure) Blocked(taxonomy string) bool { return slices.Contains(p.BlockedFor, taxonomy) }

// Verified reports whether a field, spelt as in the data file, has a source.
func (p Procedure) Verified(field string) bool { return p.Unverified.Verified(field) }

// ProcedurePair is two procedures that are not both paid on one day: column 1
// is, column 2 is not, unless a modifier says that they were distinct.
type ProcedurePair struct {
	Column1 string `json:"column1"`
	Column2 string `json:"column2"`
	// Indicator is "1" when a modifier on column 2 may let both be paid, "0"
	// when none may, "9" when the pair was withdrawn; empty is not known.
	Indicator string `json:"modifier_indicator,omitempty"`
	// SeparateRegion asks that the note show different regions of the body.
	SeparateRegion bool `json:"separate_region,omitempty"`
	Span
	Source     string     `json:"source"`
	Notes      string     `json:"notes,omitempty"`
	Unverified Unverified `json:"unverified,omitempty"`
}

// Verified reports whether a field, spelt as in the data file, has a source.
// An unverified "column1" means that the order of the two is not known.
func (p ProcedurePair) Verified(field string) bool { return p.Unverified.Verified(field) }

// Blocks reports whether the pair may hold a claim back: it and its indicator
// have a source. Otherwise it warns.
func (p ProcedurePair) Blocks() bool {
	return p.Indicator != "" && p.Indicator != "9" &&
		p.Verified("column1") && p.Verified("column2") && p.Verified("modifier_indicator")
}

// ModifierKind says what a modifier does to a line.
type ModifierKind string

// The kinds.
const (
	// ModifierNCCI lets a pair of procedures be paid as distinct.
	ModifierNCCI ModifierKind = "ncci"
	// ModifierInformational tells the payer something and changes no pair.
	ModifierInformational ModifierKind = "informational"
)

// Modifier is a two-character addition to a procedure code.
type Modifier struct {
	Code  string       `json:"code"`
	Label string       `json:"label"` // ours
	Kind  ModifierKind `json:"kind"`
	// Massage is UseNever for modifiers that massage therapists do not use.
	Massage Use `json:"massage_therapist"`
	// Prefer are narrower modifiers to be used instead where one fits.
	Prefer     []string   `json:"prefer,omitempty"`
	Source     string     `json:"source"`
	Notes      string     `json:"notes,omitempty"`
	Unverified Unverified `json:"unverified,omitempty"`
}

// Taxonomy is a provider taxonomy code with our words.
type Taxonomy struct {
	Code   string `json:"code"`
	Label  string `json:"label"`
	Source string `json:"source"`
}

// ProcedureList is the file of procedures.
type ProcedureList struct {
	Meta
	Taxonomies []Taxonomy      `json:"taxonomies"`
	Procedures []Procedure     `json:"procedures"`
	Pairs      []ProcedurePair `json:"pairs"`
	Modifiers  []Modifier      `json:"modifiers"`
}

// ParseProcedures reads the file of procedures.
func ParseProcedures(file string, b []byte) (ProcedureList, error) {
	var l ProcedureList
	if err := decode(file, b, &l); err != nil {
		return ProcedureList{}, err
	}
	if err := l.finish(file, "soapstone/procedures/1", b); err != nil {
		return ProcedureList{}, failure(file, "", err)
	}
	for _, step := range []func(string) error{l.checkTaxonomies, l.checkProcedures, l.checkPairs, l.checkModifiers} {
		if err := step(file); err != nil {
			return ProcedureList{}, err
		}
	}
	return l, nil
}

var (
	procedureShape = regexp.MustCompile(`^([0-9]{5}|[A-Z][0-9]{4})$`)
	familyShape    = regexp.MustCompile(`^[0-9]{2}xxx$`)
	modifierShape  = regexp.MustCompile(`^[0-9A-Z]{2}$`)
	taxonomyShape  = regexp.MustCompile(`^[0-9A-Z]{9}X$`)
)

// eachOnce checks every entry and that none stands twice.
func eachOnce[T any](file, kind string, entries []T, key func(T) string, check func(T) error) error {
	if len(entries) == 0 {
		return failure(file, "", fmt.Errorf("no %s", kind))
	}
	seen := map[string]bool{}
	for _, e := range entries {
		k := key(e)
		err := check(e)
		if err == nil && seen[k] {
			err = errors.New("appears twice")
		}
		if err != nil {
			return failure(file, kind+" "+k, err)
		}
		seen[k] = true
	}
	return nil
}

func (l ProcedureList) checkTaxonomies(file string) error {
	return eachOnce(file, "taxonomy", l.Taxonomies, func(t Taxonomy) string { return t.Code }, func(t Taxonomy) error {
		if !taxonomyShape.MatchString(t.Code) {
			return errors.New("is no taxonomy code")
		}
		return required("label", t.Label, "source", t.Source)
	})
}

func (l ProcedureList) checkProcedures(file string) error {
	return eachOnce(file, "procedure", l.Procedures, func(p Procedure) string { return p.Code }, func(p Procedure) error {
		switch {
		case !procedureShape.MatchString(p.Code) && !familyShape.MatchString(p.Code):
			return errors.New("is no procedure code")
		case !slices.Contains([]Category{
			CategoryMassage, CategoryManual, CategoryExercise, CategoryModality, CategoryTraining,
			CategoryEvaluation, CategoryAdjustment, CategoryUnlisted,
		}, p.Category):
			return fmt.Errorf("category %q does not exist", p.Category)
		case !slices.Contains([]Use{UseYes, UseScope, UseNever}, p.Massage):
			return fmt.Errorf("massage_therapist is %q, neither yes, scope nor never", p.Massage)
		case p.DailyUnits < 0 || p.DailyUnits > maxUnits || p.AuditUnits < 0 || p.AuditVisits < 0:
			return errors.New("a limit is absurd")
		case (p.DailyUnits > 0) != (p.CapSource != ""):
			return errors.New("daily_units and cap_source go together")
		}
		for _, t := range p.BlockedFor {
			if !slices.ContainsFunc(l.Taxonomies, func(x Taxonomy) bool { return x.Code == t }) {
				return fmt.Errorf("blocked_for: taxonomy %q does not exist", t)
			}
		}
		return cmp.Or(required("label", p.Label, "source", p.Source), p.Span.check(), p.Unverified.check(p))
	})
}

func (l ProcedureList) checkPairs(file string) error {
	key := func(p ProcedurePair) string {
		return min(p.Column1, p.Column2) + " with " + max(p.Column1, p.Column2)
	}
	return eachOnce(file, "pair", l.Pairs, key, func(p ProcedurePair) error {
		for _, c := range []string{p.Column1, p.Column2} {
			if _, ok := l.find(c); !ok {
				return fmt.Errorf("procedure %q does not exist", c)
			}
		}
		if p.Column1 == p.Column2 {
			return errors.New("is one procedure, not two")
		}
		if !slices.Contains([]string{"", "0", "1", "9"}, p.Indicator) {
			return fmt.Errorf("modifier_indicator %q does not exist", p.Indicator)
		}
		return cmp.Or(required("source", p.Source), p.Span.check(), p.Unverified.check(p))
	})
}

func (l ProcedureList) checkModifiers(file string) error {
	return eachOnce(file, "modifier", l.Modifiers, func(m Modifier) string { return m.Code }, func(m Modifier) error {
		switch {
		case !modifierShape.MatchString(m.Code):
			return errors.New("is no modifier")
		case m.Kind != ModifierNCCI && m.Kind != ModifierInformational:
			return fmt.Errorf("kind %q does not exist", m.Kind)
		case !slices.Contains([]Use{UseYes, UseScope, UseNever}, m.Massage):
			return fmt.Errorf("massage_therapist is %q, neither yes, scope nor never", m.Massage)
		}
		for _, c := range m.Prefer {
			if !slices.ContainsFunc(l.Modifiers, func(x Modifier) bool { return x.Code == c && c != m.Code }) {
				return fmt.Errorf("prefer: modifier %q does not exist", c)
			}
		}
		return cmp.Or(required("label", m.Label, "source", m.Source), m.Unverified.check(m))
	})
}

// find prefers the number itself to the family it belongs to.
func (l ProcedureList) find(code string) (Procedure, bool) {
	if !procedureShape.MatchString(code) {
		return Procedure{}, false
	}
	var found Procedure
	for _, p := range l.Procedures {
		if p.Code == code {
			return p, true
		}
		if stem, ok := strings.CutSuffix(p.Code, "xxx"); ok && strings.HasPrefix(code, stem) {
			found = p
		}
	}
	found.Code = code
	return found, found.Label != ""
}

// Procedure finds a procedure that is valid on a day; the zero date asks for
// any. A number that only a family describes is given with that number.
func (s *Set) Procedure(code string, on civil.Date) (Procedure, bool) {
	p, ok := s.procedures.find(code)
	if !ok || !p.Holds(on) {
		return Procedure{}, false
	}
	return p, true
}

// Procedures lists every procedure, in the order of the file.
func (s *Set) Procedures() []Procedure { return slices.Clone(s.procedures.Procedures) }

// ProcedurePairs lists the pairs that are not both paid on one day.
func (s *Set) ProcedurePairs() []ProcedurePair { return slices.Clone(s.procedures.Pairs) }

// ProcedurePair finds the pair of two codes, in either order, that holds on a
// day; the zero date asks for any.
func (s *Set) ProcedurePair(a, b string, on civil.Date) (ProcedurePair, bool) {
	for _, p := range s.procedures.Pairs {
		if (p.Column1 == a && p.Column2 == b || p.Column1 == b && p.Column2 == a) && p.Holds(on) {
			return p, true
		}
	}
	return ProcedurePair{}, false
}

// Modifiers lists every modifier, in the order of the file.
func (s *Set) Modifiers() []Modifier { return slices.Clone(s.procedures.Modifiers) }

// Modifier finds a modifier by its two characters.
func (s *Set) Modifier(code string) (Modifier, bool) {
	i := slices.IndexFunc(s.procedures.Modifiers, func(m Modifier) bool { return m.Code == code })
	if i < 0 {
		return Modifier{}, false
	}
	return s.procedures.Modifiers[i], true
}

// Taxonomy finds a provider taxonomy code.
func (s *Set) Taxonomy(code string) (Taxonomy, bool) {
	i := slices.IndexFunc(s.procedures.Taxonomies, func(t Taxonomy) bool { return t.Code == code })
	if i < 0 {
		return Taxonomy{}, false
	}
	return s.procedures.Taxonomies[i], true
}
