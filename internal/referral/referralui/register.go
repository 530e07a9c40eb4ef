package referralui

import (
	"net/http"
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// formView is everything the referral form shows besides its fields.
type formView struct {
	Form        *form.Form
	Patient     id.Patient
	Editing     referral.Referral // zero for a new one
	Scans       []referral.Scan   // uploaded with this form, not attached yet
	Waiting     []referral.Scan   // the sender's earlier uploads without a patient
	Patients    []patient.Row     // to choose from, where the path names none
	Renews      referral.Referral // what the new one takes over from; zero without
	MayAuth     bool              // may enter an authorization
	Prescribers []referral.Prescriber
	Diagnoses   []diagnosisView
	Results     []referral.Choice
	Order       string // the order and its end in words
	Today       civil.Date
	Focus       string // name of the field that gets the focus after a step in place
}

func (v formView) isNew() bool { return v.Editing.ID.IsZero() }

// choosing reports whether the patient is chosen on the form itself.
func (v formView) choosing() bool { return v.Patient.IsZero() }

func (v formView) action() string {
	if v.choosing() {
		return anyURL
	}
	if v.isNew() {
		return listURL(v.Patient) + "/new"
	}
	return referralURL(v.Patient, v.Editing.ID) + "/edit"
}

// diagnosisView is one chosen code.
type diagnosisView struct {
	At           int
	Code         string
	Text         string
	Complaint    string
	Warning      string
	Replacements []referral.Choice
}

func (u *ui) ask(w http.ResponseWriter, r *http.Request) error {
	pid, err := patientOf(r)
	if err != nil {
		return err
	}
	f := form.FromValues(map[string]string{"written_on": u.today(r).String()})
	if from, err := id.Parse[id.Referral](r.URL.Query().Get("from")); err == nil && !pid.IsZero() {
		if f, err = u.renewal(r, pid, from); err != nil {
			return err
		}
	}
	if err := u.knowPayer(r, pid, f); err != nil {
		return err
	}
	if b, err := id.Parse[id.Blob](r.URL.Query().Get("scan")); err == nil {
		f.Set("scan_id", b.String())
	}
	return u.showForm(w, r, f, referral.Referral{}, "")
}

// renewal starts the form from the prescription that is renewed. The day it was
// written, the signature and the scan belong to the new paper.
func (u *ui) renewal(r *http.Request, pid id.Patient, from id.Referral) (*form.Form, error) {
	old, _, err := u.Referrals.View(r.Context(), pid, from)
	if err != nil {
		return nil, err
	}
	bars, err := u.bars(r.Context(), pid)
	if err != nil {
		return nil, err
	}
	f := encodeOrder(old)
	if old.State != referral.Draft && old.ReplacedBy.IsZero() {
		f.Set("renews", old.ID.String())
		f.Set("starts_on", referral.RenewalStart(old, u.today(r), bars[old.ID].Status == referral.StatusExhausted).String())
	}
	return f, nil
}

// knowPayer fills in the payer of the patient's insurance.
func (u *ui) knowPayer(r *http.Request, pid id.Patient, f *form.Form) error {
	if u.Insured == nil || pid.IsZero() {
		return nil
	}
	name, found, err := u.Insured.Payer(r.Context(), pid, u.today(r))
	if found {
		f.Set("auth.payer_name", name)
		if !f.Has("payer_kind") {
			f.Set("payer_kind", name)
		}
	}
	return err
}

func (u *ui) register(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	return u.submit(w, r, referral.Referral{}, func(_ *form.Form, in referral.Input, _ int64) (string, string, error) {
		rid, err := u.Referrals.Register(r.Context(), pid, in)
		return referralURL(pid, rid), saved(in), err
	})
}

func (u *ui) edit(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	if old.State == referral.Closed {
		return errs.New(errs.Conflict, "This referral is closed. Reopen it before you change it.")
	}
	return u.showForm(w, r, encode(old), old, "")
}

func (u *ui) amend(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	return u.submit(w, r, old, func(_ *form.Form, in referral.Input, version int64) (string, string, error) {
		return referralURL(pid, rid), "Changes saved.", u.Referrals.Amend(r.Context(), pid, rid, version, in)
	})
}

// submit reads the form, keeps an upload, does what the pressed button says
// and, when that is to save and nothing is wrong, saves.
func (u *ui) submit(w http.ResponseWriter, r *http.Request, old referral.Referral,
	save func(f *form.Form, in referral.Input, version int64) (url, flash string, err error)) error {
	f, err := u.parse(w, r)
	if err != nil {
		return err
	}
	if do, focus, done := u.step(r, f); done {
		return u.showForm(w, r, f, old, focus)
	} else if do != "" {
		f.Set("do", do)
	}
	in := decode(f)
	u.takeTyped(f, &in)
	if r.PathValue("patient") == "" {
		checkPatient(f)
	}
	if old.ID.IsZero() {
		in.Renews = form.ID[id.Referral](f, "renews")
		in.Authorisation = typedAuthorisation(f)
	}
	if f.Valid() {
		url, flash, err := save(f, in, version(f))
		if err == nil {
			return web.See(w, r, url, flash)
		}
		if !f.Merge(err) {
			return err
		}
	} else if err := u.Referrals.Check(r.Context(), in, f.Errors()); err != nil && !f.Merge(err) {
		return err
	}
	return u.showForm(w, r, f, old, "")
}

// parse reads either kind of body: scripts leave the file out where it is not
// needed. A file is kept at once, whatever else is wrong.
func (u *ui) parse(w http.ResponseWriter, r *http.Request) (*form.Form, error) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return web.ParseForm(w, r)
	}
	f, files, err := web.ParseUpload(w, r, referral.MaxScan)
	if errs.Is(err, errs.TooLarge) {
		f.TooLarge("scan", "This file is far over 15 MB. Scan it with a lower resolution, or photograph it.")
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	pid, err := patientOf(r)
	if err != nil {
		return nil, err
	}
	for _, file := range append(files.All("scan"), files.All("scan_photo")...) {
		kept, err := u.Referrals.Upload(r.Context(), pid, file.Name, file.Type, file.Data)
		if err != nil {
			if !f.Merge(err) {
				return nil, err
			}
			continue
		}
		f.Set("scan_id", append(slices.Clone(f.Values("scan_id")), kept.ID.String())...)
	}
	return f, nil
}

