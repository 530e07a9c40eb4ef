package seal

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// A key on paper is fourteen groups of five characters in Crockford's base 32
// (no I, L, O, U). In each group the fifth character checks the other four and
// the group's place, so that a mistyped or exchanged group is named and not
// just noticed. Groups 1 to 13 carry the key, group 14 checks the whole.
const (
	alphabet   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	groupData  = 4
	groupSize  = groupData + 1
	keyGroups  = 13
	allGroups  = keyGroups + 1
	groupsLine = 7
)

// RecoveryError tells what is wrong with a recovery text. It never repeats the
// text, which is secret.
type RecoveryError struct {
	// Groups are the wrong groups, counted from 1 in the order on the sheet;
	// empty when no single group can be blamed.
	Groups []int
	reason string
}

// Error says which groups to compare with the sheet.
func (e *RecoveryError) Error() string {
	switch len(e.Groups) {
	case 0:
		return "recovery text: " + e.reason
	case 1:
		return fmt.Sprintf("recovery text: group %d is mistyped; compare it with the sheet", e.Groups[0])
	}
	s := make([]string, len(e.Groups))
	for i, g := range e.Groups {
		s[i] = strconv.Itoa(g)
	}
	last := len(s) - 1
	return fmt.Sprintf("recovery text: groups %s and %s are mistyped; compare them with the sheet",
		strings.Join(s[:last], ", "), s[last])
}

// Recovery is the key as text for paper: two lines of seven groups of five
// characters. Whoever reads it has the key. It panics on the zero key.
func (k Key) Recovery() string {
	if k.IsZero() {
		panic("seal: the key was never set")
	}
	var b strings.Builder
	for g, data := range k.groups() {
		switch {
		case g == 0:
		case g%groupsLine == 0:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		for _, v := range data {
			b.WriteByte(alphabet[v])
		}
		b.WriteByte(alphabet[check(g, data)])
	}
	return b.String()
}

// groups cuts the key and its checksum into five-bit values, four a group. The
// last value of group 13 holds one bit of the key and four zeros.
func (k Key) groups() [allGroups][groupData]byte {
	var out [allGroups][groupData]byte
	bit := func(i int) byte {
		if i >= 8*len(k) {
			return 0
		}
		return k[i/8] >> (7 - i%8) & 1
	}
	for i := range keyGroups * groupData {
		var v byte
		for j := range 5 {
			v = v<<1 | bit(5*i+j)
		}
		out[i/groupData][i%groupData] = v
	}
	out[keyGroups] = k.checkGroup()
	return out
}

// checkGroup is the first twenty bits of a hash of the key.
func (k Key) checkGroup() [groupData]byte {
	h := sha256.Sum256(append([]byte("soapstone 1 recovery "), k[:]...))
	n := uint32(h[0])<<12 | uint32(h[1])<<4 | uint32(h[2])>>4
	return [groupData]byte{byte(n >> 15 & 31), byte(n >> 10 & 31), byte(n >> 5 & 31), byte(n & 31)}
}

// check is a weighted sum over GF(32). The weights are distinct and neither 0
// nor 1 (the check character's own), so any single wrong character and any two
// exchanged ones change it; adding the group's number makes a well-typed group
// fail in any other place.
func check(group int, data [groupData]byte) byte {
	sum := byte(group)
	weight := byte(2)
	for _, v := range data {
		sum ^= gfMul(weight, v)
		weight = gfMul(weight, 2)
	}
	return sum
}

// gfMul multiplies in GF(32) modulo x^5 + x^2 + 1.
func gfMul(a, b byte) byte {
	var p byte
	for range 5 {
		if b&1 != 0 {
			p ^= a
		}
		b >>= 1
		a <<= 1
		if a&32 != 0 {
			a ^= 0b100101
		}
	}
	return p
}

// ParseRecovery reads what Recovery wrote and a person typed: upper or lower
// case, any spaces, line breaks and hyphens, the letter O for 0, I and L for 1.
// It returns a *RecoveryError that names the wrong groups.
func ParseRecovery(s string) (Key, error) {
	typed, err := typedGroups(s)
	if err != nil {
		return Key{}, err
	}
	var values [allGroups][groupData]byte
	var wrong []int
	for g, text := range typed {
		data, ok := parseGroup(g, text)
		if !ok {
			wrong = append(wrong, g+1)
			continue
		}
		values[g] = data
	}
	if len(wrong) > 0 {
		return Key{}, &RecoveryError{Groups: wrong}
	}
	k, rest := joinGroups(values)
	switch {
	case rest != 0:
		return Key{}, &RecoveryError{Groups: []int{keyGroups}}
	case k.checkGroup() != values[keyGroups] || k.IsZero():
		return Key{}, &RecoveryError{reason: "every group is well typed, but they do not belong together; " +
			"check that all of them come from one sheet"}
	}
	return k, nil
}

// typedGroups cuts the text into groups of five, whatever the person put
// between them. When the total is wrong but there are fourteen pieces, the
// pieces of wrong length are named.
func typedGroups(s string) ([allGroups]string, error) {
	var out [allGroups]string
	const most = 2000 // longer text is not a recovery sheet
	if len(s) > most {
		return out, &RecoveryError{reason: "the text is too long; type the fourteen groups only"}
	}
	pieces := strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Pd, r)
	})
	all := []rune(strings.Join(pieces, ""))
	if len(all) == allGroups*groupSize {
		for g := range out {
			out[g] = string(all[g*groupSize : (g+1)*groupSize])
		}
		return out, nil
	}
	if len(pieces) == allGroups {
		e := &RecoveryError{}
		for g, p := range pieces {
			if len([]rune(p)) != groupSize {
				e.Groups = append(e.Groups, g+1)
			}
		}
		return out, e
	}
	return out, &RecoveryError{reason: fmt.Sprintf("%d characters typed, %d needed: fourteen groups of five",
		len(all), allGroups*groupSize)}
}

func parseGroup(group int, text string) (data [groupData]byte, ok bool) {
	var v [groupSize]byte
	i := 0
	for _, r := range text {
		n, ok := symbol(r)
		if !ok {
			return data, false
		}
		v[i] = n
		i++
	}
	data = [groupData]byte(v[:groupData])
	return data, v[groupData] == check(group, data)
}

func symbol(r rune) (byte, bool) {
	switch r = unicode.ToUpper(r); r {
	case 'O':
		return 0, true
	case 'I', 'L':
		return 1, true
	}
	n := strings.IndexRune(alphabet, r)
	return byte(n), n >= 0
}

// joinGroups is the reverse of Key.groups for the first thirteen; rest holds
// the four bits beyond the key, zero on a true sheet.
func joinGroups(values [allGroups][groupData]byte) (k Key, rest byte) {
	for i := range keyGroups * groupData {
		v := values[i/groupData][i%groupData]
		for j := range 5 {
			b := v >> (4 - j) & 1
			if n := 5*i + j; n < 8*len(k) {
				k[n/8] |= b << (7 - n%8)
			} else {
				rest = rest<<1 | b
			}
		}
	}
	return k, rest
}
