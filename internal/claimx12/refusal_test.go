package claimx12_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/claimx12"
	"soapstone/internal/errs"
	"soapstone/x12"
	"soapstone/x12/check"
)

func TestRefusalsNameClaimAndFieldAndNoValue(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*claim.Document)
		want   string // the first fault
		never  string // the value
	}{
		"a name in another script":          {func(d *claim.Document) { d.Patient.LastName = "Жукова" }, "Claim C000123, subscriber, name, last", "Ж"},
		"a separator in the remark":         {func(d *claim.Document) { d.Remark = "RX: neck" }, "Claim C000123, note, text", "NECK"},
		"a long remark":                     {func(d *claim.Document) { d.Remark = strings.Repeat("long ", 17) }, "Claim C000123, note, text", "long long"},
		"a wrong NPI of the prescriber":     {func(d *claim.Document) { d.Referring.NPI = "1003000125" }, "Claim C000123, prescriber, NPI", "1003000125"},
		"an organization as prescriber":     {func(d *claim.Document) { d.Referring.Organization = true }, "Claim C000123, prescriber, name, organization", "Silva"},
		"a short ZIP code of the facility":  {func(d *claim.Document) { *d = veterans(); d.Facility.Address.ZIP = "60640" }, "Claim C000127, N403", "60640"},
		"a short ZIP code of the practice":  {func(d *claim.Document) { d.Billing.Address.ZIP = "60301" }, "Claim C000123, N403", "60301"},
		"a ZIP code with a hyphen":          {func(d *claim.Document) { d.Patient.Address.ZIP = "60201-1234" }, "Claim C000123, subscriber, address, ZIP code", "60201"},
		"a state that does not exist":       {func(d *claim.Document) { d.Patient.Address.State = "XY" }, "Claim C000123, N402", "XY"},
		"no electronic payer ID":            {func(d *claim.Document) { d.Payer.Code = "" }, "Claim C000123, subscriber, payer, number", ""},
		"no member number":                  {func(d *claim.Document) { d.Subscriber.MemberID = "" }, "Claim C000123, subscriber, member number", ""},
		"no relation":                       {func(d *claim.Document) { d.Subscriber.Relation = "" }, "Claim C000123, patient, relationship", ""},
		"no employer":                       {func(d *claim.Document) { *d = compensation(); d.Subscriber.Employer = "" }, "Claim C000126, subscriber, employer", ""},
		"a second payer":                    {func(d *claim.Document) { d.Subscriber.Priority = "S" }, "Claim C000123, subscriber, priority", ""},
		"an original with a payer's number": {func(d *claim.Document) { d.PayerNumber = "ICN42" }, "Claim C000123, payer claim", "ICN42"},
		"a void without a payer's number":   {func(d *claim.Document) { d.Frequency = claim.Void }, "Claim C000123, payer claim", ""},
		"an unknown kind of authorization":  {func(d *claim.Document) { d.AuthorisationKind = "ZZ" }, "Claim C000123, kind of authorization", "ZZ"},
		"an unknown kind of tax ID":         {func(d *claim.Document) { d.Billing.TaxIDKind = "ZZ" }, "Claim C000123, billing, kind of tax ID", "ZZ"},
		"an auto accident without a state":  {func(d *claim.Document) { *d = auto(); d.Accident.State = "" }, "Claim C000125, accident state", ""},
		"an accident without a day":         {func(d *claim.Document) { *d = auto(); d.Accident.On = civil.Date{} }, "Claim C000125, CLM11-1", ""},
		"an accident after the service":     {func(d *claim.Document) { *d = auto(); d.Accident.On = civil.Of(2026, 3, 11) }, "Claim C000125, DTP03", "20260311"},
		"a total that does not add up":      {func(d *claim.Document) { d.Total++ }, "Claim C000123, charge", "19551"},
		"no line control":                   {func(d *claim.Document) { d.Lines[1].Control = "" }, "Claim C000123, line 2, control", ""},
		"a line control twice":              {func(d *claim.Document) { d.Lines[1].Control = "1" }, "Claim C000123, REF02", ""},
		"an unlisted procedure, no words":   {func(d *claim.Document) { *d = solo(); d.Lines[0].Label = "" }, "Claim C000130, line 1, description", ""},
		"no units":                          {func(d *claim.Document) { d.Lines[0].Units = 0 }, "Claim C000123, line 1, units", ""},
		"units beyond all numbers":          {func(d *claim.Document) { d.Lines[0].Units = 1 << 40 }, "Claim C000123, line 1, units", "1099511627776"},
		"a service tomorrow":                {func(d *claim.Document) { d.Lines[0].Date = civil.Of(2026, 3, 12) }, "Claim C000123, DTP03", "20260312"},
		"a pointer to nothing":              {func(d *claim.Document) { d.Lines[0].Pointers = []int{3} }, "Claim C000123, line 1, pointers", ""},
		"an incomplete diagnosis":           {func(d *claim.Document) { d.Diagnoses[1] = "G44.2" }, "Claim C000123, HI02-2", "G44"},
		"no shape of a diagnosis":           {func(d *claim.Document) { d.Diagnoses[1] = "?" }, "Claim C000123, diagnosis 2", "?"},
		"an attachment without a number":    {func(d *claim.Document) { *d = auto(); d.Attachments[0].Control = "" }, "Claim C000125, attachment 1, control", ""},
		"no number":                         {func(d *claim.Document) { d.Number = "" }, "Claim no. 2 of the batch, number", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := commercial()
			c.change(&d)
			first := commercial()
			first.Number, first.Patient.FirstName = "C1", "Abby"
			var file bytes.Buffer
			err := writer.Write(&file, envelope(), []claim.Document{first, d})
			if !errs.Is(err, errs.Invalid) || file.Len() > 0 {
				t.Fatalf("error = %v", err)
			}
			fields := errs.FieldsOf(err)
			if fields[0].Name != c.want || !strings.Contains(errs.PublicOf(err), c.want+": ") {
				t.Errorf("fields = %+v, want %q", fields, c.want)
			}
			if c.never != "" && strings.Contains(err.Error(), c.never) {
				t.Errorf("%q holds the value %q", err, c.never)
			}
		})
	}
}

