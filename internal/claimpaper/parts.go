package claimpaper

// Some items are made of several fields that are always filled together.

// dateField is a date in three parts.
type dateField struct{ month, day, year field }

func date(item, name string, line, month, day, year, digits int) dateField {
	return dateField{
		month: field{item: item, name: name, line: line, col: month, width: 2},
		day:   field{item: item, name: name, line: line, col: day, width: 2},
		year:  field{item: item, name: name, line: line, col: year, width: digits},
	}
}

// serviceDate is a date of item 24A, which has two digits for the year.
func serviceDate(name string, month, day, year int) dateField {
	d := date("24A", name, 46, month, day, year, 2)
	for _, f := range []*field{&d.month, &d.day, &d.year} {
		f.perLine = true
	}
	return d
}

func (d dateField) at(n int) dateField {
	return dateField{month: d.month.at(n), day: d.day.at(n), year: d.year.at(n)}
}

// placeField is a postal address with a phone number, as in items 5 and 7.
type placeField struct{ street, city, state, zip, area, phone field }

func place(item, whose string, line, col, street, city, state, area int) placeField {
	return placeField{
		street: field{item: item, name: whose + " street", line: line, col: col, width: street},
		city:   field{item: item, name: whose + " city", line: line + 2, col: col, width: city},
		state:  field{item: item, name: whose + " state", line: line + 2, col: state, width: 2},
		zip:    field{item: item, name: whose + " ZIP code", line: line + 4, col: col, width: 12},
		area:   field{item: item, name: whose + " phone", line: line + 4, col: area, width: 3},
		phone:  field{item: item, name: whose + " phone", line: line + 4, col: area + 4, width: 10},
	}
}

// choice is a pair of boxes of which one is marked.
type choice struct{ yes, no field }

func yesNo(item, name string, line, yes, no int) choice {
	return choice{yes: check(item, name, line, yes), no: check(item, name, line, no)}
}

// check is a box for an X.
func check(item, name string, line, col int) field {
	return field{item: item, name: name, line: line, col: col, width: 1}
}

// cashField is an amount: a printed rule stands for the decimal point.
type cashField struct{ dollars, cents field }

func cash(item, name string, line, dollars, width, cents int, perLine bool) cashField {
	return cashField{
		dollars: field{item: item, name: name, line: line, col: dollars, width: width, alignRight: true, perLine: perLine},
		cents:   field{item: item, name: name, line: line, col: cents, width: 2, perLine: perLine},
	}
}

func (c cashField) at(n int) cashField {
	return cashField{dollars: c.dollars.at(n), cents: c.cents.at(n)}
}

// boxes are all places for an X, for drawing them.
var boxes = []field{
	boxMedicare, boxMedicaid, boxTricare, boxChampVA, boxGroup, boxFECA, boxOther,
	patientMale, patientFemale, insuredMale, insuredFemale,
	isSelf, isSpouse, isChild, isOther,
	employment.yes, employment.no, autoAccident.yes, autoAccident.no, otherAccident.yes, otherAccident.no,
	otherPlan.yes, otherPlan.no, outsideLab.yes, outsideLab.no,
	taxSSN, taxEIN, assignment.yes, assignment.no,
}
