package referral

import (
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
)

// ForPatient lists a patient's referrals inside the caller's transaction, those
// in force first (see Newest). The caller records its own view.
func (s *Service) ForPatient(ctx context.Context, tx *db.Tx, p id.Patient) ([]Referral, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	all, err := ofPatient(ctx, tx, p)
	Newest(all)
	return all, err
}

// Get loads one referral inside the caller's transaction; NotFound when the
// practice has none of that id. The caller records its own view.
func (s *Service) Get(ctx context.Context, tx *db.Tx, r id.Referral) (Referral, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return Referral{}, err
	}
	row, err := q.New(tx).Referral(ctx, q.ReferralParams{PracticeID: tx.Practice, ReferralID: r})
	if err != nil {
		return Referral{}, db.Found(err, "This referral does not exist.")
	}
	return one(ctx, tx, row.PatientID, r)
}

// Active lists the referrals under whose dates care on day on falls, the
// latest written first. Whether visits are left is for the visit ledger.
func (s *Service) Active(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) ([]Referral, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	return active(ctx, tx, p, on)
}

func active(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) ([]Referral, error) {
	all, err := ofPatient(ctx, tx, p)
	Newest(all)
	return slices.DeleteFunc(all, func(r Referral) bool { return !r.Covers(on) }), err
}

// ForVisit is the referral that a new visit on day on belongs to: the latest
// written of those that cover it. found is false without one: self-pay.
func (s *Service) ForVisit(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (r Referral, found bool, err error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return Referral{}, false, err
	}
	rs, err := active(ctx, tx, p, on)
	if err != nil || len(rs) == 0 {
		return Referral{}, false, err
	}
	return rs[0], true, nil
}

// Diagnoses lists what prescribers have diagnosed under the referrals that
// cover day on, each code once, in the prescribers' order. Empty without a
// referral: self-pay care has findings and no diagnosis.
func (s *Service) Diagnoses(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) ([]Diagnosis, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	rs, err := active(ctx, tx, p, on)
	return distinct(rs), err
}

// DiagnosisCodes lists every code that a prescriber ever wrote for the
// patient, with its dot: of drafts and of ended referrals too, since a
// condition outlives its prescription. Only referrals entered in error are
// left out. For safety screening.
func (s *Service) DiagnosisCodes(ctx context.Context, tx *db.Tx, p id.Patient) ([]string, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).CodesOfPatient(ctx, q.CodesOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	var all []Referral
	for _, r := range rows { // those of one referral follow each other
		if n := len(all); n == 0 || all[n-1].ID != r.ReferralID {
			all = append(all, Referral{ID: r.ReferralID, State: State(r.State), WrittenOn: r.WrittenOn})
		}
		last := &all[len(all)-1]
		last.Diagnoses = append(last.Diagnoses, Diagnosis{Code: r.Code})
	}
	Newest(all)
	var codes []string
	for _, d := range distinct(all) {
		codes = append(codes, d.Code)
	}
	return codes, nil
}

func distinct(rs []Referral) []Diagnosis {
	var out []Diagnosis
	seen := map[string]bool{}
	for _, r := range rs {
		for _, d := range r.Diagnoses {
			if !seen[d.Code] {
				seen[d.Code] = true
				out = append(out, d)
			}
		}
	}
	return out
}

// CodesEnded lists the diagnosis codes of a referral that may not stand on a
// claim for day on, as the code list changes each October.
func (s *Service) CodesEnded(ctx context.Context, tx *db.Tx, r Referral, on civil.Date) ([]string, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	codes, err := s.codesTx(ctx, tx)
	if err != nil {
		return nil, err
	}
	var ended []string
	for _, c := range r.Codes() {
		if state, _ := codes.Valid(c, on); state.Blocks() {
			ended = append(ended, c)
		}
	}
	return ended, nil
}

// Listing is what the list page of a patient shows.
type Listing struct {
	Referrals []Referral
	Waiting   []Scan // uploads that belong to no referral yet
}

// List gives a patient's referrals and the uploads that wait for one. The view
// is recorded.
func (s *Service) List(ctx context.Context, p id.Patient) (Listing, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return Listing{}, err
	}
	var l Listing
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		var err error
		if l.Referrals, err = s.ForPatient(ctx, tx, p); err != nil {
			return err
		}
		scans, err := scansOf(ctx, tx, p)
		l.Waiting = slices.DeleteFunc(scans, func(f Scan) bool { return !f.Referral.IsZero() })
		return err
	})
	if err != nil {
		return Listing{}, db.Classify(err)
	}
	return l, s.log.Viewed(ctx, db.Event{Action: "referral.list", Patient: p, Kind: "patient", Subject: p.String()})
}

// View gives one referral of a patient with its earlier versions, the newest
// first. The view is recorded.
func (s *Service) View(ctx context.Context, p id.Patient, r id.Referral) (Referral, []Change, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return Referral{}, nil, err
	}
	var out Referral
	var changes []Change
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if out, err = one(ctx, tx, p, r); err != nil {
			return err
		}
		changes, err = changesOf(ctx, tx, r)
		return err
	})
	if err != nil {
		return Referral{}, nil, db.Classify(err)
	}
	return out, changes, s.log.Viewed(ctx, db.Event{Action: "referral.view", Patient: p, Kind: "referral", Subject: r.String()})
}

func changesOf(ctx context.Context, tx *db.Tx, r id.Referral) ([]Change, error) {
	rows, err := q.New(tx).Versions(ctx, q.VersionsParams{PracticeID: tx.Practice, ReferralID: r})
	if err != nil {
		return nil, err
	}
	out := make([]Change, len(rows))
	var before []Fact
	for i := len(rows) - 1; i >= 0; i-- { // oldest first, to tell what each changed
		v := rows[i]
		said, err := readSnapshot(v.Body)
		if err != nil {
			return nil, err
		}
		facts := said.facts()
		out[i] = Change{Version: v.Version, Reason: v.Reason, WrittenAt: v.WrittenAt, WrittenBy: v.Writer, Differences: difference(before, facts)}
		before = facts
	}
	return out, nil
}

// Scan opens an uploaded prescription of a patient, also one that still waits
// for its referral; with the zero patient one of the actor's own that has no
// patient yet. The view is recorded.
func (s *Service) Scan(ctx context.Context, p id.Patient, b id.Blob) (name, contentType string, data []byte, err error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return "", "", nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var scans []Scan
		var err error
		if p.IsZero() {
			scans, err = looseOf(ctx, tx, a)
		} else {
			scans, err = scansOf(ctx, tx, p)
		}
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(scans, func(f Scan) bool { return f.ID == b }) {
			return errs.New(errs.NotFound, "This scan does not exist, or is not this patient's.")
		}
		f, err := s.blobs.Get(ctx, tx, b)
		name, contentType, data = f.Name, f.ContentType, f.Bytes
		return err
	})
	if err != nil {
		return "", "", nil, db.Classify(err)
	}
	return name, contentType, data, s.log.Viewed(ctx, db.Event{Action: "referral.scan.view", Patient: p, Kind: "blob", Subject: b.String()})
}
