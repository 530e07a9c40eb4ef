package claimui_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/units"
)

func TestTheWorkbenchNamesWhatIsMissingAndWhatMendsIt(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/claims").want(t, 200, "Nothing blocked", "A claim is drafted when the note of an insured visit is signed")
		s.ready("Dana", "Okafor")
		s.get("/claims?state=blocked").want(t, 200, "Nothing blocked. 1 ready.", "See what is ready")
		s.get("/claims").want(t, 200, "Dana Okafor", "97140 × 2", "$90.00", "Send 1 claim · 837P · $90.00") // nothing to mend: the ready ones
		stuck := s.blocked("Jan", "Pham")
		a := s.get("/claims").want(t, 200, "Jan Pham", "The contract with Old Harbor did not cover 9 Mar 2026", "Open the payer", "Set aside…", "2 to look at, 64 passed")
		a.lacks(t, "Dana Okafor", `value="837P"`)
		if !strings.Contains(a.body, `href="/settings/payers/`+stuck.Payer.String()+`?next=%2Fclaims`) {
			t.Error("the page that mends it is not linked, with the way back")
		}
	})
}

func TestFiltersAndUnknownLists(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.ready("Dana", "Okafor")
		s.get("/claims?state=ready&payer="+c.Payer.String()+"&from=2026-03-01&to=2026-03-09").want(t, 200, "Dana Okafor")
		s.get("/claims?state=ready&to=2026-03-01").want(t, 200, "No claims here", "Show all").lacks(t, "Dana Okafor")
		s.get("/claims?state=ready&payer="+id.New[id.Payer]().String()).want(t, 200, "No claims here")
		s.get("/claims?state=ready&from=2026-03-09&to=2026-03-01").want(t, 422, "The last day is before the first")
		s.get("/claims?state=nonsense").want(t, 422, "There is a problem")
		s.get("/claims?state=ready&after=nonsense").want(t, 422)
		s.get("/claims/nonsense").want(t, 404)
		s.get("/claims/"+c.ID.String()+"/other.pdf").want(t, 404)
	})
}

func TestALongListComesInPages(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	s.clearinghouse()
	for i := range claim.PageSize + 2 {
		s.ready(fmt.Sprintf("Pat%02d", i), "Crowd")
	}
	names := regexp.MustCompile(`Pat[0-9]+ Crowd</a>`)
	a := s.get("/claims?state=ready").want(t, 200, "50 on this page", "Send 50 claims · 837P · $4,500.00")
	a.lacks(t, "First page")
	first := names.FindAllString(a.body, -1)
	if len(a.body) > 600_000 {
		t.Errorf("a page of %d claims has %d bytes", claim.PageSize, len(a.body))
	}
	next := regexp.MustCompile(`rel="next"[^>]*href="([^"]*)"|href="([^"]*)"[^>]*rel="next"`).FindStringSubmatch(a.body)
	if next == nil {
		t.Fatal("there is no next page")
	}
	a = s.get(html.UnescapeString(next[1]+next[2])).want(t, 200, "First page", "Send 2 claims · 837P · $180.00")
	a.lacks(t, first...)
	if n := len(first) + len(names.FindAllString(a.body, -1)); n != claim.PageSize+2 {
		t.Errorf("%d claims on both pages", n)
	}
}

func TestSettingACheckAside(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.blocked("Jan", "Pham")
		page := "/claims/" + c.ID.String()
		field := "reason." + c.ID.String() + ".payer.contract."
		at := url.Values{"check": {"payer.contract"}, "line": {""}, "next": {"/claims?state=blocked#c-" + c.ID.String()}}
		s.post(page+"/waivers", at).want(t, 422, "There is a problem", "Say why.", "Jan Pham", "Blocked")
		at.Set(field, strings.Repeat("long ", 100))
		a := s.post(page+"/waivers", at).want(t, 422, "Shorten this to 300 characters")
		if !strings.Contains(a.body, "long long") {
			t.Error("what was typed is lost")
		}
		at.Set(field, "Agreed by phone with Ms. Hale.")
		s.roles = []authz.Role{authz.Biller}
		s.get(page).want(t, 200).lacks(t, "Set aside…")
		s.post(page+"/waivers", at).want(t, 403)
		s.roles = nil
		if to := s.post(page+"/waivers", at).want(t, 303).to(); !strings.HasPrefix(to, "/claims?state=blocked") {
			t.Errorf("went on to %s", to)
		}
		s.get(page).want(t, 200, "Ready to send", "Set aside", "Terry Tester (Owner)", "Agreed by phone with Ms. Hale.")
		w := s.view(c.ID).Waivers[0]
		s.post(page+"/waivers/"+w.ID.String()+"/withdraw", nil).want(t, 303)
		s.get(page).want(t, 200, "Needs attention", "1 thing keeps it back")
		s.post(page+"/waivers/"+w.ID.String()+"/withdraw", nil).want(t, 404)
		// Proof is never set aside.
		s.post(page+"/waivers", url.Values{"check": {"note.signed"}, "reason." + c.ID.String() + ".note.signed.": {"Never mind."}}).want(t, 404)
	})
}

