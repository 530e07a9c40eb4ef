package practiceui

import (
	"net/http"
	"slices"
	"strconv"

	"soapstone/internal/authz"
	"soapstone/internal/id"
	"soapstone/internal/practice"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

func (u *ui) practicePage(w http.ResponseWriter, r *http.Request) error {
	p, err := u.Practices.Practice(r.Context())
	if err != nil {
		return err
	}
	return u.showPractice(w, r, p, form.FromValues(map[string]string{
		"name": p.Name, "phone": p.Phone, "email": p.Email, "npi": p.NPI,
		"idle": strconv.FormatInt(p.IdleMinutes, 10), "version": strconv.FormatInt(p.Version, 10),
	}))
}

func (u *ui) showPractice(w http.ResponseWriter, r *http.Request, p practice.Practice, f *form.Form) error {
	page := u.page(r, "Practice settings", "practice", f)
	return web.Render(w, r, f.Status(), practicePage(page, f, p, can(r, authz.PracticeManage)))
}

func (u *ui) savePractice(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := practice.Practice{
		Name: f.Text("name", form.Required("Enter the name of the practice."), form.Max(120)), Phone: f.Text("phone", form.Max(40)),
		Email: f.Text("email", form.Max(254)), NPI: f.Text("npi", form.Max(20)),
		IdleMinutes: f.Int("idle", practice.MinIdle, practice.MaxIdle, form.Required("Choose when idle sessions end.")), Version: f.Version(),
	}
	if f.Valid() {
		if err := u.Practices.UpdatePractice(r.Context(), in); err == nil {
			return web.SeeNext(w, r, f, "/settings/practice", "Practice settings saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showPractice(w, r, in, f)
}

func (u *ui) locationsPage(w http.ResponseWriter, r *http.Request) error {
	all, err := u.Practices.Locations(r.Context())
	if err != nil {
		return err
	}
	page := u.page(r, "Locations", "locations", nil)
	manage := can(r, authz.PracticeManage)
	if manage {
		page.Actions = kit.PrimaryLink("Add a location", "/settings/locations/new")
	}
	return web.Render(w, r, http.StatusOK, locationsPage(page, all))
}

func (u *ui) newLocation(w http.ResponseWriter, r *http.Request) error {
	return u.showLocation(w, r, practice.Location{}, form.FromValues(map[string]string{"active": "yes", "place": practice.Office}))
}

func (u *ui) locationPage(w http.ResponseWriter, r *http.Request) error {
	loc, err := web.PathID[id.Location](r, "location")
	if err != nil {
		return err
	}
	l, err := u.Practices.Location(r.Context(), loc)
	if err != nil {
		return err
	}
	f := form.FromValues(map[string]string{
		"name": l.Name, "zone": l.Zone, "address": l.AddressLine, "city": l.City, "state": l.State, "zip": l.PostalCode,
		"phone": l.Phone, "place": l.PlaceOfService, "npi": l.NPI, "version": strconv.FormatInt(l.Version, 10),
	})
	if l.Active {
		f.Set("active", "yes")
	}
	return u.showLocation(w, r, l, f)
}

func (u *ui) showLocation(w http.ResponseWriter, r *http.Request, l practice.Location, f *form.Form) error {
	title := "Add a location"
	if !l.ID.IsZero() {
		title = "Location"
		if l.Name != "" {
			title = l.Name
		}
	}
	page := u.below(r, title, kit.To("Locations", "/settings/locations"), f)
	return web.Render(w, r, f.Status(), locationPage(page, f, l, can(r, authz.PracticeManage)))
}

func decodeLocation(f *form.Form) practice.Location {
	l := practice.Location{
		Name: f.Text("name", form.Required("Enter a name for the location, such as Main office."), form.Max(100)),
		Zone: f.Text("zone", form.Required("Choose the time zone of the location."), form.Max(64)), AddressLine: f.Text("address", form.Max(120)),
		City: f.Text("city", form.Max(80)), State: f.Choice("state", stateCodes()...), PostalCode: f.Text("zip", form.Max(12)),
		Phone: f.Text("phone", form.Max(40)), PlaceOfService: f.Choice("place", placeCodes()...), NPI: f.Text("npi", form.Max(20)), Active: f.Bool("active"),
	}
	return l
}

func stateCodes() []string {
	var out []string
	for _, s := range practice.States() {
		out = append(out, s.Code)
	}
	return out
}

func (u *ui) addLocation(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	in := decodeLocation(f)
	if f.Valid() {
		if _, err := u.Practices.AddLocation(r.Context(), in); err == nil {
			return web.See(w, r, "/settings/locations", "Location added.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showLocation(w, r, practice.Location{}, f)
}

func (u *ui) saveLocation(w http.ResponseWriter, r *http.Request) error {
	loc, err := web.PathID[id.Location](r, "location")
	if err != nil {
		return err
	}
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	if _, err := u.Practices.Location(r.Context(), loc); err != nil {
		return err
	}
	in := decodeLocation(f)
	in.ID, in.Version = loc, f.Version()
	if f.Valid() {
		if err := u.Practices.UpdateLocation(r.Context(), in); err == nil {
			return web.SeeNext(w, r, f, "/settings/locations", "Location saved.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showLocation(w, r, in, f)
}

func stateOptions() []kit.Option {
	var out []kit.Option
	for _, s := range practice.States() {
		out = append(out, kit.Option{Value: s.Code, Label: s.Name})
	}
	return out
}

// zoneOptions are the US zones, and the present one if it is another.
func zoneOptions(present string) []kit.Option {
	zones := practice.USZones()
	var out []kit.Option
	if present != "" && !slices.ContainsFunc(zones, func(z practice.Zone) bool { return z.Name == present }) {
		out = append(out, kit.Option{Value: present, Label: present})
	}
	for _, z := range zones {
		out = append(out, kit.Option{Value: z.Name, Label: z.Label})
	}
	return out
}

func zoneLabel(name string) string {
	for _, z := range practice.USZones() {
		if z.Name == name {
			return z.Label
		}
	}
	return name
}

// idleOptions are the usual time-outs, and the present one.
func idleOptions(present int64) []kit.Option {
	minutes := []int64{5, 10, 15, 20, 30, 45, 60}
	if present >= practice.MinIdle && present <= practice.MaxIdle && !slices.Contains(minutes, present) {
		minutes = append(minutes, present)
		slices.Sort(minutes)
	}
	var out []kit.Option
	for _, m := range minutes {
		out = append(out, kit.Option{Value: strconv.FormatInt(m, 10), Label: strconv.FormatInt(m, 10) + " minutes"})
	}
	return out
}
