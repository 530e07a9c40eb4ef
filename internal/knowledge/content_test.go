package knowledge_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/knowledge"
)

// TestSitesLieOnTheirSide restates the rule independently of the loader: from
// behind, the patient's right is the viewer's right; from the front, the left.
func TestSitesLieOnTheirSide(t *testing.T) {
	k := load(t)
	count := map[knowledge.View]int{}
	for _, s := range k.Sites() {
		count[s.View]++
		var want bool
		switch {
		case s.Side == knowledge.Midline:
			if s.X != 362 {
				t.Errorf("%s: midline site at x %d", s.ID, s.X)
			}
			continue
		case s.View == knowledge.ViewBack:
			want = (s.Side == knowledge.SideRight) == (s.X > 362)
		default:
			want = (s.Side == knowledge.SideRight) == (s.X < 362)
		}
		if !want {
			t.Errorf("%s (%s, %s view) lies at x %d", s.ID, s.Side, s.View, s.X)
		}
		if strings.HasSuffix(s.Label, " R") || strings.HasSuffix(s.Label, " L") {
			t.Errorf("%s: the label %q holds the side", s.ID, s.Label)
		}
		o, ok := k.OtherSide(s.ID)
		back, _ := k.OtherSide(o.ID)
		if !ok || back.ID != s.ID {
			t.Errorf("%s: other side is %q and back %q", s.ID, o.ID, back.ID)
		}
	}
	if count[knowledge.ViewBack] != 80 || count[knowledge.ViewFront] != 76 {
		t.Errorf("sites: %v, want 80 back and 76 front", count)
	}
}

func TestSitesAreFoundByAFewLetters(t *testing.T) {
	k := load(t)
	for q, want := range map[string]string{
		"ut r": "trap-upper-r", "ut left": "trap-upper-l", "upper trap r": "trap-upper-r", "so l": "suboccipitals-l",
		"sij right": "si-joint-r", "c7": "c7", "plantar l": "heel-l", "QL r": "ql-r",
	} {
		got := k.FindSites(q, 3)
		if len(got) == 0 || got[0].ID != want {
			t.Errorf("FindSites(%q) = %v, want %s first", q, got, want)
		}
	}
	if got := k.FindSites("", 3); got != nil {
		t.Errorf("nothing typed found %v", got)
	}
	s, _ := k.Site("trap-upper-r")
	if got := s.FullLabel(); got != "Upper trapezius, right" {
		t.Errorf("FullLabel = %q", got)
	}
}

func TestZones(t *testing.T) {
	k := load(t)
	for code, want := range map[string]string{
		"M54.2": "neck-shoulders", "M54.50": "low-back-hips", "G44.209": "head-face", "M17.11": "thighs-knees",
		"M72.2": "lower-legs-feet", "M79.7": "whole-body", "M47.812": "neck-shoulders", "M47.816": "low-back-hips", "": "whole-body",
	} {
		if got := k.ZoneFor([]string{code}); got.ID != want {
			t.Errorf("ZoneFor(%s) = %s, want %s", code, got.ID, want)
		}
	}
	if got := k.ZoneFor([]string{"M79.7", "M54.2"}); got.ID != "neck-shoulders" {
		t.Errorf("the first diagnosis with a place decides, got %s", got.ID)
	}
	for _, z := range k.Zones() {
		for _, v := range []knowledge.View{knowledge.ViewFront, knowledge.ViewBack} {
			if len(k.SitesIn(z.ID, v)) == 0 {
				t.Errorf("zone %s shows no site in the %s view", z.ID, v)
			}
		}
	}
	if got := len(k.SitesIn(knowledge.WholeBody, knowledge.ViewBack)); got != 80 {
		t.Errorf("the whole body shows %d sites from behind", got)
	}
}

func TestFigureIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(bytes.NewReader(load(t).Figure()))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if e.Name.Local == "script" || a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s %s would be refused by the content policy", e.Name.Local, a.Name.Local)
				}
			}
		}
	}
}

