package practice

import (
	"context"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice/q"
)

// Staff are all members of the practice by name, those switched off last. It
// needs StaffRead.
func (s *Service) Staff(ctx context.Context) ([]Member, error) {
	a, err := authz.Require(ctx, authz.StaffRead)
	if err != nil {
		return nil, err
	}
	var out []Member
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = members(ctx, tx)
		return err
	})
	return out, err
}

// Therapists are the active members with the therapist role, by name. It needs
// StaffRead.
func (s *Service) Therapists(ctx context.Context) ([]Member, error) {
	all, err := s.Staff(ctx)
	return slices.DeleteFunc(all, func(m Member) bool { return !m.Active || !m.Has(authz.Therapist) }), err
}

func members(ctx context.Context, tx *db.Tx) ([]Member, error) {
	rows, err := q.New(tx).ListStaff(ctx, tx.Practice)
	if err != nil {
		return nil, err
	}
	out := make([]Member, 0, len(rows))
	for _, r := range rows {
		out = append(out, memberOf(r))
	}
	slices.SortFunc(out, func(x, y Member) int {
		if x.Active != y.Active {
			if x.Active {
				return -1
			}
			return 1
		}
		return byName(x, y)
	})
	return out, nil
}

func memberOf(r q.ListStaffRow) Member {
	return Member{
		ID: r.UserID, Email: r.Email, Name: r.Name, Credential: r.Credential, LicenseNumber: r.LicenseNumber,
		LicenseState: r.LicenseState, LicenseExpires: r.LicenseExpires, NPI: r.Npi, Taxonomy: r.Taxonomy, Roles: splitRoles(r.Roles),
		Location: r.LocationID, Active: r.Active, CreatedAt: r.CreatedAt.Time, Version: r.Version,
	}
}

// Member is one member of staff. It needs StaffRead.
func (s *Service) Member(ctx context.Context, user id.User) (Member, error) {
	a, err := authz.Require(ctx, authz.StaffRead)
	if err != nil {
		return Member{}, err
	}
	var out Member
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = member(ctx, tx, user)
		return err
	})
	return out, err
}

// MemberTx is Member inside the caller's transaction.
func (s *Service) MemberTx(ctx context.Context, tx *db.Tx, user id.User) (Member, error) {
	if _, err := authz.Require(ctx, authz.StaffRead); err != nil {
		return Member{}, err
	}
	return member(ctx, tx, user)
}

func member(ctx context.Context, tx *db.Tx, user id.User) (Member, error) {
	row, err := q.New(tx).GetStaff(ctx, q.GetStaffParams{PracticeID: tx.Practice, UserID: user})
	if err != nil {
		return Member{}, db.Found(err, "There is no such member of staff.")
	}
	return memberOf(q.ListStaffRow(row)), nil
}

// AddMember adds an active member of staff, who can sign in once package authn
// has invited them. It needs StaffManage and a recent proof.
func (s *Service) AddMember(ctx context.Context, m Member) (id.User, error) {
	a, err := authz.RequireRecent(ctx, authz.StaffManage, s.clock.Now())
	if err != nil {
		return id.User{}, err
	}
	if err := m.normalize(); err != nil {
		return id.User{}, err
	}
	m.ID = id.New[id.User]()
	err = s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if err := openLocation(ctx, tx, m.Location); err != nil {
			return err
		}
		return insertMember(ctx, tx, m)
	})
	return m.ID, err
}

func insertMember(ctx context.Context, tx *db.Tx, m Member) error {
	err := q.New(tx).InsertStaff(ctx, q.InsertStaffParams{
		PracticeID: tx.Practice, UserID: m.ID, Email: m.Email, Name: m.Name, Credential: m.Credential,
		LicenseNumber: m.LicenseNumber, LicenseState: m.LicenseState, LicenseExpires: m.LicenseExpires, Npi: m.NPI, Taxonomy: m.Taxonomy,
		Roles: joinRoles(m.Roles), LocationID: m.Location, CreatedAt: tx.Now,
	})
	if err != nil {
		return emailTaken(err)
	}
	return tx.Audit(ctx, db.Event{Action: "staff.add", Kind: "staff", Subject: m.ID.String(), Detail: joinRoles(m.Roles)})
}

// emailTaken puts a repeated address into words. It does not tell whose it is:
// that may be another practice's business.
func emailTaken(err error) error {
	if db.IsUnique(err) {
		const taken = "Somebody signs in with this address already. Use another one."
		return &errs.Error{Kind: errs.Invalid, Public: taken, Fields: []errs.Field{{Name: "email", Message: taken}}, Err: err}
	}
	return err
}

