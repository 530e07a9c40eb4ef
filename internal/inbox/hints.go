package inbox

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/textkey"
)

// Suggestion is the one patient that a paper's file name and message point at.
type Suggestion struct {
	Patient patient.Row
	Why     string
}

var (
	numberForm = regexp.MustCompile(`(?i)(?:^|[^0-9a-z])#?(\d{4,12}-?[a-z])(?:[^0-9a-z]|$)`)
	yearFirst  = regexp.MustCompile(`(?:^|\D)(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})(?:\D|$)`)
	yearLast   = regexp.MustCompile(`(?:^|\D)(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})(?:\D|$)`)
	eight      = regexp.MustCompile(`(?:^|\D)(\d{8})(?:\D|$)`)
)

// maxLooked bounds what is made of one text: a file name holds a date or two.
const maxLooked = 4

// datesIn finds whole dates in a text: 1984-03-02, 03/02/1984, 19840302,
// 03021984, each with any of - . / _ or a space between. Month before day.
func datesIn(text string) []civil.Date {
	text = strings.ReplaceAll(text, "_", "-")
	var out []civil.Date
	add := func(y, m, d string) {
		year, _ := strconv.Atoi(y)
		month, _ := strconv.Atoi(m)
		day, _ := strconv.Atoi(d)
		on := civil.Date{Year: year, Month: time.Month(month), Day: day}
		if on.Valid() && year > 1850 && !slices.Contains(out, on) && len(out) < maxLooked {
			out = append(out, on)
		}
	}
	for _, m := range each(yearFirst, text) {
		add(m[1], m[2], m[3])
	}
	for _, m := range each(yearLast, text) {
		add(m[3], m[1], m[2])
	}
	for _, m := range each(eight, text) {
		add(m[1][:4], m[1][4:6], m[1][6:])
		add(m[1][4:], m[1][:2], m[1][2:4])
	}
	return out
}

// each finds matches that share the character between them: one ends where
// the next begins.
func each(re *regexp.Regexp, text string) (out [][]string) {
	for len(out) < 2*maxLooked {
		m := re.FindStringSubmatchIndex(text)
		if m == nil {
			return out
		}
		groups := make([]string, len(m)/2)
		for i := range groups {
			groups[i] = text[m[2*i]:m[2*i+1]]
		}
		out = append(out, groups)
		text = text[m[len(m)-1]:] // from behind the last group, not behind the match
	}
	return out
}

// numbersIn finds record numbers with a check letter that fits.
func numbersIn(text string) []string {
	var out []string
	for _, m := range each(numberForm, strings.ReplaceAll(text, "_", " ")) {
		if n, ok := patient.ParseNumber(m[1]); ok {
			if s := patient.FormatNumber(n); !slices.Contains(out, s) && len(out) < maxLooked {
				out = append(out, s)
			}
		}
	}
	return out
}

// wordsIn are the folded words of a text.
func wordsIn(text string) map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(textkey.Search(strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-.,()[]@", r) {
			return ' '
		}
		return r
	}, text))) {
		words[w] = true
	}
	return words
}

// named reports whether a text names the person: the last name whole, and the
// first or the preferred one.
func named(words map[string]bool, d patient.Demographics) bool {
	all := func(name string) bool {
		fields := strings.Fields(textkey.Search(name))
		return len(fields) > 0 && !slices.ContainsFunc(fields, func(w string) bool { return !words[w] })
	}
	return all(d.LastName) && (all(d.FirstName) || all(d.PreferredName) || d.FirstName == "")
}

// hints is the text in which a patient is looked for.
func (p Paper) hints() string { return p.Name + " | " + p.Subject + " | " + p.Sender }

// Suggest finds the patient that a paper's file name, subject or sender points
// at: by record number, or by name with birth date. ok is false when they point
// at nobody or at more than one.
func (s *Service) Suggest(ctx context.Context, p Paper) (out Suggestion, ok bool, err error) {
	a, err := authz.Require(ctx, authz.InboxRead)
	if err != nil {
		return Suggestion{}, false, err
	}
	text := p.hints()
	found := map[id.Patient]Suggestion{}
	take := func(query, why string, fits func(patient.Row) bool) error {
		hits, err := s.patients.Search(ctx, query)
		for _, r := range hits.Rows {
			if fits(r) {
				if !r.MergedInto.IsZero() {
					r.ID = r.MergedInto
				}
				if _, there := found[r.ID]; !there {
					found[r.ID] = Suggestion{r, why}
				}
			}
		}
		return err
	}
	for _, n := range numbersIn(text) {
		if err := take(n, "Record number "+n, func(r patient.Row) bool { return r.Number == n }); err != nil {
			return out, false, err
		}
	}
	words := wordsIn(text)
	for _, on := range datesIn(text) {
		if err := take(on.String(), "Name and birth date match", func(r patient.Row) bool {
			return r.BirthDate == on && s.namedIn(ctx, a, words, r.ID)
		}); err != nil {
			return out, false, err
		}
	}
	if len(found) != 1 {
		return out, false, nil
	}
	for pid, one := range found {
		out = one
		if one.Patient.Status == patient.MergedAway {
			if out.Patient, err = s.row(ctx, a, pid); err != nil {
				return Suggestion{}, false, err
			}
		}
	}
	return out, out.Patient.Status != patient.MergedAway, nil
}

func (s *Service) namedIn(ctx context.Context, a authz.Actor, words map[string]bool, p id.Patient) bool {
	fits := false
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.patients.GetTx(ctx, tx, p)
		fits = err == nil && named(words, rec.Demographics)
		return err
	})
	return err == nil && fits
}

// row is a patient as a search shows them.
func (s *Service) row(ctx context.Context, a authz.Actor, p id.Patient) (patient.Row, error) {
	var out patient.Row
	err := s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.patients.GetTx(ctx, tx, p)
		out = patient.Row{ID: rec.ID, Number: rec.Number, Name: rec.Name, BirthDate: rec.BirthDate, Age: rec.BirthDate.AgeOn(a.Today(tx.Now.Time)),
			Sex: rec.Sex, Phone: rec.Phone, Status: rec.Status, MergedInto: rec.MergedInto}
		return err
	})
	return out, db.Classify(err)
}
