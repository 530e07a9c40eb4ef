package home_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/home"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
)

// insert puts rows into the record as they stand there.
func (w *world) insert(statements ...func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.must(w.DB.Write(w.Actor(), w.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			if err := s(ctx, tx); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "test.insert"})
	}))
}

// bill makes the money that follows a signed visit: its check-out, a claim and
// a payment of the given cents, which is taken back where a reason is given.
func (w *world) bill(v visit.Visit, number string, cents int64, takenBack string) {
	w.t.Helper()
	claim, pay, entry := id.New[id.Claim](), id.New[id.Payment](), id.New[id.Entry]()
	exec := func(query string, args ...any) func(context.Context, *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return err
		}
	}
	at := db.At(v.Date.At(18, 0, time.UTC))
	rows := []func(context.Context, *db.Tx) error{
		exec(`INSERT INTO claim (practice_id, claim_id, number, patient_id, visit_id, document_id, state, frequency, service_date, total_cents, checked_at, created_at)
			SELECT $1, $2, $3, $4, $5, g.document_id, 'paid', '1', $6, $7, $8, $8 FROM signed_note g WHERE g.practice_id = $1 AND g.visit_id = $5`,
			w.Practice, claim, number, v.Patient, v.ID, v.Date, cents*4, at),
		exec(`INSERT INTO ledger_entry (practice_id, entry_id, at, on_date, kind, patient_id) VALUES ($1, $2, $3, $4, 'payment', $5)`, w.Practice, entry, at, v.Date, v.Patient),
		exec(`INSERT INTO payment (practice_id, payment_id, patient_id, visit_id, way, amount_cents, brand, last_four, entry_id, on_date, received_at)
			VALUES ($1, $2, $3, $4, 'card', $5, 'Visa', '4242', $6, $7, $8)`, w.Practice, pay, v.Patient, v.ID, cents, entry, v.Date, at),
		exec(`INSERT INTO checkout (practice_id, visit_id, patient_id, basis, total_cents, share_cents, done_at, updated_at)
			VALUES ($1, $2, $3, 'copay', $4, $5, $6, $6)`, w.Practice, v.ID, v.Patient, cents*4, cents, at),
	}
	if takenBack != "" {
		rows = append(rows, exec(`INSERT INTO payment_reversal (practice_id, payment_id, entry_id, reason, reversed_at) VALUES ($1, $2, $3, $4, $5)`,
			w.Practice, pay, entry, takenBack, at))
	}
	w.insert(rows...)
}

// billed signs a visit and bills it.
func (w *world) billed(p id.Patient, on civil.Date, clock int, number, takenBack string) {
	w.t.Helper()
	v := w.plan(p, id.Referral{}, on, clock)
	w.sign(v, finished(6))
	w.bill(v, number, 3000, takenBack)
}

func TestTimelineShowsMoneyToWhoMaySeeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p, gone := w.register("Dana", "Okafor"), w.register("Ruth", "Abel")
		w.billed(p, today.AddDays(-2), 9, "1001", "")
		w.billed(gone, today.AddDays(-5), 9, "1002", "Refunded in cash")
		w.must(w.deps.Patients.Merge(e.Actor(), patient.MergeInput{Survivor: p, Duplicate: gone, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "registered twice"}))
		at := "/patients/" + p.String() + "?show=money"
		body := w.shows(e.Actor(), at, "Claim 1001, paid", "$120.00", "Payment $30.00", "Visa ending 4242", "Claim 1002, paid", "Payment $30.00, taken back", "Refunded in cash",
			"Charge $120.00", "patient’s share $30.00", "/checkout")
		if strings.Contains(body, "signed note") {
			t.Error("money shows notes")
		}
		w.shows(e.Actor(), "/patients/"+p.String(), "Visit with signed note", "Claim 1001, paid", "Payment $30.00")
		desk := w.shows(e.Actor(authz.FrontDesk), at, "Payment $30.00", "Charge $120.00", "Money")
		biller := w.shows(e.Actor(authz.Biller), at, "Payment $30.00", "Claim 1001", "Money")
		if strings.Contains(desk, "Claim 1001") {
			t.Error("the front desk sees claims")
		}
		for who, page := range map[string]string{"desk": desk, "biller": biller} {
			for _, word := range []string{secretWords, "signed note", "NPRS"} {
				if strings.Contains(page, word) {
					t.Errorf("%s reads %q", who, word)
				}
			}
		}
	})
}

