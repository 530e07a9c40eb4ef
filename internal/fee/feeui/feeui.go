// Package feeui is the pages of what the practice charges: its own schedule,
// those agreed with payers, and the cash price list. New prices are entered
// from a day on and start as a copy of those in force; prices that have been
// in use are shown and not changed.
package feeui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/practice/practiceui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Fees      *fee.Service
	Coverages *coverage.Service
	Knowledge *knowledge.Set
	Clock     clock.Clock
}

type ui struct{ Deps }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /settings/fees", authz.BillingManage, u.list)
	rt.Handle("GET /settings/fees/new", authz.BillingManage, u.ask)
	rt.Handle("POST /settings/fees/new", authz.BillingManage, u.add)
	rt.Handle("GET /settings/fees/{schedule}", authz.BillingManage, u.view)
	rt.Handle("GET /settings/fees/{schedule}/edit", authz.BillingManage, u.edit)
	rt.Handle("POST /settings/fees/{schedule}/edit", authz.BillingManage, u.amend)
}

func scheduleURL(s id.Schedule) string { return "/settings/fees/" + s.String() }

func page(r *http.Request, title string, back *kit.Link, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Active, p.Form = "settings", f
	if back == nil {
		p.Tabs = practiceui.Tabs(r.Context(), "fees")
	} else {
		p.Back = *back
	}
	return p
}

func (u *ui) today(r *http.Request) civil.Date {
	a, _ := authz.From(r.Context())
	return a.Today(u.Clock.Now())
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	all, err := u.Fees.Schedules(r.Context())
	if err != nil {
		return err
	}
	p := page(r, "Fees", nil, nil)
	p.Lead = "What the practice charges, from which day on."
	if len(all) > 0 {
		p.Actions = kit.PrimaryLink("Add prices", "/settings/fees/new")
	}
	return web.Render(w, r, http.StatusOK, listPage(p, all, u.today(r)))
}

func (u *ui) schedule(r *http.Request) (fee.Schedule, error) {
	sid, err := web.PathID[id.Schedule](r, "schedule")
	if err != nil {
		return fee.Schedule{}, err
	}
	return u.Fees.Schedule(r.Context(), sid)
}

func (u *ui) view(w http.ResponseWriter, r *http.Request) error {
	s, err := u.schedule(r)
	if err != nil {
		return err
	}
	back := kit.To("Fees", "/settings/fees")
	p := page(r, s.Name, &back, nil)
	if s.Begun(u.today(r)) {
		p.Actions = kit.PrimaryLink("New prices from a day on", newURL(s.Kind, s.Payer, s.ID))
	} else {
		p.Actions = kit.PrimaryLink("Change", scheduleURL(s.ID)+"/edit")
	}
	return web.Render(w, r, http.StatusOK, schedulePage(p, s, u.today(r), u.label))
}

func newURL(k fee.Kind, payer id.Payer, from id.Schedule) string {
	url := "/settings/fees/new?kind=" + string(k)
	if !payer.IsZero() {
		url += "&payer=" + payer.String()
	}
	if !from.IsZero() {
		url += "&from=" + from.String()
	}
	return url
}

// label says what a procedure code is, in our words.
func (u *ui) label(code string) string {
	p, ok := u.Knowledge.Procedure(code, civil.Date{})
	switch {
	case !ok:
		return ""
	case p.Timed:
		return p.Label + ", each 15 minutes"
	}
	return p.Label + ", each visit"
}

// ask shows the kinds to choose from, and the form once one is chosen.
func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	kind := fee.Kind(query.Get("kind"))
	if !slices.Contains(fee.Kinds(), kind) {
		back := kit.To("Fees", "/settings/fees")
		p := page(r, "Add prices", &back, nil)
		p.Lead, p.Width = "What are they for?", kit.Narrow
		return web.Render(w, r, http.StatusOK, chooseKindPage(p))
	}
	start := u.start(kind)
	if from, err := id.Parse[id.Schedule](query.Get("from")); err == nil {
		if start, err = u.Fees.Schedule(r.Context(), from); err != nil {
			return err
		}
	}
	f := encode(start)
	f.Set("kind", string(kind)).Set("payer", query.Get("payer")).Set("from_on", "").Set("to_on", "").Set("version", "")
	return u.showForm(w, r, f, fee.Schedule{})
}

