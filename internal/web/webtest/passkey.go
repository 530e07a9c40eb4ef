package webtest

import (
	"context"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator is a device that holds passkeys, as the browser sees it.
type Authenticator struct {
	tab *Tab
	id  webauthn.AuthenticatorID
}

// HoldsPasskeys gives the browser the lock of a device that knows its owner and
// answers at once. Browsers use it only at https or at http://localhost.
func (b *Tab) HoldsPasskeys() *Authenticator {
	b.T.Helper()
	a := &Authenticator{tab: b}
	b.call("add an authenticator", func(ctx context.Context) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		r, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		if err == nil {
			a.id = r.AuthenticatorID
		}
		return err
	})
	return a
}

// Verifies sets whether the device knows who holds it: the right finger, or not.
func (a *Authenticator) Verifies(yes bool) {
	a.tab.T.Helper()
	a.tab.call("set the owner", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: yes})
		return err
	})
}

// Passkeys is how many passkeys the device holds.
func (a *Authenticator) Passkeys() int {
	a.tab.T.Helper()
	n := 0
	a.tab.call("count passkeys", func(ctx context.Context) error {
		r, err := chromedp.Call(ctx, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id})
		if err == nil {
			n = len(r.Credentials)
		}
		return err
	})
	return n
}
