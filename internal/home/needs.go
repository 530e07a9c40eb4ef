package home

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/report"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
)

// Need is one thing that waits for somebody.
type Need struct {
	Kind  string // "Note", "Prescription", "Report", …
	Tone  string // danger, warn or info
	Title string
	Text  string
	Verb  string     // what the row's button says: "Sign", "Renew", "Fix"
	URL   string     // where it is mended; "" when the actor cannot
	Since civil.Date // when it arose
	// Patient is whom it names; zero when it is about a member of staff.
	Patient id.Patient
}

// How many days around today make somebody a therapist's own patient, and how
// long before its end a license asks for renewal.
const (
	patientSince, patientUntil = 45, 21
	licenseSoon                = 60
)

// How many needs Today shows, and each page of the worklist.
const (
	folded   = 7
	eachPage = 50
)

// needs gathers the worklist, what is urgent first, then the oldest.
func (d *day) needs(ctx context.Context) error {
	for _, i := range d.attention {
		d.board.Needs = append(d.board.Needs, d.prescription(i))
	}
	for _, read := range []func(context.Context) error{d.unsigned, d.papers, d.licenses, d.reports, d.claims, d.papersWaiting} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	d.undecided()
	d.lacking(d.lacks)
	slices.SortStableFunc(d.board.Needs, func(a, b Need) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), a.Since.Compare(b.Since))
	})
	return d.safetyTasks(ctx)
}

// verbFor is a verb for those who may do it; others may look.
func (d *day) verbFor(p authz.Permission, verb string) string {
	if d.actor.Can(p) {
		return verb
	}
	return "Open"
}

func urgency(n Need) int {
	if n.Tone == "danger" {
		return 0
	}
	return 1
}

func (d *day) prescription(i visitledger.Item) Need {
	today := d.board.Today
	n := Need{Kind: "Prescription", Patient: i.Patient, Tone: "warn", Title: i.PatientName, Text: i.Reason, Since: today, Verb: d.verbFor(authz.ReferralWrite, "Renew"),
		URL: "/patients/" + i.Patient.String() + "/referrals/" + i.Referral.String()}
	if i.Tone == visitledger.Block {
		n.Tone = "danger"
	}
	if r := i.Rows[max(i.First, 0)]; !r.EndsOn.IsZero() {
		n.Since = r.EndsOn.AddDays(-visitledger.Soon)
	}
	if n.Since.After(today) {
		n.Since = today
	}
	return n
}

// unsigned lists sessions that need a note, for those who write or manage them.
func (d *day) unsigned(ctx context.Context) error {
	if !d.actor.Can(authz.NoteWrite) && !d.actor.Can(authz.PracticeManage) {
		return nil
	}
	for _, st := range []visit.State{visit.StateInProgress, visit.StateArrived, visit.StatePlanned} {
		rows, err := d.q.Unsigned(ctx, q.UnsignedParams{PracticeID: d.tx.Practice, State: string(st), Before: d.board.Today, UserID: d.actor.User, Everybody: d.everybody, Most: d.most.needs})
		if err != nil {
			return err
		}
		d.board.More = d.board.More || len(rows) == int(d.most.needs)
		for _, r := range rows {
			d.board.Needs = append(d.board.Needs, d.unsignedNote(r))
		}
	}
	return nil
}

func (d *day) unsignedNote(r q.UnsignedRow) Need {
	n := Need{Kind: "Note", Verb: "Open", Patient: r.PatientID, Tone: "warn", Title: r.PatientName, Text: "Visit of " + r.ServiceDate.Human() + " has no note.", Since: r.ServiceDate, URL: "/visits/" + r.VisitID.String()}
	switch {
	case r.Draft != "":
		n.Verb = "Sign"
		n.Text = "Note of " + r.ServiceDate.Human() + " is not signed."
	case visit.State(r.State) == visit.StatePlanned:
		n.Text = "Visit of " + r.ServiceDate.Human() + ": did it take place?"
	}
	if !d.board.Mine {
		n.Text += " " + r.TherapistName
	}
	if d.actor.Can(authz.NoteWrite) && visit.State(r.State) != visit.StatePlanned {
		n.URL += "/note"
		if r.Draft == "" {
			n.Verb = "Write"
		}
	} else {
		n.Verb = "Open"
	}
	return n
}

// papers names who comes on the day without an intake or a needed consent.
func (d *day) papers(ctx context.Context) error {
	if d.board.Day.Before(d.board.Today) || len(d.rows) == 0 || !d.actor.Can(authz.HealthRead) || !d.actor.Can(authz.ConsentRead) {
		return nil
	}
	intakes, err := d.q.DayIntakes(ctx, q.DayIntakesParams(d.params()))
	if err != nil {
		return err
	}
	consents, err := d.q.DayConsents(ctx, q.DayConsentsParams(d.params()))
	if err != nil {
		return err
	}
	state := map[id.Patient]string{}
	for _, i := range intakes {
		if state[i.PatientID] != "complete" {
			state[i.PatientID] = i.Status
		}
	}
	given := map[id.Patient]map[string]string{}
	for _, c := range consents {
		if given[c.PatientID] == nil {
			given[c.PatientID] = map[string]string{}
		}
		given[c.PatientID][c.TextKey] = c.Action // the newest comes last
	}
	seen := map[id.Patient]bool{}
	for i := range d.board.Rows {
		r := &d.board.Rows[i]
		if r.New && r.State.Writable() {
			r.Papers = papersOf(state[r.Patient], missingConsents(given[r.Patient]))
		}
		if seen[r.Patient] || (r.State != visit.StatePlanned && r.State != visit.StateArrived && r.State != visit.StateInProgress) {
			continue
		}
		seen[r.Patient] = true
		d.paper(*r, state[r.Patient], missingConsents(given[r.Patient]))
	}
	return nil
}

