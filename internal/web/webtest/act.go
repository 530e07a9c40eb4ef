package webtest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

//go:embed find.js
var finder string

// ask calls a function of find.js.
func ask[V any](b *Tab, function string, args ...any) V {
	b.T.Helper()
	v, err := try[V](b, function, args...)
	b.must(function, err)
	return v
}

func try[V any](b *Tab, function string, args ...any) (V, error) {
	if args == nil {
		args = []any{}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		var zero V
		return zero, err
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[V](fmt.Sprintf("(%s).%s(...%s)", strings.TrimSpace(finder[strings.Index(finder, "(() =>"):]), function, raw)))
}

// Go opens a path of the server.
func (b *Tab) Go(path string) {
	b.T.Helper()
	b.call("open "+path, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Navigate(b.Base+path)) })
	b.settle()
}

// Back goes back in the browser's history.
func (b *Tab) Back() {
	b.T.Helper()
	b.call("back", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.NavigateBack()) })
	b.settle()
}

// Reload loads the page again.
func (b *Tab) Reload() {
	b.T.Helper()
	b.call("reload", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.Reload()) })
	b.settle()
}

type spot struct {
	X, Y     float64
	Scrolled bool
}

func (b *Tab) clickAt(s spot) {
	b.T.Helper()
	b.scrolled(s.Scrolled)
	b.call("click", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(s.X, s.Y)) })
	b.settle()
}

func (b *Tab) scrolled(it bool) {
	if it {
		*b.scrolls++
	}
}

// Scrolls counts how often something had to be brought into view so far.
func (b *Tab) Scrolls() int { return *b.scrolls }

// Click presses the button, link, summary or label with that text.
func (b *Tab) Click(name string) {
	b.T.Helper()
	b.clickAt(ask[spot](b, "clickable", b.scope, name))
}

// Fill puts a value into the control with that label: types text, sets a date
// (YYYY-MM-DD) or time (HH:MM), chooses an entry of a list by its words.
func (b *Tab) Fill(label, value string) {
	b.T.Helper()
	switch kind := ask[string](b, "kind", b.scope, label); kind {
	case "select", "date", "time", "datetime-local", "month", "range", "color":
		ask[bool](b, "set", b.scope, label, value)
	case "radio", "checkbox":
		b.T.Fatalf("“%s” is a %s: use Choose, Check or Uncheck", label, kind)
	case "file":
		b.Upload(label, value)
	default:
		b.scrolled(ask[bool](b, "focus", b.scope, label))
		b.Type(value)
	}
	b.settle()
}

// Type writes text where the focus is, in place of what is selected.
func (b *Tab) Type(text string) {
	b.T.Helper()
	b.call("type", func(ctx context.Context) error {
		if text == "" {
			return chromedp.Do(ctx, chromedp.KeyEvent("\b"))
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

// Press sends keys of package github.com/chromedp/chromedp/kb, such as kb.Tab.
func (b *Tab) Press(keys string, mods ...chromedp.Modifier) {
	b.T.Helper()
	b.call("press", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.KeyEvent(keys, chromedp.KeyModifiers(mods...)))
	})
	b.settle()
}

// Choose taps an answer of the group with that legend: radios, chips, pain.
func (b *Tab) Choose(group, answer string) {
	b.T.Helper()
	in := b.In(group)
	in.clickAt(ask[spot](in, "point", group, answer))
	if !in.Checked(answer) {
		b.T.Fatalf("“%s” of “%s” was tapped but is not chosen", answer, group)
	}
}

// Check ticks a box.
func (b *Tab) Check(label string) { b.T.Helper(); b.tick(label, true) }

// Uncheck takes the tick out of a box.
func (b *Tab) Uncheck(label string) { b.T.Helper(); b.tick(label, false) }

func (b *Tab) tick(label string, want bool) {
	b.T.Helper()
	if b.Checked(label) == want {
		return
	}
	b.clickAt(ask[spot](b, "point", b.scope, label))
	if b.Checked(label) != want {
		b.T.Fatalf("“%s” was tapped but did not change", label)
	}
}

// Checked reports whether a box or radio is chosen.
func (b *Tab) Checked(label string) bool {
	b.T.Helper()
	return ask[bool](b, "checked", b.scope, label)
}

// Value is what a control holds.
func (b *Tab) Value(label string) string {
	b.T.Helper()
	return ask[string](b, "value", b.scope, label)
}

// Upload gives files to the file control with that label.
func (b *Tab) Upload(label string, files ...string) {
	b.T.Helper()
	for i, f := range files {
		abs, err := filepath.Abs(f)
		b.must("upload", err)
		files[i] = abs
	}
	ask[bool](b, "mark", b.scope, label, "file")
	b.call("upload", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.CSS(`[data-webtest="file"]`), files))
	})
	Eval[bool](b, `document.querySelector('[data-webtest="file"]').removeAttribute("data-webtest") ?? true`)
}

