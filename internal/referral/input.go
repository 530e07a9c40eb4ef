package referral

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Input is a referral as a person enters it. Field names of complaints are
// those of the referral form.
type Input struct {
	Prescriber id.Prescriber
	// NewPrescriber is put into the directory together with the referral;
	// Prescriber is then zero.
	NewPrescriber  *Prescriber
	Codes          []string // diagnosis codes in the prescriber's order
	CodesConfirmed bool     // codes not in the list at hand were looked up elsewhere
	Order          Order
	WrittenOn      civil.Date
	StartsOn       civil.Date // WrittenOn when zero
	EndsOn         civil.Date // from the weeks when zero
	SignatureSeen  bool
	Precautions    string
	PayerKind      string
	Accident       Accident
	ExternalNumber string
	Scans          []id.Blob // uploads of this patient to attach
	// Renews is the prescription of the same chart that a new one takes over from.
	Renews id.Referral
	// Authorisation is what the payer allows under a new referral; nil: nothing
	// is known. Its first day is the referral's when zero.
	Authorisation *AuthorisationInput
	// Draft keeps the referral as a draft: what is missing is not complained
	// about. A referral in force cannot become a draft again.
	Draft bool
	// Reason says why a referral in force was changed; Amend asks for it.
	Reason string
}

// maxAge is how old a prescription may be when it is entered, in years.
const maxAge = 10

// Build makes a referral of the input, apart from its prescriber, and lists
// what is wrong with it. today is the day at the practice.
func Build(in Input, codes *knowledge.ICD10, today civil.Date) (Referral, []errs.Field) {
	r := Referral{
		State: Active, WrittenOn: in.WrittenOn, StartsOn: in.StartsOn, EndsOn: in.EndsOn,
		SignatureSeen: in.SignatureSeen, Precautions: strings.TrimSpace(in.Precautions),
		PayerKind: strings.TrimSpace(in.PayerKind), ExternalNumber: strings.TrimSpace(in.ExternalNumber),
	}
	if in.Draft {
		r.State = Draft
	}
	var wrong, more []errs.Field
	in.Order.Techniques, in.Order.Regions = strings.TrimSpace(in.Order.Techniques), strings.TrimSpace(in.Order.Regions)
	r.Order, wrong = in.Order.Resolve()
	if r.StartsOn.IsZero() {
		r.StartsOn = r.WrittenOn
	}
	if r.EndsOn.IsZero() {
		r.EndsOn = EndDate(r.StartsOn, r.Order.Weeks)
	}
	wrong = append(wrong, r.wrongDates(today)...)
	on := r.StartsOn
	if on.IsZero() {
		on = today
	}
	r.Diagnoses, more = Resolve(codes, in.Codes, on, in.CodesConfirmed)
	wrong = append(wrong, more...)
	r.Accident, more = in.Accident.check(r.WrittenOn, today)
	wrong = append(wrong, more...)
	return r, append(wrong, r.tooLong()...)
}

func (r Referral) wrongDates(today civil.Date) []errs.Field {
	var wrong []errs.Field
	bad := func(field, msg string) { wrong = append(wrong, errs.Field{Name: field, Message: msg}) }
	oldest := civil.Date{Year: today.Year - maxAge, Month: 1, Day: 1}
	switch {
	case r.WrittenOn.IsZero():
		if !r.StartsOn.IsZero() && !r.EndsOn.IsZero() && r.EndsOn.Before(r.StartsOn) {
			bad("ends_on", "The last day is before the first. Correct one of them.")
		}
		return wrong
	case r.WrittenOn.After(today):
		bad("written_on", "This day is in the future. Enter the day on the prescription.")
		return wrong
	case r.WrittenOn.Before(oldest):
		bad("written_on", fmt.Sprintf("This is more than %d years ago. Enter the day on the prescription.", maxAge))
		return wrong
	}
	latest := r.WrittenOn.AddDays(7 * MaxWeeks)
	switch {
	case r.StartsOn.Before(r.WrittenOn):
		bad("starts_on", "Care cannot start before the prescription was written, "+r.WrittenOn.Human()+".")
	case r.StartsOn.After(latest):
		bad("starts_on", "This is more than two years after the prescription was written.")
	case !r.EndsOn.IsZero() && r.EndsOn.Before(r.StartsOn):
		bad("ends_on", "The last day is before the first, "+r.StartsOn.Human()+". Correct one of them.")
	case r.EndsOn.After(latest) && !r.EndsOn.IsZero():
		bad("ends_on", "This is more than two years after the prescription was written.")
	}
	return wrong
}

func (a Accident) check(written, today civil.Date) (Accident, []errs.Field) {
	var wrong []errs.Field
	bad := func(field, msg string) { wrong = append(wrong, errs.Field{Name: field, Message: msg}) }
	a.State = strings.ToUpper(strings.TrimSpace(a.State))
	switch a.Kind {
	case NoAccident:
		if !a.On.IsZero() {
			bad("accident_kind", "Choose what kind of accident it was, or clear its date.")
		}
		a.State = ""
	case AutoAccident:
		if a.State != "" && !stateShape.MatchString(a.State) {
			bad("accident_state", "Enter the state in two letters, such as IL.")
		}
	case WorkAccident, OtherAccident:
		a.State = ""
	default:
		bad("accident_kind", "Choose one of the answers shown.")
	}
	switch {
	case a.On.After(today) && !a.On.IsZero():
		bad("accident_on", "This day is in the future.")
	case !a.On.IsZero() && !written.IsZero() && a.On.After(written):
		bad("accident_on", "The accident is after the day the prescription was written, "+written.Human()+".")
	}
	return a, wrong
}

