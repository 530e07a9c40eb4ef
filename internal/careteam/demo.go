package careteam

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
)

// Invent gives a patient of a demonstration a small team, around day today.
func (s *Service) Invent(ctx context.Context, p id.Patient, today civil.Date) error {
	if _, err := authz.Require(ctx, authz.CareTeamWrite); err != nil {
		return err
	}
	for _, v := range []Provider{
		{Name: "Priya Raman", Discipline: PhysicalTherapist, Organisation: "Harbor Physical Therapy", Phone: "312-555-0171", Fax: "312-555-0172",
			From: today.AddDays(-40), Share: MayShare, ShareOn: today.AddDays(-38), ShareRef: "Release signed with the intake"},
		{Name: "Dr. Leo Novak", Discipline: PrimaryCare, Organisation: "Lakeshore Family Medicine", Phone: "312-555-0180", Share: MayShare, ShareOn: today.AddDays(-38)},
		{Name: "Dr. Sam Whitfield", Discipline: Chiropractor, Organisation: "Whitfield Chiropractic", From: today.AddDays(-200), To: today.AddDays(-60)},
	} {
		if _, err := s.Add(ctx, p, v); err != nil {
			return err
		}
	}
	return nil
}
