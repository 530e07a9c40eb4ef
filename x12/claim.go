package x12

import "time"

// Version837P is the implementation guide that Write837P writes (GS08, ST03).
const Version837P = "005010X222A1"

// Interchange is one envelope ISA…IEA. Times of day are written as their own
// clock shows them, to the minute; no zone is converted.
type Interchange struct {
	Sender       Party     // ISA05, ISA06
	Receiver     Party     // ISA07, ISA08
	Created      time.Time // ISA09, ISA10
	Control      int       // ISA13, IEA02: 1 to 999999999, unique per sender
	AckRequested bool      // ISA14: ask for a TA1
	Test         bool      // ISA15: T instead of P
	Groups       []Group
}

// Party is a mailbox: who an interchange goes to or comes from.
type Party struct {
	Qualifier string // ISA05 or ISA07: "ZZ" mutually agreed, "30" tax id, "01" DUNS …; written as ZZ when empty
	ID        string // ISA06 or ISA08: 2 to 15 characters
}

// Group is one functional group GS…GE of 837 transactions.
type Group struct {
	Sender       string    // GS02: 2 to 15 characters
	Receiver     string    // GS03: 2 to 15 characters
	Created      time.Time // GS04, GS05
	Control      int       // GS06, GE02: 1 to 999999999
	Transactions []Transaction
}

// Transaction is one ST…SE with its submitter and receiver.
type Transaction struct {
	Control   int       // ST02, SE02: 1 to 999999999, unique in the group; written with at least four digits
	Reissue   bool      // BHT02: 18 instead of 00, the same batch sent once more
	Reference string    // BHT03: the sender's number for the batch, ≤ 50; a 277CA echoes it
	Created   time.Time // BHT04, BHT05
	Encounter bool      // BHT06: RP (encounter report) instead of CH (chargeable claims)

	SubmitterName     Name      // 1000A NM1*41
	SubmitterID       string    // 1000A NM109: the id that the receiver gave, 2 to 80
	SubmitterContacts []Contact // 1000A PER: 1 or 2
	ReceiverName      string    // 1000B NM1*40 NM103
	ReceiverID        string    // 1000B NM109, 2 to 80

	Billing []BillingProvider // 2000A, at least one

	// Unread are segments that Read837P met and has no field for, in the order
	// of the file. Write837P refuses a transaction that has any, because it
	// would lose them.
	Unread []Segment
}

// Name is an organization or a person (NM102 2 or 1): set either Organization
// or Last.
type Name struct {
	Organization string // NM103 of an organization, ≤ 60
	Last         string // NM103 of a person, ≤ 60
	First        string // NM104, ≤ 35
	Middle       string // NM105, ≤ 25
	Suffix       string // NM107: JR, III; ≤ 10; no titles or credentials; never for the submitter
}

// Contact is a PER*IC segment: at most three of the numbers.
type Contact struct {
	Name      string // PER02, ≤ 60
	Phone     string // TE: digits alone
	Extension string // EX: only with Phone
	Email     string // EM
	Fax       string // FX: digits alone
}

// Address is a pair of N3 and N4.
type Address struct {
	Line1   string // N301, ≤ 55
	Line2   string // N302, ≤ 55
	City    string // N401, 2 to 30
	State   string // N402: two letters
	Zip     string // N403: five or nine digits; nine for billing provider and facility
	Country string // N404: only outside the United States
}

// Reference is a REF segment with a qualifier that its place allows.
type Reference struct {
	Qualifier string // REF01
	Value     string // REF02, ≤ 50
}

// BillingProvider is loop 2000A with 2010AA and 2010AB: who is paid.
type BillingProvider struct {
	Taxonomy  string      // 2000A PRV*BI*PXC: 10 characters, 225700000X is massage therapist
	Name      Name        // 2010AA NM1*85
	NPI       string      // 2010AA NM109
	Address   Address     // 2010AA N3, N4: a street, never a PO box; nine-digit zip
	TaxID     string      // 2010AA REF*EI or REF*SY: nine digits
	TaxIDSSN  bool        // the tax id is a social security number: SY instead of EI
	OtherIDs  []Reference // 2010AA REF*0B state licence, REF*1G; ≤ 2
	Contacts  []Contact   // 2010AA PER; ≤ 2
	PayTo     Address     // 2010AB NM1*87, N3, N4: where payment goes when elsewhere, a PO box for instance
	Insurance []Subscriber
}

