// Package knowledge holds the clinical facts and rules the program works with
// but does not decide: diagnosis codes, body sites, techniques, norms,
// instruments, safety questions, contraindication rules, medication classes,
// gentle-care lists, consent texts, and how procedures, places of service and
// payers behave. They are files under data/, embedded in
// the program; each names its schema, version, source, date and whether a
// licensed clinician has reviewed it.
//
// The package decides whether a file is well formed and whether the files
// agree with each other; a file that does not stops the program at its start.
// It refuses unknown fields, duplicate fields, and entries that point to
// something that does not exist. It knows no patient, no database and no
// clock, and it never judges a person: package screening does that with the
// rules from here.
//
// Values handed out are shared. The slices returned are copies, but what they
// hold (for instance a rule's groups) must not be changed by the caller.
package knowledge

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed data
var embedded embed.FS

// Set is one consistent collection of all the data files. It is immutable.
type Set struct {
	metas []Meta
	raw   map[string][]byte

	icd10       *ICD10
	body        Body
	figure      []byte
	techniques  Techniques
	rom         ROM
	instruments []Instrument
	questions   QuestionSet
	rules       RuleSet
	medications Medications
	gentle      GentleList
	consents    []ConsentText
	procedures  ProcedureList
	places      PlaceList
	payers      []PayerProfile
	tests       SpecialTests
	palpation   Palpation
	posture     Posture
	gait        Gait
	strength    Strength
}

var (
	loadOnce sync.Once
	loaded   *Set
	errLoad  error
)

// Load returns the set embedded in the program. It parses once; every later
// call returns the same pointer. An error names the file and the entry.
func Load() (*Set, error) {
	loadOnce.Do(func() {
		sub, err := fs.Sub(embedded, "data")
		if err != nil {
			errLoad = fmt.Errorf("knowledge: %w", err)
			return
		}
		loaded, errLoad = LoadFS(sub)
	})
	return loaded, errLoad
}

// Must is Load for program start and tests; it panics when the embedded data
// is broken, which the tests of this package exclude.
func Must() *Set {
	s, err := Load()
	if err != nil {
		panic(err)
	}
	return s
}

// LoadFS reads a set from any file tree of the same shape, for instance an
// archived one.
func LoadFS(fsys fs.FS) (*Set, error) {
	s := &Set{raw: map[string][]byte{}}
	if err := s.read(fsys); err != nil {
		return nil, err
	}
	if err := s.parse(); err != nil {
		return nil, err
	}
	if err := s.crossCheck(); err != nil {
		return nil, err
	}
	return s, nil
}

// read takes every file into memory; files of no known kind are refused, so
// that a misspelt folder cannot silently be left out.
func (s *Set) read(fsys fs.FS) error {
	return fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, path)
		if err != nil {
			return fmt.Errorf("knowledge: %s: %w", path, err)
		}
		s.raw[path] = b
		return nil
	})
}

