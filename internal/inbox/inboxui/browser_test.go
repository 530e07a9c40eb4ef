package inboxui_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/inbox"
	"soapstone/internal/web/webtest"
)

// page is a picture of a sheet of paper, another one for each n.
func page(t *testing.T, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 340, 440))
	for y := range 440 {
		for x := range 340 {
			img.SetGray(x, y, color.Gray{250})
			if y > 60 && y < 400 && y%24 < 5 && x > 40 && x < 300-(y*(n+3))%90 {
				img.SetGray(x, y, color.Gray{70})
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (s *site) takeIn(names ...string) {
	s.t.Helper()
	for i, n := range names {
		if _, err := s.svc.Receive(s.Actor(), inbox.Incoming{Name: n, Data: page(s.t, i), Source: inbox.Folder}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// The first tap says whose it is, the second what it is.
func TestFilingTakesTwoTaps(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	for name, width := range map[string]int64{"phone": 390, "tablet": 820, "tablet lying": 1180} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, dbtest.NewSQLite(t))
			s.takeIn("Okafor_Dana_1984-03-02.png", "scan0002.png", "scan0003.png")
			srv := httptest.NewServer(s.h)
			defer srv.Close()
			tab := webtest.Open(t, srv.URL)
			tab.SetViewport(width, 900)
			tab.Go("/inbox")
			tab.Axe()
			tab.Choose("1. Whose is it?", "Dana Okafor") // one
			tab.Click("Report")                          // two
			tab.See("Filed to Dana Okafor as Report.", "2 papers wait")
			tab.Axe()
			tab.Click("Undo")
			tab.See("Undone. It waits again.", "3 papers wait")
			tab.NoErrors()
		})
	}
}

func TestSearchFollowsTypingAndAPrescriptionOpensItsReferral(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	srv := httptest.NewServer(s.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	tab.SetViewport(820, 1180)
	file := filepath.Join(t.TempDir(), "scan0001.png")
	if err := os.WriteFile(file, page(t, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.Go("/inbox")
	tab.Upload("Scans, photos, faxes or e-mail files", file)
	tab.Click("Take in")
	tab.See("1 paper taken in.", "The file name points at nobody.")
	tab.Fill("Find another patient", "oka")
	tab.See("1 patient found")
	tab.Choose("1. Whose is it?", "Dana Okafor")
	tab.Click("Prescription")
	tab.See("Register a referral", "scan0001.png")
	if p := tab.Path(); !strings.Contains(p, "/referrals/new?scan=") {
		t.Error(p)
	}
	tab.NoErrors()
}

func TestInboxLooks(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	srv := httptest.NewServer(s.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	tab.Go("/inbox")
	tab.FitsAndReads()
	s.takeIn("Okafor_Dana_1984-03-02.png", "fax from a number that is long and has no end 3125550142 20260310.png", "scan0003.png")
	filed := s.first()
	if _, err := s.svc.File(s.Actor(), filed, 1, s.dana, inbox.Letter); err != nil {
		t.Fatal(err)
	}
	if err := s.svc.Undo(s.Actor(), filed, 2); err != nil {
		t.Fatal(err)
	}
	w, err := s.svc.Worklist(s.Actor(), inbox.Paper{}.ID)
	if err != nil {
		t.Fatal(err)
	}
	gone := w.Papers[2].ID
	if _, err := s.svc.File(s.Actor(), gone, 1, s.dana, inbox.Report); err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ name, path string }{{"board", "/inbox"}, {"settled", "/inbox/" + gone.String()}, {"chart", "/patients/" + s.dana.String() + "/papers"}, {"discard", "/inbox/" + filed.String() + "/discard"}} {
		tab.Go(p.path)
		tab.FitsAndReads()
		for _, width := range []int64{390, 820, 1180} {
			for _, scheme := range []string{"light", "dark"} {
				tab.SetScheme(scheme)
				tab.SetViewport(width, 900)
				tab.Shot(fmt.Sprintf("inbox-%s-%d-%s", p.name, width, scheme))
			}
		}
	}
	tab.NoErrors()
}
