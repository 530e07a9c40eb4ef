package patient

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/textkey"
)

// Limits, in characters. X12 takes 60 of a last and 35 of a first name; longer
// names exist, and are cut where they are sent and not where they are kept.
const (
	MaxName = 100
	MaxLine = 200
	MaxNote = 2000
	// OldestYears is the greatest age taken: nobody is known to have passed 122.
	OldestYears = 125
)

// checker collects complaints and cleans what it accepts.
type checker struct{ fields []errs.Field }

func (c *checker) complain(field, message string) {
	for _, f := range c.fields {
		if f.Name == field {
			return
		}
	}
	c.fields = append(c.fields, errs.Field{Name: field, Message: message})
}

func (c *checker) err() error { return errs.OnFields(c.fields...) }

const unprintable = "This has characters that cannot be saved. Type it again."

// line cleans a single line: spaces at the ends and repeated ones go.
func (c *checker) line(field string, s *string, limit int) {
	*s = strings.Join(strings.Fields(*s), " ")
	c.text(field, *s, limit)
}

// area cleans text of several lines.
func (c *checker) area(field string, s *string, limit int) {
	*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	c.text(field, *s, limit)
}

func (c *checker) text(field, s string, limit int) {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		c.complain(field, unprintable)
	case n > limit:
		c.complain(field, fmt.Sprintf("Shorten this to %d characters. It has %d.", limit, n))
	}
}

// name cleans a line that has to hold a letter if it holds anything.
func (c *checker) name(field string, s *string) {
	c.line(field, s, MaxName)
	if *s != "" && textkey.Search(*s) == "" {
		c.complain(field, "Write a name with at least one letter.")
	}
}

var usPhone = regexp.MustCompile(`^[0-9 ().+-]+$`)

// phone cleans a telephone number; one of North America is given its usual form.
func (c *checker) phone(field string, s *string) {
	c.line(field, s, 40)
	if *s == "" {
		return
	}
	digits := nationalDigits(*s)
	if n := len(digits); n < 7 || n > 15 {
		c.complain(field, "Enter a phone number with area code, such as 312-555-0100.")
		return
	}
	if len(digits) == 10 && usPhone.MatchString(*s) {
		*s = "(" + digits[:3] + ") " + digits[3:6] + "-" + digits[6:]
	}
}

var emailForm = regexp.MustCompile(`^[^\s@<>(),;:"\[\]\\]+@[^\s@<>(),;:"\[\]\\]+\.[^\s@<>(),;:"\[\]\\.]{2,}$`)

func (c *checker) email(field string, s *string) {
	c.line(field, s, 254)
	if *s != "" && !emailForm.MatchString(*s) {
		c.complain(field, "Enter an e-mail address such as name@example.com, or leave this empty.")
	}
}

func (c *checker) contact(prefix string, k *Contact) {
	c.name(prefix+"_name", &k.Name)
	c.line(prefix+"_relation", &k.Relation, 60)
	c.phone(prefix+"_phone", &k.Phone)
	if k.Name == "" && (k.Relation != "" || k.Phone != "") {
		c.complain(prefix+"_name", "Enter the name of this person.")
	}
}

func (c *checker) birthDate(field string, d, today civil.Date) {
	switch {
	case d.IsZero():
		c.complain(field, "Enter the date of birth.")
	case !d.Valid():
		c.complain(field, "Enter a real date as month/day/year, such as 03/27/1984.")
	case d.After(today):
		c.complain(field, "This date is in the future. Check the year.")
	case d.AgeOn(today) > OldestYears:
		c.complain(field, fmt.Sprintf("This would be an age of %d. Check the year.", d.AgeOn(today)))
	}
}

// clean checks d, as known on day today, and brings its fields into the form
// in which they are kept. Complaints name the form's fields.
func (d *Demographics) clean(today civil.Date) error {
	var c checker
	c.name("first_name", &d.FirstName)
	c.name("middle_name", &d.MiddleName)
	c.name("last_name", &d.LastName)
	if d.LastName == "" {
		c.complain("last_name", "Enter the last name. If the person has only one name, enter it here.")
	}
	c.name("preferred_name", &d.PreferredName)
	c.birthDate("birth_date", d.BirthDate, today)
	switch d.Sex {
	case Female, Male, Unknown:
	case "":
		c.complain("sex", "Choose the sex recorded for insurance.")
	default:
		c.complain("sex", "Choose one of the answers shown.")
	}
	c.line("gender_identity", &d.GenderIdentity, MaxName)
	c.line("pronouns", &d.Pronouns, 40)
	c.phone("phone", &d.Phone)
	c.phone("other_phone", &d.OtherPhone)
	c.email("email", &d.Email)
	c.line("address_line", &d.AddressLine, MaxLine)
	c.line("address_line2", &d.AddressLine2, MaxLine)
	c.line("city", &d.City, MaxName)
	c.line("state", &d.State, 40)
	if len(d.State) == 2 {
		d.State = strings.ToUpper(d.State)
	}
	c.line("postal_code", &d.PostalCode, 12)
	if d.Language != "" && LanguageName(d.Language) == "" {
		c.complain("language", "Choose one of the languages shown.")
	}
	c.contact("emergency", &d.Emergency)
	c.contact("guardian", &d.Guardian)
	c.area("desk_note", &d.DeskNote, MaxNote)
	return c.err()
}
