package inboxui

import (
	"net/http"
	"strconv"

	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// question is a page that asks for a reason.
type question struct {
	title, path, text, label, submit string
	tone                             kit.Tone
}

var (
	discarding = question{"Discard this paper?", "/discard", "It leaves the worklist and is kept with the reason. It can be put back.",
		"Why does it belong to nobody?", "Discard", kit.Danger}
	puttingBack = question{"Put this paper back?", "/put-back", "It waits in the inbox again and leaves the patient’s chart.", "Why is it put back?", "Put back", kit.Primary}
)

func (u *ui) ask(w http.ResponseWriter, r *http.Request, q question, p inbox.Paper, f *form.Form) error {
	page := web.PageData(r, q.title)
	page.Active, page.Form, page.Width, page.Back = "inbox", f, kit.Narrow, kit.To("Back to the paper", paperURL(p.ID))
	if f.Value("version") == "" {
		f.Set("version", strconv.FormatInt(p.Version, 10))
	}
	return web.Render(w, r, f.Status(), reasonPage(page, f, q, p))
}

func (u *ui) askFor(w http.ResponseWriter, r *http.Request, q question) error {
	p, err := web.PathID[id.Paper](r, "paper")
	if err != nil {
		return err
	}
	one, _, err := u.Inbox.Paper(r.Context(), p)
	if err != nil {
		return err
	}
	return u.ask(w, r, q, one, form.Empty())
}

func (u *ui) answer(w http.ResponseWriter, r *http.Request, q question, do func(p id.Paper, version int64, reason string) error, next func(id.Paper) string, flash string) error {
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
	reason, version := f.Area("reason", form.Max(500)), f.Version()
	if f.Valid() {
		if err = do(p, version, reason); err == nil {
			return web.See(w, r, next(p), flash)
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.ask(w, r, q, one, f)
}

func (u *ui) askDiscard(w http.ResponseWriter, r *http.Request) error {
	return u.askFor(w, r, discarding)
}

func (u *ui) discard(w http.ResponseWriter, r *http.Request) error {
	return u.answer(w, r, discarding, func(p id.Paper, v int64, why string) error { return u.Inbox.Discard(r.Context(), p, v, why) },
		func(p id.Paper) string { return home + "?done=" + p.String() }, "Discarded.")
}

func (u *ui) askPutBack(w http.ResponseWriter, r *http.Request) error {
	return u.askFor(w, r, puttingBack)
}

func (u *ui) putBack(w http.ResponseWriter, r *http.Request) error {
	return u.answer(w, r, puttingBack, func(p id.Paper, v int64, why string) error { return u.Inbox.PutBack(r.Context(), p, v, why) }, paperURL, "Put back. It waits again.")
}
