package report

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report/q"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visitledger"
)

// lead is how many days before the start of a course a value still counts as
// its baseline: an evaluation may precede the first session.
const lead = 14

// facts reads everything a report about a referral states, as of today. Only
// signed notes, completed assessments and valid scores are asked.
func (s *Service) facts(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, rid id.Referral) (Body, error) {
	today := a.Today(tx.Now.Time)
	b := Body{Format: Format, On: today}
	ref, err := s.referralOf(ctx, tx, p, rid)
	if err != nil {
		return b, err
	}
	rec, err := s.Patients.GetTx(ctx, tx, p)
	if err != nil {
		return b, err
	}
	b.Patient = Patient{ID: p, Number: rec.Number, Name: rec.LegalName(), Born: rec.BirthDate}
	b.Referral = orderOf(ref)
	if b.Practice, err = letterhead(ctx, tx, a); err != nil {
		return b, err
	}
	notes, err := s.notesUnder(ctx, tx, p, rid)
	if err != nil {
		return b, err
	}
	if err := s.visits(ctx, tx, &b, p, ref, notes); err != nil {
		return b, err
	}
	pl, planned, err := s.Plans.Active(ctx, tx, p)
	if err != nil {
		return b, err
	}
	from := ref.StartsOn
	if planned {
		for _, g := range pl.Goals {
			if g.BaselineOn.Before(from) {
				from = g.BaselineOn
			}
		}
		b.Goals = s.goals(pl)
	}
	if err := s.measured(ctx, tx, &b, p, from.AddDays(-lead), notes, pl); err != nil {
		return b, err
	}
	b.Response, b.Treatment = responses(notes), treatment(notes)
	b.places(notes)
	return b, nil
}

// referralOf finds a referral of this very patient.
func (s *Service) referralOf(ctx context.Context, tx *db.Tx, p id.Patient, rid id.Referral) (referral.Referral, error) {
	all, err := s.Referrals.ForPatient(ctx, tx, p)
	if err != nil {
		return referral.Referral{}, err
	}
	i := slices.IndexFunc(all, func(r referral.Referral) bool { return r.ID == rid })
	if i < 0 {
		return referral.Referral{}, errs.New(errs.NotFound, "This prescription is not this patient's. Choose another.")
	}
	if !reportable(all[i]) {
		return referral.Referral{}, errs.New(errs.Conflict, "The prescription is still a draft, or was entered in error. There is nothing to report on it.")
	}
	return all[i], nil
}

func reportable(r referral.Referral) bool {
	return r.State != referral.Draft && r.CloseReason != referral.EnteredInError
}

func orderOf(r referral.Referral) Referral {
	out := Referral{ID: r.ID, Prescriber: r.Prescriber.Name(), Organisation: r.Prescriber.Organisation, Phone: r.Prescriber.Phone, Fax: r.Prescriber.Fax,
		NPI: r.Prescriber.NPI, WrittenOn: r.WrittenOn, EndsOn: r.EndsOn, Order: r.Order.Words(), Number: r.ExternalNumber}
	for _, d := range r.Diagnoses {
		out.Diagnoses = append(out.Diagnoses, Diagnosis{Code: d.Code, Text: d.Description})
	}
	return out
}

func letterhead(ctx context.Context, tx *db.Tx, a authz.Actor) (Letterhead, error) {
	row, err := q.New(tx).Letterhead(ctx, q.LetterheadParams{PracticeID: tx.Practice, UserID: a.User})
	if err != nil {
		return Letterhead{}, db.Found(err, "Your account is not a member of this practice's staff.")
	}
	l := Letterhead{Name: row.Name, Phone: cmp.Or(row.PlacePhone, row.Phone), Email: row.Email}
	for _, part := range []string{row.AddressLine, row.City, strings.TrimSpace(row.State + " " + row.PostalCode)} {
		if part = strings.TrimSpace(part); part != "" {
			l.Address += ", " + part
		}
	}
	l.Address = strings.TrimPrefix(l.Address, ", ")
	return l, nil
}

// notesUnder are the valid signed notes of visits with treatment under the referral, oldest first.
func (s *Service) notesUnder(ctx context.Context, tx *db.Tx, p id.Patient, rid id.Referral) ([]visit.SignedNote, error) {
	all, err := s.Visits.SignedNotes(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(n visit.SignedNote) bool { return n.Body.Visit.Referral != rid || !n.Treated() })
	slices.Reverse(all)
	return all, nil
}

func (s *Service) visits(ctx context.Context, tx *db.Tx, b *Body, p id.Patient, ref referral.Referral, notes []visit.SignedNote) error {
	l, err := s.Ledger.For(ctx, tx, ref.ID)
	if err != nil {
		return err
	}
	for _, row := range l.Rows {
		if row.Kind == visitledger.Prescription {
			b.Visits.Used, b.Visits.Booked, b.Visits.Ordered = row.Used+row.Over, row.Booked, ref.Order.Visits
		}
	}
	if len(notes) > 0 {
		b.Visits.First, b.Visits.Last = notes[0].Date, notes[len(notes)-1].Date
	}
	missed, err := q.New(tx).Missed(ctx, q.MissedParams{PracticeID: tx.Practice, ReferralID: ref.ID})
	if err != nil {
		return err
	}
	b.Visits.Missed = missed
	earlier, err := list(ctx, tx, p)
	for _, r := range earlier {
		if r.State == Signed && r.Referral == ref.ID && r.On.After(b.Visits.Since) {
			b.Visits.Since = r.On
		}
	}
	return err
}

