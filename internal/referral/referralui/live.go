package referralui

import (
	"net/http"

	"soapstone/internal/referral"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

// orderWords is the order in words, from whatever of it can be read.
func orderWords(f *form.Form) string {
	quiet := form.Empty()
	for _, name := range []string{"per_week", "weeks", "visits", "minutes", "written_on", "starts_on", "ends_on"} {
		quiet.Set(name, f.Value(name))
	}
	o, wrong := referral.Order{PerWeek: quiet.Int("per_week", 1, referral.MaxPerWeek), Weeks: quiet.Int("weeks", 1, referral.MaxWeeks),
		Visits: quiet.Int("visits", 1, referral.MaxVisits), Minutes: quiet.Int("minutes", 1, referral.MaxMinutes)}.Resolve()
	if len(wrong) > 0 {
		return wrong[0].Message
	}
	ends := quiet.Date("ends_on")
	if ends.IsZero() {
		starts := quiet.Date("starts_on")
		if starts.IsZero() {
			starts = quiet.Date("written_on")
		}
		ends = referral.EndDate(starts, o.Weeks)
	}
	words := o.Words()
	if words != "" && !ends.IsZero() {
		words += ", until " + ends.Human()
	}
	return words
}

// codes answers the search for diagnosis codes while one types.
func (u *ui) codes(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	found, err := u.Referrals.SearchCodes(r.Context(), f.Value("dx_q"), dates(f))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, codeResults(f.Value("dx_q"), found))
}

// order answers with the order in words while one types its numbers.
func (u *ui) order(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, orderLine(orderWords(f)))
}

// pick answers the search for a prescriber while one types.
func (u *ui) pick(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	offered, err := u.offered(r, f.Value("prescriber_q"), f.Value("prescriber"))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, prescriberChoices(f, offered))
}
