package claim_test

import (
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/units"
)

type spoil struct {
	name  string
	check string
	want  claim.Level
	by    func(f *claim.Facts)
}

func order(f *claim.Facts) *claim.Prescription { return f.Prescription }

func i64(n int64) *int64 { return &n }

func authorised(f *claim.Facts, change func(*claim.AuthorisationUse)) {
	a := claim.AuthorisationUse{Authorisation: referral.Authorisation{ID: id.New[id.Authorisation](), Number: "A-77", FromOn: day("2026-02-01"), ToOn: day("2026-06-01")}, VisitsUsed: 3}
	if change != nil {
		change(&a)
	}
	f.Prescription.Authorisations = []claim.AuthorisationUse{a}
}

// spoiled are facts from which one thing is wrong. Without it each check passes:
// mending a fact is undoing what spoiled it.
var spoiled = slices.Concat(spoiledCare, spoiledUnits, spoiledPeople, spoiledOrder, spoiledInsurance, spoiledForm)

var spoiledCare = []spoil{
	{"unsigned", "note.signed", claim.Block, func(f *claim.Facts) { f.Note = claim.NoteFacts{} }},
	{"retracted", "note.valid", claim.Block, func(f *claim.Facts) { f.Note.Valid = false }},
	{"another patient’s note", "note.same", claim.Block, func(f *claim.Facts) { f.Note.Patient = id.New[id.Patient]() }},
	{"another visit’s note", "note.same", claim.Block, func(f *claim.Facts) { f.Note.Visit = id.New[id.Visit]() }},
	{"another day’s note", "note.same", claim.Block, func(f *claim.Facts) { f.Note.Date = served.AddDays(-1) }},
	{"a record merged since is the patient’s", "note.same", claim.Pass, func(f *claim.Facts) { f.Visit.Patient = id.New[id.Patient]() }},
	{"a visit of tomorrow", "note.future", claim.Block, func(f *claim.Facts) { f.Today = served.AddDays(-1) }},
	{"before birth", "note.future", claim.Block, func(f *claim.Facts) { f.Patient.BirthDate = today }},
	{"ended without treatment", "note.treated", claim.Block, func(f *claim.Facts) { f.Visit.Untreated = true }},
	{"no minutes", "minutes.recorded", claim.Block, func(f *claim.Facts) { f.Note.Given[0].Minutes = 0 }},
	{"no technique", "minutes.recorded", claim.Block, func(f *claim.Facts) { f.Note.Given = nil }},
	{"no place", "place.recorded", claim.Block, func(f *claim.Facts) { f.Note.Given[0].Sites = nil }},
	{"nothing found where it was given", "finding.addressed", claim.Block, func(f *claim.Facts) {
		f.Note.Given[0].Sites, f.Note.Given[0].Zones = []string{"z"}, []string{"lower-legs-feet"}
	}},
	{"a finding at the very site", "finding.addressed", claim.Pass, func(f *claim.Facts) {
		order(f).DiagnosisZones = nil
		f.Note.Given[0].Zones, f.Note.Given[1].Zones = nil, nil
	}},
	{"a finding of an assessment in the zone", "finding.addressed", claim.Pass, func(f *claim.Facts) {
		f.Note.Marks, order(f).DiagnosisZones = nil, nil
		order(f).Findings = []claim.Mark{{Zone: "neck-shoulders", Words: "range of motion"}, {Zone: "low-back-hips", Words: "pain"}}
	}},
	{"the prescription’s region alone", "finding.addressed", claim.Pass, func(f *claim.Facts) { f.Note.Marks = nil }},
	{"a finding without a zone addresses nothing", "finding.addressed", claim.Block, func(f *claim.Facts) {
		f.Note.Marks, order(f).DiagnosisZones = nil, nil
		order(f).Findings = []claim.Mark{{Words: "posture"}}
	}},
	{"never measured", "measure.current", claim.Block, func(f *claim.Facts) { f.Measured = claim.Measured{} }},
	{"motions of this note are a measurement", "measure.current", claim.Pass, func(f *claim.Facts) { f.Measured, f.Note.Motions = claim.Measured{}, 2 }},
	{"measured long ago", "measure.current", claim.Warn, func(f *claim.Facts) { f.Measured.On = served.AddDays(-32) }},
	{"measured a month ago", "measure.current", claim.Pass, func(f *claim.Facts) { f.Measured.On = served.AddDays(-31) }},
}

