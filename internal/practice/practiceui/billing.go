package practiceui

import (
	"net/http"
	"strconv"

	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) billingPage(w http.ResponseWriter, r *http.Request) error {
	p, err := u.Practices.Practice(r.Context())
	if err != nil {
		return err
	}
	b := p.Billing
	values := map[string]string{
		"npi": p.NPI, "legal_name": b.LegalName, "tax_id": taxID(b), "tax_id_kind": b.TaxIDKind, "taxonomy": b.Taxonomy,
		"version": strconv.FormatInt(p.Version, 10),
	}
	fillAddress(values, "billing_", b.Address)
	fillAddress(values, "pay_to_", b.PayTo)
	f := form.FromValues(values)
	if b.AcceptAssignment {
		f.Set("assignment", "yes")
	}
	return u.showBilling(w, r, f)
}

// taxID puts the hyphens where people expect them.
func taxID(b practice.Billing) string {
	switch {
	case len(b.TaxID) != 9:
		return b.TaxID
	case b.TaxIDKind == practice.SSN:
		return b.TaxID[:3] + "-" + b.TaxID[3:5] + "-" + b.TaxID[5:]
	}
	return b.TaxID[:2] + "-" + b.TaxID[2:]
}

func fillAddress(values map[string]string, prefix string, a practice.Address) {
	values[prefix+"line1"], values[prefix+"line2"], values[prefix+"city"] = a.Line1, a.Line2, a.City
	values[prefix+"state"], values[prefix+"zip"] = a.State, a.PostalCode
}

func readAddress(f *form.Form, prefix string) practice.Address {
	return practice.Address{
		Line1: f.Text(prefix + "line1"), Line2: f.Text(prefix + "line2"), City: f.Text(prefix + "city"),
		State: f.Choice(prefix+"state", stateCodes()...), PostalCode: f.Text(prefix+"zip", form.Max(12)),
	}
}

func (u *ui) saveBilling(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := practice.Billing{
		LegalName: f.Text("legal_name", form.Max(60)), TaxID: f.Text("tax_id", form.Max(20)),
		TaxIDKind: f.Choice("tax_id_kind", practice.EIN, practice.SSN), Taxonomy: f.Text("taxonomy", form.Max(10)),
		AcceptAssignment: f.Bool("assignment"), Address: readAddress(f, "billing_"), PayTo: readAddress(f, "pay_to_"),
	}
	npi, seen := f.Text("npi", form.Max(20)), f.Version()
	if f.Valid() {
		if err := u.Practices.UpdateBilling(r.Context(), seen, npi, in); err == nil {
			return web.SeeNext(w, r, f, "/settings/billing", "Billing identity saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showBilling(w, r, f)
}

func (u *ui) showBilling(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page := u.page(r, "Billing identity", "billing", f)
	page.Lead = "Who asks for money on claims, superbills and receipts."
	return web.Render(w, r, f.Status(), billingPage(page, f))
}

func placeCodes() []string {
	var out []string
	for _, p := range practice.Places() {
		out = append(out, p.Code)
	}
	return out
}

func placeOptions() []kit.Option {
	var out []kit.Option
	for _, p := range practice.Places() {
		out = append(out, kit.Option{Value: p.Code, Label: placeLabel(p.Code)})
	}
	return out
}

func placeLabel(code string) string {
	for _, p := range practice.Places() {
		if p.Code == code {
			return p.Label + " (" + code + ")"
		}
	}
	return code
}
