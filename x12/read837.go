package x12

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// MaxRead is how many segments [Read837P] takes before it gives up: the structs
// of a whole file stand in memory at once.
const MaxRead = 2_000_000

// Read837P reads the interchanges of a file back into the structs. Groups of
// professional claims under any revision of the guide are read (005010X222,
// A1, A2); other transactions are an error. It is a reader and no judge: an
// element that does not parse as the number or date it should be is an error,
// but codes, order and sums are not looked at, which is package check's work.
// Segments without a field end up in Transaction.Unread.
//
// Errors are io errors, *SyntaxError, and *SegmentError.
func Read837P(r io.Reader) ([]Interchange, error) {
	p := &parser{in: NewReader(r)}
	for n := 0; ; n++ {
		s, err := p.in.Next()
		if errors.Is(err, io.EOF) {
			return p.out, p.complete()
		}
		if err != nil {
			return nil, err
		}
		if n >= MaxRead {
			return nil, fmt.Errorf("more than %d segments; split the file", MaxRead)
		}
		p.segment(s)
		if p.err != nil {
			return nil, p.err
		}
	}
}

// SegmentError says which element of which segment cannot be read.
type SegmentError struct {
	Segment Segment
	Element int // 0: the segment itself
	Err     error
}

func (e *SegmentError) Error() string {
	if e.Element == 0 {
		return fmt.Sprintf("segment %d (%s) at byte %d: %v", e.Segment.Number, e.Segment.ID, e.Segment.Offset, e.Err)
	}
	return fmt.Sprintf("segment %d (%s%02d) at byte %d: %v", e.Segment.Number, e.Segment.ID, e.Element, e.Segment.Offset, e.Err)
}

// Unwrap returns what is wrong.
func (e *SegmentError) Unwrap() error { return e.Err }

// parser knows where in the tree of loops it is by pointers to the innermost
// open structs. Each points to the last element of its slice and is taken anew
// when that slice grows.
type parser struct {
	in  *Reader
	out []Interchange
	err error

	ich     *Interchange
	group   *Group
	tx      *Transaction
	bill    *BillingProvider
	sub     *Subscriber
	patient *Patient
	claim   *Claim
	line    *Line
	place   place
	foreign bool // inside a loop that the structs do not have
}

// place is what the segments after an NM1 (N3, N4, REF, PER, PRV, DMG) speak of.
type place struct {
	address  *Address
	refs     *[]Reference
	named    map[string]*string // REF qualifiers with a field of their own
	contacts *[]Contact
	contact  *Contact
	taxonomy *string
	birth    *Date
	sex      *string
}

func (p *parser) fail(s Segment, element int, err error) {
	if p.err == nil {
		p.err = &SegmentError{s, element, err}
	}
}

func (p *parser) unread(s Segment) {
	if p.tx == nil {
		p.fail(s, 0, errors.New("stands outside of a transaction"))
		return
	}
	p.tx.Unread = append(p.tx.Unread, s)
}

// complete reports a file that ends inside an envelope.
func (p *parser) complete() error {
	if p.ich != nil {
		return errors.New("the file ends before IEA; it may be cut off")
	}
	return nil
}

func (p *parser) segment(s Segment) {
	switch s.ID {
	case "ISA", "GS", "ST", "SE", "GE", "IEA", "TA1":
		p.envelope(s)
		return
	}
	if p.tx == nil {
		p.unread(s)
		return
	}
	switch s.ID {
	case "BHT":
		p.tx.Reissue = s.Element(2) == "18"
		p.tx.Reference = s.Element(3)
		p.tx.Created = p.instant(s, 4, "20060102")
		p.tx.Encounter = s.Element(6) == "RP"
	case "HL":
		p.level(s)
	case "CLM":
		p.openClaim(s)
	case "LX":
		p.openLine(s)
	default:
		p.inside(s)
	}
}

