// Package screeningui asks the safety questions and shows what follows from
// the answers. It decides nothing: which questions are asked and which rules
// fire is the engine's. It refuses to carry an answer that must be given anew.
package screeningui

import (
	"net/http"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/clock"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/screening"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Screening *screening.Service
	Patients  *patient.Service
	Knowledge *knowledge.Set
	Clock     clock.Clock
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /patients/{patient}/screening", authz.ScreeningRead, u.status)
	rt.Handle("GET /patients/{patient}/screening/new", authz.ScreeningWrite, u.ask)
	rt.Handle("POST /patients/{patient}/screening", authz.ScreeningWrite, u.record)
	rt.Handle("POST /patients/{patient}/screening/decisions", authz.ScreeningWrite, u.decide)
	rt.Handle("GET /patients/{patient}/screening/release/{rule}", authz.ScreeningClear, u.release)
	rt.Handle("POST /patients/{patient}/screening/release/{rule}", authz.ScreeningClear, u.clear)
	rt.Handle("POST /patients/{patient}/screening/withdraw/{clearance}", authz.ScreeningClear, u.withdraw)
	rt.Handle("GET /patients/{patient}/screening/{screening}", authz.ScreeningRead, u.past)
}

type ui struct{ Deps }

// page starts a page about the patient in the path.
func (u *ui) page(r *http.Request, title string) (kit.Page, id.Patient, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return kit.Page{}, pid, err
	}
	h, err := u.Patients.Header(r.Context(), pid)
	if err != nil {
		return kit.Page{}, pid, err
	}
	p := web.PageData(r, title)
	p.Active, p.Banner, p.Tabs = "patients", patientui.Banner(h), patientui.Tabs(r.Context(), pid, "screening")
	return p, pid, nil
}

func (u *ui) today(r *http.Request) civil.Date {
	a, _ := authz.From(r.Context())
	return a.Today(u.Clock.Now())
}

func (u *ui) status(w http.ResponseWriter, r *http.Request) error {
	return u.showStatus(w, r, form.Empty())
}

func (u *ui) showStatus(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Safety screening")
	if err != nil {
		return err
	}
	j, err := u.Screening.Judge(r.Context(), pid, u.today(r))
	if err != nil {
		return err
	}
	history, err := u.Screening.History(r.Context(), pid)
	if err != nil {
		return err
	}
	page.Form = f
	a, _ := authz.From(r.Context())
	v := statusView{Patient: pid.String(), Today: u.today(r), J: j, History: history, MayAsk: a.Can(authz.ScreeningWrite), MayClear: a.Can(authz.ScreeningClear),
		Next: visitNext(r), Rules: u.Knowledge.Rules()}
	return web.Render(w, r, f.Status(), statusPage(page, f, v))
}

// visitNext is where the person came from and goes back to: a visit's page.
func visitNext(r *http.Request) string {
	n := web.LocalPath(r.FormValue("next"))
	if n == "/" {
		return ""
	}
	return n
}

// fill writes an answer into the form's fields.
func fill(f *form.Form, key string, a screening.Answer) {
	switch {
	case !a.Date.IsZero():
		f.Set(key, "yes").Set(key+".on", a.Date.String())
	default:
		f.Set(key, a.String())
	}
	f.Set(key+".sites", a.Sites...)
}

// groups puts the questions under their headings, in order.
func (u *ui) groups(qs []knowledge.Question) []group {
	var out []group
	for _, g := range u.Knowledge.Questions().Groups {
		card := group{Group: g}
		for _, q := range qs {
			if q.Group == g.ID {
				card.Questions = append(card.Questions, q)
			}
		}
		if len(card.Questions) > 0 {
			out = append(out, card)
		}
	}
	return out
}

func (u *ui) siteOptions() []kit.Option {
	opts := []kit.Option{{Value: "", Label: "Where?"}}
	for _, s := range u.Knowledge.Sites() {
		opts = append(opts, kit.Option{Value: s.ID, Label: s.FullLabel()})
	}
	return opts
}

// decode reads the answers to all questions that the form may hold. A question
// answered by the group button is marked as such: its wording was on screen.
func (u *ui) decode(f *form.Form, today civil.Date, before map[string]screening.Given) map[string]screening.Given {
	out := map[string]screening.Given{}
	noTo := f.Text("none")
	for _, q := range u.Knowledge.Questions().Questions {
		text := f.Text(q.Key)
		how := screening.Asked
		onScreen := f.Value("shown."+q.Key) != ""
		if f.Value("group."+q.Key) != "" {
			how = screening.ByGroup
		}
		if text == "" && onScreen && q.Group == noTo && q.Type != knowledge.AnswerNumber {
			text, how = "no", screening.ByGroup
			f.Set(q.Key, "no").Set("group."+q.Key, "1")
		}
		if q.Type == knowledge.AnswerEvent && text == "yes" {
			if d := f.Date(q.Key + ".on"); !d.IsZero() {
				text = d.String()
				f.Check(!d.After(today), q.Key+".on", "This date is in the future.")
			}
		}
		a, err := screening.ParseAnswer(q, text)
		if err != nil {
			f.Merge(err)
			continue
		}
		if !a.Answered() {
			continue
		}
		for _, s := range f.Values(q.Key + ".sites") {
			if _, ok := u.Knowledge.Site(s); ok {
				a.Sites = append(a.Sites, s)
			} else if s != "" {
				f.AddError(q.Key+".sites", "Choose a place from the list.")
			}
		}
		g := screening.Given{Answer: a, How: how, On: today}
		if old, ok := before[q.Key]; ok && old.Answer.String() == a.String() && old.How == screening.Standing {
			g.How, g.On = screening.Standing, old.On
		}
		// Without its place such a yes bars nothing. An answer that stands from
		// before is not asked again.
		where := !q.AskSite || a.Reply != screening.Yes || len(a.Sites) > 0 || g.How == screening.Standing
		f.Check(where, q.Key+".sites", "Say where.")
		out[q.Key] = g
	}
	return out
}

