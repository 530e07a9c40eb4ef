package practiceui

import (
	"github.com/a-h/templ"

	"soapstone/internal/practice"
)

func license(m practice.Member) string {
	if m.LicenseNumber == "" {
		return "–"
	}
	s := m.LicenseState + " " + m.LicenseNumber
	if !m.LicenseExpires.IsZero() {
		s += ", good through " + m.LicenseExpires.Human()
	}
	return s
}

func inviteLabel(v memberView) string {
	if v.Ready {
		return "Invite to start over"
	}
	return "Make an invitation"
}

func locationAction(l practice.Location) templ.SafeURL {
	if l.ID.IsZero() {
		return "/settings/locations"
	}
	return templ.URL("/settings/locations/" + l.ID.String())
}

func memberAction(m practice.Member) templ.SafeURL {
	if m.ID.IsZero() {
		return "/settings/staff"
	}
	return templ.URL("/settings/staff/" + m.ID.String())
}
