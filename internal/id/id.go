// Package id gives every kind of record its own identifier type, so that a
// patient's id can never be passed where a visit's is meant.
//
// An identifier is a UUIDv7 (RFC 9562), made in Go and never by the database.
// The zero value stands for "none": it is written as SQL NULL, so a column
// that must have an id refuses it. The package refuses every textual form but
// the canonical 36-character one.
package id

import (
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// ID is an identifier of records of kind K. Use the aliases below.
type ID[K any] [16]byte

// ErrFormat is returned for text that is not a canonical lower- or upper-case UUID.
var ErrFormat = errors.New("not a valid identifier")

// New makes a fresh identifier: id.New[id.Patient]().
func New[T ~[16]byte]() T {
	u, err := uuid.NewV7()
	if err != nil {
		// The system's random source failed: nothing that needs an id can go on.
		panic("id: no randomness: " + err.Error())
	}
	return T(u)
}

// Parse reads the canonical form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.
// It returns ErrFormat for anything else, and for the nil UUID.
func Parse[T ~[16]byte](s string) (T, error) {
	var t T
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return t, ErrFormat
	}
	raw := make([]byte, 0, 32)
	raw = append(raw, s[0:8]...)
	raw = append(raw, s[9:13]...)
	raw = append(raw, s[14:18]...)
	raw = append(raw, s[19:23]...)
	raw = append(raw, s[24:36]...)
	var b [16]byte
	if _, err := hex.Decode(b[:], raw); err != nil {
		return t, ErrFormat
	}
	if b == ([16]byte{}) {
		return t, ErrFormat
	}
	return T(b), nil
}

// MustParse is Parse for constants in tests and fixed data; it panics on error.
func MustParse[T ~[16]byte](s string) T {
	t, err := Parse[T](s)
	if err != nil {
		panic(fmt.Sprintf("id.MustParse(%q): %v", s, err))
	}
	return t
}

// IsZero reports whether no record is named.
func (v ID[K]) IsZero() bool { return v == ID[K]{} }

// String gives the canonical form, or "" for the zero value.
func (v ID[K]) String() string {
	if v.IsZero() {
		return ""
	}
	return uuid.UUID(v).String()
}

// MarshalText implements encoding.TextMarshaler.
func (v ID[K]) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; empty text is the zero value.
func (v *ID[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*v = ID[K]{}
		return nil
	}
	p, err := Parse[ID[K]](string(b))
	if err != nil {
		return err
	}
	*v = p
	return nil
}

// Value implements driver.Valuer; the zero value is NULL.
func (v ID[K]) Value() (driver.Value, error) {
	if v.IsZero() {
		return nil, nil
	}
	return v.String(), nil
}

// Scan implements sql.Scanner for text, 16 raw bytes and NULL.
func (v *ID[K]) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		*v = ID[K]{}
		return nil
	case string:
		return v.UnmarshalText([]byte(s))
	case []byte:
		if len(s) == 16 {
			copy(v[:], s)
			return nil
		}
		return v.UnmarshalText(s)
	default:
		return fmt.Errorf("id: cannot read %T", src)
	}
}

type (
	practiceKind      struct{}
	locationKind      struct{}
	userKind          struct{}
	sessionKind       struct{}
	passkeyKind       struct{}
	auditKind         struct{}
	sealKind          struct{}
	jobKind           struct{}
	blobKind          struct{}
	documentKind      struct{}
	patientKind       struct{}
	allergyKind       struct{}
	medicationKind    struct{}
	consentKind       struct{}
	intakeKind        struct{}
	prescriberKind    struct{}
	referralKind      struct{}
	diagnosisKind     struct{}
	authorisationKind struct{}
	screeningKind     struct{}
	clearanceKind     struct{}
	assessmentKind    struct{}
	findingKind       struct{}
	planKind          struct{}
	goalKind          struct{}
	visitKind         struct{}
	noteKind          struct{}
	scoreKind         struct{}
	reportKind        struct{}
	activityKind      struct{}
	payerKind         struct{}
	enrolmentKind     struct{}
	coverageKind      struct{}
	scheduleKind      struct{}
	claimKind         struct{}
	batchKind         struct{}
	waiverKind        struct{}
	entryKind         struct{}
	paymentKind       struct{}
	receiptKind       struct{}
	methodKind        struct{}
	taskKind          struct{}
	paperKind         struct{}
	providerKind      struct{}
	credentialKind    struct{}
	requirementKind   struct{}
	trainingKind      struct{}
)

// The identifiers of the product, one type each.
type (
	Practice      = ID[practiceKind]      // tenant
	Location      = ID[locationKind]      // a place of work
	User          = ID[userKind]          // a person who signs in
	Session       = ID[sessionKind]       // a signed-in browser
	Passkey       = ID[passkeyKind]       // a WebAuthn credential record
	Audit         = ID[auditKind]         // an audit entry
	Seal          = ID[sealKind]          // a signed batch of audit entries
	Job           = ID[jobKind]           // background work
	Blob          = ID[blobKind]          // an uploaded or made file
	Document      = ID[documentKind]      // a signed document
	Patient       = ID[patientKind]       //
	Allergy       = ID[allergyKind]       //
	Medication    = ID[medicationKind]    //
	Consent       = ID[consentKind]       //
	Intake        = ID[intakeKind]        //
	Prescriber    = ID[prescriberKind]    // a referring clinician
	Referral      = ID[referralKind]      // a prescription with its order
	Diagnosis     = ID[diagnosisKind]     // a diagnosis on a prescription
	Authorisation = ID[authorisationKind] // a payer's leave under a prescription
	Screening     = ID[screeningKind]     // one run of the safety questions
	Clearance     = ID[clearanceKind]     // a named clinician's release
	Assessment    = ID[assessmentKind]    //
	Finding       = ID[findingKind]       // one thing observed or measured
	Plan          = ID[planKind]          // plan of care
	Goal          = ID[goalKind]          //
	Visit         = ID[visitKind]         //
	Note          = ID[noteKind]          // a draft note
	Score         = ID[scoreKind]         // an outcome score
	Report        = ID[reportKind]        //
	Activity      = ID[activityKind]      // what a patient finds hard to do
	Payer         = ID[payerKind]         // who is asked to pay
	Enrolment     = ID[enrolmentKind]     // a therapist's standing with a payer
	Coverage      = ID[coverageKind]      // an insurance of a patient
	Schedule      = ID[scheduleKind]      // a fee schedule
	Claim         = ID[claimKind]         //
	Batch         = ID[batchKind]         // claims sent together
	Waiver        = ID[waiverKind]        // a check set aside for a claim, with its reason
	Entry         = ID[entryKind]         // one posting of the ledger, which balances
	Payment       = ID[paymentKind]       // money received
	Receipt       = ID[receiptKind]       // the paper for a payment
	Method        = ID[methodKind]        // a stored way of paying, by token
	Task          = ID[taskKind]          // a safety task
	Paper         = ID[paperKind]         // a scan or fax that came in
	Provider      = ID[providerKind]      // somebody else who treats a patient
	Credential    = ID[credentialKind]    // a license or certificate
	Requirement   = ID[requirementKind]   // continuing education that is asked for
	Training      = ID[trainingKind]      // contact hours attended
)
