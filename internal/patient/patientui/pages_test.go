package patientui_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"soapstone/internal/civil"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/patient"
	"soapstone/internal/web/webtest"
)

// The pages in a browser: they fit a phone and a tablet, read well in both
// schemes, and a front desk can find and register a patient.
func TestPagesInABrowser(t *testing.T) {
	e := dbtest.NewSQLite(t)
	h, s := serve(t, e)
	ctx := e.Actor()
	p := register(t, s, ctx, dana())
	kid := dana()
	kid.FirstName, kid.PreferredName, kid.BirthDate, kid.Phone = "Chidi", "", civil.Of(2015, 6, 1), ""
	child := register(t, s, ctx, kid)
	for i, last := range []string{"Shah", "O’Brien-Weiß", "Nguyễn", "田中", "Vanderbilt-Montgomery-Featherstonehaugh"} {
		register(t, s, ctx, patient.Demographics{FirstName: "Alexandria", LastName: last, BirthDate: civil.Of(1960+i, 7, 9), Sex: patient.Male, Phone: fmt.Sprintf("773-555-01%02d", i)})
	}
	for _, in := range []patient.AllergyInput{{Name: "Latex", Severe: true, Since: "2019", Note: "Swelling of lips"}, {Name: "Lavender oil", Note: "Rash"}} {
		if _, err := s.AddAllergy(ctx, p, in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.AddMedicine(ctx, p, patient.MedicineInput{Name: "Apixaban", Dose: "5 mg twice a day", Since: "3/2024", Note: "Atrial fibrillation"}); err != nil {
		t.Fatal(err)
	}
	dup := register(t, s, ctx, patient.Demographics{FirstName: "Dana", LastName: "Okafor-Lind", BirthDate: civil.Of(1984, 2, 3), Sex: patient.Unknown})
	if err := s.Merge(ctx, patient.MergeInput{Survivor: p, Duplicate: dup, SurvivorVersion: 1, DuplicateVersion: 1, Reason: "Same insurance card"}); err != nil {
		t.Fatal(err)
	}

	srv := httptest.NewServer(h)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	base := "/patients/" + p.String()
	for name, path := range map[string]string{
		"list": "/patients", "search": "/patients?q=oka", "none": "/patients?q=zzz", "new": "/patients/new", "details": base + "/details",
		"edit": base + "/details/edit", "health": base + "/health", "health-unasked": "/patients/" + child.String() + "/health",
		"archive": base + "/archive", "merge": base + "/merge", "compare": base + "/merge/" + child.String(),
		"merged": "/patients/" + dup.String() + "/details", "unmerge": "/patients/" + dup.String() + "/unmerge",
	} {
		tab.Go(path)
		switch name {
		case "list", "new", "details", "health", "compare":
			tab.FitsAndReads()
		default: // made of the same parts: the narrowest window shows what is wrong
			tab.SetViewport(320, 900)
			tab.NoHScroll()
			tab.Targets(44)
			tab.Axe()
		}
		shots(tab, name)
		tab.NoErrors()
	}

	tab.SetViewport(1180, 820)
	tab.Go("/patients")
	tab.Fill("Find a patient", "oka 3/2/84")
	tab.See("1 patient found")
	tab.Unseen("Shah")
	tab.Go("/patients/new")
	tab.Fill("First name", "Dana")
	tab.Fill("Last name", "Okafor")
	tab.Fill("Date of birth", "1984-03-02")
	tab.Choose("Sex recorded for insurance", "Female")
	tab.Click("Register patient")
	tab.See("There is a problem", "Is it one of these?")
	tab.FitsAndReads()
	shots(tab, "similar")
	tab.Check("No. This is another person.")
	tab.NoErrors()
}

// shots writes pictures at three widths, and one in the dark.
func shots(tab *webtest.Tab, name string) {
	if os.Getenv("SOAPSTONE_SHOTS") == "" {
		return
	}
	tab.SetScheme("light")
	for _, w := range []int64{390, 820, 1180} {
		tab.SetViewport(w, 900)
		tab.Shot(fmt.Sprintf("patient-%s-%d", name, w))
	}
	tab.SetScheme("dark")
	tab.Shot("patient-" + name + "-1180-dark")
	tab.SetScheme("light")
}
