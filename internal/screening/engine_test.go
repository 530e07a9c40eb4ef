package screening_test

import (
	"slices"
	"strings"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

var today = civil.Of(2026, 3, 10)

func engine(t testing.TB) *screening.Engine {
	t.Helper()
	k, err := knowledge.Load()
	if err != nil {
		t.Fatal(err)
	}
	return screening.FromKnowledge(k)
}

// change makes facts of a healthy patient into those of a case.
type change func(*screening.Facts)

// healthy is an adult of 45 who answered every question with no.
func healthy(t testing.TB, changes ...change) screening.Facts {
	t.Helper()
	k, err := knowledge.Load()
	if err != nil {
		t.Fatal(err)
	}
	f := screening.Facts{Answers: map[string]screening.Answer{}, Today: today, Born: civil.Of(1981, 1, 1)}
	for _, q := range k.Questions().Questions {
		if q.Type != knowledge.AnswerNumber && q.Derived == "" {
			f.Answers[q.Key] = screening.SaidNo()
		}
	}
	for _, c := range changes {
		c(&f)
	}
	return f
}

func yes(keys ...string) change {
	return func(f *screening.Facts) {
		for _, k := range keys {
			f.Answers[k] = screening.SaidYes()
		}
	}
}

func blank(keys ...string) change {
	return func(f *screening.Facts) {
		for _, k := range keys {
			delete(f.Answers, k)
		}
	}
}

func num(key string, x float64) change {
	return func(f *screening.Facts) { f.Answers[key] = screening.Measured(x) }
}

func ago(key string, days int) change {
	return func(f *screening.Facts) { f.Answers[key] = screening.Happened(today.AddDays(-days)) }
}

func icd(codes ...string) change {
	return func(f *screening.Facts) { f.Diagnoses = append(f.Diagnoses, codes...) }
}

func takes(names ...string) change {
	return func(f *screening.Facts) { f.Medicines = append(f.Medicines, names...) }
}

func aged(years int) change {
	return func(f *screening.Facts) { f.Born = civil.Of(today.Year-years, 1, 1) }
}

func unborn(f *screening.Facts) { f.Born = civil.Date{} }

func firedIDs(r screening.Result) []string {
	var out []string
	for _, f := range r.Fired {
		out = append(out, f.Rule.ID)
	}
	return out
}

func TestGoldenCases(t *testing.T) {
	e := engine(t)
	cases := []struct {
		name  string
		facts []change
		want  knowledge.Level
		fired []string // all of them, in order
	}{
		{"healthy", nil, knowledge.LevelNone, nil},
		{"saddle numbness left blank", []change{blank("ans.saddle_numbness")}, knowledge.LevelAbsolute, []string{"AB09"}},
		{"warfarin only", []change{takes("warfarin")}, knowledge.LevelPrecaution, []string{"PR01"}},
		{"warfarin and a newly swollen leg", []change{takes("Coumadin"), yes("ans.leg_unilateral_swelling_new")}, knowledge.LevelAbsolute, []string{"AB01", "PR01"}},
		{"16 weeks pregnant, 150/95, changed vision", []change{yes("ans.pregnant", "ans.severe_headache_or_visual"), num("weeks_gestation", 16), num("vital.sbp", 150), num("vital.dbp", 95)},
			knowledge.LevelEmergency, []string{"EM04", "PR09"}},
		{"the same without a blood pressure", []change{yes("ans.pregnant", "ans.severe_headache_or_visual"), num("weeks_gestation", 16)}, knowledge.LevelEmergency, []string{"EM04", "PR09"}},
		{"fibromyalgia only", []change{icd("M79.7")}, knowledge.LevelPrecaution, []string{"PR15"}},
		{"fracture in follow-up, 30 days old", []change{icd("S72.001D"), ago("days_since.fracture", 30)}, knowledge.LevelLocal, []string{"LO04"}},
		{"fracture in follow-up, 60 days old", []change{icd("S72.001D"), ago("days_since.fracture", 60)}, knowledge.LevelNone, nil},
		{"fracture in follow-up, date unknown", []change{icd("S72.001D"), blank("days_since.fracture")}, knowledge.LevelAbsolute, []string{"AB09", "LO04"}},
		{"fracture in follow-up, patient says none", []change{icd("S72.001D")}, knowledge.LevelLocal, []string{"LO04"}},
		{"clot diagnosed, date left blank", []change{icd("I82.401"), blank("days_since.dvt")}, knowledge.LevelAbsolute, []string{"AB01", "AB09"}},
		{"clot diagnosed, date not known", []change{icd("I82.401"), yes("days_since.dvt")}, knowledge.LevelAbsolute, []string{"AB01"}},
		{"clot diagnosed, patient says never", []change{icd("I82.401")}, knowledge.LevelAbsolute, []string{"AB01"}},
		{"clot diagnosed, 100 days ago", []change{icd("I82.401"), ago("days_since.dvt", 100)}, knowledge.LevelNone, nil},
		{"high blood pressure diagnosed, not measured", []change{icd("I10")}, knowledge.LevelPrecaution, []string{"PR03"}},
		{"high blood pressure diagnosed, 130/80", []change{icd("I10"), num("vital.sbp", 130), num("vital.dbp", 80)}, knowledge.LevelNone, nil},
		{"pregnant, week not known", []change{yes("ans.pregnant")}, knowledge.LevelPrecaution, []string{"PR08", "PR09"}},
		{"ibuprofen only informs", []change{takes("Advil")}, knowledge.LevelInfo, []string{"PR13"}},
		{"aspirin only informs", []change{takes("aspirin 81 mg")}, knowledge.LevelInfo, []string{"PR01"}},
		{"clopidogrel does not stop", []change{takes("Plavix 75 mg")}, knowledge.LevelPrecaution, []string{"PR01"}},
		{"ibuprofen and an opioid", []change{takes("Advil", "oxycodone")}, knowledge.LevelPrecaution, []string{"PR13"}},
		{"anxiety only", []change{icd("F41.1")}, knowledge.LevelPrecaution, []string{"PR15"}},
		{"multiple sclerosis as subdivided", []change{icd("G35.A")}, knowledge.LevelPrecaution, []string{"PR15", "PR16"}},
		{"new temple headache at 45", []change{yes("ans.new_temporal_headache")}, knowledge.LevelNone, nil},
		{"new temple headache at 50", []change{yes("ans.new_temporal_headache"), aged(50)}, knowledge.LevelAbsolute, []string{"AB14"}},
		{"new temple headache, age not known", []change{yes("ans.new_temporal_headache"), unborn, func(f *screening.Facts) { f.Answers["ans.minor"] = screening.SaidNo() }},
			knowledge.LevelAbsolute, []string{"AB14"}},
		{"a child", []change{aged(9)}, knowledge.LevelPrecaution, []string{"PR24"}},
		{"severe and mild together: all are listed", []change{yes("ans.chest_pain", "ans.fever", "ans.open_wound", "ans.hypermobility"), takes("ibuprofen")},
			knowledge.LevelEmergency, []string{"EM02", "AB02", "LO02", "PR22", "PR13"}},
		{"surgery planned next week", []change{ago("days_since.surgery", -7)}, knowledge.LevelLocal, []string{"LO05"}},
		{"prednisone, duration not asked", []change{takes("prednisone"), blank("ans.steroid_long")}, knowledge.LevelAbsolute, []string{"AB09", "PR02", "PR14"}},
		{"prednisone for a week", []change{takes("prednisone")}, knowledge.LevelPrecaution, []string{"PR14"}},
		{"fracture code without 7th character", []change{icd("S72.001")}, knowledge.LevelLocal, []string{"LO04"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := e.Evaluate(healthy(t, c.facts...))
			if got := firedIDs(r); r.Status != c.want || !slices.Equal(got, c.fired) {
				t.Errorf("%s %v, want %s %v (missing %v)", r.Status, got, c.want, c.fired, keysOf(r.Missing))
			}
		})
	}
}

func keysOf(qs []knowledge.Question) []string {
	var out []string
	for _, q := range qs {
		out = append(out, q.Key)
	}
	return out
}

func TestNothingAnsweredBlocks(t *testing.T) {
	r := engine(t).Evaluate(screening.Facts{})
	if !r.Stops() || len(r.Missing) < 30 {
		t.Errorf("%s with %d missing", r.Status, len(r.Missing))
	}
	f, ok := r.Find("AB09")
	if !ok || !f.Incomplete || !strings.Contains(f.Because[0], "Chest pain") {
		t.Errorf("%+v", f)
	}
	if !slices.Contains(keysOf(r.Missing), "ans.minor") {
		t.Error("without a date of birth it is not asked whether the patient is a minor")
	}
}

func TestFollowUpsAreAskedWhenTheyMatter(t *testing.T) {
	e := engine(t)
	cases := []struct {
		name   string
		facts  []change
		key    string
		wanted bool
	}{
		{"pregnancy details of one who is not pregnant", nil, "ans.high_risk_pregnancy", false},
		{"of one who is", []change{yes("ans.pregnant")}, "ans.high_risk_pregnancy", true},
		{"of one not yet asked", []change{blank("ans.pregnant")}, "ans.high_risk_pregnancy", false},
		{"imaging after an accident last week", []change{ago("days_since.trauma_major", 7)}, "ans.imaging_not_done", true},
		{"after an accident last month", []change{ago("days_since.trauma_major", 30)}, "ans.imaging_not_done", false},
		{"after an accident on an unknown day", []change{yes("days_since.trauma_major")}, "ans.imaging_not_done", true},
		{"accident not yet asked", []change{blank("days_since.trauma_major")}, "ans.imaging_not_done", false},
		{"temple headache at 45", nil, "ans.new_temporal_headache", false},
		{"at 60", []change{aged(60)}, "ans.new_temporal_headache", true},
		{"at an unknown age", []change{unborn}, "ans.new_temporal_headache", true},
		{"leg symptoms without a disc code", nil, "ans.leg_symptoms", false},
		{"with one", []change{icd("M51.26")}, "ans.leg_symptoms", true},
		{"age when the birthday is known", nil, "ans.age", false},
		{"tumor after cancer", []change{yes("ans.cancer_history")}, "ans.tumour_site", true},
		{"tumor with a cancer code", []change{icd("C50.911")}, "ans.tumour_site", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := slices.Contains(keysOf(e.Questions(healthy(t, c.facts...))), c.key)
			if got != c.wanted {
				t.Errorf("asked: %v", got)
			}
		})
	}
	r := e.Evaluate(healthy(t, yes("ans.pregnant"), blank("ans.high_risk_pregnancy")))
	if got := keysOf(r.Missing); !slices.Equal(got, []string{"ans.high_risk_pregnancy"}) || !r.Stops() {
		t.Errorf("a follow-up left blank: %s, missing %v", r.Status, got)
	}
}

