package e2e

import (
	"context"
	"fmt"

	"soapstone/internal/app"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/outcome"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

// writer does the work of the process that is killed. Each hand writes until
// the end and acknowledges a write only after the service has returned. Lines
// are shorter than a pipe's buffer, so the kernel takes each whole or not.
type writer struct {
	crashTask
	app.Rooms
}

func ack(kind string, what fmt.Stringer, detail any) {
	fmt.Printf("%s %s %v\n", kind, what, detail)
}

func (w writer) register(ctx context.Context) error {
	for n := 0; ; n++ {
		last := fmt.Sprintf("Fallen%dx%d", w.Round, n)
		p, err := w.Patients.Register(ctx, person("Crash", last, w.Round*900+n))
		if err != nil {
			return err
		}
		ack("patient", p, last)
	}
}

func (w writer) score(ctx context.Context) error {
	for n := 0; ; n++ {
		s, err := w.Outcomes.Record(ctx, w.Scored, outcome.Input{Instrument: "nprs", On: w.today(),
			Answers: outcome.Answers{"now": float64(n % 10), "best": 0, "worst": 10}})
		if err != nil {
			return err
		}
		ack("score", s.Score, "-")
	}
}

// stroke is the text of a revision of a draft.
func stroke(n int) string { return fmt.Sprintf("stroke %d.", n) }

func (w writer) draft(ctx context.Context) error {
	v, err := w.planned(ctx, w.Scored, 5*60)
	if err != nil {
		return err
	}
	base := int64(0)
	for n := 1; ; n++ {
		d := note.Draft{Format: note.Format, Subjective: note.Subjective{PainNow: note.Ptr(n % 11), SinceLast: note.SinceFirst, Text: stroke(n)}}
		saved, err := w.Visits.SaveNote(ctx, v.ID, visit.Save{Base: base, Editor: fmt.Sprintf("crash-editor-%02d", w.Round), Revision: int64(n), Draft: d})
		if err != nil {
			return err
		}
		base = saved.Version
		ack("draft", v.ID, n)
	}
}

// sign takes visit after visit of the day from the calendar to the signature.
// A day has room for 54 of them, more than a round lives for.
func (w writer) sign(ctx context.Context) error {
	if err := clearSafety(ctx, w.Screening, w.Treated, w.today()); err != nil {
		return err
	}
	for n := range 54 {
		start := 6*60 + n*15
		v, err := w.planned(ctx, w.Treated, start)
		if err != nil {
			return err
		}
		for _, act := range []visit.Action{visit.ActArrive, visit.ActStart} {
			if v, err = w.Visits.Act(ctx, v.ID, v.Version, act, ""); err != nil {
				return err
			}
		}
		ed, err := w.Visits.OpenNote(ctx, v.ID)
		if err != nil {
			return err
		}
		saved, err := w.Visits.SaveNote(ctx, v.ID, visit.Save{Base: ed.Version, Editor: fmt.Sprintf("crash-sign-%02d-%03d", w.Round, n), Revision: 1,
			Draft: wholeNote(ed, note.Clock(fmt.Sprintf("%02d:%02d", start/60, start%60)), note.Clock(fmt.Sprintf("%02d:%02d", (start+14)/60, (start+14)%60)))})
		if err != nil {
			return err
		}
		doc, err := w.Visits.Sign(ctx, v.ID, saved.Version)
		if err != nil {
			return err
		}
		ack("signed", doc.ID, v.ID)
	}
	<-ctx.Done() // the day is full; the other hands go on
	return nil
}

func (w writer) planned(ctx context.Context, p id.Patient, start int) (visit.Visit, error) {
	return w.Visits.Plan(ctx, visit.Planned{Patient: p, Therapist: w.User, Location: w.Location, Date: w.today(), Clock: start, Minutes: 15})
}

// wholeNote is a note that may be signed.
func wholeNote(ed visit.Editing, start, stop note.Clock) note.Draft {
	d := ed.Draft
	d.Format = note.Format
	d.Subjective = note.Subjective{PainNow: note.Ptr(4), SinceLast: note.SinceBetter, Text: "Sleeps better."}
	if ed.First {
		d.Subjective.SinceLast = note.SinceFirst
	}
	d.Marks = []note.Mark{{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New}}
	d.Interventions = []note.Intervention{{Technique: "myofascial-release", Sites: []string{"trap-upper-r"}, Minutes: note.Ptr(12), Provenance: note.New}}
	d.Response = note.Response{Level: note.ResponseBetter, Text: "Turns further."}
	d.Start, d.Stop = start, stop
	d.Assessment = "Findings as on the body chart."
	d.Plan = note.Plan{Next: note.NextContinue, NextProvenance: note.New}
	return d
}

// clearSafety answers every safety question of the day with no.
func clearSafety(ctx context.Context, s *screening.Service, p id.Patient, day civil.Date) error {
	_, answers, err := s.Sheet(ctx, p, day)
	if err != nil {
		return err
	}
	for range 4 {
		questions, err := s.Questions(ctx, p, day, answers)
		if err != nil {
			return err
		}
		open := 0
		for _, q := range questions {
			if _, ok := answers[q.Key]; ok || !q.Required {
				continue
			}
			answers[q.Key] = screening.Given{Answer: screening.SaidNo(), How: screening.ByGroup, On: day}
			open++
		}
		if open == 0 {
			break
		}
	}
	answers["vital.sbp"] = screening.Given{Answer: screening.Measured(120), How: screening.Asked, On: day}
	answers["vital.dbp"] = screening.Given{Answer: screening.Measured(76), How: screening.Asked, On: day}
	j, err := s.Record(ctx, p, answers)
	if err != nil {
		return err
	}
	if len(j.Undecided) == 0 {
		return nil
	}
	choices := map[string]screening.Choice{}
	for _, f := range j.Undecided {
		choices[f.Rule.ID] = screening.Choice{Course: screening.Proceed, Reason: "Discussed with the patient. " + f.Rule.Do}
	}
	return s.Decide(ctx, p, choices)
}
