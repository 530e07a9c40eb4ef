package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"

	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/demo"
	"soapstone/internal/id"
)

// page is one kind of request. next gives the n-th, each to another patient.
type page struct {
	name string
	next func(n int) (*http.Request, error)
	want int
}

// statements counts what SQLite is asked, on every connection.
var statements atomic.Int64

// slow keeps the time of each statement, by its text.
var slow = struct {
	sync.Mutex
	took  map[string]time.Duration
	times map[string]int
}{took: map[string]time.Duration{}, times: map[string]int{}}

func countStatements() {
	sqlite3.AutoExtension(func(c *sqlite3.Conn) error {
		return c.Trace(sqlite3.TRACE_PROFILE, func(_ sqlite3.TraceEvent, stmt, ns any) error {
			statements.Add(1)
			s, ok := stmt.(*sqlite3.Stmt)
			n, isTime := ns.(int64)
			if ok && isTime {
				slow.Lock()
				slow.took[s.SQL()] += time.Duration(n)
				slow.times[s.SQL()]++
				slow.Unlock()
			}
			return nil
		})
	})
}

// slowest forgets the times and names the statements that took longer than
// least, or ran four times or more, for each request.
func slowest(requests int, least time.Duration) (out []string) {
	slow.Lock()
	defer slow.Unlock()
	for q, d := range slow.took {
		each, times := d/time.Duration(requests), float64(slow.times[q])/float64(requests)
		if least > 0 && (each >= least || times >= 4) {
			out = append(out, fmt.Sprintf("%.1f ms, %.1f times: %.900s", float64(each.Microseconds())/1000, times, strings.Join(strings.Fields(q), " ")))
		}
	}
	slices.Sort(out)
	slow.took, slow.times = map[string]time.Duration{}, map[string]int{}
	return out
}

// client is somebody who is signed in.
func client(ctx context.Context, base string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &http.Client{Jar: jar, Timeout: 60 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"email": {demo.Accounts()[0].Email}}
	r, err := http.NewRequestWithContext(ctx, "POST", base+"/demo-sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := c.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("signing in: %s", resp.Status)
	}
	return c, nil
}

// targets are what the pages are asked about: patients, referrals and visits
// of the present and of the past.
type targets struct {
	patients, referrals, screened, open, signed, charged []string
	words                                                []string
}

func (t *targets) read(ctx context.Context, d *db.DB, practice id.Practice) error {
	return d.Read(ctx, practice, func(ctx context.Context, tx *db.Tx) error {
		for into, q := range map[*[]string]string{
			&t.patients:  `SELECT DISTINCT patient_id FROM visit WHERE practice_id = $1 AND service_date >= '2026-02-01'`,
			&t.referrals: `SELECT patient_id || '/referrals/' || referral_id FROM referral WHERE practice_id = $1 AND state = 'active'`,
			&t.screened:  `SELECT DISTINCT patient_id FROM screening WHERE practice_id = $1 AND on_date >= '2026-02-01'`,
			&t.open:      `SELECT visit_id FROM visit WHERE practice_id = $1 AND state IN ('in_progress', 'arrived', 'planned') AND service_date <= '2026-03-10'`,
			&t.signed:    `SELECT visit_id || '/note/' || document_id FROM signed_note WHERE practice_id = $1 AND state = 'valid' AND service_date >= '2026-01-01'`,
			&t.charged:   `SELECT visit_id FROM claim WHERE practice_id = $1 AND state = 'sent'`,
			&t.words:     `SELECT DISTINCT last_name FROM patient WHERE practice_id = $1 AND number LIKE '%-%'`,
		} {
			rows, err := tx.QueryContext(ctx, q+" ORDER BY 1 LIMIT 500", practice)
			if err != nil {
				return err
			}
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				*into = append(*into, s)
			}
			if err := rows.Close(); err != nil {
				return err
			}
			if len(*into) == 0 {
				return fmt.Errorf("nothing found by %s", q)
			}
		}
		return nil
	})
}

