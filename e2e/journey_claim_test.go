package e2e

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"soapstone/internal/claimx12"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/webtest"
	"soapstone/x12"
	"soapstone/x12/check"
)

// claimJourney is the way of one session to the payer, and back: from an empty
// practice, in one browser.
type claimJourney struct {
	*journey
	c      *clinic
	pid    id.Patient
	claim  string // path of the first claim
	second string // path of the one that replaces it
}

func TestJourneyClaim(t *testing.T) {
	needBrowser(t)
	for _, s := range []struct {
		name          string
		width, height int64
	}{{"tablet-upright", 820, 1180}, {"phone", 390, 844}} {
		t.Run(s.name, func(t *testing.T) {
			c := openClinic(t)
			j := &claimJourney{journey: &journey{Tab: webtest.Open(t, c.url), h: c.house, t: t, dark: true}, c: c}
			j.SetViewport(s.width, s.height)
			j.SetScheme("light")
			j.Go("/")
			j.Click("Maya Brandt")
			j.See("Today")
			j.billed()
			j.clearinghouse()
			j.payer()
			j.fees()
			j.patients()
			j.insurance()
			j.note()
			j.checkout()
			j.blocked()
			j.mended()
			j.sent()
			j.answered()
			j.replaced()
			j.taken()
		})
	}
}

// billed enters who bills.
func (j *claimJourney) billed() {
	j.Go("/settings/billing")
	j.Fill("Tax number", "36-1234567")
	j.Fill("NPI that bills", billingNPI)
	j.Choose("Whose tax number is it?", "The practice’s (EIN)")
	j.Check("Accept assignment")
	at := j.In("Billing address")
	at.Fill("Street address", "1 Main St")
	at.Fill("City", "Chicago")
	at.Fill("State", "Illinois")
	at.Fill("ZIP code", "60601-1234")
	j.looked("claim-billing")
	j.Click("Save billing identity")
	j.See("saved")
}

func (j *claimJourney) clearinghouse() {
	j.Go("/settings/claims")
	j.Fill("Name of the submitter", "Millpond Bodywork")
	j.Fill("Submitter number", "MILL01")
	j.Fill("Whom to ask about files", "Maya Brandt")
	j.Fill("Phone", "312-555-0100")
	j.Fill("Name of the receiver", "Clearing House")
	j.Fill("Receiver number", "CLEAR1")
	j.Choose("What are the files?", "Production")
	j.looked("claim-settings")
	j.Click("Save claim settings")
	j.See("saved")
}

// payer is one that wants to be asked before the first visit.
func (j *claimJourney) payer() {
	j.Go("/settings/payers/new")
	j.Click("Commercial health plan")
	j.Fill("Name", "Lake Health")
	j.Fill("Payer ID", "60054")
	j.Fill("Street address", "9 Lake Rd")
	j.Fill("City", "Madison")
	j.Fill("State", "Wisconsin")
	j.Fill("ZIP code", "53703")
	j.Fill("Pays massage therapists", "Yes")
	j.Fill("Authorization", "From the first visit on")
	j.Fill("Where you learned this", "provider manual 2026, page 12")
	j.Fill("Last asked on", "2026-03-02")
	j.looked("claim-payer-form")
	j.Click("Save payer")
	j.See("Payer saved.", "Nobody is enrolled yet.")
	j.looked("claim-payer")
	j.Click("Enroll a therapist")
	j.Fill("Therapist", "Maya Brandt, LMT")
	j.Fill("First day", "2025-01-01")
	j.looked("claim-enrollment")
	j.Click("Save enrollment")
	j.See("Enrollment saved.", "Maya Brandt")
}

func (j *claimJourney) fees() {
	j.Go("/settings/fees/new?kind=standard")
	j.Fill("Name", "Charges 2026")
	j.Fill("First day", "2026-01-01")
	row := webtest.Eval[string](j.Tab, `[...document.querySelectorAll("input")].find((e) => e.value === "97140").labels[0].textContent.replace(/\D/g, "")`)
	j.Fill("Price, row "+row, "45")
	j.looked("claim-fees")
	j.Click("Save prices")
	j.See("Prices saved.", "97140", "$45.00")
}

