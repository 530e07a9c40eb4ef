package patient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
	"soapstone/internal/textkey"
)

// Service is the use cases of this room.
type Service struct {
	db      *db.DB
	log     *audit.Log
	sources []AlertSource
}

// New makes the service.
func New(d *db.DB, log *audit.Log) *Service { return &Service{db: d, log: log} }

const (
	notHere    = "There is no such patient in your practice."
	mergedAway = "This record was merged into another and is read-only. Open the record it was merged into."
)

// Registration is a new patient.
type Registration struct {
	Demographics
	// DifferentFrom names the similar records that a person looked at and
	// found to be somebody else.
	DifferentFrom []id.Patient
}

// Register makes a record and gives it the practice's next number. It returns
// an Invalid error for details that cannot be taken, and a *DuplicateError
// while a similar record is not named in DifferentFrom.
func (s *Service) Register(ctx context.Context, in Registration) (id.Patient, error) {
	a, err := authz.Require(ctx, authz.PatientWrite)
	if err != nil {
		return id.Patient{}, err
	}
	pid := id.New[id.Patient]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		d := in.Demographics
		if err := d.clean(a.Today(tx.Now.Time)); err != nil {
			return err
		}
		similar, err := s.similar(ctx, tx, a, d, id.Patient{})
		if err != nil {
			return err
		}
		if rest := unnamed(similar, in.DifferentFrom); len(rest) > 0 {
			return &DuplicateError{Candidates: similar}
		}
		number, err := insert(ctx, tx, a.User, pid, d)
		if err != nil {
			return err
		}
		detail := "record " + number
		if n := len(similar); n > 0 {
			detail += fmt.Sprintf("; %d similar records were shown and found to be other people", n)
		}
		return tx.Audit(ctx, db.Event{Action: "patient.register", Patient: pid, Kind: "patient", Subject: pid.String(), Detail: detail})
	})
	if err != nil {
		return id.Patient{}, db.Classify(err)
	}
	return pid, nil
}

// insert writes the row and the search terms of a cleaned record.
func insert(ctx context.Context, tx *db.Tx, by id.User, pid id.Patient, d Demographics) (number string, err error) {
	queries := q.New(tx)
	n, err := queries.NextNumber(ctx, q.NextNumberParams{PracticeID: tx.Practice, FirstNumber: firstNumber})
	if err != nil {
		return "", err
	}
	number = FormatNumber(n)
	err = queries.InsertPatient(ctx, q.InsertPatientParams{
		PracticeID: tx.Practice, PatientID: pid, Number: number,
		FirstName: d.FirstName, MiddleName: d.MiddleName, LastName: d.LastName, PreferredName: d.PreferredName,
		Name: d.displayName(), NameSort: sortKey(d), BirthDate: d.BirthDate, Sex: string(d.Sex),
		GenderIdentity: d.GenderIdentity, Pronouns: d.Pronouns, Phone: d.Phone, OtherPhone: d.OtherPhone, Email: d.Email,
		AddressLine: d.AddressLine, AddressLine2: d.AddressLine2, City: d.City, State: d.State, PostalCode: d.PostalCode,
		Language: d.Language, Interpreter: d.Interpreter,
		EmergencyName: d.Emergency.Name, EmergencyRelation: d.Emergency.Relation, EmergencyPhone: d.Emergency.Phone,
		GuardianName: d.Guardian.Name, GuardianRelation: d.Guardian.Relation, GuardianPhone: d.Guardian.Phone,
		DeskNote: d.DeskNote, CreatedAt: tx.Now, CreatedBy: by, UpdatedAt: tx.Now, UpdatedBy: by,
	})
	if err != nil {
		return "", err
	}
	return number, index(ctx, tx, pid, number, d)
}

