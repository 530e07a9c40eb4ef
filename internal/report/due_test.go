package report_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/report"
	"soapstone/internal/visit"
	"soapstone/internal/visitledger"
)

// waits is what a recount says of a prescription.
type waits struct {
	Visits int64
	Since  civil.Date
	Why    string
}

// history is what chance wrote on one prescription.
type history struct {
	starts, ends, reported civil.Date
	active, treated        bool // treated: by the other therapist, not long ago
	done                   []civil.Date
}

// due counts by the words of the rule.
func (h history) due() (waits, bool) {
	w := waits{Since: h.starts}
	if h.reported.After(h.starts) {
		w.Since = h.reported
	}
	for _, on := range h.done {
		if h.reported.IsZero() || on.After(h.reported) {
			w.Visits++
		}
	}
	var due bool
	w.Why, due = report.Rule().Due(w.Visits, w.Since, today)
	return w, due && h.active && (h.ends.IsZero() || !h.ends.Before(today.AddDays(-90)))
}

func (w *world) write(rng *rand.Rand, n int, other id.User) (ref id.Referral, h history) {
	pid, number := id.New[id.Patient](), fmt.Sprintf("r%d", n)
	ref = id.New[id.Referral]()
	h = history{starts: today.AddDays(-rng.IntN(120)), active: rng.IntN(6) > 0}
	if rng.IntN(4) > 0 {
		h.ends = h.starts.AddDays(rng.IntN(90))
	}
	w.must(w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		do := func(sql string, args ...any) {
			_, err := tx.ExecContext(ctx, sql, append([]any{tx.Practice, tx.Now}, args...)...)
			w.must(err)
		}
		do(`INSERT INTO patient (practice_id, created_at, updated_at, patient_id, number, first_name, last_name, name, name_sort, birth_date, sex)
			VALUES ($1, $2, $2, $3, $4, 'Pat', $4, $4, $4, '1970-01-01', 'unknown')`, pid, number)
		state := map[bool]string{true: "active", false: "closed"}[h.active]
		do(`INSERT INTO referral (practice_id, created_at, updated_at, referral_id, patient_id, prescriber_id, state, starts_on, ends_on)
			SELECT $1, $2, $2, $3, $4, r.prescriber_id, $5, $6, $7 FROM referral r WHERE r.practice_id = $1 AND r.referral_id = $8`, ref, pid, state, h.starts, h.ends, w.ref)
		for range rng.IntN(3) {
			on := h.starts.AddDays(rng.IntN(60))
			if on.After(h.reported) {
				h.reported = on
			}
			do(`INSERT INTO report (practice_id, created_at, updated_at, report_id, patient_id, referral_id, state, on_date, created_by)
				VALUES ($1, $2, $2, $3, $4, $5, 'signed', $6, $7)`, id.New[id.Report](), pid, ref, on, w.User)
		}
		for range rng.IntN(14) {
			s, untreated, on, by := visit.StateCompleted, rng.IntN(8) == 0, h.starts.AddDays(rng.IntN(80)), w.User
			if rng.IntN(5) == 0 {
				s, untreated = visit.StateNoShow, false
			}
			if rng.IntN(10) == 0 {
				by = other
				h.treated = h.treated || !on.Before(today.AddDays(-45)) && !on.After(today.AddDays(21))
			}
			if s == visit.StateCompleted && !untreated {
				h.done = append(h.done, on)
			}
			do(`INSERT INTO visit (practice_id, created_at, starts_at, visit_id, patient_id, referral_id, user_id, location_id, planned_minutes, service_date, state, untreated)
				VALUES ($1, $2, $2, $3, $4, $5, $6, $7, 45, $8, $9, $10)`, id.New[id.Visit](), pid, ref, by, w.Location, on, string(s), untreated)
		}
		return tx.Audit(ctx, db.Event{Action: "test.history"})
	}))
	return ref, h
}

// What one statement finds due over many prescriptions is what the rule says of each.
func TestDueIsTheRecountOfEveryPrescription(t *testing.T) {
	for seed := range uint64(3) {
		dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
			w, rng := newWorld(t, e), rand.New(rand.NewPCG(seed, 5))
			other := e.Staff("Alex Other", authz.Therapist)
			everybody, own := map[id.Referral]waits{}, map[id.Referral]waits{}
			for n := range 60 {
				ref, h := w.write(rng, n, other)
				if x, due := h.due(); due {
					everybody[ref] = x
					if h.treated {
						own[ref] = x
					}
				}
			}
			if len(own) == 0 || len(everybody) < 10 {
				t.Fatalf("chance wrote %d and %d", len(everybody), len(own))
			}
			theirs := visitledger.Scope{Therapist: other, Since: today.AddDays(-45), Until: today.AddDays(21)}
			for name, c := range map[string]struct {
				scope visitledger.Scope
				want  map[id.Referral]waits
			}{"everybody's": {visitledger.Scope{}, everybody}, "a therapist's": {theirs, own}} {
				w.must(e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
					items, err := w.svc.Due(ctx, tx, c.scope)
					got := map[id.Referral]waits{}
					for i, x := range items {
						got[x.Referral] = waits{x.Visits, x.Since, x.Why}
						if i > 0 && x.Since.Before(items[i-1].Since) {
							t.Errorf("%s: %s stands after %s", name, x.Since, items[i-1].Since)
						}
					}
					if d := cmp.Diff(c.want, got); d != "" {
						t.Errorf("%s (-recount +due):\n%s", name, d)
					}
					return err
				}))
			}
		})
	}
}
