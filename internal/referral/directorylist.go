package referral

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
	"soapstone/internal/textkey"
)

const (
	// PageSize is how many rows a page of the directory has.
	PageSize = 50

	maxPage = 10_000
)

// DirectorySort is the order of the directory.
type DirectorySort string

// The orders.
const (
	ByName         DirectorySort = "name"
	ByUse          DirectorySort = "use" // who referred last is the first
	ByOrganisation DirectorySort = "organisation"
)

// DirectorySorts in the order shown.
func DirectorySorts() []DirectorySort { return []DirectorySort{ByName, ByUse, ByOrganisation} }

// Label is the order in words.
func (s DirectorySort) Label() string {
	switch s {
	case ByUse:
		return "Referred last"
	case ByOrganisation:
		return "Organization"
	}
	return "Name"
}

// DirectoryQuery asks for a page of the directory.
type DirectoryQuery struct {
	Text     string // as SearchPrescribers
	Sort     DirectorySort
	Everyone bool // those no longer offered too
	Page     int  // from 0
}

// Entry is a row of the directory.
type Entry struct {
	Prescriber
	Referrals   int64      // not counting those entered in error
	LastWritten civil.Date // of the newest prescription; zero without
}

// Directory gives a page of the directory; more says that others follow.
func (s *Service) Directory(ctx context.Context, in DirectoryQuery) (out []Entry, more bool, err error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, false, err
	}
	key := searchText(in.Text)
	if key == "" && strings.TrimSpace(in.Text) != "" {
		return nil, false, nil
	}
	p := q.DirectoryParams{PracticeID: a.Practice, Low: key, High: key + "\U0010FFFF", Npi: textkey.Phone(in.Text), Sort: string(in.Sort),
		Max: PageSize + 1, Skip: int32(min(max(in.Page, 0), maxPage) * PageSize)}
	if in.Everyone {
		p.Everyone = 1
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := q.New(tx).Directory(ctx, p)
		for _, r := range rows {
			e := Entry{Referrals: r.Referrals, Prescriber: prescriberOf(q.Prescriber{PrescriberID: r.PrescriberID, GivenName: r.GivenName, FamilyName: r.FamilyName,
				Credential: r.Credential, Npi: r.Npi, Taxonomy: r.Taxonomy, Organisation: r.Organisation, Phone: r.Phone, Fax: r.Fax, AddressLine: r.AddressLine,
				City: r.City, State: r.State, PostalCode: r.PostalCode, Active: r.Active, Version: r.Version})}
			if r.LastWritten != "" {
				if e.LastWritten, err = civil.Parse(r.LastWritten); err != nil {
					return err
				}
			}
			out = append(out, e)
		}
		return err
	})
	more = len(out) > PageSize
	return out[:min(len(out), PageSize)], more, db.Classify(err)
}

// MergePrescribers makes keep stand for a duplicate: its referrals become
// keep's, each with a version that says so, and the duplicate is no longer
// offered. Errors: NotFound, Stale, Conflict for the same entry or one merged
// before.
func (s *Service) MergePrescribers(ctx context.Context, keep, duplicate id.Prescriber, version int64) error {
	a, err := authz.Require(ctx, authz.ReferralWrite)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		to, err := prescriberTx(ctx, tx, keep)
		if err != nil {
			return err
		}
		from, err := prescriberTx(ctx, tx, duplicate)
		if err != nil {
			return err
		}
		if keep == duplicate || !to.MergedInto.IsZero() || !from.MergedInto.IsZero() {
			return errs.New(errs.Conflict, "These two cannot be merged: one of them was merged before.")
		}
		queries := q.New(tx)
		moved, err := queries.ReferralsToMove(ctx, q.ReferralsToMoveParams{PracticeID: tx.Practice, PrescriberID: duplicate})
		if err != nil {
			return err
		}
		if err := db.OneRow(queries.MergePrescriber(ctx, q.MergePrescriberParams{PracticeID: tx.Practice, PrescriberID: duplicate,
			MergedIntoPrescriberID: keep, Version: version})); err != nil {
			return err
		}
		if err := queries.RedirectMerged(ctx, q.RedirectMergedParams{PracticeID: tx.Practice, IntoPrescriberID: keep, FromPrescriberID: duplicate}); err != nil {
			return err
		}
		if _, err := queries.MoveReferrals(ctx, q.MoveReferralsParams{PracticeID: tx.Practice, IntoPrescriberID: keep, FromPrescriberID: duplicate}); err != nil {
			return err
		}
		if err := s.sayMoved(ctx, tx, a, moved, from); err != nil {
			return err
		}
		from.MergedInto, from.Active, from.Version = keep, false, version+1
		if err := keepPrescriberVersion(ctx, tx, a, from, "Merged into "+to.Name()+", NPI "+to.NPI); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "prescriber.merge", Kind: "prescriber", Subject: duplicate.String(), Detail: fmt.Sprintf("into %s, %d referrals", keep, len(moved))})
	}))
}

