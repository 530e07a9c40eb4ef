package app_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"soapstone/internal/db"
	"soapstone/internal/id"
)

// sheet is a form that a page shows, with what a browser would send.
type sheet struct {
	page, action string
	parts        bool // multipart
	hidden       url.Values
	fields       map[string]string // name to kind: text, textarea, select, radio, date, …
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	fieldTag = regexp.MustCompile(`<(input|select|textarea|button)\b([^>]*)>`)
	attrTag  = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
	uuidText = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	linkTag  = regexp.MustCompile(`<a href="#([^"]+)"`)
)

func attrs(s string) map[string]string {
	out := map[string]string{}
	for _, m := range attrTag.FindAllStringSubmatch(s, -1) {
		out[m[1]] = html.UnescapeString(m[2])
	}
	return out
}

// sheets reads the forms of a page that change something.
func sheets(page, body string) (out []sheet) {
	for _, m := range formTag.FindAllStringSubmatch(body, -1) {
		a := attrs(m[1])
		if a["method"] != "post" {
			continue
		}
		action := a["action"]
		if action == "" {
			action = page
		}
		s := sheet{page: page, action: action, parts: a["enctype"] == "multipart/form-data", hidden: url.Values{}, fields: map[string]string{}}
		inside := fieldTag.FindAllStringSubmatch(m[2], -1)
		for _, f := range fieldTag.FindAllStringSubmatch(body, -1) {
			if form := attrs(f[2])["form"]; form != "" && form == a["id"] {
				inside = append(inside, f)
			}
		}
		for _, f := range inside {
			s.take(f[1], attrs(f[2]))
		}
		out = append(out, s)
	}
	return out
}

func (s *sheet) take(tag string, a map[string]string) {
	_, disabled := a["disabled"]
	switch {
	case a["name"] == "" || disabled:
	case tag == "button":
		if s.hidden.Get(a["name"]) == "" { // the first button is what Enter presses
			s.hidden.Set(a["name"], a["value"])
		}
	case a["type"] == "hidden":
		s.hidden.Add(a["name"], a["value"])
	case tag == "input" && a["type"] != "":
		s.fields[a["name"]] = a["type"]
	default:
		s.fields[a["name"]] = tag
	}
}

// same names forms that differ only in whom they are about.
func (s sheet) same() string {
	u, _, _ := strings.Cut(s.action, "?")
	u = uuidText.ReplaceAllString(u, "{}")
	var names []string
	for n := range s.fields {
		names = append(names, digits.ReplaceAllString(n, "0"))
	}
	slices.Sort(names)
	return u + " " + strings.Join(slices.Compact(names), ",")
}

var digits = regexp.MustCompile(`[0-9]+`)

// notWalked are forms that end the walker's session, lend its device or replace
// the data under it.
var notWalked = regexp.MustCompile(`^/(sign-out|demo-sign-in|security/|sign-in|set-up|setup|preferences/|settings/connection|step-up|ui)|/handed`)

// collect gathers the forms of every page that maya, who owns and treats, can open.
func (h *house) collect(t *testing.T, b *browser) []sheet {
	t.Helper()
	var paths []string
	for _, r := range h.app.Server().Router().Routes() {
		if r.Method != "GET" || ends(r) || strings.Contains(r.Path, "/handed") {
			continue
		}
		p := h.path(t, r)
		paths = append(paths, p)
		if r.Path == "/visits/new" {
			paths = append(paths, p+"?patient="+h.value(t, "patient"))
		}
	}
	seen := map[string]bool{}
	var out []sheet
	for _, p := range paths {
		w := b.get(p)
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, s := range sheets(p, w.Body.String()) {
			if k := s.same(); !seen[k] && !notWalked.MatchString(s.action) {
				seen[k] = true
				out = append(out, s)
			}
		}
	}
	return out
}

