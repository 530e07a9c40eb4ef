package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

const sessionMinutes = 60

// planVisit books session i of a course.
func (b *builder) planVisit(ctx context.Context, s *course, i int) error {
	v, err := b.Visits.Plan(b.as(ctx, "ines"), visit.Planned{Patient: s.pid, Referral: s.rid, Therapist: b.staff[s.therapist].id,
		Location: b.place, Date: s.visits[i], Clock: s.hours[i] * 60, Minutes: sessionMinutes})
	if err != nil {
		return fmt.Errorf("booking %s %s on %s: %w", s.first, s.last, s.visits[i], err)
	}
	s.ids[i], s.held[i] = v.ID, v
	b.sum.Visits++
	return nil
}

// act moves a visit to its next state.
func (b *builder) act(ctx context.Context, who string, s *course, i int, a visit.Action, reason string) (err error) {
	s.held[i], err = b.Visits.Act(b.as(ctx, who), s.ids[i], s.held[i].Version, a, reason)
	return err
}

// missed is a session that did not take place.
func (b *builder) missed(ctx context.Context, s *course, i int) error {
	if b.rng.IntN(3) == 0 {
		return b.act(ctx, "ines", s, i, visit.ActCancel, "Patient called: ill")
	}
	return b.act(ctx, "ines", s, i, visit.ActNoShow, "")
}

// begin is arrival, safety questions, measures and the start of treatment.
func (b *builder) begin(ctx context.Context, s *course, i int) error {
	if err := b.act(ctx, "ines", s, i, visit.ActArrive, ""); err != nil {
		return fmt.Errorf("arrival of %s %s: %w", s.first, s.last, err)
	}
	if s.late == i && i > 0 {
		return nil // the questions were not asked: see catchUp
	}
	b.pass(time.Minute)
	clear, err := b.screen(ctx, s, i)
	if err != nil {
		return fmt.Errorf("screening of %s %s: %w", s.first, s.last, err)
	}
	if !clear {
		return nil
	}
	if s.flaw == unmeasured {
		return b.start(ctx, s, i)
	}
	if err := b.measures(ctx, s, i); err != nil {
		return fmt.Errorf("outcomes of %s %s: %w", s.first, s.last, err)
	}
	if i%6 == 0 {
		b.pass(time.Minute)
		if err := b.evaluate(ctx, s, i); err != nil {
			return fmt.Errorf("assessment of %s %s: %w", s.first, s.last, err)
		}
	}
	if i == 0 {
		if err := b.planOfCare(ctx, s); err != nil {
			return fmt.Errorf("plan of %s %s: %w", s.first, s.last, err)
		}
	}
	return b.start(ctx, s, i)
}

func (b *builder) start(ctx context.Context, s *course, i int) error {
	b.pass(time.Minute)
	if err := b.act(ctx, s.therapist, s, i, visit.ActStart, ""); err != nil {
		return fmt.Errorf("start of %s %s: %w", s.first, s.last, err)
	}
	return nil
}

// screen asks the safety questions and writes down how the therapist
// proceeds; clear is false when treatment is blocked.
func (b *builder) screen(ctx context.Context, s *course, i int) (clear bool, err error) {
	who := b.as(ctx, s.therapist)
	answers, err := b.answers(who, s, i)
	if err != nil {
		return false, err
	}
	j, err := b.Screening.Record(who, s.pid, answers)
	for round := 0; err == nil && len(j.Result.Missing) > 0 && round < 3; round++ { // an answer can raise a question
		for _, q := range j.Result.Missing {
			s.given[q.Key] = screening.Given{Answer: b.answer(s, i, q), How: screening.ByGroup, On: s.visits[i]}
			answers[q.Key] = screening.Given{Answer: b.answer(s, i, q), How: screening.ByGroup, On: s.visits[i]}
		}
		j, err = b.Screening.Record(who, s.pid, answers)
	}
	if err != nil {
		return false, err
	}
	if len(j.Result.Missing) > 0 {
		return false, fmt.Errorf("%d questions stayed open, first %s", len(j.Result.Missing), j.Result.Missing[0].Key)
	}
	if j.Result.Stops() {
		return false, nil
	}
	return true, b.decide(who, s, j)
}

// answers are what the patient says to the questions that are asked at session
// i. At the first of a course and at re-assessments the whole sheet is gone
// through; in between the patient is asked whether all that still holds.
func (b *builder) answers(who context.Context, s *course, i int) (map[string]screening.Given, error) {
	if s.given == nil || i%6 == 0 {
		_, answers, err := b.Screening.Sheet(who, s.pid, s.visits[i])
		if err != nil {
			return nil, err
		}
		qs, err := b.Screening.Questions(who, s.pid, s.visits[i], answers)
		if err != nil {
			return nil, err
		}
		s.given = answers
		for _, q := range qs {
			if _, ok := answers[q.Key]; !ok && q.Required {
				answers[q.Key] = screening.Given{Answer: b.answer(s, i, q), How: screening.ByGroup, On: s.visits[i]}
			}
		}
	}
	answers := make(map[string]screening.Given, len(s.given)+2)
	for key, g := range s.given {
		g.On = s.visits[i]
		answers[key] = g
	}
	if s.swollen && i == len(s.visits)-1 {
		answers[swelling] = screening.Given{Answer: screening.SaidYes(), How: screening.Asked, On: s.visits[i]}
	}
	answers["vital.sbp"] = screening.Given{Answer: screening.Measured(float64(112 + b.rng.IntN(22))), How: screening.Asked, On: s.visits[i]}
	answers["vital.dbp"] = screening.Given{Answer: screening.Measured(float64(68 + b.rng.IntN(16))), How: screening.Asked, On: s.visits[i]}
	return answers, nil
}

