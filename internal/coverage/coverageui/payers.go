package coverageui

import (
	"net/http"
	"slices"
	"strconv"

	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/units"
)

// kindLabels name the profiles by their keys.
func (u *ui) kindLabels() map[string]string {
	out := map[string]string{}
	for _, p := range u.Coverages.Profiles() {
		out[p.Key] = p.Name
	}
	return out
}

// payerRow is a payer in the list.
type payerRow struct {
	coverage.Payer
	Kind  string
	Terms coverage.Terms
}

func (u *ui) payers(w http.ResponseWriter, r *http.Request) error {
	all, err := u.Coverages.Payers(r.Context())
	if err != nil {
		return err
	}
	profiles, rows := u.Coverages.Profiles(), []payerRow(nil)
	for _, p := range all {
		row := payerRow{Payer: p, Kind: "Rules are no longer known"}
		if i := slices.IndexFunc(profiles, func(x knowledge.PayerProfile) bool { return x.Key == p.Profile }); i >= 0 {
			row.Kind, row.Terms = profiles[i].Name, coverage.Resolve(p, profiles[i], u.today(r))
		}
		rows = append(rows, row)
	}
	page := settings(r, "Payers", nil, nil)
	page.Lead = "Who the practice bills, and what each asks of a claim."
	if len(rows) > 0 {
		page.Actions = kit.PrimaryLink("Add a payer", "/settings/payers/new")
	}
	return web.Render(w, r, http.StatusOK, payersPage(page, rows))
}

// payerView is one payer.
type payerView struct {
	coverage.Payer
	Kind  string
	Terms coverage.Terms
	Known []coverage.Enrolment
	Rules []rule
	Today civil.Date
}

func (u *ui) payer(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Payer](r, "payer")
	if err != nil {
		return err
	}
	p, terms, known, err := u.Coverages.Payer(r.Context(), pid)
	if err != nil {
		return err
	}
	back := kit.To("Payers", "/settings/payers")
	page := settings(r, p.Name, &back, nil)
	page.Actions = kit.PrimaryLink("Change", payerURL(pid)+"/edit")
	return web.Render(w, r, http.StatusOK, payerPage(page, payerView{Payer: p, Kind: u.kindLabels()[p.Profile], Terms: terms, Known: known, Rules: rules(terms), Today: u.today(r)}))
}

func (u *ui) askPayer(w http.ResponseWriter, r *http.Request) error {
	return u.showPayer(w, r, form.FromValues(map[string]string{"profile": r.URL.Query().Get("profile"), "active": "yes"}), coverage.Payer{})
}

func (u *ui) editPayer(w http.ResponseWriter, r *http.Request) error {
	p, err := u.payerInPath(r)
	if err != nil {
		return err
	}
	return u.showPayer(w, r, encodePayer(p), p)
}

func (u *ui) payerInPath(r *http.Request) (coverage.Payer, error) {
	pid, err := web.PathID[id.Payer](r, "payer")
	if err != nil {
		return coverage.Payer{}, err
	}
	p, _, _, err := u.Coverages.Payer(r.Context(), pid)
	return p, err
}

// showPayer shows the form, or, while no kind is chosen, the kinds.
func (u *ui) showPayer(w http.ResponseWriter, r *http.Request, f *form.Form, old coverage.Payer) error {
	profiles, back := u.Coverages.Profiles(), kit.To("Payers", "/settings/payers")
	i := slices.IndexFunc(profiles, func(p knowledge.PayerProfile) bool { return p.Key == f.Value("profile") })
	if i < 0 && old.ID.IsZero() {
		page := settings(r, "Add a payer", &back, nil)
		page.Lead, page.Width = "What kind of payer is it? Its usual rules are then filled in, and you change what is different.", kit.Narrow
		return web.Render(w, r, http.StatusOK, chooseKindPage(page, profiles))
	}
	title, base := "Add a payer", knowledge.PayerProfile{}
	if i >= 0 {
		base = profiles[i]
	}
	if !old.ID.IsZero() {
		title, back = "Change "+old.Name, kit.To(old.Name, payerURL(old.ID))
	}
	page := settings(r, title, &back, f)
	return web.Render(w, r, f.Status(), payerForm(page, f, old, base, kindOptions(profiles)))
}

func kindOptions(profiles []knowledge.PayerProfile) []kit.Option {
	return options(profiles, func(p knowledge.PayerProfile) kit.Option { return kit.Option{Value: p.Key, Label: p.Name} })
}

