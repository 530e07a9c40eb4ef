package coverage

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/practice"
	"soapstone/internal/textkey"
)

// Input is insurance as a person enters it. Names of complaints are those of
// the form.
type Input struct {
	Payer    id.Payer
	Referral id.Referral
	Priority int64

	MemberID, Group, Plan string
	Relation              Relation
	// Subscriber: with Self, names only, and only where the card spells them
	// differently. Without an address the subscriber lives with the patient.
	Subscriber Subscriber
	Employer   string

	FromOn, ToOn       civil.Date
	Share              Share
	Copay              money.Cents
	CoinsurancePercent int64
	DeductibleNote     string
	BenefitsNote       string
	BenefitsCheckedOn  civil.Date

	CaseNumber string
	Adjuster   Adjuster

	ReleaseSigned, BenefitsAssigned bool
	Cards                           []id.Blob // uploads of this patient to attach
}

// Bounds of what is entered.
const (
	MaxMemberID = 29 // characters in item 1a of the paper form; electronic claims hold more
	MaxCopay    = money.Cents(1_000_00)
	maxYears    = 80 // how long insurance may have been in force
)

// Injury reports whether a payer of this kind pays for one injury and not for
// care in general, so that its insurance must be tied to a prescription.
func Injury(k knowledge.PayerKind) bool {
	return k == knowledge.PayerAuto || k == knowledge.PayerWorkersComp
}

// wrong collects complaints.
type wrong []errs.Field

func (w *wrong) check(ok bool, name, message string) {
	if !ok {
		*w = append(*w, errs.Field{Name: name, Message: message})
	}
}

func (w *wrong) longest(text string, most int, name string) {
	n := utf8.RuneCountInString(text)
	w.check(n <= most, name, fmt.Sprintf("Shorten this to %d characters. It has %d.", most, n))
}

// phone gives ten digits; a leading 1 is the country's.
func (w *wrong) phone(text, name string) string {
	d := textkey.Phone(text)
	if len(d) == 11 && d[0] == '1' {
		d = d[1:]
	}
	w.check(text == "" || len(d) == 10 && d[0] > '1', name, "Enter a phone number of ten digits, such as 312-555-0100.")
	return d
}

var (
	memberForm = regexp.MustCompile(`^[0-9A-Z][0-9A-Z./-]*$`)
	emailForm  = regexp.MustCompile(`^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$`)
)

// Build makes insurance of the input and lists what is wrong with it. kind is
// that of the payer; today is the day at the practice.
func Build(in Input, kind knowledge.PayerKind, today civil.Date) (Coverage, []errs.Field) {
	var w wrong
	c := Coverage{
		Payer: Payer{ID: in.Payer}, Referral: in.Referral, Priority: in.Priority,
		MemberID: number(in.MemberID), Group: line(in.Group), Plan: line(in.Plan),
		FromOn: in.FromOn, ToOn: in.ToOn, BenefitsCheckedOn: in.BenefitsCheckedOn,
		DeductibleNote: strings.TrimSpace(in.DeductibleNote), BenefitsNote: strings.TrimSpace(in.BenefitsNote),
		ReleaseSigned: in.ReleaseSigned, BenefitsAssigned: in.BenefitsAssigned,
	}
	w.check(!in.Payer.IsZero(), "payer", "Choose the payer.")
	w.check(in.Priority >= 1 && in.Priority <= 3, "priority", "Choose who is asked first.")
	w.check(!Injury(kind) || !in.Referral.IsZero(), "referral",
		"Choose the prescription for this injury: its insurance pays for that care only. Register the prescription first if it is not there.")
	w.numbers(c, kind)
	w.person(in, &c, kind, today)
	w.days(c, today)
	w.share(in, &c)
	w.injury(in, &c, kind)
	w.longest(c.DeductibleNote, 300, "deductible")
	w.longest(c.BenefitsNote, 2000, "benefits")
	w.check(!c.BenefitsCheckedOn.After(today) || c.BenefitsCheckedOn.IsZero(), "benefits_on", "This day is in the future. Enter the day the payer was asked.")
	return c, w
}

