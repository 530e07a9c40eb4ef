package claim

import (
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
)

// Who ordered the care, for how long and how often.
var prescriptionChecks = []Check{
	{Key: "prescription.present", Title: "The visit was prescribed", Proof: true, Prevents: []string{"173", "183", "288"}, run: func(j *judge) {
		switch p := j.f.Prescription; {
		case p == nil:
			j.block(j.prescriptionFix(), "The visit belongs to no prescription. Without one there is no diagnosis and no claim. Enter it, and give the visit to it.")
		case p.State == referral.Draft:
			j.block(j.prescriptionFix(), "The prescription is still a draft. Complete it.")
		case j.f.Visit.Referral.IsZero() && p.CloseReason != referral.EnteredInError:
			j.warn(j.prescriptionFix(), "The visit was planned under no prescription and is claimed under the one in force that day. Be sure that it was ordered there.")
		case p.CloseReason == referral.EnteredInError:
			j.block(j.prescriptionFix(), "The prescription was entered in error. Give the visit to the right one.")
		}
	}},
	{Key: "prescription.covers", Title: "The prescription covers the day", Proof: true, Prevents: []string{"173"}, run: prescriptionCovers},
	{Key: "prescription.signature", Title: "The prescriber’s signature was seen", Proof: true, Prevents: []string{"173"}, run: func(j *judge) {
		switch p := j.f.Prescription; {
		case p == nil:
			j.na()
		case !p.SignatureSeen && j.f.Terms.PrescriptionRequired == coverage.Yes:
			j.rule("PrescriptionRequired", j.prescriptionFix(), "Nobody has noted that the prescriber signed the prescription. Look at it, and tick it.")
		case !p.SignatureSeen:
			j.warn(j.prescriptionFix(), "Nobody has noted that the prescriber signed the prescription. Look at it, and tick it.")
		}
	}},
	{Key: "prescription.prescriber", Title: "The prescriber has a name and an NPI", Proof: true, Prevents: []string{"16", "183", "184", "206", "207"}, run: func(j *judge) {
		switch p := j.f.Prescription; {
		case p == nil:
			j.na()
		case p.Prescriber.FamilyName == "":
			j.block(j.prescriptionFix(), "The prescription names no prescriber.")
		case practice.CheckNPI(p.Prescriber.NPI) != nil:
			j.block(Fix{"Open the prescriber", "/prescribers/" + p.Prescriber.ID.String() + "/edit"}, "The NPI of %s is missing or is not one. Correct it.", p.Prescriber.Name())
		}
	}},
	{Key: "prescription.visits", Title: "The visit is among those ordered", Proof: true, Prevents: []string{"119", "151", "173"}, run: func(j *judge) {
		switch p := j.f.Prescription; {
		case p == nil:
			j.na()
		case p.Order.Visits > 0 && p.Used > p.Order.Visits:
			j.block(j.prescriptionFix(), "This is visit %d under a prescription of %d. A renewal that covers %s is needed.", p.Used, p.Order.Visits, j.f.Visit.Date.Human())
		}
	}},
	{Key: "prescription.report", Title: "No report to the prescriber is overdue", Prevents: []string{"50", "163"}, run: reportDue},
}

func prescriptionCovers(j *judge) {
	p, on := j.f.Prescription, j.f.Visit.Date
	if p == nil {
		j.na()
		return
	}
	switch {
	case p.WrittenOn.IsZero() && p.State != referral.Draft:
		j.block(j.prescriptionFix(), "The prescription has no date of writing.")
	case on.Before(p.WrittenOn):
		j.block(j.prescriptionFix(), "The prescription was written on %s, after the visit.", p.WrittenOn.Human())
	case on.Before(p.StartsOn):
		j.block(j.prescriptionFix(), "The prescription starts on %s, after the visit.", p.StartsOn.Human())
	case !p.ClosedOn.IsZero() && on.After(p.ClosedOn):
		j.block(j.prescriptionFix(), "The prescription was closed on %s, before the visit: %s. Reopen it if it still held.", p.ClosedOn.Human(), lower(p.CloseReason.Label()))
	case !p.EndsOn.IsZero() && on.After(p.EndsOn):
		j.block(j.prescriptionFix(), "The prescription ended on %s, before the visit. A renewal that covers %s is needed.", p.EndsOn.Human(), on.Human())
	}
}

// lower makes a label part of a sentence.
func lower(s string) string { return strings.ToLower(s[:min(1, len(s))]) + s[min(1, len(s)):] }