func TestFactsAreNamedInWords(t *testing.T) {
	e := engine(t)
	cases := []struct {
		name  string
		facts []change
		rule  string
		want  string
	}{
		{"answer", []change{yes("ans.fever")}, "AB02", "Fever: yes"},
		{"vital", []change{num("vital.sbp", 182)}, "EM05", "Systolic blood pressure 182 mmHg (the rule: 180 or more)"},
		{"date", []change{ago("days_since.surgery", 12)}, "LO05", "Surgery on 26 Feb 2026, 12 days ago (the rule: less than 42 days)"},
		{"one day", []change{ago("days_since.acute_injury", 1)}, "LO03", "Recent injury on 9 Mar 2026, 1 day ago (the rule: less than 3 days)"},
		{"today", []change{ago("days_since.acute_injury", 0)}, "LO03", "Recent injury on 10 Mar 2026, today (the rule: less than 3 days)"},
		{"planned", []change{ago("days_since.surgery", -7)}, "LO05", "Surgery on 17 Mar 2026, still to come (the rule: less than 42 days)"},
		{"derived class", []change{takes("Medrol"), yes("ans.steroid_long")}, "PR02", "Takes Medrol: Steroid tablets for a long time"},
		{"date not known", []change{yes("days_since.surgery")}, "LO05", "Surgery: date not known (the rule: less than 42 days ago)"},
		{"vital not known", []change{icd("i10")}, "PR03", "Systolic blood pressure not known (the rule: 160 or more)"},
		{"diagnosis", []change{icd("m797")}, "PR15", "Diagnosis M79.7"},
		{"medicine", []change{takes("Eliquis 5 mg")}, "PR01", "Takes Eliquis 5 mg: Blood thinner (anticoagulant)"},
		{"medicine class", []change{func(f *screening.Facts) { f.MedClasses = []string{"anticoagulant"} }}, "PR01", "Takes: Blood thinner (anticoagulant)"},
		{"fracture", []change{icd("S72.001A")}, "LO04", "Diagnosis S72.001A: a fracture under active treatment"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f, ok := e.Evaluate(healthy(t, c.facts...)).Find(c.rule)
			if !ok || !slices.Contains(f.Because, c.want) {
				t.Errorf("got %q, want %q", f.Because, c.want)
			}
			if !f.Unreviewed || f.Rule.Version < 1 || len(f.GroupKeys()) == 0 {
				t.Errorf("%+v", f)
			}
			if want := strings.Contains(c.want, "not known"); f.Incomplete != want {
				t.Errorf("incomplete %v, want %v", f.Incomplete, want)
			}
		})
	}
}