// files lists what was read under a folder, in a stable order.
func (s *Set) files(under string) []string {
	var out []string
	for p := range s.raw {
		if strings.HasPrefix(p, under+"/") {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

func (s *Set) need(path string) ([]byte, error) {
	b, ok := s.raw[path]
	if !ok {
		return nil, fmt.Errorf("knowledge: %s is missing", path)
	}
	return b, nil
}

// single parses the one file of a kind and remembers its heading.
func single[T interface{ meta() Meta }](s *Set, path string, parse func(string, []byte) (T, error), into *T) error {
	b, err := s.need(path)
	if err != nil {
		return err
	}
	v, err := parse(path, b)
	if err != nil {
		return err
	}
	*into = v
	s.metas = append(s.metas, v.meta())
	return nil
}

// many parses all files under a folder.
func many[T interface{ meta() Meta }](s *Set, under string, parse func(string, []byte) (T, error), into *[]T) error {
	paths := s.files(under)
	if len(paths) == 0 {
		return fmt.Errorf("knowledge: no file under %s", under)
	}
	for _, p := range paths {
		var v T
		if err := single(s, p, parse, &v); err != nil {
			return err
		}
		*into = append(*into, v)
	}
	return nil
}

// The files of each kind.
const (
	pathCodes       = "codes/icd10cm/lists"
	pathChanges     = "codes/icd10cm/changes.json"
	pathAliases     = "codes/icd10cm/aliases.json"
	pathSites       = "body/sites.json"
	pathFigure      = "body/figure.svg"
	pathTechniques  = "techniques/techniques.json"
	pathROM         = "rom/norms.json"
	pathInstruments = "instruments"
	pathQuestions   = "safety/questions.json"
	pathRules       = "safety/rules.json"
	pathMedications = "safety/medications.json"
	pathGentle      = "protocols/gentle.json"
	pathConsents    = "consent"
	pathProcedures  = "procedures/procedures.json"
	pathPlaces      = "places/places.json"
	pathPayers      = "payers"
	pathTests       = "tests/special.json"
	pathPalpation   = "palpation/palpation.json"
	pathPosture     = "posture/posture.json"
	pathGait        = "gait/gait.json"
	pathStrength    = "strength/strength.json"
)

func (s *Set) parse() error {
	var lists []CodeList
	var changes CodeChanges
	var aliases CodeAliases
	steps := []func() error{
		func() error { return many(s, pathCodes, ParseCodeList, &lists) },
		func() error { return single(s, pathChanges, ParseCodeChanges, &changes) },
		func() error { return single(s, pathAliases, ParseCodeAliases, &aliases) },
		func() error { return single(s, pathSites, ParseBody, &s.body) },
		func() error { return single(s, pathTechniques, ParseTechniques, &s.techniques) },
		func() error { return single(s, pathROM, ParseROM, &s.rom) },
		func() error { return many(s, pathInstruments, ParseInstrument, &s.instruments) },
		func() error { return single(s, pathQuestions, ParseQuestions, &s.questions) },
		func() error { return single(s, pathRules, ParseRules, &s.rules) },
		func() error { return single(s, pathMedications, ParseMedications, &s.medications) },
		func() error { return single(s, pathGentle, ParseGentle, &s.gentle) },
		func() error { return many(s, pathConsents, ParseConsent, &s.consents) },
		func() error { return single(s, pathProcedures, ParseProcedures, &s.procedures) },
		func() error { return single(s, pathPlaces, ParsePlaces, &s.places) },
		func() error { return many(s, pathPayers, ParsePayer, &s.payers) },
		func() error { return single(s, pathTests, ParseSpecialTests, &s.tests) },
		func() error { return single(s, pathPalpation, ParsePalpation, &s.palpation) },
		func() error { return single(s, pathPosture, ParsePosture, &s.posture) },
		func() error { return single(s, pathGait, ParseGait, &s.gait) },
		func() error { return single(s, pathStrength, ParseStrength, &s.strength) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	var err error
	if s.figure, err = s.need(pathFigure); err != nil {
		return err
	}
	s.icd10, err = NewICD10(lists, changes, aliases)
	return err
}

// Files lists the heading of every data file, ordered by path.
func (s *Set) Files() []Meta {
	out := slices.Clone(s.metas)
	slices.SortFunc(out, func(a, b Meta) int { return strings.Compare(a.File, b.File) })
	return out
}

// Raw is the text of a data file as embedded, for archiving what a signed
// document relied on. The caller must not change the bytes.
func (s *Set) Raw(file string) ([]byte, bool) {
	b, ok := s.raw[file]
	return b, ok
}

// ICD10 is the index of diagnosis codes.
func (s *Set) ICD10() *ICD10 { return s.icd10 }

// Figure is the outline drawing of the body as SVG text: the groups "front"
// and "back" share the coordinates of the body sites (0 to 724 across, 0 to
// 1448 down). The caller must not change the bytes.
func (s *Set) Figure() []byte { return s.figure }

// ROM is the table of range-of-motion norms.
func (s *Set) ROM() ROM { return s.rom }

// Questions are the safety questions.
func (s *Set) Questions() QuestionSet { return s.questions }

// Rules are the contraindication rules.
func (s *Set) Rules() RuleSet { return s.rules }

// Medications are the medication classes.
func (s *Set) Medications() Medications { return s.medications }

// Gentle is the list of conditions treated gently by default.
func (s *Set) Gentle() GentleList { return s.gentle }
