// Package diagnosiscode takes in the official yearly lists of ICD-10-CM codes
// and hands out the index that decides which codes exist on a day: the shipped
// working list together with what the practice has taken in.
//
// A list is taken whole or not at all: the first line that is wrong refuses
// the file, with its number. It decides for its fiscal year (1 October to 30
// September) and for no other day. The package refuses a year far from today,
// a file whose name speaks of another year, and a file too short to be a whole
// year unless a person says that it is one. What a prescription was checked
// against when it was entered is not changed by a later list.
package diagnosiscode

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/diagnosiscode/q"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
)

const (
	// Whole is how many billable codes a year's list has at least. FY2016, the
	// first, had 69,823.
	Whole = 60_000

	maxHeld = 4 // indexes kept ready; one is some 20 MB for each year it holds
)

// Set is a list that was taken in.
type Set struct {
	ID         id.Blob
	FiscalYear int
	From, To   civil.Date
	Codes      int64
	Name       string
	ImportedAt db.Time
	ImportedBy string // name; "" for the program itself
	Withdrawn  bool
	InUse      bool // it decides for its year

	sum string // of the file
}

// Service is the use cases of official code lists.
type Service struct {
	db    *db.DB
	log   *audit.Log
	blobs *blob.Store
	base  *knowledge.ICD10

	mu   sync.Mutex
	held []held // the one used last is the first
}

// held is an index ready for use, under what it was made of.
type held struct {
	key   string
	codes *knowledge.ICD10
}

// New makes the service. base is the shipped list.
func New(d *db.DB, log *audit.Log, blobs *blob.Store, base *knowledge.ICD10) *Service {
	return &Service{db: d, log: log, blobs: blobs, base: base}
}

// Input is a file to take in.
type Input struct {
	Name string
	Year int  // fiscal year; 0: from the name
	Sure bool // a short file is a whole list all the same
	File io.Reader
}

var yearInName = regexp.MustCompile(`(?:^|[^0-9])(20[0-9]{2})(?:[^0-9]|$)`)

// yearOf finds the fiscal year and complains about one that cannot be.
func (in Input) yearOf(today civil.Date) (int, error) {
	named := 0
	if m := yearInName.FindAllStringSubmatch(in.Name, -1); len(m) == 1 {
		named, _ = strconv.Atoi(m[0][1])
	}
	year := in.Year
	if year == 0 {
		year = named
	}
	switch {
	case year == 0:
		return 0, errs.OnField("year", "Enter the fiscal year of the list, such as "+strconv.Itoa(today.Year+1)+".")
	case year < 2016 || year > today.Year+2:
		return 0, errs.OnField("year", fmt.Sprintf("Enter a fiscal year from 2016 to %d.", today.Year+2))
	case named != 0 && named != year:
		return 0, errs.OnField("year", fmt.Sprintf("The file’s name says %d. Correct the year, or choose the other file.", named))
	}
	return year, nil
}

// Import reads an order file and keeps it as the list of its year. Errors:
// Invalid on the fields year, file and sure; TooLarge for a file over the
// store's limit. Nothing is kept unless every line is right.
func (s *Service) Import(ctx context.Context, in Input) (Set, error) {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return Set{}, err
	}
	if in.File == nil {
		return Set{}, errs.OnField("file", "Choose the order file.")
	}
	year, err := in.yearOf(a.Today(s.db.Clock().Now()))
	if err != nil {
		return Set{}, err
	}
	var packed bytes.Buffer
	sum, zip := sha256.New(), gzip.NewWriter(&packed)
	list, err := knowledge.ReadOrderFile(io.TeeReader(in.File, io.MultiWriter(sum, zip)), year)
	var line *knowledge.OrderError
	switch {
	case errors.As(err, &line):
		return Set{}, errs.OnField("file", line.Error()+" Nothing was taken in.")
	case err != nil:
		return Set{}, err
	case len(list.Codes) < Whole && !in.Sure:
		return Set{}, errs.OnField("sure", fmt.Sprintf("The file holds %d billable codes; a year has over %d. Choose the whole file, or tick that this is all of it.", len(list.Codes), Whole))
	}
	if err := zip.Close(); err != nil {
		return Set{}, err
	}
	out := Set{FiscalYear: year, From: list.ValidFrom, To: list.ValidTo, Codes: int64(len(list.Codes)), Name: blob.CleanName(in.Name), InUse: true,
		sum: hex.EncodeToString(sum.Sum(nil))}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		b, err := s.blobs.Put(ctx, tx, blob.File{Name: out.Name + ".gz", ContentType: "application/gzip", Bytes: packed.Bytes()})
		if err != nil {
			return err
		}
		out.ID, out.ImportedAt = b, tx.Now
		if err := q.New(tx).Insert(ctx, q.InsertParams{PracticeID: tx.Practice, BlobID: b, FiscalYear: int64(year), ValidFrom: out.From, ValidTo: out.To,
			Codes: out.Codes, Name: out.Name, Sha256: out.sum, ImportedAt: tx.Now, ImportedBy: a.User}); err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "codes.import", Kind: "blob", Subject: b.String(), Detail: fmt.Sprintf("FY%d, %d codes, %s", year, out.Codes, out.sum)})
	})
	if err != nil {
		return out, db.Classify(err)
	}
	return out, db.Classify(s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Codes(ctx, tx) // made ready, so that nobody waits for it later
		return err
	}))
}

