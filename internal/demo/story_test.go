package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"soapstone/internal/db"
	"soapstone/internal/demo"
)

// table runs a statement and gives its rows as text.
func table(t *testing.T, r demo.Rooms, sum demo.Summary, columns int, query string) (out [][]string) {
	t.Helper()
	err := r.DB.Read(t.Context(), sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, query, sum.Practice)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			row, into := make([]string, columns), make([]any, columns)
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			out = append(out, row)
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

// named are codes by which each condition that the field names is known.
var named = map[string]string{
	"chronic neck pain": "M54.2", "low back pain": "M54.50", "tension headache": "G44.209", "migraine": "G43.709", "fibromyalgia": "M79.7",
	"myofascial pain": "M79.18", "sciatica": "M54.3", "carpal tunnel": "G56.0", "whiplash": "S13.4XXD", "muscle strain": "S39.012D",
	"sports injury": "S76.31", "osteoarthritis": "M17.1", "arthritis": "M06.9", "multiple sclerosis": "G35", "frozen shoulder": "M75.0",
	"rotator cuff": "M75.10", "bursitis": "M75.5", "tendinitis": "M76.6", "shin splints": "S86.89", "plantar fasciitis": "M72.2",
	"repetitive strain": "M77.1", "TMJ disorder": "M26.62", "thoracic outlet": "G54.0", "scoliosis and posture": "M41", "edema": "R60.0",
	"lymphedema": "I97.2", "IBS": "K58.9", "depression": "F33.1", "anxiety": "F41.1", "PTSD": "F43.12", "pregnancy": "O26.892",
	"stroke recovery": "I69.35", "post-surgical recovery": "Z47.89", "scar tissue": "L90.5", "hip-replacement compensation": "Z96.64",
}

// told looks at the courses of care as a reader of the charts would.
func told(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	codes := table(t, r, sum, 1, `SELECT DISTINCT code FROM referral_diagnosis WHERE practice_id = $1`)
	for name, code := range named {
		found := false
		for _, c := range codes {
			found = found || strings.HasPrefix(c[0], code)
		}
		if !found {
			t.Errorf("nobody has a prescription for %s", name)
		}
	}
	if n := len(table(t, r, sum, 1, `SELECT DISTINCT prescriber_id FROM referral WHERE practice_id = $1`)); n < 15 {
		t.Errorf("%d prescribers have referred somebody", n)
	}
	calendar(t, r, sum)
	ways(t, r, sum)
	notes(t, r, sum)
}

// calendar: nobody is in two places, and a week is one that a therapist can work.
func calendar(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	twice := table(t, r, sum, 2, `SELECT a.user_id, a.starts_at FROM visit a JOIN visit b ON b.practice_id = a.practice_id AND b.user_id = a.user_id AND b.visit_id <> a.visit_id
		AND b.starts_at >= a.starts_at AND substr(b.starts_at, 1, 13) = substr(a.starts_at, 1, 13)
		WHERE a.practice_id = $1 AND a.state <> 'cancelled' AND b.state <> 'cancelled'`)
	if len(twice) > 0 {
		t.Errorf("%d sessions overlap, first %v", len(twice), twice[0])
	}
	most := 0
	for _, w := range table(t, r, sum, 3, `SELECT user_id, strftime('%Y-%W', service_date), CAST(count(*) AS text) FROM visit WHERE practice_id = $1 AND state <> 'cancelled' GROUP BY 1, 2`) {
		var n int
		if _, err := fmt.Sscan(w[2], &n); err != nil {
			t.Fatal(err)
		}
		most = max(most, n)
	}
	if most < 22 || most > 32 {
		t.Errorf("the fullest week has %d sessions", most)
	}
	t.Logf("the fullest week of a therapist has %d sessions", most)
}

// ways: most get better, some do not change, a few get worse.
func ways(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	better, same, worse := 0, 0, 0
	first, last := map[string]float64{}, map[string]float64{}
	counts := map[string]int{}
	for _, s := range table(t, r, sum, 2, `SELECT patient_id, CAST(result AS text) FROM score WHERE practice_id = $1 AND instrument = 'nprs' ORDER BY on_date, score_id`) {
		var v float64
		if _, err := fmt.Sscan(s[1], &v); err != nil {
			t.Fatal(err)
		}
		if _, ok := first[s[0]]; !ok {
			first[s[0]] = v
		}
		last[s[0]] = v
		counts[s[0]]++
	}
	for p, n := range counts {
		switch d := last[p] - first[p]; {
		case n < 3:
		case d <= -2:
			better++
		case d >= 1:
			worse++
		default:
			same++
		}
	}
	all := float64(better + same + worse)
	t.Logf("pain, first to last score: %.0f %% better by 2 or more, %.0f %% about the same, %.0f %% worse", 100*float64(better)/all, 100*float64(same)/all, 100*float64(worse)/all)
	for what, share := range map[string][3]float64{"better": {float64(better) / all, 0.5, 0.8}, "about the same": {float64(same) / all, 0.12, 0.4}, "worse": {float64(worse) / all, 0.03, 0.2}} {
		if share[0] < share[1] || share[0] > share[2] {
			t.Errorf("%.0f %% go %s", 100*share[0], what)
		}
	}
}

// notes: none is a copy of another.
func notes(t *testing.T, r demo.Rooms, sum demo.Summary) {
	t.Helper()
	type body struct {
		Note struct {
			Subjective struct {
				Text string `json:"text"`
			} `json:"subjective"`
			Marks         json.RawMessage `json:"marks"`
			Interventions json.RawMessage `json:"interventions"`
			Objective     json.RawMessage `json:"objective"`
			Response      json.RawMessage `json:"response"`
		} `json:"note"`
	}
	said, whole := map[string]string{}, map[string]int{}
	repeated, copies, n := 0, 0, 0
	for _, d := range table(t, r, sum, 2, `SELECT patient_id, body FROM document WHERE practice_id = $1 AND kind = 'note' ORDER BY patient_id, seq`) {
		var b body
		if err := json.Unmarshal([]byte(d[1]), &b); err != nil {
			t.Fatal(err)
		}
		n++
		if text := b.Note.Subjective.Text; text != "" && said[d[0]] == text {
			repeated++
		}
		said[d[0]] = b.Note.Subjective.Text
		key := d[0] + b.Note.Subjective.Text + string(b.Note.Marks) + string(b.Note.Interventions) + string(b.Note.Objective) + string(b.Note.Response)
		if whole[key]++; whole[key] > 1 {
			copies++
		}
	}
	if n == 0 || repeated > 0 || copies > 0 {
		t.Errorf("of %d notes %d say what the one before said, and %d are copies", n, repeated, copies)
	}
}
