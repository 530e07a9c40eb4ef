package patientui_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/patient/patientui"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// serve gives the pages of a practice, for one who holds the given roles.
func serve(t *testing.T, e *dbtest.Env, roles ...authz.Role) (http.Handler, *patient.Service) {
	t.Helper()
	a, _ := authz.From(e.Actor(roles...))
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth:     web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil }),
		Practice: func(context.Context, authz.Actor) string { return "Test Practice" },
		Nav: []web.NavItem{{NavItem: kit.NavItem{Key: "today", Label: "Today", URL: "/", Icon: "today"}},
			{NavItem: kit.NavItem{Key: "patients", Label: "Patients", URL: "/patients", Icon: "people"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := patient.New(e.DB, e.Log)
	patientui.Register(srv.Router(), patientui.Deps{Patients: s})
	return srv.Handler(), s
}

func send(h http.Handler, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, path string) *httptest.ResponseRecorder { return send(h, "GET", path, nil) }

// want fails unless the answer has the status and shows every text.
func want(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range texts {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("the page does not show %q", s)
		}
	}
}

func register(t *testing.T, s *patient.Service, ctx context.Context, d patient.Demographics) id.Patient {
	t.Helper()
	p, err := s.Register(ctx, patient.Registration{Demographics: d})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func dana() patient.Demographics {
	return patient.Demographics{FirstName: "Danielle", LastName: "Okafor", PreferredName: "Dana", Pronouns: "she/her",
		BirthDate: civil.Of(1984, 3, 2), Sex: patient.Female, Phone: "312-555-0100", Email: "dana@example.com",
		AddressLine: "12 Elm Street", City: "Chicago", State: "IL", PostalCode: "60601", Language: "en",
		Emergency: patient.Contact{Name: "Ike Okafor", Relation: "Brother", Phone: "312-555-0101"},
		DeskNote:  "Call after 5 pm.\nParks behind the house."}
}

func TestRegisterByForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		h, _ := serve(t, e, authz.FrontDesk)
		form := url.Values{"first_name": {"Dana"}, "last_name": {" Okafor "}, "birth_date": {"3/2/1984"}, "sex": {"female"}, "phone": {"312 555 0100"}}
		w := send(h, "POST", "/patients", form)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/patients/") {
			t.Fatalf("status %d, location %q", w.Code, w.Header().Get("Location"))
		}
		want(t, get(h, w.Header().Get("Location")+"/details"), 200, "Dana Okafor", "2 Mar 1984", "(312) 555-0100", "1001-N")
	})
}

// Whatever is wrong, what was typed comes back.
func TestRegisterComplains(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, _ := serve(t, e, authz.FrontDesk)
	w := send(h, "POST", "/patients", url.Values{"first_name": {"<b>Dana</b>"}, "birth_date": {"13/45/1984"}, "phone": {"911"}, "desk_note": {"Likes tea."}})
	want(t, w, 422, "Error:", "There is a problem", "Enter the last name.", "Enter a real date", "Choose the sex recorded for insurance.",
		`value="&lt;b&gt;Dana&lt;/b&gt;"`, `value="13/45/1984"`, `value="911"`, "Likes tea.")
	w = send(h, "POST", "/patients", url.Values{"last_name": {strings.Repeat("x", 5000)}, "birth_date": {"2030-01-01"}, "sex": {"other"}})
	want(t, w, 422, "Shorten this to 100 characters. It has 5,000.", "Choose one of the answers shown.")
	w = send(h, "POST", "/patients", url.Values{"last_name": {"Late"}, "birth_date": {"2030-01-01"}, "sex": {"male"}})
	want(t, w, 422, "This date is in the future. Check the year.")
}

func TestSimilarRecordsAreShownFirst(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	p := register(t, s, e.Actor(), dana())
	form := url.Values{"first_name": {"Dana"}, "last_name": {"Okafor"}, "birth_date": {"1984-03-02"}, "sex": {"female"}}
	w := send(h, "POST", "/patients", form)
	want(t, w, http.StatusConflict, "Is it one of these?", "Same date of birth, similar name", "/patients/"+p.String(), `name="shown" value="`+p.String(), `value="Okafor"`)
	form.Set("shown", p.String())
	want(t, send(h, "POST", "/patients", form), http.StatusConflict, "Is it one of these?")
	form.Set("different", "yes")
	if w := send(h, "POST", "/patients", form); w.Code != http.StatusSeeOther {
		t.Errorf("after the choice: status %d", w.Code)
	}
}

func TestEditByForm(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	p := register(t, s, e.Actor(), dana())
	base := "/patients/" + p.String() + "/details"
	want(t, get(h, base+"/edit"), 200, `value="Okafor"`, `value="1984-03-02"`, `name="version" value="1"`)
	form := url.Values{"version": {"1"}, "last_name": {"Lind"}, "birth_date": {"1984-03-02"}, "sex": {"female"}}
	if w := send(h, "POST", base, form); w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	w := send(h, "POST", base, form)
	want(t, w, http.StatusConflict, "Someone else changed this meanwhile", `value="Lind"`)
}