var spoiledUnits = []spoil{
	{"minutes for no unit at all", "lines.none", claim.Block, func(f *claim.Facts) { f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 7, 5 }},
	{"some minutes for no unit", "units.unbilled", claim.Warn, func(f *claim.Facts) { f.Note.Given[1].Minutes = 7 }},
	{"a technique without a procedure", "procedure.known", claim.Warn, func(f *claim.Facts) { f.Proposed["petrissage"] = knowledge.TechniqueProcedure{} }},
	{"a procedure nobody lists", "procedure.known", claim.Block, func(f *claim.Facts) { f.Choices.Procedures = map[string]string{"petrissage": "99999"} }},
	{"a procedure no source names", "procedure.known", claim.Warn, func(f *claim.Facts) {
		f.Proposed["petrissage"] = knowledge.TechniqueProcedure{Code: "97124", Unverified: true}
	}},
	{"chosen, no source is needed", "procedure.known", claim.Pass, func(f *claim.Facts) {
		f.Proposed["petrissage"] = knowledge.TechniqueProcedure{Code: "97124", Unverified: true}
		f.Choices.Procedures = map[string]string{"petrissage": "97124"}
	}},
	{"an evaluation", "procedure.allowed", claim.Block, func(f *claim.Facts) { f.Choices.Procedures = map[string]string{"petrissage": "97161"} }},
	{"outside the usual scope", "procedure.allowed", claim.Warn, func(f *claim.Facts) { f.Choices.Procedures = map[string]string{"petrissage": "97110"} }},
	{"not accepted by the payer", "procedure.accepted", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.AcceptedCodes = []string{"97124"} })
	}},
	{"not accepted, unconfirmed", "procedure.accepted", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) {
			p.AcceptedCodes, p.Unverified = []string{"97124"}, knowledge.Unverified{"accepted_codes"}
		})
	}},
	{"unlisted without words", "procedure.described", claim.Block, func(f *claim.Facts) { f.Choices.Procedures = map[string]string{"petrissage": "97039"} }},
	{"unlisted with words", "procedure.described", claim.Pass, func(f *claim.Facts) {
		f.Choices.Procedures, f.Choices.Remark = map[string]string{"petrissage": "97039"}, "cupping of the back"
	}},
	{"cut by the day’s limit", "units.cap", claim.Warn, func(f *claim.Facts) { f.Note.Given[0].Minutes = 90 }},
	{"above a limit nobody confirmed", "units.cap", claim.Warn, func(f *claim.Facts) {
		p := f.Procedures["97124"]
		p.Unverified = knowledge.Unverified{"daily_units"}
		f.Procedures["97124"], f.Note.Given[0].Minutes = p, 90
	}},
	{"cut by the visit’s limit", "units.cap", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.VisitUnitsCap = 3 })
	}},
	{"above a visit limit nobody confirmed", "units.cap", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) {
			p.VisitUnitsCap, p.Unverified = 3, knowledge.Unverified{"visit_units_cap"}
		})
	}},
	{"more than usual", "units.audit", claim.Warn, func(f *claim.Facts) {
		p := f.Procedures["97124"]
		p.AuditUnits = 1
		f.Procedures["97124"] = p
	}},
	{"a tie nobody settled", "units.tie", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.UnitRule = units.CMSTotalTime })
		f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 25, 25
	}},
	{"a tie that was settled", "units.tie", claim.Pass, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.UnitRule = units.CMSTotalTime })
		f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 25, 25
		f.Choices.Tie = []string{"97140-GP"}
	}},
	{"a pair without its modifier", "pair", claim.Block, func(f *claim.Facts) { pair(f, "1") }},
	{"a pair nothing can part", "pair", claim.Block, func(f *claim.Facts) { pair(f, "0"); chosen(f, "97124", "XS") }},
	{"a pair that was withdrawn", "pair", claim.Pass, func(f *claim.Facts) { pair(f, "9") }},
	{"a pair with its modifier, in other regions", "pair", claim.Pass, func(f *claim.Facts) { pair(f, "1"); chosen(f, "97124", "XS") }},
	{"a modifier for what was one region", "pair", claim.Block, func(f *claim.Facts) {
		pair(f, "1")
		chosen(f, "97124", "XS")
		f.Note.Given[1].Zones = f.Note.Given[0].Zones
	}},
	{"a pair nobody confirmed", "pair", claim.Warn, func(f *claim.Facts) {
		pair(f, "1")
		f.Pairs[0].Unverified = knowledge.Unverified{"column1", "modifier_indicator"}
	}},
	{"an unknown modifier", "modifier", claim.Block, func(f *claim.Facts) { chosen(f, "97124", "ZZ") }},
	{"a modifier not for massage", "modifier", claim.Warn, func(f *claim.Facts) { chosen(f, "97124", "KX") }},
	{"the broadest modifier", "modifier", claim.Warn, func(f *claim.Facts) { chosen(f, "97124", "59") }},
	{"no GP where some want it", "modifier", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Modifiers.Always = nil })
		p := f.Procedures["97124"]
		p.AlwaysTherapy = true
		f.Procedures["97124"] = p
	}},
}

