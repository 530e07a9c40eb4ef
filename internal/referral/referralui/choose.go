package referralui

import (
	"net/http"
	"slices"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// anyURL is the form on which the patient is chosen too. Its path has no
// patient, and an upload belongs to its sender until one is chosen.
const anyURL = "/referrals/new"

// patientOf reads the patient in the path; zero on the form without one.
func patientOf(r *http.Request) (id.Patient, error) {
	if r.PathValue("patient") == "" {
		return id.Patient{}, nil
	}
	return web.PathID[id.Patient](r, "patient")
}

// registerAny keeps a referral together with its patient, who may be new. The
// patient is registered only once nothing else is wrong.
func (u *ui) registerAny(w http.ResponseWriter, r *http.Request) error {
	return u.submit(w, r, referral.Referral{}, func(f *form.Form, in referral.Input, _ int64) (string, string, error) {
		var pid id.Patient
		if choice := f.Value("patient"); choice != "" && choice != someoneNew {
			pid = form.ID[id.Patient](f, "patient")
		} else {
			if err := u.Referrals.Check(r.Context(), in, nil); err != nil {
				return "", "", err
			}
			var err error
			if pid, err = u.newPatient(r, f); err != nil {
				return "", "", err
			}
			f.Set("patient", pid.String())
		}
		rid, err := u.Referrals.Register(r.Context(), pid, in)
		return referralURL(pid, rid), saved(in), err
	})
}

func saved(in referral.Input) string {
	if in.Draft {
		return "Draft saved."
	}
	return "Referral saved."
}

// checkPatient complains about a patient who is not chosen, or not described.
func checkPatient(f *form.Form) {
	if f.Value("patient") != someoneNew && !newPatientTyped(f) {
		f.Require("patient", "Choose the patient, or enter a new one.")
		return
	}
	if f.Has("patient") && f.Value("patient") != someoneNew {
		f.AddError("patient", "Choose a patient or enter a new one, not both.")
		return
	}
	decodePatient(f)
}

func newPatientTyped(f *form.Form) bool {
	return f.Has("np.first_name") || f.Has("np.last_name") || f.Has("np.birth_date")
}

func decodePatient(f *form.Form) patient.Registration {
	name := func(field string, opts ...form.Option) string {
		return f.Text("np."+field, append(opts, form.Max(patient.MaxName))...)
	}
	in := patient.Registration{Demographics: patient.Demographics{FirstName: name("first_name"),
		LastName:  name("last_name", form.Required("Enter the last name. If the person has only one name, enter it here.")),
		BirthDate: f.Date("np.birth_date", form.Required("Enter the date of birth.")), Sex: form.Choice(f, "np.sex", patient.Sexes()...),
		Phone: f.Text("np.phone", form.Max(40))}}
	f.Require("np.sex", "Choose the sex recorded for insurance.")
	if f.Bool("np.different") {
		for _, s := range f.Values("np.shown") {
			if p, err := id.Parse[id.Patient](s); err == nil {
				in.DifferentFrom = append(in.DifferentFrom, p)
			}
		}
	}
	return in
}

// newPatient registers the patient described. A similar record is a complaint,
// and the record is offered.
func (u *ui) newPatient(r *http.Request, f *form.Form) (id.Patient, error) {
	pid, err := u.Patients.Register(r.Context(), decodePatient(f))
	if similar := patient.Duplicates(err); similar != nil {
		var shown []string
		for _, c := range similar {
			shown = append(shown, c.ID.String())
		}
		f.Set("np.shown", shown...)
		return pid, errs.OnField("patient", "This person may have a record already. Choose it, or tick that it is somebody else.")
	}
	var wrong []errs.Field
	for _, x := range errs.FieldsOf(err) {
		wrong = append(wrong, errs.Field{Name: "np." + x.Name, Message: x.Message})
	}
	if len(wrong) > 0 {
		return pid, errs.OnFields(wrong...)
	}
	return pid, err
}

// patients are those to choose from: the chosen one and similar records first,
// then those found.
func (u *ui) patients(r *http.Request, f *form.Form) ([]patient.Row, error) {
	var out []patient.Row
	var rows []patient.Row
	if text := strings.TrimSpace(f.Value("patient_q")); text != "" {
		found, err := u.Patients.Search(r.Context(), text)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(found.Rows, func(x patient.Row) bool { return x.Status != patient.Active })
	}
	for _, s := range append([]string{f.Value("patient")}, f.Values("np.shown")...) {
		p, err := id.Parse[id.Patient](s)
		if err != nil || slices.ContainsFunc(out, func(x patient.Row) bool { return x.ID == p }) {
			continue
		}
		rec, err := u.Patients.Get(r.Context(), p)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, patient.Row{ID: rec.ID, Number: rec.Number, Name: rec.Name, BirthDate: rec.BirthDate})
	}
	for _, x := range rows[:min(len(rows), 8)] {
		if !slices.ContainsFunc(out, func(y patient.Row) bool { return y.ID == x.ID }) {
			out = append(out, x)
		}
	}
	return out, nil
}

func patientOptions(rows []patient.Row) []kit.Option {
	var out []kit.Option
	for _, p := range rows {
		out = append(out, kit.Option{Value: p.ID.String(), Label: p.Name, Hint: kit.JoinDot("born "+p.BirthDate.Human(), p.Number)})
	}
	return append(out, kit.Option{Value: someoneNew, Label: "A new patient"})
}

// pickPatient answers the search for a patient while one types.
func (u *ui) pickPatient(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	rows, err := u.patients(r, f)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, patientChoices(f, rows))
}

// looseScan shows an upload of the actor's own whose patient is not chosen yet.
func (u *ui) looseScan(w http.ResponseWriter, r *http.Request) error {
	b, err := web.PathID[id.Blob](r, "scan")
	if err != nil {
		return err
	}
	name, kind, data, err := u.Referrals.Scan(r.Context(), id.Patient{}, b)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: name, Type: kind, Data: data}, true)
}

func (u *ui) discardLoose(w http.ResponseWriter, r *http.Request) error {
	b, err := web.PathID[id.Blob](r, "scan")
	if err != nil {
		return err
	}
	if err := u.Referrals.DiscardScan(r.Context(), id.Patient{}, b); err != nil {
		return err
	}
	return web.See(w, r, anyURL, "Upload set aside.")
}
