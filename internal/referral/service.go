package referral

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral/q"
)

// Service is the use cases of prescriptions and of those who write them.
type Service struct {
	db       *db.DB
	log      *audit.Log
	patients *patient.Service
	blobs    *blob.Store
	shipped  *knowledge.ICD10

	// Codes gives the diagnosis codes of a practice; without it the shipped
	// list decides. Set it before the service is used.
	Codes CodeSource
}

// CodeSource gives the diagnosis codes that a practice holds. The room that
// takes in official lists implements it.
type CodeSource interface {
	Codes(ctx context.Context, tx *db.Tx) (*knowledge.ICD10, error)
}

// New makes the service. codes is the shipped diagnosis list, knowledge.Set.ICD10.
func New(d *db.DB, log *audit.Log, patients *patient.Service, blobs *blob.Store, codes *knowledge.ICD10) *Service {
	return &Service{db: d, log: log, patients: patients, blobs: blobs, shipped: codes}
}

func (s *Service) codesTx(ctx context.Context, tx *db.Tx) (*knowledge.ICD10, error) {
	if s.Codes == nil {
		return s.shipped, nil
	}
	return s.Codes.Codes(ctx, tx)
}

const noReferral = "This referral does not exist, or is not this patient's."

// Register keeps a new referral: in force, or as a draft when in.Draft is set.
// Errors: Invalid with the form's fields, NotFound for the patient, Conflict
// for a patient whose record was merged away.
func (s *Service) Register(ctx context.Context, p id.Patient, in Input) (id.Referral, error) {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return id.Referral{}, err
	}
	rid := id.New[id.Referral]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		r, err := s.accept(ctx, tx, a, in)
		if err != nil {
			return err
		}
		r.ID, r.Patient, r.Version, r.Replaces = rid, p, 1, in.Renews
		if err := s.insert(ctx, tx, a, r, in.Scans); err != nil {
			return err
		}
		if err := s.succeed(ctx, tx, a, p, r); err != nil {
			return err
		}
		if in.Authorisation != nil {
			if err := s.authoriseNew(ctx, tx, a, r, *in.Authorisation); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "referral.register", Patient: p, Kind: "referral", Subject: rid.String(),
			Detail: fmt.Sprintf("%s, %s, %s", r.State, count(int64(len(r.Diagnoses)), "diagnosis", "diagnoses"), count(r.Order.Visits, "visit", "visits"))})
	})
	return rid, db.Classify(err)
}

// Check says what Register would complain about, and keeps nothing. known are
// complaints that are there already: what is missing only because of them is
// not complained about again.
func (s *Service) Check(ctx context.Context, in Input, known []errs.Field) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.checked(ctx, tx, a, in, known, nil)
		return err
	}))
}

// unexplained complains about a change of a referral in force without a reason.
func unexplained(old Referral, in Input) []errs.Field {
	if old.State == Active && in.Reason == "" {
		return []errs.Field{{Name: "reason", Message: "Say why it is changed, such as “corrected from the paper”."}}
	}
	return nil
}

func (s *Service) checked(ctx context.Context, tx *db.Tx, a authz.Actor, in Input, known, also []errs.Field) (Referral, error) {
	codes, err := s.codesTx(ctx, tx)
	if err != nil {
		return Referral{}, err
	}
	r, wrong := Build(in, codes, a.Today(tx.Now.Time))
	wrong = append(wrong, also...)
	who, more, err := s.prescriberFor(ctx, tx, in)
	if err != nil {
		return r, err
	}
	wrong = append(wrong, more...)
	r.Prescriber = who
	if in.Authorisation != nil {
		_, more := in.Authorisation.under(r)
		wrong = append(wrong, more...)
	}
	if !in.Draft {
		wrong = append(wrong, stillMissing(CanActivate(r), slices.Concat(wrong, known))...)
	}
	return r, errs.OnFields(inPageOrder(wrong)...)
}

// accept checks the input and, when it holds a new prescriber, registers them.
// also are complaints of the caller's own.
func (s *Service) accept(ctx context.Context, tx *db.Tx, a authz.Actor, in Input, also ...errs.Field) (Referral, error) {
	r, err := s.checked(ctx, tx, a, in, nil, also)
	if err == nil && in.NewPrescriber != nil {
		r.Prescriber, err = s.insertPrescriber(ctx, tx, a, r.Prescriber, "new.")
	}
	return r, err
}