func pair(f *claim.Facts, indicator string) {
	f.Pairs = []knowledge.ProcedurePair{{Column1: "97140", Column2: "97124", Indicator: indicator, SeparateRegion: true, Source: "s"}}
}

func chosen(f *claim.Facts, code string, modifiers ...string) {
	f.Choices.Modifiers = map[string][]string{code: modifiers}
}

var spoiledPeople = []spoil{
	{"no license", "therapist.license", claim.Block, func(f *claim.Facts) { f.Therapist.LicenseNumber = "" }},
	{"a license without an end", "therapist.license", claim.Block, func(f *claim.Facts) { f.Therapist.LicenseExpires = civil.Date{} }},
	{"a license that had ended", "therapist.license", claim.Block, func(f *claim.Facts) { f.Therapist.LicenseExpires = served.AddDays(-1) }},
	{"a license good on its last day", "therapist.license", claim.Pass, func(f *claim.Facts) { f.Therapist.LicenseExpires = served }},
	{"a license of another state", "therapist.license", claim.Warn, func(f *claim.Facts) { f.Therapist.LicenseState = "WI" }},
	{"signed by no therapist", "therapist.treats", claim.Block, func(f *claim.Facts) { f.Therapist.Roles = []authz.Role{authz.Owner} }},
	{"no NPI", "therapist.npi", claim.Block, func(f *claim.Facts) { f.Therapist.NPI = "" }},
	{"a wrong NPI", "therapist.npi", claim.Block, func(f *claim.Facts) { f.Therapist.NPI = "1234567890" }},
	{"no provider type", "therapist.taxonomy", claim.Block, func(f *claim.Facts) { f.Therapist.Taxonomy = "" }},
	{"not enrolled", "therapist.enrolled", claim.Block, func(f *claim.Facts) { f.Enrolled = false }},
	{"not paid", "therapist.payable", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.MassageTherapistPaid = coverage.No })
	}},
	{"not paid, unconfirmed", "therapist.payable", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) {
			p.MassageTherapistPaid, p.Unverified = coverage.No, knowledge.Unverified{"massage_therapist_payable"}
		})
	}},
	{"nobody asked", "therapist.payable", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.MassageTherapistPaid = coverage.NotKnown })
	}},
	{"not paid in that state", "therapist.payable", claim.Block, func(f *claim.Facts) {
		f.Jurisdiction = []knowledge.PayerProfile{{Key: "other", State: "IL", MassageTherapistPaid: coverage.No}}
	}},
	{"a colleague on the same day", "therapist.others", claim.Warn, func(f *claim.Facts) { f.Colleagues = []string{"Kim"} }},
}

