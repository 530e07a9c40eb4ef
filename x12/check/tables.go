package check

import "strings"

// tables are the lists of codes that guides name with @. Codes alone: what
// they stand for is in the code lists of their owners.
var tables = map[string][]string{
	// States, territories and military addresses of the United States, and the
	// provinces of Canada.
	"state": strings.Fields(`AA AE AK AL AP AR AS AZ CA CO CT DC DE FL FM GA GU HI IA ID IL IN KS KY LA MA MD ME MH MI MN
		MO MP MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR PW RI SC SD TN TX UT VA VI VT WA WI WV WY
		AB BC MB NB NL NS NT NU ON PE QC SK YT`),
	// Places of service.
	"place": strings.Fields(`01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 34
		41 42 49 50 51 52 53 54 55 56 57 58 60 61 62 65 66 71 72 81 99`),
	// Kinds of payer in SBR09.
	"filing": strings.Fields("11 12 13 14 15 16 17 AM BL CH CI DS FI HM LM MA MB MC OF TV VA WC ZZ"),
	// Kinds of attachment in PWK01.
	"report": strings.Fields(`03 04 05 06 07 08 09 10 11 13 15 21 A3 A4 AM AS B2 B3 B4 BR BS BT CB CK CT D2 DA DB DG DJ DS
		EB HC HR I5 IR LA M1 MT NN OB OC OD OE OX OZ P4 P5 PE PN PO PQ PY PZ RB RR RT RX SG V5 XP`),
	// Positions of a diagnosis.
	"pointer": strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12"),
}

// tableCodes are the codes of findings about a value that its table does not have.
var tableCodes = map[string]string{
	"state": "state-unknown", "place": "place-unknown", "filing": "filing-unknown", "pointer": "pointer-range",
}

// groupKinds are the values of GS01 for the transactions in ST01.
var groupKinds = map[string]string{
	"837": "HC", "835": "HP", "277": "HN", "276": "HR", "271": "HB", "270": "HS", "999": "FA", "997": "FA",
}

// levels are the levels of HL03 and the level that each stands under, by ST01.
var levels = map[string]map[string]string{
	"837": {"20": "", "22": "20", "23": "22"},
	"277": {"20": "", "21": "20", "19": "21", "PT": "19", "22": "19", "23": "22"},
	"271": {"20": "", "21": "20", "22": "21", "23": "22"},
	"270": {"20": "", "21": "20", "22": "21", "23": "22"},
	"276": {"20": "", "21": "20", "19": "21", "22": "19", "23": "22"},
}

