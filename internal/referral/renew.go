package referral

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral/q"
)

// RenewalStart is the first day of a renewal that leaves neither a gap nor an
// overlap: the day after the old prescription's last. Zero, which means the day
// the new one was written, when the old one has ended, has no end, or has no
// visits left to wait for.
func RenewalStart(old Referral, today civil.Date, usedUp bool) civil.Date {
	if old.State != Active || usedUp || old.EndsOn.IsZero() || old.EndsOn.Before(today) {
		return civil.Date{}
	}
	return old.EndsOn.AddDays(1)
}

// Gap is how many days lie between a prescription and the one that renews it.
func Gap(old, next Referral) int {
	if old.EndsOn.IsZero() || next.StartsOn.IsZero() || !old.EndsOn.Before(next.StartsOn) {
		return 0
	}
	return next.StartsOn.DaysSince(old.EndsOn) - 1
}

// succeed lets a renewal that is in force take over from the prescription it
// names. One that starts later shortens the old one to the day before; one that
// has started closes it as replaced.
func (s *Service) succeed(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, next Referral) error {
	if next.Replaces.IsZero() {
		return nil
	}
	old, err := one(ctx, tx, p, next.Replaces)
	switch {
	case err != nil:
		return err
	case old.State == Draft:
		return errs.New(errs.Conflict, "The prescription to renew is still a draft. Complete that one instead.")
	case !old.ReplacedBy.IsZero() && old.ReplacedBy != next.ID:
		return errs.New(errs.Conflict, "This prescription has been renewed already. Open the newer one.")
	case next.State == Draft, old.State == Closed:
		return nil
	}
	today := a.Today(tx.Now.Time)
	if next.StartsOn.After(today) {
		return s.shorten(ctx, tx, a, old, next.StartsOn.AddDays(-1))
	}
	u := q.SetReferralStateParams{PracticeID: tx.Practice, ReferralID: old.ID, Version: old.Version, UpdatedAt: tx.Now, UpdatedBy: a.User,
		ActivatedAt: old.ActivatedAt, ActivatedBy: old.activatedBy, State: string(Closed), ClosedAt: tx.Now, ClosedBy: a.User,
		CloseReason: string(Replaced), CloseNote: "Renewed by the prescription written on " + next.WrittenOn.Human() + "."}
	if err := db.OneRow(q.New(tx).SetReferralState(ctx, u)); err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "referral.close", Patient: old.Patient, Kind: "referral", Subject: old.ID.String(), Detail: string(Replaced)})
}

// shorten ends a prescription in force on a day, unless it ends before.
func (s *Service) shorten(ctx context.Context, tx *db.Tx, a authz.Actor, old Referral, last civil.Date) error {
	if !old.EndsOn.IsZero() && !old.EndsOn.After(last) {
		return nil
	}
	if last.Before(old.StartsOn) {
		return errs.OnField("starts_on", "The prescription it renews starts only on "+old.StartsOn.Human()+". Choose a later day.")
	}
	next := old
	next.EndsOn, next.Version = last, old.Version+1
	u := updateParams(tx, next)
	u.Version, u.UpdatedBy, u.ActivatedAt, u.ActivatedBy = old.Version, a.User, old.ActivatedAt, old.activatedBy
	if err := db.OneRow(q.New(tx).UpdateReferral(ctx, u)); err != nil {
		return err
	}
	if err := s.keepVersion(ctx, tx, a, next, "Renewed: ends the day before the next prescription starts"); err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "referral.amend", Patient: old.Patient, Kind: "referral", Subject: old.ID.String(), Detail: "shortened by its renewal"})
}
