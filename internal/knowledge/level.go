package knowledge

import (
	"errors"
	"fmt"
)

// Level is how strictly a rule limits treatment. Levels are ordered: the
// final status of a screening is the highest that fired.
type Level int

// The levels, mildest first. LevelNone means nothing fired.
const (
	LevelNone       Level = iota
	LevelInfo             // worth knowing; changes nothing by itself
	LevelPrecaution       // treat with a modification
	LevelLocal            // avoid the site, treat elsewhere
	LevelAbsolute         // no massage until cleared
	LevelEmergency        // stop; emergency care now
)

var levelNames = [...]string{"none", "info", "precaution", "local", "absolute", "emergency"}

// String is the name used in data files and in storage.
func (l Level) String() string {
	if l < LevelNone || l > LevelEmergency {
		return fmt.Sprintf("level(%d)", int(l))
	}
	return levelNames[l]
}

// Label is the words for the screen.
func (l Level) Label() string {
	switch l {
	case LevelInfo:
		return "For your information"
	case LevelPrecaution:
		return "Treat with changes"
	case LevelLocal:
		return "Avoid the area"
	case LevelAbsolute:
		return "Do not treat until cleared"
	case LevelEmergency:
		return "Stop: emergency"
	}
	return "No contraindication found"
}

// Stops reports whether no treatment may be given today.
func (l Level) Stops() bool { return l >= LevelAbsolute }

// ParseLevel reads a name as String gives it.
func ParseLevel(s string) (Level, error) {
	for i, n := range levelNames {
		if n == s {
			return Level(i), nil
		}
	}
	return LevelNone, fmt.Errorf("level %q is not one of %v", s, levelNames)
}

// MarshalText implements encoding.TextMarshaler.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. Data files have no use
// for an explicit "none" on a rule; the rule's own check refuses it.
func (l *Level) UnmarshalText(b []byte) error {
	p, err := ParseLevel(string(b))
	if err != nil {
		return err
	}
	*l = p
	return nil
}

// Clinician is a kind of person who may release a rule.
type Clinician string

// The kinds of clinician that rules name.
const (
	ClinicianTherapist  Clinician = "therapist"
	ClinicianPhysician  Clinician = "physician"
	ClinicianSurgeon    Clinician = "surgeon"
	ClinicianOncologist Clinician = "oncologist"
	ClinicianOB         Clinician = "OB"
	ClinicianEMS        Clinician = "EMS"
)

// Clinicians lists every kind, the order of choices on a form.
var clinicianOrder = []Clinician{ClinicianTherapist, ClinicianPhysician, ClinicianSurgeon, ClinicianOncologist, ClinicianOB, ClinicianEMS}

// Label is the words for the screen.
func (c Clinician) Label() string {
	switch c {
	case ClinicianTherapist:
		return "Massage therapist"
	case ClinicianPhysician:
		return "Physician"
	case ClinicianSurgeon:
		return "Surgeon"
	case ClinicianOncologist:
		return "Oncologist"
	case ClinicianOB:
		return "Obstetric provider"
	case ClinicianEMS:
		return "Emergency medical services"
	}
	return string(c)
}

func (c Clinician) check() error {
	if c == "" {
		return errors.New("clinician is missing")
	}
	for _, k := range clinicianOrder {
		if k == c {
			return nil
		}
	}
	return fmt.Errorf("clinician %q is not one of %v", c, clinicianOrder)
}
