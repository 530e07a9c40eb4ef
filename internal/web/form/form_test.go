package form_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web/form"
)

func one(v string) *form.Form { return form.Decode(map[string][]string{"x": {v}}) }

func TestText(t *testing.T) {
	for name, c := range map[string]struct {
		in, want, complaint string
		opts                []form.Option
	}{
		"plain":                         {in: "Okafor", want: "Okafor"},
		"white space at the ends":       {in: "  Okafor\t ", want: "Okafor"},
		"inner spaces stay":             {in: "de  la Cruz", want: "de  la Cruz"},
		"absent":                        {in: "", want: ""},
		"absent but required":           {in: " ", complaint: "Enter it.", opts: []form.Option{form.Required("Enter it.")}},
		"200 characters":                {in: strings.Repeat("é", 200), want: strings.Repeat("é", 200)},
		"201 characters":                {in: strings.Repeat("é", 201), complaint: "Shorten this to 200 characters. It has 201."},
		"own limit":                     {in: "abcd", complaint: "Shorten this to 3 characters. It has 4.", opts: []form.Option{form.Max(3)}},
		"two lines":                     {in: "a\nb", complaint: "Write this on one line."},
		"NUL":                           {in: "a\x00b", complaint: "This has characters that cannot be saved. Type it again."},
		"escape":                        {in: "a\x1b[31m", complaint: "This has characters that cannot be saved. Type it again."},
		"not UTF-8":                     {in: "a\xffb", complaint: "This has characters that cannot be saved. Type it again."},
		"direction override":            {in: "5\u202emg", complaint: "This has characters that cannot be saved. Type it again."},
		"right-to-left mark is fine":    {in: "שלום\u200f", want: "שלום\u200f"},
		"byte-order mark is dropped":    {in: "\ufeffOkafor", want: "Okafor"},
		"emoji with joiner stays whole": {in: "👩‍⚕️", want: "👩‍⚕️"},
		"pattern met":                   {in: "A12", want: "A12", opts: []form.Option{form.Matches(regexp.MustCompile(`^[A-Z]\d+$`), "Like A12.")}},
		"pattern not met":               {in: "12", complaint: "Like A12.", opts: []form.Option{form.Matches(regexp.MustCompile(`^[A-Z]\d+$`), "Like A12.")}},
		"pattern leaves absence alone":  {in: "", opts: []form.Option{form.Matches(regexp.MustCompile(`^[A-Z]\d+$`), "Like A12.")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := one(c.in)
			if got := f.Text("x", c.opts...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := f.Error("x"); got != c.complaint {
				t.Errorf("complaint %q, want %q", got, c.complaint)
			}
		})
	}
}

func TestAreaKeepsLinesAndTakesTenThousandCharacters(t *testing.T) {
	f := one("first\r\nsecond\rthird\n")
	if got, want := f.Area("x"), "first\nsecond\nthird"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	f = one(strings.Repeat("a", 10_001))
	f.Area("x")
	if got, want := f.Error("x"), "Shorten this to 10,000 characters. It has 10,001."; got != want {
		t.Errorf("complaint %q, want %q", got, want)
	}
}

func TestDate(t *testing.T) {
	early, late := civil.Of(1900, 1, 1), civil.Of(2026, 3, 10)
	bounds := []form.Option{form.NotBefore(early, "Too long ago."), form.NotAfter(late, "In the future.")}
	const notReal = "Enter a real date as month/day/year, such as 03/27/2026."
	for in, c := range map[string]struct {
		want      civil.Date
		complaint string
	}{
		"1984-03-02":          {want: civil.Of(1984, 3, 2)},
		"03/02/1984":          {want: civil.Of(1984, 3, 2)},
		"3/2/1984":            {want: civil.Of(1984, 3, 2)},
		"3-2-1984":            {want: civil.Of(1984, 3, 2)},
		" 1984-03-02 ":        {want: civil.Of(1984, 3, 2)},
		"":                    {},
		"02/29/2024":          {want: civil.Of(2024, 2, 29)},
		"02/29/2023":          {complaint: notReal},
		"13/01/2020":          {complaint: notReal},
		"00/10/2020":          {complaint: notReal},
		"3/2/84":              {complaint: notReal},
		"1984-3-2":            {complaint: notReal},
		"1984-03-02T00:00":    {complaint: notReal},
		"99999-01-01":         {complaint: notReal},
		"yesterday":           {complaint: notReal},
		"1899-12-31":          {complaint: "Too long ago."},
		"2026-03-11":          {complaint: "In the future."},
		"2026-03-10":          {want: late},
		"1900-01-01":          {want: early},
		"٠٣/٠٢/١٩٨٤":          {complaint: notReal},
		"03/02/1984, surely!": {complaint: notReal},
	} {
		t.Run(in, func(t *testing.T) {
			f := one(in)
			if got := f.Date("x", bounds...); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if got := f.Error("x"); got != c.complaint {
				t.Errorf("complaint %q, want %q", got, c.complaint)
			}
			if f.Value("x") != in {
				t.Errorf("typed text is lost: %q", f.Value("x"))
			}
		})
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]*int64{
		"0": ptr[int64](0), "62": ptr[int64](62), " 62 ": ptr[int64](62), "007": ptr[int64](7), "120": ptr[int64](120), "": nil,
		"121": nil, "-1": nil, "+5": nil, "1,200": nil, "1.0": nil, "1e2": nil, "6O": nil, "0x10": nil, "99999999999999999999": nil, "１２": nil,
	} {
		f := one(in)
		got := f.OptInt("x", 0, 120)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("OptInt(%q): %s", in, diff)
		}
		if complained := f.Error("x") != ""; complained != (want == nil && in != "") {
			t.Errorf("OptInt(%q) complains: %v", in, complained)
		}
	}
	for in, want := range map[string]*float64{
		"0": ptr(0.0), "12.5": ptr(12.5), ".5": ptr(0.5), "5.": ptr(5.0), "-3.25": ptr(-3.25), "": nil,
		"1,5": nil, "NaN": nil, "Inf": nil, "1e3": nil, "0x1p-2": nil, "100.1": nil, ".": nil, "-": nil,
	} {
		f := one(in)
		if diff := cmp.Diff(want, f.Number("x", -10, 100)); diff != "" {
			t.Errorf("Number(%q): %s", in, diff)
		}
		if complained := f.Error("x") != ""; complained != (want == nil && in != "") {
			t.Errorf("Number(%q) complains: %v", in, complained)
		}
	}
	f := one("5000")
	f.Int("x", 0, 1200)
	if got, want := f.Error("x"), "Enter a whole number from 0 to 1,200."; got != want {
		t.Errorf("complaint %q, want %q", got, want)
	}
	if got := form.Empty().Int("x", 1, 9); got != 0 {
		t.Errorf("absent Int is %d", got)
	}
}

