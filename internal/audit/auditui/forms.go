package auditui

import (
	"net/url"
	"strings"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// orders are what the report can be sorted by, as the form offers it; no answer
// is the newest first.
var orders = []struct {
	value, label string
	by           audit.Sort
	ascending    bool
}{
	{"oldest", "Oldest first", audit.ByTime, true},
	{"person", "Person, A to Z", audit.ByPerson, true},
	{"person-down", "Person, Z to A", audit.ByPerson, false},
	{"action", "Action, A to Z", audit.ByAction, true},
	{"action-down", "Action, Z to A", audit.ByAction, false},
	{"patient", "Grouped by patient", audit.ByPatient, true},
	{"patient-down", "Grouped by patient, reversed", audit.ByPatient, false},
	{"address", "Network address, up", audit.ByAddress, true},
	{"address-down", "Network address, down", audit.ByAddress, false},
}

func orderOptions() []kit.Option {
	out := make([]kit.Option, len(orders))
	for i, o := range orders {
		out[i] = kit.Option{Value: o.value, Label: o.label}
	}
	return out
}

// areas are the families of actions that can be asked for.
var areas = []kit.Option{
	{Value: "access.", Label: "Refused access"},
	{Value: "session.", Label: "Sign-in and sessions"},
	{Value: "account.", Label: "Accounts and passwords"},
	{Value: "patient.", Label: "Patients"},
	{Value: "allergy.", Label: "Allergies"},
	{Value: "medicine.", Label: "Medicines"},
	{Value: "consent.", Label: "Consents"},
	{Value: "intake.", Label: "Intake"},
	{Value: "referral.", Label: "Referrals"},
	{Value: "prescriber.", Label: "Prescribers"},
	{Value: "screening.", Label: "Screening"},
	{Value: "assessment.", Label: "Assessment"},
	{Value: "plan.", Label: "Plans"},
	{Value: "visit.", Label: "Visits"},
	{Value: "note.", Label: "Notes"},
	{Value: "document.", Label: "Signatures"},
	{Value: "outcome.", Label: "Outcomes"},
	{Value: "report.", Label: "Reports"},
	{Value: "file.", Label: "Files"},
	{Value: "staff.", Label: "Staff"},
	{Value: "practice.", Label: "Practice settings"},
	{Value: "location.", Label: "Locations"},
	{Value: "audit.", Label: "This audit log"},
}

func areaValues() []string {
	out := make([]string, len(areas))
	for i, o := range areas {
		out[i] = o.Value
	}
	return out
}

// decode reads the filter. Days are those of the reader's zone.
func decode(f *form.Form, z *time.Location) audit.Filter {
	out := audit.Filter{
		User:    form.ID[id.User](f, "person"),
		Patient: form.ID[id.Patient](f, "patient"),
		Action:  f.Choice("area", areaValues()...),
		After:   f.Text("after", form.Max(2000)),
	}
	from, to := f.Date("from"), f.Date("to")
	f.Check(from.IsZero() || to.IsZero() || !to.Before(from), "to", "The last day lies before the first. Change one of them.")
	out.From, out.To = span(from, to, z)
	var values []string
	for _, o := range orders {
		values = append(values, o.value)
	}
	chosen := f.Choice("order", values...)
	for _, o := range orders {
		if o.value == chosen {
			out.Sort, out.Ascending = o.by, o.ascending
			break
		}
	}
	return out
}

func span(from, to civil.Date, z *time.Location) (start, end db.Time) {
	if !from.IsZero() {
		t, _ := from.Span(z)
		start = db.At(t)
	}
	if !to.IsZero() {
		_, t := to.Span(z)
		end = db.At(t)
	}
	return start, end
}

// query is what was asked, to ask it again for another page or as CSV.
func query(f *form.Form) url.Values {
	out := url.Values{}
	for _, name := range []string{"from", "to", "person", "patient", "area", "order"} {
		if v := f.Value(name); v != "" {
			out.Set(name, v)
		}
	}
	if len(out) == 0 {
		out.Set("area", "") // an empty query would mean the last 30 days
	}
	return out
}

// address is the page of the log behind the cursor; "" when there is none.
func address(q url.Values, after string) string {
	if after == "" {
		return ""
	}
	c := url.Values{"after": {after}}
	for k, v := range q {
		c[k] = v
	}
	return "/audit?" + c.Encode()
}

// words puts an action into words: "referral.scan.view" is "Referral scan view".
func words(action string) string {
	s := strings.NewReplacer(".", " ", "_", " ").Replace(action)
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
