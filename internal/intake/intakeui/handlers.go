// Package intakeui shows the pages of the intake room: the newest completed
// submission with what changed since the one before, the form that staff fill
// in with the patient, and earlier submissions.
//
// It decides how the form is laid out: sections that were carried over are
// folded up under the question whether anything changed. Nothing typed is lost
// when something is refused: the form comes back as it was sent.
package intakeui

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/intake"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Intakes  *intake.Service
	Patients *patient.Service
}

// Register adds the room's routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients/{patient}/intake", authz.HealthRead, u.latest)
	rt.Handle("POST /patients/{patient}/intake/start", authz.HealthWrite, u.start)
	rt.Handle("GET /patients/{patient}/intake/edit", authz.HealthWrite, u.edit)
	rt.Handle("POST /patients/{patient}/intake", authz.HealthWrite, u.save)
	rt.Handle("GET /patients/{patient}/intake/discard", authz.HealthWrite, u.askDiscard)
	rt.Handle("POST /patients/{patient}/intake/discard", authz.HealthWrite, u.discard)
	rt.Handle("GET /patients/{patient}/intake/records/{intake}", authz.HealthRead, u.record)
}

type ui struct{ Deps }

func base(p id.Patient) string { return "/patients/" + p.String() + "/intake" }

// frame reads the patient of the address and gives the page's frame.
func (u *ui) frame(r *http.Request, title string) (kit.Page, patient.Header, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, patient.Header{}, err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, h, err
	}
	page := web.PageData(r, title)
	page.Active, page.Banner = "patients", patientui.Banner(h)
	return page, h, nil
}

// view is one submission to be read.
type view struct {
	Record  intake.Record
	Was     *intake.Answers
	Patient id.Patient
	Write   bool
	Draft   intake.Record
	History []intake.Summary // the others
}

func (u *ui) latest(w http.ResponseWriter, r *http.Request) error {
	page, h, err := u.frame(r, "Intake")
	if err != nil {
		return err
	}
	c, err := u.Intakes.Chart(r.Context(), h.ID)
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	v := view{Record: c.Latest, Was: c.LatestWas, Patient: h.ID, Draft: c.Draft, Write: a.Can(authz.HealthWrite) && h.Status != patient.MergedAway}
	if len(c.History) > 1 {
		v.History = c.History[1:]
	}
	page.Tabs = patientui.Tabs(r.Context(), h.ID, "intake")
	page.Actions = actions(v)
	return web.Render(w, r, http.StatusOK, latestPage(page, v))
}

func (u *ui) record(w http.ResponseWriter, r *http.Request) error {
	page, h, err := u.frame(r, "Intake")
	if err != nil {
		return err
	}
	iid, err := web.PathID[id.Intake](r, "intake")
	if err != nil {
		return err
	}
	rec, was, err := u.Intakes.Get(r.Context(), h.ID, iid)
	if err != nil {
		return err
	}
	page.Back, page.Actions = kit.To("Intake", base(h.ID)), kit.PrintButton("Print")
	return web.Render(w, r, http.StatusOK, recordPage(page, view{Record: rec, Was: was, Patient: h.ID}))
}

func (u *ui) start(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	if _, err := u.Intakes.Start(r.Context(), pid); err != nil {
		return err
	}
	return web.See(w, r, base(pid)+"/edit")
}

// editView is the form.
type editView struct {
	Form    *form.Form
	Patient id.Patient
	Was     *intake.Answers
	answers intake.Answers // as they stand in the form
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	page, h, err := u.frame(r, "Intake form")
	if err != nil {
		return err
	}
	c, err := u.Intakes.Chart(r.Context(), h.ID)
	if err != nil {
		return err
	}
	if c.Draft.ID.IsZero() {
		return web.See(w, r, base(h.ID), "There is no draft. Start a new intake.")
	}
	return u.show(w, r, page, editView{Form: encode(c.Draft), Patient: h.ID, Was: c.DraftWas, answers: c.Draft.Answers})
}

func (u *ui) save(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decode(f)
	in.Patient = pid
	finish := f.Value("do") == "complete"
	if f.Valid() {
		do := u.Intakes.Save
		if finish {
			do = u.Intakes.Complete
		}
		err := do(r.Context(), in)
		switch {
		case err == nil && finish:
			return web.See(w, r, base(pid), "Intake completed.")
		case err == nil:
			return web.See(w, r, base(pid)+"/edit", "Draft saved.")
		case !f.Merge(err):
			return err
		}
	}
	page, h, err := u.frame(r, "Intake form")
	if err != nil {
		return err
	}
	_, was, err := u.Intakes.Get(r.Context(), h.ID, in.Intake)
	if err != nil {
		return err
	}
	return u.show(w, r, page, editView{Form: f, Patient: pid, Was: was, answers: in.Answers})
}

func (u *ui) show(w http.ResponseWriter, r *http.Request, page kit.Page, v editView) error {
	page.Form, page.Back = v.Form, kit.To("Intake", base(v.Patient))
	page.Lead = "Fill this in with the patient. Only the reason is required."
	if v.Was != nil {
		page.Lead = "Ask what changed since last time. What nobody asks about again is marked so."
	}
	return web.Render(w, r, v.Form.Status(), editPage(page, v))
}

func (u *ui) askDiscard(w http.ResponseWriter, r *http.Request) error {
	page, h, err := u.frame(r, "Discard this draft?")
	if err != nil {
		return err
	}
	c, err := u.Intakes.Chart(r.Context(), h.ID)
	if err != nil {
		return err
	}
	if c.Draft.ID.IsZero() {
		return web.See(w, r, base(h.ID), "There is no draft.")
	}
	page.Back, page.Width = kit.To("Intake", base(h.ID)), kit.Narrow
	return web.Render(w, r, http.StatusOK, discardPage(page, h.ID, c.Draft))
}

func (u *ui) discard(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Intakes.Discard(r.Context(), pid, form.ID[id.Intake](f, "intake"), f.Int("version", 1, 1<<53)); err != nil {
		return err
	}
	return web.See(w, r, base(pid), "Draft discarded.")
}
