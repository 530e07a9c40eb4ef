package note_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/visit/note"
)

func TestBeyondThePrecautions(t *testing.T) {
	with := func(change func(d *note.Draft)) note.Draft { d := complete(); change(&d); return d }
	var neck []string
	for _, s := range k.Sites() {
		if s.Zone == "neck-shoulders" {
			neck = append(neck, s.ID)
		}
	}
	for name, c := range map[string]struct {
		d    note.Draft
		l    note.Limits
		want []string
	}{
		"no limits":             {complete(), note.Limits{}, nil},
		"at the cap":            {complete(), note.Limits{MaxPressure: 3}, nil},
		"above the cap":         {complete(), note.Limits{MaxPressure: 2}, []string{"tx.0.pressure"}},
		"no pressure recorded":  {with(func(d *note.Draft) { d.Interventions[0].Pressure = nil }), note.Limits{MaxPressure: 1}, nil},
		"position to avoid":     {complete(), note.Limits{Avoid: []string{"supine", "prone"}}, []string{"tx.0.position"}},
		"another position":      {complete(), note.Limits{Avoid: []string{"supine"}}, nil},
		"site, and its mark":    {complete(), note.Limits{Leave: []string{"trap-upper-r"}}, []string{"tx.0.site", "marks.2.site"}},
		"a finding there is no": {with(func(d *note.Draft) { d.Marks[2].Type, d.Interventions = note.Tight, d.Interventions[1:] }), note.Limits{Leave: []string{"trap-upper-r"}}, nil},
		"the other side":        {complete(), note.Limits{Leave: []string{"trap-upper-l"}}, nil},
		"a region closed":       {with(func(d *note.Draft) { d.Marks, d.Interventions = nil, d.Interventions[1:] }), note.Limits{Leave: neck}, []string{"tx.0.site"}},
		"a region partly open":  {with(func(d *note.Draft) { d.Marks, d.Interventions = nil, d.Interventions[1:] }), note.Limits{Leave: neck[1:]}, nil},
		"only offered":          {note.Carry(complete()), note.Limits{MaxPressure: 1, Avoid: []string{"prone"}, Leave: []string{"trap-upper-r"}}, nil},
		"without treatment":     {with(func(d *note.Draft) { d.Untreated = &note.Untreated{} }), note.Limits{MaxPressure: 1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, b := range note.Beyond(c.d, c.l, k) {
				got = append(got, b.Field)
				if b.Text == "" {
					t.Errorf("%s has no words", b.Field)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("beyond (-want +got):\n%s", diff)
			}
			asked := 0
			for _, l := range note.Missing(c.d, note.Facts{Limits: c.l}, k) {
				if l.Field == "caution" {
					asked++
				}
			}
			if asked != len(c.want) {
				t.Errorf("%d reasons asked for, want %d", asked, len(c.want))
			}
		})
	}
}

// The reason is signed with what it is about, and not without.
func TestTheReasonBeyondPrecautionsIsSigned(t *testing.T) {
	d := complete()
	d.Caution = "The patient asked for it and was told"
	for cap, want := range map[int]string{2: "The patient asked for it and was told", 3: ""} {
		s, body, err := note.Seal(note.Signed{Note: d, Safety: note.Safety{MaxPressure: cap}}, nil, k)
		if err != nil {
			t.Fatal(err)
		}
		if s.Note.Caution != want || (len(s.Safety.Beyond) > 0) != (want != "") {
			t.Errorf("cap %d: reason %q, beyond %v", cap, s.Note.Caution, s.Safety.Beyond)
		}
		if want != "" {
			lines := []string{"Beyond the day’s precautions: Myofascial release: pressure 3 is above 2, the most for today.", "The reason for it: " + want + "."}
			if diff := cmp.Diff(lines, s.Text.A[:2]); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		}
		if back, err := note.DecodeSigned(body); err != nil || !cmp.Equal(back.Safety.Beyond, s.Safety.Beyond) {
			t.Errorf("read back: %v, %v", back.Safety.Beyond, err)
		}
	}
	d.Caution = ""
	if _, _, err := note.Seal(note.Signed{Note: d, Safety: note.Safety{MaxPressure: 2}}, nil, k); err == nil {
		t.Error("sealed without the reason")
	}
}

// Each site of the body keeps its side on the way from the draft to the words
// of the signed note.
func TestEverySiteKeepsItsSideInTheSignedNote(t *testing.T) {
	for _, site := range k.Sites() {
		d := complete()
		d.Marks = []note.Mark{{Site: site.ID, Type: note.Tight, Severity: 2, Provenance: note.New}}
		d.Interventions[0].Sites = []string{site.ID}
		text, err := note.Encode(note.Judge(d, nil))
		if err != nil {
			t.Fatal(err)
		}
		draft, err := note.Decode(text)
		if err != nil {
			t.Fatalf("%s: %v", site.ID, err)
		}
		_, body, err := note.Seal(note.Signed{Note: draft}, nil, k)
		if err != nil {
			t.Fatalf("%s: %v", site.ID, err)
		}
		s, err := note.DecodeSigned(body)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Note.Marks[0].Site; got != site.ID || s.Note.Interventions[0].Sites[0] != site.ID {
			t.Errorf("%s became %s", site.ID, got)
		}
		want := site.Label
		if side := site.Side.Label(); side != "" {
			want += ", " + side
		}
		if site.FullLabel() != want || s.Text.O[0] != "Tight: "+want+" (moderate)." || s.Labels[site.ID] != want {
			t.Errorf("%s: %q, %q, want %q", site.ID, s.Text.O[0], s.Labels[site.ID], want)
		}
	}
}
