package referral

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral/q"
)

// Choice is a diagnosis code offered by a search.
type Choice struct {
	Code        string
	Description string // "" when the list has none
	Side        Side
	Common      bool // often ordered for massage
}

func choiceOf(c knowledge.Code) Choice {
	out := Choice{Code: c.Code, Common: c.Common}
	if c.Text != knowledge.NoDescription {
		out.Description, out.Side = c.Text, SideOf(c.Code, c.Text)
	}
	return out
}

func prescriberOf(r q.Prescriber) Prescriber {
	return Prescriber{ID: r.PrescriberID, GivenName: r.GivenName, FamilyName: r.FamilyName, Credential: r.Credential, NPI: r.Npi, Taxonomy: r.Taxonomy, MergedInto: r.MergedIntoPrescriberID,
		Organisation: r.Organisation, Phone: r.Phone, Fax: r.Fax, AddressLine: r.AddressLine, City: r.City, State: r.State,
		PostalCode: r.PostalCode, Active: r.Active, Version: r.Version}
}

func referralOf(r q.Referral) Referral {
	return Referral{
		ID: r.ReferralID, Patient: r.PatientID, State: State(r.State), Prescriber: Prescriber{ID: r.PrescriberID},
		Order: Order{PerWeek: r.PerWeek, Weeks: r.Weeks, Visits: r.VisitsOrdered, Minutes: r.Minutes,
			Techniques: r.Techniques, Regions: r.Regions},
		WrittenOn: r.WrittenOn, StartsOn: r.StartsOn, EndsOn: r.EndsOn, SignatureSeen: r.SignatureSeen,
		Precautions: r.Precautions, PayerKind: r.PayerKind,
		Accident:       Accident{Kind: AccidentKind(r.AccidentKind), On: r.AccidentOn, State: r.AccidentState},
		ExternalNumber: r.ExternalNumber, CloseReason: CloseReason(r.CloseReason), CloseNote: r.CloseNote,
		CreatedAt: r.CreatedAt, ActivatedAt: r.ActivatedAt, ClosedAt: r.ClosedAt, Version: r.Version, activatedBy: r.ActivatedBy,
		Replaces: r.ReplacesReferralID,
	}
}

func insertParams(tx *db.Tx, r Referral) q.InsertReferralParams {
	return q.InsertReferralParams{
		PracticeID: tx.Practice, ReferralID: r.ID, PatientID: r.Patient, PrescriberID: r.Prescriber.ID, State: string(r.State),
		PerWeek: r.Order.PerWeek, Weeks: r.Order.Weeks, VisitsOrdered: r.Order.Visits, Minutes: r.Order.Minutes,
		Techniques: r.Order.Techniques, Regions: r.Order.Regions, WrittenOn: r.WrittenOn, StartsOn: r.StartsOn, EndsOn: r.EndsOn,
		SignatureSeen: r.SignatureSeen, Precautions: r.Precautions, PayerKind: r.PayerKind, AccidentKind: string(r.Accident.Kind),
		AccidentOn: r.Accident.On, AccidentState: r.Accident.State, ExternalNumber: r.ExternalNumber, ReplacesReferralID: r.Replaces, CreatedAt: tx.Now, UpdatedAt: tx.Now,
	}
}

func updateParams(tx *db.Tx, r Referral) q.UpdateReferralParams {
	return q.UpdateReferralParams{
		PracticeID: tx.Practice, ReferralID: r.ID, PrescriberID: r.Prescriber.ID, State: string(r.State),
		PerWeek: r.Order.PerWeek, Weeks: r.Order.Weeks, VisitsOrdered: r.Order.Visits, Minutes: r.Order.Minutes,
		Techniques: r.Order.Techniques, Regions: r.Order.Regions, WrittenOn: r.WrittenOn, StartsOn: r.StartsOn, EndsOn: r.EndsOn,
		SignatureSeen: r.SignatureSeen, Precautions: r.Precautions, PayerKind: r.PayerKind, AccidentKind: string(r.Accident.Kind),
		AccidentOn: r.Accident.On, AccidentState: r.Accident.State, ExternalNumber: r.ExternalNumber, UpdatedAt: tx.Now,
	}
}

