package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/referral"
)

const (
	// age is how many days the practice has been open.
	age = 740
	// joined is how many days ago the second therapist began.
	joined = 400
	// A therapist's day and week.
	mostADay, mostAWeek = 6, 29
	// few is up to how many patients a practice is a small one: its courses begin
	// within half a year, and nobody comes back.
	few = 70
)

// people invents the patients and lays out what happens to each.
func (b *builder) people(ctx context.Context) error {
	b.o.Progress(0.02, "staff and prescribers")
	b.clock.Set(b.today.AddDays(10-age).At(9, 0, b.zone))
	prescribers, err := b.prescribers(ctx)
	if err != nil {
		return err
	}
	var firsts []*course
	for n := range b.o.Patients {
		firsts = append(firsts, b.invent(n, prescribers))
	}
	slices.SortStableFunc(firsts, func(x, y *course) int { return x.begins.Compare(y.begins) })
	var all []*course
	for _, s := range firsts { // in the order in which they call
		for c := s; c != nil; c = b.again(c) {
			b.fill(c)
			all = append(all, c)
		}
	}
	// Stories are told of courses in the order in which patients were invented.
	slices.SortStableFunc(all, func(x, y *course) int { return x.n - y.n })
	b.shape(all)
	for _, s := range all {
		b.layOut(s)
	}
	b.extras(all, prescribers)
	return nil
}

// invent decides who somebody is and how the course goes.
func (b *builder) invent(n int, prescribers []referral.Prescriber) *course {
	s := &course{n: n, pays: payeeOf(n), side: "r", therapist: "maya", pain: 5 + float64(b.rng.IntN(4)), prescr: prescribers[(n*5+b.rng.IntN(4))%len(prescribers)], said: map[string]bool{}}
	// The two lists have lengths without a common divisor: no name comes twice.
	s.first, s.last = firstNames[n%len(firstNames)], lastNames[(n*7+3)%len(lastNames)]
	b.care(s)
	s.born = b.birthday(s)
	if b.rng.IntN(2) == 0 {
		s.side = "l"
	}
	switch x := b.rng.IntN(100); {
	case x < 24:
		s.trend = stalled
	case x < 36:
		s.trend = worsening
	}
	s.begins = b.firstDay(n)
	if n%2 == 1 && b.today.DaysSince(s.begins) < joined {
		s.therapist = "jon"
	}
	if b.rng.IntN(12) == 0 && s.planned() > 6 {
		s.stopAfter = 3 + b.rng.IntN(3)
	}
	return s
}

func (s *course) planned() int { return int(s.c.perWeek * s.c.weeks) }

// firstDay is the day on which patient n first wants to come: a practice that
// grows has more of them the later it is. Every fourth is under way now.
func (b *builder) firstDay(n int) civil.Date {
	if b.o.Patients <= few {
		if n%4 == 0 {
			return b.today.AddDays(-10 - b.rng.IntN(30))
		}
		return b.today.AddDays(-8 - b.rng.IntN(175))
	}
	span := float64(age - 30)
	// 89 patients in another order, so that neither payers nor names come in turns.
	x := (float64((n*89)%b.o.Patients) + 0.5) / float64(b.o.Patients)
	return b.today.AddDays(int(span*math.Pow(x, 0.52)) - int(span) - 8)
}

// birthday suits who pays and what the care is for.
func (b *builder) birthday(s *course) civil.Date {
	from, years := 21, 55
	switch {
	case s.c.whose == expecting:
		from, years = 24, 14
	case s.pays == senior:
		from, years = 66, 17
	case s.c.whose == older:
		from, years = 58, 23
	case s.pays == work:
		from, years = 22, 38
	}
	return b.today.AddDays(-365*(from+b.rng.IntN(years)) - b.rng.IntN(365))
}

// again is the course that follows s under a further prescription, if one does:
// where care goes on for long, and where somebody comes back after months.
func (b *builder) again(s *course) *course {
	if b.o.Patients <= few || s.trend == worsening || s.pays == auto || s.pays == work || s.stopAfter > 0 || s.nth >= 4 || len(s.visits) == 0 {
		return nil
	}
	gap := 8
	switch {
	case s.c.renewed && b.rng.IntN(100) < 88:
	case !s.c.renewed && s.c.whose != expecting && b.rng.IntN(100) < 45:
		gap = 60 + b.rng.IntN(120)
	default:
		return nil
	}
	begins := s.visits[len(s.visits)-1].AddDays(gap)
	if b.today.DaysSince(begins) < 5 { // not decided yet
		return nil
	}
	c := *s
	c.after, c.nth, c.begins, c.visits, c.hours, c.said, c.given, c.gate = s, s.nth+1, begins, nil, nil, map[string]bool{}, nil, nil
	// What was reached holds in part, and what is left gets better more slowly.
	c.pain = math.Max(3, s.pain*(1-0.6*math.Max(0, s.share(len(s.visits)-1))))
	s.next = &c
	return &c
}

// fill finds free hours for a course, on weekdays that suit it.
func (b *builder) fill(s *course) {
	total := s.planned()
	if s.stopAfter > 0 {
		total = s.stopAfter
	}
	day, gap := s.begins, 7/int(s.c.perWeek)
	for len(s.visits) < total {
		placed := false
		for try := 0; try < 6 && !placed; try++ {
			if h, ok := b.free(s.therapist, day.AddDays(try)); ok {
				s.visits, s.hours = append(s.visits, day.AddDays(try)), append(s.hours, h)
				day, placed = day.AddDays(try), true
			}
		}
		day = day.AddDays(gap)
		if !placed && day.DaysSince(b.today) > 60 {
			return
		}
	}
}

// free books an hour of a therapist's day, if one is left.
func (b *builder) free(therapist string, d civil.Date) (hour int, ok bool) {
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday || d == b.today {
		return 0, false
	}
	onDay, inWeek := fmt.Sprint(therapist, d), fmt.Sprint(therapist, " week of ", d.AddDays(-(int(d.Weekday())+6)%7))
	if b.load[onDay] >= mostADay || b.load[inWeek] >= mostAWeek {
		return 0, false
	}
	hours := []int{9, 10, 11, 13, 14, 15, 16}
	start := b.rng.IntN(len(hours))
	for k := range hours {
		h := hours[(start+k)%len(hours)]
		key := fmt.Sprintf("%s %s %d", therapist, d, h)
		if !b.booked[key] {
			b.booked[key] = true
			b.load[onDay]++
			b.load[inWeek]++
			return h, true
		}
	}
	return 0, false
}
