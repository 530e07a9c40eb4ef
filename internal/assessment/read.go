package assessment

import (
	"context"
	"strings"

	"soapstone/internal/assessment/q"
	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/referral"
)

// maxHistory is how many completed assessments are compared.
const maxHistory = 60

// History gives a patient's completed assessments, the oldest first, at most
// the 60 newest. The caller records its own view.
func (s *Service) History(ctx context.Context, tx *db.Tx, p id.Patient) (History, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return nil, err
	}
	list, err := all(ctx, tx, p)
	return historyOf(list), err
}

func historyOf(newestFirst []Assessment) History {
	var h History
	for _, a := range newestFirst {
		if a.State == Completed && len(h) < maxHistory {
			h = append(h, a)
		}
	}
	h.Sort()
	return h
}

// Latest is the newest completed assessment. The caller records its own view.
func (s *Service) Latest(ctx context.Context, tx *db.Tx, p id.Patient) (Assessment, bool, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return Assessment{}, false, err
	}
	list, err := all(ctx, tx, p)
	a, ok := historyOf(list).Latest()
	return a, ok, err
}

// Baseline is the assessment that the newest course began with: see
// History.Baseline. The caller records its own view.
func (s *Service) Baseline(ctx context.Context, tx *db.Tx, p id.Patient) (Assessment, bool, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return Assessment{}, false, err
	}
	list, err := all(ctx, tx, p)
	a, ok := historyOf(list).Baseline()
	return a, ok, err
}

// ROMSeries gives every completed reading of a motion on a side, the oldest
// first, at most 200. The caller records its own view.
func (s *Service) ROMSeries(ctx context.Context, tx *db.Tx, p id.Patient, motion string, side knowledge.Side) ([]Reading, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).MotionSeries(ctx, q.MotionSeriesParams{PracticeID: tx.Practice, PatientID: p, Motion: motion, Side: string(side)})
	var out []Reading
	for _, r := range rows {
		if r.Value != nil {
			a := Assessment{ID: r.AssessmentID, Therapist: r.UserID, Content: Content{On: r.OnDate}}
			out = append(out, a.Reading(motionOf(motion, side, *r.Value, r.Device, r.RaterUserID, r.Flags)))
		}
	}
	return out, err
}

// PainSeries gives pain at each completed assessment, the strongest of all
// places, the oldest first. The caller records its own view.
func (s *Service) PainSeries(ctx context.Context, tx *db.Tx, p id.Patient) ([]PainReading, error) {
	if _, err := authz.Require(ctx, authz.AssessmentRead); err != nil {
		return nil, err
	}
	rows, err := q.New(tx).PainSeries(ctx, q.PainSeriesParams{PracticeID: tx.Practice, PatientID: p})
	var out []PainReading
	var last id.Assessment
	for _, r := range rows {
		if r.AssessmentID != last {
			out, last = append(out, PainReading{On: r.OnDate}), r.AssessmentID
		}
		at, v := &out[len(out)-1], whole(r.Value)
		switch r.Aspect {
		case aspectNow:
			at.Now = stronger(at.Now, v)
		case aspectBest:
			at.Best = stronger(at.Best, v)
		case aspectWorst:
			at.Worst = stronger(at.Worst, v)
		}
	}
	return out, err
}

// View is one assessment with the completed ones before it.
type View struct {
	Assessment
	Earlier   History
	Referral  referral.Referral // zero without a prescription
	Referrals []referral.Referral
	Mine      bool // the actor may write in it
	Raters    []Rater
}

// Rater is a member of staff who may have measured.
type Rater struct {
	ID     id.User
	Name   string
	Active bool // works here still, as a therapist
}

func raters(ctx context.Context, tx *db.Tx) ([]Rater, error) {
	rows, err := q.New(tx).Raters(ctx, tx.Practice)
	var out []Rater
	for _, r := range rows {
		out = append(out, Rater{ID: r.UserID, Name: r.Name, Active: r.Active && strings.Contains(","+r.Roles+",", ","+string(authz.Therapist)+",")})
	}
	return out, err
}

// View gives one assessment of a patient. The view is recorded.
func (s *Service) View(ctx context.Context, p id.Patient, aid id.Assessment) (View, error) {
	a, err := authz.Require(ctx, authz.AssessmentRead)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		one, list, err := one(ctx, tx, p, aid)
		if err != nil {
			return err
		}
		v.Assessment, v.Earlier = one, historyOf(list).Before(one)
		v.Mine = one.State == Draft && one.Therapist == a.User && a.Can(authz.AssessmentWrite)
		if v.Raters, err = raters(ctx, tx); err != nil {
			return err
		}
		v.Referrals, err = s.referrals.ForPatient(ctx, tx, p)
		for _, r := range v.Referrals {
			if r.ID == one.Content.Referral {
				v.Referral = r
			}
		}
		return err
	})
	if err != nil {
		return View{}, db.Classify(err)
	}
	return v, s.log.Viewed(ctx, db.Event{Action: "assessment.view", Patient: p, Kind: "assessment", Subject: aid.String()})
}

// Listing is a patient's assessments, and what a new one starts from.
type Listing struct {
	All       []Assessment // newest first, in every state
	History   History
	Today     civil.Date
	Order     referral.Referral // that today's care belongs to; zero without
	Orders    []referral.Referral
	Therapist id.User
}

// List gives a patient's assessments. The view is recorded.
func (s *Service) List(ctx context.Context, p id.Patient) (Listing, error) {
	a, err := authz.Require(ctx, authz.AssessmentRead)
	if err != nil {
		return Listing{}, err
	}
	l := Listing{Therapist: a.User}
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.patients.GetTx(ctx, tx, p); err != nil {
			return err
		}
		l.Today = a.Today(tx.Now.Time)
		var err error
		if l.All, err = all(ctx, tx, p); err != nil {
			return err
		}
		l.History = historyOf(l.All)
		if l.Orders, err = s.referrals.ForPatient(ctx, tx, p); err != nil {
			return err
		}
		l.Order, _, err = s.referrals.ForVisit(ctx, tx, p, l.Today)
		return err
	})
	if err != nil {
		return Listing{}, db.Classify(err)
	}
	return l, s.log.Viewed(ctx, db.Event{Action: "assessment.list", Patient: p, Kind: "patient", Subject: p.String()})
}
