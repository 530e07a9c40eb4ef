package credential_test

import (
	"strings"
	"testing"
	"time"

	"soapstone/internal/authz"
	"soapstone/internal/blob"
	"soapstone/internal/civil"
	"soapstone/internal/credential"
	"soapstone/internal/db/dbtest"
	"soapstone/internal/errs"
	"soapstone/internal/id"
	"soapstone/internal/practice"
)

var today = civil.Of(2026, time.March, 10)

func TestHoursAreWrittenInQuarters(t *testing.T) {
	for minutes, want := range map[int64]string{360: "6 h", 75: "1.25 h", 90: "1.5 h", 15: "0.25 h", 600: "10 h", 0: "0 h"} {
		if got := credential.Hours(minutes); got != want {
			t.Errorf("%d: %q, want %q", minutes, got, want)
		}
	}
}

func TestMeasureSaysWhatIsShortAndByWhen(t *testing.T) {
	asks := credential.Requirement{Minutes: 24 * 60, From: civil.Of(2024, time.February, 1), To: civil.Of(2026, time.April, 30), Parts: []credential.Part{{Category: credential.Ethics, Minutes: 120}}}
	took := func(day civil.Date, hours int64, c credential.Category) credential.Training {
		return credential.Training{On: day, Minutes: hours * 60, Category: c}
	}
	for _, c := range []struct {
		name    string
		took    []credential.Training
		today   civil.Date
		short   int64
		text    string
		percent int64
		tone    string
	}{
		{"nothing", nil, today, 24, "24 h short by 30 Apr 2026, of these 2 h ethics", 0, "warn"},
		{"the days at both ends count", []credential.Training{took(asks.From, 10, credential.General), took(asks.To, 14, credential.Ethics)}, today, 0, "All 24 h are there.", 100, "ok"},
		{"the days outside do not", []credential.Training{took(asks.From.AddDays(-1), 10, credential.General), took(asks.To.AddDays(1), 14, credential.Ethics)}, today, 24, "24 h short", 0, "warn"},
		{"the whole is there and ethics is not", []credential.Training{took(today, 30, credential.General)}, today, 2, "2 h short by 30 Apr 2026, of these 2 h ethics", 91, "warn"},
		{"ethics is there and the whole is not", []credential.Training{took(today, 2, credential.Ethics), took(today, 16, credential.General)}, today, 6, "6 h short by 30 Apr 2026", 75, "warn"},
		{"there is time", nil, civil.Of(2025, time.January, 1), 24, "24 h short", 0, "info"},
		{"the last day still counts", nil, asks.To, 24, "24 h short", 0, "warn"},
		{"the day after is too late", nil, asks.To.AddDays(1), 24, "24 h short", 0, "danger"},
	} {
		p := credential.Measure(asks, c.took)
		if p.Short != c.short*60 || !strings.HasPrefix(p.Text(), c.text) || p.Percent() != c.percent || p.Pressing(c.today) != c.tone {
			t.Errorf("%s: %d min short, %q, %d %%, %s", c.name, p.Short, p.Text(), p.Percent(), p.Pressing(c.today))
		}
	}
}

type room struct {
	*dbtest.Env
	svc *credential.Service
}

func each(t *testing.T, fn func(t *testing.T, r *room)) {
	dbtest.Each(t, func(t *testing.T, e *dbtest.Env) {
		fn(t, &room{e, credential.New(e.DB, e.Log, practice.New(e.DB, e.Log, nil), blob.New(e.DB, e.Key))})
	})
}

// person is another member of staff with a role.
func (r *room) person(name string, roles ...authz.Role) *dbtest.Env {
	o := *r.Env
	o.User = r.Staff(name, roles...)
	return &o
}

func asked() credential.Requirement {
	return credential.Requirement{Name: "License renewal", Minutes: 24 * 60, From: today.AddDays(-400), To: today.AddDays(40),
		SourceURL: "https://board.example/ce", SeenOn: today, Parts: []credential.Part{{Category: credential.Ethics, Minutes: 120}}}
}

func course() credential.Training {
	return credential.Training{Title: "Neck protocols", Provider: "Harbor Institute", On: today.AddDays(-3), Minutes: 390, Category: credential.HandsOn}
}

var pdf = []byte("%PDF-1.7 a certificate")