func encodePayer(p coverage.Payer) *form.Form {
	o := p.Overrides
	f := form.FromValues(map[string]string{
		"version": strconv.FormatInt(p.Version, 10), "name": p.Name, "profile": p.Profile, "code": p.Code, "filing": p.Filing, "phone": phone(p.Phone),
		"line1": p.Address.Line1, "line2": p.Address.Line2, "city": p.Address.City, "state": p.Address.State, "zip": p.Address.PostalCode,
		"contract_from": p.ContractFrom.String(), "contract_to": p.ContractTo.String(), "note": p.Note,
		"unit_rule": string(o.UnitRule), "therapist_payable": string(o.TherapistPayable), "prescription_required": string(o.PrescriptionRequired),
		"authorisation": string(o.Authorisation), "authorisation_after": optional(o.AuthorisationAfter), "filing_limit": optional(o.FilingLimitDays),
		"unit_cap": optional(o.VisitUnitCap), "modifiers": o.Modifiers, "report_visits": optional(o.ReportEveryVisits), "report_days": optional(o.ReportEveryDays),
		"rules_source": o.Source, "rules_checked_on": o.CheckedOn.String(),
	})
	if p.Active {
		f.Set("active", "yes")
	}
	return f
}

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func decodePayer(f *form.Form) coverage.Payer {
	return coverage.Payer{
		Name: f.Text("name", form.Max(60)), Profile: f.Text("profile", form.Max(60)), Code: f.Text("code", form.Max(20)), Filing: f.Text("filing", form.Max(4)),
		Address: address(f), Phone: f.Text("phone", form.Max(40)), Active: f.Bool("active"), ContractFrom: f.Date("contract_from"), ContractTo: f.Date("contract_to"),
		Note: f.Area("note", form.Max(2000)),
		Overrides: coverage.Overrides{
			UnitRule: form.Choice(f, "unit_rule", units.Rules()...), TherapistPayable: form.Choice(f, "therapist_payable", answers...),
			PrescriptionRequired: form.Choice(f, "prescription_required", answers...),
			Authorisation:        form.Choice(f, "authorisation", coverage.NeverAsked, coverage.AlwaysAsked, coverage.AfterVisits),
			AuthorisationAfter:   f.OptInt("authorisation_after", 1, 500), FilingLimitDays: f.OptInt("filing_limit", 1, 3650),
			VisitUnitCap: f.OptInt("unit_cap", 0, 96), Modifiers: f.Text("modifiers", form.Max(20)), ReportEveryVisits: f.OptInt("report_visits", 0, 500),
			ReportEveryDays: f.OptInt("report_days", 0, 3650), Source: f.Text("rules_source", form.Max(200)), CheckedOn: f.Date("rules_checked_on"),
		},
	}
}

var answers = []coverage.Answer{coverage.Yes, coverage.No, coverage.NotKnown}

func (u *ui) addPayer(w http.ResponseWriter, r *http.Request) error {
	return u.submitPayer(w, r, coverage.Payer{})
}

func (u *ui) savePayer(w http.ResponseWriter, r *http.Request) error {
	p, err := u.payerInPath(r)
	if err != nil {
		return err
	}
	return u.submitPayer(w, r, p)
}

func (u *ui) submitPayer(w http.ResponseWriter, r *http.Request, old coverage.Payer) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodePayer(f)
	if in.ID = old.ID; !old.ID.IsZero() {
		in.Version = f.Version()
	}
	if f.Valid() {
		pid, err := u.Coverages.SavePayer(r.Context(), in)
		if err == nil {
			return web.SeeNext(w, r, f, payerURL(pid), "Payer saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showPayer(w, r, f, old)
}

func (u *ui) askEnrolment(w http.ResponseWriter, r *http.Request) error {
	return u.showEnrolment(w, r, form.Empty(), coverage.Enrolment{})
}

func (u *ui) editEnrolment(w http.ResponseWriter, r *http.Request) error {
	e, err := u.enrolmentInPath(r)
	if err != nil {
		return err
	}
	return u.showEnrolment(w, r, form.FromValues(map[string]string{"user": e.User.String(), "from_on": e.FromOn.String(), "to_on": e.ToOn.String(),
		"number": e.Number, "version": strconv.FormatInt(e.Version, 10)}), e)
}

func (u *ui) enrolmentInPath(r *http.Request) (coverage.Enrolment, error) {
	pid, err := web.PathID[id.Payer](r, "payer")
	if err != nil {
		return coverage.Enrolment{}, err
	}
	eid, err := web.PathID[id.Enrolment](r, "enrollment")
	if err != nil {
		return coverage.Enrolment{}, err
	}
	_, _, known, err := u.Coverages.Payer(r.Context(), pid)
	for _, e := range known {
		if e.ID == eid {
			return e, nil
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "There is no such enrollment.")
	}
	return coverage.Enrolment{}, err
}

func (u *ui) showEnrolment(w http.ResponseWriter, r *http.Request, f *form.Form, old coverage.Enrolment) error {
	p, err := u.payerInPath(r)
	if err != nil {
		return err
	}
	therapists, err := u.Practices.Therapists(r.Context())
	if err != nil {
		return err
	}
	var offered []kit.Option
	for _, m := range therapists {
		offered = append(offered, kit.Option{Value: m.ID.String(), Label: m.Title()})
	}
	back := kit.To(p.Name, payerURL(p.ID))
	page := settings(r, "Enroll a therapist", &back, f)
	if !old.ID.IsZero() {
		page.Title = "Change enrollment"
	}
	page.Width = kit.Narrow
	return web.Render(w, r, f.Status(), enrolmentPage(page, f, p, old, offered))
}

func (u *ui) addEnrolment(w http.ResponseWriter, r *http.Request) error {
	return u.submitEnrolment(w, r, coverage.Enrolment{})
}

func (u *ui) saveEnrolment(w http.ResponseWriter, r *http.Request) error {
	e, err := u.enrolmentInPath(r)
	if err != nil {
		return err
	}
	return u.submitEnrolment(w, r, e)
}

func (u *ui) submitEnrolment(w http.ResponseWriter, r *http.Request, old coverage.Enrolment) error {
	pid, err := web.PathID[id.Payer](r, "payer")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := coverage.Enrolment{ID: old.ID, Payer: pid, User: old.User, FromOn: f.Date("from_on"), ToOn: f.Date("to_on"), Number: f.Text("number", form.Max(50))}
	if old.ID.IsZero() {
		in.User = form.ID[id.User](f, "user")
	} else {
		in.Version = f.Version()
	}
	if f.Valid() {
		if _, err := u.Coverages.SaveEnrolment(r.Context(), in); err == nil {
			return web.SeeNext(w, r, f, payerURL(pid), "Enrollment saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showEnrolment(w, r, f, old)
}
