package referralui

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func newPrescriberURL(may bool) string {
	if !may {
		return ""
	}
	return "/prescribers/new"
}

// directoryView is a page of the directory.
type directoryView struct {
	Form  *form.Form
	Query referral.DirectoryQuery
	Found []referral.Entry
	More  bool
	May   bool
}

var sortOptions = kit.OptionsOf(referral.DirectorySorts(), referral.DirectorySort.Label)

func (v directoryView) status() string {
	first := v.Query.Page*referral.PageSize + 1
	switch {
	case v.Query.Text == "" && len(v.Found) == 0:
		return ""
	case len(v.Found) == 0:
		return "Nothing found. Try the beginning of the last name."
	case v.More || first > 1:
		return "Prescribers " + itoa(first) + " to " + itoa(first+len(v.Found)-1)
	}
	return kit.Plural(len(v.Found), "prescriber", "prescribers")
}

func (v directoryView) pages() kit.Pages {
	at := func(page int) string {
		q := url.Values{"q": {v.Query.Text}, "sort": {string(v.Query.Sort)}, "page": {itoa(page)}}
		if v.Query.Everyone {
			q.Set("all", "yes")
		}
		return "/prescribers?" + q.Encode()
	}
	return pager(v.Query.Page, v.More, len(v.Found), at)
}

func pager(page int, more bool, rows int, at func(int) string) kit.Pages {
	p := kit.Pages{Text: itoa(page*referral.PageSize+1) + "–" + itoa(page*referral.PageSize+rows)}
	if page > 0 {
		p.Prev = at(page - 1)
	}
	if more {
		p.Next = at(page + 1)
	}
	return p
}

// pageOf reads the page in the address; 0 for what is no number.
func pageOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 0 || n > 100_000 {
		return 0
	}
	return n
}

func contactWords(p referral.Prescriber) string {
	fax := ""
	if p.Fax != "" {
		fax = "fax " + p.Fax
	}
	return kit.JoinDot(p.Phone, fax)
}

func (u *ui) directory(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	v := directoryView{Form: f, May: may(r), Query: referral.DirectoryQuery{Text: strings.TrimSpace(f.Value("q")), Everyone: f.Bool("all"), Page: pageOf(r)}}
	v.Query.Sort = referral.ByName
	if s := referral.DirectorySort(f.Value("sort")); slices.Contains(referral.DirectorySorts(), s) {
		v.Query.Sort = s
	}
	f.Set("sort", string(v.Query.Sort))
	if v.Found, v.More, err = u.Referrals.Directory(r.Context(), v.Query); err != nil {
		return err
	}
	page := web.PageData(r, "Prescribers")
	page.Active, page.HTMX, page.Width = "prescribers", true, kit.Wide
	if v.May {
		page.Actions = kit.PrimaryLink("Add a prescriber", "/prescribers/new")
	}
	return web.Render(w, r, http.StatusOK, directoryPage(page, v))
}

// prescriberView is one entry of the directory.
type prescriberView struct {
	referral.Prescriber
	Referrals []referral.PrescriberReferral
	Pages     kit.Pages
	History   []referral.Change
	Today     civil.Date
	Zone      *time.Location
}

func (v prescriberView) day(t db.Time) string { return civil.DateIn(t.Time, v.Zone).Human() }

func entryChange(c referral.Change) string {
	switch {
	case c.Reason != "":
		return c.Reason
	case c.Version == 1:
		return "Entered"
	}
	return "Changed"
}

func (u *ui) prescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	v := prescriberView{Today: u.today(r), Zone: time.UTC}
	if v.Prescriber, err = u.Referrals.Prescriber(r.Context(), pid); err != nil {
		return err
	}
	at := pageOf(r)
	var more bool
	if v.Referrals, more, err = u.Referrals.ReferralsOf(r.Context(), pid, at); err != nil {
		return err
	}
	v.Pages = pager(at, more, len(v.Referrals), func(n int) string { return prescriberURL(pid) + "?page=" + itoa(n) })
	if v.History, err = u.Referrals.PrescriberHistory(r.Context(), pid); err != nil {
		return err
	}
	if a, _ := authz.From(r.Context()); a.Zone != nil {
		v.Zone = a.Zone
	}
	page := web.PageData(r, v.Name())
	page.Active, page.Back = "prescribers", kit.To("Prescribers", "/prescribers")
	if may(r) && v.MergedInto.IsZero() {
		page.Actions = prescriberActions(pid)
	}
	return web.Render(w, r, http.StatusOK, prescriberPage(page, v))
}

