package claimpaper_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"soapstone/internal/claim"
	"soapstone/internal/claimpaper"
	"soapstone/internal/errs"
)

// scramble changes some values below v into anything.
func scramble(t *rapid.T, v reflect.Value, rate int) {
	hit := func() bool { return rapid.IntRange(0, rate).Draw(t, "hit") == 0 }
	switch v.Kind() {
	case reflect.String:
		if hit() {
			v.SetString(rapid.OneOf(
				rapid.String(), rapid.StringMatching(`[A-Za-z' .,-]{0,40}`), rapid.StringMatching(`[0-9]{0,20}`), rapid.Just(""),
			).Draw(t, "text"))
		}
	case reflect.Int, reflect.Int64:
		if hit() {
			v.SetInt(rapid.OneOf(rapid.Int64Range(-3, 40), rapid.Int64()).Draw(t, "number"))
		}
	case reflect.Bool:
		if hit() {
			v.SetBool(!v.Bool())
		}
	case reflect.Pointer:
		if hit() {
			v.SetZero()
		} else if !v.IsNil() {
			c := reflect.New(v.Type().Elem())
			c.Elem().Set(v.Elem())
			v.Set(c)
			scramble(t, c.Elem(), rate)
		}
	case reflect.Slice:
		n := v.Len()
		if hit() {
			n = rapid.IntRange(0, 60).Draw(t, "length")
		}
		c := reflect.MakeSlice(v.Type(), n, n)
		for i := range n {
			if v.Len() > 0 {
				c.Index(i).Set(v.Index(i % v.Len()))
			}
			scramble(t, c.Index(i), rate)
		}
		v.Set(c)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				scramble(t, v.Field(i), rate)
			}
		}
	}
}

func anyClaim(t *rapid.T) claim.Document {
	g := goldens[rapid.IntRange(0, len(goldens)-1).Draw(t, "golden")]
	d := g.doc
	// Most claims have one or two odd values, some are nothing but odd.
	scramble(t, reflect.ValueOf(&d).Elem(), rapid.SampledFrom([]int{1, 50, 1000}).Draw(t, "rate"))
	if rapid.Bool().Draw(t, "right total") {
		d = total(d)
	}
	return d
}

// lawful checks one claim: it is refused with its items named, or it stands on
// the grid.
func lawful(t *rapid.T) {
	d := anyClaim(t)
	pages, err := claimpaper.Layout(d, signed)
	if err != nil {
		fields := errs.FieldsOf(err)
		if !errs.Is(err, errs.Invalid) || len(fields) == 0 || pages != nil {
			t.Fatalf("error = %v", err)
		}
		for _, f := range fields {
			if !strings.HasPrefix(f.Name, "Item ") && f.Name != "Carrier block" {
				t.Fatalf("%q names no item", f.Name)
			}
		}
		return
	}
	if want := (len(d.Lines) + claimpaper.LinesPerForm - 1) / claimpaper.LinesPerForm; len(pages) != want {
		t.Fatalf("%d forms for %d lines", len(pages), len(d.Lines))
	}
	for _, p := range pages {
		onTheGrid(t, p)
	}
}

func onTheGrid(t *rapid.T, p claimpaper.Page) {
	var taken [claimpaper.Lines + 1][claimpaper.Columns + 1]string
	for _, c := range p.Cells {
		if c.Line < 1 || c.Line > claimpaper.Lines || c.Column < 1 || c.Column+c.Width-1 > claimpaper.Columns {
			t.Fatalf("%+v leaves the grid", c)
		}
		if c.Text == "" || len(c.Text) > c.Width || strings.ContainsFunc(c.Text, func(r rune) bool { return r < ' ' || r > '~' || r >= 'a' && r <= 'z' }) {
			t.Fatalf("%+v is no text for the form", c)
		}
		for i := range c.Width {
			if was := taken[c.Line][c.Column+i]; was != "" {
				t.Fatalf("%+v lies over item %s", c, was)
			}
			taken[c.Line][c.Column+i] = c.Item
		}
	}
	text := claimpaper.Text(p)
	if n := strings.Count(text, "\n"); n != claimpaper.Lines {
		t.Fatalf("%d lines of text", n)
	}
	for _, c := range p.Cells {
		if row := strings.Split(text, "\n")[c.Line-1]; !strings.HasPrefix(row[c.Column-1:], c.Text) {
			t.Fatalf("%+v is not in %q", c, row)
		}
	}
}

func TestAnyClaimIsRefusedByItemOrStandsOnTheGrid(t *testing.T) { rapid.Check(t, lawful) }

func FuzzLayout(f *testing.F) { f.Fuzz(rapid.MakeFuzz(lawful)) }

func TestAnyClaimCanBePreviewed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := claim.PaperOptions{Drawn: rapid.Bool().Draw(rt, "drawn"), Watermark: "NOT FOR SUBMISSION" + rapid.String().Draw(rt, "more")}
		b, err := claimpaper.Printer{}.Form([]claim.Document{anyClaim(rt)}, o)
		if err != nil {
			rt.Fatal(err)
		}
		if rapid.IntRange(0, 9).Draw(rt, "look closer") == 0 {
			validate(t, b)
		}
	})
}

func TestAnySuperbillIsRefusedOrPrinted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := bill()
		s.Lines = append([]claim.Line{}, s.Lines...)
		scramble(rt, reflect.ValueOf(&s).Elem(), rapid.SampledFrom([]int{5, 100}).Draw(rt, "rate"))
		b, err := claimpaper.Printer{}.Superbill(s)
		if err != nil {
			if !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Conflict) {
				rt.Fatal(err)
			}
			return
		}
		if len(b) == 0 {
			rt.Fatal("no paper")
		}
	})
}
