package home

import (
	"context"
	"fmt"
	"slices"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/credential"
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
	Gaps       []Gap // free times between the rows
	Done, Left int   // of the whole day
	Window
	Needs   []Need // urgent first, then the oldest; Today has the first few
	Waiting int    // how many things need somebody in all
	More    bool   // and further ones that were not looked for
	Nobody  bool   // the practice has no patient yet
	Books   bool   // may plan visits
	Enrols  bool   // may register patients
	Audits  bool   // reads the audit log and does nothing else here
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
	if s.Credentials != nil && a.Can(authz.CredentialOwn) && !a.System {
		if most.lacks, err = s.Credentials.Missing(ctx); err != nil {
			return b, err
		}
	}
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
	b := Board{Day: w.Day, Today: today, Treats: a.Has(authz.Therapist), Books: a.Can(authz.VisitWrite), Enrols: a.Can(authz.PatientWrite), Audits: onlyAudits(a)}
	if b.Day.IsZero() {
		b.Day = today
	}
	b.Mine = b.Treats
	if w.Mine != nil {
		b.Mine = *w.Mine && b.Treats
	}
	d := &day{Service: s, tx: tx, q: q.New(tx), actor: a, board: &b, everybody: 1, most: most, lacks: most.lacks, clinical: a.Can(authz.NoteRead)}
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
	lacks     []credential.Lack
	rows      []q.DayRow
	numbers   map[id.Visit]int64
	pain      map[id.Patient]pain
	noted     map[id.Patient]bool // has a signed note
	assessed  map[id.Patient]assessed
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
	if err == nil && len(rows) == 0 {
		anybody, err := d.q.AnyPatient(ctx, d.tx.Practice)
		d.board.Nobody = len(anybody) == 0
		return err
	}
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
	for _, read := range []func(context.Context) error{d.readPain, d.readAssessments} {
		if err := read(ctx); err != nil {
			return err
		}
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
	d.noted = map[id.Patient]bool{}
	for _, r := range notes {
		d.noted[r.PatientID] = true
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

func (d *day) readAssessments(ctx context.Context) error {
	rows, err := d.q.DayAssessments(ctx, q.DayAssessmentsParams(d.params()))
	d.assessed = map[id.Patient]assessed{}
	for _, r := range rows {
		a := assessed{done: r.State == string(assessment.Completed)}
		if r.State == string(assessment.Draft) {
			a.draft = r.AssessmentID
		}
		d.assessed[r.PatientID] = a
	}
	return err
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
	d.board.gaps(d.tx.Now.Time)
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
