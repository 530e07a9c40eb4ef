package home

import (
	"context"
	"fmt"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/home/q"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/visitledger"
)

// Board is a day with what needs somebody.
type Board struct {
	Day, Today civil.Date
	Mine       bool // only the actor's own visits
	Treats     bool // the actor has visits of their own
	Rows       []Row
	Done, Left int // of the whole day
	Window
	Needs   []Need // urgent first, then the oldest; Today has the first few
	Waiting int    // how many things need somebody in all
	More    bool   // and further ones that were not looked for
	Books   bool   // may plan visits
	Audits  bool   // reads the audit log and does nothing else here
}

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
	Alert     patient.Alert
	Verb      Verb
	Menu      bool // cancel, no-show and move are possible
	Missable  bool // its time has come, so that it can be a no-show
	Now       bool // what is to be done next
}

// Verb is the one thing a row offers. With an Action it changes the visit's
// state; otherwise it is a link.
type Verb struct {
	Label, URL string
	Action     visit.Action
}

// Which day and whose.
type Which struct {
	Day  civil.Date // zero: today
	Mine *bool      // nil: the actor's own, if they treat
	Part Part       // of a day with more visits than a page holds
	Page int        // from 1
}

// Today gives the board for the actor, with the first few things that need
// somebody, and records the view, of the day and of every patient who is named
// on it, in one commit. Anybody signed in may ask; what they may not see is
// left out.
func (s *Service) Today(ctx context.Context, w Which) (Board, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return Board{}, err
	}
	b, err := s.gather(ctx, a, w, glance)
	if err != nil {
		return Board{}, err
	}
	b.Needs = b.Needs[:min(folded, len(b.Needs))]
	day := db.Event{Action: "today.view", Kind: "day", Subject: b.Day.String(), Detail: fmt.Sprintf("%d visits", len(b.Rows))}
	return b, s.Log.Viewed(ctx, day, b.named()...)
}

// gather reads a page of a day and what needs somebody, all in one snapshot.
func (s *Service) gather(ctx context.Context, a authz.Actor, w Which, most depth) (b Board, err error) {
	err = s.DB.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		b, err = s.board(ctx, tx, a, w, most)
		return err
	})
	return b, db.Classify(err)
}

// named is one view for each patient on the board.
func (b Board) named() []db.Event {
	var ps []id.Patient
	for _, r := range b.Rows {
		ps = append(ps, r.Patient)
	}
	for _, n := range b.Needs {
		ps = append(ps, n.Patient)
	}
	return views("today.view", ps)
}

// views is one view for each patient, however often one is named.
func views(action string, ps []id.Patient) (out []db.Event) {
	seen := map[id.Patient]bool{{}: true}
	for _, p := range ps {
		if !seen[p] {
			seen[p] = true
			out = append(out, db.Event{Action: action, Patient: p, Kind: "patient", Subject: p.String()})
		}
	}
	return out
}

// onlyAudits is for whoever reads everything and does nothing.
func onlyAudits(a authz.Actor) bool { return a.Can(authz.AuditRead) && !a.Can(authz.VisitWrite) }

func (s *Service) board(ctx context.Context, tx *db.Tx, a authz.Actor, w Which, most depth) (Board, error) {
	today := a.Today(tx.Now.Time)
	b := Board{Day: w.Day, Today: today, Treats: a.Has(authz.Therapist), Books: a.Can(authz.VisitWrite), Audits: onlyAudits(a)}
	if b.Day.IsZero() {
		b.Day = today
	}
	b.Mine = b.Treats
	if w.Mine != nil {
		b.Mine = *w.Mine && b.Treats
	}
	d := &day{Service: s, tx: tx, q: q.New(tx), actor: a, board: &b, everybody: 1, most: most, clinical: a.Can(authz.NoteRead)}
	if b.Mine {
		d.everybody = 0
	}
	if err := d.outline(ctx, w); err != nil {
		return Board{}, err
	}
	if err := d.read(ctx); err != nil {
		return Board{}, err
	}
	if err := d.fill(); err != nil || b.Audits {
		return b, err
	}
	err := d.needs(ctx)
	b.Waiting = len(b.Needs)
	return b, err
}

// day is what is read for a board: each map by one statement for all rows.
type day struct {
	*Service
	tx        *db.Tx
	q         *q.Queries
	actor     authz.Actor
	board     *Board
	everybody int64
	most      depth
	bounds    q.DayParams
	shown     map[id.Visit]bool // of the visits within the bounds
	clinical  bool
	attention []visitledger.Item
	rows      []q.DayRow
	numbers   map[id.Visit]int64
	pain      map[id.Patient]pain
	safety    map[id.Patient]*safety
}

type pain struct {
	value float64
	on    civil.Date
}

// params asks for the visits of the page.
func (d *day) params() q.DayParams { return d.bounds }

// scope is whose prescriptions the board is about: those of the patients whom
// the actor treats, or the practice's.
func (d *day) scope() visitledger.Scope {
	if !d.board.Mine {
		return visitledger.Scope{Day: d.board.Day}
	}
	return visitledger.Scope{Day: d.board.Day, Therapist: d.actor.User,
		Since: d.board.Today.AddDays(-patientSince), Until: d.board.Today.AddDays(patientUntil)}
}

