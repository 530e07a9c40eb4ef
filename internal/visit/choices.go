package visit

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/visit/q"
)

// Choices are what a session can be planned with.
type Choices struct {
	Places     []Choice[id.Location]
	Therapists []Choice[id.User]
	Referrals  []Choice[id.Referral] // in force, of the patient; newest first
	Today      civil.Date            // at the actor's place of work
	Self       id.User               // the actor, when they treat
}

// Choice is something that can be chosen, in words.
type Choice[T any] struct {
	ID    T
	Label string
}

// PlanChoices lists places, therapists and the patient's prescriptions.
// VisitWrite; NotFound for the patient. A zero patient has no prescriptions.
func (s *Service) PlanChoices(ctx context.Context, p id.Patient) (Choices, error) {
	a, err := authz.Require(ctx, authz.VisitWrite)
	if err != nil {
		return Choices{}, err
	}
	var out Choices
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = Choices{Today: a.Today(tx.Now.Time)}
		if err := s.people(ctx, tx, a, &out); err != nil {
			return err
		}
		if p.IsZero() {
			return nil
		}
		if _, err := s.Patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		rows, err := q.New(tx).ListOpenReferrals(ctx, q.ListOpenReferralsParams{PracticeID: tx.Practice, PatientID: p})
		for _, r := range rows {
			out.Referrals = append(out.Referrals, Choice[id.Referral]{r.ReferralID, referralLabel(r)})
		}
		return err
	})
	return out, err
}

func (s *Service) people(ctx context.Context, tx *db.Tx, a authz.Actor, out *Choices) error {
	places, err := q.New(tx).ListPlaces(ctx, tx.Practice)
	if err != nil {
		return err
	}
	for _, l := range places {
		out.Places = append(out.Places, Choice[id.Location]{l.LocationID, l.Name})
	}
	staff, err := q.New(tx).ListActiveStaff(ctx, tx.Practice)
	if err != nil {
		return err
	}
	for _, m := range staff {
		if !slices.Contains(strings.Split(m.Roles, ","), string(authz.Therapist)) {
			continue
		}
		name := m.Name
		if m.Credential != "" {
			name += ", " + m.Credential
		}
		out.Therapists = append(out.Therapists, Choice[id.User]{m.UserID, name})
		if m.UserID == a.User {
			out.Self = a.User
		}
	}
	return nil
}

func referralLabel(r q.ListOpenReferralsRow) string {
	name := strings.TrimSpace(r.GivenName + " " + r.FamilyName)
	if r.Credential != "" {
		name += ", " + r.Credential
	}
	label := name
	if !r.WrittenOn.IsZero() {
		label += " – " + r.WrittenOn.Human()
	}
	if r.VisitsOrdered > 0 {
		label += fmt.Sprintf(" – %d visits", r.VisitsOrdered)
	}
	return label
}

// Today is the day at the actor's place of work. VisitRead.
func (s *Service) Today(ctx context.Context) (civil.Date, error) {
	a, err := authz.Require(ctx, authz.VisitRead)
	if err != nil {
		return civil.Date{}, err
	}
	return a.Today(s.db.Clock().Now()), nil
}