// index brings the search terms of a patient up to date.
func index(ctx context.Context, tx *db.Tx, pid id.Patient, number string, d Demographics) error {
	queries := q.New(tx)
	have, err := queries.TermsOf(ctx, q.TermsOfParams{PracticeID: tx.Practice, PatientID: pid})
	if err != nil {
		return err
	}
	want := terms(number, d)
	for _, t := range have {
		if !slices.Contains(want, t) {
			if err := queries.DeleteTerm(ctx, q.DeleteTermParams{PracticeID: tx.Practice, Term: t, PatientID: pid}); err != nil {
				return err
			}
		}
	}
	for _, t := range want {
		if !slices.Contains(have, t) {
			if err := queries.InsertTerm(ctx, q.InsertTermParams{PracticeID: tx.Practice, Term: t, PatientID: pid}); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxSortKey keeps index rows small; whoever is equal so far stands in the
// order of the records' ids.
const maxSortKey = 400

func sortKey(d Demographics) string {
	k := textkey.Sort(d.sortName())
	return k[:min(len(k), maxSortKey)]
}

// Update replaces the demographics of a record at the given version. It returns
// NotFound, Conflict for a merged record, Stale when somebody was faster, and
// Invalid for details that cannot be taken.
func (s *Service) Update(ctx context.Context, p id.Patient, version int64, d Demographics) error {
	a, err := authz.Require(ctx, authz.PatientWrite)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		d := d
		if err := d.clean(a.Today(tx.Now.Time)); err != nil {
			return err
		}
		old, err := s.WritableTx(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := db.OneRow(update(ctx, tx, a.User, p, version, d)); err != nil {
			return err
		}
		if err := index(ctx, tx, p, old.Number, d); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "patient.update", Patient: p, Kind: "patient", Subject: p.String(),
			Detail: "changed: " + strings.Join(changed(old.Demographics, d), ", ")})
	})
	return db.Classify(err)
}

func update(ctx context.Context, tx *db.Tx, by id.User, p id.Patient, version int64, d Demographics) (int64, error) {
	return q.New(tx).UpdatePatient(ctx, q.UpdatePatientParams{
		PracticeID: tx.Practice, PatientID: p, Version: version,
		FirstName: d.FirstName, MiddleName: d.MiddleName, LastName: d.LastName, PreferredName: d.PreferredName,
		Name: d.displayName(), NameSort: sortKey(d), BirthDate: d.BirthDate, Sex: string(d.Sex),
		GenderIdentity: d.GenderIdentity, Pronouns: d.Pronouns, Phone: d.Phone, OtherPhone: d.OtherPhone, Email: d.Email,
		AddressLine: d.AddressLine, AddressLine2: d.AddressLine2, City: d.City, State: d.State, PostalCode: d.PostalCode,
		Language: d.Language, Interpreter: d.Interpreter,
		EmergencyName: d.Emergency.Name, EmergencyRelation: d.Emergency.Relation, EmergencyPhone: d.Emergency.Phone,
		GuardianName: d.Guardian.Name, GuardianRelation: d.Guardian.Relation, GuardianPhone: d.Guardian.Phone,
		DeskNote: d.DeskNote, UpdatedAt: tx.Now, UpdatedBy: by,
	})
}

// changed names what differs, for the audit log: which fields, never what is in them.
func changed(a, b Demographics) []string {
	var w []string
	note := func(differs bool, what string) {
		if differs {
			w = append(w, what)
		}
	}
	note(a.LegalName() != b.LegalName() || a.PreferredName != b.PreferredName, "name")
	note(a.BirthDate != b.BirthDate, "birth date")
	note(a.Sex != b.Sex || a.GenderIdentity != b.GenderIdentity || a.Pronouns != b.Pronouns, "sex and gender")
	note(a.Phone != b.Phone || a.OtherPhone != b.OtherPhone || a.Email != b.Email, "contact")
	note(a.AddressLine != b.AddressLine || a.AddressLine2 != b.AddressLine2 || a.City != b.City || a.State != b.State || a.PostalCode != b.PostalCode, "address")
	note(a.Language != b.Language || a.Interpreter != b.Interpreter, "language")
	note(a.Emergency != b.Emergency, "emergency contact")
	note(a.Guardian != b.Guardian, "guardian")
	note(a.DeskNote != b.DeskNote, "note")
	if len(w) == 0 {
		return []string{"nothing"}
	}
	return w
}

