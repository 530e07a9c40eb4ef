package x12

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxSegment is the longest segment in bytes that a [Reader] accepts, its
// terminator included. Real segments stay below a few hundred; the limit bounds
// the memory that a hostile file can ask for.
const MaxSegment = 64 << 10

// isaLength is fixed by the standard: the delimiters are found by position.
const isaLength = 106

// isaSeparators are the offsets in ISA where the element separator must stand.
var isaSeparators = [...]int{3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103}

// SyntaxError says where a file stops being X12.
type SyntaxError struct {
	Offset  int64 // bytes from the start of the file
	Segment int   // number of the segment, from 1
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("segment %d at byte %d: %s", e.Segment, e.Offset, e.Message)
}

// Reader splits a stream into segments. It holds one segment in memory, takes
// the delimiters from every ISA, and passes over line ends and spaces between
// segments. A file may hold several interchanges, each with its own delimiters.
type Reader struct {
	in     *bufio.Reader
	delims Delimiters
	opened bool // inside an interchange: an ISA was read and its IEA not yet
	offset int64
	number int
	err    error
}

// NewReader returns a Reader of r.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, MaxSegment)}
}

// Next returns the next segment. It returns io.EOF after the last, a
// *SyntaxError where the file cannot be split further, and otherwise the error
// of the underlying reader; every later call returns the same error.
func (r *Reader) Next() (Segment, error) {
	if r.err != nil {
		return Segment{}, r.err
	}
	s, err := r.next()
	r.err = err
	return s, err
}

func (r *Reader) next() (Segment, error) {
	if err := r.skipSpace(); err != nil {
		return Segment{}, err
	}
	r.number++
	head, err := r.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return Segment{}, err
	}
	if len(head) == 4 && string(head[:3]) == "ISA" && !isAlphanumeric(head[3]) {
		return r.isa()
	}
	if !r.opened {
		return Segment{}, r.noInterchange(head)
	}
	return r.segment()
}

// noInterchange explains what stands where an ISA should.
func (r *Reader) noInterchange(head []byte) error {
	switch {
	case r.number > 1:
		return r.fail("after IEA only another ISA may follow; remove what stands here")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return r.fail("the file begins with a byte order mark; save it as plain ASCII")
	}
	return r.fail("the file does not begin with an ISA segment; it is not an X12 interchange")
}

func (r *Reader) fail(format string, args ...any) error {
	return &SyntaxError{Offset: r.offset, Segment: r.number, Message: fmt.Sprintf(format, args...)}
}

// skipSpace passes over line ends and padding between segments.
func (r *Reader) skipSpace() error {
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			return err
		}
		space := b == '\r' || b == '\n' || b == ' ' || b == '\t'
		if !space || r.opened && b != r.delims.Segment && r.delims.has(b) {
			return r.in.UnreadByte()
		}
		r.offset++
	}
}

func (r *Reader) isa() (Segment, error) {
	b, err := r.in.Peek(isaLength)
	if errors.Is(err, io.EOF) {
		return Segment{}, r.fail("ISA is cut off after %d of %d bytes; ask for the whole file", len(b), isaLength)
	} else if err != nil {
		return Segment{}, err
	}
	sep := b[3]
	for i, at := range isaSeparators {
		if b[at] != sep {
			return Segment{}, r.fail("ISA has fixed widths: the separator before ISA%02d belongs at byte %d of the segment; "+
				"pad or shorten ISA%02d", i+1, at+1, max(i, 1))
		}
	}
	d := Delimiters{Element: sep, Component: b[104], Repetition: b[82], Segment: b[105]}
	if isAlphanumeric(d.Repetition) {
		d.Repetition = 0 // versions before 00402 say U here
	}
	if err := d.Check(); err != nil {
		return Segment{}, r.fail("ISA: %v; choose four different punctuation marks", err)
	}
	s := Segment{ID: "ISA", Number: r.number, Offset: r.offset, Delims: d}
	s.Elements = strings.Split(string(b[4:105]), string(rune(sep)))
	if len(s.Elements) != 16 {
		return Segment{}, r.fail("ISA holds its separator %q inside an element", string(rune(sep)))
	}
	r.delims, r.opened = d, true
	if _, err := r.in.Discard(isaLength); err != nil {
		return Segment{}, err
	}
	r.offset += isaLength
	return s, nil
}

func (r *Reader) segment() (Segment, error) {
	b, err := r.in.ReadSlice(r.delims.Segment)
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return Segment{}, r.fail("no segment terminator %q within %d bytes; the file is damaged or its ISA names the wrong terminator",
			string(rune(r.delims.Segment)), MaxSegment)
	case errors.Is(err, io.EOF):
		return Segment{}, r.fail("the file ends inside a segment; its terminator is missing, so the file may be cut off")
	case err != nil:
		return Segment{}, err
	}
	text := string(b[:len(b)-1])
	if r.delims.Segment == '\n' {
		text = strings.TrimSuffix(text, "\r")
	}
	s := Segment{Number: r.number, Offset: r.offset, Delims: r.delims}
	s.ID, s.Elements = elements(text, r.delims.Element)
	r.offset += int64(len(b))
	if s.ID == "IEA" {
		r.opened = false
	}
	return s, nil
}

// elements splits a segment; one allocation holds all elements.
func elements(text string, sep byte) (id string, es []string) {
	i := strings.IndexByte(text, sep)
	if i < 0 {
		return text, nil
	}
	id, text = text[:i], text[i+1:]
	es = make([]string, 0, 1+strings.Count(text, string(rune(sep))))
	for {
		i = strings.IndexByte(text, sep)
		if i < 0 {
			return id, append(es, text)
		}
		es = append(es, text[:i])
		text = text[i+1:]
	}
}
