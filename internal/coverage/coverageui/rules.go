package coverageui

import (
	"fmt"
	"strconv"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/kit"
	"soapstone/units"
)

// rule is one of a payer's rules in words.
type rule struct {
	Label    string
	Holds    string
	Source   string // where it was read or learned; "" when nowhere
	Own      bool   // the practice replaced the profile's
	Verified bool
	Tone     kit.Tone // of Holds; "" for plain text
}

// rules are a payer's rules in the order of the form.
func rules(t coverage.Terms) []rule {
	var out []rule
	add := func(field, label, holds string, tone kit.Tone) {
		out = append(out, rule{Label: label, Holds: holds, Source: t.Source(field), Own: t.Overridden(field), Verified: !t.Unverified(field), Tone: tone})
	}
	add("TherapistPayable", "Pays massage therapists", answerWords(t.TherapistPayable), payableTone(t.TherapistPayable))
	add("PrescriptionRequired", "Needs a prescription", answerWords(t.PrescriptionRequired), "")
	add("AuthorisationAlways", "Authorization", authorisationWords(t.AuthorisationAlways, t.AuthorisationAfter), "")
	add("UnitRule", "Counting of units", unitWords(t.UnitRule), "")
	add("VisitUnitCap", "Units in one visit, at most", orNone(t.VisitUnitCap, "No limit known"), "")
	add("Modifiers", "Modifiers on every line", kit.Dash(strings.Join(t.Modifiers, " ")), "")
	add("FilingLimitDays", "Claims no later than", days(t.FilingLimitDays), "")
	add("ReportEveryVisits", "Progress report after", reportWords(t.ReportEveryVisits, t.ReportEveryDays), "")
	if len(t.AcceptedCodes) > 0 {
		add("AcceptedCodes", "Procedures paid", strings.Join(t.AcceptedCodes, ", "), "")
	}
	if n := needs(t); n != "" {
		add("NeedsCaseNumber", "A claim must carry", n, "")
	}
	add("PatientMayBeBilled", "The patient may be billed", answerWords(t.PatientMayBeBilled), "")
	return out
}

func answerWords(a coverage.Answer) string {
	switch a {
	case coverage.Yes:
		return "Yes"
	case coverage.No:
		return "No"
	}
	return "Not known"
}

func payableTone(a coverage.Answer) kit.Tone {
	switch a {
	case coverage.Yes:
		return kit.OK
	case coverage.No:
		return kit.Danger
	}
	return kit.Warn
}

func authorisationWords(always bool, after int64) string {
	switch {
	case always:
		return "From the first visit on"
	case after > 0:
		return fmt.Sprintf("After %s", kit.Plural(int(after), "visit", "visits"))
	}
	return "Not known to be asked for"
}

func unitWords(r units.Rule) string {
	switch r {
	case units.CMSTotalTime:
		return "All timed minutes together (8-minute rule)"
	case units.CPTMidpoint:
		return "Each procedure by itself, from 8 minutes"
	case units.Strict15:
		return "Full 15 minutes only"
	}
	return "–"
}

func orNone(n int64, none string) string {
	if n == 0 {
		return none
	}
	return strconv.FormatInt(n, 10)
}

func days(n int64) string {
	if n == 0 {
		return "Not known"
	}
	return kit.Plural(int(n), "day", "days") + " after the visit"
}

func reportWords(visits, inDays int64) string {
	var parts []string
	if visits > 0 {
		parts = append(parts, kit.Plural(int(visits), "visit", "visits"))
	}
	if inDays > 0 {
		parts = append(parts, kit.Plural(int(inDays), "day", "days"))
	}
	if len(parts) == 0 {
		return "Not asked for"
	}
	return strings.Join(parts, " or ")
}

func needs(t coverage.Terms) string {
	var out []string
	for _, n := range []struct {
		is   bool
		what string
	}{{t.NeedsCaseNumber, "claim number"}, {t.NeedsAccidentDate, "accident date"}, {t.NeedsAccidentState, "state of the accident"}, {t.NeedsEmployer, "employer"}} {
		if n.is {
			out = append(out, n.what)
		}
	}
	return strings.Join(out, ", ")
}

// usual is what a profile says about one field of the payer form.
func usual(base knowledge.PayerProfile, label string) rule {
	for _, x := range rules(coverage.Resolve(coverage.Payer{}, base, noDay)) {
		if x.Label == label {
			return x
		}
	}
	return rule{}
}

// hint puts it under the field: "Usual for this kind: Yes (not verified)." A
// rule without a value has no source and is not unverified either.
func hint(base knowledge.PayerProfile, label string) string {
	x := usual(base, label)
	switch text := "Usual for this kind: " + x.Holds; {
	case !x.Verified:
		return text + " (not verified). Empty keeps it."
	case x.Source != "":
		return text + " (" + strings.TrimSuffix(x.Source, ".") + "). Empty keeps it."
	}
	return "Nothing is known for this kind. Enter what the payer says."
}