// mergeView asks which entry stands for a duplicate.
type mergeView struct {
	referral.Prescriber
	Form    *form.Form
	Offered []referral.Prescriber
}

func (v mergeView) action() string { return prescriberURL(v.ID) + "/merge" }

func (v mergeView) options() []kit.Option {
	var out []kit.Option
	for _, p := range v.Offered {
		out = append(out, kit.Option{Value: p.ID.String(), Label: p.Name(), Hint: kit.JoinDot("NPI "+p.NPI, p.Organisation, p.City)})
	}
	return out
}

func (u *ui) askMerge(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	return u.showMerge(w, r, f)
}

// showMerge offers the entries found, or those with the same last name.
func (u *ui) showMerge(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	v := mergeView{Form: f}
	if v.Prescriber, err = u.Referrals.Prescriber(r.Context(), pid); err != nil {
		return err
	}
	if !f.Has("prescriber_q") {
		f.Set("prescriber_q", v.FamilyName)
	}
	if v.Offered, err = u.offered(r, f.Value("prescriber_q"), f.Value("keep")); err != nil {
		return err
	}
	v.Offered = slices.DeleteFunc(v.Offered, func(p referral.Prescriber) bool { return p.ID == pid })
	page := web.PageData(r, "Merge "+v.Name())
	page.Active, page.Form, page.Width, page.Back = "prescribers", f, kit.Narrow, kit.To("Prescriber", prescriberURL(pid))
	page.Lead = "All referrals of this entry, NPI " + v.NPI + ", become those of the entry you keep. This entry is no longer offered. It cannot be taken back."
	return web.Render(w, r, f.Status(), mergePage(page, v))
}

func (u *ui) merge(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	keep := form.ID[id.Prescriber](f, "keep", form.Required("Choose the entry to keep."))
	if f.Valid() {
		if err := u.Referrals.MergePrescribers(r.Context(), keep, pid, version(f)); err == nil {
			return web.See(w, r, prescriberURL(keep), "Entries merged.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showMerge(w, r, f)
}

func (u *ui) askPrescriber(w http.ResponseWriter, r *http.Request) error {
	return u.showPrescriberForm(w, r, form.Empty(), id.Prescriber{})
}

func (u *ui) showPrescriberForm(w http.ResponseWriter, r *http.Request, f *form.Form, p id.Prescriber) error {
	title, action, cancel := "Add a prescriber", "/prescribers/new", kit.To("Prescribers", "/prescribers")
	if !p.IsZero() {
		title, action, cancel = "Edit prescriber", prescriberURL(p)+"/edit", kit.To("Prescriber", prescriberURL(p))
	}
	page := web.PageData(r, title)
	page.Active, page.Form, page.Width, page.Back = "prescribers", f, kit.Narrow, cancel
	return web.Render(w, r, f.Status(), prescriberFormPage(page, f, action, cancel.URL, !p.IsZero()))
}

func (u *ui) addPrescriber(w http.ResponseWriter, r *http.Request) error {
	return u.savePrescriber(w, r, id.Prescriber{})
}

func (u *ui) amendPrescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	return u.savePrescriber(w, r, pid)
}

func (u *ui) savePrescriber(w http.ResponseWriter, r *http.Request, pid id.Prescriber) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodePrescriber(f, "")
	in.ID, in.Version, in.Active = pid, version(f), f.Bool("active")
	if f.Valid() {
		p, err := u.Referrals.SavePrescriber(r.Context(), in)
		if err == nil {
			return web.See(w, r, prescriberURL(p.ID), "Prescriber saved.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showPrescriberForm(w, r, f, pid)
}

func (u *ui) editPrescriber(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Prescriber](r, "prescriber")
	if err != nil {
		return err
	}
	p, err := u.Referrals.Prescriber(r.Context(), pid)
	if err != nil {
		return err
	}
	return u.showPrescriberForm(w, r, encodePrescriber(p), pid)
}