var spoiledOrder = []spoil{
	{"no prescription", "prescription.present", claim.Block, func(f *claim.Facts) { f.Prescription = nil }},
	{"a draft prescription", "prescription.present", claim.Block, func(f *claim.Facts) { order(f).State = referral.Draft }},
	{"a prescription entered in error", "prescription.present", claim.Block, func(f *claim.Facts) {
		order(f).State, order(f).CloseReason = referral.Closed, referral.EnteredInError
	}},
	{"a prescription closed since is one", "prescription.present", claim.Pass, func(f *claim.Facts) {
		order(f).State, order(f).CloseReason = referral.Closed, referral.CareComplete
	}},
	{"written after the visit", "prescription.covers", claim.Block, func(f *claim.Facts) { order(f).WrittenOn = served.AddDays(1) }},
	{"without a date", "prescription.covers", claim.Block, func(f *claim.Facts) { order(f).WrittenOn = civil.Date{} }},
	{"starts after the visit", "prescription.covers", claim.Block, func(f *claim.Facts) { order(f).StartsOn = served.AddDays(1) }},
	{"ended before the visit", "prescription.covers", claim.Block, func(f *claim.Facts) { order(f).EndsOn = served.AddDays(-1) }},
	{"ends on the day", "prescription.covers", claim.Pass, func(f *claim.Facts) { order(f).EndsOn = served }},
	{"signature not seen", "prescription.signature", claim.Block, func(f *claim.Facts) { order(f).SignatureSeen = false }},
	{"signature not seen, no rule", "prescription.signature", claim.Warn, func(f *claim.Facts) {
		order(f).SignatureSeen = false
		under(f, func(p *knowledge.PayerProfile) { p.PrescriptionRequired = coverage.NotKnown })
	}},
	{"signature not seen, unconfirmed", "prescription.signature", claim.Warn, func(f *claim.Facts) {
		order(f).SignatureSeen = false
		under(f, func(p *knowledge.PayerProfile) { p.Unverified = knowledge.Unverified{"prescription_required"} })
	}},
	{"a prescriber without NPI", "prescription.prescriber", claim.Block, func(f *claim.Facts) { order(f).Prescriber.NPI = "" }},
	{"a prescriber with a wrong NPI", "prescription.prescriber", claim.Block, func(f *claim.Facts) { order(f).Prescriber.NPI = "9876543210" }},
	{"no prescriber", "prescription.prescriber", claim.Block, func(f *claim.Facts) { order(f).Prescriber = referral.Prescriber{} }},
	{"planned under none", "prescription.present", claim.Warn, func(f *claim.Facts) { f.Visit.Referral = id.Referral{} }},
	{"closed before the visit", "prescription.covers", claim.Block, func(f *claim.Facts) {
		order(f).State, order(f).CloseReason, order(f).ClosedOn = referral.Closed, referral.Withdrawn, served.AddDays(-1)
	}},
	{"closed on the day of the visit", "prescription.covers", claim.Pass, func(f *claim.Facts) {
		order(f).State, order(f).CloseReason, order(f).ClosedOn = referral.Closed, referral.CareComplete, served
	}},
	{"one visit too many", "prescription.visits", claim.Block, func(f *claim.Facts) { order(f).Used = 13 }},
	{"the last visit ordered", "prescription.visits", claim.Pass, func(f *claim.Facts) { order(f).Used = 12 }},
	{"a report is due by visits", "prescription.report", claim.Warn, func(f *claim.Facts) {
		order(f).SinceReport = 7
		under(f, func(p *knowledge.PayerProfile) { p.ReportEveryVisits = 6 })
	}},
	{"a report is due by days", "prescription.report", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.ReportEveryDays = 30 })
	}},
	{"a report was sent", "prescription.report", claim.Pass, func(f *claim.Facts) {
		f.Reports.LastOn = served.AddDays(-3)
		under(f, func(p *knowledge.PayerProfile) { p.ReportEveryDays, p.ReportEveryVisits = 30, 6 })
	}},
	{"no authorization", "authorisation.present", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Authorisation.Always = true })
	}},
	{"no authorization after some visits", "authorisation.present", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Authorisation.AfterVisits = 2 })
	}},
	{"not yet needed", "authorisation.present", claim.Pass, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Authorisation.AfterVisits = 3 })
	}},
	{"no authorization, unconfirmed", "authorisation.present", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) {
			p.Authorisation.Always, p.Unverified = true, knowledge.Unverified{"authorisation.always"}
		})
	}},
	{"a withdrawn authorization is none", "authorisation.present", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Authorisation.Always = true })
		authorised(f, func(a *claim.AuthorisationUse) { a.Withdrawn = true })
	}},
	{"an authorization of other days", "authorisation.covers", claim.Block, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.ToOn = served.AddDays(-1) })
	}},
	{"an authorization that stands", "authorisation.covers", claim.Pass, func(f *claim.Facts) { authorised(f, nil) }},
	{"authorized visits used up", "authorisation.visits", claim.Block, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Visits, a.VisitsUsed = i64(2), 3 })
	}},
	{"the last authorized visit", "authorisation.visits", claim.Pass, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Visits = i64(3) })
	}},
	{"authorized units used up", "authorisation.units", claim.Block, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Units, a.UnitsUsed = i64(10), 7 })
	}},
	{"the last authorized units", "authorisation.units", claim.Pass, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Units, a.UnitsUsed = i64(10), 6 })
	}},
	{"authorized for another procedure", "authorisation.codes", claim.Block, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Codes = []string{"97124"} })
	}},
	{"authorized for both", "authorisation.codes", claim.Pass, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Authorisation.Codes = []string{"97124", "97140"} })
	}},
	{"an endless number", "authorisation.format", claim.Block, func(f *claim.Facts) {
		authorised(f, func(a *claim.AuthorisationUse) { a.Number = strings.Repeat("9", 51) })
	}},
	{"no diagnosis", "diagnosis.present", claim.Block, func(f *claim.Facts) { order(f).Codes = nil }},
	{"an undotted diagnosis", "diagnosis.shape", claim.Block, func(f *claim.Facts) { order(f).Codes[0].Code = "M542" }},
	{"a diagnosis that is no code", "diagnosis.shape", claim.Block, func(f *claim.Facts) { order(f).Codes[0].Code = "neck" }},
	{"a category", "diagnosis.billable", claim.Block, func(f *claim.Facts) { order(f).Codes[0].State = knowledge.CodeIncomplete }},
	{"a retired code", "diagnosis.billable", claim.Block, func(f *claim.Facts) { order(f).Codes[0].State = knowledge.CodeEnded }},
	{"a code newer than the list", "diagnosis.billable", claim.Warn, func(f *claim.Facts) {
		order(f).Codes[0].State, order(f).Codes[0].Why = knowledge.CodeNewer, "M54.2 could not be confirmed for that day."
	}},
	{"thirteen diagnoses", "diagnosis.count", claim.Warn, func(f *claim.Facts) {
		for _, c := range strings.Fields("M54.6 M54.9 M62.81 M62.89 M79.7 M25.50 M25.511 M25.512 M54.31 M54.32 M54.41") {
			order(f).Codes = append(order(f).Codes, claim.DiagnosisState{Code: c, State: knowledge.CodeValid})
		}
	}},
	{"a diagnosis twice", "diagnosis.count", claim.Block, func(f *claim.Facts) { order(f).Codes[1].Code = "M54.2" }},
	{"external causes alone", "diagnosis.first", claim.Block, func(f *claim.Facts) {
		order(f).Codes = []claim.DiagnosisState{{Code: "V49.40XA", State: knowledge.CodeValid, External: true}}
	}},
	{"an external cause is put last", "diagnosis.first", claim.Pass, func(f *claim.Facts) {
		order(f).Codes = append([]claim.DiagnosisState{{Code: "V49.40XA", State: knowledge.CodeValid, External: true}}, order(f).Codes...)
	}},
	{"a side left open", "diagnosis.unspecified", claim.Warn, func(f *claim.Facts) { order(f).Codes[0].Unspecified = true }},
	{"no diagnosis to point to", "diagnosis.pointers", claim.Block, func(f *claim.Facts) { order(f).Codes = nil }},
	{"a pointer chosen too high is not taken", "diagnosis.pointers", claim.Pass, func(f *claim.Facts) { f.Choices.Pointers = map[string][]int{"97124": {9}} }},
}

