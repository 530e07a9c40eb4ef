package patient

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
)

// Header is what every screen about a patient shows, in this order: name, age
// and sex, birth date, number, alerts.
type Header struct {
	ID        id.Patient
	Number    string
	Name      string // as shown: First “Preferred” Last
	Pronouns  string
	BirthDate civil.Date
	Age       int    // completed years, on the actor's today
	Sex       string // a Sex: female, male, unknown
	// Alerts, the severest first. Whoever may not read health data gets none.
	Alerts           []Alert
	Status           Status
	MergedInto       id.Patient // the survivor, when this record is a duplicate
	MergedIntoNumber string
	MergedFrom       []Merged // the duplicates of this record
}

// Merged names a duplicate.
type Merged struct {
	ID     id.Patient
	Number string
	Name   string
}

// The tones of an alert.
const (
	ToneDanger = "danger" // changes treatment today
	ToneWarn   = "warn"   // a deadline, an open question, a caution
	ToneInfo   = "info"
)

// MaxAlert is the most characters of an alert: two lines on a phone.
const MaxAlert = 90

// Alert is one line under the patient's name.
type Alert struct {
	Tone string // danger, warn or info
	Text string // at most MaxAlert characters; longer text is cut
}

// AlertSource contributes alerts of a later room: contraindications,
// authorisations that end. It is asked only for actors who may read health data.
type AlertSource interface {
	Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]Alert, error)
}

// AddAlertSource adds a source. It is called while the program starts, before
// the first request.
func (s *Service) AddAlertSource(a AlertSource) { s.sources = append(s.sources, a) }

// Header gives the header of a patient and records the view. NotFound when
// there is none in the actor's practice.
func (s *Service) Header(ctx context.Context, p id.Patient) (Header, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Header{}, err
	}
	var h Header
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		h, err = s.HeaderTx(ctx, tx, p)
		return err
	})
	if err != nil {
		return Header{}, db.Classify(err)
	}
	return h, s.log.Viewed(ctx, db.Event{Action: "patient.view", Patient: p, Kind: "patient", Subject: p.String()})
}

// HeaderTx is Header inside the caller's transaction; the caller records the view.
func (s *Service) HeaderTx(ctx context.Context, tx *db.Tx, p id.Patient) (Header, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Header{}, err
	}
	rec, err := s.GetTx(ctx, tx, p)
	if err != nil {
		return Header{}, err
	}
	today := a.Today(tx.Now.Time)
	h := Header{ID: p, Number: rec.Number, Name: rec.Name, Pronouns: rec.Pronouns, BirthDate: rec.BirthDate,
		Age: rec.Age(today), Sex: string(rec.Sex), Status: rec.Status, MergedInto: rec.MergedInto}
	if err := s.mergesOf(ctx, tx, &h); err != nil {
		return Header{}, err
	}
	if a.Can(authz.HealthRead) {
		if h.Alerts, err = s.alerts(ctx, tx, rec, today); err != nil {
			return Header{}, err
		}
	}
	return h, nil
}

func (s *Service) mergesOf(ctx context.Context, tx *db.Tx, h *Header) error {
	if !h.MergedInto.IsZero() {
		to, err := s.GetTx(ctx, tx, h.MergedInto)
		if err != nil {
			return err
		}
		h.MergedIntoNumber = to.Number
	}
	from, err := q.New(tx).MergedFrom(ctx, q.MergedFromParams{PracticeID: tx.Practice, PatientID: h.ID})
	for _, m := range from {
		h.MergedFrom = append(h.MergedFrom, Merged{ID: m.PatientID, Number: m.Number, Name: m.Name})
	}
	return err
}

// alerts gathers those of this room and of all sources, the severest first.
func (s *Service) alerts(ctx context.Context, tx *db.Tx, rec Patient, today civil.Date) ([]Alert, error) {
	health, err := readHealth(ctx, tx, rec.ID)
	if err != nil {
		return nil, err
	}
	out := allergyAlerts(health)
	if rec.IsMinor(today) {
		out = append(out, minorAlert(rec, today))
	}
	for _, src := range s.sources {
		more, err := src.Alerts(ctx, tx, rec.ID)
		if err != nil {
			return nil, fmt.Errorf("patient: alerts: %w", err)
		}
		out = append(out, more...)
	}
	merged, err := s.mergedAllergies(ctx, tx, rec.ID, health)
	if err != nil {
		return nil, err
	}
	out = append(out, merged...)
	for i := range out {
		out[i].Text = Shorten(out[i].Text, MaxAlert)
	}
	weight := map[string]int{ToneDanger: 0, ToneWarn: 1}
	slices.SortStableFunc(out, func(a, b Alert) int {
		wa, ok := weight[a.Tone]
		if !ok {
			wa = 2
		}
		wb, ok := weight[b.Tone]
		if !ok {
			wb = 2
		}
		return wa - wb
	})
	return out, nil
}

// allergyAlerts names every current allergy, the severe ones apart and in red;
// that nobody asked is an alert too.
func allergyAlerts(h Health) []Alert {
	var severe, other []string
	for _, a := range h.Allergies {
		if a.Severe {
			severe = append(severe, a.Name)
		} else {
			other = append(other, a.Name)
		}
	}
	var out []Alert
	for _, line := range AlertLines("Severe allergy: ", severe) {
		out = append(out, Alert{ToneDanger, line})
	}
	for _, line := range AlertLines("Allergy: ", other) {
		out = append(out, Alert{ToneWarn, line})
	}
	if h.AllergyAnswer.State == Unanswered {
		out = append(out, Alert{ToneWarn, "Allergies: nobody has asked yet."})
	}
	return out
}

// mergedAllergies are allergies of the duplicates that this record does not
// have itself: a merge must not make one disappear.
func (s *Service) mergedAllergies(ctx context.Context, tx *db.Tx, p id.Patient, own Health) ([]Alert, error) {
	from, err := q.New(tx).MergedFrom(ctx, q.MergedFromParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	var out []Alert
	for _, m := range from {
		h, err := readHealth(ctx, tx, m.PatientID)
		if err != nil {
			return nil, err
		}
		h.Allergies = slices.DeleteFunc(h.Allergies, func(a Allergy) bool { return own.hasAllergy(a.Name) })
		for _, a := range h.Allergies {
			tone := ToneWarn
			if a.Severe {
				tone = ToneDanger
			}
			out = append(out, Alert{tone, "Allergy in merged record " + m.Number + ": " + a.Name})
		}
	}
	return out, nil
}

// AlertLines joins names into as few alerts' texts as hold them, each with the
// lead, so that none is lost to the limit of one.
func AlertLines(lead string, names []string) []string {
	var lines []string
	var line string
	for _, n := range names {
		switch {
		case line == "":
			line = lead + n
		case utf8.RuneCountInString(line)+2+utf8.RuneCountInString(n) <= MaxAlert:
			line += ", " + n
		default:
			lines, line = append(lines, line), lead+n
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func minorAlert(rec Patient, today civil.Date) Alert {
	age := fmt.Sprintf("Minor, age %d. ", rec.Age(today))
	if rec.Guardian.Name == "" {
		return Alert{ToneWarn, age + "No guardian is recorded."}
	}
	who := rec.Guardian.Name
	if rec.Guardian.Relation != "" {
		who += ", " + rec.Guardian.Relation
	}
	return Alert{ToneInfo, age + "Guardian: " + who}
}

// Shorten cuts text to at most n characters and marks the cut with an ellipsis.
func Shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(cut(s, n-1), " ,;") + "…"
}
