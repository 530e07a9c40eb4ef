package claim

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
)

func zoneOrUTC(a authz.Actor) *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

func rowOf(r q.RowsRow) (Row, error) {
	out := Row{ID: r.ClaimID, Number: r.Number, State: State(r.State), Frequency: Frequency(r.Frequency), Patient: r.PatientID, PatientName: r.PatientName,
		PatientNumber: r.PatientNumber, Visit: r.VisitID, Payer: r.PayerID, PayerName: r.PayerName, Therapist: r.TherapistName, Date: r.ServiceDate,
		Total: r.TotalCents, Blocks: r.Blocks, Warns: r.Warns, HoldReason: r.HoldReason, SentAt: r.SentAt.Time, Batch: r.BatchID, Version: r.Version}
	d, err := decode(r.Body)
	if err != nil {
		return Row{}, err
	}
	for _, l := range d.Lines {
		out.Lines = append(out.Lines, l.Summary())
	}
	return out, json.Unmarshal([]byte(r.Findings), &out.Findings)
}

func rowsOf[R any](rows []R, as func(R) q.RowsRow) ([]Row, error) {
	var out []Row
	for _, r := range rows {
		row, err := rowOf(as(r))
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// Board lists claims of one state, oldest service first, PageSize at a time.
// Drafts are checked afresh: those whose state has changed since are shown where
// they stand now, so that a page may hold fewer. ClaimRead; the view is
// recorded.
func (s *Service) Board(ctx context.Context, in Filter) (Board, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return Board{}, err
	}
	if in.State == "" {
		in.State = Blocked
	}
	if !slices.Contains(States(), in.State) {
		return Board{}, errs.OnField("state", "There is no such list.")
	}
	out, err := s.page(ctx, a, in)
	if err != nil {
		return Board{}, err
	}
	if in.State.Draft() {
		var ids []id.Claim
		for _, r := range out.Rows {
			ids = append(ids, r.ID)
		}
		changed, err := s.recheck(ctx, a, ids)
		if err != nil {
			return Board{}, err
		}
		if changed > 0 {
			if out, err = s.page(ctx, a, in); err != nil {
				return Board{}, err
			}
		}
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "claim.list", Kind: "practice", Subject: a.Practice.String(), Detail: string(in.State)})
}

func (s *Service) page(ctx context.Context, a authz.Actor, in Filter) (Board, error) {
	out := Board{Filter: in}
	afterOn, after, err := cursor(in.Cursor)
	if err != nil {
		return Board{}, err
	}
	from, to := in.From, in.To
	if from.IsZero() {
		from = earliest
	}
	if to.IsZero() {
		to = latest
	}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		queries := q.New(tx)
		out.Counts, out.Rows, out.Payers, out.Next = map[State]int64{}, nil, nil, ""
		for _, state := range States() {
			n, err := queries.CountState(ctx, q.CountStateParams{PracticeID: tx.Practice, State: string(state)})
			if err != nil {
				return err
			}
			out.Counts[state] = n
		}
		payers, err := queries.PayersOfClaims(ctx, tx.Practice)
		if err != nil {
			return err
		}
		for _, p := range payers {
			out.Payers = append(out.Payers, PayerOption{p.PayerID, p.Name})
		}
		ready, err := queries.ReadyTotal(ctx, tx.Practice)
		if err != nil {
			return err
		}
		out.Ready = money.Cents(ready)
		if in.Payer.IsZero() {
			rows, err := queries.Rows(ctx, q.RowsParams{PracticeID: tx.Practice, State: string(in.State), FromOn: from, ToOn: to,
				AfterOn: afterOn, AfterClaimID: after, Most: PageSize + 1})
			if err != nil {
				return err
			}
			out.Rows, err = rowsOf(rows, func(r q.RowsRow) q.RowsRow { return r })
			return err
		}
		rows, err := queries.RowsOfPayer(ctx, q.RowsOfPayerParams{PracticeID: tx.Practice, PayerID: in.Payer, State: string(in.State), FromOn: from, ToOn: to,
			AfterOn: afterOn, AfterClaimID: after, Most: PageSize + 1})
		if err != nil {
			return err
		}
		out.Rows, err = rowsOf(rows, func(r q.RowsOfPayerRow) q.RowsRow { return q.RowsRow(r) })
		return err
	})
	if len(out.Rows) > PageSize {
		out.Rows = out.Rows[:PageSize]
		last := out.Rows[PageSize-1]
		out.Next = last.Date.String() + "_" + last.ID.String()
	}
	return out, db.Classify(err)
}

// The bounds of a list without days.
var (
	earliest = civil.Of(1900, time.January, 1)
	latest   = civil.Of(9999, time.December, 31)
	firstID  = id.MustParse[id.Claim]("00000000-0000-0000-0000-000000000001")
)

func cursor(s string) (civil.Date, id.Claim, error) {
	if s == "" {
		return earliest, firstID, nil
	}
	day, claim, _ := strings.Cut(s, "_")
	on, err := civil.Parse(day)
	if err != nil {
		return on, firstID, errs.New(errs.Invalid, "This page does not exist. Begin with the first.")
	}
	c, err := id.Parse[id.Claim](claim)
	if err != nil {
		return on, c, errs.New(errs.Invalid, "This page does not exist. Begin with the first.")
	}
	return on, c, nil
}

// Get gives one claim with everything its page shows; a draft is checked
// afresh. ClaimRead; NotFound. The view is recorded.
func (s *Service) Get(ctx context.Context, c id.Claim) (View, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return View{}, err
	}
	if _, err := s.recheck(ctx, a, []id.Claim{c}); err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.view(ctx, tx, c)
		return err
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return v, s.log.Viewed(ctx, db.Event{Action: "claim.view", Patient: v.Patient, Kind: "claim", Subject: c.String()})
}

