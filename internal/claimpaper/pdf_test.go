package claimpaper_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claimpaper"
	"soapstone/internal/errs"
)

var made = time.Date(2026, 3, 10, 16, 0, 0, 0, time.UTC)

func validate(t testing.TB, b []byte) {
	t.Helper()
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationStrict
	if err := api.Validate(bytes.NewReader(b), conf); err != nil {
		t.Errorf("not a valid PDF: %v", err)
	}
	if dir := os.Getenv("SOAPSTONE_KEEP_PDF"); dir != "" {
		name := strings.NewReplacer("/", "-", " ", "-").Replace(t.Name())
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), b, 0o600); err != nil {
			t.Error(err)
		}
	}
}

// read gives the words of a PDF with their places. It needs poppler-utils.
func read(t testing.TB, b []byte, flags ...string) string {
	t.Helper()
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext (Debian: poppler-utils) is not installed")
	}
	in := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(in, b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, append(flags, in, "-")...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestFormsArePrinted(t *testing.T) {
	seven := total(sevenLines())
	for name, o := range map[string]claim.PaperOptions{
		"data":             {SignedOn: signed, At: made},
		"drawn":            {SignedOn: signed, At: made, Drawn: true},
		"preview":          {At: made, Drawn: true, Watermark: "NOT FOR SUBMISSION"},
		"a long watermark": {At: made, Drawn: true, Watermark: strings.Repeat("NOT FOR SUBMISSION ", 9)},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := claimpaper.Printer{}.Form([]claim.Document{total(commercial()), seven}, o)
			if err != nil {
				t.Fatal(err)
			}
			validate(t, b)
			again, err := claimpaper.Printer{}.Form([]claim.Document{total(commercial()), seven}, o)
			if err != nil || !bytes.Equal(b, again) {
				t.Errorf("two prints differ (%v)", err)
			}
			pages := strings.Split(strings.TrimSuffix(read(t, b, "-layout"), "\f"), "\f")
			if len(pages) != 3 {
				t.Fatalf("%d pages", len(pages))
			}
			for i, p := range pages {
				for _, want := range []string{"OBRIEN-LUKASIEWICZ, ZOE, M", "ZZ225700000X", "XYZ123456789"} {
					if !strings.Contains(p, want) {
						t.Errorf("page %d lacks %q", i+1, want)
					}
				}
				if got, want := strings.Contains(p, "24J"), o.Drawn; got != want {
					t.Errorf("page %d: form drawn is %v", i+1, got)
				}
			}
		})
	}
}

// wordAt is the left and upper edge of a word on the first page, in points.
func wordAt(t *testing.T, b []byte, word string) (x, y float64) {
	t.Helper()
	for _, l := range strings.Split(read(t, b, "-bbox", "-l", "1"), "\n") {
		if strings.Contains(l, ">"+word+"<") {
			if _, err := fmt.Sscanf(strings.TrimSpace(l), `<word xMin="%f" yMin="%f"`, &x, &y); err != nil {
				t.Fatal(err)
			}
			return x, y
		}
	}
	t.Fatalf("%q is not on the page", word)
	return 0, 0
}

