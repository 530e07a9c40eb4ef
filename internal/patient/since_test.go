package patient_test

import (
	"testing"

	"soapstone/internal/patient"
)

func TestParseSince(t *testing.T) {
	cases := []struct{ in, want, human string }{
		{"", "", ""},
		{"2019", "2019", "2019"},
		{"3/2019", "2019-03", "Mar 2019"},
		{"03.2019", "2019-03", "Mar 2019"},
		{"2019-03", "2019-03", "Mar 2019"},
		{" March 2019 ", "2019-03", "Mar 2019"},
		{"sept. 2019", "2019-09", "Sep 2019"},
		{"3/10/2019", "2019-03-10", "10 Mar 2019"},
		{"2019-3-10", "2019-03-10", "10 Mar 2019"},
		{"10 Mar 2019", "2019-03-10", "10 Mar 2019"},
		{"Mar 10, 2019", "2019-03-10", "10 Mar 2019"},
		{"2/29/2020", "2020-02-29", "29 Feb 2020"},
	}
	for _, c := range cases {
		got, ok := patient.ParseSince(c.in)
		if !ok || got.String() != c.want || got.Human() != c.human {
			t.Errorf("ParseSince(%q) = %q (%q), %v, want %q (%q)", c.in, got, got.Human(), ok, c.want, c.human)
		}
	}
	for _, in := range []string{"yesterday", "13/2019", "0/2019", "2/29/2019", "19", "1/0/2019", "ma 2019", "10 mar 11 2019", "1700", "99999", "2019-00", "-", "march"} {
		if got, ok := patient.ParseSince(in); ok {
			t.Errorf("ParseSince(%q) = %q, want a refusal", in, got)
		}
	}
}

func FuzzParseSince(f *testing.F) {
	for _, s := range []string{"2019", "3/2019", "mar 10, 2019", "10 march 2019", "2/30/2020", "\x00", "sept 2000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := patient.ParseSince(s)
		if !ok {
			return
		}
		if again, ok := patient.ParseSince(v.String()); !ok || again != v {
			t.Errorf("ParseSince(%q) = %v, which does not survive being written as %q", s, v, v.String())
		}
		if again, ok := patient.ParseSince(v.Human()); !ok || again != v {
			t.Errorf("ParseSince(%q) = %v, which does not survive being shown as %q", s, v, v.Human())
		}
	})
}
