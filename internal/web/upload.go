package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// File is an uploaded file that passed the checks. It is held in memory only:
// a scan must not lie unencrypted in a temporary folder.
type File struct {
	Field string // name of the input
	Name  string // the sender's name for it, without folders; for display only
	Type  string // application/pdf, image/png or image/jpeg, found from the content
	Data  []byte
}

// Files are the files of one submission.
type Files []File

// One is the first file of a field.
func (fs Files) One(field string) (File, bool) {
	for _, f := range fs {
		if f.Field == field {
			return f, true
		}
	}
	return File{}, false
}

// All are the files of a field.
func (fs Files) All(field string) Files {
	var out Files
	for _, f := range fs {
		if f.Field == field {
			out = append(out, f)
		}
	}
	return out
}

const (
	maxUploadFiles = 20
	maxUploadText  = bodyLimit
)

// ParseUpload reads a multipart form with files of maxBytes in all. Files may
// be PDF, PNG or JPEG, judged by their content.
//
// A file of another kind, an empty one or too much of them is a complaint
// about its field, with the text fields kept: show the page again with
// f.Status(), which is 413 for too much and 422 otherwise. The error is for
// what cannot be shown again: a body that is no multipart form or broke off
// (Invalid), or one so large that it was not read to its end (TooLarge). The
// form is never nil; with an error it holds what had arrived.
func ParseUpload(w http.ResponseWriter, r *http.Request, maxBytes int64) (*form.Form, Files, error) {
	u := &upload{left: maxBytes, max: maxBytes, text: map[string][]string{}}
	// Twice the limit is read, to find the text behind a file that is too large.
	LimitBody(w, r, 2*maxBytes+maxUploadText)
	allowTime(w, uploadTimeout)
	mr, err := r.MultipartReader()
	if err != nil {
		return form.Empty(), nil, errs.Wrap(errs.Invalid, err, "This was not sent as a form with files. Go back and use the button on the page.")
	}
	err = u.read(mr)
	f := form.Decode(u.text)
	exchangeOf(r).next = nextIn(f.Value(kit.Back))
	for _, c := range u.wrong {
		if c.tooLarge {
			f.TooLarge(c.field, c.message)
		} else {
			f.AddError(c.field, c.message)
		}
	}
	if err != nil {
		drain(r.Body, maxBytes)
		return f, nil, badBody(err)
	}
	return f, u.files, nil
}

type upload struct {
	max, left int64
	textBytes int64
	text      map[string][]string
	files     Files
	wrong     []complaint
}

type complaint struct {
	field, message string
	tooLarge       bool
}

func (u *upload) read(mr *multipart.Reader) error {
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := part.FormName()
		if part.FileName() == "" && part.Header.Get("Content-Type") == "" {
			err = u.readText(name, part)
		} else {
			err = u.readFile(name, part)
		}
		if err != nil {
			return err
		}
	}
}

func (u *upload) readText(name string, part io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(part, maxUploadText-u.textBytes+1))
	if err != nil {
		return err
	}
	u.textBytes += int64(len(b))
	if u.textBytes > maxUploadText {
		return &http.MaxBytesError{Limit: maxUploadText}
	}
	u.text[name] = append(u.text[name], string(b))
	return nil
}

func (u *upload) readFile(field string, part *multipart.Part) error {
	data, err := io.ReadAll(io.LimitReader(part, u.left+1))
	if err != nil {
		return err
	}
	switch {
	case int64(len(data)) > u.left:
		u.complain(field, fmt.Sprintf("Choose files of %s or less in all.", size(u.max)), true)
		_, err := io.Copy(io.Discard, part)
		return err
	case len(u.files) == maxUploadFiles:
		u.complain(field, fmt.Sprintf("Choose at most %d files at a time.", maxUploadFiles), true)
		return nil
	case len(data) == 0 && part.FileName() == "":
		return nil // no file was chosen
	case len(data) == 0:
		u.complain(field, "This file is empty. Choose another.", false)
		return nil
	}
	kind := sniff(data)
	if kind == "" {
		u.complain(field, "Choose a PDF, PNG or JPEG file.", false)
		return nil
	}
	u.left -= int64(len(data))
	u.files = append(u.files, File{Field: field, Name: cleanName(part.FileName()), Type: kind, Data: data})
	return nil
}

func (u *upload) complain(field, message string, tooLarge bool) {
	u.wrong = append(u.wrong, complaint{field, message, tooLarge})
}

// sniff finds the type from the content; "" for what is not allowed. The type
// and the extension that the browser claims are not looked at.
func sniff(data []byte) string {
	switch t := http.DetectContentType(data); t {
	case "application/pdf", "image/png", "image/jpeg":
		return t
	}
	return ""
}

// cleanName makes the sender's file name fit to show.
func cleanName(name string) string {
	clean, _ := form.Clean(name)
	clean = path.Base(strings.ReplaceAll(clean, `\`, "/"))
	clean = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\n\t\"<>:|?*", r) {
			return '_'
		}
		return r
	}, clean)
	if strings.Trim(clean, "./") == "" {
		return "file"
	}
	if r := []rune(clean); len(r) > 100 {
		clean = string(r[:100])
	}
	return clean
}

func size(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d KB", n>>10)
}

// ServeFile sends a stored file. Inline is for pictures and PDFs shown beside
// a form; everything else is offered for saving. The answer runs no script
// and may be framed by our own pages only.
func ServeFile(w http.ResponseWriter, f File, inline bool) error {
	if sniffed := sniff(f.Data); sniffed != f.Type {
		inline = false
	}
	h := w.Header()
	disposition := "attachment"
	if inline {
		disposition = "inline"
		h.Set("Content-Security-Policy", filePolicy)
	}
	h.Set("Content-Disposition", disposition+`; filename="`+ascii(f.Name)+`"`)
	h.Set("Content-Type", f.Type)
	h.Set("Content-Length", fmt.Sprint(len(f.Data)))
	_, _ = io.Copy(w, bytes.NewReader(f.Data)) // the reader left: nobody to tell
	return nil
}

// ascii keeps a header value to the characters every browser reads alike.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || r > 126 || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, s)
}