func reportDue(j *judge) {
	p, t := j.f.Prescription, j.f.Terms
	if p == nil || t.ReportEveryVisits <= 0 && t.ReportEveryDays <= 0 {
		j.na()
		return
	}
	since := j.f.Reports.LastOn
	if since.IsZero() {
		since = p.FirstOn
	}
	days := int64(0)
	if !since.IsZero() {
		days = int64(j.f.Visit.Date.DaysSince(since))
	}
	fix := j.patientPage("Write the report", "/reports/new")
	unknown := ""
	if !j.f.Reports.Known {
		unknown = " Whether one was sent is not known here."
	}
	switch {
	case t.ReportEveryVisits > 0 && p.SinceReport > t.ReportEveryVisits:
		j.warn(fix, "The payer wants a report every %d visits; this is the %s since the last one.%s", t.ReportEveryVisits, ordinal(p.SinceReport), unknown)
	case t.ReportEveryDays > 0 && days > t.ReportEveryDays:
		j.warn(fix, "The payer wants a report every %d days; %d have passed since the last one.%s", t.ReportEveryDays, days, unknown)
	}
}

func ordinal(n int64) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

// What the payer agreed to beforehand.
var authorisationChecks = []Check{
	{Key: "authorisation.present", Title: "The payer’s authorization is there where it is asked for", Prevents: []string{"15", "197", "198", "243"}, run: authorisationPresent},
	{Key: "authorisation.covers", Title: "The authorization covers the day", Prevents: []string{"15", "197", "198"}, run: ofAuthorisation(func(j *judge, a AuthorisationUse) {
		if !a.Covers(j.f.Visit.Date) {
			j.block(j.authorisationFix(), "Authorization %s is for %s. Enter the one that covers %s.", a.Number, days(a), j.f.Visit.Date.Human())
		}
	})},
	{Key: "authorisation.visits", Title: "The authorization has visits left", Prevents: []string{"119", "198"}, run: ofAuthorisation(func(j *judge, a AuthorisationUse) {
		if a.Visits != nil && a.VisitsUsed > *a.Visits {
			j.block(j.authorisationFix(), "This is visit %d under authorization %s, which is for %d. Ask for more, and enter it.", a.VisitsUsed, a.Number, *a.Visits)
		}
	})},
	{Key: "authorisation.units", Title: "The authorization has units left", Prevents: []string{"119", "198"}, run: ofAuthorisation(func(j *judge, a AuthorisationUse) {
		var units int64
		for _, l := range j.d.Lines {
			if l.Timed {
				units += l.Units
			}
		}
		if a.Units != nil && a.UnitsUsed+units > *a.Units {
			j.block(j.authorisationFix(), "With this claim %d units would be claimed under authorization %s, which is for %d. Ask for more, and enter it.", a.UnitsUsed+units, a.Number, *a.Units)
		}
	})},
	{Key: "authorisation.codes", Title: "The authorization lists the procedures", Prevents: []string{"15", "198"}, run: ofAuthorisation(func(j *judge, a AuthorisationUse) {
		for _, l := range j.d.Lines {
			if len(a.Codes) > 0 && !slices.Contains(a.Codes, l.Procedure) {
				j.add(Block, l.Control, "", "Authorization "+a.Number+" is for "+strings.Join(a.Codes, ", ")+", not for "+l.Procedure+". Have it added, or choose another procedure.", j.authorisationFix())
			}
		}
	})},
	{Key: "authorisation.format", Title: "The authorization’s number has the payer’s form", Waiver: Biller, Prevents: []string{"15"}, run: ofAuthorisation(func(j *judge, a AuthorisationUse) {
		switch {
		case len(a.Number) > 50:
			j.block(j.authorisationFix(), "The number of authorization %s is longer than a claim can hold.", a.Number)
		case !j.f.Terms.AuthorisationNumberFits(a.Number):
			j.rule("AuthorisationFormats", j.authorisationFix(), "The authorization’s number %s does not have the form this payer uses. Compare it with the payer’s letter.", a.Number)
		}
	})},
}

// ofAuthorisation asks only where there is an authorization.
func ofAuthorisation(ask func(j *judge, a AuthorisationUse)) func(j *judge) {
	return func(j *judge) {
		a, found := j.f.authorisation()
		if !found || j.f.Coverage == nil {
			j.na()
			return
		}
		ask(j, a)
	}
}

func days(a AuthorisationUse) string {
	if a.ToOn.IsZero() {
		return "days from " + a.FromOn.Human() + " on"
	}
	return a.FromOn.Human() + " to " + a.ToOn.Human()
}

func authorisationPresent(j *judge) {
	if j.f.Coverage == nil {
		j.na()
		return
	}
	nth := int64(1)
	if j.f.Prescription != nil {
		nth = max(j.f.Prescription.Used, 1)
	}
	needed, how := j.f.Terms.AuthorisationNeeded(nth)
	if _, found := j.f.authorisation(); found || !needed {
		return
	}
	if how != "" {
		how = " How to ask: " + strings.TrimSuffix(how, ".") + "."
	}
	field, when := "AuthorisationAlways", "before the first visit"
	if !j.f.Terms.AuthorisationAlways {
		field, when = "AuthorisationAfter", fmt.Sprintf("after %d visits", j.f.Terms.AuthorisationAfter)
	}
	j.rule(field, j.authorisationFix(), "%s wants its authorization %s, and there is none.%s", j.f.payer().Name, when, how)
}