// start is what an empty form offers: the procedures massage therapists
// usually bill, or the usual lengths, without prices.
func (u *ui) start(kind fee.Kind) fee.Schedule {
	s := fee.Schedule{Kind: kind}
	if kind == fee.Cash {
		for _, m := range []int64{30, 60, 90} {
			s.Cash = append(s.Cash, fee.CashPrice{Minutes: m})
		}
		return s
	}
	for _, p := range u.Knowledge.Procedures() {
		if p.Massage == knowledge.UseYes {
			s.Lines = append(s.Lines, fee.Line{Code: p.Code})
		}
	}
	return s
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	s, err := u.schedule(r)
	if err != nil {
		return err
	}
	if s.Begun(u.today(r)) {
		return errs.New(errs.Conflict, "These prices have been in use since "+s.FromOn.Human()+". Save new ones from a day on instead.")
	}
	return u.showForm(w, r, encode(s), s)
}

// rowsOffered is how many empty rows follow those that are filled.
const rowsOffered = 3

func (u *ui) showForm(w http.ResponseWriter, r *http.Request, f *form.Form, old fee.Schedule) error {
	title, back := "Add prices", kit.To("Fees", "/settings/fees")
	if !old.ID.IsZero() {
		title, back = "Change "+old.Name, kit.To(old.Name, scheduleURL(old.ID))
	}
	v := formView{Form: f, Editing: old, Kind: fee.Kind(f.Value("kind")), Label: u.label}
	if !old.ID.IsZero() {
		v.Kind = old.Kind
	}
	payers, err := u.Coverages.Payers(r.Context())
	if err != nil {
		return err
	}
	for _, p := range payers {
		if p.Active || p.ID.String() == f.Value("payer") {
			v.Payers = append(v.Payers, kit.Option{Value: p.ID.String(), Label: p.Name})
		}
	}
	asked, _ := strconv.Atoi(f.Value("rows")) // 0 for anything else
	v.Rows = min(max(filled(f, v.Kind)+rowsOffered, asked), maxRows(v.Kind))
	return web.Render(w, r, f.Status(), formPage(page(r, title, &back, f), v))
}

func (u *ui) add(w http.ResponseWriter, r *http.Request) error {
	return u.submit(w, r, fee.Schedule{})
}

func (u *ui) amend(w http.ResponseWriter, r *http.Request) error {
	s, err := u.schedule(r)
	if err != nil {
		return err
	}
	return u.submit(w, r, s)
}

func (u *ui) submit(w http.ResponseWriter, r *http.Request, old fee.Schedule) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decode(f, old)
	if f.Value("do") == "rows" {
		asked, _ := strconv.Atoi(f.Value("rows"))
		return u.showForm(w, r, again(f).Set("rows", strconv.Itoa(asked+rowsOffered)), old)
	}
	if f.Valid() {
		url := scheduleURL(old.ID)
		if old.ID.IsZero() {
			var sid id.Schedule
			sid, err = u.Fees.Save(r.Context(), in)
			url = scheduleURL(sid)
		} else {
			err = u.Fees.Amend(r.Context(), in)
		}
		if err == nil {
			return web.SeeNext(w, r, f, url, "Prices saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showForm(w, r, f, old)
}

func price(s string) string { return strings.TrimPrefix(s, "$") }

func at(kind fee.Kind, i int) string {
	if kind == fee.Cash {
		return "cash." + strconv.Itoa(i)
	}
	return "line." + strconv.Itoa(i)
}