// prescriberFor finds the prescriber chosen, or checks the new one.
func (s *Service) prescriberFor(ctx context.Context, tx *db.Tx, in Input) (Prescriber, []errs.Field, error) {
	switch {
	case in.NewPrescriber != nil && !in.Prescriber.IsZero():
		return Prescriber{}, []errs.Field{{Name: "prescriber", Message: "Choose a prescriber or add a new one, not both."}}, nil
	case in.NewPrescriber != nil:
		p, wrong := in.NewPrescriber.Check("new.")
		return p, wrong, nil
	case in.Prescriber.IsZero():
		return Prescriber{}, nil, nil
	}
	row, err := q.New(tx).Prescriber(ctx, q.PrescriberParams{PracticeID: tx.Practice, PrescriberID: in.Prescriber})
	if err = db.Found(err, ""); errs.Is(err, errs.NotFound) {
		return Prescriber{}, []errs.Field{{Name: "prescriber", Message: "Choose the prescriber again from the list."}}, nil
	}
	return prescriberOf(row), nil, err
}

func (s *Service) insert(ctx context.Context, tx *db.Tx, a authz.Actor, r Referral, scans []id.Blob) error {
	p := insertParams(tx, r)
	p.CreatedBy, p.UpdatedBy = a.User, a.User
	if r.State == Active {
		p.ActivatedAt, p.ActivatedBy = tx.Now, a.User
	}
	if err := q.New(tx).InsertReferral(ctx, p); err != nil {
		return err
	}
	if err := s.keepDiagnoses(ctx, tx, r, nil); err != nil {
		return err
	}
	if err := s.attach(ctx, tx, a, r, r.Patient, scans, id.Authorisation{}); err != nil {
		return err
	}
	if err := s.touch(ctx, tx, r); err != nil || r.State == Draft {
		return err
	}
	return s.keepVersion(ctx, tx, a, r, "")
}

// touch makes the prescriber the one used last.
func (s *Service) touch(ctx context.Context, tx *db.Tx, r Referral) error {
	if r.Prescriber.ID.IsZero() {
		return nil
	}
	return q.New(tx).TouchPrescriber(ctx, q.TouchPrescriberParams{PracticeID: tx.Practice, PrescriberID: r.Prescriber.ID, UsedAt: tx.Now})
}

// keepDiagnoses makes the stored diagnoses those of r. A code that stays keeps
// its row, so that what refers to it still does.
func (s *Service) keepDiagnoses(ctx context.Context, tx *db.Tx, r Referral, old []Diagnosis) error {
	queries, had := q.New(tx), map[string]Diagnosis{}
	for _, d := range old {
		had[d.Code] = d
	}
	for i, d := range r.Diagnoses {
		var err error
		if was, ok := had[d.Code]; ok {
			delete(had, d.Code)
			err = queries.UpdateDiagnosis(ctx, q.UpdateDiagnosisParams{PracticeID: tx.Practice, DiagnosisID: was.ID, Position: int64(i),
				Description: d.Description, Side: string(d.Side), Warning: d.Warning, List: d.List})
		} else {
			err = queries.InsertDiagnosis(ctx, q.InsertDiagnosisParams{PracticeID: tx.Practice, DiagnosisID: id.New[id.Diagnosis](), ReferralID: r.ID,
				Position: int64(i), Code: d.Code, Description: d.Description, Side: string(d.Side), Warning: d.Warning, List: d.List})
		}
		if err != nil {
			return err
		}
	}
	for _, d := range old {
		if _, gone := had[d.Code]; !gone {
			continue
		}
		if err := queries.DeleteDiagnosis(ctx, q.DeleteDiagnosisParams{PracticeID: tx.Practice, DiagnosisID: d.ID}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) keepVersion(ctx context.Context, tx *db.Tx, a authz.Actor, r Referral, reason string) error {
	body, err := json.Marshal(snapshotOf(r))
	if err != nil {
		return err
	}
	return q.New(tx).InsertVersion(ctx, q.InsertVersionParams{PracticeID: tx.Practice, ReferralID: r.ID, Version: r.Version,
		Body: string(body), Reason: reason, WrittenAt: tx.Now, WrittenBy: a.User})
}

// Amend replaces what a draft or a referral in force says. A draft goes into
// force unless in.Draft is set; a referral in force needs in.Reason, and what
// it said before is kept. Errors: Invalid, NotFound, Stale, Conflict when closed.
func (s *Service) Amend(ctx context.Context, p id.Patient, r id.Referral, version int64, in Input) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.writable(ctx, tx, p, r, version)
		if err != nil {
			return err
		}
		switch {
		case old.State == Closed:
			return errs.New(errs.Conflict, "This referral is closed. Reopen it before you change it.")
		case old.State == Active && in.Draft:
			return errs.New(errs.Conflict, "This referral is in force and cannot become a draft again. Close it instead.")
		}
		next, err := s.accept(ctx, tx, a, in, unexplained(old, in)...)
		if err != nil {
			return err
		}
		next.ID, next.Patient, next.Version, next.Replaces = old.ID, old.Patient, old.Version+1, old.Replaces
		if err := s.update(ctx, tx, a, p, old, next, in); err != nil {
			return err
		}
		if old.State == Draft {
			if err := s.succeed(ctx, tx, a, p, next); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, db.Event{Action: "referral.amend", Patient: old.Patient, Kind: "referral", Subject: r.String(),
			Detail: fmt.Sprintf("version %d, %s", next.Version, next.State)})
	}))
}

