package webtest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Beside opens another tab of the same window, which shares cookies and what the
// browser keeps; shut closes it. The first tab of a browser must outlive it.
func (b *Tab) Beside() (tab *Tab, shut func()) {
	b.T.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	b.T.Cleanup(stop)
	return attach(b.T, ctx, b.Base), stop
}

// Quit ends the browser as a person does, so that all it keeps is on the disk.
func (b *Tab) Quit() {
	b.T.Helper()
	if err := chromedp.Cancel(b.ctx); err != nil {
		b.T.Errorf("quit the browser: %v", err)
	}
}

// TextSize sets the size of the reader's text, 16 unless set, as a person does
// in the settings of the browser; load the page anew after it.
func (b *Tab) TextSize(px int64) {
	b.T.Helper()
	b.call("text size", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: px, Fixed: px * 13 / 16}})
		return err
	})
}

// Slow makes the tab a middling tablet on poor Wi-Fi: a quarter of the speed,
// 1.6 Mbit/s, 150 ms to the server.
func (b *Tab) Slow() {
	b.T.Helper()
	b.call("slow", func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
			return err
		}
		const perSecond = 1.6e6 / 8
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: 150, DownloadThroughput: perSecond, UploadThroughput: perSecond}}})
		return err
	})
}

// Forgotten empties the browser's own cache.
func (b *Tab) Forgotten() {
	b.T.Helper()
	b.call("empty the cache", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{})
		return err
	})
}

// Response is one answer of the server that came over the network.
type Response struct {
	URL   string
	Kind  string  // Document, Script, Stylesheet …
	Bytes float64 // as sent: head and body, compressed
}

// Traffic counts what a tab loads over the network.
type Traffic struct {
	mu   sync.Mutex
	open map[network.RequestID]*Response
	all  []*Response
}

// Traffic begins to count.
func (b *Tab) Traffic() *Traffic {
	b.T.Helper()
	t := &Traffic{open: map[network.RequestID]*Response{}}
	b.must("listen", chromedp.Listen(b.ctx, t.see))
	b.call("network", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
		return err
	})
	return t
}

func (t *Traffic) see(ev any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch e := ev.(type) {
	case *network.EventResponseReceived:
		inline := strings.HasPrefix(e.Response.URL, "data:") || strings.HasPrefix(e.Response.URL, "blob:")
		if !inline && !e.Response.FromDiskCache && !e.Response.FromServiceWorker {
			t.open[e.RequestID] = &Response{URL: e.Response.URL, Kind: string(e.Type)}
		}
	case *network.EventRequestServedFromCache:
		delete(t.open, e.RequestID)
	case *network.EventLoadingFinished:
		if r := t.open[e.RequestID]; r != nil {
			r.Bytes = e.EncodedDataLength
			t.all = append(t.all, r)
			delete(t.open, e.RequestID)
		}
	}
}

// Taken is what came since the last call.
func (t *Traffic) Taken() []*Response {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.all
	t.all = nil
	return out
}

// Becomes waits until a condition of the page holds, also while the page is
// loaded anew or replaced by another.
func (b *Tab) Becomes(condition string) {
	b.T.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	const look = `new Promise((done) => {
		let tries = 0;
		const look = () => { let yes = false; try { yes = Boolean(%s); } catch {} if (yes || ++tries > 40) done(yes); else setTimeout(look, 25); };
		look();
	})`
	for {
		// An error means that the page went away while it was asked.
		if yes, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(look, condition), chromedp.EvalAwaitPromise)); err == nil && yes {
			return
		}
		if ctx.Err() != nil {
			b.T.Fatalf("never: %s\n%s", condition, b.where())
		}
	}
}
