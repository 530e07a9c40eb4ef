package report

import (
	"bytes"
	"context"
	_ "embed" // the rule is data
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/coverage"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/report/q"
	"soapstone/internal/visitledger"
)

//go:embed data/due.json
var dueFile []byte

// Rhythm says when a report is due: after so many visits or days, whichever
// comes first, counted from the last report or the start of the prescription.
type Rhythm struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Source  string `json:"source"`
	Date    string `json:"date"`
	Review  struct {
		State string `json:"state"`
	} `json:"review"`
	Note   string `json:"note"`
	Visits int64  `json:"visits"` // 0: visits are not counted
	Days   int    `json:"days"`   // 0: days are not counted
	Payer  string `json:"-"`      // whose rule it is; "" for the general one
}

// of is the rhythm that a payer sets, and the general one where it sets none.
func (r Rhythm) of(name string, t coverage.Terms) Rhythm {
	if t.ReportEveryVisits == 0 && t.ReportEveryDays == 0 {
		return r
	}
	return Rhythm{Visits: t.ReportEveryVisits, Days: int(t.ReportEveryDays), Payer: name}
}

var rhythm = sync.OnceValue(func() Rhythm {
	r, err := parseRhythm(dueFile)
	if err != nil {
		panic("report: data/due.json: " + err.Error()) // the file is part of the program
	}
	return r
})

// Rule is the rhythm in force.
func Rule() Rhythm { return rhythm() }

func parseRhythm(b []byte) (Rhythm, error) {
	var r Rhythm
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Rhythm{}, err
	}
	if r.Schema != "soapstone/report-due/1" || r.Source == "" || r.Visits < 1 || r.Days < 1 {
		return Rhythm{}, fmt.Errorf("schema, source, visits and days are needed")
	}
	return r, nil
}

// Due reports whether a report is due after visits completed since a day, and
// why. Without a visit there is nothing to report.
func (r Rhythm) Due(visits int64, since, today civil.Date) (why string, due bool) {
	days, whose := today.DaysSince(since), ""
	if r.Payer != "" {
		whose = ", rule of " + r.Payer
	}
	switch {
	case visits == 0:
		return "", false
	case r.Visits > 0 && visits >= r.Visits:
		return plural(int(visits), "visit", "visits") + " since " + since.Human() + whose, true
	case r.Days > 0 && days >= r.Days:
		return fmt.Sprintf("%d days since %s%s", days, since.Human(), whose), true
	}
	return "", false
}

// DueItem is a prescription whose prescriber waits for a report.
type DueItem struct {
	Patient       id.Patient
	PatientName   string
	PatientNumber string
	Referral      id.Referral
	Prescriber    string
	Since         civil.Date // last report, or start of the prescription
	Visits        int64      // completed since
	Why           string
	Draft         id.Report // zero when none has been begun
}

// recent is how many days after its end a prescription still asks for one.
const recent = 90

// Due lists the reports that are due within a scope, the longest waiting first;
// of the whole practice among the prescriptions that end first, as
// visitledger.Attention. One statement, inside the caller's transaction; it names
// patients, and the caller records whom it shows. ReportRead.
func (s *Service) Due(ctx context.Context, tx *db.Tx, sc visitledger.Scope) ([]DueItem, error) {
	a, err := authz.Require(ctx, authz.ReportRead)
	if err != nil {
		return nil, err
	}
	return s.due(ctx, tx, a, q.DueParams{Most: sc.Most(), UserID: sc.Therapist, TreatedSince: sc.Since, TreatedUntil: sc.Until})
}

// DueOf is Due for the prescriptions of one patient, and of the records merged
// into theirs.
func (s *Service) DueOf(ctx context.Context, tx *db.Tx, p id.Patient) ([]DueItem, error) {
	a, err := authz.Require(ctx, authz.ReportRead)
	if err != nil {
		return nil, err
	}
	return s.due(ctx, tx, a, q.DueParams{PatientID: p})
}

// LastReportTx answers when the prescriber was last reported to under a
// prescription, on or before a day; the zero date is never. ReferralRead: it is
// a date, not what the report says.
func (s *Service) LastReportTx(ctx context.Context, tx *db.Tx, r id.Referral, on civil.Date) (civil.Date, error) {
	if _, err := authz.Require(ctx, authz.ReferralRead); err != nil {
		return civil.Date{}, err
	}
	days, err := q.New(tx).LastSigned(ctx, q.LastSignedParams{PracticeID: tx.Practice, ReferralID: r, OnDate: on})
	if err != nil || len(days) == 0 {
		return civil.Date{}, err
	}
	return days[0], nil
}

// due asks about the prescriptions that p names.
func (s *Service) due(ctx context.Context, tx *db.Tx, a authz.Actor, p q.DueParams) ([]DueItem, error) {
	today, rule := a.Today(tx.Now.Time), Rule()
	p.PracticeID, p.Today, p.Since = tx.Practice, today, today.AddDays(-recent)
	p.Visits, p.Before = rule.Visits, today.AddDays(-rule.Days)
	rows, err := q.New(tx).Due(ctx, p)
	if err != nil {
		return nil, err
	}
	var out []DueItem
	for _, r := range rows {
		item := DueItem{Patient: r.PatientID, PatientName: r.PatientName, PatientNumber: r.PatientNumber, Referral: r.ReferralID,
			Prescriber: signature(r.GivenName, r.FamilyName, r.Credential), Since: r.StartsOn, Visits: r.Visits, Draft: r.DraftReportID}
		if !r.MergedIntoPatientID.IsZero() {
			item.Patient = r.MergedIntoPatientID
		}
		if r.ReportedOn.After(r.StartsOn) {
			item.Since = r.ReportedOn
		}
		var is bool
		mine := rule
		if base, known := s.Knowledge.PayerProfile(r.PayerProfile); known {
			mine = rule.of(r.PayerName, coverage.Resolve(coverage.Payer{Overrides: coverage.Overrides{
				ReportEveryVisits: r.ReportEveryVisits, ReportEveryDays: r.ReportEveryDays}}, base, today))
		}
		if item.Why, is = mine.Due(r.Visits, item.Since, today); is {
			out = append(out, item)
		}
	}
	return out, nil
}

func signature(given, family, credential string) string {
	s := strings.TrimSpace(given + " " + family)
	if credential != "" {
		s += ", " + credential
	}
	return s
}
