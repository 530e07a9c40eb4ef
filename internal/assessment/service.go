package assessment

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"soapstone/internal/assessment/q"
	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

// Service is the use cases of assessments.
type Service struct {
	db        *db.DB
	log       *audit.Log
	patients  *patient.Service
	referrals *referral.Service
	cat       Catalogue
}

// New makes the service.
func New(d *db.DB, log *audit.Log, patients *patient.Service, referrals *referral.Service, k *knowledge.Set) *Service {
	return &Service{db: d, log: log, patients: patients, referrals: referrals, cat: CatalogueOf(k)}
}

const noAssessment = "This assessment does not exist, or is not this patient's."

// StartInput is what is settled before the first value is taken.
type StartInput struct {
	Kind     Kind
	On       civil.Date
	Regions  []Region
	Referral id.Referral // zero without a prescription
}

// Start begins an empty draft of which the actor is the therapist. Errors:
// Invalid with fields kind, on, regions, referral; NotFound; Conflict for a
// patient whose record was merged away.
func (s *Service) Start(ctx context.Context, p id.Patient, in StartInput) (id.Assessment, error) {
	a, err := authz.Require(ctx, authz.AssessmentWrite)
	if err != nil {
		return id.Assessment{}, err
	}
	aid := id.New[id.Assessment]()
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		c := Content{On: in.On, Regions: in.Regions, Referral: in.Referral}
		var wrong []errs.Field
		if in.Kind != Evaluation && in.Kind != Reevaluation {
			wrong = append(wrong, errs.Field{Name: "kind", Message: "Choose evaluation or re-evaluation."})
		}
		if err := s.check(ctx, tx, a, p, c, wrong); err != nil {
			return err
		}
		err := q.New(tx).InsertAssessment(ctx, q.InsertAssessmentParams{PracticeID: tx.Practice, AssessmentID: aid, PatientID: p, ReferralID: in.Referral,
			UserID: a.User, Kind: string(in.Kind), OnDate: in.On, Regions: regionText(in.Regions), NormsVersion: s.cat.ROM.Version, Now: tx.Now})
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "assessment.start", Patient: p, Kind: "assessment", Subject: aid.String(), Detail: string(in.Kind)})
	})
	return aid, db.Classify(err)
}

// check complains about the content and about a referral of somebody else.
func (s *Service) check(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, c Content, wrong []errs.Field) error {
	wrong = append(wrong, c.Check(s.cat, a.Today(tx.Now.Time))...)
	staff, err := raters(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range strangers(c, staff) {
		n, _ := s.cat.ROM.Norm(m.Motion)
		wrong = append(wrong, errs.Field{Name: "rater." + n.Region, Message: "Choose who measured from the list."})
	}
	if !c.Referral.IsZero() {
		ours, err := s.referrals.ForPatient(ctx, tx, p)
		if err != nil {
			return err
		}
		found := false
		for _, r := range ours {
			found = found || r.ID == c.Referral
		}
		if !found {
			wrong = append(wrong, errs.Field{Name: "referral", Message: "Choose a referral of this patient."})
		}
	}
	return errs.OnFields(wrong...)
}

// one finds an assessment among the patient's.
func one(ctx context.Context, tx *db.Tx, p id.Patient, aid id.Assessment) (Assessment, []Assessment, error) {
	list, err := all(ctx, tx, p)
	if err != nil {
		return Assessment{}, nil, err
	}
	for _, a := range list {
		if a.ID == aid {
			return a, list, nil
		}
	}
	return Assessment{}, nil, errs.New(errs.NotFound, noAssessment)
}

// Save keeps what was entered so far and gives the next version. Only the
// therapist who began a draft writes in it: the values are that person's.
func (s *Service) Save(ctx context.Context, p id.Patient, aid id.Assessment, version int64, c Content) (int64, error) {
	a, err := authz.Require(ctx, authz.AssessmentWrite)
	if err != nil {
		return 0, err
	}
	return version + 1, s.keep(ctx, a, p, aid, version, c, Draft)
}

// Complete keeps the content and closes it for good. It needs at least one finding.
func (s *Service) Complete(ctx context.Context, p id.Patient, aid id.Assessment, version int64, c Content) error {
	a, err := authz.Require(ctx, authz.AssessmentWrite)
	if err != nil {
		return err
	}
	return s.keep(ctx, a, p, aid, version, c, Completed)
}

func (s *Service) keep(ctx context.Context, a authz.Actor, p id.Patient, aid id.Assessment, version int64, c Content, to State) error {
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		old, _, err := one(ctx, tx, p, aid)
		if err != nil {
			return err
		}
		switch {
		case old.State != Draft:
			return errs.New(errs.Conflict, "This assessment is "+strings.ToLower(old.State.Label())+" and cannot be changed. Begin a new one.")
		case old.Therapist != a.User:
			return errs.New(errs.Conflict, old.TherapistName+" began this assessment, so only they write in it. Begin one of your own.")
		case old.Version != version:
			return db.OneRow(0, nil)
		}
		var wrong []errs.Field
		if to == Completed && c.Empty() {
			wrong = append(wrong, errs.Field{Name: "note", Message: "Nothing is recorded yet. Enter at least one value or finding."})
		}
		if err := s.check(ctx, tx, a, p, c, wrong); err != nil {
			return err
		}
		n, err := s.write(ctx, tx, old, c, to)
		if err != nil {
			return err
		}
		action := "assessment.save"
		if to == Completed {
			action = "assessment.complete"
		}
		return tx.Audit(ctx, db.Event{Action: action, Patient: old.Patient, Kind: "assessment", Subject: aid.String(), Detail: fmt.Sprintf("%d findings", n)})
	}))
}

