package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// codeFor is what an app shows that was given a secret as it is printed.
func codeFor(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