func (s *Service) update(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, old, next Referral, in Input) error {
	u := updateParams(tx, next)
	u.Version, u.UpdatedBy = old.Version, a.User
	u.ActivatedAt, u.ActivatedBy = old.ActivatedAt, old.activatedBy
	if old.State == Draft && next.State == Active {
		u.ActivatedAt, u.ActivatedBy = tx.Now, a.User
	}
	if err := db.OneRow(q.New(tx).UpdateReferral(ctx, u)); err != nil {
		return err
	}
	if err := s.keepDiagnoses(ctx, tx, next, old.Diagnoses); err != nil {
		return err
	}
	if err := s.attach(ctx, tx, a, next, p, in.Scans, id.Authorisation{}); err != nil {
		return err
	}
	if next.State == Draft {
		return nil
	}
	return s.keepVersion(ctx, tx, a, next, in.Reason)
}

// writable loads a referral for a change: the patient's own, at the version
// the person saw.
func (s *Service) writable(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral, version int64) (Referral, error) {
	if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
		return Referral{}, err
	}
	old, err := one(ctx, tx, p, r)
	if err != nil {
		return old, err
	}
	if old.Version != version {
		return old, db.OneRow(0, nil)
	}
	return old, nil
}

// Close ends a referral for a reason. EnteredInError needs a note.
func (s *Service) Close(ctx context.Context, p id.Patient, r id.Referral, version int64, why CloseReason, note string) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	if why.Label() == string(why) {
		return errs.OnField("why", "Choose why it is closed.")
	}
	if why == EnteredInError && note == "" {
		return errs.OnField("note", "Say what was wrong: its diagnoses are no longer used anywhere.")
	}
	return s.move(ctx, a, p, r, version, "referral.close", string(why), func(tx *db.Tx, old Referral, u *q.SetReferralStateParams) error {
		if old.State == Closed {
			return errs.New(errs.Conflict, "This referral is closed already.")
		}
		u.State, u.ClosedAt, u.ClosedBy, u.CloseReason, u.CloseNote = string(Closed), tx.Now, a.User, string(why), note
		return nil
	})
}

// Reopen takes back a closing. What was never in force becomes a draft again.
func (s *Service) Reopen(ctx context.Context, p id.Patient, r id.Referral, version int64) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	return s.move(ctx, a, p, r, version, "referral.reopen", "", func(_ *db.Tx, old Referral, u *q.SetReferralStateParams) error {
		if old.State != Closed {
			return errs.New(errs.Conflict, "This referral is not closed.")
		}
		u.State = string(Active)
		if old.ActivatedAt.IsZero() {
			u.State = string(Draft)
		}
		return nil
	})
}

func (s *Service) move(ctx context.Context, a authz.Actor, p id.Patient, r id.Referral, version int64, action, detail string,
	change func(*db.Tx, Referral, *q.SetReferralStateParams) error) error {
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		old, err := s.writable(ctx, tx, p, r, version)
		if err != nil {
			return err
		}
		u := q.SetReferralStateParams{PracticeID: tx.Practice, ReferralID: r, Version: version, UpdatedAt: tx.Now, UpdatedBy: a.User,
			ActivatedAt: old.ActivatedAt, ActivatedBy: old.activatedBy}
		if err := change(tx, old, &u); err != nil {
			return err
		}
		if err := db.OneRow(q.New(tx).SetReferralState(ctx, u)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: old.Patient, Kind: "referral", Subject: r.String(), Detail: detail})
	}))
}

// MaxCodes is how many codes a search gives at most.
const MaxCodes = 12

// SearchCodes finds diagnosis codes by code or words, valid on a day; the zero
// day means the newest list. Codes that leave the side open come last: payers
// question them.
func (s *Service) SearchCodes(ctx context.Context, text string, on civil.Date) ([]Choice, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	codes := s.shipped
	if err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
		codes, err = s.codesTx(ctx, tx)
		return err
	}); err != nil {
		return nil, db.Classify(err)
	}
	var out []Choice
	for _, c := range codes.Search(text, on, 4*MaxCodes) {
		out = append(out, choiceOf(c))
	}
	slices.SortStableFunc(out, func(a, b Choice) int { return sideOpen(a) - sideOpen(b) })
	return out[:min(len(out), MaxCodes)], nil
}

func sideOpen(c Choice) int {
	if c.Side == SideUnspecified {
		return 1
	}
	return 0
}
