// Package patientui shows the pages of the patient room: the list with its
// search, registration with the warning about similar records, the details,
// allergies and medicines, and merging. It also gives every other room the
// banner and the row of areas that stand on each page about a patient.
//
// It decides nothing about patients: what is allowed and what is refused is
// package patient's. It puts no name, date or number of a patient into an
// address other than the search box's own query, and none into a flash line.
package patientui

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct{ Patients *patient.Service }

// Register adds the room's routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients", authz.PatientRead, u.list)
	rt.Handle("GET /patients/new", authz.PatientWrite, u.new)
	rt.Handle("POST /patients", authz.PatientWrite, u.register)
	rt.Handle("GET /patients/{patient}/details", authz.PatientRead, u.details)
	rt.Handle("GET /patients/{patient}/details/edit", authz.PatientWrite, u.edit)
	rt.Handle("POST /patients/{patient}/details", authz.PatientWrite, u.update)
	rt.Handle("GET /patients/{patient}/archive", authz.PatientWrite, u.askArchive)
	rt.Handle("POST /patients/{patient}/archive", authz.PatientWrite, u.archive)
	rt.Handle("POST /patients/{patient}/restore", authz.PatientWrite, u.restore)
	u.healthRoutes(rt)
	u.mergeRoutes(rt)
}

type ui struct{ Deps }

// Banner stands on every page about a patient: name, age and sex, birth date,
// record number, alerts, in this order.
func Banner(h patient.Header) templ.Component { return banner(h) }

func head(h patient.Header) kit.PatientHead {
	out := kit.PatientHead{
		Name: h.Name, URL: chartURL(h.ID),
		Facts: []string{ageAndSex(h), "born " + h.BirthDate.Human(), h.Number},
	}
	if h.Pronouns != "" {
		out.Facts = append(out.Facts, h.Pronouns)
	}
	switch h.Status {
	case patient.Archived:
		out.Badges = append(out.Badges, kit.Mark{Tone: kit.Neutral, Text: "Archived"})
	case patient.MergedAway:
		out.Badges = append(out.Badges, kit.Mark{Tone: kit.Warn, Text: "Merged into " + h.MergedIntoNumber + ", read-only"})
	}
	for _, m := range h.MergedFrom {
		out.Badges = append(out.Badges, kit.Mark{Tone: kit.Info, Text: "Also " + m.Number + ", merged"})
	}
	for _, a := range h.Alerts {
		tone := kit.Info
		switch a.Tone {
		case patient.ToneDanger:
			tone = kit.Danger
		case patient.ToneWarn:
			tone = kit.Warn
		}
		out.Alerts = append(out.Alerts, kit.Mark{Tone: tone, Text: a.Text})
	}
	return out
}

func ageAndSex(h patient.Header) string {
	return kit.Plural(h.Age, "year", "years") + ", " + sexWord(patient.Sex(h.Sex))
}

func sexWord(s patient.Sex) string {
	if s == patient.Unknown {
		return "sex unknown or other"
	}
	return string(s)
}

func chartURL(p id.Patient) string { return "/patients/" + p.String() }

func at(p id.Patient, path string) string { return chartURL(p) + "/" + path }

// can says whether the actor may do something, for showing or leaving out a button.
func can(ctx context.Context, p authz.Permission) bool {
	a, ok := authz.From(ctx)
	return ok && a.Can(p)
}

// patientPage is the frame of a page about one patient.
func (u *ui) patientPage(r *http.Request, p id.Patient, title, area string) (kit.Page, patient.Header, error) {
	h, err := u.Patients.Header(r.Context(), p)
	if err != nil {
		return kit.Page{}, h, err
	}
	page := web.PageData(r, title)
	page.Active, page.Banner = "patients", Banner(h)
	page.Tabs = Tabs(r.Context(), p, area)
	return page, h, nil
}

// formPage is patientPage for a form: one step below an area, without tabs.
func (u *ui) formPage(r *http.Request, p id.Patient, title string, f *form.Form, back kit.Link) (kit.Page, patient.Header, error) {
	page, h, err := u.patientPage(r, p, title, "")
	page.Tabs, page.Back, page.Form, page.Width = nil, back, f, kit.Narrow
	return page, h, err
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	v := listView{Query: f.Value("q")}
	if v.Status, err = patient.ReadStatus(f.Value("status")); err != nil {
		return err
	}
	if f.Has("q") {
		found, err := u.Patients.Search(r.Context(), v.Query)
		if err != nil {
			return err
		}
		v.Rows, v.More = found.Rows, found.More
	} else {
		filter := patient.Filter{Status: v.Status, After: form.ID[id.Patient](f, "after"), Before: form.ID[id.Patient](f, "before")}
		page, err := u.Patients.List(r.Context(), filter)
		if err != nil {
			return err
		}
		v.Rows, v.Pages = page.Rows, pages(v.Status, page)
	}
	page := web.PageData(r, "Patients")
	page.Active, page.HTMX = "patients", true
	if can(r.Context(), authz.PatientWrite) {
		page.Actions = kit.Button(kit.Btn{Label: "New patient", URL: "/patients/new", Tone: kit.Primary, Icon: "plus"})
	}
	return web.Render(w, r, http.StatusOK, listPage(page, v))
}

