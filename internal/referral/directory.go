package referral

import (
	"context"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
	"soapstone/internal/textkey"
)

const npiTaken = "Another prescriber has this NPI. Choose them from the list, or correct the NPI."

const noPrescriber = "This prescriber does not exist, or is not in your practice."

// MaxPrescribers is how many a search gives at most.
const MaxPrescribers = 100

// SavePrescriber puts a prescriber into the directory, or changes the one with
// p.ID at p.Version. Errors: Invalid with the fields of the form (an NPI that
// somebody else has is a complaint about npi), NotFound, Stale.
func (s *Service) SavePrescriber(ctx context.Context, p Prescriber) (Prescriber, error) {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return Prescriber{}, err
	}
	p, wrong := p.Check("")
	if err := errs.OnFields(wrong...); err != nil {
		return Prescriber{}, err
	}
	out := p
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if p.ID.IsZero() {
			out, err = s.insertPrescriber(ctx, tx, a, p, "")
		} else {
			out, err = s.updatePrescriber(ctx, tx, a, p)
		}
		return err
	})
	return out, db.Classify(err)
}

func (s *Service) insertPrescriber(ctx context.Context, tx *db.Tx, a authz.Actor, p Prescriber, prefix string) (Prescriber, error) {
	if err := s.npiFree(ctx, tx, p, prefix); err != nil {
		return p, err
	}
	p.ID, p.Version, p.Active = id.New[id.Prescriber](), 1, true
	family, given, organisation, sort := p.keys()
	err := q.New(tx).InsertPrescriber(ctx, q.InsertPrescriberParams{PracticeID: tx.Practice, PrescriberID: p.ID, GivenName: p.GivenName,
		FamilyName: p.FamilyName, Credential: p.Credential, Npi: p.NPI, Taxonomy: p.Taxonomy, Organisation: p.Organisation, Phone: p.Phone, Fax: p.Fax,
		AddressLine: p.AddressLine, City: p.City, State: p.State, PostalCode: p.PostalCode, Active: true, FamilyKey: family, GivenKey: given,
		OrganisationKey: organisation, SortKey: sort, UsedAt: tx.Now, CreatedAt: tx.Now, CreatedBy: a.User})
	if db.IsUnique(err) {
		return p, errs.OnField(prefix+"npi", npiTaken)
	}
	if err == nil {
		err = keepPrescriberVersion(ctx, tx, a, p, "")
	}
	if err != nil {
		return p, err
	}
	return p, tx.Audit(ctx, db.Event{Action: "prescriber.add", Kind: "prescriber", Subject: p.ID.String()})
}

func (s *Service) updatePrescriber(ctx context.Context, tx *db.Tx, a authz.Actor, p Prescriber) (Prescriber, error) {
	old, err := prescriberTx(ctx, tx, p.ID)
	if err != nil {
		return p, err
	}
	if !old.MergedInto.IsZero() {
		return p, errs.New(errs.Conflict, "This entry was merged into another. Change that one.")
	}
	if err := s.npiFree(ctx, tx, p, ""); err != nil {
		return p, err
	}
	family, given, organisation, sort := p.keys()
	err = db.OneRow(q.New(tx).UpdatePrescriber(ctx, q.UpdatePrescriberParams{PracticeID: tx.Practice, PrescriberID: p.ID, Version: p.Version,
		GivenName: p.GivenName, FamilyName: p.FamilyName, Credential: p.Credential, Npi: p.NPI, Taxonomy: p.Taxonomy, Organisation: p.Organisation, Phone: p.Phone,
		Fax: p.Fax, AddressLine: p.AddressLine, City: p.City, State: p.State, PostalCode: p.PostalCode, Active: p.Active, FamilyKey: family,
		GivenKey: given, OrganisationKey: organisation, SortKey: sort}))
	if db.IsUnique(err) {
		return p, errs.OnField("npi", npiTaken)
	}
	if err != nil {
		return p, err
	}
	p.Version++
	if err := keepPrescriberVersion(ctx, tx, a, p, ""); err != nil {
		return p, err
	}
	return p, tx.Audit(ctx, db.Event{Action: "prescriber.amend", Kind: "prescriber", Subject: p.ID.String()})
}

