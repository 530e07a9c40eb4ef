package app

import (
	"context"
	"slices"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/home"
	"soapstone/internal/inbox"
	"soapstone/internal/inbox/inboxui"
	"soapstone/internal/web"
	"soapstone/internal/web/kit"
)

// nav is the main navigation with the inbox behind the patients.
func nav() []web.NavItem {
	return slices.Insert(home.Nav(), 2, web.NavItem{NavItem: kit.NavItem{Key: "inbox", Label: "Inbox", URL: "/inbox", Icon: "download"}, Permission: authz.InboxRead})
}

// lookEvery is how often the inbox folder is looked at.
const lookEvery = 5 * time.Second

// openInbox opens the folder that scanners and fax machines put files into, if
// one was named.
func (a *App) openInbox() error {
	if a.cfg.Inbox == "" {
		return nil
	}
	w, err := inbox.NewWatch(a.rooms.Inbox, a.cfg.Inbox, a.cfg.Clock)
	a.inbox = w
	return err
}

// watchInbox takes in what comes, until ctx ends.
func (a *App) watchInbox(ctx context.Context) {
	defer a.inbox.Close()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := a.inbox.Look(ctx); err != nil && ctx.Err() == nil {
				a.cfg.Log.Error("files of the inbox folder wait there; this is tried again", "err", err)
			}
		}
	}
}

// inboxFolder is what the inbox page asks for files that were put aside.
func (a *App) inboxFolder() inboxui.Folder {
	if a.inbox == nil {
		return nil // an interface without a value, not one that holds none
	}
	return a.inbox
}
