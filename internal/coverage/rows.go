package coverage

import (
	"context"

	"soapstone/internal/coverage/q"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/practice"
	"soapstone/internal/textkey"
	"soapstone/units"
)

func payerOf(r q.Payer) Payer {
	return Payer{
		ID: r.PayerID, Name: r.Name, Profile: r.Profile, Code: r.Code, Filing: r.Filing,
		Address: practice.Address{Line1: r.AddressLine, Line2: r.AddressLine2, City: r.City, State: r.State, PostalCode: r.PostalCode},
		Phone:   r.Phone, Active: r.Active, ContractFrom: r.ContractFrom, ContractTo: r.ContractTo,
		Overrides: Overrides{
			UnitRule: units.Rule(r.UnitRule), TherapistPayable: Answer(r.TherapistPayable), PrescriptionRequired: Answer(r.PrescriptionRequired),
			Authorisation: Authorisation(r.Authorisation), AuthorisationAfter: r.AuthorisationAfterVisits, FilingLimitDays: r.FilingLimitDays,
			VisitUnitCap: r.VisitUnitCap, Modifiers: r.Modifiers, ReportEveryVisits: r.ReportEveryVisits, ReportEveryDays: r.ReportEveryDays,
			Source: r.RulesSource, CheckedOn: r.RulesCheckedOn,
		},
		Note: r.Note, Version: r.Version,
	}
}

// updatePayer are the columns of a payer. name_key keeps a name from being
// entered twice, sort_key puts it in its place.
func updatePayer(tx *db.Tx, p Payer, by id.User) q.UpdatePayerParams {
	o := p.Overrides
	return q.UpdatePayerParams{
		PracticeID: tx.Practice, PayerID: p.ID, Version: p.Version, Name: p.Name, NameKey: textkey.Search(p.Name), SortKey: textkey.Sort(p.Name),
		Profile: p.Profile, Code: p.Code, Filing: p.Filing,
		AddressLine: p.Address.Line1, AddressLine2: p.Address.Line2, City: p.Address.City, State: p.Address.State, PostalCode: p.Address.PostalCode,
		Phone: p.Phone, Active: p.Active, ContractFrom: p.ContractFrom, ContractTo: p.ContractTo,
		UnitRule: string(o.UnitRule), TherapistPayable: string(o.TherapistPayable), PrescriptionRequired: string(o.PrescriptionRequired),
		Authorisation: string(o.Authorisation), AuthorisationAfterVisits: o.AuthorisationAfter, FilingLimitDays: o.FilingLimitDays,
		VisitUnitCap: o.VisitUnitCap, Modifiers: o.Modifiers, ReportEveryVisits: o.ReportEveryVisits, ReportEveryDays: o.ReportEveryDays,
		RulesSource: o.Source, RulesCheckedOn: o.CheckedOn, Note: p.Note, UpdatedAt: tx.Now, UpdatedBy: by,
	}
}

// insertPayer is updatePayer for a new row; the two differ in their key alone.
func insertPayer(u q.UpdatePayerParams) q.InsertPayerParams {
	return q.InsertPayerParams{
		PracticeID: u.PracticeID, PayerID: u.PayerID, Name: u.Name, NameKey: u.NameKey, SortKey: u.SortKey, Profile: u.Profile, Code: u.Code,
		Filing: u.Filing, AddressLine: u.AddressLine, AddressLine2: u.AddressLine2, City: u.City, State: u.State, PostalCode: u.PostalCode,
		Phone: u.Phone, Active: u.Active, ContractFrom: u.ContractFrom, ContractTo: u.ContractTo, UnitRule: u.UnitRule,
		TherapistPayable: u.TherapistPayable, PrescriptionRequired: u.PrescriptionRequired, Authorisation: u.Authorisation,
		AuthorisationAfterVisits: u.AuthorisationAfterVisits, FilingLimitDays: u.FilingLimitDays, VisitUnitCap: u.VisitUnitCap,
		Modifiers: u.Modifiers, ReportEveryVisits: u.ReportEveryVisits, ReportEveryDays: u.ReportEveryDays, RulesSource: u.RulesSource,
		RulesCheckedOn: u.RulesCheckedOn, Note: u.Note, CreatedAt: u.UpdatedAt, CreatedBy: u.UpdatedBy, UpdatedAt: u.UpdatedAt, UpdatedBy: u.UpdatedBy,
	}
}

