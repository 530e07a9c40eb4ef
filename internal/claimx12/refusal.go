package claimx12

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/x12"
	"soapstone/x12/check"
)

// fault is one thing that keeps a claim from leaving. It holds no value of the
// claim but its number.
type fault struct {
	claim string // its label; "" when the envelope is at fault
	place string // in words, or the element of the file
	text  string
}

func (f fault) where() string {
	if f.claim == "" {
		return "The file, " + f.place
	}
	return "Claim " + f.claim + ", " + f.place
}

func (b *batch) fault(number, place, text string) {
	b.faults = append(b.faults, fault{number, place, text})
}

// label is how a claim is called in a refusal: by its number, or by its place in
// the batch, counted from 0, where the number is none that could be sent.
func label(number string, nth int) string {
	if len(number) > claim.MaxNumber || !numbered.MatchString(number) {
		return fmt.Sprintf("no. %d of the batch", nth+1)
	}
	return number
}

var numbered = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// shown is how many faults a refusal spells out.
const shown = 5

func refusal(faults []fault) error {
	e := &errs.Error{Kind: errs.Invalid}
	var said []string
	for _, f := range faults {
		e.Fields = append(e.Fields, errs.Field{Name: f.where(), Message: f.text})
		if len(said) < shown {
			said = append(said, f.where()+": "+strings.TrimSuffix(f.text, "."))
		}
	}
	if n := len(faults) - len(said); n > 0 {
		said = append(said, fmt.Sprintf("and %d more", n))
	}
	e.Public = "These claims cannot be sent electronically. " + strings.Join(said, "; ") + "."
	return e
}

// unwritable turns the errors of x12's writer into faults.
func (b *batch) unwritable(err error) []fault {
	if err == nil {
		return nil
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	out := make([]fault, 0, len(all))
	for _, err := range all {
		var at *x12.FieldError
		if !errors.As(err, &at) {
			// x12 says nothing of a field only about its own options.
			out = append(out, fault{place: "layout", text: err.Error()})
			continue
		}
		number, place := b.find(at.Field)
		text := at.Err.Error()
		var char *x12.CharError
		if errors.As(at.Err, &char) {
			// x12 names the character, which is part of the value.
			text = "one character " + char.Reason
		}
		out = append(out, fault{number, place, text})
	}
	return out
}

// find gives the claim that a path of x12's structs belongs to, and the rest of
// the path in words.
func (b *batch) find(path string) (number, place string) {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "Groups[0]."), "Transactions[0].")
	steps := strings.Split(path, ".")
	for n := len(steps); n > 0; n-- {
		number, ok := b.owners[strings.Join(steps[:n], ".")]
		if !ok {
			continue
		}
		if strings.HasPrefix(steps[n-1], "Claims[") {
			return number, inWords(steps[n:])
		}
		return number, inWords(steps[n-1:])
	}
	return "", inWords(steps)
}

// called are steps of a path that have another name in words.
var called = map[string]string{
	"Insurance": "subscriber", "Patients": "patient", "Lines": "line", "Diagnoses": "diagnosis",
	"Referrers": "prescriber", "Attachments": "attachment", "ID": "number", "MemberID": "member number", "TaxID": "tax ID",
	"AccidentClaim": "number of the injury", "Zip": "ZIP code", "ChargeCents": "charge", "PatientPaidCents": "paid by the patient",
}

// counted are steps whose position matters to a person.
var counted = map[string]bool{"Lines": true, "Diagnoses": true, "Attachments": true}

// inWords spells a path: Lines[1].Units is "line 2, units".
func inWords(steps []string) string {
	out := make([]string, len(steps))
	for i, s := range steps {
		name, rest, indexed := strings.Cut(s, "[")
		word := called[name]
		if word == "" {
			word = apart(name)
		}
		var n int
		if _, err := fmt.Sscanf(rest, "%d]", &n); indexed && err == nil && counted[name] {
			word = fmt.Sprintf("%s %d", word, n+1)
		}
		out[i] = word
	}
	return strings.Join(out, ", ")
}

// apart writes SubmitterName as "submitter name"; NPI stays.
func apart(name string) string {
	if strings.ToUpper(name) == name {
		return name
	}
	var b strings.Builder
	before := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return strings.ToLower(b.String())
}

// found turns the errors among a check's findings into faults.
func found(file []byte, findings []check.Finding) []fault {
	var out []fault
	for _, f := range findings {
		if f.Severity != check.Error {
			continue
		}
		number := f.Claim
		if number == "" && strings.HasPrefix(f.Loop, "2") {
			number = claimAfter(file, f.Segment)
		}
		out = append(out, fault{number, f.Where(), fmt.Sprintf("%s [%s]", f.Message, f.Code)})
	}
	return out
}

// claimAfter is the number of the first claim that begins after a segment: what
// stands above the claims is wrong for that one first.
func claimAfter(file []byte, segment int) string {
	in := x12.NewReader(bytes.NewReader(file))
	for {
		s, err := in.Next()
		if err != nil {
			return ""
		}
		if s.ID == "CLM" && s.Number > segment {
			return s.Element(1)
		}
	}
}