func TestHoldReleaseAndDropNeedAReasonAndTheNewestVersion(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.ready("Dana", "Okafor")
		page := "/claims/" + c.ID.String()
		now := func() string { return strconv.FormatInt(s.view(c.ID).Version, 10) }
		s.post(page+"/hold", url.Values{"version": {now()}}).want(t, 422, "Say why.")
		s.post(page+"/hold", url.Values{"version": {"999"}, "hold_reason": {"Waits for a call."}}).want(t, 409, "Someone else changed this", "Claim 100001")
		s.post(page+"/hold", url.Values{"version": {now()}, "hold_reason": {"Waits for a call."}}).want(t, 303)
		s.get(page).want(t, 200, "On hold: Waits for a call.", "Let it go on").lacks(t, "Keep it back…", "Send 1 claim")
		s.get("/claims?state=held").want(t, 200, "On hold: Waits for a call.")
		s.post(page+"/release", url.Values{}).want(t, 422, "Reload the page")
		s.post(page+"/release", url.Values{"version": {now()}}).want(t, 303)
		s.post(page+"/drop", url.Values{"version": {now()}}).want(t, 422, "Say why.")
		s.post(page+"/drop", url.Values{"version": {now()}, "drop_reason": {"The patient pays."}}).want(t, 303)
		s.get(page).want(t, 200, "Dropped", "given up before it was sent").lacks(t, "Send 1 claim", "Give this claim up…")
		s.get("/claims?state=cancelled").want(t, 200, "Dana Okafor")
		s.post(page+"/hold", url.Values{"version": {now()}, "hold_reason": {"Again."}}).want(t, 409, "is no draft any more")
	})
}

func TestATieIsChosenInTheRow(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := s.register("Dana", "Okafor")
		pay, err := s.coverages.SavePayer(s.Actor(), coverage.Payer{Name: "Total Time", Profile: "commercial", Code: "70022", Overrides: coverage.Overrides{UnitRule: units.CMSTotalTime, Source: "manual 2026", CheckedOn: today}})
		s.must(err)
		_, err = s.coverages.SaveEnrolment(s.Actor(), coverage.Enrolment{Payer: pay, User: s.User, FromOn: today.AddDays(-400)})
		s.must(err)
		_, err = s.coverages.Add(s.Actor(), p, coverage.Input{Payer: pay, Priority: 1, MemberID: "T1", Relation: coverage.Self, FromOn: today.AddDays(-100), Share: coverage.Nothing, ReleaseSigned: true, BenefitsAssigned: true})
		s.must(err)
		c := s.claimOf(s.treat(p, served, gave("myofascial-release", 20), gave("petrissage", 20)))
		list := "/claims?state=" + string(c.State)
		a := s.get(list).want(t, 200, "Which procedure gets the further unit?", "97140 (has it now)", "97124")
		field := "choice." + c.ID.String() + ".tie."
		if !strings.Contains(a.body, `name="`+field+`" value="97140" checked`) {
			t.Error("what has the unit now is not marked")
		}
		v := url.Values{"kind": {"tie"}, "subject": {""}, "version": {strconv.FormatInt(c.Version, 10)}, "next": {list}}
		s.post("/claims/"+c.ID.String()+"/choices", v).want(t, 422, "Choose one.")
		v.Set(field, "97999")
		s.post("/claims/"+c.ID.String()+"/choices", v).want(t, 422, "Choose 1 of 97140 and 97124")
		v.Set(field, "97124")
		if to := s.post("/claims/"+c.ID.String()+"/choices", v).want(t, 303).to(); to != list {
			t.Errorf("went on to %s", to)
		}
		s.get("/claims/"+c.ID.String()).want(t, 200, "97124 × 2", "Further unit to 97124", "Take back")
		s.post("/claims/"+c.ID.String()+"/choices", v).want(t, 409, "Someone else changed this")
	})
}

