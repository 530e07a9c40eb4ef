package practice

import (
	"context"
	"slices"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice/q"
	"soapstone/internal/textkey"
)

// SignIns ends what a person can sign in with. Package authn implements it.
type SignIns interface {
	// EndSessionsTx ends all sessions of a person of tx.Practice.
	EndSessionsTx(ctx context.Context, tx *db.Tx, user id.User) error
}

// Service manages practices. It is safe for concurrent use.
type Service struct {
	db      *db.DB
	clock   clock.Clock
	signIns SignIns
}

// New makes the service. The log is only there to make sure that changes are
// recorded. signIns may be nil in a program in which nobody signs in.
func New(d *db.DB, _ *audit.Log, signIns SignIns) *Service {
	return &Service{db: d, clock: d.Clock(), signIns: signIns}
}

// Practice is the actor's practice. It needs StaffRead.
func (s *Service) Practice(ctx context.Context) (Practice, error) {
	a, err := authz.Require(ctx, authz.StaffRead)
	if err != nil {
		return Practice{}, err
	}
	var out Practice
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.PracticeTx(ctx, tx)
		return err
	})
	return out, err
}

// PracticeTx is Practice inside the caller's transaction.
func (s *Service) PracticeTx(ctx context.Context, tx *db.Tx) (Practice, error) {
	if _, err := authz.Require(ctx, authz.StaffRead); err != nil {
		return Practice{}, err
	}
	row, err := q.New(tx).GetPractice(ctx, tx.Practice)
	if err != nil {
		return Practice{}, db.Found(err, "This practice does not exist.")
	}
	return Practice{
		ID: row.PracticeID, Name: row.Name, Phone: row.Phone, Email: row.Email, NPI: row.Npi,
		IdleMinutes: row.IdleMinutes, Billing: billingOf(row), CreatedAt: row.CreatedAt.Time, Version: row.Version,
	}, nil
}

// UpdatePractice changes the settings of the actor's practice. It needs
// PracticeManage and returns Stale when p.Version is not the present one.
func (s *Service) UpdatePractice(ctx context.Context, p Practice) error {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return err
	}
	if err := p.normalize(); err != nil {
		return err
	}
	return s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).UpdatePractice(ctx, q.UpdatePracticeParams{
			Name: p.Name, Phone: p.Phone, Email: p.Email, Npi: p.NPI, IdleMinutes: p.IdleMinutes,
			PracticeID: a.Practice, Version: p.Version,
		})
		if err := db.OneRow(n, err); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "practice.update", Kind: "practice", Subject: a.Practice.String()})
	})
}

func (s *Service) write(ctx context.Context, p id.Practice, fn func(context.Context, *db.Tx) error) error {
	return db.Classify(s.db.Write(ctx, p, fn))
}

// Location is one of the practice's locations. It needs StaffRead.
func (s *Service) Location(ctx context.Context, loc id.Location) (Location, error) {
	a, err := authz.Require(ctx, authz.StaffRead)
	if err != nil {
		return Location{}, err
	}
	var out Location
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = location(ctx, tx, loc)
		return err
	})
	return out, err
}

// LocationTx is Location inside the caller's transaction.
func (s *Service) LocationTx(ctx context.Context, tx *db.Tx, loc id.Location) (Location, error) {
	if _, err := authz.Require(ctx, authz.StaffRead); err != nil {
		return Location{}, err
	}
	return location(ctx, tx, loc)
}

func location(ctx context.Context, tx *db.Tx, loc id.Location) (Location, error) {
	row, err := q.New(tx).GetLocation(ctx, q.GetLocationParams{PracticeID: tx.Practice, LocationID: loc})
	if err != nil {
		return Location{}, db.Found(err, "There is no such location.")
	}
	return locationOf(q.ListLocationsRow(row)), nil
}

func locationOf(r q.ListLocationsRow) Location {
	return Location{
		ID: r.LocationID, Name: r.Name, Zone: r.Zone, AddressLine: r.AddressLine, City: r.City, State: r.State,
		PostalCode: r.PostalCode, Phone: r.Phone, PlaceOfService: r.PlaceOfService, NPI: r.Npi,
		Active: r.Active, Version: r.Version,
	}
}

