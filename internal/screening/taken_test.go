package screening_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"soapstone/internal/civil"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
)

var (
	chestPain = map[string]screening.Answer{"ans.chest_pain": screening.SaidYes()}
	aneurysm  = map[string]screening.Answer{"ans.known_aneurysm_untreated": screening.SaidYes()}
	crisis    = map[string]screening.Answer{"vital.sbp": screening.Measured(190), "vital.dbp": screening.Measured(124)}
)

// days moves the clock on.
func (r *rig) days(n int) {
	r.Clock.Advance(time.Duration(n) * 24 * time.Hour)
	r.today = r.today.AddDays(n)
}

func (r *rig) blocked(t *testing.T, what, because string) {
	t.Helper()
	if g := r.gate(t, r.today); !g.Blocked || !strings.Contains(g.Reason, because) {
		t.Errorf("%s: blocked %v, %q; want a reason with %q", what, g.Blocked, g.Reason, because)
	}
}

func (r *rig) open(t *testing.T, what string) {
	t.Helper()
	if g := r.gate(t, r.today); g.Blocked {
		t.Errorf("%s: blocked: %s", what, g.Reason)
	}
}

func (r *rig) decide(t *testing.T, rule string) {
	t.Helper()
	if err := r.s.Decide(r.Actor(), r.p, map[string]screening.Choice{rule: {Course: screening.Proceed, Reason: "It was ticked by mistake; asked once more."}}); err != nil {
		t.Fatal(err)
	}
}

func release(r *rig, rule string) screening.Clearing {
	return screening.Clearing{Rule: rule, Kind: "physician", Name: "Wei Chen", Credential: "MD", From: r.today, Until: r.today.AddDays(30), GivenBy: screening.ByLetter,
		Reason: "Seen; heart attack ruled out.", Evidence: "Letter of today"}
}

func TestAStopIsNotAnsweredAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, chestPain))
		r.blocked(t, "chest pain", "Call 911")
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "asked again until the answer suited", "Changed since")
		if _, err := r.s.Clear(e.Actor(), r.p, release(r, "EM02")); !errs.Is(err, errs.Conflict) {
			t.Errorf("a release of what is no longer answered so: %v", err)
		}
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "and again", "Changed since")
		r.decide(t, "EM02")
		r.open(t, "once it is written down why")
		r.record(t, r.healthy(t, chestPain))
		r.blocked(t, "chest pain again", "Call 911")
		// What is asked at every visit is of its own day.
		r.days(7)
		r.record(t, r.healthy(t, nil))
		r.open(t, "a week later without chest pain")
	})
}

func TestAStandingAnswerThatStoppedIsNotDroppedSilently(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, aneurysm))
		r.days(7)
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "no aneurysm any more", "Changed since")
		r.days(7)
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "nor a week later", "Changed since")
		r.decide(t, "AB06")
		r.open(t, "once it is written down why")
		r.days(7)
		r.record(t, r.healthy(t, nil))
		r.open(t, "and from then on")
		r.record(t, r.healthy(t, aneurysm))
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "a change of another day", "Changed since")
	})
}

func TestAnEventThatLiesLongBackStopsNoMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, map[string]screening.Answer{"days_since.mi": screening.Happened(r.today.AddDays(-10))}))
		r.blocked(t, "a heart attack ten days ago", "")
		r.days(40)
		r.record(t, r.healthy(t, map[string]screening.Answer{"days_since.mi": screening.Happened(r.today.AddDays(-50))}))
		r.open(t, "fifty days ago")
	})
}

func TestALeftOutValueIsNotTakenBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, crisis))
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "the field was left empty", "Blood pressure")
		r.record(t, r.healthy(t, map[string]screening.Answer{"vital.sbp": screening.Measured(128), "vital.dbp": screening.Measured(82)}))
		r.blocked(t, "measured again", "Changed since")
		r.decide(t, "EM05")
		r.open(t, "with the words for it")
		r.days(1)
		r.record(t, r.healthy(t, nil))
		r.open(t, "not measured on the next day")
	})
}

func TestAReleaseDoesNotOutlastItsEmergency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		r.record(t, r.healthy(t, chestPain))
		for name, until := range map[string]civil.Date{"no end": {}, "an end in years": r.today.AddDays(4000)} {
			c := release(r, "EM02")
			c.Until = until
			if _, err := r.s.Clear(e.Actor(), r.p, c); !errs.Is(err, errs.Invalid) || errs.FieldsOf(err)[0].Name != "until" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := r.s.Clear(e.Actor(), r.p, release(r, "EM02")); err != nil {
			t.Fatal(err)
		}
		r.blocked(t, "within the same asking", "Call 911")
		var waiting int
		if err := e.DB.Read(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT count(*) FROM audit_pending p JOIN audit_entry a ON a.practice_id = p.practice_id AND a.audit_id = p.audit_id
				WHERE p.practice_id = $1 AND a.action = 'document.sign'`, e.Practice).Scan(&waiting)
		}); err != nil || waiting != 0 {
			t.Errorf("%d signed releases lie under no seal, %v", waiting, err)
		}
		day := r.today
		r.days(1)
		r.record(t, r.healthy(t, chestPain))
		r.decide(t, "EM02")
		r.open(t, "after a release and another asking")
		if g := r.gate(t, day); !g.Blocked {
			t.Error("the day before was opened by a release given after its answers")
		}
		r.days(60)
		r.record(t, r.healthy(t, chestPain))
		r.blocked(t, "the next emergency", "Call 911")
	})
}

func TestAStopOfAMergedRecordCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e)
		ctx := e.Actor()
		r.record(t, r.healthy(t, aneurysm))
		old := r.p
		fresh, err := r.patients.Register(ctx, patient.Registration{Demographics: patient.Demographics{
			FirstName: "Dana", LastName: "Okafor", BirthDate: r.today.AddDays(-15000), Sex: patient.Female}, DifferentFrom: []id.Patient{old}})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.patients.RecordNone(ctx, fresh, patient.Medicines); err != nil {
			t.Fatal(err)
		}
		if err := r.patients.Merge(ctx, patient.MergeInput{Survivor: fresh, Duplicate: old, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same card"}); err != nil {
			t.Fatal(err)
		}
		r.p = fresh
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "stopped in the record merged into this one", "Changed since")
	})
}

func TestADiagnosisThatStoppedIsNotCorrectedAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRig(t, e, "I26.99")
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "a clot in the lung", "")
		// The desk closes the prescription as entered in error.
		r.s = screening.New(e.DB, e.Log, knowledge.Must(), r.patients, codes(nil), document.New(e.DB, e.Key))
		r.record(t, r.healthy(t, nil))
		r.blocked(t, "the diagnosis is gone", "Changed since")
		r.decide(t, "AB01")
		r.open(t, "once it is written down why")
	})
}