func (s *Service) view(ctx context.Context, tx *db.Tx, c id.Claim) (View, error) {
	queries := q.New(tx)
	row, err := s.load(ctx, tx, c)
	if err != nil {
		return View{}, err
	}
	rows, err := queries.RowsOfVisit(ctx, q.RowsOfVisitParams{PracticeID: tx.Practice, VisitID: row.VisitID})
	if err != nil {
		return View{}, err
	}
	all, err := rowsOf(rows, func(r q.RowsOfVisitRow) q.RowsRow { return q.RowsRow(r) })
	if err != nil {
		return View{}, err
	}
	v := View{Note: row.DocumentID, Referral: row.ReferralID, Coverage: row.CoverageID, Replaces: row.ReplacesClaimID, PayerNumber: row.PayerNumber,
		CheckedAt: row.CheckedAt.Time, CreatedAt: row.CreatedAt.Time}
	if i := slices.IndexFunc(all, func(r Row) bool { return r.ID == c }); i >= 0 {
		v.Row = all[i]
	}
	v.Findings = v.Row.Findings
	if v.Electronic, err = byFile(ctx, tx, row.BatchID); err != nil {
		return View{}, err
	}
	if v.Document, err = decode(row.Body); err != nil {
		return View{}, err
	}
	f, err := s.gatherer(tx).facts(ctx, row)
	if err != nil {
		return View{}, err
	}
	if v.State.Draft() {
		_, v.Counting = Draft(f)
		v.Units = v.Counting.Rule
	}
	v.Waivers = f.Waivers
	if v.Choices, err = s.gatherer(tx).choices(ctx, c); err != nil {
		return View{}, err
	}
	v.Choices = newest(v.Choices)
	if err := s.later(ctx, tx, &v); err != nil {
		return View{}, err
	}
	s.offer(&v, f)
	events, err := queries.Events(ctx, q.EventsParams{PracticeID: tx.Practice, ClaimID: c})
	for _, e := range events {
		v.History = append(v.History, Event{Seq: e.Seq, Kind: e.Kind, From: State(e.FromState), To: State(e.ToState), Detail: e.Detail, By: e.ByName, At: e.At.Time})
	}
	return v, err
}

// later fills in what has taken the claim's place, and whether it may be voided.
func (s *Service) later(ctx context.Context, tx *db.Tx, v *View) error {
	next, found, err := s.successor(ctx, tx, v.ID)
	v.MayVoid = v.State.Out() && v.Frequency != Void
	if err != nil || !found {
		return err
	}
	row, err := s.load(ctx, tx, next)
	v.ReplacedBy = next
	v.MayVoid = v.MayVoid && State(row.State).Draft() && Frequency(row.Frequency) == Replacement
	return err
}

// offer lists what can be chosen.
func (s *Service) offer(v *View, f Facts) {
	for _, p := range s.Knowledge.Procedures() {
		if _, ok := s.Knowledge.Procedure(p.Code, f.Visit.Date); ok && p.Massage != knowledge.UseNever {
			v.Procedures = append(v.Procedures, Option{p.Code, p.Label})
		}
	}
	for _, m := range s.Knowledge.Modifiers() {
		if m.Massage != knowledge.UseNever {
			v.Modifiers = append(v.Modifiers, Option{m.Code, m.Label})
		}
	}
	if f.Prescription == nil {
		return
	}
	for i, code := range v.Document.Diagnoses {
		label := code
		for _, d := range f.Prescription.Diagnoses {
			if d.Code == code && d.Description != "" {
				label = code + " " + d.Description
			}
		}
		v.Diagnoses = append(v.Diagnoses, Option{Value: itoa(i + 1), Label: label})
	}
}

// newest keeps the choices that count: the last of each kind and subject.
func newest(all []Choice) []Choice {
	var out []Choice
	for i, c := range all {
		later := slices.ContainsFunc(all[i+1:], func(o Choice) bool { return o.Kind == c.Kind && o.Subject == c.Subject })
		if !later && c.Value != "" {
			out = append(out, c)
		}
	}
	return out
}

// OfVisit lists the claims of a visit, newest first, as they were last checked.
// ClaimRead; the view is recorded.
func (s *Service) OfVisit(ctx context.Context, v id.Visit) ([]Row, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	var out []Row
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.OfVisitTx(ctx, tx, v)
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "claim.list", Kind: "visit", Subject: v.String()})
}

// OfVisitTx is OfVisit inside the caller's transaction; the caller records the
// view.
func (s *Service) OfVisitTx(ctx context.Context, tx *db.Tx, v id.Visit) ([]Row, error) {
	if _, err := authz.Require(ctx, authz.ClaimRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).RowsOfVisit(ctx, q.RowsOfVisitParams{PracticeID: tx.Practice, VisitID: v})
	if err != nil {
		return nil, err
	}
	return rowsOf(rows, func(r q.RowsOfVisitRow) q.RowsRow { return q.RowsRow(r) })
}

// OfPatient lists a patient's claims, newest service first, at most 200.
// ClaimRead; the view is recorded.
func (s *Service) OfPatient(ctx context.Context, p id.Patient) ([]Row, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return nil, err
	}
	var out []Row
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.Patients.GetTx(authz.Reading(ctx), tx, p); err != nil {
			return err
		}
		rows, err := q.New(tx).RowsOfPatient(ctx, q.RowsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
		if err != nil {
			return err
		}
		out, err = rowsOf(rows, func(r q.RowsOfPatientRow) q.RowsRow { return q.RowsRow(r) })
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "claim.list", Patient: p, Kind: "patient", Subject: p.String()})
}
