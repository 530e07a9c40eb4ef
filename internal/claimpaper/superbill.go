package claimpaper

import (
	"fmt"
	"strings"

	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/money"
	"soapstone/internal/pdf"
)

// Superbill is the paper with which a patient claims alone: who treated whom, by
// whose order, what for, what was done and what it cost, on one page.
//
// Without a prescription there is none (Conflict): a massage therapist makes no
// diagnosis, and without one there is nothing that an insurer could examine. A
// fact that every insurer asks for and that is not there is Invalid, with all
// such facts named.
func (Printer) Superbill(s claim.Superbill) ([]byte, error) {
	if s.Referring == nil || len(s.Diagnoses) == 0 {
		return nil, errs.New(errs.Conflict, "A superbill needs a prescription with a diagnosis. For this visit there is none; give the patient a receipt instead.")
	}
	if err := complete(s); err != nil {
		return nil, err
	}
	d := pdf.New(pdf.Meta{
		Title: "Superbill", Subtitle: "Services of " + s.Date.Human() + ", number " + s.Number,
		Practice: s.Practice.Name, Contact: contact(s.Practice),
		Patient: spoken(s.Patient), Born: s.Patient.BirthDate, Record: s.PatientNumber,
		Created: s.MadeAt,
	})
	d.KeyValues(
		pdf.KV{Label: "Practice", Text: s.Practice.Name + "\n" + s.Practice.Address.OneLine()},
		pdf.KV{Label: "Tax ID, NPI", Text: taxNumber(s.Practice) + ", NPI " + s.Practice.NPI},
		pdf.KV{Label: "Therapist", Text: titled(s.Therapist) + therapistNumbers(s.Therapist)},
		pdf.KV{Label: "Patient", Text: spoken(s.Patient) + ", born " + s.Patient.BirthDate.Human() + "\n" + s.Patient.Address.OneLine()},
		pdf.KV{Label: "Referred by", Text: titled(*s.Referring) + prefixed(", NPI ", s.Referring.NPI)},
		pdf.KV{Label: "Date and place of service", Text: s.Date.Human() + ", place of service " + s.Place},
		pdf.KV{Label: "Diagnoses (ICD-10-CM)", Text: lettered(s.Diagnoses)},
	)
	services(d, s)
	d.KeyValues(
		pdf.KV{Label: "Total charge", Text: s.Total.String()},
		pdf.KV{Label: "Paid", Text: s.Paid.String()},
		pdf.KV{Label: "Balance", Text: balance(s)},
		pdf.KV{Label: "Assignment", Text: "Not accepted. Benefits are to be paid to the patient."},
	)
	if !s.SignedAt.IsZero() {
		d.Small("These services are documented in a record signed on " + s.SignedAt.Format("2 Jan 2006") + ".")
	}
	d.SignatureLine("Signature of " + titled(s.Therapist))
	return d.Bytes()
}

// complete refuses a superbill that an insurer would send back.
func complete(s claim.Superbill) error {
	var missing []errs.Field
	ask := func(there bool, name, what string) {
		if !there {
			missing = append(missing, errs.Field{Name: name, Message: what})
		}
	}
	var sum money.Cents
	for _, l := range s.Lines {
		sum += l.Charge
	}
	ask(s.Practice.Name != "" && s.Practice.Address.Line1 != "", "practice", "the practice's name and address")
	ask(s.Practice.TaxID != "", "tax_id", "the practice's tax ID")
	ask(s.Practice.NPI != "", "npi", "the practice's NPI")
	ask(s.Therapist.Name != "" && s.Therapist.NPI != "", "therapist", "the therapist's name and NPI")
	ask(s.Patient.LastName != "" && s.Patient.FirstName != "", "patient", "the patient's name")
	ask(s.Patient.BirthDate.Valid(), "birth_date", "the patient's birth date")
	ask(s.Patient.Address.Line1 != "", "address", "the patient's address")
	ask(s.Date.Valid(), "date", "the date of service")
	ask(s.Place != "", "place", "the place of service")
	ask(len(s.Lines) > 0, "lines", "a service")
	ask(sum == s.Total, "total", "a total that is the sum of the services")
	if len(missing) == 0 {
		return nil
	}
	var words []string
	for _, m := range missing {
		words = append(words, m.Message)
	}
	return &errs.Error{Kind: errs.Invalid, Public: "The superbill lacks " + strings.Join(words, "; ") + ".", Fields: missing}
}

func services(d *pdf.Doc, s claim.Superbill) {
	rows := make([][]string, 0, len(s.Lines))
	for _, l := range s.Lines {
		code := l.Procedure
		if len(l.Modifiers) > 0 {
			code += "-" + strings.Join(l.Modifiers, "-")
		}
		to := ""
		for _, p := range l.Pointers {
			if p >= 1 && p <= len(s.Diagnoses) && p <= claim.MaxDiagnoses {
				to += letter(p - 1)
			}
		}
		rows = append(rows, []string{code, l.Label, to, fmt.Sprint(l.Minutes), fmt.Sprint(l.Units), l.Charge.String()})
	}
	d.Table([]pdf.Column{
		{Label: "Procedure", Width: 2}, {Label: "What was done", Width: 4.2}, {Label: "Diagnosis", Width: 1.3},
		{Label: "Minutes", Width: 1.1, Right: true}, {Label: "Units", Width: 0.9, Right: true}, {Label: "Charge", Width: 1.5, Right: true},
	}, rows)
}

func balance(s claim.Superbill) string {
	switch b := s.Balance(); {
	case b == 0:
		return b.String() + " (paid in full)"
	case b < 0:
		return b.String() + " (more was paid than charged)"
	default:
		return b.String()
	}
}

func contact(p claim.Provider) string {
	return p.Address.OneLine() + prefixed(" · ", phone(p.Phone))
}

func phone(s string) string {
	if len(s) != 10 {
		return s
	}
	return "(" + s[:3] + ") " + s[3:6] + "-" + s[6:]
}

func spoken(p claim.Person) string {
	return strings.Join(strings.Fields(p.FirstName+" "+p.MiddleName+" "+p.LastName), " ")
}

// titled is a provider with the credential after a comma.
func titled(p claim.Provider) string {
	if p.Organization {
		return p.Name
	}
	return strings.TrimSpace(p.FirstName+" "+p.Name) + prefixed(", ", p.Credential)
}

func therapistNumbers(p claim.Provider) string {
	return prefixed(", license ", p.License) + "\nNPI " + p.NPI + prefixed(", taxonomy ", p.Taxonomy)
}

func taxNumber(p claim.Provider) string {
	n := p.TaxID
	if p.TaxIDKind == "SY" {
		return "SSN " + n
	}
	if len(n) == 9 {
		n = n[:2] + "-" + n[2:]
	}
	return "EIN " + n
}

func lettered(codes []string) string {
	var out []string
	for i, c := range codes {
		if i < claim.MaxDiagnoses {
			c = letter(i) + " " + c
		}
		out = append(out, c)
	}
	return strings.Join(out, ", ")
}
