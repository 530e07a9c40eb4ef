package visitui_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/visit"
	"soapstone/internal/visit/note"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// answers are the fields that make a first note complete.
var answers = []string{"pain", "4", "since", "better", "start", "09:00", "stop", "09:45", "response", "better",
	"tx.0.technique", "swedish", "tx.0.touched", "1", "tx.0.region", "neck-shoulders", "tx.0.minutes", "30"}

func TestEditorShowsWhatTheLastNoteOffers(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.last()
	s.gate.result = visit.GateResult{Precautions: []string{"Light pressure only."}, LocalSites: []string{"scalenes-r"}}
	page := s.get(path(s.plan(today, 10*60)) + "/note")
	page.wants(t, 200, "last: 6/10, “Tight by the afternoon.”", "dashed = offered from 3 Mar 2026", "Upper trapezius, right", "Still there",
		"Did this today", "was 50°", "Light pressure only.", "Leave alone today:", "Scalenes, right", "Missing (", "Pain now, 0 to 10", "Chin tucks")
	page.lacks(t, `name="pain" value="6" checked`, `name="tx.0.minutes" value="20"`, `value="10:00"`, `name="next" value="continue" checked`)
	s.gate.result = visit.GateResult{Blocked: true, Reason: "Fever: wait."}
	s.get(path(s.plan(today, 11*60))+"/note").wants(t, 200, "Treatment is stopped. Fever: wait.")
}

// The whole note is written with the page's buttons alone.
func TestNoteWithoutScripts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.last()
		v := s.plan(today, 9*60)
		at := path(v) + "/note"
		press := func(do string, more ...string) url.Values {
			t.Helper()
			page := s.get(at)
			page.wants(t, 200)
			r := s.post(at, with(page.hidden(), append(more, "do", do)...))
			if r.Status != 303 {
				t.Fatalf("%s: %d %.500s", do, r.Status, r.Body)
			}
			return s.get(at).hidden()
		}
		press("mark", "ui.find", "lev l", "ui.tool", "tight")
		s.get(at).wants(t, 200, "Levator scapulae, left", "Tight")
		press("keep:marks.0")
		form := press("keep:tx.0", "tx.0.site", "trap-upper-r", "tx.0.pressure", "3")
		if form.Get("tx.0.touched") != "1" || form.Get("marks.2.site") != "levator-l" {
			t.Errorf("form after the buttons = %v", form)
		}
		press("tx:swedish", "tx.0.site", "trap-upper-r")
		press("motion", "ui.motion", "cervical.flexion", "tx.0.site", "trap-upper-r")
		form = press("drop:tx.2", "tx.0.site", "trap-upper-r", "rom.0.R", "60")
		form = with(form, "pain", "4", "since", "better", "start", "09:00", "stop", "09:45", "response", "better", "tx.0.site", "trap-upper-r",
			"tx.0.minutes", "20", "rom.0.R", "60", "home", "Chin tucks 2×10", "ui.home", "Ice", "do", "home")
		s.post(at, form).wants(t, 303)
		page := s.get(at)
		page.wants(t, 200, `value="Ice" checked`, `value="Chin tucks 2×10" checked`, "confirmed")
		signed := s.post(at, with(page.hidden(), "pain", "4", "since", "better", "start", "09:00", "stop", "09:45", "response", "better", "tx.0.site", "trap-upper-r",
			"tx.0.minutes", "20", "rom.0.R", "60", "home", "Chin tucks 2×10|Ice", "do", "sign"))
		if signed.Status != 303 || !strings.HasPrefix(signed.Location, at+"/") {
			t.Fatalf("signing: %d %s %.800s", signed.Status, signed.Location, signed.Body)
		}
		page = s.get(signed.Location)
		page.wants(t, 200, "Neck rotation, right 60° (50° on 3 Mar 2026).", "Myofascial release, 20 min – Upper trapezius, right",
			"Levator scapulae, left.", "Home care: chin tucks 2×10; ice.", "Signed by Terry Tester, LMT (license IL MT-1001)", "Pain 6 → 4/10")
		page.lacks(t, "Swedish", "Levator scapulae, right", "Late entry")
		if r := s.get(at); r.Status != 303 || r.Location != signed.Location {
			t.Errorf("the editor of a signed note leads to %d %s", r.Status, r.Location)
		}
		if r := s.post(at, with(form, "do", "sign")); r.Location != signed.Location {
			t.Errorf("signing twice leads to %d %s", r.Status, r.Location)
		}
	})
}