func TestChoicesOnTheClaim(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.ready("Dana", "Okafor")
		page := "/claims/" + c.ID.String()
		choose := func(code int, kind, subject string, value ...string) answer {
			t.Helper()
			return s.post(page+"/choices", url.Values{"kind": {kind}, "subject": {subject}, "version": {strconv.FormatInt(s.view(c.ID).Version, 10)},
				"choice." + c.ID.String() + "." + kind + "." + subject: value}).want(t, code)
		}
		choose(303, "procedure", "myofascial-release", "97124")
		s.get(page).want(t, 200, "97124 × 2", "Myofascial release is billed as 97124")
		choose(422, "procedure", "myofascial-release", "00000").want(t, 422, "This is not a procedure of that day")
		choose(303, "modifier", "97124", "XS")
		s.get(page).want(t, 200, "97124 XS × 2", "97124 with XS")
		choose(303, "modifier", "97124")
		s.get(page).want(t, 200, "97124 without a modifier")
		choose(303, "pointer", "97124", "2")
		if got := s.view(c.ID).Document.Lines[0].Pointers; len(got) != 1 || got[0] != 2 {
			t.Errorf("pointers %v", got)
		}
		choose(422, "pointer", "97124", "9").want(t, 422, "Choose diagnoses from 1 to 2")
		choose(303, "remark", "", "Second opinion on file")
		s.get(page).want(t, 200, "Remark: Second opinion on file")
		choose(422, "remark", "", strings.Repeat("x", 90)).want(t, 422, "at most 80")
		choose(422, "colour", "", "red")
		s.post(page+"/choices", url.Values{"kind": {"remark"}, "subject": {""}, "take_back": {"yes"}, "version": {strconv.FormatInt(s.view(c.ID).Version, 10)}}).want(t, 303)
		s.get(page).want(t, 200).lacks(t, "Remark: Second opinion on file")
	})
}

func TestSendingAnsweringCorrecting(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c, d := s.ready("Dana", "Okafor"), s.ready("Lee", "Park")
		chosen := url.Values{"claim": {c.ID.String(), d.ID.String()}, "medium": {"837P"}, "next": {"/claims?state=ready"}}
		s.post("/claims/send", url.Values{"medium": {"837P"}}).want(t, 422, "Choose the claims to send.")
		s.post("/claims/send", url.Values{"claim": {"nonsense"}, "medium": {"837P"}}).want(t, 422, "Reload the page")
		s.post("/claims/send", url.Values{"claim": {c.ID.String()}}).want(t, 422, "Choose how the claims are sent.")
		s.post("/claims/send", chosen).want(t, 409, "Enter who sends claims to which clearinghouse first", "Send 2 claims")
		s.clearinghouse()
		s.roles = []authz.Role{authz.Biller}
		batch := s.post("/claims/send", chosen).want(t, 303).to()
		s.get(batch).want(t, 200, "2 claims sent", "Dana Okafor", "Lee Park", "ISA 000000001", "Production", "What happens next")
		file := s.get(batch+"/file").want(t, 200)
		if !strings.Contains(file.head.Get("Content-Disposition"), `attachment; filename="claims-000000001.837"`) || !strings.HasPrefix(file.head.Get("Content-Type"), "application/edi-x12") ||
			!strings.HasPrefix(file.body, "ISA*") {
			t.Errorf("file: %v %.40s", file.head, file.body)
		}
		s.get(batch).want(t, 200, "claims-000000001.837")
		s.get("/claims/batches").want(t, 200, "2 claims · $180.00", "Clearing House")
		s.post("/claims/send", chosen).want(t, 409, "Nothing was sent.", "is no draft")

		page := "/claims/" + c.ID.String()
		now := func() string { return strconv.FormatInt(s.view(c.ID).Version, 10) }
		s.get(page).want(t, 200, "What was the answer?", "Correct this claim…", "Take this claim back…").lacks(t, "Keep it back…", "What can be chosen")
		s.post(page+"/answer", url.Values{"version": {now()}, "payer_number": {"a b"}}).want(t, 422, "Choose what the answer was.")
		s.post(page+"/answer", url.Values{"version": {now()}, "answer": {"denied"}}).want(t, 422, "Say what the answer was.")
		s.post(page+"/answer", url.Values{"version": {now()}, "answer": {"denied"}, "text": {"CO-50"}, "payer_number": {"PAY 7"}}).want(t, 422, "Copy the number")
		s.post(page+"/answer", url.Values{"version": {now()}, "answer": {"denied"}, "text": {"CO-50"}, "payer_number": {"PAY7"}}).want(t, 303)
		s.get(page).want(t, 200, "Denied", "PAY7", "CO-50")
		s.post(page+"/correct", url.Values{}).want(t, 422, "Say why.")
		next := s.post(page+"/correct", url.Values{"correct_reason": {"Another diagnosis."}}).want(t, 303).to()
		s.get(next).want(t, 200, "Replacement", "replaces an earlier one", "Claim 100003")
		s.get(page).want(t, 200, "A later claim corrects this one").lacks(t, "Correct this claim…")
		s.post(page+"/correct", url.Values{"correct_reason": {"Again."}}).want(t, 409, "is being corrected already")

		other := "/claims/" + d.ID.String()
		s.post(other+"/void", url.Values{}).want(t, 422, "Say why.")
		void := s.post(other+"/void", url.Values{"void_reason": {"Wrong patient."}}).want(t, 303).to()
		s.get(void).want(t, 200, "Void", "takes back an earlier one")
	})
}