func (d *day) read(ctx context.Context) error {
	var err error
	if d.actor.Can(authz.ReferralRead) && !d.board.Audits {
		var more bool
		if d.attention, more, err = d.Ledger.Attention(ctx, d.tx, d.scope()); err != nil {
			return err
		}
		d.board.More = d.board.More || more
	}
	rows, err := d.q.Day(ctx, d.params())
	d.rows = slices.DeleteFunc(rows, func(r q.DayRow) bool { return !d.shown[r.VisitID] })
	if err != nil || len(d.rows) == 0 {
		return err
	}
	numbers, err := d.q.DayNumbers(ctx, q.DayNumbersParams(d.params()))
	if err != nil {
		return err
	}
	d.numbers = map[id.Visit]int64{}
	for _, n := range numbers {
		d.numbers[n.VisitID] = n.Nth
	}
	if !d.clinical {
		return nil
	}
	if err := d.readPain(ctx); err != nil {
		return err
	}
	return d.readSafety(ctx)
}

// readPain takes the newest of what was scored and what signed notes say.
func (d *day) readPain(ctx context.Context) error {
	d.pain = map[id.Patient]pain{}
	scores, err := d.q.DayPain(ctx, q.DayPainParams(d.params()))
	if err != nil {
		return err
	}
	for _, r := range scores {
		d.pain[r.PatientID] = pain{r.Result, r.OnDate}
	}
	notes, err := d.q.DayNotes(ctx, q.DayNotesParams(d.params()))
	if err != nil {
		return err
	}
	for _, r := range notes {
		n, err := note.DecodeSigned([]byte(r.Body))
		if err != nil {
			return fmt.Errorf("home: signed note: %w", err)
		}
		now := n.Note.Subjective.PainNow
		if had, ok := d.pain[r.PatientID]; now != nil && (!ok || r.ServiceDate.After(had.on)) {
			d.pain[r.PatientID] = pain{float64(*now), r.ServiceDate}
		}
	}
	return nil
}

// fill makes the rows of the board.
func (d *day) fill() error {
	ends := map[id.Referral]visitledger.Item{}
	for _, i := range d.attention {
		ends[i.Referral] = i
	}
	seen := map[id.Visit]bool{}
	next := -1
	for _, r := range d.rows {
		if seen[r.VisitID] {
			continue
		}
		seen[r.VisitID] = true
		row, err := d.row(r)
		if err != nil {
			return err
		}
		if i, ok := ends[r.ReferralID]; ok && row.State.Writable() {
			row.Alert = worse(row.Alert, ledgerAlert(i))
		}
		if row.State.Takes() && row.State != visit.StateCompleted && (next < 0 || rank(row.State) > rank(d.board.Rows[next].State)) {
			next = len(d.board.Rows)
		}
		d.board.Rows = append(d.board.Rows, row)
	}
	if next >= 0 && d.board.Day == d.board.Today && d.board.Page == 1 {
		d.board.Rows[next].Now = true
	}
	return nil
}

// rank puts first what has begun, then who waits, then who is to come.
func rank(s visit.State) int {
	switch s {
	case visit.StateInProgress:
		return 2
	case visit.StateArrived:
		return 1
	}
	return 0
}

func ledgerAlert(i visitledger.Item) patient.Alert {
	tone := patient.ToneWarn
	if i.Tone == visitledger.Block {
		tone = patient.ToneDanger
	}
	return patient.Alert{Tone: tone, Text: patient.Shorten(i.Reason, patient.MaxAlert)}
}

// worse keeps the severer of two alerts, the first where they are equal.
func worse(a, b patient.Alert) patient.Alert {
	weight := map[string]int{patient.ToneDanger: 3, patient.ToneWarn: 2, patient.ToneInfo: 1}
	if weight[b.Tone] > weight[a.Tone] {
		return b
	}
	return a
}

func (d *day) row(r q.DayRow) (Row, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return Row{}, fmt.Errorf("home: zone of a location: %w", err)
	}
	row := Row{Visit: r.VisitID, Patient: r.PatientID, Version: r.Version, Time: r.StartsAt.In(zone).Format("15:04"), Minutes: r.PlannedMinutes,
		State: visit.State(r.State), Name: r.PatientName, About: d.about(r)}
	row.StateWord = row.State.Label()
	if !d.board.Mine {
		row.Therapist = r.TherapistName
	}
	if n := d.numbers[r.VisitID]; n > 0 && row.State.Takes() || row.State == visit.StateCompleted && n > 0 {
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
		if s = d.safety[r.PatientID]; s != nil {
			row.Alert = s.alert
		}
	}
	row.Verb = d.verb(row, s)
	row.Missable = !d.tx.Now.Before(r.StartsAt.Time)
	row.Menu = d.actor.Can(authz.VisitWrite) && (row.State == visit.StatePlanned || row.State == visit.StateArrived)
	return row, nil
}

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
	look := Verb{Label: "View", URL: at}
	writes := d.actor.Can(authz.NoteWrite)
	past, later := d.board.Day.Before(d.board.Today), d.board.Day.After(d.board.Today)
	switch {
	case r.State == visit.StateCompleted && d.clinical:
		return Verb{Label: "View", URL: at + "/note"}
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
	return afterArrival(r, s, at)
}

// afterArrival leads through the safety questions to the note.
func afterArrival(r Row, s *safety, at string) Verb {
	back := "?next=" + at
	switch {
	case s == nil || !s.asked:
		return Verb{Label: "Screen", URL: "/patients/" + r.Patient.String() + "/screening/new" + back}
	case s.blocked:
		return Verb{Label: "Screen", URL: "/patients/" + r.Patient.String() + "/screening" + back}
	}
	return Verb{Label: "Start", URL: at + "/state", Action: visit.ActStart}
}
