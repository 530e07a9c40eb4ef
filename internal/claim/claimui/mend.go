package claimui

import (
	"net/url"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// problem is a finding that asks for something, as one person sees it.
type problem struct {
	claim.Finding
	Claim id.Claim
	Tone  kit.Tone
	Mend  kit.Link // none where the person may not open the page
	Ask   string   // who mends it then
	Waive bool     // the person may set it aside
	Name  string   // of the field for the reason
	Next  string   // where to go on
}

// problems are the findings of a claim that ask for something.
func (u *ui) problems(a authz.Actor, c id.Claim, state claim.State, findings []claim.Finding, next string) []problem {
	var out []problem
	named := map[string]bool{} // one field for each check and line: the service takes the first
	for _, f := range claim.Open(findings) {
		p := problem{Finding: f, Claim: c, Tone: kit.Warn, Name: reasonName(c, f), Next: next}
		if f.Blocks() {
			p.Tone = kit.Danger
		}
		if f.Waived != nil {
			p.Tone = kit.Neutral
		}
		switch {
		case f.Fix.URL == "" || f.Waived != nil || !state.Draft():
		case u.mayOpen(a, f.Fix.URL):
			p.Mend = kit.To(f.Fix.Label, mendURL(f.Fix.URL, next))
		default:
			p.Ask = "Ask somebody who may: " + strings.ToLower(f.Fix.Label[:1]) + f.Fix.Label[1:] + "."
		}
		p.Waive = f.Blocks() && state.Draft() && mayWaive(a, f) && !named[p.Name]
		named[p.Name] = named[p.Name] || p.Waive
		out = append(out, p)
	}
	return out
}

// inTwo tells those that block from those to look at.
func inTwo(all []problem) (blocks, rest []problem) {
	for _, p := range all {
		if p.Blocks() {
			blocks = append(blocks, p)
		} else {
			rest = append(rest, p)
		}
	}
	return blocks, rest
}

func mayWaive(a authz.Actor, f claim.Finding) bool {
	return a.Can(authz.ClaimWaive) && (f.Waiver == claim.Biller || f.Waiver == claim.OwnerOnly && a.Has(authz.Owner))
}

// reasonName tells the reason fields of a page apart.
func reasonName(c id.Claim, f claim.Finding) string {
	return "reason." + c.String() + "." + f.Check + "." + f.Line
}

// mendURL adds the way back for pages that lead on. A claim's own page needs
// none.
func mendURL(address, next string) string {
	if strings.HasPrefix(address, "/claims/") {
		return address
	}
	return address + "?" + url.Values{"next": {next}}.Encode()
}

// passed are the titles of the checks that ask for nothing.
func passed(findings []claim.Finding) []string {
	var out []string
	for _, f := range findings {
		if f.Level == claim.Pass {
			out = append(out, f.Text)
		}
	}
	return out
}

// mayOpen reports whether the actor may open the page at an address of ours.
// One that no route is known for is taken to be open.
func (u *ui) mayOpen(a authz.Actor, address string) bool {
	at, err := url.Parse(address)
	if err != nil {
		return false
	}
	var found web.Route
	most := -1
	for _, r := range u.routes() {
		if n := literals(r, at.Path); n > most {
			found, most = r, n
		}
	}
	return most < 0 || found.Access != web.AccessPermission || a.Can(found.Permission)
}

// literals counts the parts of a page's route that agree with path letter by
// letter: the route with most of them is the one that answers. -1 is no match.
func literals(r web.Route, path string) int {
	want, have := strings.Split(r.Path, "/"), strings.Split(path, "/")
	if r.Method != "GET" || len(want) != len(have) {
		return -1
	}
	n := 0
	for i, part := range want {
		switch {
		case part == have[i]:
			n++
		case !strings.HasPrefix(part, "{"):
			return -1
		}
	}
	return n
}

// findingOf finds an open finding by check and line.
func findingOf(all []claim.Finding, check string) (claim.Finding, bool) {
	i := slices.IndexFunc(all, func(f claim.Finding) bool { return f.Check == check && f.Level != claim.Pass })
	if i < 0 {
		return claim.Finding{}, false
	}
	return all[i], true
}
