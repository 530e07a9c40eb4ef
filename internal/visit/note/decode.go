package note

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Decode reads a draft from JSON text. It is strict: at most MaxBytes, valid
// UTF-8, one value, no unknown field, no field twice, format note/1, every
// number and list within the limits of the package. It does not ask whether
// sites, techniques and motions exist: Check does.
func Decode(b []byte) (Draft, error) {
	var d Draft
	if err := decodeStrict(b, MaxBytes, &d); err != nil {
		return Draft{}, err
	}
	if d.Format != Format {
		return Draft{}, fmt.Errorf("note: format %q is not %q", d.Format, Format)
	}
	if err := d.bounds(); err != nil {
		return Draft{}, err
	}
	return d.filled(), nil
}

// Encode writes a draft as canonical JSON text: fields in a fixed order, no
// white space, absent lists as [].
func Encode(d Draft) ([]byte, error) {
	d.Format = Format
	return encode(d.filled())
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("note: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func decodeStrict(b []byte, most int, into any) error {
	if len(b) > most {
		return fmt.Errorf("note: %d bytes are more than %d", len(b), most)
	}
	if !utf8.Valid(b) {
		return errors.New("note: not UTF-8")
	}
	if err := noDuplicates(b); err != nil {
		return fmt.Errorf("note: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("note: %w", err)
	}
	return nil
}

// filled has empty lists where there are none, so that the same note is
// always the same text.
func (d Draft) filled() Draft {
	d.Format = Format
	d.Subjective.Symptoms = orEmpty(d.Subjective.Symptoms)
	d.Marks = orEmpty(d.Marks)
	d.Objective.ROM = orEmpty(d.Objective.ROM)
	d.Interventions = append([]Intervention{}, d.Interventions...)
	for i := range d.Interventions {
		d.Interventions[i].Sites = orEmpty(d.Interventions[i].Sites)
	}
	d.Plan.HomeCare = orEmpty(d.Plan.HomeCare)
	return d
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
