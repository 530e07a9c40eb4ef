package authn

import (
	"context"
	"net/http"

	"soapstone/internal/authn/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
)

// HandOver confines the session of the request to a page, given with its
// query, and those below it, because its device is given to a patient now. A step-up (password or
// passkey) takes it back; the time-outs go on as ever.
//
// The session gets a new token and the browser is told to drop what it kept,
// so that going back shows no page from before: browsers that keep whole pages
// for the way back give them up when the cookies change.
//
// It returns Invalid for an address that would confine to nothing, and Conflict for
// a session that is with a patient already.
func (s *Service) HandOver(w http.ResponseWriter, r *http.Request, page string) error {
	in, err := s.handOver(r.Context(), page)
	if err != nil {
		return err
	}
	s.Remember(w, r, in)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return nil
}

func (s *Service) handOver(ctx context.Context, page string) (SignedIn, error) {
	a, err := own(ctx)
	if err != nil {
		return SignedIn{}, err
	}
	if len(page) < 2 || page[0] != '/' {
		return SignedIn{}, errs.New(errs.Invalid, "Choose what the patient is to fill in.")
	}
	t := newToken(a.Practice)
	err = s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		n, err := q.New(tx).HandSession(ctx, q.HandSessionParams{
			TokenHash: t.hash("session"), Handed: page, SeenAt: tx.Now, PracticeID: a.Practice, SessionID: a.Session, UserID: a.User,
		})
		if err != nil {
			return err
		}
		if n != 1 {
			return errs.New(errs.Conflict, "This device is with the patient already. Take it back first.")
		}
		return tx.Audit(ctx, db.Event{Action: "session.handed", Kind: "session", Subject: a.Session.String()})
	})
	if err != nil {
		return SignedIn{}, db.Classify(err)
	}
	return SignedIn{Practice: a.Practice, User: a.User, Session: a.Session, Token: t.String()}, nil
}
