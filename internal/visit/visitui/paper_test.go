package visitui_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
)

func TestPaperOfANote(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v, doc := s.last()
	at := path(v) + "/note.pdf"
	first := s.get(at)
	first.wants(t, 200)
	if err := api.Validate(bytes.NewReader([]byte(first.Body)), nil); err != nil {
		t.Errorf("not a valid PDF: %v", err)
	}
	if dir := os.Getenv("SOAPSTONE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "visit-note.pdf"), []byte(first.Body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.post(path(v)+"/note/"+doc.ID.String()+"/retraction", url.Values{"do": {"retract"}, "reason": {"Wrong patient"}, "then": {"note"}}).wants(t, 303)
	s.get(at+"?document="+doc.ID.String()).wants(t, 200)
	s.get(at+"?document=nonsense").wants(t, 404)
	other := newSite(t, s.e.Other())
	other.get(at).wants(t, 404)
	s.get(path(s.plan(today, 9*60))+"/note.pdf").wants(t, 404)
	s.be(authz.FrontDesk)
	s.get(at).wants(t, 403)
}

func TestPaperShowsTheFigureOfToday(t *testing.T) {
	sum := sha256.Sum256(knowledge.Must().Figure())
	if got := hex.EncodeToString(sum[:]); got != visitui.FigureSource {
		t.Errorf("the figure has changed (%s): draw figure/back.png and front.png anew, 1086 by 2172 pixels", got)
	}
}

// Each site is painted on its own side on paper too: the only red pixels of
// its picture lie in the half where the patient's side is.
func TestEverySiteIsPaintedOnItsSide(t *testing.T) {
	for _, site := range knowledge.Must().Sites() {
		b, views, err := visitui.PaintChart([]knowledge.Site{site}, note.Pain)
		if err != nil || views != 1 {
			t.Fatalf("%s: %d views, %v", site.ID, views, err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		left, right := count(img)
		viewersRight := site.X > knowledge.FigureCentre
		switch {
		case site.Side == knowledge.Midline:
			if left == 0 || right == 0 {
				t.Errorf("%s is off the midline: %d and %d", site.ID, left, right)
			}
		case viewersRight && right <= left, !viewersRight && left <= right, left+right < 100:
			t.Errorf("%s is painted on the wrong side: %d and %d", site.ID, left, right)
		}
		if site.Side != knowledge.Midline && viewersRight != ((site.View == knowledge.ViewBack) == (site.Side == knowledge.SideRight)) {
			t.Errorf("%s lies on the other side of the body", site.ID)
		}
	}
}

// count counts the pixels of a pain mark left and right of the middle.
func count(img image.Image) (left, right int) {
	mark := color.RGBA{0xb3, 0x26, 0x1e, 255}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if img.At(x, y) == mark {
				if x < b.Dx()/2 {
					left++
				} else {
					right++
				}
			}
		}
	}
	return left, right
}

// paperText reads a PDF as a person would. It needs poppler-utils.
func paperText(t testing.TB, body string) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (Debian: poppler-utils) is not installed")
	}
	in := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(in, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", in, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
