package knowledge

import (
	"regexp"
	"slices"

	"soapstone/internal/civil"
	"soapstone/units"
)

// PayerKind is the branch of insurance a payer belongs to.
type PayerKind string

// The kinds.
const (
	PayerCommercial  PayerKind = "commercial"
	PayerMedicare    PayerKind = "medicare"
	PayerAuto        PayerKind = "auto"
	PayerWorkersComp PayerKind = "workers-comp"
	PayerVA          PayerKind = "va"
	PayerCash        PayerKind = "cash"
)

// ModifierOrder is which modifiers stand first on a line.
type ModifierOrder string

// The orders; empty means the practice fills it in.
const (
	NCCIFirst          ModifierOrder = "ncci-first"
	InformationalFirst ModifierOrder = "informational-first"
)

// Authorisation is when a payer wants its agreement beforehand.
type Authorisation struct {
	// Always asks for it from the first visit on.
	Always bool `json:"always,omitempty"`
	// AfterVisits asks for it from the visit after this many on; 0 with Always
	// false means that the practice fills it in.
	AfterVisits int `json:"after_visits,omitempty"`
	// Steps are what it takes at which visit, where this is known.
	Steps []AuthorisationStep `json:"steps,omitempty"`
}

// AuthorisationStep is what a visit and those after it take.
type AuthorisationStep struct {
	FromVisit int    `json:"from_visit"` // counted from 1
	How       string `json:"how"`
}

// Needed reports whether the nth visit, counted from 1, needs authorisation,
// and how it is had where that is known.
func (a Authorisation) Needed(visit int) (needed bool, how string) {
	for _, s := range a.Steps {
		if visit >= s.FromVisit {
			how = s.How
		}
	}
	return a.Always || a.AfterVisits > 0 && visit > a.AfterVisits, how
}

// PayerModifiers are the modifiers a payer expects.
type PayerModifiers struct {
	Always []string      `json:"always,omitempty"` // on every line
	Order  ModifierOrder `json:"order,omitempty"`
}

// CodeCap is a payer's own limit for a procedure and day.
type CodeCap struct {
	Code  string `json:"code"`
	Units int    `json:"units"`
}

// PayerNeeds is what a claim must hold beside the usual.
type PayerNeeds struct {
	ClaimNumber   bool `json:"claim_number,omitempty"` // the payer's, of the accident
	AccidentDate  bool `json:"accident_date,omitempty"`
	AccidentState bool `json:"accident_state,omitempty"`
	Employer      bool `json:"employer,omitempty"`
}

// PayerProfile is how a kind of payer behaves: what a practice starts from
// when it enters one of its payers. Zero values mean that the practice fills
// them in. Its file's heading is its source and review state.
type PayerProfile struct {
	Meta
	Key  string    `json:"key"`
	Name string    `json:"name"`
	Kind PayerKind `json:"kind"`
	// State is the two-letter state whose law the profile follows, or empty.
	State    string     `json:"state,omitempty"`
	UnitRule units.Rule `json:"unit_rule"`
	// FilingIndicator is the payer's kind on an electronic claim (SBR09).
	FilingIndicator        string        `json:"filing_indicator,omitempty"`
	MassageTherapistPaid   Tri           `json:"massage_therapist_payable"`
	PrescriptionRequired   Tri           `json:"prescription_required"`
	Authorisation          Authorisation `json:"authorisation,omitzero"`
	AuthorisationFormats   []string      `json:"authorisation_formats,omitempty"`   // regular expressions; none: any
	AuthorisationQualifier string        `json:"authorisation_qualifier,omitempty"` // "G1" authorisation, "9F" referral
	// AcceptedCodes are the only procedures paid; empty means any.
	AcceptedCodes []string       `json:"accepted_codes,omitempty"`
	Modifiers     PayerModifiers `json:"modifiers,omitzero"`
	// VisitUnitsCap and CodeCaps limit units of a day; SessionsPerDay visits.
	VisitUnitsCap  int       `json:"visit_units_cap,omitempty"`
	CodeCaps       []CodeCap `json:"code_caps,omitempty"`
	SessionsPerDay int       `json:"sessions_per_day,omitempty"`
	// A report is due when either number is reached.
	ReportEveryVisits  int        `json:"report_every_visits,omitempty"`
	ReportEveryDays    int        `json:"report_every_days,omitempty"`
	FilingLimitDays    int        `json:"filing_limit_days,omitempty"` // from the date of service
	Needs              PayerNeeds `json:"needs,omitzero"`
	PatientMayBeBilled Tri        `json:"patient_may_be_billed"`
	// MultipleProcedureReduction pays units after the first at less.
	MultipleProcedureReduction Tri        `json:"multiple_procedure_reduction"`
	EffectiveFrom              civil.Date `json:"effective_from,omitzero"`
	EffectiveTo                civil.Date `json:"effective_to,omitzero"` // the last day
	// Sources say for each field with a value where it was read; the rest are
	// in Unverified.
	Sources    map[string]string `json:"sources,omitempty"`
	Unverified Unverified        `json:"unverified,omitempty"`

	formats []*regexp.Regexp
}

// Verified reports whether a field, spelt as in the data file, has a source.
// What is not verified warns and never blocks.
func (p PayerProfile) Verified(field string) bool { return p.Unverified.Verified(field) }

// Holds reports whether the profile is in force on a day; the zero date asks
// for none.
func (p PayerProfile) Holds(on civil.Date) bool {
	return Span{p.EffectiveFrom, p.EffectiveTo}.Holds(on)
}

// AuthorisationNumberFits reports whether a number has one of the payer's
// shapes, or none is known.
func (p PayerProfile) AuthorisationNumberFits(number string) bool {
	return len(p.formats) == 0 || slices.ContainsFunc(p.formats, func(r *regexp.Regexp) bool { return r.MatchString(number) })
}

// Caps are the payer's verified limits of a day in the terms of package units.
// A limit that is not verified is left out, since a guess must not cut what
// was earned: compare with it and warn.
func (p PayerProfile) Caps() units.Caps {
	caps := units.Caps{PerCode: map[string]int{}}
	if p.Verified("visit_units_cap") {
		caps.Visit = p.VisitUnitsCap
	}
	if p.Verified("code_caps") {
		for _, c := range p.CodeCaps {
			caps.PerCode[c.Code] = c.Units
		}
	}
	return caps
}

// ParsePayer reads a payer profile.
func ParsePayer(file string, b []byte) (PayerProfile, error) {
	var p PayerProfile
	if err := decode(file, b, &p); err != nil {
		return PayerProfile{}, err
	}
	err := p.finish(file, "soapstone/payer/1", b)
	for _, step := range []func() error{p.checkHeading, p.checkNumbers, p.compile, p.checkSources} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		return PayerProfile{}, failure(file, "", err)
	}
	return p, nil
}

// PayerProfiles lists the profiles, general ones before those of a state, each
// by name.
func (s *Set) PayerProfiles() []PayerProfile { return slices.Clone(s.payers) }

// PayerProfile finds a profile by its key.
func (s *Set) PayerProfile(key string) (PayerProfile, bool) {
	i := slices.IndexFunc(s.payers, func(p PayerProfile) bool { return p.Key == key })
	if i < 0 {
		return PayerProfile{}, false
	}
	return s.payers[i], true
}