// Withdraw takes a list out of use: the wrong file, or the wrong year. The one
// taken in before it for that year decides again.
func (s *Service) Withdraw(ctx context.Context, b id.Blob) error {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).Withdraw(ctx, q.WithdrawParams{PracticeID: tx.Practice, BlobID: b, WithdrawnAt: tx.Now, WithdrawnBy: a.User})
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.New(errs.NotFound, "This list does not exist, or is out of use already.")
		}
		return tx.Audit(ctx, db.Event{Action: "codes.withdraw", Kind: "blob", Subject: b.String()})
	}))
}

// Sets lists what was taken in, the newest year first.
func (s *Service) Sets(ctx context.Context) ([]Set, error) {
	a, err := authz.Require(ctx, authz.PracticeManage)
	if err != nil {
		return nil, err
	}
	var out []Set
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = sets(ctx, tx)
		return err
	})
	return out, db.Classify(err)
}

func sets(ctx context.Context, tx *db.Tx) ([]Set, error) {
	rows, err := q.New(tx).Sets(ctx, tx.Practice)
	out, decided := make([]Set, len(rows)), map[int64]bool{}
	for i, r := range rows {
		x := Set{ID: r.BlobID, FiscalYear: int(r.FiscalYear), From: r.ValidFrom, To: r.ValidTo, Codes: r.Codes, Name: r.Name,
			ImportedAt: r.ImportedAt, ImportedBy: r.Importer, Withdrawn: !r.WithdrawnAt.IsZero(), sum: r.Sha256}
		if !x.Withdrawn && !decided[r.FiscalYear] {
			x.InUse, decided[r.FiscalYear] = true, true
		}
		out[i] = x
	}
	return out, err
}

// Codes is the index for the practice of the transaction. It is kept ready;
// only the first caller after a list was taken in waits for it to be built.
func (s *Service) Codes(ctx context.Context, tx *db.Tx) (*knowledge.ICD10, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return nil, err
	}
	all, err := sets(ctx, tx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(x Set) bool { return !x.InUse })
	if len(all) == 0 {
		return s.base, nil
	}
	var key strings.Builder
	for _, x := range all {
		fmt.Fprintf(&key, "%d %s\n", x.FiscalYear, x.sum)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.held, func(h held) bool { return h.key == key.String() }); i >= 0 {
		h := s.held[i]
		s.held = slices.Insert(slices.Delete(s.held, i, i+1), 0, h)
		return h.codes, nil
	}
	lists := make([]knowledge.CodeList, len(all))
	for i, x := range all {
		if lists[i], err = s.open(ctx, tx, x); err != nil {
			return nil, err
		}
	}
	codes, err := s.base.With(lists...)
	if err != nil {
		return nil, err
	}
	s.held = slices.Insert(s.held, 0, held{key.String(), codes})
	s.held = s.held[:min(len(s.held), maxHeld)]
	return codes, nil
}

func (s *Service) open(ctx context.Context, tx *db.Tx, x Set) (knowledge.CodeList, error) {
	f, err := s.blobs.Get(ctx, tx, x.ID)
	if err != nil {
		return knowledge.CodeList{}, err
	}
	zip, err := gzip.NewReader(bytes.NewReader(f.Bytes))
	if err != nil {
		return knowledge.CodeList{}, fmt.Errorf("diagnosiscode: list of FY%d: %w", x.FiscalYear, err)
	}
	list, err := knowledge.ReadOrderFile(zip, x.FiscalYear)
	if err != nil {
		return knowledge.CodeList{}, fmt.Errorf("diagnosiscode: list of FY%d: %w", x.FiscalYear, err)
	}
	return list, nil
}
