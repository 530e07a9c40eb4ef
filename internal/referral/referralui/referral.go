package referralui

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// listView is a patient's referrals.
type listView struct {
	Patient id.Patient
	referral.Listing
	Bars  map[id.Referral]Bar
	Today civil.Date
	May   bool // change them
}

func (v listView) status(r referral.Referral) referral.Status {
	if b, ok := v.Bars[r.ID]; ok {
		return b.Status
	}
	return r.StatusOn(v.Today, 0)
}

func (v listView) newURL() string {
	if !v.May {
		return ""
	}
	return listURL(v.Patient) + "/new"
}

// referralView is one referral. ChartOf is the patient in the address: for a
// merged record another than the referral's own.
type referralView struct {
	referral.Referral
	ChartOf    id.Patient
	Changes    []referral.Change
	Missing    []errs.Field
	Bar        Bar
	ScanForm   *form.Form
	Zone       *time.Location
	May        bool // change it
	Authorises bool // may enter what payers allow under it
	MayPlan    bool // visits
	MayReport  bool // to the prescriber
	Today      civil.Date
	Chain      map[id.Referral]referral.Referral // the prescriptions before and after
}

// renewable reports whether a newer prescription may take over from this one.
func (v referralView) renewable() bool {
	return v.State != referral.Draft && v.ReplacedBy.IsZero() && v.CloseReason != referral.EnteredInError
}

// authorisationBadge is what has become of an authorization.
func (v referralView) authorisationBadge(a referral.Authorisation) (kit.Tone, string) {
	words, tone := a.StandingOn(v.Today, v.Bar.UsedUp[a.ID]), kit.Neutral
	switch {
	case a.Withdrawn, a.State == referral.Denied, words == "Used up", words == "Expired":
		tone = kit.Danger
	case a.State == referral.Requested:
		tone = kit.Warn
	case words == "In force":
		tone = kit.OK
	}
	return tone, words
}

// chain loads the prescriptions before and after one.
func (u *ui) chain(r *http.Request, pid id.Patient, of referral.Referral) (map[id.Referral]referral.Referral, error) {
	out := map[id.Referral]referral.Referral{}
	for _, rid := range []id.Referral{of.Replaces, of.ReplacedBy} {
		if rid.IsZero() {
			continue
		}
		x, _, err := u.Referrals.View(r.Context(), pid, rid)
		if err != nil {
			return nil, err
		}
		out[rid] = x
	}
	return out, nil
}

// chainWords says how one prescription follows another.
func chainWords(old, next referral.Referral) string {
	if gap := referral.Gap(old, next); gap > 0 {
		return kit.Plural(gap, "day", "days") + " between them without a prescription"
	}
	if next.StartsOn.IsZero() {
		return "not dated yet"
	}
	return "goes on from " + next.StartsOn.Human() + " without a gap"
}

func (v referralView) url() string { return referralURL(v.ChartOf, v.ID) }

func (v referralView) prescriberLink() kit.Link {
	if v.Prescriber.ID.IsZero() {
		return kit.Link{}
	}
	return kit.To("Prescriber", prescriberURL(v.Prescriber.ID))
}

func (v referralView) addAuthorisation() kit.Link {
	if !v.Authorises || v.State == referral.Closed {
		return kit.Link{}
	}
	return kit.To("Add", v.url()+"/authorizations/new")
}

func (v referralView) authorisationURL(a referral.Authorisation) string {
	if !v.Authorises || v.State == referral.Closed {
		return ""
	}
	return v.url() + "/authorizations/" + a.ID.String()
}

// day is the day of an instant where the reader works.
func (v referralView) day(t db.Time) string { return civil.DateIn(t.Time, v.Zone).Human() }

// showReferral shows the page of the referral in the path; scanForm carries
// the complaint about an upload.
func (u *ui) showReferral(w http.ResponseWriter, r *http.Request, page kit.Page, pid id.Patient, scanForm *form.Form) error {
	rid, err := web.PathID[id.Referral](r, "referral")
	if err != nil {
		return err
	}
	v := referralView{ChartOf: pid, ScanForm: scanForm, Zone: time.UTC, Today: u.today(r), May: may(r), Authorises: mayAuthorise(r)}
	if v.Referral, v.Changes, err = u.Referrals.View(r.Context(), pid, rid); err != nil {
		return err
	}
	bars, err := u.bars(r.Context(), pid)
	if err != nil {
		return err
	}
	var known bool
	if v.Bar, known = bars[rid]; !known {
		v.Bar.Status = v.StatusOn(u.today(r), 0)
	}
	if v.Chain, err = u.chain(r, pid, v.Referral); err != nil {
		return err
	}
	if a, ok := authz.From(r.Context()); ok {
		v.MayReport = a.Can(authz.ReportWrite)
		v.MayPlan = a.Can(authz.VisitWrite)
		if a.Zone != nil {
			v.Zone = a.Zone
		}
	}
	if v.State == referral.Draft {
		v.Missing = referral.CanActivate(v.Referral)
	}
	page.Title = "Referral from " + prescriberName(v.Referral)
	page.Lead = v.Bar.Status.Label()
	page.Back, page.Form, page.Width = kit.To("Referrals", listURL(pid)), scanForm, kit.Wide
	page.Scripts = []string{"referral.js"}
	if v.May {
		page.Actions = referralActions(v)
	}
	web.AllowFrames(w)
	return web.Render(w, r, scanForm.Status(), referralPage(page, v))
}

