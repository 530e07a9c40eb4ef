package consentui_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/consent"
	"soapstone/internal/consent/consentui"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/document"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/patient"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
	"soapstone/internal/web/webtest"
)

type rig struct {
	*dbtest.Env
	t        *testing.T
	h        http.Handler
	patients *patient.Service
	consents *consent.Service
}

// serve gives the pages of a practice, for one who holds the given roles.
func serve(t *testing.T, e *dbtest.Env, roles ...authz.Role) rig {
	t.Helper()
	a, _ := authz.From(e.Actor(roles...))
	srv, err := web.NewServer(web.Config{Clock: e.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil }),
		Nav:  []web.NavItem{{NavItem: kit.NavItem{Key: "patients", Label: "Patients", URL: "/patients", Icon: "people"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := rig{Env: e, t: t, patients: patient.New(e.DB, e.Log)}
	r.consents = consent.New(e.DB, e.Log, r.patients, document.New(e.DB, e.Key), knowledge.Must())
	r.patients.AddAlertSource(r.consents)
	consentui.Register(srv.Router(), consentui.Deps{Consents: r.consents, Patients: r.patients})
	r.h = srv.Handler()
	return r
}

func (r rig) register(first string, born civil.Date, guardian string) string {
	r.t.Helper()
	p, err := r.patients.Register(r.Actor(), patient.Registration{Demographics: patient.Demographics{FirstName: first, LastName: "Okafor", BirthDate: born,
		Sex: patient.Female, Guardian: patient.Contact{Name: guardian}}})
	if err != nil {
		r.t.Fatal(err)
	}
	return "/patients/" + p.String() + "/consents"
}

func (r rig) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	r.h.ServeHTTP(w, req)
	return w
}

func (r rig) want(w *httptest.ResponseRecorder, status int, texts ...string) {
	r.t.Helper()
	if w.Code != status {
		r.t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, s := range texts {
		if !strings.Contains(w.Body.String(), s) {
			r.t.Errorf("the page does not show %q", s)
		}
	}
}

// answers is a complete form for a text.
func answers(key string) url.Values {
	text, _ := knowledge.Must().Consent(key, "en")
	return url.Values{"lang": {"en"}, "version": {text.Version}, "hash": {text.SHA256}, "relation": {"self"}, "signer": {"Dana Okafor"},
		"strokes": {"M100 200L200 150L300 260L420 120"}}
}

func TestSignByForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		r := serve(t, e, authz.FrontDesk)
		base := r.register("Dana", civil.Of(1984, 3, 2), "")
		r.want(r.send("GET", base, nil), 200, "Consent to medical massage", "Not asked yet", "Read and sign", "No consent to treatment is on file.")
		r.want(r.send("GET", base+"/sign/treatment", nil), 200, "You decide.", `value="Dana Okafor"`, "Not reviewed yet", "sig-pad")
		w := r.send("POST", base+"/sign/treatment", answers("treatment"))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		r.want(r.send("GET", w.Header().Get("Location"), nil), 200, "I agree to medical massage", `d="M100 200L200 150L300 260L420 120"`, "Signature of Dana Okafor", "Test Practice", "10 Mar 2026, 10:00 AM CDT", "Terry Tester, LMT")
		r.want(r.send("GET", base, nil), 200, "Given", "Withdraw")
		spoken := url.Values{"relation": {"self"}, "signer": {"Dana Okafor"}, "note": {"Changed her mind"}}
		r.want(r.send("POST", base+"/withdraw/treatment", spoken), http.StatusSeeOther)
		r.want(r.send("GET", base, nil), 200, "Withdrawn", "Changed her mind", "Consent to treatment was withdrawn on 10 Mar 2026.")
		r.want(r.send("POST", base+"/withdraw/treatment", spoken), http.StatusConflict, "There is no consent to withdraw: it is withdrawn.")
	})
}

func TestFormComplaints(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e)
	base := r.register("Dana", civil.Of(1984, 3, 2), "")
	in := answers("treatment")
	in.Set("signer", "")
	in.Set("strokes", "M1 1L2 2")
	w := r.send("POST", base+"/sign/treatment", in)
	r.want(w, 422, "Enter the full name", `value="M1 1L2 2"`)
	in.Set("signer", "Dana Okafor")
	r.want(r.send("POST", base+"/sign/treatment", in), 422, "This is too small for a signature.")
	in.Set("strokes", "")
	r.want(r.send("POST", base+"/sign/treatment", in), 422, "Sign in the box, or tick that the typed name is the signature.")
	in.Set("typed", "yes")
	r.want(r.send("POST", base+"/sign/treatment", in), http.StatusSeeOther)
	in = answers("treatment")
	in.Set("version", "0")
	r.want(r.send("POST", base+"/sign/treatment", in), http.StatusConflict, "The text has changed since it was shown.")
	in = answers("treatment")
	in.Set("strokes", `M1 1L900 9"><script>alert(1)</script>`)
	w = r.send("POST", base+"/sign/treatment", in)
	r.want(w, 422, "The signature cannot be read.")
	if strings.Contains(w.Body.String(), "<script>alert") {
		t.Error("the page holds the markup that was sent")
	}
	r.want(r.send("POST", base+"/decline/treatment", url.Values{"relation": {"self"}, "signer": {"D"}}), 422, "Write what was said")
	r.want(r.send("GET", base+"/sign/area-51", nil), 404)
	r.want(r.send("GET", base+"/papers/"+id.New[id.Consent]().String(), nil), 404)
}

