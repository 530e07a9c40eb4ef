package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/assessment"
	"soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/plan"
	"soapstone/internal/referral"
	"soapstone/internal/report"
)

// paperwork is intake, consents and the health list, at the desk.
func (b *builder) paperwork(ctx context.Context, s *course) error {
	if err := b.health(ctx, s); err != nil {
		return fmt.Errorf("health of %s %s: %w", s.first, s.last, err)
	}
	if err := b.intake(ctx, s); err != nil {
		return fmt.Errorf("intake of %s %s: %w", s.first, s.last, err)
	}
	for _, key := range append([]string{"treatment", "privacy-notice"}, s.areas()...) {
		t, ok := b.Knowledge.Consent(key, "en")
		if !ok {
			return fmt.Errorf("no consent text %s", key)
		}
		in := consent.SignInput{Patient: s.pid, Key: key, Lang: t.Lang, Version: t.Version, Hash: t.SHA256,
			Signer: consent.Signer{Name: s.first + " " + s.last, Relation: consent.Self}}
		if s.n%3 == 0 {
			in.TypedName = true
		} else {
			in.Strokes = b.signature()
		}
		if _, err := b.Consents.Sign(b.as(ctx, "ines"), in); err != nil {
			return fmt.Errorf("consent %s of %s %s: %w", key, s.first, s.last, err)
		}
	}
	return nil
}

