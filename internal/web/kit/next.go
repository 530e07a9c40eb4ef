package kit

import (
	"context"
	"net/url"
	"strings"
)

// way is where a page was reached from to mend something, and where it lies.
type way struct{ path, next string }

type wayKey struct{}

// Back is the hidden field that sends along where somebody came from. It has a
// name of its own: some forms have a field that says what follows them.
const Back = "back-to"

// WithNext makes what is shown lead back to next: the main button of a form sends
// it along, and links from path to what lies below it carry it on.
func WithNext(ctx context.Context, path, next string) context.Context {
	return context.WithValue(ctx, wayKey{}, way{strings.TrimSuffix(path, "/"), next})
}

func nextOf(ctx context.Context) string {
	w, _ := ctx.Value(wayKey{}).(way)
	return w.next
}

// carry is an address with the way back, where it lies below the page.
func carry(ctx context.Context, address string) string {
	w, _ := ctx.Value(wayKey{}).(way)
	if w.next == "" || w.path == "" || !strings.HasPrefix(address, w.path+"/") || strings.Contains(address, "next=") {
		return address
	}
	address, fragment, _ := strings.Cut(address, "#")
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	address += sep + url.Values{"next": {w.next}}.Encode()
	if fragment != "" {
		address += "#" + fragment
	}
	return address
}

// backOf is the step up, or the way back to where the person came from.
func backOf(ctx context.Context, up Link) Link {
	if next := nextOf(ctx); next != "" {
		return To("Back to where you were", next)
	}
	return up
}
