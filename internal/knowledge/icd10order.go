package knowledge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"soapstone/internal/civil"
)

// The columns of the official order file of ICD-10-CM, counted from 0: order
// number 1 to 5, code 7 to 13, billable 15, short description 17 to 76, long
// description from 78 on. The columns between them are blank.
const (
	orderNumberEnd = 5
	orderCodeAt    = 6
	orderCodeEnd   = 13
	orderFlagAt    = 14
	orderShortAt   = 16
	orderShortEnd  = 76
	orderLongAt    = 77

	orderLineMax = 2000    // bytes; the longest description of a year has about 230
	orderCodes   = 200_000 // lines; a year has about 100,000
)

// OrderError says which line of an order file is wrong, and why.
type OrderError struct {
	Line int // counted from 1
	Why  string
}

// Error implements error.
func (e *OrderError) Error() string { return fmt.Sprintf("Line %d: %s", e.Line, e.Why) }

// FiscalYearSpan is the first and the last day of the fiscal year whose lists
// decide: 1 October of the year before to 30 September.
func FiscalYearSpan(year int) (from, to civil.Date) {
	return civil.Date{Year: year - 1, Month: 10, Day: 1}, civil.Date{Year: year, Month: 9, Day: 30}
}

// ReadOrderFile reads the official list of a fiscal year as CMS publishes it
// (icd10cm_order_YYYY.txt): headers and billable codes in their order, one a
// line, in fixed columns. Only billable codes are kept; a header is known by
// the codes under it. The first line that is wrong ends the reading with an
// *OrderError; an error of the reader itself is handed through.
func ReadOrderFile(r io.Reader, year int) (CodeList, error) {
	l := CodeList{System: "ICD-10-CM", FiscalYear: year, Complete: true}
	l.ValidFrom, l.ValidTo = FiscalYearSpan(year)
	l.File = fmt.Sprintf("icd10cm_order_%d.txt", year)
	in := bufio.NewReaderSize(r, 64<<10)
	o := order{billable: map[string]bool{}, seen: map[string]bool{}}
	ended := 0 // the first of the blank lines at the end
	for n := 1; ; n++ {
		line, err := readOrderLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, errLongLine) {
				return CodeList{}, &OrderError{n, "The line does not end. This is not the order file."}
			}
			return CodeList{}, err
		}
		switch last := errors.Is(err, io.EOF); {
		case last && line == "" && len(l.Codes) == 0:
			return CodeList{}, &OrderError{max(1, n-1), "The file holds no billable code."}
		case last && line == "":
			return l, nil
		case strings.TrimSpace(line) == "":
			ended = n
			continue
		case ended > 0:
			return CodeList{}, &OrderError{ended, "The line is empty, and others follow."}
		case n > orderCodes:
			return CodeList{}, &OrderError{n, "The file has more lines than any year's list."}
		}
		e, billable, why := o.read(line)
		if why != "" {
			return CodeList{}, &OrderError{n, why}
		}
		if billable {
			l.Codes = append(l.Codes, e)
		}
	}
}

var errLongLine = errors.New("line too long")

// readOrderLine gives a line without its end; with io.EOF the rest.
func readOrderLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull) || len(line) > orderLineMax:
		return "", errLongLine
	case errors.Is(err, io.EOF) && len(line) > 0:
		err = nil // the end itself is found by the next call
	}
	return strings.TrimRight(string(line), "\r\n"), err
}

// order is what the lines so far have said.
type order struct {
	number         int
	seen, billable map[string]bool
}

// read takes one line. why is set when it is wrong.
func (o *order) read(line string) (e CodeEntry, billable bool, why string) {
	switch {
	case !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == utf8.RuneError || r == 0x7f }):
		return e, false, "It holds characters that are not text."
	case len(line) <= orderLongAt:
		return e, false, fmt.Sprintf("It has %d characters; the long description begins at the 78th.", len(line))
	case line[orderNumberEnd] != ' ' || line[orderCodeEnd] != ' ' || line[orderFlagAt+1] != ' ' || line[orderShortEnd] != ' ':
		return e, false, "Columns 6, 14, 16 and 77 must be blank. This is not the layout of the order file."
	}
	number, ok := digits(line[:orderNumberEnd])
	switch {
	case !ok:
		return e, false, "Columns 1 to 5 are not an order number."
	case number <= o.number:
		return e, false, fmt.Sprintf("Order number %d follows %d.", number, o.number)
	}
	o.number = number
	plain := strings.TrimRight(line[orderCodeAt:orderCodeEnd], " ")
	switch {
	case !codeShape.MatchString(plain):
		return e, false, "Columns 7 to 13 are not a diagnosis code: “" + plain + "”."
	case o.seen[plain]:
		return e, false, "Code " + plain + " appears twice."
	}
	o.seen[plain] = true
	for n := 3; n < len(plain); n++ {
		if o.billable[plain[:n]] {
			return e, false, "Code " + plain + " stands under " + plain[:n] + ", which is marked billable."
		}
	}
	flag, short, long := line[orderFlagAt], strings.TrimSpace(line[orderShortAt:orderShortEnd]), strings.TrimSpace(line[orderLongAt:])
	switch {
	case flag != '0' && flag != '1':
		return e, false, "Column 15 must be 0 for a header or 1 for a billable code."
	case short == "" || long == "":
		return e, false, "A description is missing."
	}
	if flag == '1' {
		o.billable[plain] = true
	}
	return CodeEntry{Code: DottedCode(plain), Text: long}, flag == '1', ""
}

func digits(s string) (n int, ok bool) {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
