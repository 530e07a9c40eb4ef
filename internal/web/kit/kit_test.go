package kit_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func has(t *testing.T, html string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(html, p) {
			t.Errorf("lacks %s in\n%s", p, html)
		}
	}
}

var options = []kit.Option{{Value: "l", Label: "Left"}, {Value: "r", Label: "Right"}}

// every is each kind of field.
func every(f *form.Form, d kit.Field) map[string]templ.Component {
	return map[string]templ.Component{
		"text": kit.TextField(f, d), "area": kit.TextArea(f, d), "date": kit.DateField(f, d), "time": kit.TimeField(f, d),
		"number": kit.NumberField(f, d), "select": kit.Select(f, d, options), "radios": kit.Radios(f, d, options),
		"checkboxes": kit.Checkboxes(f, d, options), "checkbox": kit.Checkbox(f, d), "chips": kit.Chips(f, d, options),
		"pain": kit.PainScale(f, d), "yes or no": kit.YesNo(f, d), "file": kit.FileField(f, d),
	}
}

var idAttr = regexp.MustCompile(`\sid="([^"]+)"`)

func TestFieldsTieLabelHintAndComplaintToTheControl(t *testing.T) {
	f := form.Empty()
	f.AddError("dx.0.code", "Choose a code.")
	for name, c := range every(f, kit.Field{Name: "dx.0.code", Label: "Diagnosis", Hint: "From the prescription.", Required: true}) {
		t.Run(name, func(t *testing.T) {
			html := render(t, c)
			has(t, html, "Diagnosis", "From the prescription.", "Choose a code.", `id="f-dx-0-code-hint"`, `id="f-dx-0-code-error"`,
				`aria-describedby="f-dx-0-code-hint f-dx-0-code-error"`, `id="f-dx-0-code"`, `name="dx.0.code"`)
			if !strings.Contains(html, `for="f-dx-0-code"`) && !strings.Contains(html, "<label class=\"chip\">") {
				t.Errorf("no label points at the control:\n%s", html)
			}
			if strings.Contains(html, "optional") {
				t.Error("a required field is called optional")
			}
			seen := map[string]bool{}
			for _, m := range idAttr.FindAllStringSubmatch(html, -1) {
				if seen[m[1]] {
					t.Errorf("id %s is there twice", m[1])
				}
				seen[m[1]] = true
			}
		})
	}
}

func TestFieldsWithoutLabelAreRefused(t *testing.T) {
	for name, c := range every(form.Empty(), kit.Field{Name: "x"}) {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was shown")
				}
			}()
			render(t, c)
		})
	}
}

func TestOptionalIsSaid(t *testing.T) {
	has(t, render(t, kit.TextField(nil, kit.Field{Name: "x", Label: "X"})), `<span class="optional">optional</span>`)
	if html := render(t, kit.TextField(nil, kit.Field{Name: "x", Label: "X", NoMark: true})); strings.Contains(html, "optional") {
		t.Errorf("NoMark is ignored:\n%s", html)
	}
}

func TestWhatWasTypedIsShownAgain(t *testing.T) {
	typed := form.FromValues(map[string]string{"x": `"><script>alert(1)</script>`})
	for name, c := range map[string]templ.Component{
		"text": kit.TextField(typed, kit.Field{Name: "x", Label: "X"}), "area": kit.TextArea(typed, kit.Field{Name: "x", Label: "X"}),
		"number": kit.NumberField(typed, kit.Field{Name: "x", Label: "X"}), "no date": kit.DateField(typed, kit.Field{Name: "x", Label: "X"}),
	} {
		html := render(t, c)
		if strings.Contains(html, "<script>") || !strings.Contains(html, "alert(1)") {
			t.Errorf("%s: %s", name, html)
		}
	}
	if html := render(t, kit.TextField(typed, kit.Field{Name: "x", Label: "X", Type: "password"})); strings.Contains(html, "alert") {
		t.Errorf("a password is shown again:\n%s", html)
	}
}

func TestDateFieldKeepsWhatADateInputWouldThrowAway(t *testing.T) {
	for in, want := range map[string]string{
		"":           `type="date" value=""`,
		"1984-03-02": `type="date" value="1984-03-02"`,
		"3/2/1984":   `type="date" value="1984-03-02"`,
		"31 of June": `type="text" value="31 of June"`,
		"06/31/2026": `type="text" value="06/31/2026"`,
	} {
		has(t, render(t, kit.DateField(form.FromValues(map[string]string{"d": in}), kit.Field{Name: "d", Label: "Day"})), want)
	}
}

