package visitui

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// planPage is the form that plans or moves a session.
type planPage struct {
	Action, Submit, Cancel string
	Patient                id.Patient
	Choices                visit.Choices
	Version                int64
	Busy                   *visit.Busy
}

func options[T fmt.Stringer](list []visit.Choice[T]) []kit.Option {
	out := make([]kit.Option, len(list))
	for i, c := range list {
		out[i] = kit.Option{Value: c.ID.String(), Label: c.Label}
	}
	return out
}

func decodeBooking(f *form.Form) visit.Planned {
	// Read in the order of the page, so that complaints come in that order.
	on := f.Date("date", form.Required("Enter the day."))
	minutes, ok := f.Clock("time", form.Required("Enter the time of day."))
	if !ok {
		minutes = -1
	}
	length := int(f.Int("minutes", visit.MinMinutes, visit.MaxMinutes, form.Required("Enter how many minutes.")))
	return visit.Planned{
		Date: on, Clock: minutes, Minutes: length,
		Patient:  form.ID[id.Patient](f, "patient"),
		Referral: form.ID[id.Referral](f, "referral"), Therapist: form.ID[id.User](f, "therapist", form.Required("Choose the therapist.")),
		Location: form.ID[id.Location](f, "location", form.Required("Choose the place.")),
	}
}

// ask plans a session: the patient first, then the rest.
func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	p := form.ID[id.Patient](f, "patient")
	if p.IsZero() {
		return u.choosePatient(w, r, f)
	}
	c, err := u.Visits.PlanChoices(r.Context(), p)
	if err != nil {
		return err
	}
	start := form.Empty().Set("patient", p.String()).Set("minutes", "60").Set("date", c.Today.String())
	if d := f.Date("date"); !d.IsZero() {
		start.Set("date", d.String())
	}
	if !c.Self.IsZero() {
		start.Set("therapist", c.Self.String())
	} else if len(c.Therapists) == 1 {
		start.Set("therapist", c.Therapists[0].ID.String())
	}
	if len(c.Places) > 0 {
		start.Set("location", c.Places[0].ID.String())
	}
	if len(c.Referrals) > 0 {
		start.Set("referral", c.Referrals[0].ID.String())
	}
	return u.planForm(w, r, p, start, c, nil)
}

func (u *ui) choosePatient(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	query := f.Text("q", form.Max(100))
	page := web.PageData(r, "Plan visit")
	page.Active, page.Width, page.HTMX = "visits", kit.Narrow, true
	page.Back = kit.To("Visits", "/visits")
	var found []foundPatient
	if query != "" {
		res, err := u.Patients.Search(r.Context(), query)
		if err != nil {
			return err
		}
		for _, p := range res.Rows {
			found = append(found, foundPatient{URL: "/visits/new?patient=" + p.ID.String(), Name: p.Name, Meta: p.BirthDate.Human() + " · " + p.Number})
		}
	}
	return web.Render(w, r, http.StatusOK, choosePatientView(page, query, found))
}

type foundPatient struct{ URL, Name, Meta string }

func (u *ui) planForm(w http.ResponseWriter, r *http.Request, p id.Patient, f *form.Form, c visit.Choices, busy *visit.Busy) error {
	banner, err := u.banner(r, p)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Plan visit")
	page.Active, page.Banner, page.Form, page.Width = "visits", banner, f, kit.Narrow
	page.Back = kit.To("Visits of this patient", "/patients/"+p.String()+"/visits")
	return web.Render(w, r, f.Status(), planView(page, f, planPage{
		Action: "/visits", Submit: "Plan visit", Cancel: "/patients/" + p.String() + "/visits", Patient: p, Choices: c, Busy: busy,
	}))
}

func (u *ui) create(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeBooking(f)
	if in.Patient.IsZero() {
		return u.choosePatient(w, r, form.Empty())
	}
	var busy *visit.Busy
	if f.Valid() {
		v, err := u.Visits.Plan(r.Context(), in)
		if err == nil {
			return web.See(w, r, visitURL(v.ID), "Visit planned.")
		}
		errors.As(err, &busy)
		if !f.Merge(err) {
			return err
		}
	}
	c, err := u.Visits.PlanChoices(r.Context(), in.Patient)
	if err != nil {
		return err
	}
	return u.planForm(w, r, in.Patient, f, c, busy)
}

func (u *ui) askMove(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	it, err := u.Visits.Get(r.Context(), v)
	if err != nil {
		return err
	}
	f := form.Empty().Set("date", it.Date.String()).Set("time", it.Wall().Format("15:04")).Set("minutes", strconv.Itoa(it.Minutes)).
		Set("therapist", it.Therapist.String()).Set("location", it.Location.String()).Set("referral", it.Referral.String()).
		Set("version", strconv.FormatInt(it.Version, 10))
	return u.moveForm(w, r, it, f, nil)
}

func (u *ui) moveForm(w http.ResponseWriter, r *http.Request, it visit.Item, f *form.Form, busy *visit.Busy) error {
	c, err := u.Visits.PlanChoices(r.Context(), it.Patient)
	if err != nil {
		return err
	}
	banner, err := u.banner(r, it.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Move visit")
	page.Active, page.Banner, page.Form, page.Width = "visits", banner, f, kit.Narrow
	page.Back, page.Lead = kit.To("Visit", visitURL(it.ID)), "Now "+when(it)
	return web.Render(w, r, f.Status(), planView(page, f, planPage{
		Action: visitURL(it.ID) + "/move", Submit: "Move visit", Cancel: visitURL(it.ID), Choices: c, Busy: busy,
	}))
}

func (u *ui) move(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in, version := decodeBooking(f), f.Int("version", 0, 1<<40)
	var busy *visit.Busy
	if f.Valid() {
		_, err := u.Visits.Move(r.Context(), v, version, in)
		if err == nil {
			return web.See(w, r, visitURL(v), "Visit moved.")
		}
		errors.As(err, &busy)
		if !f.Merge(err) {
			return err
		}
	}
	it, err := u.Visits.Get(r.Context(), v)
	if err != nil {
		return err
	}
	return u.moveForm(w, r, it, f, busy)
}
