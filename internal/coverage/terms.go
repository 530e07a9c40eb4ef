package coverage

import (
	"cmp"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/units"
)

// Terms are the rules that a payer's claims follow on a day: those of its
// profile, with what the practice was told instead.
type Terms struct {
	Payer id.Payer
	On    civil.Date
	// Base is the profile: what it holds and no field below replaces (limits
	// of single codes, sessions a day, steps of authorisation) is read there.
	Base   knowledge.PayerProfile
	Kind   knowledge.PayerKind
	Filing string // claim filing code (SBR09)
	// InEffect is false on days before or after those the profile is for.
	InEffect bool

	UnitRule             units.Rule
	TherapistPayable     Answer
	PrescriptionRequired Answer

	// AuthorisationAlways asks before the first visit; AuthorisationAfter is
	// how many visits need none, 0 when it is never asked or not known.
	AuthorisationAlways    bool
	AuthorisationAfter     int64
	AuthorisationQualifier string // G1 or 9F; "" is not known

	AcceptedCodes  []string // empty: any procedure
	Modifiers      []string // on every line
	ModifiersOrder knowledge.ModifierOrder
	VisitUnitCap   int64 // units a visit; 0: none

	ReportEveryVisits int64 // 0: none
	ReportEveryDays   int64 // 0: none
	FilingLimitDays   int64 // from the date of service; 0: not known

	NeedsCaseNumber    bool
	NeedsAccidentDate  bool
	NeedsAccidentState bool
	NeedsEmployer      bool
	PatientMayBeBilled Answer

	overridden map[string]string // field → where it was learned
}

// fields are the rules a person may ask about: the name in Terms, and that in
// the profile's file.
var fields = map[string]string{
	"Filing": "filing_indicator", "UnitRule": "unit_rule", "TherapistPayable": "massage_therapist_payable",
	"PrescriptionRequired": "prescription_required", "AuthorisationAlways": "authorisation.always",
	"AuthorisationAfter": "authorisation.after_visits", "AuthorisationQualifier": "authorisation_qualifier",
	"AuthorisationFormats": "authorisation_formats", "AcceptedCodes": "accepted_codes", "Modifiers": "modifiers.always",
	"ModifiersOrder": "modifiers.order", "VisitUnitCap": "visit_units_cap", "ReportEveryVisits": "report_every_visits",
	"ReportEveryDays": "report_every_days", "FilingLimitDays": "filing_limit_days", "NeedsCaseNumber": "needs.claim_number",
	"NeedsAccidentDate": "needs.accident_date", "NeedsAccidentState": "needs.accident_state", "NeedsEmployer": "needs.employer",
	"PatientMayBeBilled": "patient_may_be_billed", "CodeCaps": "code_caps", "SessionsPerDay": "sessions_per_day",
	"MultipleProcedureReduction": "multiple_procedure_reduction",
}

// fileName is a field as profiles spell it; names that Terms does not have are
// taken to be spelt so already.
func fileName(field string) string { return cmp.Or(fields[field], field) }

// Unverified reports whether a rule, named by its field in Terms or as profiles
// spell it, was read in no source and not learned from the payer either: it
// warns and never blocks.
func (t Terms) Unverified(field string) bool {
	return !t.Overridden(field) && !t.Base.Verified(fileName(field))
}

// Overridden reports whether the practice replaced the profile's rule.
func (t Terms) Overridden(field string) bool {
	_, ok := t.overridden[fileName(field)]
	return ok
}

// Source says where a rule was read or learned; "" when nowhere.
func (t Terms) Source(field string) string {
	name := fileName(field)
	if s, ok := t.overridden[name]; ok {
		return s
	}
	if s, ok := t.Base.Sources[name]; ok {
		return s
	}
	outer, _, _ := strings.Cut(name, ".")
	return t.Base.Sources[outer]
}

