package careteamui

import (
	"soapstone/internal/careteam"
	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/web/kit"
)

// view is what the page and the card show.
type view struct {
	Patient id.Patient
	Team    []careteam.Provider
	Today   civil.Date
	May     bool // the actor may change the team
}

func (v view) now() (out []careteam.Provider) {
	for _, p := range v.Team {
		if !p.Ended(v.Today) {
			out = append(out, p)
		}
	}
	return out
}

func (v view) past() (out []careteam.Provider) {
	for _, p := range v.Team {
		if p.Ended(v.Today) {
			out = append(out, p)
		}
	}
	return out
}

// newURL leads to the form; "" for those who may not use it.
func (v view) newURL() string {
	if !v.May {
		return ""
	}
	return teamURL(v.Patient) + "/new"
}

func meta(p careteam.Provider) string {
	return kit.JoinDot(p.Discipline.Label(), p.Organisation, contact(p), days(p))
}

func contact(p careteam.Provider) string {
	phone, fax := p.Phone, p.Fax
	if fax != "" {
		fax = "fax " + fax
	}
	return kit.JoinDot(phone, fax)
}

func days(p careteam.Provider) string {
	switch {
	case p.Mistaken:
		return "entered in error"
	case !p.From.IsZero() && !p.To.IsZero():
		return p.From.Human() + " to " + p.To.Human()
	case !p.To.IsZero():
		return "until " + p.To.Human()
	case !p.From.IsZero():
		return "since " + p.From.Human()
	}
	return ""
}

func shareTone(s careteam.Share) kit.Tone {
	switch s {
	case careteam.MayShare:
		return kit.OK
	case careteam.MayNot:
		return kit.Danger
	}
	return kit.Neutral
}

func shareWord(s careteam.Share) string {
	switch s {
	case careteam.MayShare:
		return "May share"
	case careteam.MayNot:
		return "Do not share"
	}
	return "Sharing: not asked"
}

func shareText(p careteam.Provider) string {
	on := ""
	if !p.ShareOn.IsZero() {
		on = "said on " + p.ShareOn.Human()
	}
	return kit.JoinDot(shareWord(p.Share), on, p.ShareRef)
}

var shareOptions = []kit.Option{
	{Value: string(notAsked), Label: "Not asked"},
	{Value: string(careteam.MayShare), Label: "Yes"},
	{Value: string(careteam.MayNot), Label: "No"},
}