func pages(s patient.Status, p patient.Page) kit.Pages {
	var out kit.Pages
	base := "/patients?"
	if s != patient.Active {
		base += "status=" + string(s) + "&"
	}
	if !p.Prev.IsZero() {
		out.Prev = base + "before=" + p.Prev.String()
	}
	if !p.Next.IsZero() {
		out.Next = base + "after=" + p.Next.String()
	}
	return out
}

func (u *ui) new(w http.ResponseWriter, r *http.Request) error {
	return u.showNew(w, r, form.Empty(), nil)
}

func (u *ui) register(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := patient.Registration{Demographics: decode(f)}
	if f.Bool("different") {
		for _, s := range f.Values("shown") {
			if p, err := id.Parse[id.Patient](s); err == nil {
				in.DifferentFrom = append(in.DifferentFrom, p)
			}
		}
	}
	var similar []patient.Candidate
	if f.Valid() {
		p, err := u.Patients.Register(r.Context(), in)
		if err == nil {
			return web.See(w, r, chartURL(p), "Patient registered.")
		}
		if similar = patient.Duplicates(err); similar != nil {
			f.AddError("different", "This person may have a record already. Compare, then open that record or tick the box.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showNew(w, r, f, similar)
}

func (u *ui) showNew(w http.ResponseWriter, r *http.Request, f *form.Form, similar []patient.Candidate) error {
	page := web.PageData(r, "New patient")
	page.Active, page.Form, page.Back = "patients", f, kit.To("Patients", "/patients")
	status := f.Status()
	if similar != nil {
		status = http.StatusConflict
	}
	return web.Render(w, r, status, newPage(page, f, similar))
}

func (u *ui) details(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	page, h, err := u.patientPage(r, pid, "Details", "details")
	if err != nil {
		return err
	}
	p, err := u.Patients.Get(r.Context(), pid)
	if err != nil {
		return err
	}
	of, into, err := u.Patients.Merges(r.Context(), pid)
	if err != nil {
		return err
	}
	if h.Status != patient.MergedAway && can(r.Context(), authz.PatientWrite) {
		page.Actions = kit.Button(kit.Btn{Label: "Edit details", URL: at(pid, "details/edit"), Icon: "edit"})
	}
	return web.Render(w, r, http.StatusOK, detailsPage(page, p, h, of, into))
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	p, err := u.Patients.Get(r.Context(), pid)
	if err != nil {
		return err
	}
	return u.showEdit(w, r, pid, encode(p))
}

func (u *ui) update(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in, version := decode(f), f.Int("version", 1, 1<<53)
	if f.Valid() {
		err := u.Patients.Update(r.Context(), pid, version, in)
		if err == nil {
			return web.SeeNext(w, r, f, at(pid, "details"), "Details saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showEdit(w, r, pid, f)
}

func (u *ui) showEdit(w http.ResponseWriter, r *http.Request, pid id.Patient, f *form.Form) error {
	page, _, err := u.formPage(r, pid, "Edit details", f, kit.To("Details", at(pid, "details")))
	if err != nil {
		return err
	}
	page.Width = kit.Regular
	return web.Render(w, r, f.Status(), editPage(page, f, pid))
}

func (u *ui) askArchive(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	p, err := u.Patients.Get(r.Context(), pid)
	if err != nil {
		return err
	}
	return u.showArchive(w, r, pid, form.FromValues(map[string]string{"version": itoa(p.Version)}))
}

func (u *ui) archive(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<53)
	reason := f.Area("reason", form.Required("Say why the record is archived, such as: moved away."), form.Max(patient.MaxLine))
	if f.Valid() {
		err := u.Patients.Archive(r.Context(), pid, version, reason)
		if err == nil {
			return web.See(w, r, at(pid, "details"), "Record archived.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showArchive(w, r, pid, f)
}

func (u *ui) showArchive(w http.ResponseWriter, r *http.Request, pid id.Patient, f *form.Form) error {
	page, _, err := u.formPage(r, pid, "Archive this record?", f, kit.To("Details", at(pid, "details")))
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), archivePage(page, f, pid))
}

func (u *ui) restore(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Patients.Restore(r.Context(), pid, f.Int("version", 1, 1<<53)); err != nil {
		return err
	}
	return web.See(w, r, at(pid, "details"), "Record restored.")
}