// There is no way from a blocked claim to a file: the pages offer none, and
// every route refuses or marks what it gives.
func TestABlockedClaimLeavesByNoRoute(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.clearinghouse()
		c, ok := s.blocked("Jan", "Pham"), s.ready("Dana", "Okafor")
		page := "/claims/" + c.ID.String()
		for _, path := range []string{page, "/claims?state=blocked"} {
			s.get(path).want(t, 200).lacks(t, `action="/claims/send"`, `name="medium"`)
		}
		for _, medium := range []string{"837P", "paper"} {
			a := s.post("/claims/send", url.Values{"claim": {c.ID.String(), ok.ID.String()}, "medium": {medium}, "next": {"/claims?state=ready"}})
			a.want(t, 409, "Nothing was sent.", "Jan Pham", "did not cover 9 Mar 2026", "Dana Okafor")
			s.post("/claims/send", url.Values{"claim": {c.ID.String()}, "medium": {medium}, "next": {page}}).want(t, 409, "Nothing was sent.", "1 thing keeps it back")
		}
		if v := s.view(ok.ID); v.State != claim.Ready {
			t.Errorf("the other claim is %s", v.State)
		}
		s.get("/claims/batches").want(t, 200, "Nothing was sent yet")
		for _, path := range []string{page + "/cms1500.pdf", page + "/cms1500.pdf?drawn=1", page + "/cms1500.pdf?drawn=0"} {
			a := s.get(path).want(t, 200)
			if a.head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(a.body, "%PDF") {
				t.Errorf("%s: %v", path, a.head)
			}
		}
		// Asked for as data alone, a claim that has not left is the same preview.
		if one, two := s.get(page+"/cms1500.pdf?drawn=1").body, s.get(page+"/cms1500.pdf?drawn=0").body; one != two {
			t.Error("the data alone was printed")
		}
	})
}

func TestPaperBatchIsShownForPrinting(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		c := s.ready("Dana", "Okafor")
		batch := s.post("/claims/send", url.Values{"claim": {c.ID.String()}, "medium": {"paper"}, "next": {"/claims/" + c.ID.String()}}).want(t, 303).to()
		s.get(batch).want(t, 200, "Open the forms (PDF)", "red CMS-1500 stock").lacks(t, "ISA ")
		f := s.get(batch+"/file").want(t, 200)
		if f.head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(f.head.Get("Content-Disposition"), "inline") {
			t.Errorf("file: %v", f.head)
		}
	})
}

func TestAClaimIsStartedOnceTheInsuranceIsEntered(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		p := s.register("Dana", "Okafor")
		v := s.treat(p, served, gave("myofascial-release", 30))
		s.post("/visits/"+v.String()+"/claims", nil).want(t, 409, "Enter the insurance first")
		s.insure(p)
		s.roles = []authz.Role{authz.Biller}
		s.get(s.post("/visits/"+v.String()+"/claims", nil).want(t, 303).to()).want(t, 200, "Claim 100001", "Dana Okafor")
		s.post("/visits/"+v.String()+"/claims", nil).want(t, 409, "There is a claim for this already")
		s.post("/visits/"+id.New[id.Visit]().String()+"/claims", nil).want(t, 404)
		bill := s.get("/visits/"+v.String()+"/superbill.pdf").want(t, 200)
		if bill.head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(bill.head.Get("Content-Disposition"), "inline") {
			t.Errorf("superbill: %v", bill.head)
		}
	})
}

