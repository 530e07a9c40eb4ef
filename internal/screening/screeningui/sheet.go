package screeningui

import (
	"net/http"
	"net/url"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/screening"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// sheet is the page of questions about one day.
type sheet struct {
	patient id.Patient
	today   civil.Date
	on      civil.Date // the day they are about
	next    string
}

// late reports that the questions are answered after their day.
func (s sheet) late() bool { return s.on != s.today }

// sheetOf reads which day the questions are about: ?on= names an earlier one.
func (u *ui) sheetOf(r *http.Request, f *form.Form) (sheet, error) {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return sheet{}, err
	}
	s := sheet{patient: pid, today: u.today(r), next: visitNext(r)}
	if s.on = f.Date("on"); s.on.IsZero() || !s.on.Before(s.today) {
		s.on = s.today
	}
	return s, nil
}

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	query, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	s, err := u.sheetOf(r, query)
	if err != nil {
		return err
	}
	start, err := u.Screening.Start(r.Context(), s.patient, s.on)
	if err != nil {
		return err
	}
	f := form.Empty()
	for key, g := range start.Answers {
		if g.How != screening.Standing { // nothing is filled in beforehand
			fill(f, key, g)
		}
	}
	return u.showSheet(w, r, f, s, start, start.Answers)
}

func (u *ui) showSheet(w http.ResponseWriter, r *http.Request, f *form.Form, s sheet, start screening.Start, answers map[string]screening.Given) error {
	title := "Safety questions"
	if s.late() {
		title += " of " + s.on.Human()
	}
	page, pid, err := u.page(r, title)
	if err != nil {
		return err
	}
	qs, err := u.Screening.Questions(r.Context(), pid, s.on, answers)
	if err != nil {
		return err
	}
	page.Form, page.Back, page.Scripts = f, kit.To("Screening", "/patients/"+pid.String()+"/screening"), []string{"screening.js"}
	v := sheetView{Patient: pid.String(), Given: answers, Last: start.Judgement.Record.On, Parts: u.parts(start.Answers), Sites: u.siteOptions(),
		Edition: u.Screening.Edition(), ByPatient: start.ByPatient, Next: s.next}
	// What is opened again shows its questions; its answers are those of today.
	v.Reopened = answers[screening.HealthChanged].Parts
	v.Groups = changesFirst(u.groups(qs), len(v.Parts) > 0)
	if s.late() {
		v.Late = s.on
	}
	return web.Render(w, r, f.Status(), sheetPage(page, f, v))
}

func (u *ui) record(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	s, err := u.sheetOf(r, f)
	if err != nil {
		return err
	}
	start, err := u.Screening.Start(r.Context(), s.patient, s.on)
	if err != nil {
		return err
	}
	answers, err := u.decode(f, s.on, start.Answers)
	if err != nil {
		return err
	}
	// The group button works without script too: it answers and shows the rest.
	if !f.Valid() || f.Value("none") != "" {
		return u.showSheet(w, r, f, s, start, answers)
	}
	j, err := u.keep(r, f, s, answers)
	if err != nil {
		if f.Merge(err) {
			return u.showSheet(w, r, f, s, start, answers)
		}
		return err
	}
	if n := len(j.Result.Missing); n > 0 {
		for _, q := range j.Result.Missing {
			f.AddError(q.Key, "Not answered yet: "+q.Short+".")
		}
		return u.showSheet(w, r, f, s, start, answers)
	}
	return web.See(w, r, s.after(j), "Safety questions recorded.")
}

func (u *ui) keep(r *http.Request, f *form.Form, s sheet, answers map[string]screening.Given) (screening.Judgement, error) {
	if s.late() {
		return u.Screening.RecordLate(r.Context(), s.patient, s.on, f.Text("late_reason"), answers)
	}
	return u.Screening.Record(r.Context(), s.patient, answers)
}

// after is where the answers lead: back to where the person came from, unless
// something is to be decided first. What is answered afterwards asks for no
// decision: what was done then is written in the note.
func (s sheet) after(j screening.Judgement) string {
	status := "/patients/" + s.patient.String() + "/screening"
	free := s.late() || !j.Result.Stops() && len(j.Undecided) == 0
	switch {
	case s.next == "":
		return status
	case free && j.Record.MedicinesAsked:
		return s.next
	}
	return status + "?next=" + url.QueryEscape(s.next)
}