// Text is what the page, or the part looked at, says.
func (b *Tab) Text() string { b.T.Helper(); return ask[string](b, "read", b.scope) }

// See waits until the page says each of the texts.
func (b *Tab) See(texts ...string) {
	b.T.Helper()
	for _, want := range texts {
		b.Until("see “"+want+"”", func() bool { return strings.Contains(b.Text(), want) })
	}
}

// Unseen fails when the page says one of the texts.
func (b *Tab) Unseen(texts ...string) {
	b.T.Helper()
	all := b.Text()
	for _, t := range texts {
		if strings.Contains(all, t) {
			b.T.Fatalf("the page says “%s”\n%s", t, b.where())
		}
	}
}

// until asks again at each animation frame, within the patience.
// Until waits until ok says so; what is said in the failure.
func (b *Tab) Until(what string, ok func() bool) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for !ok() {
		if ctx.Err() != nil {
			b.T.Fatalf("could not %s\n%s", what, b.where())
		}
		b.settle()
	}
}

// Path is the path and query that the browser shows.
func (b *Tab) Path() string {
	b.T.Helper()
	return Eval[string](b, "location.pathname + location.search")
}

// Title is the title of the page.
func (b *Tab) Title() string { b.T.Helper(); return Eval[string](b, "document.title") }

// SetViewport sets the size of the page in CSS pixels.
func (b *Tab) SetViewport(width, height int64) {
	b.T.Helper()
	b.call("viewport", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.EmulateViewport(width, height))
	})
	b.settle()
}

// SetScheme makes the device ask for "light" or "dark".
func (b *Tab) SetScheme(scheme string) {
	b.T.Helper()
	b.media(emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// Print shows the page as it would be on paper, until SetScheme.
func (b *Tab) Print() {
	b.T.Helper()
	b.media(emulation.SetEmulatedMediaParams{Media: "print"})
}

func (b *Tab) media(p emulation.SetEmulatedMediaParams) {
	b.T.Helper()
	b.call("media", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, p)
		return err
	})
	b.settle()
}

// NoScripts turns the page's own scripts off or on again; load the page anew
// after it.
func (b *Tab) NoScripts(off bool) {
	b.T.Helper()
	*b.still = off
	b.call("scripts", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	})
}

// Screenshot writes a picture of the whole page (PNG), with the window as high
// as the page, so that what sticks to its foot is at the foot.
func (b *Tab) Screenshot(path string) {
	b.T.Helper()
	b.must("folder", os.MkdirAll(filepath.Dir(path), 0o755))
	b.call("screenshot", func(ctx context.Context) error {
		size, err := chromedp.Run(ctx, chromedp.Evaluate[[]int64](`[innerWidth, innerHeight, document.documentElement.scrollHeight]`))
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], max(size[1], size[2]))); err != nil {
			return err
		}
		shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(size[0], size[1])); err != nil {
			return err
		}
		return os.WriteFile(path, shot, 0o644)
	})
}

// Shot writes a picture into the folder named by SOAPSTONE_SHOTS, if it is set.
func (b *Tab) Shot(name string) {
	b.T.Helper()
	if dir := os.Getenv("SOAPSTONE_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"))
	}
}

// SetCookie gives the browser a cookie of the server, such as a session made
// by the test.
func (b *Tab) SetCookie(name, value string) {
	b.T.Helper()
	b.call("cookie", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: b.Base + "/"})
		return err
	})
}
