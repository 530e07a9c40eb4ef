package consentui

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"soapstone/internal/consent"
	"soapstone/internal/knowledge"
	"soapstone/internal/web/kit"
)

// named gives a short button a longer name for the screen reader.
func named(label string) templ.Attributes { return templ.Attributes{"aria-label": label} }

func lower(s string) string { return strings.ToLower(s) }

func since(s consent.State) string {
	if s.Standing == consent.Unasked {
		return ""
	}
	return s.Latest.On.Human()
}

// who names the signer, and the relation unless it is the patient.
func who(e consent.Entry) string {
	if e.Signer.Relation == consent.Self {
		return e.Signer.Name
	}
	return e.Signer.Name + " (" + lower(e.Signer.Relation.Label()) + ")"
}

// circumstances says when, before whom and how long something holds.
func circumstances(e consent.Entry) string {
	ends, version := "", "version "+e.Version
	if !e.EndsOn.IsZero() {
		ends = "until " + e.EndsOn.Human()
	}
	return kit.JoinDot("before "+e.Witness, lower(e.Method.Label()), version, ends)
}

// relationOptions leaves the patient out where the patient cannot sign.
func relationOptions(minor bool) []kit.Option {
	all := consent.Relations()
	if minor {
		all = all[1:]
	}
	return kit.OptionsOf(all, consent.Relation.Label)
}

// edition says which text this is and who has looked at it.
func edition(t knowledge.ConsentText) string {
	s := "Text version " + t.Version + " of " + t.Date.Human() + ". "
	if t.Review.Done() {
		return s + "Reviewed by " + t.Review.By + " on " + t.Review.On.Human() + "."
	}
	return s + "Not reviewed yet. Source: " + t.Source
}

func actionTone(a consent.Action) kit.Tone {
	if a == consent.Given {
		return kit.OK
	}
	return kit.Warn
}

func viewBox(s consent.Signature) string { return fmt.Sprintf("0 0 %d %d", s.Width, s.Height) }

func witness(s consent.Shown) string {
	w := s.Document.SignerName
	if s.Document.SignerCredential != "" {
		w += ", " + s.Document.SignerCredential
	}
	return w
}

// short is enough of a hash to compare two prints by eye.
func short(hash string) string { return hash[:min(len(hash), 16)] }

// localTime is the instant of a signature where it was given.
func localTime(s consent.Shown) string {
	at := s.Document.SignedAt.Time
	if zone, err := time.LoadLocation(s.Zone); err == nil {
		at = at.In(zone)
	}
	return at.Format("2 Jan 2006, 3:04 PM MST")
}
