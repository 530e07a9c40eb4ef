package claimx12

import (
	"fmt"
	"math"

	"soapstone/internal/claim"
	"soapstone/x12"
)

// maxPerPatient is how many claims a loop 2000B or 2000C holds.
const maxPerPatient = 100

// batch sorts claims into the tree of an interchange.
type batch struct {
	w       *Writer
	ich     x12.Interchange
	billing []x12.BillingProvider

	payees   map[payee]int // positions in billing
	policies map[policy]int
	patients map[dependent]int

	// owners leads from the path of a loop, as x12 names it in its errors, to
	// the claim that is named for what is wrong there: the first one inside.
	owners map[string]string
	faults []fault
}

// payee, policy and dependent are what claims must have in common to stand in
// the same loop.
type payee struct {
	provider claim.Provider
	payTo    claim.Address
}

type policy struct {
	payee      int
	payer      claim.Payer
	subscriber claim.Subscriber
	patient    claim.Person // where the patient is the subscriber
}

type dependent struct {
	payee, policy int
	patient       claim.Person
	relation      claim.Relation
	caseNumber    string
}

func (w *Writer) batch(e claim.Envelope, docs []claim.Document) *batch {
	b := &batch{w: w, payees: map[payee]int{}, policies: map[policy]int{}, patients: map[dependent]int{}, owners: map[string]string{}}
	for i := range docs {
		b.add(label(docs[i].Number, i), &docs[i])
	}
	b.envelope(e)
	return b
}

func (b *batch) envelope(e claim.Envelope) {
	if e.Usage != "T" && e.Usage != "P" {
		b.fault("", "usage", "must be T for a test or P for production")
	}
	name := x12.Name{Organization: e.SubmitterName}
	b.ich = x12.Interchange{
		Sender: x12.Party{ID: e.SubmitterID}, Receiver: x12.Party{ID: e.ReceiverID},
		Created: e.At, Control: whole(e.Interchange), Test: e.Usage != "P",
		Groups: []x12.Group{{
			Sender: e.SubmitterID, Receiver: e.ReceiverID, Created: e.At, Control: whole(e.Group),
			Transactions: []x12.Transaction{{
				Control: whole(e.First), Reference: e.Reference, Created: e.At,
				SubmitterName: name, SubmitterID: e.SubmitterID,
				SubmitterContacts: []x12.Contact{{Name: e.Contact, Phone: e.Phone, Email: e.Email}},
				ReceiverName:      e.ReceiverName, ReceiverID: e.ReceiverID,
				Billing: b.billing,
			}},
		}},
	}
}

// whole is n as x12 counts; 0, which it refuses, when n is beyond any number it
// takes.
func whole(n int64) int {
	if n < 0 || n > math.MaxInt32 {
		return 0
	}
	return int(n)
}

// add puts a claim where it belongs, and opens the loops that are not there yet.
func (b *batch) add(number string, d *claim.Document) {
	c := b.claim(number, d)
	nth := b.payeeOf(number, d)
	path := fmt.Sprintf("Billing[%d]", nth)
	b.own(path, number)

	s, sub := b.policyOf(nth, d)
	path += fmt.Sprintf(".Insurance[%d]", sub)
	b.own(path, number)
	if d.Subscriber.Relation == claim.Self {
		b.own(fmt.Sprintf("%s.Claims[%d]", path, len(s.Claims)), number)
		s.Claims = append(s.Claims, c)
		return
	}
	p, pat := b.patientOf(s, nth, sub, d)
	path += fmt.Sprintf(".Patients[%d]", pat)
	b.own(path, number)
	b.own(fmt.Sprintf("%s.Claims[%d]", path, len(p.Claims)), number)
	p.Claims = append(p.Claims, c)
}

func (b *batch) own(path, number string) {
	if _, ok := b.owners[path]; !ok {
		b.owners[path] = number
	}
}

func (b *batch) payeeOf(number string, d *claim.Document) int {
	k := payee{provider: d.Billing}
	if d.PayTo != nil {
		k.payTo = *d.PayTo
	}
	nth, ok := b.payees[k]
	if !ok {
		nth = len(b.billing)
		b.payees[k] = nth
		b.billing = append(b.billing, x12.BillingProvider{
			Taxonomy: d.Billing.Taxonomy, Name: nameOf(d.Billing), NPI: d.Billing.NPI, Address: address(d.Billing.Address),
			TaxID: d.Billing.TaxID, TaxIDSSN: d.Billing.TaxIDKind == "SY", PayTo: address(k.payTo),
		})
		if kind := d.Billing.TaxIDKind; kind != "EI" && kind != "SY" {
			b.fault(number, "billing, kind of tax ID", "must be EI for an employer's number or SY for a social security number")
		}
	}
	return nth
}

func (b *batch) policyOf(nth int, d *claim.Document) (*x12.Subscriber, int) {
	k := policy{payee: nth, payer: d.Payer, subscriber: d.Subscriber}
	if d.Subscriber.Relation == claim.Self {
		k.patient, k.subscriber.Person = d.Patient, claim.Person{}
	} else {
		// These are said of the patient, and several may depend on one policy.
		k.subscriber.Relation, k.subscriber.CaseNumber = "", ""
	}
	list := &b.billing[nth].Insurance
	sub, ok := b.policies[k]
	if !ok || len((*list)[sub].Claims) == maxPerPatient {
		sub = len(*list)
		b.policies[k] = sub
		*list = append(*list, subscriber(d))
	}
	return &(*list)[sub], sub
}

func (b *batch) patientOf(s *x12.Subscriber, nth, sub int, d *claim.Document) (*x12.Patient, int) {
	k := dependent{nth, sub, d.Patient, d.Subscriber.Relation, d.Subscriber.CaseNumber}
	pat, ok := b.patients[k]
	if !ok || len(s.Patients[pat].Claims) == maxPerPatient {
		pat = len(s.Patients)
		b.patients[k] = pat
		s.Patients = append(s.Patients, x12.Patient{
			Relationship: relationships[d.Subscriber.Relation], Name: person(d.Patient), Address: address(d.Patient.Address),
			Birth: date(d.Patient.BirthDate), Sex: d.Patient.Sex, AccidentClaim: d.Subscriber.CaseNumber,
		})
	}
	return &s.Patients[pat], pat
}
