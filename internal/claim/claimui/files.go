package claimui

import (
	"net/http"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
)

// paper serves the CMS-1500 form of a claim. What has not left is a preview
// with a watermark, whatever is asked for.
func (u *ui) paper(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Claim](r, "claim")
	if err != nil {
		return err
	}
	if r.PathValue("file") != "cms1500.pdf" {
		return errs.New(errs.NotFound, "")
	}
	data, err := u.Claims.PaperForm(r.Context(), c, r.URL.Query().Get("drawn") != "0")
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: "cms1500.pdf", Type: "application/pdf", Data: data}, true)
}

// copy serves the form of a claim that left as a file, for a payer that asks
// for paper all the same.
func (u *ui) copy(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Claim](r, "claim")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if why := reason(f, "copy_reason"); f.Valid() {
		data, err := u.Claims.PaperCopy(r.Context(), c, why)
		if err == nil {
			return web.ServeFile(w, web.File{Name: "cms1500.pdf", Type: "application/pdf", Data: data}, true)
		}
		if !f.Merge(asked(err, map[string]string{"reason": "copy_reason"})) {
			return err
		}
	}
	return u.again(w, r, c, f)
}

// batchFile serves the file in which claims left, for saving; paper forms are
// shown, to be printed.
func (u *ui) batchFile(w http.ResponseWriter, r *http.Request) error {
	b, err := web.PathID[id.Batch](r, "batch")
	if err != nil {
		return err
	}
	name, kind, data, err := u.Claims.BatchFile(r.Context(), b)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: name, Type: kind, Data: data}, kind == "application/pdf")
}

func (u *ui) superbill(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	data, err := u.Claims.Superbill(r.Context(), v)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: "superbill.pdf", Type: "application/pdf", Data: data}, true)
}