func TestMinorSigningPage(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e)
	base := r.register("Kid", civil.Of(2015, 3, 2), "Ada Okafor")
	w := r.send("GET", base+"/sign/treatment", nil)
	r.want(w, 200, "The patient is under 18.", `value="Ada Okafor"`)
	if strings.Contains(w.Body.String(), `value="self"`) {
		t.Error("the page offers that a minor signs")
	}
	r.want(r.send("POST", base+"/sign/treatment", answers("treatment")), 422, "A patient under 18 cannot sign alone.")
}

func TestReadersSeeNoButtons(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e, authz.Auditor)
	base := r.register("Dana", civil.Of(1984, 3, 2), "")
	w := r.send("GET", base, nil)
	r.want(w, 200, "Consents on file")
	if strings.Contains(w.Body.String(), "Read and sign") {
		t.Error("an auditor is offered to sign")
	}
	r.want(r.send("GET", base+"/sign/treatment", nil), 403)
	r.want(serve(t, e, authz.Biller).send("GET", base, nil), 403)
}

func TestPagesInABrowser(t *testing.T) {
	e := dbtest.NewSQLite(t)
	r := serve(t, e)
	base := r.register("Dana", civil.Of(1984, 3, 2), "")
	kid := r.register("Chidi", civil.Of(2015, 3, 2), "Ada Okafor")
	srv := httptest.NewServer(r.h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)

	tab.Go(base)
	tab.Click("Read and sign: Consent to medical massage")
	tab.See("You decide.")
	tab.Click("Sign")
	tab.See("There is a problem", "Sign in the box, or tick that the typed name is the signature.")
	look(tab, "sign-error")
	draw(tab)
	if v := webtest.Eval[string](tab, `document.querySelector("[name=strokes]").value`); !strings.HasPrefix(v, "M") || strings.Count(v, "M") != 2 {
		t.Errorf("two strokes were drawn, the field holds %q", v)
	}
	tab.Click("Undo last stroke")
	if v := webtest.Eval[string](tab, `document.querySelector("[name=strokes]").value`); strings.Count(v, "M") != 1 {
		t.Errorf("after undo the field holds %q", v)
	}
	tab.Fill("Full name", "")
	tab.Click("Sign")
	tab.See("Enter the full name")
	if n := webtest.Eval[int](tab, `document.querySelectorAll("sig-pad [data-ink] path").length`); n != 1 {
		t.Errorf("after a complaint %d strokes are shown, want the 1 that was drawn", n)
	}
	tab.Fill("Full name", "Dana Okafor")
	look(tab, "sign")
	tab.Click("Sign")
	tab.See("I agree to medical massage", "Fingerprint")
	look(tab, "paper")
	tab.Print()
	tab.Shot("consent-paper-print")
	tab.SetScheme("light")
	tab.Go(base)
	look(tab, "overview")
	tab.Click("Withdraw: Consent to medical massage")
	look(tab, "withdraw")
	tab.Click("Withdraw the consent")
	tab.See("Consent to treatment was withdrawn")
	tab.Go(kid + "/sign/area-abdomen")
	look(tab, "sign-minor")
	tab.NoErrors()

	tab.NoScripts(true)
	tab.Go(base + "/sign/privacy-notice")
	tab.Unseen("Sign here with finger")
	tab.Check("The name typed above is my signature")
	tab.Click("Sign")
	tab.See("Signed by typing the name")
}

// draw puts two strokes into the box, as a finger would.
func draw(tab *webtest.Tab) {
	webtest.Eval[bool](tab, `(() => {
		const svg = document.querySelector("sig-pad svg");
		svg.setPointerCapture = () => {};
		const box = svg.getBoundingClientRect();
		const send = (type, x, y) => svg.dispatchEvent(new PointerEvent(type, {pointerId: 1, pointerType: "touch", bubbles: true, cancelable: true,
			clientX: box.left + x * box.width, clientY: box.top + y * box.height}));
		const stroke = (points) => {
			send("pointerdown", ...points[0]);
			for (const p of points) send("pointermove", ...p);
			send("pointerup", ...points.at(-1));
		};
		const wave = [];
		for (let i = 0; i <= 60; i++) wave.push([0.1 + i * 0.011, 0.55 + 0.25 * Math.sin(i / 3) * (1 - i / 90)]);
		stroke(wave);
		stroke([[0.2, 0.8], [0.5, 0.74], [0.85, 0.7]]);
		return true;
	})()`)
}

// look checks a page at all widths and in both schemes, and keeps pictures.
func look(tab *webtest.Tab, name string) {
	tab.FitsAndReads()
	tab.Shot(fmt.Sprintf("consent-%s-1180-dark", name))
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("consent-%s-%d", name, w))
	}
}