// Subscriber is loop 2000B with 2010BA and 2010BB: one policy, with claims
// either of the subscriber (Claims) or of dependents (Patients), never both.
type Subscriber struct {
	Sequence      string // SBR01: P primary, S secondary, T tertiary
	GroupNumber   string // SBR03, ≤ 50
	GroupName     string // SBR04, ≤ 60; only without GroupNumber
	InsuranceType string // SBR05: Medicare as secondary payer only
	Filing        string // SBR09: CI commercial, BL Blue Cross, AM auto, WC, VA, ZZ …

	Name          Name    // 2010BA NM1*IL; workers' compensation: the employer as Organization
	MemberID      string  // 2010BA NM109, 2 to 80; may be empty for an employer
	MemberIDOther bool    // 2010BA NM108: II instead of MI
	Address       Address // 2010BA N3, N4: required when the subscriber is the patient; never for an employer
	Birth         Date    // 2010BA DMG02: required when the subscriber is the patient
	Sex           string  // 2010BA DMG03: F, M or U
	SSN           string  // 2010BA REF*SY: nine digits
	AccidentClaim string  // 2010BA REF*Y4: property and casualty claim number, when the subscriber is the patient
	Contact       Contact // 2010BA PER: name and phone, property and casualty only

	Payer    Payer
	Claims   []Claim // the subscriber is the patient: SBR02 is written as 18
	Patients []Patient
}

// Payer is loop 2010BB.
type Payer struct {
	Name        string      // NM1*PR NM103, ≤ 60: as the payer's list spells it
	ID          string      // NM109, 2 to 80
	PlanID      bool        // NM108: XV instead of PI
	Address     Address     // N3, N4
	OtherIDs    []Reference // REF*2U, EI, FY, NF; ≤ 3
	ProviderIDs []Reference // REF*G2, LU: the payer's numbers for the billing provider; ≤ 2
}

// Patient is loop 2000C with 2010CA: a patient who is not the subscriber.
type Patient struct {
	Relationship  string  // PAT01: 01 spouse, 19 child, 20 employee, 21 unknown, G8 other …
	Name          Name    // 2010CA NM1*QC: a person
	Address       Address // 2010CA N3, N4
	Birth         Date    // 2010CA DMG02
	Sex           string  // 2010CA DMG03: F, M or U
	AccidentClaim string  // 2010CA REF*Y4: property and casualty claim number
	MemberID      string  // 2010CA REF*1W
	SSN           string  // 2010CA REF*SY; not together with MemberID
	Contact       Contact // 2010CA PER: name and phone, property and casualty only
	Claims        []Claim
}

// Claim is loop 2300.
type Claim struct {
	ID               string   // CLM01: ours, ≤ 20 characters, echoed by 277CA and 835
	ChargeCents      int64    // CLM02: must be the sum of the lines
	Place            string   // CLM05-1: place of service, two digits
	Frequency        string   // CLM05-3: 1 original, 7 replacement, 8 void
	Signature        bool     // CLM06: the provider's signature is on file
	Assignment       string   // CLM07: A assigned, B laboratory only, C not assigned
	Benefits         string   // CLM08: Y the patient assigns benefits, N, W not applicable
	Release          string   // CLM09: Y release signed, I informed consent
	SignatureByOther bool     // CLM10: P, signed by the provider for the patient
	Causes           []string // CLM11-1, -2: AA auto, EM employment, OA other accident
	AccidentState    string   // CLM11-4: required with AA
	AccidentCountry  string   // CLM11-5: only outside the United States
	SpecialProgram   string   // CLM12
	DelayReason      string   // CLM20

	Dates            ClaimDates
	Attachments      []Attachment // PWK, ≤ 10
	PatientPaidCents int64        // AMT*F5; 0 is not written

	ServiceException string // REF*4N
	Referral         string // REF*9F
	Authorization    string // REF*G1: the prior authorization
	PayerClaim       string // REF*F8: the payer's number of the claim that a 7 or 8 replaces or voids
	ClearinghouseID  string // REF*D9
	MedicalRecord    string // REF*EA
	Demonstration    string // REF*P4

	FixedFormat []string // K3, ≤ 10, 80 characters each: only where a payer or state publishes the format
	Note        Note     // NTE: ADD, CER, DCP, DGN or TPO

	Diagnoses      []string // HI ABK, ABF: ICD-10-CM without the dot, 1 to 12, the first is principal
	ConditionCodes []string // HI BG: ≤ 24

	Referrers   []Provider // 2310A NM1*DN (referring), P3 (primary care); ≤ 2, persons
	Rendering   *Provider  // 2310B NM1*82: who treated, when not the billing provider
	Facility    *Facility  // 2310C NM1*77: where, when not at the billing provider's address
	Supervising *Provider  // 2310D NM1*DQ, a person

	Lines []Line // 2400, 1 to 50; LX numbers them
}

