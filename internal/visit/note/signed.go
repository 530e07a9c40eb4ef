package note

import (
	"errors"
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Signed is the body of a signed note: everything needed to read it, years
// later and without this program's lists. It is stored byte for byte.
type Signed struct {
	Format  string  `json:"format"`
	Visit   Visit   `json:"visit"`
	Patient Patient `json:"patient"`
	// Therapist is with whom the visit was planned; who signed stands in the
	// document. CoveredBy is who treated instead, when it was somebody else.
	Therapist Person  `json:"therapist"`
	CoveredBy *Person `json:"covered_by"`
	// Entered is the local day of signing. Late says that it was not the day of
	// the session.
	Entered civil.Date `json:"entered"`
	Late    bool       `json:"late_entry"`
	Note    Draft      `json:"note"` // nothing carried
	Prior   *Reference `json:"prior"`
	Text    Text       `json:"text"`
	Counts  Counts     `json:"counts"`
	Safety  Safety     `json:"safety"`
	// Labels are the words for the codes used, Knowledge the version of each
	// data file they come from, Rules the rules that were applied.
	Labels    map[string]string `json:"labels"`
	Knowledge map[string]string `json:"knowledge"`
	Rules     []string          `json:"rules"`
}

// Visit is what the body of a signed note says about the visit.
type Visit struct {
	ID             id.Visit    `json:"id"`
	Referral       id.Referral `json:"referral"`
	Date           civil.Date  `json:"date"`
	Planned        Clock       `json:"planned"`
	PlannedMinutes int         `json:"planned_minutes"`
	Location       string      `json:"location"`
	Zone           string      `json:"zone"`
}

// Patient is whose note it is.
type Patient struct {
	ID     id.Patient `json:"id"`
	Number string     `json:"number"`
	Name   string     `json:"name"`
	Born   civil.Date `json:"born"`
}

// Person is a member of staff.
type Person struct {
	ID   id.User `json:"id"`
	Name string  `json:"name"`
}

// Reference is another signed note.
type Reference struct {
	Document id.Document `json:"document"`
	Date     civil.Date  `json:"date"`
}

// Safety is what the safety gate said when the note was signed.
type Safety struct {
	Precautions []string `json:"precautions"`
	LocalSites  []string `json:"local_sites"`
	// MaxPressure and AvoidPositions are the limits of the day; Beyond is what was
	// done beyond them all the same, for the reason that the note gives.
	MaxPressure    int      `json:"max_pressure,omitempty"`
	AvoidPositions []string `json:"avoid_positions,omitempty"`
	Beyond         []string `json:"beyond,omitempty"`
	// Stopped is why the gate blocked a session that was under way; "" when it
	// did not. Bodies signed before it was kept do not have it.
	Stopped string `json:"stopped,omitempty"`
	// Barred is why the safety answers did not allow treatment, in a note of a
	// visit that nobody began on screen; "" when they did.
	Barred string `json:"barred,omitempty"`
	// Afterwards is set when the safety questions were answered after the visit.
	Afterwards *Afterwards `json:"afterwards,omitempty"`
}

// Afterwards is when safety questions were answered after the day of the visit
// they are about, and why only then.
type Afterwards struct {
	On     civil.Date `json:"on"`
	Reason string     `json:"reason"`
}

// RuleVersion names the rules of this package under which a note could be
// signed; it changes when Missing asks for something else.
const RuleVersion = "note-complete/4"

// Seal completes a signed body: it takes out what is carried, writes the
// sentences, counts, labels and versions, and encodes. It returns an error
// when the note cannot be signed.
func Seal(s Signed, prior *Prior, k *knowledge.Set) (Signed, []byte, error) {
	if lacks := Missing(s.Note, s.Safety.Facts(prior == nil), k); len(lacks) > 0 {
		return Signed{}, nil, fmt.Errorf("note: cannot be signed without: %s", lacks[0].Text)
	}
	s.Format = Format
	s.Counts = Count(s.Note)
	s.Note = s.Note.Own().filled()
	s.Safety = s.Safety.Of(s.Note, k)
	s.Note = s.Note.Within(s.Safety)
	s.Text = Render(s.Note, prior, k).Safety(s.Safety)
	s.Labels = labels(s.Note, k)
	for _, x := range s.Safety.LocalSites {
		s.Labels[x] = SiteLabel(k, x)
	}
	s.Knowledge = map[string]string{}
	for _, m := range k.Files() {
		switch m.Schema {
		case "soapstone/body/1", "soapstone/techniques/1", "soapstone/rom/1", "soapstone/rules/1":
			s.Knowledge[m.File] = m.Version + " " + m.SHA256
		}
	}
	s.Rules = append([]string{RuleVersion}, s.Rules...)
	s.Safety.Precautions, s.Safety.LocalSites = orEmpty(s.Safety.Precautions), orEmpty(s.Safety.LocalSites)
	b, err := encode(s)
	return s, b, err
}

// Limits are what the day's precautions allow.
func (s Safety) Limits() Limits {
	return Limits{Leave: s.LocalSites, MaxPressure: s.MaxPressure, Avoid: s.AvoidPositions}
}

// Of says what in a note went beyond the limits.
func (s Safety) Of(d Draft, k *knowledge.Set) Safety {
	s.Beyond = nil
	for _, b := range Beyond(d, s.Limits(), k) {
		s.Beyond = append(s.Beyond, b.Text)
	}
	return s
}

// Within is the note without a reason for what was not done beyond the limits.
func (d Draft) Within(s Safety) Draft {
	if len(s.Beyond) == 0 {
		d.Caution = ""
	}
	return d
}

// Facts are what Missing needs to know of a visit of which this is said.
func (s Safety) Facts(first bool) Facts {
	return Facts{First: first, Stopped: s.Stopped != "", Barred: s.Barred != "", Limits: s.Limits()}
}

func labels(d Draft, k *knowledge.Set) map[string]string {
	m := map[string]string{}
	for _, x := range d.Marks {
		m[x.Site] = SiteLabel(k, x.Site)
	}
	for _, x := range d.Objective.ROM {
		m[x.Motion] = MotionLabel(k, x.Motion, "")
	}
	for _, v := range d.Interventions {
		m[v.Technique] = techniqueLabel(k, v.Technique)
		for _, x := range v.Sites {
			m[x] = SiteLabel(k, x)
		}
		if v.Region != "" {
			m[v.Region] = ZoneLabel(k, v.Region)
		}
	}
	return m
}

// DecodeSigned reads the body of a signed note.
func DecodeSigned(b []byte) (Signed, error) {
	var s Signed
	if err := decodeStrict(b, MaxSignedBytes, &s); err != nil {
		return Signed{}, err
	}
	if s.Format != Format {
		return Signed{}, fmt.Errorf("note: format %q is not %q", s.Format, Format)
	}
	if err := s.Note.bounds(); err != nil {
		return Signed{}, err
	}
	if own := s.Note.Own(); len(own.Marks) != len(s.Note.Marks) || len(own.Interventions) != len(s.Note.Interventions) {
		return Signed{}, errors.New("note: a signed note holds carried items")
	}
	if s.Note.Untreated != nil && len(s.Note.Interventions) > 0 {
		return Signed{}, errors.New("note: a visit without treatment holds techniques")
	}
	s.Note = s.Note.filled()
	return s, nil
}
