package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/ledger/q"
	"soapstone/internal/money"
	"soapstone/internal/patient"
)

// Service keeps the books. It has no transactions of its own: an entry stands
// or falls with what caused it. Who may cause one is decided by the room that
// posts; here everybody must at least be allowed to see what was paid.
type Service struct {
	patients *patient.Service
}

// New makes the service.
func New(patients *patient.Service) *Service { return &Service{patients: patients} }

// PostTx adds an entry inside the caller's transaction and gives it its ID,
// instant and author. The error of an entry that Check refuses is Internal: no
// person can mend it.
func (s *Service) PostTx(ctx context.Context, tx *db.Tx, e Entry) (Entry, error) {
	a, err := authz.Require(ctx, authz.PaymentRead)
	if err != nil {
		return Entry{}, err
	}
	if err := e.Check(); err != nil {
		return Entry{}, err
	}
	e.ID, e.At, e.By = id.New[id.Entry](), tx.Now, a.User
	queries := q.New(tx)
	err = queries.InsertEntry(ctx, q.InsertEntryParams{PracticeID: tx.Practice, EntryID: e.ID, At: e.At, OnDate: e.On, Kind: string(e.Kind),
		PatientID: e.Patient, VisitID: e.Visit, ClaimID: e.Claim, PaymentID: e.Payment, ReversesEntryID: e.Reverses, Memo: e.Memo, CreatedBy: e.By})
	if err != nil {
		return Entry{}, err
	}
	for i, p := range e.Postings {
		err := queries.InsertPosting(ctx, q.InsertPostingParams{PracticeID: tx.Practice, EntryID: e.ID, Nth: int64(i + 1), Account: string(p.Account),
			PatientID: p.Patient, PayerID: p.Payer, AmountCents: p.Amount})
		if err != nil {
			return Entry{}, err
		}
	}
	return e, tx.Audit(ctx, db.Event{Action: "ledger." + string(e.Kind), Patient: e.Patient, Kind: "entry", Subject: e.ID.String()})
}

// ReverseTx posts the opposite of an entry. NotFound; Conflict when it was
// reversed already or is a reversal itself.
func (s *Service) ReverseTx(ctx context.Context, tx *db.Tx, e id.Entry, memo string, on civil.Date) (Entry, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return Entry{}, err
	}
	const once = "This was taken back already. Reload the page."
	was, err := s.EntryTx(ctx, tx, e)
	if err != nil {
		return Entry{}, err
	}
	_, err = q.New(tx).ReversalOf(ctx, q.ReversalOfParams{PracticeID: tx.Practice, ReversesEntryID: e})
	if err == nil {
		return Entry{}, errs.Wrap(errs.Conflict, errReversed, once)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return Entry{}, err
	}
	r, err := was.Opposite(memo, on)
	if err != nil {
		return Entry{}, errs.Wrap(errs.Conflict, err, "What took something back is not taken back itself. Enter it again.")
	}
	r, err = s.PostTx(ctx, tx, r)
	if db.IsUnique(err) {
		return Entry{}, errs.Wrap(errs.Conflict, err, once)
	}
	return r, err
}

// EntryTx reads an entry with its postings; NotFound.
func (s *Service) EntryTx(ctx context.Context, tx *db.Tx, e id.Entry) (Entry, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return Entry{}, err
	}
	return entry(ctx, tx, e)
}

func entry(ctx context.Context, tx *db.Tx, e id.Entry) (Entry, error) {
	row, err := q.New(tx).Entry(ctx, q.EntryParams{PracticeID: tx.Practice, EntryID: e})
	if err != nil {
		return Entry{}, db.Found(err, "This entry does not exist, or is not in your practice.")
	}
	return withPostings(ctx, tx, row)
}

func withPostings(ctx context.Context, tx *db.Tx, r q.LedgerEntry) (Entry, error) {
	rows, err := q.New(tx).Postings(ctx, q.PostingsParams{PracticeID: tx.Practice, EntryID: r.EntryID})
	e := Entry{ID: r.EntryID, At: r.At, On: r.OnDate, Kind: Kind(r.Kind), Patient: r.PatientID, Visit: r.VisitID, Claim: r.ClaimID,
		Payment: r.PaymentID, Reverses: r.ReversesEntryID, Memo: r.Memo, By: r.CreatedBy}
	for _, p := range rows {
		e.Postings = append(e.Postings, Posting{Account: Account(p.Account), Patient: p.PatientID, Payer: p.PayerID, Amount: p.AmountCents})
	}
	return e, err
}

// BalanceTx is how a patient stands, with the records merged into theirs. The
// caller records its own view.
func (s *Service) BalanceTx(ctx context.Context, tx *db.Tx, p id.Patient) (Balance, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return Balance{}, err
	}
	rows, err := q.New(tx).Balance(ctx, q.BalanceParams{PracticeID: tx.Practice, PatientID: p})
	var b Balance
	for _, r := range rows {
		b = b.Add(Posting{Account: Account(r.Account), Amount: money.Cents(r.Amount)})
	}
	return b, err
}

