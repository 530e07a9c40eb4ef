package pdf_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/pdf"
)

var meta = pdf.Meta{
	Title: "Progress report", Subtitle: "To Dr. Ana Silva, for the referral of 3 Feb 2026",
	Practice: "Prairie Medical Massage", Contact: "12 Elm Street, Oak Park, IL 60301 · (708) 555-0100",
	Patient: "Zoë Łukasiewicz-O’Brien", Born: civil.Of(1980, 2, 29), Record: "1004",
	Created: time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC),
}

func finish(t testing.TB, d *pdf.Doc) []byte {
	t.Helper()
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func validate(t testing.TB, b []byte) {
	t.Helper()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationStrict
	if err := api.Validate(bytes.NewReader(b), conf); err != nil {
		t.Errorf("not a valid PDF: %v", err)
	}
}

// text reads the file as a person would, page by page. It needs poppler-utils.
func text(t testing.TB, b []byte) []string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (Debian: poppler-utils) is not installed")
	}
	in := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(in, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "-layout", in, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")
}

func days(n int) []pdf.Point {
	var out []pdf.Point
	for i := range n {
		out = append(out, pdf.Point{Day: civil.Of(2026, 1, 6).AddDays(7 * i), Value: 62 - 4.5*float64(i)})
	}
	return out
}

// full uses every block.
func full(m pdf.Meta) *pdf.Doc {
	d := pdf.New(m)
	d.Notice("Please answer the renewal request on the last page by 24 Mar 2026.")
	d.Section("Summary")
	d.Paragraph("After eight visits, neck rotation to the left rose from 40° to 65° and the Neck Disability Index fell from 44 to 26 of 100. " +
		"Headaches were reported on two days a week instead of five.\nSleep is undisturbed since 20 Feb 2026.")
	d.KeyValues(pdf.KV{Label: "Diagnosis", Text: "M54.2 Cervicalgia; G44.209 Tension-type headache, unspecified, not intractable"},
		pdf.KV{Label: "Visits", Text: "8 of 12"}, pdf.KV{Label: "Adverse events", Text: ""})
	d.Subsection("What was done")
	d.Bullets("Myofascial release, upper trapezius and levator scapulae, both sides", "Suboccipital release; home programme of three exercises, done on most days according to the patient, "+
		"who keeps a diary and brings it along")
	d.Section("Measures")
	d.Table([]pdf.Column{{Label: "Measure", Width: 5}, {Label: "First", Width: 1.4, Right: true}, {Label: "Now", Width: 1.4, Right: true}, {Label: "Change that matters", Width: 2.4, Right: true}},
		[][]string{{"Neck Disability Index (0–100)", "44", "26", "10"}, {"Pain at rest (0–10)", "6", "2", "2"}, {"Rotation left", "40°", "65°"}})
	d.LineChart(pdf.Chart{Title: "Neck Disability Index", Unit: "Points of 100; lower is better", Min: 0, Max: 100,
		Series: []pdf.Series{{Name: "Neck Disability Index", Points: days(8)}, {Name: "Pain × 10", Points: []pdf.Point{{civil.Of(2026, 1, 6), 60}, {civil.Of(2026, 2, 24), 20}}}},
		Levels: []pdf.Level{{Name: "Goal", Value: 20}}})
	d.Small("Change that matters: published minimal clinically important difference of the instrument.")
	d.TickBoxes("Continue as planned: 12 further visits, twice a week", "Change the plan as noted below", "Stop")
	d.SignatureLine("Prescriber's signature")
	d.Signature(pdf.SignatureBlock{Name: "Terry Tester, LMT", License: "License IL MT-1001", SignedAt: "Signed 10 Mar 2026, 10:00 AM (America/Chicago)",
		Statement: "Electronically signed. Any change is made by a separate addendum.", DocumentNo: "7", Hash: strings.Repeat("a1b2c3d4", 8), Seal: "42-" + strings.Repeat("0f", 32)})
	return d
}