// ofPatient loads all referrals of a patient, and of the records merged into
// theirs, with everything that hangs on them. Not in a useful order.
func ofPatient(ctx context.Context, tx *db.Tx, p id.Patient) ([]Referral, error) {
	queries := q.New(tx)
	rows, err := queries.ReferralsOfPatient(ctx, q.ReferralsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	prescribers, err := queries.PrescribersOfPatient(ctx, q.PrescribersOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, err
	}
	known := map[id.Prescriber]Prescriber{}
	for _, r := range prescribers {
		known[r.PrescriberID] = prescriberOf(r)
	}
	out, place := make([]Referral, len(rows)), map[id.Referral]*Referral{}
	for i, r := range rows {
		out[i] = referralOf(r)
		out[i].Prescriber = known[r.PrescriberID]
		place[r.ReferralID] = &out[i]
	}
	for _, r := range out {
		if old := place[r.Replaces]; old != nil && r.State != Draft && r.CloseReason != EnteredInError {
			old.ReplacedBy = r.ID
		}
	}
	return out, hang(ctx, tx, p, place)
}

// hang adds diagnoses, authorisations and scans to the referrals they belong to.
func hang(ctx context.Context, tx *db.Tx, p id.Patient, place map[id.Referral]*Referral) error {
	queries := q.New(tx)
	diagnoses, err := queries.DiagnosesOfPatient(ctx, q.DiagnosesOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return err
	}
	for _, d := range diagnoses {
		if r := place[d.ReferralID]; r != nil {
			r.Diagnoses = append(r.Diagnoses, Diagnosis{ID: d.DiagnosisID, Referral: d.ReferralID, Code: d.Code, Description: d.Description,
				Side: Side(d.Side), Warning: d.Warning, List: d.List})
		}
	}
	authorisations, err := queries.AuthorisationsOfPatient(ctx, q.AuthorisationsOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return err
	}
	for _, a := range authorisations {
		if r := place[a.ReferralID]; r != nil {
			r.Authorisations = append(r.Authorisations, Authorisation{ID: a.AuthorisationID, Referral: a.ReferralID, PayerName: a.PayerName,
				Number: a.Number, Visits: a.Visits, Units: a.Units, FromOn: a.FromOn, ToOn: a.ToOn, Codes: strings.Fields(a.Codes),
				Diagnoses: strings.Fields(a.Diagnoses), State: AuthorisationState(a.State), Note: a.Note, Withdrawn: a.Withdrawn, CreatedAt: a.CreatedAt, Version: a.Version})
		}
	}
	scans, err := scansOf(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, f := range scans {
		r := place[f.Referral]
		if r == nil {
			continue
		}
		if i := slices.IndexFunc(r.Authorisations, func(a Authorisation) bool { return a.ID == f.Authorisation }); i >= 0 {
			r.Authorisations[i].Scans = append(r.Authorisations[i].Scans, f)
			continue
		}
		r.Scans = append(r.Scans, f)
	}
	return nil
}

func scansOf(ctx context.Context, tx *db.Tx, p id.Patient) ([]Scan, error) {
	rows, err := q.New(tx).ScansOfPatient(ctx, q.ScansOfPatientParams{PracticeID: tx.Practice, PatientID: p})
	return scansFrom(rows), err
}

func scansFrom(rows []q.ReferralScan) []Scan {
	out := make([]Scan, 0, len(rows))
	for _, f := range rows {
		out = append(out, Scan{ID: f.BlobID, Patient: f.PatientID, Referral: f.ReferralID, Authorisation: f.AuthorisationID, Name: f.Name,
			ContentType: f.ContentType, Size: f.Size, UploadedAt: f.UploadedAt})
	}
	return out
}

// one loads a single referral of a patient.
func one(ctx context.Context, tx *db.Tx, p id.Patient, r id.Referral) (Referral, error) {
	all, err := ofPatient(ctx, tx, p)
	if err != nil {
		return Referral{}, err
	}
	for _, x := range all {
		if x.ID == r {
			return x, nil
		}
	}
	return Referral{}, errs.New(errs.NotFound, noReferral)
}

// snapshot is what a version of a referral said, in the format referral/1.
// Fields are added, never renamed: old versions stay readable.
type snapshot struct {
	Format         string       `json:"format"`
	Prescriber     string       `json:"prescriber"`
	NPI            string       `json:"npi"`
	Diagnoses      []string     `json:"diagnoses"`
	PerWeek        int64        `json:"per_week"`
	Weeks          int64        `json:"weeks"`
	Visits         int64        `json:"visits"`
	Minutes        int64        `json:"minutes"`
	Techniques     string       `json:"techniques"`
	Regions        string       `json:"regions"`
	WrittenOn      civil.Date   `json:"written_on"`
	StartsOn       civil.Date   `json:"starts_on"`
	EndsOn         civil.Date   `json:"ends_on"`
	Precautions    string       `json:"precautions"`
	PayerKind      string       `json:"payer_kind"`
	AccidentKind   AccidentKind `json:"accident_kind"`
	AccidentOn     civil.Date   `json:"accident_on"`
	AccidentState  string       `json:"accident_state"`
	ExternalNumber string       `json:"external_number"`
}

const snapshotFormat = "referral/1"

func snapshotOf(r Referral) snapshot {
	return snapshot{
		Format: snapshotFormat, Prescriber: r.Prescriber.Name(), NPI: r.Prescriber.NPI, Diagnoses: r.Codes(),
		PerWeek: r.Order.PerWeek, Weeks: r.Order.Weeks, Visits: r.Order.Visits, Minutes: r.Order.Minutes,
		Techniques: r.Order.Techniques, Regions: r.Order.Regions, WrittenOn: r.WrittenOn, StartsOn: r.StartsOn, EndsOn: r.EndsOn,
		Precautions: r.Precautions, PayerKind: r.PayerKind, AccidentKind: r.Accident.Kind, AccidentOn: r.Accident.On,
		AccidentState: r.Accident.State, ExternalNumber: r.ExternalNumber,
	}
}

func readSnapshot(body string) (snapshot, error) {
	var s snapshot
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		return s, fmt.Errorf("referral version: %w", err)
	}
	if s.Format != snapshotFormat {
		return s, fmt.Errorf("referral version: format %q is not known", s.Format)
	}
	return s, nil
}

// facts is what the version said, in the words of the page.
func (s snapshot) facts() []Fact {
	order := Order{PerWeek: s.PerWeek, Weeks: s.Weeks, Visits: s.Visits, Minutes: s.Minutes}
	accident := ""
	if s.AccidentKind != NoAccident {
		accident = strings.TrimSpace(s.AccidentKind.Label() + ", " + s.AccidentOn.Human() + " " + s.AccidentState)
	}
	return []Fact{
		{"Prescriber", strings.TrimSpace(s.Prescriber + " · NPI " + s.NPI)},
		{"Diagnoses", strings.Join(s.Diagnoses, ", ")},
		{"Order", order.Words()},
		{"Techniques", s.Techniques},
		{"Regions", s.Regions},
		{"Written", s.WrittenOn.Human()},
		{"Starts", s.StartsOn.Human()},
		{"Ends", s.EndsOn.Human()},
		{"Precautions", s.Precautions},
		{"Payer", s.PayerKind},
		{"Accident", accident},
		{"Reference number", s.ExternalNumber},
	}
}

// difference lists the facts of b that differ from a.
func difference(a, b []Fact) []Difference {
	var out []Difference
	for i, f := range b {
		if i < len(a) && a[i].Text != f.Text {
			out = append(out, Difference{Label: f.Label, Was: a[i].Text, Is: f.Text})
		}
	}
	return out
}
