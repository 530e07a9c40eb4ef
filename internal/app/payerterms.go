package app

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/referral/referralui"
	"soapstone/internal/report"
	"soapstone/internal/visitledger"
)

// insured tells the rooms below insurance what they ask of it.
type insured struct {
	db        *db.DB
	coverages *coverage.Service
	reports   *report.Service
}

var (
	_ visitledger.Payers = insured{}
	_ referralui.Insured = insured{}
)

// payer is who pays for a visit on a day; found is false for self-pay, and for
// an actor who may not see insurance.
func (i insured) payer(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral, on civil.Date) (c coverage.Coverage, found bool, err error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return c, false, nil //nolint:nilerr // nothing is said of insurance to who may not see it
	}
	return i.coverages.ForVisitTx(ctx, tx, p, r, on)
}

// LedgerTerms implements visitledger.Payers.
func (i insured) LedgerTerms(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral, on civil.Date) (visitledger.Terms, bool, error) {
	c, found, err := i.payer(ctx, tx, p, r, on)
	if err != nil || !found {
		return visitledger.Terms{}, false, err
	}
	t, err := i.coverages.TermsTx(ctx, tx, c.Payer.ID, on)
	if err != nil {
		return visitledger.Terms{}, false, err
	}
	last, err := i.reports.LastReportTx(ctx, tx, r, on)
	return visitledger.Terms{Payer: c.Payer.Name, ReportVisits: t.ReportEveryVisits, ReportDays: t.ReportEveryDays, LastReport: last,
		AuthorisationAlways: t.AuthorisationAlways, AuthorisationAfter: t.AuthorisationAfter,
		How:              func(visit int64) string { _, how := t.AuthorisationNeeded(visit); return how },
		ReportUnverified: t.Unverified("ReportEveryVisits") || t.Unverified("ReportEveryDays"), AuthorisationUnverified: t.Unverified("AuthorisationAfter")}, true, err
}

// Payer implements referralui.Insured.
func (i insured) Payer(ctx context.Context, p id.Patient, on civil.Date) (name string, found bool, err error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return "", false, err
	}
	err = i.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		c, ok, err := i.payer(ctx, tx, p, id.Referral{}, on)
		name, found = c.Payer.Name, ok
		return err
	})
	return name, found, err
}
