package check_test

import (
	"slices"
	"strings"
	"testing"

	"soapstone/x12"
	"soapstone/x12/check"
)

// mutation changes one thing in a good file and names the finding that must
// follow.
type mutation struct {
	name     string
	file     string
	old, new string // every occurrence of old
	code     string
	severity check.Severity
	where    string // element of the finding
	recount  bool   // SE01 is corrected for segments added or removed
	only     bool   // no other error follows
}

const (
	e = check.Error
	w = check.Warning
)

var mutations = []mutation{
	// Envelopes
	{"IEA02 differs", "commercial", "IEA*1*000000101", "IEA*1*000000102", "iea-control", e, "IEA02", false, true},
	{"IEA01 wrong", "commercial", "IEA*1*", "IEA*2*", "iea-count", e, "IEA01", false, true},
	{"GE02 differs", "commercial", "GE*1*101", "GE*1*102", "ge-control", e, "GE02", false, true},
	{"GE01 wrong", "commercial", "GE*1*101", "GE*3*101", "ge-count", e, "GE01", false, true},
	{"SE02 differs", "commercial", "*0001~\nGE", "*0002~\nGE", "se-control", e, "SE02", false, true},
	{"SE01 wrong", "commercial", "\nSE*45*", "\nSE*99*", "se-count", e, "SE01", false, true},
	{"SE missing", "commercial", "\nSE*45*0001~\n", "\n", "envelope-order", e, "GE", false, false},
	{"GE missing", "commercial", "GE*1*101~\n", "", "envelope-order", e, "IEA", false, true},
	{"IEA missing", "commercial", "IEA*1*000000101~\n", "", "envelope-order", e, "GE", false, true},
	{"GS08 and ST03 differ", "commercial", "ST*837*0001*005010X222A1", "ST*837*0001*005010X222A2", "gs-version", e, "ST03", false, true},
	{"GS01 of another kind", "commercial", "GS*HC", "GS*HP", "gs-kind", e, "ST01", false, true},
	{"old version", "commercial", "*00501*", "*00401*", "isa-value", e, "ISA12", false, true},
	{"usage indicator", "commercial", "*0*T*:", "*0*X*:", "isa-value", e, "ISA15", false, true},
	{"unknown transaction", "commercial", "ST*837*", "ST*834*", "unknown-guide", w, "ST01", false, true},
	{"interchange sent twice in a file", "commercial", "IEA*1*000000101~\n", "IEA*1*000000101~\n" + again, "isa-repeat", e, "ISA13", false, true},
	{"file cut off", "commercial", "GE*1*101~\nIEA*1*000000101~\n", "GE*1", "syntax", e, "", false, false},

	// Segments and loops
	{"NM1*85 missing", "commercial", "NM1*85*2*EXAMPLE MASSAGE CLINIC*****XX*1999999984~\n", "", "loop-missing", e, "SE", true, false},
	{"N3 missing", "commercial", "N3*100 MAIN ST*STE 2~\n", "", "segment-missing", e, "HL", true, true},
	{"REF*EI missing", "commercial", "REF*EI*911234567~\n", "", "segment-missing", e, "HL", true, true},
	{"PER missing", "commercial", "PER*IC*BILLING OFFICE*TE*2065550100*EM*BILLING@EXAMPLE.ORG~\n", "", "segment-missing", e, "NM1", true, true},
	{"SBR missing", "commercial", "SBR*P*18*GRP100******CI~\n", "", "segment-missing", e, "SE", true, true},
	{"payer missing", "auto", "NM1*PR*2*EXAMPLE AUTO INSURANCE*****PI*99AUT~\n", "", "loop-missing", e, "SE", true, true},
	{"HI missing", "commercial", "HI*ABK:M542*ABF:M62838*ABF:G44209~\n", "", "segment-missing", e, "SE", true, false},
	{"SV1 missing", "replacement", "SV1*HC:97140*66*UN*1***1~\n", "", "segment-missing", e, "SE", true, false},
	{"date of service missing", "replacement", "DTP*472*D8*20260112~\n", "", "segment-missing", e, "SE", true, true},
	{"no lines", "replacement", "LX*1~\nSV1*HC:97140*66*UN*1***1~\nDTP*472*D8*20260112~\nREF*6R*L1~\n", "", "loop-missing", e, "SE", true, false},
	{"patient without DMG", "dependent", "DMG*D8*20100610*M~\n", "", "segment-missing", e, "CLM", true, true},
	{"REF before DTP in the claim", "commercial", "DTP*431*D8*20251201~\n", "REF*D9*X~\nDTP*431*D8*20251201~\n", "segment-order", e, "DTP", true, false},
	{"NTE before REF", "commercial", "REF*G1*AUTH123456~\n", "NTE*ADD*A~\nREF*G1*AUTH123456~\n", "segment-order", e, "REF", true, false},
	{"pay-to before billing", "commercial", "NM1*85*2", "NM1*87*2~\nN3*PO BOX 5~\nN4*SEATTLE*WA*981010001~\nNM1*85*2", "segment-order", e, "NM1", true, false},
	{"segment of another loop", "commercial", "CLM*MM-0001", "SV1*HC:97140*1*UN*1***1~\nCLM*MM-0001", "segment-unexpected", e, "SV1", true, false},
	{"unknown qualifier", "commercial", "REF*G1*", "REF*ZZ*", "segment-unexpected", e, "REF", false, true},
	{"unknown segment", "commercial", "LX*1~", "XYZ*1~\nLX*1~", "segment-unknown", e, "XYZ", true, true},
	{"two AMT*F5", "commercial", "AMT*F5*25~", "AMT*F5*25~\nAMT*F5*5~", "segment-repeat", e, "AMT", true, true},
	{"two notes", "commercial", "NTE*ADD*RX", "NTE*ADD*X~\nNTE*ADD*RX", "segment-repeat", e, "NTE", true, true},
	{"three prescribers", "auto", "NM1*DN*1*REFERRER*ALEX*B***XX*1777777776~\n", strings.Repeat("NM1*DN*1*REFERRER*ALEX*B***XX*1777777776~\n", 3), "loop-repeat", e, "NM1", true, true},
	{"51 lines", "replacement", "REF*6R*L1~\n", "REF*6R*L1~\n" + fifty(), "loop-repeat", e, "LX", true, false},

	// Elements
	{"CLM05-3 empty", "commercial", "11:B:1", "11:B", "element-required", e, "CLM05-3", false, true},
	{"CLM07 empty", "commercial", "*Y*A*Y*Y", "*Y**Y*Y", "element-required", e, "CLM07", false, true},
	{"payer without id", "auto", "*****PI*99AUT", "*****PI", "element-required", e, "NM109", false, true},
	{"element not used", "commercial", "REF*G1*AUTH123456", "REF*G1*AUTH123456*TEXT", "element-not-used", e, "REF03", false, true},
	{"note too long", "commercial", "CERVICAL AND UPPER", strings.Repeat("A", 75), "element-length", e, "NTE02", false, true},
	{"last name too long", "commercial", "*SAMPLE*PAT", "*" + strings.Repeat("S", 61) + "*PAT", "element-length", e, "NM103", false, true},
	{"letters as a number", "commercial", "LX*1~", "LX*A~", "element-type", e, "LX01", false, false},
	{"charge with a comma", "replacement", "*66*UN", "*6,6*UN", "element-type", e, "SV102", false, false},
	{"assignment code", "commercial", "*Y*A*Y*Y", "*Y*X*Y*Y", "element-code", e, "CLM07", false, true},
	{"relationship code", "dependent", "PAT*19", "PAT*99", "element-code", e, "PAT01", false, true},
	{"frequency code", "commercial", "11:B:1", "11:B:6", "element-code", e, "CLM05-3", false, true},
	{"repeated value", "commercial", "NTE*ADD*CERVICAL AND", "NTE*ADD*CERVICAL^AND", "element-repeat", e, "NTE02", false, true},
	{"component separator in text", "commercial", "NTE*ADD*CERVICAL AND", "NTE*ADD*CERVICAL:AND", "element-type", e, "NTE02", false, true},
	{"accent", "commercial", "CERVICAL AND", "CÉRVICAL AND", "characters", e, "NTE02", false, true},
	{"lower case", "commercial", "CERVICAL AND", "cervical AND", "lower-case", w, "NTE02", false, true},
	{"space before a value", "commercial", "*SAMPLE*PAT", "* SAMPLE*PAT", "element-space", w, "NM103", false, true},
	{"empty elements at the end", "commercial", "AMT*F5*25~", "AMT*F5*25**~", "trailing-empty", w, "AMT04", false, false},
	{"leading zero", "replacement", "CLM*MM-0001R*66*", "CLM*MM-0001R*066*", "number-form", w, "CLM02", false, true},
	{"five pointers", "auto", "***1:2:3~", "***1:2:3:1:2~", "element-excess", e, "SV107-5", false, false},
	{"13 diagnoses", "replacement", "HI*ABK:M542", "HI*ABK:M542" + codes(12), "element-excess", e, "HI13", false, true},
	{"day that does not exist", "commercial", "DTP*431*D8*20251201", "DTP*431*D8*20251131", "date-invalid", e, "DTP03", false, true},
	{"span under D8", "va", "DTP*472*RD8*20260113-20260114", "DTP*472*D8*20260113-20260114", "date-invalid", e, "DTP03", false, true},
	{"batch date", "commercial", "BATCH101*20260115", "BATCH101*20261315", "date-invalid", e, "BHT04", false, true},
	{"batch time", "commercial", "*20260115*0930*CH", "*20260115*2530*CH", "time-invalid", e, "BHT05", false, true},

	// The tree
	{"HL01 skips", "commercial", "HL*2*1*22", "HL*3*1*22", "hl-number", e, "HL01", false, true},
	{"HL02 wrong", "dependent", "HL*4*2*23", "HL*4*3*23", "hl-parent", e, "HL02", false, true},
	{"HL04 promises children", "commercial", "HL*2*1*22*0", "HL*2*1*22*1", "hl-children", e, "HL04", false, true},
	{"HL04 denies children", "dependent", "HL*2*1*22*1", "HL*2*1*22*0", "hl-children", e, "HL04", false, true},
	{"HL03 unknown", "commercial", "HL*2*1*22*0", "HL*2*1*24*0", "hl-level", e, "HL03", false, false},

	// Who
	{"NPI with a wrong digit", "commercial", "*XX*1888888884", "*XX*1888888885", "npi", e, "NM109", false, true},
	{"prescriber's NPI", "commercial", "*XX*1777777776", "*XX*1777777775", "npi", e, "NM109", false, true},
	{"billing provider without NPI", "commercial", "CLINIC*****XX*1999999984", "CLINIC", "npi-missing", w, "NM109", false, true},
	{"taxonomy too short", "commercial", "PRV*BI*PXC*225700000X", "PRV*BI*PXC*22570000X", "taxonomy", e, "PRV03", false, true},
	{"tax id with hyphen", "commercial", "REF*EI*911234567", "REF*EI*91-1234567", "tax-id", e, "REF02", false, true},
	{"zip with hyphen", "commercial", "*981020002", "*98102-0002", "zip", e, "N403", false, true},
	{"short zip of the billing provider", "commercial", "*981010001", "*98101", "zip-nine", e, "N403", false, true},
	{"state that does not exist", "commercial", "N4*SEATTLE*WA*981020002", "N4*SEATTLE*ZZ*981020002", "state-unknown", e, "N402", false, true},
	{"no state", "commercial", "N4*SEATTLE*WA*981020002", "N4*SEATTLE**981020002", "state-missing", e, "N402", false, true},
	{"PO box of the billing provider", "commercial", "N3*100 MAIN ST", "N3*P.O. BOX 12", "billing-po-box", w, "N301", false, true},
	{"person without member id", "auto", "*PAT****MI*POL7788", "*PAT", "member-id", e, "NM109", false, true},
	{"rendering is billing", "auto", "NM1*82*1*THERAPIST*JORDAN****XX*1888888884", "NM1*82*1*THERAPIST*JORDAN****XX*1999999984", "rendering-repeats", w, "NM109", false, true},
	{"SBR02 empty", "commercial", "SBR*P*18*", "SBR*P**", "subscriber-relationship", e, "SBR02", false, true},
	{"SBR02 with dependents", "dependent", "SBR*P***", "SBR*P*18**", "subscriber-relationship", e, "HL03", false, false},
	{"subscriber without DMG", "commercial", "DMG*D8*19800214*F~\n", "", "subscriber-birth", e, "CLM", true, true},
	{"subscriber without address", "commercial", "N3*200 OAK AVE~\nN4*SEATTLE*WA*981020002~\n", "", "subscriber-address", e, "CLM", true, true},
	{"SBR09 unknown", "commercial", "******CI", "******XX", "filing-unknown", e, "SBR09", false, true},
	{"SBR09 empty", "commercial", "GRP100******CI", "GRP100", "filing-missing", e, "SBR09", false, true},
	{"employer's address", "compensation", "NM1*IL*2*EXAMPLE WAREHOUSE INC~\n", "NM1*IL*2*EXAMPLE WAREHOUSE INC~\nN3*9 DOCK ST~\nN4*SEATTLE*WA*98101~\n", "employer-address", w, "N301", true, true},
	{"patient as subscriber in WC", "auto", "******AM", "******WC", "employer-expected", w, "SBR02", false, true},

	// When
	{"service in the future", "commercial", "20260112", "20260411", "date-future", e, "DTP03", false, false},
	{"service after the batch", "commercial", "20260112", "20260211", "service-after-batch", e, "DTP03", false, true},
	{"born in the future", "commercial", "DMG*D8*19800214", "DMG*D8*20270214", "date-future", e, "DMG02", false, false},
	{"service before birth", "commercial", "DMG*D8*19800214", "DMG*D8*20260114", "before-birth", e, "DTP03", false, true},
	{"accident after the service", "auto", "DTP*439*D8*20251220", "DTP*439*D8*20260113", "onset-after-service", e, "DTP03", false, true},
	{"span reversed", "va", "20260113-20260114", "20260114-20260113", "span-reversed", e, "DTP03", false, true},

	// What
	{"claim id of 21 characters", "commercial", "MM-0001", "MM-000100000000000000", "claim-id-length", e, "CLM01", false, true},
	{"claim id twice", "dependent", "MM-0003", "MM-0002", "claim-id-repeat", e, "CLM01", false, true},
	{"total one cent off", "commercial", "*198***", "*198.01***", "claim-total", e, "CLM02", false, true},
	{"negative charge", "replacement", "*66*", "*-66*", "amount", e, "CLM02", false, true},
	{"fraction of a cent", "replacement", "*66*UN", "*66.001*UN", "amount", e, "SV102", false, true},
	{"replacement without number", "replacement", "REF*F8*PAYERICN0001~\n", "", "frequency-reference", e, "CLM05-3", true, true},
	{"original with number", "replacement", "11:B:7", "11:B:1", "frequency-original", w, "CLM05-3", false, true},
	{"auto accident without state", "auto", "AA:::WA", "AA", "accident-state", e, "CLM11-4", false, true},
	{"auto accident without date", "auto", "DTP*439*D8*20251220~\n", "", "accident-date", e, "CLM11-1", true, true},
	{"auto claim without cause", "auto", "**AA:::WA", "", "accident-cause", w, "CLM11", false, true},
	{"auto claim without accident number", "auto", "REF*Y4*CLM2026-55~\n", "", "accident-claim", w, "CLM", true, true},
	{"attachment without number", "auto", "PWK*OZ*BM***AC*MM-AUTO-1-NOTES", "PWK*OZ*BM", "attachment-control", e, "PWK06", false, true},
	{"place of service", "commercial", "*11:B:1", "*30:B:1", "place-unknown", e, "CLM05-1", false, true},
	{"place of the line", "commercial", "*UN*1*12**", "*UN*1*98**", "place-unknown", e, "SV105", false, true},
	{"diagnosis with dot", "commercial", "ABK:M542", "ABK:M54.2", "diagnosis-dot", e, "HI01-2", false, true},
	{"diagnosis of no shape", "commercial", "ABF:G44209", "ABF:44209", "diagnosis-shape", e, "HI03-2", false, true},
	{"diagnosis twice", "commercial", "ABF:G44209", "ABF:M542", "diagnosis-repeat", e, "HI03-2", false, true},
	{"ICD-9 list", "replacement", "ABK:M542", "BK:7231", "diagnosis-icd9", e, "HI01-1", false, false},
	{"diagnosis that needs more characters", "auto", "S134XXA", "S134", "diagnosis-unbillable", e, "HI01-2", false, true},
	{"second is principal too", "commercial", "ABF:M62838", "ABK:M62838", "element-code", e, "HI02-1", false, true},
	{"pointer beyond the diagnoses", "commercial", "***1:2~", "***1:4~", "pointer-range", e, "SV107-2", false, true},
	{"pointer of no position", "commercial", "***1:2~", "***1:13~", "pointer-range", e, "SV107-2", false, true},
	{"pointer twice", "commercial", "***1:2~", "***1:1~", "pointer-repeat", e, "SV107-2", false, true},
	{"half a unit", "commercial", "*UN*2*", "*UN*1.5*", "units", e, "SV104", false, true},
	{"no unit", "commercial", "*UN*2*", "*UN*0*", "units", e, "SV104", false, true},
	{"negative units", "commercial", "*UN*2*", "*UN*-2*", "units", e, "SV104", false, true},
	{"procedure code", "commercial", "HC:97140", "HC:9714", "procedure", e, "SV101-2", false, true},
	{"modifier of one character", "commercial", ":GP:59", ":GP:5", "modifier", e, "SV101-4", false, false},
	{"modifier twice", "commercial", ":GP:59", ":GP:GP", "modifier-order", e, "SV101-4", false, true},
	{"modifier after a gap", "commercial", ":GP:59", "::59", "modifier-order", e, "SV101-4", false, true},
	{"lines miscounted", "commercial", "LX*2", "LX*3", "line-number", e, "LX01", false, true},
	{"line without control number", "commercial", "REF*6R*L1~\n", "", "line-control", w, "LX", true, true},
	{"line control number twice", "commercial", "REF*6R*L2", "REF*6R*L1", "line-repeat", e, "REF02", false, true},

	// Remittance and acknowledgments
	{"line does not balance", "ok_era.835", "*132*80**2", "*132*81**2", "era-line-balance", e, "SVC03", false, true},
	{"claim does not balance", "ok_era.835", "*198*120*30", "*198*121*30", "era-claim-balance", e, "CLP04", false, false},
	{"payment does not balance", "ok_era.835", "BPR*I*205*", "BPR*I*205.01*", "era-file-balance", e, "BPR02", false, true},
	{"provider adjustment", "ok_era.835", "*L6*-5", "*L6*5", "era-file-balance", e, "BPR02", false, true},
	{"debit", "ok_era.835", "BPR*I*205*C", "BPR*I*205*D", "era-file-balance", e, "BPR02", false, true},
	{"unreadable adjustment", "ok_era.835", "CAS*PR*3*20", "CAS*PR*3*20.005", "era-amount", e, "CAS03", false, true},
	{"patient's share", "ok_era.835", "*198*120*30", "*198*120*31", "era-patient", w, "CLP05", false, true},
	{"lines' charges", "ok_era.835", "SVC*HC:97140*132*100**2~\nDTM*472*20260113~\nCAS*CO*45*32", "SVC*HC:97140*131*100**2~\nDTM*472*20260113~\nCAS*CO*45*31~\nCAS*OA*45*0", "era-charges", w, "CLP03", true, false},
	{"claim without lines", "ok_era.835", "SVC*HC:97140*132*100**2~\nDTM*472*20260113~\nCAS*CO*45*32~\nREF*6R*L1~\nAMT*B6*100~\n", "CAS*CO*45*32~\n", "era-lines", w, "CLP", true, false},
	{"payee's NPI", "ok_era.835", "*XX*1999999984", "*XX*1999999983", "npi", e, "N104", false, true},
	{"unknown segment in a remittance", "ok_era.835", "LX*1~", "XYZ*1~\nLX*1~", "segment-unknown", w, "XYZ", true, true},
	{"acknowledgment's tree", "ok_277ca_mixed.277", "HL*4*3*PT", "HL*4*2*PT", "hl-parent", e, "HL02", false, true},
	{"acknowledgment's action", "ok_277ca_mixed.277", "*20260116*WQ*264", "*20260116*XX*264", "element-code", w, "STC03", false, true},
	{"eligibility without trace of shape", "ok_271_active.271", "DTP*346*D8*20260101", "DTP*346*D8*20260199", "date-invalid", e, "DTP03", false, true},
}

