package claim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// MaxBatch is how many claims leave together.
const MaxBatch = 500

// Send lets claims leave, all of them or none. Each is worked out and checked
// again inside the transaction: one that is blocked, held or no draft refuses
// the whole, by name. What is sent is frozen, numbered and kept as a file. While
// files are marked as tests, an electronic one is made and kept and nothing is sent.
// ClaimSend. Invalid for no or too many claims; NotFound; Conflict.
func (s *Service) Send(ctx context.Context, m Medium, claims []id.Claim) (Batch, error) {
	a, err := authz.Require(ctx, authz.ClaimSend)
	if err != nil {
		return Batch{}, err
	}
	switch {
	case m != Electronic && m != OnPaper:
		return Batch{}, errs.OnField("medium", "Choose how the claims are sent.")
	case len(claims) == 0:
		return Batch{}, errs.OnField("claim", "Choose the claims to send.")
	case len(claims) > MaxBatch:
		return Batch{}, errs.OnField("claim", fmt.Sprintf("Choose at most %d claims.", MaxBatch))
	case m == Electronic && s.X12 == nil, m == OnPaper && s.Paper == nil:
		return Batch{}, errs.New(errs.Unavailable, "This program cannot make such files.")
	}
	claims = slices.Clone(claims)
	slices.SortFunc(claims, func(x, y id.Claim) int { return bytes.Compare(x[:], y[:]) })
	claims = slices.Compact(claims)
	var out Batch
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.send(ctx, tx, a, m, claims)
		return err
	})
	if err != nil {
		return Batch{}, db.Classify(err)
	}
	return out, s.log.WaitSealed(ctx, a.Practice)
}

func (s *Service) send(ctx context.Context, tx *db.Tx, a authz.Actor, m Medium, claims []id.Claim) (Batch, error) {
	rows, docs, err := s.leaving(ctx, tx, m, claims)
	if err != nil {
		return Batch{}, err
	}
	set, err := settings(ctx, tx)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: id.New[id.Batch](), Medium: m, Claims: int64(len(docs)), CreatedAt: tx.Now.Time, CreatedBy: a.Name}
	for _, d := range docs {
		b.Total += d.Total
	}
	var file blob.File
	if m == Electronic {
		file, err = s.interchange(ctx, tx, a, set, &b, docs)
	} else {
		file, err = s.forms(tx, a, set, docs)
	}
	if err != nil {
		return Batch{}, err
	}
	if b.File, err = s.Blobs.Put(ctx, tx, file); err != nil {
		return Batch{}, err
	}
	return b, s.freeze(ctx, tx, a, b, rows, docs)
}

// leaving works the claims out again and refuses unless every one is ready.
func (s *Service) leaving(ctx context.Context, tx *db.Tx, m Medium, claims []id.Claim) ([]stored, []Document, error) {
	g := s.gatherer(tx)
	var rows []stored
	var docs []Document
	var refused []string
	for _, c := range claims {
		row, err := s.load(ctx, tx, c)
		if err != nil {
			return nil, nil, err
		}
		if why := notReady(row); why != "" {
			refused = append(refused, why)
			continue
		}
		j, f, _, err := s.check(ctx, g, row)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case j.State() != Ready:
			refused = append(refused, fmt.Sprintf("%s (%s %s): %s", row.Number, f.Patient.FirstName, f.Patient.LastName, Open(j.Findings)[0].Text))
		case m == Electronic && j.Document.Payer.Code == "":
			refused = append(refused, row.Number+": the payer has no electronic payer ID. Send it on paper.")
		case j.Document.Frequency == Void && m == OnPaper && f.Before == nil:
			refused = append(refused, row.Number+": there is nothing to void.")
		default:
			rows, docs = append(rows, row), append(docs, j.Document)
		}
	}
	refused = append(refused, twins(rows, docs)...)
	if len(refused) > 0 {
		return nil, nil, errs.New(errs.Conflict, "Nothing was sent. "+strings.Join(refused[:min(len(refused), 5)], " "))
	}
	return rows, docs, nil
}

// twins names claims of one batch that ask one payer for the same service of a
// patient and day. As long as both are drafts, no check blocks either of them.
func twins(rows []stored, docs []Document) []string {
	type service struct {
		patient   id.Patient
		payer     id.Payer
		on        civil.Date
		procedure string
	}
	var out []string
	first := map[service]string{}
	for i, d := range docs {
		if d.Frequency == Void {
			continue // repeats what was asked for, to take it back
		}
		for _, l := range d.Lines {
			k := service{rows[i].PatientID, d.Payer.ID, l.Date, l.Procedure}
			if other, found := first[k]; found {
				out = appendNew(out, fmt.Sprintf("%s and %s ask for %s of the same patient and day. Send one of them first.", other, d.Number, l.Procedure))
				continue
			}
			first[k] = d.Number
		}
	}
	return out
}

func notReady(c stored) string {
	switch state := State(c.State); {
	case state == Held:
		return c.Number + " is on hold."
	case !state.Draft():
		return c.Number + " is no draft: " + strings.ToLower(state.Label()) + "."
	}
	return ""
}

