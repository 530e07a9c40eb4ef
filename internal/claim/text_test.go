package claim_test

import (
	"testing"

	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
)

func TestPlainLetters(t *testing.T) {
	tests := []struct {
		in, out string
		ok      bool
	}{
		{"Dana Okafor", "Dana Okafor", true},
		{"Núñez", "Nunez", true},
		{"Weiß–O’Brien", "Weiss-O'Brien", true},
		{"Łukasz Świątek", "Lukasz Swiatek", true},
		{"Nguyễn Thị Ánh", "Nguyen Thi Anh", true},
		{"  two   blanks ", "two blanks", true},
		{"Иванова", "", false},
		{"李 Wei", "Wei", false},
		{"line\x00break", "linebreak", false},
		{"", "", true},
	}
	for _, tt := range tests {
		if out, ok := claim.Plain(tt.in); out != tt.out || ok != tt.ok {
			t.Errorf("%q: %q %v, want %q %v", tt.in, out, ok, tt.out, tt.ok)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("Núñez")
	f.Add("\xff\x00")
	f.Fuzz(func(t *testing.T, s string) {
		out, _ := claim.Plain(s)
		for _, r := range out {
			if r < ' ' || r > '~' {
				t.Fatalf("%q became %q", s, out)
			}
		}
		if again, ok := claim.Plain(out); !ok || again != out {
			t.Fatalf("%q, then %q", out, again)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("")
	f.Add("2026-03-10_01890000-0000-7000-8000-000000000001")
	f.Fuzz(func(t *testing.T, s string) {
		if on, c, err := claim.Cursor(s); err == nil && (on.IsZero() || c.IsZero()) {
			t.Fatalf("%q is a page that begins nowhere", s)
		}
	})
}

// The profiles that are shipped, against the good claim.
func TestShippedProfiles(t *testing.T) {
	know := knowledge.Must()
	find := func(t *testing.T, key string) knowledge.PayerProfile {
		p, ok := know.PayerProfile(key)
		if !ok {
			t.Fatalf("no profile %s", key)
		}
		return p
	}
	crash := referral.Accident{Kind: referral.AutoAccident, On: day("2026-01-15"), State: "FL"}
	t.Run("Florida personal injury protection pays no massage therapist", func(t *testing.T) {
		f := good()
		f.Terms = coverage.Resolve(f.Coverage.Payer, find(t, "auto-fl"), served)
		f.Prescription.Accident = crash
		if worst(of(t, f, "therapist.payable")) != claim.Block {
			t.Error(of(t, f, "therapist.payable"))
		}
	})
	t.Run("nor does any auto insurer of a Florida accident", func(t *testing.T) {
		f := good()
		f.Terms = coverage.Resolve(f.Coverage.Payer, find(t, "auto"), served)
		f.Prescription.Accident = crash
		f.Jurisdiction = []knowledge.PayerProfile{find(t, "auto-fl")}
		if worst(of(t, f, "therapist.payable")) != claim.Block {
			t.Error(of(t, f, "therapist.payable"))
		}
	})
	t.Run("Washington workers’ compensation wants authorization from the seventh visit on", func(t *testing.T) {
		f := good()
		f.Terms = coverage.Resolve(f.Coverage.Payer, find(t, "wc-wa"), served)
		f.Prescription.Used = 6
		if worst(of(t, f, "authorisation.present")) != claim.Pass {
			t.Error(of(t, f, "authorisation.present"))
		}
		f.Prescription.Used = 7
		if worst(of(t, f, "authorisation.present")) != claim.Block {
			t.Error(of(t, f, "authorisation.present"))
		}
	})
	t.Run("a number that is none of the VA’s", func(t *testing.T) {
		f := good()
		f.Terms = coverage.Resolve(f.Coverage.Payer, find(t, "va-community-care"), served)
		authorised(&f, nil)
		if worst(of(t, f, "authorisation.format")) == claim.Pass {
			t.Error(of(t, f, "authorisation.format"))
		}
		authorised(&f, func(a *claim.AuthorisationUse) { a.Number = "VA1234567890" })
		if worst(of(t, f, "authorisation.format")) != claim.Pass {
			t.Error(of(t, f, "authorisation.format"))
		}
	})
	t.Run("a commercial plan’s usual limit warns and cuts nothing", func(t *testing.T) {
		f := good()
		f.Terms = coverage.Resolve(f.Coverage.Payer, find(t, "commercial"), served)
		f.Note.Given[0].Minutes = 45
		j := claim.Judge(f)
		if worst(of(t, f, "units.cap")) != claim.Warn || j.Document.Lines[0].Units != 3 || j.Document.Lines[1].Units != 2 {
			t.Error(of(t, f, "units.cap"), j.Document.Lines)
		}
	})
}
