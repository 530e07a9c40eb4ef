package screeningui_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"soapstone/internal/db/dbtest"
	"soapstone/internal/patient"
	"soapstone/internal/screening"
	"soapstone/internal/web/webtest"
)

func TestPagesInABrowser(t *testing.T) {
	s := newSite(t, dbtest.NewSQLite(t))
	srv := httptest.NewServer(s.handler)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	s.answerAll()
	s.e.Clock.Advance(7 * 24 * 3600e9)
	if _, err := s.patients.AddMedicine(s.e.Actor(), s.patient, patient.MedicineInput{Name: "Warfarin 5 mg"}); err != nil {
		t.Fatal(err)
	}
	tab.Go(s.at + "/new")
	tab.See("What has changed", "answers stand")
	look(tab, "sheet")
	tab.Click("No to all of these: Skin")
	if n := webtest.Eval[int](tab, `document.querySelectorAll("#group-skin [data-questions]:not([hidden]) input[value=no]:checked").length`); n < 4 {
		t.Errorf("the group button answered %d questions", n)
	}
	if n := webtest.Eval[int](tab, `document.querySelectorAll("#group-illness input:checked").length`); n != 0 {
		t.Errorf("the group button answered %d questions of another group", n)
	}
	_, answers, err := s.s.Sheet(s.e.Actor(), s.patient, today.AddDays(7))
	if err != nil {
		t.Fatal(err)
	}
	answers["ans.fever"] = screening.Given{Answer: screening.SaidYes(), How: screening.Asked, On: today.AddDays(7)}
	if _, err := s.s.Record(s.e.Actor(), s.patient, answers); err != nil {
		t.Fatal(err)
	}
	tab.Go(s.at)
	tab.See("Easy bruising or bleeding", "How do you proceed?")
	look(tab, "result")
	tab.Go(s.at + "/release/AB02")
	look(tab, "release")

	s.e.Clock.Advance(24 * 3600e9)
	s.actor.Handed = s.at + "/patient"
	tab.Go(s.at + "/patient")
	look(tab, "changed")
	tab.Go(s.at + "/patient?group=now")
	look(tab, "patient")
	if h := webtest.Eval[float64](tab, `Math.min(...[...document.querySelectorAll(".alone .chip span")].map((e) => e.getBoundingClientRect().height).filter((h) => h > 0))`); h < 56 {
		t.Errorf("an answer is %.0f pixels high, want 56", h)
	}
	tab.NoErrors()
}

// look checks a page at all widths and in both schemes, and keeps pictures.
func look(tab *webtest.Tab, name string) {
	tab.FitsAndReads()
	tab.Shot(fmt.Sprintf("screening-%s-1180-dark", name))
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("screening-%s-%d", name, w))
	}
}
