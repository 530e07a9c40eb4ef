// Package claimui is the pages of claims: the workbench on which they are
// mended and sent, the page of each one, the files in which they left, and who
// sends them to whom. It decides nothing about a claim. What is missing is
// shown in the row, with the link that mends it; what the person may not open
// or set aside is not offered to them.
//
// Every page works without scripts. There is no way from a blocked claim to a
// file: the pages offer none, and the service refuses all the same.
package claimui

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// Deps are passed by the composition root.
type Deps struct {
	Claims    *claim.Service
	Patients  *patient.Service
	Knowledge *knowledge.Set
}

type ui struct {
	Deps
	routes func() []web.Route // of the whole program, to know who may open a page
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{Deps: d, routes: sync.OnceValue(rt.Routes)}
	read, write, send := authz.ClaimRead, authz.ClaimWrite, authz.ClaimSend
	rt.Handle("GET /claims", read, u.board)
	rt.Handle("POST /claims/send", send, u.send)
	rt.Handle("GET /claims/batches", read, u.batches)
	rt.Handle("GET /claims/batches/{batch}", read, u.batch)
	rt.Handle("GET /claims/batches/{batch}/file", send, u.batchFile)

	rt.Handle("GET /claims/{claim}", read, u.show)
	// The name of the file is a wildcard because /claims/batches/{batch} would
	// otherwise overlap with it.
	rt.Handle("GET /claims/{claim}/{file}", read, u.paper)
	rt.Handle("POST /claims/{claim}/waivers", authz.ClaimWaive, u.waive)
	rt.Handle("POST /claims/{claim}/waivers/{waiver}/withdraw", authz.ClaimWaive, u.unwaive)
	rt.Handle("POST /claims/{claim}/choices", write, u.choose)
	rt.Handle("POST /claims/{claim}/hold", write, u.hold)
	rt.Handle("POST /claims/{claim}/release", write, u.release)
	rt.Handle("POST /claims/{claim}/drop", write, u.drop)
	rt.Handle("POST /claims/{claim}/answer", write, u.answer)
	rt.Handle("POST /claims/{claim}/correct", write, u.correct)
	rt.Handle("POST /claims/{claim}/void", write, u.void)
	rt.Handle("POST /claims/{claim}/copy", send, u.copy)

	rt.Handle("POST /visits/{visit}/claims", write, u.start)
	rt.Handle("GET /visits/{visit}/superbill.pdf", read, u.superbill)

	rt.Handle("GET /settings/claims", authz.BillingManage, u.settings)
	rt.Handle("POST /settings/claims", authz.BillingManage, u.saveSettings)
}

func claimURL(c id.Claim) string { return "/claims/" + c.String() }

func batchURL(b id.Batch) string { return "/claims/batches/" + b.String() }

func noteURL(v id.Visit, doc id.Document) string {
	return "/visits/" + v.String() + "/note/" + doc.String()
}

func actor(r *http.Request) authz.Actor {
	a, _ := authz.From(r.Context())
	return a
}

// back is where a form was sent from: the workbench, or else the claim.
func back(f *form.Form, c id.Claim) string {
	next := web.LocalPath(f.Value("next"))
	if next == "/claims" || strings.HasPrefix(next, "/claims?") {
		return next
	}
	return claimURL(c)
}

// again shows the page from which something was asked for, with what was typed
// and what is wrong with it.
func (u *ui) again(w http.ResponseWriter, r *http.Request, c id.Claim, f *form.Form) error {
	at, err := url.Parse(back(f, c))
	if err == nil && at.Path == "/claims" {
		return u.showBoard(w, r, at.Query(), f)
	}
	return u.showClaim(w, r, c, f)
}