// swelling is the question whose yes stops treatment.
const swelling = "ans.leg_unilateral_swelling_new"

func (b *builder) answer(s *course, i int, q knowledge.Question) screening.Answer {
	switch {
	case q.Key == swelling && s.swollen && i == len(s.visits)-1, slices.Contains(s.c.yes, q.Key):
		return screening.SaidYes()
	case q.Key == "weeks_gestation":
		return screening.Measured(float64(18 + i))
	}
	return screening.SaidNo()
}

// finish writes and signs the note.
func (b *builder) finish(ctx context.Context, s *course, i int) error {
	if s.held[i].State != visit.StateInProgress {
		return nil // treatment was blocked
	}
	if err := b.sign(ctx, s, i); err != nil {
		return err
	}
	if i == 5 && !s.selfPay() && s.n%3 == 1 {
		b.pass(time.Minute)
		if err := b.reportBack(ctx, s, i); err != nil {
			return fmt.Errorf("report on %s %s: %w", s.first, s.last, err)
		}
	}
	return nil
}

// sign writes and signs the note; its claim comes about with it.
func (b *builder) sign(ctx context.Context, s *course, i int) error {
	version, err := b.write(ctx, s, i)
	if err != nil {
		return fmt.Errorf("note of %s %s: %w", s.first, s.last, err)
	}
	b.pass(time.Minute)
	doc, err := b.Visits.Sign(b.as(ctx, s.therapist), s.ids[i], version)
	if err != nil {
		return fmt.Errorf("signing %s %s: %w", s.first, s.last, err)
	}
	s.docs[i] = doc.ID
	b.sum.Notes++
	if s.pays != self && !(s.untreated == i && i > 0) {
		b.drafts = append(b.drafts, filed{course: s, i: i})
	}
	b.pass(time.Minute)
	return b.checkOut(ctx, s, i)
}

// write saves the draft of a note as the therapist fills it in.
func (b *builder) write(ctx context.Context, s *course, i int) (version int64, err error) {
	who := b.as(ctx, s.therapist)
	keep := func(d note.Draft) (int64, error) {
		saved, err := b.Visits.SaveNote(who, s.ids[i], visit.Save{Editor: fmt.Sprintf("demo-%d-%d-%d", s.n, s.nth, i), Revision: 1, Draft: d})
		return saved.Version, err
	}
	if s.untreated == i && i > 0 {
		return keep(note.Draft{Format: note.Format, Untreated: &note.Untreated{
			Reason: "Felt faint on the way in and wanted to go home; water, sat for ten minutes, collected by the partner."}})
	}
	d := note.Draft{Format: note.Format}
	first := s.after == nil && !slices.ContainsFunc(s.docs[:i], func(doc id.Document) bool { return !doc.IsZero() })
	d.Subjective = b.subjective(s, i, first)
	d.Marks = b.marks(s, i)
	d.Objective = note.Objective{Text: b.seen(s, i)}
	if s.flaw != unmeasured {
		d.Objective.ROM = b.remeasured(s, i)
	}
	d.Interventions = b.treatment(s, i)
	if s.gate == nil || i%6 == 0 { // with the whole sheet: see answers
		page, err := b.Visits.OpenNote(who, s.ids[i])
		if err != nil {
			return 0, err
		}
		s.gate = &page.Gate
	}
	heed(&d, *s.gate)
	d.Response = b.response(s, i)
	d.Start, d.Stop = note.Clock(fmt.Sprintf("%02d:03", s.hours[i])), note.Clock(fmt.Sprintf("%02d:51", s.hours[i]))
	d.Assessment = b.assessmentText(s, i)
	next := note.NextContinue
	if i%6 == 5 {
		next = note.NextReassess
	}
	if i == len(s.visits)-1 && s.next == nil {
		next = note.NextDischarge
	}
	d.Plan = note.Plan{Next: next, NextProvenance: note.New, HomeCare: []note.HomeCare{{Text: pick(b, s.home()), Provenance: note.New}}}
	return keep(d)
}

func (b *builder) marks(s *course, i int) []note.Mark {
	grade := max(1, 3-int(math.Max(0, 3*s.share(i))))
	var out []note.Mark
	for k, site := range s.c.sites {
		if k > 0 && s.share(i) > 0.3*float64(k)+0.2 {
			continue // this one has settled
		}
		t := []note.MarkType{note.Pain, note.Tight, note.Trigger}[k%3]
		m := note.Mark{Site: s.site(site), Type: t, Provenance: note.New}
		if t.Graded() {
			m.Severity = grade
		}
		out = append(out, m)
	}
	return out
}