var spoiledInsurance = []spoil{
	{"no insurance", "coverage.present", claim.Block, func(f *claim.Facts) { f.Coverage = nil }},
	{"insurance that had ended", "coverage.present", claim.Block, func(f *claim.Facts) { f.Coverage.ToOn = served.AddDays(-1) }},
	{"insurance of the day alone", "coverage.present", claim.Pass, func(f *claim.Facts) { f.Coverage.FromOn, f.Coverage.ToOn = served, served }},
	{"a second insurance", "coverage.order", claim.Block, func(f *claim.Facts) { f.Coverage.Priority = 2 }},
	{"no member number", "coverage.member", claim.Block, func(f *claim.Facts) { f.Coverage.MemberID = "" }},
	{"a subscriber without a name", "coverage.subscriber", claim.Block, func(f *claim.Facts) { f.Coverage.Relation = coverage.Spouse }},
	{"a subscriber without a birth date", "coverage.subscriber", claim.Block, func(f *claim.Facts) {
		f.Coverage.Relation, f.Coverage.Subscriber = coverage.Spouse, subscriber()
		f.Coverage.Subscriber.BirthDate = civil.Date{}
	}},
	{"a subscriber without an address", "coverage.subscriber", claim.Block, func(f *claim.Facts) {
		f.Coverage.Relation, f.Coverage.Subscriber = coverage.Child, subscriber()
		f.Coverage.Subscriber.Address = practice.Address{}
	}},
	{"a subscriber who is complete", "coverage.subscriber", claim.Pass, func(f *claim.Facts) {
		f.Coverage.Relation, f.Coverage.Subscriber = coverage.Spouse, subscriber()
	}},
	{"no claim number of the injury", "coverage.case", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Needs.ClaimNumber = true })
	}},
	{"no claim number, unconfirmed", "coverage.case", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) {
			p.Needs.ClaimNumber, p.Unverified = true, knowledge.Unverified{"needs.claim_number"}
		})
	}},
	{"an employer without a name", "coverage.employer", claim.Block, func(f *claim.Facts) { f.Coverage.Relation = coverage.Employee }},
	{"no employer where it is wanted", "coverage.employer", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Needs.Employer = true })
	}},
	{"no date of the accident", "accident.date", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Needs.AccidentDate = true })
	}},
	{"an accident without a date", "accident.date", claim.Block, func(f *claim.Facts) { order(f).Accident.Kind = referral.OtherAccident }},
	{"an accident after the visit", "accident.date", claim.Block, func(f *claim.Facts) {
		order(f).Accident = referral.Accident{Kind: referral.OtherAccident, On: served.AddDays(1)}
	}},
	{"an auto accident without a state", "accident.state", claim.Block, func(f *claim.Facts) {
		order(f).Accident = referral.Accident{Kind: referral.AutoAccident, On: day("2026-01-15")}
	}},
	{"no state where it is wanted", "accident.state", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Needs.AccidentState = true })
	}},
	{"auto insurance without an accident", "accident.kind", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Kind = knowledge.PayerAuto })
	}},
	{"workers’ compensation without an injury", "accident.kind", claim.Block, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Kind = knowledge.PayerWorkersComp })
	}},
	{"a health plan after an auto accident", "accident.kind", claim.Warn, func(f *claim.Facts) {
		order(f).Accident = referral.Accident{Kind: referral.AutoAccident, On: day("2026-01-15"), State: "IL"}
	}},
	{"a health plan after a work injury", "accident.kind", claim.Warn, func(f *claim.Facts) {
		order(f).Accident = referral.Accident{Kind: referral.WorkAccident, On: day("2026-01-15")}
	}},
	{"auto insurance after an auto accident", "accident.kind", claim.Pass, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.Kind = knowledge.PayerAuto })
		order(f).Accident = referral.Accident{Kind: referral.AutoAccident, On: day("2026-01-15"), State: "IL"}
	}},
	{"no consent to send records", "coverage.release", claim.Warn, func(f *claim.Facts) { f.Coverage.ReleaseSigned = false }},
	{"benefits not assigned", "coverage.release", claim.Warn, func(f *claim.Facts) { f.Coverage.BenefitsAssigned = false }},
	{"a payer out of use", "payer.contract", claim.Block, func(f *claim.Facts) { f.Coverage.Payer.Active = false }},
	{"outside the contract", "payer.contract", claim.Block, func(f *claim.Facts) { f.Coverage.Payer.ContractFrom = served.AddDays(1) }},
	{"rules of other days", "payer.rules", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.EffectiveTo = served.AddDays(-1) })
	}},
	{"rules of another state", "payer.rules", claim.Warn, func(f *claim.Facts) {
		under(f, func(p *knowledge.PayerProfile) { p.State = "WA" })
	}},
	{"half of the filing limit", "payer.filing", claim.Warn, func(f *claim.Facts) { late(f, 90) }},
	{"most of the filing limit", "payer.filing", claim.Warn, func(f *claim.Facts) { late(f, 144) }},
	{"after the filing limit", "payer.filing", claim.Warn, func(f *claim.Facts) { late(f, 181) }},
	{"well before the filing limit", "payer.filing", claim.Pass, func(f *claim.Facts) { late(f, 89) }},
	{"claimed already", "claim.duplicate", claim.Block, func(f *claim.Facts) { other(f, claim.Sent, "97140") }},
	{"paid already", "claim.duplicate", claim.Block, func(f *claim.Facts) { other(f, claim.Paid, "97124") }},
	{"about to be claimed", "claim.duplicate", claim.Warn, func(f *claim.Facts) { other(f, claim.Ready, "97140") }},
	{"claimed and rejected", "claim.duplicate", claim.Pass, func(f *claim.Facts) { other(f, claim.Rejected, "97140") }},
	{"another procedure claimed", "claim.duplicate", claim.Pass, func(f *claim.Facts) { other(f, claim.Sent, "97010") }},
	{"claimed of another payer", "claim.duplicate", claim.Pass, func(f *claim.Facts) {
		other(f, claim.Sent, "97140")
		f.Others[0].Payer = id.New[id.Payer]()
	}},
	{"the claim that is replaced", "claim.duplicate", claim.Pass, func(f *claim.Facts) {
		other(f, claim.Sent, "97140")
		f.Replaces = f.Others[0].ID
	}},
	{"a second session of the day", "claim.sessions", claim.Block, func(f *claim.Facts) {
		other(f, claim.Sent, "97010")
		under(f, func(p *knowledge.PayerProfile) { p.SessionsPerDay = 1 })
	}},
	{"a replacement without the payer’s number", "claim.earlier", claim.Block, func(f *claim.Facts) {
		f.Frequency, f.Before = claim.Replacement, &claim.Document{}
	}},
	{"a replacement of nothing", "claim.earlier", claim.Block, func(f *claim.Facts) { f.Frequency, f.PayerNumber = claim.Replacement, "P1" }},
	{"a replacement", "claim.earlier", claim.Pass, func(f *claim.Facts) {
		f.Frequency, f.Before, f.PayerNumber = claim.Replacement, &claim.Document{Payer: claim.Payer{ID: f.Coverage.Payer.ID}}, "P1"
	}},
	{"a replacement for another payer", "claim.earlier", claim.Block, func(f *claim.Facts) {
		f.Frequency, f.Before, f.PayerNumber = claim.Replacement, &claim.Document{Payer: claim.Payer{ID: id.New[id.Payer](), Name: "Another"}}, "P1"
	}},
}

