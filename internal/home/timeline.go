package home

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/web/kit"
)

// Filter is what the timeline shows.
type Filter string

// The filters.
const (
	All       Filter = ""
	Notes     Filter = "notes"
	Measured  Filter = "outcomes"
	Documents Filter = "documents"
	Money     Filter = "money"
)

// filters in the order shown.
var filters = []struct {
	Filter Filter
	Label  string
}{{All, "All"}, {Notes, "Notes"}, {Measured, "Outcomes"}, {Documents, "Documents"}, {Money, "Money"}}

// ParseFilter reads a filter; anything unknown is All.
func ParseFilter(s string) Filter {
	for _, f := range filters {
		if string(f.Filter) == s {
			return f.Filter
		}
	}
	return All
}

// Cursor is the last event of a page; what follows is older. The zero Cursor
// is before the newest.
type Cursor struct {
	On civil.Date
	At db.Time
	ID [16]byte
}

// String is the text form, for addresses.
func (c Cursor) String() string {
	return fmt.Sprintf("%s_%d_%x", c.On, c.At.UnixMicro(), c.ID)
}

// ParseCursor reads the text form; anything else is the zero Cursor.
func ParseCursor(s string) Cursor {
	var c Cursor
	day, rest, ok1 := strings.Cut(s, "_")
	micro, hexID, ok2 := strings.Cut(rest, "_")
	var n int64
	var raw []byte
	if _, err := fmt.Sscanf(micro, "%d", &n); err != nil || !ok1 || !ok2 || n < 0 || n > 1<<53 {
		return Cursor{}
	}
	if _, err := fmt.Sscanf(hexID, "%x", &raw); err != nil || len(raw) != len(c.ID) {
		return Cursor{}
	}
	on, err := civil.Parse(day)
	if err != nil {
		return Cursor{}
	}
	c.On, c.At = on, db.At(time.UnixMicro(n))
	copy(c.ID[:], raw)
	return c
}

// newest is a bound that everything lies before.
var newest = Cursor{On: civil.Of(9999, time.December, 31), At: db.At(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)), ID: [16]byte{0: 0xff, 1: 0xff}}

// Event is one entry of the timeline.
type Event struct {
	Cursor
	Kind, Title, Meta, URL, Tone string
}

// Timeline is a page of events, the newest first.
type Timeline struct {
	Filter Filter
	Events []Event
	Older  Cursor // zero: nothing older
	Paged  bool   // not the first page
}

// pageSize is how many events a page shows.
const pageSize = 25

// timeline merges what the rooms recorded; each is asked once, for no more
// than a page.
func (r *reader) timeline(ctx context.Context, f Filter, from Cursor) (Timeline, error) {
	t := Timeline{Filter: f, Paged: !from.On.IsZero()}
	if !t.Paged {
		from = newest
	}
	type source struct {
		allowed bool
		in      []Filter
		read    func(context.Context, Filter, Cursor) ([]Event, error)
	}
	for _, s := range []source{
		{r.chart.May.Visits && (f != Notes || r.chart.May.Notes), []Filter{All, Notes}, r.visitEvents},
		{r.chart.May.Documents, []Filter{All, Notes, Documents}, r.documentEvents},
		{r.chart.May.Outcomes, []Filter{All, Measured}, r.assessmentEvents},
		{r.chart.May.Outcomes, []Filter{All, Measured}, r.scoreEvents},
		{r.chart.May.Claims, []Filter{All, Money}, r.claimEvents},
		{r.chart.May.Payments, []Filter{All, Money}, r.paymentEvents},
		{r.chart.May.Payments, []Filter{All, Money}, r.checkoutEvents},
	} {
		if !s.allowed || !slices.Contains(s.in, f) {
			continue
		}
		events, err := s.read(ctx, f, from)
		if err != nil {
			return t, err
		}
		t.Events = append(t.Events, events...)
	}
	slices.SortStableFunc(t.Events, func(a, b Event) int { return -order(a.Cursor, b.Cursor) })
	if len(t.Events) > pageSize {
		t.Events = t.Events[:pageSize]
		t.Older = t.Events[pageSize-1].Cursor
	}
	return t, nil
}

func order(a, b Cursor) int {
	return cmp.Or(a.On.Compare(b.On), a.At.Compare(b.At.Time), slices.Compare(a.ID[:], b.ID[:]))
}

func (r *reader) visitEvents(ctx context.Context, f Filter, from Cursor) ([]Event, error) {
	noted := int64(0)
	if f == Notes {
		noted = 1
	}
	rows, err := r.q.ChartVisits(ctx, q.ChartVisitsParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At,
		CursorVisitID: id.Visit(from.ID), Noted: noted, Most: pageSize + 1})
	var out []Event
	for _, v := range rows {
		e := Event{Cursor: Cursor{v.ServiceDate, v.StartsAt, v.VisitID}, Kind: "Visit", Title: "Visit, " + strings.ToLower(visit.State(v.State).Label()), URL: "/visits/" + v.VisitID.String()}
		if zone, err := time.LoadLocation(v.Zone); err == nil {
			e.Meta = kit.JoinDot(v.StartsAt.In(zone).Format("15:04"), fmt.Sprintf("%d min", v.PlannedMinutes), v.TherapistName)
		}
		switch {
		case !v.DocumentID.IsZero() && r.chart.May.Notes:
			e.Kind, e.Title, e.Tone, e.URL = "Note", "Visit with signed note", "ok", e.URL+"/note"
		case visit.State(v.State) == visit.StateCompleted:
			e.Tone = "ok"
		case v.Draft != "" && r.chart.May.Notes:
			e.Kind, e.Title, e.Tone, e.URL = "Note", "Visit, note not signed yet", "warn", e.URL+"/note"
		case visit.State(v.State) == visit.StateNoShow:
			e.Tone = "warn"
		}
		out = append(out, e)
	}
	return out, err
}