func TestMergedRecordLeadsToItsSurvivor(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	ctx := e.Actor()
	keep := register(t, s, ctx, dana())
	dup := register(t, s, ctx, patient.Demographics{FirstName: "Dana", LastName: "Okafor-Lind", BirthDate: civil.Of(1984, 2, 3), Sex: patient.Unknown})
	path := "/patients/" + keep.String() + "/merge/" + dup.String()
	want(t, get(h, path), 200, "Are these the same person?", "Differs", "Okafor-Lind")
	form := url.Values{"version_a": {"1"}, "version_b": {"1"}, "survivor": {keep.String()}}
	want(t, send(h, "POST", path, form), 422, "Say how you know")
	form.Set("reason", "Same card")
	if w := send(h, "POST", path, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/patients/"+keep.String()+"/details" {
		t.Fatalf("merge: status %d to %q", w.Code, w.Header().Get("Location"))
	}
	want(t, get(h, "/patients?q=lind"), 200, "Merged into 1001-N", `href="/patients/`+keep.String()+`"`)
	want(t, get(h, "/patients/"+keep.String()+"/details"), 200, "Record 1002-P (Dana Okafor-Lind) was merged into this one.", `href="/patients/`+dup.String()+`"`)
	want(t, get(h, "/patients/"+dup.String()+"/details"), 200, "merged into 1001-N and is read-only", "Undo the merge")
	if body := get(h, "/patients/"+dup.String()+"/health").Body.String(); strings.Contains(body, "Add an allergy") {
		t.Error("a merged record offers to add an allergy")
	}
	want(t, send(h, "POST", "/patients/"+dup.String()+"/unmerge", url.Values{"reason": {"Twins"}}), http.StatusSeeOther)
	want(t, get(h, "/patients/"+dup.String()+"/details"), 200, "Undone 10 Mar 2026 by Terry Tester: Twins")
}

func TestHealthPage(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	p := register(t, s, e.Actor(), dana())
	base := "/patients/" + p.String()
	want(t, get(h, base+"/health"), 200, "Nobody has asked yet", "No known allergies", "Takes no medicines")
	want(t, send(h, "POST", base+"/health/none", url.Values{"list": {"allergies"}}), http.StatusSeeOther)
	want(t, get(h, base+"/health"), 200, "No known allergies. Asked 10 Mar 2026 by Terry Tester.")
	want(t, send(h, "POST", base+"/medicines", url.Values{"medicine": {""}, "medicine_since": {"long ago"}}), 422, "Enter the name of the medicine", `value="long ago"`)
	want(t, send(h, "POST", base+"/medicines", url.Values{"medicine": {"Apixaban"}, "medicine_since": {"3/2024"}}), http.StatusSeeOther)
	want(t, send(h, "POST", base+"/allergies", url.Values{"allergy": {"Latex"}, "allergy_severe": {"yes"}}), http.StatusSeeOther)
	want(t, get(h, base+"/health"), 200, "Apixaban", "Mar 2024", "Severe allergy: Latex")
	want(t, send(h, "POST", base+"/health/none", url.Values{"list": {"allergies"}}), http.StatusConflict)
	health, err := s.Health(e.Actor(), p)
	if err != nil {
		t.Fatal(err)
	}
	end := base + "/allergies/" + health.Allergies[0].ID.String() + "/end"
	want(t, get(h, end), 200, "End this allergy?", "Latex")
	want(t, send(h, "POST", end, url.Values{"version": {"1"}}), 422, "Say why this ends.")
	want(t, send(h, "POST", end, url.Values{"version": {"1"}, "reason": {"Tested negative"}}), http.StatusSeeOther)
	want(t, get(h, base+"/health"), 200, "Past allergies (1)", "Tested negative")
}

// Reading roles see no button that would be refused.
func TestWhatABillerSees(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e, authz.Biller)
	p := register(t, s, e.Actor(), dana())
	for path, status := range map[string]int{"/patients": 200, "/patients/" + p.String() + "/details": 200, "/patients/new": 403, "/patients/" + p.String() + "/health": 403} {
		w := get(h, path)
		want(t, w, status)
		for _, s := range []string{"New patient", "Edit details", "Archive", "Merge with"} {
			if strings.Contains(w.Body.String(), s+"<") && path != "/patients" {
				t.Errorf("%s offers %q", path, s)
			}
		}
		if strings.Contains(w.Body.String(), "nobody has asked") {
			t.Errorf("%s shows health alerts", path)
		}
	}
}

func TestStrangeAddresses(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, _ := serve(t, e)
	for path, status := range map[string]int{
		"/patients/x/details": 404, "/patients/" + id.New[id.Patient]().String() + "/details": 404,
		"/patients?status=nonsense": 422, "/patients?after=x": 200, "/patients?after=" + id.New[id.Patient]().String(): 404,
		"/patients?q=" + url.QueryEscape(strings.Repeat("é", 5000)): 200, "/patients?q=%00%ff": 200,
	} {
		if w := get(h, path); w.Code != status {
			t.Errorf("%.60s: status %d, want %d", path, w.Code, status)
		}
	}
}
