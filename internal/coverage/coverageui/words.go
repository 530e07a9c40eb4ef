package coverageui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/units"
)

// noDay asks for rules whatever the day.
var noDay civil.Date

func standingBadge(c coverage.Coverage, today civil.Date) (kit.Tone, string) {
	switch c.StandingOn(today) {
	case coverage.Current:
		return kit.OK, "In force"
	case coverage.Upcoming:
		return kit.Info, "From " + c.FromOn.Human()
	case coverage.Ended:
		return kit.Neutral, "Ended " + c.ToOn.Human()
	}
	return kit.Danger, "Entered in error"
}

func span(from, to civil.Date) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return "From " + from.Human()
	case from.IsZero():
		return "Until " + to.Human()
	}
	return from.Human() + " to " + to.Human()
}

func shareWords(c coverage.Coverage) string {
	switch c.Share {
	case coverage.Nothing:
		return "Nothing"
	case coverage.Copay:
		return c.Copay.String() + " a visit"
	case coverage.Percent:
		return strconv.FormatInt(c.CoinsurancePercent, 10) + " percent"
	}
	return "Not known: ask the payer"
}

func subscriberWords(c coverage.Coverage) string {
	if c.Relation == coverage.Employee {
		return c.Employer
	}
	s := c.Subscriber
	name := strings.Join(strings.Fields(s.FirstName+" "+s.MiddleName+" "+s.LastName), " ")
	if c.Relation == coverage.Self {
		return name + " (the patient)"
	}
	return kit.JoinDot(name, s.BirthDate.Human(), c.Relation.Label())
}

func signatureWords(c coverage.Coverage) string {
	switch {
	case c.ReleaseSigned && c.BenefitsAssigned:
		return "Release of records and assignment of benefits"
	case c.ReleaseSigned:
		return "Release of records; benefits are not assigned"
	case c.BenefitsAssigned:
		return "Assignment of benefits; no release of records"
	}
	return "None on file"
}

func priorityOptions() []kit.Option {
	var out []kit.Option
	for n := int64(1); n <= 3; n++ {
		out = append(out, kit.Option{Value: strconv.FormatInt(n, 10), Label: coverage.PriorityLabel(n)})
	}
	return out
}

func relationOptions(kind knowledge.PayerKind) []kit.Option {
	var out []kit.Option
	for _, r := range coverage.Relations() {
		if (r == coverage.Employee) == (kind == knowledge.PayerWorkersComp) {
			out = append(out, kit.Option{Value: string(r), Label: r.Label()})
		}
	}
	return out
}

func shareOptions() []kit.Option {
	return []kit.Option{
		{Value: string(coverage.Unknown), Label: "Not known yet"}, {Value: string(coverage.Nothing), Label: "Nothing"},
		{Value: string(coverage.Copay), Label: "A copay"}, {Value: string(coverage.Percent), Label: "A percentage"},
	}
}

var sexOptions = []kit.Option{{Value: "female", Label: "Female"}, {Value: "male", Label: "Male"}, {Value: "unknown", Label: "Unknown"}}

func stateOptions() []kit.Option {
	return options(practice.States(), func(s practice.State) kit.Option { return kit.Option{Value: s.Code, Label: s.Name} })
}

func referralOptions(v formView) []kit.Option {
	var out []kit.Option
	for _, r := range v.Referrals {
		out = append(out, kit.Option{Value: r.ID.String(), Label: orderTitle(r)})
	}
	return out
}

func answerOptions() []kit.Option {
	return kit.OptionsOf(answers, answerWords)
}

func unitOptions() []kit.Option {
	return kit.OptionsOf(units.Rules(), unitWords)
}

var authorisationOptions = []kit.Option{
	{Value: string(coverage.NeverAsked), Label: "Never"}, {Value: string(coverage.AlwaysAsked), Label: "From the first visit on"},
	{Value: string(coverage.AfterVisits), Label: "After some visits"},
}

func sideLabel(side coverage.Side, have bool) string {
	switch {
	case have && side == coverage.Front:
		return "Another photo of the front"
	case have:
		return "Another photo of the back"
	case side == coverage.Front:
		return "Photo of the front"
	}
	return "Photo of the back"
}

func options[T any](list []T, of func(T) kit.Option) []kit.Option {
	out := make([]kit.Option, len(list))
	for i, x := range list {
		out[i] = of(x)
	}
	return out
}

// uploadAttrs send a photo at once, so that it is shown beside the fields.
// The address is that of the form itself, which is also that of its page.
func uploadAttrs() templ.Attributes {
	return templ.Attributes{"hx-post": "?", "hx-trigger": "change", "hx-encoding": "multipart/form-data", "hx-vals": `{"do":"upload"}`,
		"hx-target": "#cards", "hx-select": "#cards", "hx-swap": "outerHTML"}
}

func photoTitle(k coverage.Card) string {
	if k.Side == coverage.Front {
		return "Front, " + k.Name
	}
	return "Back, " + k.Name
}

// subscriberOpen unfolds the subscriber's details where they matter.
func subscriberOpen(f *form.Form) bool {
	for _, name := range []string{"first_name", "last_name", "birth_date", "sex", "phone", "line1", "city", "state", "zip"} {
		if f.Has(name) || f.Error(name) != "" {
			return true
		}
	}
	return f.Value("relation") != string(coverage.Self)
}

func payerCode(p coverage.Payer) string {
	if p.Code == "" {
		return "claims on paper"
	}
	return "payer ID " + p.Code
}

func payableBadge(a coverage.Answer) string {
	if a == coverage.No {
		return "Does not pay massage therapists"
	}
	return "Massage therapists: not known"
}

func rulesNote(p coverage.Payer) string {
	if !p.Overrides.Any() || p.Overrides.CheckedOn.IsZero() {
		return ""
	}
	return "last asked on " + p.Overrides.CheckedOn.Human()
}

func payerAction(old coverage.Payer) string {
	if old.ID.IsZero() {
		return "/settings/payers/new"
	}
	return payerURL(old.ID) + "/edit"
}

func payerBack(old coverage.Payer) string {
	if old.ID.IsZero() {
		return "/settings/payers"
	}
	return payerURL(old.ID)
}

func enrolmentAction(p coverage.Payer, old coverage.Enrolment) string {
	if old.ID.IsZero() {
		return payerURL(p.ID) + "/enrollments/new"
	}
	return payerURL(p.ID) + "/enrollments/" + old.ID.String()
}
