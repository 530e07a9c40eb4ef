package x12

import (
	"fmt"
	"io"
	"strconv"
)

// Write837P writes one interchange of professional claims. The order of loops
// and segments is the guide's, HL segments number themselves, and SE01, GE01,
// IEA01 are counted. Either the whole interchange is written or nothing: the
// error then joins a *FieldError for every field that cannot be written.
//
// It checks what a segment needs to be well formed. Whether the claims add up
// and the codes exist is asked of package check.
func Write837P(w io.Writer, ich Interchange, o Options) error {
	e, err := newEncoder(o)
	if err != nil {
		return err
	}
	e.isa(&ich)
	if len(ich.Groups) == 0 {
		e.fail("Groups", "is required")
	}
	each(e, "Groups", ich.Groups, e.group)
	e.segment("IEA", strconv.Itoa(len(ich.Groups)), e.control("Control", ich.Control, 9))
	return e.flush(w)
}

func (e *encoder) isa(i *Interchange) {
	blank := fmt.Sprintf("%10s", "")
	at := e.instant("Created", i.Created)
	e.segment("ISA", "00", blank, "00", blank,
		e.mailboxKind("Sender.Qualifier", i.Sender.Qualifier), fmt.Sprintf("%-15s", e.need("Sender.ID", i.Sender.ID, 2, 15)),
		e.mailboxKind("Receiver.Qualifier", i.Receiver.Qualifier), fmt.Sprintf("%-15s", e.need("Receiver.ID", i.Receiver.ID, 2, 15)),
		at.Format("060102"), at.Format("1504"), string(rune(e.delims.Repetition)), "00501",
		e.control("Control", i.Control, 9), choose(i.AckRequested, "1", "0"), choose(i.Test, "T", "P"),
		string(rune(e.delims.Component)))
}

func (e *encoder) mailboxKind(field, value string) string {
	if value == "" {
		return "ZZ"
	}
	return e.code(field, value, "01", "14", "20", "27", "28", "29", "30", "33", "ZZ")
}

func (e *encoder) group(g *Group) {
	at := e.instant("Created", g.Created)
	e.segment("GS", "HC", e.need("Sender", g.Sender, 2, 15), e.need("Receiver", g.Receiver, 2, 15),
		at.Format("20060102"), at.Format("1504"), e.control("Control", g.Control, 1), "X", Version837P)
	if len(g.Transactions) == 0 {
		e.fail("Transactions", "is required")
	}
	each(e, "Transactions", g.Transactions, e.transaction)
	e.segment("GE", strconv.Itoa(len(g.Transactions)), e.control("Control", g.Control, 1))
}

func (e *encoder) transaction(t *Transaction) {
	if len(t.Unread) > 0 {
		e.fail("Unread", "holds segments that cannot be written; clear it when they may be lost")
	}
	e.count = 0
	e.segment("ST", "837", e.control("Control", t.Control, 4), Version837P)
	at := e.instant("Created", t.Created)
	e.segment("BHT", "0019", choose(t.Reissue, "18", "00"), e.need("Reference", t.Reference, 1, 50),
		at.Format("20060102"), at.Format("1504"), choose(t.Encounter, "RP", "CH"))
	e.segment("NM1", append(e.entity("SubmitterName", "41", t.SubmitterName, false), "46", e.need("SubmitterID", t.SubmitterID, 2, 80))...)
	e.contacts("SubmitterContacts", t.SubmitterContacts, 1)
	e.segment("NM1", "40", "2", e.need("ReceiverName", t.ReceiverName, 1, 60), "", "", "", "", "46",
		e.need("ReceiverID", t.ReceiverID, 2, 80))
	tree := &tree{}
	if len(t.Billing) == 0 {
		e.fail("Billing", "is required")
	}
	each(e, "Billing", t.Billing, func(b *BillingProvider) { e.billing(tree, b) })
	e.segment("SE", strconv.Itoa(e.count+1), e.control("Control", t.Control, 4))
}

// tree numbers the HL segments of a transaction.
type tree struct{ last int }

func (e *encoder) level(t *tree, parent int, code string, children bool) int {
	t.last++
	e.segment("HL", strconv.Itoa(t.last), choose(parent == 0, "", strconv.Itoa(parent)), code, choose(children, "1", "0"))
	return t.last
}