func TestSignSaysWhatIsMissing(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := path(s.plan(today, 9*60)) + "/note"
	form := s.get(at).hidden()
	page := s.post(at, with(form, "do", "sign", "s_text", "Slept badly"))
	page.wants(t, 422, "There is a problem", `href="#f-pain"`, "Pain now, 0 to 10.", `href="#f-tx-add"`, "Slept badly")
	form = page.hidden()
	page = s.post(at, with(form, append(answers, "stop", "09:20", "do", "sign")...))
	page.wants(t, 422, "30 minutes of treatment in a visit of 20")
	page = s.post(at, with(page.hidden(), append(answers, "tx.0.minutes", "abc", "do", "sign")...))
	page.wants(t, 422, "Enter a whole number from 1 to 180.", `value="abc"`)
	s.gate.result = visit.GateResult{Blocked: true, Reason: "Fever: wait."}
	page = s.post(at, with(page.hidden(), append(answers, "do", "sign")...))
	page.wants(t, 409, "Fever: wait.")
	s.gate.result = visit.GateResult{}
	s.post(at, with(page.hidden(), append(answers, "do", "sign")...)).wants(t, 303)
}

func TestPutAnswersWithWhatIsMissing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		at := path(s.plan(today, 9*60)) + "/note"
		send := func(base, editor, revision string, more ...string) (reply, map[string]any) {
			t.Helper()
			r := s.put(at, with(url.Values{"base": {base}, "editor": {editor}, "revision": {revision}}, more...))
			var out map[string]any
			if err := json.Unmarshal([]byte(r.Body), &out); err != nil {
				t.Fatalf("%v in %.300s", err, r.Body)
			}
			return r, out
		}
		// Rows with gaps between their numbers: what is missing names the right one.
		r, out := send("0", "page-aaaa", "1", "pain", "4", "tx.7.technique", "swedish", "tx.7.touched", "1")
		r.wants(t, 200)
		missing, _ := json.Marshal(out["missing"])
		if out["version"] != 1.0 || out["saved"] != "10:00:00" || !strings.Contains(string(missing), "tx.7.minutes") || strings.Contains(string(missing), `"pain"`) {
			t.Errorf("answer = %s", r.Body)
		}
		if r, out = send("0", "page-aaaa", "1", "pain", "4"); out["version"] != 1.0 || out["replayed"] != true {
			t.Errorf("again: %s", r.Body)
		}
		r, out = send("0", "page-bbbb", "1", "pain", "5")
		r.wants(t, 409)
		if out["error"] != "clash" || out["version"] != 1.0 {
			t.Errorf("clash: %s", r.Body)
		}
		r, _ = send("1", "page-aaaa", "2", "pain", "11")
		r.wants(t, 422, "pain")
		r, _ = send("1", "page-aaaa", "2", "marks.0.site", "third-arm-r", "marks.0.type", "pain", "marks.0.touched", "1")
		r.wants(t, 422, "marks.0.site")
		r, _ = send("1", "page-aaaa", "2", "tx.0.technique", "levitation", "tx.0.touched", "1")
		r.wants(t, 422, "tx.0.technique")
		r, _ = send("1", "", "2", "pain", "5")
		r.wants(t, 422)
		for _, minutes := range []string{"0", "-5", "1000", "1e3", "7.5"} {
			r, _ = send("1", "page-aaaa", "2", "tx.0.technique", "swedish", "tx.0.touched", "1", "tx.0.minutes", minutes)
			r.wants(t, 422, "Enter a whole number from 1 to 180.")
		}
		s.put(at, url.Values{"base": {"1"}, "editor": {"page-aaaa"}, "revision": {"2"}, "a_text": {strings.Repeat("a", 5<<20)}}).wants(t, 413)
	})
}