func enrolmentOf(r q.PayerEnrolment, therapist string) Enrolment {
	return Enrolment{ID: r.EnrolmentID, Payer: r.PayerID, User: r.UserID, Name: therapist, FromOn: r.FromOn, ToOn: r.ToOn, Number: r.Number, Version: r.Version}
}

func coverageOf(r q.Coverage) Coverage {
	return Coverage{
		ID: r.CoverageID, Patient: r.PatientID, Payer: Payer{ID: r.PayerID}, Referral: r.ReferralID, Priority: r.Priority,
		MemberID: r.MemberID, Group: r.GroupNumber, Plan: r.PlanName, Relation: Relation(r.Relation),
		Subscriber: Subscriber{
			LastName: r.SubscriberLastName, FirstName: r.SubscriberFirstName, MiddleName: r.SubscriberMiddleName,
			BirthDate: r.SubscriberBirthDate, Sex: r.SubscriberSex, Phone: r.SubscriberPhone,
			Address: practice.Address{Line1: r.SubscriberAddressLine, Line2: r.SubscriberAddressLine2, City: r.SubscriberCity,
				State: r.SubscriberState, PostalCode: r.SubscriberPostalCode},
		},
		Employer: r.Employer, FromOn: r.FromOn, ToOn: r.ToOn, Share: Share(r.Share), Copay: r.CopayCents, CoinsurancePercent: r.CoinsurancePercent,
		DeductibleNote: r.DeductibleNote, BenefitsNote: r.BenefitsNote, BenefitsCheckedOn: r.BenefitsCheckedOn, CaseNumber: r.CaseNumber,
		Adjuster:      Adjuster{Name: r.AdjusterName, Phone: r.AdjusterPhone, Email: r.AdjusterEmail},
		ReleaseSigned: r.ReleaseSigned, BenefitsAssigned: r.BenefitsAssigned, EndNote: r.EndNote, EnteredInError: r.EnteredInError,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Version: r.Version,
	}
}

func updateCoverage(tx *db.Tx, c Coverage, by id.User) q.UpdateCoverageParams {
	s := c.Subscriber
	return q.UpdateCoverageParams{
		PracticeID: tx.Practice, CoverageID: c.ID, Version: c.Version, PayerID: c.Payer.ID, ReferralID: c.Referral, Priority: c.Priority,
		MemberID: c.MemberID, GroupNumber: c.Group, PlanName: c.Plan, Relation: string(c.Relation),
		SubscriberLastName: s.LastName, SubscriberFirstName: s.FirstName, SubscriberMiddleName: s.MiddleName, SubscriberBirthDate: s.BirthDate,
		SubscriberSex: s.Sex, SubscriberAddressLine: s.Address.Line1, SubscriberAddressLine2: s.Address.Line2, SubscriberCity: s.Address.City,
		SubscriberState: s.Address.State, SubscriberPostalCode: s.Address.PostalCode, SubscriberPhone: s.Phone, Employer: c.Employer,
		FromOn: c.FromOn, ToOn: c.ToOn, Share: string(c.Share), CopayCents: c.Copay, CoinsurancePercent: c.CoinsurancePercent,
		DeductibleNote: c.DeductibleNote, BenefitsNote: c.BenefitsNote, BenefitsCheckedOn: c.BenefitsCheckedOn, CaseNumber: c.CaseNumber,
		AdjusterName: c.Adjuster.Name, AdjusterPhone: c.Adjuster.Phone, AdjusterEmail: c.Adjuster.Email,
		ReleaseSigned: c.ReleaseSigned, BenefitsAssigned: c.BenefitsAssigned, UpdatedAt: tx.Now, UpdatedBy: by,
	}
}

