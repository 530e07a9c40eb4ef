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
	"soapstone/internal/patient"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func TestSignMakesTheNoteADocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		r.gate.result = visit.GateResult{Precautions: []string{"Light pressure."}, LocalSites: []string{"levator-r"}, Rules: []string{"PR01/3"}}
		v, doc := r.signed(today, finished())
		if doc.Kind != "note" || doc.Format != "note/1" || doc.Subject != v.ID.String() || doc.ServiceDate != today || doc.SignerCredential != "LMT" {
			t.Errorf("document = %+v", doc)
		}
		it, err := r.Get(r.ctx, v.ID)
		if err != nil || it.State != visit.StateCompleted || it.Note != visit.NoteSigned || it.Document != doc.ID {
			t.Errorf("visit = %+v, %v", it, err)
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		b := n.Body
		if b.Late || b.Entered != today || b.CoveredBy != nil || b.Patient.Name != "Dana Okafor" || b.Visit.Planned != "09:00" || b.Visit.Zone != dbtest.Zone {
			t.Errorf("body = %+v", b)
		}
		if diff := cmp.Diff(note.Safety{Precautions: []string{"Light pressure."}, LocalSites: []string{"levator-r"}}, b.Safety); diff != "" {
			t.Errorf("safety (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{note.RuleVersion, "PR01/3"}, b.Rules); diff != "" {
			t.Errorf("rules (-want +got):\n%s", diff)
		}
		if !strings.Contains(strings.Join(b.Text.Treatment, " "), "Myofascial release, 30 min – Upper trapezius, right") {
			t.Errorf("text = %v", b.Text.Treatment)
		}
		// Nothing can be written any more.
		_, err = r.SaveNote(r.ctx, v.ID, visit.Save{Base: 1, Editor: "editor-one", Revision: 9, Draft: pain(1)})
		wantKind(t, err, errs.Conflict)
		_, err = r.Sign(r.ctx, v.ID, 1)
		wantKind(t, err, errs.Conflict)
		_, err = r.Act(r.ctx, v.ID, it.Version, visit.ActCancel, "no")
		wantKind(t, err, errs.Conflict)
		report, err := r.docs.Verify(r.ctx, e.Practice)
		if err != nil || len(report.Faults) != 0 {
			t.Errorf("chain: %+v, %v", report, err)
		}
	})
}

func TestSignRefuses(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		e.Clock.Set(at("2026-03-10 10:00"))
		riley := e.Staff("Riley Roe", authz.Therapist)
		with := func(change func(d *note.Draft)) note.Draft { d := finished(); change(&d); return d }
		stateOf := func(v id.Visit) visit.Item {
			t.Helper()
			it, err := r.Get(r.ctx, v)
			if err != nil {
				t.Fatal(err)
			}
			return it
		}
		v := r.plan(today, 9*60, 45).ID
		_, err := r.Sign(r.ctx, v, 0)
		wantKind(t, err, errs.Stale) // nothing was saved
		s := r.save(v, 0, note.Draft{})
		_, err = r.Sign(r.ctx, v, s.Version)
		wantKind(t, err, errs.Invalid)
		if diff := cmp.Diff([]string{"pain", "tx.add", "start", "stop", "response"}, fields(err)); diff != "" {
			t.Errorf("missing (-want +got):\n%s", diff)
		}
		s = r.save(v, s.Version, with(func(d *note.Draft) { d.Stop = "10:15" }))
		_, err = r.Sign(r.ctx, v, s.Version)
		wantKind(t, err, errs.Invalid) // the stop time has not come
		s = r.save(v, s.Version, finished())
		_, err = r.Sign(r.ctx, v, s.Version-1)
		wantKind(t, err, errs.Stale)
		_, err = r.Sign(e.Actor(authz.Owner), v, s.Version)
		wantKind(t, err, errs.Denied)
		_, err = r.Sign(e.Other().Actor(), v, s.Version)
		wantKind(t, err, errs.NotFound)
		_, err = r.Sign(r.as(riley, "Riley Roe", authz.Therapist), v, s.Version)
		wantKind(t, err, errs.Denied) // somebody else's visit
		r.gate.result = visit.GateResult{Blocked: true, Reason: "Fever."}
		_, err = r.Sign(r.ctx, v, s.Version)
		wantKind(t, err, errs.Conflict)
		r.gate.result = visit.GateResult{}
		if it := stateOf(v); it.State != visit.StatePlanned || it.Note != visit.NoteDraft {
			t.Errorf("something was signed: %+v", it)
		}
		tomorrow := r.plan(today.AddDays(1), 9*60, 45).ID
		s = r.save(tomorrow, 0, finished())
		_, err = r.Sign(r.ctx, tomorrow, s.Version)
		wantKind(t, err, errs.Conflict)
	})
}

