package patientui

import (
	"net/http"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) healthRoutes(rt *web.Router) {
	rt.Handle("GET /patients/{patient}/health", authz.HealthRead, u.health)
	rt.Handle("POST /patients/{patient}/health/none", authz.HealthWrite, u.recordNone)
	rt.Handle("POST /patients/{patient}/allergies", authz.HealthWrite, u.addAllergy)
	rt.Handle("GET /patients/{patient}/allergies/{allergy}/end", authz.HealthWrite, u.askEndAllergy)
	rt.Handle("POST /patients/{patient}/allergies/{allergy}/end", authz.HealthWrite, u.endAllergy)
	rt.Handle("POST /patients/{patient}/medicines", authz.HealthWrite, u.addMedicine)
	rt.Handle("GET /patients/{patient}/medicines/{medication}/end", authz.HealthWrite, u.askEndMedicine)
	rt.Handle("POST /patients/{patient}/medicines/{medication}/end", authz.HealthWrite, u.endMedicine)
}

type healthView struct {
	patient.Health
	Patient           id.Patient
	Allergy, Medicine *form.Form // the two forms for adding
	Write             bool
	day               func(time.Time) civil.Date
}

func (u *ui) health(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	return u.showHealth(w, r, pid, form.Empty(), form.Empty())
}

// showHealth shows both lists; one of the forms may carry complaints.
func (u *ui) showHealth(w http.ResponseWriter, r *http.Request, pid id.Patient, allergy, medicine *form.Form) error {
	page, hd, err := u.patientPage(r, pid, "Allergies and medicines", "health")
	if err != nil {
		return err
	}
	h, err := u.Patients.Health(r.Context(), pid)
	if err != nil {
		return err
	}
	page.Form = allergy
	if allergy.Valid() {
		page.Form = medicine
	}
	a, _ := authz.From(r.Context())
	v := healthView{Health: h, Patient: pid, Allergy: allergy, Medicine: medicine, day: a.Today,
		Write: a.Can(authz.HealthWrite) && hd.Status != patient.MergedAway}
	return web.Render(w, r, page.Form.Status(), healthPage(page, v))
}

func (u *ui) recordNone(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Patients.RecordNone(r.Context(), pid, form.Choice(f, "list", patient.Allergies, patient.Medicines)); err != nil {
		return err
	}
	return web.See(w, r, at(pid, "health"), "Answer recorded.")
}

func (u *ui) addAllergy(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := patient.AllergyInput{
		Name:  f.Text("allergy", form.Required("Enter what the patient reacts to."), form.Max(patient.MaxName)),
		Since: f.Text("allergy_since", form.Max(40)), Note: f.Area("allergy_note", form.Max(patient.MaxNote)), Severe: f.Bool("allergy_severe"),
	}
	if f.Valid() {
		_, err := u.Patients.AddAllergy(r.Context(), pid, in)
		if err == nil {
			return web.See(w, r, at(pid, "health"), "Allergy added.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showHealth(w, r, pid, f, form.Empty())
}

func (u *ui) addMedicine(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := patient.MedicineInput{
		Name: f.Text("medicine", form.Required("Enter the name of the medicine, as on its label."), form.Max(patient.MaxName)),
		Dose: f.Text("medicine_dose", form.Max(patient.MaxName)), Since: f.Text("medicine_since", form.Max(40)),
		Note: f.Area("medicine_note", form.Max(patient.MaxNote)),
	}
	if f.Valid() {
		_, err := u.Patients.AddMedicine(r.Context(), pid, in)
		if err == nil {
			return web.See(w, r, at(pid, "health"), "Medicine added.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showHealth(w, r, pid, form.Empty(), f)
}

// ending is an entry about to end.
type ending struct {
	name    string
	version int64
	action  string
	title   string
	text    string
	submit  string
}

func (u *ui) askEndAllergy(w http.ResponseWriter, r *http.Request) error {
	pid, e, _, err := u.allergyEnding(r)
	if err != nil {
		return err
	}
	return u.showEnd(w, r, pid, e, form.FromValues(map[string]string{"version": itoa(e.version)}))
}

func (u *ui) endAllergy(w http.ResponseWriter, r *http.Request) error {
	pid, e, aid, err := u.allergyEnding(r)
	if err != nil {
		return err
	}
	return u.end(w, r, pid, e, func(version int64, reason string) error {
		return u.Patients.EndAllergy(r.Context(), pid, aid, version, reason)
	})
}

func (u *ui) allergyEnding(r *http.Request) (pid id.Patient, e ending, aid id.Allergy, err error) {
	if pid, err = web.PathID[id.Patient](r, "patient"); err != nil {
		return
	}
	if aid, err = web.PathID[id.Allergy](r, "allergy"); err != nil {
		return
	}
	h, err := u.Patients.Health(r.Context(), pid)
	if err != nil {
		return
	}
	for _, a := range append(h.Allergies, h.PastAllergies...) {
		if a.ID == aid {
			e = ending{a.Name, a.Version, at(pid, "allergies/"+aid.String()+"/end"), "End this allergy?",
				"It leaves the list and the alerts. It stays on record as a past allergy.", "End this allergy"}
			return pid, e, aid, nil
		}
	}
	return pid, e, aid, notListed
}

func (u *ui) askEndMedicine(w http.ResponseWriter, r *http.Request) error {
	pid, e, _, err := u.medicineEnding(r)
	if err != nil {
		return err
	}
	return u.showEnd(w, r, pid, e, form.FromValues(map[string]string{"version": itoa(e.version)}))
}

func (u *ui) endMedicine(w http.ResponseWriter, r *http.Request) error {
	pid, e, mid, err := u.medicineEnding(r)
	if err != nil {
		return err
	}
	return u.end(w, r, pid, e, func(version int64, reason string) error {
		return u.Patients.EndMedicine(r.Context(), pid, mid, version, reason)
	})
}

func (u *ui) medicineEnding(r *http.Request) (pid id.Patient, e ending, mid id.Medication, err error) {
	if pid, err = web.PathID[id.Patient](r, "patient"); err != nil {
		return
	}
	if mid, err = web.PathID[id.Medication](r, "medication"); err != nil {
		return
	}
	h, err := u.Patients.Health(r.Context(), pid)
	if err != nil {
		return
	}
	for _, m := range append(h.Medicines, h.PastMedicines...) {
		if m.ID == mid {
			e = ending{m.Name, m.Version, at(pid, "medicines/"+mid.String()+"/end"), "End this medicine?",
				"It leaves the list and safety screening. It stays on record as a past medicine.", "End this medicine"}
			return pid, e, mid, nil
		}
	}
	return pid, e, mid, notListed
}

func (u *ui) end(w http.ResponseWriter, r *http.Request, pid id.Patient, e ending, do func(version int64, reason string) error) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<53)
	reason := f.Area("reason", form.Required("Say why this ends."), form.Max(patient.MaxLine))
	if f.Valid() {
		err := do(version, reason)
		if err == nil {
			return web.See(w, r, at(pid, "health"), "Ended.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showEnd(w, r, pid, e, f)
}

func (u *ui) showEnd(w http.ResponseWriter, r *http.Request, pid id.Patient, e ending, f *form.Form) error {
	page, _, err := u.formPage(r, pid, e.title, f, kit.To("Allergies and medicines", at(pid, "health")))
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), endPage(page, f, pid, e))
}
