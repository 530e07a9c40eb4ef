package claim_test

import (
	"strings"
	"testing"

	"soapstone/internal/claim"
)

func TestTheGoodClaimIsReady(t *testing.T) {
	j := claim.Judge(good())
	if j.State() != claim.Ready || j.Warns() != 0 {
		t.Fatalf("the good claim is %s: %v", j.State(), claim.Open(j.Findings))
	}
	if len(j.Findings) < 45 {
		t.Errorf("only %d questions were asked", len(j.Findings))
	}
}

func TestEachCheckSeesWhatIsWrongAndWhatIsMended(t *testing.T) {
	if len(spoiled) < 120 {
		t.Errorf("%d cases", len(spoiled))
	}
	for _, c := range spoiled {
		t.Run(c.check+": "+c.name, func(t *testing.T) {
			if before := of(t, good(), c.check); worst(before) != claim.Pass {
				t.Fatalf("before anything was wrong: %v", before)
			}
			f := good()
			c.by(&f)
			got := of(t, f, c.check)
			if worst(got) != c.want {
				t.Fatalf("got %s, want %s: %v", worst(got), c.want, got)
			}
			for _, x := range got {
				if x.Level == claim.Pass {
					continue
				}
				if len(x.Text) < 20 || x.Fix.URL == "" || x.Fix.Label == "" || !strings.HasPrefix(x.Fix.URL, "/") || strings.Contains(x.Fix.URL, "//") {
					t.Errorf("a finding without words or a way to mend it: %+v", x)
				}
				if strings.HasSuffix(x.Text, "..") || !strings.HasSuffix(x.Text, ".") {
					t.Errorf("not a sentence: %q", x.Text)
				}
			}
			if c.want == claim.Block && claim.Judge(f).State() == claim.Ready {
				t.Error("blocked, and ready")
			}
		})
	}
}

func TestEveryCheckHasACase(t *testing.T) {
	tried := map[string]bool{"lines.count": true, "units.whole": true} // of documents, below
	for _, c := range spoiled {
		tried[c.check] = tried[c.check] || c.want != claim.Pass
	}
	seen := map[string]bool{}
	for _, c := range claim.Checks() {
		if seen[c.Key] {
			t.Errorf("two checks are called %s", c.Key)
		}
		seen[c.Key] = true
		if !tried[c.Key] {
			t.Errorf("%s has no case in which it says something", c.Key)
		}
		if c.Title == "" || strings.HasSuffix(c.Title, ".") {
			t.Errorf("%s: title %q", c.Key, c.Title)
		}
		if c.Proof && c.Waiver != claim.Nobody && c.Key != "pair" {
			t.Errorf("%s is proof and can be set aside", c.Key)
		}
	}
	for k := range tried {
		if !seen[k] {
			t.Errorf("there is no check %s", k)
		}
	}
}

// The denials that can be kept away before sending; the others (contractual
// reductions, benefits used up elsewhere, requests for records) cannot.
func TestPreventableDenialsHaveACheck(t *testing.T) {
	prevented := map[string]bool{}
	for _, c := range claim.Checks() {
		for _, carc := range c.Prevents {
			prevented[carc] = true
		}
	}
	for _, carc := range strings.Fields("4 11 15 16 18 19 20 21 22 26 27 29 31 50 54 58 59 96 97 109 119 140 146 147 150 151 167 170 173 " +
		"181 182 183 184 185 197 198 204 206 207 208 222 234 236 242 243 256 288 B7 B20") {
		if !prevented[carc] {
			t.Errorf("no check keeps away denial %s", carc)
		}
	}
}