// patients registers somebody, without a ZIP code, with a prescription and a
// session of today: the screens of all that are the other journey's.
func (j *claimJourney) patients() {
	reg := j.c.somebody("Nora", "Feldt")
	reg.PostalCode = ""
	j.pid = j.c.register(reg)
	j.patient = "/patients/" + j.pid.String()
	r := j.c.order(j.pid, j.c.ordered())
	j.visit = "/visits/" + j.c.planned(j.pid, r, 12*60+10, 30).String()
	j.c.measured(j.pid)
}

func (j *claimJourney) insurance() {
	j.Go(j.patient + "/coverage")
	j.Click("Add insurance")
	j.Click("Lake Health")
	j.Choose("Who is asked first?", "Primary")
	j.Fill("Member ID", "W123456")
	j.In("Lake Health").Fill("First day", "2026-01-01")
	j.Choose("Subscriber", "The patient")
	j.Choose("Of a visit", "A copay")
	j.Fill("Copay", "25")
	j.Check("The patient signed that records may go to the payer")
	j.Check("The patient signed that the payer pays the practice")
	j.looked("claim-insurance-form")
	j.Click("Save insurance")
	j.See("W123456", "$25.00 a visit")
	j.looked("claim-insurance")
}

// checkout is where signing the note has led: it says what was done and what is
// owed, and takes it.
func (j *claimJourney) checkout() {
	if want := j.visit + "/checkout"; j.Path() != want {
		j.t.Fatalf("after signing the browser is at %s, not %s", j.Path(), want)
	}
	j.See("97140 × 1", "20 minutes", "$45.00", "Due now", "$25.00", "Lake Health")
	j.Choose("How does the patient pay?", "Cash")
	j.looked("checkout")
	j.Click("Take $25.00")
	j.See("$25.00 received. Receipt 1001 is ready.", "Checked out. Nothing is owed.")
	j.looked("checkout-paid")
	j.pdf(j.link("Receipt 1001"))
	j.claim, _, _ = strings.Cut(j.link("Lake Health"), "?")
	if !strings.HasPrefix(j.claim, "/claims/") {
		j.t.Fatalf("check-out leads to the claim at %q", j.claim)
	}
}

// link is where a link leads.
func (j *claimJourney) link(name string) string {
	j.t.Helper()
	return webtest.Eval[string](j.Tab, `[...document.querySelectorAll("main a[href]")].find((a) => a.textContent.includes(`+"`"+name+"`"+`))?.getAttribute("href") ?? ""`)
}

// blocked sees what keeps the claim back, and that it leaves by no route.
func (j *claimJourney) blocked() {
	j.Go("/claims")
	j.See("Nora Feldt", "97140 × 1", "Lake Health wants its authorization before the first visit, and there is none.", "The patient’s address is not complete.")
	j.Unseen("Send 1 claim")
	j.looked("claims-blocked")
	j.Go(j.claim)
	j.See("2 things keep it back", "Mend what keeps it back.")
	j.looked("claim-blocked")
	j.pdf(j.claim + "/cms1500.pdf") // a preview with a watermark
}

// mended follows both links to where each thing is mended.
func (j *claimJourney) mended() {
	j.Go("/claims")
	j.Click("Enter the authorization")
	j.Fill("Payer", "Lake Health")
	j.Fill("Authorization number", "AUTH-77")
	j.Fill("Visits allowed", "12")
	j.Fill("From", "2026-03-01")
	j.looked("claim-authorization")
	j.Click("Save authorization")
	j.See("AUTH-77")
	j.Go("/claims")
	j.Unseen("wants its authorization")
	j.Click("Open the patient’s details")
	j.Fill("ZIP code", "60602")
	j.Click("Save")
	j.See("Details saved.") // and back at the claims
	j.Go("/claims") // nothing is blocked any more: those that are ready are shown
	j.See("1 claim passes all checks that block", "Send 1 claim · 837P · $45.00")
	j.looked("claims-ready")
}

func (j *claimJourney) sent() {
	j.Click("Send 1 claim · 837P · $45.00")
	j.See("Sent. Everything is kept as it left.", "Download the file", "claims-000000001.837", "ISA 000000001 · GS 1 · ST from 0001", "Nora Feldt")
	j.looked("batch")
	file := j.file()
	for _, want := range []string{"CLM*100001*45*", "*11:B:1*", "NM1*IL*1*FELDT*NORA****MI*W123456", "REF*G1*AUTH-77", "AMT*F5*25", "SV1*HC:97140*45*UN*1*", "HI*ABK:M542", billingNPI, ownNPI, prescriberNPI} {
		if !strings.Contains(file, want) {
			j.t.Errorf("the file does not say %s:\n%s", want, file)
		}
	}
	j.Go(j.claim)
	j.See("No answer yet.", "AUTH-77")
	j.looked("claim-sent")
	j.pdf(j.claim + "/cms1500.pdf?drawn=1")
	j.pdf(j.claim + "/cms1500.pdf?drawn=0")
}

