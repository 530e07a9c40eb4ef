package visitui

import (
	"net/http"
	"net/url"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// phrasesView is the page of phrases.
type phrasesView struct {
	Writes      bool // the actor writes notes
	Own, Shared []visit.Phrase
	Form        *form.Form
}

func (p phrasesView) title() string {
	if p.Form.Has("was") {
		return "Change ." + p.Form.Value("was")
	}
	return "New phrase"
}

func phraseURL(name string) string { return "/phrases?name=" + url.QueryEscape(name) }

// phrasesLink names the way to the phrases, and how many there are.
func phrasesLink(list []visit.Phrase) string {
	if len(list) == 0 {
		return "Make phrases"
	}
	return "Phrases (" + strconv.Itoa(len(list)) + ")"
}

// phrases lists what the actor may put into notes; ?name= opens one of their own.
func (u *ui) phrases(w http.ResponseWriter, r *http.Request) error {
	if !can(r, authz.NoteWrite) {
		return u.showPhrases(w, r, phrasesView{Form: form.Empty()})
	}
	list, err := u.Visits.Phrases(r.Context())
	if err != nil {
		return err
	}
	f := form.Empty()
	if name := r.URL.Query().Get("name"); name != "" {
		p, ok := ownPhrase(list, name)
		if !ok {
			return errs.New(errs.NotFound, "You have no phrase of this name.")
		}
		f.Set("was", p.Name).Set("name", p.Name).Set("body", p.Body).Set("version", strconv.FormatInt(p.Version, 10))
		if p.Shared {
			f.Set("shared", "yes")
		}
	}
	return u.listPhrases(w, r, list, f)
}

func ownPhrase(list []visit.Phrase, name string) (visit.Phrase, bool) {
	for _, p := range list {
		if p.By == "" && p.Name == name {
			return p, true
		}
	}
	return visit.Phrase{}, false
}

func (u *ui) listPhrases(w http.ResponseWriter, r *http.Request, list []visit.Phrase, f *form.Form) error {
	v := phrasesView{Writes: true, Form: f}
	for _, p := range list {
		if p.By == "" {
			v.Own = append(v.Own, p)
		} else {
			v.Shared = append(v.Shared, p)
		}
	}
	return u.showPhrases(w, r, v)
}

func (u *ui) showPhrases(w http.ResponseWriter, r *http.Request, v phrasesView) error {
	page := web.PageData(r, "Phrases")
	page.Form, page.Lead = v.Form, "Words you write often. In a note, a dot and the name put them in."
	return web.Render(w, r, v.Form.Status(), phrasesPage(page, v))
}

// savePhrase keeps or removes a phrase.
func (u *ui) savePhrase(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	was := f.Value("was")
	version := f.Int("version", 0, 1<<40)
	if f.Value("do") == "remove" {
		if err := u.Visits.RemovePhrase(r.Context(), was, version); err != nil {
			return err
		}
		return web.See(w, r, "/phrases", "Phrase removed.")
	}
	p := visit.Phrase{Name: f.Text("name"), Body: f.Area("body", form.Max(note.MaxPhraseBody)), Shared: f.Bool("shared"), Version: version}
	if f.Valid() {
		err = u.Visits.SavePhrase(r.Context(), was, p)
		if err == nil {
			return web.See(w, r, "/phrases", "Phrase saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	list, err := u.Visits.Phrases(r.Context())
	if err != nil {
		return err
	}
	return u.listPhrases(w, r, list, f)
}