// ClaimDates are the DTP segments of loop 2300; a zero date is not written.
type ClaimDates struct {
	Onset            Date // 431
	InitialTreatment Date // 454
	LastSeen         Date // 304
	Acute            Date // 453: acute phase of a chronic condition
	Accident         Date // 439: with AA, OA, and EM when an accident
	LastMenstrual    Date // 484
	XRay             Date // 455
	Prescription     Date // 471: hearing and vision only
	DisabledFrom     Date // 360, with DisabledTo 314 as a span
	DisabledTo       Date // 361
	LastWorked       Date // 297
	ReturnToWork     Date // 296
	Admission        Date // 435
	Discharge        Date // 096
	CareAssumed      Date // 090
	CareRelinquished Date // 091
	FirstContact     Date // 444: property and casualty
	Repriced         Date // 050
}

// Attachment is a PWK segment: what else the payer gets or may ask for.
type Attachment struct {
	Report  string // PWK01: OZ support data, 03 report that justifies the treatment …
	How     string // PWK02: BM mail, EL electronic, EM e-mail, FX fax, FT file transfer, AA on request
	Control string // PWK06, 2 to 50: the number written on what is sent; not with AA
}

// Note is an NTE segment.
type Note struct {
	Kind string // NTE01
	Text string // NTE02, ≤ 80
}

// Provider is a person or organization in a role.
type Provider struct {
	Role     string      // NM101, only read for Referrers: DN or P3
	Name     Name        // NM103 to NM107
	NPI      string      // NM109
	Taxonomy string      // PRV*PE*PXC, rendering provider only
	OtherIDs []Reference // REF*0B, 1G, G2, LU
}

// Facility is where the service was given (2310C, 2420C).
type Facility struct {
	Name     string      // NM103
	NPI      string      // NM109; may be empty
	Address  Address     // N3, N4
	OtherIDs []Reference // REF*0B, G2, LU; ≤ 3
	Contact  Contact     // PER: name and phone; property and casualty only; not in 2420C
}

// Line is loop 2400, one service line.
type Line struct {
	CodeSet     string   // SV101-1: HC (the default when empty), ER, IV, WK
	Code        string   // SV101-2
	Modifiers   []string // SV101-3 to -6, ≤ 4, two characters each
	Description string   // SV101-7, ≤ 80
	ChargeCents int64    // SV102
	Minutes     bool     // SV103: MJ (anesthesia) instead of UN
	Units       int      // SV104: whole, positive
	Place       string   // SV105: only when not the claim's
	Pointers    []int    // SV107: 1 to 4 positions in Claim.Diagnoses, counted from 1
	Emergency   bool     // SV109

	Attachments      []Attachment // PWK, ≤ 10
	From             Date         // DTP*472
	To               Date         // DTP*472 as a span, when not the same day; zero otherwise
	TherapyBegan     Date         // DTP*463
	LastSeen         Date         // DTP*304: only when not the claim's
	InitialTreatment Date         // DTP*454: only when not the claim's

	Authorization string   // REF*G1: only when not the claim's
	Control       string   // REF*6R: ours, ≤ 30, unique in the claim, echoed by the 835; always send it
	Referral      string   // REF*9F: only when not the claim's
	FixedFormat   []string // K3, ≤ 10
	Note          Note     // NTE: ADD or DCP

	Rendering   *Provider  // 2420A NM1*82: only when not the claim's
	Facility    *Facility  // 2420C NM1*77
	Supervising *Provider  // 2420D NM1*DQ
	Ordering    *Provider  // 2420E NM1*DK, a person
	Referrers   []Provider // 2420F NM1*DN, P3; ≤ 2
}