func insertCoverage(u q.UpdateCoverageParams, p id.Patient) q.InsertCoverageParams {
	return q.InsertCoverageParams{
		PracticeID: u.PracticeID, CoverageID: u.CoverageID, PatientID: p, PayerID: u.PayerID, ReferralID: u.ReferralID, Priority: u.Priority,
		MemberID: u.MemberID, GroupNumber: u.GroupNumber, PlanName: u.PlanName, Relation: u.Relation,
		SubscriberLastName: u.SubscriberLastName, SubscriberFirstName: u.SubscriberFirstName, SubscriberMiddleName: u.SubscriberMiddleName,
		SubscriberBirthDate: u.SubscriberBirthDate, SubscriberSex: u.SubscriberSex, SubscriberAddressLine: u.SubscriberAddressLine,
		SubscriberAddressLine2: u.SubscriberAddressLine2, SubscriberCity: u.SubscriberCity, SubscriberState: u.SubscriberState,
		SubscriberPostalCode: u.SubscriberPostalCode, SubscriberPhone: u.SubscriberPhone, Employer: u.Employer, FromOn: u.FromOn, ToOn: u.ToOn,
		Share: u.Share, CopayCents: u.CopayCents, CoinsurancePercent: u.CoinsurancePercent, DeductibleNote: u.DeductibleNote,
		BenefitsNote: u.BenefitsNote, BenefitsCheckedOn: u.BenefitsCheckedOn, CaseNumber: u.CaseNumber, AdjusterName: u.AdjusterName,
		AdjusterPhone: u.AdjusterPhone, AdjusterEmail: u.AdjusterEmail, ReleaseSigned: u.ReleaseSigned, BenefitsAssigned: u.BenefitsAssigned,
		CreatedAt: u.UpdatedAt, CreatedBy: u.UpdatedBy, UpdatedAt: u.UpdatedAt, UpdatedBy: u.UpdatedBy,
	}
}

func cardOf(r q.CoverageCard) Card {
	return Card{ID: r.BlobID, Side: Side(r.Side), Name: r.Name, ContentType: r.ContentType, Size: r.Size, UploadedAt: r.UploadedAt}
}

// ofPatient loads all insurance of a patient, and of the records merged into
// theirs, oldest entry first, as it is stored: subscribers are not completed.
func ofPatient(ctx context.Context, tx *db.Tx, p id.Patient) ([]Coverage, error) {
	queries := q.New(tx)
	rows, err := queries.CoveragesOfPatient(ctx, q.CoveragesOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	payers, err := queries.PayersOfPatient(ctx, q.PayersOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	cards, err := queries.CardsOfPatient(ctx, q.CardsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	known := map[id.Payer]Payer{}
	for _, r := range payers {
		known[r.PayerID] = payerOf(r)
	}
	photos := map[id.Coverage][]Card{}
	for _, k := range cards { // newest first
		photos[k.CoverageID] = append(photos[k.CoverageID], cardOf(k))
	}
	out := make([]Coverage, len(rows))
	for i, r := range rows {
		out[i] = coverageOf(r)
		out[i].Payer, out[i].Cards = known[r.PayerID], photos[r.CoverageID]
	}
	return out, nil
}

// chart is what a patient's record says of them as a subscriber.
func chart(p patient.Patient) Subscriber {
	return Subscriber{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName, BirthDate: p.BirthDate, Sex: string(p.Sex),
		Address: practice.Address{Line1: p.AddressLine, Line2: p.AddressLine2, City: p.City, State: p.State, PostalCode: p.PostalCode},
		Phone:   textkey.Phone(p.Phone),
	}
}
