package patient

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
	"soapstone/internal/textkey"
)

// List names one of the two health lists.
type List string

// The lists.
const (
	Allergies List = "allergies"
	Medicines List = "medicines"
)

// State is what is known of a list. Unanswered never counts as None.
type State string

// The states.
const (
	Unanswered State = ""       // nobody asked, or all that was listed has ended
	None       State = "none"   // asked: there are none
	Listed     State = "listed" // asked: there are some
)

// Answer is the state of a list, with who recorded it and when.
type Answer struct {
	State State
	At    db.Time
	By    string // who recorded it
}

// Ended says when and why an entry stopped being current.
type Ended struct {
	At     db.Time
	Reason string
}

// Allergy is something the patient reacts to.
type Allergy struct {
	ID      id.Allergy
	Name    string
	Severe  bool // anaphylaxis or hospital: shown in red
	Since   Since
	Note    string // how the patient reacts
	AddedAt db.Time
	Ended   Ended // zero while current
	Version int64
}

// Medicine is something the patient takes.
type Medicine struct {
	ID      id.Medication
	Name    string
	Dose    string
	Since   Since
	Note    string
	AddedAt db.Time
	Ended   Ended
	Version int64
}

// Health is a patient's allergies and medicines, current ones and past ones,
// newest first, severe allergies before others.
type Health struct {
	Allergies, PastAllergies []Allergy
	Medicines, PastMedicines []Medicine
	AllergyAnswer            Answer
	MedicineAnswer           Answer
}

func (h Health) hasAllergy(name string) bool {
	for _, a := range h.Allergies {
		if textkey.Search(a.Name) == textkey.Search(name) {
			return true
		}
	}
	return false
}

func (h Health) hasMedicine(name, dose string) bool {
	for _, m := range h.Medicines {
		if textkey.Search(m.Name) == textkey.Search(name) && textkey.Search(m.Dose) == textkey.Search(dose) {
			return true
		}
	}
	return false
}

// Health gives the lists and records the view.
func (s *Service) Health(ctx context.Context, p id.Patient) (Health, error) {
	a, err := authz.Require(ctx, authz.HealthRead)
	if err != nil {
		return Health{}, err
	}
	var h Health
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.GetTx(ctx, tx, p); err != nil {
			return err
		}
		h, err = readHealth(ctx, tx, p)
		return err
	})
	if err != nil {
		return Health{}, db.Classify(err)
	}
	return h, s.log.Viewed(ctx, db.Event{Action: "patient.health", Patient: p, Kind: "patient", Subject: p.String()})
}

func readHealth(ctx context.Context, tx *db.Tx, p id.Patient) (Health, error) {
	var h Health
	queries := q.New(tx)
	allergies, err := queries.Allergies(ctx, q.AllergiesParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return h, err
	}
	for _, r := range allergies {
		since, _ := ParseSince(r.Since)
		a := Allergy{ID: r.AllergyID, Name: r.Name, Severe: r.Severe, Since: since, Note: r.Note, AddedAt: r.AddedAt,
			Ended: Ended{r.EndedAt, r.EndedReason}, Version: r.Version}
		if r.EndedAt.IsZero() {
			h.Allergies = append(h.Allergies, a)
		} else {
			h.PastAllergies = append(h.PastAllergies, a)
		}
	}
	slices.SortStableFunc(h.Allergies, func(a, b Allergy) int {
		switch {
		case a.Severe == b.Severe:
			return 0
		case a.Severe:
			return -1
		}
		return 1
	})
	medicines, err := queries.Medications(ctx, q.MedicationsParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return h, err
	}
	for _, r := range medicines {
		since, _ := ParseSince(r.Since)
		m := Medicine{ID: r.MedicationID, Name: r.Name, Dose: r.Dose, Since: since, Note: r.Note, AddedAt: r.AddedAt,
			Ended: Ended{r.EndedAt, r.EndedReason}, Version: r.Version}
		if r.EndedAt.IsZero() {
			h.Medicines = append(h.Medicines, m)
		} else {
			h.PastMedicines = append(h.PastMedicines, m)
		}
	}
	answers, err := queries.Answers(ctx, q.AnswersParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return h, err
	}
	for _, r := range answers {
		a := Answer{State(r.Answer), r.AnsweredAt, r.AnsweredName}
		switch List(r.Kind) {
		case Allergies:
			h.AllergyAnswer = settled(a, len(h.Allergies))
		case Medicines:
			h.MedicineAnswer = settled(a, len(h.Medicines))
		}
	}
	return h, nil
}

