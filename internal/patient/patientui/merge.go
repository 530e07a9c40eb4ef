package patientui

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) mergeRoutes(rt *web.Router) {
	rt.Handle("GET /patients/{patient}/merge", authz.PatientMerge, u.chooseMerge)
	rt.Handle("GET /patients/{patient}/merge/{other}", authz.PatientMerge, u.compare)
	rt.Handle("POST /patients/{patient}/merge/{other}", authz.PatientMerge, u.merge)
	rt.Handle("GET /patients/{patient}/unmerge", authz.PatientMerge, u.askUnmerge)
	rt.Handle("POST /patients/{patient}/unmerge", authz.PatientMerge, u.unmerge)
}

// chooseMerge offers records that look alike, and a search for any other.
func (u *ui) chooseMerge(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	page, _, err := u.formPage(r, pid, "Merge with a duplicate", nil, kit.To("Details", at(pid, "details")))
	if err != nil {
		return err
	}
	page.Width, page.HTMX = kit.Regular, true
	v := mergeChoice{Patient: pid, Query: f.Value("q")}
	if f.Has("q") {
		found, err := u.Patients.Search(r.Context(), v.Query)
		if err != nil {
			return err
		}
		for _, row := range found.Rows {
			if row.ID != pid {
				v.Rows = append(v.Rows, patient.Candidate{Row: row})
			}
		}
	} else if v.Rows, err = u.Patients.SimilarTo(r.Context(), pid); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, chooseMergePage(page, v))
}

type mergeChoice struct {
	Patient id.Patient
	Query   string
	Rows    []patient.Candidate
}

func (u *ui) compare(w http.ResponseWriter, r *http.Request) error {
	a, b, err := u.both(r)
	if err != nil {
		return err
	}
	return u.showCompare(w, r, a, b, form.FromValues(map[string]string{"version_a": itoa(a.Version), "version_b": itoa(b.Version)}))
}

// both reads the two records of a comparison.
func (u *ui) both(r *http.Request) (a, b patient.Patient, err error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return a, b, err
	}
	oid, err := web.PathID[id.Patient](r, "other")
	if err != nil {
		return a, b, err
	}
	if a, err = u.Patients.Get(r.Context(), pid); err != nil {
		return a, b, err
	}
	b, err = u.Patients.Get(r.Context(), oid)
	return a, b, err
}

func (u *ui) merge(w http.ResponseWriter, r *http.Request) error {
	a, b, err := u.both(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	va, vb := f.Int("version_a", 1, 1<<53), f.Int("version_b", 1, 1<<53)
	keep := f.Choice("survivor", a.ID.String(), b.ID.String())
	f.Require("survivor", "Choose the record that goes on.")
	in := patient.MergeInput{Survivor: a.ID, Duplicate: b.ID, SurvivorVersion: va, DuplicateVersion: vb,
		Reason: f.Area("reason", form.Required("Say how you know that both records are about one person."), form.Max(patient.MaxNote))}
	if keep == b.ID.String() {
		in.Survivor, in.Duplicate, in.SurvivorVersion, in.DuplicateVersion = b.ID, a.ID, vb, va
	}
	if f.Valid() {
		err := u.Patients.Merge(r.Context(), in)
		if err == nil {
			return web.See(w, r, at(in.Survivor, "details"), "Records merged.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showCompare(w, r, a, b, f)
}

func (u *ui) showCompare(w http.ResponseWriter, r *http.Request, a, b patient.Patient, f *form.Form) error {
	page, _, err := u.formPage(r, a.ID, "Are these the same person?", f, kit.To("Choose another record", at(a.ID, "merge")))
	if err != nil {
		return err
	}
	page.Width = kit.Regular
	v := comparison{A: a, B: b}
	if can(r.Context(), authz.HealthRead) {
		if v.healthA, err = u.Patients.Health(r.Context(), a.ID); err != nil {
			return err
		}
		if v.healthB, err = u.Patients.Health(r.Context(), b.ID); err != nil {
			return err
		}
	}
	return web.Render(w, r, f.Status(), comparePage(page, f, v))
}

func (u *ui) askUnmerge(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	return u.showUnmerge(w, r, pid, form.Empty())
}

func (u *ui) unmerge(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	reason := f.Area("reason", form.Required("Say why the records belong to different people."), form.Max(patient.MaxNote))
	if f.Valid() {
		err := u.Patients.UndoMerge(r.Context(), pid, reason)
		if err == nil {
			return web.See(w, r, at(pid, "details"), "Merge undone.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showUnmerge(w, r, pid, f)
}

func (u *ui) showUnmerge(w http.ResponseWriter, r *http.Request, pid id.Patient, f *form.Form) error {
	page, _, err := u.formPage(r, pid, "Undo the merge?", f, kit.To("Details", at(pid, "details")))
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), unmergePage(page, f, pid))
}
