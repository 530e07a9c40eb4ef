package note

import (
	"fmt"

	"soapstone/internal/civil"
	"soapstone/internal/errs"
	"soapstone/internal/id"
)

// The formats of what is added to a signed note.
const (
	AddendumFormat   = "note-addendum/1"
	RetractionFormat = "note-retraction/1"
)

// Addendum is something added to a signed note, signed itself. The note stays
// as it is.
type Addendum struct {
	Format  string      `json:"format"`
	Refers  id.Document `json:"refers"`
	Reason  string      `json:"reason"`
	Text    string      `json:"text"`
	Minutes []Minutes   `json:"minutes"` // corrected; empty when none is
	Entered civil.Date  `json:"entered"`
}

// Minutes is the corrected number of minutes of one technique of the note.
type Minutes struct {
	Index     int    `json:"index"` // position among the note's techniques, from 0
	Technique string `json:"technique"`
	Was       int    `json:"was"`
	Now       int    `json:"now"` // 0 to 180; 0 when it was not done at all
}

// Retraction says that a signed note was entered in error.
type Retraction struct {
	Format     string      `json:"format"`
	Refers     id.Document `json:"refers"`
	Reason     string      `json:"reason"`
	RightChart id.Patient  `json:"right_chart"` // whose note it should have been; zero when of nobody
	Entered    civil.Date  `json:"entered"`
}

// Encode writes an addendum as canonical JSON text.
func (a Addendum) Encode() ([]byte, error) {
	a.Format, a.Minutes = AddendumFormat, orEmpty(a.Minutes)
	return encode(a)
}

// Encode writes a retraction as canonical JSON text.
func (r Retraction) Encode() ([]byte, error) {
	r.Format = RetractionFormat
	return encode(r)
}

// DecodeAddendum reads an addendum as strictly as Decode.
func DecodeAddendum(b []byte) (Addendum, error) {
	var a Addendum
	if err := decodeStrict(b, MaxSignedBytes, &a); err != nil {
		return Addendum{}, err
	}
	if a.Format != AddendumFormat {
		return Addendum{}, fmt.Errorf("note: format %q is not %q", a.Format, AddendumFormat)
	}
	return a, nil
}

// DecodeRetraction reads a retraction as strictly as Decode.
func DecodeRetraction(b []byte) (Retraction, error) {
	var r Retraction
	if err := decodeStrict(b, MaxSignedBytes, &r); err != nil {
		return Retraction{}, err
	}
	if r.Format != RetractionFormat {
		return Retraction{}, fmt.Errorf("note: format %q is not %q", r.Format, RetractionFormat)
	}
	return r, nil
}

// Corrected is the note with the minutes of its addenda, oldest first, put
// in: what counts today. A technique corrected to 0 minutes is left out.
func Corrected(d Draft, addenda []Addendum) Draft {
	d = d.Own()
	for _, a := range addenda {
		for _, m := range a.Minutes {
			if m.Index >= 0 && m.Index < len(d.Interventions) && d.Interventions[m.Index].Technique == m.Technique {
				d.Interventions[m.Index].Minutes = Ptr(m.Now)
			}
		}
	}
	kept := d.Interventions[:0:0]
	for _, v := range d.Interventions {
		if v.Minutes == nil || *v.Minutes > 0 {
			kept = append(kept, v)
		}
	}
	d.Interventions = kept
	return d
}

// Faults lists what is wrong with an addendum, by the names of its form.
func (a Addendum) Faults() []errs.Field {
	var f []errs.Field
	f = appendFault(f, "reason", a.Reason, MaxReason, "Say why you add this.")
	return appendFault(f, "text", a.Text, MaxText, "Write what is to be added.")
}

// Faults lists what is wrong with a retraction, by the names of its form.
func (r Retraction) Faults() []errs.Field {
	return appendFault(nil, "reason", r.Reason, MaxReason, "Say why the note was entered in error.")
}

func appendFault(f []errs.Field, name, text string, max int, missing string) []errs.Field {
	switch {
	case text == "":
		return append(f, errs.Field{Name: name, Message: missing})
	case !fit(text, max):
		return append(f, errs.Field{Name: name, Message: fmt.Sprintf("Shorten this to %d characters.", max)})
	}
	return f
}
