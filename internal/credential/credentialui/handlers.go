// Package credentialui is the pages of a person's own credentials and
// continuing education, and of everybody's for the owner. What is met and what
// is missing is package credential's to say; these pages show it as a ring, a
// bar and always a sentence.
package credentialui

import (
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/credential"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct{ Credentials *credential.Service }

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	own, read := authz.CredentialOwn, authz.CredentialRead
	rt.Handle("GET /credentials", own, u.mine)
	rt.Handle("GET /credentials/staff", read, u.everyone)
	rt.Handle("GET /credentials/staff/{user}", read, u.theirs)
	rt.Handle("GET /credentials/staff/held/{credential}", read, u.credentialFile)
	rt.Handle("GET /credentials/staff/hours/{training}", read, u.trainingFile)
	rt.Handle("GET /credentials/held/new", own, u.newCredential)
	rt.Handle("POST /credentials/held/new", own, u.addCredential)
	rt.Handle("GET /credentials/held/{credential}", own, u.credential)
	rt.Handle("POST /credentials/held/{credential}", own, u.saveCredential)
	rt.Handle("POST /credentials/held/{credential}/remove", own, u.removeCredential)
	rt.Handle("GET /credentials/held/{credential}/file", own, u.credentialFile)
	rt.Handle("POST /credentials/held/{credential}/file", own, u.attachCredential)
	rt.Handle("GET /credentials/requirements/new", own, u.newRequirement)
	rt.Handle("POST /credentials/requirements/new", own, u.addRequirement)
	rt.Handle("GET /credentials/requirements/{requirement}", own, u.requirement)
	rt.Handle("POST /credentials/requirements/{requirement}", own, u.saveRequirement)
	rt.Handle("POST /credentials/requirements/{requirement}/remove", own, u.removeRequirement)
	rt.Handle("GET /credentials/hours/new", own, u.newTraining)
	rt.Handle("POST /credentials/hours/new", own, u.addTraining)
	rt.Handle("GET /credentials/hours/{training}", own, u.training)
	rt.Handle("POST /credentials/hours/{training}", own, u.saveTraining)
	rt.Handle("POST /credentials/hours/{training}/remove", own, u.removeTraining)
	rt.Handle("GET /credentials/hours/{training}/file", own, u.trainingFile)
	rt.Handle("POST /credentials/hours/{training}/file", own, u.attachTraining)
}

type ui struct{ Deps }

const home = "/credentials"

func me(r *http.Request) id.User {
	a, _ := authz.From(r.Context())
	return a.User
}

func can(r *http.Request, p authz.Permission) bool {
	a, _ := authz.From(r.Context())
	return a.Can(p)
}

func (u *ui) mine(w http.ResponseWriter, r *http.Request) error {
	wallet, err := u.Credentials.Wallet(r.Context(), me(r))
	if err != nil {
		return err
	}
	page := web.PageData(r, "My credentials")
	page.Lead = wallet.Member.Title()
	page.Actions = actions(can(r, authz.CredentialRead))
	return web.Render(w, r, http.StatusOK, walletPage(page, walletView{Wallet: wallet, Own: true}))
}

func (u *ui) theirs(w http.ResponseWriter, r *http.Request) error {
	user, err := web.PathID[id.User](r, "user")
	if err != nil {
		return err
	}
	wallet, err := u.Credentials.Wallet(r.Context(), user)
	if err != nil {
		return err
	}
	page := web.PageData(r, "Credentials")
	page.Heading, page.Back = wallet.Member.Title(), kit.To("Everyone’s credentials", home+"/staff")
	page.Actions = kit.PrintButton("Print")
	return web.Render(w, r, http.StatusOK, walletPage(page, walletView{Wallet: wallet}))
}

