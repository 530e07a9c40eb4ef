// Package webtest drives the program's pages in a real Chromium, the way a
// person does: by the words on labels, buttons and headings. It decides how
// long to wait and what counts as settled, so that journeys need no sleeps; it
// refuses to click what is covered or to fill what has no label.
//
//	tab := webtest.Open(t, server.URL)      // skips when there is no Chromium
//	tab.Go("/sign-in")
//	tab.Fill("E-mail", "robin@example.org")
//	tab.Fill("Password", "correct horse")
//	tab.Click("Sign in")
//	tab.See("Today")
//	tab.In("Dana Okafor").Click("Note")     // the row, card or group of that name
//	tab.Choose("Pain now", "4")
//	tab.Axe()
//
// Every method fails the test itself, saying where it was and what was on the
// page. SOAPSTONE_REQUIRE_BROWSER=1 turns the skip into a failure. With
// SOAPSTONE_SHOTS=DIR, Shot writes pictures there.
package webtest

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take. It is generous: machines that run
// tests are busy, and nothing waits longer than it has to.
const patience = 30 * time.Second

// Tab is one tab of a browser. Its methods must be called from the test's
// goroutine.
type Tab struct {
	T     testing.TB
	Base  string // address of the server, without a slash at the end
	ctx   context.Context
	scope string // name of the part of the page that is looked at; "" for all
	watch *watch
	still *bool // the page's scripts are off

	scrolls *int
}

// Find is the path of a Chromium or Chrome, or "".
func Find() string {
	if p := os.Getenv("SOAPSTONE_BROWSER"); p != "" && p != "auto" {
		return p
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// Open starts a browser with an empty profile, in a window of 1180 by 820
// pixels, and ends it with the test. Without a browser the test is skipped.
func Open(t testing.TB, base string) *Tab {
	t.Helper()
	required := os.Getenv("SOAPSTONE_REQUIRE_BROWSER") == "1"
	if !required && os.Getenv("SOAPSTONE_BROWSER") == "" {
		t.Skip("the browser tests are off: they take minutes. make test runs them, and so does SOAPSTONE_BROWSER=auto")
	}
	path := Find()
	if path == "" {
		if required {
			t.Fatal("no Chromium found, and SOAPSTONE_REQUIRE_BROWSER=1")
		}
		t.Skip("no Chromium found; install one, or name it in SOAPSTONE_BROWSER")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("lang", "en-US"), chromedp.Flag("hide-scrollbars", true),
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1180, 820),
	)
	alloc, stopAlloc := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	return attach(t, ctx, base)
}

// Another opens a window of the same browser that shares no cookies with the
// first: a second person.
func (b *Tab) Another() *Tab {
	b.T.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.T.Cleanup(stop)
	return attach(b.T, ctx, b.Base)
}

func attach(t testing.TB, ctx context.Context, base string) *Tab {
	t.Helper()
	b := &Tab{T: t, Base: strings.TrimSuffix(base, "/"), ctx: ctx, watch: newWatch(), still: new(bool), scrolls: new(int)}
	// The first run must not have a deadline: it binds the browser's life.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	b.must("listen", chromedp.Listen(ctx, b.watch.see))
	go b.watch.acceptDialogs(ctx)
	b.call("log", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
		return err
	})
	return b
}

// watch follows what the tab says of itself.
type watch struct {
	mu      sync.Mutex
	loading map[cdp.FrameID]bool
	changed chan struct{} // closed and replaced at each change
	errors  []string
	dialogs chan string
}

func newWatch() *watch {
	return &watch{loading: map[cdp.FrameID]bool{}, changed: make(chan struct{}), dialogs: make(chan string, 16)}
}

