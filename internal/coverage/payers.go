package coverage

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// Payers are all payers of the practice by name, those switched off last.
func (s *Service) Payers(ctx context.Context) ([]Payer, error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return nil, err
	}
	var out []Payer
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rows, err := q.New(tx).Payers(ctx, tx.Practice)
		out = nil
		for _, r := range rows {
			out = append(out, payerOf(r))
		}
		return err
	})
	return out, db.Classify(err)
}

// Payer is one payer with its rules for claims of today and the therapists it
// knows, the latest first. Base is empty in terms of a profile that is gone.
func (s *Service) Payer(ctx context.Context, p id.Payer) (Payer, Terms, []Enrolment, error) {
	a, err := authz.Require(ctx, authz.CoverageRead)
	if err != nil {
		return Payer{}, Terms{}, nil, err
	}
	var (
		payer Payer
		terms Terms
		known []Enrolment
	)
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if payer, err = onePayer(ctx, tx, p); err != nil {
			return err
		}
		base, _ := s.know.PayerProfile(payer.Profile)
		terms = Resolve(payer, base, a.Today(tx.Now.Time))
		rows, err := q.New(tx).Enrolments(ctx, q.EnrolmentsParams{PracticeID: tx.Practice, PayerID: p})
		known = nil
		for _, r := range rows {
			known = append(known, Enrolment{ID: r.EnrolmentID, Payer: r.PayerID, User: r.UserID, Name: r.Therapist,
				FromOn: r.FromOn, ToOn: r.ToOn, Number: r.Number, Version: r.Version})
		}
		return err
	})
	return payer, terms, known, db.Classify(err)
}

// Profiles are the kinds of payers a practice may enter: all but the one of
// people who pay themselves.
func (s *Service) Profiles() []knowledge.PayerProfile {
	return slices.DeleteFunc(s.know.PayerProfiles(), func(p knowledge.PayerProfile) bool { return p.Kind == knowledge.PayerCash })
}

// SavePayer enters a payer, or changes one when p.ID is set. Errors: Invalid,
// NotFound, Stale.
func (s *Service) SavePayer(ctx context.Context, p Payer) (id.Payer, error) {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return id.Payer{}, err
	}
	fresh := p.ID.IsZero()
	if fresh {
		p.ID, p.Active = id.New[id.Payer](), true
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := s.cleanPayer(&p, a.Today(tx.Now.Time)); err != nil {
			return err
		}
		u := updatePayer(tx, p, a.User)
		if fresh {
			if err := sameName(q.New(tx).InsertPayer(ctx, insertPayer(u))); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "payer.add", Kind: "payer", Subject: p.ID.String(), Detail: p.Profile})
		}
		if _, err := onePayer(ctx, tx, p.ID); err != nil {
			return err
		}
		n, err := q.New(tx).UpdatePayer(ctx, u)
		if err := db.OneRow(n, sameName(err)); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "payer.update", Kind: "payer", Subject: p.ID.String()})
	})
	return p.ID, db.Classify(err)
}

func sameName(err error) error {
	if db.IsUnique(err) {
		return errs.OnField("name", "There is a payer of this name already.")
	}
	return err
}

var (
	codeForm     = regexp.MustCompile(`^[0-9A-Z]{2,15}$`)
	filingForm   = regexp.MustCompile(`^[0-9A-Z]{2}$`)
	modifierForm = regexp.MustCompile(`^[0-9A-Z]{2}$`)
)

// cleanPayer brings a payer to one spelling and says what is wrong with it.
func (s *Service) cleanPayer(p *Payer, today civil.Date) error {
	var w wrong
	p.Name, p.Code, p.Filing = line(p.Name), number(p.Code), number(p.Filing)
	p.Note = strings.TrimSpace(p.Note)
	p.Address.Clean()
	w.check(p.Name != "", "name", "Enter the name, exactly as the payer writes it.")
	w.longest(p.Name, 60, "name")
	known := slices.ContainsFunc(s.Profiles(), func(x knowledge.PayerProfile) bool { return x.Key == p.Profile })
	w.check(known, "profile", "Choose what kind of payer it is.")
	w.check(p.Code == "" || codeForm.MatchString(p.Code), "code", "A payer ID has two to 15 letters and digits. The clearinghouse lists it.")
	w.check(p.Filing == "" || filingForm.MatchString(p.Filing), "filing", "A claim filing code has two characters, such as CI.")
	w = append(w, p.Address.Complaints("")...)
	p.Phone = w.phone(p.Phone, "phone")
	w.check(p.ContractTo.IsZero() || !p.ContractTo.Before(p.ContractFrom), "contract_to", "The last day is before the first. Correct one of them.")
	w.longest(p.Note, 2000, "note")
	w.overrides(&p.Overrides, today)
	return errs.OnFields(w...)
}

