package fee

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/fee/q"
	"soapstone/internal/id"
	"soapstone/internal/money"
)

// Service is the use cases of fee schedules.
type Service struct {
	db        *db.DB
	coverages *coverage.Service
}

// New makes the service. The log is only there to make sure that changes are
// recorded: prices are no patient's data.
func New(d *db.DB, _ *audit.Log, coverages *coverage.Service) *Service {
	return &Service{db: d, coverages: coverages}
}

// PriceTx is what one unit (timed) or service of a procedure costs on a day: by
// the payer's schedule in force, else the standard one. A zero payer asks for
// the standard one. found is false when neither lists the code.
func (s *Service) PriceTx(ctx context.Context, tx *db.Tx, payer id.Payer, code string, on civil.Date) (price money.Cents, found bool, err error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return 0, false, err
	}
	for _, k := range []Kind{ForPayer, Standard} {
		if k == ForPayer && payer.IsZero() {
			continue
		}
		all, err := siblings(ctx, tx, k, payer)
		if err != nil {
			return 0, false, err
		}
		i := slices.IndexFunc(all, func(x Schedule) bool { return x.InForce(on) })
		if i < 0 {
			continue
		}
		price, err := q.New(tx).Line(ctx, q.LineParams{PracticeID: tx.Practice, ScheduleID: all[i].ID, Code: code})
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		return price, err == nil, err
	}
	return 0, false, nil
}

// CashTx is the price of the shortest listed length that is at least minutes,
// else of the longest; found is false without a list in force.
func (s *Service) CashTx(ctx context.Context, tx *db.Tx, minutes int64, on civil.Date) (price CashPrice, found bool, err error) {
	if _, err := authz.Require(ctx, authz.CoverageRead); err != nil {
		return CashPrice{}, false, err
	}
	all, err := siblings(ctx, tx, Cash, id.Payer{})
	if err != nil {
		return CashPrice{}, false, err
	}
	i := slices.IndexFunc(all, func(x Schedule) bool { return x.InForce(on) })
	if i < 0 {
		return CashPrice{}, false, nil
	}
	if err := prices(ctx, tx, &all[i]); err != nil {
		return CashPrice{}, false, err
	}
	price, found = Fit(all[i].Cash, minutes)
	return price, found, nil
}

// siblings are the schedules of one kind, and with ForPayer of one payer,
// without their prices, the latest first.
func siblings(ctx context.Context, tx *db.Tx, k Kind, payer id.Payer) ([]Schedule, error) {
	var rows []q.FeeSchedule
	var err error
	if k == ForPayer {
		rows, err = q.New(tx).OfPayer(ctx, q.OfPayerParams{PracticeID: tx.Practice, PayerID: payer})
	} else {
		rows, err = q.New(tx).OfKind(ctx, q.OfKindParams{PracticeID: tx.Practice, Kind: string(k)})
	}
	out := make([]Schedule, 0, len(rows))
	for _, r := range rows {
		out = append(out, Schedule{ID: r.ScheduleID, Name: r.Name, Kind: Kind(r.Kind), Payer: r.PayerID, FromOn: r.FromOn, ToOn: r.ToOn, Version: r.Version})
	}
	return out, err
}

// prices loads what a schedule lists.
func prices(ctx context.Context, tx *db.Tx, s *Schedule) error {
	if s.Kind == Cash {
		rows, err := q.New(tx).CashPrices(ctx, q.CashPricesParams{PracticeID: tx.Practice, ScheduleID: s.ID})
		for _, r := range rows {
			s.Cash = append(s.Cash, CashPrice{Minutes: r.Minutes, Price: r.PriceCents, Label: r.Label})
		}
		return err
	}
	rows, err := q.New(tx).Lines(ctx, q.LinesParams{PracticeID: tx.Practice, ScheduleID: s.ID})
	for _, r := range rows {
		s.Lines = append(s.Lines, Line{Code: r.Code, Price: r.PriceCents})
	}
	return err
}

// Schedules are all schedules without their prices: the practice's own, those
// of payers by name, cash; within each the latest first.
func (s *Service) Schedules(ctx context.Context) ([]Schedule, error) {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return nil, err
	}
	var out []Schedule
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).Schedules(ctx, tx.Practice)
		out = nil
		for _, r := range rows {
			out = append(out, scheduleOf(q.ScheduleRow(r)))
		}
		return err
	})
	slices.SortStableFunc(out, func(x, y Schedule) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds(), x.Kind), slices.Index(Kinds(), y.Kind)), cmp.Compare(x.PayerName, y.PayerName))
	})
	return out, db.Classify(err)
}

func scheduleOf(r q.ScheduleRow) Schedule {
	return Schedule{ID: r.ScheduleID, Name: r.Name, Kind: Kind(r.Kind), Payer: r.PayerID, PayerName: r.PayerName, FromOn: r.FromOn, ToOn: r.ToOn, Version: r.Version}
}

// Schedule is one schedule with its prices.
func (s *Service) Schedule(ctx context.Context, f id.Schedule) (Schedule, error) {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return Schedule{}, err
	}
	var out Schedule
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).Schedule(ctx, q.ScheduleParams{PracticeID: tx.Practice, ScheduleID: f})
		if err != nil {
			return db.Found(err, "There is no such fee schedule.")
		}
		out = scheduleOf(row)
		return prices(ctx, tx, &out)
	})
	return out, db.Classify(err)
}

