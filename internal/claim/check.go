package claim

import (
	"fmt"
	"slices"

	"soapstone/internal/id"
)

// Check is one question that a claim must answer before it may leave.
type Check struct {
	Key    string    // stable: waivers and help name it
	Title  string    // what is asked, in a few words
	Waiver Authority // who may set it aside when it blocks
	// Proof says that the check is about the care itself, so that it holds for a
	// superbill too, where no payer is asked.
	Proof bool
	// Voids says that it is asked of a void as well, which repeats what was sent.
	Voids bool
	// Prevents are the claim adjustment reason codes that its block keeps away.
	Prevents []string

	run func(j *judge)
}

// Checks lists every check, in the order of a claim's page.
func Checks() []Check {
	return slices.Concat(noteChecks, unitChecks, therapistChecks, prescriptionChecks, authorisationChecks,
		diagnosisChecks, coverageChecks, payerChecks, formChecks)
}

// Judgement is a claim worked out and checked.
type Judgement struct {
	Document Document
	Counting Counting
	Findings []Finding
}

// Judge works out what a claim says and checks it.
func Judge(f Facts) Judgement {
	d, n := Draft(f)
	return Judgement{d, n, Evaluate(f, d, n)}
}

// Blocks counts the findings that keep the claim from leaving, Warns those that
// only warn.
func (j Judgement) Blocks() int64 {
	return tally(j.Findings, Finding.Blocks)
}

// Warns counts the findings that warn, and blocks that were set aside.
func (j Judgement) Warns() int64 {
	return tally(j.Findings, func(f Finding) bool { return f.Level != Pass && !f.Blocks() })
}

// State is that of a draft: Ready exactly when nothing blocks.
func (j Judgement) State() State {
	if j.Blocks() > 0 {
		return Blocked
	}
	return Ready
}

func tally(all []Finding, is func(Finding) bool) (n int64) {
	for _, f := range all {
		if is(f) {
			n++
		}
	}
	return n
}

// Evaluate asks every check about what a claim says and about the record behind
// it. Each answers at least once, so that what was asked can be seen. It does
// no input and output.
func Evaluate(f Facts, d Document, n Counting) []Finding {
	return evaluate(f, d, n, func(c Check) bool { return f.Frequency != Void || c.Voids })
}

// EvaluateProof asks only what concerns the care itself, for a superbill.
func EvaluateProof(f Facts, d Document, n Counting) []Finding {
	return evaluate(f, d, n, func(c Check) bool { return c.Proof })
}

func evaluate(f Facts, d Document, n Counting, asked func(Check) bool) []Finding {
	j := &judge{f: f, d: d, n: n}
	for _, c := range Checks() {
		if !asked(c) {
			continue
		}
		j.check, j.skip = c, false
		before := len(j.out)
		c.run(j)
		if len(j.out) == before && !j.skip {
			j.out = append(j.out, Finding{Check: c.Key, Level: Pass, Text: c.Title})
		}
	}
	waived(j.out, f.Waivers)
	return j.out
}

// waived puts standing waivers to the findings they are about. A waiver holds
// for what the check said when it was given: other words mean other facts. What
// nobody may set aside is not, whatever the table of waivers holds.
func waived(all []Finding, waivers []Waiver) {
	for i := range all {
		f := &all[i]
		if f.Level != Block || f.Waiver == Nobody {
			continue
		}
		for _, w := range waivers {
			if w.Check == f.Check && w.Line == f.Line && w.About == f.Text {
				f.Waived = &w
			}
		}
	}
}

// judge collects findings.
type judge struct {
	f     Facts
	d     Document
	n     Counting
	check Check
	skip  bool // the question does not arise
	out   []Finding
}

func (j *judge) add(level Level, line, source, text string, fix Fix) {
	f := Finding{Check: j.check.Key, Level: level, Line: line, Text: text, Source: source, Fix: fix}
	if level == Block {
		f.Waiver = j.check.Waiver
	}
	j.out = append(j.out, f)
}

func (j *judge) block(fix Fix, format string, args ...any) {
	j.add(Block, "", "", fmt.Sprintf(format, args...), fix)
}

func (j *judge) warn(fix Fix, format string, args ...any) {
	j.add(Warn, "", "", fmt.Sprintf(format, args...), fix)
}

// rule says what a rule of the payer asks for: it blocks when the rule was
// confirmed and warns otherwise. field is its name in coverage.Terms.
func (j *judge) rule(field string, fix Fix, format string, args ...any) {
	level, text := Block, fmt.Sprintf(format, args...)
	if j.f.unsure(field) {
		level, text = Warn, text+" The payer’s rule is not confirmed: ask, and enter what you learn."
	}
	j.add(level, "", j.f.Terms.Source(field), text, fix)
}

// na says that the question does not arise; nothing is shown for it.
func (j *judge) na() { j.skip = true }

// The pages on which things are mended.

func (j *judge) noteFix() Fix {
	if j.f.Note.Document.IsZero() {
		return Fix{"Open the visit", "/visits/" + j.f.Visit.ID.String() + "/note"}
	}
	return Fix{"Open the note", "/visits/" + j.f.Visit.ID.String() + "/note/" + j.f.Note.Document.String()}
}

func (j *judge) addendumFix() Fix {
	return Fix{"Correct the minutes", "/visits/" + j.f.Visit.ID.String() + "/note/" + j.f.Note.Document.String() + "/addendum"}
}

func (j *judge) patientPage(label, rest string) Fix {
	return Fix{label, "/patients/" + j.f.Patient.ID.String() + rest}
}

func (j *judge) prescriptionFix() Fix {
	if j.f.Prescription == nil {
		return j.patientPage("Enter the prescription", "/referrals/new")
	}
	return j.patientPage("Open the prescription", "/referrals/"+j.f.Prescription.ID.String())
}

func (j *judge) authorisationFix() Fix {
	if j.f.Prescription == nil {
		return j.prescriptionFix()
	}
	return j.patientPage("Enter the authorization", "/referrals/"+j.f.Prescription.ID.String()+"/authorizations/new")
}

func (j *judge) coverageFix() Fix {
	if j.f.Coverage == nil {
		return j.patientPage("Enter the insurance", "/coverage/new")
	}
	return j.patientPage("Open the insurance", "/coverage/"+j.f.Coverage.ID.String())
}

func (j *judge) detailsFix() Fix {
	return j.patientPage("Open the patient’s details", "/details/edit")
}

func (j *judge) payerFix() Fix {
	if p := j.f.payer(); !p.ID.IsZero() {
		return Fix{"Open the payer", "/settings/payers/" + p.ID.String()}
	}
	return Fix{"Open the payers", "/settings/payers"}
}

func (j *judge) staffFix() Fix {
	return Fix{"Open the therapist", "/settings/staff/" + j.f.Therapist.ID.String() + "/edit"}
}

func (j *judge) practiceFix() Fix { return Fix{"Open the billing identity", "/settings/billing"} }

func (j *judge) placeFix() Fix {
	return Fix{"Open the location", "/settings/locations/" + j.f.Place.ID.String()}
}

func (j *judge) feesFix() Fix { return Fix{"Open the fees", "/settings/fees"} }

func (j *judge) claimFix(label, anchor string) Fix { return claimFix(label, j.f.Claim, anchor) }

func claimFix(label string, c id.Claim, anchor string) Fix {
	return Fix{label, "/claims/" + c.String() + anchor}
}
