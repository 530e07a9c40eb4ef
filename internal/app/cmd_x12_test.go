package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"soapstone/internal/app"
	"soapstone/x12/check"
)

const x12Samples = "../../x12/testdata"

func x12Sample(name string) string { return filepath.Join(x12Samples, name) }

// spoiled is a copy of a sample with one change.
func spoiled(t *testing.T, name, from, to string) string {
	t.Helper()
	b, err := os.ReadFile(x12Sample(name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), from) {
		t.Fatalf("%s does not hold %q", name, from)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestX12CheckPassesTheSamples(t *testing.T) {
	files, err := filepath.Glob(x12Sample("ok_*"))
	if err != nil || len(files) != 5 {
		t.Fatalf("samples %v, %v", files, err)
	}
	text := cli(t, 0, append([]string{"x12", "check"}, files...)...)
	if got := strings.Count(text, "0 errors, 0 warnings"); got != len(files) {
		t.Errorf("%d of %d files are without findings:\n%s", got, len(files), text)
	}
}

func TestX12CheckFailsOnErrorsAndNotOnWarnings(t *testing.T) {
	total := spoiled(t, "ok_commercial.837", "CLM*MM-0001*198*", "CLM*MM-0001*199*")
	text := cli(t, 1, "x12", "check", total, x12Sample("ok_era.835"))
	for _, want := range []string{total + ": segment ", "claim MM-0001: error: ", "[claim-total]", "1 error, 0 warnings", "ok_era.835: 0 errors", "1 of 2 files must be corrected"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
	retired := spoiled(t, "ok_commercial.837", "ABK:M542", "ABK:M545")
	if text := cli(t, 1, "x12", "check", retired); !strings.Contains(text, "[diagnosis-unbillable]") {
		t.Errorf("says %q", text)
	}
	unlisted := spoiled(t, "ok_commercial.837", "ABK:M542", "ABK:A000")
	if text := cli(t, 0, "x12", "check", unlisted); !strings.Contains(text, "warning: ") || !strings.Contains(text, "[diagnosis-unconfirmed]") {
		t.Errorf("says %q", text)
	}
	older := spoiled(t, "auto.837", "DTP*472*D8*20260112", "DTP*472*D8*20250912")
	if text := cli(t, 1, "x12", "check", older); !strings.Contains(text, "[diagnosis-unconfirmed]") { // before the accident, too
		t.Errorf("says %q", text)
	}
}

func TestX12CheckAnswersInJSON(t *testing.T) {
	bad := spoiled(t, "ok_auto_pip.837", "AA:::WA", "AA")
	var out, errOut bytes.Buffer
	if got := app.Main(t.Context(), []string{"x12", "check", "--json", bad, x12Sample("ok_era.835")}, &out, &errOut); got != 1 {
		t.Fatalf("status %d\n%s%s", got, &out, &errOut)
	}
	type report struct {
		File             string
		Errors, Warnings int
		Findings         []check.Finding
	}
	in := json.NewDecoder(&out)
	var first, second report
	if err := in.Decode(&first); err != nil {
		t.Fatal(err)
	}
	if err := in.Decode(&second); err != nil {
		t.Fatal(err)
	}
	if first.File != bad || first.Errors != 1 || first.Findings[0].Code != "accident-state" || second.Errors+second.Warnings+len(second.Findings) != 0 {
		t.Errorf("%+v\n%+v", first, second)
	}
	if err := in.Decode(&first); err != io.EOF {
		t.Errorf("after the reports: %v", err)
	}
}

func TestX12CheckReadsStandardInput(t *testing.T) {
	f, err := os.Open(x12Sample("ok_commercial.837"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	was := os.Stdin
	os.Stdin = f
	defer func() { os.Stdin = was }()
	if text := cli(t, 0, "x12", "check", "-"); !strings.Contains(text, "-: 0 errors, 0 warnings") {
		t.Errorf("says %q", text)
	}
}

func TestX12CheckSaysWhatItCannotRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.837")
	text := cli(t, 1, "x12", "check", missing, x12Sample("ok_era.835"), t.TempDir())
	for _, want := range []string{"missing.837: no such file", "ok_era.835: 0 errors", "is a directory", "2 of 3 files could not be read"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q:\n%s", want, text)
		}
	}
	scan := filepath.Join(t.TempDir(), "scan.pdf")
	if err := os.WriteFile(scan, []byte("%PDF-1.7 and so on"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := cli(t, 1, "x12", "check", scan); !strings.Contains(text, "[syntax]") {
		t.Errorf("of a file that is no X12 it says %q", text)
	}
	cli(t, 2, "x12", "check") // no file
}

func TestX12ExplainsItself(t *testing.T) {
	if !strings.Contains(cli(t, 0, "--help"), "x12 check") {
		t.Error("--help does not name it")
	}
	for _, args := range [][]string{{"x12", "--help"}, {"x12", "check", "--help"}} {
		if text := cli(t, 0, args...); !strings.Contains(text, "Example") {
			t.Errorf("%v has no example:\n%s", args, text)
		}
	}
}
