package home

import (
	"fmt"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
)

// Row is one visit of the day.
type Row struct {
	Visit     id.Visit
	Patient   id.Patient
	Version   int64
	Time      string // at the place of the visit
	Minutes   int64
	State     visit.State
	StateWord string
	Name      string
	Therapist string // "" on one's own day
	Number    string // "Visit 5 of 12"; "" without a prescription
	About     string // prescriber, and for clinical roles what is treated
	Pain      string // "Pain last 6 of 10"
	New       bool   // nobody has treated this patient here before
	Papers    string // of a new patient: "intake done, consent signed"
	Alert     patient.Alert
	Verb      Verb
	Starts    bool // may be started without what the verb offers
	Menu      bool // cancel, no-show and move are possible
	Missable  bool // its time has come, so that it can be a no-show
	Now       bool // what is to be done next

	therapist id.User
	from, to  time.Time
}

// Verb is the one thing a row offers. With an Action it changes the visit's
// state; otherwise it is a link.
type Verb struct {
	Label, URL string
	Action     visit.Action
}

func (d *day) row(r q.DayRow) (Row, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return Row{}, fmt.Errorf("home: zone of a location: %w", err)
	}
	start := r.StartsAt.In(zone)
	row := Row{Visit: r.VisitID, Patient: r.PatientID, Version: r.Version, Time: start.Format("15:04"), Minutes: r.PlannedMinutes,
		State: visit.State(r.State), Name: r.PatientName, About: d.about(r),
		therapist: r.UserID, from: start, to: start.Add(time.Duration(r.PlannedMinutes) * time.Minute)}
	row.StateWord = row.State.Label()
	if !d.board.Mine {
		row.Therapist = r.TherapistName
	}
	n := d.numbers[r.VisitID]
	if n > 0 && (row.State.Takes() || row.State == visit.StateCompleted) {
		row.Number = fmt.Sprintf("Visit %d", n)
		if r.VisitsOrdered > 0 {
			row.Number = fmt.Sprintf("Visit %d of %d", n, r.VisitsOrdered)
		}
	}
	if p, ok := d.pain[r.PatientID]; ok {
		row.Pain = fmt.Sprintf("Pain last %s of 10", number(p.value))
	}
	var s *safety
	if row.State.Writable() {
		row.New = n <= 1 && d.untreated(r.PatientID)
		if s = d.safety[r.PatientID]; s != nil {
			row.Alert = s.alert
		}
	}
	row.Verb = d.verb(row, s)
	row.Starts = row.Verb.Label == evaluate
	row.Missable = !d.tx.Now.Before(r.StartsAt.Time)
	row.Menu = d.actor.Can(authz.VisitWrite) && (row.State == visit.StatePlanned || row.State == visit.StateArrived)
	return row, nil
}

// untreated reports that nobody has signed a note about the patient yet; those
// who may not read notes are not told.
func (d *day) untreated(p id.Patient) bool { return d.clinical && !d.noted[p] }

// about is the prescription in a few words; what is treated only for those
// who may read notes.
func (d *day) about(r q.DayRow) string {
	if r.ReferralID.IsZero() {
		return "No prescription"
	}
	s := signature(r.GivenName, r.FamilyName, r.Credential)
	if !d.clinical {
		return s
	}
	switch {
	case r.Regions != "":
		return s + " · " + patient.Shorten(r.Regions, 40)
	case r.Diagnosis != "":
		return s + " · " + r.Code + " " + patient.Shorten(r.Diagnosis, 40)
	}
	return s
}

// verb picks the one thing to do next.
func (d *day) verb(r Row, s *safety) Verb {
	at := "/visits/" + r.Visit.String()
	look := Verb{Label: "Open", URL: at}
	writes := d.actor.Can(authz.NoteWrite)
	past, later := d.board.Day.Before(d.board.Today), d.board.Day.After(d.board.Today)
	switch {
	case r.State == visit.StateCompleted && d.clinical:
		return Verb{Label: "Open", URL: at + "/note"}
	case later || !r.State.Takes() || r.State == visit.StateCompleted:
		return look
	case r.State == visit.StateInProgress && writes, past && writes:
		return Verb{Label: "Note", URL: at + "/note"}
	case past || !d.actor.Can(authz.VisitWrite) || r.State == visit.StateInProgress:
		return look
	case r.State == visit.StatePlanned:
		return Verb{Label: "Arrived", URL: at + "/state", Action: visit.ActArrive}
	case !writes:
		return look
	}
	return d.afterArrival(r, s, at)
}