func (b *builder) remeasured(s *course, i int) []note.Measure {
	m := s.c.motions[i%len(s.c.motions)]
	side := ""
	if m.sided {
		side = string(s.knowledgeSide())
	}
	return []note.Measure{{Motion: m.id, Side: side, Value: int(s.degrees(m, i, true, float64(b.rng.IntN(3)-1)))}}
}

func (b *builder) treatment(s *course, i int) []note.Intervention {
	var out []note.Intervention
	for k, t := range s.c.techniques {
		minutes := []int{25, 15}[k%2]
		switch {
		case s.flaw == tied && i == b.past(s)-1:
			minutes = 23
		case i%3 == 1:
			minutes = []int{30, 10}[k%2]
		}
		sites := []string{s.site(s.c.sites[k%len(s.c.sites)])}
		if k == 0 && len(s.c.sites) > 1 {
			sites = append(sites, s.site(s.c.sites[1]))
		}
		out = append(out, note.Intervention{Technique: t, Sites: sites, Minutes: note.Ptr(minutes), Pressure: note.Ptr(s.c.pressure), Position: "prone", Provenance: note.New})
	}
	return out
}

func (b *builder) response(s *course, i int) note.Response {
	switch {
	case s.trend == worsening && i%4 == 3:
		return note.Response{Level: note.ResponseWorse, Text: "Sore at the end; stopped ten minutes early."}
	case s.trend == stalled && i%2 == 1:
		return note.Response{Level: note.ResponseSame}
	case s.n == 11 && i == 2:
		return note.Response{Level: note.ResponseAdverse, Text: "Light-headed when sitting up.", Adverse: &note.AdverseEvent{
			What: "Light-headed for a minute after sitting up", When: "At the end, on sitting up", Severity: 1, Action: "Lay down again, water, sat up in stages", Told: "Patient; prescriber by letter"}}
	}
	return note.Response{Level: note.ResponseBetter, Text: pick(b, felt)}
}

// shape picks which courses have a session today and which stories they tell.
func (b *builder) shape(all []*course) {
	hours := map[string][]int{"maya": {9, 10, 11, 13, 14, 15}, "jon": {9, 11, 14, 15}}
	for _, s := range all {
		running := len(s.visits) > 3 && s.visits[1].Before(b.today) && s.visits[len(s.visits)-1].After(b.today) && s.stopAfter == 0
		if h := hours[s.therapist]; running && len(h) > 0 {
			hours[s.therapist] = h[1:]
			s.insert(b.today, h[0])
		}
	}
	left := 2
	for _, s := range all {
		for i := len(s.visits) - 1; i > 0 && left > 0; i-- {
			if d := b.today.DaysSince(s.visits[i]); d >= 1 && d <= 4 && s.stopAfter == 0 {
				s.unsigned, left = i, left-1
				break
			}
		}
	}
	stops := 2
	for _, s := range all {
		if s.warfarin = s.n%13 == 6; s.warfarin {
			s.c.techniques = mild(s.c.techniques)
		}
		if n := len(s.visits); stops > 0 && s.unsigned == 0 && s.stopAfter == 0 && s.next == nil && n > 3 && s.visits[n-1].Before(b.today) && b.today.DaysSince(s.visits[n-1]) < 60 {
			s.swollen, stops = true, stops-1
		}
	}
	b.spoil(all)
}

// mild are the techniques for somebody who bruises easily: none that presses long
// in one place.
func mild(techniques []string) (out []string) {
	for _, t := range techniques {
		switch t {
		case "trigger-point", "deep-tissue", "nmt", "cross-fiber-friction":
			t = "swedish"
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// insert adds a session of day d to a course, in its place.
func (s *course) insert(d civil.Date, hour int) {
	for i, v := range s.visits {
		if v.After(d) {
			s.visits = append(s.visits[:i], append([]civil.Date{d}, s.visits[i:]...)...)
			s.hours = append(s.hours[:i], append([]int{hour}, s.hours[i:]...)...)
			// The prescription orders so many: the last one falls away.
			s.visits, s.hours = s.visits[:len(s.visits)-1], s.hours[:len(s.hours)-1]
			return
		}
	}
}

// health records medicines and allergies, or that there are none.
func (b *builder) health(ctx context.Context, s *course) error {
	desk := b.as(ctx, "ines")
	meds := s.c.medicines
	if s.warfarin {
		meds = append(append([]string(nil), meds...), "Apixaban 5 mg")
	}
	if len(meds) == 0 {
		if err := b.Patients.RecordNone(desk, s.pid, patient.Medicines); err != nil {
			return err
		}
	}
	for _, m := range meds {
		if _, err := b.Patients.AddMedicine(desk, s.pid, patient.MedicineInput{Name: m}); err != nil {
			return err
		}
	}
	if s.n%8 == 5 {
		_, err := b.Patients.AddAllergy(desk, s.pid, patient.AllergyInput{Name: "Latex", Note: "Rash"})
		return err
	}
	return b.Patients.RecordNone(desk, s.pid, patient.Allergies)
}
