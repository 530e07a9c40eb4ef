package outcomeui

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// support shows where help is, to the patient who has just answered. It says
// nothing of the answers: others may look on.
func (u *ui) support(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "You are not alone")
	if err != nil {
		return err
	}
	v := after{pid: pid.String(), next: web.LocalPath(r.FormValue("next"))}
	_, v.patient = lent(r)
	page.Width, page.Tabs = kit.Narrow, nil
	return web.Render(w, r, http.StatusOK, supportPage(page, v))
}

func (u *ui) safety(w http.ResponseWriter, r *http.Request) error {
	return u.showSafety(w, r, form.Empty())
}

func (u *ui) showSafety(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Safety tasks")
	if err != nil {
		return err
	}
	tasks, err := u.Outcomes.Tasks(r.Context(), pid)
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	page.Form, page.Width = f, kit.Narrow
	page.Back = kit.To("Outcomes", at(pid.String(), ""))
	return web.Render(w, r, f.Status(), safetyPage(page, tasksView{f: f, pid: pid.String(), tasks: tasks, write: a.Can(authz.OutcomeWrite), actor: a}))
}

func (u *ui) acknowledge(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	task := form.ID[id.Task](f, "task", form.Required("Choose the task."))
	done := f.Area("done", form.Required("Write what was done."), form.Max(2000))
	if f.Valid() {
		err := u.Outcomes.Acknowledge(r.Context(), pid, task, done)
		if err == nil {
			return web.See(w, r, at(pid.String(), "/safety"), "Acknowledged. It stays on record.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showSafety(w, r, f)
}
