package e2e

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"

	"soapstone/internal/civil"
	"soapstone/internal/claim"
	"soapstone/internal/coverage"
	"soapstone/internal/id"
	"soapstone/internal/patient"
	"soapstone/internal/referral"
	"soapstone/internal/web/webtest"
)

// The budgets of the workbench, after /claims is open: for what is ready, and for
// 14 that are ready and 2 that have to be mended.
var (
	cleanBudget = budget{taps: 2, seconds: 10}
	wholeBudget = budget{taps: 11, seconds: 60}
)

// workbench is a clinic with 14 claims that are ready and two that are not: one
// to a payer whose contract has ended, one of a patient without a ZIP code.
func workbench(t *testing.T) (*clinic, *hand) {
	t.Helper()
	c := openClinic(t)
	c.billing()
	lake := c.payer("Lake Health", nil)
	old := c.payer("Old Harbor", func(p *coverage.Payer) { p.ContractFrom, p.ContractTo = civil.Of(2020, 1, 1), civil.Of(2025, 12, 31) })
	want := map[claim.State]int64{claim.Ready: 14, claim.Blocked: 2}
	for i := range 16 {
		reg, payer := c.somebody(fmt.Sprintf("Nora%c", 'a'+i), "Feldt"), lake
		switch i {
		case 5:
			payer = old
		case 9:
			reg.PostalCode = ""
		}
		p := c.register(reg)
		c.insure(p, payer)
		c.treated(p, c.order(p, c.ordered()), 6*60+i*20, 15)
	}
	got := ok(c.app.Rooms().Claims.Board(c.ctx, claim.Filter{}))(t)
	for s, n := range want {
		if got.Counts[s] != n {
			t.Fatalf("%d claims are %s, want %d", got.Counts[s], s, n)
		}
	}
	f := &hand{Tab: webtest.Open(t, c.url)}
	f.SetViewport(820, 1180)
	f.Go("/")
	f.Click("Maya Brandt")
	f.See("Today")
	f.Go("/claims")
	f.See("Blocked", "Ready")
	f.begin()
	return c, f
}

// What is ready leaves with two taps, whatever else is to be mended.
func TestJourneyClaimCleanBatch(t *testing.T) {
	needBrowser(t)
	_, f := workbench(t)
	f.think().tap("Ready")
	f.wait()
	f.think().tap("Send 14 claims · 837P · $630.00")
	f.wait()
	f.See("claims-000000001.837", "14 claims sent", "$630.00")
	f.within(cleanBudget, "the clean batch")
	// The payer has no postal address, which a file can do without and a form
	// cannot: what is shown of the form is no form to be sent.
	f.Click("Noraa Feldt")
	form := download(f.Tab, f.Path()+"/cms1500.pdf?drawn=0")
	must(t, api.Validate(bytes.NewReader(form), nil))
	f.NoErrors()
}

// Two are mended where the workbench leads, and then all leave together.
func TestJourneyClaimBatchWithTwoToMend(t *testing.T) {
	needBrowser(t)
	_, f := workbench(t)
	f.think().tap("Set aside…")
	f.write("Why this claim may go all the same", "The payer agreed by phone to pay for March.")
	f.tap("Set aside")
	f.wait()
	f.See("Check set aside.")
	f.think().tap("Open the patient’s details")
	f.wait()
	f.think().write("ZIP code", "60602")
	f.tap("Save")
	f.wait()
	f.tap("Claims")
	f.wait()
	f.See("16 claims pass all checks that block")
	f.think().tap("Send 16 claims · 837P · $720.00")
	f.wait()
	f.See("claims-000000001.837", "16 claims sent")
	f.within(wholeBudget, "14 ready and 2 to mend")
	f.NoErrors()
}

// badInput is one session with something wrong, and what its claim says of it.
type badInput struct {
	name    string
	patient func(*patient.Registration)
	payer   id.Payer
	minutes int
	// after changes the prescription once the note is signed.
	after   func(*referral.Input)
	blocked bool
	says    []string
}