func (u *ui) decide(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	decisions := map[string]string{}
	for _, rule := range u.Knowledge.Rules().Rules {
		if text := f.Area("decision."+rule.ID, form.Max(1000)); text != "" {
			decisions[rule.ID] = text
		}
	}
	if f.Valid() {
		if err := u.Screening.Decide(r.Context(), pid, decisions); err == nil {
			target := "/patients/" + pid.String() + "/screening"
			if next := visitNext(r); next != "" {
				target = next
			}
			return web.See(w, r, target, "Decision recorded.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showStatus(w, r, f)
}

func (u *ui) release(w http.ResponseWriter, r *http.Request) error {
	f := form.FromValues(map[string]string{"from": u.today(r).String()})
	return u.showRelease(w, r, f)
}

func (u *ui) showRelease(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Record a release")
	if err != nil {
		return err
	}
	j, err := u.Screening.Judge(r.Context(), pid, u.today(r))
	if err != nil {
		return err
	}
	fired, ok := j.Result.Find(r.PathValue("rule"))
	if !ok {
		return web.See(w, r, "/patients/"+pid.String()+"/screening", "This rule does not hold any more.")
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To("Screening", "/patients/"+pid.String()+"/screening")
	kinds := kit.OptionsOf(u.Knowledge.Rules().Sufficient(fired.Rule.Clear.By), knowledge.Clinician.Label)
	return web.Render(w, r, f.Status(), releasePage(page, f, pid.String(), fired, kinds))
}

func (u *ui) clear(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	c := screening.Clearing{
		Rule: r.PathValue("rule"), Kind: knowledge.Clinician(f.Text("kind")), Name: f.Text("name"), Credential: f.Text("credential", form.Max(60)),
		From: f.Date("from"), Until: f.Date("until"), Scope: f.Area("scope", form.Max(1000)),
		Reason: f.Area("reason", form.Max(2000)), Evidence: f.Area("evidence", form.Max(1000)),
	}
	if f.Valid() {
		if _, err := u.Screening.Clear(r.Context(), pid, c); err == nil {
			return web.See(w, r, "/patients/"+pid.String()+"/screening", "Release recorded and signed.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showRelease(w, r, f)
}

func (u *ui) withdraw(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	cid, err := web.PathID[id.Clearance](r, "clearance")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Screening.Withdraw(r.Context(), pid, cid, strings.TrimSpace(f.Area("reason", form.Max(1000)))); err != nil {
		if f.Merge(err) {
			return u.showStatus(w, r, f)
		}
		return err
	}
	return web.See(w, r, "/patients/"+pid.String()+"/screening", "Release withdrawn. The rule holds again.")
}

func (u *ui) past(w http.ResponseWriter, r *http.Request) error {
	page, pid, err := u.page(r, "Screening")
	if err != nil {
		return err
	}
	sid, err := web.PathID[id.Screening](r, "screening")
	if err != nil {
		return err
	}
	rec, err := u.Screening.Get(r.Context(), pid, sid)
	if err != nil {
		return err
	}
	page.Heading = "Screening of " + rec.On.Human()
	page.Back = kit.To("Screening", "/patients/"+pid.String()+"/screening")
	return web.Render(w, r, http.StatusOK, pastPage(page, rec, u.rows(rec)))
}

// rows lists the answers of a past screening in the order of the questions.
func (u *ui) rows(rec screening.Record) []answerRow {
	var out []answerRow
	for _, q := range u.Knowledge.Questions().Questions {
		g, ok := rec.Answers[q.Key]
		if !ok {
			continue
		}
		row := answerRow{Question: q.Text, Answer: inWords(q, g.Answer), How: howLabel(g)}
		for _, s := range g.Answer.Sites {
			if site, ok := u.Knowledge.Site(s); ok {
				row.Answer += ", " + site.FullLabel()
			}
		}
		row.Yes = g.Answer.Reply == screening.Yes && q.Type != knowledge.AnswerNumber
		out = append(out, row)
	}
	return out
}

func inWords(q knowledge.Question, a screening.Answer) string {
	switch {
	case a.Reply == screening.No:
		return "No"
	case a.HasNumber:
		return a.String() + " " + q.Unit
	case !a.Date.IsZero():
		return "Yes, " + a.Date.Human()
	case q.Type == knowledge.AnswerEvent:
		return "Yes, date not known"
	}
	return "Yes"
}

func howLabel(g screening.Given) string {
	switch g.How {
	case screening.ByGroup:
		return "with its group"
	case screening.Standing:
		return "as answered " + g.On.Human()
	}
	return ""
}