func TestCoveringTherapistSignsAndIsRecorded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		riley := e.Staff("Riley Roe", authz.Therapist)
		as := r.as(riley, "Riley Roe", authz.Therapist)
		v := r.plan(today, 9*60, 45).ID
		s, err := r.SaveNote(as, v, visit.Save{Editor: "page-riley", Revision: 1, Draft: finished(), Covering: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = r.Sign(r.ctx, v, s.Version); !errs.Is(err, errs.Denied) {
			t.Errorf("the planned therapist signs what another treated: %v", err)
		}
		doc, err := r.Sign(as, v, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || n.SignedBy != riley || n.Body.CoveredBy == nil || n.Body.CoveredBy.Name != "Riley Roe" || n.Body.Therapist.ID != e.User {
			t.Errorf("signed by %s, covered by %+v, %v", n.SignerName, n.Body.CoveredBy, err)
		}
		// The visit's own therapist covers nobody.
		w := r.plan(today, 11*60, 45).ID
		s, err = r.SaveNote(r.ctx, w, visit.Save{Editor: "page-terry", Revision: 1, Draft: finished(), Covering: true})
		if err != nil || !s.Draft.Covering.IsZero() {
			t.Errorf("covering = %v, %v", s.Draft.Covering, err)
		}
	})
}

func TestLateEntryIsLabelled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		cases := []struct {
			clock string
			late  bool
		}{{"2026-03-09 23:59", false}, {"2026-03-10 00:01", true}}
		for i, c := range cases {
			v := r.plan(today.AddDays(-1), (9+i)*60, 45).ID
			e.Clock.Set(at(c.clock))
			s := r.save(v, 0, finished())
			doc, err := r.Sign(r.ctx, v, s.Version)
			if err != nil {
				t.Fatal(err)
			}
			_, n, err := r.Note(r.ctx, doc.ID)
			if err != nil || n.Body.Late != c.late {
				t.Errorf("signed at %s: late = %v, %v", c.clock, n.Body.Late, err)
			}
			e.Clock.Set(dbtest.Start)
		}
	})
}

func TestNothingCarriedIsSigned(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		first := finished()
		first.Marks = append(first.Marks, note.Mark{Site: "levator-l", Type: note.Pain, Severity: 3, Provenance: note.New})
		first.Plan.HomeCare = []note.HomeCare{{Text: "Chin tucks", Provenance: note.New}}
		r.signed(today.AddDays(-7), first)
		v := r.plan(today, 9*60, 45).ID
		open, err := r.OpenNote(r.ctx, v)
		if err != nil {
			t.Fatal(err)
		}
		d := open.Draft
		d.Subjective, d.Response, d.Start, d.Stop = finished().Subjective, finished().Response, "09:00", "09:45"
		d.Interventions = append(d.Interventions, note.Intervention{Technique: "swedish", Region: "upper-back-chest", Minutes: note.Ptr(40), Provenance: note.New})
		s := r.save(v, 0, d)
		doc, err := r.Sign(r.ctx, v, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"levator-l", "Levator", "Chin tucks", "myofascial-release", `"carried"`} {
			if strings.Contains(string(doc.Body), word) {
				t.Errorf("the signed body holds %q", word)
			}
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || n.Body.Counts != (note.Counts{New: 1, Carried: 5}) || n.Minutes() != 40 {
			t.Errorf("counts %+v, %d minutes, %v", n.Body.Counts, n.Minutes(), err)
		}
	})
}

func TestAddendum(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		_, doc := r.signed(today, finished())
		riley := r.as(e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
		add := func(ctx context.Context, in visit.NewAddendum) error { _, err := r.Addend(ctx, doc.ID, in); return err }
		wantKind(t, add(r.ctx, visit.NewAddendum{Text: "x"}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x"}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x", Text: strings.Repeat("y", 5000)}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: 1000}}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: -5}}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{3: 10}}), errs.Invalid)
		wantKind(t, add(r.ctx, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: 46}}), errs.Invalid)
		wantKind(t, add(riley, visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: 20}}), errs.Denied)
		wantKind(t, add(e.Actor(authz.Owner), visit.NewAddendum{Reason: "x", Text: "y"}), errs.Denied)
		wantKind(t, add(e.Other().Actor(), visit.NewAddendum{Reason: "x", Text: "y"}), errs.NotFound)
		for _, in := range []struct {
			ctx context.Context
			add visit.NewAddendum
		}{
			{r.ctx, visit.NewAddendum{Reason: "Clock misread", Text: "It was less.", Minutes: map[int]int{0: 20}}},
			{riley, visit.NewAddendum{Reason: "Call", Text: "Patient rang: no soreness."}},
			{r.ctx, visit.NewAddendum{Reason: "Clock misread again", Text: "Now right.", Minutes: map[int]int{0: 25}}},
		} {
			if err := add(in.ctx, in.add); err != nil {
				t.Fatal(err)
			}
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || len(n.Addenda) != 3 || n.Minutes() != 25 || n.Body.Note.Minutes() != 30 || n.Addenda[1].Signed.SignerName != "Riley Roe" {
			t.Fatalf("%d addenda, %d minutes, %v", len(n.Addenda), n.Minutes(), err)
		}
		if diff := cmp.Diff([]note.Minutes{{Index: 0, Technique: "myofascial-release", Was: 20, Now: 25}}, n.Addenda[2].Minutes); diff != "" {
			t.Errorf("correction (-want +got):\n%s", diff)
		}
		if string(n.Signed.Body) != string(doc.Body) {
			t.Error("the note itself changed")
		}
	})
}