func TestADocumentIsValidAndSaysWhatItWasGiven(t *testing.T) {
	b := finish(t, full(meta))
	validate(t, b)
	all := strings.Join(text(t, b), "\n")
	for _, want := range []string{"Progress report", "Prairie Medical Massage", "Zoë Łukasiewicz-O’Brien", "Born 29 Feb 1980", "Record 1004",
		"M54.2 Cervicalgia", "8 of 12", "Neck Disability Index", "65°", "Goal 20", "Terry Tester, LMT", "a1b2c3d4a1b2c3d4", "42-0f0f", "Confidential health information"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
}

func TestEveryPageNamesThePatientAndItsNumber(t *testing.T) {
	m := meta
	m.Stamp = "ENTERED IN ERROR"
	d := full(m)
	var rows [][]string
	for i := range 90 {
		rows = append(rows, []string{fmt.Sprintf("Row %d", i), strings.Repeat("text ", i%20)})
	}
	d.Table([]pdf.Column{{Label: "Visit"}, {Label: "Remarks", Width: 0}}, rows)
	b := finish(t, d)
	validate(t, b)
	pages := text(t, b)
	if len(pages) < 4 || len(pages) != d.Pages() {
		t.Fatalf("%d pages, %d by count", len(pages), d.Pages())
	}
	for i, p := range pages {
		for _, want := range []string{m.Patient, "Born 29 Feb 1980", fmt.Sprintf("Page %d of %d", i+1, len(pages)), m.Stamp, m.Practice} {
			if !strings.Contains(p, want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	}
	all := strings.Join(pages, "")
	for i := range rows {
		if strings.Count(all, fmt.Sprintf("Row %d ", i))+strings.Count(all, fmt.Sprintf("Row %d\n", i)) != 1 {
			t.Errorf("row %d is not there once", i)
		}
	}
	if n := strings.Count(all, "Remarks"); n < 3 {
		t.Errorf("the table's head stands on %d pages", n)
	}
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	a, b := finish(t, full(meta)), finish(t, full(meta))
	if !bytes.Equal(a, b) {
		t.Error("two prints differ")
	}
	m := meta
	m.Created = time.Time{}
	if !bytes.Equal(finish(t, full(m)), finish(t, full(m))) {
		t.Error("two prints without a date differ")
	}
}

func TestNamesOfManyAlphabets(t *testing.T) {
	names := "Đặng Thị Hồng · Владимир Жуков · Ιωάννης Παπαδόπουλος · Þórhildur Ægisdóttir · Ağaoğlu · Škvorecký"
	d := pdf.New(meta)
	d.Paragraph(names)
	b := finish(t, d)
	validate(t, b)
	if got := strings.Join(strings.Fields(strings.Join(text(t, b), " ")), " "); !strings.Contains(got, names) {
		t.Errorf("read back as %q", got)
	}
}

func TestOddInputIsStillADocument(t *testing.T) {
	long := strings.Repeat("x", 3000)
	for name, build := range map[string]func(d *pdf.Doc){
		"nothing":            func(*pdf.Doc) {},
		"empty blocks":       func(d *pdf.Doc) { d.Paragraph(""); d.Bullets(); d.KeyValues(); d.Table(nil, nil); d.Section("") },
		"a word without end": func(d *pdf.Doc) { d.Paragraph(long); d.Section(long); d.Notice(long); d.KeyValues(pdf.KV{long, long}) },
		"a row over a page": func(d *pdf.Doc) {
			d.Table([]pdf.Column{{Label: long}, {Label: "b"}}, [][]string{{"a", strings.Repeat("word ", 3000), "spare"}, {}})
		},
		"many narrow columns": func(d *pdf.Doc) { d.Table(make([]pdf.Column, 40), [][]string{{long}}) },
		"control characters":  func(d *pdf.Doc) { d.Paragraph("a\x00b\x1bc\u202ed\r\ne\tf\xff 😀") },
		"no values":           func(d *pdf.Doc) { d.LineChart(pdf.Chart{Title: "Empty"}) },
		"one value":           func(d *pdf.Doc) { d.LineChart(pdf.Chart{Series: []pdf.Series{{Name: "a", Points: days(1)}}}) },
		"values that are none": func(d *pdf.Doc) {
			d.LineChart(pdf.Chart{Series: []pdf.Series{{Points: []pdf.Point{{civil.Of(2026, 1, 1), math.NaN()}, {civil.Date{}, 1}}}}})
		},
		"values that are huge": func(d *pdf.Doc) {
			d.LineChart(pdf.Chart{Series: []pdf.Series{{Points: []pdf.Point{{civil.Of(2026, 1, 1), 1e17}, {civil.Of(2026, 1, 2), 1e17 + 64}}}}})
		},
		"many lines": func(d *pdf.Doc) {
			d.LineChart(pdf.Chart{Series: []pdf.Series{{Name: "a", Points: days(3)}, {Name: "b", Points: days(4)}, {Name: "c", Points: days(5)}, {Name: "d", Points: days(2)}, {Name: long, Points: days(6)}}})
		},
		"signature without hash": func(d *pdf.Doc) { d.Signature(pdf.SignatureBlock{Name: "A"}) },
	} {
		d := pdf.New(pdf.Meta{Title: name})
		build(d)
		validate(t, finish(t, d))
	}
}

func TestPictures(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 200, 900))
	for i := range 200 {
		img.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	d := pdf.New(meta)
	d.Image(b.Bytes(), "png", 40)
	d.Image(b.Bytes(), "png", 0)
	validate(t, finish(t, d))
	d = pdf.New(meta)
	d.Image([]byte("no picture"), "png", 0)
	if _, err := d.Bytes(); err == nil {
		t.Error("an unreadable picture was taken")
	}
}

func TestAnyTextBecomesAValidDocument(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := pdf.Meta{Title: rapid.String().Draw(rt, "title"), Patient: rapid.String().Draw(rt, "patient"), Practice: rapid.String().Draw(rt, "practice")}
		d := pdf.New(m)
		d.Paragraph(rapid.String().Draw(rt, "text"))
		d.Table([]pdf.Column{{Label: rapid.String().Draw(rt, "label")}, {Label: "b", Width: rapid.Float64Range(-1, 9).Draw(rt, "width")}},
			[][]string{{rapid.String().Draw(rt, "cell"), rapid.String().Draw(rt, "cell2")}})
		b, err := d.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		validate(t, b)
	})
}

func BenchmarkDocument(b *testing.B) {
	for b.Loop() {
		finish(b, full(meta))
	}
}
