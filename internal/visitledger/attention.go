package visitledger

import (
	"cmp"
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/visitledger/q"
)

// Most is how many prescriptions in force a list over the whole practice looks
// at, and as many again of those without an end: reading does not grow with the
// practice beyond it. A therapist's own list is bounded by whom they treat.
const Most = 500

// Scope says whose prescriptions a list is about. Those of the patients who
// come on Day belong to it in any case, so that a day never misses one.
type Scope struct {
	Therapist    id.User    // zero: everybody's, the first Most that end
	Since, Until civil.Date // a visit with the therapist from Since to Until makes a patient theirs
	Day          civil.Date
}

// Most is the limit of a statement that reads the scope: none of the whole
// practice for a therapist.
func (s Scope) Most() int32 {
	if s.Therapist.IsZero() {
		return Most
	}
	return 0
}

// Item is a referral that needs attention, for lists over many patients.
type Item struct {
	Ledger
	Patient       id.Patient
	PatientName   string
	PatientNumber string
}

// Attention lists the referrals in force within a scope that end soon, or have
// ended within 90 days without being closed, the most urgent first; more
// reports that the practice has further prescriptions, which end later and were
// not looked at. One statement, inside the caller's transaction; it names
// patients, and the caller records whom it shows. ReferralRead.
func (s *Service) Attention(ctx context.Context, tx *db.Tx, sc Scope) (items []Item, more bool, err error) {
	a, err := authz.Require(ctx, authz.ReferralRead)
	if err != nil {
		return nil, false, err
	}
	today := a.Today(tx.Now.Time)
	everybody := int64(0)
	if sc.Therapist.IsZero() {
		everybody = 1
	}
	rows, err := q.New(tx).InForce(ctx, q.InForceParams{PracticeID: tx.Practice, Since: today.AddDays(-recent), Most: sc.Most(),
		UserID: sc.Therapist, TreatedSince: sc.Since, TreatedUntil: sc.Until, OnDate: sc.Day, Everybody: everybody})
	if err != nil || len(rows) == 0 {
		return nil, false, err
	}
	return urgent(rows, today), everybody == 1 && rows[0].More > 0, nil
}

// urgent counts the referrals down and keeps those that are not calm. What has
// ended is left out where the patient has a referral that stands.
func urgent(rows []q.InForceRow, today civil.Date) []Item {
	renewed := map[id.Patient]bool{} // has a referral that stands and is not about to end
	var all []Item
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].ReferralID == rows[0].ReferralID {
			n++
		}
		r := rows[0]
		l := ledgerOf(rows[:n], today)
		rows = rows[n:]
		if l.Tone == OK || r.Successors > 0 {
			renewed[r.PatientID] = true
			continue
		}
		all = append(all, Item{Ledger: l, Patient: r.PatientID, PatientName: r.Name, PatientNumber: r.Number})
	}
	all = slices.DeleteFunc(all, func(i Item) bool { return i.Tone == Block && renewed[i.Patient] })
	slices.SortStableFunc(all, func(a, b Item) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), cmp.Compare(a.PatientName, b.PatientName))
	})
	return all
}

// ledgerOf is the ledger of one referral from its rows, one for each of its
// authorisations.
func ledgerOf(rows []q.InForceRow, today civil.Date) Ledger {
	r := rows[0]
	ref := referral.Referral{ID: r.ReferralID, Patient: r.PatientID, State: referral.Active, StartsOn: r.StartsOn, EndsOn: r.EndsOn,
		Order: referral.Order{PerWeek: r.PerWeek, Weeks: r.Weeks, Visits: r.VisitsOrdered, Minutes: r.Minutes}}
	t := tallies{all: counts{r.Used, r.Booked}}
	for _, a := range rows {
		if a.AuthorisationID.IsZero() {
			continue
		}
		ref.Authorisations = append(ref.Authorisations, referral.Authorisation{ID: a.AuthorisationID, Referral: a.ReferralID,
			PayerName: a.PayerName, Number: a.AuthorisationNumber, Visits: a.Visits, Units: a.Units, FromOn: a.FromOn, ToOn: a.ToOn})
		t.visits, t.units = append(t.visits, counts{a.VisitsUsed, a.VisitsBooked}), append(t.units, counts{a.UnitsUsed, a.UnitsBooked})
	}
	return reckon(ref, t, today)
}

// order puts what ends next first, then what has ended.
func order(i Item) int {
	if i.Tone == Block {
		return 1 << 20
	}
	if r := i.Rows[0]; !r.EndsOn.IsZero() {
		return r.DaysLeft
	}
	return 1 << 10
}
