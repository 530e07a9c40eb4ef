// Package outcome measures what treatment changes: instruments that a patient
// fills in, their score, and whether a change is more than measurement error.
// It decides how an instrument is scored and which words a change deserves, by
// the data of the instrument; never what the change is due to.
//
// It refuses a score that its instrument does not allow (a needed answer is
// missing), answers off the scale, and a threshold without its citation. A
// score is never changed: one entered in error is marked and left legible.
//
// An answer to a safety question above its limit, or none, raises a task that
// stays open until a clinician has written what was done: not the score, not
// its retraction, not an incomplete form takes it away.
package outcome

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Answers are the ratings by item id; for an instrument with the patient's
// own items, by activity id.
type Answers map[string]float64

// Result is the instrument's score, by its scoring and its rule for missing
// answers; ok is false when no score can be given. It does not round.
func Result(in knowledge.Instrument, a Answers) (score float64, ok bool) {
	if total, given := a[knowledge.TotalKey]; given {
		return total, true
	}
	if in.PatientItems {
		return mean(a)
	}
	sum, n, missing := 0.0, 0, 0
	for _, it := range in.Items {
		if it.Unscored {
			continue
		}
		switch v, answered := a[it.ID]; {
		case answered:
			sum, n = sum+v, n+1
		case !it.Optional:
			missing++
		}
	}
	switch {
	case n == 0:
		return 0, false
	case in.MissingAs == knowledge.MissingAsZero:
	case in.MissingAs == knowledge.MissingItemMean && missing <= in.MissingMost:
		sum += float64(missing) * sum / float64(n)
	case missing > 0:
		return 0, false
	}
	if in.Scoring == knowledge.ScoreMean {
		return sum / float64(n), true
	}
	return sum, true
}

// mean sums in a fixed order, so that equal answers give equal bits.
func mean(a Answers) (float64, bool) {
	if len(a) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, k := range slices.Sorted(maps.Keys(a)) {
		sum += a[k]
	}
	return sum / float64(len(a)), true
}

// Pair scores two fillings of the same instrument so that they compare: where
// the items are the patient's own, only those rated both times count.
func Pair(in knowledge.Instrument, before, now Answers) (b, n float64, ok bool) {
	if in.PatientItems {
		before, now = common(before, now), common(now, before)
	}
	b, okB := Result(in, before)
	n, okN := Result(in, now)
	return b, n, okB && okN
}

func common(a, other Answers) Answers {
	out := Answers{}
	for k, v := range a {
		if _, ok := other[k]; ok {
			out[k] = v
		}
	}
	return out
}

// Verdict is what may be said of a change.
type Verdict string

// The verdicts. Detectable: beyond measurement error, short of what patients
// call important. Important: both thresholds are reached.
const (
	NoChange   Verdict = "within measurement error"
	Detectable Verdict = "detectable"
	Important  Verdict = "clinically important"
	Unknown    Verdict = "no threshold known"
)

// Change compares two scores.
type Change struct {
	From, To float64
	By       float64 // To − From, in points
	Better   bool    // in the instrument's good direction; false when By is 0
	Verdict  Verdict
	// Detect and Matter are the thresholds that were used, with citation.
	Detect, Matter knowledge.Threshold
}

// Words are a sentence that restates the numbers.
func (c Change) Words() string {
	way := "no change"
	if c.By != 0 {
		way = "worse by " + Number(math.Abs(c.By))
		if c.Better {
			way = "better by " + Number(math.Abs(c.By))
		}
	}
	return fmt.Sprintf("%s → %s, %s: %s", Number(c.From), Number(c.To), way, c.Verdict)
}

// Compare judges the change from one score to another by the instrument's
// default thresholds. Where the important difference is smaller than the
// measurement error, the error is the threshold. Ratings that are changes
// themselves have none, so that nothing is said of their difference.
func Compare(in knowledge.Instrument, from, to float64) Change {
	c := Change{From: from, To: to, By: to - from}
	c.Better = c.By > 0 == (in.Direction == knowledge.HigherBetter) && c.By != 0
	detect, okD := in.ThresholdAt("detectable", from)
	matter, okM := in.ThresholdAt("important", from)
	if !okD || !okM {
		c.Verdict = Unknown
		return c
	}
	c.Detect, c.Matter = detect, matter
	d, m := points(detect, from), points(matter, from)
	switch size := math.Abs(c.By); {
	case size < math.Min(d, m):
		c.Verdict = NoChange
	case size >= math.Max(d, m):
		c.Verdict = Important
	case size >= d:
		c.Verdict = Detectable
	default: // beyond the important difference, within the error
		c.Verdict = NoChange
	}
	return c
}

func points(t knowledge.Threshold, from float64) float64 {
	if t.Unit == "percent" {
		return from * t.Value / 100
	}
	return t.Value
}

// Number is a score for people: at most one decimal.
func Number(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
}

// Score is one filled-in instrument.
type Score struct {
	ID      id.Score
	Visit   id.Visit // zero when filled in outside a visit
	On      civil.Date
	Answers Answers
	Result  float64
	Error   string // why it was entered in error; "" while valid
	By      string
}

// Valid reports that the score counts.
func (s Score) Valid() bool { return s.Error == "" }

// Activity is something a patient finds hard to do.
type Activity struct {
	ID    id.Activity
	Text  string
	Ended bool
}

// BandWords name the stretch a score lies in, as "moderate (10 to 14)"; "" when
// the instrument has none.
func BandWords(in knowledge.Instrument, score float64) string {
	b, ok := in.Band(score)
	if !ok {
		return ""
	}
	to := in.Max
	for _, other := range in.Bands {
		if other.From > b.From {
			to = other.From - in.Step
			break
		}
	}
	if to <= b.From {
		return b.Label
	}
	return fmt.Sprintf("%s (%s to %s)", b.Label, Number(b.From), Number(to))
}

// checkAnswers refuses items that the instrument does not have and answers off
// their scale. Patients' own items are looked at where their ids are known.
func checkAnswers(in knowledge.Instrument, a Answers) error {
	var bad []errs.Field
	for _, k := range slices.Sorted(maps.Keys(a)) {
		key := k
		if in.PatientItems {
			key = in.Items[0].ID
		} else if _, ok := in.Item(k); !ok {
			return errs.New(errs.Invalid, fmt.Sprintf("The instrument has no item %q.", k))
		}
		if !in.Allows(key, a[k]) {
			bad = append(bad, errs.Field{Name: k, Message: notAllowed(in, key)})
		}
	}
	return errs.OnFields(bad...)
}

func notAllowed(in knowledge.Instrument, key string) string {
	if it, ok := in.Item(key); ok && len(in.Choices(it)) > 0 {
		return "Choose one of the answers."
	}
	return fmt.Sprintf("Choose a number from %s to %s.", Number(in.Min), Number(in.Max))
}
