package claimui

import (
	"fmt"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/kit"
)

// moment is an instant in the person's zone.
func moment(a authz.Actor, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if a.Zone != nil {
		t = t.In(a.Zone)
	}
	return t.Format("2 Jan 2006, 15:04")
}

func stateTone(s claim.State) kit.Tone {
	switch s {
	case claim.Blocked, claim.Rejected, claim.Denied:
		return kit.Danger
	case claim.Ready, claim.Paid:
		return kit.OK
	case claim.Sent:
		return kit.Info
	case claim.Held:
		return kit.Warn
	}
	return kit.Neutral
}

// tabLabel is a state in the fewest words.
func tabLabel(s claim.State) string {
	switch s {
	case claim.Blocked:
		return "Blocked"
	case claim.Ready:
		return "Ready"
	case claim.Held:
		return "Held"
	}
	return s.Label()
}

// kindWord names what is no first claim.
func kindWord(f claim.Frequency) string {
	switch f {
	case claim.Replacement:
		return "Replacement"
	case claim.Void:
		return "Void"
	}
	return ""
}

func providerWords(p claim.Provider) string {
	name := strings.TrimSpace(p.FirstName + " " + p.Name)
	if p.Credential != "" {
		name += ", " + p.Credential
	}
	if p.NPI != "" {
		return kit.JoinDot(name, "NPI "+p.NPI)
	}
	return name
}

func personWords(p claim.Person) string {
	name := strings.Join(strings.Fields(p.FirstName+" "+p.MiddleName+" "+p.LastName), " ")
	born := ""
	if !p.BirthDate.IsZero() {
		born = "born " + p.BirthDate.Human()
	}
	return kit.JoinDot(name, born, p.Address.OneLine())
}

func subscriberWords(s claim.Subscriber) string {
	switch s.Relation {
	case claim.Self:
		return "The patient"
	case claim.Employee:
		return "The employer: " + s.Employer
	}
	return kit.JoinDot(personWords(s.Person), "the patient is "+relationWord(s.Relation))
}

func relationWord(r claim.Relation) string {
	switch r {
	case claim.Spouse:
		return "the spouse"
	case claim.Child:
		return "the child"
	}
	return "related otherwise"
}

func memberWords(s claim.Subscriber) string {
	group, number := "", ""
	if s.Group != "" {
		group = "group " + s.Group
	}
	if s.CaseNumber != "" {
		number = "claim number of the injury " + s.CaseNumber
	}
	return kit.JoinDot(s.MemberID, group, s.Plan, number)
}

func accidentWords(a claim.Accident) string {
	kind := ""
	switch {
	case a.Auto:
		kind = "Auto accident"
	case a.Employment:
		kind = "Work injury"
	case a.Other:
		kind = "Another accident"
	default:
		return "None"
	}
	on := ""
	if !a.On.IsZero() {
		on = a.On.Human()
	}
	return kit.JoinDot(kind, on, a.State)
}

func signedWords(d claim.Document) string {
	word := func(yes bool, what string) string {
		if yes {
			return what
		}
		return what + ": no"
	}
	return kit.JoinDot(word(d.Release, "Records may go to the payer"), word(d.Benefits, "benefits go to the practice"), word(d.Assignment, "assignment accepted"))
}

func placeWord(k *knowledge.Set, code string) string {
	if p, ok := k.Place(code); ok {
		return p.Label + " (" + code + ")"
	}
	return code
}

func techniqueWords(k *knowledge.Set, ids []string) string {
	var out []string
	for _, t := range ids {
		out = append(out, note.TechniqueLabel(k, t))
	}
	return strings.Join(out, ", ")
}

func siteWords(k *knowledge.Set, ids []string) string {
	var out []string
	for _, s := range ids {
		if _, ok := k.Site(s); ok {
			out = append(out, note.SiteLabel(k, s))
		} else {
			out = append(out, note.ZoneLabel(k, s))
		}
	}
	return strings.Join(out, "; ")
}

// diagnosesOf are the diagnoses a line answers to.
func diagnosesOf(d claim.Document, l claim.Line) string {
	var out []string
	for _, p := range l.Pointers {
		if p >= 1 && p <= len(d.Diagnoses) {
			out = append(out, d.Diagnoses[p-1])
		}
	}
	return strings.Join(out, ", ")
}

func keyWords(key string) string { return strings.ReplaceAll(key, "-", " ") }

func minutesWords(n int) string { return kit.Plural(n, "minute", "minutes") }

// eventTitle is what happened to a claim.
func eventTitle(e claim.Event) string {
	switch e.Kind {
	case "draft":
		return "Drafted"
	case "check":
		return "Checked: " + strings.ToLower(e.To.Label())
	case "send":
		return "Sent"
	case "test":
		return "Put into a test file, not sent"
	case "copy":
		return "Printed for mailing"
	case "hold":
		return "Put on hold"
	case "release":
		return "Released"
	case "drop":
		return "Dropped"
	case "waive":
		return "Check set aside"
	case "unwaive":
		return "Check asked again"
	case "choose":
		return "Choice made"
	case "answer":
		return "Answer: " + strings.ToLower(e.To.Label())
	case "correct":
		return "Opened for correction"
	case "void":
		return "Void opened"
	case "close":
		return "Closed"
	}
	return e.Kind
}

// eventTone colours what moved a claim on or back.
func eventTone(e claim.Event) kit.Tone {
	if e.From == e.To || e.Kind == "draft" {
		return kit.Neutral
	}
	return stateTone(e.To)
}

// eventMeta is the detail of it, in words, and who it was.
func eventMeta(e claim.Event) string {
	detail := e.Detail
	switch e.Kind {
	case "check":
		detail = "" // the title says it
	case "draft":
		detail = kindWord(claim.Frequency(strings.TrimPrefix(detail, "frequency ")))
	case "send", "test":
		detail = claim.Medium(detail).Label()
	}
	return kit.JoinDot(detail, e.By)
}

// choiceWords is a choice in words.
func choiceWords(k *knowledge.Set, c claim.Choice) string {
	switch c.Kind {
	case claim.ChooseTie:
		return "Further unit to " + keyWords(c.Value)
	case claim.ChooseProcedure:
		return note.TechniqueLabel(k, c.Subject) + " is billed as " + c.Value
	case claim.ChooseModifier:
		if c.Value == "-" {
			return c.Subject + " without a modifier"
		}
		return c.Subject + " with " + c.Value
	case claim.ChoosePointer:
		return c.Subject + " answers to diagnoses " + c.Value
	case claim.ChooseRemark:
		return "Remark: " + c.Value
	}
	return fmt.Sprint(c.Kind)
}