// A visit and its check-out, and days with many payments, are each shown once
// and in order wherever a page ends.
func TestMoneyPagesAreComplete(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		for i := range 17 {
			w.billed(p, today.AddDays(-i/3), 8+i%3, fmt.Sprint(1000+i), "")
		}
		for filter, want := range map[home.Filter]int{home.Money: 51, home.All: 68} {
			var seen []string
			var last home.Event
			from := home.Cursor{}
			for range 10 {
				c, err := w.svc.Chart(e.Actor(), p, filter, from)
				w.must(err)
				for _, ev := range c.Line.Events {
					if last.Kind != "" && (ev.On.After(last.On) || ev.On == last.On && ev.At.After(last.At.Time)) {
						t.Fatalf("%s %s after %s %s", ev.Kind, ev.On, last.Kind, last.On)
					}
					last = ev
					seen = append(seen, fmt.Sprintf("%s %x", ev.Kind, ev.ID))
				}
				if from = c.Line.Older; from.On.IsZero() {
					break
				}
			}
			total := len(seen)
			slices.Sort(seen)
			if n := len(slices.Compact(seen)); total != want || n != want {
				t.Errorf("%q: %d events, %d different, want %d", filter, total, n, want)
			}
		}
	})
}

func TestChartShowsTheCareTeam(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		at := "/patients/" + p.String()
		w.shows(e.Actor(), at, "Care team", "Nobody else is recorded", at+"/care-team/new")
		_, err := w.deps.CareTeams.Add(e.Actor(), p, careteam.Provider{Name: "Nia Brooks", Discipline: careteam.Chiropractor})
		w.must(err)
		w.shows(e.Actor(), at, "Nia Brooks", "Chiropractor", `href="`+at+`/care-team"`)
		if body := w.shows(e.Actor(authz.Auditor), at, "Nia Brooks"); strings.Contains(body, "care-team/new") {
			t.Error("the auditor may add a provider")
		}
	})
}

// The countdown asks for the report and the renewal when they are due, of those
// who write them, and leads to the draft where one was begun.
func TestCountdownAsksForWhatIsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		p := w.register("Dana", "Okafor")
		w.refer(p, today)
		at := "/patients/" + p.String()
		body := w.shows(e.Actor(), at, "ends first", `data-key="r"`)
		for _, verb := range []string{"Report due", "Ask for renewal", "Register renewal"} {
			if strings.Contains(body, verb) {
				t.Errorf("a new prescription asks: %s", verb)
			}
		}
		q := w.register("Jan", "Pham")
		old := w.refer(q, today.AddDays(-39))
		w.sign(w.plan(q, old, today.AddDays(-30), 9), finished(6))
		at = "/patients/" + q.String()
		w.shows(e.Actor(), at, "Report due", "Wei Chen, MD is due:", "Ask for renewal", "Register renewal", at+"/reports/new?referral="+old.String(), "recommendation=continue", at+"/referrals/new?from="+old.String())
		for role, not := range map[authz.Role][]string{authz.Auditor: {"Report due", "Ask for renewal", "Register renewal", `data-key="b"`}, authz.FrontDesk: {"Report due", "Ask for renewal", `data-key="r"`}} {
			page := w.shows(e.Actor(role), at, "ends first")
			for _, verb := range not {
				if strings.Contains(page, verb) {
					t.Errorf("%s may not: %s", role, verb)
				}
			}
		}
	})
}