const again = "ISA*00*          *00*          *ZZ*SENDERID       *ZZ*RECEIVERID     *260115*0930*^*00501*000000101*0*T*:~IEA*0*000000101~\n"

func fifty() string {
	var b strings.Builder
	for range 50 {
		b.WriteString("LX*1~\nSV1*HC:97140*0*UN*1***1~\nDTP*472*D8*20260112~\n")
	}
	return b.String()
}

func codes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("*ABF:M25" + string(rune('0'+i/10)) + string(rune('0'+i%10)))
	}
	return b.String()
}

func (m mutation) apply(t *testing.T) string {
	t.Helper()
	name := m.file
	if !strings.Contains(name, ".") {
		name += ".837"
	}
	good := sample(t, name)
	bad := strings.ReplaceAll(good, m.old, m.new)
	if bad == good {
		t.Fatalf("%q does not stand in %s", m.old, name)
	}
	if m.recount {
		bad = recount(bad)
	}
	return bad
}

// recount corrects SE01 of a file with one transaction.
func recount(file string) string {
	i, j := strings.Index(file, "\nST*"), strings.Index(file, "\nSE*")
	n := strings.Count(file[i:j], "~") + 1
	rest := file[j+4:]
	return file[:j] + "\nSE*" + itoa(n) + rest[strings.Index(rest, "*"):]
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

func options() check.Options {
	return check.Options{Today: today, Billable: func(code string, _ x12.Date) bool { return code != "S134" }}
}

func TestEachDefectIsFound(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.name, func(t *testing.T) {
			fs := run(t, m.apply(t), options())
			i := slices.IndexFunc(fs, func(f check.Finding) bool {
				return f.Code == m.code && f.Severity == m.severity && f.Where() == m.where
			})
			if i < 0 {
				t.Fatalf("no %s %s at %s in\n%s", m.severity, m.code, m.where, text(t, fs))
			}
			if m.only && slices.ContainsFunc(fs, func(f check.Finding) bool { return f.Code != m.code }) {
				t.Errorf("more than %s follows from one defect:\n%s", m.code, text(t, fs))
			}
		})
	}
}

// TestEveryCodeHasADefect keeps the table of codes and the tests together.
func TestEveryCodeHasADefect(t *testing.T) {
	elsewhere := []string{"empty-file", "too-many", "gs-repeat", "st-repeat"}
	for code := range check.Codes {
		if !slices.Contains(elsewhere, code) && !slices.ContainsFunc(mutations, func(m mutation) bool { return m.code == code }) {
			t.Errorf("no defect shows %q", code)
		}
	}
	if len(mutations) < 60 {
		t.Errorf("%d defects are too few", len(mutations))
	}
}
