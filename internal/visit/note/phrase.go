package note

import (
	"regexp"
	"strings"

	"soapstone/internal/errs"
)

// The limits of phrases.
const (
	MaxPhraseName = 24
	MaxPhraseBody = 600 // characters
	MaxPhrases    = 60  // of one person
)

var phraseName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// PhraseName reads the name of a phrase as it is typed, with or without the dot
// before it: small letters, digits and dashes, a letter first. "" when it is none.
func PhraseName(s string) string {
	s = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "."))
	if len(s) > MaxPhraseName || !phraseName.MatchString(s) {
		return ""
	}
	return s
}

// PhraseFaults lists what is wrong with a phrase, by the names of its form. The
// name is one that PhraseName gave.
func PhraseFaults(name, body string) []errs.Field {
	var f []errs.Field
	if name == "" {
		f = append(f, errs.Field{Name: "name", Message: "Give it a name of up to 24 small letters, digits and dashes, such as neck-tight."})
	}
	return appendFault(f, "body", body, MaxPhraseBody, "Write the words it stands for.")
}
