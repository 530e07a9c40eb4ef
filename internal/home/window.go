package home

import (
	"context"
	"slices"

	"soapstone/internal/credential"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/visit"
)

// Part is which visits of a day are shown.
type Part string

// The parts. A day that fits on a page is shown whole.
const (
	Whole Part = ""
	Open  Part = "open" // still want something
	Over  Part = "over" // completed, called off or missed
)

// Window is which visits of a day a page shows: a practice may have hundreds,
// and each costs the same to show.
type Window struct {
	Part         Part
	Page, Pages  int // from 1
	Opens, Overs int // how many visits the parts have
}

// depth is how much is looked for: how many visits a page shows, and how many
// there may be of each need that can pile up.
type depth struct {
	visits int
	needs  int32
	lacks  []credential.Lack // of the actor's own, read beforehand
}

var (
	glance = depth{visits: 30, needs: 50}   // Today: enough to say that there are many
	full   = depth{visits: 300, needs: 500} // the worklist: as many as anybody will read
)

func over(s visit.State) bool { return s == visit.StateCompleted || !s.Takes() }

// outline looks at all visits of the day in little detail and settles which are
// shown: all that fit on a page, or else, of today, a page of those that still
// want something, and of another day a page by time.
func (d *day) outline(ctx context.Context, w Which) error {
	b := d.board
	d.bounds = q.DayParams{PracticeID: d.tx.Practice, ServiceDate: b.Day, UserID: d.actor.User, Everybody: d.everybody}
	rows, err := d.q.DayOutline(ctx, q.DayOutlineParams{PracticeID: d.tx.Practice, ServiceDate: b.Day, UserID: d.actor.User, Everybody: d.everybody})
	if err != nil {
		return err
	}
	for _, r := range rows {
		switch s := visit.State(r.State); {
		case over(s):
			b.Overs++
			if s == visit.StateCompleted {
				b.Done++
			}
		default:
			b.Opens++
			b.Left++
		}
	}
	b.Part, b.Page, b.Pages = Whole, 1, 1
	if len(rows) > d.most.visits {
		rows = b.page(rows, w, d.most.visits)
	}
	d.shown = map[id.Visit]bool{}
	for _, r := range rows {
		d.shown[r.VisitID] = true
	}
	if len(rows) > 0 {
		d.bounds.FromAt, d.bounds.LastAt = rows[0].StartsAt, rows[len(rows)-1].StartsAt
	}
	d.bounds.Part = map[Part]int64{Whole: 0, Open: 1, Over: 2}[b.Part]
	return nil
}

// page keeps the visits of the part and page that are asked for.
func (b *Board) page(rows []q.DayOutlineRow, w Which, size int) []q.DayOutlineRow {
	if b.Day == b.Today {
		b.Part = Open
		if w.Part == Over || b.Opens == 0 {
			b.Part = Over
		}
		rows = slices.DeleteFunc(rows, func(r q.DayOutlineRow) bool { return over(visit.State(r.State)) != (b.Part == Over) })
	}
	b.Pages = max(1, (len(rows)+size-1)/size)
	b.More = b.More || b.Pages > 1 // whose papers are missing is asked of the page only
	b.Page = min(max(1, w.Page), b.Pages)
	return rows[(b.Page-1)*size : min(b.Page*size, len(rows))]
}
