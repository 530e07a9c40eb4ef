package coverageui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// listView is a patient's insurance.
type listView struct {
	Patient id.Patient
	All     []coverage.Coverage
	Orders  map[id.Referral]string // titles of prescriptions
	Today   civil.Date
	May     bool
}

func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Insurance", nil)
	if err != nil {
		return err
	}
	v := listView{Patient: pid, Today: u.today(r), May: can(r, authz.CoverageWrite)}
	if v.All, err = u.Coverages.List(r.Context(), pid); err != nil {
		return err
	}
	if v.Orders, err = u.orders(r, pid, v.All); err != nil {
		return err
	}
	page.Tabs = tabs(r, pid)
	if v.May && len(v.All) > 0 {
		page.Actions = kit.PrimaryLink("Add insurance", listURL(pid)+"/new")
	}
	return web.Render(w, r, http.StatusOK, listPage(page, v))
}

// orders are the titles of the prescriptions that insurance is tied to.
func (u *ui) orders(r *http.Request, pid id.Patient, all []coverage.Coverage) (map[id.Referral]string, error) {
	if !slices.ContainsFunc(all, func(c coverage.Coverage) bool { return !c.Referral.IsZero() }) {
		return nil, nil
	}
	rs, err := u.referrals(r, pid)
	out := map[id.Referral]string{}
	for _, x := range rs {
		out[x.ID] = orderTitle(x)
	}
	return out, err
}

// referrals are the patient's prescriptions, without those entered in error.
func (u *ui) referrals(r *http.Request, pid id.Patient) ([]referral.Referral, error) {
	l, err := u.Referrals.List(r.Context(), pid)
	return slices.DeleteFunc(l.Referrals, func(x referral.Referral) bool { return x.CloseReason == referral.EnteredInError }), err
}

// oneView is one insurance with what matters of its payer's rules.
type oneView struct {
	coverage.Coverage
	PatientID id.Patient
	Kind      knowledge.PayerKind
	Terms     coverage.Terms
	Order     string
	Today     civil.Date
	May       bool // change it
	Manage    bool // change its payer
}

func (u *ui) load(r *http.Request) (oneView, coverage.Coverage, error) {
	pid, cid, err := ids(r)
	if err != nil {
		return oneView{}, coverage.Coverage{}, err
	}
	c, stored, err := u.Coverages.View(r.Context(), pid, cid)
	if err != nil {
		return oneView{}, stored, err
	}
	_, terms, _, err := u.Coverages.Payer(r.Context(), c.Payer.ID)
	return oneView{Coverage: c, PatientID: pid, Kind: u.Coverages.KindOf(c.Payer), Terms: terms, Today: u.today(r),
		May: can(r, authz.CoverageWrite) && !c.EnteredInError, Manage: can(r, authz.BillingManage)}, stored, err
}

func (u *ui) view(w http.ResponseWriter, r *http.Request) error {
	v, _, err := u.load(r)
	if err != nil {
		return err
	}
	orders, err := u.orders(r, v.PatientID, []coverage.Coverage{v.Coverage})
	if err != nil {
		return err
	}
	v.Order = orders[v.Referral]
	page, pid, err := u.page(r, v.Payer.Name, nil)
	if err != nil {
		return err
	}
	page.Back = kit.To("Insurance", listURL(pid))
	if v.May {
		page.Actions = kit.PrimaryLink("Change", coverageURL(pid, v.ID)+"/edit")
	}
	web.AllowFrames(w)
	return web.Render(w, r, http.StatusOK, coveragePage(page, v))
}

// formView is everything the form shows besides its fields.
type formView struct {
	Form      *form.Form
	Patient   id.Patient
	Editing   coverage.Coverage // zero for a new one
	Payer     coverage.Payer
	Kind      knowledge.PayerKind
	Referrals []referral.Referral
	Cards     []coverage.Card // uploaded with this form, not attached yet
}

func (v formView) isNew() bool { return v.Editing.ID.IsZero() }

func (v formView) action() string {
	if v.isNew() {
		return listURL(v.Patient) + "/new"
	}
	return coverageURL(v.Patient, v.Editing.ID) + "/edit"
}

func (v formView) cancelURL() string {
	if v.isNew() {
		return listURL(v.Patient)
	}
	return coverageURL(v.Patient, v.Editing.ID)
}

// photo is the newest of a side: uploaded with this form, or kept already.
func (v formView) photo(side coverage.Side) (coverage.Card, bool) {
	for _, k := range slices.Backward(v.Cards) {
		if k.Side == side {
			return k, true
		}
	}
	return v.Editing.Card(side)
}

// ask shows the payers to choose from, and the form once one is chosen.
func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	f := form.FromValues(map[string]string{"payer": r.URL.Query().Get("payer"), "priority": "1", "relation": string(coverage.Self), "share": string(coverage.Unknown)})
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	all, err := u.Coverages.List(r.Context(), pid)
	if err != nil {
		return err
	}
	inForce := slices.DeleteFunc(all, func(c coverage.Coverage) bool { return !c.InForce(u.today(r)) || !c.Referral.IsZero() })
	f.Set("priority", strconv.Itoa(min(len(inForce)+1, 3)))
	return u.showForm(w, r, f, coverage.Coverage{})
}

