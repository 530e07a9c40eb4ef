// Package outcomeui lets staff record what a patient answered, or hand the
// questions to the patient, and shows how it changed: a chart with what would not
// yet be an important change around the baseline, its table below, and one
// sentence that restates the numbers with their source. It refuses to say why
// something changed: that is the therapist's to judge. Whoever answers a safety
// question above its limit sees where help is before anything else.
package outcomeui

import (
	"net/http"
	"net/url"

	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/outcome"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/svgchart"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Outcomes  *outcome.Service
	Patients  *patient.Service
	Knowledge *knowledge.Set
	Clock     clock.Clock
	Lender    Lender
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients/{patient}/outcomes", authz.OutcomeRead, u.list)
	rt.Handle("GET /patients/{patient}/outcomes/new", authz.OutcomeWrite, u.ask)
	rt.Handle("POST /patients/{patient}/outcomes", authz.OutcomeWrite, u.record)
	rt.Handle("GET /patients/{patient}/outcomes/support", authz.OutcomeWrite, u.support)
	rt.Handle("GET /patients/{patient}/outcomes/safety", authz.OutcomeRead, u.safety)
	rt.Handle("POST /patients/{patient}/outcomes/safety", authz.OutcomeWrite, u.acknowledge)
	rt.Handle("POST /patients/{patient}/outcomes/{score}/error", authz.OutcomeWrite, u.markError)
	rt.Handle("POST /patients/{patient}/handed", authz.OutcomeWrite, u.handOver)
	rt.Handle("GET /patients/{patient}/handed/{instrument}", authz.OutcomeWrite, u.whileLent(u.ask))
	rt.Handle("POST /patients/{patient}/handed/{instrument}", authz.OutcomeWrite, u.record)
	rt.Handle("GET /patients/{patient}/handed/{instrument}/done", authz.OutcomeWrite, u.whileLent(u.done))
	rt.Handle("GET /patients/{patient}/handed/{instrument}/support", authz.OutcomeWrite, u.whileLent(u.support))
	rt.Handle("POST /patients/{patient}/activities/{activity}/end", authz.OutcomeWrite, u.endActivity)
}

type ui struct{ Deps }

func (u *ui) page(r *http.Request, title string) (kit.Page, id.Patient, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, pid, err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, pid, err
	}
	p := web.PageData(r, title)
	p.Active, p.Banner, p.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "outcomes")
	return p, pid, nil
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	return u.showList(w, r, form.Empty())
}

func (u *ui) showList(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Outcomes")
	if err != nil {
		return err
	}
	courses, err := u.Outcomes.Courses(r.Context(), pid)
	if err != nil {
		return err
	}
	tasks, err := u.Outcomes.Tasks(r.Context(), pid)
	if err != nil {
		return err
	}
	page.Form = f
	a, _ := authz.From(r.Context())
	return web.Render(w, r, f.Status(), listPage(page, listing{f, pid.String(), courses, tasks, a.Can(authz.OutcomeWrite)}))
}

// Chart is the drawing of a course on the instrument's scale; the band around
// the baseline is the change that would not yet be an important one.
func Chart(c outcome.Course, goal *float64) svgchart.Chart {
	ch := svgchart.Chart{Title: c.Instrument.Name, Unit: "of " + outcome.Number(c.Instrument.Max), Min: c.Instrument.Min, Max: c.Instrument.Max, Goal: goal}
	for _, s := range c.Valid() {
		ch.Points = append(ch.Points, svgchart.Point{On: s.On, Value: s.Result})
	}
	ch.Detect, ch.DetectName = asked(c)
	for _, p := range c.Phases {
		name := "Eval"
		if p.Again {
			name = "Re-eval"
		}
		ch.Phases = append(ch.Phases, svgchart.Phase{On: p.On, Name: name})
	}
	return ch
}

// The ways to fill in a form. Beside these, staff enter the answers.
const (
	modePatient = "patient" // on the device that was handed over
	modeTotal   = "total"   // from paper, the total alone
)

