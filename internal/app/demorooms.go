package app

import "soapstone/internal/demo"

// DemoRooms are the services through which the demonstration is built.
func (a *App) DemoRooms() demo.Rooms {
	r := a.rooms
	return demo.Rooms{DB: a.db, Knowledge: r.Knowledge, Blobs: r.Blobs, Authn: a.authn, Practices: r.Practices, Patients: r.Patients,
		Consents: r.Consents, Intakes: r.Intakes, Referrals: r.Referrals, Screening: r.Screening, Assessments: r.Assessments,
		Plans: r.Plans, Visits: r.Visits, Outcomes: r.Outcomes, Reports: r.Reports,
		Coverages: r.Coverages, Fees: r.Fees, Claims: r.Claims, Checkouts: r.Checkouts,
		CareTeams: r.CareTeams, Inbox: r.Inbox, Credentials: r.Credentials}
}
