package knowledge

import (
	"cmp"
	"slices"
)

// Direction says which end of a score is better.
type Direction string

// The directions.
const (
	LowerBetter  Direction = "lower"
	HigherBetter Direction = "higher"
)

// Scoring says how ratings become a score.
type Scoring string

// The ways of scoring. Single: one question, its rating is the score.
const (
	ScoreMean   Scoring = "mean"
	ScoreSum    Scoring = "sum"
	ScoreSingle Scoring = "single"
)

// Missing says what an unanswered item does to the score.
type Missing string

// The rules for unanswered items. LeftOut: the score is of those answered, and
// an item that is not optional is needed. ItemMean: the mean of the answered
// stands in, for at most MissingMost items. AsZero: left blank means no.
const (
	MissingNeeded   Missing = "needed"
	MissingLeftOut  Missing = "left-out"
	MissingItemMean Missing = "item-mean"
	MissingAsZero   Missing = "zero"
)

// TotalKey stands for the score itself among answers, where only the total of
// a paper form is known. No item may be called so.
const TotalKey = "total"

// Choice is one answer and what it counts.
type Choice struct {
	Value float64 `json:"value"`
	Label string  `json:"label"`
}

// InstrumentItem is one thing rated.
type InstrumentItem struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	// Low and High are the words at the ends of a numbered scale; an item with
	// choices has none.
	Low  string `json:"low,omitempty"`
	High string `json:"high,omitempty"`
	// Optional items need not be rated for a score.
	Optional bool `json:"optional,omitempty"`
	// Unscored items are asked and kept, and count nothing.
	Unscored bool     `json:"unscored,omitempty"`
	Options  []Choice `json:"options,omitempty"` // where they differ from the instrument's
	LOINC    string   `json:"loinc,omitempty"`
	// SafetyAbove makes the item a safety question: an answer above it, or
	// none, must reach a clinician whatever the score.
	SafetyAbove *float64 `json:"safety_above,omitempty"`
}

// Threshold is one published value for judging a change. Several may disagree:
// the practice chooses, and the citation is printed.
type Threshold struct {
	Value      float64 `json:"value"`
	Unit       string  `json:"unit"` // "points" or "percent"
	Kind       string  `json:"kind"` // MDC, MDC90, MDC95, RCI, MCID, MID
	Size       string  `json:"size,omitempty"`
	AppliesTo  string  `json:"applies_to,omitempty"` // "score" (default) or "item"
	Population string  `json:"population"`
	Citation   string  `json:"citation"`
	Verified   bool    `json:"verified"` // read in its source; else from general knowledge
	Default    bool    `json:"default,omitempty"`
	// BaselineFrom and BaselineTo bound the first scores the value holds for;
	// both nil when it holds for all.
	BaselineFrom *float64 `json:"baseline_from,omitempty"`
	BaselineTo   *float64 `json:"baseline_to,omitempty"`
}

// Band is a stretch of scores with its name, up to where the next begins.
type Band struct {
	From  float64 `json:"from"`
	Label string  `json:"label"`
}

// Wording says whether the items' texts were compared with a source.
type Wording struct {
	// State is "verified" (every text read in a source), "partly", "unverified"
	// or "own" (ours, there is nothing to compare).
	State string   `json:"state"`
	Seen  []string `json:"seen"` // where, and what differed there
}

// Vector is a worked example that scoring must reproduce.
type Vector struct {
	Name string `json:"name"`
	// Baseline and Answers hold ratings by item; a missing item was not rated.
	Baseline map[string]float64 `json:"baseline,omitempty"`
	Answers  map[string]float64 `json:"answers"`
	// Score is nil when no score can be given; BaselineScore likewise.
	Score         *float64 `json:"score"`
	BaselineScore *float64 `json:"baseline_score,omitempty"`
}

