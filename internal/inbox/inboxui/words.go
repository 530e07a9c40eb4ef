package inboxui

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/patient"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// boardView is the worklist with one paper open.
type boardView struct {
	inbox.Worklist
	Form    *form.Form
	Open    inbox.Paper // zero when nothing waits
	Choices choices
	Recent  []inbox.Settled
	Aside   []inbox.Aside
	Done    *inbox.Settled // what was just filed or discarded and can be undone
	May     bool           // file, discard and take in
	First   bool           // the first page of the list
}

// choices are the patients offered for a paper.
type choices struct {
	Paper     id.Paper
	Query     string
	Suggested *inbox.Suggestion
	Found     []patient.Row
}

// settledView is a paper that was filed or discarded.
type settledView struct {
	inbox.Paper
	Events  []inbox.Event
	Patient patient.Row
	May     bool
}

// undo finds the paper that the address says was just settled, while its
// actor may take that back without a reason.
func (v *boardView) undo(r *http.Request, now time.Time) {
	done, err := id.Parse[id.Paper](r.URL.Query().Get("done"))
	a, _ := authz.From(r.Context())
	if err != nil {
		return
	}
	for i, s := range v.Recent {
		if s.ID == done && s.Undoable(a.User, now) {
			v.Done = &v.Recent[i]
		}
	}
}

func doneText(s inbox.Settled) string {
	if s.State == inbox.Discarded {
		return "Discarded."
	}
	return "Filed to " + s.PatientName + " as " + s.Kind.Label() + "."
}

func (v boardView) nextURL() string {
	if v.Next.IsZero() {
		return ""
	}
	return home + "?after=" + v.Next.String()
}

func (v boardView) firstURL() string {
	if v.First {
		return ""
	}
	return home
}

func fileURL(p inbox.Paper) string { return paperURL(p.ID) + "/file" }

func chartFileURL(p id.Patient, paper id.Paper) string {
	return "/patients/" + p.String() + "/papers/" + paper.String()
}

func when(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2 Jan 2006, 3:04 pm")
}

// paperMeta says in a line how a paper came.
func paperMeta(p inbox.Paper, a authz.Actor) string {
	return kit.JoinDot(p.Source.Label(), when(p.ReceivedAt.Time, a.Zone), size(p.Size))
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KB", max(1, n>>10))
}

func settledMeta(s inbox.Settled, a authz.Actor) string {
	what := "Discarded"
	if s.State == inbox.Filed {
		what = kit.JoinDot(s.Kind.Label(), s.PatientName)
	}
	by := s.By
	if by != "" {
		by = "by " + by
	}
	return kit.JoinDot(what, when(s.SettledAt.Time, a.Zone), by)
}

func eventMeta(e inbox.Event, a authz.Actor) string {
	return kit.JoinDot(when(e.At.Time, a.Zone), e.By)
}

func option(r patient.Row, hint string) kit.Option {
	facts := kit.JoinDot("born "+r.BirthDate.Human(), r.Number)
	if r.Status == patient.Archived {
		facts = kit.JoinDot(facts, "archived")
	}
	return kit.Option{Value: r.ID.String(), Label: r.Name, Hint: kit.JoinDot(facts, hint)}
}

func (c choices) options() []kit.Option {
	var out []kit.Option
	if c.Suggested != nil {
		out = append(out, option(c.Suggested.Patient, "suggested: "+c.Suggested.Why))
	}
	for _, r := range c.Found {
		out = append(out, option(r, ""))
	}
	return out
}

func (c choices) status() string {
	switch {
	case c.Query != "" && len(c.Found) == 0:
		return "Nobody found. Try fewer words, or register the patient first."
	case c.Query != "":
		return kit.Plural(len(c.Found), "patient found", "patients found")
	case c.Suggested == nil:
		return "The file name points at nobody. Search for the patient."
	}
	return ""
}

// live lets the choices follow what is typed.
func live(p id.Paper) templ.Attributes {
	return templ.Attributes{
		"hx-get": paperURL(p) + "/patients", "hx-trigger": "input delay:250ms", "hx-target": "#patients", "hx-swap": "outerHTML",
		"hx-include": "#patients", "hx-sync": "this:replace", "hx-indicator": "#patients",
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// asking is who looks at the page.
func asking(ctx context.Context) authz.Actor {
	a, _ := authz.From(ctx)
	return a
}

// kindAttrs gives the first of the buttons the id that a complaint leads to.
func kindAttrs(i int) templ.Attributes {
	if i == 0 {
		return templ.Attributes{"id": kit.ID("kind")}
	}
	return nil
}