func (p *parser) envelope(s Segment) {
	switch s.ID {
	case "ISA":
		if p.ich != nil {
			p.fail(s, 0, errors.New("begins before the IEA of the last interchange"))
			return
		}
		p.out = append(p.out, Interchange{
			Sender: Party{s.Element(5), trim(s, 6)}, Receiver: Party{s.Element(7), trim(s, 8)},
			Created: p.instant(s, 9, "060102"), Control: p.number(s, 13),
			AckRequested: s.Element(14) == "1", Test: s.Element(15) == "T",
		})
		p.ich = &p.out[len(p.out)-1]
	case "GS":
		if p.ich == nil || p.group != nil {
			p.fail(s, 0, errors.New("stands outside of ISA and IEA or inside another group"))
			return
		}
		p.group = grow(&p.ich.Groups)
		p.group.Sender, p.group.Receiver = s.Element(2), s.Element(3)
		p.group.Created, p.group.Control = p.instant(s, 4, "20060102"), p.number(s, 6)
	case "ST":
		if p.group == nil || p.tx != nil {
			p.fail(s, 0, errors.New("stands outside of GS and GE or inside another transaction"))
			return
		}
		if v := s.Element(3); s.Element(1) != "837" || v != "" && !strings.HasPrefix(v, "005010X222") {
			p.fail(s, 1, errors.New("is no professional claim of version 005010X222"))
			return
		}
		p.tx = grow(&p.group.Transactions)
		p.tx.Control = p.number(s, 2)
	case "SE":
		p.tx, p.bill, p.sub, p.patient, p.claim, p.line = nil, nil, nil, nil, nil, nil
		p.place, p.foreign = place{}, false
	case "GE":
		p.group = nil
	case "IEA":
		p.ich, p.group = nil, nil
	}
}

// grow appends a zero value and returns a pointer to it.
func grow[T any](list *[]T) *T {
	var zero T
	*list = append(*list, zero)
	return &(*list)[len(*list)-1]
}

// level opens loop 2000A, B or C.
func (p *parser) level(s Segment) {
	p.claim, p.line, p.place, p.foreign = nil, nil, place{}, false
	switch s.Element(3) {
	case "20":
		p.bill, p.sub, p.patient = grow(&p.tx.Billing), nil, nil
	case "22":
		if p.bill == nil {
			p.fail(s, 3, errors.New("a subscriber needs a billing provider before it"))
			return
		}
		p.sub, p.patient = grow(&p.bill.Insurance), nil
	case "23":
		if p.sub == nil {
			p.fail(s, 3, errors.New("a patient needs a subscriber before it"))
			return
		}
		p.patient = grow(&p.sub.Patients)
	default:
		p.fail(s, 3, errors.New("is no level of a professional claim"))
	}
}

// inside reads every segment that is neither envelope nor opens a level, claim
// or line, as part of the innermost loop.
func (p *parser) inside(s Segment) {
	switch {
	case p.claim != nil && (s.ID == "SBR" || s.ID == "SVD"):
		p.foreign, p.place = true, place{}
	case s.ID == "NM1" && !p.foreign:
		p.place = place{}
		if p.named(s) {
			return
		}
	}
	if p.foreign {
		p.unread(s)
		return
	}
	done := p.ofPlace(s)
	if !done && p.line != nil {
		done = p.ofLine(s)
	} else if !done && p.claim != nil {
		done = p.ofClaim(s)
	} else if !done {
		done = p.ofLevel(s)
	}
	if !done {
		p.unread(s)
	}
}

// ofLevel reads PRV, SBR and PAT, which stand before the first NM1 of a level.
func (p *parser) ofLevel(s Segment) bool {
	switch {
	case s.ID == "PRV" && p.bill != nil && p.sub == nil && s.Element(1) == "BI":
		p.bill.Taxonomy = s.Element(3)
	case s.ID == "SBR" && p.sub != nil && p.patient == nil:
		p.sub.Sequence, p.sub.GroupNumber, p.sub.GroupName = s.Element(1), s.Element(3), s.Element(4)
		p.sub.InsuranceType, p.sub.Filing = s.Element(5), s.Element(9)
	case s.ID == "PAT" && p.patient != nil && only(s, 1):
		p.patient.Relationship = s.Element(1)
	default:
		return false
	}
	return true
}

// only reports that a segment has no elements after n: otherwise it says more
// than its field can hold.
func only(s Segment, n int) bool {
	for i := n + 1; i <= len(s.Elements); i++ {
		if s.Element(i) != "" {
			return false
		}
	}
	return true
}

func trim(s Segment, n int) string { return strings.TrimRight(s.Element(n), " ") }

func (p *parser) number(s Segment, n int) int {
	v, err := strconv.Atoi(s.Element(n))
	if err != nil || v < 0 {
		p.fail(s, n, errors.New("is no whole number"))
		return 0
	}
	return v
}

// instant reads a date from element n and a time of day from the next.
func (p *parser) instant(s Segment, n int, layout string) time.Time {
	clock := s.Element(n + 1)
	t, err := time.Parse(layout+"1504", s.Element(n)+clock[:min(4, len(clock))])
	if err != nil {
		p.fail(s, n, errors.New("and the next element are no date and time"))
	}
	return t
}

func (p *parser) date(s Segment, n int, text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		p.fail(s, n, err)
	}
	return d
}

func (p *parser) cents(s Segment, n int) int64 {
	c, err := ParseCents(s.Element(n))
	if err != nil {
		p.fail(s, n, err)
	}
	return c
}