func TestOneBadClaimStopsAllAndFaultsAreCounted(t *testing.T) {
	d := commercial()
	d.Lines = nil
	for i := range 8 {
		l := line(fmt.Sprint(i), "97124", 1000, 0, []int{1})
		d.Lines = append(d.Lines, l)
	}
	err := writer.Write(&bytes.Buffer{}, envelope(), []claim.Document{auto(), total(d)})
	if n := len(errs.FieldsOf(err)); n != 8 {
		t.Fatalf("%d faults: %v", n, err)
	}
	if said := errs.PublicOf(err); strings.Count(said, "C000123") != 5 || !strings.HasSuffix(said, "and 3 more.") {
		t.Errorf("says %q", said)
	}
}

func TestEnvelopeFaultsNameTheFile(t *testing.T) {
	for name, change := range map[string]func(*claim.Envelope){
		"usage":              func(e *claim.Envelope) { e.Usage = "" },
		"submitter number":   func(e *claim.Envelope) { e.SubmitterID = "" },
		"receiver name":      func(e *claim.Envelope) { e.ReceiverName = "" },
		"no way to be asked": func(e *claim.Envelope) { e.Phone, e.Email = "", "" },
		"interchange":        func(e *claim.Envelope) { e.Interchange = 1_000_000_000 },
		"group":              func(e *claim.Envelope) { e.Group = 0 },
		"set":                func(e *claim.Envelope) { e.First = 1 << 40 },
		"reference":          func(e *claim.Envelope) { e.Reference = "" },
	} {
		e := envelope()
		change(&e)
		err := writer.Write(&bytes.Buffer{}, e, []claim.Document{commercial()})
		if f := errs.FieldsOf(err); !errs.Is(err, errs.Invalid) || len(f) == 0 || !strings.HasPrefix(f[0].Name, "The file, ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBatchesAreNeitherEmptyNorEndless(t *testing.T) {
	for _, n := range []int{0, claimx12.MaxClaims + 1} {
		if err := writer.Write(&bytes.Buffer{}, envelope(), make([]claim.Document, n)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%d claims: %v", n, err)
		}
	}
}

func TestManyClaimsOfOnePatientOpenTheirLoopAgain(t *testing.T) {
	for _, of := range []func() claim.Document{commercial, dependent} {
		var docs []claim.Document
		for i := range 201 {
			d := of()
			d.Number = fmt.Sprint("C", i)
			docs = append(docs, d)
		}
		var file bytes.Buffer
		if err := writer.Write(&file, envelope(), docs); err != nil {
			t.Fatal(err)
		}
		ichs, err := x12.Read837P(&file)
		if err != nil {
			t.Fatal(err)
		}
		var sizes []int
		for _, s := range ichs[0].Groups[0].Transactions[0].Billing[0].Insurance {
			if len(s.Claims) > 0 {
				sizes = append(sizes, len(s.Claims))
			}
			for _, p := range s.Patients {
				sizes = append(sizes, len(p.Claims))
			}
		}
		if fmt.Sprint(sizes) != "[100 100 1]" {
			t.Errorf("claims per loop: %v", sizes)
		}
	}
}

func TestRemarkKeepsItsPlaceBeforeTheDayOfThePrescription(t *testing.T) {
	for _, c := range []struct{ remark, want string }{
		{"", "RX DATE 20260201"},
		{"12 visits", "RX DATE 20260201 12 VISITS"},
		{"Rx of 20260201", "RX OF 20260201"},
		{strings.Repeat("x", 63), "RX DATE 20260201 " + strings.Repeat("X", 63)},
		{strings.Repeat("x", 64), strings.Repeat("X", 64)},
	} {
		d := commercial()
		d.Remark = c.remark
		var file bytes.Buffer
		if err := writer.Write(&file, envelope(), []claim.Document{d}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(file.String(), "NTE*ADD*"+c.want+"~") {
			t.Errorf("%q is sent as %s", c.remark, file.String())
		}
	}
}

type full struct{}

var errFull = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWritersErrorIsHandedOn(t *testing.T) {
	if err := writer.Write(full{}, envelope(), []claim.Document{commercial()}); !errors.Is(err, errFull) {
		t.Errorf("error = %v", err)
	}
}

func TestDiagnosesAreCheckedByTheListsHeld(t *testing.T) {
	b, err := os.ReadFile("testdata/commercial.837")
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for name, c := range map[string]struct {
		file     string
		severity check.Severity
		code     string
	}{
		"incomplete":            {strings.Replace(good, "G44209", "G442", 1), check.Error, "diagnosis-unbillable"},
		"retired":               {strings.Replace(good, "G44209", "M545", 1), check.Error, "diagnosis-unbillable"},
		"not in our list":       {strings.Replace(good, "G44209", "A000", 1), check.Warning, claimx12.Unconfirmed},
		"a year not held":       {strings.ReplaceAll(good, "472*D8*20260310", "472*D8*20261002"), check.Warning, claimx12.Unconfirmed},
		"a year not held, span": {strings.ReplaceAll(good, "472*D8*20260310", "472*RD8*20261002-20261003"), check.Warning, claimx12.Unconfirmed},
	} {
		t.Run(name, func(t *testing.T) {
			file := strings.Replace(c.file, "B000000041*20260311", "B000000041*20261011", 1)
			findings, err := claimx12.Check([]byte(file), civil.Of(2026, 10, 11), know.ICD10())
			if err != nil || len(findings) == 0 {
				t.Fatalf("%+v, %v", findings, err)
			}
			f := findings[len(findings)-1]
			if f.Severity != c.severity || f.Code != c.code || f.SegmentID != "HI" || f.Claim != "C000123" || f.Segment == 0 || f.Loop != "2300" {
				t.Errorf("finding %+v", f)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	for name := range goldens {
		b, err := os.ReadFile("testdata/" + name + ".837")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		findings, err := claimx12.Check(file, civil.Of(2026, 3, 11), know.ICD10())
		if err != nil || len(findings) > check.MaxFindings {
			t.Fatalf("%d findings, %v", len(findings), err)
		}
	})
}
