package patientui

import (
	"strconv"

	"soapstone/internal/patient"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// decode reads the demographics form. Which answers are needed and sensible is
// the service's to say; here only their shape is read.
func decode(f *form.Form) patient.Demographics {
	name := func(field string) string { return f.Text(field, form.Max(patient.MaxName)) }
	contact := func(prefix string) patient.Contact {
		return patient.Contact{Name: name(prefix + "_name"), Relation: f.Text(prefix+"_relation", form.Max(60)), Phone: f.Text(prefix+"_phone", form.Max(40))}
	}
	d := patient.Demographics{
		FirstName: name("first_name"), MiddleName: name("middle_name"), PreferredName: name("preferred_name"),
		LastName:       f.Text("last_name", form.Required("Enter the last name. If the person has only one name, enter it here."), form.Max(patient.MaxName)),
		BirthDate:      f.Date("birth_date", form.Required("Enter the date of birth.")),
		Sex:            form.Choice(f, "sex", patient.Sexes()...),
		GenderIdentity: name("gender_identity"), Pronouns: f.Text("pronouns", form.Max(40)),
		Phone: f.Text("phone", form.Max(40)), OtherPhone: f.Text("other_phone", form.Max(40)), Email: f.Text("email", form.Max(254)),
		AddressLine: f.Text("address_line"), AddressLine2: f.Text("address_line2"), City: name("city"),
		State: f.Text("state", form.Max(40)), PostalCode: f.Text("postal_code", form.Max(12)),
		Language: f.Text("language"), Interpreter: f.Bool("interpreter"),
		Emergency: contact("emergency"), Guardian: contact("guardian"),
		DeskNote: f.Area("desk_note", form.Max(patient.MaxNote)),
	}
	f.Require("sex", "Choose the sex recorded for insurance.")
	return d
}

// encode fills the form from a record.
func encode(p patient.Patient) *form.Form {
	v := map[string]string{
		"version":    itoa(p.Version),
		"first_name": p.FirstName, "middle_name": p.MiddleName, "last_name": p.LastName, "preferred_name": p.PreferredName,
		"birth_date": p.BirthDate.String(), "sex": string(p.Sex), "gender_identity": p.GenderIdentity, "pronouns": p.Pronouns,
		"phone": p.Phone, "other_phone": p.OtherPhone, "email": p.Email,
		"address_line": p.AddressLine, "address_line2": p.AddressLine2, "city": p.City, "state": p.State, "postal_code": p.PostalCode,
		"language":       p.Language,
		"emergency_name": p.Emergency.Name, "emergency_relation": p.Emergency.Relation, "emergency_phone": p.Emergency.Phone,
		"guardian_name": p.Guardian.Name, "guardian_relation": p.Guardian.Relation, "guardian_phone": p.Guardian.Phone,
		"desk_note": p.DeskNote,
	}
	if p.Interpreter {
		v["interpreter"] = "yes"
	}
	return form.FromValues(v)
}

func languageOptions() []kit.Option {
	var out []kit.Option
	for _, l := range patient.Languages() {
		out = append(out, kit.Option{Value: l.Tag, Label: l.Name})
	}
	return out
}

var (
	pronounIdeas  = []string{"she/her", "he/him", "they/them"}
	relationIdeas = []string{"Spouse", "Partner", "Mother", "Father", "Parent", "Guardian", "Child", "Sibling", "Friend", "Neighbor"}
)

func sexOptions() []kit.Option { return kit.OptionsOf(patient.Sexes(), patient.Sex.Label) }
