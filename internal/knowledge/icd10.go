package knowledge

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"soapstone/internal/civil"
)

// CodeEntry is one line of a code list.
type CodeEntry struct {
	Code   string `json:"code"`             // with its dot
	Text   string `json:"text,omitempty"`   // empty: no description in this list
	Common bool   `json:"common,omitempty"` // often ordered for massage; ranked first
	// From is the first day the code was valid, where known; empty means known
	// only for the list's own fiscal year.
	From civil.Date `json:"from,omitzero"`
}

// CodeList is the diagnosis codes of one fiscal year (1 October to 30 September).
type CodeList struct {
	Meta
	System     string     `json:"system"` // "ICD-10-CM"
	FiscalYear int        `json:"fiscal_year"`
	ValidFrom  civil.Date `json:"valid_from"`
	ValidTo    civil.Date `json:"valid_to"`
	// Complete is true for the official list of the year: a code that is not
	// in it is not valid. In a working list it may well be.
	Complete bool        `json:"complete"`
	Codes    []CodeEntry `json:"codes"`
}

// CodeChange is a code that was retired or subdivided.
type CodeChange struct {
	Code       string     `json:"code"`
	Text       string     `json:"text,omitempty"`
	Ended      civil.Date `json:"ended,omitzero"` // last valid day; empty when only the fact is known
	ReplacedBy []string   `json:"replaced_by"`
	Source     string     `json:"source"`
}

// CodeChanges is the file of retired and subdivided codes.
type CodeChanges struct {
	Meta
	Changes []CodeChange `json:"changes"`
}

// CodeAlias adds everyday words to the search for codes that begin with Prefix.
type CodeAlias struct {
	Prefix string   `json:"prefix"`
	Words  []string `json:"words"`
}

// CodeAliases is the file of everyday words.
type CodeAliases struct {
	Meta
	Aliases []CodeAlias `json:"aliases"`
}

var codeShape = regexp.MustCompile(`^[A-Z][0-9][0-9A-Z]{1,5}$`)

// DotlessCode normalises a diagnosis code: letters raised, dots and blanks
// dropped. It does not check the shape.
func DotlessCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
}

// DottedCode writes a code the way people read it: M54.50.
func DottedCode(code string) string {
	code = DotlessCode(code)
	if len(code) > 3 {
		return code[:3] + "." + code[3:]
	}
	return code
}

// ParseCodeList reads a fiscal year's list.
func ParseCodeList(file string, b []byte) (CodeList, error) {
	var l CodeList
	if err := decode(file, b, &l); err != nil {
		return CodeList{}, err
	}
	if err := l.finish(file, "soapstone/codes.icd10cm/1", b); err != nil {
		return CodeList{}, failure(file, "", err)
	}
	from, to := civil.Date{Year: l.FiscalYear - 1, Month: 10, Day: 1}, civil.Date{Year: l.FiscalYear, Month: 9, Day: 30}
	switch {
	case l.System != "ICD-10-CM":
		return CodeList{}, failure(file, "", fmt.Errorf("system %q is not ICD-10-CM", l.System))
	case !from.Valid() || l.ValidFrom.Before(from) || l.ValidTo != to || l.ValidTo.Before(l.ValidFrom):
		return CodeList{}, failure(file, "", errors.New("valid_from and valid_to do not fit the fiscal year"))
	case len(l.Codes) == 0:
		return CodeList{}, failure(file, "", errors.New("no codes"))
	}
	seen := map[string]bool{}
	for _, c := range l.Codes {
		plain := DotlessCode(c.Code)
		switch {
		case !codeShape.MatchString(plain) || c.Code != DottedCode(plain):
			return CodeList{}, failure(file, "code "+c.Code, errors.New("not the shape of a code with its dot"))
		case seen[plain]:
			return CodeList{}, failure(file, "code "+c.Code, errors.New("appears twice"))
		case !c.From.IsZero() && c.From.After(l.ValidTo):
			return CodeList{}, failure(file, "code "+c.Code, errors.New("from lies after the list"))
		}
		seen[plain] = true
	}
	for plain := range seen {
		for n := 3; n < len(plain); n++ {
			if seen[plain[:n]] {
				return CodeList{}, failure(file, "code "+DottedCode(plain[:n]), fmt.Errorf("is subdivided (%s) and so not billable", DottedCode(plain)))
			}
		}
	}
	return l, nil
}