func (w *wrong) overrides(o *Overrides, today civil.Date) {
	o.Source = line(o.Source)
	w.check(o.UnitRule == "" || o.UnitRule.Valid(), "unit_rule", "Choose one of the ways of counting.")
	answers := []Answer{"", Yes, No, NotKnown}
	w.check(slices.Contains(answers, o.TherapistPayable), "therapist_payable", "Choose one of the answers shown.")
	w.check(slices.Contains(answers, o.PrescriptionRequired), "prescription_required", "Choose one of the answers shown.")
	w.check(slices.Contains([]Authorisation{"", NeverAsked, AlwaysAsked, AfterVisits}, o.Authorisation), "authorisation", "Choose one of the answers shown.")
	if o.Authorisation != AfterVisits {
		o.AuthorisationAfter = nil
	}
	w.check(o.Authorisation != AfterVisits || o.AuthorisationAfter != nil, "authorisation_after", "Enter how many visits need no authorization.")
	for _, n := range []struct {
		name      string
		value     *int64
		low, high int64
	}{
		{"authorisation_after", o.AuthorisationAfter, 1, 500}, {"filing_limit", o.FilingLimitDays, 1, 3650}, {"unit_cap", o.VisitUnitCap, 0, 96},
		{"report_visits", o.ReportEveryVisits, 0, 500}, {"report_days", o.ReportEveryDays, 0, 3650},
	} {
		w.check(n.value == nil || *n.value >= n.low && *n.value <= n.high, n.name, fmt.Sprintf("Enter a whole number from %d to %d.", n.low, n.high))
	}
	mods := strings.Fields(strings.ToUpper(strings.ReplaceAll(o.Modifiers, ",", " ")))
	o.Modifiers = strings.Join(mods, " ")
	if o.Modifiers != NoModifiers {
		bad := slices.ContainsFunc(mods, func(m string) bool { return !modifierForm.MatchString(m) })
		w.check(!bad && len(mods) <= 4, "modifiers", "Enter up to four modifiers of two characters, such as GP, or - for none.")
	}
	w.check(!o.Any() || o.Source != "", "rules_source", "Say where you learned this, such as “provider manual 2026, page 12” or “call, reference 4711”.")
	w.longest(o.Source, 200, "rules_source")
	w.check(o.CheckedOn.IsZero() || !o.CheckedOn.After(today), "rules_checked_on", "This day is in the future. Enter the day you asked.")
}

// SaveEnrolment enters from when to when a payer knows a therapist, or changes
// an entry when e.ID is set; its payer and therapist stay. Errors: Invalid,
// NotFound, Stale.
func (s *Service) SaveEnrolment(ctx context.Context, e Enrolment) (id.Enrolment, error) {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return id.Enrolment{}, err
	}
	fresh := e.ID.IsZero()
	if fresh {
		e.ID = id.New[id.Enrolment]()
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := onePayer(ctx, tx, e.Payer); err != nil {
			return err
		}
		known, err := enrolmentsOf(ctx, tx, e.Payer, e.User)
		if err != nil {
			return err
		}
		e.Number = line(e.Number)
		if err := wrongEnrolment(e, known); err != nil {
			return err
		}
		ev := db.Event{Action: "payer.enrol", Kind: "payer", Subject: e.Payer.String(), Detail: "therapist " + e.User.String()}
		if fresh {
			err = q.New(tx).InsertEnrolment(ctx, q.InsertEnrolmentParams{PracticeID: tx.Practice, EnrolmentID: e.ID, PayerID: e.Payer, UserID: e.User,
				FromOn: e.FromOn, ToOn: e.ToOn, Number: e.Number, CreatedAt: tx.Now, CreatedBy: a.User})
		} else {
			if !slices.ContainsFunc(known, func(x Enrolment) bool { return x.ID == e.ID }) {
				return errs.New(errs.NotFound, "There is no such enrollment.")
			}
			ev.Action = "payer.enrol.update"
			err = db.OneRow(q.New(tx).UpdateEnrolment(ctx, q.UpdateEnrolmentParams{PracticeID: tx.Practice, EnrolmentID: e.ID, PayerID: e.Payer,
				FromOn: e.FromOn, ToOn: e.ToOn, Number: e.Number, Version: e.Version}))
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, ev)
	})
	return e.ID, db.Classify(err)
}

func wrongEnrolment(e Enrolment, known []Enrolment) error {
	var w wrong
	w.check(!e.User.IsZero(), "user", "Choose the therapist.")
	w.check(!e.FromOn.IsZero(), "from_on", "Enter the first day.")
	w.check(e.ToOn.IsZero() || !e.ToOn.Before(e.FromOn), "to_on", "The last day is before the first. Correct one of them.")
	w.longest(e.Number, 50, "number")
	if len(w) == 0 {
		i := slices.IndexFunc(known, func(x Enrolment) bool { return x.ID != e.ID && overlaps(e.FromOn, e.ToOn, x.FromOn, x.ToOn) })
		w.check(i < 0, "from_on", "The payer knows this therapist in these days already. End that entry first.")
	}
	return errs.OnFields(w...)
}
