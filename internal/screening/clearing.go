package screening

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening/q"
)

// GivenBy is how a release reached the practice.
type GivenBy string

// The ways.
const (
	ByLetter  GivenBy = "letter"
	ByPhone   GivenBy = "phone"
	ByMessage GivenBy = "message"
	InPerson  GivenBy = "person"
)

// GivenWays in the order shown.
func GivenWays() []GivenBy { return []GivenBy{ByLetter, ByPhone, ByMessage, InPerson} }

// Label is the way in words.
func (g GivenBy) Label() string {
	switch g {
	case ByLetter:
		return "Letter or form"
	case ByPhone:
		return "By telephone"
	case ByMessage:
		return "Secure message or e-mail"
	case InPerson:
		return "In person"
	}
	return string(g)
}

// Clearing is what a person enters to record a clinician's release.
type Clearing struct {
	Rule         string
	Kind         knowledge.Clinician
	Name         string
	Credential   string
	Organisation string
	From         civil.Date
	Until        civil.Date // zero: no end
	Scope        string     // what it allows or leaves out, in words
	Sites        []string   // body sites it leaves out
	MaxPressure  int64      // 1 to 5; 0 for no limit
	Reason       string
	GivenBy      GivenBy
	Evidence     string // the letter and its date, or who was called when
	Scan         *blob.File
}

// longestStop is how many days a release of what stops treatment may hold:
// after that the clinician is asked again.
const longestStop = 366

// MaxScan is the largest scan of a letter that is taken.
const MaxScan = 15 << 20

// check names what is missing from a release of what was found at a level.
func (c Clearing) check(today civil.Date, found Level, know *knowledge.Set, by knowledge.Clinician) error {
	var bad []errs.Field
	need := func(ok bool, field, msg string) {
		if !ok {
			bad = append(bad, errs.Field{Name: field, Message: msg})
		}
	}
	sufficient := know.Rules().Sufficient(by)
	need(slices.Contains(sufficient, c.Kind), "kind", "This can be released by: "+labels(sufficient)+".")
	need(strings.TrimSpace(c.Name) != "", "name", "Enter the clinician's name.")
	need(strings.TrimSpace(c.Credential) != "", "credential", "Enter the credential, for example MD.")
	need(!c.From.IsZero() && !c.From.After(today), "from", "Enter the day the release was given, today or earlier.")
	need(c.Until.IsZero() || !c.Until.Before(today), "until", "This day is past. Enter the last day the release holds, or leave it empty.")
	need(!found.Stops() || !c.Until.IsZero(), "until", "Enter the last day the release holds. What stops treatment is looked at again.")
	need(!found.Stops() || c.Until.IsZero() || c.Until.DaysSince(today) <= longestStop, "until", "Enter a day within a year. What stops treatment is looked at again.")
	need(strings.TrimSpace(c.Reason) != "", "reason", "Say why treatment is safe, in the clinician's words.")
	need(slices.Contains(GivenWays(), c.GivenBy), "given_by", "Choose how the release was given.")
	need(strings.TrimSpace(c.Evidence) != "", "evidence", "Say what it rests on: the letter and its date, or who was called when.")
	need(c.MaxPressure >= 0 && c.MaxPressure <= 5, "max_pressure", "Choose a pressure from 1 to 5, or no limit.")
	need(len(c.Sites) <= 40, "sites", "Choose at most 40 places.")
	for _, x := range c.Sites {
		_, ok := know.Site(x)
		need(ok, "sites", "Choose places from the list.")
	}
	if c.Scan != nil {
		need(slices.Contains([]string{"application/pdf", "image/png", "image/jpeg"}, c.Scan.ContentType), "scan", "Choose a PDF, PNG or JPEG file.")
		need(len(c.Scan.Bytes) <= MaxScan, "scan", "Choose a file of 15 MB or less.")
	}
	return errs.OnFields(bad...)
}

