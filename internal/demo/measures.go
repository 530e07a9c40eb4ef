package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"soapstone/internal/assessment"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
)

// measures records the outcome scores that a session begins with.
func (b *builder) measures(ctx context.Context, s *course, i int) error {
	who := b.as(ctx, s.therapist)
	if i%2 == 0 {
		now := s.painAt(i, 0)
		_, err := b.Outcomes.Record(who, s.pid, outcome.Input{Instrument: "nprs", On: s.visits[i],
			Answers: outcome.Answers{"now": float64(now), "best": float64(max(0, now-2)), "worst": float64(min(10, now+2))}})
		if err != nil {
			return err
		}
	}
	if err := b.questionnaires(who, s, i); err != nil {
		return err
	}
	if i%5 != 0 {
		return nil
	}
	in := outcome.Input{Instrument: "psfs", On: s.visits[i], Answers: outcome.Answers{}}
	base := math.Min(5, 2+float64(s.n%3)+float64(s.nth))
	rate := func(k int) float64 { return math.Max(0, math.Min(10, math.Round(base+float64(k%2)+7*s.share(i)))) }
	if i == 0 && s.after == nil {
		in.NewActivities = s.c.activities
		for k := range s.c.activities {
			in.Answers[fmt.Sprintf("new.%d", k)] = rate(k)
		}
	} else {
		courses, err := b.Outcomes.Courses(who, s.pid)
		if err != nil {
			return err
		}
		for _, c := range courses {
			for k, a := range c.Activities {
				in.Answers[a.ID.String()] = rate(k)
			}
		}
	}
	_, err := b.Outcomes.Record(who, s.pid, in)
	return err
}

// questionnaires are filled in at the start and at every reassessment; a low
// mood comes up when it does.
func (b *builder) questionnaires(who context.Context, s *course, i int) error {
	fill := func(instrument string, a outcome.Answers) (outcome.Recorded, error) {
		return b.Outcomes.Record(who, s.pid, outcome.Input{Instrument: instrument, On: s.visits[i], Answers: a})
	}
	asked := i%6 == 0
	if asked && s.c.spinal() {
		ticks := outcome.Answers{}
		for k := range int(math.Round((7 + s.pain) * (1 - 0.7*s.share(i)))) {
			ticks[fmt.Sprintf("s%d", 1+(k*5+s.n)%24)] = 1 // 5 and 24 have no common divisor
		}
		if _, err := fill("rmdq", ticks); err != nil {
			return err
		}
	}
	if asked && i > 0 {
		change := math.Max(-7, math.Min(7, math.Round(7*s.share(i))))
		if _, err := fill("groc", outcome.Answers{"change": change}); err != nil {
			return err
		}
	}
	if !slices.Contains(moody, s.c.name) {
		return nil
	}
	if asked && (s.c.name == "tension headache" || s.c.name == "anxiety") {
		if _, err := fill("gad7", b.mood(s, i, 7)); err != nil {
			return err
		}
	}
	sad := s.low != notLow && i == b.past(s)-1
	if !asked && !sad {
		return nil
	}
	answers := b.mood(s, i, 8)
	answers["q9"] = 0
	if sad {
		answers["q9"] = 1
	}
	r, err := fill("phq9", answers)
	if err != nil || r.Task.IsZero() || s.low != lowSeen {
		return err
	}
	b.pass(6 * time.Minute)
	return b.Outcomes.Acknowledge(who, s.pid, r.Task, "Talked it through: passing thoughts, no plan, no means. Gave the 988 card; called the prescriber's office, who see the patient tomorrow at nine.")
}

// mood answers the first n questions of a questionnaire about mood.
func (b *builder) mood(s *course, i, n int) outcome.Answers {
	a := outcome.Answers{}
	for k := range n {
		a[fmt.Sprintf("q%d", k+1)] = math.Max(0, math.Min(3, math.Round(float64((s.n+k)%3)*(1.2-0.8*s.share(i)))))
	}
	return a
}

// evaluate records an assessment: at the start, and again at every sixth visit.
func (b *builder) evaluate(ctx context.Context, s *course, i int) error {
	who := b.as(ctx, s.therapist)
	kind := assessment.Reevaluation
	if i == 0 {
		kind = assessment.Evaluation
	}
	aid, err := b.Assessments.Start(who, s.pid, assessment.StartInput{Kind: kind, On: s.visits[i], Regions: []assessment.Region{s.c.region}, Referral: s.rid})
	if err != nil {
		return fmt.Errorf("assessment: %w", err)
	}
	p := int64(s.painAt(i, 0))
	worst := min(10, p+2)
	content := assessment.Content{On: s.visits[i], Referral: s.rid, Regions: []assessment.Region{s.c.region},
		Pain: []assessment.Pain{{Site: s.site(s.c.sites[0]), Now: &p, Worst: &worst}}}
	for _, m := range s.c.motions {
		add := func(side knowledge.Side, affected bool) {
			content.Motions = append(content.Motions, assessment.Motion{Motion: m.id, Side: side, Degrees: s.degrees(m, i, affected, float64(b.rng.IntN(3)-1)),
				PainAtEnd: affected && s.share(i) < 0.6})
		}
		if m.sided {
			other := knowledge.SideLeft
			if s.side == "l" {
				other = knowledge.SideRight
			}
			add(s.knowledgeSide(), true)
			add(other, false)
		} else {
			add(knowledge.Midline, true)
		}
	}
	for _, site := range s.c.sites {
		tone, tender := int64(3-min(2, int(math.Max(0, 3*s.share(i))))), int64(max(0, 3-int(math.Max(0, 3.2*s.share(i)))))
		content.Palpation = append(content.Palpation, assessment.Palpation{Site: s.site(site), Tone: &tone, Tenderness: &tender})
	}
	return b.Assessments.Complete(who, s.pid, aid, 1, content)
}
