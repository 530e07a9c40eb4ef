package static

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
)

// Worker is the address of the service worker. It lies at the top, because a
// worker reaches only what is below its own address.
const Worker = "/sw.js"

// shellPage is the empty page that the worker keeps with all it refers to.
const shellPage = "note-shell.html"

var (
	listed  = regexp.MustCompile(`\[/\* put in:[^]]*\]`)
	address = regexp.MustCompile(`/static/[a-z0-9.-]+`)
)

// worker is the service worker with the files that it keeps and the build that
// names its cache put in. The build changes with every one of them.
var worker = sync.OnceValue(func() []byte {
	list, err := json.Marshal(Shell())
	if err != nil {
		panic("static: " + err.Error())
	}
	b := listed.ReplaceAllLiteral(all.byName["sw.js"].plain, list)
	sum := sha256.Sum256(b)
	return bytes.ReplaceAll(b, []byte("BUILD"), []byte(hashText(sum[:])))
})

// Shell lists the addresses of the empty page and of everything it refers to,
// directly or not, in order.
func Shell() []string {
	found := map[string]bool{}
	var walk func(a *asset)
	walk = func(a *asset) {
		if a == nil || found[a.url] {
			return
		}
		found[a.url] = true
		if a.kind != mediaType(".html") && a.kind != mediaType(".js") && a.kind != mediaType(".css") {
			return
		}
		for _, m := range address.FindAll(a.plain, -1) {
			walk(all.byURL[string(m)])
		}
	}
	walk(all.byName[shellPage])
	var urls []string
	for u := range found {
		urls = append(urls, u)
	}
	slices.Sort(urls)
	return urls
}

// hashText is as much of a hash as stands in an address.
func hashText(sum []byte) string { return hex.EncodeToString(sum[:5]) }

// serveWorker serves the worker. It is not kept by the browser, which asks again
// to find out whether there is a newer build.
func serveWorker(w http.ResponseWriter, r *http.Request) {
	b := worker()
	h := w.Header()
	h.Set("Content-Type", mediaType(".js"))
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(b) // the reader left: nobody to tell
	}
}
