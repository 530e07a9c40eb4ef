package demo

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

// trend is how a course goes.
type trend int

const (
	improving trend = iota
	stalled
	worsening
)

// course is one patient's story.
type course struct {
	n         int
	pid       id.Patient
	rid       id.Referral
	first     string
	last      string
	born      civil.Date
	c         condition
	side      string // r or l, the patient's own
	trend     trend
	pain      float64 // at the start
	therapist string
	begins    civil.Date
	visits    []civil.Date
	hours     []int
	pays      payee
	reason    string // for coming, in the patient's words
	prescr    referral.Prescriber
	stopAfter int // dropped out; 0: the course runs
	unsigned  int // index of a session left without a signature; 0: none
	ids       []id.Visit
	held      []visit.Visit
	docs      []id.Document // signed notes; zero where there is none
	swollen   bool          // answers yes to a new one-sided leg swelling at the last session
	warfarin  bool
	flaw      flaw
	onFile    bool        // a card is kept
	owes      money.Cents // since the last statement
	touched   bool        // a note of it was corrected or taken back
	untreated int         // index of a session that ended without treatment; 0: none
	late      int         // index of a session whose safety questions were answered the day after; 0: none
	low       low         // what a questionnaire about mood brings up
	after     *course     // the patient's course before this one
	next      *course     // the one after it
	nth       int         // of the patient's courses, from 0
	given     map[string]screening.Given
	gate      *visit.Safety   // what the screening leaves out
	said      map[string]bool // nobody says the same thing twice
}

// share is how far the course has come at visit i, 0 to 1.
func (s *course) share(i int) float64 {
	n := float64(max(len(s.visits)-1, 1))
	x := float64(i) / n
	switch s.trend {
	case stalled:
		return 0.15 * math.Min(1, 2*x)
	case worsening:
		return -0.4 * x
	}
	return 0.85 * (1 - math.Exp(-2.2*x)) / (1 - math.Exp(-2.2))
}

func (s *course) painAt(i int, wobble float64) int {
	p := s.pain*(1-0.8*s.share(i)) + wobble
	return int(math.Max(0, math.Min(10, math.Round(p))))
}

func (s *course) degrees(m motion, i int, affected bool, wobble float64) float64 {
	v := m.start + (m.normal-m.start)*math.Max(s.share(i), -0.3)
	if m.sided && !affected {
		v = m.normal - 3
	}
	return math.Round(v + wobble)
}

// knowledgeSide is the affected side for measurements.
func (s *course) knowledgeSide() knowledge.Side {
	if s.side == "l" {
		return knowledge.SideLeft
	}
	return knowledge.SideRight
}

func (s *course) site(name string) string { return name + "-" + s.side }

// layOut plans the events of a course.
func (b *builder) layOut(s *course) {
	if len(s.visits) == 0 {
		return
	}
	first := s.visits[0]
	intake := workday(first.AddDays(-3))
	b.at(intake, 8, 10+s.n%40, func(ctx context.Context) error { return b.register(ctx, s) })
	if s.after == nil {
		b.at(intake, 12, 5+s.n%50, func(ctx context.Context) error { return b.paperwork(ctx, s) })
	}
	s.ids, s.held, s.docs = make([]id.Visit, len(s.visits)), make([]visit.Visit, len(s.visits)), make([]id.Document, len(s.visits))
	b.at(intake, 12, 20, func(ctx context.Context) error { return b.planVisit(ctx, s, 0) })
	// The other sessions are booked when the course begins.
	b.at(first, s.hours[0], 58, func(ctx context.Context) error { return b.bookAhead(ctx, s) })
	for i := range s.visits {
		if s.stopAfter > 0 && i >= s.stopAfter {
			b.at(s.visits[i], s.hours[i], 20, func(ctx context.Context) error { return b.missed(ctx, s, i) })
			continue
		}
		if i > 0 && s.visits[i] != b.today && i != s.untreated && i != s.late && b.rng.IntN(28) == 0 {
			b.at(s.visits[i], s.hours[i], 20, func(ctx context.Context) error { return b.missed(ctx, s, i) })
			continue
		}
		b.at(s.visits[i], s.hours[i], 0, func(ctx context.Context) error { return b.begin(ctx, s, i) })
		if s.late == i && i > 0 {
			b.at(s.visits[i].AddDays(1), 8, 20, func(ctx context.Context) error { return b.catchUp(ctx, s, i) })
			continue
		}
		if s.unsigned != i || i == 0 {
			b.at(s.visits[i], s.hours[i], 53, func(ctx context.Context) error { return b.finish(ctx, s, i) })
		}
	}
	// Every seventh therapist forgets to write back; that is what the worklist is for.
	if end := s.visits[len(s.visits)-1]; s.n%7 != 2 && s.unsigned == 0 {
		b.at(end.AddDays(1), 17, 30, func(ctx context.Context) error { return b.goodbye(ctx, s) })
	}
}

