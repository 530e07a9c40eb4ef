package screening

import (
	"context"
	"fmt"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
)

// Gate is the answer to "may this patient be treated on this day?".
type Gate struct {
	Blocked bool   // treatment may not begin
	Reason  string // why, and what to do
	// Unanswered: not every question about the day has an answer, be it one given
	// afterwards. Late is set when they were answered afterwards.
	Unanswered bool
	Late       Late
	// Bars is why the answers themselves do not allow treatment; "" when they do.
	Bars        string
	Precautions []string // sentences that change today's treatment
	Sites       []string // body sites where nothing may be done
	Local       []Local  // the same, with the words for each
	Avoid       []string // technique tags to leave out
	Positions   []string // positions to leave out, in the words of the note
	MaxPressure int      // 1 to 5; 0 for no limit
	Rules       []string // id/version of every rule that fired
}

// Local is a body site where nothing may be done, and why.
type Local struct{ Site, Words string }

// GateTx answers for a visit of p on day on, inside the caller's transaction.
// Every visit needs a screening of its own day; one made up for afterwards blocks,
// and is told apart for the record of what has happened.
func (s *Service) GateTx(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (Gate, error) {
	if _, err := authz.Require(ctx, authz.ScreeningRead); err != nil {
		return Gate{}, err
	}
	j, err := s.judge(ctx, tx, p, on)
	if err != nil {
		return Gate{}, err
	}
	return s.gate(j, on), nil
}

func (s *Service) gate(j Judgement, on civil.Date) Gate {
	g := Gate{Avoid: j.Result.Avoid(), Positions: j.Result.AvoidPositions(), MaxPressure: j.Result.MaxPressure(), Local: s.local(j.Result)}
	for _, l := range g.Local {
		g.Sites = append(g.Sites, l.Site)
	}
	for _, f := range j.Result.Fired {
		g.Rules = append(g.Rules, fmt.Sprintf("%s/%d", f.Rule.ID, f.Rule.Version))
		if f.Level >= knowledge.LevelPrecaution {
			g.Precautions = append(g.Precautions, f.Rule.Title+": "+f.Rule.Do)
		}
	}
	g.Bars, g.Reason = bars(j)
	asked := j.Found && j.Record.On == on
	if asked {
		g.Late = j.Record.Late
	}
	g.Unanswered = true
	switch {
	case !asked:
		g.Reason = "The safety questions have not been asked today. Ask them first."
	case len(j.Result.Missing) > 0:
		g.Reason = fmt.Sprintf("%d safety questions have no answer. An unanswered question never counts as no.", len(j.Result.Missing))
	case !j.Record.MedicinesAsked:
		g.Reason = "Nobody has asked which medicines the patient takes. Record them, or that there are none."
	default:
		g.Unanswered = false
	}
	if g.Reason == "" && !g.Late.IsZero() {
		g.Reason = "The safety questions of this day were answered only after it. That opens no treatment."
	}
	g.Blocked = g.Reason != ""
	return g
}

// local lists the body sites that are barred, each once, with the words of the
// first rule or release that bars it.
func (s *Service) local(r Result) []Local {
	var out []Local
	seen := map[string]bool{}
	bar := func(words string, sites ...string) {
		for _, x := range sites {
			if !seen[x] {
				seen[x] = true
				out = append(out, Local{x, words})
			}
		}
	}
	for _, f := range r.Fired {
		if f.Level == knowledge.LevelLocal {
			bar(f.Rule.Title+": "+f.Rule.Do, f.Sites...)
			for _, region := range f.Regions {
				if r, ok := s.know.Region(region); ok {
					bar(f.Rule.Title+": "+f.Rule.Do, r.Sites...)
				}
			}
		}
		for _, c := range f.ClearedBy {
			bar(f.Rule.Title+": the release by "+c.Name+", "+c.Credential+", leaves this place out.", c.Sites...)
		}
	}
	return out
}

// bars is why the answers do not allow treatment, and what to do about it while
// the day lasts; "" when they do.
func bars(j Judgement) (why, todo string) {
	switch {
	case j.Result.Stops():
		rule := j.Result.Fired[0].Rule
		why = rule.Title + ": " + rule.Do
		return why, why
	case j.NotToday != nil:
		why = "It was decided not to treat today: " + j.NotToday.Text
		return why, why
	case len(j.Undecided) > 0:
		rule := j.Undecided[0].Rule
		return rule.Title + ": " + rule.Do, "No clinician has reviewed the rule “" + rule.Title + "”. Write down how you proceed."
	}
	return "", ""
}

// Alerts are the lines of the banner: what stops, bars a place or changes the
// treatment by the last screening. Implements patient.AlertSource.
func (s *Service) Alerts(ctx context.Context, tx *db.Tx, p id.Patient) ([]patient.Alert, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return nil, err
	}
	if !a.Can(authz.ScreeningRead) {
		return nil, nil
	}
	j, err := s.judge(ctx, tx, p, a.Today(tx.Now.Time))
	if err != nil || !j.Found {
		return nil, err
	}
	var out []patient.Alert
	for _, f := range j.Result.Fired {
		tone := ""
		switch {
		case f.Level.Stops() && f.Rule.Clear.Answer:
			// Open questions are today's work, shown where they are asked.
		case f.Level.Stops():
			tone = "danger"
		case f.Level >= knowledge.LevelPrecaution:
			tone = "warn"
		}
		for _, c := range f.ClearedBy {
			out = append(out, patient.Alert{Tone: patient.ToneInfo, Text: cut("Released by "+c.Name+", "+c.Credential+": "+f.Rule.Title, 90)})
		}
		if tone != "" {
			out = append(out, patient.Alert{Tone: tone, Text: cut(f.Level.Label()+": "+f.Rule.Title, 90)})
		}
	}
	return out, nil
}

// cut shortens to at most n characters, at a word where it can.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	end := n - 1
	for end > n/2 && r[end] != ' ' {
		end--
	}
	return string(r[:end]) + "…"
}

// Yes is the newest answer to a question: whether it was a yes, and whether it
// was answered at all. It tells a plan how severe a condition is.
func (s *Service) Yes(ctx context.Context, tx *db.Tx, p id.Patient, question string) (yes, known bool, err error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return false, false, err
	}
	j, err := s.judge(ctx, tx, p, a.Today(tx.Now.Time))
	if err != nil {
		return false, false, err
	}
	g, ok := j.Record.Answers[question]
	return g.Answer.Reply == Yes, ok && g.Answer.Answered(), nil
}
