package visitui

import (
	"net/http"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// signedPage is a signed note with everything that was added to it.
type signedPage struct {
	Item   visit.Item
	Note   visit.SignedNote
	Others []visit.SignedNote // of the same visit
	Marks  []drawn
	Safety []string // precautions, and what was to be left alone
	Actor  authz.Actor
	// Retracts: the actor may say that the note was entered in error.
	Retracts bool
	// Right is the chart a retracted note belongs to, where one was named.
	Right string
}

// signed shows one signed note.
func (u *ui) signed(w http.ResponseWriter, r *http.Request) error {
	v, doc, err := noteIDs(r)
	if err != nil {
		return err
	}
	it, all, err := u.Visits.NotesOfVisit(r.Context(), v)
	if err != nil {
		return err
	}
	s := signedPage{Item: it, Actor: actorOf(r)}
	for _, n := range all {
		if n.Document == doc {
			s.Note = n
		} else {
			s.Others = append(s.Others, n)
		}
	}
	if s.Note.Document.IsZero() {
		return errs.New(errs.NotFound, "This note does not exist, or is not in your practice.")
	}
	s.Marks, s.Safety = drawnMarks(s.Note.Body.Note, u.Knowledge), safetyLines(s.Note.Body, u.Knowledge)
	if s.Retracts, err = u.Visits.MayRetract(r.Context(), s.Note); err != nil {
		return err
	}
	banner, err := u.banner(r, it.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Visit note of "+it.Date.Human())
	page.Active, page.Banner = "patients", banner
	page.Tabs = patientui.Tabs(r.Context(), it.Patient, "visits")
	page.Back = kit.To("Visit", visitURL(v))
	page.Lead = when(it) + " · " + s.Note.Body.Visit.Location
	page.Actions = signedActions(s)
	return web.Render(w, r, http.StatusOK, signedView(page, s))
}

func noteIDs(r *http.Request) (id.Visit, id.Document, error) {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return v, id.Document{}, err
	}
	doc, err := web.PathID[id.Document](r, "document")
	return v, doc, err
}

func drawnMarks(d note.Draft, k *knowledge.Set) []drawn {
	var out []drawn
	for _, m := range d.Marks {
		if s, ok := k.Site(m.Site); ok {
			out = append(out, drawn{Site: s, Type: m.Type})
		}
	}
	return out
}

// amendPage is the form for an addendum or a retraction.
type amendPage struct {
	Item visit.Item
	Note visit.SignedNote
	Own  bool // the actor signed the note and may correct its minutes
	K    *knowledge.Set
}

func (u *ui) amended(r *http.Request) (amendPage, error) {
	v, doc, err := noteIDs(r)
	if err != nil {
		return amendPage{}, err
	}
	it, n, err := u.Visits.Note(r.Context(), doc)
	if err != nil {
		return amendPage{}, err
	}
	if n.Visit != v {
		return amendPage{}, errs.New(errs.NotFound, "")
	}
	return amendPage{Item: it, Note: n, Own: n.SignedBy == actorOf(r).User, K: u.Knowledge}, nil
}

// minutesName is the name of the field that corrects a technique's minutes.
func minutesName(i int) string { return "minutes." + strconv.Itoa(i) }

func (u *ui) askAddendum(w http.ResponseWriter, r *http.Request) error {
	a, err := u.amended(r)
	if err != nil {
		return err
	}
	f := form.Empty()
	for i, m := range a.minutes() {
		f.Set(minutesName(i), strconv.Itoa(m))
	}
	return u.addendumForm(w, r, a, f)
}

// minutes are what counts today for each technique of the note.
func (a amendPage) minutes() []int {
	out := make([]int, len(a.Note.Body.Note.Interventions))
	for i, v := range a.Note.Body.Note.Interventions {
		if v.Minutes != nil {
			out[i] = *v.Minutes
		}
		for _, x := range a.Note.Addenda {
			for _, m := range x.Minutes {
				if m.Index == i {
					out[i] = m.Now
				}
			}
		}
	}
	return out
}

func (u *ui) addendumForm(w http.ResponseWriter, r *http.Request, a amendPage, f *form.Form) error {
	banner, err := u.banner(r, a.Item.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Addendum to the note of "+a.Item.Date.Human())
	page.Active, page.Banner, page.Form, page.Width = "patients", banner, f, kit.Narrow
	page.Back = kit.To("Note", documentURL(a.Item.ID, a.Note.Document))
	return web.Render(w, r, f.Status(), addendumView(page, f, a))
}

func (u *ui) addAddendum(w http.ResponseWriter, r *http.Request) error {
	a, err := u.amended(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := visit.NewAddendum{
		Reason: f.Text("reason", form.Max(note.MaxReason), form.Required("Say why you add this.")),
		Text:   f.Area("text", form.Max(note.MaxText), form.Required("Write what is to be added.")),
	}
	if a.Own {
		in.Minutes = map[int]int{}
		for i := range a.Note.Body.Note.Interventions {
			if n := f.OptInt(minutesName(i), 0, note.MaxMinutes); n != nil {
				in.Minutes[i] = int(*n)
			}
		}
	}
	if f.Valid() {
		_, err := u.Visits.Addend(r.Context(), a.Note.Document, in)
		if err == nil {
			return web.See(w, r, documentURL(a.Item.ID, a.Note.Document), "Addendum signed.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.addendumForm(w, r, a, f)
}

func (u *ui) askRetraction(w http.ResponseWriter, r *http.Request) error {
	a, err := u.amended(r)
	if err != nil {
		return err
	}
	return u.retractionForm(w, r, a, form.Empty())
}

func (u *ui) retractionForm(w http.ResponseWriter, r *http.Request, a amendPage, f *form.Form) error {
	banner, err := u.banner(r, a.Item.Patient)
	if err != nil {
		return err
	}
	var found []kit.Option
	if query := f.Text("right_search", form.Max(100)); query != "" {
		res, err := u.Patients.Search(r.Context(), query)
		if err != nil {
			return err
		}
		for _, p := range res.Rows {
			if p.ID != a.Item.Patient {
				found = append(found, kit.Option{Value: p.ID.String(), Label: p.Name, Hint: p.BirthDate.Human() + " · " + p.Number})
			}
		}
	}
	page := web.PageData(r, "Note entered in error")
	page.Active, page.Banner, page.Form, page.Width = "patients", banner, f, kit.Narrow
	page.Back = kit.To("Note", documentURL(a.Item.ID, a.Note.Document))
	return web.Render(w, r, f.Status(), retractionView(page, f, a, found))
}

func (u *ui) retract(w http.ResponseWriter, r *http.Request) error {
	a, err := u.amended(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if f.Value("do") == "search" {
		return u.retractionForm(w, r, a, f)
	}
	in := visit.NewRetraction{
		Reason:     f.Text("reason", form.Max(note.MaxReason), form.Required("Say why the note was entered in error.")),
		RightChart: form.ID[id.Patient](f, "right_chart"),
		TookPlace:  f.Choice("then", "note", "cancel") != "cancel",
	}
	f.Require("then", "Say whether the visit took place.")
	if f.Valid() {
		_, err := u.Visits.Retract(r.Context(), a.Note.Document, in)
		if err == nil {
			return web.See(w, r, documentURL(a.Item.ID, a.Note.Document), "Note retracted. It stays legible and counts no more.")
		}
		if errs.Is(err, errs.Denied) {
			f.AddError("", errs.PublicOf(err))
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.retractionForm(w, r, a, f)
}