// signedBefore turns a cursor into an instant: documents lie on the local day
// of their signature.
func (r *reader) signedBefore(from Cursor) db.Time {
	if from == newest {
		return from.At
	}
	start, end := from.On.Span(r.zone())
	switch {
	case from.At.Before(start):
		return db.At(start)
	case from.At.Before(end):
		return from.At
	}
	return db.At(end)
}

func (r *reader) zone() *time.Location {
	if r.actor.Zone != nil {
		return r.actor.Zone
	}
	return time.UTC
}

func (r *reader) documentEvents(ctx context.Context, f Filter, from Cursor) ([]Event, error) {
	corrections := int64(2)
	switch f {
	case Notes:
		corrections = 1
	case Documents:
		corrections = 0
	}
	bound := r.signedBefore(from)
	tie := id.Document{}
	if bound == from.At {
		tie = id.Document(from.ID)
	}
	rows, err := r.q.ChartDocuments(ctx, q.ChartDocumentsParams{PracticeID: r.tx.Practice, PatientID: r.patient, Corrections: corrections, At: bound,
		CursorDocumentID: tie, Most: pageSize + 1})
	var out []Event
	for _, d := range rows {
		title, url := r.documentAddress(d)
		out = append(out, Event{Cursor: Cursor{r.actor.Today(d.SignedAt.Time), d.SignedAt, d.DocumentID}, Kind: "Document", Title: title, Meta: kit.JoinDot("signed", d.SignerName), URL: url, Tone: documentTone(d.Kind)})
	}
	return out, err
}

func documentTone(kind string) string {
	if kind == "retraction" {
		return "danger"
	}
	return "info"
}

// documentAddress names a document and says where it opens.
func (r *reader) documentAddress(d q.ChartDocumentsRow) (title, url string) {
	at := "/patients/" + r.patient.String()
	named := func(fallback string) string { return cmp.Or(d.Title, fallback) }
	switch d.Kind {
	case "report":
		return named("Progress report"), at + "/reports/" + d.Subject
	case "consent":
		return named("Consent"), at + "/consents"
	case "clearance":
		return named("Release by a clinician"), at + "/screening"
	case "addendum", "retraction":
		if v, err := id.Parse[id.Visit](d.Subject); err == nil {
			return named("Correction of a note"), "/visits/" + v.String() + "/note"
		}
		return named("Correction of a note"), at + "/visits"
	}
	return named(d.Kind), ""
}

func (r *reader) assessmentEvents(ctx context.Context, _ Filter, from Cursor) ([]Event, error) {
	rows, err := r.q.ChartAssessments(ctx, q.ChartAssessmentsParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At,
		CursorAssessmentID: id.Assessment(from.ID), Most: pageSize + 1})
	var out []Event
	for _, a := range rows {
		e := Event{Cursor: Cursor{a.OnDate, a.CreatedAt, a.AssessmentID}, Kind: "Assessment", Title: "Evaluation", Meta: kit.JoinDot(strings.ReplaceAll(strings.TrimSpace(a.Regions), " ", ", "), a.TherapistName),
			URL: "/patients/" + r.patient.String() + "/assessments/" + a.AssessmentID.String(), Tone: "info"}
		if a.Kind == "reevaluation" {
			e.Title = "Re-evaluation"
		}
		switch a.State {
		case "draft":
			e.Title, e.Tone = e.Title+", not completed", "warn"
		case "error":
			e.Title, e.Tone = e.Title+", entered in error", "danger"
		}
		out = append(out, e)
	}
	return out, err
}

func (r *reader) scoreEvents(ctx context.Context, _ Filter, from Cursor) ([]Event, error) {
	rows, err := r.q.ChartScores(ctx, q.ChartScoresParams{PracticeID: r.tx.Practice, PatientID: r.patient, OnDate: from.On, At: from.At,
		CursorScoreID: id.Score(from.ID), Most: pageSize + 1})
	var out []Event
	for _, s := range rows {
		name := strings.ToUpper(s.Instrument)
		if in, ok := r.Knowledge.Instrument(s.Instrument); ok {
			name = in.Short
		}
		e := Event{Cursor: Cursor{s.OnDate, s.CreatedAt, s.ScoreID}, Kind: "Score", Title: name + " " + number(s.Result), Meta: s.StaffName,
			URL: "/patients/" + r.patient.String() + "/outcomes#" + s.Instrument}
		if s.State != "valid" {
			e.Title, e.Tone = e.Title+", entered in error", "danger"
		}
		out = append(out, e)
	}
	return out, err
}
