package credential

import (
	"context"
	"slices"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/credential/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

// Wallet is everything of one person.
type Wallet struct {
	Member      practice.Member // with the license on the staff record
	Credentials []Credential    // those that run out first come first
	Progress    []Progress      // those whose period ends first come first, those of past periods last
	Trainings   []Training      // newest first
	Today       civil.Date
}

// Wallet gives the credentials, requirements and hours of a person: the
// actor's own, or anybody's for whoever may read them. NotFound for whoever is
// not on the staff.
func (s *Service) Wallet(ctx context.Context, user id.User) (Wallet, error) {
	a, err := actor(ctx, user)
	if err != nil {
		return Wallet{}, err
	}
	var w Wallet
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		w, err = s.wallet(ctx, tx, user, today(a, tx))
		return err
	})
	if err != nil {
		return Wallet{}, db.Classify(err)
	}
	return w, s.log.Viewed(ctx, db.Event{Action: "credential.view", Kind: "staff", Subject: user.String()})
}

func (s *Service) wallet(ctx context.Context, tx *db.Tx, user id.User, today civil.Date) (Wallet, error) {
	w := Wallet{Today: today}
	var err error
	if w.Member, err = s.practices.MemberTx(ctx, tx, user); err != nil {
		return w, err
	}
	queries := q.New(tx)
	held, err := queries.Credentials(ctx, q.CredentialsParams{PracticeID: tx.Practice, UserID: user})
	if err != nil {
		return w, err
	}
	for _, r := range held {
		w.Credentials = append(w.Credentials, credentialOf(r))
	}
	slices.SortStableFunc(w.Credentials, func(a, b Credential) int { return endsFirst(a.ExpiresOn, b.ExpiresOn) })
	attended, err := queries.Trainings(ctx, q.TrainingsParams{PracticeID: tx.Practice, UserID: user})
	if err != nil {
		return w, err
	}
	for _, r := range attended {
		w.Trainings = append(w.Trainings, trainingOf(r))
	}
	asked, err := requirements(ctx, queries, tx.Practice, user)
	if err != nil {
		return w, err
	}
	for _, r := range asked {
		w.Progress = append(w.Progress, Measure(r, w.Trainings))
	}
	slices.SortStableFunc(w.Progress, func(a, b Progress) int {
		pa, pb := a.Requirement.To.Before(today), b.Requirement.To.Before(today)
		if pa != pb {
			if pa {
				return 1
			}
			return -1
		}
		return a.Requirement.To.Compare(b.Requirement.To)
	})
	return w, nil
}

// endsFirst sorts days on which something ends; what has no end comes last.
func endsFirst(a, b civil.Date) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

func requirements(ctx context.Context, queries *q.Queries, p id.Practice, user id.User) ([]Requirement, error) {
	rows, err := queries.Requirements(ctx, q.RequirementsParams{PracticeID: p, UserID: user})
	if err != nil {
		return nil, err
	}
	parts, err := queries.PartsOfUser(ctx, q.PartsOfUserParams{PracticeID: p, UserID: user})
	if err != nil {
		return nil, err
	}
	of := map[id.Requirement][]Part{}
	for _, x := range parts {
		of[x.RequirementID] = append(of[x.RequirementID], Part{Category(x.Category), x.Minutes})
	}
	var out []Requirement
	for _, r := range rows {
		out = append(out, requirementOf(r, of[r.RequirementID]))
	}
	return out, nil
}

func credentialOf(r q.Credential) Credential {
	return Credential{ID: r.CredentialID, User: r.UserID, Kind: Kind(r.Kind), Title: r.Title, Issuer: r.Issuer, State: r.State, Number: r.Number,
		IssuedOn: r.IssuedOn, ExpiresOn: r.ExpiresOn, File: File{r.BlobID, r.FileName, r.FileType}, Version: r.Version}
}

func requirementOf(r q.CeRequirement, parts []Part) Requirement {
	slices.SortFunc(parts, func(a, b Part) int {
		return slices.Index(Categories(), a.Category) - slices.Index(Categories(), b.Category)
	})
	return Requirement{ID: r.RequirementID, User: r.UserID, Name: r.Name, Minutes: r.Minutes, From: r.FromOn, To: r.ToOn,
		SourceURL: r.SourceUrl, SeenOn: r.SeenOn, Note: r.Note, Parts: parts, Version: r.Version}
}

func trainingOf(r q.CeTraining) Training {
	return Training{ID: r.TrainingID, User: r.UserID, Title: r.Title, Provider: r.Provider, Approval: r.Approval, On: r.HeldOn,
		Minutes: r.Minutes, Category: Category(r.Category), File: File{r.BlobID, r.FileName, r.FileType}, Version: r.Version}
}

// Lack is one line of what a person must see to.
type Lack struct {
	Text string     // "CE: 6 h short by 31 Jan 2026"
	By   civil.Date // the day by which
	Tone string     // danger, warn or info
	URL  string
}

// Missing lists what the actor's own continuing education lacks and which of
// their credentials run out within 60 days, the nearest first: the lines for
// Today. What presses least, requirements that end in more than 90 days, is
// among them with the tone info. The license on the staff record is not: it has
// a line already.
func (s *Service) Missing(ctx context.Context) ([]Lack, error) {
	a, err := authz.Require(ctx, authz.CredentialOwn)
	if err != nil {
		return nil, err
	}
	var w Wallet
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		w, err = s.wallet(ctx, tx, a.User, today(a, tx))
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return nil, nil // the program itself has no wallet
	}
	return w.missing(), db.Classify(err)
}

func (w Wallet) missing() []Lack {
	var out []Lack
	for _, p := range w.Progress {
		if p.Short > 0 {
			out = append(out, Lack{Text: "CE: " + p.Text(), By: p.Requirement.To, Tone: p.Pressing(w.Today), URL: "/credentials"})
		}
	}
	for _, c := range w.Credentials {
		switch c.Standing(w.Today) {
		case practice.Expired:
			out = append(out, Lack{Text: c.Title + " expired on " + c.ExpiresOn.Human(), By: c.ExpiresOn, Tone: "danger", URL: "/credentials"})
		case practice.Expiring:
			out = append(out, Lack{Text: c.Title + " expires on " + c.ExpiresOn.Human(), By: c.ExpiresOn, Tone: "warn", URL: "/credentials"})
		}
	}
	slices.SortStableFunc(out, func(a, b Lack) int { return a.By.Compare(b.By) })
	return out
}

// Standing is one person in the owner's overview.
type Standing struct {
	Member   practice.Member
	License  practice.Standing
	Progress []Progress
	Lacks    []Lack
}

// Everyone gives the standing of all active members of staff, by name.
func (s *Service) Everyone(ctx context.Context) ([]Standing, error) {
	a, err := authz.Require(ctx, authz.CredentialRead)
	if err != nil {
		return nil, err
	}
	staff, err := s.practices.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var out []Standing
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		for _, m := range staff {
			if !m.Active {
				continue
			}
			w, err := s.wallet(ctx, tx, m.ID, today(a, tx))
			if err != nil {
				return err
			}
			out = append(out, Standing{Member: m, License: m.License(w.Today), Progress: w.Progress, Lacks: w.missing()})
		}
		return nil
	})
	if err != nil {
		return nil, db.Classify(err)
	}
	return out, s.log.Viewed(ctx, db.Event{Action: "credential.everyone", Kind: "staff"})
}
