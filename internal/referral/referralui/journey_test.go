package referralui_test

import (
	"image"
	"image/jpeg"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/web/webtest"
)

// photo is a picture file to upload.
func photo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rx-photo.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 300, 400)), nil); err != nil {
		t.Fatal(err)
	}
	return path
}

func browse(t *testing.T) (*site, *webtest.Tab) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser journey; run without -short")
	}
	s := newSite(t, dbtest.NewSQLite(t))
	srv := httptest.NewServer(s.web.Handler())
	t.Cleanup(srv.Close)
	return s, webtest.Open(t, srv.URL)
}

func TestJourneyRegisterScanFirst(t *testing.T) {
	s, tab := browse(t)
	tab.Go(s.list())
	tab.Click("Register a referral")
	tab.Upload("Photograph or upload the prescription", photo(t))
	tab.See("rx-photo.jpg", "Add another page", "100 %")
	tab.Click("Larger picture")
	tab.See("150 %")
	tab.Fill("Find", "che")
	tab.See("1 prescriber found")
	tab.Choose("Who prescribed it", "Wei Chen, MD")
	tab.Fill("Add a diagnosis", "neck pain")
	tab.See("Cervicalgia")
	tab.Click("Add M54.2")
	tab.See("Remove")
	tab.Type("M54.5") // the box has the focus again
	tab.Press(kb.Enter)
	tab.Fill("Visits a week", "2")
	tab.Fill("For weeks", "6")
	tab.Fill("Written on", "2026-03-02")
	tab.See("2 a week for 6 weeks = 12 visits, until 13 Apr 2026")
	tab.Press(kb.Enter, kb.ModifierCtrl)
	tab.See("There is a problem", "M54.50, M54.51, M54.59", "rx-photo.jpg")
	tab.FitsAndReads()
	tab.SetScheme("light")
	tab.Click("M54.50 Low back pain, unspecified")
	tab.Check("I have seen the prescriber’s signature on the prescription")
	tab.Click("Save referral")
	tab.See("Referral saved.", "Referral from Wei Chen, MD", "Low back pain, unspecified", "0 of 12 visits", "rx-photo.jpg")
	tab.FitsAndReads()
	tab.NoErrors()
}

func TestJourneyRegisterWithoutScripts(t *testing.T) {
	s, tab := browse(t)
	tab.NoScripts(true)
	tab.Go(s.list() + "/new")
	tab.Fill("Find", "Chen")
	tab.Click("Find prescriber")
	tab.See("1 prescriber found")
	tab.Choose("Who prescribed it", "Wei Chen, MD")
	tab.Fill("Add a diagnosis", "shoulder pain")
	tab.Press(kb.Enter)
	tab.See("Pain in right shoulder")
	tab.Click("Add M25.511")
	tab.Upload("Photograph or upload the prescription", photo(t))
	tab.Fill("or visits in all", "8")
	tab.Fill("Written on", "2026-03-02")
	tab.Click("Save referral")
	tab.See("There is a problem", "rx-photo.jpg")
	tab.Check("I have seen the prescriber’s signature on the prescription")
	tab.Click("Save referral")
	tab.See("Referral saved.", "Pain in right shoulder", "0 of 8 visits", "rx-photo.jpg")
}

func TestPagesFitAndRead(t *testing.T) {
	s, tab := browse(t)
	r := s.list() + "/" + s.registered().String()
	for _, path := range []string{s.list(), r + "/close", r + "/authorizations/new", r + "/edit", "/prescribers", "/prescribers/" + s.chen.ID.String(), "/prescribers/new"} {
		tab.Go(path)
		tab.FitsAndReads()
	}
	tab.NoErrors()
}