func pages(base string, t *targets) []page {
	get := func(path func(n int) string) func(int) (*http.Request, error) {
		return func(n int) (*http.Request, error) { return http.NewRequest("GET", base+path(n), nil) }
	}
	pick := func(list []string, n int) string { return list[n*7919%len(list)] }
	return []page{
		{"Today, own", get(func(int) string { return "/" }), 200},
		{"Today, all", get(func(int) string { return "/?who=all" }), 200},
		{"Patient search", get(func(n int) string { return "/patients?q=" + url.QueryEscape(strings.ToLower(pick(t.words, n)[:4])) }), 200},
		{"Chart", get(func(n int) string { return "/patients/" + pick(t.patients, n) }), 200},
		{"Referral", get(func(n int) string { return "/patients/" + pick(t.referrals, n) }), 200},
		{"Screening", get(func(n int) string { return "/patients/" + pick(t.screened, n) + "/screening" }), 200},
		{"Note editor", get(func(n int) string { return "/visits/" + pick(t.open, n) + "/note" }), 200},
		{"Signed note", get(func(n int) string { return "/visits/" + pick(t.signed, n) }), 200},
		{"Check-out", get(func(n int) string { return "/visits/" + pick(t.charged, n) + "/checkout" }), 200},
		{"Claims", get(func(int) string { return "/claims?state=ready" }), 200},
		{"Claims, paid", get(func(int) string { return "/claims?state=paid" }), 200},
		{"Save note", saveNote(base, t.open), 200},
	}
}