func (d *day) paper(r Row, intake string, consents []string) {
	at, when := "/patients/"+r.Patient.String(), "Comes at "+r.Time+"."
	if d.board.Day != d.board.Today {
		when = "Comes on " + d.board.Day.Human() + "."
	}
	n := Need{Patient: r.Patient, Tone: "warn", Title: r.Name, Verb: d.verbFor(authz.HealthWrite, "Fill in"), URL: at + "/intake", Since: d.board.Day}
	switch intake {
	case "":
		n.Kind, n.Text = "Intake", "No intake yet. "
	case "draft":
		n.Kind, n.Text = "Intake", "Intake begun, not finished. "
	}
	if len(consents) > 0 {
		n.Text += "Missing: " + strings.Join(consents, ", ") + ". "
		if n.Kind == "" {
			n.Kind, n.URL, n.Verb = "Consent", at+"/consents", d.verbFor(authz.ConsentWrite, "Ask")
		} else {
			n.Kind = "Papers"
		}
	}
	if n.Kind != "" {
		n.Text += when
		d.board.Needs = append(d.board.Needs, n)
	}
}

// papersOf says in a few words how far a new patient's papers have come.
func papersOf(intake string, missing []string) string {
	said := map[string]string{"": "no intake", "draft": "intake begun"}
	text, ok := said[intake]
	if !ok {
		text = "intake done"
	}
	if len(missing) == 0 {
		return text + ", consent signed"
	}
	return text + ", no " + strings.Join(missing, ", no ")
}

// missingConsents names what must be signed before treatment. The privacy
// notice need only have been offered: refusing to sign does not bar care.
func missingConsents(newest map[string]string) []string {
	var out []string
	if newest["treatment"] != "given" {
		out = append(out, "consent to treatment")
	}
	if a := newest["privacy-notice"]; a != "given" && a != "declined" {
		out = append(out, "privacy notice")
	}
	return out
}

// reports lists the reports that wait, for those who write them or see to it.
func (d *day) reports(ctx context.Context) error {
	if !d.actor.Can(authz.ReportRead) {
		return nil
	}
	due, err := d.Reports.Due(ctx, d.tx, d.scope())
	for _, r := range due {
		d.board.Needs = append(d.board.Needs, d.report(r))
	}
	return err
}

func (d *day) report(r report.DueItem) Need {
	n := Need{Kind: "Report", Patient: r.Patient, Tone: "info", Title: r.PatientName, Text: "Report to " + r.Prescriber + " is due: " + r.Why + ".", Since: r.Since,
		Verb: "Open", URL: "/patients/" + r.Patient.String() + "/reports"}
	switch {
	case !r.Draft.IsZero():
		n.URL += "/" + r.Draft.String()
		n.Verb = d.verbFor(authz.ReportWrite, "Finish")
	case d.actor.Can(authz.ReportWrite):
		n.URL += "/new?referral=" + r.Referral.String()
		n.Verb = "Write"
	}
	return n
}

// undecided lists rules of today's patients that nobody has reviewed and that
// wait for the therapist's decision.
func (d *day) undecided() {
	if !d.actor.Can(authz.ScreeningWrite) || d.board.Day != d.board.Today {
		return
	}
	seen := map[id.Patient]bool{}
	for _, r := range d.board.Rows {
		s := d.safety[r.Patient]
		if s == nil || seen[r.Patient] || !s.asked || len(s.undecided) == 0 || !r.State.Writable() {
			continue
		}
		seen[r.Patient] = true
		d.board.Needs = append(d.board.Needs, Need{Kind: "Screening", Verb: "Decide", Patient: r.Patient, Tone: "danger", Title: r.Name, Since: d.board.Today,
			Text: "Write how you proceed: " + s.undecided[0] + ".", URL: "/patients/" + r.Patient.String() + "/screening"})
	}
}

// licenses reminds everybody of their own, and whoever manages staff of all.
func (d *day) licenses(ctx context.Context) error {
	today := d.board.Today
	rows, err := d.q.Licenses(ctx, q.LicensesParams{PracticeID: d.tx.Practice, Until: today.AddDays(licenseSoon)})
	for _, r := range rows {
		own, manages := r.UserID == d.actor.User, d.actor.Can(authz.StaffManage)
		if !own && !manages {
			continue
		}
		n := Need{Kind: "License", Tone: "warn", Title: r.Name, Text: fmt.Sprintf("License %s %s ends in %s.", r.LicenseState, r.LicenseNumber, days(r.LicenseExpires.DaysSince(today))), Since: r.LicenseExpires.AddDays(-licenseSoon)}
		if r.LicenseExpires.Before(today) {
			n.Tone, n.Text = "danger", fmt.Sprintf("License %s %s ended on %s.", r.LicenseState, r.LicenseNumber, r.LicenseExpires.Human())
		}
		n.URL, n.Verb = "/settings/staff/"+r.UserID.String(), d.verbFor(authz.StaffManage, "Renew")
		d.board.Needs = append(d.board.Needs, n)
	}
	return err
}
