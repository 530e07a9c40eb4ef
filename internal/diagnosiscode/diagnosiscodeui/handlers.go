// Package diagnosiscodeui is the page on which the owner takes in an official
// list of diagnosis codes. The file is read while it arrives and is never held
// unencrypted on disk.
package diagnosiscodeui

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/diagnosiscode"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

const (
	// maxFile is the largest file taken, in bytes. A year's list has some 16 MB.
	maxFile = 64 << 20
	maxText = 1 << 10
)

// Deps are passed by the composition root.
type Deps struct {
	Codes *diagnosiscode.Service
	// Tabs are the areas of the settings; may be nil.
	Tabs func(ctx context.Context, active string) []kit.Tab
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /settings/diagnosis-codes", authz.PracticeManage, u.show)
	rt.Handle("POST /settings/diagnosis-codes", authz.PracticeManage, u.take)
	rt.Handle("POST /settings/diagnosis-codes/withdraw", authz.PracticeManage, u.withdraw)
}

type ui struct{ Deps }

func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	return u.page(w, r, form.Empty())
}

func (u *ui) page(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	sets, err := u.Codes.Sets(r.Context())
	if err != nil {
		return err
	}
	page := web.PageData(r, "Diagnosis codes")
	page.Active, page.Form = "settings", f
	page.Lead = "Soapstone comes with a working list. The official list of a year decides which codes are billable on a day of that year."
	if u.Tabs != nil {
		page.Tabs = u.Tabs(r.Context(), "diagnosis-codes")
	}
	return web.Render(w, r, f.Status(), codesPage(page, f, sets))
}

func (u *ui) take(w http.ResponseWriter, r *http.Request) error {
	f, set, err := u.read(w, r)
	switch {
	case err == nil:
		return web.See(w, r, "/settings/diagnosis-codes", kit.Plural(int(set.Codes), "code", "codes")+" of fiscal year "+strconv.Itoa(set.FiscalYear)+" taken in.")
	case errs.Is(err, errs.TooLarge):
		f.TooLarge("file", "This file is over 64 MB. The order file of a year has some 16 MB.")
	case !f.Merge(err):
		return err
	}
	return u.page(w, r, f)
}

// read takes the parts of the form in their order: what is typed stands before
// the file, which goes on as it comes.
func (u *ui) read(w http.ResponseWriter, r *http.Request) (*form.Form, diagnosiscode.Set, error) {
	web.LimitBody(w, r, maxFile+maxText)
	f, in := form.Empty(), diagnosiscode.Input{}
	parts, err := r.MultipartReader()
	if err != nil {
		return f, diagnosiscode.Set{}, errs.Wrap(errs.Invalid, err, "This was not sent as a form with a file. Go back and use the button on the page.")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return f, diagnosiscode.Set{}, broken(err)
		}
		if part.FormName() == "file" {
			if part.FileName() != "" {
				in.Name, in.File = part.FileName(), part
			}
			break
		}
		text, err := io.ReadAll(io.LimitReader(part, maxText))
		if err != nil {
			return f, diagnosiscode.Set{}, broken(err)
		}
		f.Set(part.FormName(), string(text))
	}
	in.Year, in.Sure = int(f.Int("year", 2016, 2999)), f.Bool("sure")
	if !f.Valid() {
		return f, diagnosiscode.Set{}, errs.OnFields(f.Errors()...)
	}
	set, err := u.Codes.Import(r.Context(), in)
	if err != nil {
		finish(in.File)
		err = broken(err)
	}
	return f, set, err
}

// finish reads what is left of a refused file, so that the browser gets to see
// the answer.
func finish(file io.Reader) {
	if part, ok := file.(*multipart.Part); ok {
		_, _ = io.Copy(io.Discard, part)
	}
}

// broken tells a body that is too large, or ended early, from our own failures.
func broken(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errs.Wrap(errs.TooLarge, err, "This file is too large.")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errs.Wrap(errs.Invalid, err, "The file broke off on its way. Send it again.")
	}
	return err
}

func (u *ui) withdraw(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	b, err := id.Parse[id.Blob](f.Value("set"))
	if err != nil {
		return errs.New(errs.NotFound, "This list does not exist.")
	}
	if err := u.Codes.Withdraw(r.Context(), b); err != nil {
		return err
	}
	return web.See(w, r, "/settings/diagnosis-codes", "List taken out of use.")
}

func yearTitle(s diagnosiscode.Set) string { return "Fiscal year " + strconv.Itoa(s.FiscalYear) }

func span(s diagnosiscode.Set) string { return s.From.Human() + " to " + s.To.Human() }

func codesWords(s diagnosiscode.Set) string {
	return kit.Plural(int(s.Codes), "billable code", "billable codes")
}
