// Package inboxui is the pages of the inbox: what waits with its picture beside
// it, filing in two taps (the patient, then what it is), and the papers of a
// chart. It chooses nothing beforehand: a suggested patient stands first and is
// tapped like any other. No file name, which may name a patient, goes into an
// address or a flash line.
package inboxui

import (
	"context"
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Folder tells what the watched folder could not take in.
type Folder interface {
	Aside(ctx context.Context) ([]inbox.Aside, error)
}

// Deps are passed by the composition root. Folder is asked at each page and
// gives nil where none is watched.
type Deps struct {
	Inbox    *inbox.Service
	Patients *patient.Service
	Folder   func() Folder
	Clock    clock.Clock
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	read, write, paper := authz.InboxRead, authz.InboxWrite, authz.PaperRead
	rt.Handle("GET /inbox", read, u.list)
	rt.Handle("POST /inbox", write, u.upload)
	rt.Handle("GET /inbox/{paper}", read, u.show)
	rt.Handle("POST /inbox/{paper}", write, u.file)
	rt.Handle("GET /inbox/{paper}/file", read, u.content)
	rt.Handle("GET /inbox/{paper}/patients", write, u.find)
	rt.Handle("POST /inbox/{paper}/undo", write, u.undo)
	rt.Handle("GET /inbox/{paper}/put-back", write, u.askPutBack)
	rt.Handle("POST /inbox/{paper}/put-back", write, u.putBack)
	rt.Handle("GET /inbox/{paper}/discard", write, u.askDiscard)
	rt.Handle("POST /inbox/{paper}/discard", write, u.discard)
	rt.Handle("GET /patients/{patient}/papers", paper, u.chart)
	rt.Handle("GET /patients/{patient}/papers/{paper}", paper, u.chartPaper)
}

type ui struct{ Deps }

const home = "/inbox"

func paperURL(p id.Paper) string { return home + "/" + p.String() }

func may(r *http.Request) bool {
	a, _ := authz.From(r.Context())
	return a.Can(authz.InboxWrite)
}

// list shows the worklist with its oldest paper open.
func (u *ui) list(w http.ResponseWriter, r *http.Request) error {
	return u.board(w, r, id.Paper{}, form.Empty())
}

// show opens one paper of the worklist, or tells what became of one that was
// filed or discarded.
func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	one, events, err := u.Inbox.Paper(r.Context(), p)
	if err != nil {
		return err
	}
	if one.State == inbox.Waiting {
		return u.board(w, r, p, form.Empty())
	}
	page := web.PageData(r, "Paper")
	page.Active, page.Back = "inbox", kit.To("Inbox", home)
	v := settledView{Paper: one, Events: events, May: may(r)}
	if !one.Patient.IsZero() {
		if v.Patient, err = u.Inbox.PatientName(r.Context(), one.Patient); err != nil {
			return err
		}
	}
	web.AllowFrames(w)
	return web.Render(w, r, http.StatusOK, settledPage(page, v))
}

// board is the worklist with one paper open: chosen, or the first.
func (u *ui) board(w http.ResponseWriter, r *http.Request, chosen id.Paper, f *form.Form) error {
	v, err := u.boardView(r, chosen, f)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Inbox")
	page.Active, page.Form, page.HTMX, page.Width = "inbox", f, true, kit.Wide
	if v.Count > 0 {
		page.Lead = kit.Plural(int(v.Count), "paper waits", "papers wait") + ", the oldest first."
	}
	web.AllowFrames(w)
	return web.Render(w, r, f.Status(), boardPage(page, v))
}

