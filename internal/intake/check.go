package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/patient"
	"soapstone/internal/textkey"
)

// Limits, in characters and entries.
const (
	MaxLine      = 200
	MaxText      = 5000
	MaxSurgeries = 20
)

type checker struct{ fields []errs.Field }

func (c *checker) complain(name, message string) {
	c.fields = append(c.fields, errs.Field{Name: name, Message: message})
}

// text cleans an answer and complains when it is too long or cannot be kept.
func (c *checker) text(name string, s *string, limit int) {
	*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	switch n := utf8.RuneCountInString(*s); {
	case !utf8.ValidString(*s) || strings.ContainsFunc(*s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		c.complain(name, "This has characters that cannot be saved. Type it again.")
	case n > limit:
		c.complain(name, fmt.Sprintf("Shorten this to %d characters. It has %d.", limit, n))
	}
}

// one complains about a key that is not offered.
func (c *checker) one(name, key string, offered []Choice) {
	if key != "" && !slices.Contains(Keys(offered), key) {
		c.complain(name, "Choose one of the answers shown.")
	}
}

// some puts keys into the order offered, once each.
func (c *checker) some(name string, keys *[]string, offered []Choice) {
	var out []string
	for _, k := range Keys(offered) {
		if slices.Contains(*keys, k) {
			out = append(out, k)
		}
	}
	for _, k := range *keys {
		if !slices.Contains(out, k) {
			c.complain(name, "Choose one of the answers shown.")
			break
		}
	}
	*keys = out
}

// clean checks the answers, as given on day today, and brings them into the
// form in which they are kept and compared. Complaints name the form's fields.
func (a *Answers) clean(today civil.Date) error {
	var c checker
	c.text("reason", &a.Reason, MaxText)
	c.text("since", &a.Since, MaxLine)
	if !a.OnsetDate.IsZero() && (!a.OnsetDate.Valid() || a.OnsetDate.After(today)) {
		c.complain("onset_date", "This date is in the future. Check the year.")
	}
	c.one("mechanism", a.Mechanism, Mechanisms())
	c.text("mechanism_detail", &a.MechanismDetail, MaxText)
	c.text("tried_so_far", &a.TriedSoFar, MaxText)
	c.text("goals", &a.Goals, MaxText)
	c.history(a)
	c.surgeries(a)
	c.some("avoid", &a.Avoid, Areas())
	c.text("avoid_other", &a.AvoidOther, MaxLine)
	c.one("pressure", a.Pressure, Pressures())
	c.some("positions", &a.Positions, Positions())
	c.text("positions_note", &a.PositionsNote, MaxText)
	c.one("clothing", a.Clothing, Clothing())
	c.text("comfort", &a.Comfort, MaxText)
	c.text("occupation", &a.Occupation, MaxLine)
	c.text("activity", &a.Activity, MaxText)
	c.text("call_name", &a.CallName, patient.MaxName)
	c.text("call_relation", &a.CallRelation, MaxLine)
	c.text("call_phone", &a.CallPhone, 40)
	if n := len(textkey.Phone(a.CallPhone)); a.CallPhone != "" && (n < 7 || n > 20) {
		c.complain("call_phone", "Enter a phone number with area code, such as 312-555-0100.")
	}
	c.text("call_about", &a.CallAbout, MaxText)
	return errs.OnFields(c.fields...)
}

func (c *checker) history(a *Answers) {
	kept := map[string]Group{}
	for _, g := range Groups() {
		in, field := a.History[g.Key], "history."+g.Key
		c.some(field, &in.Has, g.Conditions)
		c.text(field+".note", &in.Note, MaxText)
		if in.None && len(in.Has) > 0 {
			c.complain(field, "Choose the conditions, or “None of these”.")
		}
		if in.Answered() || in.Note != "" {
			kept[g.Key] = in
		}
	}
	a.History = kept
	if len(kept) == 0 {
		a.History = nil
	}
	c.text("history_other", &a.HistoryOther, MaxText)
}

func (c *checker) surgeries(a *Answers) {
	var kept []Surgery
	for i, s := range a.Surgeries {
		field := fmt.Sprintf("surgery.%d", i)
		c.text(field+".what", &s.What, MaxLine)
		c.text(field+".when", &s.When, MaxLine)
		c.text(field+".note", &s.Note, MaxText)
		if s.What == "" && (s.When != "" || s.Note != "") {
			c.complain(field+".what", "Write which surgery this was.")
		}
		if s != (Surgery{}) {
			kept = append(kept, s)
		}
	}
	if len(kept) > MaxSurgeries {
		c.complain("surgery.0.what", fmt.Sprintf("List at most %d surgeries. Put the rest into a note.", MaxSurgeries))
	}
	if a.NoSurgeries && len(kept) > 0 {
		c.complain("no_surgeries", "Take the tick out, or remove the surgeries.")
	}
	a.Surgeries = kept
}

// complete complains about what a finished submission still needs.
func complete(a Answers, sections map[Section]Provenance, marks map[Section]Mark) error {
	var c checker
	if a.Reason == "" {
		c.complain("reason", "Enter the reason for the visit.")
	} else if sections[Reason] == Carried {
		c.complain("mark.reason", "Ask whether the reason is still the same.")
	}
	for _, s := range Sections() {
		if marks[s] == MarkChanged && sections[s] == Carried && s != Reason {
			c.complain("mark."+string(s), "You said that this changed. Change it, or choose “No change”.")
		}
	}
	return errs.OnFields(c.fields...)
}
