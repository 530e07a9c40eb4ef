package inbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox/q"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

// Prescriptions takes a scanned prescription before its referral is
// registered, and sets one aside that no referral uses.
type Prescriptions interface {
	Upload(ctx context.Context, p id.Patient, name, contentType string, data []byte) (referral.Scan, error)
	DiscardScan(ctx context.Context, p id.Patient, b id.Blob) error
}

// Service is the use cases of the inbox.
type Service struct {
	db            *db.DB
	log           *audit.Log
	patients      *patient.Service
	blobs         *blob.Store
	prescriptions Prescriptions
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service, blobs *blob.Store, prescriptions Prescriptions) *Service {
	return &Service{db: d, log: log, patients: patients, blobs: blobs, prescriptions: prescriptions}
}

const (
	notHere  = "This paper is not in the inbox."
	maxWhy   = 500 // characters of a reason
	noReason = "Say why, such as: advertisement, or filed to the wrong patient."
)

// Receive takes a file in: a paper, or all that is attached to a message. What
// cannot be taken, and what is here already, is said in the outcomes and is no
// error. All of one file is taken, or on an error nothing.
func (s *Service) Receive(ctx context.Context, in Incoming) ([]Outcome, error) {
	a, err := authz.Require(ctx, authz.InboxWrite)
	if err != nil {
		return nil, err
	}
	papers, refused := unpack(in)
	if len(papers) == 0 {
		return refused, nil
	}
	var out []Outcome
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = slices.Clone(refused)
		for _, p := range papers {
			one, err := s.keep(ctx, tx, a, p)
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return tx.Audit(ctx, db.Event{Action: "inbox.receive", Kind: "paper", Detail: fmt.Sprintf("%s: %d kept or known, %d refused", in.Source, len(papers), len(refused))})
	})
	return out, db.Classify(err)
}

// unpack gives what can be taken of a file, and what cannot with the reason.
func unpack(in Incoming) (papers []Incoming, refused []Outcome) {
	in.Name = blob.CleanName(in.Name)
	if !isMail(in.Name) {
		if why := refusal(in.Data); why != "" {
			return nil, []Outcome{{Name: in.Name, Refused: why}}
		}
		return []Incoming{in}, nil
	}
	m, err := ParseMail(in.Data)
	if err != nil {
		return nil, []Outcome{{Name: in.Name, Refused: "This message cannot be read: " + err.Error() + "."}}
	}
	for _, l := range m.Left {
		refused = append(refused, Outcome{Name: l.Name, Refused: l.Why})
	}
	for _, f := range m.Files {
		papers = append(papers, Incoming{Name: f.Name, Data: f.Data, Source: Mail, Sender: m.From, Subject: m.Subject, SentAt: m.Sent})
	}
	if len(papers)+len(refused) == 0 {
		refused = []Outcome{{Name: in.Name, Refused: "This message has no attachment that can be filed."}}
	}
	return papers, refused
}

// keep stores a paper unless the same bytes are here already.
func (s *Service) keep(ctx context.Context, tx *db.Tx, a authz.Actor, in Incoming) (Outcome, error) {
	sum := sha256.Sum256(in.Data)
	hash := hex.EncodeToString(sum[:])
	queries := q.New(tx)
	known, err := queries.PaperOfHash(ctx, q.PaperOfHashParams{PracticeID: tx.Practice, Sha256: hash})
	if err == nil {
		return Outcome{Name: in.Name, Paper: known.PaperID, Again: true}, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return Outcome{}, err
	}
	kind := typeOf(in.Data)
	b, err := s.blobs.Put(ctx, tx, blob.File{Name: in.Name, ContentType: kind, Bytes: in.Data})
	if err != nil {
		return Outcome{}, err
	}
	p := id.New[id.Paper]()
	var sent db.Time
	if !in.SentAt.IsZero() {
		sent = db.At(in.SentAt)
	}
	return Outcome{Name: in.Name, Paper: p}, queries.InsertPaper(ctx, q.InsertPaperParams{PracticeID: tx.Practice, PaperID: p, BlobID: b, Name: in.Name, ContentType: kind,
		Size: int64(len(in.Data)), Sha256: hash, Source: string(in.Source), Sender: hint(in.Sender), Subject: hint(in.Subject), SentAt: sent,
		ReceivedAt: tx.Now, ReceivedBy: a.User})
}