// interchange makes the electronic file under control numbers of its own.
func (s *Service) interchange(ctx context.Context, tx *db.Tx, a authz.Actor, set Settings, b *Batch, docs []Document) (blob.File, error) {
	if !set.complete() {
		return blob.File{}, errs.New(errs.Conflict, "Enter who sends claims to which clearinghouse first, under Settings, Claims.")
	}
	var err error
	if b.Interchange, err = s.next(ctx, tx, "interchange", 1, 1); err != nil {
		return blob.File{}, err
	}
	if b.Group, err = s.next(ctx, tx, "group", 1, 1); err != nil {
		return blob.File{}, err
	}
	last, err := s.next(ctx, tx, "set", 1, int64(len(docs)))
	if err != nil {
		return blob.File{}, err
	}
	b.First = last - int64(len(docs)) + 1
	b.Receiver, b.Usage = set.ReceiverName, set.Usage
	at := tx.Now.Time
	if a.Zone != nil {
		at = at.In(a.Zone)
	}
	e := Envelope{SubmitterName: text(set.SubmitterName), SubmitterID: set.SubmitterID, Contact: text(set.Contact), Phone: phone(set.Phone), Email: set.Email,
		ReceiverName: text(set.ReceiverName), ReceiverID: set.ReceiverID, Usage: set.Usage, Interchange: b.Interchange, Group: b.Group, First: b.First,
		At: at, Reference: fmt.Sprintf("B%09d", b.Interchange)}
	var buf bytes.Buffer
	if err := s.X12.Write(&buf, e, docs); err != nil {
		return blob.File{}, errs.Wrap(errs.Conflict, err, "Nothing was sent: the file would not be a valid one. "+errs.PublicOf(err))
	}
	return blob.File{Name: fmt.Sprintf("claims-%09d.837", b.Interchange), ContentType: "application/edi-x12", Bytes: buf.Bytes()}, nil
}

// forms makes the paper forms, data alone: red stock is what payers read.
func (s *Service) forms(tx *db.Tx, a authz.Actor, set Settings, docs []Document) (blob.File, error) {
	today := a.Today(tx.Now.Time)
	b, err := s.Paper.Form(docs, PaperOptions{OffsetX: set.OffsetX, OffsetY: set.OffsetY, SignedOn: today, At: tx.Now.Time})
	if err != nil {
		return blob.File{}, errs.Wrap(errs.Conflict, err, "Nothing was sent: the forms could not be printed. "+errs.PublicOf(err))
	}
	return blob.File{Name: "claims-" + today.String() + ".pdf", ContentType: "application/pdf", Bytes: b}, nil
}

// freeze keeps what was sent and marks the claims. No payer pays from a test
// file: its claims stay ready.
func (s *Service) freeze(ctx context.Context, tx *db.Tx, a authz.Actor, b Batch, rows []stored, docs []Document) error {
	queries := q.New(tx)
	err := queries.InsertBatch(ctx, q.InsertBatchParams{PracticeID: tx.Practice, BatchID: b.ID, Medium: string(b.Medium), Receiver: b.Receiver, Usage: b.Usage,
		BlobID: b.File, Interchange: b.Interchange, FunctionalGroup: b.Group, FirstSet: b.First, Claims: b.Claims, TotalCents: b.Total,
		CreatedAt: tx.Now, CreatedBy: a.User})
	if err != nil {
		return err
	}
	for i, row := range rows {
		body, err := json.Marshal(docs[i])
		if err != nil {
			return err
		}
		if err := queries.InsertBatchItem(ctx, q.InsertBatchItemParams{PracticeID: tx.Practice, BatchID: b.ID, Nth: int64(i + 1), ClaimID: row.ClaimID, Body: string(body)}); err != nil {
			return err
		}
		if b.Test() {
			if err := s.record(ctx, tx, row.ClaimID, "test", Ready, Ready, string(b.Medium)); err != nil {
				return err
			}
			continue
		}
		if err := db.OneRow(queries.MarkSent(ctx, q.MarkSentParams{SentAt: tx.Now, BatchID: b.ID, PracticeID: tx.Practice, ClaimID: row.ClaimID, Version: row.Version})); err != nil {
			return err
		}
		if err := s.record(ctx, tx, row.ClaimID, "send", Ready, Sent, string(b.Medium)); err != nil {
			return err
		}
	}
	return tx.Audit(ctx, db.Event{Action: "claim.batch", Kind: "batch", Subject: b.ID.String(), Detail: fmt.Sprintf("%s, %d claims", b.Medium, b.Claims)})
}

// BatchFile gives the file in which claims were sent. ClaimSend; NotFound. The
// view is recorded and sealed before the file is handed out.
func (s *Service) BatchFile(ctx context.Context, b id.Batch) (name, contentType string, data []byte, err error) {
	a, err := authz.Require(ctx, authz.ClaimSend)
	if err != nil {
		return "", "", nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).GetBatch(ctx, q.GetBatchParams{PracticeID: tx.Practice, BatchID: b})
		if err != nil {
			return db.Found(err, "This batch does not exist, or is not in your practice.")
		}
		f, err := s.Blobs.Get(ctx, tx, row.BlobID)
		name, contentType, data = f.Name, f.ContentType, f.Bytes
		return err
	})
	if err != nil {
		return "", "", nil, db.Classify(err)
	}
	if err := s.log.Viewed(ctx, db.Event{Action: "claim.file", Kind: "batch", Subject: b.String()}); err != nil {
		return "", "", nil, err
	}
	return name, contentType, data, s.log.WaitSealed(ctx, a.Practice)
}
