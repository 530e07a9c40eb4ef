package form

import (
	"regexp"

	"soapstone/internal/civil"
)

// Option adds a rule to a getter.
type Option func(*rules)

type rules struct {
	required  string
	max       int
	pattern   *regexp.Regexp
	patMsg    string
	earliest  civil.Date
	earlyMsg  string
	latest    civil.Date
	latestMsg string
}

func apply(opts []Option) rules {
	var r rules
	for _, o := range opts {
		o(&r)
	}
	return r
}

// Required makes an empty answer a complaint. The sentence says what to do:
// "Enter the patient's last name."
func Required(message string) Option { return func(r *rules) { r.required = message } }

// Max is the longest text taken, in characters.
func Max(characters int) Option { return func(r *rules) { r.max = characters } }

// Matches complains about text that is not empty and does not match the whole
// of the pattern; anchor it with ^ and $.
func Matches(pattern *regexp.Regexp, message string) Option {
	return func(r *rules) { r.pattern, r.patMsg = pattern, message }
}

// NotBefore complains about a date earlier than d.
func NotBefore(d civil.Date, message string) Option {
	return func(r *rules) { r.earliest, r.earlyMsg = d, message }
}

// NotAfter complains about a date later than d: a birth in the future.
func NotAfter(d civil.Date, message string) Option {
	return func(r *rules) { r.latest, r.latestMsg = d, message }
}
