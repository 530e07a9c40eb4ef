package e2e

import (
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"soapstone/internal/demo"
	"soapstone/internal/web/webtest"
)

const (
	passkeyName = "Treatment room tablet"
	withPasskey = "Sign in with a passkey"
	failed      = "The passkey was not used"
)

// atLocalhost is the address of a house by name: browsers use no passkeys at a
// number.
func (h *house) atLocalhost() string { return strings.Replace(h.url, "127.0.0.1", "localhost", 1) }

// An owner signs in with password and code, makes a passkey, signs in with it
// alone, and takes it away again.
func TestPasskey(t *testing.T) {
	needBrowser(t)
	h := openHouse(t)
	tab := webtest.Open(t, h.atLocalhost())
	device := tab.HoldsPasskeys()
	signInWithPassword(tab, h)
	addPasskey(tab)
	if n := device.Passkeys(); n != 1 {
		t.Fatalf("the device holds %d passkeys", n)
	}
	tab.Go("/security")
	tab.In("Passkeys").See(passkeyName)
	tab.NoHScroll()
	tab.Axe("target-size")

	signOut(tab)
	device.Verifies(false)
	tab.Click(withPasskey)
	tab.See(failed)
	if !strings.HasPrefix(tab.Path(), "/sign-in") {
		t.Errorf("a device that does not know its owner leads to %s", tab.Path())
	}
	device.Verifies(true)
	tab.Click(withPasskey)
	tab.See("Today")
	tab.Go("/security")
	tab.In("Where you are signed in").See("Passkey")

	// The same device makes no second passkey for the same account.
	tab.Go("/security/passkeys")
	tab.Click("Add a passkey")
	tab.See("This device has a passkey for your account already.")

	tab.Go("/security")
	tab.Click("Remove the passkey " + passkeyName)
	tab.See("The passkey was removed", "None yet.")
	signOut(tab)
	tab.Click(withPasskey) // the device still holds it; the program does not know it any more
	tab.See("This passkey was not accepted.")
	tab.Go("/security")
	if !strings.HasPrefix(tab.Path(), "/sign-in") {
		t.Errorf("a passkey that was removed leads to %s", tab.Path())
	}
	signInWithPassword(tab, h)
	tab.NoErrors()
}

// signInWithPassword is the way without a passkey. Each code of the
// authenticator works once, so time moves on before the next.
func signInWithPassword(tab *webtest.Tab, h *house) {
	tab.T.Helper()
	h.clock.Advance(60e9)
	code, err := totp.GenerateCode(demo.Secret, h.clock.Now())
	if err != nil {
		tab.T.Fatal(err)
	}
	tab.Go("/sign-in")
	tab.Fill("E-mail address", "maya@lakeside.example")
	tab.Fill("Password", demo.Password)
	tab.Click("Continue")
	tab.Fill("Code from your authenticator app", code)
	tab.Click("Sign in")
	tab.See("Today")
}

func addPasskey(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Go("/security")
	tab.Click("Add a passkey")
	tab.Fill("Name", passkeyName)
	tab.Click("Add a passkey")
	tab.See("Your passkey was added", passkeyName)
}

func signOut(tab *webtest.Tab) {
	tab.T.Helper()
	tab.Click("Account of Maya Brandt")
	tab.Click("Sign out")
	tab.See("Sign in with a passkey")
}