// saveNote is a further save of the draft of a visit, each by the same open
// page of that visit.
func saveNote(base string, visits []string) func(int) (*http.Request, error) {
	return func(n int) (*http.Request, error) {
		v, revision := visits[n%len(visits)], n/len(visits)+1
		body, err := json.Marshal(map[string]any{"base": 0, "editor": "bench-" + v, "revision": revision, "covering": false, "note": map[string]any{
			"format":     "note/1",
			"subjective": map[string]any{"pain_now": n % 11, "since_last": "better", "symptoms": []string{}, "text": fmt.Sprintf("Stroke %d. Sleeps better, turns further.", n)},
			"marks":      []any{map[string]any{"site": "trap-upper-r", "type": "trigger", "severity": 2, "provenance": "new"}},
			"objective":  map[string]any{"rom": []any{}, "text": "Guarded at the end of range."},
			"interventions": []any{map[string]any{"technique": "myofascial-release", "sites": []string{"trap-upper-r"}, "region": "", "minutes": 20, "pressure": 3,
				"position": "prone", "provenance": "new"}},
			"response": map[string]any{"level": "better", "text": "", "adverse": nil}, "start": "09:03", "stop": "09:51", "assessment": "",
			"plan": map[string]any{"next": "continue", "next_provenance": "new", "home_care": []any{}, "text": ""}, "covering": nil}})
		if err != nil {
			return nil, err
		}
		r, err := http.NewRequest("PUT", base+"/visits/"+v+"/note", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		return r, nil
	}
}

// result is what a page took.
type result struct {
	took   []time.Duration
	failed int
	first  string // the first failure
	bytes  int64
	lasted time.Duration
}

// rate is how many answers came in a second.
func (r result) rate() float64 { return float64(len(r.took)) / max(r.lasted.Seconds(), 0.001) }

func (r result) at(share float64) float64 {
	if len(r.took) == 0 {
		return 0
	}
	i := min(int(share*float64(len(r.took))), len(r.took)-1)
	return float64(r.took[i].Microseconds()) / 1000
}

func measure(ctx context.Context, base string, d *db.DB, practice id.Practice, dir string, o options, out io.Writer) error {
	var t targets
	if err := t.read(ctx, d, practice); err != nil {
		return err
	}
	c, err := client(ctx, base)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%-15s %9s %9s %9s %9s %9s %9s  %6s %8s\n", "page", "CPU ms", "alone ms", "p50 ms", "p95 ms", "p99 ms", "per s", "KiB", "queries")
	bad := 0
	for _, p := range pages(base, &t) {
		s, err := alone(c, p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		queries := "-"
		if o.plans && d.Engine() == db.SQLite {
			queries = fmt.Sprint(s.queries)
			for _, line := range slowest(2*firstRequests, o.slow) {
				fmt.Fprintln(out, "  ", line)
			}
		}
		r := openLoop(ctx, c, p, o)
		fmt.Fprintf(out, "%-15s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f  %6d %8s\n", p.name, s.cpu, s.wall, r.at(0.5), r.at(0.95), r.at(0.99), r.rate(), r.bytes/int64(max(1, len(r.took)))/1024, queries)
		if r.failed > 0 {
			fmt.Fprintf(out, "  %d of %d requests failed, the first: %s\n", r.failed, r.failed+len(r.took), r.first)
			bad += r.failed
		}
	}
	if all := pages(base, &t); bad == 0 {
		if err := durable(ctx, c, all[len(all)-1], dir, out); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d requests failed", bad)
	}
	return ctx.Err()
}

// firstRequests are sent before a page is measured: connections, caches and
// prepared statements are there in a program that has run for a minute.
const firstRequests = 20

// single is what one request costs while no other runs.
type single struct {
	queries   int64   // median
	wall, cpu float64 // milliseconds; wall is the median, cpu the mean of the whole process, client and sealer included
}

// alone sends one request after another. CPU time is the figure that a busy
// machine changes least.
func alone(c *http.Client, p page) (s single, err error) {
	slowest(1, 0)
	wall := clock.System()
	var counts []int64
	var took []time.Duration
	var used time.Duration
	for n := range 2 * firstRequests {
		if n == firstRequests {
			used = processTime()
		}
		queries, begin := statements.Load(), wall.Now()
		if _, err := one(c, p, n); err != nil {
			return s, err
		}
		counts, took = append(counts, statements.Load()-queries), append(took, wall.Now().Sub(begin))
	}
	s.cpu = float64((processTime() - used).Microseconds()) / 1000 / firstRequests
	counts, took = counts[firstRequests:], took[firstRequests:]
	slices.Sort(counts)
	slices.Sort(took)
	s.queries, s.wall = counts[len(counts)/2], float64(took[len(took)/2].Microseconds())/1000
	return s, nil
}

// openLoop sends requests at a fixed rate, whether or not earlier ones were
// answered, and counts each from the moment at which it was due.
func openLoop(ctx context.Context, c *http.Client, p page, o options) result {
	wall := clock.System()
	var mu sync.Mutex
	var r result
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(o.rate))
	defer tick.Stop()
	total := int(o.length.Seconds() * float64(o.rate))
	begin := wall.Now()
	for n := range total {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return r
		}
		due := begin.Add(time.Duration(n+1) * time.Second / time.Duration(o.rate))
		wg.Go(func() {
			size, err := one(c, p, 2*firstRequests+n)
			took := wall.Now().Sub(due)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				if r.failed++; r.first == "" {
					r.first = err.Error()
				}
				return
			}
			r.took, r.bytes = append(r.took, max(took, 0)), r.bytes+size
		})
	}
	wg.Wait()
	r.lasted = wall.Now().Sub(begin)
	slices.Sort(r.took)
	return r
}

func one(c *http.Client, p page, n int) (int64, error) {
	r, err := p.next(n)
	if err != nil {
		return 0, err
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode != p.want {
		return 0, fmt.Errorf("%s %s: %s: %.300s", r.Method, r.URL.Path, resp.Status, b)
	}
	return int64(len(b)), nil
}

// conditions says under what the figures came about.
func conditions(out io.Writer, d *db.DB, l *loader, o options) {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		load = []byte("unknown")
	}
	fmt.Fprintf(out, "%s, %d visits, %d rows copied; %s; %d CPUs, %s/%s, load %s; open loop, %d requests/s for %s a page over loopback, client in the same process; SQLite encrypted, synchronous=FULL\n",
		d.Engine(), l.visits, l.rows, runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, strings.TrimSpace(string(load)), o.rate, o.length)
}
