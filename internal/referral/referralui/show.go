package referralui

import (
	"embed"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/static"
)

//go:embed referral.js
var assets embed.FS

var _ = static.Add(assets)

func itoa(n int) string { return strconv.Itoa(n) }

// liveAttrs let a list follow what is typed into a field. include is what else
// is sent along.
func liveAttrs(url, target, include string) templ.Attributes {
	return templ.Attributes{
		"hx-get": url, "hx-trigger": "input delay:250ms", "hx-target": target, "hx-swap": "outerHTML",
		"hx-include": include, "hx-sync": "this:replace", "hx-indicator": target,
	}
}

// here is the address of the form itself, which is also that of its page.
const here = "?"

// inPlace lets a button of the form change one region without showing the
// whole page again. The file of the form is not sent along.
func inPlace(region, label string) templ.Attributes {
	a := templ.Attributes{"hx-post": here, "hx-encoding": "application/x-www-form-urlencoded",
		"hx-target": region, "hx-select": region, "hx-swap": "outerHTML"}
	if label != "" {
		a["aria-label"] = label
	}
	return a
}

// removeAttrs make the button of a refused code the place its complaint leads to.
func removeAttrs(d diagnosisView) templ.Attributes {
	a := inPlace("#dx", "Remove "+d.Code)
	name := kit.ID(referral.DiagnosisField(d.At))
	a["id"] = name
	if d.Complaint != "" {
		a["aria-describedby"] = name + "-error"
	}
	return a
}

// uploadAttrs send a chosen file at once, so that it is shown beside the fields.
func uploadAttrs() templ.Attributes {
	return templ.Attributes{
		"hx-post": here, "hx-trigger": "change", "hx-encoding": "multipart/form-data", "hx-vals": `{"do":"scan.upload"}`,
		"hx-target": "#scan", "hx-select": "#scan", "hx-swap": "outerHTML",
	}
}

func (v formView) cancelURL() string {
	if v.choosing() {
		return "/patients"
	}
	if v.isNew() {
		return listURL(v.Patient)
	}
	return referralURL(v.Patient, v.Editing.ID)
}

// asksConfirmation reports whether a chosen code is in no list at hand.
func (v formView) asksConfirmation() bool {
	for _, d := range v.Diagnoses {
		if d.Text == "" && len(d.Replacements) == 0 {
			return true
		}
	}
	return false
}

var sexOptions = kit.OptionsOf(patient.Sexes(), patient.Sex.Label)

// renewsWords says when the renewed prescription gives way.
func renewsWords(v formView) string {
	old := v.Renews
	switch {
	case old.State == referral.Closed:
		return "That one is closed. Enter the day, the signature and the scan of the new paper."
	case old.EndsOn.IsZero() || old.EndsOn.Before(v.Today):
		return "It is closed as replaced when the new one is saved. Enter the day, the signature and the scan of the new paper."
	}
	return "It stands until " + old.EndsOn.Human() + " and ends the day before the new one starts. Enter the day, the signature and the scan of the new paper."
}

func newPrescriberOpen(f *form.Form) bool {
	return f.Value("prescriber") == someoneNew || newPrescriberTyped(f)
}

func prescriberOptions(offered []referral.Prescriber) []kit.Option {
	var out []kit.Option
	for _, p := range offered {
		out = append(out, kit.Option{Value: p.ID.String(), Label: p.Name(), Hint: kit.JoinDot("NPI "+p.NPI, p.Organisation, p.City)})
	}
	return append(out, kit.Option{Value: someoneNew, Label: "Someone new"})
}

func foundWords(n int, one, many string) string {
	if n == 0 {
		return "Nothing found. Try other words."
	}
	return kit.Plural(n, one, many) + " found"
}

func codesFound(n int) string {
	if n >= referral.MaxCodes {
		return "The first " + itoa(n) + " are shown. Type more to find others."
	}
	return foundWords(n, "code", "codes")
}

func choiceText(c referral.Choice) string {
	if c.Description == "" {
		return "No description in this list"
	}
	return c.Description
}

func scanLabel(v formView) string { return addPageLabel(slices.Concat(v.Scans, v.Editing.Scans)) }

func addPageLabel(have []referral.Scan) string {
	if len(have) > 0 {
		return "Add another page"
	}
	return "Photograph or upload the prescription"
}

func statusTone(s referral.Status) kit.Tone {
	switch s {
	case referral.StatusActive:
		return kit.OK
	case referral.StatusExhausted, referral.StatusExpired:
		return kit.Danger
	case referral.StatusDraft:
		return kit.Warn
	case referral.StatusReplaced:
		return kit.Neutral
	case referral.StatusUpcoming:
		return kit.Info
	}
	return kit.Neutral
}
