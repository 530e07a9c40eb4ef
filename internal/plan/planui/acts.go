package planui

import (
	"context"
	"net/http"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/plan"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// act does one thing to a plan named in the form.
func (u *ui) act(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, id.Patient, id.Plan, int64) error) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	which := form.ID[id.Plan](f, "plan")
	version := f.Int("version", 1, 1<<40)
	if err := do(r.Context(), p, which, version); err != nil {
		missing := len(errs.FieldsOf(err)) > 0
		if !f.Merge(err) {
			return err
		}
		if missing { // what is missing is entered in the form
			page, p, v, err := u.open(r, "Plan of care")
			if err != nil {
				return err
			}
			full := u.fill(v)
			for _, x := range f.Errors() {
				full.AddError(x.Name, x.Message)
			}
			return u.showForm(w, r, page, p, v, full)
		}
		return u.showPlan(w, r, f)
	}
	return web.See(w, r, base(p), done)
}

func (u *ui) askClose(w http.ResponseWriter, r *http.Request) error {
	return u.showClose(w, r, form.Empty())
}

func (u *ui) showClose(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, p, v, err := u.open(r, "Close the plan of care")
	if err != nil {
		return err
	}
	if v.Active == nil {
		return errs.New(errs.Conflict, "No plan is in force.")
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To("Plan of care", base(p))
	return web.Render(w, r, f.Status(), closePage(page, f, *v.Active, base(p)))
}

func (u *ui) end(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	which, version := form.ID[id.Plan](f, "plan"), f.Int("version", 1, 1<<40)
	why := form.Choice(f, "why", plan.CloseReasons()...)
	f.Require("why", "Choose why the plan is closed.")
	note := f.Area("note", form.Max(1000))
	if f.Valid() {
		if err = u.Plans.Close(r.Context(), p, which, version, why, note); err == nil {
			return web.See(w, r, base(p), "The plan is closed.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showClose(w, r, f)
}

func (u *ui) askGoal(w http.ResponseWriter, r *http.Request) error { return u.showGoal(w, r, nil) }

func (u *ui) showGoal(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, p, v, err := u.open(r, "What became of the goal")
	if err != nil {
		return err
	}
	gid, err := web.PathID[id.Goal](r, "goal")
	if err != nil {
		return err
	}
	if v.Active == nil {
		return errs.New(errs.NotFound, "No plan is in force.")
	}
	g, ok := v.Active.Goal(gid)
	if !ok {
		return errs.New(errs.NotFound, "This goal is not in the plan in force.")
	}
	if f == nil {
		f = form.Empty().Set("state", string(g.State)).Set("reason", g.StateReason).Set("version", number(g.Version))
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To("Plan of care", base(p))
	return web.Render(w, r, f.Status(), goalPage(page, f, u.goalView(g, v), base(p)))
}

func (u *ui) goal(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	gid, err := web.PathID[id.Goal](r, "goal")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<40)
	st := form.Choice(f, "state", plan.GoalStates()...)
	f.Require("state", "Choose what became of the goal.")
	reason := f.Area("reason", form.Max(500))
	if f.Valid() {
		if err = u.Plans.SaveGoalState(r.Context(), p, gid, version, st, reason); err == nil {
			return web.See(w, r, base(p), "Goal saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showGoal(w, r, f)
}