// file downloads the batch that is shown, and checks it as `soapstone x12 check`
// does. It comes back with a line for each segment.
func (j *claimJourney) file() string {
	j.t.Helper()
	path := j.link("Download the file")
	if path != j.Path()+"/file" {
		j.t.Fatalf("the file is offered at %q", path)
	}
	b := download(j.Tab, path)
	found := ok(claimx12.Check(b, today, knowledge.Must().ICD10()))(j.t)
	for _, f := range found {
		j.t.Logf("%s %s: %s", f.Severity, f.Code, f.Message)
	}
	if n := check.Errors(found); n > 0 {
		j.t.Errorf("%d errors in the file:\n%s", n, b)
	}
	if claims := ok(x12.Read837P(bytes.NewReader(b)))(j.t); len(claims) != 1 {
		j.t.Errorf("%d interchanges", len(claims))
	}
	return strings.NewReplacer("~\r\n", "~\n", "~\n", "~\n", "~", "~\n").Replace(string(b))
}

// answered records that the payer has paid; a correction needs its number.
func (j *claimJourney) answered() {
	j.Go(j.claim)
	j.Choose("What was the answer?", "Paid")
	j.Fill("Payer’s number of the claim", "PCN-778")
	j.Click("Record the answer")
	j.See("Answer recorded.", "PCN-778")
}

// replaced corrects the minutes after the claim has left: one that replaces it
// stands there, and goes out.
func (j *claimJourney) replaced() {
	j.Go(j.visit + "/note")
	j.Click("Add an addendum")
	j.Fill("Why", "The clock was misread")
	j.Fill("What is added", "The release took 24 minutes.")
	j.In("Minutes").Fill("Myofascial release", "24")
	j.Click("Sign addendum")
	j.See("Addendum 1", "24, was 20")
	j.Go("/claims?state=ready")
	j.See("Replacement", "97140 × 2", "$90.00")
	j.looked("claims-replacement")
	j.second = strings.TrimSpace(j.link("Nora Feldt"))
	j.Click("Send 1 claim · 837P · $90.00")
	j.See("claims-000000002.837", "ISA 000000002")
	j.names("7", "PCN-778")
	j.Go(j.claim)
	j.See("A later claim corrects this one.")
	j.Go(j.visit + "/checkout")
	j.See("97140 × 2", "Checked out. Nothing is owed.", "Claim 100002")
	j.Unseen("Open the payer") // what has left asks for nothing
	j.looked("checkout-changed")
}

// names sees that the file shown holds one claim of that frequency, which names
// the payer's number of the one before.
func (j *claimJourney) names(frequency, number string) {
	j.t.Helper()
	file := j.file()
	if !regexp.MustCompile(`CLM\*\d+\*[\d.]+\*\*\*11:B:` + frequency + `\*`).MatchString(file) {
		j.t.Errorf("no claim of frequency %s in\n%s", frequency, file)
	}
	if !strings.Contains(file, "REF*F8*"+number+"~") {
		j.t.Errorf("%s is not named in\n%s", number, file)
	}
}

// taken retracts the note: the claim that is out is taken back by a void.
func (j *claimJourney) taken() {
	j.Go(j.second)
	j.Choose("What was the answer?", "Paid")
	j.Fill("Payer’s number of the claim", "PCN-779")
	j.Click("Record the answer")
	j.See("Answer recorded.")
	j.Go(j.visit + "/note")
	j.Click("Entered in error…")
	j.Fill("Why it was entered in error", "Written in the wrong chart")
	j.Choose("Did this patient have this visit?", "No. Cancel the visit.")
	j.looked("retraction")
	j.Click("Sign the retraction")
	j.See("Entered in error. This note does not count.")
	j.Go("/claims?state=ready")
	j.See("Void", "Nora Feldt", "$90.00")
	j.looked("claims-void")
	j.Click("Send 1 claim · 837P · $90.00")
	j.See("claims-000000003.837")
	j.names("8", "PCN-779")
	j.Go(j.patient + "/account")
	j.See("Credit", "$25.00", "Open with insurance")
	j.looked("account")
	j.NoErrors()
}
