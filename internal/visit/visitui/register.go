// Package visitui decides how sessions and their notes look and which page
// follows which: the day, the session with its steps, the editor of the note,
// the page that shows two versions of a note side by side, the signed note with
// what was added to it.
//
// It refuses nothing by itself: what may be done is decided by package visit,
// and a refusal comes back as words on the page that was sent, with everything
// that was typed.
package visitui

import (
	"net/http"

	"github.com/a-h/templ"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/visit"
	"soapstone/internal/web"
)

// Deps are passed by the composition root.
type Deps struct {
	Visits    *visit.Service
	Patients  *patient.Service
	Knowledge *knowledge.Set
	// AfterSign is the page that follows a signature; nil is the signed note.
	AfterSign func(v id.Visit) string
}

type ui struct{ Deps }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /visits", authz.VisitRead, u.day)
	rt.Handle("GET /visits/new", authz.VisitWrite, u.ask)
	rt.Handle("POST /visits", authz.VisitWrite, u.create)
	rt.SignedIn("GET "+figurePath, serveFigure)
	rt.Handle("GET /visits/{visit}", authz.VisitRead, u.show)
	rt.Handle("POST /visits/{visit}/state", authz.VisitWrite, u.act)
	rt.Handle("GET /visits/{visit}/cancel", authz.VisitWrite, u.askCancel)
	rt.Handle("GET /visits/{visit}/move", authz.VisitWrite, u.askMove)
	rt.Handle("POST /visits/{visit}/move", authz.VisitWrite, u.move)
	rt.Handle("GET /patients/{patient}/visits", authz.VisitRead, u.ofPatient)

	rt.SignedIn("GET /phrases", u.phrases)
	rt.Handle("POST /phrases", authz.NoteWrite, u.savePhrase)
	rt.Handle("GET /visits/{visit}/note", authz.NoteRead, u.note)
	rt.Handle("POST /visits/{visit}/note", authz.NoteWrite, u.post)
	rt.Handle("PUT /visits/{visit}/note", authz.NoteWrite, u.put)
	rt.Handle("GET /visits/{visit}/note.pdf", authz.NoteRead, u.paper)
	rt.Handle("GET /visits/{visit}/note/{document}", authz.NoteRead, u.signed)
	rt.Handle("GET /visits/{visit}/note/{document}/addendum", authz.NoteSign, u.askAddendum)
	rt.Handle("POST /visits/{visit}/note/{document}/addendum", authz.NoteSign, u.addAddendum)
	rt.Handle("GET /visits/{visit}/note/{document}/retraction", authz.NoteSign, u.askRetraction)
	rt.Handle("POST /visits/{visit}/note/{document}/retraction", authz.NoteSign, u.retract)
}

// banner is the patient's banner; it records that the patient was looked at.
func (u *ui) banner(r *http.Request, p id.Patient) (templ.Component, error) {
	h, err := u.Patients.Header(r.Context(), p)
	if err != nil {
		return nil, err
	}
	return patientui.Banner(h), nil
}

func actorOf(r *http.Request) authz.Actor {
	a, _ := authz.From(r.Context())
	return a
}

func can(r *http.Request, p authz.Permission) bool { return actorOf(r).Can(p) }

// isConflict reports a refusal that another page explains better.
func isConflict(err error) bool { return errs.Is(err, errs.Conflict) }
