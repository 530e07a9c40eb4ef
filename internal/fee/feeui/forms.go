package feeui

import (
	"strconv"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/fee"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// formView is everything the form shows besides its fields.
type formView struct {
	Form    *form.Form
	Editing fee.Schedule // zero for a new one
	Kind    fee.Kind
	Payers  []kit.Option
	Rows    int
	Label   func(code string) string
}

func (v formView) action() string {
	if v.Editing.ID.IsZero() {
		return "/settings/fees/new"
	}
	return scheduleURL(v.Editing.ID) + "/edit"
}

func (v formView) cancelURL() string {
	if v.Editing.ID.IsZero() {
		return "/settings/fees"
	}
	return scheduleURL(v.Editing.ID)
}

func encode(s fee.Schedule) *form.Form {
	f := form.FromValues(map[string]string{"name": s.Name, "kind": string(s.Kind), "payer": s.Payer.String(), "from_on": s.FromOn.String(),
		"to_on": s.ToOn.String(), "version": strconv.FormatInt(s.Version, 10)})
	for i, l := range s.Lines {
		f.Set(at(s.Kind, i)+".code", l.Code).Set(at(s.Kind, i)+".price", amount(l.Price))
	}
	for i, p := range s.Cash {
		f.Set(at(s.Kind, i)+".minutes", strconv.FormatInt(p.Minutes, 10)).Set(at(s.Kind, i)+".price", amount(p.Price)).Set(at(s.Kind, i)+".label", p.Label)
	}
	return f
}

// amount is a price as it is typed; a price not entered yet is empty.
func amount(c money.Cents) string {
	if c == 0 {
		return ""
	}
	return price(c.String())
}

// columns are the fields of one row.
func columns(kind fee.Kind) []string {
	if kind == fee.Cash {
		return []string{".minutes", ".price", ".label"}
	}
	return []string{".code", ".price"}
}

func maxRows(kind fee.Kind) int {
	if kind == fee.Cash {
		return fee.MaxCash
	}
	return fee.MaxLines
}

func empty(f *form.Form, kind fee.Kind, i int) bool {
	for _, c := range columns(kind) {
		if strings.TrimSpace(f.Value(at(kind, i)+c)) != "" {
			return false
		}
	}
	return true
}

// filled is how many rows there are up to the last that holds something.
func filled(f *form.Form, kind fee.Kind) int {
	n := 0
	for i := range maxRows(kind) {
		if !empty(f, kind, i) {
			n = i + 1
		}
	}
	return n
}

// closeUp moves rows up over those left empty, so that a row's place in the form
// is its place in the schedule.
func closeUp(f *form.Form, kind fee.Kind) {
	next := 0
	for i := range maxRows(kind) {
		if empty(f, kind, i) {
			continue
		}
		for _, c := range columns(kind) {
			v := f.Value(at(kind, i) + c)
			f.Set(at(kind, i)+c, "").Set(at(kind, next)+c, v)
		}
		next++
	}
}

// dropUnpriced empties the rows without a price; a length that was given a name
// stays, to be complained about.
func dropUnpriced(f *form.Form, kind fee.Kind) {
	for i := range maxRows(kind) {
		if f.Value(at(kind, i)+".price") != "" || f.Value(at(kind, i)+".label") != "" {
			continue
		}
		for _, c := range columns(kind) {
			f.Set(at(kind, i)+c, "")
		}
	}
}

// decode reads the form. A row without a price is left out of a new schedule:
// the usual procedures are offered whether the practice bills them or not.
func decode(f *form.Form, old fee.Schedule) fee.Schedule {
	in := fee.Schedule{ID: old.ID, Kind: form.Choice(f, "kind", fee.Kinds()...), Name: f.Text("name", form.Max(80)), FromOn: f.Date("from_on"), ToOn: f.Date("to_on")}
	if old.ID.IsZero() {
		if in.Kind == fee.ForPayer {
			in.Payer = form.ID[id.Payer](f, "payer")
		}
	} else {
		in.Kind, in.Payer, in.Version = old.Kind, old.Payer, f.Version()
	}
	if f.Value("do") != "rows" {
		dropUnpriced(f, in.Kind)
		closeUp(f, in.Kind)
	}
	for i := range filled(f, in.Kind) {
		row := at(in.Kind, i)
		if in.Kind == fee.Cash {
			in.Cash = append(in.Cash, fee.CashPrice{Minutes: f.Int(row+".minutes", 1, fee.MaxMinutes, form.Required("Enter the minutes.")),
				Price: cents(f, row+".price"), Label: f.Text(row+".label", form.Max(60))})
		} else {
			in.Lines = append(in.Lines, fee.Line{Code: f.Text(row+".code", form.Max(10)), Price: cents(f, row+".price")})
		}
	}
	return in
}

// again is a form with what was typed and no complaints.
func again(f *form.Form) *form.Form {
	out := form.Empty()
	for _, name := range []string{"name", "kind", "payer", "from_on", "to_on", "version", "rows"} {
		out.Set(name, f.Value(name))
	}
	kind := fee.Kind(f.Value("kind"))
	for i := range maxRows(kind) {
		for _, c := range columns(kind) {
			if v := f.Value(at(kind, i) + c); v != "" {
				out.Set(at(kind, i)+c, v)
			}
		}
	}
	return out
}

// cents reads an amount in dollars.
func cents(f *form.Form, name string) money.Cents {
	text := f.Text(name, form.Max(20))
	if text == "" {
		return 0
	}
	c, err := money.Parse(text)
	f.Check(err == nil, name, "Enter an amount in dollars, such as 40 or 40.50.")
	return c
}

func kindLabel(k fee.Kind) string {
	switch k {
	case fee.Standard:
		return "The practice’s own charges"
	case fee.ForPayer:
		return "Agreed with a payer"
	}
	return "Cash prices by length"
}

func span(s fee.Schedule) string {
	if s.ToOn.IsZero() {
		return "From " + s.FromOn.Human() + " on"
	}
	return s.FromOn.Human() + " to " + s.ToOn.Human()
}

func standing(s fee.Schedule, today civil.Date) (kit.Tone, string) {
	switch {
	case s.InForce(today):
		return kit.OK, "In force"
	case today.Before(s.FromOn):
		return kit.Info, "Later"
	}
	return kit.Neutral, "Ended"
}

func title(s fee.Schedule) string {
	if s.Kind == fee.ForPayer {
		return s.PayerName + ": " + s.Name
	}
	return s.Name
}

func ofKind(all []fee.Schedule, k fee.Kind) []fee.Schedule {
	var out []fee.Schedule
	for _, s := range all {
		if s.Kind == k {
			out = append(out, s)
		}
	}
	return out
}
