package coverage_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice"
	"soapstone/units"
)

func TestPayers(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor(authz.Biller)
		p, terms, known, err := r.svc.Payer(r.Actor(authz.FrontDesk), r.lake)
		if err != nil || p.Code != "LK001" || !p.Active || terms.Kind != knowledge.PayerCommercial || known != nil {
			t.Fatalf("%+v %+v %v %v", p, terms, known, err)
		}
		p.Address = practice.Address{Line1: "PO Box 1", City: "Chicago", State: "il", PostalCode: "606011234"}
		p.Phone, p.ContractFrom, p.Note = "(312) 555-0100", civil.Of(2026, 1, 1), "Fax is fine."
		p.Overrides = coverage.Overrides{UnitRule: units.Strict15, TherapistPayable: coverage.Yes, VisitUnitCap: n(4), Modifiers: "gp, 59", Source: "manual 2026", CheckedOn: today}
		must(r.svc.SavePayer(ctx, p))(t)
		_, err = r.svc.SavePayer(ctx, p)
		wantKind(t, err, errs.Stale)
		want := p
		want.Version, want.Phone, want.Address.State, want.Address.PostalCode, want.Overrides.Modifiers = 2, "3125550100", "IL", "60601-1234", "GP 59"
		got, terms, _, err := r.svc.Payer(ctx, r.lake)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if terms.UnitRule != units.Strict15 || terms.VisitUnitCap != 4 || terms.Unverified("UnitRule") {
			t.Errorf("%+v", terms)
		}
		if got.InContract(civil.Of(2025, 12, 31)) || !got.InContract(today) {
			t.Error("contract days do not count")
		}
		_, err = r.svc.SavePayer(ctx, coverage.Payer{Name: " lake  HEALTH ", Profile: "commercial"})
		wantFields(t, err, "name")
		got.Active = false
		must(r.svc.SavePayer(ctx, got))(t)
		_, err = r.svc.Add(ctx, r.dana, r.plan())
		wantFields(t, err, "payer")
		all := must(r.svc.Payers(ctx))(t)
		if len(all) != 2 || all[0].Name != "Harbor Auto" || all[1].Active {
			t.Errorf("%+v", all)
		}
	})
}

func TestPayersRefuseNonsense(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		for name, c := range map[string]struct {
			p    coverage.Payer
			want string
		}{
			"nothing":                 {coverage.Payer{}, "name profile"},
			"people who pay":          {coverage.Payer{Name: "Cash", Profile: "cash"}, "profile"},
			"a name too long":         {coverage.Payer{Name: strings.Repeat("x", 61), Profile: "auto"}, "name"},
			"codes":                   {coverage.Payer{Name: "A", Profile: "auto", Code: "1", Filing: "commercial"}, "code filing"},
			"half an address":         {coverage.Payer{Name: "A", Profile: "auto", Address: practice.Address{City: "X"}, Phone: "911"}, "line1 state zip phone"},
			"a contract backwards":    {coverage.Payer{Name: "A", Profile: "auto", ContractFrom: today, ContractTo: today.AddDays(-1)}, "contract_to"},
			"hearsay":                 {coverage.Payer{Name: "A", Profile: "auto", Overrides: coverage.Overrides{TherapistPayable: coverage.Yes}}, "rules_source"},
			"rules that do not exist": {coverage.Payer{Name: "A", Profile: "auto", Overrides: coverage.Overrides{UnitRule: "guess", TherapistPayable: "maybe", Authorisation: "often", Source: "x"}}, "unit_rule therapist_payable authorisation"},
			"after how many?":         {coverage.Payer{Name: "A", Profile: "auto", Overrides: coverage.Overrides{Authorisation: coverage.AfterVisits, Source: "x"}}, "authorisation_after"},
			"numbers out of this world": {coverage.Payer{Name: "A", Profile: "auto", Overrides: coverage.Overrides{FilingLimitDays: n(0), VisitUnitCap: n(-1), ReportEveryVisits: n(501), Modifiers: "GP1", Source: "x", CheckedOn: today.AddDays(1)}},
				"filing_limit unit_cap report_visits modifiers rules_checked_on"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := r.svc.SavePayer(r.Actor(), c.p)
				wantFields(t, err, c.want)
			})
		}
	})
}

func TestTermsInsideATransaction(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		err := r.DB.Read(r.Actor(), r.Practice, func(ctx context.Context, tx *db.Tx) error {
			terms, err := r.svc.TermsTx(ctx, tx, r.auto, today)
			if err != nil || terms.Kind != knowledge.PayerAuto || terms.Payer != r.auto || !terms.NeedsCaseNumber {
				t.Errorf("%+v %v", terms, err)
			}
			_, err = r.svc.TermsTx(ctx, tx, id.New[id.Payer](), today)
			wantKind(t, err, errs.NotFound)
			p, err := r.svc.PayerTx(ctx, tx, r.lake)
			if err != nil || r.svc.KindOf(p) != knowledge.PayerCommercial {
				t.Errorf("%+v %v", p, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestEnrolment(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		first := coverage.Enrolment{Payer: r.lake, User: r.User, FromOn: civil.Of(2025, 1, 1), Number: " P-1 "}
		e := must(r.svc.SaveEnrolment(ctx, first))(t)
		again := first
		again.FromOn = civil.Of(2026, 1, 1)
		_, err := r.svc.SaveEnrolment(ctx, again)
		wantFields(t, err, "from_on")
		first.ID, first.Version, first.ToOn = e, 1, civil.Of(2025, 12, 31)
		must(r.svc.SaveEnrolment(ctx, first))(t)
		_, err = r.svc.SaveEnrolment(ctx, first)
		wantKind(t, err, errs.Stale)
		must(r.svc.SaveEnrolment(ctx, again))(t)
		_, err = r.svc.SaveEnrolment(ctx, coverage.Enrolment{Payer: r.lake, ToOn: today})
		wantFields(t, err, "user from_on")
		_, err = r.svc.SaveEnrolment(ctx, coverage.Enrolment{ID: id.New[id.Enrolment](), Payer: r.lake, User: r.User, FromOn: civil.Of(2020, 1, 1), ToOn: civil.Of(2020, 2, 1), Version: 1})
		wantKind(t, err, errs.NotFound)
		_, err = r.svc.SaveEnrolment(ctx, coverage.Enrolment{Payer: r.lake, User: r.Other().User, FromOn: today})
		wantKind(t, err, errs.NotFound)
		_, _, known, err := r.svc.Payer(ctx, r.lake)
		if err != nil || len(known) != 2 || known[0].Name != "Terry Tester" || !known[0].InForce(today) || known[1].Number != "P-1" {
			t.Errorf("%+v %v", known, err)
		}
		err = r.DB.Read(ctx, r.Practice, func(ctx context.Context, tx *db.Tx) error {
			for _, c := range []struct {
				payer id.Payer
				on    civil.Date
				want  bool
			}{{r.lake, civil.Of(2025, 12, 31), true}, {r.lake, today, true}, {r.lake, civil.Of(2024, 12, 31), false}, {r.auto, today, false}} {
				_, found, err := r.svc.EnrolledTx(ctx, tx, c.payer, r.User, c.on)
				if err != nil || found != c.want {
					t.Errorf("on %s: %v %v", c.on, found, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
