package demo_test

import (
	"context"
	"math"
	"testing"

	"soapstone/internal/claim"
	"soapstone/internal/db"
	"soapstone/internal/demo"
)

// tally runs a statement that gives names and numbers.
func tally(t *testing.T, r demo.Rooms, sum demo.Summary, query string) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := r.DB.Read(t.Context(), sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, query, sum.Practice)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var n int
			if err := rows.Scan(&name, &n); err != nil {
				return err
			}
			out[name] = n
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

// billed looks at everything between a signed note and the money.
func billed(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	kinds(t, r, sum)
	states := tally(t, r, sum, `SELECT state, count(*) FROM claim WHERE practice_id = $1 GROUP BY state`)
	t.Logf("claims: %v", states)
	for _, s := range claim.States() {
		if states[string(s)] == 0 {
			t.Errorf("no claim is %s", s)
		}
	}
	if n := states[string(claim.Ready)]; n < 14 {
		t.Errorf("%d claims are ready to send, want 14 or more", n)
	}
	if blocked, ready := states[string(claim.Blocked)], states[string(claim.Ready)]; blocked < 2 || blocked > 2*ready {
		t.Errorf("%d claims are blocked beside %d that are ready", blocked, ready)
	}
	for what, check := range map[string]string{
		"missing authorization":     "authorisation.present",
		"missing member number":     "coverage.member",
		"order that had ended":      "prescription.covers",
		"care that nobody measured": "measure.current",
	} {
		n := tally(t, r, sum, `SELECT state, count(*) FROM claim WHERE practice_id = $1 AND findings LIKE '%"check":"`+check+`","level":"block"%' GROUP BY state`)
		if n[string(claim.Blocked)] == 0 {
			t.Errorf("no claim is blocked for a %s", what)
		}
	}
	if n := tally(t, r, sum, `SELECT state, count(*) FROM claim WHERE practice_id = $1 AND findings LIKE '%"check":"units.tie","level":"warn"%' GROUP BY state`); n[string(claim.Ready)] == 0 {
		t.Error("no unit is left to choose")
	}
	for what, query := range map[string]string{
		"replacement that waits":    `SELECT 'n', count(*) FROM claim WHERE practice_id = $1 AND frequency = '7' AND state = 'ready'`,
		"replacement that was paid": `SELECT 'n', count(*) FROM claim WHERE practice_id = $1 AND frequency = '7' AND state = 'paid'`,
		"void that waits":           `SELECT 'n', count(*) FROM claim WHERE practice_id = $1 AND frequency = '8' AND state = 'ready'`,
		"batch by file":             `SELECT 'n', count(*) FROM claim_batch WHERE practice_id = $1 AND medium = '837P'`,
		"batch on paper":            `SELECT 'n', count(*) FROM claim_batch WHERE practice_id = $1 AND medium = 'paper'`,
		"payment in cash":           `SELECT 'n', count(*) FROM payment WHERE practice_id = $1 AND way = 'cash'`,
		"payment by check":          `SELECT 'n', count(*) FROM payment WHERE practice_id = $1 AND way = 'check'`,
		"payment by card":           `SELECT 'n', count(*) FROM payment WHERE practice_id = $1 AND way = 'card'`,
		"payment on account":        `SELECT 'n', count(*) FROM payment WHERE practice_id = $1 AND visit_id IS NULL`,
		"card on file":              `SELECT 'n', count(*) FROM payment_method WHERE practice_id = $1`,
		"session checked out":       `SELECT 'n', count(*) FROM checkout WHERE practice_id = $1 AND done_at IS NOT NULL`,
	} {
		if tally(t, r, sum, query)["n"] == 0 {
			t.Errorf("no %s", what)
		}
	}
}

// kinds compares who pays with what a practice of this sort sees.
func kinds(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	paying := tally(t, r, sum, `SELECT y.profile, count(DISTINCT c.patient_id) FROM coverage c
		JOIN payer y ON y.practice_id = c.practice_id AND y.payer_id = c.payer_id WHERE c.practice_id = $1 GROUP BY y.profile`)
	all := 0
	for _, n := range paying {
		all += n
	}
	paying["cash"] = sum.Patients - all
	paying["plans"] = paying["commercial"] + paying["medicare-following"]
	t.Logf("who pays for %d patients: %v", sum.Patients, paying)
	for profile, want := range map[string]float64{"plans": 45, "auto": 15, "workers-compensation": 10, "va-community-care": 8, "cash": 22} {
		if got := 100 * float64(paying[profile]) / float64(sum.Patients); math.Abs(got-want) > 4 {
			t.Errorf("%s pays for %.0f %% of the patients, want about %.0f", profile, got, want)
		}
	}
}
