package knowledge

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
)

// ParseInstrument reads the file of one instrument.
func ParseInstrument(file string, b []byte) (Instrument, error) {
	var in Instrument
	if err := decode(file, b, &in); err != nil {
		return Instrument{}, err
	}
	if err := in.finish(file, "soapstone/instrument/1", b); err != nil {
		return Instrument{}, failure(file, "", err)
	}
	if err := unique(file, "item", in.Items, func(x InstrumentItem) string { return x.ID }); err != nil {
		return Instrument{}, err
	}
	for _, check := range []func() error{in.check, in.checkScoring, in.checkItems, in.checkBands, in.checkThresholds, in.checkVectors} {
		if err := check(); err != nil {
			return Instrument{}, failure(file, "instrument "+in.ID, err)
		}
	}
	return in, nil
}

// loincShape is a LOINC code; its check digit is for the tests to prove.
var loincShape = regexp.MustCompile(`^[0-9]{3,6}-[0-9]$`)

func (in Instrument) check() error {
	if err := required("id", in.ID, "name", in.Name, "short", in.Short, "about", in.About, "recall", in.Recall,
		"missing", in.Missing, "licence", in.Licence, "wording.state", in.Wording.State); err != nil {
		return err
	}
	switch {
	case !slugShape.MatchString(in.ID):
		return errors.New("id is not a slug")
	case in.Order < 1:
		return errors.New("order is missing")
	case in.Min >= in.Max || in.Step <= 0:
		return errors.New("min must lie below max and step be positive")
	case in.Direction != LowerBetter && in.Direction != HigherBetter:
		return fmt.Errorf("direction %q is neither lower nor higher", in.Direction)
	case len(in.Items) == 0 || len(in.Vectors) == 0:
		return errors.New("items or vectors are missing")
	case !slices.Contains([]string{"verified", "partly", "unverified", "own"}, in.Wording.State):
		return fmt.Errorf("wording.state %q is not known", in.Wording.State)
	case (in.Wording.State == "verified" || in.Wording.State == "partly") && len(in.Wording.Seen) == 0:
		return errors.New("wording: verified, yet nothing says where it was seen")
	}
	for _, code := range []string{in.LOINC, in.LOINCScore} {
		if code != "" && !loincShape.MatchString(code) {
			return fmt.Errorf("%q is no LOINC code", code)
		}
	}
	return nil
}

// checkScoring refuses rules that contradict each other or the score's range.
func (in Instrument) checkScoring() error {
	scored := 0
	for _, it := range in.Items {
		if !it.Unscored {
			scored++
		}
	}
	switch {
	case !slices.Contains([]Scoring{ScoreMean, ScoreSum, ScoreSingle}, in.Scoring):
		return fmt.Errorf("scoring %q is not known", in.Scoring)
	case !slices.Contains([]Missing{MissingNeeded, MissingLeftOut, MissingItemMean, MissingAsZero}, in.MissingAs):
		return fmt.Errorf("missing_as %q is not known", in.MissingAs)
	case in.MissingAs == MissingLeftOut && in.Scoring != ScoreMean:
		return errors.New("items can be left out of a mean only")
	case (in.MissingMost > 0) != (in.MissingAs == MissingItemMean) || in.MissingMost < 0 || in.MissingMost >= scored:
		return errors.New("missing_most belongs to item-mean and lies below the number of scored items")
	case in.Ticks && (in.MissingAs != MissingAsZero || len(in.Options) > 0):
		return errors.New("statements to tick count zero when left blank and have no choices of their own")
	case in.Scoring == ScoreSingle && len(in.Items) != 1:
		return errors.New("single scoring is for one item")
	case in.PatientItems && (in.Scoring != ScoreMean || in.ByTotal || len(in.Options) > 0):
		return errors.New("the patient's own items are rated on a scale and averaged")
	}
	if in.Scoring != ScoreSum {
		return nil
	}
	lo, hi := 0.0, 0.0
	for _, it := range in.Items {
		if it.Unscored {
			continue
		}
		cs := in.Choices(it)
		if len(cs) == 0 {
			return fmt.Errorf("item %s: a sum needs choices", it.ID)
		}
		byValue := func(a, b Choice) int { return int(math.Copysign(1, a.Value-b.Value)) }
		lo, hi = lo+slices.MinFunc(cs, byValue).Value, hi+slices.MaxFunc(cs, byValue).Value
	}
	if lo != in.Min || hi != in.Max {
		return fmt.Errorf("the answers sum from %v to %v, not from %v to %v", lo, hi, in.Min, in.Max)
	}
	return nil
}

func (in Instrument) checkItems() error {
	safety := 0
	for _, it := range in.Items {
		if err := in.checkItem(it); err != nil {
			return fmt.Errorf("item %s: %w", it.ID, err)
		}
		if it.SafetyAbove != nil {
			safety++
		}
	}
	if safety > 1 {
		return errors.New("more than one safety question")
	}
	return nil
}

