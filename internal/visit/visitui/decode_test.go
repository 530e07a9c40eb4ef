package visitui_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/visit/visitui"
	"soapstone/internal/web/form"
)

func pick[T any](t *rapid.T, name string, list ...T) T { return rapid.SampledFrom(list).Draw(t, name) }

func maybe(t *rapid.T, min, max int, name string) *int {
	if rapid.Bool().Draw(t, name+" given") {
		return note.Ptr(rapid.IntRange(min, max).Draw(t, name))
	}
	return nil
}

// What a form shows is read back as the same note: nothing is lost between
// the page and the store.
func TestLawFormAndBack(t *testing.T) {
	k := knowledge.Must()
	sites, techniques := k.Sites(), k.Techniques()
	rapid.Check(t, func(t *rapid.T) {
		prov := func() note.Provenance { return pick(t, "provenance", note.New, note.Carried) }
		d := note.Draft{
			Subjective: note.Subjective{PainNow: maybe(t, 0, 10, "pain"), SinceLast: pick(t, "since", "", note.SinceBetter, note.SinceWorse),
				Text: pick(t, "text", "", "Tight.", "Two\nlines")},
			Response: note.Response{Level: pick(t, "response", "", note.ResponseSame, note.ResponseWorse), Text: pick(t, "text", "", "Fine.")},
			Start:    pick[note.Clock](t, "start", "", "09:00"), Stop: pick[note.Clock](t, "stop", "", "23:59"), Assessment: pick(t, "a", "", "As planned."),
			Plan: note.Plan{Text: pick(t, "p", "", "Twice a week.")},
		}
		for _, x := range note.Symptoms() {
			if rapid.Bool().Draw(t, x.Code) {
				d.Subjective.Symptoms = append(d.Subjective.Symptoms, note.Symptom(x.Code))
			}
		}
		for range rapid.IntRange(0, 5).Draw(t, "marks") {
			m := note.Mark{Site: pick(t, "site", sites...).ID, Type: pick(t, "type", note.MarkTypes()...), Severity: rapid.IntRange(0, 3).Draw(t, "severity"), Provenance: prov()}
			if len(d.Marks) == 0 || d.Marks[len(d.Marks)-1].Site < m.Site {
				d.Marks = append(d.Marks, m)
			}
		}
		if rapid.Bool().Draw(t, "rom") {
			d.Objective.ROM = []note.Measure{{Motion: "cervical.rotation", Side: "L", Value: 60}, {Motion: "cervical.rotation", Side: "R", Value: rapid.IntRange(-90, 360).Draw(t, "value")}, {Motion: "cervical.flexion", Value: 40}}
		}
		for range rapid.IntRange(0, 3).Draw(t, "tx") {
			v := note.Intervention{Technique: pick(t, "technique", techniques...).ID, Pressure: maybe(t, 1, 5, "pressure"), Position: pick[note.Position](t, "position", "", "prone"), Provenance: prov()}
			if v.Provenance == note.New {
				v.Minutes = maybe(t, 1, 180, "minutes")
			}
			if rapid.Bool().Draw(t, "placed") {
				v.Sites = []string{pick(t, "site", sites...).ID}
			} else {
				v.Region = pick(t, "region", "", "neck-shoulders")
			}
			d.Interventions = append(d.Interventions, v)
		}
		if rapid.Bool().Draw(t, "adverse") {
			d.Response.Level, d.Response.Adverse = note.ResponseAdverse, &note.AdverseEvent{What: "Dizzy", Severity: 2, Action: "Rest", Told: "Dr. Chen"}
		}
		if rapid.Bool().Draw(t, "home") {
			d.Plan.HomeCare = []note.HomeCare{{Text: "Heat 10 min", Provenance: note.New}, {Text: "Ice, 5–10 min", Provenance: note.New}}
			d.Plan.Next, d.Plan.NextProvenance = note.NextRefer, note.New
		}
		if rapid.Bool().Draw(t, "untreated") {
			d.Untreated = &note.Untreated{Reason: pick(t, "reason", "", "Felt faint.", "Two\nlines")}
		}
		covering := rapid.Bool().Draw(t, "covering")
		f := form.Decode(visitui.Values(d, covering, nil))
		got, cover := visitui.Decode(f)
		if !f.Valid() {
			t.Fatalf("complaints: %v", f.Errors())
		}
		if diff := cmp.Diff(d, got, cmpopts.EquateEmpty()); diff != "" || cover != covering {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func FuzzDecodePut(f *testing.F) {
	b, err := note.Encode(note.Draft{Subjective: note.Subjective{PainNow: note.Ptr(4)}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"base":0,"editor":"page-json","revision":1,"covering":false,"note":` + string(b) + `}`))
	f.Add([]byte(`{"base":-1,"note":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := visitui.DecodePut(in)
		if err != nil {
			return
		}
		if _, err := note.Encode(s.Draft); err != nil {
			t.Fatal(err)
		}
	})
}
