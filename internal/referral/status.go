package referral

import (
	"soapstone/internal/civil"
	"soapstone/internal/errs"
)

// Status is what has become of a referral on a day; derived, never stored.
type Status string

// The statuses.
const (
	StatusDraft     Status = "draft"
	StatusActive    Status = "active"
	StatusUpcoming  Status = "upcoming"  // active, but its first day is still to come
	StatusExhausted Status = "exhausted" // every visit ordered has been used
	StatusExpired   Status = "expired"   // its last day is past
	StatusReplaced  Status = "replaced"  // ended, and another prescription goes on
	StatusClosed    Status = "closed"
)

// Label is the status in words.
func (s Status) Label() string {
	switch s {
	case StatusDraft:
		return "Draft"
	case StatusActive:
		return "Active"
	case StatusUpcoming:
		return "Not started"
	case StatusExhausted:
		return "All visits used"
	case StatusExpired:
		return "Expired"
	case StatusReplaced:
		return "Replaced"
	case StatusClosed:
		return "Closed"
	}
	return string(s)
}

// StatusOn is the referral's status on day today after used completed visits.
// Where both apply, exhausted goes before expired: the order was carried out.
func (r Referral) StatusOn(today civil.Date, used int64) Status {
	switch {
	case r.State == Closed && r.CloseReason == Replaced, r.State == Active && !r.ReplacedBy.IsZero() && !r.EndsOn.IsZero() && today.After(r.EndsOn):
		return StatusReplaced
	case r.State == Closed:
		return StatusClosed
	case r.State == Draft:
		return StatusDraft
	case r.Order.Visits > 0 && used >= r.Order.Visits:
		return StatusExhausted
	case !r.EndsOn.IsZero() && today.After(r.EndsOn):
		return StatusExpired
	case today.Before(r.StartsOn):
		return StatusUpcoming
	}
	return StatusActive
}

// CanActivate lists what is missing before care may be given under the
// referral, each as a sentence for the field it belongs to. An empty list
// means that nothing is missing.
func CanActivate(r Referral) []errs.Field {
	var missing []errs.Field
	need := func(ok bool, field, words string) {
		if !ok {
			missing = append(missing, errs.Field{Name: field, Message: words})
		}
	}
	need(r.Prescriber.NPI != "", "prescriber", "Choose who prescribed it.")
	need(len(r.Diagnoses) > 0, "dx_q", "Add at least one diagnosis from the prescription.")
	need(r.Order.Visits > 0, "per_week", "Enter what is ordered: visits a week and weeks, or visits in all.")
	need(!r.WrittenOn.IsZero(), "written_on", "Enter the day the prescription was written.")
	if r.Accident.Kind != NoAccident {
		need(!r.Accident.On.IsZero(), "accident_on", "Enter the day of the accident.")
	}
	need(r.SignatureSeen, "signature_seen", "Tick this once you have seen the prescriber's signature.")
	return missing
}
