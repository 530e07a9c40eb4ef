package note_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"soapstone/internal/visit/note"
)

var (
	siteIDs = func() (out []string) {
		for _, s := range k.Sites() {
			out = append(out, s.ID)
		}
		return out
	}()
	techniqueIDs = func() (out []string) {
		for _, t := range k.Techniques() {
			out = append(out, t.ID)
		}
		return out
	}()
	provenance = rapid.SampledFrom([]note.Provenance{note.New, note.Confirmed, note.Changed, note.Carried})
)

func optional(t *rapid.T, min, max int, name string) *int {
	if rapid.Bool().Draw(t, name+" given") {
		return note.Ptr(rapid.IntRange(min, max).Draw(t, name))
	}
	return nil
}

// drawDraft is any draft within the limits, as a sender might claim it.
func drawDraft(t *rapid.T) note.Draft {
	var d note.Draft
	d.Subjective.PainNow = optional(t, 0, 10, "pain")
	d.Subjective.SinceLast = rapid.SampledFrom([]note.Since{"", note.SinceBetter, note.SinceSame, note.SinceWorse}).Draw(t, "since")
	seen := map[string]bool{}
	for range rapid.IntRange(0, 6).Draw(t, "marks") {
		m := note.Mark{Site: rapid.SampledFrom(siteIDs).Draw(t, "site"), Type: rapid.SampledFrom(note.MarkTypes()).Draw(t, "type"),
			Severity: rapid.IntRange(0, 3).Draw(t, "severity"), Provenance: provenance.Draw(t, "provenance")}
		if !seen[m.Site+string(m.Type)] {
			d.Marks = append(d.Marks, m)
		}
		seen[m.Site+string(m.Type)] = true
	}
	for range rapid.IntRange(0, 4).Draw(t, "interventions") {
		v := note.Intervention{Technique: rapid.SampledFrom(techniqueIDs).Draw(t, "technique"), Pressure: optional(t, 1, 5, "pressure"), Provenance: provenance.Draw(t, "provenance")}
		if rapid.Bool().Draw(t, "place") {
			v.Sites = []string{rapid.SampledFrom(siteIDs).Draw(t, "site")}
		}
		if v.Provenance != note.Carried {
			v.Minutes = optional(t, 1, 60, "minutes")
		}
		d.Interventions = append(d.Interventions, v)
	}
	d.Response.Level = rapid.SampledFrom([]note.Level{"", note.ResponseBetter, note.ResponseSame, note.ResponseWorse}).Draw(t, "response")
	d.Start = rapid.SampledFrom([]note.Clock{"", "09:00", "10:30"}).Draw(t, "start")
	d.Stop = rapid.SampledFrom([]note.Clock{"", "10:00", "11:45"}).Draw(t, "stop")
	if rapid.Bool().Draw(t, "home") {
		d.Plan.HomeCare = []note.HomeCare{{Text: "Heat 10 min", Provenance: provenance.Draw(t, "provenance")}}
	}
	if d.Plan.Next = rapid.SampledFrom(append(note.Nexts(), "")).Draw(t, "next"); d.Plan.Next != "" {
		d.Plan.NextProvenance = provenance.Draw(t, "provenance")
	}
	return d
}

func TestLawWhatTheLastNoteOffersIsNeverSignableByItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := drawDraft(t)
		d := note.Judge(note.Carry(last), &last)
		fields := lacks(d, false)
		if diff := cmp.Diff([]string{"pain", "since", "tx.add", "start", "stop", "response"}, fields); diff != "" {
			t.Fatalf("a carried draft lacks other things (-want +got):\n%s", diff)
		}
		if _, _, err := note.Seal(note.Signed{Note: d}, &note.Prior{Note: last}, k); err == nil {
			t.Fatal("a carried draft was sealed")
		}
	})
}

