package claimui

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"soapstone/internal/claim"
	"soapstone/internal/practice/practiceui"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
)

func (u *ui) settings(w http.ResponseWriter, r *http.Request) error {
	s, err := u.Claims.Settings(r.Context())
	if err != nil {
		return err
	}
	return u.showSettings(w, r, form.FromValues(map[string]string{
		"submitter_name": s.SubmitterName, "submitter_id": s.SubmitterID, "contact": s.Contact, "phone": s.Phone, "email": s.Email,
		"receiver_name": s.ReceiverName, "receiver_id": s.ReceiverID, "usage": s.Usage,
		"offset_x": millimetres(s.OffsetX), "offset_y": millimetres(s.OffsetY), "version": strconv.FormatInt(s.Version, 10),
	}))
}

func (u *ui) saveSettings(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := claim.Settings{
		SubmitterName: f.Text("submitter_name", form.Max(60)), SubmitterID: f.Text("submitter_id", form.Max(15)),
		Contact: f.Text("contact", form.Max(60)), Phone: f.Text("phone", form.Max(30)), Email: f.Text("email", form.Max(254)),
		ReceiverName: f.Text("receiver_name", form.Max(60)), ReceiverID: f.Text("receiver_id", form.Max(15)),
		Usage: f.Choice("usage", "T", "P"), OffsetX: offset(f, "offset_x"), OffsetY: offset(f, "offset_y"),
		Version: f.Int("version", 0, 1<<53, form.Required("Reload the page.")),
	}
	f.Require("usage", "Choose test or production.")
	if f.Valid() {
		if err := u.Claims.SaveSettings(r.Context(), in); err == nil {
			return web.See(w, r, "/settings/claims", "Claim settings saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showSettings(w, r, f)
}

func (u *ui) showSettings(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page := web.PageData(r, "Claims")
	page.Active, page.Form, page.Heading = "settings", f, "Sending claims"
	page.Lead = "Who sends electronic claims to which clearinghouse, and where the paper form is printed. An electronic file needs names and numbers of both, and whom to ask."
	page.Tabs = practiceui.Tabs(r.Context(), "claims")
	return web.Render(w, r, f.Status(), settingsPage(page, f))
}

// millimetres writes hundredths of a millimetre.
func millimetres(hundredths int64) string {
	if hundredths == 0 {
		return "0"
	}
	return strconv.FormatFloat(float64(hundredths)/100, 'f', -1, 64)
}

// offset reads millimetres as hundredths.
func offset(f *form.Form, name string) int64 {
	mm := f.Number(name, -10, 10)
	if mm == nil {
		return 0
	}
	h := math.Round(*mm * 100)
	f.Check(math.Abs(*mm*100-h) < 1e-6, name, fmt.Sprintf("Round this to two decimals, such as %s.", millimetres(int64(h))))
	return int64(h)
}