// Codes are the codes of all findings, with what each is about.
var Codes = map[string]string{
	"syntax":         "the file cannot be split into segments",
	"empty-file":     "there is nothing in the file",
	"too-many":       "more findings than are listed",
	"isa-value":      "a field of ISA has a value that it cannot have",
	"isa-repeat":     "two interchanges of one sender have the same control number",
	"envelope-order": "an envelope segment stands where it cannot",
	"iea-control":    "IEA02 is not ISA13",
	"iea-count":      "IEA01 is not the number of groups",
	"ge-control":     "GE02 is not GS06",
	"ge-count":       "GE01 is not the number of transactions",
	"se-control":     "SE02 is not ST02",
	"se-count":       "SE01 is not the number of segments",
	"gs-repeat":      "two groups of an interchange have the same control number",
	"st-repeat":      "two transactions of a group have the same control number",
	"gs-kind":        "GS01 does not fit the transaction",
	"gs-version":     "GS08 and ST03 differ",
	"unknown-guide":  "a transaction or version that is not known here",

	"segment-unknown":    "a segment that no guide has",
	"segment-unexpected": "a segment that does not belong to its loop",
	"segment-order":      "a segment or loop that comes too late",
	"segment-missing":    "a segment that its loop needs",
	"segment-repeat":     "a segment more often than its loop allows",
	"loop-missing":       "a loop that its parent needs",
	"loop-repeat":        "a loop more often than its parent allows",
	"element-required":   "an element that must not be empty",
	"element-not-used":   "an element that must be empty",
	"element-excess":     "more elements or components than the segment has",
	"element-length":     "an element that is too short or too long",
	"element-type":       "an element of another type",
	"element-code":       "a value that the guide does not have",
	"element-space":      "spaces around a value",
	"element-repeat":     "a repeated value where none may repeat",
	"trailing-empty":     "empty elements at the end of a segment",
	"number-form":        "a number with leading zeros or a bare point",
	"characters":         "a character outside of the permitted sets",
	"lower-case":         "lower case letters",
	"date-invalid":       "a date that does not exist or has another form",
	"time-invalid":       "a time that does not exist or has another form",

	"hl-number":   "HL01 does not count from 1",
	"hl-parent":   "HL02 is not the level above",
	"hl-level":    "HL03 is no level of the transaction or has none to stand under",
	"hl-children": "HL04 does not say whether levels follow below",

	"npi":                 "an NPI whose check digit is wrong",
	"npi-missing":         "a provider without an NPI",
	"taxonomy":            "a taxonomy code of another shape",
	"tax-id":              "a tax id or social security number that is not nine digits",
	"zip":                 "a zip code that is not five or nine digits",
	"zip-nine":            "a zip code that needs nine digits",
	"state-unknown":       "a state that does not exist",
	"state-missing":       "an address in the United States without state or zip",
	"billing-po-box":      "a PO box as the billing provider's address",
	"place-unknown":       "a place of service that does not exist",
	"filing-unknown":      "an SBR09 that does not exist",
	"filing-missing":      "no SBR09",
	"amount":              "an amount that is negative or has fractions of a cent",
	"date-future":         "a date after today",
	"service-after-batch": "a service after the batch was made",
	"span-reversed":       "a span that ends before it begins",
	"before-birth":        "a service before the patient was born",
	"onset-after-service": "an onset or accident after the service",

	"claim-id-length":         "CLM01 over 20 characters",
	"claim-id-repeat":         "the same CLM01 twice in a file",
	"claim-total":             "CLM02 is not the sum of the lines",
	"frequency-reference":     "a replacement or void without the payer's number",
	"frequency-original":      "an original claim with the payer's number",
	"accident-state":          "an auto accident without its state",
	"accident-date":           "an accident without its date",
	"accident-cause":          "an auto or workers' compensation claim without a cause",
	"accident-claim":          "an auto or workers' compensation claim without the payer's accident claim number",
	"attachment-control":      "an attachment without the number that stands on it",
	"diagnosis-dot":           "a diagnosis with a dot",
	"diagnosis-shape":         "no ICD-10-CM code by its shape",
	"diagnosis-icd9":          "an ICD-9 code list",
	"diagnosis-repeat":        "the same diagnosis twice",
	"diagnosis-unbillable":    "a diagnosis that may not be billed on the date of service",
	"subscriber-relationship": "SBR02 and the place of the claims disagree",
	"subscriber-address":      "a subscriber who is the patient without address",
	"subscriber-birth":        "a subscriber who is the patient without date of birth and sex",
	"employer-address":        "the address of an employer",
	"employer-expected":       "workers' compensation with the patient as subscriber",
	"member-id":               "a person as subscriber without a member id",
	"rendering-repeats":       "the rendering provider is the billing provider",

	"line-number":    "LX does not count from 1",
	"line-control":   "a line without a control number of ours",
	"line-repeat":    "two lines of a claim with one control number",
	"procedure":      "a procedure code that is not five letters and digits",
	"modifier":       "a modifier that is not two capital letters or digits",
	"modifier-order": "a modifier twice, or after an empty place",
	"units":          "units that are not whole and positive",
	"pointer-range":  "a pointer to a diagnosis that is not there",
	"pointer-repeat": "the same pointer twice",

	"era-amount":        "an amount of a remittance that cannot be read",
	"era-line-balance":  "a line of a remittance does not balance",
	"era-claim-balance": "a claim of a remittance does not balance",
	"era-file-balance":  "the payment is not the sum of claims and adjustments",
	"era-charges":       "the lines' charges are not the claim's charge",
	"era-patient":       "the patient's share is not the sum of its adjustments",
	"era-lines":         "a claim of a remittance without lines",
}
