package claimui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// board is the workbench as one person sees it.
type board struct {
	claim.Board
	Act     *form.Form // what was asked for last and refused; nil otherwise
	Query   *form.Form // the filters
	Entries []entry
	Sends   bool
	Test    bool // files are marked as tests
	Chosen  int
	Total   money.Cents // of those chosen
	Warned  int         // of the page, with something to look at
}

// entry is one claim of the workbench.
type entry struct {
	claim.Row
	Problems []problem
	Passed   []string
	Tie      *tie
	Chosen   bool
}

// tie is a further unit that somebody has to give to one procedure or another.
type tie struct {
	Claim   id.Claim
	Version int64
	Name    string
	Next    string
	Keys    []string
	Chosen  []string // as counted without a choice
	Extra   int
}

// shown are the states with a tab of their own; the others have one while there
// are claims in them.
var shown = []claim.State{claim.Blocked, claim.Ready, claim.Held, claim.Sent, claim.Rejected, claim.Denied, claim.Paid}

func (u *ui) board(w http.ResponseWriter, r *http.Request) error {
	return u.showBoard(w, r, r.URL.Query(), nil)
}

// showBoard shows the claims that query asks for. act is a form that was sent
// from there and refused.
func (u *ui) showBoard(w http.ResponseWriter, r *http.Request, query url.Values, act *form.Form) error {
	b := board{Act: act, Query: form.Decode(query), Sends: actor(r).Can(authz.ClaimSend)}
	filter := readFilter(b.Query)
	found, err := u.Claims.Board(r.Context(), filter)
	if err == nil && !query.Has("state") && found.Counts[claim.Blocked] == 0 && found.Counts[claim.Ready] > 0 {
		filter.State = claim.Ready // nothing to mend: one tap sends
		found, err = u.Claims.Board(r.Context(), filter)
	}
	if err != nil {
		return err
	}
	b.Board = found
	if err := u.fill(r, &b); err != nil {
		return err
	}
	if b.Sends && b.Filter.State == claim.Ready {
		set, err := u.Claims.Settings(r.Context())
		if err != nil {
			return err
		}
		b.Test = set.Usage == "T"
	}
	page := web.PageData(r, "Claims")
	page.Active, page.Width, page.Form = "claims", kit.Wide, b.Query
	page.Actions = boardActions()
	page.Scripts = []string{"claims.js"}
	if act != nil {
		page.Form, page.Path = act, b.address()
	}
	return web.Render(w, r, page.Form.Status(), boardPage(page, b))
}

func readFilter(f *form.Form) claim.Filter {
	in := claim.Filter{State: form.Choice(f, "state", claim.States()...), Payer: form.ID[id.Payer](f, "payer"),
		From: f.Date("from"), To: f.Date("to"), Cursor: f.Text("after")}
	f.Check(in.From.IsZero() || in.To.IsZero() || !in.To.Before(in.From), "to", "The last day is before the first.")
	return in
}

// fill makes the entries. What is chosen is all that is ready, or what was
// chosen when sending was refused.
func (u *ui) fill(r *http.Request, b *board) error {
	a, here := actor(r), b.address()
	ready := b.Filter.State == claim.Ready
	for _, row := range b.Rows {
		next := here + "#c-" + row.ID.String()
		e := entry{Row: row, Problems: u.problems(a, row.ID, row.State, row.Findings, next), Passed: passed(row.Findings)}
		e.Chosen = ready && b.Sends && (b.Act == nil || !b.Act.Has("claim") || b.Act.Checked("claim", row.ID.String()))
		if e.Chosen {
			b.Chosen++
			b.Total += row.Total
		}
		if len(e.Problems) > 0 {
			b.Warned++
		}
		if _, open := findingOf(row.Findings, "units.tie"); open && row.State.Draft() && a.Can(authz.ClaimWrite) {
			v, err := u.Claims.Get(r.Context(), row.ID)
			if err != nil {
				return err
			}
			e.Tie = tieOf(v, next)
		}
		b.Entries = append(b.Entries, e)
	}
	return nil
}