// step does what a button says that saves nothing. done is false for the
// buttons that save; do is then what to save as.
func (u *ui) step(r *http.Request, f *form.Form) (do, focus string, done bool) {
	do = f.Value("do")
	switch {
	case do == "scan.upload":
		return "", "", true
	case strings.HasPrefix(do, "scan.use:"):
		f.Set("scan_id", append(slices.Clone(f.Values("scan_id")), strings.TrimPrefix(do, "scan.use:"))...)
		return "", "", true
	case strings.HasPrefix(do, "scan.remove:"):
		f.Set("scan_id", slices.DeleteFunc(slices.Clone(f.Values("scan_id")), func(v string) bool { return "scan.remove:"+v == do })...)
		return "", "", true
	case do == "prescriber.find":
		return "", "prescriber_q", true
	case do == "patient.find", do == "enter" && f.Has("patient_q") && !f.Has("patient") && !newPatientTyped(f):
		return "", "patient_q", true
	case do == "dx.search" || do == "enter" && f.Has("dx_q"):
		u.takeExact(r, f)
		return "", "dx_q", true
	case do == "enter" && f.Has("prescriber_q") && !f.Has("prescriber"):
		return "", "prescriber_q", true
	case do == "draft":
		return "draft", "", false
	case do == "" || do == "save" || do == "enter":
		return "save", "", false
	}
	editDiagnoses(f, do)
	return "", "dx_q", true
}

// takeExact adds what was typed when it is a whole code that the list has.
func (u *ui) takeExact(r *http.Request, f *form.Form) {
	code, err := referral.ParseCode(f.Value("dx_q"))
	if err != nil {
		return
	}
	found, err := u.Referrals.SearchCodes(r.Context(), code, dates(f))
	if err == nil && len(found) == 1 && found[0].Code == code {
		addCode(f, code)
	}
}

// takeTyped takes a code that was typed and not added; words are a complaint,
// so that nobody believes them saved.
func (u *ui) takeTyped(f *form.Form, in *referral.Input) {
	typed := strings.TrimSpace(f.Value("dx_q"))
	if typed == "" {
		return
	}
	if _, err := referral.ParseCode(typed); err != nil {
		f.AddError("dx_q", "Choose a diagnosis from the list, or clear this box.")
		return
	}
	addCode(f, typed)
	in.Codes = f.Values("dx")
}