// File files a paper that waits, at the given version, to a patient. A
// prescription also becomes an upload that waits for its referral: the scan
// that is returned. Errors: Invalid for the fields patient and kind, NotFound,
// Stale, Conflict when it does not wait or the patient's record was merged away.
func (s *Service) File(ctx context.Context, p id.Paper, version int64, to id.Patient, kind Kind) (scan id.Blob, err error) {
	a, err := authz.Require(ctx, authz.InboxWrite)
	if err != nil {
		return id.Blob{}, err
	}
	var wrong []errs.Field
	if to.IsZero() {
		wrong = append(wrong, errs.Field{Name: "patient", Message: "Choose the patient."})
	}
	if !slices.Contains(Kinds(), kind) {
		wrong = append(wrong, errs.Field{Name: "kind", Message: "Say what it is: press one of these."})
	}
	if err := errs.OnFields(wrong...); err != nil {
		return id.Blob{}, err
	}
	if kind == Prescription {
		if scan, err = s.handOn(ctx, a, p, to); err != nil {
			return id.Blob{}, err
		}
	}
	err = s.settle(ctx, a, p, version, change{action: "inbox.file", state: Filed, patient: to, kind: kind, scan: scan})
	if err != nil && !scan.IsZero() {
		// The copy waits in the chart for a referral that will not come from here.
		err = errors.Join(err, s.prescriptions.DiscardScan(ctx, to, scan))
	}
	return scan, err
}

// handOn gives a prescription to its future referral.
func (s *Service) handOn(ctx context.Context, a authz.Actor, p id.Paper, to id.Patient) (id.Blob, error) {
	var f blob.File
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := paper(ctx, tx, p)
		if err != nil {
			return err
		}
		if row.State != Waiting {
			return errs.New(errs.Conflict, settledAlready)
		}
		f, err = s.blobs.Get(ctx, tx, row.File)
		return err
	})
	if err != nil {
		return id.Blob{}, db.Classify(err)
	}
	scan, err := s.prescriptions.Upload(ctx, to, f.Name, f.ContentType, f.Bytes)
	return scan.ID, err
}

// Discard sets a paper aside that belongs to nobody, with the reason. It is kept.
func (s *Service) Discard(ctx context.Context, p id.Paper, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.InboxWrite)
	if err != nil {
		return err
	}
	if reason, err = why(reason); err != nil {
		return err
	}
	return s.settle(ctx, a, p, version, change{action: "inbox.discard", state: Discarded, reason: reason})
}

// Undo puts back what the actor filed or discarded within the last UndoFor.
// Later it is a Conflict: PutBack asks for the reason.
func (s *Service) Undo(ctx context.Context, p id.Paper, version int64) error {
	a, err := authz.Require(ctx, authz.InboxWrite)
	if err != nil {
		return err
	}
	return s.putBack(ctx, a, p, version, change{action: "inbox.undo", state: Waiting}, true)
}

// PutBack lets a filed or discarded paper wait again, with the reason. A
// prescription that a referral uses is a Conflict.
func (s *Service) PutBack(ctx context.Context, p id.Paper, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.InboxWrite)
	if err != nil {
		return err
	}
	if reason, err = why(reason); err != nil {
		return err
	}
	return s.putBack(ctx, a, p, version, change{action: "inbox.putback", state: Waiting, reason: reason}, false)
}

