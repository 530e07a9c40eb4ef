package home

import (
	"context"
	"fmt"

	"soapstone/internal/authz"
	"soapstone/internal/claim"
	"soapstone/internal/home/q"
	"soapstone/internal/web/kit"
)

// pile is how many claims of a state are looked for; the number shown says so.
const pile = 100

// claims says how many claims wait, one line for each list that has some: what
// keeps money from coming first.
func (d *day) claims(ctx context.Context) error {
	if !d.actor.Can(authz.ClaimWrite) || d.board.Day != d.board.Today {
		return nil
	}
	for _, c := range []struct {
		state            claim.State
		tone, text, verb string
	}{
		{claim.Denied, "danger", "denied", "Answer"},
		{claim.Rejected, "danger", "rejected", "Fix"},
		{claim.Blocked, "warn", "blocked", "Fix"},
		{claim.Ready, "info", "ready to send", "Send"},
	} {
		rows, err := d.q.WaitingClaims(ctx, q.WaitingClaimsParams{PracticeID: d.tx.Practice, State: string(c.state), UserID: d.actor.User, Everybody: d.everybody})
		if err != nil {
			return err
		}
		if len(rows) == 0 || c.state == claim.Ready && !d.actor.Can(authz.ClaimSend) {
			continue
		}
		title := kit.Plural(len(rows), "claim ", "claims ") + c.text
		if len(rows) == pile {
			title = fmt.Sprintf("%d and more claims %s", pile, c.text)
		}
		d.board.Needs = append(d.board.Needs, Need{Kind: "Claims", Tone: c.tone, Title: title, Text: "The oldest is of " + rows[0].ServiceDate.Human() + ".",
			Verb: c.verb, URL: "/claims?state=" + string(c.state), Since: rows[0].ServiceDate})
	}
	return nil
}
