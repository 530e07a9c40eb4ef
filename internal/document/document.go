// Package document keeps what was signed: notes, addenda, retractions,
// consents, clearances, reports. It decides how a signed document is numbered,
// hashed and authenticated, and proves on demand that none was changed, removed,
// inserted or exchanged.
//
// Signed is signed: the package has no statement that changes or removes a
// document, and it refuses an addendum or retraction that refers to nothing or
// to another patient's document, a body that is not JSON text, and a signature
// by anyone but a member of the practice's staff (the program itself may only
// receive what a patient signed: a consent).
//
// The documents of a patient form a chain. Each names the hash of the one
// before; the first names a value derived from practice and patient. The hash
// is plain SHA-256, so whoever holds a document and its predecessor's hash can
// recompute it without us; the MAC beside it needs a key that is not in the
// database, so whoever has only the database cannot build another chain. That
// the newest documents were not cut off is known from the audit log: Append
// records the hash there, and the log is sealed.
package document

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document/q"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/seal"
)

const (
	// MaxBody is the largest body, in bytes.
	MaxBody = 2 << 20
	// MaxListed is the most documents a list gives.
	MaxListed = 500

	maxTitle   = 200 // characters
	maxSubject = 100

	// AuditAction is the action of the audit entry that anchors a document:
	// its subject is the document's id, its detail ends in the hash.
	AuditAction = "document.sign"
)

// The kinds whose rules are known here. Other kinds are free: lower-case
// letters, digits and underscores.
const (
	KindAddendum   = "addendum"
	KindRetraction = "retraction"
	KindConsent    = "consent"
)

// Draft is a document about to be signed.
type Draft struct {
	Patient     id.Patient
	Kind        string // note, addendum, retraction, consent, clearance, report …
	Title       string
	Subject     string      // id of the visit, referral … it is about; may be ""
	Refers      id.Document // what an addendum or retraction is about; else zero
	ServiceDate civil.Date  // may be zero
	Format      string      // schema of the body: "note/1"
	Body        []byte      // JSON text, kept byte for byte
}

// Signed is a document as it was signed.
type Signed struct {
	Draft
	ID               id.Document
	Seq              int64   // 1, 2, 3 … per patient
	SignedBy         id.User // zero when the program received it
	SignerName       string
	SignerCredential string // "LMT"
	SignerLicense    string // state and number: "IL MT-1001"
	SignedAt         db.Time
	Previous, Hash   string // 64 hexadecimal digits
}

// Store appends and reads documents.
type Store struct {
	db  *db.DB
	key seal.Key
}

// New makes the store. master is the installation's key; the store derives its
// own from it.
func New(d *db.DB, master seal.Key) *Store {
	return &Store{db: d, key: master.Derive("document chain")}
}

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
var formatForm = regexp.MustCompile(`^[a-z][a-z0-9_.-]{0,39}/[0-9]{1,4}$`)

func (d Draft) check() error {
	switch {
	case d.Patient.IsZero():
		return errors.New("document: a document belongs to a patient")
	case !kindForm.MatchString(d.Kind):
		return fmt.Errorf("document: kind %q is not lower-case letters, digits and underscores", d.Kind)
	case !formatForm.MatchString(d.Format):
		return fmt.Errorf("document: format %q is not of the form name/1", d.Format)
	case !plain(d.Title, maxTitle) || !plain(d.Subject, maxSubject):
		return errors.New("document: title or subject is too long or holds control characters")
	case len(d.Body) > MaxBody:
		return errs.New(errs.TooLarge, "This document is too long to be signed in one piece. Shorten it.")
	case !utf8.Valid(d.Body) || !json.Valid(d.Body):
		return errors.New("document: the body is not JSON text")
	case (d.Kind == KindAddendum || d.Kind == KindRetraction) && d.Refers.IsZero():
		return fmt.Errorf("document: %s needs the document it refers to", d.Kind)
	}
	return nil
}

func plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most &&
		!strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// Append signs d in the name of the context's actor, whose name, credential
// and license are read from the staff table at this instant, and puts it at the
// end of the patient's chain. It is part of the caller's Write and records the
// audit entry that anchors the document. Errors: Unauthenticated without an
// actor, Denied when the actor cannot sign in this practice, NotFound when
// Refers is no document of the patient, TooLarge.
func (s *Store) Append(ctx context.Context, tx *db.Tx, d Draft) (Signed, error) {
	if err := d.check(); err != nil {
		return Signed{}, err
	}
	queries := q.New(tx)
	if !d.Refers.IsZero() {
		owner, err := queries.OwnerOf(ctx, q.OwnerOfParams{PracticeID: tx.Practice, DocumentID: d.Refers})
		if errors.Is(err, sql.ErrNoRows) || err == nil && owner != d.Patient {
			return Signed{}, errs.New(errs.NotFound, "The document this refers to is not in this chart.")
		}
		if err != nil {
			return Signed{}, err
		}
	}
	out := Signed{Draft: d, ID: id.New[id.Document](), SignedAt: tx.Now}
	if err := s.signer(ctx, tx, &out); err != nil {
		return Signed{}, err
	}
	last, err := queries.Last(ctx, q.LastParams{PracticeID: tx.Practice, PatientID: d.Patient})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		out.Seq, out.Previous = 1, genesis(tx.Practice, d.Patient)
	case err != nil:
		return Signed{}, err
	default:
		out.Seq, out.Previous = last.Seq+1, last.Hash
	}
	row := toRow(tx.Practice, out)
	row.Hash = sum(row)
	row.Mac = s.mac(row)
	out.Hash = row.Hash
	if err := queries.Insert(ctx, q.InsertParams(row)); err != nil {
		return Signed{}, err
	}
	return out, tx.Audit(ctx, db.Event{
		Action: AuditAction, Patient: d.Patient, Kind: "document", Subject: out.ID.String(),
		Detail: fmt.Sprintf("%s %d %s", d.Kind, out.Seq, out.Hash),
	})
}