// What is wrong with what was entered stands on the claim, in words, with a way
// to mend it; the claim is not offered for sending.
func TestJourneyClaimBadInput(t *testing.T) {
	needBrowser(t)
	c := openClinic(t)
	c.billing()
	two := int64(2)
	lake, capped := c.payer("Lake Health", nil), c.payer("Two Units Health", func(p *coverage.Payer) { p.Overrides.VisitUnitCap = &two })
	tab := webtest.Open(t, c.url)
	tab.SetViewport(390, 844)
	tab.Go("/")
	tab.Click("Maya Brandt")
	tab.See("Today")
	var good claim.Row
	for i, x := range []badInput{
		{name: "nothing wrong", payer: lake, minutes: 30, says: []string{"97140 × 2", "$90.00"}},
		{name: "prescription that turns out to have ended", payer: lake, minutes: 15, blocked: true,
			after: func(in *referral.Input) { in.EndsOn, in.Reason = today.AddDays(-1), "The office faxed the right one" },
			says:  []string{"The prescription ended on 9 Mar 2026, before the visit. A renewal that covers 10 Mar 2026 is needed.", "Open the prescription"}},
		{name: "units over the cap", payer: capped, minutes: 53,
			says: []string{"97140 × 2", "2 units of 97140 were given and are not billed: the limit is 2 a visit"}},
		{name: "name with marks", payer: lake, minutes: 15, patient: func(r *patient.Registration) { r.FirstName, r.LastName = "Zoë", "Łukasik" },
			says: []string{"“Zoë”, is sent as “Zoe”", "“Łukasik”, is sent as “Lukasik”"}},
		{name: "name in another script", payer: lake, minutes: 15, blocked: true, patient: func(r *patient.Registration) { r.LastName = "王" },
			says: []string{"The patient’s name, “王”, cannot be written in the letters of claims.", "Open the patient’s details"}},
		{name: "minutes that earn nothing", payer: lake, minutes: 5, blocked: true, says: []string{"Nothing in the note earns a unit", "See how the minutes were counted"}},
	} {
		row := c.bad(x, 6*60+i*60)
		if good.ID.IsZero() {
			good = row
		}
		t.Run(x.name, func(t *testing.T) {
			tab := tab.As(t)
			tab.Go("/claims/" + row.ID.String())
			tab.See(x.says...)
			offered(tab, !x.blocked)
		})
	}
	t.Run("no NPI", func(t *testing.T) {
		tab := tab.As(t)
		for _, npi := range []string{"", ownNPI} {
			c.npi(npi)
			tab.Go("/claims/" + good.ID.String())
			offered(tab, npi != "")
		}
	})
	t.Run("amounts", func(t *testing.T) { amounts(tab.As(t), "/visits/"+good.Visit.String()+"/checkout") })
	tab.NoErrors()
}

// bad makes the session and its claim.
func (c *clinic) bad(x badInput, at int) claim.Row {
	c.t.Helper()
	reg, in := c.somebody("Nora", "Feldt"), c.ordered()
	if x.patient != nil {
		x.patient(&reg)
	}
	p := c.register(reg)
	c.insure(p, x.payer)
	r := c.order(p, in)
	row := c.claimOf(c.treated(p, r, at, x.minutes))
	if x.after != nil {
		x.after(&in)
		must(c.t, c.app.Rooms().Referrals.Amend(c.ctx, p, r, 1, in))
	}
	return row
}

// offered sees whether the claim shown is offered for sending.
func offered(tab *webtest.Tab, want bool) {
	tab.T.Helper()
	if want {
		tab.See("Send 1 claim", "Print on CMS-1500")
	} else {
		tab.See("keeps it back")
		tab.Unseen("Send 1 claim", "Print on CMS-1500")
	}
	tab.NoHScroll()
}

// amounts tries what is no sum of money, or more than one; and what must not be
// typed at all, which is not shown again.
func amounts(tab *webtest.Tab, checkout string) {
	tab.T.Helper()
	for _, typed := range []string{"-5", "0", "12.345", "abc", "1e3", "$1,000,000,000,000"} {
		tab.Go(checkout + "?amount=other")
		tab.Fill("Amount", typed)
		tab.Choose("How does the patient pay?", "Cash")
		tab.Click("Take payment")
		tab.See("There is a problem", "Due now", "$25.00")
		if got := tab.Value("Amount"); got != typed {
			tab.T.Errorf("“%s” was typed, “%s” is shown again", typed, got)
		}
		tab.Unseen("Paid for this visit")
	}
	const card = "4111 1111 1111 1111"
	tab.Go(checkout)
	tab.Choose("How does the patient pay?", "Card")
	tab.Fill("Check number or terminal reference", card)
	tab.Click("Take $25.00")
	tab.See("This looks like a card number. It was not kept.")
	if got := tab.Value("Check number or terminal reference"); got != "" {
		tab.T.Errorf("the card’s number is shown again: %q", got)
	}
	tab.Unseen("Paid for this visit", card)
	tab.Axe("target-size")
}