// most goals on one page.
const mostGoals = 6

func (s *Service) goals(pl plan.Plan) []Goal {
	var out []Goal
	for _, g := range pl.Goals {
		if len(out) == mostGoals {
			break
		}
		unit := s.unitOf(g)
		r := Goal{Text: g.Statement, Was: outcome.Number(g.Baseline) + unit, Target: outcome.Number(g.Target) + unit, Due: g.DueOn, State: goalWords(g), Met: g.State == plan.GoalMet}
		if g.Now != nil {
			r.Now = outcome.Number(g.Now.Value) + unit
		}
		out = append(out, r)
	}
	return out
}

func (s *Service) unitOf(g plan.Goal) string {
	m, err := plan.ParseMeasure(g.Measure)
	switch {
	case err != nil:
		return ""
	case m.Kind == plan.MeasureMotion:
		return unit(s.Knowledge, m.Motion)
	case m.Kind == plan.MeasureOther && g.Unit != "":
		return " " + g.Unit
	case m.Kind == plan.MeasureOther:
		return ""
	}
	return "/10"
}

// goalWords says what the therapist decided about the goal; the program only
// adds how far the number has come.
func goalWords(g plan.Goal) string {
	switch g.State {
	case plan.GoalMet:
		return "Met"
	case plan.GoalPartly:
		return "Partly met"
	case plan.GoalDropped:
		return "Given up"
	}
	if share, known := g.Progress(); known && share > 0 {
		return fmt.Sprintf("Not met yet, %d %% there", int(min(share, 1)*100))
	}
	return "Not met yet"
}

// responses counts what the signed notes say about how treatment was taken.
func responses(notes []visit.SignedNote) Response {
	var r Response
	for _, n := range notes {
		switch d := n.Current(); {
		case d.Response.Adverse != nil:
			e := d.Response.Adverse
			r.Adverse = append(r.Adverse, Adverse{On: n.Date, What: e.What, Severity: severity(e.Severity), Action: e.Action, Told: e.Told})
		case d.Response.Level == note.ResponseBetter:
			r.Better++
		case d.Response.Level == note.ResponseSame:
			r.Same++
		case d.Response.Level == note.ResponseWorse:
			r.Worse++
		}
	}
	return r
}

func severity(n int) string {
	switch n {
	case 1:
		return "mild"
	case 2:
		return "moderate"
	case 3:
		return "severe"
	}
	return ""
}

// places are the findings of the newest session, and what the first one found
// that is no longer there. Nothing that was only carried over stands in a signed note.
func (b *Body) places(notes []visit.SignedNote) {
	if len(notes) == 0 {
		return
	}
	first, last := found(notes[0]), found(notes[len(notes)-1])
	b.Places = last
	for _, p := range first {
		if !slices.ContainsFunc(last, func(x Place) bool { return x.Site == p.Site && x.Type == p.Type }) {
			b.Gone = append(b.Gone, p.Words())
		}
	}
	for _, h := range notes[len(notes)-1].Current().Plan.HomeCare {
		b.Home = append(b.Home, h.Text)
	}
}

func found(n visit.SignedNote) []Place {
	var out []Place
	for _, m := range n.Current().Marks {
		if m.Type != note.Treated && m.Provenance != note.Carried {
			out = append(out, Place{Site: m.Site, Label: cmp.Or(n.Body.Labels[m.Site], m.Site), Type: m.Type, What: lowerFirst(m.Type.Label()), Severity: m.Severity})
		}
	}
	return out
}

// treatment sums the minutes of each technique: "Myofascial release 120 min".
func treatment(notes []visit.SignedNote) string {
	minutes, labels := map[string]int{}, map[string]string{}
	for _, n := range notes {
		for _, v := range n.Current().Interventions {
			if v.Minutes != nil && *v.Minutes > 0 {
				minutes[v.Technique] += *v.Minutes
				labels[v.Technique] = cmp.Or(n.Body.Labels[v.Technique], v.Technique)
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(minutes), func(a, b string) int { return cmp.Or(minutes[b]-minutes[a], cmp.Compare(a, b)) })
	var out []string
	for _, k := range keys {
		out = append(out, labels[k]+" "+itoa(minutes[k])+" min")
	}
	return strings.Join(out, ", ")
}

// digest is what the signer confirms to have read: it changes when any fact does.
func (b Body) digest() (string, error) {
	b.Content, b.Ask, b.Reply = Content{}, "", nil
	text, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:12]), nil
}

func itoa(n int) string { return strconv.Itoa(n) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}

// since keeps the assessments on or after a day.
func since(h assessment.History, from civil.Date) assessment.History {
	return slices.DeleteFunc(slices.Clone(h), func(a assessment.Assessment) bool { return a.On.Before(from) })
}