func (u *ui) showForm(w http.ResponseWriter, r *http.Request, f *form.Form, old referral.Referral, focus string) error {
	title := "Register a referral"
	if !old.ID.IsZero() {
		title = "Edit referral"
	}
	page, pid, err := u.page(r, title)
	if err != nil {
		return err
	}
	v := formView{Form: f, Patient: pid, Editing: old, Today: u.today(r), Focus: focus, MayAuth: mayAuthorise(r)}
	if err := u.fill(r, &v); err != nil {
		return err
	}
	page.Form, page.Width, page.HTMX, page.Tabs, page.Scripts = f, kit.Wide, true, nil, []string{"referral.js"}
	page.Back = kit.To("Referrals", listURL(pid))
	switch {
	case pid.IsZero():
		page.Back = kit.To("Patients", "/patients")
	case !v.Renews.ID.IsZero():
		page.Title = "Register a renewal"
	case !old.ID.IsZero():
		page.Back = kit.To("Referral", referralURL(pid, old.ID))
	}
	web.AllowFrames(w)
	return web.Render(w, r, f.Status(), formPage(page, v))
}

// fill looks up what the form shows beside its fields.
func (u *ui) fill(r *http.Request, v *formView) error {
	var err error
	if v.Prescribers, err = u.offered(r, v.Form.Value("prescriber_q"), v.Form.Value("prescriber")); err != nil {
		return err
	}
	on := dates(v.Form)
	for i, code := range v.Form.Values("dx") {
		d, err := u.describe(r, i, code, v.Form.Error(referral.DiagnosisField(i)), on)
		if err != nil {
			return err
		}
		v.Diagnoses = append(v.Diagnoses, d)
	}
	if v.Results, err = u.Referrals.SearchCodes(r.Context(), v.Form.Value("dx_q"), on); err != nil {
		return err
	}
	v.Order = orderWords(v.Form)
	if renews, err := id.Parse[id.Referral](v.Form.Value("renews")); err == nil && !v.choosing() {
		if v.Renews, _, err = u.Referrals.View(r.Context(), v.Patient, renews); err != nil {
			return err
		}
	}
	if v.choosing() {
		if v.Patients, err = u.patients(r, v.Form); err != nil {
			return err
		}
	}
	return u.fillScans(r, v)
}

// fillScans looks up what was uploaded for the form.
func (u *ui) fillScans(r *http.Request, v *formView) error {
	named := scans(v.Form)
	var waiting []referral.Scan
	var err error
	switch {
	case v.choosing():
		waiting, err = u.Referrals.Loose(r.Context())
	case len(named) > 0:
		var l referral.Listing
		l, err = u.Referrals.List(r.Context(), v.Patient)
		waiting = l.Waiting
	}
	for _, s := range waiting {
		if slices.Contains(named, s.ID) {
			v.Scans = append(v.Scans, s)
		} else if v.choosing() {
			v.Waiting = append(v.Waiting, s)
		}
	}
	return err
}

// describe says what a chosen code means. One that is refused comes with the
// codes that continue it, to be put in its place.
func (u *ui) describe(r *http.Request, at int, code, complaint string, on civil.Date) (diagnosisView, error) {
	d := diagnosisView{At: at, Code: code, Complaint: complaint}
	found, err := u.Referrals.SearchCodes(r.Context(), code, on)
	if err != nil {
		return d, err
	}
	for _, c := range found {
		if c.Code == code {
			d.Text = c.Description
		} else if complaint != "" && strings.HasPrefix(c.Code, code) && len(d.Replacements) < 6 {
			d.Replacements = append(d.Replacements, c)
		}
	}
	return d, nil
}

// offered are the prescribers to choose from: the chosen one first, then those
// found, or those with the newest referrals while nothing is typed.
func (u *ui) offered(r *http.Request, typed, chosen string) ([]referral.Prescriber, error) {
	var list []referral.Prescriber
	var err error
	if strings.TrimSpace(typed) == "" {
		list, err = u.Referrals.RecentPrescribers(r.Context())
	} else {
		list, err = u.Referrals.SearchPrescribers(r.Context(), typed)
		list = slices.DeleteFunc(list, func(p referral.Prescriber) bool { return !p.Active })
	}
	if err != nil {
		return nil, err
	}
	list = list[:min(len(list), 8)]
	cid, err := id.Parse[id.Prescriber](chosen)
	if err != nil {
		return list, nil
	}
	list = slices.DeleteFunc(list, func(p referral.Prescriber) bool { return p.ID == cid })
	p, err := u.Referrals.Prescriber(r.Context(), cid)
	if errs.Is(err, errs.NotFound) {
		return list, nil
	}
	return append([]referral.Prescriber{p}, list...), err
}