func TestChosenAnswersAreChecked(t *testing.T) {
	f := form.Empty().Set("side", "r").Set("preg", "no").Set("pain", "10")
	checked := regexp.MustCompile(`value="([^"]*)"[^>]*\schecked`)
	for name, c := range map[string]struct {
		component templ.Component
		want      string
	}{
		"radios": {kit.Radios(f, kit.Field{Name: "side", Label: "S"}, options), "r"},
		"chips":  {kit.Chips(f, kit.Field{Name: "side", Label: "S"}, options), "r"},
		"yes no": {kit.YesNo(f, kit.Field{Name: "preg", Label: "P"}), "no"},
		"pain":   {kit.PainScale(f, kit.Field{Name: "pain", Label: "P"}), "10"},
	} {
		html := render(t, c.component)
		m := checked.FindAllStringSubmatch(html, -1)
		if len(m) != 1 || m[0][1] != c.want {
			t.Errorf("%s: %v in\n%s", name, m, html)
		}
	}
	for name, c := range every(form.Empty(), kit.Field{Name: "x", Label: "X"}) {
		if html := render(t, c); checked.MatchString(html) {
			t.Errorf("%s: something is chosen beforehand:\n%s", name, html)
		}
	}
	if html := render(t, kit.Chips(f, kit.Field{Name: "x", Label: "X", Multiple: true}, options)); strings.Contains(html, `type="radio"`) {
		t.Error("chips for several answers are radios")
	}
}

func TestLayout(t *testing.T) {
	f := form.Empty()
	f.AddError("last", "Enter the last name.")
	f.AddError("", "Someone else changed this.")
	html := render(t, kit.Layout(kit.Page{Title: "New patient", Form: f, Theme: "dark", Flash: []string{"Saved."}, HTMX: true}))
	has(t, html, "<title>Error: New patient – Soapstone</title>", `data-theme="dark"`, `href="#main"`, `<main id="main"`, "<h1>New patient</h1>",
		`href="#f-last"`, "There is a problem", `role="alert"`, "Someone else changed this.", "Saved.", kit.Asset("app.css"), kit.Asset("app.js"), kit.Asset("htmx.min.js"), `lang="en"`)
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%d h1", n)
	}
	plain := render(t, kit.Layout(kit.Page{Title: "Sign in", Form: form.Empty()}))
	for _, absent := range []string{"htmx", "Error:", "There is a problem", "Sign out", `aria-label="Main"`} {
		if strings.Contains(plain, absent) {
			t.Errorf("has %s:\n%s", absent, plain)
		}
	}
	who := render(t, kit.Layout(kit.Page{Title: "Today", Active: "today", Nav: []kit.NavItem{{Key: "today", Label: "Today", URL: "/"}}, User: &kit.User{Name: "Robin de la Lind", Roles: []string{"Therapist"}, Menu: []kit.Link{kit.To("Security", "/security")}}}))
	has(t, who, `aria-current="page"`, ">RL<", "Account of Robin de la Lind", `action="/sign-out"`, `href="/security"`, "Therapist")
	if bare := render(t, kit.Layout(kit.Page{Title: "Question", Bare: true})); strings.Contains(bare, "<h1") {
		t.Error("a bare page has a heading")
	}
}

func TestAddressesThatRunScriptsAreDefused(t *testing.T) {
	for name, c := range map[string]templ.Component{
		"button": kit.LinkButton("x", "javascript:alert(1)"), "back": kit.BackLink(kit.To("x", "javascript:alert(1)")),
		"row": kit.RowHead("x", "javascript:alert(1)"), "item": kit.Item(kit.ItemProps{Title: "x", URL: "javascript:alert(1)"}),
	} {
		if html := render(t, c); strings.Contains(html, "javascript:") && !strings.Contains(html, "about:invalid") {
			t.Errorf("%s: %s", name, html)
		}
	}
}

func TestMeter(t *testing.T) {
	for name, c := range map[string]struct {
		value, max int
		width      string
	}{"part": {4, 12, "33.3"}, "none": {0, 12, "0"}, "over": {15, 12, "100.0"}, "no limit": {3, 0, "0"}, "negative": {-1, 5, "0"}} {
		has(t, render(t, kit.Meter("Visits", c.value, c.max, kit.Primary)), `width="`+c.width+`"`)
		_ = name
	}
}

func TestSearchFollowsTypingOnlyWhenAsked(t *testing.T) {
	s := kit.Search{Action: "/patients", Label: "Find a patient", Value: "oka"}
	if html := render(t, kit.SearchBox(s)); strings.Contains(html, "hx-") {
		t.Errorf("htmx unasked:\n%s", html)
	}
	s.Live = true
	has(t, render(t, kit.SearchBox(s)), `hx-get="/patients"`, `hx-target="#results"`, `hx-select="#results"`, `method="get"`, `action="/patients"`, `value="oka"`, `data-status-for="results"`)
}

func TestSmallWords(t *testing.T) {
	for _, c := range [][2]string{
		{kit.Dash(" "), "–"}, {kit.Dash("a"), "a"}, {kit.Plural(1, "visit", "visits"), "1 visit"}, {kit.Plural(0, "visit", "visits"), "0 visits"},
		{(&kit.User{Name: "dana"}).Initials(), "D"}, {(&kit.User{Name: "Ömer O'Brien-Çelik"}).Initials(), "ÖO"}, {(&kit.User{}).Initials(), "?"},
	} {
		if c[0] != c[1] {
			t.Errorf("got %q, want %q", c[0], c[1])
		}
	}
}
