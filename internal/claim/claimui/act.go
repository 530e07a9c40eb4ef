package claimui

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"soapstone/internal/claim"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// change does something to the claim in the path and goes back to where it was
// asked for, or shows that page again with what is wrong. do gives where to go
// instead, "" for back.
func (u *ui) change(w http.ResponseWriter, r *http.Request, done string, do func(ctx context.Context, c id.Claim, f *form.Form) (string, error)) error {
	c, err := web.PathID[id.Claim](r, "claim")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	to, err := do(r.Context(), c, f)
	switch {
	case err != nil && !f.Merge(err):
		return err
	case !f.Valid():
		return u.again(w, r, c, f)
	case to == "":
		to = back(f, c)
	}
	return web.See(w, r, to, done)
}

// asked moves complaints about the service's fields to the names under which a
// page asks for them.
func asked(err error, names map[string]string) error {
	fields := slices.Clone(errs.FieldsOf(err))
	if !errs.Is(err, errs.Invalid) || len(fields) == 0 {
		return err
	}
	for i, f := range fields {
		if name, ok := names[f.Name]; ok {
			fields[i].Name = name
		}
	}
	return errs.OnFields(fields...)
}

const maxReason = 300

func reason(f *form.Form, name string) string {
	return f.Text(name, form.Required("Say why."), form.Max(maxReason))
}

func (u *ui) waive(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "Check set aside.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		check, line := f.Text("check", form.Required("Reload the page.")), f.Text("line")
		name := reasonName(c, claim.Finding{Check: check, Line: line})
		why := reason(f, name)
		if !f.Valid() {
			return "", nil
		}
		return "", asked(u.Claims.Waive(ctx, c, check, line, why), map[string]string{"reason": name})
	})
}

func (u *ui) unwaive(w http.ResponseWriter, r *http.Request) error {
	waiver, err := web.PathID[id.Waiver](r, "waiver")
	if err != nil {
		return err
	}
	return u.change(w, r, "The check is asked again.", func(ctx context.Context, c id.Claim, _ *form.Form) (string, error) {
		return "", u.Claims.Unwaive(ctx, c, waiver)
	})
}

// choiceName tells the choices of a page apart.
func choiceName(c id.Claim, kind claim.ChoiceKind, subject string) string {
	return "choice." + c.String() + "." + string(kind) + "." + subject
}

func (u *ui) choose(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "Choice kept.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		in := claim.Choice{Kind: form.Choice(f, "kind", claim.ChoiceKinds()...), Subject: f.Text("subject", form.Max(100))}
		seen := f.Version()
		name := choiceName(c, in.Kind, in.Subject)
		switch {
		case f.Bool("take_back"):
		case in.Kind == claim.ChooseRemark:
			in.Value = f.Text(name)
		default:
			in.Value = strings.Join(f.Values(name), " ")
			if in.Value == "" && in.Kind == claim.ChooseModifier {
				in.Value = "-" // none, and not what the rules propose
			}
			f.Check(in.Value != "", name, "Choose one.")
		}
		if !f.Valid() {
			return "", nil
		}
		return "", asked(u.Claims.Choose(ctx, c, seen, in), map[string]string{"value": name, "subject": name, "kind": ""})
	})
}

func (u *ui) hold(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "The claim is on hold.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		seen, why := f.Version(), reason(f, "hold_reason")
		if !f.Valid() {
			return "", nil
		}
		return "", asked(u.Claims.Hold(ctx, c, seen, why), map[string]string{"reason": "hold_reason"})
	})
}

func (u *ui) release(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "The claim goes on.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		seen := f.Version()
		if !f.Valid() {
			return "", nil
		}
		return "", u.Claims.Release(ctx, c, seen)
	})
}

func (u *ui) drop(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "The claim was dropped.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		seen, why := f.Version(), reason(f, "drop_reason")
		if !f.Valid() {
			return "", nil
		}
		return "", asked(u.Claims.Drop(ctx, c, seen, why), map[string]string{"reason": "drop_reason"})
	})
}

func (u *ui) answer(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "Answer recorded.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		seen := f.Version()
		in := claim.Answer{State: form.Choice(f, "answer", claim.Rejected, claim.Denied, claim.Paid),
			PayerNumber: f.Text("payer_number", form.Max(50)), Text: f.Text("text", form.Max(maxReason))}
		f.Require("answer", "Choose what the answer was.")
		if !f.Valid() {
			return "", nil
		}
		return "", u.Claims.RecordAnswer(ctx, c, seen, in)
	})
}

func (u *ui) correct(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "Correct what was wrong, then send the claim again.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		return u.follow(ctx, c, f, "correct_reason", u.Claims.Correct)
	})
}

func (u *ui) void(w http.ResponseWriter, r *http.Request) error {
	return u.change(w, r, "The void is drafted. It counts once it is sent.", func(ctx context.Context, c id.Claim, f *form.Form) (string, error) {
		return u.follow(ctx, c, f, "void_reason", u.Claims.Void)
	})
}

// follow leads to the claim that mends another one.
func (u *ui) follow(ctx context.Context, c id.Claim, f *form.Form, name string, open func(context.Context, id.Claim, string) (id.Claim, error)) (string, error) {
	why := reason(f, name)
	if !f.Valid() {
		return "", nil
	}
	next, err := open(ctx, c, why)
	return claimURL(next), asked(err, map[string]string{"reason": name})
}

// start drafts the claim of a visit that was signed before its insurance was
// entered.
func (u *ui) start(w http.ResponseWriter, r *http.Request) error {
	v, err := web.PathID[id.Visit](r, "visit")
	if err != nil {
		return err
	}
	c, err := u.Claims.Start(r.Context(), v)
	if err != nil {
		return err
	}
	return web.See(w, r, claimURL(c), "The claim is drafted.")
}

// send lets the chosen claims leave, all or none.
func (u *ui) send(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	medium := form.Choice(f, "medium", claim.Electronic, claim.OnPaper)
	var claims []id.Claim
	for _, v := range f.Values("claim") {
		c, err := id.Parse[id.Claim](v)
		f.Check(err == nil, "", "Reload the page and choose the claims again.")
		claims = append(claims, c)
	}
	f.Check(len(claims) > 0, "", "Choose the claims to send.")
	f.Check(medium != "", "", "Choose how the claims are sent.")
	if f.Valid() {
		b, err := u.Claims.Send(r.Context(), medium, claims)
		if err == nil {
			done := "Sent. Everything is kept as it left."
			if b.Test() {
				done = "Test file made. Nothing was sent; the claims are still ready."
			}
			return web.See(w, r, batchURL(b.ID), done)
		}
		if !f.Merge(asked(err, map[string]string{"claim": "", "medium": ""})) {
			return err
		}
	}
	one, err := id.Parse[id.Claim](strings.TrimPrefix(f.Value("next"), "/claims/"))
	if err == nil {
		return u.again(w, r, one, f)
	}
	at, err := url.Parse(back(f, id.Claim{}))
	if err != nil || at.Path != "/claims" {
		at = &url.URL{RawQuery: "state=" + string(claim.Ready)}
	}
	return u.showBoard(w, r, at.Query(), f)
}
