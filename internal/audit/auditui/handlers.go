// Package auditui shows the audit log to those who hold audit.read: who did and
// who looked at what, for a period, a person, a kind of work or one chart, in
// any order, on the screen and as CSV. It decides nothing about the log itself.
package auditui

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"soapstone/internal/audit"
	"soapstone/internal/authz"
	"soapstone/internal/clock"
	"soapstone/internal/id"
	"soapstone/internal/web"
	"soapstone/internal/web/form"
	"soapstone/internal/web/kit"
)

// Deps are passed by the composition root.
type Deps struct {
	Log   *audit.Log
	Clock clock.Clock
	// Names tells what to call the patients of a page, as far as they are
	// known; may be nil.
	Names func(ctx context.Context, ids []id.Patient) (map[id.Patient]string, error)
}

// Register adds the routes.
func Register(rt *web.Router, d Deps) {
	u := &ui{d}
	rt.Handle("GET /audit", authz.AuditRead, u.show)
	rt.Handle("GET /audit/entries.csv", authz.AuditRead, u.csv)
}

// PatientURL is the access report of one chart: who did and who looked at what.
func PatientURL(p id.Patient) string { return "/audit?" + url.Values{"patient": {p.String()}}.Encode() }

type ui struct{ Deps }

func (u *ui) show(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	a, err := authz.Require(r.Context(), authz.AuditRead)
	if err != nil {
		return err
	}
	today := a.Today(u.Clock.Now())
	if r.URL.RawQuery == "" {
		// Unless somebody asked for more, the last 30 days.
		f = form.FromValues(map[string]string{"from": today.AddDays(-30).String()})
	}
	filter := decode(f, zone(a))
	v := view{form: f, zone: zone(a), today: today, patient: filter.Patient}
	if v.people, err = u.Log.People(r.Context()); err != nil {
		return err
	}
	if f.Valid() {
		page, err := u.Log.Report(r.Context(), filter)
		if err != nil && !f.Merge(err) {
			return err
		}
		v.entries, v.query = page.Entries, query(f)
		v.older = address(v.query, page.Next)
		v.later = filter.After != ""
	}
	if v.head, err = u.Log.Head(r.Context(), a.Practice); err != nil {
		return err
	}
	if v.names, err = u.names(r.Context(), v); err != nil {
		return err
	}
	page := web.PageData(r, "Audit log")
	page.Lead = "Who did and who looked at what. Entries cannot be changed or removed."
	if !v.patient.IsZero() {
		page.Title = "Access report"
		page.Lead = "Who did and who looked at what in one chart."
		page.Back.Label, page.Back.URL = "Whole audit log", "/audit"
	}
	page.Active, page.Form, page.Width = "audit", f, kit.Wide
	return web.Render(w, r, f.Status(), auditPage(page, v))
}

func zone(a authz.Actor) *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

func (u *ui) names(ctx context.Context, v view) (map[id.Patient]string, error) {
	if u.Names == nil {
		return nil, nil
	}
	var ids []id.Patient
	seen := map[id.Patient]bool{{}: true}
	add := func(p id.Patient) {
		if !seen[p] {
			ids, seen[p] = append(ids, p), true
		}
	}
	add(v.patient)
	for _, e := range v.entries {
		add(e.Patient)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return u.Names(ctx, ids)
}

// csv gives all entries of the filter, not only a page of them.
func (u *ui) csv(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(w, r)
	if err != nil {
		return err
	}
	a, err := authz.Require(r.Context(), authz.AuditRead)
	if err != nil {
		return err
	}
	filter := decode(f, zone(a))
	filter.After = ""
	if !f.Valid() {
		return web.See(w, r, "/audit?"+query(f).Encode()) // the page says what is wrong
	}
	out := csv.NewWriter(w)
	begun := false
	begin := func() error {
		begun = true
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="audit-`+a.Today(u.Clock.Now()).String()+`.csv"`)
		return out.Write([]string{"time (UTC)", "time (" + zone(a).String() + ")", "person", "user id", "address", "action",
			"patient id", "kind", "subject", "detail", "seal", "entry id"})
	}
	err = u.Log.Export(r.Context(), filter, func(e audit.Entry) error {
		if !begun {
			if err := begin(); err != nil {
				return err
			}
		}
		return out.Write(record(e, zone(a)))
	})
	if err == nil && !begun {
		err = begin()
	}
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func record(e audit.Entry, z *time.Location) []string {
	row := []string{e.At.UTC().Format(time.RFC3339Nano), e.At.In(z).Format("2006-01-02 15:04:05"), e.Actor, e.User.String(), e.Address,
		e.Action, e.Patient.String(), e.Kind, e.Subject, e.Detail, seal(e), e.ID.String()}
	for i, s := range row {
		// A spreadsheet would run a cell that begins like a formula.
		if strings.HasPrefix(strings.TrimSpace(s), "=") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "@") {
			row[i] = "'" + s
		}
	}
	return row
}

func seal(e audit.Entry) string {
	if e.Seal == 0 {
		return ""
	}
	return strconv.FormatInt(e.Seal, 10)
}