func TestClock(t *testing.T) {
	for in, want := range map[string]int{"00:00": 0, "09:05": 545, "23:59": 1439, "24:00": -1, "9:05": -1, "09:05:01": -1, "": -1, "noon": -1} {
		f := one(in)
		got, ok := f.Clock("x")
		if ok != (want >= 0) || (ok && got != want) {
			t.Errorf("Clock(%q) = %d, %v; want %d", in, got, ok, want)
		}
		if complained := f.Error("x") != ""; complained != (want < 0 && in != "") {
			t.Errorf("Clock(%q) complains: %v", in, complained)
		}
	}
}

type side string

func TestChoices(t *testing.T) {
	f := form.Decode(map[string][]string{"side": {"left"}, "odd": {"top"}, "many": {"b", "a", "b", ""}, "mixed": {"a", "z"}, "two": {"a", "b"}, "same": {"a", "a"}})
	if got := form.Choice(f, "side", side("left"), side("right")); got != "left" {
		t.Errorf("got %q", got)
	}
	if got := f.Choice("odd", "left", "right"); got != "" || f.Error("odd") == "" {
		t.Errorf("an answer not offered was taken: %q", got)
	}
	if diff := cmp.Diff([]string{"a", "b"}, f.Choices("many", "a", "b", "c")); diff != "" {
		t.Error(diff)
	}
	if got := f.Choices("mixed", "a", "b"); got != nil || f.Error("mixed") == "" {
		t.Errorf("an answer not offered was taken: %q", got)
	}
	if got := f.Choice("two", "a", "b"); got != "" || f.Error("two") != "Give one answer here." {
		t.Errorf("two answers to one question: %q, %q", got, f.Error("two"))
	}
	if got := f.Choice("same", "a", "b"); got != "a" || f.Error("same") != "" {
		t.Errorf("the same answer twice: %q, %q", got, f.Error("same"))
	}
	if got := f.Choice("none", "a"); got != "" || f.Error("none") != "" {
		t.Errorf("no answer: %q, %q", got, f.Error("none"))
	}
	f.Require("none", "Choose one.")
	if got := f.Error("none"); got != "Choose one." {
		t.Errorf("Require: %q", got)
	}
}

