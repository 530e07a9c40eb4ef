package knowledge

import (
	"sort"
	"strconv"
	"strings"

	"soapstone/internal/civil"
)

// Valid says whether a code may stand on a claim for a date of service, and
// why. States that Block must be mended; states that Warn are shown and may
// pass, since no list of that date is held to decide.
func (x *ICD10) Valid(code string, on civil.Date) (CodeState, string) {
	plain := DotlessCode(code)
	if !codeShape.MatchString(plain) {
		return CodeMalformed, "“" + code + "” is not the shape of an ICD-10-CM code (a letter, a digit, then up to five more)."
	}
	shown := DottedCode(plain)
	if on.IsZero() {
		return CodeUndated, "Enter the date of service to check " + shown + "."
	}
	y := x.yearFor(on)
	if y != nil && y.list.Complete {
		if c, ok := y.find(plain); ok && c.To.IsZero() { // the official list is above what we know of changes
			return y.valid(plain, on)
		}
	}
	if state, why, known := x.validByChange(plain, on); known {
		return state, why
	}
	if y == nil {
		return x.validOutside(plain, on)
	}
	state, why := y.valid(plain, on)
	if state == CodeAbsent {
		if last := x.lastBefore(y, plain); !last.IsZero() {
			return CodeEnded, shown + " ended on " + last.Human() + ": it is not in the official list of FY" + strconv.Itoa(y.list.FiscalYear) + "."
		}
	}
	return state, why
}

// lastBefore is the last day of the newest list before y that had a code; zero
// when none had it.
func (x *ICD10) lastBefore(y *codeYear, plain string) (last civil.Date) {
	for _, older := range x.years {
		if older == y {
			break
		}
		if c, ok := older.find(plain); ok && c.To.IsZero() {
			last = older.list.ValidTo
		}
	}
	return last
}

// validByChange decides for codes known to be retired.
func (x *ICD10) validByChange(plain string, on civil.Date) (CodeState, string, bool) {
	c, ok := x.changes[plain]
	if !ok {
		return "", "", false
	}
	if c.Ended.IsZero() {
		if on.Before(x.years[0].list.ValidFrom) {
			return CodeOlder, c.Code + " has since been replaced by " + strings.Join(c.ReplacedBy, ", ") + "; when it ended is not held here.", true
		}
		return CodeEnded, c.Code + " is no longer valid. Use " + oneOf(c.ReplacedBy) + ".", true
	}
	if on.After(c.Ended) {
		return CodeEnded, c.Code + " ended on " + c.Ended.Human() + ". Use " + oneOf(c.ReplacedBy) + ".", true
	}
	return CodeValid, c.Code + " was valid until " + c.Ended.Human() + ".", true
}

func oneOf(codes []string) string {
	if len(codes) == 1 {
		return codes[0]
	}
	return "one of " + strings.Join(codes, ", ")
}

func (y *codeYear) valid(plain string, on civil.Date) (CodeState, string) {
	shown := DottedCode(plain)
	if c, ok := y.find(plain); ok {
		if !c.From.IsZero() && on.Before(c.From) {
			return CodeNotYet, shown + " is valid from " + c.From.Human() + "."
		}
		return CodeValid, shown + " is valid on " + on.Human() + "."
	}
	if child := y.childOf(plain); child != "" {
		return CodeIncomplete, shown + " is not complete: it needs more characters, for instance " + DottedCode(child) + "."
	}
	for n := len(plain) - 1; n >= 3; n-- {
		if c, ok := y.find(plain[:n]); ok && c.To.IsZero() {
			return CodeOverlong, DottedCode(plain[:n]) + " is complete; " + shown + " has characters too many."
		}
	}
	if y.list.Complete {
		return CodeAbsent, shown + " is not in the official list of that year."
	}
	return CodeUnlisted, shown + " is not in the working list. Check it against the official list of the year."
}

// childOf gives a listed code that continues plain, if there is one.
func (y *codeYear) childOf(plain string) string {
	for k := sort.Search(len(y.byCode), func(k int) bool { return y.entries[y.byCode[k]].plain >= plain }); k < len(y.byCode); k++ {
		e := y.entries[y.byCode[k]]
		if !strings.HasPrefix(e.plain, plain) {
			break
		}
		if len(e.plain) > len(plain) && e.To.IsZero() {
			return e.plain
		}
	}
	return ""
}

// validOutside decides for dates no list covers.
func (x *ICD10) validOutside(plain string, on civil.Date) (CodeState, string) {
	shown := DottedCode(plain)
	oldest := x.years[0]
	if on.Before(oldest.list.ValidFrom) {
		if c, ok := oldest.find(plain); ok && !c.From.IsZero() {
			if on.Before(c.From) {
				return CodeNotYet, shown + " is valid only from " + c.From.Human() + "."
			}
			return CodeValid, shown + " has been valid since " + c.From.Human() + "."
		}
		return CodeOlder, shown + " could not be checked: " + on.Human() + " is older than the lists held, " + x.Held() + "."
	}
	why := shown + " could not be checked: " + on.Human() + " is not covered by the lists held, " + x.Held() + "."
	if newest := x.years[len(x.years)-1]; on.After(newest.list.ValidTo) {
		why = shown + " could not be confirmed: " + on.Human() + " is newer than the list held, " + x.Held() + "."
		if state, was := newest.valid(plain, newest.list.ValidTo); state.Blocks() {
			why += " In that list: " + was
		}
	}
	return CodeNewer, why
}
