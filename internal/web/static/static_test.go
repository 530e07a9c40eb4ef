package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"soapstone/internal/web/static"
)

var declared = regexp.MustCompile(`(--[a-z0-9-]+):\s*(#[0-9a-f]{6,8});`)

// block gives the colours declared in the block of tokens.css after a selector.
func block(t *testing.T, css, selector string) map[string]string {
	t.Helper()
	_, rest, ok := strings.Cut(css, selector+" {")
	if !ok {
		t.Fatalf("tokens.css has no %s", selector)
	}
	body, _, _ := strings.Cut(rest, "}")
	out := map[string]string{}
	for _, m := range declared.FindAllStringSubmatch(body, -1) {
		out[m[1]] = m[2]
	}
	return out
}

func tokens(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hexColor string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hexColor[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// What is read against what, and the least contrast between them: 4.5 for
// text (WCAG 1.4.3; 7 for body text, our own rule), 3 for the edges of
// controls, marks and the focus ring (1.4.11).
var pairs = []struct {
	least float64
	fore  string
	backs string
}{
	{7, "text", "bg surface sunken brand-weak changed"},
	{4.5, "text", "danger-weak warn-weak ok-weak info-weak"},
	{4.5, "text2", "bg surface sunken brand-weak"},
	{4.5, "link", "bg surface sunken danger-weak warn-weak ok-weak info-weak"},
	{4.5, "carried", "surface bg"},
	{4.5, "brand", "surface bg brand-weak"},
	{4.5, "on-brand", "brand brand-hover"},
	{4.5, "on-danger", "danger danger-hover"},
	{4.5, "danger", "surface bg danger-weak"},
	{4.5, "warn", "surface bg warn-weak"},
	{4.5, "ok", "surface bg ok-weak"},
	{4.5, "info", "surface bg info-weak"},
	{3, "control", "surface bg sunken"},
	{3, "focus", "surface bg sunken"},
	{3, "brand", "sunken"},
	{3, "danger", "sunken"},
	{3, "warn", "sunken"},
	{3, "ok", "sunken"},
	{3, "info", "sunken"},
	{3, "body-line", "surface land"},
	{3, "pain", "body land"},
	{3, "trigger", "body land"},
	{3, "tight", "body land"},
	{3, "numb", "body land"},
	{3, "treated", "body land"},
}

func TestContrast(t *testing.T) {
	css := tokens(t)
	for theme, selector := range map[string]string{"light": `[data-theme="light"]`, "dark": `[data-theme="dark"]`} {
		colors := block(t, css, selector)
		for _, p := range pairs {
			for back := range strings.FieldsSeq(p.backs) {
				a, b := colors["--"+p.fore], colors["--"+back]
				if a == "" || b == "" {
					t.Fatalf("%s: no %s or no %s", theme, p.fore, back)
				}
				x, y := luminance(t, a), luminance(t, b)
				if got := (max(x, y) + 0.05) / (min(x, y) + 0.05); got < p.least {
					t.Errorf("%s: %s on %s is %.2f, needs %.1f", theme, p.fore, back, got, p.least)
				}
			}
		}
	}
}

func TestBothDarkBlocksAndTheLightOneHaveTheSameTokens(t *testing.T) {
	css := tokens(t)
	chosen, byDevice, light := block(t, css, `[data-theme="dark"]`), block(t, css, `:root:not([data-theme="light"])`), block(t, css, `[data-theme="light"]`)
	for name, v := range chosen {
		if byDevice[name] != v {
			t.Errorf("%s is %s when chosen, %s by the device", name, v, byDevice[name])
		}
		if light[name] == "" {
			t.Errorf("%s has no light value", name)
		}
	}
	if len(byDevice) != len(chosen) || len(light) != len(chosen) {
		t.Errorf("%d light, %d dark, %d dark by the device", len(light), len(chosen), len(byDevice))
	}
}

var (
	aColor  = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix)\(`)
	used    = regexp.MustCompile(`var\((--[a-z0-9-]+)\)`) // one with a fallback may be missing
	defined = regexp.MustCompile(`(--[a-z0-9-]+):`)
)

func TestColorsAreInTokensOnlyAndEveryTokenExists(t *testing.T) {
	known := map[string]bool{}
	for _, m := range defined.FindAllStringSubmatch(string(static.Stylesheet()), -1) {
		known[m[1]] = true
	}
	for _, name := range static.StylesheetFiles() {
		b, err := os.ReadFile("css/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if name != "tokens.css" && aColor.MatchString(line) {
				t.Errorf("css/%s:%d: a color: %s", name, i+1, strings.TrimSpace(line))
			}
			for _, m := range used.FindAllStringSubmatch(line, -1) {
				if !known[m[1]] {
					t.Errorf("css/%s:%d: %s does not exist", name, i+1, m[1])
				}
			}
		}
	}
}

// Templates keep to what the content policy allows and to the tokens.
func TestTemplatesHaveNothingInline(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\sstyle=|<style|\son[a-z]+=|javascript:|<script>|hx-on`)
	err := filepath.WalkDir("../..", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".templ") {
			return err
		}
		b, err := os.ReadFile(path)
		for i, line := range strings.Split(string(b), "\n") {
			if m := banned.FindString(line); m != "" {
				t.Errorf("%s:%d: %s", path, i+1, strings.TrimSpace(m))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAddressesCarryTheHash(t *testing.T) {
	hashed := regexp.MustCompile(`^/static/[a-z0-9.-]+\.[0-9a-f]{10}\.[a-z]+$`)
	for _, u := range static.URLs() {
		if !hashed.MatchString(u) {
			t.Errorf("%s has no hash", u)
		}
	}
	if got := static.URL("app.css"); !strings.HasPrefix(got, "/static/app.") {
		t.Errorf("app.css is at %s", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown name has an address")
		}
	}()
	static.URL("none.css")
}

func TestAddPutsHashedAddressesIntoScripts(t *testing.T) {
	static.Add(fstest.MapFS{
		"zz-main.js":   {Data: []byte(`import { x } from "./zz-part.js"; x();`)},
		"zz-part.js":   {Data: []byte(`export const x = () => fetch('./zz-data.json');`)},
		"zz-data.json": {Data: []byte(`{}`)},
	})
	rec := httptest.NewRecorder()
	if !static.ServeHTTP(rec, httptest.NewRequest("GET", static.URL("zz-main.js"), nil)) {
		t.Fatal("not served")
	}
	if got := rec.Body.String(); !strings.Contains(got, `"`+static.URL("zz-part.js")+`"`) {
		t.Errorf("got %s", got)
	}
	for name, files := range map[string]fstest.MapFS{
		"a name that is taken": {"app.js": {Data: []byte("x")}},
		"a missing import":     {"zz-lost.js": {Data: []byte(`import "./zz-nowhere.js"`)}},
		"a circle":             {"zz-a.js": {Data: []byte(`import "./zz-b.js"`)}, "zz-b.js": {Data: []byte(`import "./zz-a.js"`)}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("was taken")
				}
			}()
			static.Add(files)
		})
	}
}

// htmx.org 4.0.1, dist/htmx.min.js, Zero-Clause BSD.
const htmxSum = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"

func TestVendoredFilesAreThosePinned(t *testing.T) {
	b, err := os.ReadFile("vendor/htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b)
	if got := hex.EncodeToString(sum[:]); got != htmxSum {
		t.Errorf("htmx.min.js is %s", got)
	}
}

// A clinic's first page must come quickly over a poor connection. Bytes as sent.
func TestWeight(t *testing.T) {
	for name, most := range map[string]int{"app.css": 16_000, "app.js": 4_000, "htmx.min.js": 14_000} {
		rec := httptest.NewRecorder()
		r := httptest.NewRequest("GET", static.URL(name), nil)
		r.Header.Set("Accept-Encoding", "gzip")
		static.ServeHTTP(rec, r)
		if got := rec.Body.Len(); got > most {
			t.Errorf("%s is %d bytes, more than %d", name, got, most)
		}
		z, err := gzip.NewReader(bytes.NewReader(rec.Body.Bytes()))
		if err != nil || z.Close() != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "gzip;q=0": false, "gzip; q=0.0": false, "br": false, "": false, "x-gzipped": false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := static.AcceptsGzip(r); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}
