package visitui

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/visit"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// day lists the sessions of one day, and those of all days that lack a note.
func (u *ui) day(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	today, err := u.Visits.Today(r.Context())
	if err != nil {
		return err
	}
	d := dayPage{Day: f.Date("day"), Today: today, Mine: f.Value("whose") == "mine", Actor: actorOf(r)}
	if d.Day.IsZero() {
		d.Day = today
	}
	var who id.User
	if d.Mine {
		who = d.Actor.User
	}
	if d.Items, err = u.Visits.ByDay(r.Context(), d.Day, who); err != nil {
		return err
	}
	unsigned, err := u.Visits.Unsigned(r.Context())
	if err != nil {
		return err
	}
	for _, i := range unsigned {
		if i.Date != d.Day && (!d.Mine || i.Therapist == who) {
			d.Unsigned = append(d.Unsigned, i)
		}
	}
	page := web.PageData(r, "Visits")
	page.Active, page.Lead = "visits", d.Day.Weekday().String()+", "+d.Day.Human()
	page.Actions = dayActions(d)
	return web.Render(w, r, http.StatusOK, dayList(page, d))
}

// dayPage is one day's list.
type dayPage struct {
	Day, Today civil.Date
	Mine       bool
	Actor      authz.Actor
	Items      []visit.Item
	Unsigned   []visit.Item // of other days
}

func (d dayPage) url(day civil.Date, mine bool) string {
	q := url.Values{"day": {day.String()}}
	if mine {
		q.Set("whose", "mine")
	}
	return "/visits?" + q.Encode()
}

func (d dayPage) empty() string {
	if d.Day == d.Today {
		return "No visits today"
	}
	return "No visits on this day"
}

// show is one session with its steps and its history.
func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	return u.session(w, r, v, form.Empty(), nil)
}

func (u *ui) session(w http.ResponseWriter, r *http.Request, v id.Visit, f *form.Form, busy *visit.Busy) error {
	it, err := u.Visits.Get(r.Context(), v)
	if err != nil {
		return err
	}
	history, err := u.Visits.History(r.Context(), v)
	if err != nil {
		return err
	}
	banner, err := u.banner(r, it.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Visit")
	page.Active, page.Banner, page.Form = "visits", banner, f
	page.Tabs = patientui.Tabs(r.Context(), it.Patient, "visits")
	page.Lead = when(it)
	page.Back = kit.To("Visits of "+it.Date.Human(), "/visits?day="+it.Date.String())
	today, err := u.Visits.Today(r.Context())
	if err != nil {
		return err
	}
	s := sessionPage{Item: it, History: history, Actor: actorOf(r), Busy: busy, Today: today}
	s.Undo = undoable(history)
	page.Actions = sessionActions(s)
	return web.Render(w, r, f.Status(), sessionView(page, s))
}

// sessionPage is one session.
type sessionPage struct {
	Item    visit.Item
	History []visit.Change
	Actor   authz.Actor
	Busy    *visit.Busy
	Today   civil.Date
	Undo    bool // the last step may be taken back, if it was made today
}

// undoable reports whether the last change is one that can be taken back; the
// service knows whether it was today.
func undoable(history []visit.Change) bool {
	if len(history) == 0 {
		return false
	}
	last := history[len(history)-1]
	_, err := visit.Undone(last.To, last, last.On)
	return err == nil
}

// may reports whether the page offers a step.
func (s sessionPage) may(a visit.Action) bool {
	if _, ok := visit.Next(s.Item.State, a); !ok || !s.Actor.Can(authz.VisitWrite) {
		return false
	}
	switch a {
	case visit.ActStart:
		return s.Item.Date == s.Today && s.Actor.Can(authz.NoteWrite)
	case visit.ActArrive:
		return s.Item.Date == s.Today
	case visit.ActNoShow:
		return !s.Item.Date.After(s.Today)
	}
	return true
}

// act does one step of a session.
func (u *ui) act(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	version := f.Int("version", 0, 1<<40)
	act := visit.Action(f.Choice("action", string(visit.ActArrive), string(visit.ActStart), string(visit.ActCancel), string(visit.ActNoShow), string(visit.ActUndo)))
	reason := strings.Join(strings.Fields(f.Area("reason")), " ")
	var busy *visit.Busy
	if f.Valid() {
		_, err := u.Visits.Act(r.Context(), v, version, act, reason)
		if err == nil {
			return u.after(w, r, v, act, f.Value("next"))
		}
		errors.As(err, &busy)
		if !f.Merge(err) {
			return err
		}
	}
	if act == visit.ActCancel && f.Error("reason") != "" {
		return u.cancelPage(w, r, v, f)
	}
	return u.session(w, r, v, f, busy)
}

// after is where a step leads: a started session to its note, any other back
// to where it was pressed.
func (u *ui) after(w http.ResponseWriter, r *http.Request, v id.Visit, act visit.Action, next string) error {
	if act == visit.ActStart {
		return web.See(w, r, noteURL(v))
	}
	to := visitURL(v)
	if next != "" {
		to = web.LocalPath(next)
	}
	return web.See(w, r, to, map[visit.Action]string{
		visit.ActArrive: "Arrival noted.", visit.ActCancel: "Visit cancelled. It can be undone today.",
		visit.ActNoShow: "Noted as a no-show. It can be undone today.", visit.ActUndo: "Undone.",
	}[act])
}

func (u *ui) askCancel(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	return u.cancelPage(w, r, v, form.Empty())
}

func (u *ui) cancelPage(w http.ResponseWriter, r *http.Request, v id.Visit, f *form.Form) error {
	it, err := u.Visits.Get(r.Context(), v)
	if err != nil {
		return err
	}
	banner, err := u.banner(r, it.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Cancel visit")
	page.Active, page.Banner, page.Form, page.Width = "visits", banner, f, kit.Narrow
	page.Back = kit.To("Visit", visitURL(v))
	return web.Render(w, r, f.Status(), cancelView(page, f, it))
}

// ofPatient lists all sessions of a patient.
func (u *ui) ofPatient(w http.ResponseWriter, r *http.Request) error {
	p, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	list, err := u.Visits.ForPatient(r.Context(), p)
	if err != nil {
		return err
	}
	banner, err := u.banner(r, p)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Visits")
	page.Active, page.Banner = "patients", banner
	page.Tabs = patientui.Tabs(r.Context(), p, "visits")
	plans := can(r, authz.VisitWrite)
	if plans {
		page.Actions = kit.PrimaryLink("Plan visit", "/visits/new?patient="+p.String())
	}
	return web.Render(w, r, http.StatusOK, patientSessions(page, list, p, can(r, authz.NoteRead), plans))
}

// firstURL is where the first visit of a patient is planned, for those who may
// plan it.
func firstURL(p id.Patient, plans bool) string {
	if !plans {
		return ""
	}
	return "/visits/new?patient=" + p.String()
}
