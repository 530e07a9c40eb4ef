package home

import (
	"net/http"
	"net/url"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// change does a step of a visit from its row and comes back to the row, where it
// can be taken back.
func (u *ui) change(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 0, 1<<40)
	act := visit.Action(f.Choice("action", string(visit.ActArrive), string(visit.ActCancel), string(visit.ActNoShow), string(visit.ActUndo)))
	if !f.Valid() || act == "" {
		return errs.New(errs.Invalid, "Choose one of the steps shown.")
	}
	reason := ""
	if act == visit.ActCancel {
		reason = "No reason given"
	}
	if _, err := u.svc.Visits.Act(r.Context(), v, version, act, reason); err != nil {
		return err
	}
	return web.See(w, r, backTo(f, v, act))
}

// backTo is the row on the page that the change was made from.
func backTo(f *form.Form, v id.Visit, act visit.Action) string {
	to, err := url.Parse(web.LocalPath(f.Value("next")))
	if err != nil {
		return "/"
	}
	query := to.Query()
	query.Del("changed")
	if act != visit.ActUndo {
		query.Set("changed", v.String())
	}
	to.RawQuery, to.Fragment = query.Encode(), rowID(v)
	return to.String()
}

func rowID(v id.Visit) string { return "v-" + v.String() }

// said is what was done to a visit, without a name: it is read out.
func (r Row) said() string {
	return map[visit.State]string{visit.StateCancelled: "The " + r.Time + " visit was cancelled.",
		visit.StateNoShow: "The " + r.Time + " visit was noted as a no-show.", visit.StateArrived: "Arrival for " + r.Time + " noted."}[r.State]
}

func (u *ui) find(w http.ResponseWriter, r *http.Request) error {
	text := query(r)
	found, err := u.svc.Find(r.Context(), text)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Find")
	page.HTMX, page.Width = true, kit.Narrow
	return web.Render(w, r, http.StatusOK, findPage(page, text, found))
}

func (u *ui) options(w http.ResponseWriter, r *http.Request) error {
	found, err := u.svc.Find(r.Context(), query(r))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, findOptions(found))
}

// query is what was typed, a line of text of a sensible length.
func query(r *http.Request) string {
	text, why := form.Clean(r.URL.Query().Get("q"))
	if why != "" {
		return ""
	}
	return strings.TrimSpace(string([]rune(text)[:min(100, len([]rune(text)))]))
}

func (u *ui) preferences(w http.ResponseWriter, r *http.Request) error {
	a, _ := authz.From(r.Context())
	page := web.PageData(r, "Preferences")
	page.Width = kit.Narrow
	return web.Render(w, r, http.StatusOK, preferencesPage(page, a.KeysOff))
}

func (u *ui) setKeys(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	chosen := f.Choice("keys", "on", "off")
	if !f.Valid() || chosen == "" {
		return errs.New(errs.Invalid, "Choose on or off.")
	}
	on := chosen == "on"
	if err := u.svc.Keys.SetSingleKeys(r.Context(), on); err != nil {
		return err
	}
	said := "Single letters are shortcuts again."
	if !on {
		said = "Single letters are no longer shortcuts."
	}
	return web.See(w, r, "/preferences", said)
}
