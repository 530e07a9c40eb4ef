package claim

import (
	"fmt"

	"soapstone/internal/authz"
	"soapstone/internal/coverage"
	"soapstone/internal/practice"
)

// Who gave the care.
var therapistChecks = []Check{
	{Key: "therapist.license", Title: "The therapist was licensed that day", Proof: true, Prevents: []string{"185", "B7"}, run: license},
	{Key: "therapist.treats", Title: "A therapist signed the note", Proof: true, Prevents: []string{"185"}, run: func(j *judge) {
		if j.noteStands() && !j.f.Therapist.Has(authz.Therapist) {
			j.block(j.staffFix(), "%s, who signed, does not hold the role of a therapist.", j.f.Therapist.Name)
		}
	}},
	{Key: "therapist.npi", Title: "The therapist’s NPI is on file", Proof: true, Prevents: []string{"16", "206", "207", "208"}, run: func(j *judge) {
		switch npi := j.d.Rendering.NPI; {
		case npi == "":
			j.block(j.staffFix(), "%s has no NPI on file. Enter it.", j.f.Therapist.Name)
		case practice.CheckNPI(npi) != nil:
			j.block(j.staffFix(), "The NPI of %s is not one: its check digit does not fit. Correct it.", j.f.Therapist.Name)
		case npi[0] != '1':
			j.warn(j.staffFix(), "The NPI of %s begins with 2, as those of some organizations do. Be sure it is the person’s own.", j.f.Therapist.Name)
		}
	}},
	{Key: "therapist.taxonomy", Title: "The therapist’s provider type is on file", Prevents: []string{"8", "16"}, run: func(j *judge) {
		if j.d.Rendering.Taxonomy == "" {
			j.block(j.staffFix(), "%s has no provider type (taxonomy code) on file. Enter it.", j.f.Therapist.Name)
		}
	}},
	{Key: "therapist.enrolled", Title: "The payer knows the therapist", Prevents: []string{"38", "242", "B7"}, run: func(j *judge) {
		switch {
		case j.f.Coverage == nil:
			j.na()
		case !j.f.Enrolled:
			j.block(j.payerFix(), "%s was not enrolled with %s on %s. Enter since when the payer takes claims for this therapist.",
				j.f.Therapist.Name, j.f.payer().Name, j.f.Visit.Date.Human())
		}
	}},
	{Key: "therapist.payable", Title: "The payer pays for massage therapists", Prevents: []string{"54", "170", "185"}, run: payable},
	{Key: "therapist.others", Title: "Nobody else treated the patient that day", Prevents: []string{"97", "B20"}, run: func(j *judge) {
		for _, name := range j.f.Colleagues {
			j.warn(j.patientPage("Open the visits", "/visits"), "%s treated the patient on the same day. Limits of units a day are shared.", name)
		}
	}},
}

func license(j *judge) {
	t, on := j.f.Therapist, j.f.Visit.Date
	switch t.License(on) {
	case practice.NoLicense:
		j.block(j.staffFix(), "%s has no license on file. Enter it.", t.Name)
		return
	case practice.Undated:
		j.block(j.staffFix(), "The license of %s has no expiry date, so nothing shows that it was good on %s. Enter the date.", t.Name, on.Human())
		return
	case practice.Expired:
		j.block(j.staffFix(), "The license of %s ended on %s, before the visit. Enter the renewed one, if there is one.", t.Name, t.LicenseExpires.Human())
		return
	case practice.Expiring:
		if j.f.Today.After(on) && t.LicenseExpires.Before(j.f.Today) {
			break // it was good on the day
		}
	case practice.Valid:
	}
	if t.LicenseState != "" && j.f.Place.State != "" && t.LicenseState != j.f.Place.State {
		j.warn(j.staffFix(), "The license of %s is of %s, and the visit took place in %s. Be sure that it is good there.", t.Name, t.LicenseState, j.f.Place.State)
	}
}

func payable(j *judge) {
	if j.f.Coverage == nil {
		j.na()
		return
	}
	name := j.f.payer().Name
	switch j.f.Terms.TherapistPayable {
	case coverage.No:
		j.rule("TherapistPayable", j.payerFix(), "%s does not pay for massage therapists.", name)
		return
	case coverage.NotKnown:
		j.warn(j.payerFix(), "Nobody has asked whether %s pays for massage therapists. Ask, and enter the answer.", name)
	}
	for _, p := range j.f.Jurisdiction {
		if p.Key == j.f.Terms.Base.Key || p.MassageTherapistPaid != coverage.No {
			continue
		}
		level := Block
		if !p.Verified("massage_therapist_payable") {
			level = Warn
		}
		j.add(level, "", p.Sources["massage_therapist_payable"], fmt.Sprintf("In %s, payers of this kind do not pay for massage therapists.", p.State), j.payerFix())
	}
}
