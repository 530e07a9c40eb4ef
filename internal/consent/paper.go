package consent

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/authz"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/textkey"
)

func makePaper(a authz.Actor, now time.Time, pt patient.Patient, text knowledge.ConsentText, action Action, signer Signer, sig Signature, note string) Paper {
	paper := Paper{Action: action, Text: textOf(text), Signature: sig, Note: note,
		SignedAt: now.UTC().Format(time.RFC3339), LocalDate: a.Today(now), Zone: "UTC", Witness: a.Name}
	if a.Zone != nil {
		paper.Zone = a.Zone.String()
	}
	paper.Patient.Name, paper.Patient.Number, paper.Patient.BirthDate = pt.LegalName(), pt.Number, pt.BirthDate
	paper.Signer.Name, paper.Signer.Relation, paper.Signer.Identity = signer.Name, signer.Relation, signer.Identity
	return paper
}

func titleOf(t knowledge.ConsentText, action Action) string {
	if action == Given {
		return t.Title
	}
	return t.Title + ": " + strings.ToLower(Label(action))
}

// Limits, in characters.
const (
	maxNote     = 2000
	maxIdentity = 200
)

func checkSigner(signer Signer, note string) error {
	var f []errs.Field
	switch {
	case textkey.Search(signer.Name) == "":
		f = append(f, errs.Field{Name: "signer", Message: "Enter the full name of the person who says so."})
	case utf8.RuneCountInString(signer.Name) > patient.MaxName || !printable(signer.Name):
		f = append(f, errs.Field{Name: "signer", Message: "Write the name in at most 100 plain characters."})
	}
	if !slices.Contains(Relations(), signer.Relation) {
		f = append(f, errs.Field{Name: "relation", Message: "Choose who this is."})
	}
	if utf8.RuneCountInString(signer.Identity) > maxIdentity || !printable(signer.Identity) {
		f = append(f, errs.Field{Name: "identity", Message: "Shorten this to 200 plain characters."})
	}
	if utf8.RuneCountInString(note) > maxNote || !printable(note) {
		f = append(f, errs.Field{Name: "note", Message: "Shorten this to 2000 plain characters."})
	}
	return errs.OnFields(f...)
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' })
}
