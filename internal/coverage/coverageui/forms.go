package coverageui

import (
	"net/http"
	"strconv"
	"strings"

	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/practice"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// encode fills the form from what is stored.
func encode(c coverage.Coverage) *form.Form {
	s := c.Subscriber
	f := form.FromValues(map[string]string{
		"version": strconv.FormatInt(c.Version, 10), "payer": c.Payer.ID.String(), "referral": c.Referral.String(), "priority": strconv.FormatInt(c.Priority, 10),
		"member_id": c.MemberID, "group": c.Group, "plan": c.Plan, "relation": string(c.Relation), "employer": c.Employer,
		"last_name": s.LastName, "first_name": s.FirstName, "middle_name": s.MiddleName, "birth_date": s.BirthDate.String(), "sex": s.Sex, "phone": phone(s.Phone),
		"line1": s.Address.Line1, "line2": s.Address.Line2, "city": s.Address.City, "state": s.Address.State, "zip": s.Address.PostalCode,
		"from_on": c.FromOn.String(), "to_on": c.ToOn.String(), "share": string(c.Share),
		"deductible": c.DeductibleNote, "benefits": c.BenefitsNote, "benefits_on": c.BenefitsCheckedOn.String(),
		"case_number": c.CaseNumber, "adjuster_name": c.Adjuster.Name, "adjuster_phone": phone(c.Adjuster.Phone), "adjuster_email": c.Adjuster.Email,
	})
	if c.Copay > 0 {
		f.Set("copay", strings.TrimPrefix(c.Copay.String(), "$"))
	}
	if c.CoinsurancePercent > 0 {
		f.Set("percent", strconv.FormatInt(c.CoinsurancePercent, 10))
	}
	if c.ReleaseSigned {
		f.Set("release", "yes")
	}
	if c.BenefitsAssigned {
		f.Set("assigned", "yes")
	}
	return f
}

// decode reads the form.
func decode(f *form.Form) coverage.Input {
	in := coverage.Input{
		Payer: form.ID[id.Payer](f, "payer", form.Required("Choose the payer.")), Referral: form.ID[id.Referral](f, "referral"),
		Priority: f.Int("priority", 1, 3, form.Required("Choose who is asked first.")),
		MemberID: f.Text("member_id", form.Max(60)), Group: f.Text("group", form.Max(60)), Plan: f.Text("plan", form.Max(80)),
		Relation:   form.Choice(f, "relation", coverage.Relations()...),
		Subscriber: subscriber(f), Employer: f.Text("employer", form.Max(100)),
		FromOn: f.Date("from_on"), ToOn: f.Date("to_on"), Share: form.Choice(f, "share", coverage.Shares()...),
		DeductibleNote: f.Text("deductible", form.Max(300)), BenefitsNote: f.Area("benefits", form.Max(2000)), BenefitsCheckedOn: f.Date("benefits_on"),
		CaseNumber:    f.Text("case_number", form.Max(60)),
		Adjuster:      coverage.Adjuster{Name: f.Text("adjuster_name", form.Max(100)), Phone: f.Text("adjuster_phone", form.Max(40)), Email: f.Text("adjuster_email", form.Max(254))},
		ReleaseSigned: f.Bool("release"), BenefitsAssigned: f.Bool("assigned"), Cards: cards(f),
	}
	switch in.Share {
	case coverage.Copay:
		in.Copay = cents(f, "copay")
	case coverage.Percent:
		in.CoinsurancePercent = f.Int("percent", 1, 100)
	}
	return in
}

func subscriber(f *form.Form) coverage.Subscriber {
	return coverage.Subscriber{
		LastName: f.Text("last_name", form.Max(60)), FirstName: f.Text("first_name", form.Max(35)), MiddleName: f.Text("middle_name", form.Max(25)),
		BirthDate: f.Date("birth_date"), Sex: f.Choice("sex", "female", "male", "unknown"), Phone: f.Text("phone", form.Max(40)),
		Address: address(f),
	}
}

// address reads the fields that addressFields shows.
func address(f *form.Form) practice.Address {
	var states []string
	for _, s := range practice.States() {
		states = append(states, s.Code)
	}
	return practice.Address{Line1: f.Text("line1"), Line2: f.Text("line2"), City: f.Text("city"), State: f.Choice("state", states...), PostalCode: f.Text("zip", form.Max(12))}
}

// cents reads an amount in dollars.
func cents(f *form.Form, name string) money.Cents {
	text := f.Text(name, form.Max(20))
	if text == "" {
		return 0
	}
	c, err := money.Parse(text)
	f.Check(err == nil, name, "Enter an amount in dollars, such as 25 or 25.50.")
	return c
}

// cards are the uploads that the form holds.
func cards(f *form.Form) []id.Blob {
	var out []id.Blob
	for _, v := range f.Values("card") {
		if b, err := id.Parse[id.Blob](v); err == nil {
			out = append(out, b)
		}
	}
	return out
}

func tabs(r *http.Request, p id.Patient) []kit.Tab { return patientui.Tabs(r.Context(), p, "coverage") }

// phone puts hyphens into ten digits.
func phone(d string) string {
	if len(d) != 10 {
		return d
	}
	return d[:3] + "-" + d[3:6] + "-" + d[6:]
}

func orderTitle(r referral.Referral) string {
	title := r.Title()
	if !r.WrittenOn.IsZero() {
		title += ", " + r.WrittenOn.Human()
	}
	return title
}

func (u *ui) askEnd(w http.ResponseWriter, r *http.Request) error {
	return u.showFinish(w, r, form.FromValues(map[string]string{"to_on": u.today(r).String()}), false)
}

func (u *ui) askMistake(w http.ResponseWriter, r *http.Request) error {
	return u.showFinish(w, r, form.Empty(), true)
}

func (u *ui) showFinish(w http.ResponseWriter, r *http.Request, f *form.Form, mistake bool) error {
	v, _, err := u.load(r)
	if err != nil {
		return err
	}
	if !f.Has("version") {
		f.Set("version", strconv.FormatInt(v.Version, 10))
	}
	title := "End insurance"
	if mistake {
		title = "Entered in error"
	}
	page, pid, err := u.page(r, title, f)
	if err != nil {
		return err
	}
	page.Width, page.Back = kit.Narrow, kit.To(v.Payer.Name, coverageURL(pid, v.ID))
	return web.Render(w, r, f.Status(), finishPage(page, f, v, mistake))
}

func (u *ui) end(w http.ResponseWriter, r *http.Request) error { return u.finish(w, r, false) }

func (u *ui) mistake(w http.ResponseWriter, r *http.Request) error { return u.finish(w, r, true) }

func (u *ui) finish(w http.ResponseWriter, r *http.Request, mistake bool) error {
	pid, cid, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	on, note, seen := f.Date("to_on"), f.Text("note", form.Max(300)), f.Version()
	if f.Valid() {
		if mistake {
			err = u.Coverages.MarkMistaken(r.Context(), pid, cid, seen, note)
		} else {
			err = u.Coverages.End(r.Context(), pid, cid, seen, on, note)
		}
		if err == nil {
			return web.SeeNext(w, r, f, listURL(pid), "Insurance saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showFinish(w, r, f, mistake)
}
