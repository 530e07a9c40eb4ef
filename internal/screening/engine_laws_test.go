package screening_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/civil"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
)

var (
	someCodes = []string{"M54.2", "I82.401", "I10", "M79.7", "C50.911", "S72.001D", "S72.001A", "S72.001", "O14.03", "G35.A", "M06.9", "M51.26", "E11.9", "I50.21", "L03.115", "B20", "nonsense", ""}
	someMeds  = []string{"warfarin", "Advil", "prednisone", "insulin glargine", "Tylenol", "lisinopril", "tamoxifen", "oxycodone", "alendronate", ""}
)

// drawFacts draws any state of knowledge about a patient.
func drawFacts(t *rapid.T) screening.Facts {
	f := screening.Facts{Answers: map[string]screening.Answer{}, Today: today}
	for _, q := range knowledge.Must().Questions().Questions {
		if a := drawAnswer(t, q); a.Answered() {
			f.Answers[q.Key] = a
		}
	}
	f.Diagnoses = rapid.SliceOfN(rapid.SampledFrom(someCodes), 0, 5).Draw(t, "diagnoses")
	f.Medicines = rapid.SliceOfN(rapid.SampledFrom(someMeds), 0, 4).Draw(t, "medicines")
	if rapid.Bool().Draw(t, "birthday known") {
		f.Born = today.AddDays(-365 * rapid.IntRange(0, 100).Draw(t, "age"))
	}
	return f
}

func drawAnswer(t *rapid.T, q knowledge.Question) screening.Answer {
	switch n := rapid.IntRange(0, 19).Draw(t, q.Key); {
	case n < 12:
		return screening.SaidNo()
	case n < 14:
		return screening.Answer{}
	case q.Type == knowledge.AnswerNumber:
		return screening.Measured(q.Min + float64(rapid.IntRange(0, int(q.Max-q.Min)).Draw(t, q.Key+" value")))
	case q.Type == knowledge.AnswerEvent && n < 18:
		return screening.Happened(today.AddDays(-rapid.IntRange(-3, 200).Draw(t, q.Key+" days")))
	}
	return screening.SaidYes()
}

func clone(f screening.Facts) screening.Facts {
	g := f
	g.Answers = map[string]screening.Answer{}
	for k, a := range f.Answers {
		g.Answers[k] = a
	}
	g.Diagnoses, g.Medicines = slices.Clone(f.Diagnoses), slices.Clone(f.Medicines)
	return g
}

func TestOrderNeverMatters(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		g := clone(f)
		g.Diagnoses = rapid.Permutation(f.Diagnoses).Draw(t, "diagnoses again")
		g.Medicines = rapid.Permutation(f.Medicines).Draw(t, "medicines again")
		if len(g.Diagnoses) > 0 {
			g.Diagnoses = append(g.Diagnoses, knowledge.DotlessCode(g.Diagnoses[0]))
		}
		if d := cmp.Diff(e.Evaluate(f), e.Evaluate(g)); d != "" {
			t.Fatal(d)
		}
	})
}

// TestAFactNeverLowersTheStatus: one more diagnosis or medicine, or a yes
// instead of a no.
func TestAFactNeverLowersTheStatus(t *testing.T) {
	e := engine(t)
	qs := knowledge.Must().Questions().Questions
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		g := clone(f)
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			g.Diagnoses = append(g.Diagnoses, rapid.SampledFrom(someCodes).Draw(t, "new diagnosis"))
		case 1:
			g.Medicines = append(g.Medicines, rapid.SampledFrom(someMeds).Draw(t, "new medicine"))
		case 2:
			q := rapid.SampledFrom(qs).Draw(t, "question")
			f.Answers[q.Key] = screening.SaidNo()
			g.Answers[q.Key] = screening.SaidYes()
		}
		before, after := e.Evaluate(f), e.Evaluate(g)
		if after.Status < before.Status {
			t.Fatalf("%s %v became %s %v", before.Status, firedIDs(before), after.Status, firedIDs(after))
		}
	})
}