func TestPutTakesANoteAsJSON(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := path(s.plan(today, 9*60)) + "/note"
	body := func(change func(m map[string]any)) map[string]any {
		b, err := note.Encode(note.Draft{Subjective: note.Subjective{PainNow: note.Ptr(4)}})
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]any{"base": 0, "editor": "page-json", "revision": 1, "covering": false, "note": json.RawMessage(b)}
		change(m)
		return m
	}
	s.putJSON(at, body(func(m map[string]any) { m["surprise"] = true })).wants(t, 422)
	s.putJSON(at, body(func(m map[string]any) { m["note"] = json.RawMessage(`{"format":"note/2"}`) })).wants(t, 422)
	s.putJSON(at, body(func(m map[string]any) {
		m["note"] = json.RawMessage(`{"format":"note/1","subjective":{"pain_now":11}}`)
	})).wants(t, 422)
	s.putJSON(at, body(func(m map[string]any) { m["note"] = strings.Repeat("a", 5<<20) })).wants(t, 413)
	s.putJSON(at, body(func(map[string]any) {})).wants(t, 200, `"version":1`)
}

func TestForeignVersionShowsBoth(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := path(s.plan(today, 9*60)) + "/note"
	mine, theirs := s.get(at).hidden(), s.get(at).hidden()
	s.post(at, with(theirs, "pain", "7", "s_text", "Written on the tablet")).wants(t, 303)
	page := s.post(at, with(mine, "pain", "3", "s_text", "Written at the desk", "marks.0.site", "c7", "marks.0.type", "pain", "marks.0.touched", "1"))
	page.wants(t, 409, "Two versions of this note", "Written on the tablet", "Written at the desk", "Go on with yours", "Go on with this one", "<mark>Pain now 3/10.</mark>")
	if got, err := s.visits.OpenNote(s.ctx, visitOf(t, at)); err != nil || *got.Draft.Subjective.PainNow != 7 {
		t.Errorf("the stored note changed: %v", err)
	}
	keep := s.post(at, page.hidden())
	if keep.Status != 303 || keep.Location != at+"?resolved=1" {
		t.Fatalf("going on with mine: %d %s", keep.Status, keep.Location)
	}
	got, err := s.visits.OpenNote(s.ctx, visitOf(t, at))
	if err != nil || *got.Draft.Subjective.PainNow != 3 || len(got.Draft.Marks) != 1 || got.Version != 2 {
		t.Errorf("stored: %+v, %v", got.Draft, err)
	}
}