func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/settings/claims").want(t, 200, "Sending claims", "Tests", "Production")
		v := url.Values{"version": {"0"}, "submitter_name": {"Test Practice"}, "submitter_id": {"!"}, "usage": {"P"}, "offset_x": {"12"}, "offset_y": {"0.125"}, "phone": {"12"}}
		a := s.post("/settings/claims", v).want(t, 422, "There is a problem", "two decimals")
		for _, kept := range []string{`value="Test Practice"`, `value="12"`, `value="0.125"`} {
			if !strings.Contains(a.body, kept) {
				t.Errorf("%s is lost", kept)
			}
		}
		v.Set("offset_x", "-1.5")
		v.Set("offset_y", "0.25")
		s.post("/settings/claims", v).want(t, 422, "2 to 15 letters and digits", "phone number")
		v.Set("submitter_id", "SUB7")
		v.Set("phone", "312-555-0100")
		s.post("/settings/claims", v).want(t, 303)
		s.post("/settings/claims", v).want(t, 409, "Someone else changed this")
		a = s.get("/settings/claims").want(t, 200)
		if !strings.Contains(a.body, `value="-1.5"`) || !strings.Contains(a.body, `value="0.25"`) {
			t.Error("the offsets are not those that were entered")
		}
		v.Del("usage")
		s.post("/settings/claims", v).want(t, 422, "Choose test or production.")
	})
}

func TestWhoSeesWhat(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.clearinghouse()
		c, stuck := s.ready("Dana", "Okafor"), s.blocked("Jan", "Pham")
		page := "/claims/" + c.ID.String()
		gets := []string{"/claims", page, page + "/cms1500.pdf", "/claims/batches", "/visits/" + c.Visit.String() + "/superbill.pdf"}
		posts := []string{page + "/hold", page + "/release", page + "/drop", page + "/answer", page + "/correct", page + "/void", page + "/choices", page + "/waivers",
			"/claims/send", "/visits/" + c.Visit.String() + "/claims"}

		s.roles = []authz.Role{authz.FrontDesk}
		for _, p := range append(gets, "/settings/claims") {
			s.get(p).want(t, 403)
		}
		for _, p := range append(posts, "/settings/claims") {
			s.post(p, url.Values{"version": {"1"}}).want(t, 403)
		}

		s.roles = []authz.Role{authz.Auditor} // reads everything, does nothing
		for _, p := range gets {
			s.get(p).want(t, 200).lacks(t, `action="/claims/`, "Set aside…", "Give this claim up…")
		}
		for _, p := range posts {
			s.post(p, url.Values{"version": {"1"}}).want(t, 403)
		}

		s.roles = []authz.Role{authz.Biller} // what a claim must prove, not the narrative
		for _, p := range append(gets, "/claims/"+stuck.ID.String(), "/settings/claims") {
			s.get(p).want(t, 200).lacks(t, secret, "/note/")
		}
		s.get(page).want(t, 200, "Minutes in the note", "30 minutes", "Send 1 claim")
		s.get("/visits/"+c.Visit.String()+"/note/"+s.view(c.ID).Note.String()).want(t, 403)
	})
}

func TestAnotherPracticeFindsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.clearinghouse()
		c, d := s.ready("Dana", "Okafor"), s.ready("Lee", "Park")
		batch := s.post("/claims/send", url.Values{"claim": {d.ID.String()}, "medium": {"837P"}}).want(t, 303).to()
		o := newSite(t, s.Other())
		page := "/claims/" + c.ID.String()
		o.get("/claims?state=ready").want(t, 200).lacks(t, "Okafor")
		for _, p := range []string{page, page + "/cms1500.pdf", batch, batch + "/file", "/visits/" + c.Visit.String() + "/superbill.pdf"} {
			if a := o.do(http.MethodGet, p, nil); a.code != 404 {
				t.Errorf("%s: %d", p, a.code)
			}
		}
		for p, v := range map[string]url.Values{
			page + "/hold": {"version": {"1"}, "hold_reason": {"x"}}, page + "/drop": {"version": {"1"}, "drop_reason": {"x"}}, page + "/release": {"version": {"1"}},
			page + "/answer": {"version": {"1"}, "answer": {"paid"}}, page + "/correct": {"correct_reason": {"x"}}, page + "/void": {"void_reason": {"x"}},
			page + "/choices": {"version": {"1"}, "kind": {"remark"}, "subject": {""}}, "/claims/send": {"claim": {c.ID.String()}, "medium": {"paper"}},
			page + "/waivers": {"check": {"pair"}, "reason." + c.ID.String() + ".pair.": {"x"}}, "/visits/" + c.Visit.String() + "/claims": {},
		} {
			if a := o.post(p, v); a.code != 404 {
				t.Errorf("%s: %d %s", p, a.code, a.words())
			}
		}
	})
}