// ClearanceRecord is a clearance as kept.
type ClearanceRecord struct {
	Clearance
	RecordID     id.Clearance
	Document     id.Document
	Organisation string
	GivenBy      GivenBy
	HasScan      bool
	Withdrawn    bool
	Why          string // why it was withdrawn
	WithdrawnAt  db.Time
}

// Ended reports that its last day is past.
func (c ClearanceRecord) Ended(today civil.Date) bool {
	return !c.Until.IsZero() && c.Until.Before(today)
}

func (s *Service) clearances(ctx context.Context, queries *q.Queries, practice id.Practice, p id.Patient, current Record) ([]ClearanceRecord, error) {
	rows, err := queries.ListClearances(ctx, q.ListClearancesParams{PracticeID: practice, PatientID: p})
	var out []ClearanceRecord
	for _, r := range rows {
		out = append(out, ClearanceRecord{
			Clearance: Clearance{ID: r.ClearanceID.String(), Rule: r.Rule, Kind: knowledge.Clinician(r.Kind), Name: r.Name, Credential: r.Credential,
				Groups: lines(r.FoundGroups), From: r.FromOn, Until: r.UntilOn, Scope: r.Scope, Reason: r.Reason, Document: r.Evidence,
				Sites: strings.Fields(r.Sites), MaxPressure: int(r.MaxPressure),
				// A release given after the answers were taken is no earlier one,
				// also where the answers of a past day are judged.
				EarlierScreening: r.ScreeningID != current.ID && r.CreatedAt.Before(current.CreatedAt.Time)},
			RecordID: r.ClearanceID, Document: r.DocumentID, Organisation: r.Organisation, GivenBy: GivenBy(r.GivenHow), HasScan: !r.BlobID.IsZero(),
			Withdrawn: !r.WithdrawnAt.IsZero(), Why: r.WithdrawnReason, WithdrawnAt: r.WithdrawnAt,
		})
	}
	return out, err
}

// Clear records that a named clinician releases a rule that holds today. The
// words are kept as a signed document, with the letter's scan where there is one.
func (s *Service) Clear(ctx context.Context, p id.Patient, c Clearing) (cid id.Clearance, err error) {
	a, err := authz.Require(ctx, authz.ScreeningClear)
	if err != nil {
		return cid, err
	}
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.WritableTx(ctx, tx, p); err != nil {
			return err
		}
		today := a.Today(tx.Now.Time)
		j, err := s.judge(ctx, tx, p, today)
		if err != nil {
			return err
		}
		f, ok := j.Result.Find(c.Rule)
		if !ok || f.Found == knowledge.LevelNone {
			return errs.New(errs.Conflict, "This rule does not hold any more, so there is nothing to release.")
		}
		if f.Rule.Clear.Answer {
			return errs.New(errs.Conflict, "Only answers lift this, no release does. Ask the open questions.")
		}
		if err := c.check(today, f.Found, s.know, f.Rule.Clear.By); err != nil {
			return err
		}
		cid = id.New[id.Clearance]()
		return s.keepClearance(ctx, tx, a, p, cid, c, f, j.Record.ID)
	})
	if err != nil {
		return id.Clearance{}, err
	}
	return cid, s.log.WaitSealed(ctx, a.Practice)
}

