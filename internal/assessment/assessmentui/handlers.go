// Package assessmentui shows assessments and takes what a therapist measures.
// It decides how values are laid out and asked for, one region at a time; what
// they mean is decided by the room itself. It refuses to fill in a value that
// nobody measured: the last and the first stand beside the field, never in it.
package assessmentui

import (
	"embed"
	"net/http"
	"strings"

	"soapstone/internal/assessment"
	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/static"
)

//go:embed assessment.js
var scripts embed.FS

var _ = static.Add(scripts)

// Deps are passed by the composition root.
type Deps struct {
	Assessments *assessment.Service
	Patients    *patient.Service
	Knowledge   *knowledge.Set
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{Deps: d, cat: assessment.CatalogueOf(d.Knowledge)}
	rt.Handle("GET /patients/{patient}/assessments", authz.AssessmentRead, u.list)
	rt.Handle("GET /patients/{patient}/assessments/new", authz.AssessmentWrite, u.ask)
	rt.Handle("POST /patients/{patient}/assessments", authz.AssessmentWrite, u.start)
	rt.Handle("GET /patients/{patient}/assessments/{assessment}", authz.AssessmentRead, u.open)
	rt.Handle("POST /patients/{patient}/assessments/{assessment}", authz.AssessmentWrite, u.write)
	rt.Handle("GET /patients/{patient}/assessments/{assessment}/error", authz.AssessmentWrite, u.askError)
	rt.Handle("POST /patients/{patient}/assessments/{assessment}/error", authz.AssessmentWrite, u.markError)
}

type ui struct {
	Deps
	cat assessment.Catalogue
}

// page starts a page about the patient in the path.
func (u *ui) page(r *http.Request, p id.Patient, title string) (kit.Page, error) {
	h, err := u.Patients.Header(r.Context(), p)
	if err != nil {
		return kit.Page{}, err
	}
	page := web.PageData(r, title)
	page.Active, page.Banner, page.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), p, "assessments")
	return page, nil
}

func base(p id.Patient) string { return "/patients/" + p.String() + "/assessments" }

func address(p id.Patient, a id.Assessment) string { return base(p) + "/" + a.String() }

// pathIDs reads patient and assessment from the path.
func pathIDs(r *http.Request) (id.Patient, id.Assessment, error) {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return p, id.Assessment{}, err
	}
	a, err := web.PathID[id.Assessment](r, "assessment")
	return p, a, err
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	l, err := u.Assessments.List(r.Context(), p)
	if err != nil {
		return err
	}
	page, err := u.page(r, p, "Assessment")
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	v := listView{Listing: l, Base: base(p), Rows: u.trend(l.History), Write: a.Can(authz.AssessmentWrite)}
	if v.Write {
		page.Actions = newActions(v)
	}
	return web.Render(w, r, http.StatusOK, listPage(page, v))
}

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	l, err := u.Assessments.List(r.Context(), p)
	if err != nil {
		return err
	}
	kind := assessment.Kind(r.URL.Query().Get("kind"))
	if kind != assessment.Evaluation && kind != assessment.Reevaluation {
		kind = assessment.Evaluation
		if len(l.History) > 0 {
			kind = assessment.Reevaluation
		}
	}
	f := form.Empty().Set("kind", string(kind)).Set("on", l.Today.String()).Set("referral", l.Order.ID.String())
	if last, ok := l.History.Latest(); ok {
		f.Set("regions", regionValues(last.Regions)...)
	}
	return u.showStart(w, r, p, l, f)
}

func (u *ui) start(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeStart(f)
	if f.Valid() {
		a, err := u.Assessments.Start(r.Context(), p, in)
		if err == nil {
			return web.See(w, r, address(p, a))
		}
		if !f.Merge(err) {
			return err
		}
	}
	l, err := u.Assessments.List(r.Context(), p)
	if err != nil {
		return err
	}
	return u.showStart(w, r, p, l, f)
}

