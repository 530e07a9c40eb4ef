package authn

import (
	"time"

	"soapstone/internal/clock"
	"soapstone/internal/seal"
)

// bare is a service with keys and a clock and no database.
func bare() *Service {
	k := seal.Key{1, 2, 3}
	return &Service{
		clock:  clock.NewManual(time.Date(2026, 3, 10, 15, 0, 0, 0, time.UTC)),
		boxKey: k.Derive("authn box"), deviceKey: k.Derive("authn device"),
	}
}
