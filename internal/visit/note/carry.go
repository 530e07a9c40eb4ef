package note

import "slices"

// Carry is what the last signed note offers to the next one: its marks, its
// techniques with their places but without minutes, its home care and next
// step, all carried. Pain, symptoms, measurements, response, minutes, times
// and free text are not offered. Marks that say where was treated are not
// findings and stay behind.
func Carry(last Draft) Draft {
	last = last.Own()
	d := Draft{}.filled()
	for _, m := range last.Marks {
		if m.Type == Treated {
			continue
		}
		m.Provenance = Carried
		d.Marks = append(d.Marks, m)
	}
	for _, v := range last.Interventions {
		v.Minutes, v.Provenance = nil, Carried
		v.Sites = slices.Clone(v.Sites)
		d.Interventions = append(d.Interventions, v)
	}
	for _, h := range last.Plan.HomeCare {
		d.Plan.HomeCare = append(d.Plan.HomeCare, HomeCare{Text: h.Text, Provenance: Carried})
	}
	// What ends or changes a plan was for that day; going on is the only next
	// step that may be offered again.
	if last.Plan.Next == NextContinue {
		d.Plan.Next, d.Plan.NextProvenance = NextContinue, Carried
	}
	return d.filled()
}

// Offer puts what the last note offers back into a draft that says nothing
// about it: an answer that was taken back is an offer again.
func Offer(d Draft, last Draft) Draft {
	o := Carry(last)
	d.Marks = slices.Clone(d.Marks)
	for _, m := range o.Marks {
		if _, ok := d.markAt(m); !ok && len(d.Marks) < MaxMarks {
			d.Marks = append(d.Marks, m)
		}
	}
	d.Interventions = slices.Clone(d.Interventions)
	for _, v := range o.Interventions {
		if len(d.Interventions) < MaxInterventions && !slices.ContainsFunc(d.Interventions, func(x Intervention) bool { return x.Technique == v.Technique }) {
			d.Interventions = append(d.Interventions, v)
		}
	}
	d.Plan.HomeCare = slices.Clone(d.Plan.HomeCare)
	for _, h := range o.Plan.HomeCare {
		if len(d.Plan.HomeCare) < MaxHomeCare && !slices.ContainsFunc(d.Plan.HomeCare, func(x HomeCare) bool { return x.Text == h.Text }) {
			d.Plan.HomeCare = append(d.Plan.HomeCare, h)
		}
	}
	if d.Plan.Next == "" {
		d.Plan.Next, d.Plan.NextProvenance = o.Plan.Next, o.Plan.NextProvenance
	}
	return d
}

// Judge sets the provenance of every fact that is not carried by comparing it
// with the last note: it is confirmed when the last note says the same,
// changed when it says something else about the same thing, and new
// otherwise. Whoever sends a draft only decides what has been touched. last is
// nil when there is no signed note yet; then nothing can be carried either.
func Judge(d Draft, last *Draft) Draft {
	var own Draft
	if last != nil {
		own = last.Own()
	}
	d = d.filled()
	d.Marks = slices.Clone(d.Marks)
	for i, m := range d.Marks {
		d.Marks[i].Provenance = judged(m.Provenance, last, own.judgeMark(m))
	}
	for i, v := range d.Interventions {
		p := judged(v.Provenance, last, own.judgeIntervention(v))
		d.Interventions[i].Provenance = p
		if !p.In() {
			d.Interventions[i].Minutes = nil
		}
	}
	d.Plan.HomeCare = slices.Clone(d.Plan.HomeCare)
	for i, h := range d.Plan.HomeCare {
		d.Plan.HomeCare[i].Provenance = judged(h.Provenance, last, own.judgeHomeCare(h))
	}
	switch {
	case d.Plan.Next == "":
		d.Plan.NextProvenance = ""
	case d.Plan.Next == own.Plan.Next:
		d.Plan.NextProvenance = judged(d.Plan.NextProvenance, last, Confirmed)
	case own.Plan.Next != "":
		d.Plan.NextProvenance = judged(d.Plan.NextProvenance, last, Changed)
	default:
		d.Plan.NextProvenance = judged(d.Plan.NextProvenance, last, New)
	}
	return d
}

// judged leaves what is carried alone, as long as there is a note to carry from.
func judged(was Provenance, last *Draft, now Provenance) Provenance {
	if was == Carried && last != nil {
		return Carried
	}
	return now
}

func (d Draft) judgeMark(m Mark) Provenance {
	for _, x := range d.Marks {
		if x.Site == m.Site && x.Type == m.Type {
			if x.Severity == m.Severity {
				return Confirmed
			}
			return Changed
		}
	}
	return New
}

func (d Draft) judgeIntervention(v Intervention) Provenance {
	p := New
	for _, x := range d.Interventions {
		if x.Technique != v.Technique {
			continue
		}
		if sameSet(x.Sites, v.Sites) && x.Region == v.Region && samePtr(x.Pressure, v.Pressure) && x.Position == v.Position {
			return Confirmed
		}
		p = Changed
	}
	return p
}

func (d Draft) judgeHomeCare(h HomeCare) Provenance {
	if slices.ContainsFunc(d.Plan.HomeCare, func(x HomeCare) bool { return x.Text == h.Text }) {
		return Confirmed
	}
	return New
}

func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func samePtr(a, b *int) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// Counts is how many facts of a draft have which provenance.
type Counts struct {
	New       int `json:"new"`
	Confirmed int `json:"confirmed"`
	Changed   int `json:"changed"`
	Carried   int `json:"not_rechecked"` // offered, not part of the note
}

// Count counts marks, techniques, home care and the next step; measurements
// are always new.
func Count(d Draft) Counts {
	var c Counts
	add := func(p Provenance) {
		switch p {
		case New:
			c.New++
		case Confirmed:
			c.Confirmed++
		case Changed:
			c.Changed++
		case Carried:
			c.Carried++
		}
	}
	for _, m := range d.Marks {
		add(m.Provenance)
	}
	for _, v := range d.Interventions {
		add(v.Provenance)
	}
	for _, h := range d.Plan.HomeCare {
		add(h.Provenance)
	}
	add(d.Plan.NextProvenance)
	c.New += len(d.Objective.ROM)
	return c
}

// CarriedShare is the percentage, 0 to 100, of the note's own facts that only
// repeat the last note. It is 0 for an empty note.
func CarriedShare(d Draft) int {
	c := Count(d)
	own := c.New + c.Confirmed + c.Changed
	if own == 0 {
		return 0
	}
	return (c.Confirmed*100 + own/2) / own
}