// line is one line of text with single spaces.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// number is an insurer's number in one spelling: without spaces, in upper case.
func number(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func (w *wrong) numbers(c Coverage, kind knowledge.PayerKind) {
	switch {
	case c.MemberID == "":
		w.check(Injury(kind), "member_id", "Enter the member ID as it stands on the card.")
	case !memberForm.MatchString(c.MemberID):
		w.check(false, "member_id", "A member ID has letters and digits only. Copy it from the card.")
	default:
		w.check(len(c.MemberID) >= 2, "member_id", "A member ID has more than one character. Copy it from the card.")
		w.longest(c.MemberID, MaxMemberID, "member_id")
	}
	w.longest(c.Group, 50, "group")
	w.longest(c.Plan, 60, "plan")
}

func (w *wrong) person(in Input, c *Coverage, kind knowledge.PayerKind, today civil.Date) {
	s := in.Subscriber
	s.LastName, s.FirstName, s.MiddleName = line(s.LastName), line(s.FirstName), line(s.MiddleName)
	s.Address.Clean()
	c.Relation, c.Employer = in.Relation, line(in.Employer)
	w.check(slices.Contains(Relations(), in.Relation), "relation", "Choose in whose name the insurance is.")
	w.check((in.Relation == Employee) == (kind == knowledge.PayerWorkersComp) || in.Relation == "", "relation",
		employeeOnly(kind))
	w.check(in.Relation != Employee || c.Employer != "", "employer", "Enter the employer at the time of the injury.")
	w.longest(c.Employer, 60, "employer")
	switch in.Relation {
	case Self: // everything but the spelling of the name is in the chart
		s = Subscriber{LastName: s.LastName, FirstName: s.FirstName, MiddleName: s.MiddleName}
		w.check((s.LastName == "") == (s.FirstName == ""), "first_name", "Enter first and last name as on the card, or neither.")
	case Employee:
		s = Subscriber{}
	default:
		w.check(s.LastName != "", "last_name", "Enter the subscriber’s last name.")
		w.check(s.FirstName != "", "first_name", "Enter the subscriber’s first name.")
		w.check(!s.BirthDate.IsZero(), "birth_date", "Enter the subscriber’s date of birth.")
		w.check(s.BirthDate.IsZero() || !s.BirthDate.After(today) && s.BirthDate.Year >= today.Year-125, "birth_date", "Check the date of birth.")
		w.check(slices.Contains([]string{"female", "male", "unknown"}, s.Sex), "sex", "Choose the sex the payer has on file.")
		*w = append(*w, s.Address.Complaints("")...)
		s.Phone = w.phone(s.Phone, "phone")
	}
	w.longest(s.LastName, 60, "last_name")
	w.longest(s.FirstName, 35, "first_name")
	w.longest(s.MiddleName, 25, "middle_name")
	c.Subscriber = s
}

func employeeOnly(kind knowledge.PayerKind) string {
	if kind == knowledge.PayerWorkersComp {
		return "Workers’ compensation is in the employer’s name. Choose the patient’s employer."
	}
	return "Only workers’ compensation is in an employer’s name. For a plan through work choose the patient."
}

func (w *wrong) days(c Coverage, today civil.Date) {
	w.check(!c.FromOn.IsZero(), "from_on", "Enter the first day. If the card does not say, take 1 January of this year.")
	w.check(c.FromOn.IsZero() || c.FromOn.Year >= today.Year-maxYears && c.FromOn.Year <= today.Year+2, "from_on", "Check the year of the first day.")
	w.check(c.ToOn.IsZero() || !c.ToOn.Before(c.FromOn), "to_on", "The last day is before the first, "+c.FromOn.Human()+". Correct one of them.")
	w.check(c.ToOn.IsZero() || c.ToOn.Year <= today.Year+maxYears, "to_on", "Check the year of the last day.")
}

func (w *wrong) share(in Input, c *Coverage) {
	c.Share = in.Share
	switch in.Share {
	case Unknown, Nothing:
	case Copay:
		c.Copay = in.Copay
		w.check(in.Copay > 0 && in.Copay <= MaxCopay, "copay", "Enter the copay of one visit, from $0.01 to $1,000.00.")
	case Percent:
		c.CoinsurancePercent = in.CoinsurancePercent
		w.check(in.CoinsurancePercent >= 1 && in.CoinsurancePercent <= 100, "percent", "Enter a whole number from 1 to 100.")
	default:
		w.check(false, "share", "Choose what the patient pays of a visit.")
	}
}

func (w *wrong) injury(in Input, c *Coverage, kind knowledge.PayerKind) {
	if !Injury(kind) {
		return
	}
	c.CaseNumber = line(strings.ToUpper(in.CaseNumber))
	c.Adjuster = Adjuster{Name: line(in.Adjuster.Name), Email: strings.TrimSpace(in.Adjuster.Email)}
	c.Adjuster.Phone = w.phone(in.Adjuster.Phone, "adjuster_phone")
	w.longest(c.CaseNumber, 28, "case_number") // item 11b of the paper form
	w.longest(c.Adjuster.Name, 100, "adjuster_name")
	w.check(c.Adjuster.Email == "" || len(c.Adjuster.Email) <= 254 && emailForm.MatchString(c.Adjuster.Email), "adjuster_email",
		"Enter an e-mail address such as name@example.com.")
}

// Conflicts lists what stands against c beside the patient's other insurance:
// the same one twice, or two that would be asked first on one day for one care.
func Conflicts(c Coverage, others []Coverage) []errs.Field {
	var w wrong
	for _, o := range others {
		if o.ID == c.ID || o.EnteredInError || c.EnteredInError || !overlaps(c.FromOn, c.ToOn, o.FromOn, o.ToOn) {
			continue
		}
		if o.Payer.ID == c.Payer.ID && o.MemberID == c.MemberID && o.CaseNumber == c.CaseNumber {
			w.check(false, "member_id", "This insurance is in the chart already, "+spanWords(o)+". Change that entry instead.")
			break
		}
		if o.Priority == c.Priority && o.Referral == c.Referral {
			w.check(false, "priority", fmt.Sprintf("%s is %s %s. End it first, or choose another place for this one.",
				o.Payer.Name, strings.ToLower(PriorityLabel(o.Priority)), spanWords(o)))
			break
		}
	}
	return w
}

func spanWords(c Coverage) string {
	if c.ToOn.IsZero() {
		return "from " + c.FromOn.Human() + " on"
	}
	return "from " + c.FromOn.Human() + " to " + c.ToOn.Human()
}

// Choose picks the insurance that care under a prescription on a day falls
// under: what is tied to that prescription first, then who is asked first. A
// zero referral leaves out what is tied to any.
func Choose(all []Coverage, r id.Referral, on civil.Date) (c Coverage, found bool) {
	for _, x := range all {
		if !x.InForce(on) || !x.Referral.IsZero() && x.Referral != r {
			continue
		}
		tied, was := !x.Referral.IsZero(), !c.Referral.IsZero()
		if !found || tied && !was || tied == was && x.Priority < c.Priority {
			c, found = x, true
		}
	}
	return c, found
}

// completed fills a subscriber in from the patient’s chart: all of it when
// it is the patient, otherwise the address, where none was entered.
func (s Subscriber) completed(relation Relation, patient Subscriber) Subscriber {
	switch {
	case relation == Self:
		if s.LastName != "" {
			patient.LastName, patient.FirstName, patient.MiddleName = s.LastName, s.FirstName, s.MiddleName
		}
		return patient
	case relation != Employee && s.Address == practice.Address{}:
		s.Address = patient.Address
	}
	return s
}
