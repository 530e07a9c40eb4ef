package referralui_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/referral"
)

func TestRegisterAReferral(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get(s.list()).want(t, 200, "No referrals yet")
		s.get(s.list()+"/new").want(t, 200, "Wei Chen, MD", "Someone new", "Photograph or upload the prescription")
		a := s.send(s.list()+"/new", s.filled(), "rx.png", picture).want(t, 303)
		page := s.get(a.head.Get("Location")).want(t, 200, "Referral from Wei Chen, MD", "M54.2", "Cervicalgia", "2 a week for 6 weeks = 12 visits",
			"13 Apr 2026", "Takes apixaban", "0 of 12 visits", "12 left", "rx.png")
		scan := regexp.MustCompile(`src="(/patients/[^"]*/prescription-scans/[^"]*)"`).FindStringSubmatch(page.body)
		if scan == nil {
			t.Fatal("the scan is not shown")
		}
		file := s.get(scan[1]).want(t, 200)
		if file.body != string(picture) || file.head.Get("Content-Type") != "image/png" || !strings.Contains(file.head.Get("Content-Security-Policy"), "frame-ancestors 'self'") ||
			file.head.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("scan served with %v", file.head)
		}
		s.get(strings.Replace(scan[1], s.dana.String(), s.lee.String(), 1)).want(t, 404)
		s.get(s.list()).want(t, 200, "Wei Chen, MD", "Active", "0 of 12 visits")
	})
}

func TestWhatIsWrongLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.filled()
		v.Set("dx", "M54.5")
		v.Set("visits", "0")
		v.Set("weeks", "10000")
		v.Set("written_on", "2027-01-01")
		v.Set("regions", "Neck")
		v.Del("signature_seen")
		a := s.send(s.list()+"/new", v, "rx.png", picture).want(t, 422, "There is a problem", "M54.50, M54.51, M54.59", "Use instead: M54.50 Low back pain",
			"Enter a whole number from 1 to 104", "Enter a whole number from 1 to 365", "in the future", "prescriber's signature")
		for _, kept := range []string{`value="10000"`, `value="Neck"`, `value="2027-01-01"`, "Takes apixaban"} {
			if !strings.Contains(a.body, kept) {
				t.Errorf("%s is lost", kept)
			}
		}
		ids := a.carried("scan_id")
		if len(ids) != 1 || !strings.Contains(a.body, "/prescription-scans/"+ids[0]) {
			t.Fatalf("the scan is lost: %v", ids)
		}
		v = s.filled()
		v.Set("scan_id", ids[0])
		s.get(s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")).want(t, 200, "rx.png")
	})
}

func TestEmptyFormsSayWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		r := s.list() + "/" + s.registered().String()
		s.post(s.list()+"/new", url.Values{}).want(t, 422, "Choose who prescribed it", "Add at least one diagnosis", "Enter what is ordered", "Enter the day the prescription was written", "signature")
		s.post(r+"/edit", url.Values{"version": {"1"}}).want(t, 422, "Choose who prescribed it", "Say why it is changed")
		s.post(r+"/close", url.Values{}).want(t, 422, "Choose why it is closed")
		s.post(r+"/authorizations/new", url.Values{}).want(t, 422, "Enter the payer", "Enter the authorization number", "Enter the first day")
		s.post("/prescribers/new", url.Values{}).want(t, 422, "last name", "first name", "NPI")
		s.send(r+"/scans", url.Values{}, "", nil).want(t, 422, "Choose a file")
	})
}

func TestUploadsThatAreRefusedKeepTheForm(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		a := s.send(s.list()+"/new", s.filled(), "rx.pdf", []byte("<html>not a PDF</html>")).want(t, 422, "Choose a PDF, PNG or JPEG file", "Takes apixaban", "M62.838")
		if len(a.carried("scan_id")) != 0 {
			t.Error("the refused file was kept")
		}
		big := append([]byte("%PDF-1.7\n"), make([]byte, 16<<20)...)
		s.send(s.list()+"/new", s.filled(), "big.pdf", big).want(t, 413, "Takes apixaban", "M62.838")
		big = append(big, make([]byte, 24<<20)...)
		s.send(s.list()+"/new", s.filled(), "huge.pdf", big).want(t, 413, "15 MB or less", "Takes apixaban", "M62.838")
		r := s.registered()
		s.send(s.list()+"/"+r.String()+"/scans", url.Values{}, "huge.pdf", big).want(t, 413, "15 MB or less")
		s.get(s.send(s.list()+"/"+r.String()+"/scans", url.Values{}, "late.pdf", []byte("%PDF-1.7 signed")).want(t, 303).head.Get("Location")).want(t, 200, "late.pdf")
	})
}