func TestYesNoIsNeverNoByItself(t *testing.T) {
	yes, no := true, false
	for in, want := range map[string]*bool{"yes": &yes, "no": &no, "": nil, "No": nil, "false": nil, "0": nil} {
		f := one(in)
		if diff := cmp.Diff(want, f.YesNo("x")); diff != "" {
			t.Errorf("YesNo(%q): %s", in, diff)
		}
	}
	f := form.Empty()
	if f.YesNo("x", form.Required("Answer it.")) != nil || f.Error("x") != "Answer it." {
		t.Error("an unanswered question passed")
	}
	if form.Empty().Bool("x") || !one("on").Bool("x") || one("off").Bool("x") {
		t.Error("Bool")
	}
}

func TestID(t *testing.T) {
	want := id.New[id.Patient]()
	if got := form.ID[id.Patient](one(want.String()), "x"); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	f := one("1 OR 1=1")
	if got := form.ID[id.Patient](f, "x"); !got.IsZero() || f.Error("x") == "" {
		t.Errorf("got %v", got)
	}
}

func TestRows(t *testing.T) {
	f := form.Decode(map[string][]string{"dx.10.code": {""}, "dx.2.code": {""}, "dx.2.text": {""}, "dx.0.code": {""}, "dx.-1.a": {""}, "dx.02.a": {""}, "dx.x.a": {""}, "dx.1000.a": {""}, "other.1.a": {""}, "dx.3": {""}})
	if diff := cmp.Diff([]string{"dx.0", "dx.2", "dx.10"}, f.Rows("dx", 12)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"dx.0", "dx.2"}, f.Rows("dx", 2)); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsKeepTheirOrderAndOnePerField(t *testing.T) {
	f := form.Empty()
	f.AddError("b", "first")
	f.AddError("b", "second")
	f.Check(false, "a", "third")
	f.Check(true, "c", "not said")
	if diff := cmp.Diff([]errs.Field{{Name: "b", Message: "first"}, {Name: "a", Message: "third"}}, f.Errors()); diff != "" {
		t.Error(diff)
	}
	if f.Valid() || f.Status() != 422 {
		t.Errorf("valid %v, status %d", f.Valid(), f.Status())
	}
}

func TestMerge(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		taken  bool
		status int
		errors []errs.Field
	}{
		"fields of an invalid error": {errs.OnFields(errs.Field{Name: "npi", Message: "Check the NPI."}, errs.Field{Name: "", Message: "All wrong."}), true, 422, []errs.Field{{Name: "npi", Message: "Check the NPI."}, {Name: "", Message: "All wrong."}}},
		"sentence of an invalid one": {errs.New(errs.Invalid, "Not so."), true, 422, []errs.Field{{Name: "", Message: "Not so."}}},
		"stale":                      {errs.New(errs.Stale, "Someone was faster."), true, 409, []errs.Field{{Name: "", Message: "Someone was faster."}}},
		"conflict":                   {errs.New(errs.Conflict, "Already signed."), true, 409, []errs.Field{{Name: "", Message: "Already signed."}}},
		"denied is not ours":         {errs.New(errs.Denied, "No."), false, 200, nil},
		"foreign error is not ours":  {errors.New("disk"), false, 200, nil},
		"no error":                   {nil, false, 200, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f := form.Empty()
			if got := f.Merge(c.err); got != c.taken {
				t.Errorf("taken %v, want %v", got, c.taken)
			}
			if got := f.Status(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			if diff := cmp.Diff(c.errors, f.Errors()); diff != "" {
				t.Error(diff)
			}
		})
	}
	f := form.Empty()
	f.TooLarge("scan", "Too large.")
	if f.Status() != 413 {
		t.Errorf("status %d after TooLarge", f.Status())
	}
}

func TestNilFormReadsAsEmpty(t *testing.T) {
	var f *form.Form
	if f.Value("x") != "" || f.Values("x") != nil || f.Has("x") || !f.Valid() || f.Error("x") != "" || f.Errors() != nil || f.Status() != 200 || f.Rows("x", 1) != nil {
		t.Error("a nil form is not empty")
	}
}

func TestTooManyFieldsAndValuesAreCut(t *testing.T) {
	v := map[string][]string{"many": make([]string, form.MaxValues+1), strings.Repeat("n", 101): {"x"}, "bad\x00name": {"x"}}
	f := form.Decode(v)
	f.Choices("many", "")
	if f.Error("many") == "" || f.Has("bad\x00name") || f.Has(strings.Repeat("n", 101)) {
		t.Error("limits are not kept")
	}
}

// A date written in either form reads back as itself, whatever the day.
func TestDateFormsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := civil.DateIn(time.Unix(rapid.Int64Range(-5_000_000_000, 200_000_000_000).Draw(t, "seconds"), 0), time.UTC)
		for _, s := range []string{d.String(), d.US()} {
			if got := one(s).Date("x"); got != d {
				t.Fatalf("%q reads as %v", s, got)
			}
		}
	})
}

func ptr[T any](v T) *T { return &v }
