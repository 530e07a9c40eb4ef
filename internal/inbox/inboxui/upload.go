package inboxui

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"soapstone/internal/clock"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/inbox"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// What one upload may hold. Files are kept in memory only: a scan must not lie
// unencrypted in a temporary folder.
const (
	maxFiles   = 20
	maxUpload  = 60 << 20
	uploadTime = 10 * time.Minute
)

// files reads the files of an upload. Messages come as well as papers, so the
// room itself judges each by its content. ok is false when there were too many
// or too much.
func files(w http.ResponseWriter, r *http.Request) (in []inbox.Incoming, ok bool, err error) {
	web.LimitBody(w, r, maxUpload)
	// Test recorders have no deadline to set, which is fine.
	_ = http.NewResponseController(w).SetReadDeadline(clock.System().Now().Add(uploadTime))
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, false, errs.Wrap(errs.Invalid, err, "This was not sent as a form with files. Go back and use the button on the page.")
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return in, true, nil
		}
		var data []byte
		if err == nil {
			data, err = io.ReadAll(io.LimitReader(part, inbox.MaxMail+1))
		}
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return nil, false, nil
		case err != nil:
			return nil, false, errs.Wrap(errs.Invalid, err, "The files did not arrive in one piece. Go back and send them again.")
		case len(in) == maxFiles:
			return nil, false, nil
		case part.FormName() == "files" && (part.FileName() != "" || len(data) > 0):
			in = append(in, inbox.Incoming{Name: fileName(part), Data: data, Source: inbox.Uploaded})
		}
	}
}

func fileName(p *multipart.Part) string {
	if p.FileName() == "" {
		return "file"
	}
	return p.FileName()
}

// upload takes files in. Those that can be taken are kept whatever is wrong
// with the others.
func (u *ui) upload(w http.ResponseWriter, r *http.Request) error {
	in, ok, err := files(w, r)
	if err != nil {
		return err
	}
	f := form.Empty()
	switch {
	case !ok:
		f.TooLarge("files", fmt.Sprintf("Choose at most %d files of %d MB in all.", maxFiles, maxUpload>>20))
	case len(in) == 0:
		f.AddError("files", "Choose one or more files.")
	}
	var got result
	if f.Valid() {
		if got, err = u.receive(r, in); err != nil {
			return err
		}
	}
	if got.refused != "" {
		f.AddError("files", got.sentence()+got.refused)
	}
	if !f.Valid() {
		return u.board(w, r, id.Paper{}, f)
	}
	return web.See(w, r, got.next(), got.sentence())
}

// result counts what became of an upload.
type result struct {
	taken, again int
	last         id.Paper // the last that was taken or known
	refused      string   // what was not taken, and why
}

func (u *ui) receive(r *http.Request, in []inbox.Incoming) (result, error) {
	var got result
	for _, file := range in {
		outcomes, err := u.Inbox.Receive(r.Context(), file)
		if err != nil {
			return got, err
		}
		for _, o := range outcomes {
			switch {
			case o.Refused != "":
				got.refused += "“" + o.Name + "” was not taken in: " + o.Refused + " "
			case o.Again:
				got.again++
				got.last = o.Paper
			default:
				got.taken++
				got.last = o.Paper
			}
		}
	}
	return got, nil
}

// next leads to the paper that was there already when it was the only one.
func (g result) next() string {
	if g.taken == 0 && g.again == 1 {
		return paperURL(g.last)
	}
	return home
}

func (g result) sentence() string {
	s := ""
	if g.taken > 0 {
		s = kit.Plural(g.taken, "paper taken in. ", "papers taken in. ")
	}
	if g.again > 0 {
		s += kit.Plural(g.again, "was here already and is not kept twice. ", "were here already and are not kept twice. ")
	}
	return s
}