// Locations are all locations of the practice, the open ones first, then by
// age. It needs StaffRead.
func (s *Service) Locations(ctx context.Context) ([]Location, error) {
	a, err := authz.Require(ctx, authz.StaffRead)
	if err != nil {
		return nil, err
	}
	var out []Location
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := q.New(tx).ListLocations(ctx, a.Practice)
		for _, r := range rows {
			out = append(out, locationOf(r))
		}
		return err
	})
	slices.SortStableFunc(out, func(x, y Location) int {
		switch {
		case x.Active == y.Active:
			return 0
		case x.Active:
			return -1
		}
		return 1
	})
	return out, err
}

// AddLocation adds an open location. It needs PracticeManage.
func (s *Service) AddLocation(ctx context.Context, l Location) (id.Location, error) {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return id.Location{}, err
	}
	if err := l.normalize(); err != nil {
		return id.Location{}, err
	}
	l.ID, l.Active = id.New[id.Location](), true
	err = s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error { return insertLocation(ctx, tx, l) })
	return l.ID, err
}

func insertLocation(ctx context.Context, tx *db.Tx, l Location) error {
	err := q.New(tx).InsertLocation(ctx, q.InsertLocationParams{
		PracticeID: tx.Practice, LocationID: l.ID, Name: l.Name, Zone: l.Zone, AddressLine: l.AddressLine, City: l.City,
		State: l.State, PostalCode: l.PostalCode, Phone: l.Phone, PlaceOfService: l.PlaceOfService, Npi: l.NPI, Active: true, CreatedAt: tx.Now,
	})
	if err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "location.add", Kind: "location", Subject: l.ID.String()})
}

// UpdateLocation changes a location, and opens or closes it. It needs
// PracticeManage. Closing is a Conflict while staff work there or when it is
// the last open one. A new zone holds for dates from now on: what was
// documented keeps the date it was given.
func (s *Service) UpdateLocation(ctx context.Context, l Location) error {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return err
	}
	if err := l.normalize(); err != nil {
		return err
	}
	return s.write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		was, err := location(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		if was.Active && !l.Active {
			if err := closable(ctx, tx, l.ID); err != nil {
				return err
			}
		}
		n, err := q.New(tx).UpdateLocation(ctx, q.UpdateLocationParams{
			Name: l.Name, Zone: l.Zone, AddressLine: l.AddressLine, City: l.City, State: l.State, PostalCode: l.PostalCode,
			Phone: l.Phone, PlaceOfService: l.PlaceOfService, Npi: l.NPI, Active: l.Active, PracticeID: a.Practice, LocationID: l.ID, Version: l.Version,
		})
		if err := db.OneRow(n, err); err != nil {
			return err
		}
		e := db.Event{Action: "location.update", Kind: "location", Subject: l.ID.String()}
		switch {
		case was.Active && !l.Active:
			e.Detail = "closed"
		case !was.Active && l.Active:
			e.Detail = "opened"
		case was.Zone != l.Zone:
			e.Detail = "zone " + was.Zone + " to " + l.Zone
		}
		return tx.Audit(ctx, e)
	})
}

func closable(ctx context.Context, tx *db.Tx, loc id.Location) error {
	queries := q.New(tx)
	staff, err := queries.CountStaffAt(ctx, q.CountStaffAtParams{PracticeID: tx.Practice, LocationID: loc})
	if err != nil {
		return err
	}
	if staff > 0 {
		return errs.New(errs.Conflict, "Staff work at this location. Give them another one before you close it.")
	}
	others, err := queries.CountActiveLocations(ctx, q.CountActiveLocationsParams{PracticeID: tx.Practice, ExceptLocationID: loc})
	if err != nil {
		return err
	}
	if others == 0 {
		return errs.New(errs.Conflict, "This is the only open location. Open another one before you close it.")
	}
	return nil
}

// byName puts members in the order of a directory.
func byName(x, y Member) int {
	kx, ky := textkey.Sort(x.Name), textkey.Sort(y.Name)
	switch {
	case kx < ky:
		return -1
	case kx > ky:
		return 1
	}
	return slices.Compare(x.ID[:], y.ID[:])
}