func TestAWalletIsKeptAndMeasured(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		req, err := r.svc.SaveRequirement(ctx, asked())
		if err != nil {
			t.Fatal(err)
		}
		tr, err := r.svc.SaveTraining(ctx, course())
		if err != nil {
			t.Fatal(err)
		}
		cpr, err := r.svc.SaveCredential(ctx, credential.Credential{Kind: credential.FirstAid, Title: "CPR", ExpiresOn: today.AddDays(20)})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.svc.ScanOfTraining(ctx, tr, blob.File{Name: "c.pdf", ContentType: "application/pdf", Bytes: pdf}); err != nil {
			t.Fatal(err)
		}
		w, err := r.svc.Wallet(ctx, r.User)
		if err != nil || len(w.Progress) != 1 || len(w.Trainings) != 1 || len(w.Credentials) != 1 {
			t.Fatalf("%+v, %v", w, err)
		}
		if p := w.Progress[0]; p.Have != 390 || p.Short != 24*60-390 || p.Without != 0 || len(p.Parts) != 1 {
			t.Errorf("%+v", p)
		}
		if w.Member.LicenseNumber != "MT-1001" {
			t.Errorf("the license of the staff record is not there: %+v", w.Member)
		}
		lacks, err := r.svc.Missing(ctx)
		if err != nil || len(lacks) != 2 || lacks[0].Text != "CPR expires on 30 Mar 2026" || !strings.HasPrefix(lacks[1].Text, "CE: 17.5 h short by 19 Apr 2026") {
			t.Errorf("%+v, %v", lacks, err)
		}
		if f, err := r.svc.TrainingFile(ctx, tr); err != nil || string(f.Bytes) != string(pdf) {
			t.Errorf("the certificate: %v", err)
		}
		again := asked()
		again.ID, again.Version, again.Parts = req, 1, nil
		if _, err := r.svc.SaveRequirement(ctx, again); err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.SaveRequirement(ctx, again); !errs.Is(err, errs.Stale) {
			t.Errorf("an old version: %v", err)
		}
		if err := r.svc.RemoveCredential(ctx, cpr, 1); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.RemoveTraining(ctx, tr, 2); err != nil { // the scan made it version 2
			t.Fatal(err)
		}
		if err := r.svc.RemoveRequirement(ctx, req, 2); err != nil {
			t.Fatal(err)
		}
		if w, _ := r.svc.Wallet(ctx, r.User); len(w.Credentials)+len(w.Trainings)+len(w.Progress) != 0 {
			t.Errorf("something stays in sight: %+v", w)
		}
	})
}

func TestBadEntriesAreRefusedWithTheirFields(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx := r.Actor()
		only := func(name, field string, err error) {
			t.Helper()
			if f := errs.FieldsOf(err); len(f) != 1 || f[0].Name != field {
				t.Errorf("%s: %v, want a complaint about %s", name, err, field)
			}
		}
		for _, c := range []struct {
			name, field string
			spoil       func(*credential.Requirement)
		}{
			{"no name", "name", func(q *credential.Requirement) { q.Name = "" }},
			{"ten minutes", "hours", func(q *credential.Requirement) { q.Minutes = 130 }},
			{"ends before it begins", "to_on", func(q *credential.Requirement) { q.To = q.From.AddDays(-1) }},
			{"a century", "to_on", func(q *credential.Requirement) { q.To = q.From.AddDays(36500) }},
			{"no source", "source_url", func(q *credential.Requirement) { q.SourceURL = "javascript:alert(1)" }},
			{"read tomorrow", "seen_on", func(q *credential.Requirement) { q.SeenOn = today.AddDays(1) }},
			{"more ethics than all", "hours", func(q *credential.Requirement) { q.Parts[0].Minutes = 25 * 60 }},
			{"a subject twice", "part.1.category", func(q *credential.Requirement) { q.Parts = append(q.Parts, q.Parts[0]) }},
			{"an unknown subject", "part.0.category", func(q *credential.Requirement) { q.Parts[0].Category = "magic" }},
		} {
			q := asked()
			c.spoil(&q)
			_, err := r.svc.SaveRequirement(ctx, q)
			only(c.name, c.field, err)
		}
		tr := course()
		tr.On = today.AddDays(1)
		_, err := r.svc.SaveTraining(ctx, tr)
		only("attended tomorrow", "held_on", err)
		_, err = r.svc.SaveCredential(ctx, credential.Credential{Kind: credential.License, Title: "License", State: "IL", Number: "mt 1001"})
		only("the license of the staff record", "number", err)
		if w, err := r.svc.Wallet(ctx, r.User); err != nil || len(w.Progress)+len(w.Trainings)+len(w.Credentials) != 0 {
			t.Errorf("something was kept: %+v, %v", w, err)
		}
	})
}

