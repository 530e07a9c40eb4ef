package claimpaper

import (
	"slices"
	"strings"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/money"
)

// Layout fills as many forms as the claim takes. signed is the date of item 31;
// there may be none. An Invalid error names every item that cannot be filled.
func Layout(d claim.Document, signed civil.Date) ([]Page, error) {
	pages, problems := lay(d, signed)
	if len(problems) > 0 {
		return nil, refusal(d.Number, problems)
	}
	return pages, nil
}

// lay fills what can be filled and says what cannot.
func lay(d claim.Document, signed civil.Date) ([]Page, []problem) {
	head := &filler{}
	head.carrier(d.Payer)
	head.insurance(d)
	head.patient(d)
	head.insured(d)
	head.condition(d)
	head.history(d)
	head.diagnoses(d)
	head.provider(d, signed)

	lines := d.Lines
	switch {
	case len(lines) == 0:
		head.fault(procedure, "there is no service")
	case len(lines) > claim.MaxLines:
		head.fault(procedure, "%d services, a claim holds %d", len(lines), claim.MaxLines)
		lines = lines[:claim.MaxLines]
	}
	head.sum(d)

	problems := head.problems
	of := max(1, (len(lines)+LinesPerForm-1)/LinesPerForm)
	left := d.Paid
	var pages []Page
	for n := range of {
		l := &filler{page: n + 1}
		own := lines[min(n*LinesPerForm, len(lines)):min((n+1)*LinesPerForm, len(lines))]
		var charged money.Cents
		for i, line := range own {
			l.service = n*LinesPerForm + i + 1
			l.serviceLine(i, d, line)
			charged += line.Charge
		}
		l.amount(total, charged)
		part := max(0, min(left, charged))
		if n == of-1 {
			part = left
		}
		left -= part
		l.amount(paid, part)

		cells := append(slices.Clone(head.cells), l.cells...)
		slices.SortStableFunc(cells, func(a, b Cell) int {
			return (a.Line-b.Line)*Columns + a.Column - b.Column
		})
		pages = append(pages, Page{Number: n + 1, Of: of, Cells: cells})
		problems = append(problems, l.problems...)
	}
	return pages, problems
}

// sum refuses a claim whose total is not that of its lines: the forms would say
// something else than the claim.
func (l *filler) sum(d claim.Document) {
	var charged money.Cents
	for _, line := range d.Lines {
		charged += line.Charge
	}
	if charged != d.Total {
		l.fault(total.dollars, "is not the sum of the lines")
	}
}

// Text is the form as 66 lines of at most 80 characters, as a line printer would
// type it. Blanks at the ends of lines are left out.
func Text(p Page) string {
	grid := make([][]byte, Lines)
	for i := range grid {
		grid[i] = []byte(strings.Repeat(" ", Columns))
	}
	for _, c := range p.Cells {
		if c.Line >= 1 && c.Line <= Lines && c.Column >= 1 && c.Column <= Columns {
			copy(grid[c.Line-1][c.Column-1:], c.Text)
		}
	}
	var b strings.Builder
	for _, row := range grid {
		b.WriteString(strings.TrimRight(string(row), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
