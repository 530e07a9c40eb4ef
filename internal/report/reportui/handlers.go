// Package reportui shows progress reports: the list of a patient, the page on
// which the therapist decides what to recommend, the preview that is signed,
// and the paper. It decides nothing about what a report states; it refuses to
// offer a signature on a page that does not show the whole report.
package reportui

import (
	"net/http"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/report"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Reports  *report.Service
	Patients *patient.Service
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients/{patient}/reports", authz.ReportRead, u.list)
	rt.Handle("GET /patients/{patient}/reports/new", authz.ReportWrite, u.ask)
	rt.Handle("POST /patients/{patient}/reports", authz.ReportWrite, u.begin)
	rt.Handle("GET /patients/{patient}/reports/{report}", authz.ReportRead, u.view)
	rt.Handle("GET /patients/{patient}/reports/{report}/edit", authz.ReportWrite, u.edit)
	rt.Handle("POST /patients/{patient}/reports/{report}", authz.ReportWrite, u.save)
	rt.Handle("POST /patients/{patient}/reports/{report}/sign", authz.ReportWrite, u.sign)
	rt.Handle("POST /patients/{patient}/reports/{report}/discard", authz.ReportWrite, u.discard)
	rt.Handle("GET /patients/{patient}/reports/{report}/report.pdf", authz.ReportRead, u.paper)
}

type ui struct{ Deps }

func home(p id.Patient) string { return "/patients/" + p.String() + "/reports" }

func address(p id.Patient, r id.Report) string { return home(p) + "/" + r.String() }

// page starts a page about the patient in the path.
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
	p.Active, p.Banner, p.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "reports")
	return p, pid, nil
}

func (u *ui) ids(r *http.Request) (pid id.Patient, rid id.Report, err error) {
	if pid, err = web.PathID[id.Patient](r, "patient"); err != nil {
		return pid, rid, err
	}
	rid, err = web.PathID[id.Report](r, "report")
	return pid, rid, err
}

func mayWrite(r *http.Request) bool {
	a, _ := authz.From(r.Context())
	return a.Can(authz.ReportWrite)
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Reports")
	if err != nil {
		return err
	}
	l, err := u.Reports.List(r.Context(), pid)
	if err != nil {
		return err
	}
	page.Lead = "Progress reports and discharge summaries to whoever wrote the prescription."
	return web.Render(w, r, http.StatusOK, listPage(page, pid, l, mayWrite(r)))
}

// ask shows the facts and asks for the decision; nothing is kept yet.
func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	return u.showNew(w, r, form.FromValues(map[string]string{"referral": r.FormValue("referral"), "recommendation": r.FormValue("recommendation")}))
}

func (u *ui) showNew(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "New report")
	if err != nil {
		return err
	}
	ref := form.ID[id.Referral](f, "referral", form.Required("Choose the prescription to report on."))
	if ref.IsZero() {
		return web.See(w, r, home(pid))
	}
	v, err := u.Reports.Preview(r.Context(), pid, ref)
	if err != nil {
		return err
	}
	page.Back, page.Form = kit.To("Reports", home(pid)), f
	return web.Render(w, r, f.Status(), editPage(page, f, editView{Action: home(pid), Cancel: home(pid), Referral: ref.String(), Body: v.Body}))
}

func decode(f *form.Form) report.Content {
	return report.Content{
		Recommendation: form.Choice(f, "recommendation", report.Recommendations()...),
		Reason:         form.Choice(f, "reason", report.Reasons()...),
		Visits:         f.Int("visits", 1, report.MaxVisits),
		PerWeek:        f.Int("per_week", 1, report.MaxPerWeek),
		Weeks:          f.Int("weeks", 1, report.MaxWeeks),
		Summary:        f.Area("summary", form.Max(report.MaxSummary)),
		Request:        f.Area("request", form.Max(report.MaxRequest)),
	}
}

func (u *ui) begin(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	ref := form.ID[id.Referral](f, "referral", form.Required("Choose the prescription to report on."))
	c := decode(f)
	if f.Valid() {
		rid, err := u.Reports.Begin(r.Context(), pid, ref, c)
		if err == nil {
			return web.See(w, r, address(pid, rid), "Saved as a draft. Read it, then sign it below.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showNew(w, r, f)
}

func (u *ui) view(w http.ResponseWriter, r *http.Request) error {
	return u.showView(w, r, form.Empty())
}

func (u *ui) showView(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Report")
	if err != nil {
		return err
	}
	_, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	v, err := u.Reports.Get(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	page.Title = v.Report.Content.Recommendation.Title()
	page.Back, page.Form = kit.To("Reports", home(pid)), f
	page.Actions = viewActions(pid, v, mayWrite(r))
	return web.Render(w, r, f.Status(), viewPage(page, f, pid, v, mayWrite(r)))
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	v, err := u.Reports.Get(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	if v.Report.State != report.Draft {
		return web.See(w, r, address(pid, rid))
	}
	return u.showEdit(w, r, fill(v.Report), v)
}

func fill(r report.Report) *form.Form {
	c := r.Content
	f := form.FromValues(map[string]string{"recommendation": string(c.Recommendation), "reason": string(c.Reason), "summary": c.Summary, "request": c.Request,
		"version": strconv.FormatInt(r.Version, 10)})
	for name, n := range map[string]int64{"visits": c.Visits, "per_week": c.PerWeek, "weeks": c.Weeks} {
		if n > 0 {
			f.Set(name, strconv.FormatInt(n, 10))
		}
	}
	return f
}

func (u *ui) showEdit(w http.ResponseWriter, r *http.Request, f *form.Form, v report.View) error {
	page, pid, err := u.page(r, "Edit report")
	if err != nil {
		return err
	}
	at := address(pid, v.Report.ID)
	page.Back, page.Form = kit.To("Report", at), f
	return web.Render(w, r, f.Status(), editPage(page, f, editView{Action: at, Cancel: at, Body: v.Body}))
}

func (u *ui) save(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version, c := f.Int("version", 1, 1<<40), decode(f)
	if f.Valid() {
		err := u.Reports.Save(r.Context(), pid, rid, version, c)
		if err == nil {
			return web.See(w, r, address(pid, rid), "Saved. Read it, then sign it below.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	v, err := u.Reports.Get(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	return u.showEdit(w, r, f, v)
}

func (u *ui) sign(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version, seen := f.Int("version", 1, 1<<40), f.Text("seen", form.Max(64))
	if f.Valid() {
		if _, err := u.Reports.Sign(r.Context(), pid, rid, version, seen); err == nil {
			return web.See(w, r, address(pid, rid), "Signed. Print it or save the PDF, and send it.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showView(w, r, f)
}

func (u *ui) discard(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Reports.Discard(r.Context(), pid, rid, f.Int("version", 1, 1<<40)); err != nil {
		if f.Merge(err) {
			return u.showView(w, r, f)
		}
		return err
	}
	return web.See(w, r, home(pid), "The draft is gone.")
}

func (u *ui) paper(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := u.ids(r)
	if err != nil {
		return err
	}
	b, err := u.Reports.PDF(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: "report.pdf", Type: "application/pdf", Data: b}, true)
}