// ParseCodeChanges reads the file of retired codes.
func ParseCodeChanges(file string, b []byte) (CodeChanges, error) {
	var c CodeChanges
	if err := decode(file, b, &c); err != nil {
		return CodeChanges{}, err
	}
	if err := c.finish(file, "soapstone/codes.changes/1", b); err != nil {
		return CodeChanges{}, failure(file, "", err)
	}
	seen := map[string]bool{}
	for _, x := range c.Changes {
		plain := DotlessCode(x.Code)
		switch {
		case !codeShape.MatchString(plain) || x.Code != DottedCode(plain):
			return CodeChanges{}, failure(file, "code "+x.Code, errors.New("not the shape of a code with its dot"))
		case seen[plain]:
			return CodeChanges{}, failure(file, "code "+x.Code, errors.New("appears twice"))
		case x.Source == "":
			return CodeChanges{}, failure(file, "code "+x.Code, errors.New("source is missing"))
		case len(x.ReplacedBy) == 0:
			return CodeChanges{}, failure(file, "code "+x.Code, errors.New("replaced_by is missing"))
		}
		seen[plain] = true
	}
	return c, nil
}

// ParseCodeAliases reads the file of everyday words.
func ParseCodeAliases(file string, b []byte) (CodeAliases, error) {
	var a CodeAliases
	if err := decode(file, b, &a); err != nil {
		return CodeAliases{}, err
	}
	if err := a.finish(file, "soapstone/codes.aliases/1", b); err != nil {
		return CodeAliases{}, failure(file, "", err)
	}
	for _, x := range a.Aliases {
		if !prefixShape.MatchString(x.Prefix) || len(x.Prefix) < 3 {
			return CodeAliases{}, failure(file, "prefix "+x.Prefix, errors.New("not a code prefix without dots"))
		}
		if len(x.Words) == 0 || slices.ContainsFunc(x.Words, func(w string) bool { return len(searchWords(w)) == 0 }) {
			return CodeAliases{}, failure(file, "prefix "+x.Prefix, errors.New("words are missing"))
		}
	}
	return a, nil
}

// Code is a diagnosis code as handed to callers.
type Code struct {
	Code       string // with its dot: "M54.50"
	Text       string // NoDescription when the list has none
	Common     bool
	FiscalYear int        // of the list it was found in; 0 for a retired code
	From       civil.Date // first valid day where known
	To         civil.Date // last valid day where it has ended
}

// NoDescription stands where a list holds a code without a text.
const NoDescription = "No description in this list"

// ExternalCause reports a V, W, X or Y code: allowed, but never the first
// diagnosis of a claim.
func (c Code) ExternalCause() bool { return strings.ContainsAny(c.Code[:1], "VWXY") }

// Unspecified reports that the description leaves something open.
func (c Code) Unspecified() bool { return strings.Contains(strings.ToLower(c.Text), "unspecified") }

// CodeState is what can be said about a code on a date of service.
type CodeState string

// The states of a code on a date.
const (
	CodeValid      CodeState = "valid"
	CodeMalformed  CodeState = "malformed"     // not the shape of a code
	CodeIncomplete CodeState = "incomplete"    // a category: more characters are needed
	CodeOverlong   CodeState = "overlong"      // longer than a complete code
	CodeEnded      CodeState = "ended"         // retired before that date
	CodeNotYet     CodeState = "not-yet"       // valid only later
	CodeAbsent     CodeState = "absent"        // not in the official list of that year
	CodeUnlisted   CodeState = "unlisted"      // not in our working list; may be valid
	CodeNewer      CodeState = "unknown-newer" // the date is newer than any list held
	CodeOlder      CodeState = "unknown-older" // the date is older than any list held
	CodeUndated    CodeState = "unknown-undated"
)

// Blocks reports that the code must not be used for that date.
func (s CodeState) Blocks() bool {
	switch s {
	case CodeMalformed, CodeIncomplete, CodeOverlong, CodeEnded, CodeNotYet, CodeAbsent:
		return true
	}
	return false
}

// Warns reports that the code may be used, but could not be confirmed.
func (s CodeState) Warns() bool { return s != CodeValid && !s.Blocks() }