func (s *Service) write(ctx context.Context, tx *db.Tx, old Assessment, c Content, to State) (int, error) {
	queries := q.New(tx)
	u := q.UpdateAssessmentParams{PracticeID: tx.Practice, AssessmentID: old.ID, Version: old.Version, State: string(to), OnDate: c.On,
		ReferralID: c.Referral, Regions: regionText(c.Regions), NormsVersion: s.cat.ROM.Version, UpdatedAt: tx.Now}
	if to == Completed {
		u.CompletedAt = tx.Now
	}
	if err := db.OneRow(queries.UpdateAssessment(ctx, u)); err != nil {
		return 0, err
	}
	if err := queries.DeleteFindings(ctx, q.DeleteFindingsParams{PracticeID: tx.Practice, AssessmentID: old.ID}); err != nil {
		return 0, err
	}
	rows := findings(c, s.cat)
	for i, f := range rows {
		err := queries.InsertFinding(ctx, q.InsertFindingParams{PracticeID: tx.Practice, FindingID: id.New[id.Finding](), AssessmentID: old.ID, Position: int64(i),
			Kind: f.kind, Subject: f.subject, Aspect: f.aspect, Side: f.side, Value: f.value, Text: f.text, Flags: f.flags, Device: f.device, RaterUserID: f.rater})
		if err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// MarkError takes an assessment out of use; it stays to be read, with the reason.
func (s *Service) MarkError(ctx context.Context, p id.Patient, aid id.Assessment, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.AssessmentWrite)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errs.OnField("reason", "Say what was wrong.")
	}
	if utf8.RuneCountInString(reason) > 500 {
		return errs.OnField("reason", "Shorten this to 500 characters.")
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		old, _, err := one(ctx, tx, p, aid)
		if err != nil {
			return err
		}
		if old.State == InError {
			return errs.New(errs.Conflict, "This assessment is marked as entered in error already.")
		}
		err = db.OneRow(q.New(tx).MarkAssessmentInError(ctx, q.MarkAssessmentInErrorParams{PracticeID: tx.Practice, AssessmentID: aid, Version: version,
			ErrorReason: reason, ErrorAt: tx.Now, ErrorBy: a.User}))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "assessment.error", Patient: old.Patient, Kind: "assessment", Subject: aid.String(), Detail: "was " + string(old.State)})
	}))
}