// areas are the consents that the sites of a course ask for.
func (s *course) areas() (keys []string) {
	for key, sites := range map[string][]string{"area-gluteal": {"glute-med", "glute-max", "piriformis"}, "area-chest": {"pec-minor"}, "area-abdomen": {"rectus-abd", "obliques"}} {
		if slices.ContainsFunc(s.c.sites, func(x string) bool { return slices.Contains(sites, x) }) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// intake is what the patient told the desk.
func (b *builder) intake(ctx context.Context, s *course) error {
	desk := b.as(ctx, "ines")
	iid, err := b.Intakes.Start(desk, s.pid)
	if err != nil {
		return err
	}
	a := intake.Answers{Reason: s.reason, Since: pick(b, []string{"a few weeks", "about three months", "since the spring", "half a year"}),
		Mechanism: pick(b, []string{"gradual", "gradual", "sport", "unknown"}), Goals: s.c.activities[0] + " again.", NoSurgeries: true,
		History: map[string]intake.Group{}, Pressure: pick(b, []string{"light", "medium", "firm", "ask"}),
		Occupation: pick(b, []string{"Office work", "Nurse", "Driver", "Teacher", "Warehouse", "Retired", "Cook"}), Activity: pick(b, []string{"Walks", "Cycling", "Swimming", "None at present"})}
	switch s.pays {
	case auto:
		a.Mechanism = intake.MechanismAuto
	case work:
		a.Mechanism = intake.MechanismWork
	}
	for _, g := range intake.Groups() {
		a.History[g.Key] = intake.Group{None: true}
	}
	if s.n%6 == 2 && (s.c.region == assessment.Back || s.c.region == assessment.Shoulder) { // neither is treated there
		a.Avoid = []string{"face", "feet"}
	}
	b.pass(5 * time.Minute)
	return b.Intakes.Complete(desk, intake.Submission{Patient: s.pid, Intake: iid, Version: 1, Answers: a})
}

// signature is a scribble that could be somebody's name.
func (b *builder) signature() string {
	var p strings.Builder
	x, y := 30.0, 80.0
	fmt.Fprintf(&p, "M%d %d", int(x), int(y))
	for i := range 24 {
		x += 6 + float64(b.rng.IntN(8))
		y = 80 + 28*math.Sin(float64(i)*1.3) + float64(b.rng.IntN(9))
		fmt.Fprintf(&p, " L%d %d", int(x), int(y))
	}
	return p.String()
}

// planOfCare sets measured goals and techniques after the evaluation.
func (b *builder) planOfCare(ctx context.Context, s *course) error {
	who := b.as(ctx, s.therapist)
	m := s.c.motions[0]
	measure := "rom:" + m.id + ":M"
	if m.sided {
		measure = "rom:" + m.id + ":" + string(s.knowledgeSide())
	}
	target, less, more := math.Round(m.start+0.8*(m.normal-m.start)), 2.0, 7.0
	due := s.visits[0].AddDays(int(s.c.weeks) * 7)
	in := plan.Input{Referral: s.rid, StartsOn: s.visits[0], PerWeek: s.c.perWeek, Weeks: s.c.weeks, Visits: int64(len(s.visits)), ReassessOn: s.visits[0].AddDays(28),
		Problem: s.reason, RevisionReason: s.whyAgain(),
		Goals: []plan.GoalInput{
			{Statement: s.c.activities[0], Measure: measure, Target: &target, DueOn: due},
			{Statement: "Work through the day with little pain", Measure: "nprs", Target: &less, DueOn: due},
			{Statement: s.c.activities[1], Measure: "psfs", Target: &more, DueOn: due},
		},
		HomeCare: []plan.HomeCare{{What: s.home()[0], HowOften: "every day"}, {What: s.home()[1], HowOften: "every day"}},
	}
	for i, t := range s.c.techniques {
		in.Interventions = append(in.Interventions, plan.Intervention{Technique: t, Regions: []string{s.site(s.c.sites[i%len(s.c.sites)])},
			MinutesLow: 10, MinutesHigh: 30, Pressure: int64(s.c.pressure), Frequency: "each visit"})
	}
	pid, err := b.Plans.Save(who, s.pid, id.Plan{}, 0, in)
	if err != nil {
		return err
	}
	return b.Plans.Activate(who, s.pid, pid, 1)
}

// reportBack writes to the referrer after the sixth session.
func (b *builder) reportBack(ctx context.Context, s *course, i int) error {
	who := b.as(ctx, s.therapist)
	c := report.Content{Recommendation: report.Continue, Visits: 6, PerWeek: s.c.perWeek, Weeks: max(1, 6/s.c.perWeek),
		Summary: fmt.Sprintf("Pain from %d to %d of 10 after %d sessions; see the table.", int(math.Round(s.pain)), s.painAt(i, 0), i+1)}
	if s.trend == worsening {
		c.Recommendation, c.Visits, c.PerWeek, c.Weeks = report.Refer, 0, 0, 0
		c.Request = "Pain has increased over " + strconv.Itoa(i+1) + " sessions. Please see the patient before we go on."
	}
	return b.signReport(who, s, c)
}

// goodbye ends a course: a last report, and the prescription is closed.
func (b *builder) goodbye(ctx context.Context, s *course) error {
	if s.selfPay() {
		return nil
	}
	who := b.as(ctx, s.therapist)
	last := len(s.visits) - 1
	if s.next != nil { // care goes on, or the patient will come back
		return b.signReport(who, s, report.Content{Recommendation: report.Continue, Visits: int64(s.planned()), PerWeek: s.c.perWeek, Weeks: s.c.weeks,
			Summary: fmt.Sprintf("Prescription used up. Pain from %d to %d of 10; please renew.", int(math.Round(s.pain)), s.painAt(last, 0))})
	}
	err := b.signReport(who, s, report.Content{Recommendation: report.Discharge, Reason: s.whyOver(),
		Summary: fmt.Sprintf("Course completed. Pain from %d to %d of 10.", int(math.Round(s.pain)), s.painAt(last, 0))})
	if err != nil {
		return fmt.Errorf("last report on %s %s: %w", s.first, s.last, err)
	}
	var r referral.Referral
	err = b.DB.Read(who, b.prac, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = b.Referrals.Get(ctx, tx, s.rid)
		return err
	})
	if err != nil {
		return err
	}
	return b.Referrals.Close(who, s.pid, s.rid, r.Version, referral.CareComplete, "")
}

func (b *builder) signReport(who context.Context, s *course, c report.Content) error {
	rid, err := b.Reports.Begin(who, s.pid, s.rid, c)
	if err != nil {
		return err
	}
	v, err := b.Reports.Get(who, s.pid, rid)
	if err != nil {
		return err
	}
	_, err = b.Reports.Sign(who, s.pid, rid, v.Report.Version, v.Seen)
	return err
}

// whyAgain is why a plan follows another.
func (s *course) whyAgain() string {
	if s.after == nil {
		return ""
	}
	return "Care goes on under a new prescription"
}

// whyOver is why care ends.
func (s *course) whyOver() report.Reason {
	switch {
	case s.stopAfter > 0:
		return report.OwnChoice
	case s.trend == improving:
		return report.GoalsMet
	}
	return report.NoFurther
}
