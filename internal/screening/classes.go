package screening

import (
	"sync"

	"soapstone/internal/knowledge"
)

// mostClasses bounds the memory of names; few practices ever see as many.
const mostClasses = 4096

// classes remembers which classes a medicine's name belongs to: the same names
// are looked at in every judgement, and to match one against every class of the
// list takes longer than all the rest of it.
type classes struct {
	mu    sync.Mutex
	known map[string][]string
}

// of gives the classes of a name as the patient wrote it. The caller does not
// change the list.
func (c *classes) of(m knowledge.Medications, name string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known[name]; ok {
		return found
	}
	if c.known == nil || len(c.known) >= mostClasses {
		c.known = map[string][]string{}
	}
	found := m.ClassesOf(name)
	c.known[name] = found
	return found
}
