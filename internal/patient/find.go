package patient

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/patient/q"
	"soapstone/internal/textkey"
)

const maxFound = 50 // rows of a search

// Row is a patient in a list.
type Row struct {
	ID               id.Patient
	Number, Name     string
	BirthDate        civil.Date
	Age              int
	Sex              Sex
	Phone            string
	Status           Status
	MergedInto       id.Patient
	MergedIntoNumber string
}

// Found is the answer to a search.
type Found struct {
	Rows []Row
	More bool // there are more; typing more narrows them
}

// Search finds patients, archived and merged ones too, by what ParseQuery
// reads. Whoever has a word exactly as typed comes before those whose word
// only begins so, active records before others, and then the name decides. A
// query without a letter or digit finds nobody.
func (s *Service) Search(ctx context.Context, text string) (Found, error) {
	a, err := authz.Require(ctx, authz.PatientRead)
	if err != nil {
		return Found{}, err
	}
	var out Found
	spans := ParseQuery(text)
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		hits, err := find(ctx, tx, spans, maxFound+1)
		if err != nil {
			return err
		}
		out = Found{More: len(hits) > maxFound}
		hits = hits[:min(len(hits), maxFound)]
		order(hits, spans)
		today := a.Today(tx.Now.Time)
		for _, h := range hits {
			row := h.row(today)
			if !row.MergedInto.IsZero() {
				to, err := s.GetTx(ctx, tx, row.MergedInto)
				if err != nil {
					return err
				}
				row.MergedIntoNumber = to.Number
			}
			out.Rows = append(out.Rows, row)
		}
		return nil
	})
	if err != nil {
		return Found{}, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "patient.search", Kind: "patient", Detail: fmt.Sprintf("%d shown", len(out.Rows))})
}

// hit is a row that the index led to.
type hit q.FindPatientsRow

func (h hit) row(today civil.Date) Row {
	return Row{ID: h.PatientID, Number: h.Number, Name: h.Name, BirthDate: h.BirthDate, Age: h.BirthDate.AgeOn(today),
		Sex: Sex(h.Sex), Phone: h.Phone, Status: Status(h.Status), MergedInto: h.MergedIntoPatientID}
}

func (h hit) demographics() Demographics {
	return Demographics{FirstName: h.FirstName, MiddleName: h.MiddleName, LastName: h.LastName, PreferredName: h.PreferredName,
		BirthDate: h.BirthDate, Phone: h.Phone, OtherPhone: h.OtherPhone}
}

// find walks the index along the rarest part of the query and looks the next
// two up per patient; further parts, which hardly anybody types, are compared
// here. Each patient is given once.
func find(ctx context.Context, tx *db.Tx, spans []Span, most int) ([]hit, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	walk, err := plan(ctx, tx, spans)
	if err != nil || walk == nil {
		return nil, err
	}
	arg := q.FindPatientsParams{PracticeID: tx.Practice, From1: walk[0].From, To1: walk[0].To, Most: int32(4 * most)}
	if len(walk) > 1 {
		arg.From2, arg.To2 = walk[1].From, walk[1].To
	}
	if len(walk) > 2 {
		arg.From3, arg.To3 = walk[2].From, walk[2].To
	}
	rows, err := q.New(tx).FindPatients(ctx, arg)
	if err != nil {
		return nil, err
	}
	var out []hit
	seen := map[id.Patient]bool{}
	for _, r := range rows {
		h := hit(r)
		if seen[h.PatientID] || len(walk) > 3 && !h.matches(spans) {
			continue
		}
		seen[h.PatientID] = true
		if out = append(out, h); len(out) == most {
			break
		}
	}
	return out, nil
}

// matches compares every part of the query with the terms of the patient.
func (h hit) matches(spans []Span) bool {
	have := terms(h.Number, h.demographics())
	for _, s := range spans {
		if !slices.ContainsFunc(have, s.holds) {
			return false
		}
	}
	return true
}

// order sorts what is shown: exact words first, then active records, then names.
func order(hits []hit, spans []Span) {
	exact := func(h hit) int {
		n := 0
		for _, t := range terms(h.Number, h.demographics()) {
			for _, s := range spans {
				if t == s.From {
					n++
				}
			}
		}
		return n
	}
	active := func(h hit) int {
		if Status(h.Status) == Active {
			return 0
		}
		return 1
	}
	keys := map[id.Patient]string{}
	counts := map[id.Patient]int{}
	for _, h := range hits {
		keys[h.PatientID] = textkey.Sort(h.demographics().sortName())
		counts[h.PatientID] = exact(h)
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(counts[b.PatientID], counts[a.PatientID]), cmp.Compare(active(a), active(b)),
			cmp.Compare(keys[a.PatientID], keys[b.PatientID]), cmp.Compare(a.PatientID.String(), b.PatientID.String()))
	})
}

// similar finds records that may be the person described by d: the same birth
// date and a similar name, or the same phone. Merged records are not counted,
// their survivors are.
func (s *Service) similar(ctx context.Context, tx *db.Tx, a authz.Actor, d Demographics, self id.Patient) ([]Candidate, error) {
	spans := []Span{exactly(dateTerm(d.BirthDate))}
	for _, phone := range []string{d.Phone, d.OtherPhone} {
		if digits := nationalDigits(phone); len(digits) >= 7 {
			spans = append(spans, exactly(digits))
		}
	}
	phones := phoneSet(d)
	today := a.Today(tx.Now.Time)
	var out []Candidate
	seen := map[id.Patient]bool{self: true}
	for _, span := range spans {
		hits, err := find(ctx, tx, []Span{span}, 200)
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			o := h.demographics()
			c := Candidate{Row: h.row(today), SameBirthDate: o.BirthDate == d.BirthDate, SimilarName: similarNames(d, o)}
			for p := range phoneSet(o) {
				c.SamePhone = c.SamePhone || phones[p]
			}
			if !seen[c.ID] && c.Status != MergedAway && (c.SameBirthDate && c.SimilarName || c.SamePhone) {
				out = append(out, c)
				seen[c.ID] = true
			}
		}
	}
	rank(out)
	return out[:min(len(out), 20)], nil
}

func phoneSet(d Demographics) map[string]bool {
	set := map[string]bool{}
	for _, p := range []string{d.Phone, d.OtherPhone} {
		if digits := nationalDigits(p); len(digits) >= 7 {
			set[digits] = true
		}
	}
	return set
}

// SimilarTo finds other records that may be the same person as an existing
// one: candidates for a merge.
func (s *Service) SimilarTo(ctx context.Context, p id.Patient) ([]Candidate, error) {
	a, err := authz.Require(ctx, authz.PatientMerge)
	if err != nil {
		return nil, err
	}
	var out []Candidate
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		rec, err := s.GetTx(ctx, tx, p)
		if err != nil {
			return err
		}
		out, err = s.similar(ctx, tx, a, rec.Demographics, p)
		return err
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "patient.search", Patient: p, Kind: "patient", Detail: fmt.Sprintf("%d similar shown", len(out))})
}
