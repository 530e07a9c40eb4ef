package checkout_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"soapstone/internal/authz"
	"soapstone/internal/checkout/checkoutui"
	"soapstone/internal/db"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/id"
	"soapstone/internal/money"
	"soapstone/internal/web"
	"soapstone/internal/web/webtest"
)

// site serves the pages to an actor.
func (r *room) site(ctx context.Context) http.Handler {
	r.t.Helper()
	a, _ := authz.From(ctx)
	srv, err := web.NewServer(web.Config{Clock: r.Clock, Log: slog.New(slog.DiscardHandler),
		Auth: web.AuthFunc(func(*http.Request) (authz.Actor, bool, error) { return a, true, nil })})
	r.must(err)
	checkoutui.Register(srv.Router(), checkoutui.Deps{Checkouts: r.Service, Patients: r.patients})
	return srv.Handler()
}

func send(h http.Handler, method, path string, form url.Values) (int, http.Header, string) {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	body, _ := io.ReadAll(rec.Body)
	return rec.Code, rec.Header(), string(body)
}

var hidden = regexp.MustCompile(`name="(payment|amount)" value="([^"]*)"`)

// filled is the form of a page as it arrived.
func filled(body string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

func TestFromTheVisitToTheReceipt(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	v := r.signed(r.dana, r.ref, 45)
	h, at := r.site(r.Actor(authz.FrontDesk)), "/visits/"+v.String()+"/checkout"
	_, _, body := send(h, "GET", at, nil)
	if !strings.Contains(body, "Take $20.00") || strings.Contains(body, "97124") || strings.Contains(body, "M54") || strings.Contains(body, "/claims/") {
		t.Fatal("the front desk’s check-out")
	}
	form := filled(body)
	if code, _, body := send(h, "POST", at, form); code != 422 || !strings.Contains(body, "Choose how the patient pays.") {
		t.Errorf("no way: %d", code)
	}
	form.Set("way", "cash")
	for range 2 { // the same form twice
		if code, head, body := send(h, "POST", at, form); code != 303 || head.Get("Location") != at {
			t.Fatalf("take: %d %s", code, body)
		}
	}
	form.Set("amount", "30.00")
	if code, _, body := send(h, "POST", at, form); code != 409 || filled(body).Get("payment") == form.Get("payment") {
		t.Errorf("the form again for another amount: %d", code)
	}
	_, _, body = send(h, "GET", at, nil)
	if !strings.Contains(body, "Nothing is owed") || strings.Count(body, "receipt.pdf") != 1 {
		t.Error("the paid check-out")
	}
	paper := regexp.MustCompile(`/payments/[^/"]+/receipt\.pdf`).FindString(body)
	if code, head, body := send(h, "GET", paper, nil); code != 200 || head.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(body, "%PDF") {
		t.Errorf("receipt: %d", code)
	}
	undo := strings.TrimSuffix(paper, "/receipt.pdf") + "/reverse"
	if code, _, body := send(h, "GET", undo, nil); code != 200 || !strings.Contains(body, "Take back $20.00") {
		t.Errorf("undo: %d", code)
	}
	if code, _, _ := send(h, "POST", undo, url.Values{"reason": {""}}); code != 422 {
		t.Errorf("undo without a reason: %d", code)
	}
	if code, head, _ := send(h, "POST", undo, url.Values{"reason": {"typed twice"}}); code != 303 || head.Get("Location") != at {
		t.Errorf("undo: %d", code)
	}
	if code, _, _ := send(h, "POST", undo, url.Values{"reason": {"typed twice"}}); code != 409 {
		t.Errorf("undo twice: %d", code)
	}
	code, _, body := send(h, "GET", "/patients/"+r.dana.String()+"/account", nil)
	if code != 200 || !strings.Contains(body, "taken back (receipt 1001): typed twice") || !strings.Contains(body, "Owed by the patient") {
		t.Errorf("account: %d", code)
	}
}

func TestNothingToPay(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	in := r.plan()
	in.Share, in.Copay = "none", 0
	r.must(r.coverages.Amend(r.ctx, r.dana, r.cover, 1, in))
	v := r.signed(r.dana, r.ref, 45)
	h, at := r.site(r.ctx), "/visits/"+v.String()+"/checkout"
	if _, _, body := send(h, "GET", at, nil); !strings.Contains(body, "Nothing to pay") || !strings.Contains(body, "97124") || !strings.Contains(body, "superbill.pdf") {
		t.Error("nothing to pay")
	}
	if code, _, _ := send(h, "POST", at+"/done", url.Values{}); code != 303 {
		t.Errorf("done: %d", code)
	}
	if _, _, body := send(h, "GET", at, nil); !strings.Contains(body, "Checked out. Nothing is owed.") {
		t.Error("done")
	}
}

// No field of any form takes the number of a card: it is refused, is not shown
// again, and reaches neither a table nor the log.
func TestACardNumberIsNeitherKeptNorShown(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	v := r.signed(r.dana, r.ref, 45)
	p := ok(r.Take(r.ctx, v, cash(5_00)))(t)
	h := r.site(r.ctx)
	checkout, account, undo := "/visits/"+v.String()+"/checkout", "/patients/"+r.dana.String()+"/account", "/payments/"+p.ID.String()+"/reverse"
	for _, path := range []string{checkout, account, undo, checkout + "/done"} {
		for _, field := range []string{"amount", "way", "reference", "brand", "last_four", "expires", "token", "reason", "payment", "cvv", "note"} {
			for _, number := range []string{"4242424242424242", "4242 4242 4242 4242", "my card is 4242-4242-4242-4242 12/27"} {
				form := url.Values{"payment": {id.New[id.Payment]().String()}, "way": {"card"}, "amount": {"5.00"}, "reference": {"083412"}, "reason": {"typed twice"}}
				form.Set(field, number)
				code, _, body := send(h, "POST", path, form)
				if code != 422 || strings.Contains(body, "4242") || !strings.Contains(body, "looks like a card number") {
					t.Errorf("%s %s=%q: %d", path, field, number, code)
				}
			}
		}
	}
	if acc := r.account(r.dana); len(acc.Payments) != 1 {
		t.Errorf("account %+v", acc)
	}
	r.must(r.DB.Read(r.ctx, r.Practice, func(ctx context.Context, tx *db.Tx) error {
		for _, table := range []string{"payment", "payment_method", "payment_reversal", "ledger_entry", "audit_entry"} {
			rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
			if err != nil {
				return err
			}
			cols, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				cells := make([]any, len(cols))
				for i := range cells {
					cells[i] = new(any)
				}
				if err := rows.Scan(cells...); err != nil {
					return err
				}
				for i, c := range cells {
					if s, _ := (*c.(*any)).(string); strings.Contains(s, "4242 4242") || strings.Contains(s, "42424242") || strings.Contains(s, "4242-4242") {
						t.Errorf("%s.%s holds %q", table, cols[i], s)
					}
				}
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestRolesOfThePages(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	v := r.signed(r.dana, r.ref, 45)
	auditor, nobody := r.site(r.Actor(authz.Auditor)), r.site(authz.With(context.Background(), authz.Actor{Practice: r.Practice, User: r.User, Name: "x", Zone: nil}))
	checkout, account := "/visits/"+v.String()+"/checkout", "/patients/"+r.dana.String()+"/account"
	for _, path := range []string{checkout, account} {
		if code, _, body := send(auditor, "GET", path, nil); code != 200 || strings.Contains(body, `name="way"`) {
			t.Errorf("auditor, %s: %d", path, code)
		}
		if code, _, _ := send(auditor, "POST", path, url.Values{}); code != 403 {
			t.Errorf("auditor, POST %s: %d", path, code)
		}
		if code, _, _ := send(nobody, "GET", path, nil); code != 403 {
			t.Errorf("nobody, %s: %d", path, code)
		}
	}
	other := newRoom(t, r.Other())
	for _, path := range []string{checkout, account} {
		if code, _, _ := send(other.site(other.ctx), "GET", path, nil); code != 404 {
			t.Errorf("another practice, %s: %d", path, code)
		}
	}
}

// Both pages in a browser: taps alone, no sideways scrolling, and the button
// with the sum in view on a tablet.
func TestPagesInABrowser(t *testing.T) {
	r := newRoom(t, dbtest.NewSQLite(t))
	v := r.signed(r.dana, r.ref, 45)
	w := r.signed(r.pham, id.Referral{}, 50)
	for i := range 3 {
		ok(r.TakeOnAccount(r.ctx, r.pham, cash(money.Cents(10_00*(i+1)))))(t)
	}
	ts := httptest.NewServer(r.site(r.ctx))
	defer ts.Close()
	tab := webtest.Open(t, ts.URL)
	tab.SetViewport(820, 1180)
	tab.Go("/visits/" + v.String() + "/checkout")
	if bottom := webtest.Eval[float64](tab, `[...document.querySelectorAll("button")].find(b => b.textContent.includes("Take $20.00")).getBoundingClientRect().bottom`); bottom > 1180 {
		t.Errorf("the button ends at %.0f", bottom)
	}
	tab.FitsAndReads()
	shots(tab, "checkout")
	tab.Click("Cash")
	tab.Click("Take $20.00")
	tab.See("Nothing is owed")
	tab.FitsAndReads()
	shots(tab, "checkout-paid")
	tab.Go("/visits/" + w.String() + "/checkout?amount=other")
	shots(tab, "checkout-cash")
	tab.Go("/patients/" + r.pham.String() + "/account")
	tab.FitsAndReads()
	shots(tab, "account")
	tab.NoErrors()
}

func shots(tab *webtest.Tab, name string) {
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(name + "-" + strconv.FormatInt(w, 10))
	}
	tab.SetViewport(820, 1180)
}