func TestRetraction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		lee := r.register("Lee", "Wong")
		v, doc := r.signed(today, finished())
		_, err := r.Retract(r.ctx, doc.ID, visit.NewRetraction{TookPlace: true})
		wantKind(t, err, errs.Invalid)
		_, err = r.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "x", RightChart: r.patient, TookPlace: true})
		wantKind(t, err, errs.Invalid)
		_, err = r.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "x", RightChart: id.New[id.Patient](), TookPlace: true})
		wantKind(t, err, errs.NotFound)
		_, err = r.Retract(e.Actor(authz.Auditor), doc.ID, visit.NewRetraction{Reason: "x"})
		wantKind(t, err, errs.Denied)
		_, err = r.Retract(e.Other().Actor(), doc.ID, visit.NewRetraction{Reason: "x"})
		wantKind(t, err, errs.NotFound)
		riley := r.as(e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
		_, err = r.Retract(riley, doc.ID, visit.NewRetraction{Reason: "A colleague's note"})
		wantKind(t, err, errs.Denied)
		if _, err = r.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "Written in the wrong chart", RightChart: lee, TookPlace: true}); err != nil {
			t.Fatal(err)
		}
		_, n, err := r.Note(r.ctx, doc.ID)
		if err != nil || n.Valid() || n.Retraction.RightChart != lee || n.Body.Note.Minutes() != 30 {
			t.Errorf("retracted note = %+v, %v", n.Retraction, err)
		}
		_, err = r.Retract(r.ctx, doc.ID, visit.NewRetraction{Reason: "again"})
		wantKind(t, err, errs.Conflict)
		_, err = r.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "x", Text: "y"})
		wantKind(t, err, errs.Conflict)
		if notes := signedNotes(t, r, r.ctx); len(notes) != 0 {
			t.Errorf("%d valid notes after the retraction", len(notes))
		}
		// The visit needs a note again, and nothing of the retracted one is offered.
		open, err := r.OpenNote(r.ctx, v.ID)
		if err != nil || !open.First || open.Item.State != visit.StateInProgress || open.Version != 0 {
			t.Errorf("reopened: %+v, %v", open.Item, err)
		}
		s := r.save(v.ID, 0, finished())
		second, err := r.Sign(r.ctx, v.ID, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		_, all, err := r.NotesOfVisit(r.ctx, v.ID)
		if err != nil || len(all) != 2 || all[0].Valid() || !all[1].Valid() {
			t.Errorf("%d notes of the visit, %v", len(all), err)
		}
		// And a session that never was is cancelled with its note.
		if _, err = r.Retract(r.ctx, second.ID, visit.NewRetraction{Reason: "No visit took place"}); err != nil {
			t.Fatal(err)
		}
		if it, err := r.Get(r.ctx, v.ID); err != nil || it.State != visit.StateCancelled || it.Note != visit.NoteNone {
			t.Errorf("visit = %+v, %v", it, err)
		}
		cells(t, e, 0)
	})
}

