package check

import (
	"slices"
	"strings"

	"soapstone/x12"
)

// walker follows a transaction through its guide.
type walker struct {
	guide *guide
	stack []frame // open loops, outermost first
}

// frame is one open loop and how far it has come.
type frame struct {
	loop  *loop
	at    int   // the item last met
	count []int // how often each item was met
}

func newWalker(g *guide) *walker {
	return &walker{guide: g}
}

func (w *walker) push(l *loop) {
	w.stack = append(w.stack, frame{loop: l, count: make([]int, len(l.items))})
}

// severity of a break of structure.
func (w *walker) severity() Severity {
	if w.guide.loose {
		return Warning
	}
	return Error
}

// matches reports whether segment s is what sp describes, by name and
// qualifier.
func (sp *segment) matches(s x12.Segment) bool {
	return sp.id == s.ID && (sp.key.n == 0 || slices.Contains(sp.elements[sp.key].codes, valueAt(s, sp.key)))
}

func valueAt(s x12.Segment, at place) string {
	if at.c > 0 {
		return s.Component(at.n, at.c)
	}
	return s.Element(at.n)
}

// segment moves to s and returns what the guide says of it; nil when s does
// not belong where it stands.
func (w *walker) segment(c *checker, s x12.Segment) *segment {
	if len(w.stack) == 0 {
		w.push(w.guide.root)
		w.stack[0].count[0] = 1
		c.loop = w.guide.root.id
		return w.guide.root.items[0].seg
	}
	for depth := len(w.stack) - 1; depth >= 0; depth-- {
		f := &w.stack[depth]
		for i := f.loop.items[f.at].first; i < len(f.loop.items); i++ {
			if i == 0 && f.loop.items[0].seg != nil {
				continue // a loop's opener opens the loop anew, in the frame above
			}
			if f.loop.items[i].opener().matches(s) {
				return w.take(c, s, depth, i, false)
			}
		}
	}
	// Not ahead: it may have been passed.
	for depth := len(w.stack) - 1; depth >= 0; depth-- {
		f := &w.stack[depth]
		for i := 1; i < f.loop.items[f.at].first; i++ {
			if f.loop.items[i].opener().matches(s) {
				return w.take(c, s, depth, i, true)
			}
		}
	}
	w.stranger(c, s)
	return nil
}

// take enters item i of the frame at depth.
func (w *walker) take(c *checker, s x12.Segment, depth, i int, late bool) *segment {
	for len(w.stack) > depth+1 {
		w.pop(c, s)
	}
	f := &w.stack[depth]
	it := f.loop.items[i]
	if !late {
		f.at = i
	}
	f.count[i]++
	n := f.count[i]
	if it.loop != nil {
		w.push(it.loop)
		w.stack[depth+1].count[0] = 1
		c.loop = it.loop.id
	} else {
		c.loop = f.loop.id
	}
	if late {
		c.report(w.severity(), "segment-order", s, place{}, "%s comes too late; the guide has it before what stands above it. Move it up.", what(it))
	}
	if m := it.max(); m > 0 && n > m {
		code := "segment-repeat"
		if it.loop != nil {
			code = "loop-repeat"
		}
		c.report(w.severity(), code, s, place{}, "%s stands here %d times; at most %d are allowed. Split the content or leave the rest out.", what(it), n, m)
	}
	return it.opener()
}

// what names an item: "loop 2310A (NM1*DN or P3)".
func what(it item) string {
	name := it.opener().name()
	if it.loop != nil {
		return "Loop " + it.loop.id + " (" + name + ")"
	}
	return name
}

// name of a segment with its qualifiers: "NM1 with DN or P3".
func (sp *segment) name() string {
	if sp.key.n == 0 {
		return sp.id
	}
	return sp.id + " with " + strings.Join(sp.elements[sp.key].codes, " or ")
}

// pop leaves the innermost loop and reports what it lacked.
func (w *walker) pop(c *checker, s x12.Segment) {
	f := w.stack[len(w.stack)-1]
	w.stack = w.stack[:len(w.stack)-1]
	for i, it := range f.loop.items {
		if !it.required() || f.count[i] > 0 {
			continue
		}
		code := "segment-missing"
		if it.loop != nil {
			code = "loop-missing"
		}
		c.loop = f.loop.id
		c.report(w.severity(), code, s, place{}, "Before this segment, loop %s ends without %s. Add it.", f.loop.id, lowerLoop(what(it)))
	}
}

func lowerLoop(s string) string {
	if rest, ok := strings.CutPrefix(s, "Loop "); ok {
		return "loop " + rest
	}
	return s
}

// close leaves all loops, at the end of the transaction.
func (w *walker) close(c *checker, s x12.Segment) {
	for len(w.stack) > 0 {
		w.pop(c, s)
	}
}

// stranger reports a segment that no open loop has ahead or behind.
func (w *walker) stranger(c *checker, s x12.Segment) {
	f := w.stack[len(w.stack)-1]
	c.loop = f.loop.id
	if c.lib.segments[s.ID] == nil {
		return // reported with its elements
	}
	var names []string
	for _, f := range w.stack {
		for _, it := range f.loop.items {
			if o := it.opener(); o.id == s.ID && len(names) < 8 && !slices.Contains(names, o.name()) {
				names = append(names, o.name())
			}
		}
	}
	if len(names) > 0 && strings.Contains(names[0], " with ") {
		c.report(w.severity(), "segment-unexpected", s, place{}, "%s with this qualifier does not belong here; known are: %s. Correct the qualifier or move the segment.",
			cut(s.ID, 3), strings.Join(names, "; "))
		return
	}
	c.report(w.severity(), "segment-unexpected", s, place{}, "%s does not belong into loop %s or after it. Remove it or move it.", cut(s.ID, 3), f.loop.id)
}
