package claim

import (
	"context"
	"regexp"
	"strings"

	"soapstone/internal/authz"
	"soapstone/internal/claim/q"
	"soapstone/internal/db"
	"soapstone/internal/errs"
)

// Settings say who sends electronic claims to whom, and where the paper form
// is printed.
type Settings struct {
	SubmitterName, SubmitterID string
	Contact, Phone, Email      string
	ReceiverName, ReceiverID   string
	Usage                      string // "T" test, "P" production
	OffsetX, OffsetY           int64  // hundredths of a millimetre, -1000 to 1000
	Version                    int64  // 0: nothing was saved yet
}

// maxOffset is a centimetre.
const maxOffset = 1000

var partyID = regexp.MustCompile(`^[A-Za-z0-9 -]{2,15}$`)

// faults lists what is wrong, by the names of the form.
func (s Settings) faults() []errs.Field {
	var out []errs.Field
	check := func(ok bool, name, message string) {
		if !ok {
			out = append(out, errs.Field{Name: name, Message: message})
		}
	}
	for name, v := range map[string]string{"submitter_name": s.SubmitterName, "receiver_name": s.ReceiverName, "contact": s.Contact} {
		_, ok := plain(v)
		check(ok && len(v) <= 60, name, "Write at most 60 plain letters.")
	}
	check(s.SubmitterID == "" || partyID.MatchString(s.SubmitterID), "submitter_id", "Copy the number the clearinghouse gave you: 2 to 15 letters and digits.")
	check(s.ReceiverID == "" || partyID.MatchString(s.ReceiverID), "receiver_id", "Copy the clearinghouse’s number: 2 to 15 letters and digits.")
	check(s.Phone == "" || phone(s.Phone) != "", "phone", "Enter a phone number such as 312-555-0100.")
	check(len(s.Email) <= 254, "email", "Shorten this.")
	check(s.Usage == "T" || s.Usage == "P", "usage", "Choose test or production.")
	check(s.OffsetX >= -maxOffset && s.OffsetX <= maxOffset, "offset_x", "Enter -10 to 10 mm.")
	check(s.OffsetY >= -maxOffset && s.OffsetY <= maxOffset, "offset_y", "Enter -10 to 10 mm.")
	return out
}

// complete reports whether electronic claims can be sent.
func (s Settings) complete() bool {
	return s.SubmitterName != "" && s.SubmitterID != "" && s.ReceiverName != "" && s.ReceiverID != "" && s.Contact != "" && (s.Phone != "" || s.Email != "")
}

func settings(ctx context.Context, tx *db.Tx) (Settings, error) {
	r, err := q.New(tx).GetSettings(ctx, tx.Practice)
	if none(err) {
		return Settings{Usage: "T"}, nil
	}
	return Settings{SubmitterName: r.SubmitterName, SubmitterID: r.SubmitterID, Contact: r.Contact, Phone: r.Phone, Email: r.Email,
		ReceiverName: r.ReceiverName, ReceiverID: r.ReceiverID, Usage: r.Usage, OffsetX: r.OffsetX, OffsetY: r.OffsetY, Version: r.Version}, err
}

// Settings are those of the practice. ClaimRead.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	a, err := authz.Require(ctx, authz.ClaimRead)
	if err != nil {
		return Settings{}, err
	}
	var out Settings
	err = s.db.Read(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		out, err = settings(ctx, tx)
		return err
	})
	return out, err
}

// SaveSettings changes them. BillingManage. Invalid with fields, Stale.
func (s *Service) SaveSettings(ctx context.Context, in Settings) error {
	a, err := authz.Require(ctx, authz.BillingManage)
	if err != nil {
		return err
	}
	for _, v := range []*string{&in.SubmitterName, &in.SubmitterID, &in.Contact, &in.Phone, &in.Email, &in.ReceiverName, &in.ReceiverID} {
		*v = strings.TrimSpace(*v)
	}
	if err := errs.OnFields(in.faults()...); err != nil {
		return err
	}
	return db.Classify(s.db.Write(ctx, a.Practice, func(ctx context.Context, tx *db.Tx) error {
		now, err := settings(ctx, tx)
		if err != nil {
			return err
		}
		if now.Version != in.Version {
			return db.OneRow(0, nil)
		}
		if in.Version == 0 {
			err = q.New(tx).InsertSettings(ctx, q.InsertSettingsParams{PracticeID: tx.Practice, SubmitterName: in.SubmitterName, SubmitterID: in.SubmitterID,
				Contact: in.Contact, Phone: in.Phone, Email: in.Email, ReceiverName: in.ReceiverName, ReceiverID: in.ReceiverID, Usage: in.Usage,
				OffsetX: in.OffsetX, OffsetY: in.OffsetY, UpdatedAt: tx.Now, UpdatedBy: a.User})
		} else {
			err = db.OneRow(q.New(tx).UpdateSettings(ctx, q.UpdateSettingsParams{SubmitterName: in.SubmitterName, SubmitterID: in.SubmitterID,
				Contact: in.Contact, Phone: in.Phone, Email: in.Email, ReceiverName: in.ReceiverName, ReceiverID: in.ReceiverID, Usage: in.Usage,
				OffsetX: in.OffsetX, OffsetY: in.OffsetY, UpdatedAt: tx.Now, UpdatedBy: a.User, PracticeID: tx.Practice, Version: in.Version}))
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, db.Event{Action: "claim.settings", Kind: "practice", Subject: tx.Practice.String(), Detail: "usage " + in.Usage})
	}))
}
