package claim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/claim"
	"soapstone/internal/knowledge"
	"soapstone/internal/money"
	"soapstone/units"
)

func TestLinesComeFromTheMinutes(t *testing.T) {
	type want struct {
		line    string
		minutes int64
		charge  money.Cents
		points  []int
	}
	tests := []struct {
		name string
		by   func(f *claim.Facts)
		want []want
	}{
		{"one line a procedure", func(*claim.Facts) {}, []want{{"97124 GP × 2", 30, 7000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"techniques of one procedure are one line", func(f *claim.Facts) { f.Proposed["myofascial-release"] = knowledge.TechniqueProcedure{Code: "97124"} },
			[]want{{"97124 GP × 4", 60, 14000, []int{1, 2}}}},
		{"total time puts remainders together", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) { p.UnitRule = units.CMSTotalTime })
			f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 33, 7
		}, []want{{"97124 GP × 2", 33, 7000, []int{1}}, {"97140 GP × 1", 7, 4000, []int{2}}}},
		{"each by itself from eight minutes on", func(f *claim.Facts) { f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 33, 8 },
			[]want{{"97124 GP × 2", 33, 7000, []int{1}}, {"97140 GP × 1", 8, 4000, []int{2}}}},
		{"full quarter hours only", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) { p.UnitRule = units.Strict15 })
			f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 44, 15
		}, []want{{"97124 GP × 2", 44, 7000, []int{1}}, {"97140 GP × 1", 15, 4000, []int{2}}}},
		{"an untimed procedure is one unit", func(f *claim.Facts) { f.Choices.Procedures = map[string]string{"petrissage": "97010"} },
			[]want{{"97010 GP × 1", 30, 1000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"a tie as it was chosen", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) { p.UnitRule = units.CMSTotalTime })
			f.Note.Given[0].Minutes, f.Note.Given[1].Minutes = 25, 25
			f.Choices.Tie = []string{"97140-GP"}
		}, []want{{"97124 GP × 1", 25, 3500, []int{1}}, {"97140 GP × 2", 25, 8000, []int{2}}}},
		{"a choice that fits no more is not taken", func(f *claim.Facts) { f.Choices.Tie = []string{"97140-GP"} },
			[]want{{"97124 GP × 2", 30, 7000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"a limit cuts the procedure", func(f *claim.Facts) { f.Note.Given[0].Minutes = 90 },
			[]want{{"97124 GP × 4", 90, 14000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"the visit’s limit cuts what was entered last", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) { p.VisitUnitsCap = 3 })
		}, []want{{"97124 GP × 2", 30, 7000, []int{1}}, {"97140 GP × 1", 30, 4000, []int{2}}}},
		{"an unconfirmed limit cuts nothing", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) {
				p.VisitUnitsCap, p.Unverified = 3, knowledge.Unverified{"visit_units_cap"}
			})
		}, []want{{"97124 GP × 2", 30, 7000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"a distinct service’s modifier stands first", func(f *claim.Facts) { chosen(f, "97124", "XS") },
			[]want{{"97124 XS GP × 2", 30, 7000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"or second, where the payer wants it so", func(f *claim.Facts) {
			under(f, func(p *knowledge.PayerProfile) { p.Modifiers.Order = knowledge.InformationalFirst })
			chosen(f, "97124", "XS")
		}, []want{{"97124 GP XS × 2", 30, 7000, []int{1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"pointers as chosen", func(f *claim.Facts) { f.Choices.Pointers = map[string][]int{"97124": {2, 1}} },
			[]want{{"97124 GP × 2", 30, 7000, []int{2, 1}}, {"97140 GP × 2", 30, 8000, []int{2}}}},
		{"pointers to all where no region tells", func(f *claim.Facts) { f.Prescription.DiagnosisZones = nil },
			[]want{{"97124 GP × 2", 30, 7000, []int{1, 2}}, {"97140 GP × 2", 30, 8000, []int{1, 2}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			tt.by(&f)
			d, _ := claim.Draft(f)
			var got []want
			var sum money.Cents
			for _, l := range d.Lines {
				got = append(got, want{l.Summary(), l.Minutes, l.Charge, l.Pointers})
				sum += l.Charge
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(want{})); diff != "" {
				t.Error(diff)
			}
			if sum != d.Total {
				t.Errorf("total %s, lines %s", d.Total, sum)
			}
		})
	}
}

func TestTheDocumentSaysWhatTheRecordSays(t *testing.T) {
	f := good()
	authorised(&f, nil)
	f.Patient.LastName = "Núñez-Świątek"
	d, _ := claim.Draft(f)
	got := []string{d.Number, d.Patient.LastName, d.Patient.Sex, d.Patient.Phone, d.Billing.NPI, d.Billing.Address.ZIP, d.Rendering.Name, d.Rendering.FirstName,
		d.Referring.Name, d.Referring.NPI, d.Subscriber.MemberID, string(d.Subscriber.Relation), d.Subscriber.Person.LastName, d.Authorisation, d.AuthorisationKind,
		strings.Join(d.Diagnoses, " "), d.Lines[0].Control, d.Lines[0].Place, d.Payer.Filing, d.FirstOn.String(), d.OrderedOn.String()}
	want := []string{"100001", "Nunez-Swiatek", "F", "3125550199", "1558598797", "606011234", "Tester", "Terry", "Chen", "1234567893", "M123", "self",
		"Nunez-Swiatek", "A-77", "G1", "M54.2 M54.50", "100001-97124GP", "11", "CI", "2026-02-02", "2026-02-01"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if d.Facility != nil {
		t.Error("the place is where the bill comes from, and stands there twice")
	}
	if diff := cmp.Diff([]string{"tight: neck", "prescribed for M54.2"}, d.Lines[0].Proof.Findings); diff != "" {
		t.Error(diff)
	}
}

// What no record gives but a faulty document might hold.
func TestDocumentsThatCannotBeAreBlocked(t *testing.T) {
	tests := []struct {
		name, check string
		by          func(d *claim.Document)
	}{
		{"51 lines", "lines.count", func(d *claim.Document) {
			for i := range 49 {
				l := d.Lines[0]
				l.Control = fmt.Sprint("x", i)
				d.Lines = append(d.Lines, l)
			}
		}},
		{"amounts that do not sum", "total.sums", func(d *claim.Document) { d.Total++ }},
		{"more units than minutes", "units.whole", func(d *claim.Document) { d.Lines[0].Units = 4 }},
		{"no unit", "units.whole", func(d *claim.Document) { d.Lines[0].Units = 0 }},
		{"two units of an untimed service", "units.whole", func(d *claim.Document) { d.Lines[0].Timed = false }},
		{"a pointer beyond the diagnoses", "diagnosis.pointers", func(d *claim.Document) { d.Lines[0].Pointers = []int{3} }},
		{"five pointers", "diagnosis.pointers", func(d *claim.Document) { d.Lines[0].Pointers = []int{1, 2, 1, 2, 1} }},
		{"a pointer twice", "diagnosis.pointers", func(d *claim.Document) { d.Lines[0].Pointers = []int{1, 1} }},
		{"no pointer", "diagnosis.pointers", func(d *claim.Document) { d.Lines[0].Pointers = nil }},
		{"thirteen diagnoses", "diagnosis.count", func(d *claim.Document) {
			d.Diagnoses = strings.Fields("M54.2 M54.50 M54.6 M54.9 M62.81 M62.89 M79.7 M25.50 M25.511 M25.512 M54.31 M54.32 M54.41")
		}},
		{"a line of another day", "place", func(d *claim.Document) { d.Lines[0].Date = served.AddDays(1) }},
		{"a procedure out of nowhere", "procedure.known", func(d *claim.Document) { d.Lines[0].Procedure = "99213" }},
		{"a line that lost its finding", "finding.addressed", func(d *claim.Document) { d.Lines[0].Proof.Findings = nil }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := good()
			d, n := claim.Draft(f)
			tt.by(&d)
			for _, x := range claim.Evaluate(f, d, n) {
				if x.Check == tt.check && x.Blocks() {
					return
				}
			}
			t.Error("nothing blocks")
		})
	}
}

func TestWaiversHoldForWhatTheyWereGivenFor(t *testing.T) {
	f := good()
	other(&f, claim.Sent, "97140")
	found := of(t, f, "claim.duplicate")
	w := claim.Waiver{Check: "claim.duplicate", About: found[0].Text, Reason: "Second session, other region"}
	f.Waivers = []claim.Waiver{w}
	if j := claim.Judge(f); j.State() != claim.Ready || j.Warns() != 1 {
		t.Errorf("set aside, and still %s: %v", j.State(), claim.Open(j.Findings))
	}
	f.Others[0].Number = "99"
	if claim.Judge(f).State() != claim.Blocked {
		t.Error("a waiver held for another claim than the one it was given for")
	}
	g := good()
	g.Note.Valid = false
	g.Waivers = []claim.Waiver{{Check: "note.valid", About: of(t, g, "note.valid")[0].Text, Reason: "x"}}
	if claim.Judge(g).State() != claim.Blocked {
		t.Error("proof was set aside")
	}
}

func TestAVoidRepeatsWhatWasSent(t *testing.T) {
	f := good()
	before, _ := claim.Draft(f)
	f.Frequency, f.Before, f.PayerNumber, f.Number = claim.Void, &before, "P1", "100002"
	f.Note.Valid = false
	j := claim.Judge(f)
	if j.State() != claim.Ready || j.Document.Total != before.Total || j.Document.Number != "100002" || j.Document.PayerNumber != "P1" {
		t.Errorf("%s %+v", j.State(), claim.Open(j.Findings))
	}
	f.PayerNumber = ""
	if claim.Judge(f).State() != claim.Blocked {
		t.Error("a void without the payer’s number is ready")
	}
}

// Whatever is wrong together: a claim is ready exactly when nothing blocks, its
// total is the sum of its lines, its pointers point to diagnoses, and no unit
// stands without minutes.
func TestLawWhateverIsWrongTheClaimIsConsistent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := good()
		f.Note.Given[0].Minutes = rapid.IntRange(0, 180).Draw(t, "minutes")
		f.Note.Given[1].Minutes = rapid.IntRange(0, 180).Draw(t, "minutes")
		under(&f, func(p *knowledge.PayerProfile) { p.UnitRule = rapid.SampledFrom(units.Rules()).Draw(t, "rule") })
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(spoiled)-1), 0, 4).Draw(t, "wrong") {
			tryTo(func() { spoiled[i].by(&f) })
		}
		j := claim.Judge(f)
		if (j.State() == claim.Ready) != (j.Blocks() == 0) {
			t.Fatalf("%s with %d blocks", j.State(), j.Blocks())
		}
		var sum money.Cents
		for _, l := range j.Document.Lines {
			sum += l.Charge
			for _, p := range l.Pointers {
				if p < 1 || p > len(j.Document.Diagnoses) {
					t.Fatalf("pointer %d of %d", p, len(j.Document.Diagnoses))
				}
			}
			if l.Units > (l.Minutes+14)/15 && l.Timed || len(l.Pointers) > claim.MaxPointers || len(l.Modifiers) > claim.MaxModifiers {
				t.Fatalf("line %+v", l)
			}
		}
		if sum != j.Document.Total {
			t.Fatalf("total %s, lines %s", j.Document.Total, sum)
		}
		for _, x := range j.Findings {
			if x.Blocks() && j.State() == claim.Ready {
				t.Fatal("ready and blocked")
			}
		}
	})
}

// tryTo lets a spoiler be that needs what an earlier one took away.
func tryTo(by func()) {
	defer func() { _ = recover() }()
	by()
}

// Mending a fact never makes the same check worse: with two things wrong,
// undoing one leaves each check at most as grave as before.
func TestLawMendingNeverAddsABlockOfTheSameCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := spoiled[rapid.IntRange(0, len(spoiled)-1).Draw(t, "stays")]
		b := spoiled[rapid.IntRange(0, len(spoiled)-1).Draw(t, "is mended")]
		if b.want != claim.Block {
			return
		}
		both, one := good(), good()
		tryTo(func() { a.by(&both) })
		tryTo(func() { b.by(&both) })
		tryTo(func() { a.by(&one) })
		blocks := func(f claim.Facts) (n int) {
			for _, x := range claim.Judge(f).Findings {
				if x.Check == b.check && x.Blocks() {
					n++
				}
			}
			return n
		}
		if a.check != b.check && blocks(one) > blocks(both) && blocks(both) > 0 {
			t.Fatalf("%s after mending %s: %d blocks, before %d", a.name, b.name, blocks(one), blocks(both))
		}
	})
}