func openLocation(ctx context.Context, tx *db.Tx, loc id.Location) error {
	l, err := location(ctx, tx, loc)
	if errs.Is(err, errs.NotFound) || (err == nil && !l.Active) {
		return errs.OnField("location", "Choose one of the open locations.")
	}
	return err
}

// UpdateMember changes a member of staff. It needs StaffManage and a recent
// proof, and returns Stale when m.Version is not the present one. Taking the
// owner role from the last active owner is a Conflict. Who signs in with
// another address from now on has to sign in again.
func (s *Service) UpdateMember(ctx context.Context, m Member) error {
	a, err := authz.RequireRecent(ctx, authz.StaffManage, s.clock.Now())
	if err != nil {
		return err
	}
	if err := m.normalize(); err != nil {
		return err
	}
	return s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		was, err := member(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if m.Location != was.Location {
			if err := openLocation(ctx, tx, m.Location); err != nil {
				return err
			}
		}
		if was.Active && was.Has(authz.Owner) && !m.Has(authz.Owner) {
			if err := anotherOwner(ctx, tx, m.ID); err != nil {
				return err
			}
		}
		n, err := q.New(tx).UpdateStaff(ctx, q.UpdateStaffParams{
			Email: m.Email, Name: m.Name, Credential: m.Credential, LicenseNumber: m.LicenseNumber, LicenseState: m.LicenseState,
			LicenseExpires: m.LicenseExpires, Npi: m.NPI, Taxonomy: m.Taxonomy, Roles: joinRoles(m.Roles), LocationID: m.Location,
			PracticeID: a.Practice, UserID: m.ID, Version: m.Version,
		})
		if err := db.OneRow(n, emailTaken(err)); err != nil {
			return err
		}
		if err := s.endIfMoved(ctx, tx, was, m); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "staff.update", Kind: "staff", Subject: m.ID.String(), Detail: changes(was, m)})
	})
}

func (s *Service) endIfMoved(ctx context.Context, tx *db.Tx, was, m Member) error {
	a, _ := authz.From(ctx)
	if s.signIns == nil || was.Email == m.Email || m.ID == a.User {
		return nil
	}
	return s.signIns.EndSessionsTx(ctx, tx, m.ID)
}

// changes says which rights and proofs changed, without names or addresses.
func changes(was, m Member) string {
	var out []string
	if x, y := joinRoles(was.Roles), joinRoles(m.Roles); x != y {
		out = append(out, "roles "+x+" to "+y)
	}
	if was.Email != m.Email {
		out = append(out, "e-mail address")
	}
	if was.Name != m.Name || was.Credential != m.Credential {
		out = append(out, "name or credential")
	}
	if was.LicenseNumber != m.LicenseNumber || was.LicenseState != m.LicenseState || was.LicenseExpires != m.LicenseExpires {
		out = append(out, "license")
	}
	if was.NPI != m.NPI {
		out = append(out, "NPI")
	}
	if was.Taxonomy != m.Taxonomy {
		out = append(out, "provider type")
	}
	return strings.Join(out, "; ")
}

// SetActive switches a member of staff on or off. It needs StaffManage and a
// recent proof. Whoever is switched off is signed out at once; their name
// stays on what they signed. The last active owner stays (Conflict).
func (s *Service) SetActive(ctx context.Context, user id.User, version int64, active bool) error {
	a, err := authz.RequireRecent(ctx, authz.StaffManage, s.clock.Now())
	if err != nil {
		return err
	}
	return s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		m, err := member(ctx, tx, user)
		if err != nil {
			return err
		}
		if !active && m.Active && m.Has(authz.Owner) {
			if err := anotherOwner(ctx, tx, user); err != nil {
				return err
			}
		}
		n, err := q.New(tx).SetStaffActive(ctx, q.SetStaffActiveParams{Active: active, PracticeID: a.Practice, UserID: user, Version: version})
		if err := db.OneRow(n, err); err != nil {
			return err
		}
		action := "staff.activate"
		if !active {
			action = "staff.deactivate"
			if s.signIns != nil {
				if err := s.signIns.EndSessionsTx(ctx, tx, user); err != nil {
					return err
				}
			}
		}
		return tx.Audit(ctx, db.Event{Action: action, Kind: "staff", Subject: user.String()})
	})
}

// anotherOwner refuses when nobody else could manage the practice.
func anotherOwner(ctx context.Context, tx *db.Tx, except id.User) error {
	all, err := members(ctx, tx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.ID != except && m.Active && m.Has(authz.Owner) {
			return nil
		}
	}
	return errs.New(errs.Conflict, "This is the last active owner. Make somebody else an owner first.")
}
