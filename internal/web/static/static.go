// Package static decides under which address each style sheet, script and
// picture of the program is served. Every address carries a hash of the
// content, so that a browser may keep it for good and never shows an old one.
// The package refuses names it does not know: nothing is read from disk.
//
// The style sheet app.css is put together from the files in css: first the one
// that names the cascade layers, then the rest, whose order does not matter. A
// script may import another as "./name.js", a style sheet may point at a picture
// as "./name.svg"; the hashed address is put in. The service worker alone has an
// address without a hash: its scope hangs on it.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"sort"
	"strings"
)

//go:embed css js img vendor
var files embed.FS

// Prefix is the path under which assets are served.
const Prefix = "/static/"

type asset struct {
	url     string
	kind    string // media type
	etag    string
	plain   []byte
	gzipped []byte // nil when it would not be smaller
}

// registry maps names to assets and hashed addresses to assets. It is written
// during package initialisation only, and read afterwards.
type registry struct {
	byName map[string]*asset
	byURL  map[string]*asset
}

var all = load()

func load() *registry {
	r := &registry{byName: map[string]*asset{}, byURL: map[string]*asset{}}
	r.add("app.css", Stylesheet())
	r.add("keys.js", append([]byte("export default "), bytes.TrimSpace(Keys())...))
	for _, dir := range []string{"img", "vendor", "js"} {
		sub, err := fs.Sub(files, dir)
		if err != nil {
			panic("static: " + err.Error())
		}
		r.addFS(sub)
	}
	return r
}

// Stylesheet is the text of app.css.
func Stylesheet() []byte {
	var b bytes.Buffer
	for _, name := range StylesheetFiles() {
		part, err := files.ReadFile("css/" + name)
		if err != nil {
			panic("static: " + err.Error())
		}
		b.Write(lean(part))
	}
	return b.Bytes()
}

// spoken are comments; indent is what stands before a line.
var (
	spoken = regexp.MustCompile(`(?s)/\*.*?\*/`)
	indent = regexp.MustCompile(`(?m)^\s+`)
)

// remarks are the comments of a script that stand on lines of their own.
var remarks = regexp.MustCompile(`(?m)^[ \t]*(?://.*|/\*(?s:.*?)\*/)\n`)

// lean is a style sheet without what only its readers need.
func lean(css []byte) []byte {
	return append(bytes.TrimSpace(indent.ReplaceAll(spoken.ReplaceAll(css, nil), nil)), '\n')
}

// Keys is the table of shortcuts (JSON), which scripts import as keys.js and the
// page of help shows.
func Keys() []byte {
	b, err := files.ReadFile("js/keys.json")
	if err != nil {
		panic("static: " + err.Error())
	}
	return b
}

// StylesheetFiles names the parts of app.css, in order.
func StylesheetFiles() []string {
	entries, err := files.ReadDir("css")
	if err != nil {
		panic("static: " + err.Error())
	}
	names := []string{"layers.css"}
	for _, e := range entries {
		if e.Name() != names[0] {
			names = append(names, e.Name())
		}
	}
	return names
}

// Add takes in the files at the top of fsys, for a room that brings scripts or
// pictures of its own. Call it from package initialisation:
//
//	//go:embed *.js
//	var scripts embed.FS
//	var _ = static.Add(scripts)
//
// It panics when a name is taken. The result has no meaning.
func Add(fsys fs.FS) bool {
	all.addFS(fsys)
	return true
}

// local matches a reference from one asset to another.
var local = regexp.MustCompile(`(["'(])\./([a-z0-9][a-z0-9.-]*\.(?:js|svg|png|css|json|webp|html))(["')])`)

// addFS adds every file of a folder, those that are referred to first, since
// the hash of a file depends on the addresses inside it.
func (r *registry) addFS(fsys fs.FS) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		panic("static: " + err.Error())
	}
	pending := map[string]bool{}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			pending[e.Name()] = true
			names = append(names, e.Name())
		}
	}
	var visit func(name string)
	visit = func(name string) {
		if !pending[name] {
			return
		}
		delete(pending, name)
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			panic("static: " + err.Error())
		}
		for _, m := range local.FindAllSubmatch(content, -1) {
			visit(string(m[2]))
		}
		r.add(name, content)
	}
	for _, name := range names {
		visit(name)
	}
}

func (r *registry) add(name string, content []byte) {
	if r.byName[name] != nil {
		panic("static: two assets are named " + name)
	}
	if path.Ext(name) == ".js" {
		content = remarks.ReplaceAll(content, nil)
	}
	if ext := path.Ext(name); ext == ".js" || ext == ".css" || ext == ".html" {
		content = local.ReplaceAllFunc(content, func(ref []byte) []byte {
			m := local.FindSubmatch(ref)
			target := r.byName[string(m[2])]
			if target == nil {
				panic(fmt.Sprintf("static: %s refers to %s, which does not exist or refers back", name, m[2]))
			}
			return []byte(string(m[1]) + target.url + string(m[3]))
		})
	}
	sum := sha256.Sum256(content)
	hash := hashText(sum[:])
	ext := path.Ext(name)
	a := &asset{
		url:   Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		kind:  mediaType(ext),
		etag:  `"` + hex.EncodeToString(sum[:16]) + `"`,
		plain: content,
	}
	a.gzipped = squeeze(content)
	r.byName[name], r.byURL[a.url] = a, a
}

// mediaType does not ask the machine's tables first: they differ between hosts.
func mediaType(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".json", ".webmanifest":
		return "application/json"
	}
	if t := mime.TypeByExtension(ext); t != "" {
		return t
	}
	return "application/octet-stream"
}

func squeeze(content []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic("static: " + err.Error())
	}
	if _, err := z.Write(content); err != nil {
		panic("static: " + err.Error())
	}
	if err := z.Close(); err != nil {
		panic("static: " + err.Error())
	}
	if b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// URL is the address of an asset: URL("app.css") is /static/app.3f2a….css. It
// panics for a name that does not exist, since that is a slip in a template.
func URL(name string) string {
	a := all.byName[name]
	if a == nil {
		panic("static: no asset named " + name)
	}
	return a.url
}

// URLs lists all addresses in order, for a service worker's shell and for tests.
func URLs() []string {
	var urls []string
	for u := range all.byURL {
		urls = append(urls, u)
	}
	sort.Strings(urls)
	return urls
}

// ServeHTTP serves an asset; found is false when there is none at the path.
func ServeHTTP(w http.ResponseWriter, r *http.Request) (found bool) {
	if r.URL.Path == Worker {
		serveWorker(w, r)
		return true
	}
	a := all.byURL[r.URL.Path]
	if a == nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	body := a.plain
	if a.gzipped != nil && AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzipped
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader left: nobody to tell
	}
	return true
}

// AcceptsGzip reports whether the request takes a gzipped answer.
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		q = strings.ReplaceAll(q, " ", "")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") && q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000" {
			return true
		}
	}
	return false
}
