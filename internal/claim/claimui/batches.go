package claimui

import (
	"fmt"
	"net/http"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

func (u *ui) batches(w http.ResponseWriter, r *http.Request) error {
	all, err := u.Claims.Batches(r.Context())
	if err != nil {
		return err
	}
	page := web.PageData(r, "Batches")
	page.Active, page.Back = "claims", kit.To("Claims", "/claims")
	page.Lead = "Claims that left together, newest first."
	return web.Render(w, r, http.StatusOK, batchesPage(page, actor(r), all))
}

func (u *ui) batch(w http.ResponseWriter, r *http.Request) error {
	bid, err := web.PathID[id.Batch](r, "batch")
	if err != nil {
		return err
	}
	b, rows, err := u.Claims.Batch(r.Context(), bid)
	if err != nil {
		return err
	}
	a := actor(r)
	title := kit.Plural(int(b.Claims), "claim", "claims") + " sent " + moment(a, b.CreatedAt)
	if b.Test() {
		title = "Test file of " + kit.Plural(int(b.Claims), "claim", "claims") + ", " + moment(a, b.CreatedAt)
	}
	page := web.PageData(r, title)
	page.Active, page.Back = "claims", kit.To("Batches", "/claims/batches")
	return web.Render(w, r, http.StatusOK, batchPage(page, a, b, rows, a.Can(authz.ClaimSend)))
}

// controls are the numbers by which the clearinghouse answers.
func controls(b claim.Batch) string {
	return fmt.Sprintf("ISA %09d · GS %d · ST from %04d", b.Interchange, b.Group, b.First)
}

func usageWord(b claim.Batch) (kit.Tone, string) {
	switch b.Usage {
	case "T":
		return kit.Warn, "Test file, not sent"
	case "P":
		return kit.OK, "Production"
	}
	return kit.Neutral, "Paper"
}

// fileName is what the file is saved as; a test holds it against the service.
func fileName(b claim.Batch) string { return fmt.Sprintf("claims-%09d.837", b.Interchange) }
