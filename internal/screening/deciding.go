package screening

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening/q"
)

// Course is how a therapist goes on under a rule that no clinician has reviewed.
type Course string

// The courses.
const (
	Proceed  Course = "proceed"
	Modify   Course = "modify"
	NotToday Course = "not_today"
)

// Courses in the order shown.
func Courses() []Course { return []Course{Modify, Proceed, NotToday} }

// Label is the course in words.
func (c Course) Label() string {
	switch c {
	case Proceed:
		return "Treat as planned"
	case Modify:
		return "Treat with changes"
	case NotToday:
		return "Do not treat today"
	}
	return string(c)
}

// Choice is a course with the reason for it.
type Choice struct {
	Course Course
	Reason string
}

// Decision is a choice on record.
type Decision struct {
	Rule, Groups string
	Version      int64
	Course       Course
	On           civil.Date
	Text         string
	By           string
	At           db.Time
}

const maxReason = 1000 // characters

// Decide records how the actor proceeds under the rules that wait for it, by
// rule id. A choice not to treat today is enough for all of them, blocks this day
// and is asked anew on the next. ScreeningWrite. Errors: Invalid on
// "course.RULE" and "decision.RULE".
func (s *Service) Decide(ctx context.Context, p id.Patient, choices map[string]Choice) error {
	a, err := authz.Require(ctx, authz.ScreeningWrite)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		j, err := s.judge(ctx, tx, p, today)
		if err != nil {
			return err
		}
		rows, err := chosen(j.Undecided, choices)
		if err != nil {
			return err
		}
		for _, r := range rows {
			r.PracticeID, r.PatientID, r.OnDate, r.DecidedBy, r.DecidedAt = tx.Practice, p, today, a.User, tx.Now
			if err := q.New(tx).InsertDecision(ctx, r); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "screening.decide", Patient: p, Kind: "screening", Subject: j.Record.ID.String(), Detail: fmt.Sprintf("%d rules", len(rows))})
	})
}

// chosen checks the choices for the rules that wait.
func chosen(undecided []Fired, choices map[string]Choice) ([]q.InsertDecisionParams, error) {
	refrain := slices.ContainsFunc(undecided, func(f Fired) bool { return choices[f.Rule.ID].Course == NotToday })
	var rows []q.InsertDecisionParams
	var bad []errs.Field
	need := func(ok bool, field, message string) {
		if !ok {
			bad = append(bad, errs.Field{Name: field, Message: message})
		}
	}
	for _, f := range undecided {
		c, said := choices[f.Rule.ID]
		text := strings.TrimSpace(c.Reason)
		if refrain && c.Course != NotToday && text == "" {
			continue
		}
		need(said && slices.Contains(Courses(), c.Course), "course."+f.Rule.ID, "Choose how you proceed under “"+f.Rule.Title+"”.")
		need(text != "", "decision."+f.Rule.ID, "Write why, for “"+f.Rule.Title+"”.")
		need(utf8.RuneCountInString(text) <= maxReason, "decision."+f.Rule.ID, "Shorten this to 1000 characters.")
		groups := groupsKey(f)
		if c.Course == NotToday {
			groups = "" // about the day, not about the findings
		}
		rows = append(rows, q.InsertDecisionParams{Rule: f.Rule.ID, FoundGroups: groups, RuleVersion: int64(f.Rule.Version), Course: string(c.Course), Decision: text})
	}
	return rows, errs.OnFields(bad...)
}

// decisions finds which rules still wait for one. A rule that only informs
// asks for none; one that stops is lifted by a clearance, not by a decision.
func (s *Service) decisions(ctx context.Context, queries *q.Queries, practice id.Practice, p id.Patient, on civil.Date, j *Judgement) error {
	j.Decisions = map[string]Decision{}
	if len(j.Result.Fired) == 0 {
		return nil
	}
	rows, err := queries.ListDecisions(ctx, q.ListDecisionsParams{PracticeID: practice, PatientID: p})
	if err != nil {
		return err
	}
	var all []Decision
	for _, r := range rows {
		all = append(all, Decision{Rule: r.Rule, Groups: r.FoundGroups, Version: r.RuleVersion, Course: Course(r.Course), On: r.OnDate,
			Text: r.Decision, By: r.StaffName, At: r.DecidedAt})
	}
	j.decide(all, on)
	return nil
}

// decide puts decisions beside the rules they were made for; the newest counts.
func (j *Judgement) decide(all []Decision, on civil.Date) {
	var latest db.Time // of what was decided on the day
	for _, d := range all {
		if d.On == on && !d.At.Before(latest.Time) {
			latest = d.At
			if j.NotToday = nil; d.Course == NotToday {
				j.NotToday = &d
			}
		}
	}
	for _, f := range j.Result.Fired {
		key := groupsKey(f)
		for _, d := range all {
			if d.Rule == f.Rule.ID && d.Groups == key && d.Version == int64(f.Rule.Version) {
				j.Decisions[f.Rule.ID] = d
			}
		}
		if _, ok := j.Decisions[f.Rule.ID]; !ok && f.Unreviewed && f.Level >= knowledge.LevelPrecaution && !f.Level.Stops() {
			j.Undecided = append(j.Undecided, f)
		}
	}
}

// groupsKey is the stored form of what a rule fired for.
func groupsKey(f Fired) string {
	keys := f.GroupKeys()
	slices.Sort(keys)
	return strings.Join(keys, "\n")
}
