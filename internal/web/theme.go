package web

import (
	"net/http"
)

const themeCookie = "theme"

func themeOf(r *http.Request) string {
	c, err := r.Cookie(themeCookie)
	if err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return "auto"
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
	c := &http.Cookie{
		Name: themeCookie, Value: theme, Path: "/", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, Secure: exchangeOf(r).secure(r), SameSite: http.SameSiteLaxMode,
	}
	if theme == "auto" || theme == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return See(w, r, next)
}
