// Package planui shows the plan of care of a patient and takes a new or a
// revised one. It decides what a form starts from: the plan in force, the
// prescription's frequency, the findings of the newest assessment. It refuses
// to choose a pressure or a target for the therapist.
package planui

import (
	"net/http"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/plan"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Plans     *plan.Service
	Patients  *patient.Service
	Knowledge *knowledge.Set
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{Deps: d, cat: assessment.CatalogueOf(d.Knowledge)}
	rt.Handle("GET /patients/{patient}/plan", authz.PlanRead, u.show)
	rt.Handle("GET /patients/{patient}/plan/edit", authz.PlanWrite, u.edit)
	rt.Handle("POST /patients/{patient}/plan", authz.PlanWrite, u.save)
	rt.Handle("POST /patients/{patient}/plan/activate", authz.PlanWrite, u.activate)
	rt.Handle("POST /patients/{patient}/plan/discard", authz.PlanWrite, u.discard)
	rt.Handle("GET /patients/{patient}/plan/close", authz.PlanWrite, u.askClose)
	rt.Handle("POST /patients/{patient}/plan/close", authz.PlanWrite, u.end)
	rt.Handle("GET /patients/{patient}/plan/goals/{goal}", authz.PlanWrite, u.askGoal)
	rt.Handle("POST /patients/{patient}/plan/goals/{goal}", authz.PlanWrite, u.goal)
	rt.Handle("GET /patients/{patient}/plan/{plan}", authz.PlanRead, u.past)
}

type ui struct {
	Deps
	cat assessment.Catalogue
}

func base(p id.Patient) string { return "/patients/" + p.String() + "/plan" }

// open loads what every page shows: the patient's plan, and the page's frame.
func (u *ui) open(r *http.Request, title string) (kit.Page, id.Patient, plan.View, error) {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, p, plan.View{}, err
	}
	v, err := u.Plans.View(r.Context(), p)
	if err != nil {
		return kit.Page{}, p, v, err
	}
	h, err := u.Patients.Header(r.Context(), p)
	if err != nil {
		return kit.Page{}, p, v, err
	}
	page := web.PageData(r, title)
	page.Active, page.Banner, page.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), p, "plan")
	return page, p, v, nil
}

func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	return u.showPlan(w, r, form.Empty())
}

func (u *ui) showPlan(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, p, v, err := u.open(r, "Plan of care")
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	s := u.sheet(v, base(p), a.Can(authz.PlanWrite))
	page.Form = f
	if s.Write && v.Draft == nil && v.Active != nil {
		page.Actions = planActions(s)
	}
	return web.Render(w, r, f.Status(), planPage(page, s))
}

// past shows an earlier plan as it was.
func (u *ui) past(w http.ResponseWriter, r *http.Request) error {
	page, p, v, err := u.open(r, "Earlier plan of care")
	if err != nil {
		return err
	}
	which, err := web.PathID[id.Plan](r, "plan")
	if err != nil {
		return err
	}
	for _, old := range v.Past {
		if old.ID == which {
			page.Back = kit.To("Plan of care", base(p))
			s := u.sheet(v, base(p), false)
			s.Plan = &old
			s.Goals, s.Does = u.goals(old, v), u.does(old)
			return web.Render(w, r, http.StatusOK, pastPage(page, s))
		}
	}
	return errs.New(errs.NotFound, "This plan does not exist, or is not this patient's.")
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	page, p, v, err := u.open(r, "Plan of care")
	if err != nil {
		return err
	}
	return u.showForm(w, r, page, p, v, u.fill(v))
}

func (u *ui) showForm(w http.ResponseWriter, r *http.Request, page kit.Page, p id.Patient, v plan.View, f *form.Form) error {
	page.Form, page.Back = f, kit.To("Plan of care", base(p))
	page.Title = "New plan of care"
	if v.Active != nil {
		page.Title = "Revise the plan of care"
		page.Lead = "The plan in force stays as it is until you put the revision in force."
	}
	return web.Render(w, r, f.Status(), formPage(page, f, u.editor(v, f, base(p))))
}

// save answers every button of the form: keep the draft, put it in force, or
// show the page again with one more row.
func (u *ui) save(w http.ResponseWriter, r *http.Request) error {
	page, p, v, err := u.open(r, "Plan of care")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	op := f.Value("op")
	if op == "goal" || op == "do" || op == "home" {
		addRow(f, op)
		return u.showForm(w, r, page, p, v, f)
	}
	draft := form.ID[id.Plan](f, "draft")
	version := f.Int("version", 0, 1<<40)
	in, rows := u.decode(f)
	if !f.Valid() {
		return u.showForm(w, r, page, p, v, f)
	}
	saved, err := u.Plans.Save(r.Context(), p, draft, version, in)
	if err != nil {
		if !f.Merge(rows.named(err)) {
			return err
		}
		return u.showForm(w, r, page, p, v, f)
	}
	if op != "activate" {
		return web.See(w, r, base(p), "Draft of the plan saved.")
	}
	next := version + 1
	if draft.IsZero() {
		next = 1
	}
	if err := u.Plans.Activate(r.Context(), p, saved, next); err != nil {
		// The draft is kept: the form goes on with it.
		f.Set("draft", saved.String()).Set("version", number(next))
		if !f.Merge(rows.named(err)) {
			return err
		}
		return u.showForm(w, r, page, p, v, f)
	}
	return web.See(w, r, base(p), "The plan is in force.")
}

func (u *ui) activate(w http.ResponseWriter, r *http.Request) error {
	return u.act(w, r, "The plan is in force.", u.Plans.Activate)
}

func (u *ui) discard(w http.ResponseWriter, r *http.Request) error {
	return u.act(w, r, "Draft discarded.", u.Plans.Discard)
}
