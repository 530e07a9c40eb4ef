package visitui_test

import (
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/visit"
)

func TestTreatingABarredSiteIsAskedAbout(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.gate.result = visit.GateResult{LocalSites: []string{"levator-r"}}
	at := path(s.plan(today, 9*60)) + "/note"
	form := with(s.get(at).hidden(), append(answers, "tx.0.region", "", "tx.0.site", "levator-r")...)
	const words = "Swedish massage: Levator scapulae, right is to be left alone today"
	s.put(at, with(form, "base", "0", "editor", "page-aaaa", "revision", "1")).wants(t, 200, `{"field":"caution","text":"`+words+`. Write why"}`,
		`"beyond":[{"field":"tx.0.site","text":"`+words+`"}]`)
	page := s.get(at)
	page.wants(t, 200, "Missing (1):", `href="#f-caution"`, "<li>"+words+"</li>")
	page.lacks(t, `id="beyond" hidden`)
	tell := append(answers, "tx.0.region", "", "tx.0.site", "levator-r", "do", "sign")
	page = s.post(at, with(page.hidden(), tell...))
	page.wants(t, 422, words+". Write why.", `href="#f-caution"`)
	signed := s.post(at, with(page.hidden(), append(tell, "caution", "Asked for it, knows the risk")...))
	signed.wants(t, 303)
	s.get(signed.Location).wants(t, 200, "Beyond the day’s precautions: "+words+".", "The reason for it: Asked for it, knows the risk.")
	if words := paperText(t, s.get(at+".pdf").Body); !strings.Contains(words, "The reason for it: Asked for it, knows the risk.") {
		t.Errorf("not on the paper:\n%s", words)
	}
}

func TestLimitsOfTheDayAreShownAndKept(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.gate.result = visit.GateResult{MaxPressure: 2, AvoidPositions: []string{"prone"}, LocalSites: []string{"levator-r", "scalenes-r"},
		LocalWords: map[string]string{"levator-r": "Rash: leave it alone.", "scalenes-r": "Rash: leave it alone."}}
	at := path(s.plan(today, 9*60)) + "/note"
	page := s.get(at)
	page.wants(t, 200, "Pressure 2 of 5 at most.", "Positions to avoid: prone.", "Levator scapulae, right; Scalenes, right", "Rash: leave it alone.",
		`<g data-leave="back"><use href="#mk-leave"`, `<g data-leave="front"><use href="#mk-leave"`, "<title>Do not treat here: Levator scapulae, right</title>")
	page.wants(t, 200, `id="beyond" hidden`)
	hard := append(answers, "tx.0.pressure", "4", "tx.0.position", "prone")
	page = s.post(at, with(page.hidden(), append(hard, "do", "sign")...))
	page.wants(t, 422, "Swedish massage: pressure 4 is above 2, the most for today. Write why.", "Swedish massage: “Prone” is to be avoided today. Write why.")
	signed := s.post(at, with(page.hidden(), append(hard, "tx.0.pressure", "2", "tx.0.position", "supine", "caution", "Left over words", "do", "sign")...))
	signed.wants(t, 303)
	page = s.get(signed.Location)
	page.wants(t, 200, "Pressure 2 of 5 at most.", "Positions to avoid: prone.")
	page.lacks(t, "Left over words", "Beyond the day")
}

func TestHistoryStandsBesideTheNote(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.get(path(s.plan(today.AddDays(-20), 9*60))+"/note").lacks(t, `id="history"`)
	s.last()
	page := s.get(path(s.plan(today, 9*60)) + "/note")
	page.wants(t, 200, `id="history"`, "last 3 Mar 2026 · pain 6/10", "6/10 on 3 Mar 2026", "Left 62°, Right 50° of", "Last note, 3 Mar 2026", "Trigger point: Upper trapezius, right (moderate).")
	// What is only looked back on is no part of the form.
	if _, history, _ := strings.Cut(page.Body, `id="history"`); strings.Contains(history[:strings.Index(history, "</details>")], " name=") {
		t.Error("the history has fields")
	}
}