// TestUnknownIsNeverSaferThanNo, and a forgotten date never safer than a date.
func TestUnknownIsNeverSaferThanNo(t *testing.T) {
	e := engine(t)
	qs := knowledge.Must().Questions().Questions
	rapid.Check(t, func(t *rapid.T) {
		known := drawFacts(t)
		unknown := clone(known)
		q := rapid.SampledFrom(qs).Draw(t, "question")
		if a := known.Answers[q.Key]; q.Type == knowledge.AnswerEvent && !a.Date.IsZero() {
			unknown.Answers[q.Key] = screening.SaidYes()
		} else {
			known.Answers[q.Key] = screening.SaidNo()
			delete(unknown.Answers, q.Key)
		}
		a, b := e.Evaluate(known), e.Evaluate(unknown)
		if b.Status < a.Status {
			t.Fatalf("%s: known %s %v, unknown %s %v", q.Key, a.Status, firedIDs(a), b.Status, firedIDs(b))
		}
	})
}

// TestResultsAreWellFormed: the status is the highest that fired, the list is
// sorted, and everything fired says why.
func TestResultsAreWellFormed(t *testing.T) {
	e := engine(t)
	rapid.Check(t, func(t *rapid.T) {
		r := e.Evaluate(drawFacts(t))
		highest := knowledge.LevelNone
		for i, f := range r.Fired {
			highest = max(highest, f.Level)
			if len(f.Because) == 0 || slices.Contains(f.Because, "") || len(f.Groups) == 0 || f.Level == knowledge.LevelNone {
				t.Fatalf("%+v", f)
			}
			if i > 0 && (r.Fired[i-1].Level < f.Level || (r.Fired[i-1].Level == f.Level && r.Fired[i-1].Rule.ID >= f.Rule.ID)) {
				t.Fatalf("not sorted: %v", firedIDs(r))
			}
		}
		if _, incomplete := r.Find("AB09"); r.Status != highest || (len(r.Missing) > 0 && !incomplete) {
			t.Fatalf("status %s, highest %s, missing %v", r.Status, highest, keysOf(r.Missing))
		}
	})
}

// TestClearancesNeverRaise, and never lower anything they do not name.
func TestClearancesNeverRaise(t *testing.T) {
	e := engine(t)
	ids := []string{"AB01", "AB09", "EM02", "LO05", "PR01", "PR13"}
	rapid.Check(t, func(t *rapid.T) {
		r := e.Evaluate(drawFacts(t))
		var cs []screening.Clearance
		for range rapid.IntRange(0, 4).Draw(t, "clearances") {
			cs = append(cs, screening.Clearance{Rule: rapid.SampledFrom(ids).Draw(t, "rule"), Kind: rapid.SampledFrom([]knowledge.Clinician{"therapist", "physician", "surgeon", "EMS", ""}).Draw(t, "kind"),
				Name: "Ada Lind", Credential: "MD", From: today, EarlierScreening: rapid.Bool().Draw(t, "earlier"), Document: "letter", Reason: "seen"})
		}
		after, refused := e.Apply(r, cs, today)
		if len(refused) > len(cs) || after.Status > r.Status {
			t.Fatalf("%s became %s, %d refused of %d", r.Status, after.Status, len(refused), len(cs))
		}
		for _, f := range after.Fired {
			was, _ := r.Find(f.Rule.ID)
			named := slices.ContainsFunc(cs, func(c screening.Clearance) bool { return c.Rule == f.Rule.ID })
			if f.Level > was.Level || (!named && f.Level != was.Level) || f.Found != was.Found {
				t.Fatalf("%s: %s became %s", f.Rule.ID, was.Level, f.Level)
			}
		}
	})
}

// FuzzParseAnswer: what is taken is written back the same way.
func FuzzParseAnswer(f *testing.F) {
	qs := knowledge.Must().Questions().Questions
	for i, s := range []string{"yes", "no", "", "152", "2026-01-31", "1e2", "-0", "NaN", " 37 "} {
		f.Add(i*7, s)
	}
	f.Fuzz(func(t *testing.T, n int, s string) {
		q := qs[uint(n)%uint(len(qs))]
		a, err := screening.ParseAnswer(q, s)
		if err != nil {
			return
		}
		again, err := screening.ParseAnswer(q, a.String())
		if err != nil || again.String() != a.String() || again.Reply != a.Reply {
			t.Fatalf("%s %q → %+v → %+v, %v", q.Key, s, a, again, err)
		}
		engine(t).Evaluate(screening.Facts{Answers: map[string]screening.Answer{q.Key: a}, Today: civil.Of(2026, 3, 10)})
	})
}