func TestMeasurementErrorByDeviceAndRater(t *testing.T) {
	rom := load(t).ROM()
	for _, c := range []struct {
		region, device string
		same           bool
		want           float64
	}{
		{"cervical", "crom", true, 7}, {"lumbar", "inclinometer", true, 7}, {"cervical", "crom", false, 10},
		{"shoulder", "goniometer", true, 5}, {"knee", "goniometer", true, 8}, {"knee", "goniometer", false, 10},
		{"cervical", "visual", true, 15}, {"cervical", "goniometer", true, 0}, {"jaw", "ruler", true, 0}, {"cervical", "sundial", true, 0},
	} {
		got, ok := rom.MDC(c.region, c.device, c.same)
		if got.MDC != c.want || ok != (c.want != 0) {
			t.Errorf("MDC(%s, %s, same %v) = %v %v, want %v", c.region, c.device, c.same, got.MDC, ok, c.want)
		}
	}
	if got := rom.Evidence("shoulder"); len(got) != 2 || !got[0].Verified {
		t.Errorf("evidence for the shoulder: %+v", got)
	}
	// 95 % confidence: 1.96 × √2 × SEM.
	for _, e := range rom.Evidence("shoulder") {
		sem := map[string][2]float64{"hayes-2001-same": {11, 23}, "hayes-2001-different": {14, 25}}[e.ID]
		if got := [2]float64{e.MDC, e.MDCHigh}; got != [2]float64{mdc95(sem[0]), mdc95(sem[1])} {
			t.Errorf("%s: %v", e.ID, got)
		}
	}
}

func mdc95(sem float64) float64 { return math.Round(1.96 * math.Sqrt2 * sem) }

func TestNormsCoverNeckBackAndShoulder(t *testing.T) {
	rom := load(t).ROM()
	for region, want := range map[string]int{"cervical": 4, "thoracolumbar": 4, "lumbar": 3, "shoulder": 5, "hip": 6, "jaw": 3} {
		if got := rom.In(region); len(got) != want {
			t.Errorf("%s has %d motions, want %d", region, len(got), want)
		}
	}
	n, ok := rom.Norm("cervical.rotation")
	if !ok || n.Low != 60 || n.High != 80 || len(n.Sides()) != 2 {
		t.Errorf("neck rotation: %+v", n)
	}
	if n, _ := rom.Norm("cervical.flexion"); len(n.Sides()) != 1 || n.Sides()[0] != knowledge.Midline {
		t.Errorf("neck flexion is measured on %v", n.Sides())
	}
	if n, _ := rom.Norm("jaw.opening"); n.Unit != "mm" {
		t.Errorf("jaw opening in %s", n.Unit)
	}
}

// TestVectorsAreArithmetic recomputes the worked examples from the answers
// alone, so that a typing error in the data does not become a rule of scoring.
func TestVectorsAreArithmetic(t *testing.T) {
	for _, in := range load(t).Instruments() {
		for _, v := range in.Vectors {
			want, ok := byHand(in, v)
			if ok != (v.Score != nil) || ok && math.Abs(*v.Score-want) > 1e-9 {
				t.Errorf("%s %q: score %v, want %v %v", in.ID, v.Name, v.Score, want, ok)
			}
		}
	}
}

// byHand scores as the text of each instrument says, instrument by instrument.
func byHand(in knowledge.Instrument, v knowledge.Vector) (float64, bool) {
	if total, given := v.Answers["total"]; given {
		return total, true
	}
	sum, n := 0.0, 0
	for id, x := range v.Answers {
		_, both := v.Baseline[id]
		if id != "difficulty" && (in.ID != "psfs" || both || v.Baseline == nil) {
			sum, n = sum+x, n+1
		}
	}
	_, hasNow := v.Answers["now"]
	of := map[string]int{"phq9": 9, "gad7": 7}[in.ID]
	switch in.ID {
	case "phq9", "gad7":
		return sum / float64(max(n, 1)) * float64(of), n >= of-2
	case "rmdq", "groc":
		return sum, n > 0
	case "nprs":
		return sum / float64(max(n, 1)), hasNow
	}
	return sum / float64(max(n, 1)), n > 0
}

