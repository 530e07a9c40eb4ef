package claimpaper

// Lines of the paper and columns of the print area. A line is 1/6 inch, counted
// from the upper edge of the sheet; a column 1/10 inch, counted from the left
// edge of the form, which lies leftMargin inside the sheet.
const (
	Lines   = 66
	Columns = 80
)

// field is a place on the form.
type field struct {
	item, name string // "24F", "charge, dollars"
	line, col  int    // from 1
	width      int    // characters
	alignRight bool
	perLine    bool // one of the six lines of item 24
}

// at is the field of the service line n, counted from 0, of a page.
func (f field) at(n int) field {
	f.line += 2 * n
	return f
}

// LinesPerForm is how many services a form holds (item 24).
const LinesPerForm = 6

// The carrier block and items 1 to 13. Widths are what fits between the form's
// printed rules.
var (
	carrierName    = field{item: "carrier", name: "payer's name", line: 4, col: 41, width: 38}
	carrierStreet1 = field{item: "carrier", name: "payer's address", line: 5, col: 41, width: 38}
	carrierStreet2 = field{item: "carrier", name: "payer's address, second line", line: 6, col: 41, width: 38}
	carrierCity    = field{item: "carrier", name: "payer's city", line: 7, col: 41, width: 38}

	boxMedicare = check("1", "kind of insurance", 10, 1)
	boxMedicaid = check("1", "kind of insurance", 10, 8)
	boxTricare  = check("1", "kind of insurance", 10, 15)
	boxChampVA  = check("1", "kind of insurance", 10, 24)
	boxGroup    = check("1", "kind of insurance", 10, 31)
	boxFECA     = check("1", "kind of insurance", 10, 39)
	boxOther    = check("1", "kind of insurance", 10, 45)

	insuredID = field{item: "1a", name: "insured's ID", line: 10, col: 50, width: 29}

	patientName   = field{item: "2", name: "patient's name", line: 12, col: 1, width: 28}
	patientBorn   = date("3", "patient's birth date", 12, 31, 34, 37, 4)
	patientMale   = check("3", "patient's sex", 12, 42)
	patientFemale = check("3", "patient's sex", 12, 47)
	insuredName   = field{item: "4", name: "insured's name", line: 12, col: 50, width: 29}

	patientPlace = place("5", "patient's", 14, 1, 28, 24, 26, 15)
	insuredPlace = place("7", "insured's", 14, 50, 29, 23, 74, 65)

	isSelf   = check("6", "relationship to the insured", 14, 33)
	isSpouse = check("6", "relationship to the insured", 14, 38)
	isChild  = check("6", "relationship to the insured", 14, 42)
	isOther  = check("6", "relationship to the insured", 14, 47)

	employment    = yesNo("10a", "related to employment", 22, 35, 41)
	autoAccident  = yesNo("10b", "related to an auto accident", 24, 35, 41)
	autoState     = field{item: "10b", name: "state of the auto accident", line: 24, col: 45, width: 2}
	otherAccident = yesNo("10c", "related to another accident", 26, 35, 41)

	groupNumber   = field{item: "11", name: "group number", line: 20, col: 50, width: 29}
	insuredBorn   = date("11a", "insured's birth date", 22, 53, 56, 59, 4)
	insuredMale   = check("11a", "insured's sex", 22, 68)
	insuredFemale = check("11a", "insured's sex", 22, 75)
	otherClaimBy  = field{item: "11b", name: "kind of the other claim ID", line: 24, col: 50, width: 2}
	otherClaimID  = field{item: "11b", name: "payer's case number", line: 24, col: 53, width: 26}
	planName      = field{item: "11c", name: "plan", line: 26, col: 50, width: 29}
	otherPlan     = yesNo("11d", "another health plan", 28, 52, 57)

	patientSigns = field{item: "12", name: "patient's signature", line: 31, col: 7, width: 24}
	insuredSigns = field{item: "13", name: "insured's signature", line: 31, col: 55, width: 23}
)