func (r Referral) tooLong() []errs.Field {
	var wrong []errs.Field
	for _, f := range []struct {
		name, text string
		max        int
	}{
		{"techniques", r.Order.Techniques, 500}, {"regions", r.Order.Regions, 500}, {"precautions", r.Precautions, 2000},
		{"payer_kind", r.PayerKind, 100}, {"external_number", r.ExternalNumber, 50},
	} {
		if n := utf8.RuneCountInString(f.text); n > f.max {
			wrong = append(wrong, errs.Field{Name: f.name, Message: fmt.Sprintf("Shorten this to %d characters. It has %d.", f.max, n)})
		}
	}
	return wrong
}

// AuthorisationInput is an authorisation as a person enters it.
type AuthorisationInput struct {
	PayerName, Number string
	Visits, Units     *int64
	FromOn, ToOn      civil.Date
	Codes             string // procedure codes, separated by spaces or commas
	Diagnoses         []string
	State             AuthorisationState // Approved when empty
	Note              string
	Withdrawn         bool
	Scans             []id.Blob // uploads of this patient: the payer's letter
}

// The bounds of an authorisation.
const (
	MaxUnits      = 2000
	maxProcedures = 20
)

// BuildAuthorisation makes an authorisation of the input and lists what is
// wrong with it. It must limit something: visits, units or time.
func BuildAuthorisation(in AuthorisationInput) (Authorisation, []errs.Field) {
	var wrong []errs.Field
	bad := func(field, msg string) { wrong = append(wrong, errs.Field{Name: field, Message: msg}) }
	a := Authorisation{
		PayerName: strings.Join(strings.Fields(in.PayerName), " "), Number: strings.Join(strings.Fields(in.Number), " "),
		Visits: in.Visits, Units: in.Units, FromOn: in.FromOn, ToOn: in.ToOn, Withdrawn: in.Withdrawn,
		State: in.State, Note: strings.TrimSpace(in.Note), Diagnoses: in.Diagnoses,
	}
	switch a.State {
	case "":
		a.State = Approved
	case Requested, Approved, Denied:
	default:
		bad("state", "Choose one of the answers shown.")
	}
	if n := utf8.RuneCountInString(a.Note); n > 1000 {
		bad("note", fmt.Sprintf("Shorten this to 1000 characters. It has %d.", n))
	}
	switch {
	case a.PayerName == "":
		bad("payer_name", "Enter the payer.")
	case utf8.RuneCountInString(a.PayerName) > 100:
		bad("payer_name", "Shorten this to 100 characters.")
	}
	switch {
	case a.Number == "":
		bad("number", "Enter the authorization number, or who gave it and when.")
	case utf8.RuneCountInString(a.Number) > 50:
		bad("number", "Shorten this to 50 characters.")
	}
	if a.Visits != nil && (*a.Visits < 1 || *a.Visits > MaxVisits) {
		bad("visits", fmt.Sprintf("Enter a whole number of visits from 1 to %d.", MaxVisits))
	}
	if a.Units != nil && (*a.Units < 1 || *a.Units > MaxUnits) {
		bad("units", fmt.Sprintf("Enter a whole number of units from 1 to %d.", MaxUnits))
	}
	switch {
	case a.FromOn.IsZero():
		bad("from_on", "Enter the first day the authorization covers.")
	case !a.ToOn.IsZero() && a.ToOn.Before(a.FromOn):
		bad("to_on", "The last day is before the first, "+a.FromOn.Human()+". Correct one of them.")
	case a.ToOn.After(a.FromOn.AddDays(7*MaxWeeks)) && !a.ToOn.IsZero():
		bad("to_on", "This is more than two years after the first day.")
	}
	if a.State == Approved && a.Visits == nil && a.Units == nil && a.ToOn.IsZero() {
		bad("visits", "Enter what is allowed: visits, units, or a last day.")
	}
	var msg string
	if a.Codes, msg = parseProcedures(in.Codes); msg != "" {
		bad("codes", msg)
	}
	return a, wrong
}

// parseProcedures reads procedure codes: five letters or digits each (CPT,
// HCPCS level II), in upper case, once each.
func parseProcedures(s string) (codes []string, wrong string) {
	seen := map[string]bool{}
	for _, c := range strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool { return strings.ContainsRune(" ,;\t\n", r) }) {
		if !procedureShape.MatchString(c) {
			return nil, "“" + shorten(c, 12) + "” is not a procedure code. Enter five characters each, such as 97140."
		}
		if !seen[c] {
			seen[c] = true
			codes = append(codes, c)
		}
	}
	if len(codes) > maxProcedures {
		return nil, fmt.Sprintf("Keep to %d procedure codes.", maxProcedures)
	}
	return codes, ""
}
