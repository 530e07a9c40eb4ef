package screeningui

import (
	"net/http"
	"strconv"

	"soapstone/internal/blob"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/knowledge"
	"soapstone/internal/screening"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// releaseSites are the fields of the places a release leaves out.
var releaseSites = []string{"site.0", "site.1", "site.2", "site.3"}

func (u *ui) release(w http.ResponseWriter, r *http.Request) error {
	f := form.FromValues(map[string]string{"from": u.today(r).String()})
	return u.showRelease(w, r, f)
}

func (u *ui) showRelease(w http.ResponseWriter, r *http.Request, f *form.Form) error {
	page, pid, err := u.page(r, "Record a release")
	if err != nil {
		return err
	}
	j, err := u.Screening.Judge(r.Context(), pid, u.today(r))
	if err != nil {
		return err
	}
	fired, ok := j.Result.Find(r.PathValue("rule"))
	if !ok {
		return web.See(w, r, "/patients/"+pid.String()+"/screening", "This rule does not hold any more.")
	}
	page.Form, page.Width, page.Back = f, kit.Narrow, kit.To("Screening", "/patients/"+pid.String()+"/screening")
	v := releaseView{Patient: pid.String(), Fired: fired, Kinds: kit.OptionsOf(u.Knowledge.Rules().Sufficient(fired.Rule.Clear.By), knowledge.Clinician.Label),
		Ways: kit.OptionsOf(screening.GivenWays(), screening.GivenBy.Label), Sites: u.siteOptions(), Scans: u.Screening.Scans != nil}
	for n := 1; n <= 5; n++ {
		v.Pressures = append(v.Pressures, kit.Option{Value: strconv.Itoa(n), Label: pressures[n-1]})
	}
	return web.Render(w, r, f.Status(), releasePage(page, f, v))
}

var pressures = []string{"1 light touch", "2 light", "3 moderate", "4 firm", "5 deep"}

func (u *ui) clear(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	f, files, err := web.ParseUpload(w, r, screening.MaxScan)
	if err != nil && !errs.Is(err, errs.TooLarge) {
		return err
	}
	if err != nil {
		f.TooLarge("scan", "This file is far over 15 MB. Scan it with a lower resolution, or photograph it.")
	}
	c := screening.Clearing{
		Rule: r.PathValue("rule"), Kind: knowledge.Clinician(f.Text("kind")), Name: f.Text("name"), Credential: f.Text("credential", form.Max(60)),
		Organisation: f.Text("organisation"), From: f.Date("from"), Until: f.Date("until"), Scope: f.Area("scope", form.Max(1000)),
		MaxPressure: f.Int("max_pressure", 1, 5), GivenBy: screening.GivenBy(f.Text("given_by")),
		Reason: f.Area("reason", form.Max(2000)), Evidence: f.Area("evidence", form.Max(1000)),
	}
	for _, name := range releaseSites {
		if x := f.Text(name); x != "" {
			c.Sites = append(c.Sites, x)
		}
	}
	if file, ok := files.One("scan"); ok {
		c.Scan = &blob.File{Name: file.Name, ContentType: file.Type, Bytes: file.Data}
	}
	if f.Valid() {
		if _, err := u.Screening.Clear(r.Context(), pid, c); err == nil {
			return web.See(w, r, "/patients/"+pid.String()+"/screening", "Release recorded and signed.")
		} else if !f.Merge(err) {
			return err
		}
	}
	return u.showRelease(w, r, f)
}

// letter sends the scan that a release rests on.
func (u *ui) letter(w http.ResponseWriter, r *http.Request) error {
	pid, err := web.PathID[id.Patient](r, "patient")
	if err != nil {
		return err
	}
	cid, err := web.PathID[id.Clearance](r, "clearance")
	if err != nil {
		return err
	}
	f, err := u.Screening.Scan(r.Context(), pid, cid)
	if err != nil {
		return err
	}
	return web.ServeFile(w, web.File{Name: f.Name, Type: f.ContentType, Data: f.Bytes}, true)
}
