package web_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/web"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/webtest"
)

func devServer(t *testing.T) string {
	t.Helper()
	s, err := web.NewServer(web.Config{Dev: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(s.Handler())
	t.Cleanup(ts.Close)
	return ts.URL
}

func TestComponentsFitAndRead(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	for _, path := range []string{"/ui", "/ui/chart", "/ui/form", "/ui/search", "/nowhere"} {
		t.Run(path, func(t *testing.T) {
			tab := tab.As(t)
			tab.Go(path)
			tab.FitsAndReads()
			tab.NoErrors()
		})
	}
	t.Run("form with complaints", func(t *testing.T) {
		tab := tab.As(t)
		tab.Go("/ui/form")
		tab.Click("Save patient")
		tab.See("There is a problem")
		tab.FitsAndReads()
		tab.NoErrors()
	})
	t.Run("dialog open", func(t *testing.T) {
		tab := tab.As(t)
		tab.SetScheme("light")
		tab.Go("/ui")
		tab.Click("Open dialog")
		tab.See("Cancel this visit?")
		tab.Axe()
		tab.Click("Close")
		tab.NoErrors()
	})
	t.Run("zoomed to 400 percent", func(t *testing.T) {
		tab := tab.As(t)
		tab.SetViewport(320, 256)
		tab.Go("/ui/chart")
		tab.NoHScroll()
		tab.Shot("zoom")
	})
	t.Run("on paper", func(t *testing.T) {
		tab := tab.As(t)
		tab.SetViewport(816, 1056)
		tab.Go("/ui/chart")
		tab.Print()
		tab.See("Dana Okafor", "Anticoagulant", "Visits used")
		tab.Unseen("Start visit note", "Documents", "Appearance", "Today")
		tab.Shot("print")
	})
}

func TestFormInTheBrowser(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	tab.Go("/ui/form")
	tab.Fill("First name", "Dana")
	tab.Choose("Pain now", "10")
	tab.Check("Low back")
	tab.Click("Save patient")
	tab.See("There is a problem", "Enter the patient's last name.")
	if got := tab.Title(); !strings.HasPrefix(got, "Error: ") {
		t.Errorf("title %q", got)
	}
	if !webtest.Eval[bool](tab, `document.activeElement.matches(".error-summary")`) {
		t.Error("the focus is not on the summary")
	}
	if tab.Value("First name") != "Dana" || !tab.In("Pain now").Checked("10") || !tab.Checked("Low back") {
		t.Error("what was typed is lost")
	}
	tab.Click("Enter the date of birth.")
	if got := webtest.Eval[string](tab, "document.activeElement.name"); got != "born" {
		t.Errorf("the link leads to %q", got)
	}
	tab.Fill("Last name", "Okafor")
	tab.Fill("Date of birth", "1984-03-02")
	tab.Fill("Region", "Neck")
	tab.Choose("Since the last visit", "Better")
	tab.In("Are you pregnant").See("Not answered")
	tab.Choose("Are you pregnant, or might you be?", "No")
	tab.In("Are you pregnant").Unseen("Not answered")
	tab.Press(kb.Enter, chromedp.ModifierCtrl)
	tab.See("Chart", "Patient saved.", "Note signed.")
	tab.NoErrors()
}

func TestFormWithoutScripts(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	tab.NoScripts(true)
	tab.Go("/ui/form")
	tab.Unseen("Print")
	tab.Click("Save patient")
	tab.See("There is a problem")
	tab.Click("Dark")
	tab.Go("/ui/chart")
	if got := webtest.Eval[string](tab, "document.documentElement.dataset.theme"); got != "dark" {
		t.Errorf("theme %q", got)
	}
	tab.Go("/ui/search")
	tab.Fill("Find a patient", "pham")
	tab.Click("Search")
	tab.See("1 patient found", "Jun Pham")
	tab.Unseen("Dana Okafor")
	tab.Go("/ui")
	tab.Click("Open dialog")
	if got := webtest.Eval[string](tab, "location.hash"); got != "#main" {
		t.Errorf("the dialog's link leads to %q", got)
	}
}

func TestSearchFollowsTyping(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	tab.Go("/ui/search")
	tab.Fill("Find a patient", "ok")
	tab.See("2 patients found")
	tab.Unseen("Jun Pham")
	if got := webtest.Eval[string](tab, `document.querySelector("[data-status-for]").textContent`); got != "2 patients found" {
		t.Errorf("read out: %q", got)
	}
	if got := webtest.Eval[string](tab, "document.activeElement.name"); got != "q" {
		t.Errorf("the focus went to %q", got)
	}
	tab.Fill("Find a patient", "nobody at all")
	tab.See("Nobody found")
	tab.Axe()
	tab.Fill("Find a patient", "")
	tab.See("5 patients found")
	if got := tab.Path(); got != "/ui/search" {
		t.Errorf("what was typed is in the address: %q", got)
	}
	tab.NoErrors()
}

func TestThemeChangesWithoutLosingWhatWasTyped(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	tab.Go("/ui/form")
	tab.Fill("First name", "Dana")
	tab.Click("Dark")
	if got := webtest.Eval[string](tab, `getComputedStyle(document.body).colorScheme + " " + document.documentElement.dataset.theme`); got != "dark dark" {
		t.Errorf("scheme and theme: %q", got)
	}
	if got := tab.Value("First name"); got != "Dana" {
		t.Errorf("typed text is %q", got)
	}
	tab.Go("/ui/chart")
	if got := webtest.Eval[string](tab, "document.documentElement.dataset.theme"); got != "dark" {
		t.Errorf("not remembered: %q", got)
	}
	tab.NoErrors()
}

func TestMenuOpensAndCloses(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	tab.Go("/ui/chart")
	tab.Click("Account of Robin Lind")
	tab.See("Sign out", "Lakeside Medical Massage")
	tab.Axe("target-size") // the open menu covers part of a button, as menus do
	tab.Press(kb.Escape)
	tab.Unseen("Sign out")
	tab.SetViewport(320, 700)
	tab.Click("Account of Robin Lind")
	tab.NoHScroll()
	tab.NoErrors()
}

// Nothing that has the focus may lie under what sticks to the edges (WCAG 2.4.11).
func TestFocusIsNeverHidden(t *testing.T) {
	tab := webtest.Open(t, devServer(t))
	for _, path := range []string{"/ui/form", "/ui/chart"} {
		for _, width := range []int64{390, 1180} {
			tab.SetViewport(width, 600)
			tab.Go(path)
			for range 40 {
				tab.Press(kb.Tab)
				if hidden := webtest.Eval[string](tab, `(() => {
					const e = document.activeElement, r = (e.closest(".chip, .choice") ?? e).getBoundingClientRect();
					if (e === document.body) return "";
					for (const [x, y] of [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]]) {
						const top = document.elementFromPoint(r.x + r.width * x, r.y + r.height * y);
						if (top && (e.contains(top) || top.contains(e) || top.closest("label")?.contains(e) || [...(e.labels ?? [])].some((l) => l.contains(top)))) return "";
					}
					return e.outerHTML.slice(0, 120);
				})()`); hidden != "" {
					t.Errorf("%s at %d px hides %s", path, width, hidden)
				}
			}
		}
	}
}

func TestScannedPDFIsShownInAFrame(t *testing.T) {
	s, err := web.NewServer(web.Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.Router().Public("GET /scan", func(w http.ResponseWriter, r *http.Request) error {
		return web.ServeFile(w, web.File{Name: "rx.pdf", Type: "application/pdf", Data: []byte(onePagePDF)}, true)
	})
	s.Router().Public("GET /beside", func(w http.ResponseWriter, r *http.Request) error {
		web.AllowFrames(w)
		return web.Render(w, r, 200, kit.FileView(kit.File{URL: "/scan", Type: "application/pdf", Title: "Prescription"}))
	})
	ts := httptest.NewServer(s.Handler())
	t.Cleanup(ts.Close)
	tab := webtest.Open(t, ts.URL)
	tab.Go("/beside")
	tab.See("Prescription")
	tab.Shot("pdf")
	tab.NoErrors()
}

const onePagePDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F 24 Tf 72 700 Td (Prescription) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
`

// The pictures are for people: SOAPSTONE_SHOTS names the folder.
func TestShots(t *testing.T) {
	if os.Getenv("SOAPSTONE_SHOTS") == "" {
		t.Skip("SOAPSTONE_SHOTS names no folder")
	}
	tab := webtest.Open(t, devServer(t))
	for _, scheme := range []string{"light", "dark"} {
		tab.SetScheme(scheme)
		for _, w := range []int64{390, 820, 1180} {
			tab.SetViewport(w, 900)
			name := fmt.Sprintf("%d-%s", w, scheme)
			for _, page := range []string{"ui", "ui/chart", "ui/form", "ui/search"} {
				tab.Go("/" + page)
				tab.Shot(page + "-" + name)
			}
			tab.Go("/ui/form")
			tab.Click("Save patient")
			tab.Shot("ui/errors-" + name)
			tab.Click("Account of Robin Lind")
			tab.Shot("ui/menu-" + name)
			tab.Go("/ui")
			tab.Click("Open dialog")
			tab.Shot("ui/dialog-" + name)
		}
	}
	tab.NoErrors()
}
