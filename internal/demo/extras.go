package demo

import (
	"context"
	"fmt"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/visit"
)

// extras are the stories that give every worklist something to show.
func (b *builder) extras(all []*course, prescribers []referral.Prescriber) {
	yesterday := b.today.AddDays(-1)
	b.at(yesterday, 16, 10, func(ctx context.Context) error { return b.newcomer(ctx, prescribers[0]) })
	b.at(yesterday, 16, 30, func(ctx context.Context) error { return b.duplicate(ctx, all[0]) })
	b.at(yesterday, 17, 0, func(ctx context.Context) error { return b.corrections(ctx, all) })
	// One correction is through, another waits to be sent.
	b.at(b.today.AddDays(-batchLast-2*batchEvery+answerIn+2), 17, 30, b.fewerMinutes)
	b.at(yesterday, 17, 10, b.fewerMinutes)
	b.at(yesterday, 17, 15, func(ctx context.Context) error { return b.wrongChart(ctx, true) })
	b.at(yesterday, 17, 20, func(ctx context.Context) error { return b.wrongChart(ctx, false) })
	for _, s := range all {
		if s.flaw == orderEnds {
			b.at(yesterday, 17, 25, func(ctx context.Context) error { return b.shorten(ctx, s) })
		}
	}
	b.around(all)
	b.file()
	for k := 3; k >= 0; k-- { // statements go out twice a year
		b.at(workday(b.today.AddDays(-12-182*k)), 12, 30, func(ctx context.Context) error { return b.statement(ctx, all) })
	}
}

// newcomer is registered with a prescription whose signature nobody has seen
// yet, and has neither intake nor consents.
func (b *builder) newcomer(ctx context.Context, p referral.Prescriber) error {
	desk := b.as(ctx, "ines")
	pid, err := b.Patients.Register(desk, patient.Registration{Demographics: patient.Demographics{
		FirstName: "Miriam", LastName: "Castle", BirthDate: civil.Of(1971, time.June, 14), Sex: patient.Female, Phone: "312-555-0190"}})
	if err != nil {
		return err
	}
	b.sum.Patients++
	_, err = b.Referrals.Register(desk, pid, referral.Input{Prescriber: p.ID, Codes: []string{"M54.2"}, CodesConfirmed: true,
		Order: referral.Order{PerWeek: 2, Weeks: 4}, WrittenOn: b.today.AddDays(-4), Draft: true})
	if err != nil {
		return err
	}
	_, err = b.Visits.Plan(desk, visit.Planned{Patient: pid, Therapist: b.staff["maya"].id, Location: b.place, Date: b.today, Clock: 16 * 60, Minutes: sessionMinutes})
	if err == nil {
		b.sum.Visits++
	}
	return err
}

// duplicate is somebody registered twice by mistake, and merged.
func (b *builder) duplicate(ctx context.Context, s *course) error {
	if s.pid.IsZero() {
		return nil
	}
	desk := b.as(ctx, "ines")
	dup, err := b.Patients.Register(desk, patient.Registration{
		Demographics:  patient.Demographics{FirstName: s.first, LastName: s.last, BirthDate: s.born, Sex: patient.Female, Phone: "312-555-0177"},
		DifferentFrom: []id.Patient{s.pid},
	})
	if err != nil {
		return err
	}
	twice, err := b.Patients.Get(desk, dup)
	if err != nil {
		return err
	}
	kept, err := b.Patients.Get(desk, s.pid)
	if err != nil {
		return err
	}
	return b.Patients.Merge(desk, patient.MergeInput{Duplicate: dup, DuplicateVersion: twice.Version, Survivor: s.pid, SurvivorVersion: kept.Version,
		Reason: "Registered twice: same person, same birth date"})
}

// corrections are addenda to notes of a few patients.
func (b *builder) corrections(ctx context.Context, all []*course) error {
	done := 0
	for _, s := range all {
		if len(s.docs) < 3 || s.docs[1].IsZero() || s.therapist != "maya" || s.touched || done == 3 {
			continue
		}
		s.touched = true
		_, err := b.Visits.Addend(b.as(ctx, s.therapist), s.docs[1], visit.NewAddendum{Reason: "Left out", Text: fmt.Sprintf("The patient also reported waking %d times in the night.", 1+done)})
		if err != nil {
			return err
		}
		b.pass(time.Minute)
		done++
	}
	return nil
}
