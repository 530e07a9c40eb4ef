package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
	"unicode/utf8"

	"soapstone/internal/web/form"
)

// The flash lines travel in a cookie rather than in the server's memory, so
// that they survive a restart and reach whichever process shows the next
// page. The cookie ends with the browser session and is cleared once shown.
const flashCookie = "flash"

const (
	flashFor      = time.Minute
	flashMaxLines = 3
	flashMaxChars = 200
)

type flashBox struct {
	At    int64    `json:"t"` // Unix seconds
	Lines []string `json:"l"`
}

func setFlash(w http.ResponseWriter, r *http.Request, lines []string) {
	x := exchangeOf(r)
	raw, err := json.Marshal(flashBox{At: x.srv.cfg.Clock.Now().Unix(), Lines: fit(lines)})
	if err != nil {
		return // text always marshals
	}
	http.SetCookie(w, &http.Cookie{
		Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString(raw), Path: "/",
		HttpOnly: true, Secure: x.secure(r), SameSite: http.SameSiteLaxMode,
	})
}

func clearFlash(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// readFlash takes the lines from the cookie. Anybody can send a cookie, so it
// is read with distrust; templates escape the text.
func readFlash(r *http.Request, now time.Time) []string {
	c, err := r.Cookie(flashCookie)
	if err != nil || len(c.Value) > 4000 {
		return nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	var box flashBox
	if err := json.Unmarshal(raw, &box); err != nil {
		return nil
	}
	if age := now.Sub(time.Unix(box.At, 0)); age < -flashFor || age > flashFor {
		return nil
	}
	return fit(box.Lines)
}

// fit keeps a few lines of plain text of a sensible length.
func fit(lines []string) []string {
	var out []string
	for _, line := range lines {
		clean, why := form.Clean(line)
		if why != "" || clean == "" || len(out) == flashMaxLines {
			continue
		}
		if utf8.RuneCountInString(clean) > flashMaxChars {
			clean = string([]rune(clean)[:flashMaxChars-1]) + "…"
		}
		out = append(out, clean)
	}
	return out
}

// secure reports whether cookies of this answer may be Secure.
func (x *exchange) secure(r *http.Request) bool { return x.srv.cfg.TLS || r.TLS != nil }
