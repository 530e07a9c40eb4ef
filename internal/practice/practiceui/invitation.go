package practiceui

import (
	"net/http"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

const keptInvitation = "invitation"

// invitation is what is shown of a fresh invitation, once.
type invitation struct {
	User  id.User
	Path  string
	Until time.Time
}

func (u *ui) invite(w http.ResponseWriter, r *http.Request) error {
	user, err := web.PathID[id.User](r, "user")
	if err != nil {
		return err
	}
	return u.inviteAndShow(w, r, user)
}

func (u *ui) inviteAndShow(w http.ResponseWriter, r *http.Request, user id.User) error {
	token, until, err := u.Authn.Invite(r.Context(), user)
	if err != nil {
		f := form.Empty()
		if f.Merge(err) {
			return web.See(w, r, "/settings/staff/"+user.String(), complaint(f))
		}
		return err
	}
	// After a redirect, so that a reload does not make another one.
	u.Authn.Keep(w, r, keptInvitation, 15*time.Minute, invitation{User: user, Path: "/invitation/" + token, Until: until})
	return web.See(w, r, "/settings/staff/"+user.String()+"/invitation")
}

// invitationView is the sheet to hand over.
type invitationView struct {
	Member   practice.Member
	Link     string // "" when it is no longer shown
	Until    string
	Practice string
}

func (u *ui) invitationPage(w http.ResponseWriter, r *http.Request) error {
	m, err := u.member(r)
	if err != nil {
		return err
	}
	p, err := u.Practices.Practice(r.Context())
	if err != nil {
		return err
	}
	v := invitationView{Member: m, Practice: p.Name}
	var kept invitation
	if u.Authn.Kept(r, keptInvitation, &kept) && kept.User == m.ID {
		a, _ := authz.From(r.Context())
		v.Link, v.Until = u.Authn.Origin(r)+kept.Path, instant(a, kept.Until)
	}
	page := u.below(r, "Invitation for "+m.Name, kit.To(m.Name, "/settings/staff/"+m.ID.String()), nil)
	return web.Render(w, r, http.StatusOK, invitationPage(page, v))
}
