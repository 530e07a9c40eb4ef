// Package demo builds the demonstration practice: invented people, believable
// courses of care, and something waiting on every worklist. It goes through the
// same service calls as the screens, in the order in which things would have
// happened, with the clock set to each moment, so that nothing in it could not
// have been done by hand.
//
// The same seed and day give the same practice (identifiers apart). It refuses
// to run in a database that holds a practice.
package demo

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"soapstone/internal/assessment"
	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/careteam"
	"soapstone/internal/checkout"
	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/clock"
	"soapstone/internal/consent"
	"soapstone/internal/coverage"
	"soapstone/internal/credential"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/intake"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/plan"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/report"
	"soapstone/internal/screening"
	"soapstone/internal/visit"
)

// Rooms are the services through which the practice is built.
type Rooms struct {
	DB          *db.DB
	Knowledge   *knowledge.Set
	Blobs       *blob.Store
	Authn       *authn.Service
	Practices   *practice.Service
	Patients    *patient.Service
	Consents    *consent.Service
	Intakes     *intake.Service
	Referrals   *referral.Service
	Screening   *screening.Service
	Assessments *assessment.Service
	Plans       *plan.Service
	Visits      *visit.Service
	Outcomes    *outcome.Service
	Reports     *report.Service
	Coverages   *coverage.Service
	Fees        *fee.Service
	Claims      *claim.Service
	Checkouts   *checkout.Service
	CareTeams   *careteam.Service
	Inbox       *inbox.Service
	Credentials *credential.Service
}

// Options say what to build.
type Options struct {
	Seed     uint64
	Patients int       // 150 when zero; up to 70 make a small practice of half a year
	Now      time.Time // the moment at which the practice stands when it is done
	// Progress is told the share that is done, 0 to 1, and what is going on.
	Progress func(share float64, doing string)
}

// Account is a way to sign in.
type Account struct{ Name, Email, Role string }

// Password is the one all demonstration accounts share. It is no secret: the
// practice holds nobody's data.
const Password = "soapstone demonstration"

// Secret is the authenticator secret that all demonstration accounts share, for
// those who want to try the second factor with an app of their own.
const Secret = "MFZXIZLSFVWWC43TMFTWKLLEMVWW6LLBMJRWI33O"

// Summary is what was built.
type Summary struct {
	Practice id.Practice
	Patients int
	Visits   int
	Notes    int
	Claims   int // that left
}

// person is a member of staff who acts in the story.
type person struct {
	id    id.User
	name  string
	roles []authz.Role
}

type builder struct {
	Rooms
	o        Options
	rng      *rand.Rand
	clock    *clock.Manual
	zone     *time.Location
	today    civil.Date
	place    id.Location
	prac     id.Practice
	staff    map[string]person
	events   []event
	booked   map[string]bool // therapist and slot
	load     map[string]int  // sessions of a therapist in a day and a week
	waiting  []condition     // that did not fit who came
	cared    int             // patients whose condition was chosen in turn
	payers   map[payee]id.Payer
	cards    map[*course]coverage.Input
	drafts   []filed // sessions whose claim has not left
	out      []filed // sessions whose claim has left, oldest first
	answered int     // claims, by payers
	told     map[tale]bool
	sum      Summary
}

// tale is something that is told of one course alone.
type tale string

const (
	lowAcknowledged tale = "a low mood that was answered"
	lowUnanswered   tale = "a low mood that nobody has answered"
	notTreated      tale = "a session without treatment"
	askedLate       tale = "safety questions answered the day after"
	paidWrongly     tale = "a payment taken back"
)

// event is something that happens at a moment. It may name later moments.
type event struct {
	at  time.Time
	seq int // order among events of one moment
	run func(context.Context) error
}

func (e event) compare(o event) int { return cmp.Or(e.at.Compare(o.at), cmp.Compare(e.seq, o.seq)) }

// Zone is where the demonstration practice lies.
const Zone = "America/Chicago"

// Build makes the practice. c is the clock that the database reads; it stands
// at o.Now when Build returns.
func Build(ctx context.Context, r Rooms, c *clock.Manual, o Options) (Summary, error) {
	if o.Patients == 0 {
		o.Patients = 150
	}
	if o.Progress == nil {
		o.Progress = func(float64, string) {}
	}
	zone, err := time.LoadLocation(Zone)
	if err != nil {
		return Summary{}, fmt.Errorf("demo: %w", err)
	}
	empty, err := r.Authn.NeedsSetup(ctx)
	if err != nil {
		return Summary{}, err
	}
	if !empty {
		return Summary{}, errs.New(errs.Conflict, "There is a practice here already; the demonstration is built only into an empty folder.")
	}
	b := &builder{Rooms: r, o: o, rng: rand.New(rand.NewPCG(o.Seed, 0x50a9)), clock: c, zone: zone, staff: map[string]person{}, booked: map[string]bool{}, load: map[string]int{}, told: map[tale]bool{}, cards: map[*course]coverage.Input{}}
	b.today = civil.DateIn(o.Now, zone)
	// What is built is kept and little is thrown away: collecting more rarely
	// saves a seventh of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	if err := b.found(ctx); err != nil {
		return Summary{}, fmt.Errorf("demo: founding the practice: %w", err)
	}
	if err := b.people(ctx); err != nil {
		return Summary{}, fmt.Errorf("demo: %w", err)
	}
	if err := b.play(ctx); err != nil {
		return Summary{}, err
	}
	c.Set(o.Now)
	o.Progress(1, "done")
	return b.sum, nil
}

// as is a context in which a member of staff acts.
func (b *builder) as(ctx context.Context, who string) context.Context {
	p := b.staff[who]
	return authz.With(ctx, authz.Actor{User: p.id, Practice: b.prac, Name: p.name, Roles: p.roles, Zone: b.zone, System: true, StepUpAt: b.clock.Now(), Address: "demonstration"})
}

// at plans that something happens on a day at a local time, if that lies in the past.
func (b *builder) at(day civil.Date, hour, minute int, run func(context.Context) error) {
	t := day.At(hour, minute, b.zone)
	if t.Before(b.o.Now) {
		b.events = append(b.events, event{at: t, seq: len(b.events), run: run})
	}
}

// play lets everything happen in its order.
func (b *builder) play(ctx context.Context) error {
	slices.SortFunc(b.events, event.compare)
	for i := 0; i < len(b.events); i++ { // what happens may plan what happens later
		e := b.events[i]
		if e.at.After(b.clock.Now()) {
			b.clock.Set(e.at)
		}
		if err := e.run(ctx); err != nil {
			return fmt.Errorf("demo: on %s: %w", e.at.In(b.zone).Format("2 Jan 2006 15:04"), err)
		}
		if i%50 == 0 {
			b.o.Progress(0.1+0.9*float64(i)/float64(len(b.events)), e.at.In(b.zone).Format("January 2006"))
		}
	}
	return nil
}

// pass lets a little time go by between two taps.
func (b *builder) pass(d time.Duration) { b.clock.Advance(d) }

// pick is one of a list.
func pick[T any](b *builder, list []T) T { return list[b.rng.IntN(len(list))] }
