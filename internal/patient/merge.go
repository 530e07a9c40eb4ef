package patient

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
)

// MergeInput says which of two records of one person goes on. The versions are
// those that the person saw side by side.
type MergeInput struct {
	Survivor, Duplicate               id.Patient
	SurvivorVersion, DuplicateVersion int64
	Reason                            string
}

// MergeRecord is a merge that took place, possibly undone since.
type MergeRecord struct {
	Duplicate, Into             id.Patient
	DuplicateNumber, IntoNumber string
	Reason                      string
	At                          db.Time
	By                          string
	UndoneAt                    db.Time // zero while it stands
	UndoneBy                    string
	UndoneReason                string
	nth                         int64
	before                      Status
}

// Merge makes the duplicate read-only and points it to the survivor; nothing
// moves and nothing is lost: signed documents stay in their own chain. It
// returns a Conflict for a record merged into itself, for one that is merged
// already and for a duplicate that others were merged into, NotFound across
// practices, and Stale when either record changed meanwhile.
func (s *Service) Merge(ctx context.Context, in MergeInput) error {
	a, err := authz.Require(ctx, authz.PatientMerge)
	if err != nil {
		return err
	}
	if in.Survivor == in.Duplicate {
		return errs.New(errs.Conflict, "These are the same record. Choose two different ones.")
	}
	var c checker
	c.area("reason", &in.Reason, MaxNote)
	if in.Reason == "" {
		c.complain("reason", "Say how you know that both records are about one person.")
	}
	if err := c.err(); err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		dup, err := s.mergeable(ctx, tx, in)
		if err != nil {
			return err
		}
		past, err := s.mergesOfTx(ctx, tx, in.Duplicate)
		if err != nil {
			return err
		}
		queries := q.New(tx)
		if err := queries.InsertMerge(ctx, q.InsertMergeParams{PracticeID: tx.Practice, PatientID: in.Duplicate, Nth: int64(len(past) + 1),
			IntoPatientID: in.Survivor, StatusBefore: string(dup.Status), Reason: in.Reason, MergedAt: tx.Now, MergedBy: a.User}); err != nil {
			return err
		}
		if err := db.OneRow(queries.SetStatus(ctx, q.SetStatusParams{PracticeID: tx.Practice, PatientID: in.Duplicate, Version: in.DuplicateVersion,
			Status: string(MergedAway), MergedIntoPatientID: in.Survivor, UpdatedAt: tx.Now, UpdatedBy: a.User})); err != nil {
			return err
		}
		if err := tx.Audit(ctx, db.Event{Action: "patient.merge", Patient: in.Duplicate, Kind: "patient", Subject: in.Survivor.String(), Detail: "merged into the subject"}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "patient.merge", Patient: in.Survivor, Kind: "patient", Subject: in.Duplicate.String(), Detail: "the subject was merged into this record"})
	})
	return db.Classify(err)
}

// mergeable checks both records and gives the duplicate.
func (s *Service) mergeable(ctx context.Context, tx *db.Tx, in MergeInput) (Patient, error) {
	survivor, err := s.GetTx(ctx, tx, in.Survivor)
	if err != nil {
		return Patient{}, err
	}
	dup, err := s.GetTx(ctx, tx, in.Duplicate)
	if err != nil {
		return Patient{}, err
	}
	if survivor.Version != in.SurvivorVersion || dup.Version != in.DuplicateVersion {
		return Patient{}, db.OneRow(0, nil)
	}
	switch {
	case dup.Status == MergedAway:
		return Patient{}, errs.New(errs.Conflict, "Record "+dup.Number+" is merged into another already.")
	case survivor.Status == MergedAway:
		return Patient{}, errs.New(errs.Conflict, "Record "+survivor.Number+" was itself merged into another. Keep that one instead.")
	}
	from, err := q.New(tx).MergedFrom(ctx, q.MergedFromParams{PracticeID: tx.Practice, PatientID: dup.ID})
	if err != nil {
		return Patient{}, err
	}
	if len(from) > 0 {
		return Patient{}, errs.New(errs.Conflict, "Record "+from[0].Number+" was merged into "+dup.Number+". Keep "+dup.Number+", or undo that merge first.")
	}
	return dup, nil
}

// UndoMerge separates a duplicate again, with a reason; the merge and its
// undoing stay on record. A Conflict when the record is not merged.
func (s *Service) UndoMerge(ctx context.Context, duplicate id.Patient, reason string) error {
	a, err := authz.Require(ctx, authz.PatientMerge)
	if err != nil {
		return err
	}
	var c checker
	c.area("reason", &reason, MaxNote)
	if reason == "" {
		c.complain("reason", "Say why the records belong to different people.")
	}
	if err := c.err(); err != nil {
		return err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		dup, err := s.GetTx(ctx, tx, duplicate)
		if err != nil {
			return err
		}
		merges, err := s.mergesOfTx(ctx, tx, duplicate)
		if err != nil {
			return err
		}
		if dup.Status != MergedAway || len(merges) == 0 || !merges[0].UndoneAt.IsZero() {
			return errs.New(errs.Conflict, "This record is not merged.")
		}
		last, queries := merges[0], q.New(tx)
		if err := db.OneRow(queries.UndoMerge(ctx, q.UndoMergeParams{PracticeID: tx.Practice, PatientID: duplicate, Nth: last.nth,
			UndoneAt: tx.Now, UndoneBy: a.User, UndoneReason: reason})); err != nil {
			return err
		}
		if err := db.OneRow(queries.SetStatus(ctx, q.SetStatusParams{PracticeID: tx.Practice, PatientID: duplicate, Version: dup.Version,
			Status: string(last.before), UpdatedAt: tx.Now, UpdatedBy: a.User})); err != nil {
			return err
		}
		if err := tx.Audit(ctx, db.Event{Action: "patient.unmerge", Patient: duplicate, Kind: "patient", Subject: last.Into.String()}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "patient.unmerge", Patient: last.Into, Kind: "patient", Subject: duplicate.String()})
	})
	return db.Classify(err)
}

// Merges gives the merges of a record and into it, newest first, undone ones
// too. The caller shows them beside the details, whose view is recorded.
func (s *Service) Merges(ctx context.Context, p id.Patient) (of, into []MergeRecord, err error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return nil, nil, err
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.GetTx(ctx, tx, p); err != nil {
			return err
		}
		if of, err = s.mergesOfTx(ctx, tx, p); err != nil {
			return err
		}
		rows, err := q.New(tx).MergesInto(ctx, q.MergesIntoParams{PracticeID: tx.Practice, IntoPatientID: p})
		for _, r := range rows {
			into = append(into, mergeRecord(q.MergesOfRow(r)))
		}
		return err
	})
	return of, into, db.Classify(err)
}

func (s *Service) mergesOfTx(ctx context.Context, tx *db.Tx, p id.Patient) ([]MergeRecord, error) {
	rows, err := q.New(tx).MergesOf(ctx, q.MergesOfParams{PracticeID: tx.Practice, PatientID: p})
	var out []MergeRecord
	for _, r := range rows {
		out = append(out, mergeRecord(r))
	}
	return out, err
}

func mergeRecord(r q.MergesOfRow) MergeRecord {
	return MergeRecord{Duplicate: r.PatientID, Into: r.IntoPatientID, DuplicateNumber: r.Number, IntoNumber: r.IntoNumber, Reason: r.Reason,
		At: r.MergedAt, By: r.MergedName, UndoneAt: r.UndoneAt, UndoneBy: r.UndoneName, UndoneReason: r.UndoneReason,
		nth: r.Nth, before: Status(r.StatusBefore)}
}