func TestCoveringTherapist(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := path(s.plan(today, 9*60)) + "/note"
	s.become(s.e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
	page := s.get(at)
	page.wants(t, 200, "I treated in place of Terry Tester")
	page = s.post(at, with(page.hidden(), append(answers, "do", "sign")...))
	page.wants(t, 422, "This visit is planned with Terry Tester.")
	signed := s.post(at, with(page.hidden(), append(answers, "covering", "yes", "do", "sign")...))
	signed.wants(t, 303)
	s.get(signed.Location).wants(t, 200, "Riley Roe, in place of Terry Tester", "Signed by Riley Roe, LMT")
}

func TestWhoMayReadAndWrite(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v, doc := s.last()
	open := path(s.plan(today, 9*60)) + "/note"
	signed := path(v) + "/note/" + doc.ID.String()
	for role, want := range map[authz.Role][3]int{
		authz.Owner: {303, 200, 403}, authz.Auditor: {303, 200, 403}, authz.FrontDesk: {403, 403, 403}, authz.Biller: {403, 403, 403}, authz.Therapist: {200, 200, 200},
	} {
		s.be(role)
		s.get(open).wants(t, want[0])
		s.get(signed).wants(t, want[1])
		s.get(signed+"/addendum").wants(t, want[2])
	}
	s.be(authz.Owner)
	s.post(open, url.Values{}).wants(t, 403)
	s.put(open, url.Values{}).wants(t, 403)
	s.get(signed).lacks(t, "Add an addendum")
}

func TestAddendumAndRetraction(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v, doc := s.last()
	at := path(v) + "/note/" + doc.ID.String()
	page := s.get(at + "/addendum")
	page.wants(t, 200, "Myofascial release", `name="minutes.0"`, `value="20"`)
	s.post(at+"/addendum", url.Values{}).wants(t, 422, "Say why you add this.", "Write what is to be added.")
	s.post(at+"/addendum", url.Values{"reason": {"Clock"}, "text": {"Less"}, "minutes.0": {"200"}}).wants(t, 422, "from 0 to 180")
	s.post(at+"/addendum", url.Values{"reason": {"Clock"}, "text": {"Less"}, "minutes.0": {"40"}, "minutes.1": {"10"}}).wants(t, 422, "50 minutes of treatment do not fit")
	s.post(at+"/addendum", url.Values{"reason": {"Clock misread"}, "text": {"It took less time."}, "minutes.0": {"15"}, "minutes.1": {"10"}}).wants(t, 303)
	s.get(at).wants(t, 200, "Addendum 1", "Clock misread", "Myofascial release: 15, was 20", "20 min – Upper trapezius, right")
	terry := *s.actor.Load()
	s.become(s.e.Staff("Riley Roe", authz.Therapist), "Riley Roe", authz.Therapist)
	s.get(at+"/addendum").lacks(t, `name="minutes.0"`)
	s.post(at+"/retraction", url.Values{"do": {"retract"}, "reason": {"Wrong patient"}, "then": {"note"}}).wants(t, 422, "Only Terry Tester, who signed the note")
	s.actor.Store(&terry)
	s.get(at+"/retraction").wants(t, 200, "Did this patient have this visit?")
	s.post(at+"/retraction", url.Values{"do": {"retract"}}).wants(t, 422, "Say why the note was entered in error.", "Say whether the visit took place.")
	s.post(at+"/retraction", url.Values{"do": {"search"}, "right_search": {"Okafor"}}).wants(t, 200, "Nobody found.")
	s.post(at+"/retraction", url.Values{"do": {"retract"}, "reason": {"Wrong patient"}, "then": {"note"}}).wants(t, 303)
	page = s.get(at)
	page.wants(t, 200, "Entered in error. This note does not count.", "Wrong patient", "retracted", "20 min – Upper trapezius, right")
	page.lacks(t, "Add an addendum")
	s.post(at+"/addendum", url.Values{"reason": {"x"}, "text": {"y"}}).wants(t, 409, "entered in error and retracted")
	s.get(path(v)+"/note").wants(t, 200, "Missing (")
}

func TestAStoppedSessionIsWrittenDown(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v := s.plan(today, 9*60)
	if _, err := s.visits.Act(s.ctx, v.ID, 1, visit.ActStart, ""); err != nil {
		t.Fatal(err)
	}
	s.gate.result = visit.GateResult{Blocked: true, Reason: "Chest pain: call 911.", Precautions: []string{"Light pressure."}, LocalSites: []string{"levator-r"}}
	at := path(v) + "/note"
	page := s.get(at)
	page.wants(t, 200, "Treatment is stopped. Chest pain: call 911. Write under Assessment what was done, then sign.", "What was done when treatment was stopped")
	page = s.post(at, with(page.hidden(), append(answers, "do", "sign")...))
	page.wants(t, 422, `href="#f-a_text"`, "What was done when treatment was stopped.")
	signed := s.post(at, with(page.hidden(), append(answers, "a_text", "911 called at 9:40.", "do", "sign")...))
	signed.wants(t, 303)
	s.get(signed.Location).wants(t, 200, "Stopped: Chest pain: call 911.", "911 called at 9:40.", "To be left alone: Levator scapulae, right.")
	words := paperText(t, s.get(at+".pdf").Body)
	for _, want := range []string{"Stopped: Chest pain: call 911.", "Light pressure.", "To be left alone: Levator scapulae, right."} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not on the paper:\n%s", want, words)
		}
	}
}

