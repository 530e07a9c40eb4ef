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
	Lender    Lender
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
	rt.Handle("GET /patients/{patient}/screening/letter/{clearance}", authz.ScreeningRead, u.letter)
	rt.Handle("POST /patients/{patient}/screening/hand", authz.ScreeningWrite, u.handOver)
	rt.Handle("GET /patients/{patient}/screening/patient", authz.ScreeningWrite, u.whileLent(u.patientPage))
	rt.Handle("POST /patients/{patient}/screening/patient", authz.ScreeningWrite, u.patientAnswers)
	rt.Handle("GET /patients/{patient}/screening/patient/done", authz.ScreeningWrite, u.whileLent(u.patientDone))
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
		Next: visitNext(r), Know: u.Knowledge, Lend: u.Lender != nil}
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

func (u *ui) decide(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	choices := map[string]screening.Choice{}
	for _, rule := range u.Knowledge.Rules().Rules {
		c := screening.Choice{Course: screening.Course(f.Text("course." + rule.ID)), Reason: f.Area("decision."+rule.ID, form.Max(1000))}
		if c != (screening.Choice{}) {
			choices[rule.ID] = c
		}
	}
	if f.Valid() {
		if err := u.Screening.Decide(r.Context(), pid, choices); err == nil {
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
		row := answerRow{Question: rec.Texts[q.Key], Answer: inWords(q, g.Answer), How: howLabel(g)}
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
	case screening.ByPatient:
		return "by the patient alone"
	case screening.Examined:
		return "found in the examination"
	}
	return ""
}
