// Package claimpaper puts claims on paper: the CMS-1500 (02/12) form and the
// superbill. It decides where on the form each fact of a claim.Document stands,
// how it is spelled there, how many forms a claim takes, and how the form looks
// where it is drawn and not pre-printed.
//
// The form is a grid of ten characters and six lines to the inch, and is filled
// in two steps: Layout gives cells on that grid (Text shows them as plain text),
// and Form prints them.
//
// What does not fit its field is refused with the number of the item; nothing is
// cut. So is what the form cannot do without, and a letter that has no plain
// Latin spelling. Only a page with a watermark, which nobody can submit, is
// printed with gaps, and those are ringed.
//
// Decisions that the form leaves open:
//
//   - A claim of more than six lines takes several forms. Each stands for
//     itself: its total is the sum of its own lines, and what the patient paid is
//     spread over the forms from the first on, so that no form shows more paid
//     than charged unless the patient paid more than all of them.
//   - Upper case, without periods and apostrophes; hyphens stay in names and are
//     left out of numbers. Accents are dropped.
//   - Dates of birth and of items 14 and 15 have four digits for the year, those
//     of services and of the signature two, as the form has room for them.
//   - Item 15 takes one date: that of the accident where the symptoms began on
//     another day, otherwise that of the first treatment.
//   - "No" in item 11d means that the claim names no other plan. A claim to a
//     second payer is refused, because items 9 to 9d and the first payer's answer
//     are not part of a claim.Document.
//   - The address to which money goes (837P loop 2010AB) has no place on paper.
package claimpaper

import (
	"fmt"
	"strings"

	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/pdf"
)

// Printer makes the papers. The zero value is ready; it keeps nothing and may be
// used by many at once.
type Printer struct{}

var _ claim.Paper = Printer{}

// maxOffset is how far data may be moved on pre-printed forms, in hundredths of
// a millimetre.
const maxOffset = 1000

// Form prints the claims one after another. A claim that does not fit the form
// is an Invalid error that names the claim and the items, and nothing is printed;
// with a watermark such items stay empty and are ringed. Offsets outside
// ±10 mm are Invalid.
func (Printer) Form(docs []claim.Document, o claim.PaperOptions) ([]byte, error) {
	if max(o.OffsetX, o.OffsetY) > maxOffset || min(o.OffsetX, o.OffsetY) < -maxOffset {
		return nil, errs.New(errs.Invalid, "Move the print by at most 10 mm in each direction.")
	}
	if len(docs) == 0 {
		return nil, errs.New(errs.Invalid, "There is no claim to print.")
	}
	out := pdf.NewSheet("CMS-1500 "+docs[0].Number, docs[0].Billing.Name, o.At)
	for _, d := range docs {
		pages, problems := lay(d, o.SignedOn)
		if len(problems) > 0 && o.Watermark == "" {
			return nil, refusal(d.Number, problems)
		}
		for _, p := range pages {
			draw(out, p, problems, o)
		}
	}
	return out.Bytes()
}

// refusal says which items keep a claim off the form. The values themselves stay
// out of it: errors are logged.
func refusal(number string, problems []problem) error {
	e := &errs.Error{Kind: errs.Invalid}
	var said []string
	for _, p := range problems {
		e.Fields = append(e.Fields, errs.Field{Name: p.place(), Message: p.text})
		if len(said) < 5 {
			said = append(said, fmt.Sprintf("%s (%s): %s", p.place(), p.name, p.text))
		}
	}
	if n := len(problems) - len(said); n > 0 {
		said = append(said, fmt.Sprintf("and %d more", n))
	}
	e.Public = fmt.Sprintf("Claim %s cannot be printed on the CMS-1500. %s.", number, strings.Join(said, "; "))
	return e
}
