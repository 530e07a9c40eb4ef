package check_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"soapstone/x12"
	"soapstone/x12/check"
)

var today = x12.Date{Year: 2026, Month: 3, Day: 10}

func run(t *testing.T, text string, o check.Options) []check.Finding {
	t.Helper()
	fs, err := check.File(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		if check.Codes[f.Code] == "" {
			t.Errorf("code %q is not documented in Codes", f.Code)
		}
	}
	return fs
}

func text(t *testing.T, fs []check.Finding) string {
	t.Helper()
	var b bytes.Buffer
	if err := check.WriteText(&b, "", fs); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestGoodFilesHaveNoFindings(t *testing.T) {
	names, err := filepath.Glob("../testdata/*.[0-9]*")
	if err != nil || len(names) < 5 {
		t.Fatalf("samples: %v, %v", names, err)
	}
	for _, name := range names {
		name = filepath.Base(name)
		t.Run(name, func(t *testing.T) {
			fs := run(t, sample(t, name), check.Options{Today: today, Billable: func(string, x12.Date) bool { return true }})
			if len(fs) > 0 {
				t.Errorf("findings:\n%s", text(t, fs))
			}
		})
	}
}

func TestLayoutMakesNoDifference(t *testing.T) {
	flat := strings.ReplaceAll(sample(t, "dependent.837"), "\n", "")
	broken := strings.Replace(flat, "PAT*19", "PAT*99", 1)
	for name, pairs := range map[string][]string{
		"no line ends":       {"~", "~"},
		"CRLF":               {"~", "~\r\n"},
		"newline ends":       {"~", "\n"},
		"pipes and brackets": {"*", "|", ":", ">", "~", "!"},
		"control characters": {"*", "\x1d", ":", "\x1f", "^", "\x1e", "~", "\x1c"},
	} {
		t.Run(name, func(t *testing.T) {
			layout := strings.NewReplacer(pairs...)
			if fs := run(t, layout.Replace(flat), options()); len(fs) > 0 {
				t.Errorf("good file:\n%s", text(t, fs))
			}
			if fs := run(t, layout.Replace(broken), options()); len(fs) != 1 || fs[0].Code != "element-code" {
				t.Errorf("broken file:\n%s", text(t, fs))
			}
		})
	}
}

func TestSeveralEnvelopesInAFile(t *testing.T) {
	one, two := sample(t, "auto.837"), sample(t, "ok_era.835")
	if fs := run(t, one+"\r\n"+two+"\n\n", options()); len(fs) > 0 {
		t.Errorf("two good files in one:\n%s", text(t, fs))
	}
	i, j := strings.Index(two, "ST*"), strings.Index(two, "GE*")
	twice := two[:j] + two[i:j] + strings.Replace(two[j:], "GE*1*", "GE*2*", 1)
	if fs := run(t, twice, options()); len(fs) != 1 || fs[0].Code != "st-repeat" {
		t.Errorf("a transaction twice:\n%s", text(t, fs))
	}
	i, j = strings.Index(two, "GS*"), strings.Index(two, "IEA*")
	twice = two[:j] + two[i:j] + strings.Replace(two[j:], "IEA*1*", "IEA*2*", 1)
	if fs := run(t, twice, options()); len(fs) != 1 || fs[0].Code != "gs-repeat" {
		t.Errorf("a group twice:\n%s", text(t, fs))
	}
}

func TestAcknowledgmentOfSyntax(t *testing.T) {
	const head = "ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *260115*0930*^*00501*000000009*0*T*:~" +
		"GS*FA*S1*R1*20260115*0930*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*1*005010X222A1~"
	good := head + "AK2*837*0001*005010X222A1~IK3*CLM*22*2300*8~CTX*CLM01:MM-1~IK4*2*782*1~IK5*E*5~AK9*A*1*1*1~SE*9*0001~GE*1*1~IEA*1*000000009~"
	if fs := run(t, good, options()); len(fs) > 0 {
		t.Errorf("good file:\n%s", text(t, fs))
	}
	bad := strings.Replace(good, "IK5*E*5~", "", 1)
	bad = strings.Replace(bad, "SE*9*", "SE*8*", 1)
	if fs := run(t, bad, options()); len(fs) != 1 || fs[0].Code != "loop-missing" || fs[0].Severity != check.Warning {
		t.Errorf("without IK5:\n%s", text(t, fs))
	}
}

func TestOptionsLeaveOut(t *testing.T) {
	late := strings.ReplaceAll(sample(t, "replacement.837"), "20260112", "20260115")
	if fs := run(t, late, check.Options{}); len(fs) > 0 {
		t.Errorf("without a day of the check:\n%s", text(t, fs))
	}
	fs := run(t, late, check.Options{Today: x12.Date{Year: 2026, Month: 1, Day: 14}})
	if len(fs) == 0 || fs[0].Code != "date-future" {
		t.Errorf("on the day before:\n%s", text(t, fs))
	}
}

func TestBillableIsAskedForTheDayOfService(t *testing.T) {
	asked := map[string]x12.Date{}
	run(t, sample(t, "commercial.837"), check.Options{Billable: func(code string, on x12.Date) bool {
		asked[code] = on
		return true
	}})
	if len(asked) != 3 || asked["M542"] != (x12.Date{Year: 2026, Month: 1, Day: 12}) {
		t.Errorf("asked %v, want three codes for the first service", asked)
	}
}

func TestNothingAndRubbish(t *testing.T) {
	for name, c := range map[string]struct{ file, code string }{
		"nothing":     {"", "empty-file"},
		"white space": {" \r\n\n", "empty-file"},
		"text":        {"hello", "syntax"},
		"a program":   {"\x7fELF\x00\x01", "syntax"},
	} {
		if fs := run(t, c.file, check.Options{}); len(fs) != 1 || fs[0].Code != c.code || fs[0].Severity != check.Error {
			t.Errorf("%s: %v, want %s", name, fs, c.code)
		}
	}
}

func TestFindingsAreCounted(t *testing.T) {
	good := sample(t, "replacement.837")
	bad := strings.Replace(good, "HI*ABK", strings.Repeat("XYZ*1~\n", 5000)+"HI*ABK", 1)
	fs := run(t, bad, check.Options{})
	if len(fs) != check.MaxFindings || fs[len(fs)-1].Code != "too-many" {
		t.Errorf("%d findings, the last %v", len(fs), fs[len(fs)-1])
	}
}

func TestFindingsQuoteNothing(t *testing.T) {
	for _, m := range mutations {
		for _, f := range run(t, m.apply(t), options()) {
			for _, secret := range []string{"SAMPLE", "OAK", "MBR0000001", "POL7788", "19800214", "CERVICAL", "VETERAN"} {
				if strings.Contains(f.Message, secret) {
					t.Errorf("%s: %q quotes %q", m.name, f.Message, secret)
				}
			}
		}
	}
}

func TestOutput(t *testing.T) {
	fs := run(t, strings.Replace(sample(t, "va.837"), "*UN*2*", "*UN*0*", 1), options())
	want := "va.837: segment 28 (SV104) in 2400, claim MM-VA-1: error: Units must be whole and at least 1. " +
		"Round by the payer's rule for timed codes before billing. [units]\nva.837: 1 error, 0 warnings\n"
	var b bytes.Buffer
	if err := check.WriteText(&b, "va.837", fs); err != nil || b.String() != want {
		t.Errorf("got %q, %v\nwant %q", b.String(), err, want)
	}
	b.Reset()
	if err := check.WriteJSON(&b, "va.837", fs); err != nil {
		t.Fatal(err)
	}
	var got struct {
		File             string
		Errors, Warnings int
		Findings         []check.Finding
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.File != "va.837" || got.Errors != 1 || len(got.Findings) != 1 || got.Findings[0] != fs[0] {
		t.Errorf("JSON gave %+v", got)
	}
	b.Reset()
	if err := check.WriteJSON(&b, "", nil); err != nil || !strings.Contains(b.String(), `"findings": []`) {
		t.Errorf("no findings: %s, %v", b.String(), err)
	}
}

func FuzzFile(f *testing.F) {
	names, err := filepath.Glob("../testdata/*.[0-9]*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fs, err := check.File(bytes.NewReader(b), options())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fs {
			if check.Codes[f.Code] == "" || f.Message == "" || f.Offset < 0 || f.Offset > int64(len(b)) {
				t.Fatalf("finding %+v", f)
			}
		}
		if len(fs) > check.MaxFindings {
			t.Fatalf("%d findings", len(fs))
		}
	})
}

