package visitledgerui_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/visitledger"
	"soapstone/internal/visitledger/visitledgerui"
)

var (
	today = civil.Of(2026, 3, 10)
	tag   = regexp.MustCompile(`<[^>]*>`)
	space = regexp.MustCompile(`\s+`)
	rect  = regexp.MustCompile(`<rect class="([^"]*)"[^>]*x="([0-9.]+)"[^>]*width="([0-9.]+)"`)
)

func render(t *testing.T, l visitledger.Ledger) (markup, words string) {
	t.Helper()
	var b strings.Builder
	if err := visitledgerui.Bar(l).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String(), strings.TrimSpace(space.ReplaceAllString(tag.ReplaceAllString(b.String(), " "), " "))
}

func ledger(ordered int64, done, booked int, ends civil.Date) visitledger.Ledger {
	r := referral.Referral{State: referral.Active, Order: referral.Order{PerWeek: 2, Visits: ordered}, StartsOn: civil.Of(2026, 3, 2), EndsOn: ends}
	var visits []visitledger.Visit
	for i := range done + booked {
		visits = append(visits, visitledger.Visit{ID: id.New[id.Visit](), On: today, Minutes: 60, Done: i < done})
	}
	return visitledger.Count(r, visits, today)
}

func TestBarSaysWhatItShows(t *testing.T) {
	for _, c := range []struct {
		name   string
		ledger visitledger.Ledger
		words  []string
		bold   string
	}{
		{"visits end first", ledger(6, 4, 1, civil.Of(2026, 6, 1)), []string{"Prescription", "4 of 6 visits", "2 left", "1 booked", "ends 1 Jun 2026 (83 days)"}, "2 left"},
		{"the day ends first", ledger(12, 1, 0, civil.Of(2026, 3, 19)), []string{"Prescription ends in 9 days.", "11 left"}, "ends 19 Mar 2026 (9 days)"},
		{"used up", ledger(4, 5, 0, civil.Date{}), []string{"used up: 5 of 4 visits", "0 left", "no end date"}, "0 left"},
	} {
		t.Run(c.name, func(t *testing.T) {
			markup, words := render(t, c.ledger)
			for _, w := range c.words {
				if !strings.Contains(words, w) {
					t.Errorf("no %q in: %s", w, words)
				}
			}
			if !strings.Contains(markup, "<strong>"+c.bold+"</strong>") {
				t.Errorf("%q is not bold", c.bold)
			}
			if strings.Contains(markup, "style=") {
				t.Error("an inline style, which the content policy refuses")
			}
		})
	}
}

// The pieces of a bar fill its width of 100 and never reach out of it.
func TestBarFillsItsWidth(t *testing.T) {
	for _, ordered := range []int64{1, 2, 12, 40, 41, 365} {
		for _, done := range []int{0, 1, 12, 400} {
			markup, _ := render(t, ledger(ordered, done, 3, civil.Date{}))
			end := 0.0
			for _, m := range rect.FindAllStringSubmatch(markup, -1) {
				x, _ := strconv.ParseFloat(m[2], 64)
				width, _ := strconv.ParseFloat(m[3], 64)
				end = max(end, x+width)
			}
			if end < 99.9 || end > 100.1 {
				t.Errorf("%d of %d: the bar ends at %.2f", done, ordered, end)
			}
		}
	}
}