func (h *house) value(t *testing.T, name string) string {
	t.Helper()
	var v string
	err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, sources[name], h.sum.Practice).Scan(&v)
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// send posts a form as a browser would.
func (b *browser) send(s sheet, action string, v url.Values) *httptest.ResponseRecorder {
	if !s.parts {
		return b.post(action, v)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range v {
		for _, one := range list {
			_ = w.WriteField(name, one) // a buffer takes everything
		}
	}
	_ = w.Close()
	return b.do("POST", action, &body, w.FormDataContentType())
}

// inputs are what is typed into every field of a form; "" leaves all empty.
var inputs = []struct{ name, text string }{
	{"empty", ""}, {"10 KB", strings.Repeat("long ", 2048)}, {"broken text", "a\xff\xfe\x80b"}, {"control characters", "a\x00b\x1bc"},
	{"a huge number", "99999999999999999999999999"}, {"a bad date", "2026-02-31"}, {"markup", `"><b id=planted>`},
}

func (s sheet) filled(text string) url.Values {
	v := url.Values{}
	for name, list := range s.hidden {
		v[name] = list
	}
	for name, kind := range s.fields {
		if text != "" || kind != "radio" && kind != "checkbox" && kind != "file" {
			v.Set(name, text)
		}
	}
	return v
}

// rows counts every table but those that record or expire.
func (h *house) rows(t *testing.T) string {
	t.Helper()
	var out string
	err := h.app.DB().Read(t.Context(), h.sum.Practice, func(ctx context.Context, tx *db.Tx) error {
		list, err := tx.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'audit%' AND name NOT LIKE 'sqlite%'
			AND name NOT IN ('session', 'job', 'sign_in_throttle', 'webauthn_ceremony') ORDER BY name`)
		if err != nil {
			return err
		}
		defer list.Close()
		var parts []string
		for list.Next() {
			var name string
			if err := list.Scan(&name); err != nil {
				return err
			}
			parts = append(parts, fmt.Sprintf("'%s ' || (SELECT count(*) FROM %s)", name, name))
		}
		if err := list.Err(); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT "+strings.Join(parts, " || '\n' || ")).Scan(&out)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// toMend are forms that do not yet answer as they should, by action with {} for
// identifiers, each with what is missing. One that answers well has no place here.
var toMend = map[string]string{
	"/settings/diagnosis-codes": "the year that was typed is not kept",
}

// TestEveryFormAnswersEveryInput sends every form of the program empty and with
// absurd input, as the browser of somebody who may do everything.
func TestEveryFormAnswersEveryInput(t *testing.T) {
	h := open(t, 12)
	all := h.collect(t, h.as(t, "maya@lakeside.example"))
	if len(all) < 40 {
		t.Fatalf("only %d forms were found", len(all))
	}
	t.Logf("%d forms", len(all))
	for _, s := range all {
		action, _, _ := strings.Cut(uuidText.ReplaceAllString(s.action, "{}"), "?")
		var wrong []string
		for _, in := range inputs {
			if len(s.fields) == 0 && in.text == "" {
				continue // a button: pressing it is not sending it empty
			}
			b := h.as(t, "maya@lakeside.example") // a form may lend the device or end the session
			before := h.rows(t)
			w := b.send(s, s.action, s.filled(in.text))
			for _, e := range s.judge(w, in.text) {
				wrong = append(wrong, in.name+": "+e)
			}
			if after := h.rows(t); w.Code >= 400 && after != before {
				wrong = append(wrong, fmt.Sprintf("%s: status %d, and something was stored", in.name, w.Code))
			}
		}
		if w := h.as(t, "maya@lakeside.example").send(s, s.action, url.Values{}); w.Code >= 500 {
			wrong = append(wrong, fmt.Sprintf("no fields at all: status %d", w.Code))
		}
		if why, known := toMend[action]; known && len(wrong) == 0 {
			t.Errorf("%s answers well now: take it off the list (%s)", action, why)
		} else if !known && len(wrong) > 0 {
			t.Errorf("%s on %s:\n\t%s", action, uuidText.ReplaceAllString(s.page, "{}"), strings.Join(wrong, "\n\t"))
		}
	}
	if t.Failed() {
		t.Log(h.tail())
	}
}

// judge says what is wrong with an answer to a form.
func (s sheet) judge(w *httptest.ResponseRecorder, text string) (wrong []string) {
	body := w.Body.String()
	if w.Code >= 500 || w.Code == http.StatusLocked || w.Code == http.StatusUnauthorized {
		return []string{fmt.Sprintf("status %d", w.Code)}
	}
	if strings.Contains(body, "<b id=planted>") {
		wrong = append(wrong, "what was typed became markup")
	}
	if w.Code != http.StatusUnprocessableEntity || len(s.fields) == 0 {
		return wrong
	}
	if !strings.Contains(body, "<title>Error: ") {
		wrong = append(wrong, "the title does not begin with Error:")
	}
	_, summary, found := strings.Cut(body, "data-error-summary")
	if !found {
		return append(wrong, "no summary of what is wrong")
	}
	summary, _, _ = strings.Cut(summary, "</div>")
	for _, m := range linkTag.FindAllStringSubmatch(summary, -1) {
		if !strings.Contains(body, `id="`+m[1]+`"`) {
			wrong = append(wrong, "the summary links to #"+m[1]+", which is not there")
		}
	}
	if text == "" || strings.Contains(text, "\x00") || !utf8.ValidString(text) {
		return wrong // nothing that could be kept as it is
	}
	for name, kind := range s.fields {
		if (kind == "text" || kind == "textarea" || kind == "date" || kind == "time" || kind == "tel" || kind == "email") && !kept(body, name, strings.TrimSpace(text)) {
			wrong = append(wrong, "what was typed into "+name+" is gone")
		}
	}
	return wrong
}

// kept looks for the field with what was typed into it.
func kept(body, name, text string) bool {
	for _, m := range fieldTag.FindAllStringSubmatchIndex(body, -1) {
		a := attrs(body[m[4]:m[5]])
		if a["name"] != name {
			continue
		}
		if body[m[2]:m[3]] != "textarea" {
			return strings.TrimSpace(a["value"]) == text
		}
		inside, _, _ := strings.Cut(body[m[1]:], "</textarea>")
		return strings.TrimSpace(html.UnescapeString(inside)) == text
	}
	return true // the page that came back asks for something else first
}

// lateToMend are forms that complain about what was typed before they look for
// whom it is about.
var lateToMend = map[string]bool{"/prescribers/{}/edit": true}

// TestFormsRefuseWhatIsTooLargeAndNotTheirs sends forms with ten megabytes, with
// identifiers of nobody, and from another practice.
func TestFormsRefuseWhatIsTooLargeAndNotTheirs(t *testing.T) {
	h := open(t, 12)
	large := strings.Repeat("x", 10<<20)
	for _, s := range h.collect(t, h.as(t, "maya@lakeside.example")) {
		b, rival := h.as(t, "maya@lakeside.example"), h.as(t, otherOwner) // many refusals in a session are recorded as one
		action, _, _ := strings.Cut(uuidText.ReplaceAllString(s.action, "{}"), "?")
		for name := range s.fields {
			v := s.filled("")
			v.Set(name, large)
			if w := b.send(s, s.action, v); w.Code != http.StatusRequestEntityTooLarge && !s.parts {
				t.Errorf("%s: ten megabytes in %s: status %d", action, name, w.Code)
			}
			break
		}
		if !strings.Contains(action, "{}") {
			continue
		}
		nobody := uuidText.ReplaceAllStringFunc(s.action, func(string) string { return id.New[id.Job]().String() })
		if w := b.send(s, nobody, s.filled("2026-03-09")); w.Code != http.StatusNotFound && !lateToMend[action] {
			t.Errorf("%s: an identifier of nobody: status %d", action, w.Code)
		}
		before := h.refusals(t)
		if w := rival.send(s, s.action, s.filled("2026-03-09")); w.Code != http.StatusNotFound && !lateToMend[action] {
			t.Errorf("%s: another practice: status %d", action, w.Code)
		} else if h.refusals(t) == before && !lateToMend[action] {
			t.Errorf("%s: another practice reached for it, and nothing was recorded", action)
		}
	}
}

// refusals counts what the audit log of the other practice says of reaching for
// what is not theirs.
func (h *house) refusals(t *testing.T) (n int) {
	t.Helper()
	err := h.app.DB().Read(t.Context(), h.other, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_entry WHERE practice_id = $1 AND action LIKE '%refused%'`, h.other).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
