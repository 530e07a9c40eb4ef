package outcomeui

import (
	"net/http"
	"net/url"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Lender gives the device of a request to a patient: the session then reaches
// the page and what lies below it, until staff prove that they hold it again.
type Lender interface {
	HandOver(w http.ResponseWriter, r *http.Request, page string) error
}

// takeBack is where staff prove that they hold the device again.
const takeBack = "/step-up"

// lent is what was said when the device was handed over; false while staff hold it.
func lent(r *http.Request) (url.Values, bool) {
	a, _ := authz.From(r.Context())
	u, err := url.Parse(a.Handed)
	if a.Handed == "" || err != nil {
		return nil, false
	}
	return u.Query(), true
}

// settle puts into the form what the patient does not choose: the instrument
// stands in the address, the rest was fixed at the hand-over.
func settle(r *http.Request, f *form.Form) *form.Form {
	if in := r.PathValue("instrument"); in != "" {
		f.Set("instrument", in)
	}
	if said, ok := lent(r); ok {
		f.Set("visit", said.Get("visit")).Set("next", said.Get("next"))
	}
	return f
}

// handOver locks the session to one form and shows it.
func (u *ui) handOver(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	inst, ok := u.Knowledge.Instrument(f.Value("instrument"))
	if !ok {
		return errs.New(errs.NotFound, "There is no such instrument.")
	}
	// The patient must be one of this practice before anything is locked.
	if _, err := u.course(r, pid, inst.ID); err != nil {
		return err
	}
	page := handedAt(pid.String(), inst.ID, "")
	said := url.Values{}
	if v := form.ID[id.Visit](f, "visit"); !v.IsZero() {
		said.Set("visit", v.String())
	}
	if n := web.LocalPath(f.Value("next")); n != "/" {
		said.Set("next", n)
	}
	if len(said) > 0 {
		page += "?" + said.Encode()
	}
	if err := u.Lender.HandOver(w, r, page); err != nil {
		return err
	}
	return web.See(w, r, page)
}

// whileLent runs h while the device is with a patient. Staff who come this way
// later, with the browser's way back, are shown the outcomes.
func (u *ui) whileLent(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, ok := lent(r); ok {
			return h(w, r)
		}
		pid, err := web.PathID[id.Patient](r, "patient")
		if err != nil {
			return err
		}
		return web.See(w, r, at(pid.String(), ""))
	}
}

// done thanks the patient and asks for the device back. It shows no score.
func (u *ui) done(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Thank you")
	if err != nil {
		return err
	}
	page.Width = kit.Narrow
	said, _ := lent(r)
	return web.Render(w, r, http.StatusOK, donePage(page, after{pid: pid.String(), next: web.LocalPath(said.Get("next"))}))
}
