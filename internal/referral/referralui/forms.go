package referralui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// someoneNew is the prescriber chosen when the fields below it say who.
const someoneNew = "new"

// decode reads the referral form.
func decode(f *form.Form) referral.Input {
	in := referral.Input{
		Codes:          f.Values("dx"),
		CodesConfirmed: f.Bool("dx_confirmed"),
		Order: referral.Order{
			PerWeek: f.Int("per_week", 1, referral.MaxPerWeek), Weeks: f.Int("weeks", 1, referral.MaxWeeks),
			Visits: f.Int("visits", 1, referral.MaxVisits), Minutes: f.Int("minutes", 1, referral.MaxMinutes),
			Techniques: f.Text("techniques", form.Max(500)), Regions: f.Text("regions", form.Max(500)),
		},
		WrittenOn: f.Date("written_on"), StartsOn: f.Date("starts_on"), EndsOn: f.Date("ends_on"),
		SignatureSeen: f.Bool("signature_seen"), Precautions: f.Area("precautions", form.Max(2000)),
		PayerKind: f.Text("payer_kind", form.Max(100)), ExternalNumber: f.Text("external_number", form.Max(50)),
		Accident: referral.Accident{
			Kind: form.Choice(f, "accident_kind", append(referral.AccidentKinds(), noAccident)...),
			On:   f.Date("accident_on"), State: f.Text("accident_state", form.Max(2)),
		},
		Scans: scans(f), Draft: f.Value("do") == "draft", Reason: f.Text("reason", form.Max(200)),
	}
	if in.Accident.Kind == noAccident {
		in.Accident.Kind = referral.NoAccident
	}
	in.Prescriber, in.NewPrescriber = chosenPrescriber(f)
	return in
}

// noAccident is the answer "No accident" in the form, where "" is no answer.
const noAccident = referral.AccidentKind("none")

func chosenPrescriber(f *form.Form) (id.Prescriber, *referral.Prescriber) {
	choice := f.Value("prescriber")
	if choice == someoneNew || newPrescriberTyped(f) {
		p := decodePrescriber(f, "new.")
		if choice == someoneNew || choice == "" {
			return id.Prescriber{}, &p
		}
		return form.ID[id.Prescriber](f, "prescriber"), &p
	}
	return form.ID[id.Prescriber](f, "prescriber"), nil
}

var prescriberFields = []string{"given_name", "family_name", "credential", "npi", "taxonomy", "organisation", "phone", "fax", "address_line", "city", "state", "postal_code"}

func newPrescriberTyped(f *form.Form) bool {
	return slices.ContainsFunc(prescriberFields, func(name string) bool { return f.Has("new." + name) })
}

func decodePrescriber(f *form.Form, prefix string) referral.Prescriber {
	text := func(name string, max int) string { return f.Text(prefix+name, form.Max(max)) }
	return referral.Prescriber{
		GivenName: text("given_name", 60), FamilyName: text("family_name", 60), Credential: text("credential", 30), NPI: text("npi", 20),
		Taxonomy:     text("taxonomy", 10),
		Organisation: text("organisation", 100), Phone: text("phone", 40), Fax: text("fax", 40), AddressLine: text("address_line", 100),
		City: text("city", 60), State: text("state", 2), PostalCode: text("postal_code", 10),
	}
}

func encodePrescriber(p referral.Prescriber) *form.Form {
	f := form.FromValues(map[string]string{
		"given_name": p.GivenName, "family_name": p.FamilyName, "credential": p.Credential, "npi": p.NPI, "taxonomy": p.Taxonomy, "organisation": p.Organisation,
		"phone": p.Phone, "fax": p.Fax, "address_line": p.AddressLine, "city": p.City, "state": p.State, "postal_code": p.PostalCode,
		"version": strconv.FormatInt(p.Version, 10),
	})
	if p.Active {
		f.Set("active", "yes")
	}
	return f
}