// Archive takes a record out of the list of active patients; it stays findable
// and readable. A reason is required. Restore undoes it.
func (s *Service) Archive(ctx context.Context, p id.Patient, version int64, reason string) error {
	return s.setStatus(ctx, p, version, Active, Archived, reason)
}

// Restore puts an archived record back among the active ones.
func (s *Service) Restore(ctx context.Context, p id.Patient, version int64) error {
	return s.setStatus(ctx, p, version, Archived, Active, "")
}

func (s *Service) setStatus(ctx context.Context, p id.Patient, version int64, from, to Status, reason string) error {
	a, err := authz.Require(ctx, authz.PatientWrite)
	if err != nil {
		return err
	}
	var c checker
	c.area("reason", &reason, MaxLine)
	if to == Archived && reason == "" {
		c.complain("reason", "Say why the record is archived, such as: moved away.")
	}
	if err := c.err(); err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.WritableTx(ctx, tx, p)
		if err != nil {
			return err
		}
		if old.Status != from {
			return errs.New(errs.Conflict, "This record is "+string(old.Status)+" already.")
		}
		if err := db.OneRow(q.New(tx).SetStatus(ctx, q.SetStatusParams{PracticeID: tx.Practice, PatientID: p, Version: version,
			Status: string(to), UpdatedAt: tx.Now, UpdatedBy: a.User})); err != nil {
			return err
		}
		action := "patient.archive"
		if to == Active {
			action = "patient.restore"
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: p, Kind: "patient", Subject: p.String()})
	})
	return db.Classify(err)
}

// Get gives a record and records the view. NotFound when the practice has none.
func (s *Service) Get(ctx context.Context, p id.Patient) (Patient, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Patient{}, err
	}
	var out Patient
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.GetTx(ctx, tx, p)
		return err
	})
	if err != nil {
		return Patient{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "patient.details", Patient: p, Kind: "patient", Subject: p.String()})
}

// GetTx is Get inside the caller's transaction; the caller records the view.
func (s *Service) GetTx(ctx context.Context, tx *db.Tx, p id.Patient) (Patient, error) {
	if _, err := authz.Require(ctx, authz.PatientRead); err != nil {
		return Patient{}, err
	}
	r, err := q.New(tx).GetPatient(ctx, q.GetPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return Patient{}, db.Found(err, notHere)
	}
	return fromRow(r), nil
}

// WritableTx is GetTx for whoever is about to write something about the
// patient: it returns a Conflict when the record was merged into another.
func (s *Service) WritableTx(ctx context.Context, tx *db.Tx, p id.Patient) (Patient, error) {
	if _, err := authz.Require(ctx, authz.PatientRead); err != nil {
		return Patient{}, err
	}
	out, err := s.GetTx(ctx, tx, p)
	if err != nil {
		return Patient{}, err
	}
	if out.Status == MergedAway {
		return Patient{}, errs.New(errs.Conflict, mergedAway)
	}
	return out, nil
}

func fromRow(r q.Patient) Patient {
	return Patient{
		Demographics: Demographics{
			FirstName: r.FirstName, MiddleName: r.MiddleName, LastName: r.LastName, PreferredName: r.PreferredName,
			BirthDate: r.BirthDate, Sex: Sex(r.Sex), GenderIdentity: r.GenderIdentity, Pronouns: r.Pronouns,
			Phone: r.Phone, OtherPhone: r.OtherPhone, Email: r.Email,
			AddressLine: r.AddressLine, AddressLine2: r.AddressLine2, City: r.City, State: r.State, PostalCode: r.PostalCode,
			Language: r.Language, Interpreter: r.Interpreter,
			Emergency: Contact{r.EmergencyName, r.EmergencyRelation, r.EmergencyPhone},
			Guardian:  Contact{r.GuardianName, r.GuardianRelation, r.GuardianPhone},
			DeskNote:  r.DeskNote,
		},
		ID: r.PatientID, Number: r.Number, Name: r.Name, Status: Status(r.Status), MergedInto: r.MergedIntoPatientID,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Version: r.Version,
	}
}

// Duplicates gives the similar records of a refused registration, or nil.
func Duplicates(err error) []Candidate {
	var e *DuplicateError
	if errors.As(err, &e) {
		return e.Candidates
	}
	return nil
}
