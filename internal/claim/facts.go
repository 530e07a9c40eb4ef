package claim

import (
	"slices"

	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// Facts are everything that a claim is worked out from. They are gathered in
// one snapshot of the database; the rules read nothing else.
type Facts struct {
	Today civil.Date // at the place of the visit

	Claim       id.Claim
	Number      string
	Frequency   Frequency
	PayerNumber string    // of the claim that is replaced or voided
	Replaces    id.Claim  // zero in an original
	Before      *Document // as the replaced or voided claim was sent

	Visit       VisitFacts
	Note        NoteFacts
	Therapist   practice.Member // who signed the note
	LicenseThen string          // license number in the signature
	Practice    practice.Practice
	Place       practice.Location
	Patient     patient.Patient
	Coverage    *coverage.Coverage // nil: none in force on the day
	Terms       coverage.Terms     // of the coverage's payer
	// Jurisdiction are profiles of the payer's kind that belong to the state of
	// the accident, or else of the place.
	Jurisdiction []knowledge.PayerProfile
	Enrolled     bool
	Prescription *Prescription // nil: the visit names none
	Measured     Measured
	Reports      Reports
	Others       []OtherClaim
	Colleagues   []string // names of others who signed a note of the patient for that day
	Paid         money.Cents

	// What is known of the codes concerned.
	Proposed   map[string]knowledge.TechniqueProcedure // technique → what it is usually billed as
	Procedures map[string]knowledge.Procedure          // code → how it behaves on the day
	Pairs      []knowledge.ProcedurePair               // that hold on the day
	Modifiers  map[string]knowledge.Modifier           // by code
	Prices     map[string]money.Cents                  // procedure → price; absent when none is listed
	PlaceCode  knowledge.PlaceOfService                // of the place's code; zero when the code is unknown

	Choices Choices
	Waivers []Waiver
}

// unsure reports whether a rule of the payer, by its field in coverage.Terms,
// was not confirmed: it warns and does not block.
func (f Facts) unsure(field string) bool { return f.Terms.Unverified(field) }

// state is where the law of the accident, or else of the place, is made.
func (f Facts) state() string {
	if f.Prescription != nil && f.Prescription.Accident.State != "" {
		return f.Prescription.Accident.State
	}
	return f.Place.State
}

// VisitFacts are what a claim needs to know of a visit.
type VisitFacts struct {
	ID        id.Visit
	Patient   id.Patient // of the record the visit is in
	Referral  id.Referral
	Date      civil.Date
	Completed bool
	Untreated bool // ended without treatment
}

// NoteFacts are what a claim needs to know of a signed note, as its addenda
// have corrected it.
type NoteFacts struct {
	Document id.Document // zero: nothing is signed
	Valid    bool        // not retracted
	Patient  id.Patient
	Visit    id.Visit
	Date     civil.Date
	Given    []Given
	Marks    []Mark // findings on the body chart; places that were only treated are none
	Motions  int    // motions measured in this note
}

// Given is one technique of the note.
type Given struct {
	Technique string // id
	Label     string
	Minutes   int      // 0: none recorded
	Sites     []string // ids of sites, or of the zone where no site is named
	Zones     []string // ids of the zones these lie in
	Places    []string // the sites in words
}

// Mark is something found at a place of the body.
type Mark struct {
	Site  string
	Zone  string
	Words string // "tight, upper trapezius, right"
}

// Prescription is the order behind a visit and how far it is used up.
type Prescription struct {
	referral.Referral
	ClosedOn civil.Date // at the place of the visit; zero while it is open
	// Findings are what assessments under care found, by zone.
	Findings []Mark
	// DiagnosisZones are the zones that each diagnosis is about, in the order of
	// the diagnoses; empty where that is not known.
	DiagnosisZones [][]string
	Codes          []DiagnosisState
	Used           int64      // visits completed up to and with this one, on earlier days or this day
	FirstOn        civil.Date // of the first of them
	SinceReport    int64      // of them, since the last report
	Authorisations []AuthorisationUse

	visits []civil.Date // the days behind Used
}

// DiagnosisState is what the code list says of a diagnosis on the day.
type DiagnosisState struct {
	Code        string // as written
	State       knowledge.CodeState
	Why         string
	External    bool // an external cause
	Unspecified bool
}

// AuthorisationUse is a payer's authorization and how far it is used up.
type AuthorisationUse struct {
	referral.Authorisation
	VisitsUsed int64 // completed within its days, up to and with this visit
	UnitsUsed  int64 // claimed within its days by other claims
}

// Measured is the newest measurement on or before the day of service.
type Measured struct {
	On   civil.Date // zero: nothing was ever measured
	What string     // "range of motion", "PSFS" …
}

// Reports is what is known of reports to the prescriber.
type Reports struct {
	Known  bool // whether reports can be asked about at all
	LastOn civil.Date
}

// OtherClaim is another claim of the same patient for the same day.
type OtherClaim struct {
	ID         id.Claim
	Number     string
	State      State
	Payer      id.Payer
	Visit      id.Visit
	Procedures []string
	Replaces   id.Claim
}

// Choices are what people chose where the rules leave a choice.
type Choices struct {
	Tie        []string
	Procedures map[string]string   // by technique
	Modifiers  map[string][]string // by procedure; an empty list means none
	Pointers   map[string][]int    // by procedure
	Remark     string
}

// payer is the coverage's payer; the zero one without coverage.
func (f Facts) payer() coverage.Payer {
	if f.Coverage == nil {
		return coverage.Payer{}
	}
	return f.Coverage.Payer
}

// authorisation is the authorization that counts for the day: one that stands,
// covers the day and, if there are several, has visits left; else one that
// stands at all, so that what is wrong with it can be said.
func (f Facts) authorisation() (a AuthorisationUse, found bool) {
	if f.Prescription == nil {
		return a, false
	}
	all := slices.DeleteFunc(slices.Clone(f.Prescription.Authorisations), func(a AuthorisationUse) bool { return !a.Stands() })
	rank := func(a AuthorisationUse) int {
		switch {
		case !a.Covers(f.Visit.Date):
			return 2
		case a.Visits != nil && a.VisitsUsed > *a.Visits:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b AuthorisationUse) int { return rank(a) - rank(b) })
	if len(all) == 0 {
		return a, false
	}
	return all[0], true
}