func (u *ui) showStart(w http.ResponseWriter, r *http.Request, p id.Patient, l assessment.Listing, f *form.Form) error {
	page, err := u.page(r, p, "New assessment")
	if err != nil {
		return err
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To("Assessment", base(p))
	return web.Render(w, r, f.Status(), startPage(page, f, l, base(p)))
}

func (u *ui) open(w http.ResponseWriter, r *http.Request) error {
	p, aid, err := pathIDs(r)
	if err != nil {
		return err
	}
	v, err := u.Assessments.View(r.Context(), p, aid)
	if err != nil {
		return err
	}
	if v.Mine {
		area := pageOf(r.URL.Query().Get("area"))
		f := u.fill(v.Assessment, area)
		if area == assessment.AreaPalpation {
			u.offer(f, v)
		}
		return u.showEditor(w, r, p, v, area, f)
	}
	page, err := u.page(r, p, v.Kind.Label()+" of "+v.On.Human())
	if err != nil {
		return err
	}
	page.Back = kit.To("Assessment", base(p))
	a, _ := authz.From(r.Context())
	s := u.sheet(v)
	s.Base, s.Write = address(p, aid), a.Can(authz.AssessmentWrite)
	return web.Render(w, r, http.StatusOK, sheetPage(page, s))
}

// write answers every button of the editor. It keeps the area that was shown
// and goes where the button says; a row more or less only shows the page again
// with what was typed.
func (u *ui) write(w http.ResponseWriter, r *http.Request) error {
	p, aid, err := pathIDs(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	v, err := u.Assessments.View(r.Context(), p, aid)
	if err != nil {
		return err
	}
	area, op := pageOf(f.Value("area")), f.Value("op")
	if drop := strings.HasPrefix(op, dropOp); drop || op == "pain" || op == "site" {
		switch op {
		case "pain":
			addRow(f, "pain", "")
		case "site":
			u.addSite(f)
		}
		return u.showEditor(w, r, p, v, area, f)
	}
	version := f.Int("version", 1, 1<<40)
	u.known(f, r.PostForm)
	c, rows := u.decode(f, area, v.Content)
	if f.Valid() {
		if op == "complete" {
			if err = u.Assessments.Complete(r.Context(), p, aid, version, c); err == nil {
				return web.See(w, r, address(p, aid), v.Kind.Label()+" completed.")
			}
		} else if _, err = u.Assessments.Save(r.Context(), p, aid, version, c); err == nil {
			if next := f.Value("go"); next != "" {
				return web.See(w, r, address(p, aid)+"?area="+string(pageOf(next)))
			}
			return web.See(w, r, address(p, aid)+"?area="+string(area), "Draft saved.")
		}
		if !f.Merge(rows.named(err)) {
			return err
		}
	}
	return u.showEditor(w, r, p, v, area, f)
}

// dropOp begins the button that takes a row out.
const dropOp = "drop:"

func (u *ui) showEditor(w http.ResponseWriter, r *http.Request, p id.Patient, v assessment.View, area assessment.Area, f *form.Form) error {
	page, err := u.page(r, p, v.Kind.Label())
	if err != nil {
		return err
	}
	page.Form, page.Back, page.Scripts = f, kit.To("Assessment", base(p)), []string{"assessment.js"}
	e := u.editor(v, area, f, address(p, v.ID))
	page.Lead = kit.JoinDot(regionWords(v.Regions), v.On.Human(), e.Done)
	return web.Render(w, r, f.Status(), editorPage(page, f, e))
}

func (u *ui) askError(w http.ResponseWriter, r *http.Request) error {
	return u.showError(w, r, form.Empty())
}

func (u *ui) showError(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	p, aid, err := pathIDs(r)
	if err != nil {
		return err
	}
	v, err := u.Assessments.View(r.Context(), p, aid)
	if err != nil {
		return err
	}
	page, err := u.page(r, p, "Entered in error")
	if err != nil {
		return err
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To(v.Kind.Label(), address(p, aid))
	return web.Render(w, r, f.Status(), errorPage(page, f, v, address(p, aid)))
}

func (u *ui) markError(w http.ResponseWriter, r *http.Request) error {
	p, aid, err := pathIDs(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 1, 1<<40)
	reason := f.Area("reason", form.Required("Say what was wrong."), form.Max(500))
	if f.Valid() {
		if err = u.Assessments.MarkError(r.Context(), p, aid, version, reason); err == nil {
			return web.See(w, r, base(p), "Marked as entered in error.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showError(w, r, f)
}