// npiFree refuses an NPI that another prescriber of the directory has. The
// database refuses it too, for two people at the same moment.
func (s *Service) npiFree(ctx context.Context, tx *db.Tx, p Prescriber, prefix string) error {
	row, err := q.New(tx).PrescriberByNPI(ctx, q.PrescriberByNPIParams{PracticeID: tx.Practice, Npi: p.NPI})
	err = db.Found(err, "")
	switch {
	case errs.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	case row.PrescriberID == p.ID:
		return nil
	}
	return errs.OnField(prefix+"npi", prescriberOf(row).Name()+" has this NPI already. Choose them from the list, or correct the NPI.")
}

func prescriberTx(ctx context.Context, tx *db.Tx, p id.Prescriber) (Prescriber, error) {
	row, err := q.New(tx).Prescriber(ctx, q.PrescriberParams{PracticeID: tx.Practice, PrescriberID: p})
	if err != nil {
		return Prescriber{}, db.Found(err, noPrescriber)
	}
	return prescriberOf(row), nil
}

// Prescriber gives one prescriber of the directory; NotFound otherwise.
func (s *Service) Prescriber(ctx context.Context, p id.Prescriber) (Prescriber, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return Prescriber{}, err
	}
	var out Prescriber
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = prescriberTx(ctx, tx, p)
		return err
	})
	return out, db.Classify(err)
}

// SearchPrescribers finds prescribers whose last name, first name or
// organization begins with text, or whose NPI is text; all of them for "". In
// the order of names, those no longer offered last.
func (s *Service) SearchPrescribers(ctx context.Context, text string) ([]Prescriber, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	key := searchText(text)
	if key == "" && strings.TrimSpace(text) != "" {
		return nil, nil
	}
	var rows []q.Prescriber
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		rows, err = q.New(tx).SearchPrescribers(ctx, q.SearchPrescribersParams{PracticeID: tx.Practice,
			Low: key, High: key + "\U0010FFFF", Npi: textkey.Phone(text), Max: MaxPrescribers})
		return err
	})
	return prescribers(rows), db.Classify(err)
}

// RecentPrescribers are those offered before anything is typed: the ones with
// the newest referrals, at most eight.
func (s *Service) RecentPrescribers(ctx context.Context) ([]Prescriber, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	var rows []q.Prescriber
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		rows, err = q.New(tx).RecentPrescribers(ctx, q.RecentPrescribersParams{PracticeID: tx.Practice, Max: 8})
		return err
	})
	return prescribers(rows), db.Classify(err)
}

func prescribers(rows []q.Prescriber) []Prescriber {
	out := make([]Prescriber, len(rows))
	for i, r := range rows {
		out[i] = prescriberOf(r)
	}
	return out
}

// PrescriberReferral is one referral in a prescriber's list.
type PrescriberReferral struct {
	ID            id.Referral
	Patient       id.Patient
	PatientName   string
	PatientNumber string
	State         State
	WrittenOn     civil.Date
	EndsOn        civil.Date
	Visits        int64
}

// StatusOn is the referral's status by its dates; visits used are not looked at.
func (r PrescriberReferral) StatusOn(today civil.Date) Status {
	return Referral{State: r.State, StartsOn: r.WrittenOn, EndsOn: r.EndsOn}.StatusOn(today, 0)
}

// ReferralsOf lists what a prescriber has referred, the newest first, a page at
// a time from page 0; more says that others follow. It names patients, so the
// view is recorded.
func (s *Service) ReferralsOf(ctx context.Context, p id.Prescriber, page int) (out []PrescriberReferral, more bool, err error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, false, err
	}
	page = min(max(page, 0), maxPage)
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := q.New(tx).ReferralsOfPrescriber(ctx, q.ReferralsOfPrescriberParams{PracticeID: tx.Practice, PrescriberID: p,
			Max: PageSize + 1, Skip: int32(page * PageSize)})
		for _, r := range rows {
			out = append(out, PrescriberReferral{ID: r.ReferralID, Patient: r.PatientID, PatientName: r.Name, PatientNumber: r.Number,
				State: State(r.State), WrittenOn: r.WrittenOn, EndsOn: r.EndsOn, Visits: r.VisitsOrdered})
		}
		return err
	})
	if err != nil {
		return nil, false, db.Classify(err)
	}
	more = len(out) > PageSize
	return out[:min(len(out), PageSize)], more, s.log.Viewed(ctx, db.Event{Action: "prescriber.referrals", Kind: "prescriber", Subject: p.String()})
}