// register takes the patient in at the desk, with the prescription.
func (b *builder) register(ctx context.Context, s *course) error {
	if s.after != nil {
		s.pid = s.after.pid
		return b.prescribe(ctx, s)
	}
	desk := b.as(ctx, "ines")
	sex := patient.Male
	if female[s.first] {
		sex = patient.Female
	}
	pid, err := b.Patients.Register(desk, patient.Registration{Demographics: patient.Demographics{
		FirstName: s.first, LastName: s.last, BirthDate: s.born, Sex: sex,
		Phone: fmt.Sprintf("312-555-%04d", 1000+s.n*37), Email: fmt.Sprintf("%s.%d@mail.example", asciiLower(s.first), s.n),
		AddressLine: s.street(), City: "Chicago", State: "IL", PostalCode: "60614",
		Emergency: patient.Contact{Name: "Sam " + s.last, Relation: "Partner", Phone: fmt.Sprintf("312-555-%04d", 5000+s.n)},
	}})
	if err != nil {
		return fmt.Errorf("register %s %s: %w", s.first, s.last, err)
	}
	s.pid = pid
	b.sum.Patients++
	b.pass(2 * time.Minute)
	return b.prescribe(ctx, s)
}

// prescribe enters the prescription of a course, what the payer allows, and the
// insurance.
func (b *builder) prescribe(ctx context.Context, s *course) error {
	if s.selfPay() {
		return nil
	}
	desk := b.as(ctx, "ines")
	written := s.visits[0].AddDays(-6)
	var err error
	s.rid, err = b.Referrals.Register(desk, s.pid, referral.Input{
		Prescriber: s.prescr.ID, Codes: s.c.prescribed(s.side, written), CodesConfirmed: true,
		Order:     referral.Order{PerWeek: s.c.perWeek, Weeks: s.c.weeks, Minutes: 60, Techniques: "Massage therapy, manual therapy"},
		WrittenOn: written, StartsOn: written, EndsOn: s.ends(), SignatureSeen: true,
		PayerKind: s.payerWords(), Accident: s.accident(),
	})
	if err != nil {
		return fmt.Errorf("referral of %s %s: %w", s.first, s.last, err)
	}
	b.pass(time.Minute)
	if err := b.authorise(ctx, s); err != nil {
		return fmt.Errorf("authorization of %s %s: %w", s.first, s.last, err)
	}
	if err := b.insure(ctx, s); err != nil {
		return fmt.Errorf("insurance of %s %s: %w", s.first, s.last, err)
	}
	return nil
}

// ends is the last day of the prescription: two weeks more than it takes, and
// not before the last session that found an hour.
func (s *course) ends() civil.Date {
	end, last := s.visits[0].AddDays(int(s.c.weeks)*7+14), s.visits[len(s.visits)-1].AddDays(3)
	if last.After(end) {
		return last
	}
	return end
}

func (s *course) street() string { return fmt.Sprintf("%d Prairie Avenue", 100+s.n*3) }

// asciiLower keeps the plain letters of a name.
func asciiLower(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r < 'A' || r > 'z' {
			return -1
		}
		return r
	}, s))
}

// bookAhead puts the further sessions of a course into the calendar.
func (b *builder) bookAhead(ctx context.Context, s *course) error {
	for i := 1; i < len(s.visits); i++ {
		if err := b.planVisit(ctx, s, i); err != nil {
			return err
		}
	}
	return nil
}
