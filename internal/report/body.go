package report

import (
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/visit/note"
)

// Body is all that a report says: the document's JSON, readable years later
// without this program's lists.
type Body struct {
	Format    string     `json:"format"`
	On        civil.Date `json:"on"`
	Practice  Letterhead `json:"practice"`
	Patient   Patient    `json:"patient"`
	Referral  Referral   `json:"referral"`
	Visits    Visits     `json:"visits"`
	Measures  []Measure  `json:"measures"`
	Trends    []Trend    `json:"trends"`
	Goals     []Goal     `json:"goals"`
	Response  Response   `json:"response"`
	Treatment string     `json:"treatment"`        // what was done, from signed notes
	Places    []Place    `json:"places,omitempty"` // found at the newest session; where treated is none
	Gone      []string   `json:"gone,omitempty"`   // found at the first session and no longer at the newest
	Home      []string   `json:"home,omitempty"`   // home care agreed at the newest session
	Content   Content    `json:"content"`
	Ask       string     `json:"ask"`
	Reply     []string   `json:"reply"`
}

// Letterhead is who writes.
type Letterhead struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	Email   string `json:"email"`
}

// Patient is whom it is about.
type Patient struct {
	ID     id.Patient `json:"id"`
	Number string     `json:"number"`
	Name   string     `json:"name"` // as on the prescription: the legal name
	Born   civil.Date `json:"born"`
}

// Referral is what was ordered, and by whom.
type Referral struct {
	ID           id.Referral `json:"id"`
	Prescriber   string      `json:"prescriber"`
	Organisation string      `json:"organisation"`
	Phone        string      `json:"phone"`
	Fax          string      `json:"fax"`
	NPI          string      `json:"npi"`
	WrittenOn    civil.Date  `json:"written_on"`
	EndsOn       civil.Date  `json:"ends_on"` // zero: no end
	Order        string      `json:"order"`
	Diagnoses    []Diagnosis `json:"diagnoses"` // the prescriber's
	Number       string      `json:"number"`    // the prescriber's or payer's own
}

// Diagnosis is a code of the prescription with its words.
type Diagnosis struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Visits is what became of the order by the day of the report.
type Visits struct {
	Used    int64      `json:"used"`
	Ordered int64      `json:"ordered"` // 0: not said
	Booked  int64      `json:"booked"`
	First   civil.Date `json:"first"` // signed notes only; zero without any
	Last    civil.Date `json:"last"`
	Missed  int64      `json:"missed"`
	// Since is the day of the last report, zero for the first one.
	Since civil.Date `json:"since"`
}

// Measure is a row of the table: where it began and where it stands.
type Measure struct {
	Label    string     `json:"label"`
	Was      string     `json:"was"`
	WasOn    civil.Date `json:"was_on"`
	Now      string     `json:"now"` // "" when measured once only
	NowOn    civil.Date `json:"now_on"`
	Change   string     `json:"change"`
	Verdict  string     `json:"verdict"`
	Better   bool       `json:"better"`
	Clear    bool       `json:"clear"`    // more than the error of measuring
	Basis    string     `json:"basis"`    // the thresholds the verdict rests on
	Citation string     `json:"citation"` // where they come from
}

// Place is a finding on the body, on the patient's own side.
type Place struct {
	Site     string        `json:"site"`  // id of a body site
	Label    string        `json:"label"` // "Upper trapezius, right"
	Type     note.MarkType `json:"type"`
	What     string        `json:"what"`     // the kind in words
	Severity int           `json:"severity"` // 1 mild to 3 severe; 0 not graded
}

// Words are "Upper trapezius, right: trigger point, moderate".
func (p Place) Words() string {
	return join(", ", p.Label+": "+p.What, severity(p.Severity))
}

// Trend is a measure over time, to be drawn.
type Trend struct {
	Title  string   `json:"title"`
	Better string   `json:"better"` // "lower is better"
	Min    float64  `json:"min"`
	Max    float64  `json:"max"`
	Detect float64  `json:"detect"` // 0: not known
	Goal   *float64 `json:"goal"`
	Points []Point  `json:"points"`
}

// Point is one value of a trend.
type Point struct {
	On    civil.Date `json:"on"`
	Value float64    `json:"value"`
}

// Goal is a functional goal of the plan in force.
type Goal struct {
	Text   string     `json:"text"`
	Was    string     `json:"was"`
	Now    string     `json:"now"` // "" when not measured since
	Target string     `json:"target"`
	Due    civil.Date `json:"due"`
	State  string     `json:"state"` // "Met", "Partly met", "Not met yet", "Given up"
	Met    bool       `json:"met"`
}

// Response counts how the patient took treatment, by signed notes.
type Response struct {
	Better  int       `json:"better"`
	Same    int       `json:"same"`
	Worse   int       `json:"worse"`
	Adverse []Adverse `json:"adverse"`
}

// Adverse is an unwanted event as its signed note tells it.
type Adverse struct {
	On       civil.Date `json:"on"`
	What     string     `json:"what"`
	Severity string     `json:"severity"`
	Action   string     `json:"action"`
	Told     string     `json:"told"`
}

// Words are the counts in a sentence; "" without a signed note.
func (r Response) Words() string {
	total := r.Better + r.Same + r.Worse + len(r.Adverse)
	if total == 0 {
		return ""
	}
	s := "After " + plural(total, "session", "sessions") + ": better " + itoa(r.Better) + ", unchanged " + itoa(r.Same) + ", worse " + itoa(r.Worse) + "."
	if len(r.Adverse) == 0 {
		return s + " No adverse event."
	}
	return s + " Adverse events: " + itoa(len(r.Adverse)) + "."
}

// Citations lists the sources of the verdicts, each once.
func (b Body) Citations() []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range b.Measures {
		if m.Citation != "" && !seen[m.Citation] {
			seen[m.Citation] = true
			out = append(out, m.Citation)
		}
	}
	return out
}
