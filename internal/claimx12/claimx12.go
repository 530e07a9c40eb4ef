// Package claimx12 sends claims electronically: it writes claim.Documents as one
// 837P interchange. It decides in which loop each fact of a Document stands, and
// which claims share a billing provider, a policy and a patient. How segments
// are spelled is the work of package x12.
//
// It refuses rather than repairs, the whole batch for one claim: what x12 cannot
// write, and every error that x12/check finds in the finished file. A refusal
// names the claim and the field and never what stands in it, so that it may be
// logged. Warnings of the check do not stop a file.
//
// Decisions that the implementation guide leaves open:
//
//   - All claims of a batch stand in one transaction. Providers, policies and
//     patients keep the order in which the claims first name them; the same
//     claims make the same bytes.
//   - The name of the plan is sent only where there is no group number.
//   - The address, birth date and sex of a subscriber who is not the patient
//     are not sent, and of an employer only the name.
//   - The payer's number of an injury goes with the patient's name.
//   - The onset is left out where it is the day of the accident.
//   - The day of the prescription has no segment; it leads the note (NTE) unless
//     the remark names it or leaves no room.
//   - A license number is sent only for a provider without an NPI.
//   - The practice's telephone is not sent: questions go to the submitter.
//   - A payer's address that is not complete is left out; nothing depends on it.
//   - A claim to a second payer is refused, because the first payer's answer is
//     not part of a claim.Document.
package claimx12

import (
	"bytes"
	"io"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/knowledge"
	"soapstone/x12"
)

// MaxClaims is how many claims the guide advises one transaction to hold.
const MaxClaims = 5000

// Writer writes interchanges. It keeps nothing of them and may be used by many
// at once.
type Writer struct{ know *knowledge.Set }

var _ claim.Writer837 = (*Writer)(nil)

// New gives a Writer that checks diagnoses, and knows which procedures need
// words, by the knowledge held.
func New(know *knowledge.Set) *Writer { return &Writer{know} }

// Write writes the claims as one interchange with one transaction, or nothing.
// The error is Invalid and names claims and fields, Internal when the finished
// file cannot be read back, or w's own.
func (w *Writer) Write(out io.Writer, e claim.Envelope, docs []claim.Document) error {
	if len(docs) == 0 {
		return errs.New(errs.Invalid, "There is no claim to send.")
	}
	if len(docs) > MaxClaims {
		return errs.New(errs.Invalid, "At most 5,000 claims go into one file. Send them in parts.")
	}
	b := w.batch(e, docs)
	var file bytes.Buffer
	err := x12.Write837P(&file, b.ich, x12.Options{})
	if faults := append(b.faults, b.unwritable(err)...); len(faults) > 0 {
		return refusal(faults)
	}
	year, month, day := e.At.Date()
	findings, err := Check(file.Bytes(), civil.Of(year, month, day), w.know.ICD10())
	if err != nil {
		return err
	}
	if faults := found(file.Bytes(), findings); len(faults) > 0 {
		return refusal(faults)
	}
	_, err = out.Write(file.Bytes())
	return err
}
