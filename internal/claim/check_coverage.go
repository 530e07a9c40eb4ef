package claim

import (
	"soapstone/internal/coverage"
	"soapstone/internal/referral"
)

// Whose insurance is asked.
var coverageChecks = []Check{
	{Key: "coverage.present", Title: "The patient was insured that day", Prevents: []string{"26", "27", "31"}, run: func(j *judge) {
		switch c := j.f.Coverage; {
		case c == nil:
			j.block(j.coverageFix(), "No insurance of the patient was in force on %s. Enter it, or drop the claim and let the patient pay.", j.f.Visit.Date.Human())
		case !c.InForce(j.f.Visit.Date):
			j.block(j.coverageFix(), "The insurance was not in force on %s. Check its days against the card.", j.f.Visit.Date.Human())
		}
	}},
	{Key: "coverage.order", Title: "The insurance asked is the first one", Prevents: []string{"22", "23"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if c.Priority > 1 {
			j.block(j.coverageFix(), "This insurance is asked after another one, whose answer must be sent along. Such claims are not made here yet: send it from the payer’s site.")
		}
	})},
	{Key: "coverage.member", Title: "The member number is there", Prevents: []string{"16", "31", "140"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if j.d.Subscriber.MemberID == "" && c.Relation != coverage.Employee && j.d.Subscriber.CaseNumber == "" {
			j.block(j.coverageFix(), "The insurance has no member number. Copy it from the card.")
		}
	})},
	{Key: "coverage.subscriber", Title: "The subscriber is known", Prevents: []string{"16", "31", "140"}, run: ofCoverage(subscriberKnown)},
	{Key: "coverage.case", Title: "The claim number of the injury is there", Prevents: []string{"16", "19", "20", "21"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if j.f.Terms.NeedsCaseNumber && j.d.Subscriber.CaseNumber == "" {
			j.rule("NeedsCaseNumber", j.coverageFix(), "%s wants its own claim number of the injury. Enter it with the insurance.", c.Payer.Name)
		}
	})},
	{Key: "coverage.employer", Title: "The employer is named", Prevents: []string{"16"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if (j.f.Terms.NeedsEmployer || c.Relation == coverage.Employee) && c.Employer == "" {
			if c.Relation == coverage.Employee {
				j.block(j.coverageFix(), "The insurance is in the employer’s name, and the employer is not named.")
			} else {
				j.rule("NeedsEmployer", j.coverageFix(), "%s wants the employer’s name. Enter it with the insurance.", c.Payer.Name)
			}
		}
	})},
	{Key: "accident.date", Title: "The date of the accident is there", Prevents: []string{"16", "19", "20", "21"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		on := j.d.Accident.On
		switch {
		case on.IsZero() && j.f.Terms.NeedsAccidentDate:
			j.rule("NeedsAccidentDate", j.prescriptionFix(), "%s wants the date of the accident. Enter it with the prescription.", c.Payer.Name)
		case on.IsZero() && (j.d.Accident.Auto || j.d.Accident.Employment || j.d.Accident.Other):
			j.block(j.prescriptionFix(), "The care follows an accident, and its date is missing. Enter it with the prescription.")
		case !on.IsZero() && on.After(j.f.Visit.Date):
			j.block(j.prescriptionFix(), "The accident is dated %s, after the visit.", on.Human())
		}
	})},
	{Key: "accident.state", Title: "The state of the accident is there", Prevents: []string{"16", "20"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		switch {
		case j.d.Accident.State != "":
		case j.d.Accident.Auto:
			j.block(j.prescriptionFix(), "The state in which the auto accident happened is missing. Enter it with the prescription.")
		case j.f.Terms.NeedsAccidentState:
			j.rule("NeedsAccidentState", j.prescriptionFix(), "%s wants the state of the accident. Enter it with the prescription.", c.Payer.Name)
		}
	})},
	{Key: "accident.kind", Title: "The insurance fits the accident", Prevents: []string{"19", "20", "21"}, run: ofCoverage(accidentKind)},
	{Key: "coverage.release", Title: "The patient agreed that records go to the payer", Prevents: []string{"16"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if !c.ReleaseSigned {
			j.warn(j.coverageFix(), "Nobody has noted that the patient agreed to send records to the payer.")
		}
		if !c.BenefitsAssigned {
			j.warn(j.coverageFix(), "The patient has not assigned the benefits: the payer may pay the patient and not the practice.")
		}
	})},
}

// ofCoverage asks only where there is insurance.
func ofCoverage(ask func(j *judge, c coverage.Coverage)) func(j *judge) {
	return func(j *judge) {
		if j.f.Coverage == nil {
			j.na()
			return
		}
		ask(j, *j.f.Coverage)
	}
}

func subscriberKnown(j *judge, c coverage.Coverage) {
	if c.Relation == coverage.Employee {
		return
	}
	p := j.d.Subscriber.Person
	if c.Relation == coverage.Self {
		return // the patient, asked about on its own
	}
	switch {
	case p.LastName == "":
		j.block(j.coverageFix(), "The person in whose name the insurance is has no name. Copy it from the card.")
	case p.BirthDate.IsZero():
		j.block(j.coverageFix(), "The birth date of %s, in whose name the insurance is, is missing.", p.LastName)
	case !p.Address.complete():
		j.block(j.coverageFix(), "The address of %s, in whose name the insurance is, is not complete.", p.LastName)
	}
}

// complete reports whether an address can stand on a claim.
func (a Address) complete() bool {
	return a.Line1 != "" && a.City != "" && len(a.State) == 2 && (len(a.ZIP) == 5 || len(a.ZIP) == 9)
}

func accidentKind(j *judge, c coverage.Coverage) {
	a := referral.NoAccident
	if j.f.Prescription != nil {
		a = j.f.Prescription.Accident.Kind
	}
	switch kind := j.d.Payer.Kind; {
	case kind == "auto" && a != referral.AutoAccident:
		j.block(j.prescriptionFix(), "%s pays for auto accidents, and the prescription names none. Enter the accident, or ask the patient’s other insurance.", c.Payer.Name)
	case kind == "workers-comp" && a != referral.WorkAccident:
		j.block(j.prescriptionFix(), "%s pays for work injuries, and the prescription names none. Enter the accident, or ask the patient’s other insurance.", c.Payer.Name)
	case kind != "auto" && a == referral.AutoAccident:
		j.warn(j.coverageFix(), "The care follows an auto accident. Be sure that no auto insurer is to be asked before %s.", c.Payer.Name)
	case kind != "workers-comp" && a == referral.WorkAccident:
		j.warn(j.coverageFix(), "The care follows a work injury. Be sure that workers’ compensation is not to be asked before %s.", c.Payer.Name)
	}
}