func (s *Service) keepClearance(ctx context.Context, tx *db.Tx, a authz.Actor, p id.Patient, cid id.Clearance, c Clearing, f Fired, sid id.Screening) error {
	var scan id.Blob
	var err error
	if c.Scan != nil {
		if s.Scans == nil {
			return errs.OnField("scan", "Scans are not kept here. Say what the release rests on.")
		}
		if scan, err = s.Scans.Put(ctx, tx, *c.Scan); err != nil {
			return err
		}
	}
	body, err := json.Marshal(clearanceBody(c, f, scan))
	if err != nil {
		return err
	}
	doc, err := s.documents.Append(ctx, tx, document.Draft{Patient: p, Kind: "clearance", Title: "Release of " + f.Rule.Title,
		Subject: cid.String(), ServiceDate: a.Today(tx.Now.Time), Format: "clearance/1", Body: body})
	if err != nil {
		return err
	}
	err = q.New(tx).InsertClearance(ctx, q.InsertClearanceParams{PracticeID: tx.Practice, ClearanceID: cid, PatientID: p, ScreeningID: sid,
		Rule: c.Rule, FoundGroups: groupsKey(f), Kind: string(c.Kind), Name: strings.TrimSpace(c.Name), Credential: strings.TrimSpace(c.Credential),
		Organisation: strings.TrimSpace(c.Organisation), GivenHow: string(c.GivenBy), Sites: strings.Join(c.Sites, " "), MaxPressure: c.MaxPressure, BlobID: scan,
		FromOn: c.From, UntilOn: c.Until, Scope: c.Scope, Reason: c.Reason, Evidence: c.Evidence, DocumentID: doc.ID, CreatedBy: a.User, CreatedAt: tx.Now})
	if err != nil {
		return err
	}
	return tx.Audit(ctx, db.Event{Action: "screening.clear", Patient: p, Kind: "clearance", Subject: cid.String(), Detail: c.Rule})
}

// clearanceBody is the document "clearance/1".
func clearanceBody(c Clearing, f Fired, scan id.Blob) map[string]any {
	out := map[string]any{
		"rule": f.Rule.ID, "rule_version": f.Rule.Version, "title": f.Rule.Title, "because": f.Because, "found": f.Found.String(),
		"kind": c.Kind, "name": c.Name, "credential": c.Credential, "organisation": c.Organisation, "from": c.From, "until": c.Until,
		"scope": c.Scope, "sites": c.Sites, "max_pressure": c.MaxPressure, "reason": c.Reason, "given_by": c.GivenBy, "evidence": c.Evidence,
	}
	if !scan.IsZero() {
		out["scan"] = map[string]any{"file": scan, "name": c.Scan.Name}
	}
	return out
}

// Withdraw ends a clearance; the rule holds again at once.
func (s *Service) Withdraw(ctx context.Context, p id.Patient, cid id.Clearance, reason string) error {
	a, err := authz.Require(ctx, authz.ScreeningClear)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return errs.OnField("reason", "Say why the release no longer holds.")
	}
	return s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).WithdrawClearance(ctx, q.WithdrawClearanceParams{PracticeID: tx.Practice, PatientID: p, ClearanceID: cid,
			WithdrawnAt: tx.Now, WithdrawnReason: reason, WithdrawnBy: a.User})
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.NotFound, "There is no such release in force.")
		}
		return tx.Audit(ctx, db.Event{Action: "screening.withdraw", Patient: p, Kind: "clearance", Subject: cid.String()})
	})
}

// Scan gives the scanned letter that a release rests on and records the view.
// ScreeningRead. NotFound when the release has none.
func (s *Service) Scan(ctx context.Context, p id.Patient, cid id.Clearance) (f blob.File, err error) {
	a, err := authz.Require(ctx, authz.ScreeningRead)
	if err != nil {
		return f, err
	}
	const none = "This release has no scan, or is not in this chart."
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		b, err := q.New(tx).ClearanceScan(ctx, q.ClearanceScanParams{PracticeID: tx.Practice, PatientID: p, ClearanceID: cid})
		if err != nil {
			return db.Found(err, none)
		}
		if b.IsZero() || s.Scans == nil {
			return errs.New(errs.NotFound, none)
		}
		f, err = s.Scans.Get(ctx, tx, b)
		return err
	})
	if err != nil {
		return blob.File{}, err
	}
	return f, s.log.Viewed(ctx, db.Event{Action: "screening.scan", Patient: p, Kind: "clearance", Subject: cid.String()})
}