// Instrument is an outcome measure.
type Instrument struct {
	Meta
	ID        string    `json:"id"`
	Order     int       `json:"order"` // of the list: what is asked most stands first
	Name      string    `json:"name"`
	Short     string    `json:"short"`
	About     string    `json:"about"`
	Intro     string    `json:"intro,omitempty"` // said before the items
	Recall    string    `json:"recall"`
	Min       float64   `json:"min"`  // of the score, and of a rating without choices
	Max       float64   `json:"max"`  // likewise
	Step      float64   `json:"step"` // of a rating without choices, and of a total
	Direction Direction `json:"direction"`
	Scoring   Scoring   `json:"scoring"`
	// PatientItems is true when the patient names what is rated (PSFS).
	PatientItems bool `json:"patient_items,omitempty"`
	ItemsAdvised int  `json:"items_advised,omitempty"`
	// Ticks: every item is a statement, ticked (1) or left blank.
	Ticks bool `json:"ticks,omitempty"`
	// AsIs: a score is itself a change and is never compared with another.
	AsIs bool `json:"as_is,omitempty"`
	// ByTotal: the total of a form on paper may be entered alone.
	ByTotal     bool             `json:"by_total,omitempty"`
	MissingAs   Missing          `json:"missing_as"`
	MissingMost int              `json:"missing_most,omitempty"`
	Missing     string           `json:"missing"` // the rule in words
	Options     []Choice         `json:"options,omitempty"`
	Items       []InstrumentItem `json:"items"`
	LOINC       string           `json:"loinc,omitempty"`
	LOINCScore  string           `json:"loinc_score,omitempty"`
	Licence     string           `json:"licence"`
	Wording     Wording          `json:"wording"`
	Bands       []Band           `json:"bands,omitempty"`
	BandsSource string           `json:"bands_source,omitempty"`
	Notice      string           `json:"notice,omitempty"` // said beside every score
	Thresholds  []Threshold      `json:"thresholds"`
	Vectors     []Vector         `json:"vectors"`
}

var tickChoices = []Choice{{1, "Ticked"}, {0, "Not ticked"}}

// Choices are the answers an item may have; nil when it is rated on the
// numbered scale from Min to Max.
func (in Instrument) Choices(it InstrumentItem) []Choice {
	switch {
	case len(it.Options) > 0:
		return it.Options
	case in.Ticks:
		return tickChoices
	}
	return in.Options
}

// Item finds an item by id.
func (in Instrument) Item(id string) (InstrumentItem, bool) {
	i := slices.IndexFunc(in.Items, func(it InstrumentItem) bool { return it.ID == id })
	if i < 0 {
		return InstrumentItem{}, false
	}
	return in.Items[i], true
}

// SafetyItem is the item whose answer must reach a clinician, if there is one.
func (in Instrument) SafetyItem() (InstrumentItem, bool) {
	i := slices.IndexFunc(in.Items, func(it InstrumentItem) bool { return it.SafetyAbove != nil })
	if i < 0 {
		return InstrumentItem{}, false
	}
	return in.Items[i], true
}

// Band is the stretch a score lies in; false when the instrument has none.
func (in Instrument) Band(score float64) (Band, bool) {
	found := Band{}
	for _, b := range in.Bands {
		if score >= b.From {
			found = b
		}
	}
	return found, found.Label != ""
}

// Threshold picks the default row for "detectable" (MDC) or "important"
// (MCID) change of the score, whatever the first score was; false when the
// instrument has none, or only such as depend on the first score.
func (in Instrument) Threshold(family string) (Threshold, bool) {
	for _, t := range in.Thresholds {
		if t.counts(family) && t.BaselineFrom == nil {
			return t, true
		}
	}
	return Threshold{}, false
}

// ThresholdAt is Threshold for a known first score. Where several published
// ranges hold for it, the larger change is asked for.
func (in Instrument) ThresholdAt(family string, baseline float64) (Threshold, bool) {
	var found Threshold
	for _, t := range in.Thresholds {
		if t.counts(family) && t.holdsAt(baseline) && t.Value > found.Value {
			found = t
		}
	}
	return found, found.Value > 0
}

func (t Threshold) counts(family string) bool {
	return t.Default && t.family() == family && t.AppliesTo != "item"
}

func (t Threshold) holdsAt(baseline float64) bool {
	// Scores made up by a mean lie between whole ones; the lower neighbour's range holds.
	return t.BaselineFrom == nil || baseline >= *t.BaselineFrom && baseline < *t.BaselineTo+1
}

func (t Threshold) family() string {
	if t.Kind == "MCID" || t.Kind == "MID" {
		return "important"
	}
	return "detectable"
}

// Instruments lists every instrument, in the order of use.
func (s *Set) Instruments() []Instrument {
	return slices.SortedStableFunc(slices.Values(s.instruments), func(a, b Instrument) int { return cmp.Compare(a.Order, b.Order) })
}

// Instrument finds an instrument by id.
func (s *Set) Instrument(id string) (Instrument, bool) {
	i := slices.IndexFunc(s.instruments, func(in Instrument) bool { return in.ID == id })
	if i < 0 {
		return Instrument{}, false
	}
	return s.instruments[i], true
}