func (e *encoder) billing(t *tree, b *BillingProvider) {
	hl := e.level(t, 0, "20", true)
	if b.Taxonomy != "" {
		e.segment("PRV", "BI", "PXC", e.text("Taxonomy", b.Taxonomy, 10, 10))
	}
	e.segment("NM1", append(e.entity("Name", "85", b.Name, false), "XX", e.npi("NPI", b.NPI))...)
	e.address("Address", b.Address)
	e.segment("REF", choose(b.TaxIDSSN, "SY", "EI"), e.number("TaxID", b.TaxID, 9))
	e.references("OtherIDs", b.OtherIDs, 2, "0B", "1G")
	e.contacts("Contacts", b.Contacts, 0)
	if b.PayTo != (Address{}) {
		e.segment("NM1", "87", choose(b.Name.Organization != "", "2", "1"))
		e.address("PayTo", b.PayTo)
	}
	if len(b.Insurance) == 0 {
		e.fail("Insurance", "is required")
	}
	each(e, "Insurance", b.Insurance, func(s *Subscriber) { e.subscriber(t, hl, s) })
}

func (e *encoder) subscriber(t *tree, parent int, s *Subscriber) {
	self := len(s.Claims) > 0
	if self == (len(s.Patients) > 0) {
		e.fail("Claims", "either Claims of the subscriber or Patients who depend on it are needed, and not both")
	}
	hl := e.level(t, parent, "22", !self)
	if s.GroupNumber != "" && s.GroupName != "" {
		e.fail("GroupName", "is only sent without GroupNumber")
	}
	e.segment("SBR", e.code("Sequence", s.Sequence, "P", "S", "T", "A", "B", "C", "D", "E", "F", "G", "H", "U"),
		choose(self, "18", ""), e.text("GroupNumber", s.GroupNumber, 1, 50), e.text("GroupName", s.GroupName, 1, 60),
		e.text("InsuranceType", s.InsuranceType, 2, 2), "", "", "", e.need("Filing", s.Filing, 1, 2))
	e.insured(s, self)
	e.in("Payer", func() { e.payer(&s.Payer) })
	each(e, "Claims", s.Claims, e.claim)
	each(e, "Patients", s.Patients, func(p *Patient) { e.patient(t, hl, p) })
}

// insured is loop 2010BA.
func (e *encoder) insured(s *Subscriber, self bool) {
	nm1 := e.entity("Name", "IL", s.Name, false)
	if s.MemberID != "" || s.Name.Organization == "" {
		nm1 = append(nm1, choose(s.MemberIDOther, "II", "MI"), e.need("MemberID", s.MemberID, 2, 80))
	}
	e.segment("NM1", nm1...)
	if self || s.Address != (Address{}) {
		e.address("Address", s.Address)
	}
	if self || !s.Birth.IsZero() || s.Sex != "" {
		e.demographics(s.Birth, s.Sex)
	}
	if s.SSN != "" {
		e.segment("REF", "SY", e.number("SSN", s.SSN, 9))
	}
	e.reference("AccidentClaim", "Y4", s.AccidentClaim)
	e.contact("Contact", s.Contact)
}

func (e *encoder) payer(p *Payer) {
	e.segment("NM1", "PR", "2", e.need("Name", p.Name, 1, 60), "", "", "", "", choose(p.PlanID, "XV", "PI"), e.need("ID", p.ID, 2, 80))
	if p.Address != (Address{}) {
		e.address("Address", p.Address)
	}
	e.references("OtherIDs", p.OtherIDs, 3, "2U", "EI", "FY", "NF")
	e.references("ProviderIDs", p.ProviderIDs, 2, "G2", "LU")
}

func (e *encoder) patient(t *tree, parent int, p *Patient) {
	e.level(t, parent, "23", false)
	e.segment("PAT", e.code("Relationship", p.Relationship, "01", "19", "20", "21", "39", "40", "53", "G8"))
	e.segment("NM1", e.entity("Name", "QC", p.Name, true)...)
	e.address("Address", p.Address)
	e.demographics(p.Birth, p.Sex)
	e.reference("AccidentClaim", "Y4", p.AccidentClaim)
	e.reference("MemberID", "1W", p.MemberID)
	if p.SSN != "" {
		if p.MemberID != "" {
			e.fail("SSN", "is only sent without MemberID")
		}
		e.segment("REF", "SY", e.number("SSN", p.SSN, 9))
	}
	e.contact("Contact", p.Contact)
	if len(p.Claims) == 0 {
		e.fail("Claims", "is required")
	}
	each(e, "Claims", p.Claims, e.claim)
}

func (e *encoder) demographics(birth Date, sex string) {
	if birth.IsZero() {
		e.fail("Birth", "is required")
	}
	e.segment("DMG", "D8", e.day("Birth", birth), e.code("Sex", sex, "F", "M", "U"))
}
