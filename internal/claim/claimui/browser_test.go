package claimui_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/claim"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/web/webtest"
)

func browse(t *testing.T) (*site, *webtest.Tab) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	srv := httptest.NewServer(s.web.Handler())
	t.Cleanup(srv.Close)
	return s, webtest.Open(t, srv.URL)
}

// look reads a page in every width and scheme and keeps its pictures.
func look(tab *webtest.Tab, name, path string) {
	tab.Go(path)
	tab.FitsAndReads()
	for _, width := range []int64{390, 820, 1180} {
		for _, scheme := range []string{"light", "dark"} {
			tab.SetScheme(scheme)
			tab.SetViewport(width, 900)
			tab.Shot(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
	tab.SetScheme("light")
	tab.SetViewport(1180, 900)
}

func TestPagesFitAndRead(t *testing.T) {
	s, tab := browse(t)
	look(tab, "empty", "/claims")
	look(tab, "settings", "/settings/claims")
	s.clearinghouse()
	stuck := s.blocked("Jan", "Pham")
	var sent []claim.Row
	for i := range 3 {
		sent = append(sent, s.ready(fmt.Sprint("Sent", i), "Gone"))
	}
	b, err := s.claims.Send(s.Actor(), claim.Electronic, ids(sent))
	s.must(err)
	ready := s.ready("Dana", "Okafor")
	for i := range 4 {
		s.ready(fmt.Sprint("Rosalind", i), "Lindqvist-Papadimitriou")
	}
	look(tab, "blocked", "/claims?state=blocked")
	look(tab, "ready", "/claims?state=ready")
	look(tab, "sent", "/claims?state=sent")
	look(tab, "claim-blocked", "/claims/"+stuck.ID.String())
	look(tab, "claim-ready", "/claims/"+ready.ID.String())
	look(tab, "claim-sent", "/claims/"+sent[0].ID.String())
	look(tab, "batches", "/claims/batches")
	look(tab, "batch", "/claims/batches/"+b.ID.String())
	for _, path := range []string{"/claims?state=blocked", "/claims/" + stuck.ID.String(), "/claims/" + sent[0].ID.String()} {
		tab.Go(path)
		webtest.Eval[int](tab, "const all = document.querySelectorAll('main details'); for (const d of all) d.open = true; all.length")
		tab.FitsAndReads()
		tab.SetScheme("light")
		tab.SetViewport(390, 900)
		tab.Shot("open" + strings.ReplaceAll(path[:10], "/", "-"))
	}
	tab.NoErrors()
}

// A clean batch takes two taps after opening: nothing is blocked, so that the
// ready ones are shown and chosen, and one tap sends them.
func TestJourneySendACleanBatch(t *testing.T) {
	s, tab := browse(t)
	s.clearinghouse()
	s.ready("Dana", "Okafor")
	s.ready("Lee", "Park")
	tab.Go("/claims")
	tab.See("2 claims pass all checks that block", "Send 2 claims · 837P · $180.00")
	tab.Click("Send 2 claims · 837P · $180.00")
	tab.See("What happens next", "claims-000000001.837", "ISA 000000001", "Dana Okafor", "$180.00")
	tab.NoErrors()
}

func TestJourneyKeys(t *testing.T) {
	s, tab := browse(t)
	s.clearinghouse()
	s.blocked("Jan", "Pham")
	s.ready("Dana", "Okafor")
	s.ready("Lee", "Park")
	tab.Go("/claims")
	tab.Press("2")
	tab.See("Send 2 claims")
	tab.Press("j")
	tab.Press("j")
	tab.Press("x")
	tab.See("Send 1 claim · 837P · $90.00")
	tab.Press("a")
	tab.See("Send 2 claims · 837P · $180.00")
	tab.Press("1")
	tab.See("The contract with Old Harbor")
	webtest.Eval[string](tab, `document.documentElement.dataset.keys = "off"`) // as the server does for whom they are off
	tab.Press("2")
	tab.See("The contract with Old Harbor")
	webtest.Eval[string](tab, `document.documentElement.dataset.keys = "on"`)
	tab.Press("a")
	tab.See("Send 2 claims")
	tab.Press(kb.Enter, kb.ModifierCtrl)
	tab.See("What happens next")
	tab.NoErrors()
}

// Everything without scripts.
func TestJourneyWithoutScripts(t *testing.T) {
	s, tab := browse(t)
	s.clearinghouse()
	s.blocked("Jan", "Pham")
	s.ready("Dana", "Okafor")
	tab.NoScripts(true)
	tab.Go("/claims")
	tab.Click("Set aside…")
	tab.Click("Set aside")
	tab.See("There is a problem", "Say why.")
	tab.Fill("Why this claim may go all the same", "The payer agreed by phone.")
	tab.Click("Set aside")
	tab.See("Check set aside.", "Nothing blocked. 2 ready.")
	tab.Click("See what is ready")
	tab.Uncheck("Send claim 100001 of Jan Pham")
	tab.Click("Send 2 claims · 837P · $180.00")
	tab.See("What happens next", "Dana Okafor")
	tab.Unseen("Jan Pham")
}

func ids(rows []claim.Row) []id.Claim {
	var out []id.Claim
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}