func (u *ui) choosePayer(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Add insurance", nil)
	if err != nil {
		return err
	}
	all, err := u.Coverages.Payers(r.Context())
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(p coverage.Payer) bool { return !p.Active })
	page.Back, page.Width = kit.To("Insurance", listURL(pid)), kit.Narrow
	page.Lead = "Who is the payer? The form then asks for what this kind of payer needs."
	return web.Render(w, r, http.StatusOK, choosePayerPage(page, pid, all, u.kindLabels(), can(r, authz.BillingManage)))
}

func (u *ui) showForm(w http.ResponseWriter, r *http.Request, f *form.Form, old coverage.Coverage) error {
	payer, err := id.Parse[id.Payer](f.Value("payer"))
	if err != nil {
		return u.choosePayer(w, r)
	}
	v := formView{Form: f, Editing: old}
	if v.Payer, _, _, err = u.Coverages.Payer(r.Context(), payer); err != nil {
		return err
	}
	v.Kind = u.Coverages.KindOf(v.Payer)
	title := "Insurance with " + v.Payer.Name
	if !old.ID.IsZero() {
		title = "Change insurance"
	} else if v.Kind == knowledge.PayerWorkersComp {
		f.Set("relation", string(coverage.Employee))
	}
	page, pid, err := u.page(r, title, f)
	if err != nil {
		return err
	}
	v.Patient = pid
	if v.Referrals, err = u.referrals(r, pid); err != nil {
		return err
	}
	if v.Cards, err = u.Coverages.Waiting(r.Context(), pid, cards(f)); err != nil {
		return err
	}
	page.Width, page.HTMX = kit.Wide, true
	page.Back = kit.To("Back", v.cancelURL())
	web.AllowFrames(w)
	return web.Render(w, r, f.Status(), formPage(page, v))
}

func (u *ui) add(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	return u.submit(w, r, coverage.Coverage{}, func(in coverage.Input, _ int64) (string, error) {
		c, err := u.Coverages.Add(r.Context(), pid, in)
		return coverageURL(pid, c), err
	})
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	_, stored, err := u.load(r)
	if err != nil {
		return err
	}
	if stored.EnteredInError {
		return errs.New(errs.Conflict, "This insurance was entered in error and stays as it is. Enter the right one.")
	}
	return u.showForm(w, r, encode(stored), stored)
}

func (u *ui) amend(w http.ResponseWriter, r *http.Request) error {
	v, stored, err := u.load(r)
	if err != nil {
		return err
	}
	return u.submit(w, r, stored, func(in coverage.Input, version int64) (string, error) {
		return coverageURL(v.PatientID, v.ID), u.Coverages.Amend(r.Context(), v.PatientID, v.ID, version, in)
	})
}

// submit reads the form, keeps photos and, unless the button was only to show
// them, saves.
func (u *ui) submit(w http.ResponseWriter, r *http.Request, old coverage.Coverage, save func(in coverage.Input, version int64) (url string, err error)) error {
	f, err := u.parse(w, r)
	if err != nil {
		return err
	}
	if f.Value("do") == "upload" {
		return u.showForm(w, r, f, old)
	}
	in := decode(f)
	var seen int64
	if !old.ID.IsZero() {
		seen = f.Version()
	}
	if f.Valid() {
		url, err := save(in, seen)
		if err == nil {
			return web.SeeNext(w, r, f, url, "Insurance saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showForm(w, r, f, old)
}

// parse reads either kind of body. A photo is kept at once, whatever else is
// wrong with the form.
func (u *ui) parse(w http.ResponseWriter, r *http.Request) (*form.Form, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return web.ParseForm(w, r)
	}
	f, files, err := web.ParseUpload(w, r, coverage.MaxCard)
	if errs.Is(err, errs.TooLarge) {
		f.TooLarge("front", "This file is far over 15 MB. Take the photo with a lower resolution.")
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return nil, err
	}
	for _, side := range []coverage.Side{coverage.Front, coverage.Back} {
		for _, file := range files.All(string(side)) {
			kept, err := u.Coverages.Upload(r.Context(), pid, side, file.Name, file.Type, file.Data)
			if err != nil {
				if !f.Merge(err) {
					return nil, err
				}
				continue
			}
			f.Set("card", append(slices.Clone(f.Values("card")), kept.ID.String())...)
		}
	}
	return f, nil
}

func (u *ui) card(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	b, err := web.PathID[id.Blob](r, "card")
	if err != nil {
		return err
	}
	name, kind, data, err := u.Coverages.CardFile(r.Context(), pid, b)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: name, Type: kind, Data: data}, true)
}