// TestInstrumentsAreWhole checks what only a person could have typed wrong.
func TestInstrumentsAreWhole(t *testing.T) {
	k := load(t)
	for id, want := range map[string]struct {
		items    int
		min, max float64
		loinc    string
	}{
		"nprs": {3, 0, 10, "72514-3"}, "psfs": {5, 0, 10, ""}, "rmdq": {24, 0, 24, ""},
		"phq9": {10, 0, 27, "44249-1"}, "gad7": {7, 0, 21, "69737-5"}, "groc": {1, -7, 7, ""},
	} {
		in, ok := k.Instrument(id)
		if !ok || len(in.Items) != want.items || in.Min != want.min || in.Max != want.max || in.LOINC != want.loinc {
			t.Errorf("%s: %d items from %v to %v, LOINC %q", id, len(in.Items), in.Min, in.Max, in.LOINC)
		}
		texts := map[string]bool{}
		for _, it := range in.Items {
			if texts[it.Text] && !in.PatientItems {
				t.Errorf("%s: %q stands twice", id, it.Text)
			}
			texts[it.Text] = true
			for _, code := range []string{it.LOINC, in.LOINC, in.LOINCScore} {
				if code != "" && !luhn(strings.ReplaceAll(code, "-", "")) {
					t.Errorf("%s %s: LOINC %s has a wrong check digit", id, it.ID, code)
				}
			}
		}
	}
	phq, _ := k.Instrument("phq9")
	if it, ok := phq.SafetyItem(); !ok || it.ID != "q9" || *it.SafetyAbove != 0 {
		t.Errorf("safety question of the PHQ-9: %+v", it)
	}
}

func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func TestBandsBeginWherePublished(t *testing.T) {
	k := load(t)
	for _, tc := range []struct {
		instrument string
		score      float64
		want       string
	}{
		{"phq9", 0, "minimal"}, {"phq9", 4, "minimal"}, {"phq9", 5, "mild"}, {"phq9", 9.9, "mild"}, {"phq9", 10, "moderate"},
		{"phq9", 14, "moderate"}, {"phq9", 15, "moderately severe"}, {"phq9", 20, "severe"}, {"phq9", 27, "severe"},
		{"gad7", 4, "minimal"}, {"gad7", 5, "mild"}, {"gad7", 10, "moderate"}, {"gad7", 15, "severe"}, {"gad7", 21, "severe"},
		{"groc", -7, "worse"}, {"groc", -1, "worse"}, {"groc", 0, "about the same"}, {"groc", 4, "better, short of an important change"}, {"groc", 5, "important improvement"},
		{"rmdq", 12, ""},
	} {
		in, _ := k.Instrument(tc.instrument)
		if b, _ := in.Band(tc.score); b.Label != tc.want {
			t.Errorf("%s %v: %q, want %q", tc.instrument, tc.score, b.Label, tc.want)
		}
	}
}

// Stratford 1998: the important change by the first score; where two of the
// overlapping ranges hold, the larger is asked for.
func TestImportantChangeOfTheRMDQDependsOnTheFirstScore(t *testing.T) {
	in, _ := load(t).Instrument("rmdq")
	for first, want := range map[float64]float64{0: 2, 4: 2, 5: 4, 8: 4, 9: 5, 12: 5, 13: 8, 16: 8, 20: 8, 24: 8} {
		if th, ok := in.ThresholdAt("important", first); !ok || th.Value != want {
			t.Errorf("first score %v: %v, want %v", first, th.Value, want)
		}
	}
	if _, ok := in.Threshold("important"); ok {
		t.Error("an important change is named without the first score")
	}
}

func TestThresholdsNameTheirSource(t *testing.T) {
	k := load(t)
	for _, in := range k.Instruments() {
		for _, th := range in.Thresholds {
			if !th.Verified && !strings.Contains(th.Citation, "unverified") {
				t.Errorf("%s: %+v does not say that it is unverified", in.ID, th)
			}
		}
	}
	nprs, _ := k.Instrument("nprs")
	mdc, ok := nprs.Threshold("detectable")
	mcid, ok2 := nprs.Threshold("important")
	if !ok || !ok2 || mdc.Value != 2.0 || mcid.Value != 2.2 {
		t.Errorf("NPRS: %+v, %+v", mdc, mcid)
	}
	psfs, _ := k.Instrument("psfs")
	if mdc, _ := psfs.Threshold("detectable"); mdc.Value != 2 || psfs.Direction != knowledge.HigherBetter || len(psfs.Items) != 5 {
		t.Errorf("PSFS: %+v", psfs)
	}
}

