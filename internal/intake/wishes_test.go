package intake_test

import (
	"context"
	"slices"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/intake"
	"soapstone/internal/knowledge"
)

func TestEveryAreaHasItsSites(t *testing.T) {
	k := knowledge.Must()
	for _, a := range intake.Areas() {
		sites := intake.SitesOf(a.Key)
		if len(sites) == 0 {
			t.Errorf("%s has no body site", a.Key)
		}
		for _, s := range sites {
			if _, ok := k.Site(s); !ok {
				t.Errorf("%s: no site %s", a.Key, s)
			}
			if o, ok := k.OtherSide(s); ok && !slices.Contains(sites, o.ID) {
				t.Errorf("%s: %s without its other side", a.Key, s)
			}
		}
	}
}

func TestWhatIsNotToBeTouchedIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		wishes := func(ctx context.Context) (out []intake.Wish, err error) {
			err = e.DB.Read(ctx, e.Practice, func(ctx context.Context, tx *db.Tx) (err error) {
				out, err = r.s.Wishes(ctx, tx, r.p)
				return err
			})
			return out, err
		}
		if got, err := wishes(r.ctx); err != nil || len(got) != 0 {
			t.Errorf("before an intake: %v, %v", got, err)
		}
		a := full()
		a.Avoid = []string{"feet"}
		r.finish(a)
		got, err := wishes(r.ctx)
		if err != nil || len(got) != 1 || got[0].Area != "Feet" || !slices.Contains(got[0].Sites, "heel-l") {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := wishes(e.Actor(authz.Biller)); !errs.Is(err, errs.Denied) {
			t.Errorf("a biller: %v", err)
		}
	})
}