// settled turns "listed", once everything listed has ended, into unanswered:
// the end of one entry is no statement that there are none.
func settled(a Answer, current int) Answer {
	if a.State == Listed && current == 0 {
		return Answer{}
	}
	return a
}

// MedicineNames are the medicines that the patient takes now, for screening.
// answered is false when nobody has asked: then there may be any.
func (s *Service) MedicineNames(ctx context.Context, tx *db.Tx, p id.Patient) (names []string, answered bool, err error) {
	if _, err := authz.Require(ctx, authz.HealthRead); err != nil {
		return nil, false, err
	}
	queries := q.New(tx)
	rows, err := queries.MedicineNames(ctx, q.MedicineNamesParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil {
		return nil, false, err
	}
	own := 0
	for _, r := range rows {
		// What was listed in a record that turned out to be the same person's
		// counts as well; its "none" does not.
		names = append(names, r.Name)
		if r.PatientID == p {
			own++
		}
	}
	said, err := queries.MedicineAnswer(ctx, q.MedicineAnswerParams{PracticeID: tx.Practice, PatientID: p})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, false, err
	}
	return names, settled(Answer{State: State(said)}, own).State != Unanswered, nil
}

// AllergyNames are the current allergies, for screening; answered as above.
func (s *Service) AllergyNames(ctx context.Context, tx *db.Tx, p id.Patient) (names []string, answered bool, err error) {
	if _, err := authz.Require(ctx, authz.HealthRead); err != nil {
		return nil, false, err
	}
	h, err := readHealth(ctx, tx, p)
	for _, a := range h.Allergies {
		names = append(names, a.Name)
	}
	return names, h.AllergyAnswer.State != Unanswered, err
}

// AllergyInput is a new allergy; Since is text that ParseSince reads.
type AllergyInput struct {
	Name, Since, Note string
	Severe            bool
}

// MedicineInput is a new medicine.
type MedicineInput struct{ Name, Dose, Since, Note string }

// since reads a remembered date that is not in the future.
func (c *checker) since(field, s string, today civil.Date) Since {
	v, ok := ParseSince(s)
	switch {
	case !ok:
		c.complain(field, "Enter a year, a month or a date, such as 2019, 3/2024 or 03/27/2024.")
	case !v.IsZero() && v.Earliest().After(today):
		c.complain(field, "This date is in the future. Check the year.")
	}
	return v
}

// AddAllergy records an allergy. NotFound, Conflict for a merged record or for
// an allergy that is listed already, Invalid.
func (s *Service) AddAllergy(ctx context.Context, p id.Patient, in AllergyInput) (id.Allergy, error) {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return id.Allergy{}, err
	}
	var c checker
	c.name("allergy", &in.Name)
	if in.Name == "" {
		c.complain("allergy", "Enter what the patient reacts to.")
	}
	c.area("allergy_note", &in.Note, MaxNote)
	aid := id.New[id.Allergy]()
	err = s.writeHealth(ctx, a, p, Allergies, Listed, func(ctx context.Context, tx *db.Tx, h Health) (db.Event, error) {
		since := c.since("allergy_since", in.Since, a.Today(tx.Now.Time))
		if h.hasAllergy(in.Name) {
			c.complain("allergy", "This allergy is listed already.")
		}
		if err := c.err(); err != nil {
			return db.Event{}, err
		}
		return db.Event{Action: "allergy.add", Kind: "allergy", Subject: aid.String()}, q.New(tx).InsertAllergy(ctx, q.InsertAllergyParams{
			PracticeID: tx.Practice, AllergyID: aid, PatientID: p, Name: in.Name, Severe: in.Severe, Since: since.String(),
			Note: in.Note, AddedAt: tx.Now, AddedBy: a.User})
	})
	return aid, err
}

// AddMedicine records a medicine. The errors are those of AddAllergy.
func (s *Service) AddMedicine(ctx context.Context, p id.Patient, in MedicineInput) (id.Medication, error) {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return id.Medication{}, err
	}
	var c checker
	c.name("medicine", &in.Name)
	if in.Name == "" {
		c.complain("medicine", "Enter the name of the medicine, as on its label.")
	}
	c.line("medicine_dose", &in.Dose, MaxName)
	c.area("medicine_note", &in.Note, MaxNote)
	mid := id.New[id.Medication]()
	err = s.writeHealth(ctx, a, p, Medicines, Listed, func(ctx context.Context, tx *db.Tx, h Health) (db.Event, error) {
		since := c.since("medicine_since", in.Since, a.Today(tx.Now.Time))
		if h.hasMedicine(in.Name, in.Dose) {
			c.complain("medicine", "This medicine is listed already with the same dose.")
		}
		if err := c.err(); err != nil {
			return db.Event{}, err
		}
		return db.Event{Action: "medicine.add", Kind: "medicine", Subject: mid.String()}, q.New(tx).InsertMedication(ctx, q.InsertMedicationParams{
			PracticeID: tx.Practice, MedicationID: mid, PatientID: p, Name: in.Name, Dose: in.Dose, Since: since.String(),
			Note: in.Note, AddedAt: tx.Now, AddedBy: a.User})
	})
	return mid, err
}