func TestATechniqueSaysWhatItWas(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.last()
	at := path(s.plan(today, 9*60)) + "/note"
	form := with(s.get(at).hidden(), "tx.0.touched", "1", "tx.0.site", "trap-upper-r|levator-r", "tx.0.position", "prone")
	send := func(revision, pressure string) reply {
		return s.put(at, with(form, "base", "0", "editor", "page-aaaa", "revision", revision, "tx.0.pressure", pressure))
	}
	send("1", "3").wants(t, 200, `"was":[{"row":"tx.0","is":"confirmed","text":"as last time"},{"row":"tx.1","is":"carried","text":""}]`)
	send("2", "2").wants(t, 200, `{"row":"tx.0","is":"changed","text":"was pressure 3/5"}`, "0 confirmed · 1 changed · 0 new · 5 not re-checked")
	s.get(at).wants(t, 200, `data-state="changed">was pressure 3/5<`)
}

func TestPhrasesPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		s := newSite(t, e)
		at := path(s.plan(today, 9*60)) + "/note"
		s.get(at).wants(t, 200, `href="/phrases"`, "Make phrases")
		s.get("/phrases").wants(t, 200, "New phrase", "None yet.")
		page := s.post("/phrases", url.Values{"name": {"Two words"}, "body": {"Kept as typed"}})
		page.wants(t, 422, "<title>Error: ", `href="#f-name"`, "Give it a name", `value="Two words"`, "Kept as typed")
		s.post("/phrases", url.Values{}).wants(t, 422, `href="#f-name"`, `href="#f-body"`)
		s.post("/phrases", url.Values{"name": {"long"}, "body": {strings.Repeat("a", 601)}}).wants(t, 422, `href="#f-body"`)
		s.post("/phrases", url.Values{"name": {".neck"}, "body": {"<b>Tight</b> at ___."}, "shared": {"yes"}}).wants(t, 303)
		s.post("/phrases", url.Values{"name": {"neck"}, "body": {"Again"}}).wants(t, 422, "You have a phrase of this name.")
		s.get(at).wants(t, 200, `<p data-name="neck">&lt;b&gt;Tight&lt;/b&gt; at ___.</p>`, "Phrases (1)")
		page = s.get("/phrases?name=neck")
		page.wants(t, 200, "Change .neck", `value="neck"`, "colleagues may use it")
		s.get("/phrases?name=nobodys").wants(t, 404)
		s.post("/phrases", with(page.hidden(), "name", "neck-tight", "body", "Tight at ___.")).wants(t, 303)
		s.post("/phrases", with(page.hidden(), "name", "neck-tight", "body", "Older page")).wants(t, 409, "Older page")
		s.be(authz.FrontDesk)
		s.get("/phrases").wants(t, 200, "Phrases are for those who write visit notes.")
		s.post("/phrases", url.Values{"name": {"x"}, "body": {"y"}}).wants(t, 403)
		s.be(authz.Therapist)
		s.post("/phrases", with(s.get("/phrases?name=neck-tight").hidden(), "do", "remove")).wants(t, 303)
		s.get("/phrases").wants(t, 200, "None yet.")
	})
}

func TestAnAdverseEventIsToldWhole(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	at := path(s.plan(today, 9*60)) + "/note"
	page := s.post(at, with(s.get(at).hidden(), append(answers, "response", "adverse", "do", "sign")...))
	page.wants(t, 422, `href="#f-adverse-what"`, `href="#f-adverse-when"`, `href="#f-adverse-severity"`, `href="#f-adverse-action"`, `href="#f-adverse-told"`)
	signed := s.post(at, with(page.hidden(), append(answers, "response", "adverse", "adverse.what", "Light-headed on sitting up", "adverse.when", "09:40",
		"adverse.severity", "1", "adverse.action", "Lay down again, water", "adverse.told", "Dr. Chen, by telephone", "do", "sign")...))
	signed.wants(t, 303)
	want := []string{"Adverse event (mild): Light-headed on sitting up.", "When: 09:40.", "Action taken: Lay down again, water.", "Informed: Dr. Chen, by telephone."}
	s.get(signed.Location).wants(t, 200, want...)
	words := paperText(t, s.get(at+".pdf").Body)
	for _, w := range want {
		if !strings.Contains(words, w) {
			t.Errorf("%q is not on the paper:\n%s", w, words)
		}
	}
}