// scans are the uploads named by the form.
func scans(f *form.Form) []id.Blob {
	var out []id.Blob
	for _, v := range f.Values("scan_id") {
		if b, err := id.Parse[id.Blob](v); err == nil && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// encode fills the form with a referral, for its edit page.
func encode(r referral.Referral) *form.Form {
	f := encodeOrder(r)
	set := map[string]string{
		"written_on": r.WrittenOn.String(), "ends_on": r.EndsOn.String(), "external_number": r.ExternalNumber,
		"version": strconv.FormatInt(r.Version, 10),
	}
	if r.StartsOn != r.WrittenOn {
		set["starts_on"] = r.StartsOn.String()
	}
	if r.EndsOn == referral.EndDate(r.StartsOn, r.Order.Weeks) {
		set["ends_on"] = "" // follows from the weeks, also when they are changed
	}
	if r.SignatureSeen {
		set["signature_seen"] = "yes"
	}
	for _, d := range r.Diagnoses {
		if d.Warning != "" {
			set["dx_confirmed"] = "yes"
		}
	}
	for name, value := range set {
		f.Set(name, value)
	}
	return f
}

// encodeOrder fills the form with what a renewal usually repeats. Dates,
// signature, reference number and scan belong to the new paper.
func encodeOrder(r referral.Referral) *form.Form {
	f := form.FromValues(map[string]string{
		"prescriber": r.Prescriber.ID.String(), "per_week": positive(r.Order.PerWeek), "weeks": positive(r.Order.Weeks),
		"visits": positive(r.Order.Visits), "minutes": positive(r.Order.Minutes), "techniques": r.Order.Techniques,
		"regions": r.Order.Regions, "precautions": r.Precautions, "payer_kind": r.PayerKind,
		"accident_kind": string(r.Accident.Kind), "accident_on": r.Accident.On.String(), "accident_state": r.Accident.State,
	})
	if r.Accident.Kind == referral.NoAccident {
		f.Set("accident_kind", string(noAccident))
	}
	if product := r.Order.PerWeek * r.Order.Weeks; product > 0 && product == r.Order.Visits {
		f.Set("visits", "") // follows from the two, also when they are changed
	}
	return f.Set("dx", r.Codes()...)
}

func positive(n int64) string {
	if n <= 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// typedAuthorisation is the authorization within the referral form; nil when
// nothing of it but what was filled in is there.
func typedAuthorisation(f *form.Form) *referral.AuthorisationInput {
	const p = "auth."
	typed := slices.ContainsFunc([]string{"number", "visits", "units", "to_on", "codes"}, func(name string) bool { return f.Has(p + name) })
	if !typed {
		return nil
	}
	return &referral.AuthorisationInput{PayerName: f.Text(p+"payer_name", form.Max(100)), Number: f.Text(p+"number", form.Max(50)),
		State:  form.Choice(f, p+"state", referral.AuthorisationStates()...),
		Visits: f.OptInt(p+"visits", 1, referral.MaxVisits), Units: f.OptInt(p+"units", 1, referral.MaxUnits),
		FromOn: f.Date(p + "from_on"), ToOn: f.Date(p + "to_on"), Codes: f.Text(p + "codes")}
}

func decodeAuthorisation(f *form.Form) referral.AuthorisationInput {
	return referral.AuthorisationInput{
		PayerName: f.Text("payer_name", form.Required("Enter the payer."), form.Max(100)),
		Number:    f.Text("number", form.Required("Enter the authorization number, or who gave it and when."), form.Max(50)),
		Visits:    f.OptInt("visits", 1, referral.MaxVisits), Units: f.OptInt("units", 1, referral.MaxUnits),
		FromOn: f.Date("from_on", form.Required("Enter the first day the authorization covers.")), ToOn: f.Date("to_on"),
		Codes: f.Text("codes"), Diagnoses: f.Values("diagnoses"), State: form.Choice(f, "state", referral.AuthorisationStates()...),
		Note: f.Area("note", form.Max(1000)), Withdrawn: f.Bool("withdrawn"), Scans: scans(f),
	}
}

func encodeAuthorisation(a referral.Authorisation) *form.Form {
	f := form.FromValues(map[string]string{
		"payer_name": a.PayerName, "number": a.Number, "visits": optional(a.Visits), "units": optional(a.Units),
		"from_on": a.FromOn.String(), "to_on": a.ToOn.String(), "codes": strings.Join(a.Codes, " "), "version": strconv.FormatInt(a.Version, 10),
		"state": string(a.State), "note": a.Note,
	})
	f.Set("diagnoses", a.Diagnoses...)
	if a.Withdrawn {
		f.Set("withdrawn", "yes")
	}
	return f
}

// version is the version of the record that the form was filled from.
func version(f *form.Form) int64 {
	n, _ := strconv.ParseInt(f.Value("version"), 10, 64)
	return n
}

// dates reads written and start day without complaint, to check codes by.
func dates(f *form.Form) (on civil.Date) {
	quiet := form.FromValues(map[string]string{"w": f.Value("written_on"), "s": f.Value("starts_on")})
	if s := quiet.Date("s"); !s.IsZero() {
		return s
	}
	return quiet.Date("w")
}

// editDiagnoses does what a button beside a diagnosis says: "dx.add:M54.50",
// "dx.remove:1", "dx.first:2", "dx.replace:0:M54.50". What it does not
// understand changes nothing.
func editDiagnoses(f *form.Form, do string) {
	verb, rest, _ := strings.Cut(do, ":")
	if verb == "dx.add" {
		addCode(f, rest)
		return
	}
	have := slices.Clone(f.Values("dx"))
	arg, code, _ := strings.Cut(rest, ":")
	at, err := strconv.Atoi(arg)
	if err != nil || at < 0 || at >= len(have) {
		return
	}
	switch verb {
	case "dx.remove":
		have = slices.Delete(have, at, at+1)
	case "dx.first":
		first := have[at]
		have = slices.Insert(slices.Delete(have, at, at+1), 0, first)
	case "dx.replace":
		have[at] = code
	}
	f.Set("dx", have...)
}

// addCode appends a code unless it is there, and empties the search box.
func addCode(f *form.Form, code string) {
	if c, err := referral.ParseCode(code); err == nil {
		code = c
	}
	have := f.Values("dx")
	if !slices.Contains(have, code) && len(have) < 2*referral.MaxDiagnoses {
		f.Set("dx", append(slices.Clone(have), code)...)
	}
	f.Set("dx_q", "")
}

func fileSize(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", max(1, n>>10))
}

var accidentOptions = append([]kit.Option{{Value: string(noAccident), Label: "No accident"}}, kit.OptionsOf(referral.AccidentKinds(), referral.AccidentKind.Label)...)