func TestLawNothingCarriedReachesTheSignedBody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last := drawDraft(t)
		d := drawDraft(t)
		offered := note.Carry(last)
		d.Interventions = append(d.Interventions, offered.Interventions...)
		d.Subjective.PainNow, d.Subjective.SinceLast, d.Response.Level = note.Ptr(3), note.SinceSame, note.ResponseSame
		d.Start, d.Stop = "08:00", "17:00"
		d.Interventions = append(d.Interventions, complete().Interventions[0])
		for i := range d.Interventions {
			if d.Interventions[i].Provenance != note.Carried {
				d.Interventions[i].Minutes, d.Interventions[i].Region = note.Ptr(10), "neck-shoulders"
			}
		}
		d = note.Judge(d, &last)
		s, body, err := note.Seal(note.Signed{Note: d}, &note.Prior{Note: last}, k)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), `"carried"`) {
			t.Fatalf("the body holds something carried: %s", body)
		}
		if diff := cmp.Diff(note.Render(d.Own(), &note.Prior{Note: last}, k), s.Text); diff != "" {
			t.Fatalf("the sentences hold more than the note's own (-want +got):\n%s", diff)
		}
		if s.Note.Minutes() != d.Minutes() || len(s.Note.Interventions) == 0 {
			t.Fatalf("minutes %d and %d", s.Note.Minutes(), d.Minutes())
		}
	})
}

// Whatever else is in it, a note without treatment is sealed only with a reason
// and without a technique, and never gives minutes.
func TestLawWithoutTreatmentThereAreNoMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last, d := drawDraft(t), drawDraft(t)
		d.Untreated = &note.Untreated{Reason: rapid.SampledFrom([]string{"", " ", "Felt faint"}).Draw(t, "reason")}
		if rapid.Bool().Draw(t, "nothing done") {
			d.Interventions = note.Carry(last).Interventions
		}
		d = note.Judge(d, &last)
		if d.Minutes() != 0 {
			t.Fatalf("%d minutes", d.Minutes())
		}
		s, body, err := note.Seal(note.Signed{Note: d}, &note.Prior{Note: last}, k)
		if err != nil {
			return
		}
		if s.Note.Untreated.Reason != "Felt faint" || len(s.Note.Interventions) > 0 || s.Note.Response.Level != "" {
			t.Fatalf("sealed: %+v", s.Note)
		}
		back, err := note.DecodeSigned(body)
		if err != nil || note.Corrected(back.Note, nil).Minutes() != 0 {
			t.Fatalf("%d minutes, %v", back.Note.Minutes(), err)
		}
	})
}

func TestLawJudgingTwiceIsJudgingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		last, d := drawDraft(t), drawDraft(t)
		once := note.Judge(d, &last)
		if diff := cmp.Diff(once, note.Judge(once, &last)); diff != "" {
			t.Fatalf("(-once +twice):\n%s", diff)
		}
	})
}

func TestLawTextAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := note.Judge(drawDraft(t), &note.Draft{})
		if rapid.Bool().Draw(t, "untreated") {
			d.Untreated = &note.Untreated{Reason: rapid.SampledFrom([]string{"", "Felt faint"}).Draw(t, "reason")}
		}
		b, err := note.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := note.Decode(b)
		if err != nil {
			t.Fatalf("%v\n%s", err, b)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	b, err := note.Encode(complete())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	b, _ = note.Encode(note.Draft{})
	f.Add(b)
	b, _ = note.Encode(note.Draft{Untreated: &note.Untreated{Reason: "Felt faint"}})
	f.Add(b)
	f.Add([]byte(`{"format":"note/1","marks":[{"site":"c7","type":"pain","severity":1,"provenance":"carried"}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := note.Decode(in)
		if err != nil {
			return
		}
		out, err := note.Encode(d)
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		again, err := note.Decode(out)
		if err != nil {
			t.Fatalf("cannot be read again: %v\n%s", err, out)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("changed on the way:\n%s", diff)
		}
		d.Check(k)
		note.Render(d, &note.Prior{Note: d}, k)
		note.Missing(note.Judge(d, &d), note.Facts{}, k)
	})
}
