// Package checkoutui shows the check-out of a visit and the account of a
// patient, and takes payments: one column, the sum on the button, no sum that a
// person has to work out. It decides nothing about what is owed. It refuses any
// form in which something looks like the number of a card, and does not show
// it again.
package checkoutui

import (
	"fmt"
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/checkout"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Checkouts *checkout.Service
	Patients  *patient.Service
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /visits/{visit}/checkout", authz.PaymentRead, u.show)
	rt.Handle("POST /visits/{visit}/checkout", authz.PaymentTake, u.take)
	rt.Handle("POST /visits/{visit}/checkout/done", authz.PaymentTake, u.done)
	rt.Handle("GET /patients/{patient}/account", authz.PaymentRead, u.account)
	rt.Handle("POST /patients/{patient}/account", authz.PaymentTake, u.takeOnAccount)
	rt.Handle("POST /patients/{patient}/account/cards/{method}/remove", authz.PaymentTake, u.forget)
	rt.Handle("GET /payments/{payment}/receipt.pdf", authz.PaymentRead, u.receipt)
	rt.Handle("GET /payments/{payment}/reverse", authz.PaymentTake, u.askReverse)
	rt.Handle("POST /payments/{payment}/reverse", authz.PaymentTake, u.reverse)
}

type ui struct{ Deps }

func checkoutURL(v id.Visit) string { return "/visits/" + v.String() + "/checkout" }

func accountURL(p id.Patient) string { return "/patients/" + p.String() + "/account" }

func paymentURL(p id.Payment) string { return "/payments/" + p.String() }

func can(r *http.Request, p authz.Permission) bool {
	a, _ := authz.From(r.Context())
	return a.Can(p)
}

// page starts a page about a patient.
func (u *ui) page(r *http.Request, p id.Patient, title, tab string) (kit.Page, error) {
	h, err := u.Patients.Header(r.Context(), p)
	if err != nil {
		return kit.Page{}, err
	}
	page := web.PageData(r, title)
	page.Active, page.Banner, page.Width = "patients", patientui.Banner(h), kit.Narrow
	if tab != "" {
		page.Tabs, page.Width = patientui.Tabs(r.Context(), p, tab), kit.Regular
	}
	return page, nil
}

func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	return u.showCheckout(w, r, form.Empty())
}

func (u *ui) showCheckout(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	vid, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	v, err := u.Checkouts.View(r.Context(), vid)
	if err != nil {
		return err
	}
	page, err := u.page(r, v.Patient, "Check-out", "")
	if err != nil {
		return err
	}
	page.Back, page.Form = kit.To("Visit of "+v.Date.Human(), "/visits/"+vid.String()), f
	c := checkoutPage{View: v, Take: can(r, authz.PaymentTake), Claims: can(r, authz.ClaimRead), Coverage: can(r, authz.CoverageWrite),
		Other: r.URL.Query().Get("amount") == "other" || f.Error("amount") != "" || v.Due == 0}
	a, _ := authz.From(r.Context())
	c.Undo = func(p checkout.Payment) bool { return p.MayReverse(a, v.Today) == "" }
	prepare(f, v.Due)
	return web.Render(w, r, f.Status(), checkoutView(page, f, c))
}

func (u *ui) take(w http.ResponseWriter, r *http.Request) error {
	vid, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := parse(w, r)
	if err != nil {
		return err
	}
	in := decode(f)
	if f.Valid() {
		p, err := u.Checkouts.Take(r.Context(), vid, in)
		if err == nil {
			return web.See(w, r, checkoutURL(vid), taken(p))
		}
		if !f.Merge(err) {
			return err
		}
		if errs.Is(err, errs.Conflict) {
			f.Set("payment") // a new form for another try
		}
	}
	return u.showCheckout(w, r, f)
}

func taken(p checkout.Payment) string {
	return fmt.Sprintf("%s received. Receipt %d is ready.", p.Amount, p.Receipt)
}