// RecordNone records that the patient was asked and has no known allergies, or
// takes no medicines. It returns a Conflict while any is listed.
func (s *Service) RecordNone(ctx context.Context, p id.Patient, list List) error {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return err
	}
	if list != Allergies && list != Medicines {
		return errs.New(errs.Invalid, "Choose allergies or medicines.")
	}
	return s.writeHealth(ctx, a, p, list, None, func(_ context.Context, _ *db.Tx, h Health) (db.Event, error) {
		if list == Allergies && len(h.Allergies) > 0 || list == Medicines && len(h.Medicines) > 0 {
			return db.Event{}, errs.New(errs.Conflict, "There are "+string(list)+" on the list. End them first if they no longer apply.")
		}
		return db.Event{Action: string(list) + ".none", Kind: "patient", Subject: p.String()}, nil
	})
}

// writeHealth runs one change of a list and notes what the list now says; a
// state of Unanswered leaves the answer as it is.
func (s *Service) writeHealth(ctx context.Context, a authz.Actor, p id.Patient, list List, state State,
	change func(context.Context, *db.Tx, Health) (db.Event, error)) error {
	err := s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		h, err := readHealth(ctx, tx, p)
		if err != nil {
			return err
		}
		event, err := change(ctx, tx, h)
		if err != nil {
			return err
		}
		if state != Unanswered {
			err := q.New(tx).SetAnswer(ctx, q.SetAnswerParams{PracticeID: tx.Practice, PatientID: p, Kind: string(list),
				Answer: string(state), AnsweredAt: tx.Now, AnsweredBy: a.User})
			if err != nil {
				return err
			}
		}
		event.Patient = p
		return tx.Audit(ctx, event)
	})
	return db.Classify(err)
}

// EndAllergy ends an allergy at the given version, with a reason: it was never
// true, or is so no longer. It stays on record as past.
func (s *Service) EndAllergy(ctx context.Context, p id.Patient, aid id.Allergy, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return err
	}
	if err := cleanReason(&reason); err != nil {
		return err
	}
	return s.writeHealth(ctx, a, p, Allergies, Unanswered, func(ctx context.Context, tx *db.Tx, _ Health) (db.Event, error) {
		_, err := q.New(tx).GetAllergy(ctx, q.GetAllergyParams{PracticeID: tx.Practice, AllergyID: aid, PatientID: p})
		if err != nil {
			return db.Event{}, db.Found(err, "This allergy is not on this patient's list.")
		}
		return db.Event{Action: "allergy.end", Kind: "allergy", Subject: aid.String()}, db.OneRow(q.New(tx).EndAllergy(ctx, q.EndAllergyParams{
			PracticeID: tx.Practice, AllergyID: aid, PatientID: p, Version: version, EndedAt: tx.Now, EndedBy: a.User, EndedReason: reason}))
	})
}

// EndMedicine ends a medicine; see EndAllergy.
func (s *Service) EndMedicine(ctx context.Context, p id.Patient, mid id.Medication, version int64, reason string) error {
	a, err := authz.Require(ctx, authz.HealthWrite)
	if err != nil {
		return err
	}
	if err := cleanReason(&reason); err != nil {
		return err
	}
	return s.writeHealth(ctx, a, p, Medicines, Unanswered, func(ctx context.Context, tx *db.Tx, _ Health) (db.Event, error) {
		_, err := q.New(tx).GetMedication(ctx, q.GetMedicationParams{PracticeID: tx.Practice, MedicationID: mid, PatientID: p})
		if err != nil {
			return db.Event{}, db.Found(err, "This medicine is not on this patient's list.")
		}
		return db.Event{Action: "medicine.end", Kind: "medicine", Subject: mid.String()}, db.OneRow(q.New(tx).EndMedication(ctx, q.EndMedicationParams{
			PracticeID: tx.Practice, MedicationID: mid, PatientID: p, Version: version, EndedAt: tx.Now, EndedBy: a.User, EndedReason: reason}))
	})
}

func cleanReason(reason *string) error {
	var c checker
	c.area("reason", reason, MaxLine)
	if strings.TrimSpace(*reason) == "" {
		c.complain("reason", "Say why this ends.")
	}
	return c.err()
}
