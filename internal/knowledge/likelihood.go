package knowledge

// LRs are the likelihood ratios of a positive and of a negative result; 0
// where the figures do not give one. A paper's own figure goes first.
func (a Accuracy) LRs() (positive, negative float64) {
	if a.Sp > 0 && a.Sp < 1 {
		positive, negative = a.Sn/(1-a.Sp), (1-a.Sn)/a.Sp
	}
	if a.LRPositive > 0 {
		positive = a.LRPositive
	}
	return positive, negative
}

// PostTest is the probability after a result with the likelihood ratio lr,
// given the probability before. ok is false outside of what has a meaning.
// Tests that are not independent must not be chained: use a group's own ratio.
func PostTest(before, lr float64) (after float64, ok bool) {
	if !(before > 0 && before < 1 && lr > 0) { // NaN fails each of them
		return 0, false
	}
	odds := before / (1 - before) * lr
	if odds > 1e12 {
		return 0, false
	}
	return odds / (1 + odds), true
}

// Shift says in words how far a result shifts the judgement.
type Shift string

// The shifts, as taught after Jaeschke; those of a negative result mirror those
// of a positive one.
const (
	ShiftNone     Shift = ""
	ShiftTrivial  Shift = "hardly any shift"
	ShiftSmall    Shift = "small shift"
	ShiftModerate Shift = "moderate shift"
	ShiftLarge    Shift = "large shift"
)

// ShiftOf is the shift of a likelihood ratio; one under 1 is turned over first.
func ShiftOf(lr float64) Shift {
	if !(lr > 0) {
		return ShiftNone
	}
	if lr < 1 {
		lr = 1 / lr
	}
	switch {
	case lr > 10:
		return ShiftLarge
	case lr >= 5:
		return ShiftModerate
	case lr >= 2:
		return ShiftSmall
	}
	return ShiftTrivial
}