// Items 14 to 23.
var (
	onset        = date("14", "date of the illness or injury", 34, 2, 5, 8, 4)
	onsetKind    = field{item: "14", name: "kind of date", line: 34, col: 16, width: 3}
	otherDate    = date("15", "other date", 34, 37, 40, 43, 4)
	otherKind    = field{item: "15", name: "kind of date", line: 34, col: 31, width: 3}
	referrerKind = field{item: "17", name: "role of the prescriber", line: 36, col: 1, width: 2}
	referrerName = field{item: "17", name: "prescriber's name", line: 36, col: 4, width: 24}
	referrerNPI  = field{item: "17b", name: "prescriber's NPI", line: 36, col: 33, width: 10}
	// The rest of the caption's line belongs to item 19 as well.
	remarkTop  = field{item: "19", name: "additional information", line: 37, col: 26, width: 23}
	remark     = field{item: "19", name: "additional information", line: 38, col: 1, width: 48}
	outsideLab = yesNo("20", "outside laboratory", 38, 52, 57)

	icdVersion    = field{item: "21", name: "version of the codes", line: 39, col: 42, width: 1}
	diagnosis     = field{item: "21", name: "diagnosis", line: 40, col: 3, width: 7}
	frequencyCode = field{item: "22", name: "replacement or void", line: 40, col: 50, width: 11}
	payerNumber   = field{item: "22", name: "payer's number of the earlier claim", line: 40, col: 62, width: 17}
	authorisation = field{item: "23", name: "authorization or referral number", line: 42, col: 50, width: 29}
)

// diagnosisField is the place of the diagnosis n, counted from 0: four across,
// three down.
func diagnosisField(n int) field {
	f := diagnosis
	f.name += " " + letter(n)
	f.line += n / 4
	f.col += 13 * (n % 4)
	return f
}

// letter of a diagnosis, counted from 0.
func letter(n int) string { return string(rune('A' + n)) }

// Item 24: the upper, shaded half of a line, and the lower one.
var (
	supplement   = field{item: "24", name: "description", line: 45, col: 1, width: 61, perLine: true}
	otherIDKind  = field{item: "24I", name: "kind of the therapist's other ID", line: 45, col: 65, width: 2, perLine: true}
	otherID      = field{item: "24J", name: "therapist's taxonomy code", line: 45, col: 68, width: 11, perLine: true}
	servedFrom   = serviceDate("service date, from", 1, 4, 7)
	servedTo     = serviceDate("service date, to", 10, 13, 16)
	placeOf      = field{item: "24B", name: "place of service", line: 46, col: 19, width: 2, perLine: true}
	procedure    = field{item: "24D", name: "procedure", line: 46, col: 25, width: 6, perLine: true}
	modifier     = field{item: "24D", name: "modifier", line: 46, col: 33, width: 2, perLine: true}
	pointer      = field{item: "24E", name: "diagnosis pointer", line: 46, col: 45, width: 4, perLine: true}
	charge       = cash("24F", "charge", 46, 50, 6, 56, true)
	unitCount    = field{item: "24G", name: "units", line: 46, col: 59, width: 3, perLine: true}
	renderingNPI = field{item: "24J", name: "therapist's NPI", line: 46, col: 68, width: 10, perLine: true}
)

// Items 25 to 33.
var (
	taxID      = field{item: "25", name: "tax ID", line: 58, col: 1, width: 15}
	taxSSN     = check("25", "kind of tax ID", 58, 17)
	taxEIN     = check("25", "kind of tax ID", 58, 19)
	account    = field{item: "26", name: "claim number", line: 58, col: 23, width: 14}
	assignment = yesNo("27", "assignment accepted", 58, 38, 43)
	total      = cash("28", "total charge", 58, 51, 7, 58, false)
	paid       = cash("29", "amount paid", 58, 62, 6, 68, false)

	signature = field{item: "31", name: "therapist's signature", line: 62, col: 1, width: 21}
	signedOn  = field{item: "31", name: "date of the signature", line: 63, col: 6, width: 8}

	facilityName   = field{item: "32", name: "name of the place", line: 60, col: 23, width: 26}
	facilityStreet = field{item: "32", name: "address of the place", line: 61, col: 23, width: 26}
	facilityCity   = field{item: "32", name: "city of the place", line: 62, col: 23, width: 26}
	facilityNPI    = field{item: "32a", name: "NPI of the place", line: 63, col: 23, width: 10}

	billingArea   = field{item: "33", name: "practice's phone", line: 59, col: 66, width: 3}
	billingPhone  = field{item: "33", name: "practice's phone", line: 59, col: 70, width: 7}
	billingName   = field{item: "33", name: "practice's name", line: 60, col: 50, width: 29}
	billingStreet = field{item: "33", name: "practice's address", line: 61, col: 50, width: 29}
	billingCity   = field{item: "33", name: "practice's city", line: 62, col: 50, width: 29}
	billingNPI    = field{item: "33a", name: "practice's NPI", line: 63, col: 50, width: 10}
	billingOther  = field{item: "33b", name: "practice's taxonomy code", line: 63, col: 63, width: 16}
)
