package inbox

import (
	"context"
	"fmt"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox/q"
	"soapstone/internal/patient"
)

// pageRows is how many papers a page of the worklist holds.
const pageRows = 50

// Worklist is a page of what waits, the oldest first.
type Worklist struct {
	Papers []Paper
	Next   id.Paper // behind which the next page begins; zero at the end
	Count  int64    // of all that wait
}

// Worklist gives what waits behind a paper; from the oldest when after is zero.
// The view is recorded.
func (s *Service) Worklist(ctx context.Context, after id.Paper) (Worklist, error) {
	a, err := authz.Require(ctx, authz.InboxRead)
	if err != nil {
		return Worklist{}, err
	}
	if after.IsZero() {
		after = beforeAll
	}
	var w Worklist
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		w = Worklist{}
		rows, err := q.New(tx).Waiting(ctx, q.WaitingParams{PracticeID: tx.Practice, After: after, Most: pageRows + 1})
		if err != nil {
			return err
		}
		for _, r := range rows[:min(len(rows), pageRows)] {
			w.Papers = append(w.Papers, paperOf(r))
		}
		if len(rows) > pageRows {
			w.Next = w.Papers[pageRows-1].ID
		}
		w.Count, err = q.New(tx).CountWaiting(ctx, tx.Practice)
		return err
	})
	if err != nil {
		return Worklist{}, db.Classify(err)
	}
	return w, s.log.Viewed(ctx, db.Event{Action: "inbox.list", Kind: "paper", Detail: fmt.Sprintf("%d shown", len(w.Papers))})
}

// beforeAll sorts before every identifier; the zero value would be NULL.
var beforeAll = id.Paper{15: 1}

// CountWaiting says how many papers wait and since when the oldest does, inside
// the caller's transaction. None of them is named, so no view is recorded.
func (s *Service) CountWaiting(ctx context.Context, tx *db.Tx) (n int64, oldest db.Time, err error) {
	if _, err := authz.Require(ctx, authz.InboxRead); err != nil {
		return 0, db.Time{}, err
	}
	queries := q.New(tx)
	first, err := queries.OldestWaiting(ctx, tx.Practice)
	if err != nil || len(first) == 0 {
		return 0, db.Time{}, err
	}
	n, err = queries.CountWaiting(ctx, tx.Practice)
	return n, first[0], err
}

// Event is one thing that was done with a paper.
type Event struct {
	Action string // "inbox.file", "inbox.undo", …
	Kind   Kind
	Reason string
	At     db.Time
	By     string
}

// Label is the event in words.
func (e Event) Label() string {
	switch e.Action {
	case "inbox.file":
		return "Filed as " + e.Kind.Label()
	case "inbox.discard":
		return "Discarded"
	case "inbox.undo":
		return "Undone"
	case "inbox.putback":
		return "Put back"
	}
	return e.Action
}

// Paper gives one paper with what was done with it, the newest first. The view
// is recorded.
func (s *Service) Paper(ctx context.Context, p id.Paper) (Paper, []Event, error) {
	a, err := authz.Require(ctx, authz.InboxRead)
	if err != nil {
		return Paper{}, nil, err
	}
	var out Paper
	var events []Event
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if out, err = paper(ctx, tx, p); err != nil {
			return err
		}
		rows, err := q.New(tx).Events(ctx, q.EventsParams{PracticeID: tx.Practice, PaperID: p})
		events = nil
		for _, r := range rows {
			events = append(events, Event{Action: r.Action, Kind: Kind(r.Kind), Reason: r.Reason, At: r.DoneAt, By: r.Doer})
		}
		return err
	})
	if err != nil {
		return Paper{}, nil, db.Classify(err)
	}
	return out, events, s.log.Viewed(ctx, db.Event{Action: "inbox.view", Patient: out.Patient, Kind: "paper", Subject: p.String()})
}

// PatientName names the patient to whom a paper was filed, as the list shows them.
func (s *Service) PatientName(ctx context.Context, p id.Patient) (patient.Row, error) {
	a, err := authz.Require(ctx, authz.InboxRead)
	if err != nil {
		return patient.Row{}, err
	}
	return s.row(ctx, a, p)
}

// Content opens a paper of the inbox. The view is recorded.
func (s *Service) Content(ctx context.Context, p id.Paper) (blob.File, error) {
	if _, err := authz.Require(ctx, authz.InboxRead); err != nil {
		return blob.File{}, err
	}
	return s.open(ctx, id.Patient{}, p)
}

