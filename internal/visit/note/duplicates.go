package note

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// maxDepth is more than a note nests.
const maxDepth = 12

// fewFields is up to how many fields of an object are compared one by one. No
// object of a note has more.
const fewFields = 32

// object is an object or, with fields never expected, a list that is being read.
type object struct {
	isList bool
	key    bool // a field's name comes next
	names  [][]byte
	more   map[string]bool // the names beyond fewFields
}

// noDuplicates refuses a second field of the same name, which encoding/json
// would let win silently, and anything after the value. Every note that is read
// passes here, so it looks at the bytes and builds nothing.
func noDuplicates(b []byte) error {
	if !json.Valid(b) {
		return errors.New("not one JSON value")
	}
	var open []object
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case ' ', '\t', '\r', '\n', ':':
		case '}', ']':
			open = open[:len(open)-1]
		case ',':
			open[len(open)-1].key = !open[len(open)-1].isList
		default:
			end := i
			if c == '"' {
				end = stringEnd(b, i)
			}
			if n := len(open); c == '"' && n > 0 && open[n-1].key {
				if err := open[n-1].field(b[i : end+1]); err != nil {
					return err
				}
			} else if n > maxDepth {
				return errors.New("nested too deeply")
			}
			if c == '{' || c == '[' {
				open = append(open, object{isList: c == '[', key: c == '{'})
			}
			i = end
		}
	}
	return nil
}

// stringEnd is where the string that begins at i ends.
func stringEnd(b []byte, i int) int {
	for i++; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i
}

// field takes the name of the next field, in quotes.
func (o *object) field(quoted []byte) error {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		var s string
		if err := json.Unmarshal(quoted, &s); err != nil {
			return err
		}
		name = []byte(s)
	}
	o.key = false
	if o.more[string(name)] || slices.ContainsFunc(o.names, func(n []byte) bool { return bytes.Equal(n, name) }) {
		return fmt.Errorf("field %q twice", name)
	}
	if len(o.names) < fewFields {
		o.names = append(o.names, name)
		return nil
	}
	if o.more == nil {
		o.more = map[string]bool{}
	}
	o.more[string(name)] = true
	return nil
}
