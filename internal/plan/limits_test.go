package plan_test

import (
	"context"
	"testing"

	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/plan"
)

var limits = plan.Limits{MaxPressure: 2, Positions: []string{"prone"}, Techniques: map[string]string{"deep": "Easy bruising: no deep work."},
	Sites: map[string]string{"trap-upper-r": "Sunburn: avoid the area.", "glute-max-l": "No consent is on file for work: buttocks."}}

func TestWhatSafetyLeavesOutNeedsAReason(t *testing.T) {
	zone := map[string]string{}
	for _, x := range know.Sites() {
		if x.Zone == "right-arm" {
			zone[x.ID] = "Lymph nodes removed."
		}
	}
	for name, c := range map[string]struct {
		limits plan.Limits
		alter  func(*plan.Intervention)
		want   string // field; "" for none
	}{
		"nothing limited":      {plan.Limits{}, func(x *plan.Intervention) { x.Pressure, x.Position = 5, "prone" }, ""},
		"within":               {limits, func(*plan.Intervention) {}, ""},
		"above the cap":        {limits, func(x *plan.Intervention) { x.Pressure = 3 }, "do.0.pressure"},
		"a position to avoid":  {limits, func(x *plan.Intervention) { x.Position = "prone" }, "do.0.position"},
		"another position":     {limits, func(x *plan.Intervention) { x.Position = "seated" }, ""},
		"no position at all":   {plan.Limits{}, func(x *plan.Intervention) { x.Position = "upside-down" }, "do.0.position"},
		"a barred site":        {limits, func(x *plan.Intervention) { x.Regions = []string{"trap-upper-r"} }, "do.0.regions"},
		"without consent":      {limits, func(x *plan.Intervention) { x.Regions = []string{"glute-max-l"} }, "do.0.regions"},
		"a zone with room":     {limits, func(x *plan.Intervention) { x.Regions = []string{"low-back-hips"} }, ""},
		"a zone without":       {plan.Limits{Sites: zone}, func(x *plan.Intervention) { x.Regions = []string{"right-arm"} }, "do.0.regions"},
		"a technique to avoid": {limits, func(x *plan.Intervention) { x.Technique = "deep-tissue" }, "do.0.technique"},
	} {
		t.Run(name, func(t *testing.T) {
			in, r := input(), rules()
			r.Limits, r.Sites = c.limits, know.Sites
			x := &in.Interventions[0]
			x.Regions, x.Pressure = []string{"levator-l"}, 2
			c.alter(x)
			_, wrong := plan.Build(in, r)
			if c.want == "" && len(wrong) > 0 || c.want != "" && !has(wrong, c.want) {
				t.Errorf("complaints %v, want one about %q", wrong, c.want)
			}
			if x.Position == "upside-down" {
				return
			}
			x.Reason = "Agreed with Dr. Chen on the telephone."
			if _, wrong := plan.Build(in, r); len(wrong) > 0 {
				t.Errorf("with a reason: %v", wrong)
			}
		})
	}
}

// bars limits every patient alike.
type bars struct{ now plan.Limits }

func (b *bars) Limits(context.Context, *db.Tx, id.Patient) (plan.Limits, error) { return b.now, nil }

func TestLimitsHoldWhenAPlanComesIntoForce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		w := newWorld(t, e)
		safety := &bars{}
		w.svc.Safety = safety
		in := input()
		in.Interventions[0].Position = "seated"
		draft, err := w.svc.Save(e.Actor(), w.dana, id.Plan{}, 0, in)
		if err != nil {
			t.Fatal(err)
		}
		safety.now = limits
		if f := errs.FieldsOf(w.svc.Activate(e.Actor(), w.dana, draft, 1)); !has(f, "do.0.pressure") || !has(f, "do.0.regions") {
			t.Errorf("put in force beyond the limits: %v", f)
		}
		v, err := w.svc.View(e.Actor(), w.dana)
		if err != nil || v.Limits.MaxPressure != 2 || v.Draft.Interventions[0].Position != "seated" {
			t.Errorf("limits %+v, %v", v.Limits, err)
		}
		safety.now = plan.Limits{}
		if err := w.svc.Activate(e.Actor(), w.dana, draft, 1); err != nil {
			t.Errorf("within the limits: %v", err)
		}
	})
}
