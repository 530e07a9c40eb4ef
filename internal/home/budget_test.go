package home_test

import (
	"context"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
)

var linked = regexp.MustCompile(`["'](/static/[^"']+)["']`)

// What the first look at Today costs, in bytes as they travel. Scripts that are
// brought in by others count, those that wait for a key as well.
func TestTheFirstLookIsSmall(t *testing.T) {
	w := newWorld(t, dbtest.NewSQLite(t))
	busyDay(w)
	h := w.handler(w.Actor(authz.Therapist, authz.Owner))
	size := map[string]int{}
	var fetch func(path string)
	fetch = func(path string) {
		r := httptest.NewRequestWithContext(context.Background(), "GET", path, nil)
		plain := httptest.NewRecorder()
		h.ServeHTTP(plain, r)
		r.Header.Set("Accept-Encoding", "gzip")
		zipped := httptest.NewRecorder()
		h.ServeHTTP(zipped, r)
		size[path] = zipped.Body.Len()
		for _, m := range linked.FindAllStringSubmatch(plain.Body.String(), -1) {
			if _, seen := size[m[1]]; !seen {
				fetch(m[1])
			}
		}
	}
	fetch("/")
	all, css, js := 0, 0, 0
	for path, n := range size {
		all += n
		switch {
		case strings.HasSuffix(path, ".css"):
			css += n
		case strings.HasSuffix(path, ".js"):
			js += n
		}
	}
	t.Logf("%d requests, %d bytes in all, page %d, style %d, scripts %d", len(size), all, size["/"], css, js)
	for what, c := range map[string][2]int{"requests": {len(size), 12}, "all": {all, 60_000}, "the page": {size["/"], 20_000}, "style": {css, 16_000}, "scripts": {js, 20_000}} {
		if c[0] > c[1] {
			t.Errorf("%s: %d, at most %d", what, c[0], c[1])
		}
	}
}
