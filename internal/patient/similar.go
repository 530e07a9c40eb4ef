package patient

import (
	"cmp"
	"slices"
	"strings"

	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/textkey"
)

// Candidate is an existing record that may be the same person.
type Candidate struct {
	Row
	SameBirthDate bool
	SimilarName   bool
	SamePhone     bool
}

// Why says in words what the two records share.
func (c Candidate) Why() string {
	var w []string
	if c.SameBirthDate {
		w = append(w, "same date of birth")
	}
	if c.SimilarName {
		w = append(w, "similar name")
	}
	if c.SamePhone {
		w = append(w, "same phone")
	}
	s := strings.Join(w, ", ")
	if s != "" {
		s = strings.ToUpper(s[:1]) + s[1:]
	}
	return s
}

// DuplicateError refuses a registration that looks like a person who has a
// record already. It is a Conflict; naming every candidate in
// Registration.DifferentFrom is the deliberate choice to go on.
type DuplicateError struct{ Candidates []Candidate }

// Error implements error.
func (e *DuplicateError) Error() string { return "conflict: similar records exist" }

// As lets errs classify the error as a Conflict.
func (e *DuplicateError) As(target any) bool {
	t, ok := target.(**errs.Error)
	if ok {
		*t = &errs.Error{Kind: errs.Conflict, Public: "Someone with these details may have a record already. Compare before you go on."}
	}
	return ok
}

// unnamed drops the candidates that the person already said are others.
func unnamed(all []Candidate, different []id.Patient) []Candidate {
	return slices.DeleteFunc(slices.Clone(all), func(c Candidate) bool { return slices.Contains(different, c.ID) })
}

// rank puts the likeliest first.
func rank(cs []Candidate) {
	score := func(c Candidate) int {
		n := 0
		if c.SameBirthDate && c.SimilarName {
			n += 2
		}
		if c.SamePhone {
			n++
		}
		return n
	}
	slices.SortStableFunc(cs, func(a, b Candidate) int { return cmp.Compare(score(b), score(a)) })
}

// similarNames reports whether two people's names are close enough to look
// twice when the birth date is the same: a word in common, or a word of at
// least four letters that differs by one typing slip.
func similarNames(a, b Demographics) bool {
	for _, x := range nameWords(a) {
		for _, y := range nameWords(b) {
			if x == y && len(x) > 1 || len(x) >= 4 && len(y) >= 4 && oneSlip(x, y) {
				return true
			}
		}
	}
	return false
}

func nameWords(d Demographics) []string {
	return strings.Fields(textkey.Search(join(d.FirstName, d.PreferredName, d.MiddleName, d.LastName)))
}

// oneSlip reports whether a and b differ by at most one letter put in, left
// out or changed, or by two neighbours swapped.
func oneSlip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) < len(y) {
		return slices.Equal(x[i:], y[i+1:])
	}
	if i == len(x) || slices.Equal(x[i+1:], y[i+1:]) {
		return true
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}