func TestTheOffsetMovesTheDataAndOnlyOnPrePrintedForms(t *testing.T) {
	const tolerance = 0.05
	print := func(o claim.PaperOptions) []byte {
		b, err := claimpaper.Printer{}.Form([]claim.Document{total(commercial())}, o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	x0, y0 := wordAt(t, print(claim.PaperOptions{}), "XYZ123456789")
	// Column 50 begins 0.3 + 4.9 inches from the left edge.
	if want := 5.2 * 72; x0 < want-tolerance || x0 > want+tolerance {
		t.Errorf("item 1a begins at %.2f pt, want %.2f", x0, want)
	}
	x, y := wordAt(t, print(claim.PaperOptions{OffsetX: 254, OffsetY: -127}), "XYZ123456789")
	if dx, dy := x-x0, y-y0; dx < 7.2-tolerance || dx > 7.2+tolerance || dy < -3.6-tolerance || dy > -3.6+tolerance {
		t.Errorf("moved by %.2f, %.2f pt, want 7.2, -3.6", dx, dy)
	}
	if x, y := wordAt(t, print(claim.PaperOptions{OffsetX: 254, OffsetY: -127, Drawn: true}), "XYZ123456789"); x != x0 || y != y0 {
		t.Error("data left its place on the drawn form")
	}
	for _, o := range []claim.PaperOptions{{OffsetX: 1001}, {OffsetX: -1001}, {OffsetY: 1001}, {OffsetY: -1001}} {
		if _, err := (claimpaper.Printer{}).Form([]claim.Document{total(commercial())}, o); !errs.Is(err, errs.Invalid) {
			t.Errorf("%+v: error = %v", o, err)
		}
	}
}

func TestOnlyAWatermarkLetsGapsPass(t *testing.T) {
	d := total(commercial())
	d.Patient.BirthDate = civil.Date{}
	d.Billing.NPI = ""
	d.Lines[1].Pointers = nil
	for _, o := range []claim.PaperOptions{{}, {Drawn: true}} {
		b, err := claimpaper.Printer{}.Form([]claim.Document{total(commercial()), d}, o)
		if !errs.Is(err, errs.Invalid) || b != nil {
			t.Errorf("%+v: error = %v", o, err)
		}
	}
	b, err := claimpaper.Printer{}.Form([]claim.Document{d}, claim.PaperOptions{Drawn: true, Watermark: "NOT FOR SUBMISSION", At: made})
	if err != nil {
		t.Fatal(err)
	}
	validate(t, b)
	b, err = claimpaper.Printer{}.Form([]claim.Document{{}}, claim.PaperOptions{Drawn: true, Watermark: "NOT FOR SUBMISSION"})
	if err != nil {
		t.Fatal(err)
	}
	validate(t, b)
	if _, err := (claimpaper.Printer{}).Form(nil, claim.PaperOptions{}); !errs.Is(err, errs.Invalid) {
		t.Errorf("no claims: error = %v", err)
	}
}

func bill() claim.Superbill {
	d := total(commercial())
	d.Lines[1].Label = "Massage"
	d.Rendering.License = "IL 227.000001"
	d.Referring.Credential = "MD"
	return claim.Superbill{
		Number: "SB-20260310-1", Practice: d.Billing, Therapist: d.Rendering, Referring: d.Referring,
		Patient: d.Patient, PatientNumber: "1004", Date: served, Place: "11", Diagnoses: d.Diagnoses, Lines: d.Lines,
		Total: d.Total, Paid: d.Total, SignedAt: made, MadeAt: made,
	}
}

func TestASuperbillSaysEverythingOnOnePage(t *testing.T) {
	b, err := claimpaper.Printer{}.Superbill(bill())
	if err != nil {
		t.Fatal(err)
	}
	validate(t, b)
	text := strings.Join(strings.Fields(read(t, b, "-layout")), " ")
	for _, want := range []string{
		"Prairie Medical Massage", "12 Elm St., Oak Park, IL 60301-1101", "(708) 555-0100", "EIN 36-1234567", "NPI 1234567893",
		"Dana Okafor, LMT", "license IL 227.000001", "NPI 1558598797", "taxonomy 225700000X",
		"Zoë Marie O’Brien-Łukasiewicz", "29 Feb 1980", "45 Oak Ave., Apt. 2, Evanston, IL 60201",
		"Ana Silva, MD, NPI 1003000126", "10 Mar 2026, place of service 11", "A M54.2, B G44.209",
		"97140-GP-59 Manual therapy AB 30 2 $130.00", "97124-GP Massage A 15 1 $65.50",
		"Total charge $195.50", "Balance $0.00 (paid in full)", "Not accepted", "Signature of Dana Okafor, LMT", "Page 1 of 1",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q in\n%s", want, text)
		}
	}
	again, err := claimpaper.Printer{}.Superbill(bill())
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("two prints differ (%v)", err)
	}
}

// The page is compared line by line with one typed by hand.
func TestASuperbillIsTheHandMadePage(t *testing.T) {
	b, err := claimpaper.Printer{}.Superbill(bill())
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile("testdata/superbill.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(read(t, b, "-layout"), "\n") {
		if words := strings.Join(strings.Fields(line), " "); words != "" {
			got = append(got, words)
		}
	}
	want := strings.Split(strings.TrimSpace(string(golden)), "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-by hand +printed\n%s", d)
	}
}

func TestASuperbillOfManyLinesStaysOnOnePage(t *testing.T) {
	s := bill()
	for len(s.Lines) < 10 {
		s.Lines = append(s.Lines, s.Lines[0])
	}
	s.Diagnoses = longValues().Diagnoses
	s.Total = 0
	for _, l := range s.Lines {
		s.Total += l.Charge
	}
	b, err := claimpaper.Printer{}.Superbill(s)
	if err != nil {
		t.Fatal(err)
	}
	if text := read(t, b); !strings.Contains(text, "Page 1 of 1") {
		t.Error("it takes more than one page")
	}
}

func TestNoSuperbillWithoutAPrescription(t *testing.T) {
	for name, change := range map[string]func(s *claim.Superbill){
		"no prescriber": func(s *claim.Superbill) { s.Referring = nil },
		"no diagnosis":  func(s *claim.Superbill) { s.Diagnoses = nil },
	} {
		s := bill()
		change(&s)
		if _, err := (claimpaper.Printer{}).Superbill(s); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.PublicOf(err), "prescription") {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func TestASuperbillThatAnInsurerWouldSendBackIsRefused(t *testing.T) {
	for want, change := range map[string]func(s *claim.Superbill){
		"practice":   func(s *claim.Superbill) { s.Practice.Name = "" },
		"tax_id":     func(s *claim.Superbill) { s.Practice.TaxID = "" },
		"npi":        func(s *claim.Superbill) { s.Practice.NPI = "" },
		"therapist":  func(s *claim.Superbill) { s.Therapist.NPI = "" },
		"patient":    func(s *claim.Superbill) { s.Patient.LastName = "" },
		"birth_date": func(s *claim.Superbill) { s.Patient.BirthDate = civil.Date{} },
		"address":    func(s *claim.Superbill) { s.Patient.Address = claim.Address{} },
		"date":       func(s *claim.Superbill) { s.Date = civil.Date{} },
		"place":      func(s *claim.Superbill) { s.Place = "" },
		"lines":      func(s *claim.Superbill) { s.Lines, s.Total = nil, 0 },
		"total":      func(s *claim.Superbill) { s.Total++ },
	} {
		s := bill()
		change(&s)
		_, err := claimpaper.Printer{}.Superbill(s)
		if fs := errs.FieldsOf(err); !errs.Is(err, errs.Invalid) || len(fs) != 1 || fs[0].Name != want {
			t.Errorf("without %s: error = %v", want, err)
		}
	}
}
