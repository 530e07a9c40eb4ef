package web

import (
	"net/http"
	"strings"

	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// registerKit adds the pages that show the components: all of them in all
// states at /ui, and three pages as rooms build them. Development only.
func registerKit(rt *Router) {
	rt.Public("GET /ui", showSink)
	rt.Public("POST /ui", showSink)
	rt.Public("GET /ui/chart", showChart)
	rt.Public("GET /ui/form", showForm)
	rt.Public("POST /ui/form", showForm)
	rt.Public("GET /ui/search", showSearch)
}

func samplePage(r *http.Request, title string) kit.Page {
	p := PageData(r, title)
	p.User = &kit.User{Name: "Robin Lind", Practice: "Lakeside Medical Massage", Roles: []string{"Therapist", "Owner"}, Menu: []kit.Link{kit.To("Security", "/ui"), kit.To("Staff", "/ui")}}
	p.Nav = []kit.NavItem{
		{Key: "today", Label: "Today", URL: "/ui", Icon: "today"},
		{Key: "patients", Label: "Patients", URL: "/ui/chart", Icon: "people"},
		{Key: "referrals", Label: "Referrals", URL: "/ui/form", Icon: "inbox", Count: 3},
		{Key: "practice", Label: "Practice", URL: "/ui/search", Icon: "settings"},
	}
	return p
}

func showSink(w http.ResponseWriter, r *http.Request) error {
	p := samplePage(r, "Components")
	p.Active, p.Width, p.Lead = "today", kit.Wide, "Every component in every state, light and dark."
	return Render(w, r, http.StatusOK, kit.Sink(p))
}

func showChart(w http.ResponseWriter, r *http.Request) error {
	p := samplePage(r, "Chart")
	p.Active, p.Back = "patients", kit.To("Patients", "/ui/search")
	p.Banner = kit.PatientBanner(kit.SampleHead())
	p.Flash = append(p.Flash, "Note signed.")
	p.Actions = kit.Button(kit.Btn{Label: "Start visit note", URL: "/ui/form", Tone: kit.Primary, Icon: "plus"})
	p.Tabs = []kit.Tab{{Label: "Overview", URL: "/ui/chart", Active: true}, {Label: "Referrals", URL: "/ui/chart", Count: 2}, {Label: "Screening", URL: "/ui/chart"}, {Label: "Assessment", URL: "/ui/chart"}, {Label: "Plan", URL: "/ui/chart"}, {Label: "Notes", URL: "/ui/chart"}, {Label: "Documents", URL: "/ui/chart"}}
	return Render(w, r, http.StatusOK, kit.SampleChart(p))
}

func showForm(w http.ResponseWriter, r *http.Request) error {
	f := form.Empty()
	if r.Method == http.MethodPost {
		var err error
		if f, err = ParseForm(w, r); err != nil {
			return err
		}
		f.Text("first", form.Required("Enter the patient's first name."))
		f.Text("last", form.Required("Enter the patient's last name."))
		f.Date("born", form.Required("Enter the date of birth."))
		f.Require("region", "Choose the region.")
		f.OptInt("pain", 0, 10, form.Required("Choose a number from 0 to 10."))
		f.Require("since", "Choose how it has been since the last visit.")
		f.YesNo("pregnant", form.Required("Answer the question about pregnancy."))
		f.Area("story", form.Max(500))
		if f.Valid() {
			return See(w, r, "/ui/chart", "Patient saved.")
		}
	}
	p := samplePage(r, "New patient")
	p.Active, p.Back, p.Form = "patients", kit.To("Patients", "/ui/search"), f
	return Render(w, r, f.Status(), kit.SampleForm(p, f))
}

func showSearch(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	var found []string
	for _, n := range []string{"Dana Okafor", "Jun Pham", "Maria Ruiz", "Odell Okoye", "Robin Lindqvist"} {
		if strings.Contains(strings.ToLower(n), strings.ToLower(q)) {
			found = append(found, n)
		}
	}
	p := samplePage(r, "Patients")
	p.Active, p.HTMX = "patients", true
	p.Actions = kit.Button(kit.Btn{Label: "New patient", URL: "/ui/form", Icon: "plus"})
	return Render(w, r, http.StatusOK, kit.SampleSearch(p, q, found))
}
