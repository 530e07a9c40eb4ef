package note_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/civil"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
)

var k = knowledge.Must()

// complete is a note that can be signed.
func complete() note.Draft {
	return note.Draft{
		Subjective: note.Subjective{PainNow: note.Ptr(4), SinceLast: note.SinceBetter, Symptoms: []note.Symptom{"headache"}, Text: "Tight by the afternoon."},
		Marks: []note.Mark{
			{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.New},
			{Site: "levator-r", Type: note.Pain, Severity: 1, Provenance: note.New},
			{Site: "trap-upper-r", Type: note.Treated, Provenance: note.New},
		},
		Objective: note.Objective{ROM: []note.Measure{{Motion: "cervical.rotation", Side: "R", Value: 60}}},
		Interventions: []note.Intervention{
			{Technique: "myofascial-release", Sites: []string{"trap-upper-r", "levator-r"}, Minutes: note.Ptr(20), Pressure: note.Ptr(3), Position: "prone", Provenance: note.New},
			{Technique: "trigger-point", Region: "neck-shoulders", Minutes: note.Ptr(10), Provenance: note.New},
		},
		Response:   note.Response{Level: note.ResponseBetter, Text: "Turned the head more freely."},
		Start:      "10:00",
		Stop:       "10:35",
		Assessment: "Responds to treatment of the upper trapezius.",
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.New,
			HomeCare: []note.HomeCare{{Text: "Heat 10 min", Provenance: note.New}}, Text: "Twice a week."},
	}
}

func lacks(d note.Draft, first bool) []string {
	var out []string
	for _, l := range note.Missing(d, note.Facts{First: first}, k) {
		out = append(out, l.Field)
	}
	return out
}

