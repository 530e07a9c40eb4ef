package practiceui

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/authn"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// today is the date at the actor's place of work.
func (u *ui) today(ctx context.Context) civil.Date {
	a, _ := authz.From(ctx)
	return a.Today(u.Clock.Now())
}

// row is a member of staff in the list.
type row struct {
	practice.Member
	Place   string
	License mark
	Access  mark // how far signing in has come; for managers only
}

// mark is a badge; none when Text is "".
type mark struct {
	Tone kit.Tone
	Text string
}

func licenseMark(m practice.Member, today civil.Date) mark {
	switch m.License(today) {
	case practice.Expired:
		return mark{kit.Danger, "License expired"}
	case practice.Expiring:
		return mark{kit.Warn, "License expires " + m.LicenseExpires.Human()}
	case practice.NoLicense:
		if m.Has(authz.Therapist) {
			return mark{kit.Warn, "No license on file"}
		}
	case practice.Undated:
		if m.Has(authz.Therapist) {
			return mark{kit.Warn, "License without expiry date"}
		}
	}
	return mark{}
}

// standingMark is licenseMark where the date stands beside it.
func standingMark(m practice.Member, today civil.Date) mark {
	switch m.License(today) {
	case practice.Expired:
		return mark{kit.Danger, "Expired"}
	case practice.Expiring:
		return mark{kit.Warn, "Expires soon"}
	}
	return licenseMark(m, today)
}

func accessMark(m practice.Member, a authn.Access) mark {
	switch {
	case !m.Active:
		return mark{kit.Neutral, "Switched off"}
	case !a.InvitedUntil.IsZero():
		return mark{kit.Info, "Invited"}
	case !a.Ready:
		return mark{kit.Warn, "Not invited yet"}
	}
	return mark{}
}

func (u *ui) staffPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := u.Practices.Staff(ctx)
	if err != nil {
		return err
	}
	places, err := u.places(ctx)
	if err != nil {
		return err
	}
	manage := can(r, authz.StaffManage)
	access := map[id.User]authn.Access{}
	if manage {
		if access, err = u.Authn.AccessOf(ctx); err != nil {
			return err
		}
	}
	today := u.today(ctx)
	rows := make([]row, 0, len(all))
	for _, m := range all {
		x := row{Member: m, Place: places[m.Location]}
		if m.Active {
			x.License = licenseMark(m, today)
		}
		if manage || !m.Active {
			x.Access = accessMark(m, access[m.ID])
		}
		rows = append(rows, x)
	}
	page := u.page(r, "Staff", "staff", nil)
	if manage {
		page.Actions = kit.PrimaryLink("Add a person", "/settings/staff/new")
	}
	return web.Render(w, r, http.StatusOK, staffPage(page, rows))
}

func (u *ui) places(ctx context.Context) (map[id.Location]string, error) {
	all, err := u.Practices.Locations(ctx)
	if err != nil {
		return nil, err
	}
	out := map[id.Location]string{}
	for _, l := range all {
		out[l.ID] = l.Name
	}
	return out, nil
}

// memberView is one member of staff as shown.
type memberView struct {
	row
	Manage       bool
	Ready        bool
	InvitedUntil string
	Self         bool
}

func (u *ui) memberPage(w http.ResponseWriter, r *http.Request) error {
	m, err := u.member(r)
	if err != nil {
		return err
	}
	places, err := u.places(r.Context())
	if err != nil {
		return err
	}
	a, _ := authz.From(r.Context())
	v := memberView{row: row{Member: m, Place: places[m.Location], License: standingMark(m, u.today(r.Context()))}, Self: a.User == m.ID}
	if v.Manage = a.Can(authz.StaffManage); v.Manage {
		access, err := u.Authn.AccessOf(r.Context())
		if err != nil {
			return err
		}
		v.Access, v.Ready = accessMark(m, access[m.ID]), access[m.ID].Ready
		v.InvitedUntil = instant(a, access[m.ID].InvitedUntil)
	}
	page := u.below(r, m.Title(), kit.To("Staff", "/settings/staff"), nil)
	if v.Manage {
		page.Actions = kit.LinkButton("Edit", "/settings/staff/"+m.ID.String()+"/edit")
	}
	return web.Render(w, r, http.StatusOK, memberPage(page, v))
}

func (u *ui) member(r *http.Request) (practice.Member, error) {
	user, err := web.PathID[id.User](r, "user")
	if err != nil {
		return practice.Member{}, err
	}
	return u.Practices.Member(r.Context(), user)
}

// instant is a time in the actor's zone; "" for none.
func instant(a authz.Actor, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if a.Zone != nil {
		t = t.In(a.Zone)
	}
	return t.Format("Mon 2 Jan 2006, 3:04 PM")
}

func (u *ui) newMember(w http.ResponseWriter, r *http.Request) error {
	f := form.Empty()
	open, err := u.openLocations(r.Context(), id.Location{})
	if err != nil {
		return err
	}
	if len(open) == 1 {
		f.Set("location", open[0].Value)
	}
	return u.showMemberForm(w, r, practice.Member{}, f)
}