func subscriber() coverage.Subscriber {
	return coverage.Subscriber{LastName: "Okafor", FirstName: "Ben", BirthDate: day("1979-05-06"), Sex: "male",
		Address: practice.Address{Line1: "2 Oak Street", City: "Chicago", State: "IL", PostalCode: "60602"}}
}

func late(f *claim.Facts, days int) {
	under(f, func(p *knowledge.PayerProfile) { p.FilingLimitDays = 180 })
	f.Today = served.AddDays(days)
}

func other(f *claim.Facts, s claim.State, procedures ...string) {
	f.Others = []claim.OtherClaim{{ID: id.New[id.Claim](), Number: "100000", State: s, Payer: f.Coverage.Payer.ID, Visit: id.New[id.Visit](), Procedures: procedures}}
}

var spoiledForm = []spoil{
	{"no fee", "fee.found", claim.Block, func(f *claim.Facts) { delete(f.Prices, "97124") }},
	{"a fee of nothing", "fee.found", claim.Block, func(f *claim.Facts) { f.Prices["97124"] = 0 }},
	{"more paid than asked", "total.sums", claim.Block, func(f *claim.Facts) { f.Paid = 1_000_000 }},
	{"no claim number", "claim.number", claim.Block, func(f *claim.Facts) { f.Number = "" }},
	{"an endless claim number", "claim.number", claim.Block, func(f *claim.Facts) { f.Number = "123456789012345" }},
	{"no NPI at all", "billing.npi", claim.Block, func(f *claim.Facts) { f.Practice.NPI, f.Therapist.NPI = "", "" }},
	{"a therapist who bills in person", "billing.npi", claim.Pass, func(f *claim.Facts) { f.Practice.NPI = "" }},
	{"no tax number", "billing.tax", claim.Block, func(f *claim.Facts) { f.Practice.Billing.TaxID = "" }},
	{"eight digits of a tax number", "billing.tax", claim.Block, func(f *claim.Facts) { f.Practice.Billing.TaxID = "12345678" }},
	{"no name to bill in", "billing.address", claim.Block, func(f *claim.Facts) { f.Practice.Name = "" }},
	{"no street", "billing.address", claim.Block, func(f *claim.Facts) { f.Practice.Billing.Address.Line1 = "" }},
	{"a post office box", "billing.address", claim.Block, func(f *claim.Facts) { f.Practice.Billing.Address.Line1 = "PO Box 12" }},
	{"the location’s address will do", "billing.address", claim.Pass, func(f *claim.Facts) { f.Practice.Billing.Address = practice.Address{} }},
	{"five digits of a ZIP code", "billing.zip", claim.Block, func(f *claim.Facts) { f.Practice.Billing.Address.PostalCode = "60601" }},
	{"no place of service", "place", claim.Block, func(f *claim.Facts) { f.Place.PlaceOfService = "" }},
	{"an unknown place of service", "place", claim.Block, func(f *claim.Facts) { f.Place.PlaceOfService, f.PlaceCode = "77", knowledge.PlaceOfService{} }},
	{"by telephone", "place", claim.Block, func(f *claim.Facts) {
		f.Place.PlaceOfService, f.PlaceCode = "02", knowledge.PlaceOfService{Code: "02", Label: "Telehealth"}
	}},
	{"at home without its address", "place", claim.Warn, func(f *claim.Facts) {
		f.Place.PlaceOfService, f.PlaceCode = "12", knowledge.PlaceOfService{Code: "12", Label: "Home", HandsOn: true, PatientAddress: true}
	}},
	{"another place without a town", "facility.address", claim.Block, func(f *claim.Facts) { f.Place.AddressLine, f.Place.City = "9 Side Street", "" }},
	{"another place", "facility.address", claim.Pass, func(f *claim.Facts) { f.Place.AddressLine = "9 Side Street" }},
	{"no last name", "patient.details", claim.Block, func(f *claim.Facts) { f.Patient.LastName = "" }},
	{"no first name", "patient.details", claim.Warn, func(f *claim.Facts) { f.Patient.FirstName = "" }},
	{"no birth date", "patient.details", claim.Block, func(f *claim.Facts) { f.Patient.BirthDate = civil.Date{} }},
	{"no address", "patient.details", claim.Block, func(f *claim.Facts) { f.Patient.AddressLine = "" }},
	{"a payer without an electronic number", "payer.address", claim.Warn, func(f *claim.Facts) { f.Coverage.Payer.Code = "" }},
	{"a name with an accent", "characters", claim.Warn, func(f *claim.Facts) { f.Patient.LastName = "Núñez" }},
	{"a name in another script", "characters", claim.Block, func(f *claim.Facts) { f.Patient.LastName = "Иванова" }},
	{"a prescriber with an accent", "characters", claim.Warn, func(f *claim.Facts) { order(f).Prescriber.FamilyName = "Müller" }},
	{"an endless remark", "characters", claim.Block, func(f *claim.Facts) { f.Choices.Remark = strings.Repeat("word ", 20) }},
}