// evaluate is the verb for whom nobody has assessed.
const evaluate = "Evaluate"

// afterArrival leads through the safety questions and, the first time, the
// evaluation, to the note.
func (d *day) afterArrival(r Row, s *safety, at string) Verb {
	patient, back := "/patients/"+r.Patient.String(), "?next="+at
	switch a := d.assessed[r.Patient]; {
	case s == nil || !s.asked:
		return Verb{Label: "Screen", URL: patient + "/screening/new" + back}
	case s.blocked:
		return Verb{Label: "Screen", URL: patient + "/screening" + back}
	case !r.New || !d.actor.Can(authz.AssessmentWrite) || a.done:
	case a.draft.IsZero():
		return Verb{Label: evaluate, URL: patient + "/assessments/new" + back}
	default:
		return Verb{Label: evaluate, URL: patient + "/assessments/" + a.draft.String()}
	}
	return Verb{Label: "Start", URL: at + "/state", Action: visit.ActStart}
}

// assessed is how far the newest assessment of a patient has come.
type assessed struct {
	draft id.Assessment
	done  bool
}

// Gap is a time between two visits of a therapist that nobody has booked.
type Gap struct {
	Time      string
	Minutes   int
	Therapist string // "" on one's own day
	URL       string // where it is filled; "" for those who do not book

	from time.Time
}

// worthwhile is the shortest gap that a visit fits into, in minutes.
const worthwhile = 30

// gaps finds the free times between the visits of each therapist, of today and
// later days, from now on. A day of several pages has none: its rows are not
// all known.
func (b *Board) gaps(now time.Time) {
	if b.Part != Whole || b.Pages > 1 || b.Day.Before(b.Today) {
		return
	}
	busy := map[id.User]time.Time{} // until when
	for _, r := range b.Rows {
		if !r.State.Takes() {
			continue
		}
		until, known := busy[r.therapist]
		if known && until.Before(now) {
			until = now.In(r.from.Location()).Truncate(5 * time.Minute).Add(5 * time.Minute)
		}
		if free := int(r.from.Sub(until) / time.Minute); known && free >= worthwhile {
			g := Gap{Time: until.Format("15:04"), Minutes: free, Therapist: r.Therapist, from: until}
			if b.Books {
				g.URL = "/visits/new?date=" + b.Day.String() + "&time=" + g.Time + "&therapist=" + r.therapist.String()
			}
			b.Gaps = append(b.Gaps, g)
		}
		if until, known := busy[r.therapist]; !known || r.to.After(until) {
			busy[r.therapist] = r.to
		}
	}
	slices.SortStableFunc(b.Gaps, func(x, y Gap) int { return x.from.Compare(y.from) })
}

// Line is a visit or a gap, as the page lists them.
type Line struct {
	*Row
	Gap *Gap
}

// Section is some lines of the day under one heading.
type Section struct {
	Title string // "" where the day is one list
	Lines []Line
}

// sections are the lines of the day: of today what is under way, what comes,
// and what is over; of another day all of them in order of time.
func (b Board) sections() []Section {
	now, next, over := Section{Title: "Now"}, Section{Title: "Next"}, Section{Title: "Done"}
	gaps := b.Gaps
	for i := range b.Rows {
		r := &b.Rows[i]
		for len(gaps) > 0 && !gaps[0].from.After(r.from) {
			next.Lines = append(next.Lines, Line{Gap: &gaps[0]})
			gaps = gaps[1:]
		}
		switch {
		case b.Day != b.Today:
			next.Lines = append(next.Lines, Line{Row: r})
		case r.State == visit.StateArrived || r.State == visit.StateInProgress:
			now.Lines = append(now.Lines, Line{Row: r})
		case r.State == visit.StatePlanned:
			next.Lines = append(next.Lines, Line{Row: r})
		default:
			over.Lines = append(over.Lines, Line{Row: r})
		}
	}
	if b.Day != b.Today {
		next.Title = ""
	}
	var out []Section
	for _, s := range []Section{now, next, over} {
		if len(s.Lines) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// changed is the visit that was just changed from here, to take the change back.
func (b Board) changed(v id.Visit) (Row, bool) {
	for _, r := range b.Rows {
		if r.Visit == v && b.Books && (r.State == visit.StateCancelled || r.State == visit.StateNoShow || r.State == visit.StateArrived) {
			return r, true
		}
	}
	return Row{}, false
}

// free is how long is free in all.
func (b Board) free() int {
	n := 0
	for _, g := range b.Gaps {
		n += g.Minutes
	}
	return n
}