func TestDiagnosesWithoutScripts(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		press := func(do string, dx ...string) answer {
			t.Helper()
			v := s.filled()
			v["dx"], v["do"] = dx, []string{do}
			return s.post(s.list()+"/new", v).want(t, 200, "Takes apixaban")
		}
		check := func(a answer, want string) {
			t.Helper()
			if got := strings.Join(a.carried("dx"), " "); got != want {
				t.Errorf("codes = %q, want %q", got, want)
			}
		}
		check(press("dx.add:M25.511", "M54.2"), "M54.2 M25.511")
		check(press("dx.add:m542", "M54.2"), "M54.2")
		check(press("dx.remove:0", "M54.2", "M25.511"), "M25.511")
		check(press("dx.remove:7", "M54.2"), "M54.2")
		check(press("dx.first:2", "M54.2", "M25.511", "M62.838"), "M62.838 M54.2 M25.511")
		check(press("dx.replace:0:M54.50", "M54.5"), "M54.50")
		v := s.filled()
		v.Set("do", "dx.search")
		v.Set("dx_q", "shoulder pain")
		check(s.post(s.list()+"/new", v).want(t, 200, "M25.511 Pain in right shoulder"), "M54.2 M62.838")
		v.Set("do", "enter") // the Enter key in the search box
		v.Set("dx_q", "m25511")
		check(s.post(s.list()+"/new", v).want(t, 200), "M54.2 M62.838 M25.511")
		v.Set("do", "save")
		v.Set("dx_q", "shoulder pain")
		s.post(s.list()+"/new", v).want(t, 422, "Choose a diagnosis from the list")
		v.Set("dx_q", "M25.512")
		s.get(s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")).want(t, 200, "M25.512")
	})
}

func TestUnknownCodeNeedsATick(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.filled()
		v["dx"] = []string{"Q99.8"}
		s.post(s.list()+"/new", v).want(t, 422, "not in the code list at hand", "I have looked these codes up")
		v.Set("dx_confirmed", "yes")
		s.get(s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")).want(t, 200, "Q99.8", "Not confirmed")
	})
}

func TestNewPrescriberInline(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.filled()
		v.Set("prescriber", "new")
		s.post(s.list()+"/new", v).want(t, 422, "first name", "last name", "NPI")
		v.Set("new.given_name", "Ana")
		v.Set("new.family_name", "López")
		v.Set("new.npi", "1558598790")
		s.post(s.list()+"/new", v).want(t, 422, "wrong digit")
		v.Set("new.npi", "1234567893")
		s.post(s.list()+"/new", v).want(t, 422, "Wei Chen, MD has this NPI already")
		v.Set("new.npi", "1558598797")
		v.Set("prescriber", s.chen.ID.String())
		s.post(s.list()+"/new", v).want(t, 422, "not both")
		v.Del("prescriber") // filled in without choosing "Someone new"
		s.get(s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")).want(t, 200, "Referral from Ana López")
		s.get("/prescribers?q=lop").want(t, 200, "Ana López", "1558598797")
	})
}

func TestPiecesWhileTyping(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		a := s.get("/referrals/codes?dx_q=neck+pain&written_on=2026-03-02").want(t, 200, "M54.2 Cervicalgia")
		if strings.Contains(a.body, "<html") {
			t.Error("a whole page was sent")
		}
		s.get("/referrals/codes?dx_q=xyzzy").want(t, 200, "Nothing found")
		s.get("/referrals/order?per_week=2&weeks=6&written_on=2025-11-18").want(t, 200, "2 a week for 6 weeks = 12 visits, until 30 Dec 2025")
		s.get("/referrals/order?per_week=2&weeks=6&visits=20").want(t, 200, "2 a week for 6 weeks is 12 visits, not 20")
		s.get("/referrals/order?per_week=x&weeks=").want(t, 200)
		s.get("/prescribers/pick?prescriber_q=chen").want(t, 200, "Wei Chen, MD")
		s.get("/prescribers/pick?prescriber_q=nobody&prescriber="+s.chen.ID.String()).want(t, 200, "Wei Chen, MD")
	})
}

func TestDraftThenInForce(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		page := s.post(s.list()+"/new", url.Values{"dx": {"M54.2"}, "do": {"draft"}}).want(t, 303).head.Get("Location")
		s.get(page).want(t, 200, "This is a draft", "Choose who prescribed it")
		edit := s.get(page+"/edit").want(t, 200, "Put in force", "Save as draft")
		v := s.filled()
		v["version"] = edit.carried("version")
		s.post(page+"/edit", v).want(t, 303)
		s.get(page).want(t, 200, "Active")
		s.post(page+"/edit", v).want(t, 409, "Someone else changed this")
		v.Set("version", "2")
		s.post(page+"/edit", v).want(t, 422, "Say why it is changed")
		v.Set("reason", "Corrected from the paper")
		v.Set("weeks", "8")
		s.post(page+"/edit", v).want(t, 303)
		s.get(page).want(t, 200, "Corrected from the paper", "2 a week for 6 weeks = 12 visits → 2 a week for 8 weeks = 16 visits")
	})
}

