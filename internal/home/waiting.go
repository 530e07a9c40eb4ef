package home

import (
	"context"

	"soapstone/internal/authz"
	"soapstone/internal/civil"
	"soapstone/internal/credential"
	"soapstone/internal/db"
	"soapstone/internal/web/kit"
)

// Inbox counts the papers that nobody has put into a chart yet.
type Inbox interface {
	CountWaiting(ctx context.Context, tx *db.Tx) (n int64, oldest db.Time, err error)
}

// Credentials says what the actor's own continuing education and credentials lack.
type Credentials interface {
	Missing(ctx context.Context) ([]credential.Lack, error)
}

// papersWaiting says how many papers wait in the inbox.
func (d *day) papersWaiting(ctx context.Context) error {
	if d.Inbox == nil || !d.actor.Can(authz.InboxRead) || d.board.Day != d.board.Today {
		return nil
	}
	n, oldest, err := d.Inbox.CountWaiting(ctx, d.tx)
	if err != nil || n == 0 {
		return err
	}
	zone := d.actor.Zone
	if zone == nil {
		zone = d.tx.Now.Location()
	}
	since := civil.DateIn(oldest.Time, zone)
	d.board.Needs = append(d.board.Needs, Need{Kind: "Inbox", Tone: "warn", Title: kit.Plural(int(n), "paper waits", "papers wait") + " in the inbox", Text: "The oldest since " + since.Human() + ".",
		Verb: d.verbFor(authz.InboxWrite, "File"), URL: "/inbox", Since: since})
	return nil
}

// lacking are the lines about the actor's own career that press.
func (d *day) lacking(lacks []credential.Lack) {
	for _, l := range lacks {
		if l.Tone != "info" {
			d.board.Needs = append(d.board.Needs, Need{Kind: "Career", Tone: l.Tone, Title: d.actor.Name, Text: l.Text + ".", Verb: "Plan", URL: l.URL, Since: earlier(l.By, d.board.Today)})
		}
	}
}

// earlier is the first of two days.
func earlier(a, b civil.Date) civil.Date {
	if b.Before(a) {
		return b
	}
	return a
}