func (u *ui) editMember(w http.ResponseWriter, r *http.Request) error {
	m, err := u.member(r)
	if err != nil {
		return err
	}
	f := form.FromValues(map[string]string{
		"name": m.Name, "email": m.Email, "credential": m.Credential, "license_number": m.LicenseNumber, "license_state": m.LicenseState,
		"license_expires": m.LicenseExpires.String(), "npi": m.NPI, "taxonomy": m.Taxonomy, "location": m.Location.String(), "version": strconv.FormatInt(m.Version, 10),
	})
	var roles []string
	for _, role := range m.Roles {
		roles = append(roles, string(role))
	}
	return u.showMemberForm(w, r, m, f.Set("roles", roles...))
}

func (u *ui) showMemberForm(w http.ResponseWriter, r *http.Request, m practice.Member, f *form.Form) error {
	title, back := "Add a person", kit.To("Staff", "/settings/staff")
	if !m.ID.IsZero() {
		title, back = "Edit", kit.To("Back", "/settings/staff/"+m.ID.String())
		if m.Name != "" {
			title = "Edit " + m.Name
		}
	}
	open, err := u.openLocations(r.Context(), m.Location)
	if err != nil {
		return err
	}
	return web.Render(w, r, f.Status(), memberForm(u.below(r, title, back, f), f, m, open))
}

// openLocations are those where somebody can work, and the present one.
func (u *ui) openLocations(ctx context.Context, present id.Location) ([]kit.Option, error) {
	all, err := u.Practices.Locations(ctx)
	if err != nil {
		return nil, err
	}
	var out []kit.Option
	for _, l := range all {
		if l.Active || l.ID == present {
			out = append(out, kit.Option{Value: l.ID.String(), Label: l.Name})
		}
	}
	return out, nil
}

func decodeMember(f *form.Form) practice.Member {
	m := practice.Member{
		Name:           f.Text("name", form.Required("Enter the name, as it is printed under a signature."), form.Max(120)),
		Email:          f.Text("email", form.Required("Enter the e-mail address; the person signs in with it."), form.Max(254)),
		Roles:          form.Choices(f, "roles", authz.Roles()...),
		Location:       form.ID[id.Location](f, "location", form.Required("Choose the location.")),
		Credential:     f.Text("credential", form.Max(40)),
		LicenseNumber:  f.Text("license_number", form.Max(40)),
		LicenseState:   f.Choice("license_state", stateCodes()...),
		LicenseExpires: f.Date("license_expires"),
		NPI:            f.Text("npi", form.Max(20)),
		Taxonomy:       f.Text("taxonomy", form.Max(10)),
	}
	f.Require("roles", "Choose at least one role.")
	return m
}

func (u *ui) addMember(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeMember(f)
	if f.Valid() {
		user, err := u.Practices.AddMember(r.Context(), in)
		if err == nil {
			return u.inviteAndShow(w, r, user)
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showMemberForm(w, r, practice.Member{}, f)
}

func (u *ui) saveMember(w http.ResponseWriter, r *http.Request) error {
	user, err := web.PathID[id.User](r, "user")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if _, err := u.Practices.Member(r.Context(), user); err != nil {
		return err
	}
	in := decodeMember(f)
	in.ID, in.Version = user, f.Version()
	if f.Valid() {
		if err := u.Practices.UpdateMember(r.Context(), in); err == nil {
			return web.SeeNext(w, r, f, "/settings/staff/"+user.String(), "Saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showMemberForm(w, r, in, f)
}

func (u *ui) setActive(w http.ResponseWriter, r *http.Request) error {
	user, err := web.PathID[id.User](r, "user")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	active, back := f.Bool("active"), "/settings/staff/"+user.String()
	if err := u.Practices.SetActive(r.Context(), user, f.Version(), active); err != nil {
		if f.Merge(err) {
			return web.See(w, r, back, complaint(f))
		}
		return err
	}
	if active {
		return web.See(w, r, back, "Switched on. Invite the person again if they no longer know how to sign in.")
	}
	return web.See(w, r, back, "Switched off and signed out everywhere.")
}

// complaint is the first complaint of a form that has no page of its own.
func complaint(f *form.Form) string {
	for _, e := range f.Errors() {
		return e.Message
	}
	return ""
}

func roleLabels(roles []authz.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, r.Label())
	}
	return strings.Join(out, ", ")
}

func roleOptions() []kit.Option {
	hints := map[authz.Role]string{
		authz.Owner:     "Manages practice, staff and system; reads everything.",
		authz.Therapist: "Treats, documents and signs.",
		authz.FrontDesk: "Books, registers, takes in; does not read notes.",
		authz.Biller:    "Sees codes and visits, not the narrative.",
		authz.Auditor:   "Reads everything, changes nothing.",
	}
	var out []kit.Option
	for _, r := range authz.Roles() {
		out = append(out, kit.Option{Value: string(r), Label: r.Label(), Hint: hints[r]})
	}
	return out
}
