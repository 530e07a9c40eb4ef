package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

const (
	bodyLimit     = 1 << 20 // bytes of any body, unless LimitBody or ParseUpload says otherwise
	readTimeout   = time.Minute
	uploadTimeout = 10 * time.Minute
)

// LimitBody changes how many bytes of the body may be read, before the first
// is read; 1 MiB otherwise. Reading on gives an error that becomes a 413.
func LimitBody(w http.ResponseWriter, r *http.Request, n int64) {
	r.Body = http.MaxBytesReader(w, exchangeOf(r).body, n)
}

// ParseForm reads a form that was sent (POST) from the body, never from the
// address, and one that asks (GET) from the address. The form is nil only
// when the error is not.
func ParseForm(w http.ResponseWriter, r *http.Request) (*form.Form, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return form.Decode(r.URL.Query()), nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, errs.New(errs.Invalid, "This was not sent as a form. Go back and use the button on the page.")
	}
	if err := r.ParseForm(); err != nil {
		return nil, badBody(err)
	}
	f := form.Decode(r.PostForm)
	exchangeOf(r).next = nextIn(f.Value(kit.Back))
	return f, nil
}

func badBody(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errs.Wrap(errs.TooLarge, err, "")
	}
	return errs.Wrap(errs.Invalid, err, "The form did not arrive in one piece. Go back and send it again.")
}

// allowTime gives a large body longer to arrive than other requests have.
func allowTime(w http.ResponseWriter, d time.Duration) {
	// The deadline is the connection's, on the machine's clock. Test recorders
	// have none to set, which is fine.
	_ = http.NewResponseController(w).SetReadDeadline(clock.System().Now().Add(d))
}

// drain reads what is left of a body, up to limit bytes, so that the browser
// gets to see the answer.
func drain(r io.Reader, limit int64) { _, _ = io.CopyN(io.Discard, r, limit) }