// AuthorisationNeeded reports whether the nth visit, counted from 1, needs the
// payer's agreement beforehand, and how it is had where that is known.
func (t Terms) AuthorisationNeeded(visit int64) (needed bool, how string) {
	_, how = t.Base.Authorisation.Needed(int(visit))
	return t.AuthorisationAlways || t.AuthorisationAfter > 0 && visit > t.AuthorisationAfter, how
}

// AuthorisationNumberFits reports whether a number has one of the payer's
// shapes, or none is known.
func (t Terms) AuthorisationNumberFits(number string) bool {
	return t.Base.AuthorisationNumberFits(number)
}

// Caps are the payer's limits of a day in the terms of package units.
func (t Terms) Caps() units.Caps {
	caps := t.Base.Caps()
	caps.Visit = int(t.VisitUnitCap)
	return caps
}

// Resolve lays a payer's overrides over its profile, for claims of a day.
func Resolve(p Payer, base knowledge.PayerProfile, on civil.Date) Terms {
	o := p.Overrides
	t := Terms{
		Payer: p.ID, On: on, Base: base, Kind: base.Kind, InEffect: base.Holds(on),
		Filing:   cmp.Or(p.Filing, base.FilingIndicator),
		UnitRule: cmp.Or(o.UnitRule, base.UnitRule), TherapistPayable: cmp.Or(o.TherapistPayable, base.MassageTherapistPaid, NotKnown),
		PrescriptionRequired: cmp.Or(o.PrescriptionRequired, base.PrescriptionRequired, NotKnown),
		AuthorisationAlways:  base.Authorisation.Always, AuthorisationAfter: int64(base.Authorisation.AfterVisits),
		AuthorisationQualifier: base.AuthorisationQualifier, AcceptedCodes: slices.Clone(base.AcceptedCodes),
		Modifiers: slices.Clone(base.Modifiers.Always), ModifiersOrder: base.Modifiers.Order,
		VisitUnitCap:      or(o.VisitUnitCap, base.VisitUnitsCap),
		ReportEveryVisits: or(o.ReportEveryVisits, base.ReportEveryVisits), ReportEveryDays: or(o.ReportEveryDays, base.ReportEveryDays),
		FilingLimitDays: or(o.FilingLimitDays, base.FilingLimitDays),
		NeedsCaseNumber: base.Needs.ClaimNumber, NeedsAccidentDate: base.Needs.AccidentDate,
		NeedsAccidentState: base.Needs.AccidentState, NeedsEmployer: base.Needs.Employer,
		PatientMayBeBilled: cmp.Or(base.PatientMayBeBilled, NotKnown),
	}
	switch o.Authorisation {
	case NeverAsked:
		t.AuthorisationAlways, t.AuthorisationAfter = false, 0
	case AlwaysAsked:
		t.AuthorisationAlways, t.AuthorisationAfter = true, 0
	case AfterVisits:
		t.AuthorisationAlways, t.AuthorisationAfter = false, or(o.AuthorisationAfter, 0)
	}
	switch o.Modifiers {
	case "":
	case NoModifiers:
		t.Modifiers = nil
	default:
		t.Modifiers = strings.Fields(o.Modifiers)
	}
	t.overridden = p.replaced()
	return t
}

// replaced are the rules that p replaces, as profiles spell them, with where
// each was learned.
func (p Payer) replaced() map[string]string {
	o, out := p.Overrides, map[string]string{}
	for name, is := range map[string]bool{
		"filing_indicator": p.Filing != "", "unit_rule": o.UnitRule != "", "massage_therapist_payable": o.TherapistPayable != "",
		"prescription_required": o.PrescriptionRequired != "", "authorisation.always": o.Authorisation != "",
		"authorisation.after_visits": o.Authorisation != "", "visit_units_cap": o.VisitUnitCap != nil,
		"modifiers.always": o.Modifiers != "", "report_every_visits": o.ReportEveryVisits != nil,
		"report_every_days": o.ReportEveryDays != nil, "filing_limit_days": o.FilingLimitDays != nil,
	} {
		if is {
			out[name] = o.Source
		}
	}
	return out
}

func or(n *int64, base int) int64 {
	if n != nil {
		return *n
	}
	return int64(base)
}
