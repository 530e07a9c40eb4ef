package claim

import (
	"slices"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/id"
)

// When and how the payer wants it.
var payerChecks = []Check{
	{Key: "payer.contract", Title: "The payer was billed by the practice that day", Waiver: OwnerOnly, Prevents: []string{"109", "242"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		switch p := c.Payer; {
		case !p.Active:
			j.block(j.payerFix(), "%s is not in use any more. Give the patient’s insurance to the payer that took its place.", p.Name)
		case !p.InContract(j.f.Visit.Date):
			j.block(j.payerFix(), "The contract with %s did not cover %s. Correct its days if it did.", p.Name, j.f.Visit.Date.Human())
		}
	})},
	{Key: "payer.rules", Title: "The payer’s rules are those of the day", Prevents: []string{"167", "272", "B5"}, run: ofCoverage(func(j *judge, c coverage.Coverage) {
		if !j.f.Terms.InEffect {
			j.warn(j.payerFix(), "The rules held for %s are not those of %s. Check them with the payer.", c.Payer.Name, j.f.Visit.Date.Human())
		}
		if s := j.f.Terms.Base.State; s != "" && j.f.state() != "" && s != j.f.state() {
			j.warn(j.payerFix(), "The rules held for %s are those of %s, and the care falls under %s.", c.Payer.Name, s, j.f.state())
		}
	})},
	{Key: "payer.filing", Title: "The filing limit is far off", Prevents: []string{"29"}, run: filing},
	{Key: "claim.duplicate", Title: "The services were not claimed before", Waiver: Biller, Prevents: []string{"18"}, run: duplicate},
	{Key: "claim.sessions", Title: "One session a day is claimed", Prevents: []string{"97", "119"}, run: func(j *judge) {
		limit := j.f.Terms.Base.SessionsPerDay
		if limit <= 0 {
			j.na()
			return
		}
		visits := []id.Visit{j.f.Visit.ID} // one may have several claims: corrections, and what they corrected
		for _, o := range j.f.Others {
			if !slices.Contains(visits, o.Visit) && o.State != Cancelled && o.State != Closed && o.Payer == j.f.payer().ID {
				visits = append(visits, o.Visit)
			}
		}
		if sessions := len(visits); sessions > limit {
			j.rule("SessionsPerDay", j.patientPage("Open the visits", "/visits"), "This is session %d of the day; the payer pays for %d.", sessions, limit)
		}
	}},
	{Key: "claim.earlier", Title: "A correction names the claim it corrects", Voids: true, Prevents: []string{"16", "18"}, run: func(j *judge) {
		if j.d.Frequency == Original {
			j.na()
			return
		}
		earlier := claimFix("Open the earlier claim", j.f.Replaces, "")
		switch {
		case j.f.Before == nil:
			j.block(earlier, "The claim that this one corrects was never sent.")
		case j.d.Payer.ID != j.f.Before.Payer.ID:
			j.block(earlier, "The claim that this one corrects went to %s, where no other payer can correct it. Drop this one and void that one.", j.f.Before.Payer.Name)
		case j.d.PayerNumber == "":
			j.block(earlier, "The payer’s own number of the earlier claim is missing. It stands in the payer’s answer; enter it there.")
		}
	}},
}

// filing warns earlier and earlier the nearer the limit is, and never blocks:
// a late claim can still be argued, an unsent one cannot.
func filing(j *judge) {
	limit := j.f.Terms.FilingLimitDays
	if j.f.Coverage == nil || limit <= 0 {
		j.na()
		return
	}
	passed := int64(j.f.Today.DaysSince(j.f.Visit.Date))
	last := j.f.Visit.Date.AddDays(int(limit))
	unsure := ""
	if j.f.unsure("FilingLimitDays") {
		unsure = " The limit is not confirmed: ask, and enter it."
	}
	switch {
	case passed > limit:
		j.warn(j.payerFix(), "The filing limit of %d days ended on %s. Send it with the proof of why it is late.%s", limit, last.Human(), unsure)
	case passed*10 >= limit*8:
		j.warn(j.payerFix(), "Send this at once: the filing limit of %d days ends on %s.%s", limit, last.Human(), unsure)
	case passed*2 >= limit:
		j.warn(j.payerFix(), "More than half of the filing limit of %d days has passed. It ends on %s.%s", limit, last.Human(), unsure)
	}
}

// duplicate looks for the same procedures of the same patient, day and payer in
// another claim. One that this claim corrects, or that was dropped, is none.
func duplicate(j *judge) {
	for _, o := range j.f.Others {
		if o.ID == j.f.Claim || o.ID == j.f.Replaces || o.Payer != j.f.payer().ID || o.State == Cancelled || o.State == Closed || o.State == Rejected {
			continue
		}
		var same []string
		for _, l := range j.d.Lines {
			if slices.Contains(o.Procedures, l.Procedure) {
				same = appendNew(same, l.Procedure)
			}
		}
		if len(same) == 0 {
			continue
		}
		fix := claimFix("Open claim "+o.Number, o.ID, "")
		if o.State.Draft() {
			j.warn(fix, "Claim %s, not sent yet, asks for %s of the same patient and day.", o.Number, strings.Join(same, " and "))
			continue
		}
		j.block(fix, "%s of the same patient and day was claimed already, with claim %s. Correct that claim instead of sending this one.", strings.Join(same, " and "), o.Number)
	}
}