func (u *ui) everyone(w http.ResponseWriter, r *http.Request) error {
	all, err := u.Credentials.Everyone(r.Context())
	if err != nil {
		return err
	}
	page := web.PageData(r, "Everyone’s credentials")
	if can(r, authz.CredentialOwn) {
		page.Back = kit.To("My credentials", home)
	}
	page.Actions = kit.PrintButton("Print")
	return web.Render(w, r, http.StatusOK, everyonePage(page, all))
}

// formPage starts a form one step below the wallet.
func formPage(r *http.Request, title string, f *form.Form) kit.Page {
	p := web.PageData(r, title)
	p.Form, p.Width, p.Back = f, kit.Narrow, kit.To("My credentials", home)
	return p
}

func (u *ui) credentialFile(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Credential](r, "credential")
	if err != nil {
		return err
	}
	f, err := u.Credentials.CredentialFile(r.Context(), c)
	return serve(w, f, err)
}

func (u *ui) trainingFile(w http.ResponseWriter, r *http.Request) error {
	t, err := web.PathID[id.Training](r, "training")
	if err != nil {
		return err
	}
	f, err := u.Credentials.TrainingFile(r.Context(), t)
	return serve(w, f, err)
}

func serve(w http.ResponseWriter, f blob.File, err error) error {
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: f.Name, Type: f.ContentType, Data: f.Bytes}, true)
}

// file reads the one scan of an upload; a form without it is a complaint.
func file(w http.ResponseWriter, r *http.Request) (*form.Form, blob.File, error) {
	f, files, err := web.ParseUpload(w, r, credential.MaxFile)
	if err != nil {
		return nil, blob.File{}, err
	}
	one, ok := files.One("file")
	f.Check(ok, "file", "Choose the scan of the certificate.")
	return f, blob.File{Name: one.Name, ContentType: one.Type, Bytes: one.Data}, nil
}

func (u *ui) attachCredential(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Credential](r, "credential")
	if err != nil {
		return err
	}
	f, scan, err := file(w, r)
	if err != nil {
		return err
	}
	if f.Valid() {
		if err = u.Credentials.ScanOfCredential(r.Context(), c, scan); err == nil {
			return web.See(w, r, home+"/held/"+c.String(), "Scan kept.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showCredential(w, r, c, nil, f)
}

func (u *ui) attachTraining(w http.ResponseWriter, r *http.Request) error {
	t, err := web.PathID[id.Training](r, "training")
	if err != nil {
		return err
	}
	f, scan, err := file(w, r)
	if err != nil {
		return err
	}
	if f.Valid() {
		if err = u.Credentials.ScanOfTraining(r.Context(), t, scan); err == nil {
			return web.See(w, r, home+"/hours/"+t.String(), "Certificate kept.")
		}
		if !f.Merge(err) {
			return err
		}
	}
	return u.showTraining(w, r, t, nil, f)
}

// remove takes a record away on the word of its page's button.
func remove(w http.ResponseWriter, r *http.Request, fn func(version int64) error) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if err := fn(f.Int("version", 1, 1<<53)); err != nil {
		return err
	}
	return web.See(w, r, home, "Removed.")
}

func (u *ui) removeCredential(w http.ResponseWriter, r *http.Request) error {
	c, err := web.PathID[id.Credential](r, "credential")
	if err != nil {
		return err
	}
	return remove(w, r, func(v int64) error { return u.Credentials.RemoveCredential(r.Context(), c, v) })
}

func (u *ui) removeRequirement(w http.ResponseWriter, r *http.Request) error {
	q, err := web.PathID[id.Requirement](r, "requirement")
	if err != nil {
		return err
	}
	return remove(w, r, func(v int64) error { return u.Credentials.RemoveRequirement(r.Context(), q, v) })
}

func (u *ui) removeTraining(w http.ResponseWriter, r *http.Request) error {
	t, err := web.PathID[id.Training](r, "training")
	if err != nil {
		return err
	}
	return remove(w, r, func(v int64) error { return u.Credentials.RemoveTraining(r.Context(), t, v) })
}