func (u *ui) boardView(r *http.Request, chosen id.Paper, f *form.Form) (boardView, error) {
	ctx := r.Context()
	after, _ := id.Parse[id.Paper](r.URL.Query().Get("after"))
	list, err := u.Inbox.Worklist(ctx, after)
	if err != nil {
		return boardView{}, err
	}
	v := boardView{Form: f, Worklist: list, May: may(r), First: after.IsZero()}
	switch {
	case !chosen.IsZero():
		if v.Open, _, err = u.Inbox.Paper(ctx, chosen); err != nil {
			return v, err
		}
	case len(list.Papers) > 0:
		v.Open = list.Papers[0]
	}
	if !v.Open.ID.IsZero() && v.May {
		if v.Choices, err = u.choices(ctx, v.Open, f.Value("patient_q")); err != nil {
			return v, err
		}
	}
	if v.Recent, err = u.Inbox.Recent(ctx); err != nil {
		return v, err
	}
	v.undo(r, u.Clock.Now())
	if u.Folder != nil {
		if watch := u.Folder(); watch != nil {
			v.Aside, err = watch.Aside(ctx)
		}
	}
	return v, err
}

// choices are the patients offered for a paper: the suggested one, then those found.
func (u *ui) choices(ctx context.Context, p inbox.Paper, query string) (choices, error) {
	c := choices{Paper: p.ID, Query: query}
	s, ok, err := u.Inbox.Suggest(ctx, p)
	if err != nil {
		return c, err
	}
	if ok {
		c.Suggested = &s
	}
	if query == "" {
		return c, nil
	}
	found, err := u.Patients.Search(ctx, query)
	for _, row := range found.Rows {
		if row.Status != patient.MergedAway && (c.Suggested == nil || c.Suggested.Patient.ID != row.ID) && len(c.Found) < maxFound {
			c.Found = append(c.Found, row)
		}
	}
	return c, err
}

const maxFound = 8

// find answers the search while one types.
func (u *ui) find(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	one, _, err := u.Inbox.Paper(r.Context(), p)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	c, err := u.choices(r.Context(), one, f.Value("patient_q"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, patientChoices(f, c))
}

// file files a paper, or searches when that button was pressed.
func (u *ui) file(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if f.Value("do") == "find" || f.Value("do") == "enter" && f.Has("patient_q") {
		return u.board(w, r, p, f)
	}
	to, kind, version := form.ID[id.Patient](f, "patient"), form.Choice(f, "kind", inbox.Kinds()...), f.Version()
	f.Require("patient", "Choose the patient.")
	f.Require("kind", "Say what it is: press one of these.")
	if f.Valid() {
		scan, err := u.Inbox.File(r.Context(), p, version, to, kind)
		switch {
		case err == nil && kind == inbox.Prescription:
			return web.See(w, r, "/patients/"+to.String()+"/referrals/new?scan="+scan.String(), "Prescription filed. Register its referral here.")
		case err == nil:
			return web.See(w, r, home+"?done="+p.String())
		case !f.Merge(err):
			return err
		}
	}
	// Somebody else may have settled it meanwhile: then its own page says what became of it.
	if one, _, err := u.Inbox.Paper(r.Context(), p); err != nil || one.State != inbox.Waiting {
		if err != nil {
			return err
		}
		return errs.New(errs.Conflict, "This paper was filed or discarded meanwhile. Open the inbox again.")
	}
	return u.board(w, r, p, f)
}

func (u *ui) undo(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	err = u.Inbox.Undo(r.Context(), p, f.Int("version", 1, 1<<53))
	if errs.Is(err, errs.Conflict) {
		return web.See(w, r, paperURL(p)+"/put-back", errs.PublicOf(err))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, paperURL(p), "Undone. It waits again.")
}

func (u *ui) content(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	f, err := u.Inbox.Content(r.Context(), p)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: f.Name, Type: f.ContentType, Data: f.Bytes}, true)
}

// chart lists the papers filed to a patient.
func (u *ui) chart(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return err
	}
	papers, err := u.Inbox.OfPatient(r.Context(), pid)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Papers")
	page.Active, page.Banner, page.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "papers")
	return web.Render(w, r, http.StatusOK, chartPage(page, pid, papers))
}

func (u *ui) chartPaper(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	f, err := u.Inbox.ContentOf(r.Context(), pid, p)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: f.Name, Type: f.ContentType, Data: f.Bytes}, true)
}
