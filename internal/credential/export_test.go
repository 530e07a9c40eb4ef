package credential

// MissingOf are the lines of a wallet for Today.
func MissingOf(w Wallet) []Lack { return w.missing() }
