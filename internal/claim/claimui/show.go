package claimui

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// sheet is the page of one claim as one person sees it.
type sheet struct {
	claim.View
	F        *form.Form
	Actor    authz.Actor
	Know     *knowledge.Set
	Problems []problem
	Passed   []string
	NoteURL  string   // "" where the person may not read notes
	Before   string   // address of the earlier claim
	After    string   // address of the later claim
	Offers   []choice // what may be chosen
}

// choice is one thing that can be chosen about a claim.
type choice struct {
	Kind    claim.ChoiceKind
	Subject string
	Name    string // of its field
	Label   string
	Hint    string
	Options []kit.Option
	Now     []string // what counts without another choice
	Many    bool
}

func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Claim](r, "claim")
	if err != nil {
		return err
	}
	return u.showClaim(w, r, c, nil)
}

// showClaim shows a claim. f is a form that was sent from its page and refused.
func (u *ui) showClaim(w http.ResponseWriter, r *http.Request, c id.Claim, f *form.Form) error {
	v, err := u.Claims.Get(r.Context(), c)
	if err != nil {
		return err
	}
	h, err := u.Patients.Header(r.Context(), v.Patient)
	if err != nil {
		return err
	}
	a := actor(r)
	s := sheet{View: v, F: f, Actor: a, Know: u.Knowledge, Problems: u.problems(a, c, v.State, v.Findings, claimURL(c)), Passed: passed(v.Findings)}
	if to := noteURL(v.Visit, v.Note); u.mayOpen(a, to) {
		s.NoteURL = to
	}
	if !v.Replaces.IsZero() {
		s.Before = claimURL(v.Replaces)
	}
	if !v.ReplacedBy.IsZero() {
		s.After = claimURL(v.ReplacedBy)
	}
	if s.writes() && v.State.Draft() && v.Frequency != claim.Void {
		s.Offers = s.offers()
	}
	page := web.PageData(r, "Claim "+v.Number)
	page.Active, page.Width, page.Form = "claims", kit.Wide, f
	page.Banner = patientui.Banner(h)
	page.Back = kit.To(tabLabel(v.State), "/claims?state="+string(v.State))
	page.Lead = kit.JoinDot(v.Date.Human(), v.PayerName, v.Total.String(), v.Therapist)
	page.Actions = claimBadges(s)
	web.AllowFrames(w)
	return web.Render(w, r, f.Status(), claimPage(page, s))
}

func (s sheet) may(p authz.Permission) bool { return s.Actor.Can(p) }
func (s sheet) writes() bool                { return s.may(authz.ClaimWrite) }
func (s sheet) sendable() bool              { return s.State == claim.Ready && s.may(authz.ClaimSend) }
func (s sheet) action(what string) string   { return claimURL(s.ID) + "/" + what }
func (s sheet) version() string             { return strconv.FormatInt(s.Version, 10) }

// answers are the answers that may be recorded now.
func (s sheet) answers() []kit.Option {
	return kit.OptionsOf(s.State.Answers(), claim.State.Label)
}

// correctable and voidable say which corrections the state leaves; the service
// decides.
func (s sheet) correctable() bool {
	return s.ReplacedBy.IsZero() && (s.State == claim.Rejected || s.State.Out() && s.Frequency != claim.Void)
}

func (s sheet) voidable() bool { return s.MayVoid }

func (s sheet) correctText() string {
	if s.State == claim.Rejected {
		return "The payer never had this claim. It becomes a draft again under the same number."
	}
	return "The payer has this claim. A replacement is drafted, which names the payer’s number of this one."
}

// headline says how the claim stands.
func (s sheet) headline() (kit.Tone, string) {
	blocks := 0
	for _, f := range s.Findings {
		if f.Blocks() {
			blocks++
		}
	}
	switch {
	case !s.State.Draft():
		return kit.Neutral, "Checks when it was sent"
	case blocks > 0:
		return kit.Danger, kit.Plural(blocks, "thing keeps it back", "things keep it back")
	case len(s.Problems) > 0:
		return kit.Warn, "Ready, with " + kit.Plural(len(s.Problems), "thing", "things") + " to look at"
	}
	return kit.OK, "Ready: every check passed"
}

// offers are what the rules leave open for this claim.
func (s sheet) offers() []choice {
	var out []choice
	add := func(c choice) {
		c.Name = choiceName(s.ID, c.Kind, c.Subject)
		out = append(out, c)
	}
	seen := map[string]bool{}
	for _, p := range s.Counting.Parts {
		if seen[p.Technique] {
			continue
		}
		seen[p.Technique] = true
		code, _, _ := strings.Cut(p.Key, "-")
		add(choice{Kind: claim.ChooseProcedure, Subject: p.Technique, Label: p.Label + " is billed as", Options: coded(s.Procedures), Now: []string{code}})
	}
	for _, l := range s.Document.Lines {
		add(choice{Kind: claim.ChooseModifier, Subject: l.Procedure, Label: "Modifiers of " + l.Procedure, Hint: "What the payer wants on every line is added by itself.",
			Options: coded(s.Modifiers), Now: l.Modifiers, Many: true})
		var now []string
		for _, p := range l.Pointers {
			now = append(now, strconv.Itoa(p))
		}
		if len(s.Diagnoses) > 1 {
			add(choice{Kind: claim.ChoosePointer, Subject: l.Procedure, Label: "Diagnoses that " + l.Procedure + " answers to", Hint: "At most four.",
				Options: plain(s.Diagnoses), Now: now, Many: true})
		}
	}
	return out
}

// coded are options whose value people know, with what it means.
func coded(in []claim.Option) []kit.Option {
	out := make([]kit.Option, len(in))
	for i, o := range in {
		out[i] = kit.Option{Value: o.Value, Label: o.Value + " " + o.Label}
	}
	return out
}

func plain(in []claim.Option) []kit.Option {
	out := make([]kit.Option, len(in))
	for i, o := range in {
		out[i] = kit.Option{Value: o.Value, Label: o.Label}
	}
	return out
}

// form holds what counts now, unless something else was sent and refused.
func (c choice) form(sent *form.Form) *form.Form {
	if sent.Has(c.Name) || sent.Error(c.Name) != "" {
		return sent
	}
	return form.Empty().Set(c.Name, c.Now...)
}

// remark is the claim's remark as a choice, with what was typed if it was
// refused.
func (s sheet) remark() (name string, f *form.Form) {
	name = choiceName(s.ID, claim.ChooseRemark, "")
	if s.F.Has(name) || s.F.Error(name) != "" {
		return name, s.F
	}
	return name, form.FromValues(map[string]string{name: s.Document.Remark})
}

// tie is what is left to choose of the further unit.
func (s sheet) tie() *tie {
	if !s.writes() {
		return nil
	}
	return tieOf(s.View, claimURL(s.ID))
}

// diagnoses are the codes with their words where these are known.
func (s sheet) diagnoses() []string {
	out := slices.Clone(s.Document.Diagnoses)
	for _, o := range s.Diagnoses {
		if n, err := strconv.Atoi(o.Value); err == nil && n >= 1 && n <= len(out) {
			out[n-1] = o.Label
		}
	}
	return out
}

// newestFirst is the history as a page shows it.
func (s sheet) newestFirst() []claim.Event {
	out := slices.Clone(s.History)
	slices.Reverse(out)
	return out
}