func TestAVisitThatEndedWithoutTreatment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		s.last()
		v := s.plan(today, 9*60)
		if _, err := s.visits.Act(s.ctx, v.ID, 1, visit.ActStart, ""); err != nil {
			t.Fatal(err)
		}
		at := path(v) + "/note"
		s.get(path(v)).wants(t, 200, "Ended without treatment…", at+"#f-untreated")
		page := s.get(at)
		page.wants(t, 200, "Why it ended, and what was done")
		form := with(page.hidden(), "untreated", "yes", "response", "better", "do", "sign")
		page = s.post(at, form)
		page.wants(t, 422, `href="#f-untreated_reason"`, "Why the visit ended without treatment.")
		page = s.post(at, with(page.hidden(), "untreated", "yes", "untreated_reason", "Fainted on the way in; 911 called.", "tx.0.touched", "1", "tx.0.minutes", "20", "do", "sign"))
		page.wants(t, 422, "Without treatment, but Myofascial release was done", "Fainted on the way in")
		s.put(at, with(form, "untreated_reason", "Fainted.", "base", "2", "editor", "page-aaaa", "revision", "1")).wants(t, 200, `"missing":[]`, `"minutes":0`, "Ended without treatment: Fainted.")
		form = s.get(at).hidden()
		signed := s.post(at, with(form, "untreated", "yes", "untreated_reason", "Fainted on the way in; 911 called.", "do", "sign"))
		signed.wants(t, 303)
		page = s.get(signed.Location)
		page.wants(t, 200, "Ended without treatment: Fainted on the way in; 911 called.", "10 Mar 2026, ended without treatment, Main room")
		page.lacks(t, "minutes of treatment", "Response to treatment")
		s.get("/visits").wants(t, 200, "No treatment")
		if words := paperText(t, s.get(at+".pdf").Body); !strings.Contains(words, "Ended without treatment: Fainted on the way in; 911 called.") {
			t.Errorf("not on the paper:\n%s", words)
		}
	})
}

func TestAPastVisitNeverScreenedLeadsToTheQuestions(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	v := s.plan(today.AddDays(-1), 9*60)
	at := path(v) + "/note"
	s.gate.result = visit.GateResult{Blocked: true, Unanswered: true, Reason: "Not asked today."}
	page := s.get(at)
	page.wants(t, 200, "Not all safety questions of 9 Mar 2026 have an answer.", "Answer them afterwards",
		"/patients/"+s.patient.String()+"/screening/new?next="+url.QueryEscape(at)+"&amp;on=2026-03-09")
	s.post(at, with(page.hidden(), append(answers, "do", "sign")...)).wants(t, 409, "Not all safety questions of 9 Mar 2026 have an answer.")
	today := s.get(path(s.plan(today, 9*60)) + "/note")
	today.wants(t, 200, "Not asked today.", "Ask the safety questions")
	today.lacks(t, "on=2026-03")
	s.gate.result = visit.GateResult{Blocked: true, AskedOn: v.Date.AddDays(1), AskedWhy: "Tablet out of power", Bars: "Fever: wait.", Reason: "late"}
	page = s.get(at)
	page.wants(t, 200, "The safety questions were answered on 10 Mar 2026, after the visit.", "The safety answers barred treatment. Fever: wait.",
		"What was done, although the safety answers barred treatment")
	signed := s.post(at, with(page.hidden(), append(answers, "a_text", "Ten light minutes, then sent home.", "do", "sign")...))
	signed.wants(t, 303)
	const said = "Safety questions answered on 10 Mar 2026, after the visit: Tablet out of power"
	s.get(signed.Location).wants(t, 200, said, "The safety answers barred treatment: Fever: wait.")
	if words := paperText(t, s.get(at+".pdf").Body); !strings.Contains(words, said) {
		t.Errorf("not on the paper:\n%s", words)
	}
}