func (w *watch) see(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := ev.(type) {
	case *page.EventFrameStartedLoading:
		w.loading[e.FrameID] = true
	case *page.EventFrameRequestedNavigation:
		w.loading[e.FrameID] = true
	case *page.EventFrameStoppedLoading:
		delete(w.loading, e.FrameID)
	case *page.EventFrameDetached:
		delete(w.loading, e.FrameID)
	case *page.EventJavascriptDialogOpening:
		select {
		case w.dialogs <- e.Message:
		default:
		}
	case *runtime.EventExceptionThrown:
		w.errors = append(w.errors, exceptionText(e.ExceptionDetails))
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError && e.Entry.Source != cdplog.EntrySourceNetwork {
			w.errors = append(w.errors, e.Entry.Text)
		}
		return
	default:
		return
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

// acceptDialogs answers "Leave this page?" with yes.
func (w *watch) acceptDialogs(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.dialogs:
			_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}
	}
}

func (w *watch) state() (busy bool, changed chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.loading) > 0, w.changed
}

// Errors are the script errors and violations of the content policy so far.
func (b *Tab) Errors() []string {
	b.watch.mu.Lock()
	defer b.watch.mu.Unlock()
	return append([]string(nil), b.watch.errors...)
}

// NoErrors fails the test when a script failed or the content policy was broken.
func (b *Tab) NoErrors() {
	b.T.Helper()
	if e := b.Errors(); len(e) > 0 {
		b.T.Errorf("the browser complains:\n%s", strings.Join(e, "\n"))
	}
}

// In is the same tab, looking only at the part of that name: the fieldset with
// that legend, the card, section or dialog with that heading, the table row
// that begins with it, or the list entry that holds it.
func (b *Tab) In(name string) *Tab {
	c := *b
	c.scope = name
	return &c
}

// As is the same tab for a subtest.
func (b *Tab) As(t testing.TB) *Tab {
	c := *b
	c.T = t
	return &c
}

// call runs a step within the patience.
func (b *Tab) call(what string, fn func(ctx context.Context) error) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(what, fn(ctx))
}

func (b *Tab) must(what string, err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatalf("%s: %v\n%s", what, err, b.where())
	}
}

// Eval runs a JavaScript expression, which may be a promise, and gives its value.
func Eval[V any](b *Tab, expression string) V {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[V](expression, chromedp.EvalAwaitPromise))
	b.must("evaluate", err)
	return v
}

// settle waits until what the last step set off has come to rest: no frame
// loads, no htmx request runs, no colour is on its way to another.
func (b *Tab) settle() {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	const turn = `new Promise(r => setTimeout(() => requestAnimationFrame(() => setTimeout(() => r(document.readyState === "complete" && !document.querySelector(".htmx-request") && document.getAnimations().every((a) => a.playState !== "running" || a.effect?.getComputedTiming().endTime === Infinity)))), 0))`
	question, rounds := turn, 2
	if *b.still {
		// Without scripts there are no timers either: ask a few times over.
		question, rounds = `document.readyState === "complete"`, 8
	}
	for calm := 0; calm < rounds; {
		busy, changed := b.watch.state()
		if busy {
			calm = 0
			select {
			case <-changed:
			case <-ctx.Done():
				b.must("wait for the page", ctx.Err())
			}
			continue
		}
		// An error here means that the page went away while it was asked: it loads.
		ready, err := chromedp.Run(ctx, chromedp.Evaluate[bool](question, chromedp.EvalAwaitPromise))
		if ctx.Err() != nil {
			b.must("wait for the page", ctx.Err())
		}
		if err == nil && ready {
			calm++
		} else {
			calm = 0
		}
	}
}

// where says what the tab shows, for failures.
func (b *Tab) where() string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 5*time.Second)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + location.search + " – " + document.title + "\n" + document.body.innerText.replace(/\s+/g, " ").slice(0, 1200)`))
	if err != nil {
		return "(the page cannot be read: " + err.Error() + ")"
	}
	if b.scope != "" {
		return "in “" + b.scope + "” of " + s
	}
	return "on " + s
}
