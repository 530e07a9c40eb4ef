package practice_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/practice"
)

func TestCheckNPI(t *testing.T) {
	for s, ok := range map[string]bool{
		"1234567893": true, "1245319599": true, "1234567890": false, "2234567892": false,
		"3234567893": false, "0123456789": false, "123456789": false, "12345678930": false, "": false,
		"12345678 3": false, "123456789x": false, "１２３４５６７８９３": false, "1000000004": true, "-234567893": false,
	} {
		if got := practice.CheckNPI(s) == nil; got != ok {
			t.Errorf("CheckNPI(%q) = %v, want %v", s, got, ok)
		}
	}
}

// For every first nine digits exactly one last digit fits, and no other digit
// can take a single digit's place.
func TestNPIFindsEverySlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.StringMatching(`[12][0-9]{8}`).Draw(t, "head")
		valid := ""
		for d := '0'; d <= '9'; d++ {
			if practice.CheckNPI(head+string(d)) == nil {
				if valid != "" {
					t.Fatalf("%s and %s are both valid", valid, head+string(d))
				}
				valid = head + string(d)
			}
		}
		if valid == "" {
			t.Fatalf("no digit fits %s", head)
		}
		at := rapid.IntRange(0, 9).Draw(t, "at")
		d := rapid.StringMatching(`[0-9]`).Draw(t, "digit")
		if changed := valid[:at] + d + valid[at+1:]; changed != valid && practice.CheckNPI(changed) == nil {
			t.Fatalf("%s and %s are both valid", valid, changed)
		}
	})
}

func FuzzCheckNPI(f *testing.F) {
	f.Add("1234567893")
	f.Fuzz(func(t *testing.T, s string) {
		if practice.CheckNPI(s) == nil && (len(s) != 10 || strings.Trim(s, "0123456789") != "") {
			t.Fatalf("%q is taken", s)
		}
	})
}

func TestCheckZone(t *testing.T) {
	for s, ok := range map[string]bool{
		"America/Chicago": true, "Pacific/Honolulu": true, "UTC": true, "America/Indiana/Knox": true,
		"": false, "Local": false, "CST": false, "Chicago": false, "America/Nowhere": false, "../etc/passwd": false, "America/../UTC": false,
		"/etc/localtime": false, strings.Repeat("a/", 60): false,
	} {
		if got := practice.CheckZone(s) == nil; got != ok {
			t.Errorf("CheckZone(%q) = %v, want %v", s, got, ok)
		}
	}
	for _, z := range practice.USZones() {
		if practice.CheckZone(z.Name) != nil || z.Label == "" {
			t.Errorf("%+v", z)
		}
	}
}

func TestStates(t *testing.T) {
	all := practice.States()
	if len(all) != 50+1+5 {
		t.Errorf("%d states and territories, want 56", len(all))
	}
	seen := map[string]bool{}
	for i, s := range all {
		if seen[s.Code] || !practice.CheckState(s.Code) || (i > 0 && strings.TrimPrefix(all[i-1].Name, "US ") > strings.TrimPrefix(s.Name, "US ")) && s.Code != "UT" && s.Code != "VI" {
			t.Errorf("%+v after %+v", s, all[max(i-1, 0)])
		}
		seen[s.Code] = true
	}
	if practice.CheckState("il") || practice.CheckState("XX") || practice.CheckState("") {
		t.Error("a code that is none is taken")
	}
}

func TestLicenseStanding(t *testing.T) {
	today := civil.Of(2026, 3, 10)
	for _, c := range []struct {
		name    string
		number  string
		expires civil.Date
		want    practice.Standing
	}{
		{"none", "", civil.Date{}, practice.NoLicense},
		{"no date", "MT-1", civil.Date{}, practice.Undated},
		{"yesterday", "MT-1", today.AddDays(-1), practice.Expired},
		{"today", "MT-1", today, practice.Expiring},
		{"in 60 days", "MT-1", today.AddDays(60), practice.Expiring},
		{"in 61 days", "MT-1", today.AddDays(61), practice.Valid},
	} {
		if got := (practice.Member{LicenseNumber: c.number, LicenseExpires: c.expires}).License(today); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	m := practice.Member{Name: "Terry Tester"}
	if m.Title() != "Terry Tester" {
		t.Error(m.Title())
	}
	m.Credential = "LMT, BCTMB"
	if m.Title() != "Terry Tester, LMT, BCTMB" {
		t.Error(m.Title())
	}
	l := practice.Location{AddressLine: "1 Main St", City: "Springfield", State: "IL", PostalCode: "62701"}
	if l.Address() != "1 Main St, Springfield, IL 62701" {
		t.Error(l.Address())
	}
	if (practice.Location{State: "IL"}).Address() != "IL" || (practice.Location{}).Address() != "" {
		t.Error("parts that are missing show")
	}
}
