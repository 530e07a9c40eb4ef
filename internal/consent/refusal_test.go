package consent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/consent"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
)

func TestNobodyIsTreatedAgainstTheirWord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		refusalAt := func(at time.Time) string {
			t.Helper()
			var why string
			err := e.DB.Read(r.ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
				why, err = r.s.Refusal(ctx, tx, r.p, at)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return why
		}
		refusal := func() string { t.Helper(); return refusalAt(e.Clock.Now()) }
		in := consent.SpokenInput{Patient: r.p, Key: "treatment", Signer: consent.Signer{Name: "Dana Okafor", Relation: consent.Self}, Note: "Wants no more"}
		if why := refusal(); why != "" {
			t.Errorf("before anything was asked: %q", why)
		}
		r.sign("treatment")
		if why := refusal(); why != "" {
			t.Errorf("after consent: %q", why)
		}
		before := e.Clock.Now()
		e.Clock.Advance(time.Second)
		if _, err := r.s.Withdraw(r.ctx, in); err != nil {
			t.Fatal(err)
		}
		if why := refusal(); !strings.Contains(why, "withdrawn on") {
			t.Errorf("after the withdrawal: %q", why)
		}
		if why := refusalAt(before); why != "" {
			t.Errorf("a second before the withdrawal: %q", why)
		}
		withdrawn := e.Clock.Now()
		e.Clock.Advance(time.Second)
		r.sign("treatment")
		if why := refusal(); why != "" {
			t.Errorf("after consent was given again: %q", why)
		}
		if why := refusalAt(withdrawn); why == "" {
			t.Error("consent given later covers what came before it")
		}
	})
}
