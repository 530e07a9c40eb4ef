package visit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"soapstone/internal/authz"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func (r *room) refusals() []string {
	r.t.Helper()
	var out []string
	err := r.e.DB.Read(r.ctx, r.e.Practice, func(ctx context.Context, tx *db.Tx) error {
		out = nil
		rows, err := tx.QueryContext(ctx, `SELECT patient_id, detail FROM audit_entry WHERE practice_id = $1 AND action = 'visit.refused' ORDER BY at, audit_id`, r.e.Practice)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var p id.Patient
			var detail string
			if err := rows.Scan(&p, &detail); err != nil {
				return err
			}
			if p != r.patient {
				r.t.Errorf("a refusal is recorded for patient %v", p)
			}
			out = append(out, detail)
		}
		return rows.Err()
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func messages(err error) []string {
	var out []string
	for _, f := range errs.FieldsOf(err) {
		out = append(out, f.Name+": "+f.Message)
	}
	return out
}

// A session that has begun and is then blocked can be written down, with words
// about what was done; one that has not begun stays refused.
func TestAStoppedSessionIsSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45)
		if _, err := r.Act(r.ctx, v.ID, 1, visit.ActStart, ""); err != nil {
			t.Fatal(err)
		}
		r.gate.result = visit.GateResult{Blocked: true, Reason: "Chest pain: call 911"}
		d := finished()
		s := r.save(v.ID, 0, d)
		lack := []note.Lack{{Field: "a_text", Text: "What was done when treatment was stopped"}}
		if diff := cmp.Diff(lack, s.Status.Missing); diff != "" {
			t.Errorf("missing (-want +got):\n%s", diff)
		}
		if open, err := r.OpenNote(r.ctx, v.ID); err != nil || !cmp.Equal(lack, open.Status.Missing) {
			t.Errorf("the editor lacks %v, %v", open.Status.Missing, err)
		}
		_, err := r.Sign(r.ctx, v.ID, s.Version)
		if diff := cmp.Diff([]string{"a_text: What was done when treatment was stopped."}, messages(err)); diff != "" {
			t.Errorf("refusal (-want +got):\n%s", diff)
		}
		d.Assessment = "Stopped at once, 911 called at 9:40."
		s = r.save(v.ID, s.Version, d)
		if len(s.Status.Missing) != 0 || s.Status.Text.A[0] != "Stopped: Chest pain: call 911." {
			t.Errorf("missing %v, assessment %v", s.Status.Missing, s.Status.Text.A)
		}
		doc, err := r.Sign(r.ctx, v.ID, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		it, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || it.State != visit.StateCompleted || n.Body.Safety.Stopped != "Chest pain: call 911" {
			t.Errorf("%s, stopped = %q, %v", it.State, n.Body.Safety.Stopped, err)
		}
		if diff := cmp.Diff([]string{"Stopped: Chest pain: call 911.", d.Assessment}, n.Body.Text.A); diff != "" {
			t.Errorf("assessment (-want +got):\n%s", diff)
		}
		if got := r.refusals(); got != nil {
			t.Errorf("recorded as refused: %v", got)
		}
	})
}

func TestTreatingABarredSiteNeedsWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		r.gate.result = visit.GateResult{LocalSites: []string{"trap-upper-r", "levator-l"}}
		d := finished()
		d.Interventions = append(d.Interventions, note.Intervention{Technique: "swedish", Region: "neck-shoulders", Minutes: note.Ptr(5), Provenance: note.New})
		v := r.plan(today, 9*60, 45)
		s := r.save(v.ID, 0, d)
		if len(s.Status.Missing) != 1 || s.Status.Missing[0].Field != "caution" {
			t.Errorf("missing = %v", s.Status.Missing)
		}
		_, err := r.Sign(r.ctx, v.ID, s.Version)
		if diff := cmp.Diff([]string{"caution: Myofascial release: Upper trapezius, right is to be left alone today. Write why."}, messages(err)); diff != "" {
			t.Errorf("refusal (-want +got):\n%s", diff)
		}
		d.Marks = append(d.Marks, note.Mark{Site: "levator-l", Type: note.Treated, Provenance: note.New})
		s = r.save(v.ID, s.Version, d)
		_, err = r.Sign(r.ctx, v.ID, s.Version)
		if got := strings.Join(messages(err), ""); !strings.Contains(got, "Marked as treated: Levator scapulae, left is to be left alone today. Write why.") {
			t.Errorf("refusal = %q", got)
		}
		d.Assessment = "Words elsewhere are not the reason."
		s = r.save(v.ID, s.Version, d)
		_, err = r.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Invalid)
		d.Caution = "The rash is on the other shoulder; checked before."
		s = r.save(v.ID, s.Version, d)
		if _, err = r.Sign(r.ctx, v.ID, s.Version); err != nil || len(s.Status.Missing) != 0 {
			t.Errorf("with words: %v, missing %v", err, s.Status.Missing)
		}
	})
}

// Who said no is not treated, whether or not the session was started on
// screen; one that was started is written down.
func TestConsentIsAskedWhereNobodyStartedTheSession(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		started := r.plan(today, 11*60, 45)
		if _, err := r.Act(r.ctx, started.ID, 1, visit.ActStart, ""); err != nil {
			t.Fatal(err)
		}
		v := r.plan(today, 9*60, 45)
		s := r.save(v.ID, 0, finished())
		r.consent.reason = "Consent to treatment was withdrawn on 9 Mar 2026."
		_, err := r.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Conflict)
		if errs.PublicOf(err) != r.consent.reason {
			t.Errorf("reason = %q", errs.PublicOf(err))
		}
		s = r.save(started.ID, 0, finished())
		if _, err := r.Sign(r.ctx, started.ID, s.Version); err != nil {
			t.Errorf("a visit that had begun: %v", err)
		}
	})
}

func TestRefusalsAreRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		v := r.plan(today, 9*60, 45)
		s := r.save(v.ID, 0, finished())
		riley := r.as(e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
		_, err := r.Sign(riley, v.ID, s.Version)
		wantKind(t, err, errs.Denied)
		e.Clock.Advance(1e9)
		r.gate.result = visit.GateResult{Blocked: true, Reason: "Fever: wait."}
		_, err = r.Act(r.ctx, v.ID, 1, visit.ActStart, "")
		wantKind(t, err, errs.Conflict)
		if errs.PublicOf(err) != "Fever: wait." {
			t.Errorf("reason = %q", errs.PublicOf(err))
		}
		e.Clock.Advance(1e9)
		_, err = r.Sign(r.ctx, v.ID, s.Version)
		wantKind(t, err, errs.Conflict)
		_, err = r.Sign(r.ctx, v.ID, s.Version+1)
		wantKind(t, err, errs.Stale)
		want := []string{"sign: rule that whoever treated signs", "start: safety gate", "sign: safety gate"}
		if diff := cmp.Diff(want, r.refusals()); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
	})
}
