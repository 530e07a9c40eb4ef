package visitledger_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
)

// past is a practice with a history that chance wrote.
type past struct {
	*world
	rng      *rand.Rand
	patients []id.Patient
	own      map[id.Patient]bool // had a visit with the other therapist
	other    id.User
}

func randomPast(t *testing.T, w *world, seed uint64) *past {
	t.Helper()
	p := &past{world: w, rng: rand.New(rand.NewPCG(seed, 3)), own: map[id.Patient]bool{}, other: w.Staff("Alex Other", authz.Therapist)}
	err := w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		for i := range 25 {
			if err := p.patient(ctx, tx, i); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.past"})
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *past) patient(ctx context.Context, tx *db.Tx, i int) error {
	pid, name := id.New[id.Patient](), fmt.Sprintf("Pat %02d", i)
	p.patients = append(p.patients, pid)
	if _, err := tx.ExecContext(ctx, `INSERT INTO patient (practice_id, patient_id, number, first_name, last_name, name, name_sort, birth_date, sex, created_at, updated_at)
		VALUES ($1, $2, $3, 'Pat', $3, $3, $3, '1970-01-01', 'unknown', $4, $4)`, tx.Practice, pid, name, tx.Now); err != nil {
		return err
	}
	for range 1 + p.rng.IntN(3) {
		if err := p.prescription(ctx, tx, pid); err != nil {
			return err
		}
	}
	return nil
}

func (p *past) prescription(ctx context.Context, tx *db.Tx, pid id.Patient) error {
	r, starts := id.New[id.Referral](), today.AddDays(-p.rng.IntN(160)+5)
	ends := starts.AddDays(20 + p.rng.IntN(100))
	if p.rng.IntN(5) == 0 {
		ends = civil.Date{}
	}
	state := []string{"active", "active", "active", "closed"}[p.rng.IntN(4)]
	if _, err := tx.ExecContext(ctx, `INSERT INTO referral (practice_id, referral_id, patient_id, state, per_week, weeks, visits_ordered, starts_on, ends_on, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 2, 6, $5, $6, $7, $8, $8)`, tx.Practice, r, pid, state, p.rng.IntN(14), starts, ends, tx.Now); err != nil {
		return err
	}
	for n := range p.rng.IntN(3) {
		if err := p.authorisation(ctx, tx, r, n, starts); err != nil {
			return err
		}
	}
	states := []visit.State{visit.StatePlanned, visit.StateArrived, visit.StateInProgress, visit.StateCompleted, visit.StateCompleted, visit.StateCompleted, visit.StateCancelled, visit.StateNoShow}
	for range p.rng.IntN(16) {
		s, on, by := states[p.rng.IntN(len(states))], starts.AddDays(p.rng.IntN(90)), p.User
		if p.rng.IntN(12) == 0 {
			by = p.other
			p.own[pid] = true
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO visit (practice_id, visit_id, patient_id, referral_id, user_id, location_id, starts_at, planned_minutes, service_date, state, untreated, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $7)`, tx.Practice, id.New[id.Visit](), pid, r, by, p.Location, tx.Now,
			5+p.rng.IntN(80), on, string(s), s == visit.StateCompleted && p.rng.IntN(6) == 0); err != nil {
			return err
		}
	}
	return nil
}

func (p *past) authorisation(ctx context.Context, tx *db.Tx, r id.Referral, n int, starts civil.Date) error {
	limit := func() *int64 {
		if p.rng.IntN(3) == 0 {
			return nil
		}
		n := int64(1 + p.rng.IntN(30))
		return &n
	}
	to := starts.AddDays(30 + p.rng.IntN(90))
	if p.rng.IntN(3) == 0 {
		to = civil.Date{}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO referral_authorisation (practice_id, authorisation_id, referral_id, payer_name, number, visits, units, from_on, to_on, withdrawn, created_at)
		VALUES ($1, $2, $3, 'Blue Example', $4, $5, $6, $7, $8, $9, $10)`, tx.Practice, id.New[id.Authorisation](), r, fmt.Sprint("A-", n), limit(), limit(),
		starts.AddDays(p.rng.IntN(20)), to, p.rng.IntN(5) == 0, tx.Now)
	return err
}

// recount is what needs attention by each patient's own ledgers.
func (p *past) recount(ctx context.Context, t *testing.T, tx *db.Tx, of func(id.Patient) bool) map[id.Referral]visitledger.Ledger {
	t.Helper()
	out := map[id.Referral]visitledger.Ledger{}
	for _, pid := range p.patients {
		ledgers, err := p.svc.ForPatient(ctx, tx, pid)
		if err != nil {
			t.Fatal(err)
		}
		ledgers = slices.DeleteFunc(ledgers, func(l visitledger.Ledger) bool {
			return !l.Rows[0].EndsOn.IsZero() && l.Rows[0].EndsOn.Before(today.AddDays(-90))
		})
		stands := slices.ContainsFunc(ledgers, func(l visitledger.Ledger) bool { return l.Tone == visitledger.OK })
		for _, l := range ledgers {
			if of(pid) && (l.Tone == visitledger.Warn || l.Tone == visitledger.Block && !stands) {
				out[l.Referral] = l
			}
		}
	}
	return out
}

// What one statement counts over many prescriptions is what each ledger says.
func TestAttentionIsTheRecountOfEveryLedger(t *testing.T) {
	for seed := range uint64(4) {
		each(t, func(t *testing.T, w *world) {
			p := randomPast(t, w, seed)
			for name, c := range map[string]struct {
				scope visitledger.Scope
				of    func(id.Patient) bool
			}{
				"everybody's":   {visitledger.Scope{}, func(id.Patient) bool { return true }},
				"a therapist's": {visitledger.Scope{Therapist: p.other, Since: today.AddDays(-400), Until: today.AddDays(400)}, func(x id.Patient) bool { return p.own[x] }},
				"nobody's":      {visitledger.Scope{Therapist: p.other, Since: today.AddDays(-900), Until: today.AddDays(-800)}, func(id.Patient) bool { return false }},
			} {
				w.read(t, w.Actor(), func(ctx context.Context, tx *db.Tx) {
					items, more, err := w.svc.Attention(ctx, tx, c.scope)
					if err != nil || more {
						t.Fatalf("%s: more %v, %v", name, more, err)
					}
					got := map[id.Referral]visitledger.Ledger{}
					for _, i := range items {
						if i.Patient != w.dana {
							got[i.Referral] = sorted(i.Ledger)
						}
					}
					want := p.recount(ctx, t, tx, c.of)
					for r, l := range want {
						want[r] = sorted(l)
					}
					if d := gocmp.Diff(want, got); d != "" {
						t.Errorf("%s (-recount +attention):\n%s", name, d)
					}
				})
			}
		})
	}
}

// sorted puts authorisations in one order: those that begin on one day have none.
func sorted(l visitledger.Ledger) visitledger.Ledger {
	l.Rows = slices.Clone(l.Rows)
	slices.SortFunc(l.Rows[1:], func(a, b visitledger.Row) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Unit, b.Unit))
	})
	l.First = -1
	return l
}

func TestAttentionCoversWhoeverComesOnTheDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.hold(t, w.rx, w.dana, slices.Repeat([]visit.State{visit.StateCompleted}, 11)...) // the last on 13 March
		other := w.Staff("Alex Other", authz.Therapist)
		for name, c := range map[string]struct {
			scope visitledger.Scope
			want  int
		}{
			"the day of a visit":              {visitledger.Scope{Therapist: w.User, Day: civil.Of(2026, 3, 13)}, 1},
			"another day":                     {visitledger.Scope{Therapist: w.User, Day: civil.Of(2026, 3, 30)}, 0},
			"the day of another's visit":      {visitledger.Scope{Therapist: other, Day: civil.Of(2026, 3, 13)}, 0},
			"treated within the days":         {visitledger.Scope{Therapist: w.User, Since: civil.Of(2026, 3, 13), Until: civil.Of(2026, 3, 20)}, 1},
			"treated by somebody else":        {visitledger.Scope{Therapist: other, Since: civil.Of(2026, 3, 1), Until: civil.Of(2026, 3, 20)}, 0},
			"the whole practice, without day": {visitledger.Scope{}, 1},
		} {
			if got, err := w.attention(t, w.Actor(), c.scope); err != nil || len(got) != c.want {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	})
}