func (in Instrument) checkItem(it InstrumentItem) error {
	if err := required("text", it.Text); err != nil {
		return err
	}
	if it.ID == TotalKey {
		return errors.New("this id is kept for the total")
	}
	if it.LOINC != "" && !loincShape.MatchString(it.LOINC) {
		return fmt.Errorf("%q is no LOINC code", it.LOINC)
	}
	cs := in.Choices(it)
	if len(cs) == 0 {
		if it.SafetyAbove != nil {
			return errors.New("a safety question needs choices")
		}
		return required("low", it.Low, "high", it.High)
	}
	if len(cs) < 2 || it.Low != "" || it.High != "" {
		return errors.New("needs two choices or more, and then no words for the ends of a scale")
	}
	seen := map[float64]bool{}
	for _, c := range cs {
		if err := required("label", c.Label); err != nil {
			return err
		}
		if seen[c.Value] || c.Value != math.Trunc(c.Value) || math.Abs(c.Value) > 100 {
			return fmt.Errorf("choice %v appears twice or is no whole number", c.Value)
		}
		seen[c.Value] = true
	}
	if it.SafetyAbove != nil && (it.Unscored || it.Optional || !seen[*it.SafetyAbove]) {
		return errors.New("a safety question is scored, never optional, and its limit is one of the choices")
	}
	return nil
}

func (in Instrument) checkBands() error {
	if len(in.Bands) == 0 {
		return nil
	}
	if in.Bands[0].From != in.Min {
		return errors.New("the first band does not begin where the score does")
	}
	for i, b := range in.Bands {
		if err := required("label", b.Label); err != nil {
			return fmt.Errorf("band %d: %w", i+1, err)
		}
		if b.From > in.Max || i > 0 && b.From <= in.Bands[i-1].From {
			return fmt.Errorf("band %d: begins outside the score or not above the band before", i+1)
		}
	}
	return required("bands_source", in.BandsSource)
}

func (in Instrument) checkThresholds() error {
	defaults := map[string]bool{}
	for i, t := range in.Thresholds {
		if err := t.check(in); err != nil {
			return fmt.Errorf("threshold %d: %w", i+1, err)
		}
		family := t.family() + t.AppliesTo
		if t.Default && t.BaselineFrom == nil && defaults[family] {
			return fmt.Errorf("threshold %d: a second default of its kind", i+1)
		}
		defaults[family] = defaults[family] || t.Default
	}
	if in.AsIs && len(in.Thresholds) > 0 {
		return errors.New("what is never compared has no thresholds")
	}
	for _, family := range []string{"detectable", "important"} {
		if !defaults[family] {
			continue
		}
		for score := in.Min; score <= in.Max; score++ {
			if _, ok := in.ThresholdAt(family, score); !ok {
				return fmt.Errorf("no default threshold holds for a first score of %v", score)
			}
		}
	}
	return nil
}

func (t Threshold) check(in Instrument) error {
	if !slices.Contains([]string{"MDC", "MDC90", "MDC95", "RCI", "MCID", "MID"}, t.Kind) {
		return fmt.Errorf("kind %q is not known", t.Kind)
	}
	if err := required("population", t.Population, "citation", t.Citation); err != nil {
		return err
	}
	switch {
	case t.AppliesTo != "" && t.AppliesTo != "score" && t.AppliesTo != "item":
		return fmt.Errorf("applies_to %q is not known", t.AppliesTo)
	case t.Unit == "points" && (t.Value <= 0 || t.Value > in.Max-in.Min):
		return fmt.Errorf("value %v lies outside the scale", t.Value)
	case t.Unit == "percent" && (t.Value <= 0 || t.Value > 100):
		return fmt.Errorf("value %v is not a percentage", t.Value)
	case t.Unit != "points" && t.Unit != "percent":
		return fmt.Errorf("unit %q is neither points nor percent", t.Unit)
	case (t.BaselineFrom == nil) != (t.BaselineTo == nil):
		return errors.New("baseline_from and baseline_to go together")
	case t.BaselineFrom != nil && (*t.BaselineFrom < in.Min || *t.BaselineTo > in.Max || *t.BaselineFrom > *t.BaselineTo || t.Unit != "points"):
		return errors.New("the range of first scores lies outside the scale, or its value is no number of points")
	}
	return nil
}

func (in Instrument) checkVectors() error {
	for _, v := range in.Vectors {
		for _, answers := range []map[string]float64{v.Baseline, v.Answers} {
			for id, x := range answers {
				if !in.Allows(id, x) {
					return fmt.Errorf("vector %q: there is no answer %v to %q", v.Name, x, id)
				}
			}
		}
	}
	return nil
}

// Allows reports whether x is an answer that the item can have; for TotalKey,
// whether it is a total that the form can have.
func (in Instrument) Allows(id string, x float64) bool {
	it, ok := in.Item(id)
	if id == TotalKey {
		return in.ByTotal && in.onScale(x)
	}
	if !ok {
		return false
	}
	if cs := in.Choices(it); len(cs) > 0 {
		return slices.ContainsFunc(cs, func(c Choice) bool { return c.Value == x })
	}
	return in.onScale(x)
}

func (in Instrument) onScale(x float64) bool {
	return x >= in.Min && x <= in.Max && math.Mod(x-in.Min, in.Step) == 0
}