func tieOf(v claim.View, next string) *tie {
	t := v.Counting.Tie
	if t == nil || !v.State.Draft() {
		return nil
	}
	return &tie{Claim: v.ID, Version: v.Version, Name: choiceName(v.ID, claim.ChooseTie, ""), Next: next, Keys: t.Keys, Chosen: t.Chosen, Extra: t.Extra}
}

// options are the procedures that may get the unit.
func (t *tie) options() []kit.Option {
	var out []kit.Option
	for _, k := range t.Keys {
		label := keyWords(k)
		if slices.Contains(t.Chosen, k) {
			label += " (has it now)"
		}
		out = append(out, kit.Option{Value: k, Label: label})
	}
	return out
}

// form marks what has the unit now, unless something else was sent.
func (t *tie) form(act *form.Form) *form.Form {
	if act.Has(t.Name) || act.Error(t.Name) != "" {
		return act
	}
	return form.Empty().Set(t.Name, t.Chosen...)
}

// address is that of the page shown.
func (b board) address() string { return b.at(b.Filter.State, b.Filter.Cursor) }

// at is a list with the filters of this one.
func (b board) at(state claim.State, after string) string {
	v := url.Values{"state": {string(state)}}
	if !b.Filter.Payer.IsZero() {
		v.Set("payer", b.Filter.Payer.String())
	}
	if !b.Filter.From.IsZero() {
		v.Set("from", b.Filter.From.String())
	}
	if !b.Filter.To.IsZero() {
		v.Set("to", b.Filter.To.String())
	}
	if after != "" {
		v.Set("after", after)
	}
	return "/claims?" + v.Encode()
}

func (b board) tabs() []kit.Tab {
	var out []kit.Tab
	for _, s := range claim.States() {
		n, active := b.Counts[s], s == b.Filter.State
		if slices.Contains(shown, s) || n > 0 || active {
			label := tabLabel(s)
			if s == claim.Ready && b.Ready > 0 {
				label += " " + b.Ready.String()
			}
			out = append(out, kit.Tab{Label: label, URL: b.at(s, ""), Active: active, Count: int(n)})
		}
	}
	return out
}

func (b board) filtered() bool {
	return !b.Filter.Payer.IsZero() || !b.Filter.From.IsZero() || !b.Filter.To.IsZero()
}

func (b board) payers() []kit.Option {
	var out []kit.Option
	for _, p := range b.Payers {
		out = append(out, kit.Option{Value: p.ID.String(), Label: p.Name})
	}
	return out
}

// sendLabel says how many leave, how, and for how much.
func sendLabel(n int, total money.Cents) string {
	return fmt.Sprintf("Send %s · 837P · %s", kit.Plural(n, "claim", "claims"), total)
}

// dryRun says what was found out about the claims of the page.
func (b board) dryRun() string {
	s := kit.Plural(len(b.Entries), "claim passes", "claims pass") + " all checks that block"
	if b.Warned > 0 {
		s += fmt.Sprintf(", %d with something to look at", b.Warned)
	}
	return s + ". All are checked again when they are sent."
}

// empty says what is not there and where to go on.
func (b board) empty() (title, text, link, label string) {
	if b.filtered() || b.Filter.Cursor != "" {
		return "No claims here", "No " + strings.ToLower(tabLabel(b.Filter.State)) + " claims of this payer and these days.", "/claims?state=" + string(b.Filter.State), "Show all"
	}
	ready := int(b.Counts[claim.Ready])
	switch b.Filter.State {
	case claim.Blocked:
		if ready > 0 {
			return fmt.Sprintf("Nothing blocked. %d ready.", ready), "All that is signed and insured can be sent.", b.at(claim.Ready, ""), "See what is ready"
		}
		return "Nothing blocked", "A claim is drafted when the note of an insured visit is signed. What is missing is listed here.", "", ""
	case claim.Ready:
		if n := int(b.Counts[claim.Blocked]); n > 0 {
			return "Nothing ready", kit.Plural(n, "claim needs", "claims need") + " something first.", b.at(claim.Blocked, ""), "See what is missing"
		}
		return "Nothing to send", "A claim is drafted when the note of an insured visit is signed.", "", ""
	}
	return "No claims here", "Claims that are " + strings.ToLower(tabLabel(b.Filter.State)) + " are listed here.", "", ""
}