// sayMoved keeps a version of each referral in force that a merge has moved.
func (s *Service) sayMoved(ctx context.Context, tx *db.Tx, a authz.Actor, moved []q.ReferralsToMoveRow, from Prescriber) error {
	for _, m := range moved {
		r, err := one(ctx, tx, m.PatientID, m.ReferralID)
		if err != nil {
			return err
		}
		if r.State != Draft {
			if err := s.keepVersion(ctx, tx, a, r, "The prescriber’s second entry, NPI "+from.NPI+", was merged"); err != nil {
				return err
			}
		}
		if err := tx.Audit(ctx, db.Event{Action: "referral.amend", Patient: r.Patient, Kind: "referral", Subject: r.ID.String(), Detail: "prescriber merged"}); err != nil {
			return err
		}
	}
	return nil
}

// prescriberSnapshot is what a version of a directory entry said, in the format
// prescriber/1. Fields are added, never renamed.
type prescriberSnapshot struct {
	Format       string `json:"format"`
	Name         string `json:"name"`
	NPI          string `json:"npi"`
	Taxonomy     string `json:"taxonomy"`
	Organisation string `json:"organisation"`
	Phone        string `json:"phone"`
	Fax          string `json:"fax"`
	Address      string `json:"address"`
	Active       bool   `json:"active"`
}

const prescriberFormat = "prescriber/1"

func (s prescriberSnapshot) facts() []Fact {
	offered := "No"
	if s.Active {
		offered = "Yes"
	}
	return []Fact{{"Name", s.Name}, {"NPI", s.NPI}, {"Taxonomy", s.Taxonomy}, {"Organization", s.Organisation}, {"Phone", s.Phone},
		{"Fax", s.Fax}, {"Address", s.Address}, {"Offered for new referrals", offered}}
}

func keepPrescriberVersion(ctx context.Context, tx *db.Tx, a authz.Actor, p Prescriber, reason string) error {
	body, err := json.Marshal(prescriberSnapshot{prescriberFormat, p.Name(), p.NPI, p.Taxonomy, p.Organisation, p.Phone, p.Fax, p.Address(), p.Active})
	if err != nil {
		return err
	}
	return q.New(tx).InsertPrescriberVersion(ctx, q.InsertPrescriberVersionParams{PracticeID: tx.Practice, PrescriberID: p.ID, Version: p.Version,
		Body: string(body), Reason: reason, WrittenAt: tx.Now, WrittenBy: a.User})
}

// PrescriberHistory lists the versions of a directory entry, the newest first.
func (s *Service) PrescriberHistory(ctx context.Context, p id.Prescriber) ([]Change, error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, err
	}
	var out []Change
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).PrescriberVersions(ctx, q.PrescriberVersionsParams{PracticeID: tx.Practice, PrescriberID: p})
		if err != nil {
			return err
		}
		out = make([]Change, len(rows))
		var before []Fact
		for i := len(rows) - 1; i >= 0; i-- {
			v := rows[i]
			var said prescriberSnapshot
			if err := json.Unmarshal([]byte(v.Body), &said); err != nil || said.Format != prescriberFormat {
				return fmt.Errorf("prescriber version: format %q: %w", said.Format, err)
			}
			facts := said.facts()
			out[i] = Change{Version: v.Version, Reason: v.Reason, WrittenAt: v.WrittenAt, WrittenBy: v.Writer, Differences: difference(before, facts)}
			before = facts
		}
		return nil
	})
	return out, db.Classify(err)
}
