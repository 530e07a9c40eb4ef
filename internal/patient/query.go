package patient

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/textkey"
)

const (
	maxQueryRunes = 200 // more than any name, birth date and number together
	maxSpans      = 8   // parts of a query that count
)

// Span is a range of search terms, From included and To excluded. A patient
// matches when one of its terms lies in the range. Ranges, and not LIKE, let
// both databases walk an index.
type Span struct{ From, To string }

// exactly is the range of one term: no term contains a space.
func exactly(term string) Span { return Span{term, term + " "} }

// beginning is the range of all terms that begin with prefix.
func beginning(prefix string) Span { return Span{prefix, prefix + "\U0010FFFF"} }

func (s Span) holds(term string) bool { return s.From <= term && term < s.To }

var (
	queryISO = regexp.MustCompile(`\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b`)
	queryUS  = regexp.MustCompile(`\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b`)
	queryMY  = regexp.MustCompile(`\b(\d{1,2})/(\d{4})\b`)
	queryDMY = regexp.MustCompile(`\b(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})\b`)
	queryMDY = regexp.MustCompile(`\b([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b`)
	query8   = regexp.MustCompile(`\b\d{8}\b`)
	queryTel = regexp.MustCompile(`(?:\+?\b1[ .-]*(?:\(\d{3}\)|\d{3})|\(\d{3}\)|\b\d{3})[ .-]*\d{3}[ .-]*\d{4}\b`)
	queryInt = regexp.MustCompile(`\+\d[\d .()-]{5,20}\d\b`)
	query7   = regexp.MustCompile(`\b(\d{3})[ .-](\d{4})\b`)
	queryRec = regexp.MustCompile(`#?\b(\d{4,12})-?([a-z])\b`)
)

// ParseQuery reads what somebody typed to find a patient: words of the name in
// any order, each by its beginning; a birth date (1984-03-02, 3/2/1984,
// 3/2/84, 2 Mar 1984, March 2, 1984, 03021984, or 3/1984 for the month); a
// telephone number, whole, without area code or its last four digits; a record
// number with or without its letter. Every part must match. A query without a
// letter or digit has no parts. Any text is accepted; dates are month first.
func ParseQuery(text string) []Span {
	text = strings.ToLower(cut(strings.ToValidUTF8(text, " "), maxQueryRunes))
	text = strings.Join(strings.Fields(text), " ")
	var spans []Span
	take := func(re *regexp.Regexp, read func(m []string) (Span, bool)) {
		text = re.ReplaceAllStringFunc(text, func(found string) string {
			s, ok := read(re.FindStringSubmatch(found))
			if !ok {
				return found
			}
			spans = append(spans, s)
			return " "
		})
	}
	take(queryISO, func(m []string) (Span, bool) { return daySpan(m[1], m[2], m[3]) })
	take(queryUS, func(m []string) (Span, bool) {
		if s, ok := daySpan(m[3], m[1], m[2]); ok {
			return s, ok
		}
		return daySpan(m[3], m[2], m[1]) // 27/3/1984 can only be day first
	})
	take(queryMY, func(m []string) (Span, bool) {
		if _, ok := daySpan(m[2], m[1], "1"); !ok {
			return Span{}, false
		}
		return beginning(m[2] + two(m[1])), true
	})
	take(queryDMY, func(m []string) (Span, bool) { return namedSpan(m[3], m[2], m[1]) })
	take(queryMDY, func(m []string) (Span, bool) { return namedSpan(m[3], m[1], m[2]) })
	take(queryInt, func(m []string) (Span, bool) { return exactly(nationalDigits(m[0])), true })
	take(queryTel, func(m []string) (Span, bool) { return exactly(nationalDigits(m[0])), true })
	take(query7, func(m []string) (Span, bool) { return exactly(m[1] + m[2]), true })
	take(query8, func(m []string) (Span, bool) {
		s := m[0]
		if d, ok := daySpan(s[4:], s[:2], s[2:4]); ok && s[4:] > "1850" {
			return d, true
		}
		return beginning(s), true
	})
	take(queryRec, func(m []string) (Span, bool) { return exactly(m[1] + m[2]), true })
	for w := range strings.FieldsSeq(textkey.Search(text)) {
		spans = append(spans, beginning(cut(w, maxTermRunes)))
	}
	return limited(spans)
}

// limited drops repeated parts, beginnings of other parts and those beyond the
// limit, keeping the order.
func limited(spans []Span) []Span {
	var out []Span
	for i, s := range spans {
		covered := slices.Contains(out, s)
		for j, o := range spans {
			covered = covered || i != j && s != o && s == beginning(s.From) && o == beginning(o.From) && strings.HasPrefix(o.From, s.From)
		}
		if !covered && len(out) < maxSpans {
			out = append(out, s)
		}
	}
	return out
}

// daySpan is the range of one birth date; a year of two digits matches both
// centuries.
func daySpan(year, month, day string) (Span, bool) {
	short := len(year) == 2
	full := year
	if short {
		full = "20" + year
		if year == "00" || day == "29" {
			full = "2000" // a leap year: the century is not known yet
		}
	}
	y, _ := strconv.Atoi(full)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if !(civil.Date{Year: y, Month: time.Month(m), Day: d}).Valid() {
		return Span{}, false
	}
	return exactly(year + two(month) + two(day)), true
}

func namedSpan(year, month, day string) (Span, bool) {
	m, ok := monthNamed(month)
	if !ok {
		return Span{}, false
	}
	return daySpan(year, strconv.Itoa(int(m)), day)
}

// two pads a number to two digits.
func two(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
