package home

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/visit"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

type ui struct{ svc *Service }

func (u *ui) today(w http.ResponseWriter, r *http.Request) error {
	which := Which{}
	if s := r.FormValue("day"); s != "" {
		d, err := civil.Parse(s)
		if err != nil || d.Year < 1950 || d.Year > 2200 {
			return errs.New(errs.NotFound, "There is no such day.")
		}
		which.Day = d
	}
	which.Mine, which.Part, which.Page = whose(r), Part(r.FormValue("part")), pageNumber(r)
	b, err := u.svc.Today(r.Context(), which)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Today")
	page.Active, page.Width = "today", kit.Wide
	page.Title = dayTitle(b.Day, b.Today)
	page.Lead = lead(b)
	page.Actions = dayActions(b)
	changed, err := id.Parse[id.Visit](r.FormValue("changed"))
	if err != nil {
		changed = id.Visit{}
	}
	return web.Render(w, r, http.StatusOK, todayPage(page, b, changed))
}

// whose reads whether everybody's or one's own is asked for; nil when neither is.
func whose(r *http.Request) *bool {
	who := r.FormValue("who")
	if who != "all" && who != "me" {
		return nil
	}
	mine := who == "me"
	return &mine
}

// pageNumber is 1 where none, or none that is a number, is asked for.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.FormValue("page"))
	if err != nil {
		return 1
	}
	return n
}

func (u *ui) worklist(w http.ResponseWriter, r *http.Request) error {
	l, err := u.svc.Worklist(r.Context(), Wanted{Mine: whose(r), Kind: r.FormValue("kind"), Page: pageNumber(r)})
	if err != nil {
		return err
	}
	page := web.PageData(r, "Needs you")
	page.Active = "today"
	page.Back = kit.To("Today", "/?who="+who(l.Mine))
	page.Lead = l.lead()
	page.Actions = worklistActions(l)
	return web.Render(w, r, http.StatusOK, worklistPage(page, l))
}

// lead says how many there are, and what was not looked for.
func (l Worklist) lead() string {
	switch {
	case l.Total == 0:
		return ""
	case l.More:
		return fmt.Sprintf("%d and more, urgent first, then the oldest. Further ones appear as these are done.", l.Total)
	}
	return kit.Plural(l.Total, "thing", "things") + ", urgent first, then the oldest"
}

// address is a page of the list, of a kind.
func (l Worklist) address(kind string, page int) string {
	v := url.Values{"who": {who(l.Mine)}}
	if kind != "" {
		v.Set("kind", kind)
	}
	if page > 1 {
		v.Set("page", strconv.Itoa(page))
	}
	return "/needs?" + v.Encode()
}

// lead says which day it is, where the title does not.
func lead(b Board) string {
	if s := longDay(b.Day); dayTitle(b.Day, b.Today) != s {
		return s
	}
	return ""
}

func (u *ui) chart(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	c, err := u.svc.Chart(r.Context(), pid, ParseFilter(r.FormValue("show")), ParseCursor(r.FormValue("before")))
	if err != nil {
		return err
	}
	page := web.PageData(r, "Chart")
	page.Active, page.Width = "patients", kit.Wide
	page.Banner, page.Tabs = patientui.Banner(c.Header), patientui.Tabs(r.Context(), pid, "chart")
	page.Actions = chartActions(c)
	return web.Render(w, r, http.StatusOK, chartPage(page, c))
}

func (u *ui) help(w http.ResponseWriter, r *http.Request) error {
	a, _ := authz.From(r.Context())
	page := web.PageData(r, "Help")
	page.Width = kit.Narrow
	keys, err := shortcuts()
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, helpPage(page, a, keys))
}

// address is Today on a day, for the same people.
func (b Board) address(d civil.Date) string {
	s := "/?day=" + d.String()
	if d == b.Today {
		s = "/?day="
	}
	return s + "&who=" + who(b.Mine)
}

func who(mine bool) string {
	if mine {
		return "me"
	}
	return "all"
}

// window is the day's address for a part of it and a page.
func (b Board) window(p Part, page int) string {
	s := b.address(b.Day)
	if p != Whole {
		s += "&part=" + string(p)
	}
	if page > 1 {
		s += "&page=" + strconv.Itoa(page)
	}
	return s
}

// noteURL is where a note for the next session is written.
func (c Chart) noteURL() string {
	if c.Next == nil || c.Next.On != c.Today || !c.May.Write {
		return ""
	}
	if c.Next.State == visit.StateInProgress {
		return "/visits/" + c.Next.ID.String() + "/note"
	}
	return "/visits/" + c.Next.ID.String()
}
