package careteam

import (
	"context"
	"slices"
	"strings"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/careteam/q"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
)

// Service is the use cases of the care team.
type Service struct {
	db       *db.DB
	log      *audit.Log
	patients *patient.Service
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service) *Service {
	return &Service{db: d, log: log, patients: patients}
}

const notHere = "This provider is not on the patient's care team."

// List gives everybody of a patient's team: those who treat now by discipline
// and name, then those who stopped. The view is recorded. NotFound when the
// practice has no such patient.
func (s *Service) List(ctx context.Context, p id.Patient) ([]Provider, error) {
	a, err := authz.Require(ctx, authz.CareTeamRead)
	if err != nil {
		return nil, err
	}
	var out []Provider
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		out, err = s.ListTx(ctx, tx, p)
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "careteam.list", Patient: p, Kind: "patient", Subject: p.String()})
}

// ListTx is List inside the caller's transaction; the caller records the view.
func (s *Service) ListTx(ctx context.Context, tx *db.Tx, p id.Patient) ([]Provider, error) {
	a, err := authz.Require(ctx, authz.CareTeamRead)
	if err != nil {
		return nil, err
	}
	rows, err := q.New(tx).OfPatient(ctx, q.OfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	var out []Provider
	for _, r := range rows {
		out = append(out, of(r))
	}
	sorted(out, a.Today(tx.Now.Time))
	return out, nil
}

func sorted(team []Provider, today civil.Date) {
	rank := func(p Provider) int {
		if p.Ended(today) {
			return 1000
		}
		return slices.Index(Disciplines(), p.Discipline)
	}
	slices.SortStableFunc(team, func(a, b Provider) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
}

func of(r q.CareProvider) Provider {
	return Provider{ID: r.ProviderID, Patient: r.PatientID, Name: r.Name, Discipline: Discipline(r.Discipline), Organisation: r.Organisation,
		NPI: r.Npi, Phone: r.Phone, Fax: r.Fax, From: r.FromOn, To: r.ToOn, Share: Share(r.Share), ShareOn: r.ShareOn,
		ShareRef: r.ShareRef, Note: r.Note, Mistaken: r.Mistaken, Version: r.Version}
}

// Get gives one provider of a patient's team. The view is recorded.
func (s *Service) Get(ctx context.Context, p id.Patient, v id.Provider) (Provider, error) {
	a, err := authz.Require(ctx, authz.CareTeamRead)
	if err != nil {
		return Provider{}, err
	}
	var out Provider
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.find(ctx, tx, p, v)
		return err
	})
	if err != nil {
		return Provider{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "careteam.view", Patient: p, Kind: "provider", Subject: v.String()})
}

// find looks among those of the patient and of the records merged into theirs.
func (s *Service) find(ctx context.Context, tx *db.Tx, p id.Patient, v id.Provider) (Provider, error) {
	if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
		return Provider{}, err
	}
	rows, err := q.New(tx).OfPatient(ctx, q.OfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return Provider{}, err
	}
	for _, r := range rows {
		if r.ProviderID == v {
			return of(r), nil
		}
	}
	return Provider{}, errs.New(errs.NotFound, notHere)
}

// Add puts somebody on the team. Errors: Invalid with the form's fields,
// NotFound, Conflict for a record that was merged away.
func (s *Service) Add(ctx context.Context, p id.Patient, in Provider) (id.Provider, error) {
	a, err := authz.Require(ctx, authz.CareTeamWrite)
	if err != nil {
		return id.Provider{}, err
	}
	v := id.New[id.Provider]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		in, err := in.check(a.Today(tx.Now.Time))
		if err != nil {
			return err
		}
		err = q.New(tx).Insert(ctx, q.InsertParams{PracticeID: tx.Practice, ProviderID: v, PatientID: p, Name: in.Name,
			Discipline: string(in.Discipline), Organisation: in.Organisation, Npi: in.NPI, Phone: in.Phone, Fax: in.Fax, FromOn: in.From, ToOn: in.To,
			Share: string(in.Share), ShareOn: in.ShareOn, ShareRef: in.ShareRef, Note: in.Note,
			CreatedAt: tx.Now, CreatedBy: a.User, UpdatedAt: tx.Now, UpdatedBy: a.User})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "careteam.add", Patient: p, Kind: "provider", Subject: v.String(), Detail: string(in.Discipline)})
	})
	return v, db.Classify(err)
}

// Change corrects a provider at the given version. Errors as Add, and Stale.
func (s *Service) Change(ctx context.Context, p id.Patient, v id.Provider, version int64, in Provider) error {
	a, err := authz.Require(ctx, authz.CareTeamWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		was, err := s.writable(ctx, tx, p, v)
		if err != nil {
			return err
		}
		in, err := in.check(a.Today(tx.Now.Time))
		if err != nil {
			return err
		}
		err = db.OneRow(q.New(tx).Update(ctx, q.UpdateParams{PracticeID: tx.Practice, ProviderID: v, Version: version, Name: in.Name,
			Discipline: string(in.Discipline), Organisation: in.Organisation, Npi: in.NPI, Phone: in.Phone, Fax: in.Fax, FromOn: in.From, ToOn: in.To,
			Share: string(in.Share), ShareOn: in.ShareOn, ShareRef: in.ShareRef, Note: in.Note, UpdatedAt: tx.Now, UpdatedBy: a.User}))
		if err != nil {
			return err
		}
		detail := ""
		if was.Share != in.Share {
			detail = "sharing: " + string(was.Share) + " to " + string(in.Share)
		}
		return tx.Audit(ctx, db.Event{Action: "careteam.change", Patient: p, Kind: "provider", Subject: v.String(), Detail: detail})
	}))
}

// End says when somebody stopped treating the patient, or, with mistaken, that
// they never did.
func (s *Service) End(ctx context.Context, p id.Patient, v id.Provider, version int64, last civil.Date, mistaken bool) error {
	a, err := authz.Require(ctx, authz.CareTeamWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		was, err := s.writable(ctx, tx, p, v)
		if err != nil {
			return err
		}
		switch {
		case mistaken:
			last = was.To
		case last.IsZero():
			return errs.OnField("to_on", "Enter the last day of treatment.")
		case !was.From.IsZero() && last.Before(was.From):
			return errs.OnField("to_on", "The last day is before the first, "+was.From.Human()+".")
		}
		if err := db.OneRow(q.New(tx).End(ctx, q.EndParams{PracticeID: tx.Practice, ProviderID: v, Version: version, ToOn: last, Mistaken: mistaken,
			UpdatedAt: tx.Now, UpdatedBy: a.User})); err != nil {
			return err
		}
		action := "careteam.end"
		if mistaken {
			action = "careteam.mistake"
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: p, Kind: "provider", Subject: v.String()})
	}))
}

func (s *Service) writable(ctx context.Context, tx *db.Tx, p id.Patient, v id.Provider) (Provider, error) {
	if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
		return Provider{}, err
	}
	was, err := s.find(ctx, tx, p, v)
	if err == nil && was.Mistaken {
		err = errs.New(errs.Conflict, "This was entered in error and is kept as it is. Add the provider anew.")
	}
	return was, err
}