func TestMedicineNamesMatchWholeWords(t *testing.T) {
	m := load(t).Medications()
	for name, want := range map[string][]string{
		"Warfarin 5 mg daily":            {"anticoagulant"},
		"ELIQUIS":                        {"anticoagulant"},
		"baby aspirin (81mg)":            {"antiplatelet"},
		"a blood thinner, name?":         {"anticoagulant"},
		"Tylenol":                        nil,
		"asapril":                        nil,
		"nasal spray":                    nil,
		"Lorazepam":                      {"benzodiazepine"},
		"nitrazepam":                     {"benzodiazepine"},
		"zepam":                          nil,
		"nystatin":                       nil,
		"atorvastatin 20":                {"statin"},
		"fentanyl patch":                 {"opioid"},
		"acetylsalicylic acid":           {"antiplatelet"},
		"acid":                           nil,
		"prednisone+methotrexate":        {"systemic_steroid", "immunosuppressant"},
		"ibuprofen/famotidine":           {"nsaid"},
		"since April, mobic":             {"nsaid"},
		"immobic":                        nil,
		"":                               nil,
		"Lisinopril-hydrochlorothiazide": {"antihypertensive", "diuretic"},
	} {
		if d := cmp.Diff(want, m.ClassesOf(name)); d != "" {
			t.Errorf("%q: %s", name, d)
		}
	}
}

func TestGentleByDefault(t *testing.T) {
	g := load(t).Gentle()
	severity := func(yes, known bool) func(string) (bool, bool) {
		return func(string) (bool, bool) { return yes, known }
	}
	for _, c := range []struct {
		name    string
		codes   []string
		yes     bool
		known   bool
		want    []string
		confirm bool
	}{
		{"lymphedema", []string{"I97.2"}, false, true, []string{"lymphedema"}, false},
		{"fibromyalgia", []string{"M79.7"}, false, true, []string{"fibromyalgia"}, false},
		{"PTSD and anxiety", []string{"F43.10", "F41.1"}, false, true, []string{"ptsd", "anxiety"}, false},
		{"MS as subdivided", []string{"G35.A"}, false, true, []string{"multiple-sclerosis"}, false},
		{"severe osteoarthritis", []string{"M17.11"}, true, true, []string{"severe-osteoarthritis"}, false},
		{"osteoarthritis that is not severe", []string{"M17.11"}, false, true, nil, false},
		{"osteoarthritis, severity not asked", []string{"M17.11"}, false, false, []string{"severe-osteoarthritis"}, true},
		{"neck pain", []string{"M54.2"}, true, true, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range g.For(c.codes, severity(c.yes, c.known)) {
				got = append(got, m.ID)
				if m.Confirm != c.confirm || m.Pressure.High > 2 || len(m.Diagnoses) == 0 {
					t.Errorf("%+v", m)
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestConsents(t *testing.T) {
	k := load(t)
	for _, id := range []string{"treatment", "privacy-notice", "area-abdomen", "area-gluteal", "area-chest", "area-intra-oral"} {
		if _, ok := k.Consent(id, "en"); !ok {
			t.Errorf("no %s", id)
		}
	}
	for _, c := range []struct {
		site, technique string
		want            []string
	}{
		{"psoas-r", "", []string{"area-abdomen"}},
		{"glute-max-l", "swedish", []string{"area-gluteal"}},
		{"pec-major-r", "", []string{"area-chest"}},
		{"masseter-r", "", nil},
		{"masseter-r", "intra-oral", []string{"area-intra-oral"}},
		{"trap-upper-r", "swedish", nil},
	} {
		var got []string
		for _, x := range k.AreaConsents(c.site, c.technique, "en") {
			got = append(got, x.ID)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s, %s: %s", c.site, c.technique, d)
		}
	}
}

func TestTechniques(t *testing.T) {
	k := load(t)
	mld, ok := k.Technique("mld")
	if !ok || mld.Pressure != (knowledge.PressureRange{Low: 1, High: 1}) || !slices.Contains(mld.Tags, "mld") {
		t.Errorf("lymph drainage: %+v", mld)
	}
	for _, x := range k.Techniques() {
		if x.Procedure.Source == "" {
			t.Errorf("%s does not say what it is documented under", x.ID)
		}
	}
	used := map[string]bool{}
	for _, r := range k.Rules().Rules {
		for _, tag := range r.Avoid {
			used[tag] = true
		}
	}
	if !used["cupping"] || !used["friction"] {
		t.Error("no rule avoids cupping or friction")
	}
}
