package visitui

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// note shows the editor, or the signed note once there is one.
func (u *ui) note(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	if !can(r, authz.NoteWrite) {
		return u.newest(w, r, v)
	}
	e, err := u.Visits.OpenNote(r.Context(), v)
	if isConflict(err) {
		return u.newest(w, r, v)
	}
	if err != nil {
		return err
	}
	f := fill(e.Draft, e.Draft.Covering == actorOf(r).User, e.Prior)
	query, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	for _, name := range []string{"ui.view", "ui.zone", "ui.tool"} {
		f.Set(name, query.Value(name))
	}
	return u.edit(w, r, e, f)
}

// newest leads to the signed note of a visit, or to the visit.
func (u *ui) newest(w http.ResponseWriter, r *http.Request, v id.Visit) error {
	_, notes, err := u.Visits.NotesOfVisit(r.Context(), v)
	if err != nil {
		return err
	}
	if len(notes) == 0 {
		return web.See(w, r, visitURL(v))
	}
	return web.See(w, r, documentURL(v, notes[len(notes)-1].Document))
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request, e visit.Editing, f *form.Form) error {
	banner, err := u.banner(r, e.Item.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Visit note")
	page.Active, page.Banner, page.Width, page.Form = "visits", banner, kit.Wide, f
	page.Tabs = patientui.Tabs(r.Context(), e.Item.Patient, "visits")
	page.Bare = true
	page.Scripts = []string{"note.js"}
	ed := newEditor(e, f, u.Knowledge, actorOf(r).User)
	ed.Asks = can(r, authz.ScreeningWrite)
	return web.Render(w, r, f.Status(), editorPage(page, ed))
}

// post takes the form as its buttons send it: saved, with a row added or taken
// out, or signed.
func (u *ui) post(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	op := f.Value("do")
	if op == "" || op == "save" {
		op = unsaid(f)
	}
	anchor := operate(f, op, u.Knowledge)
	in := saveOf(f)
	if !f.Valid() {
		return u.again(w, r, v, f)
	}
	saved, err := u.Visits.SaveNote(r.Context(), v, in)
	var clash *visit.Clash
	if errors.As(err, &clash) {
		return u.compare(w, r, v, f, in, clash)
	}
	if isConflict(err) && op == "sign" {
		return u.newest(w, r, v) // pressed twice: it is signed
	}
	if err != nil {
		if !f.Merge(relocated(f, err)) {
			return err
		}
		return u.again(w, r, v, f)
	}
	if op == "sign" {
		return u.sign(w, r, v, f, saved.Version)
	}
	return web.See(w, r, noteURL(v)+shownAs(f)+hash(anchor))
}

// unsaid is what pressing Enter in one of the small fields means.
func unsaid(f *form.Form) string {
	switch {
	case f.Has("ui.find"):
		return "mark"
	case f.Has("ui.home"):
		return "home"
	}
	return "save"
}

// shownAs keeps the view of the chart from one page to the next.
func shownAs(f *form.Form) string {
	var q []string
	for _, name := range []string{"ui.view", "ui.zone", "ui.tool"} {
		if s := f.Value(name); s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" {
			q = append(q, name+"="+s)
		}
	}
	if f.Bool("resolved") {
		q = append(q, "resolved=1") // the script drops what it had kept
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + strings.Join(q, "&")
}

func hash(anchor string) string {
	if anchor == "" {
		return ""
	}
	return "#" + anchor
}

func (u *ui) sign(w http.ResponseWriter, r *http.Request, v id.Visit, f *form.Form, version int64) error {
	doc, err := u.Visits.Sign(r.Context(), v, version)
	if err == nil {
		next := documentURL(v, doc.ID)
		if u.AfterSign != nil {
			next = u.AfterSign(v)
		}
		return web.See(w, r, next, "Note signed. It can no longer be changed.")
	}
	if errs.Is(err, errs.Denied) {
		f.AddError("covering", errs.PublicOf(err))
		return u.again(w, r, v, f)
	}
	if !f.Merge(relocated(f, err)) {
		return err
	}
	return u.again(w, r, v, f)
}

// again shows what was sent, with what is wrong about it.
func (u *ui) again(w http.ResponseWriter, r *http.Request, v id.Visit, f *form.Form) error {
	e, err := u.Visits.OpenNote(r.Context(), v)
	if err != nil {
		return err
	}
	return u.edit(w, r, e, f)
}

// saveOf reads what a form asks to be saved.
func saveOf(f *form.Form) visit.Save {
	d, covering := decode(f)
	return visit.Save{
		Base: f.Int("base", 0, 1<<40), Editor: f.Text("editor"), Revision: f.Int("revision", 1, 1<<40),
		Draft: d, Covering: covering,
	}
}

// compare shows two versions of the note, the one sent and the one stored, and
// lets a person choose.
func (u *ui) compare(w http.ResponseWriter, r *http.Request, v id.Visit, f *form.Form, in visit.Save, c *visit.Clash) error {
	it, err := u.Visits.Get(r.Context(), v)
	if err != nil {
		return err
	}
	banner, err := u.banner(r, it.Patient)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Two versions of this note")
	page.Active, page.Banner, page.Width = "visits", banner, kit.Wide
	page.Lead = "This note was changed in another window or on another device. Choose the one to go on with; the other is given up."
	mine := in.Draft
	if c.Prior != nil {
		mine = note.Judge(mine, &c.Prior.Note)
	}
	return web.Render(w, r, http.StatusConflict, comparePage(page, comparison{
		Item: it, Fields: resent(f, c.Version), Mine: note.Render(mine, c.Prior, u.Knowledge),
		Theirs: note.Render(c.Draft, c.Prior, u.Knowledge), SavedAt: clockOf(c.At.Time, it.Zone),
	}))
}

// field is one value of a form that is sent again.
type field struct{ Name, Value string }

// resent is the note of f as hidden fields that build on another version.
func resent(f *form.Form, version int64) []field {
	out := []field{{"base", strconv.FormatInt(version, 10)}, {"editor", id.New[id.Note]().String()}, {"revision", "1"}, {"do", "save"}}
	d, covering := decode(f)
	v := valuesOf(d, covering, nil)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			if value != "" {
				out = append(out, field{name, value})
			}
		}
	}
	return out
}