func (u *ui) done(w http.ResponseWriter, r *http.Request) error {
	vid, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := parse(w, r)
	if err != nil {
		return err
	}
	if !f.Valid() {
		return u.showCheckout(w, r, f)
	}
	if err := u.Checkouts.Done(r.Context(), vid); err != nil {
		if f.Merge(err) {
			return u.showCheckout(w, r, f)
		}
		return err
	}
	return web.See(w, r, checkoutURL(vid), "Checked out.")
}

func (u *ui) account(w http.ResponseWriter, r *http.Request) error {
	return u.showAccount(w, r, form.Empty())
}

func (u *ui) showAccount(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	acc, err := u.Checkouts.Account(r.Context(), pid, cursor(r.URL.Query().Get("before")))
	if err != nil {
		return err
	}
	page, err := u.page(r, pid, "Account", "account")
	if err != nil {
		return err
	}
	page.Form = f
	a, _ := authz.From(r.Context())
	c := accountPage{Account: acc, Patient: pid, Take: can(r, authz.PaymentTake) && acc.Writable, Later: r.URL.Query().Get("before") != "",
		Undo: func(p checkout.Payment) bool { return p.MayReverse(a, acc.Today) == "" }}
	prepare(f, acc.Balance.Owed())
	return web.Render(w, r, f.Status(), accountView(page, f, c))
}

func (u *ui) takeOnAccount(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := parse(w, r)
	if err != nil {
		return err
	}
	in := decode(f)
	if f.Valid() {
		p, err := u.Checkouts.TakeOnAccount(r.Context(), pid, in)
		if err == nil {
			return web.See(w, r, accountURL(pid), taken(p))
		}
		if !f.Merge(err) {
			return err
		}
		if errs.Is(err, errs.Conflict) {
			f.Set("payment")
		}
	}
	return u.showAccount(w, r, f)
}

func (u *ui) forget(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	m, err := web.PathID[id.Method](r, "method")
	if err != nil {
		return err
	}
	if err := u.Checkouts.Forget(r.Context(), pid, m); err != nil {
		return err
	}
	return web.See(w, r, accountURL(pid), "The card is off the file.")
}

func (u *ui) receipt(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Payment](r, "payment")
	if err != nil {
		return err
	}
	name, data, err := u.Checkouts.Receipt(r.Context(), pid)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: name, Type: "application/pdf", Data: data}, true)
}

func (u *ui) askReverse(w http.ResponseWriter, r *http.Request) error {
	return u.showReverse(w, r, form.Empty())
}

func (u *ui) showReverse(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	pid, err := web.PathID[id.Payment](r, "payment")
	if err != nil {
		return err
	}
	p, today, err := u.Checkouts.Payment(r.Context(), pid)
	if err != nil {
		return err
	}
	page, err := u.page(r, p.Patient, "Take back a payment", "")
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	page.Back, page.Form = back(p), f
	return web.Render(w, r, f.Status(), reverseView(page, f, p, p.MayReverse(a, today)))
}

// back is where a payment was taken.
func back(p checkout.Payment) kit.Link {
	if p.Visit.IsZero() {
		return kit.To("Account", accountURL(p.Patient))
	}
	return kit.To("Check-out", checkoutURL(p.Visit))
}

func (u *ui) reverse(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Payment](r, "payment")
	if err != nil {
		return err
	}
	f, err := parse(w, r)
	if err != nil {
		return err
	}
	reason := f.Text("reason", form.Max(150), form.Required("Say why, such as “typed twice” or “refunded on the terminal”."))
	if f.Valid() {
		p, _, err := u.Checkouts.Payment(r.Context(), pid)
		if err != nil {
			return err
		}
		if err = u.Checkouts.Reverse(r.Context(), pid, reason); err == nil {
			return web.See(w, r, back(p).URL, "The payment is taken back. Give the money back, or refund it on the terminal.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showReverse(w, r, f)
}