// SettleTx uses a patient's credit for what they owe, and makes what they paid
// too much a credit. It posts nothing when there is nothing to move. Whoever
// has posted for a patient calls it last.
func (s *Service) SettleTx(ctx context.Context, tx *db.Tx, p id.Patient, on civil.Date) (Balance, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return Balance{}, err
	}
	b, err := s.BalanceTx(ctx, tx, p)
	if err != nil {
		return Balance{}, err
	}
	move := b.Settle()
	if move == 0 {
		return b, nil
	}
	e := Entry{Kind: Transfer, Patient: p, On: on, Postings: []Posting{
		{Account: PatientReceivable, Patient: p, Amount: move}, {Account: Unapplied, Patient: p, Amount: -move}}}
	if e, err = s.PostTx(ctx, tx, e); err != nil {
		return Balance{}, err
	}
	for _, x := range e.Postings {
		b = b.Add(x)
	}
	return b, nil
}

// PageSize is how many entries a statement shows at once.
const PageSize = 40

// Cursor is a point in a statement; the zero value is its newest end.
type Cursor struct {
	At    db.Time
	Entry id.Entry
}

// Row is an entry as a statement shows it, without its postings.
type Row struct {
	Entry
	ByName    string
	Reversed  bool        // another entry takes it back
	Effect    money.Cents // on what the patient owes
	Insurance money.Cents // on what payers owe
	After     money.Cents // what the patient owed after it; negative for a credit
}

// Statement is one page of a patient's account, the newest entry first.
type Statement struct {
	Balance Balance
	Rows    []Row
	Next    Cursor // zero when nothing follows
}

// farAhead is after every entry.
var farAhead = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// StatementTx is a patient's account, with those of the records merged into
// theirs. NotFound. The caller records its own view.
func (s *Service) StatementTx(ctx context.Context, tx *db.Tx, p id.Patient, from Cursor) (Statement, error) {
	if _, err := authz.Require(ctx, authz.PaymentRead); err != nil {
		return Statement{}, err
	}
	if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
		return Statement{}, err
	}
	if from.At.IsZero() || from.Entry.IsZero() {
		from = Cursor{At: db.At(farAhead), Entry: first}
	}
	var out Statement
	var err error
	if out.Balance, err = s.BalanceTx(ctx, tx, p); err != nil {
		return Statement{}, err
	}
	queries := q.New(tx)
	after, err := queries.BalanceBefore(ctx, q.BalanceBeforeParams{PracticeID: tx.Practice, PatientID: p, BeforeAt: from.At, BeforeEntryID: from.Entry})
	if err != nil {
		return Statement{}, err
	}
	rows, err := queries.Statement(ctx, q.StatementParams{PracticeID: tx.Practice, PatientID: p, BeforeAt: from.At, BeforeEntryID: from.Entry, Most: PageSize + 1})
	if err != nil {
		return Statement{}, err
	}
	if len(rows) > PageSize {
		rows = rows[:PageSize]
		last := rows[PageSize-1]
		out.Next = Cursor{At: last.At, Entry: last.EntryID}
	}
	balance := money.Cents(after)
	for _, r := range rows {
		out.Rows = append(out.Rows, Row{
			Entry: Entry{ID: r.EntryID, At: r.At, On: r.OnDate, Kind: Kind(r.Kind), Patient: r.PatientID, Visit: r.VisitID, Claim: r.ClaimID,
				Payment: r.PaymentID, Reverses: r.ReversesEntryID, Memo: r.Memo, By: r.CreatedBy},
			ByName: r.ByName, Reversed: !r.ReversedByEntryID.IsZero(), Effect: money.Cents(r.Effect), Insurance: money.Cents(r.Insurance), After: balance})
		balance -= money.Cents(r.Effect)
	}
	return out, nil
}

// first is before every identifier of an entry.
var first = id.MustParse[id.Entry]("00000000-0000-0000-0000-000000000001")

// Verification is what a walk through the books found.
type Verification struct {
	Entries int64
	Faults  []string // one sentence each
}

// VerifyTx proves all books of the transaction's practice: every entry
// balances, and every reversal is exactly the opposite of what it reverses. It
// is for the program's own proof, so it asks for no person, and tells of no
// patient. At most 100 faults are listed.
func VerifyTx(ctx context.Context, tx *db.Tx) (Verification, error) {
	var v Verification
	for after := first; ; {
		rows, err := q.New(tx).EntriesAfter(ctx, q.EntriesAfterParams{PracticeID: tx.Practice, AfterEntryID: after})
		if err != nil || len(rows) == 0 {
			return v, err
		}
		for _, r := range rows {
			v.Entries++
			fault, err := verify(ctx, tx, r)
			if err != nil {
				return v, err
			}
			if fault != nil && len(v.Faults) < 100 {
				v.Faults = append(v.Faults, fmt.Sprintf("entry %s of the books: %v", r.EntryID, fault))
			}
		}
		after = rows[len(rows)-1].EntryID
	}
}

func verify(ctx context.Context, tx *db.Tx, r q.LedgerEntry) (fault, err error) {
	e, err := withPostings(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	if fault := e.Check(); fault != nil {
		return fault, nil
	}
	if e.Kind != Reversal {
		return nil, nil
	}
	was, err := entry(ctx, tx, e.Reverses)
	if err != nil {
		return nil, err
	}
	if was.Kind == Reversal {
		return errReversal, nil
	}
	if !e.undoes(was) {
		return errors.New("it is not the opposite of the entry it reverses"), nil
	}
	return nil, nil
}