func signedNotes(t *testing.T, r *room, ctx context.Context) []visit.SignedNote {
	t.Helper()
	var out []visit.SignedNote
	err := r.e.DB.Read(ctx, r.e.Practice, func(ctx context.Context, tx *db.Tx) error {
		list, err := r.SignedNotes(ctx, tx, r.patient)
		if err != nil {
			return err
		}
		out = list
		last, found, err := r.LastSigned(ctx, tx, r.patient)
		if found != (len(list) > 0) || found && last.Document != list[0].Document {
			t.Errorf("last = %v, %v", last.Document, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSignedNotesNewestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		var want []id.Document
		for _, back := range []int{14, 7, 3} {
			_, doc := r.signed(today.AddDays(-back), finished())
			want = append([]id.Document{doc.ID}, want...)
		}
		if _, err := r.Addend(r.ctx, want[1], visit.NewAddendum{Reason: "x", Text: "y", Minutes: map[int]int{0: 12}}); err != nil {
			t.Fatal(err)
		}
		var got []id.Document
		for _, n := range signedNotes(t, r, r.ctx) {
			got = append(got, n.Document)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if m := signedNotes(t, r, r.ctx)[1].Minutes(); m != 12 {
			t.Errorf("minutes after the addendum = %d", m)
		}
		err := e.DB.Read(r.ctx, e.Practice, func(ctx context.Context, tx *db.Tx) error {
			_, err := r.SignedNotes(e.Actor(authz.FrontDesk), tx, r.patient)
			return err
		})
		wantKind(t, err, errs.Denied)
	})
}

func TestNotesOfAMergedRecordCountAsThePatients(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		duplicate := r.register("Quentin", "Ash")
		mine := r.patient
		r.patient = duplicate
		_, old := r.signed(today.AddDays(-7), finished())
		open := r.plan(today, 9*60, 45)
		r.patient = mine
		if err := r.patients.Merge(r.ctx, patient.MergeInput{Duplicate: duplicate, Survivor: mine, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Registered twice"}); err != nil {
			t.Fatal(err)
		}
		if notes := signedNotes(t, r, r.ctx); len(notes) != 1 || notes[0].Document != old.ID {
			t.Errorf("notes after the merge: %d", len(notes))
		}
		if list, err := r.ForPatient(r.ctx, mine); err != nil || len(list) != 2 {
			t.Errorf("%d visits after the merge, %v", len(list), err)
		}
		next := r.plan(today, 11*60, 45)
		if got, err := r.OpenNote(r.ctx, next.ID); err != nil || got.PriorID != old.ID {
			t.Errorf("prior = %v, %v", got.PriorID, err)
		}
		// What was still open under the duplicate is signed where it was planned, and
		// counts as the survivor's; the note before it is the survivor's as well.
		_, before := r.signed(today.AddDays(-1), finished())
		if got, err := r.OpenNote(r.ctx, open.ID); err != nil || got.PriorID != before.ID || len(got.Past) != 2 {
			t.Errorf("prior = %v, %d earlier, %v", got.PriorID, len(got.Past), err)
		}
		d := finished()
		s := r.save(open.ID, 0, d)
		doc, err := r.Sign(r.ctx, open.ID, s.Version)
		if err != nil || doc.Patient != duplicate {
			t.Fatalf("signed in the chart of %v, %v", doc.Patient, err)
		}
		if it, err := r.Get(r.ctx, open.ID); err != nil || it.Patient != duplicate || it.Chart != mine {
			t.Errorf("the visit is of %v, %v", it.Patient, err)
		}
		if notes := signedNotes(t, r, r.ctx); len(notes) != 3 || notes[0].Document != doc.ID {
			t.Errorf("notes: %d", len(notes))
		}
		if _, err := r.Addend(r.ctx, doc.ID, visit.NewAddendum{Reason: "Forgotten", Text: "Slept better."}); err != nil {
			t.Errorf("an addendum to it: %v", err)
		}
		// The merge undone, the note is with the visit it is about.
		if err := r.patients.UndoMerge(r.ctx, duplicate, "Two people"); err != nil {
			t.Fatal(err)
		}
		if notes := signedNotes(t, r, r.ctx); len(notes) != 1 || notes[0].Document != before.ID {
			t.Errorf("notes of the survivor afterwards: %d", len(notes))
		}
		r.patient = duplicate
		if notes := signedNotes(t, r, r.ctx); len(notes) != 2 {
			t.Errorf("notes of the other afterwards: %d", len(notes))
		}
	})
}

func TestAColleagueRetractsOnlyForWhoLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := newRoom(t, e)
		riley, kim := e.Staff("Riley Roe", authz.Therapist), e.Staff("Kim Lee", authz.Therapist)
		p := r.planned(today, 9*60, 45)
		p.Therapist = riley
		v, err := r.Plan(r.ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		own := r.as(riley, "Riley Roe", authz.Therapist)
		s, err := r.SaveNote(own, v.ID, visit.Save{Editor: "editor-one", Revision: 1, Draft: finished()})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := r.Sign(own, v.ID, s.Version)
		if err != nil {
			t.Fatal(err)
		}
		colleague := r.as(kim, "Kim Lee", authz.Therapist)
		in := visit.NewRetraction{Reason: "No visit took place"}
		_, err = r.Retract(colleague, doc.ID, in)
		wantKind(t, err, errs.Denied)
		err = e.DB.Write(e.Actor(), e.Practice, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE staff SET active = $1 WHERE practice_id = $2 AND user_id = $3`, false, e.Practice, riley); err != nil {
				return err
			}
			return tx.Audit(ctx, db.Event{Action: "test.leave"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = r.Retract(colleague, doc.ID, in); err != nil {
			t.Errorf("after the signer left: %v", err)
		}
	})
}