// answer is what the page's script gets back for a save.
type answer struct {
	Version  int64       `json:"version"`
	Saved    string      `json:"saved"` // local wall time
	Missing  []note.Lack `json:"missing"`
	Counts   string      `json:"counts"`
	Minutes  int         `json:"minutes"`
	Units    string      `json:"units"`
	Beyond   []note.Lack `json:"beyond"` // by the names of the form
	Was      []wasText   `json:"was"`    // of each technique
	Text     note.Text   `json:"text"`
	Drafted  []string    `json:"drafted"`
	Replayed bool        `json:"replayed"`
}

// wasText says how a technique stands to the last note.
type wasText struct {
	Row  string          `json:"row"` // prefix of its names
	Is   note.Provenance `json:"is"`
	Text string          `json:"text"`
}

// refused is what the script gets back otherwise.
type refused struct {
	Error   string    `json:"error"`
	Message string    `json:"message"`
	Fields  []problem `json:"fields,omitempty"`
	Version int64     `json:"version,omitempty"` // of what was saved elsewhere
}

// problem is a complaint about one control.
type problem struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// put saves what the page's script sends: the form as it stands, or the note
// as JSON text.
func (u *ui) put(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	in, f, err := readPut(w, r)
	if err != nil {
		return refuse(w, err, f)
	}
	saved, err := u.Visits.SaveNote(r.Context(), v, in)
	if err != nil {
		return refuse(w, err, f)
	}
	a := answer{
		Version: saved.Version, Saved: clockOf(saved.At.Time, saved.Zone), Missing: []note.Lack{}, Counts: standing(saved.Status),
		Minutes: saved.Status.Minutes, Text: saved.Status.Text, Drafted: []string{}, Beyond: []note.Lack{}, Was: []wasText{}, Units: unitsText(saved.Status.Units), Replayed: saved.Replayed,
	}
	for _, l := range saved.Status.Missing {
		a.Missing = append(a.Missing, note.Lack{Field: located(f, l.Field), Text: l.Text})
	}
	for _, b := range saved.Status.Beyond {
		a.Beyond = append(a.Beyond, note.Lack{Field: located(f, b.Field), Text: b.Text})
	}
	var last *note.Draft
	if saved.Prior != nil {
		last = &saved.Prior.Note
	}
	for i, v := range saved.Draft.Interventions {
		is, text := v.Was(last, u.Knowledge)
		p, _ := strings.CutSuffix(located(f, row(groupTx, i)+".technique"), ".technique")
		a.Was = append(a.Was, wasText{p, is, text})
	}
	a.Drafted = append(a.Drafted, draftedLines(editor{E: visit.Editing{Status: saved.Status, Draft: saved.Draft}})...)
	return reply(w, http.StatusOK, a)
}

// readPut reads a form or {"base","editor","revision","covering","note"}.
func readPut(w http.ResponseWriter, r *http.Request) (visit.Save, *form.Form, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		f, err := web.ParseForm(w, r)
		if err != nil {
			return visit.Save{}, nil, err
		}
		in := saveOf(f)
		return in, f, errs.OnFields(f.Errors()...)
	}
	web.LimitBody(w, r, note.MaxBytes+4096)
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return visit.Save{}, nil, errs.Wrap(errs.TooLarge, err, "This note is too long.")
	}
	in, err := decodePut(b)
	if err != nil {
		return visit.Save{}, nil, errs.Wrap(errs.Invalid, err, "This is no note as this program writes it.")
	}
	return in, nil, nil
}

// putBody is a save as JSON text.
type putBody struct {
	Base     int64           `json:"base"`
	Editor   string          `json:"editor"`
	Revision int64           `json:"revision"`
	Covering bool            `json:"covering"`
	Note     json.RawMessage `json:"note"`
}

func decodePut(b []byte) (visit.Save, error) {
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	var p putBody
	if err := d.Decode(&p); err != nil {
		return visit.Save{}, err
	}
	if d.More() {
		return visit.Save{}, errors.New("more than one value")
	}
	draft, err := note.Decode(p.Note)
	if err != nil {
		return visit.Save{}, err
	}
	return visit.Save{Base: p.Base, Editor: p.Editor, Revision: p.Revision, Covering: p.Covering, Draft: draft}, nil
}

// refuse answers a save that was not taken. What is nobody's fault but ours
// goes to the error page.
func refuse(w http.ResponseWriter, err error, f *form.Form) error {
	out := refused{Error: errs.KindOf(err).String(), Message: errs.PublicOf(err)}
	for _, x := range errs.FieldsOf(relocated(f, err)) {
		out.Fields = append(out.Fields, problem{x.Name, x.Message})
	}
	var clash *visit.Clash
	if errors.As(err, &clash) {
		out.Error, out.Version = "clash", clash.Version
	}
	status := 0
	switch errs.KindOf(err) {
	case errs.Invalid:
		status = http.StatusUnprocessableEntity
	case errs.Stale, errs.Conflict:
		status = http.StatusConflict
	case errs.TooLarge:
		status = http.StatusRequestEntityTooLarge
	default:
		return err
	}
	if out.Message == "" {
		out.Message = "This could not be saved as it is."
	}
	return reply(w, status, out)
}

func reply(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader left: nobody to tell
	return nil
}
