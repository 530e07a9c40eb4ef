package screeningui

import (
	"net/http"
	"net/url"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Lender gives the device of a request to a patient: the session then reaches
// the page and what lies below it, until staff prove that they hold it again.
type Lender interface {
	HandOver(w http.ResponseWriter, r *http.Request, page string) error
}

// takeBack is where staff prove that they hold the device again.
const takeBack = "/step-up"

// urgent is the group whose yes ends the questions: staff are called at once.
const urgent = "now"

func patientURL(pid string) string { return "/patients/" + pid + "/screening/patient" }

// lent is the address a session is confined to; "" while staff hold the device.
func lent(r *http.Request) string {
	a, _ := authz.From(r.Context())
	return a.Handed
}

// handOver confines the session to the patient's questions and shows them.
func (u *ui) handOver(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	_, pid, err := u.page(r, "") // the patient must be one of this practice before anything is locked
	if err != nil {
		return err
	}
	page := patientURL(pid.String())
	if n := web.LocalPath(f.Value("next")); n != "/" {
		page += "?" + url.Values{"next": {n}}.Encode()
	}
	if err := u.Lender.HandOver(w, r, page); err != nil {
		return err
	}
	return web.See(w, r, page)
}

// whileLent runs h while the device is with a patient. Staff who come this way
// later, with the browser's way back, are shown the screening.
func (u *ui) whileLent(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if lent(r) != "" {
			return h(w, r)
		}
		pid, err := web.PathID[id.Patient](r, "patient")
		if err != nil {
			return err
		}
		return web.See(w, r, "/patients/"+pid.String()+"/screening")
	}
}

// alone is what the patient is asked: by group, without what stands from before.
func (u *ui) alone(r *http.Request, pid id.Patient) (sheetView, map[string]screening.Given, error) {
	today := u.today(r)
	start, err := u.Screening.Start(r.Context(), pid, today)
	if err != nil {
		return sheetView{}, nil, err
	}
	qs, err := u.Screening.Questions(r.Context(), pid, today, start.Answers)
	if err != nil {
		return sheetView{}, nil, err
	}
	v := sheetView{Patient: pid.String(), Given: start.Answers, Parts: u.parts(start.Answers), Sites: u.siteOptions(), Edition: u.Screening.Edition(),
		Reopened: start.Answers[screening.HealthChanged].Parts}
	var mine []knowledge.Question
	for _, q := range qs {
		if q.Audience == knowledge.AudiencePatient && !v.stands(q) {
			mine = append(mine, q)
		}
	}
	v.Groups = changesFirst(u.groups(mine), len(v.Parts) > 0)
	return v, start.Answers, nil
}

func (u *ui) patientPage(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	v, answers, err := u.alone(r, pid)
	if err != nil {
		return err
	}
	at := v.index(r.URL.Query().Get("group"))
	if at < 0 {
		at = v.open(answers)
	}
	if at < 0 {
		return web.See(w, r, patientURL(v.Patient)+"/done")
	}
	f := form.Empty()
	for _, q := range v.Groups[at].Questions {
		if g, ok := answers[q.Key]; ok && g.How != screening.Standing {
			fill(f, q.Key, g)
		}
	}
	return u.showAlone(w, r, f, v, at)
}

// index finds a group by its id; -1 without it.
func (v sheetView) index(id string) int {
	return slices.IndexFunc(v.Groups, func(g group) bool { return g.Group.ID == id })
}

// open is the first group with a question that has no answer of today; -1 when
// every one has.
func (v sheetView) open(answers map[string]screening.Given) int {
	return slices.IndexFunc(v.Groups, func(g group) bool {
		return slices.ContainsFunc(g.Questions, func(q knowledge.Question) bool {
			a := answers[q.Key]
			return q.Required && (!a.Answer.Answered() || a.How == screening.Standing)
		})
	})
}

func (u *ui) showAlone(w http.ResponseWriter, r *http.Request, f *form.Form, v sheetView, at int) error {
	page, _, err := u.page(r, v.Groups[at].Group.Label)
	if err != nil {
		return err
	}
	page.Form, page.Width, page.Scripts = f, kit.Narrow, []string{"screening.js"}
	x := aloneView{sheetView: v, Group: v.Groups[at], Number: at + 1, Of: len(v.Groups)}
	if at > 0 {
		x.Back = v.Groups[at-1].Group.ID
	}
	return web.Render(w, r, f.Status(), alonePage(page, f, x))
}

// patientAnswers keeps one group of answers and goes on to the next.
func (u *ui) patientAnswers(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	v, before, err := u.alone(r, pid)
	if err != nil {
		return err
	}
	at := v.index(f.Value("group"))
	if at < 0 {
		return web.See(w, r, patientURL(v.Patient))
	}
	all, err := u.decode(f, u.today(r), before)
	if err != nil {
		return err
	}
	given, yes := map[string]screening.Given{}, false
	for _, q := range v.Groups[at].Questions {
		g, ok := all[q.Key]
		if ok && g.How != screening.Standing {
			given[q.Key] = g
			yes = yes || g.Answer.Reply == screening.Yes
		} else if q.Required && f.Error(q.Key) == "" {
			f.AddError(q.Key, "Answer this: "+q.Short+".")
		}
	}
	if !f.Valid() || f.Value("none") != "" {
		return u.showAlone(w, r, f, v, at)
	}
	if err := u.Screening.SaveDraft(r.Context(), pid, given); err != nil {
		if f.Merge(err) {
			return u.showAlone(w, r, f, v, at)
		}
		return err
	}
	next := patientURL(v.Patient)
	if yes && v.Groups[at].Group.ID == urgent {
		return web.See(w, r, next+"/done?tell=1")
	}
	// An answer can open further groups, so that they are worked out anew.
	if after, _, err := u.alone(r, pid); err == nil {
		if i := after.index(v.Groups[at].Group.ID); i+1 < len(after.Groups) {
			return web.See(w, r, next+"?group="+after.Groups[i+1].Group.ID)
		}
	}
	return web.See(w, r, next)
}

// patientDone thanks the patient and asks for the device back.
func (u *ui) patientDone(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Thank you")
	if err != nil {
		return err
	}
	page.Width = kit.Narrow
	next := "/patients/" + pid.String() + "/screening/new"
	if said, err := url.Parse(lent(r)); err == nil && said.Query().Get("next") != "" {
		next += "?" + url.Values{"next": {said.Query().Get("next")}}.Encode()
	}
	back := takeBack + "?" + url.Values{"next": {next}}.Encode()
	return web.Render(w, r, http.StatusOK, aloneDonePage(page, back, r.URL.Query().Get("tell") != ""))
}

// changesFirst puts what has changed before the rest at a return.
func changesFirst(groups []group, back bool) []group {
	i := slices.IndexFunc(groups, func(g group) bool { return g.Group.ID == "update" })
	if !back || i < 0 {
		return groups
	}
	out := []group{groups[i]}
	return append(append(out, groups[:i]...), groups[i+1:]...)
}