// Save enters a schedule. One of the same kind and payer that goes on without
// end ends the day before. Errors: Invalid; its fields are those of clean.
func (s *Service) Save(ctx context.Context, f Schedule) (id.Schedule, error) {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return id.Schedule{}, err
	}
	f.ID = id.New[id.Schedule]()
	f.Lines, f.Cash = slices.Clone(f.Lines), slices.Clone(f.Cash)
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		next, err := s.accept(ctx, tx, a, f, Schedule{})
		if err != nil {
			return err
		}
		if err := q.New(tx).InsertSchedule(ctx, q.InsertScheduleParams{PracticeID: tx.Practice, ScheduleID: f.ID, Name: next.Name, Kind: string(next.Kind),
			PayerID: next.Payer, FromOn: next.FromOn, ToOn: next.ToOn, CreatedAt: tx.Now, CreatedBy: a.User, UpdatedAt: tx.Now, UpdatedBy: a.User}); err != nil {
			return err
		}
		if err := keep(ctx, tx, next); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "fee.add", Kind: "fee_schedule", Subject: f.ID.String(), Detail: string(next.Kind) + ", from " + next.FromOn.String()})
	})
	return f.ID, db.Classify(err)
}

// accept checks a schedule, ends the one before it and gives what is to be
// kept. old is what f replaces: whatever was ended to make room for it follows.
func (s *Service) accept(ctx context.Context, tx *db.Tx, a authz.Actor, f, old Schedule) (Schedule, error) {
	if bad := f.clean(a.Today(tx.Now.Time)); len(bad) > 0 {
		return f, errs.OnFields(bad...)
	}
	if f.Kind == ForPayer {
		if _, err := s.coverages.PayerTx(ctx, tx, f.Payer); errs.Is(err, errs.NotFound) {
			return f, errs.OnField("payer", "Choose the payer from the list.")
		} else if err != nil {
			return f, err
		}
	}
	others, err := siblings(ctx, tx, f.Kind, f.Payer)
	if err != nil {
		return f, err
	}
	for i := range others {
		if !old.ID.IsZero() && others[i].ToOn == old.FromOn.AddDays(-1) {
			others[i].ToOn = civil.Date{}
		}
	}
	next, ended, bad := settle(f, others)
	if len(bad) > 0 {
		return f, errs.OnFields(bad...)
	}
	if ended != nil {
		err = db.OneRow(q.New(tx).UpdateSchedule(ctx, q.UpdateScheduleParams{PracticeID: tx.Practice, ScheduleID: ended.ID, Name: ended.Name,
			FromOn: ended.FromOn, ToOn: ended.ToOn, UpdatedAt: tx.Now, UpdatedBy: a.User, Version: ended.Version}))
	}
	return next, err
}

// keep writes the prices of a schedule.
func keep(ctx context.Context, tx *db.Tx, f Schedule) error {
	for _, l := range f.Lines {
		if err := q.New(tx).InsertLine(ctx, q.InsertLineParams{PracticeID: tx.Practice, ScheduleID: f.ID, Code: l.Code, PriceCents: l.Price}); err != nil {
			return err
		}
	}
	for _, p := range f.Cash {
		if err := q.New(tx).InsertCashPrice(ctx, q.InsertCashPriceParams{PracticeID: tx.Practice, ScheduleID: f.ID, Minutes: p.Minutes, PriceCents: p.Price, Label: p.Label}); err != nil {
			return err
		}
	}
	return nil
}

// Amend corrects a schedule that has not held on any day before today; kind
// and payer stay. A later correction is a new schedule from a day on. Errors:
// Invalid, NotFound, Stale, Conflict.
func (s *Service) Amend(ctx context.Context, f Schedule) error {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return err
	}
	f.Lines, f.Cash = slices.Clone(f.Lines), slices.Clone(f.Cash)
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		row, err := q.New(tx).Schedule(ctx, q.ScheduleParams{PracticeID: tx.Practice, ScheduleID: f.ID})
		if err != nil {
			return db.Found(err, "There is no such fee schedule.")
		}
		old := scheduleOf(row)
		switch today := a.Today(tx.Now.Time); {
		case old.Version != f.Version:
			return db.OneRow(0, nil)
		case old.Begun(today):
			return errs.New(errs.Conflict, "These prices have been in use since "+old.FromOn.Human()+". Save new ones from a day on instead.")
		}
		f.Kind, f.Payer = old.Kind, old.Payer
		next, err := s.accept(ctx, tx, a, f, old)
		if err != nil {
			return err
		}
		if err := q.New(tx).DeleteLines(ctx, q.DeleteLinesParams{PracticeID: tx.Practice, ScheduleID: f.ID}); err != nil {
			return err
		}
		if err := q.New(tx).DeleteCashPrices(ctx, q.DeleteCashPricesParams{PracticeID: tx.Practice, ScheduleID: f.ID}); err != nil {
			return err
		}
		if err := keep(ctx, tx, next); err != nil {
			return err
		}
		if err := db.OneRow(q.New(tx).UpdateSchedule(ctx, q.UpdateScheduleParams{PracticeID: tx.Practice, ScheduleID: f.ID, Name: next.Name,
			FromOn: next.FromOn, ToOn: next.ToOn, UpdatedAt: tx.Now, UpdatedBy: a.User, Version: f.Version})); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "fee.amend", Kind: "fee_schedule", Subject: f.ID.String()})
	}))
}