func TestPlacesAreMarkedOrAsked(t *testing.T) {
	e := engine(t)
	r := e.Evaluate(healthy(t, func(f *screening.Facts) { f.Answers["ans.open_wound"] = screening.SaidYes().At("itb-l") }, yes("ans.sunburn")))
	f, _ := r.Find("LO02")
	if !slices.Equal(f.Sites, []string{"itb-l"}) || f.AskSite {
		t.Errorf("sites %v, ask %v", f.Sites, f.AskSite)
	}
	f, _ = e.Evaluate(healthy(t, yes("ans.open_wound"))).Find("LO02")
	if !f.AskSite {
		t.Error("a wound without a place does not ask for it")
	}
	f, _ = e.Evaluate(healthy(t, yes("ans.stroke_or_carotid_disease"))).Find("LO14")
	if !slices.Equal(f.Regions, []string{"neck-anterior"}) || f.AskSite {
		t.Errorf("regions %v, ask %v", f.Regions, f.AskSite)
	}
}

func TestPlanLimits(t *testing.T) {
	e := engine(t)
	r := e.Evaluate(healthy(t, takes("warfarin"), icd("M79.7")))
	if got := r.Avoid(); !slices.Equal(got, []string{"cupping", "deep", "friction", "iastm", "trigger-point"}) {
		t.Errorf("avoid %v", got)
	}
	if got := r.MaxPressure(); got != 2 {
		t.Errorf("pressure %d", got)
	}
	if r := e.Evaluate(healthy(t, takes("ibuprofen"))); len(r.Avoid()) != 0 || r.MaxPressure() != 0 || !r.NeedsDecision() {
		t.Errorf("information limits the plan: %v", r.Avoid())
	}
	eased, _ := e.Apply(r, []screening.Clearance{clearance("PR15", "therapist")}, today)
	if got := eased.MaxPressure(); got != 3 || eased.Status != knowledge.LevelPrecaution {
		t.Errorf("of the two caps the one that stays is 3, got %d", got)
	}
	if r := e.Evaluate(healthy(t)); r.NeedsDecision() || r.Stops() || r.RulesVersion == "" || r.QuestionsVersion == "" {
		t.Errorf("%+v", r)
	}
}

