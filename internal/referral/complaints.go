package referral

import (
	"cmp"
	"slices"
	"strings"

	"soapstone/internal/errs"
)

// pageOrder is the order of the fields on the referral form, in which people
// read complaints.
var pageOrder = []string{
	"patient", "prescriber", "new.given_name", "new.family_name", "new.credential", "new.npi", "new.taxonomy", "new.organisation", "new.phone", "new.fax",
	"new.address_line", "new.city", "new.state", "new.postal_code",
	"dx", "dx_q", "dx_confirmed", "per_week", "weeks", "visits", "minutes", "techniques", "regions",
	"written_on", "starts_on", "ends_on", "precautions", "payer_kind", "external_number",
	"accident_kind", "accident_on", "accident_state",
	"auth.payer_name", "auth.number", "auth.state", "auth.visits", "auth.units", "auth.from_on", "auth.to_on", "auth.codes", "signature_seen", "reason",
}

func inPageOrder(wrong []errs.Field) []errs.Field {
	place := map[string]int{}
	for i, name := range pageOrder {
		place[name] = i
	}
	slices.SortStableFunc(wrong, func(a, b errs.Field) int { return cmp.Compare(place[group(a.Name)], place[group(b.Name)]) })
	return wrong
}

// group is the field a complaint stands with: dx.3 stands with dx.
func group(name string) string {
	if strings.HasPrefix(name, "dx.") {
		return "dx"
	}
	return name
}

// stillMissing drops what is missing only because what was entered is wrong.
func stillMissing(missing, wrong []errs.Field) []errs.Field {
	return slices.DeleteFunc(missing, func(m errs.Field) bool {
		return slices.ContainsFunc(wrong, func(w errs.Field) bool {
			switch m.Name {
			case "prescriber":
				return w.Name == "prescriber" || strings.HasPrefix(w.Name, "new.")
			case "dx_q":
				return strings.HasPrefix(w.Name, "dx")
			case "per_week":
				return w.Name == "per_week" || w.Name == "weeks" || w.Name == "visits"
			}
			return w.Name == m.Name
		})
	})
}