func TestRenewalStartsFromTheOldOrder(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		r := s.registered()
		a := s.get(s.list()+"/new?from="+r.String()).want(t, 200, "M54.2")
		for _, carried := range []string{`value="2"`, `value="6"`, `value="Auto insurance"`} {
			if !strings.Contains(a.body, carried) {
				t.Errorf("%s is not carried over", carried)
			}
		}
		if strings.Contains(a.body, "2026-03-02") || regexp.MustCompile(`name="signature_seen"[^>]*checked`).MatchString(a.body) {
			t.Error("the date or the signature of the old paper was carried over")
		}
	})
}

func TestAuthorizationPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		page := s.list() + "/" + s.registered().String()
		v := url.Values{"payer_name": {"Prairie Mutual"}, "number": {"A-77"}, "visits": {"6"}, "from_on": {"2026-03-02"}, "to_on": {"2026-04-30"}, "codes": {"97140 97124"}}
		s.post(page+"/authorizations/new", v).want(t, 303)
		s.post(page+"/authorizations/new", v).want(t, 422, "that number already")
		a := s.get(page).want(t, 200, "A-77", "Prairie Mutual · 6 visits · 97140, 97124", "0 of 6 visits")
		link := regexp.MustCompile(`href="([^"]*/authorizations/[0-9a-f-]{36})"`).FindStringSubmatch(a.body)
		if link == nil {
			t.Fatal("no link to the authorization")
		}
		edit := s.get(link[1]).want(t, 200, "Edit authorization")
		v["version"], v["withdrawn"] = edit.carried("version"), []string{"yes"}
		s.post(link[1], v).want(t, 303)
		s.post(link[1], v).want(t, 409)
		s.get(page).want(t, 200, "Withdrawn")
	})
}

func TestCloseAndReopenPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		page := s.list() + "/" + s.registered().String()
		ask := s.get(page+"/close").want(t, 200, "Entered in error")
		s.post(page+"/close", url.Values{"why": {"error"}, "version": ask.carried("version")}).want(t, 422, "Say what was wrong")
		s.post(page+"/close", url.Values{"why": {"stopped"}, "version": ask.carried("version")}).want(t, 303)
		closed := s.get(page).want(t, 200, "Closed: Patient stopped coming", "Reopen")
		s.get(page+"/edit").want(t, 409)
		s.post(page+"/reopen", url.Values{"version": closed.carried("version")}).want(t, 303)
		s.get(page).want(t, 200, "Active")
	})
}

func TestWaitingUploadIsOfferedAndSetAside(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		f, err := s.svc.Upload(s.Actor(), s.dana, "fax.png", "image/png", picture)
		if err != nil {
			t.Fatal(err)
		}
		s.get(s.list()).want(t, 200, "An uploaded prescription waits", "fax.png")
		if got := s.get(s.list()+"/new?scan="+f.ID.String()).want(t, 200).carried("scan_id"); len(got) != 1 || got[0] != f.ID.String() {
			t.Errorf("scan_id = %v", got)
		}
		s.post(fmt.Sprintf("/patients/%s/prescription-scans/%s/discard", s.dana, f.ID), url.Values{}).want(t, 303)
		if strings.Contains(s.get(s.list()).want(t, 200).words(), "fax.png") {
			t.Error("the upload is still offered")
		}
	})
}

func TestWhoMaySeeThePages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		page := s.list() + "/" + s.registered().String()
		s.roles = []authz.Role{authz.Biller}
		a := s.get(page).want(t, 200, "Referral from Wei Chen, MD")
		if strings.Contains(a.body, "/edit\"") || strings.Contains(a.words(), "Plan visit") {
			t.Error("buttons that would be refused are shown")
		}
		s.get(s.list()).want(t, 200)
		s.get("/prescribers").want(t, 200)
		for _, path := range []string{s.list() + "/new", page + "/edit", page + "/close", "/prescribers/new"} {
			s.get(path).want(t, 403)
			s.post(path, s.filled()).want(t, 403)
		}
		s.get(page+"/authorizations/new").want(t, 200)
		s.roles = []authz.Role{authz.Auditor}
		s.get(page+"/authorizations/new").want(t, 403)
	})
}

func TestAnotherPracticeFindsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		r := s.registered()
		o := newSite(t, s.Other())
		o.get("/patients/"+s.dana.String()+"/referrals").want(t, 404)
		o.get("/patients/"+o.dana.String()+"/referrals/"+r.String()).want(t, 404)
		o.get("/prescribers/"+s.chen.ID.String()).want(t, 404)
		o.post("/patients/"+o.dana.String()+"/referrals/"+r.String()+"/close", url.Values{"why": {"stopped"}, "version": {"1"}}).want(t, 404)
		v := o.filled()
		v.Set("prescriber", s.chen.ID.String())
		o.post("/patients/"+o.dana.String()+"/referrals/new", v).want(t, 422, "Choose the prescriber again")
		o.get("/patients/nonsense/referrals").want(t, 404)
	})
}

func TestRegisterWithThePatientChosenOnTheForm(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.get("/referrals/new").want(t, 200, "Who is it for", "A new patient", "Photograph or upload the prescription")
		s.get("/referrals/patients?patient_q=oka").want(t, 200, "Dana Okafor", "born 2 Mar 1984")
		a := s.send("/referrals/new", s.filled(), "rx.png", picture).want(t, 422, "Choose the patient", "Takes apixaban")
		ids := a.carried("scan_id")
		if len(ids) != 1 || !strings.Contains(a.body, "/referrals/scans/"+ids[0]) {
			t.Fatalf("the scan is lost: %v", ids)
		}
		s.get("/referrals/scans/"+ids[0]).want(t, 200)
		s.get("/referrals/new").want(t, 200, "Use this upload", "rx.png")
		v := s.filled()
		v.Set("scan_id", ids[0])
		v.Set("patient", s.dana.String())
		s.get(s.post("/referrals/new", v).want(t, 303).head.Get("Location")).want(t, 200, "Referral from Wei Chen, MD", "rx.png")
		s.get("/referrals/scans/"+ids[0]).want(t, 404)
	})
}

func TestRegisterWithANewPatient(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.filled()
		v.Set("patient", "new")
		s.post("/referrals/new", v).want(t, 422, "Enter the last name", "Enter the date of birth", "Choose the sex")
		v.Set("np.first_name", "Dana")
		v.Set("np.last_name", "Okafor")
		v.Set("np.birth_date", "1984-03-02")
		v.Set("np.sex", "female")
		a := s.post("/referrals/new", v).want(t, 422, "may have a record already", "this is somebody else")
		v["np.shown"] = a.carried("np.shown")
		v.Set("np.different", "yes")
		v.Set("weeks", "9999")
		s.post("/referrals/new", v).want(t, 422, "from 1 to 104") // and nobody is registered
		v.Set("weeks", "6")
		page := s.get(s.post("/referrals/new", v).want(t, 303).head.Get("Location")).want(t, 200, "Referral from Wei Chen, MD")
		if strings.Contains(page.body, s.dana.String()) {
			t.Error("it stands in the other Dana's chart")
		}
	})
}

func TestRenewalPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		old := s.registered()
		a := s.get(s.list()+"/new?from="+old.String()).want(t, 200, "Register a renewal", "Renews the prescription of 2 Mar 2026")
		v := s.filled()
		v["renews"] = a.carried("renews")
		next := s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")
		s.get(next).want(t, 200, "Renews Wei Chen, MD")
		s.get(s.list()+"/"+old.String()).want(t, 200, "Renewed by Wei Chen, MD", "Replaced")
		s.post(s.list()+"/new", v).want(t, 409)
	})
}

func TestAuthorizationInTheSameForm(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		v := s.filled()
		v.Set("auth.payer_name", "Prairie Mutual")
		v.Set("auth.visits", "6")
		s.post(s.list()+"/new", v).want(t, 422, "Enter the authorization number")
		v.Set("auth.number", "A-77")
		s.get(s.post(s.list()+"/new", v).want(t, 303).head.Get("Location")).want(t, 200, "A-77", "Prairie Mutual · 6 visits", "In force")
	})
}

func TestMergePage(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		twin, err := s.svc.SavePrescriber(s.Actor(), referral.Prescriber{GivenName: "Wei", FamilyName: "Chen", NPI: "1558598797"})
		if err != nil {
			t.Fatal(err)
		}
		at := "/prescribers/" + twin.ID.String() + "/merge"
		s.get(at).want(t, 200, "NPI 1234567893", "Which entry stands for both")
		s.post(at, url.Values{"version": {"1"}}).want(t, 422, "Choose the entry to keep")
		s.post(at, url.Values{"version": {"1"}, "keep": {s.chen.ID.String()}}).want(t, 303)
		s.get("/prescribers/"+twin.ID.String()).want(t, 200, "merged into another", "Merged into Wei Chen")
		s.get("/prescribers?sort=use&all=yes&page=nonsense").want(t, 200, "1 prescriber")
	})
}
