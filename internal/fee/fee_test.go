package fee_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
)

var today = civil.Of(2026, 3, 10)

type room struct {
	*dbtest.Env
	t    *testing.T
	svc  *fee.Service
	lake id.Payer
}

func newRoom(t *testing.T, e *dbtest.Env) *room {
	t.Helper()
	know, blobs, patients := knowledge.Must(), blob.New(e.DB, e.Key), patient.New(e.DB, e.Log)
	payers := coverage.New(e.DB, e.Log, patients, referral.New(e.DB, e.Log, patients, blobs, know.ICD10()), blobs, know)
	r := &room{Env: e, t: t, svc: fee.New(e.DB, e.Log, payers)}
	var err error
	if r.lake, err = payers.SavePayer(e.Actor(), coverage.Payer{Name: "Lake Health", Profile: "commercial"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) { fn(t, newRoom(t, e)) })
}

func (r *room) save(f fee.Schedule) id.Schedule {
	r.t.Helper()
	f.Name = "Prices"
	s, err := r.svc.Save(r.Actor(authz.Biller), f)
	if err != nil {
		r.t.Fatal(err)
	}
	return s
}

func (r *room) price(payer id.Payer, code string, on civil.Date) (p money.Cents, found bool) {
	r.t.Helper()
	err := r.DB.Read(r.Actor(authz.Therapist), r.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		p, found, err = r.svc.PriceTx(ctx, tx, payer, code, on)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return p, found
}

func wantKind(t *testing.T, err error, k errs.Kind) {
	t.Helper()
	if !errs.Is(err, k) {
		t.Errorf("error %v is %v, want %v", err, errs.KindOf(err), k)
	}
}

func fields(err error) string {
	var out []string
	for _, f := range errs.FieldsOf(err) {
		out = append(out, f.Name)
	}
	return strings.Join(out, " ")
}

func massage(cents money.Cents) []fee.Line { return []fee.Line{{Code: "97124", Price: cents}} }

func TestPriceOfAProcedure(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		if _, found := r.price(r.lake, "97124", today); found {
			t.Error("a price out of nothing")
		}
		r.save(fee.Schedule{Kind: fee.Standard, FromOn: civil.Of(2025, 1, 1), Lines: []fee.Line{{"97124", 40_00}, {"97140", 50_00}}})
		r.save(fee.Schedule{Kind: fee.Standard, FromOn: civil.Of(2026, 4, 1), Lines: massage(45_00)})
		r.save(fee.Schedule{Kind: fee.ForPayer, Payer: r.lake, FromOn: civil.Of(2026, 1, 1), ToOn: civil.Of(2026, 6, 30), Lines: massage(31_50)})
		for name, c := range map[string]struct {
			payer id.Payer
			code  string
			on    civil.Date
			want  money.Cents
		}{
			"the practice's own":              {id.Payer{}, "97124", today, 40_00},
			"agreed with the payer":           {r.lake, "97124", today, 31_50},
			"on the agreement's last day":     {r.lake, "97124", civil.Of(2026, 6, 30), 31_50},
			"after it":                        {r.lake, "97124", civil.Of(2026, 7, 1), 45_00},
			"not in the agreement":            {r.lake, "97140", today, 50_00},
			"on the last day of the old":      {id.Payer{}, "97124", civil.Of(2026, 3, 31), 40_00},
			"on the first day of the new":     {id.Payer{}, "97124", civil.Of(2026, 4, 1), 45_00},
			"dropped from the new":            {id.Payer{}, "97140", civil.Of(2026, 4, 1), 0},
			"before all":                      {r.lake, "97124", civil.Of(2024, 12, 31), 0},
			"another payer pays the standard": {id.New[id.Payer](), "97124", today, 40_00},
		} {
			if got, found := r.price(c.payer, c.code, c.on); got != c.want || found != (c.want > 0) {
				t.Errorf("%s: %v %v, want %v", name, got, found, c.want)
			}
		}
		other := r.Other()
		err := r.DB.Read(other.Actor(), other.Practice, func(ctx context.Context, tx *db.Tx) error {
			if p, found, err := r.svc.PriceTx(ctx, tx, r.lake, "97124", today); found || err != nil {
				t.Errorf("another practice sees %v %v", p, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestCashPrices(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		r.save(fee.Schedule{Kind: fee.Cash, FromOn: civil.Of(2026, 1, 1), Cash: []fee.CashPrice{{60, 110_00, "One hour"}, {30, 60_00, ""}, {90, 150_00, ""}}})
		err := r.DB.Read(r.Actor(authz.FrontDesk), r.Practice, func(ctx context.Context, tx *db.Tx) error {
			for minutes, want := range map[int64]money.Cents{1: 60_00, 30: 60_00, 31: 110_00, 60: 110_00, 90: 150_00, 200: 150_00} {
				if p, found, err := r.svc.CashTx(ctx, tx, minutes, today); err != nil || !found || p.Price != want {
					t.Errorf("%d minutes: %+v %v %v, want %v", minutes, p, found, err, want)
				}
			}
			if p, found, err := r.svc.CashTx(ctx, tx, 60, civil.Of(2025, 12, 31)); err != nil || found {
				t.Errorf("before the list: %+v %v", p, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSchedulesSucceedEachOther(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor(authz.Owner)
		first := r.save(fee.Schedule{Kind: fee.Standard, FromOn: civil.Of(2025, 1, 1), Lines: massage(40_00)})
		later := r.save(fee.Schedule{Kind: fee.Standard, FromOn: civil.Of(2026, 6, 1), Lines: massage(50_00)})
		between := r.save(fee.Schedule{Kind: fee.Standard, FromOn: civil.Of(2026, 9, 1), Lines: massage(60_00)})
		for want, s := range map[civil.Date]id.Schedule{civil.Of(2026, 5, 31): first, civil.Of(2026, 8, 31): later, {}: between} {
			if got, err := r.svc.Schedule(ctx, s); err != nil || got.ToOn != want {
				t.Errorf("ends %s, want %s (%v)", got.ToOn, want, err)
			}
		}
		_, err := r.svc.Save(ctx, fee.Schedule{Name: "X", Kind: fee.Standard, FromOn: civil.Of(2026, 5, 1), ToOn: civil.Of(2026, 6, 1), Lines: massage(1_00)})
		if fields(err) != "from_on" {
			t.Errorf("two on one day: %v", err)
		}
		_, err = r.svc.Save(ctx, fee.Schedule{Name: "X", Kind: fee.Standard, FromOn: civil.Of(2026, 9, 1), Lines: massage(1_00)})
		if fields(err) != "from_on" {
			t.Errorf("two from one day: %v", err)
		}
		// Of another kind or payer they may.
		r.save(fee.Schedule{Kind: fee.ForPayer, Payer: r.lake, FromOn: civil.Of(2026, 5, 1), Lines: massage(30_00)})
		all, err := r.svc.Schedules(ctx)
		if err != nil || len(all) != 4 || all[0].ID != between || all[3].PayerName != "Lake Health" {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestWhatHasBeenInUseStays(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		used := r.save(fee.Schedule{Kind: fee.Standard, FromOn: today.AddDays(-1), Lines: massage(40_00)})
		coming := r.save(fee.Schedule{Kind: fee.Standard, FromOn: today.AddDays(20), Lines: massage(45_00)})
		old, err := r.svc.Schedule(ctx, used)
		if err != nil {
			t.Fatal(err)
		}
		old.Lines = massage(99_00)
		wantKind(t, r.svc.Amend(ctx, old), errs.Conflict)
		next, err := r.svc.Schedule(ctx, coming)
		if err != nil {
			t.Fatal(err)
		}
		next.FromOn, next.Lines, next.Kind, next.Payer = today.AddDays(30), []fee.Line{{" 97140 ", 47_00}}, fee.Cash, r.lake
		if err := r.svc.Amend(ctx, next); err != nil {
			t.Fatal(err)
		}
		wantKind(t, r.svc.Amend(ctx, next), errs.Stale)
		got, err := r.svc.Schedule(ctx, coming)
		want := fee.Schedule{ID: coming, Name: "Prices", Kind: fee.Standard, FromOn: today.AddDays(30), Lines: []fee.Line{{"97140", 47_00}}, Version: 2}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		// The one before goes on until then.
		if p, found := r.price(id.Payer{}, "97124", today.AddDays(25)); !found || p != 40_00 {
			t.Errorf("%v %v", p, found)
		}
		got.Lines = massage(-1)
		if f := fields(r.svc.Amend(ctx, got)); f != "line.0.price" {
			t.Errorf("complaints about %q", f)
		}
	})
}

func TestFeesRefuse(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		_, err := r.svc.Save(r.Actor(authz.FrontDesk, authz.Therapist), fee.Schedule{})
		wantKind(t, err, errs.Denied)
		_, err = r.svc.Schedules(r.Actor(authz.Auditor))
		wantKind(t, err, errs.Denied)
		_, err = r.svc.Schedule(r.Other().Actor(), r.save(fee.Schedule{Kind: fee.Standard, FromOn: today, Lines: massage(1)}))
		wantKind(t, err, errs.NotFound)
		for name, c := range map[string]struct {
			f    fee.Schedule
			want string
		}{
			"nothing":                {fee.Schedule{}, "name kind from_on line.0.code"},
			"no payer":               {fee.Schedule{Name: "A", Kind: fee.ForPayer, FromOn: today, Lines: massage(1)}, "payer"},
			"a payer of nobody":      {fee.Schedule{Name: "A", Kind: fee.ForPayer, Payer: id.New[id.Payer](), FromOn: today, Lines: massage(1)}, "payer"},
			"a payer too many":       {fee.Schedule{Name: "A", Kind: fee.Cash, Payer: r.lake, FromOn: today, Cash: []fee.CashPrice{{30, 1, ""}}}, "payer"},
			"words as codes":         {fee.Schedule{Name: "A", Kind: fee.Standard, FromOn: today, Lines: []fee.Line{{"massage", 1}, {"97124", 1}, {"97124", 1}}}, "line.0.code line.2.code"},
			"nothing and too much":   {fee.Schedule{Name: "A", Kind: fee.Standard, FromOn: today, Lines: []fee.Line{{"97124", 0}, {"97140", fee.MaxPrice + 1}}}, "line.0.price line.1.price"},
			"lengths":                {fee.Schedule{Name: "A", Kind: fee.Cash, FromOn: today, Cash: []fee.CashPrice{{0, 1, ""}, {60, 1, ""}, {60, 1, ""}, {481, 1, strings.Repeat("x", 61)}}}, "cash.0.minutes cash.2.minutes cash.3.minutes cash.3.label"},
			"ends before it begins":  {fee.Schedule{Name: "A", Kind: fee.Standard, FromOn: today, ToOn: today.AddDays(-1), Lines: massage(1)}, "to_on"},
			"in another millennium":  {fee.Schedule{Name: strings.Repeat("x", 81), Kind: fee.Standard, FromOn: civil.Of(1926, 1, 1), Lines: massage(1)}, "name from_on"},
			"nothing at all to list": {fee.Schedule{Name: "A", Kind: fee.Cash, FromOn: today}, "cash.0.minutes"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := r.svc.Save(r.Actor(), c.f)
				if got := fields(err); got != c.want {
					t.Errorf("complaints about %q, want %q", got, c.want)
				}
			})
		}
	})
}

// Whatever is saved one after the other, no day has two prices.
func TestNoDayHasTwoPrices(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	rapid.Check(t, func(rt *rapid.T) {
		e := r.Other()
		mine := newRoom(t, e)
		for range rapid.IntRange(1, 6).Draw(rt, "schedules") {
			f := fee.Schedule{Name: "A", Kind: fee.Standard, FromOn: today.AddDays(rapid.IntRange(0, 60).Draw(rt, "from")), Lines: massage(1)}
			if rapid.Bool().Draw(rt, "ends") {
				f.ToOn = f.FromOn.AddDays(rapid.IntRange(0, 20).Draw(rt, "days"))
			}
			if _, err := mine.svc.Save(e.Actor(), f); err != nil && fields(err) != "from_on" {
				rt.Fatal(err)
			}
		}
		all, err := mine.svc.Schedules(e.Actor())
		if err != nil {
			rt.Fatal(err)
		}
		for day := range 90 {
			held := 0
			for _, f := range all {
				if f.InForce(today.AddDays(day)) {
					held++
				}
			}
			if held > 1 {
				rt.Fatalf("%d schedules on %s", held, today.AddDays(day))
			}
		}
	})
}
