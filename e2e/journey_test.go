package e2e

import (
	"fmt"
	"os"
	"testing"

	"soapstone/internal/web/webtest"
)

// journey is one patient's way through the practice, in one browser.
type journey struct {
	*webtest.Tab
	h       *house
	t       *testing.T
	patient string // path of the chart
	visit   string // path of the session
	report  string // path of the report
	dark    bool   // whether each step is looked at in the dark scheme as well
}

// The sizes at which the product is used: a tablet lying and upright, a phone.
var sizes = []struct {
	name          string
	width, height int64
	dark          bool
}{
	{"tablet", 1180, 820, true},
	{"tablet-upright", 820, 1180, false},
	{"phone", 390, 844, true},
}

// looked checks the page as it stands: nothing reaches out of it, axe finds
// nothing, no script failed.
func (j *journey) looked(step string) {
	j.t.Helper()
	j.NoHScroll()
	j.Targets(44)
	// Axe takes what lies under a sticky bar for small; Targets measures it whole.
	j.Axe("target-size")
	if j.dark {
		j.SetScheme("dark")
		j.Axe("target-size")
		j.SetScheme("light")
	}
	j.NoErrors()
	j.Shot(step)
	if j.t.Failed() {
		j.t.Logf("after the step %q", step)
	}
}

func TestJourney(t *testing.T) {
	needBrowser(t)
	for _, s := range sizes {
		t.Run(s.name, func(t *testing.T) {
			h := openHouse(t)
			j := &journey{Tab: webtest.Open(t, h.url), h: h, t: t, dark: s.dark}
			j.SetViewport(s.width, s.height)
			j.SetScheme("light")
			j.signIn()
			j.register()
			j.prescription()
			j.consent()
			j.intake()
			j.screening()
			j.assessment()
			j.plan()
			j.session()
			j.note()
			j.signed()
			j.addendum()
			j.outcomes()
			j.progress()
		})
	}
}

// needBrowser skips, with the reason, before anything is built.
func needBrowser(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	wanted := os.Getenv("SOAPSTONE_REQUIRE_BROWSER") == "1" || os.Getenv("SOAPSTONE_BROWSER") != ""
	if !wanted || webtest.Find() == "" {
		webtest.Open(t, "") // says why it is skipped, or fails
	}
}

func (j *journey) signIn() {
	j.Go("/")
	j.See("Sign in")
	j.looked("sign-in")
	j.Click("Maya Brandt")
	j.See("Today")
	j.looked("today")
}

func (j *journey) register() {
	j.Go("/patients/new")
	j.Fill("First name", "Nora")
	j.Fill("Last name", "Feldt")
	j.Fill("Date of birth", "1979-05-14")
	j.Choose("Sex", "Female")
	j.looked("register")
	j.Click("Register patient")
	j.See("Nora Feldt")
	j.patient = j.Path()
	j.Go(j.patient + "/health")
	j.Click("Takes no medicines")
	j.Click("No known allergies")
	j.See("Takes no medicines.", "No known allergies.")
	j.looked("health")
}

func (j *journey) prescription() {
	j.Go(j.patient + "/referrals/new")
	j.Fill("Find", "obi")
	j.See("1 prescriber")
	j.Choose("Who prescribed it", "Amara Obi, DO")
	j.Fill("Add a diagnosis", "neck pain")
	j.In("Diagnoses").See("Cervicalgia")
	j.Click("Add M54.2")
	j.In("Diagnoses").See("Remove")
	j.Fill("Visits a week", "2")
	j.Fill("For weeks", "6")
	j.Fill("Written on", "2026-03-06")
	j.Fill("Regions", "Neck and shoulders")
	j.See("2 a week for 6 weeks = 12 visits")
	j.Upload("Photograph or upload the prescription", "testdata/prescription.png")
	j.In("Scan").See("prescription.png")
	j.looked("prescription-form")
	j.Check("I have seen the prescriber’s signature")
	j.Click("Save referral")
	j.See("Cervicalgia", "Amara Obi", "prescription.png")
	j.looked("prescription")
}

func (j *journey) consent() {
	j.Go(j.patient + "/consents")
	j.looked("consents")
	j.Click("Read and sign")
	j.Choose("Who signs?", "The patient")
	j.Fill("Full name", "Nora Feldt")
	j.Check("The name typed above is my signature")
	j.looked("consent-form")
	j.Click("Sign")
	j.See("Given")
}

func (j *journey) intake() {
	j.Go(j.patient + "/intake")
	j.Click("Start the intake")
	j.Fill("Why does the patient come?", "Stiff neck, headaches by the evening.")
	j.Fill("Since when?", "two months")
	j.looked("intake-form")
	j.Click("Complete intake")
	j.See("Stiff neck")
	j.looked("intake")
}

// screening answers group by group, as at the table.
func (j *journey) screening() {
	j.Go(j.patient + "/screening/new")
	j.looked("screening-form")
	groups := webtest.Eval[int](j.Tab, `document.querySelectorAll("[data-none]").length`)
	for i := range groups {
		label := webtest.Eval[string](j.Tab, fmt.Sprintf(`document.querySelectorAll("[data-none]")[%d].closest(".card").querySelector("h2").textContent.trim()`, i))
		j.In(label).Click("No to all of these")
	}
	// Questions that stand alone in their group are answered one by one.
	for _, question := range webtest.Eval[[]string](j.Tab, `[...document.querySelectorAll(".screening-sheet fieldset")].filter((f) => f.checkVisibility() && f.querySelector("input[type=radio]") && !f.querySelector("input:checked")).map((f) => f.querySelector("legend").textContent.trim().replace(/\s+/g, " "))`) {
		j.Choose(question, "No")
	}
	j.Fill("Blood pressure, upper number", "122")
	j.Fill("Blood pressure, lower number", "78")
	j.Click("Record answers")
	j.See("Nothing found that speaks against treatment today.")
	j.looked("screening")
}

func (j *journey) assessment() {
	j.Go(j.patient + "/assessments/new?kind=evaluation")
	j.Choose("Regions", "Neck")
	j.Click("Begin")
	j.In("Place 1").Fill("Where", "Upper trapezius, right")
	j.In("Place 1").Choose("Pain now", "6")
	j.In("Place 1").Choose("Worst in the last 7 days", "8")
	j.Click("Save, next: ROM")
	j.Fill("Rotation, left, degrees", "62")
	j.Fill("Rotation, right, degrees", "48")
	j.looked("assessment-form")
	j.Click("Finish")
	j.Click("Complete")
	j.See("48")
	j.looked("assessment")
}

func (j *journey) plan() {
	j.Go(j.patient + "/plan/edit")
	j.Fill("Visits a week", "2")
	j.Fill("Weeks", "6")
	j.Fill("Problem", "Turns the head little to the right; headaches by the evening.")
	j.In("Goal 1").Fill("The patient will", "look over the right shoulder when driving")
	j.In("Goal 1").Fill("Measured by", "rom:cervical.rotation:R")
	j.In("Goal 1").Fill("Target", "65")
	j.In("Goal 1").Fill("By", "2026-04-17")
	tech := j.In("Technique 1")
	tech.Fill("Technique", "myofascial-release")
	tech.Check("Neck and shoulders")
	tech.Fill("Minutes, at least", "15")
	tech.Fill("Minutes, at most", "25")
	tech.Choose("Pressure", "3")
	j.looked("plan-form")
	j.Click("Put in force")
	j.See("look over the right shoulder")
	j.looked("plan")
}
