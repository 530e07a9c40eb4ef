package web

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/web/kit"
)

const (
	themeCookie   = "theme"
	privacyCookie = "privacy"
)

func themeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return "auto"
}

func privateOf(r *http.Request) bool {
	c, err := r.Cookie(privacyCookie)
	return err == nil && c.Value == "on"
}

// setTheme keeps the choice of light, dark or the device's own for a year and
// goes back to where the person was.
func setTheme(w http.ResponseWriter, r *http.Request) error {
	f, err := ParseForm(w, r)
	if err != nil {
		return err
	}
	theme := f.Choice("theme", "auto", "light", "dark")
	next := LocalPath(f.Value("next"))
	if !f.Valid() {
		return See(w, r, next)
	}
	c := preference(r, themeCookie, theme)
	c.MaxAge = 365 * 24 * 60 * 60
	if theme == "auto" || theme == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return See(w, r, next)
}

// setPrivacy hides names on the screen of this browser until it is closed, or
// shows them again. Anybody who is signed in may: it is their own screen.
func setPrivacy(w http.ResponseWriter, r *http.Request) error {
	f, err := ParseForm(w, r)
	if err != nil {
		return err
	}
	next := LocalPath(f.Value(kit.Back))
	if a, ok := authz.From(r.Context()); !ok || a.Handed != "" {
		return See(w, r, next)
	}
	c := preference(r, privacyCookie, "on")
	if f.Choice("privacy", "on", "off") != "on" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return See(w, r, next)
}

func preference(r *http.Request, name, value string) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: exchangeOf(r).secure(r), SameSite: http.SameSiteLaxMode}
}
