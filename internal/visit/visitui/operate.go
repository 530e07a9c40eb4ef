package visitui

import (
	"slices"
	"strconv"
	"strings"

	"soapstone/internal/knowledge"
	"soapstone/internal/visit/note"
	"soapstone/internal/web/form"
)

// operate does what a button of the page asks for: adding, keeping or taking
// out a row. The page's script does the same by itself; without it every such
// button saves the note. It reports where the page is to be shown again.
func operate(f *form.Form, op string, k *knowledge.Set) (anchor string) {
	verb, arg, _ := strings.Cut(op, ":")
	switch verb {
	case "mark":
		return addMark(f, k)
	case "tx":
		if arg == "" {
			arg = f.Value("ui.technique")
		}
		return addTx(f, k, arg)
	case "motion":
		return addMotion(f, k)
	case "home":
		if text := strings.TrimSpace(f.Text("ui.home", form.Max(note.MaxLine))); text != "" {
			f.Set("home", append(f.Values("home"), text)...)
		}
		return "plan"
	case "keep":
		f.Set(arg+".touched", "1")
		return anchorOf(arg)
	case "drop":
		drop(f, arg)
		return anchorOf(arg)
	}
	return ""
}

func anchorOf(p string) string {
	if strings.HasPrefix(p, groupMarks+".") {
		return "marks"
	}
	return "treatment"
}

func addMark(f *form.Form, k *knowledge.Set) string {
	query := f.Text("ui.find")
	t := form.Choice(f, "ui.tool", note.MarkTypes()...)
	if t == "" {
		t = note.Pain
	}
	var site string
	for _, s := range k.Sites() {
		if strings.EqualFold(s.FullLabel(), query) {
			site = s.ID
		}
	}
	if found := sided(k.FindSites(query, len(k.Sites())), query); site == "" && len(found) > 0 {
		site = found[0].ID
	}
	if site == "" {
		f.AddError("ui.find", "No place is called that. Try a muscle, a joint, or its beginning with a side: ut r.")
		return "marks"
	}
	rows := f.Rows(groupMarks, 1000)
	for _, p := range rows {
		if f.Value(p+".site") == site && f.Value(p+".type") == string(t) {
			f.Set(p+".touched", "1")
			return "marks"
		}
	}
	p := free(groupMarks, rows)
	f.Set(p+".site", site).Set(p+".type", string(t)).Set(p+".severity", "0").Set(p+".touched", "1")
	return "marks"
}

// sided keeps to the side that the last word of a query names: in "lev l" the
// l is the left side and not the beginning of levator.
func sided(found []knowledge.Site, query string) []knowledge.Site {
	words := strings.Fields(strings.ToLower(query))
	if len(words) < 2 {
		return found
	}
	side := map[string]knowledge.Side{"l": knowledge.SideLeft, "left": knowledge.SideLeft, "r": knowledge.SideRight, "right": knowledge.SideRight}[words[len(words)-1]]
	if side == knowledge.Midline {
		return found
	}
	return slices.DeleteFunc(found, func(s knowledge.Site) bool { return s.Side != side })
}

func addTx(f *form.Form, k *knowledge.Set, technique string) string {
	if _, ok := k.Technique(technique); !ok {
		f.AddError("tx.add", "Choose a technique to add.")
		return "treatment"
	}
	p := free(groupTx, f.Rows(groupTx, 1000))
	f.Set(p+".technique", technique).Set(p+".touched", "1")
	return "treatment"
}

func addMotion(f *form.Form, k *knowledge.Set) string {
	motion := f.Value("ui.motion")
	if _, ok := k.ROM().Norm(motion); !ok {
		f.AddError("ui.motion", "Choose a motion to add.")
		return "objective"
	}
	p := free(groupROM, f.Rows(groupROM, 1000))
	f.Set(p+".motion", motion)
	return "objective"
}

// free is the prefix of a row behind all others.
func free(group string, rows []string) string {
	last := -1
	for _, p := range rows {
		if n, err := strconv.Atoi(strings.TrimPrefix(p, group+".")); err == nil && n > last {
			last = n
		}
	}
	return row(group, last+1)
}

// drop takes a row out. What it came from is offered again when the page is
// built from what was saved.
func drop(f *form.Form, p string) { f.Set(p+".gone", "1") }