func TestParseAnswer(t *testing.T) {
	qs := knowledge.Must().Questions()
	for _, c := range []struct {
		key, text string
		want      screening.Answer
		bad       bool
	}{
		{"ans.fever", "yes", screening.SaidYes(), false},
		{"ans.fever", "no", screening.SaidNo(), false},
		{"ans.fever", " ", screening.Answer{}, false},
		{"ans.fever", "maybe", screening.Answer{}, true},
		{"ans.fever", "1", screening.Answer{}, true},
		{"vital.sbp", "152", screening.Measured(152), false},
		{"vital.tempF", "100.4", screening.Measured(100.4), false},
		{"vital.sbp", "no", screening.SaidNo(), false},
		{"vital.sbp", "yes", screening.Answer{}, true},
		{"vital.sbp", "1520", screening.Answer{}, true},
		{"vital.sbp", "NaN", screening.Answer{}, true},
		{"days_since.surgery", "2026-03-01", screening.Happened(civil.Of(2026, 3, 1)), false},
		{"days_since.surgery", "yes", screening.SaidYes(), false},
		{"days_since.surgery", "2026-02-30", screening.Answer{}, true},
	} {
		q, _ := qs.Question(c.key)
		got, err := screening.ParseAnswer(q, c.text)
		if (err != nil) != c.bad || got.String() != c.want.String() || got.Reply != c.want.Reply {
			t.Errorf("%s %q: %+v %v", c.key, c.text, got, err)
		}
	}
}