// ContentOf opens a paper that was filed to a patient. The view is recorded.
func (s *Service) ContentOf(ctx context.Context, to id.Patient, p id.Paper) (blob.File, error) {
	if _, err := authz.Require(ctx, authz.PaperRead); err != nil {
		return blob.File{}, err
	}
	return s.open(ctx, to, p)
}

// open gives the bytes of a paper; of one in a chart when to is set.
func (s *Service) open(ctx context.Context, to id.Patient, p id.Paper) (blob.File, error) {
	a, _ := authz.From(ctx)
	var out blob.File
	var of Paper
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if to.IsZero() {
			of, err = paper(ctx, tx, p)
		} else {
			of, err = s.inChart(ctx, tx, to, p)
		}
		if err != nil {
			return err
		}
		out, err = s.blobs.Get(ctx, tx, of.File)
		return err
	})
	if err != nil {
		return blob.File{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "inbox.open", Patient: of.Patient, Kind: "paper", Subject: p.String()})
}

// FiledPaper is a paper in a chart, with who filed it.
type FiledPaper struct {
	Paper
	By string
}

// OfPatient lists the papers filed to a patient, the newest first. The view is recorded.
func (s *Service) OfPatient(ctx context.Context, p id.Patient) ([]FiledPaper, error) {
	a, err := authz.Require(ctx, authz.PaperRead)
	if err != nil {
		return nil, err
	}
	var out []FiledPaper
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		out, err = s.OfPatientTx(ctx, tx, p)
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "paper.list", Patient: p, Kind: "patient", Subject: p.String()})
}

// OfPatientTx is OfPatient inside the caller's transaction; the caller records
// the view.
func (s *Service) OfPatientTx(ctx context.Context, tx *db.Tx, p id.Patient) ([]FiledPaper, error) {
	if _, err := authz.Require(ctx, authz.PaperRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).PapersOfPatient(ctx, q.PapersOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	var out []FiledPaper
	for _, r := range rows {
		out = append(out, FiledPaper{filedOf(r), r.Settler})
	}
	return out, err
}

func filedOf(r q.PapersOfPatientRow) Paper {
	return Paper{ID: r.PaperID, File: r.BlobID, Name: r.Name, ContentType: r.ContentType, Size: r.Size, Source: Source(r.Source), Sender: r.Sender,
		Subject: r.Subject, SentAt: r.SentAt, State: State(r.State), Patient: r.PatientID, Kind: Kind(r.Kind), Scan: r.ScanBlobID,
		SettledAt: r.SettledAt, SettledBy: r.SettledBy, ReceivedAt: r.ReceivedAt, Version: r.Version}
}

func (s *Service) inChart(ctx context.Context, tx *db.Tx, to id.Patient, p id.Paper) (Paper, error) {
	all, err := s.OfPatientTx(ctx, tx, to)
	if err != nil {
		return Paper{}, err
	}
	if i := slices.IndexFunc(all, func(f FiledPaper) bool { return f.ID == p }); i >= 0 {
		return all[i].Paper, nil
	}
	return Paper{}, errs.New(errs.NotFound, "This paper is not in the patient’s chart.")
}

// Settled is a paper that was filed or discarded lately.
type Settled struct {
	Paper
	By, PatientName string
}

// Recent gives the last papers that were filed or discarded. The view is recorded.
func (s *Service) Recent(ctx context.Context) ([]Settled, error) {
	a, err := authz.Require(ctx, authz.InboxRead)
	if err != nil {
		return nil, err
	}
	const most = 15
	var out []Settled
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).Settled(ctx, q.SettledParams{PracticeID: tx.Practice, Most: most})
		out = nil
		for _, r := range rows {
			p := Paper{ID: r.PaperID, File: r.BlobID, Name: r.Name, ContentType: r.ContentType, Size: r.Size, Source: Source(r.Source),
				State: State(r.State), Patient: r.PatientID, Kind: Kind(r.Kind), Scan: r.ScanBlobID, SettledAt: r.SettledAt, SettledBy: r.SettledBy,
				ReceivedAt: r.ReceivedAt, Version: r.Version}
			out = append(out, Settled{p, r.Settler, r.PatientName})
		}
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "inbox.recent", Kind: "paper", Detail: fmt.Sprintf("%d shown", len(out))})
}