func TestEverybodyKeepsTheirOwnAndTheOwnerSeesAll(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		jon := r.person("Jon Akers", authz.Therapist)
		as := jon.Actor(authz.Therapist)
		tr, err := r.svc.SaveTraining(as, course())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.svc.ScanOfTraining(as, tr, blob.File{Name: "c.pdf", ContentType: "application/pdf", Bytes: pdf}); err != nil {
			t.Fatal(err)
		}
		amy := r.person("Amy Bell", authz.Therapist).Actor(authz.Therapist)
		if _, err := r.svc.Wallet(amy, jon.User); !errs.Is(err, errs.Denied) {
			t.Errorf("another therapist looks: %v", err)
		}
		if _, err := r.svc.TrainingFile(amy, tr); !errs.Is(err, errs.NotFound) {
			t.Errorf("another therapist opens the certificate: %v", err)
		}
		change := course()
		change.ID, change.Version = tr, 2
		if _, err := r.svc.SaveTraining(r.Actor(), change); !errs.Is(err, errs.NotFound) {
			t.Errorf("the owner changes it: %v", err)
		}
		if err := r.svc.RemoveTraining(amy, tr, 2); !errs.Is(err, errs.NotFound) {
			t.Errorf("another removes it: %v", err)
		}
		owner := r.Actor(authz.Owner)
		if w, err := r.svc.Wallet(owner, jon.User); err != nil || len(w.Trainings) != 1 {
			t.Errorf("the owner: %+v, %v", w, err)
		}
		if f, err := r.svc.TrainingFile(owner, tr); err != nil || len(f.Bytes) == 0 {
			t.Errorf("the owner opens the certificate: %v", err)
		}
		all, err := r.svc.Everyone(owner)
		if err != nil || len(all) != 3 {
			t.Errorf("%d people, %v", len(all), err)
		}
		if _, err := r.svc.Everyone(amy); !errs.Is(err, errs.Denied) {
			t.Errorf("a therapist sees everyone: %v", err)
		}
		other := r.Other()
		if _, err := r.svc.Wallet(other.Actor(), jon.User); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice: %v", err)
		}
		if _, err := r.svc.TrainingFile(other.Actor(), tr); !errs.Is(err, errs.NotFound) {
			t.Errorf("another practice's certificate: %v", err)
		}
	})
}

func TestOtherFilesAndMissingRecordsAreRefused(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		tr, err := r.svc.SaveTraining(r.Actor(), course())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.svc.ScanOfTraining(r.Actor(), tr, blob.File{Name: "c.exe", ContentType: "application/octet-stream", Bytes: pdf}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a program: %v", err)
		}
		if err := r.svc.ScanOfTraining(r.Actor(), id.New[id.Training](), blob.File{Name: "c.pdf", ContentType: "application/pdf", Bytes: pdf}); !errs.Is(err, errs.NotFound) {
			t.Errorf("of nothing: %v", err)
		}
		if _, err := r.svc.TrainingFile(r.Actor(), tr); !errs.Is(err, errs.NotFound) {
			t.Errorf("a certificate that is not there: %v", err)
		}
	})
}

func TestInventedWallet(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		if err := r.svc.Invent(r.Actor(), today); err != nil {
			t.Fatal(err)
		}
		w, err := r.svc.Wallet(r.Actor(), r.User)
		if err != nil || len(w.Progress) != 1 {
			t.Fatal(err)
		}
		if p := w.Progress[0]; p.Text() != "5.5 h short by 19 May 2026, of these 0.5 h ethics" {
			t.Error(p.Text())
		}
		if got := credential.MissingOf(w); len(got) != 2 {
			t.Errorf("%+v", got)
		}
	})
}