// signer fills in who signs, as the staff table knows the person now.
func (s *Store) signer(ctx context.Context, tx *db.Tx, out *Signed) error {
	a, ok := authz.From(ctx)
	if !ok {
		return errs.New(errs.Unauthenticated, "Sign in to sign.")
	}
	if a.Practice != tx.Practice {
		return errs.New(errs.Denied, "You can sign only in your own practice.")
	}
	if a.System && a.User.IsZero() && out.Kind == KindConsent {
		out.SignerName = a.Name
		return nil
	}
	row, err := q.New(tx).Signer(ctx, q.SignerParams{PracticeID: tx.Practice, UserID: a.User})
	if errors.Is(err, sql.ErrNoRows) {
		return errs.New(errs.Denied, "Only a member of the practice's staff can sign.")
	}
	if err != nil {
		return err
	}
	out.SignedBy, out.SignerName, out.SignerCredential = a.User, row.Name, row.Credential
	out.SignerLicense = strings.TrimSpace(row.LicenseState + " " + row.LicenseNumber)
	return nil
}

// Get gives one document of the transaction's practice, or NotFound.
func (s *Store) Get(ctx context.Context, tx *db.Tx, doc id.Document) (Signed, error) {
	row, err := q.New(tx).Get(ctx, q.GetParams{PracticeID: tx.Practice, DocumentID: doc})
	if err != nil {
		return Signed{}, db.Found(err, "This document does not exist, or is not in your practice.")
	}
	return fromRow(row), nil
}

// ForPatient lists a patient's documents, newest first, at most MaxListed.
func (s *Store) ForPatient(ctx context.Context, tx *db.Tx, p id.Patient) ([]Signed, error) {
	return fromRows(q.New(tx).ForPatient(ctx, q.ForPatientParams{PracticeID: tx.Practice, PatientID: p, Most: MaxListed}))
}

// ForSubject lists the documents about one visit, referral …, oldest first, at
// most MaxListed.
func (s *Store) ForSubject(ctx context.Context, tx *db.Tx, subject string) ([]Signed, error) {
	if subject == "" {
		return nil, nil
	}
	return fromRows(q.New(tx).ForSubject(ctx, q.ForSubjectParams{PracticeID: tx.Practice, Subject: subject, Most: MaxListed}))
}

// Referring lists the addenda and retractions of a document, oldest first, at
// most MaxListed.
func (s *Store) Referring(ctx context.Context, tx *db.Tx, doc id.Document) ([]Signed, error) {
	return fromRows(q.New(tx).Referring(ctx, q.ReferringParams{PracticeID: tx.Practice, RefersDocumentID: doc, Most: MaxListed}))
}

func toRow(p id.Practice, s Signed) q.Document {
	return q.Document{
		PracticeID: p, DocumentID: s.ID, PatientID: s.Patient, Seq: s.Seq, Kind: s.Kind, Title: s.Title, Subject: s.Subject,
		RefersDocumentID: s.Refers, ServiceDate: s.ServiceDate, Format: s.Format, Body: string(s.Body), SignedBy: s.SignedBy,
		SignerName: s.SignerName, SignerCredential: s.SignerCredential, SignerLicense: s.SignerLicense, SignedAt: s.SignedAt,
		Previous: s.Previous, Hash: s.Hash,
	}
}

func fromRow(r q.Document) Signed {
	return Signed{
		Draft: Draft{Patient: r.PatientID, Kind: r.Kind, Title: r.Title, Subject: r.Subject, Refers: r.RefersDocumentID,
			ServiceDate: r.ServiceDate, Format: r.Format, Body: []byte(r.Body)},
		ID: r.DocumentID, Seq: r.Seq, SignedBy: r.SignedBy, SignerName: r.SignerName, SignerCredential: r.SignerCredential,
		SignerLicense: r.SignerLicense, SignedAt: r.SignedAt, Previous: r.Previous, Hash: r.Hash,
	}
}

func fromRows(rows []q.Document, err error) ([]Signed, error) {
	if err != nil {
		return nil, err
	}
	out := make([]Signed, len(rows))
	for i, r := range rows {
		out[i] = fromRow(r)
	}
	return out, nil
}
