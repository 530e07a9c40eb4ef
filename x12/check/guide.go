package check

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
)

//go:embed guides
var guideFiles embed.FS

// guide is the structure of one transaction.
type guide struct {
	transaction string // ST01
	version     string // how ST03 and GS08 begin
	loose       bool   // what breaks the structure is a warning
	root        *loop
}

// loop is a part of a guide that may repeat. Its first item is the segment that
// opens it.
type loop struct {
	id       string
	required bool
	max      int  // 0: no limit
	any      bool // in any order among neighbours of the same mark
	items    []item
}

// item is one segment or one loop inside a loop.
type item struct {
	seg  *segment
	loop *loop
	// first is the index of the earliest item that this one may change places
	// with: neighbours of the same name differ by qualifier, not by order.
	first int
}

// opener is the segment that shows that the item begins.
func (it item) opener() *segment {
	if it.loop != nil {
		return it.loop.items[0].seg
	}
	return it.seg
}

func (it item) required() bool {
	if it.loop != nil {
		return it.loop.required
	}
	return it.seg.required
}

func (it item) max() int {
	if it.loop != nil {
		return it.loop.max
	}
	return it.seg.max
}

// segment says what a segment may hold at its place.
type segment struct {
	id       string
	required bool
	max      int
	open     bool // elements that are not listed are not looked at
	elements map[place]element
	parts    map[int]bool // elements of which components are listed
	key      place        // the element that tells it from others of its name; zero: none
}

// place is an element or, with c > 0, one of its components.
type place struct{ n, c int }

// element is what a guide says about one element or component.
type element struct {
	key      bool // its values tell this segment from others of the same name
	required bool
	table    string   // name of the table that codes came from; "" for a list in the guide
	codes    []string // nil: any value
}

// library holds what is read from the guide files, once.
type library struct {
	guides   []*guide
	segments map[string][]kind
}

var load = sync.OnceValue(func() *library {
	l, err := readLibrary(guideFiles)
	if err != nil {
		panic("check: the guides that are part of this program cannot be read: " + err.Error())
	}
	return l
})

func readLibrary(files fs.FS) (*library, error) {
	text, err := fs.ReadFile(files, "guides/segments.dict")
	if err != nil {
		return nil, err
	}
	l := &library{}
	if l.segments, err = readDictionary(string(text)); err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "guides/*.guide")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		g, err := readGuide(string(text), l.segments)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l.guides = append(l.guides, g)
	}
	return l, nil
}

// find returns the guide of a transaction by ST01 and the version in ST03 or
// GS08; nil when there is none.
func (l *library) find(transaction, version string) *guide {
	for _, g := range l.guides {
		if g.transaction == transaction && strings.HasPrefix(version, g.version) {
			return g
		}
	}
	return nil
}

// lines calls f for every line that says something, with its number.
func lines(text string, f func(fields []string) error) error {
	for i, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := f(fields); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return nil
}

func readGuide(text string, known map[string][]kind) (*guide, error) {
	g := &guide{}
	loops := map[string]*loop{}
	var current *loop
	err := lines(text, func(f []string) error {
		switch {
		case f[0] == "guide" && len(f) == 4:
			g.transaction, g.version, g.loose = f[1], f[2], f[3] == "loose"
			return nil
		case f[0] == "loop" || f[0] == "same":
			l, err := readLoop(f, loops)
			if f[0] == "loop" && err == nil {
				current = l
				if g.root == nil {
					g.root = l
				}
			}
			return err
		case current == nil:
			return fmt.Errorf("%s stands before the first loop", f[0])
		case known[f[0]] == nil:
			return fmt.Errorf("%s is not in the dictionary", f[0])
		}
		s, err := readSegment(f)
		if err != nil {
			return err
		}
		current.items = append(current.items, item{seg: s})
		return s.fits(known[f[0]])
	})
	if err != nil {
		return nil, err
	}
	for _, l := range loops {
		l.setFirst()
	}
	return g, nil
}

// readLoop reads "loop ID PARENT R|S MAX [any]", or "same ID PARENT R|S MAX",
// which puts a loop under a second parent.
func readLoop(f []string, loops map[string]*loop) (*loop, error) {
	if len(f) < 5 {
		return nil, fmt.Errorf("a loop needs id, parent, R or S and a maximum")
	}
	most, err := strconv.Atoi(f[4])
	if err != nil {
		return nil, err
	}
	l := &loop{id: f[1], required: f[3] == "R", max: most, any: len(f) > 5 && f[5] == "any"}
	if f[0] == "same" {
		other := loops[f[1]]
		if other == nil {
			return nil, fmt.Errorf("there is no loop %s yet", f[1])
		}
		l.items = other.items // complete by now: its lines stand above
		l.any = other.any
		loops[f[1]+" in "+f[2]] = l
	} else {
		loops[f[1]] = l
	}
	if f[2] == "-" {
		return l, nil
	}
	parent := loops[f[2]]
	if parent == nil {
		return nil, fmt.Errorf("there is no loop %s yet", f[2])
	}
	parent.items = append(parent.items, item{loop: l})
	return l, nil
}

// setFirst finds which neighbours may stand in any order: segments of one name,
// and loops marked so.
func (l *loop) setFirst() {
	for i := range l.items {
		l.items[i].first = i
		if i == 0 {
			continue
		}
		a, b := l.items[i-1], l.items[i]
		switch {
		case i > 1 && a.seg != nil && b.seg != nil && a.seg.id == b.seg.id,
			a.loop != nil && b.loop != nil && a.loop.any && b.loop.any:
			l.items[i].first = a.first
		}
	}
}

// readSegment reads "ID R|S MAX ELEMENTS".
func readSegment(f []string) (*segment, error) {
	if len(f) < 4 {
		return nil, fmt.Errorf("a segment needs R or S, a maximum and elements")
	}
	most, err := strconv.Atoi(f[2])
	if err != nil {
		return nil, err
	}
	s := &segment{id: f[0], required: f[1] == "R", max: most, elements: map[place]element{}, parts: map[int]bool{}}
	for _, text := range f[3:] {
		if text == "..." {
			s.open = true
			continue
		}
		at, e, err := readElement(text)
		if err != nil {
			return nil, fmt.Errorf("element %q: %w", text, err)
		}
		s.elements[at] = e
		if at.c > 0 {
			s.parts[at.n] = true
		}
		if e.key {
			s.key = at
		}
	}
	return s, nil
}

// fits reports elements that the dictionary does not have.
func (sp *segment) fits(kinds []kind) error {
	for at := range sp.elements {
		if at.n < 1 || at.n > len(kinds) || at.c > len(kinds[at.n-1].components) {
			return fmt.Errorf("%s has no element %d.%d in the dictionary", sp.id, at.n, at.c)
		}
	}
	return nil
}

func readElement(text string) (place, element, error) {
	head, codes, coded := strings.Cut(text, "=")
	e := element{key: strings.HasSuffix(head, "#"), required: strings.HasSuffix(head, "!") || strings.HasSuffix(head, "#")}
	n, c, _ := strings.Cut(strings.TrimRight(head, "#!"), ".")
	var at place
	var err error
	if at.n, err = strconv.Atoi(n); err != nil {
		return at, e, err
	}
	if c != "" {
		if at.c, err = strconv.Atoi(c); err != nil {
			return at, e, err
		}
	}
	if name, ok := strings.CutPrefix(codes, "@"); ok {
		e.table, e.codes = name, tables[name]
		if e.codes == nil {
			return at, e, fmt.Errorf("there is no table %s", name)
		}
	} else if coded {
		e.codes = strings.Split(codes, ",")
	}
	return at, e, nil
}