func (s *Service) putBack(ctx context.Context, a authz.Actor, p id.Paper, version int64, c change, quick bool) error {
	var was Paper
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if was, err = paper(ctx, tx, p); err != nil {
			return err
		}
		switch {
		case was.State == Waiting:
			return errs.New(errs.Conflict, "This paper waits in the inbox already.")
		case was.Version != version:
			return errs.New(errs.Stale, "Somebody else changed this meanwhile. Look at it again.")
		case quick && !was.Undoable(a.User, tx.Now.Time):
			return errs.New(errs.Conflict, "More than ten seconds have passed. Say why it is put back.")
		}
		return nil
	})
	if err != nil {
		return db.Classify(err)
	}
	if !was.Scan.IsZero() {
		err := s.prescriptions.DiscardScan(ctx, was.Patient, was.Scan)
		if errs.Is(err, errs.NotFound) {
			return errs.New(errs.Conflict, "This prescription belongs to a referral. Close that referral as entered in error first, or leave it filed.")
		}
		if err != nil {
			return err
		}
	}
	c.about = was.Patient
	return s.settle(ctx, a, p, version, c)
}

func why(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return "", errs.OnField("reason", noReason)
	case utf8.RuneCountInString(reason) > maxWhy:
		return "", errs.OnField("reason", "Shorten this to 500 characters.")
	}
	return reason, nil
}

// change is what is done with a paper.
type change struct {
	action  string
	state   State
	patient id.Patient
	about   id.Patient // whose audit trail it stands in, where the paper names nobody any more
	kind    Kind
	scan    id.Blob
	reason  string
}

const settledAlready = "This paper was filed or discarded meanwhile. Look at it again."

// settle moves a paper to another state and keeps who did it and why.
func (s *Service) settle(ctx context.Context, a authz.Actor, p id.Paper, version int64, c change) error {
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		was, err := paper(ctx, tx, p)
		if err != nil {
			return err
		}
		if (was.State == Waiting) == (c.state == Waiting) {
			return errs.New(errs.Conflict, settledAlready)
		}
		if !c.patient.IsZero() {
			if _, err := s.patients.WritableTx(ctx, tx, c.patient); err != nil {
				return err
			}
		}
		row := q.SettleParams{PracticeID: tx.Practice, PaperID: p, Version: version, State: string(c.state), PatientID: c.patient, Kind: string(c.kind), ScanBlobID: c.scan}
		if c.state != Waiting {
			row.SettledAt, row.SettledBy = tx.Now, a.User
		}
		queries := q.New(tx)
		if err := db.OneRow(queries.Settle(ctx, row)); err != nil {
			return err
		}
		about := c.patient
		if about.IsZero() {
			about = c.about
		}
		if err := queries.InsertEvent(ctx, q.InsertEventParams{PracticeID: tx.Practice, PaperID: p, Version: version + 1, Action: c.action,
			PatientID: about, Kind: string(c.kind), Reason: c.reason, DoneAt: tx.Now, DoneBy: a.User}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: c.action, Patient: about, Kind: "paper", Subject: p.String(), Detail: string(c.kind)})
	}))
}

// paper loads one of the practice.
func paper(ctx context.Context, tx *db.Tx, p id.Paper) (Paper, error) {
	row, err := q.New(tx).Paper(ctx, q.PaperParams{PracticeID: tx.Practice, PaperID: p})
	return paperOf(row), db.Found(err, notHere)
}

func paperOf(r q.InboxPaper) Paper {
	return Paper{ID: r.PaperID, File: r.BlobID, Name: r.Name, ContentType: r.ContentType, Size: r.Size, Source: Source(r.Source), Sender: r.Sender,
		Subject: r.Subject, SentAt: r.SentAt, State: State(r.State), Patient: r.PatientID, Kind: Kind(r.Kind), Scan: r.ScanBlobID,
		SettledAt: r.SettledAt, SettledBy: r.SettledBy, ReceivedAt: r.ReceivedAt, Version: r.Version}
}