func (u *ui) addScan(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	f, files, err := web.ParseUpload(w, r, referral.MaxScan)
	if err != nil && !errs.Is(err, errs.TooLarge) {
		return err
	}
	if err != nil {
		f.TooLarge("scan", "This file is far over 15 MB. Scan it with a lower resolution, or photograph it.")
	}
	file, ok := files.One("scan")
	f.Check(ok, "scan", "Choose a file.")
	if f.Valid() {
		if _, err := u.Referrals.AddScan(r.Context(), pid, rid, file.Name, file.Type, file.Data); err == nil {
			return web.See(w, r, referralURL(pid, rid), "Scan added.")
		} else if !f.Merge(err) {
			return err
		}
	}
	page, pid, err := u.page(r, "Referral")
	if err != nil {
		return err
	}
	return u.showReferral(w, r, page, pid, f)
}

func (u *ui) askClose(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	old, _, err := u.Referrals.View(r.Context(), pid, rid)
	if err != nil {
		return err
	}
	return u.showClose(w, r, form.FromValues(map[string]string{"version": itoa64(old.Version)}))
}

func (u *ui) showClose(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Close referral")
	if err != nil {
		return err
	}
	_, rid, err := ids(r)
	if err != nil {
		return err
	}
	url := referralURL(pid, rid)
	page.Form, page.Width, page.Back, page.Tabs = f, kit.Narrow, kit.To("Referral", url), nil
	page.Lead = "No further visit can be planned under it. What was done stays. It can be reopened."
	return web.Render(w, r, f.Status(), closePage(page, f, url+"/close", url))
}

func (u *ui) close(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	why, note := form.Choice(f, "why", referral.CloseReasons()...), f.Text("note", form.Max(500))
	f.Require("why", "Choose why it is closed.")
	if f.Valid() {
		if err := u.Referrals.Close(r.Context(), pid, rid, version(f), why, note); err == nil {
			return web.See(w, r, referralURL(pid, rid), "Referral closed.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showClose(w, r, f)
}

func (u *ui) reopen(w http.ResponseWriter, r *http.Request) error {
	pid, rid, err := ids(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := u.Referrals.Reopen(r.Context(), pid, rid, version(f)); err != nil {
		return err
	}
	return web.See(w, r, referralURL(pid, rid), "Referral reopened.")
}

var closeOptions = kit.OptionsOf(referral.CloseReasons(), referral.CloseReason.Label)

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

func cardTitle(r referral.Referral) string {
	if n := r.Prescriber.Name(); n != "" {
		return n
	}
	return "No prescriber yet"
}

func prescriberName(r referral.Referral) string {
	if n := r.Prescriber.Name(); n != "" {
		return n
	}
	return "a prescriber to be named"
}

// summary is a referral on one line of a list.
func summary(r referral.Referral) string {
	written := ""
	if !r.WrittenOn.IsZero() {
		written = "written " + r.WrittenOn.Human()
	}
	return kit.JoinDot(r.Order.Words(), r.Order.Regions, written)
}

func endsHuman(r referral.Referral) string {
	if r.WrittenOn.IsZero() {
		return ""
	}
	if r.EndsOn.IsZero() {
		return "No end ordered"
	}
	return r.EndsOn.Human()
}

func faxWords(p referral.Prescriber) string {
	if p.Fax != "" {
		return "fax " + p.Fax
	}
	if p.Phone != "" {
		return "phone " + p.Phone
	}
	return ""
}

func signatureWords(seen bool) string {
	if seen {
		return "Seen on the paper"
	}
	return "Not seen yet"
}

func accidentWords(a referral.Accident) string {
	on := ""
	if !a.On.IsZero() {
		on = a.On.Human()
	}
	return kit.JoinDot(a.Kind.Label(), on, a.State)
}

func allows(a referral.Authorisation) string {
	var parts []string
	if a.Visits != nil {
		parts = append(parts, kit.Plural(int(*a.Visits), "visit", "visits"))
	}
	if a.Units != nil {
		parts = append(parts, kit.Plural(int(*a.Units), "unit", "units"))
	}
	if len(a.Codes) > 0 {
		parts = append(parts, strings.Join(a.Codes, ", "))
	}
	return strings.Join(parts, " · ")
}

// unconfirmedBy names the code list that could not settle a diagnosis; "" when
// all were confirmed.
func unconfirmedBy(r referral.Referral) string {
	for _, d := range r.Diagnoses {
		if d.Warning != "" {
			return d.List
		}
	}
	return ""
}

// span is the days an authorisation covers.
func span(a referral.Authorisation) string {
	if a.ToOn.IsZero() {
		return "from " + a.FromOn.Human()
	}
	return a.FromOn.Human() + " to " + a.ToOn.Human()
}

func changeTitle(c referral.Change) string {
	if c.Reason == "" {
		return "Put in force"
	}
	return c.Reason
}