func TestMissing(t *testing.T) {
	with := func(change func(d *note.Draft)) note.Draft { d := complete(); change(&d); return d }
	cases := map[string]struct {
		d     note.Draft
		first bool
		want  []string
	}{
		"nothing entered":                           {note.Draft{}, false, []string{"pain", "since", "tx.add", "start", "stop", "response"}},
		"first visit asks no change":                {note.Draft{}, true, []string{"pain", "tx.add", "start", "stop", "response"}},
		"complete":                                  {complete(), false, nil},
		"pain of zero is an answer":                 {with(func(d *note.Draft) { d.Subjective.PainNow = note.Ptr(0) }), false, nil},
		"first is no answer when there was a visit": {with(func(d *note.Draft) { d.Subjective.SinceLast = note.SinceFirst }), false, []string{"since"}},
		"technique without place":                   {with(func(d *note.Draft) { d.Interventions[1].Region = "" }), false, []string{"tx.1.site"}},
		"technique without minutes":                 {with(func(d *note.Draft) { d.Interventions[0].Minutes = nil }), false, []string{"tx.0.minutes"}},
		"only carried techniques": {with(func(d *note.Draft) {
			for i := range d.Interventions {
				d.Interventions[i].Provenance, d.Interventions[i].Minutes = note.Carried, nil
			}
		}), false, []string{"tx.add"}},
		"minutes exceed the visit":  {with(func(d *note.Draft) { d.Stop = "10:25" }), false, []string{"stop"}},
		"minutes fill the visit":    {with(func(d *note.Draft) { d.Stop = "10:30" }), false, nil},
		"stop before start":         {with(func(d *note.Draft) { d.Stop = "09:35" }), false, []string{"stop"}},
		"stop equals start":         {with(func(d *note.Draft) { d.Stop = d.Start }), false, []string{"stop"}},
		"adverse event undescribed": {with(func(d *note.Draft) { d.Response.Level = note.ResponseAdverse }), false, []string{"adverse.what", "adverse.when", "adverse.severity", "adverse.action", "adverse.told"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, lacks(c.d, c.first)); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCarryOffersFindingsTechniquesAndPlanOnly(t *testing.T) {
	got := note.Carry(complete())
	want := note.Draft{
		Format:     note.Format,
		Subjective: note.Subjective{Symptoms: []note.Symptom{}},
		Marks: []note.Mark{
			{Site: "trap-upper-r", Type: note.Trigger, Severity: 2, Provenance: note.Carried},
			{Site: "levator-r", Type: note.Pain, Severity: 1, Provenance: note.Carried},
		},
		Objective: note.Objective{ROM: []note.Measure{}},
		Interventions: []note.Intervention{
			{Technique: "myofascial-release", Sites: []string{"trap-upper-r", "levator-r"}, Pressure: note.Ptr(3), Position: "prone", Provenance: note.Carried},
			{Technique: "trigger-point", Sites: []string{}, Region: "neck-shoulders", Provenance: note.Carried},
		},
		Plan: note.Plan{Next: note.NextContinue, NextProvenance: note.Carried, HomeCare: []note.HomeCare{{Text: "Heat 10 min", Provenance: note.Carried}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("carried (-want +got):\n%s", diff)
	}
}

func TestCarryDoesNotRepeatAnEndOrChange(t *testing.T) {
	for _, n := range []note.Next{note.NextReassess, note.NextChange, note.NextRefer, note.NextDischarge} {
		d := complete()
		d.Plan.Next = n
		if got := note.Carry(d).Plan; got.Next != "" || got.NextProvenance != "" {
			t.Errorf("%s was offered again", n)
		}
	}
}

func TestJudge(t *testing.T) {
	last := complete()
	d := note.Carry(last)
	d.Marks[0].Provenance = note.New // touched, the sender's word for it counts for nothing
	d.Marks[1].Provenance, d.Marks[1].Severity = note.Confirmed, 3
	d.Marks = append(d.Marks, note.Mark{Site: "rhomboids-l", Type: note.Tight, Provenance: note.Confirmed})
	d.Interventions[0].Provenance = note.New
	d.Interventions[1].Provenance, d.Interventions[1].Region = note.New, "upper-back-chest"
	d.Plan.NextProvenance = note.New
	got := note.Judge(d, &last)
	if p := []note.Provenance{got.Marks[0].Provenance, got.Marks[1].Provenance, got.Marks[2].Provenance}; !cmp.Equal(p,
		[]note.Provenance{note.Confirmed, note.Changed, note.New}) {
		t.Errorf("marks are %v", p)
	}
	if p := got.Interventions[0].Provenance; p != note.Confirmed {
		t.Errorf("same technique is %s", p)
	}
	if p := got.Interventions[1].Provenance; p != note.Changed {
		t.Errorf("technique elsewhere is %s", p)
	}
	if p := got.Plan.HomeCare[0].Provenance; p != note.Carried {
		t.Errorf("untouched home care is %s", p)
	}
	if p := got.Plan.NextProvenance; p != note.Confirmed {
		t.Errorf("next step is %s", p)
	}
	want := note.Counts{New: 1, Confirmed: 3, Changed: 2, Carried: 1}
	if c := note.Count(got); c != want {
		t.Errorf("counts = %+v, want %+v", c, want)
	}
	if s := note.CarriedShare(got); s != 50 {
		t.Errorf("share = %d, want 50", s)
	}
}

func TestJudgeLetsNothingBeCarriedFromNowhere(t *testing.T) {
	d := note.Judge(note.Carry(complete()), nil)
	if c := note.Count(d); c.Carried != 0 {
		t.Errorf("%d items are carried although there is no note to carry from", c.Carried)
	}
}

func TestOfferRepeatsOnlyWhatTheDraftIsSilentAbout(t *testing.T) {
	last := complete()
	last.Plan.HomeCare = append(last.Plan.HomeCare, note.HomeCare{Text: "Walking", Provenance: note.New})
	d := note.Draft{
		Marks:         []note.Mark{{Site: "levator-r", Type: note.Pain, Severity: 3, Provenance: note.Changed}},
		Interventions: []note.Intervention{{Technique: "trigger-point", Region: "upper-back-chest", Provenance: note.Changed}},
		Plan:          note.Plan{Next: note.NextDischarge, NextProvenance: note.New, HomeCare: []note.HomeCare{{Text: "Walking", Provenance: note.New}}},
	}
	got := note.Offer(d, last)
	want := note.Plan{Next: note.NextDischarge, NextProvenance: note.New, HomeCare: []note.HomeCare{
		{Text: "Walking", Provenance: note.New}, {Text: "Heat 10 min", Provenance: note.Carried}}}
	if diff := cmp.Diff(want, got.Plan); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if len(got.Marks) != 2 || got.Marks[1].Site != "trap-upper-r" || got.Marks[1].Type != note.Trigger || got.Marks[1].Provenance != note.Carried {
		t.Errorf("marks = %+v", got.Marks)
	}
	if len(got.Interventions) != 2 || got.Interventions[1].Technique != "myofascial-release" || got.Interventions[1].Provenance != note.Carried {
		t.Errorf("techniques = %+v", got.Interventions)
	}
	carried := note.Carry(last)
	if diff := cmp.Diff(carried, note.Judge(note.Offer(note.Draft{}, last), &last)); diff != "" {
		t.Errorf("a silent draft is offered other things than a new one (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(carried, note.Judge(note.Offer(carried, last), &last)); diff != "" {
		t.Errorf("offering twice adds something (-want +got):\n%s", diff)
	}
}

func TestRenderRestatesWhatWasEntered(t *testing.T) {
	last := complete()
	last.Subjective.PainNow = note.Ptr(6)
	last.Objective.ROM[0].Value = 50
	d := complete()
	d.Marks[0].Severity = 3
	d = note.Judge(d, &last)
	got := note.Render(d, &note.Prior{Note: last, Date: civil.Of(2026, 3, 3)}, k)
	want := note.Text{
		S: []string{"Pain now 4/10 (6/10 on 3 Mar 2026).", "Since the last visit: better.", "Reports: headache.", "Tight by the afternoon."},
		O: []string{"Pain: Levator scapulae, right (mild, unchanged).", "Trigger point: Upper trapezius, right (severe, was moderate).",
			"Neck rotation, right 60° (50° on 3 Mar 2026)."},
		Treatment: []string{"Visit 10:00 to 10:35 (35 minutes).",
			"Myofascial release, 20 min – Upper trapezius, right; Levator scapulae, right – pressure 3/5 – prone.",
			"Trigger point release (ischemic compression), 10 min – Neck and shoulders.",
			"Treated: Upper trapezius, right.", "Response to treatment: better.", "Turned the head more freely."},
		A: []string{"The patient reports to be better since the last visit.", "Pain 6 → 4/10 since 3 Mar 2026.", "Neck rotation, right 50° → 60°.",
			"As on 3 Mar 2026: pain at Levator scapulae, right.", "Changed: trigger point at Upper trapezius, right, moderate → severe.",
			"Responds to treatment of the upper trapezius."},
		P: []string{"Continue the plan of care.", "Home care: heat 10 min.", "Twice a week."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

// A technique that is done another way than last time says what it was.
func TestRenderSaysWhatATechniqueWas(t *testing.T) {
	last := complete()
	for name, c := range map[string]struct {
		change func(v *note.Intervention)
		want   string
	}{
		"the same":           {func(*note.Intervention) {}, "Myofascial release, 20 min – Upper trapezius, right; Levator scapulae, right – pressure 3/5 – prone."},
		"other minutes":      {func(v *note.Intervention) { v.Minutes = note.Ptr(5) }, "Myofascial release, 5 min – Upper trapezius, right; Levator scapulae, right – pressure 3/5 – prone."},
		"softer":             {func(v *note.Intervention) { v.Pressure = note.Ptr(2) }, "– pressure 2/5 (was pressure 3/5) – prone."},
		"elsewhere":          {func(v *note.Intervention) { v.Sites = []string{"levator-l"} }, "20 min – Levator scapulae, left – pressure"},
		"seated":             {func(v *note.Intervention) { v.Position = "seated" }, "– seated (was prone)."},
		"pressure not given": {func(v *note.Intervention) { v.Pressure = nil }, "right – prone."},
	} {
		d := complete()
		c.change(&d.Interventions[0])
		got := note.Render(note.Judge(d, &last), &note.Prior{Note: last, Date: civil.Of(2026, 3, 3)}, k).Treatment[1]
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q lacks %q", name, got, c.want)
		}
	}
}

func TestRenderLeavesOutWhatIsCarried(t *testing.T) {
	got := note.Render(note.Carry(complete()), nil, k)
	if diff := cmp.Diff(note.Render(note.Draft{}, nil, k), got); diff != "" {
		t.Errorf("something carried was rendered (-want +got):\n%s", diff)
	}
}

func TestRenderAdverseEvent(t *testing.T) {
	d := complete()
	d.Response = note.Response{Level: note.ResponseAdverse, Adverse: &note.AdverseEvent{What: "Dizzy on standing up", Severity: 1, When: "09:30, sitting up", Action: "Sat down, water, 10 min.", Told: "Dr. Chen"}}
	got := strings.Join(note.Render(d, nil, k).Treatment, " ")
	for _, want := range []string{"an adverse event occurred.", "Adverse event (mild): Dizzy on standing up.", "When: 09:30, sitting up.", "Action taken: Sat down, water, 10 min.", "Informed: Dr. Chen."} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
}

func TestCheckRefusesTheAbsurd(t *testing.T) {
	cases := map[string]struct {
		change func(d *note.Draft)
		want   string
	}{
		"pain 11":              {func(d *note.Draft) { d.Subjective.PainNow = note.Ptr(11) }, "pain"},
		"pain -1":              {func(d *note.Draft) { d.Subjective.PainNow = note.Ptr(-1) }, "pain"},
		"unknown since":        {func(d *note.Draft) { d.Subjective.SinceLast = "great" }, "since"},
		"unknown symptom":      {func(d *note.Draft) { d.Subjective.Symptoms = []note.Symptom{"boredom"} }, "symptom"},
		"unknown site":         {func(d *note.Draft) { d.Marks[0].Site = "third-arm-r" }, "marks.0.site"},
		"unknown mark":         {func(d *note.Draft) { d.Marks[0].Type = "itchy" }, "marks.0.type"},
		"severity 4":           {func(d *note.Draft) { d.Marks[0].Severity = 4 }, "marks.0.severity"},
		"same mark twice":      {func(d *note.Draft) { d.Marks[1] = d.Marks[0] }, "marks.1.site"},
		"unknown motion":       {func(d *note.Draft) { d.Objective.ROM[0].Motion = "tail.wag" }, "rom.0.value"},
		"midline motion, side": {func(d *note.Draft) { d.Objective.ROM[0].Motion = "cervical.flexion" }, "rom.0.value"},
		"1000 degrees":         {func(d *note.Draft) { d.Objective.ROM[0].Value = 1000 }, "rom.0.value"},
		"minutes 0":            {func(d *note.Draft) { d.Interventions[0].Minutes = note.Ptr(0) }, "tx.0.minutes"},
		"minutes -5":           {func(d *note.Draft) { d.Interventions[0].Minutes = note.Ptr(-5) }, "tx.0.minutes"},
		"minutes 1000":         {func(d *note.Draft) { d.Interventions[0].Minutes = note.Ptr(1000) }, "tx.0.minutes"},
		"minutes carried":      {func(d *note.Draft) { d.Interventions[0].Provenance = note.Carried }, "tx.0.minutes"},
		"unknown technique":    {func(d *note.Draft) { d.Interventions[0].Technique = "levitation" }, "tx.0.technique"},
		"unknown place":        {func(d *note.Draft) { d.Interventions[0].Sites[0] = "moon" }, "tx.0.site"},
		"unknown region":       {func(d *note.Draft) { d.Interventions[1].Region = "moon" }, "tx.1.region"},
		"pressure 6":           {func(d *note.Draft) { d.Interventions[0].Pressure = note.Ptr(6) }, "tx.0.pressure"},
		"time 25:00":           {func(d *note.Draft) { d.Start = "25:00" }, "start"},
		"time 10:60":           {func(d *note.Draft) { d.Stop = "10:60" }, "stop"},
		"long text":            {func(d *note.Draft) { d.Assessment = strings.Repeat("a", note.MaxText+1) }, "a_text"},
		"reversed text":        {func(d *note.Draft) { d.Plan.Text = "gm 05\u202e" }, "p_text"},
		"invalid UTF-8":        {func(d *note.Draft) { d.Subjective.Text = "a\xff" }, "s_text"},
		"101 marks":            {func(d *note.Draft) { d.Marks = make([]note.Mark, note.MaxMarks+1) }, "ui.find"},
		"21 techniques":        {func(d *note.Draft) { d.Interventions = make([]note.Intervention, note.MaxInterventions+1) }, "tx.add"},
		"unknown next":         {func(d *note.Draft) { d.Plan.Next = "surgery" }, "next"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := complete()
			c.change(&d)
			f := d.Check(k)
			if len(f) == 0 || f[0].Name != c.want {
				t.Errorf("faults = %v, want one on %s", f, c.want)
			}
		})
	}
	if f := complete().Check(k); len(f) != 0 {
		t.Errorf("a complete note has faults: %v", f)
	}
}

func TestDecodeIsStrict(t *testing.T) {
	good, err := note.Encode(complete())
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		"empty":              "",
		"no JSON":            "hello",
		"null":               "null",
		"other format":       strings.Replace(string(good), "note/1", "note/2", 1),
		"unknown field":      strings.Replace(string(good), `{"format"`, `{"diagnosis":"M54.2","format"`, 1),
		"field twice":        strings.Replace(string(good), `{"format"`, `{"start":"09:00","format"`, 1),
		"trailing value":     string(good) + "{}",
		"pain 11":            strings.Replace(string(good), `"pain_now":4`, `"pain_now":11`, 1),
		"pain 4.5":           strings.Replace(string(good), `"pain_now":4`, `"pain_now":4.5`, 1),
		"unknown provenance": strings.Replace(string(good), `"provenance":"new"`, `"provenance":"sure"`, 1),
		"5 MB":               `{"format":"note/1","assessment":"` + strings.Repeat("a", 5<<20) + `"}`,
		"deep":               strings.Repeat("[", 100000),
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			if d, err := note.Decode([]byte(text)); err == nil {
				t.Errorf("was taken: %+v", d)
			}
		})
	}
	d, err := note.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	again, err := note.Encode(d)
	if err != nil || string(again) != string(good) {
		t.Errorf("text changed on the way (%v):\n%s\n%s", err, good, again)
	}
}

func TestSealSignsOnlyTheNotesOwn(t *testing.T) {
	last := complete()
	d := note.Carry(last)
	if _, _, err := note.Seal(note.Signed{Note: d}, &note.Prior{Note: last}, k); err == nil {
		t.Fatal("a note of carried items was signed")
	}
	d.Subjective = complete().Subjective
	d.Response, d.Start, d.Stop = complete().Response, "09:00", "09:30"
	d.Interventions[0].Provenance, d.Interventions[0].Minutes = note.New, note.Ptr(15)
	d = note.Judge(d, &last)
	s, body, err := note.Seal(note.Signed{Visit: note.Visit{ID: id.New[id.Visit]()}, Note: d}, &note.Prior{Note: last}, k)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Note.Marks) != 0 || len(s.Note.Interventions) != 1 || s.Note.Plan.Next != "" || len(s.Note.Plan.HomeCare) != 0 {
		t.Errorf("something carried was signed: %+v", s.Note)
	}
	if strings.Contains(string(body), `"carried"`) || strings.Contains(strings.Join(s.Text.O, ""), "Levator") {
		t.Errorf("the body names carried items: %s", body)
	}
	if want := (note.Counts{Confirmed: 1, Carried: 5}); s.Counts != want {
		t.Errorf("counts = %+v, want %+v", s.Counts, want)
	}
	if s.Labels["trap-upper-r"] != "Upper trapezius, right" || s.Labels["myofascial-release"] == "" || len(s.Knowledge) < 3 {
		t.Errorf("labels %v, knowledge %v", s.Labels, s.Knowledge)
	}
	back, err := note.DecodeSigned(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, back); diff != "" {
		t.Errorf("body read back (-want +got):\n%s", diff)
	}
}

func TestCorrectedMinutes(t *testing.T) {
	d := note.Corrected(complete(), []note.Addendum{
		{Minutes: []note.Minutes{{Index: 0, Technique: "myofascial-release", Was: 20, Now: 15}}},
		{Minutes: []note.Minutes{{Index: 1, Technique: "trigger-point", Was: 10, Now: 0}, {Index: 7, Technique: "cupping", Now: 9}}},
	})
	if len(d.Interventions) != 1 || d.Minutes() != 15 {
		t.Errorf("got %d techniques and %d minutes, want 1 and 15", len(d.Interventions), d.Minutes())
	}
	if complete().Minutes() != 30 {
		t.Error("the note itself was changed")
	}
}

// Every site is stored with its side, and printed with it.
func TestEverySiteIsPrintedWithItsSide(t *testing.T) {
	sites := k.Sites()
	if len(sites) != 156 {
		t.Fatalf("%d sites, want 156", len(sites))
	}
	for _, s := range sites {
		d := note.Draft{Marks: []note.Mark{{Site: s.ID, Type: note.Pain, Provenance: note.New}}}
		b, err := note.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := note.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		got := note.Render(back, nil, k).O
		want := "Pain: " + s.Label
		switch {
		case strings.HasSuffix(s.ID, "-r"):
			want += ", right."
		case strings.HasSuffix(s.ID, "-l"):
			want += ", left."
		default:
			want += "."
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is printed as %q, want %q", s.ID, got, want)
		}
	}
}