// BenchmarkFile10MB checks one transaction with thousands of claims.
func BenchmarkFile10MB(b *testing.B) {
	one, err := os.ReadFile("../testdata/commercial.837")
	if err != nil {
		b.Fatal(err)
	}
	i, j := bytes.Index(one, []byte("CLM*")), bytes.Index(one, []byte("\nSE*"))+1
	var file bytes.Buffer
	file.Write(one[:i])
	for n := 0; file.Len() < 10<<20; n++ {
		if n%100 == 0 && n > 0 {
			// The guide has at most 100 claims for a subscriber.
			s := bytes.Index(one, []byte("HL*2*1*22"))
			file.WriteString("HL*" + strconv.Itoa(n/100+2))
			file.Write(one[s+4 : i])
		}
		file.Write(bytes.Replace(one[i:j], []byte("MM-0001"), []byte("M"+strconv.Itoa(n)), 1))
	}
	segments := bytes.Count(file.Bytes(), []byte("~")) - 1 // without ISA and GS, with SE
	file.WriteString("SE*" + strconv.Itoa(segments) + "*0001~GE*1*101~IEA*1*000000101~")
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		fs, err := check.File(bytes.NewReader(file.Bytes()), check.Options{})
		if err != nil || len(fs) > 0 {
			b.Fatal(err, fs[:min(len(fs), 5)])
		}
	}
}
