package referral

import (
	"fmt"
	"regexp"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

// MaxDiagnoses is how many a claim can carry (CMS-1500 item 21 has A to L).
const MaxDiagnoses = 12

// Diagnosis is one code a prescriber wrote.
type Diagnosis struct {
	ID          id.Diagnosis
	Referral    id.Referral
	Code        string // with its dot: M62.838
	Description string // "" when the list at hand has none
	Side        Side
	Warning     string // what the code list could not settle; "" when it was confirmed
	List        string // the list the code was checked against
}

// Side is the side of the body a code names.
type Side string

// The sides. A code that names none has NoSide; one that could name a side and
// does not has SideUnspecified, which payers question.
const (
	NoSide          Side = ""
	Left            Side = "left"
	Right           Side = "right"
	Bilateral       Side = "bilateral"
	SideUnspecified Side = "unspecified"
)

// Label is the side in words; "" for NoSide.
func (s Side) Label() string {
	switch s {
	case Left, Right:
		return string(s) + " side"
	case Bilateral:
		return "both sides"
	case SideUnspecified:
		return "side not specified"
	}
	return ""
}

var (
	sideWord        = regexp.MustCompile(`(?i)\b(right|left|bilateral)\b`)
	unspecifiedPart = regexp.MustCompile(`(?i)\bunspecified (side|shoulder|elbow|wrist|hand|finger|fingers|arm|upper arm|forearm|upper limb|hip|thigh|knee|leg|lower leg|lower limb|limb|ankle|foot|toe|toes|heel|ear|eye|breast)\b`)
)

// SideOf reads the side from a code's official description. The code's own
// digits do not tell: their place differs from chapter to chapter. Left and
// right halves of the heart (I00 to I52) are no sides of the body.
func SideOf(code, description string) Side {
	if code >= "I00" && code < "I53" {
		return NoSide
	}
	if m := sideWord.FindString(description); m != "" {
		return Side(strings.ToLower(m))
	}
	if unspecifiedPart.MatchString(description) {
		return SideUnspecified
	}
	return NoSide
}

var codeShape = regexp.MustCompile(`^[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}$`)

// ParseCode reads an ICD-10-CM code with or without its dot and in either
// case, and gives it with the dot: "m54 50" is "M54.50". Text that does not
// have the shape of a code is an Invalid error. Whether the code exists is not
// looked at.
func ParseCode(s string) (string, error) {
	plain := knowledge.DotlessCode(strings.TrimSpace(s))
	if !codeShape.MatchString(plain) {
		return "", errs.New(errs.Invalid, "“"+shorten(s, 12)+"” is not an ICD-10-CM code. Enter it like M54.50.")
	}
	return knowledge.DottedCode(plain), nil
}

func shorten(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}

// Resolve turns the codes of a prescription into diagnoses, in their order,
// valid on day on. A code that may not be used, or is given twice, is a
// complaint about field dx.N, where N is its place in raw. So is one that no
// list at hand knows, unless a person has looked it up in the official list
// (confirmed); it is then kept with a warning.
func Resolve(codes *knowledge.ICD10, raw []string, on civil.Date, confirmed bool) ([]Diagnosis, []errs.Field) {
	var out []Diagnosis
	var wrong []errs.Field
	seen := map[string]bool{}
	for i, s := range raw {
		d, msg := resolve(codes, s, on, confirmed, seen)
		if msg == "" && len(out) == 0 && strings.ContainsAny(d.Code[:1], "VWXY") {
			msg = d.Code + " says how it happened. Put the diagnosis itself first."
		}
		if msg != "" {
			wrong = append(wrong, errs.Field{Name: DiagnosisField(i), Message: msg})
			continue
		}
		out = append(out, d)
	}
	if len(raw) > MaxDiagnoses {
		wrong = append(wrong, errs.Field{Name: "dx_q", Message: fmt.Sprintf("Keep to %d diagnoses: a claim has no room for more.", MaxDiagnoses)})
	}
	return out, wrong
}

// DiagnosisField names the form field of the i-th code.
func DiagnosisField(i int) string { return fmt.Sprintf("dx.%d", i) }

func resolve(codes *knowledge.ICD10, s string, on civil.Date, confirmed bool, seen map[string]bool) (d Diagnosis, wrong string) {
	code, err := ParseCode(s)
	if err != nil {
		return d, errs.PublicOf(err)
	}
	if seen[code] {
		return d, code + " is given twice. Remove one of them."
	}
	seen[code] = true
	d, unknown, wrong := check(codes, code, on)
	if wrong == "" && unknown && !confirmed {
		wrong = code + " is not in the code list at hand. Check it, or tick that you have looked it up."
	}
	return d, wrong
}

// check looks one code up. why is set when it may not be used.
func check(codes *knowledge.ICD10, code string, on civil.Date) (d Diagnosis, unknown bool, why string) {
	state, words := codes.Valid(code, on)
	if state.Blocks() {
		return Diagnosis{}, false, words
	}
	d = Diagnosis{Code: code, List: codes.Held()}
	entry, known := codes.Lookup(code)
	if !known {
		// On a day that no list covers, a category still cannot be a diagnosis.
		for _, c := range codes.Search(code, on, 20) {
			if strings.HasPrefix(c.Code, code) {
				return d, true, code + " is not complete: it needs more characters, for instance " + c.Code + "."
			}
		}
	}
	if known && entry.Text != knowledge.NoDescription {
		d.Description, d.Side = entry.Text, SideOf(code, entry.Text)
	}
	if state != knowledge.CodeValid {
		d.Warning = words
	}
	return d, !known, ""
}