// mode is decided by who holds the device, and among staff by what they chose.
func mode(r *http.Request, f *form.Form, in knowledge.Instrument) string {
	if _, ok := lent(r); ok {
		return modePatient
	}
	if f.Value("mode") == modeTotal && in.ByTotal {
		return modeTotal
	}
	return ""
}

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	a, _ := authz.From(r.Context())
	f := form.FromValues(map[string]string{
		"instrument": r.FormValue("instrument"), "visit": r.FormValue("visit"), "next": r.FormValue("next"), "mode": r.FormValue("mode"),
		"on": a.Today(u.Clock.Now()).String(),
	})
	return u.showForm(w, r, settle(r, f))
}

func (u *ui) showForm(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	inst, ok := u.Knowledge.Instrument(f.Value("instrument"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such instrument.")
	}
	page, pid, err := u.page(r, "Record "+inst.Short)
	if err != nil {
		return err
	}
	course, err := u.course(r, pid, inst.ID)
	if err != nil {
		return err
	}
	page.Heading, page.Lead, page.Form, page.Width = inst.Name, inst.About, f, kit.Narrow
	page.Back = kit.To("Outcomes", at(pid.String(), ""))
	v := asking{f: f, pid: pid.String(), c: course, mode: mode(r, f, inst)}
	if v.patient() {
		page.Title, page.Lead = "Questions for you", inst.Recall+". There are no wrong answers."
	}
	return web.Render(w, r, f.Status(), askPage(page, v))
}

func (u *ui) course(r *http.Request, pid id.Patient, instrument string) (outcome.Course, error) {
	all, err := u.Outcomes.Courses(r.Context(), pid)
	if err != nil {
		return outcome.Course{}, err
	}
	for _, c := range all {
		if c.Instrument.ID == instrument {
			return c, nil
		}
	}
	return outcome.Course{}, errs.New(errs.NotFound, "There is no such instrument.")
}

func (u *ui) record(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	inst, ok := u.Knowledge.Instrument(settle(r, f).Value("instrument"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such instrument.")
	}
	c, err := u.course(r, pid, inst.ID)
	if err != nil {
		return err
	}
	in := u.decode(r, f, inst, c)
	if f.Valid() {
		done, err := u.Outcomes.Record(r.Context(), pid, in)
		if err == nil {
			return u.recorded(w, r, pid, f, inst, done)
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showForm(w, r, f)
}

// recorded goes on: to where help is, to the word of thanks, or back.
func (u *ui) recorded(w http.ResponseWriter, r *http.Request, pid id.Patient, f *form.Form, inst knowledge.Instrument, done outcome.Recorded) error {
	next := web.LocalPath(f.Value("next"))
	patient := mode(r, f, inst) == modePatient
	switch {
	case patient && done.Urgent:
		return web.See(w, r, handedAt(pid.String(), inst.ID, "/support"))
	case patient:
		return web.See(w, r, handedAt(pid.String(), inst.ID, "/done"))
	case done.Urgent && next != "/":
		return web.See(w, r, at(pid.String(), "/support?"+url.Values{"next": {next}}.Encode()))
	case done.Urgent:
		return web.See(w, r, at(pid.String(), "/support"))
	case next != "/":
		return web.See(w, r, next, inst.Short+" recorded.")
	}
	return web.See(w, r, at(pid.String(), ""), inst.Short+" recorded.")
}

func (u *ui) markError(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	sid, err := web.PathID[id.Score](r, "score")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Outcomes.MarkError(r.Context(), pid, sid, f.Area("reason", form.Max(500))); err != nil {
		if f.Merge(err) {
			return u.showList(w, r, f)
		}
		return err
	}
	return web.See(w, r, at(pid.String(), ""), "Marked as entered in error. It stays legible and does not count.")
}

func (u *ui) endActivity(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	aid, err := web.PathID[id.Activity](r, "activity")
	if err != nil {
		return err
	}
	if err := u.Outcomes.EndActivity(r.Context(), pid, aid); err != nil {
		return err
	}
	return web.See(w, r, at(pid.String(), ""), "The activity is off the form; its ratings stay.")
}
