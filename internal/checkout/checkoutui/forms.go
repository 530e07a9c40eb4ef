package checkoutui

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/checkout"
	"soapstone/internal/db"
	"soapstone/internal/id"
	"soapstone/internal/ledger"
	"soapstone/internal/money"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// fields are what forms of this room send, in the order shown.
var fields = []string{"payment", "way", "amount", "reference", "brand", "last_four", "expires", "token", "reason"}

// parse reads a form. Where anything in it looks like the number of a card, be
// it in a field that no page of ours has, the form comes back with a complaint
// and without that value: it is neither shown again nor passed on.
func parse(w http.ResponseWriter, r *http.Request) (*form.Form, error) {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return nil, err
	}
	refused := ""
	clean := form.Empty()
	for name, values := range r.PostForm {
		if suspicious(name, values) {
			refused = where(name, refused)
			continue
		}
		for _, known := range fields {
			if name == known {
				clean.Set(name, values...)
			}
		}
	}
	if refused == "" {
		return f, nil
	}
	clean.AddError(refused, checkout.CardRefused)
	return clean, nil
}

// suspicious looks at the name too: a form may be made to carry anything. An
// identifier of ours is hexadecimal and no card's number.
func suspicious(name string, values []string) bool {
	if checkout.LooksLikeCard(name) {
		return true
	}
	for _, v := range values {
		if _, err := id.Parse[id.Payment](v); err == nil {
			continue
		}
		if _, v, ok := strings.Cut(v, "method:"); ok {
			if _, err := id.Parse[id.Method](v); err == nil {
				continue
			}
		}
		if checkout.LooksLikeCard(v) {
			return true
		}
	}
	return false
}

// where a complaint is shown: at the first of our own fields that is concerned,
// or above the whole form.
func where(name, before string) string {
	for _, known := range fields {
		if known == before || known == name && known != "payment" {
			return known
		}
	}
	return "reference"
}

// onFile marks a card on file among the ways to pay.
const onFile = "method:"

func decode(f *form.Form) checkout.Input {
	in := checkout.Input{
		ID:        form.ID[id.Payment](f, "payment"),
		Reference: f.Text("reference"),
		Brand:     f.Choice("brand", checkout.Brands()...),
		LastFour:  f.Text("last_four"),
		Expires:   f.Text("expires"),
		Token:     f.Text("token"),
	}
	if text := f.Text("amount", form.Required("Enter an amount, such as 25.00.")); text != "" {
		var err error
		in.Amount, err = money.Parse(text)
		f.Check(err == nil, "amount", "Enter an amount, such as 25.00.")
	}
	way := f.Text("way", form.Required("Choose how the patient pays."))
	if m, ok := strings.CutPrefix(way, onFile); ok {
		stored, err := id.Parse[id.Method](m)
		f.Check(err == nil, "way", "Choose how the patient pays.")
		in.Way, in.Stored = checkout.Card, stored
	} else {
		in.Way = checkout.Way(way)
	}
	return in
}

// prepare fills in what a form starts with: its own identifier, by which a
// second sending is known, and the sum.
func prepare(f *form.Form, due money.Cents) {
	if f.Value("payment") == "" {
		f.Set("payment", id.New[id.Payment]().String())
	}
	if !f.Has("amount") && f.Error("amount") == "" && due > 0 {
		f.Set("amount", plain(due))
	}
}

// plain is an amount as typed: 1234.50.
func plain(c money.Cents) string {
	return strings.NewReplacer("$", "", ",", "").Replace(c.String())
}

// ways are the answers to how the patient pays; cards on file come last.
func ways(methods []checkout.Method, expired func(checkout.Method) bool) []kit.Option {
	list := kit.OptionsOf(checkout.Ways(), checkout.Way.Label)
	for _, m := range methods {
		list = append(list, kit.Option{Value: onFile + m.ID.String(), Label: m.Label(), Disabled: expired(m)})
	}
	return list
}

func brands() []kit.Option {
	return kit.OptionsOf(checkout.Brands(), func(s string) string { return s })
}

// before writes a place in a statement for an address.
func before(c ledger.Cursor) string {
	return strconv.FormatInt(c.At.UnixMicro(), 10) + "_" + c.Entry.String()
}

// cursor reads it; anything else is the newest end.
func cursor(s string) ledger.Cursor {
	at, entry, _ := strings.Cut(s, "_")
	n, err := strconv.ParseInt(at, 10, 64)
	e, err2 := id.Parse[id.Entry](entry)
	if err != nil || err2 != nil || n < 0 || n > time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() {
		return ledger.Cursor{}
	}
	return ledger.Cursor{At: db.At(time.UnixMicro(n)), Entry: e}
}
