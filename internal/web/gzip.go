package web

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"soapstone/internal/web/static"
)

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.DefaultCompression)
	if err != nil {
		panic("web: " + err.Error())
	}
	return z
}}

// zipMin is the least body worth compressing, in bytes.
const zipMin = 512

// zipper compresses text on its way out. Pages carry no secret that a reader
// could guess at by length: there are no form tokens.
type zipper struct {
	http.ResponseWriter
	accepts bool
	head    bool
	decided bool
	z       *gzip.Writer
}

func newZipper(w http.ResponseWriter, r *http.Request) *zipper {
	return &zipper{ResponseWriter: w, accepts: static.AcceptsGzip(r), head: r.Method == http.MethodHead}
}

func (w *zipper) WriteHeader(status int) {
	if status >= 200 && !w.decided {
		w.decide(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *zipper) decide(status int) {
	w.decided = true
	h := w.Header()
	if !textual(h.Get("Content-Type")) || h.Get("Content-Encoding") != "" {
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if n, err := strconv.Atoi(h.Get("Content-Length")); err == nil && n < zipMin {
		return
	}
	if !w.accepts || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	if w.head {
		return
	}
	w.z = zippers.Get().(*gzip.Writer)
	w.z.Reset(w.ResponseWriter)
}

func (w *zipper) Write(b []byte) (int, error) {
	if !w.decided {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", http.DetectContentType(b))
		}
		w.WriteHeader(http.StatusOK)
	}
	if w.z != nil {
		return w.z.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// FlushError sends what is there, for http.ResponseController.
func (w *zipper) FlushError() error {
	if w.z != nil {
		if err := w.z.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *zipper) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *zipper) close() {
	if w.z == nil {
		return
	}
	_ = w.z.Close() // the reader left: nobody to tell
	zippers.Put(w.z)
	w.z = nil
}

func textual(kind string) bool {
	kind, _, _ = strings.Cut(kind, ";")
	switch kind {
	case "text/html", "text/plain", "text/css", "text/javascript", "text/csv", "application/json", "application/fhir+json", "image/svg+xml":
		return true
	}
	return false
}
